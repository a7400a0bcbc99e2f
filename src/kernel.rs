//! The compiler as the kernel uses it: one statement at a time, for the engine it will run on.

use crate::{Options, Profile, Translator, parser_for};
use air::Air;
use air::catalog::Catalog;
use air::effects::{Columns, Effects, TableName, effects};
use air::expr::{CompareOp, Expr};
use air::ids::ObjectName;
use air::node::Child;
use air::protection::Indirect;
use air::query::{Body, Item, Output, Rel, SourceKind};
use air::statement::{InsertSource, Statement, TransactionAction};
use air::types::Type;
use air::{ExprId, QueryId, SourceId};
use airc_passes::lineage::{Lineage, Node, Use};
use rustc_hash::FxHashMap;
use sqlx_kernel::compile::{Column, Compile, Compiled, Request, Shape};
use sqlx_kernel::core::schedule::Facts;
use sqlx_kernel::pi::Touched;
use sqlx_kernel::{Failure, Kind};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// Compiles statements for the kernel.
///
/// ```
/// use airc::kernel::AirCompiler;
/// use sqlx_kernel::policy::AllowAll;
/// use sqlx_kernel::{Builder, ConnectOptions, ExecContext};
///
/// # tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
/// let kernel = Builder::new(AirCompiler::default(), AllowAll).start();
/// let session = kernel.connect(ConnectOptions::new("sqlite::memory:")).await?;
/// let context = ExecContext::new("acme", "svc:billing");
/// kernel.exec(&session, "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL)", &[], &context).await?;
/// kernel.exec(&session, "INSERT INTO users VALUES (?, ?)", &[1.into(), "Ada".into()], &context).await?;
/// // Any dialect runs on any engine.
/// let mysql = context.written_in("mysql");
/// let sql = "SELECT CONCAT(name, '!') AS greeting FROM `users` WHERE id = ? LIMIT 0, 5";
/// let found = kernel.exec(&session, sql, &[1.into()], &mysql).await?;
/// assert_eq!(found.rows, [["Ada!".into()]]);
/// # Ok::<(), sqlx_kernel::Failure>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Default)]
pub struct AirCompiler {
    options: Options,
    /// Translators that nobody uses now, by profiles and schema: their buffers are warm and their catalog is read.
    idle: Mutex<FxHashMap<Pair, Vec<Translator>>>,
}

/// What a translator is for.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Pair {
    from: String,
    to: String,
    epoch: u64,
    under: u64,
}

/// Translators kept for schemas of before are of no use to anybody: from so many on, all are dropped.
const PAIRS_MAX: usize = 64;

impl AirCompiler {
    /// A compiler with options of its own.
    pub fn new(options: Options) -> AirCompiler {
        AirCompiler { options, idle: Mutex::default() }
    }

    fn translator(&self, pair: &Pair, request: &Request<'_>) -> Result<Translator, Failure> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(translator) = idle.get_mut(pair).and_then(Vec::pop) {
            return Ok(translator);
        }
        if idle.len() >= PAIRS_MAX {
            idle.clear();
        }
        drop(idle);
        let profile = |text: &str| {
            text.parse::<Profile>().map_err(|error| Failure::new(Kind::Usage, format!("`{text}`: {error}")))
        };
        let (from, to) = (profile(&pair.from)?, profile(&pair.to)?);
        let mut catalog = Catalog::default();
        // Definitions that cannot be read are unknown tables to statements that use them, which says enough.
        let _ = crate::schema::read(&request.schema.definitions, &to, &self.options, &mut catalog);
        catalog.complete = true;
        let mut translator = Translator::new(from, to, self.options.clone());
        translator.set_catalog(catalog);
        if let Some(under) = request.under {
            translator.protect(under.protection.clone(), request.schema.indirect.clone());
        }
        Ok(translator)
    }
}

