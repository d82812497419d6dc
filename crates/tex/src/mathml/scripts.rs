//! Scripts, limits and accents: `msub` to `munderover`, `mmultiscripts`.

use std::borrow::Cow;

use super::expr::{Expr, Kind, Scripts, Token};
use super::read::{Reader, Scope};
use super::{symbols, tidy};
use crate::tree::MathDom;

/// Reads one script element and appends it.
pub(super) fn read<'a, D: MathDom>(
    reader: &mut Reader<'a, D>,
    node: D::Node,
    scope: Scope,
    out: &mut Vec<Expr<'a>>,
) {
    let name = reader.dom.name(node);
    if name == "mmultiscripts" {
        return out.push(multiscripts(reader, node, scope));
    }
    let scripts = if matches!(name, "msubsup" | "munderover") { 2 } else { 1 };
    let (base, [first, second]) = base_and_scripts(reader, node, scripts, scope);
    let first = reader.one(first, scope.in_script());
    let (low, high) = match name {
        "msup" | "mover" => (Expr::Nothing, first),
        "msubsup" | "munderover" => (first, reader.one(second, scope.in_script())),
        _ => (first, Expr::Nothing),
    };
    if name.starts_with("ms") {
        return attach(base, low, high, out);
    }
    let is_accent = |name| reader.dom.attr(node, name) == Some("true");
    let accented = Stacked { accent: is_accent("accent"), base, under: low, over: high };
    out.push(accented.simplify());
}

/// The base and the nodes of the scripts. Where there are more children than the element
/// allows, as Temml writes for operators, the last ones are the scripts.
fn base_and_scripts<'a, D: MathDom>(
    reader: &mut Reader<'a, D>,
    node: D::Node,
    scripts: usize,
    scope: Scope,
) -> (Expr<'a>, [Option<D::Node>; 2]) {
    let count = reader.elements(node).count();
    let base_size = count.saturating_sub(scripts).max(1);
    let mut children = reader.elements(node);
    let mut base = Vec::new();
    for child in children.by_ref().take(base_size) {
        reader.node(child, scope, &mut base);
    }
    (Expr::of(base), [children.next(), children.next()])
}

/// An invisible letter without width; drawn glyphs do not say that it has none, but the
/// letter that mhchem takes.
fn is_strut(base: &Expr<'_>) -> bool {
    match base {
        Expr::Command(r"\vphantom", _) => true,
        Expr::Command(r"\phantom", letter) => letter.token().is_some_and(|t| t.text == "A"),
        _ => false,
    }
}

/// Sub- and superscripts. A base that is only a strut lends its scripts to what stands
/// before it, which is how mhchem sets `H2O`.
fn attach<'a>(base: Expr<'a>, sub: Expr<'a>, sup: Expr<'a>, out: &mut Vec<Expr<'a>>) {
    let is_strut = is_strut(&base);
    let base = tidy::evaluated(base);
    let base = match out.last() {
        Some(Expr::Token(_) | Expr::Row(_)) if is_strut => out.pop().unwrap_or_default(),
        _ if is_strut => Expr::Nothing,
        _ => base,
    };
    if sub.is_nothing() && sup.is_nothing() {
        return match base {
            Expr::Row(row) => out.extend(row.items),
            Expr::Nothing => {}
            base => out.push(base),
        };
    }
    out.push(Expr::scripts(base, sub, sup));
}

fn multiscripts<'a, D: MathDom>(
    reader: &mut Reader<'a, D>,
    node: D::Node,
    scope: Scope,
) -> Expr<'a> {
    let mut children = reader.elements(node);
    let base = reader.one(children.next(), scope);
    let mut after = Vec::new();
    let mut before = Vec::new();
    let mut is_before = false;
    while let Some(child) = children.next() {
        if reader.dom.name(child) == "mprescripts" {
            is_before = true;
            continue;
        }
        let sub = reader.one(Some(child), scope.in_script());
        let sup = match children.next() {
            Some(child) if reader.dom.name(child) == "mprescripts" => {
                is_before = true;
                Expr::Nothing
            }
            sup => reader.one(sup, scope.in_script()),
        };
        let pairs = if is_before { &mut before } else { &mut after };
        if !(sub.is_nothing() && sup.is_nothing()) {
            pairs.push((sub, sup));
        }
    }
    let mut after = after.into_iter();
    let (sub, sup) = after.next().unwrap_or_default();
    let after = after.collect();
    Expr::Scripts(Box::new(Scripts { base, sub, sup, before, after, limits: false }))
}

/// What stands under and over a base.
struct Stacked<'a> {
    /// The element says that what is over the base is an accent.
    accent: bool,
    base: Expr<'a>,
    under: Expr<'a>,
    over: Expr<'a>,
}

