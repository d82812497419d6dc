//! Guesses an encoding from the bytes of a page.
//!
//! chardetng does the guessing. It does better when it sees the text of the
//! page and not its markup, and when it knows the language.

use super::declared::{Attributes, has_name, skip_to};
use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, WINDOWS_1252};
use memchr::{memchr, memmem};
use std::borrow::Cow;
use std::cell::OnceCell;

/// Text that the detector is given, in bytes.
const SAMPLE: usize = 1 << 16;

/// Part of a page in which that text is looked for.
const LOOK: usize = 1 << 22;

/// What the bytes of a page say about their encoding. The guess is made when it is asked for,
/// since it costs more than all else.
pub(super) struct Detection<'a> {
    look: &'a [u8],
    sample: Cow<'a, [u8]>,
    host: Option<&'a str>,
    guess: OnceCell<&'static Encoding>,
}

impl<'a> Detection<'a> {
    pub(super) fn of(bytes: &'a [u8], host: Option<&'a str>) -> Self {
        let look = bytes.get(..LOOK).unwrap_or(bytes);
        let text = text_of(look);
        let sample = if text.is_empty() {
            Cow::Borrowed(look.get(..SAMPLE).unwrap_or(look))
        } else {
            Cow::Owned(text)
        };
        Self { look, sample, host, guess: OnceCell::new() }
    }

    /// The best guess.
    pub(super) fn encoding(&self) -> &'static Encoding {
        self.guess.get_or_init(|| {
            if is_western_signs(&self.sample) {
                return WINDOWS_1252;
            }
            let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
            detector.feed(&self.sample, true);
            let tld = language(self.look)
                .and_then(|language| tld_of(&language))
                .or_else(|| self.host.and_then(last_label));
            detector.guess(tld.as_deref().map(str::as_bytes), Utf8Detection::Deny)
        })
    }

    /// Whether the text cannot be in a claimed encoding of Latin script.
    pub(super) fn contradicts(&self, claim: &'static Encoding) -> bool {
        is_latin(claim) && is_foreign(&self.sample) && !is_latin(self.encoding())
    }
}

fn is_latin(encoding: &'static Encoding) -> bool {
    let latin = ["windows-1252", "windows-1250", "windows-1254", "windows-1257", "windows-1258"];
    let iso = ["ISO-8859-2", "ISO-8859-3", "ISO-8859-4", "ISO-8859-10", "ISO-8859-13"];
    let rest = ["ISO-8859-14", "ISO-8859-15", "ISO-8859-16", "macintosh"];
    [&latin[..], &iso, &rest].iter().any(|names| names.contains(&encoding.name()))
}

/// Whether the bytes have the escapes of ISO-2022-JP.
pub(super) fn is_iso_2022_jp(bytes: &[u8]) -> bool {
    memmem::find(bytes, b"\x1b$B").or_else(|| memmem::find(bytes, b"\x1b$@")).is_some()
}

/// Whether two encodings are so alike that the detector may say one for the other.
pub(super) fn are_alike(one: &'static Encoding, other: &'static Encoding) -> bool {
    let family = |encoding: &'static Encoding| match encoding.name() {
        "KOI8-R" | "KOI8-U" => "koi8",
        "GBK" | "gb18030" => "gb",
        "windows-1250" | "ISO-8859-2" => "central",
        "windows-1253" | "ISO-8859-7" => "greek",
        "windows-1255" | "ISO-8859-8" | "ISO-8859-8-I" => "hebrew",
        "windows-1257" | "ISO-8859-4" | "ISO-8859-13" => "baltic",
        "windows-1252" | "ISO-8859-15" => "western",
        name => name,
    };
    family(one) == family(other)
}

/// The pieces of text of a page that have bytes beyond ASCII, without markup, scripts and styles.
///
/// No encoding that pages are in uses `<` or `>` for anything else.
fn text_of(bytes: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    let mut at = 0;
    while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
        let length = memchr(b'<', rest).unwrap_or(rest.len());
        let piece = rest.get(..length).unwrap_or_default();
        if !piece.is_ascii() {
            text.extend_from_slice(piece);
            text.push(b' ');
        }
        if text.len() >= SAMPLE {
            break;
        }
        at = after_markup(bytes, at + length);
    }
    text.truncate(SAMPLE);
    text
}

