//! `persist`: what came so far is kept.

use super::{Made, Options};
use crate::legs::Turn;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Keeps the documents that get here, in `.cc-math/` of the output folder, so that stages behind
/// it can be changed without those before it being run again.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Persist {}

impl Options for Persist {
    const NAME: &'static str = "persist";

    fn make(self, _: u64) -> Result<Made, (&'static str, String)> {
        Ok(Made::Turn(Turn::Persist))
    }
}
