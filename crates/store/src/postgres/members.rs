//! Coming into groups, going, and roles.

use std::collections::{HashMap, HashSet};

use futures_util::future::join3;
use salala_core::Timestamp;
use salala_core::ids::{ConversationId, UserId};
use salala_core::limits::PARTICIPANTS_MAX;
use salala_core::permissions::{Role, may_add_participants, may_remove_participant, may_set_role};
use salala_core::records::GroupJoined;

use super::access::{Member, ids_from, member};
use super::cells::{Cells, DbId, all_to_db, number};
use super::conversations::tell_updated;
use super::db::Db;
use super::error::Result;
use super::push_queue::unset_push_to;
use super::users::load_brief;
use super::write_tx::WriteTx;
use crate::error::blocked;
use crate::log::{Audience, Event};
use crate::pair::direct_key;
use crate::ports::conversations::Contacts;
use crate::{Conflict, StoreError};

/// May these be drawn into a group that has `present` members? The field is the one that named them.
pub(super) async fn check_invited(
    db: &Db,
    actor_id: UserId,
    invited: &[UserId],
    contacts: Contacts,
    (field, present): (&'static str, usize),
) -> Result<()> {
    let pairs: Vec<_> = invited.iter().map(|id| direct_key(actor_id, *id).to_vec()).collect();
    let found = db
        .query(
            "SELECT
                 EXISTS (
                     SELECT 1
                     FROM users u
                     WHERE u.id = named.id AND u.erased_at IS NULL
                 ),
                 EXISTS (
                     SELECT 1
                     FROM blocks b
                     WHERE b.direct_key = named.pair
                 ),
                 EXISTS (
                     SELECT 1
                     FROM friendships f
                     WHERE f.user_id = $1 AND f.friend_id = named.id
                 )
             FROM unnest($2::uuid[], $3::bytea[]) WITH ORDINALITY AS named (id, pair, place)
             ORDER BY named.place",
            &[&actor_id.to_db(), &all_to_db(invited), &pairs],
        )
        .await?;
    for row in &found {
        let mut cells = Cells::new(row);
        if !cells.take::<bool>()? {
            return Err(StoreError::Invalid { field, message: "must name users who exist" });
        }
        if cells.take()? {
            return Err(blocked());
        }
        if contacts == Contacts::Friends && !cells.take::<bool>()? {
            return Err(StoreError::Forbidden("you may only bring friends into a group"));
        }
    }
    if present + invited.len() > PARTICIPANTS_MAX {
        return Err(Conflict::GroupFull.into());
    }
    Ok(())
}

/// Enters members, who see what comes after `last_seq`, and what earlier memberships let them see.
pub(super) async fn add_members(
    tx: &WriteTx<'_>,
    id: ConversationId,
    last_seq: u64,
    members: &[(UserId, Role)],
) -> Result<()> {
    let roles: Vec<_> = members.iter().map(|(_, role)| role.as_str()).collect();
    tx.db
        .execute(
            "INSERT INTO participants
                 (conversation_id, user_id, role, joined_order, joined_seq, last_read_seq,
                  covered_seq)
             SELECT $1::uuid, named.id, named.role, named.place + (
                     SELECT COALESCE(MAX(joined_order), 0)
                     FROM participants
                     WHERE conversation_id = $1
                 ), $2::bigint, $2::bigint,
                 CASE WHEN EXISTS (
                     SELECT 1
                     FROM past_memberships h
                     WHERE h.conversation_id = $1 AND h.user_id = named.id
                 ) THEN 0 ELSE $2::bigint END
             FROM unnest($3::uuid[], $4::text[]) WITH ORDINALITY AS named (id, role, place)",
            &[
                &id.to_db(),
                &number(last_seq),
                &all_to_db(members.iter().map(|(user_id, _)| user_id)),
                &roles,
            ],
        )
        .await?;
    unset_push_to(tx.db, id).await?;
    Ok(())
}

/// Tells each of those who were brought into a group.
pub(super) async fn tell_joined(
    tx: &mut WriteTx<'_>,
    id: ConversationId,
    actor_id: UserId,
    invited: &[UserId],
    now: Timestamp,
) -> Result<()> {
    let (actor, name, revs) =
        join3(load_brief(tx.db, actor_id), load_name(tx.db, id), take_revs(tx.db, invited)).await;
    let (actor, name, mut revs) = (actor?, name?, revs?);
    let joined = GroupJoined { conversation_id: id, group_name: name.unwrap_or_default(), actor };
    for user_id in invited {
        if let Some(rev) = revs.remove(user_id) {
            let event = Event::GroupJoined(joined.clone());
            tx.leave(Audience::User(*user_id), rev, event, Vec::new(), now);
        }
    }
    Ok(())
}

async fn load_name(db: &Db, id: ConversationId) -> Result<Option<String>> {
    let row = db
        .query_one(
            "SELECT name
             FROM conversations
             WHERE id = $1",
            &[&id.to_db()],
        )
        .await?;
    Cells::new(&row).take()
}

/// Takes the next `rev` of each of these users.
async fn take_revs(db: &Db, user_ids: &[UserId]) -> Result<HashMap<UserId, u64>> {
    let revs = db
        .query(
            "UPDATE users
             SET rev = rev + 1
             WHERE id = ANY ($1)
             RETURNING id, rev",
            &[&all_to_db(user_ids)],
        )
        .await?;
    revs.iter()
        .map(|row| {
            let mut cells = Cells::new(row);
            Ok((cells.id()?, cells.number()?))
        })
        .collect()
}

/// Brings users into the actor's group.
pub(super) async fn add_to_group(
    tx: &mut WriteTx<'_>,
    actor: &Member,
    user_ids: &[UserId],
    contacts: Contacts,
    now: Timestamp,
) -> Result<()> {
    let id = actor.conversation_id;
    refuse_outside_group(actor)?;
    if !may_add_participants(actor.role) {
        return Err(StoreError::Forbidden("your role may not bring others in"));
    }
    let mut seen = load_member_ids(tx.db, id).await?;
    let present = seen.len();
    let invited: Vec<UserId> = user_ids.iter().copied().filter(|id| seen.insert(*id)).collect();
    check_invited(tx.db, actor.user_id, &invited, contacts, ("userIds", present)).await?;
    if invited.is_empty() {
        return Ok(());
    }
    let members: Vec<_> = invited.iter().map(|id| (*id, Role::Member)).collect();
    add_members(tx, id, actor.last_seq, &members).await?;
    raise_members_version(tx.db, id, now).await?;
    for user_id in &invited {
        tx.note_membership(*user_id, id, true, now);
    }
    tell_updated(tx, id, invited.clone(), Vec::new(), now).await?;
    tell_joined(tx, id, actor.user_id, &invited, now).await
}

/// Puts a member out of the actor's group, or the actor themselves.
pub(super) async fn remove_from_group(
    tx: &mut WriteTx<'_>,
    actor: &Member,
    user_id: UserId,
    now: Timestamp,
) -> Result<()> {
    refuse_outside_group(actor)?;
    let leaver = load_other(tx.db, actor, user_id).await?;
    if user_id != actor.user_id && !may_remove_participant(actor.role, leaver.role) {
        return Err(StoreError::Forbidden("your role may not put this member out"));
    }
    take_out(tx, &leaver, now).await
}

/// Ends a membership of a group; an owner hands over.
pub(super) async fn take_out(tx: &mut WriteTx<'_>, leaver: &Member, now: Timestamp) -> Result<()> {
    let id = leaver.conversation_id;
    close_membership(tx.db, leaver).await?;
    if leaver.role == Role::Owner {
        hand_over(tx.db, id).await?;
    }
    raise_members_version(tx.db, id, now).await?;
    tx.note_membership(leaver.user_id, id, false, now);
    tell_updated(tx, id, Vec::new(), vec![leaver.user_id], now).await
}

/// Gives a role in the actor's group.
pub(super) async fn set_member_role(
    tx: &mut WriteTx<'_>,
    actor: &Member,
    user_id: UserId,
    role: Role,
    now: Timestamp,
) -> Result<()> {
    let id = actor.conversation_id;
    refuse_outside_group(actor)?;
    if !may_set_role(actor.role) {
        return Err(StoreError::Forbidden("only the owner gives roles"));
    }
    let other = load_other(tx.db, actor, user_id).await?;
    if other.role == role {
        return Ok(());
    }
    if user_id == actor.user_id {
        return Err(StoreError::Forbidden("an owner is one until another member is"));
    }
    store_role(tx.db, id, user_id, role).await?;
    if role == Role::Owner {
        store_role(tx.db, id, actor.user_id, Role::Admin).await?;
    }
    raise_members_version(tx.db, id, now).await?;
    tell_updated(tx, id, Vec::new(), Vec::new(), now).await
}

fn refuse_outside_group(actor: &Member) -> Result<()> {
    if !actor.is_group {
        return Err(StoreError::Forbidden("a conversation of two keeps its members"));
    }
    Ok(())
}

async fn load_other(db: &Db, actor: &Member, user_id: UserId) -> Result<Member> {
    let found = member(db, user_id, actor.conversation_id).await;
    if let Err(StoreError::Forbidden(_)) = found {
        return Err(StoreError::NotFound("this member"));
    }
    found
}

async fn load_member_ids(db: &Db, id: ConversationId) -> Result<HashSet<UserId>> {
    let found = db
        .query(
            "SELECT user_id
             FROM participants
             WHERE conversation_id = $1",
            &[&id.to_db()],
        )
        .await?;
    Ok(ids_from(&found)?.into_iter().collect())
}

/// What was written while they were in stays theirs to see, should they come back.
async fn close_membership(db: &Db, leaver: &Member) -> Result<()> {
    let (id, user_id) = (leaver.conversation_id.to_db(), leaver.user_id.to_db());
    if leaver.joined_seq < leaver.last_seq {
        db.execute(
            "INSERT INTO past_memberships (conversation_id, user_id, joined_seq, left_seq)
             VALUES ($1, $2, $3, $4)",
            &[&id, &user_id, &number(leaver.joined_seq), &number(leaver.last_seq)],
        )
        .await?;
    }
    db.execute(
        "DELETE FROM participants
         WHERE conversation_id = $1 AND user_id = $2",
        &[&id, &user_id],
    )
    .await?;
    Ok(())
}

/// To the admin who came first, else to the member who came first; to nobody in an empty group.
async fn hand_over(db: &Db, id: ConversationId) -> Result<()> {
    let heir = db
        .query_opt(
            "SELECT user_id
             FROM participants
             WHERE conversation_id = $1
             ORDER BY role = 'admin' DESC, joined_order
             LIMIT 1",
            &[&id.to_db()],
        )
        .await?;
    match heir {
        Some(row) => store_role(db, id, Cells::new(&row).id()?, Role::Owner).await,
        None => Ok(()),
    }
}

async fn store_role(db: &Db, id: ConversationId, user_id: UserId, role: Role) -> Result<()> {
    db.execute(
        "UPDATE participants
         SET role = $3
         WHERE conversation_id = $1 AND user_id = $2",
        &[&id.to_db(), &user_id.to_db(), &role.as_str()],
    )
    .await?;
    Ok(())
}

async fn raise_members_version(db: &Db, id: ConversationId, now: Timestamp) -> Result<()> {
    db.execute(
        "UPDATE conversations
         SET members_version = members_version + 1, updated_at = GREATEST(updated_at, $2)
         WHERE id = $1",
        &[&id.to_db(), &now.unix_ms()],
    )
    .await?;
    Ok(())
}
