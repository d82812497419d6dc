//! Writes html5ever's tree modifications into the arena.
//!
//! Comments, processing instructions and doctypes leave no node: html5ever is
//! handed a handle for them that is never linked.

use crate::dom::{self, Dom, Element, NONE, Namespace, Node, NodeId, Slot, Stretch};
use html5ever::interface::{ElemName, ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::tendril::StrTendril;
use html5ever::{Attribute, LocalName, QualName, local_name, ns};
use std::borrow::Cow;
use std::cell::RefCell;

static HTML: html5ever::Namespace = ns!(html);
static MATHML: html5ever::Namespace = ns!(mathml);
static SVG: html5ever::Namespace = ns!(svg);

/// A node as html5ever sees it: its index, and its name so that asking for it needs no borrow of the arena.
#[derive(Clone)]
pub(crate) struct Handle {
    id: u32,
    namespace: Namespace,
    /// Only meaningful on `annotation-xml`.
    integration_point: bool,
    name: LocalName,
}

impl Handle {
    /// Local name of the element; empty for what is no element.
    pub(crate) fn name(&self) -> &LocalName {
        &self.name
    }

    pub(crate) fn namespace(&self) -> Namespace {
        self.namespace
    }

    /// Whether it is an `annotation-xml` that holds HTML.
    pub(crate) fn holds_html(&self) -> bool {
        self.integration_point
    }
}

/// Name of an element, borrowed from its handle.
#[derive(Debug)]
pub(crate) struct Name<'a> {
    namespace: Namespace,
    local: &'a LocalName,
}

impl ElemName for Name<'_> {
    fn ns(&self) -> &html5ever::Namespace {
        match self.namespace {
            Namespace::Html => &HTML,
            Namespace::MathMl => &MATHML,
            Namespace::Other => &SVG,
        }
    }

    fn local_name(&self) -> &LocalName {
        self.local
    }
}

/// Attributes that an element may have once those of later tags have joined: each joining copies
/// them, and a page can repeat `<body>` as often as it likes.
const MOST_JOINED: usize = 256;

/// The arena while html5ever fills it.
pub(crate) struct Sink {
    slots: RefCell<Vec<Slot>>,
    attributes: RefCell<Vec<dom::Attribute>>,
    scripts: RefCell<Vec<NodeId>>,
    /// Emptied lists of attributes, for the tokenizer to fill again.
    spare: RefCell<Vec<Vec<Attribute>>>,
}

/// Handle of what is never linked into the tree.
fn nowhere() -> Handle {
    Handle {
        id: NONE,
        namespace: Namespace::Other,
        integration_point: false,
        name: local_name!(""),
    }
}

impl Sink {
    pub(crate) fn new(expected_nodes: usize) -> Self {
        let mut slots = Vec::with_capacity(expected_nodes);
        slots.push(Slot::new(Node::Document));
        Self {
            slots: RefCell::new(slots),
            attributes: RefCell::new(Vec::with_capacity(expected_nodes / 2)),
            scripts: RefCell::default(),
            spare: RefCell::default(),
        }
    }

    /// An empty list for the attributes of a tag.
    pub(crate) fn attribute_list(&self) -> Vec<Attribute> {
        self.spare.borrow_mut().pop().unwrap_or_default()
    }

    /// Takes in the attributes of an element.
    fn attributes(&self, mut attributes: Vec<Attribute>) -> Stretch {
        if attributes.capacity() == 0 {
            return Stretch::default();
        }
        let mut all = self.attributes.borrow_mut();
        let start = all.len() as u32;
        all.extend(attributes.drain(..).map(|attribute| (attribute.name.local, attribute.value)));
        self.spare.borrow_mut().push(attributes);
        Stretch { start, end: all.len() as u32 }
    }

    /// Number of nodes made.
    pub(crate) fn len(&self) -> usize {
        self.slots.borrow().len()
    }
}

/// The arena with the operations that change it.
struct Arena<'a>(&'a mut Vec<Slot>);

impl Arena<'_> {
    fn get(&mut self, id: u32) -> Option<&mut Slot> {
        self.0.get_mut(id as usize)
    }

    fn push(&mut self, node: Node) -> u32 {
        let id = u32::try_from(self.0.len()).unwrap_or(NONE);
        if id != NONE {
            self.0.push(Slot::new(node));
        }
        id
    }

    /// Takes `id` out of its parent's list of children.
    fn detach(&mut self, id: u32) {
        let Some(slot) = self.get(id) else { return };
        let (parent, previous, next) = (slot.parent, slot.previous, slot.next);
        (slot.parent, slot.previous, slot.next) = (NONE, NONE, NONE);
        match self.get(previous) {
            Some(previous) => previous.next = next,
            None => self.get(parent).into_iter().for_each(|parent| parent.first_child = next),
        }
        match self.get(next) {
            Some(next) => next.previous = previous,
            None => self.get(parent).into_iter().for_each(|parent| parent.last_child = previous),
        }
    }

    /// Links a detached node under `parent`, before `next`, or last if that is [`NONE`].
    fn link(&mut self, id: u32, parent: u32, next: u32) {
        let previous = match self.get(next) {
            Some(next) => std::mem::replace(&mut next.previous, id),
            None => match self.get(parent) {
                Some(parent) => std::mem::replace(&mut parent.last_child, id),
                None => return,
            },
        };
        match self.get(previous) {
            Some(previous) => previous.next = id,
            None => self.get(parent).into_iter().for_each(|parent| parent.first_child = id),
        }
        if let Some(slot) = self.get(id) {
            (slot.parent, slot.previous, slot.next) = (parent, previous, next);
        }
    }

    /// Puts a node or text under `parent` before `next`; text joins the text before it.
    fn insert(&mut self, parent: u32, next: u32, child: NodeOrText<Handle>) {
        match child {
            NodeOrText::AppendNode(node) => {
                self.detach(node.id);
                if node.id != NONE {
                    self.link(node.id, parent, next);
                }
            }
            NodeOrText::AppendText(text) => self.insert_text(parent, next, text),
        }
    }

    fn insert_text(&mut self, parent: u32, next: u32, text: StrTendril) {
        let previous = match self.get(next) {
            Some(next) => next.previous,
            None => self.get(parent).map_or(NONE, |parent| parent.last_child),
        };
        if let Some(Slot { node: Node::Text(before), .. }) = self.get(previous) {
            before.push_tendril(&text);
            return;
        }
        let id = self.push(Node::Text(text));
        if id != NONE {
            self.link(id, parent, next);
        }
    }
}

