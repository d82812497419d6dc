//! Main content of the pages of an archive, one JSON object a line on stdout.
//!
//! `content_dump ARCHIVE.warc.gz text` writes `{url, text, title}`: what a scorer needs.
//! `content_dump ARCHIVE.warc.gz blocks` writes `{url, blocks: [{text, features, score, kept}]}`: what training needs.
//!
//! Reads plain response records only (no transfer or content encodings), as benchmarks have them.

use cc_math_extract::content::{self, Hints};
use cc_math_html::{Dom, NodeId};
use flate2::bufread::MultiGzDecoder;
use serde_json::{Value, json};
use std::error::Error;
use std::io::{self, BufRead, BufReader, Write};
use std::time::{Duration, Instant};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> Result<()> {
    let mut args = std::env::args().skip(1);
    let (Some(path), Some(mode)) = (args.next(), args.next()) else {
        return Err("usage: content_dump ARCHIVE.warc.gz text|blocks".into());
    };
    let file = BufReader::new(std::fs::File::open(path)?);
    let mut archive = BufReader::new(MultiGzDecoder::new(file));
    let mut out = io::BufWriter::new(io::stdout().lock());
    let mut clock = Clock::default();
    while let Some((url, html)) = next_page(&mut archive)? {
        let dom = clock.parse(&html);
        let hints = Hints { url: Some(&url), ..Hints::default() };
        let row = if mode == "blocks" {
            blocks(&dom, &hints, &url)
        } else {
            text(&dom, &hints, &url, &mut clock)
        };
        writeln!(out, "{row}")?;
    }
    eprintln!("{clock}");
    Ok(())
}

/// Times of the two steps, and what went through them.
#[derive(Default)]
struct Clock {
    bytes: usize,
    parsing: Duration,
    selecting: Duration,
}

impl Clock {
    fn parse<'p>(&mut self, html: &'p str) -> Dom<'p> {
        let start = Instant::now();
        let dom = cc_math_html::parse(html, &Default::default()).dom;
        self.parsing += start.elapsed();
        self.bytes += html.len();
        dom
    }
}

impl std::fmt::Display for Clock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let megabytes = self.bytes as f64 / 1e6;
        let per = |time: Duration| time.as_secs_f64() * 1e3 / megabytes;
        let (parsing, selecting) = (per(self.parsing), per(self.selecting));
        write!(f, "{megabytes:.1} MB; ms per MB: parsing {parsing:.2}, selecting {selecting:.2}")
    }
}

fn blocks(dom: &Dom, hints: &Hints<'_>, url: &str) -> Value {
    let blocks = content::explain(dom, hints).into_iter().map(|block| {
        let text: Vec<&str> = block.text.split_whitespace().collect();
        let features: String = block.features.iter().map(|byte| format!("{byte:02x}")).collect();
        json!({"text": text.join(" "), "features": features, "score": block.score, "kept": block.kept})
    });
    json!({"url": url, "blocks": blocks.collect::<Vec<_>>()})
}

fn text(dom: &Dom, hints: &Hints<'_>, url: &str, clock: &mut Clock) -> Value {
    let start = Instant::now();
    let selection = content::select(dom, hints);
    clock.selecting += start.elapsed();
    let mut text = String::new();
    for node in dom.descendants(dom.root()).filter(|node| selection.keeps(*node)) {
        push(dom, node, &mut text);
    }
    json!({"url": url, "text": text, "title": selection.title()})
}

fn push(dom: &Dom, node: NodeId, text: &mut String) {
    match dom.text(node) {
        Some(own) => text.push_str(own),
        None if !is_inline(dom.name(node)) => text.push('\n'),
        None => {}
    }
}

#[rustfmt::skip]
fn is_inline(name: &str) -> bool {
    matches!(name, "a" | "abbr" | "b" | "bdi" | "bdo" | "cite" | "code" | "dfn" | "em" | "font" | "i" | "img" | "ins" | "kbd" | "mark" | "q" | "s" | "samp" | "small" | "span" | "strong" | "sub" | "sup" | "time" | "tt" | "u" | "var" | "wbr")
}

/// Address and decoded body of the next response.
fn next_page(archive: &mut impl BufRead) -> Result<Option<(String, String)>> {
    while let Some(headers) = next_headers(archive)? {
        let length = header(&headers, "content-length").unwrap_or("0").parse()?;
        let mut body = vec![0; length];
        archive.read_exact(&mut body)?;
        if header(&headers, "warc-type") != Some("response") {
            continue;
        }
        let url = header(&headers, "warc-target-uri").unwrap_or_default().to_owned();
        let at = body.windows(4).position(|bytes| bytes == b"\r\n\r\n").map_or(0, |at| at + 4);
        let html = String::from_utf8_lossy(body.get(at..).unwrap_or_default()).into_owned();
        return Ok(Some((url, html)));
    }
    Ok(None)
}

/// The header lines of the next record; blank lines before it are passed over.
fn next_headers(archive: &mut impl BufRead) -> Result<Option<Vec<String>>> {
    let mut headers = Vec::new();
    let mut line = String::new();
    while archive.read_line(&mut line)? > 0 {
        let trimmed = line.trim_end();
        if !trimmed.is_empty() {
            headers.push(trimmed.to_owned());
        } else if !headers.is_empty() {
            return Ok(Some(headers));
        }
        line.clear();
    }
    Ok(None)
}

fn header<'a>(headers: &'a [String], name: &str) -> Option<&'a str> {
    let mut fields = headers.iter().filter_map(|line| line.split_once(':'));
    fields.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
}
