//! What the clauses of a dialect mean, and which names they see. One constant per dialect; the binder asks
//! fields and never who it is.

use crate::names::Folding;
use air::ddl::UniqueNulls;
use air_base::Dialect;

/// Whether a clause sees the names of the select list.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Aliases {
    /// Not at all.
    No,
    /// As a whole key, where no column of FROM has the name.
    WholeAfterColumns,
    /// As a whole key, before columns of FROM.
    Whole,
    /// Anywhere; a whole key looks among aliases first, an inner name among columns of FROM first.
    WholeFirstInnerAfter,
    /// Anywhere, where no column of FROM has the name.
    InnerAfterColumns,
    /// Anywhere, before columns of FROM that are not grouped by.
    InnerFirst,
}

/// What happens to columns that are neither grouped nor aggregated.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Loose {
    /// An error unless they depend on grouped keys.
    Error,
    /// Any row of the group gives the value.
    AnyRow,
    /// The row of the one MIN or MAX gives the value, else any row.
    Extreme,
}

/// What a column of a query is called that has no alias and is no column.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Heading {
    /// The expression as it was written.
    Written,
    /// The name of the function or type (PostgreSQL).
    Function,
    /// No name that could be referred to.
    Nameless,
}

/// What the columns of VALUES are called.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ValuesNames {
    /// `column1`, `column2`….
    FromOne,
    /// `column_0`, `column_1`….
    FromZero,
    /// As the first row was written.
    Written,
}

/// Clauses and scopes of a dialect.
#[derive(Debug)]
pub(crate) struct Shape {
    /// Letter case of identifiers.
    pub(crate) folding: Folding,
    /// Aliases in WHERE.
    pub(crate) where_aliases: Aliases,
    /// Aliases in GROUP BY.
    pub(crate) group_aliases: Aliases,
    /// Aliases in HAVING.
    pub(crate) having_aliases: Aliases,
    /// Aliases in ORDER BY.
    pub(crate) order_aliases: Aliases,
    /// An integer in GROUP BY is a position.
    pub(crate) group_positions: bool,
    /// Columns that are neither grouped nor aggregated.
    pub(crate) loose: Loose,
    /// HAVING of a query without groups and aggregates filters its rows.
    pub(crate) having_filters: bool,
    /// A common table expression sees itself without RECURSIVE.
    pub(crate) recursion_unmarked: bool,
    /// A comma in FROM binds as strongly as JOIN.
    pub(crate) comma_is_join: bool,
    /// A join may go without its condition.
    pub(crate) join_without_on: bool,
    /// NULL sorts before all values in ascending order.
    pub(crate) null_lowest: bool,
    /// `DUAL` is one row without columns of interest.
    pub(crate) dual: bool,
    /// Tables have a hidden row number called `rowid`, `oid` and `_rowid_`.
    pub(crate) rowid: bool,
    /// Names of columns without alias.
    pub(crate) heading: Heading,
    /// Names of the columns of VALUES.
    pub(crate) values_names: ValuesNames,
    /// Name of the row an upsert proposed, where the dialect gives it one.
    pub(crate) proposed: Option<&'static str>,
    /// `DELETED` and `INSERTED` name the rows before and after a change.
    pub(crate) old_new: bool,
    /// RETURNING sees the row as the change leaves it under the table's own name.
    pub(crate) set_sequential: bool,
    /// NULL stored in an identity column asks for the next value.
    pub(crate) identity_null_is_next: bool,
    /// 0 stored in an identity column asks for the next value.
    pub(crate) identity_zero_is_next: bool,
    /// A primary key column may not be NULL.
    pub(crate) primary_key_not_null: bool,
    /// A column of type INTEGER that is the primary key is the row number.
    pub(crate) integer_primary_key: bool,
    /// NULLs a unique key admits.
    pub(crate) unique_nulls: UniqueNulls,
    /// Type words that make a column an identity, with the bits of its integer.
    pub(crate) serial_types: &'static [(&'static str, u8)],
    /// A column definition may go without a type.
    pub(crate) untyped_columns: bool,
    /// Values are checked against column types.
    pub(crate) strict_types: bool,
    /// The first TIMESTAMP column is set to the current time by changes that do not set it, and so on:
    /// the word for "now" after ON UPDATE is meant.
    pub(crate) keys_in_tables: bool,
    /// TRUNCATE starts identity counters again.
    pub(crate) truncate_restarts: bool,
    /// `#name` is a table of the session.
    pub(crate) hash_temporary: bool,
}

const SERIALS: &[(&str, u8)] = &[
    ("serial", 32),
    ("serial4", 32),
    ("bigserial", 64),
    ("serial8", 64),
    ("smallserial", 16),
    ("serial2", 16),
];

