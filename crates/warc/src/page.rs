//! The payload of a record, whatever kind of record it is.

use crate::http::{self, HttpFault, HttpLimits, Scratch};
use crate::{Record, RecordKind};
use cc_math_core::Reason;
use std::borrow::Cow;

/// What a record holds: a page, if its type and status say so.
#[derive(Debug, Clone)]
pub struct Payload<'a> {
    /// HTTP status; `None` where there was no HTTP.
    pub status: Option<u16>,
    /// Media type as the server (or the record) gives it.
    pub content_type: Option<Cow<'a, str>>,
    /// The bytes, with all codings taken off.
    pub body: &'a [u8],
    /// Why the body is known to be less than what the server sent.
    pub truncated: Option<Cow<'a, str>>,
}

/// Why a record gives no payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageFault {
    /// The code under which the record is rejected.
    pub reason: Reason,
    /// What exactly was found.
    pub detail: String,
}

impl From<HttpFault> for PageFault {
    fn from(fault: HttpFault) -> Self {
        Self { reason: fault.reason(), detail: fault.to_string() }
    }
}

impl Record<'_> {
    /// The payload of a `response`, `resource` or `conversion` record, or of an ARC record.
    /// Its status and type are for the caller to judge.
    ///
    /// # Errors
    /// [`Reason::NotAPage`] for records of other kinds, and the reasons of [`HttpFault`].
    pub fn page<'s>(
        &'s self,
        limits: &HttpLimits,
        scratch: &'s mut Scratch,
    ) -> Result<Payload<'s>, PageFault> {
        match self.kind {
            RecordKind::Response if self.holds_http() => self.http_page(limits, scratch),
            RecordKind::Response | RecordKind::Resource | RecordKind::Conversion => {
                Ok(self.plain_page())
            }
            _ => {
                let detail = self.header("WARC-Type").unwrap_or_default().into_owned();
                Err(PageFault { reason: Reason::NotAPage, detail })
            }
        }
    }

    /// A response whose block is no HTTP: `dns:` records, ARC records of other protocols.
    fn holds_http(&self) -> bool {
        let starts = self.block.trim_ascii_start().get(..5);
        let http = starts.is_some_and(|magic| magic.eq_ignore_ascii_case(b"HTTP/"));
        let declared = self.content_type();
        http || (!self.is_arc() && declared.is_none_or(|kind| kind.contains("application/http")))
    }

    fn http_page<'s>(
        &'s self,
        limits: &HttpLimits,
        scratch: &'s mut Scratch,
    ) -> Result<Payload<'s>, PageFault> {
        let response = http::decode(self.block, limits, scratch)?;
        let content_type = response.header("Content-Type").filter(|value| !value.is_empty());
        let coding = || response.truncated.then_some(Cow::Borrowed("http-body"));
        Ok(Payload {
            status: response.status,
            content_type: content_type.or_else(|| self.identified_payload_type()),
            body: response.body,
            truncated: self.truncated().or_else(coding),
        })
    }

    fn plain_page(&self) -> Payload<'_> {
        Payload {
            status: None,
            content_type: self.content_type().filter(|value| !value.is_empty()),
            body: self.block,
            truncated: self.truncated(),
        }
    }
}
