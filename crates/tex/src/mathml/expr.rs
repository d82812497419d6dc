//! What a MathML tree means, between reading it and writing LaTeX.
//!
//! Groups that only group are gone, tokens know their font, and a row is a flat
//! list in which delimiters, letters and operators can see their neighbours.

use std::borrow::Cow;

use super::font::Font;
use super::symbols::{self, Role};

/// One piece of mathematics.
#[derive(Debug, Clone, Default)]
pub(super) enum Expr<'a> {
    /// Nothing at all: an empty row, a missing argument.
    #[default]
    Nothing,
    Token(Token<'a>),
    /// Words, with ordinary spaces.
    Text(Cow<'a, str>, Font),
    /// A command that several elements amount to: `\iff`.
    Symbol(&'static str),
    /// A command that the renderer did not know and showed as it was written: `\foo`.
    Unknown(Cow<'a, str>),
    /// Horizontal space in mu (1/18 em).
    Space(i32),
    /// A line break outside of any table.
    Newline,
    Row(Row<'a>),
    Fraction(Box<Fraction<'a>>),
    Root(Box<Expr<'a>>, Box<Expr<'a>>),
    Scripts(Box<Scripts<'a>>),
    /// A LaTeX command with one argument: accents, boxes, phantoms.
    Command(&'static str, Box<Expr<'a>>),
    /// A LaTeX command with two arguments: `\overset`, `\underset`.
    Command2(&'static str, Box<Expr<'a>>, Box<Expr<'a>>),
    /// An extensible arrow with what stands under and over it.
    Arrow(&'static str, Box<Expr<'a>>, Box<Expr<'a>>),
    Table(Box<Table<'a>>),
}

/// An `mi`, `mn` or `mo`.
#[derive(Debug, Clone)]
pub(super) struct Token<'a> {
    pub(super) text: Cow<'a, str>,
    pub(super) kind: Kind,
    pub(super) font: Option<Font>,
    pub(super) op: Operator,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Ident,
    Number,
    Operator,
}

/// What attributes and neighbours say of an operator.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Operator {
    pub(super) form: Option<Form>,
    pub(super) stretchy: Option<bool>,
    pub(super) fence: Option<bool>,
    /// 0 for none, 1-4 for `\big` to `\Bigg`.
    pub(super) size: u8,
    /// How the writer lets it grow, once its partner is known.
    pub(super) side: Side,
    /// A name applied as a function: U+2061 followed it.
    pub(super) function: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Prefix,
    Postfix,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Side {
    #[default]
    None,
    Left,
    Middle,
    Right,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Row<'a> {
    pub(super) items: Vec<Expr<'a>>,
    /// Whether some part is taller than a line of text.
    pub(super) tall: bool,
}

#[derive(Debug, Clone)]
pub(super) struct Fraction<'a> {
    pub(super) numerator: Expr<'a>,
    pub(super) denominator: Expr<'a>,
    pub(super) line: Line,
    /// Display style asked for where TeX would not choose it by itself, or the reverse.
    pub(super) style: Option<bool>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line {
    Ruled,
    Slanted,
    /// No line, and the command that also draws the delimiters: `\atop`, `\binom`, ...
    Absent(&'static str),
}

#[derive(Debug, Clone, Default)]
pub(super) struct Scripts<'a> {
    pub(super) base: Expr<'a>,
    pub(super) sub: Expr<'a>,
    pub(super) sup: Expr<'a>,
    /// Scripts before the base, and further ones after it: (sub, sup).
    pub(super) before: Vec<(Expr<'a>, Expr<'a>)>,
    pub(super) after: Vec<(Expr<'a>, Expr<'a>)>,
    /// Whether they stood under and over their base.
    pub(super) limits: bool,
}

#[derive(Debug, Clone)]
pub(super) struct Table<'a> {
    pub(super) rows: Vec<TableRow<'a>>,
    pub(super) layout: Layout,
    pub(super) align: Vec<Align>,
    /// Rules between columns; index 0 is left of the first one.
    pub(super) column_rules: Vec<bool>,
    /// Rules between rows; index 0 is above the first one.
    pub(super) row_rules: Vec<bool>,
}

#[derive(Debug, Clone, Default)]
pub(super) struct TableRow<'a> {
    pub(super) cells: Vec<Expr<'a>>,
    /// The equation number, without parentheses.
    pub(super) tag: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Align {
    Left,
    Center,
    Right,
}

/// The environment a table becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    Matrix,
    Array,
    Aligned,
    Gathered,
    Substack,
    /// `smallmatrix`
    Small,
    /// Delimited by an environment of its own: `pmatrix`, `cases`, ...
    Named(&'static str),
    /// One cell, shown without a table.
    Bare,
    /// `align`, because its rows carry numbers.
    Numbered,
}

impl<'a> Expr<'a> {
    /// One expression for a list: the only item, or a row.
    pub(super) fn of(mut items: Vec<Expr<'a>>) -> Self {
        match items.len() {
            0 => Expr::Nothing,
            1 => items.pop().unwrap_or_default(),
            _ => {
                let tall = items.iter().any(Expr::is_tall);
                Expr::Row(Row { items, tall })
            }
        }
    }

    /// A plain operator token.
    pub(super) fn operator(text: impl Into<Cow<'a, str>>) -> Self {
        Expr::Token(Token::new(text.into(), Kind::Operator))
    }

    pub(super) fn command(name: &'static str, inner: Expr<'a>) -> Self {
        Expr::Command(name, Box::new(inner))
    }

    /// A base with scripts, or the base alone where it has none.
    pub(super) fn scripts(base: Expr<'a>, sub: Expr<'a>, sup: Expr<'a>) -> Self {
        if sub.is_nothing() && sup.is_nothing() {
            return base;
        }
        Expr::Scripts(Box::new(Scripts { base, sub, sup, ..Scripts::default() }))
    }

    pub(super) fn is_nothing(&self) -> bool {
        matches!(self, Expr::Nothing)
    }

    /// Whether it needs more height than a line of text has.
    pub(super) fn is_tall(&self) -> bool {
        match self {
            Expr::Fraction(fraction) => fraction.line != Line::Slanted,
            Expr::Table(_) => true,
            Expr::Row(row) => row.tall,
            Expr::Root(inner, _) | Expr::Command(_, inner) | Expr::Command2(_, _, inner) => {
                inner.is_tall()
            }
            Expr::Scripts(scripts) => scripts.limits || scripts.base.is_tall(),
            Expr::Token(token) => token.is_large(),
            _ => false,
        }
    }

    pub(super) fn token(&self) -> Option<&Token<'a>> {
        match self {
            Expr::Token(token) => Some(token),
            _ => None,
        }
    }

    /// The single character of a token.
    pub(super) fn symbol(&self) -> Option<char> {
        self.token()?.symbol()
    }

    /// The delimiter that this is, or that carries scripts here.
    pub(super) fn delimiter(&self) -> Option<&Token<'a>> {
        match self {
            Expr::Token(token) => Some(token),
            Expr::Scripts(scripts) => scripts.base.token(),
            _ => None,
        }
    }

    pub(super) fn delimiter_mut(&mut self) -> Option<&mut Token<'a>> {
        match self {
            Expr::Token(token) => Some(token),
            Expr::Scripts(scripts) => match &mut scripts.base {
                Expr::Token(token) => Some(token),
                _ => None,
            },
            _ => None,
        }
    }
}

impl<'a> Token<'a> {
    pub(super) fn new(text: Cow<'a, str>, kind: Kind) -> Self {
        Self { text, kind, font: None, op: Operator::default() }
    }

    /// The text, if it is one character.
    pub(super) fn symbol(&self) -> Option<char> {
        let mut chars = self.text.chars();
        let first = chars.next()?;
        chars.next().is_none().then_some(first)
    }

    fn is_large(&self) -> bool {
        self.kind == Kind::Operator
            && self.symbol().is_some_and(|ch| symbols::takes_limits(ch) || symbols::is_integral(ch))
    }

    /// Its part among delimiters, as its attributes and its character say.
    pub(super) fn role(&self) -> Option<Role> {
        if self.text.is_empty() {
            return Some(Role::Bar);
        }
        let role = symbols::role(self.symbol()?)?;
        if self.kind != Kind::Operator && role == Role::Bar {
            return None;
        }
        Some(match self.op.form {
            Some(Form::Prefix) => Role::Open,
            Some(Form::Postfix) => Role::Close,
            None => role,
        })
    }

    /// Whether it is a name of several letters.
    pub(super) fn is_name(&self) -> bool {
        self.text.chars().nth(1).is_some() && self.text.chars().all(|ch| ch.is_alphabetic())
    }
}
