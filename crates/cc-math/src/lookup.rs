//! `cc-math lookup`: URLs to a table of record ranges.

use crate::fault::Fault;
use crate::progress::{Log, duration};
use crate::{Ending, LogFormat};
use cc_math_lookup::{
    Captures, Found, LookupCounts, LookupError, LookupOptions, LookupProgress, Sameness,
    TableFormat, Urls, Wanted, joined, list_index, lookup, lookup_threads, read_urls, write_file,
    write_table,
};
use cc_math_store::{Durability, RecordRange, check_local, write_once};
use clap::{Args, ValueEnum};
use serde_json::json;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Find URLs in Common Crawl's columnar index.
///
/// The result is a table of where their records are, which `cc-math extract` takes as input. A
/// URL is found by its SURT key, as the index sorts them: scheme, `www.`, case, fragment, order of
/// the query and session ids do not matter. Of the index only those parts are read that may hold
/// what is looked for.
#[derive(Debug, Args)]
pub(crate) struct LookupArguments {
    /// Lists of URLs: text with one a line, compressed or not, .jsonl[.gz|.zst] or .parquet with a
    /// column of them, or `-` for text on standard input.
    #[arg(required = true, value_name = "URLS")]
    urls: Vec<String>,
    /// The index: .parquet files as in cc-index/table/cc-main/warc, folders of them, glob patterns,
    /// lists of paths (`cc-index-table.paths.gz`); here or at an address (`s3://`, `https://`).
    #[arg(long, short, required = true, num_args = 1.., value_name = "PATH")]
    index: Vec<String>,
    /// Where the files of lists of index files lie, if not beside the list.
    #[arg(long, value_name = "ROOT")]
    index_root: Option<PathBuf>,
    /// Table to write: .parquet, .csv or .jsonl[.gz|.zst]; `-` is CSV on standard output.
    #[arg(long, short, value_name = "OUT", default_value = "-")]
    output: String,
    /// Which captures of a URL to take.
    #[arg(long, value_name = "WHICH", default_value = "newest")]
    captures: CapturesName,
    /// Only crawls whose names fit this pattern, as `CC-MAIN-2024-*`.
    #[arg(long, value_name = "GLOB")]
    crawls: Option<String>,
    /// HTTP statuses to take, as `200,203`, or `any`.
    #[arg(long, value_name = "CODES", default_value = "200", value_parser = statuses)]
    status: Statuses,
    /// Take a capture only if its URL is the one asked for but for scheme, case of the host,
    /// default port and fragment.
    #[arg(long)]
    exact: bool,
    /// The column of .jsonl and .parquet lists that holds URLs.
    #[arg(long, value_name = "NAME", default_value = "url")]
    url_column: String,
    /// Write the URLs that were not found to this file, one a line.
    #[arg(long, value_name = "FILE")]
    missing: Option<String>,
    /// Write what is no URL to this file, one a line, each with the reason and a tab before it.
    #[arg(long, value_name = "FILE")]
    malformed: Option<String>,
    /// Threads that work [default: as many as the machine has, and 16 where an index lies in a store].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum CapturesName {
    /// The newest over all crawls.
    Newest,
    /// Every one.
    All,
}

/// Statuses to take; none named takes any.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Statuses(Option<Vec<u32>>);

fn statuses(text: &str) -> Result<Statuses, String> {
    if text == "any" {
        return Ok(Statuses(None));
    }
    let code = |code: &str| code.trim().parse().ok().filter(|code| (100..600).contains(code));
    let codes: Option<Vec<u32>> = text.split(',').map(code).collect();
    codes.map(|codes| Statuses(Some(codes))).ok_or("give codes from 100 to 599, or `any`".into())
}

/// Runs the verb.
pub(crate) fn run(arguments: &LookupArguments, log: &Log) -> Result<Ending, Fault> {
    let name = || Fault::TableName(arguments.output.clone());
    let format = TableFormat::of_name(&arguments.output).ok_or_else(name)?;
    for file in [Some(&arguments.output), arguments.missing.as_ref(), arguments.malformed.as_ref()]
    {
        file.map_or(Ok(()), |file| check_local(Path::new(file)))?;
    }
    let started = Instant::now();
    let root = arguments.index_root.as_deref();
    let listing = list_index(&arguments.index, root, arguments.crawls.as_deref())?;
    let wanted = arguments.wanted()?;
    let meter = Meter { log, files: listing.files.len(), told: Mutex::new(started) };
    let options = LookupOptions {
        captures: match arguments.captures {
            CapturesName::Newest => Captures::Newest,
            CapturesName::All => Captures::All,
        },
        statuses: arguments.status.0.clone(),
        threads: arguments.threads.map_or_else(|| lookup_threads(&listing.files), usize::from),
        progress: &|progress| meter.show(progress),
    };
    let found = lookup(&wanted, &listing.files, &options);
    arguments.write(&found, &wanted, format)?;
    log.failed(&found.failed);
    tell(&found, listing.passed_over, started.elapsed(), log);
    Ok(if found.failed.is_empty() { Ending::Well } else { Ending::SomeFailed })
}

