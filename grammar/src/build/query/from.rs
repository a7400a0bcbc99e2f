//! Sources in `FROM`.

use super::super::gates::{MS, MY, ORA, PG};
use super::super::{Builder, Mark, X};
use super::JoinEntry;
use crate::tree::*;
use air_base::Span;
use airc_lex::K;

impl Builder<'_> {
    pub(crate) fn new_from(&mut self, kind: FromKind, l: u32, r: u32) -> FromId {
        let span = self.span(l, r);
        self.node(From { kind, alias: None, columns: List::EMPTY, extra: None, span })
    }

    pub(crate) fn source_table(&mut self, l: u32, only: bool, r: u32) -> FromId {
        let name = self.name_of(l);
        self.new_from(FromKind::Table { name, only }, l, r)
    }

    pub(crate) fn source_only(&mut self, l: u32, n: u32, r: u32) -> FromId {
        self.gate(PG, l, "ONLY");
        let name = self.name_of(n);
        self.new_from(FromKind::Table { name, only: true }, l, r)
    }

    /// T-SQL: a table variable.
    pub(crate) fn source_variable(&mut self, l: u32, r: u32) -> FromId {
        self.gate(MS, l, "a variable as a table");
        let name = self.variable_name(l);
        self.new_from(FromKind::Table { name, only: false }, l, r)
    }

    /// A variable where a name is expected.
    pub(in crate::build) fn variable_name(&mut self, l: u32) -> Name {
        let tok = self.tok(l);
        if tok.kind == K::Name {
            return self.name_of(l);
        }
        let first = self.tree.idents.len() as u32;
        self.tree.idents.push(Ident { span: tok.span(), quote: Quote::None });
        List::new(first, 1)
    }

    pub(crate) fn source_query(&mut self, query: QueryId, lateral: bool, l: u32, r: u32) -> FromId {
        if lateral {
            self.gate(PG.or(MY).or(ORA), l, "LATERAL");
        }
        self.new_from(FromKind::Query { query, lateral }, l, r)
    }

    pub(crate) fn source_call(&mut self, call: ExprId, lateral: bool, l: u32, r: u32) -> FromId {
        self.new_from(FromKind::Function { call, lateral, ordinality: false }, l, r)
    }

    pub(crate) fn source_rows(&mut self, m: Mark, l: u32, r: u32) -> FromId {
        self.gate(PG, l, "ROWS FROM");
        let calls = self.close(m);
        self.new_from(FromKind::RowsFrom { calls, ordinality: false }, l, r)
    }

    pub(crate) fn source_opaque_table(&mut self, l: u32, r: u32) -> FromId {
        let span = self.span(l, r);
        self.new_from(FromKind::Opaque(span), l, r)
    }

    pub(crate) fn source_nested(&mut self, m: Mark, l: u32, r: u32) -> FromId {
        let sources: List<FromId> = self.close(m);
        if sources.len() > 1 {
            self.gate(MY, l, "a list of tables in brackets");
        }
        // MySQL: a comma in brackets is a cross join.
        let mark = self.stacks.joins.len() as u32;
        for i in 0..sources.len() {
            let source = self.tree.list(sources)[i];
            let pending = (i > 0).then_some((JoinKind::Cross, false, self.tree[source].span));
            self.stacks.joins.push(JoinEntry { source, pending, height: 0 });
            if i > 0 {
                self.join_pending(mark, JoinConstraint::None);
            }
        }
        let inner = self.join_end(mark);
        self.new_from(FromKind::Nested(inner), l, r)
    }

    pub(super) fn source_to(&mut self, t: FromId, r: u32) -> &mut From {
        let end = self.tok(r - 1).end;
        let from = &mut self.tree.froms[t.index()];
        from.span.end = end;
        from
    }

    pub(crate) fn source_alias(&mut self, t: FromId, l: u32, columns: Option<Mark>, r: u32) -> FromId {
        let columns = columns.map_or(List::EMPTY, |m| self.close(m));
        let alias = self.ident(l);
        if self.tree[t].alias.is_some() {
            let span = self.tok(l).span();
            self.reject(span, "a second alias");
            self.suggest_clause(self.tree[t].alias, alias);
        }
        let from = self.source_to(t, r);
        from.alias = Some(alias);
        from.columns = columns;
        t
    }

    pub(crate) fn source_columns(&mut self, t: FromId, m: Mark, r: u32) -> FromId {
        let columns = self.close(m);
        self.source_to(t, r).columns = columns;
        t
    }

    pub(crate) fn column_alias(&mut self, l: u32, ty: Option<TypeId>) -> Mark {
        let name = self.ident(l);
        self.open(ColumnAlias { name, ty })
    }

    pub(crate) fn source_ordinality(&mut self, t: FromId, r: u32) -> FromId {
        self.gate(PG, r - 1, "WITH ORDINALITY");
        let from = self.source_to(t, r);
        match &mut from.kind {
            FromKind::Function { ordinality, .. } | FromKind::RowsFrom { ordinality, .. } => {
                *ordinality = true
            }
            _ => {
                let span = from.span;
                self.reject(span, "WITH ORDINALITY belongs behind a function");
            }
        }
        t
    }

    pub(super) fn source_extra(&mut self, t: FromId, r: u32) -> &mut FromExtra {
        let id = match self.source_to(t, r).extra {
            Some(id) => id,
            None => {
                let id = self.node(FromExtra::default());
                self.tree.froms[t.index()].extra = Some(id);
                id
            }
        };
        &mut self.tree.from_extras[id.index()]
    }

    pub(crate) fn source_hint(&mut self, t: FromId, l: u32, r: u32) -> FromId {
        let kind = match self.aux(l) {
            0 => TableHintKind::Advice,
            1 => TableHintKind::Isolation,
            _ => TableHintKind::Lock,
        };
        let span = self.span(l, r);
        let hints = self.source_extra(t, r).hints;
        let hints = self.append(hints, TableHint { kind, span });
        self.source_extra(t, r).hints = hints;
        t
    }

    pub(crate) fn source_opaque(&mut self, t: FromId, l: u32, r: u32) -> FromId {
        let span = self.span(l, r);
        self.source_extra(t, r).opaque = Some(span);
        t
    }

    pub(crate) fn source_partition(&mut self, t: FromId, l: u32, first: u32, end: u32, r: u32) -> FromId {
        self.gate(MY.or(ORA), l, "PARTITION");
        let partitions = self.idents(first, end);
        self.source_extra(t, r).partitions = partitions;
        t
    }

    pub(crate) fn source_sample(&mut self, t: FromId, l: u32, x: X, rows: u32, r: u32) -> FromId {
        self.gate(PG.or(ORA).or(MS), l, "TABLESAMPLE");
        let amount = self.end(x);
        let tok = self.tok(l);
        let method = if tok.aux == 1 {
            self.tree.list(List::<Ident>::new(tok.data, 1)).first().copied()
        } else {
            None
        };
        let span = self.span(l, r);
        self.source_extra(t, r).sample = Some(Sample { method, amount, rows: rows == 1, seed: None, span });
        t
    }

    pub(crate) fn source_repeatable(&mut self, t: FromId, l: u32, x: X, r: u32) -> FromId {
        let seed = self.end(x);
        let end = self.tok(r - 1).end;
        match &mut self.source_extra(t, r).sample {
            Some(sample) => {
                sample.seed = Some(seed);
                sample.span.end = end;
            }
            None => {
                let span = self.tok(l).span();
                self.reject(span, "REPEATABLE belongs behind TABLESAMPLE");
            }
        }
        t
    }

    pub(crate) fn source_pivot(
        &mut self,
        t: FromId,
        l: u32,
        values: Mark,
        keys: Mark,
        members: Mark,
        r: u32,
    ) -> FromId {
        let members = self.close(members);
        self.pivot(t, l, values, keys, members, r)
    }

    pub(crate) fn source_pivot_row(
        &mut self,
        t: FromId,
        l: u32,
        values: Mark,
        keys: Mark,
        row: u32,
        r: u32,
    ) -> FromId {
        let literals = self.literal_items(row);
        let mark = self.open_mark::<SelectItem>();
        for i in 0..literals.len() {
            let expr = self.tree.list(literals)[i];
            self.open(SelectItem { expr, alias: None });
        }
        let members = self.close(mark);
        self.pivot(t, l, values, keys, members, r)
    }

    pub(super) fn pivot(
        &mut self,
        t: FromId,
        l: u32,
        values: Mark,
        keys: Mark,
        members: List<SelectItem>,
        r: u32,
    ) -> FromId {
        self.gate(ORA.or(MS), l, "PIVOT");
        let keys = self.close(keys);
        let values = self.close(values);
        let code = self.aux(l);
        let span = self.span(l, r);
        let id = self.node(Pivot {
            source: t,
            unpivot: code & 2 != 0,
            values,
            keys,
            members,
            include_nulls: code & 1 != 0,
            span,
        });
        let start = self.tree[t].span.start;
        let whole = Span::new(start, span.end);
        self.node(From {
            kind: FromKind::Pivot(id),
            alias: None,
            columns: List::EMPTY,
            extra: None,
            span: whole,
        })
    }
}
