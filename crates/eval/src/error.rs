//! What the operator must mend before anything can be measured.

use cc_math_report::ReportError;
use std::io;
use std::path::{Path, PathBuf};

/// Why an evaluation cannot run. Bad pages are not errors; they are scored as they are.
#[derive(Debug, thiserror::Error)]
pub enum EvalError {
    /// A file that was named cannot be read.
    #[error("cannot read `{}`: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file cannot be written.
    #[error("cannot write `{}`: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A line of a JSONL file is not what it should be.
    #[error("`{}` line {line}: {source}", path.display())]
    Row {
        /// The file.
        path: PathBuf,
        /// Number of the line, from 1.
        line: usize,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// A child process could not be run or did not answer as agreed.
    #[error("`{program}` failed: {detail}")]
    Child {
        /// What was run.
        program: String,
        /// What happened.
        detail: String,
    },
    /// An output folder cannot be read.
    #[error(transparent)]
    Report(ReportError),
    /// A run in which nearly equal documents were not looked for.
    #[error("`{0}` is the output of a run without `minhash_dedup`")]
    NotDeduplicated(String),
    /// Nothing to measure.
    #[error("no page of `{}` was found among the pages given", path.display())]
    NoPages {
        /// The truth file.
        path: PathBuf,
    },
}

impl EvalError {
    /// What can be done about it.
    pub fn hints(&self) -> Vec<String> {
        match self {
            Self::NoPages { .. } => vec![
                "rows and pages meet by the row's `file` under `--pages`, or by address in `--warc`".into(),
                "where rows have no `url`, `--index` names a file that maps their ids".into(),
            ],
            Self::Report(error) => error.hints(),
            Self::NotDeduplicated(_) => {
                vec!["name the output folder of a pipeline with that stage, or of `cc-math dedup minhash`".into()]
            }
            _ => Vec::new(),
        }
    }

    pub(crate) fn read(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| Self::Read { path, source }
    }

    pub(crate) fn child(program: &str, detail: impl ToString) -> Self {
        Self::Child { program: program.into(), detail: detail.to_string() }
    }
}
