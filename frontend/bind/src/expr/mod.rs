//! Expressions: from the syntax tree to AIR, by the tables of the dialect.
//!
//! Before: names resolve through the scopes. After: every expression has its type, its nullability and its
//! span; conversions are explicit; predicates are booleans. Never: a function by name alone.

pub(crate) mod aggregate;
mod build;
mod call;
mod coerce;
mod compare;
pub(crate) mod constant;
mod like;
mod literal;
mod operator;
pub(crate) mod special;
mod types;
mod words;

pub(crate) use call::CallSite;

use self::types::element_of;
use crate::binder::{Binder, Bound};
use crate::codes;
use air::expr::{Branch, CompareOp, Expr, SequenceStep, Truth};
use air::ids::List;
use air::node::{Child, Operand};
use air::query::{Body, Distinct, Item, Output};
use air::types::{CastRule, CollationStrength, Type};
use air::{Builtin, ExprId, ObjectName};
use air_base::Span;
use airc_grammar::tree::{self, IsTest, ParamStyle, VariableKind};

/// Stack kept free before an expression with operands is bound; a level of nesting takes less.
const RED_ZONE_BYTES: usize = 128 << 10;
/// Stack added when it runs out.
const SEGMENT_BYTES: usize = 2 << 20;

impl<'a> Binder<'a> {
    /// Any scalar expression.
    pub(crate) fn expr(&mut self, id: tree::ExprId) -> Bound<ExprId> {
        let span = self.tree.expr_span(id);
        match self.tree.expr(id) {
            tree::Expr::Literal(literal) => self.literal(literal, span),
            tree::Expr::Name(name) => self.resolve_column(name, span),
            tree::Expr::Param(style) => Ok(self.param(style, span)),
            node => stacker::maybe_grow(RED_ZONE_BYTES, SEGMENT_BYTES, || self.node(node, span)),
        }
    }

    /// A condition: type `Bool`.
    pub(crate) fn predicate(&mut self, id: tree::ExprId) -> Bound<ExprId> {
        let bound = self.expr(id)?;
        self.as_bool(bound)
    }

