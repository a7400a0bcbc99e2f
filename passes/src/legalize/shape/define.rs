//! Definitions: what of a table, index or view the target says elsewhere, otherwise or not at all.

use air::builtins::Volatility;
use air::ddl::{
    AlterTable, ColumnDef, Constraint, ConstraintRule, CreateIndex, CreateTable, CreateView, DropObject,
    Generated, Identity, IdentityMode, IndexMethod, KeyPart, ObjectKind, ReferentialAction, TableChange,
    UniqueNulls,
};
use air::expr::SequenceStep;
use air::fidelity::Assume;
use air::node::Child;
use air::query::{Body, Limit, Source, SourceColumn, SourceKind};
use air::statement::Statement;
use air::target::{AlterColumn, CommentForm, CreateAs, Enforcement, IdentityForm, SequenceForm};
use air::types::{TextKind, TextType};
use air::{Air, Builtin, Expr, ExprId, List, Literal, Name, ObjectName, SourceId, Type};
use air_base::Span;

use super::super::collation::{collated_key, folded_key};
use super::change::{replace, table_of};
use super::references::identity_type;
use crate::build::{self, Build};
use crate::codes;
use crate::kind::StatementKind;
use crate::pass::{Apply, Context, Fired, Rule};

/// Rules of this topic.
pub(crate) const RULES: &[Rule] = &[
    Rule {
        name: "view_of_session",
        law: "a view that nobody else uses shows the same whoever may see it",
        apply: Apply::Statements(&[StatementKind::CreateView], view_of_session),
    },
    Rule {
        name: "indexes_beside_table",
        law: "an index declared inside of a table is one created right after it",
        apply: Apply::Statements(&[StatementKind::CreateTable], indexes_beside),
    },
    Rule {
        name: "collated_keys",
        law: "a key over a column compared otherwise is one over the column under that collation",
        apply: Apply::Statements(&[StatementKind::CreateIndex], collated_keys),
    },
    Rule {
        name: "folded_keys",
        law: "texts are alike under a collation exactly when their folded forms are alike byte by byte",
        apply: Apply::Statements(
            &[StatementKind::CreateTable, StatementKind::CreateIndex, StatementKind::AlterTable],
            folded_keys,
        ),
    },
    Rule {
        name: "keys_after_tables",
        law: "a foreign key holds from the moment both of its tables exist",
        apply: Apply::Statements(&[StatementKind::CreateTable], keys_after_tables),
    },
    Rule {
        name: "comments_beside_table",
        law: "a comment changes no rows",
        apply: Apply::Statements(&[StatementKind::CreateTable, StatementKind::Comment], comments_beside),
    },
    Rule {
        name: "nulls_in_keys",
        law: "two NULLs are alike in a key when what stands for them and that they are NULL is alike",
        apply: Apply::Statements(&[StatementKind::CreateTable, StatementKind::CreateIndex], nulls_in_keys),
    },
    Rule {
        name: "table_definition",
        law: "options that change no rows are left out; a constraint is said in the target's words",
        apply: Apply::Statements(&[StatementKind::CreateTable], table_definition),
    },
    Rule {
        name: "partial_unique_index",
        law: "rows whose key is NULL collide with none: the key is NULL outside of the part that is indexed",
        apply: Apply::Statements(&[StatementKind::CreateIndex], partial_unique_index),
    },
    Rule {
        name: "index_of_hidden_columns",
        law: "an index over an expression is one over a hidden column with its values",
        apply: Apply::Statements(&[StatementKind::CreateIndex], index_of_hidden_columns),
    },
    Rule {
        name: "index_definition",
        law: "an index that is not unique changes no rows",
        apply: Apply::Statements(&[StatementKind::CreateIndex], index_definition),
    },
    Rule {
        name: "view_definition",
        law: "a view is its query; its columns are called as the source dialect called them",
        apply: Apply::Statements(&[StatementKind::CreateView], view_definition),
    },
    Rule {
        name: "sequence_definition",
        law: "a sequence changes no rows; what takes numbers from it counts by itself or is refused",
        apply: Apply::Statements(&[StatementKind::CreateSequence], sequence_definition),
    },
    Rule {
        name: "sequence_restart",
        law: "numbers that are made up for a column go on after the greatest there is",
        apply: Apply::Statements(&[StatementKind::RestartSequence], sequence_restart),
    },
    Rule {
        name: "drops",
        law: "dropping several objects is dropping each",
        apply: Apply::Statements(&[StatementKind::Drop], drops),
    },
    Rule {
        name: "wide_instants",
        law: "in sessions of one time zone an instant is its reading there",
        apply: Apply::Statements(&[StatementKind::CreateTable], wide_instants),
    },
    Rule {
        name: "foreign_keys_on",
        law: "a session that enforces foreign keys does what the source does by itself",
        apply: Apply::Statements(&[StatementKind::CreateTable], foreign_keys_on),
    },
    Rule {
        name: "enforcement",
        law: "constraints that are not enforced refuse nothing; those of other tables, which the data keep, neither",
        apply: Apply::Statements(&[StatementKind::AlterTable], enforcement),
    },
    Rule {
        name: "table_changes",
        law: "several changes of a table are each of them, in order",
        apply: Apply::Statements(&[StatementKind::AlterTable], table_changes),
    },
];

fn span_of(cx: &Context<'_>, at: usize) -> Span {
    cx.air.statement_spans.get(at).copied().unwrap_or(Span::NONE)
}

fn table_mut<'a>(cx: &'a mut Context<'_>, at: usize) -> Option<&'a mut CreateTable> {
    match &mut cx.air.statements[at] {
        Statement::CreateTable { table } => Some(table),
        _ => None,
    }
}

fn indexes_beside(cx: &mut Context<'_>, at: usize) -> Fired {
    if cx.target.can.define.inline_indexes {
        return Ok(false);
    }
    let global = cx.target.can.define.index_names_global;
    let Some(table) = table_mut(cx, at) else { return Ok(false) };
    if table.indexes.is_empty() {
        return Ok(false);
    }
    let if_not_exists = table.if_not_exists;
    let name = table.name;
    let indexes = std::mem::take(&mut table.indexes);
    let Statement::CreateTable { table } = cx.air.statements[at].clone() else { return Ok(false) };
    let mut statements = vec![Statement::CreateTable { table }];
    for (number, mut index) in indexes.into_iter().enumerate() {
        index.name = Some(index_name(cx, &name, index.name, &index.parts, number, global));
        index.name_of_table = false;
        index.if_not_exists |= if_not_exists && cx.has(cx.target.can.index_if_not_exists);
        statements.push(Statement::CreateIndex { index: Box::new(index) });
    }
    replace(cx, at, statements);
    Ok(true)
}

/// A temporary view becomes a stored one, which the session drops when it is done.
fn view_of_session(cx: &mut Context<'_>, at: usize) -> Fired {
    if cx.target.can.define.temporary_views {
        return Ok(false);
    }
    let Statement::CreateView { view } = &cx.air.statements[at] else { return Ok(false) };
    if !view.temporary {
        return Ok(false);
    }
    let subject = cx.air.name(view.name.name).to_owned();
    let (query, names) = (view.query, view.columns.clone());
    let span = cx.air.statement_spans.get(at).copied().unwrap_or(Span::NONE);
    let of_session =
        cx.air.source_ids().any(|source| table_of(cx, source).is_some_and(|table| table.temporary));
    if of_session {
        let message = "a temporary view over a temporary table has no form";
        return cx.refuse(codes::DEFINITION, span, message, "make the table a stored one");
    }
    if !names.is_empty() {
        super::sources::rename(cx, query, &names)?;
    }
    cx.assume(Assume::OwnSession, &subject, span)?;
    if let Statement::CreateView { view } = &mut cx.air.statements[at] {
        view.temporary = false;
    }
    Ok(true)
}

