//! Aggregates over groups, and windows.

use crate::aggregate::{Aggregate, AggregateRow, aggregate};
use crate::error::{Eval, EvalError};
use crate::expr::{Block, Evaluator, Group, Tuple};
use crate::query::order_keys;
use crate::value::{Interval, Value};
use air::expr::{Frame, FrameBound, FrameExclude, FrameUnit, OrderKey, WindowSpec};
use air::query::Select;
use air::types::Collation;
use air::{Builtin, Expr, ExprId};
use rustc_hash::FxHashMap;
use std::cmp::Ordering;
use std::collections::hash_map::Entry;
use std::ops::Range;
use std::rc::Rc;

/// A row of a block: its tuple, and its group after grouping.
type Here = (Tuple, Option<Rc<Group>>);

impl Evaluator<'_> {
    /// An aggregate over the rows of the current group.
    pub(crate) fn group_aggregate(&mut self, id: ExprId) -> Eval<Value> {
        let (Some(block), Some(group)) = (self.place.block.clone(), self.place.group.clone()) else {
            return EvalError::malformed("an aggregate outside of a group");
        };
        self.aggregate_over(id, &block, &group.tuples)
    }

    fn aggregate_over(&mut self, id: ExprId, block: &Rc<Block>, tuples: &[Tuple]) -> Eval<Value> {
        let Expr::Aggregate { op, args, order, .. } = self.air.expr(id) else {
            return EvalError::malformed("no aggregate");
        };
        if matches!(op, Builtin::KeepFirst | Builtin::KeepLast) {
            let order = self.air.list(order).to_vec();
            let mut keyed = Vec::new();
            for tuple in tuples {
                let keys = self.at(block, 0, tuple, &None, None, |evaluator| {
                    order.iter().map(|key| evaluator.eval(key.expr)).collect::<Eval<Vec<_>>>()
                })?;
                keyed.push((keys, tuple.clone()));
            }
            let wanted = if op == Builtin::KeepFirst { Ordering::Less } else { Ordering::Greater };
            let mut best: Vec<(Vec<Value>, Tuple)> = Vec::new();
            for (keys, tuple) in keyed {
                match best.first().map(|(known, _)| order_keys(&order, &keys, known)) {
                    Some(ordering) if ordering == wanted => best = vec![(keys, tuple)],
                    None | Some(Ordering::Equal) => best.push((keys, tuple)),
                    Some(_) => {}
                }
            }
            let tuples: Vec<Tuple> = best.into_iter().map(|(_, tuple)| tuple).collect();
            return self.aggregate_over(self.air.at(args, 0), block, &tuples);
        }
        let mut rows = Vec::new();
        for tuple in tuples {
            rows.extend(self.at(block, 0, tuple, &None, None, |evaluator| evaluator.aggregate_row(id))?);
        }
        self.finish(id, rows)
    }

    /// Arguments and keys of an aggregate at the current row; `None` if FILTER leaves it out.
    fn aggregate_row(&mut self, id: ExprId) -> Eval<Option<AggregateRow>> {
        let air = self.air;
        let Expr::Aggregate { args, order, filter, .. } = air.expr(id) else {
            return EvalError::malformed("no aggregate");
        };
        if let Some(filter) = filter
            && !self.holds(filter)?
        {
            return Ok(None);
        }
        let keys = air.list(order).iter().map(|key| self.eval(key.expr)).collect::<Eval<Vec<_>>>()?;
        Ok(Some(AggregateRow { args: self.eval_all(air.list(args))?, keys }))
    }

    fn finish(&self, id: ExprId, rows: Vec<AggregateRow>) -> Eval<Value> {
        let air = self.air;
        let Expr::Aggregate { op, distinct, order, collation, .. } = air.expr(id) else {
            return EvalError::malformed("no aggregate");
        };
        let order = air.list(order);
        aggregate(&Aggregate { op, distinct, order, collation, ty: air.ty(id) }, rows)
    }

    /// Values of all window expressions within `roots`, by row.
    pub(crate) fn windows(
        &mut self,
        select: &Select,
        block: &Rc<Block>,
        rows: &[Here],
        roots: &[ExprId],
    ) -> Eval<FxHashMap<ExprId, Vec<Value>>> {
        let mut values = FxHashMap::default();
        let mut found: Vec<ExprId> = Vec::new();
        for root in roots {
            let within = self.within(*root);
            found.extend(within.into_iter().filter(|id| matches!(self.air.expr(*id), Expr::Window { .. })));
        }
        for id in found {
            if let Entry::Vacant(place) = values.entry(id) {
                place.insert(self.window_column(select, block, rows, id)?);
            }
        }
        Ok(values)
    }

    /// The window with what it inherits from named ones.
    fn resolved(&self, select: &Select, window: WindowSpec) -> WindowSpec {
        let air = self.air;
        let named = |name: air::Name| {
            let same = |spec: &WindowSpec| {
                spec.name.is_some_and(|known| air.name(known).eq_ignore_ascii_case(air.name(name)))
            };
            air.list(select.windows).iter().map(|id| *air.window(*id)).find(same)
        };
        let mut resolved = window;
        let bare = window.partition.is_empty() && window.order.is_empty() && window.frame.is_none();
        let base = window.base.or(if bare { window.name } else { None }).and_then(named);
        if let Some(base) = base
            && base != window
        {
            let base = self.resolved(select, base);
            if resolved.partition.is_empty() {
                resolved.partition = base.partition;
            }
            if resolved.order.is_empty() {
                resolved.order = base.order;
            }
            resolved.frame = resolved.frame.or(base.frame);
        }
        resolved
    }

    fn window_column(
        &mut self,
        select: &Select,
        block: &Rc<Block>,
        rows: &[Here],
        id: ExprId,
    ) -> Eval<Vec<Value>> {
        let air = self.air;
        let Expr::Window { call, window, ignore_nulls } = air.expr(id) else {
            return EvalError::malformed("no window");
        };
        let spec = self.resolved(select, *air.window(window));
        let order = air.list(spec.order).to_vec();
        let partition = air.list(spec.partition);
        let collations: Vec<Collation> =
            partition.iter().map(|key| air.ty(*key).collation().unwrap_or(Collation::BINARY)).collect();

        // Everything that is asked of a row, once.
        let mut asked = Vec::with_capacity(rows.len());
        for (number, (tuple, group)) in rows.iter().enumerate() {
            asked.push(self.at(block, number, tuple, group, None, |evaluator| {
                let partition = evaluator.eval_all(partition)?;
                let keys = order.iter().map(|key| evaluator.eval(key.expr)).collect::<Eval<Vec<_>>>()?;
                let (args, aggregate) = match air.expr(call) {
                    Expr::Call { args, .. } => (evaluator.eval_all(air.list(args))?, None),
                    _ => (Vec::new(), evaluator.aggregate_row(call)?),
                };
                let offsets = evaluator.offsets(spec.frame.as_ref())?;
                Ok(Asked { number, partition, keys, args, aggregate, offsets })
            })?);
        }
        let mut partitions: Vec<Vec<Asked>> = Vec::new();
        let mut buckets: FxHashMap<Vec<u8>, Vec<usize>> = FxHashMap::default();
        for row in asked {
            let mut bucket = Vec::new();
            row.partition.iter().zip(&collations).for_each(|(value, c)| value.bucket(*c, &mut bucket));
            let same = |at: &usize| {
                let pairs = partitions[*at][0].partition.iter().zip(&row.partition).zip(&collations);
                pairs.into_iter().all(|((a, b), collation)| a.same(b, *collation))
            };
            let known = buckets.entry(bucket).or_default();
            match known.iter().copied().find(|at| same(at)) {
                Some(at) => partitions[at].push(row),
                None => {
                    known.push(partitions.len());
                    partitions.push(vec![row]);
                }
            }
        }
        let mut values = vec![Value::Null; rows.len()];
        for mut rows in partitions {
            rows.sort_by(|a, b| order_keys(&order, &a.keys, &b.keys));
            let partition = Partition::new(&rows, &order, spec.frame);
            for at in 0..rows.len() {
                values[rows[at].number] = match air.expr(call) {
                    Expr::Call { op, .. } => partition.value(op, at, ignore_nulls)?,
                    _ => {
                        let frame = partition.frame(at)?;
                        let members = frame.iter().filter_map(|i| rows[*i].aggregate.clone()).collect();
                        self.finish(call, members)?
                    }
                };
            }
        }
        Ok(values)
    }

    /// Offsets of a frame's start and end.
    fn offsets(&mut self, frame: Option<&Frame>) -> Eval<[Value; 2]> {
        let mut offset = |bound: Option<&FrameBound>| match bound {
            Some(FrameBound::Preceding { offset } | FrameBound::Following { offset }) => self.eval(*offset),
            _ => Ok(Value::Null),
        };
        Ok([offset(frame.map(|frame| &frame.start))?, offset(frame.map(|frame| &frame.end))?])
    }
}

