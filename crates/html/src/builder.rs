//! Builds the tree from tokens, by the rules of the HTML standard
//! (<https://html.spec.whatwg.org/multipage/parsing.html#tree-construction>).
//!
//! What differs from html5ever, whose trees these are: an element is its index
//! and a small number for its name, a tag's attributes go straight into the
//! page's list of them, and an element made again shares them. Where html5ever
//! departs from the standard, this follows it, so that the two can be held
//! against each other (`tests/same_tree.rs`), but for two cases that
//! `docs/decisions/0007-tree-builder.md` names.
//!
//! Scripting is off, the contents of `<template>` are its children, and
//! comments leave no node. Work for a token grows with the number of open
//! elements; [`crate::bounds`] keeps that small.

mod body;
mod foreign;
mod formatting;
mod head;
mod stack;
mod table;

use crate::arena::{Arena, Place};
use crate::dom::{Element, NONE, Stretch};
use crate::kind::{self, Kind};
use crate::texts::Text;
use formatting::Formatting;
use html5ever::LocalName;
use stack::{Open, Stack};

/// The tag of an element.
#[derive(Debug, Clone)]
pub(crate) struct Tag {
    pub(crate) name: LocalName,
    pub(crate) kind: Kind,
    /// None of an end tag.
    pub(crate) attributes: Stretch,
    pub(crate) self_closing: bool,
}

impl Tag {
    /// One without attributes.
    pub(crate) fn bare(name: LocalName) -> Self {
        let kind = Kind::of(&name);
        Self { name, kind, attributes: Stretch::default(), self_closing: false }
    }
}

/// How the tokenizer goes on after a start tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    /// As before.
    Continue,
    /// In raw text of this kind, up to the end tag of the element just begun.
    Raw(RawText),
    /// Everything that follows is text.
    Plaintext,
}

/// How raw text is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RawText {
    /// Of `<title>` and `<textarea>`: with character references.
    Escapable,
    /// Of `<style>`, frames and their like.
    Plain,
    /// Of `<script>`.
    Script,
}

/// A token as the rules see it.
#[derive(Debug, Clone, Copy)]
enum Token<'t> {
    /// Text; where white space matters, all of it or none is.
    Text(Text, Space),
    /// U+0000.
    Nul,
    Comment,
    Start(&'t Tag),
    End(&'t Tag),
    Eof,
}

/// Whether a text is white space.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Space {
    All,
    None,
    /// Nobody asked.
    Unknown,
}

/// What is to be done after a rule was applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Done,
    /// Apply the rules again, the insertion mode has changed.
    Again,
    /// Tell the tokenizer.
    Tell(Next),
}

/// The standard's insertion modes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Initial,
    BeforeHtml,
    BeforeHead,
    InHead,
    InHeadNoscript,
    AfterHead,
    InBody,
    Text,
    InTable,
    InTableText,
    InCaption,
    InColumnGroup,
    InTableBody,
    InRow,
    InCell,
    InTemplate,
    AfterBody,
    InFrameset,
    AfterFrameset,
    AfterAfterBody,
    AfterAfterFrameset,
}

impl Mode {
    /// Whether the rules of this mode tell white space from other text.
    fn tells_space(self) -> bool {
        matches!(
            self,
            Self::Initial
                | Self::BeforeHtml
                | Self::BeforeHead
                | Self::InHead
                | Self::InHeadNoscript
                | Self::AfterHead
                | Self::InColumnGroup
                | Self::AfterBody
                | Self::InFrameset
                | Self::AfterFrameset
                | Self::AfterAfterBody
                | Self::AfterAfterFrameset
        )
    }
}

/// A tree being built.
pub(crate) struct Builder<'a> {
    pub(crate) arena: Arena<'a>,
    mode: Mode,
    /// Where to go on after raw text or text of a table.
    original_mode: Mode,
    template_modes: Vec<Mode>,
    pub(crate) open: Stack,
    pub(crate) formatting: Formatting,
    pending_table_text: Vec<Text>,
    head: Option<Open>,
    form: Option<Open>,
    quirks: bool,
    frameset_ok: bool,
    /// Whether a line feed is to be left out if it comes next.
    ignore_line_feed: bool,
    foster_parenting: bool,
}

