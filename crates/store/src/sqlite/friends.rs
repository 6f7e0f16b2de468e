//! Friends and friend requests, and the port for them.

use rusqlite::{Connection, OptionalExtension, Row, params};
use salala_core::Timestamp;
use salala_core::ids::{ConversationId, FriendRequestId, UserId};
use salala_core::records::{FriendRequest, FriendRequestStatus, OwnConversation, UserBrief};

use super::SqliteStore;
use super::blocks::refuse_blocked;
use super::cells::Cells;
use super::conversations::{find_or_make_direct, load_own};
use super::error::Result;
use super::users::require_user;
use super::write_tx::WriteTx;
use crate::columns::{brief_columns, select_request};
use crate::error::{no_request, refuse_self};
use crate::log::Event;
use crate::ports::friends::Friends;
use crate::request_status::{status_from, status_word};
use crate::{Conflict, Pending, StoreError};

impl Friends for SqliteStore {
    fn friends(&self, user_id: UserId) -> Pending<Vec<UserBrief>> {
        self.read(move |db| {
            let mut statement = db.prepare_cached(concat!(
                "SELECT ",
                brief_columns!(),
                "
                 FROM friendships f
                 JOIN users u ON u.id = f.friend_id
                 WHERE f.user_id = ?1
                 ORDER BY u.username_key
                 LIMIT 10000"
            ))?;
            let friends = statement
                .query_map([user_id.as_bytes()], |row| Cells::new(row).brief())?
                .collect::<rusqlite::Result<_>>()?;
            Ok(friends)
        })
    }

    fn remove_friend(&self, user_id: UserId, friend_id: UserId) -> Pending<()> {
        self.write(move |tx| {
            let removed = tx.db.execute(
                "DELETE FROM friendships
                 WHERE (user_id = ?1 AND friend_id = ?2) OR (user_id = ?2 AND friend_id = ?1)",
                params![user_id.as_bytes(), friend_id.as_bytes()],
            )?;
            match removed {
                0 => Err(StoreError::NotFound("this friendship")),
                _ => Ok(()),
            }
        })
    }

    fn pending_friend_requests(&self, user_id: UserId) -> Pending<Vec<FriendRequest>> {
        self.read(move |db| {
            let mut statement = db.prepare_cached(select_request!(
                "WHERE r.receiver_id = ?1 AND r.status = 'PENDING'
                 ORDER BY r.created_at DESC, r.id DESC
                 LIMIT 1000"
            ))?;
            let requests = statement
                .query_map([user_id.as_bytes()], request_from)?
                .collect::<rusqlite::Result<_>>()?;
            Ok(requests)
        })
    }

    fn create_friend_request(
        &self,
        id: FriendRequestId,
        sender_id: UserId,
        receiver_id: UserId,
        now: Timestamp,
    ) -> Pending<FriendRequest> {
        self.write(move |tx| {
            refuse_self(sender_id, receiver_id)?;
            require_user(tx.db, sender_id)?;
            require_user(tx.db, receiver_id)?;
            refuse_blocked(tx.db, sender_id, receiver_id)?;
            ask(tx, id, sender_id, receiver_id, now)
        })
    }

    fn accept_friend_request(
        &self,
        user_id: UserId,
        id: FriendRequestId,
        conversation_id: ConversationId,
        now: Timestamp,
    ) -> Pending<OwnConversation> {
        self.write(move |tx| {
            let request = load_received(tx.db, user_id, id)?;
            let sender_id = request.sender.id;
            match request.status {
                FriendRequestStatus::Pending => {
                    refuse_blocked(tx.db, user_id, sender_id)?;
                    befriend(tx.db, user_id, sender_id)?;
                    answer(tx, request, FriendRequestStatus::Accepted, now)?;
                }
                FriendRequestStatus::Accepted => {}
                FriendRequestStatus::Rejected | FriendRequestStatus::Cancelled => {
                    return Err(Conflict::RequestClosed.into());
                }
            }
            let (conversation_id, _) =
                find_or_make_direct(tx, conversation_id, user_id, sender_id, now)?;
            load_own(tx.db, user_id, conversation_id)
        })
    }

    fn reject_friend_request(
        &self,
        user_id: UserId,
        id: FriendRequestId,
        now: Timestamp,
    ) -> Pending<FriendRequest> {
        self.write(move |tx| {
            let request = load_received(tx.db, user_id, id)?;
            answer(tx, request, FriendRequestStatus::Rejected, now)
        })
    }

