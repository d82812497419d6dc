//! LZ4 frames, as FastWARC writes them.

use super::{Codec, Decoded, End};
use crate::buffer::Buffer;
use lz4_flex::frame::FrameDecoder;
use std::io::Read;

/// Inflates the frame at the start of `input`, at most `cap` bytes of it.
pub(crate) fn member(input: &[u8], out: &mut Buffer, cap: usize) -> Decoded {
    let Some(len) = frame_len(input) else {
        return Decoded { used: 0, end: End::Damaged("no LZ4 frame") };
    };
    let starved = len > input.len();
    let frame = input.get(..len).unwrap_or(input);
    let end = match copy(frame, out, cap) {
        End::Whole if starved => End::Starved,
        End::Damaged(_) if starved => End::Starved,
        end => end,
    };
    Decoded { used: frame.len(), end }
}

fn copy(frame: &[u8], out: &mut Buffer, cap: usize) -> End {
    let mut reader = FrameDecoder::new(frame);
    let mut left = cap;
    loop {
        let room = left.clamp(1, 64 << 10);
        let spare = out.spare(room).get_mut(..room).unwrap_or_default();
        match reader.read(spare) {
            Ok(0) => return End::Whole,
            Ok(_) if left == 0 => return End::OverCap,
            Ok(made) => {
                out.commit(made);
                left -= made.min(left);
            }
            Err(_) => return End::Damaged("LZ4 frame damaged"),
        }
    }
}

/// Length of a frame, from its header and block sizes (LZ4 frame format 1.6.4). Larger than
/// the input where that ends first.
fn frame_len(bytes: &[u8]) -> Option<usize> {
    const END_MARK: u32 = 0;
    let flags = *bytes.get(4).filter(|_| bytes.starts_with(Codec::Lz4.magic()))?;
    let has = |bit: u8| usize::from(flags >> bit & 1);
    let (block_checksum, content_size, content_checksum, dictionary) =
        (has(4), has(3), has(2), has(0));
    let mut at = 7 + 8 * content_size + 4 * dictionary;
    loop {
        let Some(size) = bytes.get(at..at + 4).and_then(|s| s.try_into().ok()) else {
            return Some(bytes.len() + 1);
        };
        let size = u32::from_le_bytes(size);
        at += 4;
        if size == END_MARK {
            return Some(at + 4 * content_checksum);
        }
        at += (size & 0x7fff_ffff) as usize + 4 * block_checksum;
    }
}
