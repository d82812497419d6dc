//! The stack of open elements.

use crate::kind::{self, Kind, Set};

/// An open element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Open {
    /// Its node.
    pub(crate) id: u32,
    pub(crate) kind: Kind,
}

/// The document, for when no element is open.
const DOCUMENT: Open = Open { id: 0, kind: Kind::Other };

/// The open elements, outermost first.
#[derive(Debug, Default)]
pub(crate) struct Stack(Vec<Open>);

impl Stack {
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn iter(&self) -> std::slice::Iter<'_, Open> {
        self.0.iter()
    }

    /// Kinds of all, innermost first.
    pub(crate) fn kinds(&self) -> impl Iterator<Item = Kind> {
        self.0.iter().rev().map(|open| open.kind)
    }

    /// The innermost one.
    pub(crate) fn current(&self) -> Open {
        self.0.last().copied().unwrap_or(DOCUMENT)
    }

    pub(super) fn at(&self, index: usize) -> Open {
        self.0.get(index).copied().unwrap_or(DOCUMENT)
    }

    pub(super) fn push(&mut self, open: Open) {
        self.0.push(open);
    }

    pub(super) fn pop(&mut self) {
        self.0.pop();
    }

    pub(super) fn truncate(&mut self, length: usize) {
        self.0.truncate(length);
    }

    pub(super) fn insert(&mut self, index: usize, open: Open) {
        self.0.insert(index.min(self.0.len()), open);
    }

    pub(super) fn remove_at(&mut self, index: usize) {
        if index < self.0.len() {
            self.0.remove(index);
        }
    }

    pub(super) fn replace(&mut self, index: usize, open: Open) {
        if let Some(old) = self.0.get_mut(index) {
            *old = open;
        }
    }

    /// Where the node stands.
    pub(super) fn position(&self, id: u32) -> Option<usize> {
        self.0.iter().rposition(|open| open.id == id)
    }

    /// Takes a node out, wherever it stands.
    pub(super) fn remove(&mut self, id: u32) {
        if let Some(index) = self.position(id) {
            self.0.remove(index);
        }
    }

    /// Whether an element of this kind is open anywhere.
    pub(super) fn has(&self, kind: Kind) -> bool {
        self.0.iter().any(|open| open.kind == kind)
    }

    /// Whether an element is open that `is` tells, with none of the sets around it.
    pub(super) fn has_in(&self, scope: Set, is: impl Fn(Open) -> bool) -> bool {
        for open in self.0.iter().rev() {
            if is(*open) {
                return true;
            }
            if open.kind.is(scope) {
                return false;
            }
        }
        false
    }

    /// Whether an element of this kind is "in scope".
    pub(super) fn has_in_scope(&self, kind: Kind) -> bool {
        self.has_in(kind::SCOPE, |open| open.kind == kind)
    }

    /// Whether an element of this kind is "in table scope".
    pub(super) fn has_in_table_scope(&self, kind: Kind) -> bool {
        self.has_in(kind::TABLE_SCOPE, |open| open.kind == kind)
    }

    /// Closes elements of the sets, as long as such a one is current.
    pub(super) fn close_implied(&mut self, sets: Set) {
        while self.current().kind.is(sets) {
            self.0.pop();
        }
    }

    /// Closes elements with implied end tags, but not those of this kind.
    pub(super) fn close_implied_except(&mut self, kind: Kind) {
        while self.current().kind.is(kind::IMPLIED_END) && self.current().kind != kind {
            self.0.pop();
        }
    }

    /// Closes elements up to one that `is` tells, and that one.
    pub(super) fn close_through(&mut self, is: impl Fn(Kind) -> bool) {
        while let Some(open) = self.0.pop() {
            if is(open.kind) {
                break;
            }
        }
    }

    /// Closes elements up to one of this kind, and that one.
    pub(super) fn close_through_kind(&mut self, kind: Kind) {
        self.close_through(|open| open == kind);
    }

    /// Closes elements until one of the sets is current.
    pub(super) fn close_down_to(&mut self, sets: Set) {
        while !self.0.is_empty() && !self.current().kind.is(sets) {
            self.0.pop();
        }
    }

    /// Closes the paragraph, which is open.
    pub(super) fn close_paragraph(&mut self) {
        self.close_implied_except(Kind::P);
        self.close_through_kind(Kind::P);
    }

    /// Closes the paragraph that a block ends, if one is open.
    pub(super) fn close_paragraph_in_button_scope(&mut self) {
        if self.has_in(kind::SCOPE | kind::BUTTON_SCOPE, |open| open.kind == Kind::P) {
            self.close_paragraph();
        }
    }
}
