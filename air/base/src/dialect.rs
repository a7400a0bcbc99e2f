//! The names of the dialects. What each one means and can do is data elsewhere.

use serde::{Deserialize, Serialize};

/// A SQL dialect we read and write.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[repr(u8)]
pub enum Dialect {
    /// Oracle MySQL.
    Mysql,
    /// MariaDB; shares its tables with MySQL and differs by data.
    Mariadb,
    /// PostgreSQL.
    Postgres,
    /// SQLite.
    Sqlite,
    /// Oracle Database.
    Oracle,
    /// Microsoft SQL Server.
    Mssql,
}

impl Dialect {
    /// All of them, in the order used everywhere.
    pub const ALL: [Dialect; 6] = [
        Dialect::Mysql,
        Dialect::Mariadb,
        Dialect::Postgres,
        Dialect::Sqlite,
        Dialect::Oracle,
        Dialect::Mssql,
    ];

    /// The name users write.
    pub const fn name(self) -> &'static str {
        match self {
            Dialect::Mysql => "mysql",
            Dialect::Mariadb => "mariadb",
            Dialect::Postgres => "postgres",
            Dialect::Sqlite => "sqlite",
            Dialect::Oracle => "oracle",
            Dialect::Mssql => "mssql",
        }
    }

    /// Other names users write.
    pub const fn aliases(self) -> &'static [&'static str] {
        match self {
            Dialect::Mysql => &[],
            Dialect::Mariadb => &["maria"],
            Dialect::Postgres => &["postgresql", "pg", "pgsql"],
            Dialect::Sqlite => &["sqlite3"],
            Dialect::Oracle => &["ora", "plsql"],
            Dialect::Mssql => &["tsql", "t-sql", "sqlserver", "sql-server"],
        }
    }

    /// The bit of this dialect in a [`DialectSet`].
    pub const fn bit(self) -> DialectSet {
        DialectSet(1 << self as u8)
    }
}

impl std::fmt::Display for Dialect {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// A name that is no dialect of ours.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UnknownDialect(pub String);

impl std::fmt::Display for UnknownDialect {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "unknown dialect `{}`; known are", self.0)?;
        for (i, dialect) in Dialect::ALL.iter().enumerate() {
            write!(f, "{} {dialect}", if i == 0 { "" } else { "," })?;
        }
        Ok(())
    }
}

impl std::error::Error for UnknownDialect {}

impl std::str::FromStr for Dialect {
    type Err = UnknownDialect;

    /// Accepts the names and their common aliases, in any case.
    fn from_str(text: &str) -> Result<Dialect, UnknownDialect> {
        let name = text.trim().to_ascii_lowercase();
        let known = |dialect: &Dialect| dialect.name() == name || dialect.aliases().contains(&name.as_str());
        Dialect::ALL.into_iter().find(known).ok_or_else(|| UnknownDialect(text.to_owned()))
    }
}

/// A set of dialects: bit `d as u8` for dialect `d`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct DialectSet(pub u8);

impl DialectSet {
    /// No dialect.
    pub const NONE: DialectSet = DialectSet(0);
    /// Every dialect.
    pub const ALL: DialectSet = DialectSet(0b11_1111);
    /// MySQL and MariaDB.
    pub const MY: DialectSet = DialectSet(Dialect::Mysql.bit().0 | Dialect::Mariadb.bit().0);

    /// Both sets together.
    pub const fn or(self, other: DialectSet) -> DialectSet {
        DialectSet(self.0 | other.0)
    }

    /// Those not in the set.
    pub const fn not(self) -> DialectSet {
        DialectSet(!self.0 & DialectSet::ALL.0)
    }

    /// True if `dialect` is in the set.
    pub const fn has(self, dialect: Dialect) -> bool {
        self.0 & dialect.bit().0 != 0
    }
}
