//! What goes to standard error: progress, results, errors.

use crate::LogFormat;
use crate::fault::Fault;
use cc_math_config::report;
use cc_math_core::FailedInput;
use cc_math_pipeline::Progress;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value as Json, json};
use std::io::{self, IsTerminal, Write};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How to speak to the operator.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Log {
    /// Errors only.
    pub(crate) quiet: bool,
    /// In which shape.
    pub(crate) format: LogFormat,
}

impl Log {
    /// Prints a failure and what can be done about it.
    pub(crate) fn fault(&self, fault: &Fault) {
        match (self.format, fault) {
            (LogFormat::Text, Fault::Pipeline(problems)) => write_line(&report(problems)),
            (LogFormat::Json, Fault::Pipeline(problems)) => problems.iter().for_each(|problem| {
                let place = problem.place.as_ref().map(ToString::to_string);
                let hints: Vec<_> = problem.hint.iter().collect();
                let message = &problem.message;
                let object =
                    json!({ "level": "error", "place": place, "message": message, "hints": hints });
                write_line(&object.to_string());
            }),
            (LogFormat::Text, _) => {
                let hints = fault.hints().into_iter().map(|hint| format!("\nhint: {hint}"));
                write_line(&format!("error: {fault}{}", hints.collect::<String>()));
            }
            (LogFormat::Json, _) => {
                let message = fault.to_string();
                write_line(
                    &json!({ "level": "error", "message": message, "hints": fault.hints() })
                        .to_string(),
                );
            }
        }
    }

    /// Names the inputs that could not be read: the first of them, if there are many.
    pub(crate) fn failed(&self, failed: &[FailedInput]) {
        for FailedInput { name, error } in failed.iter().take(MOST_FAILED) {
            match self.format {
                LogFormat::Text => write_line(&format!("failed: {name}: {error}")),
                LogFormat::Json => {
                    let object = json!({ "level": "failed", "name": name, "error": error });
                    write_line(&object.to_string());
                }
            }
        }
        let more = failed.len().saturating_sub(MOST_FAILED);
        if more > 0 {
            self.text(&format!("failed: {more} more, all of them in the manifest"));
        }
    }

    /// Prints something that is good to know, unless asked to be quiet.
    pub(crate) fn note(&self, message: &str) {
        match self.format {
            LogFormat::Text => self.text(&format!("note: {message}")),
            LogFormat::Json => self.json(&json!({ "level": "note", "message": message })),
        }
    }

    /// Prints text, unless asked to be quiet.
    pub(crate) fn text(&self, text: &str) {
        if !self.quiet {
            write_line(text);
        }
    }

    /// Prints an object on a line, unless asked to be quiet.
    pub(crate) fn json(&self, object: &Json) {
        if !self.quiet {
            write_line(&object.to_string());
        }
    }
}

/// Failed inputs that are named one by one.
const MOST_FAILED: usize = 20;

/// Where standard error is closed there is nobody to tell.
fn write_line(text: &str) {
    writeln!(io::stderr(), "{text}").unwrap_or_default();
}

/// Shows progress: a bar on a terminal, a line every few seconds elsewhere.
pub(crate) struct Meter<'a> {
    log: &'a Log,
    legs: usize,
    shown: Mutex<Shown>,
    bar: Option<ProgressBar>,
}

/// What was shown last.
struct Shown {
    at: Instant,
    leg: usize,
    /// When that leg began.
    began: Instant,
}

const BAR_EVERY: Duration = Duration::from_millis(100);
const LINE_EVERY: Duration = Duration::from_secs(5);

impl<'a> Meter<'a> {
    /// A meter for a run of so many legs, the first over `total` bytes, if that is known.
    pub(crate) fn new(log: &'a Log, legs: usize, total: Option<u64>) -> Self {
        let drawn = !log.quiet && log.format == LogFormat::Text && io::stderr().is_terminal();
        let now = Instant::now();
        let shown = Mutex::new(Shown { at: now, leg: 0, began: now });
        Self { log, legs, shown, bar: drawn.then(|| bar(total)) }
    }

