//! Conversations, and the port for them and their members.

use std::collections::HashSet;

use rusqlite::{Connection, OptionalExtension, params};
use salala_core::Timestamp;
use salala_core::ids::{ConversationId, UserId};
use salala_core::permissions::{Role, may_edit_group};
use salala_core::records::{Conversation, Membership, OwnConversation, Participant};
use salala_core::wire::fields::Change;

use super::SqliteStore;
use super::access::{are_friends, hidden_from, member, past_intervals};
use super::blocks::{blocks_among_members, refuse_blocked};
use super::cells::{Cells, optional_ms, rows};
use super::error::Result;
use super::history::load_message_at;
use super::members::{
    add_members, add_to_group, check_invited, remove_from_group, set_member_role, tell_joined,
};
use super::users::require_user;
use super::write_tx::WriteTx;
use crate::columns::brief_columns;
use crate::error::refuse_self;
use crate::log::Event;
use crate::pair::direct_key;
use crate::ports::conversations::{
    Contacts, ConversationChanges, ConversationCursor, Conversations, NewGroup,
};
use crate::visible::Visible;
use crate::{Pending, StoreError};

impl Conversations for SqliteStore {
    fn conversations(
        &self,
        user_id: UserId,
        after: Option<ConversationCursor>,
        limit: usize,
    ) -> Pending<Vec<OwnConversation>> {
        self.read(move |db| list(db, user_id, after, limit))
    }

    fn conversation(&self, user_id: UserId, id: ConversationId) -> Pending<OwnConversation> {
        self.read(move |db| load_own(db, user_id, id))
    }

    fn membership(&self, user_id: UserId, id: ConversationId) -> Pending<(Membership, u64)> {
        self.read(move |db| {
            let member = member(db, user_id, id)?;
            Ok((member.membership(db)?, member.last_seq))
        })
    }

    fn open_direct(
        &self,
        id: ConversationId,
        user_id: UserId,
        other_id: UserId,
        contacts: Contacts,
        now: Timestamp,
    ) -> Pending<(OwnConversation, bool)> {
        self.write(move |tx| {
            refuse_self(user_id, other_id)?;
            require_user(tx.db, user_id)?;
            require_user(tx.db, other_id)?;
            let (id, is_new) = find_or_make_direct(tx, id, user_id, other_id, now)?;
            // An error takes the new conversation and its events back with it.
            if is_new {
                refuse_blocked(tx.db, user_id, other_id)?;
            }
            if is_new && contacts == Contacts::Friends && !are_friends(tx.db, user_id, other_id)? {
                return Err(StoreError::Forbidden("you may only write to friends"));
            }
            Ok((load_own(tx.db, user_id, id)?, is_new))
        })
    }

    fn create_group(&self, group: NewGroup, contacts: Contacts) -> Pending<OwnConversation> {
        let size_bytes = group.participant_ids.len() * size_of::<UserId>();
        self.write_sized(size_bytes, move |tx| create_group(tx, group, contacts))
    }

    fn update_conversation(
        &self,
        user_id: UserId,
        id: ConversationId,
        changes: ConversationChanges,
        now: Timestamp,
    ) -> Pending<OwnConversation> {
        self.write(move |tx| update(tx, user_id, id, changes, now))
    }

    fn add_participants(
        &self,
        actor_id: UserId,
        id: ConversationId,
        user_ids: Vec<UserId>,
        contacts: Contacts,
        now: Timestamp,
    ) -> Pending<OwnConversation> {
        self.write_sized(user_ids.len() * size_of::<UserId>(), move |tx| {
            add_to_group(tx, &member(tx.db, actor_id, id)?, user_ids, contacts, now)?;
            load_own(tx.db, actor_id, id)
        })
    }

    fn remove_participant(
        &self,
        actor_id: UserId,
        id: ConversationId,
        user_id: UserId,
        now: Timestamp,
    ) -> Pending<()> {
        self.write(move |tx| {
            let actor = member(tx.db, actor_id, id)?;
            remove_from_group(tx, &actor, user_id, now)
        })
    }

    fn set_role(
        &self,
        actor_id: UserId,
        id: ConversationId,
        user_id: UserId,
        role: Role,
        now: Timestamp,
    ) -> Pending<OwnConversation> {
        self.write(move |tx| {
            let actor = member(tx.db, actor_id, id)?;
            set_member_role(tx, &actor, user_id, role, now)?;
            load_own(tx.db, actor_id, id)
        })
    }
}

