//! Object literals in scripts, read tolerantly: strings, numbers, lists and objects are
//! values, any other expression is skipped as one.

/// Nesting that is followed; deeper literals are skipped as expressions.
const MAX_DEPTH: usize = 24;

/// A value of a literal.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Text(String),
    Bool(bool),
    Number(f64),
    List(Vec<Value>),
    Object(Vec<(String, Value)>),
    /// Anything that is not a literal.
    Other,
}

impl Value {
    /// The value of a key; of the last one where a key is repeated.
    pub(super) fn get(&self, key: &str) -> Option<&Value> {
        let Value::Object(entries) = self else { return None };
        entries.iter().rev().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    /// The value at the end of a path of keys.
    pub(super) fn path(&self, keys: &[&str]) -> Option<&Value> {
        keys.iter().try_fold(self, |value, key| value.get(key))
    }

    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn bool(&self) -> Option<bool> {
        match self {
            Value::Bool(value) => Some(*value),
            Value::Number(value) => Some(*value != 0.0),
            _ => None,
        }
    }

    pub(super) fn list(&self) -> &[Value] {
        match self {
            Value::List(items) => items,
            _ => &[],
        }
    }

    pub(super) fn entries(&self) -> &[(String, Value)] {
        match self {
            Value::Object(entries) => entries,
            _ => &[],
        }
    }
}

/// Reads the literal at the start of `script`.
pub(super) fn value(script: &str) -> Value {
    Reader { rest: script }.expression(0)
}

/// Reads the arguments of a call from behind its opening bracket: at most `count`.
pub(super) fn arguments(script: &str, count: usize) -> Vec<Argument<'_>> {
    let mut reader = Reader { rest: script };
    let mut found = Vec::new();
    while found.len() < count && !matches!(reader.peek(), None | Some(')')) {
        let start = reader.rest;
        let value = reader.expression(1);
        let len = start.len() - reader.rest.len();
        found.push(Argument { value, source: start.get(..len).unwrap_or_default() });
        if !reader.eat(',') {
            break;
        }
    }
    found
}

/// An argument of a call: its value, and how it is written.
#[derive(Debug)]
pub(super) struct Argument<'a> {
    pub(super) value: Value,
    pub(super) source: &'a str,
}

struct Reader<'a> {
    rest: &'a str,
}

impl<'a> Reader<'a> {
    fn bump(&mut self) -> Option<char> {
        let mut chars = self.rest.chars();
        let next = chars.next();
        self.rest = chars.as_str();
        next
    }

    /// Passes white space and comments and shows what follows.
    fn peek(&mut self) -> Option<char> {
        loop {
            self.rest = self.rest.trim_start();
            if let Some(comment) = self.rest.strip_prefix("//") {
                self.rest = comment.find('\n').and_then(|n| comment.get(n..)).unwrap_or("");
            } else if let Some(comment) = self.rest.strip_prefix("/*") {
                self.rest = comment.find("*/").and_then(|n| comment.get(n + 2..)).unwrap_or("");
            } else {
                return self.rest.chars().next();
            }
        }
    }

    fn eat(&mut self, expected: char) -> bool {
        let found = self.peek() == Some(expected);
        if found {
            self.bump();
        }
        found
    }

    /// An operand, and what `+` joins to it if both are strings.
    fn expression(&mut self, depth: usize) -> Value {
        let mut value = self.operand(depth);
        while let (Value::Text(text), Some('+')) = (&mut value, self.peek()) {
            self.bump();
            match self.operand(depth) {
                Value::Text(more) => text.push_str(&more),
                _ => value = Value::Other,
            }
        }
        if !matches!(self.peek(), None | Some(',' | '}' | ']' | ')' | ';')) && depth > 0 {
            self.skip();
            return Value::Other;
        }
        value
    }

    fn operand(&mut self, depth: usize) -> Value {
        match self.peek() {
            Some('{') if depth < MAX_DEPTH => self.object(depth + 1),
            Some('[') if depth < MAX_DEPTH => self.list(depth + 1),
            Some('"' | '\'' | '`') => self.string(),
            Some(c) if c.is_ascii_alphanumeric() || c == '-' || c == '!' || c == '.' => self.word(),
            Some(',' | '}' | ']' | ')' | ';') | None => Value::Other,
            Some(_) => {
                self.skip();
                Value::Other
            }
        }
    }

    fn list(&mut self, depth: usize) -> Value {
        self.bump();
        let mut items = Vec::new();
        while !matches!(self.peek(), None | Some(']')) {
            if !self.eat(',') {
                items.push(self.expression(depth));
                if !matches!(self.peek(), Some(',' | ']')) {
                    break;
                }
            }
        }
        self.eat(']');
        Value::List(items)
    }

