//! Bytes of a page to text.
//!
//! The order is that of browsers: byte order mark, HTTP header, `<meta>` or
//! XML declaration, detection, windows-1252. What a server or an author claims
//! is believed unless the bytes plainly say otherwise, because text that was
//! read in the wrong encoding is of no use to anyone: a page that claims a
//! legacy encoding and is UTF-8 throughout is UTF-8, and so on. Where claims
//! were overruled, the source of the choice is [`CharsetSource::Detected`].

mod declared;
mod detect;
mod wide;

use cc_math_core::CharsetSource;
use encoding_rs::{Encoding, ISO_2022_JP, UTF_8, WINDOWS_1252};
use std::borrow::Cow;
use wide::Wide;

/// A page as text, and how it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded<'a> {
    /// The text, without a byte order mark. Borrowed where the bytes are UTF-8.
    pub text: Cow<'a, str>,
    /// Name of the encoding in the WHATWG Encoding standard, in lower case; or `utf-32le`, `utf-32be`.
    pub charset: &'static str,
    /// Where the choice came from.
    pub source: CharsetSource,
    /// Sequences of bytes that mean nothing in that encoding; each became U+FFFD.
    pub errors: usize,
}

/// Reads a page.
///
/// `content_type` is the value of the HTTP header of that name; `host` the host
/// name of the page's address, a hint for the detector. Never fails.
///
/// ```
/// use cc_math_html::decode;
///
/// let page = decode(b"<p>\xcf\xf0\xe8\xe2\xe5\xf2", Some("text/html; charset=cp1251"), None);
/// assert_eq!((&*page.text, page.charset), ("<p>Привет", "windows-1251"));
/// ```
pub fn decode<'a>(bytes: &'a [u8], content_type: Option<&str>, host: Option<&str>) -> Decoded<'a> {
    let claims = Claims::of(bytes, content_type);
    let (charset, source) = choose(bytes, &claims, host);
    let (text, errors) = charset.decode(bytes);
    Decoded { text, charset: charset.name(), source, errors }
}

/// An encoding that can be read.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Charset {
    Known(&'static Encoding),
    /// UTF-16 or UTF-32, known by its byte order mark or its zero bytes.
    Wide(Wide),
}

impl Charset {
    fn decode<'a>(self, bytes: &'a [u8]) -> (Cow<'a, str>, usize) {
        let (text, malformed) = match self {
            Self::Wide(wide) => (Cow::Owned(wide.decode(bytes)), true),
            Self::Known(encoding) if encoding == UTF_8 => encoding.decode_with_bom_removal(bytes),
            Self::Known(encoding) => encoding.decode_without_bom_handling(bytes),
        };
        let errors = if malformed { text.matches('\u{fffd}').count() } else { 0 };
        (text, errors)
    }

    fn name(self) -> &'static str {
        match self {
            Self::Wide(wide) => wide.name(),
            Self::Known(encoding) => declared::lower_case_name(encoding),
        }
    }
}

/// What the header and the page say the encoding is, where that is an encoding one can believe in.
struct Claims {
    http: Option<&'static Encoding>,
    meta: Option<&'static Encoding>,
}

impl Claims {
    fn of(bytes: &[u8], content_type: Option<&str>) -> Self {
        Self { http: content_type.and_then(declared::http), meta: declared::meta(bytes) }
    }

    /// The claim that counts first.
    fn first(&self) -> Option<&'static Encoding> {
        self.http.or(self.meta)
    }

    /// Who made a claim that proved true.
    fn source(&self, encoding: &'static Encoding) -> CharsetSource {
        if self.http == Some(encoding) {
            CharsetSource::Http
        } else if self.meta == Some(encoding) {
            CharsetSource::Meta
        } else {
            CharsetSource::Detected
        }
    }
}

fn choose(bytes: &[u8], claims: &Claims, host: Option<&str>) -> (Charset, CharsetSource) {
    if let Some(wide) = wide::by_mark(bytes) {
        return (Charset::Wide(wide), CharsetSource::Bom);
    }
    if bytes.starts_with(b"\xef\xbb\xbf") {
        return (Charset::Known(UTF_8), CharsetSource::Bom);
    }
    if let Some(wide) = wide::by_zeros(bytes) {
        return (Charset::Wide(wide), CharsetSource::Detected);
    }
    let (encoding, source) = choose_known(bytes, claims, host);
    (Charset::Known(encoding), source)
}

