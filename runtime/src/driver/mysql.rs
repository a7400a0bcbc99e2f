//! MySQL and MariaDB through a connection of sqlx.

use super::{Habits, Sink, rows, wrong_count};
use crate::url::{Tls, Url};
use crate::value::{Rows, Value};
use bigdecimal::BigDecimal;
use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use sqlx::mysql::types::MySqlTime;
use sqlx::mysql::{
    MySqlArguments, MySqlConnectOptions, MySqlConnection, MySqlDatabaseError, MySqlQueryResult, MySqlRow,
    MySqlSslMode,
};
use sqlx::{
    Arguments, AssertSqlSafe, Column, ConnectOptions, Connection as _, Either, Executor, Row, SqlSafeStr,
    Statement, TypeInfo,
};
use sqlx_kernel_core::failure::{Failure, Kind};
use std::str::FromStr;
use std::sync::Arc;

pub(super) const HABITS: Habits = Habits { failures_spoil: false, definitions_commit: true };

/// Statements kept prepared for a connection.
const STATEMENTS_MAX: usize = 256;

pub(crate) struct Mysql {
    connection: MySqlConnection,
    stop: Arc<str>,
    profile: String,
    /// False while rows, or an error, of a statement are still to come.
    pub(super) in_order: bool,
}

impl Mysql {
    pub(super) async fn open(url: &Url) -> Result<Mysql, Failure> {
        let mode = match url.tls {
            Tls::Required => MySqlSslMode::VerifyIdentity,
            Tls::Preferred => MySqlSslMode::Preferred,
            Tls::Disabled => MySqlSslMode::Disabled,
        };
        // sqlx would change sql_mode, time zone and names; the session should be as the server's own defaults make it,
        // but for the encoding of texts, which the driver relies on.
        let options = MySqlConnectOptions::from_str(&url.text)
            .map_err(of)?
            .ssl_mode(mode)
            .pipes_as_concat(false)
            .no_engine_substitution(false)
            .timezone(None)
            .statement_cache_capacity(STATEMENTS_MAX)
            .disable_statement_logging();
        let mut connection = MySqlConnection::connect_with(&options).await.map_err(of)?;
        let (id, version): (u64, String) = sqlx::query_as("SELECT CONNECTION_ID(), VERSION()")
            .fetch_one(&mut connection)
            .await
            .map_err(of)?;
        let engine = if version.contains("MariaDB") { "mariadb" } else { "mysql" };
        let release: Vec<&str> = version.split(['.', '-']).take(2).collect();
        Ok(Mysql {
            connection,
            stop: format!("KILL QUERY {id}").into(),
            profile: format!("{engine}@{}", release.join(".")),
            in_order: true,
        })
    }

    pub(super) fn profile(&self) -> &str {
        &self.profile
    }

    pub(super) fn stop_statement(&self) -> Arc<str> {
        self.stop.clone()
    }

    pub(super) async fn close(self) {
        // A server that is gone needs no goodbye.
        let _ = self.connection.close().await;
    }

    pub(super) async fn forget_statements(&mut self) -> Result<(), Failure> {
        self.connection.clear_cached_statements().await.map_err(of)
    }

    pub(super) async fn command(&mut self, sql: &'static str) -> Result<(), Failure> {
        self.connection.execute(sqlx::raw_sql(sql)).await.map(drop).map_err(of)
    }

    pub(super) async fn run(
        &mut self,
        sql: &Arc<str>,
        params: &[Value],
        sink: &mut Sink<'_>,
    ) -> Result<Rows, Failure> {
        // Kept by the driver: only the first time this asks the server.
        let text = AssertSqlSafe(sql.clone()).into_sql_str();
        let statement = self.connection.prepare(text).await.map_err(of)?;
        if let Some(Either::Right(expected)) = statement.parameters()
            && expected != params.len()
        {
            return Err(wrong_count(expected, params.len()));
        }
        let mut arguments = MySqlArguments::default();
        for value in params {
            bind(&mut arguments, value)?;
        }
        self.in_order = false;
        let stream = self.connection.fetch_many(sqlx::query_with(AssertSqlSafe(sql.clone()), arguments));
        // By the rows themselves: the types of a prepared statement are guesses where parameters are selected.
        let readers =
            |row: &MySqlRow| row.columns().iter().map(|column| reader(column.type_info())).collect();
        let affected = MySqlQueryResult::rows_affected;
        let taken = rows::take(stream, statement.columns(), affected, readers, of, sink).await?;
        self.in_order = true;
        let rows = taken?;
        sink.flush(&rows.columns).await?;
        Ok(rows)
    }
}

fn of(error: sqlx::Error) -> Failure {
    super::failure(error, |error| match error.try_downcast_ref::<MySqlDatabaseError>() {
        Some(error) => Failure::of_mysql(error.number(), error.message()),
        None => Failure::new(Kind::Other, error.message()),
    })
}

