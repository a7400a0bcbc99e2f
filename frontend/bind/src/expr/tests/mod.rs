//! Tests of expressions: each row is an expression of a dialect, what it is bound to, and its type.

mod arithmetic;
mod comparisons;
mod functions;
mod times;

use crate::tests::{Bench, bind_script};
use air::expr::{Expr, Literal, Modifier};
use air::query::Item;
use air::types::{CastFailure, Type, Zone};
use air::{Air, ExprId};
use air_base::Dialect;

/// Columns by kind, in types that the dialect has.
fn schema(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Mysql | Dialect::Mariadb => {
            "CREATE TABLE t (i INT, j INT, k BIGINT, m DECIMAL(10,2), n DECIMAL(5,3), f DOUBLE, s VARCHAR(20), d DATE, ts DATETIME)"
        }
        Dialect::Postgres => {
            "CREATE TABLE t (i INT, j INT, k BIGINT, m NUMERIC(10,2), n NUMERIC(5,3), f FLOAT8, s VARCHAR(20), d DATE, ts TIMESTAMP, b BOOLEAN)"
        }
        Dialect::Sqlite => {
            "CREATE TABLE t (i INTEGER, j INTEGER, k INTEGER, m DECIMAL(10,2), f REAL, s TEXT, d DATE)"
        }
        Dialect::Oracle => {
            "CREATE TABLE t (i NUMBER(10), m NUMBER(10,2), s VARCHAR2(20), d DATE, ts TIMESTAMP)"
        }
        Dialect::Mssql => {
            "CREATE TABLE t (i INT, j INT, m DECIMAL(10,2), n DECIMAL(5,3), f FLOAT, s VARCHAR(20), d DATE, ts DATETIME, b BIT)"
        }
    }
}

fn bind(dialect: Dialect, expr: &str) -> Bench {
    bind_script(dialect, true, &format!("{};\nSELECT {expr} FROM t", schema(dialect)))
}

/// The expression of the select list.
fn only(bench: &Bench) -> ExprId {
    match bench.air.list(bench.select().items)[..] {
        [Item::Expr { expr, .. }] => expr,
        ref other => panic!("not one item: {other:?}"),
    }
}

/// Checks a table of rows.
fn check(rows: &[(Dialect, &str, &str, &str)]) {
    for (dialect, sql, expected, ty) in rows {
        let bench = bind(*dialect, sql);
        assert!(bench.ok, "{dialect}: {sql}: {:?}", bench.diagnostics);
        let id = only(&bench);
        assert_eq!(show(&bench.air, id), *expected, "{dialect}: {sql}");
        assert_eq!(type_text(bench.air.ty(id)), *ty, "type of {dialect}: {sql}");
    }
}

/// Checks that each expression is refused with the code.
fn refused(rows: &[(Dialect, &str, &str)]) {
    for (dialect, sql, code) in rows {
        let bench = bind(*dialect, sql);
        assert!(!bench.ok, "{dialect}: {sql} was bound");
        let found = bench.diagnostics.last().map(|d| d.code.0);
        assert_eq!(found, Some(*code), "{dialect}: {sql}: {:?}", bench.diagnostics);
    }
}

/// A type in a word or two.
fn type_text(ty: Type) -> String {
    match ty {
        Type::Int { bits, unsigned } => format!("{}{bits}", if unsigned { "u" } else { "i" }),
        Type::Decimal { precision, scale } => format!("dec({precision},{scale})"),
        Type::Float64 => "f64".into(),
        Type::Float32 => "f32".into(),
        Type::Text(_) => "text".into(),
        Type::Timestamp { precision, zone } => {
            let zone = match zone {
                Zone::None => "",
                Zone::Instant => "tz",
                Zone::Offset => "offset",
            };
            format!("ts{zone}({precision})")
        }
        other => format!("{other:?}").to_lowercase(),
    }
}

