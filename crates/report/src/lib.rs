//! What a run did, told to people: from its output folder alone.
//!
//! [`Folder`] reads the manifest and the rows of a finished run. [`Survey`] counts and samples
//! them for one page of HTML ([`Survey::to_html`]); [`trace`] follows one record; [`Entry`] shows
//! rows one by one; [`Comparison`] tells why two runs differ. This crate runs nothing and knows
//! nothing of stages but their names: what a stage says of a reject is its `reason` and
//! `detail`, and where the detail tells a number and its bound ([`Signal`]), the report shows
//! what lies nearest to it.
//!
//! Invariants:
//! - Rows pass by one at a time: memory does not grow with the folder.
//! - Nothing of a document reaches HTML or a terminal as anything but text.
//! - The same folder gives the same bytes.

mod chart;
mod compare;
mod entry;
mod error;
mod evidence;
mod folder;
mod formula;
mod html;
mod measured;
mod names;
mod options;
mod page;
mod sample;
mod signal;
mod survey;
mod tally;
mod text;
mod trace;

pub use compare::{
    Change, Comparison, Differing, DifferingDocument, Documents, Gone, GoneDocument, compare,
};
pub use entry::{Entries, Entry, Filter, MARK, entries};
pub use error::ReportError;
pub use folder::{Folder, Located, LocatedRows};
pub use formula::mathml;
pub use measured::{Measured, MeasuredGate};
pub use sample::Smallest;
pub use signal::Signal;
pub use survey::Survey;
pub use trace::{StageWord, Trace, Word, trace};
