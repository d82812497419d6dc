//! Edit distance and longest common subsequence, 64 cells of the table at a time
//! (Myers 1999 in Hyyrö's block form; Crochemore et al. 2001).

use std::collections::BTreeMap;

/// Bits in a word.
const WORD: usize = u64::BITS as usize;

/// Where each item stands in the pattern; sets and clears the match mask of one item at a time.
struct Masks<'s, T> {
    positions: BTreeMap<&'s T, Vec<usize>>,
    mask: Vec<u64>,
}

impl<'s, T: Ord> Masks<'s, T> {
    fn new(pattern: &'s [T]) -> Self {
        let mut positions: BTreeMap<&T, Vec<usize>> = BTreeMap::new();
        for (at, item) in pattern.iter().enumerate() {
            positions.entry(item).or_default().push(at);
        }
        Self { positions, mask: vec![0; pattern.len().div_ceil(WORD)] }
    }

    /// Runs `step` over the mask of the positions at which `item` stands.
    fn with(&mut self, item: &T, step: impl FnOnce(&[u64])) {
        let here = self.positions.get(item).map(Vec::as_slice).unwrap_or_default();
        for &at in here {
            if let Some(word) = self.mask.get_mut(at / WORD) {
                *word |= 1 << (at % WORD);
            }
        }
        step(&self.mask);
        for &at in here {
            if let Some(word) = self.mask.get_mut(at / WORD) {
                *word = 0;
            }
        }
    }
}

/// One word of a column of the distance table: where it rises, where it falls.
#[derive(Clone, Copy)]
struct Cell {
    rises: u64,
    falls: u64,
}

/// Least number of insertions, deletions and replacements that turn one into the other.
pub fn edit_distance<T: Ord>(left: &[T], right: &[T]) -> usize {
    let (left, right) = without_common_ends(left, right);
    if left.is_empty() || right.is_empty() {
        return left.len().max(right.len());
    }
    let mut masks = Masks::new(left);
    let mut column = vec![Cell { rises: u64::MAX, falls: 0 }; masks.mask.len()];
    let last_bit = 1 << ((left.len() - 1) % WORD);
    let mut distance = left.len();
    for item in right {
        masks.with(item, |mask| distance = next_distance(&mut column, mask, last_bit, distance));
    }
    distance
}

/// Moves the column on by one item; gives the distance in its last row.
fn next_distance(column: &mut [Cell], mask: &[u64], last_bit: u64, distance: usize) -> usize {
    let (mut carry_rise, mut carry_fall) = (1, 0);
    let mut distance = distance;
    let last = column.len().saturating_sub(1);
    for (index, (cell, matches)) in column.iter_mut().zip(mask).enumerate() {
        let Cell { rises, falls } = *cell;
        let vertical = matches | falls;
        let matches = matches | carry_fall;
        let horizontal = ((matches & rises).wrapping_add(rises) ^ rises) | matches;
        let mut rise = falls | !(horizontal | rises);
        let mut fall = rises & horizontal;
        if index == last {
            distance =
                distance + usize::from(rise & last_bit != 0) - usize::from(fall & last_bit != 0);
        }
        let (out_rise, out_fall) = (rise >> (WORD - 1), fall >> (WORD - 1));
        rise = (rise << 1) | carry_rise;
        fall = (fall << 1) | carry_fall;
        *cell = Cell { rises: fall | !(vertical | rise), falls: rise & vertical };
        (carry_rise, carry_fall) = (out_rise, out_fall);
    }
    distance
}

/// Length of the longest sequence that both hold in order, not necessarily side by side.
pub fn common_subsequence<T: Ord>(left: &[T], right: &[T]) -> usize {
    let mut masks = Masks::new(left);
    let mut column = vec![u64::MAX; masks.mask.len()];
    for item in right {
        masks.with(item, |mask| {
            let mut carry = false;
            for (word, matches) in column.iter_mut().zip(mask) {
                let hits = *word & matches;
                let (sum, over) = word.overflowing_add(hits);
                let (sum, over_again) = sum.overflowing_add(u64::from(carry));
                carry = over | over_again;
                *word = sum | (*word & !matches);
            }
        });
    }
    let bits = |(index, word): (usize, &u64)| {
        let valid = (left.len() - index * WORD).min(WORD) as u32;
        let mask = u64::MAX >> (u64::BITS - valid);
        (!word & mask).count_ones() as usize
    };
    column.iter().enumerate().map(bits).sum()
}

fn without_common_ends<'s, T: Ord>(left: &'s [T], right: &'s [T]) -> (&'s [T], &'s [T]) {
    let same = |(a, b): &(&T, &T)| a == b;
    let start = left.iter().zip(right).take_while(same).count();
    let left = left.get(start..).unwrap_or_default();
    let right = right.get(start..).unwrap_or_default();
    let end = left.iter().rev().zip(right.iter().rev()).take_while(same).count();
    let cut = |side: &'s [T]| side.get(..side.len() - end).unwrap_or_default();
    (cut(left), cut(right))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn slow_distance(left: &[u8], right: &[u8]) -> usize {
        let mut row: Vec<usize> = (0..=right.len()).collect();
        for (i, a) in left.iter().enumerate() {
            let mut diagonal = std::mem::replace(&mut row[0], i + 1);
            for (j, b) in right.iter().enumerate() {
                let cell = (row[j] + 1).min(row[j + 1] + 1).min(diagonal + usize::from(a != b));
                diagonal = std::mem::replace(&mut row[j + 1], cell);
            }
        }
        row[right.len()]
    }

    fn slow_common(left: &[u8], right: &[u8]) -> usize {
        let mut row = vec![0; right.len() + 1];
        for a in left {
            let mut diagonal = 0;
            for (j, b) in right.iter().enumerate() {
                let cell = if a == b { diagonal + 1 } else { row[j].max(row[j + 1]) };
                diagonal = std::mem::replace(&mut row[j + 1], cell);
            }
        }
        row[right.len()]
    }

    fn sequence() -> impl Strategy<Value = Vec<u8>> {
        proptest::collection::vec(0..4u8, 0..300)
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn words_of_bits_agree_with_the_plain_tables(left in sequence(), right in sequence()) {
            prop_assert_eq!(edit_distance(&left, &right), slow_distance(&left, &right));
            prop_assert_eq!(common_subsequence(&left, &right), slow_common(&left, &right));
        }
    }
}
