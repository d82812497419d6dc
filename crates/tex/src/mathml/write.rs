//! From expressions to LaTeX: braces only where TeX needs them, spaces only where a
//! command would swallow the next letter.

use super::expr::{
    Align, Expr, Fraction, Kind, Layout, Line, Row, Scripts, Side, Table, TableRow, Token,
};
use super::font::{self, Font};
use super::{symbols, tidy};

/// Writes the LaTeX of a formula whose items these are.
pub(super) fn formula(items: &[Expr<'_>], tag: Option<&str>) -> String {
    let mut writer = Writer::default();
    writer.items(items);
    if let Some(tag) = tag {
        writer.tag(tag);
    }
    let trimmed = writer.out.trim_end().len();
    if !writer.out.ends_with(r"\ ") {
        writer.out.truncate(trimmed);
    }
    writer.out
}

#[derive(Default)]
struct Writer {
    out: String,
    /// Whether `out` ends in a command that a following letter would join.
    after_word: bool,
    /// Length of `out` right after a superscript or prime; a prime there would be an error.
    after_sup: Option<usize>,
}

impl Writer {
    /// Appends LaTeX, apart from the command before it.
    fn push(&mut self, tex: &str) {
        let Some(first) = tex.bytes().next() else { return };
        if self.after_word && first.is_ascii_alphabetic() {
            self.out.push(' ');
        }
        self.out.push_str(tex);
        self.after_word = ends_in_word(tex);
    }

    fn group(&mut self, expr: &Expr<'_>) {
        self.push("{");
        self.expr(expr);
        self.push("}");
    }

    fn items(&mut self, items: &[Expr<'_>]) {
        for item in items {
            self.expr(item);
        }
    }

    fn expr(&mut self, expr: &Expr<'_>) {
        match expr {
            Expr::Nothing => {}
            Expr::Token(token) => self.token(token),
            Expr::Text(text, font) => self.text(text, *font),
            Expr::Symbol(command) => self.push(command),
            Expr::Unknown(command) => self.push(command),
            Expr::Space(mu) => self.space(*mu),
            Expr::Newline => self.push(r"\\ "),
            Expr::Row(row) => self.items(&row.items),
            Expr::Fraction(fraction) => self.fraction(fraction),
            Expr::Root(radicand, index) => self.root(radicand, index),
            Expr::Scripts(scripts) => self.scripts(scripts),
            Expr::Command(command, inner) => {
                self.push(command);
                self.group(inner);
            }
            Expr::Command2(command, first, second) => {
                self.push(command);
                self.group(first);
                self.group(second);
            }
            Expr::Arrow(command, under, over) => {
                self.push(command);
                self.optional(under);
                self.group(over);
            }
            Expr::Table(table) => self.table(table),
        }
    }

    /// An optional argument; braces hide brackets in it.
    fn optional(&mut self, expr: &Expr<'_>) {
        if expr.is_nothing() {
            return;
        }
        self.push("[");
        let start = self.out.len();
        self.expr(expr);
        if self.out.get(start..).is_some_and(|inner| inner.contains(['[', ']'])) {
            self.out.insert(start, '{');
            self.push("}");
        }
        self.push("]");
    }

    fn root(&mut self, radicand: &Expr<'_>, index: &Expr<'_>) {
        self.push(r"\sqrt");
        self.optional(index);
        self.group(radicand);
    }

    fn fraction(&mut self, fraction: &Fraction<'_>) {
        match fraction.line {
            Line::Absent(command @ (r"\atop" | r"\brack" | r"\brace")) => {
                self.push("{");
                self.expr(&fraction.numerator);
                self.push(command);
                self.push(" ");
                self.expr(&fraction.denominator);
                return self.push("}");
            }
            Line::Slanted if is_simple(&fraction.numerator) && is_simple(&fraction.denominator) => {
                self.expr(&fraction.numerator);
                self.push("/");
                return self.expr(&fraction.denominator);
            }
            Line::Absent(command) => self.push(command),
            Line::Ruled | Line::Slanted => self.push(match fraction.style {
                Some(true) => r"\dfrac",
                Some(false) => r"\tfrac",
                None => r"\frac",
            }),
        }
        self.group(&fraction.numerator);
        self.group(&fraction.denominator);
    }

    fn space(&mut self, mu: i32) {
        let (mut left, negative) = (mu.unsigned_abs(), mu < 0);
        if negative {
            return (0..((left + 1) / 3).min(6)).for_each(|_| self.push(r"\!"));
        }
        while left >= 27 {
            self.push(r"\qquad");
            left = left.saturating_sub(36);
        }
        match left {
            0 | 1 => {}
            2 | 3 => self.push(r"\,"),
            4 => self.push(r"\:"),
            5 => self.push(r"\;"),
            6..=8 => self.push(r"\ "),
            9..=12 => self.push(r"\enspace"),
            _ => self.push(r"\quad"),
        }
    }

    fn text(&mut self, text: &str, font: Font) {
        let mut open_font = None;
        for ch in text.chars() {
            let (plain, font) = match font::decode(ch) {
                Some((plain, own)) => (plain, own),
                // A space goes with the words around it.
                None if ch == ' ' || ch == '\u{A0}' => (ch, open_font.unwrap_or(font)),
                None => (ch, font),
            };
            let next_font = (!is_sign(plain)).then_some(font);
            self.switch_text(&mut open_font, next_font);
            match next_font {
                Some(_) => self.text_char(plain),
                None => self.letter(plain, Some(font)),
            }
        }
        self.switch_text(&mut open_font, None);
    }

    /// Closes the text command of one font and opens that of another.
    fn switch_text(&mut self, open: &mut Option<Font>, next: Option<Font>) {
        if *open == next {
            return;
        }
        if let Some(font) = open {
            self.push(font.text_command().1);
        }
        if let Some(font) = next {
            self.push(font.text_command().0);
        }
        *open = next;
    }

    fn text_char(&mut self, ch: char) {
        match ch {
            '\\' => self.out.push_str(r"\textbackslash{}"),
            '{' | '}' | '$' | '&' | '#' | '%' | '_' => {
                self.out.push('\\');
                self.out.push(ch);
            }
            '^' => self.out.push_str(r"\textasciicircum{}"),
            '~' => self.out.push_str(r"\textasciitilde{}"),
            _ if symbols::is_invisible(ch) || ch.is_control() => {}
            _ if symbols::space_width(ch).is_some() => self.out.push(' '),
            _ => self.out.push(ch),
        }
    }
}

/// Whether a character is a mark on the letter before it.
fn is_combining(ch: char) -> bool {
    matches!(ch, '\u{300}'..='\u{36F}' | '\u{1AB0}'..='\u{1AFF}' | '\u{1DC0}'..='\u{1DFF}'
        | '\u{20D0}'..='\u{20FF}' | '\u{FE20}'..='\u{FE2F}')
}

/// Whether a character of a text belongs to mathematics: signs with a command, Greek
/// letters.
fn is_sign(ch: char) -> bool {
    if ch.is_ascii() {
        return false;
    }
    symbols::command(ch).is_some_and(|tex| tex.starts_with('\\') && !tex.starts_with(r"\text"))
}

/// Whether LaTeX ends in a control word.
fn ends_in_word(tex: &str) -> bool {
    let stem = tex.trim_end_matches(|ch: char| ch.is_ascii_alphabetic());
    stem.len() < tex.len() && stem.ends_with('\\') && !stem.ends_with(r"\\")
}

/// Whether an expression reads as one term beside a slash.
fn is_simple(expr: &Expr<'_>) -> bool {
    match expr {
        Expr::Token(_) | Expr::Scripts(_) | Expr::Command(..) | Expr::Text(..) => true,
        Expr::Row(row) => {
            let operator = |item: &Expr<'_>| !matches!(item, Expr::Token(token) if token.kind != Kind::Operator);
            tidy::is_fenced(&row.items) || !row.items.iter().any(operator)
        }
        _ => false,
    }
}

/// Tokens.
impl Writer {
    fn token(&mut self, token: &Token<'_>) {
        let grow = match token.op.side {
            Side::Left => r"\left",
            Side::Right => r"\right",
            Side::Middle => r"\middle",
            Side::None => return self.plain_token(token),
        };
        self.push(grow);
        let delimiter = token.symbol().and_then(symbols::growing_delimiter).unwrap_or(".");
        self.push(delimiter);
    }

    fn plain_token(&mut self, token: &Token<'_>) {
        if token.text.is_empty() {
            return;
        }
        if token.op.size > 0 {
            self.sized(token);
        } else if let Some(symbol) = token.symbol() {
            self.symbol(symbol, token);
        } else if let Some(name) = function_name(token) {
            self.push("\\");
            self.out.push_str(name);
            self.after_word = true;
        } else if token.kind == Kind::Number {
            self.number(token);
        } else {
            self.name(token);
        }
    }

    /// `\bigl(`, `\Big|`: a delimiter of given size.
    fn sized(&mut self, token: &Token<'_>) {
        let sizes = [r"\big", r"\Big", r"\bigg", r"\Bigg"];
        let size = sizes.get(usize::from(token.op.size) - 1).copied().unwrap_or_default();
        let Some(delimiter) = token.symbol().and_then(symbols::growing_delimiter) else {
            return self.letters(&token.text, token.font);
        };
        self.push(size);
        match token.role() {
            Some(symbols::Role::Open) => self.out.push('l'),
            Some(symbols::Role::Close) => self.out.push('r'),
            _ => {}
        }
        self.push(delimiter);
    }

    /// A token of one character.
    fn symbol(&mut self, symbol: char, token: &Token<'_>) {
        if let Some(count) = symbols::primes(symbol) {
            return self.primes(count);
        }
        if token.kind == Kind::Operator {
            return self.operator_symbol(symbol, token);
        }
        match symbol {
            '⊥' => self.push(r"\bot"),
            '∣' => self.push("|"),
            '∥' => self.push(r"\|"),
            _ => self.letter(symbol, token.font),
        }
    }

    fn operator_symbol(&mut self, symbol: char, token: &Token<'_>) {
        let is_delimiter =
            token.op.stretchy.is_some() || token.op.fence.is_some() || token.op.form.is_some();
        match symbol {
            '∣' | '❘' | '│' if is_delimiter => self.push("|"),
            '∥' if is_delimiter => self.push(r"\|"),
            '△' => self.push(r"\bigtriangleup"),
            '▽' => self.push(r"\bigtriangledown"),
            _ => match token.font.filter(|font| font.is_bold()) {
                Some(_) if symbol.is_alphanumeric() => self.letter(symbol, token.font),
                Some(_) if symbol.is_ascii() => self.letter(symbol, None),
                Some(_) => {
                    self.push(r"\boldsymbol{");
                    self.letter(symbol, None);
                    self.push("}");
                }
                None => self.letter(symbol, None),
            },
        }
    }

    fn primes(&mut self, count: usize) {
        if self.after_sup == Some(self.out.len()) && !self.out.ends_with('\'') {
            self.push("{}");
        }
        for _ in 0..count {
            self.push("'");
        }
        self.after_sup = Some(self.out.len());
    }

    /// One letter, digit or sign in a font.
    fn letter(&mut self, ch: char, font: Option<Font>) {
        let (plain, font) = font::resolve(ch, font);
        if plain.is_ascii_alphanumeric() {
            let mut buffer = [0; 4];
            return self.latin(plain.encode_utf8(&mut buffer), font);
        }
        if symbols::is_invisible(plain) {
            return;
        }
        match (symbols::command(plain), font) {
            (Some(tex), Some(font)) if font.is_bold() && plain.is_alphabetic() => {
                let upright = font == Font::Bold && plain.is_uppercase();
                self.push(if upright { r"\mathbf{" } else { r"\boldsymbol{" });
                self.push(tex);
                self.push("}");
            }
            (Some(tex), _) => self.push(tex),
            (None, _) => self.unknown(plain),
        }
    }

    /// A character without a LaTeX name: signs stand for themselves, letters are text.
    fn unknown(&mut self, ch: char) {
        if let Some(mu) = symbols::space_width(ch) {
            return self.space(mu);
        }
        if let Some((base, accent)) = accented_letter(ch) {
            self.push(accent);
            self.push(base);
            return self.push("}");
        }
        if ch.is_control() || is_combining(ch) {
            return;
        }
        let mut buffer = [0; 4];
        let tex: &str = ch.encode_utf8(&mut buffer);
        match ch.is_alphabetic() {
            true => self.text(tex, Font::Normal),
            false => self.push(tex),
        }
    }

    /// Latin letters and digits of one font.
    fn latin(&mut self, text: &str, font: Option<Font>) {
        let is_digit = text.bytes().all(|byte| byte.is_ascii_digit());
        let is_single = text.len() == 1;
        let font = match font {
            Some(Font::Normal) if is_digit => None,
            Some(Font::Italic) if is_single => None,
            None if !is_single && !is_digit => Some(Font::Normal),
            font => font,
        };
        let Some(font) = font else { return self.push(text) };
        let (open, close) = font.math_command();
        self.push(open);
        self.push(text);
        self.push(close);
    }

    fn number(&mut self, token: &Token<'_>) {
        let is_plain = token.font.is_none_or(|font| font == Font::Normal);
        if !is_plain || !token.text.chars().all(|ch| ch.is_ascii_digit() || ".,−-".contains(ch)) {
            return self.unusual_number(token);
        }
        let is_grouped = token
            .text
            .split(',')
            .skip(1)
            .all(|group| group.bytes().take_while(u8::is_ascii_digit).count() == 3);
        for ch in token.text.chars() {
            match ch {
                ',' if is_grouped => self.push("{,}"),
                _ => self.letter(ch, None),
            }
        }
    }

    /// A number with letters, as `0xFF` or `1e10`, or in a font.
    fn unusual_number(&mut self, token: &Token<'_>) {
        let is_ascii = |byte: u8| byte.is_ascii_alphanumeric() || b".+-".contains(&byte);
        if !token.text.bytes().all(is_ascii) {
            return self.letters(&token.text, token.font);
        }
        let (open, close) = token.font.unwrap_or(Font::Normal).math_command();
        self.push(open);
        self.push(&token.text);
        self.push(close);
    }

    /// A name of several letters, or any other text in an `mi` or `mo`.
    fn name(&mut self, token: &Token<'_>) {
        let is_word = |ch: char| ch.is_ascii_alphabetic() || symbols::space_width(ch).is_some();
        let is_operator = token.op.function || token.kind == Kind::Operator;
        let has_font = token.font.is_some_and(|font| font != Font::Normal);
        if &*token.text == "mod" && token.kind == Kind::Operator {
            return self.push(r"\bmod");
        }
        if has_font || !is_operator || !token.text.chars().all(is_word) {
            return self.letters(&token.text, token.font);
        }
        self.push(r"\operatorname{");
        self.words(&token.text);
        self.push("}");
    }

    fn words(&mut self, text: &str) {
        for ch in text.chars() {
            match symbols::space_width(ch) {
                Some(_) => self.push(r"\,"),
                None => self.push(ch.encode_utf8(&mut [0; 4])),
            }
        }
    }

    /// Any characters, those of one font together.
    fn letters(&mut self, text: &str, font: Option<Font>) {
        if text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return self.latin(text, font);
        }
        if text.len() > 1 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            return self.identifier(text, font);
        }
        let is_words = text.chars().all(|ch| ch.is_alphabetic() || ch == ' ')
            && text.chars().all(|ch| symbols::command(ch).is_none() && font::decode(ch).is_none());
        if is_words {
            return self.text(text, font.unwrap_or(Font::Normal));
        }
        let mut run = String::new();
        let mut run_font = None;
        let mut chars = text.chars().peekable();
        while let Some(ch) = chars.next() {
            let (plain, own) = font::resolve(ch, font);
            let is_marked = chars.peek().is_some_and(|mark| is_combining(*mark));
            if plain.is_ascii_alphanumeric() && !is_marked {
                if own != run_font {
                    self.flush(&mut run, run_font);
                }
                run_font = own;
                run.push(plain);
                continue;
            }
            self.flush(&mut run, run_font);
            if chars.next_if_eq(&'\u{338}').is_some() {
                self.negated(ch);
            } else if let Some(mark) = chars.next_if(|mark| is_combining(*mark)) {
                self.marked(ch, mark, font);
            } else if let Some(count) = symbols::primes(ch) {
                self.primes(count);
            } else {
                self.letter(ch, font);
            }
        }
        self.flush(&mut run, run_font);
    }

    /// A name with underscores, as programs have.
    fn identifier(&mut self, text: &str, font: Option<Font>) {
        let (open, close) = font.unwrap_or(Font::Normal).math_command();
        self.push(open);
        for (index, part) in text.split('_').enumerate() {
            if index > 0 {
                self.push(r"\_");
            }
            self.push(part);
        }
        self.push(close);
    }

    fn flush(&mut self, run: &mut String, font: Option<Font>) {
        if !run.is_empty() {
            self.latin(run, font);
            run.clear();
        }
    }

    /// A letter with a combining mark over it.
    fn marked(&mut self, ch: char, mark: char, font: Option<Font>) {
        let accent = symbols::accent_over(mark).map(|(narrow, _)| narrow);
        let Some(accent) = accent else { return self.letter(ch, font) };
        self.push(accent);
        self.push("{");
        self.letter(ch, font);
        self.push("}");
    }

    /// A relation with U+0338 through it.
    fn negated(&mut self, ch: char) {
        match ch {
            '=' => self.push(r"\neq"),
            '∈' => self.push(r"\notin"),
            '∃' => self.push(r"\nexists"),
            '≤' => self.push(r"\nleq"),
            '≥' => self.push(r"\ngeq"),
            '<' => self.push(r"\nless"),
            '>' => self.push(r"\ngtr"),
            '∣' | '|' => self.push(r"\nmid"),
            '∥' => self.push(r"\nparallel"),
            '⊆' => self.push(r"\nsubseteq"),
            '⊇' => self.push(r"\nsupseteq"),
            '∼' | '~' => self.push(r"\nsim"),
            '≅' => self.push(r"\ncong"),
            _ => {
                self.push(r"\not");
                self.letter(ch, None);
            }
        }
    }
}

