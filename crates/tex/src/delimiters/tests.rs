use super::*;
use proptest::prelude::*;

fn bodies<'a>(text: &'a str, delimiters: &Delimiters) -> Vec<&'a str> {
    find(text, delimiters).into_iter().map(|s| slice(text, s.body)).collect()
}

fn check(delimiters: &Delimiters, text: &str, expected: &[&str]) {
    assert_eq!(bodies(text, delimiters), expected, "{text:?}");
}

#[test]
fn mathjax_rules() {
    let mj = Delimiters::mathjax();
    check(&mj, r"a \(x\) b \[y\] c $$z$$ d", &["x", "y", "z"]);
    check(&mj, r"costs $5 and $6", &[]);
    check(&mj, r"$$a \text{if $$ b$$} c$$", &[r"a \text{if $$ b$$} c"]);
    check(&mj, r"\(\text{\)}\)", &[r"\text{\)}"]);
    check(&mj, r"\[a\\[2pt] b\]", &[r"a\\[2pt] b"]);
    check(&mj, r"\(unclosed \[closed\]", &["closed"]);
    check(&mj, r"\(\) $$  $$ \(x\)", &["x"]);
    check(&mj, r"\\(no\\) \(yes\)", &["yes"]);
    check(&mj, r"$$a}b$$ {", &["a}b"]);
}

#[test]
fn environments() {
    let mj = Delimiters::mathjax();
    let nested = r"\begin{align}a&\begin{cases}b\end{cases}\end{align}";
    check(&mj, &format!("x {nested} y"), &[nested]);
    check(&mj, &format!(r"\[{nested}\]"), &[nested]);
    check(&mj, r"\begin{itemize}\item \(a\)\end{itemize}", &["a"]);
    check(&mj, r"\begin{align} \begin{align*}x\end{align*}", &[r"\begin{align*}x\end{align*}"]);
    check(
        &mj,
        r"\begin{array}{c}\begin{array}{c}1\end{array}\end{array}z",
        &[r"\begin{array}{c}\begin{array}{c}1\end{array}\end{array}"],
    );
    check(
        &Delimiters::katex(),
        r"\begin{align}x\end{align} \begin{multline}y\end{multline}",
        &[r"\begin{align}x\end{align}"],
    );
    let text = r"\begin{CD}A\end{CD}";
    let span = find(text, &Delimiters::katex()).remove(0);
    assert_eq!(span.delimiter, Delimiter::Environment(7..9));
}

#[test]
fn declared_dollars() {
    let dollar = Delimiters::mathjax().with_dollar();
    check(&dollar, r"$x$ and \$5 and $ y $", &["x", " y "]);
    check(&dollar, r"$\$5 + x$", &[r"\$5 + x"]);
    check(&dollar, "$a$$$b$$", &["a", "b"]);
    let unescaped = Delimiters { escapes: false, ..dollar };
    check(&unescaped, r"\$x$", &["x"]);
}

#[test]
fn configured_delimiters() {
    let own = Delimiters {
        pairs: vec![Pair::new("[tex]", "[/tex]", false), Pair::new(r"\\(", r"\\)", false)],
        ..Delimiters::default()
    };
    check(&own, r"a [tex]x_1[/tex] b \\(y\\) \(z\)", &["x_1", "y"]);
    assert!(find("[tex]x[/tex]", &own).iter().all(|s| s.delimiter == Delimiter::Configured));
}

#[test]
fn undeclared_dollars_are_judged() {
    let unknown = Delimiters::unknown();
    check(&unknown, "I paid $5 and then it costs $6.", &[]);
    check(&unknown, "from $10M to $20M, or 5$", &[]);
    check(&unknown, "US$5, A$6 and $x$5", &[]);
    check(&unknown, "between $12.50$ and $n$", &["n"]);
    check(&unknown, r"$\alpha$-th, $x_1$, $f(x)=\sin x$", &[r"\alpha", "x_1", r"f(x)=\sin x"]);
    check(
        &unknown,
        "points $(0, 1)$ and $[2; n]$, $1/2$ of $10!$",
        &["(0, 1)", "[2; n]", "1/2", "10!"],
    );
    check(&unknown, "echo $HOME/bin:$PATH", &[]);
    check(&unknown, "$foo = \"bar\"; $baz", &[]);
    check(&unknown, "triangle $ABC$ with $|AB| = 2$", &["ABC", "|AB| = 2"]);
    check(&unknown, "a $x\n\ny$ b", &[]);
    check(&unknown, r"regex \[a\], \[link\] and \[1\] but \[x^2 = 1\]", &["a", "x^2 = 1"]);
    check(&unknown, "$5 or $$x^2$$", &["x^2"]);
    check(
        &unknown,
        r"$x \text{ for all the good things}$",
        &[r"x \text{ for all the good things}"],
    );
}

