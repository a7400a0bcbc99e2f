//! Plans to AIR.

use crate::plan::{Number, Plan, Shape, Test};
use air::builtins::Builtin;
use air::expr::{CompareOp, Literal, OrderKey, WindowSpec};
use air::query::{
    Body, Distinct, GroupBy, GroupElement, Item, JoinKind, Limit, LooseColumns, Output, Query, Rel, Select,
    Source, SourceColumn, SourceKind,
};
use air::types::{CastRule, Collation, Type};
use air::{Air, Expr, ExprId, List, ObjectName, QueryId, RelId, SelectId, SourceId, Statement};
use air_base::Span;

/// Puts plans into an arena.
#[derive(Default)]
pub struct Builder {
    air: Air,
}

/// What the columns of a plan mean in a block.
#[derive(Clone, Copy)]
struct Scope {
    a: (SourceId, u32),
    b: (SourceId, u32),
    s: (SourceId, u32),
}

const NUMBER: Type = Type::I64;
const TEXT: Type = Type::text(Collation::BINARY);

impl Plan {
    /// The statement.
    pub fn build(&self) -> Air {
        let mut builder = Builder::default();
        let query = builder.plan(self);
        builder.air.statements.push(Statement::Query { query });
        builder.air.statement_spans.push(Span::NONE);
        builder.air
    }
}

impl Builder {
    fn expr(&mut self, expr: Expr, ty: Type, nullable: bool) -> ExprId {
        self.air.push(expr, ty, nullable, Span::NONE)
    }

    fn int(&mut self, value: i64) -> ExprId {
        self.expr(Expr::Literal { value: Literal::Int { value } }, NUMBER, false)
    }

    fn call(&mut self, op: Builtin, args: &[ExprId], ty: Type, nullable: bool) -> ExprId {
        let args = self.air.push_list(args);
        self.expr(Expr::Call { op, modifier: Default::default(), args }, ty, nullable)
    }

    fn aggregate(&mut self, op: Builtin, args: &[ExprId], nullable: bool) -> ExprId {
        let args = self.air.push_list(args);
        let aggregate = Expr::Aggregate {
            op,
            distinct: false,
            args,
            order: List::EMPTY,
            filter: None,
            collation: Collation::BINARY,
        };
        self.expr(aggregate, NUMBER, nullable)
    }

    fn column(&mut self, (source, index): (SourceId, u32)) -> ExprId {
        let ty = self.air.column(source, index).ty;
        self.expr(Expr::Column { source, index, qualified: true }, ty, true)
    }

    // Sources.

    fn source(&mut self, name: &str, kind: SourceKind, columns: &[(&str, Type)]) -> (SourceId, RelId) {
        let columns: Vec<SourceColumn> = columns
            .iter()
            .map(|(name, ty)| SourceColumn { name: self.air.push_name(name), ty: *ty, nullable: true })
            .collect();
        let source = Source {
            alias: self.air.push_name(name),
            aliased: true,
            kind,
            columns: self.air.push_list(&columns),
            closed: true,
            renamed: false,
            lateral: false,
        };
        let source = self.air.push_source(source, Span::NONE);
        (source, self.air.push_rel(Rel::Source { source }))
    }

    fn table(&mut self, name: &str) -> (Scope, RelId) {
        let object = ObjectName { catalog: None, schema: None, name: self.air.push_name(name) };
        let columns = [("a", Type::I32), ("b", Type::I32), ("s", TEXT), ("d", Type::Date)];
        let (source, rel) = self.source(name, SourceKind::Table { name: object }, &columns);
        (Scope { a: (source, 0), b: (source, 1), s: (source, 2) }, rel)
    }

    // Queries.

    fn plan(&mut self, plan: &Plan) -> QueryId {
        let body = self.shape(&plan.shape);
        let mut order = List::EMPTY;
        if let Some((descending, nulls_first)) = plan.order {
            let mut keys = Vec::new();
            for (index, ty) in [(0, NUMBER), (1, TEXT)] {
                let expr = self.expr(Expr::Output { index }, ty, true);
                keys.push(OrderKey { expr, descending, nulls_first, collation: Collation::BINARY });
            }
            order = self.air.push_list(&keys);
        }
        // Rows that tie in all columns are alike, so a limit is well defined under this order only.
        let limit = match (plan.limit, order.is_empty()) {
            (Some((count, offset)), false) => {
                let (count, offset) = (self.int(count.into()), self.int(offset.into()));
                Some(Limit { count: Some(count), offset: Some(offset), percent: false, with_ties: false })
            }
            _ => None,
        };
        self.query(body, order, limit)
    }

    fn query(&mut self, body: Body, order: List<OrderKey>, limit: Option<Limit>) -> QueryId {
        let query = Query { ctes: List::EMPTY, recursive: false, body, order, limit, locking: None };
        self.air.push_query(query, Span::NONE)
    }

