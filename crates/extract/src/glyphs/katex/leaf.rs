//! Leaves: characters in a font to tokens.

use crate::glyphs::expr::Expr;

/// How the characters of a leaf are set.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Ink {
    /// In `\text`.
    pub(super) text: bool,
    /// The font's `mathvariant`; `normal` for upright math.
    pub(super) variant: Option<&'static str>,
    /// Variables, each letter one of them.
    pub(super) variables: bool,
    /// The class of atom is one of operators, relations, delimiters and punctuation.
    pub(super) operator: bool,
    /// The atom is a relation.
    relation: bool,
    /// The atom opens or closes.
    delimiter: bool,
}

impl Ink {
    /// The same in text.
    pub(super) fn in_text(self) -> Self {
        Self { text: true, ..self }
    }

    /// The same with what an element's class words add.
    pub(super) fn of<'a>(self, words: impl Iterator<Item = &'a str>, slanted: bool) -> Self {
        let mut ink = Self { operator: false, relation: false, delimiter: false, ..self };
        for word in words {
            ink.add(word, slanted);
        }
        ink
    }

    fn add(&mut self, word: &str, slanted: bool) {
        match word {
            "mbin" | "mpunct" | "minner" | "mop" => self.operator = true,
            "mrel" => (self.operator, self.relation) = (true, true),
            "mopen" | "mclose" => (self.operator, self.delimiter) = (true, true),
            "mathit" if slanted => self.variables = true,
            "mathnormal" | "mathdefault" => self.variables = true,
            _ => {
                if let Some(variant) = variant(word) {
                    (self.variant, self.variables) = (Some(variant), false);
                }
            }
        }
    }
}

fn variant(word: &str) -> Option<&'static str> {
    Some(match word {
        "mathrm" | "textrm" | "textup" | "textmd" => "normal",
        "mathbf" | "textbf" => "bold",
        "mathit" | "textit" => "italic",
        "boldsymbol" => "bold-italic",
        "mathbb" | "amsrm" | "textbb" => "double-struck",
        "mathcal" | "mathscr" | "textscr" => "script",
        "mathfrak" | "textfrak" => "fraktur",
        "mathboldfrak" | "textboldfrak" => "bold-fraktur",
        "mathsf" | "textsf" => "sans-serif",
        "mathboldsf" | "textboldsf" => "bold-sans-serif",
        "mathitsf" | "mathsfit" | "textitsf" => "sans-serif-italic",
        "mathtt" | "texttt" => "monospace",
        _ => return None,
    })
}

/// Tokens of a run of characters: a number, a name in one font, or one sign after the other.
pub(super) fn tokens(text: impl Iterator<Item = char>, ink: Ink) -> Vec<Expr> {
    let text: String = text.map(|c| published(c, ink)).collect();
    if ink.text && !ink.variables && !ink.operator {
        return text_token(text, ink).into_iter().collect();
    }
    let mut out: Vec<Expr> = Vec::new();
    for c in text.chars() {
        let token = token(c, ink);
        match out.last_mut() {
            Some(last) if joins(last, &token, ink) => last.text.push(c),
            _ => out.push(token),
        }
    }
    out.into_iter().map(|token| finished(token, ink)).collect()
}

/// The character for one of the private use area of KaTeX's fonts. KaTeX draws bars that
/// are delimiters with the characters of the relations.
fn published(c: char, ink: Ink) -> char {
    match c {
        '\u{E131}' => 'ı',
        '\u{E237}' => 'ȷ',
        '∣' if !ink.relation => '|',
        '∥' if !ink.relation => '‖',
        c => c,
    }
}

fn text_token(text: String, ink: Ink) -> Option<Expr> {
    if text.is_empty() {
        return None;
    }
    let token = Expr::token("mtext", text.replace(' ', "\u{a0}").replace('’', "'"));
    Some(match ink.variant {
        Some("normal") | None => token,
        Some(variant) => token.with("mathvariant", variant),
    })
}

fn token(c: char, ink: Ink) -> Expr {
    let name = match c {
        '0'..='9' => "mn",
        '.' if !ink.operator => "mn",
        _ if c.is_alphabetic() => "mi",
        _ if ink.operator || is_sign(c) => "mo",
        _ => "mi",
    };
    Expr::token(name, c)
}

