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
use index::Index;
use cc_math_dedup::sketch::Scheme;

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

impl Dedup {
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
