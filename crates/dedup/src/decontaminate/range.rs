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

/// Bytes around a formula in which its dollars stand.
const NEAR: usize = 64;

/// A formula's body with the blanks and up to two dollars around it.
fn delimited(body: Range<usize>, text: &str) -> Range<usize> {
    let near = text.floor_char_boundary(body.start.saturating_sub(NEAR))
        ..text.ceil_char_boundary(body.end.saturating_add(NEAR));
    let before = text.get(near.start..body.start).unwrap_or_default();
    let after = text.get(body.end..near.end).unwrap_or_default();
    let opened = before.trim_end().strip_suffix('$');
    let opened = opened.map(|rest| rest.strip_suffix('$').unwrap_or(rest));
    let closed = after.trim_start().strip_prefix('$');
    let closed = closed.map(|rest| rest.strip_prefix('$').unwrap_or(rest));
    let start = opened.map_or(body.start, |rest| near.start + rest.len());
    start..closed.map_or(body.end, |rest| near.end - rest.len())
}
