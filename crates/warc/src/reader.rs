//! The second phase: the records of one chunk.

use crate::buffer::Buffer;
use crate::codec::{Codec, Decoder, End, zstandard};
use crate::head::{self, Field, Fields, Sight};
use crate::limits::MAX_HEAD;
use crate::split::{Chunk, Content};
use crate::walk::{Step, Walk};
use crate::{Damaged, Event, Flaw, Limits, Record};
use cc_math_core::{Locator, Reason};
use std::borrow::Cow;
use std::collections::VecDeque;
use std::ops::Range;

/// Reads chunks, keeping decoders and buffers from one to the next. One per thread.
pub struct RecordReader {
    limits: Limits,
    decoder: Decoder,
    buffer: Buffer,
    fields: Vec<Field>,
    segments: VecDeque<Segment>,
    barriers: VecDeque<usize>,
}

impl RecordReader {
    /// A reader with these limits; only `record` matters here.
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            decoder: Decoder::default(),
            buffer: Buffer::default(),
            fields: Vec::new(),
            segments: VecDeque::new(),
            barriers: VecDeque::new(),
        }
    }

    /// The records of a chunk, in the order of the file.
    pub fn read<'r>(&'r mut self, chunk: &'r Chunk) -> Records<'r> {
        self.buffer.clear();
        self.segments.clear();
        self.barriers.clear();
        let (input, plain) = match &chunk.content {
            Content::Members { bytes, dictionary, .. } => {
                self.decoder.use_dictionary(dictionary.as_ref());
                (bytes.as_slice(), false)
            }
            Content::Plain { bytes, .. } => (bytes.as_slice(), true),
            Content::Damaged(_) => (&[][..], true),
        };
        Records {
            overrun: input.len().saturating_mul(4),
            reader: self,
            chunk,
            input,
            plain,
            next: 0,
            front: 0,
            taken: 0,
            told: false,
            account: Account {
                decoded: if plain { input.len() as u64 } else { 0 },
                ..Account::default()
            },
        }
    }
}

/// What became of a chunk's decompressed bytes. At the end of the chunk
/// `records + damaged + padding == decoded`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Account {
    /// Bytes that came out of decompression, or of the file where it is not compressed.
    pub decoded: u64,
    /// Bytes of records handed over, heads included.
    pub records: u64,
    /// Bytes reported as damaged.
    pub damaged: u64,
    /// Line ends and zero bytes that separate records.
    pub padding: u64,
}

/// A stretch of decompressed bytes and the stored bytes it came from. Positions in
/// decompressed bytes count from the start of the chunk.
#[derive(Debug)]
struct Segment {
    start: usize,
    end: usize,
    stored: Range<usize>,
    /// Why the stored bytes gave less than they should.
    fault: Option<Fault>,
    /// Whether an event lies in it already.
    used: bool,
}

#[derive(Debug, Clone, Copy)]
struct Fault {
    reason: Reason,
    detail: &'static str,
}

/// An event before it borrows anything.
enum Found {
    Record { block: Range<usize>, flaw: Option<Flaw>, locator: Locator },
    Damaged(Damaged),
}

/// The events of a chunk; each borrows from the reader until the next is asked for.
pub struct Records<'r> {
    reader: &'r mut RecordReader,
    chunk: &'r Chunk,
    /// The chunk's bytes, compressed or not.
    input: &'r [u8],
    plain: bool,
    /// First byte of `input` that is not loaded.
    next: usize,
    /// Position of the first byte that no event has taken.
    front: usize,
    /// Bytes behind `front` that the event last handed over borrows.
    taken: usize,
    /// Whether a damaged chunk was told of.
    told: bool,
    /// Input bytes that decoding may still run over places where a member seems to start.
    overrun: usize,
    account: Account,
}

