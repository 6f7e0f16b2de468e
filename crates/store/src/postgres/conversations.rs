//! Conversations, and the port for them and their members.

use std::collections::HashSet;

use futures_util::future::{join, try_join, try_join_all};
use salala_core::Timestamp;
use salala_core::ids::{ConversationId, UserId};
use salala_core::permissions::{Role, may_edit_group};
use salala_core::records::{Membership, OwnConversation};
use salala_core::wire::fields::Change;

use super::PostgresStore;
use super::access::{are_friends, hidden_from, ids_from, member, past_intervals, require_user};
use super::blocks::refuse_blocked;
use super::cells::{Cells, DbId, optional_ms, rows};
use super::conversation_rows::load_conversation;
use super::db::Db;
use super::error::Result;
use super::locks::Key;
use super::members::{
    add_members, add_to_group, check_invited, remove_from_group, set_member_role, tell_joined,
};
use super::write_tx::WriteTx;
use crate::error::refuse_self;
use crate::log::Event;
use crate::pair::direct_key;
use crate::ports::conversations::{
    Contacts, ConversationChanges, ConversationCursor, Conversations, NewGroup,
};
use crate::visible::Visible;
use crate::{Pending, StoreError};

impl Conversations for PostgresStore {
    fn conversations(
        &self,
        user_id: UserId,
        after: Option<ConversationCursor>,
        limit: usize,
    ) -> Pending<Vec<OwnConversation>> {
        self.read(async move |db: &Db| list(db, user_id, after, limit).await)
    }

    fn conversation(&self, user_id: UserId, id: ConversationId) -> Pending<OwnConversation> {
        self.read(async move |db: &Db| load_own(db, user_id, id).await)
    }

    fn membership(&self, user_id: UserId, id: ConversationId) -> Pending<(Membership, u64)> {
        self.read(async move |db: &Db| {
            let member = member(db, user_id, id).await?;
            Ok((member.membership(db).await?, member.last_seq))
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
        let keys = [Key::Pair(user_id, other_id), Key::Conversation(id)];
        self.write(keys, async move |tx: &mut WriteTx<'_>| {
            refuse_self(user_id, other_id)?;
            let both = join(require_user(tx.db, user_id), require_user(tx.db, other_id)).await;
            both.0.and(both.1)?;
            let (id, is_new) = find_or_make_direct(tx, id, user_id, other_id, now).await?;
            // An error takes the new conversation and its events back with it.
            if is_new {
                refuse_blocked(tx.db, user_id, other_id).await?;
                if contacts == Contacts::Friends && !are_friends(tx.db, user_id, other_id).await? {
                    return Err(StoreError::Forbidden("you may only write to friends"));
                }
            }
            Ok((load_own(tx.db, user_id, id).await?, is_new))
        })
    }

    fn create_group(&self, group: NewGroup, contacts: Contacts) -> Pending<OwnConversation> {
        let size_bytes = group.participant_ids.len() * size_of::<UserId>();
        let keys = keys_of(group.id, group.owner_id, &group.participant_ids);
        self.write_sized(keys, size_bytes, async move |tx: &mut WriteTx<'_>| {
            create_group(tx, &group, contacts).await
        })
    }

    fn update_conversation(
        &self,
        user_id: UserId,
        id: ConversationId,
        changes: ConversationChanges,
        now: Timestamp,
    ) -> Pending<OwnConversation> {
        self.write([Key::Conversation(id)], async move |tx: &mut WriteTx<'_>| {
            update(tx, user_id, id, changes.clone(), now).await
        })
    }

    fn add_participants(
        &self,
        actor_id: UserId,
        id: ConversationId,
        user_ids: Vec<UserId>,
        contacts: Contacts,
        now: Timestamp,
    ) -> Pending<OwnConversation> {
        let size_bytes = user_ids.len() * size_of::<UserId>();
        let keys = keys_of(id, actor_id, &user_ids);
        self.write_sized(keys, size_bytes, async move |tx: &mut WriteTx<'_>| {
            let actor = member(tx.db, actor_id, id).await?;
            add_to_group(tx, &actor, &user_ids, contacts, now).await?;
            load_own(tx.db, actor_id, id).await
        })
    }

    fn remove_participant(
        &self,
        actor_id: UserId,
        id: ConversationId,
        user_id: UserId,
        now: Timestamp,
    ) -> Pending<()> {
        self.write([Key::Conversation(id)], async move |tx: &mut WriteTx<'_>| {
            let actor = member(tx.db, actor_id, id).await?;
            remove_from_group(tx, &actor, user_id, now).await
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
        self.write([Key::Conversation(id)], async move |tx: &mut WriteTx<'_>| {
            let actor = member(tx.db, actor_id, id).await?;
            set_member_role(tx, &actor, user_id, role, now).await?;
            load_own(tx.db, actor_id, id).await
        })
    }
}