    fn node(&mut self, node: tree::Expr, span: Span) -> Bound<ExprId> {
        use tree::Expr as T;
        match node {
            T::Literal(literal) => self.literal(literal, span),
            T::Name(name) => self.resolve_column(name, span),
            T::Param(style) => Ok(self.param(style, span)),
            T::Unary { op, arg } => self.unary(op, arg, span),
            T::Binary { op, left, right, at } => self.binary(op, left, right, at, span),
            T::And(list) => self.logic(list, true, span),
            T::Or(list) => self.logic(list, false, span),
            T::Like { op, negated, expr, pattern, escape } => {
                self.like(op, negated, expr, pattern, escape, span)
            }
            T::Between { negated, symmetric, expr, low, high } => {
                let operand = self.expr(expr)?;
                let low = self.expr(low)?;
                let high = self.expr(high)?;
                self.between(operand, low, high, negated, symmetric, span)
            }
            T::InList { negated, expr, list } => {
                let operand = self.expr(expr)?;
                let mark = self.exprs.len();
                for item in self.tree.list(list) {
                    let item = self.expr(*item)?;
                    self.exprs.push(item);
                }
                let items = self.exprs.split_off(mark);
                self.in_list(operand, &items, negated, span)
            }
            T::InQuery { negated, expr, query } => {
                let operand = self.expr(expr)?;
                let query = self.query(query)?;
                self.in_query(operand, query, negated, span)
            }
            T::Is { negated, test, expr } => self.is_test(test, negated, expr, span),
            T::Exists(query) => {
                let query = self.query(query)?;
                Ok(self.air.push(Expr::Exists { query, negated: false }, Type::Bool, false, span))
            }
            T::Subquery(query) => self.scalar_query(query, span),
            T::Case(case) => self.case_expr(case, span),
            T::Cast { form, expr, ty, style } => self.cast_expr(form, expr, ty, style, span),
            T::ConvertUsing { expr, charset } => {
                let value = self.expr(expr)?;
                let charset = self.tree.last(charset);
                if charset.is_some_and(|c| c.is_word(self.source, "binary")) {
                    return self.explicit_cast(value, Type::BYTES, false);
                }
                self.as_text(value)
            }
            T::TypedLiteral { ty, literal } => self.typed_literal(ty, literal, span),
            T::Introducer { charset, literal } => {
                let bound = self.expr(literal)?;
                match self.tree.last(charset) {
                    Some(ident) if ident.text(self.source).eq_ignore_ascii_case("_binary") => {
                        self.explicit_cast(bound, Type::BYTES, false)
                    }
                    Some(ident) => {
                        self.charset_collation(ident)?;
                        Ok(bound)
                    }
                    None => Ok(bound),
                }
            }
            T::Interval { value, unit, to, .. } => self.interval_value(value, unit, to, span),
            T::Collate { expr, collation } => {
                let collation = self.collation_name(collation)?;
                let bound = self.expr(expr)?;
                let mut ty = self.air.ty(bound);
                if ty == Type::Unknown || ty == Type::Null {
                    ty = self.text_type();
                }
                match ty {
                    Type::Text(mut text) => {
                        text.collation = collation;
                        text.strength = CollationStrength::Explicit;
                        Ok(self.retyped(bound, Type::Text(text)))
                    }
                    // A collation says nothing about values that are no texts.
                    _ => Ok(bound),
                }
            }
            T::AtTimeZone { expr, zone } => self.at_time_zone(expr, zone, span),
            T::Call(call) => self.call_expr(call, span),
            T::Extract { field, expr } => special::time::extract(self, field, expr, span),
            T::Special { form, args } => self.special_form(form, args, span),
            T::MatchAgainst { .. } => self.no_meaning("full text search", span),
            T::NextValue(name) => Ok(self.sequence(name, SequenceStep::Next, span)),
            T::Row { items, .. } => {
                let items = self.bind_all(items)?;
                Ok(self.row(&items, span))
            }
            T::Array(items) => {
                let mut items = self.bind_all(items)?;
                let ty = self.unify(&mut items)?;
                let items = self.air.push_list(&items);
                Ok(self.air.push(Expr::Array { items }, Type::Array(types::element_of(ty)), false, span))
            }
            T::Subscript { base, index } => {
                let base = self.expr(base)?;
                let index = self.expr(index)?;
                match self.air.ty(base) {
                    Type::Array(element) => {
                        let ty = types::element_type(element, self.text_type());
                        Ok(self.call_as(Builtin::ArrayGet, &[base, index], ty, span))
                    }
                    Type::Json { .. } => Ok(self.call(Builtin::JsonGet, &[base, index], span)),
                    _ => self.no_meaning("a subscript of a value that is no array", span),
                }
            }
            T::Slice { base, low: Some(low), high: Some(high) } => {
                let base = self.expr(base)?;
                let low = self.expr(low)?;
                let high = self.expr(high)?;
                Ok(self.call(Builtin::ArraySlice, &[base, low, high], span))
            }
            T::Default => Ok(self.air.push(Expr::Default {}, Type::Unknown, true, span)),
            T::Variable(VariableKind::User)
                if self.meaning.variables_are_parameters && !self.is_declared_variable(span) =>
            {
                Ok(self.param(ParamStyle::At, span))
            }
            T::Variable(VariableKind::User) => match self.session_constant(span) {
                Some(constant) => Ok(constant),
                None => self.no_meaning("a variable of the session that was given no constant", span),
            },
            T::Variable(VariableKind::System)
                if self.meaning.variables_are_parameters
                    && span.text(self.source).eq_ignore_ascii_case("@@identity") =>
            {
                let ty = Type::Decimal { precision: 38, scale: 0 };
                Ok(self.call_as(Builtin::LastInsertId, &[], ty, span))
            }
            T::Variable(_) => self.no_meaning("a variable of the server or session", span),
            T::InTable { negated, expr, table } => self.in_table(negated, expr, table, span),
            T::ArrayQuery(query) => self.array_query(query, span),
            T::Slice { .. } => self.no_meaning("an array slice without both ends", span),
            T::Field { .. } | T::FieldStar(_) => self.no_meaning("a field of a composite value", span),
            T::Star(_) => self.no_meaning("`*` outside of a select list", span),
            T::Quantifier { .. } => self.no_meaning("ANY or ALL outside of a comparison", span),
            T::NamedArg { .. } => self.no_meaning("a named argument", span),
            T::KeyValue { .. } => self.no_meaning("a key and a value outside of a JSON object", span),
            T::CurrentOf(_) => self.no_meaning("the row of a cursor", span),
            T::Opaque(_) => self.no_meaning("this expression", span),
        }
    }

