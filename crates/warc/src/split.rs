//! The first phase: a file cut into chunks that can be read apart.
//!
//! Where the cuts are depends on the bytes and the [`Limits`] alone, never on how the bytes
//! arrive. Per-record compressed files are cut without being decompressed: a place where a
//! member seems to start is believed when it inflates to a record head. Uncompressed files
//! are walked from record to record. Only a stretch that cannot be cut (one big member) is
//! decompressed here.

use crate::buffer::Buffer;
use crate::codec::{Codec, Decoder, Progress, SIGHT_INPUT, zstandard};
use crate::head::{self, Field, Format, Sight};
use crate::walk::{Step, Walk};
use crate::{Damaged, Flaw, Limits};
use cc_math_core::{Locator, Reason};
use std::borrow::Cow;
use std::collections::VecDeque;
use std::io::{self, ErrorKind, Read};
use std::ops::Range;
use std::sync::Arc;

/// A piece of a file that holds whole records (as far as the file does).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chunk {
    /// The file's name, as given to the splitter.
    pub file: Arc<str>,
    /// The bytes of the file it accounts for. The chunks of a file tile it.
    pub stored: Range<u64>,
    /// Whether the file ends with it.
    pub last: bool,
    pub(crate) format: Format,
    pub(crate) content: Content,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Content {
    /// Compressed members.
    Members { codec: Codec, bytes: Vec<u8>, dictionary: Option<Arc<[u8]>> },
    /// Records as they are. `base` is the address of the first byte; `alone`: the place
    /// of the member if this is the one record in it; `damaged`: decompression broke off at
    /// the end.
    Plain { bytes: Vec<u8>, base: u64, alone: Option<Range<u64>>, damaged: bool },
    /// Nothing that can be read.
    Damaged(Damaged),
}

/// Cuts one file into chunks: `for chunk in Splitter::new(...)`.
///
/// ```
/// use cc_math_warc::{Event, Limits, RecordReader, Splitter};
/// let file = b"WARC/1.0\r\nWARC-Type: resource\r\nContent-Length: 2\r\n\r\nhi\r\n\r\n";
/// let mut reader = RecordReader::new(Limits::default());
/// for chunk in Splitter::new(&file[..], "a.warc", Limits::default()) {
///     let chunk = chunk?;
///     let mut records = reader.read(&chunk);
///     while let Some(event) = records.next() {
///         let Event::Record(record) = event else { continue };
///         assert_eq!(record.block, b"hi");
///     }
/// }
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct Splitter<R> {
    source: R,
    file: Arc<str>,
    limits: Limits,
    decoder: Decoder,
    fields: Vec<Field>,
    /// Bytes of the file that are not taken yet, and the offset of the first.
    raw: Buffer,
    raw_offset: u64,
    exhausted: bool,
    format: Format,
    dictionary: Option<Arc<[u8]>>,
    state: State,
    /// Offset up to which chunks have accounted for the file.
    accounted: u64,
    ready: VecDeque<Chunk>,
}

enum State {
    Start,
    Members(Codec),
    Walking(Lane),
    Over,
}

/// Uncompressed bytes being walked from record to record.
struct Lane {
    /// The container they come from; `None`: the file itself.
    codec: Option<Codec>,
    text: Buffer,
    /// Address of the first byte of `text`.
    address: u64,
    /// How far `text` has been walked, and the records met on the way.
    walked: usize,
    records: usize,
    /// Whether anything was cut off it.
    cut: bool,
    /// Nothing follows `text`.
    complete: bool,
    /// Why nothing follows, where that is not right.
    fault: Option<&'static str>,
}

/// How much of a file is looked at to find out what it is.
const DETECTION: usize = 1 << 20;

/// How much further the splitter looks at a time for a place to cut.
const STRIDE: usize = 256 << 10;

impl<R: Read> Splitter<R> {
    /// A splitter over `source`; `file` is the name that locators will bear.
    pub fn new(source: R, file: impl Into<Arc<str>>, limits: Limits) -> Self {
        Self {
            source,
            file: file.into(),
            limits,
            decoder: Decoder::default(),
            fields: Vec::new(),
            raw: Buffer::default(),
            raw_offset: 0,
            exhausted: false,
            format: Format::Warc,
            dictionary: None,
            state: State::Start,
            accounted: 0,
            ready: VecDeque::new(),
        }
    }

    /// The next chunk, or `None` at the end of the file.
    ///
    /// # Errors
    /// Only those of the source. Whatever its bytes hold is an event, not an error.
    pub fn next_chunk(&mut self) -> io::Result<Option<Chunk>> {
        loop {
            if let Some(chunk) = self.ready.pop_front() {
                return Ok(Some(chunk));
            }
            match std::mem::replace(&mut self.state, State::Over) {
                State::Start => self.state = self.detect()?,
                State::Members(codec) => self.state = self.members(codec)?,
                State::Walking(lane) => self.state = self.walk(lane)?,
                State::Over => return Ok(None),
            }
        }
    }

