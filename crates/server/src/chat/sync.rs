//! What a client lacks that keeps messages of its own.

use std::collections::BTreeMap;

use salala_core::ids::{ConversationId, UserId};
use salala_core::limits::SYNC_ADDED_MAX;
use salala_core::wire::client_events::Sync;
use salala_core::wire::shapes::{Synced, SyncedConversation};
use salala_core::wire::{Error, view};

use super::Chat;
use crate::refusal::refusal;

impl Chat {
    /// The messages after those that the client has, the conversations that it should no longer have, and
    /// those that it does not know.
    pub async fn sync(&self, user_id: UserId, command: Sync) -> Result<Synced, Error> {
        let mut known = Vec::with_capacity(command.conversations.len());
        let mut removed = Vec::new();
        for (id, seq) in command.conversations {
            match ConversationId::parse(&id) {
                Some(id) => known.push((id, seq)),
                // Never given out, so the user is no member of it.
                None => removed.push(id),
            }
        }
        let caught_up = self.store.catch_up(user_id, known, command.limit, SYNC_ADDED_MAX);
        let caught_up = caught_up.await.map_err(refusal)?;
        removed.extend(caught_up.removed.iter().map(ToString::to_string));
        let conversations: BTreeMap<_, _> = caught_up
            .conversations
            .into_iter()
            .map(|conversation| {
                let messages = conversation.messages.into_iter();
                let messages =
                    messages.map(|message| view::message(message, &*self.links)).collect();
                let complete = conversation.is_complete;
                let last_seq = conversation.last_seq;
                (conversation.id, SyncedConversation { messages, last_seq, complete })
            })
            .collect();
        let added = self.view_conversations(user_id, caught_up.added).await;
        Ok(Synced { conversations, removed, added })
    }
}
