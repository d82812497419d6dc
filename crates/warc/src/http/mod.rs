//! HTTP responses as crawlers stored them: head and decoded body.
//!
//! Lenient as browsers are: what is labelled wrongly is taken for what it is, a damaged or
//! cut-off body gives its intact beginning. Every decoder stops at a cap.

mod chunked;
mod coding;
mod head;

use crate::buffer::Buffer;
use crate::head::{Field, Fields, lossy};
use cc_math_core::Reason;
use coding::{Applied, Decoders};
use std::borrow::Cow;
use std::fmt;

/// How much decoding is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HttpLimits {
    /// Largest decoded body in bytes, after every single coding.
    pub body: usize,
    /// Most bytes out for a byte in, for outputs over 4 MiB. Deflate cannot exceed 1032.
    pub ratio: usize,
    /// Most codings that are taken off one body.
    pub codings: usize,
}

impl Default for HttpLimits {
    fn default() -> Self {
        Self { body: 64 << 20, ratio: 1100, codings: 5 }
    }
}

impl HttpLimits {
    /// Largest output for this much input.
    fn cap(&self, input: usize) -> usize {
        self.body.min(input.saturating_mul(self.ratio).max(4 << 20))
    }
}

/// Decoders and buffers kept from body to body. One per thread.
#[derive(Default)]
pub struct Scratch {
    decoders: Decoders,
    front: Buffer,
    back: Buffer,
    fields: Vec<Field>,
}

/// A response: head, and body with all codings taken off.
#[derive(Debug, Clone)]
pub struct Response<'a> {
    /// The status code; `None` if there is no status line or no number in it.
    pub status: Option<u16>,
    /// The body. Borrowed from the block where nothing had to be decoded.
    pub body: &'a [u8],
    /// Whether the body ends early: its coding breaks off, or is damaged further on.
    pub truncated: bool,
    fields: Fields<'a>,
}

impl<'a> Response<'a> {
    /// The first header field of that name, in any case.
    pub fn header(&self, name: &str) -> Option<Cow<'a, str>> {
        self.fields.get(name).map(lossy)
    }

    /// All header fields in order.
    pub fn headers(&self) -> impl Iterator<Item = (Cow<'a, str>, Cow<'a, str>)> {
        self.fields.iter().map(|(name, value)| (name, lossy(value)))
    }
}

/// Why there is no body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HttpFault {
    /// The block has no bytes.
    Head(&'static str),
    /// A coding that is unknown, or whose data give nothing at all.
    Coding {
        /// The coding's name.
        coding: String,
        /// What was found.
        detail: &'static str,
    },
    /// A coding's output is over its cap.
    TooLarge {
        /// The coding's name.
        coding: String,
        /// The cap in bytes.
        cap: usize,
    },
}

impl HttpFault {
    /// The code under which the record is rejected.
    pub fn reason(&self) -> Reason {
        match self {
            HttpFault::Head(_) => Reason::HttpMalformed,
            HttpFault::Coding { .. } | HttpFault::TooLarge { .. } => Reason::HttpEncoding,
        }
    }
}

impl fmt::Display for HttpFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            HttpFault::Head(detail) => f.write_str(detail),
            HttpFault::Coding { coding, detail } => write!(f, "{coding}: {detail}"),
            HttpFault::TooLarge { coding, cap } => write!(f, "{coding}: more than {cap} bytes"),
        }
    }
}

impl std::error::Error for HttpFault {}

/// Reads the block of a `response` record.
///
/// # Errors
/// [`HttpFault`] where there is nothing usable, or more than `limits` allow.
pub fn decode<'a>(
    block: &'a [u8],
    limits: &HttpLimits,
    scratch: &'a mut Scratch,
) -> Result<Response<'a>, HttpFault> {
    if block.is_empty() {
        return Err(HttpFault::Head("no bytes"));
    }
    let head = head::parse(block, &mut scratch.fields);
    let fields = Fields { bytes: block, fields: &scratch.fields };
    let stored = block.get(head.len..).unwrap_or_default();
    let mut body = Body {
        stored,
        decoded: false,
        front: &mut scratch.front,
        back: &mut scratch.back,
        truncated: false,
    };
    for coding in codings(fields, limits.codings)? {
        body.take_off(&coding, limits, &mut scratch.decoders)?;
    }
    if is_text(fields) {
        body.take_off_unnamed_gzip(limits, &mut scratch.decoders)?;
    }
    let Body { decoded, truncated, .. } = body;
    let body = if decoded { scratch.front.filled() } else { stored };
    Ok(Response { status: head.status, body, truncated, fields })
}

/// A body between two codings: as stored, or in the front buffer.
struct Body<'a> {
    stored: &'a [u8],
    decoded: bool,
    front: &'a mut Buffer,
    back: &'a mut Buffer,
    truncated: bool,
}

impl Body<'_> {
    fn take_off(
        &mut self,
        coding: &str,
        limits: &HttpLimits,
        decoders: &mut Decoders,
    ) -> Result<(), HttpFault> {
        self.back.clear();
        let input = if self.decoded { self.front.filled() } else { self.stored };
        let applied = decoders.apply(coding, input, self.back, limits.cap(input.len()));
        match applied {
            Applied::Decoded { truncated } => {
                self.truncated |= truncated;
                self.decoded = true;
                std::mem::swap(self.front, self.back);
                Ok(())
            }
            Applied::AsItStands => Ok(()),
            Applied::Nothing(_) if input.is_empty() => Ok(()),
            Applied::Nothing(detail) => {
                Err(HttpFault::Coding { coding: coding.to_owned(), detail })
            }
            Applied::OverCap => {
                let cap = limits.cap(input.len());
                Err(HttpFault::TooLarge { coding: coding.to_owned(), cap })
            }
        }
    }

    /// Text that starts like gzip is gzip, once more than its labels say.
    fn take_off_unnamed_gzip(
        &mut self,
        limits: &HttpLimits,
        decoders: &mut Decoders,
    ) -> Result<(), HttpFault> {
        let input = if self.decoded { self.front.filled() } else { self.stored };
        if !input.starts_with(b"\x1f\x8b\x08") {
            return Ok(());
        }
        self.take_off("gzip", limits, decoders)
    }
}

/// The codings in the order in which they have to be taken off.
fn codings(fields: Fields<'_>, most: usize) -> Result<Vec<String>, HttpFault> {
    let mut codings = Vec::new();
    for header in ["Content-Encoding", "Transfer-Encoding"] {
        for value in fields.all(header) {
            let names = value.split(|b| *b == b',').map(|name| String::from_utf8_lossy(name));
            codings.extend(names.map(|name| name.trim().to_ascii_lowercase()));
        }
    }
    codings.retain(|name| !name.is_empty() && name != "identity");
    codings.reverse();
    if codings.len() > most {
        let detail = "too many codings";
        return Err(HttpFault::Coding { coding: codings.swap_remove(0), detail });
    }
    Ok(codings)
}

/// Whether the payload is said to be some sort of text, or nothing is said of it.
fn is_text(fields: Fields<'_>) -> bool {
    let Some(value) = fields.get("Content-Type") else { return true };
    let value = String::from_utf8_lossy(&value).to_ascii_lowercase();
    let kinds = ["text/", "html", "xml", "json", "javascript"];
    value.is_empty() || kinds.iter().any(|kind| value.contains(kind))
}