/// Tokens come in here.
impl<'a> Builder<'a> {
    pub(crate) fn new(arena: Arena<'a>) -> Self {
        Self {
            arena,
            mode: Mode::Initial,
            original_mode: Mode::InBody,
            template_modes: Vec::new(),
            open: Stack::default(),
            formatting: Formatting::default(),
            pending_table_text: Vec::new(),
            head: None,
            form: None,
            quirks: false,
            frameset_ok: true,
            ignore_line_feed: false,
            foster_parenting: false,
        }
    }

    /// A doctype, and whether it asks for quirks mode.
    pub(crate) fn doctype(&mut self, quirks: bool) {
        self.ignore_line_feed = false;
        if self.mode == Mode::Initial {
            self.quirks = quirks;
            self.mode = Mode::BeforeHtml;
        }
    }

    /// Text, which may not be empty.
    pub(crate) fn text(&mut self, mut text: Text) {
        if std::mem::take(&mut self.ignore_line_feed) && self.said(text).starts_with('\n') {
            text = text.split_at(1).1;
        }
        while !text.is_empty() {
            let (token, rest) = self.run_of_text(text);
            self.process(token);
            text = rest;
        }
    }

    /// Text that goes where it stands, whatever the rules are.
    pub(crate) fn text_alone(&mut self, text: Text) {
        self.comment();
        self.append_text(text);
    }

    pub(crate) fn nul(&mut self) {
        self.ignore_line_feed = false;
        self.process(Token::Nul);
    }

    pub(crate) fn comment(&mut self) {
        self.ignore_line_feed = false;
        self.process(Token::Comment);
    }

    pub(crate) fn start_tag(&mut self, tag: &Tag) -> Next {
        self.ignore_line_feed = false;
        self.process(Token::Start(tag))
    }

    pub(crate) fn end_tag(&mut self, tag: &Tag) {
        self.ignore_line_feed = false;
        self.process(Token::End(tag));
    }

    /// The page is over.
    pub(crate) fn end(&mut self) {
        self.process(Token::Eof);
    }

    /// As much of a text as the rules take at once, and the rest.
    fn run_of_text<'t>(&self, text: Text) -> (Token<'t>, Text) {
        let whole = Token::Text(text, Space::Unknown);
        if self.is_foreign(whole) || !self.mode.tells_space() {
            return (whole, Text::EMPTY);
        }
        let bytes = self.said(text).as_bytes();
        let starts_with_space = bytes.first().is_some_and(u8::is_ascii_whitespace);
        let end = bytes.iter().position(|byte| byte.is_ascii_whitespace() != starts_with_space);
        let (run, rest) = text.split_at(end.unwrap_or(bytes.len()));
        let space = if starts_with_space { Space::All } else { Space::None };
        (Token::Text(run, space), rest)
    }

    fn said(&self, text: Text) -> &str {
        self.arena.texts.get(text)
    }
}

