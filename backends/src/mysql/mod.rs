//! MySQL and MariaDB: one folder, told apart by data.

mod builtins;
mod reserved;
mod types;

use air::ddl::{ReferentialAction, UniqueNulls};
use air::profile::Version;
use air::target::*;
use air::types::{CastFailure, Rounding};

use crate::render::name::ReservedFilter;
use crate::{Backend, Spelling};

/// MySQL.
pub static MYSQL: Backend = Backend {
    can: &MYSQL_CAPABILITIES,
    builtins: builtins::BUILTINS,
    spelling: &SPELLING,
    reserved: ReservedFilter::of(reserved::RESERVED),
};
/// MariaDB.
pub static MARIADB: Backend = Backend {
    can: &MARIADB_CAPABILITIES,
    builtins: builtins::BUILTINS,
    spelling: &SPELLING,
    reserved: ReservedFilter::of(reserved::RESERVED),
};

static SPELLING: Spelling = Spelling {
    column_type: types::column_type,
    cast_type: types::cast_type,
    literal: crate::render::literal::mysql,
};

static MYSQL_CAPABILITIES: Capabilities = MYSQL_BASE;

/// <https://dev.mysql.com/doc/refman/8.4/en/sql-statements.html>; not run on MySQL itself.
const MYSQL_BASE: Capabilities = Capabilities {
    quote: ('`', '`'),
    reserved: reserved::RESERVED,
    unquoted: Folding::Insensitive,
    identifier_bytes_max: 64,
    backslash_escapes: true,
    null_rank: NullRank::Lowest,
    nulls_first_last: Can::No,
    // OFFSET needs a LIMIT; the manual itself suggests this number for "to the end".
    paging: Paging::LimitOffset { all_rows: Some("18446744073709551615") },
    with_ties: Can::No,
    booleans: Booleans::Integers,
    true_false: Can::Yes,
    full_join: Can::No,
    right_join: Can::Yes,
    lateral: Lateral::Word(Can::Since(Version(8, 0))),
    dual: None,
    recursive_word: true,
    distinct_on: Can::No,
    qualify: Can::No,
    aggregate_filter: Can::No,
    aggregate_order: Can::No,
    grouping_sets: GroupingSets::WithRollup,
    intersect_except: Can::Since(Version(8, 1)),
    intersect_except_all: Can::Since(Version(8, 1)),
    intersect_first: true,
    set_operand_parentheses: true,
    except: "EXCEPT",
    values: ValuesForm::Row,
    values_order: true,
    derived_columns: true,
    derived_needs_alias: true,
    table_alias_as: true,
    row_values: Can::Yes,
    row_in_list: Can::Yes,
    quantified: Can::Yes,
    null_safe: NullSafe::Spaceship,
    is_truth: Can::Yes,
    named_windows: Can::Since(Version(8, 0)),
    frame_groups: Can::No,
    ignore_nulls: Can::No,
    collate: CollateForm::Named {
        binary: "utf8mb4_0900_bin",
        ascii_ci: None,
        pad: Some("utf8mb4_bin"),
        ci_ai_pad: Some("utf8mb4_general_ci"),
    },
    like_escape: Some('\\'),
    like_case: LikeCase::Collation,
    upsert: Upsert::OnDuplicateKey,
    returning: Returning::No,
    update_from: UpdateFrom::Join,
    delete_from: DeleteFrom::Join,
    change_limit: Can::Yes,
    simultaneous_set: false,
    merge: Can::No,
    default_in_values: Can::Yes,
    changing_ctes: false,
    change_ctes: Can::Since(Version(8, 0)),
    locking: Can::Yes,
    truncate: Can::Yes,
    if_exists: Can::Yes,
    index_if_not_exists: Can::No,
    partial_index: Can::No,
    expression_index: Can::Since(Version(8, 0)),
    transactional_ddl: false,
    params: ParamStyle::Question,
    decimals: Decimals::Bounded { precision: 65, scale: 38 },
    unsigned: true,
    wide_integers: true,
    temporal_types: true,
    document_types: false,
    month_floor: Can::No,
    to_integer: (Rounding::HalfAway, Rounding::HalfEven),
    bad_number: CastFailure::Prefix,
    interval_values: false,
    materialized: Can::No,
    filter_table: Some("DUAL"),
    lock_share: "FOR SHARE",
    lock_of: true,
    insert_with_inside: true,
    insert_ignore: Some("INSERT IGNORE INTO"),
    replace: Some("REPLACE INTO"),
    overriding: false,
    insert_defaults: "VALUES ()",
    update_ignore: Some("UPDATE IGNORE"),
    delete_alias: false,
    merge_by_source: Can::No,
    merge_where: false,
    merge_do_nothing: false,
    merge_semicolon: false,
    arrays: Can::No,
    sequences: SequenceForm::No,
    national_text: false,
    symmetric: Can::No,
    row_locator: None,
    scalar_first: false,
    loose_columns: LooseForm::PrimaryKey,
    predicate_calls: false,
    upsert_twice: true,
    limit_percent: false,
    limit_expressions: false,
    limit_in_subquery: false,
    change_reads_itself: false,
    transactions: TransactionForm {
        begin: Some("START TRANSACTION"),
        begin_isolation: false,
        savepoint: Some("SAVEPOINT"),
        rollback_to: Some("ROLLBACK TO SAVEPOINT"),
        release: Some("RELEASE SAVEPOINT"),
        set: Some("SET TRANSACTION"),
        read_only: true,
        snapshot: false,
    },
    define: Definitions {
        identity: IdentityForm::AutoIncrement,
        temporary: TemporaryForm::Word,
        table_or_replace: Can::No,
        create_as: CreateAs::As,
        with_no_data: false,
        comments: CommentForm::Inline,
        inline_indexes: true,
        index_names_global: false,
        index_schema: false,
        drop_index_on: true,
        index_prefix: true,
        index_include: false,
        unique_nulls: UniqueNulls::Many,
        nulls_not_distinct: Can::No,
        deferrable: false,
        referential_actions: &[
            ReferentialAction::Restrict,
            ReferentialAction::Cascade,
            ReferentialAction::SetNull,
        ],
        on_update_actions: true,
        on_update_now: true,
        stored_columns: true,
        virtual_columns: true,
        default_parentheses: true,
        null_by_request: true,
        collated_columns: true,
        strict_word: false,
        view_or_replace: Can::Yes,
        view_if_not_exists: Can::No,
        temporary_views: false,
        materialized_views: false,
        check_option: true,
        schemas: true,
        alter_column: AlterColumn::Modify,
        alter_if_exists: false,
        column_if_exists: false,
        drop_list: true,
        drop_cascade: false,
        truncate_options: false,
        truncate_restarts: true,
    },
    strength,
};

