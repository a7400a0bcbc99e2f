//! Where a database is.

use sqlx_kernel_core::failure::{Failure, Kind};
use std::fmt;

/// Family of engines a URL speaks of.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Scheme {
    /// `sqlite:`
    Sqlite,
    /// `postgres://`
    Postgres,
    /// `mysql://`, `mariadb://`
    Mysql,
}

/// Whether a connection has to be encrypted.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tls {
    /// It has to be, and the certificate has to be that of the host.
    Required,
    /// If the server can; otherwise in the clear. Only for who allows the downgrade in so many words.
    Preferred,
    /// In the clear: for sockets and for hosts that are trusted.
    #[default]
    Disabled,
}

/// What a file is opened for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub(crate) enum Access {
    /// Reading and writing; a missing file is created.
    #[default]
    Write,
    /// Reading; a missing file is an error.
    Read,
}

/// A URL of a database. Its text holds a password, so it is never printed: `Debug` and `Display` leave that out.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Url {
    pub(crate) scheme: Scheme,
    pub(crate) text: String,
    pub(crate) tls: Tls,
    pub(crate) access: Access,
}

impl Url {
    /// Reads a URL: `sqlite:FILE`, `sqlite::memory:`, `postgres://USER:PASSWORD@HOST:PORT/DATABASE`, `mysql://…`,
    /// `mariadb://…`.
    pub fn parse(text: &str) -> Result<Url, Failure> {
        let (word, rest) = text.split_once(':').unwrap_or((text, ""));
        let (scheme, text) = match word {
            "sqlite" | "sqlite3" if text.contains(':') => {
                (Scheme::Sqlite, rest.trim_start_matches("//").to_owned())
            }
            "postgres" | "postgresql" | "pg" if text.contains("://") => {
                (Scheme::Postgres, format!("postgres:{rest}"))
            }
            "mysql" | "mariadb" if text.contains("://") => (Scheme::Mysql, format!("mysql:{rest}")),
            _ => {
                let message = format!(
                    "`{word}` is no kind of database we can connect to; known are sqlite:FILE, postgres://…, mysql://… and mariadb://…"
                );
                return Err(Failure::new(Kind::Usage, message));
            }
        };
        // PostgreSQL's own clients take an empty host for a socket; the URL parser of the driver does not.
        let text = match scheme {
            Scheme::Sqlite => text,
            Scheme::Postgres | Scheme::Mysql => {
                text.replacen("@/", "@localhost/", 1).replacen(":///", "://localhost/", 1)
            }
        };
        Ok(Url { scheme, text, tls: Tls::Disabled, access: Access::Write })
    }

    /// The family of engines.
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// True if nobody can listen on the way: a file, a socket, or the machine itself. Parameters that name another host
    /// count, as they do for the drivers; what cannot be read is not local.
    pub(crate) fn is_local(&self) -> bool {
        if self.scheme == Scheme::Sqlite {
            return true;
        }
        let Ok(url) = url::Url::parse(&self.text) else { return false };
        let loopback = |host: &str| {
            let host = host.trim_start_matches('[').trim_end_matches(']');
            let address = host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
            host.is_empty()
                || host == "localhost"
                || host.starts_with('/')
                || host.starts_with("%2F")
                || address
        };
        let named = |name: &str| matches!(name, "host" | "hostaddr" | "hostname" | "server");
        let elsewhere = url.query_pairs().any(|(name, value)| named(&name) && !loopback(&value));
        loopback(url.host_str().unwrap_or_default()) && !elsewhere
    }

    /// True for a database that is gone when its last connection closes.
    pub(crate) fn in_memory(&self) -> bool {
        self.scheme == Scheme::Sqlite
            && (self.text.is_empty() || self.text.contains(":memory:") || self.text.contains("mode=memory"))
    }
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.scheme == Scheme::Sqlite {
            return write!(f, "sqlite:{}", self.text);
        }
        let (scheme, rest) = self.text.split_once("://").unwrap_or(("", &self.text));
        // Parameters may hold a password as well.
        let rest = rest.split('?').next().unwrap_or_default();
        let place = rest.rsplit_once('@').map_or(rest, |(_, place)| place);
        write!(f, "{scheme}://{place}")
    }
}

impl fmt::Debug for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_never_printed() {
        let url = Url::parse("pg://app:s3cr@t@db.example:5432/shop?sslmode=x").unwrap();
        assert_eq!(
            format!("{url} {url:?}"),
            "postgres://db.example:5432/shop postgres://db.example:5432/shop"
        );
        assert_eq!(url.text, "postgres://app:s3cr@t@db.example:5432/shop?sslmode=x");
        assert_eq!(Url::parse("sqlite:///tmp/x.db").unwrap().text, "/tmp/x.db");
        assert!(Url::parse("sqlite::memory:").unwrap().in_memory());
        let local = |text: &str| Url::parse(text).unwrap().is_local();
        assert!(local("postgres://u:p@/db?host=/run/postgresql") && local("mysql://u@[::1]:3306/db"));
        assert!(
            !local("postgres://u:p@/db?host=db.example")
                && !local("postgres://u:p@db.example/x?q=@localhost/")
        );
        for text in ["sqlite", "postgres", "mysql", ""] {
            assert!(Url::parse(text).is_err(), "{text}");
        }
        assert!(Url::parse("redis://x").unwrap_err().message.contains("redis"));
    }
}
