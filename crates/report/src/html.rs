//! Text as HTML and as lines of a terminal: whatever it holds, it stays text.

/// Text between tags or in quoted attributes. Characters that HTML cannot hold, and those that
/// turn the direction of everything behind them, are replaced.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if is_unprintable(c) => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

/// The same of the beginning of a text, in at most so many bytes and a few.
pub(crate) fn escape_head(text: &str, most: usize) -> String {
    let whole = head(text, most);
    let mut end = whole.len();
    loop {
        let escaped = escape(head(whole, end));
        if escaped.len() <= most {
            return if end < text.len() { escaped + "…" } else { escaped };
        }
        // What is too much was spent on at most six bytes a byte.
        end = end.saturating_sub((escaped.len() - most).div_ceil(6).max(1));
    }
}

/// Text that a terminal shows and does not obey.
pub(crate) fn printable(text: &str) -> String {
    text.chars().map(|c| if is_unprintable(c) { '\u{fffd}' } else { c }).collect()
}

/// The same on one line.
pub(crate) fn one_line(text: &str) -> String {
    printable(text).replace(['\n', '\t'], " ")
}

fn is_unprintable(c: char) -> bool {
    let turns = matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    turns || (c.is_control() && !matches!(c, '\n' | '\t'))
}

/// At most so many characters, with a sign where some are left out.
pub(crate) fn clip(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.into(),
    }
}

/// The longest head of a text that has at most so many bytes and ends between characters.
pub(crate) fn head(text: &str, most: usize) -> &str {
    text.get(..text.floor_char_boundary(most)).unwrap_or(text)
}

/// A whole number with its thousands apart: `12,345`.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A share in percent: one decimal, and `<0.1 %` for what is not nothing.
pub(crate) fn percent(part: u64, whole: u64) -> String {
    let percent = if whole == 0 { 0.0 } else { 100.0 * part as f64 / whole as f64 };
    match percent {
        _ if part > 0 && percent < 0.05 => "<0.1 %".into(),
        _ if part < whole && percent >= 99.95 => ">99.9 %".into(),
        _ => format!("{percent:.1} %"),
    }
}

/// Bytes in the unit that suits them.
pub(crate) fn bytes(bytes: u64) -> String {
    let number = bytes as f64;
    match number {
        ..1e3 => format!("{bytes} B"),
        ..1e6 => format!("{:.1} kB", number / 1e3),
        ..1e9 => format!("{:.1} MB", number / 1e6),
        _ => format!("{:.2} GB", number / 1e9),
    }
}

/// A number with as many digits as tell something.
pub(crate) fn figure(number: f64) -> String {
    let size = number.abs();
    let digits = match size {
        _ if number.fract() == 0.0 && size < 1e9 => return format!("{number:.0}"),
        1000.0.. => 0,
        10.0..1000.0 => 1,
        1.0..10.0 => 2,
        _ => 3,
    };
    let text = format!("{number:.digits$}");
    if digits == 0 { text } else { text.trim_end_matches('0').trim_end_matches('.').into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_markup() {
        assert_eq!(
            escape("</script> \"a\" 'b' & \u{1b}[31m"),
            "&lt;/script&gt; &quot;a&quot; &#39;b&#39; &amp; \u{fffd}[31m"
        );
        assert_eq!(one_line("a\u{202e}b\nc\u{1b}"), "a\u{fffd}b c\u{fffd}");
    }

    #[test]
    fn numbers_read_well() {
        assert_eq!([0, 999, 1000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!(percent(1, 3), "33.3 %");
        assert_eq!(percent(1, 1_000_000), "<0.1 %");
        assert_eq!(percent(999_999, 1_000_000), ">99.9 %");
        assert_eq!(percent(0, 0), "0.0 %");
        assert_eq!(
            [12, 1500, 2_500_000, 3_210_000_000].map(bytes),
            ["12 B", "1.5 kB", "2.5 MB", "3.21 GB"]
        );
        assert_eq!([0.5, 3.0, 12.34, 0.123_45].map(figure), ["0.5", "3", "12.3", "0.123"]);
    }

    #[test]
    fn long_text_is_cut_between_characters() {
        assert_eq!(clip("aéb", 2), "aé…");
        assert_eq!(clip("aéb", 3), "aéb");
        assert_eq!(head("aéb", 2), "a");
        assert_eq!(escape_head("a<b", 6), "a&lt;b");
        assert_eq!(escape_head("a<b", 5), "a&lt;…");
        assert_eq!(escape_head(&"&".repeat(1000), 53), format!("{}…", "&amp;".repeat(10)));
    }
}
