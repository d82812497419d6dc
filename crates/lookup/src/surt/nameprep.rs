//! International names as in IDNA 2003, which is what index writers use.

use stringprep::tables;
use unicode_normalization::UnicodeNormalization;

/// A name in ASCII; `None` where it cannot be, and is then taken as it is.
pub(super) fn to_ascii(name: &str) -> Option<Vec<u8>> {
    if name.is_ascii() {
        return ascii_name(name);
    }
    let mut labels: Vec<&str> = name.split(['.', '\u{3002}', '\u{ff0e}', '\u{ff61}']).collect();
    let trailing = labels.pop_if(|label| label.is_empty()).is_some();
    let labels: Vec<String> = labels.into_iter().map(label).collect::<Option<_>>()?;
    let end = if trailing { "." } else { "" };
    Some((labels.join(".") + end).into_bytes())
}

/// A name that was left with ASCII alone only has its labels measured.
fn ascii_name(name: &str) -> Option<Vec<u8>> {
    let mut labels = name.rsplit('.');
    let last = labels.next().is_some_and(|last| last.len() < 64);
    (last && labels.all(fits)).then(|| name.as_bytes().to_vec())
}

fn fits(label: &str) -> bool {
    (1..64).contains(&label.len())
}

fn label(label: &str) -> Option<String> {
    let label = if label.is_ascii() { label.into() } else { prepared(label)? };
    if label.is_ascii() {
        return Some(label).filter(|label| fits(label));
    }
    if label.starts_with("xn--") {
        return None;
    }
    Some(format!("xn--{}", punycode(&label)?)).filter(|label| fits(label))
}

/// Nameprep (RFC 3491), which lets pass what Unicode 3.2 did not know.
fn prepared(label: &str) -> Option<String> {
    let mapped = label.chars().filter(|&c| !tables::commonly_mapped_to_nothing(c)).map(folded);
    let label = normalised(&mapped.collect::<String>());
    (!label.chars().any(is_prohibited) && directions_fit(&label)).then_some(label)
}

/// A letter as the table of Nameprep folds it, or else in lower case, which more letters have by now.
fn folded(c: char) -> String {
    let folded: String = tables::case_fold_for_nfkc(c).collect();
    if folded.chars().eq([c]) { c.to_lowercase().collect() } else { folded }
}

/// NFKC of Unicode 3.2: what that did not know stays, and stands between what it did.
fn normalised(label: &str) -> String {
    let pieces = label.split_inclusive(tables::unassigned_code_point).flat_map(|piece| {
        let last = piece.chars().next_back().filter(|&c| tables::unassigned_code_point(c));
        let known = last.and_then(|last| piece.strip_suffix(last)).unwrap_or(piece);
        known.nfkc().chain(last)
    });
    pieces.collect()
}

fn is_prohibited(c: char) -> bool {
    tables::non_ascii_space_character(c)
        || tables::non_ascii_control_character(c)
        || tables::private_use(c)
        || tables::non_character_code_point(c)
        || tables::inappropriate_for_plain_text(c)
        || tables::inappropriate_for_canonical_representation(c)
        || tables::change_display_properties_or_deprecated(c)
        || tables::tagging_character(c)
}

/// What is written from the right is not mixed with what is written from the left.
fn directions_fit(label: &str) -> bool {
    let known = |c| !tables::unassigned_code_point(c);
    let from_right = |c| known(c) && tables::bidi_r_or_al(c);
    if !label.chars().any(from_right) {
        return true;
    }
    !label.chars().any(|c| known(c) && tables::bidi_l(c))
        && label.chars().next().is_some_and(from_right)
        && label.chars().next_back().is_some_and(from_right)
}

/// Punycode (RFC 3492); `None` if numbers grow too large.
fn punycode(label: &str) -> Option<String> {
    let mut out: String = label.chars().filter(char::is_ascii).collect();
    let basic = out.len() as u32;
    if basic > 0 {
        out.push('-');
    }
    let (mut least, mut delta, mut bias, mut done) = (128_u32, 0_u32, 72_u32, basic);
    let mut extended: Vec<u32> = label.chars().map(u32::from).filter(|&c| c >= 128).collect();
    extended.sort_unstable();
    extended.dedup();
    for next in extended {
        delta = delta.checked_add((next - least).checked_mul(done + 1)?)?;
        for c in label.chars().map(u32::from) {
            if c < next {
                delta = delta.checked_add(1)?;
            } else if c == next {
                write_number(&mut out, delta, bias);
                bias = adapted(delta, done + 1, done == basic);
                (delta, done) = (0, done + 1);
            }
        }
        (delta, least) = (delta.checked_add(1)?, next + 1);
    }
    Some(out)
}

const BASE: u32 = 36;

/// Writes a number in digits of growing weight.
fn write_number(out: &mut String, mut number: u32, bias: u32) {
    let mut k = BASE;
    loop {
        let threshold = k.saturating_sub(bias).clamp(1, 26);
        if number < threshold {
            break;
        }
        out.push(digit(threshold + (number - threshold) % (BASE - threshold)));
        number = (number - threshold) / (BASE - threshold);
        k += BASE;
    }
    out.push(digit(number));
}

fn digit(value: u32) -> char {
    char::from_digit(if value < 26 { value + 10 } else { value - 26 }, BASE).unwrap_or('a')
}

fn adapted(delta: u32, count: u32, first: bool) -> u32 {
    let mut delta = if first { delta / 700 } else { delta / 2 };
    delta += delta / count;
    let mut k = 0;
    while delta > 455 {
        delta /= BASE - 1;
        k += BASE;
    }
    k + (BASE * delta) / (delta + 38)
}
