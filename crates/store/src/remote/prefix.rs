//! A prefix of a store as an output folder.
//!
//! What is there is known from one listing and from what is written here; so nothing is asked
//! of each file. Small files are kept in memory once they have been read or written.

use super::address::{Address, Kind};
use super::fault::{Fault, sentence};
use super::host::{CONNECTIONS, Host, wait};
use super::listing::metas;
use super::{Lease, Object, again, place};
use crate::lock::{Lock, Locked};
use crate::tree::{Read, Tree};
use crate::{Durability, Pending, Root, Sealed, StoreError};
use futures_util::StreamExt;
use object_store::path::Path;
use object_store::{Error, ObjectStore};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Bytes of small files that are kept.
const KEPT: usize = 64 << 20;

/// All below an address.
pub(crate) struct Prefix {
    host: Arc<Host>,
    /// Its key has no slash at its end.
    address: Address,
    store: Arc<dyn ObjectStore>,
    path: Path,
    root: Root,
    known: Mutex<Known>,
}

/// What is known of a prefix.
#[derive(Default)]
struct Known {
    /// Sizes by names, once it has been listed.
    sizes: BTreeMap<String, u64>,
    /// Small files by names.
    kept: BTreeMap<String, Arc<[u8]>>,
    /// Their size together.
    weight: usize,
}

impl Known {
    fn keep(&mut self, name: &str, bytes: &[u8]) {
        self.forget(name);
        if self.weight + bytes.len() <= KEPT {
            self.weight += bytes.len();
            self.kept.insert(name.into(), bytes.into());
        }
    }

    fn forget(&mut self, name: &str) {
        self.weight -= self.kept.remove(name).map_or(0, |bytes| bytes.len());
    }

    /// Names of the files in a folder and in those below it, and one of its own name.
    fn below(&self, folder: &str) -> Vec<String> {
        let inner = format!("{folder}/");
        let names = self.sizes.range(inner.clone()..).map(|(name, _)| name);
        let names = names.take_while(|name| name.starts_with(&inner)).cloned();
        let own = self.sizes.contains_key(folder).then(|| folder.to_owned());
        names.chain(own).collect()
    }
}

impl Prefix {
    /// The prefix at an address. Nothing is asked yet.
    pub(crate) fn at(text: &str) -> Result<Self, StoreError> {
        let address = Address::parse(text)?;
        if address.kind == Kind::Web {
            return Err(StoreError::NotAnOutput(text.into()));
        }
        Self::of(Host::of(&address)?, &address)
    }

    pub(crate) fn of(host: Arc<Host>, address: &Address) -> Result<Self, StoreError> {
        let address = address.with_key(address.key.trim_matches('/'));
        let none = || StoreError::NotAnOutput(address.text());
        let store = Arc::clone(host.bucket().ok_or_else(none)?);
        let path = Path::parse(&address.key).map_err(|_| none())?;
        let root = Root::Remote(address.text().trim_end_matches('/').into());
        Ok(Self { host, address, store, path, root, known: Mutex::default() })
    }

    fn object(&self, name: &str) -> Result<Object, StoreError> {
        self.host.object(&self.address.with_key(&self.key(name)))
    }

    fn key(&self, name: &str) -> String {
        place(&self.address.key, name).trim_start_matches('/').to_owned()
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn error(&self, action: &'static str, fault: Fault) -> StoreError {
        StoreError::remote(action, &self.address.text(), fault)
    }

    /// A file, if it is there; what was kept of it, if that is all.
    async fn fetch(&self, name: &str) -> Result<Option<Vec<u8>>, (String, Fault)> {
        let known = |known: &Known| {
            let kept = known.kept.get(name).map(|bytes| bytes.to_vec());
            (kept, known.sizes.contains_key(name))
        };
        match known(&self.known()) {
            (Some(kept), _) => return Ok(Some(kept)),
            (None, false) => return Ok(None),
            (None, true) => {}
        }
        let failed = |fault| (place(self.address.text().as_str(), name), fault);
        let object = self.object(name).map_err(|e| failed(Fault::new(e.to_string())))?;
        match object.whole().await {
            Ok((bytes, _)) => {
                self.known().keep(name, &bytes);
                Ok(Some(bytes.into()))
            }
            Err(fault) if fault.missing => Ok(None),
            Err(fault) => Err(failed(fault)),
        }
    }

    async fn delete(&self, names: &[String]) -> Result<(), Fault> {
        let paths: Result<Vec<Path>, _> =
            names.iter().map(|name| Path::parse(self.key(name))).collect();
        let paths = paths.map_err(|e| Fault::new(e.to_string()))?;
        let delete = || async {
            let paths = futures_util::stream::iter(paths.clone().into_iter().map(Ok)).boxed();
            let mut deleted = self.store.delete_stream(paths);
            while let Some(one) = deleted.next().await {
                one.map(drop).or_else(|error| kept(&error))?;
            }
            Ok(())
        };
        again(delete).await
    }

    async fn list(&self) -> Result<BTreeMap<String, u64>, Fault> {
        let name = |key: &str| {
            let inner = key.strip_prefix(self.path.as_ref()).unwrap_or(key);
            inner.strip_prefix('/').unwrap_or(inner).to_owned()
        };
        let metas = metas(&self.host, &self.path).await?;
        Ok(metas.iter().map(|meta| (name(meta.location.as_ref()), meta.size)).collect())
    }
}

/// Why something could not be removed; that it is not there is no reason.
fn kept(error: &Error) -> Result<(), Fault> {
    let fault = sentence(error);
    if fault.missing { Ok(()) } else { Err(fault) }
}

impl Tree for Prefix {
    fn root(&self) -> &Root {
        &self.root
    }

