//! MathJax CHTML: elements `mjx-*` (versions 3 and 4), or spans of class `mjx-*`
//! (CommonHTML of version 2). The names are those of MathML with layout boxes
//! between them; characters are class names (`mjx-c1D465`) or text.

use super::alphabet::Glyph;
use super::delimiter;
use super::expr::{Expr, into_tree};
use super::markup::{MAX_DEPTH, classes, has_class, is_invisible, style, style_em};
use super::mathjax::{self, Part, mathml_name};
use cc_math_html::{Dom, NodeId};
use cc_math_tex::MathTree;

/// The formula drawn in a `mjx-container` or `mjx-math` (or `span.mjx-chtml`,
/// `span.mjx-math`), or in any element that holds one.
pub fn tree(dom: &Dom, node: NodeId) -> Option<MathTree> {
    let math = super::markup::find(dom, node, |node| tag(dom, node) == "math")?;
    into_tree(Reader { dom }.content(math, 0), super::display(dom, math))
}

/// Name of a box without its prefix; empty for other elements and text.
fn tag<'a>(dom: &'a Dom, node: NodeId) -> &'a str {
    let name = dom.name(node);
    if let Some(name) = name.strip_prefix("mjx-") {
        return name;
    }
    if name != "span" {
        return "";
    }
    classes(dom, node).find_map(|class| class.strip_prefix("mjx-")).unwrap_or_default()
}

/// Boxes that draw lines, keep distances or repeat the formula for screen readers.
fn is_layout(tag: &str) -> bool {
    matches!(
        tag,
        "nstrut" | "dstrut" | "tstrut" | "strut" | "vsize" | "line" | "surd" | "spacer" | "mark"
    ) || matches!(tag, "assistive-mml" | "speech" | "annotation" | "annotation-xml" | "labels")
}

/// The argument that a box holds, if it holds one.
fn part(tag: &str) -> Option<Part> {
    Some(match tag {
        "base" | "op" => Part::Base,
        "over" => Part::Over,
        "under" => Part::Under,
        "sup" => Part::Over,
        "sub" => Part::Under,
        "num" | "numerator" => Part::Numerator,
        "den" | "denominator" => Part::Denominator,
        "root" => Part::Index,
        _ => return None,
    })
}

struct Reader<'a> {
    dom: &'a Dom<'a>,
}

