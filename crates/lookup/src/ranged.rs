//! Files read by byte ranges, wherever they are.

use bytes::Bytes;
use cc_math_store::Object;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

/// Something whose bytes can be had range by range: a local file, or an object behind HTTP.
pub trait RangedRead: Send + Sync {
    /// Its size in bytes.
    ///
    /// # Errors
    /// If it is not there.
    fn size(&self) -> io::Result<u64>;

    /// The bytes of a range that lies within its size.
    ///
    /// # Errors
    /// If they cannot be read, all of them.
    fn read_range(&self, range: Range<u64>) -> io::Result<Bytes>;

    /// So many bytes between two ranges cost less than a second request does.
    fn cheap_gap(&self) -> u64;
}

/// A file of this machine.
#[derive(Debug)]
pub struct LocalFile(pub PathBuf);

impl RangedRead for LocalFile {
    fn size(&self) -> io::Result<u64> {
        Ok(std::fs::metadata(&self.0)?.len())
    }

    fn read_range(&self, range: Range<u64>) -> io::Result<Bytes> {
        let mut file = File::open(&self.0)?;
        file.seek(SeekFrom::Start(range.start))?;
        let length = usize::try_from(range.end - range.start).unwrap_or(usize::MAX);
        let mut bytes = vec![0; length];
        file.read_exact(&mut bytes)?;
        Ok(bytes.into())
    }

    fn cheap_gap(&self) -> u64 {
        16 << 10
    }
}

/// An object of a remote store.
#[derive(Debug)]
pub struct RemoteFile(pub Object);

impl RangedRead for RemoteFile {
    fn size(&self) -> io::Result<u64> {
        Ok(self.0.facts().map_err(io::Error::other)?.bytes)
    }

    fn read_range(&self, range: Range<u64>) -> io::Result<Bytes> {
        self.0.read_range(range)
    }

    fn cheap_gap(&self) -> u64 {
        1 << 20
    }
}

/// What reading has cost, summed over threads.
#[derive(Debug, Default)]
pub(crate) struct Traffic {
    requests: AtomicU64,
    bytes: AtomicU64,
}

impl Traffic {
    pub(crate) fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    pub(crate) fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }
}

/// A file being read, its size and its end known.
pub(crate) struct Source<'a> {
    reader: &'a dyn RangedRead,
    pub(crate) size: u64,
    /// The bytes at its end: footer, often page index, all of it if it is small.
    tail: Bytes,
    traffic: &'a Traffic,
}

/// Bytes at the end of a file that are read at once, at least.
const TAIL: u64 = 64 << 10;

impl<'a> Source<'a> {
    pub(crate) fn open(reader: &'a dyn RangedRead, traffic: &'a Traffic) -> io::Result<Self> {
        let source = Self { reader, size: reader.size()?, tail: Bytes::new(), traffic };
        let tail = source.read(source.tail_range())?;
        Ok(Self { tail, ..source })
    }

    /// Where the bytes lie that are read when it is opened.
    fn tail_range(&self) -> Range<u64> {
        self.size.saturating_sub(TAIL.max(self.reader.cheap_gap()))..self.size
    }

    /// The bytes of a range, in one request or none.
    pub(crate) fn read(&self, range: Range<u64>) -> io::Result<Bytes> {
        if range.start > range.end || range.end > self.size {
            let message = format!("bytes {}-{} are not in the file", range.start, range.end);
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, message));
        }
        let known = self.size - self.tail.len() as u64;
        if range.start >= known && !self.tail.is_empty() {
            return Ok(part(&self.tail, known, &range));
        }
        self.traffic.requests.fetch_add(1, Ordering::Relaxed);
        self.traffic.bytes.fetch_add(range.end - range.start, Ordering::Relaxed);
        self.reader.read_range(range)
    }

    /// The bytes of ranges in any order, in as few requests as is cheap.
    pub(crate) fn read_all(&self, ranges: &[Range<u64>]) -> io::Result<Vec<Bytes>> {
        let spans = joined(ranges.to_vec(), self.reader.cheap_gap());
        let read: Vec<Bytes> =
            spans.iter().map(|span| self.read(span.clone())).collect::<Result<_, _>>()?;
        Ok(ranges.iter().map(|range| slice(range, &spans, &read)).collect())
    }
}

/// Ranges in order, with those made one that lie at most `gap` bytes apart.
pub fn joined(mut ranges: Vec<Range<u64>>, gap: u64) -> Vec<Range<u64>> {
    ranges.sort_by_key(|range| (range.start, range.end));
    let mut spans: Vec<Range<u64>> = Vec::new();
    for range in ranges {
        match spans.last_mut() {
            Some(span) if range.start <= span.end.saturating_add(gap) => {
                span.end = span.end.max(range.end);
            }
            _ => spans.push(range),
        }
    }
    spans
}

/// The bytes of a range out of the span that it is part of.
fn slice(range: &Range<u64>, spans: &[Range<u64>], read: &[Bytes]) -> Bytes {
    let at = spans.partition_point(|span| span.start <= range.start).saturating_sub(1);
    let (Some(span), Some(bytes)) = (spans.get(at), read.get(at)) else { return Bytes::new() };
    part(bytes, span.start, range)
}

/// The bytes of a range out of those from `start` on, among which they are.
fn part(bytes: &Bytes, start: u64, range: &Range<u64>) -> Bytes {
    let index = |position: u64| usize::try_from(position - start).unwrap_or(usize::MAX);
    bytes.slice(index(range.start)..index(range.end))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Alphabet;

    impl RangedRead for Alphabet {
        fn size(&self) -> io::Result<u64> {
            Ok(26)
        }

        fn read_range(&self, range: Range<u64>) -> io::Result<Bytes> {
            Ok((range.start..range.end).map(|at| b'a' + at as u8).collect())
        }

        fn cheap_gap(&self) -> u64 {
            2
        }
    }

    #[test]
    fn neighbours_are_read_at_once() {
        let traffic = Traffic::default();
        let source = Source::open(&Alphabet, &traffic).unwrap();
        let read = source.read_all(&[20..22, 0..2, 4..5, 2..2, 8..9]).unwrap();
        let texts: Vec<_> = read.iter().map(|bytes| std::str::from_utf8(bytes).unwrap()).collect();
        assert_eq!(texts, ["uv", "ab", "e", "", "i"]);
        // Small as it is, it was read when it was opened.
        assert_eq!((traffic.requests(), traffic.bytes()), (1, 26));
        assert!(source.read(25..27).is_err());
        let source = Source { tail: Bytes::from_static(b"wxyz"), ..source };
        assert_eq!(source.read_all(&[22..26, 20..22, 0..2, 4..5, 8..9]).unwrap()[1], "uv");
        assert_eq!((traffic.requests(), traffic.bytes()), (1 + 3, 26 + 5 + 1 + 6));
    }
}
