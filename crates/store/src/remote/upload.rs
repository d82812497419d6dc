//! Objects written: each is there as a whole, or not at all.
//!
//! Small ones are one request. Large ones go in parts, a few at a time, and are there once the
//! last request says so; where that fails, the parts are taken back. Where S3 is spoken, each
//! request signs the hash of its body, which the server compares; the hash of the whole file is
//! kept beside the object, so that an answer that was lost can be asked for again.

use super::fault::{Fault, sentence};
use super::{Object, again, host};
use crate::spool::read_at;
use crate::{Sealed, StoreError};
use bytes::Bytes;
use futures_util::TryStreamExt;
use object_store::{
    Attribute, Attributes, Error, GetOptions, MultipartUpload, ObjectStore, PutMode,
    PutMultipartOptions, PutOptions, PutPayload, UpdateVersion,
};
use std::fs::File;
use std::io;

/// Files up to this size are one request, and others go in parts of it.
const PART: u64 = 8 << 20;

/// Parts of a file, at most; stores take ten thousand.
const MOST_PARTS: u64 = 9000;

/// Parts of a file that are sent at a time.
const TOGETHER: usize = 4;

/// Under which name an object keeps the hash of its bytes.
const HASH: &str = "xxh3";

/// What became of an object that was to be put on a condition.
pub(crate) enum Put {
    /// It is there, as this version.
    Done(UpdateVersion),
    /// The condition does not hold.
    Refused,
}

impl Object {
    /// Puts something small, in the place of what was there.
    pub(crate) fn put(&self, bytes: &[u8]) -> Result<(), StoreError> {
        let put = self.put_bytes(Bytes::copy_from_slice(bytes), Attributes::new());
        host::wait(put).map_err(|fault| self.error("write", fault))
    }

    async fn put_bytes(&self, bytes: Bytes, attributes: Attributes) -> Result<(), Fault> {
        let options = PutOptions { attributes, ..PutOptions::default() };
        let put = self.store.put_opts(&self.path, PutPayload::from_bytes(bytes), options).await;
        put.map(drop).map_err(|error| sentence(&error))
    }

    /// Puts it only where nothing is, or where what is there is a certain version.
    pub(crate) async fn put_if(&self, bytes: Vec<u8>, mode: PutMode) -> Result<Put, Fault> {
        let creates = mode == PutMode::Create;
        let payload = PutPayload::from_bytes(bytes.into());
        match self.store.put_opts(&self.path, payload, PutOptions::from(mode)).await {
            Ok(put) => Ok(Put::Done(put.into())),
            Err(
                Error::AlreadyExists { .. }
                | Error::Precondition { .. }
                | Error::NotModified { .. },
            ) => Ok(Put::Refused),
            Err(error) => match sentence(&error) {
                fault if fault.missing && !creates => Ok(Put::Refused),
                fault => Err(fault),
            },
        }
    }

    /// Sends a file, in the place of what was there.
    pub(crate) fn upload(&self, sealed: &Sealed) -> Result<(), StoreError> {
        let file = sealed.open().map_err(|e| StoreError::io("read", &std::env::temp_dir(), e))?;
        let upload = Upload { object: self, file, bytes: sealed.bytes, xxh3: &sealed.xxh3 };
        host::wait(upload.send()).map_err(|fault| self.error("write", fault))
    }
}

/// A file on its way.
struct Upload<'a> {
    object: &'a Object,
    file: File,
    bytes: u64,
    xxh3: &'a str,
}

