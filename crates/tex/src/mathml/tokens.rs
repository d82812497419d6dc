//! Token elements: `mi`, `mn`, `mo`, `mtext`, `ms`, `mspace`, `mglyph`.

use std::borrow::Cow;

use super::expr::{Expr, Form, Kind, Operator, Token};
use super::font::{self, Font};
use super::read::{Reader, Scope};
use super::symbols;
use crate::tree::MathDom;

/// An `mi`: a letter, a name, or whatever authors put there.
pub(super) fn ident<'a, D: MathDom>(
    reader: &mut Reader<'a, D>,
    node: D::Node,
    scope: Scope,
    out: &mut Vec<Expr<'a>>,
) {
    token(reader, node, Kind::Ident, scope, out);
}

/// An `mn`.
pub(super) fn number<'a, D: MathDom>(
    reader: &mut Reader<'a, D>,
    node: D::Node,
    scope: Scope,
    out: &mut Vec<Expr<'a>>,
) {
    token(reader, node, Kind::Number, scope, out);
}

/// An `mi` or `mn` of any content.
fn token<'a, D: MathDom>(
    reader: &mut Reader<'a, D>,
    node: D::Node,
    kind: Kind,
    scope: Scope,
    out: &mut Vec<Expr<'a>>,
) {
    if has_mathematics(reader, node) {
        return reader.children(node, scope, out);
    }
    let text = content(reader, node);
    if !reader.afford(text.len()) {
        return;
    }
    if text.chars().all(|ch| symbols::space_width(ch).is_some() || symbols::is_invisible(ch)) {
        return push_space(&text, out);
    }
    let font = font(reader, node, scope);
    let (text, font) = plain_word(text, font);
    out.push(Expr::Token(Token { font, ..Token::new(text, kind) }));
}

/// Letters of one alphabet of words (`𝗌𝗂𝗇`) as plain letters in that font, so that they
/// join with their neighbours.
fn plain_word(text: Cow<'_, str>, font: Option<Font>) -> (Cow<'_, str>, Option<Font>) {
    let own = text.chars().next().and_then(font::decode).map(|(_, own)| own);
    let Some(own) = own.filter(|own| matches!(own, Font::Sans | Font::Monospace)) else {
        return (text, font);
    };
    let letter = |ch| font::decode(ch).filter(|(_, font)| *font == own).map(|(plain, _)| plain);
    match text.chars().map(letter).collect::<Option<String>>() {
        Some(plain) => (Cow::Owned(plain), Some(own)),
        None => (text, font),
    }
}

/// The font of a token: its own `mathvariant`, or the one around it.
fn font<D: MathDom>(reader: &Reader<'_, D>, node: D::Node, scope: Scope) -> Option<Font> {
    let dom = reader.dom;
    if dom.attr(node, "class").is_some_and(|class| class.contains("mathscr")) {
        return Some(Font::RoundScript);
    }
    let own = dom.attr(node, "data-mjx-variant").or_else(|| dom.attr(node, "mathvariant"));
    own.and_then(Font::parse).or(scope.font)
}

/// An `mo`. Function application marks what it follows; invisible operators vanish.
pub(super) fn operator<'a, D: MathDom>(
    reader: &mut Reader<'a, D>,
    node: D::Node,
    scope: Scope,
    out: &mut Vec<Expr<'a>>,
) {
    if has_mathematics(reader, node) {
        return named_operator(reader, node, scope, out);
    }
    let text = content(reader, node);
    if !reader.afford(text.len()) {
        return;
    }
    if text == "\u{2061}" {
        return mark_function(out.last_mut());
    }
    let is_fence = text.is_empty() && is_null_delimiter(reader, node);
    if !is_fence && text.chars().all(symbols::is_invisible) {
        return;
    }
    if !text.is_empty() && text.chars().all(|ch| symbols::space_width(ch).is_some()) {
        return push_space(&text, out);
    }
    let mut token = Token::new(text, Kind::Operator);
    token.font = reader.dom.attr(node, "mathvariant").and_then(Font::parse);
    token.op = attributes(reader, node, &token);
    if token.text == "|" && is_spaced(reader, node) {
        token.text = Cow::Borrowed("∣");
        token.op = Operator::default();
    }
    out.push(Expr::Token(token));
}

