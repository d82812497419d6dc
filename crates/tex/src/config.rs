//! What a page's scripts say about its formulas: delimiters, macros, and where not to look.
//!
//! Reads the literals that MathJax 2 to 4, KaTeX's auto-render and ASCIIMathML
//! are configured with, minified or commented. It runs no script: a setting
//! that is computed is not seen.
//!
//! ```
//! use cc_math_tex::config::PageConfig;
//! let page = PageConfig::from_scripts([
//!     r"MathJax = {tex: {inlineMath: [['$', '$']], macros: {R: '\\mathbb{R}'}}}",
//! ]);
//! assert!(page.delimiters_in_force().pairs.iter().any(|pair| pair.open == "$"));
//! assert_eq!(page.macros.expand(r"\R").tex, r"\mathbb{R}");
//! ```

mod calls;
mod js;

pub use calls::{KATEX_CALL, KatexCall, katex_calls};

use crate::commands;
use crate::delimiters::{Delimiters, Guard, Pair};
use crate::macros::{Macro, Macros};
use js::Value;
use memchr::memmem;

/// Literals of one page that are read; a page has one or two.
const MAX_LITERALS: usize = 32;

/// Bytes of one literal that are read.
const MAX_LITERAL: usize = 200_000;

/// What typesets the formulas of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// MathJax 2.
    MathJax2,
    /// MathJax 3 or 4.
    MathJax3,
    /// KaTeX with its auto-render extension.
    Katex,
    /// ASCIIMathML or LaTeXMathML.
    AsciiMathMl,
}

/// What a page declares about its formulas.
#[derive(Debug, Clone, Default)]
pub struct PageConfig {
    /// What typesets the page, where a script tells.
    pub engine: Option<Engine>,
    /// Delimiters that the page itself sets, merged with the defaults they do not replace.
    pub declared: Option<Delimiters>,
    /// Whether TeX is switched off: only AsciiMath or MathML is typeset.
    pub without_tex: bool,
    /// Macros that the configuration defines.
    pub macros: Macros,
    /// Elements, beyond the engine's own list, whose text is left alone; lower case.
    pub skip_tags: Vec<String>,
    /// Classes whose elements are left alone.
    pub ignore_classes: ClassRule,
    /// Classes that switch typesetting on again inside ignored elements.
    pub process_classes: ClassRule,
    asciimath: bool,
    asciimath_pairs: Vec<Pair>,
}

/// A set of classes as configurations give it: names, joined by `|`, or everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClassRule {
    names: Vec<String>,
    all: bool,
}

impl ClassRule {
    fn of(pattern: &str) -> Self {
        let names = pattern.split('|').map(str::trim).filter(|n| !n.is_empty() && *n != ".*");
        let all = pattern.split('|').any(|part| part.trim() == ".*");
        Self { names: names.map(str::to_owned).collect(), all }
    }

    /// Whether the rule holds for an element of this class; `math.*` is any that starts so.
    pub fn matches(&self, class: &str) -> bool {
        self.names.iter().any(|name| match name.strip_suffix(".*") {
            Some(start) => class.starts_with(start),
            None => name == class,
        })
    }

    /// Whether the rule holds for every element (`.*|`).
    pub fn is_everything(&self) -> bool {
        self.all
    }

    /// The classes it names.
    pub fn names(&self) -> &[String] {
        &self.names
    }
}

