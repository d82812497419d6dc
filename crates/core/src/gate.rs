//! Numbers that stages compare with bounds.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A number of a document that a stage compares with a bound, to keep what lies on one side.
///
/// ```
/// use cc_math_core::{Gate, Side};
/// let gate = Gate { signal: "math_recovered".into(), keeps: Side::AtLeast, bound: 3.0 };
/// assert_eq!(gate.to_string(), "math_recovered >= 3");
/// assert!(gate.keeps.holds(3.0, gate.bound) && !gate.keeps.holds(2.9, gate.bound));
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Gate {
    /// What is compared: a column, an entry of the metadata, or an expression of such.
    pub signal: String,
    /// What is kept.
    pub keeps: Side,
    /// What it is compared with.
    pub bound: f64,
}

/// The side of a bound on which values are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Side {
    /// The bound and what is above it.
    #[serde(rename = ">=")]
    AtLeast,
    /// What is above the bound.
    #[serde(rename = ">")]
    Above,
    /// The bound and what is below it.
    #[serde(rename = "<=")]
    AtMost,
    /// What is below the bound.
    #[serde(rename = "<")]
    Below,
}

/// What a stage sees of a document before it judges.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sight {
    /// The signal of each of its gates, in their order; none where the document has no such number.
    pub signals: Vec<Option<f64>>,
    /// Whether all is met that the stage asks for beside its gates.
    pub rest: bool,
}

/// The gates of one stage of a pipeline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GatedStage {
    /// Its number among the stages, from 1.
    pub stage: usize,
    /// What it is called.
    pub name: String,
    /// Its gates, in the order of its options.
    pub gates: Vec<Gate>,
}

/// What one stage saw of a document that was measured, as the document's metadata holds it under
/// [`MEASURED`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sighted {
    /// The stage's number, from 1.
    pub stage: usize,
    /// As in [`Sight::rest`].
    pub rest: bool,
    /// As in [`Sight::signals`].
    #[serde(default)]
    pub signals: Vec<Option<f64>>,
}

/// What a bound keeps of the documents that were measured, as shares of all of them.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retained {
    /// The bound.
    pub bound: f64,
    /// Share of the documents.
    pub documents: f64,
    /// Share of the bytes of text.
    pub text: f64,
    /// Share of the formulas.
    pub formulas: f64,
    /// Share of the documents that this gate keeps and all else that is asked for, too.
    pub all_gates: f64,
}

/// The entry of a measured document's metadata that says what stages saw of it: a list of
/// [`Sighted`]. A stage that is not in it would have kept the document.
pub const MEASURED: &str = "measured";

/// The stage that measures, in place of all those that judge: its options list the gates as
/// `gates`, a list of [`GatedStage`].
pub const MEASURE: &str = "measure";

impl fmt::Display for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.signal, self.keeps, self.bound)
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Side::AtLeast => ">=",
            Side::Above => ">",
            Side::AtMost => "<=",
            Side::Below => "<",
        })
    }
}

impl Side {
    /// Whether a value is kept. NaN never is.
    pub fn holds(self, value: f64, bound: f64) -> bool {
        match self {
            Side::AtLeast => value >= bound,
            Side::Above => value > bound,
            Side::AtMost => value <= bound,
            Side::Below => value < bound,
        }
    }

    /// How a value stands to the bound if it is not kept, in words.
    pub fn failed(self) -> &'static str {
        match self {
            Side::AtLeast => "below",
            Side::Above => "not above",
            Side::AtMost => "above",
            Side::Below => "not below",
        }
    }

    /// Whether larger values are kept.
    pub fn keeps_large(self) -> bool {
        matches!(self, Side::AtLeast | Side::Above)
    }

    /// The side that is meant when value and bound change places: `3 < x` is `x > 3`.
    pub fn turned(self) -> Self {
        match self {
            Side::AtLeast => Side::AtMost,
            Side::Above => Side::Below,
            Side::AtMost => Side::AtLeast,
            Side::Below => Side::Above,
        }
    }
}
