//! The list of active formatting elements, and the adoption agency.

use super::stack::Open;
use super::{Builder, Tag};
use crate::arena::{Arena, Place};
use crate::dom::{Attribute, Element, NONE, Namespace, Stretch};
use crate::kind::{self, Kind};
use html5ever::{LocalName, local_name};

/// A formatting element that is opened again in every block until its end tag comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Entry {
    open: Open,
    attributes: Stretch,
}

/// What stands in the list.
#[derive(Debug, Clone, Copy)]
enum Item {
    Element(Entry),
    /// So many markers, each of which hides what is before it.
    Markers(u32),
}

impl Item {
    fn element(self) -> Option<Entry> {
        match self {
            Self::Element(entry) => Some(entry),
            Self::Markers(_) => None,
        }
    }
}

/// The list. No two items of markers are neighbours, so that it is short where elements are few.
#[derive(Debug, Default)]
pub(crate) struct Formatting(Vec<Item>);

/// Equal elements that may be in the list behind its last marker.
const MOST_EQUAL: usize = 3;

/// Attributes of an element that is compared with others whatever the order they are in.
const MOST_COMPARED: usize = 16;

impl Formatting {
    /// Number of elements, without the markers.
    pub(crate) fn elements(&self) -> usize {
        self.0.iter().filter_map(|item| item.element()).count()
    }

    pub(super) fn push_marker(&mut self) {
        match self.0.last_mut() {
            Some(Item::Markers(markers)) => *markers = markers.saturating_add(1),
            _ => self.0.push(Item::Markers(1)),
        }
    }

    /// Forgets all up to the last marker.
    pub(super) fn clear_to_marker(&mut self) {
        while let Some(Item::Element(_)) = self.0.last() {
            self.0.pop();
        }
        match self.0.last_mut() {
            Some(Item::Markers(markers)) if *markers > 1 => *markers -= 1,
            _ => {
                self.0.pop();
            }
        }
    }

    /// Elements behind the last marker, last first, with their places.
    fn behind_marker(&self) -> impl Iterator<Item = (usize, Entry)> {
        let items = self.0.iter().enumerate().rev();
        items.map_while(|(index, item)| Some((index, item.element()?)))
    }

    /// The last element of this kind behind the last marker.
    fn last(&self, kind: Kind) -> Option<(usize, Entry)> {
        self.behind_marker().find(|(_, entry)| entry.open.kind == kind)
    }

    fn position(&self, id: u32) -> Option<usize> {
        self.0.iter().position(|item| item.element().is_some_and(|entry| entry.open.id == id))
    }

    fn entry(&self, index: usize) -> Option<Entry> {
        self.0.get(index).and_then(|item| item.element())
    }

    fn replace(&mut self, index: usize, entry: Entry) {
        if let Some(old) = self.0.get_mut(index) {
            *old = Item::Element(entry);
        }
    }

    fn remove(&mut self, id: u32) {
        if let Some(index) = self.position(id) {
            self.remove_at(index);
        }
    }

    /// Removes an element; markers on both sides of it become one item.
    fn remove_at(&mut self, index: usize) {
        self.0.remove(index);
        let before = index.checked_sub(1).and_then(|before| self.0.get(before)).copied();
        if let (Some(Item::Markers(more)), Some(Item::Markers(markers))) =
            (before, self.0.get_mut(index))
        {
            *markers = markers.saturating_add(more);
            self.0.remove(index - 1);
        }
    }
}

/// Whether two lists of attributes say the same, in whatever order if they are short.
fn are_equal(arena: &Arena<'_>, one: Stretch, other: Stretch) -> bool {
    let (mine, theirs) = (one.of(&arena.attributes), other.of(&arena.attributes));
    let says = |value| arena.texts.get(value);
    let same = |(name, value): &Attribute, (key, other): &Attribute| {
        key == name && says(*other) == says(*value)
    };
    let in_order = || mine.iter().zip(theirs).all(|(mine, theirs)| same(mine, theirs));
    let in_any_order = || mine.iter().all(|mine| theirs.iter().any(|theirs| same(mine, theirs)));
    one == other
        || mine.len() == theirs.len()
            && (in_order() || mine.len() <= MOST_COMPARED && in_any_order())
}

