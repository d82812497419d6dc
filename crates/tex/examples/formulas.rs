//! Runs one of the crate's front doors over many formulas, to compare with other tools.
//!
//! `formulas check|asciimath|canonical|clean`: reads formulas from standard input, separated by
//! NUL, and writes a line for each. `check` writes `ok` or the faults, then unknown commands.

use std::io::{self, Read, Write};

fn main() -> io::Result<()> {
    let mode = std::env::args().nth(1).unwrap_or_default();
    let run = match mode.as_str() {
        "check" => verdict,
        "asciimath" => |tex: &str| cc_math_tex::asciimath::to_tex(tex).tex,
        "canonical" => |tex: &str| cc_math_tex::canonical::canonical(tex),
        "clean" => |tex: &str| cc_math_tex::clean(tex).into_owned(),
        _ => return Err(io::Error::other("usage: formulas check|asciimath|canonical|clean")),
    };
    let mut input = String::new();
    io::stdin().read_to_string(&mut input)?;
    let mut out = io::BufWriter::new(io::stdout().lock());
    for tex in input.split('\0') {
        writeln!(out, "{}", run(tex).replace('\n', " "))?;
    }
    out.flush()
}

fn verdict(tex: &str) -> String {
    let report = cc_math_tex::check::check(tex);
    let kinds: Vec<String> =
        report.faults.iter().map(|f| format!("{:?}@{}", f.kind, f.at)).collect();
    let verdict = if report.well_formed { "ok".to_owned() } else { kinds.join(",") };
    format!("{verdict}\t{}", report.unknown_commands.join(" "))
}