impl PageConfig {
    /// What the texts of a page's scripts say, in order; later ones win.
    ///
    /// Event handlers (`onload="renderMathInElement(...)"`) count as scripts.
    pub fn from_scripts<'a>(scripts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut page = Self::default();
        for script in scripts {
            page.read_script(script);
        }
        page
    }

    /// What the address of a script says: which engine it is and what it is told to typeset.
    pub fn from_script_url(url: &str) -> Self {
        let mut page = Self::default();
        page.read_url(url);
        page
    }

    /// The delimiters to look for: what the page declares; what its engine does
    /// by default, if a configuration leaves that as it is; else everything
    /// usual, under guard.
    pub fn delimiters_in_force(&self) -> Delimiters {
        if self.without_tex {
            return Delimiters::default();
        }
        self.declared.clone().unwrap_or_else(Delimiters::unknown)
    }

    /// The delimiters of AsciiMath, where the page typesets it.
    pub fn asciimath_delimiters(&self) -> Option<Delimiters> {
        let pairs = self.asciimath_pairs.clone();
        self.asciimath.then(|| Delimiters { pairs, escapes: true, ..Delimiters::default() })
    }

    /// Whether text inside an element of this class is left alone, by the page or by default.
    pub fn ignores_class(&self, class: &str) -> bool {
        matches!(class, "tex2jax_ignore" | "mathjax_ignore") || self.ignore_classes.matches(class)
    }

    /// Whether text inside an element of this class is typeset, even within an ignored one.
    pub fn processes_class(&self, class: &str) -> bool {
        matches!(class, "tex2jax_process" | "mathjax_process")
            || self.process_classes.matches(class)
    }

    /// Adds what one more script says.
    pub fn read_script(&mut self, script: &str) {
        if !mentions_engine(script) {
            return;
        }
        for (engine, literal) in literals(script) {
            match engine {
                Engine::Katex => self.read_katex(&literal),
                _ => self.read_mathjax(engine, &literal),
            }
        }
        for url in loaded_urls(script) {
            self.read_url(url);
        }
        if places(script, "renderMathInElement").next().is_some() {
            self.engine.get_or_insert(Engine::Katex);
            self.declared.get_or_insert_with(Delimiters::katex);
        }
    }

    /// Adds what the address of one more script says.
    pub fn read_url(&mut self, url: &str) {
        let lower = url.to_ascii_lowercase();
        let (path, query) = lower.split_once('?').unwrap_or((&lower, ""));
        let file = path.rsplit('/').next().unwrap_or(path);
        if file.starts_with("asciimathml") {
            self.engine.get_or_insert(Engine::AsciiMathMl);
            self.enable_asciimath();
        } else if file.starts_with("latexmathml") {
            self.engine.get_or_insert(Engine::AsciiMathMl);
            self.declared.get_or_insert_with(|| Delimiters::mathjax().with_dollar());
        } else if file.starts_with("auto-render") {
            self.engine.get_or_insert(Engine::Katex);
        } else if file.starts_with("mathjax.js") || query.contains("config=") {
            self.read_mathjax2_url(query);
        } else if path.contains("mathjax") || file.starts_with("tex-") {
            self.read_mathjax3_file(file);
        }
    }

    fn read_mathjax2_url(&mut self, query: &str) {
        let Some((_, config)) = query.split_once("config=") else {
            self.engine.get_or_insert(Engine::MathJax2);
            return;
        };
        let names = config.split('&').next().unwrap_or("").replace("%2c", ",").replace("%2d", "-");
        self.engine.get_or_insert(Engine::MathJax2);
        let first = names.split(',').next().unwrap_or("");
        let inputs: Vec<&str> = first.rsplit_once('_').map_or(first, |f| f.0).split('-').collect();
        if inputs.contains(&"am") {
            self.enable_asciimath();
        }
        let known = inputs.contains(&"am") || inputs.contains(&"mml");
        self.without_tex = known && !inputs.contains(&"tex");
    }

    fn read_mathjax3_file(&mut self, file: &str) {
        self.engine.get_or_insert(Engine::MathJax3);
        if file.contains("asciimath") {
            self.enable_asciimath();
        }
        self.without_tex |= file.starts_with("mml-") || file.starts_with("asciimath-");
    }

    fn enable_asciimath(&mut self) {
        self.asciimath = true;
        if self.asciimath_pairs.is_empty() {
            self.asciimath_pairs = vec![Pair::new("`", "`", false)];
        }
    }

    fn read_mathjax(&mut self, engine: Engine, literal: &Value) {
        self.engine = Some(engine);
        let finder = literal.get("tex2jax").or_else(|| literal.get("tex"));
        self.read_finder(engine, finder);
        for path in [["TeX", "Macros"], ["tex", "macros"], ["tex", "Macros"]] {
            let entries = literal.path(&path).map(Value::entries).unwrap_or_default();
            entries.iter().for_each(|(name, body)| self.define(name, body));
        }
        for key in ["tex2jax", "options", "asciimath2jax"] {
            literal.get(key).into_iter().for_each(|options| self.read_skips(options));
        }
        self.read_asciimath(literal);
    }

    /// Delimiters, escapes and environments; what is not set keeps its default.
    fn read_finder(&mut self, engine: Engine, finder: Option<&Value>) {
        let mut found = self.declared.take().unwrap_or_else(|| Delimiters {
            escapes: engine == Engine::MathJax3,
            ..Delimiters::mathjax()
        });
        found.guard = Guard::Off;
        if let Some(finder) = finder {
            replace_pairs(&mut found.pairs, finder.get("inlineMath"), false);
            replace_pairs(&mut found.pairs, finder.get("displayMath"), true);
            let flag = |key| finder.get(key).and_then(Value::bool);
            found.escapes = flag("processEscapes").unwrap_or(found.escapes);
            found.environments = flag("processEnvironments").unwrap_or(found.environments);
        }
        self.declared = Some(found);
    }

    fn read_skips(&mut self, options: &Value) {
        for key in ["skipTags", "skipHtmlTags", "ignoredTags"] {
            let tags = options.get(key).map(additions).unwrap_or_default();
            self.skip_tags.extend(tags.iter().filter_map(Value::text).map(str::to_ascii_lowercase));
        }
        for key in ["ignoreClass", "ignoreHtmlClass"] {
            if let Some(pattern) = options.get(key).and_then(Value::text) {
                self.ignore_classes = ClassRule::of(pattern);
            }
        }
        for key in ["processClass", "processHtmlClass"] {
            if let Some(pattern) = options.get(key).and_then(Value::text) {
                self.process_classes = ClassRule::of(pattern);
            }
        }
        let ignored = options.get("ignoredClasses").map(Value::list).unwrap_or_default();
        self.ignore_classes.names.extend(ignored.iter().filter_map(Value::text).map(str::to_owned));
    }

    fn read_asciimath(&mut self, literal: &Value) {
        let loads = |path: &[&str]| {
            let items = literal.path(path).map(additions).unwrap_or_default();
            items.iter().filter_map(Value::text).any(|item| {
                let item = item.to_ascii_lowercase();
                item.contains("asciimath")
            })
        };
        if [&["jax"][..], &["extensions"], &["loader", "load"]].into_iter().any(loads) {
            self.enable_asciimath();
        }
        for key in ["asciimath2jax", "asciimath"] {
            let Some(delimiters) = literal.path(&[key, "delimiters"]) else { continue };
            self.asciimath = true;
            self.asciimath_pairs = pairs(additions(delimiters), false).collect();
        }
    }

    fn read_katex(&mut self, literal: &Value) {
        let sides = literal.get("delimiters").map(Value::list).unwrap_or_default();
        let pairs: Vec<Pair> = sides.iter().filter_map(katex_pair).collect();
        if !pairs.is_empty() {
            self.engine = Some(Engine::Katex);
            self.declared = Some(Delimiters { pairs, escapes: true, ..Delimiters::default() });
        }
        let macros = literal.get("macros").map(Value::entries).unwrap_or_default();
        macros.iter().for_each(|(name, body)| self.define(name, body));
        self.read_skips(literal);
    }

    /// A macro of a configuration: a body, or a list of body, argument count and default.
    fn define(&mut self, name: &str, definition: &Value) {
        let definition = match definition {
            Value::Text(body) => Macro::from_body(body.clone()),
            Value::List(parts) => match listed_macro(parts) {
                Some(definition) => definition,
                None => return,
            },
            _ => return,
        };
        if !disarms(name, &definition) {
            self.macros.define(name, definition);
        }
    }
}

