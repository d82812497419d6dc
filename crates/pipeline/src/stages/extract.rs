//! `extract`: pages to documents.

use super::{Made, Options};
use cc_math_extract::MathMode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Turns web pages into documents: main text as Markdown, formulas as LaTeX, code and tables
/// kept. Comes first where the source is an archive, and only there.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Extract {
    /// Which pages are kept: those that show mathematics, or all that have text.
    math: Math,
}

#[derive(Debug, Default, Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Math {
    #[default]
    Required,
    Any,
}

impl Options for Extract {
    const NAME: &'static str = "extract";

    fn make(self, _: u64) -> Result<Made, (&'static str, String)> {
        Ok(Made::Extract(match self.math {
            Math::Required => MathMode::Required,
            Math::Any => MathMode::Any,
        }))
    }
}
