//! The stages that a pipeline may name: one file and one struct of options each.
//!
//! [`STAGES`] feeds the reader of pipelines, `cc-math stages`, the schemas and `docs/stages.md`;
//! what the reference says of a stage and its options are the doc comments of its struct.

mod bloom_dedup;
mod condition;
mod decontaminate;
mod exact_dedup;
mod extract;
mod limit;
mod measure;
mod minhash_dedup;
mod paragraph_dedup;
mod persist;
mod rename;
mod sample;
mod select;
mod shuffle;
mod substring_dedup;

use crate::dedup::index::Index;
use crate::dedup::{Dedup, Join, Mode};
use crate::legs::Turn;
use crate::schema::schema_of;
use cc_math_config::{Entry, Node, Place, Problem, Tree, read};
use cc_math_core::{Gate, Map};
use cc_math_dedup::sketch::Scheme;
use cc_math_extract::MathMode;
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use std::fmt;
use std::sync::Arc;

/// A stage that judges each document by itself, with its name.
#[derive(Clone)]
pub(crate) struct Step {
    pub(crate) name: &'static str,
    pub(crate) map: Arc<dyn Map>,
    /// Whether it draws at random, so that a pipeline's own tests pass it by.
    pub(crate) random: bool,
}

impl fmt::Debug for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

pub(crate) use measure::measuring;

/// What options make.
#[derive(Clone)]
pub(crate) enum Made {
    /// The stage that makes documents of pages.
    Extract(MathMode),
    /// A stage that judges each document by itself.
    Map(Arc<dyn Map>),
    /// A stage that has to know of all documents before the next can begin.
    Turn(Turn),
}

impl Made {
    /// A stage that looks at documents one by one.
    fn map(map: impl Map + 'static) -> Self {
        Self::Map(Arc::new(map))
    }
}

/// A stage of a pipeline: its options as they were meant, and what they make.
#[derive(Clone)]
pub(crate) struct Stage {
    pub(crate) name: &'static str,
    /// The options with their defaults filled in.
    pub(crate) json: Json,
    pub(crate) made: Made,
    pub(crate) random: bool,
}

/// A stage that compares all documents.
fn compare<T: Options>(
    scheme: Scheme,
    annotate: bool,
    index: Option<Index>,
) -> Result<Made, (&'static str, String)> {
    let (mode, join) = (Mode::of(annotate), Join::Memory);
    compared(Dedup { name: T::NAME, scheme, mode, least: 0.0, join, index })
}

/// A stage that compares all documents in this way.
fn compared(dedup: Dedup) -> Result<Made, (&'static str, String)> {
    match dedup.index.as_ref().and_then(Index::fault) {
        Some(fault) => Err(("index", fault)),
        None => Ok(Made::Turn(Turn::Compare(Arc::new(dedup)))),
    }
}

/// The options of one stage.
trait Options: DeserializeOwned + Serialize + JsonSchema {
    const NAME: &'static str;

    /// Whether the stage draws at random.
    const RANDOM: bool = false;

    /// The option that may stand alone in place of all: `limit: 10` for `limit: { documents: 10 }`.
    const SHORT: Option<&'static str> = None;

    /// Fills in what files say that the options name, so that they stand for the same later on.
    ///
    /// # Errors
    /// The name of an option whose value cannot be, and why.
    fn settle(&mut self) -> Result<(), (&'static str, String)> {
        Ok(())
    }

