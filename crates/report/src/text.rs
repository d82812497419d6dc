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
    let mut writer = Writer { out: String::new(), line_starts: true, heading: false };
    let mut at = 0;
    for found in formulas(text) {
        let range = outer(text, &found);
        writer.plain(text.get(at..range.start).unwrap_or_default());
        writer.formula(text.get(found.range.clone()).unwrap_or_default(), &found, drawn);
        at = range.end;
    }
    writer.plain(text.get(at..).unwrap_or_default());
    if writer.heading {
        writer.out.push_str("</b>");
    }
    writer.out
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
}

impl Writer {
    fn plain(&mut self, text: &str) {
        for line in text.split_inclusive('\n') {
            if self.line_starts && line.starts_with('#') {
                self.out.push_str("<b>");
                self.heading = true;
            }
            let (line, ends) = line.strip_suffix('\n').map_or((line, false), |line| (line, true));
            self.out.push_str(&escape(line));
            if ends && self.heading {
                self.out.push_str("</b>");
                self.heading = false;
            }
            self.out.push_str(if ends { "\n" } else { "" });
            self.line_starts = ends;
        }
    }

    fn formula(&mut self, tex: &str, found: &Found, drawn: &mut Drawn) {
        self.line_starts = false;
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
        assert!(html.ends_with("</math>\n`$no$`"), "{html}");
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