/// An expression in a line.
fn show(air: &Air, id: ExprId) -> String {
    let list = |ids: &[ExprId]| ids.iter().map(|id| show(air, *id)).collect::<Vec<_>>().join(", ");
    match air.expr(id) {
        Expr::Literal { value } => match value {
            Literal::Null {} => "null".into(),
            Literal::Bool { value } => value.to_string(),
            Literal::Int { value } => value.to_string(),
            Literal::Decimal { digits } => air.text(digits).into(),
            Literal::Float { digits } => format!("{}f", air.text(digits)),
            Literal::Text { text } => format!("'{}'", air.text(text)),
            Literal::Bytes { hex } => format!("x'{}'", air.text(hex)),
            Literal::Bits { digits } => format!("b'{}'", air.text(digits)),
            Literal::Date { text } => format!("date'{}'", air.text(text)),
            Literal::Time { text } => format!("time'{}'", air.text(text)),
            Literal::Timestamp { text } => format!("ts'{}'", air.text(text)),
            Literal::Interval { months, days, micros } => format!("{months}mon {days}d {micros}us"),
        },
        Expr::Column { source, index, .. } => air.name(air.column(source, index).name).into(),
        Expr::Call { op, modifier, args } => {
            let unit = match modifier {
                Modifier::Unit(unit) => format!("[{}]", unit.word()),
                _ => String::new(),
            };
            format!("{}{unit}({})", op.name(), list(air.list(args)))
        }
        Expr::Aggregate { op, distinct, args, .. } => {
            format!("{}({}{})", op.name(), if distinct { "distinct " } else { "" }, list(air.list(args)))
        }
        Expr::Window { call, .. } => format!("{} over", show(air, call)),
        Expr::Cast { operand, to, rule } => {
            let failure = match rule.failure {
                CastFailure::Error => "",
                CastFailure::Null => " or null",
                CastFailure::Prefix => " prefix",
                CastFailure::Clamp => " clamp",
                CastFailure::Truncate => " cut",
                CastFailure::Keep => " keep",
            };
            format!("cast({} to {}{failure})", show(air, operand), type_text(to))
        }
        Expr::Compare { op, left, right, .. } => {
            format!("({} {} {})", show(air, left), op.word(), show(air, right))
        }
        Expr::And { terms } => format!("and({})", list(air.list(terms))),
        Expr::Or { terms } => format!("or({})", list(air.list(terms))),
        Expr::Not { operand } => format!("not({})", show(air, operand)),
        Expr::IsNull { operand, negated } => {
            format!("{} is{} null", show(air, operand), if negated { " not" } else { "" })
        }
        Expr::IsTruth { operand, value, negated } => {
            format!("{} is{} {}", show(air, operand), if negated { " not" } else { "" }, value.word())
        }
        Expr::Between { operand, low, high, .. } => {
            format!("{} between {} and {}", show(air, operand), show(air, low), show(air, high))
        }
        Expr::InList { operand, items, negated, .. } => {
            format!(
                "{}{} in ({})",
                show(air, operand),
                if negated { " not" } else { "" },
                list(air.list(items))
            )
        }
        Expr::Like { operand, pattern, escape, .. } => {
            let escape = escape.map_or(String::new(), |escape| format!(" escape {}", show(air, escape)));
            format!("{} like {}{escape}", show(air, operand), show(air, pattern))
        }
        Expr::Case { operand, branches, otherwise, .. } => {
            let mut text = operand.map_or("case".into(), |operand| format!("case {}", show(air, operand)));
            for branch in air.list(branches) {
                text += &format!(" when {} then {}", show(air, branch.when), show(air, branch.then));
            }
            if let Some(otherwise) = otherwise {
                text += &format!(" else {}", show(air, otherwise));
            }
            text
        }
        Expr::Array { items } => format!("[{}]", list(air.list(items))),
        Expr::Row { items } => format!("row({})", list(air.list(items))),
        other => other.label().into(),
    }
}
