//! Whether a page can hold mathematics, from its bytes alone.
//!
//! One pass over the undecoded payload, so that the pages of a crawl that hold
//! none cost little more than their decompression. Names of formula markup
//! settle the question at once. TeX delimiters and commands count only outside
//! scripts, and a pair of dollars only outside tags and around something that
//! can be a formula. A renderer alone proves nothing, since sites load theirs
//! everywhere; but its configuration may name delimiters that are not looked
//! for here. The filter errs on the side of letting pages through: a page that
//! passes is parsed, and dropped then if nothing was found.

mod finder;
mod words;

use crate::formula::is_strong;
use cc_math_tex::config::PageConfig;
use finder::{Finder, Hit};
use memchr::{memchr, memchr_iter, memmem, memrchr, memrchr2};
use std::borrow::Cow;
use std::ops::Range;
use std::sync::LazyLock;

/// What a word tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    /// Mathematics.
    Formula,
    /// Mathematics, if it stands in a tag.
    InTag,
    /// Mathematics, if TeX follows.
    BeforeTex,
    /// A renderer is mentioned.
    Renderer,
    /// A dollar, which may open a formula.
    Dollar,
    /// A backslash, which may begin a command.
    Backslash,
    /// A script or style begins.
    Script,
    /// Mathematics, if it hangs on a letter in italics.
    Raised,
    /// Mathematics, if the character is.
    Reference,
}

static WORDS: LazyLock<(Finder, Vec<Sign>)> = LazyLock::new(|| {
    let groups: [(&[&str], Sign); 10] = [
        (words::MARKUP, Sign::Formula),
        (words::TEXT, Sign::Formula),
        (words::IN_TAG, Sign::InTag),
        (words::BEFORE_TEX, Sign::BeforeTex),
        (words::RENDERERS, Sign::Renderer),
        (&["$"], Sign::Dollar),
        (&["\\"], Sign::Backslash),
        (words::SCRIPTS, Sign::Script),
        (words::RAISED, Sign::Raised),
        (words::REFERENCES, Sign::Reference),
    ];
    let words = groups.iter().flat_map(|(words, _)| words.iter().copied());
    let signs = groups.iter().flat_map(|(words, sign)| words.iter().map(|_| *sign));
    (Finder::new(&words::FINGERPRINTS, words), signs.collect())
});

/// What a page's bytes promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Promise {
    /// Nothing in them is ever part of a formula.
    Nothing,
    /// There are dollars, scripts beside italics or a renderer, as on many pages without mathematics.
    Hints,
    /// The page may hold mathematics.
    Mathematics,
}

/// What a page's bytes promise.
pub fn promise(bytes: &[u8]) -> Promise {
    if is_wide(bytes) { Promise::Mathematics } else { Search::new(bytes).run() }
}

/// True if the page may hold mathematics.
///
/// ```
/// use cc_math_extract::prefilter::may_hold_math;
/// assert!(may_hold_math(b"<p>Let $x_1$ be prime"));
/// assert!(!may_hold_math(b"<p>It costs $5 or $6<script>a('\\\\(')</script>"));
/// ```
pub fn may_hold_math(bytes: &[u8]) -> bool {
    promise(bytes) == Promise::Mathematics
}

/// UTF-16 and UTF-32 hide the words looked for; such pages go on.
fn is_wide(bytes: &[u8]) -> bool {
    let head = bytes.get(..64.min(bytes.len())).unwrap_or_default();
    head.contains(&0) || head.starts_with(&[0xFF, 0xFE]) || head.starts_with(&[0xFE, 0xFF])
}

/// A page being searched.
struct Search<'a> {
    bytes: &'a [u8],
    /// A renderer is mentioned.
    renderer: bool,
    /// A command stands in the text, of which a renderer may make a formula.
    command: bool,
    /// A pair of dollars stands in the text, of which a renderer may make a formula.
    dollars: bool,
    /// Text stands between dollars that may be a formula without a renderer, too.
    between: bool,
    /// Something is raised or lowered not far behind italics.
    raised: bool,
    found: bool,
    /// The script that is being read: what is in its tag counts, its body is passed over.
    script: Range<usize>,
    /// The script of data that is being read, whose text is not the page's.
    data: Range<usize>,
    scripts: Scripts<'a>,
}

