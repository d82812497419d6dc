//! Evaluation reports as text for people and as JSON.

use cc_math_eval::duplicates::Verification;
use cc_math_eval::evaluation::{Prefilter, Report};
use cc_math_eval::pathological::Outcomes;
use cc_math_eval::score::{Figure, Totals};
use cc_math_eval::speed::Standing;
use serde_json::{Map, Value, json};
use std::fmt::Write;

/// Columns of the table by kind: head, figure.
const COLUMNS: &[(&str, &str)] = &[
    ("pages", "pages"),
    ("truth", "truth"),
    ("recall", "recall"),
    ("precis", "precision"),
    ("displ", "display_right"),
    ("repeat", "excess_repeats"),
    ("align", "aligned_similarity"),
    ("formed", "well_formed"),
    ("textF1", "text_f1"),
    ("code", "code_similarity"),
    ("indent", "pre_indentation_exact"),
    ("cells", "table_cells_f1"),
];

/// Everything, for programs.
pub(crate) fn report_json(report: &Report, standings: &[Standing], worst: usize) -> Value {
    let kinds = report.kinds.iter().map(|(kind, totals)| (kind.clone(), totals.to_json()));
    let formats = report.overall.text_f1_by_format();
    let formats = formats
        .map(|(format, pages, f1)| (format.to_owned(), json!({ "pages": pages, "text_f1": f1 })));
    json!({
        "overall": report.overall.to_json(),
        "kinds": kinds.collect::<Map<_, _>>(),
        "text_f1_by_gold_format": formats.collect::<Map<_, _>>(),
        "ledger": report.overall.ledger,
        "prefilter": prefilter_json(report.prefilter),
        "worst": report.worst.iter().take(worst).collect::<Vec<_>>(),
        "inexact_code": report.inexact_code.iter().take(worst).collect::<Vec<_>>(),
        "race": standings,
    })
}

fn prefilter_json(prefilter: Prefilter) -> Value {
    json!({
        "math_pages": prefilter.math_pages,
        "math_kept": prefilter.math_kept,
        "plain_pages": prefilter.plain_pages,
        "plain_kept": prefilter.plain_kept,
    })
}

/// Everything, for people.
pub(crate) fn report_text(report: &Report, worst: usize) -> String {
    let mut text = String::new();
    for (name, figure) in report.overall.figures() {
        text.push_str(&figure_line(name, figure));
    }
    text.push_str(&formats_text(&report.overall));
    text.push_str(&prefilter_text(report.prefilter));
    text.push_str(&kinds_text(report));
    text.push_str(&ledger_text(&report.overall));
    for page in report.worst.iter().take(worst) {
        text.push_str(&format!(
            "{}: {} of {} missing, {} emitted\n  lacking {:?}\n  surplus {:?}\n",
            page.id, page.missing, page.truth, page.emitted, page.lacking, page.surplus
        ));
    }
    for (id, blocks, line, made) in report.inexact_code.iter().take(worst) {
        text.push_str(&format!("{id}: {blocks} code blocks changed\n  {line:?}\n  {made:?}\n"));
    }
    text
}

fn figure_line(name: &str, figure: Figure) -> String {
    match figure {
        Figure::Count(count) => format!("{name:34} {count}\n"),
        Figure::Share(Some(share)) => format!("{name:34} {share:.4}\n"),
        Figure::Share(None) => String::new(),
    }
}

fn formats_text(totals: &Totals) -> String {
    let lines = totals.text_f1_by_format();
    lines
        .map(|(format, pages, f1)| format!("  text_f1 of {format:23} {f1:.4}  on {pages}\n"))
        .collect()
}

fn prefilter_text(prefilter: Prefilter) -> String {
    let Prefilter { math_pages, math_kept, plain_pages, plain_kept } = prefilter;
    if math_pages + plain_pages == 0 {
        return String::new();
    }
    format!(
        "prefilter lets through {math_kept} of {math_pages} pages with formulas, \
         {plain_kept} of {plain_pages} without\n"
    )
}

/// One line a kind, those with most formulas first.
fn kinds_text(report: &Report) -> String {
    let mut kinds: Vec<_> =
        report.kinds.iter().filter(|(_, totals)| says_anything(totals)).collect();
    kinds.sort_by_key(|(kind, totals)| (std::cmp::Reverse(totals.true_formulas()), kind.as_str()));
    if kinds.is_empty() {
        return String::new();
    }
    let heads: String = COLUMNS.iter().map(|(head, _)| format!(" {head:>6}")).collect();
    let mut text = format!("\n{:26}{heads}\n", "kind");
    for (kind, totals) in kinds {
        let cells: String = COLUMNS.iter().map(|(_, name)| cell(totals.figure(name))).collect();
        text.push_str(&format!("{kind:26}{cells}\n"));
    }
    text
}

fn says_anything(totals: &Totals) -> bool {
    totals.formula_pages() + totals.text_pages() > 0
}

