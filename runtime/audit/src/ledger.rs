//! The writer: events in, acknowledgements out, one thread that touches the disk.
//!
//! Appending encodes, hashes and chains under a short lock and never waits for a disk. A thread of the ledger's own
//! writes what has gathered, and fsyncs it when somebody waits: all who wait at that moment share one fsync. Waiting is
//! a future, or blocks, as the caller likes. The first failure is the last: an fsync that failed says nothing about
//! what a second one would mean, so nothing is taken any more, and whoever writes has to deny.

use crate::anchor::Anchor;
use crate::chain::Chain;
use crate::files::{self, Files, Lock};
use crate::format::{Checkpoint, LedgerId, PAYLOAD_MAX};
use crate::keys::Signer;
use crate::merkle::Hash;
use crate::recover::{Cut, recover};
use crate::report::{Error, Flaw};
use crate::walk::Walk;
use std::collections::VecDeque;
use std::future::Future;
use std::path::Path;
use std::pin::Pin;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime};

/// How a ledger is written.
pub struct Options {
    /// A segment ends before it gets longer than this, unless a single event is.
    pub segment_bytes_max: u64,
    /// A checkpoint after so many records, 100 at most.
    pub checkpoint_records: u32,
    /// A checkpoint no later than this after a record.
    pub checkpoint_ms: u64,
    /// Bytes that may wait to be written; beyond, an event is refused with [`Error::Full`].
    pub waiting_bytes_max: usize,
    /// Told each checkpoint.
    pub anchors: Vec<Box<dyn Anchor>>,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            segment_bytes_max: 64 << 20,
            checkpoint_records: 64,
            checkpoint_ms: 50,
            waiting_bytes_max: 32 << 20,
            anchors: Vec::new(),
        }
    }
}

/// Where an event stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Receipt {
    /// Number among the records.
    pub seq: u64,
    /// Number of the segment.
    pub segment: u64,
    /// Leaf of the segment's tree.
    pub index: u64,
    /// Hash of the record.
    pub hash: Hash,
}

/// The end of a ledger.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct End {
    /// Which ledger.
    pub ledger: LedgerId,
    /// Number of the segment.
    pub segment: u64,
    /// Number the next record gets.
    pub seq: u64,
    /// Records below this number are durable.
    pub durable: u64,
    /// Hash of the last record.
    pub hash: Hash,
}

/// Bytes waiting at which the thread writes without being asked.
const WRITE_BYTES: usize = 256 << 10;

struct State {
    chain: Chain,
    /// Bytes to be written, by segment.
    waiting: VecDeque<(u64, Vec<u8>)>,
    waiting_bytes: usize,
    /// Checkpoints among them.
    checkpoints: Vec<Checkpoint>,
    /// Records below this number are wanted on the disk.
    wanted: u64,
    durable: u64,
    unsigned_since: Option<Instant>,
    wakers: Vec<Waker>,
    failed: Option<String>,
    closing: bool,
    options: Limits,
}

#[derive(Clone, Copy)]
struct Limits {
    segment_bytes_max: u64,
    checkpoint_records: u32,
    checkpoint_after: Duration,
    waiting_bytes_max: usize,
}

struct Shared {
    state: Mutex<State>,
    /// Wakes the thread.
    work: Condvar,
    /// Wakes those who wait.
    done: Condvar,
}

/// A ledger that is open for writing. Dropping it signs and syncs what was appended, and blocks until that is done.
pub struct Ledger {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
    cut: Option<Cut>,
    _lock: Lock,
}

impl Ledger {
    /// Opens a ledger, or begins one in an empty or missing directory.
    pub fn open(dir: &Path, signer: Signer) -> Result<Ledger, Error> {
        Ledger::open_with(dir, signer, Options::default())
    }

