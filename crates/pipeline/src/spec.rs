//! What a pipeline's YAML says, every mistake in it at once.

mod chain;
mod reader;

use crate::dedup::Comparison;
use crate::legs::{Leg, Turn, Work};
use crate::mix::{By, Mix, TableSource};
use crate::plan::Plan;
use crate::policy::{self, Approved, Corpus, Policy, gates, measured_folder, scorers};
use crate::stages::{Made, Stage, measuring};
use crate::trial::Trial;
use crate::urls::UrlSource;
use cc_math_config::{Node, Place, Problem, Source, parse};
use cc_math_extract::{EXTRACTOR, MathMode};
use cc_math_store::{Columns, Format, Input, StoreError, list_documents, list_inputs};
use chain::{Chain, Cut};
use reader::Reader;
use schemars::JsonSchema;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
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
    partition: Option<String>,
    chain: Chain,
    inputs: Inputs,
    /// Bounds that fit no other corpus.
    policy: Option<Policy>,
    /// Whether the inputs are read in a random order.
    scattered: bool,
}

/// What the source says, each path with its place.
#[derive(Clone)]
struct Inputs {
    paths: Vec<(String, Place)>,
    kind: Kind,
}

/// What the source is made of.
#[derive(Clone)]
enum Kind {
    Pages { root: Option<PathBuf> },
    Documents { columns: Columns },
    Mix { mix: Mix, sources: Vec<Blended> },
    Urls(Box<UrlSource>),
}

/// One source of a blend.
#[derive(Clone)]
struct Blended {
    source: TableSource,
    paths: Vec<(String, Place)>,
}

/// Where pages come from.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Warc {
    /// Archives (`.warc`, `.arc`, compressed or not), pages, folders of them, glob patterns, lists
    /// of paths (`.paths[.gz]`) and tables of `warc_filename`, `offset`, `length`; as on the
    /// command line, from the folder where the command is given, or addresses (`s3://`, `gs://`,
    /// `az://`, `http(s)://`).
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
    /// folders of other runs, glob patterns; from the folder where the command is given, or
    /// addresses (`s3://`, `gs://`, `az://`, `http(s)://`).
    paths: Vec<String>,
    /// Whose columns they have.
    #[serde(default)]
    preset: Preset,
    /// Which columns of theirs are which of ours, by our names: `text: content`. A name with dots
    /// leads into nested values. Columns of our names need not be named, nor those that a preset
    /// names; all others go to the metadata.
    #[serde(default)]
    columns: BTreeMap<String, String>,
}

/// Columns of well-known corpora and tools.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Preset {
    /// Ours.
    #[default]
    None,
    /// FineMath and FineWeb: ours but for the media type.
    FineMath,
    /// OpenWebMath: the date of the crawl is `date`.
    OpenWebMath,
    /// Dolma: the address is in the metadata, the date of the crawl is `added`.
    Dolma,
    /// What datatrove's writers write: address and date are in the metadata.
    DataTrove,
}

impl Preset {
    /// Their names by our names.
    fn columns(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Preset::None => &[],
            Preset::FineMath => &[("content_type", "content_mime_type")],
            Preset::OpenWebMath => &[("fetch_time", "date")],
            Preset::Dolma => &[("url", "metadata.url"), ("fetch_time", "added")],
            Preset::DataTrove => &[
                ("url", "metadata.url"),
                ("fetch_time", "metadata.date"),
                ("content_type", "metadata.content_mime_type"),
            ],
        }
    }
}

/// A blend of several sources of documents.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Blend {
    /// What the shares are shares of: `documents`, `bytes` of text, or `tokens`, as the documents'
    /// `token_count` counts them.
    #[serde(default)]
    by: By,
    /// How much there is to be in all; as much as there can be where that is less, or where this
    /// is not given. No document is taken twice.
    #[serde(default)]
    #[schemars(range(min = 1))]
    total: Option<u64>,
    /// Seed of this draw alone; the pipeline's where none is given.
    #[serde(default)]
    seed: Option<u64>,
    /// The sources by their names, which their documents keep as `mix` in the metadata.
    sources: BTreeMap<String, Share>,
}

/// One source of a blend.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Share {
    /// Its share, beside those of the others; together they need not be 1.
    weight: f64,
    /// As of a source of documents.
    paths: Vec<String>,
    /// As of a source of documents.
    #[serde(default)]
    preset: Preset,
    /// As of a source of documents.
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
    /// A column or an entry of the metadata that few values repeat in: documents go to a folder
    /// for each, `documents/language=en/`.
    #[serde(default)]
    partition_by: Option<String>,
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

