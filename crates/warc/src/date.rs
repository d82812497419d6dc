//! Dates of record headers, as milliseconds since 1970.

/// Reads `YYYY-MM-DDThh:mm:ss[.fraction](Z|±hh[:]mm)` (RFC 3339, any precision from the day
/// on; WARC 1.1 writes fractions) or the `YYYYMMDDhhmmss` of ARC files. Anything else is `None`.
///
/// ```
/// assert_eq!(cc_math_warc::parse_date(b"1970-01-02T00:00:01.5Z"), Some(86_401_500));
/// assert_eq!(cc_math_warc::parse_date(b"19700102000001"), Some(86_401_000));
/// ```
pub fn parse_date(text: &[u8]) -> Option<i64> {
    let text = text.trim_ascii();
    let mut cursor = Cursor { rest: text };
    let year = cursor.number(4)?;
    let dashed = cursor.skip(b"-");
    let month = cursor.number(2)?;
    cursor.skip(b"-");
    let day = cursor.number(2)?;
    let days = days_from_civil(year, month, day)?;
    let separated = cursor.skip(b"T") || cursor.skip(b"t") || cursor.skip(b" ");
    if dashed && !separated {
        return cursor.rest.is_empty().then_some(days * 86_400_000);
    }
    let clock = cursor.clock()?;
    let offset = cursor.zone(dashed)?;
    Some(days * 86_400_000 + clock - offset * 60_000)
}

struct Cursor<'a> {
    rest: &'a [u8],
}

impl Cursor<'_> {
    fn number(&mut self, digits: usize) -> Option<i64> {
        let (head, rest) = self.rest.split_at_checked(digits)?;
        let mut value = 0;
        for byte in head {
            if !byte.is_ascii_digit() {
                return None;
            }
            value = value * 10 + i64::from(byte - b'0');
        }
        self.rest = rest;
        Some(value)
    }

    fn skip(&mut self, text: &[u8]) -> bool {
        let rest = self.rest.strip_prefix(text);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn clock(&mut self) -> Option<i64> {
        let hour = self.number(2)?;
        self.skip(b":");
        let minute = self.number(2)?;
        self.skip(b":");
        let second = self.number(2)?;
        let valid = hour < 24 && minute < 60 && second <= 60;
        valid.then(|| ((hour * 60 + minute) * 60 + second) * 1000 + self.fraction())
    }

    /// Milliseconds of `.123456`; further digits are cut off.
    fn fraction(&mut self) -> i64 {
        if !self.skip(b".") {
            return 0;
        }
        let digits = self.rest.iter().take_while(|b| b.is_ascii_digit()).count();
        let (fraction, rest) = self.rest.split_at(digits);
        self.rest = rest;
        let digit = |i: usize| fraction.get(i).map_or(0, |b| i64::from(b - b'0'));
        digit(0) * 100 + digit(1) * 10 + digit(2)
    }

    /// Minutes east of Greenwich. ARC dates have no zone and may carry further digits.
    fn zone(&mut self, dashed: bool) -> Option<i64> {
        if !dashed {
            return self.rest.iter().all(u8::is_ascii_digit).then_some(0);
        }
        if self.rest.is_empty() || self.skip(b"Z") || self.skip(b"z") {
            return self.rest.is_empty().then_some(0);
        }
        let sign = if self.skip(b"-") { -1 } else { i64::from(self.skip(b"+")) };
        let hours = self.number(2)?;
        self.skip(b":");
        let minutes = self.number(2)?;
        (sign != 0 && self.rest.is_empty()).then_some(sign * (hours * 60 + minutes))
    }
}

/// Days since 1970-01-01 of a Gregorian date (Howard Hinnant's `days_from_civil`).
fn days_from_civil(year: i64, month: i64, day: i64) -> Option<i64> {
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    Some(era * 146_097 + day_of_era - 719_468)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates() {
        let table: &[(&str, Option<i64>)] = &[
            ("1970-01-01T00:00:00Z", Some(0)),
            ("2017-03-06T04:03:53Z", Some(1_488_773_033_000)),
            ("2024-02-29T23:59:60.987654321Z", Some(1_709_251_200_987)),
            ("2017-03-06T04:03:53+0100", Some(1_488_769_433_000)),
            ("2017-03-06T04:03:53-01:30", Some(1_488_778_433_000)),
            ("2017-03-06", Some(1_488_758_400_000)),
            (" 20140301000000 ", Some(1_393_632_000_000)),
            ("201404010000000000", Some(1_396_310_400_000)),
            ("1900-01-01T00:00:00Z", Some(-2_208_988_800_000)),
            ("2008-10-294T05:21:46-0700", None),
            ("2017-13-06T04:03:53Z", None),
            ("2017-03-06T24:03:53Z", None),
            ("2017-03-06T04:03:53Zx", None),
            ("", None),
            ("2017", None),
        ];
        for (text, expected) in table {
            assert_eq!(parse_date(text.as_bytes()), *expected, "{text}");
        }
    }
}
