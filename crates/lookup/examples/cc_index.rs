//! Makes a columnar index as Common Crawl publishes them, of pages that never were, and a list
//! of URLs to look up in it:
//!
//! ```sh
//! cargo run -p cc-math-lookup --example cc_index -- OUT 20000000 8 [CRAWL] [SHUFFLED]
//! ```
//!
//! OUT gets `cc-index/table/cc-main/warc/crawl=CRAWL/subset=warc/part-*.parquet`: the flat
//! schema of `cc-index-table`, rows in the order of `url_surtkey`, row groups of a million rows,
//! zstd, page indexes; few hosts with many pages and many with few; some pages fetched twice.
//! OUT gets `urls.txt`, too: 100,000 URLs of which 90 % are in the index, written in other ways
//! than there, 9 % are not, and 1 % are no URLs. The same arguments give the same bytes. With a
//! fifth argument the rows of each part are in no order.
#![allow(
    clippy::unwrap_used,
    clippy::string_slice,
    missing_docs,
    reason = "a tool of the bench, which may stop at what it did not expect"
)]

use arrow_array::builder::{
    Int16Builder, Int32Builder, StringBuilder, TimestampMillisecondBuilder,
};
use arrow_array::{ArrayRef, RecordBatch};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::Arc;

const URLS: u64 = 100_000;
const BATCH: usize = 20_000;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [out, rows, parts, rest @ ..] = arguments.as_slice() else {
        eprintln!("usage: cc_index OUT ROWS PARTS [CRAWL] [SHUFFLED]");
        std::process::exit(2);
    };
    let crawl = rest.first().map_or("CC-MAIN-2024-10", String::as_str);
    let (rows, parts): (u64, u64) = (rows.parse().unwrap(), parts.parse().unwrap());
    let out = Path::new(out);
    let folder = out.join(format!("cc-index/table/cc-main/warc/crawl={crawl}/subset=warc"));
    fs::create_dir_all(&folder).unwrap();
    let mut maker = Maker::new(rows, crawl);
    let mut hosts = hosts(rows, &mut Chance(1)).into_iter();
    let mut left = rows;
    let mut waiting: Vec<Page> = Vec::new();
    for part in 0..parts {
        let count = left / (parts - part);
        let path = folder.join(format!("part-{part:05}-2d6a-4c1c.c000.zstd.parquet"));
        let mut pages = Vec::new();
        while (pages.len() as u64) < count {
            if waiting.is_empty() {
                waiting = maker.pages(&hosts.next().unwrap());
                waiting.reverse();
            }
            pages.push(waiting.pop().unwrap());
        }
        if rest.len() > 1 {
            pages.sort_by_cached_key(|page| Chance(page.seed).next());
        }
        write_part(&path, &pages, &mut maker);
        left -= count;
        eprintln!("{} rows in {}", count, path.display());
    }
    write_urls(&out.join("urls.txt"), maker.picked);
}

/// Numbers without rhyme but with reason (SplitMix64).
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(n)) >> 64) as u64
    }

    fn of<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list[self.below(list.len() as u64) as usize]
    }
}

const SYLLABLES: &[&str] = &[
    "ma", "the", "lo", "gic", "sta", "ti", "ra", "net", "sho", "p", "blo", "g", "cal", "cu", "lus",
    "al", "ge", "bra", "wo", "rld", "da", "ily", "ne", "ws", "tech", "py", "sci", "en", "ce",
    "forum", "edu", "in", "fo", "my", "on", "line", "best", "home", "art", "cook",
];
const WORDS: &[&str] = &[
    "integral",
    "the",
    "of",
    "a",
    "proof",
    "linear",
    "2023",
    "2024",
    "review",
    "page",
    "how-to",
    "questions",
    "tag",
    "category",
    "product",
    "news",
    "article",
    "equation",
    "notes",
    "lecture",
    "download",
    "en",
    "wiki",
    "user",
    "topic",
    "archive",
    "blog",
    "post",
    "theorem",
    "solution",
    "matrix",
    "group",
    "ring",
    "field",
    "exercise",
    "chapter",
    "section",
    "index",
    "about",
];
const TLDS: &[&str] = &[
    "com", "com", "com", "com", "com", "com", "org", "org", "net", "de", "ru", "co.uk", "fr", "it",
    "edu", "info", "nl", "com.br", "pl", "jp", "cz", "es", "ac.uk", "io",
];

