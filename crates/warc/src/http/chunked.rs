//! `Transfer-Encoding: chunked` (RFC 9112, section 7.1), as found.

use super::coding::Applied;
use crate::buffer::Buffer;
use memchr::memchr;

/// Longest size line, with its extensions.
const MAX_LINE: usize = 4 << 10;

/// Joins the chunks. A body whose first chunk does not fit is not chunked and stays as it is.
pub(super) fn decode(input: &[u8], out: &mut Buffer) -> Applied {
    let mut rest = input;
    while let Some((size, data)) = size_line(rest) {
        if size == 0 {
            return Applied::Decoded { truncated: false };
        }
        let Some((chunk, behind)) = data.split_at_checked(size) else {
            append(out, data);
            return Applied::Decoded { truncated: true };
        };
        match line_end(behind) {
            Some(next) => rest = next,
            None if out.len() == 0 => return Applied::AsItStands,
            None => break,
        }
        append(out, chunk);
    }
    if out.len() == 0 {
        return Applied::AsItStands;
    }
    // What follows fits no chunk: it is kept as it stands, so that nothing is lost.
    append(out, rest);
    Applied::Decoded { truncated: true }
}

fn append(out: &mut Buffer, bytes: &[u8]) {
    if let Some(room) = out.spare(bytes.len()).get_mut(..bytes.len()) {
        room.copy_from_slice(bytes);
        out.commit(bytes.len());
    }
}

/// The size on the line at the start, and what follows the line.
fn size_line(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let bytes = bytes.get(leading_line_ends(bytes)..)?;
    let end = memchr(b'\n', bytes.get(..MAX_LINE).unwrap_or(bytes))?;
    let line = bytes.get(..end)?;
    let digits = line.iter().take_while(|b| b.is_ascii_hexdigit()).count();
    let extension = line.get(digits..)?.trim_ascii();
    if !(1..=15).contains(&digits) || !matches!(extension.first(), None | Some(b';')) {
        return None;
    }
    let digits = std::str::from_utf8(line.get(..digits)?).ok()?;
    Some((usize::from_str_radix(digits, 16).ok()?, bytes.get(end + 1..)?))
}

/// Some crawlers wrote an empty line too many between head and body.
fn leading_line_ends(bytes: &[u8]) -> usize {
    bytes.iter().take(4).take_while(|b| matches!(b, b'\r' | b'\n')).count()
}

/// What follows the line end behind a chunk. The body may also end with the chunk.
fn line_end(bytes: &[u8]) -> Option<&[u8]> {
    match bytes {
        [b'\r', b'\n', rest @ ..] | [b'\n', rest @ ..] => Some(rest),
        [] | [b'\r'] => Some(&[]),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies() {
        let table: &[(&str, Option<(&str, bool)>)] = &[
            ("3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", Some(("abcde", false))),
            ("3\nabc\n2\nde\n0\n\n", Some(("abcde", false))),
            ("3 ; a=b\r\nabc\r\n0\r\nTrailer: x\r\n\r\n", Some(("abc", false))),
            ("00A\r\n0123456789\r\n0\r\n", Some(("0123456789", false))),
            ("\r\n3\r\nabc\r\n0\r\n\r\n", Some(("abc", false))),
            ("3\r\nabc\r\n5\r\nde", Some(("abcde", true))),
            ("3\r\nabc", Some(("abc", true))),
            ("3\r\nabc\r\nnot a size\r\n", Some(("abcnot a size\r\n", true))),
            ("0\r\n\r\n", Some(("", false))),
            ("<!doctype html>\n", None),
            ("3\r\nabcdefg\r\n", None),
            ("ffffffffffffffffff\r\nabc", None),
            ("", None),
        ];
        for (input, expected) in table {
            let mut out = Buffer::default();
            let found = match decode(input.as_bytes(), &mut out) {
                Applied::Decoded { truncated } => Some((out.filled().to_vec(), truncated)),
                _ => None,
            };
            let expected = expected.map(|(body, truncated)| (body.as_bytes().to_vec(), truncated));
            assert_eq!(found, expected, "{input:?}");
        }
    }
}
