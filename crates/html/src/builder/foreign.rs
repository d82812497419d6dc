//! MathML and SVG.

use super::stack::Open;
use super::{Builder, Step, Tag, Token};
use crate::dom::{Namespace, Stretch};
use crate::kind::{self, Kind};
use crate::texts::Text;
use html5ever::{LocalName, local_name};

impl Builder<'_> {
    /// Whether the token belongs to MathML or SVG.
    pub(super) fn is_foreign(&self, token: Token<'_>) -> bool {
        let current = self.open.current().kind;
        match (current, token) {
            (_, Token::Eof) => false,
            (Kind::MathMlText | Kind::MathMlHtml | Kind::SvgHtml, Token::Text(..) | Token::Nul)
            | (Kind::MathMlHtml | Kind::SvgHtml, Token::Start(_)) => false,
            (Kind::MathMlText, Token::Start(tag)) => {
                matches!(tag.kind, Kind::MGlyph | Kind::MalignMark)
            }
            (Kind::MathMlAnnotation, Token::Start(tag)) => tag.kind != Kind::SvgRoot,
            _ => current.is_foreign(),
        }
    }

    pub(super) fn in_foreign_content(&mut self, token: Token<'_>) -> Step {
        match token {
            Token::Nul => {
                let replacement = self.arena.texts.make(|out| out.push('\u{fffd}'));
                self.append_text(replacement)
            }
            Token::Text(text, _) => {
                self.note_text(text);
                self.append_text(text)
            }
            Token::Comment | Token::Eof => Step::Done,
            Token::Start(tag) if self.breaks_out(tag) => {
                self.leave_foreign();
                self.apply(self.mode, token)
            }
            Token::Start(tag) => self.insert_foreign(tag, self.open.current().kind.namespace()),
            Token::End(tag) if matches!(tag.kind, Kind::Br | Kind::P) => {
                self.leave_foreign();
                self.apply(self.mode, token)
            }
            Token::End(tag) => self.end_foreign(tag),
        }
    }

    /// Text other than white space stands in the way of a frameset.
    pub(super) fn note_text(&mut self, text: Text) {
        if self.frameset_ok {
            let is_space = self.said(text).bytes().all(|byte| byte.is_ascii_whitespace());
            self.frameset_ok = is_space;
        }
    }

    fn breaks_out(&self, tag: &Tag) -> bool {
        let says = |name| self.arena.attribute(tag.attributes, &name).is_some();
        tag.kind.is(kind::BREAKOUT)
            || tag.kind == Kind::Font
                && (says(local_name!("color"))
                    || says(local_name!("face"))
                    || says(local_name!("size")))
    }

    /// Closes what is foreign, up to where HTML belongs.
    fn leave_foreign(&mut self) {
        while matches!(self.open.current().kind, Kind::MathMl | Kind::MathMlAnnotation | Kind::Svg)
        {
            self.open.pop();
        }
    }

    /// Inserts `<math>`, `<svg>`, or what stands in them.
    pub(super) fn insert_foreign(&mut self, tag: &Tag, namespace: Namespace) -> Step {
        let name = match namespace {
            Namespace::Other => svg_name(tag.name.clone()),
            _ => tag.name.clone(),
        };
        self.adjust_attributes(tag.attributes, namespace);
        let kind = self.foreign_kind(tag, &name, namespace);
        let open = self.insert(name, kind, tag.attributes);
        if !tag.self_closing {
            self.open.push(open);
        }
        Step::Done
    }

    fn foreign_kind(&self, tag: &Tag, name: &LocalName, namespace: Namespace) -> Kind {
        let holds = |kind| self.says(tag, &local_name!("encoding"), kind);
        match *name {
            local_name!("foreignObject") | local_name!("desc") | local_name!("title")
                if namespace == Namespace::Other =>
            {
                Kind::SvgHtml
            }
            _ if namespace == Namespace::Other => Kind::Svg,
            local_name!("mi")
            | local_name!("mo")
            | local_name!("mn")
            | local_name!("ms")
            | local_name!("mtext") => Kind::MathMlText,
            local_name!("annotation-xml")
                if holds("text/html") || holds("application/xhtml+xml") =>
            {
                Kind::MathMlHtml
            }
            local_name!("annotation-xml") => Kind::MathMlAnnotation,
            _ => Kind::MathMl,
        }
    }

    /// Gives attributes the case that their vocabulary has, and takes prefixes off.
    fn adjust_attributes(&mut self, attributes: Stretch, namespace: Namespace) {
        let range = attributes.start as usize..attributes.end as usize;
        let Some(attributes) = self.arena.attributes.get_mut(range) else { return };
        for (name, _) in attributes {
            let adjusted = match namespace {
                Namespace::MathMl if *name == local_name!("definitionurl") => {
                    Some(local_name!("definitionURL"))
                }
                Namespace::Other => svg_attribute(name),
                _ => None,
            };
            if let Some(adjusted) = adjusted.or_else(|| without_prefix(name)) {
                *name = adjusted;
            }
        }
    }

    fn end_foreign(&mut self, tag: &Tag) -> Step {
        for index in (1..self.open.len()).rev() {
            let open = self.open.at(index);
            if index + 1 < self.open.len() && !open.kind.is_foreign() {
                return self.apply(self.mode, Token::End(tag));
            }
            if self.is_named(open, &tag.name) {
                self.open.truncate(index);
                return Step::Done;
            }
        }
        Step::Done
    }

    /// Whether an open element has this name, in whatever case.
    fn is_named(&self, open: Open, name: &LocalName) -> bool {
        let element = self.arena.element(open.id);
        element.is_some_and(|element| element.name.eq_ignore_ascii_case(name))
    }
}