/// The conversation as one of its members sees it.
pub(super) fn load_own(
    db: &Connection,
    user_id: UserId,
    id: ConversationId,
) -> Result<OwnConversation> {
    let member = member(db, user_id, id)?;
    let mut conversation = load_conversation(db, id)?;
    if !member.visible(db)?.contains(conversation.last_seq) {
        conversation.last_message = None;
    }
    Ok(OwnConversation { conversation, membership: member.membership(db)? })
}

/// The conversation, the same for every member.
pub(super) fn load_conversation(db: &Connection, id: ConversationId) -> Result<Conversation> {
    let mut conversation = db
        .prepare_cached(
            "SELECT id, name, is_group, avatar, members_version, last_seq, created_at, updated_at
             FROM conversations
             WHERE id = ?1",
        )?
        .query_row([id.as_bytes()], |row| {
            let mut cells = Cells::new(row);
            Ok(Conversation {
                id: cells.id()?,
                name: cells.take()?,
                is_group: cells.take()?,
                avatar: cells.take()?,
                participants: Vec::new(),
                blocks: Vec::new(),
                members_version: cells.number()?,
                last_message: None,
                last_seq: cells.number()?,
                created_at: cells.moment()?,
                updated_at: cells.moment()?,
            })
        })
        .optional()?
        .ok_or(StoreError::NotFound("this conversation"))?;
    conversation.participants = load_participants(db, id)?;
    conversation.blocks = blocks_among_members(db, id)?;
    conversation.last_message = load_message_at(db, id, conversation.last_seq)?;
    Ok(conversation)
}

/// The conversation of two, made if there is none; and whether it was made.
pub(super) fn find_or_make_direct(
    tx: &mut WriteTx<'_>,
    id: ConversationId,
    user_id: UserId,
    other_id: UserId,
    now: Timestamp,
) -> Result<(ConversationId, bool)> {
    let key = direct_key(user_id, other_id);
    let made = tx
        .db
        .prepare_cached(
            "INSERT INTO conversations (id, is_group, direct_key, created_at, updated_at, number)
             VALUES (
                 ?1, 0, ?2, ?3, ?3,
                 (SELECT COALESCE(MAX(number), 0) + 1
                  FROM conversations)
             )
             ON CONFLICT (direct_key) DO NOTHING",
        )?
        .execute(params![id.as_bytes(), key, now.unix_ms()])?;
    if made == 0 {
        let id = tx
            .db
            .prepare_cached(
                "SELECT id
                 FROM conversations
                 WHERE direct_key = ?1",
            )?
            .query_row([key], |row| Cells::new(row).id())?;
        return Ok((id, false));
    }
    let members = [(user_id, Role::Member), (other_id, Role::Member)];
    add_members(tx, id, 0, &members)?;
    let added = vec![user_id, other_id];
    tell_updated(tx, id, added, Vec::new(), now)?;
    Ok((id, true))
}

/// Tells the members, and those who just went, how the conversation is now.
pub(super) fn tell_updated(
    tx: &mut WriteTx<'_>,
    id: ConversationId,
    added: Vec<UserId>,
    removed: Vec<UserId>,
    now: Timestamp,
) -> Result<()> {
    let conversation = load_conversation(tx.db, id)?;
    let mut blind = Vec::new();
    if let Some(message) = &conversation.last_message {
        blind = hidden_from(tx.db, id, message.seq)?;
        for user_id in &removed {
            let past = Visible::new(past_intervals(tx.db, id, *user_id)?);
            if !past.contains(message.seq) {
                blind.push(*user_id);
            }
        }
    }
    tx.tell_members(
        id,
        Event::ConversationUpdated {
            conversation: Box::new(conversation),
            added,
            removed,
            has_moved_on: false,
        },
        blind,
        now,
    )
}

fn list(
    db: &Connection,
    user_id: UserId,
    after: Option<ConversationCursor>,
    limit: usize,
) -> Result<Vec<OwnConversation>> {
    let mut statement = db.prepare_cached(
        "SELECT c.id
         FROM participants p
         JOIN conversations c ON c.id = p.conversation_id
         WHERE p.user_id = ?1 AND (?2 IS NULL OR (c.updated_at, c.id) < (?2, ?3))
         ORDER BY c.updated_at DESC, c.id DESC
         LIMIT ?4",
    )?;
    let ids = statement
        .query_map(
            params![
                user_id.as_bytes(),
                after.map(|cursor| cursor.updated_at.unix_ms()),
                after.as_ref().map(|cursor| cursor.id.as_bytes()),
                rows(limit)
            ],
            |row| Cells::new(row).id(),
        )?
        .collect::<rusqlite::Result<Vec<ConversationId>>>()?;
    ids.into_iter().map(|id| load_own(db, user_id, id)).collect()
}

