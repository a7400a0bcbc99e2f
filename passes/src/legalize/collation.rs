//! Comparison of texts: case, accents, trailing blanks, order.
//!
//! Before: every comparison says how it compares. After: a comparison compares so by itself on the target,
//! whatever collation the target's columns have. A comparison that counts less than bytes is made one of
//! folded texts (`upper(rtrim(x))`), unless the target has a collation that does it; one that counts bytes is
//! given the target's binary collation where its default is another one.

use air::builtins::Builtin::*;
use air::expr::{Branch, CompareOp, Literal, Modifier, OrderKey};
use air::fidelity::Assume;
use air::ids::List;
use air::query::{Body, Distinct, GroupElement, Item};
use air::target::CollateForm;
use air::types::{Affinity, Collation, CollationStrength, Fold, TextOrder, Type};
use air::{Expr, ExprId, QueryId, SelectId};

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::build;
use crate::codes;
use crate::kind::Kind;
use crate::pass::{Apply, Context, Fired, Refused, Rule};

/// The rules of this topic.
pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "text_comparison",
        law: "texts are alike under a collation exactly when their folded forms are alike byte by byte",
        apply: Apply::Kinds(
            &[Kind::Compare, Kind::Between, Kind::InList, Kind::InQuery, Kind::Quantified, Kind::Case],
            text_comparison,
        ),
    },
    Rule {
        name: "text_function_comparison",
        law: "texts are alike under a collation exactly when their folded forms are alike byte by byte",
        apply: Apply::Builtins(
            &[Position, PositionFrom, FindInSet, Replace, RegexMatch],
            text_function_comparison,
        ),
    },
    Rule {
        name: "null_if_of_texts",
        law: "nullif(a, b) is CASE WHEN a = b THEN NULL ELSE a END",
        apply: Apply::Builtins(&[NullIf], null_if_of_texts),
    },
    Rule {
        name: "text_aggregate",
        law: "an aggregate that compares texts compares their folded forms, or under the collation named",
        apply: Apply::Kinds(&[Kind::Aggregate], text_aggregate),
    },
    Rule {
        name: "mixed_texts",
        law: "texts that are joined or chosen among are the same texts under any collation",
        apply: Apply::When(
            |to| to.can.collations_conflict,
            &Apply::Kinds(&[Kind::Call, Kind::Case], mixed_texts),
        ),
    },
    Rule {
        name: "text_order",
        law: "texts stand in the order of their folded forms",
        apply: Apply::Query(text_order),
    },
    Rule {
        name: "text_window",
        law: "rows are partners in a window when the folded forms of their keys are alike",
        apply: Apply::Kinds(&[Kind::Window], text_window),
    },
    Rule {
        name: "text_groups",
        law: "rows are in one group when the folded forms of their keys are alike; any spelling may show",
        apply: Apply::Select(text_groups),
    },
];

/// What has to be done so that texts compare under a collation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Means {
    /// Nothing: the target does so by itself.
    Native,
    /// COLLATE with this collation.
    Named(Collation),
    /// Folded forms are compared, themselves under `Means` for bytes.
    Folded,
}

/// What the comparison is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Purpose {
    Likeness,
    Order,
}

/// A text, or a value that a column declared as text may hold.
fn is_text(cx: &Context<'_>, id: ExprId) -> bool {
    match cx.air.ty(id) {
        Type::Text(_) | Type::Any(Affinity::Text) => true,
        Type::Unknown => matches!(cx.air.literal(id), Some(Literal::Text { .. })),
        _ => false,
    }
}

/// The collation a column brings along, if it is one with a collation of its own.
pub(super) fn own_collation(cx: &Context<'_>, id: ExprId) -> Option<Collation> {
    match cx.air.expr(id) {
        // Of the column itself: `BINARY c` is the column compared otherwise.
        Expr::Column { source, index, .. } => {
            cx.air.ty(id).collation().and(cx.air.column(source, index).ty.collation())
        }
        Expr::Output { .. } => cx.air.ty(id).collation(),
        _ => None,
    }
}

fn has_named(cx: &Context<'_>, collation: Collation) -> bool {
    let CollateForm::Named { ascii_ci, pad, ci_ai_pad, .. } = cx.target.can.collate;
    match (collation.case, collation.accent_insensitive, collation.pad) {
        (Fold::Sensitive, false, false) => true,
        (Fold::Sensitive, false, true) => pad.is_some(),
        (Fold::Ascii, false, false) => ascii_ci.is_some(),
        (Fold::Unicode, true, true) => ci_ai_pad.is_some() && collation.order == TextOrder::Upper,
        _ => false,
    }
}

/// The target may have columns that do not compare byte by byte.
fn has_loose_columns(cx: &Context<'_>) -> bool {
    let CollateForm::Named { ascii_ci, ci_ai_pad, .. } = cx.target.can.collate;
    ascii_ci.is_some() || ci_ai_pad.is_some()
}

pub(super) fn means(cx: &Context<'_>, collation: Collation, operands: &[ExprId]) -> Means {
    let default = cx.target.profile.settings.collation;
    let stranger = |own: Option<Collation>| own.is_some_and(|own| own != collation);
    if collation == default {
        let strangers = operands.iter().any(|&id| stranger(own_collation(cx, id)));
        let done = operands.iter().any(|&id| matches!(cx.as_call(id), Some((Collate, _))));
        return if strangers && !done && has_loose_columns(cx) {
            Means::Named(collation)
        } else {
            Means::Native
        };
    }
    if has_named(cx, collation) {
        // A column that is created with this very collation compares so by itself where the default is bytes.
        // The first column's collation is the one that counts.
        let own = operands.iter().find_map(|&id| own_collation(cx, id)) == Some(collation);
        return if default.is_exact() && own { Means::Native } else { Means::Named(collation) };
    }
    Means::Folded
}

/// True if texts of the key are alike that are not alike byte by byte, and the target has no collation for them.
pub(super) fn folds(cx: &Context<'_>, key: ExprId) -> bool {
    let collation = cx.air.ty(key).collation();
    collation.is_some_and(|collation| means(cx, collation, &[key]) == Means::Folded)
        && !has_one_spelling(cx, key)
}

/// A column's text as a key of the source counts it, where a key of the target counts bytes.
pub(super) fn folded_key(cx: &mut Context<'_>, id: ExprId) -> Result<Option<ExprId>, Refused> {
    match named_in_key(cx, id).or_else(|| own_collation(cx, id)) {
        Some(collation)
            if !cx.target.can.define.collated_columns && means(cx, collation, &[id]) == Means::Folded =>
        {
            folded(cx, id, collation, Purpose::Likeness).map(Some)
        }
        _ => Ok(None),
    }
}

