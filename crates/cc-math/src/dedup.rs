//! `cc-math dedup`: the stages that compare all documents, by hand.

use crate::Ending;
use crate::fault::Fault;
use crate::progress::Log;
use crate::stage::{Named, StageArguments, run as run_stage};
use clap::{Args, Subcommand};

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
    Substring "substring_dedup"
);

/// Runs the verb.
pub(crate) fn run(arguments: DedupArguments, log: &Log) -> Result<Ending, Fault> {
    match arguments.kind {
        Kind::Exact(arguments) => run_stage(arguments, log),
        Kind::Minhash(arguments) => run_stage(arguments, log),
        Kind::Paragraph(arguments) => run_stage(arguments, log),
        Kind::Substring(arguments) => run_stage(arguments, log),
    }
}
