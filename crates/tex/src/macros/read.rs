//! Finds definitions in TeX.

use std::ops::Range;

use super::Macro;
use crate::scan::{Kind, Token, Tokens, argument, group, optional, tokens, tokens_from};

/// A definition and where it stands.
pub(super) struct Found<'a> {
    pub(super) range: Range<usize>,
    pub(super) effect: Effect<'a>,
}

/// What a definition does.
pub(super) enum Effect<'a> {
    /// Gives a name a meaning; a weak one yields to an earlier one.
    Define { name: &'a str, definition: Macro, weak: bool },
    /// Makes a name another name of a token.
    Let { name: &'a str, target: &'a str },
}

/// The definitions in `tex`, in order.
///
/// A definition whose braces never close ends the search: what follows stands
/// inside them. That also keeps the work linear.
pub(super) fn definitions(tex: &str) -> impl Iterator<Item = Found<'_>> {
    let mut rest = tokens(tex);
    let mut prefix = None;
    std::iter::from_fn(move || {
        loop {
            let command = rest.find(|t| t.kind == Kind::Word || t.kind == Kind::Char)?;
            if matches!(command.name(), "global" | "long" | "outer") {
                prefix.get_or_insert(command.at);
                continue;
            }
            let start = prefix.take().unwrap_or(command.at);
            let Some(reader) = reader(command.name()) else { continue };
            match reader(tex, command) {
                Read::Found(effect, end) => {
                    rest = tokens_from(tex, end);
                    return Some(Found { range: start..end, effect });
                }
                Read::Unclosed => return None,
                Read::Other => {}
            }
        }
    })
}

enum Read<'a> {
    Found(Effect<'a>, usize),
    /// A brace that never closes.
    Unclosed,
    /// Not a definition that we read.
    Other,
}

type Reader = for<'a> fn(&'a str, Token<'a>) -> Read<'a>;

fn reader(name: &str) -> Option<Reader> {
    match name {
        "newcommand" | "renewcommand" | "providecommand" | "DeclareRobustCommand" => Some(command),
        "def" | "gdef" | "edef" | "xdef" => Some(def),
        "let" => Some(alias),
        "DeclareMathOperator" => Some(operator),
        _ => None,
    }
}

/// `\newcommand*{\name}[n][default]{body}`
fn command<'a>(tex: &'a str, command: Token<'a>) -> Read<'a> {
    let (_, at) = star(tex, command.end());
    let Some(target) = argument(tex, at) else { return Read::Unclosed };
    let Some(name) = command_name(target.body) else { return Read::Other };
    let (mut end, mut args, mut default) = (target.end, 0, None);
    if let Some(count) = optional(tex, end) {
        (end, args) = (count.end, count.body.trim().parse().unwrap_or(0));
        if let Some(first) = optional(tex, end) {
            (end, default) = (first.end, Some(first.body.to_owned()));
        }
    }
    if tokens_from(tex, end).next_solid().is_some_and(|t| t.text == "[") {
        return Read::Unclosed;
    }
    let Some(body) = argument(tex, end) else { return Read::Unclosed };
    let weak = command.name() == "providecommand";
    let definition = Macro::new(args, default, body.body);
    Read::Found(Effect::Define { name, definition, weak }, body.end)
}

/// `\DeclareMathOperator*{\name}{text}`
fn operator<'a>(tex: &'a str, command: Token<'a>) -> Read<'a> {
    let (starred, at) = star(tex, command.end());
    let Some(target) = argument(tex, at) else { return Read::Unclosed };
    let Some(name) = command_name(target.body) else { return Read::Other };
    let Some(text) = argument(tex, target.end) else { return Read::Unclosed };
    let star = if starred { "*" } else { "" };
    let definition = Macro::new(0, None, format!(r"\operatorname{star}{{{}}}", text.body));
    Read::Found(Effect::Define { name, definition, weak: false }, text.end)
}

/// `\def\name#1#2{body}`; parameters with text between them are not read.
fn def<'a>(tex: &'a str, command: Token<'a>) -> Read<'a> {
    let mut rest = tokens_from(tex, command.end());
    let Some(name) = rest.next_solid().filter(is_command) else { return Read::Other };
    let (mut args, mut last) = (0u8, rest.next_solid());
    while last.is_some_and(|t| t.kind == Kind::Parameter) {
        if rest.next().map(|t| t.text) != Some(digit(args + 1)) {
            return Read::Other;
        }
        args += 1;
        last = rest.next_solid();
    }
    let Some(open) = last.filter(|t| t.kind == Kind::Open) else { return Read::Other };
    let Some(body) = group(tex, open.at) else { return Read::Unclosed };
    let definition = Macro::new(args, None, body.body);
    Read::Found(Effect::Define { name: name.name(), definition, weak: false }, body.end)
}

/// `\let\name=\other`
fn alias<'a>(tex: &'a str, command: Token<'a>) -> Read<'a> {
    let mut rest = tokens_from(tex, command.end());
    let Some(name) = rest.next_solid().filter(is_command) else { return Read::Other };
    let is_equals = |t: &Token<'_>| t.text == "=";
    let target = next_unless(&mut rest, is_equals);
    let Some(target) = target.filter(|t| !matches!(t.kind, Kind::Open | Kind::Close)) else {
        return Read::Other;
    };
    Read::Found(Effect::Let { name: name.name(), target: target.text }, target.end())
}

fn next_unless<'a>(rest: &mut Tokens<'a>, skip: impl Fn(&Token<'_>) -> bool) -> Option<Token<'a>> {
    let first = rest.next_solid()?;
    if skip(&first) { rest.next_solid() } else { Some(first) }
}

fn is_command(token: &Token<'_>) -> bool {
    matches!(token.kind, Kind::Word | Kind::Symbol)
}

fn digit(n: u8) -> &'static str {
    ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"].get(usize::from(n)).copied().unwrap_or("")
}

fn star(tex: &str, at: usize) -> (bool, usize) {
    match tokens_from(tex, at).next_solid() {
        Some(token) if token.text == "*" => (true, token.end()),
        _ => (false, at),
    }
}

/// The name that `{\name}`, `\name` or, as MathJax allows, `{name}` gives.
fn command_name(target: &str) -> Option<&str> {
    let target = target.trim();
    let name = target.strip_prefix('\\').unwrap_or(target);
    let is_word = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphabetic());
    (is_word || (target.len() > name.len() && name.chars().count() == 1)).then_some(name)
}
