//! What the tests of the binary share: places, processes, comparisons.

use cc_math_core::Document;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// The repository's `tests/fixtures`.
pub(crate) fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures")
}

/// What a process printed.
pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Half of a small crawl's documents.
pub(crate) const PIPELINE: &str = "\
name: small
seed: 7
vars: { rate: 0.5 }
source: { warc: { paths: [crawl] } }
stages:
  - extract
  - sample: { rate: \"${rate}\" }
output: out
";

/// A fresh folder, removed when dropped.
pub(crate) struct Scratch(pub(crate) PathBuf);

impl Scratch {
    pub(crate) fn new(name: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir()
            .join(format!("cc-math-cli-{}-{number}-{name}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    /// A folder `crawl` of `files` archives, each the small crawl `copies` times over.
    pub(crate) fn crawl(&self, files: usize, copies: usize) {
        let mini = fs::read(fixtures().join("mini-crawl/mini.warc.gz")).unwrap();
        fs::create_dir_all(self.0.join("crawl")).unwrap();
        for file in 0..files {
            let path = self.0.join(format!("crawl/{file:03}.warc.gz"));
            fs::write(path, mini.repeat(copies)).unwrap();
        }
    }

    /// The binary with these arguments, to be run in this folder.
    pub(crate) fn command(&self, arguments: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cc-math"));
        command.args(arguments.split_whitespace()).current_dir(&self.0).stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, arguments: &str) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Runs, and expects the run to end well.
    pub(crate) fn well(&self, arguments: &str) -> Output {
        let output = self.run(arguments);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{arguments}: {errors}");
        output
    }

    /// Starts a run to `out` with these arguments again and again, kills it a little later each
    /// time, until one comes to its end.
    pub(crate) fn killed_until_done(&self, arguments: &str, step: Duration) {
        for n in 0.. {
            let mut run = self.command(arguments).stderr(Stdio::null()).spawn().unwrap();
            std::thread::sleep(step * n * n);
            run.kill().unwrap();
            run.wait().unwrap();
            if self.0.join("out/manifest.json").exists() {
                return;
            }
        }
    }

    /// A file that holds JSON.
    pub(crate) fn json(&self, name: &str) -> Json {
        serde_json::from_slice(&fs::read(self.0.join(name)).unwrap()).unwrap()
    }

    /// The documents of a run, in the order of its files and their rows.
    pub(crate) fn documents(&self, folder: &str) -> Vec<Document> {
        let documents = cc_math_store::read_documents(&self.0.join(folder)).unwrap();
        documents.map(Result::unwrap).collect()
    }

    /// Expects two runs to have written the same, and something.
    pub(crate) fn same(&self, a: &str, b: &str) {
        let (a, b) = (self.outputs(a), self.outputs(b));
        assert_eq!(a.keys().collect::<Vec<_>>(), b.keys().collect::<Vec<_>>());
        assert!(a.len() > 1);
        for (name, bytes) in &a {
            assert!(b[name] == *bytes, "{name} differs");
        }
    }

    /// All that equal runs have in common: every visible file but `run.json`.
    pub(crate) fn outputs(&self, folder: &str) -> BTreeMap<String, Vec<u8>> {
        let root = self.0.join(folder);
        let mut files = BTreeMap::new();
        let mut folders = vec![root.clone()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).unwrap() {
                let path = entry.unwrap().path();
                let name = path.strip_prefix(&root).unwrap().display().to_string();
                match path.is_dir() {
                    _ if name == ".cc-math" || name == "run.json" => {}
                    true => folders.push(path),
                    false => drop(files.insert(name, fs::read(&path).unwrap())),
                }
            }
        }
        files
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).unwrap_or_default();
    }
}
