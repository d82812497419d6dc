//! Counts over the text of a block, taken in one scan of its bytes.

use super::words::{WORDS, hash, word};

/// What one scan of a block's text counts. Sums saturate nowhere near input sizes that fit `u32`.
#[derive(Debug, Clone, Default)]
pub(super) struct Stats {
    /// Runs of letters and digits; each Chinese, Japanese or Korean character is one.
    pub(super) words: u32,
    /// Words inside links.
    pub(super) linked: u32,
    /// Bytes of letters and digits.
    pub(super) letters: u32,
    /// Words that start with a capital.
    pub(super) capitals: u32,
    /// Words that start with a digit.
    pub(super) numbers: u32,
    /// `,` `;` `:` and their wide forms.
    pub(super) commas: u32,
    /// `.` `!` `?` before white space or at the end, and their wide forms.
    pub(super) sentences: u32,
    /// `|` `/` `·` `•` `›` `»` `>` and the like.
    pub(super) separators: u32,
    /// Currency signs next to digits.
    pub(super) prices: u32,
    /// `©` and `®`.
    pub(super) marks: u32,
    /// Chinese, Japanese and Korean characters.
    pub(super) wide: u32,
    /// `$$`, `\(`, `\[`, `\begin`: raw TeX.
    pub(super) tex: u32,
    /// Line feeds.
    pub(super) lines: u32,
    /// Words of each category of [`word`].
    pub(super) kinds: [u16; word::COUNT],
    /// Hash of the sequence of words.
    pub(super) hash: u64,
    /// Last byte that is not white space.
    pub(super) last: u8,
    /// First byte that is not white space.
    pub(super) start: u8,
}

/// What bytes mean to the scanner.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Byte {
    Other,
    Space,
    Line,
    Letter,
    Capital,
    Digit,
    Comma,
    Stop,
    Separator,
    Dollar,
    Backslash,
    High,
}

static BYTES: [Byte; 256] = byte_table();

const fn byte_table() -> [Byte; 256] {
    let mut table = [Byte::Other; 256];
    let mut at = 0;
    while at < 256 {
        table[at] = match at as u8 {
            b'\n' => Byte::Line,
            b' ' | b'\t' | b'\r' | 0x0c => Byte::Space,
            b'a'..=b'z' => Byte::Letter,
            b'A'..=b'Z' => Byte::Capital,
            b'0'..=b'9' => Byte::Digit,
            b',' | b';' | b':' => Byte::Comma,
            b'.' | b'!' | b'?' => Byte::Stop,
            b'|' | b'/' | b'>' | b'<' => Byte::Separator,
            b'$' => Byte::Dollar,
            b'\\' => Byte::Backslash,
            0x80..=0xff => Byte::High,
            _ => Byte::Other,
        };
        at += 1;
    }
    table
}

/// True if there is anything but white space in `text`.
pub(super) fn is_visible(text: &str) -> bool {
    let inked = |c: char| !c.is_whitespace() && !matches!(c, '\u{200b}'..='\u{200d}' | '\u{feff}');
    match text.bytes().find(|b| !b.is_ascii_whitespace()) {
        None => false,
        Some(byte) => byte.is_ascii() || text.chars().any(inked),
    }
}

