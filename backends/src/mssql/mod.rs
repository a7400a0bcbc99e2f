//! Microsoft SQL Server.

mod builtins;
mod reserved;
mod types;

use air::profile::Version;
use air::target::*;

use crate::{Backend, Spelling};

/// Microsoft SQL Server.
pub static BACKEND: Backend =
    Backend { can: &CAPABILITIES, builtins: builtins::BUILTINS, spelling: &SPELLING };

static SPELLING: Spelling = Spelling {
    column_type: types::column_type,
    cast_type: types::cast_type,
    literal: crate::render::literal::mssql,
};

/// <https://learn.microsoft.com/en-us/sql/t-sql/language-reference>; no engine at hand.
static CAPABILITIES: Capabilities = Capabilities {
    quote: ('[', ']'),
    reserved: reserved::RESERVED,
    unquoted: Folding::Insensitive,
    identifier_bytes_max: 128,
    backslash_escapes: false,
    null_rank: NullRank::Lowest,
    nulls_first_last: Can::No,
    paging: Paging::Top,
    with_ties: Can::Yes,
    booleans: Booleans::None,
    true_false: Can::No,
    full_join: Can::Yes,
    right_join: Can::Yes,
    lateral: Lateral::Apply,
    dual: None,
    recursive_word: false,
    distinct_on: Can::No,
    qualify: Can::No,
    aggregate_filter: Can::No,
    aggregate_order: Can::No,
    grouping_sets: GroupingSets::All,
    intersect_except: Can::Yes,
    intersect_except_all: Can::No,
    intersect_first: true,
    set_operand_parentheses: true,
    except: "EXCEPT",
    values: ValuesForm::FromOnly,
    derived_columns: true,
    derived_needs_alias: true,
    table_alias_as: true,
    row_values: Can::No,
    row_in_list: Can::No,
    quantified: Can::Yes,
    null_safe: NullSafe::DistinctFrom(Can::Since(Version(16, 0))),
    is_truth: Can::No,
    named_windows: Can::Since(Version(16, 0)),
    frame_groups: Can::No,
    ignore_nulls: Can::Since(Version(16, 0)),
    collate: CollateForm::Named {
        binary: "Latin1_General_BIN2",
        ascii_ci: None,
        pad: Some("Latin1_General_BIN2"),
        ci_ai_pad: Some("Latin1_General_CI_AI"),
    },
    like_escape: None,
    like_case: LikeCase::Collation,
    upsert: Upsert::Merge,
    returning: Returning::Output,
    update_from: UpdateFrom::FromJoin,
    delete_from: DeleteFrom::Join,
    change_limit: Can::No,
    simultaneous_set: true,
    merge: Can::Yes,
    default_in_values: Can::Yes,
    changing_ctes: false,
    change_ctes: Can::Yes,
    locking: Can::No,
    truncate: Can::Yes,
    if_exists: Can::Since(Version(13, 0)),
    index_if_not_exists: Can::No,
    partial_index: Can::Yes,
    expression_index: Can::No,
    transactional_ddl: true,
    params: ParamStyle::At,
    strength,
};

/// <https://learn.microsoft.com/en-us/sql/t-sql/language-elements/operator-precedence-transact-sql>: `&`, `^`,
/// `|` stand with `+`.
fn strength(strength: Strength) -> u8 {
    match strength {
        Strength::BitOr | Strength::BitAnd | Strength::Power | Strength::Concat | Strength::Other => {
            Strength::Add as u8
        }
        other => other as u8,
    }
}
