//! TeX in an attribute: `data-tex`, `data-latex`, `data-math`, `data-expr` and kin.

use super::source::{from_tex, is_tex};
use super::{Cx, Markup, Reading, classes, mathml};
use cc_math_core::FormulaKind;
use cc_math_html::{Dom, NodeId};
use cc_math_tex::delimiters::sole_formula;

/// Attributes seen in the wild, the most specific first. `data-math` and
/// `data-formula` are also used for other things, so the value must be TeX.
const NAMES: &[&str] = &[
    "data-tex",
    "data-latex",
    "data-katex",
    "data-math",
    "data-mathml",
    "data-expr",
    "data-formula",
    "data-equation",
    "data-equation-content",
    "data-math-tex",
    "data-latex-source",
    "data-original-latex",
    "data-tex-code",
    "data-texsource",
    "data-mathjax",
    "data-asciimath",
    "data-attrs",
];

pub(super) const MARKUP: Markup = Markup { names: &[], classes: &[], attributes: NAMES, read };

fn read(cx: &Cx<'_>, node: NodeId) -> Option<Reading> {
    if cx.dom.name(node).starts_with("mjx-") || cx.dom.name(node) == "math" {
        return None;
    }
    NAMES.iter().find_map(|name| {
        let value = cx.dom.attr(node, name).filter(|value| !value.trim().is_empty())?;
        reading(cx, node, name, value)
    })
}

fn reading(cx: &Cx<'_>, node: NodeId, name: &str, value: &str) -> Option<Reading> {
    let display = is_display(cx.dom, node);
    let kind = FormulaKind::DataAttribute;
    match name {
        "data-attrs" => persistent_expression(value).map(|tex| from_tex(cx, &tex, display, kind)),
        "data-mathml" => (value.contains("<math") && !cx.page.has_math_scripts)
            .then(|| mathml::from_markup(cx, value, Some(display), kind)),
        "data-asciimath" => Some(super::source::from_converted(
            cc_math_tex::asciimath::to_tex(value),
            display,
            kind,
        )),
        _ => {
            let (body, display) = match sole_formula(value) {
                Some(span) if cx.dom.name(node) == "amp-mathml" => (value.get(span.body)?, display),
                Some(span) => (value.get(span.body)?, display || span.display),
                None => (value, display),
            };
            is_formula(body).then(|| from_tex(cx, body, display, kind))
        }
    }
}

/// The TeX that newsletters keep in `data-attrs="{"persistentExpression": ...}"`.
fn persistent_expression(value: &str) -> Option<String> {
    if !value.contains("persistentExpression") {
        return None;
    }
    let value: serde_json::Value = serde_json::from_str(value).ok()?;
    value.get("persistentExpression")?.as_str().map(str::to_owned)
}

/// TeX, and not a file name, an address or JSON.
fn is_formula(value: &str) -> bool {
    is_tex(value)
        && !value.starts_with(['[', '#', '/'])
        && !value.starts_with("{\"")
        && !value.contains("://")
}

fn is_display(dom: &Dom, node: NodeId) -> bool {
    let says = |text: &str| {
        let text = text.to_ascii_lowercase();
        text.contains("display") || text.contains("block")
    };
    if dom.name(node) == "amp-mathml" {
        return dom.attr(node, "inline").is_none();
    }
    matches!(dom.name(node), "div" | "p" | "figure")
        || classes(dom, node).any(says)
        || ["data-display", "data-display-mode", "data-math-display", "display"].iter().any(
            |name| {
                dom.attr(node, name)
                    .is_some_and(|value| matches!(value, "" | "true" | "block" | "1"))
            },
        )
        || dom.attr(node, "data-math-style").is_some_and(says)
}
