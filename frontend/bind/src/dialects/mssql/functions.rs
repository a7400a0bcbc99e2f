//! Functions of SQL Server.

use super::super::common::first;
use super::super::function::{Function, Want, agg, call, refuse, special, special_agg};
use crate::expr::{aggregate as ag, special as sp};
use Want::*;
use air::Builtin::*;
use air::types::{Type, Zone};

const SERVER: &str = "its result depends on the server and the session, not on data";
const NO_MEANING: &str = "it has no counterpart in other dialects";

const DATETIME: Type = Type::Timestamp { precision: 3, zone: Zone::None };
const DATETIME2: Type = Type::Timestamp { precision: 7, zone: Zone::None };

/// POWER and SIGN give the type of their first argument.
fn same_number(types: &[Type]) -> Type {
    match first(types) {
        Type::Float32 => Type::Float64,
        other => other,
    }
}

/// CEILING and FLOOR keep the digits before the point.
fn whole(types: &[Type]) -> Type {
    match first(types) {
        Type::Decimal { precision, .. } => Type::Decimal { precision, scale: 0 },
        other => other,
    }
}

pub(super) const NUMBERS: &[Function] = &[
    call("atn2", Atan2, &[Float, Float]),
    call("ceiling", Ceil, &[Num]).by(whole),
    call("cot", Cot, &[Float]),
    call("exp", Exp, &[Float]).is(Type::Float64),
    call("floor", Floor, &[Num]).by(whole),
    call("log", Ln, &[Float]).is(Type::Float64),
    call("log", LogBase, &[Float, Float]).order(&[1, 0]).is(Type::Float64),
    call("log10", Log10, &[Float]).is(Type::Float64),
    call("power", Power, &[Num, Num]).by(same_number),
    call("rand", Random, &[]),
    special("round", 2, 3, sp::number::round_tsql),
    call("sign", Sign, &[Num]).by(same_number),
    call("sqrt", Sqrt, &[Float]).is(Type::Float64),
    special("square", 1, 1, sp::number::square),
    call("greatest", GreatestSkipNulls, &[Common]).many(),
    call("least", LeastSkipNulls, &[Common]).many(),
    call("bit_count", BitCount, &[Int]),
    refuse("degrees", "it gives the type of its argument, cut to integers"),
    refuse("radians", "it gives the type of its argument, cut to integers"),
    refuse("checksum", NO_MEANING),
    refuse("binary_checksum", NO_MEANING),
];

pub(super) const TEXTS: &[Function] = &[
    special("ascii", 1, 1, sp::text::first_byte_or_null),
    call("char", CharOf, &[Int]),
    call("nchar", CharOf, &[Int]),
    call("charindex", Position, &[Text, Text]).order(&[1, 0]).is(Type::I32),
    call("charindex", PositionFrom, &[Text, Text, Int]).order(&[1, 0, 2]).is(Type::I32),
    call("concat", ConcatSkipNulls, &[Text]).min(2).many(),
    special("concat_ws", 3, 255, sp::text::concat_ws_skip),
    special("datalength", 1, 1, sp::text::data_length),
    special("format", 2, 3, sp::mssql_time::format),
    call("left", LeftClamped, &[Text, Int]),
    call("right", RightClamped, &[Text, Int]),
    call("len", LengthTrimmed, &[Text]).is(Type::I32),
    call("lower", Lower, &[Text]),
    call("upper", Upper, &[Text]),
    call("ltrim", TrimStart, &[Text, Text]).min(1),
    call("rtrim", TrimEnd, &[Text, Text]).min(1),
    call("trim", Trim, &[Text]),
    call("replace", Replace, &[Text, Text, Text]),
    call("replicate", RepeatOrNull, &[Text, Int]),
    call("reverse", Reverse, &[Text]),
    call("soundex", Soundex, &[Text]),
    call("space", Space, &[Int]),
    special("stuff", 4, 4, sp::text::stuff),
    call("substring", Substring, &[Text, Int, Int]),
    call("translate", Translate, &[Text, Text, Text]),
    special("unicode", 1, 1, sp::text::code_point_or_null),
    special("str", 1, 3, sp::text::str_tsql),
    special("quotename", 1, 2, sp::text::quotename),
    refuse("patindex", "patterns with classes have no counterpart in other dialects"),
    refuse("difference", NO_MEANING),
    refuse("string_escape", NO_MEANING),
    refuse("hashbytes", "hashes of texts depend on the encoding of the column"),
    refuse("compress", NO_MEANING),
    refuse("decompress", NO_MEANING),
    refuse("formatmessage", SERVER),
];

