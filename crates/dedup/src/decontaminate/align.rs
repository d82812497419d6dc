//! The heaviest alignment of an item's tokens with a stretch of a text.

use super::token::Id;

/// What a token left out on either side costs, in the unit of the weights (64ths of a nat).
///
/// Small against any token's weight, so that edits are bridged; large enough that one common word
/// far away is not worth the way.
const GAP: i32 = 8;

/// Way back from a cell of the table.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Stop,
    Both,
    ItemOnly,
    TextOnly,
}

/// The diagonals on which the two are compared: token `i` of the item with tokens from
/// `i + first` on of the text, `count` of them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Band {
    /// May be negative: the text may begin within the item.
    pub(super) first: isize,
    pub(super) count: usize,
}

impl Band {
    /// All diagonals there are.
    pub(super) fn whole(item: usize, text: usize) -> Self {
        Self { first: -(item as isize), count: item + text }
    }
}

/// Tables of the alignment, kept between calls.
#[derive(Default)]
pub(super) struct Aligner {
    last: Vec<i32>,
    row: Vec<i32>,
    steps: Vec<Step>,
    /// Places in the item and in the text that go together, in order.
    pub(super) pairs: Vec<(usize, usize)>,
}

impl Aligner {
    /// Aligns, and leaves what goes together in `pairs`.
    ///
    /// A local alignment of Smith and Waterman (1981) with a linear gap cost, in which tokens go
    /// together only if they are the same.
    pub(super) fn align(
        &mut self,
        item: &[Id],
        weight: impl Fn(usize) -> i32,
        text: &[Id],
        band: Band,
    ) {
        self.pairs.clear();
        self.last.clear();
        self.last.resize(band.count + 1, 0);
        self.row.clear();
        self.row.resize(band.count + 1, 0);
        self.steps.clear();
        self.steps.resize(item.len() * band.count, Step::Stop);
        let mut best = (0, 0, 0);
        for (i, id) in item.iter().enumerate() {
            let (value, k) = self.fill_row(i, *id, weight(i), text, band);
            if value > best.0 {
                best = (value, i, k);
            }
            std::mem::swap(&mut self.last, &mut self.row);
        }
        if best.0 > 0 {
            self.trace(best.1, best.2, band);
        }
    }

    /// Fills the row of one token of the item; gives its best value and where that is.
    fn fill_row(&mut self, i: usize, id: Id, weight: i32, text: &[Id], band: Band) -> (i32, usize) {
        let start = i as isize + band.first;
        let from = (-start).clamp(0, band.count as isize) as usize;
        let to = (text.len() as isize - start).clamp(from as isize, band.count as isize) as usize;
        let steps = self.steps.get_mut(i * band.count..(i + 1) * band.count).unwrap_or_default();
        self.row.iter_mut().take(from).for_each(|value| *value = 0);
        self.row.iter_mut().skip(to).for_each(|value| *value = 0);
        let mut best = (0, from);
        let mut left = 0;
        let texts = text.get((start + from as isize).max(0) as usize..).unwrap_or_default();
        let last = self.last.get(from..).unwrap_or_default();
        let row = self.row.get_mut(from..to).unwrap_or_default();
        let steps = steps.get_mut(from..to).unwrap_or_default();
        let cells = row.iter_mut().zip(steps).zip(last.iter().zip(last.iter().skip(1))).zip(texts);
        for (k, (((value, step), (diagonal, above)), other)) in cells.enumerate() {
            let (mut most, mut way) = (0, Step::Stop);
            if left - GAP > most {
                (most, way) = (left - GAP, Step::TextOnly);
            }
            if above - GAP > most {
                (most, way) = (above - GAP, Step::ItemOnly);
            }
            if *other == id && diagonal + weight >= most {
                (most, way) = (diagonal + weight, Step::Both);
            }
            (*value, *step, left) = (most, way, most);
            if most > best.0 {
                best = (most, from + k);
            }
        }
        best
    }

    fn trace(&mut self, mut i: usize, mut k: usize, band: Band) {
        while let Some(step) = self.steps.get(i * band.count + k) {
            match step {
                Step::Stop => break,
                Step::Both => {
                    self.pairs.push((i, (i as isize + band.first + k as isize).max(0) as usize));
                    let Some(up) = i.checked_sub(1) else { break };
                    i = up;
                }
                Step::ItemOnly => {
                    let Some(up) = i.checked_sub(1) else { break };
                    (i, k) = (up, k + 1);
                }
                Step::TextOnly => {
                    let Some(back) = k.checked_sub(1) else { break };
                    k = back;
                }
            }
            if k >= band.count {
                break;
            }
        }
        self.pairs.reverse();
    }
}

#[cfg(test)]
mod tests {
    use super::super::entry::ids;
    use super::*;

    fn check(item: &str, text: &str, expected: &[(usize, usize)]) {
        let (item, text) = (ids(item, 99), ids(text, 99));
        let mut aligner = Aligner::default();
        aligner.align(&item, |_| 64, &text, Band::whole(item.len(), text.len()));
        assert_eq!(aligner.pairs, expected);
    }

    #[test]
    fn edits_are_bridged() {
        check("one two three", "zero one two three four", &[(0, 1), (1, 2), (2, 3)]);
        check("one two three four", "one two four", &[(0, 0), (1, 1), (3, 2)]);
        check("one two three", "one two and three", &[(0, 0), (1, 1), (2, 3)]);
        check("one two three four", "one two x four", &[(0, 0), (1, 1), (3, 3)]);
        check("one", "two", &[]);
        check("one", "", &[]);
    }

    #[test]
    fn a_band_holds_what_lies_on_its_diagonals() {
        let (item, text) = (ids("b c d", 9), ids("a b c d e", 9));
        let mut aligner = Aligner::default();
        aligner.align(&item, |_| 64, &text, Band { first: 1, count: 1 });
        assert_eq!(aligner.pairs, [(0, 1), (1, 2), (2, 3)]);
        aligner.align(&item, |_| 64, &text, Band { first: 3, count: 9 });
        assert_eq!(aligner.pairs, []);
        aligner.align(&text, |_| 64, &item, Band { first: -1, count: 1 });
        assert_eq!(aligner.pairs, [(1, 0), (2, 1), (3, 2)]);
    }
}
