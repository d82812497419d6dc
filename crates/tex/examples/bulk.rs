//! Times the crate's front doors on inputs made to be slow: unclosed, nested, explosive.
//!
//! Prints one line for each door and input: milliseconds, input size, output size.

use std::io::{self, Write};
use std::time::Instant;

use cc_math_tex::{asciimath, canonical, check, clean, config, delimiters, macros};

const PIECES: [&str; 36] = [
    "$",
    r"\(",
    r"\[",
    "$$",
    r"\begin{align}",
    r"\begin{a}",
    "$a{",
    "{$",
    "$x} {",
    "{",
    "}",
    "x^{",
    r"\frac{",
    r"\left(",
    r"\text{",
    r"\sqrt[",
    r"\newcommand{\x}{",
    r"\def\a",
    r"\let\b\c",
    "%{",
    "% ",
    "\\",
    "(",
    "|",
    "sqrt ",
    "[(",
    "a/",
    "sin ",
    "^",
    "{ a $x$ ",
    "MathJax.Hub.Config({a:",
    "MathJax={",
    "delimiters:[",
    "\n\n",
    "_|_ |",
    r"\label{",
];

type Door = (&'static str, fn(&str) -> usize);

const DOORS: [Door; 8] = [
    ("find", |text| delimiters::find(text, &delimiters::Delimiters::mathjax().with_dollar()).len()),
    ("find-guarded", |text| delimiters::find(text, &delimiters::Delimiters::unknown()).len()),
    ("macros", |text| macros::Macros::read(text).expand(text).tex.len()),
    ("clean", |text| clean(text).len()),
    ("check", |text| check::check(text).faults.len()),
    ("canonical", |text| canonical::canonical(text).len()),
    ("asciimath", |text| asciimath::to_tex(text).tex.len()),
    ("config", |text| config::PageConfig::from_scripts([text]).macros.len()),
];

fn main() -> io::Result<()> {
    let bytes = 1_000_000;
    let mut out = io::stdout().lock();
    for (name, door) in DOORS {
        for piece in PIECES {
            let text = piece.repeat(bytes / piece.len());
            let start = Instant::now();
            let size = door(&text);
            let spent = start.elapsed().as_millis();
            writeln!(
                out,
                "{spent:>6} ms  {name:<13} {piece:?} x {} -> {size}",
                bytes / piece.len()
            )?;
        }
    }
    Ok(())
}
