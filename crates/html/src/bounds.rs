//! Keeps the tree builder within limits, whatever tokens come.
//!
//! Some of its steps cost time in proportion to the number of open elements
//! and of active formatting elements, and one token may re-create every
//! unclosed formatting element. Capping both numbers, and the sum of what all
//! tokens cost, bounds time; capping nodes bounds memory. Start tags that do not fit are
//! left out together with their end tags. Text is never left out, except
//! inside `<script>`, `<style>` and frames that do not fit.

use crate::arena::Arena;
use crate::builder::{Builder, Next, RawText, Tag};
use crate::dom::Attribute;
use crate::formulas;
use crate::kind::{self, Kind};
use crate::texts::{Text, Texts};
use crate::tree::Limits;
use html5ever::{LocalName, local_name};

/// Open elements that one start tag can add: itself and two implied ones (`tbody`, `tr` around a `td`).
/// What it opens again, up to [`FORMATTING`] elements, comes on top of the limit.
const OPENED_AT_MOST: usize = 3;

/// Formatting elements that may be open or waiting to be opened again.
///
/// Pages in the wild stay below 10; each new block re-creates all that wait.
const FORMATTING: usize = 32;

/// Visits of open elements that the tree builder may make in all, and for each byte of the page.
///
/// A tag is reckoned as one visit of each open element, and costs a few of some 2 ns. Pages in the wild
/// need 2 visits a byte; one with 500 elements left open and a tag every 30 bytes needs 16.
const EFFORT: usize = 16_000_000;
const EFFORT_PER_BYTE: usize = 16;

/// How far back an end tag is matched with start tags that were left out.
const LOOK_BACK: usize = 32;

/// The tree builder behind its limits.
pub(crate) struct Bounds<'a> {
    builder: Builder<'a>,
    limits: &'a Limits,
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
pub(crate) struct Bounded<'a> {
    pub(crate) arena: Arena<'a>,
    /// Whether anything was left out of the tree.
    pub(crate) limited: bool,
    /// Whether a formula was ended early.
    pub(crate) ended_formula: bool,
}

/// Tokens come in here.
impl<'a> Bounds<'a> {
    /// For a page of `length` bytes.
    pub(crate) fn new(arena: Arena<'a>, limits: &'a Limits, length: usize) -> Self {
        Self {
            builder: Builder::new(arena),
            limits,
            effort: EFFORT.saturating_add(length.saturating_mul(EFFORT_PER_BYTE)),
            left_out: Vec::new(),
            discarding: false,
            raw: false,
            limited: false,
            ended_formula: false,
        }
    }

    /// The tree, now that the page is over, and how it departs from it.
    pub(crate) fn finish(mut self) -> Bounded<'a> {
        self.builder.end();
        let Self { builder, limited, ended_formula, .. } = self;
        Bounded { arena: builder.arena, limited, ended_formula }
    }

    /// Whether `<![CDATA[` begins a section here.
    pub(crate) fn in_foreign_content(&self) -> bool {
        self.builder.open.current().kind.is_foreign()
    }

    /// The page's list of attributes, for those of the next tag.
    pub(crate) fn attributes(&mut self) -> &mut Vec<Attribute> {
        &mut self.builder.arena.attributes
    }

    /// Where the page's texts are kept.
    pub(crate) fn texts(&mut self) -> &mut Texts<&'a str> {
        &mut self.builder.arena.texts
    }

    pub(crate) fn doctype(&mut self, quirks: bool) {
        self.builder.doctype(quirks);
    }

    pub(crate) fn comment(&mut self) {
        self.builder.comment();
    }

    pub(crate) fn nul(&mut self) {
        self.builder.nul();
    }

    /// Passes on text. In a full tree it goes where it stands, and opens nothing again.
    pub(crate) fn text(&mut self, text: Text) {
        if self.discarding {
            return;
        }
        if self.is_full() {
            return self.builder.text_alone(text);
        }
        if self.builder.formatting.elements() > 0 {
            self.count();
        }
        self.builder.text(text);
    }

    /// Passes on a start tag if it fits.
    pub(crate) fn start_tag(&mut self, tag: &Tag) -> Next {
        if self.in_foreign_content() && tag.kind.is(kind::FLOW) {
            self.end_formulas(tag.kind);
        }
        if self.is_full() {
            return self.start_when_full(tag);
        }
        if !self.fits(tag.kind) {
            self.leave_out(tag);
            return Next::Continue;
        }
        self.count();
        let next = self.builder.start_tag(tag);
        self.raw = matches!(next, Next::Raw(_));
        next
    }

    /// Passes on an end tag unless its start tag was left out.
    pub(crate) fn end_tag(&mut self, tag: &Tag) {
        if std::mem::take(&mut self.discarding) {
            return;
        }
        let ends_raw_text = std::mem::take(&mut self.raw);
        if !ends_raw_text && self.was_left_out(&tag.name) {
            return;
        }
        self.left_out.clear();
        self.count();
        self.builder.end_tag(tag);
    }
}

/// Decisions are made here.
impl Bounds<'_> {
    /// Ends the formulas that `flow` stands in, however deeply they are nested.
    fn end_formulas(&mut self, flow: Kind) {
        for _ in 0..self.limits.depth {
            let open = &self.builder.open;
            if !formulas::is_in_formula(open.current().kind) {
                break;
            }
            self.ended_formula |= !formulas::ends_before(open.kinds(), flow);
            self.left_out.clear();
            self.count();
            self.builder.end_tag(&Tag::bare(local_name!("math")));
        }
    }

    /// Whether only text may still be added.
    fn is_full(&self) -> bool {
        self.builder.arena.len() >= self.limits.nodes || self.effort == 0
    }

    /// Takes note of what a tag costs.
    fn count(&mut self) {
        self.effort = self.effort.saturating_sub(self.builder.open.len());
    }

    /// Whether the element can be opened.
    fn fits(&self, kind: Kind) -> bool {
        let deep = self.builder.open.len() + OPENED_AT_MOST > self.limits.depth;
        let many = kind.is(kind::FORMATTING) && self.builder.formatting.elements() >= FORMATTING;
        let stays_open = self.in_foreign_content() || !kind.is(kind::VOID | kind::RAW_TEXT);
        !(stays_open && (deep || many))
    }

    /// Remembers a start tag that does not fit, and keeps the words beside it apart.
    fn leave_out(&mut self, tag: &Tag) {
        self.omit(tag);
        self.left_out.push(tag.name.clone());
    }

    /// Takes nothing of a tag into the tree but a line end.
    fn omit(&mut self, tag: &Tag) {
        self.limited = true;
        self.attributes().truncate(tag.attributes.start as usize);
        if tag.kind.is(kind::BLOCK) {
            let line_end = self.texts().make(|out| out.push('\n'));
            self.text(line_end);
        }
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
    fn start_when_full(&mut self, tag: &Tag) -> Next {
        self.omit(tag);
        let raw_text = match tag.kind {
            _ if self.in_foreign_content() => return Next::Continue,
            Kind::Script => RawText::Script,
            Kind::Style | Kind::IFrame | Kind::NoEmbed | Kind::NoFrames => RawText::Plain,
            _ => return Next::Continue,
        };
        self.discarding = true;
        Next::Raw(raw_text)
    }
}
