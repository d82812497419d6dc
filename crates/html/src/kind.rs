//! Kinds of elements, and the sets of them that the HTML standard speaks of.
//!
//! A tag's name becomes its kind once; from then on the rules compare small
//! numbers and bits.

use crate::dom::Namespace;
use html5ever::{LocalName, local_name};

/// A set of kinds is the bits that its members have in common.
pub(crate) type Set = u32;

/// Ends the search for an element "in scope".
pub(crate) const SCOPE: Set = 1;
/// Ends the search for one "in list item scope", besides those of [`SCOPE`].
pub(crate) const LIST_SCOPE: Set = 1 << 1;
/// Ends the search for one "in button scope", besides those of [`SCOPE`].
pub(crate) const BUTTON_SCOPE: Set = 1 << 2;
/// Ends the search for one "in table scope".
pub(crate) const TABLE_SCOPE: Set = 1 << 3;
/// The standard's category "special".
pub(crate) const SPECIAL: Set = 1 << 4;
/// The standard's category "formatting".
pub(crate) const FORMATTING: Set = 1 << 5;
/// Has an end tag that is implied.
pub(crate) const IMPLIED_END: Set = 1 << 6;
/// Has one that is implied thoroughly: at the end of a template.
pub(crate) const THOROUGH_END: Set = 1 << 7;
/// `h1` to `h6`.
pub(crate) const HEADING: Set = 1 << 8;
/// Where the standard clears the stack back to a table body.
pub(crate) const BODY_CONTEXT: Set = 1 << 9;
/// Where it clears the stack back to a table row.
pub(crate) const ROW_CONTEXT: Set = 1 << 10;
/// `td` and `th`.
pub(crate) const CELL: Set = 1 << 11;
/// Text in it belongs before the table.
pub(crate) const FOSTERS: Set = 1 << 12;
/// `tbody`, `tfoot`, `thead`.
pub(crate) const ROW_GROUP: Set = 1 << 13;
/// Never stays open.
pub(crate) const VOID: Set = 1 << 14;
/// Its content is not markup.
pub(crate) const RAW_TEXT: Set = 1 << 15;
/// Its text stands apart from what is before it.
pub(crate) const BLOCK: Set = 1 << 16;
/// Holds or is a block of the page: no part of a formula.
pub(crate) const FLOW: Set = 1 << 17;
/// Ends foreign content when it begins there.
pub(crate) const BREAKOUT: Set = 1 << 18;
/// Opened like `div`: a paragraph ends before it.
pub(crate) const GROUPING: Set = 1 << 19;
/// Closed like `div`.
pub(crate) const CLOSED_AS_GROUP: Set = 1 << 20;
/// Belongs in the head, wherever it stands.
pub(crate) const METADATA: Set = 1 << 21;

/// How an element with implied end tags is marked: both ways of implying hold.
const ENDS: Set = IMPLIED_END | THOROUGH_END;
/// What `div` and its like are.
const GROUP: Set = SPECIAL | GROUPING | CLOSED_AS_GROUP;
/// What a block of text is besides.
const TEXT_BLOCK: Set = BLOCK | FLOW;

