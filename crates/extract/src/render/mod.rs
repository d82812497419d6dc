//! A selected part of a page as Markdown.
//!
//! [`render`] walks the tree with enter and leave events and an explicit
//! stack of nothing but the tree itself; it recurses once for a table cell and
//! never deeper, because a table inside a cell is written as text.

pub(crate) mod balance;
mod code;
mod list;
mod listing;
mod script;
mod table;
mod text;
mod writer;

pub(crate) use text::Text;
pub(crate) use writer::{Claim, Fragment};

use crate::formula::{Mark, Spotted};
use cc_math_core::{Ledger, Loss};
use cc_math_html::{Dom, NodeId};
use writer::Writer;

/// What the renderer is told about a page.
pub(crate) struct View<'a> {
    pub(crate) dom: &'a Dom<'a>,
    pub(crate) spotted: &'a Spotted,
    /// Whether a text, line break or formula is part of the document.
    pub(crate) keeps: &'a dyn Fn(NodeId) -> bool,
}

/// A page's Markdown and what became of its formulas.
#[derive(Debug, Default)]
pub(crate) struct Rendered {
    pub(crate) fragment: Fragment,
    pub(crate) ledger: Ledger,
    pub(crate) code_blocks: u32,
    pub(crate) tables: u32,
}

/// Renders what `view` keeps below `root`.
pub(crate) fn render(view: &View<'_>, root: NodeId) -> Rendered {
    let mut walker = Walker::new(view, Writer::new());
    walker.walk(root);
    walker.finish()
}

/// How an element shapes the text around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Inline,
    Block,
    Heading(u8),
    Item,
    Quote,
    Term,
    Description,
    Break,
    Rule,
    Pre,
    Code,
    Table,
    Cell,
    Row,
    SupSub,
    Quotation,
    Skip,
}

fn shape(name: &str) -> Shape {
    match name {
        "p" | "div" | "section" | "article" | "main" | "header" | "footer" | "aside" | "nav"
        | "figure" | "figcaption" | "address" | "center" | "details" | "summary" | "fieldset"
        | "legend" | "form" | "ul" | "ol" | "menu" | "dir" | "dl" | "body" | "html" | "caption"
        | "hgroup" | "noscript" | "tbody" | "thead" | "tfoot" | "option" | "optgroup"
        | "turbo-frame" | "search" => Shape::Block,
        "h1" => Shape::Heading(1),
        "h2" => Shape::Heading(2),
        "h3" => Shape::Heading(3),
        "h4" => Shape::Heading(4),
        "h5" => Shape::Heading(5),
        "h6" => Shape::Heading(6),
        "li" => Shape::Item,
        "blockquote" => Shape::Quote,
        "dt" => Shape::Term,
        "dd" => Shape::Description,
        "br" => Shape::Break,
        "hr" => Shape::Rule,
        "pre" | "listing" | "xmp" | "plaintext" => Shape::Pre,
        "code" | "tt" | "samp" | "kbd" => Shape::Code,
        "table" => Shape::Table,
        "td" | "th" => Shape::Cell,
        "tr" => Shape::Row,
        "sup" | "sub" => Shape::SupSub,
        "q" => Shape::Quotation,
        "script" | "style" | "head" | "template" | "iframe" | "object" | "embed" | "svg"
        | "canvas" | "audio" | "video" | "map" | "input" | "textarea" | "select" | "datalist"
        | "progress" | "meter" | "title" | "rp" | "rt" | "noembed" | "noframes" | "annotation"
        | "annotation-xml" | "mjx-assistive-mml" | "link" | "meta" | "base" | "param"
        | "source" | "track" => Shape::Skip,
        _ => Shape::Inline,
    }
}

