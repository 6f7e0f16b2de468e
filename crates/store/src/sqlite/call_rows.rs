//! Rows of calls: reading one with its two parties, and writing where it stands.

use rusqlite::{Connection, OptionalExtension, Params, Row, params};
use salala_core::calls::{CallEndReason, CallState};
use salala_core::ids::{CallId, SessionId, UserId};
use salala_core::records::{Call, CallDevice};

use super::cells::{Cells, number, optional_ms, rows};
use super::error::Result;
use crate::StoreError;
use crate::call_row::{CallRow, UNDER_WAY_MAX};
use crate::columns::select_call;

/// The call under way between two.
pub(super) fn find_under_way(db: &Connection, direct_key: [u8; 32]) -> Result<Option<CallRow>> {
    find_call(
        db,
        select_call!("WHERE k.direct_key = ?1 AND k.ended_at IS NULL"),
        params![direct_key],
    )
}

/// The call of this id.
pub(super) fn load_call(db: &Connection, id: CallId) -> Result<CallRow> {
    find_call(db, select_call!("WHERE k.id = ?1"), params![id.as_bytes()])?
        .ok_or(StoreError::NotFound("this call"))
}

/// A user's calls under way.
pub(super) fn under_way_of(db: &Connection, user_id: UserId) -> Result<Vec<CallRow>> {
    let mut found = Vec::new();
    for sql in [
        select_call!("WHERE k.caller_id = ?1 AND k.ended_at IS NULL LIMIT ?2"),
        select_call!("WHERE k.callee_id = ?1 AND k.ended_at IS NULL LIMIT ?2"),
    ] {
        let mut statement = db.prepare_cached(sql)?;
        let calls =
            statement.query_map(params![user_id.as_bytes(), rows(UNDER_WAY_MAX)], read_row)?;
        for call in calls {
            found.push(call?);
        }
    }
    Ok(found)
}

/// Has the user a call under way?
pub(super) fn is_in_call(db: &Connection, user_id: UserId) -> Result<bool> {
    let is = db
        .prepare_cached(
            "SELECT EXISTS (
                 SELECT 1
                 FROM calls
                 WHERE caller_id = ?1 AND ended_at IS NULL
             ) OR EXISTS (
                 SELECT 1
                 FROM calls
                 WHERE callee_id = ?1 AND ended_at IS NULL
             )",
        )?
        .query_row([user_id.as_bytes()], |row| row.get(0))?;
    Ok(is)
}

/// How many calls under way a user has made.
pub(super) fn count_made(db: &Connection, user_id: UserId) -> Result<i64> {
    let count = db
        .prepare_cached(
            "SELECT COUNT(*)
             FROM calls
             WHERE caller_id = ?1 AND ended_at IS NULL",
        )?
        .query_row([user_id.as_bytes()], |row| row.get(0))?;
    Ok(count)
}

/// Reads the columns of [`select_call`].
pub(super) fn read_row(row: &Row<'_>) -> rusqlite::Result<CallRow> {
    let mut cells = Cells::new(row);
    let id = cells.id()?;
    let conversation_id = cells.id()?;
    let caller = cells.brief()?;
    let callee = cells.brief()?;
    let has_video = cells.take()?;
    // The table's checks allow no other words.
    let state = CallState::parse(&cells.take::<String>()?).unwrap_or(CallState::Ended);
    let call = Call {
        id,
        conversation_id,
        caller,
        callee,
        has_video,
        state,
        created_at: cells.moment()?,
        rings_until: cells.moment()?,
        answered_at: cells.optional_moment()?,
        ended_at: cells.optional_moment()?,
        end_reason: cells.take::<Option<String>>()?.as_deref().and_then(CallEndReason::parse),
        caller_device: CallDevice { key: cells.take()?, session_id: cells.optional_id()? },
        callee_device: {
            let key: Option<String> = cells.take()?;
            let session_id = cells.optional_id()?;
            key.map(|key| CallDevice { key, session_id })
        },
    };
    Ok(CallRow {
        call,
        caller_back_by: cells.optional_moment()?,
        callee_back_by: cells.optional_moment()?,
        last_signal: cells.number()?,
        read_state: state,
    })
}

/// Writes where the call stands, if it still stands where it was read.
pub(super) fn save_call(db: &Connection, row: &mut CallRow) -> Result<()> {
    let call = &row.call;
    let caller = &call.caller_device;
    let callee = call.callee_device.as_ref();
    let changed = db
        .prepare_cached(
            "UPDATE calls
             SET state = ?3, answered_at = ?4, ended_at = ?5, end_reason = ?6,
                 caller_device = ?7, caller_session = ?8, callee_device = ?9,
                 callee_session = ?10, caller_back_by = ?11, callee_back_by = ?12,
                 deadline_at = ?13, last_signal = ?14
             WHERE id = ?1 AND state = ?2",
        )?
        .execute(params![
            call.id.as_bytes(),
            row.read_state.as_str(),
            call.state.as_str(),
            optional_ms(call.answered_at),
            optional_ms(call.ended_at),
            call.end_reason.map(CallEndReason::as_str),
            caller.key,
            caller.session_id.as_ref().map(SessionId::as_bytes),
            callee.map(|device| &device.key),
            callee.and_then(|device| device.session_id.as_ref()).map(SessionId::as_bytes),
            optional_ms(row.caller_back_by),
            optional_ms(row.callee_back_by),
            optional_ms(row.deadline()),
            number(row.last_signal)
        ])?;
    if changed == 0 {
        return Err(StoreError::Corrupt("a call changed under its transaction".to_owned()));
    }
    row.read_state = call.state;
    Ok(())
}

fn find_call(
    db: &Connection,
    sql: &'static str,
    arguments: impl Params,
) -> Result<Option<CallRow>> {
    Ok(db.prepare_cached(sql)?.query_row(arguments, read_row).optional()?)
}