    /// Refuses syntax that is read and has no meaning in AIR.
    #[cold]
    pub(crate) fn no_meaning<T>(&mut self, what: &str, span: Span) -> Bound<T> {
        Err(self.refuse(codes::EXPRESSION, span, format!("{what} is not translated")))
    }

    /// A parameter slot: the same mark is the same slot.
    fn param(&mut self, style: ParamStyle, span: Span) -> ExprId {
        let raw = span.text(self.source);
        let (name, number) = match style {
            ParamStyle::Question(number)
            | ParamStyle::QuestionNumber(number)
            | ParamStyle::Dollar(number)
            | ParamStyle::ColonNumber(number) => ("", number),
            ParamStyle::Colon | ParamStyle::At => (raw.get(1..).unwrap_or(""), 0),
        };
        let known = self.air.params.iter().position(|param| {
            if name.is_empty() {
                param.name.is_empty() && param.number == number
            } else {
                self.air.text(param.name) == name
            }
        });
        let index = match known {
            Some(index) => index,
            None => {
                let number = if name.is_empty() { number } else { self.air.params.len() as u32 + 1 };
                let name = if name.is_empty() { air::Str::EMPTY } else { self.air.push_text(name) };
                self.air.params.push(air::Param { name, number, ty: Type::Unknown });
                self.air.params.len() - 1
            }
        };
        let ty = self.air.params[index].ty;
        self.air.push(Expr::Param { param: air::ParamId(index as u32) }, ty, true, span)
    }

    /// AND and OR.
    fn logic(&mut self, list: tree::List<tree::ExprId>, and: bool, span: Span) -> Bound<ExprId> {
        let mark = self.exprs.len();
        for id in self.tree.list(list) {
            let bound = self.predicate(*id)?;
            self.exprs.push(bound);
        }
        let terms = self.air.push_list(&self.exprs[mark..]);
        let nullable = self.exprs[mark..].iter().any(|id| self.air.info(*id).nullable);
        self.exprs.truncate(mark);
        let expr = if and { Expr::And { terms } } else { Expr::Or { terms } };
        Ok(self.air.push(expr, Type::Bool, nullable, span))
    }

    /// `expr IS [NOT] …`.
    fn is_test(&mut self, test: IsTest, negated: bool, expr: tree::ExprId, span: Span) -> Bound<ExprId> {
        let value = match test {
            IsTest::Null => {
                let operand = self.expr(expr)?;
                if let Expr::Row { items } = self.air.expr(operand) {
                    // A row is null where all its values are, and not null where none of them is.
                    let terms: Vec<ExprId> = self
                        .args_of(items)
                        .into_iter()
                        .map(|item| self.is_null(item, negated, span))
                        .collect();
                    return Ok(self.conjunction(&terms, span));
                }
                return Ok(self.is_null(operand, negated, span));
            }
            IsTest::True => Truth::True,
            IsTest::False => Truth::False,
            IsTest::Unknown => Truth::Unknown,
            IsTest::Json => {
                let operand = self.expr(expr)?;
                let valid = self.call(Builtin::JsonValid, &[operand], span);
                return Ok(if negated { self.not(valid, span) } else { valid });
            }
            IsTest::Nan | IsTest::Infinite | IsTest::Document | IsTest::Normalized | IsTest::Collection => {
                return self.no_meaning("this test", span);
            }
        };
        let operand = self.predicate(expr)?;
        Ok(self.air.push(Expr::IsTruth { operand, value, negated }, Type::Bool, false, span))
    }

