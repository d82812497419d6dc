//! Signatures of documents, and how fast they are made.
//!
//! usage: minhash_speed PRESET FILE.jsonl [ROUNDS]
//!        minhash_speed PRESET FILE.jsonl --print
//!
//! FILE has one object a line, of which `text` is read. Prints the seconds of the processor of each round,
//! reading left out; with `--print`, one object a line: all shingles of a text, and its signature or null. PRESET is
//! fineweb, nemotron, dclm or olmo3; `-math` after it asks for the form that keeps formulas, which
//! this example does not tell it of.

#![allow(clippy::print_stdout)]

use cc_math_dedup::minhash::{Hasher, Parameters, Preset};
use cc_math_dedup::normal::Form;
use cc_math_dedup::shingle::Scratch;
use rustix::time::{ClockId, clock_gettime};
use serde_json::{Value, json};
use std::error::Error;
use std::hint::black_box;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [preset, file, rest @ ..] = arguments.as_slice() else {
        return Err("usage: minhash_speed PRESET FILE.jsonl [ROUNDS | --print]".into());
    };
    let hasher = Hasher::new(parameters(preset)?);
    let texts = read(file)?;
    match rest.first().map(String::as_str) {
        Some("--print") => print(&hasher, &texts),
        rounds => time(&hasher, &texts, rounds.unwrap_or("3").parse()?),
    }
    Ok(())
}

fn parameters(name: &str) -> Result<Parameters, Box<dyn Error>> {
    let preset = name.strip_suffix("-math").unwrap_or(name);
    let preset: Preset = serde_json::from_value(json!(preset))?;
    let form = if name.ends_with("-math") { Form::Math } else { Form::Datatrove };
    Ok(Parameters { form, ..preset.parameters() })
}

fn read(file: &str) -> Result<Vec<String>, Box<dyn Error>> {
    let mut texts = Vec::new();
    for line in String::from_utf8(read_bytes(file)?)?.lines() {
        let document: Value = serde_json::from_str(line)?;
        texts.push(document["text"].as_str().ok_or("a document without text")?.to_owned());
    }
    Ok(texts)
}

#[allow(clippy::disallowed_methods)]
fn read_bytes(file: &str) -> std::io::Result<Vec<u8>> {
    std::fs::read(file)
}

fn print(hasher: &Hasher, texts: &[String]) {
    let mut scratch = Scratch::default();
    for text in texts {
        let shingles = hasher.shingles(text, &[], &mut scratch).to_vec();
        let signature = hasher.signature(text, &[], &mut scratch);
        println!("{}", json!({ "shingles": shingles, "signature": signature }));
    }
}

fn time(hasher: &Hasher, texts: &[String], rounds: usize) {
    let bytes: usize = texts.iter().map(String::len).sum();
    let mut scratch = Scratch::default();
    for _ in 0..rounds {
        let signatures = seconds(texts, |text| {
            black_box(hasher.signature(text, &[], &mut scratch));
        });
        let shingles = seconds(texts, |text| {
            black_box(hasher.shingles(text, &[], &mut scratch));
        });
        let documents = texts.len();
        println!(
            "{}",
            json!({ "documents": documents, "bytes": bytes, "signatures": signatures, "shingles": shingles })
        );
    }
}

/// Seconds of the processor that something takes for all texts.
fn seconds(texts: &[String], mut each: impl FnMut(&str)) -> f64 {
    let began = processor_time();
    texts.iter().for_each(|text| each(text));
    processor_time() - began
}

fn processor_time() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}
