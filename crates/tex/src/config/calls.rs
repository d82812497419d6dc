//! `katex.render("x^2", element)`: formulas that scripts put into elements.
//!
//! Only calls whose formula is a literal and whose element is named by its id
//! in the call, or in a variable set just so, are seen; no script is run.

use super::is_commented;
use super::js::{self, Value};
use crate::scan::slice;
use memchr::memmem;

/// Calls of one script that are read.
const MAX_CALLS: usize = 2000;

/// Bytes of a call that are read, and before it where its element's variable is set.
const MAX_CALL: usize = 8000;

/// How a call that typesets a formula begins.
pub const KATEX_CALL: &str = "katex.render(";

/// A formula that a script typesets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KatexCall {
    /// Its LaTeX.
    pub tex: String,
    /// Whether it is a display.
    pub display: bool,
}

/// The formulas that a script puts into elements, with the elements' ids.
///
/// ```
/// use cc_math_tex::config::katex_calls;
/// let script = r#"katex.render("a \\le b", document.getElementById('f'), {displayMode: true})"#;
/// let calls: Vec<_> = katex_calls(script).collect();
/// assert_eq!(calls[0].0, "f");
/// assert_eq!((calls[0].1.tex.as_str(), calls[0].1.display), (r"a \le b", true));
/// ```
pub fn katex_calls(script: &str) -> impl Iterator<Item = (String, KatexCall)> + '_ {
    let calls = memmem::find_iter(script.as_bytes(), KATEX_CALL).take(MAX_CALLS);
    calls.filter(|at| !is_commented(script, *at)).filter_map(|at| {
        let inside = at + KATEX_CALL.len();
        let end = script.ceil_char_boundary(inside.saturating_add(MAX_CALL));
        let start = script.floor_char_boundary(at.saturating_sub(MAX_CALL));
        call(slice(script, start..at), slice(script, inside..end))
    })
}

fn call(before: &str, inside: &str) -> Option<(String, KatexCall)> {
    let (inside, raw) = match inside.trim_start().strip_prefix("String.raw") {
        Some(rest) => (rest, true),
        None => (inside, false),
    };
    let arguments = js::arguments(inside, 3);
    let [formula, element, options @ ..] = arguments.as_slice() else { return None };
    let tex = match raw {
        true => formula.source.trim().strip_prefix('`')?.strip_suffix('`')?.to_owned(),
        false => formula.value.text()?.to_owned(),
    };
    let id = id_of(element.source).or_else(|| id_of(assigned(before, element.source.trim())?))?;
    let display = options.first().and_then(|o| o.value.get("displayMode")).and_then(Value::bool);
    Some((id, KatexCall { tex, display: display.unwrap_or(false) }))
}

/// The id that an expression finds its element by.
fn id_of(expression: &str) -> Option<String> {
    for call in ["getElementById(", "querySelector(", "$(", "jQuery("] {
        let Some((_, inside)) = expression.split_once(call) else { continue };
        let Value::Text(name) = js::value(inside) else { continue };
        let id = if call.starts_with('g') { Some(name.as_str()) } else { name.strip_prefix('#') };
        return id.filter(|id| is_name(id)).map(str::to_owned);
    }
    None
}

/// What `name =` was last set to.
fn assigned<'s>(before: &'s str, name: &str) -> Option<&'s str> {
    if !is_name(name) {
        return None;
    }
    let set = [" = ", "="].iter().find_map(|sign| before.rsplit_once(&format!(" {name}{sign}")));
    set?.1.split([';', '\n']).next()
}

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | ':' | '$'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_name_their_elements() {
        let check = |script: &str, expected: &[(&str, &str, bool)]| {
            let found: Vec<_> = katex_calls(script).collect();
            let found: Vec<_> = found
                .iter()
                .map(|(id, call)| (id.as_str(), call.tex.as_str(), call.display))
                .collect();
            assert_eq!(found, expected, "{script}");
        };
        check(
            r#"katex.render("\\pm x", document.getElementById("a"), {throwOnError: false});"#,
            &[("a", r"\pm x", false)],
        );
        check(
            r"katex.render(String.raw`\frac12`, document.querySelector('#b'), {displayMode: true})",
            &[("b", r"\frac12", true)],
        );
        check("var el = document.getElementById('c'); katex.render('x', el)", &[("c", "x", false)]);
        check(
            "katex.render('x', $('#d')[0]); katex.render('y', jQuery(\"#e\").get(0))",
            &[("d", "x", false), ("e", "y", false)],
        );
        check("katex.render(el.textContent, el); katex.render('x', this); katex.render(", &[]);
    }
}
