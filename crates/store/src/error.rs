//! What can go wrong with files, in sentences an operator can act on.

use crate::Place;
use crate::remote::{Fault, is_address};
use std::io;
use std::path::Path;

/// What writers that do not know their file's name call it.
pub(crate) const OUTPUT: &str = "output";

/// Whether there is no room left, on the disk or in a quota.
fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

/// A failure that has to do with a file: its path is always in the message.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The operating system refused.
    #[error("cannot {action} `{path}`: {source}")]
    Io {
        /// What was tried: `open`, `read`, `write`...
        action: &'static str,
        /// The file.
        path: String,
        /// What the system said.
        source: io::Error,
    },
    /// A Parquet file cannot be read or written.
    #[error("cannot {action} `{path}` as Parquet: {source}")]
    Parquet {
        /// What was tried.
        action: &'static str,
        /// The file.
        path: String,
        /// What the Parquet library said.
        source: parquet::errors::ParquetError,
    },
    /// A file's content is not what it should be.
    #[error("{place}: {message}")]
    Malformed {
        /// File, and line or row.
        place: String,
        /// What is wrong there.
        message: String,
    },
    /// A named input does not exist.
    #[error("no file or folder `{0}`")]
    Missing(String),
    /// A glob or folder holds nothing that can be read.
    #[error("nothing to read in `{0}`")]
    Empty(String),
    /// A file that is neither an archive nor a page.
    #[error("cannot tell what `{0}` is")]
    UnknownForm(String),
    /// A file that holds no documents, by its name.
    #[error("`{0}` holds no documents")]
    NoDocuments(String),
    /// A remote object or bucket that cannot be read or written.
    #[error("cannot {action} `{address}`: {message}")]
    Remote {
        /// What was tried: `open`, `read`, `list`...
        action: &'static str,
        /// The address.
        address: String,
        /// What the server said, or why it said nothing.
        message: String,
        /// What can be done about it.
        hint: Option<&'static str>,
    },
    /// An address that names nothing.
    #[error("`{0}` is no address of a store")]
    Address(String),
    /// An output folder that is none.
    #[error("`{0}` is a remote address, and a path of this machine is needed")]
    NotLocal(String),
    /// Something that no output folder can be below.
    #[error("output cannot go to `{0}`")]
    NotAnOutput(String),
    /// Two different inputs would get the same name.
    #[error("two inputs are both named `{0}`")]
    SameName(String),
    /// More bytes than the cap allows.
    #[error("`{path}` holds more than {cap} bytes")]
    OverCap {
        /// The file.
        path: String,
        /// The cap, in bytes.
        cap: u64,
    },
}

impl StoreError {
    /// An [`StoreError::Io`] about `path`.
    pub fn io(action: &'static str, path: &Path, source: io::Error) -> Self {
        Self::Io { action, path: path.display().to_string(), source }
    }

    /// That something cannot be read from a place.
    pub fn at(action: &'static str, place: &Place, source: io::Error) -> Self {
        match place {
            Place::Remote(object) => {
                Self::remote(action, object.address(), Fault::from_io(&source))
            }
            _ => Self::Io { action, path: place.to_string(), source },
        }
    }

    pub(crate) fn remote(action: &'static str, address: &str, fault: Fault) -> Self {
        let Fault { message, hint, .. } = fault;
        Self::Remote { action, address: address.into(), message, hint }
    }

    pub(crate) fn parquet(
        action: &'static str,
        path: &Path,
        source: parquet::errors::ParquetError,
    ) -> Self {
        Self::Parquet { action, path: path.display().to_string(), source }
    }

    pub(crate) fn malformed(place: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Malformed { place: place.into(), message: message.into() }
    }

    /// The same where what was written to is called so; its writers call it `output`.
    pub fn of_output(self, name: String) -> Self {
        match self {
            Self::Io { action, path, source } if path == OUTPUT => {
                Self::Io { action, path: name, source }
            }
            Self::Parquet { action, path, source } if path == OUTPUT => {
                Self::Parquet { action, path: name, source }
            }
            other => other,
        }
    }

    /// What the operator can do about it, one sentence each.
    pub fn hints(&self) -> Vec<String> {
        let hint = match self {
            Self::Io { source, .. } if is_full(source) => {
                "make room, then give the same command again: what is done stays done"
            }
            Self::Empty(_) => {
                "a folder is searched for .warc[.gz|.zst], .arc[.gz], .html, .htm, .xhtml, .ipynb and .txt"
            }
            Self::UnknownForm(_) => {
                "inputs are .warc[.gz|.zst], .arc[.gz], .html, .htm, .xhtml, .ipynb, .txt, \
                 .paths[.gz] lists, .csv, .tsv, .jsonl or .parquet tables of record ranges, folders, globs, or `-`"
            }
            Self::NoDocuments(_) => {
                "documents are .parquet and .jsonl[.gz|.zst] files, folders of them, and the output folders of runs"
            }
            Self::Remote { hint: Some(hint), .. } => hint,
            Self::Address(_) => {
                "addresses are s3://BUCKET/KEY, gs://BUCKET/KEY, az://CONTAINER/KEY, http:// and https://"
            }
            Self::Missing(path) if is_address(path) => {
                "a prefix ends with a slash, a pattern is matched by whole keys; quote it so that the shell leaves it alone"
            }
            Self::NotLocal(_) => {
                "name a local one; runs alone write to stores, and what they wrote can be copied"
            }
            Self::NotAnOutput(text) if text == "-" => {
                "name a folder or a prefix; `cc-math extract` alone streams, with `-o -`"
            }
            Self::NotAnOutput(_) => {
                "output goes to folders and to prefixes: s3://BUCKET/KEY, gs://BUCKET/KEY, az://CONTAINER/KEY"
            }
            Self::SameName(_) => "give the folder that holds both, so that their names differ",
            Self::Missing(path) if path.contains(['*', '?']) => {
                "the pattern matches no file; quote it so that the shell leaves it alone"
            }
            _ => return Vec::new(),
        };
        vec![hint.into()]
    }
}
