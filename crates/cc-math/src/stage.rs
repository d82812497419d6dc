//! A stage by hand: its options as flags, documents in, an output folder out.

use crate::Ending;
use crate::extract::format_parser;
use crate::fault::Fault;
use crate::progress::Log;
use crate::work::work;
use cc_math_pipeline::{Alone, Destination, Pipeline, STAGES, StageKind};
use cc_math_store::Format;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};
use serde_json::Value as Json;
use std::marker::PhantomData;
use std::path::PathBuf;

/// Which stage a verb is of.
pub(crate) trait Named: std::fmt::Debug {
    /// The stage's name.
    const NAME: &'static str;
}

/// What all verbs of this kind take.
#[derive(Debug, Args)]
pub(crate) struct StageArguments<K: Named> {
    /// Documents: Parquet and JSON Lines files (.parquet, .jsonl[.gz|.zst]), folders of them,
    /// output folders of other runs, glob patterns, or addresses (s3://BUCKET/KEY, gs://, az://,
    /// http(s)://).
    #[arg(required = true, value_name = "INPUT")]
    inputs: Vec<String>,
    /// Output folder, which may be a prefix of a store (s3://BUCKET/KEY, gs://, az://).
    #[arg(long, short, value_name = "OUT")]
    output: PathBuf,
    /// Format of the documents and rejects.
    #[arg(long, value_name = "FORMAT", default_value = "parquet", value_parser = format_parser())]
    format: Format,
    /// Threads that work [default: as many as the machine has].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,
    /// Delete what an earlier run wrote to OUT, and start anew.
    #[arg(long)]
    overwrite: bool,
    #[command(flatten)]
    options: Options<K>,
}

/// The stage's options, as they were given: name and YAML.
#[derive(Debug)]
struct Options<K> {
    given: Vec<(String, String)>,
    of: PhantomData<K>,
}

fn kind<K: Named>() -> Option<&'static StageKind> {
    STAGES.iter().find(|kind| kind.name == K::NAME)
}

/// How an option is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// By its name alone, or with a value behind `=`.
    Switch,
    /// Again and again, or as a list.
    List,
    /// With a value.
    Once,
}

/// Names and descriptions of a stage's options, and how they are given.
fn options<K: Named>() -> Vec<(String, String, Way)> {
    let schema = kind::<K>().map(StageKind::schema).unwrap_or_default();
    let properties = schema.get("properties").and_then(Json::as_object);
    let option = |(name, schema): (&String, &Json)| {
        let about = schema.get("description").and_then(Json::as_str).unwrap_or_default();
        let way = match schema.get("type").and_then(Json::as_str) {
            Some("boolean") => Way::Switch,
            Some("array") => Way::List,
            _ => Way::Once,
        };
        (name.clone(), about.to_owned(), way)
    };
    let mine = |(name, ..): &(String, String, Way)| name != "digest";
    properties.into_iter().flatten().map(option).filter(mine).collect()
}

impl<K: Named> Args for Options<K> {
    fn augment_args(mut command: Command) -> Command {
        for (name, about, way) in options::<K>() {
            let arg = Arg::new(name.clone()).long(name.replace('_', "-")).help(about);
            let arg = arg.value_name("YAML").help_heading("Options of the stage");
            command = command.arg(match way {
                Way::Switch => {
                    arg.num_args(0..=1).require_equals(true).default_missing_value("true")
                }
                Way::List => arg.action(ArgAction::Append),
                Way::Once => arg,
            });
        }
        command
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl<K: Named> FromArgMatches for Options<K> {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let given = options::<K>().into_iter().filter_map(|(name, _, way)| {
            let values: Vec<&String> = matches.get_many(&name)?.collect();
            let value = match values.as_slice() {
                [value] if way != Way::List || value.starts_with('[') => (*value).clone(),
                values => {
                    format!("[{}]", values.iter().map(|v| item(v)).collect::<Vec<_>>().join(", "))
                }
            };
            Some((name, value))
        });
        Ok(Self { given: given.collect(), of: PhantomData })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// A value as an item of a list: YAML if it is a mapping, or else text.
fn item(value: &str) -> String {
    if value.starts_with('{') { value.to_owned() } else { Json::from(value).to_string() }
}

/// Runs the verb.
pub(crate) fn run<K: Named>(arguments: StageArguments<K>, log: &Log) -> Result<Ending, Fault> {
    let StageArguments { inputs, output, format, threads, overwrite, options } = arguments;
    let alone =
        Alone { stage: K::NAME, options: &options.given, paths: &inputs, output: &output, format };
    let pipeline = Pipeline::alone(&alone).map_err(Fault::Pipeline)?;
    let plan = pipeline.plan().map_err(Fault::Pipeline)?;
    work(plan, Destination::Folder { path: output, overwrite }, threads, log)
}
