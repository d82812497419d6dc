//! Bytes counted and hashed as they pass.

use std::io::{self, BufRead, Read};
use std::sync::{Arc, Mutex, PoisonError};
use xxhash_rust::xxh3::Xxh3;

/// What the bytes that have passed add up to.
#[derive(Clone, Default)]
pub(crate) struct Digest(Arc<Mutex<(u64, Box<Xxh3>)>>);

impl Digest {
    fn update(&self, bytes: &[u8]) {
        let mut sums = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        sums.0 += bytes.len() as u64;
        sums.1.update(bytes);
    }

    /// Number of bytes, and their XXH3 in hexadecimal.
    pub(crate) fn told(&self) -> (u64, String) {
        let sums = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        (sums.0, format!("{:016x}", sums.1.digest()))
    }
}

/// A reader whose bytes go into a digest.
pub(crate) struct Digesting<R> {
    reader: R,
    digest: Digest,
}

impl<R: BufRead> Digesting<R> {
    pub(crate) fn new(reader: R) -> (Self, Digest) {
        let digest = Digest::default();
        (Self { reader, digest: digest.clone() }, digest)
    }
}

impl<R: BufRead> BufRead for Digesting<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.reader.fill_buf()
    }

    fn consume(&mut self, n: usize) {
        if n == 0 {
            return;
        }
        // What is consumed is in the buffer already, so that this reads nothing.
        if let Ok(bytes) = self.reader.fill_buf() {
            self.digest.update(bytes.get(..n).unwrap_or(bytes));
        }
        self.reader.consume(n);
    }
}

impl<R: BufRead> Read for Digesting<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let n = self.fill_buf()?.read(out)?;
        self.consume(n);
        Ok(n)
    }
}
