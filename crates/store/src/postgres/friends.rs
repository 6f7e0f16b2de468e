//! Friends and friend requests, and the port for them.

use futures_util::future::join3;
use salala_core::Timestamp;
use salala_core::ids::{ConversationId, FriendRequestId, UserId};
use salala_core::records::{FriendRequest, FriendRequestStatus, OwnConversation, UserBrief};
use tokio_postgres::Row;

use super::PostgresStore;
use super::access::require_user;
use super::blocks::refuse_blocked;
use super::cells::{Cells, DbId};
use super::conversations::{find_or_make_direct, load_own};
use super::db::Db;
use super::error::Result;
use super::locks::Key;
use super::write_tx::WriteTx;
use crate::columns::{brief_columns, select_request};
use crate::error::{no_request, refuse_self};
use crate::log::Event;
use crate::ports::friends::Friends;
use crate::request_status::{status_from, status_word};
use crate::{Conflict, Pending, StoreError};

impl Friends for PostgresStore {
    fn friends(&self, user_id: UserId) -> Pending<Vec<UserBrief>> {
        self.read(async move |db: &Db| {
            let friends = db
                .query(
                    concat!(
                        "SELECT ",
                        brief_columns!(),
                        "
                         FROM friendships f
                         JOIN users u ON u.id = f.friend_id
                         WHERE f.user_id = $1
                         ORDER BY u.username_key
                         LIMIT 10000"
                    ),
                    &[&user_id.to_db()],
                )
                .await?;
            friends.iter().map(|row| Cells::new(row).brief()).collect()
        })
    }

    fn remove_friend(&self, user_id: UserId, friend_id: UserId) -> Pending<()> {
        self.write([Key::Pair(user_id, friend_id)], async move |tx: &mut WriteTx<'_>| {
            let removed = tx
                .db
                .execute(
                    "DELETE FROM friendships
                     WHERE (user_id = $1 AND friend_id = $2) OR (user_id = $2 AND friend_id = $1)",
                    &[&user_id.to_db(), &friend_id.to_db()],
                )
                .await?;
            match removed {
                0 => Err(StoreError::NotFound("this friendship")),
                _ => Ok(()),
            }
        })
    }

    fn pending_friend_requests(&self, user_id: UserId) -> Pending<Vec<FriendRequest>> {
        self.read(async move |db: &Db| {
            let requests = db
                .query(
                    select_request!(
                        "WHERE r.receiver_id = $1 AND r.status = 'PENDING'
                         ORDER BY r.created_at DESC, r.id DESC
                         LIMIT 1000"
                    ),
                    &[&user_id.to_db()],
                )
                .await?;
            requests.iter().map(request_from).collect()
        })
    }

    fn create_friend_request(
        &self,
        id: FriendRequestId,
        sender_id: UserId,
        receiver_id: UserId,
        now: Timestamp,
    ) -> Pending<FriendRequest> {
        self.write([Key::Pair(sender_id, receiver_id)], async move |tx: &mut WriteTx<'_>| {
            refuse_self(sender_id, receiver_id)?;
            let (sender, receiver, refused) = join3(
                require_user(tx.db, sender_id),
                require_user(tx.db, receiver_id),
                refuse_blocked(tx.db, sender_id, receiver_id),
            )
            .await;
            sender.and(receiver).and(refused)?;
            ask(tx, id, sender_id, receiver_id, now).await
        })
    }

    fn accept_friend_request(
        &self,
        user_id: UserId,
        id: FriendRequestId,
        conversation_id: ConversationId,
        now: Timestamp,
    ) -> Pending<OwnConversation> {
        let keys = [Key::Request(id), Key::Conversation(conversation_id)];
        self.write(keys, async move |tx: &mut WriteTx<'_>| {
            let request = load_received(tx.db, user_id, id).await?;
            let sender_id = request.sender.id;
            match request.status {
                FriendRequestStatus::Pending => {
                    refuse_blocked(tx.db, user_id, sender_id).await?;
                    befriend(tx.db, user_id, sender_id).await?;
                    answer(tx, request, FriendRequestStatus::Accepted, now).await?;
                }
                FriendRequestStatus::Accepted => {}
                FriendRequestStatus::Rejected | FriendRequestStatus::Cancelled => {
                    return Err(Conflict::RequestClosed.into());
                }
            }
            let (conversation_id, _) =
                find_or_make_direct(tx, conversation_id, user_id, sender_id, now).await?;
            load_own(tx.db, user_id, conversation_id).await
        })
    }

    fn reject_friend_request(
        &self,
        user_id: UserId,
        id: FriendRequestId,
        now: Timestamp,
    ) -> Pending<FriendRequest> {
        self.write([Key::Request(id)], async move |tx: &mut WriteTx<'_>| {
            let request = load_received(tx.db, user_id, id).await?;
            answer(tx, request, FriendRequestStatus::Rejected, now).await
        })
    }

    fn cancel_friend_request(
        &self,
        user_id: UserId,
        id: FriendRequestId,
        now: Timestamp,
    ) -> Pending<()> {
        self.write([Key::Request(id)], async move |tx: &mut WriteTx<'_>| {
            let request = load_request(tx.db, id).await?;
            if request.sender.id != user_id {
                return Err(no_request());
            }
            answer(tx, request, FriendRequestStatus::Cancelled, now).await.map(drop)
        })
    }
}

