//! `exact_dedup`: one of equal documents.

use super::{Made, Options, compare};
use crate::dedup::index::Index;
use cc_math_dedup::keep::{Criterion, Policy};
use cc_math_dedup::sketch::Scheme;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Keeps one of all documents that have the same text, or the same address. All documents of the
/// run are compared, out of core: 45 bytes a document are written for that, and eight more for each
/// entry of `keep`.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ExactDedup {
    /// What is compared.
    #[serde(default)]
    by: By,
    /// Which of them stays: what speaks for a document, the most important first. Where all is
    /// equal the lowest id decides, and then the order of the inputs.
    #[serde(default)]
    keep: Vec<Criterion>,
    /// Drop nothing, but say which documents are the same: `cluster_id`, the id of the one that
    /// would stay, and `cluster_size`.
    #[serde(default)]
    annotate: bool,
    /// Compare with what other runs wrote down of their documents, too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    index: Option<Index>,
}

#[derive(Debug, Default, Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum By {
    /// The text, but for white space at its ends, by a hash of 128 bits.
    #[default]
    Text,
    /// The address. Scheme, upper case of the host, a leading `www.`, the usual port, a fragment
    /// and a last slash do not count.
    Url,
}

impl Options for ExactDedup {
    const NAME: &'static str = "exact_dedup";

    fn make(self, _: u64) -> Result<Made, (&'static str, String)> {
        let policy = Policy(self.keep);
        let scheme = match self.by {
            By::Text => Scheme::Text(policy),
            By::Url => Scheme::Url(policy),
        };
        compare::<Self>(scheme, self.annotate, self.index)
    }
}
