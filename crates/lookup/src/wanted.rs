//! The URLs to look up, by key.

use crate::surt::{NoKey, surt};
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::ops::Range;
use xxhash_rust::xxh3::xxh3_64;

/// What a URL must have in common with a capture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sameness {
    /// The key: scheme, `www.`, case, order of the query and more do not matter.
    #[default]
    Key,
    /// All but scheme, case of the host, default port and fragment.
    Exact,
}

/// URLs as they were given.
#[derive(Debug, Default)]
pub struct Urls {
    pub(crate) given: Vec<Given>,
}

#[derive(Debug)]
pub(crate) struct Given {
    pub(crate) url: Box<str>,
    /// The key until [`Wanted`] is made, or why there is none.
    key: Result<Box<str>, NoUrl>,
}

/// Why something given is no URL to look up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoUrl {
    /// It has no key.
    #[error(transparent)]
    Key(NoKey),
    /// A row without a value.
    #[error("there is none")]
    Absent,
    /// Bytes that are no text.
    #[error("it is not UTF-8")]
    NotText,
}

impl Urls {
    /// Adds a URL, whatever it is.
    pub fn add(&mut self, url: &str) {
        let key = surt(url).map(String::into_boxed_str).map_err(NoUrl::Key);
        self.given.push(Given { url: url.into(), key });
    }

    /// Adds something that is no URL.
    pub fn add_malformed(&mut self, text: &str, reason: NoUrl) {
        self.given.push(Given { url: text.into(), key: Err(reason) });
    }

    /// How many were added.
    pub fn len(&self) -> usize {
        self.given.len()
    }

    /// Whether none was added.
    pub fn is_empty(&self) -> bool {
        self.given.is_empty()
    }
}

/// URLs ready to be looked for.
#[derive(Debug)]
pub struct Wanted {
    urls: Vec<(Box<str>, Result<u32, NoUrl>)>,
    /// In order, each once.
    keys: Vec<Box<str>>,
    by_hash: HashMap<u64, u32, BuildHasherDefault<Ready>>,
    /// What is looked for: keys, or URLs in their exact forms. Those of a key are neighbours.
    targets: Vec<Target>,
    /// Where the targets of a key begin; one more than there are keys.
    starts: Vec<u32>,
}

#[derive(Debug)]
struct Target {
    form: Option<Box<str>>,
    /// The first URL given that asks for it.
    url: u32,
}

/// A hash that needs no more hashing.
#[derive(Debug, Default)]
struct Ready(u64);

impl Hasher for Ready {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, _: &[u8]) {}

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

impl Wanted {
    /// Makes URLs ready.
    pub fn new(urls: Urls, sameness: Sameness) -> Self {
        let mut wanted = Self {
            urls: Vec::with_capacity(urls.given.len()),
            keys: Vec::new(),
            by_hash: HashMap::default(),
            targets: Vec::new(),
            starts: Vec::new(),
        };
        let mut asked = Vec::new();
        for (index, Given { url, key }) in (0_u32..).zip(urls.given) {
            let form = (sameness == Sameness::Exact).then(|| exact_form(&url));
            let key = key.map(|key| asked.push((key, form, index)));
            wanted.urls.push((url, key.map(|()| 0)));
        }
        asked.sort_unstable();
        asked.into_iter().for_each(|(key, form, index)| wanted.ask(key, form, index));
        wanted.starts.push(wanted.targets.len() as u32);
        wanted
    }

    /// Takes in one URL after the other, in the order of keys, forms and numbers.
    fn ask(&mut self, key: Box<str>, form: Option<Box<str>>, index: u32) {
        let known = self.keys.last().is_some_and(|last| *last == key);
        if !known {
            self.starts.push(self.targets.len() as u32);
            if let Err(slot) = self.slot(&key) {
                self.by_hash.insert(slot, self.keys.len() as u32);
            }
            self.keys.push(key);
        }
        if !known || self.targets.last().is_none_or(|last| last.form != form) {
            self.targets.push(Target { form, url: index });
        }
        if let Some((_, target)) = self.urls.get_mut(index as usize) {
            *target = Ok(self.targets.len() as u32 - 1);
        }
    }

    /// The number of a key, or the slot where it could be put. Keys of one hash take the next.
    fn slot(&self, key: &str) -> Result<u32, u64> {
        let mut slot = xxh3_64(key.as_bytes());
        loop {
            let number = *self.by_hash.get(&slot).ok_or(slot)?;
            if self.keys.get(number as usize).is_some_and(|found| **found == *key) {
                return Ok(number);
            }
            slot = slot.wrapping_add(1);
        }
    }

