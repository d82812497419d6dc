//! What went wrong with a remote object, in a sentence that is the same each time.

use object_store::Error;
use object_store::client::{HttpError, HttpErrorKind};
use std::io;

/// A failure: a sentence's second half, and what can be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) message: String,
    pub(crate) hint: Option<&'static str>,
    /// Nothing is there.
    pub(crate) missing: bool,
    /// The next try may go well.
    pub(crate) passing: bool,
}

/// An answer that is a refusal.
#[derive(Debug, thiserror::Error)]
#[error("the server answers {status}{}", .code.as_deref().map(|code| format!(" ({code})")).unwrap_or_default())]
pub(crate) struct Refused {
    status: u16,
    /// The `<Code>` of its description.
    code: Option<String>,
}

/// No credentials are in the environment, nor does the machine have any.
#[derive(Debug, thiserror::Error)]
#[error("no credentials are given")]
pub(crate) struct NoCredentials;

const CREDENTIALS: &str = "credentials come from the environment: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, GOOGLE_SERVICE_ACCOUNT, \
     AZURE_STORAGE_ACCOUNT_NAME and AZURE_STORAGE_ACCOUNT_KEY; AWS_SKIP_SIGNATURE=true reads public buckets";
const REGION: &str = "name the bucket's region with AWS_REGION";
const NETWORK: &str =
    "check the address and the network; AWS_ENDPOINT_URL names a server other than Amazon's";
const PLAIN: &str = "AWS_ALLOW_HTTP=true allows an endpoint without TLS";
const BUCKET: &str = "check its name; a bucket is not made by a run, but has to be there before";
const CONDITIONS: &str = "a run keeps others off by conditional requests (If-None-Match, If-Match), which not every store knows";
const CHANGED: &str = "the object changed while it was read";

impl Refused {
    pub(crate) fn new(status: u16, description: &str) -> Self {
        let code =
            description.split_once("<Code>").and_then(|(_, rest)| rest.split_once("</Code>"));
        let code = code.map(|(code, _)| code.to_owned()).filter(|code| code.len() < 64);
        Self { status, code }
    }

    fn fault(&self) -> Fault {
        let code = self.code.as_deref().unwrap_or_default();
        let hint = match (self.status, code) {
            (_, "AuthorizationHeaderMalformed" | "PermanentRedirect") | (301 | 307, _) => {
                Some(REGION)
            }
            (401 | 403, _) => Some(CREDENTIALS),
            (404, "NoSuchBucket") => Some(BUCKET),
            (501, _) => Some(CONDITIONS),
            _ => None,
        };
        let message = match self.status {
            404 if code == "NoSuchBucket" => "there is no such bucket".into(),
            404 => "there is no such object".into(),
            416 => "the file ends before".into(),
            301 | 307 => format!("{self}: the bucket is in another region"),
            _ => self.to_string(),
        };
        Fault { message, hint, missing: self.status == 404, passing: false }
    }
}

impl Fault {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), hint: None, missing: false, passing: false }
    }

    /// A body that is not whole.
    pub(crate) fn broken() -> Self {
        Self::new("the connection broke").passing()
    }

    pub(crate) fn changed() -> Self {
        Self::new(CHANGED)
    }

    pub(crate) fn passing(self) -> Self {
        Self { passing: true, ..self }
    }

    pub(crate) fn into_io(self) -> io::Error {
        let kind = if self.missing { io::ErrorKind::NotFound } else { io::ErrorKind::Other };
        io::Error::new(kind, Carried(self))
    }

    /// The fault that went through a reader.
    pub(crate) fn from_io(error: &io::Error) -> Self {
        let carried = error.get_ref().and_then(|inner| inner.downcast_ref::<Carried>());
        carried.map_or_else(|| Self::new(error.to_string()), |carried| carried.0.clone())
    }
}

/// A fault on its way through `std::io`.
#[derive(Debug, thiserror::Error)]
#[error("{}", .0.message)]
struct Carried(Fault);

/// What an error of `object_store` comes down to. Its own words hold times and addresses, which
/// would differ between equal runs.
pub(crate) fn sentence(error: &Error) -> Fault {
    match error {
        Error::NotFound { .. } => {
            return Fault { missing: true, ..Fault::new("there is no such object") };
        }
        Error::Precondition { .. } => return Fault::changed(),
        Error::NotImplemented { .. } => {
            return Fault { hint: Some(CONDITIONS), ..Fault::new("the store cannot do this") };
        }
        Error::PermissionDenied { .. } | Error::Unauthenticated { .. } => {
            return Fault { hint: Some(CREDENTIALS), ..Fault::new("access is denied") };
        }
        _ => {}
    }
    let mut deepest: &(dyn std::error::Error + 'static) = error;
    let mut http = None;
    loop {
        if let Some(refused) = deepest.downcast_ref::<Refused>() {
            return refused.fault();
        }
        if deepest.is::<NoCredentials>() {
            return Fault { hint: Some(CREDENTIALS), ..Fault::new(NoCredentials.to_string()) };
        }
        http = deepest.downcast_ref::<HttpError>().or(http);
        match deepest.source() {
            Some(source) => deepest = source,
            None => break,
        }
    }
    http.map_or_else(
        || Fault::new(deepest.to_string()),
        |http| transport(http, &deepest.to_string()),
    )
}

fn transport(error: &HttpError, deepest: &str) -> Fault {
    let plain = deepest.contains("scheme is not allowed");
    let fault = |message: String| Fault { hint: Some(NETWORK), ..Fault::new(message) };
    match error.kind() {
        _ if plain => Fault {
            hint: Some(PLAIN),
            ..Fault::new("its endpoint is without TLS, which is not allowed")
        },
        HttpErrorKind::Connect => fault(format!("no connection: {deepest}")),
        HttpErrorKind::Timeout => fault("the server is silent".into()),
        HttpErrorKind::Request | HttpErrorKind::Interrupted | HttpErrorKind::Decode => {
            Fault::broken()
        }
        _ => fault(deepest.into()),
    }
}
