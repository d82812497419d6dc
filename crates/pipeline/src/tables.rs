//! Rows of one table of one task on their way to its file.
//!
//! Rows arrive in order and are cut into blocks by their bytes alone; blocks
//! are encoded by any thread in any order, and appended in order again.

use cc_math_store::{
    Block, Encoder, Format, Pending, Row, Sealed, StoreError, TableWriter, open_table,
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
    encoder: Arc<Encoder<R>>,
    rows: Vec<R>,
}

impl<R: Row> Job<R> {
    pub(crate) fn encode(&self) -> Result<Block, StoreError> {
        self.encoder.encode(&self.rows)
    }
}

/// Collects rows and cuts them into blocks.
pub(crate) struct Rows<R> {
    /// `None`: rows are counted and dropped.
    encoder: Option<Arc<Encoder<R>>>,
    rows: Vec<R>,
    weight: usize,
    limit: usize,
    blocks: u64,
    pub(crate) taken: u64,
}

impl<R: Row> Rows<R> {
    /// Takes rows; gives the blocks that are full.
    pub(crate) fn push(&mut self, rows: Vec<R>) -> Vec<Job<R>> {
        self.taken += rows.len() as u64;
        if self.encoder.is_none() {
            return Vec::new();
        }
        let mut full = Vec::new();
        for row in rows {
            self.weight += row.weight();
            self.rows.push(row);
            if self.weight >= self.limit {
                full.extend(self.cut());
            }
        }
        full
    }

    /// What is left, as the last block.
    pub(crate) fn cut(&mut self) -> Option<Job<R>> {
        let encoder = self.encoder.clone().filter(|_| !self.rows.is_empty())?;
        let job = Job {
            number: self.blocks,
            weight: std::mem::take(&mut self.weight),
            encoder,
            rows: std::mem::take(&mut self.rows),
        };
        self.blocks += 1;
        Some(job)
    }
}

/// Puts encoded blocks back in order and appends them.
#[derive(Default)]
pub(crate) struct Blocks {
    /// `None` while a thread appends, and where nothing is written at all.
    writer: Option<TableWriter<Target>>,
    ready: BTreeMap<u64, (Block, usize)>,
    appended: u64,
}

impl Blocks {
    pub(crate) fn ready(&mut self, number: u64, block: Block, weight: usize) {
        self.ready.insert(number, (block, weight));
    }

    /// The writer and the block that comes next, if both are at hand.
    pub(crate) fn take(&mut self) -> Option<(TableWriter<Target>, Block, usize)> {
        let writer = self.writer.take()?;
        match self.ready.remove(&self.appended) {
            Some((block, weight)) => Some((writer, block, weight)),
            None => {
                self.writer = Some(writer);
                None
            }
        }
    }

    pub(crate) fn put_back(&mut self, writer: TableWriter<Target>) {
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
        let blocks = Blocks { writer: Some(writer), ..Blocks::default() };
        Ok(Self { rows: Rows::new(Some(Arc::new(encoder)), limit), blocks })
    }

    /// A table whose rows are only counted.
    pub(crate) fn counted() -> Self {
        Self { rows: Rows::new(None, 0), blocks: Blocks::default() }
    }

    /// Whether all that was cut has been appended.
    pub(crate) fn settled(&self) -> bool {
        let idle = self.blocks.writer.is_some() || self.rows.encoder.is_none();
        idle && self.blocks.appended == self.rows.blocks
    }

    /// Ends the file: the file and its number of rows, if there is a file.
    pub(crate) fn finish(self) -> Result<Option<(Sealed, u64)>, StoreError> {
        let Some(writer) = self.blocks.writer else { return Ok(None) };
        match writer.finish()? {
            (Target::File(file), rows) => file.seal().map(|sealed| Some((sealed, rows))),
            (Target::Stream(mut stream), _) => {
                let flushed = stream.flush();
                flushed.map_err(|e| StoreError::io("write", "standard output".as_ref(), e))?;
                Ok(None)
            }
        }
    }
}

/// Bytes of rows after which a block of a streamed table ends.
const STREAM_BLOCK: usize = 1 << 18;

impl<R> Rows<R> {
    fn new(encoder: Option<Arc<Encoder<R>>>, limit: usize) -> Self {
        Self { encoder, rows: Vec::new(), weight: 0, limit, blocks: 0, taken: 0 }
    }
}
