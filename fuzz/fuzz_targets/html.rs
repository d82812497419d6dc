//! Any bytes as a page: the document's formulas are those its text parses to.
#![no_main]

use cc_math_extract::{Extractor, MathMode, Options, Outcome, Page, markdown};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let extractor = Extractor::new(Options { math: MathMode::Any });
    if let Outcome::Document(document) = extractor.extract(&Page::html("https://example.org/", bytes)) {
        assert!(document.check().is_ok());
        let listed: Vec<_> = document.formulas.iter().map(|formula| formula.range()).collect();
        let parsed: Vec<_> = markdown::formulas(&document.text).into_iter().map(|found| found.range).collect();
        assert_eq!(listed, parsed);
    }
});