    /// The same, with options.
    pub fn open_with(dir: &Path, signer: Signer, options: Options) -> Result<Ledger, Error> {
        std::fs::create_dir_all(dir).map_err(Error::io(dir))?;
        let lock = files::lock(dir)?;
        let (mut chain, cut) = match recover(dir)? {
            Some((walk, cut)) => (resume(walk, signer)?, cut),
            None => {
                let mut ledger = LedgerId::default();
                getrandom::fill(&mut ledger)
                    .map_err(|error| Error::Failed(format!("no randomness: {error}")))?;
                (Chain::new(ledger, signer, now_us(0)), None)
            }
        };
        let mut files = Files::open(dir, chain.segment)?;
        // What was found is the ledger from here on: on the disk, signed, with a note of what was cut off.
        let mut out = Vec::new();
        if chain.segment == 0 {
            chain.begin(&mut out);
        }
        if let Some(cut) = cut {
            chain.time_us = now_us(chain.time_us);
            let note = format!(r#"{{"cut_bytes":{},"evt":"audit.recovered"}}"#, cut.bytes);
            chain.event(&mut out, note.as_bytes());
        }
        let checkpoint = chain.checkpoint(&mut out);
        let mut anchors = options.anchors;
        carry_out(&mut files, &mut anchors, &[(chain.segment, out)], checkpoint.as_slice(), true)?;
        let limits = Limits {
            segment_bytes_max: options.segment_bytes_max,
            checkpoint_records: options.checkpoint_records.clamp(1, 100),
            checkpoint_after: Duration::from_millis(options.checkpoint_ms),
            waiting_bytes_max: options.waiting_bytes_max,
        };
        let durable = chain.seq;
        let state = State {
            chain,
            waiting: VecDeque::new(),
            waiting_bytes: 0,
            checkpoints: Vec::new(),
            wanted: durable,
            durable,
            unsigned_since: None,
            wakers: Vec::new(),
            failed: None,
            closing: false,
            options: limits,
        };
        let shared =
            Arc::new(Shared { state: Mutex::new(state), work: Condvar::new(), done: Condvar::new() });
        let of_thread = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("audit".to_owned())
            .spawn(move || of_thread.write(files, anchors))
            .map_err(|error| Error::Failed(format!("cannot start a thread: {error}")))?;
        Ok(Ledger { shared, thread: Some(thread), cut, _lock: lock })
    }

    /// What opening cut off.
    pub fn cut(&self) -> Option<Cut> {
        self.cut
    }

    /// Takes an event. It is chained and will be signed and written, but may be lost in a crash until it is
    /// [durable](Ledger::durable).
    pub fn append(&self, payload: &[u8]) -> Result<Receipt, Error> {
        if payload.len() > PAYLOAD_MAX {
            return Err(Error::TooLong(payload.len()));
        }
        let mut state = self.shared.lock();
        state.usable()?;
        if state.waiting_bytes + payload.len() > state.options.waiting_bytes_max {
            self.shared.work.notify_one();
            return Err(Error::Full);
        }
        let receipt = state.append(payload);
        let idle = state.unsigned_since.is_none();
        if idle && state.chain.unsigned > 0 {
            state.unsigned_since = Some(Instant::now());
        }
        if idle || state.waiting_bytes >= WRITE_BYTES {
            self.shared.work.notify_one();
        }
        Ok(receipt)
    }

    /// Everything appended so far, once it is signed and on the disk: a future that needs no particular runtime, which
    /// also can be waited for.
    pub fn durable(&self) -> Durable {
        let below = self.shared.lock().chain.seq;
        Durable { shared: Arc::clone(&self.shared), below }
    }

    /// Takes an event and blocks until it is durable.
    pub fn append_durable(&self, payload: &[u8]) -> Result<Receipt, Error> {
        let receipt = self.append(payload)?;
        Durable { shared: Arc::clone(&self.shared), below: receipt.seq + 1 }.wait()?;
        Ok(receipt)
    }

    /// Has another key sign from here on; returns when that is durable.
    pub fn rotate_key(&self, next: Signer) -> Result<(), Error> {
        {
            let mut state = self.shared.lock();
            state.usable()?;
            state.chain.time_us = now_us(state.chain.time_us);
            state.push(|chain, out| chain.rotate_key(out, next));
            state.checkpoint();
        }
        self.durable().wait()
    }

    /// Where the ledger ends.
    pub fn head(&self) -> End {
        let state = self.shared.lock();
        let chain = &state.chain;
        let (ledger, segment, seq, hash) = (chain.ledger, chain.segment, chain.seq, chain.prev);
        End { ledger, segment, seq, durable: state.durable, hash }
    }

    /// Signs and syncs what was appended, and ends.
    pub fn close(mut self) -> Result<(), Error> {
        self.end();
        let state = self.shared.lock();
        state.failed.as_ref().map_or(Ok(()), |why| Err(Error::Failed(why.clone())))
    }

    fn end(&mut self) {
        self.shared.lock().closing = true;
        self.shared.work.notify_one();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            self.shared.fail("the thread that writes panicked".to_owned());
        }
    }
}

