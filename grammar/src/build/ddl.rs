//! `CREATE`, `ALTER`, `DROP`.

use super::gates::{LITE, MARIA, MS, MY, ORA, PG};
use super::{Builder, Mark, X};
use crate::tree::*;
use air_base::Span;
use airc_lex::{K, aux};

/// Definitions that are being read. They do not nest, except for the lists inside of them.
#[derive(Debug)]
pub(crate) struct DdlStacks {
    table: Option<CreateTable>,
    index: Option<CreateIndex>,
    view: Option<CreateView>,
    sequence: Option<CreateSequence>,
    alter: Option<AlterTable>,
    columns_from: Mark,
    constraints_from: Mark,
    options_from: Mark,
    likes_from: Mark,
    /// Name that `CONSTRAINT` gives to what follows.
    pending_name: Option<Ident>,
    position: Option<ColumnPosition>,
    body: TableConstraintKind,
    body_name: Option<Ident>,
    class: Option<Name>,
    composite: Option<Name>,
    method: Option<Ident>,
    /// Parts of `INSERT ALL`.
    pub(super) arm: InsertArm,
    pub(super) columns: List<ColumnTarget>,
}

impl Default for DdlStacks {
    fn default() -> DdlStacks {
        DdlStacks {
            table: None,
            index: None,
            view: None,
            sequence: None,
            alter: None,
            columns_from: Mark(0),
            constraints_from: Mark(0),
            options_from: Mark(0),
            likes_from: Mark(0),
            pending_name: None,
            position: None,
            body: TableConstraintKind::Other,
            body_name: None,
            class: None,
            composite: None,
            method: None,
            arm: InsertArm::Always,
            columns: List::EMPTY,
        }
    }
}

impl DdlStacks {
    pub(super) fn clear(&mut self) {
        *self = DdlStacks::default();
    }
}

