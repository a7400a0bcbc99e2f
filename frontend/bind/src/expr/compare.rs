//! Comparisons: bringing two values to comparable types, and everything built on it: BETWEEN, IN, CASE,
//! ANY and ALL, null-safe equality.

use super::constant;
use super::literal::type_words;
use crate::binder::{Binder, Bound};
use crate::codes;
use crate::dialects::TextMeetsNumber;
use air::expr::{CompareOp, Expr, Literal, Quantifier};
use air::fidelity::Assume;
use air::node::Child;
use air::query::{Body, Distinct, Item, Output, Rel};
use air::types::{
    Affinity, CastFailure, CastReason, CastRule, Collation, CollationStrength, Rounding, TextKind, Type, Zone,
};
use air::{Builtin, ExprId, Name, QueryId, SourceId};
use air_base::{Diagnostic, Span};
use airc_grammar::tree;

/// Two values made comparable.
#[derive(Clone, Copy)]
pub(crate) struct Pair {
    pub left: ExprId,
    pub right: ExprId,
    pub collation: Collation,
    /// No conversion makes them comparable, and the dialect says what comes out.
    pub unlike: Option<Unlike>,
}

/// What a comparison of values of unlike storage comes to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Unlike {
    /// The left one stands below the right one.
    Below,
    /// The left one stands above the right one.
    Above,
}

impl<'a> Binder<'a> {
    /// `left op right`, with the conversions the dialect makes.
    pub(crate) fn comparison(
        &mut self,
        op: CompareOp,
        left: ExprId,
        right: ExprId,
        span: Span,
    ) -> Bound<ExprId> {
        if let (Expr::Row { items: l }, Expr::Row { items: r }) = (self.air.expr(left), self.air.expr(right))
        {
            return self.row_comparison(op, left, right, self.args_of(l), self.args_of(r), span);
        }
        if self.air.ty(left) == Type::Row || self.air.ty(right) == Type::Row {
            if let Some(compared) = self.row_with_query(op, left, right, span)? {
                return Ok(compared);
            }
            return self.no_meaning("a comparison of a row with the row of a query", span);
        }
        let pair = self.pair(left, right, span)?;
        match pair.unlike {
            Some(unlike) => Ok(self.unlike_comparison(op, left, right, unlike, span)),
            None if matches!(op, CompareOp::Lt | CompareOp::Le | CompareOp::Gt | CompareOp::Ge)
                && let Some(list) = self.ranked_list(pair.left).or(self.ranked_list(pair.right)) =>
            {
                let (left, right) = (self.word_rank(pair.left, list), self.word_rank(pair.right, list));
                Ok(self.compare(op, left, right, Collation::BINARY, span))
            }
            None => Ok(self.compare(op, pair.left, pair.right, pair.collation, span)),
        }
    }

    /// A document beside a text is the text it holds (MySQL).
    fn unquoted(&mut self, left: ExprId, right: ExprId) -> (ExprId, ExprId) {
        let conversions = &self.meaning.conversions;
        if conversions.text_meets_number != TextMeetsNumber::AsFloat {
            return (left, right);
        }
        let unquote = |binder: &mut Self, id: ExprId| {
            let span = binder.air.span(id);
            binder.call_as(Builtin::JsonUnquote, &[id], Type::text(Collation::RTRIM), span)
        };
        match (self.air.ty(left), self.air.ty(right)) {
            (Type::Json { .. }, Type::Text(_)) => (unquote(self, left), right),
            (Type::Text(_), Type::Json { .. }) => (left, unquote(self, right)),
            _ => (left, right),
        }
    }

    fn row_comparison(
        &mut self,
        op: CompareOp,
        left: ExprId,
        right: ExprId,
        l: Vec<ExprId>,
        r: Vec<ExprId>,
        span: Span,
    ) -> Bound<ExprId> {
        if l.len() != r.len() {
            let message = format!("rows of {} and {} values are compared", l.len(), r.len());
            return Err(self.refuse(codes::TYPES, span, message));
        }
        let (collation, changed) = self.pair_rows(&l, &r, span)?;
        let (left, right) = match changed {
            Some((l, r)) => {
                let (ls, rs) = (self.air.span(left), self.air.span(right));
                (self.row(&l, ls), self.row(&r, rs))
            }
            None => (left, right),
        };
        Ok(self.compare(op, left, right, collation, span))
    }

