//! `substring_dedup`: stretches of text that are in other documents.

use super::paragraph_dedup::Kept;
use super::{Made, Options, compare};
use crate::dedup::index::Index;
use cc_math_dedup::passage::Passages;
use cc_math_dedup::sketch::Scheme;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Takes out every stretch of so many tokens that is anywhere else in the corpus: the union of all
/// windows that occur before, exactly (by a hash of 128 bits), whatever the corpus is cut into.
/// A token is a word, a number or any other character but white space. All documents of the run are
/// compared, out of core: 24 bytes a token are written for that. A document of which nothing is left
/// is dropped.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SubstringDedup {
    /// Tokens of the shortest stretch.
    #[serde(default = "fifty")]
    #[schemars(range(min = 2))]
    tokens: usize,
    /// Leave formulas and fenced code whole, even inside such a stretch.
    #[serde(default = "yes")]
    spare: bool,
    /// Which of equal stretches stays: the first or none.
    #[serde(default)]
    keep: Kept,
    /// Take nothing out, but say in `repeated_bytes` how much would be.
    #[serde(default)]
    annotate: bool,
    /// Compare with what other runs wrote down of their documents, too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    index: Option<Index>,
}

fn fifty() -> usize {
    50
}

fn yes() -> bool {
    true
}

impl Options for SubstringDedup {
    const NAME: &'static str = "substring_dedup";

    fn make(self, _: u64) -> Result<Made, (&'static str, String)> {
        if !(2..=1 << 20).contains(&self.tokens) {
            let message = format!("`tokens` is to be from 2 to {}, not {}", 1 << 20, self.tokens);
            return Err(("tokens", message));
        }
        let keep_first = self.keep == Kept::First;
        let passages = Passages::Windows { tokens: self.tokens, spare: self.spare, keep_first };
        compare::<Self>(Scheme::Passages(passages), self.annotate, self.index)
    }
}