impl Builder<'_> {
    // CREATE TABLE.

    pub(crate) fn create_table(&mut self, l: u32, n: u32) {
        let tok = self.tok(l);
        self.begin_lists();
        let modifiers = CreateModifiers(tok.aux);
        if modifiers.has(CreateModifiers::OR_REPLACE) {
            self.gate(MARIA, l, "OR REPLACE for a table");
        }
        if modifiers.has(CreateModifiers::UNLOGGED) {
            self.gate(PG, l, "UNLOGGED");
        }
        if tok.flag & aux::IF_EXISTS != 0 {
            self.gate(MY.or(PG).or(LITE).or(ORA), l, "IF NOT EXISTS");
        }
        self.stacks.ddl.table = Some(CreateTable {
            modifiers,
            if_not_exists: tok.flag & aux::IF_EXISTS != 0,
            name: self.name_of(n),
            columns: List::EMPTY,
            constraints: List::EMPTY,
            likes: List::EMPTY,
            options: List::EMPTY,
            query: None,
            no_data: None,
            duplicates: None,
            opaque: None,
            span: tok.span(),
        });
    }

    fn begin_lists(&mut self) {
        self.stacks.ddl.columns_from = self.open_mark::<ColumnDefId>();
        self.stacks.ddl.constraints_from = self.open_mark::<TableConstraintId>();
        self.stacks.ddl.options_from = self.open_mark::<TableOption>();
        self.stacks.ddl.likes_from = self.open_mark::<LikeTable>();
    }

    pub(crate) fn trailing_comma(&mut self, l: u32) {
        self.gate(MS, l, "a comma before the closing bracket");
    }

    pub(crate) fn table_query(&mut self, query: QueryId) {
        if let Some(table) = &mut self.stacks.ddl.table {
            table.query = Some(query);
        }
    }

    pub(crate) fn table_with_data(&mut self, l: u32) {
        let data = self.aux(l) == 1;
        self.gate(PG, l, "WITH DATA");
        if let Some(table) = &mut self.stacks.ddl.table {
            table.no_data = Some(!data);
        }
    }

    pub(crate) fn table_like(&mut self, n: u32) {
        let table = self.name_of(n);
        let end = self.tok(n).end;
        self.open(LikeTable { table, options: Span::new(end, end), including: 0 });
    }

    /// The element `LIKE table` ends before token `l`.
    pub(crate) fn like_here(&mut self, l: u32) {
        if l > 0 {
            self.table_like(l - 1);
        }
    }

    pub(crate) fn like_option(&mut self, l: u32) {
        self.gate(PG, l, "INCLUDING and EXCLUDING");
        let tok = self.tok(l);
        if let Some(like) = self.tree.like_tables.last_open_mut() {
            if tok.aux & 0x8000 != 0 {
                like.including &= !tok.aux;
            } else {
                like.including |= tok.aux;
            }
            like.options.end = tok.end;
        }
    }

    pub(crate) fn option(&mut self, l: u32, value: Option<ExprId>, r: u32) {
        let option = self.new_option(l, value, r);
        self.open(option);
    }

    fn new_option(&mut self, l: u32, value: Option<ExprId>, r: u32) -> TableOption {
        let kind = match self.aux(l) {
            0 => TableOptionKind::Engine,
            1 => TableOptionKind::AutoIncrement,
            2 => TableOptionKind::Charset,
            3 => TableOptionKind::Collate,
            4 => TableOptionKind::Comment,
            5 => TableOptionKind::WithoutRowid,
            6 => TableOptionKind::Strict,
            7 => TableOptionKind::OnCommitPreserve,
            8 => TableOptionKind::OnCommitDelete,
            9 => TableOptionKind::OnCommitDrop,
            10 => TableOptionKind::PartitionBy,
            11 => TableOptionKind::Inherits,
            12 => TableOptionKind::Storage,
            _ => TableOptionKind::Other,
        };
        match kind {
            TableOptionKind::Engine | TableOptionKind::AutoIncrement | TableOptionKind::Charset => {
                self.gate(MY, l, "this option")
            }
            TableOptionKind::WithoutRowid | TableOptionKind::Strict => self.gate(LITE, l, "this option"),
            TableOptionKind::Inherits => self.gate(PG, l, "INHERITS"),
            _ => {}
        }
        TableOption { kind, value, span: self.span(l, r) }
    }

    pub(crate) fn create_table_end(&mut self, l: u32, r: u32) -> StatementId {
        let span = self.span(l, r);
        let columns = self.close(self.stacks.ddl.columns_from);
        let constraints = self.close(self.stacks.ddl.constraints_from);
        let options = self.close(self.stacks.ddl.options_from);
        let likes = self.close(self.stacks.ddl.likes_from);
        let Some(table) = self.stacks.ddl.table.take() else {
            return self.statement(StatementKind::Broken, l, r);
        };
        let id = self.node(CreateTable { columns, constraints, options, likes, span, ..table });
        self.statement(StatementKind::CreateTable(id), l, r)
    }

    // Columns.

    pub(crate) fn column(&mut self, l: u32, ty: Option<TypeId>) -> ColumnDefId {
        let name = self.ident(l);
        let span = self.tok(l).span();
        // The list starts here; the position is kept in the node until it ends.
        let mark = self.open_mark::<ColumnConstraint>();
        self.stacks.ddl.position = None;
        self.stacks.ddl.pending_name = None;
        self.node(ColumnDef { name, ty, constraints: List::new(mark.0, 0), position: None, span })
    }

    /// Finishes the column `c`.
    fn column_end(&mut self, c: ColumnDefId, r: u32) {
        let mark = Mark(self.tree[c].constraints.start);
        let constraints = self.close(mark);
        let end = self.tok(r - 1).end;
        let position = self.stacks.ddl.position.take();
        let column = &mut self.tree.column_defs[c.index()];
        column.constraints = constraints;
        column.position = position;
        column.span.end = end;
    }

    pub(crate) fn column_element(&mut self, c: ColumnDefId, r: u32) {
        self.column_end(c, r);
        self.open(c);
    }

    fn constraint(&mut self, kind: ColumnConstraintKind, l: u32, r: u32) {
        let name = self.stacks.ddl.pending_name.take();
        let mut span = self.span(l, r);
        if let Some(name) = name {
            span.start = name.span.start;
        }
        self.open(ColumnConstraint { name, kind, span });
    }

    pub(crate) fn constraint_name(&mut self, n: u32) {
        let name = self.ident(n);
        self.stacks.ddl.pending_name = Some(name);
    }

    pub(crate) fn column_word(&mut self, l: u32, r: u32) {
        let kind = match self.aux(l) {
            aux::COLUMN_NOT_NULL => ColumnConstraintKind::NotNull,
            aux::COLUMN_NULL => ColumnConstraintKind::Null,
            aux::COLUMN_AUTO_INCREMENT => {
                self.gate(MY, l, "AUTO_INCREMENT");
                ColumnConstraintKind::AutoIncrement
            }
            code @ (aux::COLUMN_STORED | aux::COLUMN_VIRTUAL) => {
                let stored_now = code == aux::COLUMN_STORED;
                match self.tree.column_constraints.last_open_mut().map(|constraint| &mut constraint.kind) {
                    Some(ColumnConstraintKind::Generated { stored, .. }) => *stored = Some(stored_now),
                    _ => {
                        let span = self.tok(l).span();
                        self.reject(span, "this belongs behind a generated value");
                    }
                }
                return;
            }
            aux::COLUMN_AUTOINCREMENT => {
                self.gate(LITE, l, "AUTOINCREMENT");
                match self.tree.column_constraints.last_open_mut().map(|constraint| &mut constraint.kind) {
                    Some(ColumnConstraintKind::PrimaryKey { autoincrement, .. }) => *autoincrement = true,
                    _ => {
                        let span = self.tok(l).span();
                        self.reject(span, "AUTOINCREMENT belongs behind PRIMARY KEY");
                    }
                }
                return;
            }
            aux::COLUMN_INVISIBLE => ColumnConstraintKind::Invisible,
            _ => ColumnConstraintKind::Advice,
        };
        self.constraint(kind, l, r);
    }

    pub(crate) fn column_default(&mut self, x: X, on_null: bool, l: u32, r: u32) {
        let value = self.end(x);
        if on_null {
            self.gate(ORA, l, "DEFAULT ON NULL");
        }
        let kind = if on_null {
            ColumnConstraintKind::DefaultOnNull(value)
        } else {
            ColumnConstraintKind::Default(value)
        };
        self.constraint(kind, l, r);
    }

    fn clustered(bits: u16) -> Option<bool> {
        if bits & aux::KEY_CLUSTERED != 0 {
            Some(true)
        } else if bits & aux::KEY_NONCLUSTERED != 0 {
            Some(false)
        } else {
            None
        }
    }

    pub(crate) fn column_key(&mut self, l: u32, r: u32) {
        let tok = self.tok(l);
        let bits = tok.aux;
        let kind = if tok.kind == K::PrimaryKey {
            if bits & aux::KEY_DESC != 0 {
                self.gate(LITE.or(MS), l, "a direction behind PRIMARY KEY");
            }
            ColumnConstraintKind::PrimaryKey {
                descending: bits & aux::KEY_DESC != 0,
                autoincrement: false,
                clustered: Self::clustered(bits),
            }
        } else {
            ColumnConstraintKind::Unique { nulls_not_distinct: bits & aux::KEY_NULLS_NOT_DISTINCT != 0 }
        };
        self.constraint(kind, l, r);
    }

    pub(crate) fn column_check(&mut self, x: X, l: u32, r: u32) {
        let condition = self.end(x);
        self.constraint(ColumnConstraintKind::Check(condition), l, r);
    }

    fn reference(&mut self, n: u32, columns: Option<(u32, u32)>) -> Reference {
        let table = self.name_of(n);
        let columns = columns.map_or(List::EMPTY, |(first, end)| self.idents(first, end));
        Reference { table, columns, on_delete: None, on_update: None, matching: None }
    }

    pub(crate) fn column_references(&mut self, n: u32, columns: Option<(u32, u32)>, l: u32, r: u32) {
        let reference = self.reference(n, columns);
        self.constraint(ColumnConstraintKind::References(reference), l, r);
    }

    fn set_action(reference: &mut Reference, code: u16) {
        let action = match code & 0xff {
            0 => ReferenceAction::NoAction,
            1 => ReferenceAction::Restrict,
            2 => ReferenceAction::Cascade,
            3 => ReferenceAction::SetNull,
            _ => ReferenceAction::SetDefault,
        };
        if code & 0x100 == 0 {
            reference.on_delete = Some(action)
        } else {
            reference.on_update = Some(action)
        }
    }

    fn set_match(reference: &mut Reference, code: u16) {
        reference.matching = Some(match code {
            0 => ReferenceMatch::Simple,
            1 => ReferenceMatch::Full,
            _ => ReferenceMatch::Partial,
        });
    }

    /// The reference of the column constraint read last.
    fn last_reference(&mut self, l: u32) -> Option<&mut Reference> {
        let end = self.tok(l).end;
        let found = self.tree.column_constraints.last_open_mut().is_some_and(|constraint| {
            constraint.span.end = end;
            matches!(constraint.kind, ColumnConstraintKind::References(_))
        });
        if !found {
            let span = self.tok(l).span();
            self.reject(span, "this belongs behind REFERENCES");
            return None;
        }
        match self.tree.column_constraints.last_open_mut().map(|constraint| &mut constraint.kind) {
            Some(ColumnConstraintKind::References(reference)) => Some(reference),
            _ => None,
        }
    }

    pub(crate) fn column_reference_action(&mut self, l: u32) {
        let code = self.aux(l);
        if let Some(reference) = self.last_reference(l) {
            Self::set_action(reference, code);
        }
    }

    pub(crate) fn column_reference_match(&mut self, l: u32) {
        let code = self.aux(l);
        if let Some(reference) = self.last_reference(l) {
            Self::set_match(reference, code);
        }
    }

    pub(crate) fn column_collate(&mut self, n: u32, l: u32, r: u32) {
        let name = if self.tok(n).kind == K::Name {
            self.name_of(n)
        } else {
            let span = self.tok(n).span();
            let first = self.tree.idents.len() as u32;
            self.tree.idents.push(Ident { span, quote: Quote::Single });
            List::new(first, 1)
        };
        self.constraint(ColumnConstraintKind::Collate(name), l, r);
    }

    pub(crate) fn column_comment(&mut self, s: u32, l: u32, r: u32) {
        self.gate(MY, l, "COMMENT in a column");
        let text = self.literal(s);
        self.constraint(ColumnConstraintKind::Comment(text), l, r);
    }

    pub(crate) fn column_on_update(&mut self, x: X, l: u32, r: u32) {
        self.gate(MY, l, "ON UPDATE with a value");
        let value = self.end(x);
        self.constraint(ColumnConstraintKind::OnUpdate(value), l, r);
    }

    fn state(&self, l: u32) -> ConstraintState {
        match self.aux(l) {
            0 => ConstraintState::Deferrable,
            1 => ConstraintState::NotDeferrable,
            2 => ConstraintState::InitiallyDeferred,
            3 => ConstraintState::InitiallyImmediate,
            4 => ConstraintState::Enabled,
            5 => ConstraintState::Disabled,
            6 => ConstraintState::NotValidated,
            _ => ConstraintState::NoInherit,
        }
    }

    pub(crate) fn column_state(&mut self, l: u32, r: u32) {
        let state = self.state(l);
        self.constraint(ColumnConstraintKind::State(state), l, r);
    }

    fn conflict_word(&self, l: u32) -> InsertOr {
        match self.aux(l) {
            2 => InsertOr::OrReplace,
            3 => InsertOr::OrIgnore,
            4 => InsertOr::OrAbort,
            5 => InsertOr::OrRollback,
            _ => InsertOr::OrFail,
        }
    }

    pub(crate) fn column_conflict(&mut self, l: u32, r: u32) {
        self.gate(LITE, l, "ON CONFLICT behind a constraint");
        let how = self.conflict_word(l);
        self.constraint(ColumnConstraintKind::OnConflict(how), l, r);
    }

    pub(crate) fn column_generated(&mut self, x: X, l: u32, r: u32) {
        let expr = self.end(x);
        self.constraint(ColumnConstraintKind::Generated { expr, stored: None }, l, r);
    }

    fn identity(&mut self, seed: Option<ExprId>, step: Option<ExprId>, l: u32, r: u32) {
        let how = self.aux(l);
        self.gate(PG.or(ORA).or(MS), l, "IDENTITY");
        self.constraint(
            ColumnConstraintKind::Identity { always: how == 1, on_null: how == 2, seed, step },
            l,
            r,
        );
    }

    pub(crate) fn column_identity(&mut self, x: Option<X>, y: Option<X>, l: u32, r: u32) {
        let step = y.map(|y| self.end(y));
        let seed = x.map(|x| self.end(x));
        self.identity(seed, step, l, r);
    }

    pub(crate) fn column_identity_options(&mut self, m: Mark, l: u32, r: u32) {
        let options: List<SequenceOption> = self.close(m);
        let mut seed = None;
        let mut step = None;
        for option in self.tree.list(options) {
            match option {
                SequenceOption::Start(value) => seed = Some(*value),
                SequenceOption::Increment(value) => step = Some(*value),
                _ => {}
            }
        }
        self.identity(seed, step, l, r);
    }

    pub(crate) fn column_position(&mut self, n: Option<u32>) {
        let position = match n {
            None => ColumnPosition::First,
            Some(n) => ColumnPosition::After(self.ident(n)),
        };
        self.stacks.ddl.position = Some(position);
    }

    // Constraints of a table.

    pub(crate) fn table_constraint(&mut self, n: Option<u32>, l: u32, r: u32) -> TableConstraintId {
        let own = n.map(|n| self.ident(n));
        let name = own.or(self.stacks.ddl.body_name.take());
        let kind = self.stacks.ddl.body;
        let span = self.span(l, r);
        self.node(TableConstraint { name, kind, states: List::EMPTY, on_conflict: InsertOr::Fail, span })
    }

    pub(crate) fn constraint_element(&mut self, c: TableConstraintId, r: u32) {
        let end = self.tok(r - 1).end;
        self.tree.table_constraints[c.index()].span.end = end;
        self.open(c);
    }

    fn set_body(&mut self, name: u32, kind: TableConstraintKind) {
        self.stacks.ddl.body_name = if name == 0 { None } else { Some(self.ident(name - 1)) };
        self.stacks.ddl.body = kind;
    }

    pub(crate) fn constraint_key(&mut self, l: u32, name: u32, m: Mark) {
        let columns = self.close(m);
        let tok = self.tok(l);
        let kind = if tok.kind == K::PrimaryKey {
            TableConstraintKind::PrimaryKey { columns, clustered: Self::clustered(tok.aux) }
        } else {
            TableConstraintKind::Unique {
                columns,
                nulls_not_distinct: tok.aux & aux::KEY_NULLS_NOT_DISTINCT != 0,
            }
        };
        self.set_body(name, kind);
    }

    pub(crate) fn constraint_other(&mut self) {
        self.set_body(0, TableConstraintKind::Other);
    }

    pub(crate) fn constraint_check(&mut self, x: X) {
        let condition = self.end(x);
        self.set_body(0, TableConstraintKind::Check(condition));
    }

    pub(crate) fn constraint_foreign(
        &mut self,
        name: u32,
        c: u32,
        e: u32,
        t: u32,
        other: Option<(u32, u32)>,
    ) {
        let columns = self.idents(c, e);
        let reference = self.reference(t, other);
        self.set_body(name, TableConstraintKind::ForeignKey { columns, reference });
    }

    pub(crate) fn constraint_index(&mut self, l: u32, name: u32, m: Mark) {
        let columns = self.close(m);
        let kind = match self.aux(l) {
            0 => IndexKind::Ordinary,
            1 => IndexKind::Fulltext,
            _ => IndexKind::Spatial,
        };
        self.gate(MY.or(MS), l, "an index inside of a table");
        self.set_body(name, TableConstraintKind::Index { columns, kind });
    }

    pub(crate) fn constraint_exclude(&mut self, l: u32) {
        let kind = if self.aux(l) == 0 { TableConstraintKind::Exclude } else { TableConstraintKind::Other };
        self.set_body(0, kind);
    }

    /// T-SQL: `ADD CONSTRAINT name DEFAULT value FOR column`.
    pub(crate) fn constraint_default(&mut self, x: X, n: u32) {
        self.gate(MS, n, "DEFAULT as a constraint of a table");
        let value = self.end(x);
        let column = self.ident(n);
        self.set_body(0, TableConstraintKind::Default { column, value });
    }

    fn table_reference(&mut self, c: TableConstraintId, l: u32) -> Option<&mut Reference> {
        let end = self.tok(l).end;
        if !matches!(self.tree[c].kind, TableConstraintKind::ForeignKey { .. }) {
            let span = self.tok(l).span();
            self.reject(span, "this belongs behind REFERENCES");
            return None;
        }
        let constraint = &mut self.tree.table_constraints[c.index()];
        constraint.span.end = end;
        match &mut constraint.kind {
            TableConstraintKind::ForeignKey { reference, .. } => Some(reference),
            _ => None,
        }
    }

    pub(crate) fn constraint_action(&mut self, c: TableConstraintId, l: u32) -> TableConstraintId {
        let code = self.aux(l);
        if let Some(reference) = self.table_reference(c, l) {
            Self::set_action(reference, code);
        }
        c
    }

    pub(crate) fn constraint_match(&mut self, c: TableConstraintId, l: u32) -> TableConstraintId {
        let code = self.aux(l);
        if let Some(reference) = self.table_reference(c, l) {
            Self::set_match(reference, code);
        }
        c
    }

    pub(crate) fn constraint_state(&mut self, c: TableConstraintId, l: u32) -> TableConstraintId {
        let state = self.state(l);
        let states = self.tree[c].states;
        let states = self.append(states, state);
        self.tree.table_constraints[c.index()].states = states;
        c
    }

    pub(crate) fn constraint_conflict(&mut self, c: TableConstraintId, l: u32) -> TableConstraintId {
        self.gate(LITE, l, "ON CONFLICT behind a constraint");
        let how = self.conflict_word(l);
        self.tree.table_constraints[c.index()].on_conflict = how;
        c
    }

    pub(crate) fn index_key(&mut self, x: X, class: Option<u32>) -> ExprId {
        let class = class.map(|l| {
            self.gate(PG, l, "an operator class");
            self.name_of(l)
        });
        self.stacks.ddl.class = class;
        self.end(x)
    }

    pub(crate) fn index_column(&mut self, key: ExprId, dir: Option<u32>, nulls: Option<u32>) -> Mark {
        let class = self.stacks.ddl.class.take();
        let mut expr = key;
        let mut prefix = None;
        // MySQL: `name(10)` is a prefix of a column and no call.
        if MY.has(self.dialect)
            && let Expr::Call(call) = self.tree.expr(key)
            && let [length] = *self.tree.list(self.tree[call].args)
            && let Expr::Literal(literal) = self.tree.expr(length)
            && literal.kind == LiteralKind::Integer
        {
            let name = self.tree[call].name;
            let span = self.tree.name_span(name);
            expr = self.expr(Expr::Name(name), span);
            prefix = Some(length);
        }
        let key = self.order_of(expr, dir, nulls);
        self.open(IndexColumn { key, prefix, class })
    }

    // CREATE INDEX.

    pub(crate) fn create_index(&mut self, l: u32, name: u32, t: u32, m: Mark) {
        let columns = self.close(m);
        self.stacks.ddl.options_from = self.open_mark::<TableOption>();
        let tok = self.tok(l);
        let name = if name == 0 {
            self.gate(PG, l, "an index without a name");
            None
        } else {
            Some(self.name_of(name - 1))
        };
        self.stacks.ddl.index = Some(CreateIndex {
            modifiers: CreateModifiers(tok.aux),
            if_not_exists: tok.flag & aux::IF_EXISTS != 0,
            concurrently: tok.flag & aux::CONCURRENTLY != 0,
            name,
            table: self.name_of(t),
            columns,
            method: self.stacks.ddl.method.take(),
            include: List::EMPTY,
            nulls_not_distinct: false,
            filter: None,
            options: List::EMPTY,
            span: tok.span(),
        });
    }

    pub(crate) fn index_method(&mut self, l: u32) {
        let tok = self.tok(l);
        let method = if tok.aux == 1 { Some(self.ident(l)) } else { None };
        match &mut self.stacks.ddl.index {
            Some(index) => index.method = method,
            None => self.stacks.ddl.method = method,
        }
    }

    pub(crate) fn index_include(&mut self, first: u32, end: u32) {
        self.gate(PG.or(MS), first, "INCLUDE");
        let include = self.idents(first, end);
        if let Some(index) = &mut self.stacks.ddl.index {
            index.include = include;
        }
    }

    pub(crate) fn index_where(&mut self, x: X) {
        let filter = self.end(x);
        let known = PG.or(LITE).or(MS);
        if !known.has(self.dialect) {
            let span = self.expr_span(filter);
            self.foreign(known, span, "a partial index");
        }
        if let Some(index) = &mut self.stacks.ddl.index {
            index.filter = Some(filter);
        }
    }

    pub(crate) fn index_nulls_not_distinct(&mut self) {
        if let Some(index) = &mut self.stacks.ddl.index {
            index.nulls_not_distinct = true;
        }
    }

    pub(crate) fn create_index_end(&mut self, l: u32, r: u32) -> StatementId {
        let span = self.span(l, r);
        let options = self.close(self.stacks.ddl.options_from);
        let Some(index) = self.stacks.ddl.index.take() else {
            return self.statement(StatementKind::Broken, l, r);
        };
        let id = self.node(CreateIndex { options, span, ..index });
        self.statement(StatementKind::CreateIndex(id), l, r)
    }

    // CREATE VIEW.

    pub(crate) fn create_view(&mut self, l: u32, n: u32) {
        let tok = self.tok(l);
        self.stacks.ddl.options_from = self.open_mark::<TableOption>();
        let modifiers = CreateModifiers(tok.aux);
        if modifiers.has(CreateModifiers::MATERIALIZED) {
            self.gate(PG.or(ORA), l, "a materialized view");
        }
        self.stacks.ddl.view = Some(CreateView {
            modifiers,
            alter: tok.flag & aux::ALTERS != 0,
            if_not_exists: tok.flag & aux::IF_EXISTS != 0,
            name: self.name_of(n),
            columns: List::EMPTY,
            query: QueryId::new(0),
            check: None,
            read_only: false,
            no_data: None,
            options: List::EMPTY,
            span: tok.span(),
        });
    }

    pub(crate) fn view_columns(&mut self, first: u32, end: u32) {
        let columns = self.idents(first, end);
        if let Some(view) = &mut self.stacks.ddl.view {
            view.columns = columns;
        }
    }

    pub(crate) fn view_query(&mut self, query: QueryId) {
        if let Some(view) = &mut self.stacks.ddl.view {
            view.query = query;
        }
    }

    pub(crate) fn view_check(&mut self, l: u32) {
        let code = self.aux(l);
        if let Some(view) = &mut self.stacks.ddl.view {
            match code {
                0 => view.check = Some(ViewCheck::Plain),
                1 => view.check = Some(ViewCheck::Local),
                2 => view.check = Some(ViewCheck::Cascaded),
                _ => view.read_only = true,
            }
        }
    }

    pub(crate) fn view_with_data(&mut self, l: u32) {
        let data = self.aux(l) == 1;
        if let Some(view) = &mut self.stacks.ddl.view {
            view.no_data = Some(!data);
        }
    }

    pub(crate) fn create_view_end(&mut self, l: u32, r: u32) -> StatementId {
        let span = self.span(l, r);
        let options = self.close(self.stacks.ddl.options_from);
        let Some(view) = self.stacks.ddl.view.take() else {
            return self.statement(StatementKind::Broken, l, r);
        };
        let id = self.node(CreateView { options, span, ..view });
        self.statement(StatementKind::CreateView(id), l, r)
    }

    // Sequences and types.

    pub(crate) fn create_sequence(&mut self, l: u32, n: u32) -> Option<Mark> {
        let tok = self.tok(l);
        self.gate(PG.or(ORA).or(MS).or(MARIA), l, "a sequence");
        self.stacks.ddl.sequence = Some(CreateSequence {
            modifiers: CreateModifiers(tok.aux),
            if_not_exists: tok.flag & aux::IF_EXISTS != 0,
            name: self.name_of(n),
            options: List::EMPTY,
            alter: tok.flag & aux::ALTERS != 0,
            span: tok.span(),
        });
        None
    }

    pub(crate) fn sequence_type(&mut self, ty: TypeId) -> Mark {
        self.open(SequenceOption::Type(ty))
    }

    pub(crate) fn sequence_number(&mut self, l: u32, x: X) -> Mark {
        let value = self.end(x);
        let option = match self.aux(l) {
            0 => SequenceOption::Start(value),
            1 => SequenceOption::Increment(value),
            2 => SequenceOption::Min(value),
            3 => SequenceOption::Max(value),
            4 => SequenceOption::Cache(value),
            _ => SequenceOption::Restart(Some(value)),
        };
        self.open(option)
    }

    pub(crate) fn sequence_flag(&mut self, l: u32) -> Mark {
        let option = match self.aux(l) {
            0 => SequenceOption::NoMin,
            1 => SequenceOption::NoMax,
            2 => SequenceOption::NoCache,
            3 => SequenceOption::Cycle(false),
            4 => SequenceOption::Cycle(true),
            5 => SequenceOption::Restart(None),
            _ => SequenceOption::Advice,
        };
        self.open(option)
    }

    pub(crate) fn sequence_owner(&mut self, n: u32) -> Mark {
        let name = self.name_of(n);
        self.open(SequenceOption::OwnedBy(name))
    }

    pub(crate) fn sequence_end(&mut self, m: Option<Mark>, l: u32, r: u32) -> StatementId {
        let options = m.map_or(List::EMPTY, |m| self.close(m));
        let span = self.span(l, r);
        let Some(sequence) = self.stacks.ddl.sequence.take() else {
            return self.statement(StatementKind::Broken, l, r);
        };
        let id = self.node(CreateSequence { options, span, ..sequence });
        self.statement(StatementKind::CreateSequence(id), l, r)
    }

    pub(crate) fn create_enum(&mut self, n: u32, m: Option<Mark>, l: u32, r: u32) -> CreateTypeId {
        self.gate(PG, l, "an enum type");
        let values = m.map_or(List::EMPTY, |m| self.close(m));
        let name = self.name_of(n);
        let span = self.span(l, r);
        self.node(CreateType { name, kind: TypeKind::Enum(values), span })
    }

    pub(crate) fn composite_begin(&mut self, n: u32) -> u32 {
        self.begin_lists();
        self.stacks.ddl.composite = Some(self.name_of(n));
        n
    }

    pub(crate) fn create_composite(&mut self, n: u32, l: u32, r: u32) -> CreateTypeId {
        let columns = self.close(self.stacks.ddl.columns_from);
        let name = self.stacks.ddl.composite.take().unwrap_or(self.name_of(n));
        let span = self.span(l, r);
        self.node(CreateType { name, kind: TypeKind::Composite(columns), span })
    }

    pub(crate) fn create_alias_type(&mut self, n: u32, ty: TypeId, l: u32, r: u32) -> CreateTypeId {
        self.gate(MS, l, "CREATE TYPE … FROM");
        let name = self.name_of(n);
        let span = self.span(l, r);
        self.node(CreateType { name, kind: TypeKind::Domain { ty, constraints: List::EMPTY }, span })
    }

    pub(crate) fn create_domain(&mut self, n: u32, c: ColumnDefId, l: u32, r: u32) -> CreateTypeId {
        self.gate(PG, l, "a domain");
        self.column_end(c, r);
        let column = self.tree[c];
        let name = self.name_of(n);
        let span = self.span(l, r);
        let kind = match column.ty {
            Some(ty) => TypeKind::Domain { ty, constraints: column.constraints },
            None => {
                self.reject(span, "a domain needs a type");
                TypeKind::Other
            }
        };
        self.node(CreateType { name, kind, span })
    }

    // DROP, TRUNCATE.

    pub(crate) fn push_name(&mut self, l: u32) -> Mark {
        let name = self.name_of(l);
        self.open(name)
    }

    pub(crate) fn drop(&mut self, l: u32, m: Mark, r: u32) -> DropId {
        let names = self.close(m);
        let tok = self.tok(l);
        let span = self.span(l, r);
        self.node(Drop {
            object: ObjectKind::from_code(tok.aux),
            if_exists: tok.flag & aux::IF_EXISTS != 0,
            temporary: tok.flag & aux::DROP_TEMPORARY != 0,
            concurrently: tok.flag & aux::CONCURRENTLY != 0,
            names,
            on: None,
            behavior: None,
            purge: false,
            span,
        })
    }

    pub(crate) fn drop_on(&mut self, d: DropId, n: u32) -> DropId {
        let on = self.name_of(n);
        let end = self.tok(n).end;
        let drop = &mut self.tree.drops[d.index()];
        drop.on = Some(on);
        drop.span.end = end;
        d
    }

    fn behavior(&self, l: u32) -> Option<DropBehavior> {
        match self.aux(l) {
            0 => Some(DropBehavior::Cascade),
            1 => Some(DropBehavior::Restrict),
            _ => None,
        }
    }

    pub(crate) fn drop_behavior(&mut self, d: DropId, l: u32) -> DropId {
        let behavior = self.behavior(l);
        let end = self.tok(l).end;
        let drop = &mut self.tree.drops[d.index()];
        match behavior {
            Some(behavior) => drop.behavior = Some(behavior),
            None => drop.purge = true,
        }
        drop.span.end = end;
        d
    }

    pub(crate) fn truncate(&mut self, l: u32, m: Mark, r: u32) -> TruncateId {
        self.gate(MY.or(PG).or(ORA).or(MS), l, "TRUNCATE");
        let tables = self.close(m);
        let span = self.span(l, r);
        self.node(Truncate { tables, restart_identity: None, behavior: None, span })
    }

    pub(crate) fn truncate_restart(&mut self, t: TruncateId, l: u32) -> TruncateId {
        self.gate(PG, l, "this clause");
        let restart = self.aux(l) == 1;
        self.tree.truncates[t.index()].restart_identity = Some(restart);
        t
    }

    pub(crate) fn truncate_behavior(&mut self, t: TruncateId, l: u32) -> TruncateId {
        let behavior = self.behavior(l);
        self.tree.truncates[t.index()].behavior = behavior;
        t
    }

    // ALTER TABLE.

    pub(crate) fn alter_table(&mut self, l: u32, n: u32) {
        let tok = self.tok(l);
        self.stacks.ddl.alter = Some(AlterTable {
            if_exists: tok.flag & aux::IF_EXISTS != 0,
            name: self.name_of(n),
            actions: List::EMPTY,
            span: tok.span(),
        });
    }

    pub(crate) fn alter_table_end(&mut self, m: Mark, l: u32, r: u32) -> StatementId {
        let actions = self.close(m);
        let span = self.span(l, r);
        let Some(alter) = self.stacks.ddl.alter.take() else {
            return self.statement(StatementKind::Broken, l, r);
        };
        let id = self.node(AlterTable { actions, span, ..alter });
        self.statement(StatementKind::AlterTable(id), l, r)
    }

    pub(crate) fn alter_action(&mut self, kind: AlterKind, l: u32, r: u32) -> Mark {
        let span = self.span(l, r);
        self.open(AlterAction { kind, span })
    }

    fn exists_flag(&self, l: u32) -> bool {
        self.tok(l).flag & aux::IF_EXISTS != 0
    }

    pub(crate) fn alter_add_column(&mut self, l: u32, c: ColumnDefId, r: u32) -> Mark {
        self.column_end(c, r);
        let if_not_exists = self.exists_flag(l);
        self.alter_action(AlterKind::AddColumn { column: c, if_not_exists }, l, r)
    }

    pub(crate) fn list_begin(&mut self) -> u32 {
        self.begin_lists();
        0
    }

    /// The elements of `ADD (…)`, each as an action of its own.
    pub(crate) fn alter_add_list(&mut self, _h: u32, l: u32, r: u32) -> Mark {
        let columns: List<ColumnDefId> = self.close(self.stacks.ddl.columns_from);
        let constraints: List<TableConstraintId> = self.close(self.stacks.ddl.constraints_from);
        let mark = self.open_mark::<AlterAction>();
        for i in 0..columns.len() {
            let column = self.tree.list(columns)[i];
            self.alter_action(AlterKind::AddColumn { column, if_not_exists: false }, l, r);
        }
        for i in 0..constraints.len() {
            let constraint = self.tree.list(constraints)[i];
            self.alter_action(AlterKind::AddConstraint(constraint), l, r);
        }
        mark
    }

    pub(crate) fn alter_modify_list(&mut self, _h: u32, l: u32, r: u32) -> Mark {
        let columns: List<ColumnDefId> = self.close(self.stacks.ddl.columns_from);
        let mark = self.open_mark::<AlterAction>();
        for i in 0..columns.len() {
            let column = self.tree.list(columns)[i];
            self.alter_action(AlterKind::ModifyColumn(column), l, r);
        }
        mark
    }

    pub(crate) fn alter_add_constraint(&mut self, l: u32, c: TableConstraintId, r: u32) -> Mark {
        self.alter_action(AlterKind::AddConstraint(c), l, r)
    }

    pub(crate) fn alter_drop_column(&mut self, l: u32, n: u32, behavior: Option<u32>, r: u32) -> Mark {
        let name = self.ident(n);
        let behavior = behavior.and_then(|e| self.behavior(e));
        let if_exists = self.exists_flag(l);
        self.alter_action(AlterKind::DropColumn { name, if_exists, behavior }, l, r)
    }

    pub(crate) fn alter_drop_columns(&mut self, l: u32, first: u32, end: u32, r: u32) -> Mark {
        self.gate(ORA, l, "several columns in brackets");
        let names = self.idents(first, end);
        let mark = self.open_mark::<AlterAction>();
        for i in 0..names.len() {
            let name = self.tree.list(names)[i];
            self.alter_action(AlterKind::DropColumn { name, if_exists: false, behavior: None }, l, r);
        }
        mark
    }

    pub(crate) fn alter_drop_constraint(&mut self, l: u32, n: u32, behavior: Option<u32>, r: u32) -> Mark {
        let name = self.ident(n);
        let behavior = behavior.and_then(|e| self.behavior(e));
        let if_exists = self.exists_flag(l);
        self.alter_action(AlterKind::DropConstraint { name, if_exists, behavior }, l, r)
    }

    pub(crate) fn alter_drop_index(&mut self, n: u32, l: u32, r: u32) -> Mark {
        let name = self.ident(n);
        self.alter_action(AlterKind::DropIndex(name), l, r)
    }

    pub(crate) fn alter_modify(&mut self, c: ColumnDefId, l: u32, r: u32) -> Mark {
        self.gate(MY.or(ORA), l, "MODIFY");
        self.column_end(c, r);
        self.alter_action(AlterKind::ModifyColumn(c), l, r)
    }

    pub(crate) fn alter_column(&mut self, c: ColumnDefId, l: u32, r: u32) -> Mark {
        self.gate(MS, l, "ALTER COLUMN with a definition");
        self.column_end(c, r);
        self.alter_action(AlterKind::AlterColumn(c), l, r)
    }

    pub(crate) fn alter_type(
        &mut self,
        n: u32,
        ty: TypeId,
        collation: Option<u32>,
        using: Option<X>,
        l: u32,
        r: u32,
    ) -> Mark {
        self.gate(PG, l, "ALTER COLUMN … TYPE");
        let using = using.map(|x| self.end(x));
        let collation = collation.map(|k| self.name_of(k));
        let column = self.ident(n);
        self.alter_action(AlterKind::SetType { column, ty, collation, using }, l, r)
    }

    pub(crate) fn alter_default(&mut self, n: u32, x: X, l: u32, r: u32) -> Mark {
        let value = self.end(x);
        let column = self.ident(n);
        self.alter_action(AlterKind::SetDefault { column, value }, l, r)
    }

    pub(crate) fn alter_change(&mut self, n: u32, k: u32, l: u32, r: u32) -> Mark {
        let column = self.ident(n);
        let kind = match self.aux(k) {
            0 => AlterKind::DropDefault(column),
            1 => AlterKind::SetNotNull(column),
            2 => AlterKind::DropNotNull(column),
            _ => AlterKind::Other,
        };
        self.alter_action(kind, l, r)
    }

    pub(crate) fn alter_rename_define(&mut self, n: u32, c: ColumnDefId, l: u32, r: u32) -> Mark {
        self.gate(MY, l, "CHANGE");
        self.column_end(c, r);
        let old = self.ident(n);
        self.alter_action(AlterKind::ChangeColumn { old, column: c }, l, r)
    }

    pub(crate) fn alter_rename(&mut self, n: u32, l: u32, r: u32) -> Mark {
        let name = self.name_of(n);
        self.alter_action(AlterKind::RenameTo(name), l, r)
    }

    pub(crate) fn alter_rename_column(&mut self, n: u32, m: u32, l: u32, r: u32) -> Mark {
        let old = self.ident(n);
        let new = self.ident(m);
        self.alter_action(AlterKind::RenameColumn { old, new }, l, r)
    }

    pub(crate) fn alter_rename_other(&mut self, n: u32, m: u32, l: u32, r: u32) -> Mark {
        let old = self.ident(n);
        let new = self.ident(m);
        let object = if self.aux(l) == 0 { ObjectKind::Constraint } else { ObjectKind::Index };
        self.alter_action(AlterKind::RenameOther { object, old, new }, l, r)
    }

    pub(crate) fn alter_option(&mut self, l: u32, value: Option<ExprId>, r: u32) -> Mark {
        let option = self.new_option(l, value, r);
        self.alter_action(AlterKind::Option(option), l, r)
    }

    pub(crate) fn alter_other(&mut self, l: u32, r: u32) -> Mark {
        let kind = match self.aux(l) {
            aux::ALTER_ADVICE => AlterKind::Advice,
            aux::ALTER_CHECK => AlterKind::CheckConstraint(true),
            aux::ALTER_NOCHECK => AlterKind::CheckConstraint(false),
            _ => AlterKind::Other,
        };
        self.alter_action(kind, l, r)
    }
}
