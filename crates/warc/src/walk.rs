//! One step through decompressed bytes: where the next record lies.
//!
//! The splitter and the reader both walk with this function, so that a cut never changes
//! what is read. It is the only place that knows how to recover from wrong lengths.

use crate::Flaw;
use crate::head::{self, Field, Format, Head, Parsed, Sight};
use std::ops::Range;

/// What comes next. Positions are offsets into the window.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// A record whose block is `block`; the next step starts at `end`.
    Record { block: Range<usize>, flaw: Option<Flaw>, end: usize },
    /// A record over the size limit: its head ends at `head` and its block should have
    /// `block` bytes.
    Oversized { head: usize, block: u64 },
    /// Bytes up to `end` that belong to no record.
    Junk { end: usize },
    /// The file ends inside a record, at `end`, and left nothing of its block.
    Empty { end: usize },
    /// Only padding is left.
    Done,
    /// More bytes are needed to tell.
    More,
}

/// Most bytes of junk that are reported as one.
const JUNK: usize = 1 << 20;

/// Enough bytes to tell whether a head stands at a place.
const SIGHT: usize = 16 << 10;

/// Whether a line ends right before `at`. What is left of an ARC head whose first letters are
/// cut off looks like a head; only its place in the line gives it away.
fn ends_line(window: &[u8], at: usize) -> bool {
    at.checked_sub(1).and_then(|last| window.get(last)) == Some(&b'\n')
}

/// How a walk is to be made.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Walk {
    pub(crate) format: Format,
    /// Largest block that is handed over.
    pub(crate) limit: usize,
    /// Nothing follows the window.
    pub(crate) complete: bool,
    /// Whether to ask for more bytes only to see what follows a whole record.
    pub(crate) lookahead: bool,
}

impl Walk {
    /// The step at `at`, where padding has been skipped already.
    pub(crate) fn step(self, window: &[u8], at: usize, fields: &mut Vec<Field>) -> Step {
        let rest = window.get(at..).unwrap_or_default();
        if rest.is_empty() {
            return if self.complete { Step::Done } else { Step::More };
        }
        match head::sight(rest, self.format, self.complete) {
            Sight::Yes => self.record(window, at, fields),
            Sight::Partial => Step::More,
            Sight::No => self.junk(window, at, at),
        }
    }

    /// Junk goes up to the next head, in pieces of [`JUNK`] bytes at most. Where it ends must
    /// not depend on how much of it is in sight, so a piece is not cut off before it is whole.
    fn junk(self, window: &[u8], at: usize, from: usize) -> Step {
        let far = at + JUNK;
        let near = window.get(..far + SIGHT).unwrap_or(window);
        let complete = self.complete && near.len() == window.len();
        match head::find(near, from, self.format, complete) {
            Some((end, Sight::Yes)) => Step::Junk { end: end.min(far) },
            _ if !self.complete && window.len() < far + SIGHT => Step::More,
            _ => Step::Junk { end: window.len().min(far) },
        }
    }

    fn record(self, window: &[u8], at: usize, fields: &mut Vec<Field>) -> Step {
        let rest = window.get(at..).unwrap_or_default();
        match head::parse(rest, self.format, fields) {
            Parsed::Head(head) => self.block(window, at, head),
            Parsed::Partial if !self.complete => Step::More,
            Parsed::Partial | Parsed::Endless => self.junk(window, at, at + 1),
        }
    }

    fn block(self, window: &[u8], at: usize, head: Head) -> Step {
        let start = at + head.len;
        let Some(length) = head.block else { return self.up_to_next(window, start, start) };
        let end = usize::try_from(length).ok().filter(|length| *length <= self.limit);
        let Some(end) = end.map(|length| start + length) else {
            return Step::Oversized { head: start, block: length };
        };
        if end > window.len() {
            return if self.complete { self.up_to_next(window, start, end) } else { Step::More };
        }
        match self.follows(window, end) {
            Sight::Yes => Step::Record { block: start..end, flaw: None, end },
            Sight::Partial => Step::More,
            Sight::No => self.disputed(window, start, end),
        }
    }

    /// Whether a record can end at `end`: only padding up to the next head.
    fn follows(self, window: &[u8], end: usize) -> Sight {
        let tail = window.get(end..).unwrap_or_default();
        let padding = head::padding(tail);
        let next = tail.get(padding..).unwrap_or_default();
        if next.is_empty() {
            return if self.complete || !self.lookahead { Sight::Yes } else { Sight::Partial };
        }
        if self.format == Format::Arc && padding == 0 && !ends_line(window, end) {
            return Sight::No;
        }
        match head::sight(next, self.format, self.complete) {
            Sight::Partial if !self.lookahead => Sight::Yes,
            sight => sight,
        }
    }

    /// The length is wrong. Too large: the next head stands inside the block. Too small: the
    /// block is what was declared, and what follows is left to be reported as junk.
    fn disputed(self, window: &[u8], start: usize, end: usize) -> Step {
        match head::find(window, start, self.format, self.complete) {
            Some((next, Sight::Yes)) if next < end => {
                self.cut(window, start, next, Flaw::WrongLength)
            }
            Some((next, _)) if next < end => Step::More,
            _ => Step::Record { block: start..end, flaw: Some(Flaw::WrongLength), end },
        }
    }

    /// The block ends at the next head, or with the window; `declared` is where it should end.
    fn up_to_next(self, window: &[u8], start: usize, declared: usize) -> Step {
        match head::find(window, start, self.format, self.complete) {
            Some((next, Sight::Yes)) => self.cut(window, start, next, Flaw::WrongLength),
            _ if !self.complete && window.len() - start.min(window.len()) <= self.limit => {
                Step::More
            }
            _ if window.len() <= start && declared > start => Step::Empty { end: window.len() },
            _ => {
                let flaw = if declared > start { Flaw::CutShort } else { Flaw::WrongLength };
                let most = start.saturating_add(self.limit);
                self.cut(window, start, window.len().min(most), flaw)
            }
        }
    }

    /// Bytes of `block` before the line ends that separate it from the next record.
    pub(crate) fn without_separator(self, block: &[u8]) -> usize {
        let separator: &[u8] = match self.format {
            Format::Warc => b"\r\n\r\n",
            Format::Arc => b"\n",
        };
        block.strip_suffix(separator).unwrap_or(block).len()
    }

    /// A record whose block ends before `next`, less the line ends that separate records.
    fn cut(self, window: &[u8], start: usize, next: usize, flaw: Flaw) -> Step {
        let block = window.get(start..next).unwrap_or_default();
        let kept = match flaw {
            Flaw::WrongLength => self.without_separator(block),
            Flaw::CutShort | Flaw::Compression => block.len(),
        };
        Step::Record { block: start..start + kept, flaw: Some(flaw), end: next }
    }
}
