//! Output folders: below a local folder or a prefix of a store, written in the same way.

mod local;

use crate::lock::Locked;
use crate::remote::{Prefix, is_address};
use crate::{Durability, Pending, Root, Sealed, StoreError};
use local::Local;
use std::path::Path;

/// A file, or that there is none.
pub type Read = Result<Option<Vec<u8>>, StoreError>;

/// Files by their names, which are relative and have slashes. Each is visible only as a whole.
///
/// One process at a time changes what is there, or each has names of its own: a store is listed
/// at [`look`](Tree::look), and what others write later is not seen.
pub trait Tree: Send + Sync {
    /// Where the names begin.
    fn root(&self) -> &Root;

    /// Makes a folder where folders have to be made.
    ///
    /// # Errors
    /// If that fails.
    fn make(&self, folder: &str) -> Result<(), StoreError>;

    /// Whether there is a file of that name, even before a look.
    ///
    /// # Errors
    /// If that cannot be found out.
    fn has(&self, name: &str) -> Result<bool, StoreError>;

    /// Whether there is anything but a folder of that name, even before a look.
    ///
    /// # Errors
    /// If that cannot be found out.
    fn has_others(&self, folder: &str) -> Result<bool, StoreError>;

    /// Keeps other processes off by a file of that name.
    ///
    /// # Errors
    /// If it can be neither locked nor found out who has done so.
    fn lock(&self, name: &str) -> Result<Locked, StoreError>;

    /// Keeps off those who [`lock`](Tree::lock), where that is possible, but not others who join.
    ///
    /// # Errors
    /// As of [`lock`](Tree::lock).
    fn join(&self, name: &str) -> Result<Locked, StoreError>;

    /// Takes stock of what is there.
    ///
    /// # Errors
    /// If it cannot be listed.
    fn look(&self) -> Result<(), StoreError>;

    /// A file's size, if there is such a file.
    fn size(&self, name: &str) -> Option<u64>;

    /// Names of the files in a folder, without the folder's; none where it is not there.
    ///
    /// # Errors
    /// If it cannot be listed.
    fn files(&self, folder: &str) -> Result<Vec<String>, StoreError>;

    /// A small file.
    ///
    /// # Errors
    /// If it is there and cannot be read.
    fn read(&self, name: &str) -> Read;

    /// Small files, in the order of the names.
    fn read_all(&self, names: &[String]) -> Vec<Read> {
        names.iter().map(|name| self.read(name)).collect()
    }

    /// Writes a small file at once, in the place of what was there.
    ///
    /// # Errors
    /// If that fails.
    fn write(&self, name: &str, bytes: &[u8], durability: Durability) -> Result<(), StoreError>;

    /// Starts a file; where it has a name until it is published, it has this one.
    ///
    /// # Errors
    /// If that fails.
    fn pending(&self, temporary: &str) -> Result<Pending, StoreError>;

    /// Gives a file its name, in the place of what was there.
    ///
    /// # Errors
    /// If that fails; then nothing of it is to be seen.
    fn publish(&self, sealed: Sealed, name: &str) -> Result<(), StoreError>;

    /// Removes files, and folders with all in them, where they are there.
    ///
    /// # Errors
    /// If that fails.
    fn remove(&self, names: &[&str]) -> Result<(), StoreError>;

    /// Makes sure that files of these names and sizes are there, and stay there if the machine
    /// goes down.
    ///
    /// # Errors
    /// If they are not.
    fn settle(&self, files: &[(&str, u64)]) -> Result<(), StoreError>;
}

/// The output folder at a path or address. Nothing is asked yet, nor made.
///
/// # Errors
/// If output cannot go there.
pub fn open_tree(path: &Path) -> Result<Box<dyn Tree>, StoreError> {
    let text = path.to_string_lossy();
    match &*text {
        "-" => Err(StoreError::NotAnOutput(text.into_owned())),
        text if is_address(text) => Ok(Box::new(Prefix::at(text)?)),
        _ => Ok(Box::new(Local::new(path))),
    }
}
