//! Values of SQL expressions, and what can be done with two of them.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;

/// A value; the text of columns is borrowed.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value<'a> {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(Cow<'a, str>),
    /// A list or mapping of the metadata: it is there, and that is all that can be asked.
    Nested,
}

/// What is wrong with values that do not go together; `Ok` may be `NULL`.
pub(super) type Outcome<'a> = Result<Value<'a>, String>;

impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Null => f.write_str("NULL"),
            Value::Bool(value) => write!(f, "{value}"),
            Value::Int(value) => write!(f, "{value}"),
            Value::Float(value) => write!(f, "{value}"),
            Value::Text(text) if text.chars().nth(LONGEST_TOLD).is_some() => {
                let start: String = text.chars().take(LONGEST_TOLD).collect();
                write!(f, "{start:?}...")
            }
            Value::Text(text) => write!(f, "{text:?}"),
            Value::Nested => f.write_str("a list or mapping"),
        }
    }
}

/// Characters of a text that are told.
const LONGEST_TOLD: usize = 40;

impl<'a> Value<'a> {
    fn kind(&self) -> &'static str {
        match self {
            Value::Null => "nothing",
            Value::Bool(_) => "true or false",
            Value::Int(_) | Value::Float(_) => "a number",
            Value::Text(_) => "text",
            Value::Nested => "a list or mapping",
        }
    }

    /// The truth value: `None` is unknown.
    pub(super) fn truth(&self) -> Result<Option<bool>, String> {
        match self {
            Value::Null => Ok(None),
            Value::Bool(value) => Ok(Some(*value)),
            other => Err(format!("{other} is {}, where true or false is wanted", other.kind())),
        }
    }

    pub(super) fn of_truth(truth: Option<bool>) -> Self {
        truth.map_or(Value::Null, Value::Bool)
    }

    /// The text; `None` where there is no value.
    pub(super) fn text(&self) -> Result<Option<&str>, String> {
        match self {
            Value::Null => Ok(None),
            Value::Text(text) => Ok(Some(text)),
            other => Err(format!("{other} is {}, where text is wanted", other.kind())),
        }
    }

    /// The number; `None` where there is no value.
    pub(super) fn number(&self) -> Result<Option<f64>, String> {
        match self {
            Value::Null => Ok(None),
            Value::Int(value) => Ok(Some(*value as f64)),
            Value::Float(value) => Ok(Some(*value)),
            other => Err(format!("{other} is {}, where a number is wanted", other.kind())),
        }
    }

    /// How this stands to another value; `None` if either is absent. NaN is the largest number.
    pub(super) fn order(&self, other: &Value<'_>) -> Result<Option<Ordering>, String> {
        Ok(Some(match (self, other) {
            (Value::Null, _) | (_, Value::Null) => return Ok(None),
            (Value::Int(a), Value::Int(b)) => a.cmp(b),
            (Value::Int(a), Value::Float(b)) => floats(*a as f64, *b),
            (Value::Float(a), Value::Int(b)) => floats(*a, *b as f64),
            (Value::Float(a), Value::Float(b)) => floats(*a, *b),
            (Value::Text(a), Value::Text(b)) => a.cmp(b),
            (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
            (a, b) => {
                return Err(format!("{a} is {}, and {b} is {}", a.kind(), b.kind()));
            }
        }))
    }

    /// The sum, difference, product, quotient or remainder.
    pub(super) fn calculate(&self, sign: Sign, other: &Value<'_>) -> Outcome<'a> {
        if let (Value::Int(a), Value::Int(b)) = (self, other) {
            let whole = match sign {
                Sign::Plus => a.checked_add(*b),
                Sign::Minus => a.checked_sub(*b),
                Sign::Times => a.checked_mul(*b),
                Sign::Over => return Ok(Value::Float(*a as f64 / *b as f64)),
                Sign::Modulo if *b == 0 => return Ok(Value::Null),
                Sign::Modulo => a.checked_rem(*b),
            };
            return whole
                .map(Value::Int)
                .ok_or_else(|| format!("{a} and {b}: the result is too large"));
        }
        let (Some(a), Some(b)) = (self.number()?, other.number()?) else { return Ok(Value::Null) };
        Ok(Value::Float(match sign {
            Sign::Plus => a + b,
            Sign::Minus => a - b,
            Sign::Times => a * b,
            Sign::Over => a / b,
            Sign::Modulo => a % b,
        }))
    }
}

/// What stands between two numbers.
#[derive(Debug, Clone, Copy)]
pub(super) enum Sign {
    Plus,
    Minus,
    Times,
    Over,
    Modulo,
}

fn floats(a: f64, b: f64) -> Ordering {
    a.partial_cmp(&b).unwrap_or_else(|| a.is_nan().cmp(&b.is_nan()))
}
