//! Approvals: somebody signs that an actor may run one statement once, or may be something more for a while.
//!
//! A token is `sqlx1.` and two parts in base64: what is granted, as JSON, and an ed25519 signature over that part. A
//! grant of a statement is bound to its meaning (`air_id`), its parameters, its actor and tenant, and holds once. A grant
//! of a role holds until it expires.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;
use std::sync::{Mutex, PoisonError};

/// Before the two parts of a token.
const PREFIX: &str = "sqlx1";
/// Longest token that is looked at.
const TOKEN_MAX: usize = 4096;
/// Longest time a grant may hold: whoever needs more needs another policy.
pub const SECONDS_MAX: u64 = 7 * 86_400;
/// Grants that were used, and are remembered until they expire. With more nothing is granted.
const USED_MAX: usize = 1 << 20;

/// What is granted.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum What {
    /// To run one statement once.
    Statement {
        /// Content id of its meaning.
        air_id: String,
        /// Digest of its text on the engine, with its constants, and of its parameters; see [`digest`].
        params: String,
    },
    /// To be something more.
    Role {
        /// The role.
        role: String,
    },
}

/// A grant.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    /// A number that no other grant has, in hexadecimal digits.
    pub id: String,
    /// To whom.
    pub actor: String,
    /// For whose data.
    pub tenant: String,
    /// What.
    pub what: What,
    /// Seconds since 1970 from which on it holds.
    pub from: u64,
    /// Seconds since 1970 from which on it does not hold any more.
    pub until: u64,
}

/// Why a token grants nothing. Says nothing of what would.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// It is no token.
    Malformed,
    /// No approver that is known has signed it.
    Signature,
    /// It is for somebody else.
    Actor,
    /// It is for another statement, or for other parameters.
    Statement,
    /// Its time is over, has not begun, or is longer than grants may hold.
    Time,
    /// It was used before.
    Used,
    /// It cannot be remembered that it was used.
    Full,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Refusal::Malformed => "the approval is no token",
            Refusal::Signature => "the approval is signed by nobody who may approve",
            Refusal::Actor => "the approval is for another actor",
            Refusal::Statement => "the approval is for another statement or for other parameters",
            Refusal::Time => "the approval does not hold now",
            Refusal::Used => "the approval was used before",
            Refusal::Full => "too many approvals are in use",
        })
    }
}

impl std::error::Error for Refusal {}

/// The digest of what a grant is bound to: of each part its kind and its bytes, with their lengths.
pub fn digest<'a>(params: impl Iterator<Item = (&'a str, &'a [u8])>) -> String {
    let mut hash = Sha256::new();
    for (kind, value) in params {
        for part in [kind.as_bytes(), value] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Signs a grant.
pub fn sign(grant: &Grant, key: &SigningKey) -> String {
    let payload = serde_json::to_vec(grant).expect("a grant is plain data");
    let payload = BASE64.encode(payload);
    let signature = key.sign(format!("{PREFIX}.{payload}").as_bytes());
    format!("{PREFIX}.{payload}.{}", BASE64.encode(signature.to_bytes()))
}

/// Remembers which grants were used, for as long as they would hold.
pub trait Used: Send + Sync {
    /// Uses a grant up; false if it was used before. An error is a refusal.
    fn use_up(&self, id: &str, until: u64, now: u64) -> Result<bool, Refusal>;
}

/// Remembers in memory: grants hold once for each start of a kernel.
#[derive(Default)]
struct InMemory(Mutex<FxHashMap<String, u64>>);

impl Used for InMemory {
    fn use_up(&self, id: &str, until: u64, now: u64) -> Result<bool, Refusal> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= USED_MAX {
            known.retain(|_, until| *until > now);
        }
        if known.len() >= USED_MAX {
            return Err(Refusal::Full);
        }
        Ok(known.insert(id.to_owned(), until).is_none())
    }
}

/// Who may approve, and which grants were used.
pub struct Approvers {
    keys: Vec<VerifyingKey>,
    used: Box<dyn Used>,
}

impl Default for Approvers {
    fn default() -> Approvers {
        Approvers::new(Vec::new())
    }
}

impl Approvers {
    /// Those who have these keys.
    pub fn new(keys: Vec<VerifyingKey>) -> Approvers {
        Approvers { keys, used: Box::new(InMemory::default()) }
    }

    /// The same, with used grants remembered elsewhere: by several kernels, or beyond the life of one.
    pub fn remembering(mut self, used: impl Used + 'static) -> Approvers {
        self.used = Box::new(used);
        self
    }

    /// Reads a token and checks that it is signed, for this actor, and for now.
    fn read(&self, token: &str, actor: &str, tenant: &str, now: u64) -> Result<Grant, Refusal> {
        if token.len() > TOKEN_MAX {
            return Err(Refusal::Malformed);
        }
        let mut parts = token.split('.');
        let (Some(PREFIX), Some(payload), Some(signature), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(Refusal::Malformed);
        };
        let signature = BASE64.decode(signature).map_err(|_| Refusal::Malformed)?;
        let signature = Signature::from_slice(&signature).map_err(|_| Refusal::Malformed)?;
        let signed = format!("{PREFIX}.{payload}");
        if !self.keys.iter().any(|key| key.verify_strict(signed.as_bytes(), &signature).is_ok()) {
            return Err(Refusal::Signature);
        }
        let payload = BASE64.decode(payload).map_err(|_| Refusal::Malformed)?;
        let grant: Grant = serde_json::from_slice(&payload).map_err(|_| Refusal::Malformed)?;
        if grant.actor != actor || grant.tenant != tenant {
            return Err(Refusal::Actor);
        }
        let long = grant.until.saturating_sub(grant.from) > SECONDS_MAX;
        if now < grant.from || now >= grant.until || long {
            return Err(Refusal::Time);
        }
        Ok(grant)
    }

