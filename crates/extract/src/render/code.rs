//! Code: blocks with their language and exact indentation, spans.
//!
//! Highlighters wrap code in spans, tables and line-number gutters. The text
//! is joined back together, gutters are left out, and not one blank of the
//! indentation is touched.

use super::Walker;
use crate::formula::classes;
use cc_math_html::{Dom, NodeId, local_name};

impl Walker<'_> {
    pub(super) fn pre(&mut self, node: NodeId) -> bool {
        if self.writer.is_inline() || self.holds_claims(node) {
            self.writer.block();
            return true;
        }
        if self.keeps_any(node) {
            self.code_block(node);
        }
        false
    }

    pub(super) fn code(&mut self, node: NodeId) -> bool {
        if self.holds_claims(node) {
            return true;
        }
        if !self.keeps_any(node) {
            return false;
        }
        let dom = self.view.dom;
        if dom.descendants(node).any(|n| matches!(dom.name(n), "br" | "p" | "div" | "li"))
            && !self.writer.is_inline()
        {
            self.code_block(node);
        } else {
            self.code_span(node);
        }
        false
    }

    /// A span keeps the blanks that stand at its ends outside the backticks.
    fn code_span(&mut self, node: NodeId) {
        let text = code_text(self.view.dom, node);
        if text.starts_with(char::is_whitespace) {
            self.writer.words(" ");
        }
        self.writer.code_span(&text);
        if text.ends_with(char::is_whitespace) {
            self.writer.words(" ");
        }
    }

    fn code_block(&mut self, node: NodeId) {
        let dom = self.view.dom;
        let text = code_text(dom, node);
        let code = text.trim_end();
        let code = code.trim_start_matches(['\n', '\r']);
        if code.trim().is_empty() || is_gutter_of_sibling(dom, node, code) {
            return;
        }
        self.writer.code_block(language(dom, node).unwrap_or_default(), code);
        self.done.code_blocks += 1;
    }
}

/// The code's text: highlighting joined, gutters left out, breaks as newlines.
pub(super) fn code_text(dom: &Dom, root: NodeId) -> String {
    let mut out = String::new();
    let mut next = dom.first_child(root);
    while let Some(node) = next {
        if let Some(text) = dom.text(node) {
            push_code(&mut out, text);
        }
        let below = if is_noise(dom, node) { None } else { dom.first_child(node) };
        if below.is_some() || dom.name(node) == "br" {
            start_line(dom, node, &mut out);
        }
        next = below.or_else(|| after(dom, node, root, &mut out));
    }
    out
}

fn push_code(out: &mut String, text: &str) {
    if text.contains(['\u{a0}', '\r', '\u{200b}', '\u{feff}']) {
        let plain = text.replace("\r\n", "\n").replace('\r', "\n").replace('\u{a0}', " ");
        out.push_str(&plain.replace(['\u{200b}', '\u{feff}'], ""));
    } else {
        out.push_str(text);
    }
}

fn after(dom: &Dom, mut node: NodeId, root: NodeId, out: &mut String) -> Option<NodeId> {
    loop {
        end_line(dom, node, out);
        if let Some(next) = dom.next_sibling(node) {
            return Some(next);
        }
        node = dom.parent(node)?;
        if node == root {
            return None;
        }
    }
}

fn start_line(dom: &Dom, node: NodeId, out: &mut String) {
    match dom.name(node) {
        "br" => out.push('\n'),
        name if is_line(name) && !out.is_empty() && !out.ends_with('\n') => out.push('\n'),
        _ => {}
    }
}

fn end_line(dom: &Dom, node: NodeId, out: &mut String) {
    let blank_line =
        is_line(dom.name(node)) && (dom.first_child(node).is_none() || !out.ends_with('\n'));
    if blank_line && dom.next_sibling(node).is_some() {
        out.push('\n');
    }
}

/// Elements that stand for a line of code.
fn is_line(name: &str) -> bool {
    matches!(name, "div" | "p" | "li" | "tr")
}

/// Gutters, copy buttons and other things that are not code.
pub(super) fn is_noise(dom: &Dom, node: NodeId) -> bool {
    let Some(element) = dom.element(node) else { return false };
    let numbered = matches!(element.name, local_name!("td") | local_name!("a"));
    matches!(
        element.name,
        local_name!("button")
            | local_name!("script")
            | local_name!("style")
            | local_name!("svg")
            | local_name!("noscript")
            | local_name!("template")
    ) || dom.attributes(node).iter().any(|(name, value)| match *name {
        local_name!("class") => value.split_ascii_whitespace().any(is_gutter_class),
        local_name!("style") => {
            value.contains("user-select: none") || value.contains("user-select:none")
        }
        _ => numbered && **name == *"data-line-number",
    })
}

fn is_gutter_class(class: &str) -> bool {
    matches!(
        class,
        "lineno"
            | "linenos"
            | "lineno-start"
            | "line-number"
            | "line-numbers"
            | "linenumber"
            | "linenumbers"
            | "line-numbers-rows"
            | "lnt"
            | "ln"
            | "gutter"
            | "hljs-ln-numbers"
            | "hljs-ln-line-number"
            | "rouge-gutter"
            | "blob-num"
            | "copybtn"
            | "copy-btn"
            | "copy-button"
            | "btn-copy"
            | "clipboard-copy"
            | "code-copy"
            | "line_numbers"
            | "linenodiv"
            | "lnum"
            | "LineNr"
            | "crayon-num"
            | "react-code-text-line-number"
            | "code-block-lineno"
            | "linenr"
            | "toolbar"
            | "zeroclipboard-container"
            | "prompt"
    )
}

