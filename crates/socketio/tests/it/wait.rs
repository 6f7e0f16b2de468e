//! Waiting for what happens elsewhere, without sleeping for it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use salala_socketio::{Routes, Socket};
use tokio::{
    sync::{Notify, mpsc},
    time::timeout,
};

use crate::support::PATIENCE;

/// Counts what happened elsewhere, and waits for it.
#[derive(Clone, Default)]
pub(crate) struct Tally {
    inner: Arc<(AtomicUsize, Notify)>,
}

impl Tally {
    pub(crate) fn add(&self) {
        self.inner.0.fetch_add(1, Ordering::SeqCst);
        self.inner.1.notify_waiters();
    }

    pub(crate) fn count(&self) -> usize {
        self.inner.0.load(Ordering::SeqCst)
    }

    pub(crate) async fn reach(&self, count: usize) {
        let reached = async {
            loop {
                let notified = self.inner.1.notified();
                if self.count() >= count {
                    return;
                }
                notified.await;
            }
        };
        timeout(PATIENCE, reached).await.expect("the count was not reached");
    }
}

/// Waits for something that only polling can see.
pub(crate) async fn eventually(mut is_so: impl FnMut() -> bool) {
    let reached = async {
        while !is_so() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    timeout(PATIENCE, reached).await.expect("it did not come to be");
}

/// Hands over each socket that connects.
pub(crate) fn collector() -> (Routes, mpsc::UnboundedReceiver<Socket>) {
    let (sender, receiver) = mpsc::unbounded_channel();
    let routes = Routes::new().on_connected(move |socket| {
        let sender = sender.clone();
        async move { sender.send(socket).unwrap() }
    });
    (routes, receiver)
}
