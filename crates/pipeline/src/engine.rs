//! Many threads, one order, bounded memory.
//!
//! Units of work come out of the inputs one after another, each with a number.
//! A thread takes the next unit, works on it, and hands in what it got; what
//! was handed in is committed in the order of the numbers, by whoever hands in
//! the piece that was missing. Committed rows fill blocks; a full block is a
//! piece of work again, which any thread encodes, and blocks are appended in
//! order. So reading, appending and moving rows are serial and cheap, and
//! everything else is parallel.
//!
//! Memory is a budget over rows and over units under way. A thread that finds
//! it spent waits, unless nothing at all is under way: then everything handed
//! in has been committed, and reading on is the only way forward. Hence no
//! deadlock, whatever the budget.

use crate::dedup::{self, Dedup};
use crate::documents::Documents;
use crate::error::RunError;
use crate::folder::{Folder, Note};
use crate::guard::caught;
use crate::legs::{Leg, Order, Work};
use crate::mix::tokens;
use crate::plan::{Task, part_bytes};
use crate::process::{Batch, Way, Worker};
use crate::run::Progress;
use crate::source::{Item, Source, Stamp, lock};
use crate::tables::{Blocks, Job, Ready, Table, Target};
use cc_math_core::{Counts, Document, FailedInput, InputEntry};
use cc_math_dedup::shingle::Scratch;
use cc_math_dedup::sketch::Sketch;
use cc_math_store::{Format, Reject, Row, Sealed, StoreError};
use cc_math_warc::Limits;
use std::collections::{BTreeMap, VecDeque};
use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// Memory set aside for a unit before it is known what comes of it: a chunk of
/// two mebibytes compressed is about twelve of text.
const UNIT_WEIGHT: usize = 12 << 20;

/// Stack of a thread.
const STACK: usize = 16 << 20;

/// What an engine needs to know.
pub(crate) struct Setup<'a> {
    pub(crate) way: Way<'a>,
    pub(crate) format: Format,
    /// Which leg the tasks are of.
    pub(crate) leg: usize,
    /// Whether what it reads is the input, so that its records are those of the run.
    pub(crate) reads_input: bool,
    /// That leg's hash.
    pub(crate) hash: &'a str,
    /// The order that each task's documents are put in, if not that of the inputs.
    pub(crate) order: Option<Order>,
    /// Whether tasks with inputs that failed are tried again.
    pub(crate) again: bool,
    pub(crate) end: End<'a>,
    pub(crate) threads: usize,
    /// Bytes for rows and units under way.
    pub(crate) budget: usize,
    pub(crate) stop: &'a AtomicBool,
    pub(crate) progress: &'a (dyn Fn(&Progress) + Sync),
}

