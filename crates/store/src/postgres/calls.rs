//! Calls, and the port for them.

use futures_util::future::join;
use salala_core::Timestamp;
use salala_core::calls::{CallAct, CallSignalKind, CallState, RINGS_FOR};
use salala_core::ids::UserId;
use salala_core::limits::CALLS_MADE_MAX;
use salala_core::records::{Call, CallCatchUp};
use uuid::Uuid;

use super::PostgresStore;
use super::access::{ids_from, member};
use super::blocks::refuse_blocked;
use super::call_moves::{
    come_back, end, end_due, end_if_due, leave, leave_all, leave_user, signal,
};
use super::call_rows::{count_made, find_under_way, load_call, read_row};
use super::cells::{DbId, rows};
use super::db::{Db, Parameters};
use super::error::Result;
use super::locks::Key;
use super::push_queue::queue_ring;
use super::write_tx::WriteTx;
use crate::columns::select_call;
use crate::error::{callee_is_no_member, refuse_self};
use crate::log::Event;
use crate::pair::direct_key;
use crate::ports::calls::{CallCursor, CallParty, CallWith, Calls, NewCall, repeat_or_conflict};
use crate::{Conflict, Pending, StoreError};

impl Calls for PostgresStore {
    fn start_call(&self, call: NewCall) -> Pending<(Call, bool)> {
        let pair = Key::Pair(call.caller.user_id, call.callee_id);
        let keys = [pair, Key::Conversation(call.conversation_id)];
        self.write(keys, async move |tx: &mut WriteTx<'_>| start(tx, &call).await)
    }

    fn signal_call(
        &self,
        from: CallParty,
        with: CallWith,
        kind: CallSignalKind,
        body: String,
        now: Timestamp,
    ) -> Pending<()> {
        let keys = [Key::Pair(from.user_id, with.user_id)];
        self.write_sized(keys, body.len(), async move |tx: &mut WriteTx<'_>| {
            signal(tx, &from, with, kind, body.clone(), now).await
        })
    }

