//! `cc-math eval`: how good and how fast extraction is, on labelled pages.

use crate::Ending;
use crate::eval_report::{duplicates_text, pathological_text, race_text, report_json, report_text};
use crate::fault::Fault;
use crate::progress::Log;
use cc_math_eval::EvalError;
use cc_math_eval::duplicates::verify;
use cc_math_eval::evaluation::{Corpus, Report, Request, evaluate};
use cc_math_eval::pages::Pages;
use cc_math_eval::pathological::{self, CASES, Case, Outcomes};
use cc_math_eval::rivals::{Contender, NAMES};
use cc_math_eval::speed::{Standing, race};
use cc_math_extract::MathMode;
use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;
use std::io::{self, Write};
use std::path::PathBuf;

/// Measure extraction on labelled pages.
#[derive(Debug, Args)]
pub(crate) struct EvalArguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    Extract(ExtractionArguments),
    Pathological(PathologicalArguments),
    Dedup(DedupArguments),
}

/// Check what `minhash_dedup` found by exact similarities of a sample.
///
/// Of documents that went it is told how similar they are to what stayed in their place; of a
/// sample of all, which others anywhere in the corpus are similar to it, and how many of these
/// pairs were found, beside what the S-curve promises. `cc-math report` shows it from then on.
#[derive(Debug, Args)]
struct DedupArguments {
    /// The output folder of a finished run.
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Documents of each sample.
    #[arg(long, value_name = "N", default_value_t = 1000)]
    sample: usize,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// Score formulas, text, code and tables against what pages are known to hold.
///
/// Pages are extracted in this process, unless `--documents` gives documents
/// made elsewhere. Formula and text figures are those of the reference scorers
/// (see benches/README.md); shares of nothing are left out.
#[derive(Debug, Args)]
struct ExtractionArguments {
    /// Truth: JSONL rows with id, url, file, kinds, formulas, gold_text, ...
    #[arg(long, value_name = "FILE")]
    truth: PathBuf,
    /// Folder that the rows' `file` is relative to.
    #[arg(long, value_name = "DIR", conflicts_with = "warc")]
    pages: Option<PathBuf>,
    /// Archives with the pages; rows and records meet by address.
    #[arg(long, value_name = "FILE", num_args = 1..)]
    warc: Vec<PathBuf>,
    /// JSONL with id and url, for rows without address.
    #[arg(long, value_name = "FILE")]
    index: Option<PathBuf>,
    /// Folder that the rows' `gold_text` is relative to.
    #[arg(long, value_name = "DIR")]
    gold: Option<PathBuf>,
    /// Score these documents (JSONL with url, text, formulas) instead.
    #[arg(long, value_name = "FILE", conflicts_with = "against")]
    documents: Option<PathBuf>,
    /// Which pages the extractor keeps.
    #[arg(long, value_name = "WHICH", default_value = "any")]
    math: MathName,
    /// Align formulas in order and measure their edit similarity.
    #[arg(long)]
    aligned: bool,
    /// Leave derived pages out.
    #[arg(long)]
    real: bool,
    /// Show the N pages with most formulas missing.
    #[arg(long, value_name = "N", default_value_t = 0)]
    worst: usize,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
    /// Race these extractors against ours on the same pages, one thread, in turns.
    #[arg(long, value_name = "NAMES", value_delimiter = ',', value_parser = PossibleValuesParser::new(NAMES))]
    against: Vec<String>,
    /// The Python that has the rivals.
    #[arg(long, value_name = "PATH", default_value = "python3")]
    python: PathBuf,
    /// Rounds of the race.
    #[arg(long, value_name = "N", default_value_t = 3)]
    rounds: usize,
    /// Race on every N-th page only.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    every: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum MathName {
    /// Pages that show mathematics.
    Required,
    /// All pages with main text.
    Any,
}

/// Extract pages that hurt parsers, each in a process of its own.
///
/// Each must take at most 1 s and 256 MB and keep its closing paragraph; exit
/// code 1 if one does not.
#[derive(Debug, Args)]
struct PathologicalArguments {
    /// Only the cases whose name holds this.
    #[arg(long, value_name = "TEXT", default_value = "")]
    case: String,
    /// Write the pages to this folder instead of extracting them.
    #[arg(long, value_name = "DIR")]
    write: Option<PathBuf>,
    /// Print one JSON array.
    #[arg(long)]
    json: bool,
    /// Extract the page on standard input and print what it cost, as JSON.
    #[arg(long, hide = true)]
    measure: bool,
}

/// Runs the verb.
pub(crate) fn run(arguments: EvalArguments, log: &Log) -> Result<Ending, Fault> {
    match arguments.what {
        What::Extract(arguments) => extraction(&arguments, log),
        What::Pathological(arguments) if arguments.measure => measure(),
        What::Pathological(arguments) => pathological(&arguments),
        What::Dedup(arguments) => duplicates(&arguments),
    }
}

fn extraction(arguments: &ExtractionArguments, log: &Log) -> Result<Ending, Fault> {
    let request = arguments.request();
    let report = evaluate(&request)?;
    let standings = arguments.race(&request, log)?;
    print(&arguments.shown(&report, &standings))?;
    Ok(Ending::Well)
}

impl ExtractionArguments {
    fn request(&self) -> Request {
        let archives = || (!self.warc.is_empty()).then(|| Pages::Archives(self.warc.clone()));
        Request {
            truth: self.truth.clone(),
            index: self.index.clone(),
            pages: self.pages.clone().map(Pages::Folder).or_else(archives),
            gold: self.gold.clone(),
            documents: self.documents.clone(),
            aligned: self.aligned,
            real: self.real,
            math: match self.math {
                MathName::Required => MathMode::Required,
                MathName::Any => MathMode::Any,
            },
        }
    }