impl<'a> Search<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        let scripts = Scripts::new(bytes);
        Self {
            bytes,
            renderer: false,
            command: false,
            dollars: false,
            between: false,
            raised: false,
            found: false,
            script: 0..0,
            data: 0..0,
            scripts,
        }
    }

    fn run(mut self) -> Promise {
        let (finder, signs) = &*WORDS;
        finder.scan(self.bytes, 0, &mut |hit| self.heed(*signs.get(hit.word)?, hit));
        let raw = self.command || self.dollars;
        if self.found || self.renderer && (raw || has_other_delimiters(self.bytes)) {
            Promise::Mathematics
        } else if self.between || self.renderer || self.raised {
            Promise::Hints
        } else {
            Promise::Nothing
        }
    }

    /// Takes a word in; where to go on, or `None` if the question is settled.
    fn heed(&mut self, sign: Sign, hit: Hit) -> Option<usize> {
        if self.script.contains(&hit.start) {
            return Some(self.script.end);
        }
        match sign {
            Sign::Formula => self.found = true,
            Sign::InTag => self.found = is_in_tag(self.bytes, hit.start),
            Sign::BeforeTex => {
                let next = self.byte(hit.end);
                self.found = next.is_ascii_alphabetic() || matches!(next, b'(' | b'[');
            }
            Sign::Backslash => self.command |= self.byte(hit.end).is_ascii_alphabetic(),
            Sign::Renderer => self.renderer = true,
            Sign::Dollar => self.dollar(hit),
            Sign::Script => self.script(hit),
            Sign::Raised => {
                self.found = hangs_on_italics(self.bytes, hit.start);
                self.raised = self.raised || is_near_italics(self.bytes, hit.start);
            }
            Sign::Reference => self.found = is_symbol(self.bytes, hit.start),
        }
        (!self.found).then_some(hit.end)
    }

    fn byte(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or(b' ')
    }

    fn dollar(&mut self, hit: Hit) {
        let after = self.bytes.get(hit.end..).unwrap_or_default();
        let window = after.get(..MAX_INLINE.min(after.len())).unwrap_or_default();
        let Some(close) = memchr(b'$', window) else { return };
        if !is_in_tag(self.bytes, hit.start) {
            self.dollars = true;
            self.found = is_formula(window.get(..close).unwrap_or_default());
            let is_text = !self.data.contains(&hit.start);
            self.between = self.between || is_text && opens_text(self.bytes, hit.start);
        }
    }

    /// The body of a script that holds no data is passed over, unless it typesets formulas.
    fn script(&mut self, hit: Hit) {
        let Some(script) = self.scripts.at(hit.start) else { return };
        if holds_data(self.bytes.get(script.tag).unwrap_or_default()) {
            self.data = script.body;
        } else {
            self.found |= has_calls(self.bytes.get(script.body.clone()).unwrap_or_default());
            self.script = script.body;
        }
    }
}

/// A script or style element.
struct Script {
    tag: Range<usize>,
    body: Range<usize>,
}

/// Where scripts end. Asked from the front of the page to its back, it goes over it once.
struct Scripts<'a> {
    bytes: &'a [u8],
    tag_end: Next,
    close: Next,
}

impl<'a> Scripts<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, tag_end: Next::new(find_tag_end), close: Next::new(find_close) }
    }

    /// The one whose tag begins at `start`; `None` if nothing ends it, or any behind it.
    fn at(&mut self, start: usize) -> Option<Script> {
        let open = self.tag_end.from(self.bytes, start)? + 1;
        let close = self.close.from(self.bytes, open)?;
        Some(Script { tag: start..open, body: open..close })
    }
}

fn find_tag_end(bytes: &[u8], from: usize) -> Option<usize> {
    memchr(b'>', bytes.get(from..)?).map(|at| from + at)
}

/// The next end tag of a script or style.
fn find_close(bytes: &[u8], from: usize) -> Option<usize> {
    memmem::find_iter(bytes.get(from..)?, b"</").map(|at| from + at).find(|at| {
        let name = bytes.get(at + 2..).unwrap_or_default();
        [&b"script"[..], b"style"]
            .iter()
            .any(|end| name.get(..end.len()).is_some_and(|name| name.eq_ignore_ascii_case(end)))
    })
}

/// The next place of something, remembered until the page is read that far.
struct Next {
    find: fn(&[u8], usize) -> Option<usize>,
    /// The place found last, if it was looked for, and where from.
    known: Option<(usize, Option<usize>)>,
}

impl Next {
    fn new(find: fn(&[u8], usize) -> Option<usize>) -> Self {
        Self { find, known: None }
    }

    /// The first place at or behind `from`, which grows from call to call.
    fn from(&mut self, bytes: &[u8], from: usize) -> Option<usize> {
        if let Some((since, place)) = self.known
            && since <= from
            && place.is_none_or(|place| place >= from)
        {
            return place;
        }
        let place = (self.find)(bytes, from);
        self.known = Some((from, place));
        place
    }
}

/// A script of JSON: a page's hydration state, which may be all of its text.
fn holds_data(tag: &[u8]) -> bool {
    memmem::find(tag, b"json").is_some()
}