    /// Tells of progress, if it is time to.
    pub(crate) fn show(&self, progress: &Progress) {
        let Some(elapsed) = self.due(progress.leg).filter(|_| !self.log.quiet) else { return };
        let rates = Rates::of(progress, elapsed, self.legs, resident());
        match (&self.bar, self.log.format) {
            (Some(bar), _) => {
                progress.total.into_iter().for_each(|total| bar.set_length(total));
                bar.set_position(progress.bytes);
                bar.set_message(rates.to_string());
            }
            (None, LogFormat::Text) => self.log.text(&rates.to_string()),
            (None, LogFormat::Json) => self.log.json(&rates.to_json()),
        }
    }

    /// Tells of tasks that a cluster works on, if it is time to.
    pub(crate) fn show_tasks(&self, tasks: &TaskProgress) {
        let Some(elapsed) = self.due(tasks.leg).filter(|_| !self.log.quiet) else { return };
        match (&self.bar, self.log.format) {
            (Some(bar), _) => {
                bar.set_length(tasks.total);
                bar.set_position(tasks.done);
                bar.set_message(tasks.text(self.legs));
            }
            (None, LogFormat::Text) => self.log.text(&tasks.text(self.legs)),
            (None, LogFormat::Json) => self.log.json(&tasks.json(self.legs, elapsed)),
        }
    }

    /// How long the leg has been worked on, if it is time to tell.
    fn due(&self, leg: usize) -> Option<Duration> {
        let every = if self.bar.is_some() { BAR_EVERY } else { LINE_EVERY };
        let now = Instant::now();
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        if leg != shown.leg {
            *shown = Shown { at: shown.at, leg, began: now };
        }
        if shown.at.elapsed() < every {
            return None;
        }
        shown.at = now;
        Some(shown.began.elapsed())
    }

    /// Takes the bar off the screen.
    pub(crate) fn clear(&self) {
        self.bar.iter().for_each(ProgressBar::finish_and_clear);
    }
}

fn bar(total: Option<u64>) -> ProgressBar {
    let template =
        if total.is_some() { "{bar:30} {percent:>3} %  {msg}" } else { "{spinner}  {msg}" };
    let style = ProgressStyle::with_template(template);
    ProgressBar::new(total.unwrap_or(0))
        .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

/// How far the tasks of a leg are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TaskProgress {
    /// The leg, from 0.
    pub(crate) leg: usize,
    /// Tasks done.
    pub(crate) done: u64,
    /// Tasks of the leg.
    pub(crate) total: u64,
    /// Tasks done with inputs that failed.
    pub(crate) failed: u64,
}

impl TaskProgress {
    fn text(&self, legs: usize) -> String {
        let Self { leg, done, total, failed } = self;
        let leg = if legs > 1 { format!("leg {} of {legs}: ", leg + 1) } else { String::new() };
        let failed = if *failed > 0 { format!(", {failed} with failed inputs") } else { "".into() };
        format!("{leg}{done} of {total} tasks{failed}")
    }

    fn json(&self, legs: usize, elapsed: Duration) -> Json {
        json!({
            "level": "progress",
            "leg": self.leg + 1,
            "legs": legs,
            "tasks_done": self.done,
            "tasks": self.total,
            "tasks_failed": self.failed,
            "seconds": elapsed.as_secs_f64(),
        })
    }
}

struct Rates {
    progress: Progress,
    legs: usize,
    seconds: f64,
    /// Seconds left, where the end is known.
    left: Option<f64>,
    /// Bytes of memory that the process has, where the system tells.
    memory: Option<u64>,
}