/// What becomes of the documents at the end of the leg.
#[derive(Clone, Copy)]
pub(crate) enum End<'a> {
    /// They are the output; documents with equal values of this column lie in a folder of their own.
    Output { partition: Option<&'a str> },
    /// They are measured, and nothing is written.
    Measured,
    /// They wait for the next leg.
    Held,
    /// They wait for the next leg, spread over slots by this order.
    Spread(Order),
    /// They wait for a leg that comes after others, which sort what is written down of them.
    Sketched(&'a Arc<Dedup>),
    /// So do they, and will be read again from their tables.
    Noted(&'a Arc<Dedup>),
}

/// Where tables go.
pub(crate) enum Sink<'a> {
    /// Files of a folder.
    Folder(&'a Folder),
    /// Documents to a stream, which one task alone can take.
    Stream(Mutex<Option<Box<dyn Write + Send>>>),
}

impl Sink<'_> {
    /// What people call it.
    fn name(&self) -> String {
        match self {
            Sink::Folder(folder) => folder.root().to_string(),
            Sink::Stream(_) => "standard output".into(),
        }
    }
}

/// What a run of the engine gave.
#[derive(Default)]
pub(crate) struct Outcome {
    pub(crate) progress: Progress,
    /// Counts of finished tasks of a stream.
    pub(crate) counts: Counts,
    /// Inputs of a stream that could not be read.
    pub(crate) failed: Vec<FailedInput>,
    pub(crate) interrupted: bool,
}

/// Works off tasks.
pub(crate) fn work(
    tasks: Vec<Task>,
    setup: &Setup<'_>,
    sink: &Sink<'_>,
) -> Result<Outcome, RunError> {
    let total = tasks.iter().flat_map(|task| &task.parts).map(part_bytes).sum();
    let progress = Progress { leg: setup.leg, total, ..Progress::default() };
    let outcome = Outcome { progress, ..Outcome::default() };
    let engine = Engine {
        setup,
        sink,
        limits: Limits::default(),
        reader: Mutex::new(Reader { tasks: tasks.into_iter().enumerate().collect(), open: None }),
        state: Mutex::new(State { reading: true, outcome, ..State::default() }),
        changed: Condvar::new(),
    };
    engine.run_threads()?;
    let state = engine.state.into_inner().unwrap_or_else(PoisonError::into_inner);
    match state.error {
        Some(error) => Err(error.in_folder(sink.name())),
        None => Ok(Outcome { interrupted: state.stopping, ..state.outcome }),
    }
}

/// Works off tasks of a leg whose output goes to a folder.
pub(crate) fn work_leg(
    leg: &Leg,
    tasks: Vec<Task>,
    setup: &Setup<'_>,
    folder: &Folder,
) -> Result<Outcome, RunError> {
    match leg.work {
        Work::Documents(_) => work(tasks, setup, &Sink::Folder(folder)),
        Work::Sort(..) => sort(tasks, setup, folder),
    }
}

/// Works off tasks that sort what was written down of documents: each thread one at a time.
fn sort(tasks: Vec<Task>, setup: &Setup<'_>, folder: &Folder) -> Result<Outcome, RunError> {
    let total = tasks.iter().flat_map(|task| &task.parts).map(part_bytes).sum();
    let progress = Mutex::new(Progress { leg: setup.leg, total, ..Progress::default() });
    let (tasks, error) = (Mutex::new(VecDeque::from(tasks)), Mutex::new(None));
    let interrupted = AtomicBool::new(false);
    let work = || {
        while let Some(task) = { lock(&tasks).pop_front() } {
            match dedup::sort::work(&task, setup, folder) {
                Ok(true) => {}
                Ok(false) => return interrupted.store(true, Ordering::Relaxed),
                Err(fault) => {
                    lock(&tasks).clear();
                    lock(&error).get_or_insert(fault);
                    return;
                }
            }
            let mut progress = lock(&progress);
            progress.bytes += task.parts.iter().filter_map(part_bytes).sum::<u64>();
            (setup.progress)(&progress.clone());
        }
    };
    std::thread::scope(|scope| {
        for index in 1..setup.threads {
            // Where there are no more threads to be had, those that there are do the work.
            let thread = std::thread::Builder::new().name(format!("sort-{index}"));
            drop(thread.spawn_scoped(scope, work));
        }
        work();
    });
    if let Some(error) = lock(&error).take() {
        return Err(error.in_folder(folder.root().to_string()));
    }
    let progress = lock(&progress).clone();
    let interrupted = interrupted.into_inner();
    Ok(Outcome { progress, interrupted, ..Outcome::default() })
}

struct Engine<'a> {
    setup: &'a Setup<'a>,
    sink: &'a Sink<'a>,
    limits: Limits,
    /// Always locked before `state`, never after it.
    reader: Mutex<Reader>,
    state: Mutex<State>,
    changed: Condvar,
}

/// The tasks that are not read to their end.
struct Reader {
    tasks: VecDeque<(usize, Task)>,
    open: Option<Open>,
}

struct Open {
    task: usize,
    source: Source,
    /// Items given out so far.
    items: u64,
}

