//! Tables: which environment an `mtable` was, and its cells.

use super::expr::{Align, Expr, Layout, Table, TableRow};
use super::read::{Reader, Scope};
use crate::Fidelity;
use crate::tree::MathDom;

/// Reads an `mtable`.
pub(super) fn read<'a, D: MathDom>(
    reader: &mut Reader<'a, D>,
    node: D::Node,
    scope: Scope,
) -> Expr<'a> {
    let hints = Hints::of(reader, node);
    let rows = rows(reader, node, scope.with_display(hints.is_display));
    let columns = rows.iter().map(|row| row.cells.len()).max().unwrap_or(0);
    if columns == 0 {
        return Expr::Nothing;
    }
    let align = alignment(reader, node, columns);
    let column_rules = rules(reader, node, "columnlines", columns);
    let row_rules = rules(reader, node, "rowlines", rows.len());
    let mut table = Table { rows, layout: Layout::Matrix, align, column_rules, row_rules };
    add_borders(reader, node, &mut table);
    table.layout = layout(&table, &hints, scope);
    Expr::Table(Box::new(table))
}

/// What the attributes of an `mtable` tell of the environment it was.
struct Hints {
    is_display: bool,
    /// Columns of an alignment touch; those of an array do not.
    is_tight: bool,
    is_small: bool,
}

impl Hints {
    fn of<D: MathDom>(reader: &Reader<'_, D>, node: D::Node) -> Self {
        let dom = reader.dom;
        let spacing = dom.attr(node, "columnspacing").unwrap_or("0em").trim();
        let first = spacing.split_ascii_whitespace().next().unwrap_or("0em");
        let is_display = dom.attr(node, "displaystyle") == Some("true");
        Self {
            is_display: is_display || cells_are_display(reader, node),
            is_tight: first.starts_with('0') && !first.starts_with("0.")
                || first.starts_with("0.0"),
            is_small: first.starts_with("0.33") || first.starts_with("0.27"),
        }
    }
}

/// KaTeX puts the display style of an alignment into its cells.
fn cells_are_display<D: MathDom>(reader: &Reader<'_, D>, node: D::Node) -> bool {
    let dom = reader.dom;
    let mut inner = Some(node);
    for name in ["mtr", "mtd", "mstyle"] {
        inner = inner.and_then(|node| reader.elements(node).find(|child| dom.name(*child) == name));
    }
    inner.is_some_and(|style| dom.attr(style, "displaystyle") == Some("true"))
}

fn rows<'a, D: MathDom>(
    reader: &mut Reader<'a, D>,
    node: D::Node,
    scope: Scope,
) -> Vec<TableRow<'a>> {
    let mut rows = Vec::new();
    for child in reader.elements(node) {
        if !reader.afford(1) {
            break;
        }
        rows.push(match reader.dom.name(child) {
            "mtr" => row(reader, child, false, scope),
            "mlabeledtr" => row(reader, child, true, scope),
            _ => TableRow { cells: vec![reader.one(Some(child), scope)], tag: None },
        });
    }
    let is_empty = |row: &TableRow<'_>| row.tag.is_none() && row.cells.iter().all(Expr::is_nothing);
    if rows.len() > 1 && rows.last().is_some_and(is_empty) {
        rows.pop();
    }
    rows
}

fn row<'a, D: MathDom>(
    reader: &mut Reader<'a, D>,
    node: D::Node,
    labelled: bool,
    scope: Scope,
) -> TableRow<'a> {
    let mut row = TableRow::default();
    let mut numbered = false;
    for (index, cell) in reader.elements(node).enumerate() {
        let is_label = labelled && index == 0 || is_number_cell(reader, cell);
        if is_label || is_glue(reader, cell) {
            numbered = true;
            row.tag = row.tag.or_else(|| tag(reader, cell));
            continue;
        }
        let content = reader.one(Some(cell), scope);
        let spans = reader.dom.attr(cell, "columnspan").and_then(|span| span.trim().parse().ok());
        row.cells.push(content);
        let further = spans.unwrap_or(1usize).clamp(1, 64) - 1;
        if !reader.afford(further) {
            break;
        }
        row.cells.extend(std::iter::repeat_n(Expr::Nothing, further));
    }
    if numbered && row.tag.is_none() {
        row.tag = unmarked_tag(&mut row.cells);
    }
    row
}

