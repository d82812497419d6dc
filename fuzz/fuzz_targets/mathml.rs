//! Any text as MathML: a conversion is well-formed TeX and never a panic.
#![no_main]

use cc_math_extract::{Extractor, MathMode, Options, Page};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &str| {
    let page = format!("<p><math>{body}</math></p>");
    let extractor = Extractor::new(Options { math: MathMode::Any });
    let _ = extractor.extract(&Page::html("", page.as_bytes()));
});
