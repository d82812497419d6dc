//! `<` in raw TeX stays text, tags stay tags.

#![allow(clippy::expect_used, reason = "tests")]

use cc_math_html::{Limits, parse};

/// The text of the page's body, elements in it shown as `<name>`.
fn shown(html: &str) -> String {
    let dom = parse(html, &Limits::default()).dom;
    let body = dom.descendants(dom.root()).find(|node| dom.name(*node) == "body").expect("body");
    let show = |node| match dom.text(node) {
        Some(text) => text.to_owned(),
        None => format!("<{}>", dom.name(node)),
    };
    dom.descendants(body).map(show).collect()
}

#[track_caller]
fn check(html: &str, expected: &str) {
    assert_eq!(shown(html), expected, "of {html:?}");
}

/// A text that is all text.
#[track_caller]
fn kept(html: &str) {
    check(html, html);
}

#[test]
fn signs_in_formulas_are_text() {
    kept(r"\(a<b\)");
    kept(r"\(a<b\) and \(c<d\).");
    kept(r"\(a <b \) and so on");
    kept(r"\[ x<y \]");
    kept(r"\[ x<y, \quad z<w \]");
    kept("$x<y$ and $y>z$");
    kept("$i<n$, then");
    kept("$0<x$ and $1<y$");
    kept(r"$$\sum_{i<j}$$");
    kept(r"$$\sum_{i<j} x_i$$");
    kept(r"$$a <b$$");
    kept(r"$a<b$");
    kept(r"$n<N\log n$");
    kept(r"$f(x<y,z)$");
    kept(r"\begin{align} a &= 1 <b \end{align}");
    kept(r"\begin{align*} a <b \\ c <d \end{align*}");
    kept("\\[\n a\n <b\n\\]\nx > y");
    kept(r"\(x<y>z\)");
    kept(r"\(P(X<x)=1\)");
    kept(r"\(a<b<c\)");
    kept(r"\(a<b|c<d\)");
}

#[test]
fn formulas_go_on_over_line_breaks_and_comments() {
    check(r"\(a +<br>b<c\)", r"\(a +<br>b<c\)");
    check(r"\(a<!-- $ -->b<c\)", r"\(ab<c\)");
}

#[test]
fn markup_beside_formulas_stays_markup() {
    check("$i<n$, <em>z</em>", "$i<n$, <em>z");
    check(r"\(a<b\)<p>x", r"\(a<b\)<p>x");
    check(r"\(a<b\) <b>c</b>", r"\(a<b\) <b>c");
}

#[test]
fn tags_in_formulas_stay_tags() {
    check(r"\(a <b>c</b> d\)", r"\(a <b>c d\)");
    check("$a<b>c$", "$a<b>c$");
    check(r"\[ <span class='x'>y</span> \]", r"\[ <span>y \]");
    check(r"\( <a href='\)'>y</a> \)", r"\( <a>y \)");
    check(r"\( a<br/>b \)", r"\( a<br>b \)");
    check(r"\(x<sub>1</sub> <sup>2</sup>\)", r"\(x<sub>1 <sup>2\)");
    check(r"\(a</b>c\)", r"\(ac\)");
}

#[test]
fn prices_are_no_formulas() {
    check("costs $5 <b>only</b> $6", "costs $5 <b>only $6");
    check("costs $5 <a href=x$y>only</a> $6", "costs $5 <a>only $6");
    check("$5 <i x>a</i> $", "$5 <i>a $");
    check("US$ <b >a</b> $6", "US$ <b>a $6");
    check("a $x <span title='$'>b</span>", "a $x <span>b");
}

#[test]
fn closed_escaped_and_broken_delimiters_guard_nothing() {
    check(r"\(a\) <b x\)>c", r"\(a\) <b>c");
    check(r"\$a <b x$>c", r"\$a <b>c");
    check(r"\\(a <b x\)>c", r"\\(a <b>c");
    check(r"\(a <i>b</i> <b x\)>c", r"\(a <i>b <b>c");
    check(r"$a$ <b x$>c", r"$a$ <b>c");
    check(r"\begin{a} \end{a} <b x\end{a}>c", r"\begin{a} \end{a} <b>c");
    check(&format!(r"\({}<b x\)>c", "y".repeat(3000)), &format!(r"\({}<b>c", "y".repeat(3000)));
}

#[test]
fn code_is_not_guarded() {
    check(r"<pre>\(a<b x\)>c</pre>", r"<pre>\(a<b>c");
    check(r"<code>$a<b x$>c</b></code>$d<e$", r"<code>$a<b>c$d<e$");
    check(r"<textarea>\(a<b\)</textarea>", r"<textarea>\(a<b\)");
}

#[test]
fn the_guard_can_be_off() {
    let limits = Limits { guard_math: false, ..Limits::default() };
    let parsed = parse(r"x \(a<b\)>c", &limits);
    assert_eq!((parsed.guarded, parsed.dom.text_content(parsed.dom.root())), (0, r"x \(ac".into()));
    assert_eq!(parse(r"x \(a<b\)>c<d\)", &Limits::default()).guarded, 1);
}
