//! The list of stages, with those of the files it includes.

use super::open;
use crate::legs::{Turn, Work};
use crate::stages::{Made, STAGES, Stage, Step};
use cc_math_config::{Entry, Node, Place, Problem, Tree, Variables};
use cc_math_extract::MathMode;
use std::path::Path;
use std::sync::Arc;

/// The stages of a pipeline, in an order in which they can be carried out.
pub(super) struct Chain(pub(super) Vec<Stage>);

/// A leg of a chain.
pub(super) struct Cut {
    pub(super) work: Work,
    /// The stage at which it ends, if it is not the last, with how many stages there are up to it.
    pub(super) turn: Option<(Turn, usize)>,
}

impl Chain {
    /// Which pages become documents, if the stages begin with that.
    pub(super) fn math(&self) -> Option<MathMode> {
        self.0.iter().find_map(|stage| match stage.made {
            Made::Extract(mode) => Some(mode),
            _ => None,
        })
    }

    /// Cuts it where legs end.
    pub(super) fn cut(&self) -> Vec<Cut> {
        let (mut legs, mut open) = (Vec::new(), Vec::new());
        for (stage, count) in self.0.iter().zip(1..) {
            match &stage.made {
                Made::Extract(_) => {}
                Made::Map(map) => {
                    let (map, random) = (Arc::clone(map), stage.random);
                    open.push(Step { name: stage.name, map, random });
                }
                Made::Turn(turn) => {
                    let work = Work::Documents(std::mem::take(&mut open).into());
                    legs.push(Cut { work, turn: Some((turn.clone(), count)) });
                    let Turn::Compare(dedup) = turn else { continue };
                    legs.extend(dedup.sorts().into_iter().map(|sort| Cut {
                        work: Work::Sort(Arc::clone(dedup), sort),
                        turn: Some((turn.clone(), count)),
                    }));
                }
            }
        }
        legs.push(Cut { work: Work::Documents(open.into()), turn: None });
        legs
    }

    /// All steps, whatever lies between them.
    pub(super) fn all_steps(&self) -> Vec<Step> {
        let steps = |cut: Cut| {
            if let Work::Documents(steps) = cut.work { steps.to_vec() } else { Vec::new() }
        };
        self.cut().into_iter().flat_map(steps).collect()
    }
}

/// Files that may include one another in a row.
const DEEPEST_INCLUDE: usize = 8;

pub(super) struct ChainReader<'a> {
    seed: u64,
    variables: &'a Variables,
    problems: &'a mut Vec<Problem>,
    found: Vec<(Stage, Place)>,
}

impl<'a> ChainReader<'a> {
    pub(super) fn new(seed: u64, variables: &'a Variables, problems: &'a mut Vec<Problem>) -> Self {
        Self { seed, variables, problems, found: Vec::new() }
    }

    /// Reads the entry `stages` of a pipeline's file, whose source holds `pages` or
    /// documents, if that is known.
    pub(super) fn read(
        &mut self,
        entry: &Entry,
        file: &Path,
        pages: Option<bool>,
    ) -> Option<Chain> {
        let before = self.problems.len();
        self.list(&entry.value, file, 0);
        let found = std::mem::take(&mut self.found);
        let mut extracts = false;
        for (index, (stage, place)) in found.iter().enumerate() {
            let Made::Extract(_) = stage.made else { continue };
            extracts |= index == 0 && pages != Some(false);
            if index > 0 {
                let hint = "stages before it would have no documents to look at";
                self.problem(place, "`extract` does not come first", hint);
            } else if pages == Some(false) {
                let hint = "take it out; what the source holds are documents already";
                self.problem(place, "`extract` reads pages", hint);
            }
        }
        if pages == Some(true) && !extracts && self.problems.len() == before {
            let hint = "archives hold pages; `- extract`, first of all, makes documents of them";
            self.problem(&entry.place, "`extract` is missing", hint);
        }
        let sound = self.problems.len() == before;
        sound.then(|| Chain(found.into_iter().map(|(stage, _)| stage).collect()))
    }

    fn problem(&mut self, place: &Place, message: impl Into<String>, hint: &str) {
        self.problems.push(Problem::at(place, message).hint(hint));
    }

    /// Reads a list of stages; `depth` files include the one it stands in.
    fn list(&mut self, node: &Node, file: &Path, depth: usize) {
        let Some(items) = node.items() else {
            let message = format!("a list of stages is wanted here, not {}", node.kind());
            return self.problem(&node.place, message, "begin each stage with `- `");
        };
        for item in items {
            self.item(item, file, depth);
        }
    }

    fn item(&mut self, item: &Node, file: &Path, depth: usize) {
        let bare = Node { tree: Tree::Null, place: item.place.clone() };
        match (&item.tree, item.entries()) {
            (Tree::Text(name), _) => self.stage(name, &item.place, &bare),
            (_, Some([Entry { name, value, .. }])) if name == "include" => {
                self.include(value, file, depth);
            }
            (_, Some([Entry { name, place, value }])) => self.stage(name, place, value),
            (_, Some(_)) => {
                let hint = "begin each stage with `- `, and indent its options below its name";
                self.problem(&item.place, "a stage is one name with its options", hint);
            }
            _ => {
                let message = format!("a stage is wanted here, not {}", item.kind());
                self.problem(&item.place, message, "write its name, as in `- extract`");
            }
        }
    }

    fn stage(&mut self, name: &str, place: &Place, options: &Node) {
        let Some(kind) = STAGES.iter().find(|kind| kind.name == name) else {
            let names: Vec<&str> = STAGES.iter().map(|kind| kind.name).chain(["include"]).collect();
            return self.problems.push(Problem::unknown("stage", name, place, &names));
        };
        let stage = (kind.read)(options, place, self.seed, self.problems);
        self.found.extend(stage.map(|stage| (stage, place.clone())));
    }

    /// Reads the stages of another file, whose path is from the folder of this one.
    fn include(&mut self, node: &Node, file: &Path, depth: usize) {
        let Some(path) = node.text() else {
            let hint = "write `- include: shared/stages.yaml`; the path is from this file's folder";
            return self.problem(&node.place, "the path of a file is wanted here", hint);
        };
        if depth == DEEPEST_INCLUDE {
            let message = format!("more than {DEEPEST_INCLUDE} files include one another");
            return self.problem(&node.place, message, "does one include itself?");
        }
        let path = file.parent().unwrap_or(Path::new("")).join(path);
        match open(&path) {
            Ok(mut list) => {
                self.variables.fill(&mut list, self.problems);
                self.list(&list, &path, depth + 1);
            }
            Err(Problem { place: None, message, .. }) => {
                self.problem(&node.place, message, "the path is from this file's folder");
            }
            Err(problem) => self.problems.push(problem),
        }
    }
}
