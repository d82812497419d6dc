//! MathQuill: spans of class `mq-*` (before 0.10 without the prefix) that are edited in
//! place. Structures are nested spans; variables are `var`, operators spans of text.

use super::expr::{Expr, into_tree};
use super::markup::{MAX_DEPTH, classes, find, is_invisible, visible_text};
use cc_math_html::{Dom, NodeId};
use cc_math_tex::MathTree;

/// The formula in a `.mq-root-block`, or in any element that holds one. `None` also for
/// `.mathquill-embedded-latex` that is still TeX: its text is the source.
pub fn tree(dom: &Dom, node: NodeId) -> Option<MathTree> {
    let root = find(dom, node, |node| has(dom, node, "root-block"))
        .or_else(|| Some(node).filter(|node| is_rendered(dom, *node)))?;
    into_tree(Reader { dom }.content(root, 0), None)
}

/// True for the older layout without a root block, once it is rendered.
fn is_rendered(dom: &Dom, node: NodeId) -> bool {
    classes(dom, node).any(|class| class == "mathquill-rendered-math")
}

/// Class words of an element without their prefix.
fn words<'a>(dom: &'a Dom, node: NodeId) -> impl Iterator<Item = &'a str> {
    classes(dom, node).map(|class| class.strip_prefix("mq-").unwrap_or(class))
}

fn has(dom: &Dom, node: NodeId, word: &str) -> bool {
    words(dom, node).any(|own| own == word)
}

struct Reader<'a> {
    dom: &'a Dom<'a>,
}

