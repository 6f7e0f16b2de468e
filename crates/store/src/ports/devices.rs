//! The port for devices that are pushed to, and for what a user wants of that.

use salala_core::Timestamp;
use salala_core::ids::{DeviceId, SessionId, UserId};
use salala_core::quiet_hours::QuietHours;
use salala_core::records::{Device, PushTarget, UserSettings};
use salala_core::wire::fields::Change;

use crate::Pending;

/// A device to be registered.
#[derive(Clone, Debug)]
pub struct NewDevice {
    /// The id that it gets, if it is new to its user.
    pub id: DeviceId,
    /// Whose.
    pub user_id: UserId,
    /// The sign-in that it leaves with.
    pub session_id: Option<SessionId>,
    /// How it is reached.
    pub target: PushTarget,
    /// SHA-256 of the target's kind and address.
    pub address_hash: [u8; 32],
    /// When.
    pub registered_at: Timestamp,
}

/// Changes of settings.
#[derive(Clone, Debug, Default)]
pub struct SettingsChanges {
    /// When not to be disturbed.
    pub quiet_hours: Change<QuietHours>,
    /// The language.
    pub locale: Change<String>,
}

/// Devices. One leaves with its session, however that ends, and with its account.
pub trait Devices {
    /// Registers a device, and gives its id. One that is there under the same address keeps its id with
    /// the same user, and is taken from another. Of more than
    /// [`salala_core::limits::DEVICES_MAX`] the one that registered longest ago goes.
    ///
    /// Whatever is sent from then on to a conversation of its user is pushed.
    ///
    /// # Errors
    /// `Forbidden` if the session has ended or the account is no more.
    fn register_device(&self, device: NewDevice) -> Pending<DeviceId>;

    /// Takes a device of this user out; `NotFound` if it is none.
    fn remove_device(&self, user_id: UserId, id: DeviceId) -> Pending<()>;

    /// A user's devices, the newest registration first.
    fn devices(&self, user_id: UserId) -> Pending<Vec<Device>>;

    /// What a user has set.
    fn settings(&self, user_id: UserId) -> Pending<UserSettings>;

    /// Changes that, and gives all of it.
    fn change_settings(&self, user_id: UserId, changes: SettingsChanges) -> Pending<UserSettings>;
}
