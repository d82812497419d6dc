//! `cc-math why`: the way of one record through a run.

use crate::Ending;
use crate::fault::Fault;
use cc_math_report::{Folder, trace};
use clap::Args;
use serde_json::Value as Json;
use std::io::{self, Write};
use std::path::PathBuf;

/// Tell why a page is, or is not, among a run's documents.
///
/// Its place in the archive, what each stage said, what became of its formulas, and the row it is
/// now. An address may have been fetched more than once: all its records are told.
#[derive(Debug, Args)]
pub(crate) struct WhyArguments {
    /// The id of a document or reject, or the address of a page.
    #[arg(value_name = "ID|URL")]
    what: String,
    /// The output folder of a run.
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Tell at most so many records.
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: usize,
    /// Print a JSON object a record.
    #[arg(long)]
    json: bool,
}

/// Runs the verb.
pub(crate) fn run(arguments: &WhyArguments) -> Result<Ending, Fault> {
    let folder = Folder::open(&arguments.folder)?;
    let traces = trace(&folder, &arguments.what, arguments.limit.max(1))?;
    if traces.is_empty() {
        return Err(Fault::Unknown { what: arguments.what.clone(), folder: folder.name() });
    }
    let mut out = io::stdout().lock();
    for trace in traces {
        let text = if arguments.json { line(&trace.to_json()?) } else { trace.to_text() };
        out.write_all(text.as_bytes()).map_err(Fault::Output)?;
    }
    Ok(Ending::Well)
}

fn line(json: &Json) -> String {
    format!("{json}\n")
}
