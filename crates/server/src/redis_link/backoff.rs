//! How long to wait before something that is away is tried again.

use std::sync::Arc;
use std::time::Duration;

use salala_core::Random;

/// The first wait, at most.
const LEAST: Duration = Duration::from_millis(100);
/// Every wait, at most: a server that is back is found within that.
const MOST: Duration = Duration::from_secs(2);

/// Waits that double, each shortened by chance so that the nodes do not all come at once.
pub(crate) struct Backoff {
    random: Arc<dyn Random>,
    next: Duration,
}

impl Backoff {
    /// Nothing was tried yet.
    pub(crate) fn new(random: Arc<dyn Random>) -> Self {
        Self { random, next: LEAST }
    }

    /// It was there: the next wait is short again.
    pub(crate) fn reset(&mut self) {
        self.next = LEAST;
    }

    /// The next wait, between half of its length and all of it.
    pub(crate) fn next_wait(&mut self) -> Duration {
        let mut chance = [0];
        self.random.fill(&mut chance);
        let wait = self.next / 2 + self.next / 2 * u32::from(chance[0]) / 255;
        self.next = (self.next * 2).min(MOST);
        wait
    }
}

#[cfg(test)]
mod tests {
    use salala_core::SystemRandom;

    use super::*;

    #[test]
    fn waits_grow_to_their_bound_and_begin_anew() {
        let mut backoff = Backoff::new(Arc::new(SystemRandom));
        assert!((LEAST / 2..=LEAST).contains(&backoff.next_wait()));
        for _ in 0..10 {
            backoff.next_wait();
        }
        assert!((MOST / 2..=MOST).contains(&backoff.next_wait()));
        backoff.reset();
        assert!(backoff.next_wait() <= LEAST);
    }
}
