//! Calls: finding the row of the function table, binding arguments as it wants them.

use crate::binder::{Binder, Bound};
use crate::codes;
use crate::dialects::{Function, How, Ret, Want, dialects_with};
use crate::scope::Within;
use air::expr::Expr;
use air::types::{CastReason, Type};
use air::{Builtin, ExprId, List, ObjectName};
use air_base::{Diagnostic, Span, nearest};
use airc_grammar::tree::{self, CallExtra, Quantifier};

/// A call as a handler sees it: arguments unbound.
#[derive(Clone, Copy)]
pub(crate) struct CallSite<'a> {
    /// Name as written, without qualifier.
    pub name: &'a str,
    /// Arguments.
    pub args: &'a [tree::ExprId],
    /// DISTINCT before the arguments.
    pub distinct: bool,
    /// OVER, FILTER, ORDER BY and the like.
    pub extra: Option<CallExtra>,
    /// The whole call.
    pub span: Span,
}

impl CallSite<'_> {
    /// What follows the call, or nothing.
    pub(crate) fn extra(&self) -> CallExtra {
        self.extra.unwrap_or_default()
    }
}

/// Qualifiers that say no more than that the function is the server's own.
const SYSTEM_SCHEMAS: &[&str] = &["pg_catalog", "sys", "information_schema"];

impl<'a> Binder<'a> {
    /// A call in an expression.
    pub(super) fn call_expr(&mut self, id: tree::CallId, span: Span) -> Bound<ExprId> {
        if let Some(value) = self.carried_value(span) {
            return Ok(value);
        }
        let node = self.tree[id];
        let site = self.site(node, span);
        if let [schema, .., _] = self.tree.list(node.name)
            && !self.is_system_schema(*schema)
        {
            return self.user_call(node.name, site);
        }
        self.site_call(site)
    }

