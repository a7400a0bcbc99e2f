//! All there is to configure, as one table: a key that is not in it is refused.

/// What a key takes.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Takes {
    /// A whole number between these, both included.
    Number(u64, u64),
    /// A number between these, both included.
    Share(f64, f64),
    /// `true` or `false`.
    Switch,
    /// A text.
    Text,
    /// Texts.
    Texts,
}

/// Whether a key does something, and when.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Effect {
    /// With the next look at the file.
    Live,
    /// When the program starts.
    Start,
    /// Not yet: it is read and checked, so that files of the specification load.
    None,
}

/// A key.
#[derive(Debug)]
pub struct Key {
    /// Its path below `sqlx`.
    pub path: &'static str,
    /// What it is if nobody says otherwise, as in YAML.
    pub default: &'static str,
    /// What it takes.
    pub takes: Takes,
    /// When it takes effect.
    pub effect: Effect,
    /// Tenants may have their own.
    pub per_tenant: bool,
    /// What it is for.
    pub what: &'static str,
}

const fn key(
    path: &'static str,
    default: &'static str,
    takes: Takes,
    effect: Effect,
    what: &'static str,
) -> Key {
    Key { path, default, takes, effect, per_tenant: false, what }
}

const fn per_tenant(
    path: &'static str,
    default: &'static str,
    takes: Takes,
    effect: Effect,
    what: &'static str,
) -> Key {
    Key { path, default, takes, effect, per_tenant: true, what }
}

use Effect::{Live, None, Start};
use Takes::{Number, Share, Switch, Text, Texts};

/// A connection costs the server memory and the kernel a file.
const CONNECTIONS: Takes = Number(0, 10_000);
const CONNECTIONS_MAX: Takes = Number(1, 10_000);
/// Up to a day; keep-alives below a second would be load.
const PERIOD_MS: Takes = Number(1000, 86_400_000);
const WAIT_MS: Takes = Number(1, 86_400_000);
/// 0 is never.
const STATEMENT_MS: Takes = Number(0, 86_400_000);
const SHARE: Takes = Share(0.0, 1.0);

/// All of them, sorted.
pub const KEYS: &[Key] = &[
    key("cache.ppc.enabled", "true", Switch, None, "the predictive plan cache"),
    key("cache.ppc.minBenefitMs", "10", Number(0, 60_000), None, "least benefit of a plan that is kept"),
    key("cache.ppc.ttlSec", "900", Number(1, 86_400), None, "how long a plan is kept"),
    key("policy.packs", "[]", Texts, None, "packs of policies"),
    key("pools.mysql.acquireTimeoutMs", "30000", WAIT_MS, Live, "how long a caller waits for a connection"),
    key("pools.mysql.keepAliveMs", "45000", PERIOD_MS, Live, "how often idle connections are looked after"),
    key("pools.mysql.max", "20", CONNECTIONS_MAX, Live, "connections, at most"),
    key("pools.mysql.min", "0", CONNECTIONS, Live, "connections kept in any case"),
    key("pools.pg.acquireTimeoutMs", "30000", WAIT_MS, Live, "how long a caller waits for a connection"),
    key("pools.pg.keepAliveMs", "45000", PERIOD_MS, Live, "how often idle connections are looked after"),
    key("pools.pg.max", "20", CONNECTIONS_MAX, Live, "connections, at most"),
    key("pools.pg.min", "0", CONNECTIONS, Live, "connections kept in any case"),
    key("pools.sqlite.acquireTimeoutMs", "30000", WAIT_MS, Live, "how long a caller waits for a connection"),
    key("pools.sqlite.keepAliveMs", "45000", PERIOD_MS, Live, "how often idle connections are looked after"),
    key("pools.sqlite.max", "20", CONNECTIONS_MAX, Live, "connections, at most"),
    key("pools.sqlite.min", "0", CONNECTIONS, Live, "connections kept in any case"),
    key("sched.classes.A", "0.2", SHARE, Start, "share of analytic statements"),
    key("sched.classes.B", "0.2", SHARE, Start, "share of bulk statements"),
    key("sched.classes.L", "0.5", SHARE, Start, "share of short statements"),
    key("sched.classes.S", "0.1", SHARE, Start, "share of definitions"),
    key("sched.preempt", "true", Switch, Live, "statements may be stopped for more urgent ones"),
    key("telemetry.otel.endpoint", "", Text, None, "where traces are sent"),
    key("telemetry.otel.sampling", "1", SHARE, None, "share of traces that are sent"),
    per_tenant(
        "timeouts.statementMs",
        "0",
        STATEMENT_MS,
        Start,
        "how long a statement may take; 0: as long as it does",
    ),
];

/// The key with this path.
pub fn find(path: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.path == path)
}

/// The key whose path is most like another, if it is like it at all.
pub fn nearest(path: &str) -> Option<&'static Key> {
    let distance = |key: &&Key| distance(&key.path.to_lowercase(), &path.to_lowercase());
    KEYS.iter().min_by_key(distance).filter(|key| distance(key) <= 2 + path.len() / 4)
}

/// Letters to insert, leave out or replace.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, letter) in a.chars().enumerate() {
        let mut corner = std::mem::replace(&mut row[0], i + 1);
        for (j, other) in b.iter().enumerate() {
            let replaced = corner + usize::from(letter != *other);
            corner = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(corner + 1);
        }
    }
    row[b.len()]
}

/// Its variable in the environment: `pools.pg.keepAliveMs` is `SQLX_POOLS_PG_KEEP_ALIVE_MS`.
pub fn variable(path: &str) -> String {
    let mut name = String::from("SQLX_");
    let mut before = '.';
    for letter in path.chars() {
        if letter.is_uppercase() && before.is_lowercase() {
            name.push('_');
        }
        name.push(if letter == '.' { '_' } else { letter.to_ascii_uppercase() });
        before = letter;
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_sorted_and_have_variables_of_their_own() {
        assert!(KEYS.is_sorted_by(|a, b| a.path < b.path));
        let variables: std::collections::BTreeSet<_> = KEYS.iter().map(|key| variable(key.path)).collect();
        assert_eq!(variables.len(), KEYS.len());
        assert_eq!(variable("pools.pg.keepAliveMs"), "SQLX_POOLS_PG_KEEP_ALIVE_MS");
        assert_eq!(nearest("pools.pg.maxx").map(|key| key.path), Some("pools.pg.max"));
        assert_eq!(nearest("telemetry.otel.endpont").map(|key| key.path), Some("telemetry.otel.endpoint"));
        assert!(nearest("weather").is_none());
    }
}
