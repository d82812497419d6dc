//! A page's scores, and their sums over pages.
//!
//! Formula and text figures are those of the reference scorers; the rest is documented where
//! it is counted. Nothing here reads pages or runs extractors.

mod formulas;
mod health;
mod structure;
mod text;
mod totals;

pub use formulas::{FormulaScore, Worst};
pub use health::Health;
pub use structure::StructureScore;
pub use text::TextScore;
pub use totals::{Figure, Totals};

use crate::documents::ScoredDocument;
use crate::reading::Structure;
use crate::truth::Truth;

/// A gold file's contents.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Gold {
    /// As found.
    pub text: String,
    /// Its format: the ending of its name (`txt`, `md`, `html`, `json`).
    pub format: String,
}

/// All that is known of one page and what was made of it.
#[derive(Debug, Clone, Copy)]
pub struct Scorable<'a> {
    /// The labels.
    pub truth: &'a Truth,
    /// The document; `None` if there is none.
    pub document: Option<&'a ScoredDocument>,
    /// Gold main text.
    pub gold: Option<&'a Gold>,
    /// Code and tables of the document.
    pub made: &'a Structure,
    /// The `<pre>` blocks of the page, where its bytes are at hand.
    pub source_code: &'a [String],
    /// Whether to align formulas and measure their edit similarity.
    pub aligned: bool,
}

/// The scores of one page; `None` where its labels say nothing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PageScore {
    /// Name of the page.
    pub id: String,
    /// Kinds it counts for.
    pub kinds: Vec<String>,
    /// Formula scores.
    pub formulas: Option<FormulaScore>,
    /// Whether a page without mathematics was given formulas.
    pub invented: Option<bool>,
    /// Text scores.
    pub text: Option<TextScore>,
    /// Code and table scores.
    pub structure: StructureScore,
    /// What needs no labels.
    pub health: Health,
}

impl PageScore {
    /// Scores a page.
    pub fn of(page: &Scorable<'_>) -> Self {
        let truth = page.truth;
        let invented = (truth.is_math == Some(false)).then(|| formulas::has_any(page));
        let counts = invented.is_none() && truth.has_formula_truth();
        Self {
            id: truth.id.clone(),
            kinds: truth.kinds.iter().chain(&truth.page_type).cloned().collect(),
            formulas: counts.then(|| FormulaScore::of(page)).flatten(),
            invented,
            text: page.gold.and_then(|gold| TextScore::of(page, gold)),
            structure: StructureScore::of(page),
            health: Health::of(page),
        }
    }
}
