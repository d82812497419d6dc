//! Components in rounds of bounded memory: edges move until each component is a star.

use super::records::{Contents, RowsWriter, SegmentWriter, lookup, number};
use super::sort::{Sorting, joined};
use super::{ROUNDS, Star};
use crate::error::RunError;
use crate::folder::Note;
use cc_math_dedup::segment::Shape;
use std::collections::HashMap;
use xxhash_rust::xxh3::xxh3_64;

impl Sorting {
    /// Each node's lowest neighbour, or itself, and the lowest band in which it met another.
    fn lowest(&self, star: Option<Star>) -> Result<Vec<(u64, u64, u16)>, RunError> {
        let mut nodes: HashMap<u64, (u64, u16)> = HashMap::new();
        lookup(&self.segments, self.section, self.range.clone(), |key, _, row| {
            let (node, (other, band)) = (key as u64, neighbour(row));
            let (low, met) = nodes.entry(node).or_insert((node, u16::MAX));
            if star != Some(Star::Small) || other <= node {
                *low = other.min(*low);
            }
            *met = band.min(*met);
        })?;
        let mut nodes: Vec<_> = nodes.into_iter().map(|(n, (low, band))| (n, low, band)).collect();
        nodes.sort_unstable();
        Ok(nodes)
    }

    /// Moves edges towards the lowest number of their component. Memory is for nodes alone, so that
    /// one with millions of neighbours is none that matters.
    pub(super) fn star(&self, star: Star, edges: &mut Edges) -> Result<(), RunError> {
        let nodes = self.lowest(Some(star))?;
        let low = |node: u64| {
            let at = nodes.binary_search_by_key(&node, |(node, ..)| *node);
            at.ok().and_then(|at| nodes.get(at)).map_or(node, |(_, low, _)| *low)
        };
        let mut failed = Ok(());
        lookup(&self.segments, self.section, self.range.clone(), |key, _, row| {
            let (node, (other, _)) = (key as u64, neighbour(row));
            let moves = if star == Star::Large { other > node } else { other < node };
            if moves && failed.is_ok() {
                failed = edges.join(other, low(node));
            }
        })?;
        failed?;
        for (node, low, band) in &nodes {
            if star == Star::Small {
                edges.join(*node, *low)?;
            }
            edges.told(*node, *band)?;
        }
        Ok(())
    }

    pub(super) fn labels(&self, mut out: RowsWriter) -> Result<RowsWriter, RunError> {
        let nodes = self.lowest(None)?;
        let mut unfinished = None;
        lookup(&self.segments, self.section, self.range.clone(), |key, _, row| {
            let (node, (other, _)) = (key as u64, neighbour(row));
            let at = nodes.binary_search_by_key(&node, |(node, ..)| *node);
            let low = at.ok().and_then(|at| nodes.get(at)).map_or(node, |(_, low, _)| *low);
            if low != node && other != node && other != low {
                unfinished = Some(node);
            }
        })?;
        if unfinished.is_some() {
            let message = format!("clusters are not found after {ROUNDS} rounds (`join: sharded`)");
            return Err(RunError::TooLarge(message));
        }
        nodes.iter().try_for_each(|(node, low, band)| out.push(&joined(*node, *low, *band)))?;
        Ok(out)
    }
}

/// The shape of edges by node: the neighbour and a band, behind the node's hash and number.
pub(super) const NEIGHBOURS: Shape = Shape { sections: 1, key: 16, payload: 10, facts: 0 };

/// The neighbour in a record; and the band, which only the records of nodes beside themselves tell.
fn neighbour(row: &[u8]) -> (u64, u16) {
    let band = row.get(8..).and_then(<[u8]>::first_chunk);
    (number(row), band.map_or(u16::MAX, |band| u16::from_be_bytes(*band)))
}

/// Edges on their way to a file, by both of their nodes.
pub(super) struct Edges(pub(super) SegmentWriter);

impl Edges {
    fn write(&mut self, node: u64, other: u64, band: u16) -> Result<(), RunError> {
        let key = u128::from(xxh3_64(&node.to_be_bytes())) << 64 | u128::from(node);
        let mut payload = [0; 10];
        let bytes = other.to_be_bytes().into_iter().chain(band.to_be_bytes());
        payload.iter_mut().zip(bytes).for_each(|(to, from)| *to = from);
        self.0.record(key, &payload)
    }

    fn join(&mut self, a: u64, b: u64) -> Result<(), RunError> {
        if a == b {
            return Ok(());
        }
        self.write(a, b, u16::MAX)?;
        self.write(b, a, u16::MAX)
    }

    /// The lowest band in which a node met another.
    fn told(&mut self, node: u64, band: u16) -> Result<(), RunError> {
        self.write(node, node, band)
    }

    pub(super) fn meet(&mut self, a: u64, b: u64, band: u16) -> Result<(), RunError> {
        self.join(a, b)?;
        self.told(a, band)?;
        self.told(b, band)
    }
}

/// A sum over all records of the segments of some notes, whatever order they are in.
pub(crate) fn sum(notes: &[Note]) -> (u64, u64) {
    let files = notes.iter().flat_map(|note| &note.records);
    files.fold((0, 0), |(count, sum), file| match &file.contents {
        Contents::Segments { extents, sum: more, .. } => {
            let records = extents.iter().flat_map(|extent| &extent.records);
            let records: u64 = records.map(|n| u64::from(*n)).sum();
            (count + records, sum.wrapping_add(*more))
        }
        Contents::Rows { .. } | Contents::Filter { .. } => (count, sum),
    })
}
