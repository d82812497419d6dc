//! Markdown as a stream: words, breaks, prefixes and formulas in, text out.
//!
//! The writer owns the two promises of a document's text: white space never
//! piles up, and the formulas it lists are exactly those a reader finds by
//! parsing the text (see [`crate::markdown`]).

use cc_math_core::{Downgrade, Formula, FormulaKind, Status};

/// A formula ready to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Claim {
    /// TeX body, without delimiters.
    pub(crate) tex: String,
    /// Display or inline.
    pub(crate) display: bool,
    /// Markup it came from.
    pub(crate) kind: FormulaKind,
    /// How faithful it is.
    pub(crate) status: Status,
    /// True for TeX as the author wrote it, in which the page's macros are yet to be expanded.
    pub(crate) verbatim: bool,
}

/// Text with the formulas inside it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Fragment {
    /// Markdown.
    pub(crate) text: String,
    /// Formulas of `text`, sorted and disjoint.
    pub(crate) formulas: Vec<Formula>,
}

/// Bytes that are written as they are, if a single blank at most stands between them.
static PLAIN: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = b'!';
    while byte <= b'~' {
        table[byte as usize] = !matches!(byte, b'$' | b'`' | b'|' | b'<' | b'&');
        byte += 1;
    }
    table
};

/// Length of the stretch of plain words that `text` begins with.
fn plain_stretch(text: &[u8]) -> usize {
    let is_plain = |byte: Option<&u8>| byte.is_some_and(|byte| PLAIN[usize::from(*byte)]);
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        let joins = *byte == b' ' && at > 0 && is_plain(text.get(at + 1));
        if !joins && !is_plain(Some(byte)) {
            break;
        }
        at += 1;
    }
    at
}

/// White space owed before the next visible character.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Gap {
    None,
    Space,
    Line,
    Block,
}

/// One open list item or quote: what its first line starts with, and the others.
#[derive(Debug)]
struct Level {
    first: String,
    rest: String,
    used: bool,
}

/// Writes Markdown.
#[derive(Debug)]
pub(crate) struct Writer {
    out: Fragment,
    levels: Vec<Level>,
    gap: Gap,
    /// One-line mode for headings and table cells: breaks become spaces.
    inline: bool,
    /// Inside a pipe table `|` is written as `\|`, and as `\vert` in TeX.
    cell: bool,
    html: bool,
}

impl Writer {
    pub(crate) fn new() -> Self {
        Self {
            out: Fragment::default(),
            levels: Vec::new(),
            gap: Gap::None,
            inline: false,
            cell: false,
            html: false,
        }
    }

    /// A writer for one line, as in a heading.
    pub(crate) fn line() -> Self {
        Self { inline: true, ..Self::new() }
    }

    /// A writer for one cell of a pipe table.
    pub(crate) fn pipe_cell() -> Self {
        Self { cell: true, ..Self::line() }
    }

    /// A writer for one cell of an HTML table.
    pub(crate) fn html_cell() -> Self {
        Self { html: true, ..Self::line() }
    }

    pub(crate) fn finish(self) -> Fragment {
        self.out
    }

    pub(crate) fn is_inline(&self) -> bool {
        self.inline
    }

    /// Ends the paragraph.
    pub(crate) fn block(&mut self) {
        let fresh = self.levels.last().is_some_and(|level| !level.used);
        self.owe(if fresh { Gap::Line } else { Gap::Block });
    }

    /// Ends the line.
    pub(crate) fn newline(&mut self) {
        self.owe(Gap::Line);
    }

    fn owe(&mut self, gap: Gap) {
        let gap = if self.inline { Gap::Space } else { gap };
        self.gap = self.gap.max(gap);
    }

    /// Opens a list item or quote: `first` starts its first line, `rest` the others.
    pub(crate) fn open(&mut self, first: &str, rest: &str) {
        self.newline();
        self.levels.push(Level { first: first.into(), rest: rest.into(), used: false });
    }