impl Reader<'_> {
    fn content(&self, node: NodeId, depth: usize) -> Vec<Expr> {
        let mut out = Vec::new();
        for child in self.dom.children(node) {
            self.push(child, depth + 1, &mut out);
        }
        out
    }

    fn push(&self, node: NodeId, depth: usize, out: &mut Vec<Expr>) {
        if let Some(text) = self.dom.text(node) {
            text.chars().filter(|c| !is_invisible(*c)).for_each(|c| push_char(out, c));
            return;
        }
        if depth > MAX_DEPTH {
            out.push(Expr::token("mtext", visible_text(self.dom, node)));
            return;
        }
        if words(self.dom, node).any(is_tool) {
            return;
        }
        let word = words(self.dom, node).find(|word| is_known(word)).unwrap_or_default();
        match word {
            "bracket-l" => out.push(self.bracket(node, "(")),
            "bracket-r" => out.push(self.bracket(node, ")")),
            "supsub" => self.scripts(node, depth, out),
            "sup" => attach(out, "msup", self.content(node, depth)),
            "sub" => attach(out, "msub", self.content(node, depth)),
            "fraction" => out.push(self.fraction(node, depth)),
            "sqrt-stem" => out.push(Expr::of("msqrt", [self.content(node, depth)])),
            "nthroot" => out.push(Expr::of("mroot", [Vec::new(), self.content(node, depth)])),
            "scaled" if self.child(node, "sqrt-stem").is_some() => self.root(node, depth, out),
            "overline" => out.push(self.marked(node, "mover", "¯", depth)),
            "underline" => out.push(self.marked(node, "munder", "_", depth)),
            "overarrow" => out.push(self.marked(node, "mover", "→", depth)),
            "large-operator" => out.push(self.operator(node, depth)),
            "text-mode" | "text" => {
                out.push(Expr::token("mtext", visible_text(self.dom, node).replace(' ', "\u{a0}")))
            }
            "operator-name" => out.push(Expr::token("mi", visible_text(self.dom, node))),
            "matrix" => out.push(self.matrix(node, depth)),
            _ if self.dom.name(node) == "var" => self.variable(node, out),
            _ => out.extend(self.content(node, depth)),
        }
    }

    fn child(&self, node: NodeId, word: &str) -> Option<NodeId> {
        self.dom.children(node).find(|child| has(self.dom, *child, word))
    }

    fn block(&self, node: NodeId, word: &str, depth: usize) -> Vec<Expr> {
        self.child(node, word).map(|child| self.content(child, depth + 1)).unwrap_or_default()
    }

    fn scripts(&self, node: NodeId, depth: usize, out: &mut Vec<Expr>) {
        let (sup, sub) = (self.child(node, "sup"), self.child(node, "sub"));
        let read = |node: NodeId| self.content(node, depth + 1);
        match (sub.map(read), sup.map(read)) {
            (Some(sub), Some(sup)) => {
                let base = out.pop().into_iter().collect();
                out.push(Expr::of("msubsup", [base, sub, sup]));
            }
            (Some(sub), None) => attach(out, "msub", sub),
            (None, Some(sup)) => attach(out, "msup", sup),
            // Versions before 0.10 mark the block itself `sup` or `sub`.
            (None, None) => attach(out, "msup", self.content(node, depth)),
        }
    }

    /// A delimiter as text, or as an image of which only the side is known.
    fn bracket(&self, node: NodeId, usual: &str) -> Expr {
        let text = visible_text(self.dom, node);
        Expr::token("mo", if text.is_empty() { usual.to_owned() } else { text })
    }

    fn fraction(&self, node: NodeId, depth: usize) -> Expr {
        Expr::of(
            "mfrac",
            [self.block(node, "numerator", depth), self.block(node, "denominator", depth)],
        )
    }

    /// A radical after the index that `nthroot` left before it, if it did.
    fn root(&self, node: NodeId, depth: usize, out: &mut Vec<Expr>) {
        let body = self.block(node, "sqrt-stem", depth);
        match out.last_mut() {
            Some(root) if is_open_root(root) => {
                root.kids
                    .first_mut()
                    .into_iter()
                    .for_each(|empty| *empty = Expr::row(body.clone()));
            }
            _ => out.push(Expr::of("msqrt", [body])),
        }
    }

    fn marked(&self, node: NodeId, name: &'static str, mark: &str, depth: usize) -> Expr {
        let mark = Expr::token("mo", mark).with("stretchy", "true");
        Expr::of(name, [self.content(node, depth), vec![mark]]).with("accent", "true")
    }

    /// A sum or product with its limits: `to` above, the sign, `from` below.
    fn operator(&self, node: NodeId, depth: usize) -> Expr {
        let sign = self.dom.children(node).find(|child| self.dom.name(*child) == "big");
        let sign = sign.map(|sign| visible_text(self.dom, sign)).unwrap_or_default();
        let from = self.block(node, "from", depth);
        let to = self.block(node, "to", depth);
        let sign = vec![Expr::token("mo", sign)];
        if to.is_empty() {
            Expr::of("munder", [sign, from])
        } else {
            Expr::of("munderover", [sign, from, to])
        }
    }

    fn matrix(&self, node: NodeId, depth: usize) -> Expr {
        let rows = self.dom.descendants(node).filter(|row| self.dom.name(*row) == "tr");
        let rows = rows.map(|row| {
            let cells = self.dom.children(row).filter(|cell| self.dom.name(*cell) == "td");
            Expr::new(
                "mtr",
                cells.map(|cell| Expr::new("mtd", self.content(cell, depth + 3))).collect(),
            )
        });
        Expr::new("mtable", rows.collect())
    }

    /// A variable; letters of an operator's name join.
    fn variable(&self, node: NodeId, out: &mut Vec<Expr>) {
        let text = visible_text(self.dom, node);
        if !has(self.dom, node, "operator-name") && !self.is_upright(node) {
            out.push(Expr::token("mi", text));
            return;
        }
        match out.last_mut() {
            Some(last) if last.name == "mi" && last.size == NAME => last.text.push_str(&text),
            _ => out.push(Expr { size: NAME, ..Expr::token("mi", text) }),
        }
    }

    fn is_upright(&self, node: NodeId) -> bool {
        words(self.dom, node).any(|word| matches!(word, "un-italicized" | "florin-upright"))
    }
}

/// Marks the token that letters of an operator's name join.
const NAME: u8 = 1;

