//! `CREATE VIEW`.

use super::super::Builder;
use super::super::gates::{ORA, PG};
use crate::tree::*;
use airc_lex::aux;

impl Builder<'_> {
    pub(crate) fn create_view(&mut self, l: u32, n: u32) {
        let tok = self.tok(l);
        self.stacks.ddl.options_from = self.open_mark::<TableOption>();
        let modifiers = CreateModifiers(tok.aux);
        if modifiers.has(CreateModifiers::MATERIALIZED) {
            self.gate(PG.or(ORA), l, "a materialized view");
        }
        self.stacks.ddl.view = Some(CreateView {
            modifiers,
            head: tok.span(),
            alter: tok.flag & aux::ALTERS != 0,
            if_not_exists: tok.flag & aux::IF_EXISTS != 0,
            name: self.name_of(n),
            columns: List::EMPTY,
            query: QueryId::new(0),
            check: None,
            read_only: false,
            no_data: None,
            options: List::EMPTY,
            span: tok.span(),
        });
    }

    pub(crate) fn view_columns(&mut self, first: u32, end: u32) {
        let columns = self.idents(first, end);
        if let Some(view) = &mut self.stacks.ddl.view {
            view.columns = columns;
        }
    }

    pub(crate) fn view_query(&mut self, query: QueryId) {
        if let Some(view) = &mut self.stacks.ddl.view {
            view.query = query;
        }
    }

    pub(crate) fn view_check(&mut self, l: u32) {
        let code = self.aux(l);
        if let Some(view) = &mut self.stacks.ddl.view {
            match code {
                0 => view.check = Some(ViewCheck::Plain),
                1 => view.check = Some(ViewCheck::Local),
                2 => view.check = Some(ViewCheck::Cascaded),
                _ => view.read_only = true,
            }
        }
    }

    pub(crate) fn view_with_data(&mut self, l: u32) {
        let data = self.aux(l) == 1;
        if let Some(view) = &mut self.stacks.ddl.view {
            view.no_data = Some(!data);
        }
    }

    pub(crate) fn create_view_end(&mut self, l: u32, r: u32) -> StatementId {
        let span = self.span(l, r);
        let options = self.close(self.stacks.ddl.options_from);
        let Some(view) = self.stacks.ddl.view.take() else {
            return self.statement(StatementKind::Broken, l, r);
        };
        let id = self.node(CreateView { options, span, ..view });
        self.statement(StatementKind::CreateView(id), l, r)
    }
}
