//! Other extractors that happen to be installed, run on one page at a time.
//!
//! Python libraries run in a worker process that stays up and times extraction alone;
//! interpreter start and pipes do not count. lynx has no such mode: it is a process a page,
//! and starting it counts, as it does for its users.

use crate::EvalError;
use crate::documents::extract;
use crate::pages::LabelledPage;
use cc_math_extract::{EXTRACTOR, Extractor, MathMode, Options};
use rustix::time::{ClockId, clock_gettime};
use std::io::{self, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Instant;

/// The worker's program, passed to the interpreter as it is.
const WORKER: &str = include_str!("../rivals/rival.py");
/// Exit status of a worker whose library is not installed.
const NOT_INSTALLED: i32 = 3;
/// Seconds after which a worker ends itself; what a page that did so is counted with.
const LIMIT: f64 = 60.0;
/// Largest text that is read back from a worker, in bytes.
const LARGEST_TEXT: u32 = 1 << 30;

/// The flags NeMo Curator's mathematics pipeline runs lynx with.
const LYNX_FLAGS: &[&str] = &[
    "-dump",
    "-stdin",
    "-nolist",
    "-width=10000",
    "-assume_charset=utf-8",
    "-display_charset=utf-8",
    "-localhost",
    "-force_html",
];

/// Names of extractors that can be run against ours.
pub const NAMES: &[&str] = &["resiliparse", "trafilatura", "lynx"];

/// What an extractor made of a page.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The text; empty if it failed.
    pub text: String,
    /// Wall-clock seconds it took.
    pub seconds: f64,
    /// Processor seconds it took; `None` for processes of their own.
    pub cpu_seconds: Option<f64>,
}

/// An extractor to be measured.
pub struct Contender {
    /// Its name.
    pub name: String,
    /// Its version, in its own words.
    pub version: String,
    runner: Runner,
}

enum Runner {
    Own(Extractor),
    Worker(Worker),
    Lynx,
}

impl Contender {
    /// Our own extractor, all pages kept.
    pub fn own() -> Self {
        let extractor = Extractor::new(Options { math: MathMode::Any });
        Self { name: "cc-math".into(), version: EXTRACTOR.into(), runner: Runner::Own(extractor) }
    }

    /// A rival by name; `None` if it is not installed.
    ///
    /// # Errors
    /// A worker that starts but does not speak as agreed.
    pub fn rival(name: &str, python: &Path) -> Result<Option<Self>, EvalError> {
        let found = match name {
            "lynx" => lynx_version().map(|version| (version, Runner::Lynx)),
            _ => Worker::start(name, python)?
                .map(|(version, worker)| (version, Runner::Worker(worker))),
        };
        Ok(found.map(|(version, runner)| Self { name: name.into(), version, runner }))
    }

    /// Extracts a page.
    ///
    /// # Errors
    /// Processes that cannot be started at all. A page that fails gives empty text.
    pub fn extract(&mut self, page: &LabelledPage) -> Result<Answer, EvalError> {
        match &mut self.runner {
            Runner::Own(extractor) => Ok(own_answer(extractor, page)),
            Runner::Worker(worker) => worker.extract(page),
            Runner::Lynx => lynx(page),
        }
    }
}

fn own_answer(extractor: &Extractor, page: &LabelledPage) -> Answer {
    let (start, start_cpu) = (Instant::now(), thread_seconds());
    let document = extract(extractor, page);
    let seconds = start.elapsed().as_secs_f64();
    let cpu_seconds = Some(thread_seconds() - start_cpu);
    let text = document.and_then(|document| document.text).unwrap_or_default();
    Answer { text, seconds, cpu_seconds }
}

/// Processor seconds of this thread so far.
fn thread_seconds() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

fn lynx_version() -> Option<String> {
    let out = Command::new("lynx").arg("-version").output().ok()?;
    String::from_utf8_lossy(&out.stdout).lines().next().map(str::to_owned)
}

fn lynx(page: &LabelledPage) -> Result<Answer, EvalError> {
    let start = Instant::now();
    let fault = |fault: io::Error| EvalError::child("lynx", fault);
    let mut command = Command::new("lynx");
    command.args(LYNX_FLAGS).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().map_err(fault)?;
    let mut text = Vec::new();
    let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
    std::thread::scope(|scope| {
        // A page it does not want to read to the end is its own affair.
        scope.spawn(|| stdin.map(|mut stdin| stdin.write_all(&page.bytes).unwrap_or_default()));
        stdout.map_or(Ok(0), |mut stdout| stdout.read_to_end(&mut text))
    })
    .map_err(fault)?;
    child.wait().map_err(fault)?;
    let seconds = start.elapsed().as_secs_f64();
    let text = String::from_utf8_lossy(&text).into_owned();
    Ok(Answer { text, seconds, cpu_seconds: None })
}