impl Sink {
    fn with<R>(&self, change: impl FnOnce(&mut Arena<'_>) -> R) -> R {
        change(&mut Arena(&mut self.slots.borrow_mut()))
    }
}

impl TreeSink for Sink {
    type Handle = Handle;
    type Output = Dom;
    type ElemName<'a> = Name<'a>;

    fn finish(self) -> Dom {
        Dom {
            slots: self.slots.into_inner(),
            attributes: self.attributes.into_inner(),
            scripts: self.scripts.into_inner(),
        }
    }

    fn parse_error(&self, _message: Cow<'static, str>) {}

    fn get_document(&self) -> Handle {
        Handle { id: 0, ..nowhere() }
    }

    fn elem_name<'a>(&'a self, target: &'a Handle) -> Name<'a> {
        Name { namespace: target.namespace, local: &target.name }
    }

    fn create_element(&self, name: QualName, attrs: Vec<Attribute>, flags: ElementFlags) -> Handle {
        let namespace = match name.ns {
            ns!(html) => Namespace::Html,
            ns!(mathml) => Namespace::MathMl,
            _ => Namespace::Other,
        };
        let attributes = self.attributes(attrs);
        let element = Element { name: name.local.clone(), namespace, attributes };
        let id = self.with(|arena| arena.push(Node::Element(element)));
        if id != NONE && name.local == local_name!("script") {
            self.scripts.borrow_mut().push(NodeId(id));
        }
        let integration_point = flags.mathml_annotation_xml_integration_point;
        Handle { id, namespace, integration_point, name: name.local }
    }

    fn create_comment(&self, _text: StrTendril) -> Handle {
        nowhere()
    }

    fn create_pi(&self, _target: StrTendril, _data: StrTendril) -> Handle {
        nowhere()
    }

    fn append(&self, parent: &Handle, child: NodeOrText<Handle>) {
        self.with(|arena| arena.insert(parent.id, NONE, child));
    }

    fn append_based_on_parent_node(
        &self,
        element: &Handle,
        prev_element: &Handle,
        child: NodeOrText<Handle>,
    ) {
        self.with(|arena| {
            let parent = arena.get(element.id).map_or(NONE, |slot| slot.parent);
            match parent {
                NONE => arena.insert(prev_element.id, NONE, child),
                _ => arena.insert(parent, element.id, child),
            }
        });
    }

    fn append_doctype_to_document(&self, _: StrTendril, _: StrTendril, _: StrTendril) {}

    fn get_template_contents(&self, target: &Handle) -> Handle {
        target.clone()
    }

    fn same_node(&self, x: &Handle, y: &Handle) -> bool {
        x.id == y.id
    }

    fn set_quirks_mode(&self, _mode: QuirksMode) {}

    fn append_before_sibling(&self, sibling: &Handle, new_node: NodeOrText<Handle>) {
        self.with(|arena| {
            let parent = arena.get(sibling.id).map_or(NONE, |slot| slot.parent);
            arena.insert(parent, sibling.id, new_node);
        });
    }

    fn add_attrs_if_missing(&self, target: &Handle, attrs: Vec<Attribute>) {
        let mut all = self.attributes.borrow_mut();
        self.with(|arena| {
            let Some(Slot { node: Node::Element(element), .. }) = arena.get(target.id) else {
                return;
            };
            let held = element.attributes.of(&all);
            let missing: Vec<_> = attrs
                .into_iter()
                .map(|attribute| (attribute.name.local, attribute.value))
                .filter(|(name, _)| !held.iter().any(|(key, _)| key == name))
                .take(MOST_JOINED.saturating_sub(held.len()))
                .collect();
            if missing.is_empty() {
                return;
            }
            let joined: Vec<_> = held.iter().cloned().chain(missing).collect();
            let start = all.len() as u32;
            all.extend(joined);
            element.attributes = Stretch { start, end: all.len() as u32 };
        });
    }

    fn remove_from_parent(&self, target: &Handle) {
        self.with(|arena| arena.detach(target.id));
    }

    fn reparent_children(&self, node: &Handle, new_parent: &Handle) {
        self.with(|arena| {
            while let Some(child) = arena.get(node.id).map(|slot| slot.first_child) {
                if child == NONE {
                    break;
                }
                arena.detach(child);
                arena.link(child, new_parent.id, NONE);
            }
        });
    }

    fn is_mathml_annotation_xml_integration_point(&self, handle: &Handle) -> bool {
        handle.integration_point
    }
}
