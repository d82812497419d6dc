//! What an address stands for: an object, all below a prefix, or all that match a pattern.

use super::address::{Address, Kind};
use super::fault::{Fault, sentence};
use super::host::{Host, wait};
use super::{Facts, Object, again};
use crate::StoreError;
use futures_util::TryStreamExt;
use glob::{MatchOptions, Pattern};
use object_store::ObjectMeta;
use object_store::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

/// What an address stands for. Objects of many have names relative to what was named.
pub(crate) enum Listed {
    /// One object, which may not be there where a server cannot be asked beforehand.
    One(Object),
    /// All objects below a prefix but hidden ones, by their names.
    Below(Vec<(String, Object)>),
    /// All objects that match a pattern.
    Matching(Vec<(String, Object)>),
}

/// Finds out what an address stands for.
///
/// # Errors
/// If nothing is there, or the store does not say.
pub(crate) fn find(text: &str) -> Result<Listed, StoreError> {
    let address = Address::parse(text)?;
    let host = Host::of(&address)?;
    if address.kind == Kind::Web {
        return Ok(Listed::One(host.object(&address)?));
    }
    if address.key.contains(['*', '?', '[']) {
        return matching(&host, &address);
    }
    if !address.key.is_empty() && !address.key.ends_with('/') {
        let object = host.object(&address)?;
        match wait(object.meta()) {
            Ok(meta) => {
                object.facts.get_or_init(|| Facts::of(&meta));
                return Ok(Listed::One(object));
            }
            Err(fault) if fault.missing => {}
            Err(fault) => return Err(object.error("open", fault)),
        }
    }
    let below = list(&host, &address, address.key.trim_end_matches('/'))?;
    let hidden = |name: &str| name.split('/').any(|part| part.starts_with('.'));
    let below: Vec<_> = below.into_iter().filter(|(name, _)| !hidden(name)).collect();
    if below.is_empty() { Err(StoreError::Missing(text.into())) } else { Ok(Listed::Below(below)) }
}

fn matching(host: &Arc<Host>, address: &Address) -> Result<Listed, StoreError> {
    let bad = |error: glob::PatternError| StoreError::malformed(address.text(), error.to_string());
    let options = MatchOptions { require_literal_separator: true, ..MatchOptions::default() };
    let pattern = Pattern::new(&address.key).map_err(bad)?;
    let fixed: Vec<&str> =
        address.key.split('/').take_while(|part| !part.contains(['*', '?', '['])).collect();
    let fixed = fixed.join("/");
    let whole = |name: &str| match fixed.as_str() {
        "" => name.to_owned(),
        fixed => format!("{fixed}/{name}"),
    };
    let mut found = list(host, address, &fixed)?;
    found.retain(|(name, _)| pattern.matches_with(&whole(name), options));
    if found.is_empty() {
        return Err(StoreError::Missing(address.text()));
    }
    Ok(Listed::Matching(found))
}

/// All objects below a prefix, in the order that files of such paths have in a folder.
fn list(
    host: &Arc<Host>,
    address: &Address,
    prefix: &str,
) -> Result<Vec<(String, Object)>, StoreError> {
    let error = |fault| StoreError::remote("list", &address.with_key(prefix).text(), fault);
    let path = Path::parse(prefix).map_err(|e| error(Fault::new(e.to_string())))?;
    let metas = wait(metas(host, &path)).map_err(error)?;
    let name = |meta: &ObjectMeta| {
        let key = meta.location.as_ref();
        let inner = key.strip_prefix(path.as_ref()).unwrap_or(key);
        inner.strip_prefix('/').unwrap_or(inner).to_owned()
    };
    let mut found: Vec<(String, Object)> = metas
        .iter()
        .filter_map(|meta| Some((name(meta), host.found(address, meta)?)))
        .filter(|(name, _)| !name.is_empty())
        .collect();
    found.sort_by_cached_key(|(name, _)| PathBuf::from(name));
    Ok(found)
}

/// A listing that breaks off is begun again.
pub(crate) async fn metas(host: &Arc<Host>, path: &Path) -> Result<Vec<ObjectMeta>, Fault> {
    let Some(bucket) = host.bucket() else { return Ok(Vec::new()) };
    again(|| async {
        let listed = bucket.list(Some(path)).try_collect().await;
        listed.map_err(|error| sentence(&error))
    })
    .await
}
