//! KaTeX's HTML: spans whose classes say what kind of atom they are and whose styles say
//! where they stand. Read for all versions since 0.5; since 0.17 some class words carry a
//! `katex-` prefix, which is ignored.

mod leaf;
mod stack;
mod svg;
mod table;

use super::expr::{Expr, into_tree};
use super::markup::{MAX_DEPTH, classes, find, has_class, is_invisible, visible_text};
use cc_math_html::{Dom, NodeId};
use cc_math_tex::MathTree;
use leaf::Ink;

/// The formula drawn in a `span.katex-html`, or in any element that holds one.
pub fn tree(dom: &Dom, node: NodeId) -> Option<MathTree> {
    let html = find(dom, node, |node| has_class(dom, node, "katex-html"))?;
    let reader = Reader { dom, slanted: is_slanted(dom, html) };
    into_tree(reader.formula(html), super::display(dom, html))
}

/// What an element says of the formula in it: true if displayed, false if inline.
pub(super) fn display(dom: &Dom, node: NodeId) -> Option<bool> {
    if has_class(dom, node, "katex-display") {
        return Some(true);
    }
    has_class(dom, node, "katex").then_some(false)
}

/// True if the formula is of a version that marks ordinary variables `mathit`
/// (before 0.10) instead of `mathdefault` or `mathnormal`.
fn is_slanted(dom: &Dom, html: NodeId) -> bool {
    let modern =
        |node| classes(dom, node).any(|class| matches!(class, "mathnormal" | "mathdefault"));
    !dom.descendants(html).any(modern)
}

struct Reader<'a> {
    dom: &'a Dom<'a>,
    slanted: bool,
}

/// Class words of an element without the prefix of newer versions.
fn words<'a>(dom: &'a Dom, node: NodeId) -> impl Iterator<Item = &'a str> {
    classes(dom, node).map(|word| word.strip_prefix("katex-").unwrap_or(word))
}

fn has(dom: &Dom, node: NodeId, word: &str) -> bool {
    words(dom, node).any(|own| own == word)
}

/// What kind of box an element is, by the word that says most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Struts, columns' gaps and other things that only take room.
    Layout,
    Space,
    Scripts,
    Fraction,
    Root,
    Table,
    Delimiter,
    /// `\llap`, `\rlap`, `\clap`.
    Lap,
    Tag,
    Text,
    /// A vertical list.
    List,
    /// Anything else: a leaf or a group.
    Atom,
}

fn kind(dom: &Dom, node: NodeId) -> Kind {
    words(dom, node).map(word_kind).find(|kind| *kind != Kind::Atom).unwrap_or(Kind::Atom)
}

fn word_kind(word: &str) -> Kind {
    match word {
        "strut" | "pstrut" | "vlist-s" | "arraycolsep" | "nulldelimiter" | "rule" | "fix" => {
            Kind::Layout
        }
        "fontsize-ensurer" | "baseline-fix" | "sqrt-sign" => Kind::Layout,
        "mathml" | "newline" | "frac-line" | "hline" | "hdashline" | "eqn-num" => Kind::Layout,
        "mspace" => Kind::Space,
        "msupsub" => Kind::Scripts,
        "mfrac" => Kind::Fraction,
        "sqrt" => Kind::Root,
        "mtable" => Kind::Table,
        "delimsizing" => Kind::Delimiter,
        "rlap" | "llap" | "clap" => Kind::Lap,
        "tag" => Kind::Tag,
        "text" => Kind::Text,
        "vlist-t" | "vlist" => Kind::List,
        _ => Kind::Atom,
    }
}

