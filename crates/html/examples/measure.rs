//! Measures parsing: `measure speed`, `measure stress`, `measure profile`.
//!
//! `speed` reads the development pages beside the repository and says so if
//! they are absent; `stress` makes its own pages and parses each in a process
//! of its own, to tell how much memory it takes.

#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::expect_used, reason = "a measurement")]

use cc_math_html::{Limits, parse, parse_unbounded};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

fn main() {
    let mode: Vec<String> = std::env::args().skip(1).collect();
    match mode.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["speed"] => speed(),
        ["profile"] => profile(),
        ["stress"] => stress(),
        ["stress", name] => stress_one(name),
        _ => println!("usage: measure speed|stress|profile"),
    }
}

fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/dev")
}

fn gunzip(path: &Path) -> Vec<u8> {
    Command::new("gzip").arg("-dc").arg(path).output().expect("gzip").stdout
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The development pages, each a text.
fn pages() -> Vec<String> {
    let Ok(folder) = std::fs::read_dir(data().join("pages")) else { return Vec::new() };
    let mut paths: Vec<_> = folder.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.to_string_lossy().ends_with(".html.gz"));
    paths.sort();
    paths.iter().map(|path| text(&gunzip(path))).collect()
}

/// Bodies of the records of a WARC file that have an HTTP head.
fn bodies(path: &Path) -> Vec<String> {
    let bytes = gunzip(path);
    let mut rest = &bytes[..];
    let mut out = Vec::new();
    while let Some(head) = memchr::memmem::find(rest, b"\r\n\r\n") {
        let header = String::from_utf8_lossy(&rest[..head]).to_ascii_lowercase();
        let length = header.lines().find_map(|line| line.strip_prefix("content-length:"));
        let length: usize = length.and_then(|length| length.trim().parse().ok()).unwrap_or(0);
        let (block, next) = rest[head + 4..].split_at(length.min(rest.len() - head - 4));
        if header.contains("warc-type: response") {
            let body = memchr::memmem::find(block, b"\r\n\r\n").map_or(0, |at| at + 4);
            out.push(text(&block[body..]));
        }
        rest = &next[next.len().min(4)..];
    }
    out
}

fn speed() {
    let sets = [
        ("dev pages", pages()),
        ("wcxb", bodies(&data().join("extraction-bench/wcxb/warc/wcxb.warc.gz"))),
    ];
    for (name, pages) in sets {
        let bytes: usize = pages.iter().map(String::len).sum();
        if bytes == 0 {
            println!("{name}: absent");
            continue;
        }
        println!("{name}: {} pages, {:.1} MB", pages.len(), bytes as f64 / 1e6);
        let limits = Limits::default();
        let unguarded = Limits { guard_math: false, ..Limits::default() };
        for _ in 0..3 {
            report("html5ever", bytes, &pages, |page| drop(parse_unbounded(page)));
            report("ours, no guard", bytes, &pages, |page| drop(parse(page, &unguarded)));
            report("ours", bytes, &pages, |page| drop(parse(page, &limits)));
        }
        slowest(&pages);
        compare(&pages, &unguarded);
    }
}

/// Parses for a while, for a profiler to watch.
fn profile() {
    let pages = pages();
    for _ in 0..10 {
        pages.iter().for_each(|page| drop(parse(page, &Limits::default())));
    }
}

fn report(name: &str, bytes: usize, pages: &[String], run: impl Fn(&str)) {
    let start = cpu_time();
    pages.iter().for_each(|page| run(page));
    let seconds = (cpu_time() - start).as_secs_f64();
    println!("  {name:16} {:6.1} MB/s", bytes as f64 / 1e6 / seconds);
}

/// Tells the pages that take most of the time.
fn slowest(pages: &[String]) {
    let mut times: Vec<(Duration, usize, usize)> = Vec::new();
    for (index, page) in pages.iter().enumerate() {
        let start = cpu_time();
        let parsed = parse(page, &Limits::default());
        times.push((cpu_time() - start, index, parsed.dom.len()));
    }
    times.sort();
    for (time, index, nodes) in times.iter().rev().take(8) {
        let megabytes = pages[*index].len() as f64 / 1e6;
        let rate = megabytes / time.as_secs_f64();
        println!("  page {index}: {time:.1?}, {megabytes:.2} MB, {rate:.0} MB/s, {nodes} nodes");
    }
}

