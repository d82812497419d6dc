//! Captures: what an index says of one fetch of a page, and the table of them.

use cc_math_store::{Cell, Column, Kind, RecordRange, Row, Value};
use std::sync::Arc;

/// One fetch of a page, and where its record is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Capture {
    /// The URL as it was fetched.
    pub url: Option<Box<str>>,
    /// The first URL given that this is a capture of.
    pub requested_url: Box<str>,
    /// The key that they share.
    pub url_surtkey: Box<str>,
    /// Milliseconds since 1970.
    pub fetch_time: Option<i64>,
    /// HTTP status.
    pub fetch_status: Option<u32>,
    /// `Content-Type` as sent.
    pub content_mime_type: Option<Arc<str>>,
    /// Media type as detected.
    pub content_mime_detected: Option<Arc<str>>,
    /// Character encoding.
    pub content_charset: Option<Arc<str>>,
    /// ISO 639-3 codes, with commas.
    pub content_languages: Option<Arc<str>>,
    /// Why the payload is cut short, if it is.
    pub content_truncated: Option<Arc<str>>,
    /// The archive.
    pub warc_filename: Arc<str>,
    /// First byte of the record.
    pub warc_record_offset: u64,
    /// Bytes of the record, compressed.
    pub warc_record_length: u64,
    /// The crawl.
    pub crawl: Option<Arc<str>>,
}

impl Capture {
    /// Where the record is.
    pub fn range(&self) -> RecordRange {
        RecordRange {
            file: Arc::clone(&self.warc_filename),
            offset: self.warc_record_offset,
            length: self.warc_record_length,
        }
    }

    /// Where the record is, for sorting.
    pub(crate) fn place(&self) -> (&str, u64, u64) {
        (&self.warc_filename, self.warc_record_offset, self.warc_record_length)
    }
}

const TEXT: Kind = Kind::Text { dictionary: false };
const REPEATED: Kind = Kind::Text { dictionary: true };

macro_rules! text {
    ($name:ident) => {
        Column {
            name: stringify!($name),
            kind: REPEATED,
            nullable: true,
            get: |c: &Capture| c.$name.as_deref().into(),
            set: |c: &mut Capture, v| text(v).map(|v| c.$name = Some(v.into())).is_some(),
        }
    };
}

macro_rules! number {
    ($name:ident) => {
        Column {
            name: stringify!($name),
            kind: Kind::I64,
            nullable: false,
            get: |c: &Capture| i64::try_from(c.$name).unwrap_or(i64::MAX).into(),
            set: |c: &mut Capture, v| number(v).map(|v| c.$name = v).is_some(),
        }
    };
}

impl Row for Capture {
    const COLUMNS: &'static [Column<Self>] = &[
        Column {
            name: "url",
            kind: TEXT,
            nullable: true,
            get: |c| c.url.as_deref().into(),
            set: |c, v| text(v).map(|v| c.url = Some(v.into())).is_some(),
        },
        Column {
            name: "requested_url",
            kind: TEXT,
            nullable: false,
            get: |c| Cell::from(&*c.requested_url),
            set: |c, v| text(v).map(|v| c.requested_url = v.into()).is_some(),
        },
        Column {
            name: "url_surtkey",
            kind: TEXT,
            nullable: false,
            get: |c| Cell::from(&*c.url_surtkey),
            set: |c, v| text(v).map(|v| c.url_surtkey = v.into()).is_some(),
        },
        Column {
            name: "fetch_time",
            kind: Kind::Time,
            nullable: true,
            get: |c| c.fetch_time.into(),
            set: |c, v| {
                c.fetch_time = if let Value::Number(time) = v { Some(time) } else { None };
                c.fetch_time.is_some()
            },
        },
        Column {
            name: "fetch_status",
            kind: Kind::U32,
            nullable: true,
            get: |c| c.fetch_status.into(),
            set: |c, v| {
                c.fetch_status = number(v).and_then(|status| u32::try_from(status).ok());
                c.fetch_status.is_some()
            },
        },
        text!(content_mime_type),
        text!(content_mime_detected),
        text!(content_charset),
        text!(content_languages),
        text!(content_truncated),
        Column {
            name: "warc_filename",
            kind: REPEATED,
            nullable: false,
            get: |c| Cell::from(&*c.warc_filename),
            set: |c, v| text(v).map(|v| c.warc_filename = v.into()).is_some(),
        },
        number!(warc_record_offset),
        number!(warc_record_length),
        text!(crawl),
    ];

    fn weight(&self) -> usize {
        size_of::<Self>() + 2 * self.requested_url.len() + self.url_surtkey.len()
    }

    fn blank() -> Self {
        Self::default()
    }

    fn complete(&mut self) {}
}

fn text(value: Value) -> Option<String> {
    if let Value::Text(text) = value { Some(text) } else { None }
}

fn number(value: Value) -> Option<u64> {
    if let Value::Number(number) = value { u64::try_from(number).ok() } else { None }
}