/// Ordinary signs that MathML sets as operators.
fn is_sign(c: char) -> bool {
    c.is_ascii_punctuation()
        || matches!(c, '′' | '∣' | '∥' | '‖' | '∖' | '…' | '⋯' | '⋮' | '⋱')
        || is_bar(c)
}

/// Digits join to numbers, letters to the name of an operator.
fn joins(last: &Expr, token: &Expr, ink: Ink) -> bool {
    let letter = |expr: &Expr| expr.text.chars().all(char::is_alphabetic);
    let name = ink.operator && !ink.variables && ink.variant.is_none();
    match (last.name, token.name) {
        ("mn", "mn") => true,
        ("mi", "mi") => name && letter(last) && letter(token),
        _ => false,
    }
}

fn finished(token: Expr, ink: Ink) -> Expr {
    let letters = token.text.chars().all(char::is_alphabetic);
    let single = token.text.chars().nth(1).is_none();
    match (token.name, ink.variant) {
        ("mi", _) if ink.variables => token,
        ("mi", Some("normal") | None) if !(single && letters) => token,
        ("mi", None) if is_plain_sign(&token.text) => token,
        ("mi", None) => token.with("mathvariant", "normal"),
        ("mi", Some(variant)) => token.with("mathvariant", variant),
        ("mn", Some(variant)) if variant != "normal" && token.text != "." => {
            token.with("mathvariant", variant)
        }
        ("mn", _) if token.text == "." => Expr { name: "mo", ..token },
        ("mo", _) if ink.delimiter => token.with("stretchy", "false"),
        _ => token,
    }
}

/// Letters that exist in one style only.
fn is_plain_sign(text: &str) -> bool {
    !text.chars().all(|c| c.is_ascii() || matches!(c, 'Α'..='ϵ'))
}

/// A letter with an accent, as one character, where Unicode has it (Latin-1 and a few).
pub(super) fn accented(letter: &str, accent: &str) -> Option<char> {
    const ACCENTS: [(&str, &str); 8] = [
        ("ˋ`", "AÀEÈIÌOÒUÙaàeèiìoòuùıì"),
        ("ˊ´", "AÁEÉIÍOÓUÚYÝaáeéiíoóuúyýıícćCĆnńNŃsśSŚzźZŹ"),
        ("^ˆ", "AÂEÊIÎOÔUÛaâeêiîoôuûıî"),
        ("~˜", "AÃNÑOÕaãnñoõ"),
        ("¨", "AÄEËIÏOÖUÜaäeëiïoöuüyÿıï"),
        ("˚", "AÅaåuůUŮ"),
        ("ˇ", "CČcčSŠsšZŽzžRŘrřEĚeěNŇnň"),
        ("¸", "CÇcçSŞsş"),
    ];
    let (_, pairs) =
        ACCENTS.iter().find(|(marks, _)| marks.contains(accent) && !accent.is_empty())?;
    let mut pairs = pairs.chars();
    while let (Some(plain), Some(whole)) = (pairs.next(), pairs.next()) {
        if letter.chars().eq([plain]) {
            return Some(whole);
        }
    }
    None
}

/// The word that letters of one font make, where a group holds nothing else: KaTeX keeps
/// `\mathbf{ab}` in a group of its own, `\mathbf{a}\mathbf{b}` not. A font that is always
/// set letter by letter gives no word.
pub(super) fn word(kids: &[Expr]) -> Option<Expr> {
    let (first, rest) = kids.split_first()?;
    let variant = first.attrs.iter().find(|(name, _)| *name == "mathvariant")?;
    let alike = rest.iter().all(|kid| kid.name == "mi" && kid.attrs == first.attrs);
    if first.name != "mi" || rest.is_empty() || !alike {
        return None;
    }
    let text: String = kids.iter().map(|kid| kid.text.as_str()).collect();
    match variant.1.as_str() {
        "normal" if !text.is_ascii() => None,
        style => Some(Expr::token("mi", text).with("mathvariant", style)),
    }
}

