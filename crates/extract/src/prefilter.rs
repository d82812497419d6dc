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
mod scripts;
mod signs;
mod words;

use cc_math_tex::config::PageConfig;
use finder::{Finder, Hit};
use memchr::{memchr, memchr_iter, memmem};
use scripts::{Scripts, has_calls, holds_data, source};
use signs::{
    MAX_INLINE, hangs_on_italics, is_formula, is_in_tag, is_near_italics, is_symbol, opens_text,
};
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
    fn wide_encodings_pass() {
        let utf16: Vec<u8> = "<p>x".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert!(may_hold_math(&utf16));
    }
}
