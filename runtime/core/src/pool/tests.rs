//! A pool, step by step.

use super::*;

const WEIGHTS: PerClass<f64> = PerClass([0.5, 0.2, 0.2, 0.1]);

struct Bench {
    pool: Pool,
    now: Instant,
    next_ticket: u64,
}

impl Bench {
    fn new(settings: Settings) -> Bench {
        let pool = Pool::new(settings, Dialect::Postgres, WEIGHTS, 1);
        Bench { pool, now: Instant::START, next_ticket: 0 }
    }

    fn step(&mut self, event: Event) -> Vec<Action> {
        let mut actions = Vec::new();
        self.pool.step(self.now, event, &mut actions);
        actions
    }

    fn after(&mut self, ms: u64) -> Vec<Action> {
        self.now += Duration::from_millis(ms);
        let mut actions = Vec::new();
        self.pool.tick(self.now, &mut actions);
        actions
    }

    fn acquire(&mut self, class: Class) -> (Ticket, Vec<Action>) {
        let deadline = self.now + Duration::from_secs(30);
        self.acquire_job(Job::plain(class, 1, deadline))
    }

    fn acquire_job(&mut self, job: Job) -> (Ticket, Vec<Action>) {
        self.next_ticket += 1;
        let ticket = Ticket(self.next_ticket);
        let actions = self.step(Event::Acquire { ticket, job });
        (ticket, actions)
    }

    /// A caller of class L that gets its session over a new connection.
    fn lease(&mut self) -> (Ticket, SlotId) {
        let (ticket, actions) = self.acquire(Class::L);
        if let [Action::Grant { slot, .. }] = actions[..] {
            return (ticket, slot);
        }
        let [Action::Connect { slot }] = actions[..] else { panic!("{actions:?}") };
        let actions = self.step(Event::Connected { slot });
        assert!(matches!(actions[..], [Action::Grant { .. }]), "{actions:?}");
        (ticket, slot)
    }
}

#[test]
fn a_released_session_goes_to_the_one_who_waits() {
    let mut bench = Bench::new(Settings { max: 1, ..Settings::default() });
    let (_, slot) = bench.lease();
    let (waiting, actions) = bench.acquire(Class::L);
    assert_eq!(actions, []);
    let actions = bench.step(Event::Release { slot, dirt: Dirt::CLEAN });
    let (waited, unheard) = (Duration::ZERO, Duration::ZERO);
    assert_eq!(actions, [Action::Grant { ticket: waiting, slot, waited, unheard }]);
}

#[test]
fn a_dirty_session_is_reset_before_the_next_caller_has_it() {
    let mut bench = Bench::new(Settings { max: 1, ..Settings::default() });
    let (_, slot) = bench.lease();
    let (waiting, _) = bench.acquire(Class::L);
    let actions = bench.step(Event::Release { slot, dirt: Dirt::SETTINGS });
    assert_eq!(actions, [Action::Reset { slot, statements: vec!["RESET ALL"] }]);
    let actions = bench.step(Event::Ready { slot });
    assert!(matches!(actions[..], [Action::Grant { ticket, .. }] if ticket == waiting));
}

#[test]
fn what_cannot_be_reset_is_closed_and_replaced() {
    let mut bench = Bench::new(Settings { max: 1, ..Settings::default() });
    let (_, slot) = bench.lease();
    bench.acquire(Class::L);
    let actions = bench.step(Event::Release { slot, dirt: Dirt::UNKNOWN });
    assert_eq!(actions[0], Action::Close { slot, why: Closing::Dirty });
    assert!(matches!(actions[1..], [Action::Connect { slot: other }] if other != slot));
}

#[test]
fn identity_values_wait_until_somebody_looks() {
    let mut bench = Bench::new(Settings::default());
    let (_, slot) = bench.lease();
    assert_eq!(bench.step(Event::Release { slot, dirt: Dirt::IDENTITY }), []);
    let (_, again) = bench.lease();
    assert_eq!((again, bench.pool.stale(again)), (slot, Dirt::IDENTITY));
}

#[test]
fn a_cancelled_session_is_fenced_before_the_next_caller_has_it() {
    for sent_first in [true, false] {
        let mut bench = Bench::new(Settings { max: 1, ..Settings::default() });
        let (ticket, slot) = bench.lease();
        let (waiting, _) = bench.acquire(Class::L);
        let actions = bench.step(Event::Cancel { slot, ticket });
        assert_eq!(actions, [Action::SendCancel { slot, ticket, preempted: false }]);
        let mut events = [Event::CancelSent { slot }, Event::Release { slot, dirt: Dirt::TRANSACTION }];
        if !sent_first {
            events.reverse();
        }
        let [first, second] = events;
        assert_eq!(bench.step(first), []);
        assert_eq!(bench.step(second), [Action::Fence { slot }]);
        assert_eq!(
            bench.step(Event::Ready { slot }),
            [Action::Reset { slot, statements: vec!["ROLLBACK"] }],
            "what the statement left is undone after the fence"
        );
        let actions = bench.step(Event::Ready { slot });
        assert!(matches!(actions[..], [Action::Grant { ticket, .. }] if ticket == waiting));
    }
}

