//! Schedulers that work on a plan in our place: what they need is written to a folder.

use crate::fault::Fault;
use cc_math_pipeline::{Cluster, Pipeline, Plan};
use cc_math_store::{Durability, StoreError, write_once};
use clap::{Args, ValueEnum};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

/// A scheduler of other machines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Scheduler {
    /// Slurm job arrays.
    Slurm,
    /// Kubernetes indexed Jobs.
    Kubernetes,
}

/// What a scheduler is told.
#[derive(Debug, Args)]
pub(crate) struct EngineArguments {
    /// The scheduler that the files are for.
    #[arg(long, value_name = "ENGINE", requires = "write")]
    engine: Option<Scheduler>,
    /// Workers of each leg, which share its tasks [default: one a task, at most 64].
    #[arg(long, value_name = "N", requires = "engine", value_parser = clap::value_parser!(u32).range(1..))]
    workers: Option<u32>,
    /// Threads of each worker.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..))]
    threads: u16,
    /// Kubernetes: the image that holds `cc-math`.
    #[arg(long, value_name = "IMAGE", default_value = "cc-math:latest", requires = "engine")]
    image: String,
    /// Kubernetes: the claim of the volume that holds inputs and outputs.
    #[arg(long, value_name = "CLAIM", default_value = "cc-math", requires = "engine")]
    claim: String,
    /// Kubernetes: where that volume is mounted.
    #[arg(long, value_name = "PATH", default_value = "/data", requires = "engine")]
    mount: String,
}

/// Workers of a leg where none are asked for.
const MOST_WORKERS: usize = 64;

/// Writes the resolved pipeline and what the scheduler needs, and prepares the output folder.
pub(crate) fn write(
    pipeline: &Pipeline,
    plan: &Plan,
    folder: &Path,
    arguments: &EngineArguments,
) -> Result<(), Fault> {
    fs::create_dir_all(folder).map_err(|e| StoreError::io("create", folder, e))?;
    let folder = folder.canonicalize().map_err(|e| StoreError::io("read", folder, e))?;
    let here = env::current_dir().map_err(|e| StoreError::io("read", Path::new("."), e))?;
    let resolved = folder.join("pipeline.yaml");
    let text = serde_json::to_string_pretty(&pipeline.resolved()).unwrap_or_default() + "\n";
    write_once(&resolved, text.as_bytes(), Durability::Kept)?;
    let workers = arguments.workers.map(|n| usize::try_from(n).unwrap_or(usize::MAX));
    let cluster = Cluster {
        name: &pipeline.name,
        program: &program(arguments.engine),
        folder: &here,
        pipeline: &resolved,
        legs: plan.legs(),
        workers: workers.unwrap_or(plan.tasks().clamp(1, MOST_WORKERS)),
        threads: usize::from(arguments.threads),
    };
    let files: Vec<(String, String)> = match arguments.engine {
        Some(Scheduler::Kubernetes) => {
            let EngineArguments { image, claim, mount, .. } = arguments;
            cluster.kubernetes(image, claim, mount)
        }
        _ => cluster.slurm().into_iter().map(|(name, text)| (name.to_owned(), text)).collect(),
    };
    for (name, text) in files {
        let path = folder.join(name);
        write_once(&path, text.as_bytes(), Durability::Kept)?;
        if text.starts_with("#!") {
            make_executable(&path)?;
        }
    }
    Ok(plan.prepare(&pipeline.output, false)?)
}

#[cfg(unix)]
fn make_executable(path: &Path) -> Result<(), StoreError> {
    use std::os::unix::fs::PermissionsExt;
    let failed = |e| StoreError::io("write", path, e);
    let mut permissions = fs::metadata(path).map_err(failed)?.permissions();
    // Whoever may read it may run it.
    permissions.set_mode(permissions.mode() | ((permissions.mode() & 0o444) >> 2));
    fs::set_permissions(path, permissions).map_err(failed)
}

#[cfg(not(unix))]
fn make_executable(_path: &Path) -> Result<(), StoreError> {
    Ok(())
}

/// The program as workers find it: in an image by its name, elsewhere where it is here.
fn program(engine: Option<Scheduler>) -> PathBuf {
    let by_name = PathBuf::from("cc-math");
    match engine {
        Some(Scheduler::Kubernetes) => by_name,
        _ => env::current_exe().unwrap_or(by_name),
    }
}