const MYSQL: Shape = Shape {
    folding: Folding::Insensitive,
    where_aliases: Aliases::No,
    group_aliases: Aliases::InnerAfterColumns,
    having_aliases: Aliases::InnerFirst,
    order_aliases: Aliases::WholeFirstInnerAfter,
    group_positions: true,
    loose: Loose::AnyRow,
    having_filters: true,
    recursion_unmarked: false,
    comma_is_join: false,
    join_without_on: true,
    null_lowest: true,
    dual: true,
    rowid: false,
    heading: Heading::Written,
    values_names: ValuesNames::FromZero,
    proposed: None,
    old_new: false,
    set_sequential: true,
    identity_null_is_next: true,
    identity_zero_is_next: true,
    primary_key_not_null: true,
    integer_primary_key: false,
    unique_nulls: UniqueNulls::Many,
    // SERIAL is BIGINT UNSIGNED NOT NULL AUTO_INCREMENT UNIQUE.
    serial_types: &[],
    untyped_columns: false,
    strict_types: true,
    keys_in_tables: true,
    truncate_restarts: true,
    hash_temporary: false,
};

const MARIADB: Shape = Shape { values_names: ValuesNames::Written, ..MYSQL };

const POSTGRES: Shape = Shape {
    folding: Folding::Lower,
    where_aliases: Aliases::No,
    group_aliases: Aliases::WholeAfterColumns,
    having_aliases: Aliases::No,
    order_aliases: Aliases::Whole,
    group_positions: true,
    loose: Loose::Error,
    having_filters: false,
    recursion_unmarked: false,
    comma_is_join: false,
    join_without_on: false,
    null_lowest: false,
    dual: false,
    rowid: false,
    heading: Heading::Function,
    values_names: ValuesNames::FromOne,
    proposed: Some("excluded"),
    old_new: false,
    set_sequential: false,
    identity_null_is_next: false,
    identity_zero_is_next: false,
    primary_key_not_null: true,
    integer_primary_key: false,
    unique_nulls: UniqueNulls::Many,
    serial_types: SERIALS,
    untyped_columns: false,
    strict_types: true,
    keys_in_tables: false,
    truncate_restarts: false,
    hash_temporary: false,
};

const SQLITE: Shape = Shape {
    folding: Folding::Insensitive,
    where_aliases: Aliases::InnerAfterColumns,
    group_aliases: Aliases::InnerAfterColumns,
    having_aliases: Aliases::InnerAfterColumns,
    order_aliases: Aliases::WholeFirstInnerAfter,
    group_positions: true,
    loose: Loose::Extreme,
    having_filters: false,
    recursion_unmarked: true,
    comma_is_join: true,
    join_without_on: true,
    null_lowest: true,
    dual: false,
    rowid: true,
    heading: Heading::Written,
    values_names: ValuesNames::FromOne,
    proposed: Some("excluded"),
    old_new: false,
    set_sequential: false,
    identity_null_is_next: true,
    identity_zero_is_next: false,
    primary_key_not_null: false,
    integer_primary_key: true,
    unique_nulls: UniqueNulls::Many,
    serial_types: &[],
    untyped_columns: true,
    strict_types: false,
    keys_in_tables: false,
    truncate_restarts: true,
    hash_temporary: false,
};

const ORACLE: Shape = Shape {
    folding: Folding::Upper,
    where_aliases: Aliases::No,
    group_aliases: Aliases::No,
    having_aliases: Aliases::No,
    order_aliases: Aliases::WholeFirstInnerAfter,
    group_positions: false,
    loose: Loose::Error,
    having_filters: false,
    recursion_unmarked: true,
    comma_is_join: false,
    join_without_on: false,
    null_lowest: false,
    dual: true,
    rowid: false,
    heading: Heading::Nameless,
    values_names: ValuesNames::FromOne,
    proposed: None,
    old_new: false,
    set_sequential: false,
    identity_null_is_next: false,
    identity_zero_is_next: false,
    primary_key_not_null: true,
    integer_primary_key: false,
    unique_nulls: UniqueNulls::Many,
    serial_types: &[],
    untyped_columns: false,
    strict_types: true,
    keys_in_tables: false,
    truncate_restarts: false,
    hash_temporary: false,
};

const MSSQL: Shape = Shape {
    folding: Folding::Insensitive,
    where_aliases: Aliases::No,
    group_aliases: Aliases::No,
    having_aliases: Aliases::No,
    order_aliases: Aliases::Whole,
    group_positions: false,
    loose: Loose::Error,
    having_filters: false,
    recursion_unmarked: true,
    comma_is_join: false,
    join_without_on: false,
    null_lowest: true,
    dual: false,
    rowid: false,
    heading: Heading::Nameless,
    values_names: ValuesNames::FromOne,
    proposed: None,
    old_new: true,
    set_sequential: false,
    identity_null_is_next: false,
    identity_zero_is_next: false,
    primary_key_not_null: true,
    integer_primary_key: false,
    unique_nulls: UniqueNulls::One,
    serial_types: &[],
    untyped_columns: false,
    strict_types: true,
    keys_in_tables: false,
    truncate_restarts: true,
    hash_temporary: true,
};

impl Shape {
    /// The shape of a dialect.
    pub(crate) const fn of(dialect: Dialect) -> &'static Shape {
        match dialect {
            Dialect::Mysql => &MYSQL,
            Dialect::Mariadb => &MARIADB,
            Dialect::Postgres => &POSTGRES,
            Dialect::Sqlite => &SQLITE,
            Dialect::Oracle => &ORACLE,
            Dialect::Mssql => &MSSQL,
        }
    }
}