    /// Closes the innermost list item or quote. One without content leaves no trace.
    /// Tells whether there was any.
    pub(crate) fn close(&mut self) -> bool {
        let level = self.levels.pop();
        self.newline();
        level.is_some_and(|level| level.used)
    }

    /// Starts a heading; until [`Writer::end_heading`] everything stays on its line.
    pub(crate) fn heading(&mut self, level: u8) {
        self.open(&format!("{} ", "#".repeat(level.into())), "");
        self.inline = true;
    }

    /// Ends a heading.
    pub(crate) fn end_heading(&mut self) {
        if self.inline && self.levels.last().is_some_and(|level| level.first.starts_with('#')) {
            self.inline = false;
            self.gap = Gap::None;
            self.close();
        }
    }

    /// Words of a page: white space collapses, `$` and `` ` `` are escaped.
    pub(crate) fn words(&mut self, text: &str) {
        let mut rest = text;
        loop {
            let word_start = rest.find(|c: char| !is_blank(c)).unwrap_or(rest.len());
            if word_start > 0 {
                self.owe(Gap::Space);
            }
            let (_, tail) = rest.split_at(word_start);
            let (plain, tail) = tail.split_at(plain_stretch(tail.as_bytes()));
            if !plain.is_empty() {
                self.settle();
                self.out.text.push_str(plain);
            }
            if tail.is_empty() {
                return;
            }
            let word_end = tail.find(is_blank).unwrap_or(tail.len());
            let (word, tail) = tail.split_at(word_end);
            if !word.is_empty() {
                self.word(word);
            }
            rest = tail;
        }
    }

    fn word(&mut self, word: &str) {
        if word.chars().all(is_invisible) {
            return;
        }
        self.settle();
        if word.bytes().all(|b| !matches!(b, b'$' | b'`' | b'|' | b'<' | b'&' | 0xC2 | 0xE2 | 0xEF))
        {
            self.out.text.push_str(word);
            return;
        }
        for c in word.chars() {
            self.character(c);
        }
    }

    fn character(&mut self, c: char) {
        match c {
            '$' | '`' => self.escaped(c),
            '|' if self.cell => self.escaped(c),
            '<' if self.html => self.out.text.push_str("&lt;"),
            '&' if self.html => self.out.text.push_str("&amp;"),
            c if is_invisible(c) => {}
            c => self.out.text.push(c),
        }
    }

    fn escaped(&mut self, c: char) {
        if !self.ends_in_odd_backslashes() {
            self.out.text.push('\\');
        }
        self.out.text.push(c);
    }

    fn ends_in_odd_backslashes(&self) -> bool {
        self.out.text.bytes().rev().take_while(|b| *b == b'\\').count() % 2 == 1
    }

    /// Text whose lines and blanks stay as they are; `$` and `` ` `` are escaped.
    pub(crate) fn literal(&mut self, text: &str) {
        for (index, line) in text.split('\n').enumerate() {
            if index > 0 {
                self.gap = if self.gap == Gap::Line { Gap::Block } else { Gap::Line };
            }
            let line = line.trim_end_matches('\r');
            if !line.trim().is_empty() {
                self.settle();
                line.chars().for_each(|c| self.character(c));
            }
        }
    }

    /// Text that goes out as it stands (markers, table rules, code spans).
    pub(crate) fn raw(&mut self, text: &str) {
        self.settle();
        self.out.text.push_str(text);
    }

    /// A code span.
    pub(crate) fn code_span(&mut self, code: &str) {
        let code = code.split_whitespace().collect::<Vec<_>>().join(" ");
        if code.is_empty() {
            return;
        }
        let code = if self.cell { code.replace('|', "\\|") } else { code };
        let fence = "`".repeat(longest_run(&code, '`') + 1);
        let pad = if code.starts_with('`') || code.ends_with('`') { " " } else { "" };
        self.settle();
        if self.ends_in_odd_backslashes() || self.out.text.ends_with('`') {
            self.out.text.push(' ');
        }
        for part in [&fence, pad, &code, pad, &fence] {
            self.out.text.push_str(part);
        }
    }

