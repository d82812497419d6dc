//! `--set a.b=v`: values of the command line put into a tree.

use crate::parse::{DEEPEST, parse};
use crate::{Entry, Node, Place, Problem, Source, Tree, nearest};
use std::sync::Arc;

impl Node {
    /// Puts a value where a path leads, from text like `source.warc.paths=[a, b]`; the value is
    /// YAML. A step is a name of a mapping, which is made where it is missing; or the index of an
    /// item of a list; or, in a list of mappings of one entry each, the name of one of those.
    ///
    /// # Errors
    /// If the text has no `=`, the value is not YAML, or the path leads nowhere.
    pub fn set(&mut self, assignment: &str) -> Result<(), Problem> {
        let source = Source::new("--set", assignment);
        let place = |width| Place { source: Arc::clone(&source), line: 1, column: 1, width };
        let Some((path, value)) = assignment.split_once('=') else {
            return Err(Problem::at(&place(usize::MAX), "this has no `=`")
                .hint("write `--set seed=7` or `--set stages.sample.rate=0.1`"));
        };
        let place = place(path.chars().count().max(1));
        self.put(path, value, &format!("--set {path}"), &place)
    }

    /// The same of an option that has a name of its own, as in `--rate 0.1`.
    ///
    /// # Errors
    /// As of [`Node::set`].
    pub fn set_option(&mut self, path: &str, option: &str, value: &str) -> Result<(), Problem> {
        let place = Place { source: Source::new(option, option), line: 1, column: 1, width: 1 };
        self.put(path, value, option, &place)
    }

    /// Puts a value, which people know by a name, where a path leads.
    fn put(&mut self, path: &str, value: &str, name: &str, place: &Place) -> Result<(), Problem> {
        let parsed = parse(&Source::new(name, value))?;
        let mut node = self;
        if path.split('.').count() > DEEPEST {
            return Err(Problem::at(place, format!("this leads more than {DEEPEST} steps down")));
        }
        for step in path.split('.') {
            node = node.step(step.trim(), place)?;
        }
        *node = parsed;
        Ok(())
    }

    fn step(&mut self, step: &str, place: &Place) -> Result<&mut Node, Problem> {
        if self.tree == Tree::Null {
            self.tree = Tree::Map(Vec::new());
        }
        let kind = self.kind();
        match &mut self.tree {
            Tree::Map(entries) => Ok(entry(entries, step, place)),
            Tree::List(items) => item(items, step, place),
            _ => Err(Problem::at(place, format!("`{step}` leads nowhere: {kind} has no parts"))),
        }
    }
}

fn entry<'a>(entries: &'a mut Vec<Entry>, name: &str, place: &Place) -> &'a mut Node {
    let at = entries.iter().position(|entry| entry.name == name).unwrap_or_else(|| {
        let value = Node { place: place.clone(), tree: Tree::Null };
        entries.push(Entry { name: name.into(), place: place.clone(), value });
        entries.len() - 1
    });
    &mut entries[at].value
}

fn item<'a>(items: &'a mut [Node], step: &str, place: &Place) -> Result<&'a mut Node, Problem> {
    let names: Vec<Option<&str>> = items.iter().map(sole_name).collect();
    let named: Vec<usize> = (0..items.len()).filter(|at| names[*at] == Some(step)).collect();
    let at = match (step.parse::<usize>(), named.as_slice()) {
        (Ok(at), _) if at < items.len() => at,
        (Err(_), [at]) => *at,
        (Err(_), [_, _, ..]) => {
            let message = format!("`{step}` stands in this list more than once");
            return Err(Problem::at(place, message).hint("name the item by its index, from 0"));
        }
        _ => {
            let problem = Problem::at(place, format!("the list has no item `{step}`"));
            let near = match step.parse::<usize>() {
                Ok(_) => None,
                Err(_) => nearest(step, names.into_iter().flatten()),
            };
            return Err(match near {
                Some(near) => problem.hint(format!("did you mean `{near}`?")),
                None => problem.hint(format!("it has {} items, from 0", items.len())),
            });
        }
    };
    let item = &mut items[at];
    if step.parse::<usize>().is_ok() {
        return Ok(item);
    }
    // A stage without options is a bare name.
    if matches!(item.tree, Tree::Text(_)) {
        let value = Node { place: item.place.clone(), tree: Tree::Null };
        let place = item.place.clone();
        item.tree = Tree::Map(vec![Entry { name: step.into(), place, value }]);
    }
    let kind = item.kind();
    let Tree::Map(entries) = &mut item.tree else {
        return Err(Problem::at(place, format!("`{step}` leads nowhere: {kind} has no parts")));
    };
    Ok(entry(entries, step, place))
}

/// The name that a mapping of one entry, or a bare name, goes by.
fn sole_name(node: &Node) -> Option<&str> {
    match &node.tree {
        Tree::Text(text) => Some(text),
        Tree::Map(entries) => match entries.as_slice() {
            [entry] => Some(&entry.name),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PIPELINE: &str = "seed: 1\nstages: [extract, {sample: {rate: 0.5}}, a, a]\n";

    fn set(assignment: &str) -> Result<Node, String> {
        let mut node = parse(&Source::new("p", PIPELINE)).unwrap();
        node.set(assignment).map(|()| node).map_err(|problem| problem.to_string())
    }

    #[test]
    fn paths_lead_through_mappings_and_lists() {
        assert_eq!(set("seed=7").unwrap().get("seed").unwrap().tree, Tree::Integer(7));
        assert_eq!(
            set("a.b=x").unwrap().get("a").unwrap().get("b").unwrap().tree,
            Tree::Text("x".into())
        );
        let stage =
            |node: &Node, at: usize| node.get("stages").unwrap().items().unwrap()[at].clone();
        let rate =
            |node: &Node| stage(node, 1).get("sample").unwrap().get("rate").unwrap().tree.clone();
        assert_eq!(rate(&set("stages.sample.rate=0.1").unwrap()), Tree::Float(0.1));
        assert_eq!(rate(&set("stages.1.sample.rate=2").unwrap()), Tree::Integer(2));
        let math = stage(&set("stages.extract.math=any").unwrap(), 0);
        assert_eq!(math.get("extract").unwrap().get("math").unwrap().text(), Some("any"));
    }

    #[test]
    fn paths_that_lead_nowhere_say_so() {
        for (assignment, expected) in [
            ("seed", "has no `=`"),
            ("seed.x=1", "leads nowhere"),
            ("stages.sampel.rate=1", "did you mean `sample`?"),
            ("stages.9=1", "it has 4 items"),
            ("stages.a.x=1", "more than once"),
            ("seed=[", "not YAML"),
        ] {
            let problem = set(assignment).unwrap_err();
            assert!(problem.contains(expected), "{problem}");
        }
    }
}