/// The conversation as one of its members sees it.
pub(super) async fn load_own(
    db: &Db,
    user_id: UserId,
    id: ConversationId,
) -> Result<OwnConversation> {
    let (member, mut conversation) =
        try_join(member(db, user_id, id), load_conversation(db, id)).await?;
    if !member.visible().contains(conversation.last_seq) {
        conversation.last_message = None;
    }
    Ok(OwnConversation { conversation, membership: member.membership(db).await? })
}

/// The conversation of two, made if there is none; and whether it was made.
pub(super) async fn find_or_make_direct(
    tx: &mut WriteTx<'_>,
    id: ConversationId,
    user_id: UserId,
    other_id: UserId,
    now: Timestamp,
) -> Result<(ConversationId, bool)> {
    let key = direct_key(user_id, other_id);
    let made = tx
        .db
        .execute(
            "INSERT INTO conversations (id, is_group, direct_key, created_at, updated_at)
             VALUES ($1, FALSE, $2, $3, $3)
             ON CONFLICT (direct_key) DO NOTHING",
            &[&id.to_db(), &key.as_slice(), &now.unix_ms()],
        )
        .await?;
    if made == 0 {
        let row = tx
            .db
            .query_one(
                "SELECT id
                 FROM conversations
                 WHERE direct_key = $1",
                &[&key.as_slice()],
            )
            .await?;
        return Ok((Cells::new(&row).id()?, false));
    }
    let members = [(user_id, Role::Member), (other_id, Role::Member)];
    add_members(tx, id, 0, &members).await?;
    let added = vec![user_id, other_id];
    tell_updated(tx, id, added, Vec::new(), now).await?;
    Ok((id, true))
}

/// Tells the members, and those who just went, how the conversation is now.
pub(super) async fn tell_updated(
    tx: &mut WriteTx<'_>,
    id: ConversationId,
    added: Vec<UserId>,
    removed: Vec<UserId>,
    now: Timestamp,
) -> Result<()> {
    let conversation = load_conversation(tx.db, id).await?;
    let mut blind = Vec::new();
    if let Some(message) = &conversation.last_message {
        blind = hidden_from(tx.db, id, message.seq).await?;
        for user_id in &removed {
            let past = Visible::new(past_intervals(tx.db, id, *user_id).await?);
            if !past.contains(message.seq) {
                blind.push(*user_id);
            }
        }
    }
    let event = Event::ConversationUpdated {
        conversation: Box::new(conversation),
        added,
        removed,
        has_moved_on: false,
    };
    tx.tell_members(id, event, blind, now).await
}

/// Who is drawn into a conversation is to be neither blocked nor befriended meanwhile.
fn keys_of(id: ConversationId, actor_id: UserId, user_ids: &[UserId]) -> Vec<Key> {
    let users = user_ids.iter().copied().map(Key::User);
    [Key::Conversation(id), Key::User(actor_id)].into_iter().chain(users).collect()
}

