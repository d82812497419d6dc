//! `where`: documents that meet a condition.

mod sql;
mod term;
mod value;

use super::{Made, Options};
use cc_math_core::{Document, Map, Reason, Verdict};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use term::Term;
use value::Value;

/// Keeps documents that meet a condition, an expression in SQL as Polars reads it:
/// `math_recovered >= 3 AND language = 'en'`. Names are columns, or else entries of the metadata
/// (`score`, `metadata.score`, `meta.source.url`). What is absent is `NULL`; where the condition
/// is not true, the document is dropped, and its reject tells the values. There are comparisons,
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
        let term = sql::parse(&self.sql).map_err(|message| ("sql", message))?;
        let condition = Condition { term };
        // What is wrong whatever a document says is wrong here, too.
        condition.judge(&Document::new("", String::new())).map_err(|message| ("sql", message))?;
        Ok(Made::map(condition))
    }
}

#[derive(Debug)]
struct Condition {
    term: Term,
}

impl Condition {
    fn judge(&self, document: &Document) -> Result<Option<bool>, String> {
        self.term.value(document)?.truth()
    }

    /// The values that the condition looks at.
    fn values(&self, document: &Document) -> String {
        let leaves = self.term.leaves().into_iter();
        let told = leaves.map(|(name, term)| {
            let value = term.value(document).unwrap_or(Value::Null);
            format!("{name} = {value}")
        });
        told.collect::<Vec<_>>().join(", ")
    }
}

impl Map for Condition {
    fn apply(&self, document: &mut Document) -> Verdict {
        let (reason, detail) = match self.judge(document) {
            Ok(Some(true)) => return Verdict::Keep,
            Ok(_) => (Reason::ConditionNotMet, self.values(document)),
            Err(message) => (Reason::ConditionFailed, message),
        };
        Verdict::Drop { reason, detail: Cow::Owned(detail) }
    }
}

#[cfg(test)]
mod tests;
