//! A compact print of a tree, for tests and for people who wonder how something was read.
//!
//! Operators come first, in brackets: `a + b * 2` is `(+ a (* b 2))`. Deeper than [`DEPTH_MAX`] it prints `…`.

use super::*;
use std::fmt::Write;

/// Deepest level that is printed; keeps the print from outgrowing the stack.
const DEPTH_MAX: u32 = 200;

impl Tree {
    /// The statement as text.
    pub fn dump(&self, id: StatementId, source: &str) -> String {
        let mut dump = Dump { tree: self, source, out: String::new(), depth: 0 };
        dump.statement(id);
        dump.out
    }

    /// The expression as text.
    pub fn dump_expr(&self, id: ExprId, source: &str) -> String {
        let mut dump = Dump { tree: self, source, out: String::new(), depth: 0 };
        dump.expr(id);
        dump.out
    }
}

struct Dump<'a> {
    tree: &'a Tree,
    source: &'a str,
    out: String,
    depth: u32,
}

impl Dump<'_> {
    fn word(&mut self, text: &str) {
        self.out.push_str(text);
    }

    fn debug(&mut self, value: &impl std::fmt::Debug) {
        // Writing to a string cannot fail.
        let _ = write!(self.out, "{value:?}");
    }

    /// `(head …)`.
    fn node(&mut self, head: &str, inside: impl FnOnce(&mut Self)) {
        if self.depth >= DEPTH_MAX {
            self.word("…");
            return;
        }
        self.depth += 1;
        self.word("(");
        self.word(head);
        inside(self);
        self.word(")");
        self.depth -= 1;
    }

    fn sub(&mut self, id: ExprId) {
        self.word(" ");
        self.expr(id);
    }

    fn subs(&mut self, list: List<ExprId>) {
        for id in self.tree.list(list) {
            self.sub(*id);
        }
    }

    fn name(&mut self, name: Name) {
        let text = self.tree.name_text(name, self.source);
        self.word(&text);
    }

    fn ident(&mut self, ident: Ident) {
        let text = ident.text(self.source).into_owned();
        self.word(&text);
    }

    fn expr(&mut self, id: ExprId) {
        let tree = self.tree;
        let not = |negated: bool| if negated { "not-" } else { "" };
        match tree.expr(id) {
            Expr::Literal(literal) => {
                let raw = tree.expr_span(id).text(self.source);
                if literal.kind.is_text() {
                    let value = literal.value(raw).into_owned();
                    self.debug(&value);
                } else {
                    self.word(raw);
                }
            }
            Expr::Name(name) => self.name(name),
            Expr::Star(name) => {
                self.name(name);
                self.word(if name.is_empty() { "*" } else { ".*" });
            }
            Expr::Param(_) | Expr::Variable(_) => self.word(tree.expr_span(id).text(self.source)),
            Expr::Default => self.word("default"),
            Expr::Unary { op, arg } => {
                let head = format!("{op:?}").to_lowercase();
                self.node(&head, |d| d.sub(arg));
            }
            Expr::Binary { op, left, right, at } => {
                let head = if op == BinaryOp::Custom {
                    let rest = self.source.get(at as usize..).unwrap_or("");
                    rest.split([' ', '\'', '(']).next().unwrap_or("?").to_owned()
                } else {
                    symbol(op).to_owned()
                };
                self.node(&head, |d| {
                    d.sub(left);
                    d.sub(right);
                });
            }
            Expr::And(list) => self.node("and", |d| d.subs(list)),
            Expr::Or(list) => self.node("or", |d| d.subs(list)),
            Expr::Like { op, negated, expr, pattern, escape } => {
                let head = format!("{}{op:?}", not(negated)).to_lowercase();
                self.node(&head, |d| {
                    d.sub(expr);
                    d.sub(pattern);
                    if let Some(escape) = escape {
                        d.word(" escape");
                        d.sub(escape);
                    }
                });
            }
            Expr::Between { negated, symmetric, expr, low, high } => {
                let head = format!("{}between{}", not(negated), if symmetric { "-symmetric" } else { "" });
                self.node(&head, |d| {
                    d.sub(expr);
                    d.sub(low);
                    d.sub(high);
                });
            }
            Expr::InList { negated, expr, list } => self.node(&format!("{}in", not(negated)), |d| {
                d.sub(expr);
                d.word(" [");
                d.subs(list);
                d.word(" ]");
            }),
            Expr::InQuery { negated, expr, query } => self.node(&format!("{}in", not(negated)), |d| {
                d.sub(expr);
                d.word(" ");
                d.query(query);
            }),
            Expr::InTable { negated, expr, table } => self.node(&format!("{}in", not(negated)), |d| {
                d.sub(expr);
                d.word(" table ");
                d.name(table);
            }),
            Expr::Is { negated, test, expr } => {
                let head = format!("is-{}{test:?}", not(negated)).to_lowercase();
                self.node(&head, |d| d.sub(expr));
            }
            Expr::Quantifier { all, operand } => {
                self.node(if all { "all" } else { "any" }, |d| d.sub(operand))
            }
            Expr::Exists(query) => self.node("exists ", |d| d.query(query)),
            Expr::Subquery(query) => self.query(query),
            Expr::Case(case) => {
                let case = tree[case];
                self.node("case", |d| {
                    if let Some(operand) = case.operand {
                        d.sub(operand);
                    }
                    for when in tree.list(case.whens) {
                        d.word(" when");
                        d.sub(when.condition);
                        d.sub(when.result);
                    }
                    if let Some(otherwise) = case.otherwise {
                        d.word(" else");
                        d.sub(otherwise);
                    }
                });
            }
            Expr::Cast { form, expr, ty, style } => {
                let head = format!("{form:?}").to_lowercase();
                self.node(&head, |d| {
                    d.sub(expr);
                    d.word(" ");
                    d.ty(ty);
                    if let Some(style) = style {
                        d.sub(style);
                    }
                });
            }
            Expr::ConvertUsing { expr, charset } => self.node("convert-using", |d| {
                d.sub(expr);
                d.word(" ");
                d.name(charset);
            }),
            Expr::TypedLiteral { ty, literal } => self.node("typed ", |d| {
                d.ty(ty);
                d.sub(literal);
            }),
            Expr::Introducer { charset, literal } => self.node("introducer ", |d| {
                d.name(charset);
                d.sub(literal);
            }),
            Expr::Interval { value, unit, to, precision, fraction } => self.node("interval", |d| {
                d.sub(value);
                for unit in [unit, to].into_iter().flatten() {
                    let text = format!(" {unit:?}").to_lowercase();
                    d.word(&text);
                }
                for digits in [precision, fraction].into_iter().flatten() {
                    let text = format!(" {digits}");
                    d.word(&text);
                }
            }),
            Expr::Collate { expr, collation } => self.node("collate", |d| {
                d.sub(expr);
                d.word(" ");
                d.name(collation);
            }),
            Expr::AtTimeZone { expr, zone } => self.node("at-time-zone", |d| {
                d.sub(expr);
                if let Some(zone) = zone {
                    d.sub(zone);
                }
            }),
            Expr::Call(call) => self.call(call),
            Expr::Extract { field, expr } => self.node("extract ", |d| {
                d.name(field);
                d.sub(expr);
            }),
            Expr::Special { form, args } => {
                let head = format!("{form:?}").to_lowercase();
                self.node(&head, |d| d.subs(args));
            }
            Expr::NamedArg { name, value } => self.node("=> ", |d| {
                d.name(name);
                d.sub(value);
            }),
            Expr::KeyValue { key, value } => self.node("key-value", |d| {
                d.sub(key);
                d.sub(value);
            }),
            Expr::MatchAgainst { mode, columns, against } => {
                let head = format!("match-{mode:?}").to_lowercase();
                self.node(&head, |d| {
                    d.subs(columns);
                    d.word(" against");
                    d.sub(against);
                });
            }
            Expr::NextValue(name) => self.node("next-value ", |d| d.name(name)),
            Expr::CurrentOf(name) => self.node("current-of ", |d| d.name(name)),
            Expr::Row { explicit, items } => {
                self.node(if explicit { "ROW" } else { "row" }, |d| d.subs(items))
            }
            Expr::Array(items) => self.node("array", |d| d.subs(items)),
            Expr::ArrayQuery(query) => self.node("array ", |d| d.query(query)),
            Expr::Subscript { base, index } => self.node("[]", |d| {
                d.sub(base);
                d.sub(index);
            }),
            Expr::Slice { base, low, high } => self.node("[:]", |d| {
                d.sub(base);
                for bound in [low, high] {
                    match bound {
                        Some(bound) => d.sub(bound),
                        None => d.word(" _"),
                    }
                }
            }),
            Expr::Field { base, field } => self.node(".", |d| {
                d.sub(base);
                d.word(" ");
                d.name(field);
            }),
            Expr::FieldStar(base) => self.node(".*", |d| d.sub(base)),
            Expr::Opaque(kind) => {
                let head = format!("opaque-{kind:?}").to_lowercase();
                self.word(&head);
            }
        }
    }

    fn call(&mut self, call: CallId) {
        let tree = self.tree;
        let call = tree[call];
        self.node("call ", |d| {
            d.name(call.name);
            if call.form == CallForm::Bare {
                d.word(" bare");
            }
            if call.quantifier != Quantifier::None {
                d.word(if call.quantifier == Quantifier::All { " all" } else { " distinct" });
            }
            d.subs(call.args);
            let Some(extra) = call.extra.map(|id| tree[id]) else { return };
            if !extra.order_by.is_empty() {
                d.order(" order", extra.order_by);
            }
            if let Some(separator) = extra.separator {
                d.word(" separator");
                d.sub(separator);
            }
            if let Some(limit) = extra.limit {
                d.word(" limit");
                d.sub(limit);
            }
            if !extra.within_group.is_empty() {
                d.order(" within", extra.within_group);
            }
            if let Some(nulls) = extra.nulls {
                d.word(if nulls == NullTreatment::Ignore { " ignore-nulls" } else { " respect-nulls" });
            }
            if let Some(keep) = extra.keep {
                d.order(if keep.last { " keep-last" } else { " keep-first" }, keep.order_by);
            }
            if let Some(filter) = extra.filter {
                d.word(" filter");
                d.sub(filter);
            }
            if let Some(over) = extra.over {
                match tree[over] {
                    Over::Named(name) => {
                        d.word(" over ");
                        d.ident(name);
                    }
                    Over::Spec(spec) => {
                        d.word(" ");
                        d.window(spec);
                    }
                }
            }
        });
    }

    fn window(&mut self, id: WindowSpecId) {
        let tree = self.tree;
        let spec = tree[id];
        self.node("over", |d| {
            if let Some(base) = spec.base {
                d.word(" ");
                d.ident(base);
            }
            if !spec.partition_by.is_empty() {
                d.word(" partition");
                d.subs(spec.partition_by);
            }
            if !spec.order_by.is_empty() {
                d.order(" order", spec.order_by);
            }
            if let Some(frame) = spec.frame.map(|id| tree[id]) {
                let head = format!(" {:?}", frame.units).to_lowercase();
                d.word(&head);
                d.bound(frame.start);
                if let Some(end) = frame.end {
                    d.bound(end);
                }
                if let Some(exclude) = frame.exclude {
                    let text = format!(" exclude-{exclude:?}").to_lowercase();
                    d.word(&text);
                }
            }
        });
    }

    fn bound(&mut self, bound: Bound) {
        match bound {
            Bound::UnboundedPreceding => self.word(" -inf"),
            Bound::UnboundedFollowing => self.word(" +inf"),
            Bound::CurrentRow => self.word(" current"),
            Bound::Preceding(value) => {
                self.sub(value);
                self.word("-preceding");
            }
            Bound::Following(value) => {
                self.sub(value);
                self.word("-following");
            }
        }
    }

    fn order(&mut self, head: &str, items: List<OrderItem>) {
        self.word(head);
        for item in self.tree.list(items) {
            self.sub(item.expr);
            if let Some(direction) = item.direction {
                let text = format!(":{direction:?}").to_lowercase();
                self.word(&text);
            }
            if let Some(nulls) = item.nulls {
                let text = format!(":nulls-{nulls:?}").to_lowercase();
                self.word(&text);
            }
        }
    }

    fn ty(&mut self, id: TypeId) {
        let tree = self.tree;
        let ty = tree[id];
        if !ty.qualifier.is_empty() {
            self.name(ty.qualifier);
            self.word(".");
        }
        let words = tree.type_words(id, self.source).replace(' ', "-");
        self.word(&words);
        if !ty.args.is_empty() {
            self.word("(");
            for (i, arg) in tree.list(ty.args).iter().enumerate() {
                if i > 0 {
                    self.word(",");
                }
                self.expr(*arg);
            }
            self.word(")");
        }
        for _ in 0..ty.dimensions {
            self.word("[]");
        }
        for (set, text) in [
            (ty.unsigned, "-unsigned"),
            (ty.setof, "-setof"),
            (ty.zone == Some(ZoneClause::With), "-tz"),
            (ty.zone == Some(ZoneClause::WithLocal), "-ltz"),
        ] {
            if set {
                self.word(text);
            }
        }
        if let Some((from, to)) = ty.interval {
            let text = format!("-{from:?}-to-{to:?}").to_lowercase();
            self.word(&text);
        }
    }

    fn query(&mut self, id: QueryId) {
        let tree = self.tree;
        let query = tree[id];
        self.node("query", |d| {
            if let Some(with) = query.with {
                d.with(with);
            }
            d.body(query.body);
            if !query.order_by.is_empty() {
                d.order(if query.siblings { " order-siblings" } else { " order" }, query.order_by);
            }
            if let Some(limit) = query.limit {
                d.limit(limit);
            }
            for lock in tree.list(query.locks) {
                let text = format!(" lock-{:?}", lock.strength).to_lowercase();
                d.word(&text);
            }
            for trailer in tree.list(query.trailers) {
                let text = format!(" {:?}", trailer.kind).to_lowercase();
                d.word(&text);
            }
        });
    }

    fn with(&mut self, id: WithId) {
        let tree = self.tree;
        let with = tree[id];
        self.word(if with.recursive { " (with-recursive" } else { " (with" });
        for cte in tree.list(with.ctes) {
            self.word(" ");
            self.ident(cte.name);
            for column in tree.list(cte.columns) {
                self.word(":");
                self.ident(*column);
            }
            self.word(" ");
            match cte.body {
                CteBody::Query(query) => self.query(query),
                CteBody::Statement(statement) => self.statement(statement),
            }
        }
        self.word(")");
    }

    fn limit(&mut self, id: LimitId) {
        let limit = self.tree[id];
        let head = format!(" {:?}", limit.form).to_lowercase();
        self.word(&head);
        if let Some(count) = limit.count {
            self.sub(count);
        }
        if limit.percent {
            self.word(" percent");
        }
        if limit.ties {
            self.word(" ties");
        }
        if let Some(offset) = limit.offset {
            self.word(" skip");
            self.sub(offset);
        }
    }

    fn body(&mut self, body: Body) {
        let tree = self.tree;
        self.word(" ");
        match body {
            Body::Select(select) => self.select(select),
            Body::Values(rows) => self.node("values", |d| d.rows(rows)),
            Body::Set(chain) => {
                let chain = tree[chain];
                self.node("set", |d| {
                    d.body(chain.first);
                    for arm in tree.list(chain.arms) {
                        let text = format!(" {:?}", arm.op).to_lowercase();
                        d.word(&text);
                        if arm.quantifier == Quantifier::All {
                            d.word("-all");
                        }
                        d.body(arm.body);
                    }
                });
            }
            Body::Nested(query) => self.query(query),
            Body::Table(name) => self.node("table ", |d| d.name(name)),
        }
    }

    fn rows(&mut self, rows: List<Row>) {
        for row in self.tree.list(rows) {
            self.word(" (");
            for (i, item) in self.tree.list(row.items).iter().enumerate() {
                if i > 0 {
                    self.word(" ");
                }
                self.expr(*item);
            }
            self.word(")");
        }
    }

    fn items(&mut self, items: List<SelectItem>) {
        for item in self.tree.list(items) {
            self.sub(item.expr);
            if let Some(alias) = item.alias {
                self.word(":");
                self.ident(alias);
            }
        }
    }

    fn select(&mut self, id: SelectId) {
        let tree = self.tree;
        let select = tree[id];
        self.node("select", |d| {
            if select.quantifier == Quantifier::Distinct {
                d.word(" distinct");
            }
            if !select.distinct_on.is_empty() {
                d.word(" distinct-on");
                d.subs(select.distinct_on);
                d.word(";");
            }
            if let Some(top) = select.top {
                d.limit(top);
                d.word(";");
            }
            d.items(select.items);
            d.sources(" from", select.from);
            d.clause(" where", select.filter);
            d.clause(" start-with", select.start_with);
            d.clause(" connect-by", select.connect_by);
            if let Some(group) = select.group_by {
                d.word(" group");
                d.groups(group.items);
                if group.with.is_some() {
                    d.word(" with-rollup");
                }
            }
            d.clause(" having", select.having);
            for window in tree.list(select.windows) {
                d.word(" window ");
                d.ident(window.name);
                d.word(" ");
                d.window(window.spec);
            }
        });
    }

    fn groups(&mut self, items: List<GroupItem>) {
        for item in self.tree.list(items) {
            match *item {
                GroupItem::Expr(expr, _) => self.sub(expr),
                GroupItem::Rollup(list) => {
                    self.word(" ");
                    self.node("rollup", |d| d.subs(list));
                }
                GroupItem::Cube(list) => {
                    self.word(" ");
                    self.node("cube", |d| d.subs(list));
                }
                GroupItem::Sets(list) => {
                    self.word(" ");
                    self.node("sets", |d| d.groups(list));
                }
            }
        }
    }

    fn clause(&mut self, head: &str, expr: Option<ExprId>) {
        if let Some(expr) = expr {
            self.word(head);
            self.sub(expr);
        }
    }

    fn sources(&mut self, head: &str, list: List<FromId>) {
        if list.is_empty() {
            return;
        }
        self.word(head);
        for id in self.tree.list(list) {
            self.word(" ");
            self.from(*id);
        }
    }

    fn from(&mut self, id: FromId) {
        let tree = self.tree;
        let from = tree[id];
        match from.kind {
            FromKind::Table { name, only } => {
                if only {
                    self.word("only-");
                }
                self.name(name);
            }
            FromKind::Query { query, lateral } => {
                if lateral {
                    self.word("lateral-");
                }
                self.query(query);
            }
            FromKind::Function { call, lateral, ordinality } => {
                if lateral {
                    self.word("lateral-");
                }
                self.expr(call);
                if ordinality {
                    self.word("-ordinality");
                }
            }
            FromKind::RowsFrom { calls, .. } => self.node("rows-from", |d| d.subs(calls)),
            FromKind::Join(join) => {
                let join = tree[join];
                let head =
                    format!("{}{:?}", if join.natural { "natural-" } else { "" }, join.kind).to_lowercase();
                self.node(&head, |d| {
                    d.word(" ");
                    d.from(join.left);
                    d.word(" ");
                    d.from(join.right);
                    match join.constraint {
                        JoinConstraint::None => {}
                        JoinConstraint::On(on) => d.clause(" on", Some(on)),
                        JoinConstraint::Using(columns) => {
                            d.word(" using");
                            for column in tree.list(columns) {
                                d.word(" ");
                                d.ident(*column);
                            }
                        }
                    }
                });
            }
            FromKind::Nested(inner) => self.node("nested ", |d| d.from(inner)),
            FromKind::Pivot(pivot) => {
                let pivot = tree[pivot];
                self.node(if pivot.unpivot { "unpivot " } else { "pivot " }, |d| {
                    d.from(pivot.source);
                    d.items(pivot.values);
                    d.word(" for");
                    d.subs(pivot.keys);
                    d.word(" in");
                    d.items(pivot.members);
                });
            }
            FromKind::Opaque(_) => self.word("opaque"),
        }
        if let Some(alias) = from.alias {
            self.word(":");
            self.ident(alias);
        }
        for column in tree.list(from.columns) {
            self.word(":");
            self.ident(column.name);
        }
    }

    fn assignments(&mut self, list: List<Assignment>) {
        for assignment in self.tree.list(list) {
            self.word(" (=");
            for target in self.tree.list(assignment.targets) {
                self.word(" ");
                self.name(target.name);
            }
            self.sub(assignment.value);
            self.word(")");
        }
    }

    fn targets(&mut self, list: List<ColumnTarget>) {
        for target in self.tree.list(list) {
            self.word(":");
            self.name(target.name);
        }
    }

    fn statement(&mut self, id: StatementId) {
        let tree = self.tree;
        match tree[id].kind {
            StatementKind::Query(query) => self.query(query),
            StatementKind::Insert(id) => {
                let insert = tree[id];
                self.node(if insert.replace { "replace " } else { "insert " }, |d| {
                    d.name(insert.table);
                    d.targets(insert.columns);
                    if let Some(with) = insert.with {
                        d.with(with);
                    }
                    match insert.source {
                        InsertSource::Values(rows) => d.rows(rows),
                        InsertSource::Query(query) => {
                            d.word(" ");
                            d.query(query);
                        }
                        InsertSource::Defaults => d.word(" defaults"),
                        InsertSource::Set(set) => d.assignments(set),
                        InsertSource::Exec(_) => d.word(" exec"),
                    }
                    if !insert.on_duplicate.is_empty() {
                        d.word(" on-duplicate");
                        d.assignments(insert.on_duplicate);
                    }
                    for conflict in tree.list(insert.on_conflict) {
                        d.word(" on-conflict");
                        if let ConflictTarget::Columns { columns, .. } = conflict.target {
                            d.order("", columns);
                        }
                        match conflict.action {
                            ConflictAction::Nothing => d.word(" nothing"),
                            ConflictAction::Update { set, filter } => {
                                d.assignments(set);
                                d.clause(" where", filter);
                            }
                        }
                    }
                    if let Some(returning) = insert.returning {
                        d.word(" returning");
                        d.items(returning.items);
                    }
                });
            }
            StatementKind::Update(id) => {
                let update = tree[id];
                self.node("update", |d| {
                    d.sources("", update.tables);
                    d.assignments(update.set);
                    d.sources(" from", update.from);
                    d.clause(" where", update.filter);
                });
            }
            StatementKind::Delete(id) => {
                let delete = tree[id];
                let head = format!("delete-{:?}", delete.form).to_lowercase();
                self.node(&head, |d| {
                    d.sources("", delete.targets);
                    d.sources(" from", delete.from);
                    d.clause(" where", delete.filter);
                });
            }
            StatementKind::Merge(id) => {
                let merge = tree[id];
                self.node("merge ", |d| {
                    d.from(merge.target);
                    d.word(" ");
                    d.from(merge.source);
                    d.clause(" on", Some(merge.on));
                    for arm in tree.list(merge.arms) {
                        let text = format!(" {:?}", arm.when).to_lowercase();
                        d.word(&text);
                        d.clause(" and", arm.condition);
                        match arm.action {
                            MergeAction::Update { set, .. } => d.assignments(set),
                            MergeAction::Delete => d.word(" delete"),
                            MergeAction::Insert { columns, values, .. } => {
                                d.word(" insert");
                                d.targets(columns);
                                if let Some(row) = values {
                                    d.subs(row.items);
                                }
                            }
                            MergeAction::Nothing => d.word(" nothing"),
                        }
                    }
                });
            }
            StatementKind::CreateTable(id) => {
                let table = tree[id];
                self.node("create-table ", |d| {
                    d.name(table.name);
                    for column in tree.list(table.columns) {
                        let column = tree[*column];
                        d.word(" (");
                        d.ident(column.name);
                        if let Some(ty) = column.ty {
                            d.word(" ");
                            d.ty(ty);
                        }
                        for constraint in tree.list(column.constraints) {
                            d.column_constraint(constraint.kind);
                        }
                        d.word(")");
                    }
                    for constraint in tree.list(table.constraints) {
                        let constraint = tree[*constraint];
                        d.word(" ");
                        d.table_constraint(constraint.kind);
                    }
                    for option in tree.list(table.options) {
                        let text = format!(" {:?}", option.kind).to_lowercase();
                        d.word(&text);
                        if let Some(value) = option.value {
                            d.word("=");
                            d.expr(value);
                        }
                    }
                    if let Some(query) = table.query {
                        d.word(" ");
                        d.query(query);
                    }
                });
            }
            other => {
                // The variant's name and, for statements without a table of their own, its fields.
                let text = format!("{other:?}");
                self.word(&text);
            }
        }
    }

    fn column_constraint(&mut self, kind: ColumnConstraintKind) {
        match kind {
            ColumnConstraintKind::Default(value) => self.clause(" default", Some(value)),
            ColumnConstraintKind::Check(value) => self.clause(" check", Some(value)),
            ColumnConstraintKind::Generated { expr, stored } => {
                self.word(match stored {
                    Some(true) => " stored",
                    Some(false) => " virtual",
                    None => " generated",
                });
                self.sub(expr);
            }
            ColumnConstraintKind::References(reference) => {
                self.word(" references ");
                self.name(reference.table);
            }
            ColumnConstraintKind::Collate(name) => {
                self.word(" collate ");
                self.name(name);
            }
            other => {
                let text = format!("{other:?}");
                let head = text.split([' ', '(', '{']).next().unwrap_or("").to_lowercase();
                self.word(" ");
                self.word(&head);
            }
        }
    }

    fn table_constraint(&mut self, kind: TableConstraintKind) {
        let tree = self.tree;
        match kind {
            TableConstraintKind::PrimaryKey { columns, .. } => {
                self.node("primary-key", |d| d.index_columns(columns))
            }
            TableConstraintKind::Unique { columns, .. } => self.node("unique", |d| d.index_columns(columns)),
            TableConstraintKind::Index { columns, .. } => self.node("index", |d| d.index_columns(columns)),
            TableConstraintKind::Check(condition) => self.node("check", |d| d.sub(condition)),
            TableConstraintKind::ForeignKey { columns, reference } => self.node("foreign-key", |d| {
                for column in tree.list(columns) {
                    d.word(" ");
                    d.ident(*column);
                }
                d.word(" references ");
                d.name(reference.table);
            }),
            other => {
                let text = format!("{other:?}");
                let head = text.split([' ', '(', '{']).next().unwrap_or("").to_lowercase();
                self.word(&head);
            }
        }
    }

    fn index_columns(&mut self, columns: List<IndexColumn>) {
        for column in self.tree.list(columns) {
            self.sub(column.key.expr);
            if let Some(prefix) = column.prefix {
                self.word("#");
                self.expr(prefix);
            }
        }
    }
}

