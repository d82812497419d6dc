//! Formulas that nothing marks, on pages on which nothing else was found: one walk that looks for
//! scripts on letters ([`sup_sub`]) and for symbols ([`unicode`]).

use super::{Spotted, sup_sub, unicode};
use cc_math_html::{Dom, NodeId, local_name};

/// Finds formulas that nothing marks, on a page on which nothing else was found.
pub(super) fn spot(dom: &Dom, spotted: &mut Spotted) {
    let (mut scripts, mut texts) = (Vec::new(), Vec::new());
    let mut code = None;
    let mut next = Some(dom.root());
    while let Some(node) = next {
        code = code.filter(|end| *end != Some(node));
        next = match role(dom, node) {
            Role::NoText => dom.next_after(node, dom.root()),
            Role::Text if code.is_none() => {
                texts.push(node);
                dom.next_after(node, dom.root())
            }
            Role::Script => {
                scripts.push(node);
                dom.next_in_tree(node, dom.root())
            }
            Role::Code => {
                code = code.or_else(|| Some(dom.next_after(node, dom.root())));
                dom.next_in_tree(node, dom.root())
            }
            _ => dom.next_in_tree(node, dom.root()),
        };
    }
    scripts.into_iter().for_each(|script| sup_sub::spot(dom, script, spotted));
    texts.into_iter().for_each(|text| unicode::spot(dom, text, spotted));
}

/// What a node is to those who look for formulas that nothing marks.
enum Role {
    /// Text with symbols of mathematics.
    Text,
    /// Something raised or lowered.
    Script,
    /// Its text is not prose.
    Code,
    /// It holds no text of the page.
    NoText,
    Other,
}

fn role(dom: &Dom, node: NodeId) -> Role {
    if let Some(text) = dom.text(node) {
        let strong = unicode::has_strong_symbol(text);
        return if strong { Role::Text } else { Role::Other };
    }
    match dom.element(node).map(|element| &element.name) {
        Some(
            &local_name!("script")
            | &local_name!("style")
            | &local_name!("head")
            | &local_name!("textarea")
            | &local_name!("svg")
            | &local_name!("title"),
        ) => Role::NoText,
        Some(&local_name!("pre") | &local_name!("code")) => Role::Code,
        _ if sup_sub::is_script(dom, node) => Role::Script,
        _ => Role::Other,
    }
}
