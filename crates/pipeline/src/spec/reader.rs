//! The top of a pipeline, entry by entry.

use super::chain::ChainReader;
use super::{
    Blend, Blended, Documents, ENTRIES, Inputs, Kind, Output, Pipeline, Preset, Share, Warc,
    parquet,
};
use crate::mix::{Mix, TableSource};
use crate::trial::Trial;
use crate::urls::UrlSource;
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
        let source = self.part(&parts, "source", &top);
        let inputs = source.and_then(|entry| self.source(entry, seed.unwrap_or(0)));
        let output = self.part(&parts, "output", &top).and_then(|entry| self.output(entry));
        let stages = self.part(&parts, "stages", &top);
        let mut chain = ChainReader::new(seed.unwrap_or(0), &variables, self.problems);
        let pages =
            inputs.as_ref().map(|inputs| matches!(inputs.kind, Kind::Pages { .. } | Kind::Urls(_)));
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
            policy: None,
            scattered: false,
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

    fn source(&mut self, entry: &Entry, seed: u64) -> Option<Inputs> {
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
                let Documents { paths, preset, columns } = read(value, place, self.problems)?;
                (paths, Kind::Documents { columns: self.columns(preset, columns, value)? })
            }
            "urls" => {
                let urls: UrlSource = read(value, place, self.problems)?;
                let paths = self.placed(urls.lists.clone(), "lists", value, place)?;
                return Some(Inputs { paths, kind: Kind::Urls(Box::new(urls)) });
            }
            "mix" => {
                let kind = self.mix(value, place, seed)?;
                return Some(Inputs { paths: Vec::new(), kind });
            }
            _ => {
                let known = ["warc", "documents", "mix", "urls"];
                self.problems.push(Problem::unknown("source", name, place, &known));
                return None;
            }
        };
        Some(Inputs { paths: self.placed(paths, "paths", value, place)?, kind })
    }

    /// Paths with the places where they stand.
    fn placed(
        &mut self,
        paths: Vec<String>,
        entry: &str,
        source: &Node,
        place: &Place,
    ) -> Option<Vec<(String, Place)>> {
        if paths.is_empty() {
            let hint = format!("write `{entry}: [\"crawl/*.warc.gz\"]`");
            self.problem(place, "no path is named", &hint);
            return None;
        }
        let places = source.get(entry).and_then(Node::items).unwrap_or_default();
        Some(paths.into_iter().zip(places.iter().map(|node| node.place.clone())).collect())
    }

    fn mix(&mut self, node: &Node, place: &Place, pipelines: u64) -> Option<Kind> {
        let Blend { by, total, seed, sources: shares } = read(node, place, self.problems)?;
        let entries = node.get("sources").and_then(Node::entries).unwrap_or_default();
        let mut sources = Vec::new();
        for Entry { name, place, value } in entries {
            let Some(share) = shares.get(name) else { continue };
            let Share { weight, paths, preset, columns } = share;
            if !(weight.is_finite() && *weight > 0.0) {
                let at = value.get("weight").map_or(place, |node| &node.place);
                let message = format!("a weight is a number above 0, not {weight}");
                self.problem(at, message, "leave out a source that nothing is to be taken from");
            }
            let paths = self.placed(paths.clone(), "paths", value, place);
            let columns = self.columns(*preset, columns.clone(), value);
            sources.extend(paths.zip(columns).map(|(paths, columns)| {
                let source = TableSource { name: name.clone(), weight: *weight, columns };
                Blended { source, paths }
            }));
        }
        if entries.is_empty() {
            self.problem(
                place,
                "no source is named",
                "write `sources: { web: { weight: 1, paths: [...] } }`",
            );
        }
        // Their order in the file says nothing.
        sources.sort_by(|a, b| a.source.name.cmp(&b.source.name));
        let seed = seed.unwrap_or(pipelines);
        (sources.len() == entries.len())
            .then_some(Kind::Mix { mix: Mix { by, total, seed }, sources })
    }

    /// The columns of a preset, and those that are named besides or in their place.
    fn columns(
        &mut self,
        preset: Preset,
        mut names: BTreeMap<String, String>,
        source: &Node,
    ) -> Option<Columns> {
        for (ours, theirs) in preset.columns() {
            names.entry((*ours).into()).or_insert_with(|| (*theirs).into());
        }
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