impl Drop for Ledger {
    fn drop(&mut self) {
        self.end();
    }
}

/// Resolves when what it stands for is on the disk and signed. Many share one fsync.
#[must_use = "nothing is acknowledged until this is waited for"]
pub struct Durable {
    shared: Arc<Shared>,
    below: u64,
}

impl Durable {
    /// Blocks until it is.
    pub fn wait(self) -> Result<(), Error> {
        let mut state = self.shared.lock();
        loop {
            if let Some(ready) = self.shared.ready(&mut state, self.below) {
                return ready;
            }
            state = self.shared.done.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Future for Durable {
    type Output = Result<(), Error>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut state = self.shared.lock();
        match self.shared.ready(&mut state, self.below) {
            Some(ready) => Poll::Ready(ready),
            None => {
                state.wakers.push(context.waker().clone());
                Poll::Pending
            }
        }
    }
}

impl State {
    fn usable(&self) -> Result<(), Error> {
        match &self.failed {
            Some(why) => Err(Error::Failed(why.clone())),
            None if self.closing => Err(Error::Failed("it is closed".to_owned())),
            None => Ok(()),
        }
    }

    fn append(&mut self, payload: &[u8]) -> Receipt {
        self.chain.time_us = now_us(self.chain.time_us);
        // Room for the event and the checkpoint that ends the segment.
        let longer = self.chain.length + Chain::event_bytes(payload) + 256;
        if longer > self.options.segment_bytes_max && self.chain.tree.size() > 2 {
            self.checkpoint();
            self.waiting.push_back((self.chain.segment + 1, Vec::new()));
            self.push(Chain::begin);
            self.checkpoint();
        }
        let index = self.chain.tree.size();
        let seq = self.chain.seq;
        self.push(|chain, out| chain.event(out, payload));
        let receipt = Receipt { seq, segment: self.chain.segment, index, hash: self.chain.prev };
        if self.chain.unsigned >= self.options.checkpoint_records {
            self.checkpoint();
        }
        receipt
    }

    fn push<R>(&mut self, step: impl FnOnce(&mut Chain, &mut Vec<u8>) -> R) -> R {
        if self.waiting.is_empty() {
            self.waiting.push_back((self.chain.segment, Vec::with_capacity(4096)));
        }
        let last = self.waiting.len() - 1;
        let out = &mut self.waiting[last].1;
        let before = out.len();
        let result = step(&mut self.chain, out);
        self.waiting_bytes += out.len() - before;
        result
    }

    fn checkpoint(&mut self) {
        if self.chain.unsigned > 0 {
            let checkpoint = self.push(Chain::checkpoint);
            self.checkpoints.extend(checkpoint);
        }
        self.unsigned_since = None;
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        // A panic under the lock leaves a chain nobody should go on with.
        self.state.lock().unwrap_or_else(|poisoned| {
            let mut state = poisoned.into_inner();
            state.failed.get_or_insert_with(|| "a panic while writing".to_owned());
            state
        })
    }

    fn ready(&self, state: &mut State, below: u64) -> Option<Result<(), Error>> {
        if state.durable >= below {
            return Some(Ok(()));
        }
        if let Some(why) = &state.failed {
            return Some(Err(Error::Failed(why.clone())));
        }
        if state.wanted < below {
            state.wanted = below;
            self.work.notify_one();
        }
        None
    }

    fn fail(&self, why: String) {
        let mut state = self.lock();
        state.failed.get_or_insert(why);
        self.tell(&mut state);
    }

    fn tell(&self, state: &mut State) {
        self.done.notify_all();
        state.wakers.drain(..).for_each(Waker::wake);
    }

    /// The thread.
    fn write(&self, mut files: Files, mut anchors: Vec<Box<dyn Anchor>>) {
        loop {
            let mut state = self.lock();
            let (sync, closing) = loop {
                let wanted = state.wanted > state.durable;
                if wanted || state.closing || state.waiting_bytes >= WRITE_BYTES {
                    break (wanted || state.closing, state.closing);
                }
                let left = state
                    .unsigned_since
                    .map(|since| state.options.checkpoint_after.saturating_sub(since.elapsed()));
                state = match left {
                    Some(Duration::ZERO) => break (false, false),
                    Some(left) => {
                        self.work.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0
                    }
                    None => self.work.wait(state).unwrap_or_else(PoisonError::into_inner),
                };
            };
            if state.failed.is_some() {
                return self.tell(&mut state);
            }
            let late = state.unsigned_since.is_some_and(|at| at.elapsed() >= state.options.checkpoint_after);
            if sync || late {
                state.chain.time_us = now_us(state.chain.time_us);
                state.checkpoint();
            }
            let waiting = std::mem::take(&mut state.waiting);
            let checkpoints = std::mem::take(&mut state.checkpoints);
            state.waiting_bytes = 0;
            let written = state.chain.seq;
            drop(state);
            let result =
                carry_out(&mut files, &mut anchors, Vec::from(waiting).as_slice(), &checkpoints, sync);
            if let Err(error) = result {
                return self.fail(error.to_string());
            }
            if sync {
                let mut state = self.lock();
                state.durable = written;
                self.tell(&mut state);
            }
            if closing {
                return;
            }
        }
    }
}

fn carry_out(
    files: &mut Files,
    anchors: &mut [Box<dyn Anchor>],
    chunks: &[(u64, Vec<u8>)],
    checkpoints: &[Checkpoint],
    sync: bool,
) -> Result<(), Error> {
    for (segment, bytes) in chunks {
        files.write(*segment, bytes)?;
    }
    if sync {
        files.sync()?;
    }
    for checkpoint in checkpoints {
        anchors.iter_mut().try_for_each(|anchor| anchor.remember(checkpoint))?;
    }
    match checkpoints.last().filter(|_| sync) {
        Some(last) => files.acknowledge(last),
        None => Ok(()),
    }
}

fn resume(walk: Walk, signer: Signer) -> Result<Chain, Error> {
    let foreign = || Error::Tampered(walk.finding(Flaw::Foreign));
    let (ledger, key) = (walk.ledger.ok_or_else(foreign)?, walk.key.ok_or_else(foreign)?);
    if key != signer.public() {
        return Err(Error::OtherKey);
    }
    let time_us = now_us(walk.time_us);
    let (segment, seq, prev, length, unsigned) =
        (walk.segment, walk.seq, walk.prev, walk.offset, walk.unsigned.max(1));
    Ok(Chain { ledger, segment, seq, prev, tree: walk.tree, time_us, length, unsigned, signer })
}

/// Now, but never before what was already written.
fn now_us(least: u64) -> u64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    now.map_or(least, |since| u64::try_from(since.as_micros()).unwrap_or(least)).max(least)
}
