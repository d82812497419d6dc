//! HTML payloads: decode, parse, find the formulas, choose the main content, render.

use crate::content::{self, Hints};
use crate::context::PageContext;
use crate::formula::{self, Spotted};
use crate::prefilter::{Promise, may_hold_math};
use crate::render::{Rendered, View, render};
use crate::{MathMode, Page, Reading, hydration, url};
use cc_math_core::Ledger;
use cc_math_html::{Decoded, Dom, Limits, Parsed, decode as decode_bytes};

/// The payload's text.
pub(crate) fn decode<'a>(page: &Page<'a>) -> Decoded<'a> {
    decode_bytes(page.bytes, page.content_type, url::host(page.url))
}

/// What an HTML payload gave.
pub(crate) enum Read {
    /// Its text.
    Page(Reading),
    /// Not looked at further, since there is no formula anywhere in it; what was lost of any.
    NoFormula(Ledger),
}

/// Reads an HTML payload. A body without text gives way to the page's hydration state. Where
/// `math` is required, a page without any is left at that. Formulas are looked for unless the
/// bytes promise nothing, in an encoding that shows what they are.
pub(crate) fn read(page: &Page<'_>, math: MathMode, promise: Promise) -> Read {
    let decoded = decode(page);
    let parsed = parse(&decoded.text);
    let shows = || decoded.charset == "utf-8" || page.bytes.is_ascii();
    let spotted = match promise {
        Promise::Nothing if shows() => Spotted::new(&parsed.dom),
        _ => spot(&parsed.dom),
    };
    if math == MathMode::Required
        && spotted.claims.is_empty()
        && !hydration::texts(&parsed.dom).any(|text| may_hold_math(text.as_bytes()))
    {
        return Read::NoFormula(spotted.lost);
    }
    let mut read = read_tree(&parsed.dom, spotted, page.url);
    if let Some(html) = hydration::html(&parsed.dom, &read.0.fragment.text) {
        let state = parse(&html).dom;
        let state = read_tree(&state, spot(&state), page.url);
        if state.0.fragment.text.len() > read.0.fragment.text.len() {
            read.0 = state.0;
        }
    }
    Read::Page(Reading {
        rendered: read.0,
        title: read.1,
        charset: decoded.charset,
        charset_source: decoded.source,
        truncated: parsed.limited.then(|| "limits".into()),
    })
}

fn parse(html: &str) -> Parsed<'_> {
    cc_math_html::parse(html, &Limits::default())
}

fn spot(dom: &Dom) -> Spotted {
    formula::spot(dom, &mut PageContext::read(dom))
}

/// Text and title of a tree.
fn read_tree(dom: &Dom, spotted: Spotted, url: &str) -> (Rendered, Option<String>) {
    let selection = content::select(dom, &Hints { formulas: spotted.places(), url: Some(url) });
    let keeps = |node| selection.keeps(node);
    let mut rendered = render(&View { dom, spotted: &spotted, keeps: &keeps }, dom.root());
    rendered.ledger.add(&spotted.lost);
    (rendered, selection.title().map(Into::into))
}
