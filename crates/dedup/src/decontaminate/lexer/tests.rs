use super::super::entry::ids;
use super::*;

/// All texts of the list are the same tokens, `count` of them.
fn same(count: usize, texts: &[&str]) {
    for text in texts {
        let tokens = ids(text, 99);
        assert_eq!(tokens.len(), count, "{text}");
        assert_eq!(Some(tokens), texts.first().map(|first| ids(first, 99)), "{text}");
    }
}

fn operators(text: &str) -> usize {
    ids(text, 99).iter().filter(|id| id.class() == Class::Operator).count()
}

#[test]
fn prose_is_its_words() {
    same(5, &["A well-known, “good” man", "a well known good man", "A *well-known* **good** man."]);
    same(2, &["don't stop", "Don’t stop", "dont—stop", "dont stop..."]);
    same(3, &["café naïve Straße", "CAFE\u{301} nai\u{308}ve Straße", "cafe naive straße"]);
    same(2, &["soft\u{ad}hyphen ﬁne", "softhyphen fine"]);
    same(3, &["and/or both", "and or both", "and - or: both"]);
    same(
        2,
        &["- one\n- two", "1. one\n2. two", "(a) one\n(b) two", "* one\n+ two", "> one\n> two"],
    );
    same(3, &["日本語", "日 本 語"]);
    assert_eq!(
        operators("COVID-19 on pages A-well and x-axis -- see http://site.org/path, C++"),
        0
    );
}

#[test]
fn notations_of_a_formula_are_the_same_tokens() {
    same(5, &["x^2-1", "x² − 1", "$x^{2} - 1$", "x**2 - 1", "x<sup>2</sup>–1", r"\(x^2-1\)"]);
    same(3, &["a/b", r"\frac{a}{b}", r"\frac ab", r"{a \over b}", "a ÷ b", r"a\div b", "a∕b"]);
    same(3, &["1/2", r"\frac12", r"\dfrac{1}{2}", r"\frac1{2}", "½"]);
    same(6, &["(a+b)/(2c)", r"\frac{a+b}{2c}", r"\left(a+b\right)/2c"]);
    same(3, &["a <= b", "a ≤ b", r"a \le b", r"a\leq b", r"a \leqslant b"]);
    same(3, &["a != b", "a ≠ b", r"a \neq b", r"a\not= b", "a <> b"]);
    same(3, &["x ∉ S", r"x \notin S", r"x\not\in S"]);
    same(2, &["2*3", "2 × 3", r"2\times 3", r"2\cdot 3", "2·3", "2 3"]);
    same(3, &["2pi r", "2πr", r"2\pi r"]);
    same(3, &["a ± b", r"a\pm b", "a +/- b"]);
    same(2, &["sin x", r"\sin x", r"\operatorname{sin}(x)", "sin(x)"]);
    same(2, &["1000000 m", "1,000,000 m", r"1{,}000{,}000\,m", r"1\,000\,000\text{ m}"]);
    same(2, &["0.5x", ".5x", "0.5 x"]);
    same(2, &["90°", r"90^\circ", r"90^{\circ}"]);
    same(2, &["50%", r"50\%", r"$50\%$"]);
    same(4, &["a=b,c", r"\begin{array}{rl}a&=b,\\&c\end{array}", "a = b. c"]);
}

#[test]
fn signs_are_told_from_hyphens() {
    for text in ["a-b", "5 - 3", "x is -5", "(-3)", "$-x$", "f(x)-g", "2–x", "x - sin", "a − long"]
    {
        assert_eq!(operators(text), 1, "{text}");
    }
    for text in ["2-digit", "- 5 apples", "x-axis", "A-level", "it - 5", "word - word", "--- 3"] {
        assert_eq!(operators(text), 0, "{text}");
    }
    assert_eq!(
        (operators("5! is"), operators("Great!"), operators("3:4"), operators("at: 4")),
        (1, 0, 1, 0)
    );
    assert_eq!(
        (operators("<td>a</td>"), operators("a<b"), operators("=== a"), operators("a < b > c")),
        (0, 1, 0, 2)
    );
}

#[test]
fn tokens_know_their_place() {
    let text = "É ½: x² \\frac{a}{bc}";
    let mut tokens = Tokens::default();
    Lexer::new(text).fill(&mut tokens, 99);
    let pieces: Vec<&str> =
        (0..tokens.len()).filter_map(|n| text.get(tokens.bytes(n..n + 1))).collect();
    assert_eq!(pieces, ["É", "½", "½", "½", "x", "", "²", "a", "", "bc"]);
}

#[test]
fn reading_in_steps_reads_the_same() {
    let text = r"Let $\frac{x^2}{3} \not\in S$, then 1,000 – 2";
    let mut whole = Tokens::default();
    Lexer::new(text).fill(&mut whole, 99);
    let (mut lexer, mut steps) = (Lexer::new(text), Tokens::default());
    let mut limit = 0;
    while lexer.fill(&mut steps, limit) {
        limit += 1;
    }
    assert_eq!(steps, whole);
}
