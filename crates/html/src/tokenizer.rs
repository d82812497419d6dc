//! Cuts a page into tokens, by the rules of the HTML standard, without copying.
//!
//! The page is one shared buffer: text and attribute values without character
//! references are slices of it. The tokens are those of the standard, with
//! deviations that keep text from being lost, all of them reported:
//!
//! - `<` inside raw TeX may be text, see [`crate::guard`];
//! - what would swallow the rest of the page because its end is missing ends
//!   early, see [`Tokenizer::recover_tag`], [`Tokenizer::comment_end`] and
//!   [`Tokenizer::recover_raw_text`].
//!
//! This module knows nothing of elements, except of those that hold raw text.

use crate::bounds::Bounds;
use crate::builder::{Next, RawText, Tag};
use crate::dom::Stretch;
use crate::guard::Guard;
use crate::kind::Kind;
use crate::names::Names;
use crate::quirks::Doctype;
use crate::raw_text;
use crate::references::resolve;
use crate::texts::Text;
use html5ever::tokenizer::TagKind;
use html5ever::{LocalName, local_name};
use memchr::{memchr, memchr2, memmem};
use std::borrow::Cow;

/// What elements are called whose names do not fit.
const NAMELESS: &str = "unnamed";

/// Scans to the end of the page that recovery may repeat.
const RECOVERIES: usize = 16;

/// What the tokenizer found out about a page besides its tokens.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Findings {
    /// Something had no end and was ended early.
    pub(crate) recovered: bool,
    /// A name was left out.
    pub(crate) limited: bool,
    /// `<` signs of raw TeX that were kept as text.
    pub(crate) guarded: usize,
}

/// A page being cut into tokens.
pub(crate) struct Tokenizer<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    has_nul: bool,
    next: Next,
    /// The element whose raw text is being read.
    raw_name: LocalName,
    names: Names,
    guard: Option<Guard>,
    attributes: usize,
    sink: Bounds<'a>,
    /// Known not to occur in what is left of the page.
    no_comment_end: bool,
    /// Elements whose end tag does not occur in what is left of the page.
    never_closed: Vec<LocalName>,
    recoveries: usize,
    findings: Findings,
}

/// Bytes that end a name of a tag (bit 1) or of an attribute (bit 2); white space (bit 4).
static CLASSES: [u8; 256] = classes();

const TAG_NAME_END: u8 = 1;
const ATTRIBUTE_NAME_END: u8 = 2;
const SPACE: u8 = 4;
const UNQUOTED_END: u8 = 8;

const fn classes() -> [u8; 256] {
    let mut table = [0; 256];
    let ends = TAG_NAME_END | ATTRIBUTE_NAME_END;
    table[b'\t' as usize] = ends | SPACE | UNQUOTED_END;
    table[b'\n' as usize] = ends | SPACE | UNQUOTED_END;
    table[b'\x0c' as usize] = ends | SPACE | UNQUOTED_END;
    table[b' ' as usize] = ends | SPACE | UNQUOTED_END;
    table[b'/' as usize] = ends;
    table[b'>' as usize] = ends | UNQUOTED_END;
    table[b'=' as usize] = ATTRIBUTE_NAME_END;
    table
}

/// First index from `at` on whose byte is in one of the classes; the length if there is none.
fn find_class(bytes: &[u8], at: usize, class: u8) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    let length = rest.iter().position(|byte| CLASSES[*byte as usize] & class != 0);
    length.map_or(bytes.len(), |length| at + length)
}

/// First index from `at` on that holds no white space.
pub(crate) fn skip_space(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    let length = rest.iter().take_while(|byte| CLASSES[**byte as usize] & SPACE != 0).count();
    at + length
}

/// Index of `byte` at or after `at`.
fn find(bytes: &[u8], at: usize, byte: u8) -> Option<usize> {
    memchr(byte, bytes.get(at..)?).map(|offset| at + offset)
}

impl<'a> Tokenizer<'a> {
    /// `source` must be free of U+000D. Elements get at most `attributes` attributes.
    pub(crate) fn new(text: &'a str, attributes: usize, guard: bool, sink: Bounds<'a>) -> Self {
        let bytes = text.as_bytes();
        let has_nul = memchr(0, bytes).is_some();
        Self {
            text,
            bytes,
            at: 0,
            has_nul,
            next: Next::Continue,
            raw_name: local_name!(""),
            names: Names::new(has_nul),
            guard: guard.then(|| Guard::new(bytes)).flatten(),
            attributes,
            sink,
            no_comment_end: false,
            never_closed: Vec::new(),
            recoveries: RECOVERIES,
            findings: Findings::default(),
        }
    }

