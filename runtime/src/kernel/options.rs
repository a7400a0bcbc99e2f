//! How to connect.

use crate::url::{Tls, Url};
use sqlx_kernel_core::failure::{Failure, Kind};
use sqlx_kernel_core::pool::Settings;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::Duration;

/// How to connect to a database; the defaults are those of the specification.
#[derive(Clone, Debug)]
pub struct ConnectOptions {
    url: String,
    control_url: Option<String>,
    pool: Settings,
    tls: Option<Tls>,
    allow_downgrade: bool,
    tags: BTreeMap<String, String>,
}

impl ConnectOptions {
    /// A database by its URL: `sqlite:FILE`, `sqlite::memory:`, `postgres://…`, `mysql://…`, `mariadb://…`.
    pub fn new(url: &str) -> ConnectOptions {
        ConnectOptions {
            url: url.to_owned(),
            control_url: None,
            pool: Settings::default(),
            tls: None,
            allow_downgrade: false,
            tags: BTreeMap::new(),
        }
    }

    /// Connections kept at least.
    pub fn pool_min(mut self, connections: usize) -> ConnectOptions {
        self.pool.min = connections;
        self
    }

    /// Connections made at most.
    pub fn pool_max(mut self, connections: usize) -> ConnectOptions {
        self.pool.max = connections.max(1);
        self
    }

    /// Looks after idle connections so often.
    pub fn keep_alive(mut self, every: Duration) -> ConnectOptions {
        self.pool.keep_alive = every;
        self
    }

    /// How long a caller without a deadline waits for a connection.
    pub fn acquire_timeout(mut self, timeout: Duration) -> ConnectOptions {
        self.pool.acquire_timeout = timeout;
        self
    }

    /// All settings of the pool at once.
    pub fn pool(mut self, settings: Settings) -> ConnectOptions {
        self.pool = settings;
        self
    }

    /// Whether connections are encrypted. Without a word: on hosts other than this one they have to be.
    pub fn tls(mut self, tls: Tls) -> ConnectOptions {
        self.tls = Some(tls);
        self
    }

    /// Allows [`Tls::Preferred`], which goes on in the clear where the server, or somebody in between, says so.
    pub fn allow_downgrade(mut self) -> ConnectOptions {
        self.allow_downgrade = true;
        self
    }

    /// Sends cancellations there instead; for endpoints behind a proxy that does not pass them.
    pub fn control(mut self, url: &str) -> ConnectOptions {
        self.control_url = Some(url.to_owned());
        self
    }

    /// A tag of the session, such as `residency` = `eu-west-2`. Sessions of other tags share no connections.
    pub fn tag(mut self, name: &str, value: &str) -> ConnectOptions {
        self.tags.insert(name.to_owned(), value.to_owned());
        self
    }

    pub(crate) fn settings(&self) -> Settings {
        self.pool.clone()
    }

    pub(crate) fn acquire_timeout_or_default(&self) -> Duration {
        self.pool.acquire_timeout
    }

    pub(crate) fn checked_url(&self) -> Result<Url, Failure> {
        self.checked(&self.url)
    }

    pub(crate) fn control_url(&self) -> Result<Option<Url>, Failure> {
        self.control_url.as_deref().map(|url| self.checked(url)).transpose()
    }

    fn checked(&self, url: &str) -> Result<Url, Failure> {
        let mut url = Url::parse(url)?;
        url.tls = match self.tls {
            Some(Tls::Preferred) if !self.allow_downgrade => {
                let message = "`preferred` goes on in the clear where somebody in between says so; \
                               allow the downgrade in so many words, or require encryption";
                return Err(Failure::new(Kind::Usage, message));
            }
            Some(tls) => tls,
            None if url.is_local() => Tls::Disabled,
            None => Tls::Required,
        };
        Ok(url)
    }

    /// Names the pool: what differs in any of this must not share connections.
    pub(crate) fn pool_key(&self, url: &Url) -> String {
        let mut key = format!("{}\u{0}{:?}", url.text, url.tls);
        for (name, value) in &self.tags {
            let _ = write!(key, "\u{0}{name}\u{1}{value}");
        }
        key
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encryption_is_the_rule_and_downgrades_are_refused() {
        let tls = |options: ConnectOptions| options.checked_url().map(|url| url.tls);
        assert_eq!(tls(ConnectOptions::new("postgres://db.example/x")), Ok(Tls::Required));
        assert_eq!(tls(ConnectOptions::new("postgres://u:p@127.0.0.1:5432/x")), Ok(Tls::Disabled));
        assert_eq!(tls(ConnectOptions::new("mysql://u@localhost/x")), Ok(Tls::Disabled));
        let preferred = ConnectOptions::new("postgres://db.example/x").tls(Tls::Preferred);
        assert_eq!(tls(preferred.clone()).unwrap_err().kind, Kind::Usage);
        assert_eq!(tls(preferred.allow_downgrade()), Ok(Tls::Preferred));
    }

    #[test]
    fn tags_keep_pools_apart() {
        let key = |options: &ConnectOptions| options.pool_key(&options.checked_url().unwrap());
        let plain = ConnectOptions::new("sqlite:x.db");
        assert_eq!(key(&plain), key(&plain.clone().pool_max(3)));
        assert_ne!(key(&plain), key(&plain.clone().tag("residency", "eu")));
        assert_ne!(key(&plain.clone().tag("a", "b")), key(&plain.clone().tag("a", "c")));
    }
}
