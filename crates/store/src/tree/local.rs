//! Output folders of this machine, or what it sees as such.

use super::{Read, Tree};
use crate::lock::{Locked, lock_file};
use crate::{Durability, Pending, Root, Sealed, StoreError, sync_folder, write_once};
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// A folder.
pub(crate) struct Local {
    path: PathBuf,
    root: Root,
}

impl Local {
    pub(crate) fn new(path: &Path) -> Self {
        Self { path: path.into(), root: Root::Folder(path.into()) }
    }

    fn at(&self, name: &str) -> PathBuf {
        if name.is_empty() { self.path.clone() } else { self.path.join(name) }
    }
}

impl Tree for Local {
    fn root(&self) -> &Root {
        &self.root
    }

    fn make(&self, folder: &str) -> Result<(), StoreError> {
        let folder = self.at(folder);
        fs::create_dir_all(&folder).map_err(|e| StoreError::io("create", &folder, e))
    }

    fn has(&self, name: &str) -> Result<bool, StoreError> {
        Ok(self.at(name).exists())
    }

    fn has_others(&self, folder: &str) -> Result<bool, StoreError> {
        let entries = fs::read_dir(&self.path);
        let mut entries = entries.map_err(|e| StoreError::io("read", &self.path, e))?;
        Ok(entries.any(|entry| entry.is_ok_and(|entry| entry.file_name() != folder)))
    }

    fn lock(&self, name: &str) -> Result<Locked, StoreError> {
        lock_file(&self.at(name), File::try_lock)
    }

    fn join(&self, name: &str) -> Result<Locked, StoreError> {
        lock_file(&self.at(name), File::try_lock_shared)
    }

    fn look(&self) -> Result<(), StoreError> {
        Ok(())
    }

    fn size(&self, name: &str) -> Option<u64> {
        fs::metadata(self.at(name)).map(|data| data.len()).ok()
    }

    fn files(&self, folder: &str) -> Result<Vec<String>, StoreError> {
        let folder = self.at(folder);
        let failed = |e| StoreError::io("read", &folder, e);
        let name = |entry: fs::DirEntry| entry.file_name().to_string_lossy().into_owned();
        match fs::read_dir(&folder) {
            Ok(entries) => entries.map(|entry| entry.map(name).map_err(failed)).collect(),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(e) => Err(failed(e)),
        }
    }

    fn read(&self, name: &str) -> Read {
        let path = self.at(name);
        match fs::read(&path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(StoreError::io("read", &path, e)),
        }
    }

    fn write(&self, name: &str, bytes: &[u8], durability: Durability) -> Result<(), StoreError> {
        write_once(&self.at(name), bytes, durability)
    }

    fn pending(&self, temporary: &str) -> Result<Pending, StoreError> {
        Pending::create(self.at(temporary))
    }

    fn publish(&self, sealed: Sealed, name: &str) -> Result<(), StoreError> {
        name.rsplit_once('/').map_or(Ok(()), |(folder, _)| self.make(folder))?;
        sealed.rename(&self.at(name))
    }

    fn remove(&self, names: &[&str]) -> Result<(), StoreError> {
        names.iter().try_for_each(|name| remove(&self.at(name)))
    }

    /// Brings the names of the files to the disk.
    fn settle(&self, files: &[(&str, u64)]) -> Result<(), StoreError> {
        let folders = files.iter().filter_map(|(name, _)| Path::new(name).parent());
        let folders: BTreeSet<&Path> = folders.collect();
        folders.into_iter().try_for_each(|folder| sync_folder(&self.path.join(folder)))
    }
}

fn remove(path: &Path) -> Result<(), StoreError> {
    let removed = match fs::symlink_metadata(path) {
        Err(_) => Ok(()),
        Ok(data) if data.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
    };
    removed.map_err(|e| StoreError::io("remove", path, e))
}
