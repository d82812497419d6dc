//! `select`: which metadata documents go on with.

use super::{Made, Options};
use cc_math_core::{Document, Map, Verdict};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Keeps the named entries of a document's metadata and takes out all others. Columns stay.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Select {
    /// Names of the entries that are kept.
    metadata: BTreeSet<String>,
}

impl Options for Select {
    const NAME: &'static str = "select";

    fn make(self, _: u64) -> Result<Made, (&'static str, String)> {
        Ok(Made::map(self))
    }
}

impl Map for Select {
    fn apply(&self, document: &mut Document) -> Verdict {
        document.metadata.retain(|name, _| self.metadata.contains(name));
        Verdict::Keep
    }
}