    /// The number of a key, if it is wanted.
    pub(crate) fn find(&self, key: &str) -> Option<u32> {
        self.slot(key).ok()
    }

    /// Whether a key between these two, both included, is wanted.
    pub(crate) fn any_between(&self, least: &[u8], most: &[u8]) -> bool {
        let at = self.keys.partition_point(|key| key.as_bytes() < least);
        self.keys.get(at).is_some_and(|key| key.as_bytes() <= most)
    }

    /// Whether targets have exact forms.
    pub(crate) fn is_exact(&self) -> bool {
        self.targets.first().is_some_and(|target| target.form.is_some())
    }

    /// The target of a key's captures of this URL.
    pub(crate) fn target(&self, key: u32, url: &str) -> Option<u32> {
        let targets = self.targets_of(key);
        if !self.is_exact() {
            return Some(targets.start);
        }
        let form = exact_form(url);
        targets.into_iter().find(|&target| {
            self.targets.get(target as usize).is_some_and(|t| t.form.as_ref() == Some(&form))
        })
    }

    fn targets_of(&self, key: u32) -> Range<u32> {
        let start = |key: u32| self.starts.get(key as usize).copied().unwrap_or_default();
        start(key)..start(key.saturating_add(1))
    }

    /// How many things are looked for.
    pub(crate) fn target_count(&self) -> usize {
        self.targets.len()
    }

    /// The first URL that asks for a target.
    pub(crate) fn url_of(&self, target: u32) -> &str {
        let url = self.targets.get(target as usize).map(|target| target.url);
        url.and_then(|url| self.urls.get(url as usize)).map_or("", |(url, _)| url)
    }

    /// The key of a target.
    pub(crate) fn key_of(&self, target: u32) -> &str {
        let key = self.starts.partition_point(|&start| start <= target).checked_sub(1);
        key.and_then(|key| self.keys.get(key)).map_or("", |key| key)
    }

    /// The URLs given that are none, in order, and why.
    pub fn malformed(&self) -> impl Iterator<Item = (&str, NoUrl)> {
        self.urls().filter_map(|(url, target)| Some((url, target.err()?)))
    }

    /// All URLs as given and in order, each with its target or why it has none.
    pub(crate) fn urls(&self) -> impl Iterator<Item = (&str, Result<u32, NoUrl>)> {
        self.urls.iter().map(|(url, target)| (&**url, *target))
    }
}

/// A URL without what does not make another of it: scheme, case of the host, default port, the
/// slash of an empty path, fragment.
fn exact_form(url: &str) -> Box<str> {
    let url = url.trim();
    let url = url.split_once('#').map_or(url, |(url, _)| url);
    let (port, rest) = match url.split_once("://") {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => (":80", rest),
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("https") => (":443", rest),
        Some(_) => return url.into(),
        None => (":80", url),
    };
    let (host, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let host = host.to_lowercase();
    let host = host.strip_suffix(port).unwrap_or(&host);
    let slash = if path.starts_with('/') { "" } else { "/" };
    format!("{host}{slash}{path}").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exact_forms_forget_what_makes_no_other_url() {
        for (url, expected) in [
            ("http://Example.com:80#a", "example.com/"),
            ("HTTPS://example.com:443/A/?b=C#d", "example.com/A/?b=C"),
            ("http://example.com:443/", "example.com:443/"),
            ("example.com?q", "example.com/?q"),
            ("ftp://A/b#c", "ftp://A/b"),
        ] {
            assert_eq!(&*exact_form(url), expected);
        }
    }

    #[test]
    fn urls_of_one_key_are_one_target_unless_they_must_be_exact() {
        let given = ["http://b.com/", "http://a.com/X", "https://www.a.com/X", "a.com/x", "b:c/d:"];
        for (sameness, targets) in [(Sameness::Key, 3), (Sameness::Exact, 5)] {
            let mut urls = Urls::default();
            given.iter().for_each(|url| urls.add(url));
            let wanted = Wanted::new(urls, sameness);
            assert_eq!(wanted.target_count(), targets);
            let key = wanted.find("com,a)/x").unwrap();
            let target = wanted.target(key, "http://www.a.com/X").unwrap();
            let expected = if targets == 3 { "http://a.com/X" } else { "https://www.a.com/X" };
            assert_eq!(wanted.url_of(target), expected);
            assert_eq!(wanted.target(key, "http://a.com/other").is_some(), targets == 3);
            assert!(wanted.find("com,a)/y").is_none());
            assert!(wanted.any_between(b"com,b", b"com,b)/") && !wanted.any_between(b"d", b"z"));
        }
    }
}
