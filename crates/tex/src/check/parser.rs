//! The parser: descends into groups, reports and recovers.

use super::{FaultKind, Report};
use crate::commands;
use crate::delimiters::is_math_environment;
use crate::macros::definition_ranges;
use crate::scan::{Kind, Token, slice, tokens};

/// Groups inside groups that are followed.
const MAX_DEPTH: usize = 150;

/// Operators that take `\limits`.
const OPERATORS: [&str; 62] = [
    "sum",
    "prod",
    "coprod",
    "int",
    "iint",
    "iiint",
    "iiiint",
    "oint",
    "oiint",
    "oiiint",
    "idotsint",
    "intop",
    "smallint",
    "bigcup",
    "bigcap",
    "bigsqcup",
    "bigvee",
    "bigwedge",
    "bigodot",
    "bigotimes",
    "bigoplus",
    "biguplus",
    "bigstar",
    "lim",
    "limsup",
    "liminf",
    "max",
    "min",
    "sup",
    "inf",
    "det",
    "gcd",
    "Pr",
    "argmax",
    "argmin",
    "injlim",
    "projlim",
    "varlimsup",
    "varliminf",
    "varinjlim",
    "varprojlim",
    "mathop",
    "operatorname",
    "operatornamewithlimits",
    "plim",
    "limits",
    "nolimits",
    "sin",
    "cos",
    "tan",
    "log",
    "ln",
    "exp",
    "dim",
    "ker",
    "hom",
    "deg",
    "arg",
    "overbrace",
    "underbrace",
    "lg",
    "displaylimits",
];

/// Commands that KaTeX and MathJax take as an argument without braces, their own arguments with them.
const WHOLE_ARGUMENTS: [&str; 36] = [
    "dddot",
    "ddddot",
    "mathrm",
    "mathbf",
    "mathit",
    "mathbb",
    "Bbb",
    "mathfrak",
    "mathscr",
    "mathcal",
    "mathsf",
    "mathtt",
    "mathnormal",
    "mathsfit",
    "bold",
    "frak",
    "pod",
    "pmod",
    "set",
    "frac",
    "dfrac",
    "tfrac",
    "binom",
    "dbinom",
    "tbinom",
    "cfrac",
    "text",
    "textrm",
    "textup",
    "textnormal",
    "textit",
    "textbf",
    "textsf",
    "texttt",
    "textmd",
    "emph",
];

/// Single characters that can stand after `\left`.
const DELIMITER_CHARACTERS: &str = "()[]|/<>.⟨⟩⌈⌉⌊⌋⟮⟯⎰⎱⌜⌝⌞⌟⟦⟧‖∣∥↑↓↕⇑⇓⇕";

/// Control words and symbols that can stand after `\left`.
const DELIMITER_COMMANDS: [&str; 48] = [
    "{",
    "}",
    "|",
    "lbrace",
    "rbrace",
    "langle",
    "rangle",
    "lang",
    "rang",
    "lceil",
    "rceil",
    "lfloor",
    "rfloor",
    "lbrack",
    "rbrack",
    "vert",
    "Vert",
    "lvert",
    "rvert",
    "lVert",
    "rVert",
    "backslash",
    "uparrow",
    "downarrow",
    "updownarrow",
    "Uparrow",
    "Downarrow",
    "Updownarrow",
    "lgroup",
    "rgroup",
    "lmoustache",
    "rmoustache",
    "ulcorner",
    "urcorner",
    "llcorner",
    "lrcorner",
    "lparen",
    "rparen",
    "llbracket",
    "rrbracket",
    "lBrace",
    "rBrace",
    "gt",
    "lt",
    "arrowvert",
    "Arrowvert",
    "bracevert",
    "mid",
];

/// Parses all of `tex` into the report.
pub(super) fn parse(tex: &str, report: &mut Report) {
    let defined = definition_ranges(tex);
    let mut skipped = defined.iter().peekable();
    let kept = tokens(tex).filter(|token| {
        while skipped.next_if(|range| range.end <= token.at).is_some() {}
        token.kind != Kind::Comment && skipped.peek().is_none_or(|range| token.at < range.start)
    });
    let tokens = kept.collect();
    Parser { tex, tokens, next: 0, depth: 0, tagged: false, gave_up: false, report }.document();
}

/// What ends a sequence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Until<'a> {
    End,
    Brace,
    Bracket,
    Right,
    /// `\end{name}`
    Environment(&'a str),
    /// `$` inside text.
    Shift,
    /// `\)` inside text.
    Paren,
}

