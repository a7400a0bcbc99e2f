//! Patterns: LIKE and its relatives, regular expressions, and the calls with words between their arguments.

use crate::binder::{Binder, Bound};
use crate::codes;
use crate::dialects::Want;
use air::expr::{Expr, Modifier};
use air::fidelity::Assume;
use air::types::{Collation, Fold, TextKind, Type};
use air::{Builtin, ExprId};
use air_base::Span;
use airc_grammar::tree::{self, LikeOp, SpecialForm};

impl<'a> Binder<'a> {
    /// `expr [NOT] LIKE pattern [ESCAPE escape]` and its relatives.
    pub(super) fn like(
        &mut self,
        op: LikeOp,
        negated: bool,
        expr: tree::ExprId,
        pattern: tree::ExprId,
        escape: Option<tree::ExprId>,
        span: Span,
    ) -> Bound<ExprId> {
        if let tree::Expr::Quantifier { all, operand } = self.tree.expr(pattern) {
            let items = match self.tree.expr(operand) {
                tree::Expr::Array(items) => items,
                tree::Expr::Row { items, .. } => items,
                _ => return self.no_meaning("LIKE with ANY or ALL over values that are not listed", span),
            };
            let mut terms = Vec::with_capacity(items.len());
            for item in self.tree.list(items) {
                terms.push(self.like(op, negated, expr, *item, escape, span)?);
            }
            return Ok(if all { self.conjunction(&terms, span) } else { self.disjunction(&terms, span) });
        }
        let operand = self.expr(expr)?;
        let pattern = self.expr(pattern)?;
        let escape = match escape {
            Some(escape) => Some(self.expr(escape)?),
            None => None,
        };
        match op {
            LikeOp::Like => self.like_match(operand, pattern, escape, negated, false, span),
            LikeOp::Ilike => self.like_match(operand, pattern, escape, negated, true, span),
            LikeOp::SimilarTo => {
                let operand = self.argument(operand, Want::Text)?;
                let pattern = self.argument(pattern, Want::Text)?;
                let matched = match escape {
                    Some(escape) => self.call(Builtin::SimilarTo, &[operand, pattern, escape], span),
                    None => self.call(Builtin::SimilarTo, &[operand, pattern], span),
                };
                Ok(if negated { self.not(matched, span) } else { matched })
            }
            LikeOp::Regexp | LikeOp::Rlike if self.meaning.texts.regexp_operator => {
                let operand = self.as_text(operand)?;
                let pattern = self.as_text(pattern)?;
                let matched = self.call(Builtin::RegexMatch, &[operand, pattern], span);
                Ok(if negated { self.not(matched, span) } else { matched })
            }
            LikeOp::Glob => {
                let operand = self.as_text(operand)?;
                let pattern = self.as_text(pattern)?;
                let matched = self.call(Builtin::Glob, &[operand, pattern], span);
                Ok(if negated { self.not(matched, span) } else { matched })
            }
            LikeOp::Regexp | LikeOp::Rlike => {
                self.no_meaning("a regular expression operator that the application has to define", span)
            }
            LikeOp::Match => self.no_meaning("full text search", span),
        }
    }

    /// Text of a fixed length as LIKE sees it, where it keeps its padding.
    fn like_operand(&mut self, operand: ExprId) -> ExprId {
        let texts = &self.meaning.texts;
        match self.air.ty(operand) {
            Type::Text(mut text) if text.kind == TextKind::Fixed && texts.fixed_pads && texts.like_trims => {
                text.kind = TextKind::Varying;
                let span = self.air.span(operand);
                self.call_as(Builtin::TrimEnd, &[operand], Type::Text(text), span)
            }
            _ if texts.fixed_pads => self.unpadded(operand),
            _ => operand,
        }
    }

