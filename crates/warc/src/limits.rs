//! The sizes that bound memory.

/// How much is held at once. Every figure is in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Largest record block that is handed over; a larger one is skipped and reported as
    /// [`OversizedRecord`](cc_math_core::Reason::OversizedRecord). Also the most that one
    /// compressed member may inflate to.
    pub record: usize,
    /// Size at which the splitter starts looking for a place to cut, counted in bytes of the
    /// file (compressed where it is compressed).
    pub chunk: usize,
    /// A stretch of compressed bytes this long without a place to cut is decompressed by the
    /// splitter itself, so that one big member does not become one big chunk.
    pub unsplit: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { record: 64 << 20, chunk: 2 << 20, unsplit: 16 << 20 }
    }
}

/// Longest record head (version line and header fields) that is read as one.
pub(crate) const MAX_HEAD: usize = 1 << 20;
