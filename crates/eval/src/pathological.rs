//! Pages that hurt parsers, and what they cost.
//!
//! Each is an article with one stretch of trouble in the middle and a closing paragraph with a
//! formula behind it. Each is extracted in a process of its own, whose peak memory is its own;
//! what counts is the time of extraction, that peak, and that the closing paragraph is there.

use crate::EvalError;
use crate::scorer::canon;
use cc_math_core::Document;
use cc_math_extract::{Extractor, Options, Outcome, Page};
use serde::{Deserialize, Serialize};
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Most seconds that extraction of one such page may take.
pub const MOST_SECONDS: f64 = 1.0;
/// Most memory the process may have taken at its peak, in bytes.
pub const MOST_BYTES: u64 = 256 << 20;
/// After this long a process is ended.
const PATIENCE: Duration = Duration::from_secs(30);

/// Words of the closing paragraph.
const CLOSING: &str = "The closing paragraph stands behind the trouble";
/// Its formula.
const CLOSING_TEX: &str = "E=mc^{2}+\\Delta_{7}";

/// A page that hurts.
#[derive(Debug, Clone, Copy)]
pub struct Case {
    /// Its name.
    pub name: &'static str,
    trouble: fn() -> String,
}

/// All of them.
pub const CASES: &[Case] = &[
    Case { name: "nested-div-100k", trouble: || nested("<div>", "</div>", 100_000) },
    Case { name: "nested-div-100k-unclosed", trouble: || "<div>".repeat(100_000) },
    Case { name: "nested-b-20k", trouble: || nested("<b>", "</b>", 20_000) },
    Case { name: "unclosed-b-20k", trouble: || format!("<p>{}bold", "<b>".repeat(20_000)) },
    Case { name: "misnested-formatting-20k", trouble: || "<p><b><i>x</b>".repeat(20_000) },
    Case { name: "nested-tables-2k", trouble: nested_tables },
    Case { name: "links-50k", trouble: links },
    Case { name: "unclosed-math-20k", trouble: || "<math>".repeat(20_000) },
    Case { name: "unclosed-math-20k-filled", trouble: || "<math><mi>x</mi>".repeat(20_000) },
    Case {
        name: "unclosed-math-20k-in-paragraphs",
        trouble: || "<p>a <math><mi>x</mi>".repeat(20_000),
    },
    Case { name: "unclosed-math-20k-unclosed-mi", trouble: || "<math><mi>x".repeat(20_000) },
    Case { name: "unclosed-math-20k-unclosed-mtext", trouble: || "<math><mtext>x".repeat(20_000) },
    Case { name: "unclosed-math-once", trouble: || "<p>Let <math><mi>x".into() },
    Case {
        name: "attribute-5mb",
        trouble: || format!("<p title=\"{}\">x</p>", "a ".repeat(2_500_000)),
    },
    Case {
        name: "joining-attributes-30k",
        trouble: || (0..30_000).map(|at| format!("<body a{at}=x>")).collect(),
    },
    Case { name: "comments-200k", trouble: || format!("{}-->", "<!--".repeat(200_000)) },
    Case { name: "comments-200k-unclosed", trouble: || "<!--".repeat(200_000) },
    Case { name: "dollars-400k", trouble: || format!("<p>{}</p>", "$".repeat(400_000)) },
    Case { name: "dollars-400k-apart", trouble: || format!("<p>{}</p>", "$ a".repeat(400_000)) },
    Case {
        name: "nested-sup-30k",
        trouble: || format!("<p>x{}</p>", nested("<sup>", "</sup>", 30_000)),
    },
    Case { name: "nested-formula-classes", trouble: || in_each("mwe-math-element katex MathJax") },
    Case {
        name: "rendered-siblings-100k",
        trouble: || format!("<p>{}</p>", "<span class=MathJax>x</span>".repeat(100_000)),
    },
    Case {
        name: "listing-rows-60k",
        trouble: || format!("<table>{}</table>", "<tr><td>1<td><pre>x</pre>".repeat(60_000)),
    },
    Case { name: "nested-mtable-5k", trouble: nested_mtables },
    Case {
        name: "nested-mfrac-20k",
        trouble: || {
            format!("<p><math>{}</math></p>", nested("<mfrac><mi>a</mi>", "</mfrac>", 20_000))
        },
    },
    Case { name: "ampersands-500k", trouble: || format!("<p>{}</p>", "&amp;".repeat(500_000)) },
    Case { name: "word-5mb", trouble: || format!("<p>{}</p>", "a".repeat(5_000_000)) },
    Case { name: "nested-lists-20k", trouble: || nested("<ul><li>", "</li></ul>", 20_000) },
    Case { name: "braces-500k", trouble: || format!("<p>\\({}\\)</p>", "{".repeat(500_000)) },
    Case {
        name: "begins-100k",
        trouble: || format!("<p>{}</p>", "\\begin{align}".repeat(100_000)),
    },
    Case {
        name: "fractions-100k",
        trouble: || format!("<p>\\[{}\\]</p>", "\\frac{".repeat(100_000)),
    },
];