/// Cells that only push the equation to the middle: KaTeX's and Temml's.
fn is_glue<D: MathDom>(reader: &Reader<'_, D>, cell: D::Node) -> bool {
    let dom = reader.dom;
    let has_class = dom.attr(cell, "class").is_some_and(|class| class.contains("mtr-glue"));
    let style = dom.attr(cell, "style").unwrap_or_default();
    has_class || dom.attr(cell, "width") == Some("50%") || style.contains("width:50%")
}

fn is_number_cell<D: MathDom>(reader: &Reader<'_, D>, cell: D::Node) -> bool {
    let class = reader.dom.attr(cell, "class").unwrap_or_default();
    class.contains("mml-eqn-num") || class.contains("tml-tag")
}

/// KaTeX writes `\tag` as the last cell of a row padded by glue.
fn unmarked_tag(cells: &mut Vec<Expr<'_>>) -> Option<String> {
    let text = match cells.last() {
        Some(Expr::Text(text, _)) if cells.len() > 1 => tag_text(text),
        _ => return None,
    };
    cells.pop();
    text
}

/// The number of a labelled row, without its parentheses.
fn tag<D: MathDom>(reader: &Reader<'_, D>, cell: D::Node) -> Option<String> {
    let mut text = String::new();
    let mut pending = vec![cell];
    while let Some(node) = pending.pop() {
        if node != cell {
            pending.extend(reader.dom.next_sibling(node));
        }
        text.push_str(reader.dom.text(node).unwrap_or_default());
        pending.extend(reader.dom.first_child(node));
    }
    tag_text(&text)
}

fn tag_text(text: &str) -> Option<String> {
    let text = text.trim();
    let inner = text.strip_prefix('(').and_then(|text| text.strip_suffix(')')).unwrap_or(text);
    let clean: String = inner.chars().filter(|ch| !ch.is_control()).take(40).collect();
    (!clean.trim().is_empty()).then(|| clean.trim().to_owned())
}

/// The alignment of each column: of the table, of its first row, or of its cells.
fn alignment<D: MathDom>(reader: &Reader<'_, D>, node: D::Node, columns: usize) -> Vec<Align> {
    let dom = reader.dom;
    let own = dom.attr(node, "columnalign");
    let row = reader.elements(node).next();
    let own = own.or_else(|| row.and_then(|row| dom.attr(row, "columnalign")));
    let mut align: Vec<Align> = match own {
        Some(value) => value.split_ascii_whitespace().map(parse_align).collect(),
        None => cell_alignment(reader, node),
    };
    let last = align.last().copied().unwrap_or(Align::Center);
    align.resize(columns, last);
    align
}

/// The alignment that the cells of the longest row name.
fn cell_alignment<D: MathDom>(reader: &Reader<'_, D>, node: D::Node) -> Vec<Align> {
    let mut best: Vec<Align> = Vec::new();
    for row in reader.elements(node) {
        let cells = reader.elements(row).filter(|cell| !is_glue(reader, *cell));
        let row: Vec<Align> = cells.map(|cell| cell_align(reader, cell)).collect();
        if row.len() > best.len() {
            best = row;
        }
    }
    best
}

fn cell_align<D: MathDom>(reader: &Reader<'_, D>, cell: D::Node) -> Align {
    let dom = reader.dom;
    if let Some(value) = dom.attr(cell, "columnalign") {
        return parse_align(value);
    }
    let class = dom.attr(cell, "class").unwrap_or_default();
    match text_align(dom.attr(cell, "style").unwrap_or_default()) {
        Some(align) => align,
        None if class.contains("tml-right") || class.contains("align_right") => Align::Right,
        None if class.contains("tml-left") || class.contains("align_left") => Align::Left,
        None => Align::Center,
    }
}

fn text_align(style: &str) -> Option<Align> {
    let (_, value) = style.split_once("text-align:")?;
    Some(parse_align(value.split(';').next().unwrap_or_default()))
}

fn parse_align(word: &str) -> Align {
    match word.trim() {
        "left" => Align::Left,
        "right" => Align::Right,
        _ => Align::Center,
    }
}

/// Where rules stand between `count` columns or rows, and around them with a frame.
fn rules<D: MathDom>(
    reader: &Reader<'_, D>,
    node: D::Node,
    attribute: &str,
    count: usize,
) -> Vec<bool> {
    let is_rule = |word: &str| matches!(word, "solid" | "dashed" | "double");
    let frame = reader.dom.attr(node, "frame").is_some_and(is_rule);
    let between = reader.dom.attr(node, attribute).unwrap_or("none");
    let mut words = between.split_ascii_whitespace().map(is_rule);
    let mut rules = vec![frame];
    let mut last = false;
    for _ in 1..count {
        last = words.next().unwrap_or(last);
        rules.push(last);
    }
    rules.push(frame);
    rules
}

