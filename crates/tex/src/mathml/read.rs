//! From MathML elements to expressions.
//!
//! Knows the elements and their attributes, and nothing of how LaTeX spells them.
//! Recursion ends at [`MAX_DEPTH`]; deeper trees give their tokens in one row. The
//! number of elements and the length of text are bounded too, so that a hostile
//! tree costs no more than a large formula.

use std::borrow::Cow;

use super::expr::{Expr, Form, Fraction, Kind, Line, Token};
use super::font::Font;
use super::{content, scripts, tables, tidy, tokens};
use crate::Fidelity;
use crate::tree::MathDom;

/// Deepest element that is read with its structure.
const MAX_DEPTH: u32 = 120;
/// Elements and bytes of text together that one formula may have.
const MAX_SIZE: usize = 200_000;

/// What surrounds an element.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scope {
    depth: u32,
    /// From `mstyle` or `math`.
    pub(super) font: Option<Font>,
    /// Whether TeX would set a fraction here in display style.
    pub(super) display: bool,
    /// Inside a script.
    pub(super) script: bool,
}

impl Scope {
    pub(super) fn root(display: bool) -> Self {
        Self { depth: 0, font: None, display, script: false }
    }

    pub(super) fn inline(self) -> Self {
        Self { display: false, ..self }
    }

    pub(super) fn with_display(self, display: bool) -> Self {
        Self { display, ..self }
    }

    pub(super) fn in_script(self) -> Self {
        Self { display: false, script: true, ..self }
    }
}

pub(super) struct Reader<'a, D: MathDom> {
    pub(super) dom: &'a D,
    pub(super) fidelity: Fidelity,
    budget: usize,
}

impl<'a, D: MathDom> Reader<'a, D> {
    pub(super) fn new(dom: &'a D) -> Self {
        Self { dom, fidelity: Fidelity::Exact, budget: MAX_SIZE }
    }

    /// Notes that something could not be said in LaTeX.
    pub(super) fn note(&mut self, fidelity: Fidelity) {
        self.fidelity = self.fidelity.max(fidelity);
    }

    /// Takes `cost` from the size budget; false once it is spent.
    pub(super) fn afford(&mut self, cost: usize) -> bool {
        match self.budget.checked_sub(cost) {
            Some(left) => self.budget = left,
            None => {
                self.budget = 0;
                self.note(Fidelity::Limited);
            }
        }
        self.budget > 0
    }

