//! `where`: documents that meet a condition.

mod clauses;
mod sql;
mod term;
mod value;

use super::{Made, Options};
use cc_math_core::{Document, Gate, Map, Reason, Sight, Verdict};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use term::Term;
use value::Value;

/// Keeps documents that meet a condition, an expression in SQL as Polars reads it:
/// `math_recovered >= 3 AND language = 'en'`. Names are columns, or else entries of the metadata
/// (`score`, `metadata.score`, `meta.source.url`). What is absent is `NULL`; where the condition
/// is not true, the document is dropped, and its reject tells the values. A comparison with a
/// number that has to hold by itself (`quality_score >= 0.5`, `AND`ed to others) is a gate, whose
/// bound `run --measure` gives the figures to choose by. There are comparisons,
/// `AND`, `OR`, `NOT`, `IN`, `BETWEEN`, `LIKE`, `ILIKE`, `IS NULL`, `~` (regular expressions),
/// arithmetic, `CASE`, `||`, and the functions `abs`, `ceil`, `coalesce`, `ends_with`, `floor`,
/// `greatest`, `least`, `length`, `lower`, `nullif`, `octet_length`, `regexp_like`, `round`,
/// `starts_with`, `trim` and `upper`.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Where {
    /// The condition.
    sql: String,
}

impl Options for Where {
    const NAME: &'static str = "where";
    const SHORT: Option<&'static str> = Some("sql");

    fn make(self, _: u64) -> Result<Made, (&'static str, String)> {
        let condition = Condition::read(&self.sql).map_err(|message| ("sql", message))?;
        // What is wrong whatever a document says is wrong here, too.
        condition.judge(&Document::new("", String::new())).map_err(|message| ("sql", message))?;
        Ok(Made::map(condition))
    }

    fn rebound(self, bounds: &[Option<f64>]) -> Result<Self, String> {
        let mut expr = sql::parse(&self.sql)?;
        clauses::rebound(&mut expr, bounds)?;
        Ok(Self { sql: expr.to_string() })
    }
}

#[derive(Debug)]
struct Condition {
    whole: Term,
    /// The clauses that compare a number with a bound, each with what the number is.
    gates: Vec<(Gate, Term)>,
    /// The other clauses.
    rest: Vec<Term>,
}

impl Condition {
    /// Reads a condition.
    ///
    /// # Errors
    /// What is wrong with it.
    fn read(sql: &str) -> Result<Self, String> {
        let mut expr = sql::parse(sql)?;
        let whole = sql::meaning(&expr)?;
        let (mut gates, mut rest) = (Vec::new(), Vec::new());
        for clause in clauses::clauses(&mut expr) {
            let compared = clauses::compared(clause);
            if compared.is_empty() {
                rest.push(sql::meaning(clause)?);
                continue;
            }
            for compared in compared {
                gates.push((compared.gate(), sql::meaning(compared.signal)?));
            }
        }
        Ok(Self { whole, gates, rest })
    }

    fn judge(&self, document: &Document) -> Result<Option<bool>, String> {
        self.whole.value(document)?.truth()
    }

    /// Whether all clauses but the gates are true.
    fn rest_holds(&self, document: &Document) -> bool {
        self.rest.iter().all(|clause| {
            let truth = clause.value(document).and_then(|value| value.truth());
            truth == Ok(Some(true))
        })
    }

    /// Why the condition is not true: the gate at which a document fails that meets all else, or
    /// the values that the condition looks at.
    fn detail(&self, document: &Document) -> String {
        let failed = self.gates.iter().find_map(|(Gate { signal, keeps, bound }, term)| {
            let value = number(term, document).filter(|value| !keeps.holds(*value, *bound))?;
            Some(format!("{signal} {value} is {} {bound}", keeps.failed()))
        });
        let alone = failed.filter(|_| self.rest_holds(document));
        alone.unwrap_or_else(|| self.values(document))
    }

    /// The values that the condition looks at.
    fn values(&self, document: &Document) -> String {
        let leaves = self.whole.leaves().into_iter();
        let told = leaves.map(|(name, term)| {
            let value = term.value(document).unwrap_or(Value::Null);
            format!("{name} = {value}")
        });
        told.collect::<Vec<_>>().join(", ")
    }
}

/// The number that a term is; none where it is absent or something else.
fn number(term: &Term, document: &Document) -> Option<f64> {
    let number = term.value(document).ok()?.number().ok()?;
    number.filter(|number| number.is_finite())
}

impl Map for Condition {
    fn apply(&self, document: &mut Document) -> Verdict {
        let (reason, detail) = match self.judge(document) {
            Ok(Some(true)) => return Verdict::Keep,
            Ok(_) => (Reason::ConditionNotMet, self.detail(document)),
            Err(message) => (Reason::ConditionFailed, message),
        };
        Verdict::Drop { reason, detail: Cow::Owned(detail) }
    }

    fn gates(&self) -> Vec<Gate> {
        self.gates.iter().map(|(gate, _)| gate.clone()).collect()
    }

    fn sight(&self, document: &Document) -> Option<Sight> {
        let signals = self.gates.iter().map(|(_, term)| number(term, document)).collect();
        (!self.gates.is_empty()).then(|| Sight { signals, rest: self.rest_holds(document) })
    }
}

#[cfg(test)]
mod tests;