/// Counts trees that differ from html5ever's, and what was done to the others.
fn compare(pages: &[String], unguarded: &Limits) {
    let (mut same, mut recovered, mut limited, mut guarded, mut signs) = (0, 0, 0, 0, 0);
    for page in pages {
        let ours = parse(page, unguarded);
        recovered += usize::from(ours.recovered);
        limited += usize::from(ours.limited);
        same += usize::from(ours.dom.outline() == parse_unbounded(page).outline());
        let count = parse(page, &Limits::default()).guarded;
        guarded += usize::from(count > 0);
        signs += count;
    }
    println!("  same trees {same} of {}, recovered {recovered}, limited {limited}", pages.len());
    println!("  guarded {signs} signs on {guarded} pages");
}

type Case = (&'static str, fn() -> String);

/// Pages that make careless parsers take minutes. Each ends in a text that must be found again.
fn cases() -> Vec<Case> {
    vec![
        ("100k div", || "<div>".repeat(100_000)),
        ("100k div closed", || "<div>".repeat(100_000) + &"</div>".repeat(100_000)),
        ("20k b", || "<b>".repeat(20_000)),
        ("20k b p", || "<b><p>".repeat(20_000)),
        ("20k b p closed", || "<b><p>".repeat(20_000) + &"</b></p>".repeat(20_000)),
        ("20k <b><p></b>", || "<b><p>x</b>".repeat(20_000)),
        ("20k <b>i</b> in p", || "<p><b><i>x</b>".repeat(20_000)),
        ("200k distinct fonts", || (0..200_000).map(|i| format!("<p><font color={i}>x")).collect()),
        ("2k tables", || "<table><tr><td>".repeat(2_000)),
        ("100k table text", || "<table>text".repeat(100_000)),
        ("100k table b text", || "<table><b>text".repeat(100_000)),
        ("100k rows of text", || format!("<table>{}", "<tr>text".repeat(100_000))),
        ("50k links", || "<a href=x>y</a> ".repeat(50_000)),
        ("100k open a", || "<a>".repeat(100_000)),
        ("100k open a with text", || (0..100_000).map(|i| format!("<a href={i}>x")).collect()),
        ("100k a div", || "<a><div>".repeat(100_000)),
        ("20k math", || "<math>".repeat(20_000)),
        ("30k sup", || "x<sup>".repeat(30_000)),
        ("5k mtable", || "<math>".to_owned() + &"<mtable><mtr><mtd>".repeat(5_000)),
        ("5 MB attribute", || format!("<p title='{}'>", "x".repeat(5_000_000))),
        ("5 MB attribute name", || format!("<p {}>", "x".repeat(5_000_000))),
        ("1M attributes", || {
            format!("<p {}>", (0..1_000_000).map(|i| format!("a{i} ")).collect::<String>())
        }),
        ("5 MB word", || "x".repeat(5_000_000)),
        ("200k <!--", || "<!--".repeat(200_000) + ">"),
        ("200k <!-- -", || "<!-- - ".repeat(200_000) + ">"),
        ("5 MB dashes", || "<!--".to_owned() + &"-".repeat(5_000_000) + "x>"),
        ("500k &amp;", || "&amp;".repeat(500_000)),
        ("1M &", || "&".repeat(1_000_000)),
        ("500k &nosuchname", || "&nosuchname".repeat(500_000)),
        ("400k $", || "$".repeat(400_000)),
        ("500k $a<b", || "$a<b ".repeat(500_000)),
        ("500k \\(a<b ", || "\\(a<b ".repeat(500_000)),
        ("500k \\begin{a}x<b ", || "\\begin{aaa} a<b x".repeat(300_000)),
        ("1M <", || "<".repeat(1_000_000)),
        ("1M <a", || "<a ".repeat(1_000_000) + ">"),
        ("300k <a b=\"", || "<a b=\"".repeat(300_000) + ">"),
        ("300k <a b=\">\"", || "<a b=\">\" ".repeat(300_000)),
        ("100k p in button", || "<button>".to_owned() + &"<p>".repeat(100_000)),
        ("100k button p", || "<button><p>".repeat(100_000)),
        ("100k </p>", || "</p>".repeat(100_000)),
        ("100k </p> in 500 div", || "<div>".repeat(500) + &"</p>".repeat(100_000)),
        ("700k </x> in 500 span", || "<span>".repeat(500) + &"</x>".repeat(700_000)),
        ("700k <x></y> in 500 span", || "<span>".repeat(500) + &"<x></y>".repeat(700_000)),
        ("1M p", || "<p>a".repeat(1_000_000)),
        ("500k br", || "<br>".repeat(500_000)),
        ("100k select", || "<select>".repeat(100_000)),
        ("100k select option", || "<select><option>".repeat(100_000)),
        ("100k template", || "<template>".repeat(100_000)),
        ("100k svg", || "<svg>".repeat(100_000)),
        ("100k svg foreignObject", || "<svg><foreignObject>".repeat(100_000)),
        ("100k form in div", || "<form><input><div>".repeat(100_000)),
        ("100k li", || "<ul><li>".repeat(100_000)),
        ("100k title", || "<title>".repeat(100_000)),
        ("100k script", || "<script>".repeat(100_000) + "<body>"),
        ("50k script escaped", || "<script><!--<script></script>".repeat(50_000)),
        ("100k style", || "<style>".repeat(100_000) + "</head>"),
        ("100k iframe", || "<iframe>".repeat(100_000)),
        ("100k textarea", || "<textarea>".repeat(100_000)),
        ("40k script unescaped", || "<script><!--<script></script><body>".repeat(40_000)),
        ("80k title behind scripts", || {
            "<script><!--<script></script>".repeat(16) + &"<title>a".repeat(80_000)
        }),
        ("200k object in table", || {
            "<table><td><object></table>".repeat(200_000) + &"<b></b>".repeat(200_000)
        }),
        ("600k names", || (0..600_000).map(|i| format!("<p attr{i:08}>")).collect()),
        ("1M link in svg", || "<svg>".to_owned() + &"<link>".repeat(1_000_000)),
        ("4M text in 500 div in b", || {
            format!("<b>{}{}", "<div>".repeat(500), "a\0".repeat(2_000_000))
        }),
        ("1k b of 256 attributes", || {
            let tag = |i: usize, last: usize| -> String {
                let names = (0..255).map(|a| format!(" a{}", if i == 0 { 254 - a } else { a }));
                format!("<b{} z={last}>", names.collect::<String>())
            };
            (1..32).map(|i| tag(i, i)).collect::<String>() + &(tag(0, 99) + "</b>").repeat(1000)
        }),
        ("5 MB NUL in tags that never end", || {
            "<i a='b=\"'c='>".repeat(16) + "'\" v=" + &"\0".repeat(5_000_000) + " w=\""
        }),
        ("1M NUL", || "\0".repeat(1_000_000)),
        ("2M CR", || "\r".repeat(2_000_000)),
        ("100k frameset", || "x<frameset>".repeat(100_000)),
        ("100k nobr", || "<nobr>".repeat(100_000)),
        ("100k h1", || "<h1>".repeat(100_000)),
        ("100k ruby", || "<ruby><rt>".repeat(100_000)),
    ]
}

const TAIL: &str = "<p>the end of it</p>";

fn stress() {
    let me = std::env::current_exe().unwrap();
    for (name, _) in cases() {
        let out = Command::new(&me).args(["stress", name]).output().unwrap();
        print!("{}{}", text(&out.stdout), text(&out.stderr));
    }
}

fn stress_one(name: &str) {
    let Some((_, page)) = cases().into_iter().find(|case| case.0 == name) else { return };
    let page = page() + TAIL;
    let before = peak_memory();
    let start = cpu_time();
    let parsed = parse(&page, &Limits::default());
    let time = cpu_time() - start;
    let slow = if time > Duration::from_millis(300) { "SLOW" } else { "" };
    let memory = peak_memory().saturating_sub(before);
    let big = if memory > 150_000 { "BIG" } else { "" };
    let dom = parsed.dom;
    let kept = dom.text_content(dom.root()).contains("the end of it");
    let lost = if kept { "" } else { "LOST" };
    let mut depth = vec![0_u32; dom.len()];
    for node in dom.descendants(dom.root()) {
        depth[node.index()] = depth[dom.parent(node).unwrap().index()] + 1;
    }
    println!(
        "{name:26} {:5.1} MB {:7.1} ms {:4} MB {:8} nodes depth {:4} {slow}{big}{lost}",
        page.len() as f64 / 1e6,
        time.as_secs_f64() * 1e3,
        memory / 1000,
        dom.len(),
        depth.iter().max().unwrap(),
    );
}

/// Time this thread has run, on Linux; other processes on the machine do not disturb it much.
fn cpu_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux");
    Duration::from_nanos(stat.split(' ').next().and_then(|ns| ns.parse().ok()).unwrap_or(0))
}

/// Largest amount of memory this process has had, in kB.
fn peak_memory() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}
