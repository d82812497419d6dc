//! Similarity, and what of it bands and rows find.

/// The probability that two texts of a given Jaccard similarity agree in at least one band:
/// `1 - (1 - s^rows)^bands`, the S-curve (Leskovec, Rajaraman, Ullman: Mining of Massive Datasets,
/// 3.4). More bands raise it, more rows lower it.
///
/// ```
/// use cc_math_dedup::minhash::probability;
/// assert_eq!((probability(0.8, 14, 8) * 1000.0).round(), 924.0);
/// assert!(probability(0.8, 28, 8) > probability(0.8, 14, 8));
/// ```
pub fn probability(jaccard: f64, bands: usize, rows: usize) -> f64 {
    let band = jaccard.clamp(0.0, 1.0).powf(rows as f64);
    1.0 - (1.0 - band).powf(bands as f64)
}

/// About where the S-curve is steepest: `(1 / bands)^(1 / rows)`.
pub fn threshold(bands: usize, rows: usize) -> f64 {
    (1.0 / bands as f64).powf(1.0 / rows as f64)
}

/// The Jaccard similarity of two texts by their shingles, taken as sets: shared ones by all.
///
/// Sorts both and leaves each shingle once. Two texts without shingles share nothing: 0.
pub fn jaccard(a: &mut Vec<u64>, b: &mut Vec<u64>) -> f64 {
    make_set(a);
    make_set(b);
    let shared = count_shared(a, b);
    let all = a.len() + b.len() - shared;
    if all == 0 { 0.0 } else { shared as f64 / all as f64 }
}

/// The share of minima that two signatures agree in: an estimate of the Jaccard similarity, whose
/// standard deviation is `sqrt(s * (1 - s) / n)` for n minima (Broder 1997). 0 of none.
pub fn agreement(a: &[u64], b: &[u64]) -> f64 {
    let same = a.iter().zip(b).filter(|(x, y)| x == y).count();
    same as f64 / a.len().max(b.len()).max(1) as f64
}

fn make_set(shingles: &mut Vec<u64>) {
    shingles.sort_unstable();
    shingles.dedup();
}

fn count_shared(a: &[u64], b: &[u64]) -> usize {
    let mut b = b.iter().peekable();
    a.iter()
        .filter(|x| {
            while b.next_if(|y| y < x).is_some() {}
            b.next_if_eq(x).is_some()
        })
        .count()
}