impl LookupArguments {
    fn wanted(&self) -> Result<Wanted, Fault> {
        let mut urls = Urls::default();
        for list in &self.urls {
            read_urls(list, &self.url_column, &mut urls)?;
        }
        if urls.is_empty() {
            return Err(LookupError::NoUrls.into());
        }
        let sameness = if self.exact { Sameness::Exact } else { Sameness::Key };
        Ok(Wanted::new(urls, sameness))
    }

    fn write(&self, found: &Found, wanted: &Wanted, format: TableFormat) -> Result<(), Fault> {
        let line = |text: &str| format!("{text}\n");
        if let Some(file) = &self.missing {
            let lines: String = found.not_found(wanted).map(line).collect();
            write_once(Path::new(file), lines.as_bytes(), Durability::Kept)?;
        }
        if let Some(file) = &self.malformed {
            let lines: String =
                wanted.malformed().map(|(url, reason)| format!("{reason}\t{url}\n")).collect();
            write_once(Path::new(file), lines.as_bytes(), Durability::Kept)?;
        }
        match self.output.as_str() {
            "-" => drop(write_table(&found.captures, format, io::BufWriter::new(io::stdout()))?),
            file => write_file(&found.captures, format, Path::new(file))?,
        }
        Ok(())
    }
}

/// Tells of progress every few seconds.
struct Meter<'a> {
    log: &'a Log,
    files: usize,
    told: Mutex<Instant>,
}

const TELL_EVERY: Duration = Duration::from_secs(5);

impl Meter<'_> {
    fn show(&self, progress: &LookupProgress) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.elapsed() < TELL_EVERY {
            return;
        }
        *told = Instant::now();
        let LookupProgress { files, keys_read, captures } = progress;
        match self.log.format {
            LogFormat::Json => self.log.json(&json!({
                "level": "progress",
                "files": files,
                "files_of": self.files,
                "keys_read": keys_read,
                "captures": captures,
            })),
            LogFormat::Text => self.log.text(&format!(
                "{files} of {} index files begun, {keys_read} keys read, {captures} captures found",
                self.files
            )),
        }
    }
}

fn tell(found: &Found, passed_over: usize, elapsed: Duration, log: &Log) {
    let reads = reads(&found.ranges());
    match log.format {
        LogFormat::Json => log.json(&json!({
            "level": "summary",
            "counts": found.counts,
            "failed": found.failed,
            "index_files_passed_over": passed_over,
            "record_reads": reads,
            "seconds": elapsed.as_secs_f64(),
        })),
        LogFormat::Text => log.text(&summary(&found.counts, passed_over, reads, elapsed)),
    }
}

/// Bytes between two records that are fetched along with them.
const RECORD_GAP: u64 = 1 << 20;

/// How many requests fetch the records, neighbours together.
fn reads(ranges: &[RecordRange]) -> usize {
    let archives = ranges.chunk_by(|a, b| a.file == b.file);
    let spans = |ranges: &[RecordRange]| {
        let bytes: Vec<Range<u64>> =
            ranges.iter().map(|r| r.offset..r.offset.saturating_add(r.length)).collect();
        joined(bytes, RECORD_GAP).len()
    };
    archives.map(spans).sum()
}

fn summary(counts: &LookupCounts, passed_over: usize, reads: usize, elapsed: Duration) -> String {
    let mut rows = vec![
        ("URLs".to_owned(), counts.urls),
        ("found".into(), counts.found),
        ("not found".into(), counts.not_found),
        ("malformed".into(), counts.malformed),
        ("captures".into(), counts.captures),
    ];
    let rare = [
        ("captures of another status", counts.other_status),
        ("captures without a place", counts.incomplete),
        ("index files passed over", passed_over as u64),
    ];
    rows.extend(rare.into_iter().filter(|(_, n)| *n > 0).map(|(name, n)| (name.into(), n)));
    let lines: String = rows.iter().map(|(name, n)| format!("{name:<32}{n:>10}\n")).collect();
    format!(
        "{lines}read {} of {} keys in {} index files: {} requests, {:.1} MB, {}\n\
         the records take {reads} requests where gaps up to {} MiB are read along",
        counts.keys_read,
        counts.index_rows,
        counts.index_files,
        counts.requests,
        counts.bytes_read as f64 / 1e6,
        duration(elapsed.as_secs_f64()),
        RECORD_GAP >> 20,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_are_codes_or_any() {
        assert_eq!(statuses("200, 203"), Ok(Statuses(Some(vec![200, 203]))));
        assert_eq!(statuses("any"), Ok(Statuses(None)));
        assert!(statuses("").is_err() && statuses("20").is_err() && statuses("200,x").is_err());
    }

    #[test]
    fn the_closing_table_accounts_for_every_url() {
        let counts = LookupCounts {
            urls: 100,
            found: 90,
            not_found: 9,
            malformed: 1,
            captures: 88,
            other_status: 2,
            index_rows: 5000,
            keys_read: 1000,
            index_files: 3,
            requests: 12,
            bytes_read: 1_500_000,
            ..LookupCounts::default()
        };
        let expected = "\
URLs                                   100
found                                   90
not found                                9
malformed                                1
captures                                88
captures of another status               2
read 1000 of 5000 keys in 3 index files: 12 requests, 1.5 MB, 2 s
the records take 7 requests where gaps up to 1 MiB are read along";
        assert_eq!(summary(&counts, 0, 7, Duration::from_secs(2)), expected);
    }
}