type Read = rows::Read<MySqlRow>;

fn one<'r, T: sqlx::Decode<'r, sqlx::MySql>>(
    row: &'r MySqlRow,
    i: usize,
    make: impl Fn(T) -> Value,
) -> Result<Value, Failure> {
    Ok(row.try_get_unchecked::<Option<T>, usize>(i).map_err(of)?.map_or(Value::Null, make))
}

fn time(value: MySqlTime) -> Value {
    if value.is_valid_time_of_day() {
        let (hours, minutes) = (value.hours(), u32::from(value.minutes()));
        let (seconds, micros) = (u32::from(value.seconds()), value.microseconds());
        if let Some(time) = NaiveTime::from_hms_micro_opt(hours, minutes, seconds, micros) {
            return Value::Time(time);
        }
    }
    let seconds =
        i64::from(value.hours()) * 3600 + i64::from(value.minutes()) * 60 + i64::from(value.seconds());
    let micros = seconds * 1_000_000 + i64::from(value.microseconds());
    Value::Interval { months: 0, days: 0, micros: if value.is_negative() { -micros } else { micros } }
}

/// How values of a type are read.
fn reader(ty: &sqlx::mysql::MySqlTypeInfo) -> Result<Read, Failure> {
    let name = ty.name();
    // A text that compares byte by byte has the flag of bytes and a character set all the same.
    let text = <str as sqlx::Type<sqlx::MySql>>::compatible(ty);
    Ok(match name {
        "BINARY" | "VARBINARY" | "BLOB" | "TINYBLOB" | "MEDIUMBLOB" | "LONGBLOB" if text => {
            |row, i| one::<String>(row, i, Value::Text)
        }
        "TINYINT" | "BOOLEAN" | "SMALLINT" | "MEDIUMINT" | "INT" | "BIGINT" => {
            |row, i| one::<i64>(row, i, Value::Int)
        }
        "TINYINT UNSIGNED" | "SMALLINT UNSIGNED" | "MEDIUMINT UNSIGNED" | "INT UNSIGNED"
        | "BIGINT UNSIGNED" | "YEAR" => |row, i| one::<u64>(row, i, Value::from),
        "FLOAT" => |row, i| {
            one::<f32>(row, i, |value| Value::Float(value.to_string().parse().unwrap_or(value.into())))
        },
        "DOUBLE" => |row, i| one::<f64>(row, i, Value::Float),
        "DECIMAL" => |row, i| one::<BigDecimal>(row, i, Value::Decimal),
        "CHAR" | "VARCHAR" | "TEXT" | "TINYTEXT" | "MEDIUMTEXT" | "LONGTEXT" | "ENUM" | "SET" => {
            |row, i| one::<String>(row, i, Value::Text)
        }
        "JSON" => |row, i| one::<String>(row, i, Value::Json),
        "BINARY" | "VARBINARY" | "BLOB" | "TINYBLOB" | "MEDIUMBLOB" | "LONGBLOB" | "GEOMETRY" | "BIT" => {
            |row, i| one::<Vec<u8>>(row, i, Value::Bytes)
        }
        "DATE" => |row, i| one::<NaiveDate>(row, i, Value::Date),
        "DATETIME" | "TIMESTAMP" => |row, i| one::<NaiveDateTime>(row, i, Value::DateTime),
        "TIME" => |row, i| one::<MySqlTime>(row, i, time),
        "NULL" => |_, _| Ok(Value::Null),
        other => {
            let message =
                format!("values of type {} are not read yet; cast them to char", other.to_lowercase());
            return Err(Failure::new(Kind::Unsupported, message));
        }
    })
}

/// Sends a value as its own type; the server converts it as it converts literals.
fn bind(arguments: &mut MySqlArguments, value: &Value) -> Result<(), Failure> {
    let done = match value {
        Value::Null => arguments.add(None::<String>),
        Value::Bool(value) => arguments.add(*value),
        Value::Int(value) => arguments.add(*value),
        Value::UInt(value) => arguments.add(*value),
        Value::Float(value) => arguments.add(*value),
        Value::Decimal(value) => arguments.add(value.clone()),
        Value::Text(text) | Value::Json(text) => arguments.add(text.as_str()),
        Value::Bytes(bytes) => arguments.add(bytes.as_slice()),
        Value::Date(date) => arguments.add(*date),
        Value::Time(time) => arguments.add(*time),
        Value::DateTime(at) => arguments.add(*at),
        Value::Uuid(uuid) => arguments.add(uuid.to_string()),
        Value::Moment(_) | Value::Interval { .. } | Value::Array(_) => {
            let message = format!("MySQL has no value for this {} parameter", value.kind());
            return Err(Failure::new(Kind::Data, message));
        }
    };
    done.map_err(|error| Failure::new(Kind::Data, error.to_string()))
}