    /// Reads the whole page.
    pub(crate) fn run(mut self) -> (Bounds<'a>, Findings) {
        if self.text.starts_with('\u{feff}') {
            self.at = '\u{feff}'.len_utf8();
        }
        while self.at < self.bytes.len() {
            match self.next {
                Next::Continue => self.data(),
                Next::Raw(kind) => self.raw(kind),
                Next::Plaintext => self.plaintext(),
            }
        }
        (self.sink, self.findings)
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.bytes.get(at).copied()
    }

    fn slice(&self, start: usize, end: usize) -> &'a str {
        self.text.get(start..end).unwrap_or_default()
    }

    /// Text up to the next markup, then that markup.
    fn data(&mut self) {
        let start = self.at;
        let mut end = start;
        let mut references = false;
        loop {
            let rest = self.bytes.get(end..).unwrap_or_default();
            let found = if references { memchr(b'<', rest) } else { memchr2(b'<', b'&', rest) };
            let Some(offset) = found else {
                end = self.bytes.len();
                break;
            };
            end += offset;
            if self.byte(end) == Some(b'&') {
                references = true;
            } else if self.is_markup(end) {
                break;
            }
            end += 1;
        }
        self.emit_text(start, end, references);
        self.at = end;
        if end < self.bytes.len() {
            self.markup();
        }
    }

    /// Whether the `<` at `at` begins something other than text.
    fn is_markup(&mut self, at: usize) -> bool {
        match self.byte(at + 1) {
            Some(b'!' | b'?') => true,
            Some(b'/') => at + 2 < self.bytes.len(),
            Some(byte) if byte.is_ascii_alphabetic() => !self.is_math(at),
            _ => false,
        }
    }

    /// Whether the `<` at `at` is a sign of raw TeX.
    fn is_math(&mut self, at: usize) -> bool {
        let math = self.guard.as_mut().is_some_and(|guard| guard.is_math(self.bytes, at));
        self.findings.guarded += usize::from(math);
        math
    }

    /// Reads what begins with the `<` at the current place.
    fn markup(&mut self) {
        match (self.byte(self.at + 1), self.byte(self.at + 2)) {
            (Some(b'!'), _) => self.declaration(),
            (Some(b'/'), Some(b'>')) => self.at += 3,
            (Some(b'/'), Some(byte)) if byte.is_ascii_alphabetic() => self.tag(TagKind::EndTag),
            (Some(b'/' | b'?'), _) => self.bogus_comment(),
            _ => self.tag(TagKind::StartTag),
        }
    }

    /// Emits page text, resolving character references if there may be any.
    fn emit_text(&mut self, start: usize, end: usize, references: bool) {
        if start >= end {
            return;
        }
        if self.has_nul {
            self.emit_text_with_nul(start, end, references);
        } else if references {
            self.emit_resolved(self.slice(start, end));
        } else {
            self.sink.text(Text::of_page(start, end));
        }
    }

    /// Emits text with its character references resolved.
    fn emit_resolved(&mut self, raw: &str) {
        let text = self.sink.texts().make(|out| resolve(raw, false, out));
        self.sink.text(text);
    }

    fn emit_text_with_nul(&mut self, start: usize, end: usize, references: bool) {
        for (index, part) in self.slice(start, end).split('\0').enumerate() {
            if index > 0 {
                self.sink.nul();
            }
            if references {
                self.emit_resolved(part);
            } else if !part.is_empty() {
                let text = self.sink.texts().make(|out| out.push_str(part));
                self.sink.text(text);
            }
        }
    }

    /// Emits text of a kind of content in which U+0000 becomes U+FFFD.
    fn emit_raw_text(&mut self, start: usize, end: usize, references: bool) {
        if self.has_nul {
            let raw = self.slice(start, end).replace('\0', "\u{fffd}");
            let write = |out: &mut String| match references {
                true => resolve(&raw, false, out),
                false => out.push_str(&raw),
            };
            let text = self.sink.texts().make(write);
            self.sink.text(text);
        } else {
            let references = references && self.slice(start, end).contains('&');
            self.emit_text(start, end, references);
        }
    }
}