/// The `¶` or `#` that documentation tools hang on headings.
fn is_permalink(dom: &Dom, link: NodeId) -> bool {
    let text = match dom.first_child(link) {
        None => return false,
        Some(child) if dom.next_sibling(child).is_none() => {
            dom.text(child).unwrap_or_default().trim()
        }
        Some(_) => return false,
    };
    let points_here = dom.attr(link, "href").is_some_and(|href| href.starts_with('#'));
    let is_mark = matches!(text, "¶" | "#" | "§" | "🔗" | "↩" | "↩︎" | "⚓" | "\u{f0c1}");
    is_mark
        && (points_here
            || crate::formula::classes(dom, link)
                .any(|class| class.contains("anchor") || class.contains("link")))
}

struct Walker<'a> {
    view: &'a View<'a>,
    writer: Writer,
    done: Rendered,
    /// How many headings are open: inside one, blocks do not break the line.
    headings: u32,
    lists: list::Lists,
}

impl<'a> Walker<'a> {
    fn new(view: &'a View<'a>, writer: Writer) -> Self {
        Self { view, writer, done: Rendered::default(), headings: 0, lists: list::Lists::default() }
    }

    fn finish(self) -> Rendered {
        Rendered { fragment: self.writer.finish(), ..self.done }
    }

    /// Visits everything below `root` in document order.
    fn walk(&mut self, root: NodeId) {
        let dom = self.view.dom;
        let mut next = dom.first_child(root);
        while let Some(node) = next {
            let below = if self.enter(node) { dom.first_child(node) } else { None };
            next = below.or_else(|| self.after(node, root));
        }
    }

    /// Leaves `node` and every ancestor that ends with it, and finds what follows.
    fn after(&mut self, mut node: NodeId, root: NodeId) -> Option<NodeId> {
        let dom = self.view.dom;
        loop {
            self.leave(node);
            if let Some(next) = dom.next_sibling(node) {
                return Some(next);
            }
            node = dom.parent(node)?;
            if node == root {
                return None;
            }
        }
    }

    /// Writes what starts at a node; true if its children are to be visited.
    fn enter(&mut self, node: NodeId) -> bool {
        let dom = self.view.dom;
        match self.view.spotted.mark(node) {
            Mark::Hidden => return false,
            Mark::Claim(claim) => {
                self.claim(node, claim);
                return false;
            }
            Mark::Nothing => {}
        }
        if let Some(text) = dom.text(node) {
            self.text(node, text);
            return false;
        }
        if dom.name(node) == "a" && is_permalink(dom, node) {
            return false;
        }
        self.element(node, shape(dom.name(node)))
    }

    fn element(&mut self, node: NodeId, shape: Shape) -> bool {
        match shape {
            Shape::Skip => return false,
            Shape::Inline => {}
            Shape::Block | Shape::Rule => self.open_block(node),
            Shape::Heading(level) => self.open_heading(level),
            Shape::Item => self.open_item(node),
            Shape::Quote => self.open_quote(),
            Shape::Term => self.writer.newline(),
            Shape::Description => self.open_level(": ", "  "),
            Shape::Break => self.line_break(node),
            Shape::Pre => return self.pre(node),
            Shape::Code => return self.code(node),
            Shape::Table => return self.table(node),
            Shape::Cell | Shape::Row => self.writer.newline(),
            Shape::SupSub => return self.sup_sub(node),
            Shape::Quotation => self.quotation(node, "“"),
        }
        true
    }

    fn leave(&mut self, node: NodeId) {
        let name = self.view.dom.name(node);
        if name.is_empty() || !matches!(self.view.spotted.mark(node), Mark::Nothing) {
            return;
        }
        match shape(name) {
            Shape::Block | Shape::Rule => self.close_block(node),
            Shape::Heading(_) => self.close_heading(),
            Shape::Item => self.close_item(),
            Shape::Quote | Shape::Description => self.close_level(),
            Shape::Term | Shape::Cell | Shape::Row => self.writer.newline(),
            Shape::Quotation => self.quotation(node, "”"),
            _ => {}
        }
    }

