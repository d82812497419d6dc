//! The number behind a verdict, where its detail tells one.

/// A value that a stage compared with a bound, as the detail of a reject tells it: `0.731 is not
/// below 0.5`, or, with the metadata that holds it, `language_score 0.31 is below 0.5`.
///
/// ```
/// use cc_math_report::Signal;
/// let signal = Signal::parse("language_score 0.31 is below 0.5").unwrap();
/// assert_eq!(signal.name.as_deref(), Some("language_score"));
/// assert!((signal.distance() - 0.19).abs() < 1e-9);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Signal {
    /// Name of the metadata that documents which were kept hold the value under.
    pub name: Option<String>,
    /// The value.
    pub value: f64,
    /// What it was compared with.
    pub threshold: f64,
}

impl Signal {
    /// Reads the detail of a reject.
    pub fn parse(detail: &str) -> Option<Self> {
        let (left, right) = detail.split_once(" is ")?;
        let mut left = left.split(' ');
        let (first, second) = (left.next()?, left.next());
        let (name, value) = match second {
            Some(value) => (Some(first.to_owned()), value),
            None => (None, first),
        };
        let right = right.strip_prefix("not ").unwrap_or(right);
        let compared = [
            "below ",
            "above ",
            "under ",
            "over ",
            "less than ",
            "more than ",
            "at least ",
            "at most ",
        ];
        let threshold = compared.iter().find_map(|words| right.strip_prefix(words))?;
        let number = |text: &str| text.parse::<f64>().ok().filter(|number| number.is_finite());
        let signal = Self { name, value: number(value)?, threshold: number(threshold)? };
        left.next().is_none().then_some(signal)
    }

    /// How far the value is from its bound.
    pub fn distance(&self) -> f64 {
        (self.value - self.threshold).abs()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn details_with_a_value_and_a_bound_are_signals() {
        let parsed = |detail| {
            Signal::parse(detail).map(|signal| (signal.name, signal.value, signal.threshold))
        };
        assert_eq!(parsed("0.123456 is not below 0.1"), Some((None, 0.123_456, 0.1)));
        assert_eq!(parsed("words 12 is less than 50"), Some((Some("words".into()), 12.0, 50.0)));
        for detail in
            ["", "404", "it is below 1", "a b 1 is below 2", "NaN is below 1", "1 is below"]
        {
            assert_eq!(parsed(detail), None, "{detail}");
        }
    }
}