/// An `mo` of elements, as KaTeX makes of `\mathbin{\mathrm{mod}}`.
fn named_operator<'a, D: MathDom>(
    reader: &mut Reader<'a, D>,
    node: D::Node,
    scope: Scope,
    out: &mut Vec<Expr<'a>>,
) {
    let start = out.len();
    reader.children(node, scope, out);
    if let [Expr::Token(token)] = out.get_mut(start..).unwrap_or_default() {
        token.kind = if token.is_name() { Kind::Operator } else { token.kind };
    }
}

fn mark_function(before: Option<&mut Expr<'_>>) {
    if let Some(token) = before.and_then(Expr::delimiter_mut) {
        token.op.function = token.is_name();
    }
}

/// An empty `mo` is `\left.` or `\right.` when it says that it is a fence.
fn is_null_delimiter<D: MathDom>(reader: &Reader<'_, D>, node: D::Node) -> bool {
    let dom = reader.dom;
    ["fence", "stretchy"].iter().any(|name| dom.attr(node, name) == Some("true"))
        || dom.attr(node, "form").is_some()
        || reader.atom_form(node).is_some()
}

/// Reads the attributes of an operator, where they can matter.
fn attributes<D: MathDom>(reader: &Reader<'_, D>, node: D::Node, token: &Token<'_>) -> Operator {
    let dom = reader.dom;
    let flag = |name| dom.attr(node, name).map(|value| value == "true");
    let form = match dom.attr(node, "form") {
        Some("prefix") => Some(Form::Prefix),
        Some("postfix") => Some(Form::Postfix),
        _ => reader.atom_form(node),
    };
    let is_plain = token.text.bytes().all(|byte| matches!(byte, b'+' | b'=' | b',' | b'<' | b'>'));
    if is_plain && !token.text.is_empty() {
        return Operator::default();
    }
    // MathJax 2 says `\overline` by an accent that is none, and `\bar` by one that does not stretch.
    let stretchy = flag("stretchy").or((flag("accent") == Some(false)).then_some(true));
    Operator {
        form,
        stretchy,
        fence: flag("fence").or_else(|| dom.attr(node, "data-mjx-texclass").map(|_| false)),
        size: dom.attr(node, "minsize").map_or(0, size_class),
        ..Operator::default()
    }
}

/// Whether an operator has the spaces of a relation around it, which makes a bar a `\mid`.
fn is_spaced<D: MathDom>(reader: &Reader<'_, D>, node: D::Node) -> bool {
    let width = |name| reader.dom.attr(node, name).map_or(0, width_in_mu);
    width("lspace") >= 4 && width("rspace") >= 4
}

/// `minsize` as a size command: 1-4 for `\big` to `\Bigg`, 0 for ordinary size.
///
/// Bounds lie between the sizes of MathJax (1.2, 1.623, 2.047, 2.470 em), KaTeX
/// (1.2, 1.8, 2.4, 3 em) and LaTeXML (120, 160, 210, 260 %).
fn size_class(value: &str) -> u8 {
    let value = value.trim();
    let (digits, scale) = match (value.strip_suffix("em"), value.strip_suffix('%')) {
        (Some(digits), _) => (digits, 1.0),
        (_, Some(digits)) => (digits, 0.01),
        _ => return 0,
    };
    match digits.trim().parse::<f32>().unwrap_or(0.0) * scale {
        size if size < 1.1 => 0,
        size if size < 1.4 => 1,
        size if size < 1.95 => 2,
        size if size < 2.44 => 3,
        size if size < 3.05 => 4,
        _ => 0,
    }
}

