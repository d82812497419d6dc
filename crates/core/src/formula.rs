//! One formula of a document, and what became of it on the way from the page.

use serde::{Deserialize, Serialize};
use std::ops::Range;

/// One formula inside a document's text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Formula {
    /// First byte of the TeX body in the document's text, delimiters left out.
    pub start: u32,
    /// One past the last byte of the TeX body.
    pub end: u32,
    /// True for display mathematics, false for inline.
    pub display: bool,
    /// The markup the formula was found in.
    pub kind: FormulaKind,
    /// How faithfully it came through.
    pub status: Status,
}

impl Formula {
    /// A formula whose TeX body is `range` (bytes of the document's text).
    pub fn new(range: Range<u32>, display: bool, kind: FormulaKind, status: Status) -> Self {
        Self { start: range.start, end: range.end, display, kind, status }
    }

    /// The same formula in a text from which so many bytes before it are gone.
    pub fn moved_back(self, bytes: usize) -> Self {
        let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
        let (start, end) = (self.start.saturating_sub(bytes), self.end.saturating_sub(bytes));
        Self { start, end, ..self }
    }

    /// The byte range of the TeX body.
    pub fn range(&self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

macro_rules! coded {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $code:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum $name { $($(#[$doc])* #[serde(rename = $code)] $variant,)+ }

        impl $name {
            /// Every variant, in the order of declaration.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];

            /// The stable code written to files.
            pub fn code(self) -> &'static str {
                match self { $($name::$variant => $code),+ }
            }

            /// The variant of a code, if there is one.
            pub fn from_code(code: &str) -> Option<Self> {
                match code { $($code => Some($name::$variant),)+ _ => None }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.code())
            }
        }
    };
}
pub(crate) use coded;

coded! {
    /// The markup a formula was found in. One variant is one file of the
    /// extractor's registry and one fixture folder.
    FormulaKind {
        /// `<script type="math/tex">` of MathJax 2, with or without `mode=display`.
        MathjaxScript = "mathjax-script",
        /// `mjx-container` of MathJax 3 and 4 whose TeX or assistive MathML is in the page.
        MathjaxContainer = "mathjax-container",
        /// MathJax CHTML glyphs without any source beside them.
        MathjaxChtml = "mathjax-chtml",
        /// MathJax SVG glyphs without any source beside them.
        MathjaxSvg = "mathjax-svg",
        /// KaTeX output with its TeX annotation or MathML.
        Katex = "katex",
        /// KaTeX visual spans only.
        KatexHtml = "katex-html",
        /// `$...$` in text.
        RawDollar = "raw-dollar",
        /// `$$...$$` in text.
        RawDoubleDollar = "raw-double-dollar",
        /// `\(...\)` in text.
        RawParen = "raw-paren",
        /// `\[...\]` in text.
        RawBracket = "raw-bracket",
        /// `\begin{env}...\end{env}` in text.
        RawEnvironment = "raw-environment",
        /// Other delimiters a page configures for itself.
        RawConfigured = "raw-configured",
        /// Presentation MathML without TeX.
        Mathml = "mathml",
        /// MathML with a TeX `annotation`.
        MathmlAnnotation = "mathml-annotation",
        /// MathML with `alttext` (LaTeXML, ar5iv).
        MathmlAlttext = "mathml-alttext",
        /// MediaWiki `mwe-math-element`.
        Mediawiki = "mediawiki",
        /// TeX in an image's `alt` or `title`.
        ImageAlt = "image-alt",
        /// TeX in an image's URL (WordPress, CodeCogs, mimeTeX and kin).
        ImageUrl = "image-url",
        /// TeX in a `data-tex`, `data-latex`, `data-math`... attribute.
        DataAttribute = "data-attribute",
        /// TeX as the text of an element marked as mathematics (pandoc, Distill, `.tex`).
        MarkedElement = "marked-element",
        /// Wiris / MathType `data-mathml`.
        Wiris = "wiris",
        /// MathQuill.
        Mathquill = "mathquill",
        /// jsMath.
        Jsmath = "jsmath",
        /// AsciiMath.
        Asciimath = "asciimath",
        /// `[tex]`, `[itex]`, `[latex]`, `[math]` tags of forums.
        ForumTag = "forum-tag",
        /// `x<sup>2</sup>` and kin.
        SupSub = "sup-sub",
        /// Unicode mathematics in plain text.
        Unicode = "unicode",
    }
}

coded! {
    /// How a formula that came through is less than its source.
    Downgrade {
        /// Rebuilt from rendered glyphs.
        Glyphs = "glyphs",
        /// An element or attribute with no LaTeX counterpart was flattened to its content.
        Flattened = "flattened",
        /// The page or the converter met a size or depth limit.
        Limited = "limited",
        /// The TeX is kept as found but does not parse (unbalanced, unknown structure).
        Malformed = "malformed",
        /// Text approximated from alternative or spoken text.
        Approximated = "approximated",
    }
}

coded! {
    /// Why a formula that was seen is not in the text.
    Loss {
        /// The markup held no content at all.
        Empty = "empty",
        /// The markup could not be turned into LaTeX.
        Unconvertible = "unconvertible",
        /// It lay in a part of the page that is not main content.
        Boilerplate = "boilerplate",
        /// It was over a size or depth limit.
        Limited = "limited",
    }
}

/// How faithfully a formula came through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Status {
    /// The page's TeX, or an exact conversion of its markup.
    Recovered,
    /// Present, but less than the source.
    Downgraded(Downgrade),
}

impl Status {
    /// The stable code written to files: `recovered` or `downgraded:<how>`.
    pub fn code(self) -> &'static str {
        match self {
            Status::Recovered => "recovered",
            Status::Downgraded(Downgrade::Glyphs) => "downgraded:glyphs",
            Status::Downgraded(Downgrade::Flattened) => "downgraded:flattened",
            Status::Downgraded(Downgrade::Limited) => "downgraded:limited",
            Status::Downgraded(Downgrade::Malformed) => "downgraded:malformed",
            Status::Downgraded(Downgrade::Approximated) => "downgraded:approximated",
        }
    }

    /// The status of a code, if there is one.
    pub fn from_code(code: &str) -> Option<Self> {
        match code.split_once(':') {
            None if code == "recovered" => Some(Status::Recovered),
            Some(("downgraded", how)) => Downgrade::from_code(how).map(Status::Downgraded),
            _ => None,
        }
    }
}

impl From<Status> for String {
    fn from(status: Status) -> String {
        status.code().into()
    }
}

impl TryFrom<String> for Status {
    type Error = String;
    fn try_from(code: String) -> Result<Self, String> {
        Status::from_code(&code).ok_or_else(|| format!("unknown formula status `{code}`"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_reads_back() {
        for kind in FormulaKind::ALL {
            assert_eq!(FormulaKind::from_code(kind.code()), Some(*kind));
        }
        for how in Downgrade::ALL {
            let status = Status::Downgraded(*how);
            assert_eq!(status.code(), format!("downgraded:{how}"));
            assert_eq!(Status::from_code(status.code()), Some(status));
        }
        assert_eq!(Status::from_code("recovered"), Some(Status::Recovered));
        assert_eq!(Status::from_code("downgraded:nothing"), None);
    }
}
