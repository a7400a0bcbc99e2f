//! Tables in memory.

use crate::Rows;
use crate::define::output_types;
use crate::error::{Eval, EvalError};
use crate::expr::{Evaluator, Row};
use crate::keys::{KeyIndexes, Version};
use crate::value::Value;
use air::ddl::{IdentityMode, UniqueNulls};
use air::query::SourceColumn;
use air::{Air, ExprId, ObjectName, QueryId, SourceId, Statement, Type};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// A database of tables and views, and the one session that uses it.
#[derive(Clone, Debug)]
pub struct Database {
    /// By name in lower case, the schema not counting.
    pub(crate) tables: BTreeMap<String, Table>,
    pub(crate) views: BTreeMap<String, View>,
    pub(crate) sequences: BTreeMap<String, Sequence>,
    pub(crate) last_insert_id: i64,
    pub(crate) rows_changed: i64,
    /// Microseconds since 1970, UTC: what all statements take for now.
    pub(crate) now: i64,
    /// States to return to: a transaction's start, then its savepoints.
    pub(crate) saved: Vec<(Option<String>, Saved)>,
    pub(crate) keys: KeyIndexes,
    pub(crate) steps_left: u64,
    /// Numbers with a fraction stay what they are where integers are declared (SQLite).
    pub keeps_fractions: bool,
    /// Tables that foreign keys refer to which do something when rows are deleted.
    pub(crate) acted_on: BTreeSet<String>,
}

/// What a rollback brings back.
pub(crate) type Saved = (BTreeMap<String, Table>, BTreeMap<String, View>);

/// A table.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// Name as declared.
    pub name: String,
    /// Columns, in order.
    pub columns: Rc<Vec<Column>>,
    pub(crate) rows: Rc<Vec<Stored>>,
    pub(crate) keys: Rc<Vec<Key>>,
    pub(crate) checks: Rc<Vec<ExprId>>,
    /// The definition that defaults, checks and generated columns are expressions of.
    pub(crate) definition: Option<(Rc<Air>, SourceId)>,
    pub(crate) next_row: u64,
    /// Next value of the identity column.
    pub(crate) next_identity: i64,
    /// Another number after every change but the adding of rows: see [`crate::keys`].
    pub(crate) version: Version,
    /// Values that are none of a column's type are refused.
    pub(crate) strict: bool,
    /// A row was proposed and not stored.
    pub(crate) skipped: bool,
}

/// A stored row and its hidden number.
#[derive(Clone, Debug)]
pub(crate) struct Stored {
    pub(crate) id: u64,
    pub(crate) values: Row,
}

/// A column.
#[derive(Clone, Debug)]
pub struct Column {
    /// Name as declared.
    pub name: String,
    /// Type.
    pub ty: Type,
    /// NULL is refused.
    pub not_null: bool,
    pub(crate) default: Option<ExprId>,
    /// The default of a column that was added later.
    pub(crate) constant: Option<Value>,
    pub(crate) identity: Option<(IdentityMode, i64)>,
    pub(crate) generated: Option<ExprId>,
    pub(crate) on_update_now: bool,
}

impl Column {
    /// A column that takes NULL and has no default.
    pub fn new(name: &str, ty: Type) -> Column {
        Column {
            name: name.to_owned(),
            ty,
            not_null: false,
            default: None,
            constant: None,
            identity: None,
            generated: None,
            on_update_now: false,
        }
    }
}

/// A uniqueness.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    pub(crate) name: String,
    pub(crate) parts: Vec<KeyPart>,
    pub(crate) nulls: UniqueNulls,
    /// Only rows for which this is true, with the definition it is an expression of.
    pub(crate) filter: Option<ExprId>,
    pub(crate) definition: Option<(Rc<Air>, SourceId)>,
}

/// Part of a key.
#[derive(Clone, Debug)]
pub(crate) enum KeyPart {
    /// Position of a column.
    Column(usize),
    /// An expression of the key's definition.
    Expr(ExprId),
}

/// A view.
#[derive(Clone, Debug)]
pub(crate) struct View {
    pub(crate) definition: Rc<Air>,
    pub(crate) query: QueryId,
    pub(crate) columns: Vec<String>,
}

/// A sequence.
#[derive(Clone, Debug)]
pub(crate) struct Sequence {
    pub(crate) next: i64,
    pub(crate) step: i64,
    pub(crate) current: Option<i64>,
}