/// The collation that a key names for a column, other than the column's own.
fn named_in_key(cx: &Context<'_>, id: ExprId) -> Option<Collation> {
    let Expr::Column { source, index, .. } = cx.air.expr(id) else { return None };
    match (cx.air.ty(id), cx.air.column(source, index).ty) {
        (Type::Text(named), Type::Text(own))
            if named.strength == CollationStrength::Explicit && named.collation != own.collation =>
        {
            Some(named.collation)
        }
        _ => None,
    }
}

/// A column under the collation that a key names for it, where the target has names for collations.
pub(super) fn collated_key(cx: &mut Context<'_>, id: ExprId) -> Result<Option<ExprId>, Refused> {
    let Some(collation) = named_in_key(cx, id) else { return Ok(None) };
    let Expr::Column { source, index, .. } = cx.air.expr(id) else { return Ok(None) };
    let column = cx.air.copy(id);
    cx.air.info_mut(column).ty = cx.air.column(source, index).ty;
    match means(cx, collation, &[id]) {
        Means::Named(collation) => Ok(Some(collated(cx, column, collation))),
        Means::Folded if cx.target.can.define.collated_columns => {
            folded(cx, column, collation, Purpose::Likeness).map(Some)
        }
        Means::Native | Means::Folded => Ok(None),
    }
}

/// A literal whose letters are A-Z once accents that do not count are taken off. The other texts are assumed to
/// have no letters beyond A-Z, so a literal that has some is refused rather than compared against its own terms.
fn plain_literal(cx: &mut Context<'_>, id: ExprId, collation: Collation) -> Result<Option<String>, Refused> {
    let Some(text) = cx.text_literal(id) else { return Ok(None) };
    if text.is_ascii() {
        return Ok(Some(text.to_owned()));
    }
    if !collation.accent_insensitive {
        return Ok(None);
    }
    let plain: String = text.nfd().filter(|letter| !is_combining_mark(*letter)).collect();
    if plain.is_ascii() {
        return Ok(Some(plain));
    }
    let span = cx.air.span(id);
    let message = "a text with letters beyond A-Z cannot be compared without regard to case and accents";
    cx.refuse(codes::COLLATION, span, message, "compare under a binary collation")
}

/// The text as it counts: a literal is folded at once.
pub(super) fn folded(
    cx: &mut Context<'_>,
    id: ExprId,
    collation: Collation,
    purpose: Purpose,
) -> Result<ExprId, Refused> {
    let marked = marked(cx, id, collation);
    folded_as(cx, id, collation, purpose, marked)
}

/// True where the marks of letters matter, which do not count: the script has letters outside of A-Z there.
fn marked(cx: &Context<'_>, id: ExprId, collation: Collation) -> bool {
    collation.accent_insensitive
        && cx.speaks(StripMarks)
        && (cx.text_literal(id).is_some_and(|text| !text.is_ascii()) || cx.seen_below(id).letters)
}

fn folded_as(
    cx: &mut Context<'_>,
    id: ExprId,
    collation: Collation,
    purpose: Purpose,
    marked: bool,
) -> Result<ExprId, Refused> {
    let ty = Type::text(Collation::BINARY);
    let ascii = cx.text_literal(id).filter(|text| text.is_ascii());
    let literal = if marked { ascii.map(str::to_owned) } else { plain_literal(cx, id, collation)? };
    if let Some(text) = literal {
        let text = text.as_str();
        let mut text = if collation.pad { text.trim_end_matches(' ') } else { text }.to_owned();
        match (collation.case, collation.order) {
            (Fold::Sensitive, _) => {}
            (_, TextOrder::Lower) => text.make_ascii_lowercase(),
            _ => text.make_ascii_uppercase(),
        }
        return Ok(cx.text(&text, id));
    }
    if cx.is_null_literal(id) {
        return Ok(id);
    }
    let mut text = id;
    if collation.pad {
        text = cx.call(TrimEnd, &[text], ty, id);
    }
    if marked {
        text = cx.call(StripMarks, &[text], ty, id);
    }
    let lower = collation.order == TextOrder::Lower;
    let fold = match (collation.case, lower) {
        (Fold::Sensitive, _) => None,
        (Fold::Ascii, true) => Some(LowerAscii),
        (Fold::Ascii, false) => Some(UpperAscii),
        (Fold::Unicode, true) => Some(Lower),
        (Fold::Unicode, false) => Some(Upper),
    };
    if let Some(fold) = fold {
        text = cx.call(fold, &[text], ty, id);
    }
    let subject = cx.subject(id);
    let span = cx.air.span(id);
    if collation.accent_insensitive && !marked {
        cx.assume_ascii(&subject, span)?;
    }
    if purpose == Purpose::Order && collation.order == TextOrder::Linguistic {
        cx.assume(Assume::TextOrder, &subject, span)?;
    }
    // Bytes count from here on, so where the default is another collation the text says so.
    if !cx.target.profile.settings.collation.is_exact() {
        text = collated(cx, text, Collation::BINARY);
    }
    Ok(text)
}

fn collated(cx: &mut Context<'_>, id: ExprId, collation: Collation) -> ExprId {
    cx.call_with(Collate, Modifier::Collation(collation), &[id], Type::text(collation), id)
}

/// Makes the operands compare under `collation`; if that changed one, the collation they compare under now.
fn fit(
    cx: &mut Context<'_>,
    collation: Collation,
    operands: &mut [ExprId],
    purpose: Purpose,
) -> Result<Option<Collation>, Refused> {
    if !operands.iter().any(|&id| is_text(cx, id)) {
        return Ok(None);
    }
    // Where nothing is known of a column, a literal that reads like a date or number is none of ours.
    let open =
        operands.iter().copied().find(|&id| cx.air.ty(id) == Type::Unknown && cx.air.literal(id).is_none());
    if let Some(open) = open {
        let like_number = |id: &ExprId| {
            cx.text_literal(*id)
                .is_some_and(|text| text.starts_with(|c: char| c.is_ascii_digit() || c == '-'))
        };
        if operands.iter().any(like_number) {
            if means(cx, collation, operands) != Means::Native {
                let subject = cx.subject(open);
                let span = cx.air.span(open);
                cx.assume(Assume::TypeOfUnknown, &subject, span)?;
            }
            return Ok(None);
        }
    }
    match means(cx, collation, operands) {
        Means::Native => Ok(None),
        Means::Named(collation) => {
            if operands.iter().any(|&id| matches!(cx.as_call(id), Some((Collate, _)))) {
                return Ok(None);
            }
            // On the side of a column: a literal may be of a character set that does not have the collation.
            let at = operands.iter().position(|&id| cx.air.literal(id).is_none()).unwrap_or(0);
            operands[at] = collated(cx, operands[at], collation);
            Ok(Some(collation))
        }
        Means::Folded => {
            let marked = operands.iter().any(|&operand| marked(cx, operand, collation));
            for operand in operands.iter_mut() {
                *operand = folded_as(cx, *operand, collation, purpose, marked)?;
            }
            Ok(Some(Collation::BINARY))
        }
    }
}

