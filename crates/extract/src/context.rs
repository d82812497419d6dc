//! What a page says about its own mathematics: renderer, delimiters, macros.

use cc_math_html::{Dom, NodeId};
use cc_math_tex::config::{KatexCall, PageConfig, katex_calls};
use cc_math_tex::delimiters::{Delimiters, Guard};
use cc_math_tex::macros::Macros;
use std::collections::HashMap;

/// The mathematics settings in force on a page.
#[derive(Debug)]
pub(crate) struct PageContext {
    /// Delimiters to look for in text.
    pub(crate) delimiters: Delimiters,
    /// Delimiters of AsciiMath, where a page uses it.
    pub(crate) asciimath: Option<Delimiters>,
    /// The page holds `<script type="math/...">`.
    pub(crate) has_math_scripts: bool,
    /// The page is rendered by jsMath.
    pub(crate) has_jsmath: bool,
    /// The page's script typesets its `var` elements.
    pub(crate) variables_are_tex: bool,
    /// Formulas that scripts put into elements, by the element's id.
    pub(crate) calls: HashMap<String, KatexCall>,
    /// Macros that the configuration defines; those of formulas are added later.
    pub(crate) macros: Macros,
    /// Which elements and classes are left alone, or searched all the same.
    pub(crate) config: PageConfig,
}

/// What the scripts of a page say, gathered in document order.
#[derive(Default)]
struct Scripts {
    config: PageConfig,
    has_math: bool,
    has_jsmath: bool,
    has_katex: bool,
    calls: HashMap<String, KatexCall>,
}

impl PageContext {
    /// Reads the scripts of a page.
    pub(crate) fn read(dom: &Dom) -> Self {
        let mut scripts = Scripts::default();
        for &node in dom.scripts() {
            scripts.add(dom, node);
        }
        Self::from_scripts(scripts, dom)
    }

    fn from_scripts(scripts: Scripts, dom: &Dom) -> Self {
        let mut config = scripts.config;
        let renders = scripts.has_katex || config.engine.is_some();
        Self {
            delimiters: delimiters(&config),
            asciimath: config.asciimath_delimiters(),
            has_math_scripts: scripts.has_math,
            has_jsmath: scripts.has_jsmath,
            variables_are_tex: renders && has_tex_variables(dom),
            calls: scripts.calls,
            macros: std::mem::take(&mut config.macros),
            config,
        }
    }
}

impl Scripts {
    fn add(&mut self, dom: &Dom, node: NodeId) {
        let kind = dom.attr(node, "type").unwrap_or_default();
        self.has_math |= kind.starts_with("math/");
        if let Some(source) = dom.attr(node, "src") {
            self.has_jsmath |= source.contains("jsMath");
            self.has_katex |= source.contains("katex");
            self.config.read_url(source);
        }
        if let Some(handler) = dom.attr(node, "onload") {
            self.config.read_script(handler);
        }
        if may_configure(kind) {
            let text = dom.children(node).find_map(|child| dom.text(child)).unwrap_or_default();
            self.config.read_script(text);
            self.calls.extend(katex_calls(text));
        }
    }
}

/// Whether there is a `var` that holds a command: no browser shows that as it stands.
fn has_tex_variables(dom: &Dom) -> bool {
    let is_command = |tail: &str| tail.starts_with(|c: char| c.is_ascii_alphabetic());
    let variables = dom.descendants(dom.root()).filter(|node| dom.name(*node) == "var");
    let mut texts = variables.filter_map(|node| dom.text(dom.first_child(node)?));
    texts.any(|text| text.split('\\').skip(1).any(is_command))
}

/// What the page declares. Where a renderer runs under a configuration that is
/// not in the page (a file of its own), single dollars are likely, but money
/// stays money.
fn delimiters(config: &PageConfig) -> Delimiters {
    match (&config.declared, config.engine) {
        (None, Some(_)) if !config.without_tex => {
            Delimiters::mathjax().with_dollar().with_guard(Guard::Currency)
        }
        _ => config.delimiters_in_force(),
    }
}

/// Scripts that are JavaScript or MathJax 2's configuration blocks.
fn may_configure(kind: &str) -> bool {
    let kind = kind.split(';').next().unwrap_or(kind).trim();
    matches!(
        kind,
        "" | "module" | "text/javascript" | "application/javascript" | "text/x-mathjax-config"
    )
}
