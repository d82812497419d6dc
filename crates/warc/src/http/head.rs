//! The head of a response: status line and fields, however they are written.

use crate::head::Field;
use crate::head::split_field;
use memchr::memchr;

/// A head: its length in the block, and the status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) len: usize,
    pub(super) status: Option<u16>,
}

/// Heads that may stand before the last one: `100 Continue`, a proxy's answer.
const MAX_HEADS: usize = 4;

/// Reads the head at the start of `block`. A block without a status line is all body.
pub(super) fn parse(block: &[u8], fields: &mut Vec<Field>) -> Head {
    fields.clear();
    let mut head = Head { len: 0, status: None };
    for _ in 0..MAX_HEADS {
        let rest = block.get(head.len..).unwrap_or_default();
        let start = head.len + (rest.len() - rest.trim_ascii_start().len());
        if !is_status_line(block.get(start..).unwrap_or_default()) {
            break;
        }
        fields.clear();
        head = one_head(block, start, fields);
    }
    head
}

fn is_status_line(bytes: &[u8]) -> bool {
    bytes.get(..5).is_some_and(|magic| magic.eq_ignore_ascii_case(b"HTTP/"))
        && bytes.get(5).is_some_and(u8::is_ascii_digit)
}

fn one_head(block: &[u8], start: usize, fields: &mut Vec<Field>) -> Head {
    let (line, next) = line_at(block, start);
    let len = read_fields(block, next, fields);
    Head { len, status: status(line) }
}

/// The line at `at`, without its end, and where the next one starts.
fn line_at(block: &[u8], at: usize) -> (&[u8], usize) {
    let rest = block.get(at..).unwrap_or_default();
    match memchr(b'\n', rest) {
        Some(end) => (rest.get(..end).unwrap_or_default(), at + end + 1),
        None => (rest, block.len()),
    }
}

fn status(line: &[u8]) -> Option<u16> {
    let code = line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).nth(1)?;
    let digits = code.get(..3)?;
    let ends = code.get(3).is_none_or(|b| !b.is_ascii_digit());
    let value = digits
        .iter()
        .try_fold(0, |n: u16, b| b.is_ascii_digit().then(|| n * 10 + u16::from(b - b'0')));
    value.filter(|_| ends)
}

/// Reads fields from `at` on; returns where the body starts.
fn read_fields(block: &[u8], mut at: usize, fields: &mut Vec<Field>) -> usize {
    let mut typed = false;
    while at < block.len() {
        let (line, next) = line_at(block, at);
        let text = line.trim_ascii();
        if text.is_empty() {
            if typed || !goes_on(block, next) {
                return next;
            }
        } else if text.first() == Some(&b'<') {
            return at;
        } else if matches!(line.first(), Some(b' ' | b'\t')) && !fields.is_empty() {
            let end = (at + line.trim_ascii_end().len()) as u32;
            fields.last_mut().into_iter().for_each(|last| last.value.end = end);
        } else if let Some(field) = split_field(line, at) {
            typed |= starts_with(text, b"content-type");
            fields.push(field);
        }
        at = next;
    }
    at
}

fn starts_with(line: &[u8], name: &[u8]) -> bool {
    line.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name))
}

/// Whether the head goes on behind an empty line, as in old crawls: a known field follows.
/// Only asked while no content type was seen, so that a text body that starts like a mail
/// is not eaten.
fn goes_on(block: &[u8], at: usize) -> bool {
    const KNOWN: [&[u8]; 14] = [
        b"cache-control:",
        b"connection:",
        b"content-encoding:",
        b"content-length:",
        b"content-type:",
        b"date:",
        b"etag:",
        b"expires:",
        b"last-modified:",
        b"pragma:",
        b"server:",
        b"set-cookie:",
        b"transfer-encoding:",
        b"x-powered-by:",
    ];
    let (line, _) = line_at(block, at);
    KNOWN.iter().any(|name| starts_with(line, name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::head::Fields;

    #[test]
    fn heads() {
        let table: &[(&str, Option<u16>, &str, &str)] = &[
            ("HTTP/1.1 200 OK\r\nContent-Type: a\r\n\r\nbody", Some(200), "a", "body"),
            ("HTTP/1.1 200\nContent-Type: a\n\nbody", Some(200), "a", "body"),
            ("HTTP/1.0 404 Not\r\n\r\n", Some(404), "", ""),
            ("HTTP/1.1 200 OK\r\nX: y\r\n\r\nContent-Type: a\r\n\r\nbody", Some(200), "a", "body"),
            (
                "HTTP/1.1 200 OK\r\nContent-Type: a\r\n\r\nDate: b\n\nc",
                Some(200),
                "a",
                "Date: b\n\nc",
            ),
            ("HTTP/1.1 200 OK\r\nContent-Type: a\r\n <p", Some(200), "a", " <p"),
            (
                "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Type:a\r\n\r\nb",
                Some(200),
                "a",
                "b",
            ),
            ("\r\nHTTP/1.1 200 OK\r\nContent-Type: a;\r\n  b\r\n\r\nc", Some(200), "a; b", "c"),
            ("HTTP/1.1 OK\r\n\r\nx", None, "", "x"),
            ("HTTP/1.1 2000 OK\r\n\r\nx", None, "", "x"),
            ("<html>no head", None, "", "<html>no head"),
            ("HTTP/1.1 200 OK\r\nContent-Type: a", Some(200), "a", ""),
        ];
        for (block, status, content_type, body) in table {
            let mut fields = Vec::new();
            let head = parse(block.as_bytes(), &mut fields);
            let found = Fields { bytes: block.as_bytes(), fields: &fields }.get("content-type");
            assert_eq!(head.status, *status, "{block:?}");
            assert_eq!(&*found.unwrap_or_default(), content_type.as_bytes(), "{block:?}");
            assert_eq!(&block.as_bytes()[head.len..], body.as_bytes(), "{block:?}");
        }
    }
}
