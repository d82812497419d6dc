//! Documents of two runs held against each other.

use super::{Differing, DifferingDocument, Documents, Gone, GoneDocument};
use crate::html::clip;
use crate::{Folder, Located, ReportError};
use cc_math_core::{Document, OutputEntry};
use cc_math_store::{Cell, Row, read_documents};
use std::collections::{BTreeMap, BTreeSet};
use xxhash_rust::xxh3::{Xxh3, xxh3_128};

/// Rows remembered at a time, of both runs together: about 200 MB.
const AT_A_TIME: u64 = 4 << 20;

/// What the other run says of a document it does not know.
const UNKNOWN: &str = "not in it";

/// A row as hashes: of its id, and of what may differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Print {
    id: u128,
    text: u64,
    formulas: u64,
    rest: u64,
}

/// One run: its folder, and the files that are not the same in the other.
struct Side<'a> {
    folder: &'a Folder,
    files: Vec<&'a OutputEntry>,
}

/// What is known of documents that one side alone has.
#[derive(Default)]
struct Missing {
    ids: BTreeSet<u128>,
    gone: Gone,
    /// The examples, and what the other side says of them.
    named: BTreeMap<u128, String>,
}

pub(super) fn documents(a: &Folder, b: &Folder, most: usize) -> Result<Documents, ReportError> {
    let (a, b) = (Side::of(a, b), Side::of(b, a));
    let passes = (a.rows() + b.rows()).div_ceil(AT_A_TIME).max(1);
    let mut pass = Passes { most, ..Passes::default() };
    for part in 0..passes {
        let within = |id: u128| id % u128::from(passes) == u128::from(part);
        pass.walk(&a.prints(&within)?, &b.prints(&within)?);
        pass.only_a.ask(&b, most)?;
        pass.only_b.ask(&a, most)?;
    }
    pass.examples(&a, &b)
}

impl<'a> Side<'a> {
    fn of(folder: &'a Folder, other: &'a Folder) -> Self {
        let name = |file: &'a OutputEntry| (&file.path, &file.xxh3);
        let others: BTreeSet<_> = other.files("documents/").map(name).collect();
        let files = folder.files("documents/").filter(|file| !others.contains(&name(file)));
        let files = files.collect();
        Self { folder, files }
    }

    fn rows(&self) -> u64 {
        self.files.iter().map(|file| file.rows).sum()
    }

    fn documents(&self) -> impl Iterator<Item = Result<Located<Document>, ReportError>> {
        self.files.iter().flat_map(|file| self.folder.rows_of(file, read_documents))
    }

    /// The rows with such ids, sorted.
    fn prints(&self, within: &dyn Fn(u128) -> bool) -> Result<Vec<Print>, ReportError> {
        let mut prints = Vec::new();
        for document in self.documents() {
            let document = document?.value;
            let id = key(&document.id);
            prints.extend(within(id).then(|| print(id, &document)));
        }
        prints.sort_unstable();
        Ok(prints)
    }
}

fn key(id: &str) -> u128 {
    xxh3_128(id.as_bytes())
}

fn print(id: u128, document: &Document) -> Print {
    let (mut text, mut formulas, mut rest) = (Xxh3::new(), Xxh3::new(), Xxh3::new());
    text.update(document.text.as_bytes());
    for (name, value) in columns(document) {
        let hash = match name {
            "text" => continue,
            "formulas" => &mut formulas,
            _ => &mut rest,
        };
        hash.update(value.as_bytes());
        hash.update(&[0xff]);
    }
    Print { id, text: text.digest(), formulas: formulas.digest(), rest: rest.digest() }
}

/// The columns of a document by name, as text that tells them apart.
fn columns(document: &Document) -> impl Iterator<Item = (&'static str, String)> {
    Document::COLUMNS.iter().map(|column| {
        let value = match (column.get)(document) {
            Cell::Text(text) => text.into_owned(),
            Cell::Formulas(formulas, _) => format!("{formulas:?}"),
            other => format!("{other:?}"),
        };
        (column.name, value)
    })
}

