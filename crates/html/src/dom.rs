//! The tree: an arena of nodes linked by index.

use crate::texts::{Text, Texts};
use html5ever::LocalName;
use std::borrow::Cow;

/// Handle of a node. Handles grow in document order as nodes are created, and
/// are dense, so that a `Vec` indexed by [`NodeId::index`] is a side table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub(crate) u32);

impl NodeId {
    /// Position of this node in side tables of [`Dom::len`] entries.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// Which vocabulary an element belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Namespace {
    /// HTML.
    Html,
    /// MathML.
    MathMl,
    /// SVG, or anything else.
    Other,
}

/// What a node is.
#[derive(Debug, Clone)]
pub enum Node {
    /// The root of the tree.
    Document,
    /// A run of text.
    Text(Text),
    /// An element.
    Element(Element),
}

/// Name and attributes of an element.
#[derive(Debug, Clone)]
pub struct Element {
    /// Lower-case local name (SVG and MathML names in the case the standard gives them).
    pub name: LocalName,
    /// Vocabulary.
    pub namespace: Namespace,
    /// Its attributes among those of the page.
    pub(crate) attributes: Stretch,
}

/// An attribute: name and value.
pub(crate) type Attribute = (LocalName, Text);

/// The attributes of an element, in source order.
#[derive(Debug, Clone, Copy)]
pub struct Attributes<'a> {
    list: &'a [Attribute],
    texts: &'a Texts<Cow<'a, str>>,
}

impl<'a> Attributes<'a> {
    /// Value of an attribute.
    pub fn get(self, name: &LocalName) -> Option<&'a str> {
        self.find(|key| key == name)
    }

    /// Names and values.
    pub fn iter(self) -> impl ExactSizeIterator<Item = (&'a LocalName, &'a str)> {
        self.list.iter().map(move |(name, value)| (name, self.texts.get(*value)))
    }

    fn find(self, is: impl Fn(&LocalName) -> bool) -> Option<&'a str> {
        let found = self.list.iter().find(|(name, _)| is(name))?;
        Some(self.texts.get(found.1))
    }
}

/// A stretch of the page's list of attributes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Stretch {
    pub(crate) start: u32,
    pub(crate) end: u32,
}

impl Stretch {
    /// What it stands for.
    pub(crate) fn of<T>(self, all: &[T]) -> &[T] {
        all.get(self.start as usize..self.end as usize).unwrap_or_default()
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Slot {
    pub(crate) node: Node,
    pub(crate) parent: u32,
    pub(crate) first_child: u32,
    pub(crate) last_child: u32,
    pub(crate) previous: u32,
    pub(crate) next: u32,
}

const _: () = assert!(size_of::<Slot>() <= 48);

impl Slot {
    /// A node that is linked to nothing.
    pub(crate) fn new(node: Node) -> Self {
        Self { node, parent: NONE, first_child: NONE, last_child: NONE, previous: NONE, next: NONE }
    }
}

/// "No node". Also the largest number of nodes a tree can have.
pub(crate) const NONE: u32 = u32::MAX;

/// A page as a tree. Nothing here recurses; walk it with [`Dom::next_in_tree`]
/// and [`Dom::next_after`].
///
/// ```
/// let page = cc_math_html::parse("<p>Let <i>x</i></p>", &Default::default());
/// let p = page.dom.descendants(page.dom.root()).find(|n| page.dom.name(*n) == "p").unwrap();
/// assert_eq!(page.dom.text_content(p), "Let x");
/// ```
#[derive(Debug, Clone)]
pub struct Dom<'p> {
    pub(crate) slots: Vec<Slot>,
    /// Attributes of all elements.
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) scripts: Vec<NodeId>,
    pub(crate) texts: Texts<Cow<'p, str>>,
}