/// Comments and declarations.
impl Tokenizer<'_> {
    /// `<!...`.
    fn declaration(&mut self) {
        let body = self.at + 2;
        let rest = self.bytes.get(body..).unwrap_or_default();
        if rest.starts_with(b"--") {
            self.comment();
        } else if rest.get(..7).is_some_and(|word| word.eq_ignore_ascii_case(b"doctype")) {
            self.doctype();
        } else if rest.starts_with(b"[CDATA[") && self.sink.in_foreign_content() {
            self.cdata();
        } else {
            self.bogus_comment();
        }
    }

    fn comment(&mut self) {
        let end = self.comment_end(self.at + 4);
        self.end_comment(end);
    }

    /// Goes on after a comment. Its text is not needed, but that it was there can be.
    fn end_comment(&mut self, end: usize) {
        if let Some(guard) = &mut self.guard {
            guard.comment(self.bytes, self.at, end);
        }
        self.at = end;
        self.sink.comment();
    }

    /// Where a comment ends whose content begins at `start`.
    ///
    /// A comment that nothing ends would hide the rest of the page; it is ended at the next `>`.
    fn comment_end(&mut self, start: usize) -> usize {
        let rest = self.bytes.get(start..).unwrap_or_default();
        if rest.starts_with(b">") {
            return start + 1;
        }
        if rest.starts_with(b"->") {
            return start + 2;
        }
        if let Some(end) = self.find_comment_end(start) {
            return end;
        }
        let end = find(self.bytes, start, b'>').map_or(self.bytes.len(), |at| at + 1);
        self.findings.recovered |= end < self.bytes.len();
        end
    }

    fn find_comment_end(&mut self, start: usize) -> Option<usize> {
        if self.no_comment_end {
            return None;
        }
        let rest = self.bytes.get(start..)?;
        let end = comment_end(rest);
        self.no_comment_end = end.is_none();
        end.map(|end| start + end)
    }

    /// Anything else between `<!`, `<?` or `</` and `>`.
    fn bogus_comment(&mut self) {
        let end = find(self.bytes, self.at, b'>').map_or(self.bytes.len(), |at| at + 1);
        self.end_comment(end);
    }

    fn cdata(&mut self) {
        let start = self.at + 9;
        let rest = self.bytes.get(start..).unwrap_or_default();
        let end = memmem::find(rest, b"]]>").map_or(self.bytes.len(), |offset| start + offset);
        self.emit_text(start, end, false);
        self.at = (end + 3).min(self.bytes.len());
    }

    /// `<!doctype ...>`; it always ends with the next `>`.
    fn doctype(&mut self) {
        let start = self.at + 9;
        let end = find(self.bytes, start, b'>');
        let doctype = doctype(self.slice(start, end.unwrap_or(self.bytes.len())), end.is_some());
        self.sink.doctype(doctype.is_quirky());
        self.at = end.map_or(self.bytes.len(), |end| end + 1);
    }
}

/// Index after the `-->` or `--!>` that ends the comment whose content `rest` begins with.
fn comment_end(rest: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        at += memmem::find(rest.get(at..)?, b"--")?;
        at += rest.get(at..)?.iter().take_while(|byte| **byte == b'-').count();
        match rest.get(at..)? {
            [b'>', ..] => return Some(at + 1),
            [b'!', b'>', ..] => return Some(at + 2),
            _ => {}
        }
    }
}

/// Reads what stands between `<!doctype` and `>`. Only what decides on quirks mode matters.
fn doctype(text: &str, closed: bool) -> Doctype<'_> {
    let (name, rest) = doctype_name(text);
    let mut doctype = Doctype { name, ..Doctype::default() };
    let keyword = rest.get(..6).unwrap_or_default();
    let after = rest.get(6..).unwrap_or_default();
    let fine = if keyword.eq_ignore_ascii_case("public") {
        public_and_system(after, &mut doctype)
    } else if keyword.eq_ignore_ascii_case("system") {
        quoted(after, &mut doctype.system).is_some()
    } else {
        rest.is_empty()
    };
    doctype.malformed = !closed || !fine;
    doctype
}

/// Reads a public identifier and the system identifier that may follow; false if that fails.
fn public_and_system<'a>(text: &'a str, doctype: &mut Doctype<'a>) -> bool {
    match quoted(text, &mut doctype.public) {
        None => false,
        Some("") => true,
        Some(rest) => quoted(rest, &mut doctype.system).is_some(),
    }
}