async fn ask(
    tx: &mut WriteTx<'_>,
    id: FriendRequestId,
    sender_id: UserId,
    receiver_id: UserId,
    now: Timestamp,
) -> Result<FriendRequest> {
    let asked = tx
        .db
        .execute(
            "INSERT INTO friend_requests
                 (id, sender_id, receiver_id, low_id, high_id, status, created_at, updated_at)
             SELECT $1::uuid, $2::uuid, $3::uuid, LEAST($2::uuid, $3::uuid),
                 GREATEST($2::uuid, $3::uuid), 'PENDING', $4::bigint, $4::bigint
             WHERE NOT EXISTS (
                 SELECT 1
                 FROM friendships
                 WHERE user_id = $2 AND friend_id = $3
             )",
            &[&id.to_db(), &sender_id.to_db(), &receiver_id.to_db(), &now.unix_ms()],
        )
        .await?;
    if asked == 0 {
        return Err(Conflict::AlreadyFriends.into());
    }
    let request = load_request(tx.db, id).await?;
    tx.tell_user(receiver_id, Event::FriendRequestCreated(request.clone()), now).await?;
    Ok(request)
}

/// Closes a request that waits, and tells both sides.
async fn answer(
    tx: &mut WriteTx<'_>,
    request: FriendRequest,
    status: FriendRequestStatus,
    now: Timestamp,
) -> Result<FriendRequest> {
    let answered = tx
        .db
        .execute(
            "UPDATE friend_requests
             SET status = $2, updated_at = $3
             WHERE id = $1 AND status = 'PENDING'",
            &[&request.id.to_db(), &status_word(status), &now.unix_ms()],
        )
        .await?;
    if answered == 0 {
        return Err(Conflict::RequestClosed.into());
    }
    let request = FriendRequest { status, ..request };
    for user_id in [request.sender.id, request.receiver_id] {
        tx.tell_user(user_id, Event::FriendRequestUpdated(request.clone()), now).await?;
    }
    Ok(request)
}

/// Requests of and to a user that wait: as many as are listed.
pub(super) async fn load_waiting(db: &Db, user_id: UserId) -> Result<Vec<FriendRequest>> {
    let parameters = [&user_id.to_db() as _];
    let mut waiting = Vec::new();
    for sql in [
        select_request!("WHERE r.sender_id = $1 AND r.status = 'PENDING' LIMIT 1000"),
        select_request!("WHERE r.receiver_id = $1 AND r.status = 'PENDING' LIMIT 1000"),
    ] {
        for row in &db.query(sql, &parameters).await? {
            waiting.push(request_from(row)?);
        }
    }
    Ok(waiting)
}

/// Who is on the other side of a user's request.
pub(super) fn other_side(request: &FriendRequest, user_id: UserId) -> UserId {
    if request.sender.id == user_id { request.receiver_id } else { request.sender.id }
}

/// Closes all requests of and to a user that wait, and tells the others.
pub(super) async fn close_waiting(
    tx: &mut WriteTx<'_>,
    user_id: UserId,
    now: Timestamp,
) -> Result<()> {
    for request in load_waiting(tx.db, user_id).await? {
        let status = if request.sender.id == user_id {
            FriendRequestStatus::Cancelled
        } else {
            FriendRequestStatus::Rejected
        };
        let other_id = other_side(&request, user_id);
        let request = FriendRequest { status, ..request };
        tx.tell_user(other_id, Event::FriendRequestUpdated(request), now).await?;
    }
    Ok(())
}

async fn befriend(db: &Db, one: UserId, other: UserId) -> Result<()> {
    db.execute(
        "INSERT INTO friendships (user_id, friend_id)
         VALUES ($1, $2), ($2, $1)
         ON CONFLICT (user_id, friend_id) DO NOTHING",
        &[&one.to_db(), &other.to_db()],
    )
    .await?;
    Ok(())
}

async fn load_received(db: &Db, user_id: UserId, id: FriendRequestId) -> Result<FriendRequest> {
    let request = load_request(db, id).await?;
    if request.receiver_id != user_id {
        return Err(no_request());
    }
    Ok(request)
}

/// A friend request as it stands, or `NotFound`.
pub(super) async fn load_request(db: &Db, id: FriendRequestId) -> Result<FriendRequest> {
    let row = db.query_opt(select_request!("WHERE r.id = $1"), &[&id.to_db()]).await?;
    request_from(&row.ok_or_else(no_request)?)
}

/// From the columns of `select_request`.
pub(super) fn request_from(row: &Row) -> Result<FriendRequest> {
    let mut cells = Cells::new(row);
    Ok(FriendRequest {
        id: cells.id()?,
        sender: cells.brief()?,
        receiver_id: cells.id()?,
        status: status_from(cells.take()?),
        created_at: cells.moment()?,
    })
}