impl Builder<'_> {
    /// Opens a formatting element. Of equal ones only the last few are remembered.
    pub(super) fn open_formatting(&mut self, tag: &Tag) {
        let arena = &self.arena;
        let is_equal = |entry: &Entry| {
            entry.open.kind == tag.kind && are_equal(arena, entry.attributes, tag.attributes)
        };
        let equal = self.formatting.behind_marker().filter(|(_, entry)| is_equal(entry));
        let (count, first) = equal.fold((0, 0), |(count, _), (index, _)| (count + 1, index));
        if count >= MOST_EQUAL {
            self.formatting.remove_at(first);
        }
        let open = self.insert_open(tag);
        self.formatting.0.push(Item::Element(Entry { open, attributes: tag.attributes }));
    }

    /// "Reconstruct the active formatting elements": opens again those that are not open.
    pub(super) fn reopen_formatting(&mut self) {
        let rests = |item: &Item, this: &Self| {
            item.element().is_none_or(|entry| this.open.position(entry.open.id).is_some())
        };
        if self.formatting.0.last().is_none_or(|last| rests(last, self)) {
            return;
        }
        let resting = self.formatting.0.iter().rposition(|entry| rests(entry, self));
        for index in resting.map_or(0, |index| index + 1)..self.formatting.0.len() {
            let Some(entry) = self.formatting.entry(index) else { continue };
            let open = self.insert_again(entry);
            self.open.push(open);
            self.formatting.replace(index, Entry { open, ..entry });
        }
    }

    /// Inserts an element like that of the entry.
    fn insert_again(&mut self, entry: Entry) -> Open {
        self.insert(self.name(entry.open), entry.open.kind, entry.attributes)
    }

    /// Makes an element like that of the entry, linked to nothing.
    fn create_again(&mut self, entry: Entry) -> Entry {
        let (name, attributes) = (self.name(entry.open), entry.attributes);
        let id = self.arena.create(Element { name, namespace: Namespace::Html, attributes });
        Entry { open: Open { id, ..entry.open }, attributes }
    }

    fn name(&self, open: Open) -> LocalName {
        self.arena.element(open.id).map_or(local_name!(""), |element| element.name.clone())
    }

    /// A link begins; no link may stand in another.
    pub(super) fn end_link_before_link(&mut self, tag: &Tag) {
        let Some((_, link)) = self.formatting.last(Kind::A) else { return };
        self.adopt(tag);
        self.formatting.remove(link.open.id);
        self.open.remove(link.open.id);
    }

    /// The "adoption agency algorithm", for an end tag.
    pub(super) fn adopt(&mut self, tag: &Tag) {
        let current = self.open.current();
        if current.kind == tag.kind && self.formatting.position(current.id).is_none() {
            self.open.pop();
            return;
        }
        for _ in 0..8 {
            let Some((index, entry)) = self.formatting.last(tag.kind) else {
                return self.end_any_other(tag);
            };
            if !self.adopt_once(index, entry) {
                return;
            }
        }
    }

    /// Ends a formatting element once; false if nothing more is to be done.
    fn adopt_once(&mut self, index: usize, entry: Entry) -> bool {
        let Some(place) = self.open.position(entry.open.id) else {
            self.formatting.remove_at(index);
            return false;
        };
        if !self.open.has_in(kind::SCOPE, |open| open.id == entry.open.id) {
            return false;
        }
        let behind = self.open.iter().enumerate().skip(place);
        let furthest = behind.map(|(at, open)| (at, *open)).find(|(_, o)| o.kind.is(kind::SPECIAL));
        let Some((furthest_at, furthest)) = furthest else {
            self.open.truncate(place);
            self.formatting.remove_at(index);
            return false;
        };
        let ancestor = self.open.at(place.saturating_sub(1));
        let (last, bookmark) = self.rebuild_between(entry, furthest_at, furthest);
        self.arena.detach(last);
        let target = self.place(ancestor);
        self.arena.link(last, target);
        self.move_inside(entry, furthest, bookmark);
        true
    }

    /// Makes again what stands between a formatting element and its furthest block. Gives the
    /// outermost node then, and the element behind which the new one belongs in the list.
    fn rebuild_between(&mut self, entry: Entry, furthest_at: usize, furthest: Open) -> (u32, u32) {
        let (mut last, mut bookmark) = (furthest.id, NONE);
        let mut at = furthest_at;
        for count in 1.. {
            at = at.saturating_sub(1);
            let node = self.open.at(at);
            if node.id == entry.open.id || at == 0 {
                break;
            }
            if count > 3 {
                self.formatting.remove(node.id);
            }
            let listed = self.formatting.position(node.id);
            let Some((index, old)) =
                listed.and_then(|index| Some((index, self.formatting.entry(index)?)))
            else {
                self.open.remove_at(at);
                continue;
            };
            let new = self.create_again(old);
            self.open.replace(at, new.open);
            self.formatting.replace(index, new);
            if last == furthest.id {
                bookmark = new.open.id;
            }
            self.arena.detach(last);
            self.arena.link(last, Place::last(new.open.id));
            last = new.open.id;
        }
        (last, bookmark)
    }

    /// Puts a new formatting element into the furthest block, around all its children.
    fn move_inside(&mut self, entry: Entry, furthest: Open, bookmark: u32) {
        let new = self.create_again(entry);
        self.arena.move_children(furthest.id, new.open.id);
        self.arena.link(new.open.id, Place::last(furthest.id));
        match self.formatting.position(bookmark) {
            None => {
                if let Some(index) = self.formatting.position(entry.open.id) {
                    self.formatting.replace(index, new);
                }
            }
            Some(index) => {
                self.formatting.0.insert(index + 1, Item::Element(new));
                self.formatting.remove(entry.open.id);
            }
        }
        self.open.remove(entry.open.id);
        if let Some(index) = self.open.iter().position(|open| open.id == furthest.id) {
            self.open.insert(index + 1, new.open);
        }
    }
}