/// Whether a definition only makes a known command show nothing: `href: "{}"`.
fn disarms(name: &str, definition: &Macro) -> bool {
    definition.is_void() && commands::arity(name.trim_start_matches('\\')) > 0
}

fn listed_macro(parts: &[Value]) -> Option<Macro> {
    let body = parts.first()?.text()?;
    let count = match parts.get(1) {
        Some(Value::Number(count)) => *count as u8,
        Some(Value::Text(count)) => count.trim().parse().ok()?,
        _ => return Some(Macro::from_body(body)),
    };
    Some(Macro::new(count, parts.get(2).and_then(Value::text).map(str::to_owned), body))
}

/// The items of a list, or of MathJax's `{'[+]': [...]}`.
fn additions(value: &Value) -> &[Value] {
    value.get("[+]").unwrap_or(value).list()
}

fn pairs(items: &[Value], display: bool) -> impl Iterator<Item = Pair> {
    items.iter().filter_map(move |item| match item.list() {
        [open, close, ..] => Some(Pair::new(open.text()?, close.text()?, display)),
        _ => None,
    })
}

fn replace_pairs(known: &mut Vec<Pair>, setting: Option<&Value>, display: bool) {
    let Some(setting) = setting else { return };
    if setting.get("[+]").is_none() && !setting.list().is_empty() {
        known.retain(|pair| pair.display != display);
    }
    known.extend(pairs(additions(setting), display));
}

