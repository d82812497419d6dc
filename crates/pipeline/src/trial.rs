//! A pipeline's own tests: what its stages, but for those that draw at random, are to make of
//! a page.

use crate::process::{Batch, Way, read_trial};
use crate::stages::Step;
use cc_math_config::{Node, Place, Problem, nearest, read};
use cc_math_core::{Document, Reason};
use cc_math_extract::{Extractor, MathMode, Options};
use cc_math_store::Reject;
use schemars::JsonSchema;
use serde::Deserialize;

/// One test.
#[derive(Debug)]
pub struct Trial {
    place: Place,
    test: Test,
}

/// What is given, and what is expected of it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Test {
    /// A page.
    given: Given,
    /// What is to become of it. What is not said may be anything.
    expect: Expect,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Given {
    /// The page's HTML.
    html: String,
    /// Its address.
    #[serde(default)]
    url: Option<String>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Expect {
    /// Whether it is kept or dropped.
    verdict: Expected,
    /// The stage that drops it.
    #[serde(default)]
    stage: Option<String>,
    /// The reason's code.
    #[serde(default)]
    reason: Option<String>,
    /// The text, but for white space at its ends.
    #[serde(default)]
    text: Option<String>,
    /// The formulas, as TeX.
    #[serde(default)]
    formulas: Option<Vec<String>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Expected {
    Keep,
    Drop,
}

impl Trial {
    /// Reads a test; mistakes are added to `problems`.
    pub(crate) fn read(node: &Node, problems: &mut Vec<Problem>) -> Option<Self> {
        let place = node.entries().and_then(<[_]>::first).map_or(&node.place, |entry| &entry.place);
        let test: Test = read(node, place, problems)?;
        if let Some(code) = &test.expect.reason
            && Reason::from_code(code).is_none()
        {
            let at = node.get("expect").and_then(|expect| expect.get("reason"));
            let problem =
                Problem::at(at.map_or(place, |n| &n.place), format!("no reason `{code}`"));
            let near = nearest(code, Reason::ALL.iter().map(|reason| reason.code()));
            let hint = near.map(|near| format!("did you mean `{near}`?"));
            problems.push(Problem { hint, ..problem });
            return None;
        }
        Some(Self { place: place.clone(), test })
    }

    /// What is wrong, if anything is.
    pub(crate) fn failure(&self, math: MathMode, steps: &[Step]) -> Option<Problem> {
        let extractor = Extractor::new(Options { math });
        let steps: Vec<Step> = steps.iter().filter(|step| !step.random).cloned().collect();
        let way = Way { extract: &|page| extractor.extract(page), steps: &steps };
        let url = self.test.given.url.as_deref().unwrap_or("https://example.org/");
        let mut batch = Batch::default();
        read_trial(&self.test.given.html, url, way, &mut batch);
        let failure = match (batch.documents.pop(), batch.rejects.pop()) {
            (Some(document), _) => self.test.expect.of_document(&document),
            (None, Some(reject)) => self.test.expect.of_reject(&reject),
            (None, None) => Some("the page has vanished".into()),
        };
        failure.map(|message| Problem::at(&self.place, message))
    }
}

impl Expect {
    fn of_document(&self, document: &Document) -> Option<String> {
        if self.verdict == Expected::Drop {
            return Some(format!("the page is kept, with the text {:?}", document.text));
        }
        let text = self.text.as_ref().filter(|text| text.trim() != document.text.trim());
        if let Some(text) = text {
            return Some(format!("the text is {:?}, not {:?}", document.text.trim(), text.trim()));
        }
        let found: Vec<&str> = document.formulas.iter().map(|f| document.tex(f)).collect();
        let formulas = self.formulas.as_ref().filter(|formulas| **formulas != found)?;
        Some(format!("the formulas are {found:?}, not {formulas:?}"))
    }

    fn of_reject(&self, reject: &Reject) -> Option<String> {
        let Reject { stage, reason, detail, .. } = reject;
        let fate = format!("`{stage}` drops the page: {}: {detail}", reason.code());
        let as_expected = self.verdict == Expected::Drop
            && self.stage.as_ref().is_none_or(|expected| expected == stage)
            && self.reason.as_deref().is_none_or(|expected| expected == reason.code());
        (!as_expected).then_some(fate)
    }
}
