//! What the clauses of a dialect mean, and which names they see. One constant per dialect; the binder asks
//! fields and never who it is.

use crate::names::Folding;
use air::ddl::{IdentityMode, UniqueNulls};
use air::expr::ManyRows;
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

/// A type word that makes a column an identity.
#[derive(Debug)]
pub(crate) struct SerialType {
    /// The word.
    pub(crate) word: &'static str,
    /// Bits of its integer.
    pub(crate) bits: u8,
    /// Without negative numbers.
    pub(crate) unsigned: bool,
    /// How it treats given values.
    pub(crate) mode: IdentityMode,
    /// It is a key as well.
    pub(crate) unique: bool,
}

/// What several assignments of one UPDATE to one column mean.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Repeated {
    /// Each is made, in order of writing.
    InOrder,
    /// The last one counts.
    Last,
    /// The statement is refused.
    Error,
}

/// When triggers run.
#[derive(Debug)]
pub(crate) struct TriggerShape {
    /// For each row, unless they say otherwise.
    pub(crate) each_row: bool,
    /// For rows that a foreign key changes or removes as well.
    pub(crate) by_keys: bool,
    /// Those that run after a change wait until all rows of the statement are changed.
    pub(crate) after_all: bool,
    /// A trigger runs for what its own body does.
    pub(crate) again: bool,
    /// The name of a text that says what makes the trigger run: `INSERT`, `UPDATE`, `DELETE`.
    pub(crate) event_name: Option<&'static str>,
    /// Names of conditions that are true where the trigger runs for an insert, an update, a removal.
    pub(crate) event_tests: Option<[&'static str; 3]>,
    /// A function may say that it is not run for NULL.
    pub(crate) null_words: bool,
    /// Parameters and values of functions are held to the limits of their types.
    pub(crate) limited_values: bool,
    /// A column that takes no NULL may get its value from a trigger.
    pub(crate) fills_missing: bool,
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
    /// Assignments see the results of earlier ones.
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
    /// Type words that make a column an identity.
    pub(crate) serial_types: &'static [SerialType],
    /// A column definition may go without a type.
    pub(crate) untyped_columns: bool,
    /// Values are checked against column types.
    pub(crate) strict_types: bool,
    /// TRUNCATE starts identity counters again.
    pub(crate) truncate_restarts: bool,
    /// `#name` is a table of the session.
    pub(crate) hash_temporary: bool,
    /// The schema a name without one is in; written or not, it is the same table.
    pub(crate) default_schema: &'static str,
    /// Schemas of the server's own tables.
    pub(crate) system_schemas: &'static [&'static str],
    /// Beginnings of the names of the server's own tables.
    pub(crate) system_prefixes: &'static [&'static str],
    /// Names of indexes need only be unique among the indexes of their table.
    pub(crate) index_names_of_table: bool,
    /// When triggers run.
    pub(crate) triggers: TriggerShape,
    /// Two row sources of one FROM may have the same name.
    pub(crate) duplicate_sources: bool,
    /// `*` over a RIGHT JOIN with USING lists the other columns of the right side first.
    pub(crate) right_using_swaps: bool,
    /// `*` lists the columns a join merges before all others; else where the left side has them.
    pub(crate) merged_columns_first: bool,
    /// What the column of a table function with one column is called; empty: as the function or its alias.
    pub(crate) table_function_column: &'static str,
    /// FROM of UPDATE may name the target itself: then it is the same table.
    pub(crate) target_in_from: bool,
    /// An INSERT without column list may give values for the first columns only.
    pub(crate) insert_prefix: bool,
    /// What a scalar subquery does with a second row.
    pub(crate) many_rows: ManyRows,
    /// CREATE TABLE … LIKE takes keys along.
    pub(crate) like_takes_keys: bool,
    /// REFERENCES behind a column is read and forgotten.
    pub(crate) inline_references_ignored: bool,
    /// Foreign keys are enforced only where the session asked for it.
    pub(crate) foreign_keys_optional: bool,
    /// Rows that an INSERT takes from groups are numbered in the order the server finds them in.
    pub(crate) counted_in_order: bool,
    /// Several assignments of one UPDATE to one column.
    pub(crate) repeated_assignment: Repeated,
    /// An INSERT without column list counts computed columns.
    pub(crate) computed_in_insert: bool,
    /// A table function may stand in the select list and makes rows there.
    pub(crate) rows_in_items: bool,
    /// `ROWNUM` numbers rows as they pass WHERE.
    pub(crate) rownum: bool,
    /// Settings and pragmas that change nothing a translation has to keep: of the client, of loading, of speed.
    pub(crate) harmless_settings: &'static [&'static str],
    /// Settings with the values that change nothing: those of a fresh server and their like.
    pub(crate) settings_default: &'static [(&'static str, &'static [&'static str])],
    /// Changes are kept until COMMIT without a word that begins a transaction.
    pub(crate) transactions_implied: bool,
    /// The setting that says so, where there is one; it is implied while that is off.
    pub(crate) autocommit_setting: &'static str,
    /// The setting that makes backslashes escape in plain strings while it is off.
    pub(crate) strings_setting: &'static str,
    /// Types without operators of their own, which are kept as the texts they are shown as.
    pub(crate) shown_types: &'static [&'static str],
    /// A value given for an identity column is one that the session asked to be taken.
    pub(crate) given_identity_overrides: bool,
}

