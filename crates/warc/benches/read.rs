//! How much reading records costs above inflating them.
//!
//! What is measured: seconds for one thread over one gzip file in memory, the best of several
//! rounds, contestants taking turns in each round. `libdeflate` inflates the same members
//! with their places and sizes known beforehand: the floor. `zlib-rs` is the same through
//! `flate2`. `split` finds the chunks, `read` gives all records, `page` decodes every payload.
//! Corpus: `dev-mixed-5pct-00000.warc.gz` of the development data, or the file in `WARC_BENCH`.
//! Run: `cargo bench -p cc-math-warc`.

use cc_math_warc::{Event, HttpLimits, Limits, RecordReader, Scratch, Splitter};
use std::error::Error;
use std::hint::black_box;
use std::io::{Read, Write};
use std::path::PathBuf;
use std::time::{Duration, Instant};

const ROUNDS: usize = 7;

type Contestant<'a> = (&'static str, Box<dyn FnMut() -> u64 + 'a>);

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::var("WARC_BENCH").map_or_else(|_| default_file(), PathBuf::from);
    let Ok(file) = std::fs::read(&path) else {
        return say(&format!("skipped: no {}", path.display()));
    };
    let members = members(&file);
    let inflated: usize = members.iter().map(|(_, size)| size).sum();
    say(&format!(
        "{}: {} bytes, {} members, {inflated} inflated",
        path.display(),
        file.len(),
        members.len()
    ))?;
    let mut contestants: Vec<Contestant<'_>> = vec![
        ("libdeflate", Box::new(|| bare_libdeflate(&members))),
        ("zlib-rs", Box::new(|| bare_zlib(&members))),
        ("split", Box::new(|| split(&file))),
        ("read", Box::new(|| read(&file, false))),
        ("page", Box::new(|| read(&file, true))),
    ];
    let mut best = vec![Duration::MAX; contestants.len()];
    for _ in 0..ROUNDS {
        for ((_, run), best) in contestants.iter_mut().zip(&mut best) {
            let start = Instant::now();
            black_box(run());
            *best = start.elapsed().min(*best);
        }
    }
    let floor = best.first().map_or(1.0, Duration::as_secs_f64);
    for ((name, _), best) in contestants.iter().zip(&best) {
        let seconds = best.as_secs_f64();
        let speed = inflated as f64 / seconds / 1e6;
        say(&format!(
            "{name:>10}: {seconds:.4} s, {speed:.0} MB/s inflated, {:.2} x libdeflate",
            seconds / floor
        ))?;
    }
    Ok(())
}

fn say(line: &str) -> Result<(), Box<dyn Error>> {
    Ok(writeln!(std::io::stdout(), "{line}")?)
}

fn default_file() -> PathBuf {
    let shared = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/dev/warc");
    shared.join("dev-mixed-5pct-00000.warc.gz")
}

/// The compressed members and what they inflate to.
fn members(file: &[u8]) -> Vec<(&[u8], usize)> {
    let mut reader = RecordReader::new(Limits::default());
    let mut places = Vec::new();
    for chunk in Splitter::new(file, "", Limits::default()).flatten() {
        let mut records = reader.read(&chunk);
        while let Some(event) = records.next() {
            let Event::Record(record) = event else { continue };
            let start = record.locator.offset as usize;
            places.push(start..start + record.locator.length as usize);
        }
    }
    let member = |place| file.get(place).unwrap_or_default();
    places.into_iter().map(member).map(|bytes| (bytes, size(bytes))).collect()
}

fn size(member: &[u8]) -> usize {
    let footer = member.last_chunk().copied().unwrap_or_default();
    u32::from_le_bytes(footer) as usize
}

fn bare_libdeflate(members: &[(&[u8], usize)]) -> u64 {
    let mut decompressor = libdeflater::Decompressor::new();
    let mut out = vec![0; members.iter().map(|(_, size)| *size).max().unwrap_or(0)];
    let inflate = |(bytes, _): &(&[u8], usize)| decompressor.gzip_decompress(bytes, &mut out);
    members.iter().map(inflate).map(|made| made.unwrap_or(0) as u64).sum()
}

fn bare_zlib(members: &[(&[u8], usize)]) -> u64 {
    let mut out = Vec::new();
    let inflate = |(bytes, _): &(&[u8], usize)| {
        out.clear();
        flate2::bufread::GzDecoder::new(*bytes).read_to_end(&mut out).unwrap_or(0) as u64
    };
    members.iter().map(inflate).sum()
}

fn split(file: &[u8]) -> u64 {
    let chunks = Splitter::new(file, "", Limits::default()).flatten();
    chunks.map(|chunk| chunk.stored.end - chunk.stored.start).sum()
}

fn read(file: &[u8], pages: bool) -> u64 {
    let mut reader = RecordReader::new(Limits::default());
    let mut scratch = Scratch::default();
    let mut total = 0;
    for chunk in Splitter::new(file, "", Limits::default()).flatten() {
        let mut records = reader.read(&chunk);
        while let Some(event) = records.next() {
            let Event::Record(record) = event else { continue };
            total += record.block.len() as u64;
            if pages {
                let page = record.page(&HttpLimits::default(), &mut scratch);
                total += page.map_or(0, |page| page.body.len() as u64);
            }
        }
    }
    total
}
