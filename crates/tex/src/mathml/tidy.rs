//! What the items of one row say together: fences find their partners, letters
//! join to words, and patterns that LaTeX has a command for are recognised.

use super::expr::{Expr, Kind, Layout, Line, Side, Token};
use super::font::Font;
use super::symbols::{self, Role};

/// Tidies the row that starts at `start` of `items`.
pub(super) fn row(items: &mut Vec<Expr<'_>>, start: usize) {
    join_letters(items, start);
    join_modulo(items, start);
    join_names(items, start);
    join_implications(items, start);
    if items.get(start..).unwrap_or_default().iter().any(Expr::is_tall) {
        match_fences(items, start);
    }
}

/// `\mathrm{k}\mathrm{g}` is `\mathrm{kg}`: letters of the alphabets of words join, those
/// of other alphabets only when they fill the row.
fn join_letters(items: &mut Vec<Expr<'_>>, start: usize) {
    let row = items.get(start..).unwrap_or_default();
    let Some(font) = row.iter().find_map(letter_font) else { return };
    if row.len() < 2 {
        return;
    }
    let whole = row.iter().all(|item| letter_font(item) == Some(font));
    if !whole && !row.iter().any(|item| letter_font(item).is_some_and(Font::is_of_words)) {
        return;
    }
    let row: Vec<Expr<'_>> = items.drain(start..).collect();
    let mut before = None;
    for item in row {
        let font = letter_font(&item).filter(|font| whole || font.is_of_words());
        match (item, items.last_mut()) {
            (Expr::Token(letter), Some(word)) if font.is_some() && font == before => {
                append(word, &letter);
            }
            (item, _) => items.push(item),
        }
        before = font;
    }
}

/// The explicit font of a letter or digit that can stand in a word.
fn letter_font(item: &Expr<'_>) -> Option<Font> {
    let token = item.token()?;
    let joins = token.kind != Kind::Operator
        && !token.op.function
        && token.text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    token.font.filter(|_| joins)
}

fn append(word: &mut Expr<'_>, letter: &Token<'_>) {
    if let Expr::Token(word) = word {
        word.kind = Kind::Ident;
        word.text.to_mut().push_str(&letter.text);
    }
}

/// `( mod n )` after a space is `\pmod{n}`.
fn join_modulo(items: &mut Vec<Expr<'_>>, start: usize) {
    let row = items.get(start..).unwrap_or_default();
    let is_modulo = |window: &[Expr<'_>]| {
        matches!(window, [Expr::Space(_), open, Expr::Token(name)]
            if open.symbol() == Some('(') && name.text == "mod")
    };
    let Some(at) = row.windows(3).position(is_modulo) else { return };
    let at = start + at;
    let rest = items.get(at + 3..).unwrap_or_default();
    let Some(length) = closing(rest) else { return };
    let close = at + 3 + length;
    let after = items.split_off(close);
    let mut inner = items.split_off(at + 3);
    inner.retain(|item| !matches!(item, Expr::Space(_)));
    items.truncate(at);
    items.push(Expr::command(r"\pmod", Expr::of(inner)));
    items.extend(after.into_iter().skip(1));
}

/// `flow`, `_`, `limit` in upright letters is one name; `\quad mod\ ` is `\mod`.
fn join_names(items: &mut Vec<Expr<'_>>, start: usize) {
    let is_gap = |item: &Expr<'_>| matches!(item, Expr::Space(6..));
    let mut at = start + 1;
    let mut joined = false;
    while let Some([before, name, after]) = items.get_mut(at - 1..at + 2) {
        let is_modulo = name.token().is_some_and(|token| token.text == "mod");
        if is_modulo && is_gap(before) && is_gap(after) {
            (*before, *name, *after) = (Expr::Nothing, Expr::Symbol(r"\mod"), Expr::Nothing);
            joined = true;
        } else if name.symbol() == Some('_') && is_word(before) && is_word(after) {
            let parts = [std::mem::take(before), std::mem::take(name)];
            prepend(after, &parts);
            joined = true;
        }
        at += 1;
    }
    if joined {
        remove(items, start, |item| item.is_nothing());
    }
}

/// Whether an item is a name of several upright letters.
fn is_word(item: &Expr<'_>) -> bool {
    item.token().is_some_and(|token| {
        token.text.len() > 1
            && token.font.is_none_or(|font| font == Font::Normal)
            && token.text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
            && token.text.starts_with(|ch: char| ch.is_ascii_alphabetic())
    })
}

