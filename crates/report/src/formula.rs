//! A formula as MathML that browsers draw by themselves.
//!
//! The conversion is a library's, and formulas are hostile input, so it is fenced in: what goes in
//! is short and not nested deeply, a panic is a failure, and what comes out is looked through for
//! anything that is not plain MathML.

use math_core::{LatexToMathML, MathCoreConfig, MathDisplay};
use std::panic::catch_unwind;
use std::sync::LazyLock;

/// Longer formulas are shown as their source.
const LONGEST: usize = 2000;

/// Deeper ones, too: the library recurses.
const DEEPEST: usize = 64;

/// Commands the library does not have, by those that look the same or nearly so.
const ALIASES: &[(&str, &str)] = &[
    ("\\begin{split}", "\\begin{aligned}"),
    ("\\end{split}", "\\end{aligned}"),
    ("\\mbox{", "\\text{"),
    ("\\hbox{", "\\text{"),
    ("\\fbox{", "\\text{"),
    ("\\emph{", "\\mathit{"),
    ("\\textit{", "\\mathit{"),
    ("\\textbf{", "\\text{"),
    ("\\pmb{", "\\boldsymbol{"),
    ("\\widetilde", "\\tilde"),
    ("\\widecheck", "\\check"),
];

static CONVERTER: LazyLock<Option<LatexToMathML>> =
    LazyLock::new(|| LatexToMathML::new(MathCoreConfig::default()).ok());

/// The MathML of a formula; none if it cannot be had, and then the source is to be shown.
///
/// ```
/// assert!(cc_math_report::mathml("x^2", false).unwrap().starts_with("<math"));
/// assert_eq!(cc_math_report::mathml(r"\unheard{of}", false), None);
/// ```
pub fn mathml(tex: &str, display: bool) -> Option<String> {
    if tex.len() > LONGEST || depth(tex) > DEEPEST {
        return None;
    }
    let tex = prepared(tex);
    let display = if display { MathDisplay::Block } else { MathDisplay::Inline };
    let convert = || CONVERTER.as_ref()?.convert_with_local_state(&tex, display).ok();
    let made = catch_unwind(convert).ok()??.mathml;
    is_plain(&made).then_some(made)
}

/// The formula in commands that the library has: no labels, tags where they stand.
fn prepared(tex: &str) -> String {
    let tex = with_argument(tex, "\\label", |_| String::new());
    let tex = with_argument(&tex, "\\tag*", |tag| format!("\\qquad\\text{{{tag}}}"));
    let tex = with_argument(&tex, "\\tag", |tag| format!("\\qquad\\text{{({tag})}}"));
    ALIASES.iter().fold(tex, |tex, (theirs, ours)| tex.replace(theirs, ours))
}

/// Puts something in the place of a command and its argument in braces.
fn with_argument(tex: &str, command: &str, made: impl Fn(&str) -> String) -> String {
    let mut out = String::new();
    let mut rest = tex;
    while let Some((before, behind)) = rest.split_once(command) {
        out.push_str(before);
        let argument = behind.trim_start().strip_prefix('{').and_then(|inner| {
            let end = closing(inner)?;
            Some((inner.get(..end)?, inner.get(end + 1..)?))
        });
        match argument {
            Some((argument, after)) => {
                out.push_str(&made(argument));
                rest = after;
            }
            None => {
                out.push_str(command);
                rest = behind;
            }
        }
    }
    out + rest
}

/// Where the brace closes that was open before the text.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' if depth == 0 => return Some(at),
            b'}' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// How deep the formula nests at most, counted so that it is never too little.