async fn list(
    db: &Db,
    user_id: UserId,
    after: Option<ConversationCursor>,
    limit: usize,
) -> Result<Vec<OwnConversation>> {
    let found = db
        .query(
            "SELECT c.id
             FROM participants p
             JOIN conversations c ON c.id = p.conversation_id
             WHERE p.user_id = $1 AND ($2::bigint IS NULL OR (c.updated_at, c.id) < ($2, $3::uuid))
             ORDER BY c.updated_at DESC, c.id DESC
             LIMIT $4",
            &[
                &user_id.to_db(),
                &after.map(|cursor| cursor.updated_at.unix_ms()),
                &after.map(|cursor| cursor.id.to_db()),
                &rows(limit),
            ],
        )
        .await?;
    let ids = ids_from(&found)?;
    // Asked together, they take as many round trips as one.
    try_join_all(ids.into_iter().map(|id| load_own(db, user_id, id))).await
}

async fn create_group(
    tx: &mut WriteTx<'_>,
    group: &NewGroup,
    contacts: Contacts,
) -> Result<OwnConversation> {
    let mut seen = HashSet::from([group.owner_id]);
    let invited: Vec<UserId> =
        group.participant_ids.iter().copied().filter(|id| seen.insert(*id)).collect();
    require_user(tx.db, group.owner_id).await?;
    check_invited(tx.db, group.owner_id, &invited, contacts, ("participantIds", 1)).await?;
    tx.db
        .execute(
            "INSERT INTO conversations (id, is_group, name, created_at, updated_at)
             VALUES ($1, TRUE, $2, $3, $3)",
            &[&group.id.to_db(), &group.name, &group.created_at.unix_ms()],
        )
        .await?;
    let mut members = vec![(group.owner_id, Role::Owner)];
    members.extend(invited.iter().map(|id| (*id, Role::Member)));
    add_members(tx, group.id, 0, &members).await?;
    let added = members.into_iter().map(|(id, _)| id).collect();
    tell_updated(tx, group.id, added, Vec::new(), group.created_at).await?;
    tell_joined(tx, group.id, group.owner_id, &invited, group.created_at).await?;
    load_own(tx.db, group.owner_id, group.id).await
}

async fn update(
    tx: &mut WriteTx<'_>,
    user_id: UserId,
    id: ConversationId,
    changes: ConversationChanges,
    now: Timestamp,
) -> Result<OwnConversation> {
    let before = member(tx.db, user_id, id).await?;
    if changes.name.is_some() || !changes.avatar.is_keep() {
        if !before.is_group {
            return Err(StoreError::Forbidden("a conversation of two has no name or picture"));
        }
        if !may_edit_group(before.role) {
            return Err(StoreError::Forbidden("your role may not change the group"));
        }
        if change_group(tx.db, id, changes.name.as_deref(), changes.avatar, now).await? {
            tell_updated(tx, id, Vec::new(), Vec::new(), now).await?;
        }
    }
    let own = before.membership(tx.db).await?;
    let muted_until = changes.muted_until.apply(own.muted_until);
    let pinned_at = changes.pinned_at.apply(own.pinned_at);
    let archived_at = changes.archived_at.apply(own.archived_at);
    tx.db
        .execute(
            "UPDATE participants
             SET muted_until = $3, pinned_at = $4, archived_at = $5, marked_unread = $6
             WHERE conversation_id = $1 AND user_id = $2",
            &[
                &id.to_db(),
                &user_id.to_db(),
                &optional_ms(muted_until),
                &optional_ms(pinned_at),
                &optional_ms(archived_at),
                &changes.marked_unread.unwrap_or(own.marked_unread),
            ],
        )
        .await?;
    load_own(tx.db, user_id, id).await
}

/// Whether anything is another than before.
async fn change_group(
    db: &Db,
    id: ConversationId,
    name: Option<&str>,
    avatar: Change<String>,
    now: Timestamp,
) -> Result<bool> {
    let changed = db
        .execute(
            "UPDATE conversations
             SET name = COALESCE($2, name), avatar = CASE WHEN $3 THEN avatar ELSE $4 END,
                 updated_at = GREATEST(updated_at, $5)
             WHERE id = $1
                 AND (name IS DISTINCT FROM COALESCE($2, name)
                      OR avatar IS DISTINCT FROM CASE WHEN $3 THEN avatar ELSE $4 END)",
            &[&id.to_db(), &name, &avatar.is_keep(), &avatar.apply(None), &now.unix_ms()],
        )
        .await?;
    Ok(changed > 0)
}