    /// `(SELECT …)` as a value.
    fn scalar_query(&mut self, query: tree::QueryId, span: Span) -> Bound<ExprId> {
        let query = self.query(query)?;
        let ty = match self.outputs(query) {
            Some(outputs) if outputs.len() == 1 => self.air.at(outputs, 0).ty,
            // A row of several columns, for `(a, b) = (SELECT …)` and SET.
            Some(outputs) if outputs.len() > 1 => Type::Row,
            _ => Type::Unknown,
        };
        let many = self.meaning.scalar_rows;
        Ok(self.air.push(Expr::Scalar { query, many }, ty, true, span))
    }

    /// `ARRAY(SELECT x … ORDER BY y)`: the array of all `x` in that order, empty for no rows.
    fn array_query(&mut self, query: tree::QueryId, span: Span) -> Bound<ExprId> {
        let query = self.query(query)?;
        let node = *self.air.query(query);
        let what = "an array made of the rows of this query";
        let Body::Select { select } = node.body else { return self.no_meaning(what, span) };
        let block = *self.air.select(select);
        let [Item::Expr { expr: value, .. }] = *self.air.list(block.items) else {
            return self.no_meaning(what, span);
        };
        let plain = block.group.is_none()
            && block.having.is_none()
            && block.qualify.is_none()
            && matches!(block.distinct, Distinct::All {})
            && node.limit.is_none()
            && !self.computes_over_rows(value);
        if !plain || matches!(self.air.ty(value), Type::Array(_)) {
            return self.no_meaning(what, span);
        }
        let mut order = self.air.list(node.order).to_vec();
        for key in &mut order {
            if let Expr::Output { .. } = self.air.expr(key.expr) {
                key.expr = self.twice(value)?;
            }
        }
        let order = self.air.push_list(&order);
        let ty = Type::Array(element_of(self.air.ty(value)));
        let args = self.air.push_list(&[value]);
        let collation = self.strongest_collation(&[value]).unwrap_or_default();
        let all =
            Expr::Aggregate { op: Builtin::ArrayAgg, distinct: false, args, order, filter: None, collation };
        let all = self.air.push(all, ty, true, span);
        let none = self.air.push(Expr::Array { items: List::EMPTY }, ty, false, span);
        let none = self.cast(none, ty, CastRule::IMPLICIT);
        let item = self.call_as(Builtin::Coalesce, &[all, none], ty, span);
        let items = self.air.push_list(&[Item::Expr { expr: item, alias: None }]);
        let outputs = self.air.push_list(&[Output { name: Default::default(), ty, nullable: false }]);
        let block = self.air.select_mut(select);
        (block.items, block.outputs) = (items, outputs);
        self.air.query_mut(query).order = List::EMPTY;
        let many = self.meaning.scalar_rows;
        Ok(self.air.push(Expr::Scalar { query, many }, ty, false, span))
    }

    /// True for an expression with aggregates or window calls of its own block.
    fn computes_over_rows(&self, id: ExprId) -> bool {
        let mut stack = vec![id];
        while let Some(id) = stack.pop() {
            let expr = self.air.expr(id);
            if matches!(expr, Expr::Aggregate { .. } | Expr::Window { .. }) {
                return true;
            }
            expr.children(self.air, &mut |child| {
                if let Child::Expr(below) = child {
                    stack.push(below);
                }
            });
        }
        false
    }

    /// SQLite's `expr IN table`.
    fn in_table(&mut self, _: bool, _: tree::ExprId, _: tree::Name, span: Span) -> Bound<ExprId> {
        self.no_meaning("IN with the name of a table", span)
    }

