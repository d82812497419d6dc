//! Where the texts of a page are kept.

use std::ops::Range;

/// A text of a page: a stretch of the page itself, a stretch of what was made of it, or a text of
/// its own. [`Dom::text`](crate::Dom::text) tells what it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Text {
    /// Where it begins; with [`MADE`] set, in the text made. Index of a text of its own.
    start: u32,
    /// How long it is, in bytes; [`OWN`] for a text of its own.
    length: u32,
}

const _: () = assert!(size_of::<Text>() == 8);

/// Marks places in the text made.
const MADE: u32 = 1 << 31;

/// Marks texts of their own.
const OWN: u32 = u32::MAX;

impl Text {
    pub(crate) const EMPTY: Self = Self { start: 0, length: 0 };

    /// A stretch of the page, which is shorter than 2 GiB.
    pub(crate) fn of_page(start: usize, end: usize) -> Self {
        Self { start: start as u32, length: end.saturating_sub(start) as u32 }
    }

    /// Whether it says nothing. Not of a text of its own.
    pub(crate) fn is_empty(self) -> bool {
        self.length == 0
    }

    /// Where a stretch of the page stands in it.
    pub(crate) fn in_page(self) -> Range<usize> {
        self.start as usize..self.start as usize + self.length as usize
    }

    /// Its first bytes, and the rest. Not of a text of its own.
    pub(crate) fn split_at(self, length: usize) -> (Self, Self) {
        let length = self.length.min(length as u32);
        let first = Self { start: self.start, length };
        (first, Self { start: self.start + length, length: self.length - length })
    }

    /// Both as one stretch, if they are neighbours.
    fn join(self, next: Self) -> Option<Self> {
        let neighbours = self.length != OWN
            && next.length != OWN
            && self.start.checked_add(self.length) == Some(next.start)
            && self.start & MADE == next.start & MADE;
        neighbours.then(|| Self { start: self.start, length: self.length + next.length })
    }
}

/// The page, and the texts that are not stretches of it because character references are resolved.
#[derive(Debug, Clone, Default)]
pub(crate) struct Texts<Page> {
    pub(crate) page: Page,
    /// Texts that were made, one behind the other.
    made: String,
    /// Texts that grew.
    own: Vec<String>,
}

impl<Page: AsRef<str>> Texts<Page> {
    pub(crate) fn new(page: Page) -> Self {
        Self { page, made: String::new(), own: Vec::new() }
    }

    /// What a text says.
    #[inline]
    pub(crate) fn get(&self, text: Text) -> &str {
        if text.length == OWN {
            return self.own.get(text.start as usize).map_or("", String::as_str);
        }
        let (all, start) = match text.start & MADE {
            0 => (self.page.as_ref(), text.start as usize),
            _ => (self.made.as_str(), (text.start & !MADE) as usize),
        };
        all.get(start..start + text.length as usize).unwrap_or_default()
    }

    /// Keeps a text that `write` appends to what it is given.
    ///
    /// What is made of a page is at most three times as long (U+0000 becomes U+FFFD), and pages are
    /// limited to half a GiB.
    pub(crate) fn make(&mut self, write: impl FnOnce(&mut String)) -> Text {
        let start = self.made.len();
        write(&mut self.made);
        debug_assert!(self.made.len() < MADE as usize);
        Text { start: start as u32 | MADE, length: (self.made.len() - start) as u32 }
    }

    fn keep(&mut self, text: String) -> Text {
        self.own.push(text);
        Text { start: (self.own.len() - 1) as u32, length: OWN }
    }

    /// Both texts as one. A text that grows again and again is copied no more often than a string.
    pub(crate) fn join(&mut self, before: Text, next: Text) -> Text {
        if let Some(both) = before.join(next) {
            return both;
        }
        if before.length != OWN {
            let both = [self.get(before), self.get(next)].concat();
            return self.keep(both);
        }
        let Some(mut grown) = self.own.get_mut(before.start as usize).map(std::mem::take) else {
            return next;
        };
        grown.push_str(self.get(next));
        if let Some(own) = self.own.get_mut(before.start as usize) {
            *own = grown;
        }
        before
    }
}

impl<Page> Texts<Page> {
    /// The same texts over another copy of the page.
    pub(crate) fn over<Copy>(self, page: Copy) -> Texts<Copy> {
        Texts { page, made: self.made, own: self.own }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_what_they_were_made_of() {
        let mut texts = Texts::new("some page");
        let page = Text::of_page(0, 4);
        let made = texts.make(|out| out.push_str("one"));
        let next = texts.make(|out| out.push_str("two"));
        let cases = [
            (page, Text::of_page(4, 9), "some page"),
            (made, next, "onetwo"),
            (Text::of_page(5, 9), made, "pageone"),
            (made, page, "onesome"),
            (Text::EMPTY, page, "some"),
        ];
        for (before, after, expected) in cases {
            let joined = texts.join(before, after);
            assert_eq!(texts.get(joined), expected);
            let twice = texts.join(joined, page);
            assert_eq!(texts.get(twice), [expected, "some"].concat());
        }
        assert_eq!(texts.get(made), "one");
        assert_eq!(texts.get(Text::of_page(5, 9).split_at(2).1), "ge");
    }
}
