//! The tables of the page.

use crate::html::{bytes, clip, escape, figure, grouped, percent};
use crate::names::{stage_options, stages};
use crate::options::options;
use crate::tally::{Count, Tally};
use cc_math_core::{KindCounts, Ledger, Manifest, Reason};
use cc_math_store::format_ms;
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// A column of words beside a bar.
const WORDS: &str = "how, why";

/// Columns of words.
const LEFT: &[&str] = &[WORDS, "started", "ended", "options", "value", "what went wrong"];

/// Rows of a table of names that are seen at once; the others, at a click.
const SEEN: usize = 15;

/// Rows of a table of names.
const TOP: usize = 50;

pub(crate) fn table(label: &str, heads: &[&str], rows: &str) -> String {
    let head = |(index, head): (usize, &&str)| {
        let class = match *head {
            "" => " class=\"bar\" aria-hidden=\"true\"",
            _ if index == 0 || LEFT.contains(head) => " class=\"name\"",
            _ => "",
        };
        format!("<th scope=\"col\"{class}>{head}")
    };
    let class = match (heads.contains(&""), heads.contains(&WORDS)) {
        (true, true) => "wide has-words",
        (true, false) => "wide",
        _ => "plain",
    };
    let heads: String = heads.iter().enumerate().map(head).collect();
    format!(
        "<div class=\"scroll\" role=\"region\" aria-label=\"{label}\" tabindex=\"0\">\
         <table class=\"{class}\"><thead><tr>{heads}<tbody>{rows}</table></div>"
    )
}

/// Pairs of similar documents, and how many of them were found.
pub(super) fn near_duplicates(found: &Json) -> String {
    let number = |json: &Json, name: &str| json.get(name).and_then(Json::as_f64).unwrap_or(0.0);
    let ranges = found.get("ranges").and_then(Json::as_array);
    let pairs = |range: &&Json| number(range, "pairs") > 0.0;
    let row = |range: &Json| {
        let pairs = number(range, "pairs");
        let share = |name: &str| format!("{:.1} %", 100.0 * number(range, name) / pairs);
        let (from, count) = (number(range, "from"), grouped(pairs as u64));
        let (together, expected) = (share("together"), share("expected"));
        format!("<tr><th scope=\"row\">from {from:.2}<td>{count}<td>{together}<td>{expected}")
    };
    let rows: String = ranges.into_iter().flatten().filter(pairs).map(row).collect();
    let heads = ["similarity", "pairs", "found", "promised"];
    format!(
        "<p>Of {} documents that went, {:.1} % have an exact Jaccard similarity of .5 or more to the one \
         that stayed; their mean is {:.3}. {} documents were compared with all others:</p>{}\
         <p class=\"note\">Promised is what the S-curve of {} bands of {} rows says of pairs as similar as \
         these.</p>",
        grouped(number(found, "checked") as u64),
        100.0 * number(found, "precision"),
        number(found, "similarity"),
        grouped(number(found, "sampled") as u64),
        table("Pairs by similarity", &heads, &rows),
        number(found, "bands"),
        number(found, "rows"),
    )
}

fn track(parts: &[(&str, u64)], whole: u64) -> String {
    let share = |part: u64| 100.0 * part as f64 / whole.max(1) as f64;
    let parts: String = parts
        .iter()
        .filter(|(_, part)| *part > 0)
        .map(|(class, part)| {
            format!("<i class=\"{class}\" style=\"width:{:.2}%\"></i>", share(*part))
        })
        .collect();
    format!("<td class=\"bar\" aria-hidden=\"true\"><div class=\"track\">{parts}</div>")
}

/// What each stage let through and dropped, and why.
pub(crate) fn funnel(manifest: &Manifest) -> String {
    let counts = &manifest.counts;
    let mut left = counts.records;
    let mut rows = String::new();
    for stage in stages(manifest) {
        let none = BTreeMap::new();
        let reasons = counts.rejects.get(&stage).unwrap_or(&none);
        let dropped: u64 = reasons.values().sum();
        let came = left;
        left = left.saturating_sub(dropped);
        rows += &stage_row(&stage, came, left, dropped, counts.records);
        let mut reasons: Vec<(&Reason, &u64)> = reasons.iter().collect();
        reasons.sort_by_key(|(reason, n)| (std::cmp::Reverse(**n), **reason));
        rows.extend(reasons.into_iter().map(|(reason, n)| {
            let (reason, n, share, of) = (reason.code(), grouped(*n), percent(*n, counts.records), percent(*n, came));
            format!("<tr class=\"reason\"><th scope=\"row\">{reason}<td><td>{n}<td>{share}<td>{of}<td><td class=\"bar\">")
        }));
    }
    let (kept, share) = (grouped(counts.documents), percent(counts.documents, counts.records));
    let foot = format!(
        "<tfoot><tr><th scope=\"row\">kept<td><td><td>{share}<td><td>{kept}<td class=\"bar\"></tfoot>"
    );
    let heads = ["stage, reason", "entered", "dropped", "of all", "of entered", "left", ""];
    let key = "<p class=\"note key\"><i></i>left<i class=\"out\"></i>dropped here, as shares of all records</p>";
    format!("{}{key}", table("funnel", &heads, &(rows + &foot)))
}

