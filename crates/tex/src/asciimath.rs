//! AsciiMath to LaTeX.
//!
//! The grammar of ASCIIMathML and of MathJax's AsciiMath: tokens by longest
//! match, functions that take their argument along, brackets that become
//! matrices, `|` by what it encloses. Input is never rejected; what no rule
//! covers stands in the output as it is.
//!
//! ```
//! use cc_math_tex::asciimath::to_tex;
//! assert_eq!(to_tex("x = (-b +- sqrt(b^2-4ac))/(2a)").tex, r"x = \frac{-b \pm \sqrt{b^2 - 4ac}}{2a}");
//! assert_eq!(to_tex("[[a,b],[c,d]]").tex, r"\begin{bmatrix} a & b \\ c & d \end{bmatrix}");
//! ```

mod lexer;
mod node;
mod parser;
mod symbols;

use crate::{Converted, Fidelity};

/// LaTeX for a formula in AsciiMath, given without its delimiters.
///
/// `Limited` where brackets nest too deep to be followed: from there on they
/// are single symbols.
pub fn to_tex(asciimath: &str) -> Converted {
    let (tex, limited) = parser::parse(asciimath);
    let fidelity = match (tex.is_empty(), limited) {
        (true, _) => Fidelity::Empty,
        (_, true) => Fidelity::Limited,
        _ => Fidelity::Exact,
    };
    Converted { tex, fidelity }
}

#[cfg(test)]
mod tests;
