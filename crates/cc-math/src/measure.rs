//! `cc-math run --measure`: what gates would keep, before anything is dropped.

use crate::Ending;
use crate::fault::Fault;
use crate::progress::Log;
use crate::report::write_page;
use crate::work::work;
use cc_math_pipeline::{Approved, Destination, Pipeline};
use cc_math_report::{Folder, Measured, Survey};
use cc_math_store::{Durability, check_local, write_once};
use std::path::PathBuf;

/// How a pipeline is measured.
pub(crate) struct Measuring {
    /// The output folder, if not beside the pipeline's.
    pub(crate) output: Option<PathBuf>,
    /// How many documents are enough.
    pub(crate) documents: u64,
    pub(crate) threads: Option<u16>,
    pub(crate) overwrite: bool,
}

impl Measuring {
    /// Measures, and writes a report and a policy to the output folder.
    pub(crate) fn run(self, pipeline: &Pipeline, log: &Log) -> Result<Ending, Fault> {
        let measuring = pipeline.measuring(self.documents);
        let measuring = measuring.map_err(|problem| Fault::Pipeline(vec![problem]))?;
        let plan = measuring.plan().map_err(Fault::Pipeline)?;
        let path = self.output.unwrap_or_else(|| measuring.output.clone());
        check_local(&path)?;
        let destination = Destination::Folder { path: path.clone(), overwrite: self.overwrite };
        let ending = work(plan.clone(), destination, self.threads, log)?;
        if ending == Ending::Interrupted {
            return Ok(ending);
        }
        let folder = Folder::open(&path)?;
        let survey = Survey::of(&folder)?;
        if let Some(measured) = survey.measured() {
            let policy = pipeline.policy(&plan, measured.documents(), &approved(measured));
            let target = path.join("policy.yaml");
            write_once(&target, policy.as_bytes(), Durability::Kept)?;
            log.text(&format!("written: {}", target.display()));
        }
        write_page(&survey, &path.join("report.html"), log)?;
        Ok(ending)
    }
}

/// The gates with the bounds that they have, and what others would keep.
fn approved(measured: &Measured) -> Vec<Approved> {
    let gates = measured.gates.iter().map(|found| Approved {
        stage: found.stage,
        name: found.name.clone(),
        signal: found.gate.signal.clone(),
        keeps: found.gate.keeps,
        bound: found.gate.bound,
        retention: measured.retention(found),
    });
    gates.collect()
}