impl<'a> Stacked<'a> {
    fn simplify(mut self) -> Expr<'a> {
        self.drop_padding();
        self.apply_accents();
        if self.under.is_nothing() && self.over.is_nothing() {
            return self.base;
        }
        if let Some(arrow) = self.arrow() {
            return arrow;
        }
        if takes_limits(&self.base) {
            return Expr::Scripts(Box::new(Scripts {
                base: self.base,
                sub: self.under,
                sup: self.over,
                limits: true,
                ..Scripts::default()
            }));
        }
        self.stack()
    }

    /// Space over or under a base only makes it wide, which TeX does by itself.
    fn drop_padding(&mut self) {
        for part in [&mut self.under, &mut self.over] {
            if matches!(part, Expr::Space(_)) {
                *part = Expr::Nothing;
            }
        }
    }

    /// Accents go onto the base and leave their place.
    fn apply_accents(&mut self) {
        if let Some(command) = over_command(&self.over, &self.base, self.accent) {
            self.over = Expr::Nothing;
            self.accent_with(command);
        }
        if let Some(command) = token_symbol(&self.under).and_then(symbols::accent_under) {
            self.under = Expr::Nothing;
            self.accent_with(command);
        }
    }

    fn accent_with(&mut self, command: &'static str) {
        self.base = match (variant_limit(&self.base, command), std::mem::take(&mut self.base)) {
            (Some(name), _) => Expr::Token(Token::new(Cow::Borrowed(name), Kind::Operator)),
            (None, base) => Expr::command(command, base),
        };
    }

    /// An arrow that grows with its label.
    fn arrow(&mut self) -> Option<Expr<'a>> {
        let token = self.base.token()?;
        if token.op.stretchy == Some(false) {
            return None;
        }
        let command = symbols::extensible_arrow(token.symbol()?)?;
        let [under, over] = [&mut self.under, &mut self.over].map(|part| {
            let mut items = match std::mem::take(part) {
                Expr::Row(row) => row.items,
                part => vec![part],
            };
            tidy::trim_spaces(&mut items);
            Box::new(Expr::of(items))
        });
        Some(Expr::Arrow(command, under, over))
    }

    fn stack(self) -> Expr<'a> {
        let mut base = self.base;
        if !self.over.is_nothing() {
            base = Expr::Command2(r"\overset", Box::new(self.over), Box::new(base));
        }
        if !self.under.is_nothing() {
            base = Expr::Command2(r"\underset", Box::new(self.under), Box::new(base));
        }
        base
    }
}

/// `\varlimsup` and its kin: a `lim` with a line or arrow.
fn variant_limit(base: &Expr<'_>, command: &str) -> Option<&'static str> {
    let is_limit = base.token().is_some_and(|token| token.text == "lim");
    match command {
        _ if !is_limit => None,
        r"\overline" => Some("varlimsup"),
        r"\underline" => Some("varliminf"),
        r"\underrightarrow" => Some("varinjlim"),
        r"\underleftarrow" => Some("varprojlim"),
        _ => None,
    }
}

/// The character of a token or of a one-character text.
fn token_symbol(expr: &Expr<'_>) -> Option<char> {
    match expr {
        Expr::Token(token) => token.symbol(),
        _ => None,
    }
}

/// The accent command for what is over a base, narrow or wide.
fn over_command(over: &Expr<'_>, base: &Expr<'_>, accent: bool) -> Option<&'static str> {
    let text = match over {
        Expr::Text(text, _) => text,
        _ => &over.token()?.text,
    };
    match &**text {
        "..." | "…" => return Some(r"\dddot"),
        "...." => return Some(r"\ddddot"),
        _ => {}
    }
    let token = over.token()?;
    if matches!(&*token.text, "...." | "….") {
        return Some(r"\ddddot");
    }
    let symbol = token.symbol()?;
    if symbol == '‾' && token.op.stretchy == Some(false) {
        return Some(r"\bar");
    }
    let (narrow, wide) = symbols::accent_over(symbol)?;
    let is_symbol = base.token().is_some_and(|base| base.symbol().is_some());
    let is_operator = base.token().is_some_and(|base| base.kind == Kind::Operator);
    if is_operator && !accent && token.op.stretchy != Some(false) {
        return None;
    }
    let is_wide = match token.op.stretchy {
        Some(stretchy) => stretchy,
        None => !is_symbol,
    };
    Some(if is_wide { wide } else { narrow })
}

/// Whether TeX puts the scripts of this base under and over it, or can be told to.
fn takes_limits(base: &Expr<'_>) -> bool {
    match base {
        Expr::Token(token) => is_operator_name(token),
        Expr::Command(command, _) => {
            matches!(*command, r"\overbrace" | r"\underbrace" | r"\overbracket" | r"\underbracket")
        }
        _ => false,
    }
}

fn is_operator_name(token: &Token<'_>) -> bool {
    match token.symbol() {
        Some(ch) => symbols::takes_limits(ch) || symbols::is_integral(ch),
        None => {
            let letters = |ch: char| ch.is_alphabetic() || symbols::space_width(ch).is_some();
            let is_name = !token.text.is_empty() && token.text.chars().all(letters);
            token.kind != Kind::Number && is_name
        }
    }
}
