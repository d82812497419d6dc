//! Where scripts and styles stand in a page's bytes, and what they are.

use cc_math_tex::config::KATEX_CALL;
use memchr::{memchr, memmem};
use std::borrow::Cow;
use std::ops::Range;
use std::sync::LazyLock;

/// A script or style element.
pub(super) struct Script {
    pub(super) tag: Range<usize>,
    pub(super) body: Range<usize>,
}

/// Where scripts end. Asked from the front of the page to its back, it goes over it once.
pub(super) struct Scripts<'a> {
    bytes: &'a [u8],
    tag_end: Next,
    close: Next,
}

impl<'a> Scripts<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, tag_end: Next::new(find_tag_end), close: Next::new(find_close) }
    }

    /// The one whose tag begins at `start`; `None` if nothing ends it, or any behind it.
    pub(super) fn at(&mut self, start: usize) -> Option<Script> {
        let open = self.tag_end.from(self.bytes, start)? + 1;
        let close = self.close.from(self.bytes, open)?;
        Some(Script { tag: start..open, body: open..close })
    }
}

fn find_tag_end(bytes: &[u8], from: usize) -> Option<usize> {
    memchr(b'>', bytes.get(from..)?).map(|at| from + at)
}

/// The next end tag of a script or style.
fn find_close(bytes: &[u8], from: usize) -> Option<usize> {
    memmem::find_iter(bytes.get(from..)?, b"</").map(|at| from + at).find(|at| {
        let name = bytes.get(at + 2..).unwrap_or_default();
        [&b"script"[..], b"style"]
            .iter()
            .any(|end| name.get(..end.len()).is_some_and(|name| name.eq_ignore_ascii_case(end)))
    })
}

/// The next place of something, remembered until the page is read that far.
struct Next {
    find: fn(&[u8], usize) -> Option<usize>,
    /// The place found last, if it was looked for, and where from.
    known: Option<(usize, Option<usize>)>,
}

impl Next {
    fn new(find: fn(&[u8], usize) -> Option<usize>) -> Self {
        Self { find, known: None }
    }

    /// The first place at or behind `from`, which grows from call to call.
    fn from(&mut self, bytes: &[u8], from: usize) -> Option<usize> {
        if let Some((since, place)) = self.known
            && since <= from
            && place.is_none_or(|place| place >= from)
        {
            return place;
        }
        let place = (self.find)(bytes, from);
        self.known = Some((from, place));
        place
    }
}

/// A script of JSON: a page's hydration state, which may be all of its text.
pub(super) fn holds_data(tag: &[u8]) -> bool {
    memmem::find(tag, b"json").is_some()
}

/// Whether a script typesets formulas itself.
pub(super) fn has_calls(script: &[u8]) -> bool {
    static CALL: LazyLock<memmem::Finder<'_>> = LazyLock::new(|| memmem::Finder::new(KATEX_CALL));
    CALL.find(script).is_some()
}

/// What a script's tag says where the script is.
pub(super) fn source(tag: &[u8]) -> Cow<'_, str> {
    let value = memmem::find(tag, b"src=").and_then(|at| tag.get(at + 4..)).unwrap_or_default();
    let value = value.strip_prefix(b"\"").or(value.strip_prefix(b"'")).unwrap_or(value);
    let ends = |byte: &u8| matches!(byte, b'"' | b'\'' | b'>' | b' ');
    String::from_utf8_lossy(value.split(ends).next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_place_is_looked_for_once() {
        let mut next = Next::new(find_tag_end);
        let places = [0, 1, 2, 3, 5, 6].map(|from| next.from(b"a>b>c", from));
        assert_eq!(places, [Some(1), Some(1), Some(3), Some(3), None, None]);
        assert_eq!(next.known, Some((5, None)));
    }
}
