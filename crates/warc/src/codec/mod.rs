//! Compressed containers: how one member (gzip) or frame (zstd, LZ4) is found and inflated.
//!
//! Every decoder appends to a [`Buffer`], stops at a cap, and hands over what it got before
//! a fault. Nothing here knows what a record is, save that one may start a member.

pub(crate) mod gzip;
pub(crate) mod lz4;
pub(crate) mod zstandard;

use crate::buffer::Buffer;
use crate::head::{self, Format, Sight};
use gzip::Gzip;
use memchr::memmem;
use std::sync::Arc;
use zstandard::Zstd;

/// What a file's records are wrapped in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Codec {
    /// RFC 1952 members.
    Gzip,
    /// RFC 8878 frames, perhaps with a dictionary in a leading skippable frame.
    Zstd,
    /// LZ4 frames.
    Lz4,
}

impl Codec {
    /// The bytes every member starts with.
    pub(crate) fn magic(self) -> &'static [u8] {
        match self {
            Codec::Gzip => b"\x1f\x8b\x08",
            Codec::Zstd => b"\x28\xb5\x2f\xfd",
            Codec::Lz4 => b"\x04\x22\x4d\x18",
        }
    }

    /// The first place at or after `from` where a member may start.
    pub(crate) fn candidate(self, bytes: &[u8], from: usize) -> Option<usize> {
        let tail = bytes.get(from..)?;
        memmem::find_iter(tail, self.magic())
            .map(|hit| from + hit)
            .find(|at| self != Codec::Gzip || gzip::plausible(bytes.get(*at..).unwrap_or_default()))
    }
}

/// How the decoding of a member ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// At its end, checksums right.
    Whole,
    /// The input ended first.
    Starved,
    /// The stream is damaged.
    Damaged(&'static str),
    /// It inflates to more than the cap.
    OverCap,
}

/// One member's decoding: how much input it took and how it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Decoded {
    pub(crate) used: usize,
    pub(crate) end: End,
}

/// State of a decoder that is fed piece by piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Progress {
    /// All input that could be used was used.
    Hungry,
    /// The room given was filled.
    Full,
    /// The member ended.
    Ended,
    /// The stream is damaged.
    Damaged(&'static str),
}

/// One feeding of a decoder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pushed {
    pub(crate) used: usize,
    pub(crate) progress: Progress,
}

/// Bytes that may be needed to see the beginning of what a member holds: zstd and LZ4 give
/// nothing before their first block is whole.
pub(crate) const SIGHT_INPUT: usize = 256 << 10;

/// Decoders of all containers, with their memory kept from member to member.
#[derive(Default)]
pub(crate) struct Decoder {
    gzip: Gzip,
    zstd: Zstd,
    sight: Buffer,
}

impl Decoder {
    /// Uses this dictionary for the zstd frames that follow.
    pub(crate) fn use_dictionary(&mut self, dictionary: Option<&Arc<[u8]>>) {
        self.zstd.use_dictionary(dictionary);
    }

    /// Inflates the member at the start of `input`, at most `cap` bytes of it.
    pub(crate) fn member(
        &mut self,
        codec: Codec,
        input: &[u8],
        out: &mut Buffer,
        cap: usize,
    ) -> Decoded {
        if codec == Codec::Lz4 {
            return lz4::member(input, out, cap);
        }
        self.start(codec);
        let mut decoded = Decoded { used: 0, end: End::OverCap };
        let mut room = cap.min(64 << 10);
        let mut left = cap;
        loop {
            let before = out.len();
            let rest = input.get(decoded.used..).unwrap_or_default();
            let pushed = self.push(codec, rest, out, room);
            decoded.used += pushed.used;
            left -= (out.len() - before).min(left);
            decoded.end = match pushed.progress {
                Progress::Full if left > 0 => {
                    room = (room * 2).min(left);
                    continue;
                }
                Progress::Full => self.at_cap(codec, input, &mut decoded.used),
                Progress::Hungry => End::Starved,
                Progress::Ended => End::Whole,
                Progress::Damaged(how) => End::Damaged(how),
            };
            return decoded;
        }
    }

    /// The cap is reached: the member may still be over exactly here.
    fn at_cap(&mut self, codec: Codec, input: &[u8], used: &mut usize) -> End {
        let mut sight = std::mem::take(&mut self.sight);
        sight.clear();
        let pushed = self.push(codec, input.get(*used..).unwrap_or_default(), &mut sight, 1);
        *used += pushed.used;
        let end = match pushed.progress {
            Progress::Ended if sight.len() == 0 => End::Whole,
            _ => End::OverCap,
        };
        self.sight = sight;
        end
    }

    /// Makes ready for the first byte of a member.
    pub(crate) fn start(&mut self, codec: Codec) {
        match codec {
            Codec::Gzip => self.gzip.start(),
            Codec::Zstd => self.zstd.start(),
            Codec::Lz4 => {}
        }
    }

    /// Feeds the member that was started. LZ4 cannot be fed piece by piece: its frames go
    /// through [`Decoder::member`].
    pub(crate) fn push(
        &mut self,
        codec: Codec,
        input: &[u8],
        out: &mut Buffer,
        room: usize,
    ) -> Pushed {
        match codec {
            Codec::Gzip => self.gzip.push(input, out, room),
            Codec::Zstd => self.zstd.push(input, out, room),
            Codec::Lz4 => Pushed { used: 0, progress: Progress::Damaged("LZ4 frame too long") },
        }
    }

    /// The quick way for a whole gzip member that ends where `input` ends, if it is one.
    pub(crate) fn exact_gzip(&mut self, input: &[u8], out: &mut Buffer, cap: usize) -> bool {
        self.gzip.exact(input, out, cap)
    }

    /// Whether the member at the start of `input` begins with a record of `format`.
    pub(crate) fn starts_record(&mut self, codec: Codec, input: &[u8], format: Format) -> bool {
        let wanted = match format {
            Format::Warc => 16,
            Format::Arc => 16 << 10,
        };
        let mut sight = std::mem::take(&mut self.sight);
        sight.clear();
        let near = input.get(..SIGHT_INPUT).unwrap_or(input);
        self.member(codec, near, &mut sight, wanted);
        let yes = head::sight(sight.filled(), format, true) == Sight::Yes;
        self.sight = sight;
        yes
    }

    /// The first member at or after `from` that begins with a record.
    pub(crate) fn find_start(
        &mut self,
        codec: Codec,
        bytes: &[u8],
        from: usize,
        format: Format,
    ) -> Option<usize> {
        let mut at = from;
        loop {
            at = codec.candidate(bytes, at)?;
            if self.starts_record(codec, bytes.get(at..).unwrap_or_default(), format) {
                return Some(at);
            }
            at += 1;
        }
    }
}
