//! Tables: pipe tables for data, HTML where cells span, text where a table is only layout.

use super::writer::Writer;
use super::{Fragment, Rendered, Walker};
use crate::formula::classes;
use cc_math_html::{Dom, NodeId};

/// Cells beyond this, or rows times columns, make a table plain text.
const MAX_CELLS: usize = 20_000;
/// Columns beyond this make a table plain text.
const MAX_COLUMNS: usize = 64;

/// One cell of the grid.
struct Cell {
    node: NodeId,
    header: bool,
    colspan: usize,
    rowspan: usize,
}

struct Grid {
    rows: Vec<Vec<Cell>>,
    caption: Option<NodeId>,
    columns: usize,
    spans: bool,
}

impl Walker<'_> {
    /// Writes a data table; true if the table is layout and its content to be walked.
    pub(super) fn table(&mut self, node: NodeId) -> bool {
        self.writer.block();
        if self.listing(node) {
            return false;
        }
        if self.writer.is_inline() || is_layout(self.view.dom, node) {
            return true;
        }
        let Some(grid) = read(self.view.dom, node) else { return true };
        if !self.keeps_most(&grid) {
            return true;
        }
        self.caption(grid.caption);
        let written = if grid.spans { self.html_table(&grid) } else { self.pipe_table(&grid) };
        if !written.text.is_empty() {
            self.writer.block();
            self.writer.fragment(&written);
            self.done.tables += 1;
        }
        self.writer.block();
        false
    }

    /// A table of which only scraps were selected is walked as text.
    fn keeps_most(&self, grid: &Grid) -> bool {
        let cells = grid.rows.iter().flatten();
        let (mut kept, mut all) = (0usize, 0usize);
        for cell in cells.filter(|cell| self.view.dom.first_child(cell.node).is_some()) {
            all += 1;
            kept += usize::from(self.keeps_any(cell.node));
        }
        kept * 2 > all
    }

    pub(super) fn caption(&mut self, caption: Option<NodeId>) {
        let Some(caption) = caption.filter(|caption| self.keeps_any(*caption)) else { return };
        let piece = self.piece(caption, Writer::line());
        let caption = self.absorb(piece);
        self.writer.fragment(&caption);
        self.writer.block();
    }

    fn pipe_table(&mut self, grid: &Grid) -> Fragment {
        let mut out = Rows::default();
        let mut rule_due = true;
        for row in &grid.rows {
            let cells: Vec<Fragment> =
                row.iter().map(|cell| self.cell(cell, Writer::pipe_cell())).collect();
            if cells.iter().all(|cell| cell.text.is_empty()) {
                continue;
            }
            out.pipe_row(&cells, grid.columns);
            if std::mem::take(&mut rule_due) {
                out.rule(grid.columns);
            }
        }
        out.0
    }

    fn html_table(&mut self, grid: &Grid) -> Fragment {
        let mut out = Rows::default();
        out.0.text.push_str("<table>");
        for row in &grid.rows {
            out.0.text.push_str("\n<tr>");
            for cell in row {
                let content = self.cell(cell, Writer::html_cell());
                out.html_cell(cell, &content);
            }
            out.0.text.push_str("</tr>");
        }
        out.0.text.push_str("\n</table>");
        out.0
    }

    fn cell(&mut self, cell: &Cell, writer: Writer) -> Fragment {
        let piece: Rendered = self.piece(cell.node, writer);
        self.absorb(piece)
    }
}

/// Table rows under construction.
#[derive(Default)]
struct Rows(Fragment);

impl Rows {
    fn append(&mut self, fragment: &Fragment) {
        let base = self.0.text.len() as u32;
        self.0.text.push_str(&fragment.text);
        for formula in &fragment.formulas {
            let mut moved = formula.clone();
            moved.start += base;
            moved.end += base;
            self.0.formulas.push(moved);
        }
    }

    fn start_row(&mut self) {
        if !self.0.text.is_empty() {
            self.0.text.push('\n');
        }
    }

    fn pipe_row(&mut self, cells: &[Fragment], columns: usize) {
        self.start_row();
        self.0.text.push('|');
        for index in 0..columns {
            self.0.text.push(' ');
            if let Some(cell) = cells.get(index) {
                self.append(cell);
            }
            self.0.text.push_str(" |");
        }
    }

