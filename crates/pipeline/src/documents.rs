//! The documents of one task on their way to its files: in the order of the inputs or in one of
//! their own, to one file or to one for each value of a column.

use crate::engine::{End, Setup, Sink};
use crate::error::RunError;
use crate::folder::Folder;
use crate::legs::Order;
use crate::tables::{Blocks, Job, SPREAD_WEIGHT, Sketches, Table, Target};
use cc_math_core::Document;
use cc_math_store::{Cell, Format, Row};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::io::Write;
use std::sync::Arc;

/// The documents' tables of one task.
pub(crate) struct Documents {
    /// A table by the folder that its file goes to: empty, or `column=value/`.
    pub(crate) tables: BTreeMap<Arc<str>, Table<Document>>,
    /// Documents taken in.
    pub(crate) taken: u64,
    partition: Option<Partition>,
    order: Option<Order>,
    /// Documents that wait to be put in order.
    unordered: Vec<Document>,
}

struct Partition {
    column: String,
    /// Name of the task's files.
    part: String,
    format: Format,
}

type Jobs = Vec<(Arc<str>, Job<Document>)>;

/// Values of a column that documents may go to folders by.
const MOST_PARTITIONS: usize = 1000;

impl Documents {
    /// Tables that go to files of a folder.
    pub(crate) fn files(folder: &Folder, part: &str, setup: &Setup<'_>) -> Result<Self, RunError> {
        let pending = || folder.pending(&format!("{part}.documents"));
        let (table, partition) = match setup.end {
            End::Output { partition: Some(column) } => {
                let column = column.to_owned();
                let partition = Partition { column, part: part.into(), format: setup.format };
                (None, Some(partition))
            }
            End::Output { partition: None } => {
                (Some(Table::to(Target::File(pending()?), setup.format)?), None)
            }
            End::Measured => (Some(Table::counted()), None),
            End::Held => (Some(Table::held(pending()?, None)?), None),
            End::Sketched(dedup) => {
                let table = Table::held(pending()?, None)?;
                (Some(table.sketched(Sketches::start(dedup, folder, part)?)), None)
            }
            End::Noted(dedup) => (Some(Table::noted(Sketches::start(dedup, folder, part)?)), None),
            End::Spread(order) => {
                let slot = Box::new(move |document: &Document| order.slot(document));
                (Some(Table::held(pending()?, Some(slot))?), None)
            }
        };
        Ok(Self { partition, order: setup.order, ..Self::of(table) })
    }

    /// A table that is streamed.
    pub(crate) fn stream(stream: Box<dyn Write + Send>, format: Format) -> Result<Self, RunError> {
        Ok(Self::of(Some(Table::to(Target::Stream(stream), format)?)))
    }

    /// A table whose rows are only counted.
    pub(crate) fn measured() -> Self {
        Self::of(Some(Table::counted()))
    }

    /// Whether rows are only counted.
    pub(crate) fn is_measured(&self) -> bool {
        self.tables.values().any(Table::is_counted)
    }

    fn of(table: Option<Table<Document>>) -> Self {
        let tables = table.into_iter().map(|table| ("".into(), table)).collect();
        Self { tables, taken: 0, partition: None, order: None, unordered: Vec::new() }
    }

    /// Takes documents; gives the blocks that are full, each with its table.
    pub(crate) fn push(
        &mut self,
        documents: Vec<Document>,
        sink: &Sink<'_>,
    ) -> Result<Jobs, RunError> {
        self.taken += documents.len() as u64;
        if self.order.is_some() {
            self.unordered.extend(documents);
            return Ok(Jobs::new());
        }
        self.distribute(documents, sink)
    }

    /// What is left, as the last blocks.
    pub(crate) fn flush(&mut self, sink: &Sink<'_>) -> Result<Jobs, RunError> {
        let mut documents = std::mem::take(&mut self.unordered);
        self.order.into_iter().for_each(|order| order.sort(&mut documents));
        let mut jobs = self.distribute(documents, sink)?;
        for (name, table) in &mut self.tables {
            jobs.extend(table.rows.cut().into_iter().map(|job| (Arc::clone(name), job)));
        }
        Ok(jobs)
    }

    fn distribute(&mut self, documents: Vec<Document>, sink: &Sink<'_>) -> Result<Jobs, RunError> {
        let mut jobs = Jobs::new();
        for (name, documents) in self.by_folder(documents) {
            if !self.tables.contains_key(&name) {
                let table = self.start(sink)?;
                self.tables.insert(Arc::clone(&name), table);
            }
            let Some(table) = self.tables.get_mut(&name) else { continue };
            let full = table.rows.push(documents);
            jobs.extend(full.into_iter().map(|job| (Arc::clone(&name), job)));
            jobs.extend(self.relieve());
        }
        Ok(jobs)
    }

