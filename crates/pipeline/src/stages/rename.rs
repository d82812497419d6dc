//! `rename`: other names for metadata.

use super::{Made, Options};
use cc_math_core::{Document, Map, Verdict};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Renames entries of a document's metadata, all at once: two can change places. An entry that
/// is not there is no mistake; one that stood under the new name gives way.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Rename {
    /// New names by old ones.
    metadata: BTreeMap<String, String>,
}

impl Options for Rename {
    const NAME: &'static str = "rename";

    fn make(self, _: u64) -> Result<Made, (&'static str, String)> {
        let mut seen = BTreeMap::new();
        for (old, new) in &self.metadata {
            if let Some(other) = seen.insert(new, old) {
                let message = format!("both `{other}` and `{old}` would be named `{new}`");
                return Err(("metadata", message));
            }
        }
        Ok(Made::map(self))
    }
}

impl Map for Rename {
    fn apply(&self, document: &mut Document) -> Verdict {
        let moved: Vec<_> = self
            .metadata
            .iter()
            .filter_map(|(old, new)| Some((new.clone(), document.metadata.remove(old)?)))
            .collect();
        document.metadata.extend(moved);
        Verdict::Keep
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn entries_change_places() {
        let names = [("a", "b"), ("b", "a"), ("c", "d"), ("gone", "x")];
        let names = names.map(|(old, new)| (old.to_owned(), new.to_owned()));
        let mut document = Document::new("u", String::new());
        document.metadata = json!({ "a": 1, "b": 2, "c": 3, "d": 4 }).as_object().unwrap().clone();
        let rename = Rename { metadata: names.into() };
        assert_eq!(rename.apply(&mut document), Verdict::Keep);
        assert_eq!(json!(document.metadata), json!({ "a": 2, "b": 1, "d": 3 }));
    }
}
