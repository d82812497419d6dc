//! Expansion, as TeX does it: the head of the input is replaced until nothing is left to replace.

use super::{Macro, Macros, PAGE_BUDGET};
use crate::commands;
use crate::scan::{Kind, Token, tokens};

/// Calls that one formula may make.
const MAX_CALLS: usize = 2_000;

/// Tokens that one formula may grow by.
const MAX_TOKENS: usize = 20_000;

/// A token on its way through expansion.
#[derive(Debug, Clone, Copy)]
struct Piece<'a> {
    kind: Kind,
    text: &'a str,
    /// Keeps its first meaning: not looked up again.
    fixed: bool,
}

impl<'a> Piece<'a> {
    fn of(token: Token<'a>) -> Self {
        Self { kind: token.kind, text: token.text, fixed: false }
    }

    fn name(&self) -> &'a str {
        match self.kind {
            Kind::Word | Kind::Symbol => self.text.get(1..).unwrap_or(""),
            _ => "",
        }
    }

    fn is_blank(&self) -> bool {
        matches!(self.kind, Kind::Space | Kind::Comment)
    }
}

/// Whether a macro occurs in the formula.
pub(super) fn mentions(macros: &Macros, tex: &str) -> bool {
    !macros.by_name.is_empty()
        && tokens(tex).any(|t| !t.name().is_empty() && macros.by_name.contains_key(t.name()))
}

/// The formula with all macros replaced; `None` where that passes the budget.
pub(super) fn expand(macros: &Macros, tex: &str) -> Option<String> {
    let mut input: Vec<Piece<'_>> = tokens(tex).map(Piece::of).collect();
    input.reverse();
    let mut run = Run { macros, input, out: Writer::default(), calls: 0, made: 0 };
    let finished = run.finish();
    macros.spent.set(macros.spent.get().saturating_add(run.made));
    finished.map(|()| run.out.text)
}

struct Run<'a> {
    macros: &'a Macros,
    /// What is still to be read, its head last.
    input: Vec<Piece<'a>>,
    out: Writer,
    calls: usize,
    made: usize,
}

impl<'a> Run<'a> {
    fn finish(&mut self) -> Option<()> {
        while let Some(piece) = self.input.pop() {
            match self.definition(&piece) {
                Some(found) => self.call(piece, found)?,
                None => self.out.push(piece),
            }
        }
        Some(())
    }

    fn definition(&self, piece: &Piece<'a>) -> Option<&'a Macro> {
        let name = piece.name();
        (!piece.fixed && !name.is_empty()).then(|| self.macros.by_name.get(name)).flatten()
    }

    fn call(&mut self, name: Piece<'a>, found: &'a Macro) -> Option<()> {
        let mut reader = Reader { input: &self.input, left: self.input.len() };
        let arguments = reader.arguments(found, name.kind == Kind::Word);
        let left = reader.left;
        self.spend(self.input.len() - left)?;
        let Some(arguments) = arguments else {
            self.out.push(name);
            return Some(());
        };
        self.input.truncate(left);
        let body = fill(found, &arguments);
        self.spend(body.len())?;
        let wrap = self.out.expects_argument() && !is_one(&body);
        self.input.extend(wrap.then(|| brace("}", Kind::Close)));
        self.input.extend(body.into_iter().rev());
        self.input.extend(wrap.then(|| brace("{", Kind::Open)));
        Some(())
    }

    fn spend(&mut self, made: usize) -> Option<()> {
        self.calls += 1;
        self.made += made;
        let page = self.macros.spent.get().saturating_add(self.made);
        (self.calls <= MAX_CALLS && self.made <= MAX_TOKENS && page <= PAGE_BUDGET).then_some(())
    }
}

/// Looks for arguments at the head of the input without taking them off.
struct Reader<'r, 'a> {
    input: &'r [Piece<'a>],
    /// How much of the input is not read yet.
    left: usize,
}

