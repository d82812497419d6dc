//! The trained scorer: sums of oblivious decision trees over byte features.
//!
//! An oblivious tree asks the same question of all rows at each level, so a
//! tree of depth `d` is `d` pairs (feature, threshold) and `2^d` leaves, and
//! many rows can be asked at once. It knows nothing of what features mean.

/// Rows that are scored together.
pub(super) const LANES: usize = 32;
/// Deepest tree; trees less deep are filled up with questions that nothing answers.
const DEPTH: usize = 6;
const MAGIC: [u8; 4] = *b"obl1";

/// A model: `obl1`, number of features (u16), number of trees (u16), bias
/// (f32), value of one leaf unit (f32); then per tree its depth (u8), for each
/// level a feature (u16) and a threshold (u8), and the leaves (i16). All
/// little-endian. Bit `i` of a leaf's index tells whether the feature of level
/// `i` is greater than its threshold.
#[derive(Debug)]
pub(super) struct Model {
    bias: f32,
    unit: f32,
    trees: Vec<Tree>,
}

#[derive(Debug)]
struct Tree {
    /// Feature and threshold of each level.
    levels: [(u16, u8); DEPTH],
    /// Low and high bytes of the leaves, apart: so they can be looked up for many rows at once.
    low: [[u8; 16]; 4],
    high: [[u8; 16]; 4],
}

/// Takes bytes off the front of a slice.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, tail) = self.0.split_first_chunk::<N>()?;
        self.0 = tail;
        Some(*head)
    }

    fn short(&mut self) -> Option<u16> {
        self.take().map(u16::from_le_bytes)
    }

    fn float(&mut self) -> Option<f32> {
        self.take().map(f32::from_le_bytes)
    }
}

impl Tree {
    fn read(reader: &mut Reader<'_>, features: usize) -> Option<Self> {
        let depth = usize::from(reader.take::<1>()?[0]);
        let mut tree =
            Self { levels: [(0, u8::MAX); DEPTH], low: [[0; 16]; 4], high: [[0; 16]; 4] };
        for level in tree.levels.get_mut(..depth)? {
            let feature = reader.short().filter(|feature| usize::from(*feature) < features)?;
            *level = (feature, reader.take::<1>()?[0]);
        }
        let leaves = tree.low.iter_mut().flatten().zip(tree.high.iter_mut().flatten());
        for (low, high) in leaves.take(1 << depth) {
            [*low, *high] = reader.take()?;
        }
        Some(tree)
    }

    fn leaf(&self, place: u8) -> i16 {
        let (table, at) = (usize::from(place >> 4) % 4, usize::from(place & 15));
        i16::from_le_bytes([self.low[table][at], self.high[table][at]])
    }
}

impl Model {
    /// Reads a model over `features` features; `None` if the bytes are no such model.
    pub(super) fn read(bytes: &[u8], features: usize) -> Option<Self> {
        let mut reader = Reader(bytes);
        if reader.take()? != MAGIC {
            return None;
        }
        let (announced, trees) = (reader.short()?, reader.short()?);
        if usize::from(announced) != features {
            return None;
        }
        let (bias, unit) = (reader.float()?, reader.float()?);
        let trees = (0..trees).map(|_| Tree::read(&mut reader, features)).collect::<Option<_>>()?;
        reader.0.is_empty().then_some(Self { bias, unit, trees })
    }

    /// Appends the probability of content of each of at most [`LANES`] rows. `columns` is scratch space.
    pub(super) fn score<const N: usize>(
        &self,
        rows: &[[u8; N]],
        columns: &mut [[u8; LANES]; N],
        scores: &mut Vec<f32>,
    ) {
        transpose(rows, columns);
        let sums = self.sums(columns);
        scores.extend(sums.iter().take(rows.len()).map(|sum| self.probability(*sum)));
    }

    fn sums(&self, columns: &[[u8; LANES]]) -> [i32; LANES] {
        #[cfg(target_arch = "x86_64")]
        if crate::vector::available() {
            // SAFETY: this machine has AVX2.
            #[allow(unsafe_code, reason = "a fifth of the work of a page's main content")]
            return unsafe { avx2::sums(&self.trees, columns) };
        }
        sums_one_by_one(&self.trees, columns)
    }

    fn probability(&self, sum: i32) -> f32 {
        let logit = self.bias + self.unit * sum as f32;
        1.0 / (1.0 + (-logit).exp())
    }
}

fn sums_one_by_one(trees: &[Tree], columns: &[[u8; LANES]]) -> [i32; LANES] {
    let mut sums = [0i32; LANES];
    for tree in trees {
        let mut places = [0u8; LANES];
        for (level, (feature, threshold)) in tree.levels.iter().enumerate() {
            let Some(column) = columns.get(usize::from(*feature)) else { continue };
            for (place, value) in places.iter_mut().zip(column) {
                *place |= u8::from(value > threshold) << level;
            }
        }
        for (sum, place) in sums.iter_mut().zip(places) {
            *sum += i32::from(tree.leaf(place));
        }
    }
    sums
}

#[cfg(target_arch = "x86_64")]
mod avx2 {
    use super::{LANES, Tree};
    use crate::vector::{load, numbers, twice};
    use std::arch::x86_64::{
        __m256i, _mm256_add_epi32, _mm256_and_si256, _mm256_blendv_epi8, _mm256_castsi256_si128,
        _mm256_cmpeq_epi8, _mm256_cvtepi16_epi32, _mm256_extracti128_si256, _mm256_max_epu8,
        _mm256_or_si256, _mm256_set1_epi8, _mm256_setzero_si256, _mm256_shuffle_epi8,
        _mm256_slli_epi16, _mm256_unpackhi_epi8, _mm256_unpacklo_epi8,
    };

