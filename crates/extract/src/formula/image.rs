//! Formulas as images: TeX in the address or in the alternative text.

use super::source::{from_tex, is_tex};
use super::{Cx, Markup, Reading, classes, has_class};
use crate::glyphs::style;
use crate::url;
use aho_corasick::AhoCorasick;
use cc_math_core::FormulaKind;
use cc_math_html::{Dom, NodeId};
use std::sync::LazyLock;

pub(super) const MARKUP: Markup =
    Markup { names: &["img", "noscript"], classes: &[], attributes: &[], read };

fn read(cx: &Cx<'_>, node: NodeId) -> Option<Reading> {
    if cx.dom.name(node) == "noscript" {
        return is_fallback(cx.dom, node).then_some(Reading::Hidden);
    }
    if stands_for_mathml(cx.dom, node) {
        return Some(Reading::Hidden);
    }
    let source = tex_of_source(cx.dom, node);
    let alt = alternative(cx.dom, node);
    let display = is_display(cx.dom, node, alt);
    match (source, alt) {
        (Some(tex), _) => Some(from_tex(cx, &tex, display, FormulaKind::ImageUrl)),
        (None, Some(alt)) if is_formula(cx.dom, node, alt) => {
            Some(from_tex(cx, without_delimiters(alt), display, FormulaKind::ImageAlt))
        }
        _ => None,
    }
}

fn tex_of_source(dom: &Dom, node: NodeId) -> Option<String> {
    ["src", "data-src", "data-lazy-src", "data-original"]
        .iter()
        .filter_map(|name| dom.attr(node, name))
        .find_map(tex_of_address)
}

/// `noscript` with a copy of the formula image beside it, which a script loads late.
fn is_fallback(dom: &Dom, holder: NodeId) -> bool {
    let Some(copy) = dom.children(holder).find(|n| dom.name(*n) == "img") else { return false };
    let Some(tex) = tex_of_source(dom, copy) else { return false };
    let same = |n: NodeId| dom.name(n) == "img" && tex_of_source(dom, n).as_ref() == Some(&tex);
    [dom.previous_sibling(holder), dom.next_sibling(holder)].into_iter().flatten().any(same)
}

/// The picture of a `math` element, alone with it in their parent.
fn stands_for_mathml(dom: &Dom, node: NodeId) -> bool {
    let is_math = |n: NodeId| dom.name(n) == "math" && dom.first_child(n).is_some();
    let Some(parent) = dom.parent(node) else { return false };
    let mut others = dom
        .children(parent)
        .filter(|n| *n != node && !dom.text(*n).is_some_and(|text| text.trim().is_empty()));
    others.next().is_some_and(is_math) && others.next().is_none()
}

fn alternative<'a>(dom: &'a Dom, node: NodeId) -> Option<&'a str> {
    ["alt", "title"]
        .iter()
        .filter_map(|name| dom.attr(node, name))
        .map(str::trim)
        .find(|alt| !alt.is_empty())
}

/// How an image service is told its formula.
struct Service {
    /// Part of the address that gives it away.
    path: &'static str,
    /// Query parameters that hold TeX; empty if the whole query does.
    parameters: &'static [&'static str],
}

const SERVICES: &[Service] = &[
    Service { path: "latex.php", parameters: &["latex"] },
    Service { path: "s.wordpress.com/latex", parameters: &["latex"] },
    Service { path: "codecogs.com", parameters: &[] },
    Service { path: ".latex?", parameters: &[] },
    Service { path: "mimetex", parameters: &[] },
    Service { path: "mathtex", parameters: &[] },
    Service { path: "tex.cgi", parameters: &[] },
    Service { path: "textogif", parameters: &[] },
    Service { path: "texrender", parameters: &[] },
    Service { path: "cht=tx", parameters: &["chl"] },
    Service { path: "math.now.sh", parameters: &["from", "inline"] },
    Service { path: "render.githubusercontent.com/render/math", parameters: &["math"] },
    Service { path: "zhihu.com/equation", parameters: &["tex"] },
    Service { path: "equation_images/", parameters: &[] },
    Service { path: "upmath.me/svg/", parameters: &[] },
    Service { path: "upmath.me/png/", parameters: &[] },
    Service { path: "s2cms.ru/svg/", parameters: &[] },
    Service { path: "/latex/render", parameters: &["tex", "latex", "formula"] },
];

