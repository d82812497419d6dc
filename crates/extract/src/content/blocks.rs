//! Cuts the page into blocks (runs of inline content) inside a tree of containers (block-level elements).
//!
//! One walk over the arena, with an explicit stack. Whatever is not a block is
//! left to the blocks around it.

use super::text::{Stats, is_visible};
use super::words::class_categories;
use super::{DropCause, Hints};
use crate::memo::Memo;
use cc_math_html::{Attributes, Dom, Element, LocalName, Namespace, Node, NodeId, local_name};

/// Categories given by element names, roles and other attributes. They continue [`super::words::class`].
pub(super) mod mark {
    pub(in super::super) const NAV: u64 = 1 << 32;
    pub(in super::super) const ASIDE: u64 = 1 << 33;
    pub(in super::super) const HEADER: u64 = 1 << 34;
    pub(in super::super) const FOOTER: u64 = 1 << 35;
    pub(in super::super) const MAIN: u64 = 1 << 36;
    pub(in super::super) const ARTICLE: u64 = 1 << 37;
    pub(in super::super) const FORM: u64 = 1 << 38;
    pub(in super::super) const FIGURE: u64 = 1 << 39;
    pub(in super::super) const TABLE: u64 = 1 << 40;
    pub(in super::super) const LIST: u64 = 1 << 41;
    pub(in super::super) const SECTION: u64 = 1 << 42;
    pub(in super::super) const DETAILS: u64 = 1 << 43;
    pub(in super::super) const DIALOG: u64 = 1 << 44;
    pub(in super::super) const QUOTE: u64 = 1 << 45;
    pub(in super::super) const PRE: u64 = 1 << 46;
    pub(in super::super) const ITEM: u64 = 1 << 47;
    pub(in super::super) const LINK: u64 = 1 << 48;
    pub(in super::super) const BUTTON: u64 = 1 << 49;
    pub(in super::super) const LABEL: u64 = 1 << 50;
    pub(in super::super) const HIDDEN: u64 = 1 << 51;
    pub(in super::super) const ARIA_HIDDEN: u64 = 1 << 52;
    pub(in super::super) const NOSCRIPT: u64 = 1 << 53;
    pub(in super::super) const ITEMTYPE: u64 = 1 << 54;
    pub(in super::super) const CUSTOM: u64 = 1 << 55;
    /// Number of categories, those of class tokens included.
    pub(in super::super) const COUNT: usize = 56;
}

/// What kind of element a container is, as far as features care.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Tag {
    Div,
    Paragraph,
    Item,
    H1,
    H2,
    H3,
    H4,
    Cell,
    HeadCell,
    Term,
    Definition,
    Pre,
    Quote,
    Caption,
    Button,
    Label,
    Summary,
    Section,
    Inline,
    Table,
    List,
    Page,
}

/// A block-level element (or one that is set apart from its line, as hidden ones are).
#[derive(Debug, Clone)]
pub(super) struct Container {
    /// Index of the enclosing container; the first container encloses itself.
    pub(super) parent: u32,
    pub(super) node: NodeId,
    pub(super) tag: Tag,
    pub(super) depth: u16,
    /// Own categories: class tokens and marks.
    pub(super) flags: u64,
    /// Which run of like siblings this belongs to.
    pub(super) run: u32,
    /// Place in that run.
    pub(super) place: u32,
    recent: [(u64, u32); 3],
    turn: u8,
}

/// A run of inline content.
#[derive(Debug, Clone)]
pub(super) struct Block {
    pub(super) container: u32,
    pub(super) stats: Stats,
    /// Categories of the inline elements in it.
    pub(super) inline: u64,
    /// Formulas in it.
    pub(super) formulas: u32,
    /// Links in it.
    pub(super) links: u32,
    /// Line breaks in it.
    pub(super) breaks: u32,
}

