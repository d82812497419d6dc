//! The shape of pipelines for editors, and the reference of stages for people.

use crate::spec::{Blend, Documents, ENTRIES, Output, Warc};
use crate::stages::{STAGES, StageKind};
use crate::trial::Test;
use crate::urls::UrlSource;
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value as Json, json};

/// The JSON Schema of pipelines (draft 2020-12). Editors that speak YAML complete and check a
/// pipeline by it where the file's first line names it.
pub fn pipeline_schema() -> Json {
    let mut properties = Map::new();
    for (name, about) in ENTRIES {
        let mut schema = entry(name);
        if let Some(schema) = schema.as_object_mut() {
            schema.insert("description".into(), about.into());
        }
        properties.insert(name.into(), schema);
    }
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "cc-math pipeline",
        "type": "object",
        "required": ["name", "source", "stages", "output"],
        "additionalProperties": false,
        "properties": properties,
    })
}

/// Variables may stand where a value of another kind does.
fn entry(name: &str) -> Json {
    match name {
        "name" => json!({ "type": "string" }),
        "seed" => json!({ "type": "integer", "minimum": 0, "default": 0 }),
        "vars" => json!({ "type": "object" }),
        "env" => json!({ "type": "array", "items": { "type": "string" } }),
        "source" => one_of(&[
            ("warc", schema_of::<Warc>()),
            ("documents", schema_of::<Documents>()),
            ("mix", schema_of::<Blend>()),
            ("urls", schema_of::<UrlSource>()),
        ]),
        "stages" => json!({ "type": "array", "minItems": 1, "items": { "anyOf": stages() } }),
        "output" => json!({ "anyOf": [{ "type": "string" }, schema_of::<Output>()] }),
        _ => json!({ "type": "array", "items": schema_of::<Test>() }),
    }
}

/// The schema of a type, to stand inside another: without references, which would have to be
/// gathered at the top.
pub(crate) fn schema_of<T: JsonSchema>() -> Json {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.inline_subschemas = true;
        settings.meta_schema = None;
    });
    let mut schema = Json::from(settings.into_generator().into_root_schema_for::<T>());
    if let Some(object) = schema.as_object_mut() {
        object.remove("title");
    }
    schema
}

fn one_of(choices: &[(&str, Json)]) -> Json {
    let properties: Map<String, Json> =
        choices.iter().map(|(name, schema)| ((*name).to_owned(), schema.clone())).collect();
    json!({
        "type": "object",
        "minProperties": 1,
        "maxProperties": 1,
        "additionalProperties": false,
        "properties": properties,
    })
}

fn stages() -> Vec<Json> {
    let named = |stage: &StageKind| {
        let mut options = stage.schema();
        if let Some(alone) = stage.short.and_then(|option| options.get("properties")?.get(option)) {
            options = json!({ "anyOf": [alone, options] });
        }
        let mut schema = one_of(&[(stage.name, options)]);
        if let Some(object) = schema.as_object_mut() {
            object.insert("description".into(), stage.about().into());
        }
        schema
    };
    let mut choices: Vec<Json> = STAGES.iter().map(named).collect();
    choices.push(one_of(&[("include", json!({
        "type": "string",
        "description": "A file with a list of stages, which stand here in its place; the path is from this file's folder.",
    }))]));
    let bare: Vec<&str> = STAGES
        .iter()
        .filter(|stage| required(&stage.schema()).is_empty())
        .map(|s| s.name)
        .collect();
    choices.push(json!({ "enum": bare }));
    choices
}

fn required(schema: &Json) -> Vec<&str> {
    let names = schema.get("required").and_then(Json::as_array);
    names.into_iter().flatten().filter_map(Json::as_str).collect()
}

/// The reference of all stages as Markdown.
pub fn reference() -> String {
    let mut text = String::from(
        "# Stages\n\nWhat may stand under `stages:` of a pipeline. Written by `cc-math stages --markdown`.\n",
    );
    for stage in STAGES {
        let schema = stage.schema();
        text += &format!("\n## `{}`\n\n{}\n", stage.name, stage.about());
        if let Some(option) = stage.short {
            text += &format!("\n`{option}` may stand alone: `- {}: ...`.\n", stage.name);
        }
        let options = schema.get("properties").and_then(Json::as_object);
        if options.is_none_or(Map::is_empty) {
            continue;
        }
        text.push_str(
            "\n| option | values | default | what it does |\n| --- | --- | --- | --- |\n",
        );
        for (name, option) in options.into_iter().flatten() {
            let needed = required(&schema).contains(&name.as_str());
            let about = option.get("description").and_then(Json::as_str).unwrap_or_default();
            text += &format!(
                "| `{name}` | {} | {} | {} |\n",
                values(option),
                default(option, needed),
                about.replace('\n', " ").replace('|', "\\|")
            );
        }
    }
    text
}

fn default(option: &Json, needed: bool) -> String {
    match option.get("default") {
        _ if needed => "required".into(),
        None | Some(Json::Null) => String::new(),
        Some(Json::String(text)) => format!("`{text}`"),
        Some(value) => format!("`{value}`"),
    }
}

fn values(option: &Json) -> String {
    let words = |names: &[Json]| {
        let quoted = names.iter().filter_map(Json::as_str).map(|name| format!("`{name}`"));
        quoted.collect::<Vec<_>>().join(", ")
    };
    if let Some(names) = option.get("enum").and_then(Json::as_array) {
        return words(names);
    }
    if let Some(name) = option.get("const").and_then(Json::as_str) {
        return format!("`{name}`");
    }
    let choices = ["oneOf", "anyOf"].iter().find_map(|key| option.get(key)?.as_array());
    if let Some(choices) = choices {
        let some = choices.iter().map(choice).filter(|choice| !choice.is_empty());
        return some.collect::<Vec<_>>().join(", ");
    }
    if let Some(items) = option.get("items").map(choice).filter(|items| items.contains('`')) {
        return format!("list of {items}");
    }
    let kinds = match option.get("type") {
        Some(Json::String(kind)) => vec![kind.as_str()],
        Some(Json::Array(kinds)) => kinds.iter().filter_map(Json::as_str).collect(),
        _ => Vec::new(),
    };
    let name = |kind: &str| match kind {
        "number" => "number",
        "integer" => "whole number",
        "boolean" => "`true`, `false`",
        "array" => "list",
        "object" => "mapping",
        _ => "text",
    };
    let kinds: Vec<&str> = kinds.into_iter().filter(|kind| *kind != "null").map(name).collect();
    kinds.join(" or ")
}

/// One of several values, which may be a mapping of one entry.
fn choice(schema: &Json) -> String {
    let entries = schema.get("properties").and_then(Json::as_object);
    match entries.and_then(|entries| entries.keys().next().filter(|_| entries.len() == 1)) {
        Some(name) => format!("`{{ {name}: ... }}`"),
        None if schema.get("type").and_then(Json::as_str) == Some("null") => String::new(),
        None => values(schema),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_stands_on_its_own() {
        let schema = pipeline_schema().to_string();
        assert!(!schema.contains("$ref"), "{schema}");
        for stage in STAGES {
            assert!(schema.contains(&format!("\"{}\"", stage.name)), "{}", stage.name);
        }
    }
}
