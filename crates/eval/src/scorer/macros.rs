//! A page's own macros, read and expanded before formulas are compared, in truth and output
//! alike, so that both spellings count.

use super::is_space;
use std::collections::BTreeMap;

/// How often macros inside macros are followed.
const ROUNDS: usize = 8;
/// A formula longer than this, in characters, is not expanded further.
const LONGEST: usize = 20_000;

#[derive(Debug, Clone, PartialEq, Eq)]
struct Macro {
    arguments: usize,
    /// Value of the first argument where it is left out.
    default: Option<String>,
    body: String,
}

/// Definitions by name, without backslash.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Macros(BTreeMap<String, Macro>);

impl Macros {
    /// Reads the `\newcommand`, `\renewcommand`, `\def` without arguments and
    /// `\DeclareMathOperator` of definition blocks; a later one replaces an earlier.
    pub fn read<'b>(blocks: impl IntoIterator<Item = &'b str>) -> Self {
        let mut macros = Self::default();
        for block in blocks {
            for reader in [new_command, definition, operator] {
                macros.read_with(block, reader);
            }
        }
        macros
    }

    fn read_with(&mut self, block: &str, reader: Reader) {
        let mut at = 0;
        while let Some(found) = find(block, at, "\\") {
            match reader(block, found) {
                Some((head, end)) => {
                    at = end;
                    self.define(block, head, end);
                }
                None => at = found + 1,
            }
        }
    }

    fn define(&mut self, block: &str, head: Head, end: usize) {
        let Some((body, _)) = group(block, end) else { return };
        let body = if head.operator { format!("\\operatorname{{{body}}}") } else { body.into() };
        let Head { name, arguments, default, .. } = head;
        self.0.insert(name, Macro { arguments, default, body });
    }
}

/// What stands before a macro's body.
struct Head {
    name: String,
    arguments: usize,
    default: Option<String>,
    operator: bool,
}

/// Reads the head of a definition at a backslash; answers with it and where it ends.
type Reader = fn(&str, usize) -> Option<(Head, usize)>;

/// A place in a text, moved on by what is found there.
#[derive(Clone, Copy)]
struct Cursor<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Cursor<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn skip_space(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches(is_space).len();
    }

    /// Steps over `token` if it is here.
    fn take(&mut self, token: &str) -> bool {
        let here = self.rest().starts_with(token);
        self.at += if here { token.len() } else { 0 };
        here
    }

    /// Steps over ASCII letters; `None` if there is none.
    fn letters(&mut self) -> Option<&'t str> {
        let len = self.rest().bytes().take_while(u8::is_ascii_alphabetic).count();
        let letters = self.rest().get(..len).filter(|letters| !letters.is_empty())?;
        self.at += len;
        Some(letters)
    }

    /// Steps over `[...]` without a `]` inside; `None` if there is none.
    fn bracketed(&mut self) -> Option<&'t str> {
        let inner = self.rest().strip_prefix('[')?;
        let len = inner.find(']')?;
        self.at += len + 2;
        inner.get(..len)
    }

    /// Steps over `[` one digit `]`.
    fn bracketed_digit(&mut self) -> Option<usize> {
        let [b'[', digit @ b'0'..=b'9', b']', ..] = self.rest().as_bytes() else { return None };
        self.at += 3;
        Some(usize::from(digit - b'0'))
    }
}

fn new_command(text: &str, at: usize) -> Option<(Head, usize)> {
    let mut cursor = Cursor { text, at: at + 1 };
    cursor.take("re");
    if !cursor.take("newcommand") {
        return None;
    }
    cursor.take("*");
    cursor.skip_space();
    cursor.take("{");
    cursor.skip_space();
    cursor.take("\\");
    let name = cursor.letters()?.to_owned();
    cursor.skip_space();
    cursor.take("}");
    cursor.skip_space();
    let arguments = cursor.bracketed_digit().unwrap_or(0);
    cursor.skip_space();
    let default = cursor.bracketed().map(str::to_owned);
    Some((Head { name, arguments, default, operator: false }, cursor.at))
}

fn definition(text: &str, at: usize) -> Option<(Head, usize)> {
    let mut cursor = Cursor { text, at };
    let is_def = cursor.take("\\def");
    cursor.skip_space();
    if !is_def || !cursor.take("\\") {
        return None;
    }
    let name = cursor.letters()?.to_owned();
    cursor.skip_space();
    let head = Head { name, arguments: 0, default: None, operator: false };
    cursor.rest().starts_with('{').then_some((head, cursor.at))
}

fn operator(text: &str, at: usize) -> Option<(Head, usize)> {
    let mut cursor = Cursor { text, at };
    let is_operator = cursor.take("\\DeclareMathOperator");
    cursor.take("*");
    cursor.skip_space();
    cursor.take("{");
    if !is_operator || !cursor.take("\\") {
        return None;
    }
    let name = cursor.letters()?.to_owned();
    cursor.take("}");
    Some((Head { name, arguments: 0, default: None, operator: true }, cursor.at))
}

fn find(text: &str, at: usize, needle: &str) -> Option<usize> {
    text.get(at..)?.find(needle).map(|offset| at + offset)
}

