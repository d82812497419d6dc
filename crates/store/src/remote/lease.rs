//! A lock in a store: an object that says who writes, renewed while it does.
//!
//! It is made only where there is none, and replaced only by who knows its last version, so that
//! of two who want it one gets it. Who has not been heard of for ten minutes, by the store's own
//! clock, has lost it to the next who asks; so has a process of this machine that has ended.

use super::fault::Fault;
use super::upload::Put;
use super::{Object, host};
use crate::StoreError;
use crate::lock::{Holder, Lock, Locked, Owner};
use object_store::{PutMode, UpdateVersion};
use serde::{Deserialize, Serialize};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::Duration;
use tokio::sync::Mutex;

/// How often a lock is renewed.
const EVERY: Duration =
    if cfg!(test) { Duration::from_millis(200) } else { Duration::from_secs(60) };

/// Who is silent for longer has lost it.
const STALE: Duration = Duration::from_secs(600);

/// How often it is tried to get it, where it changes hands just then.
const TRIES: u32 = 4;

/// How long is waited for it to be let go of.
const LETTING_GO: Duration = Duration::from_secs(10);

/// What stands in the object.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Text {
    #[serde(flatten)]
    owner: Owner,
    /// Tells this hold from any other.
    token: String,
    /// How often it was renewed.
    renewed: u64,
}

impl Text {
    fn this() -> Self {
        let token = format!("{:016x}", RandomState::new().build_hasher().finish());
        Self { owner: Owner::this(), token, renewed: 0 }
    }

    fn bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }
}

/// A lock as it is found.
struct Found {
    text: Option<Text>,
    silent: Duration,
    version: UpdateVersion,
}

impl Found {
    async fn at(object: &Object) -> Result<Option<Self>, Fault> {
        let (bytes, meta) = match object.whole().await {
            Err(fault) if fault.missing => return Ok(None),
            answer => answer?,
        };
        let silent = object.host.pace.now().saturating_sub(meta.last_modified.timestamp_millis());
        Ok(Some(Self {
            text: serde_json::from_slice(&bytes).ok(),
            silent: Duration::from_millis(u64::try_from(silent).unwrap_or(0)),
            version: UpdateVersion { e_tag: meta.e_tag, version: meta.version },
        }))
    }

    fn is_of(&self, token: &str) -> bool {
        self.text.as_ref().is_some_and(|text| text.token == token)
    }

    fn is_dead(&self) -> bool {
        self.silent > STALE || self.text.as_ref().is_some_and(|text| text.owner.is_gone())
    }

    fn holder(self) -> Holder {
        Holder { owner: self.text.map(|text| text.owner), silent: Some(self.silent) }
    }
}

/// A lock that this process has; let go of when dropped.
pub(crate) struct Lease {
    held: Arc<Held>,
    /// Closed, it ends the renewing.
    _ends: Sender<()>,
}

struct Held {
    object: Object,
    state: Mutex<State>,
    lost: OnceLock<Holder>,
}

struct State {
    text: Text,
    version: UpdateVersion,
}

impl Lease {
    /// Takes the lock, or tells who has it.
    pub(crate) fn take(object: Object) -> Result<Locked, StoreError> {
        let text = Text::this();
        let taken = host::wait(take(&object, &text));
        let version = match taken.map_err(|fault| object.error("lock", fault))? {
            Ok(version) => version,
            Err(holder) => return Ok(Err(holder)),
        };
        let state = Mutex::new(State { text, version });
        let held = Arc::new(Held { object, state, lost: OnceLock::new() });
        let (_ends, ended) = channel();
        let lease = Self { held: Arc::clone(&held), _ends };
        let renewing =
            thread::Builder::new().name("lock".into()).spawn(move || renew(&held, &ended));
        let object = &lease.held.object;
        renewing.map_err(|e| object.error("lock", Fault::new(e.to_string())))?;
        Ok(Ok(Lock::lease(lease)))
    }

    /// Who took it over, as far as that has been noticed.
    pub(crate) fn lost(&self) -> Option<Holder> {
        self.held.lost.get().cloned()
    }

    /// Renews it, and so finds out whether somebody took it over.
    pub(crate) fn confirm(&self) -> Result<Option<Holder>, StoreError> {
        let renewed = host::wait(self.held.renew());
        renewed.map_err(|fault| self.held.object.error("lock", fault))?;
        Ok(self.lost())
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let let_go = async {
            let let_go = tokio::time::timeout(LETTING_GO, self.held.let_go());
            let_go.await.unwrap_or_else(|_| Err(Fault::broken()))
        };
        // Left behind, it is in nobody's way for longer than if this process had been killed.
        host::wait(let_go).unwrap_or_default();
    }
}

async fn take(object: &Object, text: &Text) -> Result<Result<UpdateVersion, Holder>, Fault> {
    let mut holder = Holder::default();
    for _ in 0..TRIES {
        if let Put::Done(version) = object.put_if(text.bytes(), PutMode::Create).await? {
            return Ok(Ok(version));
        }
        let Some(found) = Found::at(object).await? else { continue };
        if found.is_of(&text.token) {
            // It was made, and the answer did not come.
            return Ok(Ok(found.version));
        }
        if found.is_dead() {
            let update = PutMode::Update(found.version.clone());
            if let Put::Done(version) = object.put_if(text.bytes(), update).await? {
                return Ok(Ok(version));
            }
            holder = found.holder();
            continue;
        }
        return Ok(Err(found.holder()));
    }
    Ok(Err(holder))
}

/// Renews a lock now and then, until it is let go of or lost.
fn renew(held: &Held, ended: &Receiver<()>) {
    while ended.recv_timeout(EVERY) == Err(RecvTimeoutError::Timeout) && held.lost.get().is_none() {
        // What fails now may go well the next time; there are some before it is stale.
        host::wait(held.renew()).unwrap_or_default();
    }
}

impl Held {
    async fn renew(&self) -> Result<(), Fault> {
        let mut state = self.state.lock().await;
        if self.lost.get().is_some() {
            return Ok(());
        }
        state.text.renewed += 1;
        let update = PutMode::Update(state.version.clone());
        match self.object.put_if(state.text.bytes(), update).await? {
            Put::Done(version) => state.version = version,
            Put::Refused => match Found::at(&self.object).await? {
                // It was renewed, and the answer did not come.
                Some(found) if found.is_of(&state.text.token) => state.version = found.version,
                found => {
                    let holder = found.map(Found::holder).unwrap_or_default();
                    self.lost.get_or_init(|| holder);
                }
            },
        }
        Ok(())
    }

    /// Removes it, if it is this process's still.
    async fn let_go(&self) -> Result<(), Fault> {
        self.renew().await?;
        if self.lost.get().is_some() {
            return Ok(());
        }
        self.object.delete().await
    }
}
