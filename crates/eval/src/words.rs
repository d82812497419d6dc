//! Words of a text, and how two texts agree in them.

use crate::similarity::common_subsequence;
use std::collections::BTreeMap;
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

/// Words in order, lower-cased. TeX commands, marks and punctuation separate words; kana,
/// Chinese characters and Hangul syllables are words by themselves. The reference text
/// scorer's rule.
///
/// ```
/// use cc_math_eval::words::words;
/// assert_eq!(words(r"Let $x_1\in S$. 数学"), ["let", "x", "1", "s", "数", "学"]);
/// ```
pub fn words(text: &str) -> Vec<String> {
    let lower = separated(text).to_lowercase();
    let words = lower.split(|c: char| !is_word(c)).filter(|word| !word.is_empty());
    words.map(str::to_owned).collect()
}

/// The text with blanks for TeX commands and around characters that are words.
fn separated(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        spread(rest.get(..at).unwrap_or_default(), &mut out);
        let behind = rest.get(at + 1..).unwrap_or_default();
        rest = behind.trim_start_matches(|c: char| c.is_ascii_alphabetic());
        out.push(' ');
    }
    spread(rest, &mut out);
    out
}

fn spread(text: &str, out: &mut String) {
    for character in text.chars() {
        if is_word_alone(character) {
            out.extend([' ', character, ' ']);
        } else {
            out.push(character);
        }
    }
}

fn is_word_alone(character: char) -> bool {
    matches!(character, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}')
}

/// Letters and numbers; combining marks are neither.
fn is_word(character: char) -> bool {
    use GeneralCategory as G;
    if character.is_ascii() {
        return character.is_ascii_alphanumeric();
    }
    matches!(
        character.general_category(),
        G::UppercaseLetter
            | G::LowercaseLetter
            | G::TitlecaseLetter
            | G::ModifierLetter
            | G::OtherLetter
            | G::DecimalNumber
            | G::LetterNumber
            | G::OtherNumber
    )
}

/// Agreement of an output with its gold: shares between 0 and 1.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Agreement {
    /// Share of the output that is in the gold.
    pub precision: f64,
    /// Share of the gold that is in the output.
    pub recall: f64,
    /// Harmonic mean of the two; 0 where nothing is shared.
    pub f1: f64,
}

impl Agreement {
    /// From the number of shared items and of items on each side; an empty side counts as one item.
    pub fn new(shared: usize, gold: usize, output: usize) -> Self {
        let precision = shared as f64 / output.max(1) as f64;
        let recall = shared as f64 / gold.max(1) as f64;
        let sum = precision + recall;
        let f1 = if shared > 0 { 2.0 * precision * recall / sum } else { 0.0 };
        Self { precision, recall, f1 }
    }
}

/// Items that two multisets share.
pub(crate) fn shared<T: Ord>(gold: &[T], output: &[T]) -> usize {
    let mut left: BTreeMap<&T, usize> = BTreeMap::new();
    for item in gold {
        *left.entry(item).or_default() += 1;
    }
    let mut common = 0;
    for item in output {
        if let Some(count) = left.get_mut(item).filter(|count| **count > 0) {
            *count -= 1;
            common += 1;
        }
    }
    common
}

/// Agreement in items as multisets, whatever their order.
pub fn bag_agreement<T: Ord>(gold: &[T], output: &[T]) -> Agreement {
    Agreement::new(shared(gold, output), gold.len(), output.len())
}

/// ROUGE-N: agreement in runs of `n` words as multisets. Texts shorter than `n` words count
/// as one run.
pub fn rouge_n(gold: &[String], output: &[String], n: usize) -> Agreement {
    let runs = |words: &'_ [String]| -> Vec<Vec<String>> {
        let width = n.clamp(1, words.len().max(1));
        words.windows(width).map(<[String]>::to_vec).collect()
    };
    bag_agreement(&runs(gold), &runs(output))
}

/// ROUGE-L: agreement in the longest common subsequence of words.
pub fn rouge_l(gold: &[String], output: &[String]) -> Agreement {
    Agreement::new(common_subsequence(gold, output), gold.len(), output.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        assert_eq!(words(text), expected, "{text}");
    }

    #[test]
    fn words_are_the_reference_scorers() {
        check("Don't stop_me 3.5 x²", &["don", "t", "stop", "me", "3", "5", "x²"]);
        check(r"\alpha\beta x\\y", &["x"]);
        check("ÉCOLE straße ①", &["école", "straße", "①"]);
        check("में Ⓐ", &["म"]);
        check("한국 カナ漢字ab", &["한", "국", "カ", "ナ", "漢", "字", "ab"]);
        check("", &[]);
    }

    #[test]
    fn agreement_counts_what_is_shared() {
        let (gold, output) = (words("a b c d"), words("a b x d d"));
        let bag = bag_agreement(&gold, &output);
        assert_eq!((bag.precision, bag.recall), (0.6, 0.75));
        assert_eq!(rouge_n(&gold, &output, 2).recall, 1.0 / 3.0);
        assert_eq!(rouge_l(&gold, &output).precision, 0.6);
        assert_eq!(rouge_n(&words("a"), &words("a"), 5).f1, 1.0);
        assert_eq!(bag_agreement::<u8>(&[], &[]).f1, 0.0);
    }
}
