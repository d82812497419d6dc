//! Bounds for a pipeline's gates: measured on a sample, approved by a person, applied.
//!
//! A policy says of which corpus and of which scorers its figures are, and fits no others.

use crate::folder::differences;
use crate::plan::{Plan, part_bytes};
use crate::spec;
use crate::stages::{Made, Stage};
use cc_math_config::{Node, Problem, read};
use cc_math_core::{Gate, Retained, Side, document_id};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// The value of `format` that this version writes and reads.
const FORMAT: &str = "cc-math-policy/1";

/// What a policy says.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Contents {
    format: String,
    #[serde(rename = "pipeline")]
    _pipeline: String,
    corpus: Corpus,
    #[serde(rename = "documents")]
    _documents: u64,
    scorers: Json,
    gates: Vec<Approved>,
}

/// The inputs of a pipeline, as far as they are known without reading them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Corpus {
    inputs: usize,
    bytes: Option<u64>,
    /// 32 hexadecimal digits over names and sizes.
    hash: String,
}

/// A gate of a pipeline, with what its signal said of the sample.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approved {
    /// Number of the stage, from 1.
    pub stage: usize,
    /// Name of the stage.
    pub name: String,
    /// As in [`Gate::signal`].
    pub signal: String,
    /// As in [`Gate::keeps`].
    pub keeps: Side,
    /// The bound: what a person may change.
    pub bound: f64,
    /// What bounds would keep.
    #[serde(default)]
    pub retention: Vec<Retained>,
}

/// A policy that fits a pipeline, but for the inputs, which are not listed yet.
pub(crate) struct Policy {
    node: Node,
    corpus: Corpus,
    gates: Vec<Approved>,
}

impl Corpus {
    pub(crate) fn of(plan: &Plan) -> Self {
        let parts = plan.tasks.iter().flat_map(|task| &task.parts);
        let mut lines: Vec<String> = parts
            .clone()
            .map(|part| format!("{}\0{:?}\n", part.name(), part_bytes(part)))
            .collect();
        lines.sort();
        let hash = document_id(None, lines.concat().as_bytes());
        Self { inputs: lines.len(), bytes: parts.map(part_bytes).sum(), hash }
    }

    fn told(&self) -> String {
        let bytes = self.bytes.map_or(String::new(), |bytes| format!(", {bytes} bytes"));
        format!("{} inputs{bytes}", self.inputs)
    }
}

/// Where a pipeline is measured whose output goes to a folder or prefix: beside that.
pub(crate) fn measured_folder(output: &Path) -> PathBuf {
    let mut name = output.as_os_str().to_owned();
    name.push(".measured");
    name.into()
}

/// All that signals depend on: where documents come from, and the stages up to the last gate,
/// with their bounds blanked.
pub(crate) fn scorers(source: &Json, stages: &[Stage]) -> Json {
    let last = stages.iter().rposition(|stage| !stage.gates().is_empty()).map_or(0, |at| at + 1);
    let measured = stages.iter().take(last);
    let measured = measured.filter(|stage| !stage.random && !matches!(stage.made, Made::Turn(_)));
    let blanked = measured.map(|stage| {
        let blanks = vec![None; stage.gates().len()];
        let options = stage.rebound(&blanks).unwrap_or_else(|_| stage.json.clone());
        json!({ stage.name: options })
    });
    json!({ "source": source, "stages": blanked.collect::<Vec<_>>() })
}

/// The gates of a pipeline, each with the number and the name of its stage.
pub(crate) fn gates(stages: &[Stage]) -> Vec<(usize, &'static str, Gate)> {
    let numbered = stages.iter().zip(1..);
    let gates = numbered.flat_map(|(stage, number)| {
        stage.gates().into_iter().map(move |gate| (number, stage.name, gate))
    });
    gates.collect()
}

