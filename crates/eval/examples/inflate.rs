//! A bare pass over a `.gz` file: how fast can it be read at all?
//!
//! What is measured: reading the file and inflating its members one by one with libdeflate, on
//! one thread, into one buffer that is reused. Where members are and how large they get is
//! found beforehand and does not count.
//! Run: `cargo run --release -p cc-math-eval --example inflate FILE.warc.gz`.

use flate2::bufread::GzDecoder;
use libdeflater::Decompressor;
use rustix::time::{ClockId, clock_gettime};
use std::error::Error;
use std::io::{Read, Write};
use std::ops::Range;
use std::path::Path;
use std::time::Instant;

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("usage: inflate FILE.gz")?;
    let members = members(&std::fs::read(&path)?)?;
    let (start, start_cpu) = (Instant::now(), thread_seconds());
    let bytes = inflate(Path::new(&path), &members)?;
    let (seconds, cpu_seconds) = (start.elapsed().as_secs_f64(), thread_seconds() - start_cpu);
    let mut out = std::io::stdout();
    writeln!(out, "members: {}, bytes: {bytes}", members.len())?;
    writeln!(out, "seconds: {seconds:.4}\ncpu_seconds: {cpu_seconds:.4}")?;
    Ok(())
}

/// Processor seconds of this thread so far.
fn thread_seconds() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

/// Where members are, and their sizes inflated.
fn members(file: &[u8]) -> std::io::Result<Vec<(Range<usize>, usize)>> {
    let mut members = Vec::new();
    let mut at = 0;
    while let Some(rest) = file.get(at..).filter(|rest| !rest.is_empty()) {
        let mut decoder = GzDecoder::new(rest);
        let size = std::io::copy(&mut decoder.by_ref(), &mut std::io::sink())?;
        let used = rest.len() - decoder.into_inner().len();
        members.push((at..at + used, size as usize));
        at += used;
    }
    Ok(members)
}

fn inflate(path: &Path, members: &[(Range<usize>, usize)]) -> Result<usize, Box<dyn Error>> {
    let file = std::fs::read(path)?;
    let largest = members.iter().map(|(_, size)| *size).max().unwrap_or(0);
    let mut buffer = vec![0; largest];
    let mut decompressor = Decompressor::new();
    let mut bytes = 0;
    for (range, _) in members {
        let member = file.get(range.clone()).unwrap_or_default();
        bytes += decompressor.gzip_decompress(member, &mut buffer)?;
    }
    Ok(bytes)
}
