//! Arrays kept as JSON arrays where there is no such type: constructors, elements, tests, aggregates.

use air::builtins::Builtin::*;
use air::expr::{CompareOp, Literal};
use air::query::Item;
use air::types::{CastRule, Collation, Element, Type};
use air::{Expr, ExprId, SourceId};

use super::shape::elements::{self, Rows};
use crate::build::Build;
use crate::codes;
use crate::kind::Kind;
use crate::pass::{Apply, Context, Fired, Refused, Rule};

/// The rules of this topic.
pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "array_literal",
        law: "the text of an array in braces is the list of its elements",
        apply: Apply::Kinds(&[Kind::Cast], array_literal),
    },
    Rule {
        name: "array_as_document",
        law: "an array kept as a document is the JSON array of its elements",
        apply: Apply::Kinds(&[Kind::Array], array_as_document),
    },
    Rule {
        name: "element_of_document",
        law: "elements are counted from 1 in an array and from 0 in a document",
        apply: Apply::Builtins(&[ArrayGet], element),
    },
    Rule {
        name: "length_of_document",
        law: "an empty array has no dimension, and so no length in it",
        apply: Apply::Builtins(&[ArrayLength, Cardinality], length),
    },
    Rule {
        name: "joined_array",
        law: "the elements of an array of all values, joined, are the values joined",
        apply: Apply::Builtins(&[ArrayToText], joined),
    },
    Rule {
        name: "array_of_values",
        law: "an array kept as a document is the JSON array of its elements",
        apply: Apply::Builtins(&[ArrayAgg], array_of_values),
    },
    Rule {
        name: "any_element",
        law: "x = ANY(a) is x IN the elements of a, and NULL where there is no array",
        apply: Apply::Builtins(&[ArrayAny, ArrayAll], any_element),
    },
    Rule {
        name: "arrays_with_common_elements",
        law: "arrays overlap if an element is in both, and one contains another if no element of that is missing",
        apply: Apply::Builtins(&[ArrayContains, ArrayOverlaps], common_elements),
    },
    Rule {
        name: "parts_as_document",
        law: "the JSON form of a text, cut at each separator, is the JSON array of its parts",
        apply: Apply::Builtins(&[TextToArray], parts_of_text),
    },
    Rule {
        name: "appended_element",
        law: "an element is added behind the last one",
        apply: Apply::Builtins(&[ArrayAppend], appended),
    },
    Rule {
        name: "array_comparison",
        law: "documents that hold arrays compare by their spelling, so arrays are not compared",
        apply: Apply::Kinds(&[Kind::Compare, Kind::Between, Kind::InList, Kind::Cast], array_comparison),
    },
];

fn are_documents(cx: &Context<'_>) -> bool {
    !cx.has(cx.target.can.arrays) && cx.speaks(JsonArray)
}

/// The element type of an array whose elements a document keeps as they are.
fn kept_element(ty: Type) -> Option<Element> {
    match ty {
        Type::Array(Element::Bytes | Element::Float32) => None,
        Type::Array(element) => Some(element),
        _ => None,
    }
}

/// True for values that a document keeps and shows as they are.
fn is_kept(ty: Type) -> bool {
    let plain =
        matches!(ty, Type::Bool | Type::Date | Type::Uuid | Type::Null | Type::Number | Type::Float64);
    plain || ty.is_int() || ty.is_text() || matches!(ty, Type::Decimal { .. } | Type::Enum(_))
}

fn no_array<T>(cx: &mut Context<'_>, id: ExprId) -> Result<T, Refused> {
    let span = cx.air.span(id);
    cx.refuse(codes::TYPE, span, "there are no arrays", "")
}

/// The elements of `{a,"b c",NULL}`; `None` for arrays of arrays and bounds of their own.
fn elements_of(text: &str) -> Option<Vec<Option<String>>> {
    let mut rest = text.trim().strip_prefix('{')?.strip_suffix('}')?;
    let mut elements = Vec::new();
    if rest.trim().is_empty() {
        return Some(elements);
    }
    loop {
        rest = rest.trim_start();
        let mut element = String::new();
        let quoted = rest.starts_with('"');
        let mut letters = rest.char_indices().skip(usize::from(quoted));
        let mut end = rest.len();
        while let Some((at, letter)) = letters.next() {
            match letter {
                '\\' => element.push(letters.next()?.1),
                '"' if quoted => {
                    end = at + 1;
                    break;
                }
                ',' if !quoted => {
                    end = at;
                    break;
                }
                '{' | '}' | '"' if !quoted => return None,
                _ => element.push(letter),
            }
        }
        if !quoted {
            element.truncate(element.trim_end().len());
        }
        let null = !quoted && element.eq_ignore_ascii_case("null");
        elements.push((!null).then_some(element));
        rest = rest[end..].trim_start();
        match rest.strip_prefix(',') {
            Some(after) => rest = after,
            None if rest.is_empty() => return Some(elements),
            None => return None,
        }
    }
}

