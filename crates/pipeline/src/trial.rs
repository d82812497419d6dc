//! A pipeline's own tests: what its stages, but for those that draw at random, are to make of
//! a page.

use crate::process::{Batch, Way, read_trial};
use crate::stages::Step;
use cc_math_config::{Node, Place, Problem, nearest, read};
use cc_math_core::{Document, Reason, document_id};
use cc_math_extract::{Extractor, MathMode, Options, Page};
use cc_math_store::Reject;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value as Json};

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
    /// A page or a document.
    given: Given,
    /// What is to become of it. What is not said may be anything.
    expect: Expect,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Given {
    /// The HTML of a page, which goes through all stages.
    #[serde(default)]
    html: Option<String>,
    /// The text of a document, which goes through those behind `extract`.
    #[serde(default)]
    text: Option<String>,
    /// Its address.
    #[serde(default)]
    url: Option<String>,
    /// The document's metadata.
    #[serde(default)]
    metadata: Map<String, Json>,
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
        let given = &test.given;
        if given.html.is_some() == given.text.is_some() {
            let problem = Problem::at(place, "a test gives either `html` or `text`");
            problems.push(problem.hint("`html` is a page, `text` is a document's"));
            return None;
        }
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
    pub(crate) fn failure(&self, math: Option<MathMode>, steps: &[Step]) -> Option<Problem> {
        if math.is_none() && self.test.given.html.is_some() {
            let message = "the pipeline has no `extract` that could read this page";
            return Some(Problem::at(&self.place, message).hint("give the `text` of a document"));
        }
        let extractor = Extractor::new(Options { math: math.unwrap_or(MathMode::Any) });
        let steps: Vec<Step> = steps.iter().filter(|step| !step.random).cloned().collect();
        let extract = &|page: &Page<'_>| extractor.extract(page);
        let way = Way { extract, steps: &steps, sources: &[], draw: None };
        let url = self.test.given.url.as_deref().unwrap_or("https://example.org/");
        let mut batch = Batch::default();
        match &self.test.given {
            Given { html: Some(html), .. } => read_trial(html, url, way, &mut batch),
            Given { text, metadata, .. } => {
                let mut document = Document::new(url, text.clone().unwrap_or_default());
                document.id = document_id(None, document.text.as_bytes());
                document.metadata.clone_from(metadata);
                batch.send(document, way.steps);
            }
        }
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
