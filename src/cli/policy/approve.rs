//! `airc policy keygen`, `request`, `list`, `approve`, `deny`, `elevate`: who may run what for once.
//!
//! Requests are files of a directory, one JSON object each, so that whoever may write there may ask, and whoever has a
//! key may approve. A request holds no value of its statement: its meaning's id, a digest of its parameters, a summary.

use super::super::args::Shown;
use super::super::{Failure, Verdict, failure, input};
use super::args::PolicyRequest;
use super::governed;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ed25519_dalek::SigningKey;
use serde::{Deserialize, Serialize};
use sqlx_kernel::ConnectOptions;
use sqlx_kernel::pi::approval::{Grant, What, sign};
use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};
use zeroize::Zeroizing;

/// A request.
#[derive(Serialize, Deserialize)]
struct Request {
    id: String,
    actor: String,
    tenant: String,
    /// What the statement does in a few words.
    summary: String,
    /// What was decided without an approval.
    reason: String,
    what: What,
    /// Seconds since 1970.
    asked: u64,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum State {
    Open,
    Approved,
    Denied,
}

impl State {
    fn word(self) -> &'static str {
        match self {
            State::Open => "open",
            State::Approved => "approved",
            State::Denied => "denied",
        }
    }
}

fn now() -> Result<u64, Failure> {
    Ok(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs())
}

fn random<const N: usize>() -> Result<Zeroizing<[u8; N]>, Failure> {
    let mut bytes = Zeroizing::new([0; N]);
    getrandom::fill(&mut *bytes).map_err(|error| Failure(format!("no random numbers: {error}")))?;
    Ok(bytes)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Writes a file that must not be there yet.
fn create(path: &Path, text: &str, mode: u32) -> Result<(), Failure> {
    let named = |error: std::io::Error| Failure(format!("{}: {error}", path.display()));
    let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(path).map_err(named)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(named)
}

/// Makes a pair of keys.
pub(super) fn keygen(name: &Path) -> Result<Verdict, Failure> {
    let key = SigningKey::from_bytes(&*random::<32>()?);
    let file = |ending: &str| PathBuf::from(format!("{}.{ending}", name.display()));
    let private = Zeroizing::new(BASE64.encode(Zeroizing::new(key.to_bytes())));
    create(&file("key"), &format!("{}\n", *private), 0o600)?;
    create(&file("pub"), &format!("{}\n", BASE64.encode(key.verifying_key().as_bytes())), 0o644)?;
    println!("{}: keep it secret; {}: give it to the kernel", file("key").display(), file("pub").display());
    Ok(Verdict::Fine)
}

fn private_key(path: &Path) -> Result<SigningKey, Failure> {
    let wrong = || Failure(format!("{}: no private key", path.display()));
    let text = Zeroizing::new(input::read_file(path)?);
    let bytes = Zeroizing::new(BASE64.decode(text.trim()).map_err(|_| wrong())?);
    let bytes: Zeroizing<[u8; 32]> = Zeroizing::new(bytes.as_slice().try_into().map_err(|_| wrong())?);
    Ok(SigningKey::from_bytes(&bytes))
}

/// Asks for an approval.
pub(super) fn request(arguments: &PolicyRequest, shown: &Shown) -> Result<Verdict, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let asked = runtime.block_on(async {
        let kernel = governed::builder(&arguments.governed.rules, shown)?.start();
        let session = kernel.connect(ConnectOptions::new(&arguments.url)).await?;
        let mut context = governed::context(&arguments.governed);
        context.dialect = arguments.from.as_deref().map(Into::into);
        Ok::<_, Failure>(kernel.request(&session, &arguments.sql, &[], &context).await?)
    })?;
    if asked.decision.allow {
        println!("it is allowed already: {}", asked.decision.reason);
        return Ok(Verdict::Fine);
    }
    if !asked.decision.approvable {
        println!("no approval would allow it: {}", asked.decision.reason);
        return Ok(Verdict::Refused);
    }
    let request = Request {
        id: hex(&random::<8>()?[..]),
        actor: arguments.governed.actor.clone(),
        tenant: arguments.governed.tenant.clone(),
        summary: asked.summary.to_string(),
        reason: asked.decision.reason.clone(),
        what: asked.what,
        asked: now()?,
        state: State::Open,
    };
    std::fs::create_dir_all(&arguments.store)?;
    let text = serde_json::to_string_pretty(&request)?;
    create(&place(&arguments.store, &request.id)?, &format!("{text}\n"), 0o644)?;
    println!("{}", request.id);
    Ok(Verdict::Fine)
}

