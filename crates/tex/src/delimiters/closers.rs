//! Where the closer of each opener of one pair stands, by one pass over the run.

use super::{Guard, Pair};

/// For every place of a run, the first closer that counts from there on.
#[derive(Debug)]
pub(super) struct Closers {
    /// Events in order of place, each with the closer that a search from it ends at.
    events: Vec<(usize, Option<usize>)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Event {
    /// The closing delimiter.
    Close,
    Open,
    /// A right brace.
    Shut,
    /// Nothing that spans this place is a formula.
    Abort,
}

impl Closers {
    pub(super) fn new(text: &str, pair: &Pair, guard: Guard) -> Self {
        let guarded = guard != Guard::Off && pair.is_dollar();
        let events = events(text.as_bytes(), pair.close.as_bytes(), guarded);
        Self { events: resolve(&events, guarded) }
    }

    /// Byte offset of the closer for a body that starts at `inside`.
    pub(super) fn after(&self, inside: usize) -> Option<usize> {
        let index = self.events.partition_point(|(at, _)| *at < inside);
        self.events.get(index)?.1
    }
}

fn events(text: &[u8], close: &[u8], guarded: bool) -> Vec<(usize, Event)> {
    let mut events = Vec::new();
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        let event = match byte {
            _ if text.get(at..).is_some_and(|rest| rest.starts_with(close)) => {
                let counts = !guarded || closes_formula(text, at);
                Some(if counts { Event::Close } else { Event::Abort })
            }
            b'{' => Some(Event::Open),
            b'}' => Some(Event::Shut),
            b'\n' if guarded && is_blank_line(text, at + 1) => Some(Event::Abort),
            _ => None,
        };
        events.extend(event.map(|event| (at, event)));
        at += if byte == b'\\' && event.is_none() { 2 } else { 1 };
    }
    events
}

/// Goes from the last event to the first: a brace leads to what follows its partner.
fn resolve(events: &[(usize, Event)], guarded: bool) -> Vec<(usize, Option<usize>)> {
    let partners = partners(events);
    let mut found: Vec<(usize, Option<usize>)> = Vec::with_capacity(events.len());
    let from = |found: &Vec<(usize, Option<usize>)>, index: usize| {
        found.get(events.len().wrapping_sub(index + 1)).and_then(|f| f.1)
    };
    for (index, (at, event)) in events.iter().enumerate().rev() {
        let close = match event {
            Event::Close => Some(*at),
            Event::Abort => None,
            Event::Shut if guarded => None,
            Event::Shut => from(&found, index + 1),
            Event::Open => partners.get(index).copied().flatten().and_then(|p| from(&found, p + 1)),
        };
        found.push((*at, close));
    }
    found.reverse();
    found
}

/// Index of the right brace of each left brace.
fn partners(events: &[(usize, Event)]) -> Vec<Option<usize>> {
    let mut partners = vec![None; events.len()];
    let mut open = Vec::new();
    for (index, (_, event)) in events.iter().enumerate() {
        match event {
            Event::Open => open.push(index),
            Event::Shut => {
                if let Some(slot) = open.pop().and_then(|left| partners.get_mut(left)) {
                    *slot = Some(index);
                }
            }
            _ => {}
        }
    }
    partners
}

/// Pandoc's rule for the closing dollar; a dollar beside it makes it another delimiter.
pub fn closes_formula(text: &[u8], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|n| text.get(n));
    let after = text.get(at + 1);
    before.is_some_and(|b| !b.is_ascii_whitespace() && *b != b'$')
        && !after.is_some_and(|b| b.is_ascii_digit() || *b == b'$')
}

fn is_blank_line(text: &[u8], at: usize) -> bool {
    let rest = text.get(at..).unwrap_or(&[]);
    rest.iter().find(|b| !matches!(b, b' ' | b'\t' | b'\r')) == Some(&b'\n')
}
