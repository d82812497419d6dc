//! Tall and wide signs drawn in pieces: which sign the pieces make.

/// The sign that a run of bracket pieces, bars or brace pieces makes; `None` if
/// the characters are not pieces.
///
/// Pieces are those of Unicode's Miscellaneous Technical block and those of the
/// private use area where MathJax keeps its horizontal brace.
pub(super) fn assembled(pieces: &str) -> Option<char> {
    let has = |set: &str| pieces.chars().any(|c| set.contains(c));
    let (left_hook, right_hook) = (has("⎧⎩"), has("⎫⎭"));
    Some(match () {
        () if has("⎨") => '{',
        () if has("⎬") => '}',
        () if left_hook && right_hook => moustache(pieces),
        () if left_hook => '⟮',
        () if right_hook => '⟯',
        () if has("⎛⎝⎜") => '(',
        () if has("⎞⎠⎟") => ')',
        () if has("⎡⎣⎢") => corner(pieces, '⎡', '⎣', ['⌈', '⌊', '[']),
        () if has("⎤⎦⎥") => corner(pieces, '⎤', '⎦', ['⌉', '⌋', ']']),
        () if has("⎷") => '√',
        () if has("⏞⏟⎴⎵⏠⏡") => pieces.chars().find(|c| "⏞⏟⎴⎵⏠⏡".contains(*c))?,
        () if pieces.starts_with('\u{E152}') => '⏟',
        () if pieces.starts_with('\u{E150}') => '⏞',
        () if has("⏐") || has("‖") && has("⇑⇓") => upright_arrow(pieces)?,
        () if has("−=–") => arrow(pieces)?,
        () => return None,
    })
}

/// Upper or lower piece only: ceiling or floor; both, or neither: bracket.
fn corner(pieces: &str, top: char, bottom: char, signs: [char; 3]) -> char {
    let [ceiling, floor, bracket] = signs;
    match (pieces.contains(top), pieces.contains(bottom)) {
        (true, false) => ceiling,
        (false, true) => floor,
        _ => bracket,
    }
}

fn moustache(pieces: &str) -> char {
    if pieces.contains('⎧') { '⎰' } else { '⎱' }
}

fn upright_arrow(pieces: &str) -> Option<char> {
    let has = |set: &str| pieces.chars().any(|c| set.contains(c));
    match (has("↑⇑"), has("↓⇓"), has("⇑⇓")) {
        (true, true, false) => Some('↕'),
        (true, true, true) => Some('⇕'),
        (true, false, false) => Some('↑'),
        (true, false, true) => Some('⇑'),
        (false, true, false) => Some('↓'),
        (false, true, true) => Some('⇓'),
        _ => has("⏐").then_some('|'),
    }
}

/// An arrow of heads and a shaft of dashes.
fn arrow(pieces: &str) -> Option<char> {
    let mut heads = pieces.chars().filter(|c| !matches!(c, '−' | '=' | '–'));
    let (first, second) = (heads.next()?, heads.next());
    let pair = |one, other| matches!((first, second), (a, Some(b)) if (a, b) == (one, other) || (b, a) == (one, other));
    match () {
        () if heads.next().is_some() => None,
        () if pair('←', '→') => Some('↔'),
        () if pair('⇐', '⇒') => Some('⇔'),
        () if second.is_some() => None,
        () => Some(first).filter(|head| "←→⇐⇒↼⇀↽⇁↩↪".contains(*head)),
    }
}

/// The sign of a stretched run: pieces, or one sign drawn again and again.
pub(super) fn stretched(text: &str) -> String {
    if let Some(sign) = assembled(text) {
        return sign.into();
    }
    let mut chars = text.chars().filter(|c| !c.is_whitespace());
    match chars.next() {
        Some(first) if chars.all(|c| c == first) => first.into(),
        _ => text.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_make_signs() {
        let cases = [
            ("⎝⎜⎜⎛", "("),
            ("⎞⎟⎠", ")"),
            ("⎣⎢⎡", "["),
            ("⎣⎢⎢", "⌊"),
            ("⎥⎥⎤", "⌉"),
            ("⎩⎪⎨⎪⎧", "{"),
            ("⎫⎬⎭", "}"),
            ("⎩⎪⎧", "⟮"),
            ("∣∣∣", "∣"),
            ("¯¯¯", "¯"),
            ("↓⏐", "↓"),
            ("⇓‖⇑", "⇕"),
            ("‖‖", "‖"),
            ("−−→", "→"),
            ("←−→", "↔"),
            ("==⇒", "⇒"),
            ("\u{E152}\u{E154}\u{E151}\u{E150}\u{E154}\u{E153}", "⏟"),
            ("(", "("),
            ("ab", "ab"),
        ];
        for (pieces, sign) in cases {
            assert_eq!(stretched(pieces), sign, "{pieces}");
        }
    }
}