/// An `mtext`, `ms` or `mglyph`.
pub(super) fn text<'a, D: MathDom>(
    reader: &mut Reader<'a, D>,
    node: D::Node,
    scope: Scope,
    out: &mut Vec<Expr<'a>>,
) {
    let dom = reader.dom;
    if dom.name(node) != "mglyph" && has_mathematics(reader, node) {
        return mixed_text(reader, node, scope, out);
    }
    let mut text = match dom.name(node) {
        "mglyph" => Cow::Borrowed(dom.attr(node, "alt").unwrap_or_default()),
        _ => content(reader, node),
    };
    if is_command(&text) && shows_error(reader, node) {
        return out.push(Expr::Unknown(text));
    }
    if dom.name(node) == "ms" {
        let quote = |name| dom.attr(node, name).unwrap_or("\"");
        text = Cow::Owned(format!("{}{text}{}", quote("lquote"), quote("rquote")));
    }
    let font = font(reader, node, scope);
    push_text(reader, text, font, out);
}

fn is_command(text: &str) -> bool {
    text.strip_prefix('\\')
        .is_some_and(|name| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphabetic()))
}

/// The command that is all an `merror` holds.
pub(super) fn unknown_command<'a, D: MathDom>(
    reader: &Reader<'a, D>,
    node: D::Node,
) -> Option<Expr<'a>> {
    let mut children = reader.elements(node);
    let child = children.next().filter(|child| reader.dom.name(*child) == "mtext")?;
    let text = content(reader, child);
    (children.next().is_none() && is_command(&text)).then_some(Expr::Unknown(text))
}

/// Whether an element is how MathJax (red) or LaTeXML shows a command they do not know.
fn shows_error<D: MathDom>(reader: &Reader<'_, D>, node: D::Node) -> bool {
    let attr = |name| reader.dom.attr(node, name).unwrap_or_default();
    attr("mathcolor") == "red" || attr("class").contains("ltx_ERROR")
}

/// Text with mathematics or markup inside.
fn mixed_text<'a, D: MathDom>(
    reader: &mut Reader<'a, D>,
    node: D::Node,
    scope: Scope,
    out: &mut Vec<Expr<'a>>,
) {
    let font = font(reader, node, scope);
    let mut next = reader.dom.first_child(node);
    while let Some(child) = next {
        match reader.dom.text(child) {
            Some(text) => push_text(reader, collapse(text), font, out),
            None => reader.node(child, scope, out),
        }
        next = reader.dom.next_sibling(child);
    }
}

fn push_text<'a, D: MathDom>(
    reader: &mut Reader<'a, D>,
    text: Cow<'a, str>,
    font: Option<Font>,
    out: &mut Vec<Expr<'a>>,
) {
    if !reader.afford(text.len()) {
        return;
    }
    if text.chars().all(|ch| symbols::space_width(ch).is_some() || symbols::is_invisible(ch)) {
        return push_space(&text, out);
    }
    if text == "’" {
        return out.push(Expr::operator("′"));
    }
    let font = font.unwrap_or(Font::Normal);
    if let Some(Expr::Text(before, same)) = out.last_mut()
        && *same == font
    {
        return before.to_mut().push_str(&text);
    }
    out.push(Expr::Text(text, font));
}

/// Appends the width of space characters; zero-width ones leave nothing.
fn push_space(text: &str, out: &mut Vec<Expr<'_>>) {
    let mu: i32 = text.chars().filter_map(symbols::space_width).sum();
    // KaTeX marks negative spaces by an invisible separator.
    let is_negative = text.ends_with('\u{2063}');
    add_space(if is_negative { -mu } else { mu }, out);
}

fn add_space(mu: i32, out: &mut Vec<Expr<'_>>) {
    match out.last_mut() {
        _ if mu == 0 => {}
        Some(Expr::Space(before)) => *before = before.saturating_add(mu),
        // The space that a named function has anyway.
        Some(Expr::Token(token)) if token.op.function && (0..=3).contains(&mu) => {}
        _ => out.push(Expr::Space(mu)),
    }
}

/// An `mspace`: a width, or a line break.
pub(super) fn space<'a, D: MathDom>(
    reader: &mut Reader<'a, D>,
    node: D::Node,
    out: &mut Vec<Expr<'a>>,
) {
    match reader.dom.attr(node, "linebreak") {
        Some("newline") => out.push(Expr::Newline),
        _ => add_space(reader.dom.attr(node, "width").map_or(0, width_in_mu), out),
    }
}

