//! Percent escapes: all undone, then the fewest made.

/// Undoes escapes until none is left: `%2541` is `A`. As no two escapes overlap, one pass that
/// looks back does what passes until nothing changes would.
pub(super) fn unescaped(text: &[u8]) -> Vec<u8> {
    let mut plain: Vec<u8> = Vec::with_capacity(text.len());
    for &byte in text {
        plain.push(byte);
        while let Some(byte) = escape_at_end(&plain) {
            plain.truncate(plain.len() - 3);
            plain.push(byte);
        }
    }
    plain
}

fn escape_at_end(text: &[u8]) -> Option<u8> {
    let [.., b'%', high, low] = text else { return None };
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    Some(digit(*high)? << 4 | digit(*low)?)
}

/// Escapes what is not visible ASCII, and `#` and `%`.
pub(super) fn escaped(text: &[u8]) -> Vec<u8> {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let mut escaped = Vec::with_capacity(text.len());
    for &byte in text {
        match byte {
            b'#' | b'%' | 0..=b' ' | 0x7f.. => {
                let digit = |half: u8| DIGITS.get(usize::from(half)).copied().unwrap_or(b'0');
                escaped.extend([b'%', digit(byte >> 4), digit(byte & 15)]);
            }
            byte => escaped.push(byte),
        }
    }
    escaped
}