    fn make(&self, _folder: &str) -> Result<(), StoreError> {
        Ok(())
    }

    fn has(&self, name: &str) -> Result<bool, StoreError> {
        let object = self.object(name)?;
        match wait(object.meta()) {
            Ok(_) => Ok(true),
            Err(fault) if fault.missing => Ok(false),
            Err(fault) => Err(object.error("open", fault)),
        }
    }

    fn has_others(&self, folder: &str) -> Result<bool, StoreError> {
        let ours = self.key(folder);
        let listed = wait(async {
            let listed = again(|| async {
                let listed = self.store.list_with_delimiter(Some(&self.path)).await;
                listed.map_err(|error| sentence(&error))
            });
            listed.await
        });
        let listed = listed.map_err(|fault| self.error("list", fault))?;
        let objects = listed.objects.iter().map(|meta| &meta.location);
        Ok(listed.common_prefixes.iter().chain(objects).any(|path| path.as_ref() != ours))
    }

    fn lock(&self, name: &str) -> Result<Locked, StoreError> {
        Lease::take(self.object(name)?)
    }

    /// Workers are many and short-lived: nobody is kept off.
    fn join(&self, _name: &str) -> Result<Locked, StoreError> {
        Ok(Ok(Lock::open()))
    }

    fn look(&self) -> Result<(), StoreError> {
        let sizes = wait(self.list()).map_err(|fault| self.error("list", fault))?;
        *self.known() = Known { sizes, ..Known::default() };
        Ok(())
    }

    fn size(&self, name: &str) -> Option<u64> {
        self.known().sizes.get(name).copied()
    }

    fn files(&self, folder: &str) -> Result<Vec<String>, StoreError> {
        let below = self.known().below(folder);
        let inner = |name: &String| Some(name.strip_prefix(folder)?.strip_prefix('/')?.to_owned());
        Ok(below.iter().filter_map(inner).filter(|name| !name.contains('/')).collect())
    }

    fn read(&self, name: &str) -> Read {
        let read = self.read_all(&[name.to_owned()]).pop();
        read.unwrap_or(Ok(None))
    }

    fn read_all(&self, names: &[String]) -> Vec<Read> {
        let all = async {
            let work = futures_util::stream::iter(names.iter().map(|name| self.fetch(name)));
            Ok(work.buffered(CONNECTIONS).collect::<Vec<_>>().await)
        };
        let failed =
            |(address, fault): (String, Fault)| StoreError::remote("read", &address, fault);
        match wait(all) {
            Ok(read) => read.into_iter().map(|read| read.map_err(failed)).collect(),
            Err(fault) => names.iter().map(|_| Err(self.error("read", fault.clone()))).collect(),
        }
    }

    fn write(&self, name: &str, bytes: &[u8], _durability: Durability) -> Result<(), StoreError> {
        self.object(name)?.put(bytes)?;
        let mut known = self.known();
        known.sizes.insert(name.into(), bytes.len() as u64);
        known.keep(name, bytes);
        Ok(())
    }

    fn pending(&self, _temporary: &str) -> Result<Pending, StoreError> {
        Pending::nameless()
    }

    fn publish(&self, sealed: Sealed, name: &str) -> Result<(), StoreError> {
        self.object(name)?.upload(&sealed)?;
        let mut known = self.known();
        known.sizes.insert(name.into(), sealed.bytes);
        known.forget(name);
        Ok(())
    }

    fn remove(&self, names: &[&str]) -> Result<(), StoreError> {
        let names: Vec<String> = {
            let known = self.known();
            names.iter().flat_map(|name| known.below(name)).collect()
        };
        if names.is_empty() {
            return Ok(());
        }
        wait(self.delete(&names)).map_err(|fault| self.error("remove files of", fault))?;
        let mut known = self.known();
        for name in &names {
            known.sizes.remove(name);
            known.forget(name);
        }
        Ok(())
    }

    /// Looks at what is there now.
    fn settle(&self, files: &[(&str, u64)]) -> Result<(), StoreError> {
        let sizes = wait(self.list()).map_err(|fault| self.error("list", fault))?;
        let wrong = |(name, bytes): &&(&str, u64)| sizes.get(*name) != Some(bytes);
        let Some((name, bytes)) = files.iter().find(wrong) else {
            self.known().sizes = sizes;
            return Ok(());
        };
        let message = match sizes.get(*name) {
            None => "it is there no longer".into(),
            Some(now) => format!("it has {now} bytes, where {bytes} were written"),
        };
        let fault = Fault { hint: Some(OTHERS), ..Fault::new(message) };
        Err(StoreError::remote("find", &place(&self.address.text(), name), fault))
    }
}

const OTHERS: &str =
    "see what else writes below this prefix; the same command makes again what is missing";
