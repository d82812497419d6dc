//! `cc-math decontaminate`: items of benchmarks in documents, by hand.

use crate::stage::Named;

/// The stage of that name.
#[derive(Debug)]
pub(crate) struct Decontaminate;

impl Named for Decontaminate {
    const NAME: &'static str = "decontaminate";
}
