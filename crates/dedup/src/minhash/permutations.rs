//! The permutations `(a * x + b) mod (2^61 - 1)` of datatrove, and the minima under them.
//!
//! Few shingles lower a minimum: of n, about the logarithm of n. So each is first screened by what
//! can be had without the remainder. Be `v = a * x + b` in 64 bits, `r` its lower 61 bits and `q` the
//! upper three: the remainder is `r + q`, less the prime if it reaches that, for 2^61 is 1 modulo the
//! prime. It can be below a minimum `m` only if `r < m`, or if `r` is among the last seven numbers,
//! where `r + q` begins again. `8 * v + 64`, in 64 bits, has lost `q` and carried those last numbers
//! to the front: what is not below `8 * m + 64` there cannot lower `m`.

use super::random::RandomState;

/// 2^61 - 1, a Mersenne prime.
const PRIME: u64 = (1 << 61) - 1;

/// Shingles that are screened by one branch.
const SCREENED: usize = 4;

/// Permutations of shingles. The product wraps at 64 bits before the remainder, as numpy's does.
#[derive(Debug, Clone)]
pub(super) struct Permutations(Vec<Permutation>);

#[derive(Debug, Clone, Copy)]
struct Permutation {
    factor: u64,
    term: u64,
}

impl Permutations {
    /// As many as `count`, drawn as datatrove draws them: all factors, then all terms.
    pub(super) fn new(seed: u32, count: usize) -> Self {
        let mut random = RandomState::new(seed);
        let factors: Vec<u64> = (0..count).map(|_| random.below(1, PRIME)).collect();
        let terms = std::iter::repeat_with(|| random.below(0, PRIME));
        let permutation = |(factor, term)| Permutation { factor, term };
        Self(factors.into_iter().zip(terms).map(permutation).collect())
    }

    /// Makes room for one minimum a permutation.
    pub(super) fn begin(&self, minima: &mut Vec<u64>) {
        minima.clear();
        minima.resize(self.0.len(), u64::MAX);
    }

    /// Lowers each minimum to that of more shingles.
    pub(super) fn lower(&self, minima: &mut [u64], shingles: &[u64]) {
        for (minimum, permutation) in minima.iter_mut().zip(&self.0) {
            *minimum = permutation.lowered(*minimum, shingles);
        }
    }
}

impl Permutation {
    /// The least of a minimum and of all shingles under this permutation.
    fn lowered(self, mut minimum: u64, shingles: &[u64]) -> u64 {
        let screen =
            Permutation { factor: self.factor << 3, term: (self.term << 3).wrapping_add(64) };
        let mut bar = bar(minimum);
        let (groups, rest) = shingles.as_chunks::<SCREENED>();
        for group in groups {
            if group.iter().fold(false, |any, x| any | (screen.wide(*x) < bar)) {
                minimum = self.least(minimum, group);
                bar = self::bar(minimum);
            }
        }
        self.least(minimum, rest)
    }

    fn least(self, minimum: u64, shingles: &[u64]) -> u64 {
        shingles.iter().map(|x| self.wide(*x) % PRIME).fold(minimum, u64::min)
    }

    fn wide(self, shingle: u64) -> u64 {
        shingle.wrapping_mul(self.factor).wrapping_add(self.term)
    }
}

/// What a screened shingle must be below to lower a minimum.
fn bar(minimum: u64) -> u64 {
    minimum.saturating_mul(8).saturating_add(64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(permutation: Permutation, minimum: u64, shingles: &[u64]) -> u64 {
        let Permutation { factor, term } = permutation;
        let permuted = |x: &u64| (x.wrapping_mul(factor).wrapping_add(term)) % PRIME;
        shingles.iter().map(permuted).min().unwrap_or(u64::MAX).min(minimum)
    }

    fn check(permutation: Permutation, minimum: u64, shingles: &[u64]) {
        let expected = plain(permutation, minimum, shingles);
        assert_eq!(
            permutation.lowered(minimum, shingles),
            expected,
            "{permutation:?} {shingles:?}"
        );
    }

    #[test]
    fn screening_is_exact_where_the_remainder_begins_again() {
        let same = Permutation { factor: 1, term: 0 };
        for q in 0..8 {
            for near in (PRIME - 20..=PRIME).chain(0..20) {
                let x = q << 61 | near;
                for minimum in (0..20).chain(PRIME - 20..PRIME).chain([u64::MAX]) {
                    check(same, minimum, &[PRIME / 2, x, PRIME / 2, PRIME / 2]);
                }
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn screening_changes_no_minimum(
            (factor, term) in (1..PRIME, 0..PRIME),
            shingles in proptest::collection::vec(0..=u64::MAX, 0..200),
        ) {
            check(Permutation { factor, term }, u64::MAX, &shingles);
        }
    }
}
