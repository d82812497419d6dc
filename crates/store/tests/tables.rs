//! Tables written and read back, in every format.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test may stop at what it did not expect"
)]

use cc_math_core::{
    CharsetSource, Document, Downgrade, Formula, FormulaKind, Locator, Loss, Reason, Status,
};
use cc_math_store::{Codec, Format, Reject, Row, open_table, read_documents, read_rejects};
use std::path::PathBuf;

fn document(number: u32) -> Document {
    let mut document =
        Document::new("https://example.org/é", format!("Let $x<y$ and $z_{number}$\n"));
    document.id = format!("{number:032x}");
    document.formulas = vec![
        Formula::new(5..8, false, FormulaKind::RawDollar, Status::Recovered),
        Formula::new(15..18, true, FormulaKind::Mathml, Status::Downgraded(Downgrade::Flattened)),
    ];
    document.ledger.keep(FormulaKind::RawDollar, Status::Recovered);
    document.ledger.keep(FormulaKind::Mathml, Status::Downgraded(Downgrade::Flattened));
    document.ledger.lose(FormulaKind::Mathml, Loss::Empty);
    document.ledger.lose(FormulaKind::Mathml, Loss::Empty);
    document.locator = Some(Locator { file: "a.warc.gz".into(), offset: 7, length: 9 });
    document.fetch_time_ms = Some(1_716_000_000_123);
    document.charset_source = CharsetSource::Meta;
    document.tables = number;
    document.extractor = "test".into();
    document.metadata.insert("k".into(), serde_json::json!({"n": [1, null]}));
    document
}

fn bare() -> Document {
    let mut document = Document::new("u", "\u{1}\"\\ plain\n".into());
    document.id = "0".repeat(32);
    document
}

fn reject(number: u64) -> Reject {
    Reject {
        id: number.is_multiple_of(2).then(|| format!("{number:032x}")),
        url: Some("u".into()),
        locator: Some(Locator { file: "a.warc".into(), offset: number, length: 1 }),
        warc_record_id: None,
        stage: "warc".into(),
        reason: Reason::DamagedRecord,
        detail: "broken".into(),
        text: None,
    }
}

fn write<R: Row>(format: Format, blocks: &[Vec<R>]) -> Vec<u8> {
    let (encoder, mut writer) = open_table::<R, _>(format, Vec::new()).unwrap();
    for rows in blocks {
        writer.append(encoder.encode(rows).unwrap()).unwrap();
    }
    let (bytes, rows) = writer.finish().unwrap();
    assert_eq!(rows as usize, blocks.iter().map(Vec::len).sum::<usize>());
    bytes
}

fn saved<R: Row>(format: Format, name: &str, blocks: &[Vec<R>]) -> PathBuf {
    let file = format!("cc-math-tables-{}-{name}{}", std::process::id(), format.extension::<R>());
    let path = std::env::temp_dir().join(file);
    std::fs::write(&path, write(format, blocks)).unwrap();
    path
}

const FORMATS: [Format; 4] = [
    Format::Parquet,
    Format::Jsonl(Codec::Plain),
    Format::Jsonl(Codec::Gzip),
    Format::Jsonl(Codec::Zstd),
];

#[test]
fn documents_read_back_whole() {
    for format in FORMATS {
        let blocks = [(0..300).map(document).collect(), vec![bare()]];
        let path = saved(format, "documents", &blocks);
        let back: Vec<_> = read_documents(&path).unwrap().map(Result::unwrap).collect();
        assert_eq!(back, blocks.concat(), "{format:?}");
    }
}

#[test]
fn rejects_read_back_whole() {
    for format in FORMATS {
        let blocks = [(0..5).map(reject).collect(), (5..9).map(reject).collect::<Vec<_>>()];
        let path = saved(format, "rejects", &blocks);
        let back: Vec<_> = read_rejects(&path).unwrap().map(Result::unwrap).collect();
        assert_eq!(back, blocks.concat(), "{format:?}");
    }
}

#[test]
fn equal_rows_give_equal_bytes_and_no_rows_a_readable_file() {
    for format in FORMATS {
        let blocks = [(0..9).map(document).collect()];
        assert_eq!(write(format, &blocks), write(format, &blocks));
        let path = saved::<Document>(format, "none", &[]);
        assert_eq!(read_documents(&path).unwrap().count(), 0);
    }
}

#[test]
fn json_lines_hold_every_column_and_the_tex() {
    let bytes = write(Format::Jsonl(Codec::Plain), &[vec![document(1)]]);
    let line: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(line.as_object().unwrap().len(), Document::COLUMNS.len());
    assert_eq!(line["fetch_time"], "2024-05-18T02:40:00.123Z");
    assert_eq!(line["formulas"][0]["tex"], "x<y");
    assert_eq!(line["formulas"][1]["status"], "downgraded:flattened");
    assert_eq!(line["math_lost"], 2);
    assert_eq!(line["metadata"]["math_lost"]["mathml"]["empty"], 2);
    assert!(line["title"].is_null());
}

#[test]
fn markdown_is_one_stream_with_front_matter() {
    let bytes = write(Format::Markdown, &[vec![bare(), document(1)]]);
    let text = String::from_utf8(bytes).unwrap();
    assert!(text.starts_with("---\nid: \"0000"), "{text}");
    assert!(text.contains("---\n\nLet $x<y$ and $z_1$\n\n"), "{text}");
    assert_eq!(Format::Markdown.extension::<Document>(), ".md");
    assert_eq!(Format::Markdown.extension::<Reject>(), ".jsonl");
}

#[test]
fn a_missing_id_is_derived_from_the_text() {
    let path = std::env::temp_dir().join(format!("cc-math-{}-noid.jsonl", std::process::id()));
    std::fs::write(&path, "{\"text\":\"a\"}\n{\"text\":\"b\",\"other\":1}\n").unwrap();
    let ids: Vec<_> = read_documents(&path).unwrap().map(|d| d.unwrap().id).collect();
    assert_eq!(ids.len(), 2);
    assert!(ids[0].len() == 32 && ids[0] != ids[1]);
}

#[test]
fn err_faults_name_file_and_line() {
    let path = std::env::temp_dir().join(format!("cc-math-{}-bad.jsonl", std::process::id()));
    std::fs::write(&path, "{\"text\":\"a\"}\n{\"text\":1}\n").unwrap();
    let error = read_documents(&path).unwrap().find_map(Result::err).unwrap().to_string();
    assert!(
        error.ends_with("bad.jsonl:2: column `text` holds a value that it cannot hold"),
        "{error}"
    );
    let none = read_documents(std::path::Path::new("/nonexistent")).err().unwrap();
    assert!(none.to_string().starts_with("cannot read `/nonexistent`"), "{none}");
}
