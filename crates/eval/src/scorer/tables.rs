//! The word lists of the formula scorer, as data.

/// Commands that only set size, place or space.
const DROPPED: &[&str] = &[
    "displaystyle",
    "textstyle",
    "scriptstyle",
    "scriptscriptstyle",
    "limits",
    "nolimits",
    "nonumber",
    "notag",
    "left",
    "right",
    "middle",
    "thinspace",
    "medspace",
    "thickspace",
    "negthinspace",
    "quad",
    "qquad",
    "hfill",
    "strut",
    "mathstrut",
    "allowbreak",
    "nobreak",
    "centering",
    "noindent",
    "relax",
    "protect",
    "big",
    "bigl",
    "bigr",
    "bigm",
    "Big",
    "Bigl",
    "Bigr",
    "Bigm",
    "bigg",
    "biggl",
    "biggr",
    "biggm",
    "Bigg",
    "Biggl",
    "Biggr",
    "Biggm",
];

const SPACE_COMMANDS: &[&str] = &["\\,", "\\;", "\\:", "\\!", "\\ ", "\\>", "~", "\\/"];

/// Spellings of one thing; the second is the one compared.
const SYNONYMS: &[(&str, &str)] = &[
    ("lt", "<"),
    ("gt", ">"),
    ("le", "\\leq"),
    ("ge", "\\geq"),
    ("ne", "\\neq"),
    ("to", "\\rightarrow"),
    ("gets", "\\leftarrow"),
    ("dfrac", "\\frac"),
    ("tfrac", "\\frac"),
    ("cfrac", "\\frac"),
    ("lbrace", "\\{"),
    ("rbrace", "\\}"),
    ("vert", "|"),
    ("lvert", "|"),
    ("rvert", "|"),
    ("Vert", "\\|"),
    ("lVert", "\\|"),
    ("rVert", "\\|"),
    ("lbrack", "["),
    ("rbrack", "]"),
    ("land", "\\wedge"),
    ("lor", "\\vee"),
    ("lnot", "\\neg"),
    ("dots", "\\ldots"),
    ("dotsc", "\\ldots"),
    ("dotsb", "\\cdots"),
    ("cdots", "\\cdots"),
    ("colon", ":"),
    ("iff", "\\Longleftrightarrow"),
    ("implies", "\\Longrightarrow"),
    ("emptyset", "\\varnothing"),
    ("prime", "'"),
    ("rm", "\\mathrm"),
    ("bf", "\\mathbf"),
    ("it", "\\mathit"),
    ("cal", "\\mathcal"),
    ("Bbb", "\\mathbb"),
    ("text", "\\mathrm"),
    ("textrm", "\\mathrm"),
    ("mbox", "\\mathrm"),
    ("hbox", "\\mathrm"),
    ("textup", "\\mathrm"),
    ("textnormal", "\\mathrm"),
    ("operatorname", "\\mathrm"),
    ("bm", "\\boldsymbol"),
    ("pmb", "\\boldsymbol"),
    ("dbinom", "\\binom"),
    ("tbinom", "\\binom"),
    ("ast", "*"),
    ("lang", "\\langle"),
    ("rang", "\\rangle"),
    ("And", "\\&"),
];

const ENVIRONMENTS: &[(&str, &str)] = &[
    ("align", "aligned"),
    ("align*", "aligned"),
    ("split", "aligned"),
    ("eqnarray", "aligned"),
    ("eqnarray*", "aligned"),
    ("alignat", "aligned"),
    ("alignat*", "aligned"),
    ("gather", "gathered"),
    ("gather*", "gathered"),
    ("equation", ""),
    ("equation*", ""),
    ("displaymath", ""),
    ("math", ""),
    ("multline", "gathered"),
    ("multline*", "gathered"),
    ("smallmatrix", "matrix"),
];

/// Whether a command (without backslash and star) does not count.
pub(super) fn is_dropped(name: &str) -> bool {
    DROPPED.contains(&name)
}

/// Whether a token is a space.
pub(super) fn is_space_command(token: &str) -> bool {
    SPACE_COMMANDS.contains(&token)
}

/// The spelling under which a command is compared, if it is not its own.
pub(super) fn synonym(name: &str) -> Option<&'static str> {
    SYNONYMS.iter().find(|(known, _)| *known == name).map(|(_, common)| *common)
}

/// The name under which an environment is compared; empty if it does not count.
pub(super) fn map_environment(name: &str) -> &str {
    ENVIRONMENTS.iter().find(|(known, _)| *known == name).map_or(name, |(_, common)| common)
}

/// Unicode mathematics as the TeX it is compared with.
pub(super) fn map_character(character: char) -> Mapped {
    Mapped(match character {
        '\u{2212}' => Ok("-"),
        '\u{2032}' => Ok("'"),
        '\u{2033}' => Ok("''"),
        '\u{22c5}' => Ok("\\cdot "),
        '\u{d7}' => Ok("\\times "),
        '\u{2264}' => Ok("\\leq "),
        '\u{2265}' => Ok("\\geq "),
        '\u{2260}' => Ok("\\neq "),
        '\u{2208}' => Ok("\\in "),
        '\u{2192}' => Ok("\\rightarrow "),
        '\u{221e}' => Ok("\\infty "),
        '\u{2026}' => Ok("\\ldots "),
        '\u{2217}' => Ok("*"),
        other => Err(other),
    })
}

/// A character, or the text that stands for it; collects into a `String`.
pub(super) struct Mapped(Result<&'static str, char>);

impl FromIterator<Mapped> for String {
    fn from_iter<I: IntoIterator<Item = Mapped>>(mapped: I) -> String {
        mapped.into_iter().fold(String::new(), |mut text, Mapped(each)| {
            match each {
                Ok(known) => text.push_str(known),
                Err(character) => text.push(character),
            }
            text
        })
    }
}
