//! Any text as a document that is compared with others and searched for benchmark items: what is cut
//! out lies in the text, what is left is a sound document, and nothing takes more than its share.
#![no_main]

use cc_math_core::{Document, Formula};
use cc_math_dedup::bloom::{Filter, Layout, Overlap};
use cc_math_dedup::decontaminate::{Index, Item, Options, Scratch as Judging};
use cc_math_dedup::formulas::in_text;
use cc_math_dedup::minhash::{Hasher, Preset};
use cc_math_dedup::normal::Form;
use cc_math_dedup::passage::{Passages, Unit};
use cc_math_dedup::shingle::Scratch;
use libfuzzer_sys::fuzz_target;

const BLOCKS: Passages = Passages::Blocks {
    unit: Unit::Line,
    min_words: 2,
    spare_formulas: true,
    spare_code: true,
    keep_first: true,
};
const WINDOWS: Passages = Passages::Windows { tokens: 3, spare: true, keep_first: true };

fuzz_target!(|text: &str| {
    let mut document = Document::new("u", text.into());
    document.formulas = in_text(text);
    if document.check().is_err() {
        document.formulas = Vec::<Formula>::new();
    }
    for passages in [BLOCKS, WINDOWS] {
        let mut keys = Vec::new();
        passages.keys(&document, &mut keys);
        let places: Vec<u32> = keys.iter().map(|(_, place)| *place).step_by(2).collect();
        let cuts = passages.cuts(&document, &places);
        assert!(cuts.windows(2).all(|pair| pair[0].end <= pair[1].start));
        assert!(cuts.iter().all(|cut| text.get(cut.clone()).is_some()));
        let mut rest = document.clone();
        rest.cut(&cuts);
        rest.check().unwrap();
        let cut: usize = cuts.iter().map(|cut| cut.len()).sum();
        assert_eq!(rest.text.len() + cut, text.len());
        if !document.formulas.is_empty() {
            let shown = in_text(&rest.text);
            assert!(shown.iter().map(Formula::range).eq(rest.formulas.iter().map(Formula::range)));
        }
    }
    let overlap = Overlap {
        ngram: 2,
        share: 0.8,
        lines: true,
        documents: true,
        rate: 0.01,
        spared: BLOCKS,
    };
    let mut filter = Filter::new(Layout::of(overlap.count(text), overlap.rate));
    let _ = overlap.judge(&document, &mut filter, &[]);
    let again = overlap.judge(&document, &mut filter, &[]);
    assert!(again.whole || overlap.count(text) == 0 || !again.lines.is_empty());
    let mut scratch = Scratch::default();
    for form in [Form::Datatrove, Form::Math] {
        let parameters = cc_math_dedup::minhash::Parameters {
            form,
            bands: 2,
            rows: 2,
            ..Preset::Fineweb.parameters()
        };
        let hasher = Hasher::new(parameters);
        let shingles = hasher.shingles(text, &document.formulas, &mut scratch).len();
        let signature = hasher.signature(text, &document.formulas, &mut scratch);
        assert_eq!(signature.is_none(), shingles == 0);
    }
    let half = text.floor_char_boundary(text.len() / 2);
    let item = Item { question: text[..half].into(), ..Item::default() };
    let index = Index::new(&[item], &Options::default());
    for found in index.judge(text, &document.formulas, &mut Judging::default()) {
        assert!(text.get(found.range.clone()).is_some());
        assert!((0.0..=1.0 + 1e-9).contains(&found.score));
    }
});