impl<'a> Reader<'_, 'a> {
    fn arguments(&mut self, found: &'a Macro, is_word: bool) -> Option<Vec<Vec<Piece<'a>>>> {
        let mut arguments = Vec::with_capacity(usize::from(found.args));
        if is_word {
            self.skip_blanks();
        }
        if let (Some(default), 1..) = (&found.default, found.args) {
            let given = self.bracketed();
            arguments.push(given.unwrap_or_else(|| tokens(default).map(Piece::of).collect()));
        }
        while arguments.len() < usize::from(found.args) {
            self.skip_blanks();
            arguments.push(self.argument()?);
        }
        Some(arguments)
    }

    fn peek(&self) -> Option<Piece<'a>> {
        self.left.checked_sub(1).and_then(|head| self.input.get(head)).copied()
    }

    fn next(&mut self) -> Option<Piece<'a>> {
        let piece = self.peek()?;
        self.left -= 1;
        Some(piece)
    }

    fn skip_blanks(&mut self) {
        while self.peek().is_some_and(|p| p.is_blank()) {
            self.left -= 1;
        }
    }

    fn argument(&mut self) -> Option<Vec<Piece<'a>>> {
        let first = self.next()?;
        match first.kind {
            Kind::Open => self.until(|p| p.kind == Kind::Close),
            Kind::Close | Kind::Align => None,
            _ => Some(vec![first]),
        }
    }

    fn bracketed(&mut self) -> Option<Vec<Piece<'a>>> {
        let start = self.left;
        self.skip_blanks();
        let given = match self.next() {
            Some(p) if p.text == "[" => self.until(|p| p.text == "]"),
            _ => None,
        };
        if given.is_none() {
            self.left = start;
        }
        given
    }

    /// What stands before the first piece outside braces for which `closes` holds.
    fn until(&mut self, closes: impl Fn(&Piece<'a>) -> bool) -> Option<Vec<Piece<'a>>> {
        let mut inside = Vec::new();
        let mut depth = 0usize;
        loop {
            let piece = self.next()?;
            if depth == 0 && closes(&piece) {
                return Some(inside);
            }
            match piece.kind {
                Kind::Open => depth += 1,
                Kind::Close => depth = depth.checked_sub(1)?,
                _ => {}
            }
            inside.push(piece);
        }
    }
}

fn brace(text: &'static str, kind: Kind) -> Piece<'static> {
    Piece { kind, text, fixed: false }
}

/// The body of a macro with its arguments in place.
fn fill<'a>(found: &'a Macro, arguments: &[Vec<Piece<'a>>]) -> Vec<Piece<'a>> {
    let mut filled = Vec::new();
    let mut body = tokens(&found.body);
    while let Some(token) = body.next() {
        let piece = Piece { fixed: found.alias, ..Piece::of(token) };
        if token.kind != Kind::Parameter {
            filled.push(piece);
            continue;
        }
        let number = body.next();
        let argument = number.and_then(|n| n.text.parse::<usize>().ok()?.checked_sub(1));
        match argument.and_then(|n| arguments.get(n)) {
            Some(argument) => filled.extend(argument),
            None => filled.extend(number.map(Piece::of).or(Some(piece))),
        }
    }
    filled
}

/// Whether TeX takes these pieces as one argument: a token, or a group with nothing beside it.
fn is_one(pieces: &[Piece<'_>]) -> bool {
    let mut solid = pieces.iter().filter(|p| !p.is_blank());
    let Some(first) = solid.next() else { return false };
    if first.kind != Kind::Open {
        return solid.next().is_none() && commands::arity(first.name()) == 0;
    }
    let mut depth = 1usize;
    while let Some(piece) = solid.next() {
        match piece.kind {
            Kind::Open => depth += 1,
            Kind::Close => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return solid.next().is_none();
        }
    }
    false
}

/// Writes tokens so that they read back as themselves, and knows where an argument is due.
#[derive(Debug, Default)]
struct Writer {
    text: String,
    /// Whether the text ends in a control word, which a letter would lengthen.
    after_word: bool,
    level: Level,
    outer: Vec<Level>,
}

/// What is due inside one pair of braces.
#[derive(Debug, Clone, Copy, Default)]
struct Level {
    /// Arguments that the last command still waits for.
    due: usize,
    /// A bracketed argument may come first.
    may_bracket: bool,
    /// Inside that argument.
    bracketed: bool,
}

impl Writer {
    fn expects_argument(&self) -> bool {
        self.level.due > 0 && !self.level.bracketed
    }

    fn push(&mut self, piece: Piece<'_>) {
        if piece.kind == Kind::Comment {
            return;
        }
        if self.after_word && piece.text.starts_with(|c: char| c.is_ascii_alphabetic()) {
            self.text.push(' ');
        }
        self.text.push_str(piece.text);
        self.after_word = piece.kind == Kind::Word;
        if piece.kind != Kind::Space {
            self.follow(piece);
        }
    }

    fn follow(&mut self, piece: Piece<'_>) {
        let level = &mut self.level;
        let may_bracket = std::mem::take(&mut level.may_bracket);
        match piece.kind {
            Kind::Close => *level = self.outer.pop().unwrap_or_default(),
            Kind::Open => {
                level.due = level.due.saturating_sub(1);
                self.outer.push(std::mem::take(level));
            }
            _ if level.bracketed => level.bracketed = piece.text != "]",
            _ if may_bracket && piece.text == "[" => level.bracketed = true,
            Kind::Superscript | Kind::Subscript => level.due = 1,
            _ => {
                let arity = commands::arity(piece.name());
                level.due = if arity > 0 { arity } else { level.due.saturating_sub(1) };
                level.may_bracket = commands::takes_optional(piece.name());
            }
        }
    }
}