/// One stage over documents.
#[derive(Debug, Clone, Copy)]
pub struct Alone<'a> {
    /// The stage's name.
    pub stage: &'a str,
    /// Its options: name and YAML.
    pub options: &'a [(String, String)],
    /// Paths of the documents.
    pub paths: &'a [String],
    /// The output folder.
    pub output: &'a Path,
    /// Format of its tables.
    pub format: Format,
}

impl Pipeline {
    /// Reads a pipeline; `sets` are assignments as `--set` takes them.
    ///
    /// # Errors
    /// Every mistake in it. Inputs are not looked for yet.
    pub fn read(path: &Path, sets: &[String]) -> Result<Self, Vec<Problem>> {
        let mut root = open(path).map_err(|problem| vec![problem])?;
        let problems = sets.iter().filter_map(|set| root.set(set).err()).collect();
        Self::of(path, root, problems)
    }

    /// The pipeline of one stage over documents.
    ///
    /// # Errors
    /// Every mistake in its options. Inputs are not looked for yet.
    pub fn alone(alone: &Alone<'_>) -> Result<Self, Vec<Problem>> {
        let Alone { stage, options, paths, output, format } = alone;
        let text = literal(json!({
            "name": stage,
            "source": { "documents": { "paths": paths } },
            "stages": [{ *stage: {} }],
            "output": { "path": output, "format": format.name() },
        }));
        let root = parse(&Source::new("command line", text.to_string()));
        let mut root = root.map_err(|problem| vec![problem])?;
        let mut problems = Vec::new();
        for (name, value) in *options {
            let path = format!("stages.{stage}.{name}");
            let option = format!("--{}", name.replace('_', "-"));
            problems.extend(root.set_option(&path, &option, value).err());
        }
        Self::of(Path::new(""), root, problems)
    }

    fn of(path: &Path, root: Node, mut problems: Vec<Problem>) -> Result<Self, Vec<Problem>> {
        let pipeline = Reader { file: path, problems: &mut problems }.pipeline(root);
        pipeline.filter(|_| problems.is_empty()).ok_or(problems)
    }

    /// The stages and their options, defaults filled in.
    pub fn stages(&self) -> impl ExactSizeIterator<Item = (&'static str, &Json)> {
        self.chain.0.iter().map(|stage| (stage.name, &stage.json))
    }

    /// The pipeline as JSON, which is YAML, too: variables, included files and defaults are
    /// filled in, its own tests left out. It reads back as the same pipeline.
    pub fn resolved(&self) -> Json {
        let paths: Vec<&String> = self.inputs.paths.iter().map(|(path, _)| path).collect();
        let source = match &self.inputs.kind {
            Kind::Pages { root } => json!({ "warc": { "paths": paths, "root": root } }),
            Kind::Documents { columns } => {
                json!({ "documents": { "paths": paths, "columns": columns.names() } })
            }
            Kind::Urls(urls) => json!({ "urls": urls.resolved() }),
            Kind::Mix { mix, sources } => blend_json(mix, sources, true),
        };
        let stages = self.stages().map(|(name, options)| json!({ name: options }));
        literal(json!({
            "name": self.name,
            "seed": self.seed,
            "source": source,
            "stages": stages.collect::<Vec<_>>(),
            "output": {
                "path": self.output,
                "format": self.format.name(),
                "partition_by": self.partition,
            },
        }))
    }

    /// The pipeline with the bounds of a policy in place of those that its gates have.
    ///
    /// # Errors
    /// If the policy cannot be read, or is of other scorers or gates. Whether it is of this corpus
    /// shows when the inputs are listed.
    pub fn with_policy(mut self, path: &Path) -> Result<Self, Vec<Problem>> {
        let scorers = scorers(&self.source_json(), &self.chain.0);
        let policy = Policy::read(path, &scorers, &self.chain.0)?;
        for (stage, number) in self.chain.0.iter_mut().zip(1..) {
            let bounds = policy.bounds(number);
            if bounds.is_empty() {
                continue;
            }
            let bound = stage.rebound(&bounds).and_then(|json| stage.again(json, self.seed));
            *stage = bound.map_err(|message| vec![Problem { place: None, message, hint: None }])?;
        }
        Ok(Self { policy: Some(policy), ..self })
    }

