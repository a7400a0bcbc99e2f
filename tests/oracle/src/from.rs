//! FROM and WHERE: joins of all kinds.
//!
//! Plain joins are flattened, and each condition is asked as soon as its sources are there; equalities find
//! partners through buckets. That is all the planning there is, and only so that joins of many tables end.

use crate::error::{Eval, EvalError};
use crate::expr::{Evaluator, Row, Tuple};
use crate::query::{ROWS_MAX, Sources, equal};
use crate::value::Value;
use air::builtins::Volatility;
use air::expr::CompareOp;
use air::node::Child;
use air::query::{JoinKind, Rel, SourceKind};
use air::types::Collation;
use air::{Builtin, Expr, ExprId, RelId, SourceId};
use rustc_hash::FxHashMap;
use std::rc::Rc;

/// Rows of FROM.
#[derive(Default)]
pub(crate) struct Tuples {
    pub(crate) sources: Vec<SourceId>,
    pub(crate) tuples: Vec<Tuple>,
}

/// A condition that must be true.
#[derive(Clone)]
struct Condition {
    test: Test,
    /// Sources of this FROM that it looks at.
    needs: Sources,
}

#[derive(Clone, Copy)]
enum Test {
    Holds(ExprId),
    Equal(ExprId, ExprId, Collation),
}

impl Test {
    /// Both sides, if it is an equality.
    fn sides(self, air: &air::Air) -> Option<(ExprId, ExprId, Collation)> {
        match self {
            Test::Equal(left, right, collation) => Some((left, right, collation)),
            Test::Holds(expr) => match air.expr(expr) {
                Expr::Compare { op: CompareOp::Eq, collation, left, right } => Some((left, right, collation)),
                _ => None,
            },
        }
    }
}

