//! What stops a run, in sentences an operator can act on.

use cc_math_store::StoreError;

/// A failure after which a run cannot go on. A failing input is not one.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// A file cannot be listed, read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The output folder was made with other options.
    #[error("`{out}` holds the output of a run with other options ({differences})")]
    OtherPlan {
        /// The output folder.
        out: String,
        /// What differs: `math: required, now any`.
        differences: String,
    },
    /// The output folder holds something that no run wrote.
    #[error("`{0}` is not empty and was not written by `cc-math`")]
    NotOurs(String),
    /// Another process is writing to the output folder.
    #[error("another run is writing to `{0}`")]
    Busy(String),
    /// A table that the run keeps about itself cannot be understood.
    #[error("`{path}` is damaged: {message}")]
    Damaged {
        /// The file.
        path: String,
        /// What is wrong with it.
        message: String,
    },
    /// Records went missing: a fault of this program.
    #[error("{task}: {records} records were read, but {rows} rows were written")]
    Unbalanced {
        /// The task.
        task: String,
        /// Records read.
        records: u64,
        /// Rows written to documents and rejects.
        rows: u64,
    },
    /// A thread could not be started.
    #[error("cannot start a thread: {0}")]
    Thread(std::io::Error),
}

impl RunError {
    /// What the operator can do about it, one sentence each.
    pub fn hints(&self) -> Vec<String> {
        match self {
            Self::Store(error) => error.hints(),
            Self::OtherPlan { .. } => vec![
                "name another folder, or give the same options to go on with that run".into(),
                "`--overwrite` deletes what that run wrote and starts anew".into(),
            ],
            Self::NotOurs(_) => vec!["name a folder that is empty or does not exist".into()],
            Self::Busy(_) => vec!["wait for it to end, or name another folder".into()],
            Self::Damaged { .. } => vec!["`--overwrite` starts anew".into()],
            Self::Unbalanced { .. } => {
                vec!["this is a fault of cc-math; please report it with the input's name".into()]
            }
            Self::Thread(_) => vec!["try fewer with `--threads`".into()],
        }
    }
}
