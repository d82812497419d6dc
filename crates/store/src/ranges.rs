//! Tables of record ranges: which bytes of which archive to read.
//!
//! These are the tables that indexes of crawls give back: a file name, an
//! offset and a length a row, as CSV, TSV, JSON Lines (compressed or not) or
//! Parquet. Columns are found by name ([`NAMES`]); a CSV or TSV without a
//! header line has them in this order.

use crate::read::{number_at, parquet_batches, text_at};
use crate::spool::Table as Opened;
use crate::{Place, StoreError, csv};
use arrow_array::RecordBatch;
use parquet::errors::ParquetError;
use serde_json::Value as Json;
use std::collections::BTreeSet;
use std::io::BufRead;
use std::sync::Arc;

/// One record's bytes in an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordRange {
    /// The archive, as the table names it.
    pub file: Arc<str>,
    /// First byte.
    pub offset: u64,
    /// Number of bytes.
    pub length: u64,
}

/// What the three columns may be called: file name, offset, length.
const NAMES: [&[&str]; 3] = [
    &["warc_filename", "filename"],
    &["warc_record_offset", "offset"],
    &["warc_record_length", "length"],
];

/// Reads a table of ranges.
pub(crate) fn read_ranges(place: &Place) -> Result<Vec<RecordRange>, StoreError> {
    let name = place.path_text().to_lowercase();
    let name = name.trim_end_matches(".gz").trim_end_matches(".zst");
    let mut table = Table { place: place.to_string(), ..Table::default() };
    match name.rsplit('.').next() {
        Some("parquet") => table.read_parquet(place)?,
        Some("jsonl") => table.read_lines(place, Table::read_json)?,
        Some("tsv") => {
            table.read_lines(place, |table, line, at| table.read_fields(line, at, '\t'))?
        }
        _ => table.read_lines(place, |table, line, at| table.read_fields(line, at, ','))?,
    }
    Ok(table.ranges)
}

#[derive(Default)]
struct Table {
    place: String,
    ranges: Vec<RecordRange>,
    /// File names seen, so that each is kept once.
    files: BTreeSet<Arc<str>>,
    /// Which fields are the three columns, once the first line is read.
    columns: Option<[usize; 3]>,
}

impl Table {
    fn fault(&self, row: usize, message: &str) -> StoreError {
        StoreError::malformed(format!("{}:{row}", self.place), message)
    }

    fn push(
        &mut self,
        row: usize,
        file: &str,
        offset: Option<u64>,
        length: Option<u64>,
    ) -> Result<(), StoreError> {
        let (Some(offset), Some(length)) = (offset, length) else {
            return Err(self.fault(row, "offset and length must be whole numbers"));
        };
        let file = self.file(file);
        self.ranges.push(RecordRange { file, offset, length });
        Ok(())
    }

    fn file(&mut self, name: &str) -> Arc<str> {
        if let Some(known) = self.files.get(name) {
            return Arc::clone(known);
        }
        let name: Arc<str> = name.into();
        self.files.insert(Arc::clone(&name));
        name
    }

    fn read_lines(
        &mut self,
        place: &Place,
        read: impl Fn(&mut Self, &str, usize) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        for (index, line) in place.open_decoded()?.lines().enumerate() {
            let line = line.map_err(|e| StoreError::at("read", place, e))?;
            if !line.trim().is_empty() {
                read(self, &line, index + 1)?;
            }
        }
        Ok(())
    }

    fn read_json(&mut self, line: &str, row: usize) -> Result<(), StoreError> {
        let object: Json = serde_json::from_str(line)
            .map_err(|e| self.fault(row, &format!("not a JSON object: {e}")))?;
        let [file, offset, length] =
            NAMES.map(|names| names.iter().find_map(|name| object.get(*name)));
        let Some(file) = file.and_then(Json::as_str) else { return Err(self.no_columns(row)) };
        self.push(row, file, offset.and_then(json_number), length.and_then(json_number))
    }

    fn read_fields(&mut self, line: &str, row: usize, delimiter: char) -> Result<(), StoreError> {
        let fields = csv::fields(line, delimiter);
        let Some([file, offset, length]) = self.columns else {
            return self.read_first(line, &fields, row, delimiter);
        };
        let number = |at: usize| fields.get(at).and_then(|field| field.trim().parse().ok());
        let name = fields.get(file).map_or("", String::as_str);
        self.push(row, name, number(offset), number(length))
    }