fn choose_known(
    bytes: &[u8],
    claims: &Claims,
    host: Option<&str>,
) -> (&'static Encoding, CharsetSource) {
    if bytes.is_ascii() {
        return choose_of_ascii(bytes, claims);
    }
    if is_utf8(bytes, claims.first()) {
        return (UTF_8, claims.source(UTF_8));
    }
    let detected = detect::Detection::of(bytes, host);
    match believable(bytes, claims, &detected) {
        Some(encoding) => (encoding, claims.source(encoding)),
        None => (detected.encoding(), CharsetSource::Detected),
    }
}

/// ASCII bytes read the same in every encoding but ISO-2022-JP.
fn choose_of_ascii(bytes: &[u8], claims: &Claims) -> (&'static Encoding, CharsetSource) {
    if detect::is_iso_2022_jp(bytes) {
        return (ISO_2022_JP, claims.source(ISO_2022_JP));
    }
    match claims.first() {
        Some(encoding) => (encoding, claims.source(encoding)),
        None => (WINDOWS_1252, CharsetSource::Fallback),
    }
}

/// Whether bytes that are not all ASCII are UTF-8, given what is claimed. Valid UTF-8 has to be
/// looked at closely only against a claim of another encoding of several bytes.
fn is_utf8(bytes: &[u8], claim: Option<&'static Encoding>) -> bool {
    let plain = claim.is_none_or(|claim| claim == UTF_8 || claim.is_single_byte());
    (plain && Encoding::utf8_valid_up_to(bytes) == bytes.len())
        || Utf8Look::of(bytes).is_utf8(claim)
}

/// How much bytes look like UTF-8.
#[derive(Debug, Default)]
struct Utf8Look {
    /// Characters of two bytes and more.
    long: usize,
    /// Characters of three bytes and more.
    longer: usize,
    /// Places where the bytes are not UTF-8, save a character cut off at the end.
    errors: usize,
}

impl Utf8Look {
    fn of(bytes: &[u8]) -> Self {
        let mut look = Self::default();
        if Encoding::utf8_valid_up_to(bytes) == bytes.len() {
            look.count(bytes);
            return look;
        }
        let mut read = 0;
        for chunk in bytes.utf8_chunks() {
            look.count(chunk.valid().as_bytes());
            read += chunk.valid().len() + chunk.invalid().len();
            look.errors += usize::from(!chunk.invalid().is_empty() && read < bytes.len());
        }
        look
    }

    fn count(&mut self, valid: &[u8]) {
        self.long += valid.iter().filter(|byte| **byte >= 0xc0).count();
        self.longer += valid.iter().filter(|byte| **byte >= 0xe0).count();
    }

    /// Whether this is UTF-8, given what is claimed.
    ///
    /// Text in an encoding of single bytes is next to never valid UTF-8. Short Chinese text can
    /// be, so against such a claim there must be more than a few characters.
    fn is_utf8(&self, claim: Option<&'static Encoding>) -> bool {
        match claim {
            Some(encoding) if encoding == UTF_8 => self.errors <= self.long,
            Some(encoding) if !encoding.is_single_byte() => {
                self.errors * 20 <= self.long && (self.longer >= 3 || self.long >= 12)
            }
            _ if self.errors == 0 => self.long > 0,
            _ => self.long >= 10 && self.errors * 10 <= self.long,
        }
    }
}

/// The claim to believe, now that the bytes are known not to be UTF-8.
fn believable(
    bytes: &[u8],
    claims: &Claims,
    detected: &detect::Detection<'_>,
) -> Option<&'static Encoding> {
    let legacy = |claim: Option<&'static Encoding>| claim.filter(|encoding| *encoding != UTF_8);
    let (http, meta) = (legacy(claims.http), legacy(claims.meta));
    let claim = match (http, meta) {
        (Some(http), Some(meta)) if http != meta => {
            if detect::are_alike(meta, detected.encoding()) { meta } else { http }
        }
        _ => http.or(meta)?,
    };
    let wrong = detected.contradicts(claim) || is_garbled(bytes, claim, detected);
    (!wrong).then_some(claim)
}

/// Whether bytes of a claimed encoding of several bytes make no sense, and do in the detected one.
fn is_garbled(bytes: &[u8], claim: &'static Encoding, detected: &detect::Detection<'_>) -> bool {
    if claim.is_single_byte() {
        return false;
    }
    let high = bytes.iter().filter(|byte| **byte >= 0x80).count();
    let odd = odd_characters(bytes, claim);
    odd > (high / 50).max(2)
        && claim != detected.encoding()
        && odd_characters(bytes, detected.encoding()) * 4 < odd
}

/// Characters that are none, or that are nobody's but a font's.
fn odd_characters(bytes: &[u8], encoding: &'static Encoding) -> usize {
    let (text, _) = encoding.decode_without_bom_handling(bytes);
    text.chars().filter(|c| matches!(c, '\u{fffd}' | '\u{e000}'..='\u{f8ff}')).count()
}
