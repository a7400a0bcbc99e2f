//! Fair queues in two levels: classes by weight, tenants within a class by equal shares.
//!
//! Start-time fair queueing (Goyal, Vin, Cheng 1996) on both levels. Every party has a virtual time, which advances by
//! the cost of what it was given over its weight; the party whose virtual time is earliest is next. Cost is estimated
//! when work is given out and corrected by what it really took ([`FairQueue::settle`]), so nobody gains by looking
//! cheap. A party that comes back from idleness starts at the virtual time of the others: silence is not saved up.
//! Within a tenant the earliest deadline is first; work without one goes in order of arrival.

use super::class::{Class, PerClass};
use crate::time::Instant;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// Names a job that waits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Ticket(pub u64);

/// Work that wants a session.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Job {
    /// Its class.
    pub class: Class,
    /// Whose it is.
    pub tenant: u32,
    /// How long it will hold a session, as far as anybody knows.
    pub estimate: Duration,
    /// When it has to have a session.
    pub deadline: Instant,
    /// The caller set the deadline; others have that of the pool, which orders nothing.
    pub urgent: bool,
    /// It can be stopped and run again without anybody noticing.
    pub repeatable: bool,
    /// How often it was stopped already.
    pub stopped: u32,
}

impl Job {
    /// A job of a tenant with nothing special about it.
    pub fn plain(class: Class, tenant: u32, deadline: Instant) -> Job {
        let estimate = Duration::from_millis(1);
        Job { class, tenant, estimate, deadline, urgent: false, repeatable: false, stopped: 0 }
    }

    /// Place within its tenant's queue.
    fn key(&self, ticket: Ticket) -> (Instant, Ticket) {
        (if self.urgent { self.deadline } else { Instant::NEVER }, ticket)
    }
}

/// A job that waits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Waiting {
    /// Which.
    pub ticket: Ticket,
    /// What.
    pub job: Job,
    /// Since when.
    pub since: Instant,
}

/// What a job was charged when it was given out; taken back when it is settled.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Charge {
    cost: f64,
    weight: f64,
}

/// Somebody who shares: a class among classes, a tenant within a class.
#[derive(Clone, Debug, Default)]
struct Party {
    virtual_time: f64,
    /// Jobs given out that have not been settled.
    running: u32,
}

#[derive(Clone, Debug, Default)]
struct Tenant {
    party: Party,
    queue: BTreeMap<(Instant, Ticket), Waiting>,
}

#[derive(Clone, Debug, Default)]
struct ClassQueue {
    party: Party,
    tenants: BTreeMap<u32, Tenant>,
    waiting: usize,
    /// Virtual time of the tenant that was served last.
    served: f64,
    /// Tenants from which on those without work and debt are looked for.
    sweep_at: usize,
}

/// Fewer tenants than this are not worth a search for those that left.
const SWEEP_MIN: usize = 256;

/// The queue.
#[derive(Clone, Debug)]
pub struct FairQueue {
    classes: PerClass<ClassQueue>,
    weights: PerClass<f64>,
    /// Virtual time of the class that was served last.
    served: f64,
    places: BTreeMap<Ticket, (Class, u32, (Instant, Ticket))>,
    deadlines: BTreeSet<(Instant, Ticket)>,
}

impl FairQueue {
    /// An empty queue.
    pub fn new(weights: PerClass<f64>) -> FairQueue {
        FairQueue {
            classes: PerClass::default(),
            weights,
            served: 0.0,
            places: BTreeMap::new(),
            deadlines: BTreeSet::new(),
        }
    }

    /// Jobs that wait.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// True if nobody waits.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// Jobs of a class that wait.
    pub fn waiting(&self, class: Class) -> usize {
        self.classes[class].waiting
    }

    /// Jobs of a class that were given out and not settled.
    pub fn running(&self, class: Class) -> u32 {
        self.classes[class].party.running
    }

    /// Sets the weights of the classes.
    pub fn set_weights(&mut self, weights: PerClass<f64>) {
        self.weights = weights;
    }

    /// Takes in a job.
    pub fn push(&mut self, ticket: Ticket, job: Job, now: Instant) {
        self.enter(&job);
        let class = &mut self.classes[job.class];
        let tenant = class.tenants.entry(job.tenant).or_default();
        let key = job.key(ticket);
        tenant.queue.insert(key, Waiting { ticket, job, since: now });
        class.waiting += 1;
        self.places.insert(ticket, (job.class, job.tenant, key));
        self.deadlines.insert((job.deadline, ticket));
    }

    /// Lets class and tenant of a job take part: from now on, not from when they were last here.
    fn enter(&mut self, job: &Job) {
        let served = self.served;
        let class = &mut self.classes[job.class];
        if class.waiting == 0 && class.party.running == 0 {
            class.party.virtual_time = class.party.virtual_time.max(served);
        }
        let served = class.served;
        if class.tenants.len() > class.sweep_at {
            let idle = |tenant: &Tenant| tenant.queue.is_empty() && tenant.party.running == 0;
            class.tenants.retain(|_, tenant| !idle(tenant) || tenant.party.virtual_time > served);
            class.sweep_at = SWEEP_MIN.max(2 * class.tenants.len());
        }
        let tenant = class.tenants.entry(job.tenant).or_default();
        if tenant.queue.is_empty() && tenant.party.running == 0 {
            tenant.party.virtual_time = tenant.party.virtual_time.max(served);
        }
    }

