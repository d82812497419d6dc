//! Code and tables of one page against its gold and its source.

use super::Scorable;
use crate::reading::{Grid, Structure, read_html, read_markdown};
use crate::similarity::similarity_of;
use crate::words::bag_agreement;
use std::collections::BTreeMap;

/// Similarities and counts; `None` where the gold has no code or no table.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StructureScore {
    /// Edit similarity of all code blocks in a row, ends of lines trimmed, to those of the gold.
    pub code: Option<f64>,
    /// F1 in cells as multisets; empty cells do not count.
    pub cells: Option<f64>,
    /// F1 in pairs of cells that stand side by side or one above the other, empty cells
    /// stepped over (the adjacency relations of the ICDAR 2013 table competition).
    pub relations: Option<f64>,
    /// `<pre>` blocks of the page that hold more than digits and blanks.
    pub source_blocks: usize,
    /// Those found again as a code block with the same characters, blanks aside; those of one
    /// line also as a line of a block, since listings may put every line into a `<pre>`.
    pub found_blocks: usize,
    /// Those of them with the same lines, indentation byte for byte; empty lines, ends of
    /// lines and the kind of blank aside.
    pub exact_blocks: usize,
    /// The first line that is not as it was: source, made.
    pub inexact: Option<(String, String)>,
}

impl StructureScore {
    pub(super) fn of(page: &Scorable<'_>) -> Self {
        let gold = gold_structure(page);
        let found = Found::of(page.source_code, &page.made.code);
        Self {
            code: code_similarity(&gold.code, &page.made.code),
            cells: tables_f1(&gold.tables, &page.made.tables, cells),
            relations: tables_f1(&gold.tables, &page.made.tables, relations),
            source_blocks: page.source_code.iter().filter(|code| is_code(code)).count(),
            found_blocks: found.blocks,
            exact_blocks: found.exact,
            inexact: found.inexact,
        }
    }
}

fn gold_structure(page: &Scorable<'_>) -> Structure {
    let Some(gold) = page.gold else { return Structure::default() };
    match gold.format.as_str() {
        "html" => read_html(&gold.text),
        "md" => read_markdown(without_front_matter(&gold.text)),
        _ => Structure::default(),
    }
}

/// Gold Markdown may begin with the page's metadata as a fenced JSON object, which is no code.
fn without_front_matter(text: &str) -> &str {
    let inner = text.strip_prefix("```json\n{\n  \"title\"");
    inner.and_then(|inner| inner.split_once("\n```\n")).map_or(text, |(_, rest)| rest)
}

fn code_similarity(gold: &[String], made: &[String]) -> Option<f64> {
    let gold = all_lines(gold);
    (!gold.is_empty()).then(|| similarity_of(&gold, &all_lines(made)))
}

fn all_lines(blocks: &[String]) -> Vec<char> {
    let lines = blocks.iter().flat_map(|block| block.lines());
    let lines: Vec<&str> = lines.map(str::trim_end).filter(|line| !line.is_empty()).collect();
    lines.join("\n").chars().collect()
}

/// More than numbers of lines.
fn is_code(code: &str) -> bool {
    code.chars().any(|c| !c.is_whitespace() && !c.is_ascii_digit())
}

/// Source blocks found among the code made.
#[derive(Debug, Default, PartialEq)]
struct Found {
    blocks: usize,
    exact: usize,
    inexact: Option<(String, String)>,
}

impl Found {
    fn of(source: &[String], made: &[String]) -> Self {
        let blocks = by_characters(made.iter().map(String::as_str));
        let single = by_characters(made.iter().flat_map(|block| block.lines()));
        let mut found = Self::default();
        for code in source.iter().filter(|code| is_code(code)) {
            let solid = solid(code);
            let line = single.get(&solid).filter(|_| lines(code).nth(1).is_none());
            if let Some(candidates) = blocks.get(&solid).or(line) {
                found.add(code, candidates);
            }
        }
        found
    }

    fn add(&mut self, code: &str, candidates: &[&str]) {
        self.blocks += 1;
        if candidates.iter().any(|made| lines(made).eq(lines(code))) {
            self.exact += 1;
        } else if self.inexact.is_none() {
            self.inexact = candidates.first().and_then(|made| first_difference(code, made));
        }
    }
}

