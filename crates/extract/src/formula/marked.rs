//! Elements marked as mathematics whose text is TeX, with or without delimiters:
//! pandoc's `span.math`, Distill's `d-math`, CKEditor's `math-tex`,
//! Sphinx's `div.math`, GitHub's `math-renderer`, GitLab's `code[data-math-style]`,
//! the `tex-math` of journals (its `alternatives` are copies), `var` on pages whose script typesets it.

use super::source::from_tex;
use super::{Cx, Markup, Reading, classes};
use cc_math_core::FormulaKind;
use cc_math_html::{Dom, NodeId};
use cc_math_tex::delimiters::{Delimiter, Span, looks_like_math, sole_formula};

pub(super) const MARKUP: Markup = Markup {
    names: &[
        "d-math",
        "dt-math",
        "tex-math",
        "math-renderer",
        "mathjax",
        "tex",
        "latex",
        "la-tex",
        "math-field",
        "ck-math",
        "alternatives",
        "var",
    ],
    classes: &[
        "math",
        "math-tex",
        "math-inline",
        "math-display",
        "math-block",
        "inline-math",
        "block-math",
        "display-math",
        "tex",
        "latex",
        "arithmatex",
        "language-math",
        "math_inline",
        "math_block",
        "katex-inline",
        "katex-block",
        "katex-display",
        "mathjax-inline",
        "mathjax-block",
        "asciimath",
        "tex2jax_process",
        "mathjax_process",
        "inlinemath",
        "displaymath",
        "ztext-math",
        "lang-math",
        "katex-eq",
        "wp-katex-eq",
        "odoc-katex-math",
    ],
    attributes: &["data-math-style"],
    read,
};

/// Nodes that the alternatives of one formula may take before its TeX.
const MOST_ALTERNATIVES: usize = 2000;

fn read(cx: &Cx<'_>, node: NodeId) -> Option<Reading> {
    if cx.dom.name(node) == "var" {
        return variable(cx, node);
    }
    if cx.dom.name(node) == "alternatives" {
        let mut below = cx.dom.descendants(node).take(MOST_ALTERNATIVES);
        return read(cx, below.find(|below| cx.dom.name(*below) == "tex-math")?);
    }
    if !holds_only_text(cx.dom, node) {
        return None;
    }
    let text = cx.dom.text_content(node);
    let text = journal_body(&text);
    let kind = FormulaKind::MarkedElement;
    if let Some(found) = sole_formula(text) {
        let body = text.get(found.body.clone())?;
        let display = if says_inline(cx.dom, node) {
            is_display_environment(text, &found)
        } else {
            found.display && !stands_inline(cx.dom, node)
        };
        return Some(from_tex(cx, body, display, super::raw::kind_of(&found.delimiter)));
    }
    let text = text.trim();
    if text.is_empty() || text.contains('$') || text.contains("\\(") || text.contains("\\[") {
        return None;
    }
    let sure = says_math_outright(cx.dom, node);
    (sure
        || (is_tex_class(cx.dom, node) && looks_like_math(text) && text.contains(['\\', '^', '_'])))
    .then(|| from_tex(cx, text, is_display(cx.dom, node), kind))
}

/// `var` that the page's script typesets: TeX, but for indices in `sub`.
fn variable(cx: &Cx<'_>, node: NodeId) -> Option<Reading> {
    if !cx.page.variables_are_tex {
        return None;
    }
    let mut tex = String::new();
    for n in cx.dom.descendants(node).take(64) {
        let script = cx.dom.parent(n).map_or("", |parent| cx.dom.name(parent));
        match (cx.dom.text(n), script) {
            (Some(text), "sub") => tex.push_str(&format!("_{{{text}}}")),
            (Some(text), "sup") => tex.push_str(&format!("^{{{text}}}")),
            (Some(text), _) => tex.push_str(text),
            (None, _) => {}
        }
    }
    (!tex.trim().is_empty()).then(|| from_tex(cx, &tex, false, FormulaKind::MarkedElement))
}

/// What stands in the document that journals wrap around each formula.
fn journal_body(text: &str) -> &str {
    let wrapped = text.split_once("\\begin{document}").map(|(_, body)| body);
    wrapped.and_then(|body| body.split_once("\\end{document}")).map_or(text, |(body, _)| body)
}

/// `\(\begin{pmatrix}...\)`: an element for inline formulas whose text is one environment.
fn says_inline(dom: &Dom, node: NodeId) -> bool {
    classes(dom, node).any(|class| matches!(class, "inline" | "math-inline" | "math_inline"))
}

/// Environments that make a display wherever they stand.
fn is_display_environment(text: &str, found: &Span) -> bool {
    const DISPLAYS: &[&str] =
        &["align", "alignat", "equation", "gather", "multline", "eqnarray", "flalign"];
    match &found.delimiter {
        Delimiter::Environment(name) => text
            .get(name.clone())
            .is_some_and(|name| DISPLAYS.contains(&name.strip_suffix('*').unwrap_or(name))),
        _ => found.display,
    }
}

/// The TeX of a journal's `inline-formula` is inline whatever its delimiters.
fn stands_inline(dom: &Dom, node: NodeId) -> bool {
    dom.name(node) == "tex-math"
        && dom.ancestors(node).take(3).any(|n| dom.name(n) == "inline-formula")
}

/// Text, possibly with line breaks; rendered markup is not ours to read.
fn holds_only_text(dom: &Dom, node: NodeId) -> bool {
    let styled = dom.attr(node, "data-math-style").is_some();
    let mut seen = 0usize;
    dom.descendants(node).all(|n| {
        seen += 1;
        let plain = matches!(dom.name(n), "br" | "code" | "wbr") || styled && dom.name(n) == "span";
        seen < 64 && (dom.text(n).is_some() || plain)
    })
}

/// An element that exists for mathematics, or a class pair only pandoc and kin write.
fn says_math_outright(dom: &Dom, node: NodeId) -> bool {
    if matches!(
        dom.name(node),
        "d-math" | "dt-math" | "tex-math" | "math-renderer" | "la-tex" | "ck-math"
    ) {
        return true;
    }
    if dom.attr(node, "data-math-style").is_some() {
        return true;
    }
    let has = |token: &str| classes(dom, node).any(|class| class == token);
    (has("math") && (has("inline") || has("display") || has("block")))
        || has("math-tex")
        || has("language-math")
        || has("math-inline")
        || has("math-display")
        || has("math-block")
        || has("odoc-katex-math")
}

fn is_tex_class(dom: &Dom, node: NodeId) -> bool {
    classes(dom, node).any(|class| MARKUP.classes.contains(&class))
        || MARKUP.names.contains(&dom.name(node))
}

fn is_display(dom: &Dom, node: NodeId) -> bool {
    matches!(dom.name(node), "div" | "p" | "pre" | "figure" | "center")
        || classes(dom, node).any(|class| class.contains("display") || class.contains("block"))
        || dom.attr(node, "block").is_some()
        || dom.attr(node, "display").is_some_and(|value| value != "inline")
        || dom.attr(node, "data-math-style") == Some("display")
        || dom.attr(node, "mode") == Some("display")
        || (dom.name(node) == "code" && dom.parent(node).is_some_and(|p| dom.name(p) == "pre"))
}
