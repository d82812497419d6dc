//! Items of benchmarks out of files.

use super::Fields;
use cc_math_core::document_id;
use cc_math_dedup::decontaminate::Item;
use cc_math_store::{Input, Place, list_documents, open_decoded};
use serde_json::Value as Json;
use std::io::{BufRead, Read};

/// All items, in the order of the files' names.
pub(super) struct Benchmarks {
    pub(super) items: Vec<Item>,
    /// 32 hexadecimal digits over all of them.
    pub(super) digest: String,
}

/// Bytes of the longest line.
const LINE: u64 = 64 << 20;

impl Benchmarks {
    pub(super) fn read(paths: &[String], fields: &Fields) -> Result<Self, String> {
        let mut inputs = list_documents(paths, None).map_err(|error| error.to_string())?;
        inputs.sort_by(|a, b| a.name.cmp(&b.name));
        let mut items = Vec::new();
        for input in &inputs {
            read(input, fields, &mut items)?;
        }
        if items.is_empty() {
            return Err("there is no item in these files".into());
        }
        let mut whole = Vec::new();
        for Item { set, id, question, answer, passage } in &items {
            for part in [Some(set), Some(id), Some(question), answer.as_ref(), passage.as_ref()] {
                whole.extend(part.map_or("", String::as_str).as_bytes());
                whole.push(0);
            }
        }
        Ok(Self { items, digest: document_id(None, &whole) })
    }
}

fn read(input: &Input, fields: &Fields, items: &mut Vec<Item>) -> Result<(), String> {
    let name = &input.name;
    let Place::File(path) = &input.place else {
        return Err(format!("`{name}` is not a file of this machine"));
    };
    let mut lines = open_decoded(path).map_err(|error| error.to_string())?;
    let set = set(name);
    for number in 1.. {
        let mut line = String::new();
        let read = lines.by_ref().take(LINE).read_line(&mut line);
        if read.map_err(|error| format!("cannot read `{name}`: {error}"))? == 0 {
            break;
        }
        if line.trim().is_empty() {
            continue;
        }
        let item = item(&line, &set, number, fields);
        items.push(item.map_err(|error| format!("`{name}` line {number}: {error}"))?);
    }
    Ok(())
}

/// A file's name without folder and endings.
fn set(name: &str) -> String {
    let file = name.rsplit('/').next().unwrap_or(name);
    file.split(".jsonl").next().unwrap_or(file).to_owned()
}

fn item(line: &str, set: &str, number: usize, fields: &Fields) -> Result<Item, String> {
    let row: Json = serde_json::from_str(line).map_err(|error| error.to_string())?;
    let field = |name: &str| match row.get(name) {
        None | Some(Json::Null) => None,
        Some(Json::String(text)) => Some(text.clone()),
        Some(Json::Array(items)) => {
            let texts = items.iter().map(|item| item.as_str().map_or(item.to_string(), Into::into));
            Some(texts.collect::<Vec<String>>().join("\n"))
        }
        Some(other) => Some(other.to_string()),
    };
    let question = field(&fields.question);
    Ok(Item {
        set: set.to_owned(),
        id: field(&fields.id).unwrap_or_else(|| number.to_string()),
        question: question.ok_or_else(|| format!("it has no `{}`", fields.question))?,
        answer: field(&fields.answer),
        passage: field(&fields.passage),
    })
}
