//! Source code in a table with a row a line, as code hosts and mirrors show
//! it: `<tr><td class="line-num">1<td class="line-code"><pre>def f(x):</pre>`.
//!
//! Line numbers are left out, blank lines and indentation stay.

use super::Walker;
use super::code::{code_text, is_noise, language};
use super::table::rows;
use crate::formula::classes;
use cc_math_html::{Dom, NodeId};

/// Rows from which on a table can be a listing.
const FEWEST_LINES: usize = 3;

/// Cells of a row: line numbers (two in a comparison), then the line.
const MOST_CELLS: usize = 3;

impl Walker<'_> {
    /// Writes a table that is a listing as one block of code; false if it is something else.
    pub(super) fn listing(&mut self, table: NodeId) -> bool {
        let dom = self.view.dom;
        let mut caption = None;
        let Some(lines) = lines(dom, table, &mut caption) else { return false };
        if self.writer.is_inline() || self.holds_claims(table) {
            return false;
        }
        self.caption(caption);
        let code: Vec<String> = lines.into_iter().map(|line| line_text(dom, line)).collect();
        self.writer
            .code_block(language(dom, table).unwrap_or_default(), code.join("\n").trim_end());
        self.done.code_blocks += 1;
        true
    }
}

/// The cells that hold the lines of a listing.
fn lines(dom: &Dom, table: NodeId, caption: &mut Option<NodeId>) -> Option<Vec<NodeId>> {
    let mut lines = Vec::new();
    let (mut marked, mut number) = (0, None);
    for row in rows(dom, table, caption) {
        let cells: Vec<NodeId> = dom
            .children(row)
            .filter(|node| matches!(dom.name(*node), "td" | "th"))
            .take(MOST_CELLS + 1)
            .collect();
        let (line, gutter) = cells.split_last()?;
        let is_code = is_code(dom, *line, gutter.is_empty());
        let fits = is_code || is_blank(dom, *line);
        if cells.len() > MOST_CELLS || !fits || !counts(dom, gutter, &mut number) {
            return None;
        }
        marked += usize::from(is_code);
        lines.push(*line);
    }
    (lines.len() >= FEWEST_LINES && marked * 2 >= lines.len()).then_some(lines)
}

/// Whether the cells before a line hold nothing, or the number after the last one.
fn counts(dom: &Dom, gutter: &[NodeId], last: &mut Option<u64>) -> bool {
    gutter.iter().all(|cell| {
        let text = dom.text_content(*cell);
        let text = text.trim();
        if text.is_empty() {
            return true;
        }
        let number = text.parse::<u64>().ok();
        let follows = |number: u64| last.is_none_or(|last| last.checked_add(1) == Some(number));
        let fits = number.is_some_and(follows);
        *last = if gutter.len() == 1 { number } else { None };
        fits
    })
}

/// A cell that says it is code, or holds nothing but a `pre` or `code` element.
fn is_code(dom: &Dom, cell: NodeId, alone: bool) -> bool {
    let mut inked = dom.children(cell).filter(|node| {
        dom.text(*node).is_none_or(|text| !text.trim().is_empty()) && !is_noise(dom, *node)
    });
    let only = inked.next().filter(|_| inked.next().is_none());
    let wrapped = only.is_some_and(|node| matches!(dom.name(node), "pre" | "code"));
    let named = || classes(dom, cell).any(|class| class.split(['-', '_']).any(|w| w == "code"));
    wrapped || (!alone && named())
}

fn is_blank(dom: &Dom, cell: NodeId) -> bool {
    dom.text_content(cell).trim().is_empty()
}

/// One line without its end.
fn line_text(dom: &Dom, cell: NodeId) -> String {
    let pre = dom.children(cell).find(|node| matches!(dom.name(*node), "pre" | "code"));
    let mut text = code_text(dom, pre.unwrap_or(cell));
    while text.ends_with('\n') {
        text.pop();
    }
    text
}
