//! What the tests share: reading a whole file, and telling in a line what came out.

use cc_math_warc::{Account, Event, Limits, RecordReader, Splitter};
use std::ops::Range;
use std::path::PathBuf;

/// One event without borrowed parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seen {
    /// `response`, `request!cut-short`, `damaged-record`...
    pub(crate) what: String,
    pub(crate) place: Range<u64>,
    pub(crate) block: Vec<u8>,
    pub(crate) uri: Option<String>,
    pub(crate) id: Option<String>,
}

/// The bytes of a file in `tests/fixtures/warc`.
#[allow(dead_code, reason = "not every test reads files")]
pub(crate) fn fixture(name: &str) -> Vec<u8> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/warc");
    let path = folder.join(name);
    std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// Reads a file, checking on the way that its chunks tile it and that no decompressed byte is
/// unaccounted for.
pub(crate) fn read(bytes: &[u8], limits: Limits) -> Vec<Seen> {
    let mut reader = RecordReader::new(limits);
    let mut seen = Vec::new();
    let mut end = 0;
    for chunk in Splitter::new(bytes, "f", limits) {
        let chunk = chunk.unwrap();
        assert_eq!(chunk.stored.start, end, "chunks tile the file");
        end = chunk.stored.end;
        let mut records = reader.read(&chunk);
        while let Some(event) = records.next() {
            seen.push(tell(&event));
        }
        let Account { decoded, records, damaged, padding } = records.account();
        assert_eq!(decoded, records + damaged + padding, "every byte is accounted for");
    }
    assert_eq!(end, bytes.len() as u64, "chunks reach the end of the file");
    seen
}

fn tell(event: &Event<'_>) -> Seen {
    let place = |l: &cc_math_core::Locator| l.offset..l.offset + l.length;
    match event {
        Event::Record(record) => {
            let kind = format!("{:?}", record.kind).to_lowercase();
            Seen {
                what: record.flaw.map_or(kind.clone(), |flaw| format!("{kind}!{flaw}")),
                place: place(&record.locator),
                block: record.block.to_vec(),
                uri: record.target_uri().map(|uri| uri.into_owned()),
                id: record.id().map(|id| id.into_owned()),
            }
        }
        Event::Damaged(damaged) => Seen {
            what: damaged.reason.code().to_owned(),
            place: place(&damaged.locator),
            block: Vec::new(),
            uri: None,
            id: None,
        },
    }
}