    /// The first line names the columns, or is a row of the plain order.
    fn read_first(
        &mut self,
        line: &str,
        fields: &[String],
        row: usize,
        delimiter: char,
    ) -> Result<(), StoreError> {
        let numeric = |at: usize| fields.get(at).is_some_and(|f| f.trim().parse::<u64>().is_ok());
        if numeric(1) && numeric(2) {
            self.columns = Some([0, 1, 2]);
            return self.read_fields(line, row, delimiter);
        }
        let find = |names: &[&str]| fields.iter().position(|field| names.contains(&field.trim()));
        match NAMES.map(find) {
            [Some(file), Some(offset), Some(length)] => self.columns = Some([file, offset, length]),
            _ => return Err(self.no_columns(row)),
        }
        Ok(())
    }

    fn no_columns(&self, row: usize) -> StoreError {
        self.fault(row, "no columns `warc_filename`, `offset` and `length`")
    }

    fn read_parquet(&mut self, place: &Place) -> Result<(), StoreError> {
        let path = self.place.clone();
        let fault = |e| StoreError::parquet("read", path.as_ref(), ParquetError::from(e));
        for batch in parquet_batches(&Opened::open(place)?, 8192)? {
            let batch = batch.map_err(fault)?;
            self.read_batch(&batch)?;
        }
        Ok(())
    }

    fn read_batch(&mut self, batch: &RecordBatch) -> Result<(), StoreError> {
        let find = |names: &[&str]| names.iter().find_map(|name| batch.column_by_name(name));
        let [Some(file), Some(offset), Some(length)] = NAMES.map(find) else {
            return Err(self.no_columns(0));
        };
        for row in 0..batch.num_rows() {
            let number = |array| number_at(array, row).and_then(|n| u64::try_from(n).ok());
            let name = text_at(file, row).unwrap_or_default();
            self.push(self.ranges.len(), name, number(offset), number(length))?;
        }
        Ok(())
    }
}

/// Indexes in CDXJ write their numbers as strings.
fn json_number(value: &Json) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capped::tests::scratch;

    fn check(name: &str, content: &str, expected: Result<&[(&str, u64, u64)], &str>) {
        let path = scratch("ranges").join(name);
        std::fs::write(&path, content).unwrap();
        match (read_ranges(&Place::File(path)), expected) {
            (Ok(found), Ok(expected)) => {
                let found: Vec<_> = found.iter().map(|r| (&*r.file, r.offset, r.length)).collect();
                assert_eq!(found, expected);
            }
            (Err(error), Err(expected)) => assert!(error.to_string().contains(expected), "{error}"),
            (found, expected) => panic!("{found:?} is not {expected:?}"),
        }
    }

    #[test]
    fn tables_of_every_text_form_are_read() {
        let rows: &[(&str, u64, u64)] = &[("a.warc.gz", 1, 2), ("b.warc.gz", 3, 4)];
        check("plain.csv", "a.warc.gz,1,2\nb.warc.gz,3,4\n", Ok(rows));
        check(
            "named.csv",
            "url,length,offset,filename\nu,2,1,a.warc.gz\nu,4,3,b.warc.gz\n",
            Ok(rows),
        );
        check(
            "t.tsv",
            "warc_filename\toffset\tlength\na.warc.gz\t1\t2\n\nb.warc.gz\t3\t4",
            Ok(rows),
        );
        check(
            "cdx.jsonl",
            "{\"filename\":\"a.warc.gz\",\"offset\":\"1\",\"length\":\"2\"}\n\
             {\"warc_filename\":\"b.warc.gz\",\"warc_record_offset\":3,\"warc_record_length\":4}",
            Ok(rows),
        );
    }

    #[test]
    fn faults_name_their_line() {
        check("no.csv", "a,b,c\n", Err("no.csv:1: no columns"));
        check("bad.csv", "a,1,2\nb,x,2\n", Err("bad.csv:2: offset and length must be"));
        check(
            "bad.jsonl",
            "{\"filename\":\"a\",\"offset\":1,\"length\":2}\n{",
            Err("bad.jsonl:2: not a JSON"),
        );
        check("addresses.csv", "s3://bucket/a,1,2\n", Ok(&[("s3://bucket/a", 1, 2)]));
    }
}
