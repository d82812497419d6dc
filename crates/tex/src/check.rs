//! Whether a formula is well-formed LaTeX mathematics.
//!
//! A parser with the rules that KaTeX and MathJax share: groups, `\left` and
//! `\right`, environments, arguments, scripts. It knows commands by the
//! arguments they take and builds nothing. A command it does not know is no
//! fault: it is reported beside them, since a page may define it.
//!
//! ```
//! use cc_math_tex::check::{FaultKind, check};
//! assert!(check(r"\frac{a}{b}^2").well_formed);
//! let report = check(r"x^2^3 + \frac{1}");
//! let kinds: Vec<FaultKind> = report.faults.iter().map(|fault| fault.kind).collect();
//! assert_eq!(kinds, [FaultKind::DoubleSuperscript, FaultKind::MissingArgument]);
//! ```

mod parser;

/// Faults that are reported for one formula; parsing stops at the last.
const MAX_FAULTS: usize = 32;

/// Unknown commands that are reported for one formula.
const MAX_UNKNOWN: usize = 64;

/// What the parser found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Whether there are no faults.
    pub well_formed: bool,
    /// What is wrong, in order of place.
    pub faults: Vec<Fault>,
    /// Names of commands and environments that are not known, each once, in order.
    pub unknown_commands: Vec<String>,
}

/// Something wrong in a formula.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    /// Byte offset of the token at which it shows.
    pub at: usize,
    /// What it is.
    pub kind: FaultKind,
}

/// What can be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FaultKind {
    /// `{` or `[` without its partner.
    UnclosedGroup,
    /// `}` without its partner.
    UnmatchedClose,
    /// `\left` without `\right`.
    UnclosedLeft,
    /// `\right` without `\left`.
    UnmatchedRight,
    /// `\middle` outside `\left ... \right`.
    StrayMiddle,
    /// No delimiter after `\left`, `\right`, `\big` and kin.
    BadDelimiter,
    /// `\begin{...}` without its `\end`.
    UnclosedEnvironment,
    /// `\end{...}` without its `\begin`, or of another environment.
    UnmatchedEnd,
    /// A command or script has too few arguments, or one that needs braces.
    MissingArgument,
    /// Two superscripts on one nucleus.
    DoubleSuperscript,
    /// Two subscripts on one nucleus.
    DoubleSubscript,
    /// `&` outside an alignment.
    MisplacedAlign,
    /// `$` in mathematics.
    MathShift,
    /// `#` outside a macro definition.
    Parameter,
    /// Two of `\over`, `\choose`, ... in one group.
    DoubleInfix,
    /// `\limits` after something that takes none.
    StrayLimits,
    /// `^`, `_` or `&` in text.
    ScriptInText,
    /// A second `\tag`.
    RepeatedTag,
    /// A backslash at the very end.
    LoneBackslash,
    /// Nested too deep to be followed; what is inside was not checked.
    TooDeep,
}

/// Parses a formula, given without its delimiters.
pub fn check(tex: &str) -> Report {
    let mut report = Report { well_formed: true, faults: Vec::new(), unknown_commands: Vec::new() };
    parser::parse(tex, &mut report);
    report.well_formed = report.faults.is_empty();
    report
}

impl Report {
    fn fault(&mut self, at: usize, kind: FaultKind) {
        if self.faults.len() < MAX_FAULTS {
            self.faults.push(Fault { at, kind });
        }
    }

    fn unknown(&mut self, name: &str) {
        let known = self.unknown_commands.iter().any(|n| n == name);
        if !known && self.unknown_commands.len() < MAX_UNKNOWN {
            self.unknown_commands.push(name.to_owned());
        }
    }

    fn is_full(&self) -> bool {
        self.faults.len() >= MAX_FAULTS
    }
}

#[cfg(test)]
mod tests;
