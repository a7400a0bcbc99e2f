//! Who gives way when urgent work would come too late.

use super::class::Class;
use crate::time::Instant;

/// Work that holds a session.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Running {
    /// Which one; an index the caller knows.
    pub slot: u32,
    /// Its class.
    pub class: Class,
    /// Since when.
    pub since: Instant,
    /// It can be stopped and run again without anybody noticing: it changes nothing outside of a transaction of its
    /// own statement, and no row has left.
    pub repeatable: bool,
    /// How often it was stopped already.
    pub stopped: u32,
}

/// Nobody is stopped more often: work that always gives way would never end.
pub const STOPS_MAX: u32 = 3;

/// The work to stop for a job of class `urgent`: of the least urgent class, and among those of the least progress, so
/// that least is lost. `None` if nothing may be stopped.
///
/// Work of the same class never gives way: that would be churn, not order.
pub fn choose(running: impl IntoIterator<Item = Running>, urgent: Class) -> Option<Running> {
    let rank = |class: Class| match class {
        Class::L => 0,
        Class::S => 1,
        Class::B => 2,
        Class::A => 3,
    };
    running
        .into_iter()
        .filter(|work| work.repeatable && work.stopped < STOPS_MAX && rank(work.class) > rank(urgent))
        .max_by_key(|work| (rank(work.class), work.since, std::cmp::Reverse(work.slot)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn work(slot: u32, class: Class, since: u64) -> Running {
        Running { slot, class, since: Instant::from_nanos(since), repeatable: true, stopped: 0 }
    }

    #[test]
    fn the_youngest_of_the_least_urgent_gives_way() {
        let all = [work(0, Class::L, 9), work(1, Class::A, 1), work(2, Class::A, 5), work(3, Class::B, 8)];
        assert_eq!(choose(all, Class::L).map(|work| work.slot), Some(2));
        assert_eq!(choose(all, Class::B).map(|work| work.slot), Some(2));
        assert_eq!(choose(all, Class::A), None, "never its own kind");
        let writes = all.map(|work| Running { repeatable: work.class == Class::L, ..work });
        assert_eq!(choose(writes, Class::L), None);
        let stopped = all.map(|work| Running { stopped: STOPS_MAX, ..work });
        assert_eq!(choose(stopped, Class::L), None);
    }
}
