//! SQL as text to expressions that can be evaluated.

use super::term::{Function, Term};
use super::value::{Sign, Value};
use cc_math_config::nearest;
use cc_math_core::Document;
use cc_math_store::Row;
use regex::{Regex, RegexBuilder};
use sqlparser::ast::{
    BinaryOperator, CaseWhen, Expr, Function as Call, FunctionArg, FunctionArgExpr,
    FunctionArguments, Ident, UnaryOperator, Value as Literal, ValueWithSpan,
};
use sqlparser::dialect::GenericDialect;
use sqlparser::parser::Parser;
use sqlparser::tokenizer::Token;
use std::cmp::Ordering;

/// Bytes that a condition may have.
const LONGEST: usize = 8 << 10;

/// Expressions inside one another; a row of `AND`s or of `OR`s counts once.
const DEEPEST: usize = 200;

/// Bytes that a regular expression may take, compiled.
const LARGEST_REGEX: usize = 1 << 20;

/// Reads a condition's syntax.
///
/// # Errors
/// What is wrong with it.
pub(super) fn parse(sql: &str) -> Result<Expr, String> {
    if sql.len() > LONGEST {
        return Err(format!("a condition has at most {LONGEST} bytes"));
    }
    let fault = |error: sqlparser::parser::ParserError| error.to_string();
    let mut parser = Parser::new(&GenericDialect {}).try_with_sql(sql).map_err(fault)?;
    let expr = parser.parse_expr().map_err(fault)?;
    match parser.peek_token().token {
        Token::EOF => Ok(expr),
        rest => Err(format!("the condition ends before `{rest}`")),
    }
}

/// What an expression means.
///
/// # Errors
/// What cannot be said about one document.
pub(super) fn meaning(expr: &Expr) -> Result<Term, String> {
    term(expr, 0)
}

fn unsupported(what: &impl ToString) -> String {
    let what: String = what.to_string().chars().take(60).collect();
    format!("`{what}` is nothing that a condition can say")
}

fn boxed(expr: &Expr, depth: usize) -> Result<Box<Term>, String> {
    term(expr, depth).map(Box::new)
}

fn terms<'a>(exprs: impl IntoIterator<Item = &'a Expr>, depth: usize) -> Result<Vec<Term>, String> {
    exprs.into_iter().map(|expr| term(expr, depth)).collect()
}

fn negated(term: Term, negated: bool) -> Term {
    if negated { Term::Not(Box::new(term)) } else { term }
}

fn term(expr: &Expr, depth: usize) -> Result<Term, String> {
    if depth > DEEPEST {
        return Err("the condition is nested too deeply".into());
    }
    let depth = depth + 1;
    Ok(match expr {
        Expr::Nested(inner) => term(inner, depth)?,
        Expr::Identifier(name) => named(std::slice::from_ref(name))?,
        Expr::CompoundIdentifier(path) => named(path)?,
        Expr::Value(ValueWithSpan { value, .. }) => Term::Literal(literal(value)?),
        Expr::IsNull(inner) => Term::IsNull(boxed(inner, depth)?),
        Expr::IsNotNull(inner) => negated(Term::IsNull(boxed(inner, depth)?), true),
        Expr::IsUnknown(inner) => Term::IsNull(boxed(inner, depth)?),
        Expr::IsNotUnknown(inner) => negated(Term::IsNull(boxed(inner, depth)?), true),
        // As in Polars, what is unknown stays so.
        Expr::IsTrue(inner) | Expr::IsNotFalse(inner) => term(inner, depth)?,
        Expr::IsFalse(inner) | Expr::IsNotTrue(inner) => negated(term(inner, depth)?, true),
        Expr::IsDistinctFrom(a, b) => negated(Term::Same(boxed(a, depth)?, boxed(b, depth)?), true),
        Expr::IsNotDistinctFrom(a, b) => Term::Same(boxed(a, depth)?, boxed(b, depth)?),
        Expr::InList { expr, list, negated: not } => {
            negated(Term::In(boxed(expr, depth)?, terms(list, depth)?), *not)
        }
        Expr::Between { expr, negated: not, low, high } => {
            let from = Term::Compare(boxed(expr, depth)?, Ordering::is_ge, boxed(low, depth)?);
            let to = Term::Compare(boxed(expr, depth)?, Ordering::is_le, boxed(high, depth)?);
            negated(Term::All(vec![from, to]), *not)
        }
        Expr::Like { negated: not, any: false, expr, pattern, escape_char: None } => {
            negated(Term::Matches(boxed(expr, depth)?, like(pattern, false)?), *not)
        }
        Expr::ILike { negated: not, any: false, expr, pattern, escape_char: None } => {
            negated(Term::Matches(boxed(expr, depth)?, like(pattern, true)?), *not)
        }
        Expr::RLike { negated: not, expr, pattern, .. } => {
            negated(Term::Matches(boxed(expr, depth)?, regex(pattern, false)?), *not)
        }
        Expr::UnaryOp { op: UnaryOperator::Not, expr } => negated(term(expr, depth)?, true),
        Expr::UnaryOp { op: UnaryOperator::Plus, expr } => term(expr, depth)?,
        Expr::UnaryOp { op: UnaryOperator::Minus, expr } => {
            let zero = Box::new(Term::Literal(Value::Int(0)));
            Term::Calculate(zero, Sign::Minus, boxed(expr, depth)?)
        }
        Expr::BinaryOp { left, op, right } => binary(left, op, right, depth)?,
        Expr::Case { operand, conditions, else_result, .. } => {
            case(operand.as_deref(), conditions, else_result.as_deref(), depth)?
        }
        Expr::Ceil { expr, .. } => Term::Call(Function::Ceil, vec![term(expr, depth)?]),
        Expr::Floor { expr, .. } => Term::Call(Function::Floor, vec![term(expr, depth)?]),
        Expr::Trim { expr, trim_where: None, trim_what: None, trim_characters: None } => {
            Term::Call(Function::Trim, vec![term(expr, depth)?])
        }
        Expr::Function(call) => function(call, depth)?,
        other => return Err(unsupported(other)),
    })
}

