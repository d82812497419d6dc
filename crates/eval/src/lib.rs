//! How good and how fast extraction is, measured on labelled pages.
//!
//! [`scorer`] and [`words`] are ports of the reference scorers, so that figures made here
//! compare with figures made by them; [`score`] counts page by page, [`evaluation`] puts it
//! all together. [`rivals`] runs other extractors on the same pages, [`speed`] times them in
//! turns, [`pathological`] makes pages that hurt parsers and checks what they cost. [`duplicates`] checks
//! what deduplication found.
//!
//! This crate changes no page and no extractor, and nothing that extracts depends on it. It
//! does not print and knows no flags; that is the door's.

pub mod documents;
pub mod duplicates;
pub mod evaluation;
pub mod pages;
pub mod pathological;
pub mod reading;
pub mod rivals;
pub mod score;
pub mod scorer;
pub mod similarity;
pub mod speed;
pub mod truth;
pub mod words;

mod error;

pub use error::EvalError;
