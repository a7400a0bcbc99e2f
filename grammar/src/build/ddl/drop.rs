//! `DROP` and `TRUNCATE`.

use super::super::gates::{MS, MY, ORA, PG};
use super::super::{Builder, Mark};
use crate::tree::*;
use airc_lex::aux;

impl Builder<'_> {
    pub(crate) fn push_name(&mut self, l: u32) -> Mark {
        let name = self.name_of(l);
        self.open(name)
    }

    pub(crate) fn drop(&mut self, l: u32, m: Mark, r: u32) -> DropId {
        let names = self.close(m);
        let tok = self.tok(l);
        let span = self.span(l, r);
        self.node(Drop {
            object: ObjectKind::from_code(tok.aux),
            if_exists: tok.flag & aux::IF_EXISTS != 0,
            temporary: tok.flag & aux::DROP_TEMPORARY != 0,
            concurrently: tok.flag & aux::CONCURRENTLY != 0,
            names,
            on: None,
            behavior: None,
            purge: false,
            span,
        })
    }

    pub(crate) fn drop_on(&mut self, d: DropId, n: u32) -> DropId {
        let on = self.name_of(n);
        let end = self.tok(n).end;
        let drop = &mut self.tree.drops[d.index()];
        drop.on = Some(on);
        drop.span.end = end;
        d
    }

    pub(super) fn behavior(&self, l: u32) -> Option<DropBehavior> {
        match self.aux(l) {
            0 => Some(DropBehavior::Cascade),
            1 => Some(DropBehavior::Restrict),
            _ => None,
        }
    }

    pub(crate) fn drop_behavior(&mut self, d: DropId, l: u32) -> DropId {
        let behavior = self.behavior(l);
        let end = self.tok(l).end;
        let drop = &mut self.tree.drops[d.index()];
        match behavior {
            Some(behavior) => drop.behavior = Some(behavior),
            None => drop.purge = true,
        }
        drop.span.end = end;
        d
    }

    pub(crate) fn truncate(&mut self, l: u32, m: Mark, r: u32) -> TruncateId {
        self.gate(MY.or(PG).or(ORA).or(MS), l, "TRUNCATE");
        let tables = self.close(m);
        let span = self.span(l, r);
        let only = self.aux(l) == 1;
        self.node(Truncate { only, tables, restart_identity: None, behavior: None, span })
    }

    pub(crate) fn truncate_restart(&mut self, t: TruncateId, l: u32) -> TruncateId {
        self.gate(PG, l, "this clause");
        let restart = self.aux(l) == 1;
        self.tree.truncates[t.index()].restart_identity = Some(restart);
        t
    }

    pub(crate) fn truncate_behavior(&mut self, t: TruncateId, l: u32) -> TruncateId {
        let behavior = self.behavior(l);
        self.tree.truncates[t.index()].behavior = behavior;
        t
    }
}
