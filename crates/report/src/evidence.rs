//! Items of benchmarks that were found in documents, beside the passages that hold them.

use crate::folder::Located;
use crate::html::{clip, escape, grouped, head};
use crate::page::tables::table;
use crate::sample::{Smallest, place};
use cc_math_core::{Document, Reason};
use cc_math_store::Reject;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Items that are shown.
const SHOWN: usize = 60;
/// Sets that are counted.
const SETS: usize = 200;
/// Bytes shown of a passage, and on either side of it.
const PASSAGE: usize = 1600;
const AROUND: usize = 160;
/// Characters shown of an item.
const ITEM: usize = 1200;

/// An item, and where it was found, as the stage `decontaminate` tells it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Found {
    set: String,
    id: String,
    score: f64,
    #[serde(default)]
    exact: bool,
    start: usize,
    end: usize,
    question: String,
    #[serde(default)]
    answer: Option<String>,
}

/// An item beside its passage.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Shown {
    found: Found,
    document: String,
    url: String,
    before: String,
    passage: String,
    after: String,
}

/// What of benchmarks was found.
#[derive(Debug)]
pub(crate) struct Evidence {
    shown: Smallest<Shown>,
    /// Finds and exact finds of each set.
    sets: BTreeMap<String, (u64, u64)>,
}

impl Default for Evidence {
    fn default() -> Self {
        Self { shown: Smallest::of(SHOWN), sets: BTreeMap::new() }
    }
}

impl Evidence {
    /// Looks at what was dropped.
    pub(crate) fn reject(&mut self, row: &Located<Reject>) {
        let Reject { id, url, reason, detail, text, .. } = &row.value;
        if *reason != Reason::Contaminated {
            return;
        }
        let Ok(found) = serde_json::from_str::<Found>(detail) else { return };
        let (id, url) = (id.as_deref().unwrap_or_default(), url.as_deref().unwrap_or_default());
        self.add(found, [id, url, text.as_deref().unwrap_or_default()], &row.tie());
    }

    /// Looks at what a document was annotated with.
    pub(crate) fn document(&mut self, row: &Located<Document>) {
        let Document { id, url, text, metadata, .. } = &row.value;
        let all = metadata.get("contamination").and_then(|value| value.as_array());
        for value in all.into_iter().flatten() {
            if let Ok(found) = serde_json::from_value::<Found>(value.clone()) {
                self.add(found, [id, url, text], &row.tie());
            }
        }
    }

    fn add(&mut self, found: Found, [id, url, text]: [&str; 3], tie: &str) {
        if self.sets.len() < SETS || self.sets.contains_key(&found.set) {
            let (all, exact) = self.sets.entry(found.set.clone()).or_default();
            *all += 1;
            *exact += u64::from(found.exact);
        }
        let key = place(&format!("{id} {} {}", found.set, found.id), tie);
        self.shown.offer(key, || {
            let at = |at: usize| text.floor_char_boundary(at.min(text.len()));
            let (start, end) = (at(found.start), at(found.end.max(found.start)));
            let part = |from: usize, to: usize| text.get(from..to).unwrap_or_default().to_owned();
            Shown {
                before: part(at(start.saturating_sub(AROUND)), start),
                passage: head(&part(start, end), PASSAGE).to_owned(),
                after: part(end, at(end + AROUND)),
                document: id.to_owned(),
                url: url.to_owned(),
                found,
            }
        });
    }

    /// A section of the page; empty if nothing was found.
    pub(crate) fn section(&self) -> String {
        if self.sets.is_empty() {
            return String::new();
        }
        let rows = self.sets.iter().map(|(set, (all, exact))| {
            let (all, exact) = (grouped(*all), grouped(*exact));
            format!("<tr><th scope=\"row\">{}<td>{all}<td>{exact}", escape(&clip(set, 80)))
        });
        let pairs: String = self.shown.iter().map(Shown::pair).collect();
        let rows: String = rows.collect();
        format!(
            "{}<p class=\"note\">{} of {}: the item, and the passage that holds it.</p>\
             <ol class=\"rows\">{pairs}</ol>",
            table("Benchmarks", &["benchmark", "found", "token by token"], &rows),
            self.shown.len(),
            grouped(self.shown.seen),
        )
    }
}

impl Shown {
    fn pair(&self) -> String {
        let Self { found, document, url, before, passage, after } = self;
        let answer = found
            .answer
            .as_deref()
            .map_or(String::new(), |answer| format!("\n\n→ {}", escape(&clip(answer, ITEM))));
        let cut = if passage.len() == PASSAGE { "…" } else { "" };
        format!(
            "<li><div class=\"flat\"><span class=\"title\">{} {}</span><span class=\"meta\">score {:.2}{}</span></div>\
             <div class=\"pair\"><div class=\"text\" tabindex=\"0\">{}{answer}</div>\
             <div class=\"text\" tabindex=\"0\">…{}<mark>{}{cut}</mark>{}…</div></div>\
             <div class=\"meta\"><code>{}</code> · <span class=\"mono\">{}</span></div>",
            escape(&clip(&found.set, 80)),
            escape(&clip(&found.id, 80)),
            found.score,
            if found.exact { ", token by token" } else { "" },
            escape(&clip(&found.question, ITEM)),
            escape(before),
            escape(passage),
            escape(after),
            escape(&clip(document, 64)),
            escape(&clip(url, 200)),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cc_math_store::Row;
    use serde_json::json;

    fn located<R>(value: R) -> Located<R> {
        Located { file: "f".into(), row: 1, value }
    }

    #[test]
    fn items_stand_beside_their_passages() {
        let mut evidence = Evidence::default();
        assert_eq!(evidence.section(), "");
        let found = json!({ "set": "gsm", "id": "7", "score": 0.913, "exact": false, "start": 3,
            "end": 99, "question": "how <many>?", "answer": "6" });
        let reject = Reject {
            id: Some("d1".into()),
            reason: Reason::Contaminated,
            detail: found.to_string(),
            text: Some("so how many é?".into()),
            ..Reject::blank()
        };
        evidence.reject(&located(reject.clone()));
        evidence.reject(&located(Reject { detail: "nothing".into(), ..reject }));
        let mut document = Document::new("u", "é how many".into());
        document.metadata.insert("contamination".into(), json!([found]));
        evidence.document(&located(document));
        let html = evidence.section();
        assert!(html.contains("<td>2<td>0"), "{html}");
        assert!(html.contains("how &lt;many&gt;?\n\n→ 6"), "{html}");
        assert!(html.contains("…so <mark>how many é?</mark>…"), "{html}");
    }
}
