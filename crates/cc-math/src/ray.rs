//! `cc-math run --engine ray`: tasks are worked on by a Ray cluster, which sees the same files.
//!
//! Ray gets one job, a small driver (`ray/driver.py`) that hands out the tasks of one leg after
//! the other; what it says of its progress is told here. What decides about bytes is not here:
//! the driver's tasks are `cc-math task`, and the end is [`Plan::finish`].

mod api;
mod follow;

use crate::Ending;
use crate::fault::Fault;
use crate::progress::{Log, Meter};
use crate::work::watch;
use api::Api;
pub(crate) use api::RayError;
use cc_math_pipeline::{Pipeline, Plan, Report, RunOptions, shell_word, worker_megabytes};
use cc_math_store::{Durability, StoreError, check_local, write_once};
use clap::{Args, ValueEnum};
use follow::{Follower, Outcome};
use serde_json::json;
use std::env;
use std::fs;
use std::path::{Path, PathBuf, absolute};
use std::time::Instant;

/// Who works on the tasks of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Engine {
    /// This process.
    Local,
    /// A Ray cluster that has `cc-math`, inputs and output at the same paths; the output is a
    /// folder.
    Ray,
}

/// Which engine, and what it is told.
#[derive(Debug, Args)]
pub(crate) struct RunEngineArguments {
    /// Who works on the tasks.
    #[arg(long, value_name = "ENGINE", default_value = "local")]
    engine: Engine,
    /// Ray: the address of its dashboard [default: http://127.0.0.1:8265].
    #[arg(long, value_name = "URL")]
    ray_address: Option<String>,
    /// Ray: CPUs and threads of each task [default: 1].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    task_threads: Option<u16>,
    /// Ray: how often a task is tried again that was lost with its node or killed [default: 3].
    #[arg(long, value_name = "N")]
    retries: Option<u16>,
}

impl RunEngineArguments {
    /// Whether a cluster is to work on the tasks.
    ///
    /// # Errors
    /// If something is said to it that it will not hear.
    pub(crate) fn is_ray(&self) -> Result<bool, Fault> {
        let Self { engine, ray_address, task_threads, retries } = self;
        let said = [
            (ray_address.is_some(), "--ray-address"),
            (task_threads.is_some(), "--task-threads"),
            (retries.is_some(), "--retries"),
        ];
        match (engine, said.into_iter().find(|(said, _)| *said)) {
            (Engine::Local, Some((_, name))) => Err(Fault::OnlyRay(name)),
            (Engine::Local, None) => Ok(false),
            (Engine::Ray, _) => Ok(true),
        }
    }
}

/// A run to be handed to Ray.
pub(crate) struct Handover<'a> {
    pub(crate) pipeline: &'a Pipeline,
    pub(crate) plan: &'a Plan,
    pub(crate) out: &'a Path,
    pub(crate) overwrite: bool,
    pub(crate) arguments: &'a RunEngineArguments,
}

const ADDRESS: &str = "http://127.0.0.1:8265";
const RETRIES: u16 = 3;
const DRIVER: &str = include_str!("ray/driver.py");

impl Handover<'_> {
    /// Runs it, on so many threads of this machine what Ray leaves to do.
    pub(crate) fn run(&self, threads: Option<u16>, log: &Log) -> Result<Ending, Fault> {
        check_local(self.out)?;
        let api = Api::connect(self.arguments.ray_address.as_deref().unwrap_or(ADDRESS))?;
        let legs = self.plan.legs();
        watch((legs, self.plan.bytes()), threads, log, |options, meter| {
            self.work(&api, options, meter, log)
        })
    }

    fn work(
        &self,
        api: &Api,
        options: &RunOptions<'_>,
        meter: &Meter<'_>,
        log: &Log,
    ) -> Result<Report, Fault> {
        let began = Instant::now();
        self.plan.prepare(self.out, self.overwrite)?;
        let entrypoint = self.write()?;
        let occupied = self.plan.occupy(self.out)?;
        let id = api.submit(&entrypoint, &format!("cc-math {}", self.pipeline.name))?;
        log.note(&format!("Ray's job {id} works on it"));
        let outcome = Follower::new(api, &id).follow(options.stop, meter, log)?;
        drop(occupied);
        let Outcome::Succeeded { done } = outcome else {
            return Ok(Report { interrupted: true, ..Report::default() });
        };
        let report = self.plan.finish(self.out, options)?;
        Ok(Report {
            done_before: report.done_before.saturating_sub(done),
            seconds: began.elapsed().as_secs_f64(),
            ..report
        })
    }

    /// Writes the resolved pipeline, the driver and what it has to know; gives the command that
    /// starts it.
    fn write(&self) -> Result<String, Fault> {
        let out = absolute(self.out).map_err(|e| StoreError::io("read", self.out, e))?;
        let here = env::current_dir().map_err(|e| StoreError::io("read", Path::new("."), e))?;
        let folder = out.join(".cc-math/ray");
        let logs = folder.join("logs");
        fs::create_dir_all(&logs).map_err(|e| StoreError::io("create", &logs, e))?;
        let write = |name: &str, text: &str| -> Result<PathBuf, StoreError> {
            let path = folder.join(name);
            write_once(&path, text.as_bytes(), Durability::Told).map(|_| path)
        };
        let resolved = write("pipeline.yaml", &format!("{:#}\n", self.pipeline.resolved()))?;
        let program = env::current_exe().unwrap_or_else(|_| PathBuf::from("cc-math"));
        let threads = self.arguments.task_threads.unwrap_or(1);
        let job = json!({
            "command": [
                program, "--log-format", "json", "task", "--plan", resolved, "--output", out,
            ],
            "folder": here,
            "logs": logs,
            "legs": self.plan.legs(),
            "cpus": threads,
            "memory": worker_megabytes(usize::from(threads)) << 20,
            "retries": self.arguments.retries.unwrap_or(RETRIES),
        });
        let driver = write("driver.py", DRIVER)?;
        let job = write("job.json", &format!("{job:#}\n"))?;
        let [driver, job] = [driver, job].map(|path| shell_word(&path));
        Ok(format!("python3 {driver} {job}"))
    }
}
