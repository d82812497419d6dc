//! Wiris / MathType: `<img class="Wirisformula" data-mathml="«math»...">`.

use super::{Cx, Markup, Reading, mathml};
use cc_math_core::FormulaKind;
use cc_math_html::NodeId;

pub(super) const MARKUP: Markup = Markup {
    names: &[],
    classes: &["Wirisformula", "wirisformula", "wrs_chemistry"],
    attributes: &["data-mathml", "alt-mathml"],
    read,
};

fn read(cx: &Cx<'_>, node: NodeId) -> Option<Reading> {
    let source = ["data-mathml", "alt-mathml", "alt"]
        .iter()
        .filter_map(|name| cx.dom.attr(node, name))
        .map(unescape)
        .find(|source| source.contains("<math"))?;
    Some(mathml::from_markup(cx, &source, None, FormulaKind::Wiris))
}

/// Wiris writes markup into attributes with guillemets for angle brackets,
/// a diaeresis for quotes, a section sign for ampersands and `` ` `` for `'`.
fn unescape(source: &str) -> String {
    if !source.contains('«') {
        return source.into();
    }
    source
        .chars()
        .map(|c| match c {
            '«' => '<',
            '»' => '>',
            '¨' => '"',
            '§' => '&',
            '`' => '\'',
            c => c,
        })
        .collect()
}