    fn open_block(&mut self, node: NodeId) {
        let dom = self.view.dom;
        if matches!(dom.name(node), "ul" | "ol" | "menu" | "dir") {
            self.open_list(node);
        } else {
            self.writer.block();
        }
    }

    fn close_block(&mut self, node: NodeId) {
        let dom = self.view.dom;
        if matches!(dom.name(node), "ul" | "ol" | "menu" | "dir") {
            self.close_list();
        } else {
            self.writer.block();
        }
    }

    fn open_heading(&mut self, level: u8) {
        self.writer.block();
        if self.headings == 0 && !self.writer.is_inline() {
            self.writer.heading(level);
        }
        self.headings += 1;
    }

    fn close_heading(&mut self) {
        self.headings = self.headings.saturating_sub(1);
        if self.headings == 0 {
            self.writer.end_heading();
        }
        self.writer.block();
    }

    fn open_quote(&mut self) {
        self.writer.block();
        self.open_level("> ", "> ");
    }

    fn open_level(&mut self, first: &str, rest: &str) {
        self.writer.open(first, rest);
    }

    fn close_level(&mut self) {
        self.writer.close();
        self.writer.block();
    }

    fn quotation(&mut self, node: NodeId, mark: &str) {
        if (self.view.keeps)(node) {
            self.writer.words(mark);
        }
    }

    fn line_break(&mut self, node: NodeId) {
        let twice =
            self.view.dom.previous_sibling(node).is_some_and(|n| self.view.dom.name(n) == "br");
        if twice { self.writer.block() } else { self.writer.newline() }
    }

    fn text(&mut self, node: NodeId, text: &str) {
        let segments = self.view.spotted.segments(node);
        if !(self.view.keeps)(node) {
            for claim in segments.iter().filter_map(|segment| segment.claim) {
                self.lose(claim);
            }
            return;
        }
        let mut at = 0;
        for segment in segments {
            self.writer.words(text.get(at..segment.range.start).unwrap_or_default());
            if let Some(claim) = segment.claim {
                self.formula(claim);
            }
            at = segment.range.end;
        }
        self.writer.words(text.get(at..).unwrap_or_default());
    }

    fn claim(&mut self, node: NodeId, claim: usize) {
        if (self.view.keeps)(node) { self.formula(claim) } else { self.lose(claim) }
    }

    fn formula(&mut self, claim: usize) {
        let Some(claim) = self.view.spotted.claims.get(claim) else { return };
        if claim.tex.is_empty() {
            return;
        }
        match self.writer.formula(claim) {
            Some(status) => self.done.ledger.keep(claim.kind, status),
            None => self.done.ledger.lose(claim.kind, Loss::Empty),
        }
    }

    fn lose(&mut self, claim: usize) {
        if let Some(claim) =
            self.view.spotted.claims.get(claim).filter(|claim| !claim.tex.is_empty())
        {
            self.done.ledger.lose(claim.kind, Loss::Boilerplate);
        }
    }

    /// True if a formula that is markup, not delimited text, stands below.
    fn holds_claims(&self, node: NodeId) -> bool {
        self.view.dom.descendants(node).any(|n| matches!(self.view.spotted.mark(n), Mark::Claim(_)))
    }

    /// True if anything below is part of the document.
    fn keeps_any(&self, node: NodeId) -> bool {
        (self.view.keeps)(node) || self.view.dom.descendants(node).any(|n| (self.view.keeps)(n))
    }

    /// Takes over the counts of a finished piece.
    fn absorb(&mut self, piece: Rendered) -> Fragment {
        self.done.ledger.add(&piece.ledger);
        self.done.code_blocks += piece.code_blocks;
        self.done.tables += piece.tables;
        piece.fragment
    }

    /// Renders a part of the page into a line of its own.
    fn piece(&self, node: NodeId, writer: Writer) -> Rendered {
        let mut walker = Walker::new(self.view, writer);
        walker.walk(node);
        walker.finish()
    }
}
