//! Bytes of a page to a bounded tree.
//!
//! Two steps: [`decode`] finds the character encoding the way browsers do and
//! gives text; [`parse`] builds a [`Dom`], an arena of nodes, whose depth and
//! size are limited whatever the input. Tree construction is html5ever's.
//!
//! This crate knows nothing of mathematics, main content or Markdown.

mod bounds;
mod charset;
mod dom;
mod formulas;
mod guard;
mod names;
mod raw_text;
mod reference;
mod references;
mod sink;
mod tokenizer;
mod tree;

pub use charset::{Decoded, decode};
pub use dom::{Attribute, Dom, Element, Namespace, Node, NodeId};
pub use html5ever::tendril::StrTendril;
pub use html5ever::{LocalName, local_name};
pub use reference::parse_unbounded;
pub use tree::{Limits, Parsed, parse};
