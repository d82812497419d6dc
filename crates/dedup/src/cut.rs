//! Passages cut out of a document so that what is left is a document: its formulas are still what its
//! text shows.

use crate::formulas;
use crate::passage::{Block, Passages, Unit, blocks, split};
use cc_math_core::{Document, Formula};
use cc_math_tex::markdown;
use std::collections::BTreeMap;
use std::ops::Range;

impl Passages {
    /// What is cut out of a text when the passages with these numbers go; the numbers rise. Ranges
    /// of bytes, sorted and disjoint.
    ///
    /// Stretches of tokens may begin and end anywhere, and what they leave could read as something
    /// else: half a code span, a dollar that closes another's formula. Where the formulas that are left
    /// would not be those that the text shows, only whole paragraphs go, and where that does not help,
    /// nothing.
    pub fn cuts(&self, document: &Document, places: &[u32]) -> Vec<Range<usize>> {
        let text = &document.text;
        let all = match self {
            Self::Blocks { unit, .. } => self.blocks_at(text, *unit, places),
            Self::Windows { tokens, spare, .. } => {
                let spared = if *spare { spared(document) } else { Vec::new() };
                let stretches = stretches(text, places, *tokens).into_iter();
                let cuts = stretches.flat_map(|cut| without(cut, &spared));
                cuts.filter_map(|cut| trimmed(text, cut)).collect()
            }
        };
        if is_sound(document, &all) {
            return all;
        }
        let whole = within(&blocks(text, Unit::Paragraph), &all);
        if is_sound(document, &whole) { whole } else { Vec::new() }
    }

    /// The blocks with these numbers, each with the blank lines behind it.
    fn blocks_at(&self, text: &str, unit: Unit, places: &[u32]) -> Vec<Range<usize>> {
        let blocks = blocks(text, unit);
        let ends = blocks.iter().skip(1).map(|block| block.range.start);
        let ends = ends.chain([text.len()]);
        let whole = blocks.iter().zip(ends).map(|(block, end)| block.range.start..end);
        let gone = |place: &u32| places.binary_search(place).is_ok();
        whole.zip(0..).filter(|(_, place)| gone(place)).map(|(range, _)| range).collect()
    }
}

/// Whether the formulas that no cut meets are those that the rest of the text shows.
pub fn is_sound(document: &Document, cuts: &[Range<usize>]) -> bool {
    if cuts.is_empty() || !document.text.contains('$') {
        return true;
    }
    let formulas = formulas::of(document).into_owned();
    let mut rest = Document { formulas, ..Document::new("", document.text.clone()) };
    rest.cut(cuts);
    let shown = markdown::formulas(&rest.text).into_iter().map(|found| found.range);
    shown.eq(rest.formulas.iter().map(Formula::range))
}

/// The paragraphs and blocks of code that some ranges of a text meet, all of them sorted and disjoint.
pub fn paragraphs(text: &str, ranges: &[Range<usize>]) -> Vec<Range<usize>> {
    let meets = |block: &Block| {
        let next = ranges.partition_point(|range| range.end <= block.range.start);
        ranges.get(next).is_some_and(|range| range.start < block.range.end)
    };
    blocks(text, Unit::Paragraph).into_iter().filter(meets).map(|block| block.range).collect()
}

/// Blocks that lie in cuts as a whole.
fn within(blocks: &[Block], cuts: &[Range<usize>]) -> Vec<Range<usize>> {
    let covered = |block: &&Block| {
        let next = cuts.partition_point(|cut| cut.end < block.range.end);
        let inside = |cut: &Range<usize>| cut.start <= block.range.start;
        cuts.get(next).is_some_and(inside)
    };
    blocks.iter().filter(covered).map(|block| block.range.clone()).collect()
}

/// A cut without the white space at its ends, which keeps apart what is left; none if that is all.
fn trimmed(text: &str, cut: Range<usize>) -> Option<Range<usize>> {
    let inside = text.get(cut.clone())?;
    let start = cut.start + (inside.len() - inside.trim_start().len());
    let end = cut.start + inside.trim_end().len();
    (start < end).then_some(start..end)
}

/// The bytes from the first to the last token of each run of overlapping windows.
fn stretches(text: &str, places: &[u32], tokens: usize) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    for place in places.iter().map(|place| *place as usize) {
        match runs.last_mut().filter(|run| place <= run.end) {
            Some(run) => run.end = run.end.max(place + tokens),
            None => runs.push(place..place + tokens),
        }
    }
    let mut tokens = split(text).enumerate();
    let stretch = |run: Range<usize>| {
        let (first, range) = tokens.find(|(index, _)| *index == run.start)?;
        let last = tokens.by_ref().take(run.end - first - 1).last();
        Some(range.start..last.map_or(range.end, |(_, last)| last.end))
    };
    runs.into_iter().filter_map(stretch).collect()
}

