//! Functions of SQLite. <https://www.sqlite.org/lang_corefunc.html>

use super::super::common::{first, whole};
use super::super::function::{Function, Want, agg, call, refuse, special, special_agg};
use crate::expr::{aggregate as ag, special as sp};
use Want::*;
use air::Builtin::*;
use air::types::Type;

const SERVER: &str = "its result depends on the connection, not on data";
const NO_MEANING: &str = "it has no counterpart in other dialects";

pub(super) const NUMBERS: &[Function] = &[
    call("atan2", Atan2, &[Float, Float]),
    call("ceil", Ceil, &[Num]).by(whole),
    call("ceiling", Ceil, &[Num]).by(whole),
    call("floor", Floor, &[Num]).by(whole),
    call("trunc", Trunc, &[Num]).by(whole),
    call("ln", LnOrNull, &[Float]),
    call("log", Log10OrNull, &[Float]),
    call("log", LogBaseOrNull, &[Float, Float]),
    call("log10", Log10OrNull, &[Float]),
    call("log2", Log2OrNull, &[Float]),
    call("mod", ModOrNull, &[Float, Float]).is(Type::Float64),
    call("pow", Power, &[Float, Float]).is(Type::Float64),
    call("power", Power, &[Float, Float]).is(Type::Float64),
    call("exp", Exp, &[Float]).is(Type::Float64),
    special("round", 1, 2, sp::number::round_no_tens),
    call("sign", Sign, &[Num]).is(Type::I64),
    call("sqrt", SqrtOrNull, &[Float]),
    call("random", RandomInt64, &[]),
];

pub(super) const TEXTS: &[Function] = &[
    call("char", CharsOf, &[Int]).many(),
    call("concat", ConcatSkipNulls, &[Text]).many(),
    call("concat_ws", ConcatWs, &[Text]).min(2).many(),
    call("format", Printf, &[Any]).many(),
    call("printf", Printf, &[Any]).many(),
    call("glob", Glob, &[Text, Text]).order(&[1, 0]),
    special("like", 2, 3, sp::text::like_call),
    special("hex", 1, 1, sp::text::hex_of_text),
    call("instr", Position, &[Text, Text]),
    special("length", 1, 1, sp::text::length_by_kind),
    special("octet_length", 1, 1, sp::text::byte_length),
    call("lower", LowerAscii, &[Text]),
    call("upper", UpperAscii, &[Text]),
    call("ltrim", TrimStart, &[Text, Text]).min(1),
    call("rtrim", TrimEnd, &[Text, Text]).min(1),
    call("trim", Trim, &[Text, Text]).min(1),
    call("quote", QuoteSqlite, &[Any]),
    special("replace", 3, 3, sp::text::replace_some),
    call("substr", SubstringSqlite, &[Text, Int, Int]).min(2),
    call("substring", SubstringSqlite, &[Text, Int, Int]).min(2),
    call("unicode", CodePointOrNull, &[Text]),
    call("unhex", Unhex, &[Text]),
    call("soundex", Soundex, &[Text]),
    special("zeroblob", 1, 1, sp::sqlite_text::zeroblob),
    refuse("randomblob", NO_MEANING),
    refuse("regexp", "it exists only where the application defines it"),
    refuse("match", "full text search has no neutral meaning"),
];

pub(super) const TIMES: &[Function] = &[
    special("date", 0, 255, sp::sqlite_time::date),
    special("time", 0, 255, sp::sqlite_time::time),
    special("datetime", 0, 255, sp::sqlite_time::datetime),
    special("julianday", 0, 255, sp::sqlite_time::julianday),
    special("unixepoch", 0, 255, sp::sqlite_time::unixepoch),
    special("strftime", 1, 255, sp::sqlite_time::strftime),
    refuse("timediff", NO_MEANING),
    special("current_date", 0, 0, sp::sqlite_time::current_date),
    special("current_time", 0, 0, sp::sqlite_time::current_time),
    special("current_timestamp", 0, 0, sp::sqlite_time::current_timestamp),
];

pub(super) const JSON: &[Function] = &[
    special("json", 1, 1, sp::json::parse),
    call("json_array", JsonArray, &[Any]).min(0).many(),
    call("json_array_length", JsonArrayLengthOrZero, &[Json, Text]).min(1),
    special("json_extract", 2, 255, sp::json::extract_value),
    special("json_object", 0, 255, sp::json::object),
    call("json_quote", JsonQuote, &[Text]),
    call("json_remove", JsonRemove, &[Json, Text]).many(),
    special("json_set", 3, 255, sp::json::set),
    special("json_type", 1, 2, sp::json::type_sqlite),
    call("json_valid", JsonValid, &[Text]),
    special_agg("json_group_array", 1, 1, ag::json_array),
    special_agg("json_group_object", 2, 2, ag::json_object),
    special("json_insert", 3, 255, sp::json::insert),
    special("json_replace", 3, 255, sp::json::replace),
    call("json_patch", JsonPatch, &[Json, Json]),
    refuse("json_error_position", NO_MEANING),
    refuse("json_pretty", NO_MEANING),
    refuse("jsonb", "binary JSON is a format of SQLite's own"),
    refuse("jsonb_extract", "binary JSON is a format of SQLite's own"),
    refuse("jsonb_array", "binary JSON is a format of SQLite's own"),
    refuse("jsonb_object", "binary JSON is a format of SQLite's own"),
    refuse("jsonb_set", "binary JSON is a format of SQLite's own"),
];

pub(super) const OTHER: &[Function] = &[
    call("coalesce", Coalesce, &[Common]).min(2).many(),
    call("ifnull", Coalesce, &[Common, Common]),
    special("nullif", 2, 2, sp::logic::null_if),
    special("iif", 2, 3, sp::logic::if_else),
    special("if", 2, 3, sp::logic::if_else),
    special("likely", 1, 1, sp::logic::same),
    special("unlikely", 1, 1, sp::logic::same),
    special("likelihood", 2, 2, sp::logic::same),
    special("typeof", 1, 1, sp::sqlite_text::type_name),
    call("last_insert_rowid", LastRowId, &[]),
    call("changes", RowsChanged, &[]),
    call("sqlite_version", Version, &[]),
    refuse("total_changes", SERVER),
    refuse("sqlite_source_id", SERVER),
    refuse("sqlite_compileoption_used", SERVER),
    refuse("sqlite_compileoption_get", SERVER),
    refuse("load_extension", SERVER),
    refuse("subtype", SERVER),
];

pub(super) const AGGREGATES: &[Function] = &[
    agg("max", Max, &[Any]),
    agg("min", Min, &[Any]),
    call("max", Greatest, &[Common]).min(2).many(),
    call("min", Least, &[Common]).min(2).many(),
    special_agg("count", 0, 1, ag::count),
    special_agg("sum", 1, 1, ag::sum),
    special_agg("avg", 1, 1, ag::avg),
    agg("total", Total, &[Num]),
    special_agg("group_concat", 1, 2, ag::string_agg),
    special_agg("string_agg", 2, 2, ag::string_agg),
    agg("median", Median, &[Num]).by(first),
    refuse("percentile", NO_MEANING),
];
