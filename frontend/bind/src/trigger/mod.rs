//! CREATE TRIGGER: what runs when rows change.
//!
//! A trigger for several events becomes one for each, so that which event it is for is known when its body is bound.
//! Before: the head and the steps of a body. After: a [`Trigger`], its body and its end, one behind the other. Refused:
//! what runs at another time elsewhere, or does not mean the same; nothing is left out.

mod body;
mod function;
mod own_row;
mod steps;

use crate::binder::{Binder, Bound};
use crate::codes;
use crate::scope::Clause;
use air::ObjectName;
use air::catalog::KnownTrigger;
use air::query::{Source, SourceKind};
use air::routine::{Event, Timing, Trigger};
use air::statement::Statement;
use air::{ExprId, List, Name, SourceId};
use air_base::{Diagnostic, Span};
use airc_grammar::tree::{self, HeadPart, HeadRole, Step};

/// What the head of a trigger says.
struct Head {
    name: tree::Name,
    table: tree::Name,
    timing: Timing,
    instead: bool,
    events: Vec<Event>,
    columns: Vec<tree::Name>,
    each_row: bool,
    condition: Option<tree::ExprId>,
    body: List2,
    rest: Option<Span>,
    span: Span,
}

type List2 = tree::List<Step>;

/// The rows and the table of the trigger whose body is bound.
struct Rows {
    table: ObjectName,
    /// The table as it is stored.
    this: SourceId,
    new: Option<SourceId>,
    event: Event,
    timing: Timing,
    /// Variables of the body, and parameters.
    variables: Vec<SourceId>,
    /// The type of the value, where this is the body of a function.
    returns: Option<air::Type>,
}

impl<'a> Binder<'a> {
    pub(crate) fn create_trigger(&mut self, parts: tree::List<HeadPart>, span: Span) -> Bound<Statement> {
        let head = self.trigger_head(parts, span)?;
        let mut made = Vec::new();
        let mut known = Vec::new();
        for at in 0..head.events.len() {
            let (statements, one) = self.one_trigger(&head, at, &known)?;
            made.extend(statements);
            known.push(one);
        }
        for trigger in &known {
            // What a trigger adds is not counted with what the script adds.
            for table in &trigger.writes {
                self.catalog.change(None, table, |table| {
                    table.counter = air::catalog::Counter {
                        given: true,
                        removed: true,
                        skipped: true,
                        ..Default::default()
                    };
                });
            }
        }
        self.catalog.triggers.extend(known);
        let first = made.remove(0);
        self.scopes.following.splice(0..0, made);
        Ok(first)
    }

    #[cold]
    fn refuse_trigger<T>(&mut self, span: Span, message: &str, help: &str) -> Bound<T> {
        let mut diagnostic = Diagnostic::error(codes::ROUTINE, span, message);
        if !help.is_empty() {
            diagnostic = diagnostic.help(help);
        }
        Err(self.refuse_with(diagnostic))
    }

