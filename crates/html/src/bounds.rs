//! Keeps html5ever's tree builder within limits, whatever tokens come.
//!
//! Some of its steps cost time in proportion to the number of open elements
//! and of active formatting elements, and one token may re-create every
//! unclosed formatting element. Capping both numbers makes each token cost a
//! bounded amount; capping nodes bounds memory. Start tags that do not fit are
//! left out together with their end tags. Text is never left out, except
//! inside `<script>`, `<style>` and frames that do not fit.

use crate::formulas::{self, Innermost};
use crate::sink::{Handle, Sink};
use crate::tree::Limits;
use html5ever::interface::Tracer;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::{RawKind, Rawtext, ScriptData};
use html5ever::tokenizer::{Tag, Token, TokenSink, TokenSinkResult};
use html5ever::tree_builder::{TreeBuilder, TreeBuilderOpts};
use html5ever::{Attribute, LocalName, local_name};
use std::cell::Cell;

/// Open elements that one start tag can add: itself and two implied ones (`tbody`, `tr` around a `td`).
const OPENED_AT_MOST: usize = 3;

/// Formatting elements that may be open or waiting to be opened again, counted in both lists.
///
/// Pages in the wild stay below 20; each new block re-creates all that wait.
const FORMATTING: usize = 64;

/// Tags let through between two counts of the open elements.
const PATIENCE: usize = 16;

/// Visits of open elements that the tree builder may make in all, and for each byte of the page.
///
/// A tag costs it at most a few visits of each open element, a visit some 7 ns. Pages in the wild
/// need 2 visits a byte; one with 500 elements left open and a tag every 30 bytes needs 16.
const EFFORT: usize = 16_000_000;
const EFFORT_PER_BYTE: usize = 16;

/// How far back an end tag is matched with start tags that were left out.
const LOOK_BACK: usize = 32;

/// How the tokenizer goes on after a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    /// As before.
    Continue,
    /// In raw text of this kind, up to the end tag of the element just begun.
    Raw(RawKind),
    /// Everything that follows is text.
    Plaintext,
}

/// The tree builder behind its limits.
pub(crate) struct Bounds<'a> {
    builder: TreeBuilder<Handle, Sink>,
    limits: &'a Limits,
    /// Elements that can surely still be opened.
    room: usize,
    /// Formatting elements that can surely still be opened.
    formatting_room: usize,
    /// Tags let through since open elements were counted.
    passed: usize,
    /// Visits of open elements that are left.
    effort: usize,
    /// Start tags left out whose end tag has not come.
    left_out: Vec<LocalName>,
    /// In an element whose text is kept from the tree.
    discarding: bool,
    /// In an element of raw text that the builder knows of.
    raw: bool,
    limited: bool,
    /// Whether a formula without an end was ended where the standard would let it go on.
    ended_formula: bool,
}

/// What became of the page's tokens.
pub(crate) struct Bounded {
    pub(crate) sink: Sink,
    /// Whether anything was left out of the tree.
    pub(crate) limited: bool,
    /// Whether a formula was ended early.
    pub(crate) ended_formula: bool,
}

/// Counts what the tree builder holds on to.
#[derive(Default)]
struct Count {
    all: Cell<usize>,
    formatting: Cell<usize>,
}

impl Tracer for Count {
    type Handle = Handle;

    fn trace_handle(&self, node: &Handle) {
        self.all.set(self.all.get() + 1);
        let formatting = usize::from(is_formatting(node.name()));
        self.formatting.set(self.formatting.get() + formatting);
    }
}

impl<'a> Bounds<'a> {
    /// For a page of `length` bytes.
    pub(crate) fn new(sink: Sink, limits: &'a Limits, length: usize) -> Self {
        let options = TreeBuilderOpts {
            scripting_enabled: false,
            drop_doctype: true,
            ..TreeBuilderOpts::default()
        };
        Self {
            builder: TreeBuilder::new(sink, options),
            limits,
            room: limits.depth,
            formatting_room: FORMATTING,
            passed: 0,
            effort: EFFORT.saturating_add(length.saturating_mul(EFFORT_PER_BYTE)),
            left_out: Vec::new(),
            discarding: false,
            raw: false,
            limited: false,
            ended_formula: false,
        }
    }

