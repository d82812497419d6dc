//! The tokens of AsciiMath and what they are in LaTeX.

use std::collections::HashMap;
use std::sync::LazyLock;

/// How a token takes part in the grammar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// Stands for itself.
    Atom,
    /// Stands for itself, with space around it: operators and relations.
    Operator,
    /// A word between formulas (`and`).
    Word,
    /// A function name that takes what follows along.
    Function,
    /// A LaTeX command of one argument, whose brackets go.
    Unary,
    /// The same, for a font: text under it takes the text command of that font.
    Font,
    /// One argument between the two delimiters that the LaTeX column names.
    Fence,
    /// A LaTeX command of two arguments, whose brackets go.
    Binary,
    /// `root`: two arguments, the first optional in LaTeX.
    Root,
    Left,
    Right,
    /// `|`: opens and closes.
    Bar,
    /// `_`, `^` and `/`.
    Infix,
    /// `text` and kin: what follows in brackets is text.
    Text,
    /// `color`, `class`, `id`: a bracket of plain text, then an argument.
    Styled,
}

/// A token: its class and its LaTeX.
pub(super) type Symbol = (Class, &'static str);

/// Bytes of the longest token.
pub(super) const LONGEST: usize = 23;

static TABLE: LazyLock<HashMap<&'static str, Symbol>> = LazyLock::new(|| {
    let same = SAME.iter().flat_map(|(class, names)| {
        names.split_whitespace().map(move |name| (name.get(1..).unwrap_or(name), (*class, name)))
    });
    let other = OTHER.iter().flat_map(|(class, tex, inputs)| {
        inputs.split_whitespace().map(move |input| (input, (*class, *tex)))
    });
    same.chain(other).collect()
});

/// The symbol that is spelt like this.
pub(super) fn find(input: &str) -> Option<Symbol> {
    TABLE.get(input).copied()
}

use Class::*;

/// Tokens that LaTeX calls by the same name.
const SAME: &[(Class, &str)] = &[
    (
        Atom,
        r"\alpha \beta \chi \delta \Delta \epsilon \varepsilon \eta \gamma \Gamma \iota \kappa
          \lambda \Lambda \mu \nu \omega \Omega \phi \varphi \Phi \pi \Pi \psi \Psi \rho \sigma
          \Sigma \tau \theta \vartheta \Theta \upsilon \xi \Xi \zeta \sum \prod \bigwedge \bigvee
          \bigcap \bigcup \int \oint \partial \nabla \emptyset \infty \aleph \ldots \angle
          \triangle \square \cdots \vdots \ddots \quad \qquad \lim \min \max \dim \forall \exists
          \bot \top \hbar \ell \dots \varnothing \prime \frown \backslash \lbrace \rbrace",
    ),
    (
        Operator,
        r"\cdot \ast \star \setminus \times \ltimes \rtimes \bowtie \div \circ \oplus \otimes \odot
          \wedge \vee \cap \cup \ne \le \leq \ge \geq \prec \succ \preceq \succeq \in \notin \subset
          \supset \subseteq \supseteq \equiv \cong \approx \sim \propto \neg \implies \iff \vdash
          \models \pm \mp \therefore \because \diamond \uparrow \downarrow \rightarrow \to
          \rightarrowtail \twoheadrightarrow \mapsto \leftarrow \leftrightarrow \Rightarrow
          \Leftarrow \Leftrightarrow \ll \gg \mid \parallel \perp \simeq",
    ),
    (
        Function,
        r"\sin \cos \tan \sinh \cosh \tanh \cot \sec \csc \arcsin \arccos \arctan \coth \exp \log \ln \det \gcd",
    ),
    (
        Unary,
        r"\sqrt \hat \vec \dot \ddot \tilde \overline \underline \overbrace \underbrace \overparen \cancel",
    ),
    (Font, r"\mathbf \mathsf \mathbb \mathcal \mathtt \mathfrak \mathrm \mathit"),
    (Binary, r"\frac \overset \underset \stackrel"),
];

