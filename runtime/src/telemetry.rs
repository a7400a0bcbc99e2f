//! The bus: events go from whoever emits them through the two lanes to the sinks, on a task of its own.

use serde::Serialize;
use sqlx_kernel_core::telemetry::{Event, EventKind, Lanes, PerKind};
use std::collections::BTreeMap;
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

/// Takes events. Called from one task, never at the same time.
pub trait Sink: Send + 'static {
    /// Writes events, in order. What it fails to take is lost, and counted.
    fn write(&mut self, events: &[Event]) -> std::io::Result<()>;
}

/// One JSON object per line.
#[derive(Debug)]
pub struct JsonLines<W: Write + Send + 'static>(pub W);

impl<W: Write + Send + 'static> Sink for JsonLines<W> {
    fn write(&mut self, events: &[Event]) -> std::io::Result<()> {
        for event in events {
            serde_json::to_writer(&mut self.0, event)?;
            self.0.write_all(b"\n")?;
        }
        self.0.flush()
    }
}

/// Events that auditors need and that wait for their sink; then whoever emits waits.
const LOSSLESS_MAX: usize = 4096;
/// Other events that wait: about a megabyte.
const LOSSY_MAX: usize = 8192;
/// Events handed to a sink at once.
const BATCH: usize = 512;
/// How long a full lossless lane is waited for before whoever emits looks again.
const FULL_PAUSE: Duration = Duration::from_millis(1);

/// The bus.
pub(crate) struct Bus {
    lanes: Arc<Shared>,
    task: Mutex<Option<JoinHandle<()>>>,
}

struct Shared {
    lanes: Mutex<Lanes>,
    ready: Notify,
    /// Events were taken from the lanes that the sinks do not have yet.
    in_flight: AtomicBool,
    /// True if somebody listens: without sinks nothing is kept.
    listened: bool,
    unwritten: Mutex<BTreeMap<&'static str, u64>>,
}

/// How many events there were, by kind.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Counts {
    /// Emitted, those that were lost included.
    pub emitted: BTreeMap<&'static str, u64>,
    /// Lost for want of room.
    pub lost: BTreeMap<&'static str, u64>,
    /// Lost because a sink did not take them.
    pub unwritten: BTreeMap<&'static str, u64>,
}

impl Bus {
    /// A bus that writes to `sinks` from a task of the runtime it is made in.
    pub(crate) fn start(mut sinks: Vec<Box<dyn Sink>>) -> Bus {
        let lanes = Arc::new(Shared {
            lanes: Mutex::new(Lanes::new(LOSSLESS_MAX, LOSSY_MAX)),
            ready: Notify::new(),
            in_flight: AtomicBool::new(false),
            listened: !sinks.is_empty(),
            unwritten: Mutex::default(),
        });
        let shared = lanes.clone();
        let task = shared.listened.then(|| {
            tokio::spawn(async move {
                let mut batch = Vec::new();
                loop {
                    {
                        let mut lanes = shared.lanes.lock().unwrap_or_else(PoisonError::into_inner);
                        lanes.drain(BATCH, &mut batch);
                        shared.in_flight.store(!batch.is_empty(), Ordering::Release);
                    }
                    if batch.is_empty() {
                        shared.ready.notified().await;
                        continue;
                    }
                    for sink in &mut sinks {
                        // A sink that panics must not end the task that everybody waits for.
                        let written = catch_unwind(AssertUnwindSafe(|| sink.write(&batch)));
                        if !matches!(written, Ok(Ok(()))) {
                            let mut unwritten =
                                shared.unwritten.lock().unwrap_or_else(PoisonError::into_inner);
                            for event in &batch {
                                *unwritten.entry(event.evt.word()).or_default() += 1;
                            }
                        }
                    }
                    batch.clear();
                    shared.in_flight.store(false, Ordering::Release);
                    tokio::task::yield_now().await;
                }
            })
        });
        Bus { lanes, task: Mutex::new(task) }
    }

    /// True if anybody listens; if not, events need not be made.
    pub(crate) fn listened(&self) -> bool {
        self.lanes.listened
    }

    /// Emits an event of the lossy lane.
    pub(crate) fn emit(&self, event: Event) {
        if self.lanes.listened {
            // Only the lossless lane gives events back.
            let _ = self.lanes.lanes.lock().unwrap_or_else(PoisonError::into_inner).emit(event);
            self.lanes.ready.notify_one();
        }
    }

    /// Emits an event, and waits while its lane is lossless and full.
    pub(crate) async fn emit_surely(&self, event: Event) {
        if !self.lanes.listened {
            return;
        }
        let mut event = event;
        loop {
            let emitted = self.lanes.lanes.lock().unwrap_or_else(PoisonError::into_inner).emit(event);
            self.lanes.ready.notify_one();
            match emitted {
                Ok(()) => return,
                Err(back) => event = *back,
            }
            tokio::time::sleep(FULL_PAUSE).await;
        }
    }

    pub(crate) fn counts(&self) -> Counts {
        let lanes = self.lanes.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        let named = |counts: PerKind| -> BTreeMap<&'static str, u64> {
            let named = EventKind::ALL.into_iter().map(|kind| (kind.word(), counts[kind as usize]));
            named.filter(|(_, count)| *count > 0).collect()
        };
        Counts {
            emitted: named(lanes.emitted()),
            lost: named(lanes.lost()),
            unwritten: self.lanes.unwritten.lock().unwrap_or_else(PoisonError::into_inner).clone(),
        }
    }

    /// Waits until the sinks have everything.
    pub(crate) async fn flush(&self) {
        let waits = || {
            let lanes = self.lanes.lanes.lock().unwrap_or_else(PoisonError::into_inner);
            !lanes.is_empty() || self.lanes.in_flight.load(Ordering::Acquire)
        };
        while self.lanes.listened && waits() {
            self.lanes.ready.notify_one();
            tokio::time::sleep(FULL_PAUSE).await;
        }
    }
}

impl Drop for Bus {
    fn drop(&mut self) {
        if let Some(task) = self.task.lock().unwrap_or_else(PoisonError::into_inner).take() {
            task.abort();
        }
    }
}
