//! JSON access: members by key, by path, by an array of keys; arrays as lists.

use air::builtins::Builtin::*;
use air::expr::{CompareOp, Literal};
use air::node::Child;
use air::query::{Body, Distinct, Item};
use air::target::{Booleans, How};
use air::types::{Collation, Type};
use air::{Expr, ExprId, QueryId, SelectId};

use crate::build;
use crate::codes;
use crate::kind::Kind;
use crate::pass::{Apply, Context, Fired, Rule};

/// The rules of this topic.
pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "columns_beside_members",
        law: "a column is called by its table where members of a document have columns of their own",
        apply: Apply::Kinds(&[Kind::Call, Kind::Aggregate], columns_beside_members),
    },
    Rule {
        name: "member_by_path",
        law: "a member is the value at the path of its key, an element that of its index",
        apply: Apply::Builtins(&[JsonGet, JsonGetText], member_by_path),
    },
    Rule {
        name: "path_by_keys",
        law: "a path of plain steps is the array of its keys and indexes",
        apply: Apply::Builtins(&[JsonPath, JsonPathText, JsonPathValue], path_by_keys),
    },
    Rule {
        name: "keys_by_path",
        law: "an array of keys and indexes is a path of plain steps",
        apply: Apply::Builtins(&[JsonPathKeys, JsonPathKeysText], keys_by_path),
    },
    Rule {
        name: "length_at_path",
        law: "the length of what is at a path is that of the member",
        apply: Apply::Builtins(&[JsonArrayLength, JsonArrayLengthOrZero, JsonLength], length_at_path),
    },
    Rule {
        name: "compared_documents",
        law: "documents are alike by their members, which their texts do not show",
        apply: Apply::When(
            |to| !to.can.document_types,
            &Apply::Kinds(&[Kind::Compare, Kind::Between, Kind::InList], compared_documents),
        ),
    },
    Rule {
        name: "told_apart_documents",
        law: "documents that are told apart are alike when they are as values, whatever their text",
        apply: Apply::When(|to| to.can.document_types, &Apply::Select(told_apart_documents)),
    },
    Rule {
        name: "document_keys",
        law: "documents that are told apart or sorted are compared as values, or as their texts where they are texts",
        apply: Apply::When(
            |to| to.can.document_types,
            &Apply::Kinds(&[Kind::Aggregate, Kind::Window], document_keys),
        ),
    },
    Rule {
        name: "sorted_documents",
        law: "documents sort as values, or as their texts where they are texts",
        apply: Apply::When(|to| to.can.document_types, &Apply::Query(sorted_documents)),
    },
    Rule {
        name: "booleans_in_documents",
        law: "a boolean in a document is the word true or false, which no number is",
        apply: Apply::Builtins(&[JsonArray, JsonObject], booleans_in_documents),
    },
    Rule {
        name: "list_of_array",
        law: "x = ANY(ARRAY[a, b]) is x IN (a, b); x <> ALL(ARRAY[a, b]) is x NOT IN (a, b)",
        apply: Apply::Builtins(&[ArrayAny, ArrayAll], list_of_array),
    },
];

/// A step of a path.
enum Step {
    Key(String),
    Index(i64),
}

/// The steps of `$.a."b c"[0]`; `None` for wildcards and other dynamic paths.
/// Columns of the members of a document. https://www.sqlite.org/json1.html#jeach
const MEMBER_COLUMNS: [&str; 10] =
    ["atom", "fullkey", "id", "json", "key", "parent", "path", "root", "type", "value"];

/// `id`, `key` and `value` would be those of a member.
fn columns_beside_members(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let (Expr::Call { op, args, .. } | Expr::Aggregate { op, args, .. }) = cx.air.expr(id) else {
        return Ok(false);
    };
    let hides = matches!(cx.how(op), Some(How::Template(text)) if text.contains("json_each("));
    if !hides || op == JsonEach {
        return Ok(false);
    }
    let roots: Vec<Child> = cx.air.list(args).iter().map(|&arg| Child::Expr(arg)).collect();
    let mut fired = false;
    for id in crate::build::below(cx.air, &roots) {
        if let Expr::Column { source, index, qualified: false } = cx.air.expr(id)
            && !cx.air.source(source).alias.is_empty()
            && MEMBER_COLUMNS
                .contains(&cx.air.name(cx.air.column(source, index).name).to_ascii_lowercase().as_str())
        {
            cx.air.set(id, Expr::Column { source, index, qualified: true });
            fired = true;
        }
    }
    Ok(fired)
}

