//! Why a record or a document is not in the output.

use crate::formula::coded;
use serde::{Deserialize, Serialize};

coded! {
    /// The closed list of reasons for which something is dropped. A code, once
    /// written to a file, keeps its meaning.
    Reason {
        /// A WARC record that carries no page: warcinfo, request, metadata, revisit...
        NotAPage = "not-a-page",
        /// Bytes between records that belong to none, or a record header that cannot be read.
        DamagedRecord = "damaged-record",
        /// The compressed stream is damaged here; reading went on at the next member.
        DamagedCompression = "damaged-compression",
        /// The file ends inside this record and nothing usable is left of it.
        TruncatedRecord = "truncated-record",
        /// The record is over the size limit.
        OversizedRecord = "oversized-record",
        /// The HTTP status is not a success.
        HttpStatus = "http-status",
        /// The HTTP head cannot be read.
        HttpMalformed = "http-malformed",
        /// The HTTP body's encoding is damaged, unknown or over its cap.
        HttpEncoding = "http-encoding",
        /// The payload is neither HTML, plain text nor a notebook.
        ContentType = "content-type",
        /// The payload has no bytes.
        EmptyPayload = "empty-payload",
        /// The page shows no mathematics (`--math required`).
        NoMath = "no-math",
        /// The page has no main text.
        EmptyText = "empty-text",
        /// The page could not be processed because of a fault of ours; its bytes are in the rejects.
        InternalError = "internal-error",
    }
}

/// What a stage says of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Verdict {
    /// It goes on.
    Keep,
    /// It leaves here, for this reason.
    Drop(Reason),
}
