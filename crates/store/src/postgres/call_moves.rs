//! What happens to a call that is under way: answers, ends, devices that go and come, deadlines.

use salala_core::Timestamp;
use salala_core::calls::{CallAct, CallMove, CallSide, CallSignalKind, RETURN_WITHIN};
use salala_core::ids::{CallId, UserId};
use salala_core::records::{CallCatchUp, CallEndedBy};

use super::access::ids_from;
use super::call_rows::{find_under_way, load_call, save_call, under_way_of};
use super::call_signals::{erase_signals, forget_other_devices, keep_signal, signals_of};
use super::cells::{Cells, DbId, rows};
use super::error::Result;
use super::push_queue::queue_ring_end;
use super::write_tx::WriteTx;
use crate::call_row::CallRow;
use crate::error::no_call;
use crate::log::Event;
use crate::pair::direct_key;
use crate::ports::calls::{CallParty, CallWith};
use crate::push_rows::RingStop;

/// Hands something over; the callee's first answer answers the call.
pub(super) async fn signal(
    tx: &mut WriteTx<'_>,
    from: &CallParty,
    with: CallWith,
    kind: CallSignalKind,
    body: String,
    now: Timestamp,
) -> Result<()> {
    let (mut row, side) = find_with(tx, from.user_id, with, now).await?.ok_or_else(no_call)?;
    if row.take_signal(side, &from.device, kind, now)? {
        forget_other_devices(tx.db, row.call.id, &from.device.key).await?;
        let stop = RingStop::Settled(from.device.session_id);
        queue_ring_end(tx.db, &row.call, stop, now).await?;
        tx.tell_user_now(row.call.callee.id, Event::CallAnswered(Box::new(row.call.clone())));
    }
    keep_signal(tx.db, &row, side, &from.device.key, kind, &body).await?;
    save_call(tx.db, &mut row).await?;
    let (to, signal) = row.signal(side, kind, body);
    tx.tell_user_now(to, Event::CallSignalled(Box::new(signal)));
    Ok(())
}

/// Ends a call by an act of a party.
pub(super) async fn end(
    tx: &mut WriteTx<'_>,
    by: CallParty,
    with: CallWith,
    act: CallAct,
    now: Timestamp,
) -> Result<()> {
    let Some((mut row, side)) = find_with(tx, by.user_id, with, now).await? else {
        return if had_call(tx, by.user_id, with).await? { Ok(()) } else { Err(no_call()) };
    };
    row.refuse_elsewhere(side, &by.device)?;
    let by = CallEndedBy { user_id: by.user_id, act, device: Some(by.device) };
    finish(tx, &mut row, CallMove::HangUp(side), Some(by), now).await
}

/// Ends the call between two because one of them wants nothing more of the other.
pub(super) async fn hang_up_between(
    tx: &mut WriteTx<'_>,
    user_id: UserId,
    other_id: UserId,
    now: Timestamp,
) -> Result<()> {
    let with = CallWith { user_id: other_id, call_id: None };
    let Some((mut row, side)) = find_with(tx, user_id, with, now).await? else { return Ok(()) };
    let by = CallEndedBy { user_id, act: CallAct::End, device: None };
    finish(tx, &mut row, CallMove::HangUp(side), Some(by), now).await
}

/// Ends every call of a user who is no more.
pub(super) async fn hang_up_all(
    tx: &mut WriteTx<'_>,
    user_id: UserId,
    now: Timestamp,
) -> Result<()> {
    for mut row in under_way_of(tx.db, user_id).await? {
        let Some(side) = row.call.side_of(user_id) else { continue };
        let by = CallEndedBy { user_id, act: CallAct::End, device: None };
        finish(tx, &mut row, CallMove::HangUp(side), Some(by), now).await?;
    }
    Ok(())
}

/// Ends a call whose time is up; true if it was.
pub(super) async fn end_if_due(
    tx: &mut WriteTx<'_>,
    row: &mut CallRow,
    now: Timestamp,
) -> Result<bool> {
    let Some(happened) = row.due(now) else { return Ok(false) };
    finish(tx, row, happened, None, now).await?;
    Ok(true)
}

/// Ends the calls whose time is up.
pub(super) async fn end_due(tx: &mut WriteTx<'_>, now: Timestamp, limit: usize) -> Result<u64> {
    // Those that are just being changed are left to the next time.
    let found = tx
        .db
        .query(
            "SELECT id
             FROM calls
             WHERE deadline_at <= $1
             ORDER BY deadline_at
             LIMIT $2
             FOR UPDATE SKIP LOCKED",
            &[&now.unix_ms(), &rows(limit)],
        )
        .await?;
    let due: Vec<CallId> = ids_from(&found)?;
    let mut ended = 0;
    for id in due {
        let mut row = load_call(tx.db, id).await?;
        ended += u64::from(end_if_due(tx, &mut row, now).await?);
    }
    Ok(ended)
}