    /// Reads until `raw` holds `wanted` bytes or the file ends.
    fn fill(&mut self, wanted: usize) -> io::Result<()> {
        while self.raw.len() < wanted && !self.exhausted {
            let room = (wanted - self.raw.len()).max(64 << 10);
            let spare = self.raw.spare(room);
            match self.source.read(spare) {
                Ok(0) => self.exhausted = true,
                Ok(n) => self.raw.commit(n),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn drop_raw(&mut self, n: usize) {
        let n = n.min(self.raw.len());
        self.raw.consume(n);
        self.raw_offset += n as u64;
    }

    fn emit(&mut self, up_to: u64, content: Content) {
        let stored = self.accounted..up_to;
        self.accounted = up_to;
        let last = self.exhausted && self.raw.len() == 0;
        let (file, format) = (self.file.clone(), self.format);
        self.ready.push_back(Chunk { file, stored, last, format, content });
    }

    // What the file is.

    fn detect(&mut self) -> io::Result<State> {
        self.fill(DETECTION)?;
        if self.raw.len() == 0 {
            return Ok(State::Over);
        }
        if let Some(frame) = zstandard::dictionary_frame(self.raw.filled()) {
            self.fill(frame + DETECTION)?;
            self.dictionary = zstandard::dictionary(self.raw.get(0..frame.min(self.raw.len())));
            self.decoder.use_dictionary(self.dictionary.as_ref());
        }
        let (codec, format) = self.sniff();
        self.format = format;
        Ok(match codec {
            Some(codec) => State::Members(codec),
            None => State::Walking(Lane::new(None, std::mem::take(&mut self.raw), 0)),
        })
    }

    /// Container and record format, from what stands first; of a file that starts with
    /// something else, from the first record that can be found.
    fn sniff(&mut self) -> (Option<Codec>, Format) {
        const CODECS: [Codec; 3] = [Codec::Gzip, Codec::Zstd, Codec::Lz4];
        let bytes = self.raw.filled();
        let start = first_content(bytes);
        let rest = bytes.get(start..).unwrap_or_default();
        for format in [Format::Warc, Format::Arc] {
            if head::sight(rest, format, true) == Sight::Yes {
                return (None, format);
            }
        }
        let by_magic = CODECS.into_iter().find(|codec| rest.starts_with(codec.magic()));
        for format in [Format::Warc, Format::Arc] {
            if by_magic.is_some_and(|codec| self.decoder.starts_record(codec, rest, format)) {
                return (by_magic, format);
            }
        }
        let mut best = None;
        for format in [Format::Warc, Format::Arc] {
            let codecs = CODECS.into_iter().filter(|c| by_magic.is_none_or(|magic| magic == *c));
            for codec in codecs {
                let found = self.decoder.find_start(codec, rest, 0, format);
                best = earlier(best, found.map(|at| (at, Some(codec), format)));
            }
            if by_magic.is_none() {
                let found = head::find(rest, 0, format, true);
                best = earlier(best, found.map(|(at, _)| (at, None, format)));
            }
        }
        best.map_or((by_magic, Format::Warc), |(_, codec, format)| (codec, format))
    }

    // Compressed members.

    /// Cuts off one chunk of members.
    fn members(&mut self, codec: Codec) -> io::Result<State> {
        let mut from = self.limits.chunk.max(1);
        let stride = STRIDE.min(self.limits.unsplit).max(1);
        loop {
            self.fill(from.saturating_add(stride + SIGHT_INPUT))?;
            let end = from.saturating_add(stride).min(self.raw.len());
            if let Some(at) = self.start_in(codec, from..end, false) {
                self.emit_members(codec, at);
                return Ok(State::Members(codec));
            }
            if end == self.raw.len() {
                return Ok(self.last_members(codec));
            }
            from = end;
            if from >= self.limits.unsplit.max(1) {
                return Ok(self.unsplittable(codec, from));
            }
        }
    }

    /// A verified record start in the range: the first, or the last.
    fn start_in(&mut self, codec: Codec, range: Range<usize>, last: bool) -> Option<usize> {
        let bytes = self.raw.filled();
        let mut found = None;
        let mut from = range.start;
        while let Some(at) = self.decoder.find_start(codec, bytes, from, self.format) {
            if at >= range.end {
                break;
            }
            found = Some(at);
            from = at + 1;
            if !last {
                break;
            }
        }
        found
    }

    fn emit_members(&mut self, codec: Codec, len: usize) {
        let bytes = self.raw.get(0..len).to_vec();
        self.drop_raw(len);
        let dictionary = self.dictionary.clone();
        self.emit(self.raw_offset, Content::Members { codec, bytes, dictionary });
    }

    fn last_members(&mut self, codec: Codec) -> State {
        if self.raw.len() > 0 {
            self.emit_members(codec, self.raw.len());
        }
        State::Over
    }

    /// A long stretch without a cut: the small members at its start become a chunk; a big one
    /// is decompressed here; what is neither is damage.
    fn unsplittable(&mut self, codec: Codec, searched: usize) -> State {
        let near = self.limits.chunk.max(1).min(searched);
        if let Some(at) = self.start_in(codec, 1..near, true) {
            self.emit_members(codec, at);
            return State::Members(codec);
        }
        let skip = self.raw.filled();
        let skip = first_content(skip).max(zstandard::skippable(skip).unwrap_or(0));
        self.drop_raw(skip);
        if self.raw.filled().starts_with(codec.magic()) && codec != Codec::Lz4 {
            self.decoder.start(codec);
            return State::Walking(Lane::new(Some(codec), Buffer::default(), self.raw_offset));
        }
        self.drop_raw(searched.saturating_sub(skip));
        self.emit_hole(Reason::DamagedCompression, "no compressed member".into());
        State::Members(codec)
    }

    /// Reports everything up to `raw_offset` that no chunk has accounted for.
    fn emit_hole(&mut self, reason: Reason, detail: Cow<'static, str>) {
        let length = self.raw_offset - self.accounted;
        if length > 0 {
            let locator = Locator { file: self.file.clone(), offset: self.accounted, length };
            self.emit(self.raw_offset, Content::Damaged(Damaged { locator, reason, detail }));
        }
    }

    /// Drops bytes up to the next verified record start and reports them.
    fn resync(&mut self, codec: Codec, how: &'static str) -> io::Result<()> {
        loop {
            self.fill(STRIDE + SIGHT_INPUT)?;
            let end = if self.exhausted { self.raw.len() } else { self.raw.len() - SIGHT_INPUT };
            let found = self.start_in(codec, 0..end, false);
            self.drop_raw(found.unwrap_or(end));
            if found.is_some() || self.exhausted {
                break;
            }
        }
        self.emit_hole(Reason::DamagedCompression, how.into());
        Ok(())
    }

    // Records in the open.

    /// Walks until a chunk can be cut off, or to the end of the lane.
    fn walk(&mut self, mut lane: Lane) -> io::Result<State> {
        let walk = Walk {
            format: self.format,
            limit: self.limits.record,
            complete: lane.complete,
            lookahead: true,
        };
        let window = lane.text.filled();
        let rest = window.get(lane.walked..).unwrap_or_default();
        let at = lane.walked + head::padding(rest);
        match walk.step(window, at, &mut self.fields) {
            Step::More => self.extend(&mut lane)?,
            Step::Done => return self.close(lane),
            Step::Oversized { head, block } => self.oversized(&mut lane, at, head, block)?,
            Step::Record { end, flaw: Some(Flaw::WrongLength), .. } => lane.pass(end),
            Step::Record { end, .. } | Step::Empty { end } | Step::Junk { end } => {
                lane.pass(end);
                if end >= self.limits.chunk {
                    self.cut(&mut lane, end);
                }
            }
        }
        Ok(State::Walking(lane))
    }

    fn extend(&mut self, lane: &mut Lane) -> io::Result<()> {
        let room = lane.text.len().clamp(256 << 10, 8 << 20);
        match lane.codec {
            None => self.extend_plain(lane, room),
            Some(codec) => self.inflate(lane, codec, room),
        }
    }

    fn extend_plain(&mut self, lane: &mut Lane, room: usize) -> io::Result<()> {
        std::mem::swap(&mut self.raw, &mut lane.text);
        let wanted = self.raw.len() + room;
        let filled = self.fill(wanted);
        std::mem::swap(&mut self.raw, &mut lane.text);
        lane.complete = self.exhausted;
        filled
    }

    fn inflate(&mut self, lane: &mut Lane, codec: Codec, room: usize) -> io::Result<()> {
        let pushed = self.decoder.push(codec, self.raw.filled(), &mut lane.text, room);
        self.drop_raw(pushed.used);
        match pushed.progress {
            Progress::Full => {}
            Progress::Ended => self.member_ended(lane, codec)?,
            Progress::Damaged(how) => lane.stop(Some(how)),
            Progress::Hungry if self.exhausted => {
                self.drop_raw(self.raw.len());
                lane.stop(Some("the file ends inside a compressed member"));
            }
            Progress::Hungry => self.fill(self.raw.len() + (1 << 20))?,
        }
        Ok(())
    }

    /// A member ended. The lane goes on with the next one if that does not start a record.
    fn member_ended(&mut self, lane: &mut Lane, codec: Codec) -> io::Result<()> {
        self.fill(SIGHT_INPUT)?;
        let next = self.raw.filled();
        let goes_on = next.starts_with(codec.magic())
            && !self.decoder.starts_record(codec, next, self.format);
        if goes_on {
            self.decoder.start(codec);
        } else {
            lane.stop(None);
        }
        Ok(())
    }

    /// Cuts the first `len` bytes off as a chunk, with padding that nothing follows.
    fn cut(&mut self, lane: &mut Lane, len: usize) {
        let rest = lane.text.get(len..lane.text.len());
        let whole = lane.complete && head::padding(rest) == rest.len();
        let len = if whole { lane.text.len() } else { len };
        let bytes = lane.text.get(0..len).to_vec();
        let alone = lane.codec.is_some() && whole && !lane.cut && lane.records == 1;
        let alone = alone.then_some(lane.address..self.raw_offset);
        let damaged = whole && lane.fault.is_some() && !self.exhausted_with(lane);
        let content = Content::Plain { bytes, base: lane.address, alone, damaged };
        lane.drop_front(len);
        self.emit_walked(lane, content);
    }

    /// Whether the lane's fault is that the file ended.
    fn exhausted_with(&self, lane: &Lane) -> bool {
        lane.codec.is_some() && self.exhausted && self.raw.len() == 0
    }

    fn emit_walked(&mut self, lane: &mut Lane, content: Content) {
        let up_to = if lane.codec.is_some() { self.raw_offset } else { lane.address };
        self.emit(up_to, content);
        if let Some(chunk) = self.ready.back_mut() {
            chunk.last &= lane.text.len() == 0;
        }
    }

    /// Skips a record over the limit, up to its end or to the next record head.
    fn oversized(&mut self, lane: &mut Lane, at: usize, head: usize, block: u64) -> io::Result<()> {
        if at > 0 {
            self.cut(lane, at);
        }
        let start = lane.address;
        let mut left = ((head - at) as u64).saturating_add(block);
        let mut from = head - at;
        loop {
            let window = lane.text.filled();
            let (next, sight) = head::find(window, from, self.format, lane.complete)
                .unwrap_or((window.len(), Sight::No));
            let skipped = next.min(usize::try_from(left).unwrap_or(usize::MAX));
            let found = sight == Sight::Yes || skipped as u64 == left;
            lane.drop_front(skipped);
            left -= skipped as u64;
            from = 0;
            if found || lane.complete {
                break;
            }
            self.extend(lane)?;
        }
        let (file, length) = (self.file.clone(), lane.address - start);
        let locator = Locator { file, offset: start, length };
        let detail = format!("block of {block} bytes").into();
        let reason = Reason::OversizedRecord;
        self.emit_walked(lane, Content::Damaged(Damaged { locator, reason, detail }));
        Ok(())
    }

    /// Hands over what is left of a lane and goes on behind it.
    fn close(&mut self, mut lane: Lane) -> io::Result<State> {
        if lane.text.len() > 0 {
            let len = lane.text.len();
            self.cut(&mut lane, len);
        }
        let Some(codec) = lane.codec else { return Ok(State::Over) };
        if let Some(how) = lane.fault {
            self.resync(codec, how)?;
        }
        Ok(State::Members(codec))
    }
}

impl<R: Read> Iterator for Splitter<R> {
    type Item = io::Result<Chunk>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_chunk().transpose()
    }
}

impl Lane {
    fn new(codec: Option<Codec>, text: Buffer, address: u64) -> Self {
        let (walked, records) = (0, 0);
        let (cut, complete, fault) = (false, false, None);
        Self { codec, text, address, walked, records, cut, complete, fault }
    }

    fn stop(&mut self, fault: Option<&'static str>) {
        self.complete = true;
        self.fault = fault;
    }

    fn pass(&mut self, end: usize) {
        self.walked = end;
        self.records += 1;
    }

    fn drop_front(&mut self, n: usize) {
        self.text.consume(n);
        self.address += n as u64;
        self.walked = 0;
        self.records = 0;
        self.cut = true;
    }
}

/// Where the padding ends that a file may start with.
fn first_content(bytes: &[u8]) -> usize {
    let skip = zstandard::skippable(bytes).filter(|len| *len <= bytes.len()).unwrap_or(0);
    skip + head::padding(bytes.get(skip..).unwrap_or_default())
}

type Place = (usize, Option<Codec>, Format);

fn earlier(a: Option<Place>, b: Option<Place>) -> Option<Place> {
    match (a, b) {
        (Some(a), Some(b)) if b.0 < a.0 => Some(b),
        (None, b) => b,
        (a, _) => a,
    }
}