impl Rates {
    fn of(progress: &Progress, elapsed: Duration, legs: usize, memory: Option<u64>) -> Self {
        let seconds = elapsed.as_secs_f64().max(1e-3);
        let speed = progress.bytes as f64 / seconds;
        let left = progress.total.filter(|_| speed > 0.0);
        let left = left.map(|total| total.saturating_sub(progress.bytes) as f64 / speed);
        Self { progress: progress.clone(), legs, seconds, left, memory }
    }

    fn records_per_second(&self) -> f64 {
        self.progress.records as f64 / self.seconds
    }

    fn megabytes_per_second(&self) -> f64 {
        self.progress.bytes as f64 / self.seconds / 1e6
    }

    fn to_json(&self) -> Json {
        json!({
            "level": "progress",
            "leg": self.progress.leg + 1,
            "legs": self.legs,
            "records": self.progress.records,
            "documents": self.progress.documents,
            "dropped": self.progress.dropped,
            "bytes": self.progress.bytes,
            "seconds": self.seconds,
            "seconds_left": self.left,
            "memory_bytes": self.memory,
        })
    }
}

impl std::fmt::Display for Rates {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Progress { records, documents, dropped, .. } = &self.progress;
        if self.legs > 1 {
            write!(f, "leg {} of {}: ", self.progress.leg + 1, self.legs)?;
        }
        write!(f, "{records} records, {documents} documents")?;
        let share = |n: u64| 100.0 * n as f64 / (*records).max(1) as f64;
        let dropped = dropped.iter().map(|(stage, n)| format!("{stage} -{:.0} %", share(*n)));
        let dropped: Vec<String> = dropped.collect();
        let kept = format!("{:.1} %", share(*documents));
        write!(f, " ({}), ", [vec![kept], dropped].concat().join(", "))?;
        write!(
            f,
            "{:.0} records/s, {:.1} MB/s",
            self.records_per_second(),
            self.megabytes_per_second()
        )?;
        self.memory
            .map_or(Ok(()), |bytes| write!(f, ", {:.0} MB of memory", bytes as f64 / 1e6))?;
        self.left.map_or(Ok(()), |left| write!(f, ", {} left", duration(left)))
    }
}

/// Bytes of memory that this process has, where the system tells.
fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes << 10)
}

/// Seconds as people say them: `7 s`, `3 min`, `2 h 5 min`.
pub(crate) fn duration(seconds: f64) -> String {
    let seconds = seconds.round().max(0.0) as u64;
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, seconds) => format!("{seconds} s"),
        (0, minutes, seconds) if minutes < 10 => format!("{minutes} min {seconds} s"),
        (0, minutes, _) => format!("{minutes} min"),
        (hours, minutes, _) => format!("{hours} h {minutes} min"),
    }
}

#[cfg(test)]
mod tests {
    use super::{Rates, duration};
    use cc_math_pipeline::Progress;
    use std::time::Duration;

    #[test]
    fn progress_tells_what_is_kept_and_what_each_stage_drops() {
        let dropped = [("extract".to_owned(), 600), ("where".to_owned(), 150)].into();
        let progress = Progress {
            bytes: 50_000_000,
            records: 1000,
            documents: 250,
            dropped,
            total: Some(150_000_000),
            ..Progress::default()
        };
        let rates = Rates::of(&progress, Duration::from_secs(10), 2, Some(123_000_000));
        let expected = "leg 1 of 2: 1000 records, 250 documents (25.0 %, extract -60 %, where -15 %), \
             100 records/s, 5.0 MB/s, 123 MB of memory, 20 s left";
        assert_eq!(rates.to_string(), expected);
        assert_eq!(rates.to_json()["dropped"]["where"], 150);
    }

    #[test]
    fn durations_read_well() {
        for (seconds, expected) in [
            (0.2, "0 s"),
            (59.0, "59 s"),
            (200.0, "3 min 20 s"),
            (3000.0, "50 min"),
            (7500.0, "2 h 5 min"),
        ] {
            assert_eq!(duration(seconds), expected);
        }
    }
}
