//! A plan carried out in front of an operator: progress, interruption, account.

use crate::fault::Fault;
use crate::progress::{Log, Meter};
use crate::summary::{summary, summary_json};
use crate::{Ending, LogFormat};
use cc_math_pipeline::{Destination, Plan, Report, RunOptions, run};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// Carries out a plan on so many threads, or as many as the machine has.
pub(crate) fn work(
    plan: Plan,
    destination: Destination,
    threads: Option<u16>,
    log: &Log,
) -> Result<Ending, Fault> {
    let (legs, total) = (plan.legs(), plan.bytes());
    watch((legs, total), threads, log, |options, _| run(plan, destination, options))
}

/// Does something of so many legs and bytes that makes a report, and tells of it.
pub(crate) fn watch<E: Into<Fault>>(
    (legs, total): (usize, Option<u64>),
    threads: Option<u16>,
    log: &Log,
    run: impl FnOnce(&RunOptions<'_>, &Meter<'_>) -> Result<Report, E>,
) -> Result<Ending, Fault> {
    let machine = || std::thread::available_parallelism().map_or(1, usize::from);
    let stop = listen()?;
    let meter = Meter::new(log, legs, total);
    let options = RunOptions {
        threads: threads.map_or_else(machine, usize::from),
        stop: &stop,
        progress: &|progress| meter.show(progress),
        writer: concat!("cc-math ", env!("CARGO_PKG_VERSION")),
    };
    let report = run(&options, &meter);
    meter.clear();
    let report = report.map_err(Into::into)?;
    tell(&report, log);
    Ok(ending(&report))
}

/// A flag that the first Ctrl-C or termination sets; a second ends the program
/// at once, which costs no more than the tasks that are not finished.
fn listen() -> Result<Arc<AtomicBool>, Fault> {
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        flag::register_conditional_shutdown(signal, 130, Arc::clone(&stop))
            .map_err(Fault::Signals)?;
        flag::register(signal, Arc::clone(&stop)).map_err(Fault::Signals)?;
    }
    Ok(stop)
}

fn tell(report: &Report, log: &Log) {
    log.failed(&report.failed);
    match log.format {
        LogFormat::Json => log.json(&summary_json(report)),
        LogFormat::Text => log.text(&summary(report)),
    }
}

fn ending(report: &Report) -> Ending {
    match report {
        Report { interrupted: true, .. } => Ending::Interrupted,
        Report { failed, .. } if !failed.is_empty() => Ending::SomeFailed,
        _ => Ending::Well,
    }
}
