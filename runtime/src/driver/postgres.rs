//! PostgreSQL through a connection of sqlx.
//!
//! Statements are prepared without types of parameters, so that the server infers them as it would for literals;
//! values are then sent as what the server expects.

use super::{Habits, Sink, rows, wrong_count};
use crate::url::{Tls, Url};
use crate::value::{Rows, Value};
use bigdecimal::{BigDecimal, ToPrimitive};
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use sqlx::postgres::types::PgInterval;
use sqlx::postgres::{
    PgArguments, PgConnectOptions, PgConnection, PgDatabaseError, PgQueryResult, PgRow, PgSslMode,
    PgTypeInfo, PgTypeKind,
};
use sqlx::{
    Arguments, AssertSqlSafe, Column, ConnectOptions, Connection as _, Either, Executor, Row, SqlSafeStr,
    Statement, TypeInfo, ValueRef,
};
use sqlx_kernel_core::failure::{Failure, Kind};
use std::str::FromStr;
use std::sync::Arc;

pub(super) const HABITS: Habits = Habits { failures_spoil: true, definitions_commit: false };

/// Statements kept prepared for a connection.
const STATEMENTS_MAX: usize = 256;

pub(crate) struct Postgres {
    connection: PgConnection,
    stop: Arc<str>,
    profile: String,
    /// False while rows, or an error, of a statement are still to come.
    pub(super) in_order: bool,
}

impl Postgres {
    pub(super) async fn open(url: &Url) -> Result<Postgres, Failure> {
        let mode = match url.tls {
            Tls::Required => PgSslMode::VerifyFull,
            Tls::Preferred => PgSslMode::Prefer,
            Tls::Disabled => PgSslMode::Disable,
        };
        let options = PgConnectOptions::from_str(&url.text)
            .map_err(of)?
            .ssl_mode(mode)
            .application_name("sqlx-kernel")
            .statement_cache_capacity(STATEMENTS_MAX)
            .disable_statement_logging();
        let mut connection = PgConnection::connect_with(&options).await.map_err(of)?;
        // The process id alone may be another's by the time a cancellation arrives.
        let row: (i32, String, String) = sqlx::query_as(
            "SELECT pid, extract(epoch FROM backend_start)::numeric::text, current_setting('server_version') \
             FROM pg_stat_activity WHERE pid = pg_backend_pid()",
        )
        .fetch_one(&mut connection)
        .await
        .map_err(of)?;
        let (pid, since, version) = row;
        let stop = format!(
            "SELECT pg_cancel_backend(pid) FROM pg_stat_activity \
             WHERE pid = {pid} AND extract(epoch FROM backend_start)::numeric::text = '{since}'"
        );
        let release = version.split(['.', ' ']).next().unwrap_or_default();
        Ok(Postgres { connection, stop: stop.into(), profile: format!("postgres@{release}"), in_order: true })
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
        let text = || AssertSqlSafe(sql.clone());
        let mut arguments = PgArguments::default();
        // Kept by the driver: only the first time this asks the server.
        let statement = self.connection.prepare(text().into_sql_str()).await.map_err(of)?;
        let types = match statement.parameters() {
            Some(Either::Left(types)) => types,
            _ => &[],
        };
        if types.len() != params.len() {
            return Err(wrong_count(types.len(), params.len()));
        }
        for (value, ty) in params.iter().zip(types) {
            bind(&mut arguments, value, ty)?;
        }
        // Known before anything runs.
        let readers: Vec<Read> =
            statement.columns().iter().map(|column| reader(column.type_info())).collect::<Result<_, _>>()?;
        self.in_order = false;
        let stream = self.connection.fetch_many(sqlx::query_with(text(), arguments));
        let affected = PgQueryResult::rows_affected;
        let taken =
            rows::take(stream, statement.columns(), affected, |_| Ok(readers.clone()), of, sink).await?;
        self.in_order = true;
        let rows = taken?;
        sink.flush(&rows.columns).await?;
        Ok(rows)
    }
}

fn of(error: sqlx::Error) -> Failure {
    super::failure(error, |error| match error.try_downcast_ref::<PgDatabaseError>() {
        Some(error) => Failure::of_sqlstate(error.code(), error.message()),
        None => Failure::new(Kind::Other, error.message()),
    })
}

type Read = rows::Read<PgRow>;

