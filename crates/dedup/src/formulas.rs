//! Where a document's formulas are.

use cc_math_core::{Document, Formula, FormulaKind, Status};
use cc_math_tex::markdown;
use std::borrow::Cow;

/// Formulas as they are listed, or, of a text from elsewhere that lists none, those between dollars.
pub fn of(document: &Document) -> Cow<'_, [Formula]> {
    let Document { text, formulas, .. } = document;
    if !formulas.is_empty() || !text.contains('$') {
        return Cow::Borrowed(formulas);
    }
    Cow::Owned(in_text(text))
}

/// The formulas between dollars of a text.
pub fn in_text(text: &str) -> Vec<Formula> {
    let found = markdown::formulas(text).into_iter().filter_map(|found| {
        let start = u32::try_from(found.range.start).ok()?;
        let end = u32::try_from(found.range.end).ok()?;
        let formula = || {
            let (range, kind) = (start..end, FormulaKind::RawDollar);
            Formula::new(range, found.display, kind, Status::Recovered)
        };
        (start < end).then(formula)
    });
    found.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dollars_tell_where_nothing_is_listed() {
        let mut document = Document::new("u", "so $x$ and $$y$$".into());
        let found = of(&document).into_owned();
        let texts: Vec<&str> = found.iter().map(|formula| document.tex(formula)).collect();
        assert_eq!(texts, ["x", "y"]);
        document.formulas.extend(found.first().cloned());
        assert_eq!(of(&document).len(), 1);
    }
}
