//! Gzip members: libdeflate where a member is whole, zlib-rs where it has to be fed.

use super::{Progress, Pushed};
use crate::buffer::Buffer;
use flate2::{Decompress, FlushDecompress, Status};
use libdeflater::{Crc, Decompressor};
use memchr::memchr;

/// Both decoders and the state of the member being fed.
pub(crate) struct Gzip {
    whole: Decompressor,
    fed: Decompress,
    stage: Stage,
    crc: Crc,
    length: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Header,
    Body,
    Footer,
    Over,
}

/// Outcome of reading a member header (RFC 1952, section 2.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Header {
    Len(usize),
    Partial,
    Wrong,
}

/// CRC-32 and length.
const FOOTER: usize = 8;

/// Longest file name or comment that is believed.
const MAX_TEXT: usize = 4 << 10;

/// Longest header: fixed part, extra field, two texts, CRC.
const MAX_HEADER: usize = 10 + 2 + 65_535 + 2 * MAX_TEXT + 2;

/// Whether the first bytes can be a member: deflate, no reserved flag.
pub(crate) fn plausible(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\x1f\x8b\x08") && bytes.get(3).is_none_or(|flags| flags & 0xe0 == 0)
}

fn header(bytes: &[u8]) -> Header {
    if !plausible(bytes) {
        return if bytes.len() < 3 { Header::Partial } else { Header::Wrong };
    }
    match header_len(bytes) {
        Some(len) if len <= bytes.len() => Header::Len(len),
        _ if bytes.len() >= MAX_HEADER => Header::Wrong,
        _ => Header::Partial,
    }
}

fn header_len(bytes: &[u8]) -> Option<usize> {
    const HEADER_CRC: u8 = 2;
    const EXTRA: u8 = 4;
    const NAME: u8 = 8;
    const COMMENT: u8 = 16;
    let flags = *bytes.get(3)?;
    let mut len = 10;
    if flags & EXTRA != 0 {
        let size = [*bytes.get(len)?, *bytes.get(len + 1)?];
        len += 2 + usize::from(u16::from_le_bytes(size));
    }
    for text in [NAME, COMMENT] {
        if flags & text != 0 {
            let rest = bytes.get(len..)?;
            len += memchr(0, rest.get(..MAX_TEXT).unwrap_or(rest))? + 1;
        }
    }
    Some(if flags & HEADER_CRC != 0 { len + 2 } else { len })
}

impl Default for Gzip {
    fn default() -> Self {
        Self {
            whole: Decompressor::new(),
            fed: Decompress::new(false),
            stage: Stage::Over,
            crc: Crc::new(),
            length: 0,
        }
    }
}

impl Gzip {
    /// Inflates a member that ends exactly where `input` ends, if it is one. The last four
    /// bytes have to say how long the output is, so that bytes behind a shorter member are
    /// not swallowed.
    pub(crate) fn exact(&mut self, input: &[u8], out: &mut Buffer, cap: usize) -> bool {
        let Some(([_, length], body)) = footer(input) else { return false };
        let length = length as usize;
        // Deflate cannot do better than 1032 : 1.
        if length > cap || length / 1032 > body {
            return false;
        }
        let room = out.spare(length);
        let room = room.get_mut(..length).unwrap_or_default();
        if self.whole.gzip_decompress(input, room) != Ok(length) {
            return false;
        }
        out.commit(length);
        true
    }

    pub(crate) fn start(&mut self) {
        self.fed.reset(false);
        self.stage = Stage::Header;
        self.crc = Crc::new();
        self.length = 0;
    }

    /// Feeds the member; at most `room` bytes come out.
    pub(crate) fn push(&mut self, input: &[u8], out: &mut Buffer, room: usize) -> Pushed {
        let mut used = 0;
        loop {
            let rest = input.get(used..).unwrap_or_default();
            match self.stage {
                Stage::Header => match header(rest) {
                    Header::Len(len) => {
                        used += len;
                        self.stage = Stage::Body;
                    }
                    Header::Partial => return Pushed { used, progress: Progress::Hungry },
                    Header::Wrong => return damaged(used, "no gzip header"),
                },
                Stage::Body => {
                    let pushed = self.body(rest, out, room);
                    used += pushed.used;
                    if self.stage == Stage::Body {
                        return Pushed { used, ..pushed };
                    }
                }
                Stage::Footer => return self.footer(rest, used),
                Stage::Over => return Pushed { used, progress: Progress::Ended },
            }
        }
    }

    fn body(&mut self, input: &[u8], out: &mut Buffer, room: usize) -> Pushed {
        let (in_before, out_before) = (self.fed.total_in(), self.fed.total_out());
        let spare = out.spare(room);
        let spare = spare.get_mut(..room).unwrap_or_default();
        let status = self.fed.decompress(input, spare, FlushDecompress::None);
        let used = (self.fed.total_in() - in_before) as usize;
        let made = (self.fed.total_out() - out_before) as usize;
        self.crc.update(spare.get(..made).unwrap_or_default());
        self.length = self.length.wrapping_add(made as u32);
        out.commit(made);
        let progress = match status {
            Err(_) => Progress::Damaged("deflate stream damaged"),
            Ok(Status::StreamEnd) => {
                self.stage = Stage::Footer;
                Progress::Ended
            }
            Ok(_) if made == room => Progress::Full,
            Ok(_) => Progress::Hungry,
        };
        Pushed { used, progress }
    }

    fn footer(&mut self, rest: &[u8], used: usize) -> Pushed {
        let Some(([crc, length], _)) = rest.get(..FOOTER).and_then(footer) else {
            return Pushed { used, progress: Progress::Hungry };
        };
        if (crc, length) != (self.crc.sum(), self.length) {
            return damaged(used + FOOTER, "gzip checksum wrong");
        }
        self.stage = Stage::Over;
        Pushed { used: used + FOOTER, progress: Progress::Ended }
    }
}

fn damaged(used: usize, how: &'static str) -> Pushed {
    Pushed { used, progress: Progress::Damaged(how) }
}

/// The last eight bytes as CRC-32 and length, and the number of bytes before.
fn footer(bytes: &[u8]) -> Option<([u32; 2], usize)> {
    let body = bytes.len().checked_sub(FOOTER)?;
    let crc = bytes.get(body..body + 4)?.try_into().ok()?;
    let length = bytes.get(body + 4..)?.try_into().ok()?;
    Some(([u32::from_le_bytes(crc), u32::from_le_bytes(length)], body))
}
