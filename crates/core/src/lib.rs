//! What every room of Salala agrees on: ids, time, records, permissions and the wire contract.
//!
//! In reading order:
//! - [`clock`] and [`random`]: time and randomness, passed in as parameters
//! - [`ids`]: one type per kind of id
//! - [`records`]: what is kept, as the store gives it; never serialized
//! - [`permissions`]: who may do what in a conversation
//! - [`calls`]: where a call stands, and what can happen to it
//! - [`push`]: what is pushed, and why it was or was not
//! - [`quiet_hours`]: when a user is not to be disturbed
//! - [`search`]: what a search for messages compares
//! - [`limits`]: the bounds that clients meet
//! - [`wire`]: every name and shape that a client sees, and the views that lead from records there

pub mod calls;
pub mod clock;
#[cfg(any(test, feature = "fuzzing"))]
#[doc(hidden)]
pub mod fuzzing;
pub mod ids;
pub mod limits;
pub mod permissions;
pub mod push;
pub mod quiet_hours;
pub mod random;
pub mod records;
pub mod search;
pub mod wire;

pub use clock::{Clock, ManualClock, SystemClock, Timestamp};
pub use ids::{
    BlobId, CallId, ConversationId, DeviceId, FriendRequestId, MessageId, ReactionId, SessionId,
    UploadId, UserId,
};
pub use random::{Random, SystemRandom};