#[test]
fn a_late_cancel_hits_nobody_else() {
    let mut bench = Bench::new(Settings { max: 1, ..Settings::default() });
    let (ticket, slot) = bench.lease();
    bench.step(Event::Release { slot, dirt: Dirt::CLEAN });
    assert_eq!(bench.step(Event::Cancel { slot, ticket }), [], "nobody holds it");
    let (_, again) = bench.lease();
    assert_eq!(again, slot);
    assert_eq!(bench.step(Event::Cancel { slot, ticket }), [], "somebody else holds it");
}

#[test]
fn a_cancellation_nobody_can_vouch_for_closes_the_session() {
    let mut bench = Bench::new(Settings { max: 1, ..Settings::default() });
    let (ticket, slot) = bench.lease();
    bench.step(Event::Cancel { slot, ticket });
    assert_eq!(bench.step(Event::CancelLost { slot }), [Action::Close { slot, why: Closing::Unfenced }]);
    let (ticket, slot) = bench.lease();
    bench.step(Event::Cancel { slot, ticket });
    assert_eq!(bench.after(6_000), [Action::Close { slot, why: Closing::Unfenced }], "or one that hangs");
}

#[test]
fn a_caller_hears_why_there_is_no_session() {
    let mut bench = Bench::new(Settings::default());
    let (ticket, actions) = bench.acquire(Class::L);
    let [Action::Connect { slot }] = actions[..] else { panic!("{actions:?}") };
    let failure = Failure::of_sqlstate("28P01", "password authentication failed");
    let actions = bench.step(Event::ConnectFailed { slot, failure: failure.clone() });
    assert_eq!(actions, [Action::Reject { ticket, why: Rejection::Unavailable(failure) }], "at once");

    let (ticket, _) = bench.acquire(Class::L);
    let actions = bench.after(2_000);
    let [Action::Connect { slot }] = actions[..] else { panic!("{actions:?}") };
    let down = Failure::new(Kind::Unreachable, "connection refused");
    bench.step(Event::ConnectFailed { slot, failure: down.clone() });
    let mut heard = None;
    for _ in 0..100 {
        for action in bench.after(500) {
            match action {
                Action::Connect { slot } => {
                    bench.step(Event::ConnectFailed { slot, failure: down.clone() });
                }
                Action::Reject { ticket: late, why } if late == ticket => heard = Some(why),
                other => panic!("{other:?}"),
            }
        }
    }
    let Some(Rejection::Timeout { cause, .. }) = heard else { panic!("{heard:?}") };
    assert_eq!(cause, Some(down), "the cause, not just that it took too long");
}

#[test]
fn full_queues_and_hopeless_waits_are_rejected_at_once() {
    let mut bench = Bench::new(Settings { max: 1, waiters_max: 2, ..Settings::default() });
    let (_, slot) = bench.lease();
    bench.after(1_000);
    bench.step(Event::Release { slot, dirt: Dirt::CLEAN });
    bench.lease();
    let deadline = bench.now + Duration::from_millis(10);
    let (_, actions) = bench.acquire_job(Job { urgent: true, ..Job::plain(Class::L, 1, deadline) });
    assert!(matches!(actions[..], [Action::Reject { why: Rejection::TooLate { .. }, .. }]), "{actions:?}");
    bench.acquire(Class::L);
    bench.acquire(Class::L);
    let (_, actions) = bench.acquire(Class::L);
    assert!(
        matches!(actions[..], [Action::Reject { why: Rejection::Full { waiting: 2 }, .. }]),
        "{actions:?}"
    );
}

#[test]
fn sessions_made_together_do_not_end_together() {
    let settings = Settings { min: 200, max: 200, connects_max: 200, ..Settings::default() };
    let mut bench = Bench::new(settings);
    let mut closed_at = Vec::new();
    let mut actions = bench.after(0);
    // Forty minutes; every session ends once at least.
    for second in 0..40 * 60 {
        for action in std::mem::take(&mut actions) {
            match action {
                Action::Connect { slot } => actions.extend(bench.step(Event::Connected { slot })),
                Action::Ping { slot } => actions.extend(bench.step(Event::Ready { slot })),
                Action::Close { why, .. } => {
                    assert_eq!(why, Closing::Age);
                    closed_at.push(second);
                }
                other => panic!("{other:?}"),
            }
        }
        actions.extend(bench.after(1_000));
    }
    assert!(closed_at.len() >= 200, "{}", closed_at.len());
    let most =
        (0..2400).map(|at| closed_at.iter().filter(|closed| (at..at + 10).contains(*closed)).count()).max();
    assert!(most <= Some(20), "at most a tenth in ten seconds: {most:?}");
}

