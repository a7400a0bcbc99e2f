//! Who may come in. Of a password only what each protocol verifies with is kept.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use sqlx_kernel::{Failure, Kind};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// Rounds of SCRAM's key derivation, as servers of PostgreSQL have it.
const ROUNDS: u32 = 4096;
/// Bytes of salts and nonces.
const SALT: usize = 16;

/// Who may come in.
pub struct Login(Option<Account>);

/// A user and what their password is verified with.
struct Account {
    user: String,
    salt: [u8; SALT],
    /// Of SCRAM (RFC 5802).
    stored_key: [u8; 32],
    server_key: [u8; 32],
    /// SHA1(SHA1(password)), of `mysql_native_password`.
    native: [u8; 20],
}

impl std::fmt::Debug for Login {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.0 {
            None => f.write_str("anybody"),
            Some(account) => write!(f, "{} with a password", account.user),
        }
    }
}

fn hmac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}

/// Random bytes that nobody can guess.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], Failure> {
    let mut bytes = [0; N];
    let none = |error| Failure::new(Kind::Internal, format!("the system gives no random bytes: {error}"));
    getrandom::fill(&mut bytes).map_err(none)?;
    Ok(bytes)
}

impl Login {
    /// Anybody, without a password. To be chosen in so many words.
    pub fn anybody() -> Login {
        Login(None)
    }

    /// One user with a password.
    pub fn password(user: &str, password: Zeroizing<String>) -> Result<Login, Failure> {
        if user.is_empty() || password.is_empty() {
            return Err(Failure::new(Kind::Usage, "a login needs a user and a password that is not empty"));
        }
        let salt = random()?;
        let mut round = hmac(password.as_bytes(), &[&salt, &1u32.to_be_bytes()]);
        let mut salted = Zeroizing::new(round);
        for _ in 1..ROUNDS {
            round = hmac(password.as_bytes(), &[&round]);
            salted.iter_mut().zip(round).for_each(|(byte, other)| *byte ^= other);
        }
        Ok(Login(Some(Account {
            user: user.to_owned(),
            salt,
            stored_key: Sha256::digest(hmac(&*salted, &[b"Client Key"])).into(),
            server_key: hmac(&*salted, &[b"Server Key"]),
            native: Sha1::digest(Sha1::digest(password.as_bytes())).into(),
        })))
    }

    /// True if nobody is asked for a password.
    pub fn is_open(&self) -> bool {
        self.0.is_none()
    }

    /// Verifies the answer of `mysql_native_password` to a challenge.
    pub(crate) fn native(&self, user: &str, challenge: &[u8; 20], answer: &[u8]) -> bool {
        let Some(account) = &self.0 else { return true };
        let Ok(answer) = <[u8; 20]>::try_from(answer) else { return false };
        // SHA1(password) XOR SHA1(challenge + SHA1(SHA1(password))).
        let mut mask: [u8; 20] =
            Sha1::new().chain_update(challenge).chain_update(account.native).finalize().into();
        mask.iter_mut().zip(answer).for_each(|(byte, other)| *byte ^= other);
        let knows = Sha1::digest(mask).as_slice().ct_eq(&account.native);
        bool::from(knows) && account.user == user
    }

    /// Begins SCRAM-SHA-256 (RFC 5802, 7677) with the client's first message; gives the conversation and our answer.
    pub(crate) fn scram(&self, user: &str, first: &str) -> Option<(Scram<'_>, String)> {
        let account = self.0.as_ref()?;
        // Without channel binding: there is no encryption to bind to.
        let header = ["n,,", "y,,"].into_iter().find(|header| first.starts_with(header))?;
        let bare = &first[header.len()..];
        let theirs = bare.split(',').find_map(|part| part.strip_prefix("r="))?;
        if theirs.is_empty() {
            return None;
        }
        let nonce = format!("{theirs}{}", STANDARD.encode(random::<SALT>().ok()?));
        let answer = format!("r={nonce},s={},i={ROUNDS}", STANDARD.encode(account.salt));
        let said = format!("{bare},{answer},");
        Some((
            Scram { account, known: account.user == user, binding: STANDARD.encode(header), nonce, said },
            answer,
        ))
    }
}

/// A conversation in which a client proves to know the password.
pub(crate) struct Scram<'a> {
    account: &'a Account,
    known: bool,
    binding: String,
    nonce: String,
    said: String,
}

impl Scram<'_> {
    /// Verifies the client's last message; gives our proof that we know the password as well.
    pub(crate) fn verify(self, last: &str) -> Option<String> {
        let (without_proof, proof) = last.rsplit_once(",p=")?;
        let mut parts = without_proof.split(',');
        let binding = parts.next()?.strip_prefix("c=")?;
        let nonce = parts.next()?.strip_prefix("r=")?;
        let proof: [u8; 32] = STANDARD.decode(proof).ok()?.try_into().ok()?;
        let said = [self.said.as_bytes(), without_proof.as_bytes()];
        let mut key = hmac(&self.account.stored_key, &said);
        key.iter_mut().zip(proof).for_each(|(byte, other)| *byte ^= other);
        let knows = Sha256::digest(key).as_slice().ct_eq(&self.account.stored_key);
        // An unknown user learns no sooner than a known one with a wrong password.
        let fine = bool::from(knows) && self.known && binding == self.binding && nonce == self.nonce;
        fine.then(|| format!("v={}", STANDARD.encode(hmac(&self.account.server_key, &said))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn login() -> Login {
        Login::password("ann", "pencil".to_owned().into()).unwrap()
    }

    #[test]
    fn mysql_answers_are_verified() {
        let challenge = [7; 20];
        let answer = |password: &str| {
            let once: [u8; 20] = Sha1::digest(password.as_bytes()).into();
            let twice = Sha1::digest(once);
            let mut mask: [u8; 20] =
                Sha1::new().chain_update(challenge).chain_update(twice).finalize().into();
            mask.iter_mut().zip(once).for_each(|(byte, other)| *byte ^= other);
            mask
        };
        assert!(login().native("ann", &challenge, &answer("pencil")));
        assert!(!login().native("ann", &challenge, &answer("pen")));
        assert!(!login().native("bob", &challenge, &answer("pencil")));
        assert!(!login().native("ann", &[8; 20], &answer("pencil")));
        assert!(!login().native("ann", &challenge, b""));
    }

    #[test]
    fn scram_refuses_what_is_no_proof() {
        let login = login();
        assert!(login.scram("ann", "p=tls-unique,,n=,r=abc").is_none(), "there is nothing to bind to");
        assert!(login.scram("ann", "n,,n=,r=").is_none());
        for last in ["", ",p=", "c=biws,r=abc,p=AAAA", "c=biws,r=abc,p=!!"] {
            let (scram, _) = login.scram("ann", "n,,n=,r=abc").unwrap();
            assert!(scram.verify(last).is_none(), "{last}");
        }
        assert!(!format!("{login:?}").contains("pencil"));
    }
}