fn doctype_name(text: &str) -> (&str, &str) {
    let text = text.trim_start_matches(is_space);
    let (name, rest) = text.split_at(text.find(is_space).unwrap_or(text.len()));
    (name, rest.trim_start_matches(is_space))
}

/// Reads a quoted identifier; gives what follows it and white space, or nothing if it is not closed.
fn quoted<'a>(text: &'a str, id: &mut Option<&'a str>) -> Option<&'a str> {
    let text = text.trim_start_matches(is_space);
    let quote = text.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    let text = text.get(1..)?;
    let (value, rest) = text.split_once(quote).map_or((text, None), |(v, rest)| (v, Some(rest)));
    *id = Some(value);
    rest.map(|rest| rest.trim_start_matches(is_space))
}

fn is_space(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\x0c' | ' ')
}

/// Tags.
impl Tokenizer<'_> {
    fn tag(&mut self, kind: TagKind) {
        let held = self.sink.attributes().len();
        let read = self.read_tag(kind, self.bytes.len());
        let Some((tag, end)) = read.or_else(|| self.recover_tag(kind, held)) else {
            self.at = self.bytes.len();
            return;
        };
        self.at = end;
        if let Some(guard) = &mut self.guard {
            guard.tag(kind, &tag.name, end);
        }
        match kind {
            TagKind::StartTag => self.start_tag(tag),
            TagKind::EndTag => self.sink.end_tag(&tag),
        }
    }

    fn start_tag(&mut self, tag: Tag) {
        self.next = self.sink.start_tag(&tag);
        if self.next != Next::Continue {
            self.raw_name = tag.name;
        }
    }

    /// A tag that runs on to the end of the page, mostly because a quote is missing, would hide
    /// all that follows. It is read again as if the next `>` ended it.
    ///
    /// Of the page's attributes only `held` are of other tags.
    fn recover_tag(&mut self, kind: TagKind, held: usize) -> Option<(Tag, usize)> {
        self.sink.attributes().truncate(held);
        let limit = find(self.bytes, self.at, b'>').filter(|_| self.recoveries > 0)?;
        self.recoveries -= 1;
        self.findings.recovered = true;
        self.read_tag(kind, limit)
    }

    /// Reads the tag at the current place; gives the index after it, too. At `limit` stands a `>`
    /// that ends it even within quotes, or the end of the page, which yields nothing.
    fn read_tag(&mut self, kind: TagKind, limit: usize) -> Option<(Tag, usize)> {
        let bytes = self.bytes.get(..limit)?;
        let start = self.at + if kind == TagKind::StartTag { 1 } else { 2 };
        let mut at = find_class(bytes, start, TAG_NAME_END);
        let named = self.names.get(self.text, start, at);
        self.findings.limited |= named.is_none();
        let (name, element) = named.unwrap_or((LocalName::from(NAMELESS), Kind::Other));
        let first = self.sink.attributes().len() as u32;
        let self_closing = loop {
            at = skip_space(bytes, at);
            match bytes.get(at) {
                Some(b'>') => break false,
                Some(b'/') if bytes.get(at + 1) == Some(&b'>') => {
                    at += 1;
                    break true;
                }
                Some(b'/') => at += 1,
                Some(_) => at = self.attribute(bytes, at, kind, first as usize)?,
                None if limit < self.bytes.len() => break false,
                None => return None,
            }
        };
        self.settle_values(first as usize);
        let attributes = Stretch { start: first, end: self.sink.attributes().len() as u32 };
        Some((Tag { name, kind: element, attributes, self_closing }, at + 1))
    }

    /// Reads an attribute of the tag whose attributes begin at `first`; gives the index after it,
    /// or nothing if its value never ends.
    fn attribute(
        &mut self,
        bytes: &[u8],
        start: usize,
        kind: TagKind,
        first: usize,
    ) -> Option<usize> {
        let name_end = find_class(bytes, start + 1, ATTRIBUTE_NAME_END);
        let (value, end) = self.attribute_value(bytes, skip_space(bytes, name_end))?;
        if kind == TagKind::StartTag {
            let Some((name, _)) = self.names.get(self.text, start, name_end) else {
                self.findings.limited = true;
                return Some(end);
            };
            let held = self.sink.attributes().get(first..).unwrap_or_default();
            if held.len() < self.attributes && !held.iter().any(|(key, _)| *key == name) {
                self.sink.attributes().push((name, Text::of_page(value.0, value.1)));
            }
        }
        Some(end)
    }

    /// Where the value begins and ends whose `=` may stand at `at`, and the index after it.
    fn attribute_value(&self, bytes: &[u8], at: usize) -> Option<((usize, usize), usize)> {
        if bytes.get(at) != Some(&b'=') {
            return Some(((at, at), at));
        }
        let at = skip_space(bytes, at + 1);
        match bytes.get(at) {
            Some(quote @ (b'"' | b'\'')) => {
                let limited = bytes.len() < self.bytes.len();
                let end = find(bytes, at + 1, *quote).or(limited.then_some(bytes.len()))?;
                Some(((at + 1, end), (end + 1).min(bytes.len())))
            }
            _ => {
                let end = find_class(bytes, at, UNQUOTED_END);
                Some(((at, end), end))
            }
        }
    }

    /// Makes the values of the attributes from `first` on what they say, now that the tag is known
    /// to end: resolves references, and replaces U+0000.
    fn settle_values(&mut self, first: usize) {
        for index in first..self.sink.attributes().len() {
            let written = self.sink.attributes().get(index).map(|(_, value)| value.in_page());
            let raw = written.and_then(|range| self.text.get(range)).unwrap_or_default();
            let nul = self.has_nul && memchr(0, raw.as_bytes()).is_some();
            if !nul && memchr(b'&', raw.as_bytes()).is_none() {
                continue;
            }
            let said = if nul { Cow::from(raw.replace('\0', "\u{fffd}")) } else { raw.into() };
            let value = self.sink.texts().make(|out| resolve(&said, true, out));
            if let Some(attribute) = self.sink.attributes().get_mut(index) {
                attribute.1 = value;
            }
        }
    }
}