/// What the comparison is called after it has been made to fit.
pub(super) fn fitted(cx: &Context<'_>) -> Collation {
    cx.target.profile.settings.collation
}

fn text_comparison(cx: &mut Context<'_>, id: ExprId) -> Fired {
    match cx.air.expr(id) {
        Expr::Compare { op, collation, left, right } => {
            let order = matches!(op, CompareOp::Lt | CompareOp::Le | CompareOp::Gt | CompareOp::Ge);
            if matches!(cx.air.expr(left), Expr::Row { .. }) {
                let purpose = if order { Purpose::Order } else { Purpose::Likeness };
                let Some(done) = fit_rows(cx, collation, &[left, right], purpose)? else { return Ok(false) };
                cx.air.set(id, Expr::Compare { op, collation: done, left, right });
                return Ok(true);
            }
            let mut operands = [left, right];
            let Some(done) =
                fit(cx, collation, &mut operands, if order { Purpose::Order } else { Purpose::Likeness })?
            else {
                return Ok(false);
            };
            let [left, right] = operands;
            cx.air.set(id, Expr::Compare { op, collation: done, left, right });
        }
        Expr::Between { operand, low, high, negated, symmetric, collation } => {
            let mut operands = [operand, low, high];
            let Some(done) = fit(cx, collation, &mut operands, Purpose::Order)? else { return Ok(false) };
            let [operand, low, high] = operands;
            cx.air.set(id, Expr::Between { operand, low, high, negated, symmetric, collation: done });
        }
        Expr::InList { operand, items, negated, collation } => {
            if matches!(cx.air.expr(operand), Expr::Row { .. }) {
                return row_in_list(cx, id);
            }
            let mut operands = vec![operand];
            operands.extend_from_slice(cx.air.list(items));
            let Some(done) = fit(cx, collation, &mut operands, Purpose::Likeness)? else { return Ok(false) };
            let items = cx.air.push_list(&operands[1..]);
            cx.air.set(id, Expr::InList { operand: operands[0], items, negated, collation: done });
        }
        Expr::InQuery { operand, query, negated, collation } => {
            let mut operands = [operand];
            if matches!(cx.air.expr(operand), Expr::Row { .. }) {
                return row_in_query(cx, id);
            }
            let Some(done) = fit(cx, collation, &mut operands, Purpose::Likeness)? else { return Ok(false) };
            fit_output(cx, query, collation, id)?;
            cx.air.set(id, Expr::InQuery { operand: operands[0], query, negated, collation: done });
        }
        Expr::Quantified { op, quantifier, collation, left, query } => {
            let mut operands = [left];
            let Some(done) = fit(cx, collation, &mut operands, Purpose::Order)? else { return Ok(false) };
            fit_output(cx, query, collation, id)?;
            cx.air.set(id, Expr::Quantified { op, quantifier, collation: done, left: operands[0], query });
        }
        Expr::Case { operand: Some(operand), branches, otherwise, collation } => {
            let list: Vec<Branch> = cx.air.list(branches).to_vec();
            let mut operands = vec![operand];
            operands.extend(list.iter().map(|branch| branch.when));
            let Some(done) = fit(cx, collation, &mut operands, Purpose::Likeness)? else { return Ok(false) };
            let list: Vec<Branch> =
                list.iter().zip(&operands[1..]).map(|(b, &when)| Branch { when, then: b.then }).collect();
            let branches = cx.air.push_list(&list);
            let operand = Some(operands[0]);
            cx.air.set(id, Expr::Case { operand, branches, otherwise, collation: done });
        }
        _ => return Ok(false),
    }
    Ok(true)
}

fn row_in_list(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Expr::InList { operand, items, negated, collation } = cx.air.expr(id) else { return Ok(false) };
    let mut rows = vec![operand];
    rows.extend_from_slice(cx.air.list(items));
    let Some(done) = fit_rows(cx, collation, &rows, Purpose::Likeness)? else { return Ok(false) };
    cx.air.set(id, Expr::InList { operand, items, negated, collation: done });
    Ok(true)
}

/// The texts of rows as they count; `None` where they count so by themselves.
fn fit_rows(
    cx: &mut Context<'_>,
    collation: Collation,
    rows: &[ExprId],
    purpose: Purpose,
) -> Result<Option<Collation>, Refused> {
    let texts = rows.iter().any(|&row| match cx.air.expr(row) {
        Expr::Row { items } => cx.air.list(items).iter().any(|&part| is_text(cx, part)),
        _ => false,
    });
    if !texts || means(cx, collation, &[]) == Means::Native {
        return Ok(None);
    }
    let mut done = None;
    for &row in rows {
        let Expr::Row { items: parts } = cx.air.expr(row) else { continue };
        let mut parts: Vec<ExprId> = cx.air.list(parts).to_vec();
        for part in &mut parts {
            if is_text(cx, *part) {
                let mut one = [*part];
                done = fit(cx, collation, &mut one, purpose)?.or(done);
                *part = one[0];
            }
        }
        let parts = cx.air.push_list(&parts);
        cx.air.set(row, Expr::Row { items: parts });
    }
    Ok(done)
}

/// A row among the rows of a query: the texts of both as they count.
fn row_in_query(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Expr::InQuery { operand, query, negated, collation } = cx.air.expr(id) else { return Ok(false) };
    let Expr::Row { items: parts } = cx.air.expr(operand) else { return Ok(false) };
    let texts: Vec<bool> = cx.air.list(parts).iter().map(|&part| is_text(cx, part)).collect();
    if !texts.contains(&true) || means(cx, collation, &[]) == Means::Native {
        return Ok(false);
    }
    let span = cx.air.span(id);
    let message = "rows with texts of this subquery cannot be compared without regard to case";
    let unlock = "name the columns of the subquery";
    let Body::Select { select } = cx.air.query(query).body else {
        return cx.refuse(codes::COLLATION, span, message, unlock);
    };
    let mut items = cx.air.list(cx.air.select(select).items).to_vec();
    let plain = items.len() == texts.len() && items.iter().all(|item| matches!(item, Item::Expr { .. }));
    if !plain {
        return cx.refuse(codes::COLLATION, span, message, unlock);
    }
    let Some(done) = fit_rows(cx, collation, &[operand], Purpose::Likeness)? else { return Ok(false) };
    for (item, text) in items.iter_mut().zip(texts) {
        let Item::Expr { expr, .. } = item else { continue };
        if text {
            let mut one = [*expr];
            fit(cx, collation, &mut one, Purpose::Likeness)?;
            *expr = one[0];
        }
    }
    let items = cx.air.push_list(&items);
    cx.air.select_mut(select).items = items;
    cx.air.set(id, Expr::InQuery { operand, query, negated, collation: done });
    Ok(true)
}

