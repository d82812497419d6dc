//! The alphabets of mathematics: `mathvariant` values, the Mathematical
//! Alphanumeric Symbols of Unicode, and the LaTeX commands that select them.

/// A mathematical alphabet, as `mathvariant` names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Font {
    Normal,
    Italic,
    Bold,
    BoldItalic,
    DoubleStruck,
    Script,
    /// The script of `\mathscr`, where it can be told from that of `\mathcal`.
    RoundScript,
    BoldScript,
    Fraktur,
    BoldFraktur,
    Sans,
    SansBold,
    SansItalic,
    SansBoldItalic,
    Monospace,
}

use Font::{
    Bold, BoldFraktur, BoldItalic, BoldScript, DoubleStruck, Fraktur, Italic, Monospace, Normal,
    RoundScript, Sans, SansBold, SansBoldItalic, SansItalic, Script,
};

impl Font {
    /// The font that a `mathvariant` value names; `None` for unknown values.
    ///
    /// The names with `-tex-` are those of MathJax's own alphabets.
    pub(super) fn parse(variant: &str) -> Option<Self> {
        Some(match variant.trim() {
            "normal" => Normal,
            "italic" | "-tex-mathit" | "-tex-variant-italic" => Italic,
            "bold" => Bold,
            "bold-italic" => BoldItalic,
            "double-struck" => DoubleStruck,
            "script" | "-tex-calligraphic" => Script,
            "bold-script" | "-tex-bold-calligraphic" => BoldScript,
            "fraktur" => Fraktur,
            "bold-fraktur" => BoldFraktur,
            "sans-serif" => Sans,
            "bold-sans-serif" => SansBold,
            "sans-serif-italic" => SansItalic,
            "sans-serif-bold-italic" => SansBoldItalic,
            "monospace" => Monospace,
            _ => return None,
        })
    }

    /// What opens and closes text of this font inside `\text`.
    pub(super) fn text_command(self) -> (&'static str, &'static str) {
        match self {
            Normal | DoubleStruck | Script | RoundScript | Fraktur => (r"\text{", "}"),
            Italic => (r"\textit{", "}"),
            Bold | BoldScript | BoldFraktur => (r"\textbf{", "}"),
            BoldItalic => (r"\textbf{\textit{", "}}"),
            Sans => (r"\textsf{", "}"),
            SansBold => (r"\textsf{\textbf{", "}}"),
            SansItalic => (r"\textsf{\textit{", "}}"),
            SansBoldItalic => (r"\textsf{\textbf{\textit{", "}}}"),
            Monospace => (r"\texttt{", "}"),
        }
    }

    /// What opens and closes a run of Latin letters or digits in mathematics.
    pub(super) fn math_command(self) -> (&'static str, &'static str) {
        match self {
            Normal => (r"\mathrm{", "}"),
            Italic => (r"\mathit{", "}"),
            Bold => (r"\mathbf{", "}"),
            BoldItalic => (r"\boldsymbol{", "}"),
            DoubleStruck => (r"\mathbb{", "}"),
            Script => (r"\mathcal{", "}"),
            RoundScript => (r"\mathscr{", "}"),
            BoldScript => (r"\boldsymbol{\mathcal{", "}}"),
            Fraktur => (r"\mathfrak{", "}"),
            BoldFraktur => (r"\boldsymbol{\mathfrak{", "}}"),
            Sans | SansItalic => (r"\mathsf{", "}"),
            SansBold | SansBoldItalic => (r"\boldsymbol{\mathsf{", "}}"),
            Monospace => (r"\mathtt{", "}"),
        }
    }

    /// Whether letters of this font that stand together make a word, not a product.
    pub(super) fn is_of_words(self) -> bool {
        matches!(self, Normal | Italic | Sans | Monospace)
    }

    /// Whether the font is one of the bold ones.
    pub(super) fn is_bold(self) -> bool {
        matches!(self, Bold | BoldItalic | BoldScript | BoldFraktur | SansBold | SansBoldItalic)
    }
}

const LATIN: [Font; 13] = [
    Bold,
    Italic,
    BoldItalic,
    Script,
    BoldScript,
    Fraktur,
    DoubleStruck,
    BoldFraktur,
    Sans,
    SansBold,
    SansItalic,
    SansBoldItalic,
    Monospace,
];
const GREEK: [Font; 5] = [Bold, Italic, BoldItalic, SansBold, SansBoldItalic];
const DIGITS: [Font; 5] = [Bold, DoubleStruck, Sans, SansBold, Monospace];

