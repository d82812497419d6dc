//! Stages that compare all documents with all others, out of core.
//!
//! A leg that ends at such a stage holds its documents, and beside them writes a sketch of each
//! ([`Scheme`]). Legs that sort ([`Sort`]) bring together what sketches have in common, each task a
//! range of keys, until there are rulings by document; the next leg reads the held documents again
//! with the rulings on them ([`rules`]). All of it is tasks with notes, as everything else in a run.
//!
//! Documents are numbered in the order of the tasks that held them.

mod filter;
mod groups;
pub(crate) mod index;
pub(crate) mod records;
pub(crate) mod rules;
pub(crate) mod sort;
pub(crate) mod stars;

use cc_math_core::Reason;
use cc_math_dedup::minhash::{Parameters, probability};
use cc_math_dedup::passage::Passages;
use cc_math_dedup::sketch::Scheme;
use index::Index;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A stage that compares all documents.
#[derive(Debug)]
pub(crate) struct Dedup {
    /// The stage's name.
    pub(crate) name: &'static str,
    pub(crate) scheme: Scheme,
    pub(crate) mode: Mode,
    /// How similar a document has to be to the one that stays for it to go.
    pub(crate) least: f64,
    /// How matches become clusters, where they have to.
    pub(crate) join: Join,
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

/// How matches become clusters.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Join {
    /// In one task that has six bytes in memory for each document.
    #[default]
    Memory,
    /// In tasks of bounded memory, in rounds until nothing changes. The clusters are the same.
    Sharded,
}

/// A half of a round in which components are found (Kiveris et al., *Connected Components in
/// MapReduce and Beyond*, 2014).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Star {
    /// Each node's higher neighbours become neighbours of its lowest one.
    Large,
    /// Each node and its lower neighbours become neighbours of the lowest of them.
    Small,
}

/// Rounds after which components have to be found. They halve the paths that are left, or better; a
/// round that has nothing to do has no tasks.
const ROUNDS: usize = 16;

/// What a leg that sorts does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sort {
    /// Of each band, documents of equal keys become edges to the first of them.
    Bands,
    /// Edges become components, in memory.
    Join,
    /// Edges come closer to stars whose centres are their components' lowest numbers.
    Star(Star),
    /// Stars become components.
    Labels,
    /// Documents of components become records by component, with their ranks.
    Members,
    /// Of each cluster one document stays.
    Choose,
    /// Of equal passages one stays, or none.
    Repeats,
    /// One document after another is held against a Bloom filter.
    Filter,
}

impl Sort {
    /// What tasks of it are called.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Bands => "bands",
            Self::Join => "join",
            Self::Star(Star::Large) => "large stars",
            Self::Star(Star::Small) => "small stars",
            Self::Labels => "labels",
            Self::Members => "members",
            Self::Choose => "choose",
            Self::Repeats => "repeats",
            Self::Filter => "filter",
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
            Scheme::MinHash { hasher, .. } => {
                let Parameters { bands, rows, .. } = hasher.parameters();
                let found = |s: f64| (s, probability(s, bands, rows));
                let memory = if self.join == Join::Memory { JOINED } else { 0 };
                ("document", memory, SIMILARITIES.map(found).to_vec())
            }
            Scheme::Passages(Passages::Blocks { .. }) => ("paragraph", 0, Vec::new()),
            Scheme::Passages(Passages::Windows { .. }) => ("token", 0, Vec::new()),
            Scheme::Bloom(_) => ("document", 0, Vec::new()),
        };
        Comparison { stage, bytes, of, memory, curve }
    }

    /// The legs that sort, in their order.
    pub(crate) fn sorts(&self) -> Vec<Sort> {
        match (&self.scheme, self.join) {
            (Scheme::Text(_) | Scheme::Url(_), _) => vec![Sort::Choose],
            (Scheme::MinHash { .. }, Join::Memory) => {
                vec![Sort::Bands, Sort::Join, Sort::Members, Sort::Choose]
            }
            (Scheme::MinHash { .. }, Join::Sharded) => {
                let round = [Sort::Star(Star::Large), Sort::Star(Star::Small)];
                let stars = round.repeat(ROUNDS);
                let before = [Sort::Bands].into_iter().chain(stars);
                before.chain([Sort::Labels, Sort::Members, Sort::Choose]).collect()
            }
            (Scheme::Passages(_), _) => vec![Sort::Repeats],
            (Scheme::Bloom(_), _) => vec![Sort::Filter],
        }
    }

    /// Whether legs that sort look at the documents themselves, which have to be held for that.
    pub(crate) fn looks_again(&self) -> bool {
        matches!(self.scheme, Scheme::Bloom(_))
    }

    /// Whether whole documents are brought together in more than one step.
    fn is_joined(&self) -> bool {
        matches!(self.scheme, Scheme::MinHash { .. })
    }

    /// Why a document is dropped.
    fn reason(&self) -> Reason {
        match self.scheme {
            Scheme::Text(_) => Reason::ExactDuplicate,
            Scheme::Url(_) => Reason::DuplicateUrl,
            Scheme::MinHash { .. } => Reason::NearDuplicate,
            Scheme::Passages(_) => Reason::NothingLeft,
            Scheme::Bloom(_) => Reason::NgramOverlap,
        }
    }

    /// Minima of a signature; 0 where there are none.
    fn minima(&self) -> usize {
        match &self.scheme {
            Scheme::MinHash { hasher, .. } => hasher.parameters().permutations(),
            _ => 0,
        }
    }
}
