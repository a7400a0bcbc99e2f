//! An audit ledger: what was done, by whom, with what outcome, in a form in which no record can be changed, taken out,
//! put in or moved without being found.
//!
//! A [`Ledger`] writes; [`verify()`] reads and says what was verified or where the first wrong record is. Each record holds
//! the hash of the one before it; the records of a segment are the leaves of a Merkle tree; checkpoints over ledger,
//! segment, number of leaves, chain and root are signed with ed25519. A [`proof::Inclusion`] shows with a public key
//! alone that a record is in the ledger, a [`proof::Consistency`] that a later state contains an earlier one.
//!
//! Whoever holds the key can write another history. [`anchor::Anchor`]s, told each checkpoint, are what shows that.
//!
//! Payloads are bytes to the ledger; by convention, canonical JSON with `tenant`, `actor`, `evt` and `tables`, and no
//! value of any statement.
//!
//! ```
//! use sqlx_kernel_audit::{Ledger, Signer, verify};
//! let dir = std::env::temp_dir().join(format!("audit-doc-{}", std::process::id()));
//! let signer = Signer::generate()?;
//! let key = signer.public();
//! let ledger = Ledger::open(&dir, signer)?;
//! ledger.append(br#"{"actor":"ann","evt":"policy.decision","tenant":"acme"}"#)?;
//! ledger.durable().wait()?; // or `.await`; before a COMMIT, a definition or a grant is acknowledged
//! ledger.close()?;
//! assert_eq!(verify(&dir, &[key], &[])?.events, 1);
//! # std::fs::remove_dir_all(&dir).ok();
//! # Ok::<(), sqlx_kernel_audit::Error>(())
//! ```

pub mod anchor;
mod chain;
pub mod evidence;
mod files;
pub mod format;
pub mod keys;
mod ledger;
pub mod merkle;
pub mod proof;
mod recover;
mod report;
pub mod time;
pub mod verify;
pub mod walk;

pub use ed25519_dalek::VerifyingKey;
pub use format::{Checkpoint, Kind, LedgerId, Record};
pub use keys::Signer;
pub use ledger::{Durable, End, Ledger, Options, Receipt};
pub use recover::Cut;
pub use report::{Error, Finding, Flaw};
pub use verify::{Verified, verify};