impl Dom<'_> {
    /// The same tree with a copy of its page.
    pub fn into_owned(self) -> Dom<'static> {
        let Self { slots, attributes, scripts, texts } = self;
        let page = Cow::Owned(texts.page.to_string());
        Dom { slots, attributes, scripts, texts: texts.over(page) }
    }

    /// The document node.
    pub fn root(&self) -> NodeId {
        NodeId(0)
    }

    /// Number of nodes ever made; side tables need this many entries.
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// True if there is nothing but the document node.
    pub fn is_empty(&self) -> bool {
        self.slots.len() <= 1
    }

    fn slot(&self, id: NodeId) -> &Slot {
        &self.slots[id.index()]
    }

    fn link(index: u32) -> Option<NodeId> {
        (index != NONE).then_some(NodeId(index))
    }

    /// The node itself.
    pub fn node(&self, id: NodeId) -> &Node {
        &self.slot(id).node
    }

    /// The element at `id`, if it is one.
    pub fn element(&self, id: NodeId) -> Option<&Element> {
        match &self.slot(id).node {
            Node::Element(element) => Some(element),
            _ => None,
        }
    }

    /// The `script` elements, in the order in which they begin.
    pub fn scripts(&self) -> &[NodeId] {
        &self.scripts
    }

    /// Local name of an element; empty for anything else.
    pub fn name(&self, id: NodeId) -> &str {
        self.element(id).map_or("", |element| &element.name)
    }

    /// Value of an attribute of an element.
    pub fn attr(&self, id: NodeId, name: &str) -> Option<&str> {
        self.attributes(id).find(|key| &**key == name)
    }

    /// Attributes of an element; none of anything else.
    pub fn attributes(&self, id: NodeId) -> Attributes<'_> {
        let list = self.element(id).map_or(&[][..], |e| e.attributes.of(&self.attributes));
        Attributes { list, texts: &self.texts }
    }

    /// Text of a text node.
    pub fn text(&self, id: NodeId) -> Option<&str> {
        match &self.slot(id).node {
            Node::Text(text) => Some(self.texts.get(*text)),
            _ => None,
        }
    }

    /// Parent node.
    pub fn parent(&self, id: NodeId) -> Option<NodeId> {
        Self::link(self.slot(id).parent)
    }

    /// First child.
    pub fn first_child(&self, id: NodeId) -> Option<NodeId> {
        Self::link(self.slot(id).first_child)
    }

    /// Last child.
    pub fn last_child(&self, id: NodeId) -> Option<NodeId> {
        Self::link(self.slot(id).last_child)
    }

    /// Sibling before this node.
    pub fn previous_sibling(&self, id: NodeId) -> Option<NodeId> {
        Self::link(self.slot(id).previous)
    }

    /// Sibling after this node.
    pub fn next_sibling(&self, id: NodeId) -> Option<NodeId> {
        Self::link(self.slot(id).next)
    }

    /// Children in order.
    pub fn children(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        std::iter::successors(self.first_child(id), |child| self.next_sibling(*child))
    }

    /// Ancestors, nearest first, the document last.
    pub fn ancestors(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        std::iter::successors(self.parent(id), |node| self.parent(*node))
    }

    /// The node after `id` in document order inside `scope`: its first child, else what follows it.
    pub fn next_in_tree(&self, id: NodeId, scope: NodeId) -> Option<NodeId> {
        self.first_child(id).or_else(|| self.next_after(id, scope))
    }

    /// The first node inside `scope` after the whole subtree of `id`.
    pub fn next_after(&self, id: NodeId, scope: NodeId) -> Option<NodeId> {
        let mut node = id;
        while node != scope {
            if let Some(next) = self.next_sibling(node) {
                return Some(next);
            }
            node = self.parent(node)?;
        }
        None
    }

    /// All nodes below `id`, in document order.
    pub fn descendants(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        std::iter::successors(self.first_child(id), move |node| self.next_in_tree(*node, id))
    }

    /// All text below (or at) `id`, joined.
    pub fn text_content(&self, id: NodeId) -> String {
        let mut out = String::new();
        if let Some(text) = self.text(id) {
            out.push_str(text);
        }
        for node in self.descendants(id) {
            out.push_str(self.text(node).unwrap_or_default());
        }
        out
    }

    /// The tree as text, one node a line: depth, then name and attributes or the text.
    /// Two trees are the same if these are; for tests and for looking at.
    pub fn outline(&self) -> String {
        let mut out = String::new();
        let mut depth = 0_usize;
        let mut node = self.root();
        loop {
            self.outline_node(node, depth, &mut out);
            let Some(next) = self.next_in_tree(node, self.root()) else { return out };
            depth += usize::from(self.parent(next) == Some(node));
            while self.parent(node) != self.parent(next) && self.parent(next) != Some(node) {
                depth -= 1;
                node = self.parent(node).unwrap_or(next);
            }
            node = next;
        }
    }

    fn outline_node(&self, id: NodeId, depth: usize, out: &mut String) {
        use std::fmt::Write;
        let written = match self.node(id) {
            Node::Document => Ok(()),
            Node::Text(text) => writeln!(out, "{depth} {:?}", self.texts.get(*text)),
            Node::Element(Element { name, namespace, .. }) => {
                let attributes: Vec<_> =
                    self.attributes(id).iter().map(|(key, value)| (&**key, value)).collect();
                writeln!(out, "{depth} {namespace:?} {name} {attributes:?}")
            }
        };
        debug_assert!(written.is_ok());
    }
}
