//! Values that know where they stand.

use std::fmt;
use std::sync::Arc;

/// A text that values stand in: a file, or the command line.
#[derive(Debug, PartialEq, Eq)]
pub struct Source {
    /// What messages call it: the path as the operator gave it, or a flag.
    pub name: String,
    /// All of it.
    pub text: String,
}

impl Source {
    /// A source with this name and text.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Arc<Self> {
        Arc::new(Self { name: name.into(), text: text.into() })
    }
}

/// Where a value stands.
#[derive(Clone, PartialEq, Eq)]
pub struct Place {
    /// In which text.
    pub source: Arc<Source>,
    /// In which line, from 1.
    pub line: usize,
    /// In which column, in characters from 1.
    pub column: usize,
    /// How many characters of that line it takes.
    pub width: usize,
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.source.name, self.line, self.column)
    }
}

/// A value and its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Where it stands; of a list or mapping, where it begins.
    pub place: Place,
    /// What it is.
    pub tree: Tree,
}

/// What a value is.
#[derive(Debug, Clone, PartialEq)]
pub enum Tree {
    /// `null`, `~`, or nothing at all.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// Any other number.
    Float(f64),
    /// Text.
    Text(String),
    /// A list.
    List(Vec<Node>),
    /// A mapping, in the order of writing. Names are distinct.
    Map(Vec<Entry>),
}

/// One entry of a mapping.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Its name.
    pub name: String,
    /// Where the name stands.
    pub place: Place,
    /// Its value.
    pub value: Node,
}

impl Node {
    /// The entries, if this is a mapping.
    pub fn entries(&self) -> Option<&[Entry]> {
        if let Tree::Map(entries) = &self.tree { Some(entries) } else { None }
    }

    /// The items, if this is a list.
    pub fn items(&self) -> Option<&[Node]> {
        if let Tree::List(items) = &self.tree { Some(items) } else { None }
    }

    /// The text, if this is one.
    pub fn text(&self) -> Option<&str> {
        if let Tree::Text(text) = &self.tree { Some(text) } else { None }
    }

    /// The value under a name, if this is a mapping that has it.
    pub fn get(&self, name: &str) -> Option<&Node> {
        self.entries()?.iter().find(|entry| entry.name == name).map(|entry| &entry.value)
    }

    /// What kind of value this is, in the operator's words.
    pub fn kind(&self) -> &'static str {
        match self.tree {
            Tree::Null => "nothing",
            Tree::Bool(_) => "true or false",
            Tree::Integer(_) => "a whole number",
            Tree::Float(_) => "a number",
            Tree::Text(_) => "text",
            Tree::List(_) => "a list",
            Tree::Map(_) => "a mapping",
        }
    }
}
