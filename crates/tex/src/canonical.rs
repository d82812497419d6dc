//! The canonical form of a LaTeX formula.
//!
//! Two formulas of the same form show the same thing up to spacing, sizes,
//! numbering and the author's choice among synonyms. The form serves tests,
//! deduplication and decontamination; it is made to be compared, not shown: it
//! forgets the scope of fonts and which spelling was there.
//!
//! ```
//! use cc_math_tex::canonical::canonical;
//! assert_eq!(canonical(r"\left(\dfrac{1}{2}\right)\,x^{2}."), canonical(r"(\frac12) x^2"));
//! assert_eq!(canonical(r"a\le b, \label{x}"), r"a \leq b");
//! ```

mod tables;

use crate::commands;
use crate::scan::{Kind, Token, group, slice, tokens, tokens_from};
use crate::tidy::clean;

/// Groups inside groups that keep their braces; deeper braces are left out.
const MAX_DEPTH: usize = 100;

/// Tokens of the longest environment name.
const MAX_NAME: usize = 24;

/// Bytes of the longest column specification.
const MAX_COLUMNS: usize = 200;

/// The form: tokens separated by one space each; empty for a formula that shows nothing.
///
/// The form of a form is itself, for any text: what is left out, joined or moved brings forth
/// nothing else to be, and braces stay only where they would stay again.
pub fn canonical(tex: &str) -> String {
    let mut form = written(&clean(&tables::unescaped(tex)));
    loop {
        // What is left out at the end can lay bare delimiters, each kind of them once.
        let bare = clean(&form);
        if bare == form {
            return form;
        }
        form = written(&bare);
    }
}

fn written(tex: &str) -> String {
    let mut writer = Writer::default();
    let mut rest = tokens(tex);
    while let Some(token) = rest.next() {
        if tables::is_hidden(token.name()) {
            if let Some(open) = opener(tex, token) {
                writer.open(true);
                rest = tokens_from(tex, open.end());
            }
        } else if let Some((name, end)) = environment(tex, token) {
            writer.environment(token, name);
            rest = tokens_from(tex, end);
        } else {
            writer.token(token);
        }
    }
    writer.finish()
}

/// The brace that opens the argument of a command, after a star or none.
fn opener<'a>(tex: &'a str, command: Token<'a>) -> Option<Token<'a>> {
    let mut rest = tokens_from(tex, command.end());
    let next = rest.next_solid();
    let open = if next.is_some_and(|t| t.text == "*") { rest.next_solid() } else { next };
    open.filter(|t| t.kind == Kind::Open)
}

/// The name of `\begin{name}` or `\end{name}`, and where what it takes ends.
///
/// A name holds nothing that an entity or a backslash could become part of.
fn environment<'a>(tex: &'a str, token: Token<'a>) -> Option<(&'a str, usize)> {
    let begins = token.is("begin");
    if !begins && !token.is("end") {
        return None;
    }
    let mut rest = tokens_from(tex, token.end());
    let open = rest.next_solid().filter(|t| t.kind == Kind::Open)?;
    let ends =
        |t: &Token<'_>| matches!(t.kind, Kind::Close | Kind::Open | Kind::Symbol | Kind::Align);
    let close = rest.take(MAX_NAME).find(ends)?;
    let name = slice(tex, open.end()..close.at).trim();
    let end = close.end();
    (close.kind == Kind::Close)
        .then(|| (name, if begins { after_columns(tex, name, end) } else { end }))
}

/// Where the content of an environment starts: after `[t]` and a column specification.
fn after_columns(tex: &str, name: &str, at: usize) -> usize {
    let head: Vec<Token<'_>> = tokens_from(tex, at).filter(|t| !t.is_blank()).take(3).collect();
    let at = match head.as_slice() {
        [open, place, close]
            if (open.text, close.text) == ("[", "]") && "tcb".contains(place.text) =>
        {
            close.end()
        }
        _ => at,
    };
    if !tables::has_columns(name) {
        return at;
    }
    let open = tokens_from(tex, at).next_solid().filter(|t| t.kind == Kind::Open);
    let columns = open.and_then(|open| {
        group(slice(tex, 0..tex.floor_char_boundary(open.at + MAX_COLUMNS)), open.at)
    });
    columns.map_or(at, |g| g.end)
}

/// What may follow as arguments.
#[derive(Debug, Default, Clone, Copy)]
struct Awaited {
    /// Arguments that the last command still waits for.
    due: usize,
    /// Whether the last command is unknown: every group after it may be an argument.
    unknown: bool,
}

/// Cells of one group, and what is awaited in it.
#[derive(Debug, Default)]
struct Frame {
    cells: Vec<String>,
    /// By the text, where a group is one argument.
    in_text: Awaited,
    /// By the form, where each of its cells is one if its braces were left out.
    in_form: Awaited,
    /// Whether this group is an argument of what stands before it.
    is_argument: bool,
    /// Whether this group shows nothing.
    is_hidden: bool,
}

#[derive(Debug, Default)]
struct Writer {
    frame: Frame,
    outer: Vec<Frame>,
    /// Braces beyond the limit that are open.
    ignored: usize,
}

