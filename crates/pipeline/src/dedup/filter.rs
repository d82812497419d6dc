//! Documents held, one after another, against a Bloom filter.

use super::records::{RowsWriter, number};
use super::rules::WHOLE;
use super::sort::{Sorting, placed};
use crate::error::RunError;
use crate::folder::HeldFile;
use crate::guard::caught;
use cc_math_core::Document;
use cc_math_dedup::bloom::{Filter, Layout, Overlap, Repeated};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

impl Sorting {
    /// Holds documents, one after another, against what came before them; none if it is to stop.
    pub(super) fn filter(
        &self,
        overlap: &Overlap,
        mut out: RowsWriter,
        stop: &AtomicBool,
    ) -> Result<Option<(Filter, RowsWriter)>, RunError> {
        let (ngrams, others) = self.known()?;
        let mut filter = Filter::new(Layout::of(ngrams, overlap.rate));
        let mut number = 0_u64;
        for held in self.held.iter() {
            let whole = self.held_documents(held, stop, &mut |document| {
                let judged = caught(|| overlap.judge(document, &mut filter, &others));
                let Repeated { whole, lines } = judged.unwrap_or_default();
                let places = if whole { vec![WHOLE] } else { lines };
                places.into_iter().try_for_each(|place| out.push(&placed(number, place)))?;
                number += 1;
                Ok(())
            })?;
            if !whole {
                return Ok(None);
            }
        }
        Ok(Some((filter, out)))
    }

    /// How many n-grams the documents have, and the filters of an index.
    fn known(&self) -> Result<(u64, Vec<Filter>), RunError> {
        let (mut ngrams, mut others) = (0, Vec::new());
        for file in self.segments.iter() {
            others.extend(file.filter()?);
            file.facts(|_, count| {
                ngrams += number(count);
                Ok(())
            })?;
        }
        Ok((ngrams, others))
    }

    /// Goes through held documents; whether that was to their end.
    fn held_documents(
        &self,
        held: &HeldFile,
        stop: &AtomicBool,
        take: &mut dyn FnMut(&Document) -> Result<(), RunError>,
    ) -> Result<bool, RunError> {
        let (name, place) = (Arc::from(&*held.path), self.root.place(&held.path)?);
        for frame in &held.frames {
            if stop.load(Ordering::Relaxed) {
                return Ok(false);
            }
            let range = frame.range(&name);
            for stored in self.root.records(std::slice::from_ref(&range), u64::MAX) {
                frame.documents(stored, &place)?.iter().try_for_each(&mut *take)?;
            }
        }
        Ok(true)
    }
}