    fn select(&mut self, from: RelId, number: ExprId, text: ExprId) -> Select {
        let names = ["n", "s"];
        let items = [number, text].map(|expr| expr);
        let items: Vec<Item> = items
            .iter()
            .zip(names)
            .map(|(expr, name)| Item::Expr { expr: *expr, alias: Some(self.air.push_name(name)) })
            .collect();
        let outputs: Vec<Output> = [(number, "n"), (text, "s")]
            .iter()
            .map(|(expr, name)| Output {
                name: self.air.push_name(name),
                ty: self.air.ty(*expr),
                nullable: self.air.info(*expr).nullable,
            })
            .collect();
        Select {
            from: Some(from),
            distinct: Distinct::All {},
            items: self.air.push_list(&items),
            outputs: self.air.push_list(&outputs),
            filter: None,
            group: None,
            having: None,
            windows: List::EMPTY,
            qualify: None,
        }
    }

    fn block(&mut self, select: Select) -> Body {
        let select: SelectId = self.air.push_select(select);
        Body::Select { select }
    }

    fn shape(&mut self, shape: &Shape) -> Body {
        match shape {
            Shape::Rows { number, join, filter, distinct } => {
                let (mut scope, mut from) = self.table("t");
                if let Some((kind, on)) = join {
                    let (right, right_rel) = self.table("u");
                    scope.b = right.a;
                    let on = self.test(on, scope);
                    from = self.join(*kind, from, right_rel, on);
                }
                let (number, text) = (self.number(number, scope), self.column(scope.s));
                let mut select = self.select(from, number, text);
                select.filter = filter.as_ref().map(|filter| self.test(filter, scope));
                if *distinct {
                    select.distinct = Distinct::Distinct {};
                }
                self.block(select)
            }
            Shape::Groups { number, filter, count, having } => {
                let (scope, from) = self.table("t");
                let number = self.number(number, scope);
                let (op, nullable) = if *count { (Builtin::Count, false) } else { (Builtin::Sum, true) };
                let aggregate = self.aggregate(op, &[number], nullable);
                let text = self.column(scope.s);
                let mut select = self.select(from, aggregate, text);
                select.filter = filter.as_ref().map(|filter| self.test(filter, scope));
                let key = self.column(scope.s);
                let elements = self.air.push_list(&[GroupElement::Key { expr: key }]);
                select.group = Some(GroupBy { elements, loose: LooseColumns::Determined });
                if *having {
                    let (rows, one) = (self.aggregate(Builtin::CountAll, &[], false), self.int(1));
                    select.having = Some(self.compare(CompareOp::Gt, rows, one));
                }
                self.block(select)
            }
            Shape::Window { number, filter, rank } => {
                let (scope, from) = self.table("t");
                let (expr, partition) = (self.number(number, scope), self.column(scope.s));
                let key =
                    OrderKey { expr, descending: false, nulls_first: true, collation: Collation::BINARY };
                let spec = WindowSpec {
                    name: None,
                    base: None,
                    partition: self.air.push_list(&[partition]),
                    order: self.air.push_list(&[key]),
                    frame: None,
                };
                let window = self.air.push_window(spec);
                let call = match rank {
                    true => self.call(Builtin::Rank, &[], NUMBER, false),
                    false => {
                        let number = self.number(number, scope);
                        self.aggregate(Builtin::Sum, &[number], true)
                    }
                };
                let nullable = self.air.info(call).nullable;
                let over = self.expr(Expr::Window { call, window, ignore_nulls: false }, NUMBER, nullable);
                let text = self.column(scope.s);
                let mut select = self.select(from, over, text);
                select.filter = filter.as_ref().map(|filter| self.test(filter, scope));
                self.block(select)
            }
            Shape::Set(op, all, left, right) => {
                let mut side = |shape: &Shape| {
                    let body = self.shape(shape);
                    self.query(body, List::EMPTY, None)
                };
                let (left, right) = (side(left), side(right));
                Body::SetOp { op: *op, all: *all, left, right, collation: Collation::BINARY }
            }
            Shape::Derived(plan, filter) => {
                let query = self.plan(plan);
                let (source, from) =
                    self.source("d", SourceKind::Derived { query }, &[("n", NUMBER), ("s", TEXT)]);
                let scope = Scope { a: (source, 0), b: (source, 0), s: (source, 1) };
                let (number, text) = (self.column(scope.a), self.column(scope.s));
                let mut select = self.select(from, number, text);
                select.filter = filter.as_ref().map(|filter| self.test(filter, scope));
                self.block(select)
            }
        }
    }

