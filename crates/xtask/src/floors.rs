//! The floor plan: arrows between crates only point down.

use serde_json::Value;
use std::process::Command;

/// Crates by floor. Rooms on one floor do not see each other.
const FLOORS: &[(&str, u8)] = &[
    ("cc-math-core", 0),
    ("cc-math-config", 1),
    ("cc-math-warc", 1),
    ("cc-math-tex", 1),
    ("cc-math-html", 1),
    ("cc-math-store", 1),
    ("cc-math-extract", 2),
    ("cc-math-dedup", 2),
    ("cc-math-lookup", 2),
    ("cc-math-report", 2),
    ("cc-math-pipeline", 3),
    ("cc-math-eval", 3),
    ("cc-math", 4),
    ("xtask", 9),
];

/// Fails on an arrow that does not point down, and on a crate without a floor.
pub(crate) fn check() -> Result<(), String> {
    let faults = faults(&metadata()?);
    if faults.is_empty() { Ok(()) } else { Err(faults.join("\n  ")) }
}

fn metadata() -> Result<Value, String> {
    let out = Command::new("cargo")
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .output()
        .map_err(|fault| format!("`cargo metadata` did not start: {fault}"))?;
    serde_json::from_slice(&out.stdout)
        .map_err(|fault| format!("`cargo metadata` is unreadable: {fault}"))
}

fn faults(metadata: &Value) -> Vec<String> {
    let packages = metadata["packages"].as_array().cloned().unwrap_or_default();
    packages.iter().flat_map(package_faults).collect()
}

fn package_faults(package: &Value) -> Vec<String> {
    let name = package["name"].as_str().unwrap_or_default();
    let Some(floor) = floor(name) else {
        return vec![format!("`{name}` has no floor; give it one in crates/xtask/src/floors.rs")];
    };
    let dependencies = package["dependencies"].as_array().cloned().unwrap_or_default();
    dependencies
        .iter()
        .filter(|dependency| dependency["kind"].is_null())
        .filter_map(|dependency| dependency["name"].as_str())
        .filter(|dependency| self::floor(dependency).is_some_and(|below| below >= floor))
        .map(|dependency| {
            format!("`{name}` may not depend on `{dependency}`: arrows only point down")
        })
        .collect()
}

fn floor(name: &str) -> Option<u8> {
    FLOORS.iter().find(|(crate_name, _)| *crate_name == name).map(|(_, floor)| *floor)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_workspace_obeys_its_floor_plan() {
        assert_eq!(check(), Ok(()));
    }

    #[test]
    fn sideways_and_upward_arrows_are_found() {
        let package = |name: &str, dependency: &str| {
            let dependencies = json!([{ "name": dependency, "kind": null }]);
            faults(&json!({ "packages": [{ "name": name, "dependencies": dependencies }] })).len()
        };
        assert_eq!(package("cc-math-extract", "cc-math-tex"), 0);
        assert_eq!(package("cc-math-tex", "cc-math-html"), 1);
        assert_eq!(package("cc-math-core", "cc-math-tex"), 1);
        assert_eq!(package("cc-math-novelty", "serde"), 1);
    }
}
