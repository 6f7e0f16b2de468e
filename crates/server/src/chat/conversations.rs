//! Conversations and their members.

use salala_core::ids::{ConversationId, UserId};
use salala_core::records::{Membership, OwnConversation};
use salala_core::wire::requests::{
    AddParticipants, CreateGroup, OpenDirect, SetRole, UpdateConversation,
};
use salala_core::wire::shapes::{Conversation, Page};
use salala_core::wire::{Error, view};
use salala_store::ports::conversations::{ConversationChanges, ConversationCursor, NewGroup};

use super::Chat;
use super::cursor::{read_conversation_cursor, write_conversation_cursor};
use super::messages::conversation_id_of;
use super::users::user_id_of;
use crate::refusal::refusal;

impl Chat {
    /// A page of the user's conversations, newest activity first.
    pub async fn conversations(
        &self,
        user_id: UserId,
        cursor: Option<String>,
        limit: usize,
    ) -> Result<Page<Conversation>, Error> {
        let after = cursor.as_deref().map(read_conversation_cursor).transpose()?;
        // One more than asked for tells whether there is a next page.
        let mut page =
            self.store.conversations(user_id, after, limit + 1).await.map_err(refusal)?;
        let has_more = page.len() > limit;
        page.truncate(limit);
        let next = page.last().filter(|_| has_more).map(|last| ConversationCursor {
            updated_at: last.conversation.updated_at,
            id: last.conversation.id,
        });
        Ok(Page {
            data: self.view_conversations(user_id, page).await,
            next_cursor: next.map(write_conversation_cursor),
        })
    }

    /// One conversation.
    pub async fn conversation(&self, user_id: UserId, id: &str) -> Result<Conversation, Error> {
        let own =
            self.store.conversation(user_id, conversation_id_of(id)?).await.map_err(refusal)?;
        Ok(self.view_conversation(user_id, own).await)
    }

    /// What is the user's own in a conversation, with the conversation's newest `seq`.
    pub async fn membership(
        &self,
        user_id: UserId,
        id: ConversationId,
    ) -> Result<(Membership, u64), Error> {
        self.store.membership(user_id, id).await.map_err(refusal)
    }

    /// Whether this is a conversation of two between whom a block stands.
    pub async fn is_blocked_direct(
        &self,
        user_id: UserId,
        id: ConversationId,
    ) -> Result<bool, Error> {
        let own = self.store.conversation(user_id, id).await.map_err(refusal)?;
        Ok(!own.conversation.is_group && !own.conversation.blocks.is_empty())
    }

    /// The conversation of two, and whether it had to be made.
    pub async fn open_direct(
        &self,
        user_id: UserId,
        command: OpenDirect,
    ) -> Result<(Conversation, bool), Error> {
        let other_id = user_id_of(&command.user_id)?;
        let now = self.clock.now();
        let id = ConversationId::generate(now, &*self.random);
        let contacts = self.settings.contacts;
        let opened = self.store.open_direct(id, user_id, other_id, contacts, now);
        let (own, is_new) = opened.await.map_err(refusal)?;
        Ok((self.view_conversation(user_id, own).await, is_new))
    }

    /// Makes a group that the user owns.
    pub async fn create_group(
        &self,
        user_id: UserId,
        command: CreateGroup,
    ) -> Result<Conversation, Error> {
        let now = self.clock.now();
        let group = NewGroup {
            id: ConversationId::generate(now, &*self.random),
            name: command.name,
            owner_id: user_id,
            participant_ids: user_ids_of("participantIds", &command.participant_ids)?,
            created_at: now,
        };
        let made = self.store.create_group(group, self.settings.contacts).await;
        Ok(self.view_conversation(user_id, made.map_err(refusal)?).await)
    }

    /// Changes a group, or what is the user's own in a conversation.
    pub async fn update_conversation(
        &self,
        user_id: UserId,
        id: &str,
        command: UpdateConversation,
    ) -> Result<Conversation, Error> {
        let changes = ConversationChanges {
            name: command.name,
            avatar: command.avatar,
            muted_until: command.muted_until,
            pinned_at: command.pinned_at,
            archived_at: command.archived_at,
            marked_unread: command.marked_unread,
        };
        let id = conversation_id_of(id)?;
        let updated = self.store.update_conversation(user_id, id, changes, self.clock.now());
        Ok(self.view_conversation(user_id, updated.await.map_err(refusal)?).await)
    }

    /// Brings users into a group.
    pub async fn add_participants(
        &self,
        user_id: UserId,
        id: &str,
        command: AddParticipants,
    ) -> Result<(), Error> {
        let id = conversation_id_of(id)?;
        let user_ids = user_ids_of("userIds", &command.user_ids)?;
        let contacts = self.settings.contacts;
        let added = self.store.add_participants(user_id, id, user_ids, contacts, self.clock.now());
        added.await.map_err(refusal)?;
        Ok(())
    }

    /// Puts a member out of a group, or lets the user leave it.
    pub async fn remove_participant(
        &self,
        user_id: UserId,
        id: &str,
        other_id: &str,
    ) -> Result<(), Error> {
        let id = conversation_id_of(id)?;
        let other_id = user_id_of(other_id)?;
        let removed = self.store.remove_participant(user_id, id, other_id, self.clock.now());
        removed.await.map_err(refusal)
    }

    /// Gives a member a role.
    pub async fn set_role(
        &self,
        user_id: UserId,
        id: &str,
        other_id: &str,
        command: SetRole,
    ) -> Result<Conversation, Error> {
        let id = conversation_id_of(id)?;
        let other_id = user_id_of(other_id)?;
        let set = self.store.set_role(user_id, id, other_id, command.role, self.clock.now());
        Ok(self.view_conversation(user_id, set.await.map_err(refusal)?).await)
    }

    pub(super) async fn view_conversation(
        &self,
        viewer: UserId,
        own: OwnConversation,
    ) -> Conversation {
        let statuses = self.statuses(own.conversation.participant_ids()).await;
        view::conversation(own, viewer, &statuses, &*self.links)
    }

    /// Several at once: all that are shown in them are asked for together.
    pub(super) async fn view_conversations(
        &self,
        viewer: UserId,
        all: Vec<OwnConversation>,
    ) -> Vec<Conversation> {
        let shown = all.iter().flat_map(|own| own.conversation.participant_ids());
        let statuses = self.statuses(shown).await;
        all.into_iter()
            .map(|own| view::conversation(own, viewer, &statuses, &*self.links))
            .collect()
    }
}

fn user_ids_of(field: &str, ids: &[String]) -> Result<Vec<UserId>, Error> {
    ids.iter()
        .enumerate()
        .map(|(index, id)| {
            UserId::parse(id).ok_or_else(|| {
                Error::invalid_field(&format!("{field}[{index}]"), "must be a user's id")
            })
        })
        .collect()
}