/// Foreign keys to tables of later statements are added where those are created.
fn keys_after_tables(cx: &mut Context<'_>, at: usize) -> Fired {
    let span = span_of(cx, at);
    let forward_references = cx.target.can.define.forward_references;
    let Some(table) = table_mut(cx, at) else { return Ok(false) };
    let awaited = std::mem::take(&mut table.awaited);
    if forward_references {
        return Ok(false);
    }
    let is_forward =
        |constraint: &Constraint| matches!(constraint.rule, ConstraintRule::ForeignKey { forward: true, .. });
    let (forward, kept) = std::mem::take(&mut table.constraints).into_iter().partition(is_forward);
    table.constraints = kept;
    let forward: Vec<Constraint> = forward;
    if forward.is_empty() && awaited.is_empty() {
        return Ok(false);
    }
    let mut statements = vec![cx.air.statements[at].clone()];
    for constraint in &forward {
        if let ConstraintRule::ForeignKey { table: other, .. } = &constraint.rule {
            let subject =
                format!("the foreign key to {}, until that table is created", cx.air.name(other.name));
            cx.assume(Assume::ConstraintDropped, &subject, span)?;
        }
    }
    for key in awaited {
        let source = Source {
            alias: key.table.name,
            aliased: false,
            kind: SourceKind::Table { name: key.table },
            columns: List::EMPTY,
            closed: false,
            renamed: false,
            lateral: false,
        };
        let this = cx.air.push_source(source, span);
        let changes = vec![TableChange::AddConstraint { constraint: key.constraint }];
        let alter = AlterTable { name: key.table, this, changes, if_exists: false };
        statements.push(Statement::AlterTable { alter: Box::new(alter) });
    }
    replace(cx, at, statements);
    Ok(true)
}

/// A name for an index; where names are shared by all tables of a schema, the table's name is part of it.
fn index_name(
    cx: &mut Context<'_>,
    table: &ObjectName,
    own: Option<ObjectName>,
    parts: &[KeyPart],
    number: usize,
    global: bool,
) -> ObjectName {
    let mut text = String::new();
    if global || own.is_none() {
        text.push_str(cx.air.name(table.name));
        text.push('_');
    }
    match own {
        Some(name) => text.push_str(cx.air.name(name.name)),
        None => match parts.first().map(|part| cx.air.expr(part.expr)) {
            Some(Expr::Column { source, index, .. }) => {
                let column = cx.air.column(source, index);
                text.push_str(cx.air.name(column.name));
                text.push_str("_idx");
            }
            _ => text.push_str(&format!("idx{}", number + 1)),
        },
    }
    // A name that is too long keeps its end, which tells indexes of one table apart.
    let max = cx.target.can.identifier_bytes_max;
    if text.len() > max {
        let mut cut = text.len() - max;
        while !text.is_char_boundary(cut) {
            cut += 1;
        }
        text = text[cut..].to_owned();
    }
    ObjectName {
        catalog: None,
        schema: own.and_then(|own| own.schema).or(table.schema),
        name: cx.air.push_name(&text),
    }
}

/// A unique key over texts that count less than their bytes is a unique index over their folded forms. The key itself
/// stays for foreign keys to refer to.
fn collated_keys(cx: &mut Context<'_>, at: usize) -> Fired {
    let Statement::CreateIndex { index } = &cx.air.statements[at] else { return Ok(false) };
    let mut index = index.clone();
    let mut fired = false;
    for part in index.parts.iter_mut().filter(|_| index.unique) {
        if let Some(collated) = collated_key(cx, part.expr)? {
            part.expr = collated;
            fired = true;
        }
    }
    if fired {
        cx.air.statements[at] = Statement::CreateIndex { index };
    }
    Ok(fired)
}

fn folded_keys(cx: &mut Context<'_>, at: usize) -> Fired {
    if cx.target.can.define.collated_columns || !cx.has(cx.target.can.expression_index) {
        return Ok(false);
    }
    match &cx.air.statements[at] {
        Statement::CreateIndex { index } if index.unique => {
            let mut index = index.clone();
            let mut fired = false;
            for part in &mut index.parts {
                if let Some(folded) = folded_key(cx, part.expr)? {
                    part.expr = folded;
                    fired = true;
                }
            }
            if fired {
                cx.air.statements[at] = Statement::CreateIndex { index };
            }
            Ok(fired)
        }
        Statement::CreateTable { table } => {
            let table = table.clone();
            let after = cx.air.statements.get(at + 1);
            let done = matches!(after, Some(Statement::CreateIndex { index }) if index.unique && index.this == table.this);
            if done {
                return Ok(false);
            }
            let mut indexes = Vec::new();
            for constraint in &table.constraints {
                let (ConstraintRule::Unique { columns, .. } | ConstraintRule::PrimaryKey { columns }) =
                    &constraint.rule
                else {
                    continue;
                };
                indexes.extend(folded_index(cx, table.name, table.this, columns, indexes.len())?);
            }
            Ok(with_indexes(cx, at, table, indexes))
        }
        Statement::AlterTable { alter } => {
            let alter = (**alter).clone();
            let done = |after: Option<&Statement>| matches!(after, Some(Statement::CreateIndex { index }) if index.unique && index.this == alter.this);
            if done(cx.air.statements.get(at + 1)) {
                return Ok(false);
            }
            let mut statements = vec![cx.air.statements[at].clone()];
            for change in &alter.changes {
                let TableChange::AddConstraint { constraint } = change else { continue };
                let (ConstraintRule::Unique { columns, .. } | ConstraintRule::PrimaryKey { columns }) =
                    &constraint.rule
                else {
                    continue;
                };
                if let Some(index) = folded_index(cx, alter.name, alter.this, columns, statements.len() - 1)?
                {
                    statements.push(Statement::CreateIndex { index: Box::new(index) });
                }
            }
            if statements.len() == 1 {
                return Ok(false);
            }
            replace(cx, at, statements);
            Ok(true)
        }
        _ => Ok(false),
    }
}

/// The index over the folded forms of a key's columns; `None` if there are none.
fn folded_index(
    cx: &mut Context<'_>,
    table: ObjectName,
    this: SourceId,
    columns: &[KeyPart],
    number: usize,
) -> Result<Option<CreateIndex>, crate::pass::Refused> {
    let mut parts = columns.to_vec();
    let mut folds = false;
    for part in &mut parts {
        if let Some(folded) = folded_key(cx, part.expr)? {
            part.expr = folded;
            folds = true;
        }
    }
    if !folds {
        return Ok(None);
    }
    let name = index_name(cx, &table, None, columns, number, true);
    let text = format!("{}_ci", cx.air.name(name.name).trim_end_matches("_idx"));
    let name = ObjectName { name: cx.air.push_name(&text), ..name };
    Ok(Some(unique_index(table, this, name, parts, cx.target.can.define.unique_nulls)))
}

/// A plain unique index over the parts of a key.
fn unique_index(
    table: ObjectName,
    this: SourceId,
    name: ObjectName,
    parts: Vec<KeyPart>,
    nulls: UniqueNulls,
) -> CreateIndex {
    CreateIndex {
        name: Some(name),
        name_of_table: false,
        table,
        this,
        parts,
        unique: true,
        nulls,
        filter: None,
        include: Vec::new(),
        method: IndexMethod::Ordered,
        if_not_exists: false,
    }
}

/// Puts indexes behind the table at `at`; false if there are none, and then the table stays as it is.
fn with_indexes(cx: &mut Context<'_>, at: usize, table: Box<CreateTable>, indexes: Vec<CreateIndex>) -> bool {
    if indexes.is_empty() {
        return false;
    }
    let guarded = table.if_not_exists && cx.has(cx.target.can.index_if_not_exists);
    let mut statements = vec![Statement::CreateTable { table }];
    statements.extend(indexes.into_iter().map(|index| Statement::CreateIndex {
        index: Box::new(CreateIndex { if_not_exists: guarded, ..index }),
    }));
    replace(cx, at, statements);
    true
}

fn comments_beside(cx: &mut Context<'_>, at: usize) -> Fired {
    let form = cx.target.can.define.comments;
    if let Statement::Comment { column, text, .. } = cx.air.statements[at] {
        let reason = match form {
            CommentForm::Statement => return Ok(false),
            CommentForm::Inline if column.is_none() => {
                // No comment is an empty one.
                if text.is_some() {
                    return Ok(false);
                }
                let empty = Some(cx.air.push_text(""));
                if let Statement::Comment { text, .. } = &mut cx.air.statements[at] {
                    *text = empty;
                }
                return Ok(true);
            }
            CommentForm::Inline => "the target takes comments of columns with their definitions only",
            CommentForm::No => "the target keeps no comments of tables and columns",
        };
        let reason = cx.air.push_text(reason);
        cx.air.statements[at] = Statement::Nothing { reason };
        return Ok(true);
    }
    if form == CommentForm::Inline {
        return Ok(false);
    }
    let Some(table) = table_mut(cx, at) else { return Ok(false) };
    let name = table.name;
    let mut comments = Vec::new();
    if let Some(text) = table.comment.take() {
        comments.push((None, text));
    }
    for column in &mut table.columns {
        if let Some(text) = column.comment.take() {
            comments.push((Some(column.name), text));
        }
    }
    if comments.is_empty() {
        return Ok(false);
    }
    if form == CommentForm::Statement {
        let Statement::CreateTable { table } = cx.air.statements[at].clone() else { return Ok(false) };
        let mut statements = vec![Statement::CreateTable { table }];
        for (column, text) in comments {
            statements.push(Statement::Comment { table: name, column, text: Some(text) });
        }
        replace(cx, at, statements);
    }
    Ok(true)
}

