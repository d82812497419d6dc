//! MathML to LaTeX, element by element and over the formulas of real producers.

#[path = "../examples/mathml/xml.rs"]
mod xml;

use cc_math_tex::check::check as check_tex;
use cc_math_tex::{Fidelity, MathTree, mathml};
use serde_json::Value;

/// The one door: this MathML (the inside of `math`) is this LaTeX, and well-formed.
#[track_caller]
fn check(mathml: &str, tex: &str) {
    let tree = xml::parse(&format!("<math>{mathml}</math>"));
    let converted = mathml::to_tex(&tree, tree.root());
    assert_eq!(converted.tex, tex, "{mathml}");
    let report = check_tex(tex);
    assert!(report.well_formed, "{tex}: {:?}", report.faults);
}

#[track_caller]
fn check_all(cases: &[(&str, &str)]) {
    for (mathml, tex) in cases {
        check(mathml, tex);
    }
}

fn fidelity(mathml: &str) -> Fidelity {
    let tree = xml::parse(&format!("<math>{mathml}</math>"));
    mathml::to_tex(&tree, tree.root()).fidelity
}

#[test]
fn identifiers() {
    check_all(&[
        ("<mi>x</mi>", "x"),
        ("<mi> x\n</mi>", "x"),
        ("<mi>α</mi><mi>x</mi>", r"\alpha x"),
        ("<mi>φ</mi><mi>ϕ</mi><mi>ε</mi><mi>ϵ</mi>", r"\varphi\phi\varepsilon\epsilon"),
        ("<mi>Α</mi>", r"\mathrm{A}"),
        ("<mi>sin</mi><mo>&#x2061;</mo><mi>x</mi>", r"\sin x"),
        ("<mi>rank</mi><mo>&#x2061;</mo><mi>A</mi>", r"\operatorname{rank}A"),
        ("<mi>foo</mi>", r"\mathrm{foo}"),
        ("<mi>flow_limit</mi>", r"\mathrm{flow\_limit}"),
        ("<mi>ℓ</mi><mi>ℏ</mi><mi>∞</mi><mi>∅</mi>", r"\ell\hbar\infty\emptyset"),
        (
            "<mi>ℝ</mi><mi>ℒ</mi><mi>𝔤</mi><mi>𝐱</mi>",
            r"\mathbb{R}\mathcal{L}\mathfrak{g}\mathbf{x}",
        ),
        ("<mi>𝛼</mi><mi>𝜶</mi>", r"\alpha\boldsymbol{\alpha}"),
        ("<mi>ℵ</mi><mi>א</mi>", r"\aleph\text{א}"),
        ("<mi>速度</mi>", r"\text{速度}"),
        ("<mi>û</mi>", r"\hat{u}"),
        ("<mi>x\u{302}</mi>", r"\hat{x}"),
        ("<mi>f′</mi>", "f'"),
        ("<mi></mi><mi>x</mi>", "x"),
        ("<mi>#</mi><mi>&amp;</mi><mi>%</mi>", r"\#\&\%"),
    ]);
}