    /// The pipeline that measures what this one's gates see of so many documents, and drops none of
    /// them. Its inputs are read in a random order, and no more of them than needed.
    ///
    /// # Errors
    /// If there is no gate.
    pub fn measuring(&self, documents: u64) -> Result<Self, Problem> {
        if gates(&self.chain.0).is_empty() {
            let message = format!("`{}` has no gate that could be measured", self.name);
            let hint =
                "a gate compares a number with a bound, as in `- where: math_recovered >= 3`";
            return Err(Problem { place: None, message, hint: Some(hint.into()) });
        }
        Ok(Self {
            name: self.name.clone(),
            seed: self.seed,
            output: measured_folder(&self.output),
            tests: Vec::new(),
            format: Format::Parquet,
            partition: None,
            chain: Chain(measuring(&self.chain.0, documents)),
            inputs: self.inputs.clone(),
            policy: None,
            scattered: true,
        })
    }

    /// A policy as YAML: the gates as they were measured on so many documents of a plan's inputs.
    pub fn policy(&self, plan: &Plan, documents: u64, gates: &[Approved]) -> String {
        let scorers = scorers(&self.source_json(), &self.chain.0);
        policy::written(&self.name, &Corpus::of(plan), &scorers, documents, gates)
    }

    /// What stages that compare all documents are expected to find and to take.
    pub fn comparisons(&self) -> Vec<Comparison> {
        let compares = |(stage, number): (&Stage, usize)| match &stage.made {
            Made::Turn(Turn::Compare(dedup)) => Some(dedup.comparison(number)),
            _ => None,
        };
        self.chain.0.iter().zip(1..).filter_map(compares).collect()
    }

    /// The numbers, from 1, of the stages at which a leg ends.
    pub fn turns(&self) -> Vec<usize> {
        let legs = self.chain.cut().into_iter();
        let ends = legs.filter_map(|leg| leg.turn.filter(|_| !matches!(leg.work, Work::Sort(..))));
        ends.map(|(_, count)| count).collect()
    }

    /// Looks for the inputs; how many tasks there are, if that is known without reading any.
    ///
    /// # Errors
    /// Every path that leads to nothing.
    pub fn check_inputs(&self) -> Result<Option<usize>, Vec<Problem>> {
        match (&self.inputs.kind, self.inputs.paths.first()) {
            (Kind::Urls(urls), Some((_, place))) => urls.check(place).map(|()| None),
            _ => self.plan().map(|plan| Some(plan.tasks())),
        }
    }

    /// Lists the inputs, and cuts them into tasks. URLs are looked up for that.
    ///
    /// # Errors
    /// Every path that leads to nothing.
    pub fn plan(&self) -> Result<Plan, Vec<Problem>> {
        let plan = self.with_inputs()?;
        if let Some(problem) = self.policy.as_ref().and_then(|policy| policy.other_corpus(&plan)) {
            return Err(vec![problem]);
        }
        Ok(if self.scattered { plan.scattered(self.seed) } else { plan })
    }

    fn with_inputs(&self) -> Result<Plan, Vec<Problem>> {
        let plan = self.without_inputs();
        if let Kind::Urls(urls) = &self.inputs.kind {
            let Some((_, place)) = self.inputs.paths.first() else { return Ok(plan) };
            return urls.look_up(place).map(|records| plan.with_records(records));
        }
        let Kind::Mix { sources, .. } = &self.inputs.kind else {
            return Ok(plan.with(self.list(&self.inputs.paths)?));
        };
        let mut problems = Vec::new();
        let listed = sources.iter().enumerate().fold(plan, |plan, (index, blended)| {
            let mut inputs = self.list(&blended.paths).unwrap_or_else(|mut found| {
                problems.append(&mut found);
                Vec::new()
            });
            for input in &mut inputs {
                input.name = format!("{}/{}", blended.source.name, input.name).into();
            }
            plan.with_source(index, inputs)
        });
        if problems.is_empty() { Ok(listed) } else { Err(problems) }
    }

