//! A job watched from its submission to its end.

use super::api::{Api, RayError, Status};
use crate::progress::{Log, Meter, TaskProgress};
use serde_json::Value as Json;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How a job ended that did not fail.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// All its tasks are done, so many by this job.
    Succeeded { done: usize },
    /// We were told to stop, and so was the job.
    Interrupted,
}

/// Watches a job.
pub(crate) struct Follower<'a> {
    api: &'a Api,
    id: &'a str,
    log: DriverLog,
    /// Time between two looks at the job.
    every: Duration,
    /// How long Ray may give no answer.
    patience: Duration,
}

/// How long a job may take to stop; Ray gives it three seconds before it kills it.
const STOPPING: Duration = Duration::from_secs(20);

impl<'a> Follower<'a> {
    pub(crate) fn new(api: &'a Api, id: &'a str) -> Self {
        let (every, patience) = (Duration::from_secs(1), Duration::from_secs(60));
        Self { api, id, log: DriverLog::default(), every, patience }
    }

    /// Tells of the job until it ends; `stop` stops it.
    pub(crate) fn follow(
        mut self,
        stop: &AtomicBool,
        meter: &Meter<'_>,
        log: &Log,
    ) -> Result<Outcome, RayError> {
        let mut answered = Instant::now();
        loop {
            match self.look() {
                Ok((status, text)) => {
                    answered = Instant::now();
                    self.log.take(&text).iter().for_each(|note| log.note(note));
                    self.log.progress.iter().for_each(|progress| meter.show_tasks(progress));
                    if let Some(outcome) = self.outcome(status) {
                        return outcome;
                    }
                }
                Err(error) if answered.elapsed() > self.patience => return Err(error),
                Err(RayError::Unreachable { .. } | RayError::Refused { .. }) => {}
                Err(error) => return Err(error),
            }
            if self.told_to_stop(stop) {
                return self.stop().map(|()| Outcome::Interrupted);
            }
        }
    }

    /// The status first: once that says the end, the log is whole.
    fn look(&self) -> Result<(Status, String), RayError> {
        let status = self.api.status(self.id)?;
        Ok((status, self.api.logs(self.id)?))
    }

    fn outcome(&self, status: Status) -> Option<Result<Outcome, RayError>> {
        let how = match status {
            Status::Going => return None,
            Status::Succeeded => return Some(Ok(Outcome::Succeeded { done: self.log.done() })),
            Status::Stopped => "was stopped".to_owned(),
            Status::Failed(_) if !self.log.words().is_empty() => "failed".to_owned(),
            Status::Failed(message) => {
                format!("failed: {}", message.trim().lines().next_back().unwrap_or_default())
            }
        };
        let lines = self.log.words();
        Some(Err(RayError::Ended { id: self.id.to_owned(), how, lines }))
    }

    fn told_to_stop(&self, stop: &AtomicBool) -> bool {
        let until = Instant::now() + self.every;
        while !stop.load(Ordering::Relaxed) {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            sleep(left.min(Duration::from_millis(100)));
        }
        true
    }

    /// Stops the job, and waits until nothing of it writes any more.
    fn stop(&self) -> Result<(), RayError> {
        self.api.stop(self.id)?;
        let until = Instant::now() + STOPPING;
        while self.api.status(self.id)? == Status::Going && Instant::now() < until {
            sleep(Duration::from_millis(200));
        }
        Ok(())
    }
}

/// What the driver has said so far.
#[derive(Default)]
struct DriverLog {
    /// Bytes of it that were read.
    read: usize,
    /// What it said last of its progress.
    progress: Option<TaskProgress>,
    /// Tasks of each leg that were done before the driver came.
    before: Vec<u64>,
    /// Tasks done, for each leg.
    done: Vec<u64>,
    /// Why it gave up.
    error: Option<String>,
    /// The last lines that are not the driver's own.
    last: VecDeque<String>,
}

/// Lines of the driver's log that an error shows.
const LAST_LINES: usize = 20;

impl DriverLog {
    /// Takes in what is new in a log that has grown; gives what the operator should know at once.
    fn take(&mut self, log: &str) -> Vec<String> {
        let new = log.get(self.read..).unwrap_or_default();
        let whole = new.rfind('\n').map_or(0, |end| end + 1);
        self.read += whole;
        let lines = new.get(..whole).unwrap_or_default().lines();
        lines.filter_map(|line| self.line(line)).collect()
    }

    fn line(&mut self, line: &str) -> Option<String> {
        let object: Option<Json> = serde_json::from_str(line).ok();
        let number = |name| object.as_ref()?.get(name)?.as_u64();
        let figures = (number("leg"), number("done"), number("total"), number("failed"));
        if let (Some(leg), Some(done), Some(total), Some(failed)) = figures {
            let leg = usize::try_from(leg).unwrap_or(usize::MAX);
            self.count(leg, done);
            self.progress = Some(TaskProgress { leg, done, total, failed });
            return None;
        }
        let text = |name| object.as_ref()?.get(name)?.as_str().map(str::to_owned);
        let (note, error) = (text("note"), text("error"));
        if note.is_none() && error.is_none() {
            self.last.push_back(line.to_owned());
            self.last.drain(..self.last.len().saturating_sub(LAST_LINES));
        }
        self.error = error.or(self.error.take());
        note
    }

    /// Why the job failed, as far as its log tells: the driver's words, else whatever came last.
    fn words(&self) -> Vec<String> {
        match &self.error {
            Some(error) => error.lines().map(str::to_owned).collect(),
            None => self.last.iter().cloned().collect(),
        }
    }

    fn count(&mut self, leg: usize, done: u64) {
        if leg == self.done.len() {
            self.before.push(done);
            self.done.push(done);
        }
        self.done.get_mut(leg).into_iter().for_each(|so_far| *so_far = done);
    }

    /// Tasks that the driver saw done.
    fn done(&self) -> usize {
        let pairs = self.done.iter().zip(&self.before);
        let sum = pairs.map(|(done, before)| done.saturating_sub(*before)).sum::<u64>();
        usize::try_from(sum).unwrap_or(usize::MAX)
    }
}

#[cfg(test)]
mod tests;
