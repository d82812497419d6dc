//! What is written down of a document before all of them are known, so that it can be compared with
//! the others afterwards.

use crate::bloom::Overlap;
use crate::formulas;
use crate::keep::Policy;
use crate::minhash::Hasher;
use crate::passage::Passages;
use crate::segment::Shape;
use crate::shingle::Scratch;
use crate::url;
use cc_math_core::Document;
use serde_json::{Value as Json, json};
use std::sync::Arc;
use xxhash_rust::xxh3::xxh3_128;

/// What makes two documents, or passages of them, the same.
#[derive(Debug, Clone)]
pub enum Scheme {
    /// Equal texts.
    Text(Policy),
    /// Equal addresses.
    Url(Policy),
    /// MinHash signatures that agree in a band.
    MinHash {
        /// Which of them stays.
        policy: Policy,
        /// What makes signatures.
        hasher: Arc<Hasher>,
    },
    /// Equal passages.
    Passages(Passages),
    /// N-grams that came before.
    Bloom(Overlap),
}

/// What is written down of one document.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sketch {
    /// Its rank and name, and a digest of its signature where it has one.
    pub facts: Vec<u8>,
    /// Keys of it or of its passages, each with its place: the band, or the passage's number.
    pub keys: Vec<(u128, u32)>,
    /// A document of so many passages that their keys are handed over one by one
    /// ([`Scheme::late_keys`]).
    pub late: Option<Box<Document>>,
}

/// Bytes of text from which on that is so.
const LATE: usize = 4 << 20;

/// Bytes of a document's number in a record.
const ROW: usize = 4;

/// Minima of a signature that its digest tells of.
const DIGEST: usize = 256;

impl Scheme {
    /// All that shows in its sketches: those of two schemes that say the same can be compared.
    pub fn to_json(&self) -> Json {
        match self {
            Self::Text(policy) => json!({ "text": { "keep": policy.0 } }),
            Self::Url(policy) => json!({ "url": { "keep": policy.0 } }),
            Self::MinHash { policy, hasher } => {
                json!({ "minhash": { "keep": policy.0, "parameters": hasher.parameters() } })
            }
            Self::Passages(Passages::Blocks {
                unit,
                min_words,
                spare_formulas,
                spare_code,
                keep_first,
            }) => json!({ "blocks": [unit, min_words, spare_formulas, spare_code, keep_first] }),
            Self::Passages(Passages::Windows { tokens, .. }) => json!({ "windows": tokens }),
            Self::Bloom(overlap) => json!({ "bloom": { "ngram": overlap.ngram } }),
        }
    }

    /// The shape of the segments that sketches go to. Behind its key a record has the number of its
    /// document, four bytes, and then what [`Scheme::payload`] says.
    pub fn shape(&self) -> Shape {
        match self {
            Self::Text(policy) | Self::Url(policy) => {
                Shape { sections: 1, key: 16, payload: ROW + policy.width(), facts: 0 }
            }
            Self::MinHash { hasher, .. } => {
                let facts = self.facts();
                Shape { sections: hasher.parameters().bands, key: 8, payload: ROW, facts }
            }
            Self::Passages(_) => Shape { sections: 1, key: 16, payload: ROW + 4, facts: 0 },
            Self::Bloom(_) => Shape { sections: 0, key: 16, payload: 0, facts: self.facts() },
        }
    }

    /// Bytes of a sketch's facts.
    pub fn facts(&self) -> usize {
        match self {
            Self::Text(policy) | Self::Url(policy) => policy.width(),
            Self::MinHash { policy, hasher } => {
                policy.width() + hasher.parameters().permutations().min(DIGEST).div_ceil(4)
            }
            Self::Passages(_) => 0,
            // How many n-grams it has.
            Self::Bloom(_) => 8,
        }
    }

    /// The section that a key of this place goes to.
    pub fn section(&self, place: u32) -> usize {
        if let Self::MinHash { .. } = self { place as usize } else { 0 }
    }

    /// What a record has behind its document's number.
    pub fn payload<'a>(&self, sketch: &'a Sketch, place: &'a [u8; 4]) -> &'a [u8] {
        match self {
            Self::Text(_) | Self::Url(_) => &sketch.facts,
            Self::MinHash { .. } | Self::Bloom(_) => &[],
            Self::Passages(_) => place,
        }
    }

