//! MathJax 2: CommonHTML (see [`super::chtml`]) and HTML-CSS, whose spans have MathML
//! names as classes (`span.mfrac`) and whose arguments are boxes at absolute places.
//!
//! SVG of version 2 has no structure to read, only outlines; it gives nothing here.

use super::alphabet::Glyph;
use super::delimiter;
use super::expr::{Expr, into_tree};
use super::markup::{MAX_DEPTH, classes, find, has_class, is_invisible, style, style_em};
use super::mathjax::{self, Part, mathml_name};
use cc_math_html::{Dom, NodeId};
use cc_math_tex::MathTree;

/// The formula drawn in a `.MathJax`, `.MathJax_CHTML` or `.mjx-chtml` element, or in any
/// element that holds one.
pub fn tree(dom: &Dom, node: NodeId) -> Option<MathTree> {
    super::chtml::tree(dom, node).or_else(|| html_css(dom, node))
}

fn html_css(dom: &Dom, node: NodeId) -> Option<MathTree> {
    let is_root = |node| dom.name(node) == "span" && has_class(dom, node, "math");
    let math = find(dom, node, |node| is_root(node) && is_output(dom, node))?;
    into_tree(Reader { dom }.content(math, 0), super::display(dom, math))
}

/// True for the output of HTML-CSS: other software uses the class `math` as well.
fn is_output(dom: &Dom, math: NodeId) -> bool {
    dom.ancestors(math).take(4).any(|node| has_class(dom, node, "MathJax"))
        || dom.attr(math, "id").is_some_and(|id| id.starts_with("MathJax-Span-"))
}

/// What an element says of the formula in it: true if displayed, false if inline.
pub(super) fn display(dom: &Dom, node: NodeId) -> Option<bool> {
    let class = classes(dom, node).find_map(|class| match class {
        "MathJax_Display" | "MathJax_SVG_Display" => Some(true),
        "MathJax" | "MathJax_SVG" => Some(false),
        _ => None,
    });
    class.filter(|_| !dom.name(node).starts_with("mjx-"))
}

/// An argument's box and the height of its baseline in em over the structure's.
struct Placed {
    node: NodeId,
    y: f32,
}

struct Reader<'a> {
    dom: &'a Dom<'a>,
}