#[test]
fn what_stands_between_dollars_is_no_formula_even_where_they_are_declared() {
    let dollar = Delimiters::mathjax().with_dollar();
    check(&dollar, "It costs $5 and then $10 more, US$20 to $30. Let $x$ be", &["x"]);
    check(&dollar, "$1,000, $2,500 and $3.99/month. A range of $5-$10, A$15 or C$20", &[]);
    check(&dollar, "set $PATH and $HOME, then $VAR or ${FOO}", &[]);
    check(&dollar, "call $obj->method($x) of $foo and $bar", &[]);
    check(&dollar, "{ij}$ and $b", &[]);
    check(&dollar, "设$x $和$y$", &["x ", "y"]);
    check(&dollar, "$$ at lunch and $$ at night; $$x$$ and $$ abc $$", &["x", " abc "]);
    check(&dollar, "df$x and df$y; $TSLA stock up; A$AP, the $k$th of $n$", &["k", "n"]);
    check(&dollar, "$P = 5x - 100$ at $5 and $x$ units", &["P = 5x - 100", "x"]);
    check(&dollar, "$a$-$b$, $2$, $ y $ and $z $", &["a", "b", "2", " y ", "z "]);
    check(&dollar, "$3 \\text{ apples and pears}$", &["3 \\text{ apples and pears}"]);
}

#[test]
fn wordpress_dollars() {
    let unknown = Delimiters::unknown();
    check(&unknown, "$latex x$ and $latex e^{i\\pi}&s=2&bg=ffffff$", &["x", "e^{i\\pi}"]);
}

#[test]
fn undeclared_integers_patterns_and_prose() {
    let unknown = Delimiters::unknown();
    check(&unknown, "at most $100$ each, $1$salt$ or $5$6", &["100"]);
    check(&unknown, r"the pattern \[a-z\]+ in C:\[new\] but \[a-z\]", &["a-z"]);
    check(&unknown, r"sed s/\(a\)/b/ and $_$ or $^_^$", &[]);
    check(&unknown, r"type \begin{equation} to start and \end{equation}", &[]);
}

#[test]
fn ranges_fit_together() {
    let text = r"é $$x$$";
    let span = find(text, &Delimiters::mathjax()).remove(0);
    assert_eq!((slice(text, span.outer), slice(text, span.body)), ("$$x$$", "x"));
    assert!(span.display && span.delimiter == Delimiter::DoubleDollar);
}

/// Work is linear: these would take minutes if each opener searched for its closer.
#[test]
fn unclosed_openers_in_bulk() {
    let unknown = Delimiters::unknown();
    for piece in ["$", r"\(", r"\begin{align}", "$a{", "{$", r"\[ { ", "$x} {", "$$ {"] {
        let text = piece.repeat(400_000 / piece.len());
        assert!(find(&text, &Delimiters::mathjax().with_dollar()).len() <= text.len() / 2);
        assert!(find(&text, &unknown).len() <= text.len() / 2);
    }
}

proptest! {
    #[test]
    fn spans_are_disjoint_and_in_order(text in r"([a-z0-9 é\\{}$()\[\]\n]|\\begin\{align\}|\\end\{align\}){0,50}") {
        for delimiters in [Delimiters::mathjax().with_dollar(), Delimiters::unknown(), Delimiters::katex()] {
            let mut last = 0;
            for span in find(&text, &delimiters) {
                prop_assert!(last <= span.outer.start && span.outer.start <= span.body.start);
                prop_assert!(span.body.end <= span.outer.end);
                prop_assert!(text.get(span.outer.clone()).is_some() && text.get(span.body).is_some());
                last = span.outer.end;
            }
        }
    }
}