    fn trigger_head(&mut self, parts: tree::List<HeadPart>, span: Span) -> Bound<Head> {
        let mut head = Head {
            name: tree::Name::EMPTY,
            table: tree::Name::EMPTY,
            timing: Timing::Before,
            instead: false,
            events: Vec::new(),
            columns: Vec::new(),
            // Triggers of MySQL and SQLite run for each row, whether they say so or not.
            each_row: self.shape.triggers.each_row,
            condition: None,
            body: List2::EMPTY,
            rest: None,
            span,
        };
        for part in self.tree.list(parts) {
            match part.role {
                HeadRole::Name => head.name = part.name,
                HeadRole::Table => head.table = part.name,
                HeadRole::Before => head.timing = Timing::Before,
                HeadRole::After => head.timing = Timing::After,
                HeadRole::InsteadOf => head.instead = true,
                HeadRole::Insert => head.events.push(Event::Insert),
                HeadRole::Update => head.events.push(Event::Update),
                HeadRole::Delete => head.events.push(Event::Delete),
                HeadRole::Column => head.columns.push(part.name),
                HeadRole::EachRow => head.each_row = true,
                HeadRole::EachStatement => head.each_row = false,
                HeadRole::When => head.condition = part.expr,
                HeadRole::Body => {
                    head.body = part.body;
                    head.rest = Some(part.span);
                }
                HeadRole::Truncate => {
                    return self.refuse_trigger(part.span, "a trigger for TRUNCATE is not translated", "");
                }
                _ => {}
            }
        }
        let second = self.text_of(span).split_ascii_whitespace().nth(1).unwrap_or_default();
        if second.eq_ignore_ascii_case("temp") || second.eq_ignore_ascii_case("temporary") {
            return self.refuse_trigger(span, "a trigger of one session is not translated", "");
        }
        if head.instead {
            let message = "an INSTEAD OF trigger of a view is not translated";
            return self.refuse_trigger(span, message, "change the tables of the view");
        }
        if !head.each_row {
            let message = "a trigger that runs once for a statement is not translated";
            return self.refuse_trigger(span, message, "a trigger FOR EACH ROW is");
        }
        if head.events.is_empty() || head.table.is_empty() {
            return self.refuse_trigger(
                span,
                "a trigger of the database or of a schema is not translated",
                "",
            );
        }
        Ok(head)
    }

    /// A trigger for one event: its statements, and what is remembered of it.
    fn one_trigger(
        &mut self,
        head: &Head,
        at: usize,
        before: &[KnownTrigger],
    ) -> Bound<(Vec<Statement>, KnownTrigger)> {
        let event = head.events[at];
        let place = self.tree.name_span(head.table);
        let this = self.stored_source(head.table, None, place)?;
        let stored = *self.air.source(this);
        let SourceKind::Table { name: table } = stored.kind else {
            return self.refuse_trigger(place, "a table is expected here", "");
        };
        if !stored.closed {
            let message = "a trigger needs the columns of its table, and no schema gives them";
            return self.refuse_trigger(place, message, "give the schema by --schema or --schema-url");
        }
        let schema = table.schema.map(|schema| self.air.name(schema));
        if self.catalog.table(schema, self.air.name(table.name)).is_some_and(|table| table.view) {
            return self.refuse_trigger(place, "a trigger of a view is not translated", "");
        }
        let row = |binder: &mut Self, old: bool| {
            let text = binder.air.push_text(if old { "OLD" } else { "NEW" });
            let alias = Name { text, exact: false };
            let kind = SourceKind::TriggerRow { old };
            let source = Source { alias, aliased: true, kind, ..stored };
            binder.air.push_source(source, place)
        };
        let new = (event != Event::Delete).then(|| row(self, false));
        let old = (event != Event::Insert).then(|| row(self, true));
        let mut rows =
            Rows { table, this, new, event, timing: head.timing, variables: Vec::new(), returns: None };
        let mark = self.air.expr_count();
        let block = Name { text: self.air.push_text("local"), exact: false };
        let locals = self.variables(block, &[], place);
        rows.variables.push(locals);

        self.scopes.event = Some(match event {
            Event::Insert => "INSERT",
            Event::Update => "UPDATE",
            Event::Delete => "DELETE",
        });
        self.scopes.open(Clause::Value);
        for source in [new, old].into_iter().flatten() {
            self.scopes.show_qualified(source);
        }
        self.scopes.show(locals);
        let condition = match head.condition {
            Some(condition) => Some(self.predicate(condition)?),
            None => None,
        };
        let bound = self.trigger_body(head, &mut rows);
        self.scopes.close();
        self.scopes.event = None;
        let done = bound?;
        self.check_row_reads(&rows, mark, head.span)?;

        let written =
            self.tree.last(head.name).map_or(String::new(), |name| self.ident_text(name).into_owned());
        let name = self.trigger_name(head, &written, event, &table, before)?;
        let known = KnownTrigger {
            written,
            name: self.air.name(name.name).to_owned(),
            table: self.air.name(table.name).to_owned(),
            event,
            timing: rows.timing,
            writes: done.writes,
            sets: done.sets,
            moved: rows.timing != head.timing,
        };
        self.check_neighbours(&known, head.span)?;
        let columns = match event {
            Event::Update => self.update_columns(head, this)?,
            _ => Vec::new(),
        };
        let words = self.text_of(head.span).get(..40.min(self.text_of(head.span).len())).unwrap_or_default();
        let words = words.to_ascii_lowercase();
        let trigger = Trigger {
            name,
            table,
            timing: rows.timing,
            event,
            columns,
            new,
            old,
            condition,
            or_replace: words.split_whitespace().nth(1) == Some("or"),
            if_not_exists: words.contains("if not exists"),
            after_all: self.shape.triggers.after_all,
            by_keys: self.shape.triggers.by_keys,
        };
        let mut statements = vec![Statement::Trigger { trigger: Box::new(trigger) }];
        if !self.air.source(locals).columns.is_empty() {
            statements.push(Statement::Declare { variables: locals });
        }
        statements.extend(done.statements);
        statements.push(Statement::End {});
        Ok((statements, known))
    }

