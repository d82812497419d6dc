//! Where a record lies.

use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The place of one record inside one input, as Common Crawl's index gives it.
///
/// `offset` and `length` count bytes of the file as stored, so that a range
/// request for them returns the record's compressed member. In a file that is
/// one big compressed stream they count decompressed bytes instead, because no
/// other address exists there.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Locator {
    /// The input's name: the path relative to what the operator named.
    pub file: Arc<str>,
    /// First byte of the record.
    pub offset: u64,
    /// Number of bytes the record occupies.
    pub length: u64,
}
