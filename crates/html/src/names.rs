//! Names of tags and attributes as atoms.

use html5ever::LocalName;

/// Longest name that is remembered.
const LONGEST: usize = 16;

/// Slots of the memory; a power of two.
const SLOTS: usize = 256;

/// Makes names lower-case atoms, remembering those seen: a page repeats a few dozen.
pub(crate) struct Names {
    seen: Vec<Option<(u128, LocalName)>>,
}

impl Names {
    pub(crate) fn new() -> Self {
        Self { seen: vec![None; SLOTS] }
    }

    /// The atom of a name as written. U+0000 becomes U+FFFD, as the standard says.
    pub(crate) fn get(&mut self, written: &str) -> LocalName {
        match key(written.as_bytes()) {
            Some(key) => self.remembered(key, written),
            None => atom(written),
        }
    }

    fn remembered(&mut self, key: u128, written: &str) -> LocalName {
        let folded = (key as u64) ^ ((key >> 64) as u64).rotate_left(29);
        let index = (folded.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as usize % SLOTS;
        let Some(slot) = self.seen.get_mut(index) else { return atom(written) };
        match slot {
            Some((known, name)) if *known == key => name.clone(),
            _ => slot.insert((key, atom(written))).1.clone(),
        }
    }
}

/// The lower-case bytes of a short name as one number; 0 bytes would make that ambiguous.
fn key(written: &[u8]) -> Option<u128> {
    let mut bytes = [0; LONGEST];
    bytes.get_mut(..written.len())?.copy_from_slice(written);
    bytes.make_ascii_lowercase();
    (!written.contains(&0)).then(|| u128::from_le_bytes(bytes))
}

fn atom(written: &str) -> LocalName {
    let clean = |byte: u8| byte != 0 && !byte.is_ascii_uppercase();
    if written.bytes().all(clean) {
        return LocalName::from(written);
    }
    LocalName::from(written.to_ascii_lowercase().replace('\0', "\u{fffd}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_lower_case_whether_remembered_or_not() {
        let mut names = Names::new();
        let written = ["DIV", "div", "a\0", "a", "É-x", "data-very-long-name-INDEED", "xlink:href"];
        for _ in 0..2 {
            let got: Vec<_> = written.iter().map(|name| names.get(name).to_string()).collect();
            let lower =
                ["div", "div", "a\u{fffd}", "a", "É-x", "data-very-long-name-indeed", "xlink:href"];
            assert_eq!(got, lower);
        }
    }
}
