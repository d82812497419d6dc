//! Lists: markers, numbers and nesting.

use super::Walker;
use cc_math_html::NodeId;

/// The lists that are open, outermost first.
#[derive(Debug, Default)]
pub(super) struct Lists(Vec<Option<i64>>);

impl Walker<'_> {
    pub(super) fn open_list(&mut self, node: NodeId) {
        let dom = self.view.dom;
        if self.lists.0.is_empty() { self.writer.block() } else { self.writer.newline() }
        let ordered = dom.name(node) == "ol";
        let start = dom.attr(node, "start").and_then(|start| start.trim().parse().ok());
        self.lists.0.push(ordered.then(|| start.unwrap_or(1)));
    }

    pub(super) fn close_list(&mut self) {
        self.lists.0.pop();
        if self.lists.0.is_empty() { self.writer.block() } else { self.writer.newline() }
    }

    pub(super) fn open_item(&mut self, node: NodeId) {
        if self.writer.is_inline() {
            self.writer.newline();
            return;
        }
        let marker = self.marker(node);
        let indent = " ".repeat(marker.len());
        self.writer.open(&marker, &indent);
    }

    pub(super) fn close_item(&mut self) {
        if self.writer.is_inline() {
            self.writer.newline();
            return;
        }
        let shown = self.writer.close();
        if let (true, Some(Some(number))) = (shown, self.lists.0.last_mut()) {
            *number = number.saturating_add(1);
        }
    }

    fn marker(&mut self, node: NodeId) -> String {
        let value = self.view.dom.attr(node, "value").and_then(|value| value.trim().parse().ok());
        match self.lists.0.last_mut() {
            Some(Some(number)) => {
                *number = value.unwrap_or(*number);
                format!("{number}. ")
            }
            _ => "- ".into(),
        }
    }
}
