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

/// Passes after which a long form counts as settled.
const MAX_PASSES: usize = 4;

/// Bytes that passes may go over in any case: short forms settle, however contrived.
const LEAST_WORK: usize = 64 << 10;

/// The form: tokens separated by one space each; empty for a formula that shows nothing.
pub fn canonical(tex: &str) -> String {
    let mut form = pass(&clean(&tables::unescaped(tex)));
    let mut work = LEAST_WORK.max(MAX_PASSES * form.len());
    while work >= form.len() {
        work -= form.len();
        // Cleaned again: what a pass leaves out at the end can lay bare delimiters.
        let next = pass(&clean(&form));
        if next == form {
            break;
        }
        form = next;
    }
    form
}

fn pass(tex: &str) -> String {
    let mut writer = Writer::default();
    let mut rest = tokens(tex);
    let mut skips = true;
    while let Some(token) = rest.next() {
        if skips && tables::is_skipped(token.name()) {
            match skipped(tex, token) {
                Some(end) => rest = tokens_from(tex, end),
                None => skips = false,
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

/// The end of a command that says nothing about what is shown, with its argument.
///
/// `None` where its brace never closes: then no more are looked for, which keeps the work linear.
fn skipped(tex: &str, token: Token<'_>) -> Option<usize> {
    let mut rest = tokens_from(tex, token.end());
    let next = rest.next_solid();
    let open = if next.is_some_and(|t| t.text == "*") { rest.next_solid() } else { next };
    match open {
        Some(open) if open.kind == Kind::Open => group(tex, open.at).map(|g| g.end),
        _ => Some(token.end()),
    }
}

/// The name of `\begin{name}` or `\end{name}`, and where what it takes ends.
fn environment<'a>(tex: &'a str, token: Token<'a>) -> Option<(&'a str, usize)> {
    let begins = token.is("begin");
    if !begins && !token.is("end") {
        return None;
    }
    let mut rest = tokens_from(tex, token.end());
    let open = rest.next_solid().filter(|t| t.kind == Kind::Open)?;
    let close = rest.take(MAX_NAME).find(|t| matches!(t.kind, Kind::Close | Kind::Open))?;
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

/// Cells of one group, and what is due in it.
#[derive(Debug, Default)]
struct Frame {
    cells: Vec<String>,
    /// Arguments that the last command still waits for.
    due: usize,
    /// Whether the last command is unknown: every group after it may be an argument.
    unknown: bool,
    /// Whether this group is an argument of what stands before it.
    is_argument: bool,
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
            Kind::Open => self.open(),
            Kind::Close => self.close(),
            Kind::Word => self.word(token.name()),
            Kind::Symbol if tables::is_space(token.text) => {}
            Kind::Char => tables::character(token.text, |text| self.cell(text)),
            _ => self.cell(token.text),
        }
    }

    fn open(&mut self) {
        if self.outer.len() >= MAX_DEPTH {
            self.ignored += 1;
            return;
        }
        let is_argument = self.frame.due > 0 || self.frame.unknown;
        let frame = Frame { is_argument, ..Frame::default() };
        self.outer.push(std::mem::replace(&mut self.frame, frame));
    }

    /// Ends a group: its braces stay where they bind several tokens to a command.
    fn close(&mut self) {
        if self.ignored > 0 {
            self.ignored -= 1;
            return;
        }
        let Some(outer) = self.outer.pop() else { return self.cell("}") };
        let inner = std::mem::replace(&mut self.frame, outer);
        let frame = &mut self.frame;
        frame.due = frame.due.saturating_sub(1);
        let last = frame.cells.last().map(String::as_str);
        let binds =
            inner.is_argument && last.is_some_and(|l| !tables::is_plain(l) && !tables::is_font(l));
        if inner.cells.len() > 1 && binds {
            frame.cells.push(format!("{{ {} }}", inner.cells.join(" ")));
        } else {
            inner.cells.into_iter().for_each(|cell| frame.push(cell));
        }
        frame.settle();
    }

    fn word(&mut self, name: &str) {
        if tables::is_dropped(name) {
            return;
        }
        let cell = tables::synonym(name).map_or_else(|| format!(r"\{name}"), str::to_owned);
        self.frame.due = self.frame.due.saturating_sub(1);
        let arity = commands::arity(name);
        if arity > 0 {
            self.frame.due = arity;
        }
        self.frame.unknown = commands::signature(name).is_none();
        self.frame.push(cell);
        self.frame.settle();
    }

    fn cell(&mut self, text: &str) {
        let frame = &mut self.frame;
        let is_star = text == "*" && frame.cells.last().is_some_and(|l| tables::takes_star(l));
        if is_star {
            return;
        }
        frame.due = if matches!(text, "^" | "_") { 1 } else { frame.due.saturating_sub(1) };
        frame.unknown = frame.unknown && matches!(text, "[" | "]");
        frame.push(text.to_owned());
        frame.settle();
    }

    /// Writes `\begin{name}` under the name of its family.
    fn environment(&mut self, token: Token<'_>, name: &str) {
        let family = tables::family(name);
        if !family.is_empty() {
            self.frame.due = 0;
            self.frame.unknown = false;
            self.frame.push(format!("{}{{{family}}}", token.text));
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

impl Frame {
    /// Adds a cell, joined to the one before where the two are spelt as one.
    fn push(&mut self, cell: String) {
        let last = self.cells.last().map_or("", String::as_str);
        let joined = match (last, cell.as_str()) {
            (r"\not", "=") => Some(r"\neq"),
            (r"\not", r"\in") => Some(r"\notin"),
            ("^", "'") => Some("'"),
            _ => None,
        };
        match joined {
            Some(joined) => {
                self.cells.pop();
                self.push(joined.to_owned());
            }
            None => self.cells.push(cell),
        }
    }

    /// Puts a subscript before the superscript of the same nucleus, if it has no third script:
    /// such scripts would move on and on.
    fn settle(&mut self) {
        let start = self.cells.len().saturating_sub(4);
        let (before, tail) = self.cells.split_at_mut(start);
        let is_third = matches!(before, [.., script, _] if is_script(script));
        if let [up, above, down, below] = tail
            && up == "^"
            && down == "_"
            && self.due == 0
            && !is_third
            && !is_script(above)
            && !is_script(below)
        {
            std::mem::swap(up, down);
            std::mem::swap(above, below);
        }
    }
}

fn is_script(cell: &str) -> bool {
    matches!(cell, "^" | "_")
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

    #[test]
    fn third_scripts_stay_where_they_are() {
        for piece in ["^u_v", "}^u_{t", "x^u_v_w", "_a^b_c^d"] {
            let form = canonical(&piece.repeat(200));
            assert_eq!(canonical(&form), form, "{piece}");
        }
    }

    proptest! {
        #[test]
        fn is_idempotent(tex in r"(\\frac|\\left|\\not|\\text|\\rm|\\foo|\\begin\{array\}|\\end\{array\}|\\label|\\prime|[\[\]{}^_'$&#(|. ,a1=*\\α≤-]){0,40}") {
            let once = canonical(&tex);
            prop_assert_eq!(canonical(&once), once);
        }
    }
}
