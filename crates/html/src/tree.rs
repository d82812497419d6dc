//! A page's text to its tree.

use crate::arena::Arena;
use crate::bounds::{Bounded, Bounds};
use crate::dom::Dom;
use crate::tokenizer::Tokenizer;
use std::borrow::Cow;

/// Longest page that is read, in bytes; texts count in 31 bits, and can be three times as long.
const LONGEST_PAGE: usize = 1 << 29;

/// How large a tree may grow, and how its text is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Elements that may be open at once; start tags beyond that are left out, their text is kept.
    pub depth: usize,
    /// Nodes of the tree; beyond that, tags are left out and text is kept.
    pub nodes: usize,
    /// Attributes of an element; those beyond are left out.
    pub attributes: usize,
    /// Whether `<` inside raw TeX (`\(a<b\)`) is text although a browser would see a tag.
    pub guard_math: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self { depth: 512, nodes: 1_000_000, attributes: 256, guard_math: true }
    }
}

/// A tree and what was done to get it.
#[derive(Debug, Clone)]
pub struct Parsed<'p> {
    /// The tree.
    pub dom: Dom<'p>,
    /// True if a limit was met.
    pub limited: bool,
    /// True if a comment, tag, formula or element of raw text without an end was ended early, so
    /// that it does not swallow the rest of the page.
    pub recovered: bool,
    /// Number of `<` signs that were kept as text because they stand in raw TeX.
    pub guarded: usize,
}

/// Builds the tree of a page. Never fails: every text is some page.
///
/// `<noscript>` is parsed as a browser without scripts would; the contents of
/// `<template>` are its ordinary children; the contents of `<script>` and
/// `<style>` are one text child.
pub fn parse<'p>(html: &'p str, limits: &Limits) -> Parsed<'p> {
    let read = html.get(..html.floor_char_boundary(LONGEST_PAGE)).unwrap_or(html);
    let source = with_line_feeds(read);
    let arena = Arena::new(&source, limits.nodes);
    let sink = Bounds::new(arena, limits, source.len());
    let tokenizer = Tokenizer::new(&source, limits.attributes, limits.guard_math, sink);
    let (sink, findings) = tokenizer.run();
    let Bounded { arena, limited, ended_formula } = sink.finish();
    let built = arena.finish();
    Parsed {
        dom: built.over(source),
        limited: limited || findings.limited || read.len() < html.len(),
        recovered: findings.recovered || ended_formula,
        guarded: findings.guarded,
    }
}

/// The page with each CR LF and CR turned into LF, as the standard has it.
fn with_line_feeds(html: &str) -> Cow<'_, str> {
    if memchr::memchr(b'\r', html.as_bytes()).is_none() {
        return Cow::Borrowed(html);
    }
    let mut text = String::with_capacity(html.len());
    let mut start = 0;
    for at in memchr::memchr_iter(b'\r', html.as_bytes()) {
        text.push_str(html.get(start..at).unwrap_or_default());
        start = at + 1;
        if html.as_bytes().get(start) != Some(&b'\n') {
            text.push('\n');
        }
    }
    text.push_str(html.get(start..).unwrap_or_default());
    Cow::Owned(text)
}
