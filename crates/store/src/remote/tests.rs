//! Objects read from a server that misbehaves on demand.

use super::Object;
use crate::{RecordRange, Root, StoreError};
use server::{Reply, Request, Server};
use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

mod outputs;
mod server;

/// Bytes of which no two stretches are alike.
fn content(length: usize) -> Arc<Vec<u8>> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    };
    Arc::new((0..length).map(|_| next()).collect())
}

fn read(address: &str) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    Object::at(address).unwrap().open().read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// What is said where reading fails.
fn failure(address: &str) -> String {
    read(address).unwrap_err().to_string()
}

fn range(file: &str, offset: u64, length: u64) -> RecordRange {
    RecordRange { file: file.into(), offset, length }
}

#[test]
fn a_whole_object_takes_one_request() {
    let bytes = content(9 << 20);
    let server = Server::of(Arc::clone(&bytes));
    assert!(read(&server.address("x")).unwrap() == *bytes);
    assert_eq!(server.requests(), 1);
}

#[test]
fn a_reader_that_stops_early_reads_little() {
    let server = Server::of(content(64 << 20));
    let object = Object::at(&server.address("x")).unwrap();
    assert_eq!(object.head(512).unwrap().len(), 512);
    server.idle();
    assert!(server.sent() < 32 << 20, "{}", server.sent());
}

#[test]
fn a_body_that_breaks_is_gone_on_with_at_its_place() {
    let bytes = content(3 << 20);
    for cuts in [vec![0], vec![1], vec![1 << 20, 5, 1 << 20], vec![(3 << 20) - 1]] {
        let (source, breaks) = (Arc::clone(&bytes), cuts.len());
        let server = Server::start(move |request| {
            let reply = Reply::object(request, &source, "\"one\"");
            cuts.get(request.number).map_or(reply.clone(), |cut| reply.cut(*cut))
        });
        assert!(read(&server.address("x")).unwrap() == *bytes);
        assert_eq!(server.requests(), breaks + 1);
        let last = server.last();
        let goes_on = last.header("range").is_some();
        assert!(!goes_on || last.header("if-match") == Some("\"one\""));
    }
}

#[test]
fn a_body_that_always_breaks_is_given_up() {
    let bytes = content(1 << 20);
    let server = Server::start(move |request| Reply::object(request, &bytes, "\"one\"").cut(0));
    assert!(failure(&server.address("x")).contains("the connection broke"));
    assert_eq!(server.requests(), super::ATTEMPTS as usize);
}

#[test]
fn an_object_that_changes_is_not_mixed_with_what_it_was() {
    // By a server that compares, and by one that does not.
    for compares in [true, false] {
        let bytes = content(1 << 20);
        let server = Server::start(move |request| match request.number {
            0 => Reply::object(request, &bytes, "\"one\"").cut(1 << 19),
            _ if compares => Reply::status("412 Precondition Failed"),
            _ => Reply::object(request, &bytes, "\"two\""),
        });
        assert!(failure(&server.address("x")).contains("the object changed"));
        assert_eq!(server.requests(), 2);
    }
}

#[test]
fn without_a_version_there_is_no_going_on() {
    let bytes = content(1 << 20);
    let server = Server::start(move |request| match request.number {
        0 => Reply::object(request, &bytes, "").cut(1 << 19),
        _ => Reply::object(request, &bytes, ""),
    });
    assert!(failure(&server.address("x")).contains("does not say whether"));
}

#[test]
fn the_rest_must_be_the_rest() {
    let bytes = content(1 << 20);
    let server = Server::start(move |request| match request.number {
        0 => Reply::object(request, &bytes, "\"one\"").cut(1 << 19),
        // All of it again, as servers without ranges do.
        _ => Reply::whole(&bytes, "\"one\""),
    });
    assert!(failure(&server.address("x")).contains("gives no ranges"));
}

#[test]
fn a_busy_server_is_asked_again_when_it_says() {
    let bytes = content(1000);
    let source = Arc::clone(&bytes);
    let server = Server::start(move |request| match request.number {
        0 => Reply::status("503 Slow Down").header("Retry-After: 2"),
        1 => Reply::status("429 Too Many Requests"),
        _ => Reply::object(request, &source, "\"one\""),
    });
    let begun = Instant::now();
    assert!(read(&server.address("x")).unwrap() == *bytes);
    assert_eq!(server.requests(), 3);
    assert!(begun.elapsed() >= Duration::from_secs(3));
}

#[test]
fn a_server_that_stays_busy_is_given_up() {
    let server = Server::start(|_| {
        Reply::status("503 Service Unavailable").body(b"<Error><Code>SlowDown</Code></Error>")
    });
    let begun = Instant::now();
    assert_eq!(failure(&server.address("x")), "the server answers 503 (SlowDown)");
    assert_eq!(server.requests(), 6);
    assert!(begun.elapsed() >= Duration::from_secs(5));
    let server =
        Server::start(|_| Reply::status("503 Service Unavailable").header("Retry-After: 86400"));
    assert_eq!(failure(&server.address("x")), "the server answers 503");
    assert_eq!(server.requests(), 1);
}

