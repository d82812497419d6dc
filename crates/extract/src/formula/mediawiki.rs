//! MediaWiki: `mwe-math-element` and the images of its older renderers.

use super::source::{from_tex, is_tex};
use super::{Cx, Markup, Reading, classes, find, find_name, mathml};
use crate::render::Claim;
use cc_math_core::FormulaKind;
use cc_math_html::{Dom, NodeId};

pub(super) const MARKUP: Markup = Markup {
    names: &[],
    classes: &[
        "mwe-math-element",
        "mwe-math-fallback-image-inline",
        "mwe-math-fallback-image-display",
        "mwe-math-fallback-png-inline",
        "mwe-math-fallback-png-display",
        "mwe-math-fallback-source-inline",
        "mwe-math-fallback-source-display",
    ],
    attributes: &[],
    read,
};

fn read(cx: &Cx<'_>, node: NodeId) -> Option<Reading> {
    let display = is_display(cx.dom, node);
    annotated(cx, node, display).or_else(|| image(cx, node, display)).or_else(|| text(cx, node, display))
}

fn is_display(dom: &Dom, node: NodeId) -> bool {
    let block = |n: NodeId| {
        let class = classes(dom, n).any(|class| {
            class.ends_with("-display") || class == "mwe-math-element-block"
        });
        class || (dom.name(n) == "math" && dom.attr(n, "display") == Some("block"))
    };
    block(node) || find(dom, node, block).is_some()
}

fn annotated(cx: &Cx<'_>, node: NodeId, display: bool) -> Option<Reading> {
    let math = find_name(cx.dom, node, "math")?;
    match mathml::from_node(cx, math, Some(display))? {
        Reading::Formula(claim) => {
            Some(Reading::Formula(Claim { kind: FormulaKind::Mediawiki, ..claim }))
        }
        _ => None,
    }
}

fn image(cx: &Cx<'_>, node: NodeId, display: bool) -> Option<Reading> {
    let own = cx.dom.attr(node, "alt");
    let alt = own.or_else(|| {
        let image = find_name(cx.dom, node, "img")?;
        cx.dom.attr(image, "alt")
    })?;
    is_tex(alt).then(|| from_tex(cx, alt, display, FormulaKind::Mediawiki))
}

/// The source renderer leaves `$ ... $` as text.
fn text(cx: &Cx<'_>, node: NodeId, display: bool) -> Option<Reading> {
    let text = cx.dom.text_content(node);
    let body = text.trim().strip_prefix('$')?.strip_suffix('$')?;
    Some(from_tex(cx, body, display, FormulaKind::Mediawiki))
}
