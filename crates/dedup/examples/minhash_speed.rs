//! Signatures of documents, and how fast they are made.
//!
//! usage: minhash_speed PRESET FILE.jsonl [ROUNDS]
//!        minhash_speed PRESET FILE.jsonl --print
//!
//! FILE has one object a line, of which `text` is read, and `formulas` if there are any. Prints the seconds of the processor of each round,
//! reading left out; with `--print`, one object a line: all shingles of a text, and its signature or null. PRESET is
//! fineweb, nemotron, dclm or olmo3; `-math` after it asks for the form that keeps formulas.

#![allow(clippy::print_stdout)]

use cc_math_core::Formula;
use cc_math_dedup::minhash::{Hasher, Parameters, Preset};
use cc_math_dedup::normal::Form;
use cc_math_dedup::shingle::Scratch;
use rustix::time::{ClockId, clock_gettime};
use serde::Deserialize;
use serde_json::json;
use std::error::Error;
use std::hint::black_box;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [preset, file, rest @ ..] = arguments.as_slice() else {
        return Err("usage: minhash_speed PRESET FILE.jsonl [ROUNDS | --print]".into());
    };
    let hasher = Hasher::new(parameters(preset)?);
    let documents = read(file)?;
    match rest.first().map(String::as_str) {
        Some("--print") => print(&hasher, &documents),
        rounds => time(&hasher, &documents, rounds.unwrap_or("3").parse()?),
    }
    Ok(())
}

fn parameters(name: &str) -> Result<Parameters, Box<dyn Error>> {
    let preset = name.strip_suffix("-math").unwrap_or(name);
    let preset: Preset = serde_json::from_value(json!(preset))?;
    let form = if name.ends_with("-math") { Form::Math } else { Form::Datatrove };
    Ok(Parameters { form, ..preset.parameters() })
}

#[derive(Deserialize)]
struct Document {
    text: String,
    #[serde(default)]
    formulas: Vec<Formula>,
}

fn read(file: &str) -> Result<Vec<Document>, Box<dyn Error>> {
    let lines = String::from_utf8(read_bytes(file)?)?;
    Ok(lines.lines().map(serde_json::from_str).collect::<Result<_, _>>()?)
}

#[allow(clippy::disallowed_methods)]
fn read_bytes(file: &str) -> std::io::Result<Vec<u8>> {
    std::fs::read(file)
}

fn print(hasher: &Hasher, documents: &[Document]) {
    let mut scratch = Scratch::default();
    for Document { text, formulas } in documents {
        let shingles = hasher.shingles(text, formulas, &mut scratch).to_vec();
        let signature = hasher.signature(text, formulas, &mut scratch);
        println!("{}", json!({ "shingles": shingles, "signature": signature }));
    }
}

fn time(hasher: &Hasher, documents: &[Document], rounds: usize) {
    let bytes: usize = documents.iter().map(|document| document.text.len()).sum();
    let mut scratch = Scratch::default();
    for _ in 0..rounds {
        let signatures = seconds(documents, |one| {
            black_box(hasher.signature(&one.text, &one.formulas, &mut scratch));
        });
        let shingles = seconds(documents, |one| {
            black_box(hasher.shingles(&one.text, &one.formulas, &mut scratch));
        });
        let count = documents.len();
        println!(
            "{}",
            json!({ "documents": count, "bytes": bytes, "signatures": signatures, "shingles": shingles })
        );
    }
}

/// Seconds of the processor that something takes for all documents.
fn seconds(documents: &[Document], each: impl FnMut(&Document)) -> f64 {
    let began = processor_time();
    documents.iter().for_each(each);
    processor_time() - began
}

fn processor_time() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}
