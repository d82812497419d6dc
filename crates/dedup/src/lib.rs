//! Which documents and passages of a corpus say what others say already.
//!
//! This crate looks at texts and at numbers made of texts. It opens no files, starts no threads and
//! knows nothing of pipelines: whoever has the corpus hands over documents one at a time, keeps what
//! comes of them, and hands that over again, sorted.

pub mod bloom;
pub mod components;
pub mod cut;
pub mod decontaminate;
pub mod formulas;
pub mod keep;
pub mod minhash;
pub mod normal;
pub mod passage;
pub mod ruling;
pub mod segment;
pub mod shingle;
pub mod sketch;
pub mod url;