    /// The tree so far, and how it departs from the page.
    pub(crate) fn finish(self) -> Bounded {
        self.builder.end();
        let Self { builder, limited, ended_formula, .. } = self;
        Bounded { sink: builder.sink, limited, ended_formula }
    }

    /// Whether `<![CDATA[` begins a section here.
    pub(crate) fn in_foreign_content(&self) -> bool {
        self.builder.adjusted_current_node_present_but_not_in_html_namespace()
    }

    /// An empty list for the attributes of a tag.
    pub(crate) fn attribute_list(&self) -> Vec<Attribute> {
        self.builder.sink.attribute_list()
    }

    /// Passes on a doctype, a comment, U+0000 or the end of the page.
    pub(crate) fn other(&mut self, token: Token) {
        self.pass(token);
    }

    /// Passes on text.
    pub(crate) fn text(&mut self, text: StrTendril) {
        if !self.discarding {
            self.pass(Token::CharacterTokens(text));
        }
    }

    /// Passes on a start tag if it fits.
    pub(crate) fn start_tag(&mut self, tag: Tag) -> Next {
        if self.in_foreign_content() && formulas::is_flow(&tag.name) {
            self.end_formulas(&tag.name);
        }
        if self.is_full() {
            return self.start_when_full(&tag.name);
        }
        if !self.fits(&tag.name) {
            self.leave_out(tag.name);
            return Next::Continue;
        }
        let next = self.pass_tag(tag);
        self.raw = matches!(next, Next::Raw(_));
        next
    }

    /// Passes on an end tag unless its start tag was left out.
    pub(crate) fn end_tag(&mut self, tag: Tag) {
        if std::mem::take(&mut self.discarding) {
            return;
        }
        let ends_raw_text = std::mem::take(&mut self.raw);
        if !ends_raw_text && self.was_left_out(&tag.name) {
            return;
        }
        self.left_out.clear();
        self.pass_tag(tag);
    }

    /// Ends the formulas that `flow` stands in, however deeply they are nested.
    fn end_formulas(&mut self, flow: &LocalName) {
        for _ in 0..self.limits.depth {
            let innermost = self.innermost();
            if !innermost.is_in_formula() {
                break;
            }
            self.ended_formula |= !innermost.ends_before(flow);
            self.left_out.clear();
            self.pass(Token::TagToken(formulas::end_tag()));
        }
    }

    /// The element that foreign content would be added to; counts the open elements on the way.
    fn innermost(&mut self) -> Innermost {
        if !self.in_foreign_content() {
            return Innermost::default();
        }
        self.passed += 1;
        self.count();
        let innermost = Innermost::default();
        self.builder.trace_handles(&innermost);
        innermost
    }

    /// Whether only text may still be added.
    fn is_full(&self) -> bool {
        self.builder.sink.len() >= self.limits.nodes || self.effort == 0
    }

    fn pass_tag(&mut self, tag: Tag) -> Next {
        let next = self.pass(Token::TagToken(tag));
        self.passed += 1;
        if self.passed >= PATIENCE {
            self.count();
        }
        next
    }

    fn pass(&mut self, token: Token) -> Next {
        match self.builder.process_token(token, 1) {
            TokenSinkResult::RawData(kind) => Next::Raw(kind),
            TokenSinkResult::Plaintext => Next::Plaintext,
            TokenSinkResult::Continue
            | TokenSinkResult::Script(_)
            | TokenSinkResult::EncodingIndicator(_) => Next::Continue,
        }
    }