/// The page, cut up.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) containers: Vec<Container>,
    pub(super) blocks: Vec<Block>,
    /// Number of containers of each run.
    pub(super) runs: Vec<u32>,
    /// Text nodes and formulas in document order, each with the index of its block.
    pub(super) texts: Vec<(NodeId, u32)>,
    /// Elements and blank text that hold no text and no formula.
    pub(super) leaves: Vec<NodeId>,
    /// Elements that were left out with all they hold.
    pub(super) skipped: Vec<(NodeId, DropCause)>,
    /// Elements that hold metadata: `title`, `meta`, JSON-LD scripts, elements with an `itemtype`.
    pub(super) metadata: Vec<NodeId>,
}

/// How an element takes part in the layout.
enum Role {
    Block(Tag, u64),
    Inline(u64),
    Break,
    Formula,
    Metadata,
    Skip(DropCause),
}

struct Frame {
    node: NodeId,
    container: u32,
    /// Categories of the inline elements open inside the container.
    inline: u64,
    linked: bool,
    block: bool,
}

struct Cutter<'a> {
    dom: &'a Dom<'a>,
    formulas: Vec<bool>,
    layout: Layout,
    stack: Vec<Frame>,
    open: bool,
    categories: Memo<u64>,
}

/// Cuts `dom` into blocks.
pub(super) fn cut(dom: &Dom, hints: &Hints<'_>) -> Layout {
    let mut formulas = vec![false; dom.len()];
    for node in hints.formulas {
        formulas.get_mut(node.index()).into_iter().for_each(|flag| *flag = true);
    }
    let layout = Layout {
        containers: Vec::with_capacity(dom.len() / 4 + 1),
        blocks: Vec::with_capacity(dom.len() / 8 + 1),
        runs: vec![1],
        texts: Vec::with_capacity(dom.len() / 2),
        leaves: Vec::with_capacity(dom.len() / 4),
        skipped: Vec::new(),
        metadata: Vec::new(),
    };
    let mut cutter = Cutter {
        dom,
        formulas,
        layout,
        stack: Vec::with_capacity(64),
        open: false,
        categories: Memo::new(),
    };
    cutter.start();
    cutter.walk();
    cutter.layout
}

