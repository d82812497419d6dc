//! Equal stretches of two lists, longest first, as Ratcliff and Obershelp find them
//! (the reference scorer's aligner, without its heuristics).

use std::collections::BTreeMap;
use std::ops::Range;

/// A stretch that both lists share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Block {
    /// Where it starts in the left list.
    pub left: usize,
    /// Where it starts in the right list.
    pub right: usize,
    /// Items in it.
    pub len: usize,
}

/// The shared stretches in order: the longest, then the longest before and behind it, and so on.
pub fn matching_blocks<T: Ord>(left: &[T], right: &[T]) -> Vec<Block> {
    let mut places: BTreeMap<&T, Vec<usize>> = BTreeMap::new();
    for (at, item) in right.iter().enumerate() {
        places.entry(item).or_default().push(at);
    }
    let mut windows = vec![(0..left.len(), 0..right.len())];
    let mut blocks = Vec::new();
    while let Some((in_left, in_right)) = windows.pop() {
        let block = longest(left, &places, in_left.clone(), in_right.clone());
        if block.len == 0 {
            continue;
        }
        windows.push((in_left.start..block.left, in_right.start..block.right));
        windows.push((block.left + block.len..in_left.end, block.right + block.len..in_right.end));
        blocks.push(block);
    }
    blocks.sort_unstable();
    blocks
}

/// The longest shared stretch of two windows; the earliest in the left list, then in the right.
fn longest<T: Ord>(
    left: &[T],
    places: &BTreeMap<&T, Vec<usize>>,
    in_left: Range<usize>,
    in_right: Range<usize>,
) -> Block {
    let mut best = Block { left: in_left.start, right: in_right.start, len: 0 };
    let mut lengths: BTreeMap<usize, usize> = BTreeMap::new();
    for (at, item) in left.iter().enumerate().take(in_left.end).skip(in_left.start) {
        let here = places.get(item).map(Vec::as_slice).unwrap_or_default();
        let mut next = BTreeMap::new();
        for &place in here.iter().filter(|place| in_right.contains(place)) {
            let before = place.checked_sub(1).and_then(|previous| lengths.get(&previous));
            let len = before.copied().unwrap_or(0) + 1;
            next.insert(place, len);
            if len > best.len {
                best = Block { left: at + 1 - len, right: place + 1 - len, len };
            }
        }
        lengths = next;
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(left: &str, right: &str, expected: &[(usize, usize, usize)]) {
        let chars = |text: &str| text.chars().collect::<Vec<_>>();
        let found = matching_blocks(&chars(left), &chars(right));
        let found: Vec<_> = found.iter().map(|b| (b.left, b.right, b.len)).collect();
        assert_eq!(found, expected, "{left} {right}");
    }

    /// Expected values are those of Python's `difflib.SequenceMatcher(None, a, b, False)`.
    #[test]
    fn blocks_are_those_of_the_reference() {
        check("abxcd", "abcd", &[(0, 0, 2), (3, 2, 2)]);
        check("qabxcd", "abycdf", &[(1, 0, 2), (4, 3, 2)]);
        check("xyxy", "yxyx", &[(0, 1, 3)]);
        check("private Thread", "private volatile Thread", &[(0, 0, 8), (8, 17, 6)]);
        check("", "a", &[]);
    }
}
