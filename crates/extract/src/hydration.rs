//! Content that scripts would put on the page: hydration state and JSON-LD.
//!
//! Frameworks ship a page's data as JSON (`__NEXT_DATA__`, `__NUXT_DATA__`,
//! `application/json`) and build the body from it. Where the body is as good
//! as empty, the prose and HTML strings of that JSON become the page, in
//! document order, each once.

use cc_math_html::{Dom, NodeId};
use serde_json::Value;
use std::collections::HashSet;

/// Bytes of text below which a page counts as empty.
const EMPTY_BODY: usize = 200;
/// Values that are looked at.
const MAX_VALUES: usize = 200_000;
/// Bytes of HTML that are made.
const MAX_HTML: usize = 4 << 20;
/// Bytes of a string from which on it can be prose.
const MIN_PROSE: usize = 60;

/// HTML made from the page's state, if `text` says that its body is empty and the state holds prose.
pub(crate) fn html(dom: &Dom, text: &str) -> Option<String> {
    if text.len() >= EMPTY_BODY {
        return None;
    }
    let mut found = Found::default();
    for json in texts(dom) {
        if let Ok(value) = serde_json::from_str(json.trim()) {
            found.collect(&value);
        }
    }
    (found.html.len() > text.len().max(EMPTY_BODY)).then_some(found.html)
}

/// The texts of the scripts that hold state.
pub(crate) fn texts<'a>(dom: &'a Dom) -> impl Iterator<Item = &'a str> {
    let scripts = dom.scripts().iter().copied().filter(|node| is_state(dom, *node));
    scripts.filter_map(|script| dom.children(script).find_map(|node| dom.text(node)))
}

fn is_state(dom: &Dom, node: NodeId) -> bool {
    matches!(dom.attr(node, "type"), Some("application/json" | "application/ld+json"))
}

#[derive(Default)]
struct Found {
    html: String,
    seen: HashSet<String>,
}

impl Found {
    /// Visits a value's strings in order, without recursion.
    fn collect(&mut self, root: &Value) {
        let mut stack = vec![(None, root)];
        let mut visited = 0;
        while let Some((key, value)) = stack.pop() {
            visited += 1;
            if visited > MAX_VALUES || self.html.len() > MAX_HTML {
                return;
            }
            match value {
                Value::String(text) => self.string(key, text),
                Value::Array(items) => stack.extend(items.iter().rev().map(|item| (key, item))),
                Value::Object(fields) => {
                    stack.extend(
                        fields.iter().rev().map(|(name, field)| (Some(name.as_str()), field)),
                    );
                }
                _ => {}
            }
        }
    }

    fn string(&mut self, key: Option<&str>, text: &str) {
        let text = text.trim();
        if !is_prose(key, text) || !self.seen.insert(text.to_owned()) {
            return;
        }
        if is_html(text) {
            self.html.push_str(text);
        } else {
            self.html.push_str("<p>");
            self.html.push_str(
                &text.replace('&', "&amp;").replace('<', "&lt;").replace("\n\n", "</p><p>"),
            );
            self.html.push_str("</p>");
        }
        self.html.push('\n');
    }
}

/// Long enough, made of words, and not an address, a style sheet or a program.
fn is_prose(key: Option<&str>, text: &str) -> bool {
    let named = key.is_some_and(|key| {
        matches!(
            key,
            "articleBody"
                | "body"
                | "content"
                | "html"
                | "text"
                | "description"
                | "title"
                | "headline"
        )
    });
    let long = text.len() >= MIN_PROSE || (named && text.len() >= 20);
    let words = text.split_ascii_whitespace().count();
    let code = text.contains("function(")
        || text.contains("{\"")
        || text.contains("):")
        || text.starts_with("http");
    long && words >= 4 && text.len() / words <= 24 && (!code || is_html(text))
}

fn is_html(text: &str) -> bool {
    ["</p>", "<p>", "<br", "</div>", "</li>", "</h2>", "</span>"]
        .iter()
        .any(|tag| text.contains(tag))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(page: &str, expected: Option<&str>) {
        let parsed = cc_math_html::parse(page, &Default::default());
        let html = html(&parsed.dom, "");
        match (html, expected) {
            (Some(html), Some(part)) => assert!(html.contains(part), "{html}"),
            (html, expected) => assert_eq!(html.as_deref(), expected),
        }
    }

    #[test]
    fn prose_in_state_becomes_html() {
        let long = "Let $x$ be a number such that the sum of all its digits is divisible by nine. "
            .repeat(4);
        let state = format!(
            r#"<script id="__NEXT_DATA__" type="application/json">{{"a":{{"body":"<p>{long}</p>"}}}}</script>"#
        );
        check(&state, Some("<p>Let $x$"));
        check("<script type='application/json'>{\"a\":\"short\"}</script>", None);
        check("<script type='application/json'>not json</script>", None);
    }
}