/// 2024-01-31 12:00:00, for tests that do not say what time it is.
const NOON: i64 = 1_706_702_400_000_000;

impl Default for Database {
    fn default() -> Database {
        Database {
            tables: BTreeMap::new(),
            views: BTreeMap::new(),
            sequences: BTreeMap::new(),
            last_insert_id: 0,
            rows_changed: 0,
            now: NOON,
            saved: Vec::new(),
            keys: KeyIndexes::default(),
            steps_left: u64::MAX,
            keeps_fractions: false,
            acted_on: BTreeSet::new(),
        }
    }
}

impl Database {
    /// A database without tables, at noon of some day.
    pub fn new() -> Database {
        Database::default()
    }

    /// Sets the time that statements take for now: microseconds since 1970, UTC.
    pub fn set_now(&mut self, micros: i64) {
        self.now = micros;
    }

    /// Limits the work of all statements from now on: so many expressions and pairs of rows are looked at. What
    /// takes longer is [`EvalError::Unsupported`].
    pub fn set_steps_max(&mut self, steps: u64) {
        self.steps_left = steps;
    }

    /// Adds a table with rows, replacing one of that name.
    pub fn put(&mut self, name: &str, columns: Vec<Column>, rows: Vec<Vec<Value>>) {
        let columns = Rc::new(columns);
        let mut table = Table { name: name.to_owned(), columns, strict: true, ..Table::default() };
        for row in rows {
            table.push(row);
        }
        self.tables.insert(name.to_lowercase(), table);
    }

    /// The table of that name, in any case.
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.tables.get(&name.to_lowercase())
    }

    /// Runs all statements of `air`, without parameters. The rows are those of the last one that has some.
    /// A statement that fails leaves the tables as they were before it.
    pub fn run(&mut self, air: &Air) -> Result<Rows, EvalError> {
        self.run_with(air, &[])
    }

    /// As [`Database::run`], with a value for each parameter slot.
    pub fn run_with(&mut self, air: &Air, params: &[Value]) -> Result<Rows, EvalError> {
        let mut rows = Rows::default();
        for statement in &air.statements {
            let before = (self.tables.clone(), self.views.clone());
            match self.statement(air, params, statement) {
                Ok(result) => {
                    if !result.columns.is_empty() || !result.rows.is_empty() || rows.columns.is_empty() {
                        rows = result;
                    }
                }
                Err(error) => {
                    self.restore(before);
                    return Err(error);
                }
            }
        }
        Ok(rows)
    }

    /// Goes back to a state before.
    pub(crate) fn restore(&mut self, (tables, views): Saved) {
        (self.tables, self.views) = (tables, views);
        self.tables.values_mut().for_each(|table| table.version = Version::default());
    }

    fn statement(&mut self, air: &Air, params: &[Value], statement: &Statement) -> Eval<Rows> {
        match statement {
            Statement::Query { .. }
            | Statement::Insert { .. }
            | Statement::Update { .. }
            | Statement::Delete { .. }
            | Statement::Merge { .. } => {
                let mut evaluator = Evaluator::new(self, air, params);
                let relation = evaluator.change(statement)?;
                let changed = match statement {
                    Statement::Query { .. } => 0,
                    _ => u64::try_from(self.rows_changed).unwrap_or(0),
                };
                let types = match statement {
                    Statement::Query { query } => output_types(air, *query),
                    _ => Vec::new(),
                };
                let row = |row: crate::expr::Row| shown(&row, &types);
                let rows = relation.rows.into_iter().map(row).collect();
                Ok(Rows { columns: relation.columns, rows, changed })
            }
            definition => self.define(air, params, definition).map(|()| Rows::default()),
        }
    }

    pub(crate) fn sequence(&mut self, name: &str, advance: bool) -> Eval<i64> {
        let Some(sequence) = self.sequences.get_mut(&name.to_lowercase()) else {
            return EvalError::fails(format!("no sequence {name}"));
        };
        if advance {
            let value = sequence.next;
            sequence.next = value.saturating_add(sequence.step);
            sequence.current = Some(value);
        }
        sequence.current.map_or_else(|| EvalError::fails("a sequence not used yet"), Ok)
    }
}

impl Table {
    /// Adds a row as it is.
    pub(crate) fn push(&mut self, values: Vec<Value>) -> u64 {
        self.next_row += 1;
        Rc::make_mut(&mut self.rows).push(Stored { id: self.next_row, values: Rc::new(values) });
        self.next_row
    }