fn get<'r, T: sqlx::Decode<'r, sqlx::Postgres>>(row: &'r PgRow, i: usize) -> Result<Option<T>, Failure> {
    row.try_get_unchecked::<Option<T>, usize>(i).map_err(of)
}

fn one<'r, T: sqlx::Decode<'r, sqlx::Postgres>>(
    row: &'r PgRow,
    i: usize,
    make: impl Fn(T) -> Value,
) -> Result<Value, Failure> {
    Ok(get::<T>(row, i)?.map_or(Value::Null, make))
}

fn many<T>(row: &PgRow, i: usize, make: impl Fn(T) -> Value) -> Result<Value, Failure>
where
    T: for<'a> sqlx::Decode<'a, sqlx::Postgres> + sqlx::Type<sqlx::Postgres>,
{
    let items = row.try_get_unchecked::<Option<Vec<Option<T>>>, usize>(i).map_err(of)?;
    let item = |item: Option<T>| item.map_or(Value::Null, &make);
    Ok(items.map_or(Value::Null, |items| Value::Array(items.into_iter().map(item).collect())))
}

/// JSON is kept as the server wrote it; the binary form of jsonb is its text behind a version byte.
fn json(row: &PgRow, i: usize) -> Result<Value, Failure> {
    let raw = row.try_get_raw(i).map_err(of)?;
    if raw.is_null() {
        return Ok(Value::Null);
    }
    let bytes = raw.as_bytes().map_err(|error| Failure::new(Kind::Protocol, error.to_string()))?;
    let text = bytes.strip_prefix(b"\x01").unwrap_or(bytes);
    Ok(Value::Json(String::from_utf8_lossy(text).into_owned()))
}

/// How values of a type are read.
fn reader(ty: &PgTypeInfo) -> Result<Read, Failure> {
    let ty = match ty.kind() {
        PgTypeKind::Domain(base) => base,
        PgTypeKind::Enum(_) => return Ok(|row, i| one::<String>(row, i, Value::Text)),
        _ => ty,
    };
    Ok(match ty.name() {
        "BOOL" => |row, i| one::<bool>(row, i, Value::Bool),
        "INT2" => |row, i| one::<i16>(row, i, |value| Value::Int(value.into())),
        "INT4" => |row, i| one::<i32>(row, i, |value| Value::Int(value.into())),
        "INT8" => |row, i| one::<i64>(row, i, Value::Int),
        "OID" => |row, i| one::<sqlx::postgres::types::Oid>(row, i, |value| Value::Int(value.0.into())),
        "FLOAT4" => |row, i| one::<f32>(row, i, |value| Value::Float(widened(value))),
        "FLOAT8" => |row, i| one::<f64>(row, i, Value::Float),
        "NUMERIC" => |row, i| one::<BigDecimal>(row, i, Value::Decimal),
        "TEXT" | "VARCHAR" | "CHAR" | "NAME" | "CITEXT" | "UNKNOWN" | "XML" => {
            |row, i| one::<String>(row, i, Value::Text)
        }
        "\"CHAR\"" => {
            |row, i| one::<i8>(row, i, |value| Value::Text(char::from(value.cast_unsigned()).to_string()))
        }
        "BYTEA" => |row, i| one::<Vec<u8>>(row, i, Value::Bytes),
        "DATE" => |row, i| one::<NaiveDate>(row, i, Value::Date),
        "TIME" => |row, i| one::<NaiveTime>(row, i, Value::Time),
        "TIMESTAMP" => |row, i| one::<NaiveDateTime>(row, i, Value::DateTime),
        "TIMESTAMPTZ" => |row, i| one::<DateTime<Utc>>(row, i, Value::Moment),
        "INTERVAL" => |row, i| {
            one::<PgInterval>(row, i, |value| Value::Interval {
                months: value.months,
                days: value.days,
                micros: value.microseconds,
            })
        },
        "UUID" => |row, i| one::<uuid::Uuid>(row, i, Value::Uuid),
        "JSON" | "JSONB" => json,
        "VOID" => |_, _| Ok(Value::Null),
        "BOOL[]" => |row, i| many::<bool>(row, i, Value::Bool),
        "INT2[]" => |row, i| many::<i16>(row, i, |value| Value::Int(value.into())),
        "INT4[]" => |row, i| many::<i32>(row, i, |value| Value::Int(value.into())),
        "INT8[]" => |row, i| many::<i64>(row, i, Value::Int),
        "FLOAT8[]" => |row, i| many::<f64>(row, i, Value::Float),
        "NUMERIC[]" => |row, i| many::<BigDecimal>(row, i, Value::Decimal),
        "TEXT[]" | "VARCHAR[]" | "CHAR[]" | "NAME[]" => |row, i| many::<String>(row, i, Value::Text),
        "UUID[]" => |row, i| many::<uuid::Uuid>(row, i, Value::Uuid),
        "DATE[]" => |row, i| many::<NaiveDate>(row, i, Value::Date),
        "TIMESTAMPTZ[]" => |row, i| many::<DateTime<Utc>>(row, i, Value::Moment),
        other => {
            let message =
                format!("values of type {} are not read yet; cast them to text", other.to_lowercase());
            return Err(Failure::new(Kind::Unsupported, message));
        }
    })
}

