//! Objects of remote stores, behind calls that wait.
//!
//! `s3://`, `gs://` and `az://` are read through `object_store`, with credentials and endpoints
//! from the environment as that crate takes them; so is `http(s)://`, which has no listings.
//! Sockets need a runtime; it is started by the first remote object and stays in here: callers
//! see blocking readers, from any thread of theirs. Local work never starts it.
//!
//! A request is patient ([`client`]): it is repeated a few times, no more than once a second
//! where the server asks for less, and ends in any case. A body that breaks off is gone on with
//! at its place if the object is still the same ([`stream`]), or else is an error.
//!
//! What is written is there as a whole or not at all ([`upload`]); a [`Prefix`] is an output
//! folder, which one run at a time has a [`Lease`] of.

mod address;
mod client;
mod fault;
mod host;
mod join;
mod lease;
mod listing;
mod pace;
mod prefix;
mod ranged;
mod stream;
mod upload;

#[cfg(test)]
mod tests;

pub(crate) use address::is_address;
pub(crate) use fault::Fault;
pub(crate) use lease::Lease;
pub(crate) use listing::{Listed, find};
pub(crate) use prefix::Prefix;

use crate::place::part;
use crate::{RecordRange, StoreError};
use address::Address;
use bytes::Bytes;
use fault::sentence;
use futures_util::{StreamExt, TryStreamExt};
use host::Host;
use join::{Joined, join};
use object_store::path::Path;
use object_store::{Error, GetOptions, GetRange, GetResult, ObjectMeta, ObjectStore};
use pace::backoff;
use std::fmt;
use std::io::{self, BufRead, Read};
use std::ops::Range;
use std::sync::{Arc, OnceLock};

/// How often is tried what may go well the next time: bytes that did not come whole.
const ATTEMPTS: u32 = 4;

/// Does something that may go well the next time, a few times.
async fn again<T, W: Future<Output = Result<T, Fault>>>(work: impl Fn() -> W) -> Result<T, Fault> {
    let mut failures = 0;
    loop {
        match work().await {
            Err(fault) if fault.passing && failures + 1 < ATTEMPTS => {
                failures += 1;
                tokio::time::sleep(backoff(failures)).await;
            }
            done => return done,
        }
    }
}

/// Something that a remote store holds, or may hold.
#[derive(Clone)]
pub struct Object {
    address: Arc<str>,
    host: Arc<Host>,
    store: Arc<dyn ObjectStore>,
    path: Path,
    facts: Arc<OnceLock<Facts>>,
}

/// What a store says of an object without giving it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// Size in bytes.
    pub bytes: u64,
    /// The store's name for this very content, quotes included.
    pub etag: Option<String>,
    /// Milliseconds since 1970 of the last change.
    pub modified: Option<i64>,
}

impl Facts {
    fn of(meta: &ObjectMeta) -> Self {
        // A server that does not say when is given the beginning of time.
        let modified = Some(meta.last_modified.timestamp_millis()).filter(|time| *time != 0);
        Self { bytes: meta.size, etag: meta.e_tag.clone(), modified }
    }

    /// Whether these facts tell one content from another.
    pub fn tell_apart(&self) -> bool {
        self.etag.is_some() || self.modified.is_some()
    }

    /// The etag, if a server compares it byte by byte.
    fn strong_etag(&self) -> Option<String> {
        self.etag.clone().filter(|etag| !etag.starts_with("W/"))
    }
}

impl fmt::Debug for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Object").field(&self.address).finish()
    }
}

impl PartialEq for Object {
    fn eq(&self, other: &Self) -> bool {
        self.address == other.address
    }
}

impl Eq for Object {}

impl Object {
    /// The object at an address, which need not be there.
    ///
    /// # Errors
    /// If the address is none, or its store cannot be set up from the environment.
    pub fn at(address: &str) -> Result<Self, StoreError> {
        let parsed = Address::parse(address)?;
        Host::of(&parsed)?.object(&parsed)
    }

    /// Its address.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Its size, if a listing told it or it was asked for.
    pub fn known_bytes(&self) -> Option<u64> {
        self.facts.get().map(|facts| facts.bytes)
    }

    /// What the store says of it; asked once.
    ///
    /// # Errors
    /// If it is not there or the store does not answer.
    pub fn facts(&self) -> Result<&Facts, StoreError> {
        if let Some(facts) = self.facts.get() {
            return Ok(facts);
        }
        let meta = host::wait(self.meta()).map_err(|fault| self.error("open", fault))?;
        Ok(self.facts.get_or_init(|| Facts::of(&meta)))
    }

    async fn meta(&self) -> Result<ObjectMeta, Fault> {
        let options = GetOptions { head: true, ..GetOptions::default() };
        let head = self.store.get_opts(&self.path, options).await;
        head.map(|head| head.meta).map_err(|error| sentence(&error))
    }

    /// Reads it from beginning to end, a few mebibytes ahead.
    pub fn open(&self) -> Box<dyn BufRead + Send> {
        Box::new(stream::Stream::start(self.clone()))
    }

