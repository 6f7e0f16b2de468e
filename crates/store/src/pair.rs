//! Two users as one key.

use salala_core::ids::UserId;

/// The two in order, so that there is one key for the pair.
pub(crate) fn direct_key(one: UserId, other: UserId) -> [u8; 32] {
    let mut key = [0; 32];
    let (low, high) = key.split_at_mut(16);
    low.copy_from_slice(one.min(other).as_bytes());
    high.copy_from_slice(one.max(other).as_bytes());
    key
}
