//! What becomes of documents and passages once equal ones have been brought together.

use crate::keep::{NAME, Name, Policy};
use crate::passage::Passages;
use crate::sketch::similarity;

/// A document among others of its cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member<'a> {
    /// Its number.
    pub document: u64,
    /// The lowest band in which it met another.
    pub band: u16,
    /// Its rank, name and digest.
    pub facts: &'a [u8],
}

/// What is known of a document of a cluster of two and more.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ruling {
    /// Its number.
    pub document: u64,
    /// The number of the one that stays.
    pub kept: u64,
    /// That one's id.
    pub name: Name,
    /// How similar the two are: 1 if they are equal, otherwise an estimate from their signatures.
    pub similarity: f32,
    /// The lowest band in which the document met another.
    pub band: u16,
    /// Documents of the cluster.
    pub size: u32,
}

impl Ruling {
    /// Whether the document goes, if it is to be at least so similar to what stays.
    pub fn drops(&self, least: f64) -> bool {
        self.document != self.kept && f64::from(self.similarity) >= least
    }
}

/// Bytes of a [`Ruling`].
pub const RULING: usize = 8 + 8 + NAME + 4 + 2 + 4;

impl Ruling {
    /// As bytes that sort by the document's number.
    pub fn write(&self, bytes: &mut Vec<u8>) {
        bytes.extend(self.document.to_be_bytes());
        bytes.extend(self.kept.to_be_bytes());
        bytes.extend(self.name.0);
        bytes.extend(self.similarity.to_be_bytes());
        bytes.extend(self.band.to_be_bytes());
        bytes.extend(self.size.to_be_bytes());
    }

    /// From the bytes again; none if they are not as many as that.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let (document, rest) = bytes.split_first_chunk()?;
        let (kept, rest) = rest.split_first_chunk()?;
        let (name, rest) = rest.split_first_chunk()?;
        let (similarity, rest) = rest.split_first_chunk()?;
        let (band, rest) = rest.split_first_chunk()?;
        Some(Self {
            document: u64::from_be_bytes(*document),
            kept: u64::from_be_bytes(*kept),
            name: Name(*name),
            similarity: f32::from_be_bytes(*similarity),
            band: u16::from_be_bytes(*band),
            size: u32::from_be_bytes(*rest.first_chunk()?),
        })
    }
}

/// A cluster, as far as it has been seen: the document that stays of it, and how many there are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cluster {
    kept: u64,
    facts: Box<[u8]>,
    size: u32,
}

impl Cluster {
    /// The cluster of one document.
    pub fn of(member: &Member<'_>) -> Self {
        Self { kept: member.document, facts: member.facts.into(), size: 1 }
    }

    /// Adds a document. Those before `first` are those of an index, of which one stays if there are
    /// any.
    pub fn add(&mut self, policy: &Policy, first: u64, member: &Member<'_>) {
        self.size = self.size.saturating_add(1);
        if order(policy, first, member.document, member.facts)
            < order(policy, first, self.kept, &self.facts)
        {
            (self.kept, self.facts) = (member.document, member.facts.into());
        }
    }

    /// Documents of it.
    pub fn size(&self) -> u32 {
        self.size
    }

    /// What is ruled on one of its documents; `minima` is the size of the signatures, if there are
    /// such. None if what is known of the one that stays is damaged.
    pub fn rule(&self, policy: &Policy, minima: usize, member: &Member<'_>) -> Option<Ruling> {
        let kept = self.facts.get(policy.width()..).unwrap_or_default();
        let digest = member.facts.get(policy.width()..).unwrap_or_default();
        Some(Ruling {
            document: member.document,
            kept: self.kept,
            name: policy.name_in(&self.facts)?,
            similarity: if kept.is_empty() { 1.0 } else { similarity(digest, kept, minima) as f32 },
            band: member.band,
            size: self.size,
        })
    }
}

