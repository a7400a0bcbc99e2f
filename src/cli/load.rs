//! Running the SQLite translation on an embedded database.

use super::{Failure, failure};
use sqlx_kernel::embedded::{Embedded, Ran};

/// An embedded database that a script is run on.
pub(super) struct Loader {
    database: Embedded,
    name: String,
    run: usize,
    result_rows: usize,
    failures: Vec<(String, String)>,
}

impl Loader {
    /// Opens `sqlite:FILE` or `sqlite::memory:`.
    pub(super) fn open(name: &str) -> Result<Loader, Failure> {
        let Some(path) = name.strip_prefix("sqlite:") else {
            return failure(format!(
                "`{name}` is no embedded database: it has to be sqlite:FILE or sqlite::memory:"
            ));
        };
        let database = Embedded::open(path.trim_start_matches("//")).map_err(Failure)?;
        Ok(Loader { database, name: name.to_owned(), run: 0, result_rows: 0, failures: Vec::new() })
    }

    /// Runs one statement and remembers what happened.
    pub(super) fn run(&mut self, sql: &str) {
        if sql.is_empty() {
            return;
        }
        self.run += 1;
        match self.database.run(sql) {
            Ran::Changed(_) => {}
            Ran::Rows(rows) => self.result_rows += rows.rows.len(),
            Ran::Failed(why) => self.failures.push((sql.to_owned(), why)),
        }
    }

    /// Prints what the database holds; true if a statement failed.
    pub(super) fn report(self) -> Result<bool, Failure> {
        println!(
            "{}: ran {} statements, {} failed; queries returned {} rows",
            self.name,
            self.run,
            self.failures.len(),
            self.result_rows
        );
        for (sql, why) in &self.failures {
            println!("  failed: {why}\n    {}", sql.replace('\n', "\n    "));
        }
        for table in self.database.holdings().map_err(Failure)? {
            println!("  {:<20} {:>8} rows", table.name, table.rows);
        }
        Ok(!self.failures.is_empty())
    }
}
