//! Single ranges of an object, for those who know which bytes they want.

use super::fault::Fault;
use super::{Object, host};
use bytes::Bytes;
use std::io;
use std::ops::Range;

impl Object {
    /// The bytes of a range.
    ///
    /// # Errors
    /// If they cannot be read, all of them.
    pub fn read_range(&self, range: Range<u64>) -> io::Result<Bytes> {
        let wanted = range.end.saturating_sub(range.start);
        if wanted == 0 {
            return Ok(Bytes::new());
        }
        let bytes = host::wait(self.bytes(range)).map_err(Fault::into_io)?;
        if bytes.len() as u64 == wanted {
            return Ok(bytes);
        }
        let message = format!("{wanted} bytes are wanted, and the server gives {}", bytes.len());
        Err(io::Error::new(io::ErrorKind::UnexpectedEof, message))
    }
}