impl Compile for AirCompiler {
    fn compile(&self, request: Request<'_>) -> Result<Compiled, Failure> {
        let pair = Pair {
            from: request.from.unwrap_or(request.to).to_owned(),
            to: request.to.to_owned(),
            epoch: request.schema.epoch,
            under: request.under.map_or(0, |under| under.number),
        };
        let mut translator = self.translator(&pair, &request)?;
        let mut compiled = compile(&mut translator, request.sql);
        if let Ok(compiled) = &mut compiled {
            see_through(&mut compiled.touched, &request.schema.indirect);
        }
        if let (Ok(compiled), Some(under)) = (&mut compiled, request.under) {
            compiled.protection = Some(under.protection.clone());
        }
        // What the statement defines is defined once it has run, and then the schema is another one.
        translator.forget();
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.entry(pair).or_default().push(translator);
        compiled
    }

    fn split<'s>(&self, script: &'s str, from: &str) -> Result<Vec<&'s str>, Failure> {
        let profile = from
            .parse::<Profile>()
            .map_err(|error| Failure::new(Kind::Usage, format!("`{from}`: {error}")))?;
        let mut parser = parser_for(&profile);
        let (mut found, mut at) = (Vec::new(), 0);
        while let Some((parsed, next)) = parser.parse_next(script, at) {
            let before = found.len();
            found.extend(parsed.tree.statements().iter().map(|id| parsed.tree[*id].span.text(script)));
            if found.len() == before && !parsed.diagnostics.is_empty() {
                // Left out, it would not be missed.
                found.push(&script[at..next]);
            }
            at = next;
        }
        Ok(found)
    }
}

// TODO: what triggers and defaults of the database do to the session is not in the effects: introspection does not read
// them. Writes to tables with triggers would have to count as unknown.
fn compile(translator: &mut Translator, sql: &str) -> Result<Compiled, Failure> {
    let mut meaning: Option<(Compiled, Vec<Narrowed>)> = None;
    let mut statements = 0;
    translator.for_each_bound(sql, &mut |_, air, _| {
        statements += 1;
        meaning = air.map(|air| {
            let effects = effects(air);
            let (facts, reads) = facts(air, &effects);
            let touched = Touched::of(&effects, shown(air, &effects));
            let compiled = Compiled {
                touched,
                facts_of_policy: OnceLock::new(),
                protection: None,
                sql: Vec::new(),
                positions: Vec::new(),
                air_id: air::fingerprint::fingerprint(air).to_string().into(),
                summary: summary(air, &effects).into(),
                commits: air.statements.iter().any(|statement| {
                    matches!(statement, Statement::Transaction { action: TransactionAction::Commit, .. })
                }),
                effects,
                facts,
                shape: Arc::new(shape(air)),
                assumptions: Vec::new(),
            };
            (compiled, reads)
        });
    });
    if statements != 1 {
        let message = match statements {
            0 => "there is no statement".to_owned(),
            many => format!("one statement at a time: these are {many}"),
        };
        return Err(Failure::new(Kind::Usage, message));
    }
    translator.forget();
    if let Some((compiled, reads)) = &mut meaning {
        compiled.facts.by_key = reads.iter().all(|read| read.by_key(translator.catalog()));
        name_columns(&mut compiled.touched.reads, translator.catalog());
        name_columns(&mut compiled.touched.writes, translator.catalog());
    }
    let mut outcome = None;
    translator.for_each(sql, &mut |step| outcome = Some((step.outcome(), effects(step.air))));
    let Some((outcome, lowered)) = outcome else {
        return Err(Failure::new(Kind::Internal, "the statement was read once and not twice"));
    };
    let refusal = outcome.refusal().cloned();
    match (meaning, outcome.translation) {
        (Some((mut compiled, _)), Some(translation)) => {
            compiled.sql = translation.sql.into_iter().map(Into::into).collect();
            compiled.positions = translation.positions;
            compiled.assumptions =
                translation.certificate.assumptions.iter().map(ToString::to_string).collect();
            // Emulations may touch more of the session than the meaning says.
            compiled.effects.session.extend(lowered.session);
            Ok(compiled)
        }
        (_, _) => {
            let message = refusal.as_ref().map_or("the statement was refused", |refusal| &refusal.message);
            let mut failure = Failure::new(Kind::Refused, message);
            failure.code = refusal.map(|refusal| refusal.code.to_string());
            Err(failure)
        }
    }
}

