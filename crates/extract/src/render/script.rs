//! `<sup>` and `<sub>` outside mathematics: `10<sup>6</sup>` must not become `106`.

use super::Walker;
use cc_math_html::NodeId;

impl Walker<'_> {
    /// Writes short scripts as Unicode; true if the element is to be walked as it is.
    pub(super) fn sup_sub(&mut self, node: NodeId) -> bool {
        let dom = self.view.dom;
        let only_text = dom.children(node).all(|child| dom.text(child).is_some());
        let kept = dom.first_child(node).is_some_and(|child| (self.view.keeps)(child));
        if !only_text || !kept || self.view.spotted.bears(node) {
            return true;
        }
        let text = dom.text_content(node);
        let script = if dom.name(node) == "sup" { superscript } else { subscript };
        match text.trim().chars().map(script).collect::<Option<String>>() {
            Some(raised) if !raised.is_empty() && raised.chars().count() <= 8 => {
                self.writer.words(&raised);
                false
            }
            _ => true,
        }
    }
}

fn superscript(c: char) -> Option<char> {
    Some(match c {
        '0' => '⁰',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        '4'..='9' => char::from_u32('⁴' as u32 + (c as u32 - '4' as u32))?,
        '+' => '⁺',
        '-' | '−' => '⁻',
        'n' => 'ⁿ',
        'i' => 'ⁱ',
        _ => return None,
    })
}

fn subscript(c: char) -> Option<char> {
    Some(match c {
        '0'..='9' => char::from_u32('₀' as u32 + (c as u32 - '0' as u32))?,
        '+' => '₊',
        '-' | '−' => '₋',
        'i' => 'ᵢ',
        'j' => 'ⱼ',
        'n' => 'ₙ',
        'x' => 'ₓ',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_map_to_their_scripts() {
        let all = |f: fn(char) -> Option<char>, s: &str| s.chars().map(f).collect::<Option<String>>();
        assert_eq!(all(superscript, "-0123456789").as_deref(), Some("⁻⁰¹²³⁴⁵⁶⁷⁸⁹"));
        assert_eq!(all(subscript, "0123456789").as_deref(), Some("₀₁₂₃₄₅₆₇₈₉"));
        assert_eq!(all(superscript, "th"), None);
    }
}
