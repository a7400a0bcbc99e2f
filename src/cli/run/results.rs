//! How results look.

use super::super::Failure;
use super::super::args::Results;
use comfy_table::{Cell, CellAlignment, Table, presets};
use serde_json::{Map, Number, Value as Json};
use sqlx_kernel::{QueryResult, Value};
use std::io::{Write, stdout};

/// Prints a result.
pub(super) fn show(result: &QueryResult, form: Results) -> Result<(), Failure> {
    match form {
        Results::Table => table(result),
        Results::Csv => csv(result)?,
        Results::Json => json(result)?,
    }
    Ok(())
}

fn table(result: &QueryResult) {
    if result.columns.is_empty() {
        println!("{} changed", rows(result.affected));
        return;
    }
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED).set_header(result.columns.iter());
    for row in &result.rows {
        let cell = |value: &Value| {
            let right = matches!(value, Value::Int(_) | Value::UInt(_) | Value::Float(_) | Value::Decimal(_));
            let align = if right { CellAlignment::Right } else { CellAlignment::Left };
            Cell::new(value.to_string()).set_alignment(align)
        };
        table.add_row(row.iter().map(cell));
    }
    println!("{table}\n{}", rows(result.rows.len() as u64));
}

fn rows(count: u64) -> String {
    format!("{count} row{}", if count == 1 { "" } else { "s" })
}

/// NULL is an empty field, as most readers of the format expect.
fn csv(result: &QueryResult) -> Result<(), Failure> {
    if result.columns.is_empty() {
        return Ok(());
    }
    let mut writer = csv::Writer::from_writer(stdout().lock());
    writer.write_record(result.columns.iter())?;
    for row in &result.rows {
        let field = |value: &Value| if value.is_null() { String::new() } else { value.to_string() };
        writer.write_record(row.iter().map(field))?;
    }
    writer.flush()?;
    Ok(())
}

fn json(result: &QueryResult) -> Result<(), Failure> {
    let mut out = stdout().lock();
    for row in &result.rows {
        let mut object = Map::new();
        for (i, (column, value)) in result.columns.iter().zip(row).enumerate() {
            // A name that repeats would hide a value.
            let name =
                if object.contains_key(column) { format!("{column}:{}", i + 1) } else { column.clone() };
            object.insert(name, value_as_json(value));
        }
        serde_json::to_writer(&mut out, &Json::Object(object))?;
        writeln!(out)?;
    }
    Ok(())
}

fn value_as_json(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Bool(value) => Json::Bool(*value),
        Value::Int(value) => Json::from(*value),
        Value::UInt(value) => Json::from(*value),
        Value::Float(value) => {
            Number::from_f64(*value).map_or_else(|| Json::String(value.to_string()), Json::Number)
        }
        Value::Json(text) => serde_json::from_str(text).unwrap_or_else(|_| Json::String(text.clone())),
        Value::Array(items) => Json::Array(items.iter().map(value_as_json).collect()),
        // Decimals are texts: a number of JSON would lose digits in most readers.
        Value::Decimal(_)
        | Value::Text(_)
        | Value::Bytes(_)
        | Value::Date(_)
        | Value::Time(_)
        | Value::DateTime(_)
        | Value::Moment(_)
        | Value::Interval { .. }
        | Value::Uuid(_) => Json::String(value.to_string()),
    }
}
