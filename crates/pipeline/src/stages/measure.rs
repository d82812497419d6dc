//! What stages would judge documents by, written down in place of their verdicts.
//!
//! This is no stage that a pipeline can name: `run --measure` puts it in the place of all that
//! look at documents one by one.

use super::{Made, Stage, Step};
use crate::legs::Turn;
use cc_math_core::{Document, GatedStage, MEASURE, MEASURED, Map, Sighted, Verdict};
use serde_json::json;
use std::sync::Arc;

/// The stages that measure, in place of those given: pages are made documents of, every stage
/// that judges says what it sees, those that draw at random or need to know of all documents are
/// left out, and so many documents are enough.
pub(crate) fn measuring(stages: &[Stage], documents: u64) -> Vec<Stage> {
    let (mut steps, mut gates, mut options) = (Vec::new(), Vec::new(), Vec::new());
    for (stage, number) in stages.iter().zip(1..) {
        let Made::Map(map) = &stage.made else { continue };
        if stage.random {
            continue;
        }
        let name = stage.name;
        steps.push((number, Step { name, map: Arc::clone(map), random: false }));
        options.push(json!({ name: stage.json }));
        gates.push(GatedStage { stage: number, name: name.into(), gates: map.gates() });
    }
    gates.retain(|stage| !stage.gates.is_empty());
    let extract = stages.iter().filter(|stage| matches!(stage.made, Made::Extract(_)));
    let measure = Stage {
        name: MEASURE,
        json: json!({ "gates": gates, "stages": options }),
        made: Made::map(Measure { steps }),
        random: false,
    };
    let limit = Stage {
        name: "limit",
        json: json!({ "documents": documents }),
        made: Made::Turn(Turn::Limit(documents)),
        random: false,
    };
    extract.cloned().chain([measure, limit]).collect()
}

/// Stages by their numbers.
struct Measure {
    steps: Vec<(usize, Step)>,
}

impl Map for Measure {
    fn apply(&self, document: &mut Document) -> Verdict {
        let mut seen = Vec::new();
        for (number, step) in &self.steps {
            let sight = step.map.sight(document);
            let kept = step.map.apply(document) == Verdict::Keep;
            match sight {
                Some(sight) => {
                    seen.push(Sighted { stage: *number, rest: sight.rest, signals: sight.signals })
                }
                None if !kept => {
                    seen.push(Sighted { stage: *number, rest: false, signals: Vec::new() })
                }
                None => {}
            }
        }
        document.metadata.insert(MEASURED.into(), json!(seen));
        Verdict::Keep
    }
}