fn steps_of_path(path: &str) -> Option<Vec<Step>> {
    let mut rest = path.strip_prefix('$')?;
    let mut steps = Vec::new();
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix('.') {
            if let Some(quoted) = after.strip_prefix('"') {
                let end = quoted.find('"')?;
                steps.push(Step::Key(quoted[..end].to_owned()));
                rest = &quoted[end + 1..];
            } else {
                let end = after.find(['.', '[']).unwrap_or(after.len());
                let key = &after[..end];
                if key.is_empty() || key.contains('*') {
                    return None;
                }
                steps.push(Step::Key(key.to_owned()));
                rest = &after[end..];
            }
        } else {
            let after = rest.strip_prefix('[')?;
            let end = after.find(']')?;
            let index = &after[..end];
            let index = match index.strip_prefix("#-") {
                Some(back) => -back.trim().parse::<i64>().ok()?,
                None => index.trim().parse().ok()?,
            };
            steps.push(Step::Index(index));
            rest = &after[end + 1..];
        }
    }
    Some(steps)
}

/// The steps of `{a,b,0}`.
fn steps_of_keys(keys: &str) -> Option<Vec<Step>> {
    let inner = keys.strip_prefix('{')?.strip_suffix('}')?;
    if inner.is_empty() {
        return Some(Vec::new());
    }
    if inner.contains(['"', '\\', '{']) {
        return None;
    }
    let step = |part: &str| match part.parse::<i64>() {
        Ok(index) => Step::Index(index),
        Err(_) => Step::Key(part.to_owned()),
    };
    Some(inner.split(',').map(step).collect())
}

/// The path with quoted keys, which every dialect reads alike; `from_end` says an index from the end.
fn path_text(steps: &[Step], from_end: fn(i64) -> Option<String>) -> Option<String> {
    let mut path = String::from("$");
    for step in steps {
        match step {
            Step::Key(key) if key.contains('"') => return None,
            Step::Key(key) => {
                let plain = key.starts_with(|c: char| c.is_ascii_alphabetic())
                    && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
                path.push('.');
                if plain {
                    path.push_str(key);
                } else {
                    path.push('"');
                    path.push_str(key);
                    path.push('"');
                }
            }
            Step::Index(index) if *index >= 0 => path.push_str(&format!("[{index}]")),
            Step::Index(index) => path.push_str(&from_end(*index)?),
        }
    }
    Some(path)
}

fn keys_text(steps: &[Step]) -> Option<String> {
    let mut keys = String::from("{");
    for (i, step) in steps.iter().enumerate() {
        if i > 0 {
            keys.push(',');
        }
        match step {
            Step::Key(key) if key.is_empty() || key.contains(['"', '\\']) => return None,
            Step::Key(key) if key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') => {
                keys.push_str(key)
            }
            Step::Key(key) => {
                keys.push('"');
                keys.push_str(key);
                keys.push('"');
            }
            Step::Index(index) => keys.push_str(&index.to_string()),
        }
    }
    keys.push('}');
    Some(keys)
}

/// Document and path with everything a chain of members adds to it.
fn chain(cx: &Context<'_>, id: ExprId, steps: &mut Vec<Step>) -> Option<ExprId> {
    let Expr::Call { op, args, .. } = cx.air.expr(id) else { return Some(id) };
    let &[document, step] = cx.air.list(args) else { return Some(id) };
    match op {
        JsonGet => {
            let root = chain(cx, document, steps)?;
            steps.push(member(cx, step)?);
            Some(root)
        }
        JsonPath => {
            let root = chain(cx, document, steps)?;
            steps.extend(steps_of_path(cx.text_literal(step)?)?);
            Some(root)
        }
        JsonPathKeys => {
            let root = chain(cx, document, steps)?;
            steps.extend(steps_of_keys(cx.text_literal(step)?)?);
            Some(root)
        }
        _ => Some(id),
    }
}

fn member(cx: &Context<'_>, step: ExprId) -> Option<Step> {
    match cx.air.literal(step) {
        Some(Literal::Text { text }) => Some(Step::Key(cx.air.text(text).to_owned())),
        _ => cx.int_value(step).map(Step::Index),
    }
}