    fn join(&mut self, kind: JoinKind, left: RelId, right: RelId, on: ExprId) -> RelId {
        self.air.push_rel(Rel::Join { kind, left, right, on: Some(on), using: List::EMPTY })
    }

    // Expressions.

    fn compare(&mut self, op: CompareOp, left: ExprId, right: ExprId) -> ExprId {
        let safe = matches!(op, CompareOp::Same | CompareOp::NotSame);
        let nullable = !safe && (self.air.info(left).nullable || self.air.info(right).nullable);
        self.expr(Expr::Compare { op, collation: Collation::BINARY, left, right }, Type::Bool, nullable)
    }

    fn number(&mut self, number: &Number, scope: Scope) -> ExprId {
        match number {
            Number::A | Number::B => {
                let column = self.column(if matches!(number, Number::A) { scope.a } else { scope.b });
                self.expr(Expr::Cast { operand: column, to: NUMBER, rule: CastRule::IMPLICIT }, NUMBER, true)
            }
            Number::Literal(value) => self.int(i64::from(*value)),
            Number::Null => {
                let null = self.expr(Expr::Literal { value: Literal::Null {} }, Type::Null, true);
                self.expr(Expr::Cast { operand: null, to: NUMBER, rule: CastRule::IMPLICIT }, NUMBER, true)
            }
            Number::Add(a, b) => {
                let args = [self.number(a, scope), self.number(b, scope)];
                self.call(Builtin::Add, &args, NUMBER, true)
            }
            Number::Div(a, b) => {
                let args = [self.number(a, scope), self.number(b, scope)];
                self.call(Builtin::DivIntOrNull, &args, NUMBER, true)
            }
            Number::Coalesce(a, b) => {
                let args = [self.number(a, scope), self.number(b, scope)];
                self.call(Builtin::Coalesce, &args, NUMBER, true)
            }
            Number::Case(test, then, otherwise) => {
                let when = self.test(test, scope);
                let (then, otherwise) = (self.number(then, scope), self.number(otherwise, scope));
                let branches = self.air.push_list(&[air::expr::Branch { when, then }]);
                let case = Expr::Case {
                    operand: None,
                    branches,
                    otherwise: Some(otherwise),
                    collation: Collation::BINARY,
                };
                self.expr(case, NUMBER, true)
            }
        }
    }

    fn test(&mut self, test: &Test, scope: Scope) -> ExprId {
        match test {
            Test::Compare(op, a, b) => {
                let (a, b) = (self.number(a, scope), self.number(b, scope));
                self.compare(*op, a, b)
            }
            Test::Like(pattern, negated) => {
                let operand = self.column(scope.s);
                let text = self.air.push_text(pattern);
                let pattern = self.expr(Expr::Literal { value: Literal::Text { text } }, Type::TEXT, false);
                let collation = Collation::BINARY;
                let like = Expr::Like { operand, pattern, escape: None, negated: *negated, collation };
                self.expr(like, Type::Bool, true)
            }
            Test::IsNull(number, negated) => {
                let operand = self.number(number, scope);
                self.expr(Expr::IsNull { operand, negated: *negated }, Type::Bool, false)
            }
            Test::In(number, list, negated) => {
                let operand = self.number(number, scope);
                let items: Vec<ExprId> = list.iter().map(|item| self.number(item, scope)).collect();
                let items = self.air.push_list(&items);
                let collation = Collation::BINARY;
                self.expr(Expr::InList { operand, items, negated: *negated, collation }, Type::Bool, true)
            }
            Test::Between(number, low, high) => {
                let operand = self.number(number, scope);
                let (low, high) = (self.number(low, scope), self.number(high, scope));
                let collation = Collation::BINARY;
                let between =
                    Expr::Between { operand, low, high, negated: false, symmetric: false, collation };
                self.expr(between, Type::Bool, true)
            }
            Test::And(a, b) | Test::Or(a, b) => {
                let terms = [self.test(a, scope), self.test(b, scope)];
                let terms = self.air.push_list(&terms);
                let both = matches!(test, Test::And(..));
                self.expr(if both { Expr::And { terms } } else { Expr::Or { terms } }, Type::Bool, true)
            }
            Test::Not(inner) => {
                let operand = self.test(inner, scope);
                self.expr(Expr::Not { operand }, Type::Bool, true)
            }
            Test::Exists(negated) => {
                let (inner, from) = self.table("u");
                let (left, right) = (self.column(inner.a), self.column(scope.a));
                let equal = self.compare(CompareOp::Eq, left, right);
                let (number, text) = (self.int(1), self.column(inner.s));
                let mut select = self.select(from, number, text);
                select.filter = Some(equal);
                let body = self.block(select);
                let query = self.query(body, List::EMPTY, None);
                self.expr(Expr::Exists { query, negated: *negated }, Type::Bool, false)
            }
        }
    }
}