    /// A row compared with the one row of a query is the comparison as the one value of that query: NULL without rows,
    /// and an error with several, as before.
    fn row_with_query(
        &mut self,
        op: CompareOp,
        left: ExprId,
        right: ExprId,
        span: Span,
    ) -> Bound<Option<ExprId>> {
        let (row, query, many, flipped) = match (self.air.expr(left), self.air.expr(right)) {
            (Expr::Row { .. }, Expr::Scalar { query, many }) => (left, query, many, false),
            (Expr::Scalar { query, many }, Expr::Row { .. }) => (right, query, many, true),
            _ => return Ok(None),
        };
        // NULL-safe equality would be NULL without rows.
        if matches!(op, CompareOp::Same | CompareOp::NotSame) {
            return Ok(None);
        }
        let Body::Select { select } = self.air.query(query).body else { return Ok(None) };
        let block = *self.air.select(select);
        if block.distinct != (Distinct::All {}) || !self.air.query(query).order.is_empty() {
            return Ok(None);
        }
        let mut values = Vec::with_capacity(block.items.len());
        for item in self.air.list(block.items) {
            match item {
                Item::Expr { expr, .. } => values.push(*expr),
                Item::Star { .. } => return Ok(None),
            }
        }
        // The row now stands inside of the query, where its columns are those of outside and no names may meet.
        let mut stack = vec![Child::Expr(row)];
        let mut outer = Vec::new();
        while let Some(child) = stack.pop() {
            if let Child::Expr(id) = child
                && let Expr::Column { source, index, .. } = self.air.expr(id)
            {
                self.air.set(id, Expr::Column { source, index, qualified: true });
                outer.push(source);
            }
            self.air.children(child, &mut |below| stack.push(below));
        }
        let mut rels: Vec<_> = block.from.into_iter().collect();
        while let Some(rel) = rels.pop() {
            match self.air.rel(rel) {
                Rel::Join { left, right, .. } => rels.extend([left, right]),
                Rel::Source { source } => {
                    let name = self.air.name(self.air.source(source).alias).to_owned();
                    let met =
                        |id: &SourceId| self.air.name(self.air.source(*id).alias).eq_ignore_ascii_case(&name);
                    if outer.iter().any(met) {
                        self.rename_source(source, &name);
                    }
                }
            }
        }
        let found = self.row(&values, span);
        let compared = if flipped {
            self.comparison(op, found, row, span)?
        } else {
            self.comparison(op, row, found, span)?
        };
        let items = self.air.push_list(&[Item::Expr { expr: compared, alias: None }]);
        let output = Output { name: Name::default(), ty: Type::Bool, nullable: true };
        let outputs = self.air.push_list(&[output]);
        let block = self.air.select_mut(select);
        (block.items, block.outputs) = (items, outputs);
        Ok(Some(self.air.push(Expr::Scalar { query, many }, Type::Bool, true, span)))
    }

    /// Gives a source an alias that no other source has.
    fn rename_source(&mut self, source: SourceId, name: &str) {
        let taken = |air: &air::Air, name: &str| {
            air.source_ids().any(|id| air.name(air.source(id).alias).eq_ignore_ascii_case(name))
        };
        let mut fresh = format!("{name}_");
        while taken(self.air, &fresh) {
            fresh.push('_');
        }
        let alias = self.air.push_name(&fresh);
        let source = self.air.source_mut(source);
        (source.alias, source.aliased) = (alias, true);
    }

    /// Rows made comparable value by value; the new values where something changed.
    fn pair_rows(
        &mut self,
        l: &[ExprId],
        r: &[ExprId],
        span: Span,
    ) -> Bound<(Collation, Option<(Vec<ExprId>, Vec<ExprId>)>)> {
        let (mut left, mut right) = (Vec::with_capacity(l.len()), Vec::with_capacity(l.len()));
        let mut collation: Option<Collation> = None;
        for (a, b) in l.iter().zip(r) {
            let pair = self.pair(*a, *b, span)?;
            if pair.unlike.is_some() {
                let message = "values of unlike kinds in rows are not compared";
                return Err(self.refuse(codes::TYPES, span, message));
            }
            if self.air.ty(pair.left).is_text() || self.air.ty(pair.right).is_text() {
                match collation {
                    Some(known) if known != pair.collation => {
                        let message = "texts of unlike collations in rows are not compared";
                        return Err(self.refuse(codes::COLLATION_CONFLICT, span, message));
                    }
                    _ => collation = Some(pair.collation),
                }
            }
            left.push(pair.left);
            right.push(pair.right);
        }
        let changed = left != l || right != r;
        Ok((collation.unwrap_or_default(), changed.then_some((left, right))))
    }

    /// A row value.
    pub(crate) fn row(&mut self, items: &[ExprId], span: Span) -> ExprId {
        let nullable = items.iter().any(|id| self.air.info(*id).nullable);
        let items = self.air.push_list(items);
        self.air.push(Expr::Row { items }, Type::Row, nullable, span)
    }

    /// A comparison whose outcome the kinds of the values decide, NULLs aside.
    fn unlike_comparison(
        &mut self,
        op: CompareOp,
        left: ExprId,
        right: ExprId,
        unlike: Unlike,
        span: Span,
    ) -> ExprId {
        let below = unlike == Unlike::Below;
        let outcome = match op {
            CompareOp::Eq | CompareOp::Same => false,
            CompareOp::Ne | CompareOp::NotSame => true,
            CompareOp::Lt | CompareOp::Le => below,
            CompareOp::Gt | CompareOp::Ge => !below,
        };
        let (l, r) = (self.air.info(left).nullable, self.air.info(right).nullable);
        if matches!(op, CompareOp::Same | CompareOp::NotSame) {
            if !(l && r) {
                return self.truth(outcome, span);
            }
            // Two NULLs are the same.
            let nulls = [self.is_null(left, false, span), self.is_null(right, false, span)];
            let both = self.conjunction(&nulls, span);
            return if op == CompareOp::Same { both } else { self.not(both, span) };
        }
        if !l && !r {
            return self.truth(outcome, span);
        }
        // NULL on either side gives NULL: `x IS NULL AND NULL` is NULL or false, `x IS NOT NULL OR NULL` NULL or true.
        let mut terms = Vec::new();
        for (id, nullable) in [(left, l), (right, r)] {
            if nullable {
                terms.push(self.is_null(id, outcome, span));
            }
        }
        let known = if outcome { self.conjunction(&terms, span) } else { self.disjunction(&terms, span) };
        let null = self.null(Type::Bool, span);
        if outcome { self.disjunction(&[known, null], span) } else { self.conjunction(&[known, null], span) }
    }

