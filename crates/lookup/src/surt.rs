//! SURT keys: URLs as Common Crawl's index sorts and finds them.
//!
//! `https://www.Example.com:443/Path/?b=2&a=1#top` has the key
//! `com,example)/path?a=1&b=2`. Keys are those of the Python package `surt`
//! 0.3.1, oddities included, because an index holds what its writer made; a
//! table of its answers is the test.

mod escape;
mod host;
mod nameprep;
mod session;

use escape::{escaped, unescaped};

/// Why a URL has no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoKey {
    /// There is nothing but white space.
    #[error("it is empty")]
    Empty,
    /// It has more bytes than any address that is crawled.
    #[error("it is longer than 64 KiB")]
    Length,
    /// What follows the host is no port.
    #[error("its port is not a number up to 65535")]
    Port,
    /// A host of more digits than any number has.
    #[error("its host is too long")]
    Host,
}

/// Bytes that a URL may have.
const LONGEST: usize = 64 << 10;

/// The SURT key of a URL.
///
/// # Errors
/// If the URL is malformed in a way that `surt` refuses, or absurdly long.
pub fn surt(url: &str) -> Result<String, NoKey> {
    if url.len() > LONGEST {
        return Err(NoKey::Length);
    }
    if url.starts_with("filedesc") {
        return Ok(url.into());
    }
    let bytes = tidied(url);
    let url = Parts::of(&bytes)?;
    let host = match url.host {
        Some(host) if !host.is_empty() => Some(host::canonical(host, url.scheme)?),
        _ => None,
    };
    let host = host.filter(|host| !host.is_empty());
    let mut key = match &host {
        Some(host) => host::reversed(host, url.explicit_port()),
        None => [url.scheme, b":"].concat(),
    };
    let path = path(url.path.as_deref(), host.is_some());
    key.extend_from_slice(&path);
    if let Some(query) = url.query.map(query).filter(|query| !query.is_empty()) {
        key.extend_from_slice(if path.is_empty() { b"/?" } else { b"?" });
        key.extend(query);
    }
    // All of it is ASCII by now: what is not has been escaped.
    Ok(String::from_utf8_lossy(&key).into_owned())
}

/// A URL without white space around it and line ends in it, with a scheme, of which it has one.
fn tidied(url: &str) -> Vec<u8> {
    let space = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c);
    let bytes = url.as_bytes();
    let start = bytes.iter().position(|byte| !space(byte)).unwrap_or(bytes.len());
    let end = bytes.iter().rposition(|byte| !space(byte)).map_or(start, |last| last + 1);
    let inner = bytes.get(start..end).unwrap_or_default();
    let mut url: Vec<u8> =
        inner.iter().copied().filter(|byte| !matches!(byte, b'\n' | b'\r' | b'\t')).collect();
    if !url.is_empty() && scheme_length(&url).is_none() {
        url.splice(..0, *b"http://");
    }
    only_last_protocol(url)
}

/// `http://https://a` is `https://a`.
fn only_last_protocol(url: Vec<u8>) -> Vec<u8> {
    let step = |rest: &[u8]| {
        [b"http://".as_slice(), b"https://"]
            .into_iter()
            .find(|p| rest.starts_with(p))
            .map(<[u8]>::len)
    };
    let (mut last, mut at) = (0, 0);
    while let Some(length) = step(url.get(at..).unwrap_or_default()) {
        last = at;
        at += length;
    }
    url.get(last..).map(<[u8]>::to_vec).unwrap_or_default()
}

/// The length of the scheme, if the URL begins with one and a colon.
fn scheme_length(url: &[u8]) -> Option<usize> {
    let colon = url.iter().position(|&byte| byte == b':')?;
    let (first, rest) = url.get(..colon)?.split_first()?;
    let fits = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'.' | b'-');
    (first.is_ascii_alphabetic() && rest.iter().all(fits)).then_some(colon)
}

/// A URL, cut up.
struct Parts<'a> {
    scheme: &'a [u8],
    host: Option<&'a [u8]>,
    port: u16,
    path: Option<Vec<u8>>,
    query: Option<&'a [u8]>,
}

impl<'a> Parts<'a> {
    fn of(url: &'a [u8]) -> Result<Self, NoKey> {
        let colon = scheme_length(url).ok_or(NoKey::Empty)?;
        let (scheme, rest) = url.split_at(colon);
        let rest = rest.get(1..).unwrap_or_default();
        let (rest, _fragment) = cut(rest, b"#");
        let (rest, query) = cut(rest, b"?");
        let (authority, path) = match rest.strip_prefix(b"//") {
            Some(rest) => rest.split_at(rest.iter().position(|&b| b == b'/').unwrap_or(rest.len())),
            None => (&b""[..], rest),
        };
        let (host, port) = host_and_port(authority)?;
        let mut parts = Self {
            scheme,
            host: (!host.is_empty()).then_some(host),
            port,
            path: (!path.is_empty()).then(|| path.to_vec()),
            query: query.filter(|query| !query.is_empty()),
        };
        if parts.host.is_none() && scheme.starts_with(b"http") && !path.is_empty() {
            parts.host_of_path(path);
        }
        Ok(parts)
    }