impl Cutter<'_> {
    fn start(&mut self) {
        let node = self.dom.root();
        self.layout.containers.push(Container {
            parent: 0,
            node,
            tag: Tag::Page,
            depth: 0,
            flags: 0,
            run: 0,
            place: 0,
            recent: [(0, 0); 3],
            turn: 0,
        });
        self.stack.push(Frame { node, container: 0, inline: 0, linked: false, block: true });
    }

    fn walk(&mut self) {
        let mut next = self.dom.first_child(self.dom.root());
        loop {
            match next {
                Some(node) if self.enter(node) => next = self.dom.first_child(node),
                Some(node) => next = self.dom.next_sibling(node),
                None => match self.leave() {
                    Some(node) => next = self.dom.next_sibling(node),
                    None => return,
                },
            }
        }
    }

    /// Closes the innermost element and returns it; `None` at the end of the page.
    fn leave(&mut self) -> Option<NodeId> {
        let frame = self.stack.pop()?;
        if frame.block {
            self.open = false;
        }
        (!self.stack.is_empty()).then_some(frame.node)
    }

    /// Takes in a node; true if its children are to be walked.
    fn enter(&mut self, node: NodeId) -> bool {
        let marked = self.formulas.get(node.index()).copied().unwrap_or(false);
        match self.dom.node(node) {
            Node::Document => false,
            Node::Text(_) => {
                let text = self.dom.text(node).unwrap_or_default();
                self.text(node, text, marked);
                false
            }
            Node::Element(_) if marked => {
                self.formula(node);
                false
            }
            Node::Element(element) => self.element(node, element),
        }
    }

    fn element(&mut self, node: NodeId, element: &Element) -> bool {
        let attributes = self.dom.attributes(node);
        match role(element, attributes, &mut self.categories) {
            Role::Metadata => {
                self.layout.skipped.push((node, DropCause::NotText));
                if is_metadata(element, attributes) {
                    self.layout.metadata.push(node);
                }
            }
            Role::Skip(cause) => self.layout.skipped.push((node, cause)),
            Role::Formula => self.formula(node),
            Role::Break => {
                self.layout.leaves.push(node);
                if let Some(block) = self.current() {
                    block.breaks += 1;
                }
            }
            Role::Block(tag, flags) => {
                self.note_leaf(node);
                self.push_block(node, tag, flags);
                return true;
            }
            Role::Inline(flags) => {
                self.note_leaf(node);
                self.push_inline(node, flags);
                return true;
            }
        }
        false
    }

    fn note_leaf(&mut self, node: NodeId) {
        if self.dom.first_child(node).is_none() {
            self.layout.leaves.push(node);
        }
    }

    fn push_block(&mut self, node: NodeId, tag: Tag, flags: u64) {
        self.open = false;
        if flags & mark::ITEMTYPE != 0 {
            self.layout.metadata.push(node);
        }
        let Some(outer) = self.stack.last() else { return };
        let (parent, linked, flags) = (outer.container, outer.linked, outer.inline | flags);
        let container = self.layout.containers.len() as u32;
        let (run, place) = self.join_run(parent, flags | (1 + tag as u64) << 57);
        let depth = self.stack.len().min(usize::from(u16::MAX)) as u16;
        let recent = [(0, 0); 3];
        let new = Container { parent, node, tag, depth, flags, run, place, recent, turn: 0 };
        self.layout.containers.push(new);
        let linked = linked || flags & mark::LINK != 0;
        self.stack.push(Frame { node, container, inline: 0, linked, block: true });
    }

    fn push_inline(&mut self, node: NodeId, flags: u64) {
        let Some(outer) = self.stack.last() else { return };
        let link = flags & mark::LINK != 0;
        let frame = Frame {
            node,
            container: outer.container,
            inline: outer.inline | flags,
            linked: outer.linked || link,
            block: false,
        };
        self.stack.push(frame);
        if link && let Some(block) = self.current() {
            block.links += 1;
        }
    }

    /// The run of like siblings that a new child of `parent` belongs to, and its place there.
    fn join_run(&mut self, parent: u32, signature: u64) -> (u32, u32) {
        let fresh = self.layout.runs.len() as u32;
        let Some(parent) = self.layout.containers.get_mut(parent as usize) else { return (0, 0) };
        if let Some((_, run)) = parent.recent.iter().find(|(seen, _)| *seen == signature) {
            let Some(length) = self.layout.runs.get_mut(*run as usize) else { return (0, 0) };
            *length += 1;
            return (*run, *length - 1);
        }
        let turn = usize::from(parent.turn % 3);
        if let Some(slot) = parent.recent.get_mut(turn) {
            *slot = (signature, fresh);
        }
        parent.turn = parent.turn.wrapping_add(1);
        self.layout.runs.push(1);
        (fresh, 0)
    }

    fn current(&mut self) -> Option<&mut Block> {
        if self.open { self.layout.blocks.last_mut() } else { None }
    }

    /// The index of the open block, which is opened if need be.
    fn block(&mut self) -> u32 {
        if !self.open {
            let container = self.stack.last().map_or(0, |frame| frame.container);
            self.layout.blocks.push(Block {
                container,
                stats: Stats::default(),
                inline: 0,
                formulas: 0,
                links: 0,
                breaks: 0,
            });
            self.open = true;
        }
        self.layout.blocks.len() as u32 - 1
    }

    fn text(&mut self, node: NodeId, text: &str, marked: bool) {
        if !self.open && !is_visible(text) {
            return self.layout.leaves.push(node);
        }
        let fresh = !self.open;
        let index = self.block();
        self.layout.texts.push((node, index));
        let Some(frame) = self.stack.last() else { return };
        let Some(block) = self.layout.blocks.last_mut() else { return };
        block.inline |= frame.inline;
        block.links += u32::from(fresh && frame.linked);
        block.formulas += u32::from(marked);
        block.stats.add(text, frame.linked);
    }

    fn formula(&mut self, node: NodeId) {
        let index = self.block();
        self.layout.texts.push((node, index));
        if let Some(block) = self.layout.blocks.last_mut() {
            block.formulas += 1;
        }
    }
}