/// Folds the one column of a subquery that is compared with a folded text.
fn fit_output(cx: &mut Context<'_>, query: QueryId, collation: Collation, at: ExprId) -> Result<(), Refused> {
    if !matches!(means(cx, collation, &[]), Means::Folded) {
        // A collation that is named counts for both sides.
        return Ok(());
    }
    match cx.air.query(query).body {
        Body::Select { select } => {
            let items: Vec<Item> = cx.air.list(cx.air.select(select).items).to_vec();
            if let [Item::Expr { expr, alias }] = items[..] {
                let expr = folded(cx, expr, collation, Purpose::Likeness)?;
                let items = cx.air.push_list(&[Item::Expr { expr, alias }]);
                cx.air.select_mut(select).items = items;
                return Ok(());
            }
        }
        Body::SetOp { left, right, .. } => {
            fit_output(cx, left, collation, at)?;
            return fit_output(cx, right, collation, at);
        }
        Body::Values { .. } => {}
    }
    let span = cx.air.span(at);
    let message = "texts of a subquery cannot be compared without regard to case";
    cx.refuse(codes::COLLATION, span, message, "give the subquery a single named column")
}

fn text_function_comparison(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Expr::Call { op, modifier: Modifier::Collation(collation), args } = cx.air.expr(id) else {
        return Ok(false);
    };
    let args: Vec<ExprId> = cx.air.list(args).to_vec();
    let span = cx.air.span(id);
    let subject = cx.subject(id);
    // Padding never counts inside of a text.
    let collation = Collation { pad: false, ..collation };
    let default = Collation { pad: false, ..cx.target.profile.settings.collation };
    // A text whose own collation tells letters apart does so in a regular expression too.
    let exact_subject = cx.air.ty(args[0]).collation().is_some_and(|own| own.case == Fold::Sensitive);
    let folds_by_itself = op != RegexMatch || collation.case == Fold::Sensitive || !exact_subject;
    if folds_by_itself && (collation == default || collation.is_exact() && default.is_exact()) {
        return Ok(false);
    }
    if matches!(cx.as_call(args[0]), Some((Collate, _))) {
        return Ok(false);
    }
    let mut new = args.clone();
    match op {
        // Replacing is by bytes wherever we render it, except on SQL Server.
        Replace if collation.is_exact() => return Ok(false),
        // What has no letters is alike only to itself.
        Replace
            if cx
                .text_literal(args[1])
                .is_some_and(|part| part.bytes().all(|b| b.is_ascii_punctuation())) =>
        {
            return Ok(false);
        }
        Replace => {
            return cx.refuse(
                codes::COLLATION,
                span,
                "text is replaced by bytes, not without regard to case",
                "",
            );
        }
        RegexMatch if collation.case == Fold::Sensitive && default.case == Fold::Sensitive => {
            return Ok(false);
        }
        RegexMatch
            if folds_by_itself && collation.case != Fold::Sensitive && default.case != Fold::Sensitive =>
        {
            return Ok(false);
        }
        RegexMatch if collation.case == Fold::Sensitive => new[0] = collated(cx, args[0], Collation::BINARY),
        RegexMatch if cx.speaks(RegexMatchFolded) => {
            cx.become_call(id, RegexMatchFolded, &args);
            return Ok(true);
        }
        RegexMatch => {
            return cx.refuse(codes::COLLATION, span, "regular expressions cannot ignore letter case", "");
        }
        _ if collation.is_exact() => new[0] = collated(cx, args[0], Collation::BINARY),
        Position | PositionFrom if collation.accent_insensitive => {
            // As many bytes as the text sought has are compared at a time: a letter with a mark, which takes more of
            // them, is never alike to one without.
            let plain = new[..2].iter().any(|&arg| cx.text_literal(arg).is_some_and(str::is_ascii));
            let case = if plain && collation.case == Fold::Unicode { Fold::Ascii } else { collation.case };
            if !plain {
                cx.assume_ascii(&subject, span)?;
            }
            let collation = Collation { case, accent_insensitive: false, ..collation };
            for arg in &mut new[..2] {
                *arg = folded(cx, *arg, collation, Purpose::Likeness)?;
            }
        }
        _ => {
            if !new[..2].iter().any(|&arg| marked(cx, arg, collation)) {
                cx.assume_ascii(&subject, span)?;
            }
            for arg in &mut new[..2] {
                *arg = folded(cx, *arg, collation, Purpose::Likeness)?;
            }
        }
    }
    let args = cx.air.push_list(&new);
    cx.air.set(id, Expr::Call { op, modifier: Modifier::Collation(Collation::BINARY), args });
    Ok(true)
}

fn null_if_of_texts(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Expr::Call { modifier: Modifier::Collation(collation), args, .. } = cx.air.expr(id) else {
        return Ok(false);
    };
    let &[a, b] = cx.air.list(args) else { return Ok(false) };
    if !is_text(cx, a) && !is_text(cx, b) || means(cx, collation, &[a, b]) == Means::Native {
        return Ok(false);
    }
    let ty = cx.air.ty(id);
    let equal =
        cx.make(Expr::Compare { op: CompareOp::Eq, collation, left: a, right: b }, Type::Bool, true, id);
    let null = cx.null(ty, id);
    let expr = cx.case_expr(&[(equal, null)], Some(a));
    cx.air.set(id, expr);
    Ok(true)
}