/// Index after the markup that begins with the `<` at `at`; the end of the page if it has no end.
fn after_markup(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    let last_part = if rest.starts_with(b"<!--") {
        memmem::find(rest, b"-->").map(|offset| at + offset)
    } else if has_name(rest, b"script") {
        skip_to(bytes, at, b"</script")
    } else if has_name(rest, b"style") {
        skip_to(bytes, at, b"</style")
    } else {
        Some(at)
    };
    let end = last_part.and_then(|at| Some(at + memchr(b'>', bytes.get(at..)?)? + 1));
    end.unwrap_or(bytes.len())
}

/// Whether most letters are beyond ASCII.
fn is_foreign(text: &[u8]) -> bool {
    let high = text.iter().filter(|byte| **byte >= 0x80).count();
    let letters = text.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    high > letters && high > 20
}

/// Whether most bytes beyond ASCII are signs (`©`, `×`, `’`, no-break space) of windows-1252 that
/// stand where signs stand. Of a few of them among English words the detector makes letters.
fn is_western_signs(text: &[u8]) -> bool {
    let near = |at: Option<usize>| at.and_then(|at| text.get(at)).copied().unwrap_or(b' ');
    let (mut high, mut signs) = (0, 0);
    for (at, byte) in text.iter().enumerate().filter(|(_, byte)| **byte >= 0x80) {
        high += 1;
        signs += usize::from(is_sign_between(near(at.checked_sub(1)), *byte, near(Some(at + 1))));
    }
    signs * 10 > high * 6
}

/// Whether `byte` is a sign of windows-1252 that can stand between these two: quotes, dashes and
/// no-break spaces anywhere but beside letters beyond ASCII, other signs only by themselves.
fn is_sign_between(before: u8, byte: u8, after: u8) -> bool {
    let beside = |test: fn(u8) -> bool| test(before) || test(after);
    let within_words = matches!(byte, 0x85 | 0x91..=0x97 | 0xa0 | 0xad);
    let sign = match byte {
        0x8a | 0x8c | 0x8e | 0x9a | 0x9c | 0x9e | 0x9f => false,
        0x80..=0xbf | 0xd7 | 0xf7 => true,
        _ => false,
    };
    let free = within_words || beside(|byte| byte == b' ') || !beside(|b| b.is_ascii_alphabetic());
    sign && free && !beside(|byte| byte >= 0xa1)
}

/// The language that `<html>` claims, in lower case; not English, which is what tools write.
fn language(bytes: &[u8]) -> Option<String> {
    let at = memmem::find_iter(bytes.get(..4096).unwrap_or(bytes), b"<")
        .find(|at| has_name(bytes.get(*at..).unwrap_or_default(), b"html"))?;
    let attributes = Attributes(bytes.get(at + 5..)?);
    let is_language =
        |name: &[u8]| name.eq_ignore_ascii_case(b"lang") || name.eq_ignore_ascii_case(b"xml:lang");
    let (_, value) = attributes.into_iter().find(|(name, _)| is_language(name))?;
    let language = String::from_utf8_lossy(value).to_ascii_lowercase();
    (!language.starts_with("en")).then_some(language)
}

/// A country whose pages are in that language, since chardetng takes countries.
fn tld_of(language: &str) -> Option<String> {
    let tld = match language.split(['-', '_']).next()? {
        "ja" => "jp",
        "ko" => "kr",
        "zh" if language.contains("tw") || language.contains("hant") => "tw",
        "zh" if language.contains("hk") => "hk",
        "zh" => "cn",
        "uk" => "ua",
        "be" => "by",
        "cs" => "cz",
        "el" => "gr",
        "he" | "iw" => "il",
        "ar" => "sa",
        "fa" => "ir",
        "sl" => "si",
        "sr" => "rs",
        "sv" => "se",
        "da" => "dk",
        "et" => "ee",
        "vi" => "vn",
        "nb" | "nn" => "no",
        "sq" => "al",
        same @ ("bg" | "de" | "es" | "fi" | "fr" | "hr" | "hu" | "is" | "it" | "lt" | "lv"
        | "mk" | "nl" | "no" | "pl" | "pt" | "ro" | "ru" | "sk" | "th" | "tr") => same,
        _ => return None,
    };
    Some(tld.to_owned())
}

/// The last label of a host name, as chardetng wants it: lower-case ASCII without dots.
fn last_label(host: &str) -> Option<String> {
    let label = host.trim_end_matches('.').rsplit('.').next()?.to_ascii_lowercase();
    let fine = !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    fine.then_some(label)
}