/// Whether a script typesets formulas itself.
fn has_calls(script: &[u8]) -> bool {
    static CALL: LazyLock<memmem::Finder<'_>> =
        LazyLock::new(|| memmem::Finder::new(b"katex.render("));
    CALL.find(script).is_some()
}

/// What a script's tag says where the script is.
fn source(tag: &[u8]) -> Cow<'_, str> {
    let value = memmem::find(tag, b"src=").and_then(|at| tag.get(at + 4..)).unwrap_or_default();
    let value = value.strip_prefix(b"\"").or(value.strip_prefix(b"'")).unwrap_or(value);
    let ends = |byte: &u8| matches!(byte, b'"' | b'\'' | b'>' | b' ');
    String::from_utf8_lossy(value.split(ends).next().unwrap_or_default())
}

/// Whether a place is between `<` and `>`.
fn is_in_tag(bytes: &[u8], at: usize) -> bool {
    /// Bytes looked back over; tags are shorter.
    const LOOK_BACK: usize = 2048;
    let before = bytes.get(at.saturating_sub(LOOK_BACK)..at).unwrap_or_default();
    memrchr2(b'<', b'>', before).is_some_and(|at| {
        let next = before.get(at + 1).copied().unwrap_or(b' ');
        before.get(at) == Some(&b'<') && (next.is_ascii_alphabetic() || next == b'/')
    })
}

/// Whether a tag not far before a place begins something in italics.
fn is_near_italics(bytes: &[u8], at: usize) -> bool {
    /// Bytes looked back over.
    const LOOK_BACK: usize = 512;
    let before = bytes.get(at.saturating_sub(LOOK_BACK)..at).unwrap_or_default();
    memchr_iter(b'<', before).any(|tag| is_italic(before.get(tag + 1..).unwrap_or_default()))
}

/// Whether this begins with the name of an element in italics.
fn is_italic(tag: &[u8]) -> bool {
    [&b"i"[..], b"em", b"var"].iter().any(|name| {
        tag.get(..name.len()).is_some_and(|written| written.eq_ignore_ascii_case(name))
            && matches!(tag.get(name.len()), Some(b'>' | b' '))
    })
}

/// Whether what is before a place is a letter right behind a tag that sets it in italics.
fn hangs_on_italics(bytes: &[u8], at: usize) -> bool {
    /// Bytes looked back over; the tag stands close.
    const LOOK_BACK: usize = 64;
    let before = bytes.get(at.saturating_sub(LOOK_BACK)..at).unwrap_or_default();
    let Some(tag) = memrchr(b'<', before).and_then(|tag| before.get(tag + 1..)) else {
        return false;
    };
    is_italic(tag) && !tag.ends_with(b">")
}

/// Whether the numeric character reference at a place stands for a symbol of mathematics.
fn is_symbol(bytes: &[u8], at: usize) -> bool {
    let digits = bytes.get(at + 2..).unwrap_or_default();
    let (digits, radix) = match digits.strip_prefix(b"x").or(digits.strip_prefix(b"X")) {
        Some(digits) => (digits, 16),
        None => (digits, 10),
    };
    let code = digits
        .iter()
        .map_while(|digit| char::from(*digit).to_digit(radix))
        .take(6)
        .fold(0, |code, digit| code * radix + digit);
    char::from_u32(code).is_some_and(is_strong)
}

/// Bytes a formula between single dollars may have to be noticed here.
const MAX_INLINE: usize = 240;

/// Whether a dollar opens something that another one closes, by the rules for pages of which
/// nothing is known ([`Delimiters::unknown`](cc_math_tex::delimiters::Delimiters::unknown)); only
/// where the text is broken off is told, not what it says.
fn opens_text(bytes: &[u8], at: usize) -> bool {
    /// Bytes that such a formula may have.
    const LONGEST: usize = 1000;
    let before = at.checked_sub(1).and_then(|before| bytes.get(before));
    let after = bytes.get(at + 1..).unwrap_or_default();
    let opens = !before.is_some_and(u8::is_ascii_alphanumeric)
        && after.first().is_some_and(|next| !next.is_ascii_whitespace() && *next != b'$');
    let text = after.get(..tag_start(after.get(..LONGEST).unwrap_or(after))).unwrap_or_default();
    let closes = |close: usize| {
        let (last, next) =
            (close.checked_sub(1).and_then(|last| text.get(last)), after.get(close + 1));
        last.is_some_and(|last| !last.is_ascii_whitespace())
            && !next.is_some_and(u8::is_ascii_digit)
    };
    opens && memchr_iter(b'$', text).any(closes)
}

