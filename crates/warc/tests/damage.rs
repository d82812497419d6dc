//! Archives that were damaged on purpose. Nothing panics, nothing hangs, every byte is
//! accounted for, and the records that were not hit still come out.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot be set up has failed")]

mod common;

use cc_math_warc::{HttpLimits, Limits, Scratch, http};
use common::{Seen, fixture, read};
use proptest::prelude::*;

const FILES: [&str; 8] = [
    "whirlwind.warc",
    "whirlwind.warc.gz",
    "derived--whirlwind.warc.zst",
    "derived--whirlwind-dict.warc.zst",
    "fastwarc--block-sized-records.warc.lz4",
    "warcio--example.arc",
    "warcio--example.arc.gz",
    "warcio--example-bad-non-chunked.warc.gz",
];

/// Whether the locators count bytes of the file, so that a hit can be attributed.
fn addressed(name: &str) -> bool {
    name != "warcio--example-bad-non-chunked.warc.gz"
}

/// End of the dictionary frame of `derived--whirlwind-dict.warc.zst`; damage there is damage
/// everywhere.
const DICTIONARY_END: u64 = 8008;

/// The records that have to come out of a copy of which the bytes `hit` were changed: those
/// that lie elsewhere. A plain file's record also needs the head behind it to be whole (its
/// own length is believed only if a record follows), and one of ARC the line end before it:
/// its head is a line like others, which begins with whatever stands before it.
fn check_damaged(name: &str, damaged: &[u8], hit: std::ops::Range<u64>, shift: i64) {
    let before = read(&fixture(name), Limits::default());
    let after = read(damaged, Limits::default());
    assert!(after.len() <= 3 * before.len() + 8, "{name}: {} events", after.len());
    let dictionary_hit = name == "derived--whirlwind-dict.warc.zst" && hit.start < DICTIONARY_END;
    if !addressed(name) || dictionary_hit {
        return;
    }
    for record in &before {
        let elsewhere = record.place.end <= hit.start || record.place.start >= hit.end;
        if elsewhere && !(name.ends_with(".arc") && joined(record, damaged, &hit, shift)) {
            assert_survived(name, record, &after, &hit, shift);
        }
    }
}

/// Whether the hit ends where the record starts and left no line end there.
fn joined(record: &Seen, damaged: &[u8], hit: &std::ops::Range<u64>, shift: i64) -> bool {
    let before = record.place.start.wrapping_add_signed(shift).checked_sub(1);
    let byte = before.and_then(|at| damaged.get(usize::try_from(at).ok()?));
    record.place.start == hit.end && byte.is_some_and(|byte| *byte != b'\n')
}

fn assert_survived(
    name: &str,
    record: &Seen,
    after: &[Seen],
    hit: &std::ops::Range<u64>,
    shift: i64,
) {
    let moved = if record.place.start >= hit.end { shift } else { 0 };
    let start = record.place.start.wrapping_add_signed(moved);
    let found = after.iter().any(|seen| {
        seen.place.start == start && (seen.block == record.block || near(seen, record, hit))
    });
    assert!(
        found,
        "{name}: record at {} lost, hit {hit:?}: {:?}",
        record.place.start,
        places(after)
    );
}

/// A record right before the hit may have lost its end to the separator, and an oddly ended
/// file's last record may have gained it.
fn near(seen: &Seen, record: &Seen, hit: &std::ops::Range<u64>) -> bool {
    record.place.end + 4 >= hit.start && seen.block.starts_with(&record.block)
}

fn places(seen: &[Seen]) -> Vec<(String, std::ops::Range<u64>)> {
    seen.iter().map(|s| (s.what.clone(), s.place.clone())).collect()
}

fn any_file() -> impl Strategy<Value = &'static str> {
    proptest::sample::select(&FILES[..])
}

/// How coded bodies start.
const HTTP_MAGICS: [&[u8]; 5] =
    [b"", b"\x1f\x8b\x08\0\0\0\0\0\0\0", b"\x78\x9c", b"\x28\xb5\x2f\xfd", b"5\r\n"];

