//! Fenced code and tables of Markdown. Reads what our own writer and the gold files hold, not
//! all of CommonMark: indented code blocks, for one, are text here.

use super::{Structure, read_html};

/// The fenced code and the tables (pipe tables, HTML tables) of a Markdown text.
///
/// ```
/// let found = cc_math_eval::reading::read_markdown("- x\n\n  ```c\n  int a;\n    b;\n  ```\n");
/// assert_eq!(found.code, ["int a;\n  b;"]);
/// ```
pub fn read_markdown(text: &str) -> Structure {
    let mut found = Structure::default();
    let mut lines = Lines { rest: text.lines().collect(), at: 0 };
    while let Some(line) = lines.next() {
        if let Some(fence) = Fence::opened_by(line) {
            found.code.push(lines.code(&fence));
        } else if is_row(line) && lines.peek().is_some_and(is_rule) {
            let rows = lines.pipe_table(line);
            found.push_table(rows);
        } else if contents(line).starts_with("<table") {
            let html = lines.html_table(line);
            found.tables.extend(read_html(&html).tables);
        }
    }
    found
}

struct Lines<'t> {
    rest: Vec<&'t str>,
    at: usize,
}

impl<'t> Lines<'t> {
    fn next(&mut self) -> Option<&'t str> {
        let line = self.peek();
        self.at += 1;
        line
    }

    fn peek(&self) -> Option<&'t str> {
        self.rest.get(self.at).copied()
    }

    /// The lines up to the fence's end, without the indentation of what the fence stands in.
    fn code(&mut self, fence: &Fence) -> String {
        let mut code = Vec::new();
        while let Some(line) = self.next() {
            let line = unindented(line, fence.indent);
            if fence.is_closed_by(line) {
                break;
            }
            code.push(line);
        }
        code.join("\n")
    }

    fn pipe_table(&mut self, head: &str) -> Vec<Vec<String>> {
        let mut rows = vec![cells(head)];
        self.next();
        while let Some(line) = self.peek().filter(|line| is_row(line)) {
            rows.push(cells(line));
            self.next();
        }
        rows
    }

    fn html_table(&mut self, first: &str) -> String {
        let mut html = format!("{first}\n");
        let mut depth = balance(first);
        while depth > 0 {
            let Some(line) = self.next() else { break };
            depth += balance(line);
            html.push_str(contents(line));
            html.push('\n');
        }
        html
    }
}

/// Tables opened less tables closed.
fn balance(line: &str) -> isize {
    line.matches("<table").count() as isize - line.matches("</table").count() as isize
}

/// A line behind the marks of quotes and list items, and their width.
fn contents(line: &str) -> &str {
    let mut rest = line;
    loop {
        let inner = rest.trim_start_matches([' ', '\t']);
        let inner = inner.strip_prefix('>').unwrap_or(inner);
        let inner =
            ["- ", "* ", "+ "].iter().find_map(|mark| inner.strip_prefix(mark)).unwrap_or(inner);
        let inner = without_number(inner);
        if inner.len() == rest.len() {
            return rest;
        }
        rest = inner;
    }
}

fn without_number(line: &str) -> &str {
    let behind = line.trim_start_matches(|c: char| c.is_ascii_digit());
    if behind.len() == line.len() {
        return line;
    }
    behind.strip_prefix(". ").or_else(|| behind.strip_prefix(") ")).unwrap_or(line)
}

struct Fence {
    mark: char,
    width: usize,
    /// Characters in front of the fence: what is taken off the lines of code.
    indent: usize,
}

impl Fence {
    fn opened_by(line: &str) -> Option<Self> {
        let inner = contents(line);
        let mark = inner.chars().next().filter(|c| matches!(c, '`' | '~'))?;
        let info = inner.trim_start_matches(mark);
        let width = inner.len() - info.len();
        let opens = width >= 3 && !(mark == '`' && info.contains('`'));
        opens.then(|| Self { mark, width, indent: line.chars().count() - inner.chars().count() })
    }

    fn is_closed_by(&self, line: &str) -> bool {
        let line = line.trim_end();
        let bare = line.trim_start();
        line.len() - bare.len() <= 3
            && bare.chars().all(|c| c == self.mark)
            && bare.len() >= self.width
    }
}

/// Takes up to `indent` characters of indentation and quote marks off a line.
fn unindented(line: &str, indent: usize) -> &str {
    let cut = line.chars().take(indent).take_while(|c| matches!(c, ' ' | '>')).count();
    line.get(cut..).unwrap_or_default()
}

fn is_row(line: &str) -> bool {
    contents(line).starts_with('|')
}

/// The line under a pipe table's head.
fn is_rule(line: &str) -> bool {
    let inner = contents(line).trim_end();
    inner.starts_with('|') && inner.contains('-') && inner.chars().all(|c| "|-: ".contains(c))
}

/// The cells of a row; `\|` is a pipe inside one.
fn cells(line: &str) -> Vec<String> {
    let inner = contents(line).trim_end();
    let inner = inner.strip_prefix('|').unwrap_or(inner);
    let mut cells = vec![String::new()];
    let mut escaped = false;
    for character in inner.chars() {
        match (character, cells.last_mut()) {
            ('|', _) if !escaped => cells.push(String::new()),
            (_, Some(cell)) => cell.push(character),
            (_, None) => {}
        }
        escaped = character == '\\' && !escaped;
    }
    if cells.last().is_some_and(|last| last.trim().is_empty()) {
        cells.pop();
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fences_keep_their_indentation() {
        let check = |text: &str, expected: &[&str]| {
            assert_eq!(read_markdown(text).code, expected, "{text}")
        };
        check("```py\nif x:\n    y\n```\nend", &["if x:\n    y"]);
        check("> ```\n> a\n>\n>   b\n> ```", &["a\n\n  b"]);
        check("1. ~~~~\n   ```\n   ~~~~\n", &["```"]);
        check("a ``` b\n``` x` y\n", &[]);
        check("```\nnever closed", &["never closed"]);
    }

    #[test]
    fn tables_are_grids_of_words() {
        let check = |text: &str, expected: &[&[&str]]| {
            assert_eq!(read_markdown(text).tables, [expected], "{text}")
        };
        check("| A | b\\|c |\n|---|:-:|\n| $x$ | |\n", &[&["a", "b c"], &["x", ""]]);
        check(
            "<table><tr><td rowspan=2>A</td><td>b</td></tr>\n<tr><td>c</td></tr></table>",
            &[&["a", "b"], &["", "c"]],
        );
        assert!(read_markdown("| not a table |\nx").tables.is_empty());
    }
}
