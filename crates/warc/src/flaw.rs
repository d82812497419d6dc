//! How a record that is handed over is known to be less than what was archived.

use std::fmt;

/// What is wrong with a record that can still be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Flaw {
    /// The file ends inside the block.
    CutShort,
    /// `Content-Length` is missing or disagrees with what follows.
    WrongLength,
    /// The compressed stream is damaged inside the block; this is the part before.
    Compression,
}

impl Flaw {
    /// The stable name written to the `truncated` column.
    pub fn code(self) -> &'static str {
        match self {
            Flaw::CutShort => "cut-short",
            Flaw::WrongLength => "wrong-length",
            Flaw::Compression => "damaged-compression",
        }
    }
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}
