//! The table that closes a run.

use crate::progress::duration;
use cc_math_core::{KindCounts, Ledger};
use cc_math_pipeline::Report;
use serde_json::{Value as Json, json};
use std::fmt::Write;

/// The closing table, for people.
pub(crate) fn summary(report: &Report) -> String {
    let mut out = String::new();
    notes(&mut out, report);
    if report.interrupted {
        line(&mut out, "interrupted: finished inputs are kept, the same command goes on from here");
        return out.trim_end().into();
    }
    records(&mut out, report);
    formulas(&mut out, &report.counts.formulas);
    speed(&mut out, report);
    out.trim_end().into()
}

fn line(out: &mut String, text: &str) {
    out.push_str(text);
    out.push('\n');
}

fn notes(out: &mut String, report: &Report) {
    if report.changed > 0 {
        line(
            out,
            &format!("note: tasks done again because inputs had changed: {}", report.changed),
        );
    }
    if report.done_before > 0 {
        line(out, &format!("note: tasks finished by an earlier run: {}", report.done_before));
    }
}

fn records(out: &mut String, report: &Report) {
    let counts = &report.counts;
    let mut rows =
        vec![("records".to_owned(), counts.records), ("kept".to_owned(), counts.documents)];
    let reasons = counts.by_reason();
    let mut reasons: Vec<_> = reasons.into_iter().collect();
    reasons.sort_by_key(|(reason, n)| (std::cmp::Reverse(*n), *reason));
    rows.extend(reasons.into_iter().map(|(reason, n)| (format!("dropped: {reason}"), n)));
    for (name, n) in rows {
        // Writing to a string does not fail.
        writeln!(out, "{name:<32}{n:>10}  {:>5.1} %", percent(n, counts.records))
            .unwrap_or_default();
    }
}

fn percent(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { 100.0 * part as f64 / whole as f64 }
}

fn formulas(out: &mut String, ledger: &Ledger) {
    if ledger.seen() == 0 {
        return;
    }
    let header = ["formulas", "seen", "recovered", "downgraded", "lost"];
    row(out, header[0], &header[1..]);
    for (kind, counts) in ledger.kinds() {
        let [seen, recovered, downgraded, lost] = figures(counts).map(|n| n.to_string());
        row(out, kind.code(), &[&seen, &recovered, &downgraded, &lost]);
    }
    let sums = [ledger.seen(), ledger.recovered(), ledger.downgraded(), ledger.lost()];
    let [seen, recovered, downgraded, lost] = sums.map(|n| n.to_string());
    row(out, "all", &[&seen, &recovered, &downgraded, &lost]);
}

fn figures(counts: &KindCounts) -> [u64; 4] {
    [counts.seen, counts.recovered, counts.downgraded_total(), counts.lost_total()]
}

fn row(out: &mut String, name: &str, cells: &[&str]) {
    let cells: String = cells.iter().map(|cell| format!("{cell:>12}")).collect();
    line(out, &format!("{name:<30}{cells}"));
}

fn speed(out: &mut String, report: &Report) {
    if report.worked.records == 0 {
        return;
    }
    let seconds = report.seconds.max(1e-3);
    let worked = &report.worked;
    let text = format!(
        "{} records, {:.1} MB in {}: {:.0} records/s, {:.1} MB/s",
        worked.records,
        worked.bytes as f64 / 1e6,
        duration(seconds),
        worked.records as f64 / seconds,
        worked.bytes as f64 / seconds / 1e6,
    );
    line(out, &text);
}

/// The closing table, for programs.
pub(crate) fn summary_json(report: &Report) -> Json {
    json!({
        "level": "summary",
        "counts": report.counts,
        "failed": report.failed,
        "interrupted": report.interrupted,
        "tasks_changed": report.changed,
        "tasks_done_before": report.done_before,
        "records": report.worked.records,
        "bytes": report.worked.bytes,
        "seconds": report.seconds,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use cc_math_core::{Counts, FormulaKind, Loss, Reason, Status};
    use cc_math_pipeline::Progress;

    fn report() -> Report {
        let mut counts = Counts { records: 1000, documents: 40, ..Counts::default() };
        (0..700).for_each(|_| counts.reject("warc", Reason::NotAPage));
        (0..259).for_each(|_| counts.reject("extract", Reason::NoMath));
        counts.reject("http", Reason::HttpStatus);
        (0..9).for_each(|_| counts.formulas.keep(FormulaKind::Katex, Status::Recovered));
        counts.formulas.lose(FormulaKind::Mathml, Loss::Empty);
        let worked =
            Progress { bytes: 50_000_000, records: 500, documents: 20, ..Progress::default() };
        Report { counts, worked, seconds: 2.0, done_before: 1, ..Report::default() }
    }

    #[test]
    fn the_closing_table_accounts_for_everything() {
        let expected = "\
note: tasks finished by an earlier run: 1
records                               1000  100.0 %
kept                                    40    4.0 %
dropped: not-a-page                    700   70.0 %
dropped: no-math                       259   25.9 %
dropped: http-status                     1    0.1 %
formulas                              seen   recovered  downgraded        lost
katex                                    9           9           0           0
mathml                                   1           0           0           1
all                                     10           9           0           1
500 records, 50.0 MB in 2 s: 250 records/s, 25.0 MB/s";
        assert_eq!(summary(&report()), expected);
    }

    #[test]
    fn an_interrupted_run_says_how_to_go_on() {
        let text = summary(&Report { interrupted: true, ..report() });
        assert!(text.ends_with("the same command goes on from here"), "{text}");
    }
}
