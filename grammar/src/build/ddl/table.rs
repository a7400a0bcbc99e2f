//! `CREATE TABLE`.

use super::super::Builder;
use super::super::gates::{LITE, MARIA, MS, MY, ORA, PG};
use crate::tree::*;
use air_base::Span;
use airc_lex::aux;

impl Builder<'_> {
    pub(crate) fn create_table(&mut self, l: u32, n: u32) {
        let tok = self.tok(l);
        self.begin_lists();
        let modifiers = CreateModifiers(tok.aux);
        if modifiers.has(CreateModifiers::OR_REPLACE) {
            self.gate(MARIA, l, "OR REPLACE for a table");
        }
        if modifiers.has(CreateModifiers::UNLOGGED) {
            self.gate(PG, l, "UNLOGGED");
        }
        if tok.flag & aux::IF_EXISTS != 0 {
            self.gate(MY.or(PG).or(LITE).or(ORA), l, "IF NOT EXISTS");
        }
        self.stacks.ddl.table = Some(CreateTable {
            modifiers,
            if_not_exists: tok.flag & aux::IF_EXISTS != 0,
            name: self.name_of(n),
            columns: List::EMPTY,
            constraints: List::EMPTY,
            likes: List::EMPTY,
            options: List::EMPTY,
            query: None,
            no_data: None,
            duplicates: None,
            opaque: None,
            span: tok.span(),
        });
    }

    /// Reports columns without a type; one that is calculated may do without in Oracle and T-SQL.
    fn check_types(&mut self, columns: List<ColumnDefId>) {
        for i in 0..columns.len() {
            let column = self.tree[self.tree.list(columns)[i]];
            let constraints = self.tree.list(column.constraints);
            let generated = constraints
                .iter()
                .any(|constraint| matches!(constraint.kind, ColumnConstraintKind::Generated { .. }));
            if column.ty.is_none() && !(generated && MS.or(ORA).has(self.dialect)) {
                self.reject(column.name.span, "this column has no type");
            }
        }
    }

    pub(super) fn begin_lists(&mut self) {
        self.stacks.ddl.columns_from = self.open_mark::<ColumnDefId>();
        self.stacks.ddl.constraints_from = self.open_mark::<TableConstraintId>();
        self.stacks.ddl.options_from = self.open_mark::<TableOption>();
        self.stacks.ddl.likes_from = self.open_mark::<LikeTable>();
    }

    pub(crate) fn trailing_comma(&mut self, l: u32) {
        self.gate(MS, l, "a comma before the closing bracket");
    }

    pub(crate) fn table_query(&mut self, query: QueryId) {
        if let Some(table) = &mut self.stacks.ddl.table {
            table.query = Some(query);
        }
    }

    pub(crate) fn table_with_data(&mut self, l: u32) {
        let data = self.aux(l) == 1;
        self.gate(PG, l, "WITH DATA");
        if let Some(table) = &mut self.stacks.ddl.table {
            table.no_data = Some(!data);
        }
    }

    pub(crate) fn table_like(&mut self, n: u32) {
        let table = self.name_of(n);
        let end = self.tok(n).end;
        self.open(LikeTable { table, options: Span::new(end, end), including: 0 });
    }

    /// The element `LIKE table` ends before token `l`.
    pub(crate) fn like_here(&mut self, l: u32) {
        if l > 0 {
            self.table_like(l - 1);
        }
    }

    pub(crate) fn like_option(&mut self, l: u32) {
        self.gate(PG, l, "INCLUDING and EXCLUDING");
        let tok = self.tok(l);
        if let Some(like) = self.tree.like_tables.last_open_mut() {
            if tok.aux & 0x8000 != 0 {
                like.including &= !tok.aux;
            } else {
                like.including |= tok.aux;
            }
            like.options.end = tok.end;
        }
    }

    pub(crate) fn option(&mut self, l: u32, value: Option<ExprId>, r: u32) {
        let option = self.new_option(l, value, r);
        self.open(option);
    }

    pub(super) fn new_option(&mut self, l: u32, value: Option<ExprId>, r: u32) -> TableOption {
        let kind = match self.aux(l) {
            0 => TableOptionKind::Engine,
            1 => TableOptionKind::AutoIncrement,
            2 => TableOptionKind::Charset,
            3 => TableOptionKind::Collate,
            4 => TableOptionKind::Comment,
            5 => TableOptionKind::WithoutRowid,
            6 => TableOptionKind::Strict,
            7 => TableOptionKind::OnCommitPreserve,
            8 => TableOptionKind::OnCommitDelete,
            9 => TableOptionKind::OnCommitDrop,
            10 => TableOptionKind::PartitionBy,
            11 => TableOptionKind::Inherits,
            12 => TableOptionKind::Storage,
            _ => TableOptionKind::Other,
        };
        match kind {
            TableOptionKind::Engine | TableOptionKind::AutoIncrement | TableOptionKind::Charset => {
                self.gate(MY, l, "this option")
            }
            TableOptionKind::WithoutRowid | TableOptionKind::Strict => self.gate(LITE, l, "this option"),
            TableOptionKind::Inherits => self.gate(PG, l, "INHERITS"),
            _ => {}
        }
        TableOption { kind, value, span: self.span(l, r) }
    }

    pub(crate) fn create_table_end(&mut self, l: u32, r: u32) -> StatementId {
        let span = self.span(l, r);
        let columns = self.close(self.stacks.ddl.columns_from);
        let constraints = self.close(self.stacks.ddl.constraints_from);
        let options = self.close(self.stacks.ddl.options_from);
        let likes = self.close(self.stacks.ddl.likes_from);
        let Some(table) = self.stacks.ddl.table.take() else {
            return self.statement(StatementKind::Broken, l, r);
        };
        if !LITE.has(self.dialect) && table.query.is_none() {
            self.check_types(columns);
        }
        let id = self.node(CreateTable { columns, constraints, options, likes, span, ..table });
        self.statement(StatementKind::CreateTable(id), l, r)
    }
}
