//! A profile: an engine, its version, its settings. Source profiles fix what text means, target profiles
//! what can be said.

use crate::fidelity::Assume;
use crate::types::Collation;
use air_base::{Dialect, UnknownDialect};
use serde::Serialize;

/// Major and minor version.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
pub struct Version(pub u16, pub u16);

impl std::fmt::Display for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.0, self.1)
    }
}

/// Engine, version, settings, and what the user vouches for.
#[derive(Clone, PartialEq, Debug)]
pub struct Profile {
    /// Whose SQL.
    pub dialect: Dialect,
    /// Which version.
    pub version: Version,
    /// Server and session settings that change what text means.
    pub settings: Settings,
    /// Assumptions the user declared true; they are used without being listed as open.
    pub declared: Vec<Assume>,
}

/// Settings that change what text means. Defaults are those of a fresh server.
#[derive(Clone, PartialEq, Debug)]
pub struct Settings {
    /// Collation of text that names none.
    pub collation: Collation,
    /// MySQL ANSI_QUOTES: `"x"` is an identifier.
    pub ansi_quotes: bool,
    /// MySQL PIPES_AS_CONCAT: `||` joins texts.
    pub pipes_as_concat: bool,
    /// MySQL NO_BACKSLASH_ESCAPES; PostgreSQL standard_conforming_strings.
    pub backslash_escapes: bool,
    /// MySQL strict mode: bad values fail on store.
    pub strict: bool,
    /// MySQL ONLY_FULL_GROUP_BY.
    pub only_full_group_by: bool,
    /// SQLite: `"x"` is a string where no such column exists.
    pub double_quoted_strings: bool,
    /// Digits MySQL adds to the scale of a quotient.
    pub div_precision_increment: u8,
    /// Day T-SQL weeks begin on, 1 Monday … 7 Sunday.
    pub date_first: u8,
}

impl Profile {
    /// The default profile of a dialect: a current version, settings of a fresh server.
    pub fn of(dialect: Dialect) -> Profile {
        let version = match dialect {
            Dialect::Mysql => Version(8, 4),
            Dialect::Mariadb => Version(10, 11),
            Dialect::Postgres => Version(15, 0),
            Dialect::Sqlite => Version(3, 45),
            Dialect::Oracle => Version(19, 0),
            Dialect::Mssql => Version(16, 0),
        };
        let collation = match dialect {
            Dialect::Mysql => Collation::UCA_AI_CI,
            Dialect::Mariadb => Collation::GENERAL_CI,
            Dialect::Mssql => Collation::LATIN1_CI_AS,
            Dialect::Postgres | Dialect::Sqlite | Dialect::Oracle => Collation::BINARY,
        };
        let my = matches!(dialect, Dialect::Mysql | Dialect::Mariadb);
        let settings = Settings {
            collation,
            ansi_quotes: !my,
            pipes_as_concat: !my,
            backslash_escapes: my,
            strict: dialect != Dialect::Sqlite,
            only_full_group_by: dialect != Dialect::Mariadb && dialect != Dialect::Sqlite,
            double_quoted_strings: dialect == Dialect::Sqlite,
            div_precision_increment: 4,
            date_first: 7,
        };
        Profile { dialect, version, settings, declared: Vec::new() }
    }
}

impl std::fmt::Display for Profile {
    /// `mysql@8.4`: what [`Profile::from_str`](std::str::FromStr) reads, without settings.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}@{}", self.dialect, self.version)
    }
}

impl std::str::FromStr for Profile {
    type Err = ProfileError;

    /// `name` or `name@version`, such as `mysql@8.0`, `oracle@19c`, `mssql@2022`.
    fn from_str(text: &str) -> Result<Profile, ProfileError> {
        let (name, version) = match text.split_once('@') {
            Some((name, version)) => (name, Some(version)),
            None => (text, None),
        };
        let mut profile = Profile::of(name.parse().map_err(ProfileError::Dialect)?);
        if let Some(version) = version {
            profile.version = parse_version(profile.dialect, version)
                .ok_or_else(|| ProfileError::Version(version.to_owned()))?;
        }
        if profile.dialect == Dialect::Mysql && profile.version < Version(8, 0) {
            profile.settings.collation = Collation::GENERAL_CI;
        }
        Ok(profile)
    }
}

fn parse_version(dialect: Dialect, text: &str) -> Option<Version> {
    let text = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let mut parts = text.split('.');
    let major: u16 = parts.next()?.parse().ok()?;
    let minor: u16 = parts.next().map_or(Some(0), |minor| minor.parse().ok())?;
    // SQL Server is known by year, its versions by number.
    let major = match (dialect, major) {
        (Dialect::Mssql, 2016) => 13,
        (Dialect::Mssql, 2017) => 14,
        (Dialect::Mssql, 2019) => 15,
        (Dialect::Mssql, 2022) => 16,
        (Dialect::Mssql, 2025) => 17,
        (_, major) => major,
    };
    Some(Version(major, minor))
}

/// Why a text names no profile.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ProfileError {
    /// No dialect of that name.
    Dialect(UnknownDialect),
    /// The version is no number.
    Version(String),
}

impl std::fmt::Display for ProfileError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            ProfileError::Dialect(unknown) => unknown.fmt(f),
            ProfileError::Version(text) => write!(f, "`{text}` is no version number"),
        }
    }
}

impl std::error::Error for ProfileError {}