impl Evaluator<'_> {
    /// Rows of FROM for which `filter` is true. Without FROM there is one row without columns.
    pub(crate) fn from(&mut self, from: Option<RelId>, filter: Option<ExprId>) -> Eval<Tuples> {
        let mut here = Sources::default();
        if let Some(from) = from {
            self.declared(from, &mut here);
        }
        let mut conditions = Vec::new();
        if let Some(filter) = filter {
            self.split(filter, &here, &mut conditions);
        }
        match from {
            Some(from) => self.rel(from, conditions, &here),
            None => {
                let one = Tuples { sources: Vec::new(), tuples: vec![Rc::new(Vec::new())] };
                self.filtered(one, &conditions)
            }
        }
    }

    /// Sources of a FROM tree.
    pub(crate) fn declared(&self, rel: RelId, sources: &mut Sources) {
        match self.air.rel(rel) {
            Rel::Source { source } => {
                sources.insert(source);
            }
            Rel::Join { left, right, .. } => {
                self.declared(left, sources);
                self.declared(right, sources);
            }
        }
    }

    /// The terms of a conjunction, each with what it looks at.
    fn split(&self, expr: ExprId, here: &Sources, conditions: &mut Vec<Condition>) {
        match self.air.expr(expr) {
            Expr::And { terms } => {
                self.air.list(terms).iter().for_each(|term| self.split(*term, here, conditions));
            }
            _ => conditions.push(Condition { test: Test::Holds(expr), needs: self.needs(&[expr], here) }),
        }
    }

    fn needs(&self, exprs: &[ExprId], here: &Sources) -> Sources {
        let mut needs = Sources::default();
        let mut stack: Vec<Child> = exprs.iter().map(|expr| Child::Expr(*expr)).collect();
        while let Some(child) = stack.pop() {
            if let Child::Expr(id) = child
                && let Expr::Column { source, .. } = self.air.expr(id)
                && here.contains(&source)
            {
                needs.insert(source);
            }
            self.air.children(child, &mut |below| stack.push(below));
        }
        needs
    }

    /// Conditions of a join of its own.
    fn join_conditions(&self, on: Option<ExprId>, rel: &Rel, here: &Sources) -> Vec<Condition> {
        let mut conditions = Vec::new();
        if let Some(on) = on {
            self.split(on, here, &mut conditions);
        }
        if let Rel::Join { using, .. } = rel {
            for column in self.air.list(*using) {
                let needs = self.needs(&[column.left, column.right], here);
                conditions.push(Condition {
                    test: Test::Equal(column.left, column.right, column.collation),
                    needs,
                });
            }
        }
        conditions
    }

    /// Rows of a tree, for which all `conditions` are true; each looks at sources of the tree only.
    fn rel(&mut self, id: RelId, conditions: Vec<Condition>, here: &Sources) -> Eval<Tuples> {
        let air = self.air;
        let rel = air.rel(id);
        match rel {
            Rel::Source { source } => {
                let tuples = self.source(source)?.into_iter().map(|row| Rc::new(vec![row])).collect();
                self.filtered(Tuples { sources: vec![source], tuples }, &conditions)
            }
            Rel::Join { kind: JoinKind::Inner | JoinKind::Cross | JoinKind::Comma, .. } => {
                let (mut leaves, mut conditions) = (Vec::new(), conditions);
                self.flatten(id, here, &mut leaves, &mut conditions);
                self.plain_joins(&leaves, conditions, here)
            }
            Rel::Join { kind, left, right, on, .. } => {
                let own = self.join_conditions(on, &rel, here);
                let mut of_left = Sources::default();
                self.declared(left, &mut of_left);
                // A condition on the kept side alone may come before the join.
                let (first, rest): (Vec<Condition>, Vec<Condition>) = conditions.into_iter().partition(|c| {
                    kind == JoinKind::Left && !c.needs.is_empty() && c.needs.is_subset(&of_left)
                });
                let left_rows = self.rel(left, first, here)?;
                let joined = self.outer_join(kind, left_rows, right, own, here)?;
                self.filtered(joined, &rest)
            }
        }
    }

    fn flatten(&self, id: RelId, here: &Sources, leaves: &mut Vec<RelId>, conditions: &mut Vec<Condition>) {
        let rel = self.air.rel(id);
        match rel {
            Rel::Join {
                kind: JoinKind::Inner | JoinKind::Cross | JoinKind::Comma, left, right, on, ..
            } => {
                self.flatten(left, here, leaves, conditions);
                self.flatten(right, here, leaves, conditions);
                conditions.extend(self.join_conditions(on, &rel, here));
            }
            _ => leaves.push(id),
        }
    }

    fn is_lateral(&self, rel: RelId) -> bool {
        match self.air.rel(rel) {
            Rel::Source { source } => {
                let source = self.air.source(source);
                source.lateral || matches!(source.kind, SourceKind::Function { .. })
            }
            Rel::Join { left, right, .. } => self.is_lateral(left) || self.is_lateral(right),
        }
    }

    /// Joins leaves, next always one that an equality connects, if there is one.
    fn plain_joins(&mut self, leaves: &[RelId], mut pending: Vec<Condition>, here: &Sources) -> Eval<Tuples> {
        let mut of_leaf: Vec<Sources> = Vec::new();
        for leaf in leaves {
            let mut sources = Sources::default();
            self.declared(*leaf, &mut sources);
            of_leaf.push(sources);
        }
        let mut left: Vec<usize> = (0..leaves.len()).collect();
        let mut joined: Option<Tuples> = None;
        let mut have = Sources::default();
        while !left.is_empty() {
            let connected = |leaf: &usize| {
                pending.iter().any(|condition| {
                    condition.test.sides(self.air).is_some()
                        && !condition.needs.is_disjoint(&of_leaf[*leaf])
                        && !condition.needs.is_subset(&of_leaf[*leaf])
                        && condition.needs.iter().all(|s| have.contains(s) || of_leaf[*leaf].contains(s))
                })
            };
            // Lateral leaves wait for all that stand before them, which keeps their order of writing.
            let ready = |at: usize| !self.is_lateral(leaves[left[at]]) || at == 0;
            let next = (0..left.len()).find(|at| ready(*at) && connected(&left[*at]));
            let at = next.unwrap_or(0);
            let leaf = left.remove(at);
            let alone = |condition: &Condition| {
                !condition.needs.is_empty() && condition.needs.is_subset(&of_leaf[leaf])
            };
            let (own, rest): (Vec<Condition>, Vec<Condition>) = pending.into_iter().partition(alone);
            have.extend(&of_leaf[leaf]);
            let (now, later): (Vec<Condition>, Vec<Condition>) =
                rest.into_iter().partition(|c| !c.needs.is_empty() && c.needs.is_subset(&have));
            pending = later;
            joined = Some(match joined {
                None => {
                    let rows = self.rel(leaves[leaf], own, here)?;
                    self.filtered(rows, &now)?
                }
                Some(known) if self.is_lateral(leaves[leaf]) => {
                    self.lateral_join(known, leaves[leaf], own.into_iter().chain(now).collect(), here)?
                }
                Some(known) => {
                    let right = self.rel(leaves[leaf], own, here)?;
                    self.matched(known, right, &now)?
                }
            });
        }
        // What looks at no source decides about all rows.
        self.filtered(joined.unwrap_or_default(), &pending)
    }

    fn lateral_join(
        &mut self,
        left: Tuples,
        right: RelId,
        conditions: Vec<Condition>,
        here: &Sources,
    ) -> Eval<Tuples> {
        let mut joined = Tuples::default();
        for tuple in &left.tuples {
            let rows = self.bound(&left.sources, tuple, |e| e.rel(right, Vec::new(), here))?;
            if joined.sources.is_empty() {
                joined.sources = left.sources.iter().chain(&rows.sources).copied().collect();
            }
            joined.tuples.extend(rows.tuples.iter().map(|row| both(tuple, row)));
        }
        if joined.sources.is_empty() {
            joined.sources = left.sources;
            self.order_of(right, &mut joined.sources);
        }
        self.filtered(joined, &conditions)
    }

    /// Sources of a tree, left to right.
    fn order_of(&self, rel: RelId, sources: &mut Vec<SourceId>) {
        match self.air.rel(rel) {
            Rel::Source { source } => sources.push(source),
            Rel::Join { left, right, .. } => {
                self.order_of(left, sources);
                self.order_of(right, sources);
            }
        }
    }

    fn outer_join(
        &mut self,
        kind: JoinKind,
        left: Tuples,
        right: RelId,
        conditions: Vec<Condition>,
        here: &Sources,
    ) -> Eval<Tuples> {
        let mut right_sources = Vec::new();
        self.order_of(right, &mut right_sources);
        if self.is_lateral(right) {
            if kind != JoinKind::Left {
                return EvalError::unsupported("a lateral source that is kept");
            }
            let mut joined = Tuples::default();
            joined.sources.extend(left.sources.iter().chain(&right_sources));
            for tuple in &left.tuples {
                let rows = self.bound(&left.sources, tuple, |e| e.rel(right, Vec::new(), here))?;
                let one = Tuples { sources: left.sources.clone(), tuples: vec![tuple.clone()] };
                let nulls = self.null_tuple(&rows.sources);
                let before = joined.tuples.len();
                let matches = self.matched(one, rows, &conditions)?;
                joined.tuples.extend(matches.tuples);
                joined.sources = matches.sources;
                if joined.tuples.len() == before {
                    joined.tuples.push(both(tuple, &nulls));
                }
            }
            return Ok(joined);
        }
        let right = self.rel(right, Vec::new(), here)?;
        let sources = left.sources.iter().chain(&right.sources).copied().collect();
        let pairs = self.pairs(&left, &right, &conditions)?;
        let (mut left_met, mut right_met) = (vec![false; left.tuples.len()], vec![false; right.tuples.len()]);
        let mut tuples = Vec::new();
        for (a, b) in pairs {
            left_met[a] = true;
            right_met[b] = true;
            tuples.push((a, both(&left.tuples[a], &right.tuples[b])));
        }
        if matches!(kind, JoinKind::Left | JoinKind::Full) {
            let nulls = self.null_tuple(&right.sources);
            let lonely = left.tuples.iter().enumerate().filter(|(i, _)| !left_met[*i]);
            tuples.extend(lonely.map(|(i, tuple)| (i, both(tuple, &nulls))));
            tuples.sort_by_key(|(i, _)| *i);
        }
        let mut tuples: Vec<Tuple> = tuples.into_iter().map(|(_, tuple)| tuple).collect();
        if matches!(kind, JoinKind::Right | JoinKind::Full) {
            let nulls = self.null_tuple(&left.sources);
            let lonely = right.tuples.iter().enumerate().filter(|(i, _)| !right_met[*i]);
            tuples.extend(lonely.map(|(_, tuple)| both(&nulls, tuple)));
        }
        Ok(Tuples { sources, tuples })
    }

    fn null_tuple(&self, sources: &[SourceId]) -> Tuple {
        let nulls = |source: &SourceId| Rc::new(vec![Value::Null; self.air.source(*source).columns.len()]);
        Rc::new(sources.iter().map(nulls).collect())
    }

    /// All pairs for which the conditions are true.
    fn matched(&mut self, left: Tuples, right: Tuples, conditions: &[Condition]) -> Eval<Tuples> {
        let pairs = self.pairs(&left, &right, conditions)?;
        let tuples = pairs.into_iter().map(|(a, b)| both(&left.tuples[a], &right.tuples[b])).collect();
        Ok(Tuples { sources: left.sources.into_iter().chain(right.sources).collect(), tuples })
    }

    fn pairs(
        &mut self,
        left: &Tuples,
        right: &Tuples,
        conditions: &[Condition],
    ) -> Eval<Vec<(usize, usize)>> {
        let here: Sources = left.sources.iter().chain(&right.sources).copied().collect();
        let of_left: Sources = left.sources.iter().copied().collect();
        let of_right: Sources = right.sources.iter().copied().collect();
        let mut keys = Vec::new();
        for condition in conditions {
            let Some((a, b, collation)) = condition.test.sides(self.air) else { continue };
            if self.is_volatile(a) || self.is_volatile(b) {
                continue;
            }
            let (needs_a, needs_b) = (self.needs(&[a], &here), self.needs(&[b], &here));
            let fits = |x: &Sources, y: &Sources| {
                !x.is_empty() && !y.is_empty() && x.is_subset(&of_left) && y.is_subset(&of_right)
            };
            if fits(&needs_a, &needs_b) {
                keys.push((a, b, collation));
            } else if fits(&needs_b, &needs_a) {
                keys.push((b, a, collation));
            }
        }
        // Partners by bucket; without equalities all are in one.
        let mut buckets: FxHashMap<Vec<u8>, Vec<usize>> = FxHashMap::default();
        for (i, tuple) in right.tuples.iter().enumerate() {
            let exprs: Vec<_> = keys.iter().map(|(_, right, collation)| (*right, *collation)).collect();
            if let Some(bucket) = self.bucket_of(&right.sources, tuple, &exprs)? {
                buckets.entry(bucket).or_default().push(i);
            }
        }
        let exprs: Vec<_> = keys.iter().map(|(left, _, collation)| (*left, *collation)).collect();
        let mut pairs = Vec::new();
        for (i, tuple) in left.tuples.iter().enumerate() {
            let Some(bucket) = self.bucket_of(&left.sources, tuple, &exprs)? else { continue };
            for j in buckets.get(&bucket).map_or(&[][..], |bucket| bucket) {
                let holds = conditions.is_empty()
                    || self.bound(&left.sources, tuple, |e| {
                        e.bound(&right.sources, &right.tuples[*j], |e| e.all_hold(conditions))
                    })?;
                if holds {
                    pairs.push((i, *j));
                    if pairs.len() > ROWS_MAX {
                        return EvalError::fails("a join of too many rows");
                    }
                }
            }
        }
        Ok(pairs)
    }

    /// Bucket of a row's keys; `None` if one is NULL, which equals nothing.
    fn bucket_of(
        &mut self,
        sources: &[SourceId],
        tuple: &Tuple,
        keys: &[(ExprId, Collation)],
    ) -> Eval<Option<Vec<u8>>> {
        self.bound(sources, tuple, |evaluator| {
            let mut bucket = Vec::new();
            for (key, collation) in keys {
                let value = evaluator.eval(*key)?;
                if value.is_null() {
                    return Ok(None);
                }
                value.bucket(*collation, &mut bucket);
            }
            Ok(Some(bucket))
        })
    }

    fn is_volatile(&self, expr: ExprId) -> bool {
        self.within(expr).iter().any(|id| match self.air.expr(*id) {
            Expr::Call { op, .. } => op.signature().volatility == Volatility::Volatile,
            Expr::Row { .. } => true, // NULLs within rows have their own rules
            _ => false,
        })
    }

    fn all_hold(&mut self, conditions: &[Condition]) -> Eval<bool> {
        for condition in conditions {
            let holds = match condition.test {
                Test::Holds(expr) => self.holds(expr)?,
                Test::Equal(left, right, collation) => {
                    let (left, right) = (self.eval(left)?, self.eval(right)?);
                    matches!(equal(&left, &right, collation), Value::Bool(true))
                }
            };
            if !holds {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn filtered(&mut self, rows: Tuples, conditions: &[Condition]) -> Eval<Tuples> {
        if conditions.is_empty() {
            return Ok(rows);
        }
        let mut kept = Vec::new();
        for tuple in rows.tuples {
            if self.bound(&rows.sources, &tuple, |evaluator| evaluator.all_hold(conditions))? {
                kept.push(tuple);
            }
        }
        Ok(Tuples { sources: rows.sources, tuples: kept })
    }

    // Sources.

    /// Rows of a source, with as many values as it lists columns.
    pub(crate) fn source(&mut self, id: SourceId) -> Eval<Vec<Row>> {
        let air = self.air;
        let source = air.source(id);
        match source.kind {
            SourceKind::Table { name } => self.table_rows(id, name),
            SourceKind::Derived { query } => Ok(self.subquery(query)?.rows.clone()),
            SourceKind::Cte { cte } => Ok(self.cte(cte)?.rows.clone()),
            SourceKind::Function { op, args, ordinality } => {
                let args = self.eval_all(air.list(args))?;
                let mut rows = table_function(op, &args)?;
                if ordinality {
                    for (i, row) in rows.iter_mut().enumerate() {
                        row.push(Value::Int(i as i128 + 1));
                    }
                }
                Ok(rows.into_iter().map(Rc::new).collect())
            }
            SourceKind::Proposed {}
            | SourceKind::Old {}
            | SourceKind::New {}
            | SourceKind::Variables {}
            | SourceKind::TriggerRow { .. } => EvalError::malformed("a row of a change in FROM"),
        }
    }
}

fn both(left: &Tuple, right: &Tuple) -> Tuple {
    Rc::new(left.iter().chain(right.iter()).cloned().collect())
}

fn table_function(op: Builtin, args: &[Value]) -> Eval<Vec<Vec<Value>>> {
    match op {
        Builtin::GenerateSeries => series(args),
        Builtin::Unnest => {
            let arrays: Vec<&[Value]> = args
                .iter()
                .map(|arg| match arg {
                    Value::Array(items) => Ok(&items[..]),
                    Value::Null => Ok(&[][..]),
                    _ => EvalError::unsupported("unnest of no array"),
                })
                .collect::<Eval<_>>()?;
            let longest = arrays.iter().map(|array| array.len()).max().unwrap_or(0);
            let row =
                |i: usize| arrays.iter().map(|array| array.get(i).cloned().unwrap_or(Value::Null)).collect();
            Ok((0..longest).map(row).collect())
        }
        Builtin::StringSplit => match args {
            [Value::Text(text), Value::Text(separator)] if !separator.is_empty() => {
                Ok(text.split(separator.as_str()).map(|part| vec![Value::Text(part.to_owned())]).collect())
            }
            _ => Ok(Vec::new()),
        },
        other => EvalError::unsupported(other.name()),
    }
}

fn series(args: &[Value]) -> Eval<Vec<Vec<Value>>> {
    if args.iter().any(Value::is_null) {
        return Ok(Vec::new());
    }
    let step = args.get(2).cloned().unwrap_or(Value::Int(1));
    let mut rows = Vec::new();
    let mut at = args[0].clone();
    let up = match &step {
        Value::Interval(interval) => interval.length() > 0,
        other => other.order(&Value::Int(0), Collation::BINARY).is_gt(),
    };
    if matches!(&step, Value::Interval(i) if i.length() == 0) || step.same(&Value::Int(0), Collation::BINARY)
    {
        return EvalError::fails("a series without step");
    }
    loop {
        let order = at.order(&args[1], Collation::BINARY);
        if if up { order.is_gt() } else { order.is_lt() } {
            return Ok(rows);
        }
        rows.push(vec![at.clone()]);
        if rows.len() > ROWS_MAX {
            return EvalError::fails("a series of too many rows");
        }
        at = match (&at, &step) {
            (Value::Int(a), Value::Int(b)) => Value::Int(a + b),
            (_, Value::Interval(_)) => crate::scalar::times::interval_arithmetic(Builtin::Add, &at, &step)?,
            _ => match (at.to_decimal(), step.to_decimal()) {
                (Some(a), Some(b)) => Value::Decimal(a.add(&b)),
                _ => return EvalError::unsupported("a series of such values"),
            },
        };
    }
}
