//! Nodes to typed values, through serde.
//!
//! serde stops at the first mistake. So a mistake is noted, what it is about is taken out of a
//! copy of the tree, and the rest is read again, until nothing is wrong with it.

use crate::problem::{self, listed};
use crate::{Entry, Node, Place, Problem, Tree, nearest};
use serde::de::value::StrDeserializer;
use serde::de::{
    self, DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, Expected, IntoDeserializer,
    MapAccess, SeqAccess, Unexpected, VariantAccess, Visitor,
};
use std::fmt;

/// Reads a value; `owner` is where messages point that are about the whole of it, as that
/// something is missing. Mistakes are added to `problems`, each once.
pub fn read<T: DeserializeOwned>(
    node: &Node,
    owner: &Place,
    problems: &mut Vec<Problem>,
) -> Option<T> {
    let mut node = node.clone();
    if node.tree == Tree::Null {
        node.tree = Tree::Map(Vec::new());
    }
    let mut taken_out = Vec::new();
    loop {
        match T::deserialize(At(&node)) {
            Ok(value) => return taken_out.is_empty().then_some(value),
            Err(fault) => {
                let name = fault.missing.unwrap_or_default();
                let place = match fault.place {
                    Some(place) if name.is_empty() || place != node.place => place,
                    _ => owner.clone(),
                };
                if name.is_empty() || !taken_out.iter().any(|taken| taken == name) {
                    let hint = fault.hint;
                    problems.push(Problem { hint, ..Problem::at(&place, fault.message) });
                }
                taken_out.extend(fault.meant.map(str::to_owned));
                match take_out(&mut node, &place) {
                    Some(name) => taken_out.push(name),
                    None => return None,
                }
            }
        }
    }
}

/// Takes out the entry or item that a place belongs to; gives its name.
fn take_out(node: &mut Node, place: &Place) -> Option<String> {
    match &mut node.tree {
        Tree::Map(entries) => {
            let is = |entry: &Entry| entry.place == *place || entry.value.place == *place;
            match entries.iter().position(is) {
                Some(at) => Some(entries.remove(at).name),
                None => entries.iter_mut().find_map(|entry| take_out(&mut entry.value, place)),
            }
        }
        Tree::List(items) => match items.iter().position(|item| item.place == *place) {
            Some(at) => {
                items.remove(at);
                Some(String::new())
            }
            None => items.iter_mut().find_map(|item| take_out(item, place)),
        },
        _ => None,
    }
}

/// A mistake on its way out of serde.
#[derive(Debug)]
struct Fault {
    place: Option<Place>,
    message: String,
    hint: Option<String>,
    /// The field that is missing, if that is the mistake.
    missing: Option<&'static str>,
    /// What an unknown name was probably meant to be.
    meant: Option<&'static str>,
}

impl Fault {
    fn new(message: String) -> Self {
        Self { place: None, message, hint: None, missing: None, meant: None }
    }

    /// The innermost place is the right one.
    fn at(mut self, place: &Place) -> Self {
        self.place.get_or_insert_with(|| place.clone());
        self
    }

    fn unknown(what: &str, name: &str, known: &'static [&'static str]) -> Self {
        let meant = nearest(name, known.iter().copied());
        let hint = problem::meant(meant, known);
        Self { hint: Some(hint), meant, ..Self::new(format!("unknown {what} `{name}`")) }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Fault {}

impl de::Error for Fault {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new(message.to_string())
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let expected = expected.to_string();
        let fault =
            Self::new(format!("{} is wanted here, not {}", wanted(&expected), words(&found)));
        let quotes = expected == "a string" && !matches!(found, Unexpected::Seq | Unexpected::Map);
        Self { hint: quotes.then(|| "put it in quotes to make it text".into()), ..fault }
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::new(format!(
            "{} is wanted here, not {}",
            wanted(&expected.to_string()),
            words(&found)
        ))
    }

    fn unknown_variant(name: &str, known: &'static [&'static str]) -> Self {
        Self::unknown("value", name, known)
    }

    fn unknown_field(name: &str, known: &'static [&'static str]) -> Self {
        Self::unknown("option", name, known)
    }

    fn missing_field(name: &'static str) -> Self {
        Self { missing: Some(name), ..Self::new(format!("`{name}` is missing")) }
    }
}

