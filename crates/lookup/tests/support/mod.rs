//! Small indexes in memory.

use arrow_array::{
    ArrayRef, Int16Array, Int32Array, RecordBatch, StringArray, TimestampMillisecondArray,
};
use bytes::Bytes;
use cc_math_lookup::{
    Captures, Found, IndexFile, LookupOptions, RangedRead, Sameness, Urls, Wanted, lookup,
};
use parquet::arrow::ArrowWriter;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use std::io;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A row of an index.
#[derive(Debug, Clone)]
pub(crate) struct IndexRow {
    pub(crate) key: Option<String>,
    pub(crate) url: Option<String>,
    pub(crate) time: Option<i64>,
    pub(crate) status: Option<i16>,
    pub(crate) file: Option<String>,
    pub(crate) offset: Option<i32>,
}

/// How a file of an index is laid out.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Layout {
    pub(crate) group_rows: usize,
    pub(crate) page_rows: usize,
    pub(crate) statistics: EnabledStatistics,
}

/// Writes an index file, with one column that nobody asks for between those that matter.
pub(crate) fn write(rows: &[IndexRow], layout: Layout) -> Bytes {
    fn text(rows: &[IndexRow], get: impl Fn(&IndexRow) -> Option<&String>) -> ArrayRef {
        Arc::new(rows.iter().map(|row| get(row).map(String::as_str)).collect::<StringArray>())
    }
    let number = |value: &dyn Fn(&IndexRow) -> Option<i32>| -> ArrayRef {
        Arc::new(rows.iter().map(value).collect::<Int32Array>())
    };
    let times = rows.iter().map(|row| row.time).collect::<TimestampMillisecondArray>();
    let statuses = rows.iter().map(|row| row.status).collect::<Int16Array>();
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("url_surtkey", text(rows, |row| row.key.as_ref())),
        ("url", text(rows, |row| row.url.as_ref())),
        ("url_port", number(&|_| None)),
        ("fetch_time", Arc::new(times)),
        ("fetch_status", Arc::new(statuses)),
        ("warc_filename", text(rows, |row| row.file.as_ref())),
        ("warc_record_offset", number(&|row| row.offset)),
        ("warc_record_length", number(&|row| row.offset.map(|_| 7))),
    ];
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let properties = WriterProperties::builder()
        .set_max_row_group_row_count(Some(layout.group_rows))
        .set_data_page_row_count_limit(layout.page_rows)
        .set_write_batch_size(1)
        .set_statistics_enabled(layout.statistics)
        .build();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    bytes.into()
}

/// A file in memory that counts requests.
pub(crate) struct Memory {
    pub(crate) bytes: Bytes,
    pub(crate) gap: u64,
    pub(crate) requests: AtomicU64,
}

impl RangedRead for Memory {
    fn size(&self) -> io::Result<u64> {
        Ok(self.bytes.len() as u64)
    }

    fn read_range(&self, range: Range<u64>) -> io::Result<Bytes> {
        self.requests.fetch_add(1, Ordering::Relaxed);
        Ok(self.bytes.slice(range.start as usize..range.end as usize))
    }

    fn cheap_gap(&self) -> u64 {
        self.gap
    }
}

pub(crate) fn index_file(name: &str, crawl: Option<&str>, bytes: Bytes, gap: u64) -> IndexFile {
    let reader = Arc::new(Memory { bytes, gap, requests: AtomicU64::new(0) });
    IndexFile { name: name.into(), reader, crawl: crawl.map(Arc::from) }
}

pub(crate) fn wanted(urls: &[String], sameness: Sameness) -> Wanted {
    let mut given = Urls::default();
    urls.iter().for_each(|url| given.add(url));
    Wanted::new(given, sameness)
}

pub(crate) fn run(
    wanted: &Wanted,
    files: &[IndexFile],
    captures: Captures,
    statuses: Option<Vec<u32>>,
    threads: usize,
) -> Found {
    lookup(wanted, files, &LookupOptions { captures, statuses, threads, progress: &|_| {} })
}
