//! The join against one that reads everything and thinks of nothing.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may stop at what it did not expect"
)]

mod support;

use bytes::Bytes;
use cc_math_lookup::{Captures, Found, Sameness, surt};
use parquet::file::properties::EnabledStatistics;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use support::{IndexRow, Layout, index_file, run, wanted, write};

/// URLs of few hosts and paths, so that chance makes them meet.
fn url() -> impl Strategy<Value = String> {
    let scheme = prop::sample::select(vec!["http://", "https://", "HTTP://www.", "https://www1."]);
    let host = prop::sample::select(vec!["a.com", "b.com", "A.com", "a.org"]);
    let path = prop::sample::select(vec!["", "/", "/x", "/X/", "/y?b=1&a=2", "/y?a=2&b=1", "/z"]);
    (scheme, host, path).prop_map(|(scheme, host, path)| format!("{scheme}{host}{path}"))
}

fn row() -> impl Strategy<Value = IndexRow> {
    let status = prop::option::weighted(0.9, prop::sample::select(vec![200_i16, 200, 203, 404]));
    let file = prop::option::weighted(0.95, prop::sample::select(vec!["f0", "f1", "f2"]));
    (url(), prop::bool::weighted(0.95), prop::option::weighted(0.9, 0..3_i64), status, file)
        .prop_map(|(url, has_key, time, status, file)| IndexRow {
            key: has_key.then(|| surt(&url).unwrap()),
            url: Some(url),
            time,
            status,
            file: file.map(ToOwned::to_owned),
            offset: Some(0),
        })
}

fn layout() -> impl Strategy<Value = Layout> {
    let statistics = prop::sample::select(vec![
        EnabledStatistics::None,
        EnabledStatistics::Chunk,
        EnabledStatistics::Page,
        EnabledStatistics::Page,
    ]);
    (1..12_usize, 1..5_usize, statistics).prop_map(|(group_rows, page_rows, statistics)| Layout {
        group_rows,
        page_rows,
        statistics,
    })
}

#[derive(Debug, Clone)]
struct Case {
    /// By file: its rows, whether they are sorted, how it is laid out.
    files: Vec<(Vec<IndexRow>, bool, Layout)>,
    urls: Vec<String>,
    exact: bool,
    all: bool,
    statuses: Option<Vec<u32>>,
    gap: u64,
}

fn case() -> impl Strategy<Value = Case> {
    let files =
        prop::collection::vec((prop::collection::vec(row(), 1..40), any::<bool>(), layout()), 1..4);
    let statuses = prop::sample::select(vec![None, Some(vec![200]), Some(vec![200, 203])]);
    let urls =
        prop::collection::vec(prop_oneof![8 => url(), 1 => Just("http://a:b/".into())], 1..8);
    let parts = (files, urls, any::<bool>(), any::<bool>(), statuses, 0..2000_u64);
    parts.prop_map(|(mut files, urls, exact, all, statuses, gap)| {
        let mut offset = 0;
        for (rows, sorted, _) in &mut files {
            if *sorted {
                rows.sort_by(|a, b| a.key.cmp(&b.key));
            }
            // No two records are at one place, and some have none.
            for row in rows {
                offset += 1;
                row.offset = (offset % 17 != 0).then_some(offset * 37 % 1009);
            }
        }
        Case { files, urls, exact, all, statuses, gap }
    })
}

/// A capture as the test sees it: what it is of, where it is, when it was.
type Seen = (String, String, u64, Option<i64>);

fn exact(url: &str) -> String {
    let url = url.split_once("://").unwrap().1;
    let (host, path) = url.split_at(url.find('/').unwrap_or(url.len()));
    format!("{}{}", host.to_lowercase(), if path.is_empty() { "/" } else { path })
}