fn table_definition(cx: &mut Context<'_>, at: usize) -> Fired {
    let Statement::CreateTable { table } = &cx.air.statements[at] else { return Ok(false) };
    let mut table = table.clone();
    let span = span_of(cx, at);
    let define = cx.target.can.define;
    let mut fired = false;
    let mut before = Vec::new();
    if table.or_replace && !cx.has(define.table_or_replace) {
        before.push(drop_statement(cx, ObjectKind::Table, table.name));
        table.or_replace = false;
        fired = true;
    }
    if let Some(query) = table.query {
        if define.create_as == CreateAs::SelectInto {
            return cx.refuse(codes::DEFINITION, span, "CREATE TABLE AS has no form", "SELECT … INTO");
        }
        if table.without_data && !define.with_no_data {
            let count = cx.air.int(0, span);
            super::setops::derive_whole(cx.air, query);
            let limit = Limit { count: Some(count), offset: None, percent: false, with_ties: false };
            cx.air.query_mut(query).limit = Some(limit);
            table.without_data = false;
            fired = true;
        }
        fired |= name_query(cx, query)?;
    }
    fired |= shown_columns(cx, &mut table, span)?;
    fired |= sequence_identity(cx, &mut table, span)?;
    fired |= counted_key(cx, &mut table);
    fired |= counted_key_of_its_own(cx, &mut table, span)?;
    fired |= identity_as_row_number(cx, &mut table, span)?;
    fired |= columns(cx, &mut table, span)?;
    fired |= identity_key(cx, &mut table, span)?;
    fired |= constraints(cx, &mut table, span)?;
    let first_number = first_number(cx, &mut table);
    fired |= first_number.is_some();
    if fired {
        before.push(Statement::CreateTable { table });
        before.extend(first_number);
        replace(cx, at, before);
    }
    Ok(fired)
}

fn drop_statement(cx: &mut Context<'_>, kind: ObjectKind, name: ObjectName) -> Statement {
    let names = cx.air.push_list(&[name]);
    Statement::Drop { drop: Box::new(DropObject { kind, names, if_exists: true, cascade: false, on: None }) }
}

/// Columns of a stored query are called as the source dialect calls them.
fn name_query(cx: &mut Context<'_>, query: air::QueryId) -> Fired {
    let names: Vec<Name> = build::outputs(cx.air, query).iter().map(|output| output.name).collect();
    if names.iter().all(|name| name.is_empty()) || matches!(cx.air.query(query).body, Body::Values { .. }) {
        return Ok(false);
    }
    super::sources::rename(cx, query, &names)
}

/// Columns of arrays are texts where there are no arrays: what is stored in them is the form they are shown in.
fn shown_columns(cx: &mut Context<'_>, table: &mut CreateTable, span: Span) -> Fired {
    if cx.has(cx.target.can.arrays) {
        return Ok(false);
    }
    let mut fired = false;
    for column in &mut table.columns {
        if matches!(column.ty, Type::Array(_)) {
            let subject = cx.air.name(column.name).to_owned();
            cx.assume(Assume::ShownForm, &subject, span)?;
            column.ty = Type::TEXT;
            fired = true;
        }
    }
    Ok(fired)
}

/// A whole number that is by default the next one of a sequence is an identity where there are no sequences.
fn sequence_identity(cx: &mut Context<'_>, table: &mut CreateTable, span: Span) -> Fired {
    if cx.target.can.sequences != SequenceForm::No {
        return Ok(false);
    }
    let mut fired = false;
    for column in &mut table.columns {
        let Some(default) = column.default else { continue };
        let default = match cx.air.expr(default) {
            Expr::Cast { operand, .. } => operand,
            _ => default,
        };
        let Expr::Sequence { name, step: SequenceStep::Next } = cx.air.expr(default) else { continue };
        if !column.ty.is_int() || !column.not_null || column.identity.is_some() {
            continue;
        }
        let subject = format!(
            "{}, whose numbers nothing else takes from {}",
            cx.air.name(column.name),
            cx.air.name(name.name)
        );
        cx.assume(Assume::MadeUpNumbers, &subject, span)?;
        let known = cx.catalog.sequence(cx.air.name(name.name));
        let (start, step) = known.map_or((1, 1), |known| (known.start, known.step));
        column.default = None;
        column.identity = Some(Identity { mode: IdentityMode::ByDefault, start, step });
        fired = true;
    }
    Ok(fired)
}

/// Where made-up values are those of the primary key, a unique column of them becomes it in a table without one.
fn counted_key(cx: &mut Context<'_>, table: &mut CreateTable) -> bool {
    let has_key =
        table.constraints.iter().any(|known| matches!(known.rule, ConstraintRule::PrimaryKey { .. }));
    if cx.target.can.define.identity != IdentityForm::RowNumber || has_key {
        return false;
    }
    let counted = table.columns.iter().find(|column| column.identity.is_some() && column.not_null);
    let Some(name) = counted.map(|column| column.name) else { return false };
    for constraint in &mut table.constraints {
        let ConstraintRule::Unique { columns, .. } = &constraint.rule else { continue };
        let [only] = &columns[..] else { continue };
        let Expr::Column { source, index, .. } = cx.air.expr(only.expr) else { continue };
        if cx.air.name(cx.air.column(source, index).name).eq_ignore_ascii_case(cx.air.name(name)) {
            let columns = columns.clone();
            constraint.rule = ConstraintRule::PrimaryKey { columns };
            return true;
        }
    }
    false
}

/// Where made-up values are those of the primary key, their column becomes it in place of a wider key that it leads, or
/// beside which it is unique by itself. The wider key stays as a unique one of columns that are not NULL.
fn counted_key_of_its_own(cx: &mut Context<'_>, table: &mut CreateTable, span: Span) -> Fired {
    if cx.target.can.define.identity != IdentityForm::RowNumber {
        return Ok(false);
    }
    let mut counted = table.columns.iter().filter(|column| column.identity.is_some() && column.not_null);
    let (Some(name), None) = (counted.next().map(|column| column.name), counted.next()) else {
        return Ok(false);
    };
    let place = |parts: &[KeyPart]| {
        parts.iter().position(|part| match cx.air.expr(part.expr) {
            Expr::Column { source, index, .. } => {
                let column = cx.air.column(source, index).name;
                cx.air.name(column).eq_ignore_ascii_case(cx.air.name(name))
            }
            _ => false,
        })
    };
    let wide = table.constraints.iter().position(|constraint| match &constraint.rule {
        ConstraintRule::PrimaryKey { columns } => columns.len() > 1 || place(columns).is_none(),
        _ => false,
    });
    let Some(wide) = wide else { return Ok(false) };
    let ConstraintRule::PrimaryKey { columns: wide_columns } = table.constraints[wide].rule.clone() else {
        return Ok(false);
    };
    let own = table.constraints.iter().position(|constraint| match &constraint.rule {
        ConstraintRule::Unique { columns, .. } => columns.len() == 1 && place(columns).is_some(),
        _ => false,
    });
    let leads = place(&wide_columns) == Some(0);
    let key = match own {
        Some(own) => match table.constraints.remove(own).rule {
            ConstraintRule::Unique { columns, .. } => columns,
            _ => return Ok(false),
        },
        None if leads => {
            let subject = format!("{}, whose values are made up", cx.air.name(name));
            cx.assume(Assume::DistinctProposals, &subject, span)?;
            vec![KeyPart { expr: wide_columns[0].expr, descending: false, prefix: 0 }]
        }
        None => return Ok(false),
    };
    let nulls = cx.target.can.define.unique_nulls;
    for constraint in &mut table.constraints {
        if matches!(constraint.rule, ConstraintRule::PrimaryKey { .. }) {
            constraint.rule = ConstraintRule::Unique { columns: wide_columns.clone(), nulls };
        }
    }
    let rule = ConstraintRule::PrimaryKey { columns: key };
    table.constraints.insert(0, Constraint { name: None, rule });
    Ok(true)
}