    fn site(&self, node: tree::Call, span: Span) -> CallSite<'a> {
        let name = match self.tree.last(node.name) {
            Some(ident) if ident.is_bare() => ident.span.text(self.source),
            // Quoted names of functions are rare; those with doubled quotes name nothing we know.
            Some(ident) => {
                let raw = ident.span.text(self.source);
                raw.get(1..raw.len().saturating_sub(1)).unwrap_or("")
            }
            None => "",
        };
        CallSite {
            name,
            args: self.tree.list(node.args),
            distinct: node.quantifier == Quantifier::Distinct,
            extra: node.extra.map(|extra| self.tree[extra]),
            span,
        }
    }

    fn is_system_schema(&self, schema: tree::Ident) -> bool {
        let text = schema.text(self.source);
        SYSTEM_SCHEMAS.iter().any(|known| text.eq_ignore_ascii_case(known))
    }

    /// A function called by its bare name.
    pub(super) fn bare_call(&mut self, name: &str, span: Span) -> Bound<ExprId> {
        let _ = name;
        let site = CallSite { name: span.text(self.source), args: &[], distinct: false, extra: None, span };
        self.site_call(site)
    }

    /// A call with words between its arguments, as the function of that name.
    pub(super) fn form_call(
        &mut self,
        name: &'static str,
        args: &'a [tree::ExprId],
        span: Span,
    ) -> Bound<ExprId> {
        self.site_call(CallSite { name, args, distinct: false, extra: None, span })
    }

    /// Binds a call by the dialect's tables.
    pub(crate) fn site_call(&mut self, site: CallSite<'a>) -> Bound<ExprId> {
        let rows = self.meaning.functions.rows(site.name);
        let Some(row) = rows.iter().find(|row| row.takes(site.args.len())) else {
            if rows.is_empty() {
                return self.unknown_call(site);
            }
            return Err(self.wrong_count(site, rows));
        };
        if let Some(opaque) = site.extra().opaque {
            return self.no_meaning("this clause of a call", opaque);
        }
        match row.how {
            How::Scalar { op, wants, order, ret } => {
                self.plain_only(&site)?;
                self.scalar_row(site, op, wants, order, ret)
            }
            How::Special(handler) => {
                self.plain_only(&site)?;
                handler(self, site)
            }
            How::Aggregate { op, wants, ret } => self.aggregate_row(site, op, wants, ret),
            How::SpecialAggregate(handler) => handler(self, site),
            How::Window { op, wants, ret } => self.window_row(site, op, wants, ret),
            How::Refuse(reason) => {
                let message = format!("{} is not translated: {reason}", site.name.to_ascii_uppercase());
                Err(self.refuse(codes::FUNCTION, site.span, message))
            }
        }
    }

    /// A function the user declared, or one nobody knows.
    fn unknown_call(&mut self, site: CallSite<'a>) -> Bound<ExprId> {
        let lower = site.name.to_ascii_lowercase();
        if let Some(ty) = self.catalog.functions.get(&lower).copied() {
            self.plain_only(&site)?;
            let args = self.parameters_of(&lower, site)?;
            let name = self.plain_name(site.name);
            let function = ObjectName { catalog: None, schema: None, name };
            let args = self.air.push_list(&args);
            return Ok(self.air.push(Expr::UserCall { function, args }, ty, true, site.span));
        }
        if self.shape.rows_in_items
            && let Some(op) = (self.meaning.table_function)(&lower, site.args.len())
        {
            self.plain_only(&site)?;
            let args = self.bound_args(site)?;
            let args = self.table_args(op, args)?;
            let args = self.air.push_list(&args);
            return self.rows_in_items(op, args, &lower, site.span);
        }
        if (self.meaning.table_function)(&lower, site.args.len()).is_some() {
            return self.no_meaning("a function that gives rows, outside of FROM,", site.span);
        }
        let dialect = self.meaning.name;
        let mut diagnostic = Diagnostic::error(
            codes::UNKNOWN_FUNCTION,
            site.span,
            format!("{dialect} has no function `{}` that is known here", site.name),
        );
        if let Some(other) = dialects_with(&lower).next() {
            diagnostic =
                diagnostic.help(format!("`{lower}` is a function of {other}; is the source {dialect}?"));
        } else if let Some(near) = nearest(&lower, self.meaning.functions.names()) {
            diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
        } else {
            diagnostic =
                diagnostic.help("functions of your own are declared by CREATE FUNCTION in the schema");
        }
        Err(self.refuse_with(diagnostic))
    }

    fn user_call(&mut self, name: tree::Name, site: CallSite<'a>) -> Bound<ExprId> {
        let lower = site.name.to_ascii_lowercase();
        let Some(ty) = self.catalog.functions.get(&lower).copied() else {
            let text = self.tree.name_text(name, self.source);
            let message = format!("no function `{text}` is known");
            let diagnostic = Diagnostic::error(codes::UNKNOWN_FUNCTION, site.span, message);
            return Err(self.refuse_with(diagnostic.help("declare it in the schema")));
        };
        self.plain_only(&site)?;
        let args = self.parameters_of(&lower, site)?;
        let mut parts = self.tree.list(name).iter().rev();
        let last = parts.next().map(|ident| self.ident_name(*ident)).unwrap_or_default();
        let schema = parts.next().map(|ident| self.ident_name(*ident));
        let function = ObjectName { catalog: None, schema, name: last };
        let args = self.air.push_list(&args);
        Ok(self.air.push(Expr::UserCall { function, args }, ty, true, site.span))
    }

    #[cold]
    fn wrong_count(&mut self, site: CallSite<'a>, rows: &[Function]) -> crate::binder::Refused {
        let mut counts: Vec<String> = Vec::new();
        for row in rows {
            counts.push(match (row.min, row.max) {
                (min, 255) => format!("{min} or more"),
                (min, max) if min == max => min.to_string(),
                (min, max) => format!("{min} to {max}"),
            });
        }
        let message = format!(
            "{} takes {} arguments, not {}",
            site.name.to_ascii_uppercase(),
            counts.join(" or "),
            site.args.len()
        );
        self.refuse(codes::ARGUMENT_COUNT, site.span, message)
    }

    /// Refuses what only aggregates and window functions may have.
    fn plain_only(&mut self, site: &CallSite<'a>) -> Bound<()> {
        if site.distinct {
            return self.no_meaning("DISTINCT in a call that is no aggregate", site.span);
        }
        let Some(extra) = site.extra else { return Ok(()) };
        let aggregate_clause = extra.over.is_some()
            || extra.filter.is_some()
            || extra.keep.is_some()
            || extra.separator.is_some()
            || !extra.order_by.is_empty()
            || !extra.within_group.is_empty();
        if aggregate_clause {
            let message = format!("{} is neither an aggregate nor a window function", site.name);
            return Err(self.refuse(codes::EXPRESSION, site.span, message));
        }
        let failure = |f: Option<tree::OnFailure>| !matches!(f, None | Some(tree::OnFailure::Null));
        if failure(extra.on_empty)
            || failure(extra.on_error)
            || extra.unique_keys
            || extra.returning.is_some()
        {
            return self.no_meaning("this clause of a JSON function", site.span);
        }
        Ok(())
    }

    /// All arguments, as they are.
    /// The arguments of a function that the script made, each as the type of its parameter.
    fn parameters_of(&mut self, name: &str, site: CallSite<'a>) -> Bound<Vec<ExprId>> {
        let span = site.span;
        let mut args = self.bound_args(site)?;
        let Some(types) = self.catalog.parameters.get(name).cloned() else { return Ok(args) };
        if types.len() != args.len() {
            let message = format!("`{name}` takes {} arguments, not {}", types.len(), args.len());
            return Err(self.refuse(codes::ARGUMENT_COUNT, span, message));
        }
        for (arg, ty) in args.iter_mut().zip(types) {
            let given = self.air.ty(*arg);
            *arg = self.coerce(*arg, ty, air::types::CastReason::Assignment)?;
            if given.is_int() && ty.is_int() && given != ty {
                // A call is found by the types it is given.
                let info = self.air.info(*arg);
                let rule = air::types::CastRule {
                    reason: air::types::CastReason::Assignment,
                    failure: air::types::CastFailure::Error,
                    rounding: air::types::Rounding::HalfAway,
                };
                let cast = Expr::Cast { operand: *arg, to: ty, rule };
                *arg = self.air.push(cast, ty, info.nullable, info.span);
            }
        }
        Ok(args)
    }

    pub(crate) fn bound_args(&mut self, site: CallSite<'a>) -> Bound<Vec<ExprId>> {
        let mut args = Vec::with_capacity(site.args.len());
        for arg in site.args {
            self.spread_arg(*arg, &mut args)?;
        }
        Ok(args)
    }

    /// An argument, or the elements of `VARIADIC ARRAY[…]`.
    fn spread_arg(&mut self, arg: tree::ExprId, args: &mut Vec<ExprId>) -> Bound<()> {
        if let tree::Expr::Unary { op: tree::UnaryOp::Variadic, arg: array } = self.tree.expr(arg) {
            let array = self.expr(array)?;
            let Expr::Array { items } = self.air.expr(array) else {
                return self
                    .no_meaning("a variadic argument that is no list of values", self.air.span(array));
            };
            args.extend_from_slice(self.air.list(items));
            return Ok(());
        }
        args.push(self.expr(arg)?);
        Ok(())
    }

    /// All arguments, each as the entry of `wants` says; the last entry repeats.
    pub(crate) fn wanted_args(&mut self, site: CallSite<'a>, wants: &[Want]) -> Bound<Vec<ExprId>> {
        let mut args = Vec::with_capacity(site.args.len());
        for arg in site.args {
            self.spread_arg(*arg, &mut args)?;
        }
        self.convert_args(&mut args, wants)?;
        Ok(args)
    }

    fn convert_args(&mut self, args: &mut [ExprId], wants: &[Want]) -> Bound<()> {
        let Some(last) = wants.last().copied() else { return Ok(()) };
        let want = |i: usize| wants.get(i).copied().unwrap_or(last);
        if wants.contains(&Want::Common) {
            let mut common: Vec<ExprId> = Vec::new();
            for (i, arg) in args.iter().enumerate() {
                if want(i) == Want::Common {
                    common.push(*arg);
                }
            }
            self.unify(&mut common)?;
            let mut converted = common.into_iter();
            for (i, arg) in args.iter_mut().enumerate() {
                if want(i) == Want::Common
                    && let Some(id) = converted.next()
                {
                    *arg = id;
                }
            }
        }
        for (i, arg) in args.iter_mut().enumerate() {
            *arg = match want(i) {
                Want::Common => *arg,
                Want::Text => {
                    let text = self.argument(*arg, Want::Text)?;
                    self.unpadded(text)
                }
                other => self.argument(*arg, other)?,
            };
        }
        Ok(())
    }

    fn scalar_row(
        &mut self,
        site: CallSite<'a>,
        op: Builtin,
        wants: &'static [Want],
        order: &'static [u8],
        ret: Ret,
    ) -> Bound<ExprId> {
        let mut args = self.wanted_args(site, wants)?;
        let ty = self.row_type(op, &args, ret);
        if !order.is_empty() {
            let source = args.clone();
            args.clear();
            args.extend(order.iter().filter_map(|at| source.get(usize::from(*at)).copied()));
        }
        Ok(self.call_as(op, &args, ty, site.span))
    }

    /// Result type by the row: texts compare as their arguments do.
    pub(crate) fn row_type(&self, op: Builtin, args: &[ExprId], ret: Ret) -> Type {
        match ret {
            Ret::Sig => self.result_type(op, args),
            Ret::Is(Type::Text(_)) => self.text_result(args),
            Ret::Is(ty) => ty,
            Ret::By(rule) => {
                let types: Vec<Type> = args.iter().map(|id| self.air.ty(*id)).collect();
                match rule(&types) {
                    // Rules speak of numbers; a NULL argument is a number of the dialect's default kind.
                    Type::Null => Type::Float64,
                    ty => ty,
                }
            }
        }
    }

    fn aggregate_row(
        &mut self,
        site: CallSite<'a>,
        op: Builtin,
        wants: &'static [Want],
        ret: Ret,
    ) -> Bound<ExprId> {
        let call = self.aggregate(site, |binder, site| {
            let args = binder.wanted_args(site, wants)?;
            let ty = binder.row_type(op, &args, ret);
            Ok((op, args, ty))
        })?;
        self.extreme_word(call)
    }

    fn window_row(
        &mut self,
        site: CallSite<'a>,
        op: Builtin,
        wants: &'static [Want],
        ret: Ret,
    ) -> Bound<ExprId> {
        let extra = site.extra();
        let Some(over) = extra.over else {
            let message = format!("{} needs OVER", site.name.to_ascii_uppercase());
            return Err(self.refuse(codes::MISPLACED_AGGREGATE, site.span, message));
        };
        if extra.filter.is_some() || extra.from_last == Some(true) || site.distinct {
            return self.no_meaning("this clause of a window function", site.span);
        }
        let mark = self.begin_call(Within::Window, site.span)?;
        let args = self.wanted_args(site, wants)?;
        if let (Builtin::Lag | Builtin::Lead, &[value, _, otherwise]) = (op, &args[..])
            && self.meaning.conversions.branches_keep
            && self.air.ty(value).is_text() != self.air.ty(otherwise).is_text()
            && !self.air.ty(value).is_unknown()
            && !self.air.ty(otherwise).is_unknown()
        {
            return self.no_meaning("a value of another type where there is no row", site.span);
        }
        let ty = self.row_type(op, &args, ret);
        let window = self.window(over)?;
        self.end_call(mark);
        let call = self.call_as(op, &args, ty, site.span);
        let nullable = !matches!(op.signature().nulls, air::builtins::Nulls::Never);
        let ignore_nulls = extra.nulls == Some(tree::NullTreatment::Ignore);
        Ok(self.air.push(Expr::Window { call, window, ignore_nulls }, ty, nullable, site.span))
    }

    /// A call in FROM: the table builtin and its arguments.
    pub(crate) fn table_call(&mut self, id: tree::CallId, span: Span) -> Bound<(Builtin, List<ExprId>)> {
        let node = self.tree[id];
        let site = self.site(node, span);
        self.plain_only(&site)?;
        let lower = site.name.to_ascii_lowercase();
        let args = self.bound_args(site)?;
        let found = (self.meaning.table_function)(&lower, args.len());
        let Some(op) = found else {
            let message =
                format!("`{}` is no table function of {} that is translated", site.name, self.meaning.name);
            return Err(self.refuse(codes::TABLE_FUNCTION, span, message));
        };
        let args = self.table_args(op, args)?;
        Ok((op, self.air.push_list(&args)))
    }

    fn table_args(&mut self, op: Builtin, args: Vec<ExprId>) -> Bound<Vec<ExprId>> {
        let mut args = args;
        match op {
            Builtin::GenerateSeries => {
                let moments =
                    args.iter().any(|id| matches!(self.air.ty(*id), Type::Timestamp { .. } | Type::Date));
                if moments {
                    for (i, arg) in args.iter_mut().enumerate() {
                        *arg = if i == 2 {
                            self.argument(*arg, Want::Interval)?
                        } else {
                            self.coerce(*arg, Type::TIMESTAMP, CastReason::Implicit)?
                        };
                    }
                } else {
                    self.unify(&mut args)?;
                }
            }
            Builtin::JsonEach | Builtin::JsonArrayElements | Builtin::JsonArrayElementsText => {
                if let Some(first) = args.first_mut() {
                    *first = self.argument(*first, Want::Json)?;
                }
            }
            Builtin::StringSplit | Builtin::RegexSplit => {
                for arg in &mut args {
                    *arg = self.argument(*arg, Want::Text)?;
                }
            }
            _ => {}
        }
        Ok(args)
    }
}