/// Pieces of code by their characters, blanks aside.
fn by_characters<'a>(pieces: impl Iterator<Item = &'a str>) -> BTreeMap<String, Vec<&'a str>> {
    let mut all: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for piece in pieces {
        all.entry(solid(piece)).or_default().push(piece);
    }
    all
}

fn first_difference(code: &str, made: &str) -> Option<(String, String)> {
    let missing = std::iter::repeat_with(String::new);
    let mut pairs = lines(code).zip(lines(made).chain(missing));
    pairs.find(|(source, made)| source != made)
}

fn solid(code: &str) -> String {
    code.chars().filter(|c| !c.is_whitespace()).collect()
}

/// Lines as compared. A no-break space is a blank: code that holds it does not run.
fn lines(code: &str) -> impl Iterator<Item = String> {
    let lines = code.lines().map(str::trim_end).filter(|line| !line.is_empty());
    lines.map(|line| line.replace('\u{a0}', " "))
}

fn tables_f1<T: Ord>(gold: &[Grid], made: &[Grid], items: fn(&Grid) -> Vec<T>) -> Option<f64> {
    let all = |grids: &[Grid]| -> Vec<T> { grids.iter().flat_map(items).collect() };
    let wanted = all(gold);
    (!wanted.is_empty()).then(|| bag_agreement(&wanted, &all(made)).f1)
}

fn cells(grid: &Grid) -> Vec<String> {
    grid.iter().flatten().filter(|cell| !cell.is_empty()).cloned().collect()
}

/// Neighbours: (along the row?, cell, next cell).
fn relations(grid: &Grid) -> Vec<(bool, String, String)> {
    let mut pairs = Vec::new();
    for row in grid {
        pairs.extend(neighbours(row.iter(), true));
    }
    let width = grid.iter().map(Vec::len).max().unwrap_or(0);
    for column in 0..width {
        pairs.extend(neighbours(grid.iter().filter_map(|row| row.get(column)), false));
    }
    pairs
}

fn neighbours<'c>(
    cells: impl Iterator<Item = &'c String>,
    along: bool,
) -> Vec<(bool, String, String)> {
    let filled: Vec<&String> = cells.filter(|cell| !cell.is_empty()).collect();
    let pairs = filled.iter().zip(filled.iter().skip(1));
    pairs.map(|(cell, next)| (along, cell.to_string(), next.to_string())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indentation_is_compared_byte_for_byte() {
        let check = |source: &str, made: &str, expected: (usize, usize)| {
            let found = Found::of(&[source.into()], &[made.into()]);
            assert_eq!((found.blocks, found.exact), expected, "{source:?} {made:?}");
            assert_eq!(found.inexact.is_some(), found.exact < found.blocks);
        };
        check("a\n  b", "a\n  b\n", (1, 1));
        check("a\n\n  b  ", "a\n  b", (1, 1));
        check("a\n\u{a0} b", "a\n  b", (1, 1));
        check("a\n\tb", "a\n    b", (1, 0));
        check("  a", "a", (1, 0));
        check("a\n  b", "a b", (1, 0));
        check("  b", "a\n  b\nc", (1, 1));
        check("a", "b", (0, 0));
        check("1\n2", "1\n2", (0, 0));
    }

    #[test]
    fn tables_agree_in_cells_and_in_neighbours() {
        let grid = |rows: &[&[&str]]| -> Vec<Grid> {
            vec![rows.iter().map(|row| row.iter().map(|cell| cell.to_string()).collect()).collect()]
        };
        let gold = grid(&[&["a", "b"], &["c", "d"]]);
        let turned = grid(&[&["a", "c"], &["b", "d"]]);
        assert_eq!(tables_f1(&gold, &turned, cells), Some(1.0));
        assert_eq!(tables_f1(&gold, &turned, relations), Some(0.0));
        assert_eq!(tables_f1(&gold, &gold, relations), Some(1.0));
        assert_eq!(tables_f1(&[], &gold, cells), None);
    }

    #[test]
    fn code_similarity_counts_missing_code_as_nothing() {
        assert_eq!(code_similarity(&["ab".into()], &[]), Some(0.0));
        assert_eq!(code_similarity(&["ab\n".into()], &["ab ".into()]), Some(1.0));
        assert_eq!(code_similarity(&[], &["ab".into()]), None);
    }
}
