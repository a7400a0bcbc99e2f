//! Keys of bounded length: texts and bytes that are too long for an index of the target.

use air::ddl::{Constraint, ConstraintRule, CreateIndex, CreateTable, KeyPart, TableChange};
use air::fidelity::Assume;
use air::statement::Statement;
use air::target::KeyLimit;
use air::types::{Affinity, Collation, CollationStrength, TextKind, TextType, Type};
use air::{Expr, Name};
use air_base::Span;

use crate::codes;
use crate::kind::StatementKind;
use crate::pass::{Apply, Context, Fired, Refused, Rule};

/// Rules of this topic.
pub(crate) const RULES: &[Rule] = &[
    Rule {
        name: "bounded_keys",
        law: "a key over short values is the same whatever bound longer ones have",
        apply: Apply::Statements(&[StatementKind::CreateTable, StatementKind::AlterTable], bounded_keys),
    },
    Rule {
        name: "index_prefixes",
        law: "an index that is not unique changes no rows, whichever part of a text it holds",
        apply: Apply::Statements(&[StatementKind::CreateIndex], index_prefixes),
    },
];

/// Most characters a text in a key gets: what the target's own users write, and what leaves room for others.
const USUAL_CHARS: u32 = 255;
/// Bytes set aside for a part of a key that is neither text nor bytes.
const SMALL_PART: u32 = 32;

fn span_of(cx: &Context<'_>, at: usize) -> Span {
    cx.air.statement_spans.get(at).copied().unwrap_or(Span::NONE)
}

/// Bytes a value of this type may take in a key; `None`: more than any key has.
fn bytes_of(ty: Type, limit: KeyLimit) -> Option<u32> {
    let bytes = match ty {
        Type::Text(TextType { kind: TextKind::Unbounded, .. })
        | Type::Text(TextType { length: 0, .. })
        | Type::Any(Affinity::Text)
        | Type::Bytes { length: 0, .. } => return None,
        Type::Text(text) => text.length.saturating_mul(limit.char_bytes),
        Type::Bytes { length, .. } => length,
        _ => SMALL_PART,
    };
    (bytes <= limit.bytes).then_some(bytes)
}

/// Characters for each part without bound, beside parts of these types.
fn share(types: &[Type], limit: KeyLimit) -> u32 {
    let known: u32 = types.iter().filter_map(|ty| bytes_of(*ty, limit)).sum();
    let open = types.iter().filter(|ty| bytes_of(**ty, limit).is_none()).count().max(1) as u32;
    (limit.bytes.saturating_sub(known) / limit.char_bytes / open).clamp(1, USUAL_CHARS)
}

/// The type with a bound of so many characters.
fn bounded(ty: Type, chars: u32) -> Type {
    match ty {
        Type::Text(text) => Type::Text(TextType { kind: TextKind::Varying, length: chars, ..text }),
        Type::Bytes { .. } => Type::Bytes { length: chars, fixed: false },
        Type::Any(Affinity::Text) => Type::Text(TextType {
            kind: TextKind::Varying,
            length: chars,
            collation: Collation::BINARY,
            strength: CollationStrength::Implicit,
        }),
        other => other,
    }
}

/// The columns whose values make a key of the target, whole.
fn key_names(cx: &Context<'_>, constraint: &Constraint, limit: KeyLimit) -> Vec<Name> {
    match &constraint.rule {
        ConstraintRule::Unique { .. } if limit.unique_unbounded => Vec::new(),
        ConstraintRule::PrimaryKey { columns } | ConstraintRule::Unique { columns, .. } => {
            columns.iter().filter(|part| part.prefix == 0).filter_map(|part| column_name(cx, part)).collect()
        }
        ConstraintRule::ForeignKey { columns, .. } => columns.clone(),
        ConstraintRule::Check { .. } => Vec::new(),
    }
}

fn column_name(cx: &Context<'_>, part: &KeyPart) -> Option<Name> {
    match cx.air.expr(part.expr) {
        Expr::Column { source, index, .. } => Some(cx.air.column(source, index).name),
        _ => None,
    }
}

fn find(cx: &Context<'_>, table: &CreateTable, name: Name) -> Option<usize> {
    let name = cx.air.name(name);
    table.columns.iter().position(|column| cx.air.name(column.name).eq_ignore_ascii_case(name))
}

