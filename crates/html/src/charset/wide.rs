//! UTF-16 and UTF-32.

use encoding_rs::{UTF_16BE, UTF_16LE};

/// Bytes looked at to tell wide characters from others.
const LOOK: usize = 1024;

/// An encoding of two or four bytes a character.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Wide {
    Utf16Le,
    Utf16Be,
    Utf32Le,
    Utf32Be,
}

impl Wide {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Utf16Le => "utf-16le",
            Self::Utf16Be => "utf-16be",
            Self::Utf32Le => "utf-32le",
            Self::Utf32Be => "utf-32be",
        }
    }

    /// The text without its byte order mark; U+FFFD for what is no character.
    pub(super) fn decode(self, bytes: &[u8]) -> String {
        match self {
            Self::Utf16Le => UTF_16LE.decode_with_bom_removal(bytes).0.into_owned(),
            Self::Utf16Be => UTF_16BE.decode_with_bom_removal(bytes).0.into_owned(),
            Self::Utf32Le => utf_32(bytes, u32::from_le_bytes),
            Self::Utf32Be => utf_32(bytes, u32::from_be_bytes),
        }
    }
}

fn utf_32(bytes: &[u8], number: fn([u8; 4]) -> u32) -> String {
    let (units, rest) = bytes.as_chunks::<4>();
    let characters = units.iter().map(|unit| char::from_u32(number(*unit)).unwrap_or('\u{fffd}'));
    let cut = (!rest.is_empty()).then_some('\u{fffd}');
    let text: String = characters.chain(cut).collect();
    match text.strip_prefix('\u{feff}') {
        Some(text) => text.to_owned(),
        None => text,
    }
}

/// The encoding whose byte order mark the page begins with.
pub(super) fn by_mark(bytes: &[u8]) -> Option<Wide> {
    match bytes {
        [0xff, 0xfe, 0, 0, ..] => Some(Wide::Utf32Le),
        [0, 0, 0xfe, 0xff, ..] => Some(Wide::Utf32Be),
        [0xff, 0xfe, ..] => Some(Wide::Utf16Le),
        [0xfe, 0xff, ..] => Some(Wide::Utf16Be),
        _ => None,
    }
}

/// The encoding that the places of zero bytes tell: markup is ASCII, so most characters have some.
pub(super) fn by_zeros(bytes: &[u8]) -> Option<Wide> {
    let (units, _) = bytes.get(..LOOK).unwrap_or(bytes).as_chunks::<4>();
    let share = |zero: [bool; 4]| {
        let fits = |unit: &&[u8; 4]| unit.iter().zip(zero).all(|(byte, zero)| (*byte == 0) == zero);
        units.iter().filter(fits).count() * 10
    };
    let most = units.len() * 6;
    let patterns = [
        ([false, true, true, true], Wide::Utf32Le),
        ([true, true, true, false], Wide::Utf32Be),
        ([false, true, false, true], Wide::Utf16Le),
        ([true, false, true, false], Wide::Utf16Be),
    ];
    let found = patterns.into_iter().find(|(zero, _)| share(*zero) > most);
    found.filter(|_| !units.is_empty()).map(|(_, wide)| wide)
}
