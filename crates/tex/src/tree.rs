//! A math expression tree as MathML has it, whoever owns the nodes.

/// Read access to a MathML tree, so that a page's own nodes convert without a copy.
///
/// Implemented by the HTML crate's DOM and by [`MathTree`].
pub trait MathDom {
    /// A handle to one node.
    type Node: Copy + Eq;
    /// Element name in lower case without prefix (`mrow`, not `m:mrow`); empty for text.
    fn name(&self, node: Self::Node) -> &str;
    /// Value of an attribute.
    fn attr(&self, node: Self::Node, name: &str) -> Option<&str>;
    /// Text of a text node; `None` for elements.
    fn text(&self, node: Self::Node) -> Option<&str>;
    /// First child.
    fn first_child(&self, node: Self::Node) -> Option<Self::Node>;
    /// Next sibling.
    fn next_sibling(&self, node: Self::Node) -> Option<Self::Node>;
    /// The children of a node, in order.
    fn children(&self, node: Self::Node) -> Children<'_, Self>
    where
        Self: Sized,
    {
        Children { dom: self, next: self.first_child(node) }
    }
}

/// The children of a node; made by [`MathDom::children`].
#[derive(Debug, Clone)]
pub struct Children<'a, D: MathDom> {
    dom: &'a D,
    next: Option<D::Node>,
}

impl<D: MathDom> Iterator for Children<'_, D> {
    type Item = D::Node;

    fn next(&mut self) -> Option<D::Node> {
        let node = self.next?;
        self.next = self.dom.next_sibling(node);
        Some(node)
    }
}

/// An owned tree, built by the decoders of rendered glyphs and by tests.
///
/// ```
/// use cc_math_tex::{MathDom, MathTree};
/// let mut tree = MathTree::new("math");
/// let sup = tree.element(tree.root(), "msup");
/// tree.token(sup, "mi", "x");
/// tree.token(sup, "mn", "2");
/// assert_eq!(tree.name(sup), "msup");
/// assert_eq!(tree.first_child(tree.root()), Some(sup));
/// ```
#[derive(Debug, Clone)]
pub struct MathTree {
    nodes: Vec<TreeNode>,
}

#[derive(Debug, Clone, Default)]
struct TreeNode {
    name: String,
    text: Option<String>,
    attrs: Vec<(String, String)>,
    first_child: Option<usize>,
    last_child: Option<usize>,
    next_sibling: Option<usize>,
}

impl MathTree {
    /// A tree of one element.
    pub fn new(root: &str) -> Self {
        Self { nodes: vec![TreeNode { name: root.into(), ..TreeNode::default() }] }
    }

    /// The root element.
    pub fn root(&self) -> usize {
        0
    }

    /// Appends an element and returns it.
    pub fn element(&mut self, parent: usize, name: &str) -> usize {
        self.append(parent, TreeNode { name: name.into(), ..TreeNode::default() })
    }

    /// Appends a text node.
    pub fn push_text(&mut self, parent: usize, text: &str) {
        self.append(parent, TreeNode { text: Some(text.into()), ..TreeNode::default() });
    }

    /// Appends a token element (`mi`, `mn`, `mo`, `mtext`) with its text, and returns it.
    pub fn token(&mut self, parent: usize, name: &str, text: &str) -> usize {
        let token = self.element(parent, name);
        self.push_text(token, text);
        token
    }

    /// Sets an attribute.
    pub fn set_attr(&mut self, node: usize, name: &str, value: &str) {
        if let Some(node) = self.nodes.get_mut(node) {
            node.attrs.push((name.into(), value.into()));
        }
    }

    fn append(&mut self, parent: usize, node: TreeNode) -> usize {
        let id = self.nodes.len();
        self.nodes.push(node);
        let last = self.nodes.get(parent).and_then(|p| p.last_child);
        if let Some(last) = last {
            self.nodes[last].next_sibling = Some(id);
        }
        if let Some(parent) = self.nodes.get_mut(parent) {
            parent.first_child.get_or_insert(id);
            parent.last_child = Some(id);
        }
        id
    }
}

impl MathDom for MathTree {
    type Node = usize;

    fn name(&self, node: usize) -> &str {
        self.nodes.get(node).map_or("", |n| &n.name)
    }

    fn attr(&self, node: usize, name: &str) -> Option<&str> {
        let attrs = &self.nodes.get(node)?.attrs;
        attrs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    fn text(&self, node: usize) -> Option<&str> {
        self.nodes.get(node)?.text.as_deref()
    }

    fn first_child(&self, node: usize) -> Option<usize> {
        self.nodes.get(node)?.first_child
    }

    fn next_sibling(&self, node: usize) -> Option<usize> {
        self.nodes.get(node)?.next_sibling
    }
}
