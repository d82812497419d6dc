//! Record heads: the version line and fields of WARC, the one line of ARC.

use crate::limits::MAX_HEAD;
use memchr::{memchr, memmem};
use std::borrow::Cow;
use std::ops::Range;

/// What the records of a file look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// WARC 0.17 to 1.1: `WARC/1.0`, fields, block.
    Warc,
    /// ARC 1 and 2: one line with address, IP, date, type and length, then the block.
    Arc,
}

/// Whether a record head stands at some place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sight {
    Yes,
    No,
    /// Cannot be told without the bytes that follow.
    Partial,
}

impl Sight {
    fn of(yes: bool) -> Self {
        if yes { Sight::Yes } else { Sight::No }
    }
}

/// Where a field's name is: in the head, or given by the format (ARC).
#[derive(Debug, Clone)]
pub(crate) enum Name {
    At(Range<u32>),
    Known(&'static str),
}

/// One header field, as ranges of the head's bytes.
#[derive(Debug, Clone)]
pub(crate) struct Field {
    pub(crate) name: Name,
    pub(crate) value: Range<u32>,
}

/// The fields of a head, borrowed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fields<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) fields: &'a [Field],
}

impl<'a> Fields<'a> {
    /// All fields in order: names as written, values without folds.
    pub(crate) fn iter(self) -> impl Iterator<Item = (Cow<'a, str>, Cow<'a, [u8]>)> {
        self.fields.iter().map(move |field| {
            let name = String::from_utf8_lossy(self.name(field));
            (name, unfold(self.slice(&field.value)))
        })
    }

    /// The value of the first field of that name, whatever its case, without folds.
    pub(crate) fn get(self, name: &str) -> Option<Cow<'a, [u8]>> {
        let wanted = name.as_bytes();
        let field = self.fields.iter().find(|f| self.name(f).eq_ignore_ascii_case(wanted))?;
        Some(unfold(self.slice(&field.value)))
    }

    /// The values of all fields of that name, in order.
    pub(crate) fn all(self, name: &str) -> impl Iterator<Item = Cow<'a, [u8]>> {
        let fields = self.fields.iter();
        let named = fields.filter(move |f| self.name(f).eq_ignore_ascii_case(name.as_bytes()));
        named.map(move |field| unfold(self.slice(&field.value)))
    }

    fn name(self, field: &'a Field) -> &'a [u8] {
        match &field.name {
            Name::At(range) => self.slice(range),
            Name::Known(name) => name.as_bytes(),
        }
    }

    fn slice(self, range: &Range<u32>) -> &'a [u8] {
        self.bytes.get(range.start as usize..range.end as usize).unwrap_or_default()
    }
}

/// The value as text; bytes that are not UTF-8 are replaced.
pub(crate) fn lossy(value: Cow<'_, [u8]>) -> Cow<'_, str> {
    match value {
        Cow::Borrowed(bytes) => String::from_utf8_lossy(bytes),
        Cow::Owned(bytes) => Cow::Owned(String::from_utf8_lossy(&bytes).into_owned()),
    }
}

/// A folded value's lines joined by single spaces.
fn unfold(value: &[u8]) -> Cow<'_, [u8]> {
    if memchr(b'\n', value).is_none() {
        return Cow::Borrowed(value);
    }
    let lines = value.split(|b| *b == b'\n').map(<[u8]>::trim_ascii);
    let lines: Vec<&[u8]> = lines.filter(|line| !line.is_empty()).collect();
    Cow::Owned(lines.join(&b' '))
}

/// How many bytes at the start of `bytes` only separate records.
pub(crate) fn padding(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|b| matches!(b, b'\r' | b'\n' | 0)).count()
}

/// Whether a record of `format` starts at the first byte. `complete`: nothing follows `bytes`.
pub(crate) fn sight(bytes: &[u8], format: Format, complete: bool) -> Sight {
    match format {
        Format::Warc => sight_warc(bytes, complete),
        Format::Arc => sight_arc(bytes, complete),
    }
}

fn sight_warc(bytes: &[u8], complete: bool) -> Sight {
    let magic = b"WARC/";
    let seen = bytes.len().min(magic.len());
    if bytes.get(..seen) != magic.get(..seen) {
        return Sight::No;
    }
    match bytes.get(magic.len()) {
        Some(digit) => Sight::of(digit.is_ascii_digit()),
        None if complete => Sight::No,
        None => Sight::Partial,
    }
}

