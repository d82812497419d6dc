//! Rows to bytes, in two steps that can run in different threads: encoding a
//! block of rows, which is work, and appending it, which is order.

use crate::error::OUTPUT;
use crate::jsonl::write_json_line;
use crate::markdown::write_markdown;
use crate::parquet_file::{self, RowGroup};
use crate::{Codec, Row, StoreError};
use cc_math_core::Document;
use flate2::{Compression, GzBuilder};
use parquet::arrow::arrow_writer::ArrowRowGroupWriterFactory;
use parquet::file::writer::SerializedFileWriter;
use std::io::{self, Write};
use std::path::Path;

/// The shape of a table's file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Parquet, zstd-compressed; a block is a row group.
    Parquet,
    /// JSON Lines; a block is a gzip member or zstd frame where there is compression.
    Jsonl(Codec),
    /// Documents as Markdown, each under a front matter; other tables as JSON Lines.
    Markdown,
}

impl Format {
    /// The names of all formats.
    pub const NAMES: &'static [&'static str] =
        &["parquet", "jsonl", "jsonl.gz", "jsonl.zst", "markdown"];

    /// Its name in options.
    pub fn name(self) -> &'static str {
        match self {
            Format::Parquet => "parquet",
            Format::Jsonl(Codec::Plain) => "jsonl",
            Format::Jsonl(Codec::Gzip) => "jsonl.gz",
            Format::Jsonl(Codec::Zstd | Codec::HastyZstd) => "jsonl.zst",
            Format::Markdown => "markdown",
        }
    }

    /// The format of one of the [`Format::NAMES`].
    pub fn from_name(name: &str) -> Option<Self> {
        let jsonl = [Codec::Plain, Codec::Gzip, Codec::Zstd].map(Format::Jsonl);
        let mut all = [Format::Parquet, Format::Markdown].into_iter().chain(jsonl);
        all.find(|format| format.name() == name)
    }

    /// The name ending of this format's files for a table of `R`, with its dot.
    pub fn extension<R: Row>(self) -> &'static str {
        match self {
            Format::Parquet => ".parquet",
            Format::Jsonl(Codec::Gzip) => ".jsonl.gz",
            Format::Jsonl(Codec::Zstd | Codec::HastyZstd) => ".jsonl.zst",
            Format::Markdown if markdown_writer::<R>().is_some() => ".md",
            Format::Jsonl(Codec::Plain) | Format::Markdown => ".jsonl",
        }
    }

    /// Bytes of rows ([`Row::weight`]) after which a block ends. Row groups are
    /// large because readers like them so, and bounded because writers hold
    /// them in memory; lines need no such thing.
    pub fn block_weight(self) -> usize {
        match self {
            Format::Parquet => 32 << 20,
            Format::Jsonl(_) | Format::Markdown => 1 << 20,
        }
    }
}

type LineWriter<R> = fn(&R, &mut Vec<u8>);

/// Encodes blocks of rows of one file. Shared between threads.
pub struct Encoder<R> {
    how: How<R>,
}

enum How<R> {
    RowGroups(ArrowRowGroupWriterFactory),
    Lines(LineWriter<R>, Codec),
}

/// A block of rows, encoded.
pub struct Block {
    rows: u64,
    content: Content,
}

impl Block {
    /// How many rows it has.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Its length in the file, for formats whose blocks stand there as they are.
    pub(crate) fn bytes(&self) -> u64 {
        match &self.content {
            Content::RowGroup(_) => 0,
            Content::Bytes(bytes) => bytes.len() as u64,
        }
    }
}

enum Content {
    RowGroup(RowGroup),
    Bytes(Vec<u8>),
}

/// One file of a table, written block by block in order.
pub struct TableWriter<W: Write + Send> {
    rows: u64,
    target: Target<W>,
}

enum Target<W: Write + Send> {
    Parquet(SerializedFileWriter<W>),
    /// Blocks as they are, each a frame or member of this codec.
    Bytes(W, Codec),
}

/// Starts a file of rows.
///
/// # Errors
/// If the head of the file cannot be written.
pub fn open_table<R: Row, W: Write + Send>(
    format: Format,
    out: W,
) -> Result<(Encoder<R>, TableWriter<W>), StoreError> {
    let lines = |write, codec, out| {
        (
            Encoder { how: How::Lines(write, codec) },
            TableWriter { rows: 0, target: Target::Bytes(out, codec) },
        )
    };
    Ok(match format {
        Format::Parquet => {
            let (factory, file) = parquet_file::start::<R, W>(out)?;
            let target = Target::Parquet(file);
            (Encoder { how: How::RowGroups(factory) }, TableWriter { rows: 0, target })
        }
        Format::Jsonl(codec) => lines(write_json_line::<R>, codec, out),
        Format::Markdown => {
            lines(markdown_writer().unwrap_or(write_json_line::<R>), Codec::Plain, out)
        }
    })
}

