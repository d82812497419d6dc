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
        let lanes = self.factors.chunks(LANES).zip(self.terms.chunks(LANES));
        for (minima, (factors, terms)) in minima.chunks_mut(LANES).zip(lanes) {
            lower_lanes(minima, factors, terms, shingles);
        }
    }
}

/// Permutations that are looked at side by side.
const LANES: usize = 8;

fn lower_lanes(minima: &mut [u64], factors: &[u64], terms: &[u64], shingles: &[u64]) {
    let (a, b) = (padded(factors), padded(terms));
    let mut least = [u64::MAX; LANES];
    let mut above = 0;
    for &shingle in shingles {
        for lane in 0..LANES {
            let folded = folded(shingle, a[lane], b[lane]);
            above |= folded;
            least[lane] = least[lane].min(folded);
        }
    }
    if above > PRIME {
        least = exact(&a, &b, shingles);
    }
    for (minimum, least) in minima.iter_mut().zip(least) {
        *minimum = (*minimum).min(least - 1);
    }
}

/// One more than the permuted shingle, or than that and 2^61 - 1.
///
/// 2^61 is 1 modulo the prime, so what stands above bit 61 is added to what stands below. The sum
/// reaches the prime (and the result bit 61) once in about 10^18 times.
fn folded(shingle: u64, a: u64, b: u64) -> u64 {
    let wide = shingle.wrapping_mul(a).wrapping_add(b);
    (wide & PRIME) + (wide >> 61) + 1
}

fn exact(a: &[u64; LANES], b: &[u64; LANES], shingles: &[u64]) -> [u64; LANES] {
    std::array::from_fn(|lane| {
        let permuted = |shingle: &u64| shingle.wrapping_mul(a[lane]).wrapping_add(b[lane]) % PRIME;
        shingles.iter().map(permuted).min().unwrap_or(PRIME) + 1
    })
}

fn padded(values: &[u64]) -> [u64; LANES] {
    std::array::from_fn(|lane| values.get(lane).copied().unwrap_or_default())
}