/// One Greek alphabet of the block, in code point order (Unicode 16, chart U1D400).
const GREEK_LETTERS: [char; 58] = [
    'Α', 'Β', 'Γ', 'Δ', 'Ε', 'Ζ', 'Η', 'Θ', 'Ι', 'Κ', 'Λ', 'Μ', 'Ν', 'Ξ', 'Ο', 'Π', 'Ρ', 'Θ', 'Σ',
    'Τ', 'Υ', 'Φ', 'Χ', 'Ψ', 'Ω', '∇', 'α', 'β', 'γ', 'δ', 'ε', 'ζ', 'η', 'θ', 'ι', 'κ', 'λ', 'μ',
    'ν', 'ξ', 'ο', 'π', 'ρ', 'ς', 'σ', 'τ', 'υ', 'φ', 'χ', 'ψ', 'ω', '∂', 'ϵ', 'ϑ', 'ϰ', 'ϕ', 'ϱ',
    'ϖ',
];

/// The plain letter and the font of a letter that stands in a font: its own font wins.
pub(super) fn resolve(ch: char, font: Option<Font>) -> (char, Option<Font>) {
    match decode(ch) {
        Some((plain, Script)) if font == Some(RoundScript) => (plain, font),
        Some((plain, own)) => (plain, Some(own)),
        None => (ch, font),
    }
}

/// A styled letter as its plain letter and font: `𝐱` is `x` in bold.
///
/// Covers U+1D400-1D7FF and the letters that Unicode keeps in Letterlike Symbols.
pub(super) fn decode(ch: char) -> Option<(char, Font)> {
    match ch {
        '\u{1D400}'..='\u{1D7FF}' => decode_block(u32::from(ch)),
        '\u{2102}'..='\u{2149}' => decode_letterlike(ch),
        _ => None,
    }
}

fn decode_block(code: u32) -> Option<(char, Font)> {
    let (offset, letters) = match code {
        0x1D400..=0x1D6A3 => (code - 0x1D400, Letters::Latin),
        0x1D6A8..=0x1D7C9 => (code - 0x1D6A8, Letters::Greek),
        0x1D7CE..=0x1D7FF => (code - 0x1D7CE, Letters::Digits),
        _ => return None,
    };
    let (fonts, size): (&[Font], u32) = match letters {
        Letters::Latin => (&LATIN, 52),
        Letters::Greek => (&GREEK, 58),
        Letters::Digits => (&DIGITS, 10),
    };
    let font = *fonts.get((offset / size) as usize)?;
    Some((letters.plain(offset % size)?, font))
}

#[derive(Clone, Copy)]
enum Letters {
    Latin,
    Greek,
    Digits,
}

impl Letters {
    fn plain(self, index: u32) -> Option<char> {
        match self {
            Self::Latin if index < 26 => char::from_u32(u32::from('A') + index),
            Self::Latin => char::from_u32(u32::from('a') + index - 26),
            Self::Greek => GREEK_LETTERS.get(index as usize).copied(),
            Self::Digits => char::from_u32(u32::from('0') + index),
        }
    }
}

fn decode_letterlike(ch: char) -> Option<(char, Font)> {
    Some(match ch {
        'ℂ' => ('C', DoubleStruck),
        'ℍ' => ('H', DoubleStruck),
        'ℕ' => ('N', DoubleStruck),
        'ℙ' => ('P', DoubleStruck),
        'ℚ' => ('Q', DoubleStruck),
        'ℝ' => ('R', DoubleStruck),
        'ℤ' => ('Z', DoubleStruck),
        'ℎ' => ('h', Italic),
        'ℊ' => ('g', Script),
        'ℋ' => ('H', Script),
        'ℐ' => ('I', Script),
        'ℒ' => ('L', Script),
        'ℛ' => ('R', Script),
        'ℬ' => ('B', Script),
        'ℯ' => ('e', Script),
        'ℰ' => ('E', Script),
        'ℱ' => ('F', Script),
        'ℳ' => ('M', Script),
        'ℴ' => ('o', Script),
        'ℌ' => ('H', Fraktur),
        'ℨ' => ('Z', Fraktur),
        'ℭ' => ('C', Fraktur),
        'ⅅ' => ('D', Normal),
        'ⅆ' => ('d', Normal),
        'ⅇ' => ('e', Normal),
        'ⅈ' => ('i', Normal),
        'ⅉ' => ('j', Normal),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn styled_letters_decode_to_plain_ones() {
        for (styled, plain, font) in [
            ('𝐀', 'A', Bold),
            ('𝑧', 'z', Italic),
            ('𝕀', 'I', DoubleStruck),
            ('𝔽', 'F', DoubleStruck),
            ('𝒜', 'A', Script),
            ('𝔤', 'g', Fraktur),
            ('𝚣', 'z', Monospace),
            ('𝛂', 'α', Bold),
            ('𝜋', 'π', Italic),
            ('𝟬', '0', SansBold),
            ('𝟙', '1', DoubleStruck),
            ('𝟿', '9', Monospace),
            ('ℝ', 'R', DoubleStruck),
            ('ℎ', 'h', Italic),
        ] {
            assert_eq!(decode(styled), Some((plain, font)), "{styled}");
        }
        assert_eq!(decode('x'), None);
        assert_eq!(decode('ℓ'), None);
    }
}