/// The Markdown writer, if `R` is a document.
fn markdown_writer<R: Row>() -> Option<LineWriter<R>> {
    let writer: Box<dyn std::any::Any> = Box::new(write_markdown as LineWriter<Document>);
    writer.downcast::<LineWriter<R>>().ok().map(|writer| *writer)
}

impl<R: Row> Encoder<R> {
    /// Encodes rows as one block.
    ///
    /// # Errors
    /// If the library that encodes refuses, which it does for no rows that fit in memory.
    pub fn encode(&self, rows: &[R]) -> Result<Block, StoreError> {
        let content = match &self.how {
            How::RowGroups(factory) => Content::RowGroup(parquet_file::encode(factory, rows)?),
            How::Lines(write, codec) => Content::Bytes(lines(rows, *write, *codec)?),
        };
        Ok(Block { rows: rows.len() as u64, content })
    }
}

/// The level of zstd that packs twice as fast as the usual one, to a quarter more.
const HASTY_LEVEL: i32 = 1;

fn lines<R: Row>(rows: &[R], write: LineWriter<R>, codec: Codec) -> Result<Vec<u8>, StoreError> {
    let weight: usize = rows.iter().map(Row::weight).sum();
    let mut bytes = Vec::with_capacity(weight + weight / 8);
    rows.iter().for_each(|row| write(row, &mut bytes));
    packed(bytes, codec, R::ZSTD_LEVEL)
}

fn packed(bytes: Vec<u8>, codec: Codec, zstd_level: i32) -> Result<Vec<u8>, StoreError> {
    let packed = match codec {
        Codec::Plain => Ok(bytes),
        Codec::Gzip => gzip_member(&bytes),
        Codec::Zstd => zstd::encode_all(&bytes[..], zstd_level),
        Codec::HastyZstd => zstd::encode_all(&bytes[..], HASTY_LEVEL),
    };
    packed.map_err(|e| StoreError::io("compress", Path::new(OUTPUT), e))
}

/// One gzip member that says nothing of the time or the machine.
fn gzip_member(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder =
        GzBuilder::new().operating_system(255).write(Vec::new(), Compression::default());
    encoder.write_all(bytes)?;
    encoder.finish()
}

impl<W: Write + Send> TableWriter<W> {
    /// Appends a block that this file's [`Encoder`] made.
    ///
    /// # Errors
    /// If the block cannot be written.
    pub fn append(&mut self, block: Block) -> Result<(), StoreError> {
        self.rows += block.rows;
        match (&mut self.target, block.content) {
            (Target::Parquet(file), Content::RowGroup(group)) => group.append(file),
            (Target::Bytes(out, _), Content::Bytes(bytes)) => {
                out.write_all(&bytes).map_err(|e| StoreError::io("write", Path::new(OUTPUT), e))
            }
            _ => Err(StoreError::malformed(OUTPUT, "a block of another file's format")),
        }
    }

    /// Writes what ends the file, and gives back the file and its number of rows.
    ///
    /// # Errors
    /// If that cannot be written.
    pub fn finish(self) -> Result<(W, u64), StoreError> {
        let out = match self.target {
            Target::Parquet(file) => parquet_file::finish(file)?,
            Target::Bytes(mut out, codec) => {
                if self.rows == 0 {
                    // Tools that unpack want a frame or member even of nothing.
                    let nothing = packed(Vec::new(), codec, 1)?;
                    let wrote = out.write_all(&nothing);
                    wrote.map_err(|e| StoreError::io("write", Path::new(OUTPUT), e))?;
                }
                out
            }
        };
        Ok((out, self.rows))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Reject;
    use std::io::Read;

    #[test]
    fn a_table_of_no_rows_can_be_unpacked() {
        let table = |codec| {
            let (_, writer) = open_table::<Reject, _>(Format::Jsonl(codec), Vec::new()).unwrap();
            writer.finish().unwrap().0
        };
        let mut unpacked = Vec::new();
        assert_eq!(table(Codec::Plain), b"");
        for codec in [Codec::Zstd, Codec::HastyZstd] {
            unpacked.extend(zstd::decode_all(&table(codec)[..]).unwrap());
        }
        flate2::read::GzDecoder::new(&table(Codec::Gzip)[..]).read_to_end(&mut unpacked).unwrap();
        assert_eq!(unpacked, b"");
    }
}
