//! `cc-math check`, `plan`, `run` and `test`: pipelines.

use crate::Ending;
use crate::engine;
use crate::fault::Fault;
use crate::measure::Measuring;
use crate::progress::{Log, duration};
use crate::ray::{Handover, RunEngineArguments};
use crate::work::work;
use cc_math_pipeline::{Basis, Comparison, Destination, Estimate, Pipeline, Plan};
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
    /// Take the bounds of gates from a policy, as `run --measure` writes it.
    ///
    /// A policy is of one corpus and of the scorers that its figures were measured with; it is
    /// refused where either is another.
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
}

impl PipelineArguments {
    /// A pipeline that another verb names in its own way.
    pub(crate) fn of(file: PathBuf, sets: Vec<String>) -> Self {
        Self { file, sets, policy: None }
    }

    pub(crate) fn read(&self) -> Result<Pipeline, Fault> {
        let pipeline = Pipeline::read(&self.file, &self.sets);
        let pipeline = pipeline.and_then(|pipeline| match &self.policy {
            Some(policy) => pipeline.with_policy(policy),
            None => Ok(pipeline),
        });
        pipeline.map_err(Fault::Pipeline)
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

/// Show what `run` would do: stages with all their options, tasks, input, expected disk, memory, time.
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
    /// Drop nothing at gates, but measure what bounds would keep of a sample.
    ///
    /// The output folder, which is the pipeline's with `.measured` behind its name, gets the
    /// sample with what each gate saw of it, `report.html` with retention curves, and
    /// `policy.yaml`, whose bounds can be changed and given to `--policy`.
    #[arg(long, conflicts_with_all = ["policy", "engine"])]
    measure: bool,
    /// Measure so many documents: all of as few inputs as hold them, drawn at random.
    #[arg(long, value_name = "N", default_value_t = 10_000, requires = "measure", value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    documents: u64,
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
    let tasks = pipeline.check_inputs().map_err(Fault::Pipeline)?;
    let (stages, tests) = (pipeline.stages().len(), pipeline.tests.len());
    let tasks = tasks.map(|tasks| counted(tasks, "task"));
    let parts: Vec<String> = [Some(counted(stages, "stage")), tasks, Some(counted(tests, "test"))]
        .into_iter()
        .flatten()
        .collect();
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
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let estimate = plan.estimate(&pipeline.output, threads);
    let text = match arguments.json {
        true => as_json(&pipeline, &plan, threads, estimate.as_ref()),
        false => as_text(&pipeline, &plan, threads, estimate.as_ref()),
    };
    writeln!(io::stdout(), "{text}").map_err(Fault::Output)?;
    Ok(Ending::Well)
}

fn as_json(
    pipeline: &Pipeline,
    plan: &Plan,
    threads: usize,
    estimate: Option<&Estimate>,
) -> String {
    let estimate = estimate.map(|estimate| {
        json!({
            "basis": basis(&estimate.basis).0,
            "threads": threads,
            "documents_bytes": estimate.documents,
            "rejects_bytes": estimate.rejects,
            "held_bytes": estimate.held,
            "memory_bytes": estimate.memory,
            "seconds": estimate.seconds,
        })
    });
    let object = json!({
        "name": pipeline.name,
        "output": pipeline.output,
        "plan": plan.json(),
        "plan_hash": plan.hash(),
        "legs": plan.legs(),
        "comparisons": pipeline.comparisons(),
        "tasks": plan.tasks(),
        "input_bytes": plan.bytes(),
        "estimate": estimate,
    });
    object.to_string()
}

/// What an estimate is made of, in a word and in words.
fn basis(basis: &Basis) -> (&'static str, String) {
    match basis {
        Basis::Run(folder) => ("run", format!("as the run in `{}` went", folder.display())),
        Basis::Measured(folder) => {
            let folder = folder.display();
            (
                "measured",
                format!("as the measured run in `{folder}` went, before gates drop anything"),
            )
        }
        Basis::Rough => (
            "rough",
            "roughly; a run over some of the inputs, or `run --measure`, tells better".into(),
        ),
    }
}

fn expected(estimate: &Estimate, threads: usize) -> [String; 4] {
    let Estimate { documents, rejects, held, memory, seconds, .. } = estimate;
    let held =
        if *held > 0 { format!(", {} held between legs", size(*held)) } else { String::new() };
    [
        format!("disk    {} documents, {} rejects{held}", size(*documents), size(*rejects)),
        format!("memory  below {}", size(*memory)),
        format!("time    {} with {}", duration(*seconds), counted(threads, "thread")),
        format!("        ({})", basis(&estimate.basis).1),
    ]
}

/// What a stage that compares is expected to find and to take.
fn compared(comparison: &Comparison) -> Vec<String> {
    let Comparison { bytes, of, memory, curve, .. } = comparison;
    let mut lines = vec![format!("        disk    {bytes} bytes a {of}")];
    if *memory > 0 {
        lines.push(format!("        memory  {memory} bytes a document where clusters are joined"));
    }
    if !curve.is_empty() {
        let row = |cells: Vec<String>| cells.join("  ");
        lines.push("        two documents of Jaccard similarity".into());
        lines.push(format!(
            "        {}",
            row(curve.iter().map(|(s, _)| format!("{s:.2}")).collect())
        ));
        lines.push("        are found with probability".into());
        lines.push(format!(
            "        {}",
            row(curve.iter().map(|(_, p)| format!("{p:.2}")).collect())
        ));
    }
    lines
}

fn size(bytes: u64) -> String {
    let bytes = bytes as f64;
    if bytes < 1e9 { format!("{:.1} MB", bytes / 1e6) } else { format!("{:.1} GB", bytes / 1e9) }
}

fn as_text(
    pipeline: &Pipeline,
    plan: &Plan,
    threads: usize,
    estimate: Option<&Estimate>,
) -> String {
    let input = plan.bytes().map_or("unknown size".into(), size);
    let mut lines = vec![
        format!("{} (plan {})", pipeline.name, plan.hash()),
        format!("input   {}, {input}", counted(plan.tasks(), "task")),
    ];
    let (turns, comparisons) = (pipeline.turns(), pipeline.comparisons());
    for ((name, options), number) in pipeline.stages().zip(1..) {
        let ends = turns.contains(&number);
        let leg = if ends { "   (ends a leg)" } else { "" };
        lines.push(format!("stage {number} {name} {options}{leg}"));
        let comparisons = comparisons.iter().filter(|comparison| comparison.stage == number);
        lines.extend(comparisons.flat_map(compared));
    }
    lines.push(format!("output  {}", pipeline.output.display()));
    lines.push(format!("seed    {}", pipeline.seed));
    lines.extend(estimate.map(|estimate| expected(estimate, threads)).into_iter().flatten());
    lines.join("\n")
}

/// Runs `run`.
pub(crate) fn run(arguments: RunArguments, log: &Log) -> Result<Ending, Fault> {
    let RunArguments { output, threads, overwrite, engine, documents, .. } = arguments;
    let is_ray = engine.is_ray()?;
    let pipeline = arguments.pipeline.read()?;
    if arguments.measure {
        return Measuring { output, documents, threads, overwrite }.run(&pipeline, log);
    }
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