    /// Checks an approval of a statement, and uses it up if it holds.
    pub fn statement(
        &self,
        token: &str,
        (actor, tenant): (&str, &str),
        (air_id, params): (&str, &str),
        now: u64,
    ) -> Result<(), Refusal> {
        let grant = self.read(token, actor, tenant, now)?;
        match &grant.what {
            What::Statement { air_id: id, params: with } if id == air_id && with == params => {}
            _ => return Err(Refusal::Statement),
        }
        match self.used.use_up(&grant.id, grant.until, now)? {
            true => Ok(()),
            false => Err(Refusal::Used),
        }
    }

    /// The role that a token grants.
    pub fn role(&self, token: &str, actor: &str, tenant: &str, now: u64) -> Result<String, Refusal> {
        match self.read(token, actor, tenant, now)?.what {
            What::Role { role } => Ok(role),
            What::Statement { .. } => Err(Refusal::Statement),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_000_000;

    fn grant() -> Grant {
        Grant {
            id: "7f".to_owned(),
            actor: "ada".to_owned(),
            tenant: "acme".to_owned(),
            what: What::Statement { air_id: "air:1".to_owned(), params: digest([].into_iter()) },
            from: NOW - 10,
            until: NOW + 60,
        }
    }

    fn key(seed: u8) -> SigningKey {
        SigningKey::from_bytes(&[seed; 32])
    }

    fn approvers() -> Approvers {
        Approvers::new(vec![key(1).verifying_key()])
    }

    fn asked(approvers: &Approvers, token: &str, now: u64) -> Result<(), Refusal> {
        approvers.statement(token, ("ada", "acme"), ("air:1", &digest([].into_iter())), now)
    }

    #[test]
    fn an_approval_holds_once_for_what_it_says() {
        let approvers = approvers();
        let token = sign(&grant(), &key(1));
        let other = digest([("int", &b"1"[..])].into_iter());
        let none = digest([].into_iter());
        let ask = |who, what| approvers.statement(&token, who, what, NOW);
        assert_eq!(ask(("bob", "acme"), ("air:1", none.as_str())), Err(Refusal::Actor));
        assert_eq!(ask(("ada", "other"), ("air:1", none.as_str())), Err(Refusal::Actor));
        assert_eq!(ask(("ada", "acme"), ("air:2", none.as_str())), Err(Refusal::Statement));
        assert_eq!(ask(("ada", "acme"), ("air:1", other.as_str())), Err(Refusal::Statement));
        assert_eq!(asked(&approvers, &token, NOW + 60), Err(Refusal::Time));
        assert_eq!(asked(&approvers, &token, NOW - 11), Err(Refusal::Time));
        assert_eq!(approvers.role(&token, "ada", "acme", NOW), Err(Refusal::Statement));
        assert_eq!(asked(&approvers, &token, NOW), Ok(()));
        assert_eq!(asked(&approvers, &token, NOW), Err(Refusal::Used));
    }

    #[test]
    fn only_approvers_approve_and_nothing_can_be_altered() {
        let approvers = approvers();
        assert_eq!(asked(&approvers, &sign(&grant(), &key(2)), NOW), Err(Refusal::Signature));
        let long = Grant { until: NOW + SECONDS_MAX + 1, ..grant() };
        assert_eq!(asked(&approvers, &sign(&long, &key(1)), NOW), Err(Refusal::Time));
        let token = sign(&grant(), &key(1));
        for at in 0..token.len() {
            for bit in 0..8 {
                let mut bytes = token.clone().into_bytes();
                bytes[at] ^= 1 << bit;
                let Ok(altered) = String::from_utf8(bytes) else { continue };
                assert!(asked(&approvers, &altered, NOW).is_err(), "{altered}");
            }
        }
        for end in 0..token.len() {
            assert!(asked(&approvers, &token[..end], NOW).is_err());
        }
        for text in ["", ".", "sqlx1..", "sqlx1.e30.AAAA", &"x".repeat(10_000)] {
            assert!(asked(&approvers, text, NOW).is_err());
        }
    }

    #[test]
    fn digests_tell_kinds_and_places_apart() {
        let of =
            |params: &[(&str, &str)]| digest(params.iter().map(|(kind, value)| (*kind, value.as_bytes())));
        let all = [
            of(&[("int", "1")]),
            of(&[("text", "1")]),
            of(&[("text", "1"), ("text", "")]),
            of(&[("text", ""), ("text", "1")]),
            of(&[]),
        ];
        for (at, one) in all.iter().enumerate() {
            assert!(all[at + 1..].iter().all(|other| other != one));
        }
    }

    #[test]
    fn roles_are_granted_for_a_while() {
        let elevated = Grant { what: What::Role { role: "boss".to_owned() }, ..grant() };
        let token = sign(&elevated, &key(1));
        let role = |now| approvers().role(&token, "ada", "acme", now);
        assert_eq!(role(NOW), Ok("boss".to_owned()));
        assert_eq!(role(NOW + 59), Ok("boss".to_owned()));
        assert_eq!(role(NOW + 60), Err(Refusal::Time));
    }
}