/// A hundred cases each, or as many as `PROPTEST_CASES` asks for.
fn config() -> ProptestConfig {
    let default = ProptestConfig {
        max_shrink_iters: 200,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let asked = std::env::var_os("PROPTEST_CASES").is_some();
    ProptestConfig { cases: if asked { default.cases } else { 100 }, ..default }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn flipped_bits(name in any_file(), at in any::<prop::sample::Index>(), bit in 0u8..8) {
        let mut bytes = fixture(name);
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        check_damaged(name, &bytes, at as u64..at as u64 + 1, 0);
    }

    #[test]
    fn cut_ends(name in any_file(), at in any::<prop::sample::Index>()) {
        let mut bytes = fixture(name);
        let (at, len) = (at.index(bytes.len()), bytes.len());
        bytes.truncate(at);
        check_damaged(name, &bytes, at as u64..len as u64, 0);
    }

    #[test]
    fn cut_beginnings(name in any_file(), at in any::<prop::sample::Index>()) {
        let mut bytes = fixture(name);
        let at = at.index(bytes.len());
        bytes.drain(..at);
        // LZ4 shows its first literals: cut right there, a file starts as a plain one does.
        prop_assume!(!(name.ends_with("lz4") && bytes.starts_with(b"WARC/")));
        check_damaged(name, &bytes, 0..at as u64, -(at as i64));
    }

    #[test]
    fn lost_and_foreign_stretches(
        name in any_file(),
        at in any::<prop::sample::Index>(),
        lost in 0usize..300,
        foreign in prop::collection::vec(any::<u8>(), 0..300),
    ) {
        let mut bytes = fixture(name);
        let at = at.index(bytes.len());
        let end = (at + lost).min(bytes.len());
        let shift = foreign.len() as i64 - (end - at) as i64;
        bytes.splice(at..end, foreign);
        check_damaged(name, &bytes, at as u64..end as u64, shift);
    }

    #[test]
    fn noise(bytes in prop::collection::vec(any::<u8>(), 0..2000), magic in 0usize..6) {
        const MAGICS: [&[u8]; 6] = [b"", b"\x1f\x8b\x08\0", b"\x28\xb5\x2f\xfd", b"\x04\x22\x4d\x18", b"WARC/1.0\r\n", b"\x5d\x2a\x4d\x18"];
        read(&[MAGICS[magic], &bytes[..]].concat(), Limits::default());
    }

    #[test]
    fn cuts_between_chunks_change_nothing(
        name in any_file(),
        chunk in 1usize..40_000,
        unsplit in prop::sample::select(&[1usize, 100, 1000, 100_000][..]),
    ) {
        let bytes = fixture(name);
        let limits = Limits { chunk, unsplit, ..Limits::default() };
        prop_assert!(read(&bytes, Limits::default()) == read(&bytes, limits), "{} {:?}", name, limits);
    }

    #[test]
    fn http_noise(
        coding in prop::sample::select(&["gzip", "deflate", "br", "zstd", "x", "gzip, br"][..]),
        chunked in any::<bool>(),
        magic in prop::sample::select(&HTTP_MAGICS[..]),
        body in prop::collection::vec(any::<u8>(), 0..500),
    ) {
        let transfer = if chunked { "Transfer-Encoding: chunked\r\n" } else { "" };
        let head = format!("HTTP/1.1 200 OK\r\nContent-Encoding: {coding}\r\n{transfer}\r\n");
        let block = [head.as_bytes(), magic, &body].concat();
        let mut scratch = Scratch::default();
        let limits = HttpLimits { body: 10_000, ..HttpLimits::default() };
        if let Ok(response) = http::decode(&block, &limits, &mut scratch) {
            prop_assert!(response.body.len() <= limits.body);
            prop_assert_eq!(response.status, Some(200));
        }
        http::decode(&body, &limits, &mut scratch).ok();
    }

    #[test]
    fn arrival_changes_nothing(name in any_file(), piece in 1usize..5000) {
        let bytes = fixture(name);
        let limits = Limits { chunk: 1000, ..Limits::default() };
        let whole: Vec<_> = cc_math_warc::Splitter::new(&bytes[..], "f", limits).map(Result::unwrap).collect();
        let slow = Slow { bytes: &bytes, piece };
        let pieces: Vec<_> = cc_math_warc::Splitter::new(slow, "f", limits).map(Result::unwrap).collect();
        prop_assert!(whole == pieces);
    }
}

/// A block that ends in a line end of its own kept it only while what follows was whole.
#[test]
fn a_hit_behind_a_record_takes_nothing_from_its_block() {
    let name = "warcio--example.arc";
    for (at, bit) in (1807..1810).flat_map(|at| (0..8).map(move |bit| (at, bit))) {
        let mut bytes = fixture(name);
        if let Some(byte) = bytes.get_mut(at) {
            *byte ^= 1 << bit;
        }
        check_damaged(name, &bytes, at as u64..at as u64 + 1, 0);
    }
}

/// Where the line end before an ARC head is lost, nothing tells the head from junk; all the
/// same its bytes are accounted for.
#[test]
fn an_arc_head_needs_a_line_of_its_own() {
    let mut bytes = fixture("warcio--example.arc");
    if let Some(byte) = bytes.get_mut(150) {
        *byte ^= 1;
    }
    let after = read(&bytes, Limits::default());
    let told: Vec<_> = after.iter().map(|seen| (seen.what.as_str(), seen.place.clone())).collect();
    assert_eq!(told, [("warcinfo!wrong-length", 0..149), ("damaged-record", 150..1808)]);
}

/// A head that lost a few bytes, and a length that now ends inside the next head's address.
#[test]
fn an_arc_block_does_not_end_inside_the_next_head() {
    for lost in 1..8u64 {
        let mut bytes = fixture("warcio--example.arc");
        bytes.drain(20..20 + lost as usize);
        check_damaged("warcio--example.arc", &bytes, 20..20 + lost, -(lost as i64));
    }
}

/// A source that hands over a few bytes at a time.
struct Slow<'a> {
    bytes: &'a [u8],
    piece: usize,
}

impl std::io::Read for Slow<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let n = self.piece.min(out.len()).min(self.bytes.len());
        out[..n].copy_from_slice(&self.bytes[..n]);
        self.bytes = &self.bytes[n..];
        Ok(n)
    }
}
