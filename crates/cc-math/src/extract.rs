//! `cc-math extract`: archives and pages to documents.

use crate::Ending;
use crate::fault::Fault;
use crate::progress::Log;
use crate::work::work;
use cc_math_core::Document;
use cc_math_extract::{Extractor, MathMode, Options};
use cc_math_pipeline::{Destination, ExtractOptions, PageReading, Plan, read_page};
use cc_math_store::{Codec, Form, Format, Input, Place, list_inputs, open_table};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};
use std::io::{self, Write};
use std::path::PathBuf;

/// Turn web archives and pages into documents whose mathematics survives.
///
/// One page without `-o` is printed as Markdown. Everything else needs an
/// output: a folder, which gets `documents/`, `rejects/`, `manifest.json` and
/// `run.json`, or `-` for a stream of documents on standard output. An
/// interrupted run goes on when the same command is given again.
#[derive(Debug, Args)]
pub(crate) struct ExtractArguments {
    /// Archives (.warc, .arc, compressed or not), pages (.html, .htm, .xhtml,
    /// .ipynb, .txt), folders of them, glob patterns, lists of paths
    /// (.paths[.gz]), tables of warc_filename, offset, length (.csv, .tsv,
    /// .jsonl, .parquet), or `-` for standard input. All of these may also be
    /// addresses: s3://BUCKET/KEY, gs://, az://, http(s)://.
    #[arg(required = true, value_name = "INPUT")]
    inputs: Vec<String>,
    /// Output folder, which may be a prefix of a store (s3://BUCKET/KEY, gs://, az://), or `-` for a
    /// stream on standard output.
    #[arg(long, short, value_name = "OUT")]
    output: Option<String>,
    /// Format of the documents: Parquet, JSON Lines plain or compressed, or Markdown with each
    /// document under a front matter [default: parquet; jsonl for `-o -`].
    #[arg(long, value_name = "FORMAT", value_parser = format_parser())]
    format: Option<Format>,
    /// Which pages to keep [default: required; any where one page is printed].
    #[arg(long, value_name = "WHICH")]
    math: Option<MathName>,
    /// Threads that work [default: as many as the machine has].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,
    /// Where the files of lists and tables lie, a folder or an address [default: beside the list
    /// or table].
    #[arg(long, value_name = "FOLDER")]
    paths_root: Option<PathBuf>,
    /// Delete what an earlier run wrote to OUT, and start anew.
    #[arg(long, requires = "output")]
    overwrite: bool,
    /// Print the one page given as a JSON object instead of Markdown.
    #[arg(long, conflicts_with_all = ["output", "format"])]
    json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum MathName {
    /// Pages that show mathematics.
    Required,
    /// All pages with main text.
    Any,
}

pub(crate) fn format_parser() -> impl TypedValueParser<Value = Format> {
    let names = PossibleValuesParser::new(Format::NAMES);
    names.map(|name| Format::from_name(&name).unwrap_or(Format::Parquet))
}

impl From<MathName> for MathMode {
    fn from(name: MathName) -> Self {
        match name {
            MathName::Required => MathMode::Required,
            MathName::Any => MathMode::Any,
        }
    }
}

/// Runs the verb.
pub(crate) fn run(arguments: ExtractArguments, log: &Log) -> Result<Ending, Fault> {
    let inputs = list_inputs(&arguments.inputs, arguments.paths_root.as_deref())?;
    match (arguments.output.as_deref(), one_page(&inputs)) {
        (None, Some(page)) => print_page(&arguments, page),
        (None, None) if arguments.json => Err(Fault::NotOnePage),
        (None, None) => Err(Fault::NoOutput),
        (Some("-"), _) if arguments.overwrite => Err(Fault::NothingToOverwrite),
        (Some("-"), _) => {
            let format = arguments.format.unwrap_or(Format::Jsonl(Codec::Plain));
            let plan = Plan::streamed(arguments.options(format), inputs);
            work(plan, Destination::Stream(Box::new(io::stdout())), arguments.threads, log)
        }
        (Some(folder), _) => {
            let format = arguments.format.unwrap_or(Format::Parquet);
            let plan = Plan::new(arguments.options(format), inputs);
            let path = folder.into();
            let destination = Destination::Folder { path, overwrite: arguments.overwrite };
            work(plan, destination, arguments.threads, log)
        }
    }
}

/// The input, if it is one page; standard input without an output is taken for one.
fn one_page(inputs: &[Input]) -> Option<&Input> {
    let [input] = inputs else { return None };
    (input.form == Form::Page || input.place == Place::Stdin).then_some(input)
}

impl ExtractArguments {
    fn options(&self, format: Format) -> ExtractOptions {
        ExtractOptions { math: self.math.unwrap_or(MathName::Required).into(), format }
    }
}

fn print_page(arguments: &ExtractArguments, page: &Input) -> Result<Ending, Fault> {
    let math = arguments.math.unwrap_or(MathName::Any).into();
    match read_page(page, &Extractor::new(Options { math }))? {
        PageReading::Document(document) => print_document(arguments, *document)?,
        PageReading::Reject(reject) => {
            let name = page.name.to_string();
            let reason = reject.reason.code().into();
            return Err(Fault::Rejected { name, reason, detail: reject.detail });
        }
    }
    Ok(Ending::Well)
}

fn print_document(arguments: &ExtractArguments, document: Document) -> Result<(), Fault> {
    let format = match arguments.format {
        None if !arguments.json => {
            let text = document.text.trim_end();
            return writeln!(io::stdout(), "{text}").map_err(Fault::Output);
        }
        None => Format::Jsonl(Codec::Plain),
        Some(format) => format,
    };
    let (encoder, mut writer) = open_table(format, io::stdout())?;
    writer.append(encoder.encode(&[document])?)?;
    let (mut stdout, _) = writer.finish()?;
    stdout.flush().map_err(Fault::Output)
}