impl Reader<'_> {
    fn name(&self, node: NodeId) -> Option<&'static str> {
        if self.dom.name(node) != "span" {
            return None;
        }
        classes(self.dom, node).find_map(|class| match class {
            "math" => None,
            class => mathml_name(class),
        })
    }

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
        match self.name(node) {
            Some(name) => out.push(self.expr(name, node, depth)),
            None if self.dom.element(node).is_some() => out.extend(self.content(node, depth)),
            None => {}
        }
    }

    fn expr(&self, name: &'static str, node: NodeId, depth: usize) -> Expr {
        match name {
            "mi" | "mn" | "mo" | "mtext" | "ms" => self.token(name, node),
            "mspace" => {
                let width = self
                    .dom
                    .descendants(node)
                    .chain([node])
                    .find_map(|node| style(self.dom, node, "width"));
                Expr::new("mspace", Vec::new()).with("width", width.unwrap_or("0"))
            }
            "msub" | "msup" | "msubsup" | "munder" | "mover" | "munderover" => self.scripted(
                if name.starts_with("ms") { "msubsup" } else { "munderover" },
                node,
                depth,
            ),
            "mfrac" => self.fraction(node, depth),
            "msqrt" | "mroot" => self.root(node, depth),
            "mtable" => self.table(node, depth),
            _ => mathjax::row(name, None, self.content(node, depth)),
        }
    }

    /// Characters of a token in the fonts of the elements they stand in; those of a
    /// stretched sign are its pieces.
    fn token(&self, name: &'static str, node: NodeId) -> Expr {
        let mut glyphs = Vec::new();
        let mut size = 0;
        for child in self.dom.descendants(node) {
            let Some(text) = self.dom.text(child) else { continue };
            let font = self.font(child, node);
            let placed = self.dom.ancestors(child).take_while(|above| *above != node);
            if placed
                .take(MAX_DEPTH)
                .any(|above| style(self.dom, above, "position") == Some("absolute"))
            {
                size = 5;
            }
            let shown = text.chars().filter(|c| {
                !is_invisible(*c) && (*c == '\u{a0}' || !c.is_whitespace() || name == "mtext")
            });
            glyphs.extend(shown.map(|char| Glyph::in_font(char, font)));
        }
        if size == 5 {
            let text: String = glyphs.iter().map(|glyph| glyph.char).collect();
            let sign = delimiter::stretched(&text);
            glyphs = sign.chars().map(|char| Glyph { size, ..Glyph::upright(char) }).collect();
        }
        mathjax::token(name, &glyphs)
    }

    /// End of the name of the font that a text is set in, within its token.
    fn font(&self, text: NodeId, token: NodeId) -> &str {
        let mut within = self.dom.ancestors(text).take(MAX_DEPTH);
        let mut last = false;
        let holders =
            within.by_ref().take_while(|node| !std::mem::replace(&mut last, *node == token));
        let family = holders.filter_map(|node| style(self.dom, node, "font-family")).next();
        let first = family.unwrap_or_default().split(',').next().unwrap_or_default();
        first.trim().trim_matches(['"', '\'']).rsplit('_').next().unwrap_or_default()
    }

    /// Boxes at absolute places that a structure is made of, not those of structures in it.
    fn boxes(&self, node: NodeId) -> Vec<Placed> {
        let mut boxes = Vec::new();
        let mut next = self.dom.first_child(node);
        while let Some(child) = next {
            let absolute = style(self.dom, child, "position") == Some("absolute");
            if absolute {
                boxes.push(self.placed(child));
            }
            let closed = absolute || self.name(child).is_some();
            let inner = if closed { None } else { self.dom.first_child(child) };
            next = inner.or_else(|| self.dom.next_after(child, node));
        }
        boxes
    }

    /// A box's `top` counts down to the top of a strut that stands on its baseline.
    fn placed(&self, node: NodeId) -> Placed {
        let top = style_em(self.dom, node, "top").unwrap_or_default();
        let strut = self.dom.last_child(node).and_then(|last| style_em(self.dom, last, "height"));
        Placed { node, y: -top - strut.unwrap_or_default() }
    }

    /// Boxes of a structure that hold MathML, with what they hold.
    fn arguments(&self, node: NodeId, depth: usize) -> Vec<(Placed, Vec<Expr>)> {
        let boxes = self.boxes(node).into_iter();
        let read = boxes.map(|placed| {
            let content = self.content(placed.node, depth + 1);
            (placed, content)
        });
        read.filter(|(_, content)| !content.is_empty()).collect()
    }

    fn scripted(&self, name: &'static str, node: NodeId, depth: usize) -> Expr {
        let mut base_y = None;
        let arguments = self.arguments(node, depth).into_iter();
        let parts = arguments.map(|(placed, content)| match base_y {
            None => {
                base_y = Some(placed.y);
                (Part::Base, content)
            }
            Some(y) if placed.y > y => (Part::Over, content),
            Some(_) => (Part::Under, content),
        });
        mathjax::scripted(name, parts.collect())
    }

    fn fraction(&self, node: NodeId, depth: usize) -> Expr {
        let rule = |node: NodeId| {
            ["border-left", "border-left-width", "border-top"]
                .iter()
                .any(|side| style(self.dom, node, side).is_some())
        };
        let line = self.boxes(node).iter().any(|placed| {
            self.content(placed.node, depth + 1).is_empty()
                && self.dom.descendants(placed.node).any(rule)
        });
        let mut arguments = self.arguments(node, depth);
        arguments.sort_by(|one, other| other.0.y.total_cmp(&one.0.y));
        let roles =
            [Part::Numerator, Part::Denominator].into_iter().chain(std::iter::repeat(Part::Base));
        mathjax::fraction(
            roles.zip(arguments).map(|(role, (_, content))| (role, content)).collect(),
            line,
        )
    }

    fn root(&self, node: NodeId, depth: usize) -> Expr {
        let mut arguments = self.arguments(node, depth).into_iter().map(|(_, content)| content);
        let body = arguments.next().unwrap_or_default();
        match arguments.next() {
            Some(index) => Expr::of("mroot", [body, index]),
            None => Expr::of("msqrt", [body]),
        }
    }

    /// A box a column, in it a box a cell. The column of labels comes first and stands at
    /// the right.
    fn table(&self, node: NodeId, depth: usize) -> Expr {
        let columns: Vec<Placed> = self.boxes(node).into_iter().take(MAX_COLUMNS).collect();
        let labelled =
            columns.len() > 1 && columns.first().is_some_and(|first| self.is_right(first.node));
        let mut cells: Vec<(f32, usize, mathjax::Cell)> = Vec::new();
        for (i, column) in columns.iter().enumerate() {
            let read = self.arguments(column.node, depth + 1).into_iter();
            cells.extend(read.map(|(placed, content)| (placed.y, i, self.cell(&placed, content))));
        }
        cells.sort_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(&other.1)));
        let mut table = mathjax::Table::default();
        let mut row_y = f32::MAX;
        for (y, column, cell) in cells {
            if row_y - y > SAME_ROW {
                table.rows.push(mathjax::Row::default());
                row_y = y;
            }
            if let Some(row) = table.rows.last_mut() {
                place_cell(row, column, cell, labelled);
            }
        }
        close_gaps(&mut table);
        table.finish()
    }

    fn is_right(&self, node: NodeId) -> bool {
        style(self.dom, node, "right").is_some()
    }

    /// A cell is held at the left, at the right or by its middle.
    fn cell(&self, placed: &Placed, content: Vec<Expr>) -> mathjax::Cell {
        let middle = style(self.dom, placed.node, "left").is_some_and(|left| left.ends_with('%'));
        let right = self.is_right(placed.node);
        mathjax::Cell {
            content: content.into_iter().flat_map(unwrapped).collect(),
            align: if middle {
                'c'
            } else if right {
                'r'
            } else {
                'l'
            },
            gap_after: true,
            ..mathjax::Cell::default()
        }
    }
}

