//! What gates would keep with other bounds.

use super::samples::Room;
use super::tables::table;
use crate::chart::{Line, curves};
use crate::html::{escape, figure, grouped, percent};
use crate::measured::{Measured, MeasuredGate, RetentionCurve};
use cc_math_core::Retained;

/// Steps of a curve.
const STEPS: u32 = 80;

impl Measured {
    /// Curves, candidates, and the documents nearest to each bound.
    pub(super) fn section(&self, room: &mut Room) -> String {
        let kept = self.kept().map(|(kept, whole)| percent(kept, whole));
        let documents = grouped(self.documents());
        let mut html = format!(
            "<p>Nothing was dropped by a gate: this is what gates would keep of {documents} documents. \
             With the bounds that they have, all together keep {} of the documents, {} of the text and \
             {} of the formulas.</p>",
            kept[0], kept[1], kept[2],
        );
        for gate in &self.gates {
            html += &self.gate(gate, room);
        }
        html
    }

    fn gate(&self, gate: &MeasuredGate, room: &mut Room) -> String {
        let name = escape(&gate.gate.to_string());
        let head = format!(
            "<h3>Stage {} <code>{}</code>: <code>{name}</code></h3>",
            gate.stage,
            escape(&gate.name)
        );
        let absent = match gate.absent(self.documents()) {
            0 => String::new(),
            n => format!(
                "<p class=\"note\">{} of the documents have no such number; no bound keeps them.</p>",
                grouped(n)
            ),
        };
        let chart = self.curve(gate, STEPS).map_or(String::new(), |curve| chart(gate, &curve));
        let dropped =
            list("Nearest to the bound that it would drop", room.list(gate.nearest_dropped.iter()));
        let kept =
            list("Nearest to the bound that it would keep", room.list(gate.nearest_kept.iter()));
        format!("{head}{absent}{chart}{}{dropped}{kept}", self.candidates(gate))
    }

    fn candidates(&self, gate: &MeasuredGate) -> String {
        let share = |share: f64| format!("{:.1} %", 100.0 * share);
        let row = |kept: &Retained| {
            let class = if kept.bound == gate.gate.bound { " class=\"stage\"" } else { "" };
            format!(
                "<tr{class}><th scope=\"row\">{}<td>{}<td>{}<td>{}<td>{}",
                figure(kept.bound),
                share(kept.documents),
                share(kept.text),
                share(kept.formulas),
                share(kept.all_gates),
            )
        };
        let rows: String = self.retention(gate).iter().map(row).collect();
        table("bounds", &["bound", "documents", "text", "formulas", "by all gates"], &rows)
    }
}

fn chart(gate: &MeasuredGate, curve: &RetentionCurve) -> String {
    let line = |class, name, share: fn(&Retained) -> f64| Line {
        class,
        name,
        shares: curve.points.iter().map(share).collect(),
    };
    let lines = [
        line("", "documents", |kept| kept.documents),
        line("good", "text", |kept| kept.text),
        line("fair", "formulas", |kept| kept.formulas),
    ];
    let scale = if curve.logarithmic { ", on a logarithmic scale" } else { "" };
    let note = format!("as shares from none to all; the line is the bound{scale}");
    let bound = |kept: Option<&Retained>| figure(kept.map_or(0.0, |kept| kept.bound));
    let ends = [bound(curve.points.first()), bound(curve.points.last())];
    curves(&format!("What bounds on {} keep", gate.gate.signal), &note, &lines, curve.mark, &ends)
}

fn list(title: &str, rows: String) -> String {
    if rows.is_empty() { rows } else { format!("<h4 class=\"note\">{title}</h4>{rows}") }
}
