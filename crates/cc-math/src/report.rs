//! `cc-math report`: a run as one page of HTML.

use crate::Ending;
use crate::fault::Fault;
use crate::progress::Log;
use cc_math_report::{Folder, Survey};
use cc_math_store::{Durability, write_once};
use clap::Args;
use std::io::{self, Write};
use std::panic;
use std::path::{Path, PathBuf};

/// Make one page of HTML of a finished run: counts, samples, formulas drawn.
///
/// The page needs nothing else: no network, no fonts, no scripts; it is smaller than 5 MB. The
/// same folder gives the same page.
#[derive(Debug, Args)]
pub(crate) struct ReportArguments {
    /// The output folder of a run.
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Where to write the page [default: report.html in the folder].
    #[arg(long, short, value_name = "FILE", conflicts_with = "json")]
    output: Option<PathBuf>,
    /// Print the counts and the ids of the samples as one JSON object, and write no page.
    #[arg(long)]
    json: bool,
}

/// Runs the verb.
pub(crate) fn run(arguments: &ReportArguments, log: &Log) -> Result<Ending, Fault> {
    let folder = Folder::open(&arguments.folder)?;
    let survey = Survey::of(&folder)?;
    if arguments.json {
        writeln!(io::stdout(), "{}", survey.to_json()).map_err(Fault::Output)?;
        return Ok(Ending::Well);
    }
    let target = arguments.output.clone().unwrap_or_else(|| arguments.folder.join("report.html"));
    write_page(&survey, &target, log)?;
    Ok(Ending::Well)
}

/// Writes the page of a survey.
pub(crate) fn write_page(survey: &Survey<'_>, target: &Path, log: &Log) -> Result<(), Fault> {
    keep_libraries_quiet();
    write_once(target, survey.to_html().as_bytes(), Durability::Told)?;
    log.text(&format!("written: {}", target.display()));
    Ok(())
}

/// A panic of the library that draws formulas is caught, and its formula shown as source: there is
/// nothing to tell the operator.
fn keep_libraries_quiet() {
    let before = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if !info.location().is_some_and(|place| place.file().contains("math-core")) {
            before(info);
        }
    }));
}
