//! The bare environments of a run, paired in one pass.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::scan::slice;

/// Longest environment name that is considered, in bytes.
const MAX_NAME: usize = 24;

/// Environments that are mathematics by themselves, without their star.
const MATH: [&str; 44] = [
    "CD",
    "Bmatrix",
    "Bsmallmatrix",
    "Vmatrix",
    "Vsmallmatrix",
    "align",
    "alignat",
    "aligned",
    "alignedat",
    "array",
    "bmatrix",
    "bsmallmatrix",
    "cases",
    "darray",
    "dcases",
    "displaymath",
    "drcases",
    "empheq",
    "eqnarray",
    "equation",
    "flalign",
    "gather",
    "gathered",
    "lgathered",
    "math",
    "matrix",
    "multline",
    "multlined",
    "numcases",
    "pmatrix",
    "prooftree",
    "psmallmatrix",
    "rcases",
    "rgathered",
    "smallmatrix",
    "split",
    "subarray",
    "subequations",
    "subnumcases",
    "vmatrix",
    "vsmallmatrix",
    "xalignat",
    "xxalignat",
    "dmath",
];

/// Whether `\begin{name}` starts mathematics without any other delimiter; `align*` as `align`.
pub fn is_math_environment(name: &str) -> bool {
    MATH.contains(&name.strip_suffix('*').unwrap_or(name))
}

/// Every closed mathematical environment of a run.
#[derive(Debug)]
pub(super) struct Environments {
    /// Place of `\begin` to the range of the name and the end of `\end{name}`.
    closed: BTreeMap<usize, (Range<usize>, usize)>,
}

/// One `\begin{name}` or `\end{name}`.
struct Mark {
    at: usize,
    name: Range<usize>,
    begins: bool,
}

impl Environments {
    pub(super) fn new(text: &str) -> Self {
        let mut closed = BTreeMap::new();
        let mut open: Vec<Mark> = Vec::new();
        let mut waiting: BTreeMap<&str, usize> = BTreeMap::new();
        for mark in marks(text) {
            let name = slice(text, mark.name.clone());
            let count = waiting.entry(name).or_default();
            if mark.begins {
                *count += 1;
                open.push(mark);
            } else if *count > 0 {
                let begin = close(text, name, &mut open, &mut waiting);
                closed.extend(begin.map(|b| (b.at, (b.name, mark.name.end + 1))));
            }
        }
        Self { closed }
    }

    /// The environment whose `\begin` stands at `at`: the range of its name, and its end.
    pub(super) fn at(&self, at: usize) -> Option<(Range<usize>, usize)> {
        self.closed.get(&at).cloned()
    }
}

/// Takes the innermost open `name` off the stack, and what was left open inside it.
fn close<'a>(
    text: &'a str,
    name: &str,
    open: &mut Vec<Mark>,
    waiting: &mut BTreeMap<&'a str, usize>,
) -> Option<Mark> {
    while let Some(mark) = open.pop() {
        let found = slice(text, mark.name.clone());
        if let Some(count) = waiting.get_mut(found) {
            *count = count.saturating_sub(1);
        }
        if found == name {
            return Some(mark);
        }
    }
    None
}

fn marks(text: &str) -> impl Iterator<Item = Mark> {
    let mut rest = memchr::memchr_iter(b'\\', text.as_bytes());
    let mut skip_to = 0;
    std::iter::from_fn(move || {
        for at in rest.by_ref() {
            if at < skip_to {
                continue;
            }
            skip_to = at + 2;
            if let Some(mark) = mark_at(text, at) {
                return Some(mark);
            }
        }
        None
    })
}

fn mark_at(text: &str, at: usize) -> Option<Mark> {
    let rest = text.get(at + 1..)?;
    let begins = rest.starts_with("begin");
    let after = rest.strip_prefix("begin").or_else(|| rest.strip_prefix("end"))?;
    let spaces = after.bytes().take(MAX_NAME).take_while(u8::is_ascii_whitespace).count();
    let name = after.get(spaces..)?.strip_prefix('{')?;
    let len = name.bytes().take(MAX_NAME).position(|b| b == b'}')?;
    let start = text.len() - name.len();
    is_math_environment(name.get(..len)?).then_some(Mark { at, name: start..start + len, begins })
}