/// A length as mu: named spaces, em, ex, px, pt, cm, mm, in; 1 em = 16 px = 12 pt.
fn width_in_mu(value: &str) -> i32 {
    let value = value.trim();
    if let Some(mu) = named_space(value) {
        return mu;
    }
    let unit_at =
        value.find(|ch: char| ch.is_ascii_alphabetic() || ch == '%').unwrap_or(value.len());
    let (digits, unit) = value.split_at(unit_at);
    let ems = match unit.trim() {
        "em" => 1.0,
        "ex" => 0.43,
        "px" => 1.0 / 16.0,
        "pt" => 1.0 / 12.0,
        "cm" => 2.37,
        "mm" => 0.237,
        "in" => 6.02,
        "mu" => 1.0 / 18.0,
        _ => 0.0,
    };
    let width = digits.trim().parse::<f64>().unwrap_or(0.0) * ems * 18.0;
    width.clamp(-180.0, 180.0).round() as i32
}

/// MathML's named spaces: multiples of 1/18 em, the smallest called `veryverythin`.
fn named_space(value: &str) -> Option<i32> {
    let (sign, name) = match value.strip_prefix("negative") {
        Some(name) => (-1, name),
        None => (1, value),
    };
    let name = name.strip_suffix("mathspace")?;
    let names =
        ["veryverythin", "verythin", "thin", "medium", "thick", "verythick", "veryverythick"];
    let index = names.iter().position(|known| *known == name)?;
    Some(sign * (i32::try_from(index).ok()? + 1))
}

/// Whether a token element has MathML elements inside, as KaTeX's `\mathbin` gives.
fn has_mathematics<D: MathDom>(reader: &Reader<'_, D>, node: D::Node) -> bool {
    let dom = reader.dom;
    reader.elements(node).any(|child| {
        let name = dom.name(child);
        name.starts_with('m') && !matches!(name, "malignmark" | "maligngroup" | "mark" | "meta")
    })
}

/// The text of a token, with white space as MathML says: collapsed, none at the ends.
fn content<'a, D: MathDom>(reader: &Reader<'a, D>, node: D::Node) -> Cow<'a, str> {
    let dom = reader.dom;
    let Some(first) = dom.first_child(node) else { return Cow::Borrowed("") };
    match dom.text(first) {
        Some(text) if dom.next_sibling(first).is_none() => trim(collapse(text)),
        _ => gathered(dom, first),
    }
}

/// The text of several nodes: comments and foreign markup stood between.
fn gathered<'a, D: MathDom>(dom: &'a D, first: D::Node) -> Cow<'a, str> {
    let mut text = String::new();
    let mut pending = vec![first];
    while let Some(node) = pending.pop() {
        pending.extend(dom.next_sibling(node));
        text.push_str(dom.text(node).unwrap_or_default());
        pending.extend(dom.first_child(node));
    }
    match trim(collapse(&text)) {
        Cow::Borrowed(trimmed) => Cow::Owned(trimmed.to_owned()),
        Cow::Owned(trimmed) => Cow::Owned(trimmed),
    }
}

/// White space runs as one space; no-break spaces are characters and stay.
fn collapse(text: &str) -> Cow<'_, str> {
    let mut previous_is_space = false;
    let is_clean = text.bytes().all(|byte| {
        let repeated = previous_is_space && byte == b' ';
        previous_is_space = byte == b' ';
        !repeated && !matches!(byte, b'\t' | b'\n' | b'\r' | b'\x0c')
    });
    if is_clean {
        return Cow::Borrowed(text);
    }
    let mut clean = String::with_capacity(text.len());
    for ch in text.chars() {
        let ch = if ch.is_ascii_whitespace() { ' ' } else { ch };
        if ch != ' ' || !clean.ends_with(' ') {
            clean.push(ch);
        }
    }
    Cow::Owned(clean)
}

fn trim(text: Cow<'_, str>) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim_ascii()),
        Cow::Owned(text) => Cow::Owned(text.trim_ascii().to_owned()),
    }
}
