//! The top of a pipeline, entry by entry.

use super::chain::ChainReader;
use super::{Documents, ENTRIES, Inputs, Kind, Output, Pipeline, Warc, parquet};
use crate::trial::Trial;
use cc_math_config::{Entry, Node, Place, Problem, Tree, Variables, read};
use cc_math_store::Columns;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::path::Path;

pub(super) struct Reader<'a> {
    pub(super) file: &'a Path,
    pub(super) problems: &'a mut Vec<Problem>,
}

/// The entries at the top, by name.
type Parts = BTreeMap<String, Entry>;

impl Reader<'_> {
    /// Reads a pipeline. `None` goes with at least one mistake.
    pub(super) fn pipeline(&mut self, root: Node) -> Option<Pipeline> {
        let top = root.place.clone();
        let Tree::Map(entries) = root.tree else {
            self.problem(&top, "a pipeline is a mapping", "it begins with `name: ...`");
            return None;
        };
        let mut parts = self.parts(entries);
        let variables = self.variables(&parts);
        for name in ["name", "seed", "source", "stages", "output"] {
            let part = parts.get_mut(name);
            part.into_iter().for_each(|part| variables.fill(&mut part.value, self.problems));
        }
        let seed = parts.get("seed").map_or(Some(0), |entry| self.value(entry));
        let tests = parts.get("tests").map_or(Some(Vec::new()), |entry| self.tests(entry));
        let name = self.part(&parts, "name", &top).and_then(|entry| self.value(entry));
        let inputs = self.part(&parts, "source", &top).and_then(|entry| self.source(entry));
        let output = self.part(&parts, "output", &top).and_then(|entry| self.output(entry));
        let stages = self.part(&parts, "stages", &top);
        let mut chain = ChainReader::new(seed.unwrap_or(0), &variables, self.problems);
        let pages = inputs.as_ref().map(|inputs| matches!(inputs.kind, Kind::Pages { .. }));
        let chain = stages.and_then(|entry| chain.read(entry, self.file, pages));
        let Output { path, format, partition_by } = output?;
        Some(Pipeline {
            name: name?,
            seed: seed?,
            output: path,
            tests: tests?,
            format,
            partition: partition_by,
            chain: chain?,
            inputs: inputs?,
        })
    }

    fn problem(&mut self, place: &Place, message: impl Into<String>, hint: &str) {
        self.problems.push(Problem::at(place, message).hint(hint));
    }

    fn parts(&mut self, entries: Vec<Entry>) -> Parts {
        let known = ENTRIES.map(|(name, _)| name);
        let (mine, others): (Vec<Entry>, Vec<Entry>) =
            entries.into_iter().partition(|entry| known.contains(&entry.name.as_str()));
        let strange =
            others.iter().map(|entry| Problem::unknown("entry", &entry.name, &entry.place, &known));
        self.problems.extend(strange);
        mine.into_iter().map(|entry| (entry.name.clone(), entry)).collect()
    }

    /// An entry that has to be there.
    fn part<'p>(&mut self, parts: &'p Parts, name: &str, top: &Place) -> Option<&'p Entry> {
        let found = parts.get(name);
        if found.is_none() {
            let about = ENTRIES.iter().find(|(entry, _)| *entry == name).map(|(_, about)| *about);
            self.problem(top, format!("`{name}` is missing"), about.unwrap_or_default());
        }
        found
    }

    fn value<T: DeserializeOwned>(&mut self, entry: &Entry) -> Option<T> {
        if entry.value.tree == Tree::Null {
            let message = format!("`{}` has no value", entry.name);
            self.problem(&entry.place, message, "give it one, or leave it out");
            return None;
        }
        read(&entry.value, &entry.place, self.problems)
    }

    fn variables(&mut self, parts: &Parts) -> Variables {
        let mut variables = Variables::default();
        let vars = parts.get("vars").map(|entry| &entry.value);
        if let Some(vars) = vars.filter(|vars| vars.entries().is_none()) {
            let hint = "for instance `crawl: CC-MAIN-2024-10`";
            self.problem(&vars.place, "`vars` is a mapping of names to values", hint);
        }
        for Entry { name, place, value } in vars.and_then(Node::entries).unwrap_or_default() {
            if value.tree == Tree::Null {
                let hint = format!("give it one with `--set vars.{name}=...`");
                self.problem(place, format!("the variable `{name}` has no value"), &hint);
                variables.declare(name, Tree::Text(String::new()));
                continue;
            }
            variables.declare(name, value.tree.clone());
        }
        let Some(env) = parts.get("env") else { return variables };
        for name in self.value::<Vec<String>>(env).unwrap_or_default() {
            if vars.is_some_and(|vars| vars.get(&name).is_some()) {
                let message = format!("`{name}` is declared under `vars` too");
                self.problem(&env.place, message, "keep one of the two");
                continue;
            }
            let value = std::env::var(&name).unwrap_or_else(|_| {
                let hint = format!("give it, as in `{name}=... cc-math run ...`");
                self.problem(&env.place, format!("the environment has no `{name}`"), &hint);
                String::new()
            });
            variables.declare(&name, Tree::Text(value));
        }
        variables
    }

    fn source(&mut self, entry: &Entry) -> Option<Inputs> {
        let Some([Entry { name, place, value }]) = entry.value.entries() else {
            let hint = "write `source: { warc: { paths: [...] } }`";
            self.problem(&entry.place, "a pipeline has one source", hint);
            return None;
        };
        let (paths, kind) = match name.as_str() {
            "warc" => {
                let Warc { paths, root } = read(value, place, self.problems)?;
                (paths, Kind::Pages { root })
            }
            "documents" => {
                let Documents { paths, columns } = read(value, place, self.problems)?;
                (paths, Kind::Documents { columns: self.columns(columns, value)? })
            }
            _ => {
                self.problems.push(Problem::unknown("source", name, place, &["warc", "documents"]));
                return None;
            }
        };
        if paths.is_empty() {
            self.problem(place, "no path is named", "write `paths: [\"crawl/*.warc.gz\"]`");
            return None;
        }
        let places = value.get("paths").and_then(Node::items).unwrap_or_default();
        let places = places.iter().map(|node| node.place.clone());
        Some(Inputs { paths: paths.into_iter().zip(places).collect(), kind })
    }

    fn columns(&mut self, names: BTreeMap<String, String>, source: &Node) -> Option<Columns> {
        match Columns::new(names) {
            Ok(columns) => Some(columns),
            Err((name, ours)) => {
                let entries = source.get("columns").and_then(Node::entries).unwrap_or_default();
                let entry = entries.iter().find(|entry| entry.name == name)?;
                self.problems.push(Problem::unknown("column", &name, &entry.place, &ours));
                None
            }
        }
    }

    fn output(&mut self, entry: &Entry) -> Option<Output> {
        if entry.value.entries().is_some() {
            return self.value(entry);
        }
        let path: String = self.value(entry)?;
        Some(Output { path: path.into(), format: parquet(), partition_by: None })
    }

    fn tests(&mut self, entry: &Entry) -> Option<Vec<Trial>> {
        let Some(items) = entry.value.items() else {
            let place = &entry.value.place;
            self.problem(place, "a list of tests is wanted here", "begin each with `- given:`");
            return None;
        };
        let trials: Vec<_> = items.iter().map(|item| Trial::read(item, self.problems)).collect();
        trials.into_iter().collect()
    }
}
