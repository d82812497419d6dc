//! Which spellings count as one.

use std::borrow::Cow;

/// Commands that only space, size or number.
const DROPPED: &str = " displaystyle textstyle scriptstyle scriptscriptstyle limits nolimits nonumber notag left \
    right middle thinspace medspace thickspace negthinspace negmedspace negthickspace quad qquad enspace hfill \
    strut mathstrut allowbreak nobreak centering noindent relax protect big Big bigg Bigg bigl Bigl biggl Biggl \
    bigr Bigr biggr Biggr bigm Bigm biggm Biggm begingroup endgroup space nobreakspace par ";

/// Commands and the spelling that stands for them.
const SYNONYMS: &[(&str, &str)] = &[
    ("lt", "<"),
    ("gt", ">"),
    ("le", r"\leq"),
    ("ge", r"\geq"),
    ("ne", r"\neq"),
    ("to", r"\rightarrow"),
    ("gets", r"\leftarrow"),
    ("dfrac", r"\frac"),
    ("tfrac", r"\frac"),
    ("cfrac", r"\frac"),
    ("lbrace", r"\{"),
    ("rbrace", r"\}"),
    ("vert", "|"),
    ("lvert", "|"),
    ("rvert", "|"),
    ("Vert", r"\|"),
    ("lVert", r"\|"),
    ("rVert", r"\|"),
    ("lbrack", "["),
    ("rbrack", "]"),
    ("land", r"\wedge"),
    ("lor", r"\vee"),
    ("lnot", r"\neg"),
    ("owns", r"\ni"),
    ("dots", r"\ldots"),
    ("dotsc", r"\ldots"),
    ("dotsb", r"\cdots"),
    ("dotsm", r"\cdots"),
    ("colon", ":"),
    ("iff", r"\Longleftrightarrow"),
    ("implies", r"\Longrightarrow"),
    ("emptyset", r"\varnothing"),
    ("prime", "'"),
    ("rm", r"\mathrm"),
    ("bf", r"\mathbf"),
    ("it", r"\mathit"),
    ("cal", r"\mathcal"),
    ("Bbb", r"\mathbb"),
    ("text", r"\mathrm"),
    ("textrm", r"\mathrm"),
    ("mbox", r"\mathrm"),
    ("hbox", r"\mathrm"),
    ("textup", r"\mathrm"),
    ("textnormal", r"\mathrm"),
    ("operatorname", r"\mathrm"),
    ("bm", r"\boldsymbol"),
    ("pmb", r"\boldsymbol"),
    ("dbinom", r"\binom"),
    ("tbinom", r"\binom"),
    ("ast", "*"),
    ("lang", r"\langle"),
    ("rang", r"\rangle"),
    ("And", r"\&"),
];

/// Environments by the family they count as; the empty family leaves only the content.
const FAMILIES: &[(&str, &str)] = &[
    ("aligned", "align split eqnarray alignat alignedat flalign xalignat"),
    ("gathered", "gather multline multlined"),
    ("", "equation displaymath math subequations"),
    ("matrix", "smallmatrix"),
];

/// Characters that have a command.
const CHARACTERS: &[(&str, &str)] = &[
    ("−", "-"),
    ("′", "'"),
    ("’", "'"),
    ("⋅", r"\cdot"),
    ("·", r"\cdot"),
    ("×", r"\times"),
    ("÷", r"\div"),
    ("±", r"\pm"),
    ("≤", r"\leq"),
    ("≥", r"\geq"),
    ("≠", r"\neq"),
    ("≈", r"\approx"),
    ("≡", r"\equiv"),
    ("∼", r"\sim"),
    ("∈", r"\in"),
    ("∉", r"\notin"),
    ("⊂", r"\subset"),
    ("⊆", r"\subseteq"),
    ("∪", r"\cup"),
    ("∩", r"\cap"),
    ("∅", r"\varnothing"),
    ("→", r"\rightarrow"),
    ("←", r"\leftarrow"),
    ("↦", r"\mapsto"),
    ("⇒", r"\Rightarrow"),
    ("⇔", r"\Leftrightarrow"),
    ("∀", r"\forall"),
    ("∃", r"\exists"),
    ("∞", r"\infty"),
    ("∂", r"\partial"),
    ("∇", r"\nabla"),
    ("∑", r"\sum"),
    ("∏", r"\prod"),
    ("∫", r"\int"),
    ("√", r"\sqrt"),
    ("∧", r"\wedge"),
    ("∨", r"\vee"),
    ("¬", r"\neg"),
    ("⟨", r"\langle"),
    ("⟩", r"\rangle"),
    ("‖", r"\|"),
    ("∣", "|"),
    ("…", r"\ldots"),
    ("⋯", r"\cdots"),
    ("∗", "*"),
    ("α", r"\alpha"),
    ("β", r"\beta"),
    ("γ", r"\gamma"),
    ("δ", r"\delta"),
    ("ϵ", r"\epsilon"),
    ("ε", r"\varepsilon"),
    ("ζ", r"\zeta"),
    ("η", r"\eta"),
    ("θ", r"\theta"),
    ("ι", r"\iota"),
    ("κ", r"\kappa"),
    ("λ", r"\lambda"),
    ("μ", r"\mu"),
    ("ν", r"\nu"),
    ("ξ", r"\xi"),
    ("π", r"\pi"),
    ("ρ", r"\rho"),
    ("σ", r"\sigma"),
    ("τ", r"\tau"),
    ("υ", r"\upsilon"),
    ("φ", r"\varphi"),
    ("ϕ", r"\phi"),
    ("χ", r"\chi"),
    ("ψ", r"\psi"),
    ("ω", r"\omega"),
    ("Γ", r"\Gamma"),
    ("Δ", r"\Delta"),
    ("Θ", r"\Theta"),
    ("Λ", r"\Lambda"),
    ("Ξ", r"\Xi"),
    ("Π", r"\Pi"),
    ("Σ", r"\Sigma"),
    ("Φ", r"\Phi"),
    ("Ψ", r"\Psi"),
    ("Ω", r"\Omega"),
];

