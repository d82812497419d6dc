//! Bytes of a page to a bounded tree.
//!
//! Two steps: `decode` finds the character encoding the way browsers do and
//! gives text; [`parse`] builds a [`Dom`], an arena of nodes, whose depth and
//! size are limited whatever the input. Tree construction is html5ever's.
//!
//! This crate knows nothing of mathematics, main content or Markdown.

mod dom;
mod sink;
mod tree;

pub use dom::{Dom, Element, Namespace, Node, NodeId};
pub use html5ever::tendril::StrTendril;
pub use html5ever::{LocalName, local_name};
pub use tree::{Limits, Parsed, parse};
