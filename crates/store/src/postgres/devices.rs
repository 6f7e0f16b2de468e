//! Devices and settings, and the port for them.

use futures_util::future::join3;
use salala_core::ids::{DeviceId, UserId};
use salala_core::limits::DEVICES_MAX;
use salala_core::push::DeviceKind;
use salala_core::quiet_hours::QuietHours;
use salala_core::records::{Device, PushTarget, UserSettings};

use super::PostgresStore;
use super::cells::{Cells, DbId, rows};
use super::db::Db;
use super::error::Result;
use super::locks::Key;
use super::push_queue::forget_push_to;
use super::write_tx::WriteTx;
use crate::ports::devices::{Devices, NewDevice, SettingsChanges};
use crate::{Pending, StoreError};

impl Devices for PostgresStore {
    fn register_device(&self, device: NewDevice) -> Pending<DeviceId> {
        let keys = [Key::User(device.user_id), Key::Name(device.address_hash.to_vec())];
        let size_bytes = device.target.address().len();
        self.write_sized(keys, size_bytes, async move |tx: &mut WriteTx<'_>| {
            register(tx, &device).await
        })
    }

    fn remove_device(&self, user_id: UserId, id: DeviceId) -> Pending<()> {
        self.write([Key::User(user_id)], async move |tx: &mut WriteTx<'_>| {
            let removed = tx
                .db
                .execute(
                    "DELETE FROM devices
                     WHERE id = $1 AND user_id = $2",
                    &[&id.to_db(), &user_id.to_db()],
                )
                .await?;
            if removed == 0 { Err(StoreError::NotFound("this device")) } else { Ok(()) }
        })
    }

    fn devices(&self, user_id: UserId) -> Pending<Vec<Device>> {
        self.read(async move |db: &Db| {
            let devices = db
                .query(
                    "SELECT id, session_id, kind, address, public_key, auth_secret
                     FROM devices
                     WHERE user_id = $1
                     ORDER BY registered_at DESC, id DESC
                     LIMIT $2",
                    &[&user_id.to_db(), &rows(DEVICES_MAX)],
                )
                .await?;
            devices.iter().map(|row| device_from(&mut Cells::new(row))).collect()
        })
    }

    fn settings(&self, user_id: UserId) -> Pending<UserSettings> {
        self.read(async move |db: &Db| load_settings(db, user_id).await)
    }

    fn change_settings(&self, user_id: UserId, changes: SettingsChanges) -> Pending<UserSettings> {
        self.write([Key::User(user_id)], async move |tx: &mut WriteTx<'_>| {
            let old = load_settings(tx.db, user_id).await?;
            let changes = changes.clone();
            let settings = UserSettings {
                quiet_hours: changes.quiet_hours.apply(old.quiet_hours),
                locale: changes.locale.apply(old.locale),
            };
            let quiet = settings.quiet_hours.as_ref();
            tx.db
                .execute(
                    "INSERT INTO user_settings (user_id, quiet_from, quiet_to, time_zone, locale)
                     VALUES ($1, $2, $3, $4, $5)
                     ON CONFLICT (user_id) DO UPDATE
                     SET quiet_from = excluded.quiet_from, quiet_to = excluded.quiet_to,
                         time_zone = excluded.time_zone, locale = excluded.locale",
                    &[
                        &user_id.to_db(),
                        &quiet.map(|quiet| i64::from(quiet.from())),
                        &quiet.map(|quiet| i64::from(quiet.to())),
                        &quiet.map(QuietHours::time_zone),
                        &settings.locale,
                    ],
                )
                .await?;
            Ok(settings)
        })
    }
}

