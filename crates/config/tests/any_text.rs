//! Whatever an operator types is a value or a mistake with a place, never a panic.
#![allow(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]

use cc_math_config::{Place, Problem, Source, Variables, parse, read, report};
use proptest::prelude::*;
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "only whether it can be read matters")]
struct Everything {
    a: Option<Vec<String>>,
    b: Option<BTreeMap<String, f64>>,
    c: Option<Kind>,
    d: Option<u8>,
}

#[derive(Debug, Deserialize)]
#[allow(dead_code, reason = "only whether it can be read matters")]
enum Kind {
    One,
    Two(u32),
    Three { x: bool },
}

fn all_of_it(text: &str, assignment: &str) {
    let node = parse(&Source::new("p.yaml", text));
    let Ok(mut node) = node.map_err(|problem| report(&[problem])) else { return };
    let mut problems: Vec<Problem> = node.set(assignment).err().into_iter().collect();
    Variables::default().fill(&mut node, &mut problems);
    let owner: Place = node.place.clone();
    let before = problems.len();
    let value: Option<Everything> = read(&node, &owner, &mut problems);
    assert_eq!(value.is_none(), problems.len() > before, "{}", report(&problems));
}

const PIECES: &[&str] = &[
    "a",
    "b",
    "c",
    "d",
    ": ",
    ":",
    "\n",
    "\n  ",
    "\n    - ",
    "- ",
    "[",
    "]",
    "{",
    "}",
    ", ",
    "\"",
    "'",
    "|",
    ">",
    "&x ",
    "*x",
    "!t ",
    "? ",
    "# ",
    "---\n",
    "...\n",
    "%YAML 1.2\n",
    "\t",
    "\u{feff}",
    "\\",
    "One",
    "Two",
    "Three",
    "x",
    "true",
    "7",
    "-1",
    "1e9",
    "~",
    "${",
    "}",
    "é",
    "\u{2028}",
    "\0",
    "\r",
];

proptest! {
    #[test]
    fn any_text_is_read(text in ".{0,200}", assignment in "[a-d.=0-9\\[{:]{0,20}") {
        all_of_it(&text, &assignment);
    }

    #[test]
    fn any_soup_of_yaml_is_read(
        pieces in prop::collection::vec(prop::sample::select(PIECES), 0..40),
        assignment in "[a-d.=0-9\\[{:]{0,20}",
    ) {
        all_of_it(&pieces.concat(), &assignment);
    }
}