    /// Documents by the folder that they go to.
    fn by_folder(&self, documents: Vec<Document>) -> Vec<(Arc<str>, Vec<Document>)> {
        let Some(partition) = &self.partition else { return vec![("".into(), documents)] };
        let mut folders: BTreeMap<Arc<str>, Vec<Document>> = BTreeMap::new();
        for document in documents {
            let folder = partition.folder(&document).into();
            folders.entry(folder).or_default().push(document);
        }
        folders.into_iter().collect()
    }

    fn start(&self, sink: &Sink<'_>) -> Result<Table<Document>, RunError> {
        let (Some(partition), Sink::Folder(folder)) = (&self.partition, sink) else {
            return Ok(Table::counted());
        };
        if self.tables.len() == MOST_PARTITIONS {
            return Err(RunError::ManyPartitions {
                column: partition.column.clone(),
                most: MOST_PARTITIONS,
            });
        }
        let number = self.tables.len();
        let file = folder.pending(&format!("{}.documents.{number}", partition.part))?;
        Ok(Table::to(Target::File(file), partition.format)?)
    }

    /// Where many tables hold many rows together, cuts the fullest ones.
    fn relieve(&mut self) -> Jobs {
        let mut jobs = Jobs::new();
        let mut weight: usize = self.tables.values().map(|table| table.rows.weight).sum();
        while self.partition.is_some() && weight > SPREAD_WEIGHT {
            let fullest = self.tables.iter_mut().max_by_key(|(_, table)| table.rows.weight);
            let Some((name, table)) = fullest else { break };
            weight -= table.rows.weight;
            jobs.extend(table.rows.cut().into_iter().map(|job| (Arc::clone(name), job)));
        }
        jobs
    }

    /// The blocks of one table.
    pub(crate) fn blocks(&mut self, name: &str) -> Option<&mut Blocks> {
        self.tables.get_mut(name).map(|table| &mut table.blocks)
    }

    /// Whether all that was cut has been appended.
    pub(crate) fn settled(&self) -> bool {
        self.tables.values().all(Table::settled)
    }
}

/// The folder's name for documents without a value, as Hive has it.
const NO_VALUE: &str = "__HIVE_DEFAULT_PARTITION__";

/// Bytes of a value that go into a folder's name.
const LONGEST_VALUE: usize = 100;

impl Partition {
    /// `column=value/`, in Hive's way of writing.
    fn folder(&self, document: &Document) -> String {
        let value = value(document, &self.column);
        let value = value.filter(|value| !value.is_empty());
        format!("{}={}/", escaped(&self.column), value.map_or(NO_VALUE.into(), |v| escaped(&v)))
    }
}

/// A column or entry of the metadata as text, if the document has it.
fn value(document: &Document, column: &str) -> Option<String> {
    match document.metadata.get(column) {
        Some(Json::Null) => None,
        Some(Json::String(text)) => Some(text.clone()),
        Some(other) => Some(other.to_string()),
        None => {
            let column = Document::COLUMNS.iter().find(|known| known.name == column)?;
            match (column.get)(document) {
                Cell::Text(text) => Some(text.into_owned()),
                Cell::U32(number) => Some(number.to_string()),
                Cell::I64(number) => Some(number.to_string()),
                Cell::Null | Cell::Formulas(..) => None,
            }
        }
    }
}

/// Text as part of a path: what is not a letter, digit, `-`, `_` or `.` as `%` and two digits.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes().take(LONGEST_VALUE) {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' => out.push(char::from(byte)),
            b'.' if !out.is_empty() => out.push('.'),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_named_in_hives_way() {
        let mut document = Document::new("https://example.org/", String::new());
        document.metadata.insert("language".into(), "zh/Hant".into());
        document.metadata.insert("score".into(), 0.5.into());
        document.metadata.insert("up".into(), "..".into());
        let folder = |column: &str| {
            let column = column.to_owned();
            let partition = Partition { column, part: String::new(), format: Format::Parquet };
            partition.folder(&document)
        };
        assert_eq!(folder("language"), "language=zh%2FHant/");
        assert_eq!(folder("score"), "score=0.5/");
        assert_eq!(folder("up"), "up=%2E./");
        assert_eq!(folder("tables"), "tables=0/");
        assert_eq!(folder("title"), "title=__HIVE_DEFAULT_PARTITION__/");
        assert_eq!(folder("none"), "none=__HIVE_DEFAULT_PARTITION__/");
    }
}