/// The name of a function that LaTeX has a command for.
fn function_name<'t>(token: &'t Token<'_>) -> Option<&'t str> {
    let name = match &*token.text {
        "lim sup" | "lim\u{2006}sup" | "lim\u{2009}sup" | "lim\u{A0}sup" => "limsup",
        "lim inf" | "lim\u{2006}inf" | "lim\u{2009}inf" | "lim\u{A0}inf" => "liminf",
        "inj lim" | "inj\u{2006}lim" | "inj\u{2009}lim" => "injlim",
        "proj lim" | "proj\u{2006}lim" | "proj\u{2009}lim" => "projlim",
        name => name,
    };
    let upright = match token.font {
        None => true,
        Some(Font::Normal) => token.op.function || token.kind == Kind::Operator,
        Some(_) => false,
    };
    (upright && token.kind != Kind::Number && symbols::function(name).is_some()).then_some(name)
}

/// A letter with its accent: the base, and the command with its opening brace.
fn accented_letter(ch: char) -> Option<(&'static str, &'static str)> {
    Some(match ch {
        'û' => ("u", r"\hat{"),
        'â' => ("a", r"\hat{"),
        'ê' => ("e", r"\hat{"),
        'î' => (r"\imath", r"\hat{"),
        'ô' => ("o", r"\hat{"),
        'ŷ' => ("y", r"\hat{"),
        'ĉ' => ("c", r"\hat{"),
        'ĝ' => ("g", r"\hat{"),
        'ĥ' => ("h", r"\hat{"),
        'ĵ' => (r"\jmath", r"\hat{"),
        'ŝ' => ("s", r"\hat{"),
        'ŵ' => ("w", r"\hat{"),
        'ñ' => ("n", r"\tilde{"),
        'ã' => ("a", r"\tilde{"),
        'õ' => ("o", r"\tilde{"),
        'ũ' => ("u", r"\tilde{"),
        'ā' => ("a", r"\bar{"),
        'ē' => ("e", r"\bar{"),
        'ō' => ("o", r"\bar{"),
        'ū' => ("u", r"\bar{"),
        'ẋ' => ("x", r"\dot{"),
        'ẏ' => ("y", r"\dot{"),
        'ż' => ("z", r"\dot{"),
        'ẍ' => ("x", r"\ddot{"),
        _ => return None,
    })
}