const fn serial(word: &'static str, bits: u8) -> SerialType {
    SerialType { word, bits, unsigned: false, mode: IdentityMode::ByDefault, unique: false }
}

const SERIALS: &[SerialType] = &[
    serial("serial", 32),
    serial("serial4", 32),
    serial("bigserial", 64),
    serial("serial8", 64),
    serial("smallserial", 16),
    serial("serial2", 16),
];

/// SERIAL is BIGINT UNSIGNED NOT NULL AUTO_INCREMENT UNIQUE.
const MYSQL_SERIALS: &[SerialType] =
    &[SerialType { word: "serial", bits: 64, unsigned: true, mode: IdentityMode::Counter, unique: true }];

/// Values of a switch that is on unless somebody turns it off.
const ON: &[&str] = &["on", "true", "1"];

const MYSQL_HARMLESS: &[&str] = &[
    "names",
    "character set",
    "character_set_client",
    "character_set_results",
    "character_set_connection",
    "collation_connection",
    "foreign_key_checks",
    "unique_checks",
    "sql_notes",
    "sql_log_bin",
    "sql_safe_updates",
    "sql_quote_show_create",
    "autocommit",
    "net_read_timeout",
    "net_write_timeout",
    "max_allowed_packet",
    "default_storage_engine",
    "storage_engine",
    "optimizer_switch",
    "join_buffer_size",
    "sort_buffer_size",
    "tmp_table_size",
    "max_heap_table_size",
    "histogram_size",
    "use_stat_tables",
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
    null_lowest: true,
    dual: true,
    rowid: false,
    heading: Heading::Written,
    values_names: ValuesNames::FromZero,
    proposed: None,
    set_sequential: true,
    identity_null_is_next: true,
    identity_zero_is_next: true,
    primary_key_not_null: true,
    integer_primary_key: false,
    unique_nulls: UniqueNulls::Many,
    serial_types: MYSQL_SERIALS,
    untyped_columns: false,
    strict_types: true,
    truncate_restarts: true,
    hash_temporary: false,
    default_schema: "",
    system_schemas: &["information_schema", "mysql", "performance_schema", "sys"],
    system_prefixes: &[],
    index_names_of_table: true,
    triggers: TriggerShape {
        each_row: true,
        by_keys: false,
        after_all: false,
        again: true,
        fills_missing: true,
        event_name: None,
        event_tests: None,
        limited_values: true,
        null_words: false,
    },
    duplicate_sources: false,
    right_using_swaps: true,
    merged_columns_first: true,
    table_function_column: "value",
    harmless_settings: MYSQL_HARMLESS,
    target_in_from: false,
    insert_prefix: false,
    many_rows: ManyRows::Fails,
    like_takes_keys: true,
    inline_references_ignored: true,
    rownum: false,
    settings_default: &[(
        "sql_mode",
        &[
            "traditional",
            "strict_trans_tables",
            "strict_all_tables",
            "no_engine_substitution",
            "no_auto_create_user",
            "error_for_division_by_zero",
            "no_zero_date",
            "no_zero_in_date",
            "only_full_group_by",
        ],
    )],
    transactions_implied: false,
    autocommit_setting: "autocommit",
    strings_setting: "",
    shown_types: &[],
    given_identity_overrides: false,
    computed_in_insert: true,
    rows_in_items: false,
    foreign_keys_optional: false,
    counted_in_order: true,
    repeated_assignment: Repeated::InOrder,
};

const MARIADB: Shape =
    Shape { values_names: ValuesNames::Written, inline_references_ignored: false, ..MYSQL };

