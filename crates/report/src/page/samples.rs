//! Rows shown one by one: those kept, those dropped, those nearest to a bound.

use super::{counted, score};
use crate::html::{bytes, clip, escape, escape_head, figure, grouped};
use crate::sample::Smallest;
use crate::survey::{Bound, Gate, GateKey, Sampled, Survey};
use crate::text::{Drawn, to_html};
use std::collections::BTreeSet;

/// The bytes that are left for rows: each gets its share, and what one leaves the next may use.
pub(super) struct Room {
    pub(super) left: usize,
    pub(super) rows: usize,
    pub(super) drawn: Drawn,
}

/// Bytes of a row that are neither its line nor its text: markup, id and address.
const ROW: usize = 400 + URL;

/// Bytes of an address, a title and a detail.
const URL: usize = 300;
const TITLE: usize = 200;
const DETAIL: usize = 300;

impl Room {
    /// A list whose first row with a drawn formula is open.
    pub(super) fn open_list<'a>(&mut self, rows: impl Iterator<Item = &'a Sampled>) -> String {
        let mut list = self.list(rows);
        let drawn = list.find("<math");
        let closed = drawn.and_then(|at| list.get(..at)?.rfind("<details>"));
        if let Some(at) = closed {
            list.insert_str(at + "<details".len(), " open");
        }
        list
    }

    pub(super) fn list<'a>(&mut self, rows: impl Iterator<Item = &'a Sampled>) -> String {
        let rows: String = rows.map(|row| self.row(row)).collect();
        if rows.is_empty() { rows } else { format!("<ol class=\"rows\">{rows}</ol>") }
    }

    fn row(&mut self, row: &Sampled) -> String {
        let share = self.left / self.rows.max(1);
        self.rows = self.rows.saturating_sub(1);
        let line = summary(row);
        let left = share.saturating_sub(line.len() + ROW);
        if left == 0 {
            return String::new();
        }
        let body = row.excerpt.as_deref().map(|text| self.body(row, text, left));
        let html = match body {
            Some(body) => format!(
                "<li><details><summary>{line}</summary><div class=\"body\">{body}</div></details>"
            ),
            None => format!("<li><div class=\"flat\">{line}</div>"),
        };
        self.left = self.left.saturating_sub(html.len());
        html
    }

    fn body(&mut self, row: &Sampled, text: &str, most: usize) -> String {
        let mut drawn = Drawn::default();
        let mut html = to_html(text, &mut drawn);
        if html.len() > most {
            (html, drawn) = (escape_head(text, most), Drawn::default());
        }
        self.drawn.drawn += drawn.drawn;
        self.drawn.sources += drawn.sources;
        let shown = if text.len() < row.text_bytes {
            format!(" · the first {} of {}", bytes(text.len() as u64), bytes(row.text_bytes as u64))
        } else {
            String::new()
        };
        format!(
            "<div class=\"meta\"><code>{}</code> · <span class=\"mono\">{}</span>{shown}</div><div class=\"text\" tabindex=\"0\">{html}</div>",
            escape_head(&row.id, 64),
            escape_head(&row.url, URL),
        )
    }

    /// How formulas could be shown.
    pub(super) fn told(&self) -> String {
        let Drawn { drawn, sources } = self.drawn;
        if drawn + sources == 0 {
            return String::new();
        }
        let (sources, all) = (grouped(sources), grouped(drawn + sources));
        format!(
            "Of the formulas on this page, {sources} of {all} shown as source, <code class=\"tex\">marked so</code>."
        )
    }
}

/// A detail of so many characters stands beside the name.
const SHORT: usize = 48;

fn summary(row: &Sampled) -> String {
    let name = [&row.title, &row.url, &row.id].into_iter().find(|name| !name.trim().is_empty());
    let name = name.map_or("(no address)", |name| name);
    let is_short = row.detail.chars().count() <= SHORT;
    let mut meta = Vec::new();
    meta.extend(
        (row.value.is_none() && is_short && !row.detail.is_empty()).then(|| escape(&row.detail)),
    );
    meta.extend(row.value.map(|value| format!("<b>{}</b>", figure(value))));
    if row.excerpt.is_some() {
        meta.push(bytes(row.text_bytes as u64));
        meta.push(counted(row.formulas, "formula"));
    }
    let detail = match is_short {
        true => String::new(),
        false => format!("<span class=\"meta detail\">{}</span>", escape_head(&row.detail, DETAIL)),
    };
    let (name, meta) = (escape_head(name, TITLE), meta.join(" · "));
    format!("<span class=\"title\">{name}</span><span class=\"meta\">{meta}</span>{detail}")
}

impl Survey<'_> {
    /// What each stage dropped, in the order of the stages.
    pub(super) fn dropped(&self, room: &mut Room) -> String {
        let mut html = String::new();
        for stage in crate::names::stages(self.manifest) {
            let mut gates: Vec<_> =
                self.gates.iter().filter(|(key, _)| key.stage == stage).collect();
            gates.sort_by_key(|(key, gate)| (std::cmp::Reverse(gate.dropped.seen), *key));
            for (GateKey { stage, reason, signal }, gate) in gates {
                let signal = signal.as_deref().map_or(String::new(), |signal| {
                    format!(", <code>{}</code>", escape(&clip(signal, 60)))
                });
                html += &format!("<h3><code>{}</code>: {reason}{signal}</h3>", escape(stage));
                html += &shown(&gate.dropped, "reject");
                html += &room.list(gate.dropped.iter());
                html += &gate.signal(room);
            }
        }
        let all: usize = self.manifest.counts.rejects.values().map(|reasons| reasons.len()).sum();
        let sampled: BTreeSet<_> = self.gates.keys().map(|key| (&key.stage, key.reason)).collect();
        let more = all.saturating_sub(sampled.len());
        if more > 0 {
            html +=
                &format!("<p class=\"note\">{} more are not sampled.</p>", counted(more, "reason"));
        }
        html
    }
}

fn shown(sample: &Smallest<Sampled>, what: &str) -> String {
    format!("<p class=\"note\">{} of {}</p>", sample.len(), counted(sample.seen as usize, what))
}

impl Gate {
    /// The numbers that decided, and the rows for which it was close.
    fn signal(&self, room: &mut Room) -> String {
        let Some(Bound { name, threshold, single }) = &self.bound else { return String::new() };
        let (bound, mark) = match single {
            true => (format!("the bound {}", figure(*threshold)), Some(*threshold)),
            false => ("their bounds, which differ from row to row".into(), None),
        };
        let what = name
            .as_deref()
            .map_or("what was compared".into(), |name| format!("`{}`", clip(name, 60)));
        let chart = score(&format!("Dropped: {what}"), &self.signals, mark);
        let dropped = room.list(self.nearest.iter());
        let mut html = format!(
            "<div class=\"charts\">{chart}</div><h4 class=\"note\">Dropped, nearest to {bound}</h4>{dropped}"
        );
        if self.nearest_kept.len() > 0 {
            let kept = room.list(self.nearest_kept.iter());
            html += &format!("<h4 class=\"note\">Kept, nearest to {bound}</h4>{kept}");
        }
        html
    }
}