fn cell(figure: Option<Figure>) -> String {
    match figure {
        Some(Figure::Count(count)) => format!(" {count:>6}"),
        Some(Figure::Share(Some(share))) => format!(" {share:>6.3}"),
        _ => format!(" {:>6}", "-"),
    }
}

/// What the extractor says became of the formulas it saw.
fn ledger_text(totals: &Totals) -> String {
    let mut text = String::new();
    for (kind, counts) in totals.ledger.kinds() {
        let how: Vec<String> =
            counts.downgraded.iter().map(|(how, n)| format!("{how} {n}")).collect();
        let why: Vec<String> = counts.lost.iter().map(|(why, n)| format!("{why} {n}")).collect();
        text.push_str(&format!(
            "{:26} {:>6} {:>9} {:>10} {:>6}  {}\n",
            kind.code(),
            counts.seen,
            counts.recovered,
            counts.downgraded_total(),
            counts.lost_total(),
            [how, why].concat().join(", "),
        ));
    }
    if text.is_empty() {
        return text;
    }
    format!(
        "\n{:26} {:>6} {:>9} {:>10} {:>6}\n{text}",
        "formulas by markup", "seen", "recovered", "downgraded", "lost"
    )
}

/// How contenders did; empty without a race.
pub(crate) fn race_text(standings: &[Standing]) -> String {
    let mut text = String::new();
    for standing in standings {
        text.push_str(&format!(
            "{:12} {:>8.1} {:>7.2} {:>8.2} {:>8.2} {:>9.1} {:>9.2} {:>9} {:>7} {:>7} {:>7} {:>6}  {}\n",
            standing.name,
            standing.pages_per_second,
            standing.megabytes_per_second,
            standing.p50_ms,
            standing.p99_ms,
            standing.max_ms,
            standing.first_is_faster_by,
            standing.first_is_faster_by_cpu.map_or_else(|| "-".into(), |times| format!("{times:.2}")),
            share(standing.text_f1),
            share(standing.substring_recall),
            share(standing.substring_recall_macro),
            standing.empty_pages,
            standing.version,
        ));
    }
    if text.is_empty() {
        return text;
    }
    let head = format!(
        "\n{:12} {:>8} {:>7} {:>8} {:>8} {:>9} {:>9} {:>9} {:>7} {:>7} {:>7} {:>6}\n",
        "one thread",
        "pages/s",
        "MB/s",
        "p50 ms",
        "p99 ms",
        "max ms",
        "x slower",
        "x cpu",
        "textF1",
        "substr",
        "macro",
        "empty"
    );
    format!("{head}{text}{RACE_NOTES}")
}

const RACE_NOTES: &str = "\
substr: share of distinct true formulas of 4 or more characters whose TeX is anywhere in the text; \
rivals delimit no formulas, so exact recall cannot be counted for them\n";

fn share(value: Option<f64>) -> String {
    value.map_or_else(|| "-".into(), |value| format!("{value:.4}"))
}

/// One line a case.
pub(crate) fn pathological_text(outcomes: &[Outcomes]) -> String {
    let mut text = format!("{:28} {:>8} {:>8}  closing paragraph\n", "case", "seconds", "peak MB");
    for outcome in outcomes {
        let verdict = if outcome.passes() { "" } else { "  FAILED" };
        // Writing to a string cannot fail.
        let written = match &outcome.cost {
            Some(cost) => writeln!(
                text,
                "{:28} {:>8.3} {:>8}  text {}, formula {}{verdict}",
                outcome.name,
                cost.seconds,
                cost.peak_bytes.map_or_else(|| "-".into(), |bytes| (bytes >> 20).to_string()),
                kept(cost.closing_text),
                kept(cost.closing_formula),
            ),
            None => {
                let fault = outcome.fault.as_deref().unwrap_or_default();
                writeln!(text, "{:28} {fault}{verdict}", outcome.name)
            }
        };
        written.unwrap_or_default();
    }
    text
}

fn kept(is_there: bool) -> &'static str {
    if is_there { "kept" } else { "lost" }
}

/// What deduplication found, as a table.
pub(crate) fn duplicates_text(found: &Verification) -> String {
    let Verification { bands, rows, threshold, documents, dropped, checked, .. } = found;
    let mut text = format!(
        "{bands} bands of {rows} rows: threshold {threshold:.2}\n\
         {documents} documents, {dropped} dropped\n\
         of {checked} dropped ones, similar to what stayed: {:.1} % at least 0.50 (precision), \
         {:.1} % at least {threshold:.2}; mean {:.3}\n\
         pairs with {} documents, by exact similarity:\n\
         similarity     pairs     found  promised\n",
        100.0 * found.precision,
        100.0 * found.at_threshold,
        found.similarity,
        found.sampled,
    );
    for range in found.ranges.iter().filter(|range| range.pairs > 0) {
        let pairs = range.pairs as f64;
        text += &format!(
            "from {:.2} {:>12} {:>7.1} % {:>7.1} %\n",
            range.from,
            range.pairs,
            100.0 * range.together as f64 / pairs,
            100.0 * range.expected / pairs
        );
    }
    text
}
