//! What each dialect can say, and the renderer that says it: legal AIR to text.
//!
//! One folder of tables per dialect (capabilities, builtins, types, reserved words, few overrides), one shared
//! renderer. Nothing here decides what a statement means.

mod mssql;
mod mysql;
mod oracle;
mod postgres;
pub mod render;
mod spelling;
mod sqlite;

use air::profile::Profile;
use air::target::{Capabilities, Row, Target};
use air_base::Dialect;

pub use render::name::ReservedFilter;
pub use render::{RenderOptions, Rendered, render, render_expr};
pub use spelling::Spelling;

/// All tables of one dialect.
#[derive(Debug)]
pub struct Backend {
    /// What can be said.
    pub can: &'static Capabilities,
    /// How each builtin is said, in the order of the catalogue.
    pub builtins: &'static [Row],
    /// How types and literals are said.
    pub spelling: &'static Spelling,
    /// Tells most names from reserved words at once.
    pub reserved: ReservedFilter,
}

/// The tables of a dialect.
pub fn backend(dialect: Dialect) -> &'static Backend {
    match dialect {
        Dialect::Mysql => &mysql::MYSQL,
        Dialect::Mariadb => &mysql::MARIADB,
        Dialect::Postgres => &postgres::BACKEND,
        Dialect::Sqlite => &sqlite::BACKEND,
        Dialect::Oracle => &oracle::BACKEND,
        Dialect::Mssql => &mssql::BACKEND,
    }
}

/// A name as the dialect writes it, quoted where it has to be. `exact`: its letter case is part of the name.
pub fn identifier(dialect: Dialect, name: &str, exact: bool) -> String {
    let backend = backend(dialect);
    let mut text = String::new();
    render::name::push(&mut text, backend.can, &backend.reserved, name, exact);
    text
}

/// What legalization asks for a profile.
pub fn target(profile: &Profile) -> Target {
    let backend = backend(profile.dialect);
    Target { profile: profile.clone(), can: backend.can, builtins: backend.builtins }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn builtin_rows_stand_in_the_order_of_the_catalogue() {
        for dialect in Dialect::ALL {
            let rows = backend(dialect).builtins;
            let unsorted = rows.windows(2).find(|pair| pair[0].op > pair[1].op);
            assert!(unsorted.is_none(), "{dialect}: {unsorted:?}");
        }
    }

    #[test]
    fn reserved_words_are_lower_case_and_sorted() {
        for dialect in Dialect::ALL {
            let words = backend(dialect).can.reserved;
            let unsorted = words.windows(2).find(|pair| pair[0] >= pair[1]);
            assert!(unsorted.is_none(), "{dialect}: {unsorted:?}");
            assert!(words.iter().all(|word| word.bytes().all(|b| !b.is_ascii_uppercase())), "{dialect}");
        }
    }
}
