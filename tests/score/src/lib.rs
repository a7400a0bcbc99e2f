//! Execution score: the original on its own engine, the translation on the target, rows compared.
//!
//! A [`case::Case`] is a short session, setup statements and a query. Its truth is what the
//! source engine returns (for dialects without an engine here: what the case expects). Every
//! translation of it ends as *right*, *wrong rows*, *rejected by the target* or *refused by the
//! translator*; [`run::score`] computes these endings and [`report`] prints them.
//!
//! Engines are the embedded SQLite and throwaway servers of PostgreSQL and MariaDB, which
//! [`engines::Fleet`] starts and stops. Results of engines are kept in a [`cache::Cache`], since
//! neither sources nor most translations change from run to run.

pub mod cache;
pub mod case;
pub mod compare;
pub mod engines;
pub mod exercise;
pub mod oracle;
pub mod real;
pub mod record;
pub mod report;
pub mod run;
pub mod translators;
pub mod values;

use std::path::{Path, PathBuf};

/// The root folder of the project.
pub fn project_root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_owned()
}

/// The folder of cases kept outside the project, and the project's own.
pub fn case_folders() -> [PathBuf; 2] {
    let root = project_root();
    [root.join("../shared/cases"), root.join("tests/cases")]
}