/// Entities that pages leave in attributes, decoded once too little.
const ENTITIES: &[(&str, &str)] = &[
    ("&lt;", "<"),
    ("&gt;", ">"),
    ("&quot;", "\""),
    ("&#39;", "'"),
    ("&nbsp;", " "),
    ("&amp;", "&"),
];

pub(super) fn unescaped(tex: &str) -> Cow<'_, str> {
    if !(tex.contains('&') && tex.contains(';')) {
        return Cow::Borrowed(tex);
    }
    let decode = |text: String, (entity, plain): &(&str, &str)| text.replace(entity, plain);
    Cow::Owned(ENTITIES.iter().fold(tex.to_owned(), decode))
}

/// Commands that go with their argument: numbers, labels, spaces.
pub(super) fn is_hidden(name: &str) -> bool {
    matches!(name, "label" | "tag" | "hspace" | "vspace" | "mspace" | "require")
}

pub(super) fn is_dropped(name: &str) -> bool {
    DROPPED.split(' ').any(|dropped| dropped == name)
}

pub(super) fn is_space(symbol: &str) -> bool {
    let spaces = |c: char| ",;:!>/".contains(c) || c.is_whitespace();
    symbol.chars().nth(1).is_some_and(spaces)
}

pub(super) fn synonym(name: &str) -> Option<&'static str> {
    SYNONYMS.iter().find(|(known, _)| *known == name).map(|(_, spelling)| *spelling)
}

pub(super) fn family(name: &str) -> &str {
    let bare = name.strip_suffix('*').unwrap_or(name);
    let known = FAMILIES.iter().find(|(_, members)| members.split(' ').any(|m| m == bare));
    known.map_or(name, |(family, _)| family)
}

/// Whether `\begin{name}` takes a column specification or count.
pub(super) fn has_columns(name: &str) -> bool {
    let bare = name.strip_suffix('*').unwrap_or(name);
    matches!(bare, "array" | "tabular" | "alignat" | "alignedat" | "xalignat")
}

/// Whether a group after this cell can be an argument of it, as it cannot of a relation, of a
/// font, whose scope the form forgets, or of a `\begin` without a name, whose name it would be.
pub(super) fn takes_groups(cell: &str) -> bool {
    let is_sign = cell.len() == 1 && "+-=<>()[],;:&|/*".contains(cell);
    let is_relation = matches!(cell, r"\\" | r"\leq" | r"\geq" | r"\in" | r"\cdot" | r"\times");
    let is_font = matches!(cell, r"\mathrm" | r"\mathbf" | r"\mathit" | r"\mathcal" | r"\mathbb");
    !(is_sign || is_relation || is_font || matches!(cell, r"\begin" | r"\end"))
}

/// The name of a cell that is a control word.
pub(super) fn word(cell: &str) -> Option<&str> {
    cell.strip_prefix('\\').filter(|name| name.starts_with(|c: char| c.is_ascii_alphabetic()))
}

/// How two cells are spelt as one.
pub(super) fn joined(left: &str, right: &str) -> Option<&'static str> {
    match (left, right) {
        (r"\not", "=") => Some(r"\neq"),
        (r"\not", r"\in") => Some(r"\notin"),
        ("^", "'") => Some("'"),
        _ => None,
    }
}

/// Whether a star after the cell is part of the command.
pub(super) fn takes_star(cell: &str) -> bool {
    cell == r"\mathrm"
}

/// Hands the spelling of a character on; nothing for those that only space.
pub(super) fn character(text: &str, mut write: impl FnMut(&str)) {
    if text == "~" || text.chars().all(char::is_whitespace) {
        return;
    }
    if text.is_ascii() {
        return write(text);
    }
    let known = CHARACTERS.iter().find(|(character, _)| *character == text);
    write(known.map_or(text, |(_, spelling)| spelling));
}
