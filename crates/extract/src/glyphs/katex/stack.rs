//! Vertical lists: what stands above what.

use super::leaf::Ink;
use super::{Reader, has, svg};
use crate::glyphs::expr::Expr;
use crate::glyphs::markup::{style_em, visible_text};
use cc_math_html::NodeId;

/// A row of a vertical list.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    pub(super) node: NodeId,
    /// Height of its reference point in em, downwards.
    pub(super) y: f32,
}

/// What a row of a stack is to the stack.
enum Part {
    Body(Vec<Expr>),
    Limit(Vec<Expr>),
    /// An accent, a brace, an arrow or a line.
    Mark {
        sign: String,
        wide: bool,
    },
    /// Lines through or around the body, as `menclose` names them.
    Enclosure(&'static str),
    /// A ring through a multiple integral.
    Ring,
    /// A horizontal line of a table.
    Line,
}

impl Reader<'_> {
    /// The vertical list that an element is made of; before 0.8 it had no outer box.
    pub(super) fn list(&self, node: NodeId) -> Option<NodeId> {
        self.dom.children(node).find(|child| self.is_list(*child))
    }

    pub(super) fn is_list(&self, node: NodeId) -> bool {
        has(self.dom, node, "vlist-t") || has(self.dom, node, "vlist")
    }

    /// Rows of a vertical list in the order of the page.
    pub(super) fn rows(&self, list: NodeId) -> Vec<Row> {
        let first = self.dom.children(list).find(|child| has(self.dom, *child, "vlist-r"));
        let inner = first
            .and_then(|row| self.dom.children(row).find(|child| has(self.dom, *child, "vlist")))
            .or_else(|| Some(list).filter(|list| has(self.dom, *list, "vlist")));
        let rows = inner.into_iter().flat_map(|inner| self.dom.children(inner));
        let drawn = |node: &NodeId| {
            self.dom.element(*node).is_some() && !has(self.dom, *node, "baseline-fix")
        };
        let placed = rows.filter(drawn).enumerate();
        placed.map(|(i, node)| self.row(i, node)).collect()
    }

    /// A row's height; without a style (pages that were cleaned) rows are read upwards, as
    /// KaTeX writes most lists.
    fn row(&self, place: usize, node: NodeId) -> Row {
        let y = match style_em(self.dom, node, "top") {
            Some(top) => top + self.strut(node),
            None => -(place as f32),
        };
        Row { node, y }
    }

    /// Height of the strut that a row's `top` is counted from.
    fn strut(&self, row: NodeId) -> f32 {
        let strut = self.dom.children(row).find(|child| has(self.dom, *child, "pstrut"));
        strut.and_then(|strut| style_em(self.dom, strut, "height")).unwrap_or(0.0)
    }

    /// True if a child of a row has a class word.
    pub(super) fn row_has(&self, row: NodeId, word: &str) -> bool {
        self.dom.children(row).any(|child| has(self.dom, child, word))
    }

    /// True for a row that draws a horizontal line: an element of its own, or (0.8 and 0.9)
    /// a stretched path.
    pub(super) fn is_rule(&self, row: NodeId) -> bool {
        self.row_has(row, "frac-line")
            || self.row_has(row, "sqrt-line")
            || self.row_has(row, "stretchy") && svg::is_rule(self.dom, row)
    }

    /// Whether the line of a stack is that of `\underline`.
    fn is_underline(&self, row: NodeId) -> bool {
        self.dom.ancestors(row).take(4).any(|node| has(self.dom, node, "underline"))
    }

    /// A body with what is set above, below, through and around it.
    pub(super) fn stack(&self, list: NodeId, ink: Ink, depth: usize) -> Vec<Expr> {
        let rows = self.rows(list);
        let lines: Vec<f32> =
            rows.iter().filter(|row| self.is_line(row.node)).map(|row| row.y).collect();
        if !lines.is_empty()
            && let Some(table) = rows.iter().find_map(|row| self.table_in(row.node))
        {
            return vec![self.table(table, ink, depth + 2, &lines)];
        }
        let parts: Vec<(f32, Part)> =
            rows.iter().map(|row| (row.y, self.part(row.node, ink, depth))).collect();
        assembled(parts)
    }

    fn is_line(&self, row: NodeId) -> bool {
        self.row_has(row, "hline") || self.row_has(row, "hdashline")
    }

    fn table_in(&self, row: NodeId) -> Option<NodeId> {
        self.dom.children(row).find(|child| has(self.dom, *child, "mtable"))
    }