fn katex_pair(side: &Value) -> Option<Pair> {
    let display = side.get("display").and_then(Value::bool).unwrap_or(false);
    Some(Pair::new(side.get("left")?.text()?, side.get("right")?.text()?, display))
}

/// Whether there is anything in a script to be read: most scripts are large and say nothing.
fn mentions_engine(script: &str) -> bool {
    ["MathJax", "katex", "renderMathInElement"]
        .iter()
        .any(|word| memmem::find(script.as_bytes(), word.as_bytes()).is_some())
}

/// The literals that configure an engine in a script, in order.
fn literals(script: &str) -> Vec<(Engine, Value)> {
    let mut found: Vec<(usize, Engine, Value)> = Vec::new();
    let mut add = |at: usize, engine: Engine, value: Value| found.push((at, engine, value));
    for at in places(script, "MathJax.Hub.Config") {
        if let Some(value) = object_after(script, at, &['(']) {
            add(at, Engine::MathJax2, value);
        }
    }
    for at in places(script, "MathJax") {
        if let Some(value) = object_after(script, at, &['=']) {
            let engine = if is_version_2(&value) { Engine::MathJax2 } else { Engine::MathJax3 };
            add(at, engine, value);
        }
    }
    if script.contains("renderMathInElement") || script.contains("katex") {
        for (at, value) in katex_settings(script) {
            add(at, Engine::Katex, value);
        }
    }
    found.sort_by_key(|(at, _, _)| *at);
    found.into_iter().map(|(_, engine, value)| (engine, value)).collect()
}

fn is_version_2(value: &Value) -> bool {
    ["tex2jax", "TeX", "jax", "AuthorInit", "menuSettings"]
        .iter()
        .any(|key| value.get(key).is_some())
}

/// `delimiters: [...]` and its neighbours, wherever in a script of KaTeX's they are.
fn katex_settings(script: &str) -> Vec<(usize, Value)> {
    let mut found = Vec::new();
    for key in ["delimiters", "macros", "ignoredTags", "ignoredClasses"] {
        for at in places(script, key) {
            let after = script.get(at..).unwrap_or("").trim_start_matches(['"', '\'']).trim_start();
            let Some(literal) = after.strip_prefix([':', '=']) else { continue };
            let value = js::value(window(literal.trim_start()));
            found.push((at, Value::Object(vec![(key.to_owned(), value)])));
        }
    }
    found
}

/// Byte offsets just after each occurrence of a word outside comments, a bounded number of them.
fn places<'a>(script: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    let live =
        script.match_indices(word).take(MAX_LITERALS).filter(|(at, _)| !is_commented(script, *at));
    live.map(move |(at, _)| at + word.len())
}

/// Whether the line before `at` has begun a comment (and not an address).
fn is_commented(script: &str, at: usize) -> bool {
    let near = script.floor_char_boundary(at.saturating_sub(200));
    let before = crate::scan::slice(script, near..at);
    let line = before.rsplit('\n').next().unwrap_or("");
    line.trim_start().starts_with("//")
}

/// The addresses of engines that a script loads by itself.
fn loaded_urls(script: &str) -> impl Iterator<Item = &str> {
    places(script, "MathJax.js?config=").filter_map(|at| {
        let rest = script.get(at..)?;
        let end = rest.find(['"', '\'', '`', ' ', '\n'])?;
        script.get(at - "MathJax.js?config=".len()..at + end)
    })
}

/// The object literal that follows one of `lead` at `at`, perhaps after `x ||` or a call's name.
fn object_after(script: &str, at: usize, lead: &[char]) -> Option<Value> {
    let after = script.get(at..)?.trim_start().trim_start_matches(['"', '\'', ']']).trim_start();
    let after = after.strip_prefix(lead)?;
    let near = after.get(..after.floor_char_boundary(80))?;
    let brace = near.find(['{', ';', '\'', '"'])?;
    let literal = after.get(brace..)?;
    literal.starts_with('{').then(|| js::value(window(literal)))
}

fn window(script: &str) -> &str {
    crate::scan::slice(script, 0..script.floor_char_boundary(MAX_LITERAL))
}

#[cfg(test)]
mod tests;
