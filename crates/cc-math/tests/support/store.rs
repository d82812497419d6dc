//! A real server of S3 on loopback, which may be told to fail.

use crate::support::Scratch;
use hyper::body::{Body, Bytes, Frame, Incoming};
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use std::future::poll_fn;
use std::io;
use std::path::Path;
use std::pin::Pin;
use std::process::{Command, Output};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What becomes of a request instead of being answered, or before it is.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Trouble {
    /// It is answered by this status.
    Status(u16),
    /// The connection is closed.
    Broken,
    /// It is answered late, by so many milliseconds.
    Late(u64),
}

/// Who says which requests, as `PUT /bucket/key?query`, meet with trouble.
type Troubles = Box<dyn FnMut(&str) -> Option<Trouble> + Send>;

/// What test and server share.
#[derive(Default)]
struct Shared {
    requests: Mutex<Vec<String>>,
    troubles: Mutex<Option<Troubles>>,
}

/// A server whose buckets are the folders of a folder.
pub(crate) struct Store {
    port: u16,
    shared: Arc<Shared>,
}

impl Store {
    pub(crate) fn start(folder: &Path) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared = Arc::<Shared>::default();
        let (folder, inner) = (folder.to_path_buf(), Arc::clone(&shared));
        std::thread::spawn(move || {
            let mut runtime = tokio::runtime::Builder::new_multi_thread();
            let runtime = runtime.worker_threads(1).enable_all().build().unwrap();
            runtime.block_on(serve(listener, &folder, inner));
        });
        Self { port, shared }
    }

    /// One that does not answer.
    pub(crate) fn dead() -> Self {
        let dead = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        Self { port: dead.port(), shared: Arc::default() }
    }

    /// The binary, told of the server.
    pub(crate) fn command(&self, scratch: &Scratch, arguments: &str) -> Command {
        self.command_as("secret", scratch, arguments)
    }

    fn command_as(&self, secret: &str, scratch: &Scratch, arguments: &str) -> Command {
        let endpoint = format!("http://127.0.0.1:{}", self.port);
        let environment = [
            ("AWS_ENDPOINT_URL", endpoint.as_str()),
            ("AWS_ALLOW_HTTP", "true"),
            ("AWS_REGION", "us-east-1"),
            ("AWS_ACCESS_KEY_ID", "key"),
            ("AWS_SECRET_ACCESS_KEY", secret),
        ];
        let mut command = scratch.command(arguments);
        command.envs(environment);
        command
    }

    pub(crate) fn run(&self, scratch: &Scratch, arguments: &str) -> Output {
        self.run_as("secret", scratch, arguments)
    }

    pub(crate) fn run_as(&self, secret: &str, scratch: &Scratch, arguments: &str) -> Output {
        self.command_as(secret, scratch, arguments).output().unwrap()
    }

    pub(crate) fn well(&self, scratch: &Scratch, arguments: &str) -> Output {
        let output = self.run(scratch, arguments);
        assert_eq!(output.status.code(), Some(0), "{arguments}: {}", errors(&output));
        output
    }

    /// Requests since the last time, as `GET /bucket/key`.
    pub(crate) fn requests(&self) -> Vec<String> {
        std::mem::take(&mut *self.shared.requests.lock().unwrap())
    }

    /// Has requests meet with trouble from now on.
    pub(crate) fn trouble(&self, troubles: impl FnMut(&str) -> Option<Trouble> + Send + 'static) {
        *self.shared.troubles.lock().unwrap() = Some(Box::new(troubles));
    }

    /// Has no request meet with trouble any more.
    pub(crate) fn calm(&self) {
        *self.shared.troubles.lock().unwrap() = None;
    }
}

impl Shared {
    fn hear(&self, request: &Request<Incoming>) -> Option<Trouble> {
        let (method, uri) = (request.method(), request.uri());
        self.requests.lock().unwrap().push(format!("{method} {}", uri.path()));
        let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
        let told = format!("{method} {}{query}", uri.path());
        self.troubles.lock().unwrap().as_mut().and_then(|troubles| troubles(&told))
    }
}

async fn serve(listener: std::net::TcpListener, folder: &Path, shared: Arc<Shared>) {
    let mut builder = S3ServiceBuilder::new(s3s_fs::FileSystem::new(folder).unwrap());
    builder.set_auth(SimpleAuth::from_single("key", "secret"));
    let service = builder.build();
    let listener = tokio::net::TcpListener::from_std(listener).unwrap();
    loop {
        let Ok((socket, _)) = listener.accept().await else { continue };
        let (service, shared) = (service.clone(), Arc::clone(&shared));
        tokio::spawn(async move {
            let answer = service_fn(|request: Request<Incoming>| {
                let (service, trouble) = (service.clone(), shared.hear(&request));
                async move {
                    match trouble {
                        Some(Trouble::Status(status)) => {
                            let mut body = request.into_body();
                            while let Some(Ok(_)) = next(&mut body).await {}
                            let mut answer = Response::new(s3s::Body::empty());
                            *answer.status_mut() = status.try_into().unwrap();
                            return Ok(answer);
                        }
                        Some(Trouble::Broken) => return Err(io::Error::other("broken")),
                        Some(Trouble::Late(wait)) => {
                            tokio::time::sleep(Duration::from_millis(wait)).await;
                        }
                        None => {}
                    }
                    let answered = Service::call(&service, request).await;
                    answered.map_err(|_| io::Error::other("no answer"))
                }
            });
            let served = http1::Builder::new().serve_connection(TokioIo::new(socket), answer);
            served.await.unwrap_or_default();
        });
    }
}

async fn next(body: &mut Incoming) -> Option<Result<Frame<Bytes>, hyper::Error>> {
    poll_fn(|context| Pin::new(&mut *body).poll_frame(context)).await
}

pub(crate) fn errors(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}