/// Scripts are metadata only if they say so.
fn is_metadata(element: &Element, attributes: Attributes<'_>) -> bool {
    element.name != local_name!("script")
        || attributes.get(&local_name!("type")) == Some("application/ld+json")
}

fn role(element: &Element, attributes: Attributes<'_>, categories: &mut Memo<u64>) -> Role {
    match element.namespace {
        Namespace::Html => {}
        Namespace::MathMl if element.name == local_name!("math") => return Role::Formula,
        Namespace::MathMl => return Role::Inline(0),
        Namespace::Other => return Role::Skip(DropCause::NotText),
    }
    match named_role(&element.name) {
        Role::Block(tag, flags) => {
            Role::Block(tag, flags | attribute_flags(attributes, categories))
        }
        Role::Inline(flags) => inline_role(flags | attribute_flags(attributes, categories)),
        role => role,
    }
}

/// Inline elements that are hidden, or that act as blocks, are set apart.
fn inline_role(flags: u64) -> Role {
    match flags & mark::HIDDEN {
        0 => Role::Inline(flags),
        _ => Role::Block(Tag::Inline, flags),
    }
}

#[rustfmt::skip]
fn named_role(name: &LocalName) -> Role {
    use DropCause::{Control, NotText};
    match *name {
        local_name!("div") | local_name!("center") | local_name!("hgroup") | local_name!("fieldset") | local_name!("body") | local_name!("html") => Role::Block(Tag::Div, 0),
        local_name!("span") | local_name!("b") | local_name!("i") | local_name!("em") | local_name!("strong") | local_name!("font") | local_name!("small") => Role::Inline(0),
        local_name!("a") => Role::Inline(mark::LINK),
        local_name!("p") => Role::Block(Tag::Paragraph, 0),
        local_name!("li") => Role::Block(Tag::Item, mark::ITEM),
        local_name!("ul") | local_name!("ol") | local_name!("menu") | local_name!("dir") => Role::Block(Tag::List, mark::LIST),
        local_name!("h1") => Role::Block(Tag::H1, 0),
        local_name!("h2") => Role::Block(Tag::H2, 0),
        local_name!("h3") => Role::Block(Tag::H3, 0),
        local_name!("h4") | local_name!("h5") | local_name!("h6") | local_name!("legend") => Role::Block(Tag::H4, 0),
        local_name!("td") => Role::Block(Tag::Cell, 0),
        local_name!("th") => Role::Block(Tag::HeadCell, 0),
        local_name!("table") => Role::Block(Tag::Table, mark::TABLE),
        local_name!("tr") | local_name!("tbody") | local_name!("thead") | local_name!("tfoot") | local_name!("colgroup") => Role::Block(Tag::Div, 0),
        local_name!("dl") => Role::Block(Tag::List, mark::LIST),
        local_name!("dt") => Role::Block(Tag::Term, mark::ITEM),
        local_name!("dd") => Role::Block(Tag::Definition, mark::ITEM),
        local_name!("pre") | local_name!("listing") | local_name!("xmp") | local_name!("plaintext") => Role::Block(Tag::Pre, mark::PRE),
        local_name!("blockquote") => Role::Block(Tag::Quote, mark::QUOTE),
        local_name!("figcaption") | local_name!("caption") => Role::Block(Tag::Caption, mark::FIGURE),
        local_name!("figure") => Role::Block(Tag::Div, mark::FIGURE),
        local_name!("section") => Role::Block(Tag::Section, mark::SECTION),
        local_name!("article") => Role::Block(Tag::Section, mark::ARTICLE),
        local_name!("main") => Role::Block(Tag::Section, mark::MAIN),
        local_name!("header") => Role::Block(Tag::Section, mark::HEADER),
        local_name!("footer") => Role::Block(Tag::Section, mark::FOOTER),
        local_name!("nav") => Role::Block(Tag::Section, mark::NAV),
        local_name!("aside") => Role::Block(Tag::Section, mark::ASIDE),
        local_name!("search") | local_name!("form") => Role::Block(Tag::Section, mark::FORM),
        local_name!("details") => Role::Block(Tag::Section, mark::DETAILS),
        local_name!("summary") => Role::Block(Tag::Summary, mark::DETAILS),
        local_name!("dialog") => Role::Block(Tag::Section, mark::DIALOG),
        local_name!("address") => Role::Block(Tag::Div, 0),
        local_name!("button") => Role::Block(Tag::Button, mark::BUTTON),
        local_name!("label") => Role::Block(Tag::Label, mark::LABEL),
        local_name!("noscript") => Role::Block(Tag::Div, mark::NOSCRIPT),
        local_name!("br") => Role::Break,
        local_name!("hr") => Role::Block(Tag::Div, 0),
        local_name!("title") | local_name!("meta") | local_name!("script") => Role::Metadata,
        local_name!("style") | local_name!("link") | local_name!("base") => Role::Skip(NotText),
        local_name!("iframe") | local_name!("object") | local_name!("embed") | local_name!("video") | local_name!("audio") | local_name!("canvas") | local_name!("map") | local_name!("noframes") | local_name!("template") | local_name!("noembed") | local_name!("frameset") => Role::Skip(NotText),
        local_name!("select") | local_name!("option") | local_name!("datalist") | local_name!("textarea") | local_name!("input") | local_name!("progress") | local_name!("meter") => Role::Skip(Control),
        _ => unknown_role(name),
    }
}

