//! Before the body, and behind it.

use super::{Builder, Mode, RawText, Space, Step, Token};
use crate::kind::{self, Kind};
use html5ever::local_name;

/// White space, which most of these modes let pass.
macro_rules! space {
    () => {
        Token::Text(_, Space::All)
    };
}

impl Builder<'_> {
    pub(super) fn initial(&mut self, token: Token<'_>) -> Step {
        match token {
            space!() | Token::Comment => Step::Done,
            _ => {
                self.quirks = true;
                self.again(Mode::BeforeHtml)
            }
        }
    }

    pub(super) fn before_html(&mut self, token: Token<'_>) -> Step {
        match token {
            space!() | Token::Comment => Step::Done,
            Token::Start(tag) if tag.kind == Kind::Html => {
                self.insert_open(tag);
                self.mode = Mode::BeforeHead;
                Step::Done
            }
            Token::End(tag) if !may_imply(tag.kind) => Step::Done,
            _ => {
                self.insert_implied(local_name!("html"), Kind::Html);
                self.again(Mode::BeforeHead)
            }
        }
    }

    pub(super) fn before_head(&mut self, token: Token<'_>) -> Step {
        match token {
            space!() | Token::Comment => Step::Done,
            Token::Start(tag) if tag.kind == Kind::Html => self.in_body(token),
            Token::Start(tag) if tag.kind == Kind::Head => {
                self.head = Some(self.insert_open(tag));
                self.mode = Mode::InHead;
                Step::Done
            }
            Token::End(tag) if !may_imply(tag.kind) => Step::Done,
            _ => {
                self.head = Some(self.insert_implied(local_name!("head"), Kind::Head));
                self.again(Mode::InHead)
            }
        }
    }

    pub(super) fn in_head(&mut self, token: Token<'_>) -> Step {
        match token {
            Token::Text(text, Space::All) => return self.append_text(text),
            Token::Comment => return Step::Done,
            Token::Start(tag) => match tag.kind {
                Kind::Html => return self.in_body(token),
                Kind::Base | Kind::BaseFont | Kind::BgSound | Kind::Link | Kind::Meta => {
                    self.insert_void(tag);
                    return Step::Done;
                }
                Kind::Title => return self.insert_raw_text(tag, RawText::Escapable),
                Kind::NoFrames | Kind::Style => return self.insert_raw_text(tag, RawText::Plain),
                Kind::NoScript => {
                    self.insert_open(tag);
                    self.mode = Mode::InHeadNoscript;
                    return Step::Done;
                }
                Kind::Script => return self.insert_raw_text(tag, RawText::Script),
                Kind::Template => {
                    self.formatting.push_marker();
                    self.frameset_ok = false;
                    self.mode = Mode::InTemplate;
                    self.template_modes.push(Mode::InTemplate);
                    self.insert_open(tag);
                    return Step::Done;
                }
                Kind::Head => return Step::Done,
                _ => {}
            },
            Token::End(tag) => match tag.kind {
                Kind::Head => {
                    self.open.pop();
                    self.mode = Mode::AfterHead;
                    return Step::Done;
                }
                Kind::Template => return self.end_template(),
                Kind::Body | Kind::Html | Kind::Br => {}
                _ => return Step::Done,
            },
            _ => {}
        }
        self.open.pop();
        self.again(Mode::AfterHead)
    }

    fn end_template(&mut self) -> Step {
        if self.open.has(Kind::Template) {
            self.open.close_implied(kind::IMPLIED_END | kind::THOROUGH_END);
            self.leave_template();
        }
        Step::Done
    }

    /// Closes the innermost template.
    fn leave_template(&mut self) {
        self.open.close_through_kind(Kind::Template);
        self.formatting.clear_to_marker();
        self.template_modes.pop();
        self.reset_mode();
    }

    pub(super) fn in_head_noscript(&mut self, token: Token<'_>) -> Step {
        match token {
            space!() | Token::Comment => return self.in_head(token),
            Token::Start(tag) => match tag.kind {
                Kind::Html => return self.in_body(token),
                Kind::BaseFont
                | Kind::BgSound
                | Kind::Link
                | Kind::Meta
                | Kind::NoFrames
                | Kind::Style => return self.in_head(token),
                Kind::Head | Kind::NoScript => return Step::Done,
                _ => {}
            },
            Token::End(tag) if tag.kind == Kind::NoScript => {
                self.open.pop();
                self.mode = Mode::InHead;
                return Step::Done;
            }
            Token::End(tag) if tag.kind != Kind::Br => return Step::Done,
            _ => {}
        }
        self.open.pop();
        self.again(Mode::InHead)
    }

    pub(super) fn after_head(&mut self, token: Token<'_>) -> Step {
        match token {
            Token::Text(text, Space::All) => return self.append_text(text),
            Token::Comment => return Step::Done,
            Token::Start(tag) => match tag.kind {
                Kind::Html => return self.in_body(token),
                Kind::Body => {
                    self.insert_open(tag);
                    self.frameset_ok = false;
                    self.mode = Mode::InBody;
                    return Step::Done;
                }
                Kind::FrameSet => {
                    self.insert_open(tag);
                    self.mode = Mode::InFrameset;
                    return Step::Done;
                }
                Kind::Head => return Step::Done,
                _ if tag.kind.is(kind::METADATA) => return self.late_for_head(token),
                _ => {}
            },
            Token::End(tag) if tag.kind == Kind::Template => return self.in_head(token),
            Token::End(tag) if !matches!(tag.kind, Kind::Body | Kind::Html | Kind::Br) => {
                return Step::Done;
            }
            _ => {}
        }
        self.insert_implied(local_name!("body"), Kind::Body);
        self.again(Mode::InBody)
    }

    /// Puts an element into the head although that is closed.
    fn late_for_head(&mut self, token: Token<'_>) -> Step {
        let Some(head) = self.head else { return Step::Done };
        self.open.push(head);
        let step = self.in_head(token);
        self.open.remove(head.id);
        step
    }

    pub(super) fn in_raw_text(&mut self, token: Token<'_>) -> Step {
        match token {
            Token::Text(text, _) => self.append_text(text),
            Token::Eof => {
                self.open.pop();
                self.again(self.original_mode)
            }
            Token::End(_) => {
                self.open.pop();
                self.mode = self.original_mode;
                Step::Done
            }
            Token::Nul | Token::Comment | Token::Start(_) => Step::Done,
        }
    }

    pub(super) fn in_template(&mut self, token: Token<'_>) -> Step {
        match token {
            Token::Text(..) | Token::Comment => self.in_body(token),
            Token::Start(tag) if tag.kind.is(kind::METADATA) => self.in_head(token),
            Token::End(tag) if tag.kind == Kind::Template => self.in_head(token),
            Token::Start(tag) => {
                let mode = match tag.kind {
                    Kind::Caption | Kind::ColGroup | Kind::TBody | Kind::TFoot | Kind::THead => {
                        Mode::InTable
                    }
                    Kind::Col => Mode::InColumnGroup,
                    Kind::Tr => Mode::InTableBody,
                    Kind::Td | Kind::Th => Mode::InRow,
                    _ => Mode::InBody,
                };
                self.template_modes.pop();
                self.template_modes.push(mode);
                self.again(mode)
            }
            Token::Eof if self.open.has(Kind::Template) => {
                self.leave_template();
                Step::Again
            }
            Token::Eof | Token::End(_) | Token::Nul => Step::Done,
        }
    }

    pub(super) fn after_body(&mut self, token: Token<'_>) -> Step {
        match token {
            space!() => self.in_body(token),
            Token::Start(tag) if tag.kind == Kind::Html => self.in_body(token),
            Token::End(tag) if tag.kind == Kind::Html => {
                self.mode = Mode::AfterAfterBody;
                Step::Done
            }
            Token::Comment | Token::Eof => Step::Done,
            _ => self.again(Mode::InBody),
        }
    }

    pub(super) fn after_after_body(&mut self, token: Token<'_>) -> Step {
        match token {
            space!() => self.in_body(token),
            Token::Start(tag) if tag.kind == Kind::Html => self.in_body(token),
            Token::Comment | Token::Eof => Step::Done,
            _ => self.again(Mode::InBody),
        }
    }

    pub(super) fn in_frameset(&mut self, token: Token<'_>) -> Step {
        match token {
            Token::Text(text, Space::All) => return self.append_text(text),
            Token::Start(tag) => match tag.kind {
                Kind::Html => return self.in_body(token),
                Kind::FrameSet => {
                    self.insert_open(tag);
                }
                Kind::Frame => {
                    self.insert_void(tag);
                }
                Kind::NoFrames => return self.in_head(token),
                _ => {}
            },
            Token::End(tag) if tag.kind == Kind::FrameSet && self.open.len() > 1 => {
                self.open.pop();
                if self.open.current().kind != Kind::FrameSet {
                    self.mode = Mode::AfterFrameset;
                }
            }
            _ => {}
        }
        Step::Done
    }

    pub(super) fn after_frameset(&mut self, token: Token<'_>) -> Step {
        match token {
            Token::Text(text, Space::All) => self.append_text(text),
            Token::Start(tag) if tag.kind == Kind::Html => self.in_body(token),
            Token::Start(tag) if tag.kind == Kind::NoFrames => self.in_head(token),
            Token::End(tag) if tag.kind == Kind::Html => {
                self.mode = Mode::AfterAfterFrameset;
                Step::Done
            }
            _ => Step::Done,
        }
    }

    pub(super) fn after_after_frameset(&mut self, token: Token<'_>) -> Step {
        match token {
            space!() => self.in_body(token),
            Token::Start(tag) if tag.kind == Kind::Html => self.in_body(token),
            Token::Start(tag) if tag.kind == Kind::NoFrames => self.in_head(token),
            _ => Step::Done,
        }
    }
}

/// End tags that imply the start of what they end.
fn may_imply(kind: Kind) -> bool {
    matches!(kind, Kind::Head | Kind::Body | Kind::Html | Kind::Br)
}
