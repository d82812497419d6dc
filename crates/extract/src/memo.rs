//! Answers about attribute values, remembered: a page repeats the same few.

/// Slots of a memory, a power of two.
const SLOTS: usize = 1024;

/// A memory of answers by value.
pub(crate) struct Memo<T>(Vec<(u64, T)>);

impl<T: Copy + Default> Memo<T> {
    pub(crate) fn new() -> Self {
        Self(vec![(0, T::default()); SLOTS])
    }

    /// The answer for a value, which `answer` finds out if it is not remembered.
    pub(crate) fn get(&mut self, value: &str, answer: impl FnOnce() -> T) -> T {
        let hash = fingerprint(value.as_bytes());
        let Some(slot) = self.0.get_mut((hash >> 54) as usize) else { return answer() };
        if slot.0 != hash {
            *slot = (hash, answer());
        }
        slot.1
    }
}

/// A 64-bit hash, eight bytes at a time; never 0.
fn fingerprint(bytes: &[u8]) -> u64 {
    let mut hash = bytes.len() as u64 ^ 0x243f_6a88_85a3_08d3;
    let (words, tail) = bytes.as_chunks::<8>();
    let mut last = [0; 8];
    last.iter_mut().zip(tail).for_each(|(slot, byte)| *slot = *byte);
    for word in words.iter().chain([&last]) {
        hash =
            (hash.rotate_left(23) ^ u64::from_le_bytes(*word)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
    hash | 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_those_of_their_values() {
        let mut memo = Memo::new();
        let values: Vec<String> = (0..3000).map(|i| "x".repeat(i % 40) + &i.to_string()).collect();
        for value in values.iter().chain(&values) {
            assert_eq!(memo.get(value, || value.len()), value.len());
        }
        assert_eq!(memo.get("once", || 1), memo.get("once", || 2));
    }
}
