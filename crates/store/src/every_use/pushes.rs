//! Every method about devices and pushes.

use salala_core::SystemRandom;
use salala_core::ids::{ConversationId, DeviceId, SessionId, UserId};
use salala_core::push::PushReason;
use salala_core::quiet_hours::QuietHours;
use salala_core::records::{LeasedPush, PushTarget};
use salala_core::wire::fields::Change;

use super::{draft, now};
use crate::Store;
use crate::ports::devices::{NewDevice, SettingsChanges};
use crate::ports::pushes::{PushLease, PushOutcome, SettledPush};

pub(super) async fn use_devices(store: &dyn Store, [anna, berta, _]: [UserId; 3]) {
    for (user_id, hash, endpoint) in [
        (anna, 1, None),
        (anna, 1, None),
        (berta, 2, None),
        (anna, 2, None),
        (berta, 3, Some("https://push.example")),
    ] {
        let target = match endpoint {
            None => PushTarget::Fcm { token: "token".to_owned() },
            Some(endpoint) => PushTarget::WebPush {
                endpoint: endpoint.to_owned(),
                public_key: vec![4; 65],
                auth_secret: vec![5; 16],
            },
        };
        let new = NewDevice {
            id: DeviceId::generate(now(), &SystemRandom),
            user_id,
            session_id: None,
            target,
            address_hash: [hash; 32],
            registered_at: now(),
        };
        store.register_device(new.clone()).await.unwrap();
        let session_id = Some(SessionId::generate(now(), &SystemRandom));
        drop(store.register_device(NewDevice { session_id, ..new }).await);
    }
    let changes = SettingsChanges {
        quiet_hours: Change::Set(QuietHours::new(1, 2, "UTC").unwrap()),
        locale: Change::Keep,
    };
    store.change_settings(berta, changes).await.unwrap();
    store.settings(berta).await.unwrap();
}

/// Pushes of all that the others left, until nothing waits.
pub(super) async fn use_pushes(
    store: &dyn Store,
    [anna, berta, _]: [UserId; 3],
    id: ConversationId,
) {
    store.queue_test_push(berta, [9; 16], now()).await.unwrap();
    store.push_backlog().await.unwrap();
    for round in 0..20 {
        let at = now().plus(std::time::Duration::from_secs(60 * round));
        let lease = PushLease {
            now: at,
            wait: std::time::Duration::ZERO,
            until: at.plus(std::time::Duration::from_secs(30)),
            limit: 9,
        };
        let leased = store.lease_pushes(lease).await.unwrap();
        store.release_pushes(at).await.unwrap();
        let settle = |push: &LeasedPush, outcome| SettledPush {
            number: push.number,
            device_id: push.device_id,
            outcome,
        };
        let later = PushOutcome::Later { at, reason: PushReason::ProviderBusy, detail: None };
        let outcome = if round == 0 { later } else { PushOutcome::Sent };
        let settled = leased.iter().map(|push| settle(push, outcome.clone())).collect();
        store.settle_pushes(settled, at).await.unwrap();
        if round < 2 {
            let mut new = draft(id, anna);
            new.client_message_id = None;
            store.send_message(new).await.unwrap();
        }
    }
    store.read_to(berta, id, u64::MAX, now()).await.unwrap();
    store.push_log(berta, None, 9).await.unwrap();
    for device in store.devices(berta).await.unwrap() {
        let outcome = PushOutcome::Unregistered;
        let gone = SettledPush { number: 0, device_id: device.id, outcome };
        store.settle_pushes(vec![gone], now()).await.unwrap();
    }
    for device in store.devices(anna).await.unwrap() {
        store.remove_device(anna, device.id).await.unwrap();
    }
    let mut new = draft(id, anna);
    new.client_message_id = None;
    store.send_message(new).await.unwrap();
    let lease = PushLease { now: now(), wait: std::time::Duration::ZERO, until: now(), limit: 9 };
    store.lease_pushes(lease).await.unwrap();
    store.forget_pushes(now(), 9).await.unwrap();
    store.push_key(vec![1]).await.unwrap();
}
