//! Formulas between delimiters in plain text, as MathJax and KaTeX would find
//! them when the page is opened: text runs broken by every element but a line
//! break, code left alone, the page's own delimiters and ignore classes obeyed.

use super::source::{from_converted, from_tex};
use super::{Cx, Reading, Segment, Spotted};
use cc_math_core::FormulaKind;
use cc_math_html::{Dom, LocalName, NodeId, local_name};
use cc_math_tex::config::PageConfig;
use cc_math_tex::delimiters::{Delimiter, Delimiters, Pair, Span, find};
use std::ops::Range;

/// A text run under collection, and whether this part of the page is searched.
pub(super) struct Runs {
    pieces: Vec<Piece>,
    /// The run may hold a formula.
    promising: bool,
    /// Elements that switched the search off or on, innermost last.
    switches: Vec<(NodeId, bool)>,
    /// Whether the page's body is searched where nothing switches that.
    searched: bool,
    /// The page has delimiters that [`may_hold_formula`] does not look for.
    unusual: bool,
    /// Elements that the page's configuration leaves out.
    skipped: Vec<LocalName>,
    forum: Delimiters,
}

/// A piece of a run.
#[derive(Clone, Copy)]
enum Piece {
    Text(NodeId),
    Break,
}

/// A run as one text, and where in it the text of each node begins.
struct Run {
    text: String,
    starts: Vec<(NodeId, usize)>,
}

impl Run {
    fn of(dom: &Dom, pieces: &[Piece]) -> Self {
        let mut run = Self { text: String::new(), starts: Vec::with_capacity(pieces.len()) };
        for piece in pieces {
            match *piece {
                Piece::Break => run.text.push('\n'),
                Piece::Text(node) => {
                    run.starts.push((node, run.text.len()));
                    run.text.push_str(dom.text(node).unwrap_or_default());
                }
            }
        }
        run
    }
}

impl Runs {
    pub(super) fn new(cx: &Cx<'_>) -> Self {
        let searched = !cx.page.config.ignore_classes.is_everything();
        let unusual =
            cx.page.delimiters.pairs.iter().any(|pair| !pair.open.starts_with(['$', '\\']));
        Self {
            pieces: Vec::new(),
            promising: false,
            switches: Vec::new(),
            searched,
            unusual,
            skipped: cx.page.config.skip_tags.iter().map(|tag| (**tag).into()).collect(),
            forum: forum_tags(),
        }
    }

    /// Takes a text node into the run.
    pub(super) fn text(&mut self, node: NodeId, text: &str) {
        if self.switches.last().map_or(self.searched, |(_, on)| *on) {
            self.promising |= self.unusual || may_hold_formula(text);
            self.pieces.push(Piece::Text(node));
        }
    }

    /// Steps from an element into its children; `search` is what its class says about them.
    pub(super) fn descend(
        &mut self,
        cx: &Cx<'_>,
        node: NodeId,
        search: Option<bool>,
        spotted: &mut Spotted,
    ) -> Option<NodeId> {
        if !is_transparent(cx.dom, node) {
            self.flush(cx, spotted);
        } else {
            self.pieces.push(Piece::Break);
        }
        if is_opaque(cx.dom, node) {
            return self.pass(cx, node, spotted);
        }
        if let Some(on) = self.switch(cx.dom, node, search) {
            self.switches.push((node, on));
        }
        match cx.dom.first_child(node) {
            Some(child) => Some(child),
            None => self.pass(cx, node, spotted),
        }
    }

    /// Whether an element switches the search off, as code does, or on again.
    fn switch(&self, dom: &Dom, node: NodeId, search: Option<bool>) -> Option<bool> {
        let name = &dom.element(node)?.name;
        if is_code(name) || self.skipped.contains(name) { Some(false) } else { search }
    }

    /// Steps past a node, leaving the ancestors that end with it.
    pub(super) fn pass(
        &mut self,
        cx: &Cx<'_>,
        node: NodeId,
        spotted: &mut Spotted,
    ) -> Option<NodeId> {
        let mut node = node;
        loop {
            if self.switches.last().is_some_and(|(at, _)| *at == node) {
                self.flush(cx, spotted);
                self.switches.pop();
            }
            if let Some(next) = cx.dom.next_sibling(node) {
                return Some(next);
            }
            node = cx.dom.parent(node)?;
            if !is_transparent(cx.dom, node) {
                self.flush(cx, spotted);
            }
        }
    }

    /// Searches the run collected so far and starts a new one.
    pub(super) fn flush(&mut self, cx: &Cx<'_>, spotted: &mut Spotted) {
        if self.pieces.is_empty() {
            return;
        }
        if std::mem::take(&mut self.promising) {
            let run = Run::of(cx.dom, &self.pieces);
            for (outer, reading) in self.readings(cx, &run.text) {
                run.enter(outer, reading, spotted);
            }
        }
        self.pieces.clear();
    }