/// A column of ours, or else an entry of the metadata. `metadata.` says that it is one.
fn named(path: &[Ident]) -> Result<Term, String> {
    let path: Vec<String> = path.iter().map(|ident| ident.value.clone()).collect();
    match path.as_slice() {
        [first, rest @ ..] if first == "metadata" && !rest.is_empty() => {
            return Ok(Term::Entry(rest.to_vec()));
        }
        [name] => {
            let ours: Vec<&str> = Document::COLUMNS.iter().map(|column| column.name).collect();
            if name == "formulas" || name == "metadata" {
                let hint = "`math_recovered` counts formulas, `metadata.name` is an entry";
                return Err(format!("`{name}` has no single value; {hint}"));
            }
            if let Some(index) = ours.iter().position(|column| column == name) {
                return Ok(Term::Column(index));
            }
            if let Some(near) = nearest(name, ours.iter().copied()) {
                return Err(format!(
                    "no column `{name}`; did you mean `{near}`? An entry of the metadata that is \
                     called so is `metadata.{name}`"
                ));
            }
        }
        _ => {}
    }
    Ok(Term::Entry(path))
}

fn literal(value: &Literal) -> Result<Value<'static>, String> {
    Ok(match value {
        Literal::Null => Value::Null,
        Literal::Boolean(value) => Value::Bool(*value),
        Literal::SingleQuotedString(text) | Literal::EscapedStringLiteral(text) => {
            Value::Text(text.clone().into())
        }
        Literal::Number(digits, _) => match (digits.parse(), digits.parse()) {
            (Ok(whole), _) => Value::Int(whole),
            (_, Ok(number)) => Value::Float(number),
            _ => return Err(format!("`{digits}` is no number")),
        },
        other => return Err(unsupported(other)),
    })
}

fn binary(left: &Expr, op: &BinaryOperator, right: &Expr, depth: usize) -> Result<Term, String> {
    use BinaryOperator as Op;
    let test: fn(Ordering) -> bool = match op {
        Op::And => return chain(left, op, right, depth).map(Term::All),
        Op::Or => return chain(left, op, right, depth).map(Term::Any),
        Op::Spaceship => return Ok(Term::Same(boxed(left, depth)?, boxed(right, depth)?)),
        Op::Eq => Ordering::is_eq,
        Op::NotEq => Ordering::is_ne,
        Op::Lt => Ordering::is_lt,
        Op::LtEq => Ordering::is_le,
        Op::Gt => Ordering::is_gt,
        Op::GtEq => Ordering::is_ge,
        Op::StringConcat => {
            return Ok(Term::Call(Function::Concat, vec![term(left, depth)?, term(right, depth)?]));
        }
        Op::PGRegexMatch => return Ok(Term::Matches(boxed(left, depth)?, regex(right, false)?)),
        Op::PGRegexIMatch => return Ok(Term::Matches(boxed(left, depth)?, regex(right, true)?)),
        Op::PGRegexNotMatch => {
            return Ok(negated(Term::Matches(boxed(left, depth)?, regex(right, false)?), true));
        }
        Op::PGRegexNotIMatch => {
            return Ok(negated(Term::Matches(boxed(left, depth)?, regex(right, true)?), true));
        }
        _ => {
            let sign = sign(op).ok_or_else(|| unsupported(op))?;
            return Ok(Term::Calculate(boxed(left, depth)?, sign, boxed(right, depth)?));
        }
    };
    Ok(Term::Compare(boxed(left, depth)?, test, boxed(right, depth)?))
}