    fn rule(&mut self, columns: usize) {
        self.start_row();
        self.0.text.push('|');
        self.0.text.push_str(&" --- |".repeat(columns));
    }

    fn html_cell(&mut self, cell: &Cell, content: &Fragment) {
        let name = if cell.header { "th" } else { "td" };
        self.0.text.push('<');
        self.0.text.push_str(name);
        for (attribute, span) in [("colspan", cell.colspan), ("rowspan", cell.rowspan)] {
            if span > 1 {
                self.0.text.push_str(&format!(" {attribute}=\"{span}\""));
            }
        }
        self.0.text.push('>');
        self.append(content);
        self.0.text.push_str("</");
        self.0.text.push_str(name);
        self.0.text.push('>');
    }
}

/// The grid of a table, or `None` if it is no grid worth drawing.
fn read(dom: &Dom, table: NodeId) -> Option<Grid> {
    let mut grid = Grid { rows: Vec::new(), caption: None, columns: 0, spans: false };
    let mut cells = 0;
    for row in rows(dom, table, &mut grid.caption) {
        let row: Vec<Cell> = dom.children(row).filter_map(|n| read_cell(dom, n)).collect();
        cells += row.len();
        if cells > MAX_CELLS {
            return None;
        }
        grid.columns = grid.columns.max(row.iter().map(|cell| cell.colspan).sum());
        grid.spans |= row.iter().any(|cell| cell.colspan > 1 || cell.rowspan > 1);
        if !row.is_empty() {
            grid.rows.push(row);
        }
    }
    let drawable = grid.columns <= MAX_COLUMNS && grid.columns * grid.rows.len() <= MAX_CELLS;
    (drawable && grid.columns > 1 && grid.rows.len() > 1).then_some(grid)
}

/// The rows of a table, not of those inside it; and its caption.
pub(super) fn rows(dom: &Dom, table: NodeId, caption: &mut Option<NodeId>) -> Vec<NodeId> {
    let mut rows = Vec::new();
    for child in dom.children(table) {
        match dom.name(child) {
            "tr" => rows.push(child),
            "caption" => *caption = Some(child),
            "thead" | "tbody" | "tfoot" => {
                rows.extend(dom.children(child).filter(|n| dom.name(*n) == "tr"))
            }
            _ => {}
        }
    }
    rows
}

fn read_cell(dom: &Dom, node: NodeId) -> Option<Cell> {
    let header = match dom.name(node) {
        "td" => false,
        "th" => true,
        _ => return None,
    };
    let span = |name| {
        let value = dom.attr(node, name).and_then(|value| value.trim().parse::<usize>().ok());
        value.unwrap_or(1).clamp(1, 1000)
    };
    Some(Cell { node, header, colspan: span("colspan"), rowspan: span("rowspan") })
}

/// A table that only places blocks on the page.
fn is_layout(dom: &Dom, table: NodeId) -> bool {
    if dom.attr(table, "role").is_some_and(|role| role == "presentation" || role == "none") {
        return true;
    }
    if classes(dom, table).any(is_layout_class) {
        return true;
    }
    let mut headers = 0usize;
    for node in dom.descendants(table) {
        match dom.name(node) {
            "table" | "h1" | "h2" | "h3" | "h4" | "pre" | "form" | "textarea" | "blockquote"
            | "article" | "section" => return true,
            "th" | "thead" | "caption" => headers += 1,
            _ => {}
        }
    }
    headers == 0 && has_long_cells(dom, table)
}

/// LaTeXML equations, code listings with gutters, and tables said to be layout.
fn is_layout_class(class: &str) -> bool {
    class.starts_with("ltx_eq")
        || class.contains("layout")
        || matches!(
            class,
            "highlighttable"
                | "lntable"
                | "rouge-table"
                | "codehilitetable"
                | "hljs-ln"
                | "gist-table"
                | "crayon-table"
        )
}

/// Without headers, cells of several blocks or of a page of text mean layout.
fn has_long_cells(dom: &Dom, table: NodeId) -> bool {
    let mut blocks = 0usize;
    let mut text = 0usize;
    for node in dom.descendants(table) {
        match dom.name(node) {
            "td" => {
                blocks = 0;
                text = 0;
            }
            "p" | "div" | "ul" | "ol" | "dl" => blocks += 1,
            _ => text += dom.text(node).map_or(0, |t| t.trim().len()),
        }
        if blocks > 2 || text > 2000 {
            return true;
        }
    }
    false
}
