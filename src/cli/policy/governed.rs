//! The caller and the policies that arguments speak of.

use super::super::args::Shown;
use super::super::draw::Drawer;
use super::super::{Failure, failure, input};
use super::args::{Governed, Rules};
use airc::kernel::AirCompiler;
use airc::{Diagnostic, Severity};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ed25519_dalek::VerifyingKey;
use sqlx_kernel::audit::{Ledger, Signer};
use sqlx_kernel::pi::approval::{Approvers, Refusal, Used};
use sqlx_kernel::pi::pack::{Pack, SHIPPED};
use sqlx_kernel::pi::{Policies, SecretKey, Subject};
use sqlx_kernel::policy::{AllowAll, PackPolicy};
use sqlx_kernel::{Builder, ExecContext, Purpose, Residency, Risk};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Reads packs: files, or shipped ones by name. What is wrong with them is drawn.
pub(super) fn packs(names: &[String], remarks: bool, shown: &Shown) -> Result<Vec<Pack>, Failure> {
    let mut drawer = Drawer::new(shown);
    let mut packs = Vec::new();
    for name in names {
        let shipped = SHIPPED.iter().find(|(known, _)| known == name);
        let text = match shipped {
            Some((_, text)) => (*text).to_owned(),
            None if Path::new(name).exists() => input::read_file(Path::new(name))?,
            None => {
                let known: Vec<&str> = SHIPPED.iter().map(|(known, _)| *known).collect();
                return failure(format!("{name}: no such file, nor a shipped pack ({})", known.join(", ")));
            }
        };
        let (pack, found) = Pack::parse_with_warnings(&text);
        let file = drawer.add(name.clone(), text);
        // Remarks are for whoever checks a pack, not for whoever uses it.
        let told = |diagnostic: &&Diagnostic| remarks || diagnostic.severity != Severity::Note;
        let found: Vec<Diagnostic> = found.iter().filter(told).cloned().collect();
        drawer.draw(file, &found);
        packs.extend(pack);
    }
    if drawer.errors {
        return failure("a policy is wrong, so nothing is allowed");
    }
    Ok(packs)
}

/// The policies of the arguments.
pub(in crate::cli) fn policies(arguments: &Rules, shown: &Shown) -> Result<Policies, Failure> {
    let key = match &arguments.mask_key {
        None => None,
        Some(path) => {
            let bytes =
                std::fs::read(path).map_err(|error| Failure(format!("{}: {error}", path.display())))?;
            let key = bytes.trim_ascii();
            if key.len() < KEY_MIN {
                return failure(format!("{}: a key has {KEY_MIN} bytes at least", path.display()));
            }
            Some(SecretKey::new(key))
        }
    };
    Ok(Policies::new(&packs(&arguments.policy, false, shown)?, key))
}

/// Shorter keys can be guessed from hashes of known values.
const KEY_MIN: usize = 16;

/// A kernel under the policies of the arguments.
pub(in crate::cli) fn builder(arguments: &Rules, shown: &Shown) -> Result<Builder, Failure> {
    let compiler = AirCompiler::default();
    let builder = match arguments.policy.is_empty() {
        true => Builder::new(compiler, AllowAll),
        false => Builder::new(compiler, PackPolicy::new(policies(arguments, shown)?)),
    };
    let mut keys = Vec::new();
    for path in &arguments.approver {
        keys.push(public_key(path)?);
    }
    let mut approvers = Approvers::new(keys);
    if let Some(first) = arguments.approver.first() {
        // Beside the key, so that one more run of the program does not use a grant once more.
        approvers = approvers.remembering(UsedGrants(first.with_extension("used")));
    }
    let mut builder = builder.approvers(approvers);
    if let (Some(dir), Some(key)) = (&arguments.ledger, &arguments.ledger_key) {
        builder = builder.audit(Ledger::open(dir, Signer::load(key)?)?);
    }
    Ok(builder)
}

/// Used grants as files of a folder: one that can be made was not used before, whoever else looks.
struct UsedGrants(PathBuf);

impl Used for UsedGrants {
    fn use_up(&self, id: &str, _: u64, _: u64) -> Result<bool, Refusal> {
        let plain = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !plain {
            return Err(Refusal::Malformed);
        }
        std::fs::create_dir_all(&self.0).map_err(|_| Refusal::Full)?;
        match File::options().write(true).create_new(true).open(self.0.join(id)) {
            Ok(file) => file.sync_all().map(|()| true).map_err(|_| Refusal::Full),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(false),
            Err(_) => Err(Refusal::Full),
        }
    }
}

/// A public key from its file.
pub(super) fn public_key(path: &Path) -> Result<VerifyingKey, Failure> {
    let wrong = || Failure(format!("{}: no public key", path.display()));
    let bytes = BASE64.decode(input::read_file(path)?.trim()).map_err(|_| wrong())?;
    VerifyingKey::from_bytes(&bytes.try_into().map_err(|_| wrong())?).map_err(|_| wrong())
}

/// The caller of the arguments.
pub(in crate::cli) fn context(arguments: &Governed) -> ExecContext {
    let mut context = ExecContext::new(&arguments.tenant, &arguments.actor);
    context.roles = roles(arguments).into();
    context.grants = arguments.grant.iter().map(|token| Arc::from(token.as_str())).collect();
    context.origin = arguments.origin.as_deref().map(Into::into);
    // The words were checked when the arguments were read.
    context.purpose = arguments.purpose.as_deref().and_then(|word| {
        [Purpose::Oltp, Purpose::Etl, Purpose::Bi, Purpose::Ddl]
            .into_iter()
            .find(|known| known.word() == word)
    });
    context.residency = arguments.residency.as_deref().and_then(|word| {
        [Residency::Eu, Residency::Us, Residency::Uk].into_iter().find(|known| known.word() == word)
    });
    context.risk = arguments
        .risk
        .as_deref()
        .and_then(|word| [Risk::Low, Risk::Med, Risk::High].into_iter().find(|known| known.word() == word));
    context
}

pub(super) fn roles(arguments: &Governed) -> Vec<Arc<str>> {
    arguments.role.iter().map(|role| Arc::from(role.as_str())).collect()
}

/// The caller as policies see him.
pub(super) fn subject<'a>(arguments: &'a Governed, roles: &'a [Arc<str>]) -> Subject<'a> {
    Subject {
        roles,
        purpose: arguments.purpose.as_deref(),
        residency: arguments.residency.as_deref(),
        origin: arguments.origin.as_deref(),
        risk: arguments.risk.as_deref(),
        ..Subject::new(&arguments.actor, &arguments.tenant)
    }
}
