//! The parts of the style guide that a program can check.

use std::path::{Path, PathBuf};
use std::{fs, io};

/// Words that mean unfinished work, put together here so that this file has none of them.
const NOTES: &[&str] = &[concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X:")];

/// Fails with one sentence for each breach.
pub(crate) fn check() -> Result<(), String> {
    let mut faults = Vec::new();
    for file in
        sources(Path::new("crates")).map_err(|fault| format!("cannot list crates/: {fault}"))?
    {
        let text = fs::read_to_string(&file)
            .map_err(|fault| format!("cannot read {}: {fault}", file.display()))?;
        faults.extend(breaches(&file, &text));
    }
    if faults.is_empty() { Ok(()) } else { Err(faults.join("\n  ")) }
}

fn breaches(file: &Path, text: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let in_source = file.components().any(|part| part.as_os_str() == "src");
    let is_module = in_source && file.file_name().is_some_and(|name| name != "tests.rs");
    if is_module && !text.starts_with("//!") {
        faults.push(format!(
            "{} has no `//!` head: say what it is and what it refuses to know",
            file.display()
        ));
    }
    for (number, line) in text.lines().enumerate() {
        if NOTES.iter().any(|note| line.contains(note)) {
            faults.push(format!(
                "{}:{}: finish it or say so in README",
                file.display(),
                number + 1
            ));
        }
        if line.ends_with(' ') || line.ends_with('\t') {
            faults.push(format!(
                "{}:{}: white space at the end of the line",
                file.display(),
                number + 1
            ));
        }
    }
    faults
}

/// All `.rs` files below a folder, in a stable order.
fn sources(root: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn breaches_are_named_by_line() {
        let head = breaches(Path::new("crates/a/src/b.rs"), "fn x() {}\n");
        assert_eq!(head.len(), 1);
        let note = format!("//! A.\n// {} later \n", NOTES[0]);
        assert_eq!(breaches(Path::new("crates/a/src/b.rs"), &note).len(), 2);
        assert!(breaches(Path::new("crates/a/tests/b.rs"), "fn x() {}\n").is_empty());
    }
}