fn depth(tex: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    for (at, byte) in tex.bytes().enumerate() {
        let rest = || tex.get(at..).unwrap_or_default();
        match byte {
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            b'\\' if rest().starts_with("\\left") || rest().starts_with("\\begin") => depth += 1,
            b'\\' if rest().starts_with("\\right") || rest().starts_with("\\end") => {
                depth = depth.saturating_sub(1)
            }
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

/// Elements that draw, and nothing else.
const ELEMENTS: &[&str] = &[
    "math",
    "menclose",
    "mfrac",
    "mi",
    "mmultiscripts",
    "mn",
    "mo",
    "mover",
    "mpadded",
    "mphantom",
    "mprescripts",
    "mroot",
    "mrow",
    "ms",
    "mspace",
    "msqrt",
    "mstyle",
    "msub",
    "msubsup",
    "msup",
    "mtable",
    "mtd",
    "mtext",
    "mtr",
    "munder",
    "munderover",
    "none",
    "span",
];

const ATTRIBUTES: &[&str] = &[
    "accent",
    "accentunder",
    "class",
    "columnalign",
    "columnspan",
    "depth",
    "dir",
    "display",
    "displaystyle",
    "fence",
    "form",
    "height",
    "intent",
    "largeop",
    "linethickness",
    "lspace",
    "mathbackground",
    "mathcolor",
    "mathsize",
    "mathvariant",
    "maxsize",
    "minsize",
    "movablelimits",
    "notation",
    "rowspan",
    "rspace",
    "scriptlevel",
    "separator",
    "stretchy",
    "style",
    "symmetric",
    "voffset",
    "width",
];

/// Whether markup holds nothing but such elements with such attributes.
fn is_plain(markup: &str) -> bool {
    let mut pieces = markup.split('<');
    let before = pieces.next().unwrap_or_default();
    before.is_empty()
        && pieces.all(|piece| piece.split_once('>').is_some_and(|(tag, _)| is_plain_tag(tag)))
}

fn is_plain_tag(tag: &str) -> bool {
    let tag = tag.strip_prefix('/').unwrap_or(tag);
    let tag = tag.strip_suffix('/').unwrap_or(tag).trim_end();
    let (name, mut rest) = tag.split_once(' ').unwrap_or((tag, ""));
    while let Some((attribute, value)) = rest.split_once("=\"") {
        let Some((value, further)) = value.split_once('"') else { return false };
        if !ATTRIBUTES.contains(&attribute.trim()) || !is_plain_value(value) {
            return false;
        }
        rest = further;
    }
    ELEMENTS.contains(&name) && rest.trim().is_empty()
}

/// Numbers, lengths, colours and words, and no address.
fn is_plain_value(value: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "#%.,:;()+- ".contains(c);
    value.chars().all(plain) && !value.to_ascii_lowercase().contains("url")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::sample::select;

    #[test]
    fn formulas_become_mathml() {
        for tex in [
            r"\frac{a}{b}",
            r"\begin{split}a&=b\\c&=d\end{split}",
            r"\mbox{if } x",
            r"\sum_{i=1}^n \sqrt[3]{x_i}",
            r"\left(\begin{matrix}1&2\\3&4\end{matrix}\right)",
            r"\mathbb{R} \mathcal{A} \mathfrak{g} \mathbf{x}",
            r"\color{red}{x} + \cancel{y}",
            r"x \tag{1}",
            r"x \tag*{$*$} \label{eq:x}",
        ] {
            assert!(mathml(tex, true).is_some(), "{tex}");
        }
        assert!(mathml("a<b", false).unwrap().contains("&lt;"));
    }

    #[test]
    fn what_is_more_than_a_formula_is_refused() {
        for tex in [
            r"\href{javascript:alert(1)}{x}",
            r"\url{https://example.org/}",
            r"\begin{aligned}{a & b}\end{aligned}",
            r"\nosuchcommand",
            "\\",
            "{",
            "",
        ] {
            assert!(mathml(tex, true).is_none_or(|made| is_plain(&made)), "{tex}");
        }
        assert_eq!(mathml(r"\href{javascript:alert(1)}{x}", true), None);
        assert!(
            mathml(r"\text{</mtext><script>alert(1)</script>}", true)
                .is_none_or(|made| !made.contains("<script"))
        );
    }

    proptest! {
        /// Whatever the formula: an answer, and nothing but MathML.
        #[test]
        fn any_tokens_are_drawn_or_refused(tokens in vec(select(TOKENS), 0..60), times in 1..40_usize) {
            let tex = tokens.concat().repeat(times);
            prop_assert!(mathml(&tex, times % 2 == 0).is_none_or(|made| is_plain(&made)));
        }
    }

    const TOKENS: &[&str] = &[
        "x",
        "1",
        " ",
        "<",
        "{",
        "}",
        "^",
        "_",
        "&",
        "\\\\",
        "$",
        "%",
        "#1",
        "'",
        "é",
        "\u{202e}",
        "\\sqrt",
        "\\frac",
        "\\left(",
        "\\right)",
        "\\begin{aligned}",
        "\\end{aligned}",
        "\\begin{array}{c|c}",
        "\\end{array}",
        "\\text{",
        "\\color{red}",
        "\\href{x}",
        "\\tag{",
        "\\label{",
        "\\over",
        "\\limits",
        "\\hspace{9em}",
        "\\bm",
        "\\not",
        "\\middle|",
        "\\hline",
        "\\mathbb",
        "\\operatorname*",
    ];

    #[test]
    fn markup_is_looked_through() {
        assert!(is_plain("<math display=\"block\"><mi>x</mi><mspace width=\"1em\"/></math>"));
        for bad in [
            "x",
            "<math",
            "<math><script></math>",
            "<mi onclick=\"a\">",
            "<mi style=\"background:url(x)\">",
            "<mi class=x>",
            "<mi class=\"a\" b>",
            "<a href=\"x\">",
            "<mi class=\"&quot;\">",
        ] {
            assert!(!is_plain(bad), "{bad}");
        }
    }

    #[test]
    fn depth_does_not_end_the_program() {
        for (open, close) in [
            ("{", "}"),
            ("\\left(", "\\right)"),
            ("\\frac{", "}{y}"),
            ("\\sqrt ", ""),
            ("\\begin{matrix}", "\\end{matrix}"),
            ("x^", ""),
            ("\\bm ", ""),
            ("\\not ", ""),
        ] {
            for times in [10, 60, 300, 100_000] {
                mathml(&format!("{}x{}", open.repeat(times), close.repeat(times)), true);
            }
        }
    }
}