/// Longest ARC header line that is believed.
const MAX_ARC_LINE: usize = 16 << 10;

fn sight_arc(bytes: &[u8], complete: bool) -> Sight {
    if !bytes.first().is_none_or(u8::is_ascii_alphabetic) {
        return Sight::No;
    }
    let near = bytes.get(..MAX_ARC_LINE).unwrap_or(bytes);
    match memchr(b'\n', near) {
        Some(end) => Sight::of(ArcLine::parse(near.get(..end).unwrap_or_default()).is_some()),
        None if near.len() < MAX_ARC_LINE && !complete => Sight::Partial,
        None => Sight::No,
    }
}

/// The first place at or after `from` where a record head stands, and whether it is certain ([`Sight::Yes`]) or needs more bytes ([`Sight::Partial`]).
/// ARC heads are looked for at the start of lines.
///
/// Stricter than [`sight`], because it searches where no record is due: the line after a
/// WARC version line has to be a `WARC-` or `Content-` field.
pub(crate) fn find(
    bytes: &[u8],
    from: usize,
    format: Format,
    complete: bool,
) -> Option<(usize, Sight)> {
    match format {
        Format::Warc => find_warc(bytes, from, complete),
        Format::Arc => find_arc(bytes, from, complete),
    }
}

fn find_warc(bytes: &[u8], from: usize, complete: bool) -> Option<(usize, Sight)> {
    let tail = bytes.get(from..)?;
    for hit in memmem::find_iter(tail, b"WARC/") {
        let at = from + hit;
        match confirm_warc(bytes.get(at..).unwrap_or_default(), complete) {
            Sight::No => {}
            sight => return Some((at, sight)),
        }
    }
    if complete { None } else { partial_magic(bytes, from) }
}

fn confirm_warc(bytes: &[u8], complete: bool) -> Sight {
    if sight_warc(bytes, complete) == Sight::No {
        return Sight::No;
    }
    let near = bytes.get(..64).unwrap_or(bytes);
    let unknown = if complete || near.len() == 64 { Sight::No } else { Sight::Partial };
    let Some(end) = memchr(b'\n', near).filter(|end| *end < 20) else {
        return if near.len() < 20 { unknown } else { Sight::No };
    };
    let version = near.get(5..end).unwrap_or_default().trim_ascii();
    if !version.iter().all(|b| b.is_ascii_digit() || *b == b'.') {
        return Sight::No;
    }
    let next = near.get(end + 1..).unwrap_or_default();
    let starts = |name: &[u8]| next.get(..name.len()).is_some_and(|s| s.eq_ignore_ascii_case(name));
    match next.len() {
        0..8 if !starts(b"WARC-") => unknown,
        _ => Sight::of(starts(b"WARC-") || starts(b"Content-")),
    }
}

/// A beginning of `WARC/` at the very end.
fn partial_magic(bytes: &[u8], from: usize) -> Option<(usize, Sight)> {
    let start = bytes.len().saturating_sub(4).max(from);
    (start..bytes.len())
        .find(|at| b"WARC/".starts_with(bytes.get(*at..).unwrap_or_default()))
        .map(|at| (at, Sight::Partial))
}

fn find_arc(bytes: &[u8], from: usize, complete: bool) -> Option<(usize, Sight)> {
    let mut at = from;
    loop {
        let line = bytes.get(at..).filter(|line| !line.is_empty())?;
        match sight_arc(line, complete) {
            Sight::No => at += memchr(b'\n', line)? + 1,
            sight => return Some((at, sight)),
        }
    }
}

/// A head that was read: how long it is and what it says of the block's length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Head {
    /// Bytes of the head, with the empty line that ends it.
    pub(crate) len: usize,
    /// `Content-Length`, if it is there and is a number.
    pub(crate) block: Option<u64>,
}

/// Outcome of reading a head.
pub(crate) enum Parsed {
    Head(Head),
    /// The head goes on behind the bytes.
    Partial,
    /// There is no end to it.
    Endless,
}

