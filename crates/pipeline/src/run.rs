//! A run from its beginning to its account.

use crate::dedup::records::Contents;
use crate::dedup::sort::History;
use crate::dedup::stars::sum;
use crate::engine::{End, Setup, Sink, work, work_leg};
use crate::error::RunError;
use crate::folder::{Done, Folder, Note};
use crate::legs::{Leg, Order, Turn, Work, enough};
use crate::mix::Draw;
use crate::plan::{Plan, Task};
use crate::process::{Batch, Extract, Way};
use cc_math_core::{Counts, FailedInput, MANIFEST_FORMAT, Manifest};
use cc_math_dedup::sketch::Scheme;
use cc_math_extract::{Extractor, Options};
use cc_math_store::host_name;
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;
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
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Progress {
    /// Bytes of input worked on, as stored.
    pub bytes: u64,
    /// Records worked on.
    pub records: u64,
    /// Documents among them.
    pub documents: u64,
    /// How many each stage dropped, by its name.
    pub dropped: BTreeMap<String, u64>,
    /// Which leg of the plan this is of, from 0. Each leg counts anew.
    pub leg: usize,
    /// Bytes of input that the leg works on, if that is known.
    pub total: Option<u64>,
}

impl Progress {
    pub(crate) fn add(&mut self, batch: &Batch) {
        self.bytes += batch.bytes;
        self.records += batch.counts.records;
        self.documents += batch.counts.documents;
        for (stage, reasons) in &batch.counts.rejects {
            let dropped = reasons.values().sum::<u64>();
            match self.dropped.get_mut(stage) {
                Some(sum) => *sum += dropped,
                None => drop(self.dropped.insert(stage.clone(), dropped)),
            }
        }
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
    match destination {
        Destination::Stream(stream) => {
            let clock = Clock::start();
            let setup = setup(&plan, 0, None, options, extract);
            let outcome =
                work(plan.tasks.clone(), &setup, &Sink::Stream(Mutex::new(Some(stream))))?;
            Ok(Report {
                counts: outcome.counts,
                worked: outcome.progress,
                seconds: clock.seconds(),
                failed: outcome.failed,
                interrupted: outcome.interrupted,
                ..Report::default()
            })
        }
        Destination::Folder { path, overwrite } => {
            let folder = Folder::open(&path, &plan, overwrite)?;
            fill_folder(&plan, &folder, options, extract, true)
        }
    }
}

/// Works off what is not done, tasks with inputs that failed `again` or not, and gives account.
pub(crate) fn fill_folder(
    plan: &Plan,
    folder: &Folder,
    options: &RunOptions<'_>,
    extract: Extract<'_>,
    again: bool,
) -> Result<Report, RunError> {
    let clock = Clock::start();
    let mut report = travel(folder, plan, options, extract, again)?;
    let notes: Vec<Note> = folder.notes()?.into_iter().map(|(_, note)| note).collect();
    settle(plan, &notes, &mut report)?;
    if !report.interrupted {
        add_to_indexes(plan, folder, &notes)?;
        folder.write_manifest(&manifest(plan, &notes, &report, options.writer))?;
    }
    report.seconds = clock.seconds();
    folder.add_run(account(&report, &clock, options.threads, options.writer))?;
    Ok(report)
}

/// Adds what was written down of documents to the indexes that want it.
fn add_to_indexes(plan: &Plan, folder: &Folder, notes: &[Note]) -> Result<(), RunError> {
    for (number, leg) in plan.legs.iter().enumerate() {
        let (Work::Documents(_), Some(Turn::Compare(dedup))) = (&leg.work, &leg.turn) else {
            continue;
        };
        let Some(index) = &dedup.index else { continue };
        let held = notes.iter().filter(|note| note.leg == number);
        let all: u64 = held.clone().map(Note::rows).sum();
        let sketches = held.flat_map(|note| note.records.iter().map(|file| (file, note.rows())));
        let behind = notes.iter().filter(|note| note.leg == number + 1);
        let filters = behind.flat_map(|note| &note.records).map(|file| (file, all));
        let filters = filters.filter(|(file, _)| matches!(file.contents, Contents::Filter { .. }));
        match dedup.scheme {
            Scheme::Bloom(_) => index.add(dedup, folder.root(), filters.collect())?,
            _ => index.add(dedup, folder.root(), sketches.collect())?,
        }
    }
    Ok(())
}

/// How a leg of a plan is worked on.
pub(crate) fn setup<'a>(
    plan: &'a Plan,
    index: usize,
    draw: Option<&'a Draw>,
    options: &RunOptions<'a>,
    extract: Extract<'a>,
) -> Setup<'a> {
    let leg = plan.legs.get(index);
    let before = index.checked_sub(1).and_then(|before| plan.legs.get(before)?.turn.as_ref());
    let threads = options.threads.max(1);
    Setup {
        way: Way {
            extract,
            steps: leg.map_or(&[], Leg::steps),
            sources: &plan.sources,
            draw: draw.filter(|_| index == plan.first()),
        },
        format: plan.format,
        leg: index,
        reads_input: index == plan.first(),
        hash: leg.map_or(&plan.hash, |leg| &leg.hash),
        order: match before {
            Some(Turn::Shuffle { seed }) => Some(Order { seed: *seed }),
            _ => None,
        },
        again: true,
        end: match leg.and_then(|leg| leg.turn.as_ref()) {
            None => End::Output { partition: plan.partition.as_deref() },
            Some(Turn::Shuffle { seed }) => End::Spread(Order { seed: *seed }),
            Some(Turn::Compare(dedup)) if plan.reads_again(index) => End::Noted(dedup),
            Some(Turn::Compare(dedup)) => End::Sketched(dedup),
            Some(Turn::Persist | Turn::Limit(_)) => End::Held,
            Some(Turn::Mix) => End::Measured,
        },
        threads,
        budget: budget(threads),
        stop: options.stop,
        progress: options.progress,
    }
}

