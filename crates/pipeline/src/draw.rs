//! What is random about a document: it follows from its id, a seed and what it is drawn for.

use cc_math_core::{Document, Reason, Verdict};
use xxhash_rust::xxh3::Xxh3;

/// A random number of a document. Draws for other purposes from the same seed have nothing to do
/// with it.
pub(crate) fn key(seed: u64, purpose: &str, document: &Document) -> u64 {
    let mut hasher = Xxh3::with_seed(seed);
    hasher.update(purpose.as_bytes());
    hasher.update(document.id.as_bytes());
    hasher.digest()
}

/// Keeps a document whose random number, as one from 0 to below 1, is below the rate.
pub(crate) fn below(key: u64, rate: f64) -> Verdict {
    // The upper 53 bits, which a double holds exactly.
    let place = (key >> 11) as f64 / (1_u64 << 53) as f64;
    if place < rate {
        return Verdict::Keep;
    }
    let detail = format!("{place:.6} is not below {rate}").into();
    Verdict::Drop { reason: Reason::NotSampled, detail }
}