impl Upload<'_> {
    async fn send(&self) -> Result<(), Fault> {
        let part = part(self.bytes);
        let room = self.bytes.min(part * TOGETHER as u64).div_ceil(1 << 10);
        let room = u32::try_from(room).unwrap_or(u32::MAX).min(host::SENDING);
        let sending = &self.object.host.sending;
        let _room = sending.acquire_many(room).await.map_err(|_| Fault::broken())?;
        if self.bytes <= PART {
            let bytes = self.piece(0, self.bytes)?;
            return self.object.put_bytes(bytes, self.attributes()).await;
        }
        again(|| self.send_parts(part)).await
    }

    fn attributes(&self) -> Attributes {
        let hash = (Attribute::Metadata(HASH.into()), self.xxh3.to_owned());
        [hash].into_iter().collect()
    }

    async fn send_parts(&self, part: u64) -> Result<(), Fault> {
        let Object { store, path, .. } = self.object;
        let options = PutMultipartOptions { attributes: self.attributes(), ..Default::default() };
        let begun = store.put_multipart_opts(path, options).await;
        let mut upload = begun.map_err(|error| sentence(&error))?;
        let ended = match self.fill(&mut *upload, part).await {
            Ok(()) => self.complete(&mut *upload).await,
            Err(fault) => Err(fault),
        };
        if ended.is_err() {
            // What cannot be taken back now goes by the bucket's own rules.
            upload.abort().await.unwrap_or_default();
        }
        ended
    }

    async fn fill(&self, upload: &mut dyn MultipartUpload, part: u64) -> Result<(), Fault> {
        let begun = (0..self.bytes).step_by(usize::try_from(part).unwrap_or(usize::MAX));
        let parts = begun.map(|from| {
            let bytes = self.piece(from, part.min(self.bytes - from))?;
            let sent = upload.put_part(PutPayload::from_bytes(bytes));
            Ok(async { sent.await.map_err(|error| sentence(&error)) })
        });
        futures_util::stream::iter(parts).try_buffer_unordered(TOGETHER).try_collect().await
    }

    /// Makes one object of the parts. Where that fails it may have been done all the same.
    async fn complete(&self, upload: &mut dyn MultipartUpload) -> Result<(), Fault> {
        let ended = upload.complete().await.map_err(|error| sentence(&error));
        let there = self.there().await;
        match (ended, there) {
            (Ok(_), Ok((bytes, _))) if bytes == self.bytes => Ok(()),
            (Ok(_), Ok((bytes, _))) => {
                Err(Fault::new(format!("{bytes} bytes are there, of {}", self.bytes)))
            }
            (Ok(_), Err(fault)) => Err(fault),
            (Err(_), Ok((bytes, hash)))
                if bytes == self.bytes && hash.as_deref() == Some(self.xxh3) =>
            {
                Ok(())
            }
            (Err(fault), _) => Err(fault),
        }
    }

    /// Size and hash of what is there now.
    async fn there(&self) -> Result<(u64, Option<String>), Fault> {
        let options = GetOptions { head: true, ..GetOptions::default() };
        let head = self.object.store.get_opts(&self.object.path, options).await;
        let head = head.map_err(|error| sentence(&error))?;
        let hash = head.attributes.get(&Attribute::Metadata(HASH.into()));
        Ok((head.meta.size, hash.map(|hash| hash.to_string())))
    }

    fn piece(&self, from: u64, length: u64) -> Result<Bytes, Fault> {
        let unread = |e: io::Error| Fault::new(format!("the file to be sent cannot be read: {e}"));
        let mut bytes = vec![0; usize::try_from(length).unwrap_or(usize::MAX)];
        let mut filled = 0;
        while let Some(rest) = bytes.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match read_at(&self.file, rest, from + filled as u64).map_err(unread)? {
                0 => return Err(unread(io::ErrorKind::UnexpectedEof.into())),
                n => filled += n,
            }
        }
        Ok(bytes.into())
    }
}

/// The size of a file's parts.
fn part(bytes: u64) -> u64 {
    PART.max(bytes.div_ceil(MOST_PARTS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_any_size_has_few_enough_parts() {
        for bytes in [0, PART, PART + 1, 9000 * PART, 9001 * PART, 5 << 40] {
            assert!(bytes.div_ceil(part(bytes)) <= MOST_PARTS, "{bytes}");
            assert!(part(bytes) >= PART);
        }
    }
}