/// A column of line numbers beside the code: nothing but consecutive numbers.
fn is_gutter_of_sibling(dom: &Dom, node: NodeId, code: &str) -> bool {
    let classed = std::iter::once(node)
        .chain(dom.ancestors(node))
        .take(4)
        .any(|n| classes(dom, n).any(is_gutter_class));
    classed || (in_cell_beside_code(dom, node) && counts_up(code))
}

fn in_cell_beside_code(dom: &Dom, node: NodeId) -> bool {
    let cell = dom.ancestors(node).take(4).find(|n| matches!(dom.name(*n), "td" | "th"));
    cell.and_then(|cell| dom.next_sibling(cell)).is_some()
}

fn counts_up(code: &str) -> bool {
    let mut expected: Option<u64> = None;
    code.split_whitespace().all(|word| {
        let number = word.parse::<u64>().ok();
        let fits = number.is_some() && (expected.is_none() || expected == number);
        expected = number.and_then(|n| n.checked_add(1));
        fits
    })
}

/// The language a block declares on itself, its `code` child or a wrapper.
pub(super) fn language<'a>(dom: &'a Dom, node: NodeId) -> Option<&'a str> {
    let child = dom.children(node).find(|n| dom.name(*n) == "code");
    let near = child.into_iter().chain(std::iter::once(node)).chain(dom.ancestors(node).take(2));
    near.into_iter().find_map(|n| declared(dom, n)).or_else(|| {
        let wrappers = dom.ancestors(node).skip(2).take(5);
        wrappers.into_iter().find_map(|n| wrapper_language(dom, n))
    })
}

/// Sphinx's `highlight-python` around a table of line numbers and code.
fn wrapper_language<'a>(dom: &'a Dom, node: NodeId) -> Option<&'a str> {
    classes(dom, node)
        .find_map(|class| class.strip_prefix("highlight-"))
        .filter(|name| is_known_language(name))
}

fn declared<'a>(dom: &'a Dom, node: NodeId) -> Option<&'a str> {
    let attribute = ["data-lang", "data-language", "data-programming-language", "lang-name"]
        .iter()
        .find_map(|name| dom.attr(node, name));
    attribute.map(str::trim).filter(|name| is_language(name)).or_else(|| class_language(dom, node))
}

fn class_language<'a>(dom: &'a Dom, node: NodeId) -> Option<&'a str> {
    let tokens: Vec<&str> = classes(dom, node).collect();
    let prefixed = tokens.iter().find_map(|token| {
        ["language-", "lang-", "highlight-source-", "highlight-", "brush:", "src-", "code-"]
            .iter()
            .find_map(|prefix| token.strip_prefix(prefix))
            .map(|name| name.trim_end_matches(';'))
            .filter(|name| is_language(name))
    });
    prefixed.or_else(|| {
        let marker = tokens.iter().position(|token| {
            matches!(*token, "sourceCode" | "hljs" | "brush:" | "prettyprint" | "highlight")
        })?;
        tokens.iter().skip(marker + 1).copied().find(|name| is_known_language(name))
    })
}

/// Short, plain, and not one of the words highlighters use for "none".
fn is_language(name: &str) -> bool {
    let plain = name
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'#' | b'-' | b'_' | b'.'));
    plain
        && (1..=20).contains(&name.len())
        && !matches!(
            name,
            "none"
                | "default"
                | "plaintext"
                | "text"
                | "wrapper"
                | "block"
                | "content"
                | "output"
                | "container"
                | "highlight"
                | "box"
                | "toolbar"
        )
}

/// Names that may stand alone in a class list.
fn is_known_language(name: &str) -> bool {
    matches!(
        name.trim_end_matches(';').to_ascii_lowercase().as_str(),
        "bash"
            | "c"
            | "cpp"
            | "c++"
            | "cs"
            | "csharp"
            | "css"
            | "clojure"
            | "coq"
            | "d"
            | "dart"
            | "diff"
            | "elixir"
            | "erlang"
            | "fortran"
            | "fsharp"
            | "go"
            | "groovy"
            | "haskell"
            | "html"
            | "java"
            | "javascript"
            | "js"
            | "json"
            | "julia"
            | "kotlin"
            | "latex"
            | "lean"
            | "lisp"
            | "lua"
            | "makefile"
            | "mathematica"
            | "matlab"
            | "objectivec"
            | "ocaml"
            | "octave"
            | "pascal"
            | "perl"
            | "php"
            | "powershell"
            | "prolog"
            | "py"
            | "python"
            | "r"
            | "rb"
            | "ruby"
            | "rust"
            | "sage"
            | "sagemath"
            | "scala"
            | "scheme"
            | "sh"
            | "shell"
            | "sql"
            | "stan"
            | "swift"
            | "tex"
            | "toml"
            | "ts"
            | "typescript"
            | "vb"
            | "verilog"
            | "vhdl"
            | "xml"
            | "yaml"
            | "ipython3"
            | "jl"
            | "console"
            | "text-python"
            | "ini"
            | "asm"
            | "cuda"
            | "maple"
            | "gap"
            | "agda"
            | "idris"
    )
}
