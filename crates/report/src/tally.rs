//! Counts of names, of which there may be more than memory has room for.

use std::collections::{BTreeMap, BTreeSet};

/// What is counted of a name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) documents: u64,
    pub(crate) rejects: u64,
    /// By how much the two together may be too many.
    pub(crate) surplus: u64,
}

impl Count {
    fn total(self) -> u64 {
        self.documents + self.rejects + self.surplus
    }
}

/// Counts the names that are most frequent (the space-saving algorithm): once there are more names
/// than room, the rarest gives way to a new one, which takes over its count as what may be too many.
/// A name with more than `rows / room` rows is always there.
#[derive(Debug)]
pub(crate) struct Tally {
    room: usize,
    counts: BTreeMap<String, Count>,
    /// The same names by their totals.
    order: BTreeSet<(u64, String)>,
    /// Whether names have given way.
    pub(crate) crowded: bool,
}

impl Tally {
    pub(crate) fn with_room_for(room: usize) -> Self {
        Self { room, counts: BTreeMap::new(), order: BTreeSet::new(), crowded: false }
    }

    pub(crate) fn add(&mut self, name: String, kept: bool) {
        let mut count = match self.counts.get(&name) {
            Some(count) => *count,
            None => self.make_room(),
        };
        self.order.remove(&(count.total(), name.clone()));
        if kept {
            count.documents += 1
        } else {
            count.rejects += 1
        }
        self.order.insert((count.total(), name.clone()));
        self.counts.insert(name, count);
    }

    /// What a new name starts with.
    fn make_room(&mut self) -> Count {
        if self.counts.len() < self.room {
            return Count::default();
        }
        let Some((total, rarest)) = self.order.pop_first() else { return Count::default() };
        self.counts.remove(&rarest);
        self.crowded = true;
        Count { surplus: total, ..Count::default() }
    }

    /// How many names there are room was found for.
    pub(crate) fn len(&self) -> usize {
        self.counts.len()
    }

    /// The most frequent names.
    pub(crate) fn top(&self, most: usize) -> Vec<(&str, Count)> {
        let names = self.counts.iter().map(|(name, count)| (name.as_str(), *count));
        let mut names: Vec<_> = names.collect();
        names.sort_by_key(|(name, count)| {
            (std::cmp::Reverse(count.documents), std::cmp::Reverse(count.total()), *name)
        });
        names.truncate(most);
        names
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_exact_while_there_is_room_and_bounded_then() {
        let mut tally = Tally::with_room_for(3);
        for name in ["a", "b", "a", "c", "a"] {
            tally.add(name.into(), name != "b");
        }
        assert!(!tally.crowded);
        let exact = Count { documents: 3, ..Count::default() };
        assert_eq!(tally.top(1), [("a", exact)]);
        (0..100).for_each(|n| tally.add(format!("rare {n}"), true));
        assert!(tally.crowded && tally.len() == 3);
        (0..200).for_each(|_| tally.add("a".into(), false));
        let (name, count) =
            tally.top(3).into_iter().max_by_key(|(_, count)| count.rejects).unwrap();
        assert!(name == "a" && count.rejects >= 200);
    }
}
