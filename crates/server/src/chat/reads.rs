//! Read marks.

use std::future::Future;

use salala_core::ids::UserId;
use salala_core::wire::Error;
use salala_core::wire::client_events::MarkMessagesAsRead;
use salala_core::wire::requests::ReadTo;
use salala_core::wire::shapes::ReadPosition;

use super::Chat;
use super::messages::{conversation_id_of, message_id};
use crate::refusal::refusal;

impl Chat {
    /// Marks messages as read; gives how many were newly marked. Queued when this is *called*, like
    /// [`Chat::send_message`].
    pub fn mark_messages_as_read(
        &self,
        user_id: UserId,
        command: &MarkMessagesAsRead,
    ) -> impl Future<Output = Result<u64, Error>> + Send + 'static + use<> {
        let ids: Result<Vec<_>, _> = command.message_ids.iter().map(|id| message_id(id)).collect();
        let queued = ids.map(|ids| self.store.mark_messages_read(user_id, ids, self.clock.now()));
        async move { queued?.await.map_err(refusal) }
    }

    /// Marks a conversation as read up to a `seq`.
    pub async fn read_to(
        &self,
        user_id: UserId,
        conversation_id: &str,
        command: ReadTo,
    ) -> Result<ReadPosition, Error> {
        let id = conversation_id_of(conversation_id)?;
        let marked = self.store.read_to(user_id, id, command.seq, self.clock.now());
        let membership = marked.await.map_err(refusal)?;
        Ok(ReadPosition {
            last_read_seq: membership.last_read_seq,
            unread_count: membership.unread_count,
        })
    }
}
