//! Devices that are pushed to, what a user wants of that, and why pushes were or were not sent.

use ring::digest::{Context, SHA256};
use salala_core::ids::{DeviceId, UserId};
use salala_core::push::DeviceKind;
use salala_core::records::PushTarget;
use salala_core::wire::fields::Change;
use salala_core::wire::requests::{RegisterDevice, UpdateSettings};
use salala_core::wire::shapes::{Device, Page, PushLogEntry, Settings};
use salala_core::wire::{Error, ErrorCode, view};
use salala_store::ports::devices::{NewDevice, SettingsChanges};

use super::Chat;
use crate::auth::Identity;
use crate::push::web_push::subscription;
use crate::refusal::refusal;

impl Chat {
    /// Registers a device of the caller's sign-in.
    pub async fn register_device(
        &self,
        caller: Identity,
        command: RegisterDevice,
    ) -> Result<Device, Error> {
        self.count_signal(caller.user_id)?;
        let target = self.target_of(&command)?;
        let now = self.clock.now();
        let new = NewDevice {
            id: DeviceId::generate(now, &*self.random),
            user_id: caller.user_id,
            session_id: caller.session_id,
            address_hash: address_hash(&target),
            target,
            registered_at: now,
        };
        let id = self.store.register_device(new).await.map_err(refusal)?;
        Ok(Device { id, kind: command.kind })
    }

    /// The user's devices.
    pub async fn devices(&self, user_id: UserId) -> Result<Vec<Device>, Error> {
        let devices = self.store.devices(user_id).await.map_err(refusal)?;
        Ok(devices.iter().map(view::device).collect())
    }

    /// Takes a device out.
    pub async fn remove_device(&self, user_id: UserId, id: &str) -> Result<(), Error> {
        let id = DeviceId::parse(id).ok_or(ErrorCode::NotFound)?;
        self.store.remove_device(user_id, id).await.map_err(refusal)
    }

    /// What the user has set.
    pub async fn settings(&self, user_id: UserId) -> Result<Settings, Error> {
        self.store.settings(user_id).await.map(view::settings).map_err(refusal)
    }

    /// Changes that.
    pub async fn update_settings(
        &self,
        user_id: UserId,
        command: UpdateSettings,
    ) -> Result<Settings, Error> {
        let quiet_hours = match command.quiet_hours {
            Change::Keep => Change::Keep,
            Change::Clear => Change::Clear,
            Change::Set(hours) => Change::Set(hours.record().ok_or_else(|| {
                Error::invalid_field("quietHours.to", "must be another time than from")
            })?),
        };
        let changes = SettingsChanges { quiet_hours, locale: command.locale };
        let changed = self.store.change_settings(user_id, changes).await;
        changed.map(view::settings).map_err(refusal)
    }

    /// What became of pushes to the user, newest first.
    pub async fn push_log(
        &self,
        user_id: UserId,
        cursor: Option<String>,
        limit: usize,
    ) -> Result<Page<PushLogEntry>, Error> {
        let before = cursor.as_deref().map(read_cursor).transpose()?;
        // One more than asked for tells whether there is a next page.
        let mut entries = self.store.push_log(user_id, before, limit + 1).await.map_err(refusal)?;
        let has_more = entries.len() > limit;
        entries.truncate(limit);
        let next_cursor = entries.last().filter(|_| has_more).map(|last| last.number.to_string());
        Ok(Page { data: entries.into_iter().map(view::push_log_entry).collect(), next_cursor })
    }

    fn target_of(&self, command: &RegisterDevice) -> Result<PushTarget, Error> {
        match command.kind {
            DeviceKind::Fcm => match &command.token {
                Some(token) => Ok(PushTarget::Fcm { token: token.clone() }),
                None => Err(Error::invalid_field("token", "is missing")),
            },
            DeviceKind::WebPush => {
                let given = command.subscription.as_ref();
                let given =
                    given.ok_or_else(|| Error::invalid_field("subscription", "is missing"))?;
                subscription::read(given, self.settings.push_reach)
                    .map_err(|(field, message)| Error::invalid_field(field, message))
            }
        }
    }
}

fn address_hash(target: &PushTarget) -> [u8; 32] {
    let mut context = Context::new(&SHA256);
    context.update(target.kind().as_str().as_bytes());
    context.update(&[0]);
    context.update(target.address().as_bytes());
    let mut hash = [0; 32];
    hash.copy_from_slice(context.finish().as_ref());
    hash
}

fn read_cursor(cursor: &str) -> Result<u64, Error> {
    cursor.parse().map_err(|_| Error::invalid_field("cursor", "was not given out by this list"))
}