/// The `{...}` that starts at or after `at`, blanks skipped: its inside and where it ends.
/// A brace behind a backslash is none.
fn group(text: &str, at: usize) -> Option<(&str, usize)> {
    let mut cursor = Cursor { text, at };
    cursor.skip_space();
    let start = cursor.at;
    let bytes = text.as_bytes();
    if bytes.get(start) != Some(&b'{') {
        return None;
    }
    let mut depth = 0usize;
    let mut previous = b' ';
    for (offset, byte) in bytes.iter().copied().enumerate().skip(start) {
        match byte {
            b'{' if previous != b'\\' => depth += 1,
            b'}' if previous != b'\\' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some((text.get(start + 1..offset)?, offset + 1));
        }
        previous = byte;
    }
    None
}

/// A formula with the page's macros expanded, at most eight deep.
pub fn expand(tex: &str, macros: &Macros) -> String {
    let mut text = tex.to_owned();
    if macros.0.is_empty() {
        return text;
    }
    for _ in 0..ROUNDS {
        let (next, changed) = expand_once(&text, macros);
        text = next;
        if !changed || text.chars().count() > LONGEST {
            break;
        }
    }
    text
}

fn expand_once(text: &str, macros: &Macros) -> (String, bool) {
    let mut out = String::with_capacity(text.len());
    let (mut at, mut copied, mut changed) = (0, 0, false);
    while let Some(found) = find(text, at, "\\") {
        let mut cursor = Cursor { text, at: found + 1 };
        let name = cursor.letters();
        at = cursor.at;
        let Some(known) = name.and_then(|name| macros.0.get(name)) else { continue };
        let body = filled(known, &mut cursor);
        out.push_str(text.get(copied..found).unwrap_or_default());
        out.push('{');
        out.push_str(&body);
        out.push('}');
        (at, copied, changed) = (cursor.at, cursor.at, true);
    }
    out.push_str(text.get(copied..).unwrap_or_default());
    (out, changed)
}

/// A macro's body with the arguments that follow the cursor filled in.
fn filled(known: &Macro, cursor: &mut Cursor<'_>) -> String {
    let mut arguments = Vec::with_capacity(known.arguments);
    if let Some(default) = known.default.as_deref().filter(|_| known.arguments > 0) {
        arguments.push(optional(cursor).unwrap_or(default).to_owned());
    }
    while arguments.len() < known.arguments {
        arguments.push(mandatory(cursor).to_owned());
    }
    let numbered = arguments.iter().enumerate();
    numbered.fold(known.body.clone(), |body, (index, argument)| {
        body.replace(&format!("#{}", index + 1), argument)
    })
}

fn optional<'t>(cursor: &mut Cursor<'t>) -> Option<&'t str> {
    let mut ahead = *cursor;
    ahead.skip_space();
    let value = ahead.bracketed()?;
    *cursor = ahead;
    Some(value)
}

/// A group's inside, else one command or character.
fn mandatory<'t>(cursor: &mut Cursor<'t>) -> &'t str {
    if let Some((body, end)) = group(cursor.text, cursor.at) {
        cursor.at = end;
        return body;
    }
    cursor.skip_space();
    let start = cursor.at;
    if cursor.take("\\") && cursor.letters().is_none() {
        cursor.at += cursor.rest().chars().next().filter(|c| *c != '\n').map_or(0, char::len_utf8);
    } else if cursor.at == start {
        cursor.at += cursor.rest().chars().next().map_or(0, char::len_utf8);
    }
    cursor.text.get(start..cursor.at).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(definitions: &str, tex: &str, expected: &str) {
        assert_eq!(expand(tex, &Macros::read([definitions])), expected, "{definitions} | {tex}");
    }

    #[test]
    fn definitions_are_read_and_filled_in() {
        check(r"\newcommand{\R}{\mathbb{R}}", r"x\in\R^n", r"x\in{\mathbb{R}}^n");
        check(r"\newcommand\v[1]{\vec{#1}}", r"\v a+\v{bc}", r"{\vec{a}}+{\vec{bc}}");
        check(r"\renewcommand*{\f}[2][x]{#1/#2}", r"\f{b}\f[a]{b}", "{x/b}{a/b}");
        check(r"\def\E{\mathcal E}\def\g#1{#1}", r"\E\g", r"{\mathcal E}\g");
        check(
            r"\DeclareMathOperator*{\argmin}{arg\,min}",
            r"\argmin",
            r"{\operatorname{arg\,min}}",
        );
        check(r"\newcommand{\a}{\b}\newcommand{\b}{c}", r"\a", "{{c}}");
        check("", r"\R", r"\R");
    }

    #[test]
    fn endless_macros_end() {
        let tex = expand(r"\a", &Macros::read([r"\newcommand{\a}{\a\a\a\a\a}"]));
        assert!(tex.len() > LONGEST && tex.len() < LONGEST * 20);
        check(r"\newcommand{\a}[1]{#1}", r"\a", "{}");
        check(r"\newcommand{\a}{x", r"\a", r"\a");
    }
}
