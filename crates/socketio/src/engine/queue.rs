//! A first-in first-out queue that holds no allocation while it has one item or none.

use std::collections::VecDeque;

/// Most queues here are empty nearly always, and hold one item otherwise.
#[derive(Debug, Default)]
pub(crate) enum Queue<T> {
    #[default]
    Empty,
    One(T),
    Many(VecDeque<T>),
}

impl<T> Queue<T> {
    pub(crate) fn push_back(&mut self, item: T) {
        *self = match std::mem::take(self) {
            Self::Empty => Self::One(item),
            Self::One(first) => Self::Many(VecDeque::from([first, item])),
            Self::Many(mut items) => {
                items.push_back(item);
                Self::Many(items)
            }
        };
    }

    pub(crate) fn pop_front(&mut self) -> Option<T> {
        match std::mem::take(self) {
            Self::Empty => None,
            Self::One(item) => Some(item),
            Self::Many(mut items) => {
                let first = items.pop_front();
                if !items.is_empty() {
                    *self = Self::Many(items);
                }
                first
            }
        }
    }

    /// Puts an item back before all others.
    pub(crate) fn push_front(&mut self, item: T) {
        *self = match std::mem::take(self) {
            Self::Empty => Self::One(item),
            Self::One(second) => Self::Many(VecDeque::from([item, second])),
            Self::Many(mut items) => {
                items.push_front(item);
                Self::Many(items)
            }
        };
    }

    /// Puts a whole queue before this one.
    pub(crate) fn prepend(&mut self, mut earlier: Self) {
        while let Some(item) = self.pop_front() {
            earlier.push_back(item);
        }
        *self = earlier;
    }

    pub(crate) fn front(&self) -> Option<&T> {
        self.iter().next()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        let (one, many) = match self {
            Self::Empty => (None, None),
            Self::One(item) => (Some(item), None),
            Self::Many(items) => (None, Some(items)),
        };
        one.into_iter().chain(many.into_iter().flatten())
    }

    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Empty => 0,
            Self::One(_) => 1,
            Self::Many(items) => items.len(),
        }
    }

    pub(crate) const fn is_empty(&self) -> bool {
        matches!(self, Self::Empty)
    }
}

#[cfg(test)]
mod tests {
    use super::Queue;

    #[test]
    fn items_leave_in_the_order_in_which_they_came() {
        let mut queue = Queue::default();
        for item in 1..=3 {
            queue.push_back(item);
        }
        queue.push_front(0);
        assert_eq!(queue.len(), 4);
        assert_eq!(queue.front(), Some(&0));
        let left: Vec<_> = std::iter::from_fn(|| queue.pop_front()).collect();
        assert_eq!(left, [0, 1, 2, 3]);
        assert!(matches!(queue, Queue::Empty));
    }

    #[test]
    fn a_queue_that_is_put_back_comes_first() {
        let (mut queue, mut earlier) = (Queue::default(), Queue::default());
        earlier.push_back(1);
        earlier.push_back(2);
        queue.push_back(3);
        queue.prepend(earlier);
        assert_eq!(queue.iter().copied().collect::<Vec<_>>(), [1, 2, 3]);
    }
}
