//! The mathematics of the web, as LaTeX: parse it, check it, normalise it, and
//! turn MathML and AsciiMath into it.
//!
//! This crate knows nothing of HTML pages, documents or files. Everything in it
//! is total: any input gets an answer, in time linear in its size (or capped),
//! with bounded recursion.

pub mod asciimath;
pub mod canonical;
pub mod check;
mod commands;
pub mod config;
pub mod delimiters;
pub mod macros;
pub mod markdown;
pub mod mathml;
pub mod scan;
mod tidy;
pub mod tree;

pub use delimiters::is_undelimited_or_single;
pub use tidy::clean;
pub use tree::{MathDom, MathTree};

/// What a converter made of its input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Converted {
    /// LaTeX for the inside of `$...$`; never has delimiters of its own.
    pub tex: String,
    /// Whether everything in the input has its counterpart in `tex`.
    pub fidelity: Fidelity,
}

/// How much of its input a converter could express.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fidelity {
    /// All of it.
    Exact,
    /// An element or attribute without LaTeX counterpart was flattened to its content.
    Flattened,
    /// A size or depth limit cut something away.
    Limited,
    /// Nothing usable came out.
    Empty,
}
