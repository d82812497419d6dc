//! A server that plays Ray, and jobs of it that go one way or the other.

use super::*;
use crate::LogFormat;
use serde_json::json;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread::spawn;

/// Answers to a request, `GET /api/version`, of which there have been so many before.
type Play = fn(request: &str, count: usize) -> Option<(u16, String)>;

/// A server, and what it was asked; without a play it refuses all connections.
struct Ray {
    address: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Ray {
    fn playing(play: Play) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let ray = Self { address, requests: Arc::clone(&requests) };
        spawn(move || {
            for stream in listener.incoming() {
                if answer(&stream.unwrap(), &requests, play).is_none() {
                    return;
                }
            }
        });
        ray
    }

    fn count(&self, request: &str) -> usize {
        self.requests.lock().unwrap().iter().filter(|line| *line == request).count()
    }
}

/// Answers one request; nothing ends the server.
fn answer(mut stream: &TcpStream, requests: &Mutex<Vec<String>>, play: Play) -> Option<()> {
    let mut reader = BufReader::new(stream);
    let mut head = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        match line.trim_end() {
            "" => break,
            line => head.push(line.to_ascii_lowercase()),
        }
    }
    let first = head.first().cloned().unwrap_or_default();
    let mut words = first.split(' ');
    let request = format!(
        "{} {}",
        words.next().unwrap_or_default().to_uppercase(),
        words.next().unwrap_or_default()
    );
    let length = head.iter().find_map(|line| line.strip_prefix("content-length: "));
    let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
    reader.read_exact(&mut body).unwrap();
    let mut requests = requests.lock().unwrap();
    let count = requests.iter().filter(|line| **line == request).count();
    requests.push(request.clone());
    let (status, text) = play(&request, count)?;
    let length = text.len();
    let head = format!("HTTP/1.1 {status} X\r\ncontent-length: {length}\r\nconnection: close\r\n");
    stream.write_all(format!("{head}\r\n{text}").as_bytes()).unwrap();
    Some(())
}

fn version() -> Option<(u16, String)> {
    Some((200, json!({ "version": "4", "ray_version": "2.60.0" }).to_string()))
}

fn status(status: &str) -> Option<(u16, String)> {
    Some((200, json!({ "status": status, "message": "Traceback\nover" }).to_string()))
}

fn logs(text: &str) -> Option<(u16, String)> {
    Some((200, json!({ "logs": text }).to_string()))
}

const QUIET: Log = Log { quiet: true, format: LogFormat::Text };

/// Submits a job and follows it, without much patience.
fn follow(ray: &Ray, stop: &AtomicBool) -> Result<Outcome, RayError> {
    let api = Api::connect(&ray.address)?;
    let id = api.submit("python3 driver.py", "cc-math small")?;
    let mut follower = Follower::new(&api, &id);
    follower.every = Duration::from_millis(10);
    follower.patience = Duration::from_millis(200);
    follower.follow(stop, &Meter::new(&QUIET, 2, None), &QUIET)
}

fn told(error: &RayError) -> String {
    format!("{error}\n{}", error.hints().join("\n"))
}