/// Scripts.
impl Writer {
    fn scripts(&mut self, scripts: &Scripts<'_>) {
        for (sub, sup) in &scripts.before {
            self.push("{}");
            self.sub_and_sup(sub, sup);
        }
        let start = self.out.len();
        self.base(scripts);
        if self.after_sup == Some(self.out.len()) {
            self.out.insert(start, '{');
            self.push("}");
        }
        self.sub_and_sup(&scripts.sub, &scripts.sup);
        for (sub, sup) in &scripts.after {
            self.push("{}");
            self.sub_and_sup(sub, sup);
        }
    }

    fn base(&mut self, scripts: &Scripts<'_>) {
        match &scripts.base {
            Expr::Token(token) if scripts.limits => self.limits_base(token),
            Expr::Token(token) => {
                let start = self.out.len();
                self.token(token);
                if self.out.len() == start {
                    self.push("{}");
                }
            }
            Expr::Row(row) if tidy::is_fenced(&row.items) => self.items(&row.items),
            Expr::Table(table) if table.layout == Layout::Bare => self.group(&scripts.base),
            base @ (Expr::Text(..)
            | Expr::Unknown(_)
            | Expr::Command(..)
            | Expr::Command2(..)
            | Expr::Root(..)
            | Expr::Table(_)) => self.expr(base),
            Expr::Fraction(fraction) if fraction.line != Line::Slanted => self.expr(&scripts.base),
            base => self.group(base),
        }
    }

