//! MathJax 2 source: `<script type="math/tex">`, `math/mml`, `math/asciimath`.
//!
//! `<script type="math/tex; mode=display">E=mc^2</script>` becomes `$$E=mc^2$$`.

use super::source::{from_converted, from_tex};
use super::{Cx, Markup, Reading, mathml};
use cc_math_core::FormulaKind;
use cc_math_html::{Dom, NodeId};

pub(super) const MARKUP: Markup =
    Markup { names: &["script"], classes: &[], attributes: &[], read };

fn read(cx: &Cx<'_>, node: NodeId) -> Option<Reading> {
    let language = language(cx.dom, node)?;
    let display = is_display(cx.dom, node);
    let source = cx.dom.text_content(node);
    let kind = FormulaKind::MathjaxScript;
    Some(match language {
        Language::Tex => from_tex(cx, &source, display, kind),
        Language::MathMl => mathml::from_markup(cx, &source, Some(display), kind),
        Language::AsciiMath => {
            from_converted(cc_math_tex::asciimath::to_tex(&source), display, kind)
        }
    })
}

enum Language {
    Tex,
    MathMl,
    AsciiMath,
}

fn language(dom: &Dom, node: NodeId) -> Option<Language> {
    if dom.name(node) != "script" {
        return None;
    }
    let kind = dom.attr(node, "type")?.trim();
    let media = kind.split(';').next().unwrap_or(kind).trim().to_ascii_lowercase();
    match media.as_str() {
        "math/tex" | "math/latex" | "text/tex" | "text/latex" | "text/x-tex" => Some(Language::Tex),
        "math/mml" | "math/mathml" => Some(Language::MathMl),
        "math/asciimath" | "math/am" => Some(Language::AsciiMath),
        _ => None,
    }
}

fn is_display(dom: &Dom, node: NodeId) -> bool {
    let kind = dom.attr(node, "type").unwrap_or_default();
    kind.split(';').skip(1).any(|option| option.replace(' ', "").eq_ignore_ascii_case("mode=display"))
}

/// True for a script element that holds mathematics.
pub(super) fn is_math_script(dom: &Dom, node: NodeId) -> bool {
    language(dom, node).is_some()
}