/// Elements whose content is not markup.
impl Tokenizer<'_> {
    fn plaintext(&mut self) {
        self.emit_raw_text(self.at, self.bytes.len(), false);
        self.at = self.bytes.len();
    }

    /// Text of the element begun last, then its end tag.
    fn raw(&mut self, kind: RawText) {
        let (end, closed) = self.raw_text_end(kind);
        self.emit_raw_text(self.at, end, kind == RawText::Escapable);
        self.at = end;
        self.next = Next::Continue;
        if closed {
            self.tag(TagKind::EndTag);
        } else if end < self.bytes.len() {
            self.close_raw_text();
        }
    }

    /// Emits the end tag that is missing.
    fn close_raw_text(&mut self) {
        self.findings.recovered = true;
        let name = std::mem::replace(&mut self.raw_name, local_name!(""));
        self.sink.end_tag(&Tag::bare(name));
    }

    /// Where the raw text ends, and whether its end tag stands there.
    fn raw_text_end(&mut self, kind: RawText) -> (usize, bool) {
        let end = match kind {
            RawText::Script if self.recoveries > 0 => raw_text::script_end(self.bytes, self.at),
            _ => self.end_tag(),
        };
        end.map_or_else(|| self.recover_raw_text(), |end| (end, true))
    }

    /// The next end tag of the element begun last. Where there is none, it is not looked for again.
    fn end_tag(&mut self) -> Option<usize> {
        if self.never_closed.contains(&self.raw_name) {
            return None;
        }
        let end = raw_text::end_tag(self.bytes, self.at, &self.raw_name);
        if end.is_none() {
            self.never_closed.push(self.raw_name.clone());
        }
        end
    }

    /// Raw text that nothing ends would hide the rest of the page. A script that is only not
    /// ended because of `<!--` and `<script` inside it ends with its first end tag; a title or
    /// text area ends at the next `<`, a frame at once, others before `</head` or `<body`.
    fn recover_raw_text(&mut self) -> (usize, bool) {
        if let Some(end) = self.hidden_end_tag() {
            self.findings.recovered = true;
            return (end, true);
        }
        let end = match self.raw_name {
            local_name!("title") | local_name!("textarea") => find(self.bytes, self.at, b'<'),
            local_name!("iframe") | local_name!("noembed") | local_name!("noframes") => {
                Some(self.at)
            }
            _ => raw_text::head_end(self.bytes, self.at),
        };
        (end.unwrap_or(self.bytes.len()), false)
    }

    /// An end tag that the standard does not see as one.
    fn hidden_end_tag(&mut self) -> Option<usize> {
        self.recoveries = self.recoveries.checked_sub(1)?;
        self.end_tag()
    }
}
