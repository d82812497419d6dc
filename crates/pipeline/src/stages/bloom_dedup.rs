//! `bloom_dedup`: lines and documents whose n-grams came before.

use super::paragraph_dedup::Spared;
use super::{Made, Options, compare};
use crate::dedup::index::Index;
use cc_math_dedup::bloom::Overlap;
use cc_math_dedup::passage::{Passages, Unit};
use cc_math_dedup::sketch::Scheme;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Takes out lines, and drops documents, whose n-grams are in documents before them, by a Bloom
/// filter, as DCLM's BFF does. The filter is sized for the n-grams of the run, which are counted
/// first. One task looks at all documents, in the order of the inputs.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct BloomDedup {
    /// Tokens of an n-gram: words, numbers, or any other characters but white space.
    #[serde(default = "thirteen")]
    #[schemars(range(min = 1))]
    ngram: usize,
    /// The share of n-grams from which on a line or document goes.
    #[serde(default = "most")]
    #[schemars(range(min = 0, max = 1))]
    overlap: f64,
    /// What goes.
    #[serde(default)]
    what: What,
    /// The rate at which n-grams are taken for others that came before.
    #[serde(default = "percent")]
    #[schemars(range(min = 0, max = 1))]
    false_positive_rate: f64,
    /// Lines of this kind are left alone; their n-grams count all the same.
    #[serde(default = "all")]
    spare: Vec<Spared>,
    /// Take nothing out, but say in `repeated_bytes` how much would be.
    #[serde(default)]
    annotate: bool,
    /// Hold documents against the filters of other runs, too, or add this run's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    index: Option<Index>,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum What {
    /// Lines.
    Lines,
    /// Documents.
    Documents,
    /// Documents, and lines of those that stay.
    #[default]
    Both,
}

fn thirteen() -> usize {
    13
}

fn most() -> f64 {
    0.8
}

fn percent() -> f64 {
    0.01
}

fn all() -> Vec<Spared> {
    vec![Spared::Formulas, Spared::Code]
}

impl Options for BloomDedup {
    const NAME: &'static str = "bloom_dedup";

    fn make(self, _: u64) -> Result<Made, (&'static str, String)> {
        if !(1..=1000).contains(&self.ngram) {
            return Err(("ngram", format!("`ngram` is to be from 1 to 1000, not {}", self.ngram)));
        }
        let shares = [("overlap", self.overlap), ("false_positive_rate", self.false_positive_rate)];
        for (name, share) in shares {
            if !(share > 0.0 && share <= 1.0) {
                return Err((
                    name,
                    format!("`{name}` is to be above 0 and at most 1, not {share}"),
                ));
            }
        }
        let overlap = Overlap {
            ngram: self.ngram,
            share: self.overlap,
            lines: self.what != What::Documents,
            documents: self.what != What::Lines,
            rate: self.false_positive_rate,
            spared: Passages::Blocks {
                unit: Unit::Line,
                min_words: 0,
                spare_formulas: self.spare.contains(&Spared::Formulas),
                spare_code: self.spare.contains(&Spared::Code),
                keep_first: true,
            },
        };
        compare::<Self>(Scheme::Bloom(overlap), self.annotate, self.index)
    }
}
