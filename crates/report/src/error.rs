//! What keeps a folder from being read, in sentences an operator can act on.

use cc_math_core::MANIFEST_FORMAT;
use cc_math_store::StoreError;

/// A failure to read a run's output folder.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// A file cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is no such folder.
    #[error("no folder `{0}`")]
    NoFolder(String),
    /// The folder has no manifest, though a run has begun in it.
    #[error("the run in `{0}` is not finished: it has no manifest yet")]
    Unfinished(String),
    /// The folder has no manifest, and nothing shows that a run wrote there.
    #[error("`{0}` is not the output folder of a run: it has no manifest.json")]
    NotARun(String),
    /// The manifest was written by another version.
    #[error("`{path}` has the format `{format}`, and this version reads `{MANIFEST_FORMAT}`")]
    Version {
        /// The manifest.
        path: String,
        /// What it says of itself.
        format: String,
    },
    /// A file is not what the run wrote.
    #[error("`{path}` is damaged: {message}")]
    Damaged {
        /// The file.
        path: String,
        /// What is wrong with it.
        message: String,
    },
    /// The documents were written in a shape that is not read back.
    #[error("the documents in `{0}` are Markdown, which is not read back")]
    Markdown(String),
}

impl ReportError {
    /// What the operator can do about it, one sentence each.
    pub fn hints(&self) -> Vec<String> {
        let hint = match self {
            Self::Store(StoreError::Io { .. } | StoreError::Parquet { .. })
            | Self::Damaged { .. } => {
                "delete the file and run the same command again: that task alone is done anew"
            }
            Self::Store(error) => return error.hints(),
            Self::NoFolder(name) if name.contains("://") => {
                "copy manifest.json, run.json, documents/ and rejects/ to a folder here, and name that"
            }
            Self::NoFolder(_) => {
                "name the folder that `cc-math extract -o` or `cc-math run` wrote to"
            }
            Self::Unfinished(_) => "run the same command again: it goes on from where it stopped",
            Self::NotARun(_) => {
                "name the folder itself, the one that holds documents/ and rejects/"
            }
            Self::Version { .. } => {
                "read it with the version of cc-math that wrote it, or a newer one"
            }
            Self::Markdown(_) => {
                "run with `--format parquet` or `--format jsonl` to look into documents"
            }
        };
        vec![hint.into()]
    }
}