impl Records<'_> {
    /// The next event, or `None` at the end of the chunk.
    #[expect(clippy::should_implement_trait, reason = "each event borrows from the reader")]
    pub fn next(&mut self) -> Option<Event<'_>> {
        match self.advance()? {
            Found::Damaged(damaged) => Some(Event::Damaged(damaged)),
            Found::Record { block, flaw, locator } => {
                let window = self.window();
                let fields = Fields { bytes: window, fields: &self.reader.fields };
                let block = window.get(block).unwrap_or_default();
                let record = Record::new(locator, self.chunk.format, fields, block, flaw);
                Some(Event::Record(record))
            }
        }
    }

    /// What became of the bytes so far.
    pub fn account(&self) -> Account {
        self.account
    }

    fn advance(&mut self) -> Option<Found> {
        if let Content::Damaged(damaged) = &self.chunk.content {
            let first = !std::mem::replace(&mut self.told, true);
            return first.then(|| Found::Damaged(damaged.clone()));
        }
        loop {
            self.take();
            if let Some(found) = self.unused_fault() {
                return Some(found);
            }
            let window = self.window();
            let padding = head::padding(window);
            if padding > 0 {
                self.account.padding += padding as u64;
                self.taken = padding;
                continue;
            }
            let (walk, mut fields) = (self.walk(), std::mem::take(&mut self.reader.fields));
            let step = walk.step(self.window(), 0, &mut fields);
            self.reader.fields = fields;
            match step {
                Step::More => self.load(),
                Step::Done if self.at_end() => return None,
                Step::Done => {}
                step => return Some(self.found(step)),
            }
        }
    }

    /// Lets go of the bytes that the last event borrowed.
    fn take(&mut self) {
        self.front += self.taken;
        if !self.plain {
            self.reader.buffer.consume(self.taken);
        }
        self.taken = 0;
        while self.reader.barriers.front().is_some_and(|barrier| *barrier <= self.front) {
            self.reader.barriers.pop_front();
        }
    }

    /// The bytes in which the next record has to lie: up to the next place where the
    /// decompressed bytes are known not to go on.
    fn window(&self) -> &[u8] {
        if self.plain {
            return self.input.get(self.front..).unwrap_or_default();
        }
        let end = self.reader.barriers.front().map_or(self.reader.buffer.len(), |b| b - self.front);
        self.reader.buffer.get(0..end)
    }

    fn walk(&self) -> Walk {
        let complete = self.plain || self.at_end() || !self.reader.barriers.is_empty();
        let limit = self.reader.limits.record;
        Walk { format: self.chunk.format, limit, complete, lookahead: false }
    }

    /// Whether nothing is left to load.
    fn at_end(&self) -> bool {
        let loaded = self.plain || self.next >= self.input.len();
        loaded && self.reader.barriers.is_empty()
    }

    /// Drops the segments that lie behind; the first of them whose fault no event has told of
    /// gives one.
    fn unused_fault(&mut self) -> Option<Found> {
        while let Some(segment) = self.reader.segments.front() {
            if segment.end > self.front {
                return None;
            }
            let segment = self.reader.segments.pop_front()?;
            if let Some(Fault { reason, detail }) = segment.fault {
                let locator = self.stored(segment.stored);
                return Some(Found::Damaged(Damaged { locator, reason, detail: detail.into() }));
            }
        }
        None
    }

    fn found(&mut self, step: Step) -> Found {
        match step {
            Step::Record { block, flaw, end } => self.record(block, flaw, end),
            Step::Oversized { head, block } => self.oversized(head, block),
            Step::Empty { end } => {
                self.damaged(end, Reason::TruncatedRecord, "the file ends before the block".into())
            }
            Step::Junk { end } => self.damaged(end, Reason::DamagedRecord, "no record head".into()),
            Step::Done | Step::More => self.damaged(0, Reason::DamagedRecord, Cow::Borrowed("")),
        }
    }

    fn record(&mut self, block: Range<usize>, flaw: Option<Flaw>, end: usize) -> Found {
        let fault = self.absorb_fault_behind(end, flaw);
        let cut_short = flaw == Some(Flaw::CutShort);
        let flaw = match (flaw, fault) {
            (_, Some(Fault { reason: Reason::OversizedRecord, detail })) => {
                return self.damaged(end, Reason::OversizedRecord, detail.into());
            }
            (_, Some(Fault { reason: Reason::DamagedCompression, .. })) => Some(Flaw::Compression),
            (Some(Flaw::CutShort), None) => Some(self.cut_short_by()),
            (flaw, _) => flaw,
        };
        let block = if cut_short { self.less_separator(block, flaw) } else { block };
        self.account.records += end as u64;
        self.taken = end;
        let locator = self.locate(end);
        Found::Record { block, flaw, locator }
    }

    /// A block that seemed cut short and turns out to end where the next record starts has
    /// swallowed what separates them.
    fn less_separator(&self, block: Range<usize>, flaw: Option<Flaw>) -> Range<usize> {
        if flaw != Some(Flaw::WrongLength) {
            return block;
        }
        let bytes = self.window().get(block.clone()).unwrap_or_default();
        block.start..block.start + self.walk().without_separator(bytes)
    }

    /// What a block that is too short for its length means: the file ends here, or a record
    /// follows.
    fn cut_short_by(&self) -> Flaw {
        match &self.chunk.content {
            Content::Plain { damaged: true, .. } => Flaw::Compression,
            _ if self.chunk.last && self.at_end() => Flaw::CutShort,
            _ => Flaw::WrongLength,
        }
    }

    fn damaged(&mut self, end: usize, reason: Reason, detail: Cow<'static, str>) -> Found {
        let (reason, detail) = match self.absorb_fault(end) {
            Some(fault) => (fault.reason, fault.detail.into()),
            None => (reason, detail),
        };
        self.account.damaged += end as u64;
        self.taken = end;
        let locator = self.locate(end);
        Found::Damaged(Damaged { locator, reason, detail })
    }

    /// The fault that a record of `end` bytes tells of: one it breaks off at, or, of a whole
    /// record, a wrong checksum or a missing one right behind it.
    fn absorb_fault_behind(&mut self, end: usize, flaw: Option<Flaw>) -> Option<Fault> {
        let padding = head::padding(self.window().get(end..).unwrap_or_default());
        let fault = self.absorb_fault(end + padding)?;
        if fault.reason == Reason::OversizedRecord && flaw != Some(Flaw::CutShort) {
            self.restore_fault(end + padding, fault);
            return None;
        }
        Some(fault)
    }

    /// The fault of the segment that ends `end` bytes on; the event at hand tells of it.
    fn absorb_fault(&mut self, end: usize) -> Option<Fault> {
        let position = self.front + end;
        let segments = self.reader.segments.iter_mut();
        let mut ending = segments.filter(|s| s.end == position && s.start < s.end);
        ending.find_map(|segment| segment.fault.take())
    }

    fn restore_fault(&mut self, end: usize, fault: Fault) {
        let position = self.front + end;
        let ending = self.reader.segments.iter_mut().find(|s| s.end == position && s.start < s.end);
        ending.into_iter().for_each(|segment| segment.fault = Some(fault));
    }

    /// Skips a record over the limit, up to its end or to the next record head.
    fn oversized(&mut self, head: usize, block: u64) -> Found {
        let (start, mut left) = (self.front, (head as u64).saturating_add(block));
        let stored = self.reader.segments.front().filter(|s| !s.used).map(|s| s.stored.start);
        let mut stored_end = 0;
        let mut from = head;
        loop {
            let window = self.window();
            let next = head::find(window, from, self.chunk.format, true)
                .map_or(window.len(), |(at, _)| at);
            let skipped = next.min(usize::try_from(left).unwrap_or(usize::MAX));
            let stop = skipped < window.len() || self.walk().complete || skipped as u64 == left;
            stored_end = self.segment_end(skipped).unwrap_or(stored_end);
            self.absorb_fault(skipped);
            left -= skipped as u64;
            from = 0;
            self.account.damaged += skipped as u64;
            self.taken = skipped;
            if stop {
                break;
            }
            self.take();
            self.reader.segments.clear();
            self.load();
        }
        let locator = match stored {
            Some(from) if !self.plain => self.stored(from..stored_end),
            _ => self.logical(start, self.front + self.taken - start),
        };
        let detail = format!("block of {block} bytes").into();
        Found::Damaged(Damaged { locator, reason: Reason::OversizedRecord, detail })
    }

    /// Where the stored bytes of the segment end in which the byte before `end` lies.
    fn segment_end(&mut self, end: usize) -> Option<usize> {
        let last = (self.front + end).checked_sub(1)?;
        let segment = self.reader.segments.iter_mut().find(|s| s.start <= last && last < s.end)?;
        segment.used = true;
        Some(segment.stored.end)
    }

    /// The place of the event that takes the next `len` bytes.
    ///
    /// Alone in its members, it is theirs. Otherwise it has no address in the file, and gets
    /// that of its member plus its position in what the member inflates to.
    fn locate(&mut self, len: usize) -> Locator {
        if self.plain {
            return self.logical(self.front, len);
        }
        let (start, end) = (self.front, self.front + len);
        let behind = self.reader.buffer.get(len..self.reader.buffer.len());
        let mut touched = self.reader.segments.iter_mut().filter(|s| s.start < end.max(start + 1));
        let Some(first) = touched.next() else { return self.logical(start, len) };
        let mut alone = !first.used;
        let member = (first.stored.start, first.start);
        let (mut stored, mut last) = (first.stored.clone(), first.end);
        first.used = true;
        for segment in touched {
            alone &= !segment.used;
            segment.used = true;
            stored.end = segment.stored.end;
            last = segment.end;
        }
        let rest = behind.get(..last.saturating_sub(end)).unwrap_or_default();
        if alone && head::padding(rest) == rest.len() {
            return self.stored(stored);
        }
        let offset = self.chunk.stored.start + (member.0 + start.saturating_sub(member.1)) as u64;
        Locator { file: self.chunk.file.clone(), offset, length: len as u64 }
    }

    fn stored(&self, range: Range<usize>) -> Locator {
        let offset = self.chunk.stored.start + range.start as u64;
        Locator { file: self.chunk.file.clone(), offset, length: range.len() as u64 }
    }

    fn logical(&self, start: usize, len: usize) -> Locator {
        let file = self.chunk.file.clone();
        match &self.chunk.content {
            Content::Plain { alone: Some(place), .. } => {
                Locator { file, offset: place.start, length: place.end - place.start }
            }
            Content::Plain { base, .. } => {
                Locator { file, offset: base + start as u64, length: len as u64 }
            }
            _ => {
                Locator { file, offset: self.chunk.stored.start + start as u64, length: len as u64 }
            }
        }
    }

    /// Inflates the next member, or steps over bytes that are none.
    fn load(&mut self) {
        let Content::Members { codec, .. } = &self.chunk.content else { return };
        let codec = *codec;
        let rest = self.input.get(self.next..).unwrap_or_default();
        let padding = head::padding(rest);
        let skip = zstandard::skippable(rest).filter(|_| codec != Codec::Gzip).unwrap_or(padding);
        if skip > 0 || rest.is_empty() {
            self.next = (self.next + skip).min(self.input.len());
        } else if rest.starts_with(codec.magic()) {
            self.load_member(codec, rest);
        } else {
            let len = self.next_start(codec, rest, 1);
            let detail = "bytes between compressed members";
            self.push_segment(0, len, Some(Fault { reason: Reason::DamagedRecord, detail }));
        }
    }

    fn load_member(&mut self, codec: Codec, rest: &[u8]) {
        let cap = self.reader.limits.record.saturating_add(MAX_HEAD);
        let RecordReader { decoder, buffer, .. } = &mut *self.reader;
        let before = buffer.len();
        if codec == Codec::Gzip {
            let len = codec.candidate(rest, 1).unwrap_or(rest.len());
            if decoder.exact_gzip(rest.get(..len).unwrap_or(rest), buffer, cap) {
                let made = buffer.len() - before;
                return self.push_segment(made, len, None);
            }
        }
        let (made, used, fault) = self.load_slowly(codec, rest, cap);
        self.push_segment(made, used, fault);
    }

    /// Inflates a member that is damaged, cut off, too large, or has something odd behind it.
    /// Returns bytes made, bytes used, and what is wrong.
    fn load_slowly(
        &mut self,
        codec: Codec,
        rest: &[u8],
        cap: usize,
    ) -> (usize, usize, Option<Fault>) {
        let before = self.reader.buffer.len();
        let mut scope = rest;
        if self.overrun == 0 {
            scope = rest.get(..self.next_start(codec, rest, 1)).unwrap_or(rest);
        }
        let mut decoded = self.reader.decoder.member(codec, scope, &mut self.reader.buffer, cap);
        if decoded.end == End::Whole {
            return (self.reader.buffer.len() - before, decoded.used, None);
        }
        let from = if decoded.end == End::OverCap { decoded.used } else { 1 };
        let len = self.next_start(codec, rest, from);
        if decoded.used > len || (decoded.end == End::Starved && len < rest.len()) {
            self.overrun = self.overrun.saturating_sub(decoded.used.saturating_sub(len));
            self.reader.buffer.truncate(before);
            let scope = rest.get(..len).unwrap_or(rest);
            decoded = self.reader.decoder.member(codec, scope, &mut self.reader.buffer, cap);
        }
        let fault = self.fault(decoded.end, len == rest.len());
        (self.reader.buffer.len() - before, len, Some(fault))
    }

    fn fault(&self, end: End, at_end: bool) -> Fault {
        let (reason, detail) = match end {
            End::OverCap => (Reason::OversizedRecord, "member inflates to more than the limit"),
            End::Damaged(how) => (Reason::DamagedCompression, how),
            _ if at_end && self.chunk.last => {
                (Reason::TruncatedRecord, "the file ends inside a compressed member")
            }
            _ => (Reason::DamagedCompression, "compressed member without an end"),
        };
        Fault { reason, detail }
    }

    fn next_start(&mut self, codec: Codec, rest: &[u8], from: usize) -> usize {
        let found = self.reader.decoder.find_start(codec, rest, from, self.chunk.format);
        found.unwrap_or(rest.len())
    }

    /// Enters `made` bytes at the end of the buffer that came from the next `used` stored
    /// bytes, and notes where they do not go on from what was there before.
    fn push_segment(&mut self, made: usize, used: usize, fault: Option<Fault>) {
        let end = self.front + self.reader.buffer.len();
        let start = end - made;
        let stored = self.next..self.next + used;
        self.next += used;
        self.account.decoded += made as u64;
        let bytes = self.reader.buffer.get(start - self.front..end - self.front);
        let begins = head::sight(bytes, self.chunk.format, true) == Sight::Yes;
        if begins && start > self.front {
            self.reader.barriers.push_back(start);
        }
        if fault.is_some() {
            self.reader.barriers.push_back(end);
        }
        self.reader.segments.push_back(Segment { start, end, stored, fault, used: false });
    }
}
