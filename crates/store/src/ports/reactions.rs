//! The port for reactions.

use salala_core::Timestamp;
use salala_core::ids::{MessageId, ReactionId, UserId};
use salala_core::records::Reaction;

use crate::Pending;

/// Reactions, one for each user, message and emoji.
///
/// `NotFound` without such a message, `Forbidden` for one whom it is not for to see.
pub trait Reactions {
    /// Reacts, and leaves [`crate::log::Event::ReactionAdded`]. A repeat gives the first reaction and
    /// leaves no event.
    ///
    /// # Errors
    /// [`crate::Conflict::TooManyReactions`], [`crate::Conflict::MessageDeleted`].
    fn add_reaction(
        &self,
        id: ReactionId,
        user_id: UserId,
        message_id: MessageId,
        emoji: String,
        now: Timestamp,
    ) -> Pending<Reaction>;

    /// Takes a reaction back, and leaves [`crate::log::Event::ReactionRemoved`] if there was one.
    fn remove_reaction(
        &self,
        user_id: UserId,
        message_id: MessageId,
        emoji: String,
        now: Timestamp,
    ) -> Pending<()>;
}
