//! One record, as it lies in the archive.

use crate::date::parse_date;
use crate::head::{Fields, lossy};
use crate::{Flaw, Format};
use cc_math_core::{Locator, Reason};
use std::borrow::Cow;

/// What a record says it is (`WARC-Type`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RecordKind {
    /// Describes the file. Also the first record of an ARC file (`filedesc:`).
    Warcinfo,
    /// What a server answered. Also every other record of an ARC file.
    Response,
    /// Something archived without a protocol around it.
    Resource,
    /// What the crawler sent.
    Request,
    /// About another record.
    Metadata,
    /// A page that had not changed since an earlier record.
    Revisit,
    /// Made from another record (WET text).
    Conversion,
    /// A later segment of a record.
    Continuation,
    /// Anything else, or nothing.
    Other,
}

impl RecordKind {
    fn of(name: &[u8]) -> Self {
        const TABLE: [(&str, RecordKind); 8] = [
            ("response", RecordKind::Response),
            ("request", RecordKind::Request),
            ("metadata", RecordKind::Metadata),
            ("warcinfo", RecordKind::Warcinfo),
            ("resource", RecordKind::Resource),
            ("revisit", RecordKind::Revisit),
            ("conversion", RecordKind::Conversion),
            ("continuation", RecordKind::Continuation),
        ];
        let row = TABLE.iter().find(|(known, _)| known.as_bytes().eq_ignore_ascii_case(name));
        row.map_or(RecordKind::Other, |(_, kind)| *kind)
    }
}

/// A record, borrowed from the reader until its next step.
#[derive(Debug, Clone)]
pub struct Record<'a> {
    /// Where it lies.
    pub locator: Locator,
    /// What it says it is.
    pub kind: RecordKind,
    /// The block, as it stands in the record.
    pub block: &'a [u8],
    /// Set if the record is known to be less than what was archived.
    pub flaw: Option<Flaw>,
    pub(crate) format: Format,
    pub(crate) fields: Fields<'a>,
}

impl<'a> Record<'a> {
    pub(crate) fn new(
        locator: Locator,
        format: Format,
        fields: Fields<'a>,
        block: &'a [u8],
        flaw: Option<Flaw>,
    ) -> Self {
        let kind = match format {
            Format::Warc => RecordKind::of(&fields.get("WARC-Type").unwrap_or_default()),
            Format::Arc if fields.bytes.starts_with(b"filedesc:") => RecordKind::Warcinfo,
            Format::Arc => RecordKind::Response,
        };
        Self { locator, kind, block, flaw, format, fields }
    }

    /// The first header field of that name, in any case; folds are undone, bytes that are not
    /// UTF-8 are replaced. The fields of an ARC record go by their WARC names.
    pub fn header(&self, name: &str) -> Option<Cow<'a, str>> {
        self.fields.get(name).map(lossy)
    }

    /// All header fields in order, names as written.
    pub fn headers(&self) -> impl Iterator<Item = (Cow<'a, str>, Cow<'a, str>)> {
        self.fields.iter().map(|(name, value)| (name, lossy(value)))
    }

    /// Whether this is a record of an ARC file.
    pub fn is_arc(&self) -> bool {
        self.format == Format::Arc
    }

    /// `WARC-Record-ID` without angle brackets.
    pub fn id(&self) -> Option<Cow<'a, str>> {
        self.header("WARC-Record-ID").map(unbracket)
    }

    /// `WARC-Target-URI` without the angle brackets that wget put around it. Blanks in it stay.
    pub fn target_uri(&self) -> Option<Cow<'a, str>> {
        self.header("WARC-Target-URI").map(unbracket)
    }

    /// `WARC-Date` in milliseconds since 1970, UTC.
    pub fn date_ms(&self) -> Option<i64> {
        parse_date(&self.fields.get("WARC-Date")?)
    }

    /// `Content-Type` of the block (`application/http; msgtype=response`...).
    pub fn content_type(&self) -> Option<Cow<'a, str>> {
        self.header("Content-Type")
    }

    /// `WARC-Identified-Payload-Type`: what the crawler found the payload to be.
    pub fn identified_payload_type(&self) -> Option<Cow<'a, str>> {
        self.header("WARC-Identified-Payload-Type").filter(|value| !value.is_empty())
    }

    /// Why the record is less than what the server sent: the crawler's reason
    /// (`WARC-Truncated`: `length`, `time`, `disconnect`, `unspecified`), else our finding.
    pub fn truncated(&self) -> Option<Cow<'a, str>> {
        let named = self.header("WARC-Truncated").filter(|value| !value.is_empty());
        named.or(self.flaw.map(|flaw| Cow::Borrowed(flaw.code())))
    }
}

fn unbracket(value: Cow<'_, str>) -> Cow<'_, str> {
    let inner = |v: &str| v.strip_prefix('<').and_then(|v| v.strip_suffix('>')).map(str::len);
    let Some(len) = inner(&value) else { return value };
    match value {
        Cow::Borrowed(v) => Cow::Borrowed(v.get(1..=len).unwrap_or_default()),
        Cow::Owned(v) => Cow::Owned(v.get(1..=len).unwrap_or_default().to_owned()),
    }
}

/// A stretch of the file that gave no record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damaged {
    /// Where it lies.
    pub locator: Locator,
    /// What it is called.
    pub reason: Reason,
    /// What exactly was found.
    pub detail: Cow<'static, str>,
}

/// What a reader meets.
#[derive(Debug, Clone)]
pub enum Event<'a> {
    /// A record, perhaps flawed.
    Record(Record<'a>),
    /// Bytes that gave no record.
    Damaged(Damaged),
}
