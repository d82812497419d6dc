//! Reading formulas back out of a document's text.
//!
//! The grammar is the contract of the `text` column: outside code, an
//! unescaped `$` or `$$` opens a formula, which ends at the first matching
//! `$` or `$$` outside TeX braces. Fenced blocks and code spans hold none.

use std::ops::Range;

/// A formula found in Markdown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Byte range of the TeX body, white space at both ends left out.
    pub range: Range<usize>,
    /// True between `$$`.
    pub display: bool,
}

/// All formulas of a text, in order.
///
/// ```
/// let found = cc_math_tex::markdown::formulas(r"Let $x<y$, costs \$5, `$no$`.");
/// assert_eq!(found.len(), 1);
/// assert_eq!(found[0].range, 5..8);
/// ```
pub fn formulas(text: &str) -> Vec<Found> {
    Reader { text, bytes: text.as_bytes(), at: 0, found: Vec::new(), absent: Vec::new() }.read()
}

struct Reader<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    found: Vec<Found>,
    /// Lengths of backtick runs known to have no partner further on.
    absent: Vec<usize>,
}

impl Reader<'_> {
    fn read(mut self) -> Vec<Found> {
        while let Some(byte) = self.bytes.get(self.at) {
            match byte {
                b'\\' => self.at += 2,
                b'`' => self.skip_code(),
                b'$' => self.formula(),
                _ => self.at += 1,
            }
        }
        self.found
    }

    fn run(&self, from: usize, of: u8) -> usize {
        self.bytes.iter().skip(from).take_while(|b| **b == of).count()
    }

    fn skip_code(&mut self) {
        let run = self.run(self.at, b'`');
        if run >= 3 && self.starts_line() && self.opens_fence(run) {
            self.skip_fence(run);
        } else {
            self.skip_span(run);
        }
    }

    /// Nothing but list and quote marks stands before this place in its line.
    fn starts_line(&self) -> bool {
        let before = self.bytes.get(..self.at).unwrap_or_default();
        let line = before.rsplit(|b| *b == b'\n').next().unwrap_or_default();
        line.iter().all(|b| matches!(b, b' ' | b'>' | b'-' | b'.' | b':' | b'0'..=b'9'))
    }

    /// No backtick stands behind this run in its line, as it does where a span begins.
    fn opens_fence(&self, run: usize) -> bool {
        let rest = self.bytes.get(self.at + run..).unwrap_or_default();
        memchr::memchr2(b'`', b'\n', rest).is_none_or(|at| rest.get(at) == Some(&b'\n'))
    }

    fn skip_fence(&mut self, run: usize) {
        self.at += run;
        while let Some(newline) =
            memchr::memchr(b'\n', self.bytes.get(self.at..).unwrap_or_default())
        {
            self.at += newline + 1;
            while matches!(self.bytes.get(self.at), Some(b' ' | b'>')) {
                self.at += 1;
            }
            let closing = self.run(self.at, b'`');
            if closing >= run && matches!(self.bytes.get(self.at + closing), None | Some(b'\n')) {
                self.at += closing;
                return;
            }
        }
        self.at = self.bytes.len();
    }

    fn skip_span(&mut self, run: usize) {
        self.at += run;
        if self.absent.contains(&run) {
            return;
        }
        let mut at = self.at;
        while let Some(next) = memchr::memchr(b'`', self.bytes.get(at..).unwrap_or_default()) {
            at += next;
            let closing = self.run(at, b'`');
            at += closing;
            if closing == run {
                self.at = at;
                return;
            }
        }
        self.absent.push(run);
    }

    fn formula(&mut self) {
        let display = self.run(self.at, b'$') >= 2;
        let fence = if display { 2 } else { 1 };
        let start = self.at + fence;
        match self.closer(start, fence) {
            Some(end) => {
                self.at = end + fence;
                self.push(start..end, display);
            }
            None => self.at = start,
        }
    }

    fn closer(&self, from: usize, fence: usize) -> Option<usize> {
        let mut depth = 0usize;
        let mut at = from;
        while let Some(byte) = self.bytes.get(at) {
            match byte {
                b'\\' => at += 1,
                b'{' => depth += 1,
                b'}' => depth = depth.saturating_sub(1),
                b'$' if depth == 0 && self.run(at, b'$') >= fence => return Some(at),
                _ => {}
            }
            at += 1;
        }
        None
    }

    fn push(&mut self, range: Range<usize>, display: bool) {
        let Some(body) = self.text.get(range.clone()) else { return };
        let start = range.start + (body.len() - body.trim_start().len());
        let end = range.start + without_trailing_space(body).len();
        if start < end {
            self.found.push(Found { range: start..end, display });
        }
    }
}

/// The body less white space at its end, of which the space of a last `\ ` is none.
pub fn without_trailing_space(body: &str) -> &str {
    let trimmed = body.trim_end();
    let backslashes = trimmed.bytes().rev().take_while(|byte| *byte == b'\\').count();
    let next = body.get(trimmed.len()..).and_then(|rest| rest.chars().next());
    let escaped = next.filter(|_| backslashes % 2 == 1).map_or(0, char::len_utf8);
    body.get(..trimmed.len() + escaped).unwrap_or(trimmed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_of_three_backticks_begins_no_block() {
        let text = "``` ``J ```\n\n$o$";
        assert_eq!(formulas(text).len(), 1);
        assert_eq!(formulas("```rust\n$o$\n```").len(), 0);
    }

    #[test]
    fn formulas_are_found_outside_code_only() {
        let check = |text: &str, expected: &[(&str, bool)]| {
            let found: Vec<_> = formulas(text)
                .into_iter()
                .map(|f| (text.get(f.range).unwrap_or_default(), f.display))
                .collect();
            assert_eq!(found, expected, "{text}");
        };
        check("$a$ $$b$$", &[("a", false), ("b", true)]);
        check("$$\na\n$$", &[("a", true)]);
        check(r"\$5 $x\$y$", &[(r"x\$y", false)]);
        check(r"$\text{if $x$}$", &[(r"\text{if $x$}", false)]);
        check("```\n$a$\n```\n$b$", &[("b", false)]);
        check("> ```py\n> $a$\n> ```\n> $b$", &[("b", false)]);
        check("`$a$` ``$`$`` $b$", &[("b", false)]);
        check(r"$\ $ $a\\ $", &[(r"\ ", false), (r"a\\", false)]);
        check("$a", &[]);
        check("$\\", &[]);
    }
}
