//! Expressions. Each is asked for with the least strength it may have at its place; one that binds weaker is
//! put into parentheses.

use air::expr::{CompareOp, OrderKey, Quantifier, SequenceStep, Truth};
use air::target::{Booleans, LikeCase, NullSafe, ParamStyle, SequenceForm, Strength, Upsert};
use air::types::Fold;
use air::{Expr, ExprId, List, Literal, QueryId, SourceId};
use airc_passes::codes;

use super::{Done, Renderer, deeper, literal};
use air::query::SourceKind;

impl Renderer<'_> {
    /// The level of an operator on this target.
    #[inline]
    pub(super) fn at(&self, strength: Strength) -> u8 {
        self.level[strength as usize]
    }

    /// The level of whatever binds stronger than that operator.
    #[inline]
    pub(super) fn above(&self, strength: Strength) -> u8 {
        self.level[strength as usize] + 1
    }

    /// An expression where any may stand.
    #[inline]
    pub(super) fn value(&mut self, id: ExprId) -> Done {
        self.expr(id, 0)
    }

    /// An expression at a place that needs this level.
    pub(super) fn expr(&mut self, id: ExprId, min: u8) -> Done {
        match self.air.expr(id) {
            // The two commonest kinds need no stack.
            Expr::Column { source, index, qualified } => self.column(source, index, qualified),
            Expr::Literal { value } => self.literal(id, value, min),
            expr => deeper(|| self.compound(id, expr, min)),
        }
    }

    fn compound(&mut self, id: ExprId, expr: Expr, min: u8) -> Done {
        match expr {
            Expr::Column { source, index, qualified } => self.column(source, index, qualified),
            Expr::Literal { value } => self.literal(id, value, min),
            Expr::Output { index } => self.output(id, index),
            Expr::Param { param } => self.param(param),
            Expr::Call { op, modifier, args } => self.call(id, op, modifier, args, min),
            Expr::UserCall { function, args } => {
                self.object(&function)?;
                self.push("(");
                self.values(args)?;
                self.push(")");
                Ok(())
            }
            Expr::And { terms } => self.terms(terms, Strength::And, "AND ", min),
            Expr::Or { terms } => self.terms(terms, Strength::Or, "OR ", min),
            Expr::Not { operand } => self.wrap(Strength::Not, min, |r| {
                r.push("NOT ");
                r.expr(operand, r.at(Strength::Not))
            }),
            Expr::Compare { op, left, right, .. } => self.wrap(Strength::Compare, min, |r| {
                let operand = r.above(Strength::Compare);
                r.expr(left, operand)?;
                r.compare_op(id, op)?;
                r.expr(right, operand)
            }),
            Expr::IsNull { operand, negated } => self.wrap(Strength::Compare, min, |r| {
                r.expr(operand, r.above(Strength::Compare))?;
                r.push(if negated { " IS NOT NULL" } else { " IS NULL" });
                Ok(())
            }),
            Expr::IsTruth { operand, value, negated } => {
                if value != Truth::Unknown && !self.target.has(self.target.can.is_truth) {
                    return Err(self.unlegal(self.air.span(id), "IS TRUE"));
                }
                self.wrap(Strength::Compare, min, |r| {
                    r.expr(operand, r.above(Strength::Compare))?;
                    r.push(if negated { " IS NOT " } else { " IS " });
                    r.push(match value {
                        Truth::True => "TRUE",
                        Truth::False => "FALSE",
                        // The same for booleans, and known to every dialect.
                        Truth::Unknown => "NULL",
                    });
                    Ok(())
                })
            }
            Expr::Between { operand, low, high, negated, symmetric, .. } => {
                if symmetric {
                    return Err(self.unlegal(self.air.span(id), "BETWEEN SYMMETRIC"));
                }
                self.wrap(Strength::Compare, min, |r| {
                    let part = r.above(Strength::Compare);
                    r.expr(operand, part)?;
                    r.push(if negated { " NOT BETWEEN " } else { " BETWEEN " });
                    r.expr(low, part)?;
                    r.push(" AND ");
                    r.expr(high, part)
                })
            }
            Expr::InList { operand, items, negated, .. } => {
                if items.is_empty() {
                    return Err(self.unlegal(self.air.span(id), "an empty IN list"));
                }
                self.wrap(Strength::Compare, min, |r| {
                    r.expr(operand, r.above(Strength::Compare))?;
                    r.push(if negated { " NOT IN " } else { " IN " });
                    r.parenthesized(|r| r.values(items))
                })
            }
            Expr::InQuery { operand, query, negated, .. } => self.wrap(Strength::Compare, min, |r| {
                r.expr(operand, r.above(Strength::Compare))?;
                r.push(if negated { " NOT IN " } else { " IN " });
                r.subquery(query)
            }),
            Expr::Exists { query, negated } => {
                if negated {
                    return self.wrap(Strength::Not, min, |r| {
                        r.push("NOT EXISTS ");
                        r.subquery(query)
                    });
                }
                self.push("EXISTS ");
                self.subquery(query)
            }
            Expr::Scalar { query, .. } => self.subquery(query),
            Expr::Quantified { op, quantifier, left, query, .. } => {
                if !self.target.has(self.target.can.quantified) {
                    return Err(self.unlegal(self.air.span(id), "ANY and ALL"));
                }
                self.wrap(Strength::Compare, min, |r| {
                    r.expr(left, r.above(Strength::Compare))?;
                    r.compare_op(id, op)?;
                    r.push(match quantifier {
                        Quantifier::Any => "ANY ",
                        Quantifier::All => "ALL ",
                    });
                    r.subquery(query)
                })
            }
            Expr::Like { operand, pattern, escape, negated, collation } => {
                self.wrap(Strength::Compare, min, |r| {
                    let part = r.above(Strength::Compare);
                    r.expr(operand, part)?;
                    let folded = collation.case != Fold::Sensitive;
                    let ilike = folded && r.target.can.like_case == LikeCase::SensitiveAndIlike;
                    r.push(if negated { " NOT " } else { " " });
                    r.push(if ilike { "ILIKE " } else { "LIKE " });
                    r.expr(pattern, part)?;
                    r.escape(pattern, escape)
                })
            }
            Expr::Case { operand, branches, otherwise, .. } => {
                self.open();
                self.push("CASE");
                if let Some(operand) = operand {
                    self.push(" ");
                    self.value(operand)?;
                }
                self.indent();
                for i in 0..branches.len() {
                    let branch = self.air.at(branches, i);
                    self.space();
                    self.push("WHEN ");
                    self.value(branch.when)?;
                    self.push(" THEN ");
                    self.value(branch.then)?;
                }
                if let Some(otherwise) = otherwise {
                    self.space();
                    self.push("ELSE ");
                    self.value(otherwise)?;
                }
                self.dedent();
                self.space();
                self.push("END");
                self.close();
                Ok(())
            }
            Expr::Cast { operand, to, .. } => {
                self.push("CAST(");
                self.value(operand)?;
                self.push(" AS ");
                self.cast_type(to, self.air.span(id))?;
                self.push(")");
                Ok(())
            }
            Expr::Aggregate { op, distinct, args, order, filter, .. } => {
                self.aggregate(id, op, distinct, args, order, filter)
            }
            Expr::Window { call, window, ignore_nulls } => self.over(id, call, window, ignore_nulls),
            Expr::Row { items } => {
                self.push("(");
                self.values(items)?;
                self.push(")");
                Ok(())
            }
            Expr::Array { items } => {
                if !self.target.has(self.target.can.arrays) {
                    return Err(self.refuse(codes::TYPE, self.air.span(id), "there are no arrays"));
                }
                self.push("ARRAY[");
                self.values(items)?;
                self.push("]");
                Ok(())
            }
            Expr::Default {} => {
                self.push("DEFAULT");
                Ok(())
            }
            Expr::Sequence { name, step } => {
                let next = step == SequenceStep::Next;
                match self.target.can.sequences {
                    SequenceForm::Function => {
                        self.push(if next { "nextval('" } else { "currval('" });
                        let from = self.out.len();
                        self.object(&name)?;
                        // The name stands inside a text literal.
                        if self.out[from..].contains('\'') {
                            let doubled = self.out[from..].replace('\'', "''");
                            self.out.truncate(from);
                            self.out.push_str(&doubled);
                        }
                        self.push("')");
                    }
                    SequenceForm::NextValueFor if !next && !self.target.can.previous_value => {
                        let message = "the last number a session took from a sequence is not kept";
                        return Err(self.refuse(codes::BUILTIN, self.air.span(id), message));
                    }
                    SequenceForm::NextValueFor => {
                        self.push(if next { "NEXT VALUE FOR " } else { "PREVIOUS VALUE FOR " });
                        self.object(&name)?;
                    }
                    SequenceForm::Pseudocolumn => {
                        self.object(&name)?;
                        self.push(if next { ".NEXTVAL" } else { ".CURRVAL" });
                    }
                    SequenceForm::No => {
                        return Err(self.refuse(codes::BUILTIN, self.air.span(id), "there are no sequences"));
                    }
                }
                Ok(())
            }
        }
    }

    /// What `body` writes, in parentheses if an operator of that strength is too weak here.
    pub(super) fn wrap(&mut self, strength: Strength, min: u8, body: impl FnOnce(&mut Self) -> Done) -> Done {
        if self.at(strength) >= min {
            return body(self);
        }
        self.push("(");
        body(self)?;
        self.push(")");
        Ok(())
    }

    /// Terms of AND or OR.
    fn terms(&mut self, terms: List<ExprId>, strength: Strength, word: &str, min: u8) -> Done {
        let parentheses = self.at(strength) < min;
        if parentheses {
            self.push("(");
        }
        self.open();
        let part = self.at(strength);
        for i in 0..terms.len() {
            if i > 0 {
                self.space();
                self.push(word);
            }
            let term = self.air.at(terms, i);
            self.comments_before(self.air.span(term));
            self.expr(term, part)?;
        }
        self.close();
        if parentheses {
            self.push(")");
        }
        Ok(())
    }

    /// Expressions separated by commas.
    pub(super) fn values(&mut self, list: List<ExprId>) -> Done {
        self.open();
        for i in 0..list.len() {
            self.comma(i == 0);
            self.value(self.air.at(list, i))?;
        }
        self.close();
        Ok(())
    }

    /// A query in parentheses.
    pub(super) fn subquery(&mut self, query: QueryId) -> Done {
        deeper(|| self.parenthesized(|r| r.query(query)))
    }

    fn compare_op(&mut self, id: ExprId, op: CompareOp) -> Done {
        let text = match op {
            CompareOp::Eq => " = ",
            CompareOp::Ne => " <> ",
            CompareOp::Lt => " < ",
            CompareOp::Le => " <= ",
            CompareOp::Gt => " > ",
            CompareOp::Ge => " >= ",
            CompareOp::Same | CompareOp::NotSame => {
                let same = op == CompareOp::Same;
                match self.target.can.null_safe {
                    NullSafe::DistinctFrom(can) if self.target.has(can) => {
                        if same {
                            " IS NOT DISTINCT FROM "
                        } else {
                            " IS DISTINCT FROM "
                        }
                    }
                    NullSafe::Spaceship if same => " <=> ",
                    NullSafe::Is => {
                        if same {
                            " IS "
                        } else {
                            " IS NOT "
                        }
                    }
                    _ => return Err(self.unlegal(self.air.span(id), "NULL-safe equality")),
                }
            }
        };
        self.push(text);
        Ok(())
    }

    /// ESCAPE, where the target's default is another one and it matters.
    fn escape(&mut self, pattern: ExprId, escape: Option<ExprId>) -> Done {
        let text_of = |id: ExprId| match self.air.literal(id) {
            Some(Literal::Text { text }) => Some(self.air.text(text)),
            _ => None,
        };
        let pattern = text_of(pattern);
        let default = self.target.can.like_escape;
        let wanted = escape.map(text_of);
        let needed = match wanted {
            // No escape wanted: a default escape must not be met.
            None => default.is_some_and(|default| pattern.is_none_or(|pattern| pattern.contains(default))),
            // An escape nobody uses, if the default is not met either.
            Some(Some(wanted)) => {
                let is_default = default.is_some_and(|default| wanted.chars().eq([default]));
                let met = |c: char| pattern.is_none_or(|pattern| pattern.contains(c));
                !is_default && (wanted.chars().any(met) || default.is_some_and(met))
            }
            Some(None) => true,
        };
        if !needed {
            return Ok(());
        }
        self.push(" ESCAPE ");
        match escape {
            None => {
                self.push("''");
                Ok(())
            }
            Some(escape) => self.expr(escape, self.above(Strength::Compare)),
        }
    }

    pub(super) fn column(&mut self, source: SourceId, index: u32, qualified: bool) -> Done {
        let from = self.air.source(source);
        let column = self.air.column(source, index);
        match from.kind {
            SourceKind::Proposed {} => match self.target.can.upsert {
                Upsert::OnDuplicateKey => {
                    self.push("VALUES(");
                    self.name(column.name)?;
                    self.push(")");
                    return Ok(());
                }
                Upsert::OnConflict => self.push("excluded."),
                Upsert::Merge => {
                    self.name(from.alias)?;
                    self.push(".");
                }
            },
            SourceKind::Old {} => self.push("deleted."),
            SourceKind::New {} => self.push("inserted."),
            // Where a variable can be told from a column of its name, it is.
            SourceKind::Variables {}
                if self.target.can.triggers.form == air::target::TriggerForm::Function =>
            {
                self.name(from.alias)?;
                self.push(".");
            }
            SourceKind::Variables {} => {}
            SourceKind::TriggerRow { old } => {
                let (before, after) = self.target.can.triggers.rows;
                self.push(if old { before } else { after });
            }
            _ if qualified && !from.alias.is_empty() => {
                self.name(from.alias)?;
                self.push(".");
            }
            _ => {}
        }
        self.name(column.name)
    }

    fn param(&mut self, id: air::ParamId) -> Done {
        let param = self.air.param(id);
        let named = !param.name.is_empty();
        match self.target.can.params {
            ParamStyle::Question => {
                self.positions.push(param.number);
                self.push("?");
            }
            ParamStyle::Dollar => {
                self.push("$");
                literal::push_int(self.out, i64::from(param.number));
            }
            ParamStyle::NumberedQuestion => {
                self.push("?");
                literal::push_int(self.out, i64::from(param.number));
            }
            ParamStyle::Colon | ParamStyle::At => {
                let at = self.target.can.params == ParamStyle::At;
                self.push(if at { "@" } else { ":" });
                if named {
                    let text = self.air.text(param.name).trim_start_matches([':', '@', '$', '?']);
                    self.push(text);
                } else {
                    if at {
                        self.push("p");
                    }
                    literal::push_int(self.out, i64::from(param.number));
                }
            }
        }
        Ok(())
    }

    fn literal(&mut self, id: ExprId, value: Literal, min: u8) -> Done {
        match value {
            Literal::Null {} => self.push("NULL"),
            Literal::Bool { value } => {
                let can = self.target.can;
                let words = can.booleans != Booleans::None && self.target.has(can.true_false);
                self.push(match (words, value) {
                    (true, true) => "TRUE",
                    (true, false) => "FALSE",
                    (false, true) => "1",
                    (false, false) => "0",
                });
            }
            Literal::Int { value: i64::MIN } => self.push("(-9223372036854775807 - 1)"),
            Literal::Int { value } => self.signed(value < 0, min, |out| literal::push_int(out, value)),
            Literal::Decimal { digits } | Literal::Float { digits } => {
                let text = self.air.text(digits);
                self.signed(text.starts_with('-'), min, |out| out.push_str(text));
            }
            Literal::Text { text } => {
                let text = self.air.text(text);
                if text.contains('\0') {
                    let message = "a text literal cannot contain the zero character";
                    return Err(self.refuse(codes::LITERAL, self.air.span(id), message));
                }
                if self.target.can.national_text && !text.is_ascii() {
                    self.push("N");
                }
                literal::push_text(self.out, text, self.target.can.backslash_escapes);
            }
            Literal::Bytes { hex: text }
            | Literal::Bits { digits: text }
            | Literal::Date { text }
            | Literal::Time { text }
            | Literal::Timestamp { text } => self.special_literal(id, value, self.air.text(text), min)?,
            Literal::Interval { .. } => self.special_literal(id, value, "", min)?,
        }
        Ok(())
    }

    fn signed(&mut self, negative: bool, min: u8, write: impl FnOnce(&mut String)) {
        let parentheses = negative && self.at(Strength::Unary) < min;
        if parentheses {
            self.push("(");
        }
        write(self.out);
        if parentheses {
            self.push(")");
        }
    }

    fn special_literal(&mut self, id: ExprId, value: Literal, text: &str, min: u8) -> Done {
        let parentheses = self.at(Strength::Postfix) < min;
        if parentheses {
            self.push("(");
        }
        if let Err(reason) = (self.backend.spelling.literal)(value, self.air.ty(id), text, self.out) {
            return Err(self.refuse(codes::LITERAL, self.air.span(id), reason));
        }
        if parentheses {
            self.push(")");
        }
        Ok(())
    }

    pub(super) fn cast_type(&mut self, ty: air::Type, span: air_base::Span) -> Done {
        let spelling = self.backend.spelling.cast_type;
        spelling(ty, &self.target.profile, self.options.catalog, self.out)
            .map_err(|reason| self.refuse(codes::TYPE, span, reason))
    }

    /// A key of an order or a group. A constant that a rewrite has left there would be read as a position.
    pub(super) fn key(&mut self, id: ExprId) -> Done {
        let ty = self.air.ty(id);
        if self.air.literal(id).is_some() && !matches!(ty, air::Type::Null | air::Type::Unknown) {
            self.push("CAST(");
            self.value(id)?;
            self.push(" AS ");
            self.cast_type(ty, self.air.span(id))?;
            self.push(")");
            return Ok(());
        }
        self.value(id)
    }

    /// Order keys, separated by commas.
    pub(super) fn order_keys(&mut self, keys: List<OrderKey>) -> Done {
        for i in 0..keys.len() {
            let key = self.air.at(keys, i);
            self.comma(i == 0);
            self.comments_before(self.air.span(key.expr));
            self.key(key.expr)?;
            if key.descending {
                self.push(" DESC");
            }
            if key.nulls_first != self.target.can.null_rank.first(key.descending)
                && self.air.info(key.expr).nullable
            {
                if !self.target.has(self.target.can.nulls_first_last) {
                    return Err(self.unlegal(self.air.span(key.expr), "NULLS FIRST or LAST"));
                }
                self.push(if key.nulls_first { " NULLS FIRST" } else { " NULLS LAST" });
            }
        }
        Ok(())
    }
}
