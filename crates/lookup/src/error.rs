//! What the operator must mend before there is anything to look up.

use cc_math_store::StoreError;
use parquet::errors::ParquetError;
use std::io;
use std::path::Path;

/// A failure that is not a row's or an index file's.
#[derive(Debug, thiserror::Error)]
pub enum LookupError {
    /// A file cannot be found, read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A table of URLs is no Parquet.
    #[error("cannot read `{path}` as Parquet: {source}")]
    Parquet {
        /// The file.
        path: String,
        /// What the library said.
        source: ParquetError,
    },
    /// A table of URLs has no such column.
    #[error("`{path}` has no column `{column}`")]
    NoColumn {
        /// The file.
        path: String,
        /// The column.
        column: String,
    },
    /// An address where a local file is wanted.
    #[error("`{0}` is a remote address, and lists of URLs in Parquet are read from local files")]
    Remote(String),
    /// The lists hold nothing.
    #[error("there is no URL to look up")]
    NoUrls,
    /// Something given as index is no Parquet file.
    #[error("`{0}` is no part of a columnar index")]
    NotIndex(String),
    /// No file is of the crawls asked for.
    #[error("no index file is of a crawl `{0}`")]
    NoCrawl(String),
    /// A pattern is none.
    #[error("`{0}` is not a pattern: {1}")]
    Pattern(String, String),
}

impl LookupError {
    pub(crate) fn read(path: &Path, source: io::Error) -> Self {
        StoreError::io("read", path, source).into()
    }

    pub(crate) fn parquet(path: &Path, source: ParquetError) -> Self {
        Self::Parquet { path: path.display().to_string(), source }
    }

    /// What the operator can do about it, one sentence each.
    pub fn hints(&self) -> Vec<String> {
        let hint = match self {
            Self::Store(error) => return error.hints(),
            Self::NoColumn { .. } => "name the column that holds URLs with `--url-column`",
            Self::Remote(_) => "download it first, or give a list as text or JSON Lines",
            Self::NoUrls => {
                "a list has a URL a line; .parquet and .jsonl files have a column of them"
            }
            Self::NotIndex(_) => {
                "an index is .parquet files, or a folder of them as below cc-index/table/cc-main/warc"
            }
            Self::NoCrawl(_) => {
                "crawls are told by the folders `crawl=...` that hold index files; `*` stands for any letters"
            }
            Self::Parquet { .. } | Self::Pattern(..) => return Vec::new(),
        };
        vec![hint.into()]
    }
}