/// Where the first tag begins that breaks a text off, as a line break does not.
fn tag_start(text: &[u8]) -> usize {
    let breaks = |at: &usize| {
        let tag = text.get(at + 1..).unwrap_or_default();
        let name = tag.strip_prefix(b"w").or(tag.strip_prefix(b"W")).unwrap_or(tag);
        let is_break = name.get(..2).is_some_and(|name| name.eq_ignore_ascii_case(b"br"));
        !is_break && tag.first().is_some_and(|next| next.is_ascii_alphabetic() || *next == b'/')
    };
    memchr_iter(b'<', text).find(breaks).unwrap_or(text.len())
}

/// Whether what stands between two dollars can be a formula: a short stretch with a letter or script, no tag.
fn is_formula(body: &[u8]) -> bool {
    let first = body.first().copied().unwrap_or(b' ');
    let bare_price =
        first.is_ascii_digit() && !body.iter().any(|b| matches!(b, b'^' | b'_' | b'\\' | b'='));
    !first.is_ascii_whitespace()
        && !bare_price
        && !body.contains(&b'>')
        && !body.ends_with(b" ")
        && body.iter().any(|b| b.is_ascii_alphabetic() || matches!(b, b'^' | b'_' | b'\\'))
}

/// Whether a page's renderer may find formulas that no word tells of: it has
/// delimiters of its own, or it reads AsciiMath between backticks that are there.
fn has_other_delimiters(bytes: &[u8]) -> bool {
    let mut config = PageConfig::default();
    let mut backticks = memchr_iter(b'`', bytes).count();
    let (mut scripts, mut at) = (Scripts::new(bytes), 0);
    while let Some(start) = memmem::find(bytes.get(at..).unwrap_or_default(), b"<script") {
        let Some(script) = scripts.at(at + start) else { break };
        at = script.body.end;
        let body = bytes.get(script.body).unwrap_or_default();
        backticks = backticks.saturating_sub(memchr_iter(b'`', body).count());
        config.read_url(&source(bytes.get(script.tag).unwrap_or_default()));
        config.read_script(&String::from_utf8_lossy(body));
    }
    let unusual = |open: &str| !open.starts_with(['$', '\\']);
    (config.asciimath_delimiters().is_some() && backticks > 0)
        || config.delimiters_in_force().pairs.iter().any(|pair| unusual(&pair.open))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_with_mathematics_pass() {
        let check = |page: &str, expected: bool| {
            assert_eq!(may_hold_math(page.as_bytes()), expected, "{page}");
        };
        check("<p>plain text, $5 and $6 and 7$", false);
        check("<script>$('a').b('\\\\(x\\\\)'); $(1)</script><p>x", false);
        check("<p>Let $n$ be", true);
        check("<p>in \\(x\\)", true);
        check("<MATH><mi>x", true);
        check("<i>x</i><sup>2</sup>", true);
        check("<script type=\"application/json\">{\"a\":\"$x_1$\"}</script>", true);
        check("<p>So $$a<br>= b$$ holds", true);
        check("<p>∀x", true);
        check("<p>&forall;x", true);
        check("<p>a &#x2286; b", true);
        check("<p>a &#8838; b &#8220;", true);
        check("<p>&#8220;a&#x201c;", false);
        check("<p><i>x<sup>2</sup></i> 1<sup>st</sup>", true);
        check("<p><i>x</i>, 5 m<sup>2</sup>, 1<sup>st</sup>", false);
        check("<script>katex.render(\"x\", f)</script><p id=f>", true);
        check("\u{feff}plain", false);
    }

    #[test]
    fn what_mathematics_is_made_of_is_a_hint() {
        let check = |page: &str, expected| assert_eq!(promise(page.as_bytes()), expected, "{page}");
        check("<p>plain text for $5", Promise::Nothing);
        check("<script>$('a').b('\\\\(x\\\\)')</script><p>x", Promise::Nothing);
        check("<p>for $5 or $6", Promise::Nothing);
        check("<p>for $5<p>or 6$ ", Promise::Nothing);
        check("<p>for $5 or<br>6$ ", Promise::Hints);
        check("<p>is $12$ ", Promise::Hints);
        check("<script type=application/json>{\"a\":\"$12$ \"}</script>", Promise::Nothing);
        check("<p>a \\foo 1<sup>st</sup>", Promise::Nothing);
        check("<p><i>a<b>b</b>x<sup>2</sup></i>", Promise::Hints);
        check("<script src=mathjax.js></script><p>x", Promise::Hints);
        check("<p>$x$", Promise::Mathematics);
    }

    #[test]
    fn the_next_place_is_looked_for_once() {
        let mut next = Next::new(find_tag_end);
        let places = [0, 1, 2, 3, 5, 6].map(|from| next.from(b"a>b>c", from));
        assert_eq!(places, [Some(1), Some(1), Some(3), Some(3), None, None]);
        assert_eq!(next.known, Some((5, None)));
    }

    #[test]
    fn wide_encodings_pass() {
        let utf16: Vec<u8> = "<p>x".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert!(may_hold_math(&utf16));
    }
}