impl Stats {
    /// Adds the text of one node. A word never reaches across nodes.
    pub(super) fn add(&mut self, text: &str, linked: bool) {
        let before = self.words;
        let bytes = text.as_bytes();
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            at += match BYTES[usize::from(byte)] {
                Byte::Letter | Byte::Digit | Byte::Capital => self.word(text, at),
                Byte::High => self.wide_character(text, at),
                class => {
                    self.mark(class, bytes, at);
                    1
                }
            };
        }
        if linked {
            self.linked += self.words - before;
        }
        self.edges(bytes);
    }

    fn edges(&mut self, bytes: &[u8]) {
        let mut inked = bytes.iter().filter(|b| !b.is_ascii_whitespace());
        if self.start == 0 {
            self.start = inked.next().copied().unwrap_or(0);
        }
        let kept = if self.last == 0 { self.start } else { self.last };
        self.last = inked.next_back().copied().unwrap_or(kept);
    }

    /// Reads the word that begins at `at`; returns its length in bytes.
    fn word(&mut self, text: &str, at: usize) -> usize {
        let rest = text.get(at..).unwrap_or_default();
        let bytes = rest.as_bytes();
        let mut length = 0;
        while let Some(byte) = bytes.get(length) {
            length += match BYTES[usize::from(*byte)] {
                Byte::Letter | Byte::Capital | Byte::Digit => 1,
                Byte::High => match rest.get(length..).and_then(|rest| rest.chars().next()) {
                    Some(c) if is_letter(c) => c.len_utf8(),
                    _ => break,
                },
                _ => break,
            };
        }
        let (first, word) = (rest.chars().next(), bytes.get(..length).unwrap_or_default());
        self.capitals += u32::from(first.is_some_and(char::is_uppercase));
        self.numbers += u32::from(first.is_some_and(|c| c.is_ascii_digit()));
        self.letters += length as u32;
        self.take(hash(word));
        length
    }

    /// Takes in a word.
    fn take(&mut self, word: u32) {
        self.words += 1;
        self.hash =
            (self.hash.rotate_left(5) ^ u64::from(word)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mut bits = WORDS.categories(word);
        while bits != 0 {
            if let Some(kind) = self.kinds.get_mut(bits.trailing_zeros() as usize) {
                *kind = kind.saturating_add(1);
            }
            bits &= bits - 1;
        }
    }

    fn mark(&mut self, class: Byte, bytes: &[u8], at: usize) {
        let next = bytes.get(at + 1).copied().unwrap_or(b' ');
        match class {
            Byte::Line => self.lines += 1,
            Byte::Comma => self.commas += 1,
            Byte::Stop => self.sentences += u32::from(!next.is_ascii_alphanumeric()),
            Byte::Separator => self.separators += 1,
            Byte::Dollar => {
                self.prices += u32::from(next.is_ascii_digit());
                self.tex += u32::from(next == b'$');
            }
            Byte::Backslash => self.tex += u32::from(matches!(next, b'(' | b'[' | b'b')),
            _ => {}
        }
    }

    /// Reads what begins with a character beyond ASCII; returns its length in bytes.
    fn wide_character(&mut self, text: &str, at: usize) -> usize {
        let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) else { return 1 };
        if is_letter(c) {
            return self.word(text, at);
        }
        if is_ideogram(c) {
            self.wide += 1;
            self.letters += 1;
            self.take((c as u32).wrapping_mul(0x9e37_79b1));
        } else {
            self.symbol(c);
        }
        c.len_utf8()
    }

    fn symbol(&mut self, c: char) {
        match c {
            '。' | '！' | '？' | '…' => self.sentences += 1,
            '、' | '，' | '；' | '：' => self.commas += 1,
            '·' | '•' | '›' | '»' | '→' | '←' | '‹' | '«' | '▸' | '●' | '⋅' => {
                self.separators += 1
            }
            '€' | '£' | '¥' | '₹' | '￥' => self.prices += 1,
            '©' | '®' => self.marks += 1,
            _ => {}
        }
    }
}

/// Characters that words are made of, beyond ASCII.
fn is_letter(c: char) -> bool {
    !is_ideogram(c) && c.is_alphanumeric()
}

/// Chinese, Japanese and Korean characters, each a word.
fn is_ideogram(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stats(text: &str) -> Stats {
        let mut stats = Stats::default();
        stats.add(text, false);
        stats
    }

    #[test]
    fn words_are_counted_as_the_benchmark_counts_them() {
        for (text, words) in [
            ("", 0),
            (" \n\u{a0}", 0),
            ("one", 1),
            ("Don't stop", 3),
            ("naïve café 3.5", 4),
            ("漢字とkana", 4),
            ("Привет, мир!", 2),
        ] {
            assert_eq!(stats(text).words, words, "{text}");
        }
    }

    #[test]
    fn marks_are_counted() {
        let seen = stats("Sale: $5, was $9.99. Really? © A | B \\(x\\) $$y$$");
        assert_eq!((seen.prices, seen.sentences, seen.marks, seen.separators), (2, 2, 1, 1));
        assert_eq!(seen.tex, 3);
        assert_eq!((seen.start, seen.last), (b'S', b'$'));
    }

    #[test]
    fn equal_words_hash_equally_whatever_stands_between() {
        assert_eq!(stats("Hello, World").hash, stats(" hello world!").hash);
        assert_ne!(stats("hello world").hash, stats("world hello").hash);
    }

    #[test]
    fn only_ink_is_visible() {
        assert!(!is_visible(" \n\u{a0}\u{200b}"));
        assert!(is_visible(" é"));
    }
}
