//! A mistake, told so that it can be mended.

use crate::Place;
use std::fmt;

/// One mistake of the operator's.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    /// Where it is, if it is anywhere.
    pub place: Option<Place>,
    /// What is wrong, in a sentence.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl Problem {
    /// A mistake at a place.
    pub fn at(place: &Place, message: impl Into<String>) -> Self {
        Self { place: Some(place.clone()), message: message.into(), hint: None }
    }

    /// A name that is not known, and what may have been meant.
    pub fn unknown(what: &str, name: &str, place: &Place, known: &[&str]) -> Self {
        let message = format!("unknown {what} `{name}`");
        Self::at(place, message).hint(meant(nearest(name, known.iter().copied()), known))
    }

    /// The same with a hint.
    pub fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            None => write!(f, "error: {}", self.message)?,
            Some(place) => {
                write!(f, "error: {place}: {}", self.message)?;
                show(place, f)?;
            }
        }
        self.hint.as_ref().map_or(Ok(()), |hint| write!(f, "\nhint: {hint}"))
    }
}

/// Characters of a line that are shown.
const WIDEST: usize = 160;

/// The line, and carets under what is meant.
fn show(place: &Place, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let Some(line) = place.source.text.lines().nth(place.line.saturating_sub(1)) else {
        return Ok(());
    };
    if place.column > WIDEST || line.trim().is_empty() {
        return Ok(());
    }
    let shown: String =
        line.chars().take(WIDEST).map(|c| if c == '\t' { ' ' } else { c }).collect();
    let number = place.line.to_string();
    let margin = " ".repeat(number.len());
    let indent = " ".repeat(place.column.saturating_sub(1));
    let room = (shown.chars().count() + 1).saturating_sub(place.column).max(1);
    let carets = "^".repeat(place.width.clamp(1, room));
    write!(f, "\n  {number} | {}\n  {margin} | {indent}{carets}", shown.trim_end())
}

/// All mistakes, one after the other, in the order of their places.
pub fn report(problems: &[Problem]) -> String {
    let mut problems: Vec<&Problem> = problems.iter().collect();
    problems.sort_by_key(|problem| {
        let place = problem.place.as_ref();
        place.map(|place| (place.source.name.clone(), place.line, place.column))
    });
    let texts: Vec<String> = problems.into_iter().map(Problem::to_string).collect();
    texts.join("\n")
}

/// What was meant, or else all that could be.
pub(crate) fn meant(near: Option<&str>, known: &[&str]) -> String {
    match near {
        Some(near) => format!("did you mean `{near}`?"),
        None if known.is_empty() => "there is none".into(),
        None => format!("there is {}", listed(known)),
    }
}

/// Names as they stand in a sentence.
pub(crate) fn listed(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}

/// The name among `known` that `name` may have been meant to be.
///
/// ```
/// use cc_math_config::nearest;
/// assert_eq!(nearest("min_scor", ["keep", "min_score"]), Some("min_score"));
/// assert_eq!(nearest("tokens", ["keep", "min_score"]), None);
/// ```
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let allowed = name.chars().count().div_ceil(3).max(1);
    let distances =
        known.into_iter().map(|known| (strsim::damerau_levenshtein(name, known), known));
    let near = distances.filter(|(distance, _)| *distance <= allowed);
    near.min_by_key(|(distance, _)| *distance).map(|(_, known)| known)
}
