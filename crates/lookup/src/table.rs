//! The result as a file: Parquet, JSON Lines or CSV.

use crate::capture::Capture;
use crate::error::LookupError;
use cc_math_store::{Cell, Format, Kind, Pending, Row, StoreError, format_ms, open_table};
use std::io::{self, Write};
use std::path::Path;

/// What a table of captures is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableFormat {
    /// As documents are.
    Rows(Format),
    /// Comma-separated, with a header.
    Csv,
}

impl TableFormat {
    /// The format that a file's name stands for; CSV for `-`.
    pub fn of_name(name: &str) -> Option<Self> {
        let lower = name.to_lowercase();
        let rows = Format::NAMES.iter().filter(|known| **known != "markdown");
        let named = rows.filter(|known| lower.ends_with(&format!(".{known}")));
        match named.filter_map(|known| Format::from_name(known)).next() {
            Some(format) => Some(Self::Rows(format)),
            None => (lower == "-" || lower.ends_with(".csv")).then_some(Self::Csv),
        }
    }
}

/// Writes captures to a file that is whole or not there.
///
/// # Errors
/// If it cannot be written.
pub fn write_file(
    captures: &[Capture],
    format: TableFormat,
    target: &Path,
) -> Result<(), LookupError> {
    let mut name = target.file_name().unwrap_or_default().to_os_string();
    name.push(".tmp");
    let pending = Pending::create(target.with_file_name(name))?;
    Ok(write_table(captures, format, pending)?.seal()?.publish(target)?)
}

/// Writes captures, and gives back what they were written to.
///
/// # Errors
/// If it takes no more.
pub fn write_table<W: Write + Send>(
    captures: &[Capture],
    format: TableFormat,
    out: W,
) -> Result<W, StoreError> {
    let TableFormat::Rows(format) = format else {
        return write_csv(captures, out)
            .map_err(|e| StoreError::io("write", Path::new("output"), e));
    };
    let (encoder, mut table) = open_table::<Capture, W>(format, out)?;
    for block in captures.chunks(BLOCK) {
        table.append(encoder.encode(block)?)?;
    }
    Ok(table.finish()?.0)
}

/// Rows of a row group or of a compressed block.
const BLOCK: usize = 1 << 16;

fn write_csv<W: Write>(captures: &[Capture], mut out: W) -> io::Result<W> {
    let names: Vec<&str> = Capture::COLUMNS.iter().map(|column| column.name).collect();
    writeln!(out, "{}", names.join(","))?;
    for capture in captures {
        let cells = Capture::COLUMNS.iter().map(|column| field(column.kind, (column.get)(capture)));
        writeln!(out, "{}", cells.collect::<Vec<_>>().join(","))?;
    }
    out.flush()?;
    Ok(out)
}

/// A field, in quotes where it needs them. A line stays a line, whatever an index holds.
fn field(kind: Kind, cell: Cell) -> String {
    let text = match cell {
        Cell::I64(time) if kind == Kind::Time => return format_ms(time),
        Cell::Null | Cell::Formulas(..) => return String::new(),
        Cell::U32(number) => return number.to_string(),
        Cell::I64(number) => return number.to_string(),
        Cell::Text(text) => text.replace('\n', "%0A").replace('\r', "%0D"),
    };
    if text.contains([',', '"']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_formats() {
        for (name, expected) in [
            ("-", Some(TableFormat::Csv)),
            ("a.CSV", Some(TableFormat::Csv)),
            ("a/b.parquet", Some(TableFormat::Rows(Format::Parquet))),
            ("b.jsonl.zst", Some(TableFormat::Rows(Format::Jsonl(cc_math_store::Codec::Zstd)))),
            ("b.md", None),
            ("markdown", None),
        ] {
            assert_eq!(TableFormat::of_name(name), expected, "{name}");
        }
    }

    #[test]
    fn a_line_of_csv_is_a_capture() {
        let capture = Capture {
            url: Some("http://a/\"b\",\nc".into()),
            requested_url: "a".into(),
            fetch_time: Some(1000),
            warc_filename: "f".into(),
            ..Capture::default()
        };
        let bytes = write_table(&[capture], TableFormat::Csv, Vec::new()).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        let line = "\"http://a/\"\"b\"\",%0Ac\",a,,1970-01-01T00:00:01.000Z,,,,,,,f,0,0,";
        assert_eq!(text.lines().skip(1).collect::<Vec<_>>(), [line]);
    }
}
