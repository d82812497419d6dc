//! What a pipeline's YAML says, every mistake in it at once.

mod chain;
mod reader;

use crate::plan::Plan;
use crate::trial::Trial;
use cc_math_config::{Node, Place, Problem, Source, parse};
use cc_math_extract::{EXTRACTOR, MathMode};
use cc_math_store::{Columns, Format, StoreError, list_documents, list_inputs};
use chain::Chain;
use reader::Reader;
use schemars::JsonSchema;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A pipeline without a mistake in it.
pub struct Pipeline {
    /// Its name.
    pub name: String,
    /// Seed of all that is drawn at random.
    pub seed: u64,
    /// The output folder.
    pub output: PathBuf,
    /// What stands in the file about its own behaviour.
    pub tests: Vec<Trial>,
    format: Format,
    chain: Chain,
    inputs: Inputs,
}

/// What the source says, each path with its place.
struct Inputs {
    paths: Vec<(String, Place)>,
    kind: Kind,
}

/// What the source is made of.
enum Kind {
    Pages { root: Option<PathBuf> },
    Documents { columns: Columns },
}

/// Where pages come from.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Warc {
    /// Archives (`.warc`, `.arc`, compressed or not), pages, folders of them, glob patterns, lists
    /// of paths (`.paths[.gz]`) and tables of `warc_filename`, `offset`, `length`; as on the
    /// command line, from the folder where the command is given.
    paths: Vec<String>,
    /// Where the files of lists and tables lie, if not beside the list or table.
    #[serde(default)]
    root: Option<PathBuf>,
}

/// Documents to go on with.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Documents {
    /// Parquet and JSON Lines files (`.parquet`, `.jsonl[.gz|.zst]`), folders of them, output
    /// folders of other runs, glob patterns; from the folder where the command is given.
    paths: Vec<String>,
    /// Which columns of theirs are which of ours, by our names: `text: content`. A name with dots
    /// leads into nested values. Columns of our names need not be named; all others go to the
    /// metadata.
    #[serde(default)]
    columns: BTreeMap<String, String>,
}

/// Where documents go, if more is said than the folder.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Output {
    /// The output folder.
    path: PathBuf,
    /// Format of its tables.
    #[serde(default = "parquet", deserialize_with = "format")]
    #[schemars(with = "String", extend("enum" = Format::NAMES))]
    format: Format,
}

fn parquet() -> Format {
    Format::Parquet
}

fn format<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Format, D::Error> {
    let name = String::deserialize(deserializer)?;
    Format::from_name(&name).ok_or_else(|| D::Error::unknown_variant(&name, Format::NAMES))
}

/// What may stand at the top of a pipeline, with what it is for.
pub(crate) const ENTRIES: [(&str, &str); 8] = [
    ("name", "What the pipeline is called."),
    ("seed", "Seed of all that is drawn at random. 0 where none is given."),
    (
        "vars",
        "Variables and their values, for `${name}` below; without a value, `--set vars.name=v` has to give it.",
    ),
    ("env", "Environment variables that `${NAME}` may stand for."),
    ("source", "Where the input comes from."),
    ("stages", "What is done with it, in this order."),
    ("output", "The output folder, or its path and format."),
    ("tests", "What the stages are to make of pages given here; `cc-math test` tries it."),
];

impl Pipeline {
    /// Reads a pipeline; `sets` are assignments as `--set` takes them.
    ///
    /// # Errors
    /// Every mistake in it. Inputs are not looked for yet.
    pub fn read(path: &Path, sets: &[String]) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        let mut root = match open(path) {
            Ok(node) => node,
            Err(problem) => return Err(vec![problem]),
        };
        problems.extend(sets.iter().filter_map(|set| root.set(set).err()));
        let pipeline = Reader { file: path, problems: &mut problems }.pipeline(root);
        pipeline.filter(|_| problems.is_empty()).ok_or(problems)
    }

    /// The stages and their options, defaults filled in.
    pub fn stages(&self) -> &[(&'static str, Json)] {
        &self.chain.stages
    }

    /// Lists the inputs, and cuts them into tasks.
    ///
    /// # Errors
    /// Every path that leads to nothing.
    pub fn plan(&self) -> Result<Plan, Vec<Problem>> {
        let Inputs { paths, kind } = &self.inputs;
        let list = |paths: &[String]| match kind {
            Kind::Pages { root } => list_inputs(paths, root.as_deref()),
            Kind::Documents { .. } => list_documents(paths),
        };
        let names: Vec<String> = paths.iter().map(|(path, _)| path.clone()).collect();
        let error = match list(&names) {
            Ok(inputs) => return Ok(self.without_inputs().with(inputs)),
            Err(error) => error,
        };
        let alone = |(path, place): &(String, Place)| {
            list(std::slice::from_ref(path)).err().map(|error| told(&error, place))
        };
        let problems: Vec<Problem> = paths.iter().filter_map(alone).collect();
        // Each for itself may be well, and two of them clash.
        let clash = paths.first().filter(|_| problems.is_empty());
        Err(clash.map(|(_, place)| vec![told(&error, place)]).unwrap_or(problems))
    }

    fn without_inputs(&self) -> Plan {
        let stages = self.chain.stages.iter().map(|(name, options)| json!({ *name: options }));
        let source = match &self.inputs.kind {
            Kind::Pages { .. } => json!({ "pages": { "extractor": EXTRACTOR } }),
            Kind::Documents { columns } => json!({ "documents": { "columns": columns.names() } }),
        };
        let json = json!({ "pipeline": {
            "seed": self.seed,
            "format": self.format.name(),
            "source": source,
            "stages": stages.collect::<Vec<_>>(),
        } });
        let steps = Arc::clone(&self.chain.steps);
        let math = self.chain.math.unwrap_or(MathMode::Any);
        let plan = Plan::of(json, math, steps, self.format, Some(self.seed));
        match &self.inputs.kind {
            Kind::Pages { .. } => plan,
            Kind::Documents { columns } => Plan { columns: columns.clone(), ..plan },
        }
    }

    /// Tries the pipeline's own tests: for each that fails its place and what is wrong.
    pub fn failures(&self) -> Vec<Problem> {
        self.tests
            .iter()
            .filter_map(|trial| trial.failure(self.chain.math, &self.chain.steps))
            .collect()
    }
}

fn told(error: &StoreError, place: &Place) -> Problem {
    let problem = Problem::at(place, error.to_string());
    Problem { hint: error.hints().into_iter().next(), ..problem }
}

fn open(path: &Path) -> Result<Node, Problem> {
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| Problem {
        place: None,
        message: format!("cannot read `{name}`: {error}"),
        hint: None,
    })?;
    parse(&Source::new(name, text))
}
