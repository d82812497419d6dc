//! The form in which the formula scorer compares two spellings of TeX.
//!
//! A port, rule for rule, of the scorer that our published figures come from, so that
//! figures made here and there can be compared. It is coarser than
//! [`cc_math_tex::canonical`], which deduplication uses: it drops sizes, limits, tags and
//! labels, reads `\text` as `\mathrm`, and never parses.

use super::tables::{is_dropped, is_space_command, map_character, map_environment, synonym};
use super::unescape::unescape;
use super::{is_space, trim};
use std::borrow::Cow;

/// The comparable form of a formula: tokens with one blank between them, or nothing.
///
/// ```
/// use cc_math_eval::scorer::canon;
/// assert_eq!(canon(r"\left(\dfrac{a}{b}\right)"), canon(r"( \frac a b ),"));
/// ```
pub fn canon(tex: &str) -> String {
    let text = without_comments(&unescape(tex));
    let text = text.chars().map(map_character).collect::<String>();
    let text = without_command(&text, "\\label", false);
    let text = without_command(&text, "\\tag", true);
    let text = without_columns(&renamed_environments(&text));
    let text = trim(&text);
    let kept = undelimited(text).replace("\\\n", "\\ ");
    let mut tokens = unbrace(tokens(&kept).filter_map(canonical_token).collect());
    while tokens.last().is_some_and(|token| is_trailer(token)) {
        tokens.pop();
    }
    tokens.join(" ")
}

fn is_trailer(token: &str) -> bool {
    matches!(token, "" | "." | "," | ";" | ":" | "\\\\")
}

/// Cuts `%` comments; an escaped `\%` stays.
fn without_comments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (index, line) in text.split('\n').enumerate() {
        if index > 0 {
            out.push('\n');
        }
        let cut = line.match_indices('%').find(|(at, _)| !before(line, *at).ends_with('\\'));
        out.push_str(cut.map_or(line, |(at, _)| before(line, at)));
    }
    out
}

fn before(text: &str, at: usize) -> &str {
    text.get(..at).unwrap_or_default()
}

fn behind(text: &str, at: usize) -> &str {
    text.get(at..).unwrap_or_default()
}

/// Cuts every `NAME{...}` up to the first closing brace; with `starred`, `NAME*{...}` too.
fn without_command(text: &str, name: &str, starred: bool) -> String {
    replaced(text, name, |rest| {
        let rest = if starred { rest.strip_prefix('*').unwrap_or(rest) } else { rest };
        Some((String::new(), after_argument(skip_space(rest))?))
    })
}

/// What follows `{...}`, if that is how the text begins.
fn after_argument(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('{')?;
    Some(behind(inner, inner.find('}')? + 1))
}

fn skip_space(text: &str) -> &str {
    text.trim_start_matches(is_space)
}

/// Replaces occurrences of `needle`: `rule` gets what follows one and answers with the
/// replacement and the rest, or `None` to leave it.
fn replaced<'t>(
    text: &'t str,
    needle: &str,
    rule: impl Fn(&'t str) -> Option<(String, &'t str)>,
) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(needle) {
        out.push_str(before(rest, at));
        let following = behind(rest, at + needle.len());
        match rule(following) {
            Some((replacement, next)) => {
                out.push_str(&replacement);
                rest = next;
            }
            None => {
                out.push_str(needle);
                rest = following;
            }
        }
    }
    out.push_str(rest);
    out
}

/// `\begin{align*}` as `\begin{aligned}`; `\begin{equation}` as nothing; the same for `\end`.
fn renamed_environments(text: &str) -> String {
    let begun = replaced(text, "\\begin", |rest| renamed("\\begin", rest));
    replaced(&begun, "\\end", |rest| renamed("\\end", rest))
}

fn renamed<'t>(command: &str, rest: &'t str) -> Option<(String, &'t str)> {
    let inner = skip_space(skip_space(rest).strip_prefix('{')?);
    let letters = inner.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(inner.len());
    let starred = usize::from(letters > 0 && behind(inner, letters).starts_with('*'));
    let name = before(inner, letters + starred);
    let next = skip_space(behind(inner, letters + starred)).strip_prefix('}')?;
    let new = map_environment(name);
    let whole = if new.is_empty() { String::new() } else { format!("{command}{{{new}}}") };
    (!name.is_empty()).then_some((whole, next))
}

/// Cuts the position and column arguments of `array` and `tabular`.
fn without_columns(text: &str) -> String {
    let arrays = replaced(text, "\\begin{array}", |rest| columns("\\begin{array}", rest));
    replaced(&arrays, "\\begin{tabular}", |rest| columns("\\begin{tabular}", rest))
}

fn columns<'t>(begin: &str, rest: &'t str) -> Option<(String, &'t str)> {
    let rest = skip_space(rest);
    let placed = match rest.as_bytes() {
        [b'[', b'a'..=b'z', b']', ..] => skip_space(behind(rest, 3)),
        _ => rest,
    };
    Some((begin.to_owned(), after_argument(placed)?))
}

/// Takes each kind of math delimiters off once, outermost first.
fn undelimited(text: &str) -> &str {
    let pairs = [("$$", "$$"), ("$", "$"), ("\\[", "\\]"), ("\\(", "\\)")];
    pairs.iter().fold(text, |text, (open, close)| {
        let inner = text.strip_prefix(open).filter(|inner| inner.len() > close.len());
        inner.and_then(|inner| inner.strip_suffix(close)).map_or(text, trim)
    })
}

/// Commands (with their star), escaped characters, and single characters; no blanks.
fn tokens(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        rest = skip_space(rest);
        let len = token_len(rest);
        let (token, next) = rest.split_at_checked(len)?;
        rest = next;
        (!token.is_empty()).then_some(token)
    })
}

