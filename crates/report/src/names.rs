//! Names of things: the stages a record passes, and the host of an address.

use cc_math_core::Manifest;
use serde_json::Value as Json;

/// The stages of a run in the order in which records pass them, reading included.
pub(crate) fn stages(manifest: &Manifest) -> Vec<String> {
    let source = manifest.plan.pointer("/pipeline/source");
    let tables = source.is_some_and(|source| source.get("documents").is_some());
    let reading: &[&str] = if tables { &["documents"] } else { &["warc", "http"] };
    let mut names: Vec<String> = reading.iter().map(|name| (*name).to_owned()).collect();
    match manifest.plan.pointer("/pipeline/stages").and_then(Json::as_array) {
        Some(stages) => names.extend(
            stages.iter().filter_map(Json::as_object).flat_map(|stage| stage.keys().cloned()),
        ),
        None => names.push("extract".into()),
    }
    let known = names.clone();
    names.extend(manifest.counts.rejects.keys().filter(|name| !known.contains(name)).cloned());
    names
}

/// The options of a stage as the plan has them, on one line.
pub(crate) fn stage_options(manifest: &Manifest, stage: &str) -> Option<String> {
    let stages = manifest.plan.pointer("/pipeline/stages").and_then(Json::as_array);
    let named = |stages: &Vec<Json>| stages.iter().find_map(|entry| entry.get(stage).cloned());
    let options = stages.and_then(named).or_else(|| manifest.plan.get(stage).cloned())?;
    Some(options.to_string())
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
