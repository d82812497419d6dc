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
    /// The output folder was written by a version that writes other manifests.
    #[error("`{out}` was written by `{writer}`, whose manifests are `{format}`")]
    OtherVersion {
        /// The output folder.
        out: String,
        /// The format of its manifest.
        format: String,
        /// Who wrote it.
        writer: String,
    },
    /// Tasks are to be worked on apart, and the output folder does not know of the plan.
    #[error("`{0}` is not prepared for this pipeline")]
    NotPrepared(String),
    /// A leg cannot begin, because the one before has tasks left.
    #[error("leg {leg} cannot begin: of leg {before}, {open} of {tasks} tasks are not done")]
    TooEarly {
        /// The leg, from 0.
        leg: usize,
        /// The leg before.
        before: usize,
        /// Tasks that are not done.
        open: usize,
        /// All its tasks.
        tasks: usize,
    },
    /// The plan has no such leg or task.
    #[error("the plan has no {what} {index}; there are {count}, counted from 0")]
    NoSuch {
        /// `leg` or `task`.
        what: &'static str,
        /// Which was asked for.
        index: usize,
        /// How many there are.
        count: usize,
    },
    /// Another process is writing to the output folder.
    #[error("another run is writing to `{out}`: {holder}")]
    Busy {
        /// The output folder.
        out: String,
        /// Which process, and since when.
        holder: String,
        /// The object that keeps others off, if it is not a file of this machine.
        lock: Option<String>,
    },
    /// Another process took this run for dead, and writes to the output folder in its place.
    #[error("another run has taken `{out}` over: {holder}")]
    TakenOver {
        /// The output folder.
        out: String,
        /// Which process, and since when.
        holder: String,
    },
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
    /// A column has too many values to make a folder of each.
    #[error("`{column}` has more than {most} values; each would be a folder of the output")]
    ManyPartitions {
        /// The column.
        column: String,
        /// How many values are taken.
        most: usize,
    },
    /// A blend is by tokens, and they are not counted.
    #[error("documents of `{name}` have no `token_count`, by which they are to be blended")]
    NoTokens {
        /// One of the inputs.
        name: String,
    },
    /// A source of a blend has nothing in it.
    #[error("`{0}` holds nothing that could be blended")]
    EmptySource(String),
    /// An index has sketches of another kind.
    #[error("`{source_name}` in the index `{index}` was made with other options")]
    OtherIndex {
        /// The index.
        index: String,
        /// Which of its sources.
        source_name: String,
    },
    /// More documents than a stage can compare.
    #[error("{0}")]
    TooLarge(String),
    /// A thread could not be started.
    #[error("cannot start a thread: {0}")]
    Thread(std::io::Error),
}

impl RunError {
    /// The same of a file that the writers of tables know as their output.
    pub(crate) fn in_folder(self, name: String) -> Self {
        match self {
            Self::Store(error) => Self::Store(error.of_output(name)),
            other => other,
        }
    }

    /// What the operator can do about it, one sentence each.
    pub fn hints(&self) -> Vec<String> {
        match self {
            Self::Store(error) => error.hints(),
            Self::OtherPlan { .. } => vec![
                "name another folder, or give the same options to go on with that run".into(),
                "`--overwrite` deletes what that run wrote and starts anew".into(),
                "of a pipeline, what lies behind a `persist` stage can be changed freely".into(),
            ],
            Self::OtherVersion { .. } => vec![
                "go on with that version, or name another folder".into(),
                "`--overwrite` deletes what that run wrote and starts anew".into(),
            ],
            Self::NotOurs(_) => vec!["name a folder that is empty or does not exist".into()],
            Self::NotPrepared(_) => {
                vec![
                    "`cc-math plan PIPELINE --write DIR` prepares it; then tasks can be run".into(),
                ]
            }
            Self::TooEarly { .. } => vec![
                "run its tasks first; `cc-math task --list` tells which are open".into(),
                "`cc-math run` does all that is left, on this machine".into(),
            ],
            Self::NoSuch { .. } => vec!["`cc-math task --list` tells what there is".into()],
            Self::Busy { lock: None, .. } => {
                vec!["wait for it to end, or name another folder".into()]
            }
            Self::Busy { lock: Some(lock), .. } => vec![
                "wait for it to end, or name another prefix".into(),
                format!(
                    "one that was killed is out of the way ten minutes after it was last heard of, or once `{lock}` is deleted"
                ),
            ],
            Self::TakenOver { .. } => vec![
                "this run was not heard of for ten minutes; the other one goes on with what is done".into(),
            ],
            Self::Damaged { .. } => vec!["`--overwrite` starts anew".into()],
            Self::Unbalanced { .. } => {
                vec!["this is a fault of cc-math; please report it with the input's name".into()]
            }
            Self::ManyPartitions { .. } => {
                vec!["give `partition_by` a column that few values repeat in".into()]
            }
            Self::NoTokens { .. } => vec![
                "blend by `bytes` or `documents`, or count tokens first".into(),
                "a column of another name is mapped by `columns`".into(),
            ],
            Self::EmptySource(_) => vec!["look at its paths, or leave it out".into()],
            Self::OtherIndex { .. } => vec![
                "give the stage the options that the index was made with, `keep` among them".into(),
                "or name another index; `cc-math dedup index` tells what is in one".into(),
            ],
            Self::TooLarge(_) => {
                vec!["compare parts of the corpus first, such as one crawl at a time".into()]
            }
            Self::Thread(_) => vec!["try fewer with `--threads`".into()],
        }
    }
}