/// Adds the rules that Temml and LaTeXML write on the cells of the first row (between
/// columns) and on the first cell of each row (between rows).
fn add_borders<D: MathDom>(reader: &Reader<'_, D>, node: D::Node, table: &mut Table<'_>) {
    let has = |cell, side| has_border(reader, cell, side);
    let first_row = reader.elements(node).next();
    let cells = first_row.into_iter().flat_map(|row| reader.elements(row));
    for (index, cell) in cells.filter(|cell| !is_glue(reader, *cell)).enumerate() {
        set(&mut table.column_rules, index, has(cell, Side::Left));
        set(&mut table.column_rules, index + 1, has(cell, Side::Right));
    }
    for (index, row) in reader.elements(node).enumerate() {
        let Some(cell) = reader.elements(row).next() else { continue };
        set(&mut table.row_rules, index, has(cell, Side::Top));
        set(&mut table.row_rules, index + 1, has(cell, Side::Bottom));
    }
}

fn set(rules: &mut [bool], index: usize, value: bool) {
    if let Some(rule) = rules.get_mut(index) {
        *rule |= value;
    }
}

#[derive(Clone, Copy)]
enum Side {
    Left,
    Right,
    Top,
    Bottom,
}

fn has_border<D: MathDom>(reader: &Reader<'_, D>, cell: D::Node, side: Side) -> bool {
    let (style, class) = match side {
        Side::Left => ("border-left:", ["ltx_border_l", "ltx_border_ll"]),
        Side::Right => ("border-right:", ["ltx_border_r", "ltx_border_rr"]),
        Side::Top => ("border-top:", ["ltx_border_t", "ltx_border_tt"]),
        Side::Bottom => ("border-bottom:", ["ltx_border_b", "ltx_border_bb"]),
    };
    let dom = reader.dom;
    let classes = dom.attr(cell, "class").unwrap_or_default();
    dom.attr(cell, "style").is_some_and(|value| value.contains(style))
        || classes.split_ascii_whitespace().any(|word| class.contains(&word))
}

/// The environment that draws such a table where no delimiters stand around it.
fn layout(table: &Table<'_>, hints: &Hints, scope: Scope) -> Layout {
    let columns = table.align.len();
    if table.column_rules.iter().chain(&table.row_rules).any(|rule| *rule) {
        return Layout::Array;
    }
    if columns == 1 && scope.script {
        return Layout::Substack;
    }
    let is_single = table.rows.len() == 1 && columns == 1;
    if is_single {
        let is_right = table.align.first() == Some(&Align::Right);
        return if is_right { Layout::Aligned } else { Layout::Bare };
    }
    if is_alignment(&table.align) && hints.is_tight {
        return Layout::Aligned;
    }
    if table.align.iter().all(|align| *align == Align::Center) {
        return match columns {
            1 if hints.is_display => Layout::Gathered,
            _ if hints.is_small => Layout::Small,
            _ => Layout::Matrix,
        };
    }
    Layout::Array
}

/// Right, left, right, left: the columns of `align` and its kin.
fn is_alignment(align: &[Align]) -> bool {
    align.iter().zip([Align::Right, Align::Left].iter().cycle()).all(|(is, want)| is == want)
}

/// Settles the equation numbers of a whole formula: one is for the formula, several
/// make its table a numbered alignment.
pub(super) fn settle_tags(items: &mut [Expr<'_>]) -> (Option<String>, Fidelity) {
    let is_only = items.len() == 1;
    let mut first = None;
    let mut fidelity = Fidelity::Exact;
    for item in items {
        let Expr::Table(table) = item else { continue };
        let numbers = table.rows.iter().filter(|row| row.tag.is_some()).count();
        let is_alignment = matches!(table.layout, Layout::Aligned | Layout::Gathered);
        if is_only && numbers > 1 && is_alignment {
            table.layout = Layout::Numbered;
            return (None, fidelity);
        }
        let tags = table.rows.iter_mut().filter_map(|row| row.tag.take());
        for tag in tags {
            if first.is_some() {
                fidelity = Fidelity::Flattened;
            }
            first.get_or_insert(tag);
        }
    }
    (first, fidelity)
}
