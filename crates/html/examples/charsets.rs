//! Measures how many pages are read in the right encoding.
//!
//! Takes the development pages beside the repository (and says so if they are
//! absent): first as they are, against the encoding their truth gives; then
//! those in UTF-8 whose text fits a legacy encoding, re-encoded into it, with
//! the encoding declared in the header, in the page, or nowhere.

#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::expect_used, reason = "a measurement")]

use cc_math_html::{Limits, decode, parse};
use encoding_rs::Encoding;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Encodings measured, and the languages whose pages are re-encoded into them.
const ENCODINGS: &[(&str, &[&str])] = &[
    ("windows-1251", &["ru", "uk", "bg"]),
    ("koi8-r", &["ru"]),
    ("iso-8859-5", &["ru"]),
    ("shift_jis", &["ja"]),
    ("euc-jp", &["ja"]),
    ("gb18030", &["zh"]),
    ("gbk", &["zh"]),
    ("big5", &["zh"]),
    ("euc-kr", &["ko"]),
    ("windows-1250", &["pl", "cs", "hu"]),
    ("iso-8859-2", &["pl", "cs", "hu"]),
    ("windows-1252", &["de", "fr", "es", "pt", "it", "nl", "en"]),
    ("windows-1253", &["el"]),
    ("windows-1254", &["tr"]),
    ("windows-1255", &["he"]),
    ("windows-1256", &["ar", "fa"]),
    ("windows-874", &["th"]),
];

struct Page {
    id: String,
    language: String,
    charset: String,
    host: String,
    bytes: Vec<u8>,
}

fn main() {
    let pages = pages();
    if pages.is_empty() {
        println!("development pages: absent");
        return;
    }
    as_they_are(&pages);
    speed(&pages);
    pieces(&pages);
    for declared in ["header", "page", "nowhere"] {
        println!("declared: {declared}");
        for (charset, languages) in ENCODINGS {
            re_encoded(&pages, charset, languages, declared);
        }
    }
}

/// Reads pieces of pages, of 400 characters each, in encodings declared nowhere: much harder than pages.
fn pieces(pages: &[Page]) {
    println!("pieces of 400 characters, declared nowhere");
    for (charset, languages) in ENCODINGS {
        let encoding = Encoding::for_label(charset.as_bytes()).unwrap();
        let (mut right, mut all, mut wrong) = (0, 0, BTreeMap::new());
        for page in pages.iter().filter(|page| languages.contains(&&*page.language)) {
            for piece in pieces_of(page) {
                let (bytes, _, unmappable) = encoding.encode(&piece);
                if unmappable || bytes.is_ascii() {
                    continue;
                }
                let decoded = decode(&bytes, None, None);
                all += 1;
                right += i32::from(decoded.text == piece);
                *wrong.entry(decoded.charset).or_insert(0) += i32::from(decoded.text != piece);
            }
        }
        if all == 0 {
            continue;
        }
        wrong.retain(|_, count| *count > 0);
        let share = 100.0 * f64::from(right) / f64::from(all);
        println!("  {charset:13} {right:4} of {all:4} {share:5.1} % {wrong:?}");
    }
}

fn pieces_of(page: &Page) -> Vec<String> {
    let text = decode(&page.bytes, None, None).text;
    let dom = parse(&text, &Limits::default()).dom;
    let code =
        |node| dom.ancestors(node).any(|node| matches!(dom.name(node), "script" | "style" | "pre"));
    let texts =
        dom.descendants(dom.root()).filter(|node| dom.text(*node).is_some() && !code(*node));
    let text: Vec<&str> = texts.filter_map(|node| dom.text(node)).collect();
    let words: Vec<char> =
        text.join(" ").split_whitespace().collect::<Vec<_>>().join(" ").chars().collect();
    words.chunks(400).map(|piece| format!("<p>{}</p>", piece.iter().collect::<String>())).collect()
}

/// Tells how fast pages are read, in time of this thread (on Linux).
fn speed(pages: &[Page]) {
    let cpu_time = || {
        let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
        stat.split(' ').next().and_then(|ns| ns.parse().ok()).unwrap_or(0.0)
    };
    let start: f64 = cpu_time();
    for page in pages {
        decode(&page.bytes, None, Some(&page.host));
    }
    let bytes: usize = pages.iter().map(|page| page.bytes.len()).sum();
    println!("speed: {:.0} MB/s", bytes as f64 * 1e3 / (cpu_time() - start));
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/dev")
}

