//! A reader of well-formed XML, just enough to bring MathML from files into a tree.

use cc_math_tex::MathTree;

/// Parses one element into a tree; stray end tags and unknown entities are kept as text.
pub(crate) fn parse(xml: &str) -> MathTree {
    let mut tree = MathTree::new("math");
    let mut open: Vec<usize> = Vec::new();
    let mut rest = xml;
    while let Some(at) = rest.find('<') {
        let (text, tag) = rest.split_at(at);
        push_text(&mut tree, open.last().copied(), text);
        rest = if let Some(comment) = tag.strip_prefix("<!--") {
            comment.split_once("-->").map_or("", |(_, after)| after)
        } else {
            let (inside, after) = tag.split_once('>').unwrap_or((tag, ""));
            read_tag(&mut tree, &mut open, inside.trim_start_matches('<'));
            after
        };
    }
    push_text(&mut tree, open.last().copied(), rest);
    tree
}

fn push_text(tree: &mut MathTree, parent: Option<usize>, text: &str) {
    if let Some(parent) = parent.filter(|_| !text.is_empty()) {
        tree.push_text(parent, &unescape(text));
    }
}

fn read_tag(tree: &mut MathTree, open: &mut Vec<usize>, tag: &str) {
    if tag.starts_with(['?', '!']) {
        return;
    }
    if tag.starts_with('/') {
        open.pop();
        return;
    }
    let (tag, is_empty) = tag.strip_suffix('/').map_or((tag, false), |tag| (tag, true));
    let name_end = tag.find(char::is_whitespace).unwrap_or(tag.len());
    let (name, attributes) = tag.split_at(name_end);
    let name = name.rsplit(':').next().unwrap_or(name);
    let node = match open.last() {
        Some(parent) => tree.element(*parent, name),
        None => tree.root(),
    };
    read_attributes(tree, node, attributes);
    if !is_empty {
        open.push(node);
    }
}

fn read_attributes(tree: &mut MathTree, node: usize, mut rest: &str) {
    while let Some((name, after)) = rest.split_once('=') {
        let after = after.trim_start();
        let quote = after.chars().next().unwrap_or('"');
        let mut parts = after.splitn(3, quote);
        let value = parts.nth(1).unwrap_or_default();
        tree.set_attr(node, name.trim(), &unescape(value));
        rest = parts.next().unwrap_or_default();
    }
}

fn unescape(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        let (name, tail) = after.split_once(';').unwrap_or((after, ""));
        match entity(name) {
            Some(ch) => out.push(ch),
            None => out.push_str(&format!("&{name};")),
        }
        rest = tail;
    }
    out.push_str(rest);
    out
}

fn entity(name: &str) -> Option<char> {
    let code =
        |digits: &str, radix| u32::from_str_radix(digits, radix).ok().and_then(char::from_u32);
    match name {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some('\u{A0}'),
        _ => match name.strip_prefix("#x").or(name.strip_prefix("#X")) {
            Some(hex) => code(hex, 16),
            None => code(name.strip_prefix('#')?, 10),
        },
    }
}