/// The first service whose path an address holds. An image that is its own address has none.
fn service_of(address: &str) -> Option<&'static Service> {
    if address.starts_with("data:") {
        return None;
    }
    static PATHS: LazyLock<Option<AhoCorasick>> =
        LazyLock::new(|| AhoCorasick::new(SERVICES.iter().map(|service| service.path)).ok());
    let found = PATHS.as_ref()?.find_overlapping_iter(address);
    SERVICES.get(found.map(|found| found.pattern().as_usize()).min()?)
}

/// The TeX an image's address asks for.
fn tex_of_address(address: &str) -> Option<String> {
    let service = service_of(address)?;
    let raw = match (service.path, service.parameters) {
        (path, _) if path.ends_with('/') => address.split_once(path)?.1.split('?').next()?,
        (_, []) => address.split_once('?')?.1,
        (_, names) => {
            let query = address.split_once('?')?.1;
            return names.iter().find_map(|name| url::parameter(query, name)).and_then(usable);
        }
    };
    let twice = service.path == "equation_images/";
    let decoded = url::decode_component(raw, is_form_encoded(raw));
    let decoded = if twice { url::decode_component(&decoded, false) } else { decoded };
    usable(without_render_hints(&decoded).to_owned())
}

/// Whether a whole query was written by a form's encoder, which writes `+` for a space and
/// leaves no other sign as it is; elsewhere `+` is a plus.
fn is_form_encoded(raw: &str) -> bool {
    raw.contains('%')
        && !raw.contains("%20")
        && raw.bytes().all(|b| b.is_ascii_alphanumeric() || b"%+-_.*~".contains(&b))
}

fn usable(tex: String) -> Option<String> {
    let tex = tex.replace("&space;", " ").replace("&amp;space;", " ");
    let tex = tex.replace("&plus;", "+").replace("&hash;", "#");
    let kept = without_delimiters(without_render_hints(tex.trim())).trim();
    (!kept.is_empty()).then(|| kept.to_owned())
}

/// Size, colour and resolution commands that image services put first.
fn without_render_hints(tex: &str) -> &str {
    const HINTS: &[&str] = &[
        "\\dpi{",
        "\\bg_",
        "\\fg_",
        "\\fn_",
        "\\inline",
        "\\large",
        "\\Large",
        "\\LARGE",
        "\\huge",
        "\\small",
        "\\tiny",
        "\\normalsize",
        "\\displaystyle",
        "\\textstyle",
        "\\opaque",
        "\\png",
        "\\gif",
        "\\svg",
        "\\usepackage{",
        "\\definecolor{",
    ];
    let mut rest = tex.trim_start();
    while let Some(hint) = HINTS.iter().find(|hint| rest.starts_with(**hint)) {
        let Some(tail) = after_hint(rest, hint) else { break };
        rest = tail.trim_start();
    }
    rest
}

fn after_hint<'a>(tex: &'a str, hint: &str) -> Option<&'a str> {
    let tail = tex.strip_prefix(hint)?;
    if hint.ends_with('{') {
        return tail.split_once('}').map(|(_, rest)| rest);
    }
    if hint.ends_with('_') {
        return Some(tail.trim_start_matches(|c: char| c.is_ascii_alphanumeric()));
    }
    let more_letters = tail.starts_with(|c: char| c.is_ascii_alphabetic());
    (!more_letters).then_some(tail)
}

/// The delimiters an author left around TeX in an attribute.
fn without_delimiters(tex: &str) -> &str {
    let tex = tex.trim();
    for (open, close) in [
        ("$$", "$$"),
        ("\\[", "\\]"),
        ("\\(", "\\)"),
        ("$", "$"),
        ("[latex]", "[/latex]"),
        ("[tex]", "[/tex]"),
    ] {
        let inner = tex.strip_prefix(open).and_then(|rest| rest.strip_suffix(close));
        if let Some(inner) = inner.filter(|inner| !inner.is_empty()) {
            return inner.trim();
        }
    }
    tex
}

fn is_delimited(alt: &str) -> bool {
    without_delimiters(alt).len() < alt.trim().len() || alt.starts_with("\\begin{")
}

