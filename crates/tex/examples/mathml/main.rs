//! Converts MathML formulas from a JSONL file, and says how fast that went.
//!
//! Each input line is an object with the XML of one `math` element in `xml` (or `mathml`);
//! each output line on stdout is that object with `got`, `fidelity`, `well_formed` and
//! `unknown_commands` added. The speed,
//! parsing excluded, goes to stderr.
//!
//! ```text
//! cargo run --release -p cc-math-tex --example mathml -- formulas.jsonl > converted.jsonl
//! ```
#![allow(clippy::print_stdout, reason = "an example prints")]

mod xml;

use std::time::{Duration, Instant};

use cc_math_tex::check::check;
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
        let report = check(&converted.tex);
        line["well_formed"] = report.well_formed.into();
        line["unknown_commands"] = report.unknown_commands.into();
        line["got"] = converted.tex.into();
        line["fidelity"] = format!("{:?}", converted.fidelity).into();
        println!("{line}");
    }
    report_speed(&trees);
    Ok(())
}

/// Converts all of them again and again for about two seconds.
fn report_speed(trees: &[MathTree]) {
    let start = Instant::now();
    let (mut formulas, mut bytes) = (0, 0);
    while start.elapsed() < Duration::from_secs(2) && !trees.is_empty() {
        bytes +=
            trees.iter().map(|tree| mathml::to_tex(tree, tree.root()).tex.len()).sum::<usize>();
        formulas += trees.len();
    }
    let seconds = start.elapsed().as_secs_f64();
    eprintln!(
        "{formulas} formulas, {bytes} bytes of LaTeX in {seconds:.2} s: {:.0} formulas/s",
        formulas as f64 / seconds
    );
}
