//! Any text as YAML: a tree or one mistake, whose message can be told; assignments and variables
//! change the tree or are mistakes.
#![no_main]

use cc_math_config::{Problem, Source, Tree, Variables, parse, report};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: (&str, &str)| {
    let (yaml, assignment) = text;
    let mut problems: Vec<Problem> = Vec::new();
    match parse(&Source::new("fuzz.yaml", yaml)) {
        Err(problem) => problems.push(problem),
        Ok(mut node) => {
            problems.extend(node.set(assignment).err());
            let mut variables = Variables::default();
            variables.declare("name", Tree::Text(assignment.into()));
            variables.fill(&mut node, &mut problems);
        }
    }
    assert!(problems.is_empty() || report(&problems).starts_with("error: "));
});
