//! What happens to a pool, and what it wants done.

use super::{Settings, SlotId};
use crate::dirt::Dirt;
use crate::failure::{Failure, Kind};
use crate::schedule::{Job, PerClass, Ticket};
use std::time::Duration;

/// Something that happened.
#[derive(Clone, PartialEq, Debug)]
pub enum Event {
    /// A caller wants a session. Answered by [`Action::Grant`] or [`Action::Reject`], once.
    Acquire {
        /// Names the request; never used twice.
        ticket: Ticket,
        /// What for.
        job: Job,
    },
    /// A caller no longer wants what it asked for. If it was granted meanwhile, the caller releases it instead.
    Abandon {
        /// The request.
        ticket: Ticket,
    },
    /// A caller is done with its session; nothing of it is running.
    Release {
        /// The session.
        slot: SlotId,
        /// What it leaves behind.
        dirt: Dirt,
    },
    /// A session broke while it was in use, by a caller or by the pool.
    Broke {
        /// The session.
        slot: SlotId,
        /// How.
        kind: Kind,
    },
    /// The statement that runs in a session is to be stopped. Nothing happens if the session has another holder now.
    Cancel {
        /// The session.
        slot: SlotId,
        /// Its holder.
        ticket: Ticket,
    },
    /// Answer to [`Action::Connect`].
    Connected {
        /// The session.
        slot: SlotId,
    },
    /// Answer to [`Action::Connect`].
    ConnectFailed {
        /// The session that did not come to be.
        slot: SlotId,
        /// Why.
        failure: Failure,
    },
    /// Answer to [`Action::Reset`], [`Action::Ping`] and [`Action::Fence`]; their failure is [`Event::Broke`].
    Ready {
        /// The session.
        slot: SlotId,
    },
    /// Answer to [`Action::SendCancel`]: the server has it, or the statement had ended.
    CancelSent {
        /// The session.
        slot: SlotId,
    },
    /// Answer to [`Action::SendCancel`]: whether the server has it is not known.
    CancelLost {
        /// The session.
        slot: SlotId,
    },
    /// New credentials: sessions that logged in with the old ones are replaced as they become free.
    Rotate,
    /// New settings.
    Configure(Settings),
    /// New weights of the classes.
    Weigh(PerClass<f64>),
    /// No more callers: who waits is served, then all sessions are closed.
    Drain,
    /// Time has passed.
    Tick,
}

/// Something the shell has to do.
#[derive(Clone, PartialEq, Debug)]
pub enum Action {
    /// Make a connection with the newest credentials.
    Connect {
        /// The session it is for.
        slot: SlotId,
    },
    /// Close a connection. The session is gone already.
    Close {
        /// The session.
        slot: SlotId,
        /// Why.
        why: Closing,
    },
    /// A caller has a session now.
    Grant {
        /// The caller's request.
        ticket: Ticket,
        /// The session.
        slot: SlotId,
        /// How long the caller waited.
        waited: Duration,
        /// How long nobody has heard of the session's server.
        unheard: Duration,
    },
    /// A caller gets no session.
    Reject {
        /// The caller's request.
        ticket: Ticket,
        /// Why.
        why: Rejection,
    },
    /// Make the session as good as new.
    Reset {
        /// The session.
        slot: SlotId,
        /// By these statements.
        statements: Vec<&'static str>,
    },
    /// See whether the session is alive.
    Ping {
        /// The session.
        slot: SlotId,
    },
    /// Tell the server to stop the statement that runs in the session.
    SendCancel {
        /// The session.
        slot: SlotId,
        /// Its holder, so that the shell can see that it still runs.
        ticket: Ticket,
        /// The kernel stops it for more urgent work; the holder should ask again.
        preempted: bool,
    },
    /// Make a round trip whose answer, also if it is a cancellation, is not looked at.
    Fence {
        /// The session.
        slot: SlotId,
    },
    /// All sessions are gone after [`Event::Drain`].
    Drained,
}

/// Why a session is closed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Closing {
    /// It has lived long enough.
    Age,
    /// Nobody needed it.
    Idle,
    /// Credentials were rotated.
    Rotated,
    /// It broke.
    Broken,
    /// What was left behind in it cannot be undone.
    Dirty,
    /// A cancellation could not be fenced.
    Unfenced,
    /// Connecting took too long, or nobody is there to take the connection.
    Late,
    /// There are more than there may be, or the pool is drained.
    Excess,
    /// The endpoint failed too often.
    Tripped,
}

/// Why a caller gets no session.
#[derive(Clone, PartialEq, Debug)]
pub enum Rejection {
    /// Too many wait already.
    Full {
        /// How many.
        waiting: usize,
    },
    /// The wait is expected to end after the deadline.
    TooLate {
        /// The wait that is expected.
        expected: Duration,
    },
    /// The deadline passed.
    Timeout {
        /// How long the caller waited.
        waited: Duration,
        /// Sessions in use then.
        busy: usize,
        /// Why there was no new session, if one was tried last without success.
        cause: Option<Failure>,
    },
    /// No session can be made until somebody changes something.
    Unavailable(Failure),
    /// The pool is being drained.
    Draining,
}
