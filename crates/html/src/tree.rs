//! Tree construction: html5ever's rules over our arena.

use crate::dom::Dom;

/// How large a tree may grow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Elements that may be open at once; start tags beyond that are left out, their text is kept.
    pub depth: usize,
    /// Nodes of the tree; beyond that, tags are left out and text is kept.
    pub nodes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { depth: 512, nodes: 2_000_000 }
    }
}

/// A tree and what had to be left out of it.
#[derive(Debug, Clone)]
pub struct Parsed {
    /// The tree.
    pub dom: Dom,
    /// True if a limit was met.
    pub limited: bool,
}
