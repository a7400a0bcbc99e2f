//! Definitions: tables, indexes, views, sequences, their change and removal.

use air::ddl::{
    AlterTable, ColumnDef, Constraint, ConstraintRule, CreateIndex, CreateSequence, CreateTable, CreateView,
    DropObject, Identity, IdentityMode, IndexMethod, KeyPart, ObjectKind, ReferentialAction, TableChange,
    UniqueNulls,
};
use air::target::{
    AlterColumn, CollateForm, CommentForm, ComputedForm, CreateAs, Enforcement, GuardForm, How, IdentityForm,
    RenameForm, SequenceForm, TemporaryForm, TriggerForm,
};
use air::types::Fold;
use air::{Expr, ExprId, List, Name, ObjectName, Str, Type};
use air_base::Span;
use airc_passes::codes;

use super::{Done, Renderer, literal};

impl Renderer<'_> {
    fn undefinable(&self, span: Span, what: &str) -> Box<air_base::Diagnostic> {
        self.refuse(codes::DEFINITION, span, what)
    }

    // Tables.

    pub(super) fn create_table(&mut self, table: &CreateTable, span: Span) -> Done {
        let define = &self.target.can.define;
        if let (Some(query), CreateAs::SelectInto) = (table.query, define.create_as) {
            let _ = query;
            return Err(self.unlegal(span, "CREATE TABLE AS"));
        }
        if table.temporary && table.if_not_exists && self.target.can.if_not_exists == GuardForm::ObjectId {
            self.push("IF OBJECT_ID(N'tempdb..#");
            let name = self.air.name(table.name.name).replace('\'', "''");
            self.push(&name);
            self.push("') IS NULL ");
        } else {
            self.guard(table.if_not_exists, &table.name, "U")?;
        }
        self.push("CREATE ");
        if table.or_replace {
            if !self.target.has(define.table_or_replace) {
                return Err(self.unlegal(span, "CREATE OR REPLACE TABLE"));
            }
            self.push("OR REPLACE ");
        }
        let mut hash = false;
        if table.temporary {
            match define.temporary {
                TemporaryForm::Word => self.push("TEMPORARY "),
                TemporaryForm::Hash => hash = true,
                TemporaryForm::Global => self.push("GLOBAL TEMPORARY "),
            }
        }
        self.push("TABLE ");
        self.if_not_exists(table.if_not_exists, span)?;
        if hash {
            self.push("#");
        }
        self.object(&table.name)?;
        if !table.columns.is_empty() {
            self.push(" ");
            // A table is a list of lines, however short.
            self.push("(");
            self.open();
            self.indent();
            self.empty();
            self.table_parts(table, span)?;
            self.dedent();
            self.empty();
            self.close();
            self.push(")");
        }
        let counted = table.columns.iter().find_map(|column| column.identity.as_ref());
        if let (IdentityForm::AutoIncrement, Some(identity)) = (define.identity, counted)
            && identity.start != 1
        {
            self.push(" AUTO_INCREMENT = ");
            literal::push_int(self.out, identity.start);
        }
        if let (CommentForm::Inline, Some(comment)) = (define.comments, table.comment) {
            self.push(" COMMENT = ");
            self.comment_text(comment);
        }
        if table.temporary && define.temporary == TemporaryForm::Global {
            self.push(" ON COMMIT PRESERVE ROWS");
        }
        if let Some(query) = table.query {
            self.space();
            self.push("AS");
            self.space();
            self.query(query)?;
            if table.without_data {
                if !define.with_no_data {
                    return Err(self.unlegal(span, "WITH NO DATA"));
                }
                self.push(" WITH NO DATA");
            }
        }
        Ok(())
    }

    fn table_parts(&mut self, table: &CreateTable, span: Span) -> Done {
        let define = &self.target.can.define;
        let primary = table.constraints.iter().find_map(|constraint| match &constraint.rule {
            ConstraintRule::PrimaryKey { columns } => Some(columns.as_slice()),
            _ => None,
        });
        let alone = |name: Name| match primary {
            Some([part]) => self.is_column(part.expr, name),
            _ => false,
        };
        // SQLite: the one integer key is the row number, and only spelled at the column.
        let inside = table.columns.iter().position(|column| {
            column.identity.is_some() && define.identity == IdentityForm::RowNumber && alone(column.name)
        });
        let mut first = true;
        for (i, column) in table.columns.iter().enumerate() {
            self.comma(first);
            first = false;
            self.column_def(column, inside == Some(i), span)?;
        }
        for constraint in &table.constraints {
            if inside.is_some() && matches!(constraint.rule, ConstraintRule::PrimaryKey { .. }) {
                continue;
            }
            self.comma(first);
            self.constraint(constraint, span)?;
        }
        for index in &table.indexes {
            if !define.inline_indexes {
                return Err(self.unlegal(span, "an index inside of a table definition"));
            }
            self.comma(first);
            self.push(match (index.unique, index.method) {
                (_, IndexMethod::FullText) => "FULLTEXT KEY",
                (_, IndexMethod::Spatial) => "SPATIAL KEY",
                (true, _) => "UNIQUE KEY",
                (false, _) => "KEY",
            });
            if let Some(name) = index.name {
                self.push(" ");
                self.name(name.name)?;
            }
            self.push(" (");
            self.key_parts(&index.parts, span)?;
            self.push(")");
        }
        Ok(())
    }

    fn is_column(&self, expr: ExprId, name: Name) -> bool {
        match self.air.expr(expr) {
            Expr::Column { source, index, .. } => {
                let column = self.air.column(source, index);
                self.air.name(column.name).eq_ignore_ascii_case(self.air.name(name))
            }
            _ => false,
        }
    }

    fn column_def(&mut self, column: &ColumnDef, row_number: bool, span: Span) -> Done {
        let define = &self.target.can.define;
        self.name(column.name)?;
        self.push(" ");
        if row_number {
            // With AUTOINCREMENT a number is never made up twice, as elsewhere.
            self.push("INTEGER PRIMARY KEY AUTOINCREMENT");
            return Ok(());
        }
        let span = column.default.map_or(span, |default| self.air.span(default).to(span));
        if let (Some(generated), ComputedForm::Bare) = (&column.generated, define.computed) {
            self.push("AS (");
            self.value(generated.expr)?;
            self.push(")");
            if generated.stored {
                self.push(" PERSISTED");
            }
            if column.not_null && generated.stored {
                self.push(" NOT NULL");
            }
            return Ok(());
        }
        let spelling = self.backend.spelling.column_type;
        spelling(column.ty, &self.target.profile, self.options.catalog, self.out)
            .map_err(|reason| self.refuse(codes::TYPE, span, reason))?;
        self.column_collation(column)?;
        if let Some(generated) = &column.generated {
            self.push(" GENERATED ALWAYS AS (");
            self.value(generated.expr)?;
            self.push(")");
            match (generated.stored, define.stored_columns, define.virtual_columns) {
                (true, true, _) => self.push(" STORED"),
                (false, _, true) => self.push(" VIRTUAL"),
                _ => return Err(self.unlegal(span, "this computed column")),
            }
            if generated.hidden {
                self.push(" INVISIBLE");
            }
        }
        if column.not_null {
            self.push(" NOT NULL");
        } else if define.null_by_request && matches!(column.ty, Type::Timestamp { .. }) {
            self.push(" NULL");
        }
        if let Some(default) = column.default {
            self.push(" DEFAULT ");
            self.default_value(default)?;
        }
        if column.on_update_now {
            if !define.on_update_now {
                return Err(self.unlegal(span, "ON UPDATE CURRENT_TIMESTAMP"));
            }
            self.push(" ON UPDATE ");
            self.now_of(column.ty);
        }
        if let Some(identity) = &column.identity {
            self.identity(identity, span)?;
        }
        if let (CommentForm::Inline, Some(comment)) = (define.comments, column.comment) {
            self.push(" COMMENT ");
            self.comment_text(comment);
        }
        Ok(())
    }

    /// `CURRENT_TIMESTAMP` with as many digits as the column has: MySQL demands the same number.
    fn now_of(&mut self, ty: Type) {
        self.push("CURRENT_TIMESTAMP");
        if let Type::Timestamp { precision, .. } = ty
            && precision > 0
        {
            self.push("(");
            literal::push_int(self.out, i64::from(precision));
            self.push(")");
        }
    }

    /// Literals stand bare; expressions in parentheses where the target wants them so.
    fn default_value(&mut self, default: ExprId) -> Done {
        let bare = match self.air.expr(default) {
            Expr::Literal { .. } | Expr::Default {} => true,
            Expr::Call { op, .. } => {
                use air::Builtin::*;
                // MySQL takes no other function without parentheses.
                op == CurrentTimestamp
            }
            _ => false,
        };
        // What is no call by its spelling may not stand alone: `DEFAULT now() AT TIME ZONE 'UTC'`.
        let loose = matches!(self.air.expr(default), Expr::Call { op, .. }
            if matches!(self.target.row(op).map(|row| row.how), Some(How::Loose(..))));
        if bare || !self.target.can.define.default_parentheses && !loose {
            return self.value(default);
        }
        self.push("(");
        self.value(default)?;
        self.push(")");
        Ok(())
    }

    /// COLLATE, where the column compares otherwise than the target would by itself.
    fn column_collation(&mut self, column: &ColumnDef) -> Done {
        let Some(collation) = column.ty.collation() else { return Ok(()) };
        if collation == self.target.profile.settings.collation {
            return Ok(());
        }
        let CollateForm::Named { binary, ascii_ci, pad, ci_ai_pad } = self.target.can.collate;
        let name = match (collation.case, collation.pad) {
            (Fold::Sensitive, false) => self.target.can.define.collated_columns.then_some(binary),
            (Fold::Sensitive, true) => pad,
            (Fold::Ascii, _) | (Fold::Unicode, _) => match (ascii_ci, ci_ai_pad) {
                (Some(ascii), None) => Some(ascii),
                (_, name) => name,
            },
        };
        // Without a name the column compares as the target likes; comparisons say otherwise themselves.
        if let (Some(name), true) = (name, self.target.can.define.collated_columns) {
            self.push(" COLLATE ");
            self.push(name);
        }
        Ok(())
    }

    fn identity(&mut self, identity: &Identity, span: Span) -> Done {
        match self.target.can.define.identity {
            IdentityForm::AutoIncrement => self.push(" AUTO_INCREMENT"),
            IdentityForm::Standard => {
                self.push(match identity.mode {
                    IdentityMode::Always => " GENERATED ALWAYS AS IDENTITY",
                    IdentityMode::Counter | IdentityMode::Greatest | IdentityMode::ByDefault => {
                        " GENERATED BY DEFAULT AS IDENTITY"
                    }
                });
                if (identity.start, identity.step) != (1, 1) {
                    self.push(" (START WITH ");
                    literal::push_int(self.out, identity.start);
                    self.push(" INCREMENT BY ");
                    literal::push_int(self.out, identity.step);
                    self.push(")");
                }
            }
            IdentityForm::Property => {
                self.push(" IDENTITY(");
                literal::push_int(self.out, identity.start);
                self.push(", ");
                literal::push_int(self.out, identity.step);
                self.push(")");
            }
            IdentityForm::RowNumber => {
                let message = "a column whose values the server makes up has to be the primary key";
                return Err(self.undefinable(span, message));
            }
        }
        Ok(())
    }

    fn constraint(&mut self, constraint: &Constraint, span: Span) -> Done {
        let define = &self.target.can.define;
        if let Some(name) = constraint.name {
            self.push("CONSTRAINT ");
            self.name(name)?;
            self.push(" ");
        }
        match &constraint.rule {
            ConstraintRule::PrimaryKey { columns } => {
                self.push("PRIMARY KEY (");
                self.key_parts(columns, span)?;
            }
            ConstraintRule::Unique { columns, nulls } => {
                self.push("UNIQUE ");
                if *nulls != define.unique_nulls {
                    if *nulls != UniqueNulls::One || !self.target.has(define.nulls_not_distinct) {
                        return Err(self.unlegal(span, "how many NULLs a unique key admits"));
                    }
                    self.push("NULLS NOT DISTINCT ");
                }
                self.push("(");
                self.key_parts(columns, span)?;
            }
            ConstraintRule::Check { expr } => {
                self.push("CHECK (");
                self.value(*expr)?;
            }
            ConstraintRule::ForeignKey {
                columns,
                table,
                references,
                on_delete,
                on_update,
                deferrable,
                initially_deferred,
                forward: _,
            } => {
                self.push("FOREIGN KEY (");
                self.names(columns)?;
                self.push(") REFERENCES ");
                self.object(table)?;
                if !references.is_empty() {
                    self.push(" (");
                    self.names(references)?;
                    self.push(")");
                }
                self.referential(" ON DELETE ", *on_delete, span)?;
                self.referential(" ON UPDATE ", *on_update, span)?;
                if *deferrable {
                    if !define.deferrable {
                        return Err(self.unlegal(span, "a deferrable constraint"));
                    }
                    self.push(" DEFERRABLE");
                    self.push(if *initially_deferred { " INITIALLY DEFERRED" } else { "" });
                }
                return Ok(());
            }
        }
        self.push(")");
        Ok(())
    }

    fn referential(&mut self, event: &str, action: ReferentialAction, span: Span) -> Done {
        let define = &self.target.can.define;
        let word = match action {
            ReferentialAction::NoAction => return Ok(()),
            ReferentialAction::Restrict => "RESTRICT",
            ReferentialAction::Cascade => "CASCADE",
            ReferentialAction::SetNull => "SET NULL",
            ReferentialAction::SetDefault => "SET DEFAULT",
        };
        if !define.referential_actions.contains(&action)
            || (event == " ON UPDATE " && !define.on_update_actions)
        {
            return Err(self.unlegal(span, "this action of a foreign key"));
        }
        self.push(event);
        self.push(word);
        Ok(())
    }

    fn key_parts(&mut self, parts: &[KeyPart], span: Span) -> Done {
        for (i, part) in parts.iter().enumerate() {
            if i > 0 {
                self.push(", ");
            }
            match self.air.expr(part.expr) {
                Expr::Column { .. } => {}
                _ if self.target.has(self.target.can.expression_index) => {}
                _ => return Err(self.undefinable(span, "an index has no expressions")),
            }
            self.key_expression(part.expr)?;
            if part.prefix > 0 {
                if !self.target.can.define.index_prefix {
                    return Err(self.unlegal(span, "an index over a prefix"));
                }
                self.push("(");
                literal::push_int(self.out, i64::from(part.prefix));
                self.push(")");
            }
            if part.descending {
                self.push(" DESC");
            }
        }
        Ok(())
    }

    // Indexes.

    pub(super) fn create_index(&mut self, index: &CreateIndex, span: Span) -> Done {
        let define = &self.target.can.define;
        self.push("CREATE ");
        match index.method {
            IndexMethod::FullText | IndexMethod::Spatial if define.inline_indexes => {
                self.push(if index.method == IndexMethod::FullText { "FULLTEXT " } else { "SPATIAL " });
            }
            IndexMethod::FullText | IndexMethod::Spatial => {
                return Err(self.unlegal(span, "this access method"));
            }
            _ => {}
        }
        if index.unique {
            self.push("UNIQUE ");
        }
        self.push("INDEX ");
        if index.if_not_exists {
            if !self.target.has(self.target.can.index_if_not_exists) {
                return Err(self.unlegal(span, "IF NOT EXISTS of an index"));
            }
            self.push("IF NOT EXISTS ");
        }
        match &index.name {
            Some(name) if define.index_schema => self.object(name)?,
            Some(name) => self.name(name.name)?,
            None => return Err(self.unlegal(span, "an index without a name")),
        }
        self.push(" ON ");
        if define.index_schema && index.table.schema.is_some() {
            // The schema stands at the name of the index.
            self.name(index.table.name)?;
        } else {
            self.object(&index.table)?;
        }
        self.push(" (");
        self.key_parts(&index.parts, span)?;
        self.push(")");
        if !index.include.is_empty() && define.index_include {
            self.push(" INCLUDE (");
            self.names(&index.include)?;
            self.push(")");
        }
        if index.unique && index.nulls != define.unique_nulls {
            if index.nulls != UniqueNulls::One || !self.target.has(define.nulls_not_distinct) {
                return Err(self.unlegal(span, "how many NULLs a unique index admits"));
            }
            self.push(" NULLS NOT DISTINCT");
        }
        if index.filter.is_some() && !self.target.has(self.target.can.partial_index) {
            return Err(self.unlegal(span, "a partial index"));
        }
        self.condition("WHERE", index.filter)
    }

    /// `IF NOT EXISTS` behind the kind of object, where it is words.
    fn if_not_exists(&mut self, guarded: bool, span: Span) -> Done {
        match self.target.can.if_not_exists {
            GuardForm::Words(can) if guarded => {
                if !self.target.has(can) {
                    return Err(self.unlegal(span, "IF NOT EXISTS"));
                }
                self.push("IF NOT EXISTS ");
            }
            GuardForm::Words(_) | GuardForm::ObjectId => {}
        }
        Ok(())
    }

    /// What looks for an object of that kind before CREATE, where that is not words of it.
    fn guard(&mut self, guarded: bool, name: &ObjectName, kind: &str) -> Done {
        if guarded && self.target.can.if_not_exists == GuardForm::ObjectId {
            self.push("IF OBJECT_ID(");
            self.quoted_object(name, None)?;
            self.push(", N'");
            self.push(kind);
            self.push("') IS NULL ");
        }
        Ok(())
    }

    /// The name of an object, or of one of its columns, as a text literal.
    fn quoted_object(&mut self, name: &ObjectName, column: Option<Name>) -> Done {
        let start = self.out.len();
        self.object(name)?;
        if let Some(column) = column {
            self.push(".");
            self.name(column)?;
        }
        let written = self.out[start..].replace('\'', "''");
        self.out.truncate(start);
        self.push("N'");
        self.push(&written);
        self.push("'");
        Ok(())
    }

    /// A table or column gets a new name by a procedure, which takes it as it is, without quotes.
    fn rename(&mut self, table: &ObjectName, column: Option<Name>, to: Name) -> Done {
        self.push("EXEC sp_rename ");
        self.quoted_object(table, column)?;
        self.push(", N'");
        let to = self.air.name(to).replace('\'', "''");
        self.push(&to);
        self.push(if column.is_some() { "', N'COLUMN'" } else { "'" });
        Ok(())
    }

    // Views.

    pub(super) fn create_view(&mut self, view: &CreateView, span: Span) -> Done {
        let define = &self.target.can.define;
        self.push("CREATE ");
        if view.or_replace {
            if !self.target.has(define.view_or_replace) {
                return Err(self.unlegal(span, "CREATE OR REPLACE VIEW"));
            }
            self.push(define.replace_view);
        }
        if view.temporary {
            if !define.temporary_views {
                return Err(self.unlegal(span, "a temporary view"));
            }
            self.push("TEMPORARY ");
        }
        if view.materialized {
            if !define.materialized_views {
                return Err(self.undefinable(span, "there are no materialized views"));
            }
            self.push("MATERIALIZED ");
        }
        self.push("VIEW ");
        if view.if_not_exists {
            if !self.target.has(define.view_if_not_exists) {
                return Err(self.unlegal(span, "IF NOT EXISTS of a view"));
            }
            self.push("IF NOT EXISTS ");
        }
        self.object(&view.name)?;
        if !view.columns.is_empty() {
            self.push(" (");
            self.names(&view.columns)?;
            self.push(")");
        }
        self.push(" AS");
        self.space();
        self.query(view.query)?;
        if view.check_option {
            if !define.check_option {
                return Err(self.undefinable(span, "there is no CHECK OPTION"));
            }
            self.push(" WITH CHECK OPTION");
        }
        Ok(())
    }

    // Sequences and schemas.

    pub(super) fn create_sequence(&mut self, sequence: &CreateSequence, span: Span) -> Done {
        if self.target.can.sequences == SequenceForm::No {
            return Err(self.undefinable(span, "there are no sequences"));
        }
        self.guard(sequence.if_not_exists, &sequence.name, "SO")?;
        self.push("CREATE SEQUENCE ");
        self.if_not_exists(sequence.if_not_exists, span)?;
        self.object(&sequence.name)?;
        let numbers = [
            (" START WITH ", sequence.start),
            (" INCREMENT BY ", sequence.step),
            (" MINVALUE ", sequence.min),
            (" MAXVALUE ", sequence.max),
        ];
        for (word, number) in numbers {
            if let Some(number) = number {
                self.push(word);
                literal::push_int(self.out, number);
            }
        }
        self.push(if sequence.cycle { " CYCLE" } else { "" });
        Ok(())
    }

    pub(super) fn restart_sequence(&mut self, name: &ObjectName, next: i64, span: Span) -> Done {
        let word = match self.target.can.sequences {
            SequenceForm::No => return Err(self.undefinable(span, "there are no sequences")),
            SequenceForm::Pseudocolumn => " RESTART START WITH ",
            SequenceForm::Function | SequenceForm::NextValueFor => " RESTART WITH ",
        };
        self.push("ALTER SEQUENCE ");
        self.object(name)?;
        self.push(word);
        literal::push_int(self.out, next);
        Ok(())
    }

    pub(super) fn create_schema(&mut self, name: Name, if_not_exists: bool, span: Span) -> Done {
        if !self.target.can.define.schemas {
            return Err(self.undefinable(span, "schemas cannot be created"));
        }
        if if_not_exists && self.target.can.if_not_exists == GuardForm::ObjectId {
            return Err(self.undefinable(span, "CREATE SCHEMA stands alone and asks nothing"));
        }
        self.push("CREATE SCHEMA ");
        self.if_not_exists(if_not_exists, span)?;
        self.name(name)
    }

    // ALTER TABLE.

    pub(super) fn alter_table(&mut self, alter: &AlterTable, span: Span) -> Done {
        let form = self.target.can.define.alter_column;
        let [change] = alter.changes.as_slice() else {
            return Err(self.unlegal(span, "several changes of a table at once"));
        };
        if let (TableChange::Enforce { on }, Enforcement::OfSession(off, back)) =
            (change, self.target.can.define.enforcement)
        {
            self.push(if *on { back } else { off });
            return Ok(());
        }
        if let (TableChange::Restart { next, .. }, Some(counters)) =
            (change, self.target.can.define.counter_table)
        {
            // The table was just created; its counter is the last number.
            self.push("INSERT INTO ");
            self.push(counters);
            self.push(" VALUES (");
            let name = self.air.name(alter.name.name);
            literal::push_text(self.out, name, self.target.can.backslash_escapes);
            self.push(", ");
            literal::push_int(self.out, next.saturating_sub(1));
            self.push(")");
            return Ok(());
        }
        if self.target.can.define.rename == RenameForm::Procedure {
            match change {
                TableChange::RenameColumn { name, to } => {
                    return self.rename(&alter.name, Some(*name), *to);
                }
                TableChange::Rename { to } => return self.rename(&alter.name, None, to.name),
                _ => {}
            }
        }
        self.push("ALTER TABLE ");
        if alter.if_exists {
            if !self.target.can.define.alter_if_exists {
                return Err(self.unlegal(span, "IF EXISTS of a table to alter"));
            }
            self.push("IF EXISTS ");
        }
        self.object(&alter.name)?;
        self.push(" ");
        match change {
            TableChange::AddColumn { column, if_not_exists } => {
                self.push(if form == AlterColumn::Alter { "ADD " } else { "ADD COLUMN " });
                if *if_not_exists {
                    if !self.target.can.define.column_if_exists {
                        return Err(self.unlegal(span, "IF NOT EXISTS of a column"));
                    }
                    self.push("IF NOT EXISTS ");
                }
                self.column_def(column, false, span)
            }
            TableChange::DropColumn { name, if_exists } => {
                self.push("DROP COLUMN ");
                if *if_exists {
                    if !self.target.can.define.column_if_exists {
                        return Err(self.unlegal(span, "IF EXISTS of a column"));
                    }
                    self.push("IF EXISTS ");
                }
                self.name(*name)
            }
            TableChange::RenameColumn { name, to } => {
                self.push("RENAME COLUMN ");
                self.name(*name)?;
                self.push(" TO ");
                self.name(*to)
            }
            TableChange::Rename { to } => {
                self.push("RENAME TO ");
                self.name(to.name)
            }
            TableChange::AddConstraint { constraint } => {
                if form == AlterColumn::No {
                    return Err(self.undefinable(span, "a constraint cannot be added to a table"));
                }
                self.push("ADD ");
                self.constraint(constraint, span)
            }
            TableChange::DropConstraint { name, if_exists } => {
                if form == AlterColumn::No {
                    return Err(self.undefinable(span, "a constraint cannot be removed from a table"));
                }
                self.push(if *if_exists { "DROP CONSTRAINT IF EXISTS " } else { "DROP CONSTRAINT " });
                self.name(*name)
            }
            TableChange::DropPrimaryKey {} if matches!(form, AlterColumn::Modify) => {
                self.push("DROP PRIMARY KEY");
                Ok(())
            }
            // A default is a constraint there; that of the column before has a name of its own.
            TableChange::SetDefault { name, default: Some(default) } if form == AlterColumn::Alter => {
                self.push("ADD DEFAULT ");
                self.default_value(*default)?;
                self.push(" FOR ");
                self.name(*name)
            }
            TableChange::SetDefault { .. } if form == AlterColumn::Alter => {
                Err(self.undefinable(span, "a default is removed by the name of its constraint only"))
            }
            TableChange::SetDefault { name, default } if form != AlterColumn::No => {
                self.push("ALTER COLUMN ");
                self.name(*name)?;
                match default {
                    Some(default) => {
                        self.push(" SET DEFAULT ");
                        self.default_value(*default)
                    }
                    None => {
                        self.push(" DROP DEFAULT");
                        Ok(())
                    }
                }
            }
            TableChange::SetNotNull { name, not_null } if form == AlterColumn::AlterType => {
                self.push("ALTER COLUMN ");
                self.name(*name)?;
                self.push(if *not_null { " SET NOT NULL" } else { " DROP NOT NULL" });
                Ok(())
            }
            TableChange::SetType { name, ty } if form == AlterColumn::AlterType => {
                self.push("ALTER COLUMN ");
                self.name(*name)?;
                self.push(" TYPE ");
                let spelling = self.backend.spelling.column_type;
                let start = self.out.len();
                spelling(*ty, &self.target.profile, self.options.catalog, self.out)
                    .map_err(|reason| self.refuse(codes::TYPE, span, reason))?;
                if !ty.is_text() {
                    // What is no number yet becomes one only when asked to.
                    let written = self.out[start..].to_owned();
                    self.push(" USING CAST(");
                    self.name(*name)?;
                    self.push(" AS ");
                    self.push(&written);
                    self.push(")");
                }
                Ok(())
            }
            TableChange::Redefine { name, column, .. } if form == AlterColumn::Modify => {
                let renamed = self.air.name(*name) != self.air.name(column.name);
                self.push(if renamed { "CHANGE COLUMN " } else { "MODIFY COLUMN " });
                if renamed {
                    self.name(*name)?;
                    self.push(" ");
                }
                self.column_def(column, false, span)
            }
            TableChange::DropIndex { name } if form == AlterColumn::Modify => {
                self.push("DROP INDEX ");
                self.name(*name)
            }
            TableChange::AddIdentity { name, identity } if form == AlterColumn::AlterType => {
                self.push("ALTER COLUMN ");
                self.name(*name)?;
                self.push(" ADD");
                self.identity(identity, span)
            }
            TableChange::DropIdentity { name } if form == AlterColumn::AlterType => {
                self.push("ALTER COLUMN ");
                self.name(*name)?;
                self.push(" DROP IDENTITY");
                Ok(())
            }
            TableChange::Restart { name, next } => {
                match (self.target.can.define.identity, form) {
                    (IdentityForm::AutoIncrement, _) => self.push("AUTO_INCREMENT = "),
                    (IdentityForm::Standard, AlterColumn::AlterType) => {
                        self.push("ALTER COLUMN ");
                        self.name(*name)?;
                        self.push(" RESTART WITH ");
                    }
                    _ => return Err(self.undefinable(span, "the next made-up number cannot be said")),
                }
                literal::push_int(self.out, *next);
                Ok(())
            }
            TableChange::Enforce { on } => match self.target.can.define.enforcement {
                Enforcement::OfTable(off, back) => {
                    self.push(if *on { back } else { off });
                    Ok(())
                }
                _ => Err(self.undefinable(span, "constraints cannot be left unenforced for a while")),
            },
            _ => Err(self.unlegal(span, "this change of a table")),
        }
    }

    // DROP, COMMENT, TRUNCATE.

    pub(super) fn drop_objects(&mut self, drop: &DropObject, span: Span) -> Done {
        let define = &self.target.can.define;
        self.push("DROP ");
        self.push(match drop.kind {
            ObjectKind::Table => "TABLE ",
            ObjectKind::View => "VIEW ",
            ObjectKind::MaterializedView if define.materialized_views => "MATERIALIZED VIEW ",
            ObjectKind::Index => "INDEX ",
            ObjectKind::Sequence if self.target.can.sequences != SequenceForm::No => "SEQUENCE ",
            ObjectKind::Schema if define.schemas => "SCHEMA ",
            ObjectKind::Procedure if define.routines => "PROCEDURE ",
            ObjectKind::Function if define.routines => "FUNCTION ",
            ObjectKind::Trigger => "TRIGGER ",
            _ => return Err(self.undefinable(span, "there are no such objects to drop")),
        });
        if drop.if_exists {
            if !self.target.has(self.target.can.if_exists) {
                return Err(self.unlegal(span, "IF EXISTS"));
            }
            self.push("IF EXISTS ");
        }
        if drop.names.len() > 1 && !define.drop_list {
            return Err(self.unlegal(span, "several objects in one DROP"));
        }
        for i in 0..drop.names.len() {
            if i > 0 {
                self.push(", ");
            }
            let name = self.air.at(drop.names, i);
            self.object(&name)?;
        }
        if let (ObjectKind::Index, Some(table)) = (drop.kind, &drop.on)
            && define.drop_index_on
        {
            self.push(" ON ");
            self.object(table)?;
        }
        if let (ObjectKind::Trigger, Some(table), TriggerForm::Function) =
            (drop.kind, &drop.on, self.target.can.triggers.form)
        {
            self.push(" ON ");
            self.object(table)?;
        }
        if drop.cascade && define.drop_cascade {
            self.push(" CASCADE");
        }
        Ok(())
    }

    pub(super) fn comment_on(
        &mut self,
        table: &ObjectName,
        column: Option<Name>,
        text: Option<Str>,
        span: Span,
    ) -> Done {
        match (self.target.can.define.comments, column, text) {
            (CommentForm::Statement, ..) => {}
            (CommentForm::Inline, None, Some(text)) => {
                self.push("ALTER TABLE ");
                self.object(table)?;
                self.push(" COMMENT = ");
                self.comment_text(text);
                return Ok(());
            }
            _ => return Err(self.unlegal(span, "COMMENT ON")),
        }
        self.push(if column.is_some() { "COMMENT ON COLUMN " } else { "COMMENT ON TABLE " });
        self.object(table)?;
        if let Some(column) = column {
            self.push(".");
            self.name(column)?;
        }
        self.push(" IS ");
        match text {
            Some(text) => self.comment_text(text),
            None => self.push("NULL"),
        }
        Ok(())
    }

    fn comment_text(&mut self, text: Str) {
        literal::push_text(self.out, self.air.text(text), self.target.can.backslash_escapes);
    }

    pub(super) fn truncate(
        &mut self,
        tables: List<ObjectName>,
        restart_identity: bool,
        cascade: bool,
        span: Span,
    ) -> Done {
        let define = &self.target.can.define;
        if !self.target.has(self.target.can.truncate) || (tables.len() > 1 && !define.truncate_options) {
            return Err(self.unlegal(span, "TRUNCATE"));
        }
        self.push("TRUNCATE TABLE ");
        for i in 0..tables.len() {
            self.comma(i == 0);
            let table = self.air.at(tables, i);
            self.object(&table)?;
        }
        if define.truncate_options {
            self.push(if restart_identity { " RESTART IDENTITY" } else { "" });
            self.push(if cascade { " CASCADE" } else { "" });
        } else if cascade {
            return Err(self.unlegal(span, "TRUNCATE … CASCADE"));
        }
        Ok(())
    }
}
