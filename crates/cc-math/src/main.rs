//! The `cc-math` binary: flags, printing, exit codes, hints; one file a verb.
//!
//! Data goes to standard output, everything else to standard error. Exit codes:
//! 0 all well; 1 the run finished but some inputs failed, or `diff` found two
//! runs that differ; 2 the operator must mend something; 130 interrupted, and
//! can be gone on with.

mod decontaminate;
mod dedup;
mod diff;
mod engine;
mod eval;
mod eval_report;
mod extract;
mod fault;
mod inspect;
mod lookup;
mod measure;
mod pipeline;
mod progress;
mod ray;
mod reference;
mod report;
mod stage;
mod summary;
mod task;
mod why;
mod work;

use clap::{Parser, Subcommand, ValueEnum};
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Common Crawl pages to Markdown whose mathematics survives as LaTeX.
#[derive(Debug, Parser)]
#[command(name = "cc-math", version, propagate_version = true)]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
    /// Print nothing on standard error but errors.
    #[arg(long, short, global = true)]
    quiet: bool,
    /// How to print progress and errors on standard error.
    #[arg(long, global = true, value_name = "FORMAT", default_value = "text")]
    log_format: LogFormat,
}

/// Shape of what goes to standard error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum LogFormat {
    /// For people.
    Text,
    /// A JSON object a line.
    Json,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Extract(extract::ExtractArguments),
    Lookup(lookup::LookupArguments),
    Dedup(dedup::DedupArguments),
    /// Find questions of benchmarks in documents, and drop, mask or tell.
    Decontaminate(stage::StageArguments<decontaminate::Decontaminate>),
    Run(pipeline::RunArguments),
    Plan(pipeline::PlanArguments),
    Check(pipeline::CheckArguments),
    Test(pipeline::TestArguments),
    Task(task::TaskArguments),
    Stages(reference::StagesArguments),
    Schema(reference::SchemaArguments),
    Report(report::ReportArguments),
    Inspect(inspect::InspectArguments),
    Why(why::WhyArguments),
    Diff(diff::DiffArguments),
    Eval(eval::EvalArguments),
}

/// How a run that did not fail ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    Well,
    SomeFailed,
    Differs,
    Interrupted,
}

impl From<Ending> for ExitCode {
    fn from(ending: Ending) -> Self {
        ExitCode::from(match ending {
            Ending::Well => 0,
            Ending::SomeFailed | Ending::Differs => 1,
            Ending::Interrupted => 130,
        })
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let log = progress::Log { quiet: arguments.quiet, format: arguments.log_format };
    let ended = match arguments.verb {
        Verb::Extract(arguments) => extract::run(arguments, &log),
        Verb::Lookup(arguments) => lookup::run(&arguments, &log),
        Verb::Dedup(arguments) => dedup::run(arguments, &log),
        Verb::Decontaminate(arguments) => stage::run(arguments, &log),
        Verb::Run(arguments) => pipeline::run(arguments, &log),
        Verb::Plan(arguments) => pipeline::plan(&arguments),
        Verb::Check(arguments) => pipeline::check(&arguments, &log),
        Verb::Test(arguments) => pipeline::test(&arguments, &log),
        Verb::Task(arguments) => task::run(&arguments, &log),
        Verb::Stages(arguments) => reference::stages(&arguments),
        Verb::Schema(arguments) => reference::schema(&arguments),
        Verb::Report(arguments) => report::run(&arguments, &log),
        Verb::Inspect(arguments) => inspect::run(arguments),
        Verb::Why(arguments) => why::run(&arguments),
        Verb::Diff(arguments) => diff::run(&arguments),
        Verb::Eval(arguments) => eval::run(arguments, &log),
    };
    match ended {
        Ok(ending) => ending.into(),
        Err(fault) if fault.is_closed_pipe() => ExitCode::SUCCESS,
        Err(fault) => {
            log.fault(&fault);
            ExitCode::from(2)
        }
    }
}
