//! Requests that are repeated with care.
//!
//! The retries of `object_store` know nothing of `Retry-After` and of what other requests to the
//! same host went through, so they are turned off, and this stands in their place.

use super::fault::{NoCredentials, Refused};
use super::pace::{Pace, backoff, retry_after};
use async_trait::async_trait;
use object_store::client::{
    HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpResponse, HttpService,
    ReqwestConnector,
};
use object_store::{ClientConfigKey, ClientOptions, HeaderValue};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::time::Instant;

/// How often a request is made, at most.
const ATTEMPTS: u32 = 6;

/// How long a server may be silent: before its answer, and between two pieces of it.
const SILENCE: Duration = Duration::from_secs(if cfg!(test) { 3 } else { 30 });

/// The same where much is sent, or much is to be done: until the answer begins.
const SENDING: Duration = Duration::from_secs(if cfg!(test) { 6 } else { 120 });

/// What is sent is much beyond this size.
const MUCH: usize = 64 << 10;

/// The longest answer of unknown length that is taken.
const UNTOLD: usize = 64 << 20;

/// The longest description of an error that is taken.
const DESCRIPTION: usize = 64 << 10;

/// Makes clients that are patient with one host.
#[derive(Debug)]
pub(crate) struct Connector(pub(crate) Arc<Pace>);

impl HttpConnector for Connector {
    fn connect(&self, options: &ClientOptions) -> object_store::Result<HttpClient> {
        // A limit on the whole of an answer would be one on its size.
        let options = options.clone().with_timeout_disabled();
        let told = options.get_config_value(&ClientConfigKey::ReadTimeout).is_some();
        let within = |silence| match told {
            true => options.clone(),
            false => options.clone().with_read_timeout(silence),
        };
        let inner = ReqwestConnector::default().connect(&within(SILENCE))?;
        let (sending, pace) = (within(SENDING), Arc::clone(&self.0));
        Ok(HttpClient::new(Patient { inner, sending, sender: OnceLock::new(), pace }))
    }
}

#[derive(Debug)]
struct Patient {
    inner: HttpClient,
    /// How `sender` is made, once there is something to send.
    sending: ClientOptions,
    sender: OnceLock<HttpClient>,
    pace: Arc<Pace>,
}

#[async_trait]
impl HttpService for Patient {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        if is_metadata(&request) {
            return match self.inner.execute(request).await {
                // What is not told to those who ask in the new way may be told in the old one.
                Ok(answer) if answer.status().is_client_error() && !asks_in_the_old_way() => {
                    Err(HttpError::new(HttpErrorKind::Unknown, NoCredentials))
                }
                answer => answer.map_err(|error| HttpError::new(error.kind(), NoCredentials)),
            };
        }
        let client = self.client(&request)?;
        let safe = ["GET", "HEAD", "PUT", "DELETE"].contains(&request.method().as_str());
        for attempt in 1.. {
            self.pace.turn().await;
            let answer = client.execute(request.clone()).await;
            answer.iter().for_each(|answer| self.pace.dated(answer.headers()));
            let again = match &answer {
                Ok(answer) => self.again(answer, attempt),
                Err(error) => passes(error.kind(), safe).then(|| Instant::now() + backoff(attempt)),
            };
            match again.filter(|_| attempt < ATTEMPTS) {
                Some(turn) => tokio::time::sleep_until(turn).await,
                None => return finished(answer?, request.method().as_str()).await,
            }
        }
        Err(HttpError::new(HttpErrorKind::Unknown, NoCredentials))
    }
}

impl Patient {
    /// The client for a request: time limits count from its beginning, so what takes long to send
    /// has another.
    fn client(&self, request: &HttpRequest) -> Result<&HttpClient, HttpError> {
        if request.method() != "POST" && request.body().content_length() <= MUCH {
            return Ok(&self.inner);
        }
        if let Some(sender) = self.sender.get() {
            return Ok(sender);
        }
        let sender = ReqwestConnector::default().connect(&self.sending);
        let sender = sender.map_err(|error| HttpError::new(HttpErrorKind::Unknown, error))?;
        Ok(self.sender.get_or_init(|| sender))
    }

    /// When to ask again, if the answer is one that may be another next time.
    fn again(&self, answer: &HttpResponse, attempt: u32) -> Option<Instant> {
        match answer.status().as_u16() {
            429 | 503 => self.pace.slowed(retry_after(answer.headers())),
            408 | 500 | 502 | 504 => Some(Instant::now() + backoff(attempt)),
            _ => None,
        }
    }
}

/// Whether a machine of a cloud is asked for credentials; there may be none to ask.
fn is_metadata(request: &HttpRequest) -> bool {
    let host = request.uri().host().unwrap_or_default();
    host.starts_with("169.254.") || host == "metadata.google.internal" || host == "metadata"
}

/// Whether Amazon's machines may be asked without a token, too.
fn asks_in_the_old_way() -> bool {
    std::env::var_os("AWS_IMDSV1_FALLBACK").is_some()
}

fn passes(kind: HttpErrorKind, safe: bool) -> bool {
    match kind {
        HttpErrorKind::Connect | HttpErrorKind::Request => true,
        HttpErrorKind::Timeout | HttpErrorKind::Interrupted => safe,
        _ => false,
    }
}

/// An answer as `object_store` wants it: with a length, or an error that says what was refused.
/// What it tells apart by status it is left to tell.
async fn finished(answer: HttpResponse, method: &str) -> Result<HttpResponse, HttpError> {
    let untold = method == "GET" && !answer.headers().contains_key("content-length");
    match answer.status().as_u16() {
        200 if untold => measured(answer).await,
        200..300 | 304 | 409 | 412 => Ok(answer),
        code => {
            let (_, body) = answer.into_parts();
            let text = collect(body, DESCRIPTION).await.unwrap_or_default();
            let text = String::from_utf8_lossy(&text);
            Err(HttpError::new(HttpErrorKind::Unknown, Refused::new(code, &text)))
        }
    }
}

async fn measured(answer: HttpResponse) -> Result<HttpResponse, HttpError> {
    let (mut parts, body) = answer.into_parts();
    let bytes = collect(body, UNTOLD).await?;
    parts.headers.insert("content-length", HeaderValue::from(bytes.len()));
    Ok(HttpResponse::from_parts(parts, bytes.into()))
}

async fn collect(
    body: object_store::client::HttpResponseBody,
    most: usize,
) -> Result<Vec<u8>, HttpError> {
    use futures_util::TryStreamExt;
    let mut pieces = body.bytes_stream();
    let mut bytes = Vec::new();
    while let Some(piece) = pieces.try_next().await? {
        bytes.extend_from_slice(&piece);
        if bytes.len() > most {
            let error = std::io::Error::other("an answer of unknown length does not end");
            return Err(HttpError::new(HttpErrorKind::Unknown, error));
        }
    }
    Ok(bytes)
}
