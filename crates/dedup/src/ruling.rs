//! What becomes of documents and passages once equal ones have been brought together.

use crate::keep::{NAME, Name, Policy};
use crate::passage::Passages;
use crate::sketch::similarity;
use std::ops::Range;

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

/// Rules on one cluster. Documents before `first` are those of an index, of which one stays if there
/// are any; `minima` is the size of the signatures, if there are such.
pub fn rule(
    policy: &Policy,
    minima: usize,
    first: u64,
    cluster: &[Member<'_>],
    rulings: &mut Vec<Ruling>,
) {
    let rank = policy.width();
    let Some(kept) = cluster.iter().min_by(|a, b| {
        let order = |m: &Member<'_>| (m.document >= first, m.document);
        let (x, y) = (order(a), order(b));
        x.0.cmp(&y.0).then(a.facts.get(..rank).cmp(&b.facts.get(..rank))).then(x.1.cmp(&y.1))
    }) else {
        return;
    };
    let Some(name) = policy.name_in(kept.facts).filter(|_| cluster.len() > 1) else { return };
    let digest = |member: &Member<'_>| member.facts.get(rank..).unwrap_or_default().to_vec();
    let kept_digest = digest(kept);
    for member in cluster {
        let alike = || similarity(&digest(member), &kept_digest, minima) as f32;
        rulings.push(Ruling {
            document: member.document,
            kept: kept.document,
            name,
            similarity: if kept_digest.is_empty() { 1.0 } else { alike() },
            band: member.band,
            size: u32::try_from(cluster.len()).unwrap_or(u32::MAX),
        });
    }
}

/// A passage of a document: the document's number, and the passage's.
pub type Place = (u64, u32);

/// Which of equal passages go; they are sorted. Passages that overlap the one that stays are not
/// looked upon as repeating it. Documents before `first` are those of an index.
pub fn repeats<'a>(
    passages: &Passages,
    first: u64,
    equal: &'a [Place],
) -> impl Iterator<Item = Place> + 'a {
    let origin = equal.first().copied().unwrap_or_default();
    let (keep_first, length) = (passages.keep_first(), passages.length());
    let apart = move |place: &Place| place.0 != origin.0 || place.1 - origin.1 >= length;
    let repeated = equal.iter().any(&apart);
    let gone = move |place: &&Place| repeated && place.0 >= first && (!keep_first || apart(place));
    equal.iter().filter(gone).copied()
}

/// Runs of equal keys, as ranges of a sorted list.
pub fn runs<K: PartialEq, T>(
    sorted: &[T],
    key: impl Fn(&T) -> K,
) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let first = key(sorted.get(at)?);
        let rest = sorted.get(at..).unwrap_or_default();
        let start = at;
        at += rest.iter().take_while(|item| key(item) == first).count();
        Some(start..at)
    })
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
            let mut rulings = Vec::new();
            rule(&policy, 0, first, &cluster, &mut rulings);
            assert!(rulings.iter().all(|r| (r.size, r.band, r.similarity) == (3, 3, 1.0)));
            rulings.first().map(|ruling| (ruling.kept, ruling.name.id())).unwrap()
        };
        assert_eq!(kept(0), (11, "the longest".into()));
        assert_eq!(kept(11), (10, "short".into()));
        let mut none = Vec::new();
        rule(&policy, 0, 0, &cluster[..1], &mut none);
        assert!(none.is_empty());
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
            repeats(&passages(keep_first), first, places).collect()
        };
        let places = [(1, 5), (1, 6), (1, 8), (4, 0)];
        assert_eq!(gone(true, 0, &places), [(1, 8), (4, 0)]);
        assert_eq!(gone(false, 0, &places), places);
        assert_eq!(gone(true, 2, &places), [(4, 0)]);
        assert!(gone(false, 0, &places[..2]).is_empty());
    }

    #[test]
    fn runs_cover_a_list_once() {
        let list = [1, 1, 2, 3, 3, 3];
        assert_eq!(runs(&list, |n| *n).collect::<Vec<_>>(), [0..2, 2..3, 3..6]);
        assert_eq!(runs(&[], |n: &i32| *n).count(), 0);
    }
}
