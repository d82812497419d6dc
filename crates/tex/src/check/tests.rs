use super::*;
use proptest::prelude::*;

fn kinds(tex: &str) -> Vec<FaultKind> {
    check(tex).faults.into_iter().map(|fault| fault.kind).collect()
}

fn good(formulas: &[&str]) {
    for tex in formulas {
        assert_eq!(kinds(tex), [], "{tex}");
    }
}

fn bad(tex: &str, expected: FaultKind) {
    assert_eq!(kinds(tex).first(), Some(&expected), "{tex}");
}

#[test]
fn accepts() {
    good(&[
        "",
        r"x^2_1 + {a}'^2",
        r"\frac12 \sqrt[3]{x} \sqrt\alpha",
        r"\left( a \middle| b \right]_0^1",
        r"\left.\frac{a}{b}\right|",
        r"\begin{pmatrix} a & b \\ c & d \end{pmatrix}^T",
        r"\begin{array}{c|c} a & b \\[2pt] \hline c & d \end{array}",
        r"a \\ [x] b",
        r"\text{if $x_1 > 0$ and \(y^2\)} \mbox{a}",
        r"{a \over b} {n \choose k}",
        r"\sum\limits_{i=1}^n \int\nolimits_0^1 \mathop{x}\limits_a",
        r"\newcommand{\x}[1]{#1^2} \x{y}",
        r"\ce{H2O + ^{14}C ->[a] B} \color{red}{x} \textcolor{blue}{y}",
        r"\kern3mu x \hspace{1em} \hskip 2pt y \rule{1em}{2em} \raise 2pt \hbox{x}",
        r"x^\mathrm{T} y^\frac12 \overset{!}= z",
        r"\big( \Bigl\{ \bigg| \big{)}",
        r"\verb|a_$#| \tag{1} \operatorname*{argmax}_x",
        r"a % } comment",
        r"\begin{alignat}{2} a &= b \end{alignat}",
        r"\genfrac{(}{)}{0pt}{}{a}{b} \bbox[5px,border:1px]{x}",
    ]);
}

#[test]
fn rejects() {
    use FaultKind::*;
    bad("{a", UnclosedGroup);
    bad("a}", UnmatchedClose);
    bad(r"\left( a", UnclosedLeft);
    bad(r"a \right)", UnmatchedRight);
    bad(r"{\left( a } \right)", UnmatchedClose);
    bad(r"\middle|", StrayMiddle);
    bad(r"\left x \right)", BadDelimiter);
    bad(r"\begin{matrix} a", UnclosedEnvironment);
    bad(r"\begin{matrix} a \end{pmatrix}", UnmatchedEnd);
    bad(r"\end{matrix}", UnmatchedEnd);
    bad(r"\frac{a}", MissingArgument);
    bad(r"x^", MissingArgument);
    bad(r"x^\hat y", MissingArgument);
    bad("x^1^2", DoubleSuperscript);
    bad("x_1_2", DoubleSubscript);
    bad("x^2'", DoubleSuperscript);
    bad("a & b", MisplacedAlign);
    bad("a $ b", MathShift);
    bad("#1", Parameter);
    bad(r"{a \over b \over c}", DoubleInfix);
    bad(r"x\limits_1", StrayLimits);
    bad(r"\text{a_b}", ScriptInText);
    bad(r"\tag{1} \tag{2}", RepeatedTag);
    bad("a \\", LoneBackslash);
}

#[test]
fn unknown_commands_are_softer() {
    let report = check(r"\foo{x} \bar y \foo \begin{zoo}a & b\end{zoo}");
    assert!(report.well_formed);
    assert_eq!(report.unknown_commands, ["foo", "zoo"]);
}

#[test]
fn depth_and_bulk_are_bounded() {
    for piece in [
        "{",
        "x^{",
        r"\frac{",
        r"\left(",
        r"\begin{matrix}",
        r"\text{",
        r"\sqrt[",
        "}",
        r"\right)",
        r"\end{a}",
        r"\hat",
    ] {
        assert!(!check(&piece.repeat(50_000)).well_formed, "{piece}");
    }
    assert!(check(&r"\alpha_1^{2} & ".replace('&', "+").repeat(50_000)).well_formed);
}

proptest! {
    #[test]
    fn never_panics(tex in r"(\\left|\\right|\\begin\{a\}|\\end\{a\}|\\frac|\\text|\\sqrt|\\over|\\def|[\[\]{}^_$&#'(|. a1\\]){0,60}") {
        let report = check(&tex);
        prop_assert!(report.faults.iter().all(|fault| fault.at <= tex.len()));
    }
}
