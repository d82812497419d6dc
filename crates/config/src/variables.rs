//! `${name}`: variables in the values of a tree.

use crate::{Node, Place, Problem, Tree, nearest};
use std::collections::BTreeMap;

/// Declared variables and what they stand for.
#[derive(Debug, Clone, Default)]
pub struct Variables {
    values: BTreeMap<String, Tree>,
}

impl Variables {
    /// Declares a variable.
    pub fn declare(&mut self, name: &str, value: Tree) {
        self.values.insert(name.into(), value);
    }

    /// Puts values in for `${name}` in all text below a node. A text that is nothing but one
    /// variable becomes the variable's value, whatever it is; inside other text scalars are
    /// written out. `$${` stands for `${`. Values are not searched for variables again.
    pub fn fill(&self, node: &mut Node, problems: &mut Vec<Problem>) {
        match &mut node.tree {
            Tree::List(items) => items.iter_mut().for_each(|item| self.fill(item, problems)),
            Tree::Map(entries) => {
                entries.iter_mut().for_each(|entry| self.fill(&mut entry.value, problems));
            }
            Tree::Text(text) => match self.value(text, &node.place) {
                Ok(tree) => node.tree = tree,
                Err(problem) => problems.push(problem),
            },
            _ => {}
        }
    }

    fn value(&self, text: &str, place: &Place) -> Result<Tree, Problem> {
        let sole = text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
        if let Some(name) = sole.filter(|name| !name.contains(['{', '}', '$'])) {
            return self.get(name, place).cloned();
        }
        let mut filled = String::new();
        let mut rest = text;
        while let Some(at) = rest.find("${") {
            let (before, after) = rest.split_at(at);
            let after = after.get(2..).unwrap_or_default();
            if let Some(before) = before.strip_suffix('$') {
                filled += before;
                filled += "${";
                rest = after;
                continue;
            }
            let Some((name, behind)) = after.split_once('}') else {
                return Err(
                    Problem::at(place, "`${` has no `}`").hint("write `$${` for a plain `${`")
                );
            };
            filled += before;
            filled += &self.written(name, place)?;
            rest = behind;
        }
        Ok(Tree::Text(filled + rest))
    }

    fn get(&self, name: &str, place: &Place) -> Result<&Tree, Problem> {
        self.values.get(name.trim()).ok_or_else(|| {
            let problem = Problem::at(place, format!("the variable `{name}` is not declared"));
            match nearest(name, self.values.keys().map(String::as_str)) {
                Some(near) => problem.hint(format!("did you mean `${{{near}}}`?")),
                None => problem.hint(
                    "declare it under `vars:`, or under `env:` if it comes from the environment",
                ),
            }
        })
    }

    fn written(&self, name: &str, place: &Place) -> Result<String, Problem> {
        match self.get(name, place)? {
            Tree::Text(text) => Ok(text.clone()),
            Tree::Integer(number) => Ok(number.to_string()),
            Tree::Float(number) => Ok(number.to_string()),
            Tree::Bool(value) => Ok(value.to_string()),
            Tree::Null | Tree::List(_) | Tree::Map(_) => {
                let message = format!("`{name}` is no single value and cannot stand inside text");
                Err(Problem::at(place, message))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Source, parse};

    fn filled(text: &str) -> Result<Tree, String> {
        let mut variables = Variables::default();
        variables.declare("crawl", Tree::Text("CC-1".into()));
        variables.declare("n", Tree::Integer(3));
        variables.declare("list", Tree::List(Vec::new()));
        let mut node = parse(&Source::new("p", text)).unwrap();
        let mut problems = Vec::new();
        variables.fill(&mut node, &mut problems);
        problems.first().map_or(Ok(node.tree), |problem| Err(problem.to_string()))
    }

    #[test]
    fn variables_keep_their_kind_alone_and_are_written_out_in_text() {
        assert_eq!(filled("${n}"), Ok(Tree::Integer(3)));
        assert_eq!(filled("${list}"), Ok(Tree::List(Vec::new())));
        assert_eq!(filled("'${crawl}/${n}/$${n}'"), Ok(Tree::Text("CC-1/3/${n}".into())));
    }

    #[test]
    fn what_is_not_declared_is_a_mistake() {
        for (text, expected) in [
            ("${crwal}", "did you mean `${crawl}`?"),
            ("a${HOME}", "declare it under `vars:`"),
            ("a${n", "has no `}`"),
            ("a${list}", "no single value"),
        ] {
            let problem = filled(text).unwrap_err();
            assert!(problem.contains(expected), "{problem}");
        }
    }
}
