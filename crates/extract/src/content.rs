//! Which part of a page is its content.
//!
//! [`select`] cuts the tree into *blocks* (runs of inline content), describes
//! each by what it is, where it stands and what surrounds it, scores it with a
//! small trained model, and keeps the blocks that together promise the best
//! text. Two things overrule the scores: elements that are never text
//! (scripts, form controls), and formulas, whose blocks stay unless they stand
//! in navigation.
//!
//! It knows nothing of how formulas are written (the caller lists them) nor of
//! Markdown. How the model was made: `docs/decisions/0005-main-content.md`.

mod blocks;
mod decide;
mod features;
mod model;
mod page;
mod text;
mod words;

use cc_math_html::{Dom, NodeId};

/// What the caller knows of a page beyond its tree.
#[derive(Debug, Clone, Copy, Default)]
pub struct Hints<'a> {
    /// Roots of formulas: elements (whose inside is then not looked at) and
    /// text nodes that hold delimited TeX. In any order. `math` and
    /// `mjx-container` elements need not be listed.
    pub formulas: &'a [NodeId],
    /// Address of the page; its path tells forums from shops.
    pub url: Option<&'a str>,
}

/// Why a node is not part of the content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum DropCause {
    /// Never text: scripts, styles, metadata, embedded media.
    NotText,
    /// A form control.
    Control,
    /// Hidden from readers.
    Hidden,
    /// Navigation, a header or a footer.
    Navigation,
    /// Cookie notices, share buttons, advertisements, sign-up forms and the like.
    Boilerplate,
    /// Mostly links.
    Links,
    /// The scorer found it unlike content.
    LowScore,
}

impl DropCause {
    /// Name for reports.
    pub fn code(self) -> &'static str {
        match self {
            Self::NotText => "not-text",
            Self::Control => "control",
            Self::Hidden => "hidden",
            Self::Navigation => "navigation",
            Self::Boilerplate => "boilerplate",
            Self::Links => "links",
            Self::LowScore => "low-score",
        }
    }
}

/// What became of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Unknown,
    Keep,
    Drop(DropCause),
}

/// The choice made for every node of a tree.
///
/// The kept nodes are closed upwards: if a node is kept, so is its parent, so
/// a walk may pass over an element that is not kept with all that it holds. A
/// kept element may hold nodes that are not kept. Text is kept or dropped by
/// whole blocks; an element that holds text or formulas is kept if any of them
/// is; an element without either (`br`, `img`, an empty cell) follows its
/// parent. The inside of a formula is not looked at: ask for its root.
#[derive(Debug, Clone)]
pub struct Selection {
    verdicts: Vec<Verdict>,
    title: Option<String>,
}

impl Selection {
    /// True if `node` is part of the content.
    pub fn keeps(&self, node: NodeId) -> bool {
        matches!(self.verdicts.get(node.index()), Some(Verdict::Keep))
    }

    /// Why a text node, a formula or a left-out element was dropped; `None` if
    /// it was kept, or if its fate is only that of what it holds.
    pub fn cause(&self, node: NodeId) -> Option<DropCause> {
        match self.verdicts.get(node.index()) {
            Some(Verdict::Drop(cause)) => Some(*cause),
            _ => None,
        }
    }

    /// The page's title: what its head and its first heading agree on.
    pub fn title(&self) -> Option<&str> {
        self.title.as_deref()
    }
}

/// One block with its score, for reports and for training.
#[derive(Debug, Clone)]
pub struct BlockReport {
    /// The block's text nodes, joined.
    pub text: String,
    /// What the scorer sees of it.
    pub features: Vec<u8>,
    /// How likely it is content, 0 to 1.
    pub score: f32,
    /// Whether it was kept.
    pub kept: bool,
}

