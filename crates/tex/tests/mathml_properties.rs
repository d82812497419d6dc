//! What holds for any MathML tree: an answer, well-formed and the same every time.

use cc_math_tex::check::check;
use cc_math_tex::{MathTree, mathml};
use proptest::prelude::*;

/// A tree to be built: a token with its text, or an element with children.
#[derive(Debug, Clone)]
enum Shape {
    Token(&'static str, String, Vec<(&'static str, &'static str)>),
    Element(&'static str, Vec<(&'static str, &'static str)>, Vec<Shape>),
}

const TEXTS: &[&str] = &[
    "x", "α", "sin", "lim", "12", "1,000", "(", ")", "[", "]", "{", "}", "|", "‖", "∣", "", "+",
    "−", "=", "*", "∑", "∫", "→", "^", "¯", "~", "_", "′", "″", "\u{2061}", "\u{2062}", "⏞", "⏟",
    "mod", "%", "#", "$", "&", "\\", "ℝ", "𝐱", "𝟙", "if x", "\u{A0}", "é", "中", "x\u{338}",
    "=\u{338}", "²", "°", "...", "…", "⟨", "⟩", "lim sup", "arg max", "<", "\"", "`", "\u{301}",
    "½", "-1", "/", "⟹", "\u{2003}", "'", "⌊", "a_b",
];

const ATTRIBUTES: &[(&str, &str)] = &[
    ("mathvariant", "normal"),
    ("mathvariant", "bold"),
    ("mathvariant", "double-struck"),
    ("mathvariant", "script"),
    ("stretchy", "true"),
    ("stretchy", "false"),
    ("fence", "true"),
    ("form", "prefix"),
    ("form", "postfix"),
    ("minsize", "1.2em"),
    ("accent", "true"),
    ("displaystyle", "true"),
    ("linethickness", "0"),
    ("bevelled", "true"),
    ("columnalign", "right left"),
    ("columnalign", "left"),
    ("columnlines", "solid"),
    ("rowlines", "solid"),
    ("frame", "solid"),
    ("notation", "box"),
    ("notation", "updiagonalstrike longdiv"),
    ("open", "["),
    ("close", ""),
    ("separators", ";|"),
    ("width", "1em"),
    ("width", "0"),
    ("linebreak", "newline"),
    ("selection", "2"),
    ("class", "MJX-TeXAtom-OPEN"),
    ("columnspacing", "1em"),
];

const ELEMENTS: &[&str] = &[
    "mrow",
    "mstyle",
    "mpadded",
    "mphantom",
    "mfrac",
    "msqrt",
    "mroot",
    "mfenced",
    "menclose",
    "msub",
    "msup",
    "msubsup",
    "munder",
    "mover",
    "munderover",
    "mmultiscripts",
    "mprescripts",
    "none",
    "mtable",
    "mtr",
    "mtd",
    "mlabeledtr",
    "semantics",
    "maction",
    "mspace",
    "apply",
    "plus",
    "unknown",
    "merror",
    "mi",
    "mo",
    "mtext",
];

fn attributes() -> impl Strategy<Value = Vec<(&'static str, &'static str)>> {
    prop::collection::vec(prop::sample::select(ATTRIBUTES), 0..3)
}

fn shapes() -> impl Strategy<Value = Shape> {
    let text = prop_oneof![
        8 => prop::sample::select(TEXTS).prop_map(str::to_owned),
        1 => any::<String>(),
    ];
    let token = prop::sample::select(&["mi", "mn", "mo", "mo", "mtext", "ms"][..]);
    let leaf =
        (token, text, attributes()).prop_map(|(name, text, attrs)| Shape::Token(name, text, attrs));
    leaf.prop_recursive(6, 80, 5, |inner| {
        let name = prop::sample::select(ELEMENTS);
        let children = prop::collection::vec(inner, 0..6);
        (name, attributes(), children)
            .prop_map(|(name, attrs, children)| Shape::Element(name, attrs, children))
    })
}

fn build(tree: &mut MathTree, parent: usize, shape: &Shape) {
    match shape {
        Shape::Token(name, text, attrs) => {
            let node = tree.token(parent, name, text);
            attrs.iter().for_each(|(key, value)| tree.set_attr(node, key, value));
        }
        Shape::Element(name, attrs, children) => {
            let node = tree.element(parent, name);
            attrs.iter().for_each(|(key, value)| tree.set_attr(node, key, value));
            children.iter().for_each(|child| build(tree, node, child));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn every_tree_becomes_well_formed_latex(shapes in prop::collection::vec(shapes(), 1..6)) {
        let mut tree = MathTree::new("math");
        let root = tree.root();
        shapes.iter().for_each(|shape| build(&mut tree, root, shape));
        let converted = mathml::to_tex(&tree, root);
        let report = check(&converted.tex);
        prop_assert!(report.well_formed, "{}\n{:?}", converted.tex, report.faults);
        prop_assert_eq!(&converted, &mathml::to_tex(&tree, root));
        prop_assert_eq!(count(&converted.tex, r"\left"), count(&converted.tex, r"\right"));
        prop_assert_eq!(count(&converted.tex, r"\begin{"), count(&converted.tex, r"\end{"));
    }
}

/// Occurrences of a command that is not the start of a longer one.
fn count(tex: &str, command: &str) -> usize {
    let ends = |rest: &str| {
        command.ends_with('{') || !rest.starts_with(|ch: char| ch.is_ascii_alphabetic())
    };
    tex.match_indices(command)
        .filter(|(at, _)| tex.get(at + command.len()..).is_some_and(ends))
        .count()
}