/// Reads the head at the start of `bytes` into `fields`.
pub(crate) fn parse(bytes: &[u8], format: Format, fields: &mut Vec<Field>) -> Parsed {
    fields.clear();
    match format {
        Format::Warc => parse_warc(bytes, fields),
        Format::Arc => parse_arc(bytes, fields),
    }
}

fn parse_warc(bytes: &[u8], fields: &mut Vec<Field>) -> Parsed {
    let near = bytes.get(..MAX_HEAD).unwrap_or(bytes);
    let Some(first) = memchr(b'\n', near) else { return unended(near) };
    match parse_fields(near, first + 1, fields) {
        Some(len) => {
            let block = Fields { bytes, fields }.get("Content-Length").and_then(|v| number(&v));
            Parsed::Head(Head { len, block })
        }
        None => unended(near),
    }
}

fn unended(near: &[u8]) -> Parsed {
    if near.len() >= MAX_HEAD { Parsed::Endless } else { Parsed::Partial }
}

/// Reads `Name: value` lines from `at` up to the empty line; returns where that one ends.
/// Lines may end in LF, continue on lines that start with a blank, and lack a colon (ignored).
pub(crate) fn parse_fields(bytes: &[u8], mut at: usize, fields: &mut Vec<Field>) -> Option<usize> {
    loop {
        let rest = bytes.get(at..)?;
        let end = memchr(b'\n', rest)?;
        let line = rest.get(..end)?;
        if line.trim_ascii().is_empty() {
            return Some(at + end + 1);
        }
        if matches!(line.first(), Some(b' ' | b'\t')) {
            extend_last(fields, at + line.trim_ascii_end().len());
        } else if let Some(field) = split_field(line, at) {
            fields.push(field);
        }
        at += end + 1;
    }
}

fn extend_last(fields: &mut [Field], end: usize) {
    if let Some(last) = fields.last_mut() {
        last.value.end = end as u32;
    }
}

pub(crate) fn split_field(line: &[u8], at: usize) -> Option<Field> {
    let colon = memchr(b':', line)?;
    let (name, value) = (line.get(..colon)?, line.get(colon + 1..)?);
    let trimmed = value.trim_ascii_start();
    let start = at + line.len() - trimmed.len();
    let value = start as u32..(start + trimmed.trim_ascii_end().len()) as u32;
    let name = Name::At(at as u32..(at + name.trim_ascii_end().len()) as u32);
    Some(Field { name, value })
}

/// A decimal number and nothing else; too large for `u64` is none.
pub(crate) fn number(text: &[u8]) -> Option<u64> {
    let text = text.trim_ascii();
    if text.is_empty() || !text.iter().all(u8::is_ascii_digit) {
        return None;
    }
    text.iter().try_fold(0u64, |n, digit| n.checked_mul(10)?.checked_add(u64::from(digit - b'0')))
}

fn parse_arc(bytes: &[u8], fields: &mut Vec<Field>) -> Parsed {
    let near = bytes.get(..MAX_ARC_LINE).unwrap_or(bytes);
    let Some(end) = memchr(b'\n', near) else { return Parsed::Endless };
    let Some(line) = ArcLine::parse(near.get(..end).unwrap_or_default()) else {
        return Parsed::Endless;
    };
    let block = number(bytes.get(line.length.clone()).unwrap_or_default());
    let table = [
        ("WARC-Target-URI", line.url),
        ("WARC-IP-Address", line.ip),
        ("WARC-Date", line.date),
        ("Content-Type", line.content_type),
        ("Content-Length", line.length),
    ];
    for (name, range) in table {
        fields.push(Field { name: Name::Known(name), value: range.start as u32..range.end as u32 });
    }
    Parsed::Head(Head { len: end + 1, block })
}

/// The parts of `URL IP date type [more] length`, as ranges of the line. The address may
/// hold blanks: the fields are found from the pair of an IP and a date.
struct ArcLine {
    url: Range<usize>,
    ip: Range<usize>,
    date: Range<usize>,
    content_type: Range<usize>,
    length: Range<usize>,
}