    /// Makes two values comparable as the dialect does.
    pub(crate) fn pair(&mut self, left: ExprId, right: ExprId, span: Span) -> Bound<Pair> {
        let (left, right) = self.unquoted(left, right);
        let (l, r) = (self.air.ty(left), self.air.ty(right));
        let plain = |left, right| Pair { left, right, collation: Collation::BINARY, unlike: None };
        // A year of two digits means one of four beside a column of years.
        if let (Type::Year, Some(Literal::Int { value: 1..=99 })) = (l, self.air.literal(right)) {
            let right = self.coerce(right, Type::Year, CastReason::Implicit)?;
            return Ok(plain(left, right));
        }
        if let (Some(Literal::Int { value: 1..=99 }), Type::Year) = (self.air.literal(left), r) {
            let left = self.coerce(left, Type::Year, CastReason::Implicit)?;
            return Ok(plain(left, right));
        }
        if (l.is_numeric() && r.is_numeric()) || (l == r && !l.is_text() && !l.is_unknown()) {
            return Ok(plain(left, right));
        }
        if l.is_text() && r.is_text() {
            let (mut left, mut right) = self.pair_fixed(left, right);
            let collation = self.common_collation(self.air.ty(left), self.air.ty(right), span)?;
            let fixed =
                |id: ExprId| matches!(self.air.ty(id), Type::Text(text) if text.kind == TextKind::Fixed);
            let collation = match self.meaning.texts.fixed_trims && (fixed(left) || fixed(right)) {
                // Blanks at the end of CHAR(n) never count.
                true => Collation { pad: true, ..collation },
                false => collation,
            };
            if self.meaning.texts.fixed_pads && !collation.pad {
                (left, right) = (self.unpadded(left), self.unpadded(right));
            }
            return Ok(Pair { left, right, collation, unlike: None });
        }
        if l.is_unknown() || r.is_unknown() {
            return self.pair_unknown(left, right, span);
        }
        let (left, right) = match (l, r) {
            (Type::Enum(_) | Type::Set(_), other) if other.is_numeric() || other == Type::Bool => {
                (self.enum_place(left)?, right)
            }
            (other, Type::Enum(_) | Type::Set(_)) if other.is_numeric() || other == Type::Bool => {
                (left, self.enum_place(right)?)
            }
            _ => (self.plain_enum(left), self.plain_enum(right)),
        };
        let (l, r) = (self.air.ty(left), self.air.ty(right));
        if l.is_text() && r.is_text() {
            let collation = self.common_collation(l, r, span)?;
            return Ok(Pair { left, right, collation, unlike: None });
        }
        if l.is_numeric() && r.is_numeric() {
            return Ok(plain(left, right));
        }
        match (l, r) {
            (Type::Text(_), _) if r.is_numeric() || matches!(r, Type::Any(Affinity::Numeric)) => {
                self.pair_text_number(left, right, false, span)
            }
            (_, Type::Text(_)) if l.is_numeric() || matches!(l, Type::Any(Affinity::Numeric)) => {
                self.pair_text_number(right, left, true, span)
            }
            (Type::Any(_), _) | (_, Type::Any(_)) => {
                let collation = l.collation().or(r.collation()).unwrap_or_default();
                Ok(Pair { left, right, collation, unlike: None })
            }
            (Type::Bool, Type::Text(_)) if self.meaning.conversions.true_booleans => {
                let right = self.coerce(right, Type::Bool, CastReason::Implicit)?;
                Ok(plain(left, right))
            }
            (Type::Text(_), Type::Bool) if self.meaning.conversions.true_booleans => {
                let left = self.coerce(left, Type::Bool, CastReason::Implicit)?;
                Ok(plain(left, right))
            }
            (Type::Bool, _) if !self.meaning.conversions.true_booleans => {
                self.pair_bool(left, right, false, span)
            }
            (_, Type::Bool) if !self.meaning.conversions.true_booleans => {
                self.pair_bool(right, left, true, span)
            }
            (a, b) if a.is_temporal() && b.is_temporal() => self.pair_temporal(left, right, span),
            (Type::Text(_), b) if b.is_temporal() => {
                let pair = self.pair_text_temporal(left, right, span)?;
                Ok(plain(pair.0, pair.1))
            }
            (a, Type::Text(_)) if a.is_temporal() => {
                let pair = self.pair_text_temporal(right, left, span)?;
                Ok(plain(pair.1, pair.0))
            }
            (a, Type::Int { .. }) if a.is_temporal() => {
                let right = self.coerce_date_number(right, a, span)?;
                Ok(plain(left, right))
            }
            (Type::Int { .. }, b) if b.is_temporal() => {
                let left = self.coerce_date_number(left, b, span)?;
                Ok(plain(left, right))
            }
            (Type::Interval(_), Type::Interval(_))
            | (Type::Bytes { .. }, Type::Bytes { .. })
            | (Type::Bits { .. }, Type::Bits { .. })
            | (Type::Json { .. }, Type::Json { .. })
            | (Type::Array(_), Type::Array(_)) => Ok(plain(left, right)),
            (Type::Bytes { .. }, Type::Text(_)) | (Type::Text(_), Type::Bytes { .. }) => {
                self.pair_text_bytes(left, right, span)
            }
            // Bytes stand above numbers, and none of them is one.
            (Type::Bytes { .. }, b) if b.is_numeric() && self.meaning.conversions.store_keeps => {
                self.note_declared(left);
                Ok(Pair { left, right, collation: Collation::BINARY, unlike: Some(Unlike::Above) })
            }
            (a, Type::Bytes { .. }) if a.is_numeric() && self.meaning.conversions.store_keeps => {
                self.note_declared(right);
                Ok(Pair { left, right, collation: Collation::BINARY, unlike: Some(Unlike::Below) })
            }
            (Type::Bytes { .. } | Type::Bits { .. }, b) if b.is_numeric() => {
                let left = self.coerce(left, b, CastReason::Implicit)?;
                Ok(plain(left, right))
            }
            (a, Type::Bytes { .. } | Type::Bits { .. }) if a.is_numeric() => {
                let right = self.coerce(right, a, CastReason::Implicit)?;
                Ok(plain(left, right))
            }
            (Type::Json { .. }, b) if b.is_numeric() && !self.meaning.conversions.true_booleans => {
                let to = self.text_type();
                let left = self.cast(left, to, air::types::CastRule::IMPLICIT);
                let left = self.number_of(left, Type::Float64);
                Ok(plain(left, right))
            }
            (Type::Text(_), other) if self.text_literal(left).is_some() => {
                let left = self.coerce(left, other, CastReason::Implicit)?;
                Ok(plain(left, right))
            }
            (other, Type::Text(_)) if self.text_literal(right).is_some() => {
                let right = self.coerce(right, other, CastReason::Implicit)?;
                Ok(plain(left, right))
            }
            (a, b) => Err(self.incomparable(a, b, span)),
        }
    }

