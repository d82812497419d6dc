//! Files: what comes in, what goes out, and in which shape.
//!
//! This crate lists inputs ([`list_inputs`]), local ones and those of remote
//! stores ([`Place`], [`Object`]), writes files that are either whole or
//! invisible ([`Pending`]) to folders here and prefixes there ([`Tree`]), and turns documents and rejects into Parquet, JSON
//! Lines and Markdown and back ([`Encoder`], [`TableWriter`],
//! [`read_documents`]). One column table ([`Row::COLUMNS`]) feeds every
//! format. It knows nothing of WARC, HTML, TeX, stages or threads, and equal
//! rows give equal bytes.

mod capped;
mod columns;
mod csv;
mod digest;
mod encode;
mod error;
mod file;
mod held;
mod input;
mod jsonl;
mod lock;
mod mapped;
mod markdown;
mod parquet_file;
mod pieces;
mod place;
mod ranges;
mod read;
mod remote;
mod rows;
mod spool;
mod time;
mod tree;

pub use capped::{Codec, open_decoded, read_capped, unpack};
pub use columns::{Cell, Column, Kind, Value};
pub use encode::{Block, Encoder, Format, TableWriter, open_table};
pub use error::StoreError;
pub use file::{Durability, Pending, Sealed, sync_folder, write_once};
pub use held::{Frame, Frames, HELD};
pub use input::{Form, Input, list_documents, list_inputs, media_type, sniff};
pub use lock::{Holder, Lock, Locked, Owner, host_name};
pub use mapped::{BadRow, Columns};
pub use pieces::{Piece, Pieces};
pub use place::{Place, Records, Root, check_local};
pub use ranges::RecordRange;
pub use read::{Rows, number_at, read_documents, read_rejects, text_at};
pub use remote::{Facts, Object};
pub use rows::{Reject, Row};
pub use time::format_ms;
pub use tree::{Read, Tree, open_tree};