/// Where only a primary key has values made up, the one such column of a table without a primary key becomes it.
fn identity_as_row_number(cx: &mut Context<'_>, table: &mut CreateTable, span: Span) -> Fired {
    let keyed = |constraint: &Constraint| matches!(constraint.rule, ConstraintRule::PrimaryKey { .. });
    if cx.target.can.define.identity != IdentityForm::RowNumber || table.constraints.iter().any(keyed) {
        return Ok(false);
    }
    let mut counted = table.columns.iter().filter(|column| column.identity.is_some());
    let (Some(column), None) = (counted.next().map(|column| column.name), counted.next()) else {
        return Ok(false);
    };
    let columns = cx.air.source(table.this).columns;
    let at = cx.air.list(columns).iter().position(|known| cx.air.name(known.name) == cx.air.name(column));
    let Some(at) = at else { return Ok(false) };
    let subject = format!("{}, whose values are made up", cx.air.name(column));
    cx.assume(Assume::DistinctProposals, &subject, span)?;
    let expr = cx.air.column_of(table.this, at as u32, span);
    let columns = vec![KeyPart { expr, descending: false, prefix: 0 }];
    table.constraints.push(Constraint { name: None, rule: ConstraintRule::PrimaryKey { columns } });
    Ok(true)
}

/// Where made-up values are counted by a key, their column gets one.
fn identity_key(cx: &mut Context<'_>, table: &mut CreateTable, span: Span) -> Fired {
    if cx.target.can.define.identity != IdentityForm::AutoIncrement {
        return Ok(false);
    }
    let mut counted = table.columns.iter().filter(|column| column.identity.is_some());
    let Some(column) = counted.next().map(|column| column.name) else { return Ok(false) };
    if counted.next().is_some() {
        let message = "a table has one column whose values the server makes up";
        return cx.refuse(codes::DEFINITION, span, message, "");
    }
    let leads = |parts: &[KeyPart]| match parts.first().map(|part| cx.air.expr(part.expr)) {
        Some(Expr::Column { source, index, .. }) => {
            let name = cx.air.column(source, index).name;
            cx.air.name(name).eq_ignore_ascii_case(cx.air.name(column))
        }
        _ => false,
    };
    let keyed = table.indexes.iter().any(|index| leads(&index.parts))
        || table.constraints.iter().any(|constraint| match &constraint.rule {
            ConstraintRule::Unique { columns, .. } | ConstraintRule::PrimaryKey { columns } => leads(columns),
            _ => false,
        });
    if keyed {
        return Ok(false);
    }
    let columns = cx.air.source(table.this).columns;
    let at = cx.air.list(columns).iter().position(|known| cx.air.name(known.name) == cx.air.name(column));
    let Some(at) = at else { return Ok(false) };
    let expr = cx.air.column_of(table.this, at as u32, span);
    table.indexes.push(CreateIndex {
        name: None,
        name_of_table: true,
        table: table.name,
        this: table.this,
        parts: vec![KeyPart { expr, descending: false, prefix: 0 }],
        unique: false,
        nulls: cx.target.can.define.unique_nulls,
        filter: None,
        include: Vec::new(),
        method: IndexMethod::Ordered,
        if_not_exists: false,
    });
    Ok(true)
}

fn columns(cx: &mut Context<'_>, table: &mut CreateTable, span: Span) -> Fired {
    let define = cx.target.can.define;
    let temporary = table.temporary;
    let mut fired = false;
    let primary: Vec<Name> = table
        .constraints
        .iter()
        .filter_map(|constraint| match &constraint.rule {
            ConstraintRule::PrimaryKey { columns } => Some(columns),
            _ => None,
        })
        .flatten()
        .filter_map(|part| match cx.air.expr(part.expr) {
            Expr::Column { source, index, .. } => Some(cx.air.column(source, index).name),
            _ => None,
        })
        .collect();
    for column in &mut table.columns {
        if column.on_update_now && !define.on_update_now {
            let subject = format!("{} is set to the current time by every UPDATE", cx.air.name(column.name));
            cx.assume(Assume::ConstraintDropped, &subject, span)?;
            column.on_update_now = false;
            fired = true;
        }
        if let Some(generated) = &mut column.generated {
            match (generated.stored, define.stored_columns, define.virtual_columns) {
                // Kept or computed on demand: the values are the same.
                (false, true, false) => {
                    generated.stored = true;
                    fired = true;
                }
                (true, false, true) => {
                    generated.stored = false;
                    fired = true;
                }
                _ => {}
            }
        }
        // Made-up values are kept in integers.
        if column.identity.is_some()
            && let Some(ty) = identity_type(cx, column.ty)
        {
            cx.assume(Assume::IntegerRange, cx.air.name(column.name).to_owned().as_str(), span)?;
            column.ty = ty;
            fired = true;
        }
        if column.identity.is_some() && define.identity == IdentityForm::RowNumber {
            let only =
                primary.len() == 1 && cx.air.name(primary[0]).eq_ignore_ascii_case(cx.air.name(column.name));
            if !only {
                let message = "a column whose values the server makes up has to be the one primary key";
                return cx.refuse(codes::DEFINITION, span, message, "");
            }
        }
        fired |= counting(cx, column, temporary, span)?;
        // A key of text without bound cannot be indexed where keys have a length.
        if let Some(default) = column.default
            && matches!(cx.air.literal(default), Some(Literal::Null {}))
        {
            column.default = None;
            fired = true;
        }
    }
    Ok(fired)
}

/// Numbers that start or go on otherwise than the target's. Where they are the row's, their start is said after the
/// table: [`first_number`].
fn counting(cx: &mut Context<'_>, column: &mut ColumnDef, temporary: bool, span: Span) -> Fired {
    let form = cx.target.can.define.identity;
    let Some(identity) = &mut column.identity else { return Ok(false) };
    let plain = match form {
        IdentityForm::Standard | IdentityForm::Property => return Ok(false),
        IdentityForm::AutoIncrement => identity.start > 0,
        IdentityForm::RowNumber => {
            identity.start == 1
                || identity.start > 0 && !temporary && cx.target.can.define.counter_table.is_some()
        }
    };
    if plain && identity.step == 1 {
        return Ok(false);
    }
    (identity.start, identity.step) = (1, 1);
    cx.approximate(codes::DEFINITION, span, "made-up values start at 1 in steps of 1")?;
    Ok(true)
}

/// Where made-up numbers are those of the rows, the first is said after the table.
fn first_number(cx: &Context<'_>, table: &mut CreateTable) -> Option<Statement> {
    cx.target.can.define.counter_table?;
    let column = table.columns.iter_mut().find(|column| column.identity.is_some())?;
    let identity = column.identity.as_mut().filter(|identity| identity.start != 1)?;
    let changes = vec![TableChange::Restart { name: column.name, next: identity.start }];
    identity.start = 1;
    let alter = AlterTable { name: table.name, this: table.this, changes, if_exists: false };
    Some(Statement::AlterTable { alter: Box::new(alter) })
}

/// True if the expression has a value of its own in every session or moment.
fn asks_session(air: &Air, expr: ExprId) -> bool {
    let mut below = vec![Child::Expr(expr)];
    while let Some(child) = below.pop() {
        if let Child::Expr(id) = child
            && let Expr::Call { op, .. } = air.expr(id)
            && op.signature().volatility != Volatility::Immutable
        {
            return true;
        }
        air.children(child, &mut |child| below.push(child));
    }
    false
}

