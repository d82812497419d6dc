//! Which of several documents stays: a policy that gives every document a rank, and names that
//! say which one it was.

use cc_math_core::Document;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use xxhash_rust::xxh3::xxh3_128;

/// What speaks for a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Criterion {
    /// A later time of fetching; those without one come last.
    Newest,
    /// An earlier time of fetching; those without one come last.
    Oldest,
    /// More bytes of text.
    Longest,
    /// More formulas.
    MostFormulas,
    /// A higher number in this entry of the metadata, such as a score; those without one come last.
    Highest(String),
    /// A lower number in this entry of the metadata; those without one come last.
    Lowest(String),
    /// An entry of the metadata whose value comes earlier in a list, such as a preferred source.
    Prefer {
        /// The entry.
        column: String,
        /// Its values, the preferred one first; those without any of them come last.
        values: Vec<String>,
    },
}

/// Bytes of a criterion in a rank.
const CRITERION: usize = 8;

/// Bytes of a [`Name`].
pub const NAME: usize = 17;

/// Criteria, the most important first. Where all are equal the id decides, and then the order of
/// the inputs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Policy(pub Vec<Criterion>);

impl Policy {
    /// Bytes of what [`Policy::write`] writes.
    pub fn width(&self) -> usize {
        CRITERION * self.0.len() + NAME
    }

    /// A document's rank, then its name. Of two documents the one whose bytes come first stays.
    pub fn write(&self, document: &Document, bytes: &mut Vec<u8>) {
        for criterion in &self.0 {
            bytes.extend(criterion.rank(document).to_be_bytes());
        }
        bytes.extend(Name::of(&document.id).0);
    }

    /// The name in what [`Policy::write`] wrote.
    pub fn name_in(&self, bytes: &[u8]) -> Option<Name> {
        let name = bytes.get(CRITERION * self.0.len()..)?.get(..NAME)?;
        Some(Name(name.try_into().ok()?))
    }
}

impl Criterion {
    /// The lower, the better.
    fn rank(&self, document: &Document) -> u64 {
        let time = document.fetch_time_ms.map(|time| time.cast_unsigned() ^ (1 << 63));
        let number = |column: &str| document.metadata.get(column).and_then(Json::as_f64);
        let rank = match self {
            Self::Oldest => time,
            Self::Newest => time.map(|time| !time),
            Self::Longest => Some(!(document.text.len() as u64)),
            Self::MostFormulas => Some(!(document.formulas.len() as u64)),
            Self::Lowest(column) => number(column).map(ordered),
            Self::Highest(column) => number(column).map(|number| !ordered(number)),
            Self::Prefer { column, values } => {
                let value = document.metadata.get(column).and_then(Json::as_str);
                let place = value.and_then(|value| values.iter().position(|v| v == value));
                place.map(|place| place as u64)
            }
        };
        // The last rank of all is that of documents of which nothing is known.
        rank.map_or(u64::MAX, |rank| rank.min(u64::MAX - 1))
    }
}

/// A number's place among all numbers.
fn ordered(number: f64) -> u64 {
    let bits = (number + 0.0).to_bits();
    if bits >> 63 == 0 { bits | (1 << 63) } else { !bits }
}

/// An id in seventeen bytes. Those of our own, UUIDs in the usual ways of writing and short texts
/// come back as they were; longer ones come back as a hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name(pub [u8; NAME]);

/// How an id was written.
const HEX: u8 = 1;
const UUID: u8 = 2;
const URN: u8 = 3;
const HASHED: u8 = 4;
/// Text, filled up with zeros.
const TEXT: u8 = 5;

impl Name {
    /// The name of an id.
    pub fn of(id: &str) -> Self {
        let bare = id.strip_prefix("<urn:uuid:").and_then(|id| id.strip_suffix('>'));
        let (kind, value) = match (hex(id), bare.and_then(uuid), uuid(id)) {
            (Some(value), ..) => (HEX, value),
            (_, Some(value), _) => (URN, value),
            (_, _, Some(value)) => (UUID, value),
            _ if id.len() <= 16 && !id.contains('\0') => {
                let mut text = [0; 16];
                text.iter_mut().zip(id.bytes()).for_each(|(to, from)| *to = from);
                (TEXT, u128::from_be_bytes(text))
            }
            _ => (HASHED, xxh3_128(id.as_bytes())),
        };
        let mut name = [kind; NAME];
        name.iter_mut().skip(1).zip(value.to_be_bytes()).for_each(|(to, from)| *to = from);
        Self(name)
    }

