//! The trained scorer: sums of oblivious decision trees over byte features.
//!
//! An oblivious tree asks the same question of all rows at each level, so a
//! tree of depth `d` is `d` pairs (feature, threshold) and `2^d` leaves, and
//! many rows can be asked at once. It knows nothing of what features mean.

/// Rows that are scored together.
pub(super) const LANES: usize = 32;
/// Deepest tree; trees less deep are filled up with questions that nothing answers.
const DEPTH: usize = 6;
/// Leaves of such a tree.
const LEAVES: usize = 1 << DEPTH;
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
    leaves: [i16; LEAVES],
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
        let mut tree = Self { levels: [(0, u8::MAX); DEPTH], leaves: [0; LEAVES] };
        for level in tree.levels.get_mut(..depth)? {
            let feature = reader.short().filter(|feature| usize::from(*feature) < features)?;
            *level = (feature, reader.take::<1>()?[0]);
        }
        for leaf in tree.leaves.iter_mut().take(1 << depth) {
            *leaf = i16::from_le_bytes(reader.take()?);
        }
        Some(tree)
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
        if std::arch::is_x86_feature_detected!("avx2") {
            // SAFETY: this machine has AVX2.
            #[allow(unsafe_code, reason = "the same code for wider vectors: half the time")]
            return unsafe { self.sums_avx2(columns) };
        }
        self.sums_anywhere(columns)
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2")]
    fn sums_avx2(&self, columns: &[[u8; LANES]]) -> [i32; LANES] {
        self.sums_anywhere(columns)
    }

    #[inline(always)]
    fn sums_anywhere(&self, columns: &[[u8; LANES]]) -> [i32; LANES] {
        let mut sums = [0i32; LANES];
        for tree in &self.trees {
            let mut places = [0u8; LANES];
            for (level, (feature, threshold)) in tree.levels.iter().enumerate() {
                let Some(column) = columns.get(usize::from(*feature)) else { continue };
                for (place, value) in places.iter_mut().zip(column) {
                    *place |= u8::from(value > threshold) << level;
                }
            }
            for (sum, place) in sums.iter_mut().zip(places) {
                *sum += i32::from(tree.leaves[usize::from(place) % LEAVES]);
            }
        }
        sums
    }

    fn probability(&self, sum: i32) -> f32 {
        let logit = self.bias + self.unit * sum as f32;
        1.0 / (1.0 + (-logit).exp())
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
