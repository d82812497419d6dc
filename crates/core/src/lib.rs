//! The words every other crate speaks: documents, formulas, verdicts, manifests.
//!
//! This crate knows nothing of files, threads, sockets, HTML or TeX. It has no
//! IO and no global state; everything here can be compared, hashed and printed
//! the same way on every machine.
//!
//! ```
//! use cc_math_core::{Document, Formula, FormulaKind, Status};
//!
//! let mut document = Document::new("https://example.org/", "Let $x<y$ hold.".into());
//! document.formulas.push(Formula::new(5..8, false, FormulaKind::RawDollar, Status::Recovered));
//! assert_eq!(document.tex(&document.formulas[0]), "x<y");
//! assert!(document.check().is_ok());
//! ```

mod document;
mod formula;
mod gate;
mod ledger;
mod locator;
mod manifest;
mod reason;

pub use document::{CharsetSource, Document, InconsistentDocument, document_id};
pub use formula::{Downgrade, Formula, FormulaKind, Loss, Status};
pub use gate::{Gate, GatedStage, MEASURE, MEASURED, Retained, Side, Sight, Sighted};
pub use ledger::{KindCounts, Ledger};
pub use locator::Locator;
pub use manifest::{Counts, FailedInput, InputEntry, MANIFEST_FORMAT, Manifest, OutputEntry};
pub use reason::{Map, Reason, Verdict};
