//! Our tokenizer and html5ever's lead to the same tree.

use cc_math_html::{Limits, parse, parse_unbounded};
use proptest::prelude::*;

/// Whether the trees were compared: a page that needed recovery has none to compare with.
#[track_caller]
fn check(html: &str) -> bool {
    let ours = parse(html, &Limits { guard_math: false, ..Limits::default() });
    if ours.recovered || ours.limited {
        return false;
    }
    let theirs = parse_unbounded(html);
    assert_eq!(ours.dom.outline(), theirs.outline(), "of {html:?}");
    true
}

/// Whether HTML may end foreign content inside an `annotation-xml` that holds HTML. The standard goes
/// on inside of it; html5ever 0.40 leaves it, too.
fn leaves_integration_point(html: &str) -> bool {
    let inside = html.split_once("<annotation-xml encoding").map_or("", |(_, inside)| inside);
    ["<math", "<svg", "</p>", "</br>"].iter().any(|tag| inside.contains(tag))
}

#[test]
fn pages() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures/html/pages");
    let mut compared = 0;
    for page in std::fs::read_dir(folder).expect("fixtures") {
        let bytes = std::fs::read(page.expect("fixture").path()).expect("fixture");
        compared += usize::from(check(&String::from_utf8_lossy(&bytes)));
    }
    assert!(compared >= 5, "only {compared} pages compared");
}

#[test]
fn corners() {
    let corners = include_str!("../../../tests/fixtures/html/corners.txt");
    for html in corners.lines() {
        let html = html.replace("\\0", "\0").replace("\\n", "\n").replace("\\r", "\r");
        assert!(check(&html), "needed recovery: {html:?}");
    }
}

/// Pieces of pages that mean something to a tokenizer or a tree builder.
const PIECES: &[&str] = &[
    "<",
    ">",
    "/",
    "!",
    "-",
    "--",
    "<!--",
    "-->",
    "--!>",
    "<!",
    "<?",
    "</",
    "=",
    "\"",
    "'",
    " ",
    "\n",
    "\r\n",
    "\r",
    "\t",
    "\x0c",
    "\0",
    "a",
    "b",
    "x y",
    "é",
    "漢",
    "&",
    "&amp;",
    "&lt",
    "&#x3b1;",
    "&#0;",
    "&notit;",
    "&not=",
    ";",
    "<p>",
    "</p>",
    "<b>",
    "</b>",
    "<i class=x>",
    "</i>",
    "<a href=1>",
    "<a href='2'>",
    "</a>",
    "<div id=\"d\">",
    "</div>",
    "<table>",
    "<tr>",
    "<td>",
    "</td>",
    "</table>",
    "<caption>",
    "<col>",
    "<select>",
    "<option>",
    "</select>",
    "<svg>",
    "</svg>",
    "<math>",
    "<mi>",
    "<annotation-xml encoding=text/html>",
    "<mtext>",
    "</math>",
    "<foreignObject>",
    "<![CDATA[",
    "]]>",
    "<script>",
    "</script>",
    "<!--<script>",
    "<style>",
    "</style>",
    "<title>",
    "</title>",
    "<textarea>",
    "</textarea>",
    "<pre>",
    "<br>",
    "</br>",
    "<hr/>",
    "<img src=a alt=b>",
    "<template>",
    "</template>",
    "<form>",
    "<button>",
    "<input type=hidden>",
    "<ul>",
    "<li>",
    "<dl>",
    "<dd>",
    "<h1>",
    "</h1>",
    "<body x=1>",
    "<html lang=en>",
    "<head>",
    "</head>",
    "</body>",
    "</html>",
    "<!doctype html>",
    "<!DOCTYPE html PUBLIC \"x\">",
    "<noscript>",
    "</noscript>",
    "<iframe>",
    "</iframe>",
    "<xmp>",
    "</xmp>",
    "<nobr>",
    "<font color=red>",
    "<ruby>",
    "<rt>",
    "<rtc>",
    "<rb>",
    "</ruby>",
    "<plaintext>",
    "<A HREF=Q>",
    "<x-y a=b a=c>",
    "</x-y>",
    "< ",
    "<1",
    "$",
    "\\(",
    "<tbody>",
    "<thead>",
    "<tfoot>",
    "</tbody>",
    "</thead>",
    "</tr>",
    "<th>",
    "</th>",
    "</caption>",
    "<colgroup>",
    "</colgroup>",
    "<frameset>",
    "<frame>",
    "</frameset>",
    "<noframes>",
    "</noframes>",
    "<optgroup>",
    "</option>",
    "<object>",
    "</object>",
    "<marquee>",
    "</form>",
    "</button>",
    "</ul>",
    "</li>",
    "<dt>",
    "</dd>",
    "</nobr>",
    "</font>",
    "<b class=y>",
    "<code>",
    "</code>",
    "<input>",
    "<image src=q>",
    "<link rel=x>",
    "<meta charset=x>",
    "<param>",
    "</sarcasm>",
    "<address>",
    "<mglyph>",
    "<annotation-xml>",
    "</annotation-xml>",
    "<font size=1>",
    "<svg viewbox=1 xlink:href=2>",
    "<linearGradient>",
    "<desc>",
    "<svg/>",
    "<math definitionurl=x/>",
    "</mi>",
    "</p>",
    "<!DOCTYPE html PUBLIC \"-//W3C//DTD HTML 3.2//EN\">",
];

fn soup() -> impl Strategy<Value = String> {
    proptest::collection::vec(proptest::sample::select(PIECES), 0..40)
        .prop_map(|pieces| pieces.concat())
}

fn noise() -> impl Strategy<Value = String> {
    proptest::collection::vec(
        proptest::sample::select("<>/!-=\"' \n&#;xab\0é".chars().collect::<Vec<_>>()),
        0..60,
    )
    .prop_map(|characters| characters.into_iter().collect())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn soup_of_tags(html in soup()) {
        if !leaves_integration_point(&html) {
            check(&html);
        }
    }

    #[test]
    fn noise_of_signs(html in noise()) {
        check(&html);
    }

    #[test]
    fn noise_in_tags(html in noise()) {
        check(&format!("<div {html}><p>x"));
        check(&format!("<script>{html}</script><p>x"));
        check(&format!("<title>{html}</title><p>x"));
        check(&format!("<!doctype {html}><p><table>"));
    }

    #[test]
    fn small_limits_hold(html in soup()) {
        let limits = Limits { depth: 10, nodes: 20, attributes: 1, guard_math: true };
        let dom = parse(&html, &limits).dom;
        prop_assert!(dom.len() < 100, "{} nodes", dom.len());
        let deep = dom.descendants(dom.root()).map(|node| dom.ancestors(node).count()).max();
        prop_assert!(deep.unwrap_or(0) <= 20, "depth {deep:?}");
    }
}
