//! The body.

use super::stack::Open;
use super::{Builder, Mode, Next, RawText, Step, Tag, Token};
use crate::dom::Namespace;
use crate::kind::{self, Kind};
use html5ever::local_name;

impl Builder<'_> {
    pub(super) fn in_body(&mut self, token: Token<'_>) -> Step {
        match token {
            Token::Text(text, _) => {
                self.reopen_formatting();
                self.note_text(text);
                self.append_text(text)
            }
            Token::Start(tag) => self.start_in_body(tag),
            Token::End(tag) => self.end_in_body(tag),
            Token::Nul | Token::Comment => Step::Done,
            Token::Eof if self.template_modes.is_empty() => Step::Done,
            Token::Eof => self.in_template(token),
        }
    }

    fn start_in_body(&mut self, tag: &Tag) -> Step {
        let kind = tag.kind;
        if kind.is(kind::GROUPING) {
            self.open.close_paragraph_in_button_scope();
            self.insert_open(tag);
            return Step::Done;
        }
        if kind.is(kind::METADATA) {
            return self.in_head(Token::Start(tag));
        }
        match kind {
            Kind::Html => self.merge_root(tag),
            Kind::Body => self.merge_body(tag),
            Kind::FrameSet => self.replace_body(tag),
            Kind::A => {
                self.end_link_before_link(tag);
                self.reopen_formatting();
                self.open_formatting(tag);
            }
            Kind::NoBr => self.start_nobr(tag),
            _ if kind.is(kind::FORMATTING) => {
                self.reopen_formatting();
                self.open_formatting(tag);
            }
            _ if kind.is(kind::HEADING) => self.start_heading(tag),
            Kind::Li | Kind::Dd | Kind::Dt => self.start_item(tag),
            Kind::Pre | Kind::Listing => {
                self.open.close_paragraph_in_button_scope();
                self.insert_open(tag);
                self.ignore_line_feed = true;
                self.frameset_ok = false;
            }
            Kind::Form => self.start_form(tag),
            Kind::Button => self.start_button(tag),
            Kind::Applet | Kind::Marquee | Kind::Object => {
                self.reopen_formatting();
                self.insert_open(tag);
                self.formatting.push_marker();
                self.frameset_ok = false;
            }
            Kind::Table => {
                if !self.quirks {
                    self.open.close_paragraph_in_button_scope();
                }
                self.insert_open(tag);
                self.frameset_ok = false;
                self.mode = Mode::InTable;
            }
            Kind::Area | Kind::Br | Kind::Embed | Kind::Img | Kind::KeyGen | Kind::Wbr => {
                self.reopen_formatting();
                self.insert_void(tag);
                self.frameset_ok = false;
            }
            Kind::Input => self.start_input(tag),
            Kind::Param | Kind::Source | Kind::Track => {
                self.insert_void(tag);
            }
            Kind::Hr => self.start_hr(tag),
            Kind::Image => {
                let img = Tag { name: local_name!("img"), kind: Kind::Img, ..tag.clone() };
                return self.start_in_body(&img);
            }
            Kind::PlainText | Kind::TextArea | Kind::Xmp | Kind::IFrame | Kind::NoEmbed => {
                return self.start_raw_text(tag);
            }
            Kind::Select => self.start_select(tag),
            Kind::Option | Kind::OptGroup => self.start_option(tag),
            Kind::Rb | Kind::Rtc | Kind::Rp | Kind::Rt => self.start_ruby(tag),
            Kind::Math => {
                self.reopen_formatting();
                return self.insert_foreign(tag, Namespace::MathMl);
            }
            Kind::SvgRoot => {
                self.reopen_formatting();
                return self.insert_foreign(tag, Namespace::Other);
            }
            Kind::Caption
            | Kind::Col
            | Kind::ColGroup
            | Kind::Frame
            | Kind::Head
            | Kind::TBody
            | Kind::Td
            | Kind::TFoot
            | Kind::Th
            | Kind::THead
            | Kind::Tr => {}
            _ => {
                self.reopen_formatting();
                self.insert_open(tag);
            }
        }
        Step::Done
    }

    fn merge_root(&mut self, tag: &Tag) {
        if !self.open.has(Kind::Template) {
            self.arena.add_missing(self.open.at(0).id, tag.attributes);
        }
    }

    fn merge_body(&mut self, tag: &Tag) {
        if let Some(body) = self.body()
            && !self.open.has(Kind::Template)
        {
            self.frameset_ok = false;
            self.arena.add_missing(body.id, tag.attributes);
        }
    }

    /// A frameset takes the place of a body that has shown nothing.
    fn replace_body(&mut self, tag: &Tag) {
        if let Some(body) = self.body()
            && self.frameset_ok
        {
            self.arena.detach(body.id);
            self.open.truncate(1);
            self.insert_open(tag);
            self.mode = Mode::InFrameset;
        }
    }

    /// The body, if that is the second open element.
    fn body(&self) -> Option<Open> {
        Some(self.open.at(1)).filter(|open| open.kind == Kind::Body)
    }

    fn start_nobr(&mut self, tag: &Tag) {
        self.reopen_formatting();
        if self.open.has_in_scope(Kind::NoBr) {
            self.adopt(tag);
            self.reopen_formatting();
        }
        self.open_formatting(tag);
    }

    fn start_heading(&mut self, tag: &Tag) {
        self.open.close_paragraph_in_button_scope();
        if self.open.current().kind.is(kind::HEADING) {
            self.open.pop();
        }
        self.insert_open(tag);
    }

    fn start_item(&mut self, tag: &Tag) {
        self.frameset_ok = false;
        let is_list = tag.kind == Kind::Li;
        let ends = |kind| match kind {
            Kind::Li => is_list,
            Kind::Dd | Kind::Dt => !is_list,
            _ => false,
        };
        let holds = |kind: Kind| {
            kind.is(kind::SPECIAL) && !matches!(kind, Kind::Address | Kind::Div | Kind::P)
        };
        let first = self.open.iter().rev().find(|open| ends(open.kind) || holds(open.kind));
        if let Some(open) = first.copied().filter(|open| ends(open.kind)) {
            self.open.close_implied_except(open.kind);
            self.open.close_through_kind(open.kind);
        }
        self.open.close_paragraph_in_button_scope();
        self.insert_open(tag);
    }

    fn start_form(&mut self, tag: &Tag) {
        let in_template = self.open.has(Kind::Template);
        if self.form.is_some() && !in_template {
            return;
        }
        self.open.close_paragraph_in_button_scope();
        let form = self.insert_open(tag);
        if !in_template {
            self.form = Some(form);
        }
    }

    fn start_button(&mut self, tag: &Tag) {
        if self.open.has_in_scope(Kind::Button) {
            self.open.close_implied(kind::IMPLIED_END);
            self.open.close_through_kind(Kind::Button);
        }
        self.reopen_formatting();
        self.insert_open(tag);
        self.frameset_ok = false;
    }

    fn start_input(&mut self, tag: &Tag) {
        if self.open.has_in_scope(Kind::Select) {
            self.open.close_through_kind(Kind::Select);
        }
        self.reopen_formatting();
        self.insert_void(tag);
        if !self.says(tag, &local_name!("type"), "hidden") {
            self.frameset_ok = false;
        }
    }

    fn start_hr(&mut self, tag: &Tag) {
        self.open.close_paragraph_in_button_scope();
        if self.open.has_in_scope(Kind::Select) {
            self.open.close_implied(kind::IMPLIED_END);
        }
        self.insert_void(tag);
        self.frameset_ok = false;
    }

    fn start_raw_text(&mut self, tag: &Tag) -> Step {
        match tag.kind {
            Kind::PlainText => {
                self.open.close_paragraph_in_button_scope();
                self.insert_open(tag);
                return Step::Tell(Next::Plaintext);
            }
            Kind::TextArea => {
                self.ignore_line_feed = true;
                self.frameset_ok = false;
                return self.insert_raw_text(tag, RawText::Escapable);
            }
            Kind::Xmp => {
                self.open.close_paragraph_in_button_scope();
                self.reopen_formatting();
                self.frameset_ok = false;
            }
            Kind::IFrame => self.frameset_ok = false,
            _ => {}
        }
        self.insert_raw_text(tag, RawText::Plain)
    }

    fn start_select(&mut self, tag: &Tag) {
        if self.open.has_in_scope(Kind::Select) {
            self.open.close_through_kind(Kind::Select);
            return;
        }
        self.reopen_formatting();
        self.insert_open(tag);
        self.frameset_ok = false;
    }

    fn start_option(&mut self, tag: &Tag) {
        if self.open.has_in_scope(Kind::Select) {
            let kept = if tag.kind == Kind::Option { Kind::OptGroup } else { Kind::Other };
            self.open.close_implied_except(kept);
        } else if self.open.current().kind == Kind::Option {
            self.open.pop();
        }
        self.reopen_formatting();
        self.insert_open(tag);
    }

    fn start_ruby(&mut self, tag: &Tag) {
        if self.open.has_in_scope(Kind::Ruby) {
            let kept = match tag.kind {
                Kind::Rp | Kind::Rt => Kind::Rtc,
                _ => Kind::Other,
            };
            self.open.close_implied_except(kept);
        }
        self.insert_open(tag);
    }

    fn end_in_body(&mut self, tag: &Tag) -> Step {
        let kind = tag.kind;
        match kind {
            _ if kind.is(kind::CLOSED_AS_GROUP) => {
                if self.open.has_in_scope(kind) {
                    self.open.close_implied(kind::IMPLIED_END);
                    self.open.close_through_kind(kind);
                }
            }
            _ if kind.is(kind::FORMATTING) => self.adopt(tag),
            Kind::P => self.end_paragraph(),
            _ if kind.is(kind::HEADING) => {
                if self.open.has_in(kind::SCOPE, |open| open.kind.is(kind::HEADING)) {
                    self.open.close_implied(kind::IMPLIED_END);
                    self.open.close_through(|open| open.is(kind::HEADING));
                }
            }
            Kind::Li | Kind::Dd | Kind::Dt => {
                let scope = kind::SCOPE | if kind == Kind::Li { kind::LIST_SCOPE } else { 0 };
                if self.open.has_in(scope, |open| open.kind == kind) {
                    self.open.close_implied_except(kind);
                    self.open.close_through_kind(kind);
                }
            }
            Kind::Template => return self.in_head(Token::End(tag)),
            Kind::Body | Kind::Html => return self.end_body(kind),
            Kind::Form => self.end_form(),
            Kind::Applet | Kind::Marquee | Kind::Object => {
                if self.open.has_in_scope(kind) {
                    self.open.close_implied(kind::IMPLIED_END);
                    self.open.close_through_kind(kind);
                    self.formatting.clear_to_marker();
                }
            }
            Kind::Br => return self.start_in_body(&Tag::bare(local_name!("br"))),
            _ => self.end_any_other(tag),
        }
        Step::Done
    }

    fn end_paragraph(&mut self) {
        if !self.open.has_in(kind::SCOPE | kind::BUTTON_SCOPE, |open| open.kind == Kind::P) {
            self.insert_implied(local_name!("p"), Kind::P);
        }
        self.open.close_paragraph();
    }

    fn end_body(&mut self, kind: Kind) -> Step {
        if !self.open.has_in_scope(Kind::Body) {
            return Step::Done;
        }
        self.mode = Mode::AfterBody;
        if kind == Kind::Html { Step::Again } else { Step::Done }
    }

    fn end_form(&mut self) {
        if self.open.has(Kind::Template) {
            if self.open.has_in_scope(Kind::Form) {
                self.open.close_implied(kind::IMPLIED_END);
                self.open.close_through_kind(Kind::Form);
            }
            return;
        }
        if let Some(form) = self.form.take()
            && self.open.has_in(kind::SCOPE, |open| open.id == form.id)
        {
            self.open.close_implied(kind::IMPLIED_END);
            self.open.remove(form.id);
        }
    }

    /// "Any other end tag": ends the innermost element of its name, unless a special one is inside.
    pub(super) fn end_any_other(&mut self, tag: &Tag) {
        let names = |open: Open| {
            open.kind == tag.kind
                && (open.kind != Kind::Other
                    || self.arena.element(open.id).is_some_and(|element| element.name == tag.name))
        };
        let found = self.open.iter().rposition(|o| names(*o) || o.kind.is(kind::SPECIAL));
        if let Some(index) = found
            && names(self.open.at(index))
        {
            self.open.close_implied_except(tag.kind);
            self.open.truncate(index);
        }
    }
}
