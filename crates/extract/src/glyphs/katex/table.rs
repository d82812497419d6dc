//! Arrays: columns of cells, put together to rows by their height; and tags.

use super::leaf::Ink;
use super::stack::Row;
use super::{Reader, has, words};
use crate::glyphs::expr::Expr;
use crate::glyphs::mathjax::{self, Cell, Table};
use cc_math_html::NodeId;

/// Heights that differ by less (em) are one row.
const SAME_ROW: f32 = 0.05;

/// Columns that are read. Every column costs a cell in every row.
const MAX_COLUMNS: usize = 256;

/// A column of a table, or a line between columns.
struct Column {
    align: char,
    cells: Vec<Row>,
    /// True if space or a line follows before the next column.
    gap_after: bool,
    line_after: bool,
}

impl Reader<'_> {
    /// A table; `lines` are the heights of its horizontal lines.
    pub(super) fn table(&self, node: NodeId, ink: Ink, depth: usize, lines: &[f32]) -> Expr {
        let columns = self.columns(node);
        let heights = heights(&columns);
        let single = columns.len() == 1 && heights.len() == 1;
        let mut table = Table { display: single || is_open(&heights), ..Table::default() };
        for (i, y) in heights.iter().enumerate() {
            let above = i.checked_sub(1).and_then(|i| heights.get(i)).copied().unwrap_or(f32::MIN);
            let ruled = lines.iter().any(|line| above < *line && *line < *y);
            table.rows.push(self.table_row(&columns, *y, ruled, ink, depth));
        }
        table.finish()
    }

    fn columns(&self, node: NodeId) -> Vec<Column> {
        let mut columns: Vec<Column> = Vec::new();
        for child in self.dom.children(node) {
            if has(self.dom, child, "vertical-separator") {
                columns.last_mut().into_iter().for_each(|column| column.line_after = true);
            } else if has(self.dom, child, "arraycolsep") {
                columns.last_mut().into_iter().for_each(|column| column.gap_after = true);
            } else if let Some(align) =
                words(self.dom, child).find_map(|word| word.strip_prefix("col-align-"))
            {
                let mut cells = self.list(child).map(|list| self.rows(list)).unwrap_or_default();
                cells.sort_by(|one, other| one.y.total_cmp(&other.y));
                let align = align.chars().next().unwrap_or('c');
                if columns.len() == MAX_COLUMNS {
                    break;
                }
                columns.push(Column { align, cells, gap_after: false, line_after: false });
            }
        }
        columns
    }

    fn table_row(
        &self,
        columns: &[Column],
        y: f32,
        ruled: bool,
        ink: Ink,
        depth: usize,
    ) -> mathjax::Row {
        let mut row = mathjax::Row::default();
        for column in columns {
            // Cells are in order of height, so this is a search, not a scan.
            let place = column.cells.partition_point(|cell| cell.y < y - SAME_ROW);
            let cell = column.cells.get(place).filter(|cell| cell.y < y + SAME_ROW);
            row.cells.push(Cell {
                content: cell
                    .map(|cell| self.content(cell.node, ink, depth + 3))
                    .unwrap_or_default(),
                align: column.align,
                line_above: ruled,
                line_after: column.line_after,
                gap_after: column.gap_after,
                ..Cell::default()
            });
        }
        row
    }

    /// The formula in a row with its tag as label; tags of several rows go to the rows of
    /// the table that the formula is.
    pub(super) fn labelled(&self, tag: NodeId, mut content: Vec<Expr>) -> Vec<Expr> {
        let ink = Ink::default();
        if let (Some(list), [table]) = (self.list(tag), content.as_mut_slice())
            && table.name == "mtable"
        {
            for (row, label) in table.kids.iter_mut().zip(self.rows(list)) {
                let label = self.content(label.node, ink, 3);
                if !label.iter().all(Expr::is_blank) {
                    row.name = "mlabeledtr";
                    row.kids.insert(0, Expr::new("mtd", label));
                }
            }
            return content;
        }
        let label = self.content(tag, ink, 1);
        if label.iter().all(Expr::is_blank) {
            return content;
        }
        let cells = vec![Expr::new("mtd", label), Expr::new("mtd", content)];
        vec![Expr::new("mtable", vec![Expr::new("mlabeledtr", cells)])]
    }
}

/// True if rows stand apart as those of equations do (15 pt and more; 12 pt in arrays,
/// 14.4 pt in cases).
fn is_open(heights: &[f32]) -> bool {
    let pitch = heights.iter().zip(heights.iter().skip(1)).map(|(one, next)| next - one);
    heights.len() > 1 && pitch.fold(f32::MAX, f32::min) > 1.49
}

/// Heights of a table's rows, top first.
fn heights(columns: &[Column]) -> Vec<f32> {
    let mut heights: Vec<f32> =
        columns.iter().flat_map(|column| &column.cells).map(|cell| cell.y).collect();
    heights.sort_by(f32::total_cmp);
    heights.dedup_by(|next, kept| *next - *kept < SAME_ROW);
    heights
}
