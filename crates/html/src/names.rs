//! Names of tags and attributes as atoms.

use crate::kind::Kind;
use html5ever::LocalName;
use std::collections::HashMap;

/// Longest name that is remembered.
const LONGEST: usize = 16;

/// Names that are not of the standard, and too long to be an atom in themselves, that a page may
/// have: they go into a table of the process, whose size does not follow them. Pages in the wild have
/// some hundred.
const MOST_OWN: usize = 4096;

/// Bytes of the longest name that is taken.
const LONGEST_OWN: usize = 1 << 10;

/// Bytes of a name that is an atom in itself.
const INLINE: usize = 7;

/// Slots of the memory; a power of two.
const SLOTS: usize = 256;

/// Makes names lower-case atoms, remembering those seen: a page repeats a few dozen.
pub(crate) struct Names {
    seen: Vec<Option<(u128, LocalName, Kind)>>,
    /// Names of the page's own.
    own: HashMap<String, LocalName>,
    /// Whether the page has U+0000, which would make keys ambiguous.
    has_nul: bool,
}

impl Names {
    pub(crate) fn new(has_nul: bool) -> Self {
        Self { seen: vec![None; SLOTS], own: HashMap::new(), has_nul }
    }

    /// The atom of the name at `start..end` of the page, and the kind of an element of that name;
    /// `None` if it is too long or the page has too many. U+0000 becomes U+FFFD, as the standard says.
    pub(crate) fn get(
        &mut self,
        page: &str,
        start: usize,
        end: usize,
    ) -> Option<(LocalName, Kind)> {
        let key = key(page.as_bytes(), start, end).filter(|_| !self.has_nul);
        let folded = key.map_or(0, |key| (key as u64) ^ ((key >> 64) as u64).rotate_left(29));
        let index = (folded.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as usize % SLOTS;
        if let Some(Some((known, name, kind))) = self.seen.get(index)
            && Some(*known) == key
        {
            return Some((name.clone(), *kind));
        }
        let (name, kind) = self.atom(page.get(start..end).unwrap_or_default())?;
        if let (Some(slot), Some(key)) = (self.seen.get_mut(index), key) {
            *slot = Some((key, name.clone(), kind));
        }
        Some((name, kind))
    }

    fn atom(&mut self, written: &str) -> Option<(LocalName, Kind)> {
        if written.len() > LONGEST_OWN {
            return None;
        }
        let clean = |byte: u8| byte != 0 && !byte.is_ascii_uppercase();
        if written.bytes().all(clean) {
            return self.lower(written);
        }
        self.lower(&written.to_ascii_lowercase().replace('\0', "\u{fffd}"))
    }

    fn lower(&mut self, name: &str) -> Option<(LocalName, Kind)> {
        let inline = (name.len() <= INLINE).then(|| LocalName::from(name));
        if let Some(known) = inline.or_else(|| LocalName::try_static(name)) {
            let kind = Kind::of(&known);
            return Some((known, kind));
        }
        if let Some(own) = self.own.get(name) {
            return Some((own.clone(), Kind::Other));
        }
        if self.own.len() >= MOST_OWN {
            return None;
        }
        let own = LocalName::from(name);
        self.own.insert(name.into(), own.clone());
        Some((own, Kind::Other))
    }
}

/// The bytes of a short name, as written, as one number. Nothing near the end of the page, where
/// there are too few bytes to read them at once.
fn key(page: &[u8], start: usize, end: usize) -> Option<u128> {
    let bytes: [u8; LONGEST] = *page.get(start..)?.first_chunk()?;
    let length = end.checked_sub(start).filter(|length| (1..=LONGEST).contains(length))?;
    Some(u128::from_le_bytes(bytes) & (u128::MAX >> (8 * (LONGEST - length))))
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
                assert_eq!(*made.get(&page, start, start + name.len()).unwrap().0, *lower);
            }
        }
    }

    #[test]
    fn a_page_has_only_so_many_names_of_its_own() {
        let mut made = Names::new(false);
        let fits = |made: &mut Names, name: &str| made.get(name, 0, name.len()).is_some();
        let new = (0..2 * MOST_OWN).filter(|i| fits(&mut made, &format!("attribute-{i}"))).count();
        assert_eq!(new, MOST_OWN);
        assert!(!fits(&mut made, &"x".repeat(LONGEST_OWN + 1)));
        for name in ["attribute-1", "blockquote", "x-y", "ATTRIBUTE-2"] {
            assert!(fits(&mut made, name), "{name}");
        }
    }
}
