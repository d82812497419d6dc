//! `cc-math task`: some tasks of a plan, as an engine hands them out.

use crate::Ending;
use crate::fault::Fault;
use crate::pipeline::PipelineArguments;
use crate::progress::Log;
use crate::work::watch;
use cc_math_pipeline::{Share, run_share};
use clap::Args;
use serde_json::json;
use std::io::{self, Write};
use std::path::PathBuf;

/// Work on some tasks of a pipeline whose output folder `plan --write` or an engine prepared.
///
/// Tasks of one leg can run at once, in any number of processes and on any machines that see the
/// output folder; a task that is done stays as it is, and one that is done twice gives the same
/// bytes. When all legs are done, `run` writes the manifest.
#[derive(Debug, Args)]
pub(crate) struct TaskArguments {
    /// The pipeline's YAML file, or the one that `plan --write` wrote.
    #[arg(long = "plan", value_name = "PIPELINE")]
    file: PathBuf,
    /// Give a value another value, as in `--set stages.sample.rate=0.1`.
    #[arg(long = "set", value_name = "PATH=VALUE")]
    sets: Vec<String>,
    /// Output folder or prefix of a store, in place of the pipeline's.
    #[arg(long, short, value_name = "OUT")]
    output: Option<PathBuf>,
    /// The leg, counted from 0.
    #[arg(long, value_name = "N", default_value_t = 0)]
    leg: usize,
    /// The task, counted from 0; with `--of`, the first of every so many.
    #[arg(long, value_name = "N", required_unless_present = "list")]
    index: Option<usize>,
    /// Work on every N-th task.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    of: Option<u32>,
    /// Print which tasks there are and which are not done, and work on none.
    #[arg(long, conflicts_with = "index")]
    list: bool,
    /// Threads that work.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..))]
    threads: u16,
}

/// Runs `task`.
pub(crate) fn run(arguments: &TaskArguments, log: &Log) -> Result<Ending, Fault> {
    let TaskArguments { file, sets, output, leg, threads, .. } = arguments;
    let pipeline = PipelineArguments::of(file.clone(), sets.clone()).read()?;
    let plan = pipeline.plan().map_err(Fault::Pipeline)?;
    let out = output.as_ref().unwrap_or(&pipeline.output);
    let Some(index) = arguments.index else {
        let survey = plan.survey(out, *leg)?;
        let list = json!({ "legs": plan.legs(), "tasks": survey.tasks, "open": survey.open });
        writeln!(io::stdout(), "{list}").map_err(Fault::Output)?;
        return Ok(Ending::Well);
    };
    let share = match arguments.of {
        None => Share::One(index),
        Some(step) => Share::Every(index, usize::try_from(step).unwrap_or(usize::MAX)),
    };
    watch((plan.legs(), None), Some(*threads), log, |options, _| {
        run_share(&plan, out, *leg, share, options)
    })
}