    #[target_feature(enable = "avx2")]
    pub(super) fn sums(trees: &[Tree], columns: &[[u8; LANES]]) -> [i32; LANES] {
        let mut sums = [_mm256_setzero_si256(); 4];
        for tree in trees {
            let places = places(tree, columns);
            let low = leaves(&tree.low, places);
            let high = leaves(&tree.high, places);
            let front = _mm256_unpacklo_epi8(low, high);
            let back = _mm256_unpackhi_epi8(low, high);
            // Unpacking works within halves, so that these are lanes 0-7, 8-15, 16-23, 24-31.
            let parts = [
                _mm256_castsi256_si128(front),
                _mm256_castsi256_si128(back),
                _mm256_extracti128_si256::<1>(front),
                _mm256_extracti128_si256::<1>(back),
            ];
            for (sum, part) in sums.iter_mut().zip(parts) {
                *sum = _mm256_add_epi32(*sum, _mm256_cvtepi16_epi32(part));
            }
        }
        let mut all = [0; LANES];
        for (lanes, sum) in all.chunks_exact_mut(8).zip(sums) {
            lanes.copy_from_slice(&numbers(sum));
        }
        all
    }

    /// The leaf that each lane ends at.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn places(tree: &Tree, columns: &[[u8; LANES]]) -> __m256i {
        let mut places = _mm256_setzero_si256();
        for (level, (feature, threshold)) in tree.levels.iter().enumerate() {
            let Some(column) = columns.get(usize::from(*feature)) else { continue };
            let Some(least) = threshold.checked_add(1) else { continue };
            let values = load(column);
            let greater =
                _mm256_cmpeq_epi8(_mm256_max_epu8(values, _mm256_set1_epi8(least as i8)), values);
            let bit = _mm256_set1_epi8(1 << level);
            places = _mm256_or_si256(places, _mm256_and_si256(greater, bit));
        }
        places
    }

    /// One byte of those leaves: four tables of sixteen, chosen by the upper two bits of the place.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn leaves(tables: &[[u8; 16]; 4], places: __m256i) -> __m256i {
        let near = _mm256_and_si256(places, _mm256_set1_epi8(15));
        let look = |table: &[u8; 16]| _mm256_shuffle_epi8(twice(table), near);
        let (fifth, sixth) = (_mm256_slli_epi16::<3>(places), _mm256_slli_epi16::<2>(places));
        let first = _mm256_blendv_epi8(look(&tables[0]), look(&tables[1]), fifth);
        let second = _mm256_blendv_epi8(look(&tables[2]), look(&tables[3]), fifth);
        _mm256_blendv_epi8(first, second, sixth)
    }
}

fn transpose<const N: usize>(rows: &[[u8; N]], columns: &mut [[u8; LANES]]) {
    for (lane, row) in rows.iter().enumerate() {
        for (column, value) in columns.iter_mut().zip(row) {
            if let Some(slot) = column.get_mut(lane) {
                *slot = *value;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two trees over three features: `x0 > 5` and `x2 > 0`; then a lone leaf.
    fn bytes() -> Vec<u8> {
        let mut bytes = b"obl1".to_vec();
        bytes.extend([3, 0, 2, 0]);
        bytes.extend(0f32.to_le_bytes());
        bytes.extend(0.5f32.to_le_bytes());
        bytes.extend([2, 0, 0, 5, 2, 0, 0]);
        bytes.extend([0i16, 1, 2, -4].iter().flat_map(|leaf| leaf.to_le_bytes()));
        bytes.extend([0, 2, 0]);
        bytes
    }

    #[test]
    fn trees_are_summed() {
        let model = Model::read(&bytes(), 3).unwrap();
        let rows = [[0, 9, 0], [6, 9, 0], [0, 9, 1], [255, 9, 255]];
        let expected = [2, 3, 4, -2].map(|sum: i32| 1.0 / (1.0 + (-0.5 * sum as f32).exp()));
        let mut scores = Vec::new();
        model.score(&rows, &mut [[0; LANES]; 3], &mut scores);
        assert_eq!(scores, expected);
    }

    #[test]
    fn vectors_sum_what_lanes_sum() {
        let mut state = 1u32;
        let mut random = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        };
        let mut bytes = b"obl1".to_vec();
        bytes.extend([9, 0, 40, 0]);
        bytes.extend([0; 8]);
        for depth in (1..=6).cycle().take(40) {
            bytes.push(depth);
            (0..depth).for_each(|_| bytes.extend([random() % 9, 0, random()]));
            (0..1 << depth).for_each(|_| bytes.extend([random(), random()]));
        }
        let model = Model::read(&bytes, 9).unwrap();
        let columns: Vec<[u8; LANES]> = (0..9).map(|_| std::array::from_fn(|_| random())).collect();
        assert_eq!(model.sums(&columns), sums_one_by_one(&model.trees, &columns));
    }

    #[test]
    fn broken_models_are_refused() {
        let good = bytes();
        for cut in 0..good.len() {
            assert!(Model::read(&good[..cut], 3).is_none(), "{cut}");
        }
        let mut wild = good.clone();
        wild[17] = 200;
        assert!(Model::read(&wild, 3).is_none());
    }
}
