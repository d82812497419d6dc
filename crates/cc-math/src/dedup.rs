//! `cc-math dedup`: the stages that compare all documents, by hand.

use crate::Ending;
use crate::fault::Fault;
use crate::progress::Log;
use crate::stage::{Named, StageArguments, run as run_stage};
use cc_math_pipeline::{IndexedSource, indexed_sources, remove_indexed};
use clap::{Args, Subcommand};
use std::io::{self, Write};
use std::path::PathBuf;

/// Drop documents and passages that are there already.
///
/// All documents of the inputs are compared, out of core, and an interrupted run goes on when the
/// same command is given again.
#[derive(Debug, Args)]
pub(crate) struct DedupArguments {
    #[command(subcommand)]
    kind: Kind,
}

#[derive(Debug, Subcommand)]
enum Kind {
    /// Keep one of all documents with the same text, or the same address.
    Exact(StageArguments<Exact>),
    /// Keep one of all documents that are nearly the same.
    Minhash(StageArguments<Minhash>),
    /// Take out paragraphs that are in an earlier document.
    Paragraph(StageArguments<Paragraph>),
    /// Take out stretches of tokens that are in an earlier document.
    Substring(StageArguments<Substring>),
    /// Take out lines and documents whose n-grams came before, by a Bloom filter.
    Bloom(StageArguments<Bloom>),
    /// Tell what sources an index has, or remove some.
    Index(IndexArguments),
}

#[derive(Debug, Args)]
struct IndexArguments {
    /// The index: a folder, or a prefix of a store.
    #[arg(value_name = "INDEX")]
    path: PathBuf,
    /// Remove this source: later runs are not compared with it.
    #[arg(long, value_name = "SOURCE")]
    remove: Vec<String>,
}

macro_rules! named {
    ($($type:ident $name:literal),+) => {$(
        #[derive(Debug)]
        struct $type;

        impl Named for $type {
            const NAME: &'static str = $name;
        }
    )+};
}

named!(
    Exact "exact_dedup",
    Minhash "minhash_dedup",
    Paragraph "paragraph_dedup",
    Substring "substring_dedup",
    Bloom "bloom_dedup"
);

/// Runs the verb.
pub(crate) fn run(arguments: DedupArguments, log: &Log) -> Result<Ending, Fault> {
    match arguments.kind {
        Kind::Exact(arguments) => run_stage(arguments, log),
        Kind::Minhash(arguments) => run_stage(arguments, log),
        Kind::Paragraph(arguments) => run_stage(arguments, log),
        Kind::Substring(arguments) => run_stage(arguments, log),
        Kind::Bloom(arguments) => run_stage(arguments, log),
        Kind::Index(arguments) => index(&arguments),
    }
}

fn index(arguments: &IndexArguments) -> Result<Ending, Fault> {
    let IndexArguments { path, remove } = arguments;
    for name in remove {
        if !remove_indexed(path, name)? {
            let index = path.display().to_string();
            return Err(Fault::NoSource { index, name: name.clone() });
        }
    }
    let mut out = io::stdout().lock();
    for IndexedSource { name, documents, bytes } in indexed_sources(path)? {
        writeln!(out, "{name}\t{documents} documents\t{bytes} bytes").map_err(Fault::Output)?;
    }
    Ok(Ending::Well)
}
