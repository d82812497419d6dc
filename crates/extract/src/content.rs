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
    let choices = decide::decide(&view, &decide::score(&view, |_| {}));
    Selection { verdicts: verdicts(dom, &layout, &choices), title: title(dom, &view) }
}

/// Describes and scores every block of a page: [`select`] seen from inside.
pub fn explain(dom: &Dom, hints: &Hints<'_>) -> Vec<BlockReport> {
    let layout = blocks::cut(dom, hints);
    let page = page::read(dom, &layout.metadata, hints);
    let places = features::places(&layout);
    let view = features::View { layout: &layout, places: &places, page: &page };
    let mut rows: Vec<features::Row> = Vec::new();
    let scores = decide::score(&view, |chunk| rows.extend_from_slice(chunk));
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

#[cfg(test)]
mod tests {
    use super::*;

    const PROSE: &str = "A group is a set together with an operation that is associative, has a neutral \
        element, and gives every element an inverse. The integers, with addition, are one of them.";

    const MORE: &str = "Rings have two operations. The second one need not be commutative, and it need \
        not have inverses, but it distributes over the first, as it does for matrices.";

    fn page(body: &str) -> Dom<'static> {
        let html = format!("<title>Groups | A site</title><body>{body}");
        cc_math_html::parse(&html, &Default::default()).dom.into_owned()
    }

    fn kept(dom: &Dom, hints: &Hints<'_>) -> String {
        let selection = select(dom, hints);
        let nodes = dom.descendants(dom.root()).filter(|node| selection.keeps(*node));
        nodes.filter_map(|node| dom.text(node)).collect::<Vec<_>>().join("|")
    }

    /// `body` has `{1}` and `{2}` where prose goes; of what stays, the prose is taken out again.
    fn check(body: &str, expected: &str) {
        let text = kept(&page(&body.replace("{1}", PROSE).replace("{2}", MORE)), &Hints::default());
        assert_eq!(text.replace(PROSE, "{1}").replace(MORE, "{2}"), expected, "{body}");
    }

    #[test]
    fn scripts_controls_and_navigation_go() {
        check("", "");
        check("<p>{1}</p>", "{1}");
        check("<p>{1}<script>var x</script><style>p{2}</style></p>", "{1}");
        check(
            "<nav><ul><li><a href=/>Home</a><li><a href=/b>Blog</a></ul></nav><article><p>{1}<p>{2}</article>",
            "{1}|{2}",
        );
        check(
            "<article><p>{1}<p>{2}</article><select><option>One</select><footer>© 2020 All rights reserved</footer>",
            "{1}|{2}",
        );
    }

    #[test]
    fn formulas_stay_wherever_they_stand() {
        check("<p>{1}<p><math><mi>x</mi></math>", "{1}");
        check("<p>$$x$$<p>ok<p>$$y$$<p>{1}", "$$x$$|ok|$$y$$|{1}");
        check("<div class=sidebar>\\(x\\)</div><p>{1}", "\\(x\\)|{1}");
        check("<nav><a href=/x>\\(x\\)</a></nav><article><p>{1}<p>{2}</article>", "{1}|{2}");
    }

    #[test]
    fn listed_formulas_stay_and_are_not_looked_into() {
        let dom = page(&format!(
            "<article><p>{PROSE}</p></article><div class=ad><img alt=x> <b>y</b></div>"
        ));
        let root = |name: &str| dom.descendants(dom.root()).find(|n| dom.name(*n) == name).unwrap();
        let (image, bold) = (root("img"), root("b"));
        let selection = select(&dom, &Hints { formulas: &[image, bold], url: None });
        assert!(selection.keeps(image) && selection.keeps(bold));
        assert!(!selection.keeps(dom.first_child(bold).unwrap()));
    }

    #[test]
    fn code_follows_its_neighbours() {
        check("<article><p>{1}<pre>a=1</pre></article>", "{1}|a=1");
        check(
            "<article><p>{1}<div class=highlight><code>b</code> = 2</div><p>{2}</article>",
            "{1}|b| = 2|{2}",
        );
    }

    #[test]
    fn empty_elements_follow_their_parents() {
        let dom = page(&format!("<p>{PROSE}<br><img></p><nav><a href=/>Home</a><br></nav>"));
        let selection = select(&dom, &Hints::default());
        let fate: Vec<bool> = dom
            .descendants(dom.root())
            .filter(|n| matches!(dom.name(*n), "br" | "img"))
            .map(|n| selection.keeps(n))
            .collect();
        assert_eq!(fate, [true, true, false]);
    }

    #[test]
    fn what_is_kept_is_closed_upwards() {
        let body = format!(
            "<div><table><tr><td>{PROSE}<td></table><i>{MORE}</i><p hidden>x</div><ul><li>a<li>b"
        );
        let dom = page(&body);
        let selection = select(&dom, &Hints::default());
        for node in dom.descendants(dom.root()).filter(|node| selection.keeps(*node)) {
            assert!(dom.parent(node).is_none_or(|parent| selection.keeps(parent)));
            assert_eq!(selection.cause(node), None);
        }
    }

    #[test]
    fn causes_tell_why_text_went() {
        let dom = page(&format!(
            "<article><p>{PROSE}<p>{MORE}</article><nav><a href=/>Home</a></nav><script>x</script>"
        ));
        let selection = select(&dom, &Hints::default());
        let causes: Vec<_> =
            dom.descendants(dom.root()).filter_map(|node| selection.cause(node)).collect();
        assert_eq!(causes, [DropCause::NotText, DropCause::Navigation, DropCause::NotText]);
    }

    #[test]
    fn titles_come_from_the_heading_that_the_head_knows() {
        let title = |body: &str| select(&page(body), &Hints::default()).title().map(str::to_owned);
        assert_eq!(title("<h1>A site</h1><h1>Other</h1>").as_deref(), Some("A site"));
        assert_eq!(title("<h1> <b>Groups</b>\n</h1>").as_deref(), Some("Groups"));
        assert_eq!(title("<h1>Other</h1>").as_deref(), Some("Groups | A site"));
    }

    #[test]
    fn every_block_is_reported() {
        let dom = page(&format!("<h1>Groups</h1><p>{PROSE}<nav>x</nav>"));
        let reports =
            explain(&dom, &Hints { formulas: &[], url: Some("https://a.example/blog/groups") });
        let texts: Vec<_> = reports.iter().map(|report| report.text.trim()).collect();
        assert_eq!(texts, ["Groups", PROSE, "x"]);
        assert!(reports.iter().all(|report| report.features.len() == features::FEATURES));
        assert!(reports[1].score > reports[2].score);
    }
}