/// A Python process with one extractor in it.
struct Worker {
    name: String,
    python: PathBuf,
    child: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
}

impl Worker {
    /// Starts a worker; gives its version too. `None` if its library or Python is missing.
    fn start(name: &str, python: &Path) -> Result<Option<(String, Self)>, EvalError> {
        let mut command = Command::new(python);
        command.arg("-c").arg(WORKER).arg(name);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = match command.spawn() {
            Ok(child) => child,
            Err(fault) if fault.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(fault) => return Err(EvalError::child(name, fault)),
        };
        let (Some(to), Some(from)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(EvalError::child(name, "no pipes"));
        };
        let mut from = BufReader::new(from);
        match read_frame(&mut from) {
            Ok(version) => {
                let worker = Self { name: name.into(), python: python.into(), child, to, from };
                Ok(Some((String::from_utf8_lossy(&version).into_owned(), worker)))
            }
            Err(fault) => absent(name, &mut child, &fault),
        }
    }

    fn extract(&mut self, page: &LabelledPage) -> Result<Answer, EvalError> {
        if let Ok(answer) = self.ask(page) {
            return Ok(answer);
        }
        self.restart()?;
        Ok(Answer { text: String::new(), seconds: LIMIT, cpu_seconds: Some(LIMIT) })
    }

    fn ask(&mut self, page: &LabelledPage) -> io::Result<Answer> {
        write_frame(&mut self.to, page.url.as_bytes())?;
        write_frame(&mut self.to, &page.bytes)?;
        self.to.flush()?;
        let seconds = read_number(&mut self.from)?;
        let cpu_seconds = Some(read_number(&mut self.from)?);
        let text = read_frame(&mut self.from)?;
        Ok(Answer { text: String::from_utf8_lossy(&text).into_owned(), seconds, cpu_seconds })
    }

    fn restart(&mut self) -> Result<(), EvalError> {
        let name = self.name.clone();
        let again = Self::start(&name, &self.python.clone())?;
        let (_, again) = again.ok_or_else(|| EvalError::child(&name, "it does not start again"))?;
        *self = again;
        Ok(())
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // It may have ended by itself already.
        self.child.kill().unwrap_or_default();
        self.child.wait().map(drop).unwrap_or_default();
    }
}

/// Tells a library that is missing from a worker that is broken.
fn absent<T>(name: &str, child: &mut Child, fault: &io::Error) -> Result<Option<T>, EvalError> {
    let status = child.wait().map_err(|fault| EvalError::child(name, fault))?;
    match status.code() {
        Some(NOT_INSTALLED) => Ok(None),
        _ => Err(EvalError::child(name, format!("{fault}; it ended with {status}"))),
    }
}

fn write_frame(to: &mut impl Write, body: &[u8]) -> io::Result<()> {
    let len = u32::try_from(body.len()).map_err(io::Error::other)?;
    to.write_all(&len.to_le_bytes())?;
    to.write_all(body)
}

fn read_number(from: &mut impl Read) -> io::Result<f64> {
    let mut number = [0; 8];
    from.read_exact(&mut number)?;
    Ok(f64::from_le_bytes(number))
}

fn read_frame(from: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut len = [0; 4];
    from.read_exact(&mut len)?;
    let len = u32::from_le_bytes(len);
    if len > LARGEST_TEXT {
        return Err(io::Error::other("a text of more than a gigabyte"));
    }
    let mut body = Vec::new();
    from.take(u64::from(len)).read_to_end(&mut body)?;
    if body.len() < len as usize {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_read_back_and_cut_frames_fail() {
        let mut bytes = Vec::new();
        write_frame(&mut bytes, b"abc").unwrap();
        assert_eq!(read_frame(&mut bytes.as_slice()).unwrap(), b"abc");
        assert!(read_frame(&mut &bytes[..5]).is_err());
        assert!(read_frame(&mut &[255; 8][..]).is_err());
    }

    #[test]
    fn what_is_not_installed_is_absent() {
        assert!(
            Contender::rival("resiliparse", Path::new("/nonexistent/python")).unwrap().is_none()
        );
    }
}
