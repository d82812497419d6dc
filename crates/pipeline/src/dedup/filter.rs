//! Documents held, one after another, against a Bloom filter.

use super::records::{RowsWriter, number};
use super::rules::WHOLE;
use super::sort::{Sorting, placed};
use crate::error::RunError;
use crate::guard::caught;
use cc_math_dedup::bloom::{Filter, Layout, Repeated};
use cc_math_dedup::sketch::Scheme;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

impl Sorting {
    /// Holds documents, one after another, against what came before them.
    pub(super) fn filter(
        &self,
        mut out: RowsWriter,
        stop: &AtomicBool,
    ) -> Result<Option<(Filter, RowsWriter)>, RunError> {
        let mut filter = Filter::new(Layout::of(0, 0.5));
        let Scheme::Bloom(overlap) = &self.dedup.scheme else { return Ok(Some((filter, out))) };
        let mut ngrams = 0_u64;
        let mut others = Vec::new();
        for file in self.segments.iter() {
            others.extend(file.filter()?);
            file.facts(|_, count| {
                ngrams += number(count);
                Ok(())
            })?;
        }
        filter = Filter::new(Layout::of(ngrams, overlap.rate));
        let mut number = 0_u64;
        for held in self.held.iter() {
            let (name, place) = (Arc::from(&*held.path), self.root.place(&held.path)?);
            for frame in &held.frames {
                if stop.load(Ordering::Relaxed) {
                    return Ok(None);
                }
                let range = frame.range(&name);
                for stored in self.root.records(std::slice::from_ref(&range), u64::MAX) {
                    for document in frame.documents(stored, &place)? {
                        let judged = caught(|| overlap.judge(&document, &mut filter, &others));
                        let Repeated { whole, lines } = judged.unwrap_or_default();
                        let places = if whole { vec![WHOLE] } else { lines };
                        places
                            .into_iter()
                            .try_for_each(|place| out.push(&placed(number, place)))?;
                        number += 1;
                    }
                }
            }
        }
        Ok(Some((filter, out)))
    }
}