const POSTGRES_HARMLESS: &[&str] = &[
    "client_encoding",
    "escape_string_warning",
    "names",
    "check_function_bodies",
    "client_min_messages",
    "statement_timeout",
    "lock_timeout",
    "idle_in_transaction_session_timeout",
    "transaction_timeout",
    "xmloption",
    "row_security",
    "default_tablespace",
    "default_with_oids",
    "default_table_access_method",
    "work_mem",
    "enable_seqscan",
    "enable_hashagg",
    "enable_hashjoin",
    "enable_sort",
    "enable_mergejoin",
    "enable_nestloop",
    "enable_indexscan",
    "enable_indexonlyscan",
    "enable_bitmapscan",
    "enable_material",
    "enable_memoize",
    "enable_incremental_sort",
    "enable_parallel_append",
    "enable_partition_pruning",
    "max_parallel_workers_per_gather",
    "parallel_setup_cost",
    "parallel_tuple_cost",
    "min_parallel_table_scan_size",
    "parallel_leader_participation",
    "constraint_exclusion",
    "geqo",
    "geqo_threshold",
    "from_collapse_limit",
    "join_collapse_limit",
    "jit",
    "synchronous_commit",
    "default_statistics_target",
    "effective_cache_size",
    "random_page_cost",
    "cursor_tuple_fraction",
    "force_parallel_mode",
    "debug_parallel_query",
    "hash_mem_multiplier",
    "logical_decoding_work_mem",
    "plan_cache_mode",
];

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
    null_lowest: false,
    dual: false,
    rowid: false,
    heading: Heading::Function,
    values_names: ValuesNames::FromOne,
    proposed: Some("excluded"),
    set_sequential: false,
    identity_null_is_next: false,
    identity_zero_is_next: false,
    primary_key_not_null: true,
    integer_primary_key: false,
    unique_nulls: UniqueNulls::Many,
    serial_types: SERIALS,
    untyped_columns: false,
    strict_types: true,
    truncate_restarts: false,
    hash_temporary: false,
    default_schema: "public",
    system_schemas: &["information_schema", "pg_catalog"],
    system_prefixes: &["pg_"],
    index_names_of_table: false,
    triggers: TriggerShape {
        each_row: false,
        by_keys: true,
        after_all: true,
        again: true,
        fills_missing: true,
        event_name: Some("tg_op"),
        event_tests: None,
        limited_values: false,
        null_words: true,
    },
    duplicate_sources: false,
    right_using_swaps: false,
    merged_columns_first: true,
    table_function_column: "",
    harmless_settings: POSTGRES_HARMLESS,
    target_in_from: false,
    insert_prefix: true,
    many_rows: ManyRows::Fails,
    like_takes_keys: false,
    inline_references_ignored: false,
    rownum: false,
    settings_default: &[
        ("standard_conforming_strings", ON),
        ("search_path", &["public", "pg_catalog", "$user"]),
    ],
    transactions_implied: false,
    autocommit_setting: "",
    strings_setting: "standard_conforming_strings",
    shown_types: &["tsvector", "tsquery"],
    given_identity_overrides: false,
    computed_in_insert: true,
    rows_in_items: true,
    foreign_keys_optional: false,
    counted_in_order: false,
    repeated_assignment: Repeated::Error,
};

const SQLITE_HARMLESS: &[&str] = &[
    "foreign_keys",
    "journal_mode",
    "synchronous",
    "cache_size",
    "temp_store",
    "mmap_size",
    "page_size",
    "auto_vacuum",
    "locking_mode",
    "wal_autocheckpoint",
    "optimize",
    "automatic_index",
    "busy_timeout",
    "threads",
    "analysis_limit",
    "encoding",
    "user_version",
    "application_id",
];

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
    null_lowest: true,
    dual: false,
    rowid: true,
    heading: Heading::Written,
    values_names: ValuesNames::FromOne,
    proposed: Some("excluded"),
    set_sequential: false,
    identity_null_is_next: true,
    identity_zero_is_next: false,
    primary_key_not_null: false,
    integer_primary_key: true,
    unique_nulls: UniqueNulls::Many,
    serial_types: &[],
    untyped_columns: true,
    strict_types: false,
    truncate_restarts: true,
    hash_temporary: false,
    default_schema: "main",
    system_schemas: &[],
    system_prefixes: &["sqlite_", "pragma_"],
    index_names_of_table: false,
    triggers: TriggerShape {
        each_row: true,
        by_keys: true,
        after_all: false,
        again: false,
        fills_missing: false,
        event_name: None,
        event_tests: None,
        limited_values: false,
        null_words: false,
    },
    duplicate_sources: true,
    right_using_swaps: false,
    merged_columns_first: false,
    table_function_column: "value",
    harmless_settings: SQLITE_HARMLESS,
    target_in_from: false,
    insert_prefix: false,
    many_rows: ManyRows::First,
    like_takes_keys: false,
    inline_references_ignored: false,
    rownum: false,
    settings_default: &[],
    transactions_implied: false,
    autocommit_setting: "",
    strings_setting: "",
    shown_types: &[],
    given_identity_overrides: false,
    computed_in_insert: false,
    rows_in_items: false,
    foreign_keys_optional: true,
    counted_in_order: false,
    repeated_assignment: Repeated::Last,
};

