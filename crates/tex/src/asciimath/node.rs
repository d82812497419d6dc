//! Pieces of a formula on their way to LaTeX: brackets stay open to judgement until they are written.

/// A piece.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node {
    /// Finished LaTeX.
    Done(String),
    /// Finished LaTeX of an operator, which wants space around it.
    Operator(&'static str),
    Comma,
    /// A `|` that encloses nothing.
    Bar,
    /// Text, not escaped.
    Text(String),
    Group(Group),
}

/// Pieces between brackets; a delimiter is empty where it is missing, `.` where it is not shown.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Group {
    pub(super) open: &'static str,
    pub(super) close: &'static str,
    pub(super) items: Vec<Node>,
}

impl Node {
    pub(super) fn tex(&self) -> String {
        match self {
            Node::Done(tex) => tex.clone(),
            Node::Operator(tex) => (*tex).to_owned(),
            Node::Comma => ",".to_owned(),
            Node::Bar => r"\mid".to_owned(),
            Node::Text(text) => format!(r"\text{{{}}}", escaped(text)),
            Node::Group(group) => group.tex(),
        }
    }

    /// The LaTeX as an argument in braces: brackets around the whole go.
    pub(super) fn inside(&self) -> String {
        match self {
            Node::Group(group)
                if group.rows().is_none() && is_plain(group.open) && is_plain(group.close) =>
            {
                row(&group.items)
            }
            node => node.tex(),
        }
    }

    /// The LaTeX as what a script hangs on.
    pub(super) fn base(&self) -> String {
        match self {
            Node::Bar => "|".to_owned(),
            Node::Group(group)
                if group.open == "." && group.close == "." && group.rows().is_none() =>
            {
                format!("{{{}}}", row(&group.items))
            }
            node => node.tex(),
        }
    }
}

/// Brackets that only group when they enclose an argument.
fn is_plain(delimiter: &str) -> bool {
    matches!(delimiter, "(" | ")" | "[" | "]" | r"\{" | r"\}" | "." | "")
}

/// An argument after `^`, `_` or a command: in braces, unless one letter or digit.
pub(super) fn argument(tex: &str) -> String {
    let is_short = tex.len() == 1 && tex.bytes().all(|b| b.is_ascii_alphanumeric());
    if is_short { tex.to_owned() } else { format!("{{{tex}}}") }
}

impl Group {
    fn tex(&self) -> String {
        match self.rows() {
            Some(rows) => self.matrix(&rows),
            None => self.fenced(&row(&self.items)),
        }
    }

    fn fenced(&self, inside: &str) -> String {
        let (open, close) = (self.open, self.close);
        if open == "." && (close == "." || close.is_empty()) {
            return inside.to_owned();
        }
        if is_tall(inside) || open == "." || close == "." {
            let close = if close.is_empty() { "." } else { close };
            return joined(&[r"\left", open, inside, r"\right", close]);
        }
        joined(&[open, inside, close])
    }

    /// Rows of cells, where every item is a bracket of the same kind and as many cells.
    fn rows(&self) -> Option<Vec<Vec<&[Node]>>> {
        let (last, _) = self.items.split_last()?;
        let Node::Group(last) = last else { return None };
        let kind = (last.open, last.close);
        let fits = kind == ("[", "]") || (kind == ("(", ")") && self.close != r"\}");
        if !fits || self.close.is_empty() {
            return None;
        }
        let mut rows = Vec::new();
        for (index, item) in self.items.iter().enumerate() {
            match item {
                Node::Group(row) if index % 2 == 0 && (row.open, row.close) == kind => {
                    rows.push(row.items.split(|cell| *cell == Node::Comma).collect::<Vec<_>>());
                }
                Node::Comma if index % 2 == 1 => {}
                _ => return None,
            }
        }
        let width = rows.first()?.len();
        let even = rows.iter().all(|row| row.len() == width);
        (even && (rows.len() > 1 || width > 1)).then_some(rows)
    }

