//! What gates saw of the documents of a measured run, and what other bounds would keep of them.

use crate::sample::{Smallest, distance_key};
use crate::survey::{SHOWN, Sampled};
use cc_math_core::{Document, Gate, GatedStage, MEASURE, MEASURED, Manifest, Retained, Sighted};
use serde::Deserialize;
use serde_json::{Value as Json, json};

/// The gates of a measured run.
#[derive(Debug)]
pub struct Measured {
    /// The gates, in the order of the stages.
    pub gates: Vec<MeasuredGate>,
    whole: Amount,
    kept: Amount,
}

/// A gate, and its signal for each document.
#[derive(Debug)]
pub struct MeasuredGate {
    /// Number of its stage, from 1.
    pub stage: usize,
    /// Name of its stage.
    pub name: String,
    /// The gate as the pipeline has it.
    pub gate: Gate,
    points: Vec<Point>,
    pub(crate) nearest_dropped: Smallest<Sampled>,
    pub(crate) nearest_kept: Smallest<Sampled>,
}

/// A document as a gate sees it.
#[derive(Debug, Clone, Copy)]
struct Point {
    value: f64,
    text: u32,
    formulas: u16,
    /// Whether all that the pipeline asks for beside this gate is met.
    others: bool,
}

/// How much something is.
#[derive(Debug, Clone, Copy, Default)]
struct Amount {
    documents: u64,
    text: u64,
    formulas: u64,
}

/// What bounds at equal steps keep.
#[derive(Debug)]
pub(crate) struct RetentionCurve {
    pub(crate) points: Vec<Retained>,
    /// Where among them the gate's bound is, from 0 to 1.
    pub(crate) mark: f64,
    /// Whether steps are equal as ratios.
    pub(crate) logarithmic: bool,
}

/// Shares of the documents at which bounds are proposed.
const SHARES: [f64; 14] =
    [0.99, 0.95, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.05, 0.02, 0.01];

impl Amount {
    fn add(&mut self, document: &Document) {
        self.documents += 1;
        self.text += document.text.len() as u64;
        self.formulas += document.formulas.len() as u64;
    }
}

impl Measured {
    /// The gates that a run measured, if it did.
    pub(crate) fn of(manifest: &Manifest) -> Option<Self> {
        let stages = manifest.plan.pointer("/pipeline/stages")?.as_array()?;
        let gates = stages.iter().find_map(|stage| stage.get(MEASURE)?.get("gates"))?;
        let stages = Vec::<GatedStage>::deserialize(gates).ok()?;
        let gates = stages.into_iter().flat_map(|GatedStage { stage, name, gates }| {
            gates.into_iter().map(move |gate| MeasuredGate {
                stage,
                name: name.clone(),
                gate,
                points: Vec::new(),
                nearest_dropped: Smallest::of(SHOWN),
                nearest_kept: Smallest::of(SHOWN),
            })
        });
        Some(Self { gates: gates.collect(), whole: Amount::default(), kept: Amount::default() })
    }

    pub(crate) fn add(&mut self, document: &Document) {
        let seen = document.metadata.get(MEASURED).map(Vec::<Sighted>::deserialize);
        let seen = seen.and_then(Result::ok).unwrap_or_default();
        let rest = seen.iter().all(|stage| stage.rest);
        let signals = self.gates.iter().scan((0, 0), |(stage, place), gate| {
            *place = if *stage == gate.stage { *place + 1 } else { 0 };
            *stage = gate.stage;
            let signals =
                seen.iter().find(|seen| seen.stage == gate.stage).map(|seen| &seen.signals);
            Some(signals.and_then(|signals| signals.get(*place).copied().flatten()))
        });
        let signals: Vec<Option<f64>> = signals.collect();
        let passes = |(gate, signal): (&MeasuredGate, &Option<f64>)| {
            signal.is_some_and(|value| gate.gate.keeps.holds(value, gate.gate.bound))
        };
        let passed: Vec<bool> = self.gates.iter().zip(&signals).map(passes).collect();
        let failed = passed.iter().filter(|passed| !**passed).count();
        self.whole.add(document);
        if rest && failed == 0 {
            self.kept.add(document);
        }
        for ((gate, signal), passed) in self.gates.iter_mut().zip(signals).zip(passed) {
            let others = rest && failed == usize::from(!passed);
            gate.add(document, signal, passed, others);
        }
    }

    /// How many documents were measured.
    pub fn documents(&self) -> u64 {
        self.whole.documents
    }

    /// What all gates together keep of the documents, with the bounds that they have.
    pub(crate) fn kept(&self) -> [(u64, u64); 3] {
        let Self { kept, whole, .. } = self;
        [
            (kept.documents, whole.documents),
            (kept.text, whole.text),
            (kept.formulas, whole.formulas),
        ]
    }

