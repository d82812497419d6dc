//! Pages by their addresses: URLs, looked up in Common Crawl's index, become record ranges.

use cc_math_config::{Place, Problem};
use cc_math_core::Reason;
use cc_math_lookup::{
    Captures, Found, LookupError, LookupOptions, Sameness, Urls, Wanted, find_list, list_index,
    lookup, lookup_threads, read_urls,
};
use cc_math_store::{RecordRange, Root};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use std::path::PathBuf;

/// URLs whose pages are read: they are looked up in Common Crawl's columnar index, and a URL that
/// is not there is a reject.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UrlSource {
    /// Lists of URLs: text with one a line, compressed or not, `.jsonl[.gz|.zst]` or `.parquet`
    /// with a column of them.
    pub(crate) lists: Vec<String>,
    /// The column that holds the URLs.
    #[serde(default = "url")]
    column: String,
    /// Parquet files of the index, folders of them, glob patterns, lists of their paths
    /// (`cc-index-table.paths.gz`); here or at an address.
    index: Vec<String>,
    /// Where the files of lists of index files lie, if not beside the list.
    #[serde(default)]
    index_root: Option<PathBuf>,
    /// Where the archives lie that the index names: a folder or an address, as `s3://commoncrawl`.
    archives: PathBuf,
    /// Only crawls whose names fit this pattern, as `CC-MAIN-2024-*`.
    #[serde(default)]
    crawls: Option<String>,
    /// Which captures of a URL are read.
    #[serde(default)]
    captures: Which,
    /// HTTP statuses of captures that are read; any, where the list is empty.
    #[serde(default = "success")]
    status: Vec<u32>,
    /// Whether a capture's URL has to be the one asked for but for scheme, case of the host,
    /// default port and fragment. Otherwise `www.`, the order of the query and session ids do
    /// not matter either.
    #[serde(default)]
    exact: bool,
}

/// Which captures of a URL are read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Which {
    /// The newest.
    #[default]
    Newest,
    /// All.
    All,
}

fn url() -> String {
    "url".into()
}

fn success() -> Vec<u32> {
    vec![200]
}

/// A URL that leads to no record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Absent {
    pub(crate) url: String,
    pub(crate) reason: Reason,
    pub(crate) detail: String,
}

/// Where the records are, and which URLs have none.
pub(crate) struct Records {
    pub(crate) root: Root,
    pub(crate) ranges: Vec<RecordRange>,
    pub(crate) absent: Vec<Absent>,
}

impl UrlSource {
    /// All that shows in what comes of it.
    pub(crate) fn to_json(&self) -> Json {
        json!({
            "captures": self.captures, "crawls": self.crawls, "status": self.status, "exact": self.exact,
        })
    }

    /// All of it, as it is written in a pipeline.
    pub(crate) fn resolved(&self) -> Json {
        json!({
            "lists": self.lists, "column": self.column, "index": self.index,
            "index_root": self.index_root, "archives": self.archives, "crawls": self.crawls,
            "captures": self.captures, "status": self.status, "exact": self.exact,
        })
    }

    /// Looks for lists and index, and reads neither.
    pub(crate) fn check(&self, place: &Place) -> Result<(), Vec<Problem>> {
        let missing = self.lists.iter().filter_map(|list| find_list(list).err());
        let mut problems: Vec<Problem> = missing.map(|error| told(&error, place)).collect();
        let listed = list_index(&self.index, self.index_root.as_deref(), self.crawls.as_deref());
        problems.extend(listed.err().map(|error| told(&error, place)));
        if problems.is_empty() { Ok(()) } else { Err(problems) }
    }

    /// Looks the URLs up. An index that cannot be read to its end is an error: what it would have
    /// given is not known.
    pub(crate) fn look_up(&self, place: &Place) -> Result<Records, Vec<Problem>> {
        let fault = |error: LookupError| vec![told(&error, place)];
        let listing = list_index(&self.index, self.index_root.as_deref(), self.crawls.as_deref());
        let listing = listing.map_err(fault)?;
        let mut urls = Urls::default();
        for list in &self.lists {
            read_urls(list, &self.column, &mut urls).map_err(fault)?;
        }
        if urls.is_empty() {
            return Err(fault(LookupError::NoUrls));
        }
        let wanted = Wanted::new(urls, if self.exact { Sameness::Exact } else { Sameness::Key });
        let options = LookupOptions {
            captures: match self.captures {
                Which::Newest => Captures::Newest,
                Which::All => Captures::All,
            },
            statuses: Some(self.status.clone()).filter(|status| !status.is_empty()),
            threads: lookup_threads(&listing.files),
            progress: &|_| {},
        };
        let found = lookup(&wanted, &listing.files, &options);
        let failed = found.failed.iter().map(|failed| {
            Problem::at(place, format!("cannot read the index `{}`: {}", failed.name, failed.error))
                .hint("what it would have given is not known; try again, or leave the file out")
        });
        let failed: Vec<Problem> = failed.collect();
        if !failed.is_empty() {
            return Err(failed);
        }
        let absent = absent(&found, &wanted);
        Ok(Records { root: Root::named(&self.archives), ranges: found.ranges(), absent })
    }
}

fn absent(found: &Found, wanted: &Wanted) -> Vec<Absent> {
    let malformed = wanted.malformed().map(|(url, reason)| Absent {
        url: url.into(),
        reason: Reason::NotAUrl,
        detail: reason.to_string(),
    });
    let missing = found.not_found(wanted).map(|url| Absent {
        url: url.into(),
        reason: Reason::NotInIndex,
        detail: "no capture of it fits".into(),
    });
    malformed.chain(missing).collect()
}

fn told(error: &LookupError, place: &Place) -> Problem {
    let problem = Problem::at(place, error.to_string());
    Problem { hint: error.hints().into_iter().next(), ..problem }
}
