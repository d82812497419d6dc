//! A byte queue that is filled at the back, read in place and consumed at the front.

use std::ops::Range;

/// Bytes `start..end` of `bytes` are the content. What lies behind `end` is kept
/// initialised from earlier use, so that refilling costs no zeroing.
#[derive(Debug, Default)]
pub(crate) struct Buffer {
    bytes: Vec<u8>,
    start: usize,
    end: usize,
}

impl Buffer {
    /// The content.
    pub(crate) fn filled(&self) -> &[u8] {
        self.bytes.get(self.start..self.end).unwrap_or_default()
    }

    /// Number of bytes of content.
    pub(crate) fn len(&self) -> usize {
        self.end - self.start
    }

    /// Forgets the content and keeps the memory.
    pub(crate) fn clear(&mut self) {
        self.start = 0;
        self.end = 0;
    }

    /// Room for at least `room` more bytes; [`Buffer::commit`] makes them content.
    pub(crate) fn spare(&mut self, room: usize) -> &mut [u8] {
        if self.start > 0 && self.bytes.len() - self.end < room {
            self.move_to_front();
        }
        let wanted = self.end + room;
        if self.bytes.len() < wanted {
            self.bytes.resize(wanted.max(self.bytes.len() + self.bytes.len() / 2), 0);
        }
        self.bytes.get_mut(self.end..).unwrap_or_default()
    }

    /// Makes the first `n` bytes of the spare room content.
    pub(crate) fn commit(&mut self, n: usize) {
        self.end = (self.end + n).min(self.bytes.len());
    }

    /// Drops everything behind the first `len` bytes of content.
    pub(crate) fn truncate(&mut self, len: usize) {
        self.end = self.end.min(self.start + len);
    }

    /// Takes `n` bytes off the front. The memory is reused when it pays.
    pub(crate) fn consume(&mut self, n: usize) {
        self.start = (self.start + n).min(self.end);
        if self.start == self.end {
            self.clear();
        }
    }

    /// A part of the content; empty where there is none.
    pub(crate) fn get(&self, range: Range<usize>) -> &[u8] {
        self.filled().get(range).unwrap_or_default()
    }

    fn move_to_front(&mut self) {
        self.bytes.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_survives_growth_and_consumption() {
        let mut buffer = Buffer::default();
        for round in 0u8..50 {
            buffer.spare(3)[..3].copy_from_slice(&[round; 3]);
            buffer.commit(3);
            buffer.consume(2);
        }
        assert_eq!(buffer.len(), 50);
        assert_eq!(buffer.get(47..50), &[49; 3]);
        buffer.truncate(1);
        assert_eq!(buffer.filled(), &[33]);
    }
}