fn text_aggregate(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Expr::Aggregate { op, distinct, args, order, filter, collation } = cx.air.expr(id) else {
        return Ok(false);
    };
    let compares = distinct || matches!(op, Min | Max);
    let Some(&arg) = cx.air.list(args).first() else { return Ok(false) };
    let rows = op == CountRows && cx.air.list(args).iter().any(|&arg| is_text(cx, arg));
    if !compares || !is_text(cx, arg) && !rows {
        return fit_keys(cx, order).map(|keys| {
            if let Some(order) = keys {
                cx.air.set(id, Expr::Aggregate { op, distinct, args, order, filter, collation });
            }
            keys.is_some()
        });
    }
    let mut new: Vec<ExprId> = cx.air.list(args).to_vec();
    let mut done = Collation::BINARY;
    match means(cx, collation, &new[..1]) {
        Means::Native => return Ok(false),
        Means::Named(_) if matches!(cx.as_call(arg), Some((Collate, _))) => return Ok(false),
        Means::Named(named) => {
            new[0] = collated(cx, arg, named);
            done = named;
        }
        Means::Folded if matches!(op, Count | CountRows) => {
            for arg in &mut new {
                if is_text(cx, *arg) {
                    *arg = folded(cx, *arg, collation, Purpose::Likeness)?;
                }
            }
        }
        Means::Folded => {
            // The spelling has to come out, so it cannot be folded.
            done = fitted(cx);
            let subject = cx.subject(arg);
            let span = cx.air.span(id);
            if collation.case == Fold::Sensitive || distinct {
                cx.assume(Assume::NoCaseVariants, &subject, span)?;
            }
            if matches!(op, Min | Max) && collation.case != Fold::Sensitive {
                return extreme_spelling(cx, id);
            }
            if !order.is_empty() {
                // Distinct values are ordered by themselves, so the keys have to stay as they are.
                let mut keys: Vec<OrderKey> = cx.air.list(order).to_vec();
                for key in keys.iter_mut().filter(|key| is_text(cx, key.expr)) {
                    key.collation = done;
                }
                cx.assume(Assume::TextOrder, &subject, span)?;
                let order = cx.air.push_list(&keys);
                cx.air.set(id, Expr::Aggregate { op, distinct, args, order, filter, collation: done });
                return Ok(true);
            }
        }
    }
    let args = cx.air.push_list(&new);
    cx.air.set(id, Expr::Aggregate { op, distinct, args, order, filter, collation: done });
    Ok(true)
}

/// The spelling that comes first by its folded form.
fn extreme_spelling(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Expr::Aggregate { op, args, filter, collation, .. } = cx.air.expr(id) else { return Ok(false) };
    let arg = cx.air.at(args, 0);
    let ty = cx.air.ty(id);
    let span = cx.air.span(id);
    let CollateForm::Named { ascii_ci, ci_ai_pad, .. } = cx.target.can.collate;
    let named = match (ascii_ci, ci_ai_pad) {
        (Some(_), _) => Some(Collation::NOCASE),
        (None, Some(_)) if collation.pad => Some(Collation::GENERAL_CI),
        _ => None,
    };
    if let Some(collation) = named {
        let subject = cx.subject(arg);
        if collation.accent_insensitive && cx.air.ty(arg).collation() != Some(collation) {
            cx.assume_ascii(&subject, span)?;
        }
        cx.assume(Assume::TextOrder, &subject, span)?;
        let arg = collated(cx, arg, collation);
        let args = cx.air.push_list(&[arg]);
        cx.air.set(id, Expr::Aggregate { op, distinct: false, args, order: List::EMPTY, filter, collation });
        return Ok(true);
    }
    if !cx.speaks(ArrayAgg) {
        return cx.refuse(codes::COLLATION, span, "the least and greatest text are found by bytes", "");
    }
    // All values are the same one.
    if cx.air.literal(arg).is_some() {
        let collation = fitted(cx);
        cx.air.set(id, Expr::Aggregate { op, distinct: false, args, order: List::EMPTY, filter, collation });
        return Ok(true);
    }
    let key = folded(cx, arg, collation, Purpose::Order)?;
    let over =
        cx.air.expr_ids().find(|over| matches!(cx.air.expr(*over), Expr::Window { call, .. } if call == id));
    if let Some(over) = over {
        extreme_over_rows(cx, id, over, key);
        return Ok(true);
    }
    let order =
        [OrderKey { expr: key, descending: op == Max, nulls_first: false, collation: Collation::BINARY }];
    let order = cx.air.push_list(&order);
    let collection =
        Expr::Aggregate { op: ArrayAgg, distinct: false, args, order, filter, collation: Collation::BINARY };
    let array = cx.make(collection, Type::Array(air::types::Element::Text), true, id);
    let one = cx.int(1, id);
    let first = cx.call(ArrayGet, &[array, one], ty, id);
    cx.become_copy(id, first);
    Ok(true)
}

/// In a window no order can be given: the extreme pair of folded form and spelling shows the spelling.
fn extreme_over_rows(cx: &mut Context<'_>, id: ExprId, over: ExprId, key: ExprId) {
    let (Expr::Aggregate { op, args, filter, .. }, Expr::Window { window, ignore_nulls, .. }) =
        (cx.air.expr(id), cx.air.expr(over))
    else {
        return;
    };
    let pair_type = Type::Array(air::types::Element::Text);
    let arg = cx.air.at(args, 0);
    let items = cx.air.push_list(&[key, arg]);
    let pair = cx.make(Expr::Array { items }, pair_type, false, id);
    let known = cx.is_null(arg, true);
    let pair = cx.case(&[(known, pair)], None, pair_type, id);
    let args = cx.air.push_list(&[pair]);
    let collation = Collation::BINARY;
    let call = Expr::Aggregate { op, distinct: false, args, order: List::EMPTY, filter, collation };
    let call = cx.make(call, pair_type, true, id);
    let extreme = cx.make(Expr::Window { call, window, ignore_nulls }, pair_type, true, over);
    let two = cx.int(2, over);
    cx.become_call(over, ArrayGet, &[extreme, two]);
}

/// Keys that sort as they say; `None` if they do so already.
fn fit_keys(cx: &mut Context<'_>, keys: List<OrderKey>) -> Result<Option<List<OrderKey>>, Refused> {
    let mut list: Vec<OrderKey> = cx.air.list(keys).to_vec();
    let mut changed = false;
    for key in &mut list {
        if !is_text(cx, key.expr) || matches!(cx.air.expr(key.expr), Expr::Output { .. }) {
            continue;
        }
        let mut one = [key.expr];
        if let Some(done) = fit(cx, key.collation, &mut one, Purpose::Order)? {
            key.expr = one[0];
            key.collation = done;
            changed = true;
        }
    }
    Ok(changed.then(|| cx.air.push_list(&list)))
}

/// The item of the first block.
fn first_item(cx: &Context<'_>, query: QueryId, index: u32) -> Option<ExprId> {
    match cx.air.query(query).body {
        Body::SetOp { left, .. } => first_item(cx, left, index),
        Body::Select { select } => crate::build::output_expr(cx.air, select, index),
        Body::Values { .. } => None,
    }
}

/// The item of the first block, where the items of all blocks at that place compare as the session has it.
fn first_of_constants(cx: &Context<'_>, query: QueryId, index: u32) -> Option<ExprId> {
    match cx.air.query(query).body {
        Body::SetOp { left, right, .. } => {
            first_of_constants(cx, right, index).and_then(|_| first_of_constants(cx, left, index))
        }
        Body::Select { select } => crate::build::output_expr(cx.air, select, index)
            .filter(|&item| super::numbers::is_session_text(cx, item)),
        Body::Values { .. } => None,
    }
}