    /// A base that takes limits: integrals and unknown names must be told so.
    fn limits_base(&mut self, token: &Token<'_>) {
        if token.symbol().is_some_and(symbols::is_integral) {
            self.token(token);
            // Not after the group of a bold one.
            return if self.after_word {
                self.push(r"\limits")
            };
        }
        // One of a given size is written in letters, not as a command.
        let function = function_name(token).filter(|_| token.op.size == 0);
        if token.symbol().is_some() || function.is_some() {
            self.token(token);
            if function.and_then(symbols::function) == Some(false) {
                self.push(r"\limits");
            }
            return;
        }
        self.push(r"\operatorname*{");
        self.words(&token.text);
        self.push("}");
    }

    /// Scripts in the order that authors type: `f'_i`, `x_i^2`; but `x_i'^2`, since TeX
    /// joins a superscript to the primes right before it only.
    fn sub_and_sup(&mut self, sub: &Expr<'_>, sup: &Expr<'_>) {
        let (primes, rest) = leading_primes(sup);
        if primes == 0 {
            self.sub(sub);
            if !sup.is_nothing() {
                self.push("^");
                self.argument(std::slice::from_ref(sup));
                self.after_sup = Some(self.out.len());
            }
        } else if rest.is_empty() {
            self.primes(primes);
            self.sub(sub);
            self.after_sup = Some(self.out.len());
        } else {
            self.sub(sub);
            self.primes(primes);
            self.push("^");
            self.argument(rest);
            self.after_sup = Some(self.out.len());
        }
    }

