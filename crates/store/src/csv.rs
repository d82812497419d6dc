//! One line of a delimited table, cut into fields.

/// The fields of a line. A field in double quotes may hold the delimiter, and
/// `""` for a quote; line ends inside quotes are not read.
pub(crate) fn fields(line: &str, delimiter: char) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut quoted = false;
    let mut chars = line.trim_end_matches(['\r', '\n']).chars().peekable();
    while let Some(c) = chars.next() {
        let doubled = quoted && c == '"' && chars.next_if_eq(&'"').is_some();
        match (c, fields.last_mut()) {
            ('"', Some(field)) if doubled => field.push('"'),
            ('"', _) => quoted = !quoted,
            (c, _) if c == delimiter && !quoted => fields.push(String::new()),
            (c, Some(field)) => field.push(c),
            (_, None) => {}
        }
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expected: &[&str]) {
        assert_eq!(fields(line, ','), expected);
    }

    #[test]
    fn lines_are_cut_at_delimiters_outside_quotes() {
        check("a,b,c", &["a", "b", "c"]);
        check("a,,c\r\n", &["a", "", "c"]);
        check(r#""a,b","c""d""#, &["a,b", r#"c"d"#]);
        check(r#""a"#, &["a"]);
        check("", &[""]);
    }
}
