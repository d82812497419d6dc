//! `limit`: the first documents.

use super::{Made, Options};
use crate::legs::Turn;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Keeps the first documents, in the order of the inputs' names, and drops those that follow.
/// Inputs behind the last document that is kept are not read, if no `persist`, `shuffle` or
/// `limit` comes before. A pipeline's own tests pass it by.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Limit {
    /// How many are kept.
    #[schemars(range(min = 1))]
    documents: u64,
}

impl Options for Limit {
    const NAME: &'static str = "limit";
    const SHORT: Option<&'static str> = Some("documents");

    fn make(self, _: u64) -> Result<Made, (&'static str, String)> {
        match self.documents {
            0 => Err(("documents", "`documents` is to be 1 or more".into())),
            documents => Ok(Made::Turn(Turn::Limit(documents))),
        }
    }
}