/// Reads every row.
fn expected(case: &Case) -> (Vec<Seen>, BTreeSet<String>) {
    let name = |url: &str, key: &str| if case.exact { exact(url) } else { key.to_owned() };
    let targets: BTreeSet<String> =
        case.urls.iter().filter_map(|url| Some(name(url, &surt(url).ok()?))).collect();
    let mut by_target: BTreeMap<String, Vec<Seen>> = BTreeMap::new();
    for row in case.files.iter().flat_map(|(rows, _, _)| rows) {
        let Some(key) = &row.key else { continue };
        let target = name(row.url.as_ref().unwrap(), key);
        let status = row.status.map(|status| status as u32);
        let asked = |all: &Vec<u32>| status.is_none_or(|status| all.contains(&status));
        if !targets.contains(&target) || !case.statuses.as_ref().is_none_or(asked) {
            continue;
        }
        if let (Some(file), Some(offset)) = (&row.file, row.offset) {
            let seen = (target.clone(), file.clone(), offset as u64, row.time);
            by_target.entry(target).or_default().push(seen);
        }
    }
    let found = by_target.keys().cloned().collect();
    let mut captures: Vec<Seen> = Vec::new();
    for (_, mut seen) in by_target {
        seen.sort_by(|a, b| (b.3, &a.1, a.2).cmp(&(a.3, &b.1, b.2)));
        seen.truncate(if case.all { seen.len() } else { 1 });
        captures.extend(seen);
    }
    captures.sort_by(|a, b| (&a.1, a.2, &a.0).cmp(&(&b.1, b.2, &b.0)));
    (captures, found)
}

fn seen(found: &Found, is_exact: bool) -> Vec<Seen> {
    let seen = found.captures.iter().map(|capture| {
        let url = capture.url.as_deref().unwrap();
        let target = if is_exact { exact(url) } else { capture.url_surtkey.to_string() };
        let place = (capture.warc_filename.to_string(), capture.warc_record_offset);
        (target, place.0, place.1, capture.fetch_time)
    });
    seen.collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn the_join_is_the_one_that_reads_everything(case in case()) {
        let sameness = if case.exact { Sameness::Exact } else { Sameness::Key };
        let wanted = wanted(&case.urls, sameness);
        let files: Vec<_> = case.files.iter().enumerate().map(|(number, (rows, _, layout))| {
            index_file(&format!("{number}"), Some("c"), write(rows, *layout), case.gap)
        }).collect();
        let captures = if case.all { Captures::All } else { Captures::Newest };
        let found = run(&wanted, &files, captures, case.statuses.clone(), 1);
        let (expected, targets) = expected(&case);
        prop_assert!(found.failed.is_empty(), "{:?}", found.failed);
        prop_assert_eq!(seen(&found, case.exact), expected);

        let counts = found.counts;
        prop_assert_eq!(counts.urls, case.urls.len() as u64);
        prop_assert_eq!(counts.urls, counts.found + counts.not_found + counts.malformed);
        let name = |url: &String| if case.exact { exact(url) } else { surt(url).unwrap() };
        let valid = || case.urls.iter().filter(|url| surt(url).is_ok());
        let missing: Vec<_> = valid().filter(|url| !targets.contains(&name(url))).collect();
        prop_assert_eq!(counts.malformed, (case.urls.len() - valid().count()) as u64);
        prop_assert_eq!(found.not_found(&wanted).collect::<Vec<_>>(), missing);

        // Neither threads nor the order of files show.
        let backwards: Vec<_> = files.iter().rev().cloned().collect();
        let again = run(&wanted, &backwards, captures, case.statuses.clone(), 3);
        prop_assert_eq!(&again.captures, &found.captures);
        prop_assert_eq!(again.counts, found.counts);
    }

    #[test]
    fn a_damaged_file_fails_by_name_and_takes_nothing_with_it(
        rows in prop::collection::vec(row(), 1..60), layout in layout(),
        cut in prop::option::of(0.0..1.0_f64), flips in prop::collection::vec((0.0..1.0_f64, any::<u8>()), 1..4),
    ) {
        let good = IndexRow {
            key: Some("com,good)/".into()),
            url: Some("http://good.com/".into()),
            time: Some(1),
            status: Some(200),
            file: Some("good".into()),
            offset: Some(5),
        };
        let mut bytes = write(&rows, layout).to_vec();
        for (place, value) in flips {
            let place = (place * bytes.len() as f64) as usize;
            bytes[place] ^= value;
        }
        if let Some(cut) = cut {
            bytes.truncate((cut * bytes.len() as f64) as usize);
        }
        let files = [
            index_file("bad", None, bytes.into(), 0),
            index_file("good", None, write(&[good], layout), 0),
        ];
        let urls = ["http://good.com/", "http://a.com/x", "http://a.com/", "http://b.com/z"];
        let wanted = wanted(&urls.map(ToOwned::to_owned), Sameness::Key);
        let found = run(&wanted, &files, Captures::Newest, None, 2);
        prop_assert!(found.failed.iter().all(|failed| failed.name == "bad"));
        prop_assert!(cut.is_none() || found.failed.len() == 1);
        prop_assert!(found.captures.iter().any(|capture| &*capture.warc_filename == "good"));
    }
}

