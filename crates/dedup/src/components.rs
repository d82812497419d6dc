//! Connected components: documents that are joined by a chain of matches.
//!
//! Nodes are numbered densely. A component is named after its lowest number.

/// Components in memory: four bytes a node, and two for how it got there.
///
/// Joining is by number, the lower one being the parent, with path halving: the answer does not
/// depend on the order of the edges (Tarjan and van Leeuwen, *Worst-case analysis of set union
/// algorithms*, 1984, for its cost).
#[derive(Debug)]
pub struct Components {
    parents: Vec<u32>,
    /// The lowest band by which a node was joined to another, plus one; 0 for nodes that were not.
    bands: Vec<u16>,
}

/// More nodes than can be numbered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0} documents are more than the {max} that are joined in memory", max = u32::MAX)]
pub struct TooMany(pub u64);

impl Components {
    /// Nodes of which none is joined to another.
    ///
    /// # Errors
    /// If there are more than fit into 32 bits.
    pub fn new(nodes: u64) -> Result<Self, TooMany> {
        let count = u32::try_from(nodes).map_err(|_| TooMany(nodes))?;
        Ok(Self { parents: (0..count).collect(), bands: vec![0; count as usize] })
    }

    fn root(&mut self, mut node: u32) -> Option<u32> {
        loop {
            let parent = *self.parents.get(node as usize)?;
            if parent == node {
                return Some(node);
            }
            let above = *self.parents.get(parent as usize)?;
            *self.parents.get_mut(node as usize)? = above;
            node = above;
        }
    }

    /// Joins two nodes that met in a band. Numbers that are no nodes are passed over.
    pub fn join(&mut self, a: u64, b: u64, band: u16) {
        let (Ok(a), Ok(b)) = (u32::try_from(a), u32::try_from(b)) else { return };
        let (Some(x), Some(y)) = (self.root(a), self.root(b)) else { return };
        let (lower, upper) = (x.min(y), x.max(y));
        self.parents.get_mut(upper as usize).into_iter().for_each(|parent| *parent = lower);
        for node in [a, b] {
            let Some(met) = self.bands.get_mut(node as usize) else { continue };
            let band = band.saturating_add(1);
            *met = if *met == 0 { band } else { band.min(*met) };
        }
    }

    /// All nodes of components of two and more: node, name of its component, and the lowest band it
    /// was joined by; in their order.
    pub fn labels(&mut self) -> impl Iterator<Item = (u64, u64, u16)> {
        (0..self.parents.len() as u32).filter_map(|node| {
            let band = self.bands.get(node as usize)?.checked_sub(1)?;
            Some((u64::from(node), u64::from(self.root(node)?), band))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    /// Labels by spreading the lowest number until nothing changes.
    fn slow(nodes: u64, edges: &[(u64, u64)]) -> BTreeMap<u64, u64> {
        let mut label: Vec<u64> = (0..nodes).collect();
        loop {
            let before = label.clone();
            for (a, b) in edges {
                let low = label[*a as usize].min(label[*b as usize]);
                label[*a as usize] = low;
                label[*b as usize] = low;
            }
            if label == before {
                let touched = edges.iter().flat_map(|(a, b)| [*a, *b]);
                return touched.map(|node| (node, label[node as usize])).collect();
            }
        }
    }

    proptest! {
        #[test]
        fn labels_are_those_of_spreading(edges in prop::collection::vec((0_u64..60, 0_u64..60), 0..80)) {
            let mut components = Components::new(60).unwrap();
            edges.iter().for_each(|(a, b)| components.join(*a, *b, 0));
            let labels: BTreeMap<u64, u64> = components.labels().map(|(n, l, _)| (n, l)).collect();
            prop_assert_eq!(labels, slow(60, &edges));
        }
    }

    #[test]
    fn the_lowest_band_is_kept_whatever_the_order() {
        for bands in [[3, 1], [1, 3]] {
            let mut components = Components::new(3).unwrap();
            bands.iter().for_each(|band| components.join(1, 2, *band));
            assert_eq!(components.labels().collect::<Vec<_>>(), [(1, 1, 1), (2, 1, 1)]);
        }
    }

    #[test]
    fn numbers_that_are_no_nodes_are_passed_over() {
        let mut components = Components::new(2).unwrap();
        components.join(0, 7, 0);
        components.join(u64::MAX, 1, 0);
        assert_eq!(components.labels().count(), 0);
        assert_eq!(Components::new(1 << 40).unwrap_err(), TooMany(1 << 40));
    }
}
