//! Expressions.

use crate::cast;
use crate::collate;
use crate::database::Database;
use crate::error::{Eval, EvalError};
use crate::memo::Memo;
use crate::scalar::{self, Call};
use crate::time;
use crate::value::{Interval, Value};
use air::builtins::Class;
use air::expr::{CompareOp, Literal, ManyRows, Quantifier, SequenceStep, Truth};
use air::types::{CastRule, Collation, Fold, Type};
use air::{Air, Builtin, CteId, Expr, ExprId, SourceId};
use rustc_hash::FxHashMap;
use std::cmp::Ordering;
use std::rc::Rc;

/// Values of one row.
pub type Row = Rc<Vec<Value>>;

/// One row of each source of a block.
pub type Tuple = Rc<Vec<Row>>;

/// Rows with the names of their columns.
#[derive(Clone, Debug, Default)]
pub struct Relation {
    /// Headings; empty where the dialect makes one up.
    pub columns: Vec<String>,
    /// Rows.
    pub rows: Vec<Row>,
}

/// Rows that are one after grouping.
pub(crate) struct Group {
    pub(crate) tuples: Vec<Tuple>,
    /// Values of the keys; `None` for those the grouping set leaves out.
    pub(crate) keys: Vec<Option<Value>>,
}

/// What is the same for all rows of a block.
#[derive(Default)]
pub(crate) struct Block {
    pub(crate) sources: Vec<SourceId>,
    /// Expressions that are grouping keys, or spelled like one.
    pub(crate) keys: FxHashMap<ExprId, usize>,
    /// Values of window expressions, by row.
    pub(crate) windows: FxHashMap<ExprId, Vec<Value>>,
}

/// A place within a query: everything that changes from row to row but the rows themselves.
#[derive(Clone, Default)]
pub(crate) struct Place {
    pub(crate) block: Option<Rc<Block>>,
    pub(crate) group: Option<Rc<Group>>,
    /// Number of the row among those of the block, for windows.
    pub(crate) row: usize,
    /// Values of the select list, for [`Expr::Output`].
    pub(crate) outputs: Option<Row>,
}

/// Evaluates one [`Air`] over a database.
pub(crate) struct Evaluator<'a> {
    pub(crate) db: &'a mut Database,
    pub(crate) air: &'a Air,
    pub(crate) params: &'a [Value],
    /// Current row of each source.
    pub(crate) env: Vec<Option<Row>>,
    /// Common table expressions in scope: `None` until first used.
    pub(crate) ctes: FxHashMap<CteId, Option<Rc<Relation>>>,
    pub(crate) place: Place,
    pub(crate) memo: Memo,
}