/// Class tokens of formula images: Doxygen, Sphinx, LaTeX2HTML, WordPress, wikis.
const CLASSES: &[&str] = &[
    "math",
    "tex",
    "latex",
    "formula",
    "formulaInl",
    "formulaDsp",
    "equation",
    "mimetex",
    "mathtex",
    "inlineformula",
    "displayformula",
    "eqn",
    "latexmath",
    "math-image",
    "wp-katex-eq",
    "ee_img",
    "Wirisformula",
    "formula-inline",
    "formula-display",
    "texrender",
    "equation_image",
    "mathjax-image",
    "ql-img-inline-formula",
    "ql-img-displayed-equation",
];

fn is_formula(dom: &Dom, node: NodeId, alt: &str) -> bool {
    let body = without_delimiters(alt);
    if body.contains("://") {
        return false;
    }
    if is_delimited(alt) {
        return cc_math_tex::delimiters::looks_like_math(body);
    }
    let classed = classes(dom, node).any(|class| CLASSES.contains(&class))
        || dom.parent(node).is_some_and(|p| classes(dom, p).any(|class| CLASSES.contains(&class)));
    if classed { is_tex(alt) || !alt.contains(char::is_whitespace) } else { is_plainly_tex(alt) }
}

/// An image that nothing marks as a formula must say so itself.
fn is_plainly_tex(alt: &str) -> bool {
    let command = alt
        .split('\\')
        .skip(1)
        .any(|tail| tail.chars().take(2).filter(char::is_ascii_alphabetic).count() == 2);
    command && !alt.contains(":\\") && cc_math_tex::delimiters::looks_like_math(alt)
}

fn is_display(dom: &Dom, node: NodeId, alt: Option<&str>) -> bool {
    let alt = alt.unwrap_or_default();
    if is_math_of_class(dom, node, "inline") {
        return false;
    }
    if alt.starts_with("$$") || alt.starts_with("\\[") || alt.starts_with("\\begin{") {
        return true;
    }
    if classes(dom, node).any(is_display_class) || is_math_of_class(dom, node, "display") {
        return true;
    }
    !is_inline(dom, node, alt) && stands_alone(dom, node)
}

fn is_display_class(class: &str) -> bool {
    matches!(
        class,
        "formulaDsp" | "displayformula" | "formula-display" | "ql-img-displayed-equation"
    )
}

fn is_inline(dom: &Dom, node: NodeId, alt: &str) -> bool {
    alt.starts_with('$') || alt.starts_with("\\(") || classes(dom, node).any(is_inline_class)
}

fn is_inline_class(class: &str) -> bool {
    matches!(class, "formulaInl" | "inlineformula" | "formula-inline" | "ql-img-inline-formula")
}

/// Pandoc's `class="math display"` on an image.
fn is_math_of_class(dom: &Dom, node: NodeId, mode: &str) -> bool {
    has_class(dom, node, "math") && has_class(dom, node, mode)
}

/// The image is all there is in its block.
fn stands_alone(dom: &Dom, node: NodeId) -> bool {
    let mut child = node;
    for parent in dom.ancestors(node).take(6) {
        let alone = dom.children(parent).all(|n| n == child || is_nothing(dom, n));
        if !alone {
            return between_breaks(dom, child);
        }
        if matches!(dom.name(parent), "p" | "div" | "center" | "dd" | "blockquote" | "figure")
            || is_styled_as_block(dom, parent)
        {
            return true;
        }
        if matches!(dom.name(parent), "td" | "th" | "li" | "body" | "") {
            return false;
        }
        child = parent;
    }
    false
}

/// `<span style="display:block">`, by which editors set an image on a line of its own.
fn is_styled_as_block(dom: &Dom, node: NodeId) -> bool {
    style(dom, node, "display").is_some_and(|value| value.eq_ignore_ascii_case("block"))
}

fn is_nothing(dom: &Dom, node: NodeId) -> bool {
    match dom.text(node) {
        Some(text) => text.trim().chars().all(|c| matches!(c, '.' | ',' | ';' | '\u{a0}')),
        None => matches!(dom.name(node), "br" | "script" | "style"),
    }
}

/// A line of its own inside a block: `br` on both sides.
fn between_breaks(dom: &Dom, node: NodeId) -> bool {
    let is_break = |mut sibling: Option<NodeId>, forward: bool| {
        while let Some(n) = sibling {
            match dom.text(n) {
                Some(text) if text.trim().is_empty() => {}
                Some(_) => return false,
                None => return dom.name(n) == "br",
            }
            sibling = if forward { dom.next_sibling(n) } else { dom.previous_sibling(n) };
        }
        true
    };
    is_break(dom.previous_sibling(node), false) && is_break(dom.next_sibling(node), true)
}
