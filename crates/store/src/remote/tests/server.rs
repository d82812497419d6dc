//! A server of one object, on loopback, that does what a test says.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

#[derive(Debug, Clone, Default)]
pub(crate) struct Request {
    /// How many came before.
    pub(crate) number: usize,
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) body: Vec<u8>,
    headers: Vec<(String, String)>,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(header, _)| header == name);
        found.map(|(_, value)| value.as_str())
    }

    /// First byte asked for, and the one behind the last.
    fn range(&self) -> Option<(usize, usize)> {
        let (from, to) = self.header("range")?.strip_prefix("bytes=")?.split_once('-')?;
        Some((from.parse().ok()?, to.parse::<usize>().map_or(usize::MAX, |to| to + 1)))
    }
}

#[derive(Debug, Clone)]
pub(crate) enum Reply {
    Silence,
    Raw { head: Vec<u8>, body: Vec<u8>, wait: u64 },
}

impl Reply {
    pub(crate) fn raw(bytes: Vec<u8>) -> Self {
        Self::Raw { head: bytes, body: Vec::new(), wait: 0 }
    }

    fn new(status: &str, headers: &[String], body: &[u8]) -> Self {
        let mut head = format!("HTTP/1.1 {status}\r\nConnection: close\r\n");
        headers.iter().for_each(|header| head += &format!("{header}\r\n"));
        head += &format!("Content-Length: {}\r\n\r\n", body.len());
        Self::Raw { head: head.into_bytes(), body: body.to_vec(), wait: 0 }
    }

    pub(crate) fn status(status: &str) -> Self {
        Self::new(status, &[], b"")
    }

    pub(crate) fn whole(bytes: &[u8], etag: &str) -> Self {
        Self::new("200 OK", &[format!("ETag: {etag}")], bytes)
    }

    /// What a good server gives of an object.
    pub(crate) fn object(request: &Request, bytes: &[u8], etag: &str) -> Self {
        let version = if etag.is_empty() { "X-None: 1".into() } else { format!("ETag: {etag}") };
        match request.range() {
            None => Self::new("200 OK", &[version], bytes),
            Some((from, _)) if from >= bytes.len() => Self::status("416 Range Not Satisfiable"),
            Some((from, to)) => {
                let to = to.min(bytes.len());
                let told = format!("Content-Range: bytes {from}-{}/{}", to - 1, bytes.len());
                Self::new("206 Partial Content", &[version, told], &bytes[from..to])
            }
        }
    }

    fn change(self, change: impl FnOnce(&mut Vec<u8>, &mut Vec<u8>, &mut u64)) -> Self {
        let Self::Raw { mut head, mut body, mut wait } = self else { return self };
        change(&mut head, &mut body, &mut wait);
        Self::Raw { head, body, wait }
    }

    /// With a header, in the place of one of its name.
    pub(crate) fn header(self, header: &str) -> Self {
        self.change(|head, _, _| {
            let name = header.split_once(':').unwrap().0;
            let text = String::from_utf8(std::mem::take(head)).unwrap();
            let others = text.trim_end().lines().filter(|line| !line.starts_with(name));
            let lines: Vec<_> = others.chain([header, "", ""]).collect();
            *head = lines.join("\r\n").into_bytes();
        })
    }

    pub(crate) fn body(self, bytes: &[u8]) -> Self {
        let length = format!("Content-Length: {}", bytes.len());
        self.header(&length).change(|_, body, _| *body = bytes.to_vec())
    }

    /// Broken off behind so many bytes of the body.
    pub(crate) fn cut(self, after: usize) -> Self {
        self.change(|_, body, _| body.truncate(after))
    }

    /// Begun so many milliseconds late.
    pub(crate) fn after(self, milliseconds: u64) -> Self {
        self.change(|_, _, wait| *wait = milliseconds)
    }
}

pub(crate) struct Server {
    port: u16,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    requests: Mutex<Vec<Request>>,
    sent: AtomicUsize,
    open: AtomicUsize,
}

impl Server {
    pub(crate) fn of(bytes: Arc<Vec<u8>>) -> Self {
        Self::start(move |request| Reply::object(request, &bytes, "\"one\""))
    }

    pub(crate) fn start(reply: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared = Arc::new(Shared::default());
        let (inner, reply) = (Arc::clone(&shared), Arc::new(reply));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (shared, reply) = (Arc::clone(&inner), Arc::clone(&reply));
                std::thread::spawn(move || shared.answer(stream, &*reply));
            }
        });
        Self { port, shared }
    }

    pub(crate) fn address(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}/{path}", self.port)
    }

    pub(crate) fn requests(&self) -> usize {
        self.shared.requests.lock().unwrap().len()
    }

    pub(crate) fn last(&self) -> Request {
        self.shared.requests.lock().unwrap().last().unwrap().clone()
    }

    /// Bytes of bodies that went out.
    pub(crate) fn sent(&self) -> usize {
        self.shared.sent.load(Ordering::SeqCst)
    }

    /// Waits until no connection is being answered.
    pub(crate) fn idle(&self) {
        while self.shared.open.load(Ordering::SeqCst) > 0 {
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Shared {
    fn answer(&self, mut stream: TcpStream, reply: &dyn Fn(&Request) -> Reply) {
        self.open.fetch_add(1, Ordering::SeqCst);
        if let Some(request) = self.hear(&stream) {
            match reply(&request) {
                Reply::Silence => std::thread::sleep(Duration::from_secs(60)),
                Reply::Raw { head, body, wait } => {
                    std::thread::sleep(Duration::from_millis(wait));
                    let pieces = [&head[..]].into_iter().chain(body.chunks(1 << 16));
                    for piece in pieces {
                        if stream.write_all(piece).is_err() {
                            break;
                        }
                        self.sent.fetch_add(piece.len(), Ordering::SeqCst);
                    }
                }
            }
        }
        self.open.fetch_sub(1, Ordering::SeqCst);
    }

    fn hear(&self, stream: &TcpStream) -> Option<Request> {
        let mut reader = BufReader::new(stream);
        let mut lines = reader.by_ref().lines().map_while(Result::ok);
        let first = lines.next()?;
        let mut words = first.split(' ').map(str::to_owned);
        let (method, target) = (words.next()?, words.next()?);
        let headers = lines.take_while(|line| !line.is_empty()).filter_map(|line| {
            let (name, value) = line.split_once(':')?;
            Some((name.to_lowercase(), value.trim().to_owned()))
        });
        let mut request =
            Request { method, target, headers: headers.collect(), ..Request::default() };
        let length = request.header("content-length").and_then(|length| length.parse().ok());
        reader.take(length.unwrap_or(0)).read_to_end(&mut request.body).ok()?;
        let mut requests = self.requests.lock().unwrap();
        request.number = requests.len();
        requests.push(request.clone());
        Some(request)
    }
}
