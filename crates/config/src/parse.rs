//! YAML 1.2 text to a tree of nodes.

use crate::{Entry, Node, Place, Problem, Source, Tree};
use saphyr_parser::{Event, Parser, ScalarStyle, Span};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Bytes that a text may have.
const MOST_BYTES: usize = 4 << 20;

/// How deep lists and mappings may be nested.
pub(crate) const DEEPEST: usize = 64;

/// Values that a text may have, those behind aliases counted as often as they are used.
const MOST_NODES: usize = 1 << 18;

/// Parses one YAML document. Anchors and aliases are followed; tags are not understood.
///
/// # Errors
/// The first place that is not YAML, or not YAML of this kind, or more of it than there may be.
pub fn parse(source: &Arc<Source>) -> Result<Node, Problem> {
    let mut builder =
        Builder { source, open: Vec::new(), root: None, anchors: BTreeMap::new(), nodes: 0 };
    if source.text.len() > MOST_BYTES {
        let message = format!("longer than {} MiB", MOST_BYTES >> 20);
        return Err(Problem::at(&builder.place(None), message));
    }
    for event in Parser::new_from_str(&source.text) {
        let (event, span) = event.map_err(|fault| {
            let marker = *fault.marker();
            let place = builder.place(Some(Span::empty(marker)));
            Problem::at(&place, format!("not YAML: {}", fault.info()))
        })?;
        builder.take(event, span)?;
    }
    let nothing = builder.place(None);
    Ok(builder.root.unwrap_or(Node { place: nothing, tree: Tree::Null }))
}

/// A list or mapping that is not closed yet.
struct Open {
    place: Place,
    anchor: usize,
    content: Content,
}

enum Content {
    List(Vec<Node>),
    Map { entries: Vec<Entry>, names: BTreeSet<String>, name: Option<(String, Place)> },
}

struct Builder<'a> {
    source: &'a Arc<Source>,
    open: Vec<Open>,
    root: Option<Node>,
    anchors: BTreeMap<usize, Node>,
    nodes: usize,
}

impl Builder<'_> {
    fn place(&self, span: Option<Span>) -> Place {
        let (line, column, width) = span.map_or((1, 1, 1), |span| {
            let width = if span.start.line() == span.end.line() {
                span.end.col().saturating_sub(span.start.col())
            } else {
                usize::MAX
            };
            (span.start.line().max(1), span.start.col() + 1, width.max(1))
        });
        Place { source: Arc::clone(self.source), line, column, width }
    }

    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), Problem> {
        let place = self.place(Some(span));
        match event {
            Event::DocumentStart(_) if self.root.is_some() => {
                Err(Problem::at(&place, "a second YAML document begins; only one is read"))
            }
            Event::Scalar(text, style, anchor, tag) => {
                if let Some(tag) = tag {
                    let message = format!("the tag `!{}` is not understood", tag.suffix);
                    return Err(Problem::at(&place, message));
                }
                self.scalar(&text, style, anchor, place)
            }
            Event::SequenceStart(anchor, _) => self.begin(place, anchor, Content::List(Vec::new())),
            Event::MappingStart(anchor, _) => {
                let (entries, names) = (Vec::new(), BTreeSet::new());
                self.begin(place, anchor, Content::Map { entries, names, name: None })
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(),
            Event::Alias(anchor) => match self.anchors.get(&anchor).cloned() {
                Some(node) => {
                    self.count(size(&node), &place)?;
                    self.put(Node { place, ..node }, 0)
                }
                None => Err(Problem::at(&place, "this alias stands inside what it stands for")),
            },
            _ => Ok(()),
        }
    }

    fn count(&mut self, nodes: usize, place: &Place) -> Result<(), Problem> {
        self.nodes += nodes;
        if self.nodes <= MOST_NODES {
            return Ok(());
        }
        Err(Problem::at(place, format!("more than {MOST_NODES} values")))
    }

    fn scalar(
        &mut self,
        text: &str,
        style: ScalarStyle,
        anchor: usize,
        place: Place,
    ) -> Result<(), Problem> {
        self.count(1, &place)?;
        if let Some(Open { content: Content::Map { names, name: name @ None, .. }, .. }) =
            self.open.last_mut()
        {
            if !names.insert(text.into()) {
                return Err(Problem::at(&place, format!("`{text}` stands here a second time"))
                    .hint("keep one of the two"));
            }
            *name = Some((text.into(), place));
            return Ok(());
        }
        let tree = if style == ScalarStyle::Plain { plain(text) } else { Tree::Text(text.into()) };
        self.put(Node { place, tree }, anchor)
    }

    fn begin(&mut self, place: Place, anchor: usize, content: Content) -> Result<(), Problem> {
        self.count(1, &place)?;
        if self.open.len() == DEEPEST {
            return Err(Problem::at(&place, format!("nested more than {DEEPEST} deep")));
        }
        if let Some(Open { content: Content::Map { name: None, .. }, .. }) = self.open.last() {
            return Err(Problem::at(&place, "a list or mapping cannot be a name"));
        }
        self.open.push(Open { place, anchor, content });
        Ok(())
    }

    fn end(&mut self) -> Result<(), Problem> {
        let Some(Open { place, anchor, content }) = self.open.pop() else { return Ok(()) };
        let tree = match content {
            Content::List(items) => Tree::List(items),
            Content::Map { entries, .. } => Tree::Map(entries),
        };
        self.put(Node { place: Place { width: 1, ..place }, tree }, anchor)
    }

    fn put(&mut self, node: Node, anchor: usize) -> Result<(), Problem> {
        if anchor != 0 {
            self.anchors.insert(anchor, node.clone());
        }
        match self.open.last_mut() {
            None => self.root = Some(node),
            Some(Open { content: Content::List(items), .. }) => items.push(node),
            Some(Open { content: Content::Map { entries, name, .. }, .. }) => match name.take() {
                Some((name, place)) => entries.push(Entry { name, place, value: node }),
                None => return Err(Problem::at(&node.place, "an alias cannot be a name")),
            },
        }
        Ok(())
    }
}