#[derive(Default)]
struct Passes {
    most: usize,
    only_a: Missing,
    only_b: Missing,
    differing: Differing,
    named: BTreeSet<u128>,
}

impl Passes {
    /// Two sorted lists side by side. Rows of one id are paired in order; those without a partner
    /// are on one side only.
    fn walk(&mut self, a: &[Print], b: &[Print]) {
        let (mut a, mut b) = (a.iter().peekable(), b.iter().peekable());
        loop {
            match (a.peek(), b.peek()) {
                (None, None) => return,
                (Some(x), Some(y)) if x.id == y.id => {
                    self.pair(x, y);
                    a.next();
                    b.next();
                }
                (Some(x), y) if y.is_none_or(|y| x.id < y.id) => {
                    self.only_a.add(x.id);
                    a.next();
                }
                (_, Some(y)) => {
                    self.only_b.add(y.id);
                    b.next();
                }
                (Some(_), None) => {
                    a.next();
                }
            }
        }
    }

    fn pair(&mut self, a: &Print, b: &Print) {
        if a == b {
            return;
        }
        let differing = &mut self.differing;
        differing.total += 1;
        differing.text += u64::from(a.text != b.text);
        differing.formulas += u64::from(a.formulas != b.formulas);
        differing.other += u64::from(a.rest != b.rest);
        if self.named.len() < self.most {
            self.named.insert(a.id);
        }
    }

    /// Reads once more what is to be shown.
    fn examples(mut self, a: &Side<'_>, b: &Side<'_>) -> Result<Documents, ReportError> {
        self.only_a.name(a)?;
        self.only_b.name(b)?;
        let mut before = BTreeMap::new();
        if !self.named.is_empty() {
            for document in a.documents() {
                let document = document?.value;
                let id = key(&document.id);
                drop(self.named.contains(&id).then(|| before.insert(id, document)));
            }
            for document in b.documents() {
                let now = document?.value;
                let before = before.remove(&key(&now.id));
                self.differing.examples.extend(before.map(|before| difference(&before, &now)));
            }
        }
        self.differing.examples.sort_by(|a, b| a.id.cmp(&b.id));
        let Self { only_a, only_b, differing, .. } = self;
        Ok(Documents { only_a: only_a.gone, only_b: only_b.gone, differing })
    }
}

impl Missing {
    fn add(&mut self, id: u128) {
        self.gone.total += 1;
        self.ids.insert(id);
    }

    /// Asks the other run what became of them.
    fn ask(&mut self, other: &Side<'_>, most: usize) -> Result<(), ReportError> {
        let mut ids = std::mem::take(&mut self.ids);
        if ids.is_empty() {
            return Ok(());
        }
        for reject in other.folder.rejects() {
            let reject = reject?.value;
            let Some(id) = reject.id.as_deref().map(key).filter(|id| ids.remove(id)) else {
                continue;
            };
            let fate = format!("{}/{}", reject.stage, reject.reason);
            let told = if reject.detail.is_empty() {
                fate.clone()
            } else {
                format!("{fate}: {}", clip(&reject.detail, 200))
            };
            self.tell(id, fate, told, most);
            if ids.is_empty() {
                break;
            }
        }
        for id in ids {
            self.tell(id, UNKNOWN.into(), UNKNOWN.into(), most);
        }
        Ok(())
    }

    fn tell(&mut self, id: u128, fate: String, told: String, most: usize) {
        *self.gone.fates.entry(fate).or_default() += 1;
        self.named.insert(id, told);
        if self.named.len() > most {
            self.named.pop_last();
        }
    }