fn stage_row(stage: &str, came: u64, left: u64, dropped: u64, records: u64) -> String {
    let bar = track(&[("", left), ("out", dropped)], records);
    format!(
        "<tr class=\"stage\"><th scope=\"row\">{}<td>{}<td>{}<td>{}<td>{}<td>{}{bar}",
        escape(stage),
        grouped(came),
        grouped(dropped),
        percent(dropped, records),
        percent(dropped, came),
        grouped(left),
    )
}

/// What became of formulas, by the markup they were found in.
pub(crate) fn formulas(ledger: &Ledger) -> String {
    if ledger.seen() == 0 {
        return String::new();
    }
    let mut kinds: Vec<_> = ledger.kinds().collect();
    kinds.sort_by_key(|(kind, counts)| (std::cmp::Reverse(counts.seen), *kind));
    let rows: String = kinds.iter().map(|(kind, counts)| kind_row(kind.code(), counts)).collect();
    let foot = format!(
        "<tfoot><tr><th scope=\"row\">all<td>{}<td>{}<td>{}<td>{}<td>{}<td class=\"bar\"><td></tfoot>",
        grouped(ledger.seen()),
        grouped(ledger.recovered()),
        grouped(ledger.downgraded()),
        grouped(ledger.lost()),
        percent(ledger.recovered(), ledger.seen()),
    );
    let heads = ["markup", "seen", "recovered", "downgraded", "lost", "recovered", "", WORDS];
    let note = "<p>Those on pages that were dropped are counted, too.</p>";
    let key = "<p class=\"note key\"><i class=\"good\"></i>recovered<i class=\"fair\"></i>downgraded: in the text, but less than its source<i class=\"bad\"></i>lost</p>";
    format!("{note}{}{key}", table("formulas", &heads, &(rows + &foot)))
}

fn kind_row(kind: &str, counts: &KindCounts) -> String {
    let (downgraded, lost) = (counts.downgraded_total(), counts.lost_total());
    let how = counts.downgraded.iter().map(|(how, n)| format!("{how} {}", grouped(*n)));
    let why = counts.lost.iter().map(|(why, n)| format!("{why} {}", grouped(*n)));
    let words: Vec<String> = how.chain(why).collect();
    format!(
        "<tr><th scope=\"row\">{kind}<td>{}<td>{}<td>{}<td>{}<td>{}{}<td class=\"long note\">{}",
        grouped(counts.seen),
        grouped(counts.recovered),
        grouped(downgraded),
        grouped(lost),
        percent(counts.recovered, counts.seen),
        track(&[("good", counts.recovered), ("fair", downgraded), ("bad", lost)], counts.seen),
        words.join(", "),
    )
}

/// The languages that documents say they are in.
pub(crate) fn languages(tally: &Tally) -> String {
    let top = tally.top(TOP);
    let Some(most) = top.iter().map(|(_, count)| count.documents).max() else {
        return String::new();
    };
    let all: u64 = top.iter().map(|(_, count)| count.documents).sum();
    let row = |(name, count): &(&str, Count)| {
        let (n, share) = (grouped(count.documents), percent(count.documents, all));
        let bar = track(&[("", count.documents)], most);
        format!("<tr><th scope=\"row\">{}<td>{n}<td>{share}{bar}", escape(name))
    };
    let rows: String = top.iter().map(row).collect();
    let (shown, known) = (top.len(), grouped(tally.len() as u64));
    let (of, crowded) = if tally.crowded { ("more than ", CROWDED) } else { ("", "") };
    let intro = format!(
        "<p>What the entry <code>language</code> of documents' metadata says: {shown} of {of}{known}.{crowded}</p>"
    );
    intro + &table("languages", &["language", "documents", "share", ""], &rows)
}