#[test]
fn a_failing_server_is_given_up_sooner_or_later() {
    let server = Server::start(|_| Reply::status("500 Internal Server Error"));
    assert_eq!(failure(&server.address("x")), "the server answers 500");
    assert_eq!(server.requests(), 6);
}

#[test]
fn what_is_refused_is_not_asked_again() {
    let told = [
        ("404 Not Found", "there is no such object"),
        ("403 Forbidden", "the server answers 403 (AccessDenied)"),
        ("301 Moved Permanently", "the bucket is in another region"),
    ];
    for (status, sentence) in told {
        let server = Server::start(move |_| {
            Reply::status(status).body(b"<Error><Code>AccessDenied</Code></Error>")
        });
        let failure = failure(&server.address("x"));
        assert!(failure.contains(sentence), "{failure}");
        assert_eq!(server.requests(), 1);
    }
}

#[test]
fn what_nobody_answers_ends() {
    let server = Server::start(|_| Reply::Silence);
    let failed = failure(&server.address("x"));
    assert!(failed.contains("the server is silent"), "{failed}");
    let closed = io::Result::unwrap(std::net::TcpListener::bind("127.0.0.1:0")).local_addr();
    let address = format!("http://{}/x", closed.unwrap());
    let failed = failure(&address);
    assert!(failed.contains("no connection"), "{failed}");
    let error = Object::at(&address).unwrap().facts().unwrap_err();
    assert!(matches!(&error, StoreError::Remote { .. }));
    assert!(error.hints()[0].contains("check the address"));
}

#[test]
fn a_slow_server_is_waited_for() {
    let bytes = content(1000);
    let source = Arc::clone(&bytes);
    let server =
        Server::start(move |request| Reply::object(request, &source, "\"one\"").after(400));
    assert!(read(&server.address("x")).unwrap() == *bytes);
    assert_eq!(server.requests(), 1);
}

#[test]
fn an_answer_may_leave_its_length_open() {
    let server = Server::start(|_| {
        Reply::raw(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n<p>page</p>".to_vec())
    });
    let object = Object::at(&server.address("dir/page/?q=1")).unwrap();
    assert_eq!(object.read_capped(1 << 20).unwrap(), b"<p>page</p>");
    assert_eq!(server.last().target, "/dir/page/?q=1");
    assert!(matches!(object.read_capped(3), Err(StoreError::OverCap { .. })));
}

#[test]
fn ranges_are_joined_and_come_in_the_order_asked() {
    let bytes = content(4 << 20);
    let server = Server::of(Arc::clone(&bytes));
    let root = Root::Remote(server.address("crawl"));
    let mut ranges: Vec<_> = (0..200).map(|n| range("a.warc", n * 20_000, 20_000)).collect();
    ranges.reverse();
    ranges.push(range("a.warc", (4 << 20) - 10, 100));
    ranges.push(range("a.warc", 5 << 20, 10));
    ranges.push(range("a.warc", 0, 2 << 20));
    let records: Vec<_> = root.records(&ranges, 1 << 20).collect();
    for (range, record) in ranges.iter().zip(&records).take(201) {
        let (from, to) = (range.offset as usize, (range.offset + range.length) as usize);
        assert!(record.as_ref().unwrap()[..] == bytes[from..to.min(bytes.len())]);
    }
    let told = |at: usize| records[at].as_ref().unwrap_err().to_string();
    assert_eq!(told(201), "the file ends before");
    assert_eq!(told(202), "the range is longer than the largest record");
    // One for the many, one for those ten bytes, one for what lies behind the end.
    assert_eq!(server.requests(), 3);
}

#[test]
fn ranges_fail_alone() {
    let bytes = content(1 << 20);
    let tries = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&tries);
    let server = Server::start(move |request: &Request| match request.target.as_str() {
        "/gone" => Reply::status("404 Not Found"),
        "/other" => {
            Reply::object(request, &bytes, "\"one\"").header("Content-Range: bytes 5-14/1048576")
        }
        "/short" => {
            counted.fetch_add(1, Ordering::Relaxed);
            Reply::object(request, &bytes, "\"one\"").cut(3)
        }
        _ => Reply::object(request, &bytes, "\"one\""),
    });
    let root = Root::Remote(server.address(""));
    let files = ["good", "gone", "other", "short", "fine"];
    let ranges: Vec<_> = files.iter().map(|file| range(file, 100, 10)).collect();
    let told: Vec<_> = root
        .records(&ranges, 1 << 20)
        .map(|record| record.map(|bytes| bytes.len()).map_err(|error| error.to_string()))
        .collect();
    assert_eq!((&told[0], &told[4]), (&Ok(10), &Ok(10)));
    assert_eq!(told[1], Err("there is no such object".into()));
    assert!(told[2].as_ref().unwrap_err().contains("Requested 100..110"), "{:?}", told[2]);
    assert_eq!(told[3], Err("the connection broke".into()));
    assert_eq!(tries.load(Ordering::Relaxed), super::ATTEMPTS as usize);
}
