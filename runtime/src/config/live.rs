//! A configuration that follows its file. A reader has one whole configuration or the one before, never parts of two.

use super::Config;
use sqlx_kernel_core::failure::Failure;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

/// A configuration that follows its file.
pub struct Live {
    path: PathBuf,
    /// Defaults and environment, which do not change.
    below: Config,
    current: RwLock<Arc<Config>>,
    seen: Mutex<Seen>,
}

/// Contents of the file, by their hashes.
struct Seen {
    last: u64,
    judged: u64,
}

/// What a look at the file gave.
#[derive(Debug)]
pub enum Look {
    /// It is as it was, or was not the same in two looks in a row: somebody may be writing it.
    Same,
    /// It has changed, and what it says is valid from now on.
    Changed(Arc<Config>),
    /// It has changed and is wrong, or cannot be read: what was valid stays.
    Wrong(Failure),
}

fn hash(text: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

impl Live {
    /// Reads the file over `below`, which is of defaults and the environment.
    pub fn open(path: &Path, below: Config) -> Result<Live, Failure> {
        let (text, hash) = read(path)?;
        let config = below.clone().with_file(&path.display().to_string(), &text)?;
        Ok(Live {
            path: path.to_owned(),
            below,
            current: RwLock::new(Arc::new(config)),
            seen: Mutex::new(Seen { last: hash, judged: hash }),
        })
    }

    /// What is valid now.
    pub fn current(&self) -> Arc<Config> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Looks at the file. Contents are judged once, when two looks in a row have found them.
    pub fn look(&self) -> Look {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let (text, hash) = match read(&self.path) {
            Ok(read) => read,
            Err(failure) => {
                let gone = hash(failure.message.as_bytes());
                let again = std::mem::replace(&mut seen.last, gone) == gone;
                let known = seen.judged == gone;
                if !again || known {
                    return Look::Same;
                }
                seen.judged = gone;
                return Look::Wrong(failure);
            }
        };
        let settled = std::mem::replace(&mut seen.last, hash) == hash;
        if !settled || seen.judged == hash {
            return Look::Same;
        }
        seen.judged = hash;
        match self.below.clone().with_file(&self.path.display().to_string(), &text) {
            Ok(config) => {
                let config = Arc::new(config);
                *self.current.write().unwrap_or_else(PoisonError::into_inner) = config.clone();
                Look::Changed(config)
            }
            Err(failure) => Look::Wrong(failure),
        }
    }
}

fn read(path: &Path) -> Result<(String, u64), Failure> {
    let text = std::fs::read_to_string(path);
    let text = text.map_err(|error| super::usage(format!("{}: {error}", path.display())))?;
    let hash = hash(text.as_bytes());
    Ok((text, hash))
}
