//! Files that are either whole or invisible.

use crate::StoreError;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use xxhash_rust::xxh3::Xxh3;

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
        self.rename(target)?;
        target.parent().map_or(Ok(()), sync_folder)
    }

    /// Gives the file its name, replacing what was there. Should the machine go down before
    /// [`sync_folder`], the name may be gone; the bytes under it are whole in any case.
    ///
    /// # Errors
    /// If the file cannot be renamed.
    pub fn rename(self, target: &Path) -> Result<(), StoreError> {
        fs::rename(&self.temporary.0, target).map_err(|e| StoreError::io("write", target, e))
    }
}

/// Brings the names of a folder's files to the disk.
///
/// # Errors
/// If that fails.
pub fn sync_folder(folder: &Path) -> Result<(), StoreError> {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let synced = File::open(folder).and_then(|folder| folder.sync_all());
    synced.map_err(|e| StoreError::io("write", folder, e))
}

/// What a crash of the machine may do to a small file just written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// Nothing: name and bytes are on the disk.
    Kept,
    /// Anything; for what is only told to people, or made again where it is damaged.
    Told,
}

/// Writes a small file at once: temporary name beside the target, sync, rename.
///
/// # Errors
/// If any of these fails.
pub fn write_once(target: &Path, bytes: &[u8], durability: Durability) -> Result<(), StoreError> {
    let mut name = target.file_name().unwrap_or_default().to_os_string();
    // Others may be writing the same file.
    name.push(format!(".{}.tmp", std::process::id()));
    let temporary = target.with_file_name(name);
    if durability == Durability::Told {
        let written = fs::write(&temporary, bytes).and_then(|()| fs::rename(&temporary, target));
        return written.map_err(|e| StoreError::io("write", target, e));
    }
    let mut pending = Pending::create(temporary)?;
    pending.write_all(bytes).map_err(|e| StoreError::io("write", target, e))?;
    pending.seal()?.publish(target)
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
    fn small_files_replace_what_was_there_and_leave_nothing_beside() {
        let folder = scratch("small");
        let target = folder.join("a.json");
        for durability in [Durability::Kept, Durability::Told] {
            let bytes = format!("{durability:?}");
            write_once(&target, bytes.as_bytes(), durability).unwrap();
            assert_eq!(fs::read_to_string(&target).unwrap(), bytes);
            assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
        }
    }

    #[test]
    fn an_abandoned_file_is_gone() {
        let temporary = scratch("abandoned").join("b.tmp");
        drop(Pending::create(temporary.clone()).unwrap());
        assert!(!temporary.exists());
        drop(Pending::create(temporary.clone()).unwrap().seal().unwrap());
        assert!(!temporary.exists());
    }
}
