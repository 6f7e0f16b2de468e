//! A first-in, first-out queue between callers and an engine, bounded in items and bytes.

use std::collections::VecDeque;

use parking_lot::{Condvar, Mutex};
use tokio::sync::Notify;

use crate::StoreError;

/// The queue. Pushing never waits; popping does.
pub(crate) struct Queue<T> {
    state: Mutex<State<T>>,
    /// Wakes threads that pop.
    filled: Condvar,
    /// Wakes tasks that pop.
    arrived: Notify,
    items_max: usize,
    bytes_max: usize,
}

struct State<T> {
    items: VecDeque<(T, usize)>,
    bytes: usize,
    is_closed: bool,
}

impl<T> State<T> {
    fn take(&mut self, most: usize) -> Vec<T> {
        let count = self.items.len().min(most);
        let taken: Vec<(T, usize)> = self.items.drain(..count).collect();
        self.bytes -= taken.iter().map(|(_, size_bytes)| size_bytes).sum::<usize>();
        taken.into_iter().map(|(item, _)| item).collect()
    }
}

impl<T> Queue<T> {
    /// An empty queue with its bounds.
    pub(crate) fn new(items_max: usize, bytes_max: usize) -> Self {
        let state = State { items: VecDeque::new(), bytes: 0, is_closed: false };
        Self {
            state: Mutex::new(state),
            filled: Condvar::new(),
            arrived: Notify::new(),
            items_max,
            bytes_max,
        }
    }

    /// Appends an item that holds about `size_bytes`. An item larger than the whole bound is taken
    /// when the queue is empty, since it would be refused for ever otherwise.
    ///
    /// # Errors
    /// `Busy` when full, `Unavailable` when closed.
    pub(crate) fn push(&self, item: T, size_bytes: usize) -> Result<(), StoreError> {
        let mut state = self.state.lock();
        if state.is_closed {
            return Err(closed());
        }
        let bytes = state.bytes.saturating_add(size_bytes);
        let is_full = state.items.len() >= self.items_max || bytes > self.bytes_max;
        if is_full && !state.items.is_empty() {
            return Err(StoreError::Busy);
        }
        state.items.push_back((item, size_bytes));
        state.bytes = bytes;
        drop(state);
        self.filled.notify_one();
        self.arrived.notify_one();
        Ok(())
    }

    /// Waits until there is something, then takes up to `most`; nothing once the queue is closed and
    /// empty.
    pub(crate) fn pop(&self, most: usize) -> Vec<T> {
        let mut state = self.state.lock();
        while state.items.is_empty() && !state.is_closed {
            self.filled.wait(&mut state);
        }
        state.take(most)
    }

    /// As [`Self::pop`], for a task.
    pub(crate) async fn pop_async(&self, most: usize) -> Vec<T> {
        loop {
            if let Some(taken) = self.try_pop(most) {
                return taken;
            }
            self.arrived.notified().await;
        }
    }

    /// What is there, or nothing at the end; `None` while there is nothing yet.
    fn try_pop(&self, most: usize) -> Option<Vec<T>> {
        let mut state = self.state.lock();
        if state.is_closed {
            // Whoever else waits has to see the end as well.
            self.arrived.notify_one();
        }
        (state.is_closed || !state.items.is_empty()).then(|| state.take(most))
    }

    /// Takes nothing more; what is in it can still be popped.
    pub(crate) fn close(&self) {
        self.state.lock().is_closed = true;
        self.filled.notify_all();
        self.arrived.notify_waiters();
        // For one that looked before the closing and waits after it.
        self.arrived.notify_one();
    }
}

/// What is answered after the end.
pub(crate) fn closed() -> StoreError {
    StoreError::Unavailable("the store is closed".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_queue_is_busy_and_a_closed_one_unavailable() {
        let queue = Queue::new(2, 100);
        queue.push(1, 1).unwrap();
        queue.push(2, 1).unwrap();
        assert_eq!(queue.push(3, 1), Err(StoreError::Busy));
        queue.close();
        assert_eq!(queue.push(3, 1), Err(closed()));
        assert_eq!(queue.pop(1), [1]);
        assert_eq!(queue.pop(9), [2]);
        assert_eq!(queue.pop(9), Vec::<i32>::new());
    }

    #[test]
    fn bytes_are_bounded_but_one_item_always_fits() {
        let queue = Queue::new(9, 100);
        queue.push(1, 1000).unwrap();
        assert_eq!(queue.push(2, 1), Err(StoreError::Busy));
        assert_eq!(queue.pop(9), [1]);
        queue.push(2, 60).unwrap();
        assert_eq!(queue.push(3, 60), Err(StoreError::Busy));
    }

    #[tokio::test]
    async fn tasks_that_wait_get_each_item_once_and_see_the_end() {
        let queue = Queue::new(9, 100);
        let all = async {
            queue.push(1, 1).unwrap();
            queue.push(2, 1).unwrap();
            queue.close();
        };
        let (one, other, ()) = tokio::join!(queue.pop_async(1), queue.pop_async(1), all);
        let mut all = [one, other].concat();
        // Which of them is asked first is left to chance.
        all.sort_unstable();
        assert_eq!(all, [1, 2]);
        let ends = tokio::join!(queue.pop_async(1), queue.pop_async(1), queue.pop_async(1));
        assert_eq!(ends, (vec![], vec![], vec![]));
    }
}
