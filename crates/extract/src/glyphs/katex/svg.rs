//! Wide and tall signs that KaTeX draws as SVG paths, known by how the paths begin.

use cc_math_html::{Dom, NodeId};

/// More paths than any sign has.
const MAX_PATHS: usize = 4;

/// First characters of a sign's paths (commas as spaces, paths joined by `|`) and the
/// sign. Read off the output of KaTeX 0.10 to 0.19; where one beginning is that of another
/// the longer one comes first.
const PATHS: [(&str, char); 45] = [
    ("M0 241v40h3998", '→'),
    ("M400000 241H11|M0 241v40h3998", '↔'),
    ("M400000 241H11|M399859 241c-7", '↩'),
    ("M400000 241H11", '←'),
    ("M399738 392l -", '⇒'),
    ("M262 157 l10-1|M399738 392l -", '⇔'),
    ("M262 157 l10-1", '⇐'),
    ("M0 267c.7 5.3 |M399747 511c0 ", '⇋'),
    ("M0 267c.7 5.3 |M399747 705c0 ", '⇋'),
    ("M0 267c.7 5.3 ", '↼'),
    ("M0 241v40h3999", '⇀'),
    ("M7 241c-4 4-6.", '↽'),
    ("M399747 511c0 ", '⇁'),
    ("M0 50 h400000", '='),
    ("M0 167c68 40 1", '↞'),
    ("M400000 167 c-", '↠'),
    ("M6 548l-6-6v-3", '⏞'),
    ("M0 6l6-6h17c12", '⏟'),
    ("M400000 80 H43", '⏠'),
    ("M400000 262 H4", '⏡'),
    ("M40 281 V448H0", '↦'),
    ("M400000 281 H1", '↪'),
    ("M7 435c-4 4-6.", '⇌'),
    ("M0 147h400000v", '⇄'),
    ("M400000 620h-3", '⇄'),
    ("M507 435c-4 4 ", '⇌'),
    ("M0 440 h120 V1", '⎴'),
    ("M0 0 h120 V290", '⎵'),
    ("M377 20c0-5.33", '⃗'),
    ("M529 0h5l519 1", '^'),
    ("M1181 0h2l1171", '^'),
    ("M529 159h5l519", 'ˇ'),
    ("M1181 220h2l11", 'ˇ'),
    ("M1181 280h2l11", 'ˇ'),
    ("M1181 340h2l11", 'ˇ'),
    ("M200 55.538c-7", '~'),
    ("M344 55.266c-1", '~'),
    ("M786 59C457 59", '~'),
    ("M786 58C457 58", '~'),
    ("M863 9c0 -2 -2", '('),
    ("M76 0c-16.7 0 ", ')'),
    ("M145 0 H188 V", '|'),
    ("M384 0 H504 V", '{'),
    ("M291 0 H417 V", '('),
    ("M457 0 H583 V", ')'),
];

/// True if a path below a node draws a horizontal line as wide as what it belongs to.
pub(super) fn is_rule(dom: &Dom, node: NodeId) -> bool {
    dom.descendants(node)
        .filter(|path| dom.name(*path) == "path")
        .take(1)
        .any(|path| dom.attr(path, "d").is_some_and(|d| d.starts_with("M0 80H400000 v40H0z")))
}

/// The sign drawn by the paths below a node; `None` if there are none or they are not known.
pub(super) fn sign(dom: &Dom, node: NodeId) -> Option<char> {
    let paths = dom.descendants(node).filter(|node| dom.name(*node) == "path");
    let data: Vec<&str> = paths.take(MAX_PATHS).filter_map(|path| dom.attr(path, "d")).collect();
    if let Some(bracket) = data.first().and_then(|data| bracket(data)) {
        return Some(bracket);
    }
    let drawn = data.iter().map(|data| beginning(data)).collect::<Vec<_>>().join("|");
    PATHS.iter().find(|(beginning, _)| drawn.starts_with(beginning)).map(|(_, sign)| *sign)
}

/// The first 14 characters of path data, every run of spaces and commas one space.
fn beginning(data: &str) -> String {
    let mut out = String::new();
    for c in data.chars().take(64) {
        let c = if c == ',' || c.is_whitespace() { ' ' } else { c };
        if c != ' ' || !out.ends_with(' ') {
            out.push(c);
        }
    }
    out.chars().take(14).collect()
}

/// Square brackets, floors, ceilings and double bars: their paths begin alike and are
/// told apart by what follows (KaTeX 0.16 and later).
fn bracket(data: &str) -> Option<char> {
    let choose = |part: &str, yes: char, no: char| if data.contains(part) { yes } else { no };
    match data.get(..8)? {
        "M403 175" => Some(choose("h347", '[', '⌈')),
        "M347 175" => Some(choose("H0 v84", ']', '⌉')),
        "M319 602" => Some(choose("h263 v84", '⌊', '⌋')),
        "M145 15 " => Some(choose("M367", '‖', '|')),
        _ => None,
    }
}
