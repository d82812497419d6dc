//! The few steps between bytes and vectors of 32 lanes that Rust calls unsafe, in one place.

use std::arch::x86_64::{
    __m256i, _mm_loadu_si128, _mm256_broadcastsi128_si256, _mm256_loadu_si256,
};

/// Lanes of a vector.
pub(crate) const LANES: usize = 32;

/// Whether this machine has the vectors.
pub(crate) fn available() -> bool {
    std::arch::is_x86_feature_detected!("avx2")
}

/// Bytes as a vector.
#[inline]
#[target_feature(enable = "avx2")]
pub(crate) fn load(bytes: &[u8; LANES]) -> __m256i {
    // SAFETY: 32 bytes are there, and the load asks for no alignment.
    #[allow(unsafe_code, reason = "the one way to load a vector")]
    unsafe {
        _mm256_loadu_si256(bytes.as_ptr().cast())
    }
}

/// Sixteen bytes in both halves of a vector.
#[inline]
#[target_feature(enable = "avx2")]
pub(crate) fn twice(bytes: &[u8; 16]) -> __m256i {
    // SAFETY: 16 bytes are there, and the load asks for no alignment.
    #[allow(unsafe_code, reason = "the one way to load a vector")]
    let half = unsafe { _mm_loadu_si128(bytes.as_ptr().cast()) };
    _mm256_broadcastsi128_si256(half)
}

/// A vector as bytes.
#[inline]
#[target_feature(enable = "avx2")]
pub(crate) fn bytes(vector: __m256i) -> [u8; LANES] {
    // SAFETY: both are 32 bytes of plain data.
    #[allow(unsafe_code, reason = "a vector as bytes")]
    unsafe {
        std::mem::transmute(vector)
    }
}

/// A vector as numbers of 32 bits.
#[inline]
#[target_feature(enable = "avx2")]
pub(crate) fn numbers(vector: __m256i) -> [i32; 8] {
    // SAFETY: both are 32 bytes of plain data.
    #[allow(unsafe_code, reason = "a vector as numbers")]
    unsafe {
        std::mem::transmute(vector)
    }
}
