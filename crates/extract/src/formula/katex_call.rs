//! `katex.render("x^2", document.getElementById("f"))`: the formula of an
//! element that waits for a script.

use super::source::from_tex;
use super::{Cx, Markup, Reading};
use cc_math_core::FormulaKind;
use cc_math_html::NodeId;

pub(super) const MARKUP: Markup = Markup { names: &[], classes: &[], attributes: &["id"], read };

fn read(cx: &Cx<'_>, node: NodeId) -> Option<Reading> {
    if cx.page.calls.is_empty() || !is_waiting(cx, node) {
        return None;
    }
    let call = cx.page.calls.get(cx.dom.attr(node, "id")?)?;
    Some(from_tex(cx, &call.tex, call.display, FormulaKind::Katex))
}

/// The element is empty, or holds no more than a line of text to be replaced.
fn is_waiting(cx: &Cx<'_>, node: NodeId) -> bool {
    cx.dom.children(node).all(|child| cx.dom.text(child).is_some())
}