/// Collations of the columns whose texts an expression has.
fn collations_of(cx: &Context<'_>, id: ExprId, found: &mut Vec<Collation>) {
    if !is_text(cx, id) {
        return;
    }
    match cx.air.expr(id) {
        Expr::Column { .. } => found.extend(own_collation(cx, id)),
        Expr::Call { op: Collate, .. } => {}
        Expr::Call { args, .. } | Expr::Aggregate { args, .. } => {
            for &arg in cx.air.list(args) {
                collations_of(cx, arg, found);
            }
        }
        Expr::Cast { operand, .. } => collations_of(cx, operand, found),
        Expr::Case { branches, otherwise, .. } => {
            for branch in cx.air.list(branches) {
                collations_of(cx, branch.then, found);
            }
            if let Some(otherwise) = otherwise {
                collations_of(cx, otherwise, found);
            }
        }
        _ => {}
    }
}

/// Bytes with padding and bytes without it: neither gives way to the other.
fn mixed_texts(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let (texts, branches): (Vec<ExprId>, usize) = match cx.air.expr(id) {
        Expr::Call { op, args, .. } if op != Collate => (cx.air.list(args).to_vec(), 0),
        Expr::Case { branches, otherwise, .. } => {
            let thens: Vec<ExprId> = cx.air.list(branches).iter().map(|branch| branch.then).collect();
            let count = thens.len();
            (thens.into_iter().chain(otherwise).collect(), count)
        }
        _ => return Ok(false),
    };
    let mut texts = texts;
    let of = |cx: &Context<'_>, id: ExprId| {
        let mut found = Vec::new();
        collations_of(cx, id, &mut found);
        found
    };
    let all: Vec<Vec<Collation>> = texts.iter().map(|&text| of(cx, text)).collect();
    let has = |collation: Collation| all.iter().any(|of| of.contains(&collation));
    if !has(Collation::PAD_BIN) || !has(Collation::BINARY) {
        return Ok(false);
    }
    for (text, of) in texts.iter_mut().zip(&all) {
        if of.contains(&Collation::PAD_BIN) {
            *text = collated(cx, *text, Collation::BINARY);
        }
    }
    match cx.air.expr(id) {
        Expr::Call { op, modifier, .. } => {
            let args = cx.air.push_list(&texts);
            cx.air.set(id, Expr::Call { op, modifier, args });
        }
        Expr::Case { operand, branches: old, otherwise, collation } => {
            let new: Vec<Branch> = cx
                .air
                .list(old)
                .iter()
                .zip(&texts)
                .map(|(branch, &then)| Branch { when: branch.when, then })
                .collect();
            let list = cx.air.push_list(&new);
            let otherwise = otherwise.map(|old| texts.get(branches).copied().unwrap_or(old));
            cx.air.set(id, Expr::Case { operand, branches: list, otherwise, collation });
        }
        _ => {}
    }
    Ok(true)
}

fn text_order(cx: &mut Context<'_>, id: QueryId) -> Fired {
    let query = cx.air.query(id);
    let (order, body) = (query.order, query.body);
    if order.is_empty() {
        return Ok(false);
    }
    let mut list: Vec<OrderKey> = cx.air.list(order).to_vec();
    let mut changed = false;
    for key in &mut list {
        if let Expr::Output { index } = cx.air.expr(key.expr) {
            let ty = cx.air.ty(key.expr);
            if !ty.is_text() || means(cx, key.collation, &[]) == Means::Native {
                continue;
            }
            let item = match body {
                Body::Select { select } => {
                    let select = cx.air.select(select);
                    let plain = select.distinct == Distinct::All {};
                    match cx.air.list(select.items).get(index as usize) {
                        Some(Item::Expr { expr, .. }) if plain => Some(*expr),
                        _ => None,
                    }
                }
                _ => None,
            };
            let distinct = matches!(body, Body::Select { select }
                if cx.air.select(select).distinct == (Distinct::Distinct {}) && cx.air.select(select).group.is_none());
            match item {
                Some(expr) => key.expr = expr,
                // What DISTINCT makes of the item says how it sorts; see `distinct_texts`.
                None if distinct => continue,
                None => {
                    let said = first_item(cx, id, index)
                        .is_some_and(|first| matches!(cx.as_call(first), Some((Collate, _))));
                    if said {
                        continue;
                    }
                    if let Means::Named(collation) = means(cx, key.collation, &[])
                        && let Some(first) = first_of_constants(cx, id, index)
                    {
                        // Constants compare as the session has it; one that says otherwise makes all do.
                        let (expr, info) = (cx.air.expr(first), cx.air.info(first));
                        let text = cx.make(expr, info.ty, info.nullable, first);
                        let collate = collated(cx, text, collation);
                        cx.become_copy(first, collate);
                        changed = true;
                        continue;
                    }
                    // Only what is selected may be sorted by, so the order is the target's.
                    let span = cx.air.span(key.expr);
                    cx.assume(Assume::TextOrder, "the result", span)?;
                    key.collation = fitted(cx);
                    changed = true;
                    continue;
                }
            }
        }
        let mut one = [key.expr];
        if let Some(done) = fit(cx, key.collation, &mut one, Purpose::Order)? {
            key.expr = one[0];
            key.collation = done;
            changed = true;
        }
    }
    if changed {
        let order = cx.air.push_list(&list);
        cx.air.query_mut(id).order = order;
    }
    Ok(changed)
}

fn text_window(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Expr::Window { window, .. } = cx.air.expr(id) else { return Ok(false) };
    let spec = cx.air.window(window);
    let (partition, order) = (spec.partition, spec.order);
    let mut keys: Vec<ExprId> = cx.air.list(partition).to_vec();
    let mut changed = false;
    for key in &mut keys {
        let Some(collation) = cx.air.ty(*key).collation() else { continue };
        if matches!(cx.air.expr(*key), Expr::Call { op: Collate, .. }) {
            continue;
        }
        let mut one = [*key];
        if fit(cx, collation, &mut one, Purpose::Likeness)?.is_some() {
            *key = one[0];
            changed = true;
        }
    }
    let order = fit_keys(cx, order)?;
    if changed {
        let partition = cx.air.push_list(&keys);
        cx.air.window_mut(window).partition = partition;
    }
    if let Some(order) = order {
        cx.air.window_mut(window).order = order;
    }
    Ok(changed || order.is_some())
}

