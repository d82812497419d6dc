//! Finding formulas: one registry, one small file a kind of markup.
//!
//! [`spot`] visits the tree once. At each element whose name, class or
//! attributes ring a bell it asks the kinds concerned; the first that
//! recognises the element reads it, and nothing below is looked at again, so a
//! formula with several forms (MathML beside a rendered duplicate, a script
//! beside a preview) is taken once. What is left as text goes to [`raw`].

mod attribute;
mod image;
mod jsmath;
mod katex;
mod katex_call;
mod marked;
mod math_script;
mod mathjax2;
mod mathjax3;
mod mathml;
mod mathquill;
mod mediawiki;
mod raw;
mod source;
mod sup_sub;
mod unicode;
mod unmarked;
mod wiris;

pub(crate) use crate::glyphs::{classes, has_class};
pub(crate) use raw::kind_of as raw_kind;
pub(crate) use unicode::is_strong;

use crate::context::PageContext;
use crate::memo::Memo;
use crate::render::Claim;
use cc_math_core::{FormulaKind, Ledger, Loss};
use cc_math_html::{Dom, NodeId, local_name};
use cc_math_tex::canonical::canonical;
use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::LazyLock;

/// What one kind of markup made of an element.
#[derive(Debug)]
pub(crate) enum Reading {
    /// A formula stands here.
    Formula(Claim),
    /// Mathematics stood here, but nothing could be made of it.
    Lost(FormulaKind, Loss),
    /// A duplicate or a definition: nothing is to be shown here.
    Hidden,
}

/// What a kind may look at.
pub(crate) struct Cx<'a> {
    pub(crate) dom: &'a Dom<'a>,
    pub(crate) page: &'a PageContext,
}

/// One kind of markup: what rings its bell, and how it is read.
pub(crate) struct Markup {
    /// Element names that call for it.
    names: &'static [&'static str],
    /// Class tokens that call for it.
    classes: &'static [&'static str],
    /// Attribute names that call for it.
    attributes: &'static [&'static str],
    /// Reads an element; `None` if it is something else after all.
    read: fn(&Cx<'_>, NodeId) -> Option<Reading>,
}

/// All kinds of marked-up formulas, the most faithful first.
static REGISTRY: &[Markup] = &[
    math_script::MARKUP,
    mathjax2::MARKUP,
    mediawiki::MARKUP,
    wiris::MARKUP,
    attribute::MARKUP,
    mathjax3::MARKUP,
    katex::MARKUP,
    mathml::MARKUP,
    mathquill::MARKUP,
    jsmath::MARKUP,
    image::MARKUP,
    marked::MARKUP,
    katex_call::MARKUP,
];

/// A set of registry entries, one bit each.
type Kinds = u32;

/// Which kinds a word calls, by where the word stands.
struct Bells {
    kinds: HashMap<&'static str, Kinds>,
    /// First and last bytes of words, which most words of a page have not.
    first: [bool; 256],
    last: [bool; 256],
}

static NAMES: LazyLock<Bells> = LazyLock::new(|| bells(|markup| markup.names));
static CLASSES: LazyLock<Bells> = LazyLock::new(|| bells(|markup| markup.classes));
static ATTRIBUTES: LazyLock<Bells> = LazyLock::new(|| bells(|markup| markup.attributes));

/// Kinds that an `id` calls, as most elements have; they look no further than at that.
static SHALLOW: LazyLock<Kinds> = LazyLock::new(|| called(&ATTRIBUTES, "id"));

fn bells(words: fn(&Markup) -> &'static [&'static str]) -> Bells {
    let mut bells = Bells { kinds: HashMap::new(), first: [false; 256], last: [false; 256] };
    for (index, markup) in REGISTRY.iter().enumerate() {
        for word in words(markup) {
            *bells.kinds.entry(*word).or_default() |= 1 << index;
            let (first, last) = ends(word);
            bells.first[usize::from(first)] = true;
            bells.last[usize::from(last)] = true;
        }
    }
    bells
}

fn ends(word: &str) -> (u8, u8) {
    let end = |byte: Option<&u8>| byte.copied().unwrap_or(0);
    (end(word.as_bytes().first()), end(word.as_bytes().last()))
}

fn called(bells: &Bells, word: &str) -> Kinds {
    let (first, last) = ends(word);
    if !bells.first[usize::from(first)] || !bells.last[usize::from(last)] {
        return 0;
    }
    bells.kinds.get(word).copied().unwrap_or(0)
}

