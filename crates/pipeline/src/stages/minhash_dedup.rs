//! `minhash_dedup`: one of nearly equal documents.

use super::{Made, Options, compared};
use crate::dedup::index::Index;
use crate::dedup::{Dedup, Join, Mode};
use cc_math_dedup::keep::{Criterion, Policy};
use cc_math_dedup::minhash::{Choice, Hasher, InvalidParameters, Preset};
use cc_math_dedup::normal::Form;
use cc_math_dedup::shingle::Unit;
use cc_math_dedup::sketch::Scheme;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Keeps one of all documents that are nearly the same, by MinHash: n-grams of the normalised text
/// are hashed under many permutations, whose minima, `rows` at a time, make `bands`. Two documents of
/// Jaccard similarity s agree in a band with probability 1 - (1 - s^rows)^bands: more bands find
/// more, more rows find less. Documents that agree in a band are joined, and so are those joined with
/// them; of each such cluster one stays. All documents of the run are compared, out of core.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct MinhashDedup {
    /// Parameters of a known corpus; those given beside it replace its own.
    #[serde(default = "fineweb")]
    preset: Preset,
    /// How texts are normalised.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    form: Option<Form>,
    /// What n-grams are of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    unit: Option<Unit>,
    /// How many of them make an n-gram.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ngram: Option<usize>,
    /// Bands of a signature.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    bands: Option<usize>,
    /// Minima of a band.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rows: Option<usize>,
    /// Seed of the permutations.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    seed: Option<u32>,
    /// Which of them stays: what speaks for a document, the most important first. Where all is
    /// equal the lowest id decides, and then the order of the inputs.
    #[serde(default = "longest")]
    keep: Vec<Criterion>,
    /// Drop nothing, but say which documents are alike: `cluster_id`, the id of the one that would
    /// stay, and `cluster_size`.
    #[serde(default)]
    annotate: bool,
    /// A document goes only if it is at least so similar to the one that stays, by an estimate from
    /// their signatures. Two that met in a band by chance, or through a chain of others, both stay.
    #[serde(default)]
    #[schemars(range(min = 0, max = 1))]
    min_similarity: f64,
    /// How matches become clusters.
    #[serde(default)]
    join: Join,
    /// Compare with what other runs wrote down of their documents, too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    index: Option<Index>,
}

fn fineweb() -> Preset {
    Preset::Fineweb
}

fn longest() -> Vec<Criterion> {
    vec![Criterion::Longest]
}

impl Options for MinhashDedup {
    const NAME: &'static str = "minhash_dedup";

    fn make(self, _: u64) -> Result<Made, (&'static str, String)> {
        let Self { preset, form, unit, ngram, bands, rows, seed, .. } = self;
        let choice = Choice { preset, form, unit, ngram, bands, rows, seed };
        let parameters = choice.parameters();
        parameters.validate().map_err(|error| (option(&error), error.to_string()))?;
        let hasher = Arc::new(Hasher::new(parameters));
        let scheme = Scheme::MinHash { policy: Policy(self.keep), hasher };
        if !(0.0..=1.0).contains(&self.min_similarity) {
            let message =
                format!("`min_similarity` is to be from 0 to 1, not {}", self.min_similarity);
            return Err(("min_similarity", message));
        }
        compared(Dedup {
            name: Self::NAME,
            scheme,
            mode: Mode::of(self.annotate),
            least: self.min_similarity,
            join: self.join,
            index: self.index,
        })
    }
}

/// The option that an error is about.
fn option(error: &InvalidParameters) -> &'static str {
    match error {
        InvalidParameters::Ngram(_) => "ngram",
        InvalidParameters::Permutations { .. } => "bands",
    }
}
