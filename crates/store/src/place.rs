//! Where bytes are, and how they are read from there.

use crate::capped::{decode, take_capped};
use crate::ranges::RecordRange;
use crate::remote::{self, Object, is_address};
use crate::{StoreError, open_decoded, read_capped};
use bytes::Bytes;
use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// Where an input's bytes are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A local file.
    File(PathBuf),
    /// An object of a remote store.
    Remote(Object),
    /// Standard input.
    Stdin,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::File(path) => path.display().fmt(f),
            Place::Remote(object) => f.write_str(object.address()),
            Place::Stdin => f.write_str("stdin"),
        }
    }
}

impl Place {
    /// Opens it for reading from its beginning. What is wrong with a remote object shows when
    /// it is read.
    ///
    /// # Errors
    /// If a file cannot be opened.
    pub fn open(&self) -> io::Result<Box<dyn BufRead + Send>> {
        Ok(match self {
            Place::File(path) => Box::new(BufReader::with_capacity(1 << 16, File::open(path)?)),
            Place::Remote(object) => object.open(),
            Place::Stdin => Box::new(BufReader::with_capacity(1 << 16, io::stdin())),
        })
    }

    /// Opens it and undoes its compression, which is told by its first bytes.
    ///
    /// # Errors
    /// If it cannot be opened.
    pub fn open_decoded(&self) -> Result<Box<dyn BufRead + Send>, StoreError> {
        if let Place::File(path) = self {
            return open_decoded(path);
        }
        let opened = self.open().map_err(|e| StoreError::at("open", self, e))?;
        decode(opened).map_err(|e| StoreError::at("read", self, e))
    }

    /// The whole of it as stored, if it is at most `cap` bytes.
    ///
    /// # Errors
    /// If it cannot be read, or is larger.
    pub fn read_capped(&self, cap: u64) -> Result<Vec<u8>, StoreError> {
        match self {
            Place::File(path) => read_capped(path, cap),
            Place::Remote(object) => object.read_capped(cap),
            Place::Stdin => {
                let bytes = take_capped(io::stdin(), cap);
                let bytes = bytes.map_err(|e| StoreError::at("read", self, e))?;
                bytes.ok_or_else(|| StoreError::OverCap { path: self.to_string(), cap })
            }
        }
    }

    /// Its path, whose ending says what it is: an address without what may follow its path.
    pub(crate) fn path_text(&self) -> String {
        let text = self.to_string();
        match self {
            Place::Remote(_) if text.starts_with("http") => {
                text.split(['?', '#']).next().unwrap_or_default().into()
            }
            _ => text,
        }
    }

    /// Its size, as far as that is known without asking.
    pub fn known_bytes(&self) -> Option<u64> {
        match self {
            Place::File(path) => Some(std::fs::metadata(path).map_or(0, |data| data.len())),
            Place::Remote(object) => object.known_bytes(),
            Place::Stdin => None,
        }
    }
}

/// Whether a path is a local one, and no address.
///
/// # Errors
/// If it is an address.
pub fn check_local(path: &Path) -> Result<(), StoreError> {
    let text = path.to_string_lossy();
    if is_address(&text) { Err(StoreError::NotLocal(text.into_owned())) } else { Ok(()) }
}

/// What the names in a list or table, or in an output folder, are relative to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Root {
    /// A local folder.
    Folder(PathBuf),
    /// An address.
    Remote(String),
}

impl fmt::Display for Root {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(folder) => folder.display().fmt(f),
            Self::Remote(root) => f.write_str(root),
        }
    }
}

impl Root {
    /// The root that an operator named.
    pub fn named(path: &Path) -> Self {
        let text = path.to_string_lossy();
        if is_address(&text) { Self::Remote(text.into_owned()) } else { Self::Folder(path.into()) }
    }

    /// The folder that a list or table lies in.
    pub(crate) fn beside(list: &Place) -> Self {
        match list {
            Place::File(path) => {
                Self::Folder(path.parent().map(Path::to_path_buf).unwrap_or_default())
            }
            Place::Remote(object) => {
                let address = object.address();
                Self::Remote(address.rsplit_once('/').map_or(address, |(folder, _)| folder).into())
            }
            Place::Stdin => Self::Folder(PathBuf::new()),
        }
    }

    /// Where a file of that name is. Addresses are not relative to anything.
    ///
    /// # Errors
    /// If an address is none, or its store cannot be set up.
    pub fn place(&self, name: &str) -> Result<Place, StoreError> {
        match self {
            Self::Folder(folder) if !is_address(name) => Ok(Place::File(folder.join(name))),
            Self::Folder(_) => Object::at(name).map(Place::Remote),
            Self::Remote(root) => Object::at(&remote::place(root, name)).map(Place::Remote),
        }
    }

    /// A name as people are told it: with what it is relative to.
    pub fn path(&self, name: &str) -> String {
        match self {
            Self::Folder(folder) => folder.join(name).display().to_string(),
            Self::Remote(root) => remote::place(root, name),
        }
    }

    /// The bytes of ranges below this root, in the order given; a range is cut where its file
    /// ends. Ranges of remote files are fetched at once, neighbours together; those of local files
    /// when they are taken.
    pub fn records<'a>(&'a self, ranges: &'a [RecordRange], cap: u64) -> Records<'a> {
        Records { root: self, ranges, cap, next: 0, fetched: self.fetched(ranges, cap) }
    }

    fn fetched(&self, ranges: &[RecordRange], cap: u64) -> Vec<Option<io::Result<Vec<u8>>>> {
        let root = match self {
            Self::Remote(root) => root.as_str(),
            Self::Folder(_) if ranges.iter().any(|range| is_address(&range.file)) => "",
            Self::Folder(_) => return Vec::new(),
        };
        let is_remote = |range: &RecordRange| !root.is_empty() || is_address(&range.file);
        remote::fetch_ranges(root, ranges, cap, is_remote)
    }
}

/// The bytes of ranges, one after another.
pub struct Records<'a> {
    root: &'a Root,
    ranges: &'a [RecordRange],
    cap: u64,
    next: usize,
    /// What was fetched beforehand, by index; none of it where all are local.
    fetched: Vec<Option<io::Result<Vec<u8>>>>,
}

impl Iterator for Records<'_> {
    type Item = io::Result<Vec<u8>>;

    fn next(&mut self) -> Option<Self::Item> {
        let range = self.ranges.get(self.next)?;
        let fetched = self.fetched.get_mut(self.next).and_then(Option::take);
        self.next += 1;
        if range.length > self.cap {
            return Some(Err(io::Error::other("the range is longer than the largest record")));
        }
        let bytes = match (fetched, self.root) {
            (Some(bytes), _) => bytes,
            (None, Root::Folder(folder)) => read_range(&folder.join(&*range.file), range),
            (None, Root::Remote(_)) => Ok(Vec::new()),
        };
        Some(bytes.and_then(|bytes| match bytes.is_empty() {
            true => Err(io::Error::other("the file ends before")),
            false => Ok(bytes),
        }))
    }
}

fn read_range(path: &Path, range: &RecordRange) -> io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(range.offset))?;
    let mut bytes = Vec::new();
    file.take(range.length).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// A range's part of a stretch that begins at `start`.
pub(crate) fn part(stretch: &Bytes, start: u64, range: &RecordRange) -> Vec<u8> {
    let from = usize::try_from(range.offset - start).unwrap_or(usize::MAX);
    let length = usize::try_from(range.length).unwrap_or(usize::MAX);
    let to = from.saturating_add(length).min(stretch.len());
    stretch.get(from..to).unwrap_or_default().to_vec()
}