/// Rules are chosen here.
impl Builder<'_> {
    fn process(&mut self, token: Token<'_>) -> Next {
        loop {
            let step = if self.is_foreign(token) {
                self.in_foreign_content(token)
            } else {
                self.apply(self.mode, token)
            };
            match step {
                Step::Done => return Next::Continue,
                Step::Again => {}
                Step::Tell(next) => return next,
            }
        }
    }

    /// Applies the rules of a mode.
    fn apply(&mut self, mode: Mode, token: Token<'_>) -> Step {
        match mode {
            Mode::InBody => self.in_body(token),
            Mode::Text => self.in_raw_text(token),
            Mode::Initial => self.initial(token),
            Mode::BeforeHtml => self.before_html(token),
            Mode::BeforeHead => self.before_head(token),
            Mode::InHead => self.in_head(token),
            Mode::InHeadNoscript => self.in_head_noscript(token),
            Mode::AfterHead => self.after_head(token),
            Mode::InTable => self.in_table(token),
            Mode::InTableText => self.in_table_text(token),
            Mode::InCaption => self.in_caption(token),
            Mode::InColumnGroup => self.in_column_group(token),
            Mode::InTableBody => self.in_table_body(token),
            Mode::InRow => self.in_row(token),
            Mode::InCell => self.in_cell(token),
            Mode::InTemplate => self.in_template(token),
            Mode::AfterBody => self.after_body(token),
            Mode::InFrameset => self.in_frameset(token),
            Mode::AfterFrameset => self.after_frameset(token),
            Mode::AfterAfterBody => self.after_after_body(token),
            Mode::AfterAfterFrameset => self.after_after_frameset(token),
        }
    }

    /// Applies the rules again, in another mode.
    fn again(&mut self, mode: Mode) -> Step {
        self.mode = mode;
        Step::Again
    }

    /// "Reset the insertion mode appropriately."
    fn reset_mode(&mut self) {
        self.mode = self.appropriate_mode();
    }

    fn appropriate_mode(&self) -> Mode {
        for (index, open) in self.open.iter().enumerate().rev() {
            let is_first = index == 0;
            return match open.kind {
                Kind::Td | Kind::Th if !is_first => Mode::InCell,
                Kind::Tr => Mode::InRow,
                Kind::TBody | Kind::THead | Kind::TFoot => Mode::InTableBody,
                Kind::Caption => Mode::InCaption,
                Kind::ColGroup => Mode::InColumnGroup,
                Kind::Table => Mode::InTable,
                Kind::Template => self.template_modes.last().copied().unwrap_or(Mode::InBody),
                Kind::Head if !is_first => Mode::InHead,
                Kind::Body => Mode::InBody,
                Kind::FrameSet => Mode::InFrameset,
                Kind::Html if self.head.is_none() => Mode::BeforeHead,
                Kind::Html => Mode::AfterHead,
                _ => continue,
            };
        }
        Mode::InBody
    }
}

/// Nodes are made here.
impl Builder<'_> {
    /// "Appropriate place for inserting a node", if `target` is where it would go.
    fn place(&self, target: Open) -> Place {
        if self.foster_parenting && target.kind.is(kind::FOSTERS) {
            return self.foster_place();
        }
        Place::last(target.id)
    }

    /// Before the table that stands where nothing of that sort may, or near it.
    fn foster_place(&self) -> Place {
        for (index, open) in self.open.iter().enumerate().rev() {
            match open.kind {
                Kind::Template => return Place::last(open.id),
                Kind::Table => {
                    let parent = self.arena.parent(open.id);
                    if parent != NONE {
                        return Place { parent, next: open.id };
                    }
                    return Place::last(self.open.at(index.saturating_sub(1)).id);
                }
                _ => {}
            }
        }
        Place::last(self.open.at(0).id)
    }

    fn append_text(&mut self, text: Text) -> Step {
        let place = self.place(self.open.current());
        self.arena.insert_text(place, text);
        Step::Done
    }

    /// Inserts an element without opening it.
    fn insert(&mut self, name: LocalName, kind: Kind, attributes: Stretch) -> Open {
        let place = self.place(self.open.current());
        let element = Element { name, namespace: kind.namespace(), attributes };
        let id = self.arena.create(element);
        self.arena.link(id, place);
        Open { id, kind }
    }

    /// Inserts an element of HTML and opens it.
    fn insert_open(&mut self, tag: &Tag) -> Open {
        let open = self.insert_void(tag);
        self.open.push(open);
        open
    }

    /// Inserts and opens an element whose tag is implied.
    fn insert_implied(&mut self, name: LocalName, kind: Kind) -> Open {
        let open = self.insert(name, kind, Stretch::default());
        self.open.push(open);
        open
    }

    /// Inserts an element of HTML that has no content.
    fn insert_void(&mut self, tag: &Tag) -> Open {
        self.insert(tag.name.clone(), tag.kind, tag.attributes)
    }

    /// Inserts an element whose content is raw text.
    fn insert_raw_text(&mut self, tag: &Tag, raw_text: RawText) -> Step {
        self.insert_open(tag);
        self.original_mode = self.mode;
        self.mode = Mode::Text;
        Step::Tell(Next::Raw(raw_text))
    }

    /// Whether the attribute says this, in whatever case.
    fn says(&self, tag: &Tag, name: &LocalName, value: &str) -> bool {
        let said = self.arena.attribute(tag.attributes, name);
        said.is_some_and(|said| said.eq_ignore_ascii_case(value))
    }
}
