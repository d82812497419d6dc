//! `cc-math check`, `plan`, `run` and `test`: pipelines.

use crate::Ending;
use crate::engine;
use crate::fault::Fault;
use crate::progress::Log;
use crate::ray::{Handover, RunEngineArguments};
use crate::work::work;
use cc_math_pipeline::{Destination, Pipeline, Plan};
use clap::Args;
use serde_json::json;
use std::io::{self, Write};
use std::path::PathBuf;

/// A pipeline, and what is different about it this time.
#[derive(Debug, Args)]
pub(crate) struct PipelineArguments {
    /// The pipeline's YAML file.
    #[arg(value_name = "PIPELINE")]
    file: PathBuf,
    /// Give a value another value, as in `--set stages.sample.rate=0.1`.
    #[arg(long = "set", value_name = "PATH=VALUE")]
    sets: Vec<String>,
}

impl PipelineArguments {
    /// A pipeline that another verb names in its own way.
    pub(crate) fn of(file: PathBuf, sets: Vec<String>) -> Self {
        Self { file, sets }
    }

    pub(crate) fn read(&self) -> Result<Pipeline, Fault> {
        Pipeline::read(&self.file, &self.sets).map_err(Fault::Pipeline)
    }
}

/// Tell every mistake in a pipeline, with its place and what to do about it.
///
/// Inputs are looked for, but not read, and nothing is written.
#[derive(Debug, Args)]
pub(crate) struct CheckArguments {
    #[command(flatten)]
    pipeline: PipelineArguments,
}

/// Show what `run` would do: stages with all their options, tasks, input.
#[derive(Debug, Args)]
pub(crate) struct PlanArguments {
    #[command(flatten)]
    pipeline: PipelineArguments,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
    /// Write what another engine needs to this folder, and prepare the output folder.
    #[arg(long, value_name = "DIR", requires = "engine")]
    write: Option<PathBuf>,
    #[command(flatten)]
    engine: engine::EngineArguments,
}

/// Run a pipeline, or go on with one that was interrupted.
///
/// What is done stays done: the same command goes on where the last one
/// stopped, and reads again only inputs that are new or have changed.
#[derive(Debug, Args)]
pub(crate) struct RunArguments {
    #[command(flatten)]
    pipeline: PipelineArguments,
    /// Output folder or prefix of a store, in place of the pipeline's.
    #[arg(long, short, value_name = "OUT")]
    output: Option<PathBuf>,
    /// Threads that work [default: as many as the machine has].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,
    /// Delete what an earlier run wrote to the output folder, and start anew.
    #[arg(long)]
    overwrite: bool,
    #[command(flatten)]
    engine: RunEngineArguments,
}

/// Try the tests that stand in a pipeline.
#[derive(Debug, Args)]
pub(crate) struct TestArguments {
    #[command(flatten)]
    pipeline: PipelineArguments,
}

/// Runs `check`.
pub(crate) fn check(arguments: &CheckArguments, log: &Log) -> Result<Ending, Fault> {
    let pipeline = arguments.pipeline.read()?;
    let plan = pipeline.plan().map_err(Fault::Pipeline)?;
    let (stages, tests) = (pipeline.stages().len(), pipeline.tests.len());
    let parts = [counted(stages, "stage"), counted(plan.tasks(), "task"), counted(tests, "test")];
    log.text(&format!("`{}` is sound: {}", pipeline.name, parts.join(", ")));
    Ok(Ending::Well)
}

fn counted(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

/// Runs `plan`.
pub(crate) fn plan(arguments: &PlanArguments) -> Result<Ending, Fault> {
    let pipeline = arguments.pipeline.read()?;
    let plan = pipeline.plan().map_err(Fault::Pipeline)?;
    if let Some(folder) = &arguments.write {
        engine::write(&pipeline, &plan, folder, &arguments.engine)?;
    }
    let text = if arguments.json { as_json(&pipeline, &plan) } else { as_text(&pipeline, &plan) };
    writeln!(io::stdout(), "{text}").map_err(Fault::Output)?;
    Ok(Ending::Well)
}

fn as_json(pipeline: &Pipeline, plan: &Plan) -> String {
    let object = json!({
        "name": pipeline.name,
        "output": pipeline.output,
        "plan": plan.json(),
        "plan_hash": plan.hash(),
        "legs": plan.legs(),
        "tasks": plan.tasks(),
        "input_bytes": plan.bytes(),
    });
    object.to_string()
}

fn as_text(pipeline: &Pipeline, plan: &Plan) -> String {
    let input = plan.bytes().map_or("unknown size".into(), |n| format!("{:.1} MB", n as f64 / 1e6));
    let mut lines = vec![
        format!("{} (plan {})", pipeline.name, plan.hash()),
        format!("input   {}, {input}", counted(plan.tasks(), "task")),
    ];
    for ((name, options), number) in pipeline.stages().iter().zip(1..) {
        let ends = pipeline.turns().any(|turn| turn == number);
        let leg = if ends { "   (ends a leg)" } else { "" };
        lines.push(format!("stage {number} {name} {options}{leg}"));
    }
    lines.push(format!("output  {}", pipeline.output.display()));
    lines.push(format!("seed    {}", pipeline.seed));
    lines.join("\n")
}

/// Runs `run`.
pub(crate) fn run(arguments: RunArguments, log: &Log) -> Result<Ending, Fault> {
    let RunArguments { output, threads, overwrite, engine, .. } = arguments;
    let is_ray = engine.is_ray()?;
    let pipeline = arguments.pipeline.read()?;
    let plan = pipeline.plan().map_err(Fault::Pipeline)?;
    let path = output.unwrap_or_else(|| pipeline.output.clone());
    if is_ray {
        let (pipeline, plan, out, arguments) = (&pipeline, &plan, &*path, &engine);
        return Handover { pipeline, plan, out, overwrite, arguments }.run(threads, log);
    }
    work(plan, Destination::Folder { path, overwrite }, threads, log)
}

/// Runs `test`.
pub(crate) fn test(arguments: &TestArguments, log: &Log) -> Result<Ending, Fault> {
    let pipeline = arguments.pipeline.read()?;
    let (failures, tests) = (pipeline.failures(), pipeline.tests.len());
    if tests == 0 {
        return Err(Fault::NoTests(arguments.pipeline.file.display().to_string()));
    }
    if failures.is_empty() {
        log.text(&format!("`{}`: {}, all well", pipeline.name, counted(tests, "test")));
        return Ok(Ending::Well);
    }
    Err(Fault::Pipeline(failures))
}