const ORACLE_HARMLESS: &[&str] = &[
    "define",
    "feedback",
    "serveroutput",
    "linesize",
    "pagesize",
    "echo",
    "verify",
    "heading",
    "timing",
    "sqlblanklines",
    "scan",
    "escape",
    "trimspool",
    "termout",
    "long",
];

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
    null_lowest: false,
    dual: true,
    rowid: false,
    heading: Heading::Nameless,
    values_names: ValuesNames::FromOne,
    proposed: None,
    set_sequential: false,
    identity_null_is_next: true,
    identity_zero_is_next: false,
    primary_key_not_null: true,
    integer_primary_key: false,
    unique_nulls: UniqueNulls::Many,
    serial_types: &[],
    untyped_columns: false,
    strict_types: true,
    truncate_restarts: false,
    hash_temporary: false,
    default_schema: "",
    system_schemas: &["sys", "system"],
    system_prefixes: &["all_", "user_", "dba_", "v$"],
    index_names_of_table: false,
    triggers: TriggerShape {
        each_row: false,
        by_keys: true,
        after_all: false,
        again: true,
        fills_missing: true,
        event_name: None,
        event_tests: Some(["inserting", "updating", "deleting"]),
        limited_values: false,
        null_words: false,
    },
    duplicate_sources: false,
    right_using_swaps: false,
    merged_columns_first: true,
    table_function_column: "column_value",
    harmless_settings: ORACLE_HARMLESS,
    target_in_from: false,
    insert_prefix: false,
    many_rows: ManyRows::Fails,
    like_takes_keys: false,
    inline_references_ignored: false,
    rownum: true,
    settings_default: &[
        ("nls_language", &["american"]),
        ("nls_territory", &["america"]),
        ("nls_length_semantics", &["byte"]),
        ("nls_comp", &["binary"]),
        ("nls_sort", &["binary"]),
    ],
    transactions_implied: true,
    autocommit_setting: "",
    strings_setting: "",
    shown_types: &[],
    given_identity_overrides: false,
    computed_in_insert: true,
    rows_in_items: false,
    foreign_keys_optional: false,
    counted_in_order: false,
    repeated_assignment: Repeated::Error,
};

const MSSQL_HARMLESS: &[&str] = &[
    "identity_insert",
    "nocount",
    "xact_abort",
    "statistics io",
    "statistics time",
    "numeric_roundabort",
    "noexec",
    "lock_timeout",
    "deadlock_priority",
    "textsize",
];

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
    null_lowest: true,
    dual: false,
    rowid: false,
    heading: Heading::Nameless,
    values_names: ValuesNames::FromOne,
    proposed: None,
    set_sequential: false,
    identity_null_is_next: false,
    identity_zero_is_next: false,
    primary_key_not_null: true,
    integer_primary_key: false,
    unique_nulls: UniqueNulls::One,
    serial_types: &[],
    untyped_columns: false,
    strict_types: true,
    truncate_restarts: true,
    hash_temporary: true,
    default_schema: "dbo",
    system_schemas: &["information_schema", "sys"],
    system_prefixes: &[],
    index_names_of_table: true,
    triggers: TriggerShape {
        each_row: false,
        by_keys: true,
        after_all: true,
        again: false,
        fills_missing: false,
        event_name: None,
        event_tests: None,
        limited_values: true,
        null_words: true,
    },
    duplicate_sources: false,
    right_using_swaps: false,
    merged_columns_first: false,
    table_function_column: "value",
    harmless_settings: MSSQL_HARMLESS,
    target_in_from: true,
    insert_prefix: false,
    many_rows: ManyRows::Fails,
    like_takes_keys: false,
    inline_references_ignored: false,
    rownum: false,
    settings_default: &[
        ("arithabort", ON),
        ("ansi_padding", ON),
        ("ansi_warnings", ON),
        ("concat_null_yields_null", ON),
        ("quoted_identifier", ON),
        ("ansi_nulls", ON),
        ("dateformat", &["mdy"]),
    ],
    transactions_implied: false,
    autocommit_setting: "",
    strings_setting: "",
    shown_types: &[],
    given_identity_overrides: true,
    computed_in_insert: false,
    rows_in_items: false,
    foreign_keys_optional: false,
    counted_in_order: false,
    repeated_assignment: Repeated::Error,
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