    fn object(&mut self, depth: usize) -> Value {
        self.bump();
        let mut entries = Vec::new();
        while !matches!(self.peek(), None | Some('}')) {
            if self.eat(',') {
                continue;
            }
            let Some(key) = self.key() else { break };
            if self.eat(':') {
                entries.push((key, self.expression(depth)));
            } else {
                self.skip();
            }
            if !matches!(self.peek(), Some(',' | '}')) {
                break;
            }
        }
        self.eat('}');
        Value::Object(entries)
    }

    fn key(&mut self) -> Option<String> {
        if matches!(self.peek(), Some('"' | '\'')) {
            return match self.string() {
                Value::Text(key) => Some(key),
                _ => None,
            };
        }
        let word = self.identifier();
        (!word.is_empty()).then(|| word.to_owned())
    }

    fn identifier(&mut self) -> &'a str {
        let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$' | '.' | '-' | '!');
        let len = self.rest.find(|c| !is_part(c)).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at_checked(len).unwrap_or((self.rest, ""));
        self.rest = rest;
        word
    }

    fn word(&mut self) -> Value {
        match self.identifier() {
            "true" | "!0" => Value::Bool(true),
            "false" | "!1" => Value::Bool(false),
            word => word.parse().map_or(Value::Other, Value::Number),
        }
    }

    fn string(&mut self) -> Value {
        let quote = self.bump();
        let mut text = String::new();
        while let Some(c) = self.bump() {
            match c {
                c if Some(c) == quote => return Value::Text(text),
                '\\' => self.escape(&mut text),
                c => text.push(c),
            }
        }
        Value::Other
    }

    fn escape(&mut self, text: &mut String) {
        match self.bump() {
            Some('n') => text.push('\n'),
            Some('t') => text.push('\t'),
            Some('r') => text.push('\r'),
            Some('b') => text.push('\u{8}'),
            Some('f') => text.push('\u{c}'),
            Some('x') => text.extend(self.code(2)),
            Some('u') => text.extend(self.code(4)),
            Some('\n') | None => {}
            Some(c) => text.push(c),
        }
    }

    fn code(&mut self, digits: usize) -> Option<char> {
        let (code, rest) = self.rest.split_at_checked(digits)?;
        self.rest = rest;
        char::from_u32(u32::from_str_radix(code, 16).ok()?)
    }

    /// Passes one expression of any kind, up to the `,` or bracket that ends it.
    fn skip(&mut self) {
        let mut depth = 0usize;
        while let Some(c) = self.peek() {
            match c {
                '"' | '\'' | '`' => {
                    self.string();
                    continue;
                }
                '(' | '[' | '{' => depth += 1,
                ')' | ']' | '}' if depth == 0 => return,
                ')' | ']' | '}' => depth -= 1,
                ',' if depth == 0 => return,
                _ => {}
            }
            self.bump();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_literals() {
        let script = r#"{ // note
            a: [['$','$'], ["\\(", '\\)'], /* x, */ ],
            "b.c": !0, f: function(x) { return {y: ","}; }, d: 'x' + "y",
            n: -1.5, v: document.body, s: "\x41\u0042", g() { return 1 }, last: true }"#;
        let found = value(script);
        let pairs = found.get("a").map(Value::list).unwrap_or_default();
        assert_eq!(pairs.len(), 2);
        assert_eq!(pairs[1].list()[0].text(), Some(r"\("));
        assert_eq!(found.get("b.c").and_then(Value::bool), Some(true));
        assert_eq!(found.get("f"), Some(&Value::Other));
        assert_eq!(found.get("d").and_then(Value::text), Some("xy"));
        assert_eq!(found.get("n"), Some(&Value::Number(-1.5)));
        assert_eq!(found.get("v"), Some(&Value::Other));
        assert_eq!(found.get("s").and_then(Value::text), Some("AB"));
        assert_eq!(found.get("last").and_then(Value::bool), Some(true));
    }

    #[test]
    fn deep_nesting_ends() {
        assert!(matches!(value(&"[".repeat(100_000)), Value::List(_)));
        assert!(matches!(value(&"{a:".repeat(100_000)), Value::Object(_)));
    }

    proptest! {
        #[test]
        fn never_panics(script in r#"([{}\[\]"'`,:+/*a\\u1 é\n.!-]){0,60}"#) {
            let _ = value(&script);
        }
    }
}