impl Policy {
    /// Reads a policy.
    pub(crate) fn read(
        path: &Path,
        scorers: &Json,
        stages: &[Stage],
    ) -> Result<Self, Vec<Problem>> {
        let (contents, node) = open(path)?;
        let policy = Self { node, corpus: contents.corpus, gates: contents.gates };
        let problem = match () {
            () if contents.format != FORMAT => Some(policy.at(
                "format",
                format!(
                    "a policy of the format `{}`; this version reads `{FORMAT}`",
                    contents.format
                ),
                "measure again with this version",
            )),
            () if contents.scorers != *scorers => Some(policy.at(
                "scorers",
                format!(
                    "measured with other scorers ({})",
                    differences(&contents.scorers, scorers)
                ),
                "measure again: `cc-math run PIPELINE --measure`",
            )),
            () => policy.strange_gate(stages),
        };
        problem.map_or(Ok(policy), |problem| Err(vec![problem]))
    }

    /// The stages with the bounds that the policy gives.
    pub(crate) fn bounds(&self, stage: usize) -> Vec<Option<f64>> {
        let mine = self.gates.iter().filter(|gate| gate.stage == stage);
        mine.map(|gate| Some(gate.bound)).collect()
    }

    /// What is wrong if the inputs are not those that were measured.
    pub(crate) fn other_corpus(&self, plan: &Plan) -> Option<Problem> {
        let now = Corpus::of(plan);
        let message =
            format!("measured on another corpus ({}; now {})", self.corpus.told(), now.told());
        let hint = "measure again: what bounds keep of one corpus they need not keep of another";
        (now != self.corpus).then(|| self.at("corpus", message, hint))
    }

    /// What is wrong if the gates are not those of the stages.
    fn strange_gate(&self, stages: &[Stage]) -> Option<Problem> {
        let ours = gates(stages);
        let same = |(mine, (stage, name, gate)): (&Approved, &(usize, &'static str, Gate))| {
            mine.stage == *stage
                && mine.name == *name
                && mine.signal == gate.signal
                && mine.keeps == gate.keeps
                && mine.bound.is_finite()
        };
        if ours.len() == self.gates.len() && self.gates.iter().zip(&ours).all(same) {
            return None;
        }
        let told: Vec<String> = ours
            .iter()
            .map(|(stage, name, gate)| format!("stage {stage} {name}: {gate}"))
            .collect();
        let message = format!("not the gates of the pipeline ({})", told.join("; "));
        Some(self.at("gates", message, "of a gate, change the `bound` only"))
    }

    fn at(&self, entry: &str, message: String, hint: &str) -> Problem {
        let entries = self.node.entries().unwrap_or_default();
        let entry = entries.iter().find(|found| found.name == entry);
        Problem::at(entry.map_or(&self.node.place, |entry| &entry.place), message).hint(hint)
    }
}

fn open(path: &Path) -> Result<(Contents, Node), Vec<Problem>> {
    let node = spec::open(path).map_err(|problem| match problem.place {
        None => vec![problem.hint("`cc-math run --measure` writes policies")],
        Some(_) => vec![problem],
    })?;
    let mut problems = Vec::new();
    let contents = read(&node, &node.place, &mut problems);
    contents.map(|contents| (contents, node)).ok_or(problems)
}

/// A policy as YAML, for a person to look at and change.
pub(crate) fn written(
    name: &str,
    corpus: &Corpus,
    scorers: &Json,
    documents: u64,
    gates: &[Approved],
) -> String {
    let mut yaml = format!(
        "# Bounds of the gates of `{}`, and what others would keep of {documents} documents drawn\n\
         # from the corpus. Change a `bound` and apply it: cc-math run PIPELINE --policy THIS_FILE\n\
         format: {FORMAT}\n\
         pipeline: {}\n\
         documents: {documents}\n\
         corpus: {}\n\
         scorers: {scorers}\n\
         gates:\n",
        name.replace(char::is_control, " "),
        json!(name),
        json!(corpus),
    );
    for gate in gates {
        let Approved { stage, name, signal, keeps, bound, retention } = gate;
        // Writing to a string does not fail.
        write!(
            yaml,
            "  - stage: {stage}\n    name: {}\n    signal: {}\n    keeps: \"{keeps}\"\n    bound: {bound}\n    retention:\n",
            json!(name),
            json!(signal),
        )
        .unwrap_or_default();
        for Retained { bound, documents, text, formulas, all_gates } in retention {
            writeln!(
                yaml,
                "      - {{ bound: {bound}, documents: {documents:.4}, text: {text:.4}, formulas: {formulas:.4}, all_gates: {all_gates:.4} }}"
            )
            .unwrap_or_default();
        }
    }
    yaml
}