    fn part(&self, row: NodeId, ink: Ink, depth: usize) -> Part {
        let body = || self.content(row, ink, depth + 2);
        match () {
            () if self.is_line(row) => Part::Line,
            () if self.row_has(row, "overline-line") => {
                Part::Mark { sign: "¯".into(), wide: true }
            }
            () if self.row_has(row, "underline-line") => {
                Part::Mark { sign: "_".into(), wide: true }
            }
            () if self.is_rule(row) => {
                let sign = if self.is_underline(row) { "_" } else { "¯" };
                Part::Mark { sign: sign.into(), wide: true }
            }
            () if self.row_has(row, "fbox") => Part::Enclosure("box"),
            () if self.row_has(row, "sout") => Part::Enclosure("horizontalstrike"),
            () if self.row_has(row, "accent-body") => self.accent(row),
            () if self.row_has(row, "overlay") => Part::Ring,
            () if has(self.dom, row, "svg-align") => {
                self.stretched(row).unwrap_or_else(|| Part::Body(body()))
            }
            () if self.row_has(row, "sizing") || self.is_small(row) => Part::Limit(body()),
            () => Part::Body(body()),
        }
    }

    /// Set in the style of scripts, as versions before 0.8 say it.
    fn is_small(&self, row: NodeId) -> bool {
        self.row_has(row, "reset-textstyle")
            && (self.row_has(row, "scriptstyle") || self.row_has(row, "scriptscriptstyle"))
    }

    fn accent(&self, row: NodeId) -> Part {
        let sign = match visible_text(self.dom, row) {
            text if text.is_empty() => {
                svg::sign(self.dom, row).map(String::from).unwrap_or_default()
            }
            text => text,
        };
        Part::Mark { sign, wide: false }
    }

    /// A sign or strike drawn as wide as the body; `None` if the row draws neither.
    fn stretched(&self, row: NodeId) -> Option<Part> {
        if let Some(sign) = svg::sign(self.dom, row) {
            return Some(Part::Mark { sign: sign.into(), wide: true });
        }
        let lines: Vec<_> = self
            .dom
            .descendants(row)
            .filter(|node| self.dom.name(*node) == "line")
            .take(2)
            .collect();
        let first = lines.first()?;
        let rising = self.dom.attr(*first, "y1") == Some("100%")
            && self.dom.attr(*first, "y2") != Some("100%");
        Some(Part::Enclosure(match (lines.len(), rising) {
            (2, _) => "updiagonalstrike downdiagonalstrike",
            (_, true) => "updiagonalstrike",
            (_, false) => "downdiagonalstrike",
        }))
    }
}

/// Puts the parts of a stack together. Without a body the mark is the body (`\xrightarrow`).
fn assembled(parts: Vec<(f32, Part)>) -> Vec<Expr> {
    let place = parts.iter().position(|(_, part)| matches!(part, Part::Body(_)));
    let place =
        place.or_else(|| parts.iter().position(|(_, part)| matches!(part, Part::Mark { .. })));
    let Some((place, y)) = place.and_then(|place| Some((place, parts.get(place)?.0))) else {
        return parts.into_iter().flat_map(|(_, part)| loose(part)).collect();
    };
    let mut body = Vec::new();
    let mut around = Vec::new();
    for (i, (at, part)) in parts.into_iter().enumerate() {
        if i == place {
            body = loose(part);
        } else {
            let over = if at == y { i > place } else { at < y };
            around.push((over, part));
        }
    }
    dressed(body, around)
}

/// What a part shows by itself.
fn loose(part: Part) -> Vec<Expr> {
    match part {
        Part::Body(kids) | Part::Limit(kids) => kids,
        Part::Mark { sign, .. } => vec![Expr::token("mo", sign).with("stretchy", "true")],
        Part::Enclosure(_) | Part::Ring | Part::Line => Vec::new(),
    }
}

fn dressed(mut body: Vec<Expr>, around: Vec<(bool, Part)>) -> Vec<Expr> {
    let mut over = None;
    let mut under = None;
    for (above, part) in around {
        match part {
            Part::Enclosure(notation) => {
                body = vec![Expr::new("menclose", body).with("notation", notation)];
            }
            Part::Ring => body.iter_mut().for_each(ring),
            Part::Mark { sign, wide } => body = vec![marked(body, sign, wide, above)],
            Part::Body(limit) | Part::Limit(limit) if above => over = Some(limit),
            Part::Body(limit) | Part::Limit(limit) => under = Some(limit),
            Part::Line => {}
        }
    }
    vec![match (under, over) {
        (Some(under), Some(over)) => Expr::of("munderover", [body, under, over]),
        (Some(under), None) => Expr::of("munder", [body, under]),
        (None, Some(over)) => Expr::of("mover", [body, over]),
        (None, None) => return body,
    }]
}

/// Makes a double or triple integral a closed one.
fn ring(integral: &mut Expr) {
    match integral.text.as_str() {
        "∬" => integral.text = "∯".into(),
        "∭" => integral.text = "∰".into(),
        _ => {}
    }
}

fn marked(body: Vec<Expr>, sign: String, wide: bool, above: bool) -> Expr {
    let (name, attr) = if above { ("mover", "accent") } else { ("munder", "accentunder") };
    let mark = Expr::token("mo", sign).with("stretchy", if wide { "true" } else { "false" });
    Expr::of(name, [body, vec![mark]]).with(attr, "true")
}
