//! The permutations `(a * x + b) mod (2^61 - 1)` of datatrove, and the minima under them.

use super::random::RandomState;

/// 2^61 - 1, a Mersenne prime.
pub(super) const PRIME: u64 = (1 << 61) - 1;

/// Permutations of shingles. The product wraps at 64 bits before the remainder, as numpy's does.
#[derive(Debug, Clone)]
pub(super) struct Permutations {
    factors: Vec<u64>,
    terms: Vec<u64>,
}

impl Permutations {
    /// As many as `count`, drawn as datatrove draws them: all factors, then all terms.
    pub(super) fn new(seed: u32, count: usize) -> Self {
        let mut random = RandomState::new(seed);
        let factors = (0..count).map(|_| random.below(1, PRIME)).collect();
        let terms = (0..count).map(|_| random.below(0, PRIME)).collect();
        Self { factors, terms }
    }

    /// Makes room for one minimum a permutation.
    pub(super) fn begin(&self, minima: &mut Vec<u64>) {
        minima.clear();
        minima.resize(self.factors.len(), u64::MAX);
    }

    /// Lowers each minimum to that of more shingles.
    pub(super) fn lower(&self, minima: &mut [u64], shingles: &[u64]) {
        for ((minimum, &a), &b) in minima.iter_mut().zip(&self.factors).zip(&self.terms) {
            for shingle in shingles {
                *minimum = (*minimum).min(permuted(*shingle, a, b));
            }
        }
    }
}

fn permuted(shingle: u64, a: u64, b: u64) -> u64 {
    shingle.wrapping_mul(a).wrapping_add(b) % PRIME
}
