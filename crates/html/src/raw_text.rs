//! Where the content of `<script>`, `<style>`, `<title>` and their like ends.

use memchr::{memchr, memchr2, memmem};

/// Index of the end tag `</name` at or after `at`: letters in any case, then white space, `/` or `>`.
pub(crate) fn end_tag(bytes: &[u8], at: usize, name: &str) -> Option<usize> {
    let rest = bytes.get(at..)?;
    memmem::find_iter(rest, b"</")
        .find(|offset| is_end_tag(rest, *offset, name))
        .map(|offset| at + offset)
}

/// Whether `</name` stands at `at` and ends there.
fn is_end_tag(bytes: &[u8], at: usize, name: &str) -> bool {
    bytes.get(at..).is_some_and(|rest| rest.starts_with(b"</")) && is_name(bytes, at + 2, name)
}

/// Whether `name` stands at `at` and ends there.
fn is_name(bytes: &[u8], at: usize, name: &str) -> bool {
    let written = bytes.get(at..at + name.len());
    written.is_some_and(|written| written.eq_ignore_ascii_case(name.as_bytes()))
        && matches!(bytes.get(at + name.len()), Some(b'\t' | b'\n' | b'\x0c' | b' ' | b'/' | b'>'))
}

/// Index of the end tag of a script whose text begins at `at`.
///
/// After `<!--`, until `-->`, a script tag inside the text must be closed first.
pub(crate) fn script_end(bytes: &[u8], at: usize) -> Option<usize> {
    #[derive(PartialEq)]
    enum State {
        Plain,
        Escaped,
        DoubleEscaped,
    }
    let mut state = State::Plain;
    let mut at = at;
    loop {
        let rest = bytes.get(at..)?;
        let plain = state == State::Plain;
        let sign = at + if plain { memchr(b'<', rest)? } else { memchr2(b'<', b'-', rest)? };
        at = sign + 1;
        let rest = bytes.get(sign..)?;
        match state {
            _ if rest.starts_with(b"-->") => (state, at) = (State::Plain, sign + 3),
            State::Plain if rest.starts_with(b"<!--") => (state, at) = (State::Escaped, sign + 2),
            State::DoubleEscaped if is_end_tag(bytes, sign, "script") => state = State::Escaped,
            State::Plain | State::Escaped if is_end_tag(bytes, sign, "script") => {
                return Some(sign);
            }
            State::Escaped if rest.starts_with(b"<") && is_name(bytes, sign + 1, "script") => {
                state = State::DoubleEscaped;
            }
            _ => {}
        }
    }
}

/// Index of the first `</head` or `<body` tag at or after `at`.
pub(crate) fn head_end(bytes: &[u8], at: usize) -> Option<usize> {
    let mut at = at;
    loop {
        at += memchr(b'<', bytes.get(at..)?)?;
        let end_of_head = is_end_tag(bytes, at, "head");
        if end_of_head || is_name(bytes, at + 1, "body") {
            return Some(at);
        }
        at += 1;
    }
}