fn array_literal(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Expr::Cast { operand, to, .. } = cx.air.expr(id) else { return Ok(false) };
    if !are_documents(cx) || !matches!(to, Type::Array(_)) {
        return Ok(false);
    }
    let Some(text) = cx.text_literal(operand).map(str::to_owned) else {
        if cx.air.ty(operand) == to || matches!(cx.air.expr(operand), Expr::Array { .. }) {
            cx.become_copy(id, operand);
            return Ok(true);
        }
        if cx.is_null_literal(operand) {
            return Ok(false);
        }
        return no_array(cx, id);
    };
    let (Some(elements), Some(element)) = (elements_of(&text), kept_element(to)) else {
        return no_array(cx, id);
    };
    let mut items = Vec::with_capacity(elements.len());
    for text in elements {
        let item = match (text, element) {
            (None, _) => cx.null(Type::TEXT, id),
            (Some(text), Element::Int16 | Element::Int32 | Element::Int64) => match text.parse() {
                Ok(value) => cx.int(value, id),
                Err(_) => return no_array(cx, id),
            },
            (Some(text), Element::Bool) => match text.to_ascii_lowercase().as_str() {
                "t" | "true" => cx.air.truth(true, air_base::Span::NONE),
                "f" | "false" => cx.air.truth(false, air_base::Span::NONE),
                _ => return no_array(cx, id),
            },
            (Some(text), Element::Text | Element::Uuid | Element::Date) => cx.text(&text, id),
            (Some(text), Element::Number | Element::Float64)
                if text.parse::<f64>().is_ok_and(f64::is_finite) =>
            {
                let digits = cx.air.push_text(&text);
                cx.make(Expr::Literal { value: Literal::Decimal { digits } }, Type::Number, false, id)
            }
            _ => return no_array(cx, id),
        };
        items.push(item);
    }
    let items = cx.air.push_list(&items);
    cx.air.set(id, Expr::Array { items });
    Ok(true)
}

fn array_as_document(cx: &mut Context<'_>, id: ExprId) -> Fired {
    if !are_documents(cx) {
        return Ok(false);
    }
    let Expr::Array { items } = cx.air.expr(id) else { return Ok(false) };
    let items = cx.air.list(items).to_vec();
    if !items.iter().all(|&item| is_kept(cx.air.ty(item))) || kept_element(cx.air.ty(id)).is_none() {
        return no_array(cx, id);
    }
    cx.become_call(id, JsonArray, &items);
    Ok(true)
}

/// An element as the type it has in the array.
fn typed(cx: &mut Context<'_>, id: ExprId, text: ExprId, element: Element) -> Result<(), Refused> {
    let ty = match element {
        Element::Text | Element::Uuid | Element::Date | Element::Timestamp => {
            cx.become_copy(id, text);
            return Ok(());
        }
        Element::Int16 | Element::Int32 | Element::Int64 => Type::I64,
        Element::Number | Element::Float64 => Type::Number,
        _ => return no_array(cx, id),
    };
    cx.air.set(id, Expr::Cast { operand: text, to: ty, rule: CastRule::IMPLICIT });
    Ok(())
}

fn element(cx: &mut Context<'_>, id: ExprId) -> Fired {
    if !are_documents(cx) {
        return Ok(false);
    }
    let Some([array, at]) = cx.args(id) else { return Ok(false) };
    let (Some(at), Some(element)) = (cx.int_value(at), kept_element(cx.air.ty(array))) else {
        return no_array(cx, id);
    };
    if at < 1 {
        let null = cx.null(cx.air.ty(id), id);
        cx.become_copy(id, null);
        return Ok(true);
    }
    let at = cx.int(at - 1, id);
    let text = cx.call(JsonGetText, &[array, at], Type::TEXT, id);
    cx.air.info_mut(text).nullable = true;
    typed(cx, id, text, element)?;
    Ok(true)
}

fn length(cx: &mut Context<'_>, id: ExprId) -> Fired {
    if !are_documents(cx) {
        return Ok(false);
    }
    let args = cx.all_args(id);
    let whole = args.len() == 1;
    if !whole && args.get(1).and_then(|&dimension| cx.int_value(dimension)) != Some(1) {
        return no_array(cx, id);
    }
    let ty = cx.air.ty(id);
    if whole {
        cx.become_call(id, JsonArrayLength, &args[..1]);
    } else {
        let count = cx.call(JsonArrayLength, &args[..1], ty, id);
        let zero = cx.int(0, id);
        cx.become_call(id, NullIf, &[count, zero]);
    }
    Ok(true)
}