/// All of them: a group has at most as many as `limits` says.
fn load_participants(db: &Connection, id: ConversationId) -> Result<Vec<Participant>> {
    let mut statement = db.prepare_cached(concat!(
        "SELECT ",
        brief_columns!(),
        ", p.role
         FROM participants p
         JOIN users u ON u.id = p.user_id
         WHERE p.conversation_id = ?1
         ORDER BY p.joined_order"
    ))?;
    let participants = statement
        .query_map([id.as_bytes()], |row| {
            let mut cells = Cells::new(row);
            Ok(Participant { user: cells.brief()?, role: cells.role()? })
        })?
        .collect::<rusqlite::Result<_>>()?;
    Ok(participants)
}

fn create_group(
    tx: &mut WriteTx<'_>,
    group: NewGroup,
    contacts: Contacts,
) -> Result<OwnConversation> {
    require_user(tx.db, group.owner_id)?;
    let mut seen = HashSet::from([group.owner_id]);
    let invited: Vec<UserId> =
        group.participant_ids.into_iter().filter(|id| seen.insert(*id)).collect();
    check_invited(tx.db, group.owner_id, &invited, contacts, ("participantIds", 1))?;
    tx.db
        .prepare_cached(
            "INSERT INTO conversations (id, is_group, name, created_at, updated_at, number)
             VALUES (
                 ?1, 1, ?2, ?3, ?3,
                 (SELECT COALESCE(MAX(number), 0) + 1
                  FROM conversations)
             )",
        )?
        .execute(params![group.id.as_bytes(), group.name, group.created_at.unix_ms()])?;
    let mut members = vec![(group.owner_id, Role::Owner)];
    members.extend(invited.iter().map(|id| (*id, Role::Member)));
    add_members(tx, group.id, 0, &members)?;
    let added = members.into_iter().map(|(id, _)| id).collect();
    tell_updated(tx, group.id, added, Vec::new(), group.created_at)?;
    tell_joined(tx, group.id, group.owner_id, &invited, group.created_at)?;
    load_own(tx.db, group.owner_id, group.id)
}

fn update(
    tx: &mut WriteTx<'_>,
    user_id: UserId,
    id: ConversationId,
    changes: ConversationChanges,
    now: Timestamp,
) -> Result<OwnConversation> {
    let before = member(tx.db, user_id, id)?;
    if changes.name.is_some() || !changes.avatar.is_keep() {
        if !before.is_group {
            return Err(StoreError::Forbidden("a conversation of two has no name or picture"));
        }
        if !may_edit_group(before.role) {
            return Err(StoreError::Forbidden("your role may not change the group"));
        }
        if change_group(tx.db, id, changes.name.as_deref(), changes.avatar, now)? {
            tell_updated(tx, id, Vec::new(), Vec::new(), now)?;
        }
    }
    let own = before.membership(tx.db)?;
    let muted_until = changes.muted_until.apply(own.muted_until);
    let pinned_at = changes.pinned_at.apply(own.pinned_at);
    let archived_at = changes.archived_at.apply(own.archived_at);
    tx.db
        .prepare_cached(
            "UPDATE participants
             SET muted_until = ?3, pinned_at = ?4, archived_at = ?5, marked_unread = ?6
             WHERE conversation_id = ?1 AND user_id = ?2",
        )?
        .execute(params![
            id.as_bytes(),
            user_id.as_bytes(),
            optional_ms(muted_until),
            optional_ms(pinned_at),
            optional_ms(archived_at),
            changes.marked_unread.unwrap_or(own.marked_unread)
        ])?;
    load_own(tx.db, user_id, id)
}

/// Whether anything is another than before.
fn change_group(
    db: &Connection,
    id: ConversationId,
    name: Option<&str>,
    avatar: Change<String>,
    now: Timestamp,
) -> Result<bool> {
    let changed = db
        .prepare_cached(
            "UPDATE conversations
             SET name = COALESCE(?2, name), avatar = CASE WHEN ?3 THEN avatar ELSE ?4 END,
                 updated_at = MAX(updated_at, ?5)
             WHERE id = ?1
                 AND (name IS NOT COALESCE(?2, name)
                      OR avatar IS NOT CASE WHEN ?3 THEN avatar ELSE ?4 END)",
        )?
        .execute(params![
            id.as_bytes(),
            name,
            avatar.is_keep(),
            avatar.apply(None),
            now.unix_ms()
        ])?;
    Ok(changed > 0)
}
