//! One description of a table's columns, from which every file format is made.

use cc_math_core::Formula;
use std::borrow::Cow;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// UTF-8 text. In Parquet `dictionary` asks for a dictionary, for columns
    /// that repeat few values.
    Text {
        /// Whether values repeat.
        dictionary: bool,
    },
    /// A JSON value; nested in JSON Lines, text in Parquet.
    Json,
    /// An unsigned 32-bit count.
    U32,
    /// A signed 64-bit number.
    I64,
    /// Milliseconds since 1970, UTC; RFC 3339 text in JSON Lines.
    Time,
    /// The formulas of a document; in JSON Lines each also carries its `tex`.
    Formulas,
}

/// One value on its way to a file.
#[derive(Debug, Clone)]
pub enum Cell<'a> {
    /// Absent.
    Null,
    /// Text, or JSON as text.
    Text(Cow<'a, str>),
    /// A count.
    U32(u32),
    /// A number, or a time.
    I64(i64),
    /// Formulas, and the text they lie in.
    Formulas(&'a [Formula], &'a str),
}

/// One value on its way from a file. Absent values are not handed over.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Text, or JSON as text.
    Text(String),
    /// A count, a number, or a time.
    Number(i64),
    /// Formulas.
    Formulas(Vec<Formula>),
}

/// One column of a table of `R`.
pub struct Column<R: 'static> {
    /// Its name in every format.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// Whether a value may be absent.
    pub nullable: bool,
    /// The column's value of a row.
    pub get: for<'a> fn(&'a R) -> Cell<'a>,
    /// Puts a value that was read into a row; `false` if the value cannot be one of this column's.
    pub set: fn(&mut R, Value) -> bool,
}

impl<'a> From<&'a str> for Cell<'a> {
    fn from(text: &'a str) -> Self {
        Cell::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Cell<'_> {
    fn from(text: String) -> Self {
        Cell::Text(Cow::Owned(text))
    }
}

impl From<u32> for Cell<'_> {
    fn from(number: u32) -> Self {
        Cell::U32(number)
    }
}

impl From<i64> for Cell<'_> {
    fn from(number: i64) -> Self {
        Cell::I64(number)
    }
}

impl<'a, T: Into<Cell<'a>>> From<Option<T>> for Cell<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Cell::Null, Into::into)
    }
}

impl Value {
    pub(crate) fn text(self) -> Option<String> {
        if let Value::Text(text) = self { Some(text) } else { None }
    }

    pub(crate) fn number(self) -> Option<i64> {
        if let Value::Number(number) = self { Some(number) } else { None }
    }

    pub(crate) fn formulas(self) -> Option<Vec<Formula>> {
        if let Value::Formulas(formulas) = self { Some(formulas) } else { None }
    }
}