    /// What the options make. `seed` is the pipeline's.
    ///
    /// # Errors
    /// The name of an option whose value cannot be, and why.
    fn make(self, seed: u64) -> Result<Made, (&'static str, String)>;

    /// The options with these bounds in place of those of the gates, in their order; what is none
    /// is blanked, for options that are compared and not carried out.
    ///
    /// # Errors
    /// If they do not fit.
    fn rebound(self, bounds: &[Option<f64>]) -> Result<Self, String> {
        if bounds.is_empty() { Ok(self) } else { Err(format!("`{}` has no gates", Self::NAME)) }
    }
}

/// Reads the options of a stage; the place is that of its name.
type Reader = fn(&Node, &Place, u64, &mut Vec<Problem>) -> Option<Stage>;

/// A stage that a pipeline may name.
pub struct StageKind {
    /// Its name.
    pub name: &'static str,
    /// The option that may stand alone.
    pub(crate) short: Option<&'static str>,
    schema: fn() -> Json,
    pub(crate) read: Reader,
    rebound: Rebound,
    make: fn(Json, u64) -> Result<Made, String>,
}

/// Puts bounds into the options of a stage, as JSON.
type Rebound = fn(&Json, &[Option<f64>]) -> Result<Json, String>;

/// All stages, in the order in which a pipeline would name them.
pub const STAGES: &[StageKind] = &[
    kind::<extract::Extract>(),
    kind::<condition::Where>(),
    kind::<sample::Sample>(),
    kind::<select::Select>(),
    kind::<rename::Rename>(),
    kind::<persist::Persist>(),
    kind::<limit::Limit>(),
    kind::<shuffle::Shuffle>(),
    kind::<exact_dedup::ExactDedup>(),
    kind::<minhash_dedup::MinhashDedup>(),
    kind::<paragraph_dedup::ParagraphDedup>(),
    kind::<substring_dedup::SubstringDedup>(),
    kind::<bloom_dedup::BloomDedup>(),
    kind::<decontaminate::Decontaminate>(),
];

const fn kind<T: Options>() -> StageKind {
    StageKind {
        name: T::NAME,
        short: T::SHORT,
        schema: schema_of::<T>,
        read: read_stage::<T>,
        rebound: rebound::<T>,
        make: made::<T>,
    }
}

fn rebound<T: Options>(json: &Json, bounds: &[Option<f64>]) -> Result<Json, String> {
    let options: T = serde_json::from_value(json.clone()).map_err(|error| error.to_string())?;
    serde_json::to_value(options.rebound(bounds)?).map_err(|error| error.to_string())
}

fn read_stage<T: Options>(
    node: &Node,
    owner: &Place,
    seed: u64,
    problems: &mut Vec<Problem>,
) -> Option<Stage> {
    let whole = T::SHORT.and_then(|option| spelt_out(option, node));
    let node = whole.as_ref().unwrap_or(node);
    let mut options: T = read(node, owner, problems)?;
    let settled = options.settle();
    let json = serde_json::to_value(&options).unwrap_or_default();
    match settled.and_then(|()| options.make(seed)) {
        Ok(made) => Some(Stage { name: T::NAME, json, made, random: T::RANDOM }),
        Err((option, message)) => {
            let place = node.get(option).map_or(owner, |value| &value.place);
            problems.push(Problem::at(place, message));
            None
        }
    }
}

/// What options make, if they are known to be sound.
fn made<T: Options>(json: Json, seed: u64) -> Result<Made, String> {
    let options: T = serde_json::from_value(json).map_err(|error| error.to_string())?;
    options.make(seed).map_err(|(_, message)| message)
}

/// Options of which only this one is given, and not its name.
fn spelt_out(option: &str, node: &Node) -> Option<Node> {
    if let Tree::Map(_) | Tree::Null = node.tree {
        return None;
    }
    let place = node.place.clone();
    let entry = Entry { name: option.to_owned(), place: place.clone(), value: node.clone() };
    Some(Node { tree: Tree::Map(vec![entry]), place })
}

impl Stage {
    /// The numbers that it compares with bounds.
    pub(crate) fn gates(&self) -> Vec<Gate> {
        if let Made::Map(map) = &self.made { map.gates() } else { Vec::new() }
    }

    /// Its options with other bounds, or with none.
    ///
    /// # Errors
    /// If they do not fit.
    pub(crate) fn rebound(&self, bounds: &[Option<f64>]) -> Result<Json, String> {
        (self.kind()?.rebound)(&self.json, bounds)
    }

    /// The same stage with other options. `seed` is the pipeline's.
    ///
    /// # Errors
    /// What is wrong with them.
    pub(crate) fn again(&self, json: Json, seed: u64) -> Result<Self, String> {
        let made = (self.kind()?.make)(json.clone(), seed)?;
        Ok(Self { json, made, ..self.clone() })
    }

    fn kind(&self) -> Result<&'static StageKind, String> {
        let kind = STAGES.iter().find(|kind| kind.name == self.name);
        kind.ok_or_else(|| format!("no stage is called `{}`", self.name))
    }
}

impl StageKind {
    /// The JSON Schema of its options.
    pub fn schema(&self) -> Json {
        (self.schema)()
    }

    /// What it does.
    pub fn about(&self) -> String {
        let schema = self.schema();
        schema.get("description").and_then(Json::as_str).unwrap_or_default().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_distinct_and_every_option_is_explained() {
        let names: std::collections::BTreeSet<_> = STAGES.iter().map(|stage| stage.name).collect();
        assert_eq!(names.len(), STAGES.len());
        for stage in STAGES {
            let schema = stage.schema();
            assert!(!stage.about().is_empty(), "{}", stage.name);
            assert_eq!(schema["additionalProperties"], false, "{}", stage.name);
            for (option, schema) in schema["properties"].as_object().into_iter().flatten() {
                assert!(schema["description"].is_string(), "{}.{option}", stage.name);
            }
        }
    }
}
