//! `<math>`: its TeX annotation, its TeX `alttext`, else a conversion.

use super::source::{PageMath, from_converted, from_tex, is_tex};
use super::{Cx, Markup, Reading, classes, find_name};
use cc_math_core::{FormulaKind, Loss};
use cc_math_html::{Dom, Limits, NodeId};
use cc_math_tex::mathml;

pub(super) const MARKUP: Markup =
    Markup { names: &["math", "m:math", "mml:math"], classes: &[], attributes: &[], read };

fn read(cx: &Cx<'_>, node: NodeId) -> Option<Reading> {
    from_node(cx, node, None).or(Some(Reading::Lost(FormulaKind::Mathml, Loss::Empty)))
}

/// Reads a `math` element; the caller may know whether it is display.
pub(super) fn from_node(cx: &Cx<'_>, math: NodeId, display: Option<bool>) -> Option<Reading> {
    let dom = PageMath(cx.dom);
    let display = display.unwrap_or_else(|| is_display(cx.dom, math));
    if let Some(tex) = mathml::annotation(&dom, math).filter(|tex| !tex.trim().is_empty()) {
        return Some(from_tex(cx, &tex, display, FormulaKind::MathmlAnnotation));
    }
    if let Some(tex) = tex_attribute(cx.dom, math) {
        return Some(from_tex(cx, tex, display, FormulaKind::MathmlAlttext));
    }
    cx.dom.first_child(math)?;
    Some(from_converted(mathml::to_tex(&dom, math), display, FormulaKind::Mathml))
}

/// Reads MathML given as markup, in an attribute or a script.
pub(super) fn from_markup(
    cx: &Cx<'_>,
    markup: &str,
    display: Option<bool>,
    kind: FormulaKind,
) -> Reading {
    let limits = Limits { nodes: 20_000, ..Limits::default() };
    let parsed = cc_math_html::parse(markup, &limits);
    let inner = Cx { dom: &parsed.dom, page: cx.page };
    let math = find_name(inner.dom, inner.dom.root(), "math");
    match math.and_then(|math| from_node(&inner, math, display)) {
        Some(Reading::Formula(claim)) => Reading::Formula(crate::render::Claim { kind, ..claim }),
        Some(Reading::Hidden) => Reading::Hidden,
        Some(Reading::Lost(_, why)) => Reading::Lost(kind, why),
        None => Reading::Lost(kind, Loss::Unconvertible),
    }
}

fn tex_attribute<'a>(dom: &'a Dom, math: NodeId) -> Option<&'a str> {
    let names = ["alttext", "data-latex", "data-tex"];
    names
        .into_iter()
        .filter_map(|name| dom.attr(math, name))
        .find(|alt| !alt.trim().is_empty() && is_tex(alt))
}

fn is_display(dom: &Dom, math: NodeId) -> bool {
    dom.attr(math, "display") == Some("block")
        || dom.attr(math, "mode") == Some("display")
        || classes(dom, math).any(|class| class == "tml-display")
        || in_equation_table(dom, math)
}

/// LaTeXML lays numbered equations out as tables and marks their cells inline.
fn in_equation_table(dom: &Dom, math: NodeId) -> bool {
    dom.ancestors(math).take(8).any(|node| {
        classes(dom, node)
            .any(|class| matches!(class, "ltx_equation" | "ltx_equationgroup" | "ltx_eqn_table"))
    })
}