    fn sub(&mut self, sub: &Expr<'_>) {
        if !sub.is_nothing() {
            self.push("_");
            self.argument(std::slice::from_ref(sub));
        }
    }

    /// The argument of `^` or `_`, in braces unless it is one character.
    fn argument(&mut self, items: &[Expr<'_>]) {
        let start = self.out.len();
        self.push("{");
        self.items(items);
        let inner = self.out.get(start + 1..).unwrap_or_default();
        if is_single(inner) {
            let is_word = inner.starts_with('\\');
            self.out.remove(start);
            self.after_word = is_word;
        } else {
            self.push("}");
        }
    }
}

/// The primes that a superscript starts with, and the items after them.
fn leading_primes<'e, 'a>(sup: &'e Expr<'a>) -> (usize, &'e [Expr<'a>]) {
    let items = match sup {
        Expr::Row(Row { items, .. }) => items.as_slice(),
        expr => std::slice::from_ref(expr),
    };
    let (mut total, mut taken) = (0, 0);
    for primes in items.iter().map_while(prime_count) {
        total += primes;
        taken += 1;
    }
    (total, items.get(taken..).unwrap_or_default())
}

/// How many primes a token is made of; `None` for anything else.
fn prime_count(expr: &Expr<'_>) -> Option<usize> {
    let token = expr.token().filter(|token| !token.text.is_empty())?;
    token.text.chars().map(|ch| if ch == '"' { Some(2) } else { symbols::primes(ch) }).sum()
}