/// A stretch of a text node that belongs to a formula.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Segment {
    /// Bytes of the text node.
    pub(crate) range: Range<usize>,
    /// The formula to show there; `None` for the rest of one that began in an earlier node.
    pub(crate) claim: Option<usize>,
}

/// What marks a text node that has segments.
const SEGMENTED: u32 = 1 << 31;

/// The formulas of a page and where they stand.
#[derive(Debug, Default)]
pub(crate) struct Spotted {
    pub(crate) claims: Vec<Claim>,
    /// Formulas that could not be kept.
    pub(crate) lost: Ledger,
    /// For each node: 0 nothing, 1 hidden, n + 2 the claim n, [`SEGMENTED`] + n the segments n.
    marks: Vec<u32>,
    /// Segments of the text nodes that have any.
    segments: Vec<Vec<Segment>>,
    /// Nodes that were marked with a claim or given segments.
    places: Vec<NodeId>,
}

/// Formulas that were typeset before the page was sent.
fn is_rendered(kind: FormulaKind) -> bool {
    matches!(kind, FormulaKind::Katex | FormulaKind::MathjaxContainer | FormulaKind::Mediawiki)
}

/// Formulas that a renderer would find in text.
fn is_delimited(kind: FormulaKind) -> bool {
    use FormulaKind::{RawBracket, RawDollar, RawDoubleDollar, RawParen};
    matches!(kind, RawDollar | RawDoubleDollar | RawParen | RawBracket)
}

/// What stands at a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mark {
    Nothing,
    Hidden,
    Claim(usize),
}

impl Spotted {
    /// Nothing, so far.
    pub(crate) fn new(dom: &Dom) -> Self {
        Self { marks: vec![0; dom.len()], ..Self::default() }
    }

    fn raw_mark(&self, node: NodeId) -> u32 {
        self.marks.get(node.index()).copied().unwrap_or(0)
    }

    pub(crate) fn mark(&self, node: NodeId) -> Mark {
        match self.raw_mark(node) {
            0 | SEGMENTED.. => Mark::Nothing,
            1 => Mark::Hidden,
            n => Mark::Claim(n as usize - 2),
        }
    }

    /// Segments of a text node.
    pub(crate) fn segments(&self, node: NodeId) -> &[Segment] {
        let segments = self.raw_mark(node).checked_sub(SEGMENTED);
        segments.and_then(|at| self.segments.get(at as usize)).map_or(&[], Vec::as_slice)
    }

    /// True if a formula stands at this node or inside this text.
    pub(crate) fn bears(&self, node: NodeId) -> bool {
        matches!(self.mark(node), Mark::Claim(_)) || !self.segments(node).is_empty()
    }

    /// The elements at which and the text nodes in which formulas stand.
    pub(crate) fn places(&self) -> &[NodeId] {
        &self.places
    }

    fn set(&mut self, node: NodeId, mark: u32) {
        if let Some(slot) = self.marks.get_mut(node.index()) {
            *slot = mark;
        }
    }

    fn hide(&mut self, node: NodeId) {
        self.set(node, 1);
    }

    fn add(&mut self, claim: Claim) -> usize {
        self.claims.push(claim);
        self.claims.len() - 1
    }

    fn enter(&mut self, node: NodeId, reading: Reading) {
        match reading {
            Reading::Formula(claim) => {
                let claim = self.add(claim) as u32;
                self.set(node, claim + 2);
                self.places.push(node);
            }
            Reading::Lost(kind, why) => {
                self.lost.lose(kind, why);
                self.hide(node);
            }
            Reading::Hidden => self.hide(node),
        }
    }

    /// Delimited text that repeats a rendered formula of the page stays text: nothing on the
    /// page typesets it, so its author shows how the formula is written.
    fn give_back_shown_sources(&mut self) {
        let delimited = self.claims.iter().any(|c| is_delimited(c.kind));
        if !delimited || !self.claims.iter().any(|c| is_rendered(c.kind)) {
            return;
        }
        let rendered: HashSet<String> =
            self.claims.iter().filter(|c| is_rendered(c.kind)).map(|c| canonical(&c.tex)).collect();
        let is_shown = |c: &Claim| is_delimited(c.kind) && rendered.contains(&canonical(&c.tex));
        let shown: Vec<bool> = self.claims.iter().map(is_shown).collect();
        for segments in &mut self.segments {
            segments.retain(|s| !s.claim.and_then(|n| shown.get(n)).copied().unwrap_or(false));
        }
        let mut places = std::mem::take(&mut self.places);
        places.retain(|node| self.bears(*node));
        self.places = places;
    }

