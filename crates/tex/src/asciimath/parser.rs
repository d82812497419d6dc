//! The grammar: an expression is a row of intermediate expressions and fractions of them; an
//! intermediate expression is a simple one with its scripts.

use super::lexer::{Token, tokens};
use super::node::{Group, Node, argument, escaped, joined, push, row};
use super::symbols::Class;

/// Brackets and functions inside one another that are followed.
const MAX_DEPTH: usize = 60;

/// The LaTeX of the whole input, and whether its depth was cut.
pub(super) fn parse(input: &str) -> (String, bool) {
    let tokens = tokens(input);
    let partners = bar_partners(&tokens);
    let mut parser = Parser { tokens, partners, next: 0, depth: 0, nesting: 0, limited: false };
    let items = parser.expression(None);
    (row(&items), parser.limited)
}

/// For each `|` that encloses something, the `|` that ends it: pairs in order inside each bracket.
fn bar_partners(tokens: &[Token<'_>]) -> Vec<Option<usize>> {
    let mut partners = vec![None; tokens.len()];
    let mut open: Vec<Option<usize>> = vec![None];
    for (index, token) in tokens.iter().enumerate() {
        match token.class() {
            Class::Left => open.push(None),
            Class::Right if open.len() > 1 => {
                open.pop();
            }
            Class::Bar => {
                let Some(waiting) = open.last_mut() else { continue };
                if let Some(slot) = waiting.and_then(|left| partners.get_mut(left)) {
                    *slot = Some(index);
                    *waiting = None;
                } else if tokens.get(index + 1) != Some(&Token::Char(',')) {
                    *waiting = Some(index);
                }
            }
            _ => {}
        }
    }
    partners
}

struct Parser<'a> {
    tokens: Vec<Token<'a>>,
    partners: Vec<Option<usize>>,
    next: usize,
    depth: usize,
    /// Brackets that are open here.
    nesting: usize,
    limited: bool,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<Token<'a>> {
        self.tokens.get(self.next).copied()
    }

    fn peek_class(&self) -> Option<Class> {
        self.peek().map(|token| token.class())
    }

    fn eat_infix(&mut self, spelling: &str) -> bool {
        let found = self.peek().is_some_and(|token| token.is_infix(spelling));
        self.next += usize::from(found);
        found
    }

    /// Rows up to a closing bracket, or to the `|` at `bar`; what ends it is left.
    fn expression(&mut self, bar: Option<usize>) -> Vec<Node> {
        let mut items = Vec::new();
        while self.next < self.tokens.len() && Some(self.next) != bar {
            if self.nesting > 0 && self.peek_class() == Some(Class::Right) {
                break;
            }
            let start = self.next;
            let top = self.intermediate(bar);
            if self.eat_infix("/") {
                let below = self.intermediate(bar);
                let parts = [top, below].map(|part| part.map_or(String::new(), |n| n.inside()));
                items.push(Node::Done(format!(r"\frac{{{}}}{{{}}}", parts[0], parts[1])));
            } else {
                items.extend(top);
            }
            self.next += usize::from(self.next == start);
        }
        items
    }

    /// A simple expression with its scripts, and the argument of a function that has scripts.
    fn intermediate(&mut self, bar: Option<usize>) -> Option<Node> {
        let is_function = self.peek_class() == Some(Class::Function);
        let is_letter = matches!(self.peek(), Some(Token::Symbol((Class::Function, "f" | "g"))));
        let node = self.simple(bar)?;
        let Some(scripted) = self.scripts(&node, bar) else { return Some(node) };
        let follows = self.next < self.tokens.len() && Some(self.next) != bar;
        let next = self.peek_class();
        let takes = follows
            && !matches!(
                next,
                Some(Class::Infix | Class::Right | Class::Operator | Class::Bar) | None
            )
            && self.peek() != Some(Token::Char(','))
            && (!is_letter || next == Some(Class::Left));
        if is_function && takes {
            let operand = self.deeper(|p| p.intermediate(bar)).map_or(String::new(), |n| n.tex());
            return Some(Node::Done(applied(&scripted, &operand)));
        }
        Some(Node::Done(scripted))
    }

    fn scripts(&mut self, base: &Node, bar: Option<usize>) -> Option<String> {
        let below = self.eat_infix("_").then(|| self.script(bar));
        let above = self.eat_infix("^").then(|| self.script(bar));
        if below.is_none() && above.is_none() {
            return None;
        }
        let mut tex = base.base();
        for (sign, script) in [('_', below), ('^', above)] {
            if let Some(script) = script {
                tex.push(sign);
                tex.push_str(&argument(&script));
            }
        }
        Some(tex)
    }

    fn script(&mut self, bar: Option<usize>) -> String {
        self.operand(bar).map_or(String::new(), |node| node.inside())
    }

    fn operand(&mut self, bar: Option<usize>) -> Option<Node> {
        if Some(self.next) == bar {
            return None;
        }
        self.deeper(|p| p.simple(bar))
    }

    /// Runs a parser one level deeper; past the limit there is no operand.
    fn deeper(&mut self, parse: impl FnOnce(&mut Self) -> Option<Node>) -> Option<Node> {
        if self.depth >= MAX_DEPTH {
            self.limited = true;
            return None;
        }
        self.depth += 1;
        let node = parse(self);
        self.depth -= 1;
        node
    }

    fn simple(&mut self, bar: Option<usize>) -> Option<Node> {
        let token = self.peek().filter(|_| Some(self.next) != bar)?;
        let index = self.next;
        if self.nesting > 0 && token.class() == Class::Right {
            return None;
        }
        self.next += 1;
        Some(match token {
            Token::Number(digits) => Node::Done(digits.to_owned()),
            Token::Text(text) => Node::Text(text.to_owned()),
            Token::Char(',') => Node::Comma,
            Token::Char(c) => Node::Done(character(c)),
            Token::Minus => self.negative(bar),
            Token::Styled(command, value) => self.styled(command, value, bar),
            Token::Symbol((class, tex)) => self.symbol(class, tex, index, bar),
        })
    }

    fn symbol(
        &mut self,
        class: Class,
        tex: &'static str,
        index: usize,
        bar: Option<usize>,
    ) -> Node {
        match class {
            Class::Operator => Node::Operator(tex),
            Class::Word => Node::Done(format!(r"\text{{ {tex} }}")),
            Class::Function => self.function(tex, bar),
            Class::Unary => self.unary(tex, bar),
            Class::Font => self.font(tex, bar),
            Class::Fence => self.fence(tex, bar),
            Class::Binary | Class::Root => self.binary(class, tex, bar),
            Class::Left => self.bracket(tex),
            Class::Bar => self.bars(index),
            Class::Infix => Node::Done(character(tex.chars().next().unwrap_or(' '))),
            Class::Right if tex == "." => Node::Done(String::new()),
            Class::Atom | Class::Right | Class::Text | Class::Styled => Node::Done(tex.to_owned()),
        }
    }

    fn negative(&mut self, bar: Option<usize>) -> Node {
        let operand = self.operand(bar).map_or(String::new(), |node| node.tex());
        Node::Done(format!("-{operand}"))
    }

    fn styled(&mut self, command: &str, value: &str, bar: Option<usize>) -> Node {
        let inside = self.operand(bar).map_or(String::new(), |node| node.inside());
        if command.is_empty() {
            return Node::Done(inside);
        }
        let value: String =
            value.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '#').collect();
        Node::Done(format!("{command}{{{value}}}{{{inside}}}"))
    }

    /// A function takes the simple expression after it, brackets and all; not a script or operator.
    fn function(&mut self, name: &'static str, bar: Option<usize>) -> Node {
        let bare = Node::Done(name.to_owned());
        let is_letter = name.len() == 1;
        let next = self.peek_class();
        let alone = Some(self.next) == bar
            || matches!(
                next,
                None | Some(
                    Class::Infix | Class::Operator | Class::Right | Class::Bar | Class::Word
                )
            )
            || self.peek() == Some(Token::Char(','))
            || (is_letter && next != Some(Class::Left));
        if alone {
            return bare;
        }
        match self.operand(bar) {
            Some(operand) => Node::Done(applied(name, &operand.tex())),
            None => bare,
        }
    }

    fn unary(&mut self, command: &str, bar: Option<usize>) -> Node {
        match self.operand(bar) {
            Some(Node::Operator(tex)) => Node::Done(format!("{command}{{{tex}}}")),
            Some(node) => Node::Done(format!("{command}{{{}}}", node.inside())),
            None => Node::Done(format!("{command}{{}}")),
        }
    }

    fn font(&mut self, command: &str, bar: Option<usize>) -> Node {
        let operand = self.operand(bar);
        if let Some(Node::Text(text)) = &operand {
            let text = escaped(text);
            return Node::Done(match command {
                r"\mathbf" => format!(r"\textbf{{{text}}}"),
                r"\mathsf" => format!(r"\textsf{{{text}}}"),
                r"\mathtt" => format!(r"\texttt{{{text}}}"),
                r"\mathit" => format!(r"\textit{{{text}}}"),
                r"\mathrm" => format!(r"\text{{{text}}}"),
                _ => format!(r"{command}{{\text{{{text}}}}}"),
            });
        }
        Node::Done(format!("{command}{{{}}}", operand.map_or(String::new(), |node| node.inside())))
    }

    fn fence(&mut self, delimiters: &'static str, bar: Option<usize>) -> Node {
        let (open, close) = delimiters.split_once(' ').unwrap_or((delimiters, delimiters));
        let items = match self.operand(bar) {
            Some(Node::Group(group)) => group.items,
            other => other.into_iter().collect(),
        };
        Node::Group(Group { open, close, items })
    }

    fn binary(&mut self, class: Class, command: &str, bar: Option<usize>) -> Node {
        let [first, second] =
            [(); 2].map(|()| self.operand(bar).map_or(String::new(), |n| n.inside()));
        Node::Done(match class {
            Class::Root => format!("{command}[{first}]{{{second}}}"),
            _ => format!("{command}{{{first}}}{{{second}}}"),
        })
    }

    fn bracket(&mut self, open: &'static str) -> Node {
        if self.depth >= MAX_DEPTH {
            self.limited = true;
            return Node::Done(if open == "." { String::new() } else { open.to_owned() });
        }
        self.depth += 1;
        self.nesting += 1;
        let items = self.expression(None);
        self.nesting -= 1;
        self.depth -= 1;
        let close = match self.peek() {
            Some(Token::Symbol((Class::Right, close))) => {
                self.next += 1;
                close
            }
            _ => "",
        };
        Node::Group(Group { open, close, items })
    }

    fn bars(&mut self, index: usize) -> Node {
        let Some(partner) = self.partners.get(index).copied().flatten() else { return Node::Bar };
        if self.depth >= MAX_DEPTH {
            self.limited = true;
            return Node::Bar;
        }
        self.depth += 1;
        let items = self.expression(Some(partner));
        self.depth -= 1;
        if self.next != partner {
            return Node::Done(joined(&["|", &row(&items)]));
        }
        self.next += 1;
        Node::Group(Group { open: "|", close: "|", items })
    }
}

fn applied(function: &str, operand: &str) -> String {
    let mut tex = function.to_owned();
    if function.ends_with('}') && operand.starts_with(|c: char| c.is_alphanumeric()) {
        tex.push(' ');
    }
    push(&mut tex, operand);
    tex
}

/// A character of the input where LaTeX would read it otherwise.
fn character(c: char) -> String {
    match c {
        '#' | '%' | '&' | '$' | '_' => format!(r"\{c}"),
        '^' => r"\hat{}".to_owned(),
        '\\' => r"\backslash".to_owned(),
        c => c.to_string(),
    }
}
