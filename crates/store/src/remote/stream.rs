//! A whole object as a blocking reader, some of it read ahead.
//!
//! Bytes are handed over in order, each once. Where a body breaks off the rest is asked for from
//! there, and taken only if it is of the same object: same size, same etag or time of change, and
//! the very place that was asked for.

use super::fault::{Fault, sentence};
use super::pace::backoff;
use super::{ATTEMPTS, Facts, Object, host};
use bytes::{Buf, Bytes};
use futures_util::StreamExt;
use object_store::{GetRange, GetResult};
use std::io::{self, BufRead, Read};
use std::sync::Arc;
use tokio::sync::Semaphore;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// Bytes that are read ahead.
const AHEAD: usize = 4 << 20;

/// How often one object's body may break off, even if each part brought something.
const MOST_BREAKS: u32 = 64;

/// Some bytes, or the end.
type Block = Result<Option<Bytes>, Fault>;

/// A reader of an object.
pub(crate) struct Stream {
    blocks: UnboundedReceiver<Block>,
    /// Bytes that may still be read ahead.
    room: Arc<Semaphore>,
    current: Bytes,
    /// How it ended.
    end: Option<Result<(), Fault>>,
}

impl Stream {
    pub(crate) fn start(object: Object) -> Self {
        let (out, blocks) = unbounded_channel();
        let room = Arc::new(Semaphore::new(AHEAD));
        let pump = Pump { object, at: 0, seen: None, out, room: Arc::clone(&room) };
        let end = host::start(pump.run()).err().map(Err);
        Self { blocks, room, current: Bytes::new(), end }
    }
}

impl BufRead for Stream {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.current.is_empty() && self.end.is_none() {
            match self.blocks.blocking_recv() {
                Some(Ok(Some(bytes))) => {
                    self.room.add_permits(bytes.len().min(AHEAD));
                    self.current = bytes;
                }
                Some(Ok(None)) => self.end = Some(Ok(())),
                Some(Err(fault)) => self.end = Some(Err(fault)),
                // A pump that ends without a word did not come to the end.
                None => self.end = Some(Err(Fault::broken())),
            }
        }
        match &self.end {
            Some(Err(fault)) if self.current.is_empty() => Err(fault.clone().into_io()),
            _ => Ok(&self.current),
        }
    }

    fn consume(&mut self, n: usize) {
        self.current.advance(n.min(self.current.len()));
    }
}

impl Read for Stream {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let n = self.fill_buf()?.read(out)?;
        self.consume(n);
        Ok(n)
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.room.close();
    }
}

/// The side that reads from the store.
struct Pump {
    object: Object,
    at: u64,
    /// What was said of the object first.
    seen: Option<Facts>,
    out: UnboundedSender<Block>,
    room: Arc<Semaphore>,
}

impl Pump {
    async fn run(mut self) {
        let (mut breaks, mut idle) = (0, 0);
        loop {
            let before = self.at;
            let Err(fault) = self.pass().await else { break };
            breaks += 1;
            idle = if self.at > before { 1 } else { idle + 1 };
            if !fault.passing || idle >= ATTEMPTS || breaks >= MOST_BREAKS {
                return self.send(Err(fault));
            }
            tokio::time::sleep(backoff(idle)).await;
        }
        self.send(Ok(None));
    }

    /// A reader that is gone needs nothing any more.
    fn send(&self, block: Block) {
        self.out.send(block).unwrap_or_default();
    }

    /// Reads from the place reached, as far as it goes.
    async fn pass(&mut self) -> Result<(), Fault> {
        let whole = self.seen.as_ref().map(|seen| seen.bytes);
        if whole.is_some_and(|whole| self.at >= whole) {
            return Ok(());
        }
        let range = (self.at > 0).then_some(GetRange::Offset(self.at));
        let etag = self.seen.as_ref().and_then(Facts::strong_etag);
        let answer = self.object.get(range, etag).await?;
        let whole = self.check(&answer)?;
        let mut pieces = answer.into_stream();
        while let Some(piece) = pieces.next().await {
            let piece = piece.map_err(|error| sentence(&error).passing())?;
            if self.at + piece.len() as u64 > whole {
                return Err(Fault::new("the server sent more than there is"));
            }
            self.at += piece.len() as u64;
            let needed = u32::try_from(piece.len().min(AHEAD)).unwrap_or(0);
            let Ok(permit) = self.room.acquire_many(needed).await else { return Ok(()) };
            permit.forget();
            self.send(Ok(Some(piece)));
        }
        if self.at < whole { Err(Fault::broken()) } else { Ok(()) }
    }

    /// Checks that an answer goes on where the last one ended, in the same object; its size.
    fn check(&mut self, answer: &GetResult) -> Result<u64, Fault> {
        let facts = Facts::of(&answer.meta);
        if answer.range.start != self.at {
            return Err(Fault::new("the server sent another part than was asked for"));
        }
        match &self.seen {
            Some(seen) if *seen != facts => return Err(Fault::changed()),
            Some(seen) if self.at > 0 && !seen.tell_apart() => {
                return Err(Fault::new(
                    "the connection broke, and the server does not say whether the rest is still of the same object",
                ));
            }
            _ => {}
        }
        let whole = facts.bytes;
        self.seen = Some(facts);
        Ok(whole)
    }
}
