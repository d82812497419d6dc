//! Ranges that lie side by side, asked for together.

use crate::RecordRange;
use std::ops::Range;
use std::sync::Arc;

/// Bytes between two ranges that are cheaper to read than to ask again.
const GAP: u64 = 64 << 10;

/// Bytes that are asked for together, at most.
const MOST: u64 = 8 << 20;

/// A stretch of a file, and which of the ranges lie in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Joined {
    pub(crate) file: Arc<str>,
    pub(crate) range: Range<u64>,
    pub(crate) members: Vec<usize>,
}

/// Joins ranges of one file that overlap or have little between them. Those longer than `cap`,
/// and empty ones, are left out.
pub(crate) fn join(ranges: &[RecordRange], cap: u64) -> Vec<Joined> {
    let wanted = |range: &RecordRange| (1..=cap).contains(&range.length);
    let mut order: Vec<usize> =
        (0..ranges.len()).filter(|&index| ranges.get(index).is_some_and(wanted)).collect();
    order.sort_by_key(|&index| ranges.get(index).map(|range| (&range.file, range.offset)));
    let mut joined: Vec<Joined> = Vec::new();
    for index in order {
        let Some(RecordRange { file, offset, length }) = ranges.get(index) else { continue };
        let end = offset.saturating_add(*length);
        match joined.last_mut() {
            Some(last) if last.takes(file, *offset, end) => {
                last.range.end = last.range.end.max(end);
                last.members.push(index);
            }
            _ => {
                let (file, range) = (Arc::clone(file), *offset..end);
                joined.push(Joined { file, range, members: vec![index] });
            }
        }
    }
    joined
}

impl Joined {
    fn takes(&self, file: &str, start: u64, end: u64) -> bool {
        let near = start <= self.range.end.saturating_add(GAP);
        *self.file == *file && near && end.max(self.range.end) - self.range.start <= MOST
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn range(file: &str, offset: u64, length: u64) -> RecordRange {
        RecordRange { file: file.into(), offset, length }
    }

    #[test]
    fn neighbours_are_joined_whatever_their_order() {
        let ranges = [
            range("b", 0, 10),
            range("a", 100, 50),
            range("a", 0, 100),
            range("a", 150 + GAP, 1),
            range("a", 152 + 2 * GAP, 1),
            range("a", 0, 0),
            range("a", u64::MAX - 1, 9),
        ];
        let found = join(&ranges, 1 << 20);
        let told: Vec<_> = found.iter().map(|part| (&*part.file, part.range.clone())).collect();
        let far = 152 + 2 * GAP;
        let last = u64::MAX - 1..u64::MAX;
        assert_eq!(told, [("a", 0..151 + GAP), ("a", far..far + 1), ("a", last), ("b", 0..10)]);
        assert_eq!(found[0].members, [2, 1, 3]);
    }

    proptest! {
        #[test]
        fn each_range_lies_in_one_part_and_parts_are_bounded(
            ranges in prop::collection::vec((0_u8..3, 0_u64..1 << 24, 0_u64..1 << 21), 0..80)
        ) {
            let ranges: Vec<_> = ranges
                .iter()
                .map(|&(file, offset, length)| range(&file.to_string(), offset, length))
                .collect();
            let mut seen = vec![0; ranges.len()];
            for part in join(&ranges, 1 << 20) {
                prop_assert!(part.range.end - part.range.start <= MOST);
                for index in part.members {
                    let one = &ranges[index];
                    prop_assert!(one.file == part.file && part.range.start <= one.offset);
                    prop_assert!(one.offset + one.length <= part.range.end);
                    seen[index] += 1;
                }
            }
            for (range, seen) in ranges.iter().zip(seen) {
                prop_assert_eq!(seen, i32::from((1..=1 << 20).contains(&range.length)));
            }
        }
    }
}