/// The double that prints as the float does: 0.1 stays 0.1.
fn widened(value: f32) -> f64 {
    value.to_string().parse().unwrap_or_else(|_| value.into())
}

/// Sends a value as the type the server expects.
fn bind(arguments: &mut PgArguments, value: &Value, ty: &PgTypeInfo) -> Result<(), Failure> {
    let base = match ty.kind() {
        PgTypeKind::Domain(base) => base,
        _ => ty,
    };
    let name = base.name();
    let unfit = || {
        let message = format!("this {} value is no {}", value.kind(), name.to_lowercase());
        Failure::new(Kind::Data, message)
    };
    let int = || match value {
        Value::Int(int) => Some(*int),
        Value::UInt(int) => i64::try_from(*int).ok(),
        Value::Bool(value) => Some(i64::from(*value)),
        Value::Decimal(decimal) if decimal.is_integer() => decimal.to_i64(),
        Value::Text(text) => text.trim().parse().ok(),
        _ => None,
    };
    let float = || match value {
        Value::Float(float) => Some(*float),
        Value::Int(int) => Some(*int as f64),
        Value::Decimal(decimal) => decimal.to_f64(),
        Value::Text(text) => text.trim().parse().ok(),
        _ => None,
    };
    let decimal = || match value {
        Value::Decimal(decimal) => Some(decimal.clone()),
        Value::Int(int) => Some(BigDecimal::from(*int)),
        Value::UInt(int) => Some(BigDecimal::from(*int)),
        Value::Float(float) => float.to_string().parse().ok(),
        Value::Text(text) => text.trim().parse().ok(),
        _ => None,
    };
    macro_rules! add {
        ($value:expr) => {
            arguments.add($value).map_err(|error| Failure::new(Kind::Data, error.to_string()))
        };
    }
    macro_rules! null {
        ($ty:ty) => {
            if value.is_null() {
                return add!(None::<$ty>);
            }
        };
    }
    match name {
        "BOOL" => {
            null!(bool);
            match value {
                Value::Bool(value) => add!(*value),
                Value::Int(0) => add!(false),
                Value::Int(1) => add!(true),
                _ => Err(unfit()),
            }
        }
        "INT2" => {
            null!(i16);
            add!(int().and_then(|int| i16::try_from(int).ok()).ok_or_else(unfit)?)
        }
        "INT4" => {
            null!(i32);
            add!(int().and_then(|int| i32::try_from(int).ok()).ok_or_else(unfit)?)
        }
        "INT8" => {
            null!(i64);
            add!(int().ok_or_else(unfit)?)
        }
        "FLOAT4" => {
            null!(f32);
            #[expect(clippy::cast_possible_truncation, reason = "the server would round as well")]
            let narrow = float().ok_or_else(unfit)? as f32;
            add!(narrow)
        }
        "FLOAT8" => {
            null!(f64);
            add!(float().ok_or_else(unfit)?)
        }
        "NUMERIC" => {
            null!(BigDecimal);
            add!(decimal().ok_or_else(unfit)?)
        }
        "BYTEA" => {
            null!(Vec<u8>);
            match value {
                Value::Bytes(bytes) => add!(bytes.as_slice()),
                _ => Err(unfit()),
            }
        }
        "DATE" => {
            null!(NaiveDate);
            match value {
                Value::Date(date) => add!(*date),
                Value::DateTime(at) if at.time() == NaiveTime::MIN => add!(at.date()),
                Value::Text(text) => add!(text.parse::<NaiveDate>().map_err(|_| unfit())?),
                _ => Err(unfit()),
            }
        }
        "TIME" => {
            null!(NaiveTime);
            match value {
                Value::Time(time) => add!(*time),
                Value::Text(text) => add!(text.parse::<NaiveTime>().map_err(|_| unfit())?),
                _ => Err(unfit()),
            }
        }
        "TIMESTAMP" => {
            null!(NaiveDateTime);
            match value {
                Value::DateTime(at) => add!(*at),
                Value::Date(date) => add!(date.and_time(NaiveTime::MIN)),
                Value::Text(text) => add!(date_time(text).ok_or_else(unfit)?),
                _ => Err(unfit()),
            }
        }
        "TIMESTAMPTZ" => {
            null!(DateTime<Utc>);
            match value {
                Value::Moment(at) => add!(*at),
                Value::Text(text) => add!(DateTime::parse_from_rfc3339(text).map_err(|_| unfit())?.to_utc()),
                // Which moment that is depends on the zone of the session, which nobody here knows.
                _ => Err(unfit()),
            }
        }
        "INTERVAL" => {
            null!(PgInterval);
            match value {
                Value::Interval { months, days, micros } => {
                    add!(PgInterval { months: *months, days: *days, microseconds: *micros })
                }
                _ => Err(unfit()),
            }
        }
        "UUID" => {
            null!(uuid::Uuid);
            match value {
                Value::Uuid(uuid) => add!(*uuid),
                Value::Text(text) => add!(text.parse::<uuid::Uuid>().map_err(|_| unfit())?),
                _ => Err(unfit()),
            }
        }
        "JSON" | "JSONB" => {
            null!(serde_json::Value);
            match value {
                Value::Json(text) | Value::Text(text) => {
                    add!(serde_json::from_str::<serde_json::Value>(text).map_err(|_| unfit())?)
                }
                _ => Err(unfit()),
            }
        }
        "TEXT" | "VARCHAR" | "CHAR" | "NAME" | "CITEXT" | "UNKNOWN" => {
            null!(String);
            match value {
                Value::Text(text) | Value::Json(text) => add!(text.as_str()),
                Value::Bytes(_) | Value::Array(_) | Value::Bool(_) => Err(unfit()),
                other => add!(other.to_string()),
            }
        }
        _ if matches!(base.kind(), PgTypeKind::Enum(_)) => {
            null!(String);
            match value {
                Value::Text(text) => add!(text.as_str()),
                _ => Err(unfit()),
            }
        }
        "INT4[]" | "INT8[]" | "TEXT[]" => array(arguments, value, name).unwrap_or_else(|| Err(unfit())),
        _ => {
            let message =
                format!("parameters of type {} are not sent yet; pass text and cast it", name.to_lowercase());
            Err(Failure::new(Kind::Unsupported, message))
        }
    }
}

