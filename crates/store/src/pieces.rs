//! A file of documents, cut into pieces that can be read apart.

use crate::capped::decode;
use crate::digest::{Digest, Digesting};
use crate::input::is_parquet;
use crate::mapped::{BadRow, Columns, json_lines};
use crate::read::parquet_metadata;
use crate::spool::{Chunks, Table};
use crate::{Place, StoreError};
use cc_math_core::Document;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ParquetRecordBatchReaderBuilder};
use parquet::errors::ParquetError;
use parquet::file::reader::ChunkReader;
use serde_json::{Map, Value as Json};
use std::fs::File;
use std::io::{self, BufRead, Read};
use std::sync::Arc;

/// Some rows of a file, not read yet.
#[derive(Debug)]
pub struct Piece {
    place: Arc<str>,
    /// The first row's number, from 1.
    first: u64,
    rows: Rows,
}

#[derive(Debug)]
enum Rows {
    /// Lines of JSON.
    Lines(Vec<u8>),
    /// One line that is longer than a line may be.
    Endless,
    /// Rows of a Parquet file, whose footer was read once.
    Slice(Slice, Table, ArrowReaderMetadata),
}

/// So many rows of a row group, from one of them on.
#[derive(Debug)]
struct Slice {
    group: usize,
    from: usize,
    count: usize,
}

/// Cuts a file into pieces: row groups of a Parquet file, runs of whole lines of any other.
/// Where the cuts are depends on the file alone.
pub struct Pieces {
    place: Place,
    name: Arc<str>,
    next_row: u64,
    source: Source,
}

enum Source {
    /// The slices that are left, last first.
    Parquet { left: Vec<Slice>, table: Table, metadata: ArrowReaderMetadata },
    Lines {
        reader: Box<dyn BufRead + Send>,
        /// What the bytes of a remote file add up to.
        digest: Option<Digest>,
        endless: bool,
    },
}

/// Bytes after which a piece ends.
const PIECE_BYTES: usize = 4 << 20;

/// Rows after which a piece of a Parquet file ends.
const PIECE_ROWS: usize = 1 << 13;

/// Rows unpacked at a time.
const BATCH_ROWS: usize = 256;

/// Rows that a row group may say it has.
const MOST_ROWS: i64 = 1 << 31;

/// Bytes that a line may have.
const LONGEST_LINE: usize = 64 << 20;

/// Bytes that a piece of a Parquet file may unpack to.
const MOST_BYTES: usize = 512 << 20;

impl Pieces {
    /// Opens a file.
    ///
    /// # Errors
    /// If it cannot be opened, or is no Parquet file in spite of its name.
    pub fn open(place: &Place) -> Result<Self, StoreError> {
        let name: Arc<str> = place.to_string().into();
        let source = if is_parquet(place.path_text().as_ref()) {
            let table = Table::open(place)?;
            let metadata = parquet_metadata(&table)?;
            let fault = |e| StoreError::parquet("read", name.as_ref().as_ref(), e);
            let left = slices(&metadata).map_err(fault)?;
            Source::Parquet { left, table, metadata }
        } else {
            Source::lines(place)?
        };
        Ok(Self { place: place.clone(), name, next_row: 1, source })
    }

    /// Length of a remote file and XXH3 of its bytes, once it is read to its end. A local file
    /// can be asked again, and is.
    pub fn digest(&self) -> Option<(u64, String)> {
        match &self.source {
            Source::Parquet { table: Table::Spooled(copy), .. } => {
                Some((copy.bytes, copy.xxh3.clone()))
            }
            Source::Parquet { .. } => None,
            Source::Lines { digest, .. } => digest.as_ref().map(Digest::told),
        }
    }

    /// The next piece; `None` at the end of the file.
    ///
    /// # Errors
    /// If the file cannot be read further.
    pub fn next_piece(&mut self) -> Result<Option<Piece>, StoreError> {
        let first = self.next_row;
        let rows = match &mut self.source {
            Source::Parquet { left, table, metadata } => left.pop().map(|slice| {
                self.next_row += slice.count as u64;
                Rows::Slice(slice, table.clone(), metadata.clone())
            }),
            Source::Lines { endless, .. } if *endless => {
                *endless = false;
                self.next_row += 1;
                Some(Rows::Endless)
            }
            Source::Lines { reader, endless, .. } => {
                let bytes = lines(reader, &mut self.next_row, endless)
                    .map_err(|e| StoreError::at("read", &self.place, e))?;
                if bytes.is_empty() && *endless {
                    return self.next_piece();
                }
                (!bytes.is_empty()).then_some(Rows::Lines(bytes))
            }
        };
        Ok(rows.map(|rows| Piece { place: Arc::clone(&self.name), first, rows }))
    }
}

