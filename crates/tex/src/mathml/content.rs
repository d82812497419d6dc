//! Content MathML, as far as pages show it without presentation beside it: operators
//! applied to arguments are written the way they are read.

use std::borrow::Cow;

use super::expr::{Expr, Fraction, Kind, Line, Row, Token};
use super::read::{Reader, Scope};
use crate::Fidelity;
use crate::tree::MathDom;

/// Whether this is a content element that [`read`] understands.
pub(super) fn knows(name: &str) -> bool {
    matches!(name, "apply" | "ci" | "cn" | "csymbol" | "reln" | "bvar" | "degree" | "sep")
        || constant(name).is_some()
}

/// Appends what a content element means.
pub(super) fn read<'a, D: MathDom>(
    reader: &mut Reader<'a, D>,
    node: D::Node,
    name: &str,
    scope: Scope,
    out: &mut Vec<Expr<'a>>,
) {
    match name {
        "apply" | "reln" => apply(reader, node, scope, out),
        "ci" | "csymbol" => super::tokens::ident(reader, node, scope, out),
        "cn" => super::tokens::number(reader, node, scope, out),
        "sep" => out.push(Expr::operator("/")),
        _ => match constant(name) {
            Some(text) => out.push(Expr::Token(Token::new(Cow::Borrowed(text), Kind::Ident))),
            None => reader.children(node, scope, out),
        },
    }
}

fn constant(name: &str) -> Option<&'static str> {
    Some(match name {
        "pi" => "π",
        "infinity" => "∞",
        "exponentiale" => "e",
        "imaginaryi" => "i",
        "eulergamma" => "γ",
        "emptyset" => "∅",
        "integers" => "ℤ",
        "reals" => "ℝ",
        "rationals" => "ℚ",
        "naturalnumbers" => "ℕ",
        "complexes" => "ℂ",
        "primes" => "ℙ",
        _ => return None,
    })
}

/// The sign that stands between the arguments of an operator.
fn infix(name: &str) -> Option<&'static str> {
    Some(match name {
        "plus" => "+",
        "minus" => "-",
        "times" => "",
        "eq" => "=",
        "neq" => "≠",
        "lt" => "<",
        "gt" => ">",
        "leq" => "≤",
        "geq" => "≥",
        "equivalent" => "≡",
        "approx" => "≈",
        "in" => "∈",
        "notin" => "∉",
        "subset" => "⊆",
        "prsubset" => "⊂",
        "union" => "∪",
        "intersect" => "∩",
        "setdiff" => "∖",
        "cartesianproduct" => "×",
        "and" => "∧",
        "or" => "∨",
        "implies" => "⇒",
        "compose" => "∘",
        "tendsto" => "→",
        _ => return None,
    })
}

fn apply<'a, D: MathDom>(
    reader: &mut Reader<'a, D>,
    node: D::Node,
    scope: Scope,
    out: &mut Vec<Expr<'a>>,
) {
    let mut children = reader.elements(node);
    let Some(operator) = children.next() else { return };
    let name = reader.dom.name(operator);
    let arguments: Vec<Expr<'a>> = children.map(|child| reader.one(Some(child), scope)).collect();
    match (name, arguments.len()) {
        ("minus", 1) => {
            out.push(Expr::operator("-"));
            out.extend(arguments.into_iter().map(grouped));
        }
        ("divide", 2) => out.push(quotient(arguments)),
        ("power", 2) => {
            let [base, exponent] = pair(arguments);
            out.push(Expr::scripts(grouped(base), Expr::Nothing, exponent));
        }
        ("root", 1) => {
            let [radicand, _] = pair(arguments);
            out.push(Expr::Root(Box::new(radicand), Box::default()));
        }
        ("root", 2) => {
            let [degree, radicand] = pair(arguments);
            out.push(Expr::Root(Box::new(radicand), Box::new(degree)));
        }
        _ => match infix(name) {
            Some(sign) => join(sign, arguments, out),
            None => call(reader, operator, arguments, scope, out),
        },
    }
}

fn pair(arguments: Vec<Expr<'_>>) -> [Expr<'_>; 2] {
    let mut arguments = arguments.into_iter();
    [arguments.next().unwrap_or_default(), arguments.next().unwrap_or_default()]
}

fn quotient(arguments: Vec<Expr<'_>>) -> Expr<'_> {
    let [numerator, denominator] = pair(arguments);
    Expr::Fraction(Box::new(Fraction { numerator, denominator, line: Line::Ruled, style: None }))
}

/// Arguments with their operator between; a sum inside a product is parenthesised.
fn join<'a>(sign: &'static str, arguments: Vec<Expr<'a>>, out: &mut Vec<Expr<'a>>) {
    let is_product = !matches!(sign, "+" | "=" | "≠" | "<" | ">" | "≤" | "≥");
    for (index, argument) in arguments.into_iter().enumerate() {
        let is_number = argument.token().is_some_and(|token| token.kind == Kind::Number);
        match sign {
            _ if index == 0 => {}
            "" if is_number => out.push(Expr::operator("⋅")),
            "" => {}
            sign => out.push(Expr::operator(sign)),
        }
        match argument {
            argument if is_product => out.push(grouped(argument)),
            Expr::Row(row) => out.extend(row.items),
            argument => out.push(argument),
        }
    }
}

/// A row of several terms in parentheses; everything else as it is.
fn grouped(expr: Expr<'_>) -> Expr<'_> {
    match expr {
        Expr::Row(Row { mut items, tall }) => {
            let is_sum = items.iter().any(|item| {
                item.token().is_some_and(|token| token.kind == Kind::Operator && token.text != "(")
            });
            if is_sum && !super::tidy::is_fenced(&items) {
                items.insert(0, Expr::operator("("));
                items.push(Expr::operator(")"));
            }
            Expr::Row(Row { items, tall })
        }
        expr => expr,
    }
}

/// `f(x, y)`, for functions named by an element or by a `ci`.
fn call<'a, D: MathDom>(
    reader: &mut Reader<'a, D>,
    operator: D::Node,
    arguments: Vec<Expr<'a>>,
    scope: Scope,
    out: &mut Vec<Expr<'a>>,
) {
    let is_empty = reader.dom.first_child(operator).is_none();
    if is_empty && !knows(reader.dom.name(operator)) {
        if super::symbols::function(reader.dom.name(operator)).is_none() {
            reader.note(Fidelity::Flattened);
        }
        let name = Cow::Borrowed(reader.dom.name(operator));
        out.push(Expr::Token(Token::new(name, Kind::Ident)));
    } else {
        reader.node(operator, scope, out);
    }
    out.push(Expr::operator("("));
    for (index, argument) in arguments.into_iter().enumerate() {
        if index > 0 {
            out.push(Expr::operator(","));
        }
        out.push(argument);
    }
    out.push(Expr::operator(")"));
}
