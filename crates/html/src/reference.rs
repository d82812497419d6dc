//! The definition that our own parsing is tested and measured against.

use crate::dom::Dom;
use crate::sink::Sink;
use html5ever::TokenizerResult;
use html5ever::buffer_queue::BufferQueue;
use html5ever::interface::TreeSink;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{Tokenizer, TokenizerOpts};
use html5ever::tree_builder::{TreeBuilder, TreeBuilderOpts};

/// Builds the tree of a page with html5ever's own tokenizer: no limits, no recovery, no guard.
///
/// For tests and measurements. Some pages make it take minutes; use
/// [`parse`](crate::parse) for what comes from outside.
pub fn parse_unbounded(html: &str) -> Dom<'static> {
    let options = TreeBuilderOpts { scripting_enabled: false, ..TreeBuilderOpts::default() };
    let builder = TreeBuilder::new(Sink::new(), options);
    let tokenizer = Tokenizer::new(builder, TokenizerOpts::default());
    let queue = BufferQueue::default();
    queue.push_back(StrTendril::from_slice(html));
    while !matches!(tokenizer.feed(&queue), TokenizerResult::Done) {}
    tokenizer.end();
    tokenizer.sink.sink.finish()
}
