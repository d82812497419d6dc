//! Lists of URLs in every form: nothing given is lost.
#![allow(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]

use cc_math_lookup::{Sameness, Urls, Wanted, read_urls};
use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("cc-math-lookup-{}-{name}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// How many URLs a list holds, and what of it is none.
fn read(name: &str, content: &[u8], column: &str) -> Result<(usize, Vec<String>), String> {
    let path = folder("lists").join(name);
    fs::write(&path, content).unwrap();
    let mut urls = Urls::default();
    let read = read_urls(&path.display().to_string(), column, &mut urls);
    read.map_err(|error| format!("{error}; {:?}", error.hints()))?;
    let count = urls.len();
    let wanted = Wanted::new(urls, Sameness::Key);
    let none = wanted.malformed().map(|(url, reason)| format!("{url}: {reason}"));
    Ok((count, none.collect()))
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn text_has_a_url_a_line() {
    let text = b"http://a.com/\r\n\n  b.com/x  \nhttp://c:d/\nhttp://e\xff.com/\nhttp://f.com";
    let none = [
        "http://c:d/: its port is not a number up to 65535",
        "http://e\u{fffd}.com/: it is not UTF-8",
    ];
    let none = none.map(ToOwned::to_owned).to_vec();
    for (name, bytes) in [
        ("a.txt", text.to_vec()),
        ("a.gz", gzip(text)),
        ("a.txt.zst", zstd::encode_all(&text[..], 1).unwrap()),
        ("urls", text.to_vec()),
    ] {
        assert_eq!(read(name, &bytes, "url"), Ok((5, none.clone())), "{name}");
    }
    assert_eq!(read("none.txt", b"\n\n", "url"), Ok((0, Vec::new())));
    assert!(read("cut.gz", &gzip(text)[..20], "url").is_err());
}

#[test]
fn a_line_without_end_is_one_that_is_no_url() {
    let mut text = b"http://a.com/".to_vec();
    text.resize(3 << 20, b'a');
    text.extend(b"\nhttp://b.com/\n");
    let (count, none) = read("long.txt", &text, "url").unwrap();
    assert_eq!((count, none.len()), (2, 1));
    assert!(none[0].ends_with("it is longer than 64 KiB"));
}

#[test]
fn tables_have_a_column_of_urls() {
    let lines = b"{\"url\":\"http://a.com\",\"n\":1}\n{\"n\":2}\nno json\n{\"url\":null}\n";
    let (count, none) = read("a.jsonl", lines, "url").unwrap();
    assert_eq!((count, none.len()), (4, 3));
    assert_eq!(none[0], "{\"n\":2}: there is none");

    let values = arrow_array::StringArray::from(vec![Some("http://a.com"), None, Some("b.com")]);
    let batch = arrow_array::RecordBatch::try_from_iter([("link", Arc::new(values) as _)]).unwrap();
    let mut bytes = Vec::new();
    let mut writer =
        parquet::arrow::ArrowWriter::try_new(&mut bytes, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    assert_eq!(read("a.parquet", &bytes, "link").unwrap(), (3, vec![": there is none".into()]));
    let error = read("b.parquet", &bytes, "url").unwrap_err();
    assert!(error.contains("has no column `url`") && error.contains("--url-column"), "{error}");
    assert!(read("c.parquet", b"no table", "url").unwrap_err().contains("as Parquet"));
}
