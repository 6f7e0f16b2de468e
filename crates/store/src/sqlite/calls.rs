//! Calls, and the port for them.

use rusqlite::{Connection, params};
use salala_core::Timestamp;
use salala_core::calls::{CallAct, CallSignalKind, CallState, RINGS_FOR};
use salala_core::ids::{SessionId, UserId};
use salala_core::limits::CALLS_MADE_MAX;
use salala_core::records::{Call, CallCatchUp};

use super::SqliteStore;
use super::access::member;
use super::blocks::refuse_blocked;
use super::call_moves::{
    come_back, end, end_due, end_if_due, leave, leave_all, leave_user, signal,
};
use super::call_rows::{count_made, find_under_way, load_call, read_row};
use super::cells::{Cells, rows};
use super::error::Result;
use super::push_queue::queue_ring;
use super::write_tx::WriteTx;
use crate::columns::select_call;
use crate::error::{callee_is_no_member, refuse_self};
use crate::log::Event;
use crate::pair::direct_key;
use crate::ports::calls::{CallCursor, CallParty, CallWith, Calls, NewCall, repeat_or_conflict};
use crate::{Conflict, Pending, StoreError};

impl Calls for SqliteStore {
    fn start_call(&self, call: NewCall) -> Pending<(Call, bool)> {
        self.write(move |tx| start(tx, &call))
    }

    fn signal_call(
        &self,
        from: CallParty,
        with: CallWith,
        kind: CallSignalKind,
        body: String,
        now: Timestamp,
    ) -> Pending<()> {
        self.write_sized(body.len(), move |tx| signal(tx, &from, with, kind, body, now))
    }

    fn end_call(&self, by: CallParty, with: CallWith, act: CallAct, now: Timestamp) -> Pending<()> {
        self.write(move |tx| end(tx, by, with, act, now))
    }

    fn leave_calls(&self, party: CallParty, is_last: bool, now: Timestamp) -> Pending<()> {
        self.write(move |tx| leave(tx, &party, is_last, now))
    }

    fn leave_calls_of(&self, user_id: UserId, now: Timestamp) -> Pending<()> {
        self.write(move |tx| leave_user(tx, user_id, now))
    }

    fn users_rung(&self, now: Timestamp, limit: usize) -> Pending<Vec<UserId>> {
        self.read(move |db| load_rung(db, now, limit))
    }

    fn return_to_calls(
        &self,
        party: CallParty,
        live_keys: Vec<String>,
        now: Timestamp,
    ) -> Pending<Vec<CallCatchUp>> {
        self.write(move |tx| come_back(tx, &party, &live_keys, now))
    }

    fn leave_all_calls(&self, now: Timestamp) -> Pending<u64> {
        self.write(move |tx| leave_all(tx, now))
    }

    fn end_due_calls(&self, now: Timestamp, limit: usize) -> Pending<u64> {
        self.write(move |tx| end_due(tx, now, limit))
    }

    fn calls(
        &self,
        user_id: UserId,
        after: Option<CallCursor>,
        limit: usize,
    ) -> Pending<Vec<Call>> {
        self.read(move |db| load_history(db, user_id, after, limit))
    }
}

fn start(tx: &mut WriteTx<'_>, new: &NewCall) -> Result<(Call, bool)> {
    let (caller_id, callee_id) = (new.caller.user_id, new.callee_id);
    refuse_self(caller_id, callee_id)?;
    member(tx.db, caller_id, new.conversation_id)?;
    member(tx.db, callee_id, new.conversation_id).map_err(callee_is_no_member)?;
    refuse_blocked(tx.db, caller_id, callee_id)?;
    let key = direct_key(caller_id, callee_id);
    if let Some(mut row) = find_under_way(tx.db, key)?
        && !end_if_due(tx, &mut row, new.created_at)?
    {
        return repeat_or_conflict(row.call, caller_id);
    }
    if count_made(tx.db, caller_id)? >= rows(CALLS_MADE_MAX) {
        return Err(Conflict::TooManyCalls.into());
    }
    let rings_until = new.created_at.plus(RINGS_FOR);
    let device = &new.caller.device;
    let made = tx
        .db
        .prepare_cached(
            "INSERT INTO calls
                 (id, conversation_id, caller_id, callee_id, direct_key, has_video, state,
                  created_at, rings_until, deadline_at, caller_device, caller_session)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9, ?10, ?11)
             ON CONFLICT (direct_key) WHERE ended_at IS NULL DO NOTHING",
        )?
        .execute(params![
            new.id.as_bytes(),
            new.conversation_id.as_bytes(),
            caller_id.as_bytes(),
            callee_id.as_bytes(),
            key,
            new.has_video,
            CallState::Ringing.as_str(),
            new.created_at.unix_ms(),
            rings_until.unix_ms(),
            device.key,
            device.session_id.as_ref().map(SessionId::as_bytes)
        ])?;
    if made == 0 {
        let row = find_under_way(tx.db, key)?.ok_or(StoreError::NotFound("this call"))?;
        return repeat_or_conflict(row.call, caller_id);
    }
    let call = load_call(tx.db, new.id)?.call;
    queue_ring(tx.db, &call)?;
    tx.tell_user_now(callee_id, Event::CallRinging(Box::new(call.clone())));
    Ok((call, false))
}

fn load_rung(db: &Connection, now: Timestamp, limit: usize) -> Result<Vec<UserId>> {
    let mut statement = db.prepare_cached(
        "SELECT callee_id
         FROM calls
         WHERE deadline_at > ?1 AND state = 'ringing'
         ORDER BY deadline_at DESC
         LIMIT ?2",
    )?;
    let rung = statement
        .query_map(params![now.unix_ms(), rows(limit)], |row| Cells::new(row).id())?
        .collect::<rusqlite::Result<_>>()?;
    Ok(rung)
}

/// A page from each side, of which the newest are taken.
pub(super) fn load_history(
    db: &Connection,
    user_id: UserId,
    after: Option<CallCursor>,
    limit: usize,
) -> Result<Vec<Call>> {
    let (before, id) = after.map_or((i64::MAX, [u8::MAX; 16]), |after| {
        (after.created_at.unix_ms(), *after.id.as_bytes())
    });
    let mut calls = Vec::new();
    for sql in [
        select_call!(
            "WHERE k.caller_id = ?1 AND (k.created_at, k.id) < (?2, ?3)
             ORDER BY k.created_at DESC, k.id DESC
             LIMIT ?4"
        ),
        select_call!(
            "WHERE k.callee_id = ?1 AND (k.created_at, k.id) < (?2, ?3)
             ORDER BY k.created_at DESC, k.id DESC
             LIMIT ?4"
        ),
    ] {
        let mut statement = db.prepare_cached(sql)?;
        let page =
            statement.query_map(params![user_id.as_bytes(), before, id, rows(limit)], read_row)?;
        for row in page {
            calls.push(row?.call);
        }
    }
    calls.sort_by_key(|call| std::cmp::Reverse((call.created_at, call.id)));
    calls.truncate(limit);
    Ok(calls)
}