    /// Which documents stay, where whole documents are compared.
    pub fn policy(&self) -> Option<&Policy> {
        match self {
            Self::Text(policy) | Self::Url(policy) | Self::MinHash { policy, .. } => Some(policy),
            Self::Passages(_) | Self::Bloom(_) => None,
        }
    }

    /// What passages are cut out of documents, where documents are not dropped as a whole.
    pub fn passages(&self) -> Option<&Passages> {
        match self {
            Self::Passages(passages) | Self::Bloom(Overlap { spared: passages, .. }) => {
                Some(passages)
            }
            Self::Text(_) | Self::Url(_) | Self::MinHash { .. } => None,
        }
    }

    /// Looks at a document.
    pub fn sketch(&self, document: &Document, scratch: &mut Scratch) -> Sketch {
        let mut sketch = Sketch::default();
        let Sketch { facts, keys, .. } = &mut sketch;
        self.policy().into_iter().for_each(|policy| policy.write(document, facts));
        match self {
            Self::Text(_) => keys.push((xxh3_128(document.text.trim().as_bytes()), 0)),
            Self::Url(_) => keys.extend(url::key(&document.url).map(|key| (key, 0))),
            Self::MinHash { hasher, .. } => {
                let formulas = formulas::of(document);
                if let Some(signature) = hasher.signature(&document.text, &formulas, scratch) {
                    digest(signature, facts);
                    let mut bands = Vec::new();
                    hasher.bands(signature, &mut bands);
                    keys.extend(bands.into_iter().map(|band| u128::from(band) << 64).zip(0..));
                }
            }
            Self::Passages(_) if document.text.len() >= LATE => {
                let formulas = document.formulas.clone();
                let late = Document { formulas, ..Document::new("", document.text.clone()) };
                sketch.late = Some(Box::new(late));
            }
            Self::Passages(passages) => passages.keys(document, keys),
            Self::Bloom(overlap) => facts.extend(overlap.count(&document.text).to_be_bytes()),
        }
        sketch
    }

    /// Hands over the keys of a document that a sketch has none of yet, each with its place.
    pub fn late_keys(&self, sketch: &Sketch, take: &mut dyn FnMut(u128, u32)) {
        if let (Self::Passages(passages), Some(document)) = (self, &sketch.late) {
            passages.each_key(document, take);
        }
    }
}

/// The two lowest bits of each of the first minima (b-bit minwise hashing: Li and König, 2010).
fn digest(signature: &[u64], bytes: &mut Vec<u8>) {
    for minima in signature.get(..DIGEST).unwrap_or(signature).chunks(4) {
        bytes.push(minima.iter().fold(0, |byte, value| (byte << 2) | (value & 3) as u8));
    }
}

/// An estimate of two documents' Jaccard similarity from the digests of their signatures, which are
/// of so many minima: the share that agrees, less what agrees by chance.
pub fn similarity(a: &[u8], b: &[u8], minima: usize) -> f64 {
    let count = minima.clamp(1, DIGEST);
    let differing: u32 =
        a.iter().zip(b).map(|(x, y)| (((x ^ y) | ((x ^ y) >> 1)) & 0x55).count_ones()).sum();
    let agreeing = 1.0 - f64::from(differing) / count as f64;
    ((agreeing - 0.25) / 0.75).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_tell_how_much_two_signatures_agree() {
        let value = |n: u64| xxhash_rust::xxh3::xxh3_64(&n.to_le_bytes());
        let one: Vec<u64> = (0..112).map(value).collect();
        for (differing, expected) in [(0, 1.0), (28, 0.75), (112, 0.0)] {
            let other: Vec<u64> =
                (0..112).map(|n| value(if n < differing { n + 1000 } else { n })).collect();
            let (mut a, mut b) = (Vec::new(), Vec::new());
            digest(&one, &mut a);
            digest(&other, &mut b);
            assert_eq!(a.len(), 28);
            let estimate = similarity(&a, &b, 112);
            assert!((estimate - expected).abs() < 0.15, "{differing}: {estimate}");
        }
    }
}