    /// Where CHAR(n) is text without its padding beside text of no declared length, blanks of the other count;
    /// beside VARCHAR(n), a literal or a parameter it compares as CHAR(n).
    fn pair_fixed(&mut self, left: ExprId, right: ExprId) -> (ExprId, ExprId) {
        if !self.meaning.texts.fixed_trims {
            return (left, right);
        }
        let fixed = |binder: &Self, id: ExprId| matches!(binder.air.ty(id), Type::Text(text) if text.kind == TextKind::Fixed);
        let adapts = |binder: &Self, id: ExprId| {
            let varying = matches!(binder.air.ty(id), Type::Text(text) if text.kind == TextKind::Varying);
            match binder.air.expr(id) {
                Expr::Param { .. } => true,
                // Functions give text, whatever they are given.
                Expr::Column { .. } | Expr::Output { .. } | Expr::Cast { .. } => varying,
                _ => binder.text_literal(id).is_some(),
            }
        };
        match (fixed(self, left), fixed(self, right)) {
            (true, false) if !adapts(self, right) => (self.unpadded(left), right),
            (false, true) if !adapts(self, left) => (left, self.unpadded(right)),
            _ => (left, right),
        }
    }

    #[cold]
    fn incomparable(&mut self, left: Type, right: Type, span: Span) -> crate::binder::Refused {
        let message = format!("{} and {} are not comparable", type_words(left), type_words(right));
        let diagnostic = Diagnostic::error(codes::TYPES, span, message);
        self.refuse_with(diagnostic.help("convert one of them with CAST"))
    }

