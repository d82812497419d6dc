//! Keeps a TeX body findable between its dollars.
//!
//! A reader ends a formula at the first `$` outside braces, so a body with
//! stray braces, a bare `$` outside braces or a trailing backslash has to be
//! mended before it is written.

use crate::markdown::without_trailing_space;

/// The mended body, or `None` if nothing is wrong with it.
pub(crate) fn repaired(body: &str) -> Option<String> {
    if is_sound(body) { None } else { Some(repair(body)) }
}

fn is_sound(body: &str) -> bool {
    let mut depth = 0usize;
    let mut bytes = body.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' if bytes.next().is_none() => return false,
            b'{' => depth += 1,
            b'}' if depth == 0 => return false,
            b'}' => depth -= 1,
            b'$' if depth == 0 => return false,
            _ => {}
        }
    }
    depth == 0 && !has_blank_line(body)
}

fn has_blank_line(body: &str) -> bool {
    body.split('\n').any(|line| line.trim().is_empty())
}

/// Drops closing braces that close nothing, adds those that are missing,
/// escapes bare dollars, drops blank lines and what space this leaves at the ends.
fn repair(body: &str) -> String {
    let mut out = String::with_capacity(body.len() + 4);
    let mut depth = 0usize;
    let mut chars = body.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => {
                out.push('\\');
                out.push(chars.next().unwrap_or(' '));
            }
            '}' if depth == 0 => {}
            '$' if depth == 0 => out.push_str("\\$"),
            c => {
                depth = match c {
                    '{' => depth + 1,
                    '}' => depth - 1,
                    _ => depth,
                };
                out.push(c);
            }
        }
    }
    out.extend(std::iter::repeat_n('}', depth));
    let lines: Vec<_> = out.split('\n').filter(|line| !line.trim().is_empty()).collect();
    without_trailing_space(lines.join("\n").trim_start()).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_are_mended_only_where_they_must_be() {
        let check = |body: &str, expected: Option<&str>| {
            assert_eq!(repaired(body).as_deref(), expected, "{body}");
            if let Some(repaired) = repaired(body) {
                assert!(is_sound(&repaired) || repaired.is_empty());
            }
        };
        check(r"\frac{a}{b}", None);
        check(r"\text{if $x$}", None);
        check(r"\{ a \}", None);
        check(r"{a", Some("{a}"));
        check(r"a}b", Some("ab"));
        check("= }", Some("="));
        check("} a", Some("a"));
        check(r"a$b", Some(r"a\$b"));
        check("a\\", Some("a\\ "));
        check("a\n\nb", Some("a\nb"));
    }
}
