//! Prints the rendered formulas of a page, one JSON object (`tex`, `display`) a line, whether
//! or not the page holds their source as well.
//!
//! `cargo run -p cc-math-extract --example glyphs_page PAGE.html`
#![allow(clippy::print_stdout)]

use cc_math_extract::glyphs;
use cc_math_html::{Dom, NodeId};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("a page is missing")?;
    let html = String::from_utf8_lossy(&std::fs::read(path)?).into_owned();
    let dom = cc_math_html::parse(&html, &Default::default()).dom;
    let mut next = Some(dom.root());
    while let Some(node) = next {
        next = if is_formula(&dom, node) {
            print(&dom, node);
            dom.next_after(node, dom.root())
        } else {
            dom.next_in_tree(node, dom.root())
        };
    }
    Ok(())
}

fn is_formula(dom: &Dom, node: NodeId) -> bool {
    let classes = dom.attr(node, "class").unwrap_or_default();
    let known = ["katex", "mjx-chtml", "MathJax", "MathJax_CHTML", "mq-math-mode"];
    dom.name(node) == "mjx-container"
        || classes.split_ascii_whitespace().any(|class| known.contains(&class))
}

fn print(dom: &Dom, node: NodeId) {
    let tree = glyphs::tree(dom, node);
    let tex = tree.map(|tree| cc_math_tex::mathml::to_tex(&tree, tree.root()).tex);
    let display = glyphs::display(dom, node);
    println!("{}", serde_json::json!({ "tex": tex, "display": display }));
}