/// How an operator is written where it is written with signs; else its name.
fn symbol(op: BinaryOp) -> &'static str {
    use BinaryOp::*;
    match op {
        Add => "+",
        Sub => "-",
        Mul => "*",
        Div => "/",
        Mod => "%",
        IntDiv => "div",
        Caret => "^",
        Power => "**",
        Pipes => "||",
        Ampersands => "&&",
        Xor => "xor",
        BitAnd => "&",
        BitOr => "|",
        Hash => "#",
        ShiftLeft => "<<",
        ShiftRight => ">>",
        Eq => "=",
        Ne => "<>",
        Lt => "<",
        Le => "<=",
        Gt => ">",
        Ge => ">=",
        NullSafeEq => "<=>",
        IsDistinctFrom => "is-distinct",
        IsNotDistinctFrom => "is-not-distinct",
        Is => "is",
        IsNot => "is-not",
        Assign => ":=",
        Arrow => "->",
        LongArrow => "->>",
        HashArrow => "#>",
        HashLongArrow => "#>>",
        HashMinus => "#-",
        Contains => "@>",
        ContainedBy => "<@",
        Question => "?",
        QuestionPipe => "?|",
        QuestionAnd => "?&",
        AtQuestion => "@?",
        AtAt => "@@",
        Match => "~",
        MatchNoCase => "~*",
        NotMatch => "!~",
        NotMatchNoCase => "!~*",
        StartsWith => "^@",
        Distance => "<->",
        Adjacent => "-|-",
        Overlaps => "overlaps",
        MemberOf => "member-of",
        SoundsLike => "sounds-like",
        Custom => "custom",
    }
}
