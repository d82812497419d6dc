//! Tables.

use super::{Builder, Mode, Space, Step, Tag, Token};
use crate::kind::{self, Kind};
use html5ever::local_name;

/// Elements that begin a part of a table.
macro_rules! part {
    () => {
        Kind::Caption | Kind::Col | Kind::ColGroup | Kind::TBody | Kind::TFoot | Kind::THead
    };
}

/// Elements whose end tags mean nothing inside the rows of a table.
macro_rules! outside {
    () => {
        Kind::Body | Kind::Caption | Kind::Col | Kind::ColGroup | Kind::Html
    };
}

impl Builder<'_> {
    pub(super) fn in_table(&mut self, token: Token<'_>) -> Step {
        match token {
            Token::Text(..) | Token::Nul => self.text_in_table(token),
            Token::Comment => Step::Done,
            Token::Start(tag) => self.start_in_table(tag),
            Token::End(tag) => match tag.kind {
                Kind::Table => {
                    if self.open.has_in_table_scope(Kind::Table) {
                        self.open.close_through_kind(Kind::Table);
                        self.reset_mode();
                    }
                    Step::Done
                }
                Kind::Body | Kind::Html | Kind::Td | Kind::Th | Kind::Tr | part!() => Step::Done,
                Kind::Template => self.in_head(token),
                _ => self.foster(token),
            },
            Token::Eof => self.in_body(token),
        }
    }

    fn start_in_table(&mut self, tag: &Tag) -> Step {
        let token = Token::Start(tag);
        match tag.kind {
            Kind::Caption => {
                self.open.close_down_to(kind::TABLE_SCOPE);
                self.formatting.push_marker();
                self.insert_open(tag);
                self.mode = Mode::InCaption;
            }
            Kind::ColGroup => {
                self.open.close_down_to(kind::TABLE_SCOPE);
                self.insert_open(tag);
                self.mode = Mode::InColumnGroup;
            }
            Kind::Col => {
                self.open.close_down_to(kind::TABLE_SCOPE);
                self.insert_implied(local_name!("colgroup"), Kind::ColGroup);
                return self.again(Mode::InColumnGroup);
            }
            Kind::TBody | Kind::TFoot | Kind::THead => {
                self.open.close_down_to(kind::TABLE_SCOPE);
                self.insert_open(tag);
                self.mode = Mode::InTableBody;
            }
            Kind::Td | Kind::Th | Kind::Tr => {
                self.open.close_down_to(kind::TABLE_SCOPE);
                self.insert_implied(local_name!("tbody"), Kind::TBody);
                return self.again(Mode::InTableBody);
            }
            Kind::Table if self.open.has_in_table_scope(Kind::Table) => {
                self.open.close_through_kind(Kind::Table);
                self.reset_mode();
                return Step::Again;
            }
            Kind::Table => {}
            Kind::Style | Kind::Script | Kind::Template => return self.in_head(token),
            Kind::Input if self.says(tag, &local_name!("type"), "hidden") => {
                self.insert_void(tag);
            }
            Kind::Form => {
                if !self.open.has(Kind::Template) && self.form.is_none() {
                    self.form = Some(self.insert_void(tag));
                }
            }
            _ => return self.foster(token),
        }
        Step::Done
    }

    /// Applies the rules of the body to what does not belong in a table.
    fn foster(&mut self, token: Token<'_>) -> Step {
        self.foster_parenting = true;
        let step = self.in_body(token);
        self.foster_parenting = false;
        step
    }

    fn text_in_table(&mut self, token: Token<'_>) -> Step {
        if self.open.current().kind.is(kind::FOSTERS) {
            self.original_mode = self.mode;
            return self.again(Mode::InTableText);
        }
        self.foster(token)
    }

    pub(super) fn in_table_text(&mut self, token: Token<'_>) -> Step {
        match token {
            Token::Nul => Step::Done,
            Token::Text(text, _) => {
                self.pending_table_text.push(text);
                Step::Done
            }
            _ => {
                self.place_table_text();
                self.again(self.original_mode)
            }
        }
    }

    /// White space stays in the table; other text goes before it, with the white space around.
    fn place_table_text(&mut self) {
        let mut pending = std::mem::take(&mut self.pending_table_text);
        let is_space = |text| self.said(text).bytes().all(|byte| byte.is_ascii_whitespace());
        let all_space = pending.iter().all(|text| is_space(*text));
        for text in pending.drain(..) {
            if all_space {
                self.append_text(text);
            } else {
                self.foster(Token::Text(text, Space::Unknown));
            }
        }
        self.pending_table_text = pending;
    }

    pub(super) fn in_caption(&mut self, token: Token<'_>) -> Step {
        match token {
            Token::Start(Tag { kind: Kind::Td | Kind::Th | Kind::Tr | part!(), .. })
            | Token::End(Tag { kind: Kind::Table | Kind::Caption, .. }) => self.end_caption(token),
            Token::End(Tag {
                kind:
                    Kind::Body
                    | Kind::Col
                    | Kind::ColGroup
                    | Kind::Html
                    | Kind::TBody
                    | Kind::Td
                    | Kind::TFoot
                    | Kind::Th
                    | Kind::THead
                    | Kind::Tr,
                ..
            }) => Step::Done,
            _ => self.in_body(token),
        }
    }

    fn end_caption(&mut self, token: Token<'_>) -> Step {
        if !self.open.has_in_table_scope(Kind::Caption) {
            return Step::Done;
        }
        self.open.close_implied(kind::IMPLIED_END);
        self.open.close_through_kind(Kind::Caption);
        self.formatting.clear_to_marker();
        if let Token::End(Tag { kind: Kind::Caption, .. }) = token {
            self.mode = Mode::InTable;
            return Step::Done;
        }
        self.again(Mode::InTable)
    }

    pub(super) fn in_column_group(&mut self, token: Token<'_>) -> Step {
        match token {
            Token::Text(text, Space::All) => return self.append_text(text),
            Token::Comment => return Step::Done,
            Token::Start(tag) => match tag.kind {
                Kind::Html => return self.in_body(token),
                Kind::Col => {
                    self.insert_void(tag);
                    return Step::Done;
                }
                Kind::Template => return self.in_head(token),
                _ => {}
            },
            Token::End(tag) => match tag.kind {
                Kind::ColGroup => {
                    if self.open.current().kind == Kind::ColGroup {
                        self.open.pop();
                        self.mode = Mode::InTable;
                    }
                    return Step::Done;
                }
                Kind::Col => return Step::Done,
                Kind::Template => return self.in_head(token),
                _ => {}
            },
            Token::Eof => return self.in_body(token),
            _ => {}
        }
        if self.open.current().kind != Kind::ColGroup {
            return Step::Done;
        }
        self.open.pop();
        self.again(Mode::InTable)
    }

    pub(super) fn in_table_body(&mut self, token: Token<'_>) -> Step {
        match token {
            Token::Start(tag) if tag.kind == Kind::Tr => {
                self.open.close_down_to(kind::BODY_CONTEXT);
                self.insert_open(tag);
                self.mode = Mode::InRow;
                Step::Done
            }
            Token::Start(Tag { kind: Kind::Th | Kind::Td, .. }) => {
                self.open.close_down_to(kind::BODY_CONTEXT);
                self.insert_implied(local_name!("tr"), Kind::Tr);
                self.again(Mode::InRow)
            }
            Token::End(tag) if tag.kind.is(kind::ROW_GROUP) => {
                if self.open.has_in_table_scope(tag.kind) {
                    self.open.close_down_to(kind::BODY_CONTEXT);
                    self.open.pop();
                    self.mode = Mode::InTable;
                }
                Step::Done
            }
            Token::Start(Tag { kind: part!(), .. }) | Token::End(Tag { kind: Kind::Table, .. }) => {
                self.end_table_body()
            }
            Token::End(Tag { kind: outside!() | Kind::Td | Kind::Th | Kind::Tr, .. }) => Step::Done,
            _ => self.in_table(token),
        }
    }

    fn end_table_body(&mut self) -> Step {
        let ends = |kind| matches!(kind, Kind::Table | Kind::TBody | Kind::TFoot);
        if !self.open.has_in(kind::TABLE_SCOPE, |open| ends(open.kind)) {
            return Step::Done;
        }
        self.open.close_down_to(kind::BODY_CONTEXT);
        self.open.pop();
        self.again(Mode::InTable)
    }

    pub(super) fn in_row(&mut self, token: Token<'_>) -> Step {
        match token {
            Token::Start(tag) if tag.kind.is(kind::CELL) => {
                self.open.close_down_to(kind::ROW_CONTEXT);
                self.insert_open(tag);
                self.mode = Mode::InCell;
                self.formatting.push_marker();
                Step::Done
            }
            Token::End(tag) if tag.kind == Kind::Tr => {
                if self.end_row() {
                    self.mode = Mode::InTableBody;
                }
                Step::Done
            }
            Token::Start(Tag { kind: Kind::Tr | part!(), .. })
            | Token::End(Tag { kind: Kind::Table, .. }) => self.again_without_row(),
            Token::End(tag) if tag.kind.is(kind::ROW_GROUP) => {
                if !self.open.has_in_table_scope(tag.kind) {
                    return Step::Done;
                }
                self.again_without_row()
            }
            Token::End(Tag { kind: outside!() | Kind::Td | Kind::Th, .. }) => Step::Done,
            _ => self.in_table(token),
        }
    }

    /// Closes the row; false if none is open.
    fn end_row(&mut self) -> bool {
        let is_open = self.open.has_in_table_scope(Kind::Tr);
        if is_open {
            self.open.close_down_to(kind::ROW_CONTEXT);
            self.open.pop();
        }
        is_open
    }

    fn again_without_row(&mut self) -> Step {
        if self.end_row() { self.again(Mode::InTableBody) } else { Step::Done }
    }

    pub(super) fn in_cell(&mut self, token: Token<'_>) -> Step {
        match token {
            Token::End(tag) if tag.kind.is(kind::CELL) => {
                if self.open.has_in_table_scope(tag.kind) {
                    self.open.close_implied(kind::IMPLIED_END);
                    self.open.close_through_kind(tag.kind);
                    self.formatting.clear_to_marker();
                    self.mode = Mode::InRow;
                }
                Step::Done
            }
            Token::Start(Tag { kind: Kind::Td | Kind::Th | Kind::Tr | part!(), .. }) => {
                if !self.open.has_in(kind::TABLE_SCOPE, |open| open.kind.is(kind::CELL)) {
                    return Step::Done;
                }
                self.end_cell()
            }
            Token::End(Tag { kind: outside!(), .. }) => Step::Done,
            Token::End(tag) if matches!(tag.kind, Kind::Table | Kind::Tr | part!()) => {
                if !self.open.has_in_table_scope(tag.kind) {
                    return Step::Done;
                }
                self.end_cell()
            }
            _ => self.in_body(token),
        }
    }

    fn end_cell(&mut self) -> Step {
        self.open.close_implied(kind::IMPLIED_END);
        self.open.close_through(|kind| kind.is(kind::CELL));
        self.formatting.clear_to_marker();
        self.again(Mode::InRow)
    }
}