    fn add_segment(&mut self, node: NodeId, segment: Segment) {
        if self.raw_mark(node) < SEGMENTED {
            self.set(node, SEGMENTED + self.segments.len() as u32);
            self.segments.push(Vec::new());
            self.places.push(node);
        }
        let at = self.raw_mark(node).checked_sub(SEGMENTED);
        if let Some(segments) = at.and_then(|at| self.segments.get_mut(at as usize)) {
            segments.push(segment);
        }
    }
}

/// Finds every formula of the page.
pub(crate) fn spot(dom: &Dom, page: &mut PageContext) -> Spotted {
    let mut spotted = walk(dom, page);
    if page.config.engine.is_none() && page.config.declared.is_none() {
        spotted.give_back_shown_sources();
    }
    source::settle(&mut spotted.claims, &mut page.macros);
    spotted
}

fn walk(dom: &Dom, page: &PageContext) -> Spotted {
    let cx = Cx { dom, page };
    let mut spotted = Walk::new(&cx).run();
    if spotted.claims.is_empty() {
        unmarked::spot(dom, &mut spotted);
    }
    spotted
}

/// The visit of all nodes.
struct Walk<'a> {
    cx: &'a Cx<'a>,
    spotted: Spotted,
    runs: raw::Runs,
    refused: Refused,
    classes: Memo<ClassSays>,
}

/// What the value of a `class` attribute says.
#[derive(Debug, Clone, Copy, Default)]
struct ClassSays {
    /// Kinds that its tokens call.
    kinds: Kinds,
    /// Whether text below is to be searched for delimiters, if it says so.
    search: Option<bool>,
}

impl<'a> Walk<'a> {
    fn new(cx: &'a Cx<'a>) -> Self {
        Self {
            cx,
            spotted: Spotted::new(cx.dom),
            runs: raw::Runs::new(cx),
            refused: Refused::new(cx.dom),
            classes: Memo::new(),
        }
    }

    fn run(mut self) -> Spotted {
        let mut next = Some(self.cx.dom.root());
        while let Some(node) = next {
            next = self.visit(node);
        }
        self.runs.flush(self.cx, &mut self.spotted);
        self.spotted
    }

    /// Visits a node; gives the one to visit next.
    fn visit(&mut self, node: NodeId) -> Option<NodeId> {
        if let Some(text) = self.cx.dom.text(node) {
            self.runs.text(node, text);
            return self.runs.pass(self.cx, node, &mut self.spotted);
        }
        let called = self.called(node);
        if let Some(reading) = self.read(node, called) {
            self.runs.flush(self.cx, &mut self.spotted);
            self.spotted.enter(node, reading);
            return self.runs.pass(self.cx, node, &mut self.spotted);
        }
        self.runs.descend(self.cx, node, called.search, &mut self.spotted)
    }

    fn read(&mut self, node: NodeId, called: Called) -> Option<Reading> {
        let around = self.refused.around(self.cx.dom, node);
        let claimed = if around >= Refused::MOST { 0 } else { called.claimed };
        self.refused.enter(node, around + u8::from(claimed != 0));
        let mut kinds = called.sure | claimed;
        while kinds != 0 {
            let markup = &REGISTRY[kinds.trailing_zeros() as usize];
            if let Some(reading) = (markup.read)(self.cx, node) {
                return Some(reading);
            }
            kinds &= kinds - 1;
        }
        None
    }

    fn called(&mut self, node: NodeId) -> Called {
        let Some(element) = self.cx.dom.element(node) else { return Called::default() };
        let (mut kinds, mut search) = (0, None);
        for (name, value) in self.cx.dom.attributes(node).iter() {
            if *name == local_name!("class") {
                let says = self.classes.get(value, || ClassSays::of(value, self.cx));
                kinds |= says.kinds;
                search = says.search;
            } else {
                kinds |= called(&ATTRIBUTES, name);
            }
        }
        let named = called(&NAMES, &element.name);
        let sure = named | kinds & *SHALLOW;
        Called { sure, claimed: kinds & !sure & !*SHALLOW, search }
    }
}

