//! What headers and pages claim their encoding to be.

use encoding_rs::{
    BIG5, EUC_JP, EUC_KR, Encoding, GBK, KOI8_R, REPLACEMENT, SHIFT_JIS, UTF_8, UTF_16BE, UTF_16LE,
    WINDOWS_1250, WINDOWS_1251, WINDOWS_1252, WINDOWS_1253, WINDOWS_1254, WINDOWS_1255,
    WINDOWS_1256, X_USER_DEFINED,
};
use memchr::{memchr, memmem};

/// How far into a page its declaration is looked for. The standard has 1,024 bytes; pages that
/// begin with long scripts or comments need more.
const LOOK: usize = 1 << 16;

/// Part of a `<meta>` element that is read.
const LONGEST_META: usize = 1024;

/// The encoding that an HTTP `Content-Type` claims.
pub(super) fn http(content_type: &str) -> Option<&'static Encoding> {
    let label = charset_of(content_type.as_bytes())?;
    // Pages in UTF-16 are known by their bytes; where those say no, the claim is wrong.
    encoding(label).filter(|encoding| *encoding != UTF_16LE && *encoding != UTF_16BE)
}

/// The encoding that the page itself claims, in a `<meta>` element or else an XML declaration.
pub(super) fn meta(bytes: &[u8]) -> Option<&'static Encoding> {
    let bytes = bytes.get(..LOOK).unwrap_or(bytes);
    let claim = meta_elements(bytes).or_else(|| encoding(xml_declaration(bytes)?))?;
    // What could be read as ASCII so far is not UTF-16.
    Some(match claim {
        wide if wide == UTF_16LE || wide == UTF_16BE => UTF_8,
        odd if odd == X_USER_DEFINED => WINDOWS_1252,
        encoding => encoding,
    })
}

/// The encoding a label stands for, also for some labels that only authors know.
fn encoding(label: &[u8]) -> Option<&'static Encoding> {
    let known = Encoding::for_label(label).or_else(|| by_folk_label(label));
    known.filter(|encoding| *encoding != REPLACEMENT)
}

/// Labels that are no labels of the standard and yet stand in pages.
fn by_folk_label(label: &[u8]) -> Option<&'static Encoding> {
    let alphanumeric = label.iter().filter(|byte| byte.is_ascii_alphanumeric());
    let folded: Vec<u8> = alphanumeric.map(u8::to_ascii_lowercase).collect();
    Some(match folded.as_slice() {
        b"utf8" | b"utf8mb4" | b"utf" | b"unicode" | b"unicodeutf8" => UTF_8,
        b"cp932" | b"ms932" | b"windows932" | b"xsjis" | b"sjis" | b"sjiswin" | b"shiftjis" => {
            SHIFT_JIS
        }
        b"eucjp" | b"ujis" | b"eucjpwin" => EUC_JP,
        b"cp936" | b"ms936" | b"windows936" | b"gb2312" | b"gbk" => GBK,
        b"cp949" | b"ms949" | b"uhc" | b"euckr" | b"ksc5601" => EUC_KR,
        b"cp950" | b"ms950" | b"windows950" | b"big5" => BIG5,
        b"win1250" | b"windows1250" | b"cp1250" => WINDOWS_1250,
        b"win1251" | b"windows1251" | b"cp1251" => WINDOWS_1251,
        b"win1252" | b"windows1252" | b"cp1252" | b"iso88591" | b"88591" | b"latin1" | b"ansi" => {
            WINDOWS_1252
        }
        b"win1253" | b"windows1253" | b"cp1253" => WINDOWS_1253,
        b"win1254" | b"windows1254" | b"cp1254" => WINDOWS_1254,
        b"win1255" | b"windows1255" | b"cp1255" => WINDOWS_1255,
        b"win1256" | b"windows1256" | b"cp1256" => WINDOWS_1256,
        b"koi8r" | b"koi8" => KOI8_R,
        _ => return None,
    })
}

/// The value of `charset=` in a `Content-Type` or in the `content` of a `<meta>` element.
fn charset_of(text: &[u8]) -> Option<&[u8]> {
    let lower = text.to_ascii_lowercase();
    let value = memmem::find_iter(&lower, b"charset")
        .find_map(|at| text.get(at + 7..)?.trim_ascii_start().strip_prefix(b"="))?
        .trim_ascii_start();
    let value = match value {
        [quote @ (b'"' | b'\''), rest @ ..] => rest.get(..memchr(*quote, rest)?)?,
        _ => {
            let ends = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b';' | b',');
            value.split(ends).next().unwrap_or_default()
        }
    };
    (!value.is_empty()).then_some(value)
}

