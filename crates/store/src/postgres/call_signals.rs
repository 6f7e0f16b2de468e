//! What the two of a call hand each other, kept for a device that comes later.

use salala_core::calls::{CallSide, CallSignalKind};
use salala_core::ids::CallId;
use salala_core::limits::CALL_CANDIDATES_KEPT;
use salala_core::records::CallSignal;
use tokio_postgres::Row;

use super::cells::{Cells, DbId, number, rows};
use super::db::Db;
use super::error::Result;
use crate::call_row::CallRow;

/// Keeps something under the row's last number, in the place of what it makes void.
pub(super) async fn keep_signal(
    db: &Db,
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
            forget_kind(db, id, CallSignalKind::Offer).await?;
            forget_kind(db, id, CallSignalKind::Answer).await?;
        }
        CallSignalKind::Answer => forget_kind(db, id, CallSignalKind::Answer).await?,
        CallSignalKind::Candidate => {}
    }
    db.execute(
        "INSERT INTO call_signals (call_id, number, side, device, kind, body)
         VALUES ($1, $2, $3, $4, $5, $6)",
        &[&id.to_db(), &number(row.last_signal), &side.as_str(), &device, &kind.as_str(), &body],
    )
    .await?;
    if kind == CallSignalKind::Candidate {
        db.execute(
            "DELETE FROM call_signals
             WHERE call_id = $1 AND number IN (
                 SELECT number
                 FROM call_signals
                 WHERE call_id = $1 AND side = $2 AND kind = 'candidate'
                 ORDER BY number DESC
                 OFFSET $3
             )",
            &[&id.to_db(), &side.as_str(), &rows(CALL_CANDIDATES_KEPT)],
        )
        .await?;
    }
    Ok(())
}

/// Forgets what the callee's other devices named before this one answered.
pub(super) async fn forget_other_devices(db: &Db, id: CallId, device: &str) -> Result<()> {
    db.execute(
        "DELETE FROM call_signals
         WHERE call_id = $1 AND side = 'callee' AND device <> $2",
        &[&id.to_db(), &device],
    )
    .await?;
    Ok(())
}

/// Erases all that a call kept.
pub(super) async fn erase_signals(db: &Db, id: CallId) -> Result<()> {
    db.execute(
        "DELETE FROM call_signals
         WHERE call_id = $1",
        &[&id.to_db()],
    )
    .await?;
    Ok(())
}

/// What a side handed over, in its order. No LIMIT: what is kept has a bound.
pub(super) async fn signals_of(db: &Db, row: &CallRow, side: CallSide) -> Result<Vec<CallSignal>> {
    let call = &row.call;
    let found = db
        .query(
            "SELECT number, kind, body
             FROM call_signals
             WHERE call_id = $1 AND side = $2
             ORDER BY number",
            &[&call.id.to_db(), &side.as_str()],
        )
        .await?;
    let signal = |row: &Row| {
        let mut cells = Cells::new(row);
        Ok(CallSignal {
            call_id: call.id,
            number: cells.number()?,
            from: call.party(side).id,
            to_device: call.device(side.other()).cloned(),
            // The table's check allows no other word.
            kind: CallSignalKind::parse(cells.take()?).unwrap_or(CallSignalKind::Candidate),
            body: cells.take()?,
        })
    };
    found.iter().map(signal).collect()
}

async fn forget_kind(db: &Db, id: CallId, kind: CallSignalKind) -> Result<()> {
    db.execute(
        "DELETE FROM call_signals
         WHERE call_id = $1 AND kind = $2",
        &[&id.to_db(), &kind.as_str()],
    )
    .await?;
    Ok(())
}
