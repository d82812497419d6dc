//! A plan as a list of options, to be told or compared.

use serde_json::Value as Json;
use std::collections::BTreeMap;

/// The values of a plan by their paths, as in `pipeline.stages.1.sample.rate`.
pub(crate) fn options(plan: &Json) -> BTreeMap<String, String> {
    let mut options = BTreeMap::new();
    let mut open = vec![(String::new(), plan)];
    while let Some((path, value)) = open.pop() {
        let below =
            |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
        match value {
            Json::Object(fields) if !fields.is_empty() => {
                open.extend(fields.iter().map(|(name, value)| (below(name), value)));
            }
            Json::Array(items) if !items.is_empty() => {
                let items = items.iter().enumerate();
                open.extend(items.map(|(index, value)| (below(&index.to_string()), value)));
            }
            Json::String(text) => drop(options.insert(path, text.clone())),
            other => drop(options.insert(path, other.to_string())),
        }
    }
    options
}