impl Reader<'_> {
    /// Expressions inside a box.
    fn content(&self, node: NodeId, depth: usize) -> Vec<Expr> {
        let mut out = Vec::new();
        for child in self.dom.children(node) {
            self.push(child, depth + 1, &mut out);
        }
        out
    }

    fn push(&self, node: NodeId, depth: usize, out: &mut Vec<Expr>) {
        if depth > MAX_DEPTH {
            out.push(Expr::token("mtext", super::markup::visible_text(self.dom, node)));
            return;
        }
        let tag = tag(self.dom, node);
        if let Some(name) = mathml_name(tag) {
            out.push(self.expr(name, node, depth));
        } else if !is_layout(tag) {
            out.extend(self.content(node, depth));
        }
    }

    fn expr(&self, name: &'static str, node: NodeId, depth: usize) -> Expr {
        match name {
            "mi" | "mn" | "mo" | "mtext" | "ms" => self.token(name, node),
            "mspace" => self.space(node),
            "mfrac" => self.fraction(node, depth),
            "msub" | "msup" | "msubsup" | "munder" | "mover" | "munderover" | "mroot" => {
                self.scripted(name, node, depth)
            }
            "mmultiscripts" => self.multiscripts(node, depth),
            "mtable" => self.table(node, depth),
            "menclose" => self.enclosed(node, depth),
            _ => {
                let class = self.dom.attr(node, "texclass").filter(|class| *class != "undefined");
                mathjax::row(name, class, self.content(node, depth))
            }
        }
    }

    fn token(&self, name: &'static str, node: NodeId) -> Expr {
        let mut glyphs = Vec::new();
        let mut next = self.dom.first_child(node);
        while let Some(child) = next {
            let deeper = self.glyph(child, &mut glyphs);
            next = if deeper { self.dom.first_child(child) } else { None };
            next = next.or_else(|| self.dom.next_after(child, node));
        }
        mathjax::token(name, &glyphs)
    }

    /// Reads what a box draws; true if what it draws lies in its children.
    fn glyph(&self, node: NodeId, glyphs: &mut Vec<Glyph>) -> bool {
        match tag(self.dom, node) {
            "c" => {
                let code = coded(self.dom, node);
                match code {
                    Some(char) => glyphs.push(self.in_font(char, node)),
                    None => self.letters(node, glyphs),
                }
                false
            }
            "stretchy-v" | "stretchy-h" => {
                match coded(self.dom, node) {
                    Some(char) => glyphs.push(Glyph { size: 5, ..Glyph::upright(char) }),
                    None => self.pieces(node, glyphs),
                }
                false
            }
            "delim-v" | "delim-h" => {
                self.pieces(node, glyphs);
                false
            }
            "char" => {
                self.letters(node, glyphs);
                false
            }
            "utext" => {
                let font = self.dom.attr(node, "variant").and_then(mathjax::variant);
                let text = super::markup::visible_text(self.dom, node);
                glyphs.extend(text.chars().map(|char| Glyph { font, ..Glyph::upright(char) }));
                false
            }
            tag if is_layout(tag) => false,
            _ => {
                let text = self.dom.text(node).unwrap_or_default();
                glyphs.extend(text.chars().filter(|c| !is_invisible(*c)).map(Glyph::upright));
                true
            }
        }
    }

    fn letters(&self, node: NodeId, glyphs: &mut Vec<Glyph>) {
        let text = super::markup::visible_text(self.dom, node);
        glyphs.extend(text.chars().map(|char| self.in_font(char, node)));
    }

    fn pieces(&self, node: NodeId, glyphs: &mut Vec<Glyph>) {
        let text = super::markup::visible_text(self.dom, node);
        let sign = delimiter::stretched(&text);
        glyphs.extend(sign.chars().map(|char| Glyph { size: 5, ..Glyph::upright(char) }));
    }

    /// A character in the font that a class names.
    fn in_font(&self, char: char, node: NodeId) -> Glyph {
        let font =
            classes(self.dom, node).find_map(|class| match class.strip_prefix("MJXc-TeX-") {
                Some(font) => Some(font),
                None if class.starts_with("mjx-") => None,
                None => class.split_once('-').map(|(_, font)| font),
            });
        Glyph::in_font(char, font.unwrap_or_default())
    }

    fn space(&self, node: NodeId) -> Expr {
        let width = ["width", "margin-right", "margin-left"]
            .iter()
            .find_map(|name| style(self.dom, node, name))
            .unwrap_or("0");
        Expr::new("mspace", Vec::new()).with("width", width)
    }

    /// Arguments of a structure by what their boxes say, those of the structure's own
    /// script box in the order top, bottom.
    fn parts(&self, of: &str, node: NodeId, depth: usize, out: &mut Vec<(Part, Vec<Expr>)>) {
        for child in self.dom.children(node) {
            let tag = tag(self.dom, child);
            if let Some(part) = part(tag) {
                out.push((part, self.content(child, depth + 1)));
            } else if tag == "script" {
                self.scripts(child, depth, out);
            } else if mathml_name(tag).is_some()
                && !(of == "munderover" && self.is_frame(node, tag))
            {
                let mut base = Vec::new();
                self.push(child, depth + 1, &mut base);
                out.push((Part::Base, base));
            } else if !is_layout(tag) && depth < MAX_DEPTH {
                self.parts(of, child, depth + 1, out);
            }
        }
    }

    /// True for the `mjx-munder` that `mjx-munderover` keeps its base and lower limit in.
    fn is_frame(&self, parent: NodeId, tag: &str) -> bool {
        tag == "munder" && self::tag(self.dom, parent) == "box"
    }

    /// `mjx-script`: one script, or upper, spacer, lower.
    fn scripts(&self, node: NodeId, depth: usize, out: &mut Vec<(Part, Vec<Expr>)>) {
        let mut part = Part::Script;
        let mut scripts: Vec<Vec<Expr>> = vec![Vec::new()];
        for child in self.dom.children(node) {
            if tag(self.dom, child) == "spacer" {
                part = Part::Under;
                scripts.push(Vec::new());
            } else if let Some(last) = scripts.last_mut() {
                self.push(child, depth + 1, last);
            }
        }
        let first = if part == Part::Under { Part::Over } else { Part::Script };
        let parts = std::iter::once(first).chain(std::iter::repeat(part));
        out.extend(parts.zip(scripts));
    }

    fn scripted(&self, name: &'static str, node: NodeId, depth: usize) -> Expr {
        let mut parts = Vec::new();
        self.parts(name, node, depth, &mut parts);
        mathjax::scripted(name, parts)
    }

    fn fraction(&self, node: NodeId, depth: usize) -> Expr {
        let mut parts = Vec::new();
        self.parts("mfrac", node, depth, &mut parts);
        mathjax::fraction(parts, self.has_line(node))
    }

    /// True if a line is drawn among the layout boxes of a structure.
    fn has_line(&self, node: NodeId) -> bool {
        let mut next = self.dom.first_child(node);
        while let Some(child) = next {
            let name = tag(self.dom, child);
            if name == "line" {
                return true;
            }
            let inner =
                if mathml_name(name).is_some() { None } else { self.dom.first_child(child) };
            next = inner.or_else(|| self.dom.next_after(child, node));
        }
        false
    }

    /// Scripts as version 3 draws them: on each side a table whose first row is the upper one.
    fn multiscripts(&self, node: NodeId, depth: usize) -> Expr {
        let mut base = Vec::new();
        let (mut post, mut pre) = ([Vec::new(), Vec::new()], [Vec::new(), Vec::new()]);
        for child in self.dom.children(node) {
            match tag(self.dom, child) {
                "prescripts" => pre = self.script_rows(child, depth),
                "scripts" => post = self.script_rows(child, depth),
                name if mathml_name(name).is_some() => self.push(child, depth + 1, &mut base),
                _ => {}
            }
        }
        mathjax::multiscripts(base, post, pre)
    }

    /// Lower and upper scripts of one side.
    fn script_rows(&self, node: NodeId, depth: usize) -> [Vec<Expr>; 2] {
        let mut rows: Vec<Vec<Expr>> = Vec::new();
        let mut next = self.dom.first_child(node);
        while let Some(child) = next {
            let name = tag(self.dom, child);
            match name {
                "row" => rows.push(Vec::new()),
                "cell" => rows
                    .last_mut()
                    .into_iter()
                    .for_each(|row| row.extend(self.content(child, depth + 1))),
                _ => {}
            }
            let inner = if name == "cell" { None } else { self.dom.first_child(child) };
            next = inner.or_else(|| self.dom.next_after(child, node));
        }
        let mut rows = rows.into_iter();
        let upper = rows.next().unwrap_or_default();
        [rows.last().unwrap_or_default(), upper]
    }

    fn enclosed(&self, node: NodeId, depth: usize) -> Expr {
        let mut notations: Vec<&str> = Vec::new();
        for child in self.dom.children(node) {
            match tag(self.dom, child) {
                "box" => notations.extend(border(self.dom, child)),
                "ustrike" => notations.push("updiagonalstrike"),
                "dstrike" => notations.push("downdiagonalstrike"),
                "hstrike" => notations.push("horizontalstrike"),
                "vstrike" => notations.push("verticalstrike"),
                _ => {}
            }
        }
        let notation = match notations.as_slice() {
            [] => self.dom.attr(node, "notation").unwrap_or("box").to_owned(),
            notations => notations.join(" "),
        };
        Expr::new("menclose", self.content(node, depth)).with("notation", notation)
    }

    fn table(&self, node: NodeId, depth: usize) -> Expr {
        let mut table = mathjax::Table::default();
        let mut labels = Vec::new();
        let mut next = self.dom.first_child(node);
        while let Some(child) = next {
            let name = tag(self.dom, child);
            if matches!(name, "mtr" | "mlabeledtr") {
                table.rows.push(self.table_row(child, depth));
            } else if name == "labels" {
                labels = self.labels(child, depth);
            } else if name == "label" {
                labels.push(self.label(child, depth));
            }
            let inner = matches!(name, "table" | "itable" | "box" | "").then_some(child);
            let inner = inner.and_then(|child| self.dom.first_child(child));
            next = inner.or_else(|| self.dom.next_after(child, node));
        }
        table.frame =
            self.dom.children(node).any(|child| style(self.dom, child, "border").is_some());
        table.display = self.is_open(node);
        for (row, label) in table.rows.iter_mut().zip(labels) {
            row.label = label;
        }
        table.finish()
    }

    /// True if the first row is followed by the space that MathJax puts between equations
    /// (3 pt, half of it below the row), not that of arrays (4 pt) and cases (0.2 em).
    fn is_open(&self, table: NodeId) -> bool {
        let cell = self.dom.descendants(table).find(|node| tag(self.dom, *node) == "mtd");
        let gap = cell.and_then(|cell| padding(self.dom, cell, "padding-bottom", 2));
        gap.is_some_and(|gap| (gap - 0.15).abs() < 0.01)
    }

    fn table_row(&self, node: NodeId, depth: usize) -> mathjax::Row {
        let mut row = mathjax::Row::default();
        for child in self.dom.children(node) {
            if tag(self.dom, child) == "mtd" && self.dom.attr(child, "extra").is_none() {
                row.cells.push(self.cell(child, depth));
            }
        }
        row
    }

    fn cell(&self, node: NodeId, depth: usize) -> mathjax::Cell {
        let align = match style(self.dom, node, "text-align") {
            Some("left") => 'l',
            Some("right") => 'r',
            _ => 'c',
        };
        let side =
            |side: &str| style(self.dom, node, side).is_some_and(|line| line.contains("solid"));
        mathjax::Cell {
            content: self.content(node, depth + 1),
            align,
            line_above: side("border-top"),
            line_before: side("border-left"),
            line_after: side("border-right"),
            line_below: side("border-bottom"),
            gap_after: padding(self.dom, node, "padding-right", 1).is_none_or(|gap| gap > 0.0),
        }
    }

    /// Labels of the rows, in order; empty for a row without one.
    fn labels(&self, node: NodeId, depth: usize) -> Vec<Vec<Expr>> {
        let rows = self.dom.descendants(node).filter(|node| tag(self.dom, *node) == "mtr");
        rows.map(|row| self.label(row, depth)).collect()
    }

    /// Content of the cell that holds a row's label.
    fn label(&self, node: NodeId, depth: usize) -> Vec<Expr> {
        self.content(node, depth + 2).into_iter().flat_map(|cell| cell.kids).collect()
    }
}