/// Formulas with their dollars, and code: what is cut whole or not at all.
fn spared(document: &Document) -> Vec<Range<usize>> {
    let text = document.text.as_bytes();
    let dollars = |range: Range<usize>| {
        let is_dollar = |at: usize| text.get(at) == Some(&b'$');
        let mut range = range;
        while range.start > 0 && text.get(range.start - 1).is_some_and(u8::is_ascii_whitespace) {
            range.start -= 1;
        }
        while text.get(range.end).is_some_and(u8::is_ascii_whitespace) {
            range.end += 1;
        }
        for _ in 0..2 {
            range.start -= usize::from(range.start > 0 && is_dollar(range.start - 1));
            range.end += usize::from(is_dollar(range.end));
        }
        range
    };
    let formulas = formulas::of(document);
    let formulas = formulas.iter().map(|formula| dollars(formula.range()));
    let blocks = blocks(&document.text, Unit::Paragraph);
    let code = blocks.iter().flat_map(|block| match block.is_code {
        true => vec![block.range.clone()],
        false => code_spans(&document.text, &block.range),
    });
    let mut spared: Vec<_> = formulas.chain(code).collect();
    spared.sort_by_key(|range| (range.start, range.end));
    spared
}

/// Code spans of a paragraph: from a run of backticks to the next as long as it.
fn code_spans(text: &str, paragraph: &Range<usize>) -> Vec<Range<usize>> {
    let inside = text.get(paragraph.clone()).unwrap_or_default();
    let mut runs: Vec<Range<usize>> = Vec::new();
    for (at, _) in inside.match_indices('`') {
        let at = paragraph.start + at;
        match runs.last_mut().filter(|run| run.end == at) {
            Some(run) => run.end += 1,
            None => runs.push(at..at + 1),
        }
    }
    let mut next: BTreeMap<usize, usize> = BTreeMap::new();
    let mut partners: Vec<Option<usize>> = Vec::new();
    for (number, run) in runs.iter().enumerate().rev() {
        partners.push(next.insert(run.len(), number));
    }
    partners.reverse();
    let mut spans = Vec::new();
    let mut number = 0;
    while let (Some(run), Some(partner)) = (runs.get(number), partners.get(number)) {
        let closing = partner.and_then(|partner| Some((partner, runs.get(partner)?)));
        number += 1;
        if let Some((partner, closing)) = closing {
            spans.push(run.start..closing.end);
            number = partner + 1;
        }
    }
    spans
}

/// A range without those parts of others that it holds or meets.
fn without(cut: Range<usize>, spared: &[Range<usize>]) -> Vec<Range<usize>> {
    let mut left = Vec::new();
    let mut at = cut.start;
    let first = spared.partition_point(|range| range.end <= cut.start);
    for range in spared.get(first..).unwrap_or_default() {
        if range.start >= cut.end {
            break;
        }
        if at < range.start {
            left.push(at..range.start);
        }
        at = at.max(range.end);
    }
    if at < cut.end {
        left.push(at..cut.end);
    }
    left
}

#[cfg(test)]
#[allow(clippy::string_slice, reason = "a test may stop at what it did not expect")]
mod tests {
    use super::*;
    use crate::passage::tests::{BLOCKS, document};
    use proptest::prelude::*;

    const WINDOWS: Passages = Passages::Windows { tokens: 3, spare: true, keep_first: true };

    #[test]
    fn what_is_cut_out_goes_with_the_blank_lines_behind_it() {
        let mut document = document("one\n\ntwo $x$\n\n\nthree\n");
        let cuts = BLOCKS.cuts(&document, &[0, 2]);
        document.cut(&cuts);
        assert_eq!(document.text, "two $x$\n\n\n");
        assert!(document.check().is_ok() && document.formulas.len() == 1);
    }

    fn cut(text: &str) -> Vec<&str> {
        let all: Vec<u32> = (0..40).collect();
        WINDOWS.cuts(&document(text), &all).into_iter().map(|cut| &text[cut]).collect()
    }

    #[test]
    fn stretches_spare_formulas_and_code() {
        let text = "a b c $x$ d e f\n```\ng h i\n```\nj k `l m` n o";
        assert_eq!(cut(text), ["a b c", "d e f", "j k", "n o"]);
        assert_eq!(cut("a b ``c ` d`` e ` f"), ["a b", "e ` f"]);
    }

    #[test]
    fn what_would_change_what_formulas_are_is_left() {
        // Without the backslash, what follows would be a formula.
        let text = "one more word\n\na b c \\$x$ d e\n\none more word";
        let document = document(text);
        assert!(document.formulas.is_empty());
        assert!(WINDOWS.cuts(&document, &[3, 4]).is_empty());
        let whole = WINDOWS.cuts(&document, &[0, 3, 4]);
        assert_eq!(whole, std::slice::from_ref(&(0..14)));
    }

    proptest! {
        #[test]
        fn formulas_stay_what_they_are(
            text in "([abc]{1,3}|[$]x[$]|[$][$]y[$][$]|`{1,3}|[$]|\\\\[$]| |\n|\n\n|```\n){0,30}",
            places in prop::collection::btree_set(0_u32..30, 0..20),
        ) {
            let places: Vec<u32> = places.into_iter().collect();
            for passages in [BLOCKS, WINDOWS] {
                let mut document = document(&text);
                let cuts = passages.cuts(&document, &places);
                prop_assert!(cuts.windows(2).all(|pair| pair[0].end <= pair[1].start));
                document.cut(&cuts);
                let shown: Vec<Range<usize>> = formulas::in_text(&document.text)
                    .iter()
                    .map(|formula| formula.range())
                    .collect();
                let listed: Vec<Range<usize>> =
                    document.formulas.iter().map(|formula| formula.range()).collect();
                prop_assert_eq!(shown, listed);
            }
        }
    }
}