fn prepend(word: &mut Expr<'_>, parts: &[Expr<'_>]) {
    if let Expr::Token(word) = word {
        let mut text: String =
            parts.iter().filter_map(Expr::token).map(|part| &*part.text).collect();
        text.push_str(&word.text);
        word.text = text.into();
        word.kind = Kind::Ident;
    }
}

/// `\iff` and `\implies` are arrows with spaces of their own.
fn join_implications(items: &mut Vec<Expr<'_>>, start: usize) {
    let row = items.get_mut(start..).unwrap_or_default();
    let mut changed = false;
    for at in 1..row.len().saturating_sub(1) {
        let Some([before, arrow, after]) = row.get_mut(at - 1..at + 2) else { continue };
        let Some(command) = arrow.symbol().and_then(implication) else { continue };
        if let (Expr::Space(before @ 5..), Expr::Space(after @ 5..)) = (before, after) {
            *before -= 5;
            *after -= 5;
            *arrow = Expr::Symbol(command);
            changed = true;
        }
    }
    if changed {
        remove(items, start, |item| matches!(item, Expr::Space(0)));
    }
}

fn implication(arrow: char) -> Option<&'static str> {
    Some(match arrow {
        '⟺' => r"\iff",
        '⟹' => r"\implies",
        '⟸' => r"\impliedby",
        _ => return None,
    })
}

/// Removes items of a row.
fn remove(items: &mut Vec<Expr<'_>>, start: usize, gone: impl Fn(&Expr<'_>) -> bool) {
    let mut at = 0;
    items.retain(|item| {
        at += 1;
        at <= start || !gone(item)
    });
}