    /// Finds the examples' names on the side that has them.
    fn name(&mut self, side: &Side<'_>) -> Result<(), ReportError> {
        if self.named.is_empty() {
            return Ok(());
        }
        for document in side.documents() {
            let Document { id, url, .. } = document?.value;
            let fate = self.named.remove(&key(&id));
            self.gone.examples.extend(fate.map(|fate| GoneDocument { id, url, fate }));
            if self.named.is_empty() {
                break;
            }
        }
        self.gone.examples.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(())
    }
}

/// Characters shown of what differs.
const SHOWN: usize = 160;

fn difference(before: &Document, now: &Document) -> DifferingDocument {
    let differing: Vec<_> = columns(before).zip(columns(now)).filter(|(a, b)| a != b).collect();
    let names = differing.iter().map(|((name, _), _)| (*name).to_owned()).collect();
    let (line, (a, b)) = match (first_line(&before.text, &now.text), first_formula(before, now)) {
        (Some((line, a, b)), _) => (Some(line), around(&a, &b)),
        (None, Some((a, b))) => (None, (clip(&a, SHOWN), clip(&b, SHOWN))),
        (None, None) => {
            (None, differing.first().map(|((_, a), (_, b))| around(a, b)).unwrap_or_default())
        }
    };
    DifferingDocument { id: now.id.clone(), url: now.url.clone(), columns: names, line, a, b }
}

fn first_line(a: &str, b: &str) -> Option<(u64, String, String)> {
    let (mut a, mut b) = (a.split('\n'), b.split('\n'));
    for number in 1.. {
        match (a.next(), b.next()) {
            (None, None) => break,
            (a, b) if a == b => {}
            (a, b) => {
                return Some((number, a.unwrap_or_default().into(), b.unwrap_or_default().into()));
            }
        }
    }
    None
}

fn first_formula(a: &Document, b: &Document) -> Option<(String, String)> {
    let told = |document: &Document, index: usize| {
        document.formulas.get(index).map(|formula| {
            let display = if formula.display { "display" } else { "inline" };
            format!(
                "{} {} {display}: {}",
                formula.kind,
                formula.status.code(),
                document.tex(formula)
            )
        })
    };
    let most = a.formulas.len().max(b.formulas.len());
    let index = (0..most).find(|index| a.formulas.get(*index) != b.formulas.get(*index))?;
    let none = || "none".to_owned();
    Some((told(a, index).unwrap_or_else(none), told(b, index).unwrap_or_else(none)))
}

/// Both lines from a little before the first character that differs.
fn around(a: &str, b: &str) -> (String, String) {
    let same = a.chars().zip(b.chars()).take_while(|(a, b)| a == b).count();
    let from = if same > SHOWN / 2 { same - 20 } else { 0 };
    let cut = |text: &str| {
        let rest: String = text.chars().skip(from).collect();
        let rest = clip(&rest, SHOWN);
        if from > 0 { format!("…{rest}") } else { rest }
    };
    (cut(a), cut(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_paired_whatever_their_number() {
        let print = |id, text| Print { id, text, formulas: 0, rest: 0 };
        let mut passes = Passes { most: 9, ..Passes::default() };
        passes.walk(
            &[print(1, 0), print(2, 0), print(2, 0), print(4, 1)],
            &[print(2, 0), print(3, 0), print(4, 2), print(5, 0), print(5, 0)],
        );
        assert_eq!((passes.only_a.gone.total, passes.only_b.gone.total), (2, 3));
        assert_eq!((passes.differing.total, passes.differing.text), (1, 1));
    }

    #[test]
    fn the_place_of_a_difference_is_shown() {
        assert_eq!(first_line("a\nb", "a\nc").unwrap().0, 2);
        assert_eq!(first_line("a", "a\n").unwrap().0, 2);
        assert_eq!(first_line("a", "a"), None);
        let long = "x".repeat(300);
        let (a, b) = around(&format!("{long}1"), &format!("{long}2"));
        assert_eq!((a.chars().last(), b.chars().last()), (Some('1'), Some('2')));
        assert!(a.starts_with('…') && a.chars().count() < 30);
    }
}