macro_rules! kinds {
    ($($kind:ident $name:tt $sets:expr;)*) => {
        /// What the rules know an element as.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[repr(u8)]
        pub(crate) enum Kind {
            /// An element of HTML that no rule names.
            Other,
            /// An element of MathML that holds text.
            MathMlText,
            /// An `annotation-xml` of MathML that holds HTML.
            MathMlHtml,
            /// An `annotation-xml` of MathML that does not.
            MathMlAnnotation,
            /// Any other element of MathML.
            MathMl,
            /// An element of SVG that holds HTML.
            SvgHtml,
            /// Any other element of SVG.
            Svg,
            $(#[doc = $name] $kind,)*
        }

        static SETS: [Set; COUNT] =
            [0, SCOPE, 0, 0, 0, SCOPE, 0 $(, $sets)*];

        const COUNT: usize = [$($name),*].len() + 7;

        impl Kind {
            /// The kind of an HTML element of this name.
            pub(crate) fn of(name: &LocalName) -> Self {
                match *name {
                    $(local_name!($name) => Self::$kind,)*
                    _ => Self::Other,
                }
            }
        }
    };
}

kinds! {
    A "a" FORMATTING;
    Address "address" GROUP | FLOW;
    Applet "applet" SCOPE | SPECIAL;
    Area "area" SPECIAL | VOID;
    Article "article" GROUP | TEXT_BLOCK;
    Aside "aside" GROUP | FLOW;
    B "b" FORMATTING | BREAKOUT;
    Base "base" SPECIAL | VOID | METADATA;
    BaseFont "basefont" SPECIAL | METADATA;
    BgSound "bgsound" SPECIAL | METADATA;
    Big "big" FORMATTING | BREAKOUT;
    BlockQuote "blockquote" GROUP | TEXT_BLOCK | BREAKOUT;
    Body "body" SPECIAL | BREAKOUT;
    Br "br" SPECIAL | VOID | BLOCK | BREAKOUT;
    Button "button" SPECIAL | BUTTON_SCOPE | CLOSED_AS_GROUP;
    Caption "caption" SCOPE | SPECIAL | THOROUGH_END;
    Center "center" GROUP | FLOW | BREAKOUT;
    Code "code" FORMATTING | BREAKOUT;
    Col "col" SPECIAL;
    ColGroup "colgroup" SPECIAL | THOROUGH_END;
    Dd "dd" SPECIAL | ENDS | TEXT_BLOCK | BREAKOUT;
    Details "details" GROUP | FLOW;
    Dialog "dialog" GROUPING | CLOSED_AS_GROUP;
    Dir "dir" GROUP;
    Div "div" GROUP | TEXT_BLOCK | BREAKOUT;
    Dl "dl" GROUP | FLOW | BREAKOUT;
    Dt "dt" SPECIAL | ENDS | TEXT_BLOCK | BREAKOUT;
    Em "em" FORMATTING | BREAKOUT;
    Embed "embed" SPECIAL | VOID | BREAKOUT;
    FieldSet "fieldset" GROUP | FLOW;
    FigCaption "figcaption" GROUP;
    Figure "figure" GROUP | FLOW;
    Font "font" FORMATTING;
    Footer "footer" GROUP | FLOW;
    Form "form" SPECIAL | FLOW;
    Frame "frame" SPECIAL;
    FrameSet "frameset" SPECIAL;
    H1 "h1" SPECIAL | HEADING | TEXT_BLOCK | BREAKOUT;
    H2 "h2" SPECIAL | HEADING | TEXT_BLOCK | BREAKOUT;
    H3 "h3" SPECIAL | HEADING | TEXT_BLOCK | BREAKOUT;
    H4 "h4" SPECIAL | HEADING | TEXT_BLOCK | BREAKOUT;
    H5 "h5" SPECIAL | HEADING | TEXT_BLOCK | BREAKOUT;
    H6 "h6" SPECIAL | HEADING | TEXT_BLOCK | BREAKOUT;
    Head "head" SPECIAL | BREAKOUT;
    Header "header" GROUP | FLOW;
    HGroup "hgroup" GROUP;
    Hr "hr" SPECIAL | VOID | FLOW | BREAKOUT;
    Html "html" SCOPE | TABLE_SCOPE | SPECIAL | BODY_CONTEXT | ROW_CONTEXT;
    I "i" FORMATTING | BREAKOUT;
    IFrame "iframe" SPECIAL | RAW_TEXT;
    Image "image" 0;
    Img "img" SPECIAL | VOID | BREAKOUT;
    Input "input" SPECIAL | VOID;
    IsIndex "isindex" SPECIAL;
    KeyGen "keygen" 0;
    Li "li" SPECIAL | ENDS | TEXT_BLOCK | BREAKOUT;
    Link "link" SPECIAL | VOID | METADATA;
    Listing "listing" SPECIAL | CLOSED_AS_GROUP | BREAKOUT;
    Main "main" GROUP | FLOW;
    MalignMark "malignmark" 0;
    Marquee "marquee" SCOPE | SPECIAL;
    Math "math" 0;
    Menu "menu" GROUP | BREAKOUT;
    Meta "meta" SPECIAL | VOID | METADATA | BREAKOUT;
    MGlyph "mglyph" 0;
    Nav "nav" GROUP | FLOW;
    NoBr "nobr" FORMATTING | BREAKOUT;
    NoEmbed "noembed" SPECIAL | RAW_TEXT;
    NoFrames "noframes" SPECIAL | RAW_TEXT | METADATA;
    NoScript "noscript" SPECIAL;
    Object "object" SCOPE | SPECIAL;
    Ol "ol" GROUP | LIST_SCOPE | FLOW | BREAKOUT;
    OptGroup "optgroup" ENDS;
    Option "option" ENDS;
    P "p" SPECIAL | GROUPING | ENDS | TEXT_BLOCK | BREAKOUT;
    Param "param" SPECIAL;
    PlainText "plaintext" SPECIAL | RAW_TEXT;
    Pre "pre" SPECIAL | CLOSED_AS_GROUP | TEXT_BLOCK | BREAKOUT;
    Rb "rb" ENDS;
    Rp "rp" ENDS;
    Rt "rt" ENDS;
    Rtc "rtc" ENDS;
    Ruby "ruby" BREAKOUT;
    S "s" FORMATTING | BREAKOUT;
    Script "script" SPECIAL | RAW_TEXT | METADATA;
    Search "search" GROUPING | CLOSED_AS_GROUP;
    Section "section" GROUP | TEXT_BLOCK;
    Select "select" SCOPE | SPECIAL | CLOSED_AS_GROUP;
    Small "small" FORMATTING | BREAKOUT;
    Source "source" SPECIAL | VOID;
    Span "span" BREAKOUT;
    Strike "strike" FORMATTING | BREAKOUT;
    Strong "strong" FORMATTING | BREAKOUT;
    Style "style" SPECIAL | RAW_TEXT | METADATA;
    Sub "sub" BREAKOUT;
    Summary "summary" GROUP;
    Sup "sup" BREAKOUT;
    SvgRoot "svg" 0;
    Table "table" SCOPE | TABLE_SCOPE | SPECIAL | FOSTERS | TEXT_BLOCK | BREAKOUT;
    TBody "tbody" SPECIAL | THOROUGH_END | BODY_CONTEXT | FOSTERS | ROW_GROUP;
    Td "td" SCOPE | SPECIAL | THOROUGH_END | CELL | BLOCK;
    Template "template" SCOPE | TABLE_SCOPE | SPECIAL | BODY_CONTEXT | ROW_CONTEXT | METADATA;
    TextArea "textarea" SPECIAL | RAW_TEXT;
    TFoot "tfoot" SPECIAL | THOROUGH_END | BODY_CONTEXT | FOSTERS | ROW_GROUP;
    Th "th" SCOPE | SPECIAL | THOROUGH_END | CELL | BLOCK;
    THead "thead" SPECIAL | THOROUGH_END | BODY_CONTEXT | FOSTERS | ROW_GROUP;
    Title "title" SPECIAL | RAW_TEXT | METADATA;
    Tr "tr" SPECIAL | THOROUGH_END | ROW_CONTEXT | FOSTERS | BLOCK;
    Track "track" SPECIAL | VOID;
    Tt "tt" FORMATTING | BREAKOUT;
    U "u" FORMATTING | BREAKOUT;
    Ul "ul" GROUP | LIST_SCOPE | FLOW | BREAKOUT;
    Var "var" BREAKOUT;
    Wbr "wbr" SPECIAL | VOID;
    Xmp "xmp" SPECIAL | RAW_TEXT;
}

impl Kind {
    /// Whether it is in one of the sets.
    pub(crate) fn is(self, sets: Set) -> bool {
        SETS.get(self as usize).is_some_and(|mine| mine & sets != 0)
    }

    /// The vocabulary that an open element of this kind belongs to.
    pub(crate) fn namespace(self) -> Namespace {
        match self {
            Self::MathMlText | Self::MathMlHtml | Self::MathMlAnnotation | Self::MathMl => {
                Namespace::MathMl
            }
            Self::SvgHtml | Self::Svg => Namespace::Other,
            _ => Namespace::Html,
        }
    }

    /// Whether an open element of this kind is of MathML or SVG.
    pub(crate) fn is_foreign(self) -> bool {
        self.namespace() != Namespace::Html
    }
}