impl<'a> Evaluator<'a> {
    pub(crate) fn new(db: &'a mut Database, air: &'a Air, params: &'a [Value]) -> Evaluator<'a> {
        let sources = air.source_ids().count();
        Evaluator {
            db,
            air,
            params,
            env: vec![None; sources],
            ctes: FxHashMap::default(),
            place: Place::default(),
            memo: Memo::default(),
        }
    }

    /// Counts a step; too many are an error.
    pub(crate) fn step(&mut self) -> Eval<()> {
        match self.db.steps_left.checked_sub(1) {
            Some(left) => {
                self.db.steps_left = left;
                Ok(())
            }
            None => EvalError::unsupported("so much work"),
        }
    }

    /// Runs `f` with rows bound to sources, and what was bound before after it.
    pub(crate) fn bound<T>(
        &mut self,
        sources: &[SourceId],
        rows: &[Row],
        f: impl FnOnce(&mut Self) -> Eval<T>,
    ) -> Eval<T> {
        let bind = |env: &mut Vec<Option<Row>>, source: &SourceId, row| {
            std::mem::replace(&mut env[source.index()], row)
        };
        let before: Vec<Option<Row>> = sources
            .iter()
            .zip(rows)
            .map(|(source, row)| bind(&mut self.env, source, Some(row.clone())))
            .collect();
        let result = f(self);
        for (source, row) in sources.iter().zip(before) {
            bind(&mut self.env, source, row);
        }
        result
    }

    /// Runs `f` outside of any block.
    pub(crate) fn apart<T>(&mut self, f: impl FnOnce(&mut Self) -> Eval<T>) -> Eval<T> {
        let place = std::mem::take(&mut self.place);
        let result = f(self);
        self.place = place;
        result
    }

    /// Value of an expression.
    pub(crate) fn eval(&mut self, id: ExprId) -> Eval<Value> {
        self.step()?;
        if let (Some(block), Some(group)) = (&self.place.block, &self.place.group)
            && let Some(key) = block.keys.get(&id)
        {
            return Ok(group.keys[*key].clone().unwrap_or(Value::Null));
        }
        stacker::maybe_grow(256 * 1024, 4 * 1024 * 1024, || self.eval_node(id))
    }

    /// True only for true: NULL and false are alike.
    pub(crate) fn holds(&mut self, id: ExprId) -> Eval<bool> {
        Ok(truth(&self.eval(id)?)? == Some(true))
    }

    fn truth_of(&mut self, id: ExprId) -> Eval<Option<bool>> {
        truth(&self.eval(id)?)
    }

    pub(crate) fn eval_all(&mut self, ids: &[ExprId]) -> Eval<Vec<Value>> {
        ids.iter().map(|id| self.eval(*id)).collect()
    }

    fn eval_node(&mut self, id: ExprId) -> Eval<Value> {
        let air = self.air;
        match air.expr(id) {
            Expr::Literal { value } => self.literal(value),
            Expr::Column { source, index, .. } => match &self.env[source.index()] {
                Some(row) => match row.get(index as usize) {
                    Some(value) => Ok(value.clone()),
                    None => EvalError::malformed("column out of range"),
                },
                None => EvalError::malformed(format!("{source:?} has no row here")),
            },
            Expr::Output { index } => match &self.place.outputs {
                Some(outputs) if (index as usize) < outputs.len() => Ok(outputs[index as usize].clone()),
                Some(_) => EvalError::malformed("output out of range"),
                None => EvalError::unsupported("an output within a subquery"),
            },
            Expr::Param { param } => match self.params.get(param.index()) {
                Some(value) => Ok(value.clone()),
                None => EvalError::fails("parameter without a value"),
            },
            Expr::Call { op: Builtin::Grouping, args, .. } => self.grouping(air.list(args)),
            Expr::Call { op: Builtin::Coalesce, args, .. } => {
                // Later arguments are not evaluated, so they cannot fail.
                for arg in air.list(args) {
                    let value = self.eval(*arg)?;
                    if !value.is_null() {
                        return Ok(value);
                    }
                }
                Ok(Value::Null)
            }
            Expr::Call { op, modifier, args } => {
                if op.signature().class != Class::Scalar {
                    return EvalError::malformed(format!("{} as a scalar", op.name()));
                }
                if let Some(value) = self.session(op) {
                    return value;
                }
                let args = air.list(args);
                let values = self.eval_all(args)?;
                let arg_types: Vec<_> = args.iter().map(|arg| air.ty(*arg)).collect();
                let values: Vec<Value> = match scalar::takes_all_digits(op) {
                    true => values,
                    false => {
                        values.into_iter().zip(&arg_types).map(|(v, ty)| scalar::settled(v, *ty)).collect()
                    }
                };
                let call = Call { op, modifier, ty: air.ty(id), arg_types: &arg_types, now: self.db.now };
                scalar::evaluate(&call, &values)
            }
            Expr::UserCall { function, .. } => {
                EvalError::unsupported(format!("function {}", air.name(function.name)))
            }
            Expr::And { terms } => self.junction(air.list(terms), false),
            Expr::Or { terms } => self.junction(air.list(terms), true),
            Expr::Not { operand } => Ok(boolean(self.truth_of(operand)?.map(|t| !t))),
            Expr::Compare { op, collation, left, right } => {
                if matches!(air.ty(left), Type::Json { .. }) && !matches!(op, CompareOp::Eq | CompareOp::Same)
                {
                    return EvalError::unsupported("the order of documents");
                }
                let (left, right) = (self.eval(left)?, self.eval(right)?);
                Ok(boolean(compare(op, &left, &right, collation)))
            }
            Expr::IsNull { operand, negated } => {
                let value = self.eval(operand)?;
                let all = |wanted: bool| match &value {
                    // A row is NULL if all its parts are, and NOT NULL if none is.
                    Value::Row(items) => items.iter().all(|item| item.is_null() == wanted),
                    value => value.is_null() == wanted,
                };
                Ok(Value::Bool(all(!negated)))
            }
            Expr::IsTruth { operand, value, negated } => {
                let wanted = match value {
                    Truth::True => Some(true),
                    Truth::False => Some(false),
                    Truth::Unknown => None,
                };
                Ok(Value::Bool((self.truth_of(operand)? == wanted) != negated))
            }
            Expr::Between { operand, low, high, negated, symmetric, collation } => {
                let (value, low, high) = (self.eval(operand)?, self.eval(low)?, self.eval(high)?);
                let within = |low: &Value, high: &Value| {
                    and(
                        compare(CompareOp::Ge, &value, low, collation),
                        compare(CompareOp::Le, &value, high, collation),
                    )
                };
                let mut result = within(&low, &high);
                if symmetric {
                    result = or(result, within(&high, &low));
                }
                Ok(boolean(result.map(|within| within != negated)))
            }
            Expr::InList { operand, items, negated, collation } => {
                let value = self.eval(operand)?;
                let items = self.eval_all(air.list(items))?;
                Ok(boolean(among(&value, items.iter(), collation).map(|found| found != negated)))
            }
            Expr::InQuery { operand, query, negated, collation } => {
                let value = self.eval(operand)?;
                let relation = self.subquery(query)?;
                let items: Vec<Value> = relation.rows.iter().map(one_value).collect();
                Ok(boolean(among(&value, items.iter(), collation).map(|found| found != negated)))
            }
            Expr::Exists { query, negated } => {
                Ok(Value::Bool(self.subquery(query)?.rows.is_empty() == negated))
            }
            Expr::Scalar { query, many } => {
                let relation = self.subquery(query)?;
                let rows = &relation.rows;
                match (rows.len(), many) {
                    (0, _) => Ok(Value::Null),
                    (1, _) | (_, ManyRows::First) => Ok(one_value(&rows[0])),
                    (_, ManyRows::Fails) => EvalError::fails("a scalar subquery has more than one row"),
                }
            }
            Expr::Quantified { op, quantifier, collation, left, query } => {
                let left = self.eval(left)?;
                let relation = self.subquery(query)?;
                let any = quantifier == Quantifier::Any;
                let mut result = Some(!any);
                for row in &relation.rows {
                    let one = compare(op, &left, &one_value(row), collation);
                    result = if any { or(result, one) } else { and(result, one) };
                }
                Ok(boolean(result))
            }
            Expr::Like { operand, pattern, escape, negated, collation } => {
                let (value, pattern) = (self.eval(operand)?, self.eval(pattern)?);
                let escape = match escape {
                    Some(escape) => Some(self.eval(escape)?),
                    None => None,
                };
                if value.is_null() || pattern.is_null() || escape.as_ref().is_some_and(Value::is_null) {
                    return Ok(Value::Null);
                }
                let matched = like(&value, &pattern, escape.as_ref(), collation)?;
                Ok(Value::Bool(matched != negated))
            }
            Expr::Case { operand, branches, otherwise, collation } => {
                let operand = match operand {
                    Some(operand) => Some(self.eval(operand)?),
                    None => None,
                };
                for branch in air.list(branches) {
                    let taken = match &operand {
                        Some(value) => {
                            let when = self.eval(branch.when)?;
                            compare(CompareOp::Eq, value, &when, collation) == Some(true)
                        }
                        None => self.holds(branch.when)?,
                    };
                    if taken {
                        return self.eval(branch.then);
                    }
                }
                otherwise.map_or(Ok(Value::Null), |otherwise| self.eval(otherwise))
            }
            Expr::Cast { operand, to, rule } => {
                let value = scalar::settled(self.eval(operand)?, air.ty(operand));
                cast::cast(&value, to, rule)
            }
            Expr::Aggregate { .. } => self.group_aggregate(id),
            Expr::Window { .. } => {
                let block = self.place.block.as_ref();
                let value =
                    block.and_then(|block| block.windows.get(&id)).and_then(|w| w.get(self.place.row));
                value.cloned().map_or_else(|| EvalError::malformed("a window out of place"), Ok)
            }
            Expr::Row { items } => Ok(Value::Row(self.eval_all(air.list(items))?)),
            Expr::Array { items } => Ok(Value::Array(self.eval_all(air.list(items))?)),
            Expr::Default {} => EvalError::malformed("DEFAULT out of place"),
            Expr::Sequence { name, step } => {
                let name = air.name(name.name);
                self.db.sequence(name, step == SequenceStep::Next).map(|n| Value::Int(n.into()))
            }
        }
    }

    /// Builtins that ask the session.
    fn session(&mut self, op: Builtin) -> Option<Eval<Value>> {
        Some(match op {
            Builtin::LastInsertId | Builtin::LastRowId => Ok(Value::Int(self.db.last_insert_id.into())),
            Builtin::RowsChanged => Ok(Value::Int(self.db.rows_changed.into())),
            Builtin::Random | Builtin::RandomInt64 | Builtin::NewUuid => EvalError::unsupported("randomness"),
            _ => return None,
        })
    }

    fn literal(&self, literal: Literal) -> Eval<Value> {
        let air = self.air;
        let bad = |text: &str| EvalError::malformed(format!("literal `{text}`"));
        let read = |text, value: Option<Value>| value.map_or_else(|| bad(air.text(text)), Ok);
        match literal {
            Literal::Null {} => Ok(Value::Null),
            Literal::Bool { value } => Ok(Value::Bool(value)),
            Literal::Int { value } => Ok(Value::Int(value.into())),
            Literal::Decimal { digits } => match crate::decimal::Decimal::parse(air.text(digits)) {
                // Without a point it is an integer beyond 64 bits.
                Some(d) if !air.text(digits).contains('.') && d.to_int().is_some() => {
                    Ok(d.to_int().map_or(Value::Null, Value::Int))
                }
                other => read(digits, other.map(Value::Decimal)),
            },
            Literal::Float { digits } => read(digits, air.text(digits).parse().ok().map(Value::Float)),
            Literal::Text { text } => Ok(Value::Text(air.text(text).to_owned())),
            Literal::Bytes { hex } => {
                let text = air.text(hex);
                let pair = |i: usize| text.get(i..i + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
                let bytes: Option<Vec<u8>> = (0..text.len()).step_by(2).map(pair).collect();
                read(hex, bytes.map(Value::Bytes))
            }
            Literal::Bits { digits } => Ok(Value::Text(air.text(digits).to_owned())),
            Literal::Date { text } => read(text, time::parse_date(air.text(text)).map(Value::Date)),
            Literal::Time { text } => {
                let clock = time::split_offset(air.text(text)).and_then(|(clock, _)| time::parse_time(clock));
                read(text, clock.map(Value::Time))
            }
            Literal::Timestamp { text } => {
                read(text, time::parse_timestamp(air.text(text)).map(Value::Timestamp))
            }
            Literal::Interval { months, days, micros } => {
                Ok(Value::Interval(Interval { months: months.into(), days: days.into(), micros }))
            }
        }
    }

    fn junction(&mut self, terms: &[ExprId], neutral_is_false: bool) -> Eval<Value> {
        // `true` decides a disjunction, `false` a conjunction; what follows is not evaluated.
        let decisive = neutral_is_false;
        let mut result = Some(!decisive);
        for term in terms {
            match self.truth_of(*term)? {
                Some(truth) if truth == decisive => return Ok(Value::Bool(decisive)),
                Some(_) => {}
                None => result = None,
            }
        }
        Ok(boolean(result))
    }

    fn grouping(&mut self, args: &[ExprId]) -> Eval<Value> {
        let (Some(block), Some(group)) = (&self.place.block, &self.place.group) else {
            return EvalError::unsupported("GROUPING within a subquery");
        };
        let mut mask = 0;
        for arg in args {
            let Some(key) = block.keys.get(arg) else {
                return EvalError::unsupported("GROUPING of a key of an outer query");
            };
            mask = mask << 1 | i128::from(group.keys[*key].is_none());
        }
        Ok(Value::Int(mask))
    }
}

fn one_value(row: &Row) -> Value {
    if row.len() == 1 { row[0].clone() } else { Value::Row(row.to_vec()) }
}

/// A truth value; numbers are taken as in dialects without booleans.
pub(crate) fn truth(value: &Value) -> Eval<Option<bool>> {
    match value {
        Value::Null => Ok(None),
        Value::Bool(b) => Ok(Some(*b)),
        Value::Int(i) => Ok(Some(*i != 0)),
        other => EvalError::malformed(format!("`{other}` as a condition")),
    }
}

pub(crate) fn boolean(truth: Option<bool>) -> Value {
    truth.map_or(Value::Null, Value::Bool)
}

fn and(a: Option<bool>, b: Option<bool>) -> Option<bool> {
    match (a, b) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}

fn or(a: Option<bool>, b: Option<bool>) -> Option<bool> {
    and(a.map(|a| !a), b.map(|b| !b)).map(|both| !both)
}

/// Comparison with three values.
pub(crate) fn compare(op: CompareOp, left: &Value, right: &Value, collation: Collation) -> Option<bool> {
    match op {
        CompareOp::Same => return Some(left.same(right, collation)),
        CompareOp::NotSame => return Some(!left.same(right, collation)),
        _ => {}
    }
    if let (Value::Row(left), Value::Row(right)) = (left, right) {
        return compare_rows(op, left, right, collation);
    }
    if left.is_null() || right.is_null() {
        return None;
    }
    let order = left.order(right, collation);
    Some(match op {
        CompareOp::Eq | CompareOp::Same => order.is_eq(),
        CompareOp::Ne | CompareOp::NotSame => order.is_ne(),
        CompareOp::Lt => order.is_lt(),
        CompareOp::Le => order.is_le(),
        CompareOp::Gt => order.is_gt(),
        CompareOp::Ge => order.is_ge(),
    })
}

/// Equality of all parts; order by the first part that differs, unknown if a NULL comes before it.
fn compare_rows(op: CompareOp, left: &[Value], right: &[Value], collation: Collation) -> Option<bool> {
    let equal = |a: &Value, b: &Value| compare(CompareOp::Eq, a, b, collation);
    if matches!(op, CompareOp::Eq | CompareOp::Ne) {
        // A later part that differs decides, also after an unknown one.
        let mut all = Some(true);
        for (a, b) in left.iter().zip(right) {
            all = and(all, equal(a, b));
        }
        return all.map(|all| all == (op == CompareOp::Eq));
    }
    for (a, b) in left.iter().zip(right) {
        match equal(a, b) {
            Some(true) => {}
            Some(false) => {
                // Decided by the first unequal parts, strictly or not.
                return compare(op, a, b, collation);
            }
            None => return None,
        }
    }
    Some(matches!(op, CompareOp::Le | CompareOp::Ge))
}

fn among<'v>(value: &Value, items: impl Iterator<Item = &'v Value>, collation: Collation) -> Option<bool> {
    let mut found = Some(false);
    for item in items {
        found = or(found, compare(CompareOp::Eq, value, item, collation));
        if found == Some(true) {
            break;
        }
    }
    found
}

fn like(value: &Value, pattern: &Value, escape: Option<&Value>, collation: Collation) -> Eval<bool> {
    let chars = |value: &Value| cast::to_text(value).chars().collect::<Vec<char>>();
    let (subject, pattern) = (chars(value), chars(pattern));
    let escape = match escape.map(chars) {
        None => None,
        Some(escape) if escape.is_empty() => None,
        Some(escape) if escape.len() == 1 => Some(escape[0]),
        Some(_) => return EvalError::fails("escape is more than a character"),
    };
    let collation = Collation { pad: false, ..collation };
    let exact = collation.case == Fold::Sensitive && !collation.accent_insensitive;
    let same = |a: char, b: char| {
        a == b || (!exact && collate::compare(&a.to_string(), &b.to_string(), collation) == Ordering::Equal)
    };
    scalar::regex::like(&subject, &pattern, escape, &same)
}

/// A cast that stores into a column, where the statement did not convert.
pub(crate) const STORE: CastRule = CastRule {
    reason: air::types::CastReason::Assignment,
    failure: air::types::CastFailure::Error,
    rounding: air::types::Rounding::HalfAway,
};
