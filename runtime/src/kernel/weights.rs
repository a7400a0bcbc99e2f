//! Steers the weights of the classes by how long each has to wait.

use super::Shared;
use sqlx_kernel_core::pool::Event;
use sqlx_kernel_core::schedule::{Controller, Gains, PerClass};
use std::sync::Weak;
use std::time::Duration;

/// How often weights are set.
const TICK: Duration = Duration::from_millis(50);

/// Waits each class should stay below: a tenth of the specification's targets for executing, which are 15, 200 and
/// 1500 ms; definitions have none and get that of bulk work.
const TARGETS: PerClass<Duration> = PerClass([
    Duration::from_micros(1_500),
    Duration::from_millis(20),
    Duration::from_millis(150),
    Duration::from_millis(20),
]);

/// Weights with a sum of 1.
pub(super) fn normalized(weights: PerClass<f64>) -> PerClass<f64> {
    Controller::new(weights, TARGETS, Gains::default()).weights()
}

/// Runs as long as the kernel does.
pub(super) async fn steer(shared: Weak<Shared>) {
    let Some(start) = shared.upgrade().map(|shared| shared.weights) else { return };
    let mut controller = Controller::new(start, TARGETS, Gains::default());
    loop {
        tokio::time::sleep(TICK).await;
        let Some(shared) = shared.upgrade() else { return };
        let before = controller.weights();
        controller = controller.step(shared.history.take_waits(), TICK);
        let moved = before.0.iter().zip(controller.weights().0).any(|(a, b)| (a - b).abs() > 1e-3);
        if moved {
            for endpoint in shared.endpoints() {
                endpoint.tell(Event::Weigh(controller.weights()));
            }
        }
    }
}