fn unknown_role(name: &str) -> Role {
    if name.starts_with("mjx-") {
        if name == "mjx-container" { Role::Formula } else { Role::Inline(0) }
    } else if name.contains('-') {
        Role::Block(Tag::Div, mark::CUSTOM)
    } else {
        Role::Inline(0)
    }
}

/// Categories that the attributes of an element give.
fn attribute_flags(attributes: Attributes<'_>, categories: &mut Memo<u64>) -> u64 {
    let mut flags = 0;
    for (name, value) in attributes.iter() {
        flags |= match *name {
            local_name!("class")
            | local_name!("id")
            | local_name!("itemprop")
            | local_name!("aria-label") => categories.get(value, || class_categories(value)),
            local_name!("role") => role_flags(value),
            local_name!("style") if hides(value) => mark::HIDDEN,
            local_name!("hidden") => mark::HIDDEN,
            local_name!("aria-hidden") if value.eq_ignore_ascii_case("true") => mark::ARIA_HIDDEN,
            local_name!("itemtype") => mark::ITEMTYPE,
            _ => 0,
        };
    }
    flags
}

fn role_flags(role: &str) -> u64 {
    match role {
        "navigation" | "menu" | "menubar" | "tablist" => mark::NAV,
        "banner" => mark::HEADER,
        "contentinfo" => mark::FOOTER,
        "complementary" => mark::ASIDE,
        "main" => mark::MAIN,
        "article" => mark::ARTICLE,
        "search" => mark::FORM,
        "dialog" | "alertdialog" => mark::DIALOG,
        "button" => mark::BUTTON,
        "list" => mark::LIST,
        "listitem" => mark::ITEM,
        _ => 0,
    }
}

/// True if a `style` attribute takes the element off the page.
fn hides(style: &str) -> bool {
    let mut declarations = style.split(';').filter_map(|one| one.split_once(':'));
    declarations.any(|(property, value)| {
        let (property, value) = (property.trim(), value.trim());
        let is = |p: &str, v: &str| {
            property.eq_ignore_ascii_case(p)
                && value.get(..v.len()).is_some_and(|start| start.eq_ignore_ascii_case(v))
        };
        is("display", "none") || is("visibility", "hidden")
    })
}
