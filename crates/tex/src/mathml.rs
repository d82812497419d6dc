//! MathML to LaTeX.
//!
//! Reads any tree that speaks [`MathDom`] and writes the LaTeX that an author would
//! have typed for it: `x^2` rather than `{x}^{2}`, `\begin{pmatrix}` rather than an
//! array between parentheses. Three steps: `read` turns elements into expressions,
//! `tidy` lets the items of a row find each other, `write` spells them.
//!
//! Every tree gets an answer, in time linear in its size up to a limit and with bounded
//! recursion. Nothing here parses XML or HTML, and nothing prefers an annotation to the
//! presentation: [`annotation`] and [`alttext`] are there for callers who do.
//!
//! ```
//! use cc_math_tex::{Fidelity, MathTree, mathml};
//! let mut tree = MathTree::new("math");
//! let power = tree.element(tree.root(), "msup");
//! tree.token(power, "mi", "x");
//! tree.token(power, "mn", "2");
//! let converted = mathml::to_tex(&tree, tree.root());
//! assert_eq!(converted.tex, "x^2");
//! assert_eq!(converted.fidelity, Fidelity::Exact);
//! ```

mod content;
mod expr;
mod font;
mod read;
mod scripts;
mod symbols;
mod tables;
mod tidy;
mod tokens;
mod write;

use crate::tree::MathDom;
use crate::{Converted, Fidelity, check};

/// The LaTeX of a MathML tree.
///
/// `math` is the `math` element, or any element of it. Annotations are not consulted.
pub fn to_tex<D: MathDom>(dom: &D, math: D::Node) -> Converted {
    if let Some(converted) = bare_text(dom, math) {
        return converted;
    }
    let mut reader = read::Reader::new(dom);
    let scope = read::Scope::root(display(dom, math).unwrap_or(false));
    let mut items = Vec::new();
    reader.node(math, scope, &mut items);
    tidy::row(&mut items, 0);
    tidy::trim_spaces(&mut items);
    let (tag, fidelity) = tables::settle_tags(&mut items);
    reader.note(fidelity);
    let tex = write::formula(&items, tag.as_deref());
    let fidelity = if tex.is_empty() { Fidelity::Empty } else { reader.fidelity };
    Converted { tex, fidelity }
}

/// A `math` element of nothing but text: pages that once let a wiki render it hold TeX there.
fn bare_text<D: MathDom>(dom: &D, math: D::Node) -> Option<Converted> {
    const MOST: usize = 10_000;
    let first = dom.first_child(math)?;
    let text = dom.text(first)?.trim();
    let is_tex = dom.next_sibling(first).is_none()
        && text.len() <= MOST
        && text.contains(['\\', '^', '_'])
        && !text.contains('%')
        && check::check(text).well_formed;
    is_tex.then(|| Converted { tex: text.to_owned(), fidelity: Fidelity::Flattened })
}

/// Whether a `math` element is a display formula, as its `display` or `mode` attribute
/// says; `None` when it says nothing.
pub fn display<D: MathDom>(dom: &D, math: D::Node) -> Option<bool> {
    let value = dom.attr(math, "display").or_else(|| dom.attr(math, "mode"))?;
    match value.trim() {
        "block" | "display" => Some(true),
        "inline" => Some(false),
        _ => None,
    }
}

/// The TeX that a `math` element carries as an `annotation`, if it carries any.
///
/// Encodings seen in the wild: `application/x-tex`, `application/x-latex`, `TeX`, `LaTeX`,
/// `text/latex`, `StarMath` (not TeX). Looks at the first few levels only.
pub fn annotation<D: MathDom>(dom: &D, math: D::Node) -> Option<String> {
    let mut level = vec![math];
    for _ in 0..4 {
        let mut below = Vec::new();
        for node in level {
            below.extend(dom.children(node).take(64));
        }
        let found = below.iter().filter(|node| is_tex_annotation(dom, **node));
        if let Some(text) = found.filter_map(|node| annotation_text(dom, *node)).next() {
            return Some(text);
        }
        below.retain(|node| matches!(dom.name(*node), "semantics" | "mrow" | "mstyle" | "math"));
        below.truncate(64);
        level = below;
    }
    None
}

fn is_tex_annotation<D: MathDom>(dom: &D, node: D::Node) -> bool {
    let encoding = dom.attr(node, "encoding").unwrap_or_default();
    dom.name(node) == "annotation" && encoding.to_ascii_lowercase().contains("tex")
}

fn annotation_text<D: MathDom>(dom: &D, node: D::Node) -> Option<String> {
    let text: String = dom.children(node).filter_map(|child| dom.text(child)).collect();
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// The `alttext` of a `math` element, which is TeX on pages made by LaTeXML and MediaWiki
/// and speech on others.
pub fn alttext<D: MathDom>(dom: &D, math: D::Node) -> Option<&str> {
    dom.attr(math, "alttext").map(str::trim).filter(|text| !text.is_empty())
}

/// LaTeX for the inside of `$...$` of one character, where it has a command or is one itself.
///
/// ```
/// assert_eq!(cc_math_tex::mathml::symbol('∈'), Some(r"\in"));
/// ```
pub fn symbol(ch: char) -> Option<&'static str> {
    symbols::command(ch)
}