fn text_groups(cx: &mut Context<'_>, id: SelectId) -> Fired {
    let select = cx.air.select(id);
    let (distinct, group) = (select.distinct, select.group);
    let changed = match group {
        Some(group) => {
            let mut elements: Vec<GroupElement> = cx.air.list(group.elements).to_vec();
            let mut changed = false;
            // Whole expressions before the columns in them: those show their spelling in the expression, or alone.
            let mut order: Vec<usize> = (0..elements.len()).collect();
            order.sort_by_key(|at| match elements[*at] {
                GroupElement::Key { expr } => matches!(cx.air.expr(expr), Expr::Column { .. }),
                _ => true,
            });
            for at in order {
                let element = &mut elements[at];
                let GroupElement::Key { expr } = *element else { continue };
                let key = match cx.air.expr(expr) {
                    Expr::Output { index } => {
                        match cx.air.list(cx.air.select(id).items).get(index as usize) {
                            Some(Item::Expr { expr, .. }) => *expr,
                            _ => continue,
                        }
                    }
                    _ => expr,
                };
                if let Some(new) = group_key(cx, id, key)? {
                    *element = GroupElement::Key { expr: new };
                    changed = true;
                }
            }
            if changed {
                let elements = cx.air.push_list(&elements);
                if let Some(group) = &mut cx.air.select_mut(id).group {
                    group.elements = elements;
                }
            }
            changed
        }
        None => false,
    };
    if distinct != (Distinct::Distinct {}) {
        return Ok(changed);
    }
    Ok(distinct_texts(cx, id)? || changed)
}

/// The key that groups as `key` does on the source; `None` if `key` does.
fn group_key(cx: &mut Context<'_>, select: SelectId, key: ExprId) -> Result<Option<ExprId>, Refused> {
    let Some(collation) = cx.air.ty(key).collation() else { return Ok(None) };
    if has_one_spelling(cx, key) {
        return Ok(None);
    }
    if matches!(cx.as_call(key), Some((Collate | Upper | TrimEnd, _))) {
        return Ok(None);
    }
    match means(cx, collation, &[key]) {
        Means::Native => Ok(None),
        Means::Named(collation) => {
            if cx.target.profile.settings.only_full_group_by {
                show_any_spelling(cx, select, key)?;
            }
            Ok(Some(collated(cx, key, collation)))
        }
        Means::Folded => {
            let original = cx.air.copy(key);
            show_any_spelling(cx, select, key)?;
            folded(cx, original, collation, Purpose::Likeness).map(Some)
        }
    }
}

/// True where texts that are alike but for letter case are the same text: what a function writes by itself.
fn has_one_spelling(cx: &Context<'_>, id: ExprId) -> bool {
    let ops = [
        FormatTime,
        ToCharPicture,
        DateFormatPercent,
        Strftime,
        FormatNet,
        DayName,
        MonthName,
        Md5,
        Sha1,
        Sha2,
        HexOfBytes,
        HexOfInt,
        HexLowerOfInt,
    ];
    match cx.air.expr(id) {
        Expr::Call { op, .. } => ops.contains(&op),
        Expr::Cast { operand, .. } => !is_text(cx, operand) && !cx.air.ty(operand).is_unknown(),
        _ => false,
    }
}

/// Outside of aggregates, what a group is known by becomes one of its spellings.
fn show_any_spelling(cx: &mut Context<'_>, select: SelectId, key: ExprId) -> Result<(), Refused> {
    let wanted = cx.air.expr(key);
    let is_column = matches!(wanted, Expr::Column { .. });
    let block = cx.air.select(select);
    let mut roots: Vec<ExprId> = Vec::new();
    for item in cx.air.list(block.items) {
        if let Item::Expr { expr, .. } = item {
            roots.push(*expr);
        }
    }
    roots.extend(block.having);
    for query in queries_of(cx, select) {
        roots.extend(cx.air.list(cx.air.query(query).order).iter().map(|key| key.expr));
    }
    let mut found = Vec::new();
    while let Some(id) = roots.pop() {
        let expr = cx.air.expr(id);
        if id == key || is_column && same_column(expr, wanted) || !is_column && build::same(cx.air, id, key) {
            found.push(id);
        } else if !matches!(expr, Expr::Aggregate { .. }) {
            cx.air.children(air::node::Child::Expr(id), &mut |child| {
                if let air::node::Child::Expr(child) = child {
                    roots.push(child);
                }
            });
        }
    }
    found.sort_unstable();
    found.dedup();
    if !is_column && found.is_empty() {
        let subject = cx.subject(key);
        let span = cx.air.span(key);
        return cx.assume(Assume::NoCaseVariants, &subject, span);
    }
    keep_headings(cx, select, &found);
    for id in found {
        let column = cx.air.copy(id);
        let subject = cx.subject(column);
        let span = cx.air.span(id);
        cx.assume(Assume::AnyRow, &subject, span)?;
        let args = cx.air.push_list(&[column]);
        cx.air.set(
            id,
            Expr::Aggregate {
                op: AnyValue,
                distinct: false,
                args,
                order: List::EMPTY,
                filter: None,
                collation: Collation::BINARY,
            },
        );
    }
    Ok(())
}

/// Items that are about to become something else than a column keep its name.
fn keep_headings(cx: &mut Context<'_>, select: SelectId, columns: &[ExprId]) {
    let mut items: Vec<Item> = cx.air.list(cx.air.select(select).items).to_vec();
    let mut changed = false;
    for item in &mut items {
        if let Item::Expr { expr, alias: alias @ None } = item
            && columns.contains(expr)
            && let Expr::Column { source, index, .. } = cx.air.expr(*expr)
        {
            *alias = Some(cx.air.column(source, index).name);
            changed = true;
        }
    }
    if changed {
        let items = cx.air.push_list(&items);
        cx.air.select_mut(select).items = items;
    }
}

/// True if an aggregate or window call is part of the expression.
fn counts_rows(cx: &Context<'_>, id: ExprId) -> bool {
    let mut below = vec![id];
    while let Some(id) = below.pop() {
        if matches!(cx.air.expr(id), Expr::Aggregate { .. } | Expr::Window { .. }) {
            return true;
        }
        cx.air.children(air::node::Child::Expr(id), &mut |child| {
            if let air::node::Child::Expr(child) = child {
                below.push(child);
            }
        });
    }
    false
}

