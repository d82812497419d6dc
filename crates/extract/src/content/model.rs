//! The trained scorer: sums of oblivious decision trees over byte features.
//!
//! An oblivious tree asks the same question of all rows at each level, so a
//! tree of depth `d` is `d` pairs (feature, threshold) and `2^d` leaves, and
//! many rows can be asked at once. It knows nothing of what features mean.

/// Rows that are scored together.
const LANES: usize = 32;
/// Deepest tree: leaf indices fit a byte.
const DEEPEST: usize = 8;
/// Bytes before the first tree.
const HEADER: usize = 16;
const MAGIC: [u8; 4] = *b"obl1";

/// A model: `obl1`, number of features (u16), number of trees (u16), bias
/// (f32), value of one leaf unit (f32); then per tree its depth (u8), for each
/// level a feature (u16) and a threshold (u8), and the leaves (i16). All
/// little-endian. Bit `i` of a leaf's index tells whether the feature of level
/// `i` is greater than its threshold.
#[derive(Debug)]
pub(super) struct Model {
    features: usize,
    bias: f32,
    unit: f32,
    trees: Vec<Tree>,
    leaves: Vec<i16>,
}

#[derive(Debug)]
struct Tree {
    levels: Vec<(u16, u8)>,
    /// Place of its first leaf.
    leaves: usize,
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

impl Model {
    /// Reads a model over `features` features; `None` if the bytes are no such model.
    pub(super) fn read(bytes: &[u8], features: usize) -> Option<Self> {
        debug_assert_eq!(HEADER, MAGIC.len() + 12);
        let mut reader = Reader(bytes);
        if reader.take()? != MAGIC {
            return None;
        }
        let (announced, trees) = (reader.short()?, reader.short()?);
        if usize::from(announced) != features {
            return None;
        }
        let (bias, unit) = (reader.float()?, reader.float()?);
        let mut model = Self {
            features,
            bias,
            unit,
            trees: Vec::with_capacity(usize::from(trees)),
            leaves: Vec::with_capacity(usize::from(trees) << 6),
        };
        for _ in 0..trees {
            model.read_tree(&mut reader)?;
        }
        reader.0.is_empty().then_some(model)
    }

    fn read_tree(&mut self, reader: &mut Reader<'_>) -> Option<()> {
        let depth = usize::from(reader.take::<1>()?[0]);
        if depth > DEEPEST {
            return None;
        }
        let mut tree = Tree { levels: Vec::with_capacity(depth), leaves: self.leaves.len() };
        for _ in 0..depth {
            let feature = reader.short().filter(|f| usize::from(*f) < self.features)?;
            tree.levels.push((feature, reader.take::<1>()?[0]));
        }
        for _ in 0..1usize << depth {
            self.leaves.push(i16::from_le_bytes(reader.take()?));
        }
        self.trees.push(tree);
        Some(())
    }

    /// Probability of content for each row; rows lack no feature that the model asks for.
    pub(super) fn score<const N: usize>(&self, rows: &[[u8; N]]) -> Vec<f32> {
        let mut columns = vec![[0u8; LANES]; N];
        let mut scores = Vec::with_capacity(rows.len());
        for chunk in rows.chunks(LANES) {
            transpose(chunk, &mut columns);
            let sums = self.sums(&columns);
            scores.extend(sums.iter().take(chunk.len()).map(|sum| self.probability(*sum)));
        }
        scores
    }

    fn sums(&self, columns: &[[u8; LANES]]) -> [i32; LANES] {
        let mut sums = [0i32; LANES];
        for tree in &self.trees {
            let mut places = [0u8; LANES];
            for (level, (feature, threshold)) in tree.levels.iter().enumerate() {
                let Some(column) = columns.get(usize::from(*feature)) else { continue };
                for (place, value) in places.iter_mut().zip(column) {
                    *place |= u8::from(value > threshold) << level;
                }
            }
            let leaves = self.leaves.get(tree.leaves..).unwrap_or_default();
            for (sum, place) in sums.iter_mut().zip(places) {
                *sum += i32::from(leaves.get(usize::from(place)).copied().unwrap_or(0));
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
        assert_eq!(model.score(&rows), expected);
        let many: Vec<[u8; 3]> = rows.iter().copied().cycle().take(101).collect();
        assert_eq!(model.score(&many).get(100), expected.first());
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
