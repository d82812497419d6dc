//! `cc-math stages` and `cc-math schema`: what pipelines are made of.

use crate::Ending;
use crate::fault::Fault;
use cc_math_pipeline::{STAGES, pipeline_schema, reference};
use clap::Args;
use std::io::{self, Write};

/// List the stages that a pipeline may name.
#[derive(Debug, Args)]
pub(crate) struct StagesArguments {
    /// Print their whole reference, with all options, as Markdown.
    #[arg(long)]
    markdown: bool,
}

/// Print the JSON Schema of pipelines, by which editors complete and check them.
#[derive(Debug, Args)]
pub(crate) struct SchemaArguments {}

/// Runs `stages`.
pub(crate) fn stages(arguments: &StagesArguments) -> Result<Ending, Fault> {
    let mut out = io::stdout();
    if arguments.markdown {
        write!(out, "{}", reference()).map_err(Fault::Output)?;
        return Ok(Ending::Well);
    }
    for stage in STAGES {
        let about = stage.about();
        let first = about.split_inclusive(". ").next().unwrap_or_default().trim_end();
        writeln!(out, "{:10} {}", stage.name, first.replace('\n', " ")).map_err(Fault::Output)?;
    }
    Ok(Ending::Well)
}

/// Runs `schema`.
pub(crate) fn schema(_: &SchemaArguments) -> Result<Ending, Fault> {
    let text = serde_json::to_string_pretty(&pipeline_schema()).unwrap_or_default();
    writeln!(io::stdout(), "{text}").map_err(Fault::Output)?;
    Ok(Ending::Well)
}