/// Names that have capitals in SVG.
fn svg_name(name: LocalName) -> LocalName {
    match name {
        local_name!("altglyph") => local_name!("altGlyph"),
        local_name!("altglyphdef") => local_name!("altGlyphDef"),
        local_name!("altglyphitem") => local_name!("altGlyphItem"),
        local_name!("animatecolor") => local_name!("animateColor"),
        local_name!("animatemotion") => local_name!("animateMotion"),
        local_name!("animatetransform") => local_name!("animateTransform"),
        local_name!("clippath") => local_name!("clipPath"),
        local_name!("feblend") => local_name!("feBlend"),
        local_name!("fecolormatrix") => local_name!("feColorMatrix"),
        local_name!("fecomponenttransfer") => local_name!("feComponentTransfer"),
        local_name!("fecomposite") => local_name!("feComposite"),
        local_name!("feconvolvematrix") => local_name!("feConvolveMatrix"),
        local_name!("fediffuselighting") => local_name!("feDiffuseLighting"),
        local_name!("fedisplacementmap") => local_name!("feDisplacementMap"),
        local_name!("fedistantlight") => local_name!("feDistantLight"),
        local_name!("fedropshadow") => local_name!("feDropShadow"),
        local_name!("feflood") => local_name!("feFlood"),
        local_name!("fefunca") => local_name!("feFuncA"),
        local_name!("fefuncb") => local_name!("feFuncB"),
        local_name!("fefuncg") => local_name!("feFuncG"),
        local_name!("fefuncr") => local_name!("feFuncR"),
        local_name!("fegaussianblur") => local_name!("feGaussianBlur"),
        local_name!("feimage") => local_name!("feImage"),
        local_name!("femerge") => local_name!("feMerge"),
        local_name!("femergenode") => local_name!("feMergeNode"),
        local_name!("femorphology") => local_name!("feMorphology"),
        local_name!("feoffset") => local_name!("feOffset"),
        local_name!("fepointlight") => local_name!("fePointLight"),
        local_name!("fespecularlighting") => local_name!("feSpecularLighting"),
        local_name!("fespotlight") => local_name!("feSpotLight"),
        local_name!("fetile") => local_name!("feTile"),
        local_name!("feturbulence") => local_name!("feTurbulence"),
        local_name!("foreignobject") => local_name!("foreignObject"),
        local_name!("glyphref") => local_name!("glyphRef"),
        local_name!("lineargradient") => local_name!("linearGradient"),
        local_name!("radialgradient") => local_name!("radialGradient"),
        local_name!("textpath") => local_name!("textPath"),
        name => name,
    }
}