struct Host {
    /// As in URLs, without `www.`.
    name: String,
    /// As in keys, with the parenthesis.
    key: String,
    pages: u64,
    seed: u64,
}

/// Hosts in the order of their keys, whose numbers of pages follow a power law.
fn hosts(rows: u64, chance: &mut Chance) -> Vec<Host> {
    let count = (rows / 50).max(10);
    let weights: f64 = (0..count).map(|rank| (rank as f64 + 20.0).powf(-0.85)).sum();
    let mut hosts: Vec<Host> = (0..count)
        .map(|rank| {
            let share = (rank as f64 + 20.0).powf(-0.85) / weights;
            let syllables = 2 + chance.below(4);
            let name: String = (0..syllables).map(|_| chance.of(SYLLABLES)).collect();
            let sub = ["", "", "", "", "blog.", "forum.", "en.m."][chance.below(7) as usize];
            let name = format!("{sub}{name}{}.{}", rank % 9973, chance.of(TLDS));
            let key = name.rsplit('.').collect::<Vec<_>>().join(",") + ")";
            let pages = ((share * rows as f64 * 1.04) as u64).max(1);
            Host { name, key, pages, seed: chance.next() }
        })
        .collect();
    hosts.sort_by(|a, b| a.key.cmp(&b.key));
    hosts.dedup_by(|a, b| a.key == b.key);
    hosts.push(Host { name: "last.zw".into(), key: "zw,last)".into(), pages: rows / 20, seed: 5 });
    hosts
}

struct Page {
    key: String,
    url: String,
    host: Arc<str>,
    path: String,
    query: Option<String>,
    seed: u64,
}

struct Maker {
    rows: u64,
    crawl: String,
    /// Records so far in each archive.
    archives: Vec<u32>,
    picked: Vec<(u64, String)>,
}

impl Maker {
    fn new(rows: u64, crawl: &str) -> Self {
        let archives = vec![0; (rows / 30_000 + 1) as usize];
        Self { rows, crawl: crawl.into(), archives, picked: Vec::new() }
    }

    /// The pages of a host in the order of their keys.
    fn pages(&mut self, host: &Host) -> Vec<Page> {
        let mut chance = Chance(host.seed);
        let www = if host.seed.is_multiple_of(2) { "www." } else { "" };
        let scheme = if host.seed.is_multiple_of(5) { "http" } else { "https" };
        let name: Arc<str> = format!("{www}{}", host.name).into();
        let mut pages = Vec::new();
        while (pages.len() as u64) < host.pages {
            let (path, query) = address(&mut chance, pages.is_empty());
            let shown = query.as_ref().map(|query| format!("?{query}")).unwrap_or_default();
            let lower = path.to_lowercase();
            let end = if lower.len() > 1 { lower.trim_end_matches('/') } else { &lower };
            let key = format!("{}{end}{}", host.key, shown.to_lowercase());
            let url = format!("{scheme}://{name}{path}{shown}");
            let page = |seed| Page {
                key: key.clone(),
                url: url.clone(),
                host: Arc::clone(&name),
                path: path.clone(),
                query: query.clone(),
                seed,
            };
            self.pick(&url, &mut chance);
            pages.push(page(chance.next()));
            if chance.below(50) == 0 {
                pages.push(page(chance.next()));
            }
        }
        pages.truncate(host.pages as usize);
        pages.sort_by(|a, b| (&a.key, a.seed).cmp(&(&b.key, b.seed)));
        pages
    }

