//! Why a record or a document is not in the output.

use crate::formula::coded;
use crate::{Document, Gate, Sight};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

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
        /// The row of a table of documents cannot be read as one, or has no text.
        MalformedRow = "malformed-row",
        /// No capture of the URL is in the index (`urls`).
        NotInIndex = "not-in-index",
        /// What stands in a list of URLs is none (`urls`).
        NotAUrl = "not-a-url",
        /// The document was not drawn (`sample`).
        NotSampled = "not-sampled",
        /// The document does not meet a condition (`where`).
        ConditionNotMet = "condition-not-met",
        /// A condition cannot be evaluated for this document (`where`): its values are of another kind.
        ConditionFailed = "condition-failed",
        /// Enough documents came before this one (`limit`).
        OverLimit = "over-limit",
        /// Another document has the same text (`exact_dedup`).
        ExactDuplicate = "exact-duplicate",
        /// Another document has the same address (`exact_dedup`).
        DuplicateUrl = "duplicate-url",
        /// Another document is nearly the same (`minhash_dedup`).
        NearDuplicate = "near-duplicate",
        /// Its n-grams came before (`bloom_dedup`).
        NgramOverlap = "ngram-overlap",
        /// All of its text is in other documents (`paragraph_dedup`, `substring_dedup`).
        NothingLeft = "nothing-left",
        /// An item of a benchmark is in it (`decontaminate`).
        Contaminated = "contaminated",
        /// The page could not be processed because of a fault of ours; its bytes are in the rejects.
        InternalError = "internal-error",
    }
}

/// What a stage says of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It goes on.
    Keep,
    /// It leaves here.
    Drop {
        /// Why.
        reason: Reason,
        /// The particulars, in words.
        detail: Cow<'static, str>,
    },
}

/// A stage that looks at one document at a time, and at nothing else: equal documents get
/// equal verdicts, whatever came before them and on whichever thread.
pub trait Map: Send + Sync {
    /// Looks at a document, and may change it. Edits keep its formulas true.
    fn apply(&self, document: &mut Document) -> Verdict;

    /// The numbers that it compares with bounds, if it judges by any.
    fn gates(&self) -> Vec<Gate> {
        Vec::new()
    }

    /// What it would judge a document by; none if it has no gates.
    fn sight(&self, _document: &Document) -> Option<Sight> {
        None
    }
}
