//! Any bytes as an archive: reading ends, nothing panics, every byte is accounted for.
#![no_main]

use cc_math_warc::{Event, HttpLimits, Limits, RecordReader, Scratch, Splitter};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits::default();
    let mut splitter = Splitter::new(bytes, "fuzz", limits.clone());
    let mut reader = RecordReader::new(limits);
    let mut scratch = Scratch::default();
    while let Ok(Some(chunk)) = splitter.next_chunk() {
        let mut records = reader.read(&chunk);
        while let Some(event) = records.next() {
            if let Event::Record(record) = event {
                let _ = record.page(&HttpLimits::default(), &mut scratch);
            }
        }
    }
});
