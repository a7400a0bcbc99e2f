//! Dates and times of PostgreSQL. <https://www.postgresql.org/docs/15/functions-datetime.html>

use super::super::function::{Function, Want, call, refuse, special};
use crate::expr::special::{postgres_time as pg, time};
use Want::*;
use air::Builtin::*;
use air::types::{Type, Zone};

const INSTANT: Type = Type::Timestamp { precision: 6, zone: Zone::Instant };

pub(super) const TIMES: &[Function] = &[
    call("now", CurrentTimestamp, &[]).is(INSTANT),
    call("transaction_timestamp", CurrentTimestamp, &[]).is(INSTANT),
    call("statement_timestamp", CurrentTimestamp, &[]).is(INSTANT),
    call("clock_timestamp", ClockTimestamp, &[]).is(INSTANT),
    special("current_timestamp", 0, 1, time::now_instant),
    special("localtimestamp", 0, 1, time::now_local),
    call("current_date", CurrentDate, &[]),
    special("current_time", 0, 1, time::current_time),
    special("localtime", 0, 1, time::current_time),
    special("age", 1, 2, pg::age),
    special("date_part", 2, 2, pg::date_part),
    special("date_trunc", 2, 3, pg::date_trunc),
    refuse("date_bin", "bins of any width have no counterpart in other dialects"),
    special("date", 1, 1, time::to_date),
    call("make_date", MakeDate, &[Int, Int, Int]),
    call("make_time", MakeTime, &[Int, Int, Num]).is(Type::Time { precision: 6, zone: false }),
    call("make_timestamp", MakeTimestamp, &[Int, Int, Int, Int, Int, Num]).is(Type::TIMESTAMP),
    refuse("make_timestamptz", "zones by name differ between servers"),
    special("make_interval", 0, 7, pg::make_interval),
    refuse("justify_days", "intervals with carried units have no counterpart in other dialects"),
    refuse("justify_hours", "intervals with carried units have no counterpart in other dialects"),
    refuse("justify_interval", "intervals with carried units have no counterpart in other dialects"),
    special("isfinite", 1, 1, pg::is_finite),
    refuse("timeofday", "it prints the server's locale"),
    special("timezone", 2, 2, pg::timezone),
    special("to_char", 2, 2, pg::to_char),
    special("to_date", 2, 2, pg::to_date),
    special("to_timestamp", 2, 2, pg::to_timestamp),
    call("to_timestamp", FromUnixTime, &[Num]).is(INSTANT),
    special("to_number", 2, 2, pg::to_number),
    refuse("overlaps", "overlapping periods are not translated yet"),
    refuse("tsrange", "ranges have no type in other dialects"),
];