    fn matrix(&self, rows: &[Vec<&[Node]>]) -> String {
        let is_rule =
            |column: usize| rows.iter().all(|row| row.get(column) == Some(&&[Node::Bar][..]));
        let width = rows.first().map_or(0, Vec::len);
        let rules: Vec<bool> = (0..width).map(is_rule).collect();
        let body = body(rows, &rules);
        if rules.contains(&true) && !rules.iter().all(|rule| *rule) {
            let columns: String = rules.iter().map(|rule| if *rule { '|' } else { 'c' }).collect();
            return self.around(&format!(r"\begin{{array}}{{{columns}}} {body} \end{{array}}"));
        }
        let name = match (self.open, self.close) {
            ("(", ")") => "pmatrix",
            ("[", "]") => "bmatrix",
            ("|", "|") => "vmatrix",
            (r"\{", ".") => "cases",
            (r"\{", r"\}") => "Bmatrix",
            _ => return self.around(&format!(r"\begin{{matrix}} {body} \end{{matrix}}")),
        };
        format!(r"\begin{{{name}}} {body} \end{{{name}}}")
    }

    fn around(&self, inside: &str) -> String {
        if self.open == "." && self.close == "." {
            return inside.to_owned();
        }
        joined(&[r"\left", self.open, inside, r"\right", self.close])
    }
}

fn body(rows: &[Vec<&[Node]>], rules: &[bool]) -> String {
    let line = |cells: &Vec<&[Node]>| {
        let kept = cells.iter().zip(rules).filter(|(_, rule)| !**rule || rules.iter().all(|r| *r));
        kept.map(|(cell, _)| row(cell)).collect::<Vec<_>>().join(" & ")
    };
    rows.iter().map(line).collect::<Vec<_>>().join(r" \\ ")
}

/// The LaTeX of pieces side by side.
pub(super) fn row(items: &[Node]) -> String {
    let mut out = String::new();
    let mut operand_before = false;
    for item in items {
        let tex = item.tex();
        let operator = matches!(item, Node::Operator(_) | Node::Bar);
        if operator && operand_before {
            space(&mut out);
        }
        push(&mut out, &tex);
        if (operator && (operand_before || tex.len() > 1)) || *item == Node::Comma {
            out.push(' ');
        }
        operand_before = !operator && *item != Node::Comma && !tex.is_empty();
    }
    trimmed(&out).to_owned()
}

/// Trims without leaving a lone backslash of a `\ ` at the end.
fn trimmed(tex: &str) -> &str {
    let short = tex.trim();
    if short.ends_with('\\') && !short.ends_with(r"\\") { tex.trim_start() } else { short }
}

fn space(out: &mut String) {
    if !out.is_empty() && !out.ends_with(' ') {
        out.push(' ');
    }
}

/// Appends LaTeX, apart from a control word that its first letter would lengthen.
pub(super) fn push(out: &mut String, tex: &str) {
    let letters = out.len() - out.trim_end_matches(|c: char| c.is_ascii_alphabetic()).len();
    let word =
        letters > 0 && out.get(..out.len() - letters).is_some_and(|head| head.ends_with('\\'));
    if word && tex.starts_with(|c: char| c.is_ascii_alphabetic()) {
        out.push(' ');
    }
    out.push_str(tex);
}

pub(super) fn joined(parts: &[&str]) -> String {
    let mut out = String::new();
    parts.iter().for_each(|part| push(&mut out, part));
    out
}

/// Whether LaTeX is taller than a line, so that brackets around it have to grow.
fn is_tall(tex: &str) -> bool {
    [
        r"\frac",
        r"\sum",
        r"\prod",
        r"\int",
        r"\oint",
        r"\begin",
        r"\overset",
        r"\underset",
        r"\big",
        r"\under",
        r"\overbrace",
    ]
    .iter()
    .any(|command| tex.contains(command))
}

/// Text for the inside of `\text{}`.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '{' | '}' | '$' | '%' | '&' | '#' | '_' => out.extend(['\\', c]),
            '\\' => out.push_str(r"\textbackslash "),
            '^' => out.push_str(r"\textasciicircum "),
            '~' => out.push_str(r"\textasciitilde "),
            c if c.is_whitespace() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}
