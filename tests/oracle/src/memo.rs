//! Results of subqueries, kept by the values of the columns outside that they look at.
//!
//! What a subquery gives depends on nothing else while a statement only reads: the tables stay as they are and
//! volatile functions are left out. So the rows are those of evaluating it anew for each row, only sooner.

use crate::error::Eval;
use crate::expr::{Evaluator, Relation};
use air::builtins::Volatility;
use air::node::Child;
use air::query::SourceKind;
use air::{CteId, Expr, QueryId, SourceId, Statement};
use rustc_hash::{FxHashMap, FxHashSet};
use std::fmt::Write;
use std::rc::Rc;

/// What a subquery looks at.
#[derive(Debug)]
struct Facts {
    /// Columns of sources outside of it.
    columns: Vec<(SourceId, u32)>,
    /// Common table expressions declared outside of it.
    ctes: Vec<CteId>,
    /// It gives the same rows for the same columns.
    stable: bool,
}

/// Kept results.
#[derive(Default)]
pub(crate) struct Memo {
    facts: FxHashMap<QueryId, Rc<Facts>>,
    /// The common table expressions are kept along, so that their addresses are not used again.
    kept: FxHashMap<(QueryId, String), (Vec<Rc<Relation>>, Rc<Relation>)>,
}

impl Evaluator<'_> {
    /// Rows of a subquery.
    pub(crate) fn subquery(&mut self, query: QueryId) -> Eval<Rc<Relation>> {
        let facts = match self.memo.facts.get(&query) {
            Some(facts) => facts.clone(),
            None => {
                let facts = Rc::new(self.facts(query));
                self.memo.facts.insert(query, facts.clone());
                facts
            }
        };
        let run = |evaluator: &mut Self| evaluator.apart(|e| e.query(query)).map(Rc::new);
        if !facts.stable {
            return run(self);
        }
        let mut ctes = Vec::new();
        for cte in &facts.ctes {
            match self.ctes.get(cte) {
                Some(Some(relation)) => ctes.push(relation.clone()),
                // Known after this.
                _ => return run(self),
            }
        }
        // All digits count: equal numbers may be written differently.
        let mut key = String::new();
        for (source, index) in &facts.columns {
            let value = self.env[source.index()].as_ref().and_then(|row| row.get(*index as usize));
            let _ = write!(key, "{value:?},");
        }
        for cte in &ctes {
            let _ = write!(key, "{:p},", Rc::as_ptr(cte));
        }
        let key = (query, key);
        if let Some((_, relation)) = self.memo.kept.get(&key) {
            return Ok(relation.clone());
        }
        let relation = run(self)?;
        self.memo.kept.insert(key, (ctes, relation.clone()));
        Ok(relation)
    }

    fn facts(&self, query: QueryId) -> Facts {
        let air = self.air;
        let reads = air.nested.is_empty()
            && air.statements.iter().all(|statement| matches!(statement, Statement::Query { .. }));
        let mut facts = Facts { columns: Vec::new(), ctes: Vec::new(), stable: reads };
        let (mut inside, mut own) = (FxHashSet::default(), FxHashSet::default());
        let mut stack = vec![Child::Query(query)];
        while let Some(child) = stack.pop() {
            match child {
                Child::Query(query) => own.extend(air.list(air.query(query).ctes).iter().copied()),
                Child::Source(source) => {
                    inside.insert(source);
                    if let SourceKind::Cte { cte } = air.source(source).kind {
                        facts.ctes.push(cte);
                    }
                }
                Child::Expr(expr) => match air.expr(expr) {
                    Expr::Column { source, index, .. } => facts.columns.push((source, index)),
                    Expr::Call { op, .. } if op.signature().volatility == Volatility::Volatile => {
                        facts.stable = false;
                    }
                    Expr::Sequence { .. } | Expr::UserCall { .. } => facts.stable = false,
                    _ => {}
                },
                Child::Select(_) | Child::Rel(_) | Child::Window(_) => {}
            }
            air.children(child, &mut |below| stack.push(below));
        }
        facts.columns.retain(|(source, _)| !inside.contains(source));
        facts.columns.sort_unstable();
        facts.columns.dedup();
        facts.ctes.retain(|cte| !own.contains(cte));
        facts.ctes.sort_unstable();
        facts.ctes.dedup();
        facts
    }
}
