//! What a signature depends on, and what known corpora chose.

use crate::normal::Form;
use crate::shingle::Unit;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The most permutations of a signature: RefinedWeb, the longest that is known, has 9,000.
const MAX_PERMUTATIONS: usize = 1 << 16;

/// The most words or characters of a shingle.
const MAX_NGRAM: usize = 1000;

/// What a signature depends on: two that differ in any of it cannot be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Parameters {
    /// The normal form of the text.
    pub form: Form,
    /// What a shingle is a run of.
    pub unit: Unit,
    /// How many units a shingle has.
    pub ngram: usize,
    /// Bands of a signature. More bands find more pairs.
    pub bands: usize,
    /// Rows of a band. More rows find fewer pairs.
    pub rows: usize,
    /// What the permutations are drawn from.
    pub seed: u32,
}

/// Why parameters make no signature.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum InvalidParameters {
    /// Shingles of nothing, or of too much.
    #[error("a shingle has between 1 and {MAX_NGRAM} words or characters, not {0}")]
    Ngram(usize),
    /// A signature of nothing, or of too much.
    #[error("a signature has between 1 and {MAX_PERMUTATIONS} values, not {bands} x {rows}")]
    Permutations {
        /// The bands asked for.
        bands: usize,
        /// The rows asked for.
        rows: usize,
    },
}

impl Parameters {
    /// Whether signatures can be made.
    pub fn validate(&self) -> Result<(), InvalidParameters> {
        let (bands, rows) = (self.bands, self.rows);
        if !(1..=MAX_NGRAM).contains(&self.ngram) {
            return Err(InvalidParameters::Ngram(self.ngram));
        }
        match bands.checked_mul(rows) {
            Some(1..=MAX_PERMUTATIONS) => Ok(()),
            _ => Err(InvalidParameters::Permutations { bands, rows }),
        }
    }

    /// Values of a signature: one a permutation.
    pub fn permutations(&self) -> usize {
        self.bands.saturating_mul(self.rows).min(MAX_PERMUTATIONS)
    }
}

/// What known corpora were deduplicated with, as far as it is published.
///
/// All keep datatrove's normal form and permutations; only shingles, bands and rows are those of the
/// corpus.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Preset {
    /// FineWeb, and datatrove's defaults: 5 words, 14 bands of 8 rows, seed 1.
    Fineweb,
    /// Nemotron-CC and NeMo Curator's defaults: 24 characters, 20 bands of 13 rows, seed 42. It finds
    /// 68 % of the pairs whose similarity is 0.8.
    Nemotron,
    /// DCLM: 5 words, 93 bands of 15 rows, as its paper is cited; the final corpus was made without
    /// MinHash.
    Dclm,
    /// OLMo 3: 26 bands of 11 rows. Its shingles are 5 tokens of cl100k; here they are 5 words, until
    /// there is a tokeniser.
    Olmo3,
}

/// A preset, and what is given in place of its own parameters.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Choice {
    /// The preset.
    pub preset: Preset,
    /// The normal form of the text.
    #[serde(default)]
    pub form: Option<Form>,
    /// What a shingle is a run of.
    #[serde(default)]
    pub unit: Option<Unit>,
    /// How many units a shingle has.
    #[serde(default)]
    pub ngram: Option<usize>,
    /// Bands of a signature.
    #[serde(default)]
    pub bands: Option<usize>,
    /// Rows of a band.
    #[serde(default)]
    pub rows: Option<usize>,
    /// What the permutations are drawn from.
    #[serde(default)]
    pub seed: Option<u32>,
}

impl Choice {
    /// The parameters.
    pub fn parameters(self) -> Parameters {
        let preset = self.preset.parameters();
        Parameters {
            form: self.form.unwrap_or(preset.form),
            unit: self.unit.unwrap_or(preset.unit),
            ngram: self.ngram.unwrap_or(preset.ngram),
            bands: self.bands.unwrap_or(preset.bands),
            rows: self.rows.unwrap_or(preset.rows),
            seed: self.seed.unwrap_or(preset.seed),
        }
    }
}

impl Preset {
    /// The parameters.
    pub fn parameters(self) -> Parameters {
        let (unit, ngram, bands, rows, seed) = match self {
            Preset::Fineweb => (Unit::Words, 5, 14, 8, 1),
            Preset::Nemotron => (Unit::Chars, 24, 20, 13, 42),
            Preset::Dclm => (Unit::Words, 5, 93, 15, 1),
            Preset::Olmo3 => (Unit::Words, 5, 26, 11, 1),
        };
        Parameters { form: Form::Datatrove, unit, ngram, bands, rows, seed }
    }
}