fn constraints(cx: &mut Context<'_>, table: &mut CreateTable, span: Span) -> Fired {
    let define = cx.target.can.define;
    let mut fired = false;
    if !define.check_of_session {
        let air = &*cx.air;
        let session = |constraint: &Constraint| matches!(constraint.rule, ConstraintRule::Check { expr } if asks_session(air, expr));
        let before = table.constraints.len();
        table.constraints.retain(|constraint| !session(constraint));
        if table.constraints.len() < before {
            let subject = format!("a CHECK of {} that asks for the time", cx.air.name(table.name.name));
            cx.assume(Assume::ConstraintDropped, &subject, span)?;
            fired = true;
        }
    }
    if !define.check_of_acted {
        let acted: Vec<Name> = table.constraints.iter().flat_map(acted_columns).copied().collect();
        let air = &*cx.air;
        let bad = |constraint: &Constraint| match constraint.rule {
            ConstraintRule::Check { expr } => mentions(air, expr, &acted),
            _ => false,
        };
        let before = table.constraints.len();
        table.constraints.retain(|constraint| !bad(constraint));
        if table.constraints.len() < before {
            let subject =
                format!("a CHECK of {} over what a foreign key changes", cx.air.name(table.name.name));
            cx.assume(Assume::ConstraintDropped, &subject, span)?;
            fired = true;
        }
    }
    let global = define.index_names_global;
    let name = table.name;
    for constraint in &mut table.constraints {
        match &mut constraint.rule {
            ConstraintRule::Unique { columns, nulls } => {
                if *nulls != define.unique_nulls {
                    let nullable = columns.iter().any(|part| {
                        let not_null = match cx.air.expr(part.expr) {
                            Expr::Column { source, index, .. } => {
                                let name = cx.air.column(source, index).name;
                                table.columns.iter().any(|column| {
                                    column.not_null
                                        && cx.air.name(column.name).eq_ignore_ascii_case(cx.air.name(name))
                                })
                            }
                            _ => false,
                        };
                        !not_null
                    });
                    let able = *nulls == UniqueNulls::One && cx.has(define.nulls_not_distinct);
                    if !able {
                        if nullable {
                            let message = "how many NULLs a unique key admits cannot be said";
                            return cx.refuse(codes::CONSTRAINT, span, message, "NOT NULL columns");
                        }
                        *nulls = define.unique_nulls;
                        fired = true;
                    }
                }
                if let (Some(own), true) = (constraint.name, global) {
                    let prefix = format!("{}_", cx.air.name(name.name));
                    if !cx.air.name(own).starts_with(&prefix) {
                        let own = ObjectName { catalog: None, schema: None, name: own };
                        let named = index_name(cx, &name, Some(own), &[], 0, true);
                        constraint.name = Some(named.name);
                        fired = true;
                    }
                }
                fired |= whole_columns(cx, columns, span)?;
            }
            ConstraintRule::PrimaryKey { columns } => fired |= whole_columns(cx, columns, span)?,
            ConstraintRule::ForeignKey {
                columns,
                on_delete,
                on_update,
                deferrable,
                initially_deferred,
                ..
            } => {
                let must_be = |name: &Name| {
                    let name = cx.air.name(*name);
                    let known = table.columns.iter().find(|c| cx.air.name(c.name).eq_ignore_ascii_case(name));
                    known.is_some_and(|column| column.not_null)
                };
                if !define.null_where_not && columns.iter().any(must_be) {
                    fired |= refuse_instead(on_delete) | refuse_instead(on_update);
                }
                for action in [&mut *on_delete, &mut *on_update] {
                    if *action == ReferentialAction::Restrict && !define.referential_actions.contains(action)
                    {
                        // Both refuse; they differ in the moment of the check.
                        *action = ReferentialAction::NoAction;
                        fired = true;
                    }
                }
                if *deferrable && !define.deferrable {
                    cx.assume(
                        Assume::ConstraintDropped,
                        "foreign keys are checked at the end of the transaction",
                        span,
                    )?;
                    (*deferrable, *initially_deferred) = (false, false);
                    fired = true;
                }
            }
            ConstraintRule::Check { .. } => {}
        }
    }
    Ok(fired)
}

/// The columns that a foreign key changes by itself.
fn acted_columns(constraint: &Constraint) -> &[Name] {
    use ReferentialAction::*;
    match &constraint.rule {
        ConstraintRule::ForeignKey { columns, on_delete, on_update, .. }
            if matches!(on_delete, SetNull | SetDefault)
                || matches!(on_update, Cascade | SetNull | SetDefault) =>
        {
            columns
        }
        _ => &[],
    }
}

/// True if the expression reads one of the columns.
fn mentions(air: &Air, expr: ExprId, columns: &[Name]) -> bool {
    let mut below = vec![Child::Expr(expr)];
    while let Some(child) = below.pop() {
        if let Child::Expr(id) = child
            && let Expr::Column { source, index, .. } = air.expr(id)
        {
            let name = air.name(air.column(source, index).name);
            if columns.iter().any(|column| air.name(*column).eq_ignore_ascii_case(name)) {
                return true;
            }
        }
        air.children(child, &mut |child| below.push(child));
    }
    false
}

/// To set NULL where there may be none fails, and so does the change that asked for it: it is refused.
fn refuse_instead(action: &mut ReferentialAction) -> bool {
    let sets_null = *action == ReferentialAction::SetNull;
    if sets_null {
        *action = ReferentialAction::NoAction;
    }
    sets_null
}

/// True if the table is known to have a CHECK over columns that the added foreign key changes, or such a key over
/// columns of the added CHECK.
fn checked_and_acted(cx: &Context<'_>, table: &ObjectName, added: &Constraint) -> bool {
    let schema = table.schema.map(|schema| cx.air.name(schema));
    let Some(known) = cx.catalog.table(schema, cx.air.name(table.name)) else { return false };
    let is = |one: &str, other: &str| one.eq_ignore_ascii_case(other);
    match added.rule {
        ConstraintRule::Check { .. } => known.checked.iter().any(|(column, acted)| {
            *acted && known.checked.iter().any(|(other, acted)| !acted && is(column, other))
        }),
        _ => acted_columns(added).iter().any(|column| {
            known.checked.iter().any(|(other, acted)| !acted && is(cx.air.name(*column), other))
        }),
    }
}

/// The same for a foreign key added to a table that is known.
fn settle_added(cx: &Context<'_>, table: &ObjectName, constraint: &mut Constraint) -> bool {
    let ConstraintRule::ForeignKey { columns, on_delete, on_update, .. } = &mut constraint.rule else {
        return false;
    };
    let schema = table.schema.map(|schema| cx.air.name(schema));
    let Some(known) = cx.catalog.table(schema, cx.air.name(table.name)) else { return false };
    let must_be = |name: &Name| {
        let at = known.column(cx.air.name(*name));
        at.is_some_and(|at| !known.columns[at as usize].nullable)
    };
    !cx.target.can.define.null_where_not
        && columns.iter().any(must_be)
        && (refuse_instead(on_delete) | refuse_instead(on_update))
}

/// Keys over prefixes of texts become keys over the texts, which admit more rows: an assumption.
fn whole_columns(cx: &mut Context<'_>, parts: &mut [KeyPart], span: Span) -> Fired {
    if cx.target.can.define.index_prefix {
        return Ok(false);
    }
    let mut fired = false;
    for part in parts.iter_mut().filter(|part| part.prefix > 0) {
        cx.assume(Assume::ConstraintDropped, "a unique key over the beginning of a text", span)?;
        part.prefix = 0;
        fired = true;
    }
    Ok(fired)
}

/// Unique indexes that admit one NULL, where the target admits many: each nullable part is given a value for NULL, and
/// a part that says whether it was NULL. Such a constraint of a table becomes an index beside it.
fn nulls_in_keys(cx: &mut Context<'_>, at: usize) -> Fired {
    let define = cx.target.can.define;
    let able = define.unique_nulls == UniqueNulls::One || cx.has(define.nulls_not_distinct);
    let indexes = cx.has(cx.target.can.expression_index) || cx.has(define.hidden_columns);
    if able || !indexes {
        return Ok(false);
    }
    match &cx.air.statements[at] {
        Statement::CreateIndex { index } => {
            if !index.unique || index.nulls != UniqueNulls::One {
                return Ok(false);
            }
            let mut index = index.clone();
            let Some(parts) = told_apart(cx, &index.parts) else { return Ok(false) };
            index.parts = parts;
            index.nulls = UniqueNulls::Many;
            cx.air.statements[at] = Statement::CreateIndex { index };
            Ok(true)
        }
        Statement::CreateTable { table } => {
            let mut table = table.clone();
            let mut indexes = Vec::new();
            let constraints = std::mem::take(&mut table.constraints);
            for constraint in constraints {
                let ConstraintRule::Unique { columns, nulls: UniqueNulls::One } = &constraint.rule else {
                    table.constraints.push(constraint);
                    continue;
                };
                let Some(parts) = told_apart(cx, columns).filter(|parts| parts.len() > columns.len()) else {
                    table.constraints.push(constraint);
                    continue;
                };
                let own = constraint.name.map(|name| ObjectName { catalog: None, schema: None, name });
                let global = define.index_names_global;
                let name = index_name(cx, &table.name, own, columns, indexes.len(), global);
                indexes.push(unique_index(table.name, table.this, name, parts, UniqueNulls::Many));
            }
            Ok(with_indexes(cx, at, table, indexes))
        }
        _ => Ok(false),
    }
}