impl Writer {
    fn token(&mut self, token: Token<'_>) {
        match token.kind {
            Kind::Space | Kind::Comment => {}
            Kind::Open => self.open(false),
            Kind::Close => self.close(),
            Kind::Word => self.word(token.name()),
            Kind::Symbol if tables::is_space(token.text) => {}
            Kind::Char => tables::character(token.text, |text| self.frame.add(text.to_owned())),
            _ => self.frame.add(token.text.to_owned()),
        }
    }

    fn open(&mut self, is_hidden: bool) {
        if self.outer.len() >= MAX_DEPTH {
            self.ignored += 1;
            return;
        }
        let is_argument = self.frame.in_text.any() && self.frame.in_form.any();
        let frame = Frame { is_argument, is_hidden, ..Frame::default() };
        self.outer.push(std::mem::replace(&mut self.frame, frame));
    }

    /// Ends a group: its braces stay where they bind several tokens to a command.
    fn close(&mut self) {
        if self.ignored > 0 {
            self.ignored -= 1;
            return;
        }
        let Some(outer) = self.outer.pop() else { return self.frame.add("}".to_owned()) };
        let inner = std::mem::replace(&mut self.frame, outer);
        if !inner.is_hidden {
            self.frame.add_group(inner);
        }
    }

    fn word(&mut self, name: &str) {
        if !tables::is_dropped(name) {
            let synonym = tables::synonym(name).map(str::to_owned);
            self.frame.add(synonym.unwrap_or_else(|| format!(r"\{name}")));
        }
    }

    /// Writes `\begin{name}` under the name of its family.
    fn environment(&mut self, token: Token<'_>, name: &str) {
        let family = tables::family(name);
        if !family.is_empty() {
            self.frame.add(format!("{}{{{family}}}", token.text));
        }
    }

    fn finish(mut self) -> String {
        while let Some(mut outer) = self.outer.pop() {
            outer.cells.push("{".to_owned());
            outer.cells.append(&mut self.frame.cells);
            self.frame = outer;
        }
        let mut cells = self.frame.cells;
        while cells.last().is_some_and(|c| matches!(c.as_str(), "." | "," | ";" | ":" | r"\\")) {
            cells.pop();
        }
        cells.join(" ")
    }
}

impl Awaited {
    fn any(self) -> bool {
        self.due > 0 || self.unknown
    }

    /// After a cell, which may itself be an argument.
    fn after(self, cell: &str) -> Self {
        let due = self.due.saturating_sub(1);
        let (due, unknown) = match (cell, tables::word(cell)) {
            ("^" | "_", _) => (1, false),
            ("[" | "]", _) => (due, self.unknown),
            _ if is_environment(cell) => (0, false),
            (_, Some(name)) => {
                let arity = commands::arity(name);
                (if arity > 0 { arity } else { due }, commands::signature(name).is_none())
            }
            _ => (due, self.unknown && cell.starts_with('{')),
        };
        Self { due, unknown }
    }
}

impl Frame {
    /// Adds a cell as if it were read: the cells so far, read again, are always the same.
    fn add(&mut self, cell: String) {
        let is_star = cell == "*" && self.cells.last().is_some_and(|l| tables::takes_star(l));
        if !is_star {
            self.in_text = self.in_text.after(&cell);
            self.in_form = self.in_form.after(&cell);
            self.push(cell);
            self.settle();
        }
    }

    /// Adds a group, whose braces stay where they bind several cells to a command.
    fn add_group(&mut self, group: Frame) {
        let is_bound = self.cells.last().is_some_and(|l| tables::takes_groups(l));
        if group.is_argument && group.cells.len() > 1 && is_bound {
            return self.add(format!("{{ {} }}", group.cells.join(" ")));
        }
        let due = self.in_text.due.saturating_sub(1);
        let after_one = Awaited { due, ..self.in_text };
        group.cells.into_iter().for_each(|cell| self.add(cell));
        self.in_text = after_one;
    }

    /// Puts a cell after the others, joined to the last where the two are spelt as one.
    fn push(&mut self, mut cell: String) {
        if let [.., begin, open, place] = self.cells.as_slice()
            && begin.starts_with(r"\begin{")
            && open == "["
            && cell == "]"
            && "tcb".contains(place.as_str())
        {
            return self.cells.truncate(self.cells.len() - 2);
        }
        while let Some(joined) = self.cells.last().and_then(|last| tables::joined(last, &cell)) {
            self.cells.pop();
            cell = joined.to_owned();
        }
        self.cells.push(cell);
    }

    /// Puts a subscript before the superscript of the same nucleus, if it has no third script:
    /// such scripts would move on and on. What the subscript awaits stands no longer after it.
    fn settle(&mut self) {
        let start = self.cells.len().saturating_sub(4);
        let (before, tail) = self.cells.split_at_mut(start);
        let is_third = matches!(before, [.., script, _] if is_script(script));
        if let [up, above, down, below] = tail
            && up == "^"
            && down == "_"
            && self.in_form.due == 0
            && !is_third
            && is_nucleus(above)
            && is_nucleus(below)
        {
            std::mem::swap(up, down);
            std::mem::swap(above, below);
            self.in_form.unknown = false;
        }
    }
}