/// DISTINCT over folded texts as groups of them: one row per group, showing any spelling. False where the block
/// groups already, or has a star.
fn distinct_as_groups(cx: &mut Context<'_>, id: SelectId) -> Result<bool, Refused> {
    let block = cx.air.select(id);
    if block.group.is_some() || block.having.is_some() || block.qualify.is_some() || block.from.is_none() {
        return Ok(false);
    }
    let mut items: Vec<Item> = cx.air.list(block.items).to_vec();
    let plain = |item: &Item| matches!(item, Item::Expr { expr, .. } if !counts_rows(cx, *expr));
    if !items.iter().all(plain) {
        return Ok(false);
    }
    let outputs: Vec<air::query::Output> = cx.air.list(cx.air.select(id).outputs).to_vec();
    let mut elements = Vec::new();
    let mut keys = Vec::new();
    for (i, item) in items.iter_mut().enumerate() {
        let Item::Expr { expr, alias } = item else { continue };
        if cx.air.literal(*expr).is_some() {
            // The same in every row; as a key it would be read as a position.
            continue;
        }
        let collation = cx.air.ty(*expr).collation();
        match collation.filter(|&collation| means(cx, collation, &[*expr]) == Means::Folded) {
            None => elements.push(GroupElement::Key { expr: cx.air.copy(*expr) }),
            Some(collation) => {
                let subject = cx.subject(*expr);
                let span = cx.air.span(*expr);
                cx.assume(Assume::AnyRow, &subject, span)?;
                let key = folded(cx, *expr, collation, Purpose::Likeness)?;
                keys.push((i as u32, key));
                elements.push(GroupElement::Key { expr: key });
                if alias.is_none() {
                    *alias = outputs.get(i).map(|output| output.name).filter(|name| !name.is_empty());
                }
                let (ty, at) = (cx.air.ty(*expr), *expr);
                let args = cx.air.push_list(&[*expr]);
                let any = Expr::Aggregate {
                    op: AnyValue,
                    distinct: false,
                    args,
                    order: List::EMPTY,
                    filter: None,
                    collation: Collation::BINARY,
                };
                *expr = cx.make(any, ty, true, at);
            }
        }
    }
    order_by_keys(cx, id, &keys);
    let elements = cx.air.push_list(&elements);
    let items = cx.air.push_list(&items);
    let block = cx.air.select_mut(id);
    block.items = items;
    block.distinct = Distinct::All {};
    block.group = Some(air::query::GroupBy { elements, loose: air::query::LooseColumns::Determined });
    Ok(true)
}

/// The queries whose rows the block makes.
fn queries_of(cx: &Context<'_>, select: SelectId) -> Vec<QueryId> {
    let is_body =
        |id: &QueryId| matches!(cx.air.query(*id).body, Body::Select { select: body } if body == select);
    cx.air.query_ids().filter(is_body).collect()
}

/// Sorts by the folded keys where the items they belong to are sorted by.
fn order_by_keys(cx: &mut Context<'_>, select: SelectId, keys: &[(u32, ExprId)]) {
    for query in queries_of(cx, select) {
        let mut order: Vec<OrderKey> = cx.air.list(cx.air.query(query).order).to_vec();
        for key in &mut order {
            if let Expr::Output { index } = cx.air.expr(key.expr)
                && let Some(&(_, folded)) = keys.iter().find(|(item, _)| *item == index)
            {
                key.expr = folded;
                key.collation = Collation::BINARY;
            }
        }
        let order = cx.air.push_list(&order);
        cx.air.query_mut(query).order = order;
    }
}

fn same_column(a: Expr, b: Expr) -> bool {
    match (a, b) {
        (Expr::Column { source: s, index: i, .. }, Expr::Column { source: t, index: j, .. }) => {
            s == t && i == j
        }
        _ => false,
    }
}

/// SELECT DISTINCT over texts.
fn distinct_texts(cx: &mut Context<'_>, id: SelectId) -> Result<bool, Refused> {
    let mut items: Vec<Item> = cx.air.list(cx.air.select(id).items).to_vec();
    let outputs: Vec<air::query::Output> = cx.air.list(cx.air.select(id).outputs).to_vec();
    let folds = |item: &Item| match item {
        Item::Expr { expr, .. } => {
            let collation = cx.air.ty(*expr).collation();
            collation.is_some_and(|collation| means(cx, collation, &[*expr]) == Means::Folded)
                && cx.air.literal(*expr).is_none()
        }
        Item::Star { .. } => false,
    };
    if items.iter().any(folds) && distinct_as_groups(cx, id)? {
        return Ok(true);
    }
    let mut changed = false;
    for (i, item) in items.iter_mut().enumerate() {
        let Item::Expr { expr, alias } = item else { continue };
        let Some(collation) = cx.air.ty(*expr).collation() else { continue };
        if matches!(cx.as_call(*expr), Some((Collate, _))) || cx.air.literal(*expr).is_some() {
            continue;
        }
        match means(cx, collation, &[*expr]) {
            Means::Native => {}
            Means::Named(collation) => {
                // The heading stays what it was.
                if alias.is_none() {
                    *alias = outputs.get(i).map(|output| output.name).filter(|name| !name.is_empty());
                }
                *expr = collated(cx, *expr, collation);
                changed = true;
            }
            Means::Folded => {
                let subject = cx.subject(*expr);
                let span = cx.air.span(*expr);
                cx.assume(Assume::NoCaseVariants, &subject, span)?;
                cx.assume(Assume::TextOrder, &subject, span)?;
            }
        }
    }
    if changed {
        let items = cx.air.push_list(&items);
        cx.air.select_mut(id).items = items;
    }
    Ok(changed)
}

pub(super) fn text_set_operation(cx: &mut Context<'_>, id: QueryId) -> Fired {
    let Body::SetOp { op, all, left, right, collation } = cx.air.query(id).body else { return Ok(false) };
    if all && op == air::query::SetOp::Union || means(cx, collation, &[]) == Means::Native {
        return Ok(false);
    }
    let span = cx.air.query_span(id);
    let mut done = fitted(cx);
    if let Body::Select { select } = cx.air.query(left).body {
        let texts = cx.air.list(cx.air.select(select).outputs).iter().any(|output| output.ty.is_text());
        let items: Vec<Item> = cx.air.list(cx.air.select(select).items).to_vec();
        let unknown = cx.air.select(select).outputs.is_empty() && !items.is_empty();
        if !texts && !unknown {
            return Ok(false);
        }
        if let Means::Named(named) = means(cx, collation, &[]) {
            let outputs: Vec<air::query::Output> = cx.air.list(cx.air.select(select).outputs).to_vec();
            let (mut items, mut changed) = (items, false);
            for (i, item) in items.iter_mut().enumerate() {
                let Item::Expr { expr, alias } = item else { continue };
                if !is_text(cx, *expr) || matches!(cx.as_call(*expr), Some((Collate, _))) {
                    continue;
                }
                if alias.is_none() {
                    *alias = outputs.get(i).map(|output| output.name).filter(|name| !name.is_empty());
                }
                *expr = collated(cx, *expr, named);
                changed = true;
            }
            if !changed {
                return Ok(false);
            }
            done = named;
            let items = cx.air.push_list(&items);
            cx.air.select_mut(select).items = items;
        } else {
            cx.assume(Assume::NoCaseVariants, "rows of a set operation", span)?;
        }
    } else {
        cx.assume(Assume::NoCaseVariants, "rows of a set operation", span)?;
    }
    cx.air.query_mut(id).body = Body::SetOp { op, all, left, right, collation: done };
    Ok(true)
}
