//! Mathematical alphabets: which plain letter a styled letter stands for, and the
//! token elements made of such letters.
//!
//! Code points are those of the Unicode block Mathematical Alphanumeric Symbols
//! and of the older letters that fill its holes.

use super::expr::Expr;

/// One drawn character: the character and what its font adds to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Glyph {
    /// The character, styled (`𝑥`) or plain.
    pub(super) char: char,
    /// `mathvariant` that the font gives to a plain letter or digit.
    pub(super) font: Option<&'static str>,
    /// How many steps larger than usual it is drawn: 0 to 4, or 5 if built of pieces.
    pub(super) size: u8,
}

/// Latin blocks of 52 letters from U+1D400.
const LATIN: [&str; 13] = [
    "bold",
    "italic",
    "bold-italic",
    "script",
    "bold-script",
    "fraktur",
    "double-struck",
    "bold-fraktur",
    "sans-serif",
    "bold-sans-serif",
    "sans-serif-italic",
    "sans-serif-bold-italic",
    "monospace",
];

/// Greek blocks of 58 letters from U+1D6A8.
const GREEK: [&str; 5] =
    ["bold", "italic", "bold-italic", "bold-sans-serif", "sans-serif-bold-italic"];

/// Digit blocks of 10 from U+1D7CE.
const DIGITS: [&str; 5] = ["bold", "double-struck", "sans-serif", "bold-sans-serif", "monospace"];

/// A Greek block, letter by letter.
const GREEK_LETTERS: &str = "ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡϴΣΤΥΦΧΨΩ∇αβγδεζηθικλμνξοπρςστυφχψω∂ϵϑϰϕϱϖ";

/// Letters that Unicode had before the block, in order of code point.
const HOLES: [(char, char, &str); 21] = [
    ('ℂ', 'C', "double-struck"),
    ('ℊ', 'g', "script"),
    ('ℋ', 'H', "script"),
    ('ℌ', 'H', "fraktur"),
    ('ℍ', 'H', "double-struck"),
    ('ℎ', 'h', "italic"),
    ('ℐ', 'I', "script"),
    ('ℒ', 'L', "script"),
    ('ℕ', 'N', "double-struck"),
    ('ℙ', 'P', "double-struck"),
    ('ℚ', 'Q', "double-struck"),
    ('ℛ', 'R', "script"),
    ('ℝ', 'R', "double-struck"),
    ('ℤ', 'Z', "double-struck"),
    ('ℨ', 'Z', "fraktur"),
    ('ℬ', 'B', "script"),
    ('ℭ', 'C', "fraktur"),
    ('ℯ', 'e', "script"),
    ('ℰ', 'E', "script"),
    ('ℱ', 'F', "script"),
    ('ℳ', 'M', "script"),
];

/// Plain letter and `mathvariant` of a styled letter or digit; `None` for any other character.
///
/// `ℜ` and `ℑ` are signs of their own (real and imaginary part), not fraktur letters.
fn plain(c: char) -> Option<(char, &'static str)> {
    let code = u32::from(c);
    match code {
        0x1D400..=0x1D6A3 => {
            let (block, offset) = ((code - 0x1D400) / 52, (code - 0x1D400) % 52);
            let letter = if offset < 26 { 0x41 + offset } else { 0x61 + offset - 26 };
            Some((char::from_u32(letter)?, LATIN.get(block as usize)?))
        }
        0x1D6A4 => Some(('ı', "italic")),
        0x1D6A5 => Some(('ȷ', "italic")),
        0x1D6A8..=0x1D7C9 => {
            let (block, offset) = ((code - 0x1D6A8) / 58, (code - 0x1D6A8) % 58);
            Some((GREEK_LETTERS.chars().nth(offset as usize)?, GREEK.get(block as usize)?))
        }
        0x1D7CE..=0x1D7FF => {
            let (block, digit) = ((code - 0x1D7CE) / 10, (code - 0x1D7CE) % 10);
            Some((char::from_digit(digit, 10)?, DIGITS.get(block as usize)?))
        }
        _ => HOLES.iter().find(|hole| hole.0 == c).map(|hole| (hole.1, hole.2)),
    }
}

/// Plain character and `mathvariant` of a glyph.
fn resolve(glyph: Glyph) -> (char, Option<&'static str>) {
    match plain(glyph.char) {
        Some((letter, variant)) => (letter, Some(variant)),
        None => (glyph.char, glyph.font.filter(|_| is_letter(glyph.char))),
    }
}

/// Letters and digits that come in styles; signs such as `ℓ` and `∞` do not.
fn is_letter(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, 'Α'..='ϵ' | 'ı' | 'ȷ' | '∇' | '∂')
}

/// The one style of all letters. Script fonts lack small letters, which are drawn italic.
fn common_style(resolved: &[(char, Option<&'static str>)]) -> Option<Option<&'static str>> {
    let mut styles = resolved.iter().filter(|(c, _)| is_letter(*c)).map(|(_, style)| *style);
    let first = styles.next().flatten();
    if styles.clone().all(|style| style == first) {
        return Some(first);
    }
    let script =
        first == Some("script") && styles.all(|style| matches!(style, Some("script" | "italic")));
    script.then_some(first)
}

/// A token element of glyphs, with the `mathvariant` it needs beside what `kind`
/// has by itself (MathML: one letter in `mi` is italic, all else upright).
/// Glyphs of several styles stay styled characters.
pub(super) fn token(kind: &'static str, glyphs: &[Glyph]) -> Expr {
    let resolved: Vec<_> = glyphs.iter().map(|glyph| resolve(*glyph)).collect();
    let Some(style) = common_style(&resolved) else {
        return Expr::token(kind, glyphs.iter().map(|glyph| glyph.char).collect::<String>());
    };
    let token = Expr::token(kind, resolved.iter().map(|(c, _)| *c).collect::<String>());
    let single = kind == "mi" && matches!(resolved.as_slice(), [(c, _)] if is_letter(*c));
    match style {
        Some("italic") if single => token,
        Some(variant) => token.with("mathvariant", variant),
        None if single => token.with("mathvariant", "normal"),
        None => token,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(kind: &'static str, drawn: &str, expected: &str) {
        let glyphs: Vec<_> = drawn.chars().map(Glyph::upright).collect();
        let token = token(kind, &glyphs);
        let variant = token.attrs.first().map_or("-", |(_, value)| value.as_str());
        assert_eq!(format!("{} {variant}", token.text), expected, "{drawn}");
    }

    #[test]
    fn styled_letters_are_plain_letters_with_a_variant() {
        check("mi", "𝑥", "x -");
        check("mi", "x", "x normal");
        check("mi", "ℎ", "h -");
        check("mi", "𝐯𝐰", "vw bold");
        check("mi", "sin", "sin -");
        check("mi", "ℝ", "R double-struck");
        check("mi", "𝛼", "α -");
        check("mi", "𝝎", "ω bold-italic");
        check("mi", "𝜕", "∂ -");
        check("mi", "ℜ", "ℜ -");
        check("mn", "𝟏𝟎", "10 bold");
        check("mn", "12.5", "12.5 -");
        check("mo", "+", "+ -");
        check("mi", "𝐱y", "𝐱y -");
    }

    #[test]
    fn every_code_point_of_the_block_resolves_or_is_unassigned() {
        let unassigned = [0x1D6A6, 0x1D6A7, 0x1D7CA, 0x1D7CB, 0x1D7CC, 0x1D7CD];
        for code in 0x1D400..=0x1D7FF {
            let known = char::from_u32(code).and_then(plain).is_some();
            assert_eq!(known, !unassigned.contains(&code), "{code:X}");
        }
    }
}