fn array_of_values(cx: &mut Context<'_>, id: ExprId) -> Fired {
    if !are_documents(cx) {
        return Ok(false);
    }
    let Expr::Aggregate { distinct, args, order, filter, collation, .. } = cx.air.expr(id) else {
        return Ok(false);
    };
    let value = cx.air.ty(cx.air.at(args, 0));
    if kept_element(cx.air.ty(id)).is_none() || value == Type::Bool || !is_kept(value) {
        return no_array(cx, id);
    }
    cx.air.set(id, Expr::Aggregate { op: JsonAgg, distinct, args, order, filter, collation });
    Ok(true)
}

/// `array_to_string(array_agg(x ORDER BY y), ',')`: without NULLs, and empty where there are NULLs alone.
fn joined(cx: &mut Context<'_>, id: ExprId) -> Fired {
    if !are_documents(cx) {
        return Ok(false);
    }
    let args = cx.all_args(id);
    let (array, separator) = (args[0], args[1]);
    // NULLs are left out, or shown as a text.
    let shown_null = args.get(2).copied().filter(|shown| !cx.is_null_literal(*shown));
    let or_shown = |cx: &mut Context<'_>, value: ExprId| match shown_null {
        Some(shown) => {
            let shown = cx.air.copy(shown);
            cx.call(Coalesce, &[value, shown], Type::TEXT, id)
        }
        None => value,
    };
    let (text, known) = match cx.air.expr(array) {
        Expr::Aggregate { op: ArrayAgg | JsonAgg, distinct, args, order, filter, collation } => {
            let value = cx.air.at(args, 0);
            if !cx.air.ty(value).is_text() && !cx.air.ty(value).is_int() {
                return no_array(cx, id);
            }
            let shown = if cx.air.ty(value).is_text() { value } else { cx.cast(value, Type::TEXT) };
            let shown = or_shown(cx, shown);
            let args = cx.air.push_list(&[shown, separator]);
            let text = Expr::Aggregate { op: StringAgg, distinct, args, order, filter, collation };
            let text = cx.make(text, Type::TEXT, true, id);
            let filter = filter.map(|filter| cx.air.copy(filter));
            let rows = Expr::Aggregate {
                op: CountAll,
                distinct: false,
                args: air::List::EMPTY,
                order: air::List::EMPTY,
                filter,
                collation: Collation::BINARY,
            };
            let rows = cx.make(rows, Type::I64, false, id);
            let zero = cx.int(0, id);
            (text, cx.compare(CompareOp::Gt, rows, zero))
        }
        _ => {
            let Some(Element::Text) = kept_element(cx.air.ty(array)) else { return no_array(cx, id) };
            let Some(rows) = Rows::of_array(cx, array) else { return no_array(cx, id) };
            let value = rows.value(cx, Element::Text)?;
            let value = or_shown(cx, value);
            let order = rows.key(cx);
            let args = cx.air.push_list(&[value, separator]);
            let order = cx.air.push_list(&[order]);
            let collation = Collation::BINARY;
            let text =
                Expr::Aggregate { op: StringAgg, distinct: false, args, order, filter: None, collation };
            let text = cx.make(text, Type::TEXT, true, id);
            let text = scalar_of(cx, text, &rows, id);
            let again = cx.air.copy(array);
            (text, cx.is_null(again, true))
        }
    };
    let empty = cx.text("", id);
    let text = cx.call(Coalesce, &[text, empty], Type::TEXT, id);
    let expr = cx.case_expr(&[(known, text)], None);
    cx.air.set(id, expr);
    Ok(true)
}

/// `(SELECT item FROM rows)`
fn scalar_of(cx: &mut Context<'_>, item: ExprId, rows: &Rows, at: ExprId) -> ExprId {
    let from = cx.air.source_rel(rows.source);
    let query = cx.air.select_query(&[Item::Expr { expr: item, alias: None }], Some(from), None);
    let ty = cx.air.ty(item);
    cx.make(Expr::Scalar { query, many: air::expr::ManyRows::Fails }, ty, true, at)
}

