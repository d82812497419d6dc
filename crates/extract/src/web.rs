//! HTML payloads: decode, parse, find the formulas, choose the main content, render.

use crate::content::{self, Hints};
use crate::context::PageContext;
use crate::render::{Rendered, View, render};
use crate::{Page, Reading, formula, hydration, url};
use cc_math_html::{Decoded, Dom, Limits, Parsed, decode as decode_bytes};

/// The payload's text.
pub(crate) fn decode<'a>(page: &Page<'a>) -> Decoded<'a> {
    decode_bytes(page.bytes, page.content_type, url::host(page.url))
}

/// Reads an HTML payload. A body without text gives way to the page's hydration state.
pub(crate) fn read(page: &Page<'_>) -> Reading {
    let decoded = decode(page);
    let parsed = parse(&decoded.text);
    let mut read = read_tree(&parsed.dom, page.url);
    if let Some(html) = hydration::html(&parsed.dom, &read.0.fragment.text) {
        let state = read_tree(&parse(&html).dom, page.url);
        if state.0.fragment.text.len() > read.0.fragment.text.len() {
            read.0 = state.0;
        }
    }
    Reading {
        rendered: read.0,
        title: read.1,
        charset: decoded.charset,
        charset_source: decoded.source,
        truncated: parsed.limited.then(|| "limits".into()),
    }
}

fn parse(html: &str) -> Parsed {
    cc_math_html::parse(html, &Limits::default())
}

/// Text and title of a tree.
fn read_tree(dom: &Dom, url: &str) -> (Rendered, Option<String>) {
    let mut context = PageContext::read(dom);
    let spotted = formula::spot(dom, &mut context);
    let formulas = spotted.places(dom);
    let selection = content::select(dom, &Hints { formulas: &formulas, url: Some(url) });
    let keeps = |node| selection.keeps(node);
    let mut rendered = render(&View { dom, spotted: &spotted, keeps: &keeps }, dom.root());
    rendered.ledger.add(&spotted.lost);
    (rendered, selection.title().map(Into::into))
}
