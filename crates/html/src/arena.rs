//! The arena while a tree is being built.

use crate::dom::{self, Dom, Element, NONE, Node, NodeId, Slot, Stretch};
use crate::texts::{Text, Texts};
use html5ever::{LocalName, local_name};
use std::borrow::Cow;

/// Attributes that an element may have once those of later tags have joined: each joining copies
/// them, and a page can repeat `<body>` as often as it likes.
const MOST_JOINED: usize = 256;

/// Bytes that pages spend on a node, and on an attribute, where they are rich in them. Memory that
/// is asked for and not used costs nothing; growing costs a copy.
const BYTES_A_NODE: usize = 16;
const BYTES_AN_ATTRIBUTE: usize = 32;

/// Nodes with the operations that link them.
pub(crate) struct Arena<'a> {
    slots: Vec<Slot>,
    pub(crate) attributes: Vec<dom::Attribute>,
    scripts: Vec<NodeId>,
    pub(crate) texts: Texts<&'a str>,
}

/// A tree that lacks the page its texts are stretches of.
pub(crate) struct Built {
    slots: Vec<Slot>,
    attributes: Vec<dom::Attribute>,
    scripts: Vec<NodeId>,
    texts: Texts<()>,
}

impl Built {
    /// The tree of that page.
    pub(crate) fn over(self, page: Cow<'_, str>) -> Dom<'_> {
        let Self { slots, attributes, scripts, texts } = self;
        Dom { slots, attributes, scripts, texts: texts.over(page) }
    }
}

/// Where a node goes: under `parent`, before `next`, or last if that is [`NONE`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    pub(crate) parent: u32,
    pub(crate) next: u32,
}

impl Place {
    /// Behind all children of `parent`.
    pub(crate) fn last(parent: u32) -> Self {
        Self { parent, next: NONE }
    }
}

impl<'a> Arena<'a> {
    /// For a page whose texts are stretches of `page`, and that is to have no more than so many nodes.
    pub(crate) fn new(page: &'a str, most: usize) -> Self {
        let mut slots = Vec::with_capacity(most.min(page.len() / BYTES_A_NODE));
        slots.push(Slot::new(Node::Document));
        Self {
            slots,
            attributes: Vec::with_capacity(most.min(page.len() / BYTES_AN_ATTRIBUTE)),
            scripts: Vec::new(),
            texts: Texts::new(page),
        }
    }

    /// The tree without its page.
    pub(crate) fn finish(self) -> Built {
        let Self { slots, attributes, scripts, texts } = self;
        Built { slots, attributes, scripts, texts: texts.over(()) }
    }

    /// Number of nodes made.
    pub(crate) fn len(&self) -> usize {
        self.slots.len()
    }

    fn get(&mut self, id: u32) -> Option<&mut Slot> {
        self.slots.get_mut(id as usize)
    }

    /// Parent of a node, or [`NONE`].
    pub(crate) fn parent(&self, id: u32) -> u32 {
        self.slots.get(id as usize).map_or(NONE, |slot| slot.parent)
    }

    /// The element at `id`, if it is one.
    pub(crate) fn element(&self, id: u32) -> Option<&Element> {
        match self.slots.get(id as usize) {
            Some(Slot { node: Node::Element(element), .. }) => Some(element),
            _ => None,
        }
    }

    fn push(&mut self, node: Node) -> u32 {
        let id = u32::try_from(self.slots.len()).unwrap_or(NONE);
        if id != NONE {
            self.slots.push(Slot::new(node));
        }
        id
    }

    /// Makes an element that is linked to nothing.
    pub(crate) fn create(&mut self, element: Element) -> u32 {
        let is_script = element.name == local_name!("script");
        let id = self.push(Node::Element(element));
        if is_script && id != NONE {
            self.scripts.push(NodeId(id));
        }
        id
    }

    /// Takes `id` out of its parent's list of children.
    pub(crate) fn detach(&mut self, id: u32) {
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

    /// Links a detached node.
    pub(crate) fn link(&mut self, id: u32, Place { parent, next }: Place) {
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

    /// Puts text somewhere; it joins text that stands right before it.
    pub(crate) fn insert_text(&mut self, place: Place, text: Text) {
        let previous = match self.get(place.next) {
            Some(next) => next.previous,
            None => self.get(place.parent).map_or(NONE, |parent| parent.last_child),
        };
        if let Some(Slot { node: Node::Text(before), .. }) = self.slots.get_mut(previous as usize) {
            *before = self.texts.join(*before, text);
            return;
        }
        let id = self.push(Node::Text(text));
        if id != NONE {
            self.link(id, place);
        }
    }

    /// Moves all children of a node behind those of another.
    pub(crate) fn move_children(&mut self, from: u32, to: u32) {
        while let Some(child) = self.get(from).map(|slot| slot.first_child) {
            if child == NONE {
                break;
            }
            self.detach(child);
            self.link(child, Place::last(to));
        }
    }

    /// What an attribute of a tag says.
    pub(crate) fn attribute(&self, attributes: Stretch, name: &LocalName) -> Option<&str> {
        let mut attributes = attributes.of(&self.attributes).iter();
        attributes.find(|(key, _)| key == name).map(|(_, value)| self.texts.get(*value))
    }

    /// Gives an element those of the attributes that it lacks.
    pub(crate) fn add_missing(&mut self, id: u32, attributes: Stretch) {
        let Some(element) = self.element(id) else { return };
        let held = element.attributes.of(&self.attributes);
        let missing: Vec<_> = attributes
            .of(&self.attributes)
            .iter()
            .filter(|(name, _)| !held.iter().any(|(key, _)| key == name))
            .take(MOST_JOINED.saturating_sub(held.len()))
            .cloned()
            .collect();
        if missing.is_empty() {
            return;
        }
        let joined: Vec<_> = held.iter().cloned().chain(missing).collect();
        let start = self.attributes.len() as u32;
        self.attributes.extend(joined);
        let all = Stretch { start, end: self.attributes.len() as u32 };
        if let Some(Slot { node: Node::Element(element), .. }) = self.get(id) {
            element.attributes = all;
        }
    }
}
