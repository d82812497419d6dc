//! Formulas read back from what a renderer drew, where a page holds neither TeX nor MathML.
//!
//! Each decoder gives the tree that the renderer itself would have written as MathML;
//! [`cc_math_tex`] turns it into LaTeX. Nothing here finds formulas in a page, chooses
//! between several forms of one formula, or writes LaTeX.

mod alphabet;
pub mod chtml;
mod delimiter;
mod expr;
pub mod katex;
mod markup;
mod mathjax;
pub mod mathjax2;
pub mod mathquill;
pub mod svg;

pub(crate) use markup::{classes, has_class, style};

use cc_math_html::{Dom, NodeId};

/// Whether a rendered formula is displayed (`Some(true)`) or inline (`Some(false)`), by the
/// node itself and the containers it stands in; `None` if none of them tells.
pub fn display(dom: &Dom, node: NodeId) -> Option<bool> {
    let around = std::iter::once(node).chain(dom.ancestors(node)).take(8);
    around
        .filter_map(|node| {
            chtml::display(dom, node)
                .or_else(|| katex::display(dom, node))
                .or_else(|| mathjax2::display(dom, node))
        })
        .reduce(|one, other| one || other)
}

/// The formula that any known renderer drew at or below `node`.
pub fn tree(dom: &Dom, node: NodeId) -> Option<cc_math_tex::MathTree> {
    katex::tree(dom, node)
        .or_else(|| chtml::tree(dom, node))
        .or_else(|| svg::tree(dom, node))
        .or_else(|| mathjax2::tree(dom, node))
        .or_else(|| mathquill::tree(dom, node))
}

#[cfg(test)]
mod tests;

#[cfg(test)]
mod testing {
    /// LaTeX of the formula drawn in a piece of HTML; empty if none was found.
    pub(super) fn tex(html: &str) -> String {
        let dom = cc_math_html::parse(html, &Default::default()).dom;
        let tree = super::tree(&dom, dom.root());
        tree.map(|tree| cc_math_tex::mathml::to_tex(&tree, tree.root()).tex).unwrap_or_default()
    }
}