    /// Whether the element can be opened, as far as open elements are counted; then counts it.
    fn fits(&mut self, name: &LocalName) -> bool {
        let formatting = usize::from(is_formatting(name));
        if self.room < OPENED_AT_MOST || self.formatting_room < formatting {
            return is_void(name) || is_raw_text(name);
        }
        self.room -= OPENED_AT_MOST;
        self.formatting_room -= formatting;
        true
    }

    fn count(&mut self) {
        let count = Count::default();
        self.builder.trace_handles(&count);
        self.room = self.limits.depth.saturating_sub(count.all.get());
        self.formatting_room = FORMATTING.saturating_sub(count.formatting.get());
        self.effort = self.effort.saturating_sub(count.all.get() * self.passed);
        self.passed = 0;
    }

    /// Remembers a start tag that does not fit, and keeps the words beside it apart.
    fn leave_out(&mut self, name: LocalName) {
        self.limited = true;
        if is_block(&name) {
            self.text(StrTendril::from_slice("\n"));
        }
        self.left_out.push(name);
    }

    fn was_left_out(&mut self, name: &LocalName) -> bool {
        if self.is_full() {
            return true;
        }
        let recent = self.left_out.len().saturating_sub(LOOK_BACK);
        let found = self.left_out.iter().skip(recent).rposition(|left_out| left_out == name);
        if let Some(index) = found {
            self.left_out.truncate(recent + index);
        }
        found.is_some()
    }

    /// A start tag when the tree may not grow: only its effect on the tokenizer is kept.
    fn start_when_full(&mut self, name: &LocalName) -> Next {
        self.limited = true;
        if is_block(name) {
            self.text(StrTendril::from_slice("\n"));
        }
        let kind = match *name {
            local_name!("script") => ScriptData,
            local_name!("style")
            | local_name!("iframe")
            | local_name!("noembed")
            | local_name!("noframes") => Rawtext,
            _ => return Next::Continue,
        };
        self.discarding = true;
        Next::Raw(kind)
    }
}

/// Elements of the standard's "formatting" category.
fn is_formatting(name: &LocalName) -> bool {
    matches!(
        *name,
        local_name!("a")
            | local_name!("b")
            | local_name!("big")
            | local_name!("code")
            | local_name!("em")
            | local_name!("font")
            | local_name!("i")
            | local_name!("nobr")
            | local_name!("s")
            | local_name!("small")
            | local_name!("strike")
            | local_name!("strong")
            | local_name!("tt")
            | local_name!("u")
    )
}

/// Elements that never stay open.
fn is_void(name: &LocalName) -> bool {
    matches!(
        *name,
        local_name!("area")
            | local_name!("base")
            | local_name!("br")
            | local_name!("embed")
            | local_name!("hr")
            | local_name!("img")
            | local_name!("input")
            | local_name!("link")
            | local_name!("meta")
            | local_name!("source")
            | local_name!("track")
            | local_name!("wbr")
    )
}

/// Elements whose content is not markup, so that leaving out their tags would change what it means.
fn is_raw_text(name: &LocalName) -> bool {
    matches!(
        *name,
        local_name!("iframe")
            | local_name!("noembed")
            | local_name!("noframes")
            | local_name!("plaintext")
            | local_name!("script")
            | local_name!("style")
            | local_name!("textarea")
            | local_name!("title")
            | local_name!("xmp")
    )
}

/// Elements whose text stands apart from what is before it.
fn is_block(name: &LocalName) -> bool {
    matches!(
        *name,
        local_name!("article")
            | local_name!("blockquote")
            | local_name!("br")
            | local_name!("dd")
            | local_name!("div")
            | local_name!("dt")
            | local_name!("h1")
            | local_name!("h2")
            | local_name!("h3")
            | local_name!("h4")
            | local_name!("h5")
            | local_name!("h6")
            | local_name!("li")
            | local_name!("p")
            | local_name!("pre")
            | local_name!("section")
            | local_name!("table")
            | local_name!("td")
            | local_name!("th")
            | local_name!("tr")
    )
}
