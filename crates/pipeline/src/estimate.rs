//! What a plan is expected to take, before it is run.

use crate::cluster::worker_megabytes;
use crate::legs::{Turn, Work};
use crate::plan::Plan;
use crate::policy::measured_folder;
use cc_math_core::Manifest;
use cc_math_extract::MathMode;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::fs;
use std::path::{Path, PathBuf};

/// What a plan is expected to take. Bytes and seconds are as good as what they are made of
/// ([`Estimate::basis`]); the memory is what a run keeps to.
#[derive(Debug, Clone, PartialEq)]
pub struct Estimate {
    /// What rates are taken from.
    pub basis: Basis,
    /// Bytes of documents' files.
    pub documents: u64,
    /// Bytes of rejects' files.
    pub rejects: u64,
    /// Bytes of documents held between legs.
    pub held: u64,
    /// Bytes of memory that a run with so many threads stays below.
    pub memory: u64,
    /// Seconds that a run with so many threads takes.
    pub seconds: f64,
}

/// What an estimate is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Basis {
    /// What a run over inputs of this kind took: its output folder.
    Run(PathBuf),
    /// A measured run, which drops nothing at gates: its output folder.
    Measured(PathBuf),
    /// A crawl and a machine that need not be like those of the plan.
    Rough,
}

/// Bytes of output for a byte of input, and bytes of input that a thread works on in a second.
#[derive(Debug, Clone, Copy)]
struct Rates {
    documents: f64,
    rejects: f64,
    speed: f64,
}

/// A run as `run.json` tells it.
#[derive(Deserialize)]
struct Run {
    bytes: u64,
    seconds: f64,
    threads: u32,
}

#[derive(Deserialize)]
struct Runs {
    runs: Vec<Run>,
}

impl Plan {
    /// What the plan is expected to take, where the sizes of its inputs are known. `out` is its
    /// output folder: what earlier or measured runs left there is what rates are taken from.
    pub fn estimate(&self, out: &Path, threads: usize) -> Option<Estimate> {
        let input = self.bytes()? as f64;
        let measured = measured_folder(out);
        let found = self.rates(out).map(|rates| (Basis::Run(out.into()), rates));
        let found = found.or_else(|| {
            let rates = self.rates(&measured)?;
            Some((Basis::Measured(measured), rates))
        });
        let (basis, rates) = found.unwrap_or((Basis::Rough, self.rough()));
        let documents = (input * rates.documents) as u64;
        let turns = self.legs.iter().enumerate().filter(|(index, leg)| {
            let holds = leg.turn.as_ref().is_some_and(|turn| !matches!(turn, Turn::Mix));
            holds && matches!(leg.work, Work::Documents(_)) && !self.reads_again(*index)
        });
        // What a source is measured by is read twice.
        let reads = 1.0 + if self.mix.is_some() { 1.0 } else { 0.0 };
        Some(Estimate {
            basis,
            documents,
            rejects: (input * rates.rejects) as u64,
            held: documents * turns.count() as u64,
            memory: (worker_megabytes(threads) as u64) << 20,
            seconds: reads * input / rates.speed.max(1.0) / threads.max(1) as f64,
        })
    }

    /// The rates of the run that a folder is of, if it is whole and its source is of this kind.
    fn rates(&self, folder: &Path) -> Option<Rates> {
        let manifest: Manifest = read(&folder.join("manifest.json"))?;
        let same = |what: &str| manifest.plan.pointer(what) == self.json.pointer(what);
        if !same("/pipeline/source") || !same("/pipeline/stages/0/extract") {
            return None;
        }
        let Runs { runs } = read(&folder.join("run.json"))?;
        let worked: f64 = runs.iter().map(|run| run.bytes as f64).sum();
        let seconds: f64 = runs.iter().map(|run| run.seconds * f64::from(run.threads)).sum();
        let input: u64 = manifest.inputs.iter().map(|input| input.bytes).sum();
        let written = |table: &str| {
            let files = manifest.outputs.iter().filter(|file| file.path.starts_with(table));
            files.map(|file| file.bytes).sum::<u64>() as f64 / input as f64
        };
        (input > 0 && worked > 0.0 && seconds > 0.0).then(|| Rates {
            documents: written("documents/"),
            rejects: written("rejects/"),
            speed: worked / seconds,
        })
    }

    /// Rates of a crawl of which every twentieth page shows mathematics, as
    /// `benches/extract.sh` has it, or of documents that are all kept.
    fn rough(&self) -> Rates {
        let is_pages =
            self.json.pointer("/pipeline/source").is_none_or(|s| s.get("pages").is_some());
        match self.math {
            _ if !is_pages => Rates { documents: 1.0, rejects: 0.0, speed: TABLE_SPEED },
            MathMode::Required => Rates { documents: 0.04, rejects: 0.015, speed: REQUIRED_SPEED },
            MathMode::Any => Rates { documents: 0.2, rejects: 0.01, speed: ANY_SPEED },
        }
    }
}

/// Bytes a second and thread of archives where mathematics is required, where it is not, and of
/// tables, in a release build.
const REQUIRED_SPEED: f64 = 50e6;
const ANY_SPEED: f64 = 10e6;
const TABLE_SPEED: f64 = 20e6;

fn read<T: DeserializeOwned>(path: &Path) -> Option<T> {
    serde_json::from_slice(&fs::read(path).ok()?).ok()
}
