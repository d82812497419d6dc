//! Pages that make careless parsers slow, deep or forgetful.
//!
//! Times are measured by `examples/measure.rs`; here only what must hold on any machine.

use cc_math_html::{Dom, Limits, parse, parse_unbounded};

fn depth(dom: &Dom) -> usize {
    let mut depth = vec![0; dom.len()];
    for node in dom.descendants(dom.root()) {
        depth[node.index()] = dom.parent(node).map_or(0, |parent| depth[parent.index()]) + 1;
    }
    depth.into_iter().max().unwrap_or(0)
}

/// Parses a page, which must keep all its `words` and the text after it and stay within limits.
#[track_caller]
fn check(page: &str, words: usize, limits: &Limits) -> Dom<'static> {
    let whole = format!("{page}<p>end of page</p>");
    let parsed = parse(&whole, limits);
    let text = parsed.dom.text_content(parsed.dom.root());
    let start: String = page.chars().take(40).collect();
    assert!(text.contains("end of page"), "lost the end of {start}");
    assert_eq!(text.matches("word").count(), words, "lost words of {start}");
    assert!(depth(&parsed.dom) <= 2 * limits.depth, "too deep: {}", depth(&parsed.dom));
    assert!(parsed.dom.len() <= limits.nodes + 200, "too many nodes: {}", parsed.dom.len());
    parsed.dom.into_owned()
}

#[test]
fn nothing_is_lost_in_deep_pages() {
    let elements = "div b i p a table td span sup math mtable mi svg g select option template button \
        font form ul li dl dd h1 ruby rt nobr section blockquote caption foreignObject";
    for name in elements.split(' ') {
        check(&format!("<{name}>word ").repeat(3000), 3000, &Limits::default());
        check(&format!("<{name}><p>word</{name}>").repeat(3000), 3000, &Limits::default());
        check(&format!("<table><{name}>word").repeat(1000), 1000, &Limits::default());
        check(&format!("<math><mtext><{name}>word").repeat(1000), 1000, &Limits::default());
    }
}

#[test]
fn nothing_is_lost_when_nodes_run_out() {
    let limits = Limits { nodes: 500, ..Limits::default() };
    for pattern in
        ["<p>word", "<b>word<p>", "<table><tr><td>word", "<title>word</title>", "</p>word"]
    {
        check(&pattern.repeat(2000), 2000, &limits);
    }
    let page = "<p>word<script>if (a<b) word</script><style>word</style>".repeat(1000);
    let parsed = parse(&page, &limits);
    let text = parsed.dom.text_content(parsed.dom.root());
    assert!(parsed.limited && text.matches("word").count() >= 1000);
    assert!(text.matches("if (").count() < 500, "scripts became text");
}

/// The outline of what stands behind the formulas has to be as if they had ended.
#[test]
fn blocks_end_formulas_that_nothing_else_ends() {
    let formulas = [
        "<math>",
        "<math><mi>x",
        "<math><mtext>x",
        "<math><mrow><mi>x</mi>",
        "<math><semantics><annotation encoding=application/x-tex>x",
        "<math><mi>x<math><mi>y",
    ];
    for (formula, times) in formulas.into_iter().flat_map(|f| [(f, 1), (f, 20_000)]) {
        for block in ["p", "section", "h2", "ul"] {
            let page = format!("{}<{block}>behind</{block}>", formula.repeat(times));
            let dom = parse(&page, &Limits::default()).dom;
            let named = dom.descendants(dom.root()).find(|n| dom.name(*n) == block);
            let ancestors: Vec<_> =
                named.map(|n| dom.ancestors(n).map(|a| dom.name(a)).collect()).expect(block);
            assert_eq!(ancestors, ["body", "html", ""], "{block} behind {times} times {formula}");
        }
    }
}

#[test]
fn html_inside_formulas_stays_there() {
    let page = "<math><mtext>a<span>b</span><br>c<math><mi>d</mi></math></mtext>\
        <annotation-xml encoding=text/html><p>e</p></annotation-xml></math>\
        <svg><foreignObject><p>f</p></foreignObject></svg>";
    let parsed = parse(page, &Limits::default());
    assert!(!parsed.recovered);
    assert_eq!(parsed.dom.outline(), parse_unbounded(page).outline());
}

#[test]
fn words_of_blocks_that_do_not_fit_stay_apart() {
    let dom = check(&"<div>word".repeat(2000), 2000, &Limits::default());
    assert!(dom.text_content(dom.root()).matches("\nword").count() > 1400);
}

#[test]
fn end_tags_of_what_was_left_out_are_left_out() {
    let limits = Limits { depth: 100, ..Limits::default() };
    let page =
        format!("<main>{}x{}<i>in main</i></main>", "<div>".repeat(300), "</div>".repeat(300));
    let dom = check(&page, 0, &limits);
    let i = dom.descendants(dom.root()).find(|node| dom.name(*node) == "i").expect("i");
    assert_eq!(dom.parent(i).map(|parent| dom.name(parent)), Some("main"));
}

#[test]
fn attributes_are_capped() {
    let page: String = (0..1000).map(|i| format!("a{i}=b ")).collect();
    let dom = check(&format!("<div {page}>"), 0, &Limits::default());
    let most = dom.descendants(dom.root()).map(|node| dom.attributes(node).iter().len());
    assert_eq!(most.max(), Some(256));
}

#[test]
fn attributes_that_join_are_capped_and_copied_no_more_than_needed() {
    let page: String = (0..20_000).map(|i| format!("<body a{i}=x>")).collect();
    let dom = check(&page, 0, &Limits::default());
    let most = dom.descendants(dom.root()).map(|node| dom.attributes(node).iter().len());
    assert_eq!(most.max(), Some(256));
}

#[track_caller]
fn recovered(page: &str, text: &str) {
    let parsed = parse(page, &Limits::default());
    assert_eq!(parsed.dom.text_content(parsed.dom.root()), text, "of {page:?}");
    assert!(parsed.recovered, "of {page:?}");
}

#[test]
fn what_has_no_end_swallows_little() {
    recovered("a<!-- b <p>c", "ac");
    recovered("<title>a<p>b", "ab");
    recovered("<textarea>a<p>b", "ab");
    recovered("a<iframe src=x>b", "ab");
    recovered("<style>a<body>b", "ab");
    recovered("<script>a</head>b", "ab");
    recovered("<script><!--<script></script>b", "<!--<script>b");
    recovered("a<a href=\"x>b</a>c", "abc");
    recovered("a<p title='x>b", "ab");
}

#[test]
fn what_is_cut_off_is_no_text() {
    for page in ["a<!-- b", "a<a href=\"b", "a<p b", "a<script>", "a<!doctype b"] {
        let parsed = parse(page, &Limits::default());
        assert_eq!(parsed.dom.text_content(parsed.dom.root()), "a", "of {page:?}");
    }
}
