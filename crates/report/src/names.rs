//! Names of things: the stages a record passes, and the host of an address.

use cc_math_core::Manifest;
use serde_json::Value as Json;
use std::collections::BTreeSet;

/// The stages of a run in the order in which records pass them, reading included. Stages of one
/// name, whose rejects nothing tells apart, are one.
pub(crate) fn stages(manifest: &Manifest) -> Vec<String> {
    let source = manifest.plan.pointer("/pipeline/source");
    let tables = source.is_some_and(|source| source.get("documents").is_some());
    let urls = source.is_some_and(|source| source.get("urls").is_some());
    let reading: &[&str] = match (tables, urls) {
        (true, _) => &["documents"],
        (false, true) => &["urls", "warc", "http"],
        (false, false) => &["warc", "http"],
    };
    let mut names: Vec<String> = reading.iter().map(|name| (*name).to_owned()).collect();
    match planned(manifest) {
        Some(stages) => names.extend(stages.map(|(name, _)| name.clone())),
        None => names.push("extract".into()),
    }
    names.extend(manifest.counts.rejects.keys().cloned());
    let mut seen = BTreeSet::new();
    names.retain(|name| seen.insert(name.clone()));
    names
}

/// The stages that a pipeline names, with their options.
fn planned(manifest: &Manifest) -> Option<impl Iterator<Item = (&String, &Json)>> {
    let stages = manifest.plan.pointer("/pipeline/stages")?.as_array()?;
    Some(stages.iter().filter_map(Json::as_object).flatten())
}

/// The options of a stage as the plan has them; a list where stages share the name.
pub(crate) fn stage_options(manifest: &Manifest, stage: &str) -> Option<Json> {
    let Some(planned) = planned(manifest) else { return manifest.plan.get(stage).cloned() };
    let mut options: Vec<Json> =
        planned.filter(|(name, _)| *name == stage).map(|(_, options)| options.clone()).collect();
    if options.len() > 1 { Some(Json::Array(options)) } else { options.pop() }
}

/// The host of an address, without `www.`; what the address is where it has none.
pub(crate) fn host(url: Option<&str>) -> String {
    let Some(url) = url.filter(|url| !url.is_empty()) else { return "(no address)".into() };
    if url.starts_with("file:") {
        return "(local files)".into();
    }
    let Some((_, rest)) = url.split_once("://") else { return "(no host)".into() };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let authority = authority.rsplit('@').next().unwrap_or_default();
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => authority,
    };
    let host = host.trim_end_matches('.').to_lowercase();
    let host: String = host.strip_prefix("www.").unwrap_or(&host).chars().take(100).collect();
    if host.is_empty() { "(no host)".into() } else { host }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cc_math_core::{Counts, Reason};
    use serde_json::json;

    #[test]
    fn stages_of_one_name_are_one() {
        let mut manifest = Manifest {
            format: String::new(),
            writer: String::new(),
            plan: json!({ "pipeline": { "stages": [{ "a": 1 }, { "b": 2 }, { "a": 3 }] } }),
            plan_hash: String::new(),
            seed: None,
            inputs: Vec::new(),
            failed: Vec::new(),
            outputs: Vec::new(),
            counts: Counts::default(),
        };
        manifest.counts.reject("late", Reason::NoMath);
        assert_eq!(stages(&manifest), ["warc", "http", "a", "b", "late"]);
        assert_eq!(stage_options(&manifest, "a"), Some(json!([1, 3])));
        assert_eq!(stage_options(&manifest, "b"), Some(json!(2)));
        assert_eq!(stage_options(&manifest, "warc"), None);
        manifest.plan = json!({ "extract": { "math": "any" } });
        assert_eq!(stages(&manifest), ["warc", "http", "extract", "late"]);
        assert_eq!(stage_options(&manifest, "extract"), Some(json!({ "math": "any" })));
    }

    #[test]
    fn hosts_are_found() {
        for (url, expected) in [
            ("https://www.Example.org:8080/a?b", "example.org"),
            ("http://user:pw@example.org", "example.org"),
            ("http://[::1]:80/", "[::1]"),
            ("file:a.html", "(local files)"),
            ("dns:example.org", "(no host)"),
            ("", "(no address)"),
            ("https:///x", "(no host)"),
        ] {
            assert_eq!(host(Some(url)), expected, "{url}");
        }
        assert_eq!(host(None), "(no address)");
    }
}