    /// The id again.
    pub fn id(&self) -> String {
        let [kind, value @ ..] = self.0;
        let number = u128::from_be_bytes(value);
        match kind {
            HEX => format!("{number:032x}"),
            UUID => dashed(number),
            URN => format!("<urn:uuid:{}>", dashed(number)),
            HASHED => format!("xxh3:{number:032x}"),
            _ => {
                let text = value.split(|byte| *byte == 0).next().unwrap_or_default();
                String::from_utf8_lossy(text).into_owned()
            }
        }
    }
}

/// Thirty-two lower-case hexadecimal digits.
fn hex(text: &str) -> Option<u128> {
    let plain = text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    (text.len() == 32 && plain).then(|| u128::from_str_radix(text, 16).ok()).flatten()
}

fn uuid(text: &str) -> Option<u128> {
    let number = hex(&text.replace('-', ""))?;
    (dashed(number) == text).then_some(number)
}

fn dashed(number: u128) -> String {
    let part = |from: u32, digits: u32| (number >> from) & ((1 << (4 * digits)) - 1);
    format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        part(96, 8),
        part(80, 4),
        part(64, 4),
        part(48, 4),
        part(0, 12)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn document(text: &str, time: Option<i64>, score: Option<f64>, source: &str) -> Document {
        let mut document = Document::new("u", text.into());
        document.id = format!("{:032x}", text.len());
        document.fetch_time_ms = time;
        score.map(|score| document.metadata.insert("score".into(), score.into()));
        document.metadata.insert("source".into(), source.into());
        document
    }

    fn best(policy: &[Criterion], documents: &[Document]) -> usize {
        let policy = Policy(policy.to_vec());
        let rank = |document: &Document| {
            let mut bytes = Vec::new();
            policy.write(document, &mut bytes);
            assert_eq!(bytes.len(), policy.width());
            assert_eq!(policy.name_in(&bytes).unwrap().id(), document.id);
            bytes
        };
        (0..documents.len()).min_by_key(|at| rank(&documents[*at])).unwrap()
    }

    #[test]
    fn each_criterion_prefers_what_it_says() {
        let documents = [
            document("long text", None, Some(-2.0), "web"),
            document("text", Some(-5), Some(0.5), "wiki"),
            document("", Some(90), None, "books"),
        ];
        let best = |criterion| best(&[criterion], &documents);
        assert_eq!(best(Criterion::Longest), 0);
        assert_eq!(best(Criterion::Newest), 2);
        assert_eq!(best(Criterion::Oldest), 1);
        assert_eq!(best(Criterion::Highest("score".into())), 1);
        assert_eq!(best(Criterion::Lowest("score".into())), 0);
        let values = vec!["none".into(), "wiki".into()];
        assert_eq!(best(Criterion::Prefer { column: "source".into(), values }), 1);
    }

    #[test]
    fn equal_ranks_go_on_to_the_next_criterion_and_then_to_the_id() {
        let documents =
            [document("bbb", Some(1), None, ""), document("aa", Some(1), Some(1.0), "")];
        let score = Criterion::Highest("score".into());
        assert_eq!(best(&[Criterion::Newest, score], &documents), 1);
        assert_eq!(best(&[Criterion::Newest], &documents), 1);
    }

    #[test]
    fn usual_ids_come_back_as_they_were() {
        for id in [
            "0123456789abcdef0123456789abcdef",
            "6b3f9d4c-0000-1111-2222-333344445555",
            "<urn:uuid:6b3f9d4c-0000-1111-2222-333344445555>",
            "",
            "doc-7",
            "0123456789ABCDEF",
            "sixteen bytes ok",
            "0000",
        ] {
            assert_eq!(Name::of(id).id(), id);
        }
        assert!(Name::of("an id of more than sixteen bytes").id().starts_with("xxh3:"));
    }

    proptest! {
        #[test]
        fn numbers_keep_their_order(a in any::<f64>(), b in any::<f64>()) {
            prop_assume!(!a.is_nan() && !b.is_nan());
            prop_assert_eq!(a.partial_cmp(&b), Some(ordered(a).cmp(&ordered(b))));
        }

        #[test]
        fn short_ids_come_back(id in "\\PC{0,16}") {
            let back = Name::of(&id).id();
            prop_assert!(back == id || back.starts_with("xxh3:"));
        }
    }
}
