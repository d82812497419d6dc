//! Rows of one table of one task on their way to its file.
//!
//! Rows arrive in order and are cut into blocks by their bytes alone; blocks
//! are encoded by any thread in any order, and appended in order again.

use crate::dedup::Dedup;
use crate::dedup::records::SegmentWriter;
use crate::error::RunError;
use crate::folder::Folder;
use cc_math_dedup::sketch::Sketch;
use cc_math_store::{
    Block, Encoder, Format, Frame, Frames, HELD, Pending, Row, Sealed, StoreError, TableWriter,
    open_table,
};
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::Arc;

/// Where a table's bytes go.
pub(crate) enum Target {
    /// A file of the output folder.
    File(Pending),
    /// Standard output, or whatever the caller streams to.
    Stream(Box<dyn Write + Send>),
}

impl Write for Target {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Target::File(file) => file.write(bytes),
            Target::Stream(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Target::File(file) => file.flush(),
            Target::Stream(stream) => stream.flush(),
        }
    }
}

/// A block of rows to be encoded.
pub(crate) struct Job<R> {
    pub(crate) number: u64,
    pub(crate) weight: usize,
    pub(crate) slot: u16,
    encoder: Option<Arc<Encoder<R>>>,
    pub(crate) rows: Vec<R>,
}

impl<R: Row> Job<R> {
    /// The block; none of rows that are not written.
    pub(crate) fn encode(&self) -> Result<Option<Block>, StoreError> {
        self.encoder.as_ref().map(|encoder| encoder.encode(&self.rows)).transpose()
    }
}

/// Which slot of its file a row belongs to: a block holds rows of one slot.
pub(crate) type SlotOf<R> = Box<dyn Fn(&R) -> u16 + Send>;

/// Collects rows and cuts them into blocks.
pub(crate) struct Rows<R> {
    /// `None`: rows are not written.
    encoder: Option<Arc<Encoder<R>>>,
    /// Whether rows are counted and dropped.
    counted: bool,
    slot_of: Option<SlotOf<R>>,
    /// Rows and their weight, by slot.
    open: BTreeMap<u16, (Vec<R>, usize)>,
    pub(crate) weight: usize,
    limit: usize,
    blocks: u64,
    pub(crate) taken: u64,
}

impl<R: Row> Rows<R> {
    /// Takes rows; gives the blocks that are full.
    pub(crate) fn push(&mut self, rows: Vec<R>) -> Vec<Job<R>> {
        self.taken += rows.len() as u64;
        if self.counted {
            return Vec::new();
        }
        let mut full = Vec::new();
        for row in rows {
            let slot = self.slot_of.as_ref().map_or(0, |slot_of| slot_of(&row));
            let (rows, weight) = self.open.entry(slot).or_default();
            *weight += row.weight();
            self.weight += row.weight();
            rows.push(row);
            if self.weight >= self.limit {
                full.extend(self.cut());
            }
        }
        full
    }

    /// What is left, as the last blocks.
    pub(crate) fn cut(&mut self) -> Vec<Job<R>> {
        if self.counted {
            return Vec::new();
        }
        self.weight = 0;
        let open = std::mem::take(&mut self.open).into_iter();
        let jobs = open.zip(self.blocks..).map(|((slot, (rows, weight)), number)| Job {
            number,
            weight,
            slot,
            encoder: self.encoder.clone(),
            rows,
        });
        let jobs: Vec<Job<R>> = jobs.collect();
        self.blocks += jobs.len() as u64;
        jobs
    }
}

/// An encoded block on its way to the file.
pub(crate) struct Ready {
    pub(crate) block: Option<Block>,
    pub(crate) slot: u16,
    pub(crate) weight: usize,
    /// One for each row, if they are written down.
    pub(crate) sketches: Vec<Sketch>,
}

/// What is written down of rows beside them.
pub(crate) struct Sketches {
    pub(crate) dedup: Arc<Dedup>,
    pub(crate) writer: SegmentWriter,
}

impl Sketches {
    /// Starts the file of a task's sketches.
    pub(crate) fn start(dedup: &Arc<Dedup>, folder: &Folder, part: &str) -> Result<Self, RunError> {
        let file = folder.pending(&format!("{part}.sketch"))?;
        let writer = SegmentWriter::new(file, dedup.scheme.shape());
        Ok(Self { dedup: Arc::clone(dedup), writer })
    }
}

/// What blocks are appended to.
pub(crate) struct Appender {
    /// `None`: only sketches are written.
    writer: Option<TableWriter<Target>>,
    sketches: Option<Sketches>,
}

impl Appender {
    pub(crate) fn append(&mut self, block: Option<Block>, rows: &[Sketch]) -> Result<(), RunError> {
        if let (Some(writer), Some(block)) = (&mut self.writer, block) {
            writer.append(block)?;
        }
        let Some(Sketches { dedup, writer }) = &mut self.sketches else { return Ok(()) };
        rows.iter().try_for_each(|sketch| writer.sketch(&dedup.scheme, sketch))
    }
}