/// Values in a tree, which is at most [`DEEPEST`] deep.
fn size(node: &Node) -> usize {
    match &node.tree {
        Tree::List(items) => 1 + items.iter().map(size).sum::<usize>(),
        Tree::Map(entries) => 1 + entries.iter().map(|entry| size(&entry.value)).sum::<usize>(),
        _ => 1,
    }
}

/// A scalar without quotes, by the core schema of YAML 1.2 (§10.3.2): `no` is text.
pub(crate) fn plain(text: &str) -> Tree {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Tree::Null,
        "true" | "True" | "TRUE" => return Tree::Bool(true),
        "false" | "False" | "FALSE" => return Tree::Bool(false),
        ".inf" | ".Inf" | "+.inf" => return Tree::Float(f64::INFINITY),
        "-.inf" | "-.Inf" => return Tree::Float(f64::NEG_INFINITY),
        ".nan" | ".NaN" => return Tree::Float(f64::NAN),
        _ => {}
    }
    let based =
        |prefix, base| text.strip_prefix(prefix).and_then(|t| i64::from_str_radix(t, base).ok());
    if let Some(number) = text.parse().ok().or_else(|| based("0x", 16)).or_else(|| based("0o", 8)) {
        return Tree::Integer(number);
    }
    let numeric = text.bytes().all(|b| b.is_ascii_digit() || b"+-.eE".contains(&b));
    match text.parse() {
        Ok(number) if numeric => Tree::Float(number),
        _ => Tree::Text(text.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(text: &str) -> Result<Node, String> {
        parse(&Source::new("p.yaml", text)).map_err(|problem| problem.to_string())
    }

    #[test]
    fn values_know_their_places() {
        let node = tree("a: 1\nbé: [x, 'y']\n").unwrap();
        let list = node.get("bé").unwrap();
        let places: Vec<_> = list.items().unwrap().iter().map(|n| n.place.to_string()).collect();
        assert_eq!(places, ["p.yaml:2:6", "p.yaml:2:9"]);
        assert_eq!(node.entries().unwrap()[1].place.width, 2);
    }

    #[test]
    fn plain_scalars_follow_the_core_schema() {
        for (text, expected) in [
            ("no", Tree::Text("no".into())),
            ("12", Tree::Integer(12)),
            ("-0.5", Tree::Float(-0.5)),
            ("1e3", Tree::Float(1000.0)),
            ("0x1F", Tree::Integer(31)),
            ("nan", Tree::Text("nan".into())),
            ("1.2.3", Tree::Text("1.2.3".into())),
            ("~", Tree::Null),
        ] {
            assert_eq!(plain(text), expected, "{text}");
        }
    }

    #[test]
    fn aliases_are_copies_and_bombs_are_refused() {
        let node = tree("a: &x {b: 1}\nc: *x\n").unwrap();
        assert_eq!(node.get("c").unwrap().get("b").unwrap().tree, Tree::Integer(1));
        let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
        for n in 1..9 {
            let last = n - 1;
            bomb += &format!("a{n}: &a{n} [{}]\n", vec![format!("*a{last}"); 9].join(", "));
        }
        assert!(tree(&bomb).unwrap_err().contains("more than 262144 values"));
        assert!(tree("a: &x [*x]").is_err());
    }

    #[test]
    fn what_is_not_ours_is_told_with_its_place() {
        for (text, expected) in [
            ("a: 1\na: 2\n", "error: p.yaml:2:1: `a` stands here a second time"),
            ("a: [1\n", "not YAML"),
            ("--- 1\n--- 2\n", "a second YAML document"),
            ("? [a]\n: 1\n", "cannot be a name"),
            ("a: !secret b\n", "the tag `!secret` is not understood"),
        ] {
            let problem = tree(text).unwrap_err();
            assert!(problem.contains(expected), "{problem}");
        }
        assert!(tree(&"[".repeat(70)).unwrap_err().contains("nested more than 64 deep"));
        assert!(tree(&"[".repeat(100_000)).is_err());
    }
}