/// Parts of the editor, and the radical sign that its stem implies.
fn is_tool(word: &str) -> bool {
    matches!(word, "selectable" | "textarea" | "cursor" | "sqrt-prefix" | "hide" | "aria-alert")
}

fn is_known(word: &str) -> bool {
    matches!(word, "supsub" | "sup" | "sub" | "fraction" | "bracket-l" | "bracket-r")
        || matches!(
            word,
            "sqrt-stem"
                | "nthroot"
                | "scaled"
                | "overline"
                | "underline"
                | "overarrow"
                | "large-operator"
                | "text-mode"
        )
        || matches!(word, "text" | "operator-name" | "matrix")
}

/// True for a root that has its index but not yet its radicand.
fn is_open_root(root: &Expr) -> bool {
    root.name == "mroot"
        && root.kids.first().is_some_and(|body| body.name == "mrow" && body.kids.is_empty())
}

/// Scripts the last expression; without one, an empty base.
fn attach(out: &mut Vec<Expr>, name: &'static str, script: Vec<Expr>) {
    let base = out.pop().into_iter().collect();
    out.push(Expr::of(name, [base, script]));
}

fn push_char(out: &mut Vec<Expr>, c: char) {
    let digit = c.is_ascii_digit() || c == '.';
    match out.last_mut() {
        _ if c.is_whitespace() => {}
        Some(last) if digit && last.name == "mn" => last.text.push(c),
        _ if c.is_ascii_digit() => out.push(Expr::token("mn", c)),
        _ if c.is_alphabetic() => out.push(Expr::token("mi", c)),
        _ => out.push(Expr::token("mo", c)),
    }
}

#[cfg(test)]
mod tests {
    use crate::glyphs::testing::tex;

    fn check(content: &str, expected: &str) {
        let root = format!(
            "<span class='mq-math-mode'><span class='mq-root-block'>{content}</span></span>"
        );
        assert_eq!(tex(&root), expected, "{content}");
    }

    #[test]
    fn structures() {
        let sup = "<var>y</var><span class='mq-binary-operator'>=</span><var>x</var>\
            <span class='mq-supsub mq-non-leaf mq-sup-only'><span class='mq-sup'><span>2</span></span></span>";
        check(sup, "y=x^2");
        let both = "<var>x</var><span class='mq-supsub mq-non-leaf'><span class='mq-sup'><span>1</span><span>2</span></span>\
            <span class='mq-sub'><var>i</var></span><span style='display:inline-block;width:0'>\u{200b}</span></span>";
        check(both, "x_i^{12}");
        let fraction = "<span class='mq-fraction mq-non-leaf'><span class='mq-numerator'><span>1</span></span>\
            <span class='mq-denominator'><var>n</var></span><span style='width:0'>\u{200b}</span></span>";
        check(fraction, "\\frac{1}{n}");
        let root = "<span class='mq-non-leaf'><span class='mq-scaled mq-sqrt-prefix'>√</span>\
            <span class='mq-non-leaf mq-sqrt-stem'><var>x</var></span></span>";
        check(root, "\\sqrt{x}");
        let cube = "<sup class='mq-nthroot mq-non-leaf'><span>3</span></sup><span class='mq-scaled'>\
            <span class='mq-sqrt-prefix mq-scaled'>√</span><span class='mq-sqrt-stem mq-non-leaf'><var>x</var></span></span>";
        check(cube, "\\sqrt[3]{x}");
        let sum = "<span class='mq-large-operator mq-non-leaf'><span class='mq-to'><span><var>n</var></span></span>\
            <big>∑</big><span class='mq-from'><span><var>i</var><span>=</span><span>0</span></span></span></span>";
        check(sum, "\\sum_{i=0}^n");
    }

    #[test]
    fn source_and_editor_are_not_read() {
        check(
            "<span class='mq-selectable'>$x$</span><var>x</var><span class='mq-cursor'>|</span>",
            "x",
        );
        assert_eq!(tex("<span class='mathquill-embedded-latex'>x^2</span>"), "");
    }
}