    /// LIKE and ILIKE.
    pub(crate) fn like_match(
        &mut self,
        operand: ExprId,
        pattern: ExprId,
        escape: Option<ExprId>,
        negated: bool,
        fold: bool,
        span: Span,
    ) -> Bound<ExprId> {
        let operand = self.argument(operand, Want::Text)?;
        let operand = self.read_trimmed(operand);
        let operand = self.like_operand(operand);
        let mut pattern = self.argument(pattern, Want::Text)?;
        let collation = if fold {
            Collation { case: Fold::Unicode, ..Collation::BINARY }
        } else {
            match self.meaning.texts.like_collation {
                Some(collation) => collation,
                None => {
                    let (l, r) = (self.air.ty(operand), self.air.ty(pattern));
                    let mut collation = self.common_collation(l, r, span)?;
                    // Trailing blanks count in patterns.
                    collation.pad = false;
                    collation
                }
            }
        };
        let mut escape = escape;
        if let Some(given) = escape
            && self.text_literal(given).is_some_and(str::is_empty)
        {
            // ESCAPE '' turns escaping off.
            escape = None;
        } else if escape.is_none()
            && let Some(character) = self.meaning.texts.like_escape
        {
            // The default escape is written out where it can matter.
            let matters = self.text_literal(pattern).is_none_or(|text| text.contains(character));
            if matters {
                let mut buffer = [0u8; 4];
                escape = Some(self.text(character.encode_utf8(&mut buffer), span));
            }
        }
        if self.meaning.texts.like_classes
            && let Some(glob) = self.text_literal(pattern).and_then(|text| as_glob(text, escape.is_some()))
        {
            let folds = collation.case != Fold::Sensitive;
            let (operand, glob) = match folds {
                true => {
                    let span = self.air.span(operand);
                    (self.call(Builtin::Lower, &[operand], span), glob.to_lowercase())
                }
                false => (operand, glob),
            };
            let glob = self.text(&glob, span);
            let matched = self.call(Builtin::Glob, &[operand, glob], span);
            return Ok(if negated { self.not(matched, span) } else { matched });
        }
        if self.meaning.texts.like_classes {
            (pattern, escape) = self.without_classes(pattern, escape, span)?;
        }
        let nullable =
            [Some(operand), Some(pattern), escape].into_iter().flatten().any(|id| self.air.info(id).nullable);
        let expr = Expr::Like { operand, pattern, escape, negated, collation };
        Ok(self.air.push(expr, Type::Bool, nullable, span))
    }

    /// A pattern of T-SQL, whose brackets are classes: one character in brackets is that character.
    fn without_classes(
        &mut self,
        pattern: ExprId,
        escape: Option<ExprId>,
        span: Span,
    ) -> Bound<(ExprId, Option<ExprId>)> {
        let Some(text) = self.text_literal(pattern).map(str::to_owned) else {
            let at = self.air.span(pattern);
            let subject = at.text(self.source);
            self.ledger.assume(Assume::PlainPatterns, subject, at);
            return Ok((pattern, escape));
        };
        if !text.contains('[') {
            return Ok((pattern, escape));
        }
        let escape_char = escape.and_then(|id| self.text_literal(id)).and_then(|text| text.chars().next());
        if escape.is_some() && escape_char.is_none() {
            return self.no_meaning("a pattern with classes and an escape that is no constant", span);
        }
        // A character the pattern does not use takes the wildcard meaning away.
        let marker = match escape_char
            .or_else(|| ['\\', '!', '~', '^', '|'].into_iter().find(|c| !text.contains(*c)))
        {
            Some(marker) => marker,
            None => return self.no_meaning("a pattern with classes", span),
        };
        let mut plain = String::with_capacity(text.len() + 2);
        let mut chars = text.chars();
        while let Some(c) = chars.next() {
            if Some(c) == escape_char {
                plain.push(c);
                plain.extend(chars.next());
                continue;
            }
            if c != '[' {
                plain.push(c);
                continue;
            }
            let (Some(inner), Some(']')) = (chars.next(), chars.next()) else {
                let at = self.air.span(pattern);
                return self.no_meaning("a pattern with character classes", at);
            };
            if inner == '^' {
                return self.no_meaning("a pattern with character classes", span);
            }
            if matches!(inner, '%' | '_') || inner == marker {
                plain.push(marker);
            }
            plain.push(inner);
        }
        let used = plain.contains(marker);
        let at = self.air.span(pattern);
        let pattern = self.text(&plain, at);
        let escape = match (escape, used) {
            (Some(escape), _) => Some(escape),
            (None, true) => {
                let mut buffer = [0u8; 4];
                Some(self.text(marker.encode_utf8(&mut buffer), at))
            }
            (None, false) => None,
        };
        Ok((pattern, escape))
    }

    /// `text ~ pattern`.
    pub(crate) fn regex_match(
        &mut self,
        text: ExprId,
        pattern: ExprId,
        fold: bool,
        span: Span,
    ) -> Bound<ExprId> {
        let text = self.argument(text, Want::Text)?;
        let pattern = self.argument(pattern, Want::Text)?;
        let collation =
            if fold { Collation { case: Fold::Unicode, ..Collation::BINARY } } else { Collation::BINARY };
        let modifier = Modifier::Collation(collation);
        Ok(self.call_with(Builtin::RegexMatch, modifier, &[text, pattern], Type::Bool, span))
    }