/// The value of a string field of a line of JSON; no value here has escapes that matter.
fn field(line: &str, name: &str) -> String {
    let start = line.find(&format!("\"{name}\": \"")).map(|at| at + name.len() + 5);
    let rest = start.and_then(|start| line.get(start..)).unwrap_or_default();
    rest.split('"').next().unwrap_or_default().to_owned()
}

fn pages() -> Vec<Page> {
    let truth = std::fs::read_to_string(folder().join("truth.jsonl")).unwrap_or_default();
    truth.lines().map(page).collect()
}

fn page(line: &str) -> Page {
    let id = field(line, "id");
    let path = folder().join("pages").join(format!("{id}.html.gz"));
    let bytes = Command::new("gzip").arg("-dc").arg(path).output().expect("gzip").stdout;
    let url = field(line, "url");
    let host = url.split('/').nth(2).unwrap_or_default().to_owned();
    Page { id, language: field(line, "lang"), charset: field(line, "charset"), host, bytes }
}

fn as_they_are(pages: &[Page]) {
    let mut sources = BTreeMap::new();
    let mut right = 0;
    for page in pages {
        let decoded = decode(&page.bytes, None, Some(&page.host));
        *sources.entry(decoded.source.code()).or_insert(0) += 1;
        let label = page.charset.trim_end_matches('?');
        let expected = match Encoding::for_label(label.as_bytes()) {
            Some(encoding) => encoding.decode(&page.bytes).0,
            None => decoded.text.clone(),
        };
        if decoded.text == expected {
            right += 1;
        } else {
            println!(
                "  {} is {} and was read as {} ({:?}), {} errors",
                page.id, page.charset, decoded.charset, decoded.source, decoded.errors
            );
        }
    }
    println!("as they are: {right} of {} right, sources {sources:?}", pages.len());
}

fn re_encoded(pages: &[Page], charset: &str, languages: &[&str], declared: &str) {
    let encoding = Encoding::for_label(charset.as_bytes()).unwrap();
    let (mut right, mut all, mut wrong) = (0, 0, BTreeMap::new());
    for page in pages.iter().filter(|page| languages.contains(&&*page.language)) {
        let Some(text) = text_without_claim(page, charset, declared == "page") else { continue };
        let (bytes, _, unmappable) = encoding.encode(&text);
        if unmappable || bytes.is_ascii() {
            continue;
        }
        let header = format!("text/html; charset={charset}");
        let header = (declared == "header").then_some(&*header);
        let decoded = decode(&bytes, header, None);
        all += 1;
        if decoded.text == text {
            right += 1;
        } else {
            *wrong.entry(decoded.charset).or_insert(0) += 1;
            if std::env::var_os("NAMES").is_some() {
                println!("    {} {}", page.id, decoded.charset);
            }
        }
    }
    if all > 0 {
        println!(
            "  {charset:13} {right:4} of {all:4} {:5.1} % {wrong:?}",
            100.0 * f64::from(right) / f64::from(all)
        );
    }
}

/// The page's text with every claim of UTF-8 replaced, by another claim or by none; what does not
/// fit the encoding becomes character references, as authors had to write it.
fn text_without_claim(page: &Page, charset: &str, declare: bool) -> Option<String> {
    let encoding = Encoding::for_label(charset.as_bytes())?;
    let text = std::str::from_utf8(&page.bytes).ok()?.trim_start_matches('\u{feff}');
    let claim = if declare { charset } else { "" };
    let text = text
        .replace("charset=\"utf-8\"", &format!("charset=\"{claim}\""))
        .replace("charset=\"UTF-8\"", &format!("charset=\"{claim}\""))
        .replace("charset=utf-8", &format!("charset={claim}"))
        .replace("charset=UTF-8", &format!("charset={claim}"))
        .replace("encoding=\"utf-8\"", "")
        .replace("encoding=\"UTF-8\"", "");
    let text = if declare { format!("<meta charset={charset}>{text}") } else { text };
    fits(&text, encoding).then_some(())?;
    let (bytes, _, _) = encoding.encode(&text);
    Some(encoding.decode_without_bom_handling(&bytes).0.into_owned())
}

/// Whether all but a tenth of the letters can be written in the encoding: nobody would have used it
/// otherwise.
fn fits(text: &str, encoding: &'static Encoding) -> bool {
    let letters: Vec<char> = text.chars().filter(|c| !c.is_ascii() && c.is_alphabetic()).collect();
    let fits = |c: &&char| !encoding.encode(c.encode_utf8(&mut [0; 4])).2;
    letters.iter().filter(fits).count() * 10 >= letters.len() * 9
}