/// serde's names of Rust types in the operator's words.
fn wanted(expected: &str) -> &str {
    match expected {
        "f32" | "f64" => "a number",
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number from 0 up",
        "i8" | "i16" | "i32" | "i64" => "a whole number",
        "nonzero u16" | "a nonzero u16" | "a nonzero u32" | "a nonzero u64" => {
            "a whole number from 1 up"
        }
        "a string" | "string" => "text",
        "a boolean" => "`true` or `false`",
        "a sequence" => "a list",
        _ if expected.starts_with("struct ") || expected == "a map" => "a mapping",
        _ if expected.starts_with("enum ") => "one of its names",
        _ => expected,
    }
}

fn words(found: &Unexpected<'_>) -> String {
    match found {
        Unexpected::Bool(value) => format!("`{value}`"),
        Unexpected::Signed(number) => format!("`{number}`"),
        Unexpected::Unsigned(number) => format!("`{number}`"),
        Unexpected::Float(number) => format!("`{number}`"),
        Unexpected::Str(text) => format!("the text `{}`", shortened(text)),
        Unexpected::Unit | Unexpected::Option => "nothing".into(),
        Unexpected::Seq => "a list".into(),
        Unexpected::Map => "a mapping".into(),
        other => other.to_string(),
    }
}

fn shortened(text: &str) -> String {
    const LONGEST: usize = 40;
    let short: String = text.chars().take(LONGEST).collect();
    if short.len() < text.len() { short + "…" } else { short }
}

/// A node being read.
struct At<'a>(&'a Node);

impl<'de> At<'de> {
    fn visit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match &self.0.tree {
            Tree::Null => visitor.visit_unit(),
            Tree::Bool(value) => visitor.visit_bool(*value),
            Tree::Integer(number) => visitor.visit_i64(*number),
            Tree::Float(number) => visitor.visit_f64(*number),
            Tree::Text(text) => visitor.visit_borrowed_str(text),
            Tree::List(items) => visitor.visit_seq(Items(items.iter())),
            Tree::Map(entries) => {
                visitor.visit_map(Entries { entries: entries.iter(), value: None })
            }
        }
    }
}

impl<'de> Deserializer<'de> for At<'de> {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let place = &self.0.place;
        self.visit(visitor).map_err(|fault| fault.at(place))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.0.tree {
            Tree::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        known: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let place = &self.0.place;
        let variant = match &self.0.tree {
            Tree::Text(name) => Variant { name, place, value: None },
            Tree::Map(entries) => match entries.as_slice() {
                [entry] => {
                    Variant { name: &entry.name, place: &entry.place, value: Some(&entry.value) }
                }
                _ => {
                    let message =
                        format!("one of {} is wanted here, and nothing else", listed(known));
                    return Err(Fault::new(message).at(place));
                }
            },
            _ => {
                let message =
                    format!("one of {} is wanted here, not {}", listed(known), self.0.kind());
                return Err(Fault::new(message).at(place));
            }
        };
        visitor.visit_enum(variant).map_err(|fault| fault.at(place))
    }

    /// serde would take a list for a struct.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        match &self.0.tree {
            Tree::Map(_) => self.deserialize_any(visitor),
            _ => {
                let message = format!("a mapping is wanted here, not {}", self.0.kind());
                Err(Fault::new(message).at(&self.0.place))
            }
        }
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map identifier ignored_any
    }
}

struct Items<'a>(std::slice::Iter<'a, Node>);

impl<'de> SeqAccess<'de> for Items<'de> {
    type Error = Fault;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Fault> {
        let Some(node) = self.0.next() else { return Ok(None) };
        seed.deserialize(At(node)).map(Some).map_err(|fault| fault.at(&node.place))
    }
}

struct Entries<'a> {
    entries: std::slice::Iter<'a, Entry>,
    value: Option<&'a Node>,
}

