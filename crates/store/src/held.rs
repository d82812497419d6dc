//! Documents on their way from one part of a run to the next.
//!
//! They are JSON Lines, zstd-compressed, like those of any output; beyond that it is known where
//! each frame of the file lies, so that frames can be read apart, and in any order.

use crate::jsonl::read_json_line;
use crate::{Block, Codec, Format, Place, RecordRange, StoreError};
use cc_math_core::Document;
use serde::{Deserialize, Serialize};
use std::io::{self, Read};
use std::sync::Arc;

/// The format of such files.
pub const HELD: Format = Format::Jsonl(Codec::HastyZstd);

/// One frame of such a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frame {
    /// What its rows have in common.
    pub slot: u16,
    /// Where it begins.
    pub offset: u64,
    /// Its length in the file.
    pub bytes: u64,
    /// Its rows.
    pub rows: u64,
    /// Their size in memory.
    pub weight: u64,
}

/// The frames of a file that is being written.
#[derive(Debug, Default)]
pub struct Frames(pub Vec<Frame>);

impl Frames {
    /// Enters the block that is appended next.
    pub fn add(&mut self, block: &Block, slot: u16, weight: usize) {
        let offset = self.0.last().map_or(0, |frame| frame.offset + frame.bytes);
        let (bytes, rows) = (block.bytes(), block.rows());
        self.0.push(Frame { slot, offset, bytes, rows, weight: weight as u64 });
    }
}

/// Bytes that a frame may unpack to, beyond twice what its rows took: a bound against damage.
const SLACK: u64 = 256 << 20;

impl Frame {
    /// Where it lies in the file of that name.
    pub fn range(&self, file: &Arc<str>) -> RecordRange {
        RecordRange { file: Arc::clone(file), offset: self.offset, length: self.bytes }
    }

    /// The documents in its bytes, as they were read from a file at `place`.
    ///
    /// # Errors
    /// If the file is gone or damaged.
    pub fn documents(
        &self,
        stored: io::Result<Vec<u8>>,
        place: &Place,
    ) -> Result<Vec<Document>, StoreError> {
        let lines = stored.and_then(|stored| self.unpacked(&stored));
        let lines = lines.map_err(|e| StoreError::at("read", place, e))?;
        let place = place.to_string();
        let documents: Result<Vec<Document>, StoreError> =
            lines.lines().map(|line| read_json_line(line, &place)).collect();
        let documents = documents?;
        if documents.len() as u64 == self.rows {
            return Ok(documents);
        }
        let message = format!("{} rows where {} were written", documents.len(), self.rows);
        Err(StoreError::malformed(&place, message))
    }

    fn unpacked(&self, stored: &[u8]) -> io::Result<String> {
        let cap = 2 * self.weight + SLACK;
        let mut lines = String::new();
        zstd::Decoder::new(stored)?.take(cap).read_to_string(&mut lines)?;
        Ok(lines)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capped::tests::scratch;
    use crate::{Root, open_table};
    use cc_math_core::{FormulaKind, Loss, Status};
    use std::fs::File;
    use std::path::Path;

    fn read(frame: &Frame, path: &Path) -> Result<Vec<Document>, StoreError> {
        let root = Root::Folder(path.parent().unwrap().into());
        let ranges = [frame.range(&path.file_name().unwrap().to_string_lossy().into())];
        let stored = root.records(&ranges, u64::MAX).next().unwrap();
        frame.documents(stored, &Place::File(path.into()))
    }

    fn document(n: usize) -> Document {
        let mut document = Document::new("u", format!("line {n}\n$x$\u{2028}"));
        document.id = format!("{n:032x}");
        document.metadata.insert("score".into(), (n as f64 / 3.0).into());
        document.ledger.lose(FormulaKind::Katex, Loss::Empty);
        let start = document.text.find('x').unwrap() as u32;
        let formula = cc_math_core::Formula::new(
            start..start + 1,
            false,
            FormulaKind::RawDollar,
            Status::Recovered,
        );
        document.formulas.push(formula);
        document.ledger.keep(FormulaKind::RawDollar, Status::Recovered);
        document
    }

    #[test]
    fn frames_are_read_apart_and_give_what_was_written() {
        let path = scratch("held").join("a.jsonl.zst");
        let (encoder, mut writer) = open_table(HELD, File::create(&path).unwrap()).unwrap();
        let mut frames = Frames::default();
        let documents: Vec<Document> = (0..50).map(document).collect();
        for (slot, rows) in documents.chunks(20).enumerate() {
            let block = encoder.encode(rows).unwrap();
            frames.add(&block, slot as u16, 1);
            writer.append(block).unwrap();
        }
        writer.finish().unwrap();
        for (frame, rows) in frames.0.iter().zip(documents.chunks(20)).rev() {
            assert!(read(frame, &path).unwrap() == rows);
        }
        let wrong = Frame { rows: 7, ..frames.0[1] };
        assert!(read(&wrong, &path).unwrap_err().to_string().contains("20 rows where 7"));
        let cut = Frame { bytes: frames.0[1].bytes - 3, ..frames.0[1] };
        assert!(read(&cut, &path).is_err());
        assert!(read(&frames.0[0], Path::new("nowhere")).is_err());
    }
}
