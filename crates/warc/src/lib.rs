//! Web archives: bytes in, records out.
//!
//! Reads WARC (0.17 to 1.1, so WET and WAT too) and ARC, plain or compressed with gzip, zstd
//! (with its dictionary frame) or LZ4; what a file is, its bytes say. A [`Splitter`] cuts a
//! stream into [`Chunk`]s that threads can read apart, a [`RecordReader`] gives a chunk's
//! records, [`Record::page`] the payload of one. Damage is data: each stretch that gave no
//! record is a [`Damaged`] event with a reason, and reading goes on behind it.
//!
//! This crate opens no files, knows no paths or sockets, starts no threads, and does not know
//! what HTML is.

mod buffer;
mod codec;
mod date;
mod flaw;
mod head;
pub mod http;
mod limits;
mod page;
mod reader;
mod record;
mod split;
mod walk;

pub use date::parse_date;
pub use flaw::Flaw;
pub use head::Format;
pub use http::{HttpFault, HttpLimits, Scratch};
pub use limits::Limits;
pub use page::{PageFault, Payload};
pub use reader::{Account, RecordReader, Records};
pub use record::{Damaged, Event, Record, RecordKind};
pub use split::{Chunk, Splitter};
