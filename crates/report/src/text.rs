//! A piece of a document's Markdown as HTML, with its formulas drawn.

use crate::formula::mathml;
use crate::html::{escape, head};
use cc_math_tex::markdown::{Found, formulas};
use std::ops::Range;

/// Bytes of text that are looked at for where to cut it.
const LOOKAHEAD: usize = 8 << 10;

/// The beginning of a text: about `most` bytes, and no half of a formula at its end.
pub(crate) fn excerpt(text: &str, most: usize) -> String {
    if text.len() <= most {
        return text.into();
    }
    let near = head(text, most + LOOKAHEAD);
    let mut cut = head(near, most).len();
    let torn = formulas(near).into_iter().map(|found| outer(near, &found));
    if let Some(torn) = torn.into_iter().find(|range| range.start < cut && cut < range.end) {
        cut = if torn.end < 2 * most { torn.end } else { torn.start };
    }
    near.get(..cut).unwrap_or(near).into()
}

/// Drawn formulas, and those shown as their source.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Drawn {
    pub(crate) drawn: u64,
    pub(crate) sources: u64,
}

/// Markdown as it is, but for headings in bold and formulas drawn.
pub(crate) fn to_html(text: &str, drawn: &mut Drawn) -> String {
    let mut writer = Writer { out: String::new(), line_starts: true, heading: false, fence: 0 };
    let mut at = 0;
    for found in formulas(text) {
        let range = outer(text, &found);
        writer.plain(text.get(at..range.start).unwrap_or_default());
        writer.formula(text.get(found.range.clone()).unwrap_or_default(), &found, drawn);
        // A block ends its line by itself.
        let ends_line =
            found.display && text.get(range.end..).is_some_and(|rest| rest.starts_with('\n'));
        at = range.end + usize::from(ends_line);
        writer.line_starts = ends_line;
    }
    writer.plain(text.get(at..).unwrap_or_default());
    writer.finish()
}

/// How many backticks fence code off in this line.
fn fence(line: &str) -> usize {
    let line = line.trim_start_matches([' ', '>']);
    let run = line.bytes().take_while(|byte| *byte == b'`').count();
    let alone = !line.get(run..).unwrap_or_default().contains('`');
    if run >= 3 && alone { run } else { 0 }
}

/// A formula with its delimiters.
fn outer(text: &str, found: &Found) -> Range<usize> {
    let fence = if found.display { 2 } else { 1 };
    let before = text.get(..found.range.start).unwrap_or_default().trim_end();
    let after = text.get(found.range.end..).unwrap_or_default();
    let end = text.len() - after.trim_start().len() + fence;
    before.len().saturating_sub(fence)..end.min(text.len())
}

struct Writer {
    out: String,
    line_starts: bool,
    heading: bool,
    /// Length of the fence of the code that is open, or 0.
    fence: usize,
}

impl Writer {
    fn plain(&mut self, text: &str) {
        for line in text.split_inclusive('\n') {
            let (line, ends) = line.strip_suffix('\n').map_or((line, false), |line| (line, true));
            let fence = if self.line_starts { fence(line) } else { 0 };
            let opens = self.fence == 0 && fence > 0;
            let closes = self.fence > 0 && fence >= self.fence;
            self.heading =
                self.heading || (self.line_starts && self.fence == 0 && line.starts_with('#'));
            let bold = self.heading && self.line_starts;
            self.out.push_str(if bold { "<b>" } else { "" });
            if opens {
                self.out.push_str("<span class=\"mono\">");
                self.fence = fence;
            }
            self.out.push_str(&escape(line));
            if closes {
                self.out.push_str("</span>");
                self.fence = 0;
            }
            if ends {
                self.end_heading();
                self.out.push('\n');
            }
            self.line_starts = ends;
        }
    }

    fn end_heading(&mut self) {
        self.out.push_str(if self.heading { "</b>" } else { "" });
        self.heading = false;
    }

    fn finish(mut self) -> String {
        self.end_heading();
        self.out.push_str(if self.fence > 0 { "</span>" } else { "" });
        self.out
    }

    fn formula(&mut self, tex: &str, found: &Found, drawn: &mut Drawn) {
        if let Some(mathml) = mathml(tex, found.display) {
            drawn.drawn += 1;
            return self.out.push_str(&mathml);
        }
        drawn.sources += 1;
        let class = if found.display { "tex display" } else { "tex" };
        let tex = escape(tex);
        self.out.push_str(&format!(
            "<code class=\"{class}\" title=\"shown as its source\">{tex}</code>"
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn html(text: &str) -> String {
        to_html(text, &mut Drawn::default())
    }

    #[test]
    fn text_stays_text_and_formulas_are_drawn() {
        let html = html("# A <b>\nLet $x$ be \\$5.\n\n$$\ny\n$$\n`$no$`");
        assert!(html.starts_with("<b># A &lt;b&gt;</b>\nLet <math"), "{html}");
        assert!(html.contains("</math> be \\$5."), "{html}");
        assert!(html.ends_with("</math>`$no$`"), "{html}");
    }

    #[test]
    fn code_is_set_apart() {
        let html = html("a\n```c\n# x $y$\n```\nb\n````\n```\n");
        let code = "<span class=\"mono\">";
        assert_eq!(
            html,
            format!("a\n{code}```c\n# x $y$\n```</span>\nb\n{code}````\n```\n</span>")
        );
    }

    #[test]
    fn what_cannot_be_drawn_is_marked() {
        let mut drawn = Drawn::default();
        let html = to_html("$\\nosuch<$ $a$", &mut drawn);
        assert!(html.starts_with("<code class=\"tex\""), "{html}");
        assert!(html.contains("\\nosuch&lt;</code>"));
        assert_eq!(drawn, Drawn { drawn: 1, sources: 1 });
    }

    #[test]
    fn no_formula_is_cut_in_two() {
        assert_eq!(excerpt("ab $xyz$ cd", 5), "ab $xyz$");
        assert_eq!(excerpt("ab $xyzxyzxyzxyz$ cd", 5), "ab ");
        assert_eq!(excerpt("éé", 3), "é");
        assert_eq!(excerpt("short", 100), "short");
    }
}