impl Source {
    fn lines(place: &Place) -> Result<Self, StoreError> {
        let endless = false;
        if let Place::File(_) = place {
            return Ok(Self::Lines { reader: place.open_decoded()?, digest: None, endless });
        }
        let stored = place.open().map_err(|e| StoreError::at("open", place, e))?;
        let (stored, digest) = Digesting::new(stored);
        let reader = decode(stored).map_err(|e| StoreError::at("read", place, e))?;
        Ok(Self::Lines { reader, digest: Some(digest), endless })
    }
}

/// The row groups of a Parquet file, cut by their size, last first.
fn slices(metadata: &ArrowReaderMetadata) -> Result<Vec<Slice>, ParquetError> {
    let mut slices = Vec::new();
    for (group, told) in metadata.metadata().row_groups().iter().enumerate() {
        if !(0..=MOST_ROWS).contains(&told.num_rows()) {
            let message = format!("row group {group} says it has {} rows", told.num_rows());
            return Err(ParquetError::General(message));
        }
        let rows = told.num_rows() as usize;
        let bytes = usize::try_from(told.total_byte_size()).unwrap_or(0);
        let most = (PIECE_BYTES / (bytes / rows.max(1)).max(1)).clamp(1, PIECE_ROWS);
        let starts = (0..rows).step_by(most);
        slices.extend(starts.map(|from| Slice { group, from, count: most.min(rows - from) }));
    }
    slices.reverse();
    Ok(slices)
}

/// Whole lines up to about the size of a piece; `endless` if a line follows that is too long,
/// which is passed over.
fn lines(reader: &mut dyn BufRead, row: &mut u64, endless: &mut bool) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    while bytes.len() < PIECE_BYTES {
        let before = bytes.len();
        let n = Read::take(&mut *reader, LONGEST_LINE as u64).read_until(b'\n', &mut bytes)?;
        if n == LONGEST_LINE && bytes.last() != Some(&b'\n') {
            reader.skip_until(b'\n')?;
            bytes.truncate(before);
            *endless = true;
            break;
        }
        if n == 0 {
            break;
        }
        *row += 1;
    }
    Ok(bytes)
}

impl Piece {
    /// Reads the rows.
    ///
    /// # Errors
    /// If a row group is damaged; rows before the damage are lost with it.
    pub fn read(&self, columns: &Columns) -> Result<Vec<Result<Document, BadRow>>, StoreError> {
        match &self.rows {
            Rows::Lines(bytes) => Ok(documents_of(bytes, self.first, columns)),
            Rows::Endless => {
                let detail = format!("it is longer than {} MiB", LONGEST_LINE >> 20);
                Ok(vec![Err(BadRow { row: self.first, detail })])
            }
            Rows::Slice(slice, table, metadata) => self.slice(slice, table, metadata, columns),
        }
    }

    /// Reads rows of a Parquet file.
    fn slice(
        &self,
        slice: &Slice,
        table: &Table,
        metadata: &ArrowReaderMetadata,
        columns: &Columns,
    ) -> Result<Vec<Result<Document, BadRow>>, StoreError> {
        match table {
            Table::File(path) => {
                let file = File::open(path).map_err(|e| StoreError::io("open", path, e))?;
                self.rows_of(file, slice, metadata, columns)
            }
            Table::Spooled(copy) => {
                self.rows_of(Chunks(Arc::clone(copy)), slice, metadata, columns)
            }
        }
    }