    fn readings(&self, cx: &Cx<'_>, text: &str) -> Vec<(Range<usize>, Reading)> {
        let mut found: Vec<(Range<usize>, Reading)> = Vec::new();
        for span in find(text, &cx.page.delimiters) {
            let reading = tex(cx, text, &span, kind_of(&span.delimiter));
            found.push((span.outer, reading));
        }
        if let Some(backticks) = &cx.page.asciimath {
            for span in find(text, backticks) {
                let body = text.get(span.body).unwrap_or_default();
                let converted = cc_math_tex::asciimath::to_tex(body);
                found.push((span.outer, from_converted(converted, false, FormulaKind::Asciimath)));
            }
        }
        if text.contains("[/") {
            for span in find(text, &self.forum) {
                let reading = tex(cx, text, &span, FormulaKind::ForumTag);
                found.push((span.outer, reading));
            }
        }
        found.sort_by_key(|(outer, _)| (outer.start, std::cmp::Reverse(outer.end)));
        disjoint(found)
    }
}

fn tex(cx: &Cx<'_>, text: &str, span: &Span, kind: FormulaKind) -> Reading {
    let body = text.get(span.body.clone()).unwrap_or_default();
    from_tex(cx, body, span.display, kind)
}

impl Run {
    /// Puts a formula where its run's text came from.
    fn enter(&self, outer: Range<usize>, reading: Reading, spotted: &mut Spotted) {
        let claim = match reading {
            Reading::Formula(claim) => Some(spotted.add(claim)),
            Reading::Lost(kind, why) => {
                spotted.lost.lose(kind, why);
                None
            }
            Reading::Hidden => None,
        };
        let mut claim = claim;
        for (index, (node, start)) in self.starts.iter().enumerate() {
            let next = self.starts.get(index + 1).map_or(self.text.len(), |(_, next)| *next);
            let from = outer.start.max(*start);
            let to = outer.end.min(next);
            if from < to {
                let range = from - start..to - start;
                spotted.add_segment(*node, Segment { range, claim: claim.take() });
            }
        }
    }
}

fn disjoint(found: Vec<(Range<usize>, Reading)>) -> Vec<(Range<usize>, Reading)> {
    let mut end = 0;
    let mut kept = Vec::with_capacity(found.len());
    for (outer, reading) in found {
        if outer.start >= end {
            end = outer.end;
            kept.push((outer, reading));
        }
    }
    kept
}

/// The kind of a delimiter.
pub(crate) fn kind_of(delimiter: &Delimiter) -> FormulaKind {
    match delimiter {
        Delimiter::Dollar => FormulaKind::RawDollar,
        Delimiter::DoubleDollar => FormulaKind::RawDoubleDollar,
        Delimiter::Paren => FormulaKind::RawParen,
        Delimiter::Bracket => FormulaKind::RawBracket,
        Delimiter::Environment(_) => FormulaKind::RawEnvironment,
        Delimiter::Configured => FormulaKind::RawConfigured,
    }
}

/// The tags of forum software.
fn forum_tags() -> Delimiters {
    let inline = ["tex", "itex", "latex", "math", "imath", "inlinemath", "TEX", "LATEX", "MATH"];
    let display = ["dmath", "displaymath"];
    let pair =
        |name: &str, display| Pair::new(&format!("[{name}]"), &format!("[/{name}]"), display);
    let pairs = inline
        .iter()
        .map(|name| pair(name, false))
        .chain(display.iter().map(|name| pair(name, true)));
    Delimiters {
        pairs: pairs.collect(),
        environments: false,
        escapes: false,
        ..Delimiters::default()
    }
}

fn may_hold_formula(text: &str) -> bool {
    memchr::memchr3(b'$', b'\\', b'`', text.as_bytes()).is_some()
        || memchr::memchr_iter(b'[', text.as_bytes())
            .any(|at| text.as_bytes().get(at + 1) == Some(&b'/'))
}

/// Elements that do not break a run.
fn is_transparent(dom: &Dom, node: NodeId) -> bool {
    let name = dom.element(node).map(|element| &element.name);
    matches!(name, None | Some(&local_name!("br") | &local_name!("wbr")))
}

/// Elements whose text is never the page's text.
fn is_opaque(dom: &Dom, node: NodeId) -> bool {
    dom.element(node).is_some_and(|element| {
        matches!(
            element.name,
            local_name!("script")
                | local_name!("style")
                | local_name!("head")
                | local_name!("textarea")
                | local_name!("title")
                | local_name!("svg")
                | local_name!("iframe")
                | local_name!("noembed")
                | local_name!("noframes")
                | local_name!("select")
                | local_name!("option")
        )
    })
}

/// Whether a class switches the search on (process classes) or off (ignore classes).
pub(super) fn class_switch<'a, Tokens: Iterator<Item = &'a str>>(
    tokens: impl Fn() -> Tokens,
    config: &PageConfig,
) -> Option<bool> {
    if tokens().any(|class| config.processes_class(class)) {
        return Some(true);
    }
    let ignored =
        |class| matches!(class, "no-mathjax" | "nomathjax") || config.ignores_class(class);
    tokens().any(ignored).then_some(false)
}

fn is_code(name: &LocalName) -> bool {
    matches!(
        *name,
        local_name!("pre")
            | local_name!("code")
            | local_name!("kbd")
            | local_name!("samp")
            | local_name!("listing")
            | local_name!("xmp")
            | local_name!("annotation")
            | local_name!("annotation-xml")
            | local_name!("math")
    )
}
