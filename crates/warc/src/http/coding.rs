//! Taking one coding off a body.

use super::chunked;
use crate::buffer::Buffer;
use crate::codec::{Codec, Decoder, End};
use brotli_decompressor::{BrotliDecompressStream, BrotliResult, BrotliState, StandardAlloc};
use flate2::{Decompress, FlushDecompress, Status};

/// What became of a coding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Applied {
    /// The output is in the buffer.
    Decoded { truncated: bool },
    /// The input is not coded so, whatever its label says.
    AsItStands,
    /// Neither: the input is no text and decodes to nothing.
    Nothing(&'static str),
    /// The output is over the cap.
    OverCap,
}

/// The decoders of all codings, with their memory.
#[derive(Default)]
pub(super) struct Decoders {
    members: Decoder,
}

impl Decoders {
    /// Takes the coding named `name` (lower case) off `input`.
    pub(super) fn apply(
        &mut self,
        name: &str,
        input: &[u8],
        out: &mut Buffer,
        cap: usize,
    ) -> Applied {
        match name {
            "chunked" => chunked::decode(input, out),
            "gzip" | "x-gzip" => self.members(Codec::Gzip, input, out, cap),
            "deflate" | "x-deflate" => self.deflate(input, out, cap),
            "zstd" => self.members(Codec::Zstd, input, out, cap),
            "br" | "brotli" => brotli(input, out, cap),
            _ if is_text(input) => Applied::AsItStands,
            _ => Applied::Nothing("unknown coding"),
        }
    }

    /// Gzip members or zstd frames, one after the other; what follows them is ignored.
    fn members(&mut self, codec: Codec, input: &[u8], out: &mut Buffer, cap: usize) -> Applied {
        let mut rest = skip_line_ends(input);
        if !rest.starts_with(codec.magic()) {
            return Applied::AsItStands;
        }
        if codec == Codec::Gzip && self.members.exact_gzip(rest, out, cap) {
            return Applied::Decoded { truncated: false };
        }
        while rest.starts_with(codec.magic()) {
            let decoded = self.members.member(codec, rest, out, cap - out.len().min(cap));
            if decoded.end != End::Whole {
                return applied(decoded.end, out);
            }
            rest = rest.get(decoded.used..).unwrap_or_default();
        }
        Applied::Decoded { truncated: false }
    }

    /// `deflate` means zlib; many servers send the bare stream, and some gzip.
    fn deflate(&mut self, input: &[u8], out: &mut Buffer, cap: usize) -> Applied {
        let rest = skip_line_ends(input);
        if rest.starts_with(Codec::Gzip.magic()) {
            return self.members(Codec::Gzip, rest, out, cap);
        }
        if is_text(input) {
            return Applied::AsItStands;
        }
        for zlib in [true, false] {
            if zlib && !is_zlib(rest) {
                continue;
            }
            let end = inflate(zlib, rest, out, cap);
            if out.len() > 0 || end == End::Whole {
                return applied(end, out);
            }
        }
        Applied::Nothing("deflate stream damaged from the start")
    }
}

/// What a decoder's end means: whatever came out before a fault is handed over.
fn applied(end: End, out: &Buffer) -> Applied {
    match end {
        End::Whole => Applied::Decoded { truncated: false },
        End::OverCap => Applied::OverCap,
        End::Starved if out.len() == 0 => Applied::Nothing("ends before its first byte"),
        End::Damaged(how) if out.len() == 0 => Applied::Nothing(how),
        End::Starved | End::Damaged(_) => Applied::Decoded { truncated: true },
    }
}

/// An empty line too many between head and body.
fn skip_line_ends(bytes: &[u8]) -> &[u8] {
    let n = bytes.iter().take(4).take_while(|b| matches!(b, b'\r' | b'\n')).count();
    bytes.get(n..).unwrap_or_default()
}

/// Header of a zlib stream (RFC 1950): method 8, check bits.
fn is_zlib(bytes: &[u8]) -> bool {
    match bytes {
        [method, flags, ..] => {
            method & 0x0f == 8 && (u16::from(*method) << 8 | u16::from(*flags)) % 31 == 0
        }
        _ => false,
    }
}

/// Whether the body starts as text does and no compressed stream would: 64 bytes (or all, of
/// at least 8) that are printable ASCII.
fn is_text(input: &[u8]) -> bool {
    let input = input.strip_prefix(b"\xef\xbb\xbf").unwrap_or(input);
    let near = input.get(..64).unwrap_or(input);
    near.len() >= 8 && near.iter().all(|b| matches!(b, b'\t' | b'\n' | b'\r' | b' '..=b'~'))
}

/// Room for the first output of a stream of unknown length.
const FIRST_ROOM: usize = 64 << 10;

fn inflate(zlib: bool, input: &[u8], out: &mut Buffer, cap: usize) -> End {
    let mut stream = Decompress::new(zlib);
    let mut room = FIRST_ROOM;
    loop {
        let spare = out.spare(room).get_mut(..room).unwrap_or_default();
        let (used, made) = (stream.total_in(), stream.total_out());
        let rest = input.get(used as usize..).unwrap_or_default();
        let status = stream.decompress(rest, spare, FlushDecompress::None);
        let made = (stream.total_out() - made) as usize;
        out.commit(made);
        match status {
            Err(_) => return End::Damaged("deflate stream damaged"),
            _ if out.len() > cap => return End::OverCap,
            Ok(Status::StreamEnd) => return End::Whole,
            Ok(_) if made < room => return End::Starved,
            Ok(_) => room = (room * 2).min(8 << 20),
        }
    }
}

fn brotli(input: &[u8], out: &mut Buffer, cap: usize) -> Applied {
    if is_text(input) {
        return Applied::AsItStands;
    }
    let alloc = StandardAlloc::default;
    let mut state = BrotliState::new(alloc(), alloc(), alloc());
    let (mut left_in, mut at, mut total) = (input.len(), 0, 0);
    let mut room = FIRST_ROOM;
    let end = loop {
        let spare = out.spare(room);
        let (mut left_out, mut made) = (spare.len(), 0);
        let result = BrotliDecompressStream(
            &mut left_in,
            &mut at,
            input,
            &mut left_out,
            &mut made,
            spare,
            &mut total,
            &mut state,
        );
        out.commit(made);
        match result {
            _ if out.len() > cap => break End::OverCap,
            BrotliResult::ResultSuccess => break End::Whole,
            BrotliResult::ResultFailure => break End::Damaged("brotli stream damaged"),
            BrotliResult::NeedsMoreInput => break End::Starved,
            BrotliResult::NeedsMoreOutput => room = (room * 2).min(8 << 20),
        }
    };
    applied(end, out)
}
