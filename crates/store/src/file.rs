//! Files that are either whole or invisible.

use crate::StoreError;
use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

/// A file being written under a temporary name. Dropped unsealed, it is gone.
pub struct Pending {
    file: BufWriter<File>,
    temporary: Temporary,
    hasher: Box<Xxh3>,
    bytes: u64,
}

/// A file whose bytes are on the disk, still under its temporary name.
/// Dropped unpublished, it is gone.
#[derive(Debug)]
pub struct Sealed {
    temporary: Temporary,
    /// Size in bytes.
    pub bytes: u64,
    /// XXH3 of the bytes, 64 bits in hexadecimal.
    pub xxh3: String,
}

/// Removes its file when dropped.
#[derive(Debug)]
struct Temporary(PathBuf);

impl Drop for Temporary {
    fn drop(&mut self) {
        // Gone already once published; there is nobody to tell otherwise.
        fs::remove_file(&self.0).unwrap_or_default();
    }
}

impl Pending {
    /// Starts a file at `temporary`, which must lie in the file system of its later target.
    ///
    /// # Errors
    /// If the file cannot be created.
    pub fn create(temporary: PathBuf) -> Result<Self, StoreError> {
        let file = File::create(&temporary).map_err(|e| StoreError::io("write", &temporary, e))?;
        Ok(Self {
            file: BufWriter::with_capacity(1 << 16, file),
            temporary: Temporary(temporary),
            hasher: Box::default(),
            bytes: 0,
        })
    }

    /// Brings the bytes to the disk.
    ///
    /// # Errors
    /// If that fails.
    pub fn seal(mut self) -> Result<Sealed, StoreError> {
        let flushed = self.file.flush().and_then(|()| self.file.get_ref().sync_all());
        flushed.map_err(|e| StoreError::io("write", &self.temporary.0, e))?;
        let xxh3 = format!("{:016x}", self.hasher.digest());
        Ok(Sealed { temporary: self.temporary, bytes: self.bytes, xxh3 })
    }
}

impl Write for Pending {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hasher.update(bytes.get(..written).unwrap_or(bytes));
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Sealed {
    /// Gives the file its name, replacing what was there, and brings that to the disk.
    ///
    /// # Errors
    /// If the file cannot be renamed or its folder not written.
    pub fn publish(self, target: &Path) -> Result<(), StoreError> {
        fs::rename(&self.temporary.0, target).map_err(|e| StoreError::io("write", target, e))?;
        let Some(folder) = target.parent() else { return Ok(()) };
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        let synced = File::open(folder).and_then(|folder| folder.sync_all());
        synced.map_err(|e| StoreError::io("write", folder, e))
    }
}

/// Writes a small file at once: temporary name beside the target, sync, rename.
///
/// # Errors
/// If any of these fails.
pub fn write_once(target: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let mut name = target.file_name().unwrap_or_default().to_os_string();
    name.push(".tmp");
    let mut pending = Pending::create(target.with_file_name(name))?;
    pending.write_all(bytes).map_err(|e| StoreError::io("write", target, e))?;
    pending.seal()?.publish(target)
}

/// What tells quickly whether a file is still the one that was read: its size
/// and its first and last 64 KiB. A change in the middle that keeps the size
/// is not seen, so callers also look at the time of change.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Fingerprint {
    /// Size in bytes.
    pub bytes: u64,
    /// XXH3 of the two ends, 64 bits in hexadecimal.
    pub ends: String,
}

impl Fingerprint {
    const END: u64 = 1 << 16;

    /// The fingerprint of a file.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn of(path: &Path) -> Result<Self, StoreError> {
        Self::read(path).map_err(|e| StoreError::io("read", path, e))
    }

    fn read(path: &Path) -> io::Result<Self> {
        let mut file = File::open(path)?;
        let bytes = file.metadata()?.len();
        let mut ends = Vec::new();
        Read::by_ref(&mut file).take(Self::END).read_to_end(&mut ends)?;
        file.seek(SeekFrom::Start(bytes.saturating_sub(Self::END).max(Self::END.min(bytes))))?;
        file.take(Self::END).read_to_end(&mut ends)?;
        Ok(Self { bytes, ends: format!("{:016x}", xxh3_64(&ends)) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capped::tests::scratch;

    #[test]
    fn a_file_is_invisible_until_published() {
        let folder = scratch("pending");
        let (target, temporary) = (folder.join("a"), folder.join("a.tmp"));
        let mut pending = Pending::create(temporary.clone()).unwrap();
        pending.write_all(b"abc").unwrap();
        assert!(!target.exists());
        let sealed = pending.seal().unwrap();
        assert_eq!((sealed.bytes, sealed.xxh3.as_str()), (3, "78af5f94892f3950"));
        sealed.publish(&target).unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"abc");
        assert!(!temporary.exists());
    }

    #[test]
    fn an_abandoned_file_is_gone() {
        let temporary = scratch("abandoned").join("b.tmp");
        drop(Pending::create(temporary.clone()).unwrap());
        assert!(!temporary.exists());
        drop(Pending::create(temporary.clone()).unwrap().seal().unwrap());
        assert!(!temporary.exists());
    }

    #[test]
    fn fingerprints_see_size_head_and_tail() {
        let path = scratch("fingerprint").join("f");
        let mut bytes = vec![7; 300_000];
        let mut seen = Vec::new();
        for (index, value) in [(0, 7), (0, 8), (299_999, 9)] {
            bytes[index] = value;
            write_once(&path, &bytes).unwrap();
            seen.push(Fingerprint::of(&path).unwrap());
        }
        bytes.pop();
        write_once(&path, &bytes).unwrap();
        seen.push(Fingerprint::of(&path).unwrap());
        for (i, a) in seen.iter().enumerate() {
            assert!(seen[i + 1..].iter().all(|b| a != b));
        }
    }
}