async fn register(tx: &WriteTx<'_>, new: &NewDevice) -> Result<DeviceId> {
    let (user_id, hash) = (new.user_id.to_db(), new.address_hash.as_slice());
    let (live, had, known) = join3(
        tx.db.query_one(
            "SELECT CASE WHEN $1::uuid IS NULL THEN EXISTS (
                     SELECT 1
                     FROM users
                     WHERE id = $2 AND erased_at IS NULL AND disabled_at IS NULL
                 ) ELSE EXISTS (
                     SELECT 1
                     FROM sessions
                     WHERE id = $1 AND user_id = $2 AND revoked_at IS NULL
                 ) END",
            &[&new.session_id.map(|id| id.to_db()), &user_id],
        ),
        tx.db.query_one(
            "SELECT EXISTS (
                 SELECT 1
                 FROM devices
                 WHERE user_id = $1
             )",
            &[&user_id],
        ),
        tx.db.query_opt(
            "SELECT id, user_id
             FROM devices
             WHERE address_hash = $1
             FOR UPDATE",
            &[&hash],
        ),
    )
    .await;
    let is_live: bool = Cells::new(&live?).take()?;
    if !is_live {
        return Err(StoreError::Forbidden("this session has ended"));
    }
    let had_devices: bool = Cells::new(&had?).take()?;
    let known: Option<(DeviceId, UserId)> = match &known? {
        Some(row) => {
            let mut cells = Cells::new(row);
            Some((cells.id()?, cells.id()?))
        }
        None => None,
    };
    let id = match known {
        Some((id, user_id)) if user_id == new.user_id => id,
        Some((id, _)) => {
            remove(tx.db, id).await?;
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
    tx.db
        .execute(
            "INSERT INTO devices
                 (id, user_id, session_id, kind, address, address_hash, public_key, auth_secret,
                  registered_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
             ON CONFLICT (id) DO UPDATE
             SET session_id = excluded.session_id, public_key = excluded.public_key,
                 auth_secret = excluded.auth_secret, registered_at = excluded.registered_at",
            &[
                &id.to_db(),
                &user_id,
                &new.session_id.map(|id| id.to_db()),
                &new.target.kind().as_str(),
                &new.target.address(),
                &hash,
                &public_key,
                &auth_secret,
                &new.registered_at.unix_ms(),
            ],
        )
        .await?;
    tx.db
        .execute(
            "DELETE FROM devices
             WHERE id = ANY (ARRAY(
                 SELECT id
                 FROM devices
                 WHERE user_id = $1
                 ORDER BY registered_at DESC, id DESC
                 OFFSET $2
             ))",
            &[&user_id, &rows(DEVICES_MAX)],
        )
        .await?;
    if !had_devices {
        forget_push_to(tx.db, new.user_id).await?;
    }
    Ok(id)
}

/// Takes a device out, whosever it is.
pub(super) async fn remove(db: &Db, id: DeviceId) -> Result<()> {
    db.execute(
        "DELETE FROM devices
         WHERE id = $1",
        &[&id.to_db()],
    )
    .await?;
    Ok(())
}

/// Reads `id, session_id, kind, address, public_key, auth_secret`.
pub(super) fn device_from(cells: &mut Cells<'_>) -> Result<Device> {
    let (id, session_id) = (cells.id()?, cells.optional_id()?);
    // The table's check allows no other word.
    let kind = DeviceKind::parse(cells.take()?).unwrap_or(DeviceKind::Fcm);
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

async fn load_settings(db: &Db, user_id: UserId) -> Result<UserSettings> {
    let row = db
        .query_opt(
            "SELECT quiet_from, quiet_to, time_zone, locale
             FROM user_settings
             WHERE user_id = $1",
            &[&user_id.to_db()],
        )
        .await?;
    let Some(row) = row else { return Ok(UserSettings::default()) };
    let mut cells = Cells::new(&row);
    let quiet_hours = quiet_hours_from(&mut cells)?;
    Ok(UserSettings { quiet_hours, locale: cells.take()? })
}

/// Reads `quiet_from, quiet_to, time_zone`.
pub(super) fn quiet_hours_from(cells: &mut Cells<'_>) -> Result<Option<QuietHours>> {
    let (from, to) = (cells.take::<Option<i64>>()?, cells.take::<Option<i64>>()?);
    let zone = cells.take::<Option<&str>>()?;
    let minute = |minute: Option<i64>| minute.and_then(|minute| u16::try_from(minute).ok());
    Ok(match (minute(from), minute(to), zone) {
        (Some(from), Some(to), Some(zone)) => QuietHours::new(from, to, zone),
        _ => None,
    })
}
