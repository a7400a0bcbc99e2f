//! MySQL and MariaDB: one folder, told apart by data.

mod builtins;
mod reserved;
mod types;

use air::profile::Version;
use air::target::*;

use crate::{Backend, Spelling};

/// MySQL.
pub static MYSQL: Backend =
    Backend { can: &MYSQL_CAPABILITIES, builtins: builtins::BUILTINS, spelling: &SPELLING };
/// MariaDB.
pub static MARIADB: Backend =
    Backend { can: &MARIADB_CAPABILITIES, builtins: builtins::BUILTINS, spelling: &SPELLING };

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
    index_if_not_exists: Can::Yes,
    expression_index: Can::No,
    ..MYSQL_BASE
};

/// <https://dev.mysql.com/doc/refman/8.4/en/operator-precedence.html>
fn strength(strength: Strength) -> u8 {
    strength as u8
}
