//! `paragraph_dedup`: paragraphs that are in other documents.

use super::{Made, Options, compare};
use crate::dedup::index::Index;
use cc_math_dedup::passage::{Passages, Unit};
use cc_math_dedup::sketch::Scheme;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Takes out paragraphs that are in an earlier document, or earlier in the same one. All documents
/// of the run are compared, out of core: 24 bytes a paragraph are written for that. A document of
/// which nothing is left is dropped.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ParagraphDedup {
    /// What a paragraph is. A fenced block of code is always one.
    #[serde(default = "paragraph")]
    unit: Unit,
    /// Shorter paragraphs are left alone, such as steps of a proof.
    #[serde(default = "ten")]
    min_words: usize,
    /// Paragraphs of this kind are left alone.
    #[serde(default = "all")]
    spare: Vec<Spared>,
    /// Which of equal paragraphs stays: the first or none.
    #[serde(default)]
    keep: Kept,
    /// Take nothing out, but say in `repeated_bytes` how much would be.
    #[serde(default)]
    annotate: bool,
    /// Compare with what other runs wrote down of their documents, too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    index: Option<Index>,
}

/// What is left alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Spared {
    /// Those with a formula.
    Formulas,
    /// Fenced blocks of code.
    Code,
}

/// Which of equal passages stays.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kept {
    /// The first, in the order of the inputs.
    #[default]
    First,
    /// None.
    None,
}

fn paragraph() -> Unit {
    Unit::Paragraph
}

fn ten() -> usize {
    10
}

fn all() -> Vec<Spared> {
    vec![Spared::Formulas, Spared::Code]
}

impl Options for ParagraphDedup {
    const NAME: &'static str = "paragraph_dedup";

    fn make(self, _: u64) -> Result<Made, (&'static str, String)> {
        let passages = Passages::Blocks {
            unit: self.unit,
            min_words: self.min_words,
            spare_formulas: self.spare.contains(&Spared::Formulas),
            spare_code: self.spare.contains(&Spared::Code),
            keep_first: self.keep == Kept::First,
        };
        compare::<Self>(Scheme::Passages(passages), self.annotate, self.index)
    }
}
