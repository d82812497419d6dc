//! What conditions say, beside what Polars says of the same.

use super::*;
use serde_json::{Value as Json, json};

fn condition(sql: &str) -> Result<Condition, String> {
    Condition::read(sql)
}

fn document(metadata: &Json) -> Document {
    let mut document = Document::new("https://example.org/", "é $x$".into());
    document.metadata = metadata.as_object().unwrap().clone();
    document
}

/// `tests/fixtures/pipelines/conditions.json`, which `conditions.py` beside it wrote.
#[test]
fn conditions_say_what_polars_says_of_them() {
    let path =
        concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures/pipelines/conditions.json");
    let golden: Json = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let columns = golden["rows"].as_object().unwrap();
    let height = columns["whole"].as_array().unwrap().len();
    let (mut compared, mut differences) = (0, Vec::new());
    for (sql, expected) in golden["conditions"].as_object().unwrap() {
        // `title` is a column of ours; here it is an entry.
        let ours = condition(&sql.replace("title", "metadata.title")).unwrap();
        for row in 0..height {
            let nan = columns["part"][row] == "NaN";
            let cells = columns.iter().filter(|(name, _)| !(nan && *name == "part"));
            let mut document = document(&cells.map(|(k, v)| (k.clone(), v[row].clone())).collect());
            // JSON has no such number; none of the metadata is ever one.
            if nan && sql.contains("part") {
                continue;
            }
            document.text.clear();
            let said = json!(ours.judge(&document).unwrap());
            let differs = said != expected[row];
            let message = || format!("{sql}, row {row}: {said}, not {}", expected[row]);
            differences.extend(differs.then(message));
            compared += 1;
        }
    }
    assert!(differences.is_empty(), "{differences:#?}");
    assert!(compared > 400, "{compared}");
}

#[test]
fn names_are_columns_or_entries_of_the_metadata() {
    let document = document(&json!({ "a": { "b": 2 }, "c.d": 3, "list": [1], "url": "other" }));
    let judge = |sql: &str| condition(sql).unwrap().judge(&document);
    for sql in [
        "length(text) = 5 and octet_length(text) = 6",
        "url = 'https://example.org/' and metadata.url = 'other'",
        "a.b = 2 and c.d = 3 and metadata.a.b = 2",
        "list is not null and nowhere is null and a.nowhere is null",
        "fetch_time is null and warc_record_offset is null and math_recovered = 0",
    ] {
        assert_eq!(judge(sql), Ok(Some(true)), "{sql}");
    }
    assert_eq!(judge("nowhere = 1"), Ok(None));
    assert!(judge("list = 1").unwrap_err().contains("a list or mapping"));
    assert_eq!(judge("a.b > 'x'"), Err("2 is a number, and \"x\" is text".into()));
}

#[test]
fn times_compare_as_text() {
    let mut document = document(&json!({}));
    document.fetch_time_ms = Some(1_700_000_000_000);
    let judge = |sql: &str| condition(sql).unwrap().judge(&document);
    assert_eq!(judge("fetch_time >= '2023-11-14' and fetch_time < '2023-11-15'"), Ok(Some(true)));
}

#[test]
fn what_is_dropped_says_why() {
    let mut document = document(&json!({ "score": 0.5, "language": "x".repeat(100) }));
    let mut judge = |sql: &str| match condition(sql).unwrap().apply(&mut document) {
        Verdict::Drop { reason, detail } => (reason.code(), detail.into_owned()),
        Verdict::Keep => ("", String::new()),
    };
    let (reason, detail) = judge("score > 0.5 and language = 'en' and tables > 0 and gone = 1");
    assert_eq!(reason, "condition-not-met");
    let told = format!("gone = NULL, language = {:?}..., score = 0.5, tables = 0", "x".repeat(40));
    assert_eq!(detail, told);
    assert_eq!(judge("score = 'high'").0, "condition-failed");
    assert_eq!(
        judge("score"),
        ("condition-failed", "0.5 is a number, where true or false is wanted".into())
    );
    assert_eq!(judge("score = 0.5"), ("", String::new()));
}

