//! Text that is Markdown or plain already: lines stay as they are, formulas
//! are recognised, fenced code is carried over.

use super::writer::{Claim, Writer};
use super::Rendered;
use cc_math_core::{FormulaKind, Status};
use cc_math_tex::delimiters::{Delimiters, find};

/// Collects text pieces into one document.
pub(crate) struct Text {
    writer: Writer,
    done: Rendered,
    delimiters: Delimiters,
}

impl Text {
    pub(crate) fn new(delimiters: Delimiters) -> Self {
        Self { writer: Writer::new(), done: Rendered::default(), delimiters }
    }

    pub(crate) fn finish(self) -> Rendered {
        Rendered { fragment: self.writer.finish(), ..self.done }
    }

    /// Text with fences; each fenced block becomes a code block.
    pub(crate) fn markdown(&mut self, text: &str) {
        let mut prose = String::new();
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            match fence(line) {
                None => {
                    prose.push_str(line);
                    prose.push('\n');
                }
                Some((mark, language)) => {
                    self.prose(&std::mem::take(&mut prose));
                    let code: Vec<&str> = lines.by_ref().take_while(|line| !line.trim_start().starts_with(mark)).collect();
                    self.code(language, &code.join("\n"));
                }
            }
        }
        self.prose(&prose);
    }

    /// A code block.
    pub(crate) fn code(&mut self, language: &str, code: &str) {
        if !code.trim().is_empty() {
            self.writer.code_block(language, code);
            self.done.code_blocks += 1;
        }
    }

    fn prose(&mut self, text: &str) {
        let text = text.trim_matches(['\n', '\r']);
        if text.trim().is_empty() {
            return;
        }
        self.writer.block();
        let mut at = 0;
        for span in find(text, &self.delimiters) {
            self.writer.literal(text.get(at..span.outer.start).unwrap_or_default());
            let tex = text.get(span.body.clone()).unwrap_or_default();
            let kind = crate::formula::raw_kind(&span.delimiter);
            self.formula(tex, span.display, kind);
            at = span.outer.end;
        }
        self.writer.literal(text.get(at..).unwrap_or_default());
        self.writer.block();
    }

    fn formula(&mut self, tex: &str, display: bool, kind: FormulaKind) {
        let claim = Claim { tex: cc_math_tex::clean(tex).into_owned(), display, kind, status: Status::Recovered, verbatim: true };
        match self.writer.formula(&claim) {
            Some(status) => self.done.ledger.keep(kind, status),
            None => self.done.ledger.lose(kind, cc_math_core::Loss::Empty),
        }
    }
}

/// The mark and language of a line that opens a fenced block.
fn fence(line: &str) -> Option<(&'static str, &str)> {
    let line = line.trim_start();
    let mark = if line.starts_with("```") {
        "```"
    } else if line.starts_with("~~~") {
        "~~~"
    } else {
        return None;
    };
    let language = line.trim_start_matches(['`', '~']).trim();
    let plain = language.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'#' | b'-' | b'_'));
    (!language.contains('`')).then_some((mark, if plain { language } else { "" }))
}