    /// Takes some URLs for the list, in other words.
    fn pick(&mut self, url: &str, chance: &mut Chance) {
        if chance.below(self.rows) >= URLS * 95 / 100 {
            return;
        }
        let rest = &url[url.find("://").unwrap() + 3..];
        let bare = rest.trim_start_matches("www.");
        let url = match chance.below(6) {
            0 => format!("http://{rest}"),
            1 => format!("https://www.{bare}"),
            2 => format!("HTTPS://{bare}#section"),
            3 => bare.into(),
            _ => url.into(),
        };
        self.picked.push((chance.next(), url));
    }
}

fn address(chance: &mut Chance, first: bool) -> (String, Option<String>) {
    if first {
        return ("/".into(), None);
    }
    let mut path = String::new();
    for _ in 0..1 + chance.below(3) {
        path += "/";
        path += chance.of(WORDS);
    }
    match chance.below(4) {
        0 => path += &format!("/{}", chance.below(10_000_000)),
        1 => {
            path += &format!(
                "/{}-{}-{}.html",
                chance.of(WORDS),
                chance.of(WORDS),
                chance.below(1_000_000)
            )
        }
        2 => {
            path +=
                &format!("-{}-{}-{}/", chance.of(WORDS), chance.of(WORDS), chance.below(1_000_000))
        }
        _ => path += &format!("/{:x}", chance.next() >> 20),
    }
    let query = (chance.below(6) == 0)
        .then(|| format!("id={}&p={}", chance.below(100_000), chance.below(9)));
    (path, query)
}

fn write_urls(path: &Path, mut picked: Vec<(u64, String)>) {
    let mut chance = Chance(99);
    picked.sort_unstable();
    picked.truncate((URLS * 90 / 100) as usize);
    let absent = |n| format!("https://absent{}.example/{}", n % 977, n);
    picked.extend((0..URLS * 9 / 100).map(|n| (chance.next(), absent(n))));
    while (picked.len() as u64) < URLS {
        picked.push((chance.next(), format!("http://example.com:port{}/", picked.len())));
    }
    picked.sort_unstable();
    let mut file = BufWriter::new(File::create(path).unwrap());
    picked.iter().for_each(|(_, url)| writeln!(file, "{url}").unwrap());
}

fn write_part(path: &Path, pages: &[Page], maker: &mut Maker) {
    let zstd = ZstdLevel::try_new(3).unwrap();
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(zstd))
        .set_max_row_group_row_count(Some(1_000_000))
        .build();
    let mut writer = None;
    for chunk in pages.chunks(BATCH) {
        let batch = batch(chunk, maker);
        let start = || {
            let file = File::create(path).unwrap();
            ArrowWriter::try_new(file, batch.schema(), Some(properties.clone())).unwrap()
        };
        writer.get_or_insert_with(start).write(&batch).unwrap();
    }
    writer.unwrap().close().unwrap();
}