/// Notes that a device is gone.
pub(super) async fn leave(
    tx: &WriteTx<'_>,
    party: &CallParty,
    is_last: bool,
    now: Timestamp,
) -> Result<()> {
    for mut row in under_way_of(tx.db, party.user_id).await? {
        if row.lose(party, is_last, now) {
            save_call(tx.db, &mut row).await?;
        }
    }
    Ok(())
}

/// Notes that a user has no device any more.
pub(super) async fn leave_user(tx: &WriteTx<'_>, user_id: UserId, now: Timestamp) -> Result<()> {
    for mut row in under_way_of(tx.db, user_id).await? {
        if row.lose_user(user_id, now) {
            save_call(tx.db, &mut row).await?;
        }
    }
    Ok(())
}

/// Notes that a device is there, and gives what it lacks.
pub(super) async fn come_back(
    tx: &mut WriteTx<'_>,
    party: &CallParty,
    live_keys: &[String],
    now: Timestamp,
) -> Result<Vec<CallCatchUp>> {
    let mut lacking = Vec::new();
    for mut row in under_way_of(tx.db, party.user_id).await? {
        let Some(side) = row.call.side_of(party.user_id) else { continue };
        if end_if_due(tx, &mut row, now).await? {
            continue;
        }
        let Some(is_bound) = row.find_again(side, party, live_keys) else { continue };
        save_call(tx.db, &mut row).await?;
        let signals = signals_of(tx.db, &row, side.other()).await?;
        let last_number = row.last_signal;
        lacking.push(CallCatchUp { call: row.call, is_bound, signals, last_number });
    }
    Ok(lacking)
}

/// Notes that every device is gone. A callee for whom it rings has until it has rung out: whether a
/// device was there is not known any more.
pub(super) async fn leave_all(tx: &WriteTx<'_>, now: Timestamp) -> Result<u64> {
    let changed = tx
        .db
        .execute(
            "UPDATE calls
             SET caller_back_by = COALESCE(caller_back_by, $1),
                 callee_back_by = CASE state
                     WHEN 'accepted' THEN COALESCE(callee_back_by, $1)
                     ELSE callee_back_by
                 END,
                 deadline_at = LEAST(COALESCE(deadline_at, $1), $1)
             WHERE ended_at IS NULL",
            &[&now.plus(RETURN_WITHIN).unix_ms()],
        )
        .await?;
    Ok(changed)
}

/// The call is over: what it kept is erased, and both are told.
async fn finish(
    tx: &mut WriteTx<'_>,
    row: &mut CallRow,
    happened: CallMove,
    by: Option<CallEndedBy>,
    now: Timestamp,
) -> Result<()> {
    let was = row.call.state;
    let session_id = by.as_ref().and_then(|by| by.device.as_ref()?.session_id);
    let ending = Box::new(row.finish(happened, by, now)?);
    if let Some(stop) = RingStop::of(was, row.call.state, session_id) {
        queue_ring_end(tx.db, &row.call, stop, now).await?;
    }
    save_call(tx.db, row).await?;
    erase_signals(tx.db, row.call.id).await?;
    for user_id in [row.call.caller.id, row.call.callee.id] {
        let event = Event::CallEnded(ending.clone());
        if event.is_durable() {
            tx.tell_user(user_id, event, now).await?;
        } else {
            tx.tell_user_now(user_id, event);
        }
    }
    Ok(())
}

/// The call under way with somebody, and on which side of it the user is. One whose time is up is
/// ended first.
async fn find_with(
    tx: &mut WriteTx<'_>,
    user_id: UserId,
    with: CallWith,
    now: Timestamp,
) -> Result<Option<(CallRow, CallSide)>> {
    let Some(mut row) = find_under_way(tx.db, direct_key(user_id, with.user_id)).await? else {
        return Ok(None);
    };
    if with.call_id.is_some_and(|id| id != row.call.id) || end_if_due(tx, &mut row, now).await? {
        return Ok(None);
    }
    let side = row.call.side_of(user_id);
    Ok(side.map(|side| (row, side)))
}

/// Had the two such a call, which is over?
async fn had_call(tx: &WriteTx<'_>, user_id: UserId, with: CallWith) -> Result<bool> {
    let key = direct_key(user_id, with.user_id);
    let row = match &with.call_id {
        Some(id) => {
            tx.db
                .query_one(
                    "SELECT EXISTS (
                         SELECT 1
                         FROM calls
                         WHERE id = $1 AND direct_key = $2
                     )",
                    &[&id.to_db(), &key.as_slice()],
                )
                .await?
        }
        None => {
            tx.db
                .query_one(
                    "SELECT EXISTS (
                         SELECT 1
                         FROM calls
                         WHERE direct_key = $1
                     )",
                    &[&key.as_slice()],
                )
                .await?
        }
    };
    Cells::new(&row).take()
}
