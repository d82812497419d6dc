//! Ranges that cut no formula in two.

use super::Match;
use cc_math_core::Formula;
use std::ops::Range;

/// Widens every range so that a formula it touches lies in it, dollars and all.
pub(super) fn widen(found: &mut [Match], text: &str, formulas: &[Formula]) {
    for one in found {
        one.range = widened(&one.range, text, formulas);
        one.answer_range = one.answer_range.take().map(|range| widened(&range, text, formulas));
    }
}

fn widened(range: &Range<usize>, text: &str, formulas: &[Formula]) -> Range<usize> {
    let mut wide = range.clone();
    let first = formulas.partition_point(|formula| formula.range().end <= range.start);
    let touched = formulas.iter().skip(first).take_while(|f| f.range().start < range.end);
    for formula in touched {
        let whole = delimited(formula.range(), text);
        wide.start = wide.start.min(whole.start);
        wide.end = wide.end.max(whole.end);
    }
    text.floor_char_boundary(wide.start)..text.ceil_char_boundary(wide.end)
}

/// A formula's body with the blanks and up to two dollars around it.
fn delimited(body: Range<usize>, text: &str) -> Range<usize> {
    let before = text.get(..body.start).unwrap_or_default();
    let after = text.get(body.end..).unwrap_or_default();
    let open = before.trim_end();
    let opened = open.strip_suffix('$').map(|rest| rest.strip_suffix('$').unwrap_or(rest));
    let closed = after.trim_start();
    let closed = closed.strip_prefix('$').map(|rest| rest.strip_prefix('$').unwrap_or(rest));
    let start = opened.map_or(body.start, str::len);
    start..closed.map_or(body.end, |rest| text.len() - rest.len())
}