/// What goes into a statement and what comes out of it.
fn shape(air: &Air) -> Shape {
    let mut parameters = Vec::new();
    for param in &air.params {
        let at = param.number.max(1) as usize - 1;
        if parameters.len() <= at {
            parameters.resize(at + 1, Type::Unknown);
        }
        parameters[at] = param.ty;
    }
    let columns = match air.statements.first() {
        Some(Statement::Query { query }) => query_columns(air, *query),
        Some(Statement::Insert { insert }) => items(air, air.list(insert.returning), &[insert.target]),
        Some(Statement::Update { update }) if update.from.is_none() => {
            items(air, air.list(update.returning), &[update.target])
        }
        Some(Statement::Delete { delete }) if delete.from.is_none() => {
            items(air, air.list(delete.returning), &[delete.target])
        }
        // A star of these ranges over the rows joined as well.
        Some(Statement::Update { update }) if !update.returning.is_empty() => None,
        Some(Statement::Delete { delete }) if !delete.returning.is_empty() => None,
        Some(Statement::Merge { merge }) if !merge.returning.is_empty() => None,
        _ => Some(Vec::new()),
    };
    Shape { columns, parameters }
}

/// Columns of a query; `None` if they are not known.
fn query_columns(air: &Air, mut query: QueryId) -> Option<Vec<Column>> {
    // Set operations have the columns of their left side; a query is never below itself.
    loop {
        match air.query(query).body {
            Body::Select { select } => {
                let outputs = air.list(air.select(select).outputs);
                let column = |output: &Output| Column { name: air.name(output.name).into(), ty: output.ty };
                return (!outputs.is_empty()).then(|| outputs.iter().map(column).collect());
            }
            Body::SetOp { left, .. } => query = left,
            Body::Values { rows } => {
                let items = air.list(rows).first().map(|row| air.list(row.items)).unwrap_or_default();
                let column = |item: &ExprId| Column { name: "".into(), ty: air.ty(*item) };
                return Some(items.iter().map(column).collect());
            }
        }
    }
}

/// Columns of a RETURNING list whose stars range over `sources`.
fn items(air: &Air, items: &[Item], sources: &[SourceId]) -> Option<Vec<Column>> {
    let mut columns = Vec::new();
    for item in items {
        match *item {
            Item::Expr { expr, alias } => {
                let named = match (alias, air.expr(expr)) {
                    (Some(alias), _) => air.name(alias),
                    (None, Expr::Column { source, index, .. }) => air.name(air.column(source, index).name),
                    (None, _) => "",
                };
                columns.push(Column { name: named.into(), ty: air.ty(expr) });
            }
            Item::Star { source } => {
                let of = source.as_ref().map_or(sources, std::slice::from_ref);
                for source in of {
                    if !air.source(*source).closed {
                        return None;
                    }
                    let known = air.list(air.source(*source).columns);
                    columns.extend(
                        known
                            .iter()
                            .map(|column| Column { name: air.name(column.name).into(), ty: column.ty }),
                    );
                }
            }
        }
    }
    Some(columns)
}

/// Adds what views read to what a statement reads and shows.
fn see_through(touched: &mut Touched, indirect: &Indirect) {
    let Touched { reads, shows, opaque, .. } = touched;
    for tables in [reads, shows] {
        let views: Vec<String> = tables
            .keys()
            .map(|table| table.name.clone())
            .filter(|name| indirect.reads.contains_key(name))
            .collect();
        for view in views {
            match indirect.all_reads(&view) {
                Some(all) => {
                    for name in all.into_iter().filter(|name| *name != view) {
                        tables.insert(TableName { schema: None, name }, Columns::All);
                    }
                }
                None => {
                    opaque.insert(view);
                }
            }
        }
    }
}