/// Padding at one side of a cell in em, from the property itself or from its place in the
/// shorthand (top, right, bottom).
fn padding(dom: &Dom, node: NodeId, property: &str, place: usize) -> Option<f32> {
    style_em(dom, node, property).or_else(|| {
        let sides: Vec<_> = style(dom, node, "padding")?.split_ascii_whitespace().collect();
        let side = if place == 2 {
            sides.get(2).or(sides.first())
        } else {
            sides.get(1).or(sides.first())
        };
        super::markup::em(side?)
    })
}

/// Sides of a box that are drawn.
fn border(dom: &Dom, node: NodeId) -> Vec<&'static str> {
    if style(dom, node, "border").is_some() {
        let round = style(dom, node, "border-radius").is_some();
        return vec![if round { "roundedbox" } else { "box" }];
    }
    let sides = [
        ("border-top", "top"),
        ("border-bottom", "bottom"),
        ("border-left", "left"),
        ("border-right", "right"),
    ];
    let drawn = sides.into_iter().filter(|(property, _)| style(dom, node, property).is_some());
    drawn.map(|(_, side)| side).collect()
}

/// The character of a class `mjx-cHEX`.
fn coded(dom: &Dom, node: NodeId) -> Option<char> {
    let hex = |class: &str| u32::from_str_radix(class.strip_prefix("mjx-c")?, 16).ok();
    classes(dom, node).find_map(hex).and_then(char::from_u32)
}

/// What an element says of the formula in it: true if displayed, false if inline.
pub(super) fn display(dom: &Dom, node: NodeId) -> Option<bool> {
    match dom.name(node) {
        "mjx-container" | "mjx-math" => {
            Some(dom.attr(node, "display").is_some_and(|d| d != "false"))
        }
        "span" | "div" if has_class(dom, node, "MJXc-display") => Some(true),
        "span" if has_class(dom, node, "mjx-chtml") => Some(false),
        _ => None,
    }
}
