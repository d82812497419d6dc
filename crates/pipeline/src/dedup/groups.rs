//! Records of equal keys: what they have in common, and then what becomes of each.
//!
//! Records are gone through twice. What is kept in memory is kept for each key, so that one that a
//! hundred million records have takes no more than others.

use super::records::{Runs, band_at, lookup, number};
use super::sort::{Sorting, head, placed};
use crate::error::RunError;
use cc_math_dedup::ruling::{Cluster, Equal, Member, Place};
use cc_math_dedup::sketch::Scheme;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// What is known by key. Keys are hashes already.
type Keys<T> = HashMap<u128, T, BuildHasherDefault<Folded>>;

/// A hasher of hashes.
#[derive(Default)]
struct Folded(u64);

impl Hasher for Folded {
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.0 = self.0.rotate_left(8) ^ u64::from(*byte));
    }

    fn write_u128(&mut self, key: u128) {
        self.0 = (key >> 64) as u64 ^ key as u64;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

impl Sorting {
    /// Goes through the records of the range; `take` is given key, the number that the first document
    /// of their segment has, and what stands behind the key.
    pub(super) fn each(
        &self,
        mut take: impl FnMut(u128, u64, &[u8]) -> Result<(), RunError>,
    ) -> Result<(), RunError> {
        let mut done = Ok(());
        lookup(&self.segments, self.section, self.range.clone(), |key, first, row| {
            if done.is_ok() {
                done = take(key, first, row);
            }
        })?;
        done
    }

    /// Edges from the first document of each bucket to the others.
    pub(super) fn bands(
        &self,
        meet: &mut dyn FnMut(u64, u64, u16) -> Result<(), RunError>,
    ) -> Result<(), RunError> {
        let mut buckets: Keys<(u64, bool)> = Keys::default();
        let document = |first: u64, row: &[u8]| first + u64::from(head(row));
        self.each(|key, first, row| {
            let document = document(first, row);
            let (lowest, more) = buckets.entry(key).or_insert((document, false));
            *more |= *lowest != document;
            *lowest = document.min(*lowest);
            Ok(())
        })?;
        buckets.retain(|_, (_, more)| *more);
        let band = u16::try_from(self.section).unwrap_or(u16::MAX);
        self.each(|key, first, row| {
            let document = document(first, row);
            match buckets.get(&key) {
                Some((lowest, _)) if *lowest != document => meet(*lowest, document, band),
                _ => Ok(()),
            }
        })
    }

    /// A document in a record of the leg before: of its sketch, or of its component.
    fn member<'a>(&self, first: u64, row: &'a [u8]) -> Member<'a> {
        if !self.dedup.is_joined() {
            let document = first + u64::from(head(row));
            return Member { document, band: 0, facts: row.get(4..).unwrap_or_default() };
        }
        Member {
            document: number(row),
            band: band_at(row, 8),
            facts: row.get(10..).unwrap_or_default(),
        }
    }

    /// Of each cluster one document stays.
    pub(super) fn choose<'f>(&self, mut out: Runs<'f>) -> Result<Runs<'f>, RunError> {
        let Some(policy) = self.dedup.scheme.policy() else { return Ok(out) };
        let mut clusters: Keys<Cluster> = Keys::default();
        self.each(|key, first, row| {
            let member = self.member(first, row);
            clusters
                .entry(key)
                .and_modify(|cluster| cluster.add(policy, self.first, &member))
                .or_insert_with(|| Cluster::of(&member));
            Ok(())
        })?;
        clusters.retain(|_, cluster| cluster.size() > 1);
        let mut record = Vec::new();
        self.each(|key, first, row| {
            let Some(cluster) = clusters.get(&key) else { return Ok(()) };
            let member = self.member(first, row);
            let ruling = cluster.rule(policy, self.dedup.minima(), &member);
            let Some(ruling) = ruling.filter(|ruling| ruling.document >= self.first) else {
                return Ok(());
            };
            record.clear();
            ruling.write(&mut record);
            out.push(&record)
        })?;
        Ok(out)
    }

    /// Of equal passages one stays, or none.
    pub(super) fn repeats<'f>(&self, mut out: Runs<'f>) -> Result<Runs<'f>, RunError> {
        let Scheme::Passages(passages) = &self.dedup.scheme else { return Ok(out) };
        let place = |first: u64, row: &[u8]| -> Place {
            (first + u64::from(head(row)), row.get(4..).map_or(0, head))
        };
        let mut equal: Keys<Equal> = Keys::default();
        self.each(|key, first, row| {
            let place = place(first, row);
            equal
                .entry(key)
                .and_modify(|equal| equal.add(place))
                .or_insert_with(|| Equal::of(place));
            Ok(())
        })?;
        equal.retain(|_, equal| equal.is_repeated(passages));
        self.each(|key, first, row| {
            let place = place(first, row);
            match equal.get(&key) {
                Some(equal) if equal.goes(passages, self.first, place) => {
                    out.push(&placed(place.0, place.1))
                }
                _ => Ok(()),
            }
        })?;
        Ok(out)
    }
}