/// Chooses the main content of a page.
///
/// ```
/// use cc_math_extract::content::{Hints, select};
/// let page = "<nav><a href=/>Home</a></nav><p>A group is a set with an operation, which is associative.";
/// let dom = cc_math_html::parse(page, &Default::default()).dom;
/// let selection = select(&dom, &Hints::default());
/// let texts: Vec<_> = dom.descendants(dom.root()).filter(|n| selection.keeps(*n)).filter_map(|n| dom.text(n)).collect();
/// assert_eq!(texts.len(), 1);
/// ```
pub fn select(dom: &Dom, hints: &Hints<'_>) -> Selection {
    let layout = blocks::cut(dom, hints);
    let page = page::read(dom, &layout.metadata, hints);
    let places = features::places(&layout);
    let view = features::View { layout: &layout, places: &places, page: &page };
    let choices = decide::decide(&view, &decide::score(&view.rows()));
    Selection { verdicts: verdicts(dom, &layout, &choices), title: title(dom, &view) }
}

/// Describes and scores every block of a page: [`select`] seen from inside.
pub fn explain(dom: &Dom, hints: &Hints<'_>) -> Vec<BlockReport> {
    let layout = blocks::cut(dom, hints);
    let page = page::read(dom, &layout.metadata, hints);
    let places = features::places(&layout);
    let view = features::View { layout: &layout, places: &places, page: &page };
    let rows = view.rows();
    let scores = decide::score(&rows);
    let verdicts = decide::decide(&view, &scores);
    let report = |(row, (score, verdict)): (&features::Row, (&f32, &Verdict))| BlockReport {
        text: String::new(),
        features: row.to_vec(),
        score: *score,
        kept: *verdict == Verdict::Keep,
    };
    let mut reports: Vec<_> = rows.iter().zip(scores.iter().zip(&verdicts)).map(report).collect();
    for (node, block) in &layout.texts {
        if let (Some(report), Some(text)) = (reports.get_mut(*block as usize), dom.text(*node)) {
            report.text.push_str(text);
            report.text.push(' ');
        }
    }
    reports
}

/// From the verdicts on blocks to verdicts on all nodes.
fn verdicts(dom: &Dom, layout: &blocks::Layout, choices: &[Verdict]) -> Vec<Verdict> {
    let mut verdicts = vec![Verdict::Unknown; dom.len()];
    for (node, cause) in &layout.skipped {
        put(&mut verdicts, *node, Verdict::Drop(*cause));
    }
    for (node, block) in &layout.texts {
        let verdict = choices.get(*block as usize).copied().unwrap_or(Verdict::Unknown);
        put(&mut verdicts, *node, verdict);
        if verdict == Verdict::Keep {
            keep_ancestors(dom, &mut verdicts, *node);
        }
    }
    for node in &layout.leaves {
        if parent_is_kept(dom, &verdicts, *node) {
            put(&mut verdicts, *node, Verdict::Keep);
        }
    }
    verdicts
}

fn put(verdicts: &mut [Verdict], node: NodeId, verdict: Verdict) {
    if let Some(slot) = verdicts.get_mut(node.index()) {
        *slot = verdict;
    }
}

/// Stops at the first ancestor that is kept already, so that all calls together are linear.
fn keep_ancestors(dom: &Dom, verdicts: &mut [Verdict], node: NodeId) {
    for ancestor in dom.ancestors(node) {
        match verdicts.get_mut(ancestor.index()) {
            Some(slot) if *slot != Verdict::Keep => *slot = Verdict::Keep,
            _ => return,
        }
    }
}

fn parent_is_kept(dom: &Dom, verdicts: &[Verdict], node: NodeId) -> bool {
    let parent = dom.parent(node).and_then(|parent| verdicts.get(parent.index()));
    parent == Some(&Verdict::Keep)
}

/// The first `h1` if the head knows it, else what the head says.
fn title(dom: &Dom, view: &features::View<'_>) -> Option<String> {
    let hashes = &view.page.title_hashes;
    let heading = view.layout.blocks.iter().find(|block| {
        let container = view.layout.containers.get(block.container as usize);
        container.is_some_and(|c| c.tag == blocks::Tag::H1)
            && hashes.binary_search(&block.stats.hash).is_ok()
    });
    let heading = heading.and_then(|b| view.layout.containers.get(b.container as usize));
    heading
        .and_then(|container| page::text(dom, container.node))
        .or_else(|| view.page.social_title.clone())
        .or_else(|| view.page.title.clone())
}
