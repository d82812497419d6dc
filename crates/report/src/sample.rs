//! Samples that do not depend on order: the rows whose ids have the smallest hashes, or that lie
//! nearest to a bound.

use std::collections::BTreeMap;
use xxhash_rust::xxh3::xxh3_64_with_seed;

/// Seed of the draws, so that they have nothing to do with any other hash of ids.
const SEED: u64 = 0x7265_706f_7274;

/// Where a row stands in the draw; `tie` tells apart rows without an id.
pub(crate) fn place(id: &str, tie: &str) -> u64 {
    let seed = if id.is_empty() { xxh3_64_with_seed(tie.as_bytes(), SEED) } else { SEED };
    xxh3_64_with_seed(id.as_bytes(), seed)
}

/// A sample: of values with keys, so many that have the smallest ones.
#[derive(Debug, Clone)]
pub struct Smallest<T> {
    most: usize,
    values: BTreeMap<(u64, u64), T>,
    /// How many have been offered.
    pub(crate) seen: u64,
}

impl<T> Smallest<T> {
    /// An empty sample of at most so many.
    pub fn of(most: usize) -> Self {
        Self { most, values: BTreeMap::new(), seen: 0 }
    }

    /// Offers a value, made only if it is among the smallest. Equal keys are told apart by
    /// their order of arrival.
    pub fn offer(&mut self, key: u64, value: impl FnOnce() -> T) {
        self.seen += 1;
        let full = self.values.len() >= self.most;
        if full && self.values.last_key_value().is_none_or(|((last, _), _)| *last <= key) {
            return;
        }
        self.values.insert((key, self.seen), value());
        if self.values.len() > self.most {
            self.values.pop_last();
        }
    }

    /// What is in the sample, by key.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &T> {
        self.values.values()
    }

    pub(crate) fn len(&self) -> usize {
        self.values.len()
    }
}

/// A distance as a key of the same order.
pub(crate) fn distance_key(distance: f64) -> u64 {
    // Floats that are not negative are ordered as their bits are.
    distance.abs().to_bits()
}

/// Numbers: exact extremes and mean, and a sample for the shape.
#[derive(Debug, Clone)]
pub(crate) struct Numbers {
    sample: Smallest<f64>,
    pub(crate) least: f64,
    pub(crate) most: f64,
    sum: f64,
}

/// More numbers than this are sampled.
const SAMPLED: usize = 10_000;

impl Default for Numbers {
    fn default() -> Self {
        Self {
            sample: Smallest::of(SAMPLED),
            least: f64::INFINITY,
            most: f64::NEG_INFINITY,
            sum: 0.0,
        }
    }
}

impl Numbers {
    pub(crate) fn add(&mut self, place: u64, number: f64) {
        self.sample.offer(place, || number);
        self.least = self.least.min(number);
        self.most = self.most.max(number);
        self.sum += number;
    }

    pub(crate) fn count(&self) -> u64 {
        self.sample.seen
    }

    pub(crate) fn is_sampled(&self) -> bool {
        self.count() > self.sample.len() as u64
    }

    pub(crate) fn mean(&self) -> f64 {
        if self.count() == 0 { 0.0 } else { self.sum / self.count() as f64 }
    }

    /// The value below which a share of the sample lies.
    pub(crate) fn quantile(&self, share: f64) -> f64 {
        let mut sorted: Vec<f64> = self.sample.iter().copied().collect();
        sorted.sort_by(f64::total_cmp);
        let index = (share * sorted.len().saturating_sub(1) as f64).round() as usize;
        sorted.get(index).copied().unwrap_or_default()
    }

    /// Counts of the sample in bins of equal width, from the least to the most; a bound lies within.
    pub(crate) fn bins(&self, bins: usize, bound: Option<f64>) -> Vec<(f64, f64, u64)> {
        let least = bound.map_or(self.least, |bound| bound.min(self.least));
        let most = bound.map_or(self.most, |bound| bound.max(self.most));
        let width = (most - least) / bins as f64;
        let mut counts = vec![0; bins];
        for number in self.sample.iter() {
            let bin = if width > 0.0 { ((number - least) / width) as usize } else { 0 };
            counts.get_mut(bin.min(bins - 1)).into_iter().for_each(|count| *count += 1);
        }
        let edge = |bin: usize| least + width * bin as f64;
        let counts = counts.into_iter().enumerate();
        counts.map(|(bin, count)| (edge(bin), edge(bin + 1), count)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_does_not_depend_on_order() {
        let drawn = |ids: &mut dyn Iterator<Item = u32>| -> Vec<String> {
            let mut sample = Smallest::of(20);
            for id in ids.map(|id| format!("{id:032x}")) {
                sample.offer(place(&id, ""), || id);
            }
            sample.iter().cloned().collect()
        };
        let forward = drawn(&mut (0..1000));
        assert_eq!(forward.len(), 20);
        assert_eq!(forward, drawn(&mut (0..1000).rev()));
    }

    #[test]
    fn numbers_are_binned() {
        let mut numbers = Numbers::default();
        (0..100).for_each(|n| numbers.add(n, n as f64));
        let bins = numbers.bins(4, None);
        assert_eq!(bins.iter().map(|bin| bin.2).collect::<Vec<_>>(), [25, 25, 25, 25]);
        assert_eq!((numbers.least, numbers.most, numbers.mean()), (0.0, 99.0, 49.5));
        assert_eq!(numbers.quantile(0.5), 50.0);
        assert_eq!(
            numbers.bins(2, Some(199.0)).iter().map(|bin| bin.2).collect::<Vec<_>>(),
            [100, 0]
        );
        let mut same = Numbers::default();
        same.add(0, 7.0);
        assert_eq!(same.bins(3, None)[0].2, 1);
    }
}
