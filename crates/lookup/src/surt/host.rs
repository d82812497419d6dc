//! Hosts: names, and the many ways to write an IP address.

use super::escape::{escaped, unescaped};
use super::{MOST_DIGITS, NoKey, nameprep};
use std::net::Ipv4Addr;

/// A host in its one form; empty if nothing of it is left.
pub(super) fn canonical(host: &[u8], scheme: &[u8]) -> Result<Vec<u8>, NoKey> {
    let mut host = unescaped(&lowered_before_zone(host));
    if !host.is_ascii() {
        host = nameprep::to_ascii(&lossy(&host)).unwrap_or(host);
    }
    let host = without_empty_labels(&host);
    if !host.is_empty() && host.iter().all(u8::is_ascii_digit) {
        return Ok(massaged(whole_number(&host)?, scheme));
    }
    let host = address(&host).unwrap_or_else(|| escaped(&host.to_ascii_lowercase()));
    Ok(massaged(host.to_ascii_lowercase(), scheme))
}

/// Lower case up to the first `%`.
fn lowered_before_zone(host: &[u8]) -> Vec<u8> {
    let zone = host.iter().position(|&byte| byte == b'%').unwrap_or(host.len());
    let (name, zone) = host.split_at(zone);
    [&name.to_ascii_lowercase(), zone].concat()
}

/// Text without what is no UTF-8.
fn lossy(bytes: &[u8]) -> String {
    bytes.utf8_chunks().map(|chunk| chunk.valid()).collect()
}

/// `..` made `.` once, from the left, and no dot at the ends.
fn without_empty_labels(host: &[u8]) -> Vec<u8> {
    let mut kept = Vec::with_capacity(host.len());
    let mut rest = host;
    while let Some((&byte, behind)) = rest.split_first() {
        kept.push(byte);
        rest = if byte == b'.' { behind.strip_prefix(b".").unwrap_or(behind) } else { behind };
    }
    let start = kept.iter().position(|&byte| byte != b'.').unwrap_or(kept.len());
    let end = kept.iter().rposition(|&byte| byte != b'.').map_or(start, |last| last + 1);
    kept.get(start..end).map(<[u8]>::to_vec).unwrap_or_default()
}

/// The address of a host that is one number: its last 32 bits.
fn whole_number(digits: &[u8]) -> Result<Vec<u8>, NoKey> {
    if digits.len() > MOST_DIGITS {
        return Err(NoKey::Host);
    }
    let add = |sum: u32, digit: &u8| sum.wrapping_mul(10).wrapping_add(u32::from(digit - b'0'));
    Ok(Ipv4Addr::from(digits.iter().fold(0, add)).to_string().into_bytes())
}

/// The address that two to four numbers with dots stand for: octal after a zero, and the last
/// one fills what is left.
fn address(host: &[u8]) -> Option<Vec<u8>> {
    let parts: Vec<u64> = host.split(|&byte| byte == b'.').map(part).collect::<Option<_>>()?;
    let (&last, first) = parts.split_last().filter(|(_, first)| (1..=3).contains(&first.len()))?;
    let room = 8 * (4 - first.len() as u32);
    if first.iter().any(|&part| part > 255) || last >> room != 0 {
        return None;
    }
    let high = first.iter().fold(0, |sum, part| sum << 8 | part);
    let address = u32::try_from(high << room | last).ok()?;
    Some(Ipv4Addr::from(address).to_string().into_bytes())
}

fn part(digits: &[u8]) -> Option<u64> {
    let octal = digits.starts_with(b"0");
    let text =
        std::str::from_utf8(digits).ok().filter(|_| digits.iter().all(u8::is_ascii_digit))?;
    u64::from_str_radix(text, if octal { 8 } else { 10 })
        .ok()
        .filter(|&part| part <= u32::MAX.into())
}

/// A host without `www.`, `www1.`, ...
fn massaged(host: Vec<u8>, scheme: &[u8]) -> Vec<u8> {
    let behind_www = || {
        let rest = host.strip_prefix(b"www")?;
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        rest.get(digits..)?.strip_prefix(b".").map(<[u8]>::to_vec)
    };
    if scheme == b"dns" { host } else { behind_www().unwrap_or(host) }
}

/// The start of a key: labels from the last to the first, and the port.
pub(super) fn reversed(host: &[u8], port: Option<u16>) -> Vec<u8> {
    let labels: Vec<&[u8]> = host.rsplit(|&byte| byte == b'.').collect();
    let mut key = labels.join(&b","[..]);
    if let Some(port) = port {
        key.extend(format!(":{port}").into_bytes());
    }
    key.push(b')');
    key
}