    /// The rows, to change or take out.
    pub(crate) fn rows_mut(&mut self) -> &mut Vec<Stored> {
        self.version = Version::default();
        Rc::make_mut(&mut self.rows)
    }

    /// The keys, to change.
    pub(crate) fn keys_mut(&mut self) -> &mut Vec<Key> {
        self.version = Version::default();
        Rc::make_mut(&mut self.keys)
    }

    /// The columns, to change.
    pub(crate) fn columns_mut(&mut self) -> &mut Vec<Column> {
        self.version = Version::default();
        Rc::make_mut(&mut self.columns)
    }

    /// Position of the column of that name.
    pub(crate) fn column(&self, name: &str) -> Option<usize> {
        let exact = self.columns.iter().position(|column| column.name == name);
        exact.or_else(|| {
            self.columns.iter().position(|column| column.name.to_lowercase() == name.to_lowercase())
        })
    }
}

/// A row as a client sees it: single precision by the digits that tell it from its neighbours.
fn shown(row: &[Value], types: &[air::Type]) -> Vec<Value> {
    let value = |(i, value): (usize, &Value)| match (value, types.get(i)) {
        (Value::Float(x), Some(air::Type::Float32)) => {
            let digits = (*x as f32).to_string();
            Value::Float(if f64::from(*x as f32) == *x { digits.parse().unwrap_or(*x) } else { *x })
        }
        (value, Some(ty)) => crate::scalar::settled(value.clone(), *ty),
        (value, None) => value.clone(),
    };
    row.iter().enumerate().map(value).collect()
}

/// Where a source finds a column of a table.
#[derive(Clone, Copy)]
pub(crate) enum Place {
    Column(usize),
    RowNumber,
}

impl Evaluator<'_> {
    /// Where the columns of a source are in its table.
    pub(crate) fn places(&self, source: SourceId, table: &Table) -> Eval<Vec<Place>> {
        let air = self.air;
        let find = |column: &SourceColumn| {
            let name = air.name(column.name);
            match table.column(name) {
                Some(at) => Ok(Place::Column(at)),
                None if matches!(name.to_lowercase().as_str(), "rowid" | "oid" | "_rowid_" | "ctid") => {
                    Ok(Place::RowNumber)
                }
                None => EvalError::fails(format!("no column {name} in {}", table.name)),
            }
        };
        let source = air.source(source);
        if source.renamed && source.closed {
            return Ok((0..source.columns.len()).map(Place::Column).collect());
        }
        air.list(source.columns).iter().map(find).collect()
    }

    /// Rows of a table or view in the columns that a source lists.
    pub(crate) fn table_rows(&mut self, source: SourceId, name: ObjectName) -> Eval<Vec<Row>> {
        let key = self.air.name(name.name).to_lowercase();
        if let Some(table) = self.db.tables.get(&key) {
            let places = self.places(source, table)?;
            return Ok(table.rows.iter().map(|stored| seen(&places, stored)).collect());
        }
        let Some(view) = self.db.views.get(&key).cloned() else {
            return EvalError::fails(format!("no table {}", self.air.name(name.name)));
        };
        let relation = {
            let mut inner = Evaluator::new(self.db, &view.definition, &[]);
            inner.query(view.query)?
        };
        let names = if view.columns.is_empty() { relation.columns } else { view.columns };
        let air = self.air;
        let mut places = Vec::new();
        for column in air.list(air.source(source).columns) {
            let name = air.name(column.name).to_lowercase();
            match names.iter().position(|known| known.to_lowercase() == name) {
                Some(at) => places.push(at),
                None => return EvalError::fails(format!("no column {name} in the view")),
            }
        }
        let pick = |row: &Row| Rc::new(places.iter().map(|at| row[*at].clone()).collect());
        Ok(relation.rows.iter().map(pick).collect())
    }
}

/// A stored row in the columns a source lists.
pub(crate) fn seen(places: &[Place], stored: &Stored) -> Row {
    let identical = places.len() == stored.values.len()
        && places.iter().enumerate().all(|(i, place)| matches!(place, Place::Column(at) if *at == i));
    if identical {
        return stored.values.clone();
    }
    let value = |place: &Place| match place {
        Place::Column(at) => stored.values[*at].clone(),
        Place::RowNumber => Value::Int(stored.id.into()),
    };
    Rc::new(places.iter().map(value).collect())
}
