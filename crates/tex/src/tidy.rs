//! What stands around a formula's LaTeX on a page and is no part of it.
//!
//! Removes guards, comments, invisible characters, wrappers and doubled
//! delimiters; leaves every command that typesets or numbers alone.

use std::borrow::Cow;

use crate::delimiters::sole_formula;
use crate::scan::{Kind, group, slice, tokens};

/// Wrappers inside wrappers that are taken off.
const MAX_WRAPPERS: usize = 8;

/// A formula as it can stand between `$` signs in Markdown.
///
/// Trims; unwraps CDATA guards, `{\displaystyle ...}` and delimiters around the
/// whole; removes comments, zero-width characters and blank lines; makes
/// no-break spaces spaces and line ends `\n`. Does the same again without effect.
///
/// ```
/// use cc_math_tex::clean;
/// assert_eq!(clean("% <![CDATA[\nx < y %]]>"), "x < y");
/// assert_eq!(clean(r"{\displaystyle E=mc^2}"), "E=mc^2");
/// assert_eq!(clean("$$ a\n\n b $$"), "a\n b");
/// ```
pub fn clean(tex: &str) -> Cow<'_, str> {
    let bare = match visible(tex) {
        Cow::Borrowed(text) => Cow::Borrowed(unwrap(text)),
        Cow::Owned(text) => Cow::Owned(unwrap(&text).to_owned()),
    };
    if !bare.contains('%') && !has_blank_line(&bare) {
        return bare;
    }
    let plain = without_blank_lines(&without_comments(&bare));
    Cow::Owned(unwrap(&plain).to_owned())
}

/// The text without invisible characters and with one kind of space and line end.
fn visible(tex: &str) -> Cow<'_, str> {
    if tex.bytes().all(|b| b.is_ascii() && b != b'\r') {
        return Cow::Borrowed(tex);
    }
    let mut out = String::with_capacity(tex.len());
    let mut rest = tex.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\r' if rest.peek() == Some(&'\n') => {}
            '\r' | '\u{2028}' | '\u{2029}' => out.push('\n'),
            '\u{a0}' | '\u{202f}' | '\u{2007}' => out.push(' '),
            '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{feff}' | '\u{ad}' => {}
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// Takes guards, delimiters and style groups off that enclose the whole, and trims.
fn unwrap(tex: &str) -> &str {
    let mut tex = trim(tex);
    for _ in 0..MAX_WRAPPERS {
        let inside = unguarded(tex).or_else(|| undelimited(tex)).or_else(|| unstyled(tex));
        match inside.map(trim) {
            Some(inside) => tex = inside,
            None => break,
        }
    }
    tex
}

/// What stands between `% <![CDATA[` and `%]]>`, with their percent signs or without.
fn unguarded(tex: &str) -> Option<&str> {
    let start = tex.strip_prefix('%').map_or(tex, str::trim_start);
    let inside = start.strip_prefix("<![CDATA[")?.trim_end();
    let inside = inside.strip_suffix("]]>").map_or(inside, str::trim_end);
    Some(inside.strip_suffix('%').filter(|rest| !rest.ends_with('\\')).unwrap_or(inside))
}

fn undelimited(tex: &str) -> Option<&str> {
    let span = sole_formula(tex)?;
    (span.body != span.outer).then(|| slice(tex, span.body))
}

fn unstyled(tex: &str) -> Option<&str> {
    let whole = tex.starts_with('{').then(|| group(tex, 0))??;
    let style = tokens(whole.body).next_solid()?;
    let is_style = style.is("displaystyle") || style.is("textstyle");
    (is_style && whole.end == tex.len()).then(|| slice(whole.body, style.end()..whole.body.len()))
}

/// Trims white space, and a backslash at the very end: alone it would escape what follows.
fn trim(tex: &str) -> &str {
    let mut tex = tex.trim();
    while let Some(rest) = tex.strip_suffix('\\')
        && rest.bytes().rev().take_while(|b| *b == b'\\').count() % 2 == 0
    {
        tex = rest.trim_end();
    }
    tex
}

/// Removes comments; a percent sign whose comment would take a brace along is meant as one.
fn without_comments(tex: &str) -> String {
    let mut out = String::with_capacity(tex.len());
    for token in tokens(tex) {
        if token.kind != Kind::Comment {
            out.push_str(token.text);
        } else if is_balanced(token.text) {
            end_line(&mut out);
        } else {
            push_escaped(&mut out, token.text);
        }
    }
    out
}

/// Writes a line whose percent signs are meant as such.
fn push_escaped(out: &mut String, line: &str) {
    let mut after_slash = false;
    for c in line.chars() {
        if c == '%' && !after_slash {
            out.push('\\');
        }
        out.push(c);
        after_slash = c == '\\' && !after_slash;
    }
}

fn end_line(out: &mut String) {
    if out.ends_with(|c: char| !c.is_whitespace()) {
        out.push('\n');
    }
}

fn is_balanced(text: &str) -> bool {
    let mut depth = 0i32;
    for token in tokens(text.trim_start_matches('%')) {
        match token.kind {
            Kind::Open => depth += 1,
            Kind::Close => depth -= 1,
            _ => {}
        }
        if depth < 0 {
            return false;
        }
    }
    depth == 0
}

fn has_blank_line(tex: &str) -> bool {
    tex.lines().any(|line| line.trim().is_empty())
}

fn without_blank_lines(tex: &str) -> String {
    let lines: Vec<&str> = tex.lines().filter(|line| !line.trim().is_empty()).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(tex: &str, expected: &str) {
        assert_eq!(clean(tex), expected, "{tex:?}");
    }

    #[test]
    fn unwraps() {
        check("  x ", "x");
        check("<![CDATA[x]]>", "x");
        check("% <![CDATA[ x %]]>", "x");
        check(r"\(\displaystyle x\)", r"\displaystyle x");
        check(r"{\displaystyle {\frac {1}{2}}}", r"{\frac {1}{2}}");
        check(r"{\displaystyle a}{b}", r"{\displaystyle a}{b}");
        check("$a$ and $b$", "$a$ and $b$");
        check(r"\[ $x$ \]", "x");
        check(r"\begin{align}x\end{align}", r"\begin{align}x\end{align}");
    }

    #[test]
    fn removes_what_does_not_show() {
        check("a%b\nc", "a\nc");
        check("\\alpha%\nb", "\\alpha\nb");
        check(r"5\% % five", r"5\%");
        check(r"\text{50% of}", r"\text{50\% of}");
        check("a\r\n \r\nb", "a\nb");
        check("a\u{a0}\u{200b}b", "a b");
        check(r"x\ ", "x");
        check(r"x\ \ ", "x");
        check(r"x\\ ", r"x\\");
    }

    proptest! {
        #[test]
        fn is_idempotent(tex in r"([a-z{}$%\\\n\r ]|\\displaystyle|\\\(|\\\)|<!\[CDATA\[|\]\]>|\PC){0,30}") {
            let once = clean(&tex).into_owned();
            let twice = clean(&once).into_owned();
            prop_assert_eq!(twice, once);
        }
    }
}
