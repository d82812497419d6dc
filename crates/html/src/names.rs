//! Names of tags and attributes as atoms.

use crate::kind::Kind;
use html5ever::LocalName;

/// Longest name that is remembered.
const LONGEST: usize = 16;

/// Slots of the memory; a power of two.
const SLOTS: usize = 256;

/// Makes names lower-case atoms, remembering those seen: a page repeats a few dozen.
pub(crate) struct Names {
    seen: Vec<Option<(u128, LocalName, Kind)>>,
    /// Whether the page has U+0000, which would make keys ambiguous.
    has_nul: bool,
}

impl Names {
    pub(crate) fn new(has_nul: bool) -> Self {
        Self { seen: vec![None; SLOTS], has_nul }
    }

    /// The atom of the name at `start..end` of the page, and the kind of an element of that name.
    /// U+0000 becomes U+FFFD, as the standard says.
    pub(crate) fn get(&mut self, page: &str, start: usize, end: usize) -> (LocalName, Kind) {
        let written = || page.get(start..end).unwrap_or_default();
        let key = key(page.as_bytes(), start, end).filter(|_| !self.has_nul);
        let Some(key) = key else { return atom(written()) };
        let folded = (key as u64) ^ ((key >> 64) as u64).rotate_left(29);
        let index = (folded.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as usize % SLOTS;
        let Some(slot) = self.seen.get_mut(index) else { return atom(written()) };
        if let Some((known, name, kind)) = slot
            && *known == key
        {
            return (name.clone(), *kind);
        }
        let (name, kind) = atom(written());
        *slot = Some((key, name.clone(), kind));
        (name, kind)
    }
}

/// The bytes of a short name, as written, as one number. Nothing near the end of the page, where
/// there are too few bytes to read them at once.
fn key(page: &[u8], start: usize, end: usize) -> Option<u128> {
    let bytes: [u8; LONGEST] = *page.get(start..)?.first_chunk()?;
    let length = end.checked_sub(start).filter(|length| (1..=LONGEST).contains(length))?;
    Some(u128::from_le_bytes(bytes) & (u128::MAX >> (8 * (LONGEST - length))))
}

fn atom(written: &str) -> (LocalName, Kind) {
    let clean = |byte: u8| byte != 0 && !byte.is_ascii_uppercase();
    let name = if written.bytes().all(clean) {
        LocalName::from(written)
    } else {
        LocalName::from(written.to_ascii_lowercase().replace('\0', "\u{fffd}"))
    };
    let kind = Kind::of(&name);
    (name, kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_lower_case_whether_remembered_or_not() {
        let names = [
            "DIV",
            "div",
            "a\0",
            "a",
            "É-x",
            "exactly-16-BYTES",
            "data-very-long-NAME",
            "xlink:href",
        ];
        let page = names.join(" ");
        for has_nul in [true, false, false] {
            let mut made = Names::new(has_nul);
            let mut start = 0;
            for name in names.iter().filter(|name| has_nul || !name.contains('\0')) {
                start += page.get(start..).and_then(|rest| rest.find(name)).unwrap();
                let lower = name.to_ascii_lowercase().replace('\0', "\u{fffd}");
                assert_eq!(*made.get(&page, start, start + name.len()).0, *lower);
            }
        }
    }
}
