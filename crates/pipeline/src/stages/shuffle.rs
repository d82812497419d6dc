//! `shuffle`: all documents in random order.

use super::{Made, Options};
use crate::legs::Turn;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Puts all documents in a random order, out of core: however many there are, a few dozen
/// megabytes of them are in memory. The order follows from the documents' ids and the seed alone,
/// not from how the input is cut.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Shuffle {
    /// Seed of this order alone; the pipeline's where none is given.
    #[serde(default)]
    seed: Option<u64>,
}

impl Options for Shuffle {
    const NAME: &'static str = "shuffle";

    fn make(self, seed: u64) -> Result<Made, (&'static str, String)> {
        Ok(Made::Turn(Turn::Shuffle { seed: self.seed.unwrap_or(seed) }))
    }
}
