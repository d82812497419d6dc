//! Code and tables of HTML.

use super::Structure;
use cc_math_html::{Dom, Limits, NodeId, parse};

/// Most places one cell may take in a row or column.
const WIDEST_SPAN: usize = 100;

/// The `<pre>` blocks and the tables of a page or fragment.
pub fn read_html(html: &str) -> Structure {
    let dom = parse(html, &Limits::default()).dom;
    let mut found = Structure { code: code_of(&dom), tables: Vec::new() };
    for table in elements(&dom, dom.root(), "table") {
        found.push_table(grid(&dom, table));
    }
    found
}

/// The `<pre>` blocks of a page.
pub fn page_code(html: &str) -> Vec<String> {
    code_of(&parse(html, &Limits::default()).dom)
}

fn elements<'d>(dom: &'d Dom, scope: NodeId, name: &'d str) -> impl Iterator<Item = NodeId> + 'd {
    dom.descendants(scope).filter(move |node| dom.name(*node) == name)
}

fn code_of(dom: &Dom) -> Vec<String> {
    elements(dom, dom.root(), "pre").map(|pre| code_text(dom, pre)).collect()
}

/// The text of a `<pre>`: `<br>` ends a line, and a block inside stands on lines of its own.
fn code_text(dom: &Dom, pre: NodeId) -> String {
    let mut text = String::new();
    let mut blocks: Vec<NodeId> = Vec::new();
    for node in dom.descendants(pre) {
        while blocks.last().is_some_and(|block| !is_within(dom, node, *block)) {
            blocks.pop();
            end_line(&mut text);
        }
        match dom.name(node) {
            "br" => text.push('\n'),
            "div" | "p" | "li" | "tr" if node != pre => {
                end_line(&mut text);
                blocks.push(node);
            }
            _ => text.push_str(dom.text(node).unwrap_or_default()),
        }
    }
    text.trim_end_matches('\n').to_owned()
}

fn end_line(text: &mut String) {
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
}

/// Whether `scope` is among the ancestors of `node`; depth is limited by the tree.
fn is_within(dom: &Dom, node: NodeId, scope: NodeId) -> bool {
    dom.ancestors(node).any(|ancestor| ancestor == scope)
}

/// The rows of a table, its inner tables' rows left out; spans take their places with nothing.
fn grid(dom: &Dom, table: NodeId) -> Vec<Vec<String>> {
    let rows = elements(dom, table, "tr").filter(|row| table_of(dom, *row) == Some(table));
    let mut grid: Vec<Vec<String>> = Vec::new();
    let mut hanging: Vec<usize> = Vec::new();
    for row in rows {
        grid.push(grid_row(dom, row, &mut hanging));
    }
    grid
}

/// One row; `hanging` counts, by column, the rows that a cell from above still takes.
fn grid_row(dom: &Dom, row: NodeId, hanging: &mut Vec<usize>) -> Vec<String> {
    let mut places = Vec::new();
    for cell in dom.children(row).filter(|cell| matches!(dom.name(*cell), "td" | "th")) {
        skip_hanging(&mut places, hanging);
        let width = span(dom, cell, "colspan");
        let height = span(dom, cell, "rowspan");
        let text = dom.text_content(cell);
        for index in 0..width {
            let column = places.len();
            places.push(if index == 0 { text.clone() } else { String::new() });
            hanging.resize(hanging.len().max(column + 1), 0);
            if let Some(rows) = hanging.get_mut(column) {
                *rows = height - 1;
            }
        }
    }
    skip_hanging(&mut places, hanging);
    places
}

fn skip_hanging(places: &mut Vec<String>, hanging: &mut [usize]) {
    while let Some(rows) = hanging.get_mut(places.len()).filter(|rows| **rows > 0) {
        *rows -= 1;
        places.push(String::new());
    }
}

fn span(dom: &Dom, cell: NodeId, name: &str) -> usize {
    let value = dom.attr(cell, name).and_then(|value| value.trim().parse().ok());
    value.unwrap_or(1).clamp(1, WIDEST_SPAN)
}

fn table_of(dom: &Dom, row: NodeId) -> Option<NodeId> {
    dom.ancestors(row).find(|ancestor| dom.name(*ancestor) == "table")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_has_its_lines() {
        let check = |html: &str, expected: &str| assert_eq!(page_code(html), [expected], "{html}");
        check("<pre>\n a\n  b\n</pre>", " a\n  b");
        check("<pre><span>if</span> x:<br>\ty</pre>", "if x:\n\ty");
        check("<pre><code><div>a</div><div>  b</div>c</code></pre>", "a\n  b\nc");
    }

    #[test]
    fn spans_keep_columns() {
        let html = "<table><tr><td colspan=2>a</td><td>b</td></tr><tr><td>c</td><td>d</td><td>e</td></tr></table>";
        assert_eq!(read_html(html).tables, [[["a", "", "b"], ["c", "d", "e"]]]);
    }
}
