//! Verdicts of the checker, to compare with those of other parsers.
//!
//! Reads formulas from standard input, separated by NUL; writes a line for
//! each: `ok` or its faults, then the commands it does not know.

use std::io::{self, Read, Write};

fn main() -> io::Result<()> {
    let mut input = String::new();
    io::stdin().read_to_string(&mut input)?;
    let mut out = io::BufWriter::new(io::stdout().lock());
    for tex in input.split('\0') {
        let report = cc_math_tex::check::check(tex);
        let kinds: Vec<String> =
            report.faults.iter().map(|f| format!("{:?}@{}", f.kind, f.at)).collect();
        let verdict = if report.well_formed { "ok".to_owned() } else { kinds.join(",") };
        writeln!(out, "{verdict}\t{}", report.unknown_commands.join(" ").replace('\n', " "))?;
    }
    out.flush()
}
