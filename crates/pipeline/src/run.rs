//! A run from its beginning to its account.

use crate::engine::{Outcome, Setup, Sink, work};
use crate::error::RunError;
use crate::folder::{Done, Folder};
use crate::plan::{Plan, Task};
use crate::process::{Batch, Extract, Way};
use cc_math_core::{Counts, FailedInput, MANIFEST_FORMAT, Manifest};
use cc_math_extract::{Extractor, Options};
use serde_json::{Value as Json, json};
use std::io::Write;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// Where the output goes.
pub enum Destination {
    /// A folder, which a later run can go on with.
    Folder {
        /// The folder.
        path: PathBuf,
        /// Whether to delete what a run wrote there before.
        overwrite: bool,
    },
    /// Documents only, in order. Needs a [`Plan::streamed`].
    Stream(Box<dyn Write + Send>),
}

/// How a run is to be carried out: nothing of this shows in its output.
pub struct RunOptions<'a> {
    /// Number of threads that work.
    pub threads: usize,
    /// Once this is true, the run ends as soon as it can. Unfinished tasks leave nothing.
    pub stop: &'a AtomicBool,
    /// Told of progress now and then, by any thread.
    pub progress: &'a (dyn Fn(&Progress) + Sync),
    /// Name and version of the program, for the manifest.
    pub writer: &'a str,
}

/// How far a run has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Bytes of input worked on, as stored.
    pub bytes: u64,
    /// Records worked on.
    pub records: u64,
    /// Documents among them.
    pub documents: u64,
}

impl Progress {
    pub(crate) fn add(&mut self, batch: &Batch) {
        self.bytes += batch.bytes;
        self.records += batch.counts.records;
        self.documents += batch.counts.documents;
    }
}

/// What a run did.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Report {
    /// Sums over everything in the output, earlier runs included.
    pub counts: Counts,
    /// What this run itself worked on.
    pub worked: Progress,
    /// Seconds this run took.
    pub seconds: f64,
    /// Tasks that an earlier run had finished.
    pub done_before: usize,
    /// Tasks done again because an input had changed.
    pub changed: usize,
    /// Inputs that could not be read.
    pub failed: Vec<FailedInput>,
    /// Whether the run was told to stop before its end.
    pub interrupted: bool,
}

/// Memory for rows and units under way, in bytes: some for the blocks that
/// fill, and some for every thread.
fn budget(threads: usize) -> usize {
    (96 << 20) + threads * (12 << 20)
}

/// Carries out a plan.
///
/// # Errors
/// If the output cannot be written or was made with other options. An input
/// that cannot be read is no error but an entry of the report.
pub fn run(
    plan: Plan,
    destination: Destination,
    options: &RunOptions<'_>,
) -> Result<Report, RunError> {
    let extractor = Extractor::new(Options { math: plan.math });
    run_with(plan, destination, options, &|page| extractor.extract(page))
}

/// [`run`] with another extractor.
pub(crate) fn run_with(
    plan: Plan,
    destination: Destination,
    options: &RunOptions<'_>,
    extract: Extract<'_>,
) -> Result<Report, RunError> {
    let clock = Clock::start();
    let (steps, columns) = (Arc::clone(&plan.steps), plan.columns.clone());
    let setup = Setup {
        way: Way { extract, steps: &steps, columns: &columns },
        format: plan.format,
        threads: options.threads.max(1),
        budget: budget(options.threads.max(1)),
        stop: options.stop,
        progress: options.progress,
    };
    match destination {
        Destination::Stream(stream) => {
            let outcome = work(plan.tasks, &setup, &Sink::Stream(Mutex::new(Some(stream))))?;
            Ok(report(outcome, &clock))
        }
        Destination::Folder { path, overwrite } => {
            let folder = Folder::open(&path, &plan, overwrite)?;
            let report = fill(&folder, &plan, &setup, &clock)?;
            if !report.interrupted {
                folder.write_manifest(&manifest(&folder, &plan, &report, options.writer)?)?;
            }
            folder.add_run(account(&report, &clock, setup.threads, options.writer))?;
            Ok(report)
        }
    }
}

fn report(outcome: Outcome, clock: &Clock) -> Report {
    Report {
        counts: outcome.counts,
        worked: outcome.progress,
        seconds: clock.seconds(),
        failed: outcome.failed,
        interrupted: outcome.interrupted,
        ..Report::default()
    }
}

/// Works off the tasks that are not done.
fn fill(
    folder: &Folder,
    plan: &Plan,
    setup: &Setup<'_>,
    clock: &Clock,
) -> Result<Report, RunError> {
    folder.supersede(&plan.tasks)?;
    let mut open: Vec<Task> = Vec::new();
    let mut changed = 0;
    for task in &plan.tasks {
        let done = folder.is_done(task)?;
        changed += usize::from(done == Done::Changed);
        open.extend((done != Done::Yes).then(|| task.clone()));
    }
    let done_before = plan.tasks.len() - open.len();
    if !open.is_empty() {
        folder.remove_manifest()?;
    }
    let mut report = report(work(open, setup, &Sink::Folder(folder))?, clock);
    for (_, note) in folder.notes()? {
        report.counts.add(&note.counts);
        report.failed.extend(note.failed);
    }
    report.failed.sort_by(|a, b| (&a.name, &a.error).cmp(&(&b.name, &b.error)));
    report.failed.dedup_by(|a, b| a.name == b.name);
    Ok(Report { done_before, changed, seconds: clock.seconds(), ..report })
}

fn manifest(
    folder: &Folder,
    plan: &Plan,
    report: &Report,
    writer: &str,
) -> Result<Manifest, RunError> {
    let notes = folder.notes()?;
    let mut inputs: Vec<_> = notes.iter().flat_map(|(_, note)| note.inputs.clone()).collect();
    let mut outputs: Vec<_> = notes.iter().flat_map(|(_, note)| note.outputs.clone()).collect();
    inputs.sort_by(|a, b| a.name.cmp(&b.name));
    outputs.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(Manifest {
        format: MANIFEST_FORMAT.into(),
        writer: writer.into(),
        plan: plan.json.clone(),
        plan_hash: plan.hash.clone(),
        seed: plan.seed,
        inputs,
        failed: report.failed.clone(),
        outputs,
        counts: report.counts.clone(),
    })
}

/// What differs from run to run.
fn account(report: &Report, clock: &Clock, threads: usize, writer: &str) -> Json {
    let per_second = |n: u64| (n as f64 / report.seconds.max(1e-9)).round();
    json!({
        "writer": writer,
        "host": host(),
        "threads": threads,
        "started_unix": clock.started_unix,
        "seconds": report.seconds,
        "interrupted": report.interrupted,
        "tasks_done_before": report.done_before,
        "bytes": report.worked.bytes,
        "records": report.worked.records,
        "documents": report.worked.documents,
        "bytes_per_second": per_second(report.worked.bytes),
        "records_per_second": per_second(report.worked.records),
    })
}

fn host() -> Option<String> {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
    name.map(|name| name.trim().to_owned()).or_else(|| std::env::var("HOSTNAME").ok())
}

/// The only clock of a run; its readings go to `run.json` and to the terminal.
struct Clock {
    started: Instant,
    started_unix: u64,
}

impl Clock {
    fn start() -> Self {
        let unix = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self { started: Instant::now(), started_unix: unix.as_secs() }
    }

    fn seconds(&self) -> f64 {
        self.started.elapsed().as_secs_f64()
    }
}

#[cfg(test)]
mod tests;
