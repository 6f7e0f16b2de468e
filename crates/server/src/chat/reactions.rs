//! Reactions.

use salala_core::ids::{ReactionId, UserId};
use salala_core::wire::requests::is_emoji;
use salala_core::wire::shapes::Reaction;
use salala_core::wire::{Error, view};

use super::Chat;
use super::messages::message_id;
use crate::refusal::refusal;

impl Chat {
    /// Reacts to a message; a repeat changes nothing.
    pub async fn add_reaction(
        &self,
        user_id: UserId,
        id: &str,
        emoji: String,
    ) -> Result<Reaction, Error> {
        self.count_send(user_id)?;
        check_emoji(&emoji)?;
        let message_id = message_id(id)?;
        let now = self.clock.now();
        let reaction_id = ReactionId::generate(now, &*self.random);
        let added = self.store.add_reaction(reaction_id, user_id, message_id, emoji, now);
        Ok(view::reaction(added.await.map_err(refusal)?))
    }

    /// Takes a reaction back.
    pub async fn remove_reaction(
        &self,
        user_id: UserId,
        id: &str,
        emoji: String,
    ) -> Result<(), Error> {
        check_emoji(&emoji)?;
        let message_id = message_id(id)?;
        let removed = self.store.remove_reaction(user_id, message_id, emoji, self.clock.now());
        removed.await.map_err(refusal)
    }
}

fn check_emoji(emoji: &str) -> Result<(), Error> {
    if is_emoji(emoji) { Ok(()) } else { Err(Error::invalid_field("emoji", "must be one emoji")) }
}