    /// Calls with words between the arguments.
    pub(super) fn special_form(
        &mut self,
        form: SpecialForm,
        args: tree::List<tree::ExprId>,
        span: Span,
    ) -> Bound<ExprId> {
        use SpecialForm as F;
        let nodes = self.tree.list(args);
        match form {
            F::Position => self.form_call("position", nodes, span),
            F::SubstringFrom | F::SubstringFromFor => self.form_call("substring", nodes, span),
            F::SubstringFor => {
                let args = self.bind_all(args)?;
                let [text, length] = args[..] else { return self.no_meaning("SUBSTRING", span) };
                let text = self.argument(text, Want::Text)?;
                let one = self.int(1, span);
                Ok(self.call(Builtin::Substring, &[text, one, length], span))
            }
            F::Overlay | F::OverlayFor => self.form_call("overlay", nodes, span),
            F::TrimBoth | F::TrimLeading | F::TrimTrailing => {
                let args = self.bind_all(args)?;
                self.trimmed(form, &args, span)
            }
            F::CharUsing if nodes.len() == 2 => {
                let code = self.expr(nodes[0])?;
                let code = self.argument(code, Want::Int)?;
                Ok(self.call(Builtin::CharOf, &[code], span))
            }
            F::SubstringSimilar => self.no_meaning("SUBSTRING with a SQL pattern", span),
            F::CollationFor => self.no_meaning("COLLATION FOR", span),
            F::CharUsing => self.chars_of_codes(&nodes[..nodes.len().saturating_sub(1)], span),
            F::Treat => self.no_meaning("TREAT", span),
            F::WeightString => self.no_meaning("WEIGHT_STRING", span),
        }
    }

    /// `CHAR(77, 121 USING utf8mb4)`: the bytes of the numbers, which constants tell; NULLs are left out.
    fn chars_of_codes(&mut self, codes: &[tree::ExprId], span: Span) -> Bound<ExprId> {
        let mut text = String::new();
        for code in codes {
            let code = self.expr(*code)?;
            match self.air.int_literal(code) {
                // A byte of ASCII is a character; larger ones are parts of one.
                Some(value @ 0..=127) => text.push(value as u8 as char),
                _ if self.is_null_literal(code) => {}
                _ => return self.no_meaning("CHAR of several codes that are no constants below 128", span),
            }
        }
        Ok(self.text(&text, span))
    }

    fn trimmed(&mut self, form: SpecialForm, args: &[ExprId], span: Span) -> Bound<ExprId> {
        let mut texts = Vec::with_capacity(2);
        for arg in args {
            texts.push(self.argument(*arg, Want::Text)?);
        }
        let whole = self.meaning.texts.trim_whole_text
            && texts
                .get(1)
                .is_some_and(|set| self.text_literal(*set).is_none_or(|text| text.chars().count() != 1));
        let op = match (form, whole) {
            (SpecialForm::TrimLeading, false) => Builtin::TrimStart,
            (SpecialForm::TrimLeading, true) => Builtin::TrimStartText,
            (SpecialForm::TrimTrailing, false) => Builtin::TrimEnd,
            (SpecialForm::TrimTrailing, true) => Builtin::TrimEndText,
            (_, false) => Builtin::Trim,
            (_, true) => Builtin::TrimText,
        };
        if texts.is_empty() {
            return Err(self.refuse(codes::ARGUMENT_COUNT, span, "TRIM takes a text"));
        }
        let trimmed = self.call(op, &texts, span);
        Ok(self.null_if_empty(trimmed))
    }
}

/// A pattern of T-SQL with classes of several characters as a glob pattern; `None` for others.
fn as_glob(pattern: &str, escaped: bool) -> Option<String> {
    let mut out = String::with_capacity(pattern.len() + 4);
    let mut classes = false;
    let mut rest = pattern;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        match c {
            '%' => out.push('*'),
            '_' => out.push('?'),
            '*' | '?' => out.extend(['[', c, ']']),
            '[' => {
                let end = rest.find(']')?;
                let inner = &rest[..end];
                if inner.is_empty() || !inner.is_ascii() {
                    return None;
                }
                classes |= inner.len() > 1;
                out.push('[');
                out.push_str(inner);
                out.push(']');
                rest = &rest[end + 1..];
            }
            c => out.push(c),
        }
    }
    (classes && !escaped).then_some(out)
}
