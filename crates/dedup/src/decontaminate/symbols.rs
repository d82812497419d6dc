//! What commands of LaTeX and characters of Unicode stand for.
//!
//! Names on both sides of a row are spellings of one token. A multiplication sign stands for
//! nothing: what is multiplied may as well stand side by side, and Markdown uses the asterisk for
//! other things. Brackets stand for nothing either, since `\frac{a+b}{2}`, `(a+b)/2` and `{a+b\over
//! 2}` write the same with different ones.

/// What a command or a character brings forth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// Nothing.
    Nothing,
    /// Nothing, and the braces after it hold no text.
    Label,
    /// An operator or relation of that canonical name.
    Operator(&'static str),
    /// The negation of one.
    Negated(&'static str),
    /// The next operator is negated.
    Negation,
    /// A word.
    Word(&'static str),
    /// A fraction: a division sign goes between its two arguments.
    Fraction,
}

/// What a command of LaTeX stands for; `None` for one that is its own name.
pub(super) fn command(name: &str) -> Option<Meaning> {
    use Meaning::{Fraction, Label, Negated, Negation, Nothing, Operator, Word};
    Some(match name {
        "frac" | "dfrac" | "tfrac" | "cfrac" | "nicefrac" | "sfrac" => Fraction,
        "div" | "over" => Operator("/"),
        "le" | "leq" | "leqslant" | "leqq" => Operator("<="),
        "ge" | "geq" | "geqslant" | "geqq" => Operator(">="),
        "lt" => Operator("<"),
        "gt" => Operator(">"),
        "ll" => Operator("<<"),
        "gg" => Operator(">>"),
        "ne" | "neq" => Negated("="),
        "coloneqq" | "coloneq" => Operator("="),
        "pm" => Operator("+/-"),
        "mp" => Operator("-/+"),
        "approx" | "thickapprox" => Operator("approx"),
        "sim" | "thicksim" => Operator("sim"),
        "simeq" => Operator("simeq"),
        "cong" => Operator("cong"),
        "equiv" => Operator("equiv"),
        "propto" | "varpropto" => Operator("propto"),
        "in" => Operator("in"),
        "notin" => Negated("in"),
        "ni" => Operator("ni"),
        "subset" => Operator("subset"),
        "subseteq" => Operator("subseteq"),
        "supset" => Operator("supset"),
        "supseteq" => Operator("supseteq"),
        "cup" | "bigcup" => Operator("cup"),
        "cap" | "bigcap" => Operator("cap"),
        "setminus" | "backslash" => Operator("setminus"),
        "land" | "wedge" | "bigwedge" => Operator("and"),
        "lor" | "vee" | "bigvee" => Operator("or"),
        "neg" | "lnot" => Operator("not"),
        "not" => Negation,
        "nmid" => Negated("mid"),
        "to" | "rightarrow" | "longrightarrow" => Operator("->"),
        "gets" | "leftarrow" | "longleftarrow" => Operator("<-"),
        "mapsto" | "longmapsto" => Operator("|->"),
        "implies" | "Rightarrow" | "Longrightarrow" => Operator("=>"),
        "iff" | "Leftrightarrow" | "Longleftrightarrow" => Operator("<=>"),
        "oplus" | "bigoplus" => Operator("oplus"),
        "otimes" | "bigotimes" => Operator("otimes"),
        "circ" => Operator("circ"),
        "perp" | "bot" => Operator("perp"),
        "parallel" => Operator("parallel"),
        "colon" => Nothing,
        "varepsilon" => Word("epsilon"),
        "vartheta" => Word("theta"),
        "varphi" => Word("phi"),
        "varrho" => Word("rho"),
        "varsigma" => Word("sigma"),
        "varpi" => Word("pi"),
        "varnothing" | "emptyset" => Word("emptyset"),
        "infin" => Word("infty"),
        "bmod" | "pmod" | "pod" => Word("mod"),
        "degree" => Word("degree"),
        "dbinom" | "tbinom" => Word("binom"),
        "iint" | "oint" => Word("int"),
        "begin" | "end" | "label" | "tag" | "hspace" | "vspace" | "color" | "ref" | "eqref" => {
            Label
        }
        "left" | "right" | "middle" | "big" | "Big" | "bigg" | "Bigg" | "bigl" | "bigr"
        | "Bigl" | "Bigr" | "biggl" | "biggr" | "Biggl" | "Biggr" | "displaystyle"
        | "textstyle" | "scriptstyle" | "limits" | "nolimits" | "quad" | "qquad" | "thinspace"
        | "mathrm" | "mathbf" | "mathit" | "mathsf" | "mathtt" | "mathcal" | "mathbb"
        | "mathfrak" | "mathscr" | "boldsymbol" | "bm" | "rm" | "bf" | "it" | "operatorname"
        | "text" | "textbf" | "textit" | "textrm" | "textsf" | "texttt" | "emph" | "mbox"
        | "hbox" | "cdot" | "times" | "ast" | "bullet" | "cdots" | "ldots" | "dots" | "dotsb"
        | "dotsc" | "vdots" | "ddots" | "prime" | "mid" | "vert" | "Vert" | "lvert" | "rvert"
        | "lVert" | "rVert" | "langle" | "rangle" | "lbrace" | "rbrace" | "lbrack" | "rbrack"
        | "nonumber" | "notag" | "hline" | "boxed" | "mathop" | "mathrel" | "mathbin" => Nothing,
        _ => return None,
    })
}

/// What a character beyond ASCII stands for, where it is neither letter nor digit.
pub(super) fn character(c: char) -> Option<Meaning> {
    use Meaning::{Negated, Nothing, Operator, Word};
    Some(match c {
        '×' | '·' | '⋅' | '∙' | '•' | '∗' | '✕' | '…' | '⋯' | '′' | '″' | '⟨' | '⟩' | '∣' => {
            Nothing
        }
        '÷' | '∕' | '⁄' => Operator("/"),
        '−' | '﹣' => Operator("-"),
        '＋' => Operator("+"),
        '＝' | '≔' => Operator("="),
        '＜' => Operator("<"),
        '＞' => Operator(">"),
        '≤' | '≦' | '⩽' => Operator("<="),
        '≥' | '≧' | '⩾' => Operator(">="),
        '≪' => Operator("<<"),
        '≫' => Operator(">>"),
        '≠' => Negated("="),
        '±' => Operator("+/-"),
        '∓' => Operator("-/+"),
        '≈' => Operator("approx"),
        '∼' => Operator("sim"),
        '≃' => Operator("simeq"),
        '≅' => Operator("cong"),
        '≡' => Operator("equiv"),
        '∝' => Operator("propto"),
        '∈' => Operator("in"),
        '∉' => Negated("in"),
        '∋' => Operator("ni"),
        '⊂' => Operator("subset"),
        '⊆' => Operator("subseteq"),
        '⊃' => Operator("supset"),
        '⊇' => Operator("supseteq"),
        '∪' => Operator("cup"),
        '∩' => Operator("cap"),
        '∖' => Operator("setminus"),
        '∧' => Operator("and"),
        '∨' => Operator("or"),
        '¬' => Operator("not"),
        '∤' => Negated("mid"),
        '→' | '⟶' => Operator("->"),
        '←' | '⟵' => Operator("<-"),
        '↦' => Operator("|->"),
        '⇒' | '⟹' => Operator("=>"),
        '⇔' | '⟺' => Operator("<=>"),
        '⊕' => Operator("oplus"),
        '⊗' => Operator("otimes"),
        '∘' => Operator("circ"),
        '⊥' | '⟂' => Operator("perp"),
        '∥' => Operator("parallel"),
        '∞' => Word("infty"),
        '√' => Word("sqrt"),
        '∑' => Word("sum"),
        '∏' => Word("prod"),
        '∫' | '∬' | '∮' => Word("int"),
        '∂' => Word("partial"),
        '∇' => Word("nabla"),
        '∅' => Word("emptyset"),
        '∀' => Word("forall"),
        '∃' => Word("exists"),
        '∠' => Word("angle"),
        '△' => Word("triangle"),
        '°' => Word("degree"),
        _ => return None,
    })
}

/// The name of a letter of the Greek alphabet, of either case.
pub(super) fn greek(letter: char) -> Option<&'static str> {
    Some(match letter {
        'α' | 'Α' => "alpha",
        'β' | 'Β' => "beta",
        'γ' | 'Γ' => "gamma",
        'δ' | 'Δ' => "delta",
        'ε' | 'Ε' => "epsilon",
        'ζ' | 'Ζ' => "zeta",
        'η' | 'Η' => "eta",
        'θ' | 'Θ' => "theta",
        'ι' | 'Ι' => "iota",
        'κ' | 'Κ' => "kappa",
        'λ' | 'Λ' => "lambda",
        'μ' | 'Μ' => "mu",
        'ν' | 'Ν' => "nu",
        'ξ' | 'Ξ' => "xi",
        'π' | 'Π' => "pi",
        'ρ' | 'Ρ' => "rho",
        'σ' | 'ς' | 'Σ' => "sigma",
        'τ' | 'Τ' => "tau",
        'υ' | 'Υ' => "upsilon",
        'φ' | 'Φ' => "phi",
        'χ' | 'Χ' => "chi",
        'ψ' | 'Ψ' => "psi",
        'ω' | 'Ω' => "omega",
        _ => return None,
    })
}

/// The digit or letter that a superscript or subscript shows, and whether it is raised.
pub(super) fn script(c: char) -> Option<(char, bool)> {
    Some(match c {
        '⁰' => ('0', true),
        '¹' => ('1', true),
        '²' => ('2', true),
        '³' => ('3', true),
        '⁴'..='⁹' => (shifted(c, '⁴', b'4'), true),
        '⁺' => ('+', true),
        '⁻' => ('-', true),
        'ⁿ' => ('n', true),
        'ⁱ' => ('i', true),
        '₀'..='₉' => (shifted(c, '₀', b'0'), false),
        '₊' => ('+', false),
        '₋' => ('-', false),
        _ => return None,
    })
}

fn shifted(c: char, first: char, to: u8) -> char {
    let step = u32::from(c).saturating_sub(first.into()).min(9);
    char::from(to.saturating_add(step as u8))
}

/// Whether a word of several letters is the name of a function that a sign may stand before.
pub(super) fn is_function(word: &str) -> bool {
    const NAMES: &[&str] = &[
        "sin", "cos", "tan", "cot", "sec", "csc", "sinh", "cosh", "tanh", "arcsin", "arccos",
        "arctan", "log", "ln", "lg", "exp", "sqrt", "max", "min", "gcd", "lcm", "lim", "det",
    ];
    NAMES.contains(&word)
}

/// Whether a name is that of an HTML element met in Markdown.
pub(super) fn is_element(name: &str) -> bool {
    const NAMES: &[&str] = &[
        "a",
        "b",
        "blockquote",
        "br",
        "code",
        "div",
        "em",
        "h1",
        "h2",
        "h3",
        "h4",
        "hr",
        "i",
        "img",
        "li",
        "ol",
        "p",
        "pre",
        "span",
        "strong",
        "sub",
        "sup",
        "table",
        "tbody",
        "td",
        "th",
        "thead",
        "tr",
        "u",
        "ul",
    ];
    NAMES.contains(&name)
}