impl Case {
    /// The page.
    pub fn page(&self) -> String {
        let opening = "The article begins as others do, with a sentence or two about a matter of no \
                       weight, so that what follows stands in something worth reading. ";
        format!(
            "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"><title>Trouble: {name}</title></head>\n\
             <body><article><h1>An article</h1>\n<p>{opening}{opening}</p>\n<p>It has \
             \\(a^{{2}}+b^{{2}}\\) in it.</p>\n{trouble}\n<p>{CLOSING}, and it has \
             \\({CLOSING_TEX}\\) in it.</p>\n</article></body></html>\n",
            name = self.name,
            trouble = (self.trouble)(),
        )
    }
}

fn nested(open: &str, close: &str, depth: usize) -> String {
    format!("{}x{}", open.repeat(depth), close.repeat(depth))
}

/// Many nodes inside many elements that each claim to be one formula.
fn in_each(class: &str) -> String {
    let open = format!("<div class=\"{class}\">").repeat(400);
    format!("{open}{}{}", "<i>x</i>".repeat(200_000), "</div>".repeat(400))
}

fn nested_tables() -> String {
    nested("<table><tr><td>", "</td></tr></table>", 2_000)
}

fn nested_mtables() -> String {
    let tables = nested("<mtable><mtr><mtd>", "</mtd></mtr></mtable>", 5_000);
    format!("<p><math>{tables}</math></p>")
}

fn links() -> String {
    let items = (0..50_000).map(|n| format!("<a href=\"/page/{n}\">page {n}</a>\n"));
    format!("<p>{}</p>", items.collect::<String>())
}

/// What a page cost.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cost {
    /// Seconds that extraction took.
    pub seconds: f64,
    /// The process's peak memory in bytes; `None` where the system does not tell.
    pub peak_bytes: Option<u64>,
    /// Whether the words of the closing paragraph are in the text.
    pub closing_text: bool,
    /// Whether its formula is among the formulas.
    pub closing_formula: bool,
}

/// What became of one page.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Outcomes {
    /// The page.
    pub name: String,
    /// What it cost; `None` if the process died or had to be ended.
    pub cost: Option<Cost>,
    /// How the process ended, where that is not well.
    pub fault: Option<String>,
}

impl Outcomes {
    /// Whether the page is within all bounds.
    pub fn passes(&self) -> bool {
        self.cost.as_ref().is_some_and(|cost| {
            cost.seconds <= MOST_SECONDS
                && cost.peak_bytes.is_none_or(|bytes| bytes <= MOST_BYTES)
                && cost.closing_text
                && cost.closing_formula
        })
    }
}

/// Extracts a page that comes in on `input`, in this process, and tells its cost.
///
/// # Errors
/// Those of reading.
pub fn measure(input: &mut impl Read) -> std::io::Result<Cost> {
    let mut page = Vec::new();
    input.read_to_end(&mut page)?;
    let extractor = Extractor::new(Options::default());
    let start = Instant::now();
    let outcome = extractor.extract(&Page::html("https://example.org/trouble", &page));
    let seconds = start.elapsed().as_secs_f64();
    let document = match outcome {
        Outcome::Document(document) => Some(document),
        Outcome::Reject { .. } => None,
    };
    Ok(Cost {
        seconds,
        peak_bytes: peak_bytes(),
        closing_text: document.as_ref().is_some_and(|document| document.text.contains(CLOSING)),
        closing_formula: document.is_some_and(|document| has_closing_formula(&document)),
    })
}

fn has_closing_formula(document: &Document) -> bool {
    let wanted = canon(CLOSING_TEX);
    let mut last = document.formulas.iter().rev().take(8);
    last.any(|formula| canon(document.tex(formula)) == wanted)
}

/// This process's largest resident set so far, as Linux tells it.
fn peak_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kib * 1024)
}

/// Runs a case: `program` with `arguments` must call [`measure`] on its standard input and
/// print the cost as JSON.
///
/// # Errors
/// A program that cannot be started.
pub fn run(case: &Case, program: &Path, arguments: &[&str]) -> Result<Outcomes, EvalError> {
    let fault = |fault: std::io::Error| EvalError::child(case.name, fault);
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().map_err(fault)?;
    if let Some(mut stdin) = child.stdin.take() {
        // If it dies while reading, its end tells.
        stdin.write_all(case.page().as_bytes()).unwrap_or_default();
    }
    let ended = ended_within(&mut child, PATIENCE).map_err(fault)?;
    let mut answer = String::new();
    if let Some(mut stdout) = child.stdout.take() {
        stdout.read_to_string(&mut answer).map_err(fault)?;
    }
    let cost: Option<Cost> = serde_json::from_str(&answer).ok();
    let fault = cost.is_none().then(|| ended.unwrap_or_else(|| "it took too long".into()));
    Ok(Outcomes { name: case.name.into(), cost, fault })
}

/// How the process ended; `None` if it had to be ended.
fn ended_within(child: &mut Child, patience: Duration) -> std::io::Result<Option<String>> {
    let start = Instant::now();
    while start.elapsed() < patience {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status.to_string()));
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    child.kill()?;
    child.wait()?;
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_ends_with_its_closing_paragraph() {
        for case in CASES {
            let page = case.page();
            assert!(
                page.trim_end().ends_with("in it.</p>\n</article></body></html>"),
                "{}",
                case.name
            );
        }
    }

    /// A page without trouble must pass, or the others would prove nothing.
    #[test]
    fn a_page_without_trouble_passes() {
        let page = Case { name: "none", trouble: String::new }.page();
        let cost = measure(&mut page.as_bytes()).unwrap();
        assert!(cost.closing_text && cost.closing_formula, "{cost:?}");
    }
}