    fn rows_of(
        &self,
        chunks: impl ChunkReader + 'static,
        slice: &Slice,
        metadata: &ArrowReaderMetadata,
        columns: &Columns,
    ) -> Result<Vec<Result<Document, BadRow>>, StoreError> {
        let fault = |e| StoreError::parquet("read", self.place.as_ref().as_ref(), e);
        let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(chunks, metadata.clone());
        let rows = builder.with_row_groups(vec![slice.group]).with_offset(slice.from);
        let rows = rows.with_limit(slice.count).with_batch_size(slice.count.min(BATCH_ROWS));
        let (mut documents, mut bytes, mut row) = (Vec::new(), 0, self.first);
        for batch in rows.build().map_err(fault)? {
            let batch = batch.map_err(|e| fault(e.into()))?;
            bytes += batch.get_array_memory_size();
            if bytes > MOST_BYTES {
                let path = self.place.to_string();
                return Err(StoreError::OverCap { path, cap: MOST_BYTES as u64 });
            }
            let straight = columns.documents(&batch, row).map_err(|e| fault(e.into()))?;
            documents.extend(match straight {
                Some(documents) => documents,
                None => {
                    let lines = json_lines(&batch).map_err(|e| fault(e.into()))?;
                    documents_of(&lines, row, columns)
                }
            });
            row += batch.num_rows() as u64;
        }
        Ok(documents)
    }
}

fn documents_of(lines: &[u8], first: u64, columns: &Columns) -> Vec<Result<Document, BadRow>> {
    let lines = lines.split_inclusive(|byte| *byte == b'\n').zip(first..);
    let filled = lines.filter(|(line, _)| !line.trim_ascii().is_empty());
    let document = |(line, row): (&[u8], u64)| {
        let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
        let fields: Map<String, Json> = serde_json::from_slice(line)
            .map_err(|error| BadRow { row, detail: format!("not a JSON object: {error}") })?;
        columns.document(fields).map_err(|detail| BadRow { row, detail })
    };
    filled.map(document).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capped::tests::scratch;
    use crate::{Format, open_table};
    use std::path::Path;

    fn read(path: &Path) -> Vec<Result<Document, BadRow>> {
        let mut pieces = Pieces::open(&Place::File(path.into())).unwrap();
        let mut rows = Vec::new();
        while let Some(piece) = pieces.next_piece().unwrap() {
            rows.extend(piece.read(&Columns::default()).unwrap());
        }
        rows
    }

    fn document(n: usize) -> Document {
        let mut document = Document::new("https://example.org/", format!("{n} $x$ ").repeat(2000));
        document.fetch_time_ms = Some(1_700_000_000_123);
        document.metadata.insert("n".into(), n.into());
        document.id = format!("{n:032x}");
        document
    }

    #[test]
    fn tables_of_ours_come_back_in_pieces() {
        let folder = scratch("pieces");
        let documents: Vec<Document> = (0..900).map(document).collect();
        for format in [Format::Parquet, Format::Jsonl(crate::Codec::Zstd)] {
            let path = folder.join(format!("d{}", format.extension::<Document>()));
            let (encoder, mut writer) = open_table(format, File::create(&path).unwrap()).unwrap();
            writer.append(encoder.encode(&documents).unwrap()).unwrap();
            writer.finish().unwrap();
            let read: Vec<Document> = read(&path).into_iter().map(Result::unwrap).collect();
            assert!(read == documents, "{}", path.display());
            let mut pieces = Pieces::open(&Place::File(path.clone())).unwrap();
            let mut count = 0;
            while pieces.next_piece().unwrap().is_some() {
                count += 1;
            }
            assert!(count > 1, "{}", path.display());
        }
    }

    #[test]
    fn lines_that_are_no_documents_are_told_by_number() {
        let path = scratch("lines").join("x.jsonl");
        let mut bytes = b"\xef\xbb\xbf{\"text\":\"a\"}\n\n[1]\n{\"text\":\"".to_vec();
        bytes.resize(bytes.len() + LONGEST_LINE, b'x');
        bytes.extend_from_slice(b"\"}\n{\"url\":\"u\"}\r\n{\"text\":\"b\"}");
        std::fs::write(&path, bytes).unwrap();
        let rows = read(&path);
        let bad: Vec<_> = rows.iter().filter_map(|row| row.as_ref().err()).collect();
        let told = ["not a JSON object", "longer than 64 MiB", "no text in `text`"];
        assert_eq!(bad.iter().map(|bad| bad.row).collect::<Vec<_>>(), [3, 4, 5]);
        assert!(bad.iter().zip(told).all(|(bad, told)| bad.detail.contains(told)), "{bad:?}");
        let texts: Vec<_> = rows.iter().flatten().map(|document| document.text.as_str()).collect();
        assert_eq!(texts, ["a", "b"]);
    }
}
