//! Reading compressed files with a bound on what comes out.

use crate::StoreError;
use flate2::read::MultiGzDecoder;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

/// How a file's bytes are packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Codec {
    /// Not at all.
    Plain,
    /// gzip, one member or many.
    Gzip,
    /// Zstandard, one frame or many.
    Zstd,
    /// Zstandard in a hurry, for files that are read once and soon.
    HastyZstd,
}

impl Codec {
    /// The codec that a file's first bytes show.
    pub fn of_bytes(head: &[u8]) -> Self {
        match head {
            [0x1f, 0x8b, ..] => Codec::Gzip,
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Codec::Zstd,
            _ => Codec::Plain,
        }
    }

    /// The ending this codec adds to a file name.
    pub fn suffix(self) -> &'static str {
        match self {
            Codec::Plain => "",
            Codec::Gzip => ".gz",
            Codec::Zstd | Codec::HastyZstd => ".zst",
        }
    }
}

/// Opens a file and undoes its compression, which is told by its first bytes.
///
/// # Errors
/// If it cannot be opened.
pub fn open_decoded(path: &Path) -> Result<Box<dyn BufRead + Send>, StoreError> {
    let file = File::open(path).map_err(|e| StoreError::io("open", path, e))?;
    decode(BufReader::with_capacity(1 << 16, file)).map_err(|e| StoreError::io("read", path, e))
}

/// Undoes the compression of a stream, which is told by its first bytes.
pub(crate) fn decode(
    mut reader: impl BufRead + Send + 'static,
) -> io::Result<Box<dyn BufRead + Send>> {
    Ok(match Codec::of_bytes(reader.fill_buf()?) {
        Codec::Plain => Box::new(reader),
        Codec::Gzip => Box::new(BufReader::new(MultiGzDecoder::new(reader))),
        Codec::Zstd | Codec::HastyZstd => {
            Box::new(BufReader::new(zstd::Decoder::with_buffer(reader)?))
        }
    })
}

/// The whole of a file as stored, if it is at most `cap` bytes.
///
/// # Errors
/// If it cannot be read, or is larger.
pub fn read_capped(path: &Path, cap: u64) -> Result<Vec<u8>, StoreError> {
    let file = File::open(path).map_err(|e| StoreError::io("open", path, e))?;
    let bytes = take_capped(file, cap).map_err(|e| StoreError::io("read", path, e))?;
    bytes.ok_or_else(|| StoreError::OverCap { path: path.display().to_string(), cap })
}

/// Undoes the compression of bytes, which is told by the first of them; `None`
/// if more than `cap` bytes come out.
///
/// # Errors
/// If the compressed stream is damaged.
pub fn unpack(bytes: Vec<u8>, cap: u64) -> io::Result<Option<Vec<u8>>> {
    match Codec::of_bytes(&bytes) {
        Codec::Plain if bytes.len() as u64 <= cap => Ok(Some(bytes)),
        _ => take_capped(decode(io::Cursor::new(bytes))?, cap),
    }
}

/// All that a reader gives, if it is at most `cap` bytes.
pub(crate) fn take_capped(reader: impl Read, cap: u64) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    reader.take(cap.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= cap).then_some(bytes))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use std::io::Write;
    use std::path::PathBuf;

    /// A fresh folder for one test.
    pub(crate) fn scratch(name: &str) -> PathBuf {
        let folder =
            std::env::temp_dir().join(format!("cc-math-store-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        folder
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn codecs_are_told_by_content_and_bounded_by_the_cap() {
        let members = [gzip(b"ab"), gzip(b"cd")].concat();
        for packed in [b"abcd".to_vec(), members, zstd::encode_all(&b"abcd"[..], 1).unwrap()] {
            assert_eq!(unpack(packed.clone(), 4).unwrap().unwrap(), b"abcd");
            assert_eq!(unpack(packed, 3).unwrap(), None);
        }
    }

    #[test]
    fn large_files_are_refused_by_name() {
        let path = scratch("capped").join("f");
        std::fs::write(&path, "abcd").unwrap();
        assert_eq!(read_capped(&path, 4).unwrap(), b"abcd");
        assert!(matches!(read_capped(&path, 3), Err(StoreError::OverCap { cap: 3, .. })));
    }

    #[test]
    fn a_bomb_costs_no_more_than_its_cap() {
        let bomb = gzip(&vec![0; 50 << 20]);
        assert_eq!(unpack(bomb, 1 << 20).unwrap(), None);
    }
}
