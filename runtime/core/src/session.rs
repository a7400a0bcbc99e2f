//! The life of a physical session: its states and the only ways between them.

use std::fmt;

/// State of a session.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum State {
    /// There is no connection.
    Disconnected,
    /// It is being made: TCP, TLS, authentication.
    Handshaking,
    /// The server let us in; session defaults are being read.
    Authenticated,
    /// Kept for the next caller.
    Pooled,
    /// Belongs to a caller, or is being made ready after one.
    InUse,
    /// Gone for good.
    Closed,
}

/// Why a session goes from one state to another. One row for each arrow of the specification's state machine.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Edge {
    /// Disconnected → Handshaking.
    Connect,
    /// Handshaking → Authenticated.
    LetIn,
    /// Handshaking → Disconnected: try again later.
    Retry,
    /// Authenticated → Pooled.
    Cache,
    /// Pooled → InUse.
    Acquire,
    /// InUse → Pooled.
    Release,
    /// InUse → Closed: error, timeout, cancellation that could not be fenced.
    Abort,
    /// Pooled → Closed: rotation, eviction, idleness.
    Retire,
}

impl Edge {
    /// All of them.
    pub const ALL: [Edge; 8] = [
        Edge::Connect,
        Edge::LetIn,
        Edge::Retry,
        Edge::Cache,
        Edge::Acquire,
        Edge::Release,
        Edge::Abort,
        Edge::Retire,
    ];

    /// From where to where.
    pub fn ends(self) -> (State, State) {
        match self {
            Edge::Connect => (State::Disconnected, State::Handshaking),
            Edge::LetIn => (State::Handshaking, State::Authenticated),
            Edge::Retry => (State::Handshaking, State::Disconnected),
            Edge::Cache => (State::Authenticated, State::Pooled),
            Edge::Acquire => (State::Pooled, State::InUse),
            Edge::Release => (State::InUse, State::Pooled),
            Edge::Abort => (State::InUse, State::Closed),
            Edge::Retire => (State::Pooled, State::Closed),
        }
    }
}

/// An edge that does not start where the session is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Illegal {
    /// Where the session is.
    pub state: State,
    /// What was asked of it.
    pub edge: Edge,
}

impl fmt::Display for Illegal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a session that is {:?} cannot take the edge {:?}", self.state, self.edge)
    }
}

impl std::error::Error for Illegal {}

impl State {
    /// The state behind `edge`.
    pub fn take(self, edge: Edge) -> Result<State, Illegal> {
        let (from, to) = edge.ends();
        if from == self { Ok(to) } else { Err(Illegal { state: self, edge }) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_edge_starts_in_one_state_only() {
        let states = [
            State::Disconnected,
            State::Handshaking,
            State::Authenticated,
            State::Pooled,
            State::InUse,
            State::Closed,
        ];
        for edge in Edge::ALL {
            let legal = states.iter().filter(|state| state.take(edge).is_ok()).count();
            assert_eq!(legal, 1, "{edge:?}");
            assert!(State::Closed.take(edge).is_err(), "nothing leaves a closed session");
        }
    }
}
