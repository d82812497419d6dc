//! Formulas as renderers drew them (`tests/fixtures/glyphs`), decoded.

use cc_math_tex::{MathDom, MathTree};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::PathBuf;

/// Files of rendered formulas, and how many of a hundred become exactly their source again.
const FILES: [(&str, usize); 9] = [
    ("katex-0.19.1", 97),
    ("katex-0.10.2", 93),
    ("katex-0.9.0", 93),
    ("katex-0.7.1", 90),
    ("mathjax-3.2.2-chtml", 97),
    ("mathjax-3.2.2-svg", 97),
    ("mathjax-4.1.3-chtml", 93),
    ("mathjax-4.1.3-svg", 93),
    ("mathjax-2.7.9-commonhtml", 97),
];

fn path(file: &str) -> PathBuf {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    root.join("tests/fixtures/glyphs").join(file).with_extension("jsonl")
}

fn read(file: &str) -> Vec<Value> {
    let path = path(&format!("{file}.jsonl"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    text.lines().map(|line| serde_json::from_str(line).expect("one object a line")).collect()
}

fn decode(row: &Value) -> (Option<MathTree>, Option<bool>) {
    let html = row["html"].as_str().expect("html");
    let dom = cc_math_html::parse(html, &Default::default()).dom;
    let display = dom.descendants(dom.root()).find_map(|node| super::display(&dom, node));
    (super::tree(&dom, dom.root()), display)
}

/// A tree on one line: `msup(mi:x mn:2)`, attributes in brackets.
fn line(tree: &MathTree, node: usize, out: &mut String) {
    if !out.is_empty() && !out.ends_with(['(', ' ']) {
        out.push(' ');
    }
    out.push_str(tree.name(node));
    for name in [
        "mathvariant",
        "stretchy",
        "minsize",
        "linethickness",
        "columnalign",
        "columnspacing",
        "notation",
        "width",
    ] {
        if let Some(value) = tree.attr(node, name) {
            write!(out, "[{name}={value}]").expect("a string");
        }
    }
    let mut child = tree.first_child(node);
    if let Some(text) = child.and_then(|child| tree.text(child)) {
        write!(out, ":{text}").expect("a string");
        return;
    }
    out.push('(');
    while let Some(node) = child {
        line(tree, node, out);
        child = tree.next_sibling(node);
    }
    out.push(')');
}

/// LaTeX without what means nothing to it: space, braces around one token, and the
/// commands of which a drawing does not tell whether they were there.
fn squashed(tex: &str) -> String {
    let mut tex = tex.replace("\\rightarrow", "\\to").replace("\\implies", "\\Longrightarrow");
    for silent in ["\\left", "\\right", "\\,", "\\displaystyle", " ", "{", "}", "*"] {
        tex = tex.replace(silent, "");
    }
    tex.replace("\\operatorname", "\\mathrm")
        .replace("\\to", "\\rightarrow")
        .replace("\\ldots", "\\dots")
}

/// With `UPDATE_FIXTURES` set, writes the trees of this version to the files.
#[test]
fn trees_are_as_recorded() {
    let update = std::env::var_os("UPDATE_FIXTURES").is_some();
    for (file, _) in FILES {
        let mut rows = read(file);
        for row in &mut rows {
            let mut found = String::new();
            if let (Some(tree), _) = decode(row) {
                line(&tree, tree.root(), &mut found);
            }
            if update {
                row["tree"] = found.into();
            } else {
                assert_eq!(row["tree"].as_str(), Some(found.as_str()), "{file}: {}", row["tex"]);
            }
        }
        if update {
            let lines: String = rows.iter().map(|row| format!("{row}\n")).collect();
            std::fs::write(path(&format!("{file}.jsonl")), lines).expect("writable fixtures");
        }
    }
}

#[test]
fn most_formulas_become_their_source() {
    for (file, percent) in FILES {
        let rows = read(file);
        let mut missed = Vec::new();
        for row in &rows {
            let source = row["tex"].as_str().expect("tex");
            let tree = decode(row).0;
            let tex = tree.map(|tree| cc_math_tex::mathml::to_tex(&tree, tree.root()).tex);
            let tex = tex.unwrap_or_default();
            if squashed(&tex) != squashed(source) {
                missed.push(format!("{source}  =>  {tex}"));
            }
        }
        let right = rows.len() - missed.len();
        assert!(
            right * 100 >= rows.len() * percent,
            "{file}: {right} of {}\n{}",
            rows.len(),
            missed.join("\n")
        );
    }
}

#[test]
fn display_is_known() {
    for (file, _) in FILES {
        for row in read(file) {
            assert_eq!(decode(&row).1, row["display"].as_bool(), "{file}: {}", row["tex"]);
        }
    }
}

/// What one renderer drew and what another drew of the same source are one formula.
#[test]
fn renderers_agree() {
    let mut seen: BTreeMap<String, BTreeMap<String, &str>> = BTreeMap::new();
    for (file, _) in FILES {
        for row in read(file) {
            let Some(tree) = decode(&row).0 else { continue };
            let tex = squashed(&cc_math_tex::mathml::to_tex(&tree, tree.root()).tex);
            seen.entry(row["tex"].to_string()).or_default().insert(tex, file);
        }
    }
    let apart: Vec<_> = seen.iter().filter(|(_, forms)| forms.len() > 1).collect();
    assert!(apart.len() * 100 <= seen.len() * 10, "{apart:#?}");
}

/// Deep, wide and broken drawings are read in time linear in their size, without panic.
#[test]
fn hostile_drawings() {
    let repeat = |head: &str, unit: &str, n: usize| format!("{head}{}", unit.repeat(n));
    let drawings = [
        repeat(
            "<span class='katex-html'>",
            "<span class='mord'><span class='msupsub'><span class='vlist-t'>",
            2000,
        ),
        repeat(
            "<span class='katex-html'>",
            "<span class='mfrac'><span class='vlist-t'><span class='vlist-r'><span class='vlist'><span style='top:-1e99em'>",
            900,
        ),
        repeat(
            "<span class='katex-html'><span class='mtable'>",
            "<span class='col-align-c'><span class='vlist-t'><span class='vlist-r'><span class='vlist'><span style='top:NaNem'>x</span></span></span></span></span>",
            2000,
        ),
        repeat("<mjx-container><mjx-math>", "<mjx-msup><mjx-script>", 2000),
        repeat("<mjx-container><mjx-math>", "<mjx-munderover><mjx-box><mjx-munder>", 2000),
        repeat(
            "<mjx-container><mjx-math><mjx-mtable><mjx-itable>",
            "<mjx-mtr><mjx-mtd><mjx-mi><mjx-c class='mjx-cD800'>",
            2000,
        ),
        repeat(
            "<svg><g data-mml-node='math'>",
            "<g data-mml-node='mtable'><g data-mml-node='mtr'><g data-mml-node='mtd'>",
            2000,
        ),
        repeat(
            "<svg><g data-mml-node='math'>",
            "<g data-mml-node='msubsup' transform='translate(1e99'><use data-c='FFFFFFFFF'>",
            2000,
        ),
        repeat(
            "<span class='MathJax'><span class='math'>",
            "<span class='mtable'><span style='position:absolute;top:-1em'>",
            2000,
        ),
        repeat(
            "<span class='mq-root-block'>",
            "<span class='mq-supsub'><span class='mq-sup'>",
            2000,
        ),
        repeat("<span class='mq-root-block'>", "<sup class='mq-nthroot'></sup>", 2000),
        repeat(
            "<span class='katex-html'>",
            "<span class='mrel'>\u{E020}</span><span class='llap'>/</span>",
            2000,
        ),
    ];
    for html in drawings {
        let dom = cc_math_html::parse(&html, &Default::default()).dom;
        let tree = super::tree(&dom, dom.root());
        if let Some(tree) = tree {
            cc_math_tex::mathml::to_tex(&tree, tree.root());
        }
    }
}
