//! What the operator must mend: one sentence, then hints.

use crate::ray::RayError;
use cc_math_config::{Problem, report};
use cc_math_eval::EvalError;
use cc_math_lookup::LookupError;
use cc_math_pipeline::RunError;
use cc_math_report::ReportError;
use cc_math_store::StoreError;
use std::io;

/// A failure that ends the program with exit code 2.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fault {
    /// From a run.
    #[error(transparent)]
    Run(#[from] RunError),
    /// From files.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// From reading a run's output.
    #[error(transparent)]
    Report(#[from] ReportError),
    /// Nothing has this id or address.
    #[error("no record in `{folder}` has the id or address `{what}`")]
    Unknown {
        /// What was asked for.
        what: String,
        /// The output folder.
        folder: String,
    },
    /// An index has no such source.
    #[error("the index `{index}` has no source `{name}`")]
    NoSource {
        /// The index.
        index: String,
        /// What was asked for.
        name: String,
    },
    /// From an evaluation.
    #[error(transparent)]
    Eval(#[from] EvalError),
    /// From a lookup.
    #[error(transparent)]
    Lookup(#[from] LookupError),
    /// From a cluster.
    #[error(transparent)]
    Ray(#[from] RayError),
    /// An option of one engine was given to another.
    #[error("`{0}` says something to Ray, which does not work on this run")]
    OnlyRay(&'static str),
    /// Mistakes in a pipeline, or tests of it that fail.
    #[error("{}", report(.0))]
    Pipeline(Vec<Problem>),
    /// There is nothing to try.
    #[error("`{0}` has no tests")]
    NoTests(String),
    /// No output was named.
    #[error("no output folder is named")]
    NoOutput,
    /// The name of a table does not say what to write.
    #[error("cannot tell from `{0}` what to write")]
    TableName(String),
    /// A stream has nothing to overwrite.
    #[error("`--overwrite` needs an output folder, and `-o -` is a stream")]
    NothingToOverwrite,
    /// Something that works on one page alone was asked of something else.
    #[error("`--json` prints one page, and this is not one page")]
    NotOnePage,
    /// The page is no document.
    #[error("`{name}` is no document: {reason}: {detail}")]
    Rejected {
        /// The page.
        name: String,
        /// The reason's code.
        reason: String,
        /// The particulars.
        detail: String,
    },
    /// Standard output does not take more.
    #[error("cannot write to standard output: {0}")]
    Output(io::Error),
    /// The system does not let us listen for signals.
    #[error("cannot listen for signals: {0}")]
    Signals(io::Error),
}

impl Fault {
    /// What can be done about it.
    pub(crate) fn hints(&self) -> Vec<String> {
        match self {
            Fault::Run(error) => error.hints(),
            Fault::Store(error) => error.hints(),
            Fault::Eval(error) => error.hints(),
            Fault::Lookup(error) => error.hints(),
            Fault::Ray(error) => error.hints(),
            Fault::OnlyRay(_) => vec!["add `--engine ray`, or leave the option out".into()],
            Fault::TableName(_) => vec![
                "name it .parquet, .csv, .jsonl, .jsonl.gz or .jsonl.zst, or give `-` for CSV on standard output".into(),
            ],
            Fault::Report(error) => error.hints(),
            Fault::Unknown { .. } => vec![
                "give a whole id (32 hexadecimal digits) or a whole address, as `cc-math inspect` shows them".into(),
                "a record whose input failed, or was never read, is in neither table".into(),
            ],
            Fault::NoSource { index, .. } => {
                vec![format!("`cc-math dedup index {index}` tells what there is")]
            }
            Fault::NoOutput => vec![
                "name one with `-o OUT`, or stream documents to standard output with `-o -`".into(),
            ],
            Fault::NotOnePage => {
                vec!["give one .html, .ipynb or .txt file, or use `-o - --format jsonl`".into()]
            }
            Fault::Rejected { reason, .. } if reason == "no-math" => {
                vec!["`--math any` takes pages without mathematics too".into()]
            }
            Fault::NoTests(_) => {
                vec!["write some under `tests:`, as pipelines/quickstart.yaml does".into()]
            }
            Fault::NothingToOverwrite
            | Fault::Pipeline(_)
            | Fault::Rejected { .. }
            | Fault::Output(_)
            | Fault::Signals(_) => Vec::new(),
        }
    }

    /// Whether the reader of standard output has had enough, which is no failure.
    pub(crate) fn is_closed_pipe(&self) -> bool {
        let source = match self {
            Fault::Output(source) => source,
            Fault::Store(StoreError::Io { source, .. })
            | Fault::Lookup(LookupError::Store(StoreError::Io { source, .. }))
            | Fault::Report(ReportError::Store(StoreError::Io { source, .. }))
            | Fault::Run(RunError::Store(StoreError::Io { source, .. })) => source,
            _ => return false,
        };
        source.kind() == io::ErrorKind::BrokenPipe
    }
}
