//! How many formulas can be drawn: `formulas_drawn FILE.jsonl`, where each line has `formulas`, each
//! with `tex` and `display` (documents as JSON Lines, or a truth file). Prints counts, and with
//! `--sources` each formula that is shown as its source.

use cc_math_report::mathml;
use serde_json::Value as Json;
use std::fs::File;
use std::io::{BufRead, BufReader, Write};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let file = arguments.next().ok_or("usage: formulas_drawn FILE.jsonl [--sources]")?;
    let sources = arguments.next().is_some();
    std::panic::set_hook(Box::new(|_| {}));
    let (mut all, mut drawn, mut bytes) = (0_u64, 0_u64, 0_usize);
    let mut out = std::io::stdout().lock();
    for line in BufReader::new(File::open(file)?).lines() {
        let page: Json = serde_json::from_str(&line?)?;
        for formula in page["formulas"].as_array().into_iter().flatten() {
            let Some(tex) = formula["tex"].as_str() else { continue };
            all += 1;
            match mathml(tex, formula["display"] == true) {
                Some(mathml) => (drawn, bytes) = (drawn + 1, bytes + mathml.len()),
                None if sources => writeln!(out, "{tex:?}")?,
                None => {}
            }
        }
    }
    let share = 100.0 * drawn as f64 / all.max(1) as f64;
    writeln!(
        out,
        "{drawn} of {all} formulas drawn ({share:.2} %), {} bytes of MathML each",
        bytes / drawn.max(1) as usize
    )?;
    Ok(())
}
