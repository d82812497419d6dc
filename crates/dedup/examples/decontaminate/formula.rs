//! Random formulas, and the ways to write one.

use crate::random::Random;

/// How a formula is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    /// `x^2 - 3*x <= 1/2`
    Plain,
    /// `x^{2}-3\cdot x\le\frac{1}{2}`
    Latex,
    /// `x² − 3·x ≤ 1/2`
    Unicode,
}

/// A formula: operands and the operators between them.
#[derive(Debug, Clone)]
pub(crate) enum Formula {
    Number(usize),
    Variable(char),
    Power(char, usize),
    Fraction(usize, usize),
    Binary(Box<Formula>, char, Box<Formula>),
}

impl Formula {
    /// A chain of `operators` sums, differences, products and quotients.
    pub(crate) fn chain(random: &mut Random, operators: usize) -> Self {
        let mut formula = Self::operand(random);
        for _ in 0..operators {
            let operator = if random.chance(0.7) {
                random.pick(&["+", "-"])
            } else {
                random.pick(&["*", "/"])
            };
            let operator = operator.chars().next().unwrap_or('+');
            formula = Self::Binary(formula.into(), operator, Self::operand(random).into());
        }
        formula
    }

    /// Two chains and a relation between them.
    pub(crate) fn relation(random: &mut Random, operators: usize) -> Self {
        let relation = random.pick(&["=", "<", ">", "=", "="]).chars().next().unwrap_or('=');
        let left = Self::chain(random, operators);
        Self::Binary(left.into(), relation, Self::chain(random, operators / 3).into())
    }

    fn operand(random: &mut Random) -> Self {
        let variable = random.pick(&["x", "y", "z", "n", "a", "b"]).chars().next().unwrap_or('x');
        match random.within(0, 5) {
            0 => Self::Variable(variable),
            1 => Self::Power(variable, random.within(2, 6)),
            2 => Self::Fraction(random.within(1, 30), random.within(2, 30)),
            _ => Self::Number(random.within(2, 150)),
        }
    }

    /// The formula with every operator turned into its opposite.
    pub(crate) fn flipped(&self) -> Self {
        match self {
            Self::Binary(left, operator, right) => {
                let flipped = match operator {
                    '+' => '-',
                    '-' => '+',
                    '*' => '/',
                    '/' => '*',
                    '<' => '>',
                    '>' => '<',
                    _ => '+',
                };
                Self::Binary(left.flipped().into(), flipped, right.flipped().into())
            }
            other => other.clone(),
        }
    }

    pub(crate) fn write(&self, style: Style) -> String {
        match self {
            Self::Number(n) => n.to_string(),
            Self::Variable(v) => v.to_string(),
            Self::Power(v, n) => match style {
                Style::Plain => format!("{v}^{n}"),
                Style::Latex => format!("{v}^{{{n}}}"),
                Style::Unicode => {
                    format!("{v}{}", ['⁰', '¹', '²', '³', '⁴', '⁵'].get(*n).copied().unwrap_or('²'))
                }
            },
            Self::Fraction(a, b) => match style {
                Style::Latex => format!("\\frac{{{a}}}{{{b}}}"),
                _ => format!("{a}/{b}"),
            },
            Self::Binary(left, operator, right) => {
                format!("{}{}{}", left.write(style), sign(*operator, style), right.write(style))
            }
        }
    }
}

fn sign(operator: char, style: Style) -> &'static str {
    match (operator, style) {
        ('+', Style::Latex) => "+",
        ('+', _) => " + ",
        ('-', Style::Latex) => "-",
        ('-', Style::Plain) => " - ",
        ('-', Style::Unicode) => " − ",
        ('*', Style::Plain) => "*",
        ('*', Style::Latex) => "\\cdot ",
        ('*', Style::Unicode) => " × ",
        ('/', Style::Latex) => "\\div ",
        ('/', Style::Plain) => "/",
        ('/', Style::Unicode) => " ÷ ",
        ('<', Style::Latex) => "\\lt ",
        ('<', _) => " < ",
        ('>', Style::Latex) => ">",
        ('>', _) => " > ",
        (_, Style::Latex) => "=",
        _ => " = ",
    }
}
