//! Any text as TeX and AsciiMath: total, and the canonical form of a canonical form is itself.
#![no_main]

use cc_math_tex::delimiters::{Delimiters, find};
use cc_math_tex::macros::Macros;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let _ = cc_math_tex::check::check(text);
    let _ = cc_math_tex::asciimath::to_tex(text);
    for span in find(text, &Delimiters::unknown()) {
        assert!(text.get(span.outer).is_some() && text.get(span.body).is_some());
    }
    let _ = Macros::read(text).expand(text);
    let once = cc_math_tex::canonical::canonical(text);
    let twice = cc_math_tex::canonical::canonical(&once);
    assert_eq!(once, twice);
});