/// The parts of a key without NULLs; `None` where a type has no value that can stand for NULL.
fn told_apart(cx: &mut Context<'_>, parts: &[KeyPart]) -> Option<Vec<KeyPart>> {
    let mut told = Vec::with_capacity(parts.len());
    for part in parts {
        let info = cx.air.info(part.expr);
        let plain = KeyPart { expr: part.expr, descending: part.descending, prefix: part.prefix };
        if !info.nullable {
            told.push(plain);
            continue;
        }
        let value = match info.ty {
            Type::Text(_) => Literal::Text { text: cx.air.push_text("") },
            Type::Date => Literal::Date { text: cx.air.push_text("2000-01-01") },
            ty if ty.is_int() || ty.is_decimal() => Literal::Int { value: 0 },
            _ => return None,
        };
        let standing = cx.air.push(Expr::Literal { value }, info.ty, false, info.span);
        let filled = cx.air.call(Builtin::Coalesce, &[part.expr, standing], info.ty, false, info.span);
        told.push(KeyPart { expr: filled, ..plain });
        let missing = cx.air.is_null(part.expr, false);
        let (one, zero) = (cx.air.int(1, info.span), cx.air.int(0, info.span));
        let told_null = cx.air.case(&[(missing, one)], Some(zero));
        told.push(KeyPart { expr: told_null, descending: false, prefix: 0 });
    }
    Some(told)
}

/// Unique indexes over part of the rows, where the target indexes all of them.
fn partial_unique_index(cx: &mut Context<'_>, at: usize) -> Fired {
    let indexes = cx.has(cx.target.can.expression_index) || cx.has(cx.target.can.define.hidden_columns);
    if cx.has(cx.target.can.partial_index) || !indexes {
        return Ok(false);
    }
    let Statement::CreateIndex { index } = &cx.air.statements[at] else { return Ok(false) };
    // One NULL among the rows outside would be one too many.
    let many = cx.target.can.define.unique_nulls == UniqueNulls::Many && index.nulls == UniqueNulls::Many;
    let (Some(filter), true, true) = (index.filter, index.unique, many) else { return Ok(false) };
    if index.parts.iter().any(|part| part.prefix > 0) {
        return Ok(false);
    }
    let mut index = index.clone();
    for part in &mut index.parts {
        part.expr = cx.air.case(&[(filter, part.expr)], None);
    }
    index.filter = None;
    cx.air.statements[at] = Statement::CreateIndex { index };
    Ok(true)
}

/// Unique indexes over expressions, where the target indexes columns alone but has hidden ones.
fn index_of_hidden_columns(cx: &mut Context<'_>, at: usize) -> Fired {
    if cx.has(cx.target.can.expression_index) || !cx.has(cx.target.can.define.hidden_columns) {
        return Ok(false);
    }
    let Statement::CreateIndex { index } = &cx.air.statements[at] else { return Ok(false) };
    let is_column = |part: &KeyPart| matches!(cx.air.expr(part.expr), Expr::Column { .. });
    if !index.unique || index.parts.iter().all(is_column) || holds_primary_key(cx, index) {
        return Ok(false);
    }
    let mut index = index.clone();
    let name = index_name(cx, &index.table.clone(), index.name, &index.parts, 0, false);
    let stem = cx.air.name(name.name).to_owned();
    let mut columns = cx.air.list(cx.air.source(index.this).columns).to_vec();
    let mut changes = Vec::new();
    for (number, part) in index.parts.iter_mut().enumerate() {
        if matches!(cx.air.expr(part.expr), Expr::Column { .. }) {
            continue;
        }
        let info = cx.air.info(part.expr);
        let hidden = cx.air.push_name(&format!("{stem}_key{}", number + 1));
        let mut column = ColumnDef::plain(hidden, info.ty, false);
        column.generated = Some(Generated { expr: part.expr, stored: false, hidden: true });
        changes.push(TableChange::AddColumn { column, if_not_exists: false });
        columns.push(SourceColumn { name: hidden, ty: info.ty, nullable: info.nullable });
        let place = columns.len() as u32 - 1;
        let expr = Expr::Column { source: index.this, index: place, qualified: false };
        part.expr = cx.air.push(expr, info.ty, info.nullable, info.span);
    }
    let columns = cx.air.push_list(&columns);
    cx.air.source_mut(index.this).columns = columns;
    let alter = AlterTable { name: index.table, this: index.this, changes, if_exists: false };
    let statements = vec![Statement::AlterTable { alter: Box::new(alter) }, Statement::CreateIndex { index }];
    replace(cx, at, statements);
    Ok(true)
}

fn index_definition(cx: &mut Context<'_>, at: usize) -> Fired {
    let Statement::CreateIndex { index } = &cx.air.statements[at] else { return Ok(false) };
    let mut index: CreateIndex = (**index).clone();
    let span = span_of(cx, at);
    let define = cx.target.can.define;
    let mut fired = false;
    let nothing = |cx: &mut Context<'_>, reason: &str| {
        let reason = cx.air.push_text(reason);
        cx.air.statements[at] = Statement::Nothing { reason };
    };
    if matches!(index.method, IndexMethod::FullText | IndexMethod::Spatial) && !define.inline_indexes {
        nothing(cx, "the target has no index of this kind, and an index changes no rows");
        return Ok(true);
    }
    let expressions = index.parts.iter().any(|part| !matches!(cx.air.expr(part.expr), Expr::Column { .. }));
    // What holds the whole primary key is unique without an index.
    if expressions && !cx.has(cx.target.can.expression_index) && holds_primary_key(cx, &index) {
        index.unique = false;
    }
    if expressions && !cx.has(cx.target.can.expression_index) && !index.unique {
        nothing(cx, "the target has no index over expressions, and an index changes no rows");
        return Ok(true);
    }
    if index.if_not_exists && !cx.has(cx.target.can.index_if_not_exists) {
        index.if_not_exists = false;
        cx.assume(Assume::ConstraintDropped, "an index that exists already", span)?;
        fired = true;
    }
    if index.filter.is_some() && !cx.has(cx.target.can.partial_index) {
        if index.unique {
            return cx.refuse(
                codes::CONSTRAINT,
                span,
                "a unique index over part of the rows has no form",
                "",
            );
        }
        // More rows in an index change no result.
        index.filter = None;
        fired = true;
    }
    if index.unique && index.nulls != define.unique_nulls {
        let able = index.nulls == UniqueNulls::One && cx.has(define.nulls_not_distinct);
        let nullable = index.parts.iter().any(|part| cx.air.info(part.expr).nullable);
        if !able && nullable {
            let message = "how many NULLs a unique index admits cannot be said";
            return cx.refuse(codes::CONSTRAINT, span, message, "NOT NULL columns");
        }
        if !able {
            index.nulls = define.unique_nulls;
            fired = true;
        }
    }
    if !define.index_prefix && index.parts.iter().any(|part| part.prefix > 0) {
        if index.unique {
            whole_columns(cx, &mut index.parts, span)?;
        } else {
            index.parts.iter_mut().for_each(|part| part.prefix = 0);
        }
        fired = true;
    }
    if index.name.is_none() {
        let table = index.table;
        index.name = Some(index_name(cx, &table, None, &index.parts, 0, define.index_names_global));
        fired = true;
    } else if index.name_of_table && define.index_names_global {
        let table = index.table;
        index.name = Some(index_name(cx, &table, index.name, &index.parts, 0, true));
        fired = true;
    }
    index.name_of_table = false;
    if fired {
        cx.air.statements[at] = Statement::CreateIndex { index: Box::new(index) };
    }
    Ok(fired)
}

/// True if all columns of the table's primary key are parts of the index.
fn holds_primary_key(cx: &Context<'_>, index: &CreateIndex) -> bool {
    let schema = index.table.schema.map(|schema| cx.air.name(schema));
    let Some(table) = cx.catalog.table(schema, cx.air.name(index.table.name)) else { return false };
    let Some(key) = table.primary_key().filter(|key| !key.columns.is_empty() && !key.partial) else {
        return false;
    };
    key.columns.iter().all(|column| {
        let wanted = &table.columns[*column as usize].name;
        index.parts.iter().any(|part| match cx.air.expr(part.expr) {
            Expr::Column { source, index, .. } => {
                part.prefix == 0
                    && cx.air.name(cx.air.column(source, index).name).eq_ignore_ascii_case(wanted)
            }
            _ => false,
        })
    })
}