    /// Its first bytes, up to so many.
    ///
    /// # Errors
    /// If it cannot be read.
    pub(crate) fn head(&self, most: u64) -> Result<Vec<u8>, StoreError> {
        let mut head = Vec::new();
        let read = self.open().take(most).read_to_end(&mut head);
        read.map_err(|error| self.error("open", Fault::from_io(&error)))?;
        Ok(head)
    }

    /// The whole of it, if it is at most `cap` bytes.
    pub(crate) fn read_capped(&self, cap: u64) -> Result<Vec<u8>, StoreError> {
        let mut bytes = Vec::new();
        let read = self.open().take(cap.saturating_add(1)).read_to_end(&mut bytes);
        read.map_err(|error| self.error("read", Fault::from_io(&error)))?;
        if bytes.len() as u64 > cap {
            return Err(StoreError::OverCap { path: self.address.to_string(), cap });
        }
        Ok(bytes)
    }

    /// Some of its bytes: fewer than asked for where it ends before.
    async fn bytes(&self, range: Range<u64>) -> Result<Bytes, Fault> {
        again(|| self.try_bytes(range.clone())).await
    }

    /// All of it, if it is small, and what the store says of it.
    async fn whole(&self) -> Result<(Bytes, ObjectMeta), Fault> {
        let whole = || async {
            let _permit = self.host.permits.acquire().await.map_err(|_| Fault::broken())?;
            let answer = self.get(None, None).await?;
            let meta = answer.meta.clone();
            let bytes = answer.bytes().await.map_err(|error| sentence(&error).passing())?;
            match bytes.len() as u64 == meta.size {
                true => Ok((bytes, meta)),
                false => Err(Fault::broken()),
            }
        };
        again(whole).await
    }

    async fn delete(&self) -> Result<(), Fault> {
        let path = futures_util::stream::iter([Ok(self.path.clone())]).boxed();
        let deleted = self.store.delete_stream(path).try_collect::<Vec<_>>().await;
        deleted.map(drop).map_err(|error| sentence(&error))
    }

    async fn try_bytes(&self, range: Range<u64>) -> Result<Bytes, Fault> {
        let _permit = self.host.permits.acquire().await.map_err(|_| Fault::broken())?;
        let answer = self.get(Some(GetRange::Bounded(range)), None).await?;
        let told = answer.range.clone();
        let bytes = answer.bytes().await.map_err(|error| sentence(&error).passing())?;
        match bytes.len() as u64 == told.end.saturating_sub(told.start) {
            true => Ok(bytes),
            false => Err(Fault::broken()),
        }
    }

    async fn get(&self, range: Option<GetRange>, etag: Option<String>) -> Result<GetResult, Fault> {
        let options = GetOptions { range, if_match: etag, ..GetOptions::default() };
        // The client has tried again where that could help.
        let final_fault = |error| match error {
            Error::NotSupported { .. } => Fault::new("the server gives no ranges"),
            error => Fault { passing: false, ..sentence(&error) },
        };
        self.store.get_opts(&self.path, options).await.map_err(final_fault)
    }

    fn error(&self, action: &'static str, fault: Fault) -> StoreError {
        StoreError::remote(action, &self.address, fault)
    }
}

/// The bytes of those ranges that are remote, by index: fetched a few at a time, neighbours
/// together.
pub(crate) fn fetch_ranges(
    root: &str,
    ranges: &[RecordRange],
    cap: u64,
    is_remote: impl Fn(&RecordRange) -> bool,
) -> Vec<Option<io::Result<Vec<u8>>>> {
    let mut fetched: Vec<_> = ranges.iter().map(|_| None).collect();
    let mut parts = join(ranges, cap);
    parts.retain(|part| part.members.iter().any(|&at| ranges.get(at).is_some_and(&is_remote)));
    for (joined, bytes) in parts.iter().zip(fetch(root, &parts)) {
        for &index in &joined.members {
            let (Some(slot), Some(range)) = (fetched.get_mut(index), ranges.get(index)) else {
                continue;
            };
            *slot = Some(match &bytes {
                Ok(bytes) => Ok(part(bytes, joined.range.start, range)),
                Err(fault) => Err(fault.clone().into_io()),
            });
        }
    }
    fetched
}

/// Joined ranges, in the order given.
fn fetch(root: &str, parts: &[Joined]) -> Vec<Result<Bytes, Fault>> {
    let one = |part: &Joined| {
        let (range, place) = (part.range.clone(), place(root, &part.file));
        async move {
            let object = Object::at(&place).map_err(|error| Fault::new(error.to_string()))?;
            object.bytes(range).await
        }
    };
    let all = async {
        let work = futures_util::stream::iter(parts.iter().map(one));
        Ok(work.buffered(host::CONNECTIONS).collect().await)
    };
    host::wait(all)
        .unwrap_or_else(|fault: Fault| parts.iter().map(|_| Err(fault.clone())).collect())
}

/// The address of a file that a list or table below `root` names.
pub(crate) fn place(root: &str, name: &str) -> String {
    if is_address(name) {
        return name.into();
    }
    format!("{}/{}", root.trim_end_matches('/'), name.trim_start_matches('/'))
}
