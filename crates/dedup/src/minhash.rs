//! MinHash signatures: what is left of a text to find its near duplicates by.
//!
//! Each of `bands * rows` permutations of the shingles keeps its smallest shingle. Two texts agree
//! in one such minimum with the probability of their Jaccard similarity; they become candidates when
//! all rows of at least one band agree. So **more bands are looser** (more pairs are found) and
//! **more rows are stricter**; see [`probability`].
//!
//! With [`Form::Datatrove`] and [`Unit::Words`], signatures are those of datatrove 0.10.1 for English
//! (its defaults: 64-bit xxHash), value for value.
//!
//! ```
//! use cc_math_dedup::minhash::{Hasher, Preset};
//! use cc_math_dedup::shingle::Scratch;
//! let hasher = Hasher::new(Preset::Fineweb.parameters());
//! let mut scratch = Scratch::default();
//! let one = hasher.signature("The cat sat on the mat.", &[], &mut scratch).map(<[u64]>::to_vec);
//! let two = hasher.signature("the cat sat; on the mat", &[], &mut scratch).map(<[u64]>::to_vec);
//! assert_eq!(one, two);
//! assert_eq!(hasher.signature("Too short.", &[], &mut scratch), None);
//! ```

mod curve;
mod parameters;
mod permutations;
mod random;

pub use curve::{agreement, jaccard, probability, threshold};
pub use parameters::{Choice, InvalidParameters, Parameters, Preset};

use crate::normal::Form;
use crate::shingle::{Scratch, Unit, each};
use cc_math_core::Formula;
use permutations::Permutations;
use xxhash_rust::xxh3::Xxh3Default;

/// Makes signatures. Made once; may be shared between threads.
#[derive(Debug, Clone)]
pub struct Hasher {
    parameters: Parameters,
    permutations: Permutations,
}

impl Hasher {
    /// A hasher. Of parameters that [`Parameters::validate`] refuses, it makes what it can.
    pub fn new(parameters: Parameters) -> Self {
        let permutations = Permutations::new(parameters.seed, parameters.permutations());
        Self { parameters, permutations }
    }

    /// What the hasher was made of.
    pub fn parameters(&self) -> Parameters {
        self.parameters
    }

    /// The minima of a text, band after band, or none of a text that has no shingle.
    pub fn signature<'s>(
        &self,
        text: &str,
        formulas: &[Formula],
        scratch: &'s mut Scratch,
    ) -> Option<&'s [u64]> {
        let mut minima = scratch.take_result();
        let mut seen = false;
        self.permutations.begin(&mut minima);
        each(text, formulas, self.shape(), scratch, &mut |shingles| {
            seen = true;
            self.permutations.lower(&mut minima, shingles);
        });
        scratch.result = minima;
        seen.then_some(&scratch.result)
    }

    /// One number a band, by which texts that agree in the whole band are found: xxh3 of its rows,
    /// eight bytes each, the lowest first.
    pub fn bands(&self, signature: &[u64], out: &mut Vec<u64>) {
        out.clear();
        out.extend(signature.chunks(self.parameters.rows.max(1)).map(band));
    }

    /// Every shingle of a text, in order, repeated ones too.
    pub fn shingles<'s>(
        &self,
        text: &str,
        formulas: &[Formula],
        scratch: &'s mut Scratch,
    ) -> &'s [u64] {
        let mut all = scratch.take_result();
        each(text, formulas, self.shape(), scratch, &mut |shingles| {
            all.extend_from_slice(shingles);
        });
        scratch.result = all;
        &scratch.result
    }

    fn shape(&self) -> (Form, Unit, usize) {
        (self.parameters.form, self.parameters.unit, self.parameters.ngram)
    }
}

fn band(rows: &[u64]) -> u64 {
    let mut hash = Xxh3Default::new();
    for row in rows {
        hash.update(&row.to_le_bytes());
    }
    hash.digest()
}

#[cfg(test)]
mod tests;
