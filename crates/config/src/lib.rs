//! YAML to typed values: every mistake at once, each with its place and a hint.
//!
//! [`parse`] makes a tree of [`Node`]s that remember where they stand; [`Node::set`] puts values
//! of the command line in, [`Variables`] fill `${...}`; [`read`] turns a node into any
//! `Deserialize` type and goes on behind a mistake, so that an operator sees all of them. What
//! the values mean, this crate does not know.
//!
//! Bounded: size, depth and number of nodes, those behind aliases included ([`parse`]).

mod node;
mod parse;
mod problem;
mod set;
mod typed;
mod variables;

pub use node::{Entry, Node, Place, Source, Tree};
pub use parse::parse;
pub use problem::{Problem, nearest, report};
pub use typed::read;
pub use variables::Variables;