/// An entry of an array of keys: digits are an index of an array and a key of an object. Only the document could
/// tell; index is what is meant.
fn key_or_index(cx: &Context<'_>, step: ExprId) -> Option<Step> {
    let literal = match cx.air.expr(step) {
        Expr::Cast { operand, to, .. } if to.is_text() => operand,
        _ => step,
    };
    match member(cx, literal)? {
        Step::Key(key) => Some(key.parse().map_or(Step::Key(key), Step::Index)),
        index => Some(index),
    }
}

fn from_end(cx: &Context<'_>) -> fn(i64) -> Option<String> {
    if cx.speaks(JsonPathValue) && !cx.target.can.temporal_types {
        |index| Some(format!("[#{index}]"))
    } else if cx.has(cx.target.can.json_last) {
        |index| Some(if index == -1 { "[last]".to_owned() } else { format!("[last{}]", index + 1) })
    } else {
        |_| None
    }
}

fn member_by_path(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Some((op, _)) = cx.as_call(id) else { return Ok(false) };
    if cx.speaks(op) {
        return Ok(false);
    }
    let Some([document, step]) = cx.args(id) else { return Ok(false) };
    let span = cx.air.span(id);
    let mut steps = Vec::new();
    let root = chain(cx, document, &mut steps);
    if let (Some(root), Some(last)) = (root, member(cx, step)) {
        steps.push(last);
        if let Some(path) = path_text(&steps, from_end(cx)) {
            let path = cx.text(&path, step);
            become_path(cx, id, op == JsonGetText, root, path);
            return Ok(true);
        }
    }
    if cx.air.ty(step).is_text() {
        let (open, close) = (cx.text("$.\"", step), cx.text("\"", step));
        let path = cx.call(Concat, &[open, step, close], Type::TEXT, step);
        become_path(cx, id, op == JsonGetText, document, path);
        return Ok(true);
    }
    cx.refuse(codes::BUILTIN, span, "an element by a computed index has no form", "make the index a literal")
}

fn become_path(cx: &mut Context<'_>, id: ExprId, as_text: bool, document: ExprId, path: ExprId) {
    if as_text && !cx.speaks(JsonPathText) {
        let value = cx.call(JsonPath, &[document, path], Type::Json { binary: false }, id);
        cx.become_call(id, JsonTextOrNull, &[value]);
    } else {
        cx.become_call(id, if as_text { JsonPathText } else { JsonPath }, &[document, path]);
    }
}

fn path_by_keys(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Some((op, _)) = cx.as_call(id) else { return Ok(false) };
    if cx.speaks(op) {
        return Ok(false);
    }
    let Some([document, path]) = cx.args(id) else { return Ok(false) };
    let span = cx.air.span(id);
    if op == JsonPath && cx.speaks(JsonPathValue) {
        // SQLite's `->` reads paths as well as keys.
        cx.become_call(id, JsonGet, &[document, path]);
        return Ok(true);
    }
    if cx.speaks(JsonPath) {
        // A value of its own type is a text of unknown type here.
        let value = cx.call(JsonPath, &[document, path], Type::Json { binary: false }, id);
        cx.become_call(id, JsonTextOrNull, &[value]);
        return Ok(true);
    }
    let keys = cx.text_literal(path).and_then(steps_of_path).and_then(|steps| keys_text(&steps));
    let Some(keys) = keys else {
        let message = "a path that is no literal of plain steps has no form";
        return cx.refuse(codes::BUILTIN, span, message, "make the path a literal");
    };
    let keys = cx.text(&keys, path);
    let document = as_document(cx, document);
    cx.become_call(id, if op == JsonPath { JsonPathKeys } else { JsonPathKeysText }, &[document, keys]);
    Ok(true)
}

/// Where booleans are numbers, documents would hold 0 and 1.
fn booleans_in_documents(cx: &mut Context<'_>, id: ExprId) -> Fired {
    if cx.target.can.booleans != Booleans::Integers {
        return Ok(false);
    }
    let Expr::Call { op, modifier, args } = cx.air.expr(id) else { return Ok(false) };
    let mut args = cx.air.list(args).to_vec();
    let mut fired = false;
    for (at, arg) in args.iter_mut().enumerate() {
        if op == JsonObject && at % 2 == 0 && cx.air.ty(*arg).is_numeric() {
            *arg = cx.cast(*arg, Type::TEXT);
            fired = true;
            continue;
        }
        if cx.air.ty(*arg) != Type::Bool || op == JsonObject && at % 2 == 0 {
            continue;
        }
        let word = match cx.air.literal(*arg) {
            Some(Literal::Bool { value }) => cx.text(if value { "true" } else { "false" }, *arg),
            _ => cx.cast(*arg, Type::TEXT),
        };
        let root = cx.text("$", *arg);
        *arg = cx.call(JsonPath, &[word, root], Type::Json { binary: false }, *arg);
        fired = true;
    }
    if fired {
        let args = cx.air.push_list(&args);
        cx.air.set(id, Expr::Call { op, modifier, args });
    }
    Ok(fired)
}