fn sign(op: &BinaryOperator) -> Option<Sign> {
    Some(match op {
        BinaryOperator::Plus => Sign::Plus,
        BinaryOperator::Minus => Sign::Minus,
        BinaryOperator::Multiply => Sign::Times,
        BinaryOperator::Divide => Sign::Over,
        BinaryOperator::Modulo => Sign::Modulo,
        _ => return None,
    })
}

/// What a row of `AND`s or of `OR`s holds together: such rows are long, and lean to the left.
fn chain(
    left: &Expr,
    op: &BinaryOperator,
    right: &Expr,
    depth: usize,
) -> Result<Vec<Term>, String> {
    let mut last_first = vec![term(right, depth)?];
    let mut left = left;
    while let Expr::BinaryOp { left: further, op: same, right } = left {
        if same != op {
            break;
        }
        last_first.push(term(right, depth)?);
        left = further;
    }
    last_first.push(term(left, depth)?);
    last_first.reverse();
    Ok(last_first)
}

fn pattern(expr: &Expr) -> Result<&str, String> {
    match expr {
        Expr::Value(ValueWithSpan { value: Literal::SingleQuotedString(text), .. }) => Ok(text),
        other => Err(format!("a pattern is a text in quotes, not `{other}`")),
    }
}

fn regex(expr: &Expr, any_case: bool) -> Result<Regex, String> {
    compiled(pattern(expr)?, any_case)
}

/// A `LIKE` pattern: `%` is any text, `_` any character.
fn like(expr: &Expr, any_case: bool) -> Result<Regex, String> {
    let mut source = String::from("(?s)^");
    for c in pattern(expr)?.chars() {
        match c {
            '%' => source.push_str(".*"),
            '_' => source.push('.'),
            c => source.push_str(&regex::escape(c.encode_utf8(&mut [0; 4]))),
        }
    }
    source.push('$');
    compiled(&source, any_case)
}

fn compiled(source: &str, any_case: bool) -> Result<Regex, String> {
    let mut builder = RegexBuilder::new(source);
    builder.case_insensitive(any_case).size_limit(LARGEST_REGEX);
    builder.build().map_err(|error| format!("`{source}` is no regular expression: {error}"))
}

fn case(
    operand: Option<&Expr>,
    conditions: &[CaseWhen],
    last: Option<&Expr>,
    depth: usize,
) -> Result<Term, String> {
    let when = |condition: &Expr| match operand {
        None => term(condition, depth),
        Some(operand) => {
            Ok(Term::Compare(boxed(operand, depth)?, Ordering::is_eq, boxed(condition, depth)?))
        }
    };
    let cases =
        conditions.iter().map(|case| Ok((when(&case.condition)?, term(&case.result, depth)?)));
    let last = last.map_or(Ok(Term::Literal(Value::Null)), |last| term(last, depth))?;
    Ok(Term::Case(cases.collect::<Result<_, String>>()?, Box::new(last)))
}

fn function(call: &Call, depth: usize) -> Result<Term, String> {
    let name = call.name.to_string().to_lowercase();
    let FunctionArguments::List(list) = &call.args else { return Err(unsupported(call)) };
    let plain = call.over.is_none() && call.filter.is_none() && call.within_group.is_empty();
    if !plain || list.duplicate_treatment.is_some() || !list.clauses.is_empty() {
        return Err(unsupported(call));
    }
    let arguments = list.args.iter().map(|argument| match argument {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => Ok(expr),
        other => Err(unsupported(other)),
    });
    let arguments: Vec<&Expr> = arguments.collect::<Result<_, String>>()?;
    if let ("regexp_like", [text, pattern]) = (name.as_str(), arguments.as_slice()) {
        return Ok(Term::Matches(boxed(text, depth)?, regex(pattern, false)?));
    }
    if let ("nullif", [a, b]) = (name.as_str(), arguments.as_slice()) {
        let equal = Term::Compare(boxed(a, depth)?, Ordering::is_eq, boxed(b, depth)?);
        let cases = vec![(equal, Term::Literal(Value::Null))];
        return Ok(Term::Case(cases, boxed(a, depth)?));
    }
    let Some((_, function)) = Function::ALL.iter().find(|(known, _)| *known == name) else {
        let names = Function::ALL.iter().map(|(name, _)| *name);
        let near = nearest(&name, names).map(|near| format!("; did you mean `{near}`?"));
        return Err(format!("no function `{name}` of one document{}", near.unwrap_or_default()));
    };
    let (least, most) = function.arguments();
    if !(least..=most).contains(&arguments.len()) {
        return Err(format!("`{name}` takes another number of values than {}", arguments.len()));
    }
    Ok(Term::Call(*function, terms(arguments, depth)?))
}