/// The columns of the flat schema before 2026; `crawl` and `subset` are in the path.
fn batch(pages: &[Page], maker: &mut Maker) -> RecordBatch {
    let text = |value: &dyn Fn(&Page) -> Option<String>| -> ArrayRef {
        let mut builder = StringBuilder::new();
        pages.iter().for_each(|page| builder.append_option(value(page)));
        Arc::new(builder.finish())
    };
    let label =
        |at: usize| text(&move |page: &Page| page.host.rsplit('.').nth(at).map(ToOwned::to_owned));
    let suffix = |page: &Page| {
        let two = ["co.uk", "com.br", "ac.uk"].into_iter().find(|end| page.host.ends_with(end));
        two.map_or_else(|| page.host.rsplit('.').next().unwrap().to_owned(), ToOwned::to_owned)
    };
    let domain = |page: &Page| {
        let labels = suffix(page).matches('.').count() + 2;
        let mut parts: Vec<&str> = page.host.rsplit('.').take(labels).collect();
        parts.reverse();
        parts.join(".")
    };
    let mut port = Int32Builder::new();
    let (mut offset, mut length) = (Int32Builder::new(), Int32Builder::new());
    let mut time = TimestampMillisecondBuilder::new();
    let mut status = Int16Builder::new();
    let (mut file, mut segment) = (StringBuilder::new(), StringBuilder::new());
    for page in pages {
        let mut chance = Chance(page.seed);
        port.append_null();
        time.append_value(1_708_400_000_000 + chance.below(1_200_000) as i64 * 1000);
        status.append_value(if chance.below(200) == 0 { 203 } else { 200 });
        let archive = chance.below(maker.archives.len() as u64) as usize;
        let record = maker.archives[archive];
        maker.archives[archive] += 1;
        // Records lie in the order of fetching, which has nothing to do with that of keys.
        offset.append_value((record * 7919 % 65_536) as i32 * 20_000 + 500);
        length.append_value(3_000 + chance.below(16_000) as i32);
        let place = 1_707_947_000_000 + archive as u64 / 8 * 1_000_003;
        segment.append_value(format!("{}.{}", place / 1000, place % 100));
        file.append_value(format!(
            "crawl-data/{}/segments/{}.{}/warc/CC-MAIN-20240220211055-20240221001055-{:05}.warc.gz",
            maker.crawl,
            place / 1000,
            place % 100,
            archive,
        ));
    }
    let of_seed = |salt: u64, values: &'static [&'static str]| {
        text(&move |page: &Page| {
            let value = Chance(page.seed ^ salt).of(values);
            (!value.is_empty()).then(|| value.to_owned())
        })
    };
    let mime = &[
        "text/html",
        "text/html",
        "text/html",
        "text/html; charset=utf-8",
        "application/xhtml+xml",
    ];
    let columns: Vec<(&str, ArrayRef, bool)> = vec![
        ("url_surtkey", text(&|page| Some(page.key.clone())), false),
        ("url", text(&|page| Some(page.url.clone())), false),
        ("url_host_name", text(&|page| Some(page.host.to_string())), false),
        ("url_host_tld", label(0), true),
        ("url_host_2nd_last_part", label(1), true),
        ("url_host_3rd_last_part", label(2), true),
        ("url_host_4th_last_part", label(3), true),
        ("url_host_5th_last_part", label(4), true),
        ("url_host_registry_suffix", text(&|page| Some(suffix(page))), true),
        ("url_host_registered_domain", text(&|page| Some(domain(page))), true),
        ("url_host_private_suffix", text(&|page| Some(suffix(page))), true),
        ("url_host_private_domain", text(&|page| Some(domain(page))), true),
        (
            "url_host_name_reversed",
            text(&|page| Some(page.host.rsplit('.').collect::<Vec<_>>().join("."))),
            true,
        ),
        ("url_protocol", text(&|page| page.url.split(':').next().map(ToOwned::to_owned)), false),
        ("url_port", Arc::new(port.finish()), true),
        ("url_path", text(&|page| Some(page.path.clone())), false),
        ("url_query", text(&|page| page.query.clone()), true),
        ("fetch_time", Arc::new(time.finish()), false),
        ("fetch_status", Arc::new(status.finish()), false),
        ("fetch_redirect", text(&|_| None), true),
        ("content_digest", text(&|page| Some(digest(page.seed))), true),
        ("content_mime_type", of_seed(3, mime), true),
        (
            "content_mime_detected",
            of_seed(4, &["text/html", "text/html", "application/xhtml+xml"]),
            true,
        ),
        ("content_charset", of_seed(5, &["UTF-8", "UTF-8", "UTF-8", "ISO-8859-1", ""]), true),
        (
            "content_languages",
            of_seed(6, &["eng", "eng", "deu", "eng,fra", "rus", "zho", ""]),
            true,
        ),
        ("content_truncated", of_seed(7, &["", "", "", "", "", "", "", "length"]), true),
        ("warc_filename", Arc::new(file.finish()), false),
        ("warc_record_offset", Arc::new(offset.finish()), false),
        ("warc_record_length", Arc::new(length.finish()), false),
        ("warc_segment", Arc::new(segment.finish()), false),
    ];
    RecordBatch::try_from_iter_with_nullable(columns).unwrap()
}

fn digest(seed: u64) -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut chance = Chance(seed ^ 8);
    (0..32).map(|_| char::from(LETTERS[chance.below(32) as usize])).collect()
}
