//! Files that are either whole or invisible.

use crate::StoreError;
use crate::spool::nameless;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use xxhash_rust::xxh3::Xxh3;

/// A file being written under a temporary name, or none. Dropped unsealed, it is gone.
pub struct Pending {
    file: BufWriter<File>,
    /// None of a file that goes elsewhere, and needs no name here.
    temporary: Option<Temporary>,
    hasher: Box<Xxh3>,
    bytes: u64,
}

/// A file whose bytes are all there, still under its temporary name, or without one.
/// Dropped unpublished, it is gone.
#[derive(Debug)]
pub struct Sealed {
    content: Content,
    /// Size in bytes.
    pub bytes: u64,
    /// XXH3 of the bytes, 64 bits in hexadecimal.
    pub xxh3: String,
}

/// Where the bytes of a file are that has no name yet.
#[derive(Debug)]
enum Content {
    /// On the disk.
    At(Temporary),
    /// In a file that is gone with the process.
    Nameless(File),
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
        Ok(Self::to(file, Some(Temporary(temporary))))
    }

    /// Starts a file without a name, in the folder for such: it goes to a store, and whatever
    /// becomes of the process, nothing of it stays here.
    pub(crate) fn nameless() -> Result<Self, StoreError> {
        let file = nameless().map_err(|e| StoreError::io("write", &std::env::temp_dir(), e))?;
        Ok(Self::to(file, None))
    }

    fn to(file: File, temporary: Option<Temporary>) -> Self {
        let file = BufWriter::with_capacity(1 << 16, file);
        Self { file, temporary, hasher: Box::default(), bytes: 0 }
    }

    /// Brings the bytes to the disk.
    ///
    /// # Errors
    /// If that fails.
    pub fn seal(mut self) -> Result<Sealed, StoreError> {
        let (bytes, xxh3) = (self.bytes, format!("{:016x}", self.hasher.digest()));
        let Some(temporary) = self.temporary else {
            let file = self
                .file
                .into_inner()
                .map_err(|e| StoreError::io("write", &std::env::temp_dir(), e.into_error()))?;
            return Ok(Sealed { content: Content::Nameless(file), bytes, xxh3 });
        };
        let flushed = self.file.flush().and_then(|()| self.file.get_ref().sync_all());
        flushed.map_err(|e| StoreError::io("write", &temporary.0, e))?;
        Ok(Sealed { content: Content::At(temporary), bytes, xxh3 })
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
        let renamed = match &self.content {
            Content::At(temporary) => fs::rename(&temporary.0, target),
            Content::Nameless(_) => Err(io::Error::other("it was written for a store")),
        };
        renamed.map_err(|e| StoreError::io("write", target, e))
    }

    /// Its bytes, to be read at any place.
    pub(crate) fn open(&self) -> io::Result<File> {
        match &self.content {
            Content::At(temporary) => File::open(&temporary.0),
            Content::Nameless(file) => file.try_clone(),
        }
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
    fn a_nameless_file_has_its_bytes_and_gets_no_name_here() {
        let target = scratch("nameless").join("c");
        let mut pending = Pending::nameless().unwrap();
        pending.write_all(b"abc").unwrap();
        let sealed = pending.seal().unwrap();
        assert_eq!((sealed.bytes, sealed.xxh3.as_str()), (3, "78af5f94892f3950"));
        let mut bytes = [0; 3];
        crate::spool::read_at(&sealed.open().unwrap(), &mut bytes, 0).unwrap();
        assert_eq!(&bytes, b"abc");
        assert!(sealed.publish(&target).is_err() && !target.exists());
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
