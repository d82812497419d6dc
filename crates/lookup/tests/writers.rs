//! Index files of different writers and times are read alike.
#![allow(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]

use cc_math_lookup::{
    Capture, Captures, LookupOptions, Sameness, Urls, Wanted, list_index, lookup,
};

const WRITERS: [&str; 5] =
    ["int96-gzip", "no-statistics", "bytes-for-text", "pages-v2-delta", "polars"];

fn captures(writer: &str) -> Vec<Capture> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures/lookup");
    let listing = list_index(&[format!("{folder}/{writer}.parquet")], None, None).unwrap();
    let mut urls = Urls::default();
    (0..25).for_each(|site| urls.add(&format!("http://site{site:02}.com/page{}/", site % 3)));
    let wanted = Wanted::new(urls, Sameness::Key);
    let statuses = Some(vec![200]);
    let options =
        LookupOptions { captures: Captures::Newest, statuses, threads: 2, progress: &|_| {} };
    let found = lookup(&wanted, &listing.files, &options);
    assert!(found.failed.is_empty(), "{writer}: {:?}", found.failed);
    assert_eq!(found.counts.urls, found.counts.found + found.counts.not_found);
    found.captures
}

#[test]
fn writers_do_not_show() {
    let expected = captures(WRITERS[0]);
    // There are twenty sites, and two of the pages were gone when they were fetched.
    assert_eq!(expected.len(), 18);
    let first = expected.iter().find(|capture| &*capture.url_surtkey == "com,site01)/page1");
    let first = first.unwrap();
    assert_eq!(first.url.as_deref(), Some("https://www.site01.com/Page1"));
    assert_eq!(first.fetch_time, Some(1_516_147_440_000));
    assert_eq!((&*first.warc_filename, first.warc_record_offset), ("crawl-data/4.warc.gz", 4000));
    for writer in WRITERS {
        assert_eq!(captures(writer), expected, "{writer}");
    }
}