    /// A fenced code block, its lines byte for byte.
    pub(crate) fn code_block(&mut self, language: &str, code: &str) {
        let fence = "`".repeat(longest_run(code, '`').max(2) + 1);
        self.block();
        self.raw(&fence);
        self.out.text.push_str(language);
        for line in code.split('\n') {
            self.exact_line(line);
        }
        self.exact_line(&fence);
        self.gap = Gap::None;
        self.block();
    }

    fn exact_line(&mut self, line: &str) {
        self.gap = Gap::Line;
        self.settle();
        self.out.text.push_str(line);
    }

    /// A formula, and the status it was written with; `None` if its body turned out to be empty.
    pub(crate) fn formula(&mut self, claim: &Claim) -> Option<Status> {
        let one_line = !claim.display || self.inline || !self.levels.is_empty();
        let (body, status) = self.body(claim, one_line);
        if body.is_empty() {
            return None;
        }
        let fence = if claim.display { "$$" } else { "$" };
        if claim.display {
            self.newline();
        }
        self.settle();
        if self.ends_in_odd_backslashes() || self.out.text.ends_with('$') {
            self.out.text.push(' ');
        }
        let own_lines = body.contains('\n');
        self.out.text.push_str(fence);
        self.out.text.push_str(if own_lines { "\n" } else { "" });
        let start = self.out.text.len();
        self.out.text.push_str(&body);
        let end = self.out.text.len();
        self.out.text.push_str(if own_lines { "\n" } else { "" });
        self.out.text.push_str(fence);
        if claim.display {
            self.newline();
        }
        let range = u32::try_from(start).ok()?..u32::try_from(end).ok()?;
        self.out.formulas.push(Formula::new(range, claim.display, claim.kind, status));
        Some(status)
    }

    /// The TeX body in a form that a reader of the Markdown finds again.
    fn body(&self, claim: &Claim, one_line: bool) -> (String, Status) {
        let mut body = claim.tex.trim().to_owned();
        if one_line && body.contains(['\n', '\r']) {
            body = body.split_whitespace().collect::<Vec<_>>().join(" ");
        }
        if self.cell {
            body = without_pipes(&body);
        }
        match super::balance::repaired(&body) {
            None => (body, claim.status),
            Some(repaired) => (repaired, Status::Downgraded(Downgrade::Malformed)),
        }
    }

    /// Appends finished text, moving its formulas along.
    pub(crate) fn fragment(&mut self, fragment: &Fragment) {
        if fragment.text.is_empty() {
            return;
        }
        self.settle();
        let base = self.out.text.len() as u32;
        self.out.text.push_str(&fragment.text);
        self.out.formulas.extend(fragment.formulas.iter().map(|formula| Formula {
            start: formula.start + base,
            end: formula.end + base,
            ..formula.clone()
        }));
    }

    /// Pays the white space owed and starts the line with its prefixes.
    fn settle(&mut self) {
        let started = !self.out.text.is_empty();
        match self.gap {
            Gap::None if started => {}
            Gap::Space if started => self.out.text.push(' '),
            Gap::Block if started => {
                self.out.text.push('\n');
                self.blank_prefix();
                self.out.text.push('\n');
                self.prefix();
            }
            Gap::Line if started => {
                self.out.text.push('\n');
                self.prefix();
            }
            _ => self.prefix(),
        }
        self.gap = Gap::None;
    }

    fn prefix(&mut self) {
        for level in &mut self.levels {
            self.out.text.push_str(if level.used { &level.rest } else { &level.first });
            level.used = true;
        }
    }

    /// The prefixes of an empty line: quotes keep their mark, items nothing.
    fn blank_prefix(&mut self) {
        for level in self.levels.iter().filter(|level| level.used) {
            self.out.text.push_str(&level.rest);
        }
        let kept = self.out.text.trim_end_matches(' ').len();
        self.out.text.truncate(kept);
    }
}

