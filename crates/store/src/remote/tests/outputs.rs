//! Files written to stores: one in memory, and a server that misbehaves on demand.

use super::super::host::Host;
use super::super::{Lease, Object, Prefix, address::Address};
use super::content;
use super::server::{Reply, Request, Server};
use crate::capped::tests::scratch;
use crate::tree::{Tree, open_tree};
use crate::{Durability, StoreError};
use object_store::aws::AmazonS3Builder;
use object_store::memory::InMemory;
use object_store::{HeaderMap, RetryConfig};
use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// An empty bucket in memory.
fn bucket() -> Arc<Host> {
    Host::of_bucket(|_| Ok(Arc::new(InMemory::new())))
}

/// A bucket of a server that does what a test says.
fn at(server: &Server) -> Arc<Host> {
    let (endpoint, retry) =
        (server.address(""), RetryConfig { max_retries: 0, ..Default::default() });
    let builder = AmazonS3Builder::new().with_bucket_name("b").with_region("r");
    let builder = builder.with_endpoint(endpoint.trim_end_matches('/')).with_allow_http(true);
    let builder = builder.with_skip_signature(true).with_retry(retry);
    Host::of_bucket(|connector| Ok(Arc::new(builder.with_http_connector(connector).build()?)))
}

fn prefix(host: &Arc<Host>, address: &str) -> Prefix {
    Prefix::of(Arc::clone(host), &Address::parse(address).unwrap()).unwrap()
}

fn object(host: &Arc<Host>, address: &str) -> Object {
    host.object(&Address::parse(address).unwrap()).unwrap()
}

fn publish(tree: &dyn Tree, name: &str, bytes: &[u8]) -> Result<(), StoreError> {
    let mut pending = tree.pending("unfinished").unwrap();
    pending.write_all(bytes).unwrap();
    tree.publish(pending.seal().unwrap(), name)
}

/// What every output folder does, wherever it lies.
fn check(tree: &dyn Tree) {
    tree.make("").unwrap();
    assert!(!tree.has_others("state").unwrap() && !tree.has("state/plan").unwrap());
    tree.make("state").unwrap();
    tree.look().unwrap();
    tree.write("state/plan", b"p", Durability::Kept).unwrap();
    assert!(tree.has("state/plan").unwrap() && !tree.has_others("state").unwrap());
    publish(tree, "x/k=a%2Fb/1", b"one").unwrap();
    publish(tree, "x/2", b"").unwrap();
    for look in [false, true] {
        if look {
            tree.look().unwrap();
        }
        assert!(tree.has_others("state").unwrap());
        assert_eq!(tree.size("x/k=a%2Fb/1"), Some(3));
        assert_eq!((tree.size("x/2"), tree.size("x/3")), (Some(0), None));
        let names = ["state/plan", "gone", "x/k=a%2Fb/1"].map(str::to_owned);
        let read: Vec<_> = tree.read_all(&names).into_iter().map(Result::unwrap).collect();
        assert_eq!(read, [Some(b"p".to_vec()), None, Some(b"one".to_vec())]);
        let mut files = tree.files("state").unwrap();
        files.retain(|name| name != "lock");
        assert_eq!(files, ["plan"]);
        assert_eq!(tree.files("nowhere").unwrap(), [""; 0]);
    }
    publish(tree, "state/plan", b"other").unwrap();
    assert_eq!(tree.read("state/plan").unwrap().as_deref(), Some(&b"other"[..]));
    tree.settle(&[("x/k=a%2Fb/1", 3), ("state/plan", 5)]).unwrap();
    tree.remove(&["x", "none"]).unwrap();
    assert_eq!((tree.size("x/2"), tree.size("state/plan")), (None, Some(5)));
    tree.look().unwrap();
    assert_eq!((tree.size("x/2"), tree.size("state/plan")), (None, Some(5)));
    let held = tree.lock("state/lock").unwrap().ok().unwrap();
    let other = tree.lock("state/lock").unwrap().err().unwrap();
    assert_eq!(other.owner.map(|owner| owner.process), Some(std::process::id()));
    assert_eq!(held.confirm().unwrap(), None);
    drop(held);
    assert!(tree.lock("state/lock").unwrap().is_ok());
}

#[test]
fn folders_and_prefixes_are_alike() {
    let folder = scratch("tree");
    std::fs::remove_dir_all(&folder).unwrap();
    check(&*open_tree(&folder).unwrap());
    for address in ["s3://b/deep/er", "s3://b/out/", "s3://b"] {
        let host = bucket();
        check(&prefix(&host, address));
    }
}

#[test]
fn files_that_are_gone_are_missed_before_a_run_ends() {
    let host = bucket();
    let tree = prefix(&host, "s3://b/out");
    publish(&tree, "x", b"one").unwrap();
    publish(&tree, "y", b"two").unwrap();
    let told = |files: &[(&str, u64)]| tree.settle(files).unwrap_err().to_string();
    assert!(tree.settle(&[("x", 3), ("y", 3)]).is_ok());
    // Another writes there.
    object(&host, "s3://b/out/y").put(b"t").unwrap();
    assert_eq!(
        told(&[("x", 3), ("y", 3)]),
        "cannot find `s3://b/out/y`: it has 1 bytes, where 3 were written"
    );
    assert_eq!(told(&[("z", 3)]), "cannot find `s3://b/out/z`: it is there no longer");
}