    /// Ours first, then the rivals that are installed.
    fn contenders(&self, log: &Log) -> Result<Vec<Contender>, Fault> {
        let mut contenders = vec![Contender::own()];
        for name in &self.against {
            match Contender::rival(name, &self.python)? {
                Some(rival) => contenders.push(rival),
                None => log.text(&format!("{name} is not installed; it is left out")),
            }
        }
        Ok(contenders)
    }

    fn race(&self, request: &Request, log: &Log) -> Result<Vec<Standing>, Fault> {
        if self.against.is_empty() {
            return Ok(Vec::new());
        }
        let mut corpus = Corpus::load(request)?;
        let mut index = 0;
        corpus.pages.retain(|_| {
            index += 1;
            (index - 1) % self.every == 0
        });
        Ok(race(&mut self.contenders(log)?, &corpus, self.rounds)?)
    }

    fn shown(&self, report: &Report, standings: &[Standing]) -> String {
        if self.json {
            return format!("{}\n", report_json(report, standings, self.worst));
        }
        report_text(report, self.worst) + &race_text(standings)
    }
}

fn duplicates(arguments: &DedupArguments) -> Result<Ending, Fault> {
    let found = verify(&arguments.folder, arguments.sample)?;
    let text = if arguments.json { format!("{}\n", json!(found)) } else { duplicates_text(&found) };
    print(&text)?;
    Ok(Ending::Well)
}

fn measure() -> Result<Ending, Fault> {
    let stdin = |source| EvalError::Read { path: "-".into(), source };
    let cost = pathological::measure(&mut io::stdin().lock()).map_err(stdin)?;
    print(&format!("{}\n", json!(cost)))?;
    Ok(Ending::Well)
}

fn pathological(arguments: &PathologicalArguments) -> Result<Ending, Fault> {
    let cases = CASES.iter().filter(|case| case.name.contains(&arguments.case));
    if let Some(folder) = &arguments.write {
        cases.into_iter().try_for_each(|case| write_case(case, folder))?;
        return Ok(Ending::Well);
    }
    let program = std::env::current_exe().map_err(|fault| own_program(&fault))?;
    let flags = ["eval", "pathological", "--measure"];
    let outcomes = cases.map(|case| pathological::run(case, &program, &flags));
    let outcomes: Vec<Outcomes> = outcomes.collect::<Result<_, _>>()?;
    print(&if arguments.json {
        format!("{}\n", json!(outcomes))
    } else {
        pathological_text(&outcomes)
    })?;
    Ok(if outcomes.iter().all(Outcomes::passes) { Ending::Well } else { Ending::SomeFailed })
}

fn own_program(fault: &io::Error) -> EvalError {
    EvalError::Child { program: "cc-math".into(), detail: fault.to_string() }
}

fn write_case(case: &Case, folder: &std::path::Path) -> Result<(), EvalError> {
    let path = folder.join(format!("{}.html", case.name));
    let written = std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&path, case.page()));
    written.map_err(|source| EvalError::Write { path, source })
}

fn print(text: &str) -> Result<(), Fault> {
    io::stdout().lock().write_all(text.as_bytes()).map_err(Fault::Output)
}
