//! `cc-math diff`: why two runs differ.

use crate::Ending;
use crate::fault::Fault;
use cc_math_report::{Folder, compare};
use clap::Args;
use serde_json::json;
use std::io::{self, Write};
use std::path::PathBuf;

/// Tell why two runs differ: options, inputs, counts, files, documents.
///
/// Exit code 0 if they are the same but for times and speeds, 1 if they differ.
#[derive(Debug, Args)]
pub(crate) struct DiffArguments {
    /// The output folder of one run.
    #[arg(value_name = "A")]
    a: PathBuf,
    /// The output folder of another.
    #[arg(value_name = "B")]
    b: PathBuf,
    /// Name at most so many documents of each sort.
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: usize,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// Runs the verb.
pub(crate) fn run(arguments: &DiffArguments) -> Result<Ending, Fault> {
    let (a, b) = (Folder::open(&arguments.a)?, Folder::open(&arguments.b)?);
    let comparison = compare(&a, &b, arguments.limit)?;
    let text = match arguments.json {
        true => {
            format!("{}\n", json!({ "same": comparison.is_empty(), "differences": comparison }))
        }
        false => comparison.to_text(&a.name(), &b.name()),
    };
    io::stdout().lock().write_all(text.as_bytes()).map_err(Fault::Output)?;
    Ok(if comparison.is_empty() { Ending::Well } else { Ending::Differs })
}