/// Names all columns of tables whose columns are known.
fn name_columns(touched: &mut BTreeMap<TableName, Columns>, catalog: &Catalog) {
    // Of tables with a schema others may be known by the same name.
    let all =
        |(name, columns): &(&TableName, &mut Columns)| name.schema.is_none() && **columns == Columns::All;
    for (name, columns) in touched.iter_mut().filter(all) {
        if let Some(table) = catalog.table(name.schema.as_deref(), &name.name) {
            *columns =
                Columns::These(table.columns.iter().map(|column| column.name.to_lowercase()).collect());
        }
    }
}

/// Columns whose values reach the rows of a statement, or something that is stored.
fn shown(air: &Air, effects: &Effects) -> BTreeMap<TableName, Columns> {
    let mut shown: BTreeMap<TableName, Columns> = BTreeMap::new();
    if !effects.writes.is_empty() || !effects.definitions.is_empty() {
        // What is stored elsewhere, or under another name, can be read there.
        shown.clone_from(&effects.reads);
        for definition in &effects.definitions {
            shown.insert(definition.name.clone(), Columns::All);
        }
        return shown;
    }
    if !effects.returns_rows {
        return shown;
    }
    let lineage = Lineage::of(air);
    for end in &lineage.ends {
        if !matches!(lineage.graph[*end], Node::Result { .. }) {
            continue;
        }
        for origin in lineage.origins(*end) {
            if origin.used != Use::Value {
                continue;
            }
            let (schema, name) = match origin.table.rsplit_once('.') {
                Some((schema, name)) => (Some(schema.to_lowercase()), name.to_lowercase()),
                None => (None, origin.table.to_lowercase()),
            };
            let columns =
                shown.entry(TableName { schema, name }).or_insert_with(|| Columns::These(BTreeSet::new()));
            if let Columns::These(columns) = columns {
                columns.insert(origin.column.to_lowercase());
            }
        }
    }
    shown
}

/// Tables named in a summary: more would make it long and of high cardinality.
const SUMMARY_TABLES_MAX: usize = 3;

/// What a statement does in a few words, such as `SELECT orders customers`.
fn summary(air: &Air, effects: &Effects) -> String {
    let verb = air.statements.first().map_or("NOTHING", |statement| match statement {
        Statement::Query { .. } => "SELECT",
        Statement::Insert { .. } => "INSERT",
        Statement::Update { .. } => "UPDATE",
        Statement::Delete { .. } => "DELETE",
        Statement::Merge { .. } => "MERGE",
        Statement::Transaction { .. } => "TRANSACTION",
        Statement::Truncate { .. } => "TRUNCATE",
        Statement::Nothing { .. } => "NOTHING",
        Statement::Trigger { .. }
        | Statement::Function { .. }
        | Statement::CreateTable { .. }
        | Statement::CreateView { .. }
        | Statement::CreateIndex { .. }
        | Statement::CreateSequence { .. }
        | Statement::CreateSchema { .. } => "CREATE",
        Statement::AlterTable { .. } | Statement::RestartSequence { .. } => "ALTER",
        Statement::Drop { .. } => "DROP",
        Statement::Comment { .. } => "COMMENT",
        // Only within a body, which a statement of its own is in front of.
        Statement::If { .. }
        | Statement::Else {}
        | Statement::End {}
        | Statement::Declare { .. }
        | Statement::Return { .. }
        | Statement::SetRow { .. }
        | Statement::Raise { .. } => "NOTHING",
    });
    let defined = effects.definitions.iter().map(|definition| &definition.name);
    let tables: BTreeSet<&str> = effects
        .writes
        .keys()
        .chain(effects.reads.keys())
        .chain(defined)
        .map(|name| name.name.as_str())
        .collect();
    let mut words = verb.to_owned();
    for table in tables.iter().take(SUMMARY_TABLES_MAX) {
        words.push(' ');
        words.push_str(table);
    }
    words
}