/// Where documents are a type of their own, a text is made one.
fn as_document(cx: &mut Context<'_>, document: ExprId) -> ExprId {
    if matches!(cx.air.ty(document), Type::Json { .. }) {
        document
    } else {
        cx.cast(document, Type::Json { binary: false })
    }
}

fn keys_by_path(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Some((op, _)) = cx.as_call(id) else { return Ok(false) };
    if cx.speaks(op) {
        return Ok(false);
    }
    let Some([document, keys]) = cx.args(id) else { return Ok(false) };
    let span = cx.air.span(id);
    let steps = match cx.air.expr(keys) {
        Expr::Array { items } | Expr::Call { op: JsonArray, args: items, .. } => {
            cx.air.list(items).iter().map(|&item| key_or_index(cx, item)).collect::<Option<Vec<Step>>>()
        }
        _ => cx.text_literal(keys).and_then(steps_of_keys),
    };
    let mut all = Vec::new();
    let root = chain(cx, document, &mut all);
    if let (Some(root), Some(steps)) = (root, steps) {
        all.extend(steps);
        if let Some(path) = path_text(&all, from_end(cx)) {
            let path = cx.text(&path, keys);
            become_path(cx, id, op == JsonPathKeysText, root, path);
            return Ok(true);
        }
    }
    cx.refuse(
        codes::BUILTIN,
        span,
        "a path of keys that is no literal has no form",
        "make the path a literal",
    )
}

/// Documents without blanks, order and repetitions of members (jsonb) compare as values; a target that keeps
/// documents as texts would compare their spelling.
fn compared_documents(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let parsed = |id: ExprId| cx.air.ty(id) == Type::Json { binary: true };
    let found = match cx.air.expr(id) {
        Expr::Compare { left, right, .. } => parsed(left) || parsed(right),
        Expr::Between { operand, .. } | Expr::InList { operand, .. } => parsed(operand),
        _ => false,
    };
    if !found {
        return Ok(false);
    }
    let span = cx.air.span(id);
    if let Expr::Compare { op: op @ (CompareOp::Eq | CompareOp::Ne), left, right, .. } = cx.air.expr(id) {
        let (document, constant) =
            if scalar_document(cx, right).is_some() { (left, right) } else { (right, left) };
        if let Some(constant) = scalar_document(cx, constant) {
            return compared_scalar(cx, id, op, document, &constant);
        }
    }
    cx.refuse(
        codes::BUILTIN,
        span,
        "documents compare by their texts",
        "compare members that are texts or numbers",
    )
}

/// A constant document that is no array and no object.
fn scalar_document(cx: &Context<'_>, id: ExprId) -> Option<String> {
    let text = match cx.air.expr(id) {
        Expr::Cast { operand, to: Type::Json { .. }, .. } => cx.text_literal(operand)?,
        _ => cx.text_literal(id)?,
    };
    let text = text.trim();
    let plain = !text.is_empty() && !text.starts_with(['{', '[']) && !text.contains('\\');
    plain.then(|| text.to_owned())
}

