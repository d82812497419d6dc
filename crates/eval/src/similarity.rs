//! How alike two sequences are: edit distance, longest common subsequence, and the alignment
//! of two formula lists. Knows nothing of what the items are.

mod align;
mod bits;

pub use align::{Block, matching_blocks};
pub use bits::{common_subsequence, edit_distance};

/// Where the product of two lengths is larger, [`similarity`] looks at [`CUT`] characters only.
const LARGEST_PRODUCT: usize = 4_000_000;
/// Characters looked at in very long strings.
const CUT: usize = 2_000;

/// Levenshtein similarity of two strings as the reference scorer counts it: 1 means equal.
///
/// ```
/// assert_eq!(cc_math_eval::similarity::similarity("abcd", "abxd"), 0.75);
/// ```
pub fn similarity(left: &str, right: &str) -> f64 {
    if left == right {
        return 1.0;
    }
    let (mut left, mut right): (Vec<_>, Vec<_>) = (left.chars().collect(), right.chars().collect());
    if left.len().saturating_mul(right.len()) > LARGEST_PRODUCT {
        left.truncate(CUT);
        right.truncate(CUT);
    }
    similarity_of(&left, &right)
}

/// Levenshtein similarity of two sequences, however long: 1 means equal, 0 that nothing fits.
pub fn similarity_of<T: Ord>(left: &[T], right: &[T]) -> f64 {
    if left.is_empty() || right.is_empty() {
        return if left.is_empty() && right.is_empty() { 1.0 } else { 0.0 };
    }
    1.0 - edit_distance(left, right) as f64 / left.len().max(right.len()) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn similarity_is_the_reference_scorers() {
        let check = |a: &str, b: &str, expected: f64| {
            assert!((similarity(a, b) - expected).abs() < 1e-12, "{a} {b}");
        };
        check("", "", 1.0);
        check("", "a", 0.0);
        check("kitten", "sitting", 1.0 - 3.0 / 7.0);
        check("αβγ", "αγ", 1.0 - 1.0 / 3.0);
        let long = "ab".repeat(1500);
        check(&long, &format!("{}x", "ab".repeat(1500)), 1.0);
    }
}