    /// One side's type is not known.
    fn pair_unknown(&mut self, left: ExprId, right: ExprId, span: Span) -> Bound<Pair> {
        let (l, r) = (self.air.ty(left), self.air.ty(right));
        let (mut left, mut right) = (left, right);
        let takes = |binder: &Binder<'a>, id: ExprId| {
            matches!(binder.air.expr(id), Expr::Param { .. }) || binder.is_null_literal(id)
        };
        if l.is_unknown() && takes(self, left) {
            left = self.coerce(left, r, CastReason::Implicit)?;
        } else if r.is_unknown() && takes(self, right) {
            right = self.coerce(right, l, CastReason::Implicit)?;
        } else {
            for id in [left, right] {
                if self.air.ty(id).is_unknown() {
                    self.assume_type(id);
                }
            }
        }
        let collation = match (l, r) {
            (Type::Text(text), _) | (_, Type::Text(text)) => {
                let unknown_column = !takes(self, left) && !takes(self, right);
                if unknown_column
                    && text.strength == CollationStrength::Coercible
                    && !text.collation.is_exact()
                {
                    let subject = span.text(self.source);
                    self.ledger.assume(Assume::CollationOfUnknown, subject, span);
                }
                text.collation
            }
            _ => Collation::BINARY,
        };
        Ok(Pair { left, right, collation, unlike: None })
    }

    /// An enum or set as the word it is.
    fn plain_enum(&mut self, id: ExprId) -> ExprId {
        match self.air.ty(id) {
            Type::Enum(_) | Type::Set(_) if !self.meaning.conversions.true_booleans => {
                let mut ty = self.text_type();
                let own = match self.air.ty(id) {
                    Type::Enum(list) | Type::Set(list) => self.catalog.word_collation(list),
                    _ => None,
                };
                if let Type::Text(text) = &mut ty {
                    text.strength = CollationStrength::Implicit;
                    text.collation = own.unwrap_or(text.collation);
                }
                self.cast(id, ty, CastRule::IMPLICIT)
            }
            _ => id,
        }
    }

    /// `text` and `number`, in that order unless `swapped`.
    fn pair_text_number(&mut self, text: ExprId, number: ExprId, swapped: bool, span: Span) -> Bound<Pair> {
        let order = |text, number, collation, unlike: Option<Unlike>| {
            if swapped {
                // Kept as seen from the left side, which is the number.
                let unlike = unlike.map(|u| if u == Unlike::Above { Unlike::Below } else { Unlike::Above });
                Pair { left: number, right: text, collation, unlike }
            } else {
                Pair { left: text, right: number, collation, unlike }
            }
        };
        let number_type = self.air.ty(number);
        match self.meaning.conversions.text_meets_number {
            TextMeetsNumber::AsFloat => {
                let converted = match self.text_literal(text).map(str::to_owned) {
                    Some(content) => {
                        let whole = constant::numeric_prefix(&content)
                            .bytes()
                            .all(|b| b.is_ascii_digit() || b == b'-');
                        let exact = number_type.is_decimal() && constant::exact_digits(&content).is_some();
                        // A constant beside decimals is read as one of them, with all its digits.
                        let to =
                            if whole && number_type.is_int() || exact { number_type } else { Type::Float64 };
                        let span = self.air.span(text);
                        self.prefix_constant(&content, to, span)
                    }
                    None => self.number_of(text, Type::Float64),
                };
                Ok(order(converted, number, Collation::BINARY, None))
            }
            TextMeetsNumber::AsNumber => {
                let to = if self.meaning.numbers.single_kind { Type::Number } else { number_type };
                let converted = self.coerce(text, to, CastReason::Implicit)?;
                Ok(order(converted, number, Collation::BINARY, None))
            }
            TextMeetsNumber::Refused => {
                if self.text_literal(text).is_none() {
                    return Err(self.incomparable(self.air.ty(text), number_type, span));
                }
                let converted = self.coerce(text, number_type, CastReason::Implicit)?;
                Ok(order(converted, number, Collation::BINARY, None))
            }
            TextMeetsNumber::ByAffinity => {
                // https://www.sqlite.org/datatype3.html section 4.2
                let text_side = self.affinity(text);
                let number_side = self.affinity(number);
                let numeric = |a: Option<Affinity>| {
                    matches!(a, Some(Affinity::Integer | Affinity::Real | Affinity::Numeric))
                };
                if numeric(number_side) && !numeric(text_side) {
                    // The text becomes a number where it is one throughout.
                    return match self.text_literal(text).map(str::to_owned) {
                        Some(content) => match constant::exact_digits(&content) {
                            Some(_) => {
                                let to = if content.trim().parse::<i64>().is_ok() {
                                    Type::I64
                                } else {
                                    Type::Float64
                                };
                                let span = self.air.span(text);
                                let converted = self.prefix_constant(content.trim(), to, span);
                                Ok(order(converted, number, Collation::BINARY, None))
                            }
                            None => Ok(order(text, number, Collation::BINARY, Some(Unlike::Above))),
                        },
                        None if matches!(self.air.expr(text), Expr::Column { .. })
                            && crate::seen::shown(self.air, self.catalog, text).no_numbers =>
                        {
                            let message = "a text that may be no number, beside a number,";
                            return self.no_meaning(message, span);
                        }
                        None => {
                            let subject = self.air.span(text).text(self.source);
                            let at = self.air.span(text);
                            self.ledger.assume(Assume::NumericText, subject, at);
                            let converted = self.number_of(text, Type::Float64);
                            Ok(order(converted, number, Collation::BINARY, None))
                        }
                    };
                }
                if text_side == Some(Affinity::Text) && number_side.is_none() {
                    let converted = self.as_text(number)?;
                    let collation = self.sort_collation(text);
                    return Ok(order(text, converted, collation, None));
                }
                Ok(order(text, number, Collation::BINARY, Some(Unlike::Above)))
            }
        }
    }

    /// The affinity of an expression: that of a column or of a cast, else none.
    pub(crate) fn affinity(&self, id: ExprId) -> Option<Affinity> {
        let of = |ty: Type| match ty {
            Type::Int { .. } | Type::Bool => Some(Affinity::Integer),
            Type::Float32 | Type::Float64 => Some(Affinity::Real),
            Type::Text(_) => Some(Affinity::Text),
            Type::Any(Affinity::Blob) | Type::Unknown => None,
            Type::Any(affinity) => Some(affinity),
            _ => None,
        };
        match self.air.expr(id) {
            Expr::Column { .. } | Expr::Scalar { .. } => of(self.air.ty(id)),
            Expr::Cast { rule: CastRule { reason: CastReason::Explicit, .. }, to, .. } => of(to),
            Expr::Call { op: Builtin::RowId, .. } => Some(Affinity::Integer),
            _ => None,
        }
    }

    /// GREATEST and LEAST of texts, where a number is wanted: the texts are read as numbers before they are compared
    /// (MySQL). `None` for anything else.
    pub(crate) fn extreme_of_numbers(&mut self, id: ExprId, to: Type) -> Option<ExprId> {
        let Expr::Call { op: op @ (Builtin::Greatest | Builtin::Least), args, .. } = self.air.expr(id) else {
            return None;
        };
        let args = self.air.list(args).to_vec();
        let texts = args.iter().all(|&arg| self.air.ty(arg).is_text());
        if self.meaning.conversions.text_meets_number != TextMeetsNumber::AsFloat || !texts {
            return None;
        }
        let numbers: Vec<ExprId> = args.into_iter().map(|arg| self.number_of(arg, to)).collect();
        let span = self.air.span(id);
        Some(self.call_as(op, &numbers, to, span))
    }

    /// A text read as a number by its prefix.
    pub(crate) fn number_of(&mut self, id: ExprId, to: Type) -> ExprId {
        if let Some(extreme) = self.extreme_of_numbers(id, to) {
            return extreme;
        }
        let rule = CastRule {
            reason: CastReason::Implicit,
            failure: match self.meaning.conversions.text_to_number {
                CastFailure::Prefix => CastFailure::Prefix,
                other => other,
            },
            rounding: Rounding::HalfAway,
        };
        self.cast(id, to, rule)
    }

    /// A truth value beside a number: the truth value is 0 or 1.
    fn pair_bool(&mut self, truth: ExprId, other: ExprId, swapped: bool, span: Span) -> Bound<Pair> {
        let order = |truth, other| {
            let (left, right) = if swapped { (other, truth) } else { (truth, other) };
            Pair { left, right, collation: Collation::BINARY, unlike: None }
        };
        // `bit = 1`: the number becomes a truth value rather than the column a number.
        if let Some(Literal::Int { value: value @ (0 | 1) }) = self.air.literal(other)
            && matches!(self.air.expr(truth), Expr::Column { .. })
        {
            let at = self.air.span(other);
            let other = self.truth(value == 1, at);
            return Ok(order(truth, other));
        }
        // `bit = 'true'`.
        if let Some(word) = self.text_literal(other).and_then(truth_word) {
            let at = self.air.span(other);
            let other = self.truth(word, at);
            return Ok(order(truth, other));
        }
        let number = self.coerce(truth, Type::I64, CastReason::Implicit)?;
        if self.air.ty(other).is_numeric() {
            return Ok(order(number, other));
        }
        let (left, right) = if swapped { (other, number) } else { (number, other) };
        self.pair(left, right, span)
    }

    /// Dates, times and timestamps of unlike kinds.
    fn pair_temporal(&mut self, left: ExprId, right: ExprId, span: Span) -> Bound<Pair> {
        let (l, r) = (self.air.ty(left), self.air.ty(right));
        let plain = |left, right| Pair { left, right, collation: Collation::BINARY, unlike: None };
        match (l, r) {
            (Type::Date, Type::Timestamp { .. }) => {
                let left = self.coerce(left, r, CastReason::Implicit)?;
                Ok(plain(left, right))
            }
            (Type::Timestamp { .. }, Type::Date) => {
                let right = self.coerce(right, l, CastReason::Implicit)?;
                Ok(plain(left, right))
            }
            (Type::Timestamp { zone: a, .. }, Type::Timestamp { zone: b, .. }) => {
                // A reading without zone is taken in the session's.
                if a == b || self.meaning.conversions.implicit == crate::dialects::Implicit::Loose {
                    return Ok(plain(left, right));
                }
                if a == Zone::None {
                    let rule = self.cast_rule(l, r, CastReason::Implicit);
                    let left = self.cast(left, r, rule);
                    return Ok(plain(left, right));
                }
                if b == Zone::None {
                    let rule = self.cast_rule(r, l, CastReason::Implicit);
                    let right = self.cast(right, l, rule);
                    return Ok(plain(left, right));
                }
                Ok(plain(left, right))
            }
            (Type::Time { .. }, Type::Time { .. }) => Ok(plain(left, right)),
            _ => Err(self.incomparable(l, r, span)),
        }
    }

    /// A text beside a date or time, in that order.
    fn pair_text_temporal(&mut self, text: ExprId, time: ExprId, span: Span) -> Bound<(ExprId, ExprId)> {
        let to = self.air.ty(time);
        if self.meaning.times.as_text {
            return Err(self.incomparable(self.air.ty(text), to, span));
        }
        let Some(content) = self.text_literal(text).map(str::to_owned) else {
            let to = if to == Type::Date
                && self.meaning.conversions.implicit != crate::dialects::Implicit::Failing
            {
                Type::TIMESTAMP
            } else {
                to
            };
            let text = self.coerce(text, to, CastReason::Implicit)?;
            let time = self.coerce(time, to, CastReason::Implicit)?;
            return Ok((text, time));
        };
        // MySQL compares a date with a date and time as such; the others cut the literal to a date.
        if to == Type::Date
            && self.meaning.conversions.implicit == crate::dialects::Implicit::Loose
            && constant::moment(&content).is_some_and(|moment| !moment.is_midnight())
        {
            let ty = Type::Timestamp { precision: 6, zone: Zone::None };
            let text = self.coerce(text, ty, CastReason::Implicit)?;
            let time = self.coerce(time, ty, CastReason::Implicit)?;
            return Ok((text, time));
        }
        // A literal may have more digits of the second than the column: it is compared as it is.
        let to = match to {
            Type::Timestamp { zone, .. } => Type::Timestamp { precision: 6, zone },
            other => other,
        };
        let text = self.coerce(text, to, CastReason::Implicit)?;
        Ok((text, time))
    }

    /// A number beside a date: a literal of the form yyyymmdd is a date.
    fn coerce_date_number(&mut self, number: ExprId, to: Type, span: Span) -> Bound<ExprId> {
        let converted = self.coerce(number, to, CastReason::Implicit);
        match converted {
            Ok(id) if self.air.ty(id) == to => Ok(id),
            _ => {
                let message = "a date or time is compared with a number";
                Err(self.refuse(codes::TYPES, span, message))
            }
        }
    }

    /// Text and bytes.
    fn pair_text_bytes(&mut self, left: ExprId, right: ExprId, span: Span) -> Bound<Pair> {
        let bytes_left = matches!(self.air.ty(left), Type::Bytes { .. });
        if self.meaning.conversions.branches_keep {
            // Texts stand below bytes (SQLite).
            let unlike = if bytes_left { Unlike::Above } else { Unlike::Below };
            return Ok(Pair { left, right, collation: Collation::BINARY, unlike: Some(unlike) });
        }
        if self.meaning.conversions.implicit == crate::dialects::Implicit::Literals
            && self.text_literal(if bytes_left { right } else { left }).is_none()
        {
            return Err(self.incomparable(self.air.ty(left), self.air.ty(right), span));
        }
        let (left, right) = if bytes_left {
            (left, self.coerce(right, Type::BYTES, CastReason::Implicit)?)
        } else {
            (self.coerce(left, Type::BYTES, CastReason::Implicit)?, right)
        };
        Ok(Pair { left, right, collation: Collation::BINARY, unlike: None })
    }

    // What is built on comparisons.

    /// `operand [NOT] BETWEEN low AND high`.
    pub(crate) fn between(
        &mut self,
        operand: ExprId,
        low: ExprId,
        high: ExprId,
        negated: bool,
        symmetric: bool,
        span: Span,
    ) -> Bound<ExprId> {
        if !matches!(self.air.expr(operand), Expr::Row { .. }) {
            let a = self.pair(operand, low, span)?;
            let b = self.pair(operand, high, span)?;
            let same_left = a.left == b.left
                || (a.left != operand && b.left != operand && self.air.ty(a.left) == self.air.ty(b.left));
            if same_left && a.collation == b.collation && a.unlike.is_none() && b.unlike.is_none() {
                let (mut a, mut b) = (a, b);
                if let Some(list) = self.ranked_list(a.left) {
                    a.left = self.word_rank(a.left, list);
                    a.right = self.word_rank(a.right, list);
                    b.right = self.word_rank(b.right, list);
                }
                let nullable = [a.left, a.right, b.right].iter().any(|id| self.air.info(*id).nullable);
                let expr = Expr::Between {
                    operand: a.left,
                    low: a.right,
                    high: b.right,
                    negated,
                    symmetric,
                    collation: a.collation,
                };
                return Ok(self.air.push(expr, Type::Bool, nullable, span));
            }
        }
        if symmetric {
            let message = "BETWEEN SYMMETRIC over values of unlike types is not translated";
            return Err(self.refuse(codes::EXPRESSION, span, message));
        }
        let again = self.twice(operand)?;
        let from = self.comparison(CompareOp::Ge, operand, low, span)?;
        let to = self.comparison(CompareOp::Le, again, high, span)?;
        let both = self.conjunction(&[from, to], span);
        Ok(if negated { self.not(both, span) } else { both })
    }

    /// `operand [NOT] IN (items)`.
    pub(crate) fn in_list(
        &mut self,
        operand: ExprId,
        items: &[ExprId],
        negated: bool,
        span: Span,
    ) -> Bound<ExprId> {
        if items.is_empty() {
            if self.meaning.conversions.implicit != crate::dialects::Implicit::Loose {
                return Err(self.refuse(codes::EXPRESSION, span, "the list of IN is empty"));
            }
            return Ok(self.truth(negated, span));
        }
        let ty = self.air.ty(operand);
        let mut converted: Vec<ExprId> = Vec::with_capacity(items.len());
        let mut tested = operand;
        let mut collation = None;
        let mut uniform = true;
        for item in items {
            let item_ty = self.air.ty(*item);
            // What nearly every element of a long list is.
            if ty.is_numeric() && item_ty.is_numeric() {
                uniform &= tested == operand;
                converted.push(*item);
                continue;
            }
            if let (Expr::Row { items: l }, Expr::Row { items: r }) =
                (self.air.expr(operand), self.air.expr(*item))
            {
                let (l, r) = (self.args_of(l), self.args_of(r));
                if l.len() != r.len() {
                    let message = format!("rows of {} and {} values are compared", l.len(), r.len());
                    return Err(self.refuse(codes::TYPES, span, message));
                }
                let (rows, changed) = self.pair_rows(&l, &r, span)?;
                uniform &= collation.is_none_or(|known| known == rows);
                collation = Some(rows);
                match changed {
                    Some((left, right)) if left == l => {
                        let at = self.air.span(*item);
                        let row = self.row(&right, at);
                        converted.push(row);
                    }
                    Some(_) => uniform = false,
                    None => converted.push(*item),
                }
                continue;
            }
            let pair = self.pair(operand, *item, span)?;
            let first = converted.is_empty();
            if pair.left != operand && first {
                tested = pair.left;
            }
            let same = if first {
                true
            } else {
                self.air.ty(tested) == self.air.ty(pair.left)
                    && ((pair.left == operand) == (tested == operand))
            };
            let text = self.air.ty(pair.right).is_text();
            uniform &=
                pair.unlike.is_none() && same && (!text || collation.is_none_or(|c| c == pair.collation));
            if text {
                collation = Some(pair.collation);
            }
            converted.push(pair.right);
        }
        let nullable =
            self.air.info(tested).nullable || converted.iter().any(|id| self.air.info(*id).nullable);
        if uniform {
            let items = self.air.push_list(&converted);
            let collation = collation.unwrap_or_default();
            let expr = Expr::InList { operand: tested, items, negated, collation };
            return Ok(self.air.push(expr, Type::Bool, nullable, span));
        }
        // Each element is compared in its own way.
        let mut terms = Vec::with_capacity(items.len());
        for (i, item) in items.iter().enumerate() {
            let operand = if i == 0 { operand } else { self.twice(operand)? };
            terms.push(self.comparison(CompareOp::Eq, operand, *item, span)?);
        }
        let any = self.disjunction(&terms, span);
        Ok(if negated { self.not(any, span) } else { any })
    }

    /// `operand [NOT] IN (query)`.
    pub(crate) fn in_query(
        &mut self,
        operand: ExprId,
        query: QueryId,
        negated: bool,
        span: Span,
    ) -> Bound<ExprId> {
        let (operand, collation) = self.pair_query(operand, query, span)?;
        let expr = Expr::InQuery { operand, query, negated, collation };
        Ok(self.air.push(expr, Type::Bool, true, span))
    }

    /// An operand made comparable with the columns of a query, and they with it.
    fn pair_query(&mut self, operand: ExprId, query: QueryId, span: Span) -> Bound<(ExprId, Collation)> {
        let Some(outputs) = self.outputs(query) else {
            let width = match self.air.expr(operand) {
                Expr::Row { items } => items.len(),
                _ => 1,
            };
            let _ = width;
            self.assume_type(operand);
            return Ok((operand, self.sort_collation(operand)));
        };
        let outputs: Vec<_> = self.air.list(outputs).to_vec();
        let operands = match self.air.expr(operand) {
            Expr::Row { items } => self.args_of(items),
            _ => vec![operand],
        };
        if operands.len() != outputs.len() {
            let message =
                format!("{} values are compared with a query of {} columns", operands.len(), outputs.len());
            return Err(self.refuse(codes::SUBQUERY_WIDTH, span, message));
        }
        let mut collation = Collation::BINARY;
        let mut converted = Vec::with_capacity(operands.len());
        for (i, (value, output)) in operands.iter().zip(&outputs).enumerate() {
            let l = self.air.ty(*value);
            let comparable = (l.is_numeric() && output.ty.is_numeric())
                || (l.is_text() && output.ty.is_text())
                || l == output.ty
                || output.ty.is_unknown()
                || matches!(output.ty, Type::Any(_));
            if comparable {
                if l.is_text() || output.ty.is_text() {
                    collation = self.common_collation(l, output.ty, span)?;
                }
                converted.push(*value);
                continue;
            }
            // A stand-in of the column's type, as a value that no literal rule applies to.
            let probe = self.air.push(Expr::Output { index: i as u32 }, output.ty, true, span);
            let pair = self.pair(*value, probe, span)?;
            if pair.unlike.is_some() {
                let message = "values of unlike kinds are compared with the rows of a query";
                return Err(self.refuse(codes::TYPES, span, message));
            }
            let to = self.air.ty(pair.right);
            if pair.right != probe {
                self.cast_output(query, i, to, CastReason::Implicit)?;
            }
            collation = pair.collation;
            converted.push(pair.left);
        }
        let operand = if converted == operands {
            operand
        } else if let [one] = converted[..] {
            one
        } else {
            let at = self.air.span(operand);
            self.row(&converted, at)
        };
        Ok((operand, collation))
    }

    /// `left op ANY/ALL (…)`.
    pub(crate) fn quantified(
        &mut self,
        op: CompareOp,
        left: ExprId,
        all: bool,
        operand: tree::ExprId,
        span: Span,
    ) -> Bound<ExprId> {
        match self.tree.expr(operand) {
            tree::Expr::Subquery(query) => {
                let query = self.query(query)?;
                let (left, collation) = self.pair_query(left, query, span)?;
                let quantifier = if all { Quantifier::All } else { Quantifier::Any };
                let expr = Expr::Quantified { op, quantifier, collation, left, query };
                Ok(self.air.push(expr, Type::Bool, true, span))
            }
            tree::Expr::Row { items, .. } => {
                let items = self.bind_all(items)?;
                self.expand_quantified(op, left, all, &items, span)
            }
            _ => {
                let bound = self.expr(operand)?;
                let bound = match self.text_literal(bound).map(str::to_owned) {
                    Some(text) => {
                        let element = super::types::element_of(self.air.ty(left));
                        let at = self.air.span(bound);
                        match self.constant(&text, Type::Array(element), at) {
                            Some(array) => array,
                            None => return Err(self.bad_literal(&text, "an array we can read", at)),
                        }
                    }
                    None => bound,
                };
                match self.air.expr(bound) {
                    Expr::Array { items } => {
                        let items = self.args_of(items);
                        self.expand_quantified(op, left, all, &items, span)
                    }
                    // A list in parentheses of one element (Oracle).
                    _ if !matches!(self.air.ty(bound), Type::Array(_) | Type::Unknown) => {
                        self.expand_quantified(op, left, all, &[bound], span)
                    }
                    _ => match (op, all) {
                        (CompareOp::Eq, false) => Ok(self.call(Builtin::ArrayAny, &[left, bound], span)),
                        (CompareOp::Ne, true) => Ok(self.call(Builtin::ArrayAll, &[left, bound], span)),
                        _ => {
                            let message =
                                "ANY and ALL over arrays are translated for `= ANY` and `<> ALL` only";
                            Err(self.refuse(codes::EXPRESSION, span, message))
                        }
                    },
                }
            }
        }
    }

    fn expand_quantified(
        &mut self,
        op: CompareOp,
        left: ExprId,
        all: bool,
        items: &[ExprId],
        span: Span,
    ) -> Bound<ExprId> {
        match (op, all) {
            _ if items.is_empty() => return Ok(self.truth(all, span)),
            (CompareOp::Eq, false) => return self.in_list(left, items, false, span),
            (CompareOp::Ne, true) => return self.in_list(left, items, true, span),
            _ => {}
        }
        let mut terms = Vec::with_capacity(items.len());
        for (i, item) in items.iter().enumerate() {
            let left = if i == 0 { left } else { self.twice(left)? };
            terms.push(self.comparison(op, left, *item, span)?);
        }
        Ok(if all { self.conjunction(&terms, span) } else { self.disjunction(&terms, span) })
    }

    /// Binds a list of the tree into a vector.
    pub(crate) fn bind_all(&mut self, list: tree::List<tree::ExprId>) -> Bound<Vec<ExprId>> {
        let mut bound = Vec::with_capacity(list.len());
        for id in self.tree.list(list) {
            bound.push(self.expr(*id)?);
        }
        Ok(bound)
    }
}

/// TRUE and FALSE as T-SQL reads them where a bit is wanted.
pub(super) fn truth_word(text: &str) -> Option<bool> {
    let text = text.trim();
    if text.eq_ignore_ascii_case("true") {
        return Some(true);
    }
    text.eq_ignore_ascii_case("false").then_some(false)
}
