//! Devices and settings, and the port for them.

use rusqlite::{Connection, OptionalExtension, params};
use salala_core::ids::{DeviceId, SessionId, UserId};
use salala_core::limits::DEVICES_MAX;
use salala_core::push::DeviceKind;
use salala_core::quiet_hours::QuietHours;
use salala_core::records::{Device, PushTarget, UserSettings};

use super::SqliteStore;
use super::cells::{Cells, rows};
use super::error::Result;
use super::push_queue::forget_push_to;
use super::write_tx::WriteTx;
use crate::ports::devices::{Devices, NewDevice, SettingsChanges};
use crate::{Pending, StoreError};

impl Devices for SqliteStore {
    fn register_device(&self, device: NewDevice) -> Pending<DeviceId> {
        self.write_sized(device.target.address().len(), move |tx| register(tx, &device))
    }

    fn remove_device(&self, user_id: UserId, id: DeviceId) -> Pending<()> {
        self.write(move |tx| {
            let removed = tx.db.execute(
                "DELETE FROM devices
                 WHERE id = ?1 AND user_id = ?2",
                params![id.as_bytes(), user_id.as_bytes()],
            )?;
            if removed == 0 { Err(StoreError::NotFound("this device")) } else { Ok(()) }
        })
    }

    fn devices(&self, user_id: UserId) -> Pending<Vec<Device>> {
        self.read(move |db| {
            let mut statement = db.prepare_cached(
                "SELECT id, session_id, kind, address, public_key, auth_secret
                 FROM devices
                 WHERE user_id = ?1
                 ORDER BY registered_at DESC, id DESC
                 LIMIT ?2",
            )?;
            let devices = statement
                .query_map(params![user_id.as_bytes(), rows(DEVICES_MAX)], |row| {
                    device_from(&mut Cells::new(row))
                })?
                .collect::<rusqlite::Result<_>>()?;
            Ok(devices)
        })
    }

    fn settings(&self, user_id: UserId) -> Pending<UserSettings> {
        self.read(move |db| load_settings(db, user_id))
    }

    fn change_settings(&self, user_id: UserId, changes: SettingsChanges) -> Pending<UserSettings> {
        self.write(move |tx| {
            let old = load_settings(tx.db, user_id)?;
            let settings = UserSettings {
                quiet_hours: changes.quiet_hours.apply(old.quiet_hours),
                locale: changes.locale.apply(old.locale),
            };
            let quiet = settings.quiet_hours.as_ref();
            tx.db.execute(
                "INSERT INTO user_settings (user_id, quiet_from, quiet_to, time_zone, locale)
                 VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT (user_id) DO UPDATE
                 SET quiet_from = excluded.quiet_from, quiet_to = excluded.quiet_to,
                     time_zone = excluded.time_zone, locale = excluded.locale",
                params![
                    user_id.as_bytes(),
                    quiet.map(QuietHours::from),
                    quiet.map(QuietHours::to),
                    quiet.map(QuietHours::time_zone),
                    settings.locale
                ],
            )?;
            Ok(settings)
        })
    }
}

