//! The `cc-math` binary: flags, printing, exit codes, hints; one file a verb.
fn main() {}
