//! The sessions of a pool: where they stand, which are idle.

use crate::dirt::Dirt;
use crate::schedule::{Charge, Job, Ticket};
use crate::session::{Edge, State};
use crate::time::Instant;
use std::fmt;

/// Names a session. Never used again for another one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SlotId {
    index: u32,
    generation: u32,
}

impl SlotId {
    /// Its place among the sessions of now.
    pub(super) fn index(self) -> u32 {
        self.index
    }
}

impl fmt::Debug for SlotId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s{}.{}", self.index, self.generation)
    }
}

/// A session in the hands of a caller.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Lease {
    pub(super) ticket: Ticket,
    pub(super) job: Job,
    pub(super) charge: Charge,
    pub(super) since: Instant,
}

/// What a session is doing; finer than its [`State`].
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Phase {
    /// Handshaking.
    Connecting { since: Instant },
    /// Pooled. `checked`: when it was last known to be alive.
    Idle { since: Instant, checked: Instant },
    /// In use by a caller.
    Leased(Lease),
    /// In use: its statement is being stopped. `ended` is empty once the caller has let go, `sent` is true once the
    /// server has the cancellation.
    Cancelling { since: Instant, ended: Option<Lease>, sent: bool, dirt: Dirt },
    /// In use: a round trip after a cancellation.
    Fencing { since: Instant },
    /// In use: what was left behind is being undone.
    Resetting { since: Instant },
    /// In use: it is being looked after. `idle`: since when nobody has needed it.
    Pinging { since: Instant, idle: Instant },
}

#[derive(Clone, Debug)]
pub(super) struct Slot {
    generation: u32,
    pub(super) state: State,
    pub(super) phase: Phase,
    /// When it should be replaced.
    pub(super) expires: Instant,
    /// Generation of the credentials it logged in with.
    pub(super) credentials: u64,
    /// What callers before left that is undone only when somebody would see it.
    pub(super) stale: Dirt,
    /// What has to be undone after the fence.
    pub(super) dirt: Dirt,
}

/// Sessions by place. Places of sessions that are gone are used again under a new generation.
#[derive(Clone, Debug, Default)]
pub(super) struct Slots {
    slots: Vec<Option<Slot>>,
    generations: Vec<u32>,
    free: Vec<u32>,
    /// The one used last is on top: it is warm, and the others get old.
    idle: Vec<SlotId>,
    connecting: usize,
    len: usize,
}

impl Slots {
    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn connecting(&self) -> usize {
        self.connecting
    }

    pub(super) fn idle(&self) -> usize {
        self.idle.len()
    }

    pub(super) fn has_idle(&self) -> bool {
        !self.idle.is_empty()
    }

    pub(super) fn idle_ids(&self) -> Vec<SlotId> {
        self.idle.clone()
    }

    pub(super) fn push_idle(&mut self, id: SlotId) {
        self.idle.push(id);
    }

    /// Puts an idle session where it is taken last.
    pub(super) fn push_coldest(&mut self, id: SlotId) {
        self.idle.insert(0, id);
    }

    pub(super) fn pop_idle(&mut self) -> Option<SlotId> {
        self.idle.pop()
    }

    pub(super) fn remove_idle(&mut self, id: SlotId) {
        self.idle.retain(|idle| *idle != id);
    }

    /// A new session that is connecting.
    pub(super) fn add(&mut self, now: Instant, credentials: u64) -> SlotId {
        let index = self.free.pop().unwrap_or_else(|| {
            self.slots.push(None);
            self.generations.push(0);
            u32::try_from(self.slots.len() - 1).expect("pools are small")
        });
        let generation = &mut self.generations[index as usize];
        *generation += 1;
        let id = SlotId { index, generation: *generation };
        self.slots[index as usize] = Some(Slot {
            generation: id.generation,
            state: State::Disconnected.take(Edge::Connect).expect("a new session is disconnected"),
            phase: Phase::Connecting { since: now },
            expires: Instant::NEVER,
            credentials,
            stale: Dirt::CLEAN,
            dirt: Dirt::CLEAN,
        });
        self.connecting += 1;
        self.len += 1;
        id
    }

    pub(super) fn get(&self, id: SlotId) -> Option<&Slot> {
        self.slots.get(id.index as usize)?.as_ref().filter(|slot| slot.generation == id.generation)
    }

    pub(super) fn get_mut(&mut self, id: SlotId) -> Option<&mut Slot> {
        self.slots.get_mut(id.index as usize)?.as_mut().filter(|slot| slot.generation == id.generation)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (SlotId, &Slot)> {
        self.slots.iter().enumerate().filter_map(|(index, slot)| {
            let slot = slot.as_ref()?;
            let index = u32::try_from(index).expect("pools are small");
            Some((SlotId { index, generation: slot.generation }, slot))
        })
    }

    /// The session at a place that a caller holds, and its ticket.
    pub(super) fn lease_at(&self, index: u32) -> Option<(SlotId, Ticket)> {
        let slot = self.slots.get(index as usize)?.as_ref()?;
        let Phase::Leased(lease) = &slot.phase else { return None };
        Some((SlotId { index, generation: slot.generation }, lease.ticket))
    }

    /// Moves a live session along an edge.
    pub(super) fn take(&mut self, id: SlotId, edge: Edge, phase: Phase) {
        let slot = self.get_mut(id).expect("a live session");
        slot.state = slot.state.take(edge).expect("an edge that starts there");
        let was = std::mem::replace(&mut slot.phase, phase);
        if matches!(was, Phase::Connecting { .. }) {
            self.connecting -= 1;
        }
    }

    /// Takes a live session out along an edge to `Closed`.
    pub(super) fn close(&mut self, id: SlotId, edge: Edge) {
        let slot = self.get_mut(id).expect("a live session");
        slot.state = slot.state.take(edge).expect("an edge that starts there");
        debug_assert_eq!(slot.state, State::Closed);
        self.remove(id);
    }

    /// Takes out a session that did not come to be.
    pub(super) fn drop_disconnected(&mut self, id: SlotId) {
        let slot = self.get_mut(id).expect("a live session");
        slot.state = slot.state.take(Edge::Retry).expect("a session that was connecting");
        self.connecting -= 1;
        self.remove(id);
    }

    fn remove(&mut self, id: SlotId) {
        self.slots[id.index as usize] = None;
        self.free.push(id.index);
        self.len -= 1;
    }
}
