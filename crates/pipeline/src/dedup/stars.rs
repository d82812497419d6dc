//! Components in rounds of bounded memory: edges move until each component is a star.

use super::records::{Contents, RowsWriter, SegmentWriter, band_at, number, packed, spread};
use super::sort::{Sorting, joined};
use super::{ROUNDS, Star};
use crate::error::RunError;
use crate::folder::Note;
use cc_math_dedup::segment::Shape;
use std::collections::HashMap;

/// Nodes in their order, each with its lowest neighbour, or itself, and the lowest band in which it
/// met another.
struct Nodes(Vec<(u64, u64, u16)>);

impl Nodes {
    /// The lowest neighbour of a node.
    fn low(&self, node: u64) -> u64 {
        let at = self.0.binary_search_by_key(&node, |(node, ..)| *node);
        at.ok().and_then(|at| self.0.get(at)).map_or(node, |(_, low, _)| *low)
    }
}

impl Sorting {
    fn nodes(&self, star: Option<Star>) -> Result<Nodes, RunError> {
        let mut nodes: HashMap<u64, (u64, u16)> = HashMap::new();
        self.each(|key, _, row| {
            let (node, (other, band)) = (key as u64, neighbour(row));
            let (low, met) = nodes.entry(node).or_insert((node, u16::MAX));
            if star != Some(Star::Small) || other <= node {
                *low = other.min(*low);
            }
            *met = band.min(*met);
            Ok(())
        })?;
        let mut nodes: Vec<_> = nodes.into_iter().map(|(n, (low, band))| (n, low, band)).collect();
        nodes.sort_unstable();
        Ok(Nodes(nodes))
    }

    /// Moves edges towards the lowest number of their component. Memory is for nodes alone, so that
    /// one with millions of neighbours is none that matters.
    pub(super) fn star(&self, star: Star, edges: &mut Edges) -> Result<(), RunError> {
        let nodes = self.nodes(Some(star))?;
        self.each(|key, _, row| {
            let (node, (other, _)) = (key as u64, neighbour(row));
            let moves = if star == Star::Large { other > node } else { other < node };
            if moves { edges.join(other, nodes.low(node)) } else { Ok(()) }
        })?;
        for (node, low, band) in &nodes.0 {
            if star == Star::Small {
                edges.join(*node, *low)?;
            }
            edges.told(*node, *band)?;
        }
        Ok(())
    }

    pub(super) fn labels(&self, mut out: RowsWriter) -> Result<RowsWriter, RunError> {
        let nodes = self.nodes(None)?;
        self.each(|key, _, row| {
            let (node, (other, _)) = (key as u64, neighbour(row));
            let low = nodes.low(node);
            if low == node || other == node || other == low {
                return Ok(());
            }
            let message = format!("clusters are not found after {ROUNDS} rounds (`join: sharded`)");
            Err(RunError::TooLarge(message))
        })?;
        nodes.0.iter().try_for_each(|(node, low, band)| out.push(&joined(*node, *low, *band)))?;
        Ok(out)
    }
}

/// The shape of edges by node: the neighbour and a band, behind the node's hash and number.
pub(super) const NEIGHBOURS: Shape = Shape { sections: 1, key: 16, payload: 10, facts: 0 };

/// The neighbour in a record; and the band, which only the records of nodes beside themselves tell.
fn neighbour(row: &[u8]) -> (u64, u16) {
    (number(row), band_at(row, 8))
}

/// Edges on their way to a file, by both of their nodes.
pub(super) struct Edges(pub(super) SegmentWriter);

impl Edges {
    fn write(&mut self, node: u64, other: u64, band: u16) -> Result<(), RunError> {
        let payload: [u8; 10] = packed(&[&other.to_be_bytes(), &band.to_be_bytes()]);
        self.0.record(spread(node), &payload)
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
