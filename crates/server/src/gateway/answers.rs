//! The answers of one socket: given in the order of its events, and bounded in what they hold.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;

use parking_lot::Mutex;
use tokio::sync::Semaphore;

/// What events of one socket that wait for their answer may hold, in KiB. Its next event waits for
/// room, so that one client fills neither the memory nor the writer's queue for everybody.
const BUDGET_KIB: u32 = 1_024;

/// What each of them counts for at least: so at most 128 are under way.
const LEAST_KIB: u32 = 8;

type Answer = Pin<Box<dyn Future<Output = ()> + Send + 'static>>;

/// The answers of one socket that are still to be given.
pub(super) struct Answers {
    budget: Semaphore,
    queue: Mutex<Queue>,
}

#[derive(Default)]
struct Queue {
    waiting: VecDeque<(Answer, Room)>,
    is_running: bool,
}

/// A part of the budget; given back when its answer was given.
pub(super) struct Room(u32);

impl Room {
    fn into_kib(self) -> usize {
        self.0 as usize
    }
}

impl Answers {
    pub(super) fn new() -> Self {
        Self { budget: Semaphore::new(BUDGET_KIB as usize), queue: Mutex::default() }
    }

    /// Waits for room for an event with a payload of this size.
    pub(super) async fn reserve(&self, payload_bytes: usize) -> Room {
        let kib = u32::try_from(payload_bytes / 1_024).unwrap_or(BUDGET_KIB);
        let kib = kib.clamp(LEAST_KIB, BUDGET_KIB);
        // The semaphore is never closed, so there is room in the end.
        if let Ok(permits) = self.budget.acquire_many(kib).await {
            permits.forget();
        }
        Room(kib)
    }

    /// Gives room back for an event that was answered at once.
    pub(super) fn give_back(&self, room: Room) {
        self.budget.add_permits(room.into_kib());
    }

    /// Waits until every answer was given. No event of the socket may begin meanwhile.
    pub(super) async fn settled(&self) {
        drop(self.budget.acquire_many(BUDGET_KIB).await);
    }

    /// Gives an answer after those that were queued before. True if [`Self::run`] is to be started.
    #[must_use]
    pub(super) fn push(
        &self,
        room: Room,
        answer: impl Future<Output = ()> + Send + 'static,
    ) -> bool {
        let mut queue = self.queue.lock();
        queue.waiting.push_back((Box::pin(answer), room));
        !std::mem::replace(&mut queue.is_running, true)
    }

    /// Gives the answers one after another, until none is left. The writer works off its queue in
    /// order, so the first of them is the first to be ready.
    pub(super) async fn run(&self) {
        let _running = Running(self);
        while let Some((answer, room)) = self.next() {
            answer.await;
            self.give_back(room);
        }
    }

    fn next(&self) -> Option<(Answer, Room)> {
        let mut queue = self.queue.lock();
        let next = queue.waiting.pop_front();
        queue.is_running = next.is_some();
        next
    }
}

/// Lets the next answer start a run again if this one panics.
struct Running<'a>(&'a Answers);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.queue.lock().is_running = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tokio::sync::oneshot;

    use super::*;

    #[tokio::test]
    async fn answers_are_given_in_the_order_of_their_events() {
        let answers = Answers::new();
        let given = Arc::new(Mutex::new(Vec::new()));
        let (first_ready, first) = oneshot::channel::<()>();
        let note = |number| {
            let given = Arc::clone(&given);
            move || given.lock().push(number)
        };
        let (note_first, note_second) = (note(1), note(2));
        let room = answers.reserve(0).await;
        assert!(answers.push(room, async move {
            drop(first.await);
            note_first();
        }));
        let room = answers.reserve(0).await;
        assert!(!answers.push(room, async move { note_second() }));
        let ((), (), ()) = tokio::join!(answers.run(), answers.settled(), async move {
            assert_eq!(first_ready.send(()), Ok(()));
        });
        assert_eq!(*given.lock(), [1, 2]);
        assert!(answers.push(Room(LEAST_KIB), async {}), "a run that ended is started again");
    }

    #[tokio::test]
    async fn what_waits_is_bounded_in_number_and_size() {
        let answers = Answers::new();
        for _ in 0..BUDGET_KIB / LEAST_KIB {
            answers.reserve(10).await;
        }
        assert_eq!(answers.budget.available_permits(), 0);
        let answers = Answers::new();
        answers.reserve(usize::MAX).await;
        assert_eq!(answers.budget.available_permits(), 0);
    }
}