/// Tokens under names of their own: class, LaTeX, spellings.
const OTHER: &[(Class, &str, &str)] = &[
    (Atom, r"\epsilon", "epsi"),
    (Atom, r"\lambda", "lamda"),
    (Atom, r"\Lambda", "Lamda"),
    (Operator, r"\cdot", "*"),
    (Operator, r"\ast", "**"),
    (Operator, r"\star", "***"),
    (Atom, "/", "//"),
    (Operator, r"\backslash", r"\\"),
    (Operator, r"\times", "xx"),
    (Operator, r"\ltimes", "|><"),
    (Operator, r"\rtimes", "><|"),
    (Operator, r"\bowtie", "|><|"),
    (Operator, r"\div", "-: divide"),
    (Operator, r"\circ", "@"),
    (Operator, r"\oplus", "o+"),
    (Operator, r"\otimes", "ox"),
    (Operator, r"\odot", "o."),
    (Operator, r"\wedge", "^^"),
    (Atom, r"\bigwedge", "^^^"),
    (Operator, r"\vee", "vv"),
    (Atom, r"\bigvee", "vvv"),
    (Operator, r"\cap", "nn"),
    (Atom, r"\bigcap", "nnn"),
    (Operator, r"\cup", "uu"),
    (Atom, r"\bigcup", "uuu"),
    (Operator, "=", "="),
    (Operator, "+", "+"),
    (Operator, "-", "-"),
    (Operator, r"\neq", "!= neq"),
    (Operator, ":=", ":="),
    (Operator, "<", "< lt"),
    (Operator, r"\leq", "<= lt="),
    (Operator, ">", "> gt"),
    (Operator, r"\geq", ">= gt="),
    (Operator, r"\ll", "mlt"),
    (Operator, r"\gg", "mgt"),
    (Operator, r"\prec", "-< -lt"),
    (Operator, r"\succ", ">-"),
    (Operator, r"\preceq", "-<="),
    (Operator, r"\succeq", ">-="),
    (Operator, r"\notin", "!in"),
    (Operator, r"\subset", "sub"),
    (Operator, r"\supset", "sup"),
    (Operator, r"\subseteq", "sube"),
    (Operator, r"\supseteq", "supe"),
    (Operator, r"\not\subset", "!sub notsubset"),
    (Operator, r"\not\supset", "!sup notsupset"),
    (Operator, r"\not\subseteq", "!sube notsubseteq"),
    (Operator, r"\not\supseteq", "!supe notsupseteq"),
    (Operator, r"\equiv", "-="),
    (Operator, r"\cong", "~="),
    (Operator, r"\approx", "~~"),
    (Operator, r"\sim", "~"),
    (Operator, r"\propto", "prop"),
    (Word, "and", "and"),
    (Word, "or", "or"),
    (Word, "if", "if"),
    (Operator, r"\neg", "not"),
    (Operator, r"\Rightarrow", "=>"),
    (Operator, r"\Leftrightarrow", "<=>"),
    (Atom, r"\forall", "AA"),
    (Atom, r"\exists", "EE"),
    (Atom, r"\bot", "_|_"),
    (Atom, r"\top", "TT"),
    (Operator, r"\vdash", "|--"),
    (Operator, r"\models", "|=="),
    (Left, "(", "( left( lparen"),
    (Right, ")", ") right) rparen"),
    (Left, "[", "[ left["),
    (Right, "]", "] right]"),
    (Left, r"\{", "{"),
    (Right, r"\}", "}"),
    (Bar, "|", "|"),
    (Atom, "|", ":|: vbar"),
    (Left, "|", "|:"),
    (Right, "|", ":|"),
    (Left, r"\langle", "(: << langle"),
    (Right, r"\rangle", ":) >> rangle"),
    (Left, ".", "{:"),
    (Right, ".", ":}"),
    (Left, r"\lfloor", "|__ lfloor"),
    (Right, r"\rfloor", "__| rfloor"),
    (Left, r"\lceil", "|~ lceiling lceil"),
    (Right, r"\rceil", "~| rceiling rceil"),
    (Atom, "dx", "dx"),
    (Atom, "dy", "dy"),
    (Atom, "dz", "dz"),
    (Atom, "dt", "dt"),
    (Atom, r"\partial", "del"),
    (Atom, r"\nabla", "grad"),
    (Operator, r"\pm", "+-"),
    (Operator, r"\mp", "-+"),
    (Atom, r"\emptyset", "O/"),
    (Atom, r"\infty", "oo"),
    (Atom, r"\ldots", "..."),
    (Operator, r"\therefore", ":."),
    (Operator, r"\because", ":'"),
    (Atom, r"\angle", "/_"),
    (Atom, r"\triangle", r"/_\"),
    (Atom, "'", "'"),
    (Atom, r"\mathbb{C}", "CC"),
    (Atom, r"\mathbb{N}", "NN"),
    (Atom, r"\mathbb{Q}", "QQ"),
    (Atom, r"\mathbb{R}", "RR"),
    (Atom, r"\mathbb{Z}", "ZZ"),
    (Function, "f", "f"),
    (Function, "g", "g"),
    (Atom, r"\operatorname*{Lim}", "Lim"),
    (Function, r"\operatorname{sech}", "sech"),
    (Function, r"\operatorname{csch}", "csch"),
    (Function, r"\operatorname{lcm}", "lcm"),
    (Function, r"\operatorname{Sin}", "Sin"),
    (Function, r"\operatorname{Cos}", "Cos"),
    (Function, r"\operatorname{Tan}", "Tan"),
    (Function, r"\operatorname{Arcsin}", "Arcsin"),
    (Function, r"\operatorname{Arccos}", "Arccos"),
    (Function, r"\operatorname{Arctan}", "Arctan"),
    (Function, r"\operatorname{Sinh}", "Sinh"),
    (Function, r"\operatorname{Cosh}", "Cosh"),
    (Function, r"\operatorname{Tanh}", "Tanh"),
    (Function, r"\operatorname{Cot}", "Cot"),
    (Function, r"\operatorname{Sec}", "Sec"),
    (Function, r"\operatorname{Csc}", "Csc"),
    (Function, r"\operatorname{Log}", "Log"),
    (Function, r"\operatorname{Ln}", "Ln"),
    (Operator, r"\bmod", "mod"),
    (Atom, r"\operatorname{lub}", "lub"),
    (Atom, r"\operatorname{glb}", "glb"),
    (Fence, "| |", "abs Abs"),
    (Fence, r"\| \|", "norm"),
    (Fence, r"\lfloor \rfloor", "floor"),
    (Fence, r"\lceil \rceil", "ceil"),
    (Operator, r"\uparrow", "uarr"),
    (Operator, r"\downarrow", "darr"),
    (Operator, r"\rightarrow", "rarr"),
    (Operator, r"\to", "->"),
    (Operator, r"\rightarrowtail", ">->"),
    (Operator, r"\twoheadrightarrow", "->>"),
    (Operator, "⤖", ">->> twoheadrightarrowtail"),
    (Operator, r"\mapsto", "|->"),
    (Operator, r"\leftarrow", "larr"),
    (Operator, r"\leftrightarrow", "harr"),
    (Operator, r"\Rightarrow", "rArr"),
    (Operator, r"\Leftarrow", "lArr"),
    (Operator, r"\Leftrightarrow", "hArr"),
    (Root, r"\sqrt", "root"),
    (Infix, "/", "/"),
    (Infix, "_", "_"),
    (Infix, "^", "^"),
    (Unary, r"\bar", "bar"),
    (Unary, r"\underline", "ul"),
    (Unary, r"\underbrace", "ubrace"),
    (Unary, r"\overbrace", "obrace"),
    (Unary, r"\overparen", "overarc"),
    (Font, r"\mathbf", "bb bold"),
    (Font, r"\mathsf", "sf"),
    (Font, r"\mathbb", "bbb"),
    (Font, r"\mathcal", "cc"),
    (Font, r"\mathtt", "tt"),
    (Font, r"\mathfrak", "fr"),
    (Font, r"\mathrm", "rm"),
    (Font, r"\mathit", "italic it"),
    (Font, r"\boldsymbol", "bbit"),
    (Font, r"\mathsf", "sfit"),
    (Font, r"\mathbf", "bbsf bbsfit"),
    (Text, "", "text mbox"),
    (Styled, r"\textcolor", "color"),
    (Styled, "", "class id"),
];