    fn end_call(&self, by: CallParty, with: CallWith, act: CallAct, now: Timestamp) -> Pending<()> {
        let keys = [Key::Pair(by.user_id, with.user_id)];
        self.write(keys, async move |tx: &mut WriteTx<'_>| {
            end(tx, by.clone(), with, act, now).await
        })
    }

    fn leave_calls(&self, party: CallParty, is_last: bool, now: Timestamp) -> Pending<()> {
        self.write([Key::User(party.user_id)], async move |tx: &mut WriteTx<'_>| {
            leave(tx, &party, is_last, now).await
        })
    }

    fn leave_calls_of(&self, user_id: UserId, now: Timestamp) -> Pending<()> {
        self.write([Key::User(user_id)], async move |tx: &mut WriteTx<'_>| {
            leave_user(tx, user_id, now).await
        })
    }

    fn users_rung(&self, now: Timestamp, limit: usize) -> Pending<Vec<UserId>> {
        self.read(async move |db: &Db| {
            let rung = db
                .query(
                    "SELECT callee_id
                     FROM calls
                     WHERE deadline_at > $1 AND state = 'ringing'
                     ORDER BY deadline_at DESC
                     LIMIT $2",
                    &[&now.unix_ms(), &rows(limit)],
                )
                .await?;
            ids_from(&rung)
        })
    }

    fn return_to_calls(
        &self,
        party: CallParty,
        live_keys: Vec<String>,
        now: Timestamp,
    ) -> Pending<Vec<CallCatchUp>> {
        self.write([Key::User(party.user_id)], async move |tx: &mut WriteTx<'_>| {
            come_back(tx, &party, &live_keys, now).await
        })
    }

    fn leave_all_calls(&self, now: Timestamp) -> Pending<u64> {
        self.write([], async move |tx: &mut WriteTx<'_>| leave_all(tx, now).await)
    }

    fn end_due_calls(&self, now: Timestamp, limit: usize) -> Pending<u64> {
        self.write([], async move |tx: &mut WriteTx<'_>| end_due(tx, now, limit).await)
    }

    fn calls(
        &self,
        user_id: UserId,
        after: Option<CallCursor>,
        limit: usize,
    ) -> Pending<Vec<Call>> {
        self.read(async move |db: &Db| load_history(db, user_id, after, limit).await)
    }
}

async fn start(tx: &mut WriteTx<'_>, new: &NewCall) -> Result<(Call, bool)> {
    let (caller_id, callee_id) = (new.caller.user_id, new.callee_id);
    refuse_self(caller_id, callee_id)?;
    member(tx.db, caller_id, new.conversation_id).await?;
    member(tx.db, callee_id, new.conversation_id).await.map_err(callee_is_no_member)?;
    refuse_blocked(tx.db, caller_id, callee_id).await?;
    let key = direct_key(caller_id, callee_id);
    if let Some(mut row) = find_under_way(tx.db, key).await?
        && !end_if_due(tx, &mut row, new.created_at).await?
    {
        return repeat_or_conflict(row.call, caller_id);
    }
    if count_made(tx.db, caller_id).await? >= rows(CALLS_MADE_MAX) {
        return Err(Conflict::TooManyCalls.into());
    }
    let rings_until = new.created_at.plus(RINGS_FOR);
    let device = &new.caller.device;
    let made = tx
        .db
        .execute(
            "INSERT INTO calls
                 (id, conversation_id, caller_id, callee_id, direct_key, has_video, state,
                  created_at, rings_until, deadline_at, caller_device, caller_session)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $10, $11)
             ON CONFLICT (direct_key) WHERE ended_at IS NULL DO NOTHING",
            &[
                &new.id.to_db(),
                &new.conversation_id.to_db(),
                &caller_id.to_db(),
                &callee_id.to_db(),
                &key.as_slice(),
                &new.has_video,
                &CallState::Ringing.as_str(),
                &new.created_at.unix_ms(),
                &rings_until.unix_ms(),
                &device.key,
                &device.session_id.as_ref().map(DbId::to_db),
            ],
        )
        .await?;
    if made == 0 {
        let row = find_under_way(tx.db, key).await?.ok_or(StoreError::NotFound("this call"))?;
        return repeat_or_conflict(row.call, caller_id);
    }
    let call = load_call(tx.db, new.id).await?.call;
    queue_ring(tx.db, &call).await?;
    tx.tell_user_now(callee_id, Event::CallRinging(Box::new(call.clone())));
    Ok((call, false))
}

/// A page from each side, of which the newest are taken.
pub(super) async fn load_history(
    db: &Db,
    user_id: UserId,
    after: Option<CallCursor>,
    limit: usize,
) -> Result<Vec<Call>> {
    let (before, id) = after
        .map_or((i64::MAX, Uuid::max()), |after| (after.created_at.unix_ms(), after.id.to_db()));
    let (user_id, most) = (user_id.to_db(), rows(limit));
    let asked: Parameters<'_> = &[&user_id, &before, &id, &most];
    let made = db.query(
        select_call!(
            "WHERE k.caller_id = $1 AND (k.created_at, k.id) < ($2, $3)
             ORDER BY k.created_at DESC, k.id DESC
             LIMIT $4"
        ),
        asked,
    );
    let taken = db.query(
        select_call!(
            "WHERE k.callee_id = $1 AND (k.created_at, k.id) < ($2, $3)
             ORDER BY k.created_at DESC, k.id DESC
             LIMIT $4"
        ),
        asked,
    );
    let (made, taken) = join(made, taken).await;
    let mut calls = Vec::new();
    for row in made?.iter().chain(&taken?) {
        calls.push(read_row(row)?.call);
    }
    calls.sort_by_key(|call| std::cmp::Reverse((call.created_at, call.id)));
    calls.truncate(limit);
    Ok(calls)
}