/// Whether LaTeX is one character or one Greek letter or sign, which needs no braces as
/// a script. Macros such as `\max` expand to several tokens and do.
fn is_single(tex: &str) -> bool {
    let mut chars = tex.chars();
    match (chars.next(), chars.next()) {
        (Some(ch), None) => ch.is_ascii_alphanumeric() || "*+-<>=/".contains(ch),
        (Some('\\'), Some(_)) => SINGLE_COMMANDS.binary_search(&tex).is_ok(),
        _ => false,
    }
}

/// Commands that are one character to TeX; sorted.
const SINGLE_COMMANDS: &[&str] = &[
    r"\Delta",
    r"\Gamma",
    r"\Lambda",
    r"\Omega",
    r"\Phi",
    r"\Pi",
    r"\Psi",
    r"\Sigma",
    r"\Theta",
    r"\Upsilon",
    r"\Xi",
    r"\alpha",
    r"\beta",
    r"\bot",
    r"\chi",
    r"\circ",
    r"\dagger",
    r"\delta",
    r"\ell",
    r"\emptyset",
    r"\epsilon",
    r"\eta",
    r"\gamma",
    r"\infty",
    r"\iota",
    r"\kappa",
    r"\lambda",
    r"\mp",
    r"\mu",
    r"\nu",
    r"\omega",
    r"\partial",
    r"\perp",
    r"\phi",
    r"\pi",
    r"\pm",
    r"\psi",
    r"\rho",
    r"\sigma",
    r"\star",
    r"\tau",
    r"\theta",
    r"\times",
    r"\top",
    r"\upsilon",
    r"\varepsilon",
    r"\varphi",
    r"\varpi",
    r"\varrho",
    r"\varsigma",
    r"\vartheta",
    r"\xi",
    r"\zeta",
];

