//! Queries and sources.

use super::super::*;
use super::Dump;

impl Dump<'_> {
    pub(super) fn query(&mut self, id: QueryId) {
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

    pub(super) fn with(&mut self, id: WithId) {
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

    pub(super) fn limit(&mut self, id: LimitId) {
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

    pub(super) fn body(&mut self, body: Body) {
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

    pub(super) fn rows(&mut self, rows: List<Row>) {
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

    pub(super) fn items(&mut self, items: List<SelectItem>) {
        for item in self.tree.list(items) {
            self.sub(item.expr);
            if let Some(alias) = item.alias {
                self.word(":");
                self.ident(alias);
            }
        }
    }

    pub(super) fn select(&mut self, id: SelectId) {
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

    pub(super) fn groups(&mut self, items: List<GroupItem>) {
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

    pub(super) fn clause(&mut self, head: &str, expr: Option<ExprId>) {
        if let Some(expr) = expr {
            self.word(head);
            self.sub(expr);
        }
    }

    pub(super) fn sources(&mut self, head: &str, list: List<FromId>) {
        if list.is_empty() {
            return;
        }
        self.word(head);
        for id in self.tree.list(list) {
            self.word(" ");
            self.from(*id);
        }
    }

    pub(super) fn from(&mut self, id: FromId) {
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
}