    /// `http:////a/b` has the host `a`.
    fn host_of_path(&mut self, path: &'a [u8]) {
        let start = path.iter().position(|&byte| byte != b'/').unwrap_or(path.len());
        let (host, path) = cut(path.get(start..).unwrap_or_default(), b"/");
        self.host = Some(host);
        self.path = Some([b"/", path.unwrap_or_default()].concat());
    }

    /// The port, if it is not the scheme's own.
    fn explicit_port(&self) -> Option<u16> {
        let own = match self.scheme.to_ascii_lowercase().as_slice() {
            b"http" => 80,
            b"https" => 443,
            _ => 0,
        };
        (self.port != 0 && self.port != own).then_some(self.port)
    }
}

/// What is before and behind the first such byte.
fn cut<'a>(text: &'a [u8], at: &[u8; 1]) -> (&'a [u8], Option<&'a [u8]>) {
    match text.iter().position(|byte| at.contains(byte)) {
        Some(index) => {
            let (before, behind) = text.split_at(index);
            (before, behind.get(1..))
        }
        None => (text, None),
    }
}

/// The host, and the port or 0.
fn host_and_port(authority: &[u8]) -> Result<(&[u8], u16), NoKey> {
    let end = authority.iter().rposition(|&byte| byte != b':').map_or(0, |last| last + 1);
    let authority = authority.get(..end).unwrap_or_default();
    let user = authority.iter().rposition(|&byte| byte == b'@').map_or(0, |at| at + 1);
    let place = authority.get(user..).unwrap_or_default();
    let (host, port) = match cut(place, b"[") {
        (_, Some(bracketed)) => {
            let (host, behind) = cut(bracketed, b"]");
            (host, cut(behind.unwrap_or_default(), b":").1)
        }
        (_, None) => cut(place, b":"),
    };
    Ok((host, port.filter(|port| !port.is_empty()).map_or(Ok(0), number)?))
}

/// Digits that Python makes a number of.
const MOST_DIGITS: usize = 4300;

fn number(digits: &[u8]) -> Result<u16, NoKey> {
    if digits.len() > MOST_DIGITS {
        return Err(NoKey::Port);
    }
    let add = |sum: Option<u16>, digit: &u8| {
        let value = digit.is_ascii_digit().then(|| u16::from(digit - b'0'))?;
        sum?.checked_mul(10)?.checked_add(value)
    };
    digits.iter().fold(Some(0), add).ok_or(NoKey::Port)
}

/// The path of the key.
fn path(path: Option<&[u8]>, has_host: bool) -> Vec<u8> {
    let plain = path.map(unescaped).unwrap_or_default();
    let plain = if has_host { resolved(&plain) } else { plain };
    let mut path = session::without_in_path(escaped(&plain).to_ascii_lowercase());
    if path.len() > 1 && path.ends_with(b"/") {
        path.pop();
    }
    path
}

/// A path without empty steps and dots.
fn resolved(path: &[u8]) -> Vec<u8> {
    let mut kept: Vec<&[u8]> = Vec::new();
    for step in path.split(|&byte| byte == b'/').skip(1) {
        match step {
            b"." => {}
            b".." if !kept.is_empty() => drop(kept.pop()),
            step => kept.push(step),
        }
    }
    let mut resolved = b"/".to_vec();
    if let Some((last, steps)) = kept.split_last() {
        for step in steps.iter().filter(|step| !step.is_empty()) {
            resolved.extend_from_slice(step);
            resolved.push(b'/');
        }
        resolved.extend_from_slice(last);
    }
    resolved
}

/// The query of the key: without session, in lower case, in order.
fn query(query: &[u8]) -> Vec<u8> {
    let query = session::without_in_query(escaped(&unescaped(query))).to_ascii_lowercase();
    let mut pairs: Vec<_> = query.split(|&byte| byte == b'&').map(|pair| cut(pair, b"=")).collect();
    pairs.sort_unstable();
    let join = |(name, value): (&[u8], Option<&[u8]>)| match value {
        Some(value) => [name, b"=", value].concat(),
        None => name.to_vec(),
    };
    pairs.into_iter().map(join).collect::<Vec<_>>().join(&b"&"[..])
}
