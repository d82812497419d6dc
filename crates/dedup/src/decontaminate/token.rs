//! Tokens as numbers: what a word, a number or an operator is compared by.
//!
//! A token keeps no text. It is 30 bits of a hash below two bits of class, so that a document's
//! tokens lie in one flat array, and an item's too. Two different tokens of one class are taken for
//! the same once in 10⁹ pairs; a passage is judged by dozens.

use std::ops::Range;

/// What a token says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// A word, the name of a variable, or the name of a function.
    Word,
    /// A number in digits.
    Number,
    /// An operator or a relation.
    Operator,
}

/// Bits of an [`Id`] that are hash.
const HASH_BITS: u32 = 30;

/// What two tokens share if and only if they count as the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Id(u32);

impl Id {
    /// The operator of that canonical name.
    pub(super) fn operator(name: &str) -> Self {
        Hash::of(name).id(Class::Operator)
    }

    /// The word of that name.
    pub(super) fn word(name: &str) -> Self {
        Hash::of(name).id(Class::Word)
    }

    /// What the token says.
    pub(super) fn class(self) -> Class {
        match self.0 >> HASH_BITS {
            0 => Class::Word,
            1 => Class::Number,
            _ => Class::Operator,
        }
    }

    /// Whether one other token in this place makes another question of it: numbers and operators.
    pub(super) fn is_symbol(self) -> bool {
        self.0 >> HASH_BITS != 0
    }

    /// The bits, for hashing.
    pub(super) fn bits(self) -> u32 {
        self.0
    }
}

/// A hash in the making, one character at a time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hash(u64);

/// 2⁶⁴ divided by the golden ratio, odd: spreads small numbers over all bits (Knuth, TAOCP 6.4).
pub(super) const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

impl Hash {
    /// The hash of nothing.
    pub(super) fn new() -> Self {
        Self(0)
    }

    /// The hash of a name.
    pub(super) fn of(name: &str) -> Self {
        let mut hash = Self::new();
        name.bytes().for_each(|byte| hash.push(byte.into()));
        hash
    }

    /// Takes in one character.
    #[inline]
    pub(super) fn push(&mut self, character: u32) {
        self.0 = (self.0.rotate_left(5) ^ u64::from(character)).wrapping_mul(SPREAD);
    }

    /// Takes in one character by its code point, ASCII as [`Hash::of`] takes it in.
    #[inline]
    pub(super) fn push_char(&mut self, character: char) {
        self.push(character.into());
    }

    /// The token of this text and that class.
    #[inline]
    pub(super) fn id(self, class: Class) -> Id {
        let class = match class {
            Class::Word => 0,
            Class::Number => 1,
            Class::Operator => 2,
        };
        let hash = ((self.0 ^ (self.0 >> 32)).wrapping_mul(SPREAD) >> (64 - HASH_BITS)) as u32;
        Id(class << HASH_BITS | hash)
    }
}

/// Tokens of a text, in order: what they are compared by, and where they stand.
///
/// Two arrays, since what looks for tokens does not ask where they stand.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Tokens {
    /// What they are compared by.
    pub(super) ids: Vec<Id>,
    /// Their bytes.
    spans: Vec<Range<u32>>,
}

impl Tokens {
    /// Adds a token of these bytes.
    #[inline]
    pub(super) fn push(&mut self, id: Id, span: Range<u32>) {
        self.ids.push(id);
        self.spans.push(span);
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.ids.len()
    }

    /// Leaves out all.
    pub(super) fn clear(&mut self) {
        self.ids.clear();
        self.spans.clear();
    }

    /// Leaves out the first `count`, or all.
    pub(super) fn forget(&mut self, count: usize) {
        self.ids.drain(..count.min(self.ids.len()));
        self.spans.drain(..count.min(self.spans.len()));
    }

    /// What some of them are compared by; none of a range that does not fit.
    pub(super) fn ids(&self, range: Range<usize>) -> &[Id] {
        self.ids.get(range).unwrap_or_default()
    }

    /// The bytes of a token; none past the end.
    pub(super) fn span(&self, index: usize) -> Range<u32> {
        self.spans.get(index).cloned().unwrap_or_default()
    }

    /// The bytes from the first to the last of some of them.
    pub(super) fn bytes(&self, range: Range<usize>) -> Range<usize> {
        let first = self.span(range.start);
        let last = range.end.checked_sub(1).map_or(first.clone(), |last| self.span(last));
        first.start as usize..last.end.max(first.start) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_come_back_and_keep_tokens_apart() {
        for class in [Class::Word, Class::Number, Class::Operator] {
            assert_eq!(Hash::of("x").id(class).class(), class);
        }
        assert_ne!(Id::word("le"), Id::operator("le"));
        assert!(Id::operator("+").is_symbol() && !Id::word("plus").is_symbol());
    }

    #[test]
    fn half_a_million_words_hardly_collide() {
        let mut ids: Vec<Id> = (0..500_000).map(|n| Id::word(&format!("w{n}"))).collect();
        ids.sort_unstable();
        ids.dedup();
        assert!(ids.len() > 499_800, "{} of 500,000 are left", ids.len());
    }
}