/// Columns that are read.
const MAX_COLUMNS: usize = 256;

/// Cells whose baselines differ by less (em) are in one row.
const SAME_ROW: f32 = 0.1;

/// Takes the gap between the two sides of equations away.
fn close_gaps(table: &mut mathjax::Table) {
    if mathjax::is_alignment(table) {
        let cells = table.rows.iter_mut().flat_map(|row| row.cells.iter_mut().step_by(2));
        cells.for_each(|cell| cell.gap_after = false);
    }
}

/// What a cell holds.
fn unwrapped(expr: Expr) -> Vec<Expr> {
    if expr.name == "mtd" { expr.kids } else { vec![expr] }
}

fn place_cell(row: &mut mathjax::Row, column: usize, cell: mathjax::Cell, labelled: bool) {
    if labelled && column == 0 {
        row.label = cell.content;
        return;
    }
    let place = column - usize::from(labelled);
    while row.cells.len() < place {
        row.cells.push(mathjax::Cell { gap_after: true, ..mathjax::Cell::default() });
    }
    row.cells.push(cell);
}

#[cfg(test)]
mod tests {
    use crate::glyphs::testing::tex;

    /// A box as HTML-CSS places it: `y` em over the base line, on a strut of 4 em.
    fn at(y: f32, content: &str) -> String {
        format!(
            "<span style='position: absolute; top: {}em; left: 0em;'>{content}\
             <span style='display: inline-block; width: 0px; height: 4em;'></span></span>",
            -4.0 - y
        )
    }

    fn stack(class: &str, boxes: &[String]) -> String {
        let boxes = boxes.concat();
        format!("<span class='{class}'><span style='position: relative;'>{boxes}</span></span>")
    }

    fn token(class: &str, font: &str, text: &str) -> String {
        format!("<span class='{class}' style='font-family: {font};'>{text}</span>")
    }

    fn var(text: &str) -> String {
        token("mi", "MathJax_Math-italic", text)
    }

    fn check(content: &str, expected: &str) {
        let html = format!(
            "<span class='MathJax'><nobr><span class='math' id='MathJax-Span-1'>\
             <span style='position: absolute; top: -2em;'><span class='mrow'>{content}</span></span></span></nobr></span>"
        );
        assert_eq!(tex(&html), expected, "{content}");
    }

    #[test]
    fn boxes_are_told_apart_by_height() {
        let (x, n) = (var("x"), token("mn", "MathJax_Main", "2"));
        let scripts = [at(0.0, &x), at(0.4, &n), at(-0.2, &var("i"))];
        check(&stack("msubsup", &scripts), "x_i^2");
        check(&stack("msubsup", &scripts[..2]), "x^2");
        let rule = at(0.2, "<span style='border-left: 0px solid;'></span>");
        check(&stack("mfrac", &[at(0.7, &x), at(-0.7, &n), rule]), "\\frac{x}{2}");
        let sum = token("mo", "MathJax_Size2", "∑");
        let limits = [at(0.0, &sum), at(-1.0, &var("i")), at(1.1, &var("n"))];
        check(&stack("munderover", &limits), "\\sum_i^n");
        let surd = at(0.0, "<span style='font-family: MathJax_Main;'>√</span>");
        check(&stack("msqrt", &[at(0.0, &x), surd.clone()]), "\\sqrt{x}");
        check(&stack("mroot", &[at(0.0, &x), surd, at(0.5, &n)]), "\\sqrt[2]{x}");
    }

    #[test]
    fn fonts_give_styles() {
        check(&token("mi", "MathJax_Caligraphic", "A"), "\\mathcal{A}");
        check(&token("mi", "MathJax_AMS", "R"), "\\mathbb{R}");
        check(&token("mi", "MathJax_Main-bold", "v"), "\\mathbf{v}");
        check(&token("mi", "STIXGeneral-Italic", "x"), "x");
        check(&token("mi", "MathJax_Main", "d"), "\\mathrm{d}");
        check(&token("mi", "MathJax_Main", "sin"), "\\sin");
    }

    #[test]
    fn tables_are_columns_of_cells() {
        let cell = |y, text| at(y, &format!("<span class='mtd'>{}</span>", var(text)));
        let columns = [
            stack("x", &[cell(0.6, "a"), cell(-0.6, "c")]),
            stack("x", &[cell(0.6, "b"), cell(-0.6, "d")]),
        ];
        let paren = |text| token("mo", "MathJax_Size3", text);
        let table = stack("mtable", &columns.map(|column| at(0.0, &column)));
        let left = "\\left(\\begin{array}{ll} a & b \\\\ c & d \\end{array}\\right)";
        check(&format!("<span class='mrow'>{}{table}{}</span>", paren("("), paren(")")), left);
    }
}
