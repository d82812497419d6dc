//! The account of formulas seen, recovered, downgraded and lost.

use crate::{Downgrade, FormulaKind, Loss, Status};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What became of the formulas of one kind.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KindCounts {
    /// Formulas seen in the markup; always the sum of the other three.
    pub seen: u64,
    /// Formulas that came through whole.
    pub recovered: u64,
    /// Formulas that came through with less than the source, by how.
    pub downgraded: BTreeMap<Downgrade, u64>,
    /// Formulas that did not come through, by why.
    pub lost: BTreeMap<Loss, u64>,
}

impl KindCounts {
    /// All downgraded formulas.
    pub fn downgraded_total(&self) -> u64 {
        self.downgraded.values().sum()
    }

    /// All lost formulas.
    pub fn lost_total(&self) -> u64 {
        self.lost.values().sum()
    }
}

/// Formulas by kind, for one document or for a whole run. Ledgers add up.
///
/// ```
/// use cc_math_core::{FormulaKind, Ledger, Loss, Status};
/// let mut page = Ledger::default();
/// page.keep(FormulaKind::Katex, Status::Recovered);
/// page.lose(FormulaKind::Katex, Loss::Empty);
/// let mut run = Ledger::default();
/// run.add(&page);
/// assert_eq!((run.seen(), run.recovered(), run.lost()), (2, 1, 1));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Ledger {
    kinds: BTreeMap<FormulaKind, KindCounts>,
}

impl Ledger {
    /// Enters a formula that is in the text.
    pub fn keep(&mut self, kind: FormulaKind, status: Status) {
        let counts = self.seen_one(kind);
        match status {
            Status::Recovered => counts.recovered += 1,
            Status::Downgraded(how) => *counts.downgraded.entry(how).or_default() += 1,
        }
    }

    /// Enters a formula that was seen but is not in the text.
    pub fn lose(&mut self, kind: FormulaKind, why: Loss) {
        *self.seen_one(kind).lost.entry(why).or_default() += 1;
    }

    /// Adds another ledger's entries to this one.
    pub fn add(&mut self, other: &Ledger) {
        for (kind, counts) in &other.kinds {
            let sum = self.kinds.entry(*kind).or_default();
            sum.seen += counts.seen;
            sum.recovered += counts.recovered;
            for (how, n) in &counts.downgraded {
                *sum.downgraded.entry(*how).or_default() += n;
            }
            for (why, n) in &counts.lost {
                *sum.lost.entry(*why).or_default() += n;
            }
        }
    }

    /// The kinds seen, in the registry's order.
    pub fn kinds(&self) -> impl Iterator<Item = (FormulaKind, &KindCounts)> {
        self.kinds.iter().map(|(kind, counts)| (*kind, counts))
    }

    /// Formulas seen, of all kinds.
    pub fn seen(&self) -> u64 {
        self.kinds.values().map(|counts| counts.seen).sum()
    }

    /// Formulas recovered, of all kinds.
    pub fn recovered(&self) -> u64 {
        self.kinds.values().map(|counts| counts.recovered).sum()
    }

    /// Formulas downgraded, of all kinds.
    pub fn downgraded(&self) -> u64 {
        self.kinds.values().map(KindCounts::downgraded_total).sum()
    }

    /// Formulas lost, of all kinds.
    pub fn lost(&self) -> u64 {
        self.kinds.values().map(KindCounts::lost_total).sum()
    }

    fn seen_one(&mut self, kind: FormulaKind) -> &mut KindCounts {
        let counts = self.kinds.entry(kind).or_default();
        counts.seen += 1;
        counts
    }
}
