//! What all decoders ask of a page's elements: class words and lengths of inline styles.

use cc_math_html::{Dom, NodeId, local_name};

/// Elements nested deeper than this inside a formula are read as plain text.
/// Real formulas stay under 150; the page's tree itself is at most 512 deep.
pub(super) const MAX_DEPTH: usize = 320;

/// Class words of an element.
pub(crate) fn classes<'a>(dom: &'a Dom, node: NodeId) -> impl Iterator<Item = &'a str> {
    let class = dom.attributes(node).get(&local_name!("class"));
    class.unwrap_or_default().split_ascii_whitespace()
}

/// True if an element has a class word.
pub(crate) fn has_class(dom: &Dom, node: NodeId, word: &str) -> bool {
    classes(dom, node).any(|class| class == word)
}

/// Value of a property of an element's inline style.
pub(crate) fn style<'a>(dom: &'a Dom, node: NodeId, property: &str) -> Option<&'a str> {
    let declarations = dom.attr(node, "style")?.split(';');
    declarations
        .filter_map(|declaration| declaration.split_once(':'))
        .find(|(name, _)| name.trim().eq_ignore_ascii_case(property))
        .map(|(_, value)| value.trim())
}

/// A length in em (`-2.5em`, `0`, `0px`); `None` for other units than em and for auto.
pub(super) fn em(value: &str) -> Option<f32> {
    let value = value.trim();
    let number = value.strip_suffix("em").unwrap_or(value);
    number.trim_end_matches("px").parse().ok().filter(|length: &f32| {
        length.is_finite() && (value.ends_with("em") || *length == 0.0 || !value.ends_with("px"))
    })
}

/// Length of a style property in em.
pub(super) fn style_em(dom: &Dom, node: NodeId, property: &str) -> Option<f32> {
    em(style(dom, node, property)?)
}

/// The node itself or the first element below it that passes.
pub(super) fn find(dom: &Dom, node: NodeId, wanted: impl Fn(NodeId) -> bool) -> Option<NodeId> {
    std::iter::once(node).chain(dom.descendants(node)).find(|node| wanted(*node))
}

/// Text below a node without zero-width characters.
pub(super) fn visible_text(dom: &Dom, node: NodeId) -> String {
    let mut text = dom.text_content(node);
    text.retain(|c| !is_invisible(c));
    text
}

/// Zero-width characters that renderers put in for line breaking and selection.
pub(super) fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200D}' | '\u{2060}'..='\u{2064}' | '\u{FEFF}')
}