/// `encoding="..."` of `<?xml ...?>` at the start of the page.
fn xml_declaration(bytes: &[u8]) -> Option<&[u8]> {
    let declaration = bytes.trim_ascii_start().strip_prefix(b"<?xml")?;
    let declaration = declaration.get(..memchr(b'>', declaration)?)?;
    let at = memmem::find(declaration, b"encoding")?;
    let value = declaration.get(at + 8..)?.trim_ascii_start().strip_prefix(b"=")?;
    match value.trim_ascii_start() {
        [quote @ (b'"' | b'\''), rest @ ..] => rest.get(..memchr(*quote, rest)?),
        _ => None,
    }
}

/// The first believable claim of a `<meta>` element, passing over comments, scripts and styles.
fn meta_elements(bytes: &[u8]) -> Option<&'static Encoding> {
    let mut at = 0;
    loop {
        at += memchr(b'<', bytes.get(at..)?)?;
        let rest = bytes.get(at..)?;
        if rest.starts_with(b"<!--") {
            at += memmem::find(rest.get(2..)?, b"-->")? + 5;
        } else if has_name(rest, b"meta") {
            let attributes = rest.get(5..)?;
            if let Some(encoding) = claim_of(attributes.get(..LONGEST_META).unwrap_or(attributes)) {
                return Some(encoding);
            }
            at += 5;
        } else if has_name(rest, b"script") {
            at = skip_to(bytes, at, b"</script")?;
        } else if has_name(rest, b"style") {
            at = skip_to(bytes, at, b"</style")?;
        } else if has_name(rest, b"body") {
            return None;
        } else {
            at += 1;
        }
    }
}

/// Whether `rest`, which begins with `<`, is a start tag of that name.
pub(super) fn has_name(rest: &[u8], name: &[u8]) -> bool {
    let end = name.len() + 1;
    rest.get(1..end).is_some_and(|written| written.eq_ignore_ascii_case(name))
        && matches!(rest.get(end), Some(b'\t' | b'\n' | b'\x0c' | b'\r' | b' ' | b'/' | b'>'))
}

/// Index of the end tag that begins with `end`, a lower-case text, at or after `at`.
pub(super) fn skip_to(bytes: &[u8], at: usize, end: &[u8]) -> Option<usize> {
    let rest = bytes.get(at..)?;
    memmem::find_iter(rest, b"</")
        .find(|offset| {
            let tag = rest.get(*offset..*offset + end.len());
            tag.is_some_and(|tag| tag.eq_ignore_ascii_case(end))
        })
        .map(|offset| at + offset)
}

/// What a `<meta>` element claims whose attributes begin here.
fn claim_of(attributes: &[u8]) -> Option<&'static Encoding> {
    let (mut pragma, mut content, mut charset) = (false, None, None);
    for (name, value) in Attributes(attributes) {
        if name.eq_ignore_ascii_case(b"http-equiv") {
            pragma |= value.eq_ignore_ascii_case(b"content-type");
        } else if name.eq_ignore_ascii_case(b"content") {
            content = content.or(charset_of(value));
        } else if name.eq_ignore_ascii_case(b"charset") {
            charset = charset.or(Some(value));
        }
    }
    let content = content.filter(|_| pragma);
    charset.and_then(encoding).or_else(|| encoding(content?))
}

/// Attributes of a tag: names and raw values, up to `>`.
pub(super) struct Attributes<'a>(pub(super) &'a [u8]);

impl<'a> Iterator for Attributes<'a> {
    type Item = (&'a [u8], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let between = |byte: &u8| byte.is_ascii_whitespace() || *byte == b'/';
        let start = self.0.iter().position(|byte| !between(byte))?;
        let rest = self.0.get(start..)?;
        if rest.starts_with(b">") {
            return None;
        }
        let ends = |byte: &u8| between(byte) || matches!(byte, b'=' | b'>');
        let length = rest.iter().skip(1).position(ends).map_or(rest.len(), |length| length + 1);
        let (name, rest) = rest.split_at(length);
        let (value, rest) = attribute_value(rest)?;
        self.0 = rest;
        Some((name, value))
    }
}

