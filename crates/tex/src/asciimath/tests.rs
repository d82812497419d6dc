use super::*;
use crate::check::check as parse_tex;
use proptest::prelude::*;

fn check(asciimath: &str, expected: &str) {
    assert_eq!(to_tex(asciimath).tex, expected, "{asciimath}");
    assert!(parse_tex(expected).well_formed, "{expected}");
}

#[test]
fn scripts_and_fractions() {
    check("x^2+y_1+z_12^34", "x^2 + y_1 + z_{12}^{34}");
    check("a/b/c", r"\frac{a}{b}/c");
    check("(a+b)/(c)", r"\frac{a + b}{c}");
    check("((a*b))/c", r"\frac{(a \cdot b)}{c}");
    check("a//b", "a/b");
    check("2^-3 4_-5", "2^{-3}4_{-5}");
    check("-3/2", r"\frac{-3}{2}");
    check("3-2", "3 - 2");
    check("{::}_(31)^34U", "{}_{31}^{34}U");
    check("1/(2!)x^2", r"\frac{1}{2!}x^2");
}

#[test]
fn functions() {
    check("sin^-1(x)", r"\sin^{-1}(x)");
    check("log_2(x)/5", r"\frac{\log_2(x)}{5}");
    check("log_2+5", r"\log_2 + 5");
    check("f(x)/g", r"\frac{f(x)}{g}");
    check("f_3/5", r"\frac{f_3}{5}");
    check("sin x", r"\sin x");
    check("lim_(h->0)(f(x+h)-f(x))/h", r"\lim_{h \to 0}\frac{f(x + h) - f(x)}{h}");
    check("int_0^1f(x)dx", r"\int_0^1f(x)dx");
    check("lcm(a,b)", r"\operatorname{lcm}(a, b)");
}

#[test]
fn brackets_and_matrices() {
    check(
        "[(1,2,3,|,4),(5,6,7, |,8)]",
        r"\left[\begin{array}{ccc|c} 1 & 2 & 3 & 4 \\ 5 & 6 & 7 & 8 \end{array}\right]",
    );
    check("((n),(k))", r"\begin{pmatrix} n \\ k \end{pmatrix}");
    check("|(a,b),(c,d)|=ad-bc", r"\begin{vmatrix} a & b \\ c & d \end{vmatrix} = ad - bc");
    check(
        r#"x/x={(1,if x!=0),("undefined",if x=0):}"#,
        r"\frac{x}{x} = \begin{cases} 1 & \text{ if }x \neq 0 \\ \text{undefined} & \text{ if }x = 0 \end{cases}",
    );
    check("{(1,2),(3,4)}", r"\{(1, 2), (3, 4)\}");
    check("<< a,b >>", r"\langle a, b\rangle");
    check("(1/2)", r"\left(\frac{1}{2}\right)");
    check("(a,b]={x in RR | a < x <= b}", r"(a, b] = \{x \in \mathbb{R} \mid a < x \leq b\}");
    check("|x/2+3|,|x-4|", r"\left|\frac{x}{2} + 3\right|, |x - 4|");
    check("x^2|_2^4", "x^2|_2^4");
    check("norm(x) floor(x/2)", r"\|x\|\left\lfloor\frac{x}{2}\right\rfloor");
}

#[test]
fn decorations() {
    check("sqrt sqrt root3x", r"\sqrt{\sqrt{\sqrt[3]{x}}}");
    check("hat(ab) bar x vec v dotx ddot y", r"\hat{ab}\bar{x}\vec{v}\dot{x}\ddot{y}");
    check(r#"bb{A}bbb(B) cc "x" tt "y_z""#, r"\mathbf{A}\mathbb{B}\mathcal{\text{x}}\texttt{y\_z}");
    check("color(red)(x^2)", r"\textcolor{red}{x^2}");
    check(r#"stackrel"def"= x"#, r"\stackrel{\text{def}}{=}x");
    check("ubrace(1+2)_(n)", r"\underbrace{1 + 2}_n");
    check("text(a & b)", r"\text{a \& b}");
}

#[test]
fn latex_in_asciimath() {
    check(r"\frac{d}{dx}f(x)=\lim_{h\to 0}", r"\frac{d}{dx}f(x) = \lim_{h \to 0}");
    check(r"a\ b", r"a\ b");
    check("3 notsubset A", r"3 \not\subset A");
}

#[test]
fn nothing_is_empty() {
    assert_eq!(to_tex("  ").fidelity, Fidelity::Empty);
}

#[test]
fn depth_and_bulk_are_bounded() {
    for piece in ["(", "|", "sqrt ", "x^", "[(", "a/", "sin ", "|(", "^", "-", "_|_ |"] {
        let converted = to_tex(&piece.repeat(20_000));
        assert!(converted.tex.len() < 20_000_000, "{piece}");
    }
}

proptest! {
    #[test]
    fn never_panics(text in r#"([a-z0-9 +\-*/^_(){}\[\]|:,"\\<>&#]|sqrt|sum|text|color|\PC){0,40}"#) {
        let _ = to_tex(&text);
    }
}
