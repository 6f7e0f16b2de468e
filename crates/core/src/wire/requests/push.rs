//! What a client asks about devices that are pushed to.

use schemars::JsonSchema;

use crate::limits::PUSH_ADDRESS_MAX_BYTES;
use crate::push::DeviceKind;
use crate::quiet_hours;
use crate::wire::fields::forms::{HTTP_URL, LOCALE, TIME_OF_DAY, TIME_ZONE};
use crate::wire::fields::{Change, Decode, Fields};

/// Body of `POST /devices`.
#[derive(Clone, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub struct RegisterDevice {
    /// Through whom the device is reached.
    pub kind: DeviceKind,
    /// Of `fcm`: the registration token.
    pub token: Option<String>,
    /// Of `webpush`: what the browser gave, as `PushSubscription.toJSON()` tells it.
    pub subscription: Option<Subscription>,
}

/// A browser's subscription.
#[derive(Clone, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub struct Subscription {
    /// Where messages to it are posted.
    pub endpoint: String,
    /// The browser's public key.
    #[schemars(skip)]
    pub p256dh: String,
    /// The secret that it shares.
    #[schemars(skip)]
    pub auth: String,
}

/// The keys of a subscription.
#[derive(Clone, PartialEq, Eq, JsonSchema)]
struct SubscriptionKeys {
    /// The browser's public key, base64url.
    p256dh: String,
    /// The secret that it shares, base64url.
    auth: String,
}

impl Decode for RegisterDevice {
    fn decode(fields: &mut Fields) -> Option<Self> {
        let words = [DeviceKind::Fcm, DeviceKind::WebPush].map(DeviceKind::as_str);
        let kind = fields.word("kind", &words, DeviceKind::parse);
        let token = fields.optional_string("token", 1, PUSH_ADDRESS_MAX_BYTES);
        let subscription = fields.optional_object("subscription");
        Some(Self { kind: kind?, token, subscription })
    }
}

impl Decode for Subscription {
    fn decode(fields: &mut Fields) -> Option<Self> {
        let endpoint = fields.formed_text("endpoint", (1, PUSH_ADDRESS_MAX_BYTES), &HTTP_URL);
        let keys: Option<SubscriptionKeys> = fields.object("keys");
        let keys = keys?;
        Some(Self { endpoint: endpoint?, p256dh: keys.p256dh, auth: keys.auth })
    }
}

impl Decode for SubscriptionKeys {
    fn decode(fields: &mut Fields) -> Option<Self> {
        let p256dh = fields.text("p256dh", 1, 128);
        let auth = fields.text("auth", 1, 64);
        Some(Self { p256dh: p256dh?, auth: auth? })
    }
}

/// Body of `PATCH /users/me/settings`.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub struct UpdateSettings {
    /// When nothing is pushed.
    pub quiet_hours: Change<QuietHours>,
    /// The language, as a BCP 47 tag.
    pub locale: Change<String>,
}

/// From one time of day to another, over midnight if it ends before it begins.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub struct QuietHours {
    /// `HH:MM`.
    pub from: String,
    /// `HH:MM`.
    pub to: String,
    /// By whose clock: an IANA name such as `Europe/Berlin`.
    pub time_zone: String,
}

impl Decode for UpdateSettings {
    fn decode(fields: &mut Fields) -> Option<Self> {
        let quiet_hours = fields.object_change("quietHours");
        let locale = fields.formed_change("locale", 35, &LOCALE);
        Some(Self { quiet_hours, locale })
    }
}

impl Decode for QuietHours {
    fn decode(fields: &mut Fields) -> Option<Self> {
        let from = fields.formed_text("from", (5, 5), &TIME_OF_DAY);
        let to = fields.formed_text("to", (5, 5), &TIME_OF_DAY);
        let time_zone = fields.formed_text("timeZone", (1, 64), &TIME_ZONE);
        Some(Self { from: from?, to: to?, time_zone: time_zone? })
    }
}

impl QuietHours {
    /// As they are kept; `None` if they begin when they end.
    pub fn record(&self) -> Option<quiet_hours::QuietHours> {
        let from = quiet_hours::parse_time_of_day(&self.from)?;
        let to = quiet_hours::parse_time_of_day(&self.to)?;
        quiet_hours::QuietHours::new(from, to, &self.time_zone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::fields::decode;

    #[test]
    fn mistakes_in_an_object_are_named_with_their_path() {
        let body = r#"{"kind":"webpush","subscription":{"endpoint":"x","keys":{"auth":""}}}"#;
        let Err(error) = decode::<RegisterDevice>(body) else { panic!("it does not fit") };
        let paths: Vec<_> = error.errors.iter().map(|error| error.path.as_str()).collect();
        assert_eq!(
            paths,
            ["subscription.endpoint", "subscription.keys.p256dh", "subscription.keys.auth"]
        );
        assert!(
            decode::<RegisterDevice>(r#"{"kind":"fcm","token":"t","subscription":null}"#).is_ok()
        );
        assert!(decode::<RegisterDevice>(r#"{"kind":"fcm","subscription":[]}"#).is_err());
    }

    #[test]
    fn quiet_hours_are_set_unset_or_kept() {
        let read = |body: &str| decode::<UpdateSettings>(body).map(|read| read.quiet_hours).ok();
        assert_eq!(read("{}"), Some(Change::Keep));
        assert_eq!(read(r#"{"quietHours":null}"#), Some(Change::Clear));
        let set = r#"{"quietHours":{"from":"22:00","to":"07:00","timeZone":"Europe/Berlin"}}"#;
        assert!(matches!(read(set), Some(Change::Set(hours)) if hours.record().is_some()));
        for bad in ["25:00", "2200", ""] {
            assert_eq!(read(&set.replace("22:00", bad)), None, "{bad}");
        }
        assert_eq!(read(&set.replace("Berlin", "Atlantis")), None);
    }
}
