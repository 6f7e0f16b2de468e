//! How many files come at a time, in all and from one user.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use salala_core::UserId;
use salala_core::wire::{Error, ErrorCode};

/// Files that come at a time.
const UPLOADS_MAX: usize = 64;

/// Files of one user that come at a time.
const UPLOADS_PER_USER: usize = 6;

/// When it may be tried again.
const RETRY_AFTER_MS: u64 = 2_000;

/// The places that there are.
#[derive(Default)]
pub(super) struct Slots {
    taken: Arc<Mutex<Taken>>,
}

#[derive(Default)]
struct Taken {
    all: usize,
    by_user: HashMap<UserId, usize>,
}

/// A place, given back when it is dropped.
pub(super) struct Slot {
    taken: Arc<Mutex<Taken>>,
    user_id: UserId,
}

impl Slots {
    /// A place for a file of this user.
    pub(super) fn take(&self, user_id: UserId) -> Result<Slot, Error> {
        let mut taken = self.taken.lock();
        if taken.all >= UPLOADS_MAX {
            return Err(ErrorCode::Busy.into());
        }
        let own = taken.by_user.entry(user_id).or_insert(0);
        if *own >= UPLOADS_PER_USER {
            return Err(Error {
                retry_after_ms: Some(RETRY_AFTER_MS),
                ..Error::new(ErrorCode::RateLimited, "as many files of yours come as may at a time")
            });
        }
        *own += 1;
        taken.all += 1;
        drop(taken);
        Ok(Slot { taken: Arc::clone(&self.taken), user_id })
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut taken = self.taken.lock();
        taken.all -= 1;
        if let Some(own) = taken.by_user.get_mut(&self.user_id) {
            *own -= 1;
            if *own == 0 {
                taken.by_user.remove(&self.user_id);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(byte: u8) -> UserId {
        UserId::from_bytes([byte; 16])
    }

    #[test]
    fn one_user_leaves_room_for_others_and_gets_places_back() {
        let slots = Slots::default();
        let mut own: Vec<Slot> =
            (0..UPLOADS_PER_USER).map(|_| slots.take(user(1)).unwrap()).collect();
        assert_eq!(slots.take(user(1)).err().unwrap().code, ErrorCode::RateLimited);
        let others: Vec<Slot> =
            (2..=u8::MAX).map_while(|byte| slots.take(user(byte)).ok()).collect();
        assert_eq!(others.len() + own.len(), UPLOADS_MAX);
        own.pop();
        assert!(slots.take(user(1)).is_ok());
        drop((own, others));
        assert_eq!(slots.taken.lock().by_user.len(), 0);
    }
}