/// Tables.
impl Writer {
    fn table(&mut self, table: &Table<'_>) {
        let name = match table.layout {
            Layout::Bare => return self.cells(table),
            Layout::Substack => {
                self.push(r"\substack{");
                self.cells(table);
                return self.push("}");
            }
            Layout::Matrix => "matrix",
            Layout::Array => "array",
            Layout::Aligned => "aligned",
            Layout::Gathered => "gathered",
            Layout::Small => "smallmatrix",
            Layout::Named(name) => name,
            Layout::Numbered => "align",
        };
        self.push(r"\begin{");
        self.out.push_str(name);
        self.push("}");
        if table.layout == Layout::Array {
            self.columns(table);
        }
        self.push(" ");
        self.cells(table);
        self.push(r" \end{");
        self.out.push_str(name);
        self.push("}");
    }

    /// The column specification of an `array`.
    fn columns(&mut self, table: &Table<'_>) {
        self.push("{");
        for (index, align) in table.align.iter().enumerate() {
            if table.column_rules.get(index) == Some(&true) {
                self.out.push('|');
            }
            self.out.push(match align {
                Align::Left => 'l',
                Align::Center => 'c',
                Align::Right => 'r',
            });
        }
        if table.column_rules.last() == Some(&true) {
            self.out.push('|');
        }
        self.push("}");
    }

