//! Writes html5ever's tree modifications into the arena.
//!
//! Comments, processing instructions and doctypes leave no node: html5ever is
//! handed a handle for them that is never linked.

use crate::arena::{Arena, Place};
use crate::dom::{Dom, Element, NONE, Namespace, Stretch};
use html5ever::interface::{ElemName, ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::tendril::StrTendril;
use html5ever::{Attribute, LocalName, QualName, local_name, ns};
use std::borrow::Cow;
use std::cell::RefCell;

/// A node as html5ever sees it: its index, and its name so that asking for it needs no borrow of the arena.
#[derive(Clone)]
pub(crate) struct Handle {
    id: u32,
    name: QualName,
    /// Only meaningful on `annotation-xml`.
    integration_point: bool,
}

/// Name of an element, borrowed from its handle.
#[derive(Debug)]
pub(crate) struct Name<'a>(&'a QualName);

impl ElemName for Name<'_> {
    fn ns(&self) -> &html5ever::Namespace {
        &self.0.ns
    }

    fn local_name(&self) -> &LocalName {
        &self.0.local
    }
}

/// The arena while html5ever fills it.
pub(crate) struct Sink(RefCell<Arena<'static>>);

/// Handle of what has no name, or is never linked into the tree.
fn unnamed(id: u32) -> Handle {
    let name = QualName::new(None, ns!(), local_name!(""));
    Handle { id, name, integration_point: false }
}

impl Sink {
    pub(crate) fn new() -> Self {
        Self(RefCell::new(Arena::new("", 0)))
    }

    fn with<R>(&self, change: impl FnOnce(&mut Arena<'_>) -> R) -> R {
        change(&mut self.0.borrow_mut())
    }

    fn insert(&self, child: NodeOrText<Handle>, place: impl FnOnce(&Arena<'_>) -> Place) {
        self.with(|arena| match child {
            NodeOrText::AppendNode(node) => {
                arena.detach(node.id);
                if node.id != NONE {
                    let place = place(arena);
                    arena.link(node.id, place);
                }
            }
            NodeOrText::AppendText(text) => {
                let text = arena.texts.make(|out| out.push_str(&text));
                let place = place(arena);
                arena.insert_text(place, text);
            }
        });
    }

    fn keep(arena: &mut Arena<'_>, attributes: Vec<Attribute>) -> Stretch {
        let start = arena.attributes.len() as u32;
        for attribute in attributes {
            let value = arena.texts.make(|out| out.push_str(&attribute.value));
            arena.attributes.push((attribute.name.local, value));
        }
        Stretch { start, end: arena.attributes.len() as u32 }
    }
}

impl TreeSink for Sink {
    type Handle = Handle;
    type Output = Dom<'static>;
    type ElemName<'a> = Name<'a>;

    fn finish(self) -> Dom<'static> {
        self.0.into_inner().finish().over(Cow::default())
    }

    fn parse_error(&self, _message: Cow<'static, str>) {}

    fn get_document(&self) -> Handle {
        unnamed(0)
    }

    fn elem_name<'a>(&'a self, target: &'a Handle) -> Name<'a> {
        Name(&target.name)
    }

    fn create_element(&self, name: QualName, attrs: Vec<Attribute>, flags: ElementFlags) -> Handle {
        let namespace = match name.ns {
            ns!(html) => Namespace::Html,
            ns!(mathml) => Namespace::MathMl,
            _ => Namespace::Other,
        };
        let id = self.with(|arena| {
            let attributes = Self::keep(arena, attrs);
            arena.create(Element { name: name.local.clone(), namespace, attributes })
        });
        Handle { id, name, integration_point: flags.mathml_annotation_xml_integration_point }
    }

    fn create_comment(&self, _text: StrTendril) -> Handle {
        unnamed(NONE)
    }

    fn create_pi(&self, _target: StrTendril, _data: StrTendril) -> Handle {
        unnamed(NONE)
    }

    fn append(&self, parent: &Handle, child: NodeOrText<Handle>) {
        self.insert(child, |_| Place::last(parent.id));
    }

    fn append_based_on_parent_node(
        &self,
        element: &Handle,
        prev_element: &Handle,
        child: NodeOrText<Handle>,
    ) {
        self.insert(child, |arena| match arena.parent(element.id) {
            NONE => Place::last(prev_element.id),
            parent => Place { parent, next: element.id },
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
        let next = sibling.id;
        self.insert(new_node, |arena| Place { parent: arena.parent(next), next });
    }

    fn add_attrs_if_missing(&self, target: &Handle, attrs: Vec<Attribute>) {
        self.with(|arena| {
            let attributes = Self::keep(arena, attrs);
            arena.add_missing(target.id, attributes);
        });
    }

    fn remove_from_parent(&self, target: &Handle) {
        self.with(|arena| arena.detach(target.id));
    }

    fn reparent_children(&self, node: &Handle, new_parent: &Handle) {
        self.with(|arena| arena.move_children(node.id, new_parent.id));
    }

    fn is_mathml_annotation_xml_integration_point(&self, handle: &Handle) -> bool {
        handle.integration_point
    }
}