#[test]
fn a_silent_holder_loses_the_lock_and_notices() {
    let host = bucket();
    let lock = || Lease::take(object(&host, "s3://b/lock")).unwrap();
    let first = lock().ok().unwrap();
    let told = lock().err().unwrap().to_string();
    assert!(told.contains("last heard of 0 seconds ago"), "{told}");
    // The store's clock is what counts.
    let mut headers = HeaderMap::new();
    let ahead = chrono::DateTime::from_timestamp_millis(host.pace.now() + 700_000).unwrap();
    headers.insert("date", ahead.to_rfc2822().parse().unwrap());
    host.pace.dated(&headers);
    let second = lock().ok().unwrap();
    let begun = Instant::now();
    while first.lost().is_none() {
        std::thread::sleep(Duration::from_millis(10));
        assert!(begun.elapsed() < Duration::from_secs(10));
    }
    assert!(first.confirm().unwrap().is_some());
    // It does not take away what is another's now.
    drop(first);
    assert_eq!(second.confirm().unwrap(), None);
    drop(second);
    assert!(!prefix(&host, "s3://b").has("lock").unwrap());
}

#[test]
fn a_busy_store_is_asked_again_with_the_same_bytes() {
    let server = Server::start(|request| match request.number {
        0 => Reply::status("503 Slow Down").header("Retry-After: 2"),
        1 => Reply::raw(Vec::new()),
        _ => Reply::whole(b"", "\"one\""),
    });
    let bytes = content(2 << 20);
    let begun = Instant::now();
    publish(&prefix(&at(&server), "s3://b/out"), "x", &bytes).unwrap();
    assert!(begun.elapsed() >= Duration::from_secs(2));
    assert_eq!(server.requests(), 3);
    let last = server.last();
    assert_eq!((&*last.method, &*last.target), ("PUT", "/b/out/x"));
    assert!(last.body == *bytes && last.header("x-amz-meta-xxh3").is_some());
}

#[test]
fn a_lock_whose_making_was_not_answered_is_had() {
    let stored = Mutex::new(Vec::new());
    let server = Server::start(move |request| {
        let mut stored = stored.lock().unwrap();
        match (&*request.method, request.number) {
            ("PUT", 0) => {
                stored.clone_from(&request.body);
                Reply::raw(Vec::new())
            }
            ("PUT", _) if request.header("if-none-match").is_some() => {
                Reply::status("412 Precondition Failed")
            }
            ("PUT", _) if request.header("if-match") != Some("\"one\"") => {
                Reply::status("412 Precondition Failed")
            }
            ("DELETE" | "POST", _) => Reply::status("204 No Content"),
            _ => Reply::whole(&stored, "\"one\"")
                .header("Last-Modified: Wed, 21 Oct 2015 07:28:00 GMT"),
        }
    });
    let lock = Lease::take(object(&at(&server), "s3://b/lock")).unwrap();
    assert!(lock.is_ok_and(|lock| lock.confirm().unwrap().is_none()));
}

#[test]
fn a_store_without_conditions_is_refused() {
    let server = Server::start(|_| {
        Reply::status("501 Not Implemented").body(b"<Error><Code>NotImplemented</Code></Error>")
    });
    let error = Lease::take(object(&at(&server), "s3://b/lock")).err().unwrap();
    assert!(
        error.to_string().contains("cannot lock `s3://b/lock`: the server answers 501"),
        "{error}"
    );
    assert!(error.hints()[0].contains("conditional requests"));
}

/// A server that takes files in parts; `ends` answers what makes an object of them.
fn in_parts(ends: fn(&Request) -> Option<Reply>) -> Server {
    let head = Mutex::new((0, String::new()));
    Server::start(move |request| {
        let mut head = head.lock().unwrap();
        let (method, target) = (&*request.method, &*request.target);
        match method {
            "POST" if target.ends_with("?uploads=") => {
                head.1 = request.header("x-amz-meta-xxh3").unwrap().into();
                Reply::whole(b"<R><Bucket>b</Bucket><Key>x</Key><UploadId>u</UploadId></R>", "")
            }
            "POST" => ends(request).unwrap_or_else(|| Reply::whole(b"<R><ETag>e</ETag></R>", "")),
            "PUT" => {
                head.0 += request.body.len();
                Reply::whole(b"", "\"part\"")
            }
            "DELETE" => Reply::status("204 No Content"),
            _ => {
                let hash = format!("x-amz-meta-xxh3: {}", head.1);
                let length = format!("Content-Length: {}", head.0);
                let time = "Last-Modified: Wed, 21 Oct 2015 07:28:00 GMT";
                Reply::whole(b"", "\"whole\"").header(&hash).header(time).header(&length)
            }
        }
    })
}

#[test]
fn an_end_that_was_not_answered_is_looked_for() {
    let bytes = content(20 << 20);
    let lost: [fn(&Request) -> Option<Reply>; 3] = [
        |_| None,
        // What is asked again has happened already.
        |_| Some(Reply::status("404 Not Found").body(b"<Error><Code>NoSuchUpload</Code></Error>")),
        |_| Some(Reply::whole(b"<Error><Code>InternalError</Code></Error>", "")),
    ];
    for ends in lost {
        let server = in_parts(ends);
        publish(&prefix(&at(&server), "s3://b/out"), "x", &bytes).unwrap();
        // Begun, three parts, ended, looked at.
        assert_eq!(server.requests(), 6);
    }
}
