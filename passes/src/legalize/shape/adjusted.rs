//! Values that INSERT IGNORE brings to the type of their column, as MySQL and MariaDB do: texts are cut, numbers take
//! the nearest value there is, NULL becomes the type's zero.

use air::builtins::Builtin::LeftClamped;
use air::query::SourceColumn;
use air::types::{TextKind, TextType, Type};
use air::{Expr, ExprId, Literal};

use crate::build::Build;
use crate::pass::Context;

/// The value that is stored instead of one that does not fit; `None` where it fits, or where that is not known.
pub(super) fn adjusted(cx: &mut Context<'_>, value: ExprId, column: &SourceColumn) -> Option<ExprId> {
    let span = cx.air.span(value);
    // A number that is brought to its column is judged as it was written.
    let value = match cx.air.expr(value) {
        Expr::Cast { operand, .. }
            if matches!(cx.air.literal(operand), Some(Literal::Int { .. } | Literal::Decimal { .. })) =>
        {
            operand
        }
        _ => value,
    };
    match cx.air.expr(value) {
        Expr::Literal { value: Literal::Null {} } if !column.nullable => match column.ty {
            Type::Text(_) => Some(text(cx, "", column.ty, value)),
            ty if ty.is_int() => Some(number(cx, "0", ty, value)),
            ty if ty.is_numeric() => Some(number(cx, "0", Type::I32, value)),
            _ => None,
        },
        Expr::Literal { value: Literal::Text { text: content } } => {
            let Type::Text(TextType { length, .. }) = column.ty else { return None };
            let content = cx.air.text(content).to_owned();
            if length == 0 || content.chars().count() <= length as usize {
                return None;
            }
            let kept: String = content.chars().take(length as usize).collect();
            Some(text(cx, &kept, column.ty, value))
        }
        Expr::Literal { value: Literal::Int { .. } | Literal::Decimal { .. } }
            if matches!(column.ty, Type::Decimal { .. }) =>
        {
            let Type::Decimal { precision, scale } = column.ty else { return None };
            let given: f64 = match cx.air.literal(value) {
                Some(Literal::Int { value }) => value as f64,
                Some(Literal::Decimal { digits }) => cx.air.text(digits).parse().ok()?,
                _ => return None,
            };
            let whole = i32::from(precision) - i32::from(scale);
            if given.abs() < 10f64.powi(whole) - 0.5 {
                return None;
            }
            let mut digits = if given < 0.0 { "-".to_owned() } else { String::new() };
            digits.push_str(&"9".repeat(whole.max(1) as usize));
            if scale > 0 {
                digits.push('.');
                digits.push_str(&"9".repeat(scale as usize));
            }
            let digits = cx.air.push_text(&digits);
            let span = cx.air.span(value);
            Some(cx.air.push(Expr::Literal { value: Literal::Decimal { digits } }, column.ty, false, span))
        }
        Expr::Literal { value: Literal::Int { value: given } } => {
            let (low, high) = bounds(column.ty)?;
            let kept = i128::from(given).clamp(low, high);
            (kept != i128::from(given)).then(|| number(cx, &kept.to_string(), column.ty, value))
        }
        // A text that is only read as far as it is a number.
        Expr::Cast { operand, .. } if column.ty.is_int() => {
            let Some(Literal::Text { text: content }) = cx.air.literal(operand) else { return None };
            let content = cx.air.text(content).trim_start().to_owned();
            if content.trim_end().parse::<f64>().is_ok() {
                return None;
            }
            let (low, high) = bounds(column.ty)?;
            let kept = prefix(&content).clamp(low, high);
            Some(number(cx, &kept.to_string(), column.ty, value))
        }
        Expr::Call { .. } if cx.air.ty(value).is_text() => {
            let Type::Text(TextType { length: room, kind, .. }) = column.ty else { return None };
            let known = match cx.air.ty(value) {
                Type::Text(text) if text.kind != TextKind::Unbounded => text.length,
                _ => 0,
            };
            let cut = matches!(cx.as_call(value), Some((LeftClamped, _)));
            if room == 0 || kind == TextKind::Unbounded || cut || known != 0 && known <= room {
                return None;
            }
            let room = cx.air.int(i64::from(room), span);
            let nullable = cx.air.info(value).nullable;
            Some(cx.air.call(LeftClamped, &[value, room], column.ty, nullable, span))
        }
        _ => None,
    }
}

fn text(cx: &mut Context<'_>, content: &str, ty: Type, at: ExprId) -> ExprId {
    let text = cx.air.push_text(content);
    let span = cx.air.span(at);
    cx.air.push(Expr::Literal { value: Literal::Text { text } }, ty, false, span)
}

fn number(cx: &mut Context<'_>, digits: &str, ty: Type, at: ExprId) -> ExprId {
    let span = cx.air.span(at);
    let value = match digits.parse() {
        Ok(value) => Literal::Int { value },
        Err(_) => Literal::Decimal { digits: cx.air.push_text(digits) },
    };
    cx.air.push(Expr::Literal { value }, ty, false, span)
}

/// The least and the greatest integer of a type.
fn bounds(ty: Type) -> Option<(i128, i128)> {
    match ty {
        Type::Int { bits, unsigned: true } => Some((0, (1 << bits) - 1)),
        Type::Int { bits, unsigned: false } => Some((-(1 << (bits - 1)), (1 << (bits - 1)) - 1)),
        _ => None,
    }
}

/// The number a text begins with, rounded half away from zero; 0 if it begins with none.
fn prefix(text: &str) -> i128 {
    let mut end = 0;
    let mut point = false;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'0'..=b'9' => end = at + 1,
            b'+' | b'-' if at == 0 => {}
            b'.' if !point => point = true,
            _ => break,
        }
    }
    text[..end].parse::<f64>().map_or(0, |number| number.round() as i128)
}
