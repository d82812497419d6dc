//! Ray's job API, as much of it as a run needs. It knows nothing of pipelines.

use reqwest::{Client, RequestBuilder, Response, StatusCode, Url};
use serde_json::Value as Json;
use std::env;
use std::error::Error;
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};

/// What keeps Ray from working for us.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RayError {
    /// That is no address.
    #[error("`{0}` is no address of a Ray dashboard")]
    Address(String),
    /// Nobody answers.
    #[error("no Ray answers at {address}: {message}")]
    Unreachable {
        /// Where.
        address: String,
        /// Why, as the system says it.
        message: String,
    },
    /// Somebody answers, but not a Ray with a job API.
    #[error("what answers at {0} has no job API of Ray")]
    NoApi(String),
    /// Ray does not want to.
    #[error("Ray refused to {what}: {status}{}", colon(.message))]
    Refused {
        /// What was asked for.
        what: &'static str,
        /// The status of the answer.
        status: StatusCode,
        /// The last line of what it says.
        message: String,
    },
    /// The driver failed, or somebody else stopped it.
    #[error("Ray's job {id} {how}{}", block(.lines))]
    Ended {
        /// The job.
        id: String,
        /// How it ended.
        how: String,
        /// The last lines of its log.
        lines: Vec<String>,
    },
    /// There is no runtime for connections.
    #[error("cannot prepare connections: {0}")]
    Setup(String),
}

fn colon(message: &str) -> String {
    if message.is_empty() { String::new() } else { format!(": {message}") }
}

fn block(lines: &[String]) -> String {
    lines.iter().map(|line| format!("\n  {line}")).collect()
}

impl RayError {
    /// What can be done about it.
    pub(crate) fn hints(&self) -> Vec<String> {
        let hints: &[&str] = match self {
            Self::Address(_) => &[
                "give the dashboard's address with `--ray-address`, as in http://127.0.0.1:8265; ports 6379 and 10001 are for other things",
            ],
            Self::Unreachable { .. } => &[
                "`ray start --head` tells the dashboard's address, which goes to `--ray-address`",
                "from other machines it is reached only with `ray start --head --dashboard-host=0.0.0.0`, or through a tunnel",
            ],
            Self::NoApi(_) => &[
                "`--ray-address` takes the address of the dashboard, port 8265 if nothing else was said",
                "the job API comes with Ray 2 and with `pip install 'ray[default]'` on the head node",
            ],
            Self::Refused { status, .. } if is_about_tokens(*status) => {
                &["put the cluster's token into the variable RAY_AUTH_TOKEN"]
            }
            Self::Refused { .. } => &[
                "the head node has more on it in `dashboard_JobHead.log`, among the logs of Ray's session",
            ],
            Self::Ended { .. } => &[
                "each task has a log in `.cc-math/ray/logs` of the output folder",
                "tasks that are done stay done: the same command goes on from there",
            ],
            Self::Setup(_) => &[],
        };
        hints.iter().map(|&hint| hint.to_owned()).collect()
    }
}

fn is_about_tokens(status: StatusCode) -> bool {
    matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN)
}

/// A job's state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Status {
    /// It waits, or works.
    Going,
    Succeeded,
    /// It failed, with Ray's words on it.
    Failed(String),
    Stopped,
}

/// A Ray that answers.
#[derive(Debug)]
pub(crate) struct Api {
    runtime: Runtime,
    client: Client,
    address: String,
    token: Option<String>,
}

/// Longest wait for one answer.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Most that is read of an answer.
const MOST_BYTES: usize = 64 << 20;

