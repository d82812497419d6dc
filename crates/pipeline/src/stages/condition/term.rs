//! Expressions that can be evaluated for a document.

use super::value::{Outcome, Sign, Value};
use cc_math_core::Document;
use cc_math_store::{Cell, Column, Row, format_ms};
use regex::Regex;
use serde_json::Value as Json;
use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// An expression.
#[derive(Debug)]
pub(super) enum Term {
    Literal(Value<'static>),
    /// A column of ours, by its place among them.
    Column(usize),
    /// An entry of the metadata; a path leads into nested ones.
    Entry(Vec<String>),
    /// True if all are, false if one is not.
    All(Vec<Term>),
    /// True if one is, false if none is.
    Any(Vec<Term>),
    Not(Box<Term>),
    Compare(Box<Term>, fn(Ordering) -> bool, Box<Term>),
    /// Equality for which two absent values are equal.
    Same(Box<Term>, Box<Term>),
    IsNull(Box<Term>),
    In(Box<Term>, Vec<Term>),
    Matches(Box<Term>, Regex),
    Calculate(Box<Term>, Sign, Box<Term>),
    /// The value of the first condition that is true, or the last value.
    Case(Vec<(Term, Term)>, Box<Term>),
    Call(Function, Vec<Term>),
}

/// A function of some values, none of which is absent; otherwise its value is. `Coalesce` alone
/// looks at absent ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Function {
    Abs,
    Ceil,
    Coalesce,
    Concat,
    EndsWith,
    Floor,
    Greatest,
    Least,
    Length,
    Lower,
    OctetLength,
    Round,
    StartsWith,
    Trim,
    Upper,
}

impl Function {
    /// The functions by their names in SQL.
    pub(super) const ALL: &'static [(&'static str, Self)] = &[
        ("abs", Self::Abs),
        ("ceil", Self::Ceil),
        ("ceiling", Self::Ceil),
        ("char_length", Self::Length),
        ("character_length", Self::Length),
        ("coalesce", Self::Coalesce),
        ("ends_with", Self::EndsWith),
        ("floor", Self::Floor),
        ("greatest", Self::Greatest),
        ("least", Self::Least),
        ("length", Self::Length),
        ("lower", Self::Lower),
        ("octet_length", Self::OctetLength),
        ("round", Self::Round),
        ("starts_with", Self::StartsWith),
        ("trim", Self::Trim),
        ("upper", Self::Upper),
    ];

    /// How many values it takes, at least and at most.
    pub(super) fn arguments(self) -> (usize, usize) {
        match self {
            Self::Coalesce | Self::Greatest | Self::Least | Self::Concat => (1, usize::MAX),
            Self::EndsWith | Self::StartsWith => (2, 2),
            Self::Round => (1, 2),
            _ => (1, 1),
        }
    }
}

impl Term {
    /// The columns and entries that it looks at, by name.
    pub(super) fn leaves(&self) -> BTreeMap<String, &Term> {
        let mut leaves = BTreeMap::new();
        let mut open = vec![self];
        while let Some(term) = open.pop() {
            let name = match term {
                Term::Column(index) => column(*index).map(|column| column.name.to_owned()),
                Term::Entry(path) => Some(path.join(".")),
                _ => None,
            };
            leaves.extend(name.map(|name| (name, term)));
            open.extend(term.parts());
        }
        leaves
    }

    fn parts(&self) -> Vec<&Term> {
        match self {
            Term::Literal(_) | Term::Column(_) | Term::Entry(_) => Vec::new(),
            Term::All(terms) | Term::Any(terms) | Term::Call(_, terms) => terms.iter().collect(),
            Term::Not(term) | Term::IsNull(term) | Term::Matches(term, _) => vec![term],
            Term::Compare(a, _, b) | Term::Same(a, b) | Term::Calculate(a, _, b) => vec![a, b],
            Term::In(term, list) => [&**term].into_iter().chain(list).collect(),
            Term::Case(cases, last) => {
                cases.iter().flat_map(|(when, then)| [when, then]).chain([&**last]).collect()
            }
        }
    }

    /// Its value for a document.
    pub(super) fn value<'a>(&'a self, document: &'a Document) -> Outcome<'a> {
        Ok(match self {
            Term::Literal(value) => value.clone(),
            Term::Column(index) => cell(*index, document),
            Term::Entry(path) => entry(path, document),
            Term::All(terms) => Value::of_truth(all(terms, document, true)?),
            Term::Any(terms) => Value::of_truth(all(terms, document, false)?),
            Term::Not(term) => Value::of_truth(term.value(document)?.truth()?.map(|truth| !truth)),
            Term::Compare(a, test, b) => {
                let order = a.value(document)?.order(&b.value(document)?)?;
                Value::of_truth(order.map(test))
            }
            Term::Same(a, b) => {
                let (a, b) = (a.value(document)?, b.value(document)?);
                let same = a.order(&b)?.map_or(a == b, Ordering::is_eq);
                Value::Bool(same)
            }
            Term::IsNull(term) => Value::Bool(term.value(document)? == Value::Null),
            Term::In(term, list) => is_in(&term.value(document)?, list, document)?,
            Term::Matches(term, regex) => {
                let value = term.value(document)?;
                Value::of_truth(value.text()?.map(|text| regex.is_match(text)))
            }
            Term::Calculate(a, sign, b) => {
                a.value(document)?.calculate(*sign, &b.value(document)?)?
            }
            Term::Case(cases, last) => {
                for (when, then) in cases {
                    if when.value(document)?.truth()? == Some(true) {
                        return then.value(document);
                    }
                }
                last.value(document)?
            }
            Term::Call(Function::Coalesce, terms) => {
                for term in terms {
                    let value = term.value(document)?;
                    if value != Value::Null {
                        return Ok(value);
                    }
                }
                Value::Null
            }
            Term::Call(function, terms) => {
                let values: Result<Vec<Value<'a>>, String> =
                    terms.iter().map(|term| term.value(document)).collect();
                call(*function, values?)?
            }
        })
    }
}