    fn cancel_friend_request(
        &self,
        user_id: UserId,
        id: FriendRequestId,
        now: Timestamp,
    ) -> Pending<()> {
        self.write(move |tx| {
            let request = load_request(tx.db, id)?;
            if request.sender.id != user_id {
                return Err(no_request());
            }
            answer(tx, request, FriendRequestStatus::Cancelled, now).map(drop)
        })
    }
}

fn ask(
    tx: &mut WriteTx<'_>,
    id: FriendRequestId,
    sender_id: UserId,
    receiver_id: UserId,
    now: Timestamp,
) -> Result<FriendRequest> {
    let asked = tx
        .db
        .prepare_cached(
            "INSERT INTO friend_requests
                 (id, sender_id, receiver_id, low_id, high_id, status, created_at, updated_at)
             SELECT ?1, ?2, ?3, MIN(?2, ?3), MAX(?2, ?3), 'PENDING', ?4, ?4
             WHERE NOT EXISTS (
                 SELECT 1
                 FROM friendships
                 WHERE user_id = ?2 AND friend_id = ?3
             )",
        )?
        .execute(params![
            id.as_bytes(),
            sender_id.as_bytes(),
            receiver_id.as_bytes(),
            now.unix_ms()
        ])?;
    if asked == 0 {
        return Err(Conflict::AlreadyFriends.into());
    }
    let request = load_request(tx.db, id)?;
    tx.tell_user(receiver_id, Event::FriendRequestCreated(request.clone()), now)?;
    Ok(request)
}

/// Closes a request that waits, and tells both sides.
fn answer(
    tx: &mut WriteTx<'_>,
    request: FriendRequest,
    status: FriendRequestStatus,
    now: Timestamp,
) -> Result<FriendRequest> {
    let answered = tx
        .db
        .prepare_cached(
            "UPDATE friend_requests
             SET status = ?2, updated_at = ?3
             WHERE id = ?1 AND status = 'PENDING'",
        )?
        .execute(params![request.id.as_bytes(), status_word(status), now.unix_ms()])?;
    if answered == 0 {
        return Err(Conflict::RequestClosed.into());
    }
    let request = FriendRequest { status, ..request };
    for user_id in [request.sender.id, request.receiver_id] {
        tx.tell_user(user_id, Event::FriendRequestUpdated(request.clone()), now)?;
    }
    Ok(request)
}

/// Closes all requests of and to a user that wait, and tells the others: as many as are listed.
pub(super) fn close_waiting(tx: &mut WriteTx<'_>, user_id: UserId, now: Timestamp) -> Result<()> {
    let mut waiting: Vec<FriendRequest> = Vec::new();
    for sql in [
        select_request!("WHERE r.sender_id = ?1 AND r.status = 'PENDING' LIMIT 1000"),
        select_request!("WHERE r.receiver_id = ?1 AND r.status = 'PENDING' LIMIT 1000"),
    ] {
        let mut statement = tx.db.prepare(sql)?;
        for request in statement.query_map([user_id.as_bytes()], request_from)? {
            waiting.push(request?);
        }
    }
    for request in waiting {
        let (other_id, status) = if request.sender.id == user_id {
            (request.receiver_id, FriendRequestStatus::Cancelled)
        } else {
            (request.sender.id, FriendRequestStatus::Rejected)
        };
        let request = FriendRequest { status, ..request };
        tx.tell_user(other_id, Event::FriendRequestUpdated(request), now)?;
    }
    Ok(())
}

fn befriend(db: &Connection, one: UserId, other: UserId) -> Result<()> {
    db.prepare_cached(
        "INSERT INTO friendships (user_id, friend_id)
         VALUES (?1, ?2), (?2, ?1)
         ON CONFLICT (user_id, friend_id) DO NOTHING",
    )?
    .execute(params![one.as_bytes(), other.as_bytes()])?;
    Ok(())
}

fn load_received(db: &Connection, user_id: UserId, id: FriendRequestId) -> Result<FriendRequest> {
    let request = load_request(db, id)?;
    if request.receiver_id != user_id {
        return Err(no_request());
    }
    Ok(request)
}

/// A friend request as it stands, or `NotFound`.
pub(super) fn load_request(db: &Connection, id: FriendRequestId) -> Result<FriendRequest> {
    db.prepare_cached(select_request!("WHERE r.id = ?1"))?
        .query_row([id.as_bytes()], request_from)
        .optional()?
        .ok_or_else(no_request)
}

/// From the columns of `select_request`.
pub(super) fn request_from(row: &Row<'_>) -> rusqlite::Result<FriendRequest> {
    let mut cells = Cells::new(row);
    Ok(FriendRequest {
        id: cells.id()?,
        sender: cells.brief()?,
        receiver_id: cells.id()?,
        status: status_from(&cells.take::<String>()?),
        created_at: cells.moment()?,
    })
}
