//! A survey as one page of HTML that needs nothing else.

mod measured;
mod samples;
pub(crate) mod tables;

use crate::chart::{bars, histogram};
use crate::html::{bytes, escape, figure, grouped, percent};
use crate::sample::Numbers;
use crate::survey::Survey;
use crate::text::Drawn;
use samples::Room;

/// Bytes that the page may have.
const MOST: usize = 4_800_000;

/// Bytes of what is shown of a gate but its rows.
const GATE: usize = 10 << 10;

/// The page may load nothing, run nothing and send nothing, whatever is in it.
const POLICY: &str = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

impl Survey<'_> {
    /// The survey as one self-contained page of HTML, smaller than 5 MB: no script, nothing loaded.
    pub fn to_html(&self) -> String {
        let counts = [
            ("funnel", "Funnel", tables::funnel(self.manifest)),
            ("formulas", "Formulas", tables::formulas(&self.manifest.counts.formulas)),
            ("domains", "Domains", tables::hosts(&self.hosts)),
            ("languages", "Languages", tables::languages(&self.languages)),
            ("distributions", "Distributions", self.distributions()),
            ("duplicates", "Near duplicates", self.near_duplicates()),
            ("benchmarks", "Benchmark items", self.evidence.section()),
            ("throughput", "Throughput", tables::throughput(self.runs)),
            ("inputs", "Inputs that failed", tables::failed(self.manifest)),
            ("plan", "Plan", tables::plan(self.manifest)),
        ];
        let mut sections: Vec<_> =
            counts.into_iter().filter(|(_, _, body)| !body.is_empty()).collect();
        let used = sections.iter().map(|(_, _, body)| body.len()).sum::<usize>()
            + STYLE.len()
            + (16 << 10);
        let (measured, kept, dropped) = self.samples(MOST.saturating_sub(used));
        if !measured.is_empty() {
            sections.insert(0, ("gates", "Gates", measured));
        }
        sections.push(("kept", "Kept", kept));
        sections.extend((!dropped.is_empty()).then_some(("dropped", "Dropped", dropped)));
        self.wrapped(&sections)
    }

    fn wrapped(&self, sections: &[(&str, &str, String)]) -> String {
        let links: String = sections
            .iter()
            .map(|(id, title, _)| format!("<li><a href=\"#{id}\">{title}</a>"))
            .collect();
        let bodies: String = sections
            .iter()
            .map(|(id, title, body)| format!("<section aria-labelledby=\"{id}\"><h2 id=\"{id}\">{title}</h2>{body}</section>\n"))
            .collect();
        format!(
            "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
             <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
             <link rel=\"icon\" href=\"data:,\">\
             <title>cc-math run {hash}</title><style>{STYLE}</style></head>\n<body>\
             <header><h1>Run report</h1>\
             <p class=\"meta\">{stages}<br>plan <code>{hash}</code> · written by {writer}</p>\
             {figures}<nav aria-label=\"Sections\"><ul>{links}</ul></nav></header>\n<main>{bodies}</main>\n\
             <footer>Made by <code>cc-math report</code> from the manifest and the rows of the output folder. \
             Samples are drawn by a hash of the ids: the same folder shows the same ones.</footer></body></html>\n",
            hash = escape(&self.manifest.plan_hash),
            writer = escape(&self.manifest.writer),
            stages = escape(&crate::names::stages(self.manifest).join(" → ")),
            figures = self.figures(),
        )
    }

    fn figures(&self) -> String {
        let counts = &self.manifest.counts;
        let formulas = &counts.formulas;
        let input: u64 = self.manifest.inputs.iter().map(|input| input.bytes).sum();
        let through = formulas.recovered() + formulas.downgraded();
        let mut figures = vec![
            (
                "Records read",
                grouped(counts.records),
                format!(
                    "{} of input in {}",
                    bytes(input),
                    counted(self.manifest.inputs.len(), "file")
                ),
            ),
            (
                "Documents kept",
                grouped(counts.documents),
                format!("{} of records", percent(counts.documents, counts.records)),
            ),
            (
                "Records dropped",
                grouped(counts.rejected()),
                format!("{} of records", percent(counts.rejected(), counts.records)),
            ),
            ("Text kept", bytes(counts.text_bytes), mean(counts.text_bytes, counts.documents)),
            (
                "Formulas seen",
                grouped(formulas.seen()),
                format!("{} came through", percent(through, formulas.seen())),
            ),
        ];
        let failed = self.manifest.failed.len();
        if failed > 0 {
            figures.push(("Inputs that failed", grouped(failed as u64), "named below".into()));
        }
        let cells = figures.iter().map(|(name, number, note)| {
            format!("<div><dt>{name}</dt><dd>{number}<small>{note}</small></dd></div>")
        });
        format!("<dl class=\"figures\">{}</dl>", cells.collect::<String>())
    }

    /// What was found of near duplicates, if it was looked for.
    fn near_duplicates(&self) -> String {
        self.verification.as_ref().map_or(String::new(), tables::near_duplicates)
    }

    fn distributions(&self) -> String {
        let mut charts = Vec::new();
        if self.has_documents {
            charts.push(histogram(
                "Text of a document",
                "bytes, bars double",
                &self.lengths.bars(),
                None,
            ));
            charts.push(histogram(
                "Formulas of a document",
                "bars double",
                &self.formulas.bars(),
                None,
            ));
        }
        let scores =
            self.scores.iter().map(|(name, numbers)| score(&format!("`{name}`"), numbers, None));
        charts.extend(scores);
        if charts.is_empty() {
            String::new()
        } else {
            format!("<div class=\"charts\">{}</div>", charts.concat())
        }
    }

    /// Gates that were measured, rows kept and rows dropped, in so many bytes.
    fn samples(&self, bytes: usize) -> (String, String, String) {
        let rows = |gate: &crate::survey::Gate| {
            gate.dropped.len() + gate.nearest.len() + gate.nearest_kept.len()
        };
        let measured = self.measured.as_ref().map_or(&[][..], |measured| &measured.gates);
        let near = measured.iter().map(|gate| gate.nearest_dropped.len() + gate.nearest_kept.len());
        let rows =
            self.kept.len() + self.gates.values().map(rows).sum::<usize>() + near.sum::<usize>();
        // Headings and charts stand between the rows.
        let bytes = bytes.saturating_sub((self.gates.len() + measured.len()) * GATE);
        let mut room = Room { left: bytes, rows, drawn: Drawn::default() };
        let gates = self.measured.as_ref().map_or(String::new(), |found| found.section(&mut room));
        let list = room.open_list(self.kept.iter());
        let dropped = self.dropped(&mut room);
        let intro = match (self.has_documents, self.kept.len()) {
            (false, _) => "<p>Documents written as Markdown are not read back.".into(),
            (true, 0) => "<p>No document was kept.".into(),
            (true, shown) => format!(
                "<p>{} of {}, as the corpus has them, with formulas drawn. {}</p>",
                shown,
                counted(self.manifest.counts.documents as usize, "document"),
                room.told(),
            ),
        };
        (gates, intro + &list, dropped)
    }
}

const STYLE: &str = include_str!("page.css");

/// A histogram of numbers, with a line at their bound.
fn score(title: &str, numbers: &Numbers, bound: Option<f64>) -> String {
    // As many as the numbers can fill.
    let bins = ((numbers.count() as f64).sqrt().ceil() as usize).clamp(6, 30);
    let bins = numbers.bins(bins, bound);
    let (least, most) =
        (bins.first().map_or(0.0, |bin| bin.0), bins.last().map_or(0.0, |bin| bin.1));
    let mark = bound.filter(|_| most > least).map(|bound| (bound - least) / (most - least));
    let sampled = if numbers.is_sampled() { ", shape from 10,000 of them" } else { "" };
    let note = format!(
        "{} values, median {}, mean {}{sampled}",
        grouped(numbers.count()),
        figure(numbers.quantile(0.5)),
        figure(numbers.mean()),
    );
    histogram(title, &note, &bars(&bins), mark)
}

fn counted(n: usize, what: &str) -> String {
    format!("{} {what}{}", grouped(n as u64), if n == 1 { "" } else { "s" })
}

fn mean(sum: u64, n: u64) -> String {
    sum.checked_div(n).map_or("no documents".into(), |mean| format!("{} a document", bytes(mean)))
}