    fn update_columns(&mut self, head: &Head, this: SourceId) -> Bound<Vec<Name>> {
        let mut names = Vec::with_capacity(head.columns.len());
        for name in &head.columns {
            let Some(ident) = self.tree.last(*name) else { continue };
            let text = self.ident_text(ident);
            let reference = crate::names::Reference::new(ident, &text);
            match self.find_column(this, reference, ident.span)? {
                Some(index) => names.push(self.air.column(this, index).name),
                None => {
                    let message = format!("the table has no column `{text}`");
                    return Err(self.refuse(codes::UNKNOWN_COLUMN, ident.span, message));
                }
            }
        }
        Ok(names)
    }

    /// The name on the target: names that are those of a table here are those of a schema elsewhere.
    fn trigger_name(
        &mut self,
        head: &Head,
        written: &str,
        event: Event,
        table: &ObjectName,
        before: &[KnownTrigger],
    ) -> Bound<ObjectName> {
        let mut object = self.object_name(head.name)?;
        object.schema = table.schema;
        object.catalog = None;
        let taken = |binder: &Self, name: &str| {
            let others = binder.catalog.triggers.iter().chain(before);
            others.into_iter().any(|known| known.name.eq_ignore_ascii_case(name))
        };
        let mut name = written.to_owned();
        if head.events.len() > 1 {
            name = format!("{name}_{}", event.word());
        }
        if taken(self, &name) {
            name = format!("{name}_{}", self.air.name(table.name));
        }
        if taken(self, &name) {
            let message = format!("there is a trigger `{name}` already");
            return self.refuse_trigger(self.tree.name_span(head.name), &message, "");
        }
        if name != written {
            object.name = Name { text: self.air.push_text(&name), exact: object.name.exact };
        }
        Ok(object)
    }

    /// Refuses what other triggers of the table would see, or do, otherwise.
    fn check_neighbours(&mut self, known: &KnownTrigger, span: Span) -> Bound<()> {
        let same_table = |other: &&KnownTrigger| {
            other.table.eq_ignore_ascii_case(&known.table) && other.name != known.name
        };
        let others: Vec<KnownTrigger> = self.catalog.triggers.iter().filter(same_table).cloned().collect();
        for other in &others {
            if other.event == known.event && (other.timing == known.timing || other.moved || known.moved) {
                let message = format!(
                    "`{}` runs for the same change, and which of two triggers runs first differs",
                    other.written
                );
                return self.refuse_trigger(span, &message, "make one trigger of both");
            }
            let early = if other.timing == Timing::Before { other } else { known };
            if other.event == known.event && !early.writes.is_empty() {
                let message = format!(
                    "`{}` runs for the same change, and one that runs before it changes other tables",
                    other.written
                );
                return self.refuse_trigger(span, &message, "make one trigger of both");
            }
            // Where a row is changed by another UPDATE, triggers for updates run for that one.
            let update_of = |one: &KnownTrigger| one.event == Event::Update;
            let (fill, other_one) = if update_of(known) { (other, known) } else { (known, other) };
            if (fill.moved || fill.timing == Timing::Before)
                && !fill.sets.is_empty()
                && update_of(other_one)
                && fill.event == Event::Insert
            {
                let same = other_one.timing == fill.timing
                    && other_one.writes.is_empty()
                    && other_one.sets.iter().all(|set| fill.sets.contains(set));
                if !same && (fill.moved || other_one.moved) {
                    let message = format!(
                        "`{}` changes the row by an UPDATE, for which this trigger runs as well",
                        other.written
                    );
                    return self.refuse_trigger(span, &message, "make one trigger of both");
                }
            }
        }
        // A trigger that changes a table whose triggers change this one runs without end, or not at all.
        let back = self.catalog.triggers.iter().find(|other| {
            known.writes.iter().any(|table| table.eq_ignore_ascii_case(&other.table))
                && other.writes.iter().any(|table| table.eq_ignore_ascii_case(&known.table))
        });
        if let Some(back) = back {
            let message = format!("`{}` changes the table of this trigger in return", back.written);
            return self.refuse_trigger(span, &message, "");
        }
        Ok(())
    }

