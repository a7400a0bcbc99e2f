//! A future that is never dropped half way.

use std::pin::Pin;
use std::task::{Context, Poll};

/// Polls a future in place, without a task. If it is dropped before it is done, `on_drop` is called and the future goes
/// on as a task, whose result `then` takes: a conversation with a server that is broken off in the middle leaves a
/// connection nobody can use.
pub(crate) struct Detached<T: Send + 'static> {
    future: Option<Pin<Box<dyn Future<Output = T> + Send>>>,
    on_drop: Option<(Box<dyn FnOnce() + Send>, Box<dyn FnOnce(T) + Send>)>,
}

impl<T: Send + 'static> Detached<T> {
    pub(crate) fn new(
        future: impl Future<Output = T> + Send + 'static,
        on_drop: impl FnOnce() + Send + 'static,
        then: impl FnOnce(T) + Send + 'static,
    ) -> Detached<T> {
        Detached { future: Some(Box::pin(future)), on_drop: Some((Box::new(on_drop), Box::new(then))) }
    }
}

impl<T: Send + 'static> Future for Detached<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        let future = self.future.as_mut().expect("a future is not polled after it is done");
        let done = future.as_mut().poll(context);
        if done.is_ready() {
            self.future = None;
        }
        done
    }
}

impl<T: Send + 'static> Drop for Detached<T> {
    fn drop(&mut self) {
        let (Some(future), Some((on_drop, then))) = (self.future.take(), self.on_drop.take()) else { return };
        on_drop();
        // Outside of a runtime there is nobody to go on; the process is ending.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move { then(future.await) });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::time::Duration;

    #[tokio::test(start_paused = true)]
    async fn what_is_dropped_goes_on() {
        let (done, dropped) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
        let make = || {
            let (done, dropped) = (done.clone(), dropped.clone());
            Detached::new(
                async {
                    tokio::time::sleep(Duration::from_millis(10)).await;
                    7
                },
                move || dropped.store(1, Ordering::Relaxed),
                move |result| done.store(result, Ordering::Relaxed),
            )
        };
        let seen = || (done.load(Ordering::Relaxed), dropped.load(Ordering::Relaxed));
        assert_eq!((make().await, seen()), (7, (0, 0)));
        assert!(tokio::time::timeout(Duration::from_millis(5), make()).await.is_err());
        assert_eq!(seen(), (0, 1), "it goes on");
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert_eq!(seen(), (7, 1));
    }
}