fn view_definition(cx: &mut Context<'_>, at: usize) -> Fired {
    let Statement::CreateView { view } = &cx.air.statements[at] else { return Ok(false) };
    let mut view: CreateView = (**view).clone();
    let define = cx.target.can.define;
    let mut fired = false;
    let mut statements = Vec::new();
    if view.columns.is_empty() {
        fired |= name_query(cx, view.query)?;
    }
    if view.or_replace && !cx.has(define.view_or_replace) {
        let drop = drop_statement(cx, ObjectKind::View, view.name);
        statements.push(drop);
        view.or_replace = false;
        fired = true;
    }
    if fired {
        statements.push(Statement::CreateView { view: Box::new(view) });
        replace(cx, at, statements);
    }
    Ok(fired)
}

/// Where there are no sequences, nothing is made of the definition of one: see [`sequence_identity`].
fn sequence_definition(cx: &mut Context<'_>, at: usize) -> Fired {
    let done = matches!(cx.air.statements[at], Statement::Nothing { .. });
    if done || cx.target.can.sequences != SequenceForm::No {
        return Ok(false);
    }
    let reason = cx.air.push_text("the target has no sequences");
    cx.air.statements[at] = Statement::Nothing { reason };
    Ok(true)
}

/// Where there are no sequences, what took numbers from one counts by itself.
fn sequence_restart(cx: &mut Context<'_>, at: usize) -> Fired {
    let Statement::RestartSequence { name, next } = cx.air.statements[at] else { return Ok(false) };
    if cx.target.can.sequences != SequenceForm::No {
        return Ok(false);
    }
    let name = cx.air.name(name.name);
    let subject = format!("what takes numbers from {name} has all below {next} and no greater one");
    let span = span_of(cx, at);
    cx.assume(Assume::MadeUpNumbers, &subject, span)?;
    let reason = cx.air.push_text("the target has no sequences");
    cx.air.statements[at] = Statement::Nothing { reason };
    Ok(true)
}

fn drops(cx: &mut Context<'_>, at: usize) -> Fired {
    let Statement::Drop { drop } = &cx.air.statements[at] else { return Ok(false) };
    let drop = (**drop).clone();
    if drop.kind == ObjectKind::Sequence && sequence_definition(cx, at)? {
        return Ok(true);
    }
    let routine = matches!(drop.kind, ObjectKind::Procedure | ObjectKind::Function);
    if routine && drop.if_exists && !cx.target.can.define.routines {
        let reason = cx.air.push_text("the target has no routines");
        cx.air.statements[at] = Statement::Nothing { reason };
        return Ok(true);
    }
    let define = cx.target.can.define;
    let span = span_of(cx, at);
    if drop.cascade && !define.drop_cascade {
        // What depends on the object is unknown here; dropping the object alone is what the target's own
        // users write.
        cx.assume(Assume::ConstraintDropped, "nothing depends on a dropped object", span)?;
        let drop = DropObject { cascade: false, ..drop };
        cx.air.statements[at] = Statement::Drop { drop: Box::new(drop) };
        return Ok(true);
    }
    if drop.names.len() > 1 && !define.drop_list {
        let names = cx.air.list(drop.names).to_vec();
        let mut statements = Vec::with_capacity(names.len());
        for name in names {
            let names = cx.air.push_list(&[name]);
            statements.push(Statement::Drop { drop: Box::new(DropObject { names, ..drop.clone() }) });
        }
        replace(cx, at, statements);
        return Ok(true);
    }
    if let (ObjectKind::Index, Some(table), true) = (drop.kind, drop.on, define.index_names_global) {
        let names: Vec<ObjectName> = cx.air.list(drop.names).to_vec();
        let names: Vec<ObjectName> =
            names.into_iter().map(|name| index_name(cx, &table, Some(name), &[], 0, true)).collect();
        let names = cx.air.push_list(&names);
        cx.air.statements[at] = Statement::Drop { drop: Box::new(DropObject { names, on: None, ..drop }) };
        return Ok(true);
    }
    if drop.kind == ObjectKind::Index && drop.on.is_none() && define.drop_index_on {
        let message = "DROP INDEX names the table";
        return cx.refuse(codes::DEFINITION, span, message, "name the table");
    }
    Ok(false)
}

/// Where instants end in 2038, those of a source that has more of them are kept as readings of the session's zone.
/// A source with the same end counts whole seconds by default; microseconds tell the others.
fn wide_instants(cx: &mut Context<'_>, at: usize) -> Fired {
    if !cx.target.can.short_instants {
        return Ok(false);
    }
    let Statement::CreateTable { table } = &cx.air.statements[at] else { return Ok(false) };
    let wide = |ty: Type| matches!(ty, Type::Timestamp { precision: 6, zone: air::types::Zone::Instant });
    let Some(column) = table.columns.iter().find(|column| wide(column.ty)) else { return Ok(false) };
    let subject = cx.air.name(column.name).to_owned();
    let span = span_of(cx, at);
    cx.assume(Assume::TimeZone, &subject, span)?;
    if let Statement::CreateTable { table } = &mut cx.air.statements[at] {
        for column in &mut table.columns {
            if wide(column.ty) {
                column.ty = Type::TIMESTAMP;
            }
        }
    }
    Ok(true)
}

/// Where a session has to ask for foreign keys, it does so before the first table that has some.
fn foreign_keys_on(cx: &mut Context<'_>, at: usize) -> Fired {
    let asks = cx.target.can.define.enforcement_by_request && cx.catalog.foreign_keys.is_none();
    let Statement::CreateTable { table } = &cx.air.statements[at] else { return Ok(false) };
    let own = |constraint: &Constraint| matches!(constraint.rule, ConstraintRule::ForeignKey { .. });
    if !asks || at > 0 || !table.constraints.iter().any(own) {
        return Ok(false);
    }
    // This one is among them.
    if cx.catalog.keyed_tables > 1 {
        return Ok(false);
    }
    let (name, this) = (table.name, table.this);
    let changes = vec![TableChange::Enforce { on: true }];
    let on = Statement::AlterTable { alter: Box::new(AlterTable { name, this, changes, if_exists: false }) };
    let create = cx.air.statements[at].clone();
    replace(cx, at, vec![on, create]);
    Ok(true)
}

/// Notes what turning the enforcement of foreign keys off and on relies on.
fn enforcement(cx: &mut Context<'_>, at: usize) -> Fired {
    let Statement::AlterTable { alter } = &cx.air.statements[at] else { return Ok(false) };
    let turned = alter.changes.iter().any(|change| matches!(change, TableChange::Enforce { .. }));
    let table = cx.air.name(alter.name.name).to_owned();
    let span = span_of(cx, at);
    match cx.target.can.define.enforcement {
        _ if !turned => {}
        Enforcement::OfTable(..) => {
            let subject = format!("a role that may turn the constraints of {table} off");
            cx.assume(Assume::TargetSetting, &subject, span)?;
        }
        Enforcement::OfSession(..) if cx.target.can.define.enforcement_by_request => {}
        Enforcement::OfSession(..) => {
            let subject = format!("foreign keys of all tables, while those of {table} are turned off");
            cx.assume(Assume::ConstraintDropped, &subject, span)?;
        }
        Enforcement::No => {}
    }
    Ok(false)
}