impl Api {
    /// Finds the Ray at an address.
    pub(crate) fn connect(address: &str) -> Result<Self, RayError> {
        let url = Url::parse(address).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
        let url = url.ok_or_else(|| RayError::Address(address.into()))?;
        // Whoever chose a provider before has chosen.
        rustls::crypto::ring::default_provider().install_default().unwrap_or_default();
        let client = Client::builder().timeout(TIMEOUT).build();
        let client = client.map_err(|error| RayError::Setup(sentence(&error)))?;
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| RayError::Setup(error.to_string()))?;
        let token = env::var("RAY_AUTH_TOKEN").ok().filter(|token| !token.is_empty());
        let address = url.as_str().trim_end_matches('/').to_owned();
        let api = Self { runtime, client, address, token };
        let version = api.send("tell its version", api.client.get(api.url("api/version")));
        match api.if_there(version)?.get("ray_version") {
            Some(_) => Ok(api),
            None => Err(RayError::NoApi(api.address)),
        }
    }

    /// Submits a job; gives its name.
    pub(crate) fn submit(&self, entrypoint: &str, name: &str) -> Result<String, RayError> {
        let job = serde_json::json!({ "entrypoint": entrypoint, "metadata": { "name": name } });
        let request = self.client.post(self.url("api/jobs/")).body(job.to_string());
        let answer = self.send("take a job", request.header("content-type", "application/json"));
        let answer = self.if_there(answer)?;
        let id = answer.get("submission_id").or_else(|| answer.get("job_id"));
        let id = id.and_then(Json::as_str).map(str::to_owned);
        id.ok_or_else(|| RayError::NoApi(self.address.clone()))
    }

    /// How a job is.
    pub(crate) fn status(&self, id: &str) -> Result<Status, RayError> {
        let request = self.client.get(self.url(&format!("api/jobs/{id}")));
        let job = self.send("tell of its job", request)?;
        let text = |name| job.get(name).and_then(Json::as_str).unwrap_or_default();
        Ok(match text("status") {
            "SUCCEEDED" => Status::Succeeded,
            "FAILED" => Status::Failed(text("message").into()),
            "STOPPED" => Status::Stopped,
            _ => Status::Going,
        })
    }

    /// All that a job has written so far.
    pub(crate) fn logs(&self, id: &str) -> Result<String, RayError> {
        let request = self.client.get(self.url(&format!("api/jobs/{id}/logs")));
        let answer = self.send("show its job's log", request)?;
        Ok(answer.get("logs").and_then(Json::as_str).unwrap_or_default().to_owned())
    }

    /// Asks a job to stop.
    pub(crate) fn stop(&self, id: &str) -> Result<(), RayError> {
        let request = self.client.post(self.url(&format!("api/jobs/{id}/stop")));
        self.send("stop its job", request).map(drop)
    }

    fn url(&self, path: &str) -> String {
        format!("{}/{path}", self.address)
    }

    fn send(&self, what: &'static str, request: RequestBuilder) -> Result<Json, RayError> {
        let request = match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        };
        let answer = self.runtime.block_on(async {
            let response = request.send().await?;
            Ok::<_, reqwest::Error>((response.status(), body(response).await?))
        });
        let (status, bytes) = answer.map_err(|error| RayError::Unreachable {
            address: self.address.clone(),
            message: sentence(&error),
        })?;
        if status.is_success() {
            let not_ray = |_| RayError::NoApi(self.address.clone());
            return serde_json::from_slice(&bytes).map_err(not_ray);
        }
        Err(RayError::Refused { what, status, message: last_line(&bytes) })
    }

    /// Who does not know these addresses is no Ray, or one without `ray[default]`.
    fn if_there(&self, answer: Result<Json, RayError>) -> Result<Json, RayError> {
        let absent = [StatusCode::NOT_FOUND, StatusCode::METHOD_NOT_ALLOWED];
        match answer {
            Err(RayError::Refused { status, .. }) if absent.contains(&status) => {
                Err(RayError::NoApi(self.address.clone()))
            }
            answer => answer,
        }
    }
}

async fn body(mut response: Response) -> Result<Vec<u8>, reqwest::Error> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if bytes.len() + chunk.len() > MOST_BYTES {
            break;
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// Where Ray fails, it answers with a Python traceback, which ends with what went wrong.
fn last_line(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let line = text.trim().lines().next_back().unwrap_or_default();
    line.chars().take(300).collect()
}

/// The innermost cause, which is what an operator can do something about.
fn sentence(error: &dyn Error) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}