/// Goes through all legs of a plan, one after the other.
fn travel(
    folder: &Folder,
    plan: &Plan,
    options: &RunOptions<'_>,
    extract: Extract<'_>,
    again: bool,
) -> Result<Report, RunError> {
    folder.discard(|_, note| note.leg >= plan.legs.len())?;
    let mut report = Report::default();
    let mut stretch = Stretch::first(plan);
    for (index, leg) in plan.legs.iter().enumerate() {
        let Stretch { tasks, draw, .. } = &stretch;
        let setup = Setup { again, ..setup(plan, index, draw.as_ref(), options, extract) };
        let first = index == plan.first();
        fill(folder, tasks, leg, &setup, first, &mut report)?;
        if report.interrupted || leg.turn.is_none() {
            break;
        }
        stretch = stretch.next(plan, index, folder)?;
    }
    Ok(report)
}

/// What the notes of all tasks, of earlier runs too, say together.
fn settle(plan: &Plan, notes: &[Note], report: &mut Report) -> Result<(), RunError> {
    report.failed.extend(notes.iter().flat_map(|note| note.failed.clone()));
    report.failed.sort_by(|a, b| (&a.name, &a.error).cmp(&(&b.name, &b.error)));
    report.failed.dedup_by(|a, b| a.name == b.name);
    report.counts = counts(plan, notes);
    let whole = !report.interrupted && report.failed.is_empty();
    if whole && !report.counts.balanced() {
        let Counts { records, documents, .. } = report.counts;
        let rows = documents + report.counts.rejected();
        return Err(RunError::Unbalanced { task: "all legs".into(), records, rows });
    }
    Ok(())
}

/// A leg's tasks, and what is known when they begin.
pub(crate) struct Stretch {
    pub(crate) tasks: Vec<Task>,
    /// What is drawn, if that is known.
    pub(crate) draw: Option<Draw>,
    /// The tasks of the last leg that held documents, or will have them read again.
    origin: Vec<Task>,
    /// Their notes.
    held: Vec<Note>,
    /// Those of the last leg that sorted and had anything to do.
    last: Vec<Note>,
    /// How often what it wrote was what it read, in a row.
    unchanged: usize,
}

impl Stretch {
    /// The plan's first leg.
    pub(crate) fn first(plan: &Plan) -> Self {
        let (origin, held, last) = (Vec::new(), Vec::new(), Vec::new());
        Self { tasks: plan.tasks.clone(), draw: None, origin, held, last, unchanged: 0 }
    }

    /// The leg that follows this one, all tasks of which are done.
    pub(crate) fn next(self, plan: &Plan, index: usize, folder: &Folder) -> Result<Self, RunError> {
        let (Some(leg), Some(next)) = (plan.legs.get(index), plan.legs.get(index + 1)) else {
            return Ok(Self { tasks: Vec::new(), ..self });
        };
        let Some(turn) = &leg.turn else { return Ok(Self { tasks: Vec::new(), ..self }) };
        let notes = notes_of(folder, &self.tasks)?;
        if let (Turn::Mix, Some(mix)) = (turn, plan.mix) {
            let draw = mix.draw(&plan.sources, &notes)?;
            return Ok(Self { tasks: next.again(&self.tasks, &draw), draw: Some(draw), ..self });
        }
        let reached = match leg.work {
            Work::Documents(_) => {
                let origin = self.tasks.clone();
                Self { origin, held: notes, last: Vec::new(), unchanged: 0, ..self }
            }
            Work::Sort(..) if self.tasks.is_empty() => self,
            Work::Sort(..) => {
                let same = sum(&notes) == sum(&self.last);
                let unchanged = if same { self.unchanged + 1 } else { 0 };
                Self { last: notes, unchanged, ..self }
            }
        };
        let Self { origin: tasks, held, last, unchanged, .. } = &reached;
        let history = History { root: folder.root(), tasks, held, last, unchanged: *unchanged };
        let tasks = next.tasks(turn, index == plan.first(), &history)?;
        Ok(Self { tasks, ..reached })
    }
}

/// The notes of those of some tasks that are done, in the tasks' order.
pub(crate) fn notes_of(folder: &Folder, tasks: &[Task]) -> Result<Vec<Note>, RunError> {
    let mut notes: BTreeMap<String, Note> = folder.notes()?.into_iter().collect();
    Ok(tasks.iter().filter_map(|task| notes.remove(&task.key)).collect())
}

