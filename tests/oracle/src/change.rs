//! INSERT, UPDATE, DELETE, and upserts.

use crate::cast::cast;
use crate::database::{Key, KeyPart, Place, Stored, Table, seen};
use crate::error::{Eval, EvalError};
use crate::expr::{Evaluator, Relation, Row, STORE, compare};
use crate::from::Tuples;
use crate::query::{Expanded, order_keys};
use crate::value::Value;
use air::ddl::{IdentityMode, UniqueNulls};
use air::expr::{CompareOp, OrderKey};
use air::query::{Item, SourceKind};
use air::statement::{Arbiter, Assignment, Conflict, ConflictAction, Delete, Insert, InsertSource, Update};
use air::types::{Affinity, Collation};
use air::{Expr, ExprId, List, Name, SourceId, Statement, Type};
use rustc_hash::FxHashSet;
use std::rc::Rc;

impl Evaluator<'_> {
    /// Runs a query or a change; the rows are those of its RETURNING.
    pub(crate) fn change(&mut self, statement: &Statement) -> Eval<Relation> {
        let ctes = statement.ctes();
        self.with(ctes);
        let result = match statement {
            Statement::Query { query } => self.query(*query),
            Statement::Insert { insert } => self.insert(insert),
            Statement::Update { update } => self.update(update),
            Statement::Delete { delete } => self.delete(delete),
            Statement::Merge { .. } => EvalError::unsupported("MERGE"),
            _ => EvalError::malformed("no change of rows"),
        };
        self.without(ctes);
        result
    }

    fn table_of(&self, source: SourceId) -> Eval<(String, Table)> {
        let SourceKind::Table { name } = self.air.source(source).kind else {
            return EvalError::malformed("a change of no table");
        };
        let key = self.air.name(name.name).to_lowercase();
        match self.db.tables.get(&key) {
            Some(table) => Ok((key, table.clone())),
            None if self.db.views.contains_key(&key) => EvalError::unsupported("a change of a view"),
            None if key == "sqlite_sequence" => EvalError::unsupported("the counters of SQLite"),
            None => EvalError::fails(format!("no table {key}")),
        }
    }

    /// Positions in the table of the columns at positions in the source.
    fn column_places(&self, places: &[Place], columns: &[u32]) -> Eval<Vec<usize>> {
        let place = |column: &u32| match places.get(*column as usize) {
            Some(Place::Column(at)) => Ok(*at),
            _ => EvalError::malformed("a column that cannot be set"),
        };
        columns.iter().map(place).collect()
    }

    // INSERT.

    fn insert(&mut self, insert: &Insert) -> Eval<Relation> {
        let air = self.air;
        let (name, table) = self.table_of(insert.target)?;
        let places = self.places(insert.target, &table)?;
        let columns = match insert.all_columns && insert.columns.is_empty() {
            true => (0..table.columns.len()).filter(|i| table.columns[*i].generated.is_none()).collect(),
            false => self.column_places(&places, air.list(insert.columns))?,
        };
        // All rows are evaluated before the first is stored.
        let mut given: Vec<Vec<Option<Value>>> = Vec::new();
        match insert.source {
            InsertSource::Values { rows } => {
                for row in air.list(rows) {
                    let items = air.list(row.items);
                    match items.iter().map(|item| self.assigned(*item)).collect::<Eval<_>>() {
                        Ok(values) => given.push(values),
                        Err(EvalError::Fails(_)) if skips_failures(insert) => {
                            return EvalError::unsupported("rows that are skipped or adjusted");
                        }
                        Err(error) => return Err(error),
                    }
                }
            }
            InsertSource::Query { query } => {
                let numbers = table.columns.iter().any(|column| column.identity.is_some());
                if numbers && self.is_in_no_order(query) {
                    return EvalError::unsupported("numbers for rows in no order");
                }
                let relation = self.subquery(query)?;
                given.extend(
                    relation.rows.iter().map(|row| row.iter().cloned().map(Some).collect::<Vec<_>>()),
                );
            }
            InsertSource::Defaults {} => given.push(Vec::new()),
        }
        let mut returned = Vec::new();
        let (mut changed, mut skipped) = (0, false);
        for values in given {
            let defaults = matches!(insert.source, InsertSource::Defaults {});
            if values.len() != columns.len() && !defaults {
                return EvalError::fails("as many values as columns are needed");
            }
            let mut row: Vec<Option<Value>> = vec![None; table.columns.len()];
            for (column, value) in columns.iter().zip(values) {
                row[*column] = value;
            }
            let proposed = match self.completed(&name, row) {
                Ok(proposed) => proposed,
                Err(EvalError::Fails(_)) if skips_failures(insert) => {
                    return EvalError::unsupported("rows that are skipped or adjusted");
                }
                Err(error) => return Err(error),
            };
            match self.store(&name, proposed, insert)? {
                Some(stored) => {
                    changed += 1;
                    returned.push(stored);
                }
                // Whether a number was spent on it differs from engine to engine.
                None => skipped = true,
            }
        }
        if let Some(table) = self.db.tables.get_mut(&name) {
            table.skipped |= skipped;
        }
        self.db.rows_changed = changed;
        let rows: Vec<(Vec<SourceId>, Vec<Row>)> =
            returned.iter().map(|stored| (vec![insert.target], vec![seen(&places, stored)])).collect();
        self.returning(insert.returning, &[insert.target], rows)
    }

    /// True if an engine may give the rows in any order: those of groups, DISTINCT and set operations.
    fn is_in_no_order(&self, query: air::QueryId) -> bool {
        let query = self.air.query(query);
        let mixes = match query.body {
            air::query::Body::Select { select } => {
                let select = self.air.select(select);
                select.group.is_some() || select.distinct != (air::query::Distinct::All {})
            }
            air::query::Body::SetOp { all, .. } => !all,
            air::query::Body::Values { .. } => false,
        };
        mixes && query.order.is_empty()
    }

    /// A value to store; `None` for DEFAULT.
    fn assigned(&mut self, expr: ExprId) -> Eval<Option<Value>> {
        match self.air.expr(expr) {
            Expr::Default {} => Ok(None),
            _ => self.eval(expr).map(Some),
        }
    }

    /// A whole row: defaults, identity, types, generated columns, NOT NULL, CHECK.
    fn completed(&mut self, name: &str, given: Vec<Option<Value>>) -> Eval<Vec<Value>> {
        // Without the rows, which would be copied if they are added to meanwhile.
        let (columns, definition, strict) = {
            let table = &self.db.tables[name];
            (table.columns.clone(), table.definition.clone(), table.strict)
        };
        let mut row = Vec::with_capacity(given.len());
        for (column, value) in columns.iter().zip(given) {
            let absent = value.is_none();
            let value = match (value, column.default, &definition) {
                (Some(value), _, _) => value,
                (None, _, _) if column.constant.is_some() => column.constant.clone().unwrap_or(Value::Null),
                (None, Some(default), Some((definition, _))) => {
                    Evaluator::new(self.db, definition, &[]).eval(default)?
                }
                (None, _, _) => Value::Null,
            };
            let value = match column.identity {
                Some((mode, step))
                    if value.is_null()
                        && (absent || matches!(mode, IdentityMode::Counter | IdentityMode::Greatest)) =>
                {
                    if self.db.tables[name].skipped && mode == IdentityMode::Counter {
                        return EvalError::unsupported("numbers after a row that was skipped");
                    }
                    let next = self.next_identity(name, step, mode, &column.name);
                    Value::Int(next.into())
                }
                Some((IdentityMode::Counter | IdentityMode::Greatest, step)) => {
                    if let (Value::Int(i), Some(table)) = (&value, self.db.tables.get_mut(name)) {
                        let given = i64::try_from(*i).unwrap_or(i64::MAX);
                        table.next_identity = table.next_identity.max(given.saturating_add(step));
                    }
                    value
                }
                _ => value,
            };
            row.push(stored_as(value, column.ty, strict, self.db.keeps_fractions)?);
        }
        self.checked(name, row)
    }

    fn next_identity(&mut self, name: &str, step: i64, mode: IdentityMode, column: &str) -> i64 {
        let Some(table) = self.db.tables.get_mut(name) else { return 0 };
        let mut next = if mode == IdentityMode::Greatest { 1 } else { table.next_identity };
        if matches!(mode, IdentityMode::Counter | IdentityMode::Greatest)
            && let Some(at) = table.column(column)
        {
            // Never a value that is taken.
            let taken = table.rows.iter().filter_map(|stored| match stored.values[at] {
                Value::Int(i) => i64::try_from(i).ok(),
                _ => None,
            });
            next = next.max(taken.max().map_or(next, |most| most.saturating_add(1)));
        }
        table.next_identity = next.saturating_add(step);
        self.db.last_insert_id = next;
        next
    }

    /// A row with its generated columns, if its constraints hold.
    fn checked(&mut self, name: &str, mut row: Vec<Value>) -> Eval<Vec<Value>> {
        let keeps = self.db.keeps_fractions;
        let table = self.db.tables[name].clone();
        let computes =
            !table.checks.is_empty() || table.columns.iter().any(|column| column.generated.is_some());
        if let Some((definition, this)) = table.definition.as_ref().filter(|_| computes) {
            let mut evaluator = Evaluator::new(self.db, definition, &[]);
            // The definition knows columns by the names they had then.
            let Ok(places) = evaluator.places(*this, &table) else {
                return EvalError::unsupported("expressions over a column that was renamed or dropped");
            };
            for (i, column) in table.columns.iter().enumerate() {
                if let Some(generated) = column.generated {
                    let view = seen(&places, &Stored { id: 0, values: Rc::new(row.clone()) });
                    let value = evaluator.bound(&[*this], &[view], |e| e.eval(generated))?;
                    row[i] = stored_as(value, column.ty, table.strict, keeps)?;
                }
            }
            let view = seen(&places, &Stored { id: 0, values: Rc::new(row.clone()) });
            for check in table.checks.iter() {
                let value = evaluator.bound(&[*this], std::slice::from_ref(&view), |e| e.eval(*check))?;
                if crate::expr::truth(&value)? == Some(false) {
                    return EvalError::fails("a CHECK constraint is violated");
                }
            }
        }
        for (column, value) in table.columns.iter().zip(&row) {
            if column.not_null && value.is_null() {
                return EvalError::fails(format!("NULL in column {}", column.name));
            }
        }
        Ok(row)
    }

    /// Stores a proposed row, or does what its conflict says; the row as it is then.
    fn store(&mut self, name: &str, proposed: Vec<Value>, insert: &Insert) -> Eval<Option<Stored>> {
        let row = Rc::new(proposed);
        let hits = self.collisions(name, &row, None)?;
        let meant = match &insert.conflict {
            Some(conflict) => self.meant(name, conflict, &hits)?,
            None => Vec::new(),
        };
        if let Some(conflict) = &insert.conflict
            && !meant.is_empty()
        {
            return match conflict.action {
                ConflictAction::Nothing { .. } => Ok(None),
                ConflictAction::Replace {} => {
                    if let Some(table) = self.db.tables.get_mut(name) {
                        table.rows_mut().retain(|stored| !hits.iter().any(|(id, _)| *id == stored.id));
                    }
                    Ok(Some(self.push(name, row)))
                }
                ConflictAction::Update { assignments, sequential, filter } => {
                    let id = meant[0];
                    self.upsert(name, id, &row, conflict, insert.target, assignments, sequential, filter)
                }
            };
        }
        if !hits.is_empty() {
            return if skips_failures(insert) { Ok(None) } else { EvalError::fails("duplicate key") };
        }
        Ok(Some(self.push(name, row)))
    }

    fn push(&mut self, name: &str, row: Row) -> Stored {
        match self.db.tables.get_mut(name) {
            Some(table) => {
                let id = table.push(row.to_vec());
                Stored { id, values: row }
            }
            None => Stored { id: 0, values: row },
        }
    }

    /// Rows that have the same key as `row`, with the number of the key, `except` one.
    fn collisions(&mut self, name: &str, row: &Row, except: Option<u64>) -> Eval<Vec<(u64, usize)>> {
        let table = self.db.tables[name].clone();
        let mut hits = Vec::new();
        for (number, key) in table.keys.iter().enumerate() {
            for stored in self.db.like(name, &table, number, row) {
                if Some(stored.id) != except && self.collides(&table, key, row, &stored.values)? {
                    hits.push((stored.id, number));
                }
            }
        }
        Ok(hits)
    }

    /// True if two rows have the same key.
    pub(crate) fn collides(&mut self, table: &Table, key: &Key, a: &Row, b: &Row) -> Eval<bool> {
        let (Some(a), Some(b)) = (self.key_values(table, key, a)?, self.key_values(table, key, b)?) else {
            return Ok(false);
        };
        let mut nulls = 0;
        for ((a, b), part) in a.iter().zip(&b).zip(&key.parts) {
            let collation = match part {
                KeyPart::Column(at) => table.columns[*at].ty.collation(),
                KeyPart::Expr(expr) => key.definition.as_ref().and_then(|(air, _)| air.ty(*expr).collation()),
            };
            if a.is_null() || b.is_null() {
                nulls += 1;
            }
            if !a.same(b, collation.unwrap_or(Collation::BINARY)) {
                return Ok(false);
            }
        }
        Ok(nulls == 0 || key.nulls == UniqueNulls::One)
    }

    /// Values of a key; `None` for a row that the key is not about.
    fn key_values(&mut self, table: &Table, key: &Key, row: &Row) -> Eval<Option<Vec<Value>>> {
        let plain = key.filter.is_none() && key.parts.iter().all(|part| matches!(part, KeyPart::Column(_)));
        let column = |part: &KeyPart| match part {
            KeyPart::Column(at) => row[*at].clone(),
            KeyPart::Expr(_) => Value::Null,
        };
        let Some((definition, this)) = key.definition.as_ref().filter(|_| !plain) else {
            return Ok(Some(key.parts.iter().map(column).collect()));
        };
        let mut evaluator = Evaluator::new(self.db, definition, &[]);
        let places = evaluator.places(*this, table)?;
        let view = seen(&places, &Stored { id: 0, values: row.clone() });
        evaluator.bound(&[*this], &[view], |evaluator| {
            if let Some(filter) = key.filter
                && !evaluator.holds(filter)?
            {
                return Ok(None);
            }
            let value = |part: &KeyPart| match part {
                KeyPart::Column(at) => Ok(row[*at].clone()),
                KeyPart::Expr(expr) => evaluator.eval(*expr),
            };
            key.parts.iter().map(value).collect::<Eval<Vec<_>>>().map(Some)
        })
    }

    /// The colliding rows that a conflict clause is about.
    fn meant(&self, name: &str, conflict: &Conflict, hits: &[(u64, usize)]) -> Eval<Vec<u64>> {
        let air = self.air;
        let table = &self.db.tables[name];
        let wanted: Vec<usize> = match conflict.on {
            Arbiter::Any {} => (0..table.keys.len()).collect(),
            Arbiter::Constraint { name } => {
                let same = |key: &Key| key.name.eq_ignore_ascii_case(air.name(name));
                (0..table.keys.len()).filter(|i| same(&table.keys[*i])).collect()
            }
            Arbiter::Key { keys, .. } => {
                let mut columns = Vec::new();
                for key in air.list(keys) {
                    match air.expr(*key) {
                        Expr::Column { source, index, .. } => {
                            columns.push(table.column(air.name(air.column(source, index).name)));
                        }
                        _ => return EvalError::unsupported("a conflict on an expression"),
                    }
                }
                let same = |key: &Key| {
                    let parts: FxHashSet<Option<usize>> = key
                        .parts
                        .iter()
                        .map(|part| match part {
                            KeyPart::Column(at) => Some(*at),
                            KeyPart::Expr(_) => None,
                        })
                        .collect();
                    parts.len() == columns.len() && columns.iter().all(|column| parts.contains(column))
                };
                (0..table.keys.len()).filter(|i| same(&table.keys[*i])).collect()
            }
        };
        if wanted.is_empty() && !matches!(conflict.on, Arbiter::Any {}) {
            return EvalError::fails("no such key");
        }
        Ok(hits.iter().filter(|(_, key)| wanted.contains(key)).map(|(id, _)| *id).collect())
    }

    fn upsert(
        &mut self,
        name: &str,
        id: u64,
        proposed: &Row,
        conflict: &Conflict,
        target: SourceId,
        assignments: List<Assignment>,
        sequential: bool,
        filter: Option<ExprId>,
    ) -> Eval<Option<Stored>> {
        let table = self.db.tables[name].clone();
        let places = self.places(target, &table)?;
        let Some(stored) = table.rows.iter().find(|stored| stored.id == id) else { return Ok(None) };
        let mut sources = vec![target];
        let mut rows = vec![seen(&places, stored)];
        if let Some(source) = conflict.proposed {
            let places = match self.air.source(source).columns.is_empty() {
                true => Vec::new(),
                false => self.places(source, &table)?,
            };
            sources.push(source);
            rows.push(seen(&places, &Stored { id: 0, values: proposed.clone() }));
        }
        if let Some(filter) = filter
            && !self.bound(&sources, &rows, |evaluator| evaluator.holds(filter))?
        {
            return Ok(None);
        }
        let new = self.assign(name, target, stored, assignments, sequential, (&sources, &rows))?;
        self.replace(name, Stored { id, values: Rc::new(new) }).map(Some)
    }

    /// A row after assignments to the columns of `target`.
    fn assign(
        &mut self,
        name: &str,
        target: SourceId,
        stored: &Stored,
        assignments: List<Assignment>,
        sequential: bool,
        (sources, rows): (&[SourceId], &[Row]),
    ) -> Eval<Vec<Value>> {
        let air = self.air;
        let table = self.db.tables[name].clone();
        let places = self.places(target, &table)?;
        let mut new = stored.values.to_vec();
        let mut rows = rows.to_vec();
        let mut set = FxHashSet::default();
        let keeps = self.db.keeps_fractions;
        for assignment in air.list(assignments).iter().filter(|assignment| assignment.source == target) {
            let columns = self.column_places(&places, air.list(assignment.columns))?;
            let values: Vec<Option<Value>> = match (columns.len(), air.expr(assignment.value)) {
                (1, _) => vec![self.bound(sources, &rows, |evaluator| evaluator.assigned(assignment.value))?],
                (_, Expr::Row { items }) => self.bound(sources, &rows, |evaluator| {
                    air.list(items).iter().map(|item| evaluator.assigned(*item)).collect()
                })?,
                _ => match self.bound(sources, &rows, |evaluator| evaluator.eval(assignment.value))? {
                    Value::Row(items) => items.into_iter().map(Some).collect(),
                    _ => vec![Some(Value::Null); columns.len()],
                },
            };
            for (column, value) in columns.iter().zip(values) {
                let value = match (value, table.columns[*column].default, &table.definition) {
                    (Some(value), _, _) => value,
                    (None, Some(default), Some((definition, _))) => {
                        Evaluator::new(self.db, definition, &[]).eval(default)?
                    }
                    (None, _, _) => Value::Null,
                };
                new[*column] = stored_as(value, table.columns[*column].ty, table.strict, keeps)?;
                set.insert(*column);
            }
            if sequential && let Some(at) = sources.iter().position(|source| *source == target) {
                rows[at] = seen(&places, &Stored { id: stored.id, values: Rc::new(new.clone()) });
            }
        }
        for (i, column) in table.columns.iter().enumerate() {
            if column.on_update_now && !set.contains(&i) && differ(&new, &stored.values) {
                new[i] = stored_as(Value::Timestamp(self.db.now), column.ty, table.strict, keeps)?;
            }
        }
        self.checked(name, new)
    }

    /// Puts a new version of a row in its place.
    fn replace(&mut self, name: &str, stored: Stored) -> Eval<Stored> {
        if !self.collisions(name, &stored.values, Some(stored.id))?.is_empty() {
            return EvalError::fails("duplicate key");
        }
        if let Some(table) = self.db.tables.get_mut(name)
            && let Some(known) = table.rows_mut().iter_mut().find(|known| known.id == stored.id)
        {
            *known = stored.clone();
        }
        Ok(stored)
    }

    // UPDATE and DELETE.

    /// Rows of the target, each joined with what FROM adds, for which the filter is true; in order, limited.
    fn affected(
        &mut self,
        target: SourceId,
        from: Option<air::RelId>,
        joined: bool,
        filter: Option<ExprId>,
        order: List<OrderKey>,
        limit: Option<air::query::Limit>,
    ) -> Eval<Tuples> {
        let order = self.air.list(order).to_vec();
        let mut rows = match (from, joined) {
            (Some(from), true) => self.from(Some(from), filter)?,
            (from, _) => {
                let mut all = Tuples { sources: vec![target], tuples: Vec::new() };
                for row in self.source(target)? {
                    let tuple =
                        self.bound(&[target], std::slice::from_ref(&row), |evaluator| match from {
                            Some(from) => {
                                let mut found = evaluator.from(Some(from), None)?;
                                let mut kept = Vec::new();
                                for tuple in found.tuples {
                                    let holds = match filter {
                                        Some(filter) => {
                                            evaluator.bound(&found.sources, &tuple, |e| e.holds(filter))?
                                        }
                                        None => true,
                                    };
                                    if holds {
                                        kept.push(tuple);
                                    }
                                }
                                found.tuples = kept;
                                Ok(Some(found))
                            }
                            None => Ok(match filter {
                                Some(filter) if !evaluator.holds(filter)? => None,
                                _ => Some(Tuples { sources: Vec::new(), tuples: vec![Rc::new(Vec::new())] }),
                            }),
                        })?;
                    if let Some(found) = tuple {
                        if all.sources.len() == 1 {
                            all.sources.extend(&found.sources);
                        }
                        for tuple in found.tuples {
                            all.tuples.push(Rc::new(
                                std::iter::once(row.clone()).chain(tuple.iter().cloned()).collect(),
                            ));
                        }
                    }
                }
                all
            }
        };
        if !order.is_empty() {
            let mut keyed = Vec::new();
            for tuple in rows.tuples {
                let keys = self.bound(&rows.sources, &tuple, |evaluator| {
                    order.iter().map(|key| evaluator.eval(key.expr)).collect::<Eval<Vec<_>>>()
                })?;
                keyed.push((keys, tuple));
            }
            keyed.sort_by(|(a, _), (b, _)| order_keys(&order, a, b));
            rows.tuples = keyed.into_iter().map(|(_, tuple)| tuple).collect();
        }
        if let Some(limit) = limit {
            if let Some(offset) = limit.offset {
                let offset = self.eval(offset)?.to_decimal().and_then(|d| d.to_int()).unwrap_or(0);
                rows.tuples.drain(..usize::try_from(offset).unwrap_or(0).min(rows.tuples.len()));
            }
            if let Some(count) = limit.count
                && let Some(count) = self.eval(count)?.to_decimal().and_then(|d| d.to_int())
            {
                rows.tuples.truncate(usize::try_from(count).unwrap_or(usize::MAX));
            }
        }
        Ok(rows)
    }

    fn update(&mut self, update: &Update) -> Eval<Relation> {
        let air = self.air;
        let affected = self.with_numbers(update.target, |evaluator| {
            evaluator.affected(
                update.target,
                update.from,
                update.joined,
                update.filter,
                update.order,
                update.limit,
            )
        })?;
        let mut targets = vec![update.target];
        for assignment in air.list(update.assignments) {
            if !targets.contains(&assignment.source) {
                targets.push(assignment.source);
            }
        }
        if targets.len() > 1 {
            return EvalError::unsupported("an update of several tables");
        }
        let (name, table) = self.table_of(update.target)?;
        let places = self.places(update.target, &table)?;
        let mut done = FxHashSet::default();
        let mut changes = Vec::new();
        for (id, tuple) in affected.rows {
            // A row that meets several partners is changed once.
            let Some(stored) = table.rows.iter().find(|stored| stored.id == id) else { continue };
            if !done.insert(id) {
                continue;
            }
            let rows: Vec<Row> = tuple.to_vec();
            let here = (&affected.sources[..], &rows[..]);
            match self.assign(&name, update.target, stored, update.assignments, update.sequential, here) {
                Ok(new) => changes.push((Stored { id, values: Rc::new(new) }, rows)),
                Err(EvalError::Fails(_)) if update.ignore => {}
                Err(error) => return Err(error),
            }
        }
        // Keys are looked at when all rows are changed.
        let before = self.db.tables[&name].clone();
        if let Some(table) = self.db.tables.get_mut(&name) {
            for (stored, _) in &changes {
                if let Some(known) = table.rows_mut().iter_mut().find(|known| known.id == stored.id) {
                    *known = stored.clone();
                }
            }
        }
        if !table.keys.is_empty() {
            for (stored, _) in &changes {
                if !self.collisions(&name, &stored.values, Some(stored.id))?.is_empty() {
                    self.db.tables.insert(name, before);
                    return if update.ignore {
                        EvalError::unsupported("IGNORE with duplicate keys")
                    } else {
                        EvalError::fails("duplicate key")
                    };
                }
            }
        }
        self.db.rows_changed = changes.len() as i64;
        let at = affected.sources.iter().position(|source| *source == update.target);
        let mut returned = Vec::new();
        for (stored, mut rows) in changes {
            if let Some(at) = at {
                rows[at] = seen(&places, &stored);
            }
            returned.push((affected.sources.clone(), rows));
        }
        self.returning(update.returning, &[update.target], returned)
    }

    fn delete(&mut self, delete: &Delete) -> Eval<Relation> {
        if !delete.more_targets.is_empty() {
            return EvalError::unsupported("a delete from several tables");
        }
        let affected = self.with_numbers(delete.target, |evaluator| {
            evaluator.affected(
                delete.target,
                delete.from,
                delete.joined,
                delete.filter,
                delete.order,
                delete.limit,
            )
        })?;
        let (name, _) = self.table_of(delete.target)?;
        let mut gone = FxHashSet::default();
        let mut returned = Vec::new();
        for (id, tuple) in affected.rows {
            if gone.insert(id) {
                returned.push((affected.sources.clone(), tuple.to_vec()));
            }
        }
        if let Some(table) = self.db.tables.get_mut(&name) {
            table.rows_mut().retain(|stored| !gone.contains(&stored.id));
        }
        if !gone.is_empty() && self.db.acted_on.contains(&name) {
            return EvalError::unsupported("actions of foreign keys");
        }
        self.db.rows_changed = gone.len() as i64;
        self.returning(delete.returning, &[delete.target], returned)
    }

    /// Runs `f` and finds out which stored row each row of `target` is.
    fn with_numbers(
        &mut self,
        target: SourceId,
        f: impl FnOnce(&mut Self) -> Eval<Tuples>,
    ) -> Eval<Affected> {
        // Rows are told apart by where they are kept.
        let (name, _) = self.table_of(target)?;
        if let Some(table) = self.db.tables.get_mut(&name) {
            for stored in table.rows_mut() {
                // A row of its own for each stored row, even for equal ones.
                stored.values = Rc::new(stored.values.to_vec());
            }
        }
        let (_, table) = self.table_of(target)?;
        let places = self.places(target, &table)?;
        let whole = places.len() == table.columns.len()
            && places.iter().enumerate().all(|(i, place)| matches!(place, Place::Column(at) if *at == i));
        let tuples = f(self)?;
        let Some(at) = tuples.sources.iter().position(|source| *source == target) else {
            return EvalError::malformed("the target is not among the rows");
        };
        let mut rows = Vec::with_capacity(tuples.tuples.len());
        let mut used: FxHashSet<u64> = FxHashSet::default();
        for tuple in tuples.tuples {
            let found = table.rows.iter().find(|stored| match whole {
                true => Rc::ptr_eq(&stored.values, &tuple[at]),
                // Columns picked out: any stored row that looks like it and is not taken. Rows that look
                // alike to the statement are changed alike.
                false => {
                    let view = seen(&places, stored);
                    let alike = |(a, b): (&Value, &Value)| {
                        compare(CompareOp::Same, a, b, Collation::BINARY) == Some(true)
                    };
                    view.iter().zip(tuple[at].iter()).all(alike) && !used.contains(&stored.id)
                }
            });
            if let Some(stored) = found {
                if tuples.sources.len() == 1 {
                    used.insert(stored.id);
                }
                rows.push((stored.id, tuple));
            }
        }
        Ok(Affected { sources: tuples.sources, rows })
    }

    /// Rows of RETURNING.
    fn returning(
        &mut self,
        items: List<Item>,
        targets: &[SourceId],
        rows: Vec<(Vec<SourceId>, Vec<Row>)>,
    ) -> Eval<Relation> {
        let air = self.air;
        let mut expanded = Vec::new();
        let mut columns = Vec::new();
        let named = |name: Name| air.name(name).to_owned();
        for item in air.list(items) {
            match *item {
                Item::Expr { expr, alias } => {
                    columns.push(match (alias, air.expr(expr)) {
                        (Some(alias), _) => named(alias),
                        (None, Expr::Column { source, index, .. }) => named(air.column(source, index).name),
                        (None, _) => String::new(),
                    });
                    expanded.push(Expanded::Expr(expr));
                }
                Item::Star { source } => {
                    for target in source.as_slice().iter().chain(if source.is_none() { targets } else { &[] })
                    {
                        for star in air.source_star(*target) {
                            columns.push(
                                star.first().map_or(String::new(), |(s, i)| named(air.column(*s, *i).name)),
                            );
                            expanded.push(Expanded::Star(star));
                        }
                    }
                }
            }
        }
        let mut relation = Relation { columns, rows: Vec::new() };
        if expanded.is_empty() {
            return Ok(relation);
        }
        for (sources, rows) in rows {
            let row = self.bound(&sources, &rows, |evaluator| {
                // `inserted` and `deleted` are the row as it is returned.
                let others: Vec<SourceId> = air
                    .source_ids()
                    .filter(|id| matches!(air.source(*id).kind, SourceKind::New {} | SourceKind::Old {}))
                    .collect();
                let target = rows[sources.iter().position(|s| targets.contains(s)).unwrap_or(0)].clone();
                let copies = vec![target; others.len()];
                evaluator.bound(&others, &copies, |e| {
                    expanded.iter().map(|item| e.item(item)).collect::<Eval<Vec<_>>>()
                })
            })?;
            relation.rows.push(Rc::new(row));
        }
        Ok(relation)
    }
}