fn is_script(cell: &str) -> bool {
    matches!(cell, "^" | "_")
}

fn is_nucleus(cell: &str) -> bool {
    !is_script(cell) && !is_environment(cell)
}

fn is_environment(cell: &str) -> bool {
    cell.starts_with(r"\begin{") || cell.starts_with(r"\end{")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn same(formulas: &[&str]) {
        let forms: Vec<String> = formulas.iter().map(|tex| canonical(tex)).collect();
        for (form, tex) in forms.iter().zip(formulas) {
            assert_eq!(Some(form), forms.first(), "{tex}");
            assert_eq!(canonical(form), *form, "{tex}");
        }
    }

    fn differ(a: &str, b: &str) {
        assert_ne!(canonical(a), canonical(b), "{a} | {b}");
    }

    #[test]
    fn synonyms_spaces_and_sizes() {
        same(&[r"a \le b", r"a\leq b", "a ≤ b", r"a\,\leq\;b", r"$a \leq b$"]);
        same(&[r"\left( x \right)", "(x)", r"\bigl(x\bigr)", r"{\displaystyle (x)}"]);
        same(&[r"\sqrt{a+b}", "√{a+b}"]);
        same(&[r"\frac{1}{2}", r"\dfrac12", r"\tfrac{1}2"]);
        same(&["x'", r"x^\prime", r"x^{\prime}", "x^{′}"]);
        same(&[r"a \neq b", r"a \not= b", r"a \ne b"]);
        same(&["α+β", r"\alpha + \beta"]);
        same(&["x^2", r"$x^2$\\"]);
        same(&[r"\operatorname*{argmax}_x", r"\mathrm{argmax}_x", r"\text{argmax}_{x}"]);
    }

    #[test]
    fn braces() {
        same(&["x^2", "x^{2}", "{x}^{2}", "{{x}}^2", "{x^2}"]);
        same(&["a + {b c}", "a + b c"]);
        same(&["x_1^2", "x^2_1", "x^{2}_{1}"]);
        same(&[r"x {\rm d} y", r"x\mathrm{d}y"]);
        differ("x^{ab}", "x^ab");
        differ(r"\frac{ab}{c}", r"\frac{a}{bc}");
        differ(r"\foo{ab}{c}", r"\foo{a}{bc}");
    }

    #[test]
    fn environments_and_numbers() {
        same(&[
            r"\begin{align} a &= b \label{x} \\ \end{align}",
            r"\begin{aligned}[t] a &= b \tag{1} \\ \end{aligned}",
            r"\begin{split} a &= b \\ \end{split}",
        ]);
        same(&[r"\begin{equation} x = 1 \end{equation}", "x = 1.", r"x = 1 \\"]);
        same(&[r"\begin{array}{cc} a & b \end{array}", r"\begin{array}[t]{l|r} a & b \end{array}"]);
        differ("a b", "a c");
        differ("a = b", "a < b");
    }

    #[test]
    fn depth_and_bulk_are_bounded() {
        for piece in ["{", "x^{", "{a", "}", r"\frac{", r"\begin{", r"\label{", "^_"] {
            assert!(canonical(&piece.repeat(20_000)).len() < 40_000_000, "{piece}");
        }
    }

    /// Texts whose form once changed when it was taken again.
    #[test]
    fn forms_settle_at_once() {
        for (tex, form) in [
            (r"\mspace{\label{\tag{a} b", "{ { b"),
            (r"\begin{array}[t]{c}[t][b]\,[t]x", r"\begin{array} x"),
            (r"\frac\begin\,{ab}c", r"\frac \begin a b c"),
            (r"\begin{a\ }b", r"\begin a b"),
            (r"\genfrac{(}{)}{0pt}{}{n+1}{k+1}", r"\genfrac ( ) 0 p t { n + 1 } k + 1"),
            (r"x^a_\foo{bc}", r"x _ \foo ^ a b c"),
            (r"\foo{a}{bc}", r"\foo a b c"),
            ("x.\\\u{3000}.\\\u{3000}", "x"),
            (r"\( \[x.\]. \).", "x"),
        ] {
            assert_eq!(canonical(tex), form, "{tex}");
            assert_eq!(canonical(form), form, "{tex}");
        }
    }

    #[test]
    fn third_scripts_stay_where_they_are() {
        for piece in ["^u_v", "}^u_{t", "x^u_v_w", "_a^b_c^d"] {
            let form = canonical(&piece.repeat(200));
            assert_eq!(canonical(&form), form, "{piece}");
        }
    }

    proptest! {
        #[test]
        fn is_idempotent(tex in r"(\\frac|\\left|\\not|\\text|\\rm|\\foo|\\begin\{array\}|\\end\{array\}|\\label|\\tag\{|\\prime|\\begin|\\ |\\\x{3000}|\\genfrac|\[t\]|[\[\]{}^_'$&#(|. ,a1=*\\α≤-]){0,40}") {
            let once = canonical(&tex);
            prop_assert_eq!(canonical(&once), once);
        }
    }
}