#[test]
fn fonts() {
    check_all(&[
        (r#"<mi mathvariant="normal">d</mi><mi>x</mi>"#, r"\mathrm{d}x"),
        (r#"<mi mathvariant="normal">Γ</mi><mi mathvariant="normal">∂</mi>"#, r"\Gamma\partial"),
        (
            r#"<mi mathvariant="bold">x</mi><mi mathvariant="bold">y</mi><mo>+</mo>"#,
            r"\mathbf{x}\mathbf{y}+",
        ),
        (r#"<mi mathvariant="bold-italic">α</mi>"#, r"\boldsymbol{\alpha}"),
        (r#"<mi mathvariant="bold">Γ</mi>"#, r"\mathbf{\Gamma}"),
        (r#"<mi mathvariant="double-struck">R</mi>"#, r"\mathbb{R}"),
        (r#"<mi mathvariant="script">F</mi>"#, r"\mathcal{F}"),
        (r#"<mi mathvariant="-tex-calligraphic">F</mi>"#, r"\mathcal{F}"),
        (r#"<mi class="mathscr">𝒯</mi><mi class="mathcal">𝒯</mi>"#, r"\mathscr{T}\mathcal{T}"),
        (r#"<mi mathvariant="fraktur">p</mi>"#, r"\mathfrak{p}"),
        (
            r#"<mi mathvariant="sans-serif">T</mi><mn mathvariant="monospace">12</mn>"#,
            r"\mathsf{T}\mathtt{12}",
        ),
        (r#"<mi mathvariant="normal">k</mi><mi mathvariant="normal">g</mi>"#, r"\mathrm{kg}"),
        (
            r#"<mi>x</mi><mi mathvariant="normal">k</mi><mi mathvariant="normal">g</mi><mi>y</mi>"#,
            r"x\mathrm{kg}y",
        ),
        (
            r#"<mrow><mi mathvariant="bold">A</mi><mi mathvariant="bold">B</mi></mrow>"#,
            r"\mathbf{AB}",
        ),
        (r#"<mi mathvariant="italic">diff</mi>"#, r"\mathit{diff}"),
        (r#"<mstyle mathvariant="bold"><mi>v</mi></mstyle>"#, r"\mathbf{v}"),
        (
            r#"<mn mathvariant="bold">1</mn><mn mathvariant="double-struck">1</mn>"#,
            r"\mathbf{1}\mathbb{1}",
        ),
        (r#"<mo mathvariant="bold">∇</mo>"#, r"\boldsymbol{\nabla}"),
    ]);
}

#[test]
fn numbers() {
    check_all(&[
        ("<mn>3.14</mn>", "3.14"),
        ("<mn>1,000,000</mn>", "1{,}000{,}000"),
        ("<mn>1,2,3</mn>", "1,2,3"),
        ("<mn>0xFF</mn>", r"\mathrm{0xFF}"),
        ("<mn>2.1e10</mn>", r"\mathrm{2.1e10}"),
        ("<mn>−5</mn>", "-5"),
        ("<mn>½</mn>", r"\frac{1}{2}"),
        ("<mn>𝟏</mn>", r"\mathbf{1}"),
    ]);
}

#[test]
fn operators() {
    check_all(&[
        ("<mi>a</mi><mo>−</mo><mi>b</mi>", "a-b"),
        ("<mi>a</mi><mo>&lt;</mo><mi>b</mi>", "a<b"),
        ("<mi>a</mi><mo>≤</mo><mi>b</mi><mo>≠</mo><mi>c</mi>", r"a\leq b\neq c"),
        ("<mi>a</mi><mo>∉</mo><mi>B</mi>", r"a\notin B"),
        (
            "<mi>a</mi><mo>=\u{338}</mo><mi>b</mi><mo>⊂\u{338}</mo><mi>c</mi>",
            r"a\neq b\not\subset c",
        ),
        ("<mi>a</mi><mo>&#x2062;</mo><mi>b</mi><mo>&#x2063;</mo><mi>c</mi>", "abc"),
        ("<mo>max</mo><mi>x</mi>", r"\max x"),
        ("<mi>a</mi><mo>mod</mo><mi>b</mi>", r"a\bmod b"),
        ("<mi>a</mi><mo>→</mo><mi>b</mi><mo>↦</mo><mi>c</mi>", r"a\to b\mapsto c"),
        ("<mi>a</mi><mo>∣</mo><mi>b</mi><mo>∥</mo><mi>c</mi>", r"a\mid b\parallel c"),
        (r#"<mo stretchy="false">|</mo><mi>a</mi><mo stretchy="false">|</mo>"#, "|a|"),
        (
            r#"<mo fence="false" stretchy="false">‖</mo><mi>a</mi><mo fence="false" stretchy="false">‖</mo>"#,
            r"\|a\|",
        ),
        ("<mo>{</mo><mi>a</mi><mo>}</mo>", r"\{a\}"),
        ("<mi>x</mi><mo>′</mo>", "x'"),
        ("<mo>lim sup</mo>", r"\limsup"),
        (
            r#"<mspace width="thickmathspace"/><mo>⟺</mo><mspace width="thickmathspace"/><mi>b</mi>"#,
            r"\iff b",
        ),
        (
            r#"<mi>a</mi><mspace width="thickmathspace"/><mo>⟺</mo><mspace width="thickmathspace"/><mi>b</mi>"#,
            r"a\iff b",
        ),
        (
            r#"<mi>a</mi><mspace width="1em"/><mo>(</mo><mi>mod</mi><mspace width="0.333em"/><mi>n</mi><mo>)</mo>"#,
            r"a\pmod{n}",
        ),
        (
            r#"<mi>a</mi><mspace width="1em"/><mi>mod</mi><mspace width="0.333em"/><mi>n</mi>"#,
            r"a\mod n",
        ),
        (
            r#"<mo lspace="0.22em" rspace="0.22em"><mrow><mi mathvariant="normal">m</mi><mi mathvariant="normal">o</mi><mi mathvariant="normal">d</mi></mrow></mo>"#,
            r"\bmod",
        ),
    ]);
}

#[test]
fn text_and_space() {
    check_all(&[
        ("<mtext>if </mtext><mi>x</mi>", r"\text{if}x"),
        ("<mtext>if\u{A0}</mtext><mi>x</mi>", r"\text{if }x"),
        ("<mtext>50% of $5 &amp; {a_b}</mtext>", r"\text{50\% of \$5 \& \{a\_b\}}"),
        ("<mtext>a≤b</mtext>", r"\text{a}\leq\text{b}"),
        ("<mtext>𝐞𝐧𝐝 𝐢𝐟</mtext>", r"\textbf{end if}"),
        (r#"<mtext mathvariant="bold">Input</mtext>"#, r"\textbf{Input}"),
        (r#"<mtext mathvariant="monospace">a_1</mtext>"#, r"\texttt{a\_1}"),
        ("<mi>a</mi><mtext>\u{A0}</mtext><mi>b</mi>", r"a\ b"),
        (r#"<mi>a</mi><mspace width="0.1667em"/><mi>b</mi>"#, r"a\,b"),
        (r#"<mi>a</mi><mspace width="mediummathspace"/><mi>b</mi>"#, r"a\:b"),
        (r#"<mi>a</mi><mspace width="1em"/><mi>b</mi>"#, r"a\quad b"),
        (r#"<mi>a</mi><mspace width="2em"/><mi>b</mi>"#, r"a\qquad b"),
        (r#"<mi>a</mi><mspace width="-0.1667em"/><mi>b</mi>"#, r"a\!b"),
        ("<mi>a</mi><mtext>\u{2009}\u{2063}</mtext><mi>b</mi>", r"a\!b"),
        (r#"<mspace width="1em"/><mi>a</mi><mspace width="1em"/>"#, "a"),
        ("<ms>x</ms>", "\\text{\"x\"}"),
        (r#"<ms lquote="‹" rquote="›">x</ms>"#, r"\text{‹x›}"),
        (
            "<mtext>if <math><msup><mi>x</mi><mn>2</mn></msup></math> holds</mtext>",
            r"\text{if }x^2\text{ holds}",
        ),
        (r#"<mglyph src="a.png" alt="my glyph"/>"#, r"\text{my glyph}"),
    ]);
}

#[test]
fn fractions_and_roots() {
    check_all(&[
        ("<mfrac><mn>1</mn><msup><mi>x</mi><mn>2</mn></msup></mfrac>", r"\frac{1}{x^2}"),
        (r#"<mfrac bevelled="true"><mi>a</mi><mi>b</mi></mfrac>"#, "a/b"),
        (
            r#"<mfrac bevelled="true"><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow><mi>c</mi></mfrac>"#,
            r"\frac{a+b}{c}",
        ),
        (
            r#"<mo>(</mo><mfrac linethickness="0"><mi>n</mi><mi>k</mi></mfrac><mo>)</mo>"#,
            r"\binom{n}{k}",
        ),
        (r#"<mfrac linethickness="0px"><mi>n</mi><mi>k</mi></mfrac>"#, r"{n\atop k}"),
        (
            r#"<mo>{</mo><mfrac linethickness="0"><mi>n</mi><mi>k</mi></mfrac><mo>}</mo>"#,
            r"{n\brace k}",
        ),
        (
            r#"<mstyle displaystyle="true"><mfrac><mn>1</mn><mn>2</mn></mfrac></mstyle>"#,
            r"\dfrac{1}{2}",
        ),
        ("<msqrt><mi>a</mi><mo>+</mo><mi>b</mi></msqrt>", r"\sqrt{a+b}"),
        ("<mroot><mi>x</mi><mn>3</mn></mroot>", r"\sqrt[3]{x}"),
        ("<mroot><mi>x</mi><mrow></mrow></mroot>", r"\sqrt{x}"),
        (
            "<mroot><mi>x</mi><mrow><mo>[</mo><mi>a</mi><mo>]</mo></mrow></mroot>",
            r"\sqrt[{[a]}]{x}",
        ),
    ]);
    let display = xml::parse(
        r#"<math display="block"><mstyle displaystyle="false"><mfrac><mn>1</mn><mn>2</mn></mfrac></mstyle></math>"#,
    );
    assert_eq!(mathml::to_tex(&display, display.root()).tex, r"\tfrac{1}{2}");
}

#[test]
fn scripts() {
    check_all(&[
        ("<msup><mi>x</mi><mn>2</mn></msup>", "x^2"),
        ("<msup><mrow><mi>x</mi></mrow><mrow><mn>12</mn></mrow></msup>", "x^{12}"),
        ("<msub><mi>a</mi><mi>α</mi></msub><mi>b</mi>", r"a_\alpha b"),
        ("<msubsup><mi>x</mi><mi>i</mi><mn>2</mn></msubsup>", "x_i^2"),
        ("<msup><msup><mi>x</mi><mn>2</mn></msup><mn>3</mn></msup>", "{x^2}^3"),
        (
            "<msup><mrow><mo>(</mo><mi>a</mi><mo>+</mo><mi>b</mi><mo>)</mo></mrow><mn>2</mn></msup>",
            "(a+b)^2",
        ),
        ("<msup><mrow><mi>a</mi><mi>b</mi></mrow><mn>2</mn></msup>", "{ab}^2"),
        ("<msup><mi>f</mi><mo>′</mo></msup><mo>(</mo><mi>x</mi><mo>)</mo>", "f'(x)"),
        ("<msup><mi>f</mi><mrow><mo>′</mo><mo>′</mo></mrow></msup>", "f''"),
        ("<msup><mi>f</mi><mrow><mo>′</mo><mn>2</mn></mrow></msup>", "f'^2"),
        ("<msubsup><mi>x</mi><mi>i</mi><mo>′</mo></msubsup>", "x'_i"),
        ("<msup><mi>x</mi><mn>2</mn></msup><mo>′</mo>", "x^2{}'"),
        ("<msub><mrow></mrow><mi>a</mi></msub><mi>X</mi>", "{}_aX"),
        ("<msup><mi>x</mi><mo>*</mo></msup>", "x^*"),
        ("<msup><mi>x</mi><mi>max</mi></msup>", r"x^{\max}"),
        ("<msub><mi>x</mi><mrow/></msub>", "x"),
        ("<msup><mfrac><mi>a</mi><mi>b</mi></mfrac><mn>2</mn></msup>", r"\frac{a}{b}^2"),
        ("<msup><mn>10</mn><mrow><mo>−</mo><mn>3</mn></mrow></msup>", "10^{-3}"),
        ("<msub><mi>x</mi><mtext>max</mtext></msub>", r"x_{\text{max}}"),
    ]);
}

#[test]
fn prescripts_and_chemistry() {
    check_all(&[
        (
            "<mmultiscripts><mi>X</mi><mi>c</mi><mi>d</mi><mprescripts/><mi>a</mi><mi>b</mi></mmultiscripts>",
            "{}_a^bX_c^d",
        ),
        (
            r#"<mmultiscripts><mi mathvariant="normal">C</mi><mprescripts/><mn>6</mn><mn>14</mn></mmultiscripts>"#,
            r"{}_6^{14}\mathrm{C}",
        ),
        ("<mmultiscripts><mi>R</mi><mi>i</mi><none/><none/><mi>j</mi></mmultiscripts>", "R_i{}^j"),
        (
            r#"<msub><mi mathvariant="normal">H</mi><mn>2</mn></msub><mi mathvariant="normal">O</mi>"#,
            r"\mathrm{H}_2\mathrm{O}",
        ),
        (
            r#"<mi mathvariant="normal">H</mi><msub><mpadded width="0"><mphantom><mi>A</mi></mphantom></mpadded><mn>2</mn></msub>"#,
            r"\mathrm{H}_2",
        ),
    ]);
}

#[test]
fn limits_and_stacks() {
    check_all(&[
        (
            "<munderover><mo>∑</mo><mrow><mi>i</mi><mo>=</mo><mn>1</mn></mrow><mi>n</mi></munderover><mi>i</mi>",
            r"\sum_{i=1}^ni",
        ),
        (
            "<munder><mo>lim</mo><mrow><mi>x</mi><mo>→</mo><mn>0</mn></mrow></munder>",
            r"\lim_{x\to0}",
        ),
        (
            "<munder><mrow><mi>arg</mi><mo>&#x2061;</mo><mi>min</mi></mrow><mi>x</mi></munder>",
            r"\underset{x}{\arg\min}",
        ),
        ("<munder><mi>argmin</mi><mi>x</mi></munder>", r"\operatorname*{argmin}_x"),
        ("<munderover><mo>∫</mo><mi>a</mi><mi>b</mi></munderover>", r"\int\limits_a^b"),
        ("<msubsup><mo>∫</mo><mi>a</mi><mi>b</mi></msubsup>", r"\int_a^b"),
        ("<mover><mo>=</mo><mtext>def</mtext></mover>", r"\overset{\text{def}}{=}"),
        ("<munder><mi>x</mi><mi>y</mi></munder>", r"\underset{y}{x}"),
        ("<mover><mo>→</mo><mi>f</mi></mover>", r"\xrightarrow{f}"),
        ("<munderover><mo>→</mo><mi>g</mi><mi>f</mi></munderover>", r"\xrightarrow[g]{f}"),
        (r#"<mover><mo stretchy="false">→</mo><mi>f</mi></mover>"#, r"\overset{f}{\to}"),
        ("<munder><mover><mi>lim</mi><mo>¯</mo></mover><mi>n</mi></munder>", r"\varlimsup_n"),
        ("<munder><mi>Ave</mi><mo>&#x2061;</mo><mi>i</mi></munder>", r"\operatorname*{Ave}_i"),
    ]);
}

#[test]
fn accents() {
    check_all(&[
        (r#"<mover accent="true"><mi>x</mi><mo>^</mo></mover>"#, r"\hat{x}"),
        (r#"<mover><mrow><mi>A</mi><mi>B</mi></mrow><mo>^</mo></mover>"#, r"\widehat{AB}"),
        (r#"<mover><mi>x</mi><mo stretchy="true">^</mo></mover>"#, r"\widehat{x}"),
        ("<mover><mi>x</mi><mo>¯</mo></mover>", r"\bar{x}"),
        (r#"<mover><mi>x</mi><mo accent="false">¯</mo></mover>"#, r"\overline{x}"),
        ("<mover><mi>x</mi><mo>―</mo></mover>", r"\overline{x}"),
        ("<mover><mi>x</mi><mo>~</mo></mover>", r"\tilde{x}"),
        (r#"<mover><mi>v</mi><mo stretchy="false">→</mo></mover>"#, r"\vec{v}"),
        ("<mover><mrow><mi>A</mi><mi>B</mi></mrow><mo>→</mo></mover>", r"\overrightarrow{AB}"),
        (
            "<mover><mi>x</mi><mo>˙</mo></mover><mover><mi>x</mi><mo>¨</mo></mover>",
            r"\dot{x}\ddot{x}",
        ),
        ("<mover><mi>x</mi><mo>...</mo></mover>", r"\dddot{x}"),
        ("<munder><mi>x</mi><mo>_</mo></munder>", r"\underline{x}"),
        (
            "<mover><mover><mrow><mi>a</mi><mi>b</mi></mrow><mo>⏞</mo></mover><mi>n</mi></mover>",
            r"\overbrace{ab}^n",
        ),
        (
            "<munder><munder><mrow><mi>a</mi><mi>b</mi></mrow><mo>⏟</mo></munder><mtext>n times</mtext></munder>",
            r"\underbrace{ab}_{\text{n times}}",
        ),
        ("<msup><mover><mi>x</mi><mo>^</mo></mover><mn>2</mn></msup>", r"\hat{x}^2"),
    ]);
}

#[test]
fn fences() {
    check_all(&[
        ("<mfenced><mi>a</mi><mi>b</mi></mfenced>", "(a,b)"),
        (
            r#"<mfenced open="[" close=")" separators=";"><mi>a</mi><mi>b</mi><mi>c</mi></mfenced>"#,
            "[a;b;c)",
        ),
        (r#"<mfenced open="{" close=""><mi>a</mi></mfenced>"#, r"\{a"),
        (
            r#"<mfenced open="|" close="|"><mfrac><mi>a</mi><mi>b</mi></mfrac></mfenced>"#,
            r"\left|\frac{a}{b}\right|",
        ),
        ("<mo>(</mo><mfrac><mi>a</mi><mi>b</mi></mfrac><mo>)</mo>", r"\left(\frac{a}{b}\right)"),
        (
            r#"<mo stretchy="false">(</mo><mfrac><mi>a</mi><mi>b</mi></mfrac><mo stretchy="false">)</mo>"#,
            r"(\frac{a}{b})",
        ),
        ("<mo>(</mo><mi>a</mi><mo>)</mo>", "(a)"),
        ("<mo>[</mo><mfrac><mi>a</mi><mi>b</mi></mfrac><mo>)</mo>", r"\left[\frac{a}{b}\right)"),
        ("<mo>(</mo><mfrac><mi>a</mi><mi>b</mi></mfrac>", r"(\frac{a}{b}"),
        (
            "<mo>|</mo><mfrac><mi>a</mi><mi>b</mi></mfrac><mo>|</mo><mo>+</mo><mo>|</mo><mi>c</mi><mo>|</mo>",
            r"\left|\frac{a}{b}\right|+|c|",
        ),
        (
            r#"<msub><mrow><mo fence="true"></mo><mfrac><mi>a</mi><mi>b</mi></mfrac><mo fence="true">|</mo></mrow><mn>0</mn></msub>"#,
            r"\left.\frac{a}{b}\right|_0",
        ),
        (
            r#"<msup><mrow><mo>(</mo><mfrac><mi>a</mi><mi>b</mi></mfrac><mo>)</mo></mrow><mn>2</mn></msup>"#,
            r"\left(\frac{a}{b}\right)^2",
        ),
        (
            r#"<mo minsize="1.2em" maxsize="1.2em">(</mo><mi>a</mi><mo minsize="1.2em" maxsize="1.2em">)</mo>"#,
            r"\bigl(a\bigr)",
        ),
        (r#"<mo minsize="260%">|</mo>"#, r"\Bigg|"),
        (
            r#"<mo>{</mo><mfrac><mi>a</mi><mi>b</mi></mfrac><mo stretchy="true">|</mo><mi>c</mi><mo>}</mo>"#,
            r"\left\{\frac{a}{b}\middle|c\right\}",
        ),
    ]);
}

#[test]
fn tables() {
    const CELLS: &str = "<mtr><mtd><mi>a</mi></mtd><mtd><mi>b</mi></mtd></mtr><mtr><mtd><mi>c</mi></mtd><mtd><mi>d</mi></mtd></mtr>";
    let table = |attributes: &str| format!("<mtable {attributes}>{CELLS}</mtable>");
    let fenced = |open: &str, close: &str| {
        format!("<mrow><mo>{open}</mo>{}<mo>{close}</mo></mrow>", table(""))
    };
    for (open, close, name) in [
        ("(", ")", "pmatrix"),
        ("[", "]", "bmatrix"),
        ("{", "}", "Bmatrix"),
        ("|", "|", "vmatrix"),
        ("‖", "‖", "Vmatrix"),
    ] {
        check(&fenced(open, close), &format!(r"\begin{{{name}}} a & b \\ c & d \end{{{name}}}"));
    }
    check(&table(""), r"\begin{matrix} a & b \\ c & d \end{matrix}");
    check(&table(r#"columnalign="left right""#), r"\begin{array}{lr} a & b \\ c & d \end{array}");
    check(
        &table(r#"columnalign="right left" columnspacing="0em""#),
        r"\begin{aligned} a &b \\ c &d \end{aligned}",
    );
    check(
        &table(r#"columnlines="solid" rowlines="solid" frame="solid""#),
        r"\begin{array}{|c|c|} \hline a & b \\ \hline c & d \\ \hline \end{array}",
    );
    let cases = table(r#"columnalign="left left" rowspacing=".2em""#);
    check(&format!("<mrow><mo>{{</mo>{cases}</mrow>"), r"\begin{cases} a & b \\ c & d \end{cases}");
    check(
        &format!(r#"<mrow><mo>{{</mo>{cases}<mo fence="true"></mo></mrow>"#),
        r"\begin{cases} a & b \\ c & d \end{cases}",
    );
    check(&format!("<mo>{{</mo>{}", table("")), r"\begin{cases} a & b \\ c & d \end{cases}");
    check(
        &format!("<mo>{{</mo>{}<mo>,</mo>", table(r#"columnalign="right right""#)),
        r"\left\{\begin{array}{rr} a & b \\ c & d \end{array}\right.,",
    );
    check(
        &format!("<mrow><mo>(</mo>{}<mo>]</mo></mrow>", table("")),
        r"\left(\begin{matrix} a & b \\ c & d \end{matrix}\right]",
    );
}

#[test]
fn equation_numbers() {
    check_all(&[
        (
            r#"<mtable displaystyle="true"><mlabeledtr><mtd><mtext>(8)</mtext></mtd><mtd><mi>x</mi></mtd></mlabeledtr></mtable>"#,
            r"x \tag{8}",
        ),
        (
            r#"<mtable width="100%"><mtr><mtd width="50%"></mtd><mtd><mi>x</mi></mtd><mtd width="50%"></mtd><mtd><mtext>(A.1)</mtext></mtd></mtr></mtable>"#,
            r"x \tag{A.1}",
        ),
    ]);
}

/// Several numbers make an `align`, which numbers each row.
#[test]
fn several_equation_numbers() {
    let row = |number, name| {
        format!(
            "<mlabeledtr><mtd><mtext>({number})</mtext></mtd><mtd><mi>{name}</mi></mtd><mtd><mo>=</mo></mtd></mlabeledtr>"
        )
    };
    let tree = xml::parse(&format!(
        r#"<math><mtable columnalign="right left" columnspacing="0em">{}{}</mtable></math>"#,
        row(1, "x"),
        row(2, "y")
    ));
    let converted = mathml::to_tex(&tree, tree.root());
    assert_eq!(converted.tex, r"\begin{align} x &= \tag{1} \\ y &= \tag{2} \end{align}");
}

/// `\limits` may stand behind commands only, and a name of given size is written in letters.
#[test]
fn limits_of_a_sized_name() {
    check(r#"<munder><mo minsize="1.2em">sin</mo><mi>x</mi></munder>"#, r"\operatorname*{sin}_x");
}

/// `\tag` may not stand in a table inside a formula: the number stays as text.
#[test]
fn equation_numbers_of_inner_tables() {
    let labelled = |number: &str| {
        format!(
            "<mtable><mlabeledtr><mtd><mtext>({number})</mtext></mtd><mtd><mi>x</mi></mtd></mlabeledtr></mtable>"
        )
    };
    check(
        &format!("<mrow><mi>y</mi><mo>=</mo><mfrac>{}<mi>z</mi></mfrac></mrow>", labelled("8")),
        r"y=\frac{x \quad \text{(8)}}{z}",
    );
}

#[test]
fn rows_that_start_with_a_bracket() {
    check(
        r#"<mtable columnalign="left"><mtr><mtd><mo>[</mo><mi>a</mi><mo>]</mo></mtd></mtr><mtr><mtd><mo>*</mo><mi>b</mi></mtd></mtr></mtable>"#,
        r"\begin{array}{l} {}[a] \\ {}*b \end{array}",
    );
    check(
        "<munder><mo>∑</mo><mtable><mtr><mtd><mi>i</mi></mtd></mtr><mtr><mtd><mi>j</mi></mtd></mtr></mtable></munder>",
        r"\sum_{\substack{i\\j}}",
    );
}

#[test]
fn enclosures_and_phantoms() {
    check_all(&[
        (r#"<menclose notation="box"><mi>a</mi></menclose>"#, r"\boxed{a}"),
        (r#"<menclose notation="updiagonalstrike"><mi>a</mi></menclose>"#, r"\cancel{a}"),
        (r#"<menclose notation="downdiagonalstrike"><mi>a</mi></menclose>"#, r"\bcancel{a}"),
        (
            r#"<menclose notation="updiagonalstrike downdiagonalstrike"><mi>a</mi></menclose>"#,
            r"\xcancel{a}",
        ),
        (r#"<menclose notation="top"><mi>a</mi></menclose>"#, r"\overline{a}"),
        (r#"<menclose notation="bottom"><mi>a</mi></menclose>"#, r"\underline{a}"),
        (r#"<menclose notation="radical"><mi>a</mi></menclose>"#, r"\sqrt{a}"),
        (r#"<menclose notation="circle"><mi>a</mi></menclose>"#, r"\enclose{circle}{a}"),
        (r#"<menclose notation="left right top bottom"><mi>a</mi></menclose>"#, r"\boxed{a}"),
        ("<mphantom><mi>a</mi></mphantom><mi>b</mi>", r"\phantom{a}b"),
        (
            r#"<mpadded height="0" depth="0"><mphantom><mi>a</mi></mphantom></mpadded>"#,
            r"\hphantom{a}",
        ),
        (r#"<mpadded width="+1em"><mi>a</mi></mpadded>"#, "a"),
    ]);
}

#[test]
fn containers() {
    check_all(&[
        (
            "<semantics><mi>x</mi><annotation encoding=\"application/x-tex\">y</annotation></semantics>",
            "x",
        ),
        (
            "<semantics><apply><plus/><ci>a</ci></apply><annotation-xml encoding=\"MathML-Presentation\"><mi>p</mi></annotation-xml></semantics>",
            "p",
        ),
        (r#"<maction actiontype="toggle" selection="2"><mi>a</mi><mi>b</mi></maction>"#, "b"),
        ("<maction><mi>a</mi><mtext>tip</mtext></maction>", "a"),
        ("<merror><mi>a</mi></merror>", "a"),
        ("<maligngroup/><mi>a</mi><malignmark/>", "a"),
        ("<a><mi>x</mi></a>", "x"),
        ("<!-- note --><mi>x<!-- x --></mi>", "x"),
        ("<m:mi>x</m:mi>", "x"),
        ("x + 1", r"\text{x + 1}"),
        (r"\frac{a}{b} + x^2", r"\frac{a}{b} + x^2"),
        (r"x^2^3", r"\text{x\textasciicircum{}2\textasciicircum{}3}"),
    ]);
}

#[test]
fn content_markup() {
    check_all(&[
        ("<apply><plus/><ci>a</ci><cn>2</cn></apply>", "a+2"),
        ("<apply><times/><apply><plus/><ci>a</ci><ci>b</ci></apply><ci>c</ci></apply>", "(a+b)c"),
        ("<apply><times/><cn>2</cn><cn>3</cn></apply>", r"2\cdot3"),
        ("<apply><power/><ci>x</ci><cn>2</cn></apply>", "x^2"),
        ("<apply><divide/><cn>1</cn><ci>x</ci></apply>", r"\frac{1}{x}"),
        ("<apply><sin/><ci>x</ci></apply>", r"\sin(x)"),
        ("<apply><eq/><ci>x</ci><pi/></apply>", r"x=\pi"),
        ("<apply><ci>f</ci><ci>x</ci><ci>y</ci></apply>", "f(x,y)"),
        ("<apply><minus/><ci>x</ci></apply>", "-x"),
        ("<apply><root/><ci>x</ci></apply>", r"\sqrt{x}"),
    ]);
}

#[test]
fn fidelity_tells_what_was_lost() {
    assert_eq!(fidelity("<mi>x</mi>"), Fidelity::Exact);
    assert_eq!(fidelity("<unknown><mi>x</mi></unknown>"), Fidelity::Flattened);
    assert_eq!(fidelity(""), Fidelity::Empty);
    assert_eq!(fidelity("<mspace width='1em'/>"), Fidelity::Empty);
    let deep = "<msqrt>".repeat(500) + "<mi>x</mi>" + &"</msqrt>".repeat(500);
    assert_eq!(fidelity(&deep), Fidelity::Limited);
}

#[test]
fn attributes_of_math() {
    let parse = |xml: &str| xml::parse(xml);
    let display = |xml: &str| {
        let tree = parse(xml);
        mathml::display(&tree, tree.root())
    };
    assert_eq!(display(r#"<math display="block"></math>"#), Some(true));
    assert_eq!(display(r#"<math display="inline"></math>"#), Some(false));
    assert_eq!(display(r#"<math mode="display"></math>"#), Some(true));
    assert_eq!(display("<math></math>"), None);
    let tree = parse(
        r#"<math alttext=" x^2 "><semantics><mi>x</mi><annotation encoding="StarMath 5.0">q</annotation><annotation encoding="application/x-tex"> x^2 </annotation></semantics></math>"#,
    );
    assert_eq!(mathml::annotation(&tree, tree.root()).as_deref(), Some("x^2"));
    assert_eq!(mathml::alttext(&tree, tree.root()), Some("x^2"));
    let bare = parse("<math><mi>x</mi></math>");
    assert_eq!(mathml::annotation(&bare, bare.root()), None);
    assert_eq!(mathml::alttext(&bare, bare.root()), None);
}

/// Nested to a depth that recursion on the input would not survive.
#[test]
fn depth_is_bounded() {
    let wrappers = [
        "mrow",
        "msqrt",
        "mtable",
        "mtd",
        "mstyle",
        "mfenced",
        "msup",
        "mover",
        "semantics",
        "apply",
        "menclose",
        "mpadded",
    ];
    for name in wrappers {
        let mut tree = MathTree::new("math");
        let mut at = tree.root();
        for _ in 0..5_000 {
            at = tree.element(at, name);
            tree.token(at, "mi", "x");
        }
        let converted = mathml::to_tex(&tree, tree.root());
        assert!(check_tex(&converted.tex).well_formed, "{name}");
    }
}

/// The tokens below the deepest level are kept.
#[test]
fn deep_tables_keep_their_text() {
    let depth = 5_000;
    let open = "<mtable><mtr><mtd>".repeat(depth);
    let close = "</mtd></mtr></mtable>".repeat(depth);
    let tree = xml::parse(&format!("<math>{open}<mi>core</mi>{close}</math>"));
    let converted = mathml::to_tex(&tree, tree.root());
    assert!(converted.tex.contains(r"\mathrm{core}"));
    assert_eq!(converted.fidelity, Fidelity::Limited);
}

/// Output stays in proportion to the size limit, whatever the input.
#[test]
fn size_is_bounded() {
    let mut tree = MathTree::new("math");
    for _ in 0..150_000 {
        let row = tree.element(tree.root(), "msup");
        tree.token(row, "mi", "\u{1D6FC}");
        tree.token(row, "mo", "(");
    }
    let converted = mathml::to_tex(&tree, tree.root());
    assert_eq!(converted.fidelity, Fidelity::Limited);
    assert!(converted.tex.len() < 4_000_000, "{}", converted.tex.len());
}

/// Real formulas of each producer. Run with `UPDATE_FIXTURES=1` to write the answers anew,
/// and read the difference.
#[test]
fn producers() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures/mathml");
    let update = std::env::var_os("UPDATE_FIXTURES").is_some();
    for name in
        ["katex", "latexml", "mathjax2", "mathjax3", "mediawiki", "pandoc", "temml", "texmath-js"]
    {
        let path = format!("{folder}/{name}.jsonl");
        let text = std::fs::read_to_string(&path).unwrap();
        let mut lines: Vec<Value> =
            text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        for line in &mut lines {
            let tree = xml::parse(line["mathml"].as_str().unwrap());
            let converted = mathml::to_tex(&tree, tree.root());
            let report = check_tex(&converted.tex);
            assert!(report.well_formed, "{}: {:?}", converted.tex, report.faults);
            if update {
                line["tex"] = converted.tex.into();
            } else {
                assert_eq!(line["tex"], converted.tex.as_str(), "{name}: {}", line["source"]);
            }
        }
        if update {
            let lines: Vec<String> = lines.iter().map(Value::to_string).collect();
            std::fs::write(&path, lines.join("\n") + "\n").unwrap();
        }
    }
}