impl ClassSays {
    fn of(value: &str, cx: &Cx<'_>) -> Self {
        let tokens = || value.split_ascii_whitespace();
        Self {
            kinds: tokens().fold(0, |all, token| all | called(&CLASSES, token)),
            search: raw::class_switch(tokens, &cx.page.config),
        }
    }
}

/// What an element calls for.
#[derive(Debug, Clone, Copy, Default)]
struct Called {
    /// Kinds called by its name or `id`.
    sure: Kinds,
    /// Kinds called only by a class or another attribute.
    claimed: Kinds,
    /// Whether its class wants text below to be searched for delimiters.
    search: Option<bool>,
}

/// For each element, how many around it and with it rang a bell and turned out to be no formula.
///
/// To find that out may take a look at all that an element holds, so elements that claim to be
/// formulas by a class or attribute, inside of many that do, are not asked; those that are by
/// their name (`math`) always are.
struct Refused(Vec<u8>);

impl Refused {
    /// More than any real page has around a formula.
    const MOST: u8 = 16;

    fn new(dom: &Dom) -> Self {
        Self(vec![0; dom.len()])
    }

    fn around(&self, dom: &Dom, node: NodeId) -> u8 {
        let parent = dom.parent(node).and_then(|parent| self.0.get(parent.index()));
        parent.copied().unwrap_or(0)
    }

    fn enter(&mut self, node: NodeId, count: u8) {
        if let Some(slot) = self.0.get_mut(node.index()) {
            *slot = count;
        }
    }
}

/// Nodes below an element that are looked at for a part of its formula. Elements that claim to be
/// formulas can be nested; no real one is this large.
const MOST_PARTS: usize = 20_000;

/// The first element below `node` for which `test` holds.
pub(crate) fn find(dom: &Dom, node: NodeId, test: impl Fn(NodeId) -> bool) -> Option<NodeId> {
    dom.descendants(node).take(MOST_PARTS).find(|below| test(*below))
}

/// The first element below `node` with this name.
pub(crate) fn find_name(dom: &Dom, node: NodeId, name: &str) -> Option<NodeId> {
    find(dom, node, |below| dom.name(below) == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prefilter::may_hold_math;

    /// Elements and attributes that mean something else on most pages; their formulas have other signs.
    const COMMON: &[&str] =
        &["img", "script", "noscript", "var", "alternatives", "id", "data-attrs"];

    /// Classes that never come without another sign of their renderer.
    const NEVER_ALONE: &[&str] = &["typeset", "wrs_chemistry", "mq-editable-field"];

    fn claims(page: &str) -> usize {
        let dom = cc_math_html::parse(page, &Default::default()).dom;
        spot(&dom, &mut PageContext::read(&dom)).claims.len()
    }

    #[test]
    fn formulas_stand_in_any_number_of_elements_but_not_of_claims() {
        let formula = "<math><mi>x</mi></math>";
        assert_eq!(claims(&format!("{}{formula}", "<div id=a>".repeat(100))), 1);
        assert_eq!(claims(&format!("{}{formula}", "<div class=MathJax_Preview>".repeat(100))), 1);
        let marked = "<span class=math>x^2</span>";
        assert_eq!(claims(&format!("{}{marked}", "<div class=MathJax_Preview>".repeat(4))), 1);
        assert_eq!(claims(&format!("{}{marked}", "<div class=MathJax_Preview>".repeat(100))), 0);
    }

    #[test]
    fn the_prefilter_knows_every_bell() {
        let mut unknown = Vec::new();
        let mut check = |page: String| {
            if !may_hold_math(page.as_bytes()) {
                unknown.push(page);
            }
        };
        for markup in REGISTRY {
            let names = markup.names.iter().filter(|name| !COMMON.contains(name));
            names.for_each(|name| check(format!("<p>a <{name}>x</{name}>")));
            let classes = markup.classes.iter().filter(|class| !NEVER_ALONE.contains(class));
            classes.for_each(|class| check(format!("<p>a <b class=\"a {class} b\">x</b>")));
            let attributes = markup.attributes.iter().filter(|name| !COMMON.contains(name));
            attributes.for_each(|name| check(format!("<p>a <b {name}=\"x\">y</b>")));
        }
        assert!(unknown.is_empty(), "{unknown:#?}");
    }
}
