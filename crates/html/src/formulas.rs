//! Formulas that nothing ends.
//!
//! A `<math>` without its end tag takes in what follows. The standard ends it at most tags of
//! HTML, but not at all of them (`<section>`), not inside the elements of a formula that hold
//! text (`<math><mi>x<p>`), and of nested formulas only the inner one. No formula holds a
//! paragraph, a heading or a list, so ours end at every such tag, all that are open.

use crate::dom::Namespace;
use crate::sink::Handle;
use html5ever::interface::Tracer;
use html5ever::tokenizer::{Tag, TagKind};
use html5ever::{LocalName, local_name};
use std::cell::RefCell;

/// The innermost open element, where that is not one of HTML.
///
/// The builder shows its open elements from the outside in; what it shows besides is of HTML.
#[derive(Default)]
pub(crate) struct Innermost(RefCell<Option<Handle>>);

impl Tracer for Innermost {
    type Handle = Handle;

    fn trace_handle(&self, node: &Handle) {
        let is_element = !node.name().is_empty();
        if is_element && node.namespace() != Namespace::Html {
            self.0.replace(Some(node.clone()));
        }
    }
}

impl Innermost {
    /// Whether it is of a formula, and not a place in one where HTML belongs.
    pub(crate) fn is_in_formula(&self) -> bool {
        let node = self.0.borrow();
        node.as_ref().is_some_and(|n| n.namespace() == Namespace::MathMl && !n.holds_html())
    }

    /// Whether the standard, too, ends a formula here when `flow` begins.
    pub(crate) fn ends_before(&self, flow: &LocalName) -> bool {
        let node = self.0.borrow();
        is_breakout(flow) && node.as_ref().is_none_or(|node| !holds_text(node.name()))
    }
}

/// The end tag of a formula.
pub(crate) fn end_tag() -> Tag {
    Tag {
        kind: TagKind::EndTag,
        name: local_name!("math"),
        self_closing: false,
        attrs: Vec::new(),
        had_duplicate_attributes: false,
    }
}

/// Elements of a formula that hold text.
fn holds_text(name: &LocalName) -> bool {
    matches!(
        *name,
        local_name!("mi")
            | local_name!("mn")
            | local_name!("mo")
            | local_name!("ms")
            | local_name!("mtext")
    )
}

/// Elements that hold or are a block of the page: none of them can be part of a formula.
pub(crate) fn is_flow(name: &LocalName) -> bool {
    is_breakout(name)
        || matches!(
            *name,
            local_name!("address")
                | local_name!("article")
                | local_name!("aside")
                | local_name!("details")
                | local_name!("fieldset")
                | local_name!("figure")
                | local_name!("footer")
                | local_name!("form")
                | local_name!("header")
                | local_name!("main")
                | local_name!("nav")
                | local_name!("section")
        )
}

/// Those of them that end a formula by the standard.
fn is_breakout(name: &LocalName) -> bool {
    matches!(
        *name,
        local_name!("blockquote")
            | local_name!("center")
            | local_name!("dd")
            | local_name!("div")
            | local_name!("dl")
            | local_name!("dt")
            | local_name!("h1")
            | local_name!("h2")
            | local_name!("h3")
            | local_name!("h4")
            | local_name!("h5")
            | local_name!("h6")
            | local_name!("hr")
            | local_name!("li")
            | local_name!("ol")
            | local_name!("p")
            | local_name!("pre")
            | local_name!("table")
            | local_name!("ul")
    )
}