/// The value that may follow a name, and what follows it.
fn attribute_value(rest: &[u8]) -> Option<(&[u8], &[u8])> {
    let Some(value) = rest.trim_ascii_start().strip_prefix(b"=") else { return Some((b"", rest)) };
    match value.trim_ascii_start() {
        [quote @ (b'"' | b'\''), rest @ ..] => {
            let end = memchr(*quote, rest)?;
            Some((rest.get(..end)?, rest.get(end + 1..)?))
        }
        rest => {
            let ends = |byte: &u8| byte.is_ascii_whitespace() || *byte == b'>';
            Some(rest.split_at(rest.iter().position(ends).unwrap_or(rest.len())))
        }
    }
}

/// Name of an encoding in the standard, in lower case.
pub(super) fn lower_case_name(encoding: &'static Encoding) -> &'static str {
    match encoding.name() {
        "UTF-8" => "utf-8",
        "IBM866" => "ibm866",
        "ISO-8859-2" => "iso-8859-2",
        "ISO-8859-3" => "iso-8859-3",
        "ISO-8859-4" => "iso-8859-4",
        "ISO-8859-5" => "iso-8859-5",
        "ISO-8859-6" => "iso-8859-6",
        "ISO-8859-7" => "iso-8859-7",
        "ISO-8859-8" => "iso-8859-8",
        "ISO-8859-8-I" => "iso-8859-8-i",
        "ISO-8859-10" => "iso-8859-10",
        "ISO-8859-13" => "iso-8859-13",
        "ISO-8859-14" => "iso-8859-14",
        "ISO-8859-15" => "iso-8859-15",
        "ISO-8859-16" => "iso-8859-16",
        "KOI8-R" => "koi8-r",
        "KOI8-U" => "koi8-u",
        "GBK" => "gbk",
        "Big5" => "big5",
        "EUC-JP" => "euc-jp",
        "ISO-2022-JP" => "iso-2022-jp",
        "Shift_JIS" => "shift_jis",
        "EUC-KR" => "euc-kr",
        "UTF-16BE" => "utf-16be",
        "UTF-16LE" => "utf-16le",
        other => other, // The standard has all others in lower case.
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(page: &str, expected: &str) {
        let name = meta(page.as_bytes()).map_or("", lower_case_name);
        assert_eq!(name, expected, "of {page:?}");
    }

    #[test]
    fn meta_elements_and_declarations() {
        check("<meta charset=utf-8>", "utf-8");
        check("<META CharSet = 'KOI8-R' />", "koi8-r");
        check("<meta http-equiv=Content-Type content='text/html; charset=shift_jis'>", "shift_jis");
        check("<meta content=\"text/html;charset='euc-jp'\" http-equiv=content-type>", "euc-jp");
        check("<meta content='text/html; charset=gbk'>", "");
        check("<meta name=x content=y><meta charset=big5>", "big5");
        check("<meta charset=nosuch><meta charset=euc-kr>", "euc-kr");
        check("<!-- <meta charset=utf-8> --><meta charset=latin1>", "windows-1252");
        check("<script>'<meta charset=utf-8>'</script><meta charset=latin2>", "iso-8859-2");
        check("<meta charset=utf-16>", "utf-8");
        check("<meta charset=x-user-defined>", "windows-1252");
        check("<meta charset=hz-gb-2312>", "");
        check("<body><meta charset=utf-8>", "");
        check("<meta charset=cp932>", "shift_jis");
        check("<meta charset='utf8mb4'>", "utf-8");
        check("<metal charset=utf-8>", "");
        check("<meta charset", "");
        check("<meta charset=\"utf-8", "");
        check("<?xml version='1.0' encoding='windows-1251'?><html>", "windows-1251");
        check("<?xml version='1.0' encoding='windows-1251'?><meta charset=koi8-r>", "koi8-r");
        check("<?xml version='1.0'?>", "");
    }

    #[test]
    fn headers() {
        let name = |header| http(header).map_or("", lower_case_name);
        assert_eq!(name("text/html; charset=UTF-8"), "utf-8");
        assert_eq!(name("text/html;charset=\"Windows-1251\""), "windows-1251");
        assert_eq!(name("text/html; Charset = iso-8859-1, x"), "windows-1252");
        assert_eq!(name("text/html; charset="), "");
        assert_eq!(name("text/html; charset=utf-16"), "");
        assert_eq!(name("text/html"), "");
    }
}