/// Puts encoded blocks back in order and appends them.
#[derive(Default)]
pub(crate) struct Blocks {
    /// `None` while a thread appends, and where nothing is written at all.
    writer: Option<Appender>,
    ready: BTreeMap<u64, Ready>,
    appended: u64,
    /// Where the blocks lie in the file, if they are frames of it.
    frames: Frames,
}

impl Blocks {
    pub(crate) fn ready(&mut self, number: u64, ready: Ready) {
        self.ready.insert(number, ready);
    }

    /// The writer and the block that comes next, if both are at hand.
    pub(crate) fn take(&mut self) -> Option<(Appender, Ready)> {
        let writer = self.writer.take()?;
        match self.ready.remove(&self.appended) {
            Some(ready) => {
                if let Some(block) = &ready.block {
                    self.frames.add(block, ready.slot, ready.weight);
                }
                Some((writer, ready))
            }
            None => {
                self.writer = Some(writer);
                None
            }
        }
    }

    pub(crate) fn put_back(&mut self, writer: Appender) {
        self.writer = Some(writer);
        self.appended += 1;
    }
}

/// A table: the rows side and the blocks side.
pub(crate) struct Table<R> {
    pub(crate) rows: Rows<R>,
    pub(crate) blocks: Blocks,
}

impl<R: Row> Table<R> {
    /// A table that is written.
    pub(crate) fn to(target: Target, format: Format) -> Result<Self, StoreError> {
        // A reader of a stream waits for every line; a file has no such reader.
        let limit = match &target {
            Target::File(_) => format.block_weight(),
            Target::Stream(_) => format.block_weight().min(STREAM_BLOCK),
        };
        let (encoder, writer) = open_table(format, target)?;
        let writer = Some(Appender { writer: Some(writer), sketches: None });
        let blocks = Blocks { writer, ..Blocks::default() };
        Ok(Self { rows: Rows::new(Some(Arc::new(encoder)), limit), blocks })
    }

    /// A file whose blocks are frames that can be read apart, each of one slot.
    pub(crate) fn held(file: Pending, slot_of: Option<SlotOf<R>>) -> Result<Self, StoreError> {
        let mut table = Self::to(Target::File(file), HELD)?;
        if slot_of.is_some() {
            table.rows.limit = SPREAD_WEIGHT;
        }
        table.rows.slot_of = slot_of;
        Ok(table)
    }

    /// The table, with sketches of its rows written beside it.
    pub(crate) fn sketched(mut self, sketches: Sketches) -> Self {
        if let Some(writer) = &mut self.blocks.writer {
            writer.sketches = Some(sketches);
        }
        self
    }

    /// A table of whose rows only sketches are written.
    pub(crate) fn noted(sketches: Sketches) -> Self {
        let writer = Some(Appender { writer: None, sketches: Some(sketches) });
        let rows = Rows::new(None, HELD.block_weight());
        Self { rows, blocks: Blocks { writer, ..Blocks::default() } }
    }

    /// A table whose rows are only counted.
    pub(crate) fn counted() -> Self {
        let rows = Rows { counted: true, ..Rows::new(None, 0) };
        Self { rows, blocks: Blocks::default() }
    }

    /// Whether rows are only counted.
    pub(crate) fn is_counted(&self) -> bool {
        self.rows.counted
    }

    /// Whether all that was cut has been appended.
    pub(crate) fn settled(&self) -> bool {
        let idle = self.blocks.writer.is_some() || self.rows.counted;
        idle && self.blocks.appended == self.rows.blocks
    }

    /// Ends the file: what there is to say of it, if there is one.
    /// And what was written down of its rows.
    pub(crate) fn finish(self) -> Result<(Option<Finished>, Option<SegmentWriter>), StoreError> {
        let Some(Appender { writer, sketches }) = self.blocks.writer else {
            return Ok((None, None));
        };
        let sketches = sketches.map(|sketches| sketches.writer);
        let Some(writer) = writer else { return Ok((None, sketches)) };
        let frames = self.blocks.frames.0;
        match writer.finish()? {
            (Target::File(file), rows) => {
                let sealed = file.seal()?;
                Ok((Some(Finished { sealed, rows, frames }), sketches))
            }
            (Target::Stream(mut stream), _) => {
                let flushed = stream.flush();
                flushed.map_err(|e| StoreError::io("write", "standard output".as_ref(), e))?;
                Ok((None, None))
            }
        }
    }
}

/// A whole file, not published yet.
pub(crate) struct Finished {
    pub(crate) sealed: Sealed,
    pub(crate) rows: u64,
    pub(crate) frames: Vec<Frame>,
}

/// Bytes of rows after which a block of a streamed table ends.
const STREAM_BLOCK: usize = 1 << 18;

/// Bytes of rows of all slots after which each slot's are cut.
pub(crate) const SPREAD_WEIGHT: usize = 48 << 20;

impl<R> Rows<R> {
    fn new(encoder: Option<Arc<Encoder<R>>>, limit: usize) -> Self {
        let open = BTreeMap::new();
        let (slot_of, counted) = (None, false);
        Self { encoder, counted, slot_of, open, weight: 0, limit, blocks: 0, taken: 0 }
    }
}
