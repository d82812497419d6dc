//! Converts MathML formulas from a JSONL file, and says how fast that went.
//!
//! Each input line is an object with the XML of one `math` element in `xml` (or `mathml`);
//! each output line on stdout is that object with `got` and `fidelity` added. The speed,
//! parsing excluded, goes to stderr.
//!
//! ```text
//! cargo run --release -p cc-math-tex --example mathml -- formulas.jsonl > converted.jsonl
//! ```
#![allow(clippy::print_stdout, reason = "an example prints")]

mod xml;

use std::time::Instant;

use cc_math_tex::{MathTree, mathml};
use serde_json::Value;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("usage: mathml FORMULAS.jsonl")?;
    let text = std::fs::read_to_string(path)?;
    let lines: Result<Vec<Value>, _> = text.lines().map(serde_json::from_str).collect();
    let mut lines = lines?;
    let xml =
        |line: &Value| line["xml"].as_str().or(line["mathml"].as_str()).unwrap_or("").to_owned();
    let trees: Vec<MathTree> = lines.iter().map(|line| xml::parse(&xml(line))).collect();
    for (line, tree) in lines.iter_mut().zip(&trees) {
        let converted = mathml::to_tex(tree, tree.root());
        line["got"] = converted.tex.into();
        line["fidelity"] = format!("{:?}", converted.fidelity).into();
        println!("{line}");
    }
    report_speed(&trees);
    Ok(())
}

fn report_speed(trees: &[MathTree]) {
    let rounds = 1 + 200_000 / trees.len().max(1);
    let start = Instant::now();
    let mut bytes = 0;
    for tree in std::iter::repeat_n(trees, rounds).flatten() {
        bytes += mathml::to_tex(tree, tree.root()).tex.len();
    }
    let seconds = start.elapsed().as_secs_f64();
    let formulas = rounds * trees.len();
    eprintln!(
        "{formulas} formulas, {bytes} bytes of LaTeX in {seconds:.2} s: {:.0} formulas/s",
        formulas as f64 / seconds
    );
}
