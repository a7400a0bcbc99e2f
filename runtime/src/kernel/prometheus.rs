//! The kernel's figures in the text format of Prometheus (its documentation, "Exposition formats", version 0.0.4).

use super::{Scope, SqlxKernel};
use std::fmt::Write;

/// A metric: its name, its kind, what it counts.
struct Metric(&'static str, &'static str, &'static str);

const BUSY: Metric = Metric("sqlx_pool_busy", "gauge", "Sessions in use.");
const IDLE: Metric = Metric("sqlx_pool_idle", "gauge", "Sessions nobody uses.");
const WAITING: Metric = Metric("sqlx_pool_waiting", "gauge", "Callers that wait for a session.");
const PREEMPTIONS: Metric =
    Metric("sqlx_sched_preemptions", "counter", "Statements stopped for more urgent ones.");
const TIMEOUTS: Metric =
    Metric("sqlx_pool_timeouts", "counter", "Callers whose deadline passed while they waited.");
const HIT_RATIO: Metric = Metric("sqlx_cache_hit_ratio", "gauge", "Statements whose plan was kept, of all.");
const DECISIONS: Metric = Metric("sqlx_policy_decisions", "counter", "Decisions of the policy.");
const EVENTS: Metric = Metric("sqlx_events_emitted", "counter", "Events, also those that were lost.");
const LOST: Metric = Metric("sqlx_events_lost", "counter", "Events lost for want of room.");

impl SqlxKernel {
    /// Figures as a scrape of Prometheus expects them.
    pub fn prometheus(&self) -> String {
        let stats = self.stats(Scope::Kernel);
        let mut text = String::new();
        let pools = stats["driver"]["pools"].as_array().map(Vec::as_slice).unwrap_or_default();
        let of_pools: [(&Metric, &str); 5] = [
            (&BUSY, "/busy"),
            (&IDLE, "/idle"),
            (&WAITING, "/waiting"),
            (&PREEMPTIONS, "/counters/preemptions"),
            (&TIMEOUTS, "/counters/timeouts"),
        ];
        for (metric, path) in of_pools {
            head(&mut text, metric);
            for (i, pool) in pools.iter().enumerate() {
                let url = pool["url"].as_str().unwrap_or_default();
                // Pools of one URL differ in identity or tags.
                let labels = [("pool", i.to_string()), ("url", url.to_owned())];
                line(&mut text, metric, &labels, pool.pointer(path).and_then(serde_json::Value::as_f64));
            }
        }
        let cache = |name: &str| stats["cache"][name].as_f64().unwrap_or_default();
        let asked = cache("hits") + cache("misses");
        head(&mut text, &HIT_RATIO);
        line(&mut text, &HIT_RATIO, &[], (asked > 0.0).then(|| cache("hits") / asked));
        let counts =
            [(&DECISIONS, &stats["policy"], "decision"), (&EVENTS, &stats["events"]["emitted"], "event")];
        let counts = counts.into_iter().chain([(&LOST, &stats["events"]["lost"], "event")]);
        for (metric, counted, label) in counts {
            head(&mut text, metric);
            for (name, count) in counted.as_object().into_iter().flatten() {
                line(&mut text, metric, &[(label, name.clone())], count.as_f64());
            }
        }
        text
    }
}

fn head(text: &mut String, Metric(name, kind, help): &Metric) {
    let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
}

fn line(text: &mut String, Metric(name, ..): &Metric, labels: &[(&str, String)], value: Option<f64>) {
    let Some(value) = value else { return };
    text.push_str(name);
    for (i, (label, of)) in labels.iter().enumerate() {
        let of = of.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
        let _ = write!(text, "{}{label}=\"{of}\"", if i == 0 { "{" } else { "," });
    }
    let _ = writeln!(text, "{} {value}", if labels.is_empty() { "" } else { "}" });
}
