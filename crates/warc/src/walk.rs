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

    fn junk(self, window: &[u8], at: usize, from: usize) -> Step {
        match head::find(window, from, self.format, self.complete) {
            Some((end, _)) if end > at => Step::Junk { end },
            Some((_, Sight::Partial)) => Step::More,
            _ => Step::Junk { end: window.len() },
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
        let next = tail.get(head::padding(tail)..).unwrap_or_default();
        if next.is_empty() {
            return if self.complete || !self.lookahead { Sight::Yes } else { Sight::Partial };
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
            _ if !self.complete && window.len() - start.min(window.len()) <= self.limit => Step::More,
            _ if window.len() <= start && declared > start => Step::Empty { end: window.len() },
            _ => {
                let flaw = if declared > start { Flaw::CutShort } else { Flaw::WrongLength };
                self.cut(window, start, window.len(), flaw)
            }
        }
    }

    /// A record whose block ends before `next`, less the line ends that separate records.
    fn cut(self, window: &[u8], start: usize, next: usize, flaw: Flaw) -> Step {
        let block = window.get(start..next).unwrap_or_default();
        let separator: &[u8] = match (self.format, flaw) {
            (_, Flaw::CutShort | Flaw::Compression) => b"",
            (Format::Warc, _) => b"\r\n\r\n",
            (Format::Arc, _) => b"\n",
        };
        let kept = block.strip_suffix(separator).unwrap_or(block).len();
        Step::Record { block: start..start + kept, flaw: Some(flaw), end: next }
    }
}