/// Whether all are true (`wanted`), or, with `wanted` false and all turned round, one is. As soon
/// as one decides it, the others are not looked at.
fn all(terms: &[Term], document: &Document, wanted: bool) -> Result<Option<bool>, String> {
    let mut known = true;
    for term in terms {
        match term.value(document)?.truth()? {
            Some(truth) if truth != wanted => return Ok(Some(!wanted)),
            Some(_) => {}
            None => known = false,
        }
    }
    Ok(known.then_some(wanted))
}

fn is_in<'a>(value: &Value<'a>, list: &'a [Term], document: &'a Document) -> Outcome<'a> {
    let mut known = *value != Value::Null;
    for term in list {
        match value.order(&term.value(document)?)? {
            Some(Ordering::Equal) => return Ok(Value::Bool(true)),
            Some(_) => {}
            None => known = false,
        }
    }
    Ok(if known { Value::Bool(false) } else { Value::Null })
}

fn call(function: Function, values: Vec<Value<'_>>) -> Outcome<'_> {
    use Function::{Ceil, Concat, EndsWith, Floor, Greatest, Least};
    if let Greatest | Least = function {
        return extreme(values, function == Greatest);
    }
    if values.contains(&Value::Null) {
        return Ok(Value::Null);
    }
    let mut values = values.into_iter();
    let first = values.next().unwrap_or(Value::Null);
    let second = values.next();
    let text = || first.text().map(Option::unwrap_or_default);
    let number = || first.number().map(|number| number.unwrap_or(f64::NAN));
    let other = || second.as_ref().map_or(Ok(None), Value::text).map(Option::unwrap_or_default);
    Ok(match function {
        Function::Length => count(text()?.chars().count()),
        Function::OctetLength => count(text()?.len()),
        Function::Lower => Value::Text(text()?.to_lowercase().into()),
        Function::Upper => Value::Text(text()?.to_uppercase().into()),
        Function::Trim => Value::Text(text()?.trim_matches(' ').to_owned().into()),
        Function::StartsWith => Value::Bool(text()?.starts_with(other()?)),
        EndsWith => Value::Bool(text()?.ends_with(other()?)),
        Concat => Value::Text(format!("{}{}", text()?, other()?).into()),
        Function::Abs | Ceil | Floor | Function::Round if matches!(first, Value::Int(_)) => {
            match first {
                Value::Int(value) if function == Function::Abs => {
                    Value::Int(value.saturating_abs())
                }
                whole => whole,
            }
        }
        Function::Abs => Value::Float(number()?.abs()),
        Ceil => Value::Float(number()?.ceil()),
        Floor => Value::Float(number()?.floor()),
        Function::Round => {
            let digits = second.as_ref().map_or(Ok(None), Value::number)?.unwrap_or(0.0);
            let scale = 10_f64.powi(digits.clamp(-300.0, 300.0) as i32);
            Value::Float((number()? * scale).round_ties_even() / scale)
        }
        Function::Coalesce | Greatest | Least => Value::Null,
    })
}

/// The greatest or least of the values that are there.
fn extreme(values: Vec<Value<'_>>, greatest: bool) -> Outcome<'_> {
    let mut best = Value::Null;
    for value in values {
        let better = match value.order(&best)? {
            Some(order) => order == if greatest { Ordering::Greater } else { Ordering::Less },
            None => best == Value::Null,
        };
        if better {
            best = value;
        }
    }
    Ok(best)
}

fn count(n: usize) -> Value<'static> {
    Value::Int(i64::try_from(n).unwrap_or(i64::MAX))
}

/// The column at a place.
pub(super) fn column(index: usize) -> Option<&'static Column<Document>> {
    Document::COLUMNS.get(index)
}

/// The value of a column of ours; points in time as text, as JSON Lines have them.
fn cell(index: usize, document: &Document) -> Value<'_> {
    let Some(column) = column(index) else { return Value::Null };
    match (column.get)(document) {
        Cell::Text(text) => Value::Text(text),
        Cell::U32(number) => Value::Int(number.into()),
        Cell::I64(number) if column.name == "fetch_time" => Value::Text(format_ms(number).into()),
        Cell::I64(number) => Value::Int(number),
        Cell::Null => Value::Null,
        Cell::Formulas(..) => Value::Nested,
    }
}

fn entry<'a>(path: &[String], document: &'a Document) -> Value<'a> {
    let whole = path.join(".");
    let mut steps = path.iter();
    let outer = steps.next().and_then(|step| document.metadata.get(step));
    let nested = steps.try_fold(outer, |value, step| Some(value?.as_object()?.get(step)));
    let found = document.metadata.get(&whole).or(nested.flatten());
    match found {
        None | Some(Json::Null) => Value::Null,
        Some(Json::Bool(value)) => Value::Bool(*value),
        Some(Json::String(text)) => Value::Text(Cow::Borrowed(text)),
        Some(Json::Number(number)) => match number.as_i64() {
            Some(whole) => Value::Int(whole),
            None => Value::Float(number.as_f64().unwrap_or(f64::NAN)),
        },
        Some(Json::Array(_) | Json::Object(_)) => Value::Nested,
    }
}
