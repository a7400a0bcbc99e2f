//! `WITH`.

use super::super::gates::{LITE, MY, ORA, PG};
use super::super::{Builder, DmlId, Mark};
use crate::tree::*;
use air_base::Span;

/// The beginning of a common table expression.
#[derive(Clone, Copy, Debug)]
pub(in crate::build) struct CteStart {
    name: Ident,
    columns: List<Ident>,
    start: u32,
}

impl Builder<'_> {
    pub(crate) fn with(&mut self, l: u32, m: Mark, r: u32) -> WithId {
        let ctes = self.close(m);
        let recursive = self.aux(l) == 1;
        if recursive {
            self.gate(MY.or(PG).or(LITE), l, "RECURSIVE");
        }
        let span = self.span(l, r);
        self.node(With { recursive, ctes, span })
    }

    pub(crate) fn cte_head(&mut self, l: u32, columns: Option<(u32, u32)>) -> u32 {
        let name = self.ident(l);
        let columns = columns.map_or(List::EMPTY, |(first, end)| self.idents(first, end));
        self.stacks.ctes.push(CteStart { name, columns, start: self.tok(l).start });
        l
    }

    pub(crate) fn cte(&mut self, l: u32, how: u32, body: CteBody, r: u32) -> Mark {
        let start = self.stacks.ctes.pop();
        let (name, columns) = match start {
            Some(start) => (start.name, start.columns),
            None => (self.ident(l), List::EMPTY),
        };
        let materialized = match how {
            0 => None,
            1 => Some(true),
            _ => Some(false),
        };
        if materialized.is_some() {
            self.gate(PG.or(LITE), l, "MATERIALIZED");
        }
        let begin = start.map_or(self.tok(l).start, |start| start.start);
        let span = Span::new(begin, self.tok(r - 1).end);
        self.open(Cte { name, columns, materialized, body, search_cycle: None, span })
    }

    pub(crate) fn cte_dml(&mut self, h: u32, how: u32, dml: DmlId, l: u32, e: u32, r: u32) -> Mark {
        self.gate(PG, l, "a statement that changes rows inside of WITH");
        let statement = self.statement(dml.into(), l, e);
        self.cte(h, how, CteBody::Statement(statement), r)
    }

    pub(crate) fn cte_search(&mut self, l: u32, r: u32) {
        self.gate(PG.or(ORA), l, "SEARCH and CYCLE");
        let span = self.span(l, r);
        if let Some(cte) = self.tree.ctes.last_open_mut() {
            cte.search_cycle = Some(span);
            cte.span.end = span.end;
        }
    }
}