    /// CASE.
    fn case_expr(&mut self, id: tree::CaseId, span: Span) -> Bound<ExprId> {
        let node = self.tree[id];
        let operand = match node.operand {
            Some(operand) => Some(self.expr(operand)?),
            None => None,
        };
        let whens = self.tree.list(node.whens);
        let mut conditions = Vec::with_capacity(whens.len());
        let mut results = Vec::with_capacity(whens.len() + 1);
        for when in whens {
            let condition = match operand {
                Some(_) => self.expr(when.condition)?,
                None => self.predicate(when.condition)?,
            };
            conditions.push(condition);
            results.push(self.expr(when.result)?);
        }
        if let Some(otherwise) = node.otherwise {
            results.push(self.expr(otherwise)?);
        }
        let ty = self.unify(&mut results)?;
        let otherwise = node.otherwise.and_then(|_| results.pop());
        let mut collation = Default::default();
        let mut kept = operand;
        if let Some(operand) = operand {
            // One comparison for all branches, or a condition each.
            let mut converted = Vec::with_capacity(conditions.len());
            let mut uniform = true;
            for when in &conditions {
                let pair = self.pair(operand, *when, span)?;
                uniform &= pair.left == operand && pair.unlike.is_none();
                if self.air.ty(pair.right).is_text() {
                    collation = pair.collation;
                }
                converted.push(pair.right);
            }
            if uniform {
                conditions = converted;
            } else {
                kept = None;
                for (i, when) in conditions.iter_mut().enumerate() {
                    let operand = if i == 0 { operand } else { self.twice(operand)? };
                    *when = self.comparison(CompareOp::Eq, operand, *when, span)?;
                }
            }
        }
        let nullable = otherwise.is_none_or(|id| self.air.info(id).nullable)
            || results.iter().any(|id| self.air.info(*id).nullable);
        let branches: Vec<Branch> =
            conditions.iter().zip(&results).map(|(when, then)| Branch { when: *when, then: *then }).collect();
        let branches = self.air.push_list(&branches);
        Ok(self.air.push(Expr::Case { operand: kept, branches, otherwise, collation }, ty, nullable, span))
    }

    /// The next or current value of a sequence.
    pub(crate) fn sequence(&mut self, name: tree::Name, step: SequenceStep, span: Span) -> ExprId {
        let parts = self.tree.list(name).to_vec();
        let name = self.sequence_name(&parts);
        self.air.push(Expr::Sequence { name, step }, Type::I64, false, span)
    }

    fn sequence_name(&mut self, parts: &[tree::Ident]) -> ObjectName {
        let mut names = parts.iter().rev();
        let name = names.next().map(|ident| self.ident_name(*ident)).unwrap_or_default();
        let schema = names.next().map(|ident| self.ident_name(*ident));
        let catalog = names.next().map(|ident| self.ident_name(*ident));
        ObjectName { catalog, schema, name }
    }

    /// A name that is no column: a function called by its bare name, or `seq.NEXTVAL`.
    pub(crate) fn pseudo_column(&mut self, name: tree::Name, span: Span) -> Bound<Option<ExprId>> {
        let parts = self.tree.list(name).to_vec();
        let Some(last) = parts.last().copied() else { return Ok(None) };
        if !last.is_bare() {
            return Ok(None);
        }
        let text = last.text(self.source);
        if parts.len() == 1 {
            let lower = text.to_ascii_lowercase();
            if !self.meaning.bare_calls.contains(&lower.as_str()) {
                return Ok(None);
            }
            return self.bare_call(&lower, span).map(Some);
        }
        if !self.meaning.sequence_members {
            return Ok(None);
        }
        let step = if text.eq_ignore_ascii_case("nextval") {
            SequenceStep::Next
        } else if text.eq_ignore_ascii_case("currval") {
            SequenceStep::Current
        } else {
            return Ok(None);
        };
        let name = self.sequence_name(&parts[..parts.len() - 1]);
        Ok(Some(self.air.push(Expr::Sequence { name, step }, Type::Number, false, span)))
    }
}

#[cfg(test)]
mod tests;