#[derive(Default)]
struct State {
    jobs: VecDeque<AnyJob>,
    tasks: BTreeMap<usize, Active>,
    /// Whether there may be more to read.
    reading: bool,
    /// Threads that are not waiting.
    busy: usize,
    /// Bytes of rows held, and of units under way.
    weight: usize,
    stopping: bool,
    error: Option<RunError>,
    outcome: Outcome,
}

/// A block of either table to be encoded.
enum AnyJob {
    Documents(usize, Arc<str>, Job<Document>),
    Rejects(usize, Job<Reject>),
}

/// A task that is being worked on.
struct Active {
    task: Task,
    stamps: Option<Vec<Vec<Stamp>>>,
    waiting: BTreeMap<u64, Batch>,
    committed: u64,
    /// Items in all, once they have all been read.
    items: Option<u64>,
    documents: Documents,
    rejects: Table<Reject>,
    flushed: bool,
    counts: Counts,
    inputs: Vec<InputEntry>,
    failed: Vec<FailedInput>,
    faults: Vec<(String, Sealed)>,
    /// Tokens of the documents, if every one has them counted.
    tokens: Option<u64>,
    /// How many documents each unit gave.
    units: Vec<u64>,
}

enum Step {
    Encode(AnyJob),
    Read,
    Stop,
}

/// What a read gave.
enum Reading {
    Item(usize, u64, Item),
    Closed(usize, u64),
    Nothing,
}

