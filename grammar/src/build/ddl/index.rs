//! `CREATE INDEX`.

use super::super::gates::{LITE, MS, PG};
use super::super::{Builder, Mark, X};
use crate::tree::*;
use airc_lex::aux;

impl Builder<'_> {
    pub(crate) fn create_index(&mut self, l: u32, name: u32, t: u32, m: Mark) {
        let columns = self.close(m);
        self.stacks.ddl.options_from = self.open_mark::<TableOption>();
        let tok = self.tok(l);
        let name = if name == 0 {
            self.gate(PG, l, "an index without a name");
            None
        } else {
            Some(self.name_of(name - 1))
        };
        self.stacks.ddl.index = Some(CreateIndex {
            modifiers: CreateModifiers(tok.aux),
            if_not_exists: tok.flag & aux::IF_EXISTS != 0,
            concurrently: tok.flag & aux::CONCURRENTLY != 0,
            name,
            table: self.name_of(t),
            columns,
            method: self.stacks.ddl.method.take(),
            include: List::EMPTY,
            nulls_not_distinct: false,
            filter: None,
            options: List::EMPTY,
            span: tok.span(),
        });
    }

    pub(crate) fn index_method(&mut self, l: u32) {
        let tok = self.tok(l);
        let method = if tok.aux == 1 { Some(self.ident(l)) } else { None };
        match &mut self.stacks.ddl.index {
            Some(index) => index.method = method,
            None => self.stacks.ddl.method = method,
        }
    }

    pub(crate) fn index_include(&mut self, first: u32, end: u32) {
        self.gate(PG.or(MS), first, "INCLUDE");
        let include = self.idents(first, end);
        if let Some(index) = &mut self.stacks.ddl.index {
            index.include = include;
        }
    }

    pub(crate) fn index_where(&mut self, x: X) {
        let filter = self.end(x);
        let known = PG.or(LITE).or(MS);
        if !known.has(self.dialect) {
            let span = self.expr_span(filter);
            self.foreign(known, span, "a partial index");
        }
        if let Some(index) = &mut self.stacks.ddl.index {
            index.filter = Some(filter);
        }
    }

    pub(crate) fn index_nulls_not_distinct(&mut self) {
        if let Some(index) = &mut self.stacks.ddl.index {
            index.nulls_not_distinct = true;
        }
    }

    pub(crate) fn create_index_end(&mut self, l: u32, r: u32) -> StatementId {
        let span = self.span(l, r);
        let options = self.close(self.stacks.ddl.options_from);
        let Some(index) = self.stacks.ddl.index.take() else {
            return self.statement(StatementKind::Broken, l, r);
        };
        let id = self.node(CreateIndex { options, span, ..index });
        self.statement(StatementKind::CreateIndex(id), l, r)
    }
}
