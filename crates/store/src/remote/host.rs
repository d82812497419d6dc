//! Buckets and servers: one client, one pace and so many connections for each.

use super::address::{Address, Kind};
use super::client::Connector;
use super::fault::{Fault, sentence};
use super::pace::Pace;
use super::{Facts, Object};
use crate::StoreError;
use object_store::aws::AmazonS3Builder;
use object_store::azure::MicrosoftAzureBuilder;
use object_store::client::{HttpClient, HttpConnector};
use object_store::gcp::GoogleCloudStorageBuilder;
use object_store::http::HttpBuilder;
use object_store::path::Path;
use object_store::{ClientOptions, ObjectMeta, ObjectStore, RetryConfig};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Semaphore;

/// Small things that are fetched from one host, or put there, at a time.
pub(crate) const CONNECTIONS: usize = 16;

/// Kibibytes of files on their way to one host at a time.
pub(crate) const SENDING: u32 = 128 << 10;

/// Threads that move bytes between sockets and readers.
const THREADS: usize = 2;

/// A bucket, or a server of HTTP.
pub(crate) struct Host {
    pub(crate) permits: Semaphore,
    /// Room for what is sent, in kibibytes.
    pub(crate) sending: Semaphore,
    pub(crate) pace: Arc<Pace>,
    store: Stores,
}

enum Stores {
    /// A bucket: keys are paths in one store.
    Bucket(Arc<dyn ObjectStore>),
    /// A server: each URL is a store of its own, with nothing but itself in it, since a URL is
    /// more than a path.
    Web(HttpClient),
}

/// Gives a client that there is already.
#[derive(Debug)]
struct Ready(HttpClient);

impl HttpConnector for Ready {
    fn connect(&self, _options: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(self.0.clone())
    }
}

impl Host {
    /// The host of an address; the same one for all of its addresses.
    pub(crate) fn of(address: &Address) -> Result<Arc<Self>, StoreError> {
        static HOSTS: Mutex<BTreeMap<String, Arc<Host>>> = Mutex::new(BTreeMap::new());
        let mut hosts = HOSTS.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(host) = hosts.get(&address.base) {
            return Ok(Arc::clone(host));
        }
        provide_cryptography();
        let pace = Arc::default();
        let store = Stores::open(address, &pace)
            .map_err(|error| StoreError::remote("open", &address.base, sentence(&error)))?;
        let host = Arc::new(Self::with(store, pace));
        hosts.insert(address.base.clone(), Arc::clone(&host));
        Ok(host)
    }

    fn with(store: Stores, pace: Arc<Pace>) -> Self {
        let (permits, sending) = (Semaphore::new(CONNECTIONS), Semaphore::new(SENDING as usize));
        Self { permits, sending, pace, store }
    }

    /// A bucket whose client a test has set up.
    #[cfg(test)]
    pub(crate) fn of_bucket(
        open: impl FnOnce(Connector) -> object_store::Result<Arc<dyn ObjectStore>>,
    ) -> Arc<Self> {
        provide_cryptography();
        let pace = Arc::<Pace>::default();
        let store = open(Connector(Arc::clone(&pace))).unwrap();
        Arc::new(Self::with(Stores::Bucket(store), pace))
    }

    /// The object at an address of this host.
    pub(crate) fn object(self: &Arc<Self>, address: &Address) -> Result<Object, StoreError> {
        let text = address.text();
        let (store, path) = match &self.store {
            Stores::Bucket(store) => {
                let bad = |error: object_store::path::Error| {
                    StoreError::remote("open", &text, Fault::new(error.to_string()))
                };
                (Arc::clone(store), Path::parse(&address.key).map_err(bad)?)
            }
            Stores::Web(client) => {
                let builder = HttpBuilder::new().with_url(&text).with_retry(no_retries());
                let store = builder.with_http_connector(Ready(client.clone())).build();
                let bad = |error| StoreError::remote("open", &text, sentence(&error));
                (Arc::new(store.map_err(bad)?) as Arc<dyn ObjectStore>, Path::default())
            }
        };
        let host = Arc::clone(self);
        Ok(Object { address: text.into(), host, store, path, facts: Arc::default() })
    }

    /// The object that a listing found.
    pub(crate) fn found(self: &Arc<Self>, address: &Address, meta: &ObjectMeta) -> Option<Object> {
        let Stores::Bucket(store) = &self.store else { return None };
        Some(Object {
            address: address.with_key(meta.location.as_ref()).text().into(),
            host: Arc::clone(self),
            store: Arc::clone(store),
            path: meta.location.clone(),
            facts: Arc::new(OnceLock::from(Facts::of(meta))),
        })
    }

    /// The store behind a bucket, which can be listed.
    pub(crate) fn bucket(&self) -> Option<&Arc<dyn ObjectStore>> {
        match &self.store {
            Stores::Bucket(store) => Some(store),
            Stores::Web(_) => None,
        }
    }
}

impl Stores {
    /// Sets up a client from what the environment says.
    fn open(address: &Address, pace: &Arc<Pace>) -> object_store::Result<Self> {
        let connector = Connector(Arc::clone(pace));
        let retry = no_retries();
        Ok(match address.kind {
            Kind::Amazon => {
                let builder = AmazonS3Builder::from_env().with_url(&address.base);
                let builder = builder.with_retry(retry).with_http_connector(connector);
                Self::Bucket(Arc::new(builder.build()?))
            }
            Kind::Google => {
                let builder = GoogleCloudStorageBuilder::from_env().with_url(&address.base);
                let builder = builder.with_retry(retry).with_http_connector(connector);
                Self::Bucket(Arc::new(builder.build()?))
            }
            Kind::Azure => {
                let builder = MicrosoftAzureBuilder::from_env().with_url(&address.base);
                let builder = builder.with_retry(retry).with_http_connector(connector);
                Self::Bucket(Arc::new(builder.build()?))
            }
            Kind::Web => {
                let options = ClientOptions::new().with_allow_http(true);
                Self::Web(connector.connect(&options)?)
            }
        })
    }
}

fn no_retries() -> RetryConfig {
    RetryConfig { max_retries: 0, ..RetryConfig::default() }
}

/// TLS by `ring`, as signatures are; whoever chose before has chosen.
fn provide_cryptography() {
    rustls::crypto::ring::default_provider().install_default().unwrap_or_default();
}

/// The runtime that sockets need, started when it is first asked for.
fn runtime() -> Result<&'static Runtime, Fault> {
    static RUNTIME: OnceLock<Result<Runtime, String>> = OnceLock::new();
    let started = RUNTIME.get_or_init(|| {
        let mut builder = Builder::new_multi_thread();
        let builder = builder.worker_threads(THREADS).thread_name("store").enable_all();
        builder.build().map_err(|error| error.to_string())
    });
    started.as_ref().map_err(|error| Fault::new(format!("no threads for connections: {error}")))
}

/// Waits for work on the runtime.
pub(crate) fn wait<T>(work: impl Future<Output = Result<T, Fault>>) -> Result<T, Fault> {
    runtime()?.block_on(work)
}

/// Starts work on the runtime.
pub(crate) fn start(work: impl Future<Output = ()> + Send + 'static) -> Result<(), Fault> {
    drop(runtime()?.spawn(work));
    Ok(())
}
