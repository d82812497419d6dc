//! Documents as one stream of Markdown, each under a YAML front matter.

use cc_math_core::Document;
use serde_json::Value as Json;

/// Writes a document: what it is and where it comes from between `---` lines,
/// then its text, then an empty line. Values are JSON strings, which YAML reads.
pub(crate) fn write_markdown(document: &Document, out: &mut Vec<u8>) {
    out.extend_from_slice(b"---\n");
    field(out, "id", &document.id);
    field(out, "url", &document.url);
    document.title.iter().for_each(|title| field(out, "title", title));
    if let Some(at) = &document.locator {
        field(out, "warc", &format!("{}:{}", at.file, at.offset));
    }
    out.extend_from_slice(b"---\n\n");
    out.extend_from_slice(document.text.trim_end().as_bytes());
    out.extend_from_slice(b"\n\n");
}

fn field(out: &mut Vec<u8>, name: &str, value: &str) {
    out.extend_from_slice(format!("{name}: {}\n", Json::from(value)).as_bytes());
}
