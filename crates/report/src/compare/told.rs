//! A comparison in words.

use super::{Change, Comparison, Differing, Gone};
use crate::html::{clip, grouped, one_line};

/// Changes of a list that are told one by one.
const TOLD: usize = 50;

impl Comparison {
    /// For people; `a` and `b` are the runs' names.
    pub fn to_text(&self, a: &str, b: &str) -> String {
        if self.is_empty() {
            return format!("`{a}` and `{b}` are the same\n");
        }
        let mut out = format!("A is `{a}`, B is `{b}`\n");
        for (title, list) in [
            ("plan", &self.plan),
            ("inputs", &self.inputs),
            ("counts", &self.counts),
            ("files", &self.outputs),
        ] {
            out += &changes(title, list);
        }
        match &self.documents {
            None => out += "\ndocuments: not compared, since Markdown is not read back\n",
            Some(documents) => {
                out += &gone("A", "B", &documents.only_a);
                out += &gone("B", "A", &documents.only_b);
                out += &differing(&documents.differing);
            }
        }
        out
    }
}

fn changes(title: &str, list: &[Change]) -> String {
    if list.is_empty() {
        return String::new();
    }
    let mut out = format!("\n{title}: {} differ\n", grouped(list.len() as u64));
    out.extend(list.iter().take(TOLD).map(|change| format!("  {}\n", change.told())));
    more(out, list.len() as u64, TOLD as u64)
}

fn more(out: String, all: u64, told: u64) -> String {
    if all > told { format!("{out}  and {} more\n", grouped(all - told)) } else { out }
}

impl Change {
    fn told(&self) -> String {
        let short = |text: &str| one_line(&clip(text, 160));
        let name = short(&self.name);
        match (&self.a, &self.b) {
            (Some(a), Some(b)) => format!("{name}: {} -> {}{}", short(a), short(b), delta(a, b)),
            (Some(a), None) => format!("{name}: only in A: {}", short(a)),
            (None, Some(b)) => format!("{name}: only in B: {}", short(b)),
            (None, None) => name,
        }
    }
}

/// By how much a count differs.
fn delta(a: &str, b: &str) -> String {
    match (a.parse::<i64>(), b.parse::<i64>()) {
        (Ok(a), Ok(b)) => format!(" ({:+})", b.saturating_sub(a)),
        _ => String::new(),
    }
}

fn gone(here: &str, there: &str, gone: &Gone) -> String {
    if gone.total == 0 {
        return String::new();
    }
    let mut out = format!("\ndocuments only in {here}: {}\n", grouped(gone.total));
    let mut fates: Vec<_> = gone.fates.iter().collect();
    fates.sort_by_key(|(fate, n)| (std::cmp::Reverse(**n), *fate));
    for (fate, n) in fates {
        out += &format!("  {there} says of {}: {}\n", grouped(*n), one_line(fate));
    }
    for document in &gone.examples {
        out += &format!(
            "  {} {}\n      {there}: {}\n",
            one_line(&document.id),
            one_line(&document.url),
            one_line(&document.fate)
        );
    }
    more(out, gone.total, gone.examples.len() as u64)
}

fn differing(differing: &Differing) -> String {
    if differing.total == 0 {
        return String::new();
    }
    let [total, text, formulas, other] =
        [differing.total, differing.text, differing.formulas, differing.other].map(grouped);
    let mut out = format!(
        "\ndocuments that differ: {total}: text of {text}, formulas of {formulas}, other columns of {other}\n"
    );
    for document in &differing.examples {
        let place = document.line.map_or(String::new(), |line| format!(", line {line}"));
        out += &format!(
            "  {} {}\n      {}{place}\n      A: {}\n      B: {}\n",
            one_line(&document.id),
            one_line(&document.url),
            document.columns.join(", "),
            one_line(&document.a),
            one_line(&document.b),
        );
    }
    more(out, differing.total, differing.examples.len() as u64)
}
