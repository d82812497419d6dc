//! Runs: from a list of inputs to an output folder, resumable and the same every time.
//!
//! A [`Pipeline`] is what a YAML file says, once nothing in it is wrong; it makes a [`Plan`].
//! A [`Plan`] cuts the inputs into tasks; [`run`] works them off on any number
//! of threads and writes documents, rejects, a manifest and an account of
//! formulas. Which thread does what, and when, shows in nothing that is
//! written. This crate decides order, memory, resumption and accounting; what
//! a record is, what a page says and how a table is written it leaves to the
//! crates below.
//!
//! Invariants:
//! - An unfinished output is invisible: files get their names when their task is done.
//! - Every record read is a row of `documents/` or of `rejects/`; each task checks that.
//! - Rows are in the order of the inputs, and blocks end where the rows' bytes say so.

mod cluster;
mod dedup;
mod documents;
mod draw;
mod engine;
mod error;
mod estimate;
mod folder;
mod guard;
mod legs;
mod mix;
mod plan;
mod policy;
mod process;
mod run;
mod schema;
mod share;
mod source;
mod spec;
mod stages;
mod tables;
mod trial;
mod urls;

pub use cluster::{Cluster, shell_word, worker_megabytes};
pub use dedup::Comparison;
pub use dedup::index::{IndexedSource, indexed_sources, remove_indexed};
pub use error::RunError;
pub use estimate::{Basis, Estimate};
pub use plan::{ExtractOptions, Plan};
pub use policy::Approved;
pub use process::{PageReading, read_page};
pub use run::{Destination, Progress, Report, RunOptions, run};
pub use schema::{pipeline_schema, reference};
pub use share::{Occupied, Share, Survey, run_share};
pub use spec::{Alone, Pipeline};
pub use stages::{STAGES, StageKind};
pub use trial::Trial;
