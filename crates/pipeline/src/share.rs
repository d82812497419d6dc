//! Some tasks of a plan, worked on by one of many processes: what an engine hands out.

use crate::engine::{Outcome, work_leg};
use crate::error::RunError;
use crate::folder::{Done, Folder};
use crate::plan::{Plan, Task};
use crate::run::{Report, RunOptions, Stretch, fill_folder, notes_of, setup};
use cc_math_extract::{Extractor, Options, Page};
use std::path::Path;
use std::time::Instant;

/// Which tasks of a leg are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Share {
    /// The one at this place.
    One(usize),
    /// Every so many-th, from the first of these on.
    Every(usize, usize),
}

/// What is to be done in a leg.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Survey {
    /// How many tasks the leg has.
    pub tasks: usize,
    /// Places of those that are not done.
    pub open: Vec<usize>,
}

/// A hold on an output folder that processes elsewhere write to.
pub struct Occupied {
    _folder: Folder,
}

impl Plan {
    /// Makes an output folder ready for tasks of the plan to be worked on by many processes.
    ///
    /// # Errors
    /// If it cannot be written or was made with other options.
    pub fn prepare(&self, out: &Path, overwrite: bool) -> Result<(), RunError> {
        let folder = Folder::open(out, self, overwrite)?;
        folder.remove_manifest()?;
        let first = self.legs.first().map_or(&self.hash, |leg| &leg.hash);
        folder.supersede(0, first, &self.tasks)
    }

    /// Keeps other runs off a prepared folder for as long as the answer lives, while processes
    /// elsewhere work on its tasks.
    ///
    /// # Errors
    /// If another run is writing to it, or it was not prepared.
    pub fn occupy(&self, out: &Path) -> Result<Occupied, RunError> {
        Ok(Occupied { _folder: Folder::join(out, self)? })
    }

    /// Ends a run whose tasks others worked on: does what they left, but not again what had
    /// inputs that failed, and writes the manifest.
    ///
    /// # Errors
    /// As those of [`run`](crate::run()).
    pub fn finish(&self, out: &Path, options: &RunOptions<'_>) -> Result<Report, RunError> {
        let extractor = Extractor::new(Options { math: self.math });
        let extract = |page: &Page<'_>| extractor.extract(page);
        fill_folder(self, &Folder::open(out, self, false)?, options, &extract, false)
    }

    /// What there is to do in a leg.
    ///
    /// # Errors
    /// If the leg before is not done, or the folder was not prepared.
    pub fn survey(&self, out: &Path, leg: usize) -> Result<Survey, RunError> {
        let folder = Folder::join(out, self)?;
        let Stretch { tasks, .. } = self.tasks_of(&folder, leg)?;
        let open = open(&folder, &tasks)?.into_iter().map(|(index, _)| index).collect();
        Ok(Survey { tasks: tasks.len(), open })
    }

    /// The tasks of a leg; all legs before it have to be done.
    fn tasks_of(&self, folder: &Folder, leg: usize) -> Result<Stretch, RunError> {
        let count = self.legs.len();
        if leg >= count {
            return Err(RunError::NoSuch { what: "leg", index: leg, count });
        }
        let mut stretch = Stretch::first(self);
        for before in 0..leg {
            let tasks = &stretch.tasks;
            let left = left(folder, tasks, |done| !matches!(done, Done::Yes | Done::InPart))?.len();
            if left > 0 {
                return Err(RunError::TooEarly { leg, before, open: left, tasks: tasks.len() });
            }
            stretch = stretch.next(self, before, folder)?;
        }
        Ok(stretch)
    }
}

/// The tasks that are not done, with their places; those with inputs that failed among them.
fn open(folder: &Folder, tasks: &[Task]) -> Result<Vec<(usize, Task)>, RunError> {
    left(folder, tasks, |done| done != Done::Yes)
}

fn left(
    folder: &Folder,
    tasks: &[Task],
    is_left: impl Fn(Done) -> bool,
) -> Result<Vec<(usize, Task)>, RunError> {
    let done = folder.done(tasks)?;
    let left = tasks.iter().enumerate().zip(done).filter(|(_, done)| is_left(*done));
    Ok(left.map(|((index, task), _)| (index, task.clone())).collect())
}

/// Works on some tasks of a leg. Those that are done stay as they are.
///
/// # Errors
/// If the leg before is not done, or an output cannot be written. An input that cannot be read is
/// no error but an entry of the report.
pub fn run_share(
    plan: &Plan,
    out: &Path,
    leg: usize,
    share: Share,
    options: &RunOptions<'_>,
) -> Result<Report, RunError> {
    let began = Instant::now();
    let folder = Folder::join(out, plan)?;
    let Stretch { tasks, draw, .. } = plan.tasks_of(&folder, leg)?;
    let count = tasks.len();
    let mine: Vec<Task> = match share {
        Share::One(index) => match tasks.get(index) {
            Some(task) => vec![task.clone()],
            None => return Err(RunError::NoSuch { what: "task", index, count }),
        },
        Share::Every(from, step) => tasks.into_iter().skip(from).step_by(step.max(1)).collect(),
    };
    let left: Vec<Task> = open(&folder, &mine)?.into_iter().map(|(_, task)| task).collect();
    let done_before = mine.len() - left.len();
    let extractor = Extractor::new(Options { math: plan.math });
    let extract = |page: &Page<'_>| extractor.extract(page);
    let setup = setup(plan, leg, draw.as_ref(), options, &extract);
    let outcome = match plan.legs.get(leg) {
        Some(leg) => work_leg(leg, left, &setup, &folder)?,
        None => Outcome::default(),
    };
    let mut report = Report {
        worked: outcome.progress,
        seconds: began.elapsed().as_secs_f64(),
        done_before,
        failed: outcome.failed,
        interrupted: outcome.interrupted,
        ..Report::default()
    };
    for note in notes_of(&folder, &mine)? {
        report.counts.add(&note.counts);
        report.failed.extend(note.failed);
    }
    Ok(report)
}