impl Reader<'_> {
    /// The bases of a formula one after the other, in a labelled row if there is a tag.
    fn formula(&self, html: NodeId) -> Vec<Expr> {
        let mut content = Vec::new();
        let mut tag = None;
        for child in self.dom.children(html) {
            if kind(self.dom, child) == Kind::Tag {
                tag = Some(child);
            } else {
                self.push(child, Ink::default(), 0, &mut content);
            }
        }
        match tag {
            Some(tag) => self.labelled(tag, content),
            None => content,
        }
    }

    fn content(&self, node: NodeId, ink: Ink, depth: usize) -> Vec<Expr> {
        let mut out = Vec::new();
        for child in self.dom.children(node) {
            self.push(child, ink, depth + 1, &mut out);
        }
        out
    }

    fn push(&self, node: NodeId, ink: Ink, depth: usize, out: &mut Vec<Expr>) {
        if self.dom.element(node).is_none() {
            let text = self.dom.text(node).unwrap_or_default();
            leaf::extend(out, leaf::tokens(text.chars().filter(|c| !is_invisible(*c)), ink));
            return;
        }
        if depth > MAX_DEPTH {
            out.push(Expr::token("mtext", visible_text(self.dom, node)));
            return;
        }
        match kind(self.dom, node) {
            Kind::Layout => {}
            Kind::Space => out.extend(self.space(node, ink)),
            Kind::Scripts => self.scripts(node, ink, depth, out),
            Kind::Fraction => out.push(self.fraction(node, ink, depth)),
            Kind::Root => out.push(self.root(node, ink, depth)),
            Kind::Table => out.push(self.table(node, ink, depth, &[])),
            Kind::Delimiter => out.push(self.delimiter(node)),
            Kind::Lap => self.lap(node, ink, depth, out),
            Kind::Tag => out.extend(self.content(node, ink, depth)),
            Kind::Text => leaf::extend(out, self.text(node, ink, depth)),
            Kind::List => out.extend(self.stack(node, ink, depth)),
            Kind::Atom => self.atom(node, ink, depth, out),
        }
    }

    fn atom(&self, node: NodeId, ink: Ink, depth: usize, out: &mut Vec<Expr>) {
        let ink = ink.of(words(self.dom, node), self.slanted);
        if self.is_hidden(node) {
            let hidden = Expr::row(self.content(node, ink, depth));
            out.push(Expr::new("mphantom", vec![hidden]));
        } else if has(self.dom, node, "minner") && self.is_group(node) {
            let fenced = self.fenced(node, ink, depth);
            out.push(Expr::row(fenced));
        } else if self.is_binomial(node) {
            out.push(Expr::new("mrow", self.fenced(node, ink, depth)));
        } else {
            let content = self.content(node, ink, depth);
            leaf::extend(out, self.named(node, content));
        }
    }

    /// A name set in several pieces as one token: letters of one font, and the letters of an
    /// operator.
    fn named(&self, node: NodeId, content: Vec<Expr>) -> Vec<Expr> {
        let name = match () {
            () if has(self.dom, node, "mop") => "mi",
            () if has(self.dom, node, "mbin") => "mo",
            () if !has(self.dom, node, "mord") || !self.is_group(node) => return content,
            () => return leaf::word(&content).map_or(content, |word| vec![word]),
        };
        match leaf::operator(name, &content) {
            Some(operator) => vec![operator],
            None => content,
        }
    }

    /// True for invisible ink.
    fn is_hidden(&self, node: NodeId) -> bool {
        super::markup::style(self.dom, node, "color") == Some("transparent")
    }

    /// True if an element holds other elements, not only text.
    fn is_group(&self, node: NodeId) -> bool {
        self.dom.children(node).any(|child| self.dom.element(child).is_some())
    }

    /// True for a fraction between delimiters that show, as `\binom` makes it.
    fn is_binomial(&self, node: NodeId) -> bool {
        let mut children = self.dom.children(node);
        let opens = children.next().is_some_and(|first| {
            has(self.dom, first, "mopen") && !has(self.dom, first, "nulldelimiter")
        });
        opens && children.next().is_some_and(|second| kind(self.dom, second) == Kind::Fraction)
    }

    /// What stands between `\left` and `\right`, with these: an `mo` each, empty for `.`.
    fn fenced(&self, node: NodeId, ink: Ink, depth: usize) -> Vec<Expr> {
        let (first, last) = (self.dom.first_child(node), self.dom.last_child(node));
        let mut out = Vec::new();
        for child in self.dom.children(node) {
            let opens = Some(child) == first && has(self.dom, child, "mopen");
            let closes = Some(child) == last && has(self.dom, child, "mclose");
            if opens || closes || has(self.dom, child, "delimcenter") {
                let fence = if opens || closes { "true" } else { "false" };
                let sign = Expr::token("mo", self.sign(child));
                let sign = if opens { sign.with("form", "prefix") } else { sign };
                out.push(sign.with("fence", fence).with("stretchy", "true"));
            } else {
                self.push(child, ink, depth + 1, &mut out);
            }
        }
        out
    }

    /// The sign that a delimiter draws, by its text, the pieces it is built of, or its path.
    fn sign(&self, node: NodeId) -> String {
        let text = visible_text(self.dom, node);
        match text.is_empty() {
            true => svg::sign(self.dom, node).map(String::from).unwrap_or_default(),
            false => super::delimiter::stretched(&text).replace('∣', "|").replace('∥', "‖"),
        }
    }

    /// A delimiter of a size that was asked for (`\big(`).
    fn delimiter(&self, node: NodeId) -> Expr {
        let size = words(self.dom, node).find_map(|word| match word {
            "size1" => Some("1.2em"),
            "size2" => Some("1.8em"),
            "size3" => Some("2.4em"),
            "size4" => Some("3em"),
            _ => None,
        });
        let size = size.unwrap_or("1.2em");
        let sign = Expr::token("mo", self.sign(node)).with("stretchy", "true");
        sign.with("minsize", size).with("maxsize", size)
    }

    /// Space that was asked for; what TeX itself puts between atoms is at most 5/18 em, but
    /// inside an operator it puts none.
    fn space(&self, node: NodeId, ink: Ink) -> Option<Expr> {
        let text = self.dom.text_content(node);
        if ink.text {
            return text.chars().any(|c| !is_invisible(c)).then(|| Expr::token("mtext", " "));
        }
        let width = super::markup::style_em(self.dom, node, "margin-right")
            .or_else(|| super::markup::style_em(self.dom, node, "margin-left"))
            .or_else(|| words(self.dom, node).find_map(named_space))?;
        (width > 0.3 || ink.operator && width > 0.1)
            .then(|| Expr::new("mspace", Vec::new()).with("width", format!("{width}em")))
    }

    /// Scripts: they belong to all that stands before them in the same box.
    fn scripts(&self, node: NodeId, ink: Ink, depth: usize, out: &mut Vec<Expr>) {
        let Some(list) = self.list(node) else { return };
        let rows = self.rows(list);
        let lowered = has(self.dom, list, "vlist") && rows.first().is_some_and(|row| row.y > 0.0);
        let mut rows = rows.into_iter().map(|row| self.content(row.node, ink, depth + 1));
        let base = std::mem::take(out);
        let below = has(self.dom, list, "vlist-t2") || lowered;
        out.push(match (rows.next(), rows.next()) {
            (Some(sub), Some(sup)) => Expr::of("msubsup", [base, sub, sup]),
            (Some(sub), None) if below => Expr::of("msub", [base, sub]),
            (Some(sup), None) => Expr::of("msup", [base, sup]),
            _ => Expr::row(base),
        });
    }

    fn fraction(&self, node: NodeId, ink: Ink, depth: usize) -> Expr {
        let rows = self.list(node).map(|list| self.rows(list)).unwrap_or_default();
        let is_line = |row: &stack::Row| self.is_rule(row.node);
        let placed =
            rows.iter().any(|row| super::markup::style(self.dom, row.node, "top").is_some());
        let line = rows.iter().any(is_line) || !placed;
        let mut parts: Vec<_> = rows.into_iter().filter(|row| !is_line(row)).collect();
        parts.sort_by(|one, other| one.y.total_cmp(&other.y));
        let mut parts = parts.into_iter().map(|row| self.content(row.node, ink, depth + 1));
        let (numerator, denominator) =
            (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let fraction = Expr::of("mfrac", [numerator, denominator]);
        if line { fraction } else { fraction.with("linethickness", "0") }
    }

    fn root(&self, node: NodeId, ink: Ink, depth: usize) -> Expr {
        let mut index = None;
        let mut body = Vec::new();
        for child in self.dom.children(node) {
            if has(self.dom, child, "root") {
                let list = self.list(child);
                index = list.map(|list| self.rows(list)).and_then(|rows| rows.into_iter().next());
            } else if self.is_list(child) {
                let rows = self.rows(child).into_iter();
                let is_sign = |row: NodeId| self.row_has(row, "hide-tail") || self.is_rule(row);
                let mut drawn = rows.filter(|row| !is_sign(row.node));
                body = drawn
                    .next()
                    .map(|row| self.content(row.node, ink, depth + 2))
                    .unwrap_or_default();
            } else {
                self.push(child, ink, depth + 1, &mut body);
            }
        }
        match index {
            Some(index) => Expr::of("mroot", [body, self.content(index.node, ink, depth + 2)]),
            None => Expr::of("msqrt", [body]),
        }
    }

    /// Overlapping ink. A slash drawn over the sign before it negates that sign.
    fn lap(&self, node: NodeId, ink: Ink, depth: usize, out: &mut Vec<Expr>) {
        let mut content = self.content(node, ink, depth);
        if has(self.dom, node, "llap")
            && let Some(slash) = content.first_mut()
            && slash.text == "/"
        {
            content = vec![Expr::token("mo", leaf::STRIKE)];
        }
        leaf::extend(out, content);
    }

    /// Text set as such, adjoining pieces of one style as one token.
    fn text(&self, node: NodeId, ink: Ink, depth: usize) -> Vec<Expr> {
        let ink = ink.of(words(self.dom, node), self.slanted).in_text();
        let mut out: Vec<Expr> = Vec::new();
        for piece in self.content(node, ink, depth).into_iter().map(composed) {
            match out.last_mut() {
                Some(last)
                    if last.name == "mtext"
                        && piece.name == "mtext"
                        && last.attrs == piece.attrs =>
                {
                    last.text.push_str(&piece.text);
                }
                _ => out.push(piece),
            }
        }
        out
    }
}

/// An accented letter of a text as that letter.
fn composed(piece: Expr) -> Expr {
    if piece.name == "mover"
        && let [letter, accent] = piece.kids.as_slice()
        && letter.name == "mtext"
        && let Some(whole) = leaf::accented(&letter.text, &accent.text)
    {
        return Expr { text: whole.into(), ..letter.clone() };
    }
    piece
}

/// Width in em of the spaces that versions before 0.10 name by class.
fn named_space(word: &str) -> Option<f32> {
    Some(match word {
        "enspace" => 0.5,
        "quad" => 1.0,
        "qquad" => 2.0,
        "sp2" | "thickspace" | "mediumspace" | "thinspace" => 0.2,
        _ => return None,
    })
}