impl ArcLine {
    fn parse(line: &[u8]) -> Option<Self> {
        let line = line.trim_ascii_end();
        let colon = memchr(b':', line)?;
        let scheme = line.get(..colon)?;
        if !scheme.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.')) {
            return None;
        }
        let tokens = Self::tokens(line);
        let date = tokens.iter().rposition(|t| Self::is_date(line.get(t.clone())))?;
        let ip = tokens.get(date.checked_sub(1)?)?.clone();
        if date < 2 || !Self::is_ip(line.get(ip.clone())) {
            return None;
        }
        let content_type = tokens.get(date + 1)?.clone();
        let length = tokens.get(date + 2..)?.last()?.clone();
        let url = 0..tokens.get(date - 2)?.end;
        Some(Self { url, ip, date: tokens.get(date)?.clone(), content_type, length })
    }

    fn tokens(line: &[u8]) -> Vec<Range<usize>> {
        let mut tokens = Vec::new();
        let mut at = 0;
        for word in line.split(|b| *b == b' ') {
            if !word.is_empty() {
                tokens.push(at..at + word.len());
            }
            at += word.len() + 1;
        }
        tokens
    }

    fn is_date(token: Option<&[u8]>) -> bool {
        token.is_some_and(|t| (12..=18).contains(&t.len()) && t.iter().all(u8::is_ascii_digit))
    }

    fn is_ip(token: Option<&[u8]>) -> bool {
        token.is_some_and(|t| {
            t.iter().all(|b| b.is_ascii_hexdigit() || matches!(b, b'.' | b':' | b'-'))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &[u8], format: Format) -> Option<(Head, Vec<(String, String)>)> {
        let mut fields = Vec::new();
        let Parsed::Head(head) = parse(text, format, &mut fields) else { return None };
        let fields = Fields { bytes: text, fields: &fields };
        let lossy = |v: Cow<'_, [u8]>| String::from_utf8_lossy(&v).into_owned();
        Some((head, fields.iter().map(|(n, v)| (n.into_owned(), lossy(v))).collect()))
    }

    #[test]
    fn odd_warc_heads() {
        let text = b"WARC/1.0\nwarc-TYPE :  response \r\nX: a\r\n  b\r\n\tc\r\nno colon\nbad: \xff\r\nContent-length: 12\n\nrest";
        let (head, fields) = read(text, Format::Warc).unwrap();
        assert_eq!(head, Head { len: text.len() - 4, block: Some(12) });
        let expected = [
            ("warc-TYPE", "response"),
            ("X", "a b c"),
            ("bad", "\u{fffd}"),
            ("Content-length", "12"),
        ];
        assert_eq!(fields, expected.map(|(n, v)| (n.to_owned(), v.to_owned())));
        assert!(read(b"WARC/1.0\r\nWARC-Type: x\r\n", Format::Warc).is_none());
    }

    #[test]
    fn arc_lines() {
        let line = b"http://a.b/c d?e 1.2.3.4 20140216050221 text/html 1591\nHTTP";
        let (head, fields) = read(line, Format::Arc).unwrap();
        assert_eq!(head, Head { len: line.len() - 4, block: Some(1591) });
        let values: Vec<&str> = fields.iter().map(|(_, v)| v.as_str()).collect();
        assert_eq!(values, ["http://a.b/c d?e", "1.2.3.4", "20140216050221", "text/html", "1591"]);
        let two = b"http://a.b/ ::1 20140216050221 text/html 200 abc - 12 name.arc 77\n";
        assert_eq!(read(two, Format::Arc).unwrap().0.block, Some(77));
        assert!(
            read(b"<p>see http://a.b/ 1.2.3.4 for 20140216050221</p>\n", Format::Arc).is_none()
        );
    }

    #[test]
    fn heads_are_found_only_with_fields_behind() {
        let text =
            b"see WARC/1.0 in\nWARC-Type\nWARC/1.0\nfoo: bar\n\0WARC/1.1\r\nContent-Length: 1";
        assert_eq!(find(text, 0, Format::Warc, true), Some((45, Sight::Yes)));
        assert_eq!(find(b"junk\nWAR", 0, Format::Warc, false), Some((5, Sight::Partial)));
        assert_eq!(find(b"junk\nWARC/1.0\r\nW", 0, Format::Warc, false), Some((5, Sight::Partial)));
        assert_eq!(find(b"junk\nWARC/1.0\r\nW", 0, Format::Warc, true), None);
    }
}
