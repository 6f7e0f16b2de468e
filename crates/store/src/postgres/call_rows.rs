//! Rows of calls: reading one with its two parties, and writing where it stands.

use salala_core::calls::{CallEndReason, CallState};
use salala_core::ids::{CallId, UserId};
use salala_core::records::{Call, CallDevice};
use tokio_postgres::Row;

use super::cells::{Cells, DbId, all_to_db, number, optional_ms, rows};
use super::db::{Db, Parameters};
use super::error::Result;
use crate::StoreError;
use crate::call_row::{CallRow, UNDER_WAY_MAX};
use crate::columns::select_call;

/// The call under way between two. As with all that are read to be changed, nobody else changes it
/// until the transaction ends: deadlines are looked after by every process, without the locks of the
/// two.
pub(super) async fn find_under_way(db: &Db, direct_key: [u8; 32]) -> Result<Option<CallRow>> {
    find_call(
        db,
        select_call!("WHERE k.direct_key = $1 AND k.ended_at IS NULL FOR UPDATE OF k"),
        &[&direct_key.as_slice()],
    )
    .await
}

/// The call of this id.
pub(super) async fn load_call(db: &Db, id: CallId) -> Result<CallRow> {
    find_call(db, select_call!("WHERE k.id = $1 FOR UPDATE OF k"), &[&id.to_db()])
        .await?
        .ok_or(StoreError::NotFound("this call"))
}

/// The call of this id, as it stands and for nobody to change.
pub(super) async fn read_call(db: &Db, id: CallId) -> Result<Call> {
    find_call(db, select_call!("WHERE k.id = $1"), &[&id.to_db()])
        .await?
        .map(|row| row.call)
        .ok_or(StoreError::NotFound("this call"))
}

/// The calls of these ids, as they stand and for nobody to change.
pub(super) async fn read_calls(db: &Db, ids: &[CallId]) -> Result<Vec<Call>> {
    let found = db
        .query(
            select_call!(
                "JOIN unnest($1::uuid[]) AS asked (id) ON asked.id = k.id
                 WHERE TRUE"
            ),
            &[&all_to_db(ids)],
        )
        .await?;
    found.iter().map(|row| read_row(row).map(|row| row.call)).collect()
}

/// Has the user a call under way?
pub(super) async fn is_in_call(db: &Db, user_id: UserId) -> Result<bool> {
    let row = db
        .query_one(
            "SELECT EXISTS (
                 SELECT 1
                 FROM calls
                 WHERE caller_id = $1 AND ended_at IS NULL
             ) OR EXISTS (
                 SELECT 1
                 FROM calls
                 WHERE callee_id = $1 AND ended_at IS NULL
             )",
            &[&user_id.to_db()],
        )
        .await?;
    Cells::new(&row).take()
}

/// A user's calls under way.
pub(super) async fn under_way_of(db: &Db, user_id: UserId) -> Result<Vec<CallRow>> {
    let mut found = Vec::new();
    for sql in [
        select_call!(
            "WHERE k.caller_id = $1 AND k.ended_at IS NULL
             ORDER BY k.id
             LIMIT $2
             FOR UPDATE OF k"
        ),
        select_call!(
            "WHERE k.callee_id = $1 AND k.ended_at IS NULL
             ORDER BY k.id
             LIMIT $2
             FOR UPDATE OF k"
        ),
    ] {
        for row in db.query(sql, &[&user_id.to_db(), &rows(UNDER_WAY_MAX)]).await? {
            found.push(read_row(&row)?);
        }
    }
    Ok(found)
}

/// How many calls under way a user has made.
pub(super) async fn count_made(db: &Db, user_id: UserId) -> Result<i64> {
    let row = db
        .query_one(
            "SELECT COUNT(*)
             FROM calls
             WHERE caller_id = $1 AND ended_at IS NULL",
            &[&user_id.to_db()],
        )
        .await?;
    Cells::new(&row).take()
}

/// Reads the columns of [`select_call`].
pub(super) fn read_row(row: &Row) -> Result<CallRow> {
    let mut cells = Cells::new(row);
    let id = cells.id()?;
    let conversation_id = cells.id()?;
    let caller = cells.brief()?;
    let callee = cells.brief()?;
    let has_video = cells.take()?;
    // The table's checks allow no other words.
    let state = CallState::parse(cells.take()?).unwrap_or(CallState::Ended);
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
        end_reason: cells.take::<Option<&str>>()?.and_then(CallEndReason::parse),
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
pub(super) async fn save_call(db: &Db, row: &mut CallRow) -> Result<()> {
    let call = &row.call;
    let caller = &call.caller_device;
    let callee = call.callee_device.as_ref();
    let changed = db
        .execute(
            "UPDATE calls
             SET state = $3, answered_at = $4, ended_at = $5, end_reason = $6,
                 caller_device = $7, caller_session = $8, callee_device = $9,
                 callee_session = $10, caller_back_by = $11, callee_back_by = $12,
                 deadline_at = $13, last_signal = $14
             WHERE id = $1 AND state = $2",
            &[
                &call.id.to_db(),
                &row.read_state.as_str(),
                &call.state.as_str(),
                &optional_ms(call.answered_at),
                &optional_ms(call.ended_at),
                &call.end_reason.map(CallEndReason::as_str),
                &caller.key,
                &caller.session_id.as_ref().map(DbId::to_db),
                &callee.map(|device| device.key.as_str()),
                &callee.and_then(|device| device.session_id.as_ref()).map(DbId::to_db),
                &optional_ms(row.caller_back_by),
                &optional_ms(row.callee_back_by),
                &optional_ms(row.deadline()),
                &number(row.last_signal),
            ],
        )
        .await?;
    if changed == 0 {
        return Err(StoreError::Corrupt("a call changed under its transaction".to_owned()));
    }
    row.read_state = call.state;
    Ok(())
}

async fn find_call(
    db: &Db,
    sql: &'static str,
    parameters: Parameters<'_>,
) -> Result<Option<CallRow>> {
    db.query_opt(sql, parameters).await?.as_ref().map(read_row).transpose()
}
