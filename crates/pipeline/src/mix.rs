//! Blends of several sources of documents.
//!
//! A first leg measures what each source holds. From that follow the rates at which the sources
//! are drawn: as many documents as there can be for the shares to be what they were asked to be,
//! with none of them twice.

use crate::draw;
use crate::error::RunError;
use crate::folder::Note;
use cc_math_core::{Document, Verdict};
use cc_math_store::Columns;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What the shares of a blend are shares of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum By {
    /// Documents.
    #[default]
    Documents,
    /// Bytes of text.
    Bytes,
    /// Tokens, as the documents' `token_count` counts them.
    Tokens,
}

/// One of the places that documents come from.
#[derive(Debug, Clone, Default)]
pub(crate) struct TableSource {
    /// Its name in a blend, which its documents keep; empty if it is the only one.
    pub(crate) name: String,
    /// Its share.
    pub(crate) weight: f64,
    pub(crate) columns: Columns,
}

/// How sources are blended.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mix {
    pub(crate) by: By,
    /// How much there is to be in all, if not as much as there can be.
    pub(crate) total: Option<u64>,
    pub(crate) seed: u64,
}

/// At which rate documents of each source are drawn.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Draw {
    pub(crate) seed: u64,
    pub(crate) rates: Vec<f64>,
}

/// The entry of the metadata that counts tokens.
const TOKENS: &str = "token_count";

/// The entry of the metadata under which documents keep the name of their source.
pub(crate) const MIX: &str = "mix";

/// The tokens of a document, if they have been counted.
pub(crate) fn tokens(document: &Document) -> Option<u64> {
    document.metadata.get(TOKENS)?.as_u64()
}

impl Mix {
    /// The rates that follow from what the first leg measured.
    pub(crate) fn draw(self, sources: &[TableSource], notes: &[Note]) -> Result<Draw, RunError> {
        let mut measures = vec![0_u64; sources.len()];
        for note in notes {
            let measure = match self.by {
                By::Documents => note.counts.documents,
                By::Bytes => note.counts.text_bytes,
                By::Tokens => note.tokens.ok_or_else(|| RunError::NoTokens {
                    name: note.inputs.first().map(|i| i.name.clone()).unwrap_or_default(),
                })?,
            };
            measures.get_mut(note.source).into_iter().for_each(|sum| *sum += measure);
        }
        if let Some((source, _)) = sources.iter().zip(&measures).find(|(_, n)| **n == 0) {
            return Err(RunError::EmptySource(source.name.clone()));
        }
        Ok(Draw { seed: self.seed, rates: self.rates(sources, &measures) })
    }

    fn rates(self, sources: &[TableSource], measures: &[u64]) -> Vec<f64> {
        let weights: f64 = sources.iter().map(|source| source.weight).sum();
        let share = |source: &TableSource| source.weight / weights;
        let measured = || sources.iter().zip(measures).map(|(s, n)| (share(s), *n as f64));
        let most = measured().map(|(share, n)| n / share).fold(f64::INFINITY, f64::min);
        let total = self.total.map_or(most, |total| most.min(total as f64));
        measured().map(|(share, n)| (share * total / n).min(1.0)).collect()
    }
}

impl Draw {
    /// Whether a document of a source is drawn.
    pub(crate) fn judge(&self, document: &Document, source: usize) -> Verdict {
        let rate = self.rates.get(source).copied().unwrap_or(0.0);
        draw::below(draw::key(self.seed, "mix\0", document), rate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scarcest_source_sets_how_much_there_can_be() {
        let source = |weight| TableSource { weight, ..TableSource::default() };
        let sources = [source(3.0), source(1.0)];
        let mix = |total| Mix { by: By::Bytes, total, seed: 0 };
        assert_eq!(mix(None).rates(&sources, &[300, 100]), [1.0, 1.0]);
        assert_eq!(mix(None).rates(&sources, &[300, 400]), [1.0, 0.25]);
        assert_eq!(mix(None).rates(&sources, &[600, 100]), [0.5, 1.0]);
        assert_eq!(mix(Some(100)).rates(&sources, &[600, 100]), [0.125, 0.25]);
        assert_eq!(mix(Some(10_000)).rates(&sources, &[600, 100]), [0.5, 1.0]);
    }
}
