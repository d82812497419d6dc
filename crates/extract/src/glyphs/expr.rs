//! The tree that decoders grow from the leaves up, and its copy into a [`MathTree`].

use cc_math_tex::MathTree;

/// A MathML element in the making. Depth is bounded by the decoders' caps.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Expr {
    /// Element name.
    pub(super) name: &'static str,
    /// Text of a token element.
    pub(super) text: String,
    /// Attributes in the order they were set.
    pub(super) attrs: Vec<(&'static str, String)>,
    /// Child elements.
    pub(super) kids: Vec<Expr>,
    /// Steps by which a sign is drawn larger than usual; not part of the tree.
    pub(super) size: u8,
}

impl Expr {
    /// An element with children.
    pub(super) fn new(name: &'static str, kids: Vec<Expr>) -> Self {
        Self { name, kids, ..Self::default() }
    }

    /// A token element.
    pub(super) fn token(name: &'static str, text: impl Into<String>) -> Self {
        Self { name, text: text.into(), ..Self::default() }
    }

    /// The same element with one more attribute.
    pub(super) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.attrs.push((name, value.into()));
        self
    }

    /// Children as one expression: the only one of them, else an `mrow`.
    pub(super) fn row(mut kids: Vec<Expr>) -> Self {
        match (kids.len(), kids.pop()) {
            (1, Some(only)) => only,
            (_, Some(last)) => {
                kids.push(last);
                Self::new("mrow", kids)
            }
            (_, None) => Self::new("mrow", kids),
        }
    }

    /// An element whose arguments are each one expression.
    pub(super) fn of<const N: usize>(name: &'static str, arguments: [Vec<Expr>; N]) -> Self {
        Self::new(name, arguments.into_iter().map(Self::row).collect())
    }

    /// True if nothing in it shows.
    pub(super) fn is_blank(&self) -> bool {
        match self.name {
            "mrow" | "mstyle" | "mpadded" => self.kids.iter().all(Self::is_blank),
            "mi" | "mn" | "mo" | "mtext" => self.text.trim().is_empty(),
            "mspace" | "mphantom" => true,
            _ => false,
        }
    }
}

/// A whole formula as a tree; `None` if nothing in it shows.
pub(super) fn into_tree(kids: Vec<Expr>, display: Option<bool>) -> Option<MathTree> {
    if kids.iter().all(Expr::is_blank) {
        return None;
    }
    let mut tree = MathTree::new("math");
    if let Some(display) = display {
        let root = tree.root();
        tree.set_attr(root, "display", if display { "block" } else { "inline" });
    }
    let mut rest: Vec<(usize, Expr)> = kids.into_iter().rev().map(|kid| (0, kid)).collect();
    while let Some((parent, expr)) = rest.pop() {
        let node = tree.element(parent, expr.name);
        for (name, value) in &expr.attrs {
            tree.set_attr(node, name, value);
        }
        if !expr.text.is_empty() {
            tree.push_text(node, &expr.text);
        }
        rest.extend(expr.kids.into_iter().rev().map(|kid| (node, kid)));
    }
    Some(tree)
}