/// Where the parenthesis that is open before `items` closes.
fn closing(items: &[Expr<'_>]) -> Option<usize> {
    let mut depth = 0usize;
    for (at, item) in items.iter().enumerate() {
        match item.symbol() {
            Some('(') => depth += 1,
            Some(')') if depth == 0 => return Some(at),
            Some(')') => depth -= 1,
            _ => {}
        }
    }
    None
}

/// Pairs the delimiters of a row; pairs around tall content grow, pairs around a
/// table or a stack become part of it.
fn match_fences(items: &mut Vec<Expr<'_>>, start: usize) {
    let mut fences = Fences::default();
    let mut tall = 0;
    let mut merged = false;
    for at in start..items.len() {
        let Some(item) = items.get(at) else { break };
        let Some(role) = delimiter_role(item, at == start) else {
            tall += usize::from(item.is_tall());
            continue;
        };
        let is_open = match role {
            Role::Open => true,
            Role::Bar => !fences.closes_bar(items, at),
            Role::Close => false,
        };
        if is_open {
            fences.push(Opened { at, tall, is_bar: role == Role::Bar });
        } else if let Some(opened) = fences.partner(role) {
            merged |= tall > opened.tall && pair(items, opened.at, at);
        }
    }
    merged |= open_brace(items, &fences.open);
    set_middles(items.get_mut(start..).unwrap_or_default());
    if merged {
        remove(items, start, |item| item.is_nothing());
    }
}

/// An open delimiter: its place, and how many tall items stood before it.
struct Opened {
    at: usize,
    tall: usize,
    is_bar: bool,
}

/// The delimiters that are open at some place of a row.
#[derive(Default)]
struct Fences {
    open: Vec<Opened>,
    /// How many of them are no bars.
    parentheses: usize,
}

impl Fences {
    fn push(&mut self, opened: Opened) {
        self.parentheses += usize::from(!opened.is_bar);
        self.open.push(opened);
    }

    fn pop(&mut self) -> Option<Opened> {
        let opened = self.open.pop()?;
        self.parentheses -= usize::from(!opened.is_bar);
        Some(opened)
    }

    /// Whether a bar closes the innermost delimiter: an equal bar, or `\left.`.
    fn closes_bar(&self, items: &[Expr<'_>], at: usize) -> bool {
        let Some(opened) = self.open.last() else { return false };
        let text = |at| items.get(at).and_then(Expr::delimiter).map(|token| &*token.text);
        let opener = text(opened.at).unwrap_or_default();
        opener.is_empty() || opened.at + 1 < at && Some(opener) == text(at)
    }

    /// The partner of a closing delimiter: the innermost open one, but no lone bar when a
    /// parenthesis is open outside of it.
    fn partner(&mut self, role: Role) -> Option<Opened> {
        while role == Role::Close
            && self.parentheses > 0
            && self.open.last().is_some_and(|opened| opened.is_bar)
        {
            self.pop();
        }
        self.pop()
    }
}

fn delimiter_role(item: &Expr<'_>, first: bool) -> Option<Role> {
    let token = item.delimiter()?;
    if token.op.side != Side::None {
        return None;
    }
    let role = token.role()?;
    match (token.text.is_empty(), token.op.form) {
        (true, None) => Some(if first { Role::Open } else { Role::Close }),
        _ => Some(role),
    }
}

/// Joins two partners; true when they became part of what they enclose.
fn pair(items: &mut [Expr<'_>], from: usize, to: usize) -> bool {
    if to == from + 2 && absorb(items, from, to) {
        return true;
    }
    let grows =
        [from, to].iter().all(|at| items.get(*at).and_then(Expr::delimiter).is_some_and(can_grow));
    if grows {
        set_side(items, from, Side::Left);
        set_side(items, to, Side::Right);
    }
    false
}

fn can_grow(token: &Token<'_>) -> bool {
    let is_delimiter = match token.symbol() {
        Some(ch) => symbols::growing_delimiter(ch).is_some(),
        None => token.text.is_empty(),
    };
    is_delimiter && token.op.size == 0 && token.op.stretchy != Some(false)
}

fn set_side(items: &mut [Expr<'_>], at: usize, side: Side) {
    if let Some(token) = items.get_mut(at).and_then(Expr::delimiter_mut) {
        token.op.side = side;
    }
}

/// Bars that say they stretch, between pairs that grow.
fn set_middles(row: &mut [Expr<'_>]) {
    let mut depth = 0usize;
    for item in row {
        let is_token = matches!(item, Expr::Token(_));
        let Some(token) = item.delimiter_mut() else { continue };
        let stretches = token.op.stretchy == Some(true) || token.op.fence == Some(true);
        match token.op.side {
            Side::Left => depth += 1,
            Side::Right => depth = depth.saturating_sub(1),
            Side::None if depth > 0 && is_token && stretches && token.role() == Some(Role::Bar) => {
                token.op.side = Side::Middle;
            }
            _ => {}
        }
    }
}

/// Delimiters right around a table or a stack: `pmatrix`, `\binom`.
fn absorb(items: &mut [Expr<'_>], from: usize, to: usize) -> bool {
    let text = |at: usize| items.get(at).and_then(Expr::token).map(|token| token.text.to_string());
    let (Some(open), Some(close)) = (text(from), text(to)) else { return false };
    let done = match items.get_mut(from + 1) {
        Some(Expr::Table(table)) => match table.delimited(&open, &close) {
            Some(layout) => {
                table.layout = layout;
                true
            }
            None => false,
        },
        Some(Expr::Fraction(fraction)) if fraction.line == Line::Absent(r"\atop") => {
            match stack_command(&open, &close) {
                Some(command) => {
                    fraction.line = Line::Absent(command);
                    true
                }
                None => false,
            }
        }
        _ => false,
    };
    for at in [from, to].into_iter().filter(|_| done) {
        clear(items, at);
    }
    done
}

fn clear(items: &mut [Expr<'_>], at: usize) {
    if let Some(item) = items.get_mut(at) {
        *item = Expr::Nothing;
    }
}

fn stack_command(open: &str, close: &str) -> Option<&'static str> {
    Some(match (open, close) {
        ("(", ")") => r"\binom",
        ("[", "]") => r"\brack",
        ("{", "}") => r"\brace",
        _ => return None,
    })
}

/// A brace that nothing closes, before a table: `cases`, or a brace as tall as the table.
fn open_brace(items: &mut [Expr<'_>], open: &[Opened]) -> bool {
    let mut merged = false;
    for Opened { at, .. } in open {
        let Some([brace, table]) = items.get_mut(*at..at + 2) else { continue };
        let Expr::Table(inner) = table else { continue };
        if brace.symbol() != Some('{') {
            continue;
        }
        if let Some(layout) = inner.delimited("{", "") {
            inner.layout = layout;
            *brace = Expr::Nothing;
        } else {
            *table = enlarged(std::mem::take(brace), std::mem::take(table));
        }
        merged = true;
    }
    merged
}

/// A row that a single bar ends, under scripts: `f|_0`, where the bar stands at limits and
/// grows with what they are put into.
pub(super) fn evaluated(base: Expr<'_>) -> Expr<'_> {
    let Expr::Row(row) = &base else { return base };
    let is_bar = |item: &Expr<'_>| item.symbol() == Some('|');
    let ends = row.items.last().and_then(Expr::token).is_some_and(|last| {
        last.symbol() == Some('|') && last.op.side == Side::None && last.op.stretchy != Some(false)
    });
    if !ends || row.items.len() < 2 || row.items.iter().filter(|item| is_bar(item)).count() > 1 {
        return base;
    }
    let Expr::Row(mut row) = base else { return Expr::Nothing };
    let mut open = Expr::operator("");
    if let Some(token) = open.delimiter_mut() {
        token.op.side = Side::Left;
    }
    if let Some(token) = row.items.last_mut().and_then(Expr::delimiter_mut) {
        token.op.side = Side::Right;
    }
    row.items.insert(0, open);
    Expr::Row(row)
}

/// A delimiter that grows with what follows it, and no partner.
fn enlarged<'a>(mut open: Expr<'a>, content: Expr<'a>) -> Expr<'a> {
    let mut close = Expr::operator("");
    for (delimiter, side) in [(&mut open, Side::Left), (&mut close, Side::Right)] {
        if let Some(token) = delimiter.delimiter_mut() {
            token.op.side = side;
        }
    }
    Expr::of(vec![open, content, close])
}

/// Whether a row is enclosed by one pair of delimiters, so that a script after it
/// needs no braces.
pub(super) fn is_fenced(items: &[Expr<'_>]) -> bool {
    let Some(first) = items.first().and_then(Expr::token) else { return false };
    if items.len() < 2 || first.role().is_none_or(|role| role == Role::Close) {
        return false;
    }
    if first.op.side == Side::Left {
        return grows_as_whole(items);
    }
    if first.role() == Some(Role::Bar) {
        return encloses_with_bars(items, first);
    }
    let mut depth = 0usize;
    for (at, item) in items.iter().enumerate() {
        match item.token().and_then(Token::role) {
            Some(Role::Open) => depth += 1,
            Some(Role::Close) => {
                depth -= 1;
                if depth == 0 {
                    return at + 1 == items.len();
                }
            }
            _ => {}
        }
    }
    false
}

/// Whether the `\left` at the start has its `\right` at the end.
fn grows_as_whole(items: &[Expr<'_>]) -> bool {
    let mut depth = 0usize;
    let closes = items.iter().position(|item| {
        match item.delimiter().map(|token| token.op.side) {
            Some(Side::Left) => depth += 1,
            Some(Side::Right) => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0
    });
    let ends_plain = items.last().is_some_and(|last| last.token().is_some());
    ends_plain && closes == Some(items.len() - 1)
}

fn encloses_with_bars(items: &[Expr<'_>], first: &Token<'_>) -> bool {
    let bars = items.iter().filter_map(Expr::token).filter(|token| token.text == first.text);
    let ends = items.last().and_then(Expr::token).is_some_and(|last| last.text == first.text);
    ends && bars.count() == 2
}

/// Drops the spaces at both ends of a formula.
pub(super) fn trim_spaces(items: &mut Vec<Expr<'_>>) {
    let blank = |item: &Expr<'_>| matches!(item, Expr::Space(_) | Expr::Nothing | Expr::Newline);
    while items.last().is_some_and(blank) {
        items.pop();
    }
    let leading = items.iter().take_while(|item| blank(item)).count();
    items.drain(..leading);
}

impl super::expr::Table<'_> {
    /// The environment that draws these delimiters around the table by itself.
    fn delimited(&self, open: &str, close: &str) -> Option<Layout> {
        let plain = self.column_rules.iter().chain(&self.row_rules).all(|rule| !rule);
        let name = match (open, close) {
            _ if !plain || matches!(self.layout, Layout::Named(_) | Layout::Numbered) => {
                return None;
            }
            ("(", ")") => "pmatrix",
            ("[", "]") => "bmatrix",
            ("{", "}") => "Bmatrix",
            ("|" | "∣", "|" | "∣") => "vmatrix",
            ("‖" | "∥", "‖" | "∥") => "Vmatrix",
            ("{", "") if self.is_cases() => "cases",
            ("", "}") if self.is_cases() => "rcases",
            _ => return None,
        };
        let centered =
            matches!(self.layout, Layout::Matrix | Layout::Bare) || name.ends_with("cases");
        centered.then_some(Layout::Named(name))
    }

    fn is_cases(&self) -> bool {
        use super::expr::Align::Left;
        let is_left = self.align.iter().all(|align| *align == Left);
        self.align.len() <= 2 && (is_left || self.layout == Layout::Matrix)
    }
}