/// Texts without bound in primary, unique and foreign keys get one.
fn bounded_keys(cx: &mut Context<'_>, at: usize) -> Fired {
    let Some(limit) = cx.target.can.define.key_limit else { return Ok(false) };
    let span = span_of(cx, at);
    if let Statement::AlterTable { alter } = &cx.air.statements[at] {
        let too_long = alter.changes.iter().any(|change| match change {
            TableChange::AddConstraint { constraint } => match &constraint.rule {
                ConstraintRule::Unique { .. } if limit.unique_unbounded => false,
                ConstraintRule::PrimaryKey { columns } | ConstraintRule::Unique { columns, .. } => columns
                    .iter()
                    .any(|part| part.prefix == 0 && bytes_of(cx.air.ty(part.expr), limit).is_none()),
                _ => false,
            },
            _ => false,
        });
        if too_long {
            let message = "a key added to texts without bound has no form";
            return cx.refuse(codes::DEFINITION, span, message, "declare the key with the table");
        }
        return Ok(false);
    }
    let Statement::CreateTable { table } = &cx.air.statements[at] else { return Ok(false) };
    if table.columns.is_empty() {
        return Ok(false);
    }
    let mut table = table.clone();
    let mut fired = false;
    for number in 0..table.constraints.len() {
        let names = key_names(cx, &table.constraints[number], limit);
        let places: Vec<usize> = names.iter().filter_map(|name| find(cx, &table, *name)).collect();
        let types: Vec<Type> = places.iter().map(|place| table.columns[*place].ty).collect();
        let chars = share(&types, limit);
        for place in places {
            let column = &table.columns[place];
            if bytes_of(column.ty, limit).is_some() {
                continue;
            }
            let subject = format!("{} has at most {chars} characters", cx.air.name(column.name));
            cx.assume(Assume::FittingValues, &subject, span)?;
            let ty = bounded(column.ty, chars);
            table.columns[place].ty = ty;
            fired = true;
        }
    }
    let columns: Vec<(Name, Type)> = table.columns.iter().map(|column| (column.name, column.ty)).collect();
    let mut kept = Vec::with_capacity(table.indexes.len());
    for mut index in std::mem::take(&mut table.indexes) {
        let types: Vec<Type> = index
            .parts
            .iter()
            .map(|part| {
                let name = column_name(cx, part).map(|name| cx.air.name(name));
                let declared = columns.iter().find(|(column, _)| name == Some(cx.air.name(*column)));
                declared.map_or_else(|| cx.air.ty(part.expr), |(_, ty)| *ty)
            })
            .collect();
        match shortened(cx, &mut index, &types, limit, span)? {
            Shortened::No => kept.push(index),
            Shortened::Yes => {
                kept.push(index);
                fired = true;
            }
            Shortened::Away => fired = true,
        }
    }
    table.indexes = kept;
    if fired {
        cx.air.statements[at] = Statement::CreateTable { table };
    }
    Ok(fired)
}

/// What became of an index.
enum Shortened {
    /// It is short enough.
    No,
    /// It holds beginnings of values.
    Yes,
    /// The target cannot index these values.
    Away,
}

fn shortened(
    cx: &mut Context<'_>,
    index: &mut CreateIndex,
    types: &[Type],
    limit: KeyLimit,
    span: Span,
) -> Result<Shortened, Refused> {
    let long = |part: &KeyPart, ty: &Type| part.prefix == 0 && bytes_of(*ty, limit).is_none();
    let total: u32 = types.iter().map(|ty| bytes_of(*ty, limit).unwrap_or(0)).sum();
    if total <= limit.bytes && !index.parts.iter().zip(types).any(|(part, ty)| long(part, ty)) {
        return Ok(Shortened::No);
    }
    if index.unique {
        if limit.unique_unbounded {
            return Ok(Shortened::No);
        }
        let message = "a unique index over texts without bound has no form";
        return cx.refuse(codes::DEFINITION, span, message, "a column of bounded length");
    }
    if !cx.target.can.define.index_prefix || total > limit.bytes {
        return Ok(Shortened::Away);
    }
    let chars = share(types, limit);
    for (part, ty) in index.parts.iter_mut().zip(types) {
        let plain = matches!(cx.air.expr(part.expr), Expr::Column { .. });
        if long(part, ty) && plain {
            part.prefix = chars;
        }
    }
    Ok(Shortened::Yes)
}

/// Indexes over texts without bound hold their beginnings; where there is no such index, there is none.
fn index_prefixes(cx: &mut Context<'_>, at: usize) -> Fired {
    let Some(limit) = cx.target.can.define.key_limit else { return Ok(false) };
    let Statement::CreateIndex { index } = &cx.air.statements[at] else { return Ok(false) };
    let plain = index.parts.iter().all(|part| matches!(cx.air.expr(part.expr), Expr::Column { .. }));
    if !plain || !matches!(index.method, air::ddl::IndexMethod::Ordered | air::ddl::IndexMethod::Hash) {
        return Ok(false);
    }
    let mut index = index.clone();
    let span = span_of(cx, at);
    let types: Vec<Type> = index.parts.iter().map(|part| cx.air.ty(part.expr)).collect();
    match shortened(cx, &mut index, &types, limit, span)? {
        Shortened::No => return Ok(false),
        Shortened::Yes => cx.air.statements[at] = Statement::CreateIndex { index },
        Shortened::Away => {
            let reason = cx
                .air
                .push_text("the target has no index over texts this long, and an index changes no rows");
            cx.air.statements[at] = Statement::Nothing { reason };
        }
    }
    Ok(true)
}