    /// What bounds would keep: the gate's own, and those that keep round shares of the documents.
    pub fn retention(&self, gate: &MeasuredGate) -> Vec<Retained> {
        let curve = Curve::of(gate, self.whole);
        let round = |bound| rounded(bound, gate.gate.keeps.keeps_large());
        let candidates = SHARES.iter().filter_map(|share| curve.bound(*share)).map(round);
        let mut bounds: Vec<f64> = candidates.chain([gate.gate.bound]).collect();
        bounds.sort_by(f64::total_cmp);
        bounds.dedup();
        bounds.into_iter().map(|bound| curve.at(bound)).collect()
    }

    /// The retention curve from one end of where most documents lie to the other; none where no
    /// document has such a number.
    pub(crate) fn curve(&self, gate: &MeasuredGate, steps: u32) -> Option<RetentionCurve> {
        let curve = Curve::of(gate, self.whole);
        let outer = curve.sorted.len() / 100;
        let first = curve.sorted.get(outer)?.value;
        let last = curve.sorted.iter().nth_back(outer)?.value;
        let bound = gate.gate.bound;
        let (from, to) = (first.min(last).min(bound), first.max(last).max(bound));
        let logarithmic = from > 0.0 && to >= 50.0 * from;
        let scale = |x: f64| if logarithmic { x.ln() } else { x };
        let back = |x: f64| if logarithmic { x.exp() } else { x };
        let width = scale(to) - scale(from);
        let at = |step| back(scale(from) + width * f64::from(step) / f64::from(steps.max(1)));
        let points = (0..=steps).map(|step| curve.at(at(step).clamp(from, to))).collect();
        let mark = if width > 0.0 { (scale(bound) - scale(from)) / width } else { 0.5 };
        Some(RetentionCurve { points, mark, logarithmic })
    }

    pub(crate) fn to_json(&self) -> Json {
        let gates = self.gates.iter().map(|gate| {
            json!({ "stage": gate.stage, "name": gate.name, "gate": gate.gate,
                    "absent": gate.absent(self.whole.documents),
                    "retention": self.retention(gate) })
        });
        let kept = self.kept().map(|(kept, whole)| share(kept, whole));
        json!({ "documents": self.whole.documents, "kept": { "documents": kept[0], "text": kept[1],
                "formulas": kept[2] }, "gates": gates.collect::<Vec<_>>() })
    }
}

impl MeasuredGate {
    fn add(&mut self, document: &Document, signal: Option<f64>, passed: bool, others: bool) {
        let Some(value) = signal else { return };
        self.points.push(Point {
            value,
            text: u32::try_from(document.text.len()).unwrap_or(u32::MAX),
            formulas: u16::try_from(document.formulas.len()).unwrap_or(u16::MAX),
            others,
        });
        let nearest = if passed { &mut self.nearest_kept } else { &mut self.nearest_dropped };
        let key = distance_key(value - self.gate.bound);
        nearest.offer(key, || Sampled::document(document, Some(value)));
    }

    /// Of so many documents those that have no such number, which no bound keeps.
    pub(crate) fn absent(&self, documents: u64) -> u64 {
        documents.saturating_sub(self.points.len() as u64)
    }
}

/// Documents in the order in which a bound that gets stricter loses them last to first, with sums.
struct Curve {
    gate: Gate,
    whole: Amount,
    sorted: Vec<Point>,
    /// Sums over the first so many.
    sums: Vec<[u64; 3]>,
}

impl Curve {
    fn of(gate: &MeasuredGate, whole: Amount) -> Self {
        let mut sorted = gate.points.clone();
        sorted.sort_by(|a, b| a.value.total_cmp(&b.value));
        if gate.gate.keeps.keeps_large() {
            sorted.reverse();
        }
        let mut sums = vec![[0; 3]];
        sums.extend(sorted.iter().scan([0; 3], |[text, formulas, others], point| {
            *text += u64::from(point.text);
            *formulas += u64::from(point.formulas);
            *others += u64::from(point.others);
            Some([*text, *formulas, *others])
        }));
        Self { gate: gate.gate.clone(), whole, sorted, sums }
    }

    /// The bound that keeps about such a share of all documents.
    fn bound(&self, share: f64) -> Option<f64> {
        let wanted = (share * self.whole.documents as f64).ceil() as usize;
        self.sorted.get(wanted.checked_sub(1)?).map(|point| point.value)
    }

    fn at(&self, bound: f64) -> Retained {
        let kept = self.sorted.partition_point(|point| self.gate.keeps.holds(point.value, bound));
        let [text, formulas, others] = self.sums.get(kept).copied().unwrap_or_default();
        Retained {
            bound,
            documents: share(kept as u64, self.whole.documents),
            text: share(text, self.whole.text),
            formulas: share(formulas, self.whole.formulas),
            all_gates: share(others, self.whole.documents),
        }
    }
}

fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// A number of three digits that is near, and keeps no less.
fn rounded(number: f64, down: bool) -> f64 {
    if number == 0.0 {
        return number;
    }
    let step = 10_f64.powf(number.abs().log10().floor() - 2.0);
    let steps = number / step;
    let whole = if down { steps.floor() } else { steps.ceil() };
    // What is a product of tenths is not always the number that is written so.
    let near = format!("{:.2e}", whole * step).parse().ok().filter(|near: &f64| near.is_finite());
    near.unwrap_or(number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use cc_math_core::{Counts, MANIFEST_FORMAT};

    fn measured(gates: &Json) -> Measured {
        let manifest = Manifest {
            format: MANIFEST_FORMAT.into(),
            writer: String::new(),
            plan: json!({ "pipeline": { "stages": [{ "extract": {} }, { MEASURE: { "gates": gates } }] } }),
            plan_hash: String::new(),
            seed: None,
            inputs: Vec::new(),
            failed: Vec::new(),
            outputs: Vec::new(),
            counts: Counts::default(),
        };
        Measured::of(&manifest).unwrap()
    }

    /// Documents 0 to 99: the first gate sees the number, the second twice that, or nothing of
    /// every tenth; all else is met by those below 50.
    fn hundred() -> Measured {
        let mut measured = measured(&json!([
            { "stage": 2, "name": "where", "gates": [
                { "signal": "a", "keeps": ">=", "bound": 20.0 },
                { "signal": "b", "keeps": "<", "bound": 100.0 },
            ] },
            { "stage": 4, "name": "where", "gates": [{ "signal": "c", "keeps": ">", "bound": 0.0 }] },
        ]));
        for n in 0..100_u32 {
            let mut document = Document::new("u", "x".repeat(n as usize));
            document.id = format!("{n:032x}");
            let b = (n % 10 != 0).then_some(2 * n);
            document.metadata.insert(
                MEASURED.into(),
                json!([{ "stage": 2, "rest": n < 50, "signals": [n, b] },
                       { "stage": 4, "rest": true, "signals": [1] }]),
            );
            measured.add(&document);
        }
        measured
    }

    fn at(measured: &Measured, gate: usize, bound: f64) -> Retained {
        Curve::of(&measured.gates[gate], measured.whole).at(bound)
    }

    #[test]
    fn bounds_keep_what_the_gate_would() {
        let measured = hundred();
        let kept = at(&measured, 0, 20.0);
        assert_eq!((kept.documents, kept.all_gates), (0.8, 0.27));
        assert_eq!(kept.text, (20..100).sum::<u64>() as f64 / (0..100).sum::<u64>() as f64);
        assert_eq!(at(&measured, 0, 0.0).documents, 1.0);
        assert_eq!(at(&measured, 0, 99.5).documents, 0.0);
        // Those without a number are never kept, and a bound that is excluded is excluded.
        assert_eq!(at(&measured, 1, 1e9).documents, 0.9);
        assert_eq!(at(&measured, 1, 2.0).documents, 0.0);
        assert_eq!(at(&measured, 1, 3.0).documents, 0.01);
        assert_eq!(measured.gates[1].absent(100), 10);
        assert_eq!(at(&measured, 2, 1.0).documents, 0.0);
        assert_eq!(measured.kept()[0], (27, 100));
    }

    #[test]
    fn bounds_are_proposed_for_round_shares() {
        let measured = hundred();
        let retention = measured.retention(&measured.gates[0]);
        let at = |bound: f64| retention.iter().find(|kept| kept.bound == bound).unwrap();
        assert_eq!(at(50.0).documents, 0.5);
        assert_eq!(at(20.0).documents, 0.8);
        assert!(retention.is_sorted_by(|a, b| a.bound < b.bound && a.documents >= b.documents));
        let curve = measured.curve(&measured.gates[1], 10).unwrap();
        assert_eq!((curve.points.len(), curve.points[10].documents), (11, 0.89));
        assert!(curve.points.is_sorted_by(|a, b| a.documents <= b.documents));
        assert!(curve.logarithmic && curve.mark > 0.8);
        let curve = measured.curve(&measured.gates[2], 2).unwrap();
        let ends = (curve.points[0].bound, curve.points[2].bound, curve.mark);
        assert_eq!((ends, curve.logarithmic), ((0.0, 1.0, 0.0), false));
        let numbers = [0.123_456, 12_345.0, 7.0, 0.0, -0.123_456];
        assert_eq!(numbers.map(|n| rounded(n, true)), [0.123, 12_300.0, 7.0, 0.0, -0.124]);
        assert_eq!(numbers.map(|n| rounded(n, false)), [0.124, 12_400.0, 7.0, 0.0, -0.123]);
    }

    #[test]
    fn nothing_measured_is_no_fault() {
        let empty = measured(
            &json!([{ "stage": 2, "name": "where", "gates": [{ "signal": "a", "keeps": ">", "bound": 1.0 }] }]),
        );
        assert_eq!(empty.retention(&empty.gates[0]).len(), 1);
        assert!(empty.curve(&empty.gates[0], 10).is_none());
    }
}
