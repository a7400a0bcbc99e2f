//! The weights of the classes, steered by how long each has to wait.
//!
//! A PID controller per class on the relative error of its wait, as a pure function of state and measurement. Its
//! output is the logarithm of a factor on the configured weight, so that gains mean the same for small and large
//! weights, and no weight ever reaches zero.

use super::class::PerClass;
use std::time::Duration;

/// Gains and limits.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Gains {
    /// On the error.
    pub proportional: f64,
    /// On its sum over seconds.
    pub integral: f64,
    /// On its change per second.
    pub derivative: f64,
    /// No class gets less: nobody starves.
    pub weight_min: f64,
    /// No class gets more.
    pub weight_max: f64,
}

impl Default for Gains {
    fn default() -> Gains {
        Gains { proportional: 0.6, integral: 0.8, derivative: 0.02, weight_min: 0.02, weight_max: 0.9 }
    }
}

/// The state of the controller.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Controller {
    gains: Gains,
    configured: PerClass<f64>,
    targets: PerClass<Duration>,
    sums: PerClass<f64>,
    errors: PerClass<f64>,
    weights: PerClass<f64>,
}

/// Errors are cut here: a wait of five times the target is as bad as any.
const ERROR_MAX: f64 = 4.0;
/// The logarithm of the factor stays within this: a factor of 20.
const DRIVE_MAX: f64 = 3.0;

impl Controller {
    /// A controller that starts from the configured weights.
    pub fn new(configured: PerClass<f64>, targets: PerClass<Duration>, gains: Gains) -> Controller {
        let weights = bounded(configured.0, &gains);
        Controller {
            gains,
            configured: weights,
            targets,
            sums: PerClass::default(),
            errors: PerClass::default(),
            weights,
        }
    }

    /// The weights; their sum is 1.
    pub fn weights(&self) -> PerClass<f64> {
        self.weights
    }

    /// The controller after `elapsed`, in which the 95th percentile of the waits of each class was `waits`; `None` for a
    /// class that did not wait, which then drifts back to its configured weight.
    pub fn step(&self, waits: PerClass<Option<Duration>>, elapsed: Duration) -> Controller {
        let mut next = *self;
        let seconds = elapsed.as_secs_f64().max(1e-6);
        let mut raw = [0.0; 4];
        for (i, raw) in raw.iter_mut().enumerate() {
            let target = self.targets.0[i].as_secs_f64().max(1e-9);
            let error = match waits.0[i] {
                Some(wait) => ((wait.as_secs_f64() - target) / target).clamp(-1.0, ERROR_MAX),
                None => 0.0,
            };
            let change = (error - self.errors.0[i]) / seconds;
            let sum = match waits.0[i] {
                Some(_) => self.sums.0[i] + error * seconds,
                None => self.sums.0[i] * (-seconds).exp(),
            };
            let Gains { proportional, integral, derivative, .. } = self.gains;
            let drive = proportional * error + integral * sum + derivative * change;
            // Anti-windup: a sum that pushes a weight past its limit is not remembered.
            let held = drive.abs() > DRIVE_MAX && drive.signum() == error.signum();
            next.sums.0[i] = if held { self.sums.0[i] } else { sum };
            next.errors.0[i] = error;
            *raw = self.configured.0[i] * drive.clamp(-DRIVE_MAX, DRIVE_MAX).exp();
        }
        next.weights = bounded(raw, &self.gains);
        next
    }
}

/// The weights times one factor, each cut to its limits, so that the sum is 1. The sum grows with the factor, so the
/// factor is found by halving.
fn bounded(raw: [f64; 4], gains: &Gains) -> PerClass<f64> {
    let raw = raw.map(|weight| if weight.is_finite() && weight > 0.0 { weight } else { gains.weight_min });
    let scaled = |factor: f64| raw.map(|weight| (weight * factor).clamp(gains.weight_min, gains.weight_max));
    let (mut low, mut high) = (0.0, 1.0 / raw.iter().fold(f64::MAX, |least, weight| least.min(*weight)));
    // 64 halvings leave nothing of the interval that a double could tell.
    for _ in 0..64 {
        let middle = f64::midpoint(low, high);
        if scaled(middle).iter().sum::<f64>() < 1.0 {
            low = middle;
        } else {
            high = middle;
        }
    }
    PerClass(scaled(high))
}

#[cfg(test)]
mod tests {
    use super::super::class::Class;
    use super::*;
    use proptest::prelude::*;

    const TICK: Duration = Duration::from_millis(50);

    fn controller() -> Controller {
        let ms = Duration::from_millis;
        Controller::new(
            PerClass([0.5, 0.2, 0.2, 0.1]),
            PerClass([ms(2), ms(100), ms(500), ms(200)]),
            Gains::default(),
        )
    }

    #[test]
    fn a_class_that_waits_too_long_gets_more() {
        let mut state = controller();
        let waits = PerClass([Some(Duration::from_millis(20)), Some(Duration::from_millis(10)), None, None]);
        for _ in 0..20 {
            state = state.step(waits, TICK);
        }
        assert!(state.weights()[Class::L] > 0.7, "{:?}", state.weights());
        assert!(state.weights()[Class::B] < 0.2);
        for _ in 0..400 {
            state = state.step(PerClass([None; 4]), TICK);
        }
        let back = state.weights()[Class::L];
        assert!((back - 0.5).abs() < 0.01, "without waits it drifts back: {back}");
    }

    /// A plant in which a class waits in inverse proportion to its weight settles near its target.
    #[test]
    fn a_step_of_load_settles_without_a_limit_cycle() {
        let mut state = controller();
        let wait_at = |weight: f64| Duration::from_secs_f64(0.001 / weight);
        let mut trace = Vec::new();
        for _ in 0..80 {
            let wait = wait_at(state.weights()[Class::L]);
            state = state.step(PerClass([Some(wait), Some(Duration::from_millis(100)), None, None]), TICK);
            trace.push(state.weights()[Class::L]);
        }
        let (settled, end) = (&trace[40..], trace[79]);
        assert!((end - 0.5).abs() < 0.1, "{end}");
        let spread = settled.iter().fold(0.0f64, |most, weight| most.max((weight - end).abs()));
        assert!(spread < 0.2 * end, "within two seconds, 20 % around the end: {trace:?}");
    }

    proptest! {
        #[test]
        fn weights_sum_to_one_and_nobody_starves(
            waits in proptest::collection::vec(proptest::array::uniform4(proptest::option::of(0u64..10_000_000_000)), 1..60),
        ) {
            let mut state = controller();
            for wait in waits {
                state = state.step(PerClass(wait.map(|wait| wait.map(Duration::from_nanos))), TICK);
                let weights = state.weights();
                prop_assert!((weights.0.iter().sum::<f64>() - 1.0).abs() < 1e-9);
                for class in Class::ALL {
                    prop_assert!(weights[class] >= 0.02 - 1e-12 && weights[class] <= 0.9 + 1e-12);
                }
            }
        }
    }
}
