use super::*;

fn page(script: &str) -> PageConfig {
    PageConfig::from_scripts([script])
}

fn opens(page: &PageConfig) -> Vec<(String, bool)> {
    page.delimiters_in_force().pairs.into_iter().map(|p| (p.open, p.display)).collect()
}

fn check(script: &str, expected: &[(&str, bool)]) {
    let expected: Vec<(String, bool)> =
        expected.iter().map(|(open, display)| ((*open).to_owned(), *display)).collect();
    assert_eq!(opens(&page(script)), expected, "{script}");
}

#[test]
fn mathjax_2() {
    check(
        r#"MathJax.Hub.Config({ // comment: {
            tex2jax: {inlineMath: [['$','$'], ["\\(","\\)"]], processEscapes: true,
                      skipTags: ['SCRIPT','code'], ignoreClass: "no-math|raw"},
            TeX: {Macros: {RR: "{\\bf R}", bold: ["{\\bf #1}", 1]}, equationNumbers: {autoNumber: "AMS"}}
        });"#,
        &[("$$", true), (r"\[", true), ("$", false), (r"\(", false)],
    );
    let found = page(
        r#"MathJax.Hub.Config({tex2jax:{processEscapes:!0,ignoreClass:"a|b",skipTags:["PRE"]},TeX:{Macros:{RR:"{\\bf R}",b:["{\\bf #1}",1]}}});"#,
    );
    assert_eq!(found.macros.expand(r"\b{x}\RR").tex, r"{\bf x}{\bf R}");
    assert!(found.ignore_classes.matches("b") && found.skip_tags == ["pre"]);
    assert_eq!(found.engine, Some(Engine::MathJax2));
    assert!(found.delimiters_in_force().escapes);
    assert!(!page("MathJax.Hub.Config({})").delimiters_in_force().escapes);
}

#[test]
fn mathjax_3_and_4() {
    let lead = [("$$", true), (r"\[", true), ("$", false)];
    check("window.MathJax = {tex: {inlineMath: [['$', '$']], tags: 'ams'}, svg: {}};", &lead);
    check("window.MathJax=window.MathJax||{tex:{inlineMath:[['$','$']]}};", &lead);
    check(
        "window['MathJax'] = {tex: {inlineMath: {'[+]': [['$', '$']]}}}",
        &[("$$", true), (r"\(", false), (r"\[", true), ("$", false)],
    );
    let found = page(
        r#"MathJax = {loader: {load: ['input/asciimath']}, options: {ignoreHtmlClass: ".*|", processHtmlClass: "arithmatex"}}"#,
    );
    assert!(found.asciimath && found.asciimath_pairs[0].open == "`");
    assert!(found.ignore_classes.is_everything() && found.process_classes.matches("arithmatex"));
}

#[test]
fn katex() {
    let found = page(
        r##"document.addEventListener("DOMContentLoaded", function() {
            renderMathInElement(document.body, {
              delimiters: [{left: "$$", right: "$$", display: true}, {left: "$", right: "$", display: false}],
              macros: {"\\RR": "\\mathbb{R}", "\\f": "#1f(#2)"}, ignoredTags: ["code"]
            }); });"##,
    );
    assert_eq!(opens(&found), [("$$".to_owned(), true), ("$".to_owned(), false)]);
    assert_eq!(found.macros.expand(r"\f{2}{x}\RR").tex, r"2f(x)\mathbb{R}");
    assert_eq!(found.skip_tags, ["code"]);
    assert_eq!(
        page("renderMathInElement(document.body)").delimiters_in_force(),
        Delimiters::katex()
    );
    assert_eq!(page("katex.render(s, e, {macros: {'\\\\a': 'b'}})").macros.len(), 1);
}

#[test]
fn asciimath_delimiters() {
    let found = page("MathJax.Hub.Config({asciimath2jax: {delimiters: [['`','`'], ['am{','}']]}})");
    assert!(found.asciimath && found.asciimath_pairs.len() == 2);
}

#[test]
fn urls() {
    let url = PageConfig::from_script_url;
    let both = url("https://cdn.example/MathJax/2.7.5/MathJax.js?config=TeX-MML-AM_CHTML");
    assert!(both.asciimath && !both.without_tex && both.engine == Some(Engine::MathJax2));
    let tex = url("/MathJax.js?config=TeX-AMS-MML_HTMLorMML,local/x");
    assert!(!tex.asciimath && !tex.without_tex);
    let am = url("//x/MathJax.js?config=AM_HTMLorMML-full");
    assert!(am.asciimath && am.without_tex && am.delimiters_in_force().pairs.is_empty());
    assert_eq!(url("https://x/npm/mathjax@3/es5/tex-mml-chtml.js").engine, Some(Engine::MathJax3));
    assert!(url("https://x/npm/mathjax@3/es5/mml-chtml.js").without_tex);
    assert!(url("ASCIIMathML.js").asciimath);
    assert_eq!(url("auto-render.min.js").engine, Some(Engine::Katex));
    assert_eq!(url("jquery.js").engine, None);
}

#[test]
fn nothing_declared_is_guarded() {
    assert_eq!(page("var x = 1;").delimiters_in_force().guard, Guard::Content);
    assert_eq!(page("MathJax.Hub.Config({})").delimiters_in_force().guard, Guard::Off);
}

#[test]
fn bulk_is_bounded() {
    for piece in ["MathJax.Hub.Config({a:(", "MathJax={", "katex delimiters:[", "macros:{a:\"katex"]
    {
        assert!(page(&piece.repeat(50_000)).macros.len() < 2);
    }
}
