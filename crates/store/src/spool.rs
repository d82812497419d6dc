//! Tables that are read at any place in them, wherever they lie.
//!
//! Parquet is read from its end, and its columns in many small steps. Over a network each step
//! would be a request, and all of the file is needed anyway; so a remote file is first copied to
//! a file without a name, which is gone with the process.

use crate::{Place, StoreError};
use bytes::Bytes;
use parquet::errors::{ParquetError, Result};
use parquet::file::reader::{ChunkReader, Length};
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use xxhash_rust::xxh3::Xxh3;

/// A table at hand.
#[derive(Debug, Clone)]
pub(crate) enum Table {
    /// A file of somebody's, opened anew by each who reads it.
    File(PathBuf),
    /// A copy.
    Spooled(Arc<Spooled>),
}

impl Table {
    pub(crate) fn open(place: &Place) -> std::result::Result<Self, StoreError> {
        match place {
            Place::File(path) => Ok(Self::File(path.clone())),
            _ => Spooled::copy(place).map(|spooled| Self::Spooled(Arc::new(spooled))),
        }
    }
}

/// A copy of what a remote store or a stream holds.
#[derive(Debug)]
pub(crate) struct Spooled {
    file: File,
    /// Where it came from.
    pub(crate) place: String,
    pub(crate) bytes: u64,
    /// XXH3 of the bytes, 64 bits in hexadecimal.
    pub(crate) xxh3: String,
}

impl Spooled {
    fn copy(place: &Place) -> std::result::Result<Self, StoreError> {
        let mut reader = place.open().map_err(|e| StoreError::at("open", place, e))?;
        let spool = std::env::temp_dir();
        let mut file = nameless().map_err(|e| StoreError::io("write", &spool, e))?;
        let (mut hash, mut bytes) = (Xxh3::new(), 0);
        loop {
            let block = reader.fill_buf().map_err(|e| StoreError::at("read", place, e))?;
            let n = block.len();
            if n == 0 {
                let (place, xxh3) = (place.to_string(), format!("{:016x}", hash.digest()));
                return Ok(Self { file, place, bytes, xxh3 });
            }
            hash.update(block);
            file.write_all(block).map_err(|e| StoreError::io("write", &spool, e))?;
            bytes += n as u64;
            reader.consume(n);
        }
    }
}

/// Fills `out` from a place in the file, without moving any other reader's place.
#[cfg(unix)]
pub(crate) fn read_at(file: &File, out: &mut [u8], at: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, out, at)
}

#[cfg(windows)]
pub(crate) fn read_at(file: &File, out: &mut [u8], at: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, out, at)
}

/// A new file in the folder for such, whose name is taken away again.
pub(crate) fn nameless() -> io::Result<File> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let name = format!("cc-math-{}-{number}.spool", std::process::id());
    let path = std::env::temp_dir().join(name);
    let mut options = File::options();
    let file = options.read(true).write(true).create_new(true).open(&path)?;
    // Where an open file keeps its name it goes with the folder.
    fs::remove_file(&path).unwrap_or_default();
    Ok(file)
}

/// A place in a copy, and a way on from there.
pub(crate) struct At {
    spooled: Arc<Spooled>,
    at: u64,
}

impl Read for At {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let n = read_at(&self.spooled.file, out, self.at)?;
        self.at += n as u64;
        Ok(n)
    }
}

/// A copy as the Parquet library reads it.
pub(crate) struct Chunks(pub(crate) Arc<Spooled>);

impl Length for Chunks {
    fn len(&self) -> u64 {
        self.0.bytes
    }
}

impl ChunkReader for Chunks {
    type T = BufReader<At>;

    fn get_read(&self, start: u64) -> Result<Self::T> {
        Ok(BufReader::new(At { spooled: Arc::clone(&self.0), at: start }))
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        let mut bytes = Vec::new();
        let at = At { spooled: Arc::clone(&self.0), at: start };
        at.take(length as u64).read_to_end(&mut bytes)?;
        match bytes.len() == length {
            true => Ok(bytes.into()),
            false => Err(ParquetError::EOF(format!("{length} bytes at {start} are not there"))),
        }
    }
}