/// The file of a request. A number is no path.
fn place(store: &Path, id: &str) -> Result<PathBuf, Failure> {
    if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return failure(format!("`{id}` is no number of a request"));
    }
    Ok(store.join(format!("{id}.json")))
}

fn read(store: &Path, id: &str) -> Result<Request, Failure> {
    let path = place(store, id)?;
    serde_json::from_str(&input::read_file(&path)?)
        .map_err(|error| Failure(format!("{}: {error}", path.display())))
}

/// Writes the new state of an open request, whole or not at all.
fn settle(store: &Path, mut request: Request, state: State) -> Result<(), Failure> {
    if request.state != State::Open {
        return failure(format!("request {} is {} already", request.id, request.state.word()));
    }
    request.state = state;
    let path = place(store, &request.id)?;
    let fresh = path.with_extension(format!("{}.new", std::process::id()));
    create(&fresh, &format!("{}\n", serde_json::to_string_pretty(&request)?), 0o644)?;
    Ok(std::fs::rename(fresh, path)?)
}

/// Lists requests, the oldest first.
pub(super) fn list(store: &Path) -> Result<Verdict, Failure> {
    let entries =
        std::fs::read_dir(store).map_err(|error| Failure(format!("{}: {error}", store.display())))?;
    let mut requests = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "json")
            && let Some(id) = path.file_stem().and_then(|stem| stem.to_str())
        {
            match read(store, id) {
                Ok(request) => requests.push(request),
                Err(Failure(why)) => eprintln!("airc: {why}"),
            }
        }
    }
    requests.sort_by(|a, b| (a.asked, &a.id).cmp(&(b.asked, &b.id)));
    for Request { id, actor, tenant, summary, reason, state, .. } in requests {
        // Whoever may write there may have written anything.
        let plain = |text: &str| text.escape_debug().to_string();
        let (actor, tenant) = (plain(&actor), plain(&tenant));
        println!("{id} {} {actor} of {tenant}: {} ({})", state.word(), plain(&summary), plain(&reason));
    }
    Ok(Verdict::Fine)
}

/// Approves a request.
pub(super) fn approve(id: &str, store: &Path, key: &Path, minutes: u64) -> Result<Verdict, Failure> {
    let key = private_key(key)?;
    let request = read(store, id)?;
    eprintln!(
        "approving for {} of {}, as the request says of itself: {}",
        request.actor.escape_debug(),
        request.tenant.escape_debug(),
        request.summary.escape_debug()
    );
    let (actor, tenant, what) = (request.actor.clone(), request.tenant.clone(), request.what.clone());
    let token = granted(actor, tenant, what, minutes, &key)?;
    settle(store, request, State::Approved)?;
    println!("{token}");
    Ok(Verdict::Fine)
}

/// Denies a request.
pub(super) fn deny(id: &str, store: &Path) -> Result<Verdict, Failure> {
    settle(store, read(store, id)?, State::Denied)?;
    Ok(Verdict::Fine)
}

/// Grants a role.
pub(super) fn elevate(
    actor: &str,
    tenant: &str,
    role: &str,
    key: &Path,
    minutes: u64,
) -> Result<Verdict, Failure> {
    let what = What::Role { role: role.to_owned() };
    println!("{}", granted(actor.to_owned(), tenant.to_owned(), what, minutes, &private_key(key)?)?);
    Ok(Verdict::Fine)
}

fn granted(
    actor: String,
    tenant: String,
    what: What,
    minutes: u64,
    key: &SigningKey,
) -> Result<String, Failure> {
    let from = now()?;
    let until = minutes.checked_mul(60).and_then(|seconds| from.checked_add(seconds));
    let Some(until) = until.filter(|until| *until - from <= sqlx_kernel::pi::approval::SECONDS_MAX) else {
        return failure("a grant holds for seven days at most");
    };
    Ok(sign(&Grant { id: hex(&random::<16>()?[..]), actor, tenant, what, from, until }, key))
}
