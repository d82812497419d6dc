//! Bytes of a page to a bounded tree.
//!
//! Two steps: [`decode`] finds the character encoding the way browsers do and
//! gives text; [`parse`] builds a [`Dom`], an arena of nodes, whose depth and
//! size are limited whatever the input.
//!
//! This crate knows nothing of mathematics, main content or Markdown.

mod arena;
mod bounds;
mod builder;
mod charset;
mod dom;
mod formulas;
mod guard;
mod kind;
mod names;
mod quirks;
mod raw_text;
mod reference;
mod references;
mod sink;
mod texts;
mod tokenizer;
mod tree;

pub use charset::{Decoded, decode};
pub use dom::{Attributes, Dom, Element, Namespace, Node, NodeId};
pub use html5ever::{LocalName, local_name};
pub use reference::parse_unbounded;
pub use texts::Text;
pub use tree::{Limits, Parsed, parse};
