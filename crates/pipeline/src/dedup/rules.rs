//! Rulings on their way to the documents.

use super::records::{RecordFile, between};
use super::{Dedup, Mode};
use crate::error::RunError;
use cc_math_core::{Document, Verdict};
use cc_math_dedup::passage::Passages;
use cc_math_dedup::ruling::Ruling;
use cc_math_dedup::sketch::Scheme;
use cc_math_store::Root;
use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// What was ruled in a stage.
pub(crate) struct Rules {
    pub(crate) dedup: Arc<Dedup>,
    pub(crate) root: Root,
    pub(crate) files: Vec<RecordFile>,
    /// Tells them from others.
    pub(crate) digest: String,
}

impl fmt::Debug for Rules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.dedup.name, self.digest)
    }
}

/// What was ruled on some documents.
#[derive(Default)]
pub(crate) struct Ruled {
    whole: BTreeMap<u64, Ruling>,
    places: BTreeMap<u64, Vec<u32>>,
}

impl Rules {
    /// What was ruled on documents with such numbers.
    pub(crate) fn on(&self, numbers: Range<u64>) -> Result<Ruled, RunError> {
        let mut ruled = Ruled::default();
        between(&self.root, &self.files, numbers, |record| {
            if self.dedup.scheme.passages().is_some() {
                let (document, place) = place(record);
                ruled.places.entry(document).or_default().push(place);
            } else if let Some(ruling) = Ruling::read(record) {
                ruled.whole.insert(ruling.document, ruling);
            }
            Ok(())
        })?;
        ruled.places.values_mut().for_each(|places| places.sort_unstable());
        Ok(ruled)
    }

    /// Carries out what was ruled on a document with this number.
    pub(crate) fn apply(&self, ruled: &Ruled, number: u64, document: &mut Document) -> Verdict {
        match self.dedup.scheme.passages() {
            Some(passages) => ruled
                .places
                .get(&number)
                .map_or(Verdict::Keep, |places| self.cut(passages, document, places)),
            None => self.judge(ruled.whole.get(&number), document),
        }
    }

    fn judge(&self, ruling: Option<&Ruling>, document: &mut Document) -> Verdict {
        if self.dedup.mode == Mode::Annotate {
            let alone = || document.id.clone();
            let cluster = ruling.map_or_else(alone, |ruling| ruling.name.id());
            let size = ruling.map_or(1, |ruling| ruling.size);
            document.metadata.insert("cluster_id".into(), cluster.into());
            document.metadata.insert("cluster_size".into(), size.into());
            return Verdict::Keep;
        }
        let Some(ruling) = ruling.filter(|ruling| ruling.drops(self.dedup.least)) else {
            return Verdict::Keep;
        };
        let kept = ruling.name.id();
        let detail = match self.dedup.scheme {
            Scheme::MinHash { .. } => format!(
                "of {kept}, similarity {:.2}, band {}, cluster of {}",
                ruling.similarity, ruling.band, ruling.size
            ),
            _ => format!("of {kept}, cluster of {}", ruling.size),
        };
        Verdict::Drop { reason: self.dedup.reason(), detail: detail.into() }
    }

    fn cut(&self, passages: &Passages, document: &mut Document, places: &[u32]) -> Verdict {
        let whole = std::iter::once(0..document.text.len());
        let cuts = match places.last() {
            Some(&WHOLE) => whole.collect(),
            _ => passages.cuts(document, places),
        };
        let bytes: usize = cuts.iter().map(ExactSizeIterator::len).sum();
        if self.dedup.mode == Mode::Annotate {
            document.metadata.insert("repeated_bytes".into(), bytes.into());
            return Verdict::Keep;
        }
        if is_all(&document.text, &cuts) {
            let detail = match self.dedup.scheme {
                Scheme::Bloom(_) => "its n-grams are in documents before it".into(),
                _ => format!("all {bytes} bytes are in other documents"),
            };
            return Verdict::Drop { reason: self.dedup.reason(), detail: detail.into() };
        }
        document.cut(&cuts);
        Verdict::Keep
    }
}

/// Whether nothing but white space lies outside of sorted ranges.
fn is_all(text: &str, cuts: &[Range<usize>]) -> bool {
    let starts = [0].into_iter().chain(cuts.iter().map(|cut| cut.end));
    let ends = cuts.iter().map(|cut| cut.start).chain([text.len()]);
    let between = starts.zip(ends).map(|(start, end)| text.get(start..end).unwrap_or_default());
    between.into_iter().all(|rest| rest.trim().is_empty())
}

/// In place of a passage's number: all of the document.
pub(crate) const WHOLE: u32 = u32::MAX;

/// Bytes of a passage in a file of rulings.
pub(crate) const PLACE: usize = 12;

fn place(record: &[u8]) -> (u64, u32) {
    let place = record.get(8..).and_then(<[u8]>::first_chunk);
    (super::records::number(record), place.map_or(0, |bytes| u32::from_be_bytes(*bytes)))
}
