//! Zstandard frames, and the dictionary of `.warc.zst` files.

use super::{Progress, Pushed};
use crate::buffer::Buffer;
use std::sync::Arc;
use zstd::zstd_safe::{DCtx, InBuffer, OutBuffer, ResetDirective};

/// A decompression context and the dictionary it holds.
pub(crate) struct Zstd {
    context: DCtx<'static>,
    dictionary: Option<Arc<[u8]>>,
}

/// Magic of the leading skippable frame that carries the dictionary of a `.warc.zst` file.
const DICTIONARY_MAGIC: &[u8] = b"\x5d\x2a\x4d\x18";

/// Largest dictionary that is believed.
const MAX_DICTIONARY: usize = 16 << 20;

impl Default for Zstd {
    fn default() -> Self {
        Self { context: DCtx::create(), dictionary: None }
    }
}

impl Zstd {
    pub(crate) fn use_dictionary(&mut self, dictionary: Option<&Arc<[u8]>>) {
        let same = match (&self.dictionary, dictionary) {
            (Some(old), Some(new)) => Arc::ptr_eq(old, new),
            (None, None) => true,
            _ => false,
        };
        if same {
            return;
        }
        self.context = DCtx::create();
        self.dictionary = dictionary.cloned();
        if let Some(dictionary) = dictionary {
            // A dictionary that cannot be loaded shows as damage of the frames that need it.
            self.context.load_dictionary(dictionary).ok();
        }
    }

    pub(crate) fn start(&mut self) {
        self.context.reset(ResetDirective::SessionOnly).ok();
    }

    /// Feeds the frame; at most `room` bytes come out. A skippable frame yields nothing.
    pub(crate) fn push(&mut self, input: &[u8], out: &mut Buffer, room: usize) -> Pushed {
        let mut source = InBuffer::around(input);
        let spare = out.spare(room);
        let mut sink = OutBuffer::around(spare.get_mut(..room).unwrap_or_default());
        let progress = loop {
            let before = (source.pos(), sink.pos());
            match self.context.decompress_stream(&mut sink, &mut source) {
                Err(_) => break Progress::Damaged("zstd frame damaged"),
                Ok(0) => break Progress::Ended,
                Ok(_) if sink.pos() == room => break Progress::Full,
                Ok(_) => {}
            }
            if (source.pos(), sink.pos()) == before {
                break Progress::Hungry;
            }
        };
        let made = sink.pos();
        out.commit(made);
        Pushed { used: source.pos(), progress }
    }
}

/// Length of the skippable frame at the start of `bytes`, if it is one.
pub(crate) fn skippable(bytes: &[u8]) -> Option<usize> {
    let (magic, rest) = bytes.split_at_checked(4)?;
    if !(0x50..=0x5f).contains(magic.first()?) || magic.get(1..)? != b"\x2a\x4d\x18" {
        return None;
    }
    let size: [u8; 4] = rest.get(..4)?.try_into().ok()?;
    usize::try_from(u32::from_le_bytes(size)).ok().map(|size| size.saturating_add(8))
}

/// Length of the leading dictionary frame, if the file starts with one of believable size.
pub(crate) fn dictionary_frame(bytes: &[u8]) -> Option<usize> {
    let len = bytes.starts_with(DICTIONARY_MAGIC).then(|| skippable(bytes)).flatten()?;
    (len <= MAX_DICTIONARY).then_some(len)
}

/// The dictionary in that frame; it may itself be compressed.
pub(crate) fn dictionary(frame: &[u8]) -> Option<Arc<[u8]>> {
    let content = frame.get(8..)?;
    if !content.starts_with(super::Codec::Zstd.magic()) {
        return Some(content.into());
    }
    let mut plain = Buffer::default();
    let decoded =
        super::Decoder::default().member(super::Codec::Zstd, content, &mut plain, MAX_DICTIONARY);
    (decoded.end == super::End::Whole).then(|| plain.filled().into())
}