impl<'de> MapAccess<'de> for Entries<'de> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Fault> {
        let Some(entry) = self.entries.next() else { return Ok(None) };
        self.value = Some(&entry.value);
        let name: StrDeserializer<'_, Fault> = entry.name.as_str().into_deserializer();
        seed.deserialize(name).map(Some).map_err(|fault| fault.at(&entry.place))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Fault> {
        let node = self.value.take().ok_or_else(|| Fault::new("a value without a name".into()))?;
        seed.deserialize(At(node)).map_err(|fault| fault.at(&node.place))
    }
}

struct Variant<'a> {
    name: &'a str,
    place: &'a Place,
    value: Option<&'a Node>,
}

impl<'de> EnumAccess<'de> for Variant<'de> {
    type Error = Fault;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Fault> {
        let name: StrDeserializer<'_, Fault> = self.name.into_deserializer();
        let variant = seed.deserialize(name).map_err(|fault| fault.at(self.place))?;
        Ok((variant, self))
    }
}

impl<'de> Variant<'de> {
    fn value(&self) -> Result<At<'de>, Fault> {
        let wants = || Fault::new(format!("`{}` needs a value", self.name)).at(self.place);
        self.value.map(At).ok_or_else(wants)
    }
}

impl<'de> VariantAccess<'de> for Variant<'de> {
    type Error = Fault;

    fn unit_variant(self) -> Result<(), Fault> {
        match self.value {
            None | Some(Node { tree: Tree::Null, .. }) => Ok(()),
            Some(node) => {
                Err(Fault::new(format!("`{}` takes no value", self.name)).at(&node.place))
            }
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Fault> {
        let owner = self.place;
        seed.deserialize(self.value()?).map_err(|fault| fault.at(owner))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Fault> {
        self.value()?.deserialize_any(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.value()?.deserialize_any(visitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Source, parse, report};
    use serde::Deserialize;

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Language {
        keep: Vec<String>,
        #[serde(default)]
        min_score: f64,
        mode: Option<Mode>,
        #[serde(default)]
        limit: u32,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Mode {
        Fast,
        Exact,
    }

    fn language(text: &str) -> Result<Language, String> {
        let node = parse(&Source::new("p.yaml", text)).unwrap();
        let mut problems = Vec::new();
        let owner = Place { line: 1, column: 1, ..node.place.clone() };
        read(&node, &owner, &mut problems).ok_or_else(|| report(&problems))
    }

    #[test]
    fn values_are_read() {
        let expected =
            Language { keep: vec!["en".into()], min_score: 1.0, mode: Some(Mode::Fast), limit: 0 };
        assert_eq!(language("keep: [en]\nmin_score: 1\nmode: fast\n"), Ok(expected));
    }

    #[test]
    fn all_mistakes_are_told_at_once() {
        let told = language("keep: [en, 7]\nmin_scor: 1\nmode: fats\nlimit: -3\n").unwrap_err();
        insta::assert_snapshot!(told, @r"
        error: p.yaml:1:12: text is wanted here, not `7`
          1 | keep: [en, 7]
            |            ^
        hint: put it in quotes to make it text
        error: p.yaml:2:1: unknown option `min_scor`
          2 | min_scor: 1
            | ^^^^^^^^
        hint: did you mean `min_score`?
        error: p.yaml:3:7: unknown value `fats`
          3 | mode: fats
            |       ^^^^
        hint: did you mean `fast`?
        error: p.yaml:4:8: a whole number from 0 up is wanted here, not `-3`
          4 | limit: -3
            |        ^^
        ");
    }

    #[test]
    fn what_was_wrong_is_not_missing_too() {
        let told = language("kep: [en]\n").unwrap_err();
        assert!(told.contains("did you mean `keep`?"), "{told}");
        assert_eq!(told.matches("error").count(), 1, "{told}");
        let told = language("keep: en\n").unwrap_err();
        assert!(told.contains("a list is wanted here, not the text `en`"), "{told}");
        assert_eq!(told.matches("error").count(), 1, "{told}");
        assert!(language("limit: 1\n").unwrap_err().contains("`keep` is missing"));
        assert!(language("[]").unwrap_err().contains("a mapping is wanted here, not a list"));
    }
}