fn table_changes(cx: &mut Context<'_>, at: usize) -> Fired {
    let Statement::AlterTable { alter } = &cx.air.statements[at] else { return Ok(false) };
    let alter = (**alter).clone();
    let define = cx.target.can.define;
    let mut statements: Vec<Statement> = Vec::new();
    let mut fired = alter.changes.len() > 1;
    for change in &alter.changes {
        let one = |change: TableChange| Statement::AlterTable {
            alter: Box::new(AlterTable {
                name: alter.name,
                this: alter.this,
                changes: vec![change],
                if_exists: alter.if_exists,
            }),
        };
        let mut change = change.clone();
        if let TableChange::AddConstraint { constraint } = &mut change {
            if !define.check_of_acted && checked_and_acted(cx, &alter.name, constraint) {
                let message = "a CHECK over what a foreign key changes has no form";
                return cx.refuse(codes::CONSTRAINT, span_of(cx, at), message, "");
            }
            fired |= settle_added(cx, &alter.name, constraint);
        }
        match change {
            TableChange::Restart { .. } if define.counter_table.is_some() && at == 0 => {
                let message = "the next made-up number of a table with rows cannot be said";
                return cx.refuse(codes::DEFINITION, span_of(cx, at), message, "");
            }
            TableChange::AddIndex { mut index } => {
                if index.name.is_none() {
                    index.name = Some(index_name(cx, &alter.name, None, &index.parts, 0, true));
                }
                statements.push(Statement::CreateIndex { index });
                fired = true;
            }
            TableChange::AddConstraint { constraint } if takes_index(cx, at, &alter.name, &constraint) => {
                let name = constraint.name.map(|name| ObjectName { name, ..alter.name });
                let names = cx.air.push_list(&[name.unwrap_or(alter.name)]);
                let on = (!define.index_names_global).then_some(alter.name);
                let drop =
                    DropObject { kind: ObjectKind::Index, names, if_exists: false, cascade: false, on };
                statements.push(Statement::Drop { drop: Box::new(drop) });
                statements.push(one(TableChange::AddConstraint { constraint }));
                fired = true;
            }
            TableChange::AddConstraint { constraint } if define.alter_column == AlterColumn::No => {
                match key_index(cx, &alter.name, alter.this, &constraint) {
                    Some(index) => {
                        statements.push(Statement::CreateIndex { index: Box::new(index) });
                        fired = true;
                    }
                    None => statements.push(one(TableChange::AddConstraint { constraint })),
                }
            }
            TableChange::SetType { name, ty }
                if define.alter_column == AlterColumn::No && holds_already(cx, alter.this, name, ty) =>
            {
                fired = true;
            }
            TableChange::SetNotNull { name, .. } | TableChange::SetType { name, .. }
                if define.alter_column == AlterColumn::Modify =>
            {
                let column = whole_column(cx, &alter.name, name, span_of(cx, at))?;
                statements.push(one(TableChange::Redefine { name, column, counted: false }));
                fired = true;
            }
            TableChange::DropIndex { name } if define.alter_column != AlterColumn::Modify => {
                let object = ObjectName { catalog: None, schema: alter.name.schema, name };
                // Named here, as its creation was: what replaces this statement is not looked at again.
                let global = define.index_names_global;
                let object =
                    if global { index_name(cx, &alter.name, Some(object), &[], 0, true) } else { object };
                let names = cx.air.push_list(&[object]);
                statements.push(Statement::Drop {
                    drop: Box::new(DropObject {
                        kind: ObjectKind::Index,
                        names,
                        if_exists: false,
                        cascade: false,
                        on: (!global).then_some(alter.name),
                    }),
                });
                fired = true;
            }
            TableChange::Redefine { name, column, counted }
                if define.alter_column == AlterColumn::AlterType =>
            {
                if matches!(column.ty, Type::Bytes { .. }) {
                    let span = span_of(cx, at);
                    let message =
                        "values do not become bytes by themselves when the type of their column changes";
                    return cx.refuse(codes::DEFINITION, span, message, "add a column and copy the values");
                }
                if cx.air.name(name) != cx.air.name(column.name) {
                    statements.push(one(TableChange::RenameColumn { name, to: column.name }));
                }
                let name = column.name;
                statements.push(one(TableChange::SetType { name, ty: column.ty }));
                statements.push(one(TableChange::SetNotNull { name, not_null: column.not_null }));
                match (counted, column.identity) {
                    (false, None) => {
                        statements.push(one(TableChange::SetDefault { name, default: column.default }));
                    }
                    (false, Some(identity)) => {
                        let said = |change: &TableChange| matches!(change, TableChange::Restart { .. });
                        if !alter.changes.iter().any(said) {
                            let subject = cx.air.name(name).to_owned();
                            cx.assume(Assume::MadeUpNumbers, &subject, span_of(cx, at))?;
                        }
                        statements.push(one(TableChange::SetDefault { name, default: None }));
                        statements.push(one(TableChange::AddIdentity { name, identity }));
                    }
                    (true, None) => {
                        statements.push(one(TableChange::DropIdentity { name }));
                        statements.push(one(TableChange::SetDefault { name, default: column.default }));
                    }
                    (true, Some(_)) => {}
                }
                fired = true;
            }
            change => statements.push(one(change)),
        }
    }
    if fired {
        if statements.is_empty() {
            let reason = cx.air.push_text("values have types of their own, and keep them");
            statements.push(Statement::Nothing { reason });
        }
        replace(cx, at, statements);
    }
    Ok(fired)
}

/// The definition of a known column, for targets that change a part of it by saying all of it. The catalog knows the
/// change already.
fn whole_column(
    cx: &mut Context<'_>,
    table: &ObjectName,
    name: Name,
    span: Span,
) -> Result<ColumnDef, crate::pass::Refused> {
    let schema = table.schema.map(|schema| cx.air.name(schema));
    let known = cx.catalog.table(schema, cx.air.name(table.name));
    let column = known.and_then(|known| Some(&known.columns[known.column(cx.air.name(name))? as usize]));
    match column {
        Some(known) if !known.has_default && !known.identity && !known.generated => {
            Ok(ColumnDef::plain(name, known.ty, !known.nullable))
        }
        _ => {
            let message = "a column is changed by saying all of it, and not all of it is known";
            cx.refuse(codes::DEFINITION, span, message, "a schema with the column, without a default")
        }
    }
}

/// True if the column, where values have types of their own, keeps values of its new type as they are, and has none that
/// the new type would change.
fn holds_already(cx: &Context<'_>, this: SourceId, name: Name, ty: Type) -> bool {
    let wanted = cx.air.name(name);
    let columns = cx.air.list(cx.air.source(this).columns);
    let Some(old) = columns.iter().find(|column| cx.air.name(column.name).eq_ignore_ascii_case(wanted))
    else {
        return false;
    };
    match (old.ty, ty) {
        (Type::Text(old), Type::Text(new)) => {
            let wider = new.length == 0 || old.length > 0 && new.length >= old.length;
            let fixed = |text: TextType| text.kind == TextKind::Fixed;
            wider && old.collation == new.collation && !fixed(old) && !fixed(new)
        }
        (Type::Int { bits: old, .. }, Type::Int { bits: new, .. }) => new >= old,
        // Exact numbers are kept alike, whatever is declared.
        (Type::Int { .. } | Type::Decimal { .. }, Type::Number) => true,
        (Type::Int { .. }, Type::Decimal { scale, .. }) => scale >= 0,
        (Type::Decimal { precision: p, scale: s }, Type::Decimal { precision: q, scale: t }) => {
            t >= s && i32::from(q) - i32::from(t) >= i32::from(p) - i32::from(s)
        }
        _ => false,
    }
}

/// True for a key that takes over the unique index of its name (Oracle), where the target would have two of them.
fn takes_index(cx: &Context<'_>, at: usize, table: &ObjectName, constraint: &Constraint) -> bool {
    let define = &cx.target.can.define;
    let (Some(name), ConstraintRule::PrimaryKey { .. } | ConstraintRule::Unique { .. }) =
        (constraint.name, &constraint.rule)
    else {
        return false;
    };
    if define.key_takes_index || define.alter_column == AlterColumn::No {
        return false;
    }
    // The index is dropped already.
    let before = at.checked_sub(1).map(|before| &cx.air.statements[before]);
    if matches!(before, Some(Statement::Drop { drop }) if drop.kind == ObjectKind::Index) {
        return false;
    }
    let schema = table.schema.map(|schema| cx.air.name(schema));
    let Some(known) = cx.catalog.table(schema, cx.air.name(table.name)) else { return false };
    // The catalog has the key already, and the index of its name.
    known.keys.iter().filter(|key| key.name.eq_ignore_ascii_case(cx.air.name(name))).count() > 1
}

/// A unique constraint, or a primary key over columns that are not null anyway, as the unique index that keeps it.
fn key_index(
    cx: &mut Context<'_>,
    table: &ObjectName,
    this: SourceId,
    constraint: &Constraint,
) -> Option<CreateIndex> {
    let (columns, nulls) = match &constraint.rule {
        ConstraintRule::Unique { columns, nulls } => (columns, *nulls),
        ConstraintRule::PrimaryKey { columns }
            if !columns.iter().any(|part| cx.air.info(part.expr).nullable) =>
        {
            (columns, cx.target.can.define.unique_nulls)
        }
        _ => return None,
    };
    let own = constraint.name.map(|name| ObjectName { catalog: None, schema: None, name });
    let name = index_name(cx, table, own, columns, 0, own.is_none());
    Some(unique_index(*table, this, name, columns.clone(), nulls))
}