/// What became of the records of the first leg: they are documents of the last, or were rejected
/// in any.
fn counts(plan: &Plan, notes: &[Note]) -> Counts {
    let mut sum = Counts::default();
    for Note { leg, counts, .. } in notes.iter().filter(|note| note.leg >= plan.first()) {
        let first = if *leg == plan.first() { counts.clone() } else { Counts::default() };
        let last = if leg + 1 == plan.legs.len() { counts.clone() } else { Counts::default() };
        sum.add(&Counts {
            records: first.records,
            formulas: first.formulas,
            documents: last.documents,
            text_bytes: last.text_bytes,
            rejects: counts.rejects.clone(),
        });
    }
    sum
}

/// Works off the tasks of a leg that are not done.
fn fill(
    folder: &Folder,
    tasks: &[Task],
    leg: &Leg,
    setup: &Setup<'_>,
    first: bool,
    report: &mut Report,
) -> Result<(), RunError> {
    folder.supersede(setup.leg, setup.hash, tasks)?;
    let mut open: Vec<Task> = Vec::new();
    for (task, done) in tasks.iter().zip(folder.done(tasks)?) {
        report.changed += usize::from(done == Done::Changed);
        let is_done = done == Done::Yes || (done == Done::InPart && !setup.again);
        open.extend((!is_done).then(|| task.clone()));
    }
    report.done_before += tasks.len() - open.len();
    match &leg.turn {
        Some(Turn::Limit(wanted)) if first => {
            fill_up(folder, tasks, open, *wanted, leg, setup, report)
        }
        _ => work_off(folder, open, leg, setup, report),
    }
}

fn work_off(
    folder: &Folder,
    open: Vec<Task>,
    leg: &Leg,
    setup: &Setup<'_>,
    report: &mut Report,
) -> Result<(), RunError> {
    if !open.is_empty() {
        folder.remove_manifest()?;
    }
    let outcome = work_leg(leg, open, setup, folder)?;
    report.interrupted |= outcome.interrupted;
    report.failed.extend(outcome.failed);
    // What legs write for one another is no input.
    let is_read = matches!(leg.work, Work::Documents(_));
    report.worked.bytes += if is_read { outcome.progress.bytes } else { 0 };
    report.worked.records += if setup.reads_input { outcome.progress.records } else { 0 };
    let last = matches!(setup.end, End::Output { .. });
    report.worked.documents += if last { outcome.progress.documents } else { 0 };
    Ok(())
}

/// Works off tasks in their order until those from the first on give so many documents; what
/// others made, too, for want of knowing better, is discarded.
fn fill_up(
    folder: &Folder,
    tasks: &[Task],
    mut open: Vec<Task>,
    wanted: u64,
    leg: &Leg,
    setup: &Setup<'_>,
    report: &mut Report,
) -> Result<(), RunError> {
    let mut wave = setup.threads;
    loop {
        let made: BTreeMap<String, u64> =
            folder.notes()?.into_iter().map(|(key, note)| (key, note.counts.documents)).collect();
        let rest: BTreeSet<&str> = open.iter().map(|task| task.key.as_str()).collect();
        let known = tasks.iter().map(|task| {
            let done = !rest.contains(task.key.as_str());
            done.then(|| made.get(&task.key).copied().unwrap_or(0))
        });
        let needed = enough(known, wanted).unwrap_or(tasks.len());
        let needed: BTreeSet<&str> =
            tasks.iter().take(needed).map(|task| task.key.as_str()).collect();
        open.retain(|task| needed.contains(task.key.as_str()));
        if open.is_empty() || report.interrupted {
            return folder.discard(|key, note| note.leg == setup.leg && !needed.contains(key));
        }
        let now = open.drain(..wave.min(open.len())).collect();
        wave *= 2;
        work_off(folder, now, leg, setup, report)?;
    }
}

fn manifest(plan: &Plan, notes: &[Note], report: &Report, writer: &str) -> Manifest {
    let first = notes.iter().filter(|note| note.leg == plan.first());
    let mut inputs: Vec<_> = first.flat_map(|note| note.inputs.clone()).collect();
    let mut outputs: Vec<_> = notes.iter().flat_map(|note| note.outputs.clone()).collect();
    inputs.sort_by(|a, b| a.name.cmp(&b.name));
    outputs.sort_by(|a, b| a.path.cmp(&b.path));
    Manifest {
        format: MANIFEST_FORMAT.into(),
        writer: writer.into(),
        plan: plan.json.clone(),
        plan_hash: plan.hash.clone(),
        seed: plan.seed,
        inputs,
        failed: report.failed.clone(),
        outputs,
        counts: report.counts.clone(),
    }
}

/// What differs from run to run.
fn account(report: &Report, clock: &Clock, threads: usize, writer: &str) -> Json {
    let per_second = |n: u64| (n as f64 / report.seconds.max(1e-9)).round();
    json!({
        "writer": writer,
        "host": host_name(),
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
