//! What a payload is: HTML, plain text, a notebook, or nothing for us.

/// Kinds of payload that become documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Payload {
    Html,
    Text,
    Notebook,
}

/// The kind of a payload by its declared media type, else by its first bytes.
pub(crate) fn kind(content_type: Option<&str>, url: &str, bytes: &[u8]) -> Option<Payload> {
    let media = media_type(content_type);
    match media.as_str() {
        "text/html" | "application/xhtml+xml" | "application/vnd.wap.xhtml+xml" => Some(Payload::Html),
        "application/x-ipynb+json" | "application/vnd.jupyter" => Some(Payload::Notebook),
        "application/json" | "application/octet-stream" if is_notebook_path(url) => Some(Payload::Notebook),
        "text/plain" | "text/markdown" | "text/x-markdown" | "text/x-rst" if is_notebook_path(url) => Some(Payload::Notebook),
        "text/plain" | "text/markdown" | "text/x-markdown" | "text/x-rst" => text(bytes),
        "" | "application/octet-stream" | "unknown/unknown" | "application/xml" | "text/xml" => sniff(url, bytes),
        _ => None,
    }
}

fn media_type(content_type: Option<&str>) -> String {
    let declared = content_type.unwrap_or_default();
    declared.split([';', ',']).next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn is_notebook_path(url: &str) -> bool {
    let path = url.split(['?', '#']).next().unwrap_or(url);
    path.ends_with(".ipynb")
}

/// Text that is none in truth: servers send HTML and binaries as `text/plain` too.
fn text(bytes: &[u8]) -> Option<Payload> {
    if starts_as_html(bytes) {
        return Some(Payload::Html);
    }
    (!is_binary(bytes)).then_some(Payload::Text)
}

fn sniff(url: &str, bytes: &[u8]) -> Option<Payload> {
    if is_notebook_path(url) {
        return Some(Payload::Notebook);
    }
    starts_as_html(bytes).then_some(Payload::Html)
}

/// The first tag or comment is one of HTML's.
fn starts_as_html(bytes: &[u8]) -> bool {
    let head: Vec<u8> = bytes.iter().filter(|b| **b != 0).take(1024).map(u8::to_ascii_lowercase).collect();
    let start = head.iter().position(|b| *b == b'<').unwrap_or(head.len());
    let only_blanks = head.iter().take(start).all(|b| b.is_ascii_whitespace() || !b.is_ascii());
    let tags: [&[u8]; 9] =
        [b"<!doctype html", b"<html", b"<head", b"<body", b"<meta", b"<title", b"<script", b"<div", b"<table"];
    only_blanks && tags.iter().any(|tag| memchr::memmem::find(&head, tag).is_some())
}

/// Control characters that no text has, except in UTF-16 and UTF-32.
fn is_binary(bytes: &[u8]) -> bool {
    let head = bytes.get(..1024.min(bytes.len())).unwrap_or_default();
    let wide = head.starts_with(&[0xFF, 0xFE]) || head.starts_with(&[0xFE, 0xFF]);
    !wide && head.iter().any(|b| matches!(b, 0..=8 | 14..=26 | 28..=31))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn payloads_are_known_by_type_then_by_bytes() {
        let check = |content_type: Option<&str>, url: &str, bytes: &[u8], expected| {
            assert_eq!(kind(content_type, url, bytes), expected, "{content_type:?} {url}");
        };
        check(Some("text/html; charset=utf-8"), "u", b"", Some(Payload::Html));
        check(Some("TEXT/HTML"), "u", b"x", Some(Payload::Html));
        check(None, "u", b"\n<!DOCTYPE html><p>", Some(Payload::Html));
        check(None, "u", b"%PDF-1.4", None);
        check(Some("text/plain"), "u", b"hello", Some(Payload::Text));
        check(Some("text/plain"), "u", b"<html><body>", Some(Payload::Html));
        check(Some("text/plain"), "u", b"\x00\x01", None);
        check(Some("application/json"), "https://a/b.ipynb?raw=1", b"{}", Some(Payload::Notebook));
        check(Some("application/json"), "https://a/b", b"{}", None);
        check(Some("image/png"), "u", b"\x89PNG", None);
    }
}
