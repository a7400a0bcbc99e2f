//! Sequences, types and domains.

use super::super::gates::{MARIA, MS, ORA, PG};
use super::super::{Builder, Mark, X};
use crate::tree::*;
use airc_lex::aux;

impl Builder<'_> {
    pub(crate) fn create_sequence(&mut self, l: u32, n: u32) -> Option<Mark> {
        let tok = self.tok(l);
        self.gate(PG.or(ORA).or(MS).or(MARIA), l, "a sequence");
        self.stacks.ddl.sequence = Some(CreateSequence {
            modifiers: CreateModifiers(tok.aux),
            if_not_exists: tok.flag & aux::IF_EXISTS != 0,
            name: self.name_of(n),
            options: List::EMPTY,
            alter: tok.flag & aux::ALTERS != 0,
            span: tok.span(),
        });
        None
    }

    pub(crate) fn sequence_type(&mut self, ty: TypeId) -> Mark {
        self.open(SequenceOption::Type(ty))
    }

    pub(crate) fn sequence_number(&mut self, l: u32, x: X) -> Mark {
        let value = self.end(x);
        let option = match self.aux(l) {
            0 => SequenceOption::Start(value),
            1 => SequenceOption::Increment(value),
            2 => SequenceOption::Min(value),
            3 => SequenceOption::Max(value),
            4 => SequenceOption::Cache(value),
            _ => SequenceOption::Restart(Some(value)),
        };
        self.open(option)
    }

    pub(crate) fn sequence_flag(&mut self, l: u32) -> Mark {
        let option = match self.aux(l) {
            0 => SequenceOption::NoMin,
            1 => SequenceOption::NoMax,
            2 => SequenceOption::NoCache,
            3 => SequenceOption::Cycle(false),
            4 => SequenceOption::Cycle(true),
            5 => SequenceOption::Restart(None),
            _ => SequenceOption::Advice,
        };
        self.open(option)
    }

    pub(crate) fn sequence_owner(&mut self, n: u32) -> Mark {
        let name = self.name_of(n);
        self.open(SequenceOption::OwnedBy(name))
    }

    pub(crate) fn sequence_end(&mut self, m: Option<Mark>, l: u32, r: u32) -> StatementId {
        let options = m.map_or(List::EMPTY, |m| self.close(m));
        let span = self.span(l, r);
        let Some(sequence) = self.stacks.ddl.sequence.take() else {
            return self.statement(StatementKind::Broken, l, r);
        };
        let id = self.node(CreateSequence { options, span, ..sequence });
        self.statement(StatementKind::CreateSequence(id), l, r)
    }

    pub(crate) fn create_enum(&mut self, n: u32, m: Option<Mark>, l: u32, r: u32) -> CreateTypeId {
        self.gate(PG, l, "an enum type");
        let values = m.map_or(List::EMPTY, |m| self.close(m));
        let name = self.name_of(n);
        let span = self.span(l, r);
        self.node(CreateType { name, kind: TypeKind::Enum(values), span })
    }

    pub(crate) fn composite_begin(&mut self, n: u32) -> u32 {
        self.begin_lists();
        self.stacks.ddl.composite = Some(self.name_of(n));
        n
    }

    pub(crate) fn create_composite(&mut self, n: u32, l: u32, r: u32) -> CreateTypeId {
        let columns = self.close(self.stacks.ddl.columns_from);
        let name = self.stacks.ddl.composite.take().unwrap_or(self.name_of(n));
        let span = self.span(l, r);
        self.node(CreateType { name, kind: TypeKind::Composite(columns), span })
    }

    pub(crate) fn create_alias_type(&mut self, n: u32, ty: TypeId, l: u32, r: u32) -> CreateTypeId {
        self.gate(MS, l, "CREATE TYPE … FROM");
        let name = self.name_of(n);
        let span = self.span(l, r);
        self.node(CreateType { name, kind: TypeKind::Domain { ty, constraints: List::EMPTY }, span })
    }

    pub(crate) fn create_domain(&mut self, n: u32, c: ColumnDefId, l: u32, r: u32) -> CreateTypeId {
        self.gate(PG, l, "a domain");
        self.column_end(c, r);
        let column = self.tree[c];
        let name = self.name_of(n);
        let span = self.span(l, r);
        let kind = match column.ty {
            Some(ty) => TypeKind::Domain { ty, constraints: column.constraints },
            None => {
                self.reject(span, "a domain needs a type");
                TypeKind::Other
            }
        };
        self.node(CreateType { name, kind, span })
    }
}
