//! Decodes rendered formulas, one JSON object a line on standard input with the
//! rendered markup in `html`, and prints the same objects with the tree as MathML in
//! `decoded`, as LaTeX in `decoded_tex`, and `decoded_display`. MathML in `mml`, as the
//! renderer itself wrote it, becomes LaTeX in `own_tex`: what could be had at best.
//!
//! `cargo run -p cc-math-extract --example glyphs_decode < rendered.jsonl`
#![allow(clippy::print_stdout)]

use cc_math_extract::glyphs;
use cc_math_html::{Dom, NodeId};
use cc_math_tex::{MathDom, MathTree};
use std::io::{BufRead, Error};

fn main() -> Result<(), Error> {
    for line in std::io::stdin().lock().lines() {
        let mut pair: serde_json::Value = serde_json::from_str(&line?)?;
        let own =
            cc_math_html::parse(pair["mml"].as_str().unwrap_or_default(), &Default::default()).dom;
        pair["own_tex"] = own_tex(&own).into();
        let html = pair["html"].as_str().unwrap_or_default().to_owned();
        let dom = cc_math_html::parse(&html, &Default::default()).dom;
        let tree = glyphs::tree(&dom, dom.root());
        let tex = tree.as_ref().map(|tree| cc_math_tex::mathml::to_tex(tree, tree.root()).tex);
        pair["decoded_tex"] = tex.into();
        pair["decoded"] = tree.map(|tree| serialised(&tree)).into();
        pair["decoded_display"] = display(&dom).into();
        println!("{pair}");
    }
    Ok(())
}

/// LaTeX of the first `math` element of a page.
fn own_tex(dom: &Dom) -> Option<String> {
    let math = dom.descendants(dom.root()).find(|node| dom.name(*node) == "math")?;
    let mut tree = MathTree::new("math");
    copy(dom, math, &mut tree, 0);
    Some(cc_math_tex::mathml::to_tex(&tree, tree.root()).tex)
}

fn copy(dom: &Dom, from: NodeId, tree: &mut MathTree, to: usize) {
    for (name, value) in dom.attributes(from).iter() {
        tree.set_attr(to, name, value);
    }
    for child in dom.children(from).filter(|child| !dom.name(*child).starts_with("annotation")) {
        match dom.text(child) {
            Some(text) => tree.push_text(to, text),
            None => {
                let node = tree.element(to, dom.name(child));
                copy(dom, child, tree, node);
            }
        }
    }
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
    for name in [
        "mathvariant",
        "linethickness",
        "notation",
        "columnalign",
        "columnspacing",
        "stretchy",
        "minsize",
    ] {
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