    /// The inputs that paths lead to, by name, whatever order the paths come in.
    fn list(&self, paths: &[(String, Place)]) -> Result<Vec<Input>, Vec<Problem>> {
        let list = |paths: &[String]| match &self.inputs.kind {
            Kind::Pages { root } => list_inputs(paths, root.as_deref()),
            _ => list_documents(paths, None),
        };
        let names: Vec<String> = paths.iter().map(|(path, _)| path.clone()).collect();
        let error = match list(&names) {
            Ok(mut inputs) => {
                inputs.sort_by(|a, b| a.name.cmp(&b.name));
                return Ok(inputs);
            }
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

    /// Of the source all that shows in what comes of it.
    fn source_json(&self) -> Json {
        match &self.inputs.kind {
            Kind::Pages { .. } => json!({ "pages": { "extractor": EXTRACTOR } }),
            Kind::Documents { columns } => json!({ "documents": { "columns": columns.names() } }),
            Kind::Urls(urls) => {
                json!({ "pages": { "extractor": EXTRACTOR }, "urls": urls.to_json() })
            }
            Kind::Mix { mix, sources } => blend_json(mix, sources, false),
        }
    }

    fn without_inputs(&self) -> Plan {
        let source = self.source_json();
        // What shows in what comes of so many stages.
        let part = |count: usize| {
            let stages = self.stages().take(count);
            let stages: Vec<Json> =
                stages.map(|(name, options)| json!({ name: options })).collect();
            json!({ "seed": self.seed, "source": source, "stages": stages })
        };
        let mut json = part(usize::MAX);
        if let Some(whole) = json.as_object_mut() {
            whole.insert("format".into(), self.format.name().into());
            let partition = self.partition.iter();
            whole.extend(partition.map(|column| ("partition_by".into(), column.as_str().into())));
        }
        let json = json!({ "pipeline": json });
        // Of the stage at which a leg ends nothing shows but the way it holds documents.
        let leg = |Cut { work, turn }: Cut| {
            let Some((turn, count)) = turn else { return Leg::new(work, None, &json) };
            let json = match (&turn, &work) {
                (_, Work::Sort(_, sort)) => {
                    json!({ "sorted": part(count), "by": sort.name() })
                }
                (Turn::Compare(_), _) => json!({ "sketched": part(count) }),
                (Turn::Shuffle { seed }, _) => json!({ "held": part(count - 1), "order": seed }),
                _ => json!({ "held": part(count - 1), "order": null }),
            };
            Leg::new(work, Some(turn), &json)
        };
        let measuring = matches!(self.inputs.kind, Kind::Mix { .. }).then(|| {
            let nothing = Work::Documents(Arc::new([]));
            Leg::new(nothing, Some(Turn::Mix), &json!({ "measured": source }))
        });
        let legs = measuring.into_iter().chain(self.chain.cut().into_iter().map(leg));
        let math = self.chain.math().unwrap_or(MathMode::Any);
        let legs = legs.collect();
        let plan = Plan::of(json.clone(), math, legs, self.format, Some(self.seed));
        let plan = Plan { partition: self.partition.clone(), ..plan };
        match &self.inputs.kind {
            Kind::Pages { .. } | Kind::Urls(_) => plan,
            Kind::Documents { columns } => {
                let source = TableSource { columns: columns.clone(), ..TableSource::default() };
                Plan { sources: vec![source], ..plan }
            }
            Kind::Mix { mix, sources } => {
                let sources = sources.iter().map(|blended| blended.source.clone()).collect();
                Plan { sources, mix: Some(*mix), ..plan }
            }
        }
    }

    /// Tries the pipeline's own tests: for each that fails its place and what is wrong.
    pub fn failures(&self) -> Vec<Problem> {
        let steps = self.chain.all_steps();
        self.tests.iter().filter_map(|trial| trial.failure(self.chain.math(), &steps)).collect()
    }
}

/// A blend as JSON, with the paths of its sources or without.
fn blend_json(mix: &Mix, sources: &[Blended], with_paths: bool) -> Json {
    let shares = sources.iter().map(|Blended { source, paths }| {
        let mut share = json!({ "weight": source.weight, "columns": source.columns.names() });
        if let Some(share) = share.as_object_mut().filter(|_| with_paths) {
            let paths: Vec<&String> = paths.iter().map(|(path, _)| path).collect();
            share.insert("paths".into(), json!(paths));
        }
        (source.name.clone(), share)
    });
    let shares: serde_json::Map<String, Json> = shares.collect();
    json!({ "mix": { "by": mix.by, "total": mix.total, "seed": mix.seed, "sources": shares } })
}

/// JSON in which `${` stands for itself.
fn literal(json: Json) -> Json {
    match json {
        Json::String(text) => text.replace("${", "$${").into(),
        Json::Array(items) => items.into_iter().map(literal).collect(),
        Json::Object(fields) => fields.into_iter().map(|(k, v)| (k, literal(v))).collect(),
        other => other,
    }
}

fn told(error: &StoreError, place: &Place) -> Problem {
    let problem = Problem::at(place, error.to_string());
    Problem { hint: error.hints().into_iter().next(), ..problem }
}

/// Bytes of a YAML file that are read: more than may be there, so that this is told.
const MOST_READ: u64 = 8 << 20;

/// Reads a YAML file.
pub(crate) fn open(path: &Path) -> Result<Node, Problem> {
    let name = path.display().to_string();
    let mut text = String::new();
    let read = File::open(path).and_then(|file| file.take(MOST_READ).read_to_string(&mut text));
    read.map_err(|error| Problem {
        place: None,
        message: format!("cannot read `{name}`: {error}"),
        hint: None,
    })?;
    parse(&Source::new(name, text))
}