/// Of two documents the one whose order is lower stays.
fn order<'a>(policy: &Policy, first: u64, document: u64, facts: &'a [u8]) -> (bool, &'a [u8], u64) {
    (document >= first, facts.get(..policy.width()).unwrap_or_default(), document)
}

/// A passage of a document: the document's number, and the passage's.
pub type Place = (u64, u32);

/// Equal passages, as far as they have been seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Equal {
    first: Place,
    last: Place,
}

impl Equal {
    /// One passage alone.
    pub fn of(place: Place) -> Self {
        Self { first: place, last: place }
    }

    /// Adds another.
    pub fn add(&mut self, place: Place) {
        self.first = place.min(self.first);
        self.last = place.max(self.last);
    }

    /// Whether one of them repeats the first. Passages that overlap it do not.
    pub fn is_repeated(&self, passages: &Passages) -> bool {
        self.repeats(passages, self.last)
    }

    fn repeats(&self, passages: &Passages, place: Place) -> bool {
        place.0 != self.first.0 || place.1 - self.first.1 >= passages.length()
    }

    /// Whether one of them goes, if they are repeated. Documents before `first` are those of an index.
    pub fn goes(&self, passages: &Passages, first: u64, place: Place) -> bool {
        place.0 >= first && (!passages.keep_first() || self.repeats(passages, place))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keep::Criterion;
    use cc_math_core::Document;

    fn facts(policy: &Policy, text: &str, id: &str) -> Vec<u8> {
        let mut document = Document::new("u", text.into());
        document.id = id.into();
        let mut bytes = Vec::new();
        policy.write(&document, &mut bytes);
        bytes
    }

    #[test]
    fn the_best_document_stays_unless_an_index_has_one() {
        let policy = Policy(vec![Criterion::Longest]);
        let facts = ["short", "the longest", "middle"].map(|text| facts(&policy, text, text));
        let cluster: Vec<Member<'_>> = facts
            .iter()
            .zip(10..)
            .map(|(facts, document)| Member { document, band: 3, facts })
            .collect();
        let kept = |first| {
            let mut found = Cluster::of(&cluster[2]);
            cluster[..2].iter().for_each(|member| found.add(&policy, first, member));
            let ruling = found.rule(&policy, 0, &cluster[1]).unwrap();
            assert_eq!((ruling.size, ruling.band, ruling.similarity), (3, 3, 1.0));
            (ruling.kept, ruling.name.id())
        };
        assert_eq!(kept(0), (11, "the longest".into()));
        assert_eq!(kept(11), (10, "short".into()));
    }

    #[test]
    fn rulings_come_back_from_their_bytes() {
        let name = Name::of("doc-7");
        let ruling = Ruling { document: 7, kept: 1 << 40, name, similarity: 0.8, band: 2, size: 9 };
        let mut bytes = Vec::new();
        ruling.write(&mut bytes);
        assert_eq!(bytes.len(), RULING);
        assert_eq!(Ruling::read(&bytes), Some(ruling));
        assert_eq!(Ruling::read(&bytes[1..]), None);
    }

    #[test]
    fn the_first_passage_stays_and_those_that_overlap_it_do_not_count() {
        let passages = |keep_first| Passages::Windows { tokens: 3, spare: true, keep_first };
        let gone = |keep_first, first, places: &[Place]| -> Vec<Place> {
            let passages = passages(keep_first);
            let mut equal = Equal::of(places[0]);
            places.iter().rev().for_each(|place| equal.add(*place));
            let repeated = equal.is_repeated(&passages);
            let goes = |place: &&Place| repeated && equal.goes(&passages, first, **place);
            places.iter().filter(goes).copied().collect()
        };
        let places = [(1, 5), (1, 6), (1, 8), (4, 0)];
        assert_eq!(gone(true, 0, &places), [(1, 8), (4, 0)]);
        assert_eq!(gone(false, 0, &places), places);
        assert_eq!(gone(true, 2, &places), [(4, 0)]);
        assert!(gone(false, 0, &places[..2]).is_empty());
    }
}