/// The hosts with most documents and rejects.
pub(crate) fn hosts(tally: &Tally) -> String {
    let top = tally.top(TOP);
    if top.is_empty() {
        return String::new();
    }
    let most = top.iter().map(|(_, count)| count.documents + count.rejects).max().unwrap_or(1);
    let rows: Vec<String> = top.iter().map(|(name, count)| host_row(name, *count, most)).collect();
    let heads = ["host", "documents", "rejects", "records", "kept", ""];
    let (seen, more) = rows.split_at(rows.len().min(SEEN));
    let more = match more.len() {
        0 => String::new(),
        n => format!(
            "<details class=\"more\"><summary>{n} more</summary>{}</details>",
            table("more hosts", &heads, &more.concat())
        ),
    };
    let (shown, known) = (top.len(), grouped(tally.len() as u64));
    let (of, crowded) = if tally.crowded { ("more than ", CROWDED) } else { ("", "") };
    let intro = format!(
        "<p>Hosts without <code>www.</code>: {shown} of {of}{known}, by documents, then by records.{crowded}</p>"
    );
    format!("{intro}{}{more}", table("hosts", &heads, &seen.concat()))
}

const CROWDED: &str = " There were more than are counted at a time, so a count may be too low by \
    what its range says.";

fn host_row(name: &str, count: Count, most: u64) -> String {
    let total = count.documents + count.rejects;
    let upper = match count.surplus {
        0 => String::new(),
        surplus => format!("–{}", grouped(total + surplus)),
    };
    format!(
        "<tr><th scope=\"row\">{}<td>{}<td>{}<td>{}{upper}<td>{}{}",
        escape(&clip(name, 100)),
        grouped(count.documents),
        grouped(count.rejects),
        grouped(total),
        percent(count.documents, total),
        track(&[("", count.documents), ("out", count.rejects)], most),
    )
}

/// What `run.json` says of each run.
pub(crate) fn throughput(runs: &[Json]) -> String {
    let number = |run: &Json, name: &str| run.get(name).and_then(Json::as_f64).unwrap_or_default();
    let whole = |run: &Json, name: &str| run.get(name).and_then(Json::as_u64).unwrap_or_default();
    let last = runs.len().saturating_sub(TOP);
    let rows: String = runs
        .iter()
        .enumerate()
        .skip(last)
        .map(|(index, run)| {
            let ended = if run.get("interrupted") == Some(&Json::Bool(true)) { "interrupted" } else { "finished" };
            let started = i64::try_from(whole(run, "started_unix")).unwrap_or_default().saturating_mul(1000).min(253_402_300_799_000);
            let started = format_ms(started).replace('T', " ");
            let speed = |name| number(run, name) / number(run, "seconds").max(1e-3);
            format!(
                "<tr><th scope=\"row\">{}<td class=\"name\">{} UTC<td class=\"name\">{ended}<td>{}<td>{} s<td>{}<td>{}<td>{}<td>{}",
                index + 1,
                escape(started.get(..19).unwrap_or(&started)),
                whole(run, "threads"),
                figure((number(run, "seconds") * 10.0).round() / 10.0),
                grouped(whole(run, "records")),
                bytes(whole(run, "bytes")),
                grouped(speed("records").round() as u64),
                figure(speed("bytes") / 1e6),
            )
        })
        .collect();
    if rows.is_empty() {
        return String::new();
    }
    let heads =
        ["run", "started", "ended", "threads", "time", "records", "input", "records/s", "MB/s"];
    table("runs", &heads, &rows)
}

/// The inputs that could not be read.
pub(crate) fn failed(manifest: &Manifest) -> String {
    let failed = &manifest.failed;
    if failed.is_empty() {
        return String::new();
    }
    let rows: String = failed
        .iter()
        .take(TOP)
        .map(|input| {
            let (name, error) = (escape(&clip(&input.name, 300)), escape(&clip(&input.error, 300)));
            format!("<tr><th scope=\"row\">{name}<td class=\"long\">{error}")
        })
        .collect();
    let intro = format!("<p>{} of {}.</p>", failed.len().min(TOP), grouped(failed.len() as u64));
    intro + &table("failed inputs", &["input", "what went wrong"], &rows)
}

/// The stages and all that they were told.
pub(crate) fn plan(manifest: &Manifest) -> String {
    let stages = stages(manifest).into_iter().map(|stage| {
        let options =
            stage_options(manifest, &stage).map_or(String::new(), |json| json.to_string());
        format!(
            "<tr><th scope=\"row\">{}<td class=\"long\"><code>{}</code>",
            escape(&stage),
            escape(&clip(&options, 2000))
        )
    });
    let stages = table("stages", &["stage", "options"], &stages.collect::<String>());
    let rows: String = options(&manifest.plan)
        .iter()
        .take(200)
        .map(|(name, value)| {
            let (name, value) = (escape(&clip(name, 200)), escape(&clip(value, 300)));
            format!(
                "<tr><th scope=\"row\"><code>{name}</code><td class=\"long\"><code>{value}</code>"
            )
        })
        .collect();
    let seed = manifest.seed.map_or("none".into(), |seed| seed.to_string());
    let all = table("options", &["option", "value"], &rows);
    format!(
        "<p>Seed: {seed}.</p>{stages}<details class=\"plan\"><summary>all options</summary>{all}</details>"
    )
}
