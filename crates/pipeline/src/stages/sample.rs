//! `sample`: a random share of the documents.

use super::{Made, Options};
use crate::draw;
use cc_math_core::{Document, Map, Verdict};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Keeps a random share of the documents. A document is drawn by its id and the seed alone: the
/// same ones in every run, however the input is cut, and a larger share holds all of a smaller. A
/// pipeline's own tests pass it by.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Sample {
    /// The share that is kept, from 0 to 1.
    #[schemars(range(min = 0, max = 1))]
    rate: f64,
    /// Seed of this draw alone; the pipeline's where none is given.
    #[serde(default)]
    seed: Option<u64>,
}

impl Options for Sample {
    const NAME: &'static str = "sample";
    const RANDOM: bool = true;
    const SHORT: Option<&'static str> = Some("rate");

    fn make(self, seed: u64) -> Result<Made, (&'static str, String)> {
        if !(0.0..=1.0).contains(&self.rate) {
            return Err(("rate", format!("`rate` is to be from 0 to 1, not {}", self.rate)));
        }
        Ok(Made::map(Draw { rate: self.rate, seed: self.seed.unwrap_or(seed) }))
    }
}

struct Draw {
    rate: f64,
    seed: u64,
}

impl Map for Draw {
    fn apply(&self, document: &mut Document) -> Verdict {
        draw::below(draw::key(self.seed, "", document), self.rate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(rate: f64, seed: u64) -> Vec<usize> {
        let draw = Draw { rate, seed };
        let kept = (0..4000).filter(|n| {
            let mut document = Document::new("u", String::new());
            document.id = format!("{n:032x}");
            draw.apply(&mut document) == Verdict::Keep
        });
        kept.collect()
    }

    #[test]
    fn a_share_is_drawn_and_a_larger_one_holds_it() {
        let (tenth, half) = (drawn(0.1, 7), drawn(0.5, 7));
        assert!((300..500).contains(&tenth.len()), "{}", tenth.len());
        assert!((1800..2200).contains(&half.len()), "{}", half.len());
        assert!(tenth.iter().all(|n| half.binary_search(n).is_ok()));
        assert_ne!(tenth, drawn(0.1, 8));
        assert_eq!((drawn(0.0, 7).len(), drawn(1.0, 7).len()), (0, 4000));
    }
}
