//! Extracts the pages of a truth file to JSONL `{url, text, formulas}`.
//! `dump TRUTH.jsonl PAGES_DIR [INDEX.jsonl]`, documents to stdout.
use cc_math_extract::{Extractor, MathMode, Options, Outcome, Page};
use std::io::{BufRead, Read, Write};

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let mut urls = std::collections::HashMap::new();
    if let Some(index) = args.get(3) {
        for line in std::io::BufReader::new(std::fs::File::open(index).unwrap()).lines() {
            let row: serde_json::Value = serde_json::from_str(&line.unwrap()).unwrap();
            urls.insert(row["id"].as_str().unwrap_or_default().to_owned(), row["url"].as_str().unwrap_or_default().to_owned());
        }
    }
    let extractor = Extractor::new(Options { math: MathMode::Any });
    let mut out = std::io::BufWriter::new(std::io::stdout());
    let (mut bytes, mut seconds) = (0usize, 0f64);
    for line in std::io::BufReader::new(std::fs::File::open(&args[1]).unwrap()).lines() {
        let row: serde_json::Value = serde_json::from_str(&line.unwrap()).unwrap();
        let id = row["id"].as_str().unwrap();
        let file = match row["file"].as_str() { Some(f) => f.to_owned(), None => format!("{id}.html.gz") };
        let path = std::path::Path::new(&args[2]).join(&file);
        let Ok(f) = std::fs::File::open(&path) else { eprintln!("missing {path:?}"); continue };
        let mut html = Vec::new();
        flate2::read::MultiGzDecoder::new(f).read_to_end(&mut html).unwrap();
        let url = row["url"].as_str().map(str::to_owned).or_else(|| urls.get(id).cloned()).unwrap_or_default();
        let t = std::time::Instant::now();
        let outcome = extractor.extract(&Page { bytes: &html, url: &url, content_type: Some("text/html") });
        let s = t.elapsed().as_secs_f64();
        seconds += s;
        bytes += html.len();
        if s > 0.1 { eprintln!("slow {id} {s:.3}s {} bytes", html.len()); }
        match outcome {
            Outcome::Document(d) => {
                let formulas: Vec<_> = d.formulas.iter().map(|f| serde_json::json!({"tex": d.tex(f), "display": f.display, "kind": f.kind.code(), "status": f.status.code()})).collect();
                if d.check().is_err() { eprintln!("inconsistent {id}"); }
                let back: Vec<_> = cc_math_extract::markdown::formulas(&d.text).into_iter().map(|f| f.range).collect();
                let own: Vec<_> = d.formulas.iter().map(|f| f.range()).collect();
                if back != own {
                    let bad = back.iter().zip(&own).find(|(a, b)| a != b);
                    eprintln!("not parsed back: {id} {} {} {:?}", back.len(), own.len(), bad.map(|(a, b)| (d.text.get(a.clone()), d.text.get(b.clone()))));
                }
                writeln!(out, "{}", serde_json::json!({"id": id, "url": url, "text": d.text, "formulas": formulas, "charset": d.charset, "title": d.title})).unwrap();
            }
            Outcome::Reject { reason, detail, .. } => eprintln!("reject {id} {reason} {detail}"),
        }
    }
    eprintln!("{:.1} MB/s", bytes as f64 / 1e6 / seconds);
}