/// What MariaDB 10.11 does otherwise; run on the engine.
static MARIADB_CAPABILITIES: Capabilities = Capabilities {
    lateral: Lateral::No,
    intersect_except: Can::Since(Version(10, 3)),
    intersect_except_all: Can::Since(Version(10, 5)),
    values: ValuesForm::Plain,
    derived_columns: false,
    named_windows: Can::Since(Version(10, 2)),
    collate: CollateForm::Named {
        binary: "utf8mb4_nopad_bin",
        ascii_ci: None,
        pad: Some("utf8mb4_bin"),
        ci_ai_pad: Some("utf8mb4_general_ci"),
    },
    returning: Returning::InsertDelete,
    change_ctes: Can::No,
    filter_table: None,
    loose_columns: LooseForm::Free,
    change_reads_itself: true,
    lock_share: "LOCK IN SHARE MODE",
    lock_of: false,
    sequences: SequenceForm::NextValueFor,
    define: Definitions {
        table_or_replace: Can::Yes,
        default_parentheses: true,
        view_if_not_exists: Can::Yes,
        referential_actions: &[
            ReferentialAction::Restrict,
            ReferentialAction::Cascade,
            ReferentialAction::SetNull,
        ],
        alter_if_exists: true,
        column_if_exists: true,
        ..MYSQL_BASE.define
    },
    index_if_not_exists: Can::Yes,
    expression_index: Can::No,
    ..MYSQL_BASE
};

/// <https://dev.mysql.com/doc/refman/8.4/en/operator-precedence.html>
fn strength(strength: Strength) -> u8 {
    strength as u8
}
