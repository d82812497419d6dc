//! The clauses of a condition that have to hold by themselves, and the bounds in them.

use cc_math_core::{Gate, Side};
use sqlparser::ast::{BinaryOperator, Expr, UnaryOperator, Value as Literal, ValueWithSpan};

/// A comparison of something with a number.
pub(super) struct Compared<'a> {
    pub(super) signal: &'a Expr,
    keeps: Side,
    bound: &'a mut Expr,
}

impl Compared<'_> {
    pub(super) fn gate(&self) -> Gate {
        let bound = number(self.bound).unwrap_or_default();
        Gate { signal: name(self.signal), keeps: self.keeps, bound }
    }
}

/// What is joined by `AND`, from left to right. Conditions are nested as deeply as their reader
/// allows, and rows of `AND`s are long.
pub(super) fn clauses(condition: &mut Expr) -> Vec<&mut Expr> {
    let (mut clauses, mut open) = (Vec::new(), vec![condition]);
    while let Some(expr) = open.pop() {
        match expr {
            Expr::Nested(inner) => open.push(inner),
            Expr::BinaryOp { left, op: BinaryOperator::And, right } => {
                open.extend([right, left].map(|part| &mut **part))
            }
            clause => clauses.push(clause),
        }
    }
    clauses
}

/// The comparisons that a clause consists of: one, the two of a `BETWEEN`, or none.
pub(super) fn compared(clause: &mut Expr) -> Vec<Compared<'_>> {
    match clause {
        Expr::Between { expr, negated: false, low, high } if number(expr).is_none() => {
            let signal = &**expr;
            let ends = [(Side::AtLeast, low), (Side::AtMost, high)];
            let both = ends.iter().all(|(_, end)| number(end).is_some());
            let ends = ends.into_iter().filter(|_| both);
            ends.map(|(keeps, bound)| Compared { signal, keeps, bound }).collect()
        }
        Expr::BinaryOp { left, op, right } => {
            let Some(keeps) = side(op) else { return Vec::new() };
            match (number(left), number(right)) {
                (None, Some(_)) => vec![Compared { signal: left, keeps, bound: right }],
                (Some(_), None) => {
                    vec![Compared { signal: right, keeps: keeps.turned(), bound: left }]
                }
                _ => Vec::new(),
            }
        }
        _ => Vec::new(),
    }
}

/// Puts other bounds in place of those of the gates, in their order; what is none becomes `?`.
///
/// # Errors
/// If there are more or fewer gates.
pub(super) fn rebound(condition: &mut Expr, bounds: &[Option<f64>]) -> Result<(), String> {
    let mut left = bounds.iter();
    for compared in clauses(condition).into_iter().flat_map(compared) {
        let bound = left.next().ok_or("the condition has more gates than bounds are given")?;
        let literal = match bound {
            Some(bound) => Literal::Number(bound.to_string(), false),
            None => Literal::Placeholder("?".into()),
        };
        *compared.bound = Expr::Value(literal.with_empty_span());
    }
    if left.next().is_some() {
        Err("the condition has fewer gates than bounds are given".into())
    } else {
        Ok(())
    }
}

fn side(op: &BinaryOperator) -> Option<Side> {
    Some(match op {
        BinaryOperator::GtEq => Side::AtLeast,
        BinaryOperator::Gt => Side::Above,
        BinaryOperator::LtEq => Side::AtMost,
        BinaryOperator::Lt => Side::Below,
        _ => return None,
    })
}

/// Whole numbers that are larger are not all floats.
const LARGEST: f64 = (1_u64 << 53) as f64;

/// The number that an expression is as it stands there.
fn number(expr: &Expr) -> Option<f64> {
    let (sign, expr) = match expr {
        Expr::UnaryOp { op: UnaryOperator::Minus, expr } => (-1.0, &**expr),
        other => (1.0, other),
    };
    let Expr::Value(ValueWithSpan { value: Literal::Number(digits, _), .. }) = expr else {
        return None;
    };
    digits.parse().ok().filter(|number| *number < LARGEST).map(|number: f64| sign * number)
}

/// An expression as a name: without spaces around signs, where they say nothing.
fn name(signal: &Expr) -> String {
    let text = signal.to_string();
    if text.contains(['\'', '"']) {
        return text;
    }
    [" + ", " - ", " * ", " / ", " % ", ", "]
        .iter()
        .fold(text, |text, sign| text.replace(sign, sign.trim()))
}