impl Engine<'_> {
    /// One thread works in the caller's; more have their own.
    fn run_threads(&self) -> Result<(), RunError> {
        if self.setup.threads <= 1 {
            self.work();
            return Ok(());
        }
        std::thread::scope(|scope| {
            for index in 0..self.setup.threads {
                let thread =
                    std::thread::Builder::new().stack_size(STACK).name(format!("work-{index}"));
                if let Err(error) = thread.spawn_scoped(scope, || self.work()) {
                    self.fail(RunError::Thread(error));
                    return;
                }
            }
        });
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    fn fail(&self, error: RunError) {
        let mut state = self.lock();
        state.error.get_or_insert(error);
        state.stopping = true;
        self.changed.notify_all();
    }

    /// What a thread does until there is nothing left to do.
    fn work(&self) {
        let mut worker = Worker::new(self.setup.way, self.limits, self.setup.stop);
        let alarm = Alarm(self);
        loop {
            let done = match self.pick() {
                Step::Stop => break,
                Step::Encode(job) => self.encode(job),
                Step::Read => self.read(&mut worker),
            };
            if let Err(error) = done {
                self.fail(error);
            }
            self.lock().busy -= 1;
            self.changed.notify_all();
        }
        std::mem::forget(alarm);
    }

    /// Waits for something to do. Encoding comes first: it sets memory free.
    fn pick(&self) -> Step {
        let mut state = self.lock();
        loop {
            state.stopping |= self.setup.stop.load(Ordering::Relaxed);
            if state.stopping {
                return Step::Stop;
            }
            if let Some(job) = state.jobs.pop_front() {
                state.busy += 1;
                return Step::Encode(job);
            }
            let room = state.weight + UNIT_WEIGHT <= self.setup.budget || state.busy == 0;
            if state.reading && room {
                state.busy += 1;
                state.weight += UNIT_WEIGHT;
                return Step::Read;
            }
            if !state.reading && state.busy == 0 {
                return Step::Stop;
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn read(&self, worker: &mut Worker<'_>) -> Result<(), RunError> {
        match self.next()? {
            Reading::Item(task, number, item) => {
                let batch = match item {
                    Item::Unit(unit) => worker.process(unit),
                    Item::Read(entry) => Batch { inputs: vec![entry], ..Batch::default() },
                    Item::Failed(failed) => Batch { failed: vec![failed], ..Batch::default() },
                };
                self.hand_in(task, number, batch)
            }
            Reading::Closed(task, items) => {
                let mut state = self.lock();
                state.weight -= UNIT_WEIGHT;
                if let Some(active) = state.tasks.get_mut(&task) {
                    active.items = Some(items);
                }
                self.settle(state, task)
            }
            Reading::Nothing => {
                let mut state = self.lock();
                state.weight -= UNIT_WEIGHT;
                state.reading = false;
                Ok(())
            }
        }
    }

    fn next(&self) -> Result<Reading, RunError> {
        let mut reader = lock(&self.reader);
        if reader.open.is_none() {
            let Some((index, task)) = reader.tasks.pop_front() else { return Ok(Reading::Nothing) };
            let source = Source::new(&task, self.limits);
            let active = self.activate(task)?;
            self.lock().tasks.insert(index, active);
            reader.open = Some(Open { task: index, source, items: 0 });
        }
        let Some(open) = &mut reader.open else { return Ok(Reading::Nothing) };
        let (task, number) = (open.task, open.items);
        match open.source.next() {
            Some(item) => {
                open.items += 1;
                Ok(Reading::Item(task, number, item))
            }
            None => {
                reader.open = None;
                Ok(Reading::Closed(task, number))
            }
        }
    }

    /// Opens a task's tables.
    fn activate(&self, task: Task) -> Result<Active, RunError> {
        let setup = self.setup;
        let (documents, rejects, stamps) = match self.sink {
            Sink::Folder(_) if matches!(setup.end, End::Measured) => {
                let stamps = task.parts.iter().map(Stamp::of_part).collect();
                (Documents::measured(), Table::counted(), stamps)
            }
            Sink::Folder(folder) => {
                let rejects = folder.pending(&format!("{}.rejects", task.part))?;
                let rejects = Table::to(Target::File(rejects), setup.format)?;
                let stamps = task.parts.iter().map(Stamp::of_part).collect();
                (Documents::files(folder, &task.part, setup)?, rejects, stamps)
            }
            Sink::Stream(stream) => {
                let stream = lock(stream).take().unwrap_or_else(|| Box::new(std::io::sink()));
                (Documents::stream(stream, setup.format)?, Table::counted(), None)
            }
        };
        Ok(Active {
            task,
            stamps,
            waiting: BTreeMap::new(),
            committed: 0,
            items: None,
            documents,
            rejects,
            flushed: false,
            counts: Counts::default(),
            inputs: Vec::new(),
            failed: Vec::new(),
            faults: Vec::new(),
            tokens: Some(0),
            units: Vec::new(),
        })
    }

    /// Takes in what came of an item, and commits whatever is next in order.
    fn hand_in(&self, task: usize, number: u64, batch: Batch) -> Result<(), RunError> {
        let weight = batch.weight();
        let mut state = self.lock();
        state.weight = state.weight - UNIT_WEIGHT + weight;
        state.stopping |= batch.aborted;
        state.outcome.progress.add(&batch);
        let progress = state.outcome.progress.clone();
        if let Some(active) = state.tasks.get_mut(&task) {
            active.waiting.insert(number, batch);
        }
        let settled = self.settle(state, task);
        (self.setup.progress)(&progress);
        settled
    }

    /// Commits what can be committed of a task, and ends it when it is whole.
    fn settle(&self, mut guard: MutexGuard<'_, State>, task: usize) -> Result<(), RunError> {
        let state = &mut *guard;
        if state.stopping {
            return Ok(());
        }
        let Some(active) = state.tasks.get_mut(&task) else { return Ok(()) };
        while let Some(batch) = active.waiting.remove(&active.committed) {
            active.committed += 1;
            state.weight -= active.commit(task, batch, &mut state.jobs, self.sink)?;
        }
        active.flush_if_read(task, &mut state.jobs, self.sink)?;
        let whole = active.is_whole();
        let finished = if whole { state.tasks.remove(&task) } else { None };
        drop(guard);
        self.changed.notify_all();
        finished.map_or(Ok(()), |active| self.finish(active))
    }

    fn encode(&self, job: AnyJob) -> Result<(), RunError> {
        match job {
            AnyJob::Documents(task, partition, job) => {
                let sketches = self.sketches(&job.rows);
                let (block, slot, weight) = (job.encode()?, job.slot, job.weight);
                let ready = Ready { block, slot, weight, sketches };
                self.append(task, job.number, ready, |active| active.documents.blocks(&partition))
            }
            AnyJob::Rejects(task, job) => {
                let (block, slot, weight) = (job.encode()?, job.slot, job.weight);
                let ready = Ready { block, slot, weight, sketches: Vec::new() };
                self.append(task, job.number, ready, |active| Some(&mut active.rejects.blocks))
            }
        }
    }

    /// What is written down of documents, if the leg ends with that.
    fn sketches(&self, documents: &[Document]) -> Vec<Sketch> {
        let (End::Sketched(dedup) | End::Noted(dedup)) = self.setup.end else { return Vec::new() };
        let mut scratch = Scratch::default();
        let mut sketch = |document| {
            // A document that we cannot look at is like no other, and stays.
            caught(|| dedup.scheme.sketch(document, &mut scratch)).unwrap_or_default()
        };
        documents.iter().map(&mut sketch).collect()
    }

    /// Appends a block, or leaves it to the thread that is appending; then those that follow it.
    fn append(
        &self,
        task: usize,
        number: u64,
        ready: Ready,
        blocks: impl Fn(&mut Active) -> Option<&mut Blocks>,
    ) -> Result<(), RunError> {
        let mut state = self.lock();
        if let Some(blocks) = state.tasks.get_mut(&task).and_then(&blocks) {
            blocks.ready(number, ready);
        }
        loop {
            let next = state.tasks.get_mut(&task).and_then(&blocks).and_then(Blocks::take);
            let Some((mut writer, Ready { block, weight, sketches, .. })) = next else { break };
            drop(state);
            writer.append(block, &sketches)?;
            state = self.lock();
            state.weight -= weight;
            if let Some(blocks) = state.tasks.get_mut(&task).and_then(&blocks) {
                blocks.put_back(writer);
            }
        }
        self.settle(state, task)
    }

    /// Ends a task: checks that nothing went missing, and makes its files visible.
    fn finish(&self, active: Active) -> Result<(), RunError> {
        active.check()?;
        match self.sink {
            Sink::Folder(folder) => self.publish(folder, active),
            Sink::Stream(_) => {
                for (_, table) in active.documents.tables {
                    table.finish()?;
                }
                let mut state = self.lock();
                state.outcome.counts.add(&active.counts);
                state.outcome.failed.extend(active.failed);
                Ok(())
            }
        }
    }

    fn publish(&self, folder: &Folder, active: Active) -> Result<(), RunError> {
        if active.inputs.is_empty() {
            let note = Note {
                failed: active.failed,
                leg: self.setup.leg,
                plan: self.setup.hash.to_owned(),
                source: active.task.source,
                tokens: active.tokens,
                ..Note::default()
            };
            return folder.write_note(&active.task.key, &note);
        }
        let part = &active.task.part;
        let format = self.setup.format;
        let (mut outputs, mut held, mut records) = (Vec::new(), None, Vec::new());
        for (partition, table) in active.documents.tables {
            let (file, sketches) = table.finish()?;
            if let Some(sketches) = sketches {
                let path = folder.between(self.setup.leg, &format!("{part}.sketch"));
                records.push(sketches.finish(folder, path)?);
            }
            let Some(file) = file else { continue };
            if let End::Held | End::Spread(_) | End::Sketched(_) = self.setup.end {
                held = Some(folder.hold(self.setup.leg, part, file)?);
                continue;
            }
            let ending = format.extension::<Document>();
            let path = format!("documents/{partition}{part}{ending}");
            outputs.push(folder.publish(path, file.sealed, file.rows)?);
        }
        if let (Some(file), _) = active.rejects.finish()? {
            let path = format!("rejects/{part}{}", format.extension::<Reject>());
            outputs.push(folder.publish(path, file.sealed, file.rows)?);
        }
        for (id, sealed) in active.faults {
            outputs.push(folder.publish(format!("rejects/pages/{id}.bin"), sealed, 1)?);
        }
        let note = Note {
            inputs: active.inputs,
            failed: active.failed,
            outputs,
            counts: active.counts,
            stamps: active.stamps,
            leg: self.setup.leg,
            plan: self.setup.hash.to_owned(),
            held,
            records,
            pieces: matches!(self.setup.end, End::Noted(_)).then(|| active.units.into()),
            source: active.task.source,
            tokens: active.tokens,
        };
        folder.write_note(&active.task.key, &note)
    }
}

/// Stops the other threads if the one it lives in unwinds.
struct Alarm<'a>(&'a Engine<'a>);

impl Drop for Alarm<'_> {
    fn drop(&mut self) {
        self.0.lock().stopping = true;
        self.0.changed.notify_all();
    }
}

impl Active {
    /// Takes a batch into the tables; gives the weight of rows that are held no longer.
    fn commit(
        &mut self,
        task: usize,
        batch: Batch,
        jobs: &mut VecDeque<AnyJob>,
        sink: &Sink<'_>,
    ) -> Result<usize, RunError> {
        let weight = batch.weight();
        self.counts.add(&batch.counts);
        self.units.extend(batch.is_unit.then_some(batch.documents.len() as u64));
        self.inputs.extend(batch.inputs);
        self.failed.extend(batch.failed);
        if let Sink::Folder(folder) = sink {
            for (id, bytes) in batch.faults {
                self.faults.push((id.clone(), write_fault(folder, &id, &bytes)?));
            }
        }
        let dropped = match sink {
            Sink::Folder(_) if self.documents.is_measured() => weight,
            Sink::Folder(_) => 0,
            Sink::Stream(_) => batch.rejects.iter().map(Row::weight).sum(),
        };
        let counted = batch.documents.iter().map(tokens).sum::<Option<u64>>();
        self.tokens = self.tokens.zip(counted).map(|(sum, more)| sum + more);
        let documents = self.documents.push(batch.documents, sink)?;
        jobs.extend(documents.into_iter().map(|(name, job)| AnyJob::Documents(task, name, job)));
        let rejects = self.rejects.rows.push(batch.rejects);
        jobs.extend(rejects.into_iter().map(|job| AnyJob::Rejects(task, job)));
        Ok(dropped)
    }

    /// Once all is read and committed, cuts the last blocks.
    fn flush_if_read(
        &mut self,
        task: usize,
        jobs: &mut VecDeque<AnyJob>,
        sink: &Sink<'_>,
    ) -> Result<(), RunError> {
        if self.items == Some(self.committed) && !self.flushed {
            self.flushed = true;
            let documents = self.documents.flush(sink)?;
            jobs.extend(
                documents.into_iter().map(|(name, job)| AnyJob::Documents(task, name, job)),
            );
            let rejects = self.rejects.rows.cut();
            jobs.extend(rejects.into_iter().map(|job| AnyJob::Rejects(task, job)));
        }
        Ok(())
    }

    fn is_whole(&self) -> bool {
        self.flushed && self.documents.settled() && self.rejects.settled()
    }

    /// Every record is a row, and the counts say the same.
    fn check(&self) -> Result<(), RunError> {
        let rows = self.documents.taken + self.rejects.rows.taken;
        if self.counts.records == rows && self.counts.balanced() {
            return Ok(());
        }
        let task = self.task.part.clone();
        Err(RunError::Unbalanced { task, records: self.counts.records, rows })
    }
}

fn write_fault(folder: &Folder, id: &str, bytes: &[u8]) -> Result<Sealed, RunError> {
    let mut file = folder.pending(&format!("{id}.bin"))?;
    file.write_all(bytes).map_err(|e| StoreError::io("write", id.as_ref(), e))?;
    Ok(file.seal()?)
}
