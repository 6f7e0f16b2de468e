//! What happens to a call that is under way: answers, ends, devices that go and come, deadlines.

use salala_core::Timestamp;
use salala_core::calls::{
    CallAct, CallEndEvent, CallMove, CallSide, CallSignalKind, CallState, RETURN_WITHIN,
};
use salala_core::ids::{CallId, UserId};
use salala_core::records::{CallCatchUp, CallDevice, CallEndedBy, CallEnding, CallSignal};

use super::access::ids_from;
use super::call_rows::{CallRow, find_under_way, load_call, under_way_of};
use super::call_signals::{erase_signals, forget_other_devices, keep_signal, signals_of};
use super::cells::{Cells, DbId, rows};
use super::error::Result;
use super::write_tx::WriteTx;
use crate::log::Event;
use crate::pair::direct_key;
use crate::ports::calls::{CallParty, CallWith};
use crate::{Conflict, StoreError};

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
    let is_answer = kind == CallSignalKind::Answer && row.call.state == CallState::Ringing;
    match (row.call.device(side), side) {
        (Some(device), _) if device.key != from.device.key => {
            return Err(Conflict::CallElsewhere.into());
        }
        (_, CallSide::Caller) if is_answer => return Err(Conflict::CallNotAnswered.into()),
        (_, CallSide::Callee) if is_answer => answer(tx, &mut row, &from.device, now).await?,
        (Some(_) | None, _) => {}
    }
    row.last_signal += 1;
    keep_signal(tx.db, &row, side, &from.device.key, kind, &body).await?;
    row.save(tx.db).await?;
    let to = side.other();
    let signal = CallSignal {
        call_id: row.call.id,
        number: row.last_signal,
        from: from.user_id,
        to_device: row.call.device(to).cloned(),
        kind,
        body,
    };
    tx.tell_user_now(row.call.party(to).id, Event::CallSignalled(Box::new(signal)));
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
    let is_elsewhere = row.call.device(side).is_some_and(|device| device.key != by.device.key);
    if row.call.state == CallState::Accepted && is_elsewhere && row.back_by(side).is_none() {
        return Err(Conflict::CallElsewhere.into());
    }
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
    let Some(deadline) = row.deadline().filter(|deadline| *deadline <= now) else {
        return Ok(false);
    };
    let happened = if row.caller_back_by == Some(deadline) {
        CallMove::Lose(CallSide::Caller)
    } else if row.callee_back_by == Some(deadline) {
        CallMove::Lose(CallSide::Callee)
    } else {
        CallMove::RingOut
    };
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
        let Some(side) = row.call.side_of(party.user_id) else { continue };
        let is_gone = match row.call.device(side) {
            Some(device) => device.key == party.device.key,
            None => is_last,
        };
        if is_gone && row.back_by(side).is_none() {
            row.set_back_by(side, Some(now.plus(RETURN_WITHIN)));
            row.save(tx.db).await?;
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
        let device = row.call.device(side);
        let is_bound = device.is_some();
        let is_for_it = device.is_none_or(|device| {
            device.key == party.device.key
                || (device.session_id == party.device.session_id
                    && !live_keys.contains(&device.key))
        });
        if !is_for_it {
            continue;
        }
        match side {
            CallSide::Caller => row.call.caller_device = party.device.clone(),
            CallSide::Callee if is_bound => row.call.callee_device = Some(party.device.clone()),
            CallSide::Callee => {}
        }
        row.set_back_by(side, None);
        row.save(tx.db).await?;
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

async fn answer(
    tx: &mut WriteTx<'_>,
    row: &mut CallRow,
    device: &CallDevice,
    now: Timestamp,
) -> Result<()> {
    let Some(state) = row.call.state.after(CallMove::Answer) else { return Err(no_call()) };
    row.call.state = state;
    row.call.answered_at = Some(now);
    row.call.callee_device = Some(device.clone());
    row.set_back_by(CallSide::Callee, None);
    forget_other_devices(tx.db, row.call.id, &device.key).await?;
    tx.tell_user_now(row.call.callee.id, Event::CallAnswered(Box::new(row.call.clone())));
    Ok(())
}

/// The call is over: what it kept is erased, and both are told.
async fn finish(
    tx: &mut WriteTx<'_>,
    row: &mut CallRow,
    happened: CallMove,
    by: Option<CallEndedBy>,
    now: Timestamp,
) -> Result<()> {
    let Some(state) = row.call.state.after(happened) else { return Err(no_call()) };
    row.call.state = state;
    row.call.ended_at = Some(now);
    row.call.end_reason = happened.end_reason(state);
    row.caller_back_by = None;
    row.callee_back_by = None;
    row.save(tx.db).await?;
    erase_signals(tx.db, row.call.id).await?;
    let event = CallEndEvent::of(state, by.as_ref().map(|by| by.act));
    let ending = Box::new(CallEnding { call: row.call.clone(), event, by });
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

/// The same words whether there is no such call or it is somebody else's.
fn no_call() -> StoreError {
    StoreError::Forbidden("there is no such call under way between you two")
}
