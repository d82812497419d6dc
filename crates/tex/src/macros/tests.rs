use super::*;
use proptest::prelude::*;

fn check(definitions: &str, tex: &str, expected: &str) {
    let expansion = Macros::read(definitions).expand(tex);
    assert_eq!(expansion.tex, expected, "{definitions} | {tex}");
    assert_ne!(expansion.outcome, Outcome::Refused);
}

#[test]
fn reads_all_forms() {
    check(r"\newcommand{\R}{\mathbb R}", r"\R^n", r"\mathbb R^n");
    check(r"\newcommand\R{\mathbb R}", r"x\in\R", r"x\in\mathbb R");
    check(r"\renewcommand*{\vec}[1]{\mathbf{#1}}", r"\vec x", r"\mathbf{x}");
    check(r"\def\pair#1#2{\langle#1,#2\rangle}", r"\pair ab", r"\langle a,b\rangle");
    check(r"\newcommand{\p}[2][x]{#1_{#2}}", r"\p{1}+\p[y]{2}", r"x_{1}+y_{2}");
    check(
        r"\DeclareMathOperator{\rk}{rk} \DeclareMathOperator*{\am}{arg\,max}",
        r"\rk A \am_x",
        r"\operatorname{rk}A \operatorname*{arg\,max}_x",
    );
    check(r"\let\eps=\varepsilon", r"\eps>0", r"\varepsilon>0");
    check(r"\newcommand{mean}{\mu}", r"\mean", r"\mu");
    check(r"\global\def\x{y}", r"\x", "y");
    check(r"\def\x{a}\providecommand{\x}{b}\providecommand{\y}{c}", r"\x\y", "ac");
}

#[test]
fn groups_only_where_needed() {
    let r =
        r"\newcommand{\R}{\mathbb R}\newcommand{\n}{n}\newcommand{\g}{{a+b}}\newcommand{\s}{a+b}";
    check(r, r"x^\R", r"x^{\mathbb R}");
    check(r, r"x^\n", "x^n");
    check(r, r"x^\g", "x^{a+b}");
    check(r, r"\frac\s2", r"\frac{a+b}2");
    check(r, r"\frac1\s", r"\frac1{a+b}");
    check(r, r"\frac{1}{\s}\s", r"\frac{1}{a+b}a+b");
    check(r, r"\sqrt[3]\s", r"\sqrt[3]{a+b}");
    check(r, r"{x^\s}", "{x^{a+b}}");
}

#[test]
fn chains_and_aliases() {
    check(r"\def\a{\b}\def\b#1{[#1]}", r"\a{x}", "[x]");
    check(r"\let\oldvec\vec \renewcommand{\vec}[1]{\oldvec{#1}'}", r"\vec{x}", r"\vec{x}'");
    check(r"\def\a#1{#1#1}", r"\a{\a{x}}", "xxxx");
}

#[test]
fn untouched() {
    check(r"\def\a{b}", r"\alpha x % y", r"\alpha x % y");
    check(r"\def\begin{b}\def\frac{c}", r"\begin{x}\frac12\end{x}", r"\begin{x}\frac12\end{x}");
    check(r"\newcommand{\x}[2]{#1#2}", r"{\x a}", r"{\x a}");
    check(r"\def\x#1.{#1}", r"\x a.", r"\x a.");
}

#[test]
fn definitions_go() {
    check("", r"\newcommand{\R}{\mathbb R}", "");
    check(r"\newcommand{\R}{\mathbb R}", r"\newcommand{\R}{\mathbb R} \R", r"\mathbb R");
    let text = r"a \def\x{1} b";
    assert_eq!(Macros::default().learn(text).first(), Some(&(2..11)));
}

#[test]
fn bombs_are_refused() {
    for bomb in [
        r"\def\a{\a\a}",
        r"\def\a{\a}",
        r"\def\a#1{\a{#1#1}}",
        r"\def\a{\b\b}\def\b{\c\c\c\c\c\c\c\c}\def\c{\d\d\d\d\d\d\d\d}\def\d{\e\e\e\e\e\e\e}\def\e{\f\f\f\f\f\f\f\f\f\f}",
    ] {
        let page = Macros::read(bomb);
        for _ in 0..1_000 {
            let expansion = page.expand(r"x+\a{y}");
            assert_eq!((expansion.outcome, expansion.tex.as_ref()), (Outcome::Refused, r"x+\a{y}"));
        }
    }
}

#[test]
fn bulk_is_linear() {
    for piece in [r"\newcommand{\x}{", r"\def\a", r"\let", r"\newcommand{\x}[", r"\global"] {
        let text = piece.repeat(100_000);
        assert!(Macros::read(&text).len() < 2);
    }
    let text = r"\x{".repeat(100_000);
    let page = Macros::read(r"\def\x#1{(#1)}");
    assert_eq!(page.expand(&text).outcome, Outcome::Refused);
}

proptest! {
    #[test]
    fn never_panics(tex in r"(\\def|\\newcommand|\\let|\\a|\\b|#1|[\[\]{}^_ 12a=%\n]){0,40}") {
        let page = Macros::read(&tex);
        let once = page.expand(&tex);
        prop_assert!(once.outcome != Outcome::Expanded || once.tex.len() < 10_000_000);
    }
}