const PROGRESS: &str = "\
{\"leg\": 0, \"done\": 1, \"total\": 4, \"failed\": 0}
something of Ray's
{\"leg\": 0, \"done\": 4, \"total\": 4, \"failed\": 1}
{\"leg\": 1, \"done\": 0, \"total\": 2, \"failed\": 0}
{\"leg\": 1, \"done\": 2, \"total\": 2, \"failed\": 0}
";

#[test]
fn a_job_that_ends_well_tells_how_many_tasks_it_did() {
    let ray = Ray::playing(|request, count| match (request, count) {
        ("GET /api/version", _) => version(),
        ("POST /api/jobs/", 0) => {
            Some((200, json!({ "submission_id": "raysubmit_1" }).to_string()))
        }
        ("GET /api/jobs/raysubmit_1", 0) => status("PENDING"),
        // A dashboard that has a bad moment.
        ("GET /api/jobs/raysubmit_1", 2) => Some((500, "Traceback\nno agent".into())),
        ("GET /api/jobs/raysubmit_1", n) => status(if n < 30 { "RUNNING" } else { "SUCCEEDED" }),
        // The log grows, in the middle of lines, too.
        ("GET /api/jobs/raysubmit_1/logs", n) => logs(PROGRESS.get(..n * 9).unwrap_or(PROGRESS)),
        _ => Some((404, String::new())),
    });
    let outcome = follow(&ray, &AtomicBool::new(false)).unwrap();
    assert_eq!(outcome, Outcome::Succeeded { done: 3 + 2 });
    assert_eq!(ray.count("POST /api/jobs/"), 1);
}

#[test]
fn a_job_that_fails_shows_the_end_of_its_log() {
    let ray = Ray::playing(|request, _| match request {
        "GET /api/version" => version(),
        "POST /api/jobs/" => Some((200, json!({ "submission_id": "j" }).to_string())),
        "GET /api/jobs/j" => status("FAILED"),
        "GET /api/jobs/j/logs" => logs(&format!("{PROGRESS}task 3 cannot be done\ndisk full\n")),
        _ => Some((404, String::new())),
    });
    let error = follow(&ray, &AtomicBool::new(false)).unwrap_err();
    let told = told(&error);
    assert!(told.starts_with("Ray's job j failed\n  something of Ray's\n  task 3"), "{told}");
    assert!(told.contains("  disk full\neach task has a log in"), "{told}");
}

#[test]
fn a_driver_that_gives_up_says_why() {
    let ray = Ray::playing(|request, _| match request {
        "GET /api/version" => version(),
        "POST /api/jobs/" => Some((200, json!({ "submission_id": "j" }).to_string())),
        "GET /api/jobs/j" => status("FAILED"),
        "GET /api/jobs/j/logs" => {
            logs("{\"error\": \"task 3 cannot be done\\ndisk full\"}\n(raylet) noise\n")
        }
        _ => Some((404, String::new())),
    });
    let error = follow(&ray, &AtomicBool::new(false)).unwrap_err();
    assert_eq!(error.to_string(), "Ray's job j failed\n  task 3 cannot be done\n  disk full");
}

#[test]
fn a_job_that_never_began_shows_what_ray_says() {
    let ray = Ray::playing(|request, _| match request {
        "GET /api/version" => version(),
        "POST /api/jobs/" => Some((200, json!({ "submission_id": "j" }).to_string())),
        "GET /api/jobs/j" => status("FAILED"),
        _ => logs(""),
    });
    let error = follow(&ray, &AtomicBool::new(false)).unwrap_err();
    assert!(told(&error).starts_with("Ray's job j failed: over\n"), "{}", told(&error));
}

#[test]
fn an_interrupted_run_stops_its_job() {
    let ray = Ray::playing(|request, count| match (request, count) {
        ("GET /api/version", _) => version(),
        ("POST /api/jobs/", _) => Some((200, json!({ "submission_id": "j" }).to_string())),
        ("GET /api/jobs/j", n) => status(if n < 2 { "RUNNING" } else { "STOPPED" }),
        ("POST /api/jobs/j/stop", _) => Some((200, json!({ "stopped": true }).to_string())),
        _ => logs(""),
    });
    let outcome = follow(&ray, &AtomicBool::new(true)).unwrap();
    assert_eq!(outcome, Outcome::Interrupted);
    assert_eq!(ray.count("POST /api/jobs/j/stop"), 1);
    assert_eq!(ray.count("GET /api/jobs/j"), 3);
}

#[test]
fn a_ray_that_dies_is_waited_for_and_then_named() {
    let ray = Ray::playing(|request, count| match (request, count) {
        ("GET /api/version", _) => version(),
        ("POST /api/jobs/", _) => Some((200, json!({ "submission_id": "j" }).to_string())),
        ("GET /api/jobs/j", 3) => None,
        ("GET /api/jobs/j", _) => status("RUNNING"),
        _ => logs(""),
    });
    let error = follow(&ray, &AtomicBool::new(false)).unwrap_err();
    let told = told(&error);
    assert!(told.starts_with(&format!("no Ray answers at {}: ", ray.address)), "{told}");
    // From the beginning nobody is there.
    let error = Api::connect(&ray.address).unwrap_err();
    assert!(error.to_string().contains("refused"), "{error}");
}

#[test]
fn addresses_that_lead_elsewhere_are_told_apart() {
    for address in ["ray://127.0.0.1:10001", "127.0.0.1:8265", "auto", ""] {
        let error = Api::connect(address).unwrap_err();
        assert!(matches!(error, RayError::Address(_)), "{address}: {error}");
    }
    let another: Play = |_, _| Some((200, "<html>".into()));
    let empty: Play = |_, _| Some((404, "not here".into()));
    for play in [another, empty] {
        let error = Api::connect(&Ray::playing(play).address).unwrap_err();
        assert!(matches!(error, RayError::NoApi(_)), "{error}");
    }
    let error = Api::connect(&Ray::playing(|_, _| Some((401, "no token".into()))).address);
    let told = told(&error.unwrap_err());
    assert!(told.starts_with("Ray refused to tell its version: 401"), "{told}");
    assert!(told.contains("no token") && told.contains("RAY_AUTH_TOKEN"), "{told}");
}
