//! What the two of a call hand each other, kept for a device that comes later.

use rusqlite::{Connection, params};
use salala_core::calls::{CallSide, CallSignalKind};
use salala_core::ids::CallId;
use salala_core::limits::CALL_CANDIDATES_KEPT;
use salala_core::records::CallSignal;

use super::cells::{Cells, number, rows};
use super::error::Result;
use crate::call_row::CallRow;

/// Keeps something under the row's last number, in the place of what it makes void.
pub(super) fn keep_signal(
    db: &Connection,
    row: &CallRow,
    side: CallSide,
    device: &str,
    kind: CallSignalKind,
    body: &str,
) -> Result<()> {
    let id = row.call.id;
    match kind {
        // A new offer voids the answers to the old one.
        CallSignalKind::Offer => {
            forget_kind(db, id, CallSignalKind::Offer)?;
            forget_kind(db, id, CallSignalKind::Answer)?;
        }
        CallSignalKind::Answer => forget_kind(db, id, CallSignalKind::Answer)?,
        CallSignalKind::Candidate => {}
    }
    db.prepare_cached(
        "INSERT INTO call_signals (call_id, number, side, device, kind, body)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute(params![
        id.as_bytes(),
        number(row.last_signal),
        side.as_str(),
        device,
        kind.as_str(),
        body
    ])?;
    if kind == CallSignalKind::Candidate {
        db.prepare_cached(
            "DELETE FROM call_signals
             WHERE call_id = ?1 AND number IN (
                 SELECT number
                 FROM call_signals
                 WHERE call_id = ?1 AND side = ?2 AND kind = 'candidate'
                 ORDER BY number DESC
                 LIMIT -1 OFFSET ?3
             )",
        )?
        .execute(params![id.as_bytes(), side.as_str(), rows(CALL_CANDIDATES_KEPT)])?;
    }
    Ok(())
}

/// Forgets what the callee's other devices named before this one answered.
pub(super) fn forget_other_devices(db: &Connection, id: CallId, device: &str) -> Result<()> {
    db.prepare_cached(
        "DELETE FROM call_signals
         WHERE call_id = ?1 AND side = 'callee' AND device <> ?2",
    )?
    .execute(params![id.as_bytes(), device])?;
    Ok(())
}

/// Erases all that a call kept.
pub(super) fn erase_signals(db: &Connection, id: CallId) -> Result<()> {
    db.prepare_cached(
        "DELETE FROM call_signals
         WHERE call_id = ?1",
    )?
    .execute([id.as_bytes()])?;
    Ok(())
}

/// What a side handed over, in its order. No LIMIT: what is kept has a bound.
pub(super) fn signals_of(
    db: &Connection,
    row: &CallRow,
    side: CallSide,
) -> Result<Vec<CallSignal>> {
    let call = &row.call;
    let mut statement = db.prepare_cached(
        "SELECT number, kind, body
         FROM call_signals
         WHERE call_id = ?1 AND side = ?2
         ORDER BY number",
    )?;
    let signals = statement
        .query_map(params![call.id.as_bytes(), side.as_str()], |row| {
            let mut cells = Cells::new(row);
            Ok(CallSignal {
                call_id: call.id,
                number: cells.number()?,
                from: call.party(side).id,
                to_device: call.device(side.other()).cloned(),
                // The table's check allows no other word.
                kind: CallSignalKind::parse(&cells.take::<String>()?)
                    .unwrap_or(CallSignalKind::Candidate),
                body: cells.take()?,
            })
        })?
        .collect::<rusqlite::Result<_>>()?;
    Ok(signals)
}

fn forget_kind(db: &Connection, id: CallId, kind: CallSignalKind) -> Result<()> {
    db.prepare_cached(
        "DELETE FROM call_signals
         WHERE call_id = ?1 AND kind = ?2",
    )?
    .execute(params![id.as_bytes(), kind.as_str()])?;
    Ok(())
}
