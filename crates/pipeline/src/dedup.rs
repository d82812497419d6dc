//! Stages that compare all documents with all others, out of core.
//!
//! A leg that ends at such a stage holds its documents, and beside them writes a sketch of each
//! ([`Scheme`]). Legs that sort ([`Sort`]) bring together what sketches have in common, each task a
//! range of keys, until there are rulings by document; the next leg reads the held documents again
//! with the rulings on them ([`rules`]). All of it is tasks with notes, as everything else in a run.
//!
//! Documents are numbered in the order of the tasks that held them.

pub(crate) mod index;
pub(crate) mod records;
pub(crate) mod rules;
pub(crate) mod sort;

use cc_math_core::Reason;
use cc_math_dedup::minhash::{Parameters, probability};
use cc_math_dedup::passage::Passages;
use cc_math_dedup::sketch::Scheme;
use index::Index;
use serde::Serialize;

/// A stage that compares all documents.
#[derive(Debug)]
pub(crate) struct Dedup {
    /// The stage's name.
    pub(crate) name: &'static str,
    pub(crate) scheme: Scheme,
    pub(crate) mode: Mode,
    /// Sketches of other runs that its own are compared with.
    pub(crate) index: Option<Index>,
}

/// What becomes of what is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// It goes.
    Drop,
    /// It stays, and is told.
    Annotate,
}

impl Mode {
    /// Whether documents are told only.
    pub(crate) fn of(annotate: bool) -> Self {
        if annotate { Self::Annotate } else { Self::Drop }
    }
}

/// What a leg that sorts does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sort {
    /// Of each band, documents of equal keys become edges to the first of them.
    Bands,
    /// Edges become components.
    Join,
    /// Documents of components become records by component, with their ranks.
    Members,
    /// Of each cluster one document stays.
    Choose,
    /// Of equal passages one stays, or none.
    Repeats,
}

impl Sort {
    /// What tasks of it are called.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Bands => "bands",
            Self::Join => "join",
            Self::Members => "members",
            Self::Choose => "choose",
            Self::Repeats => "repeats",
        }
    }
}

/// Similarities whose chance of being found is told.
const SIMILARITIES: [f64; 10] = [0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95];

/// Bytes of memory for a document while clusters are joined.
const JOINED: u64 = 6;

/// What a stage that compares all documents is expected to find and to take.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// The stage, counted from 1.
    pub stage: usize,
    /// Bytes on disk for each document, passage or token, as `of` says, in the run's folder.
    pub bytes: u64,
    /// What the bytes are for: `document`, `paragraph` or `token`.
    pub of: &'static str,
    /// Bytes of memory for each document, in the one task that knows of all.
    pub memory: u64,
    /// Jaccard similarities, each with the probability that two documents as similar as that are
    /// found: 1 - (1 - s^rows)^bands. Empty where only equal ones are looked for.
    pub curve: Vec<(f64, f64)>,
}

impl Dedup {
    /// What it is expected to find and to take as the stage of this number.
    pub(crate) fn comparison(&self, stage: usize) -> Comparison {
        let shape = self.scheme.shape();
        let bytes = (shape.sections * shape.record() + shape.facts) as u64;
        let (of, memory, curve) = match &self.scheme {
            Scheme::Text(_) | Scheme::Url(_) => ("document", 0, Vec::new()),
            Scheme::MinHash { parameters: Parameters { bands, rows, .. }, .. } => {
                let found = |s: f64| (s, probability(s, *bands, *rows));
                ("document", JOINED, SIMILARITIES.map(found).to_vec())
            }
            Scheme::Passages(Passages::Blocks { .. }) => ("paragraph", 0, Vec::new()),
            Scheme::Passages(Passages::Windows { .. }) => ("token", 0, Vec::new()),
        };
        Comparison { stage, bytes, of, memory, curve }
    }

    /// The legs that sort, in their order.
    pub(crate) fn sorts(&self) -> &'static [Sort] {
        match self.scheme {
            Scheme::Text(_) | Scheme::Url(_) => &[Sort::Choose],
            Scheme::MinHash { .. } => &[Sort::Bands, Sort::Join, Sort::Members, Sort::Choose],
            Scheme::Passages(_) => &[Sort::Repeats],
        }
    }

    /// Why a document is dropped.
    fn reason(&self) -> Reason {
        match self.scheme {
            Scheme::Text(_) => Reason::ExactDuplicate,
            Scheme::Url(_) => Reason::DuplicateUrl,
            Scheme::MinHash { .. } => Reason::NearDuplicate,
            Scheme::Passages(_) => Reason::NothingLeft,
        }
    }

    /// Minima of a signature; 0 where there are none.
    fn minima(&self) -> usize {
        match &self.scheme {
            Scheme::MinHash { parameters, .. } => parameters.bands * parameters.rows,
            _ => 0,
        }
    }
}
