//! Any text as TeX and AsciiMath: total, and the canonical form of a formula without faults is a
//! fixed point. (Of others it may go on changing, see `canonical::MAX_PASSES`.)
#![no_main]

use cc_math_tex::delimiters::{Delimiters, find};
use cc_math_tex::macros::Macros;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let sound = cc_math_tex::check::check(text).faults.is_empty();
    let _ = cc_math_tex::asciimath::to_tex(text);
    for span in find(text, &Delimiters::unknown()) {
        assert!(text.get(span.outer).is_some() && text.get(span.body).is_some());
    }
    let _ = Macros::read(text).expand(text);
    let once = cc_math_tex::canonical::canonical(text);
    let twice = cc_math_tex::canonical::canonical(&once);
    assert!(!sound || once == twice, "{once}\n{twice}");
});