/// A scalar is equal to one of its kind and value, and to nothing else.
fn compared_scalar(
    cx: &mut Context<'_>,
    id: ExprId,
    op: CompareOp,
    document: ExprId,
    constant: &str,
) -> Fired {
    let copy = |cx: &mut Context<'_>| cx.air.copy(document);
    let kind_is = |cx: &mut Context<'_>, kind: &str| {
        let document = copy(cx);
        let found = cx.call(JsonType, &[document], Type::TEXT, id);
        let kind = cx.text(kind, id);
        cx.compare(CompareOp::Eq, found, kind)
    };
    let (kind, equal) = if let Some(text) = constant.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'))
    {
        let document = copy(cx);
        let value = cx.call(JsonUnquote, &[document], Type::text(Collation::BINARY), id);
        let text = cx.text(text, id);
        let equal =
            Expr::Compare { op: CompareOp::Eq, collation: Collation::BINARY, left: value, right: text };
        ("string", cx.make(equal, Type::Bool, true, id))
    } else if let Ok(number) = constant.parse::<f64>() {
        let document = copy(cx);
        let text = cx.cast(document, Type::TEXT);
        let rule = air::types::CastRule {
            failure: air::types::CastFailure::Prefix,
            ..air::types::CastRule::IMPLICIT
        };
        let value = cx.make(Expr::Cast { operand: text, to: Type::Float64, rule }, Type::Float64, true, id);
        let digits = cx.air.push_text(&format!("{number:e}"));
        let number = cx.make(Expr::Literal { value: Literal::Float { digits } }, Type::Float64, false, id);
        ("number", cx.compare(CompareOp::Eq, value, number))
    } else if matches!(constant, "true" | "false") {
        let document = copy(cx);
        let value = cx.cast(document, Type::TEXT);
        let text = cx.text(constant, id);
        let equal =
            Expr::Compare { op: CompareOp::Eq, collation: Collation::BINARY, left: value, right: text };
        ("boolean", cx.make(equal, Type::Bool, true, id))
    } else if constant == "null" {
        ("null", cx.make(Expr::Literal { value: Literal::Bool { value: true } }, Type::Bool, false, id))
    } else {
        let span = cx.air.span(id);
        return cx.refuse(codes::BUILTIN, span, "a constant that is no document has no form", "");
    };
    let mut branches = Vec::new();
    if cx.air.info(document).nullable {
        let missing = cx.is_null(document, false);
        let null = cx.null(Type::Bool, id);
        branches.push((missing, null));
    }
    branches.push((kind_is(cx, kind), equal));
    let no = cx.make(Expr::Literal { value: Literal::Bool { value: false } }, Type::Bool, false, id);
    let verdict = cx.case_expr(&branches, Some(no));
    if op == CompareOp::Ne {
        let operand = cx.make(verdict, Type::Bool, true, id);
        cx.air.set(id, Expr::Not { operand });
    } else {
        cx.air.set(id, verdict);
    }
    Ok(true)
}

/// A length takes a document that is one, and where it is not read there, the member at the path.
fn length_at_path(cx: &mut Context<'_>, id: ExprId) -> Fired {
    // A dialect that knows what kind of value is at a path takes path and text as they are.
    if cx.speaks(JsonPathValue) {
        return Ok(false);
    }
    let Some((op, _)) = cx.as_call(id) else { return Ok(false) };
    match cx.all_args(id)[..] {
        [document, path] if op == JsonArrayLengthOrZero || !cx.speaks(JsonPath) => {
            let member = cx.call(JsonPath, &[document, path], Type::Json { binary: false }, id);
            cx.air.info_mut(member).nullable = true;
            cx.become_call(id, op, &[member]);
            Ok(true)
        }
        [document] if cx.target.can.document_types && !matches!(cx.air.ty(document), Type::Json { .. }) => {
            let document = as_document(cx, document);
            cx.become_call(id, op, &[document]);
            Ok(true)
        }
        _ => Ok(false),
    }
}

fn list_of_array(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Some((op, _)) = cx.as_call(id) else { return Ok(false) };
    if cx.speaks(op) {
        return Ok(false);
    }
    let Some([operand, array]) = cx.args(id) else { return Ok(false) };
    let negated = op == ArrayAll;
    let span = cx.air.span(id);
    let Expr::Array { items } = cx.air.expr(array) else {
        return cx.refuse(codes::BUILTIN, span, "there are no arrays", "write the elements as a list");
    };
    let collation = cx.air.ty(operand).collation().unwrap_or(Collation::BINARY);
    cx.air.set(id, Expr::InList { operand, items, negated, collation });
    Ok(true)
}

const DOCUMENT: Type = Type::Json { binary: false };
const VALUE: Type = Type::Json { binary: true };

/// Puts a conversion around an expression, in its place.
fn convert(cx: &mut Context<'_>, id: ExprId, to: Type) {
    let (expr, info) = (cx.air.expr(id), cx.air.info(id));
    let operand = cx.make(expr, info.ty, info.nullable, id);
    cx.air.set(id, Expr::Cast { operand, to, rule: air::types::CastRule::IMPLICIT });
    cx.air.info_mut(id).ty = to;
}

/// The type a key of documents sorts as.
fn sorted_as(collation: Collation) -> Type {
    if collation == Collation::BINARY { VALUE } else { Type::text(collation) }
}

fn told_apart_documents(cx: &mut Context<'_>, select: SelectId) -> Fired {
    tell_apart(cx, select, &[])
}

