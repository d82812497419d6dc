//! Decodes rendered formulas, one JSON object a line on standard input with the
//! rendered markup in `html`, and prints the same objects with the tree as `mathml`.
//!
//! `cargo run -p cc-math-extract --example glyphs_decode < rendered.jsonl`
#![allow(clippy::print_stdout)]

use cc_math_extract::glyphs;
use cc_math_html::Dom;
use cc_math_tex::{MathDom, MathTree};
use std::io::{BufRead, Error};

fn main() -> Result<(), Error> {
    for line in std::io::stdin().lock().lines() {
        let mut pair: serde_json::Value = serde_json::from_str(&line?)?;
        let html = pair["html"].as_str().unwrap_or_default();
        let dom = cc_math_html::parse(html, &Default::default()).dom;
        let tree = glyphs::tree(&dom, dom.root());
        pair["decoded"] = tree.map(|tree| serialised(&tree)).into();
        pair["decoded_display"] = display(&dom).into();
        println!("{pair}");
    }
    Ok(())
}

fn display(dom: &Dom) -> Option<bool> {
    dom.descendants(dom.root()).find_map(|node| glyphs::display(dom, node))
}

/// The tree as MathML text.
fn serialised(tree: &MathTree) -> String {
    let mut out = String::new();
    serialise(tree, tree.root(), &mut out);
    out
}

fn serialise(tree: &MathTree, node: usize, out: &mut String) {
    if let Some(text) = tree.text(node) {
        let escaped = text.replace('&', "&amp;").replace('<', "&lt;");
        out.push_str(&escaped);
        return;
    }
    out.push_str(&format!("<{}", tree.name(node)));
    for name in ["mathvariant", "linethickness", "notation", "columnalign", "columnspacing"] {
        if let Some(value) = tree.attr(node, name) {
            out.push_str(&format!(" {name}=\"{value}\""));
        }
    }
    out.push('>');
    let mut child = tree.first_child(node);
    while let Some(node) = child {
        serialise(tree, node, out);
        child = tree.next_sibling(node);
    }
    out.push_str(&format!("</{}>", tree.name(node)));
}