#[test]
fn what_is_no_condition_is_told() {
    for (sql, told) in [
        ("math_recoverd > 1", "did you mean `math_recovered`?"),
        ("formulas = 1", "`math_recovered` counts formulas"),
        ("sum(tables) > 1", "no function `sum` of one document"),
        ("lenght(text) > 1", "did you mean `length`?"),
        ("length(text, 1) > 1", "another number of values"),
        ("row_number() over (order by url) = 1", "nothing that a condition can say"),
        ("url in (select url from x)", "nothing that a condition can say"),
        ("url = ", "Expected"),
        ("url = 'a' url", "the condition ends before `url`"),
        ("url like text", "a pattern is a text in quotes"),
        ("url ~ '('", "no regular expression"),
        ("1 + 1; drop", "the condition ends before `;`"),
        ("", "Expected"),
    ] {
        let error = condition(sql).map(|_| ()).unwrap_err();
        assert!(error.contains(told), "{sql}: {error}");
    }
    let many = vec!["tables = 1"; 500].join(" or ");
    assert!(condition(&many).is_ok());
    assert!(condition(&many.repeat(2)).unwrap_err().contains("at most"));
    let deep = "(".repeat(3000) + "1" + &")".repeat(3000);
    assert!(condition(&deep).is_err());
    let sum = |n: usize| condition(&("1".to_owned() + &"+1".repeat(n) + " > 5"));
    assert!(sum(150).is_ok());
    assert!(sum(3000).unwrap_err().contains("too deeply"));
}

fn gates(sql: &str) -> Vec<String> {
    condition(sql).unwrap().gates().iter().map(ToString::to_string).collect()
}

#[test]
fn gates_are_comparisons_with_numbers_that_have_to_hold() {
    for (sql, expected) in [
        ("score >= 0.5", &["score >= 0.5"][..]),
        ("url = 'a' and (score > -1 and 3 <= tables)", &["score > -1", "tables >= 3"]),
        ("length(text) between 2 and 1e4", &["length(text) >= 2", "length(text) <= 10000"]),
        ("math_lost / (math_seen + 1) < .1", &["math_lost/(math_seen+1) < 0.1"]),
        ("coalesce(a, b) <= 1 and a || ' b' > 2", &["coalesce(a,b) <= 1", "a || ' b' > 2"]),
        // Whether these hold is not up to one bound alone.
        ("score > 1 or tables > 1", &[]),
        ("not score > 1 and score <> 1 and score = 1 and tables not between 1 and 2", &[]),
        ("score > tables and 1 < 2 and tables between 1 and math_seen", &[]),
        ("tables < 9007199254740993", &[]),
    ] {
        assert_eq!(gates(sql), expected, "{sql}");
    }
    let many = vec!["tables > 1"; 500].join(" and ");
    assert_eq!(gates(&many).len(), 500);
}

#[test]
fn other_bounds_are_put_in_and_nothing_else_changes() {
    let rebound = |sql: &str, bounds: &[Option<f64>]| {
        Where { sql: sql.into() }.rebound(bounds).map(|stage| stage.sql)
    };
    let sql = "3 < a and (url like '%''x' or a > 1) and b between -1 and 2.5";
    let bounds = [Some(-0.5), Some(1e-7), Some(1e15)];
    let other = rebound(sql, &bounds).unwrap();
    let expected =
        "-0.5 < a AND (url LIKE '%''x' OR a > 1) AND b BETWEEN 0.0000001 AND 1000000000000000";
    assert_eq!(other, expected);
    assert_eq!(gates(&other), ["a > -0.5", "b >= 0.0000001", "b <= 1000000000000000"]);
    let blank = rebound(sql, &[None; 3]).unwrap();
    assert_eq!(blank, rebound(&other, &[None; 3]).unwrap());
    assert!(blank.contains("? < a"), "{blank}");
    assert!(rebound(sql, &[None; 2]).unwrap_err().contains("more gates"));
    assert!(rebound(sql, &[None; 4]).unwrap_err().contains("fewer gates"));
}

#[test]
fn what_a_condition_sees_decides_what_it_says() {
    let condition = condition("a >= 2 and b < 3 and c = 'x'").unwrap();
    let values = [json!(null), json!(1), json!(2), json!(2.5), json!(3), json!("x")];
    for a in &values {
        for b in &values {
            for c in &values {
                let mut document = document(&json!({ "a": a, "b": b, "c": c }));
                let sight = condition.sight(&document).unwrap();
                let passes = condition.gates().iter().zip(&sight.signals).all(|(gate, signal)| {
                    signal.is_some_and(|value| gate.keeps.holds(value, gate.bound))
                });
                let kept = condition.apply(&mut document) == Verdict::Keep;
                assert_eq!(kept, passes && sight.rest, "{a} {b} {c}");
            }
        }
    }
    let mut near = document(&json!({ "a": 1.5, "b": 1, "c": "x" }));
    let verdict = condition.apply(&mut near);
    assert!(matches!(verdict, Verdict::Drop { detail, .. } if detail == "a 1.5 is below 2"));
}