/// A table that is read, and its columns that are equal to something that is no column.
struct Narrowed {
    schema: Option<String>,
    table: String,
    columns: BTreeSet<u32>,
}

impl Narrowed {
    /// True if at most one row is read.
    fn by_key(&self, catalog: &Catalog) -> bool {
        catalog.table(self.schema.as_deref(), &self.table).is_some_and(|table| {
            table.keys.iter().any(|key| {
                let whole = !key.partial && !key.columns.is_empty();
                whole && key.columns.iter().all(|column| self.columns.contains(column))
            })
        })
    }
}

/// What the class of a statement is decided by, but for what keys say of the tables it reads, which come beside.
fn facts(air: &Air, effects: &Effects) -> (Facts, Vec<Narrowed>) {
    let mut gathers = false;
    let mut tables: Vec<(SourceId, ObjectName)> = Vec::new();
    let mut equated: BTreeSet<(SourceId, u32)> = BTreeSet::new();
    air.walk(&mut |child| match child {
        Child::Select(id) => {
            let select = air.select(id);
            gathers |= select.group.is_some() || !matches!(select.distinct, air::query::Distinct::All {});
            equate(air, select.filter, &mut equated);
        }
        Child::Query(id) => {
            let query = air.query(id);
            gathers |=
                !query.order.is_empty() || !matches!(query.body, Body::Select { .. } | Body::Values { .. });
        }
        Child::Rel(id) => gathers |= matches!(air.rel(id), Rel::Join { .. }),
        Child::Source(id) => {
            if let SourceKind::Table { name } = air.source(id).kind {
                tables.push((id, name));
            }
        }
        Child::Expr(id) => {
            gathers |= matches!(air.expr(id), Expr::Aggregate { .. } | Expr::Window { .. });
        }
        Child::Window(_) => gathers = true,
    });
    let mut brings = 0;
    for statement in &air.statements {
        match statement {
            Statement::Update { update } => equate(air, update.filter, &mut equated),
            Statement::Delete { delete } => equate(air, delete.filter, &mut equated),
            Statement::Insert { insert } => {
                if let InsertSource::Values { rows } = insert.source {
                    brings += air.list(rows).len() as u64;
                }
            }
            _ => {}
        }
    }
    // The table an INSERT goes to is written, not read.
    let target = air.statements.iter().find_map(|statement| match statement {
        Statement::Insert { insert } => Some(insert.target),
        _ => None,
    });
    tables.retain(|(source, _)| Some(*source) != target);
    let narrowed = |(source, name): &(SourceId, ObjectName)| Narrowed {
        schema: name.schema.map(|schema| air.name(schema).to_owned()),
        table: air.name(name.name).to_owned(),
        columns: equated.iter().filter(|(of, _)| of == source).map(|(_, column)| *column).collect(),
    };
    let reads: Vec<Narrowed> = tables.iter().map(narrowed).collect();
    let facts = Facts {
        defines: !effects.definitions.is_empty(),
        writes: !effects.writes.is_empty(),
        tables: u32::try_from(tables.len()).unwrap_or(u32::MAX),
        by_key: false,
        gathers,
        rows: None,
        brings,
        p95: None,
    };
    (facts, reads)
}

/// Adds the columns that a condition makes equal to something that is no column.
fn equate(air: &Air, condition: Option<ExprId>, equated: &mut BTreeSet<(SourceId, u32)>) {
    let Some(condition) = condition else { return };
    let column = |id: ExprId| match air.expr(id) {
        Expr::Column { source, index, .. } => Some((source, index)),
        _ => None,
    };
    match air.expr(condition) {
        Expr::And { terms } => {
            for term in air.list(terms) {
                equate(air, Some(*term), equated);
            }
        }
        Expr::Compare { op: CompareOp::Eq, left, right, .. } => match (column(left), column(right)) {
            (Some(found), None) | (None, Some(found)) => {
                equated.insert(found);
            }
            (_, _) => {}
        },
        _ => {}
    }
}
