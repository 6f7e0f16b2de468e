//! Ids that nobody else has, since tests share a Redis.

use salala_core::{Clock as _, SystemClock, SystemRandom, UserId};

/// Somebody new.
pub(crate) fn somebody() -> UserId {
    UserId::generate(SystemClock.now(), &SystemRandom)
}

/// Several at once.
pub(crate) fn people<const COUNT: usize>() -> [UserId; COUNT] {
    std::array::from_fn(|_| somebody())
}