    /// The next job, among classes for which `open` is true. It counts as running until [`settle`](Self::settle).
    pub fn pop(&mut self, open: impl Fn(Class) -> bool) -> Option<(Waiting, Charge)> {
        let class = Class::ALL
            .into_iter()
            .filter(|class| self.classes[*class].waiting > 0 && open(*class))
            .min_by(|a, b| {
            let time = |class: Class| self.classes[class].party.virtual_time;
            time(*a).total_cmp(&time(*b)).then(a.cmp(b))
        })?;
        let queue = &mut self.classes[class];
        let (_, tenant) =
            queue.tenants.iter_mut().filter(|(_, tenant)| !tenant.queue.is_empty()).min_by(
                |(a, x), (b, y)| x.party.virtual_time.total_cmp(&y.party.virtual_time).then(a.cmp(b)),
            )?;
        let (_, waiting) = tenant.queue.pop_first()?;
        queue.waiting -= 1;
        self.places.remove(&waiting.ticket);
        self.deadlines.remove(&(waiting.job.deadline, waiting.ticket));
        let charge = self.start(&waiting.job);
        Some((waiting, charge))
    }

    /// Gives out a job that did not have to wait. It counts as running until [`settle`](Self::settle).
    pub fn pass(&mut self, job: &Job) -> Charge {
        self.enter(job);
        self.start(job)
    }

    fn start(&mut self, job: &Job) -> Charge {
        let weight = self.weights[job.class];
        let cost = job.estimate.as_secs_f64();
        let class = &mut self.classes[job.class];
        self.served = self.served.max(class.party.virtual_time);
        class.party.virtual_time += cost / weight;
        class.party.running += 1;
        let tenant = class.tenants.entry(job.tenant).or_default();
        class.served = class.served.max(tenant.party.virtual_time);
        tenant.party.virtual_time += cost;
        tenant.party.running += 1;
        Charge { cost, weight }
    }

    /// A job that was given out has ended and held its session for `real`.
    pub fn settle(&mut self, job: &Job, charge: Charge, real: Duration) {
        // By the weight of then: weights change, and a refund must not be larger than what was paid.
        let more = real.as_secs_f64() - charge.cost;
        let class = &mut self.classes[job.class];
        class.party.virtual_time += more / charge.weight;
        class.party.running = class.party.running.saturating_sub(1);
        if let Some(tenant) = class.tenants.get_mut(&job.tenant) {
            tenant.party.virtual_time += more;
            tenant.party.running = tenant.party.running.saturating_sub(1);
        }
    }

    /// Takes a job out; `None` if it does not wait.
    pub fn remove(&mut self, ticket: Ticket) -> Option<Waiting> {
        let (class, tenant, key) = self.places.remove(&ticket)?;
        let queue = &mut self.classes[class];
        let waiting = queue.tenants.get_mut(&tenant)?.queue.remove(&key)?;
        queue.waiting -= 1;
        self.deadlines.remove(&(waiting.job.deadline, ticket));
        Some(waiting)
    }

    /// When the next deadline passes.
    pub fn first_deadline(&self) -> Option<Instant> {
        self.deadlines.first().map(|(at, _)| *at)
    }

    /// Takes out a job whose deadline has passed.
    pub fn expired(&mut self, now: Instant) -> Option<Waiting> {
        let &(at, ticket) = self.deadlines.first()?;
        if at > now {
            return None;
        }
        self.remove(ticket)
    }

    /// The job that waits with the earliest deadline of its caller's.
    pub fn most_urgent(&self) -> Option<Waiting> {
        self.deadlines.iter().find_map(|(_, ticket)| {
            let (class, tenant, key) = self.places.get(ticket)?;
            let waiting = self.classes[*class].tenants.get(tenant)?.queue.get(key)?;
            waiting.job.urgent.then_some(*waiting)
        })
    }