/// What a row says to a window.
struct Asked {
    number: usize,
    partition: Vec<Value>,
    keys: Vec<Value>,
    args: Vec<Value>,
    aggregate: Option<AggregateRow>,
    offsets: [Value; 2],
}

/// The rows of a partition in their order.
struct Partition<'a> {
    rows: &'a [Asked],
    order: &'a [OrderKey],
    frame: Option<Frame>,
    /// Peers of each row.
    peers: Vec<Range<usize>>,
    /// Number of each row's group of peers.
    groups: Vec<usize>,
}

impl<'a> Partition<'a> {
    fn new(rows: &'a [Asked], order: &'a [OrderKey], frame: Option<Frame>) -> Partition<'a> {
        let (mut peers, mut groups) = (Vec::with_capacity(rows.len()), Vec::with_capacity(rows.len()));
        let (mut start, mut group) = (0, 0);
        while start < rows.len() {
            let same = |row: &Asked| order_keys(order, &row.keys, &rows[start].keys).is_eq();
            let end = (start..rows.len()).find(|i| !same(&rows[*i])).unwrap_or(rows.len());
            peers.extend((start..end).map(|_| start..end));
            groups.extend((start..end).map(|_| group));
            start = end;
            group += 1;
        }
        Partition { rows, order, frame, peers, groups }
    }

    /// Positions of the frame of a row.
    fn frame(&self, at: usize) -> Eval<Vec<usize>> {
        let all = 0..self.rows.len();
        let Some(frame) = &self.frame else {
            // The rows up to the current one and its peers; without order all are peers.
            return Ok((0..self.peers[at].end).collect());
        };
        let [start_offset, end_offset] = &self.rows[at].offsets;
        let start = self.bound(at, &frame.start, frame.unit, start_offset, true)?;
        let end = self.bound(at, &frame.end, frame.unit, end_offset, false)?;
        let within = start.max(0)..end.min(all.end as i64);
        let peers = &self.peers[at];
        let kept = |i: &usize| match frame.exclude {
            FrameExclude::NoOthers => true,
            FrameExclude::CurrentRow => *i != at,
            FrameExclude::Group => !peers.contains(i),
            FrameExclude::Ties => *i == at || !peers.contains(i),
        };
        Ok(within.map(|i| i as usize).filter(kept).collect())
    }

    /// First row of a frame, or one past its last.
    fn bound(
        &self,
        at: usize,
        bound: &FrameBound,
        unit: FrameUnit,
        offset: &Value,
        first: bool,
    ) -> Eval<i64> {
        let whole = |offset: &Value| match offset {
            Value::Int(n) if *n >= 0 => Ok(i64::try_from(*n).unwrap_or(i64::MAX / 4).min(i64::MAX / 4)),
            other => match other.to_decimal().and_then(|d| d.to_int()).filter(|n| *n >= 0) {
                Some(n) => Ok(i64::try_from(n).unwrap_or(i64::MAX / 4)),
                None => EvalError::fails("a frame offset below zero"),
            },
        };
        let peers = &self.peers[at];
        let current = match (unit, first) {
            (FrameUnit::Rows, true) => at as i64,
            (FrameUnit::Rows, false) => at as i64 + 1,
            (_, true) => peers.start as i64,
            (_, false) => peers.end as i64,
        };
        let back = match bound {
            FrameBound::UnboundedPreceding {} => return Ok(0),
            FrameBound::UnboundedFollowing {} => return Ok(self.rows.len() as i64),
            FrameBound::CurrentRow {} => return Ok(current),
            FrameBound::Preceding { .. } => true,
            FrameBound::Following { .. } => false,
        };
        match unit {
            FrameUnit::Rows => Ok(if back { current - whole(offset)? } else { current + whole(offset)? }),
            FrameUnit::Groups => {
                let offset = whole(offset)?;
                let group = self.groups[at] as i64 + if back { -offset } else { offset };
                let position = self.groups.iter().position(|g| *g as i64 >= group + i64::from(!first));
                Ok(position.map_or(self.rows.len() as i64, |position| position as i64))
            }
            FrameUnit::Range => self.range_bound(at, back, offset, first),
        }
    }

    /// Bound by the value of the one key.
    fn range_bound(&self, at: usize, back: bool, offset: &Value, first: bool) -> Eval<i64> {
        let [key] = self.order else { return EvalError::malformed("RANGE with an offset needs one key") };
        let value = &self.rows[at].keys[0];
        if value.is_null() {
            // NULLs are peers of each other only.
            let peers = &self.peers[at];
            return Ok(if first { peers.start } else { peers.end } as i64);
        }
        let op = if back != key.descending { Builtin::Sub } else { Builtin::Add };
        let limit = match (value, offset) {
            (_, Value::Interval(Interval { .. })) => {
                crate::scalar::times::interval_arithmetic(op, value, offset)?
            }
            _ => match (value, offset, value.to_decimal(), offset.to_decimal()) {
                (Value::Float(_), _, _, _) | (_, Value::Float(_), _, _) => {
                    let (a, b) =
                        (value.to_float().unwrap_or(f64::NAN), offset.to_float().unwrap_or(f64::NAN));
                    Value::Float(if op == Builtin::Sub { a - b } else { a + b })
                }
                (_, _, Some(a), Some(b)) => {
                    if b.is_negative() {
                        return EvalError::fails("a frame offset below zero");
                    }
                    Value::Decimal(if op == Builtin::Sub { a.sub(&b) } else { a.add(&b) })
                }
                _ => return EvalError::unsupported("RANGE over such values"),
            },
        };
        let position = |inside: &dyn Fn(Ordering) -> bool| {
            self.rows.iter().position(|row| {
                let other = &row.keys[0];
                if other.is_null() {
                    return !key.nulls_first;
                }
                let ordering = other.order(&limit, key.collation);
                inside(if key.descending { ordering.reverse() } else { ordering })
            })
        };
        let found = if first { position(&Ordering::is_ge) } else { position(&Ordering::is_gt) };
        Ok(found.unwrap_or(self.rows.len()) as i64)
    }

    /// Value of a window builtin.
    fn value(&self, op: Builtin, at: usize, ignore_nulls: bool) -> Eval<Value> {
        use Builtin as B;
        let (size, peers) = (self.rows.len(), &self.peers[at]);
        let int = |n: usize| Ok(Value::Int(n as i128));
        let args = &self.rows[at].args;
        match op {
            B::RowNumber => int(at + 1),
            B::Rank => int(peers.start + 1),
            B::DenseRank => int(self.groups[at] + 1),
            B::PercentRank => {
                Ok(Value::Float(if size > 1 { peers.start as f64 / (size - 1) as f64 } else { 0.0 }))
            }
            B::CumeDist => Ok(Value::Float(peers.end as f64 / size as f64)),
            B::Ntile => match args.first() {
                Some(Value::Int(n)) if *n > 0 => {
                    let buckets = usize::try_from(*n).unwrap_or(usize::MAX);
                    let (short, longer) = (size / buckets, size % buckets);
                    let in_longer = longer * (short + 1);
                    int(if at < in_longer {
                        at / (short + 1)
                    } else {
                        longer + (at - in_longer) / short.max(1)
                    } + 1)
                }
                Some(Value::Null) => Ok(Value::Null),
                _ => EvalError::fails("ntile of a number below 1"),
            },
            B::Lag | B::Lead => {
                let offset = match args.get(1) {
                    None => 1,
                    Some(Value::Null) => return Ok(Value::Null),
                    Some(offset) => match offset.to_decimal().and_then(|d| d.to_int()) {
                        Some(offset) => offset,
                        None => return EvalError::fails("an offset that is no integer"),
                    },
                };
                let default = || args.get(2).cloned().unwrap_or(Value::Null);
                let step: i128 = if (op == B::Lead) == (offset >= 0) { 1 } else { -1 };
                let (mut left, mut position) = (offset.abs(), at as i128);
                while left > 0 {
                    position += step;
                    match usize::try_from(position).ok().and_then(|p| self.rows.get(p)) {
                        Some(row) if ignore_nulls && row.args[0].is_null() => {}
                        Some(_) if !ignore_nulls && left > 1 => {
                            // Straight there.
                            position += step * (left - 1);
                            left = 1;
                            let there = usize::try_from(position).ok().is_some_and(|p| p < size);
                            if !there {
                                return Ok(default());
                            }
                            left -= 1;
                        }
                        Some(_) => left -= 1,
                        None => return Ok(default()),
                    }
                }
                let row = usize::try_from(position).ok().and_then(|p| self.rows.get(p));
                Ok(row.map_or_else(default, |row| row.args[0].clone()))
            }
            B::FirstValue | B::LastValue | B::NthValue => {
                let mut frame = self.frame(at)?;
                if ignore_nulls {
                    frame.retain(|i| !self.rows[*i].args[0].is_null());
                }
                let chosen = match op {
                    B::FirstValue => frame.first(),
                    B::LastValue => frame.last(),
                    _ => match args.get(1).and_then(Value::to_decimal).and_then(|d| d.to_int()) {
                        Some(n) if n > 0 => usize::try_from(n - 1).ok().and_then(|n| frame.get(n)),
                        _ => return EvalError::fails("nth_value of a number below 1"),
                    },
                };
                let Some(chosen) = chosen else { return Ok(Value::Null) };
                let value = &self.rows[*chosen].args[0];
                // Rows that tie stand in any order.
                let tied = frame.iter().filter(|i| self.peers[*chosen].contains(i));
                if tied.into_iter().any(|i| !self.rows[*i].args[0].same(value, Collation::BINARY)) {
                    return EvalError::unsupported("the first or last of rows that tie");
                }
                Ok(value.clone())
            }
            other => EvalError::unsupported(other.name()),
        }
    }
}
