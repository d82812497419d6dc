//! What a page says about its own mathematics: renderer, delimiters, macros.

use cc_math_html::Dom;
use cc_math_tex::config::PageConfig;
use cc_math_tex::delimiters::Delimiters;
use cc_math_tex::macros::Macros;

/// The mathematics settings in force on a page.
#[derive(Debug)]
pub(crate) struct PageContext {
    /// Delimiters to look for in text.
    pub(crate) delimiters: Delimiters,
    /// Delimiters of AsciiMath, where a page uses it.
    pub(crate) asciimath: Option<Delimiters>,
    /// False if nothing in the bytes hints at marked-up formulas.
    pub(crate) has_markup: bool,
    /// The page holds `<script type="math/...">`.
    pub(crate) has_math_scripts: bool,
    /// The page is rendered by jsMath.
    pub(crate) has_jsmath: bool,
    /// Macros that the configuration defines; those of formulas are added later.
    pub(crate) macros: Macros,
}

impl PageContext {
    /// Reads the scripts of a page.
    pub(crate) fn read(dom: &Dom) -> Self {
        let mut config = PageConfig::default();
        let mut has_math_scripts = false;
        let mut has_jsmath = false;
        for node in dom.descendants(dom.root()).filter(|n| dom.name(*n) == "script") {
            let kind = dom.attr(node, "type").unwrap_or_default();
            has_math_scripts |= kind.starts_with("math/");
            if let Some(source) = dom.attr(node, "src") {
                has_jsmath |= source.contains("jsMath");
                config.read_url(source);
            } else if may_configure(kind) {
                let text = dom.children(node).find_map(|child| dom.text(child)).unwrap_or_default();
                config.read_script(text);
            }
        }
        Self::from_config(config, has_math_scripts, has_jsmath)
    }

    fn from_config(config: PageConfig, has_math_scripts: bool, has_jsmath: bool) -> Self {
        let delimiters = config.delimiters_in_force();
        let asciimath = config.asciimath_delimiters();
        let macros = config.macros;
        Self { delimiters, asciimath, has_markup: true, has_math_scripts, has_jsmath, macros }
    }
}

/// Scripts that are JavaScript or MathJax 2's configuration blocks.
fn may_configure(kind: &str) -> bool {
    let kind = kind.split(';').next().unwrap_or(kind).trim();
    matches!(kind, "" | "module" | "text/javascript" | "application/javascript" | "text/x-mathjax-config")
}
