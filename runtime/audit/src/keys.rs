//! Keys: made here, kept in files nobody else can read, wiped from memory.

use crate::report::Error;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use ed25519_dalek::{Signer as _, SigningKey, VerifyingKey};
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::Path;
use zeroize::Zeroizing;

const SECRET: &str = "airc-audit-key:";
const PUBLIC: &str = "airc-audit-public:";

/// A key that signs. It is wiped when dropped and is never printed.
pub struct Signer(SigningKey);

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Signer").field(&public_text(&self.public())).finish()
    }
}

impl Signer {
    /// A new key from the randomness of the system.
    pub fn generate() -> Result<Signer, Error> {
        let mut seed = Zeroizing::new([0; 32]);
        getrandom::fill(seed.as_mut()).map_err(|error| Error::Key(format!("no randomness: {error}")))?;
        Ok(Signer::from_seed(&seed))
    }

    /// The key of this seed.
    pub fn from_seed(seed: &[u8; 32]) -> Signer {
        Signer(SigningKey::from_bytes(seed))
    }

    /// Writes the key to a new file that only its owner can read.
    pub fn save(&self, path: &Path) -> Result<(), Error> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(path).map_err(Error::io(path))?;
        let seed = Zeroizing::new(self.0.to_bytes());
        let text = Zeroizing::new(BASE64_STANDARD.encode(seed.as_ref()));
        let line = Zeroizing::new(format!("{SECRET}{}\n", text.as_str()));
        file.write_all(line.as_bytes()).and_then(|()| file.sync_all()).map_err(Error::io(path))
    }

    /// Reads a key; refuses a file that others can read.
    pub fn load(path: &Path) -> Result<Signer, Error> {
        let mut file = File::open(path).map_err(Error::io(path))?;
        #[cfg(unix)]
        {
            let mode = std::os::unix::fs::MetadataExt::mode(&file.metadata().map_err(Error::io(path))?);
            if mode & 0o077 != 0 {
                return Err(Error::Key(format!("{}: others can read this key (chmod 600)", path.display())));
            }
        }
        // Large enough that it never grows, which would leave a copy behind.
        let mut text = Zeroizing::new(String::with_capacity(4096));
        Read::by_ref(&mut file).take(1024).read_to_string(&mut text).map_err(Error::io(path))?;
        let wrong = || Error::Key(format!("{}: this is no signing key of a ledger", path.display()));
        let encoded = text.trim().strip_prefix(SECRET).ok_or_else(wrong)?;
        let bytes = Zeroizing::new(BASE64_STANDARD.decode(encoded).map_err(|_| wrong())?);
        let mut seed = Zeroizing::new([0; 32]);
        if bytes.len() != seed.len() {
            return Err(wrong());
        }
        seed.copy_from_slice(&bytes);
        Ok(Signer::from_seed(&seed))
    }

    /// Its public half.
    pub fn public(&self) -> VerifyingKey {
        self.0.verifying_key()
    }

    pub(crate) fn sign(&self, tag: &[u8], said: &[u8]) -> [u8; 64] {
        self.0.sign(&[tag, said].concat()).to_bytes()
    }
}

/// A public key as it stands in files and on command lines.
pub fn public_text(key: &VerifyingKey) -> String {
    format!("{PUBLIC}{}", BASE64_STANDARD.encode(key.as_bytes()))
}

/// Reads such a text.
pub fn public_key(text: &str) -> Result<VerifyingKey, Error> {
    let bytes = text.trim().strip_prefix(PUBLIC).and_then(|encoded| BASE64_STANDARD.decode(encoded).ok());
    bytes
        .and_then(|bytes| VerifyingKey::from_bytes(&bytes.try_into().ok()?).ok())
        .ok_or_else(|| Error::Key(format!("this is no public key of a ledger, which begins with `{PUBLIC}`")))
}