/// Rows that a change is about, with the hidden number of the target's row.
struct Affected {
    sources: Vec<SourceId>,
    rows: Vec<(u64, crate::expr::Tuple)>,
}

fn differ(new: &[Value], old: &[Value]) -> bool {
    new.iter().zip(old).any(|(new, old)| !new.same(old, Collation::BINARY))
}

fn skips_failures(insert: &Insert) -> bool {
    matches!(
        insert.conflict.map(|conflict| conflict.action),
        Some(ConflictAction::Nothing { also_other_failures: true })
    )
}

/// A value as a column keeps it.
fn stored_as(value: Value, ty: Type, strict: bool, keeps: bool) -> Eval<Value> {
    let rule = match strict {
        true => STORE,
        // What is no such value is kept as it is (SQLite).
        false => air::types::CastRule { failure: air::types::CastFailure::Keep, ..STORE },
    };
    match (ty, &value) {
        // What the binder converts it has converted; SQLite keeps what does not fit.
        (Type::Bytes { .. }, _) => Ok(value),
        (Type::Unknown, _) | (_, Value::Null) => Ok(value),
        (Type::Any(Affinity::Blob), _) => Ok(value),
        // So is a fraction where integers are declared.
        (Type::Int { .. }, Value::Float(f)) if keeps && f.fract() != 0.0 => Ok(value),
        (Type::Int { .. }, Value::Decimal(d)) if keeps && d.to_float().fract() != 0.0 => Ok(value),
        _ => cast(&value, ty, rule),
    }
}