#[test]
fn heavy_work_leaves_sessions_to_urgent_work() {
    let mut bench = Bench::new(Settings { max: 8, connects_max: 8, ..Settings::default() });
    for _ in 0..10 {
        let (_, actions) = bench.acquire(Class::A);
        for action in actions {
            if let Action::Connect { slot } = action {
                bench.step(Event::Connected { slot });
            }
        }
    }
    let stats = bench.pool.stats();
    assert_eq!((stats.busy, stats.idle, stats.waiting), (7, 1, 3));
    let (_, actions) = bench.acquire(Class::L);
    assert!(matches!(actions[..], [Action::Grant { .. }]), "{actions:?}");
}

#[test]
fn work_gives_way_to_a_deadline() {
    let mut bench = Bench::new(Settings { max: 1, ..Settings::default() });
    let job = Job { repeatable: true, ..Job::plain(Class::A, 1, bench.now + Duration::from_secs(30)) };
    let (scan, actions) = bench.acquire_job(job);
    let [Action::Connect { slot }] = actions[..] else { panic!("{actions:?}") };
    bench.step(Event::Connected { slot });
    let deadline = bench.now + Duration::from_millis(100);
    let (urgent, _) = bench.acquire_job(Job { urgent: true, ..Job::plain(Class::L, 2, deadline) });
    assert_eq!(bench.after(40), [], "there is time yet");
    assert_eq!(bench.pool.next_wake(bench.now), Some(bench.now + Duration::from_millis(10)));
    assert_eq!(bench.after(10), [Action::SendCancel { slot, ticket: scan, preempted: true }]);
    bench.step(Event::CancelSent { slot });
    bench.step(Event::Release { slot, dirt: Dirt::CLEAN });
    let actions = bench.step(Event::Ready { slot });
    assert!(matches!(actions[..], [Action::Grant { ticket, .. }] if ticket == urgent));
}

#[test]
fn rotated_credentials_replace_sessions_as_they_become_free() {
    let mut bench = Bench::new(Settings::default());
    let (_, busy) = bench.lease();
    let (_, idle) = bench.lease();
    bench.step(Event::Release { slot: idle, dirt: Dirt::CLEAN });
    assert_eq!(bench.step(Event::Rotate), [Action::Close { slot: idle, why: Closing::Rotated }]);
    let actions = bench.step(Event::Release { slot: busy, dirt: Dirt::CLEAN });
    assert_eq!(actions, [Action::Close { slot: busy, why: Closing::Rotated }]);
}

#[test]
fn a_drained_pool_serves_who_waits_and_takes_nobody_new() {
    let mut bench = Bench::new(Settings { max: 1, ..Settings::default() });
    let (_, slot) = bench.lease();
    let (waiting, _) = bench.acquire(Class::L);
    assert_eq!(bench.step(Event::Drain), []);
    let (_, actions) = bench.acquire(Class::L);
    assert!(matches!(actions[..], [Action::Reject { why: Rejection::Draining, .. }]));
    let actions = bench.step(Event::Release { slot, dirt: Dirt::CLEAN });
    assert!(matches!(actions[..], [Action::Grant { ticket, .. }] if ticket == waiting));
    let actions = bench.step(Event::Release { slot, dirt: Dirt::CLEAN });
    assert_eq!(actions, [Action::Close { slot, why: Closing::Excess }, Action::Drained]);
}

#[test]
fn idle_sessions_are_looked_after_and_let_go() {
    let mut bench = Bench::new(Settings::default());
    let (_, slot) = bench.lease();
    bench.step(Event::Release { slot, dirt: Dirt::CLEAN });
    assert_eq!(bench.after(45_000), [Action::Ping { slot }]);
    assert_eq!(bench.step(Event::Ready { slot }), []);
    let mut closed = false;
    for _ in 0..20 {
        for action in bench.after(30_000) {
            match action {
                Action::Ping { slot } => drop(bench.step(Event::Ready { slot })),
                Action::Close { why: Closing::Idle, .. } => closed = true,
                other => panic!("{other:?}"),
            }
        }
    }
    assert!(closed, "looking after it does not keep it");
}
