//! A page's bytes to a document whose mathematics survives.
//!
//! [`Extractor::extract`] tells the story: what kind of payload is it, can it
//! hold mathematics, which encoding, which tree, where are the formulas, what
//! is main content, and all that as Markdown. It opens no file and knows
//! nothing of archives; where a page came from is the caller's to add.
//!
//! ```
//! use cc_math_extract::{Extractor, Options, Outcome, Page};
//! let extractor = Extractor::new(Options::default());
//! let page = Page::html("https://example.org/", b"<p>Let <script type='math/tex'>x&lt;y</script>.</p>");
//! let Outcome::Document(document) = extractor.extract(&page) else { panic!() };
//! assert_eq!(document.formulas.len(), 1);
//! ```

pub mod content;
mod context;
mod formula;
pub mod glyphs;
mod hydration;
mod memo;
mod notebook;
mod payload;
mod plain;
pub mod prefilter;
mod render;
mod url;
#[cfg(target_arch = "x86_64")]
mod vector;
mod web;

use cc_math_core::{CharsetSource, Document, Ledger, Reason};
use payload::Payload;
use prefilter::Promise;
use render::Rendered;

pub use cc_math_tex::markdown;

/// Name and version written to the `extractor` column.
pub const EXTRACTOR: &str = concat!("cc-math/", env!("CARGO_PKG_VERSION"));

/// Which pages are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum MathMode {
    /// Pages that show mathematics.
    #[default]
    Required,
    /// All pages with main text.
    Any,
}

/// What the operator chose.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Options {
    /// Which pages are kept.
    pub math: MathMode,
}

/// A payload to extract from.
#[derive(Debug, Clone, Copy)]
pub struct Page<'a> {
    /// Body, with the transfer and content encodings of HTTP removed.
    pub bytes: &'a [u8],
    /// Address; may be empty.
    pub url: &'a str,
    /// The HTTP `Content-Type` header.
    pub content_type: Option<&'a str>,
}

impl<'a> Page<'a> {
    /// A page served as HTML without a declared charset.
    pub fn html(url: &'a str, bytes: &'a [u8]) -> Self {
        Self { bytes, url, content_type: Some("text/html") }
    }
}

/// What became of a page.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// It is a document. Provenance (`id`, `locator`, ...) is left to the caller.
    Document(Box<Document>),
    /// It is not.
    Reject {
        /// Why.
        reason: Reason,
        /// What exactly, in words.
        detail: String,
        /// The text, where there was one.
        text: Option<String>,
        /// What became of its formulas all the same.
        ledger: Ledger,
    },
}

/// Turns pages into documents. Holds no state between pages; share it freely.
#[derive(Debug, Clone, Default)]
pub struct Extractor {
    options: Options,
}

/// A payload's text, before anyone asks whether it is worth keeping.
pub(crate) struct Reading {
    rendered: Rendered,
    title: Option<String>,
    charset: &'static str,
    charset_source: CharsetSource,
    truncated: Option<String>,
}

impl Extractor {
    /// An extractor with these options.
    pub fn new(options: Options) -> Self {
        Self { options }
    }

    /// Extracts a page.
    pub fn extract(&self, page: &Page<'_>) -> Outcome {
        if page.bytes.is_empty() {
            return reject(Reason::EmptyPayload, "no bytes");
        }
        let Some(payload) = payload::kind(page.content_type, page.url, page.bytes) else {
            return reject(
                Reason::ContentType,
                page.content_type.unwrap_or("unknown content type"),
            );
        };
        let promise = prefilter::promise(page.bytes);
        if self.options.math == MathMode::Required && promise < Promise::Mathematics {
            return reject(Reason::NoMath, "nothing in the bytes hints at mathematics");
        }
        let reading = match payload {
            Payload::Html => match web::read(page, self.options.math, promise) {
                web::Read::Page(reading) => reading,
                web::Read::NoFormula(ledger) => {
                    let detail = "no formula in the page".into();
                    return Outcome::Reject { reason: Reason::NoMath, detail, text: None, ledger };
                }
            },
            Payload::Text => plain::read(page),
            Payload::Notebook => match notebook::read(page) {
                Ok(reading) => reading,
                Err(fault) => return reject(Reason::ContentType, &fault),
            },
        };
        self.judge(page, reading)
    }

    fn judge(&self, page: &Page<'_>, reading: Reading) -> Outcome {
        let reason = if reading.rendered.fragment.text.is_empty() {
            Some((Reason::EmptyText, "no main text"))
        } else if self.options.math == MathMode::Required
            && reading.rendered.fragment.formulas.is_empty()
        {
            Some((Reason::NoMath, "no formula in the main text"))
        } else {
            None
        };
        match reason {
            None => Outcome::Document(Box::new(document(page, reading))),
            Some((reason, detail)) => Outcome::Reject {
                reason,
                detail: detail.into(),
                text: Some(reading.rendered.fragment.text).filter(|text| !text.is_empty()),
                ledger: reading.rendered.ledger,
            },
        }
    }
}

fn reject(reason: Reason, detail: &str) -> Outcome {
    Outcome::Reject { reason, detail: detail.into(), text: None, ledger: Ledger::default() }
}

fn document(page: &Page<'_>, reading: Reading) -> Document {
    let mut document = Document::new(page.url, reading.rendered.fragment.text);
    document.formulas = reading.rendered.fragment.formulas;
    document.ledger = reading.rendered.ledger;
    document.code_blocks = reading.rendered.code_blocks;
    document.tables = reading.rendered.tables;
    document.title = reading.title;
    document.content_type = page.content_type.map(Into::into);
    document.charset = reading.charset.into();
    document.charset_source = reading.charset_source;
    document.truncated = reading.truncated;
    document.extractor = EXTRACTOR.into();
    document
}
