//! Plain-text payloads: lines stay lines, delimited formulas are recognised.

use crate::render::Text;
use crate::{Page, Reading};
use cc_math_tex::delimiters::Delimiters;

/// Reads a `text/plain` or Markdown payload.
pub(crate) fn read(page: &Page<'_>) -> Reading {
    let decoded = crate::web::decode(page);
    let mut text = Text::new(Delimiters::unknown());
    text.markdown(&decoded.text);
    Reading {
        rendered: text.finish(),
        title: None,
        charset: decoded.charset,
        charset_source: decoded.source,
        truncated: None,
    }
}