/// What the nucleus before a script is.
#[derive(Debug, Clone, Copy, Default)]
struct Nucleus {
    superscript: bool,
    subscript: bool,
    operator: bool,
}

/// What a sequence remembers of itself.
#[derive(Debug, Clone, Copy, Default)]
struct State {
    nucleus: Nucleus,
    infix: bool,
}

struct Parser<'a, 'r> {
    tex: &'a str,
    tokens: Vec<Token<'a>>,
    next: usize,
    depth: usize,
    /// Whether a `\tag` has been seen.
    tagged: bool,
    /// Whether the rest was left out, so that what is missing there is no fault.
    gave_up: bool,
    report: &'r mut Report,
}

impl<'a> Parser<'a, '_> {
    fn document(&mut self) {
        while self.peek().is_some() && !self.report.is_full() {
            self.sequence(Until::End);
        }
    }

    fn bump(&mut self) -> Option<Token<'a>> {
        let token = self.tokens.get(self.next).copied();
        self.next += usize::from(token.is_some());
        token
    }

    /// The next token that is no space.
    fn peek(&mut self) -> Option<Token<'a>> {
        while self.tokens.get(self.next).is_some_and(|t| t.kind == Kind::Space) {
            self.next += 1;
        }
        self.tokens.get(self.next).copied()
    }

    fn solid(&mut self) -> Option<Token<'a>> {
        self.peek()?;
        self.bump()
    }

    fn fault(&mut self, token: Option<Token<'_>>, kind: FaultKind) {
        if !self.gave_up {
            self.report.fault(token.map_or(self.tex.len(), |t| t.at), kind);
        }
    }

    /// Runs a parser one level deeper, or reports and leaves out the rest.
    fn deeper(&mut self, at: Token<'_>, parse: impl FnOnce(&mut Self)) {
        if self.depth >= MAX_DEPTH {
            self.fault(Some(at), FaultKind::TooDeep);
            self.gave_up = true;
            self.next = self.tokens.len();
            return;
        }
        self.depth += 1;
        parse(self);
        self.depth -= 1;
    }

    /// Mathematics up to what ends it, which is consumed if it fits.
    fn sequence(&mut self, until: Until<'a>) {
        let mut state = State::default();
        while let Some(token) = self.peek() {
            if self.report.is_full() {
                return;
            }
            if let Some(finished) = self.ends(token, until) {
                if finished {
                    return;
                }
                continue;
            }
            self.bump();
            self.item(token, until, &mut state);
        }
        let missing = match until {
            Until::End => return,
            Until::Brace | Until::Bracket => FaultKind::UnclosedGroup,
            Until::Right => FaultKind::UnclosedLeft,
            Until::Environment(_) => FaultKind::UnclosedEnvironment,
            Until::Shift | Until::Paren => FaultKind::MathShift,
        };
        self.fault(None, missing);
    }

    /// Whether the token closes something: this sequence (true), or nothing that is open here.
    ///
    /// A closer of an outer structure ends the sequence with a fault and is left to its owner.
    fn ends(&mut self, token: Token<'a>, until: Until<'a>) -> Option<bool> {
        let wrong = match token.kind {
            Kind::Close if until == Until::Brace => return Some(self.consume()),
            Kind::Close => FaultKind::UnmatchedClose,
            Kind::Shift if until == Until::Shift => return Some(self.consume()),
            Kind::Shift => FaultKind::MathShift,
            Kind::Symbol if token.is(")") && until == Until::Paren => return Some(self.consume()),
            Kind::Char if token.text == "]" && until == Until::Bracket => {
                return Some(self.consume());
            }
            Kind::Word if token.name() == "right" => return Some(self.right(token, until)),
            Kind::Word if token.name() == "end" => return Some(self.end_environment(token, until)),
            _ => return None,
        };
        self.fault(Some(token), wrong);
        let owned_outside = token.kind == Kind::Close && self.depth > 0;
        if !owned_outside {
            self.bump();
        }
        Some(owned_outside)
    }

    fn consume(&mut self) -> bool {
        self.bump();
        true
    }

    fn right(&mut self, token: Token<'a>, until: Until<'a>) -> bool {
        if until != Until::Right {
            self.fault(Some(token), FaultKind::UnmatchedRight);
        }
        if until == Until::Right || self.depth == 0 {
            self.bump();
            self.delimiter();
        }
        until == Until::Right || self.depth > 0
    }

    fn end_environment(&mut self, token: Token<'a>, until: Until<'a>) -> bool {
        let mark = self.next;
        self.bump();
        let name = self.name();
        if matches!((until, name), (Until::Environment(open), Some(close)) if open == close) {
            return true;
        }
        self.fault(Some(token), FaultKind::UnmatchedEnd);
        if self.depth > 0 && !matches!(until, Until::Environment(_)) {
            self.next = mark;
        }
        self.depth > 0
    }

    fn item(&mut self, token: Token<'a>, until: Until<'a>, state: &mut State) {
        match token.kind {
            Kind::Superscript | Kind::Subscript => return self.script(token, &mut state.nucleus),
            Kind::Char if matches!(token.text, "'" | "’") => {
                return self.prime(token, &mut state.nucleus);
            }
            Kind::Open => self.deeper(token, |p| p.sequence(Until::Brace)),
            Kind::Align if !aligns(until) => {
                self.fault(Some(token), FaultKind::MisplacedAlign);
            }
            Kind::Parameter => self.fault(Some(token), FaultKind::Parameter),
            Kind::Word | Kind::Symbol => return self.command(token, until, state),
            _ => {}
        }
        state.nucleus = Nucleus::default();
    }

    fn script(&mut self, token: Token<'a>, nucleus: &mut Nucleus) {
        let (taken, kind) = match token.kind {
            Kind::Superscript => (&mut nucleus.superscript, FaultKind::DoubleSuperscript),
            _ => (&mut nucleus.subscript, FaultKind::DoubleSubscript),
        };
        if std::mem::replace(taken, true) {
            self.fault(Some(token), kind);
        }
        self.argument(token);
    }

    /// Primes, and a superscript right after them, are one superscript.
    fn prime(&mut self, token: Token<'a>, nucleus: &mut Nucleus) {
        if std::mem::replace(&mut nucleus.superscript, true) {
            self.fault(Some(token), FaultKind::DoubleSuperscript);
        }
        while self.peek().is_some_and(|t| matches!(t.text, "'" | "’")) {
            self.bump();
        }
        if self.peek().is_some_and(|t| t.kind == Kind::Superscript) {
            nucleus.superscript = false;
        }
    }

    fn command(&mut self, token: Token<'a>, until: Until<'a>, state: &mut State) {
        let name = token.name();
        match name {
            "limits" | "nolimits" | "displaylimits" => {
                if !state.nucleus.operator {
                    self.fault(Some(token), FaultKind::StrayLimits);
                }
                return;
            }
            "left" => self.left(token),
            "begin" => self.environment(token),
            "middle" => self.middle(token, until),
            "verb" => self.verbatim(token),
            "" => self.fault(Some(token), FaultKind::LoneBackslash),
            "(" | ")" | "[" | "]" => self.fault(Some(token), FaultKind::MathShift),
            "over" | "atop" | "choose" | "brace" | "brack" | "above" => self.infix(token, state),
            "\\" | "cr" | "newline" => self.line_end(state),
            "tag" if std::mem::replace(&mut self.tagged, true) => {
                self.fault(Some(token), FaultKind::RepeatedTag);
                self.arguments(token);
            }
            _ => self.arguments(token),
        }
        state.nucleus = Nucleus { operator: OPERATORS.contains(&name), ..Nucleus::default() };
    }

    fn left(&mut self, token: Token<'a>) {
        self.delimiter();
        self.deeper(token, |p| p.sequence(Until::Right));
    }

    fn middle(&mut self, token: Token<'a>, until: Until<'a>) {
        if until != Until::Right {
            self.fault(Some(token), FaultKind::StrayMiddle);
        }
        self.delimiter();
    }

    /// Passes the delimiter that is due.
    fn delimiter(&mut self) {
        let token = self.peek();
        let fits = token.is_some_and(|t| match t.kind {
            Kind::Char => DELIMITER_CHARACTERS.contains(t.text),
            Kind::Word | Kind::Symbol => {
                DELIMITER_COMMANDS.contains(&t.name()) || commands::signature(t.name()).is_none()
            }
            _ => false,
        });
        if fits {
            self.bump();
        } else {
            self.fault(token, FaultKind::BadDelimiter);
        }
    }

    /// The delimiter of `\big` and kin, which may stand in braces.
    fn sized_delimiter(&mut self) {
        let braced = self.peek().is_some_and(|t| t.kind == Kind::Open);
        self.next += usize::from(braced);
        self.delimiter();
        if braced && self.peek().is_some_and(|t| t.kind == Kind::Close) {
            self.bump();
        }
    }

    fn infix(&mut self, token: Token<'a>, state: &mut State) {
        if std::mem::replace(&mut state.infix, true) {
            self.fault(Some(token), FaultKind::DoubleInfix);
        }
        if token.name() == "above" {
            self.dimension();
        }
    }

    fn line_end(&mut self, state: &mut State) {
        state.infix = false;
        if self.tokens.get(self.next).is_some_and(|t| t.text == "*") {
            self.bump();
        }
        if self.tokens.get(self.next).is_some_and(|t| t.text == "[") {
            self.line_gap();
        }
    }

    /// `[2pt]` after a line end; a bracket that holds no length is mathematics.
    fn line_gap(&mut self) {
        let inside = self.tokens.get(self.next + 1..).unwrap_or(&[]);
        let len = inside.iter().take(24).position(|t| t.text == "]");
        let gap = len.and_then(|n| inside.get(..n)).unwrap_or(&[]);
        let plain = |t: &Token<'_>| matches!(t.kind, Kind::Char | Kind::Space | Kind::Word);
        if gap.iter().all(plain) && gap.iter().any(|t| t.text.bytes().all(|b| b.is_ascii_digit())) {
            self.next += gap.len() + 2;
        }
    }

    fn environment(&mut self, token: Token<'a>) {
        let Some(name) = self.name() else {
            return self.fault(Some(token), FaultKind::MissingArgument);
        };
        if !is_math_environment(name) && !is_inner_environment(name) {
            self.report.unknown(name);
        }
        self.environment_arguments(name);
        self.deeper(token, |p| p.sequence(Until::Environment(name)));
    }

    /// The `{name}` of an environment.
    fn name(&mut self) -> Option<&'a str> {
        let start = self.next;
        let open = self.solid().filter(|t| t.kind == Kind::Open);
        let inside = self.tokens.get(self.next..).unwrap_or(&[]);
        let len = inside.iter().take(40).position(|t| t.kind == Kind::Close);
        let close = len.and_then(|n| inside.get(n));
        let (Some(open), Some(len), Some(close)) = (open, len, close) else {
            self.next = start;
            return None;
        };
        self.next += len + 1;
        Some(slice(self.tex, open.end()..close.at).trim())
    }

    fn environment_arguments(&mut self, name: &str) {
        self.raw_optional();
        let name = name.strip_suffix('*').unwrap_or(name);
        let wants_raw = matches!(
            name,
            "array"
                | "darray"
                | "subarray"
                | "crampedsubarray"
                | "alignat"
                | "alignedat"
                | "xalignat"
                | "xxalignat"
                | "empheq"
                | "numcases"
                | "subnumcases"
                | "tabular"
        );
        if wants_raw {
            self.raw();
        }
    }

    /// Passes what a command takes, by its signature.
    fn arguments(&mut self, token: Token<'a>) {
        let Some(signature) = commands::signature(token.name()) else {
            if token.kind == Kind::Word {
                self.report.unknown(token.name());
            }
            return;
        };
        for item in signature.chars() {
            match item {
                'm' => self.argument(token),
                't' => self.text(token),
                'r' | 'g' => self.raw(),
                'o' => self.optional(),
                'O' | 'R' => self.raw_optional(),
                's' => self.star(),
                'D' => self.dimension(),
                'd' => self.sized_delimiter(),
                _ => {}
            }
        }
    }

    /// A mathematical argument: a group, or a token that needs no argument of its own.
    fn argument(&mut self, of: Token<'a>) {
        let Some(token) = self.peek() else {
            return self.fault(None, FaultKind::MissingArgument);
        };
        let fits = match token.kind {
            Kind::Close | Kind::Align | Kind::Superscript | Kind::Subscript | Kind::Shift => false,
            Kind::Char => token.text != "'",
            Kind::Word => !matches!(
                token.name(),
                "right" | "end" | "left" | "begin" | "over" | "cr" | "limits"
            ),
            _ => !matches!(token.text, "\\" | "\\\\"),
        };
        if !fits {
            return self.fault(Some(token), FaultKind::MissingArgument);
        }
        self.bump();
        match token.kind {
            Kind::Open => self.deeper(token, |p| p.sequence(Until::Brace)),
            Kind::Parameter => self.fault(Some(token), FaultKind::Parameter),
            Kind::Word | Kind::Symbol => self.bare_argument(of, token),
            _ => {}
        }
    }

    fn bare_argument(&mut self, of: Token<'a>, token: Token<'a>) {
        let takes = commands::arity(token.name()) > 0;
        if takes && !WHOLE_ARGUMENTS.contains(&token.name()) {
            self.fault(Some(of), FaultKind::MissingArgument);
        }
        self.deeper(token, |p| p.arguments(token));
    }

    fn optional(&mut self) {
        if let Some(open) = self.peek().filter(|t| t.text == "[") {
            self.bump();
            self.deeper(open, |p| p.sequence(Until::Bracket));
        }
    }

    fn star(&mut self) {
        if self.peek().is_some_and(|t| t.text == "*") {
            self.bump();
        }
    }

    /// A group whose content is no mathematics, or one token.
    fn raw(&mut self) {
        match self.solid() {
            Some(open) if open.kind == Kind::Open => {
                self.raw_until(open, |t| t.kind == Kind::Close)
            }
            Some(close) if close.kind == Kind::Close => {
                self.next -= 1;
                self.fault(Some(close), FaultKind::MissingArgument);
            }
            Some(_) => {}
            None => self.fault(None, FaultKind::MissingArgument),
        }
    }

    fn raw_optional(&mut self) {
        if let Some(open) = self.peek().filter(|t| t.text == "[") {
            self.bump();
            self.raw_until(open, |t| t.text == "]");
        }
    }

    fn raw_until(&mut self, open: Token<'a>, closes: impl Fn(&Token<'_>) -> bool) {
        let mut depth = 0usize;
        while let Some(token) = self.bump() {
            match token.kind {
                _ if depth == 0 && closes(&token) => return,
                Kind::Open => depth += 1,
                Kind::Close if depth == 0 => break,
                Kind::Close => depth -= 1,
                _ => {}
            }
        }
        self.fault(Some(open), FaultKind::UnclosedGroup);
    }

    /// A length without braces: sign, number, unit.
    fn dimension(&mut self) {
        if self.peek().is_some_and(|t| t.kind == Kind::Open) {
            return self.raw();
        }
        let is_number = |t: &Token<'_>| t.kind == Kind::Char && "+-.0123456789".contains(t.text);
        while self.peek().filter(is_number).is_some() {
            self.bump();
        }
        let is_letter =
            |t: Token<'_>| t.kind == Kind::Char && t.text.bytes().all(|b| b.is_ascii_lowercase());
        for _ in 0..2 {
            if self.peek().is_some_and(is_letter) {
                self.bump();
            }
        }
    }

    fn text(&mut self, of: Token<'a>) {
        match self.peek() {
            Some(open) if open.kind == Kind::Open => {
                self.bump();
                self.deeper(open, |p| p.text_group(open));
            }
            Some(token) if matches!(token.kind, Kind::Char | Kind::Word | Kind::Symbol) => {
                self.bump();
            }
            _ => self.fault(Some(of), FaultKind::MissingArgument),
        }
    }

    /// Text up to its right brace; `$...$` and `\(...\)` in it are mathematics.
    fn text_group(&mut self, open: Token<'a>) {
        while let Some(token) = self.bump() {
            match token.kind {
                Kind::Close => return,
                Kind::Open => self.deeper(token, |p| p.text_group(token)),
                Kind::Shift => self.deeper(token, |p| p.sequence(Until::Shift)),
                Kind::Symbol if token.is("(") => self.deeper(token, |p| p.sequence(Until::Paren)),
                Kind::Superscript | Kind::Subscript | Kind::Align => {
                    self.fault(Some(token), FaultKind::ScriptInText);
                }
                Kind::Parameter => self.fault(Some(token), FaultKind::Parameter),
                Kind::Word if commands::arity(token.name()) > 0 => {
                    self.deeper(token, |p| p.arguments(token))
                }
                _ => {}
            }
            if self.report.is_full() {
                return;
            }
        }
        self.fault(Some(open), FaultKind::UnclosedGroup);
    }

    /// `\verb|...|`
    fn verbatim(&mut self, token: Token<'a>) {
        let Some(quote) = self.bump() else {
            return self.fault(Some(token), FaultKind::MissingArgument);
        };
        while self.bump().is_some_and(|t| t.text != quote.text) {}
    }
}

/// Whether `&` is at its place directly inside this.
fn aligns(until: Until<'_>) -> bool {
    let Until::Environment(name) = until else { return false };
    let name = name.strip_suffix('*').unwrap_or(name);
    !matches!(name, "equation" | "math" | "displaymath" | "multline" | "gather" | "dmath")
}

/// Environments that stand inside mathematics only.
fn is_inner_environment(name: &str) -> bool {
    matches!(name, "crampedsubarray" | "spreadlines" | "tabular" | "matrix" | "align" | "alignedat")
}