fn any_element(cx: &mut Context<'_>, id: ExprId) -> Fired {
    if !are_documents(cx) {
        return Ok(false);
    }
    let Some((op, _)) = cx.as_call(id) else { return Ok(false) };
    let Some([operand, array]) = cx.args(id) else { return Ok(false) };
    // A list that has become a document already is a list still.
    if let Some((JsonArray, items)) = cx.as_call(array) {
        let collation = cx.air.ty(operand).collation().unwrap_or(Collation::BINARY);
        cx.air.set(id, Expr::InList { operand, items, negated: op == ArrayAll, collation });
        return Ok(true);
    }
    let listed = match cx.air.expr(array) {
        Expr::Array { .. } => true,
        Expr::Cast { operand, .. } => {
            cx.text_literal(operand).is_some() || matches!(cx.air.expr(operand), Expr::Array { .. })
        }
        _ => false,
    };
    if listed {
        if matches!(cx.air.expr(array), Expr::Cast { .. }) {
            return array_literal(cx, array);
        }
        return Ok(false);
    }
    let Some(element) = kept_element(cx.air.ty(array)) else { return no_array(cx, id) };
    let nullable = cx.air.info(array).nullable;
    let known = nullable.then(|| {
        let again = cx.air.copy(array);
        cx.is_null(again, true)
    });
    let Some(rows) = Rows::of_array(cx, array) else { return no_array(cx, id) };
    let value = rows.value(cx, element)?;
    let from = cx.air.source_rel(rows.source);
    let query = cx.air.select_query(&[Item::Expr { expr: value, alias: None }], Some(from), None);
    let collation = cx.air.ty(operand).collation().unwrap_or(Collation::BINARY);
    let test = Expr::InQuery { operand, query, negated: op == ArrayAll, collation };
    match known {
        None => cx.air.set(id, test),
        Some(known) => {
            let test = cx.make(test, Type::Bool, true, id);
            let expr = cx.case_expr(&[(known, test)], None);
            cx.air.set(id, expr);
        }
    }
    Ok(true)
}

fn common_elements(cx: &mut Context<'_>, id: ExprId) -> Fired {
    if !are_documents(cx) {
        return Ok(false);
    }
    let Some((op, _)) = cx.as_call(id) else { return Ok(false) };
    let Some([left, right]) = cx.args(id) else { return Ok(false) };
    let Some(element) = kept_element(cx.air.ty(left)).filter(|_| kept_element(cx.air.ty(right)).is_some())
    else {
        return no_array(cx, id);
    };
    let mut known = Vec::new();
    for side in [left, right] {
        if cx.air.info(side).nullable {
            let again = cx.air.copy(side);
            known.push(cx.is_null(again, false));
        }
    }
    let (Some(ours), Some(theirs)) = (Rows::of_array(cx, left), Rows::of_array(cx, right)) else {
        return no_array(cx, id);
    };
    let (a, b) = (ours.value(cx, element)?, theirs.value(cx, element)?);
    let alike = cx.compare(CompareOp::Eq, a, b);
    let inner = exists(cx, ours.source, Some(alike), op == ArrayContains, id);
    let test = exists(cx, theirs.source, Some(inner), op == ArrayContains, id);
    if known.is_empty() {
        cx.become_copy(id, test);
        return Ok(true);
    }
    let missing = cx.any_of(&known, id);
    let null = cx.null(Type::Bool, id);
    let expr = cx.case_expr(&[(missing, null)], Some(test));
    cx.air.set(id, expr);
    Ok(true)
}

fn exists(
    cx: &mut Context<'_>,
    source: SourceId,
    filter: Option<ExprId>,
    negated: bool,
    at: ExprId,
) -> ExprId {
    let one = cx.int(1, at);
    let from = cx.air.source_rel(source);
    let query = cx.air.select_query(&[Item::Expr { expr: one, alias: None }], Some(from), filter);
    cx.make(Expr::Exists { query, negated }, Type::Bool, false, at)
}

fn parts_of_text(cx: &mut Context<'_>, id: ExprId) -> Fired {
    if !are_documents(cx) {
        return Ok(false);
    }
    let [text, separator] = cx.all_args(id)[..] else { return no_array(cx, id) };
    match elements::parts(cx, text, separator, true, id) {
        Some(document) => cx.become_copy(id, document),
        None => return no_array(cx, id),
    }
    Ok(true)
}

fn appended(cx: &mut Context<'_>, id: ExprId) -> Fired {
    if !are_documents(cx) {
        return Ok(false);
    }
    let Some([array, item]) = cx.args(id) else { return Ok(false) };
    if cx.air.ty(item) == Type::Bool || cx.air.info(array).nullable {
        return no_array(cx, id);
    }
    cx.become_call(id, JsonAppend, &[array, item]);
    Ok(true)
}

fn array_comparison(cx: &mut Context<'_>, id: ExprId) -> Fired {
    if !are_documents(cx) {
        return Ok(false);
    }
    let array = |id: ExprId| matches!(cx.air.ty(id), Type::Array(_));
    let found = match cx.air.expr(id) {
        Expr::Compare { left, right, .. } => array(left) || array(right),
        Expr::Between { operand, .. } | Expr::InList { operand, .. } => array(operand),
        Expr::Cast { operand, to, .. } => array(operand) && !matches!(to, Type::Array(_)),
        _ => false,
    };
    if found { no_array(cx, id) } else { Ok(false) }
}