fn date_time(text: &str) -> Option<NaiveDateTime> {
    let formats = ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f"];
    formats.iter().find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())
}

fn array(arguments: &mut PgArguments, value: &Value, name: &str) -> Option<Result<(), Failure>> {
    let items: &[Value] = match value {
        Value::Array(items) => items,
        Value::Null => return Some(added(arguments.add(None::<Vec<String>>))),
        _ => return None,
    };
    let ints = || items.iter().map(|item| if item.is_null() { Some(None) } else { item.as_int().map(Some) });
    let done = match name {
        "INT4[]" => {
            let narrow = |int: Option<Option<i64>>| match int? {
                None => Some(None),
                Some(int) => i32::try_from(int).ok().map(Some),
            };
            arguments.add(ints().map(narrow).collect::<Option<Vec<Option<i32>>>>()?)
        }
        "INT8[]" => arguments.add(ints().collect::<Option<Vec<Option<i64>>>>()?),
        _ => {
            let text = |item: &Value| match item {
                Value::Null => Some(None),
                item => item.as_text().map(|text| Some(text.to_owned())),
            };
            arguments.add(items.iter().map(text).collect::<Option<Vec<Option<String>>>>()?)
        }
    };
    Some(added(done))
}

fn added(done: Result<(), sqlx::error::BoxDynError>) -> Result<(), Failure> {
    done.map_err(|error| Failure::new(Kind::Data, error.to_string()))
}