/// Names of attributes that have capitals in SVG.
fn svg_attribute(name: &LocalName) -> Option<LocalName> {
    Some(match *name {
        local_name!("attributename") => local_name!("attributeName"),
        local_name!("attributetype") => local_name!("attributeType"),
        local_name!("basefrequency") => local_name!("baseFrequency"),
        local_name!("baseprofile") => local_name!("baseProfile"),
        local_name!("calcmode") => local_name!("calcMode"),
        local_name!("clippathunits") => local_name!("clipPathUnits"),
        local_name!("diffuseconstant") => local_name!("diffuseConstant"),
        local_name!("edgemode") => local_name!("edgeMode"),
        local_name!("filterunits") => local_name!("filterUnits"),
        local_name!("glyphref") => local_name!("glyphRef"),
        local_name!("gradienttransform") => local_name!("gradientTransform"),
        local_name!("gradientunits") => local_name!("gradientUnits"),
        local_name!("kernelmatrix") => local_name!("kernelMatrix"),
        local_name!("kernelunitlength") => local_name!("kernelUnitLength"),
        local_name!("keypoints") => local_name!("keyPoints"),
        local_name!("keysplines") => local_name!("keySplines"),
        local_name!("keytimes") => local_name!("keyTimes"),
        local_name!("lengthadjust") => local_name!("lengthAdjust"),
        local_name!("limitingconeangle") => local_name!("limitingConeAngle"),
        local_name!("markerheight") => local_name!("markerHeight"),
        local_name!("markerunits") => local_name!("markerUnits"),
        local_name!("markerwidth") => local_name!("markerWidth"),
        local_name!("maskcontentunits") => local_name!("maskContentUnits"),
        local_name!("maskunits") => local_name!("maskUnits"),
        local_name!("numoctaves") => local_name!("numOctaves"),
        local_name!("pathlength") => local_name!("pathLength"),
        local_name!("patterncontentunits") => local_name!("patternContentUnits"),
        local_name!("patterntransform") => local_name!("patternTransform"),
        local_name!("patternunits") => local_name!("patternUnits"),
        local_name!("pointsatx") => local_name!("pointsAtX"),
        local_name!("pointsaty") => local_name!("pointsAtY"),
        local_name!("pointsatz") => local_name!("pointsAtZ"),
        local_name!("preservealpha") => local_name!("preserveAlpha"),
        local_name!("preserveaspectratio") => local_name!("preserveAspectRatio"),
        local_name!("primitiveunits") => local_name!("primitiveUnits"),
        local_name!("refx") => local_name!("refX"),
        local_name!("refy") => local_name!("refY"),
        local_name!("repeatcount") => local_name!("repeatCount"),
        local_name!("repeatdur") => local_name!("repeatDur"),
        local_name!("requiredextensions") => local_name!("requiredExtensions"),
        local_name!("requiredfeatures") => local_name!("requiredFeatures"),
        local_name!("specularconstant") => local_name!("specularConstant"),
        local_name!("specularexponent") => local_name!("specularExponent"),
        local_name!("spreadmethod") => local_name!("spreadMethod"),
        local_name!("startoffset") => local_name!("startOffset"),
        local_name!("stddeviation") => local_name!("stdDeviation"),
        local_name!("stitchtiles") => local_name!("stitchTiles"),
        local_name!("surfacescale") => local_name!("surfaceScale"),
        local_name!("systemlanguage") => local_name!("systemLanguage"),
        local_name!("tablevalues") => local_name!("tableValues"),
        local_name!("targetx") => local_name!("targetX"),
        local_name!("targety") => local_name!("targetY"),
        local_name!("textlength") => local_name!("textLength"),
        local_name!("viewbox") => local_name!("viewBox"),
        local_name!("viewtarget") => local_name!("viewTarget"),
        local_name!("xchannelselector") => local_name!("xChannelSelector"),
        local_name!("ychannelselector") => local_name!("yChannelSelector"),
        local_name!("zoomandpan") => local_name!("zoomAndPan"),
        _ => return None,
    })
}

/// Names of attributes whose prefix is a namespace in foreign content.
fn without_prefix(name: &LocalName) -> Option<LocalName> {
    Some(match *name {
        local_name!("xlink:actuate") => local_name!("actuate"),
        local_name!("xlink:arcrole") => local_name!("arcrole"),
        local_name!("xlink:href") => local_name!("href"),
        local_name!("xlink:role") => local_name!("role"),
        local_name!("xlink:show") => local_name!("show"),
        local_name!("xlink:title") => local_name!("title"),
        local_name!("xlink:type") => local_name!("type"),
        local_name!("xml:lang") => local_name!("lang"),
        local_name!("xml:space") => local_name!("space"),
        local_name!("xmlns:xlink") => local_name!("xlink"),
        _ => return None,
    })
}