pub(super) const TIMES: &[Function] = &[
    call("getdate", CurrentTimestamp, &[]).is(DATETIME),
    call("current_timestamp", CurrentTimestamp, &[]).is(DATETIME),
    call("sysdatetime", CurrentTimestamp, &[]).is(DATETIME2),
    call("sysdatetimeoffset", CurrentTimestamp, &[]).is(Type::Timestamp { precision: 7, zone: Zone::Offset }),
    call("getutcdate", UtcTimestamp, &[]).is(DATETIME),
    call("sysutcdatetime", UtcTimestamp, &[]).is(DATETIME2),
    call("current_date", CurrentDate, &[]),
    call("year", ExtractYear, &[Moment]).is(Type::I32),
    call("month", ExtractMonth, &[Moment]).is(Type::I32),
    call("day", ExtractDay, &[Moment]).is(Type::I32),
    special("datepart", 2, 2, sp::mssql_time::date_part),
    special("datename", 2, 2, sp::mssql_time::date_name),
    special("dateadd", 3, 3, sp::mssql_time::date_add),
    special("datediff", 3, 3, sp::mssql_time::date_diff),
    special("datediff_big", 3, 3, sp::mssql_time::date_diff),
    special("datetrunc", 2, 2, sp::mssql_time::date_trunc),
    call("datefromparts", MakeDate, &[Int, Int, Int]),
    special("datetimefromparts", 7, 7, sp::mssql_time::datetime_from_parts),
    special("eomonth", 1, 2, sp::mssql_time::eomonth),
    refuse("isdate", "which texts are dates depends on the session's language"),
    refuse("switchoffset", "zones by name differ between servers"),
    refuse("todatetimeoffset", "zones by name differ between servers"),
    refuse("datetime2fromparts", NO_MEANING),
    refuse("timefromparts", NO_MEANING),
    refuse("date_bucket", NO_MEANING),
];

pub(super) const OTHER: &[Function] = &[
    call("coalesce", Coalesce, &[Common]).min(2).many(),
    special("isnull", 2, 2, sp::logic::is_null_tsql),
    special("nullif", 2, 2, sp::logic::null_if),
    special("iif", 3, 3, sp::logic::if_else),
    special("choose", 2, 255, sp::logic::choose),
    special("grouping", 1, 1, ag::grouping),
    special("grouping_id", 1, 255, ag::grouping),
    call("newid", NewUuid, &[]),
    call("scope_identity", LastInsertId, &[]).is(Type::Decimal { precision: 38, scale: 0 }),
    call("current_user", CurrentUser, &[]),
    call("session_user", CurrentUser, &[]),
    call("user_name", CurrentUser, &[]),
    call("schema_name", CurrentSchema, &[]),
    call("json_value", JsonPathText, &[Json, Text]),
    call("isjson", JsonValid, &[Text]),
    refuse("suser_sname", SERVER),
    refuse("system_user", SERVER),
    refuse("db_name", SERVER),
    refuse("object_id", SERVER),
    refuse("object_name", SERVER),
    refuse("host_name", SERVER),
    refuse("app_name", SERVER),
    refuse("newsequentialid", SERVER),
    refuse("ident_current", SERVER),
    refuse("rowcount_big", SERVER),
    refuse("isnumeric", "which texts are numbers differs: currency signs and commas count"),
    refuse("json_query", "JSON fragments print differently on each server"),
    refuse("json_modify", NO_MEANING),
    refuse("json_object", NO_MEANING),
    refuse("json_array", NO_MEANING),
    refuse("openjson", NO_MEANING),
];

pub(super) const AGGREGATES: &[Function] = &[
    agg("min", Min, &[Any]),
    agg("max", Max, &[Any]),
    special_agg("count", 0, 1, ag::count),
    special_agg("count_big", 0, 1, ag::count),
    special_agg("sum", 1, 1, ag::sum),
    special_agg("avg", 1, 1, ag::avg),
    special_agg("string_agg", 2, 2, ag::string_agg),
    agg("stdev", StddevSamp, &[Num]).is(Type::Float64),
    agg("stdevp", StddevPop, &[Num]).is(Type::Float64),
    agg("var", VarSamp, &[Num]).is(Type::Float64),
    agg("varp", VarPop, &[Num]).is(Type::Float64),
    special_agg("percentile_cont", 1, 1, ag::percentile),
    special_agg("percentile_disc", 1, 1, ag::percentile),
    refuse("approx_count_distinct", "its result is approximate on purpose"),
    refuse("checksum_agg", NO_MEANING),
];