    /// Refuses columns of a row that has not been completed yet: numbers that the server makes up, computed ones.
    fn check_row_reads(&mut self, rows: &Rows, mark: usize, span: Span) -> Bound<()> {
        if rows.timing == Timing::After || rows.event == Event::Delete {
            return Ok(());
        }
        let schema = rows.table.schema.map(|schema| self.air.name(schema));
        let Some(table) = self.catalog.table(schema, self.air.name(rows.table.name)) else { return Ok(()) };
        let early = |id: ExprId| match self.air.expr(id) {
            air::Expr::Column { source, index, .. } if Some(source) == rows.new => {
                let column = table.columns.get(index as usize)?;
                let counted = column.identity && rows.event == Event::Insert;
                (counted || column.generated).then(|| column.name.clone())
            }
            _ => None,
        };
        if let Some(name) = self.air.expr_ids().skip(mark).find_map(early) {
            let message =
                format!("`{name}` has no value yet that is the same everywhere when this trigger runs");
            return self.refuse_trigger(span, &message, "use a trigger that runs AFTER the change");
        }
        Ok(())
    }

    /// DROP TRIGGER: by the names it has on the target.
    pub(crate) fn drop_trigger(&mut self, node: &tree::Drop) -> Bound<Statement> {
        let names = self.tree.list(node.names).to_vec();
        let [name] = names[..] else {
            return Err(self.refuse(codes::OBJECT_KIND, node.span, "one trigger is expected here"));
        };
        let written = self.tree.last(name).map_or(String::new(), |name| self.ident_text(name).into_owned());
        let on = match node.on {
            Some(on) => Some(self.object_name(on)?),
            None => None,
        };
        let on_text = on.map(|on| self.air.name(on.name).to_owned());
        let is = |known: &KnownTrigger| {
            known.written.eq_ignore_ascii_case(&written)
                && on_text.as_ref().is_none_or(|on| on.eq_ignore_ascii_case(&known.table))
        };
        let known: Vec<KnownTrigger> =
            self.catalog.triggers.iter().filter(|known| is(known)).cloned().collect();
        self.catalog.triggers.retain(|known| !is(known));
        if known.is_empty() && node.if_exists {
            return Ok(self.nothing("no trigger of that name has been made"));
        }
        if known.is_empty() {
            let message = format!("no trigger `{written}` has been made by this script");
            return self.refuse_trigger(node.span, &message, "");
        }
        let mut drops = Vec::new();
        for one in known {
            let object = |binder: &mut Self, text: &str| ObjectName {
                catalog: None,
                schema: None,
                name: Name { text: binder.air.push_text(text), exact: false },
            };
            let name = object(self, &one.name);
            let table = object(self, &one.table);
            let names: List<ObjectName> = self.air.push_list(&[name]);
            let drop = air::ddl::DropObject {
                kind: air::ddl::ObjectKind::Trigger,
                names,
                if_exists: node.if_exists,
                cascade: false,
                on: Some(table),
            };
            drops.push(Statement::Drop { drop: Box::new(drop) });
        }
        let first = drops.remove(0);
        self.scopes.following.extend(drops);
        Ok(first)
    }
}
