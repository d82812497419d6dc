//! Formulas that nothing ends.
//!
//! A `<math>` without its end tag takes in what follows. The standard ends it at most tags of
//! HTML, but not at all of them (`<section>`), not inside the elements of a formula that hold
//! text (`<math><mi>x<p>`), and of nested formulas only the inner one. No formula holds a
//! paragraph, a heading or a list, so ours end at every such tag, all that are open.

use crate::kind::{self, Kind};

/// Whether the innermost open element is of a formula, and not a place in one where HTML belongs.
pub(crate) fn is_in_formula(innermost: Kind) -> bool {
    matches!(innermost, Kind::MathMl | Kind::MathMlText | Kind::MathMlAnnotation)
}

/// Whether the standard, too, ends a formula when `flow` begins, where the open elements are of
/// these kinds, innermost first.
pub(crate) fn ends_before(open: impl Iterator<Item = Kind>, flow: Kind) -> bool {
    let mut foreign = open.take_while(|kind| kind.is_foreign() && *kind != Kind::SvgHtml);
    flow.is(kind::BREAKOUT) && !foreign.any(|kind| kind == Kind::MathMlText)
}