    fn cells(&mut self, table: &Table<'_>) {
        let rule = |at: usize| table.row_rules.get(at) == Some(&true);
        for (index, row) in table.rows.iter().enumerate() {
            if index > 0 {
                self.push(if table.layout == Layout::Substack { r"\\" } else { r" \\ " });
            }
            if rule(index) {
                self.push(r"\hline ");
            }
            self.row(row, table);
        }
        if rule(table.rows.len()) {
            self.push(r" \\ \hline");
        }
    }

    fn row(&mut self, row: &TableRow<'_>, table: &Table<'_>) {
        let is_aligned = matches!(table.layout, Layout::Aligned | Layout::Numbered);
        let drops_empty = is_aligned || table.layout == Layout::Gathered;
        let filled = match row.cells.iter().rposition(|cell| !cell.is_nothing()) {
            Some(last) if drops_empty => last + 1,
            None if drops_empty => 0,
            _ => row.cells.len(),
        };
        for (index, cell) in row.cells.iter().take(filled).enumerate() {
            if index > 0 {
                self.separator(is_aligned && index % 2 == 1);
            }
            let start = self.out.len();
            self.expr(cell);
            self.protect(start, index == 0);
        }
        match &row.tag {
            Some(tag) if table.layout == Layout::Numbered => self.tag(tag),
            Some(tag) => self.inner_tag(tag),
            None => {}
        }
    }

    fn separator(&mut self, is_tight: bool) {
        let before = if self.out.ends_with(' ') { "" } else { " " };
        self.push(before);
        self.push(if is_tight { "&" } else { "& " });
    }

    /// A bracket or star at the start of a row would be an argument of `\\`.
    fn protect(&mut self, start: usize, first: bool) {
        let is_risky = self.out.get(start..).is_some_and(|cell| cell.starts_with(['[', '*']));
        if first && is_risky {
            self.out.insert_str(start, "{}");
        }
    }

    fn tag(&mut self, tag: &str) {
        self.push(r" \tag{");
        tag.chars().for_each(|ch| self.text_char(ch));
        self.push("}");
    }

    /// An equation number where no `\tag` may stand: in a table inside a formula.
    fn inner_tag(&mut self, tag: &str) {
        self.push(r" \quad \text{(");
        tag.chars().for_each(|ch| self.text_char(ch));
        self.push(")}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn single_commands_are_sorted() {
        assert!(SINGLE_COMMANDS.is_sorted());
    }

    #[test]
    fn control_words_are_seen() {
        for (tex, word) in
            [(r"\alpha", true), (r"\\a", false), ("x", false), (r"\{", false), (r"a\b", true)]
        {
            assert_eq!(ends_in_word(tex), word, "{tex}");
        }
    }
}