/// Documents among keys of groups and rows that are told apart, and what shows them in the list or in `also`.
fn tell_apart(cx: &mut Context<'_>, select: SelectId, also: &[ExprId]) -> Fired {
    let block = *cx.air.select(select);
    let mut keys = block.group.map_or_else(Vec::new, |group| build::group_keys(cx.air, group));
    let items: Vec<ExprId> = cx
        .air
        .list(block.items)
        .iter()
        .filter_map(|item| match item {
            Item::Expr { expr, .. } => Some(*expr),
            Item::Star { .. } => None,
        })
        .collect();
    keys.retain(|&key| cx.air.ty(key) == DOCUMENT && !matches!(cx.air.expr(key), Expr::Output { .. }));
    let mut concerned = keys.clone();
    // What shows a key is the key.
    let shown = |cx: &Context<'_>, item: ExprId| {
        cx.air.ty(item) == DOCUMENT && keys.iter().any(|&key| crate::build::same(cx.air, key, item))
    };
    concerned.extend(items.iter().chain(also).copied().filter(|&item| shown(cx, item)));
    if matches!(block.distinct, Distinct::Distinct {}) {
        concerned.extend(items.iter().copied().filter(|&item| cx.air.ty(item) == DOCUMENT));
    }
    concerned.sort_unstable();
    concerned.dedup();
    for &id in &concerned {
        convert(cx, id, VALUE);
    }
    Ok(!concerned.is_empty())
}

fn document_keys(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let mut keys = Vec::new();
    match cx.air.expr(id) {
        Expr::Aggregate { op, distinct, args, order, .. } => {
            if distinct && op != CountRows {
                keys.extend(cx.air.list(args).iter().map(|&arg| (arg, VALUE)));
            }
            keys.extend(cx.air.list(order).iter().map(|key| (key.expr, sorted_as(key.collation))));
        }
        Expr::Window { window, .. } => {
            let spec = *cx.air.window(window);
            keys.extend(cx.air.list(spec.partition).iter().map(|&key| (key, VALUE)));
            keys.extend(cx.air.list(spec.order).iter().map(|key| (key.expr, sorted_as(key.collation))));
        }
        _ => {}
    }
    keys.retain(|&(key, _)| cx.air.ty(key) == DOCUMENT);
    for &(key, to) in &keys {
        convert(cx, key, to);
    }
    Ok(!keys.is_empty())
}

fn sorted_documents(cx: &mut Context<'_>, query: QueryId) -> Fired {
    let known = *cx.air.query(query);
    let mut keys = cx.air.list(known.order).to_vec();
    let mut fired = false;
    if let Body::Select { select } = known.body
        && keys.iter().any(|key| cx.air.ty(key.expr) == DOCUMENT)
    {
        let sorted: Vec<ExprId> = keys.iter().map(|key| key.expr).collect();
        fired = tell_apart(cx, select, &sorted)?;
    }
    for key in &mut keys {
        if !matches!(cx.air.ty(key.expr), DOCUMENT | VALUE)
            || matches!(cx.air.ty(key.expr), VALUE if key.collation == Collation::BINARY)
        {
            continue;
        }
        let item = match (cx.air.expr(key.expr), known.body) {
            (Expr::Output { index }, Body::Select { select }) => {
                match crate::build::output_expr(cx.air, select, index) {
                    Some(item) => item,
                    None => continue,
                }
            }
            (Expr::Output { .. }, _) => {
                let span = cx.air.span(key.expr);
                return cx.refuse(codes::BUILTIN, span, "documents of several queries sort in no form", "");
            }
            _ => key.expr,
        };
        key.expr = cx.air.copy(item);
        convert(cx, key.expr, sorted_as(key.collation));
        fired = true;
    }
    if fired {
        let order = cx.air.push_list(&keys);
        cx.air.query_mut(query).order = order;
    }
    Ok(fired)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_and_keys_name_the_same_steps() {
        let steps = steps_of_path("$.a.\"b c\"[0]").unwrap();
        assert_eq!(keys_text(&steps).as_deref(), Some("{a,\"b c\",0}"));
        assert_eq!(path_text(&steps, |_| None).as_deref(), Some("$.a.\"b c\"[0]"));
        let steps = steps_of_keys("{a,1}").unwrap();
        assert_eq!(path_text(&steps, |_| None).as_deref(), Some("$.a[1]"));
        assert!(steps_of_path("$.*").is_none());
    }
}
