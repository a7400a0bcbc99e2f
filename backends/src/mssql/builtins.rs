//! How the dialect says each builtin.

use air::target::Row;

/// Rows in the order of the catalogue.
pub const BUILTINS: &[Row] = &[];