/// Rows for keys `com,site000)/` to `com,site999)/`, in order.
fn sites() -> Vec<IndexRow> {
    let row = |number: i32| IndexRow {
        key: Some(format!("com,site{number:03})/")),
        url: Some(format!("http://site{number:03}.com/")),
        time: Some(0),
        status: Some(200),
        file: Some("f".into()),
        offset: Some(number),
    };
    (0..1000).map(row).collect()
}

const PAGED: Layout =
    Layout { group_rows: 250, page_rows: 10, statistics: EnabledStatistics::Page };

#[test]
fn what_cannot_match_is_not_read() {
    let file = index_file("f", None, write(&sites(), PAGED), 1 << 20);
    let first_and_last_of_a_group = ["http://site250.com", "http://site499.com"];
    let wanted_urls = wanted(&first_and_last_of_a_group.map(ToOwned::to_owned), Sameness::Key);
    let found = run(&wanted_urls, std::slice::from_ref(&file), Captures::Newest, None, 1);
    assert_eq!(found.counts.found, 2);
    assert_eq!((found.counts.index_rows, found.counts.row_groups_read), (1000, 1));
    assert_eq!(found.counts.keys_read, 20);
    // Footer, page index, keys, other columns.
    assert!(found.counts.requests <= 4, "{:?}", found.counts);
    assert_eq!(found.ranges().len(), 2);

    let none = wanted(&["http://zzz.com".into()], Sameness::Key);
    let found = run(&none, &[file], Captures::Newest, None, 1);
    assert_eq!((found.counts.keys_read, found.counts.requests), (0, 1));
}

#[test]
fn many_records_cost_few_requests() {
    let urls: Vec<String> = (0..1000).map(|n| format!("https://www.site{n:03}.com/#a")).collect();
    let wanted = wanted(&urls, Sameness::Key);
    let file = index_file("f", None, write(&sites(), PAGED), 1 << 20);
    let found = run(&wanted, &[file], Captures::Newest, None, 2);
    assert_eq!(found.counts.found, 1000);
    assert!(found.counts.requests * 10 <= found.counts.found, "{:?}", found.counts);
}

#[test]
fn what_is_no_index_is_said_to_be_none() {
    let rows = write(&sites(), PAGED);
    let other = {
        let column = std::sync::Arc::new(arrow_array::StringArray::from(vec!["a"]));
        let batch = arrow_array::RecordBatch::try_from_iter([("url", column as _)]).unwrap();
        let mut bytes = Vec::new();
        let mut writer =
            parquet::arrow::ArrowWriter::try_new(&mut bytes, batch.schema(), None).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
        Bytes::from(bytes)
    };
    for (bytes, expected) in [
        (other, "no column `url_surtkey`"),
        (Bytes::new(), "at least 8 bytes"),
        (Bytes::from_static(b"PAR1 nothing PAR1"), "Parquet"),
        (rows.slice(..rows.len() - 100), "Parquet"),
    ] {
        let wanted = wanted(&["http://site001.com".into()], Sameness::Key);
        let file = index_file("bad", None, bytes, 0);
        let found = run(&wanted, &[file], Captures::Newest, None, 1);
        let [failed] = &found.failed[..] else { panic!("{:?}", found.failed) };
        assert!(failed.error.contains(expected), "{} is not {expected}", failed.error);
        assert_eq!(found.counts.not_found, 1);
    }
}