    /// The element children of a node.
    pub(super) fn elements(&self, node: D::Node) -> impl Iterator<Item = D::Node> + use<'a, D> {
        let dom = self.dom;
        dom.children(node).filter(move |child| !dom.name(*child).is_empty())
    }

    /// The first `N` element children; `None` for missing ones.
    pub(super) fn arguments<const N: usize>(&self, node: D::Node) -> [Option<D::Node>; N] {
        let mut children = self.elements(node);
        std::array::from_fn(|_| children.next())
    }

    /// The content of a node as one expression.
    pub(super) fn one(&mut self, node: Option<D::Node>, scope: Scope) -> Expr<'a> {
        let Some(node) = node else { return Expr::Nothing };
        let mut items = Vec::new();
        self.node(node, scope, &mut items);
        Expr::of(items)
    }

    /// The children of a node as one expression.
    pub(super) fn row(&mut self, node: D::Node, scope: Scope) -> Expr<'a> {
        let mut items = Vec::new();
        self.children(node, scope, &mut items);
        Expr::of(items)
    }

    /// Appends the children of a node to `out`, as the row they are.
    pub(super) fn children(&mut self, node: D::Node, scope: Scope, out: &mut Vec<Expr<'a>>) {
        let start = out.len();
        let mut children = self.elements(node);
        let only = children.next().filter(|_| children.next().is_none());
        let is_tidy = only.is_some_and(|only| matches!(self.dom.name(only), "mrow" | "mstyle"));
        let mut next = self.dom.first_child(node);
        while let Some(child) = next {
            self.node(child, scope, out);
            next = self.dom.next_sibling(child);
        }
        // What came out of one group alone has been tidied as that group.
        if !is_tidy {
            tidy::row(out, start);
        }
    }

    /// Appends what a node means to `out`.
    pub(super) fn node(&mut self, node: D::Node, scope: Scope, out: &mut Vec<Expr<'a>>) {
        if !self.afford(1) {
            return;
        }
        if scope.depth >= MAX_DEPTH {
            self.note(Fidelity::Limited);
            return self.leaves(node, scope, out);
        }
        let scope = Scope { depth: scope.depth + 1, ..scope };
        match self.dom.name(node) {
            "" => self.loose_text(node, scope, out),
            "mi" => tokens::ident(self, node, scope, out),
            "mn" => tokens::number(self, node, scope, out),
            "mo" => tokens::operator(self, node, scope, out),
            "mtext" | "ms" | "mglyph" => tokens::text(self, node, scope, out),
            "mspace" => tokens::space(self, node, out),
            "mrow" | "math" | "mpadded" | "a" | "mtd" => self.group(node, scope, out),
            "merror" => match tokens::unknown_command(self, node) {
                Some(command) => out.push(command),
                None => self.group(node, scope, out),
            },
            "mstyle" => self.style(node, scope, out),
            "mfrac" => out.push(self.fraction(node, scope)),
            "msqrt" => {
                let radicand = self.row(node, scope.inline());
                out.push(Expr::Root(Box::new(radicand), Box::default()));
            }
            "mroot" => out.push(self.root_with_index(node, scope)),
            "mfenced" => self.fenced(node, scope, out),
            "menclose" => out.push(self.enclosed(node, scope)),
            "mphantom" => self.phantom(node, r"\phantom", scope, out),
            "msub" | "msup" | "msubsup" | "munder" | "mover" | "munderover" | "mmultiscripts" => {
                scripts::read(self, node, scope, out);
            }
            "mtable" => out.push(tables::read(self, node, scope)),
            "semantics" => self.semantics(node, scope, out),
            "maction" => self.action(node, scope, out),
            "none" | "mprescripts" | "annotation" | "annotation-xml" | "maligngroup"
            | "malignmark" | "mlabeledtr" | "mtr" | "script" | "style" => {
                self.structural(node, scope, out);
            }
            name if content::knows(name) => content::read(self, node, name, scope, out),
            _ => {
                self.note(Fidelity::Flattened);
                self.children(node, scope, out);
            }
        }
    }

    /// Elements that mean something to their parent only. Rows without a table are flattened.
    fn structural(&mut self, node: D::Node, scope: Scope, out: &mut Vec<Expr<'a>>) {
        if matches!(self.dom.name(node), "mtr" | "mlabeledtr") {
            self.note(Fidelity::Flattened);
            self.children(node, scope, out);
        }
    }

    /// Text outside of a token, which no renderer agrees about: letters, digits and signs.
    fn loose_text(&mut self, node: D::Node, scope: Scope, out: &mut Vec<Expr<'a>>) {
        let Some(text) = self.dom.text(node) else { return };
        let text = text.trim_ascii();
        if text.is_empty() || !self.afford(text.len()) {
            return;
        }
        self.note(Fidelity::Flattened);
        let numeric = text.chars().all(|ch| ch.is_ascii_digit() || ch == '.');
        let named = text.chars().all(char::is_alphabetic);
        let kind = match (numeric, named) {
            (true, _) => Kind::Number,
            (_, true) => Kind::Ident,
            _ if text.chars().nth(1).is_none() => Kind::Operator,
            _ => return out.push(Expr::Text(Cow::Borrowed(text), Font::Normal)),
        };
        let font = scope.font;
        out.push(Expr::Token(Token { font, ..Token::new(Cow::Borrowed(text), kind) }));
    }

    /// The tokens below a node, without their structure and without recursion.
    fn leaves(&mut self, node: D::Node, scope: Scope, out: &mut Vec<Expr<'a>>) {
        let mut pending = vec![(node, false)];
        while let Some((node, siblings)) = pending.pop() {
            if !self.afford(1) {
                return;
            }
            if let Some(next) = self.dom.next_sibling(node).filter(|_| siblings) {
                pending.push((next, true));
            }
            match self.dom.name(node) {
                "mi" => tokens::ident(self, node, scope, out),
                "mn" => tokens::number(self, node, scope, out),
                "mo" => tokens::operator(self, node, scope, out),
                "mtext" | "ms" => tokens::text(self, node, scope, out),
                "" => self.loose_text(node, scope, out),
                "annotation" | "annotation-xml" => {}
                _ => pending.extend(self.dom.first_child(node).map(|child| (child, true))),
            }
        }
    }

    /// `mrow` and the elements that draw nothing of their own.
    fn group(&mut self, node: D::Node, scope: Scope, out: &mut Vec<Expr<'a>>) {
        let start = out.len();
        let mut only = self.elements(node);
        let zero = self.dom.name(node) == "mpadded"
            && only.next().is_some_and(|child| self.dom.name(child) == "mphantom")
            && only.next().is_none();
        if zero {
            return self.strut(node, scope, out);
        }
        let scope = match self.dom.attr(node, "mathvariant").and_then(Font::parse) {
            Some(font) => Scope { font: Some(font), ..scope },
            None => scope,
        };
        self.children(node, scope, out);
        let border = self.dom.attr(node, "style").is_some_and(|style| style.contains("border:1px"));
        if border {
            let inner = Expr::of(out.split_off(start));
            return out.push(Expr::command(r"\boxed", inner));
        }
        if let [Expr::Token(token)] = out.get_mut(start..).unwrap_or_default() {
            token.op.form = token.op.form.or_else(|| self.atom_form(node));
        }
    }

    /// The form that MathJax's atom class of a group gives its only operator.
    pub(super) fn atom_form(&self, node: D::Node) -> Option<Form> {
        let class = self.dom.attr(node, "data-mjx-texclass").or(self.dom.attr(node, "class"))?;
        match class {
            "OPEN" | "MJX-TeXAtom-OPEN" => Some(Form::Prefix),
            "CLOSE" | "MJX-TeXAtom-CLOSE" => Some(Form::Postfix),
            _ => None,
        }
    }

    /// `mpadded` around one `mphantom`: a strut without width or without height.
    fn strut(&mut self, node: D::Node, scope: Scope, out: &mut Vec<Expr<'a>>) {
        let is_zero = |name| {
            let value = self.dom.attr(node, name).unwrap_or("1");
            value.trim_end_matches(|ch: char| ch.is_ascii_alphabetic()) == "0"
        };
        let command = match (is_zero("width"), is_zero("height")) {
            (true, true) => return,
            (true, false) => r"\vphantom",
            (false, true) => r"\hphantom",
            (false, false) => r"\phantom",
        };
        if let [Some(phantom)] = self.arguments(node) {
            self.phantom(phantom, command, scope, out);
        }
    }

    fn phantom(
        &mut self,
        node: D::Node,
        command: &'static str,
        scope: Scope,
        out: &mut Vec<Expr<'a>>,
    ) {
        match self.row(node, scope) {
            Expr::Nothing => {}
            inner => out.push(Expr::command(command, inner)),
        }
    }

    fn style(&mut self, node: D::Node, scope: Scope, out: &mut Vec<Expr<'a>>) {
        let font = self.dom.attr(node, "mathvariant").and_then(Font::parse).or(scope.font);
        let scope = Scope { font, ..scope };
        let display = self.dom.attr(node, "displaystyle").map(|value| value == "true");
        let start = out.len();
        let natural = scope.display;
        let inner = Scope { display: display.unwrap_or(natural), ..scope };
        self.children(node, inner, out);
        if let (Some(display), [Expr::Fraction(fraction)]) =
            (display, out.get_mut(start..).unwrap_or_default())
        {
            fraction.style = fraction.style.or((display != natural).then_some(display));
        }
    }

    fn fraction(&mut self, node: D::Node, scope: Scope) -> Expr<'a> {
        let [numerator, denominator] = self.arguments(node);
        let line = if self.has_no_line(node) {
            Line::Absent(r"\atop")
        } else if self.dom.attr(node, "bevelled") == Some("true") {
            Line::Slanted
        } else {
            Line::Ruled
        };
        Expr::Fraction(Box::new(Fraction {
            numerator: self.one(numerator, scope.inline()),
            denominator: self.one(denominator, scope.inline()),
            line,
            style: None,
        }))
    }

    fn has_no_line(&self, node: D::Node) -> bool {
        let Some(value) = self.dom.attr(node, "linethickness") else { return false };
        let digits =
            value.trim().trim_end_matches(|ch: char| ch.is_ascii_alphabetic() || ch == '%');
        digits.parse::<f32>().is_ok_and(|width| width == 0.0)
    }

    fn root_with_index(&mut self, node: D::Node, scope: Scope) -> Expr<'a> {
        let [radicand, index] = self.arguments(node);
        let radicand = self.one(radicand, scope.inline());
        let index = self.one(index, scope.in_script());
        Expr::Root(Box::new(radicand), Box::new(index))
    }

    fn fenced(&mut self, node: D::Node, scope: Scope, out: &mut Vec<Expr<'a>>) {
        let start = out.len();
        let dom = self.dom;
        let separators = dom.attr(node, "separators").unwrap_or(",");
        let mut separators = separators.chars().filter(|ch| !ch.is_whitespace()).peekable();
        out.push(fence(dom.attr(node, "open").unwrap_or("("), Form::Prefix));
        let mut separator = None;
        for (index, child) in self.elements(node).enumerate() {
            if index > 0 {
                separator = separators.next().or(separator);
                out.extend(separator.map(|ch| Expr::operator(ch.to_string())));
            }
            self.node(child, scope, out);
        }
        out.push(fence(dom.attr(node, "close").unwrap_or(")"), Form::Postfix));
        tidy::row(out, start);
    }

    fn enclosed(&mut self, node: D::Node, scope: Scope) -> Expr<'a> {
        let notation = self.dom.attr(node, "notation").unwrap_or("longdiv");
        let mut inner = self.row(node, scope);
        if notation.contains("updiagonalstrike") && notation.contains("downdiagonalstrike") {
            return Expr::command(r"\xcancel", inner);
        }
        let sides = ["top", "right", "bottom", "left"];
        if sides.iter().all(|side| notation.split_ascii_whitespace().any(|word| word == *side)) {
            return Expr::command(r"\boxed", inner);
        }
        for word in notation.split_ascii_whitespace().take(4) {
            inner = match notation_command(word) {
                Some(r"\sqrt") => Expr::Root(Box::new(inner), Box::default()),
                Some(command) => Expr::command(command, inner),
                None => {
                    self.note(Fidelity::Flattened);
                    inner
                }
            };
        }
        inner
    }

    /// The presentation of a `semantics`: its first child, unless that is content
    /// markup with a presentation beside it.
    fn semantics(&mut self, node: D::Node, scope: Scope, out: &mut Vec<Expr<'a>>) {
        let dom = self.dom;
        let is_annotation = |child: &D::Node| dom.name(*child).starts_with("annotation");
        let first = self.elements(node).find(|child| !is_annotation(child));
        let is_content = first.is_none_or(|child| content::knows(dom.name(child)));
        let presentation = self.elements(node).filter(is_annotation).find(|child| {
            dom.attr(*child, "encoding").is_some_and(|encoding| {
                encoding.eq_ignore_ascii_case("MathML-Presentation")
                    || encoding.eq_ignore_ascii_case("application/mathml-presentation+xml")
            })
        });
        match (first, presentation) {
            (_, Some(presentation)) if is_content => self.children(presentation, scope, out),
            // Broken pages put several elements where one belongs; none is lost.
            _ => self.children(node, scope, out),
        }
    }

    /// The selected child of an `maction`: the first, save for a toggle that says otherwise.
    fn action(&mut self, node: D::Node, scope: Scope, out: &mut Vec<Expr<'a>>) {
        let selection =
            self.dom.attr(node, "selection").and_then(|value| value.trim().parse().ok());
        let index = selection.unwrap_or(1usize).saturating_sub(1);
        let chosen = self.elements(node).nth(index).or_else(|| self.elements(node).next());
        if let Some(chosen) = chosen {
            self.node(chosen, scope, out);
        }
    }
}

/// A delimiter of `mfenced`, which is empty where the attribute says so.
fn fence<'a>(text: &'a str, form: Form) -> Expr<'a> {
    let mut token = Token::new(Cow::Borrowed(text.trim_ascii()), Kind::Operator);
    token.op.form = Some(form);
    Expr::Token(token)
}

/// The command for one word of `menclose`'s notation.
fn notation_command(word: &str) -> Option<&'static str> {
    Some(match word {
        "box" => r"\boxed",
        "updiagonalstrike" | "updiagonalarrow" => r"\cancel",
        "downdiagonalstrike" => r"\bcancel",
        "horizontalstrike" => r"\sout",
        "top" | "actuarial" => r"\overline",
        "bottom" => r"\underline",
        "radical" => r"\sqrt",
        "circle" => r"\enclose{circle}",
        "roundedbox" => r"\enclose{roundedbox}",
        "longdiv" => r"\enclose{longdiv}",
        "phasorangle" => r"\enclose{phasorangle}",
        "madruwb" => r"\enclose{madruwb}",
        "left" => r"\enclose{left}",
        "right" => r"\enclose{right}",
        "verticalstrike" => r"\enclose{verticalstrike}",
        _ => return None,
    })
}