fn register(tx: &WriteTx<'_>, new: &NewDevice) -> Result<DeviceId> {
    refuse_ended(tx.db, new)?;
    let had_devices = has_devices(tx.db, new.user_id)?;
    let known: Option<(DeviceId, UserId)> = tx
        .db
        .query_row(
            "SELECT id, user_id
             FROM devices
             WHERE address_hash = ?1",
            [new.address_hash],
            |row| {
                let mut cells = Cells::new(row);
                Ok((cells.id()?, cells.id()?))
            },
        )
        .optional()?;
    let id = match known {
        Some((id, user_id)) if user_id == new.user_id => id,
        Some((id, _)) => {
            remove(tx.db, id)?;
            new.id
        }
        None => new.id,
    };
    let (public_key, auth_secret) = match &new.target {
        PushTarget::Fcm { .. } => (None, None),
        PushTarget::WebPush { public_key, auth_secret, .. } => {
            (Some(public_key), Some(auth_secret))
        }
    };
    tx.db.execute(
        "INSERT INTO devices
             (id, user_id, session_id, kind, address, address_hash, public_key, auth_secret,
              registered_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
         ON CONFLICT (id) DO UPDATE
         SET session_id = excluded.session_id, public_key = excluded.public_key,
             auth_secret = excluded.auth_secret, registered_at = excluded.registered_at",
        params![
            id.as_bytes(),
            new.user_id.as_bytes(),
            new.session_id.as_ref().map(SessionId::as_bytes),
            new.target.kind().as_str(),
            new.target.address(),
            new.address_hash,
            public_key,
            auth_secret,
            new.registered_at.unix_ms()
        ],
    )?;
    tx.db.execute(
        "DELETE FROM devices
         WHERE id IN (
             SELECT id
             FROM devices
             WHERE user_id = ?1
             ORDER BY registered_at DESC, id DESC
             LIMIT -1 OFFSET ?2
         )",
        params![new.user_id.as_bytes(), rows(DEVICES_MAX)],
    )?;
    if !had_devices {
        forget_push_to(tx.db, new.user_id)?;
    }
    Ok(id)
}

/// Refuses a device of a session that has ended, or of a user who is no more.
fn refuse_ended(db: &Connection, new: &NewDevice) -> Result<()> {
    let is_live: bool = match &new.session_id {
        Some(session_id) => db.query_row(
            "SELECT EXISTS (
                 SELECT 1
                 FROM sessions
                 WHERE id = ?1 AND user_id = ?2 AND revoked_at IS NULL
             )",
            params![session_id.as_bytes(), new.user_id.as_bytes()],
            |row| row.get(0),
        )?,
        None => db.query_row(
            "SELECT EXISTS (
                 SELECT 1
                 FROM users
                 WHERE id = ?1 AND erased_at IS NULL AND disabled_at IS NULL
             )",
            [new.user_id.as_bytes()],
            |row| row.get(0),
        )?,
    };
    if is_live { Ok(()) } else { Err(StoreError::Forbidden("this session has ended")) }
}

fn has_devices(db: &Connection, user_id: UserId) -> Result<bool> {
    let has = db
        .prepare_cached(
            "SELECT EXISTS (
                 SELECT 1
                 FROM devices
                 WHERE user_id = ?1
             )",
        )?
        .query_row([user_id.as_bytes()], |row| row.get(0))?;
    Ok(has)
}

/// Takes a device out, whosever it is.
pub(super) fn remove(db: &Connection, id: DeviceId) -> Result<()> {
    db.prepare_cached(
        "DELETE FROM devices
         WHERE id = ?1",
    )?
    .execute([id.as_bytes()])?;
    Ok(())
}

/// Reads `id, session_id, kind, address, public_key, auth_secret`.
pub(super) fn device_from(cells: &mut Cells<'_, '_>) -> rusqlite::Result<Device> {
    let id = cells.id()?;
    let session_id = cells.optional_id()?;
    // The table's check allows no other word.
    let kind = DeviceKind::parse(&cells.take::<String>()?).unwrap_or(DeviceKind::Fcm);
    let address = cells.take()?;
    let (public_key, auth_secret): (Option<_>, Option<_>) = (cells.take()?, cells.take()?);
    let target = match kind {
        DeviceKind::Fcm => PushTarget::Fcm { token: address },
        DeviceKind::WebPush => PushTarget::WebPush {
            endpoint: address,
            public_key: public_key.unwrap_or_default(),
            auth_secret: auth_secret.unwrap_or_default(),
        },
    };
    Ok(Device { id, session_id, target })
}

fn load_settings(db: &Connection, user_id: UserId) -> Result<UserSettings> {
    let settings = db
        .prepare_cached(
            "SELECT quiet_from, quiet_to, time_zone, locale
             FROM user_settings
             WHERE user_id = ?1",
        )?
        .query_row([user_id.as_bytes()], |row| {
            let mut cells = Cells::new(row);
            let quiet_hours = quiet_hours_from(&mut cells)?;
            Ok(UserSettings { quiet_hours, locale: cells.take()? })
        })
        .optional()?;
    Ok(settings.unwrap_or_default())
}

/// Reads `quiet_from, quiet_to, time_zone`.
pub(super) fn quiet_hours_from(cells: &mut Cells<'_, '_>) -> rusqlite::Result<Option<QuietHours>> {
    let (from, to, zone) = (
        cells.take::<Option<u16>>()?,
        cells.take::<Option<u16>>()?,
        cells.take::<Option<String>>()?,
    );
    Ok(match (from, to, zone) {
        (Some(from), Some(to), Some(zone)) => QuietHours::new(from, to, &zone),
        _ => None,
    })
}
