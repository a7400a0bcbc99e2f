//! SQLite.

mod builtins;
mod reserved;
mod types;

use air::ddl::{ReferentialAction, UniqueNulls};
use air::profile::Version;
use air::target::*;

use crate::render::name::ReservedFilter;
use crate::{Backend, Spelling};

/// SQLite.
pub static BACKEND: Backend = Backend {
    can: &CAPABILITIES,
    builtins: builtins::BUILTINS,
    spelling: &SPELLING,
    reserved: ReservedFilter::of(reserved::RESERVED),
};

static SPELLING: Spelling = Spelling {
    column_type: types::column_type,
    cast_type: types::cast_type,
    literal: crate::render::literal::sqlite,
};

/// <https://www.sqlite.org/lang.html>; run on 3.40 and 3.45.
static CAPABILITIES: Capabilities = Capabilities {
    quote: ('"', '"'),
    reserved: reserved::RESERVED,
    unquoted: Folding::Insensitive,
    identifier_bytes_max: usize::MAX,
    backslash_escapes: false,
    null_rank: NullRank::Lowest,
    nulls_first_last: Can::Since(Version(3, 30)),
    // A negative limit is none.
    paging: Paging::LimitOffset { all_rows: Some("-1") },
    with_ties: Can::No,
    booleans: Booleans::Integers,
    true_false: Can::Since(Version(3, 23)),
    full_join: Can::Since(Version(3, 39)),
    right_join: Can::Since(Version(3, 39)),
    lateral: Lateral::No,
    dual: None,
    recursive_word: true,
    distinct_on: Can::No,
    qualify: Can::No,
    aggregate_filter: Can::Since(Version(3, 30)),
    aggregate_order: Can::Since(Version(3, 44)),
    grouping_sets: GroupingSets::No,
    intersect_except: Can::Yes,
    intersect_except_all: Can::No,
    intersect_first: false,
    set_operand_parentheses: false,
    except: "EXCEPT",
    values: ValuesForm::Plain,
    derived_columns: false,
    derived_needs_alias: false,
    table_alias_as: true,
    row_values: Can::Yes,
    // `(a, b) IN ((1, 2))` is an error; `IN (VALUES (1, 2))` is not.
    row_in_list: Can::No,
    quantified: Can::No,
    null_safe: NullSafe::Is,
    is_truth: Can::Since(Version(3, 23)),
    named_windows: Can::Since(Version(3, 28)),
    frame_groups: Can::Since(Version(3, 28)),
    ignore_nulls: Can::No,
    collate: CollateForm::Named {
        binary: "BINARY",
        ascii_ci: Some("NOCASE"),
        pad: Some("RTRIM"),
        ci_ai_pad: None,
    },
    like_escape: None,
    like_case: LikeCase::AsciiAlways,
    upsert: Upsert::OnConflict,
    returning: Returning::All(Can::Since(Version(3, 35))),
    update_from: UpdateFrom::From(Can::Since(Version(3, 33))),
    delete_from: DeleteFrom::No,
    // UPDATE … LIMIT is a compile-time option that distributions leave out.
    change_limit: Can::No,
    simultaneous_set: true,
    merge: Can::No,
    default_in_values: Can::No,
    changing_ctes: false,
    change_ctes: Can::Yes,
    locking: Can::No,
    truncate: Can::No,
    if_exists: Can::Yes,
    index_if_not_exists: Can::Yes,
    partial_index: Can::Yes,
    expression_index: Can::Yes,
    transactional_ddl: true,
    params: ParamStyle::NumberedQuestion,
    decimals: Decimals::Float,
    unsigned: false,
    temporal_types: false,
    interval_values: false,
    materialized: Can::Since(Version(3, 35)),
    filter_table: None,
    lock_share: "FOR SHARE",
    lock_of: false,
    insert_with_inside: false,
    insert_ignore: Some("INSERT OR IGNORE INTO"),
    replace: Some("REPLACE INTO"),
    overriding: false,
    insert_defaults: "DEFAULT VALUES",
    update_ignore: Some("UPDATE OR IGNORE"),
    delete_alias: true,
    merge_by_source: Can::No,
    merge_where: false,
    merge_do_nothing: false,
    merge_semicolon: false,
    arrays: Can::No,
    sequences: SequenceForm::No,
    national_text: false,
    symmetric: Can::No,
    row_locator: Some("rowid"),
    scalar_first: true,
    limit_expressions: true,
    limit_in_subquery: true,
    change_reads_itself: true,
    transactions: TransactionForm {
        begin: Some("BEGIN"),
        begin_isolation: false,
        savepoint: Some("SAVEPOINT"),
        rollback_to: Some("ROLLBACK TO SAVEPOINT"),
        release: Some("RELEASE SAVEPOINT"),
        set: None,
        read_only: false,
        snapshot: false,
    },
    define: Definitions {
        identity: IdentityForm::RowNumber,
        temporary: TemporaryForm::Word,
        table_or_replace: Can::No,
        create_as: CreateAs::As,
        with_no_data: false,
        comments: CommentForm::No,
        inline_indexes: false,
        index_names_global: true,
        index_schema: true,
        drop_index_on: false,
        index_prefix: false,
        index_include: false,
        unique_nulls: UniqueNulls::Many,
        nulls_not_distinct: Can::No,
        deferrable: true,
        referential_actions: &[
            ReferentialAction::Restrict,
            ReferentialAction::Cascade,
            ReferentialAction::SetNull,
            ReferentialAction::SetDefault,
        ],
        on_update_actions: true,
        on_update_now: false,
        stored_columns: true,
        virtual_columns: true,
        default_parentheses: true,
        null_by_request: false,
        collated_columns: true,
        strict_word: true,
        view_or_replace: Can::No,
        view_if_not_exists: Can::Yes,
        temporary_views: true,
        materialized_views: false,
        check_option: false,
        schemas: false,
        alter_column: AlterColumn::No,
        alter_if_exists: false,
        column_if_exists: false,
        drop_list: false,
        drop_cascade: false,
        truncate_options: false,
        truncate_restarts: true,
    },
    strength,
};

/// <https://www.sqlite.org/lang_expr.html#operators_and_parse_affecting_attributes>: `&`, `|`, `<<`, `>>` are one
/// level.
fn strength(strength: Strength) -> u8 {
    match strength {
        Strength::BitOr | Strength::BitAnd => Strength::Shift as u8,
        other => other as u8,
    }
}
