//! Coming into groups, going, and roles.

use std::collections::HashSet;

use rusqlite::{Connection, OptionalExtension, params};
use salala_core::Timestamp;
use salala_core::ids::{ConversationId, UserId};
use salala_core::limits::PARTICIPANTS_MAX;
use salala_core::permissions::{Role, may_add_participants, may_remove_participant, may_set_role};
use salala_core::records::GroupJoined;

use super::access::{Member, are_friends, member, user_exists};
use super::blocks::refuse_blocked;
use super::cells::{Cells, number};
use super::conversations::tell_updated;
use super::error::Result;
use super::push_queue::store_push_to;
use super::users::load_brief;
use super::write_tx::WriteTx;
use crate::log::Event;
use crate::ports::conversations::Contacts;
use crate::push_rows::PushTo;
use crate::{Conflict, StoreError};

/// May these be drawn into a group that has `present` members? The field is the one that named them.
pub(super) fn check_invited(
    db: &Connection,
    actor_id: UserId,
    invited: &[UserId],
    contacts: Contacts,
    (field, present): (&'static str, usize),
) -> Result<()> {
    for user_id in invited {
        if !user_exists(db, *user_id)? {
            return Err(StoreError::Invalid { field, message: "must name users who exist" });
        }
        refuse_blocked(db, actor_id, *user_id)?;
        if contacts == Contacts::Friends && !are_friends(db, actor_id, *user_id)? {
            return Err(StoreError::Forbidden("you may only bring friends into a group"));
        }
    }
    if present + invited.len() > PARTICIPANTS_MAX {
        return Err(Conflict::GroupFull.into());
    }
    Ok(())
}

/// Enters members, who see what comes after `last_seq`, and what earlier memberships let them see.
pub(super) fn add_members(
    tx: &WriteTx<'_>,
    id: ConversationId,
    last_seq: u64,
    members: &[(UserId, Role)],
) -> Result<()> {
    for (user_id, role) in members {
        tx.db
            .prepare_cached(
                "INSERT INTO participants
                     (conversation_id, user_id, role, joined_order, joined_seq, last_read_seq,
                      covered_seq)
                 VALUES (
                     ?1, ?2, ?3,
                     (SELECT COALESCE(MAX(joined_order), 0) + 1
                      FROM participants
                      WHERE conversation_id = ?1),
                     ?4, ?4,
                     CASE WHEN EXISTS (SELECT 1
                                       FROM past_memberships
                                       WHERE conversation_id = ?1 AND user_id = ?2)
                         THEN 0 ELSE ?4 END
                 )",
            )?
            .execute(params![id.as_bytes(), user_id.as_bytes(), role.as_str(), number(last_seq)])?;
    }
    store_push_to(tx.db, id, PushTo::Unknown)
}

/// Tells each of those who were brought into a group.
pub(super) fn tell_joined(
    tx: &mut WriteTx<'_>,
    id: ConversationId,
    actor_id: UserId,
    invited: &[UserId],
    now: Timestamp,
) -> Result<()> {
    let actor = load_brief(tx.db, actor_id)?;
    let name: Option<String> = tx
        .db
        .prepare_cached(
            "SELECT name
             FROM conversations
             WHERE id = ?1",
        )?
        .query_row([id.as_bytes()], |row| row.get(0))?;
    let joined = GroupJoined { conversation_id: id, group_name: name.unwrap_or_default(), actor };
    for user_id in invited {
        tx.tell_user(*user_id, Event::GroupJoined(joined.clone()), now)?;
    }
    Ok(())
}

/// Brings users into the actor's group.
pub(super) fn add_to_group(
    tx: &mut WriteTx<'_>,
    actor: &Member,
    user_ids: Vec<UserId>,
    contacts: Contacts,
    now: Timestamp,
) -> Result<()> {
    let id = actor.conversation_id;
    refuse_outside_group(actor)?;
    if !may_add_participants(actor.role) {
        return Err(StoreError::Forbidden("your role may not bring others in"));
    }
    let mut seen = load_member_ids(tx.db, id)?;
    let present = seen.len();
    let invited: Vec<UserId> = user_ids.into_iter().filter(|id| seen.insert(*id)).collect();
    check_invited(tx.db, actor.user_id, &invited, contacts, ("userIds", present))?;
    if invited.is_empty() {
        return Ok(());
    }
    let members: Vec<_> = invited.iter().map(|id| (*id, Role::Member)).collect();
    add_members(tx, id, actor.last_seq, &members)?;
    raise_members_version(tx.db, id, now)?;
    for user_id in &invited {
        tx.note_membership(*user_id, id, true, now)?;
    }
    tell_updated(tx, id, invited.clone(), Vec::new(), now)?;
    tell_joined(tx, id, actor.user_id, &invited, now)
}

/// Puts a member out of the actor's group, or the actor themselves.
pub(super) fn remove_from_group(
    tx: &mut WriteTx<'_>,
    actor: &Member,
    user_id: UserId,
    now: Timestamp,
) -> Result<()> {
    refuse_outside_group(actor)?;
    let leaver = load_other(tx.db, actor, user_id)?;
    if user_id != actor.user_id && !may_remove_participant(actor.role, leaver.role) {
        return Err(StoreError::Forbidden("your role may not put this member out"));
    }
    take_out(tx, &leaver, now)
}

/// Ends a membership of a group; an owner hands over.
pub(super) fn take_out(tx: &mut WriteTx<'_>, leaver: &Member, now: Timestamp) -> Result<()> {
    let id = leaver.conversation_id;
    close_membership(tx.db, leaver)?;
    if leaver.role == Role::Owner {
        hand_over(tx.db, id)?;
    }
    raise_members_version(tx.db, id, now)?;
    tx.note_membership(leaver.user_id, id, false, now)?;
    tell_updated(tx, id, Vec::new(), vec![leaver.user_id], now)
}

/// Gives a role in the actor's group.
pub(super) fn set_member_role(
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
    let other = load_other(tx.db, actor, user_id)?;
    if other.role == role {
        return Ok(());
    }
    if user_id == actor.user_id {
        return Err(StoreError::Forbidden("an owner is one until another member is"));
    }
    store_role(tx.db, id, user_id, role)?;
    if role == Role::Owner {
        store_role(tx.db, id, actor.user_id, Role::Admin)?;
    }
    raise_members_version(tx.db, id, now)?;
    tell_updated(tx, id, Vec::new(), Vec::new(), now)
}

fn refuse_outside_group(actor: &Member) -> Result<()> {
    if !actor.is_group {
        return Err(StoreError::Forbidden("a conversation of two keeps its members"));
    }
    Ok(())
}

fn load_other(db: &Connection, actor: &Member, user_id: UserId) -> Result<Member> {
    let found = member(db, user_id, actor.conversation_id);
    if let Err(StoreError::Forbidden(_)) = found {
        return Err(StoreError::NotFound("this member"));
    }
    found
}

fn load_member_ids(db: &Connection, id: ConversationId) -> Result<HashSet<UserId>> {
    let mut statement = db.prepare_cached(
        "SELECT user_id
         FROM participants
         WHERE conversation_id = ?1",
    )?;
    let ids = statement
        .query_map([id.as_bytes()], |row| Cells::new(row).id())?
        .collect::<rusqlite::Result<_>>()?;
    Ok(ids)
}

/// What was written while they were in stays theirs to see, should they come back.
fn close_membership(db: &Connection, leaver: &Member) -> Result<()> {
    if leaver.joined_seq < leaver.last_seq {
        db.prepare_cached(
            "INSERT INTO past_memberships (conversation_id, user_id, joined_seq, left_seq)
             VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute(params![
            leaver.conversation_id.as_bytes(),
            leaver.user_id.as_bytes(),
            number(leaver.joined_seq),
            number(leaver.last_seq)
        ])?;
    }
    db.prepare_cached(
        "DELETE FROM participants
         WHERE conversation_id = ?1 AND user_id = ?2",
    )?
    .execute(params![leaver.conversation_id.as_bytes(), leaver.user_id.as_bytes()])?;
    Ok(())
}

/// To the admin who came first, else to the member who came first; to nobody in an empty group.
fn hand_over(db: &Connection, id: ConversationId) -> Result<()> {
    let heir = db
        .prepare_cached(
            "SELECT user_id
             FROM participants
             WHERE conversation_id = ?1
             ORDER BY role = 'admin' DESC, joined_order
             LIMIT 1",
        )?
        .query_row([id.as_bytes()], |row| Cells::new(row).id())
        .optional()?;
    match heir {
        Some(user_id) => store_role(db, id, user_id, Role::Owner),
        None => Ok(()),
    }
}

fn store_role(db: &Connection, id: ConversationId, user_id: UserId, role: Role) -> Result<()> {
    db.prepare_cached(
        "UPDATE participants
         SET role = ?3
         WHERE conversation_id = ?1 AND user_id = ?2",
    )?
    .execute(params![id.as_bytes(), user_id.as_bytes(), role.as_str()])?;
    Ok(())
}

fn raise_members_version(db: &Connection, id: ConversationId, now: Timestamp) -> Result<()> {
    db.prepare_cached(
        "UPDATE conversations
         SET members_version = members_version + 1, updated_at = MAX(updated_at, ?2)
         WHERE id = ?1",
    )?
    .execute(params![id.as_bytes(), now.unix_ms()])?;
    Ok(())
}