    /// Takes out everybody.
    pub fn drain(&mut self) -> Vec<Waiting> {
        let tickets: Vec<Ticket> = self.places.keys().copied().collect();
        tickets.into_iter().filter_map(|ticket| self.remove(ticket)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WEIGHTS: PerClass<f64> = PerClass([0.5, 0.2, 0.2, 0.1]);

    fn job(class: Class, tenant: u32) -> Job {
        Job::plain(class, tenant, Instant::NEVER)
    }

    /// Serves a queue that is always full with one session, each job of a tenant costing `cost(tenant)` ms while it
    /// is estimated at one; gives the time each got.
    fn served(
        classes: &[Class],
        tenants: u32,
        per_tenant: impl Fn(u32) -> u64,
        cost: impl Fn(u32) -> u64,
    ) -> Vec<Duration> {
        let mut queue = FairQueue::new(WEIGHTS);
        let mut ticket = 0;
        let mut push = |queue: &mut FairQueue, class, tenant| {
            ticket += 1;
            queue.push(Ticket(ticket), job(class, tenant), Instant::START);
        };
        for (i, class) in classes.iter().enumerate() {
            for tenant in 0..tenants {
                for _ in 0..per_tenant(tenant) {
                    push(&mut queue, *class, tenant + 100 * u32::try_from(i).unwrap());
                }
            }
        }
        let mut got = vec![Duration::ZERO; classes.len().max(tenants as usize)];
        for _ in 0..20_000 {
            let (next, charge) = queue.pop(|_| true).expect("the queue is always full");
            let tenant = next.job.tenant % 100;
            let real = Duration::from_millis(cost(tenant));
            queue.settle(&next.job, charge, real);
            let slot = if classes.len() > 1 { next.job.tenant / 100 } else { tenant };
            got[slot as usize] += real;
            push(&mut queue, next.job.class, next.job.tenant);
        }
        got
    }

    fn jain(shares: &[f64]) -> f64 {
        let sum: f64 = shares.iter().sum();
        sum * sum / (shares.len() as f64 * shares.iter().map(|share| share * share).sum::<f64>())
    }

    #[test]
    fn a_greedy_tenant_gets_no_more_than_the_others() {
        let got = served(&[Class::L], 8, |tenant| if tenant == 0 { 50 } else { 1 }, |_| 1);
        let shares: Vec<f64> = got.iter().map(Duration::as_secs_f64).collect();
        assert!(jain(&shares) >= 0.995, "{shares:?}");
    }

    #[test]
    fn real_cost_counts_not_the_estimate() {
        let got = served(&[Class::L], 4, |_| 3, |tenant| if tenant == 0 { 40 } else { 1 });
        let shares: Vec<f64> = got.iter().map(Duration::as_secs_f64).collect();
        assert!(jain(&shares) >= 0.99, "{shares:?}");
    }

    #[test]
    fn classes_share_by_weight() {
        let got = served(&Class::ALL, 2, |_| 3, |_| 1);
        let all: f64 = got.iter().map(Duration::as_secs_f64).sum();
        for (i, class) in Class::ALL.into_iter().enumerate() {
            let share = got[i].as_secs_f64() / all;
            assert!((share - WEIGHTS[class]).abs() <= 0.01, "{class:?}: {share}");
        }
    }

    #[test]
    fn silence_is_not_saved_up() {
        let mut queue = FairQueue::new(WEIGHTS);
        for i in 0..1000 {
            queue.push(Ticket(i), job(Class::L, 1), Instant::START);
            let (next, charge) = queue.pop(|_| true).unwrap();
            queue.settle(&next.job, charge, Duration::from_millis(1));
        }
        for i in 0..10 {
            queue.push(Ticket(2000 + i), job(Class::L, 1), Instant::START);
            queue.push(Ticket(3000 + i), job(Class::L, 2), Instant::START);
        }
        let mut first = [0; 3];
        for _ in 0..10 {
            let (next, charge) = queue.pop(|_| true).unwrap();
            first[next.job.tenant as usize] += 1;
            queue.settle(&next.job, charge, Duration::from_millis(1));
        }
        assert!(first[1] >= 4 && first[2] >= 4, "the newcomer does not get it all: {first:?}");
    }

    #[test]
    fn earliest_deadline_is_first_within_a_tenant() {
        let mut queue = FairQueue::new(WEIGHTS);
        let at = |ms: u64| Instant::START + Duration::from_millis(ms);
        let urgent = |ms| Job { urgent: true, ..Job::plain(Class::L, 1, at(ms)) };
        queue.push(Ticket(1), Job::plain(Class::L, 1, at(5)), at(0));
        queue.push(Ticket(2), urgent(300), at(0));
        queue.push(Ticket(3), urgent(200), at(0));
        assert_eq!(queue.most_urgent().unwrap().ticket, Ticket(3));
        let order: Vec<u64> =
            std::iter::from_fn(|| queue.pop(|_| true)).map(|(next, _)| next.ticket.0).collect();
        assert_eq!(order, [3, 2, 1]);
    }

    #[test]
    fn who_is_late_or_leaves_is_taken_out() {
        let mut queue = FairQueue::new(WEIGHTS);
        let at = |ms: u64| Instant::START + Duration::from_millis(ms);
        for i in 0..4 {
            queue.push(Ticket(i), Job::plain(Class::A, 1, at(10 * i)), at(0));
        }
        assert_eq!(queue.expired(at(10)).unwrap().ticket, Ticket(0));
        assert_eq!(queue.expired(at(10)).unwrap().ticket, Ticket(1));
        assert_eq!(queue.expired(at(10)), None);
        assert_eq!(queue.first_deadline(), Some(at(20)));
        assert!(queue.remove(Ticket(2)).is_some() && queue.remove(Ticket(2)).is_none());
        assert_eq!(queue.drain().len(), 1);
        assert!(queue.is_empty() && queue.waiting(Class::A) == 0);
    }
}