/// White space that collapses: HTML's, and the no-break space.
fn is_blank(c: char) -> bool {
    c.is_whitespace() || c == '\u{200B}'
}

/// Characters with no shape of their own that only disturb text.
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{AD}' | '\u{200C}' | '\u{200D}' | '\u{2060}' | '\u{FEFF}' | '\u{200E}' | '\u{200F}'
    ) || (c.is_control() && c != '\t')
}

fn longest_run(text: &str, of: char) -> usize {
    let mut longest = 0;
    let mut run = 0;
    for c in text.chars() {
        run = if c == of { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

/// TeX without a bare `|`, which would end a table cell.
fn without_pipes(tex: &str) -> String {
    let mut out = String::with_capacity(tex.len() + 8);
    let mut chars = tex.chars().peekable();
    while let Some(c) = chars.next() {
        let bar = match c {
            '|' => "\\vert",
            '\\' if chars.peek() == Some(&'|') => {
                chars.next();
                "\\Vert"
            }
            '\\' => {
                out.push(c);
                out.extend(chars.next());
                continue;
            }
            c => {
                out.push(c);
                continue;
            }
        };
        out.push_str(bar);
        if chars.peek().is_some_and(char::is_ascii_alphabetic) {
            out.push(' ');
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inline(tex: &str) -> Claim {
        Claim {
            tex: tex.into(),
            display: false,
            kind: FormulaKind::Katex,
            status: Status::Recovered,
            verbatim: true,
        }
    }

    fn display(tex: &str) -> Claim {
        Claim { display: true, ..inline(tex) }
    }

    #[test]
    fn white_space_collapses_and_blocks_part() {
        let mut w = Writer::new();
        w.block();
        w.words("  a \n b");
        w.block();
        w.block();
        w.words(" c ");
        w.newline();
        w.words("d");
        assert_eq!(w.finish().text, "a b\n\nc\nd");
    }

    #[test]
    fn prefixes_start_lines_and_empty_items_vanish() {
        let mut w = Writer::new();
        w.words("x");
        w.block();
        w.open("> ", "> ");
        w.block();
        w.words("q");
        w.open("- ", "  ");
        w.words("i");
        w.block();
        w.words("j");
        w.close();
        w.open("- ", "  ");
        w.close();
        w.close();
        w.block();
        w.words("y");
        assert_eq!(w.finish().text, "x\n\n> q\n> - i\n>\n>   j\n\ny");
    }

    #[test]
    fn dollars_and_backticks_are_literal() {
        let mut w = Writer::new();
        w.words(r"$5 \$6 \\$7 `q`");
        assert_eq!(w.finish().text, r"\$5 \$6 \\\$7 \`q\`");
    }

    #[test]
    fn formulas_know_their_bytes() {
        let mut w = Writer::new();
        w.words("é");
        w.formula(&inline("x"));
        w.formula(&inline("y"));
        w.formula(&display("a\nb"));
        w.words("z");
        let out = w.finish();
        assert_eq!(out.text, "é$x$ $y$\n$$\na\nb\n$$\nz");
        let bodies: Vec<_> = out.formulas.iter().filter_map(|f| out.text.get(f.range())).collect();
        assert_eq!(bodies, ["x", "y", "a\nb"]);
    }

    #[test]
    fn cells_hold_no_bare_pipe() {
        let mut w = Writer::pipe_cell();
        w.words("a|b");
        w.formula(&inline(r"|x| \|y\|"));
        assert_eq!(w.finish().text, r"a\|b$\vert x\vert \Vert y\Vert$");
    }

    #[test]
    fn code_fences_outgrow_their_content() {
        let mut w = Writer::new();
        w.code_block("rs", "a\n  ```\n");
        w.words("t");
        assert_eq!(w.finish().text, "````rs\na\n  ```\n\n````\n\nt");
    }
}