fn token_len(text: &str) -> usize {
    let Some(escaped) = text.strip_prefix('\\') else {
        return text.chars().next().map_or(0, char::len_utf8);
    };
    let letters = escaped.bytes().take_while(u8::is_ascii_alphabetic).count();
    if letters == 0 {
        return 1 + escaped.chars().next().map_or(0, char::len_utf8);
    }
    1 + letters + usize::from(behind(escaped, letters).starts_with('*'))
}

/// A token under its common name; `None` for what does not count.
fn canonical_token(token: &str) -> Option<Cow<'_, str>> {
    if is_space_command(token) {
        return None;
    }
    let name = token.strip_prefix('\\').filter(|name| name.starts_with(char::is_alphabetic));
    let Some(name) = name else { return Some(token.into()) };
    let plain = name.trim_end_matches('*');
    if is_dropped(plain) {
        return None;
    }
    match synonym(plain) {
        Some(common) => Some(common.into()),
        None => Some(before(token, 1 + plain.len()).into()),
    }
}

/// Whether braces that follow this token only group: nothing before them takes an argument.
fn takes_nothing(token: &str) -> bool {
    const COMMANDS: &[&str] = &["\\\\", "\\leq", "\\geq", "\\in", "\\cdot", "\\times"];
    let single = token.len() == 1 && "+-=<>()[],;:&|/*".contains(token);
    single || COMMANDS.contains(&token)
}

type Tokens<'t> = Vec<Cow<'t, str>>;

/// Drops braces that hold a single token, nothing, or the whole, or that only group.
fn unbrace(tokens: Tokens<'_>) -> Vec<String> {
    let mut open: Vec<Tokens<'_>> = Vec::new();
    let mut current: Tokens<'_> = Vec::new();
    for token in tokens {
        match token.as_ref() {
            "{" => open.push(std::mem::take(&mut current)),
            "}" if !open.is_empty() => {
                let outer = open.pop().unwrap_or_default();
                let inner = std::mem::replace(&mut current, outer);
                close_group(&mut current, inner);
            }
            _ => current.push(token),
        }
    }
    whole(rejoined(open, current))
}

/// Puts back the braces that were never closed.
fn rejoined<'t>(open: Vec<Tokens<'t>>, innermost: Tokens<'t>) -> Tokens<'t> {
    let mut all = Tokens::new();
    for group in open {
        all.extend(group);
        all.push("{".into());
    }
    all.extend(innermost);
    all
}

fn close_group<'t>(outer: &mut Tokens<'t>, mut inner: Tokens<'t>) {
    let last = outer.last().map(Cow::as_ref);
    if matches!(last, Some("\\begin" | "\\end")) {
        outer.push(format!("{{{}}}", inner.concat()).into());
    } else if inner.len() == 1 || last.is_none_or(takes_nothing) {
        outer.append(&mut inner);
    } else if !inner.is_empty() {
        outer.push(format!("{{ {} }}", inner.join(" ")).into());
    }
}

/// One group that is the whole formula loses its braces.
fn whole(tokens: Tokens<'_>) -> Vec<String> {
    if let [only] = tokens.as_slice()
        && let Some(inner) = only.strip_prefix("{ ")
    {
        let inner = inner.get(..inner.len().saturating_sub(2)).unwrap_or_default();
        return inner.split(' ').map(str::to_owned).collect();
    }
    tokens.into_iter().map(Cow::into_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(tex: &str, expected: &str) {
        assert_eq!(canon(tex), expected, "{tex}");
    }

    #[test]
    fn spacing_sizes_and_synonyms_fall_away() {
        check(r"a \le b\,.", r"a \leq b");
        check(r"\bigl( x \bigr)", "( x )");
        check(r"\left\{ x \right.", r"\{ x");
        check(r"\operatorname*{argmax}_x", r"\mathrm { a r g m a x } _ x");
        check(r"x \quad \text{if}~y", r"x \mathrm { i f } y");
        check("a\u{2212}b \u{2264} c\u{2033}", r"a - b \leq c ' '");
        check("a &lt; b &amp c", "a < b & c");
    }

    #[test]
    fn braces_that_only_group_fall_away() {
        check("{x}^{2}", "x ^ 2");
        check("{a+b}", "a + b");
        check("x^{a+b}", "x ^ { a + b }");
        check("= {a b}", "= a b");
        check(r"\frac{{a}}{b c}", r"\frac a { b c }");
        check("{{a", "{ { a");
        check("a}}", "a } }");
        check("a {} b", "a b");
    }

    #[test]
    fn labels_tags_comments_and_wrappers_fall_away() {
        check(r"x \label{eq:1} \tag*{(1)}", "x");
        check("a % note\nb \\% c", r"a b \% c");
        check(r"\begin{equation*} x \end{equation*}", "x");
        check(r"\begin{align*}a&=b\\ \end{align*}", r"\begin {aligned} a & = b \\ \end {aligned}");
        check(r"\begin{array}[t]{l|r} a \end{array}", r"\begin {array} a \end {array}");
        check(r"\begin { array } {ll}a\end{array}", r"\begin {array} a \end {array}");
        check("$$ $x$ $$", "x");
        check(r"\( x \)", "x");
        check("$$", "$ $");
    }

    #[test]
    fn odd_input_gets_an_answer() {
        check("", "");
        check("\\", "\\");
        check("\\begin{", "\\begin {");
        check("\\begin{1}", "\\begin {1}");
        check("\\label{x", "\\label { x");
        check("\\é x", "\\é x");
        check("...", "");
    }
}
