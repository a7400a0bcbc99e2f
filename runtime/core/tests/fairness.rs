//! Who gets how much: tenants, classes, urgent work, in virtual time on the pool itself.

use air_base::Dialect;
use sqlx_kernel_core::dirt::Dirt;
use sqlx_kernel_core::pool::{Action, Event, Pool, Settings, SlotId};
use sqlx_kernel_core::schedule::victim::STOPS_MAX;
use sqlx_kernel_core::schedule::{Class, Job, PerClass, Ticket};
use sqlx_kernel_core::time::Instant;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::time::Duration;

const WEIGHTS: PerClass<f64> = PerClass([0.5, 0.2, 0.2, 0.1]);

/// A source of work: a class, a tenant, how long its statements run, and how many it has under way at a time.
#[derive(Clone, Copy)]
struct Source {
    class: Class,
    tenant: u32,
    service: (Duration, Duration),
    callers: u32,
    /// Pause of a caller between statements.
    pause: Duration,
    urgent: Option<Duration>,
    repeatable: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Due {
    Call(usize),
    Connected(SlotId),
    Ends(SlotId, Ticket),
    Stopped(SlotId, Ticket),
    Ready(SlotId),
    Tick,
}

#[derive(Default)]
struct Measured {
    /// Session seconds of each source.
    held: Vec<f64>,
    /// Waits and runs of each source, in seconds.
    took: Vec<Vec<f64>>,
    /// Classes of the work that was stopped, with whether work of a less urgent class was running as well.
    stopped: Vec<(Class, bool)>,
}

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// Runs sources in a closed loop against a pool for so long; what happens in the first fifth is not measured.
fn simulate(settings: Settings, sources: &[Source], seconds: u64, seed: u64) -> Measured {
    let mut pool = Pool::new(settings, Dialect::Postgres, WEIGHTS, seed);
    let mut random = fastrand::Rng::with_seed(seed);
    let (mut now, end) = (Instant::START, Instant::START + Duration::from_secs(seconds));
    let warm = Instant::START + Duration::from_secs(seconds) / 5;
    let mut heap: BinaryHeap<Reverse<(Instant, u64, Due)>> = BinaryHeap::new();
    let (mut order, mut tickets) = (0u64, 0u64);
    let mut asked: BTreeMap<Ticket, (usize, Instant, u32)> = BTreeMap::new();
    let mut running: BTreeMap<Ticket, (SlotId, Instant)> = BTreeMap::new();
    let mut measured = Measured {
        held: vec![0.0; sources.len()],
        took: vec![Vec::new(); sources.len()],
        ..Measured::default()
    };
    let mut plan = |heap: &mut BinaryHeap<_>, at: Instant, due: Due| {
        order += 1;
        heap.push(Reverse((at, order, due)));
    };
    for (i, source) in sources.iter().enumerate() {
        for _ in 0..source.callers {
            plan(&mut heap, now + Duration::from_micros(random.u64(0..1000)), Due::Call(i));
        }
    }
    plan(&mut heap, now, Due::Tick);
    let job = |source: &Source, now: Instant, stopped: u32| Job {
        urgent: source.urgent.is_some(),
        repeatable: source.repeatable,
        stopped,
        estimate: ms(5),
        ..Job::plain(source.class, source.tenant, now + source.urgent.unwrap_or(ms(60_000)))
    };
    while let Some(Reverse((at, _, due))) = heap.pop() {
        if at > end {
            break;
        }
        now = at;
        let mut actions = Vec::new();
        match due {
            Due::Call(i) => {
                tickets += 1;
                asked.insert(Ticket(tickets), (i, now, 0));
                pool.step(
                    now,
                    Event::Acquire { ticket: Ticket(tickets), job: job(&sources[i], now, 0) },
                    &mut actions,
                );
            }
            Due::Connected(slot) => pool.step(now, Event::Connected { slot }, &mut actions),
            Due::Ends(slot, ticket) | Due::Stopped(slot, ticket) => {
                let here = running.get(&ticket).copied().filter(|(held_in, _)| *held_in == slot);
                if let Some((_, since)) = here {
                    running.remove(&ticket);
                    let (i, began, stopped) = asked.remove(&ticket).expect("it was asked for");
                    if now > warm {
                        measured.held[i] += now.since(since).as_secs_f64();
                    }
                    if matches!(due, Due::Stopped(..)) {
                        pool.step(now, Event::CancelSent { slot }, &mut actions);
                        // It asks again.
                        tickets += 1;
                        asked.insert(Ticket(tickets), (i, began, stopped + 1));
                        let job = job(&sources[i], now, stopped + 1);
                        pool.step(now, Event::Release { slot, dirt: Dirt::CLEAN }, &mut actions);
                        pool.step(now, Event::Acquire { ticket: Ticket(tickets), job }, &mut actions);
                    } else {
                        if now > warm {
                            measured.took[i].push(now.since(began).as_secs_f64());
                        }
                        pool.step(now, Event::Release { slot, dirt: Dirt::CLEAN }, &mut actions);
                        plan(&mut heap, now + sources[i].pause, Due::Call(i));
                    }
                } else if matches!(due, Due::Stopped(..)) {
                    // It ended before the cancellation arrived.
                    pool.step(now, Event::CancelSent { slot }, &mut actions);
                }
            }
            Due::Ready(slot) => pool.step(now, Event::Ready { slot }, &mut actions),
            Due::Tick => {
                pool.tick(now, &mut actions);
                plan(&mut heap, now + ms(1), Due::Tick);
            }
        }
        for action in actions {
            match action {
                Action::Connect { slot } => plan(&mut heap, now + ms(5), Due::Connected(slot)),
                Action::Grant { ticket, slot, .. } => {
                    running.insert(ticket, (slot, now));
                    let (least, most) = sources[asked[&ticket].0].service;
                    let service =
                        Duration::from_micros(random.u64(least.as_micros() as u64..=most.as_micros() as u64));
                    plan(&mut heap, now + service, Due::Ends(slot, ticket));
                }
                Action::Reject { ticket, .. } => {
                    let (i, ..) = asked.remove(&ticket).expect("it was asked for");
                    plan(&mut heap, now + sources[i].pause + ms(1), Due::Call(i));
                }
                Action::SendCancel { slot, ticket, preempted } => {
                    assert!(preempted, "nobody here cancels");
                    let class = sources[asked[&ticket].0].class;
                    let worse = running.keys().any(|other| {
                        let (i, _, stopped) = asked[other];
                        let may_be_stopped = sources[i].repeatable && stopped < STOPS_MAX;
                        may_be_stopped && sources[i].class == Class::A && class != Class::A
                    });
                    measured.stopped.push((class, worse));
                    plan(&mut heap, now + ms(1), Due::Stopped(slot, ticket));
                }
                Action::Fence { slot } | Action::Ping { slot } | Action::Reset { slot, .. } => {
                    plan(&mut heap, now + Duration::from_micros(200), Due::Ready(slot));
                }
                Action::Close { .. } | Action::Drained => {}
            }
        }
    }
    measured
}

fn pool_of(max: usize) -> Settings {
    Settings { max, connects_max: max, ..Settings::default() }
}

fn plain(class: Class, tenant: u32, service: (u64, u64), callers: u32) -> Source {
    let service = (Duration::from_micros(service.0), Duration::from_micros(service.1));
    Source { class, tenant, service, callers, pause: Duration::ZERO, urgent: None, repeatable: false }
}

fn p95(times: &[f64]) -> f64 {
    let mut times = times.to_vec();
    times.sort_by(f64::total_cmp);
    times[times.len() * 95 / 100]
}

#[test]
fn eight_tenants_share_alike_though_one_sends_fifty_times_as_much() {
    let sources: Vec<Source> = (0..8)
        .map(|tenant| plain(Class::L, tenant, (500, 3_000), if tenant == 0 { 200 } else { 4 }))
        .collect();
    let held = simulate(pool_of(8), &sources, 30, 1).held;
    let sum: f64 = held.iter().sum();
    let jain = sum * sum / (8.0 * held.iter().map(|held| held * held).sum::<f64>());
    assert!(jain >= 0.98, "{jain}: {held:?}");
}

#[test]
fn classes_share_sessions_by_weight() {
    let sources: Vec<Source> =
        [(Class::L, 2_000), (Class::B, 20_000), (Class::A, 60_000), (Class::S, 10_000)]
            .into_iter()
            .map(|(class, most)| plain(class, 1, (most / 2, most), 40))
            .collect();
    let held = simulate(pool_of(8), &sources, 60, 2).held;
    let sum: f64 = held.iter().sum();
    for (held, class) in held.iter().zip(Class::ALL) {
        let share = held / sum;
        assert!((share - WEIGHTS[class]).abs() <= 0.03, "{class:?} has {share:.3}");
    }
}

#[test]
fn a_flood_of_analytics_hardly_slows_point_reads() {
    let reads = Source { pause: ms(4), ..plain(Class::L, 1, (500, 1_500), 4) };
    let quiet = simulate(pool_of(8), &[reads], 30, 3);
    let flood = plain(Class::A, 2, (100_000, 800_000), 50);
    let flooded = simulate(pool_of(8), &[reads, flood], 30, 3);
    let ratio = p95(&flooded.took[0]) / p95(&quiet.took[0]);
    assert!(ratio <= 1.5, "95 % of point reads within {ratio:.2} times their quiet time");
    assert!(flooded.held[1] > 100.0, "and the flood is served as well: {:?}", flooded.held);
}

#[test]
fn the_right_work_is_stopped_for_a_deadline() {
    let (mut episodes, mut right) = (0, 0);
    for seed in 0..40 {
        let bulk = Source { repeatable: seed % 3 == 0, ..plain(Class::B, 1, (40_000, 90_000), 2) };
        let scans = Source { repeatable: true, ..plain(Class::A, 2, (200_000, 900_000), 6) };
        let urgent = Source { urgent: Some(ms(30)), pause: ms(40), ..plain(Class::L, 3, (500, 2_000), 3) };
        let settings = Settings { reserved: Some(0), ..pool_of(4) };
        for (class, worse_runs) in simulate(settings, &[bulk, scans, urgent], 60, seed).stopped {
            episodes += 1;
            right += u32::from(class == Class::A || (class == Class::B && !worse_runs));
        }
    }
    assert!(episodes >= 1_000, "{episodes}");
    assert!(f64::from(right) >= 0.97 * f64::from(episodes), "{right} of {episodes}");
}