/// The name of an operator, whose parts may have thin space between them (`lim sup`);
/// `None` if anything but upright letters is in it.
pub(super) fn operator(kind: &'static str, kids: &[Expr]) -> Option<Expr> {
    let mut names: Vec<String> = Vec::new();
    let mut apart = true;
    for kid in kids {
        match names.last_mut() {
            _ if kid.name == "mspace" => apart = true,
            _ if !is_upright(kid) => return None,
            Some(name) if !apart => name.push_str(&kid.text),
            _ => {
                names.push(kid.text.clone());
                apart = false;
            }
        }
    }
    let token = |text: &String| Expr::token(kind, text);
    match names.as_slice() {
        [] => None,
        [name] if kind == "mi" && name.len() == 1 => {
            Some(token(name).with("mathvariant", "normal"))
        }
        [name] => Some(token(name)),
        // As MathJax writes `\limsup` and `\liminf`.
        [lim, bound] if lim == "lim" => Some(Expr::token("mo", format!("lim\u{2006}{bound}"))),
        names => {
            let space = || Expr::new("mspace", Vec::new()).with("width", "0.167em");
            let parts = names.iter().flat_map(|name| [space(), token(name)]).skip(1);
            Some(Expr::new("mrow", parts.collect()).with("data-mjx-texclass", "OP"))
        }
    }
}

/// True for (a part of) an operator's name in upright letters.
pub(super) fn is_upright(expr: &Expr) -> bool {
    let variant = expr.attrs.iter().find(|(name, _)| *name == "mathvariant");
    let name = expr.text.chars().all(char::is_alphabetic) && !expr.text.is_empty();
    expr.name == "mi" && name && variant.map_or(expr.text.len() > 1, |(_, value)| value == "normal")
}

/// The bar of `\not`, which stands before the sign that it strikes through: a character of
/// the private use area in KaTeX's fonts, a combining character in older versions.
fn is_bar(c: char) -> bool {
    matches!(c, '\u{E020}' | '\u{338}')
}

/// Stands for a slash drawn over the sign before it, until that sign is found.
pub(super) const STRIKE: char = '\u{337}';

/// Appends expressions; a bar waiting at the end strikes through the first sign, a
/// slash that comes first strikes through the sign at the end.
pub(super) fn extend(out: &mut Vec<Expr>, more: Vec<Expr>) {
    for mut expr in more {
        if expr.name == "mo" && expr.text.starts_with(STRIKE) {
            if let Some(last) = out.last_mut().filter(|last| last.name == "mo") {
                last.text = negated(&last.text);
                continue;
            }
        }
        let bar = |last: &Expr| {
            last.name == "mo" && last.text.chars().all(is_bar) && !last.text.is_empty()
        };
        if matches!(expr.name, "mo" | "mi") && out.last().is_some_and(bar) {
            out.pop();
            expr.text = negated(&expr.text);
        }
        join_number(out, expr);
    }
}

/// Appends an expression; digits, also those that carry scripts, continue the number before them.
fn join_number(out: &mut Vec<Expr>, mut expr: Expr) {
    let scripted = matches!(expr.name, "msub" | "msup" | "msubsup");
    let digits = if scripted { expr.kids.first_mut() } else { Some(&mut expr) };
    if let (Some(last), Some(digits)) = (out.last(), digits)
        && last.name == "mn"
        && digits.name == "mn"
        && last.attrs == digits.attrs
    {
        digits.text.insert_str(0, &last.text);
        out.pop();
    }
    out.push(expr);
}

/// A sign struck through: the character Unicode has for it, else with the combining bar.
pub(super) fn negated(sign: &str) -> String {
    const SIGNS: &str = "=≠∈∉∋∌∣∤∥∦<≮>≯≤≰≥≱∼≁≃≄≅≇≈≉≡≢⊂⊄⊃⊅⊆⊈⊇⊉⊢⊬⊨⊭∃∄←↚→↛↔↮⇒⇏⇐⇍⇔⇎≺⊀≻⊁⊑⋢⊒⋣";
    let mut signs = SIGNS.chars();
    while let (Some(plain), Some(struck)) = (signs.next(), signs.next()) {
        if sign.chars().eq([plain]) {
            return struck.into();
        }
    }
    format!("{sign}\u{338}")
}
