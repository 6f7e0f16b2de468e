//! What is pushed to a device, and what became of it, each by one word that is kept and shown.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};

macro_rules! words {
    (
        $(#[$doc:meta])* $name:ident {
            $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)+
        }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)+
        }

        impl $name {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The word for it.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }

            /// Reads the word.
            pub fn parse(word: &str) -> Option<Self> {
                match word {
                    $($word => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", "enum": [$($word),+] })
            }
        }
    };
}

words! {
    /// Through whom a device is reached.
    DeviceKind {
        /// Firebase Cloud Messaging.
        Fcm = "fcm",
        /// A browser's push service.
        WebPush = "webpush",
    }
}

words! {
    /// What a push is for.
    PushKind {
        /// Shows a new message.
        Message = "message",
        /// Takes the notification of a conversation away, for it was read elsewhere.
        Clear = "clear",
        /// Rings.
        Ring = "ring",
        /// Stops ringing.
        RingEnd = "ring_end",
        /// Shows a call that was not answered, and stops ringing.
        MissedCall = "missed_call",
        /// Asked for by an operator.
        Test = "test",
    }
}

words! {
    /// Where a push stands.
    PushState {
        /// Waits for its moment, or for another try.
        Waiting = "waiting",
        /// The provider took it.
        Sent = "sent",
        /// It was not to be sent.
        Dropped = "dropped",
        /// It could not be sent, and is not tried again.
        Failed = "failed",
    }
}

words! {
    /// Why a push was not sent, or not yet.
    PushReason {
        /// The message was read meanwhile.
        Read = "read",
        /// The user was looking at the conversation.
        Viewing = "viewing",
        /// It is not known yet whether the user is looking at the conversation.
        MaybeViewing = "maybe_viewing",
        /// The user has muted the conversation.
        Muted = "muted",
        /// The user's quiet hours.
        QuietHours = "quiet_hours",
        /// A push of a later message stands for it.
        Collapsed = "collapsed",
        /// The message was deleted meanwhile.
        Deleted = "deleted",
        /// The user is no member of the conversation any more.
        Left = "left",
        /// The device's session has ended.
        SignedOut = "signed_out",
        /// The device was taken out of the list.
        Removed = "removed",
        /// The provider does not know the device any more; it was removed.
        Unregistered = "unregistered",
        /// The call no longer rings.
        Over = "over",
        /// The device is in the conversation itself, and knows.
        SameDevice = "same_device",
        /// It came too late to be of use.
        TooLate = "too_late",
        /// The server has no account with the provider.
        NotConfigured = "not_configured",
        /// The provider asks to come later, or cannot be reached.
        ProviderBusy = "provider_busy",
        /// The provider refuses it.
        Refused = "refused",
        /// It was tried as often as anything is.
        GaveUp = "gave_up",
    }
}

impl PushReason {
    /// The reason in a sentence for the user.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Read => "The message was read before it was pushed.",
            Self::Viewing => "You were looking at the conversation.",
            Self::MaybeViewing => {
                "It is not known yet whether you are looking at the conversation."
            }
            Self::Muted => "You have muted the conversation.",
            Self::QuietHours => "It came in your quiet hours.",
            Self::Collapsed => "The push of a later message stands for it.",
            Self::Deleted => "The message was deleted before it was pushed.",
            Self::Left => "You are no member of the conversation any more.",
            Self::SignedOut => "The device's session has ended.",
            Self::Removed => "The device is registered no more.",
            Self::Unregistered => "The provider does not know the device any more; it was removed.",
            Self::Over => "The call did not ring any more.",
            Self::SameDevice => "The device shows the conversation itself.",
            Self::TooLate => "It came too late to be of use.",
            Self::NotConfigured => "This server has no account with the provider.",
            Self::ProviderBusy => "The provider could not take it; it is tried again.",
            Self::Refused => "The provider refused it.",
            Self::GaveUp => "It was tried as often as anything is.",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_read_back() {
        for reason in PushReason::ALL {
            assert_eq!(PushReason::parse(reason.as_str()), Some(*reason));
        }
        for kind in PushKind::ALL {
            assert_eq!(PushKind::parse(kind.as_str()), Some(*kind));
        }
        assert_eq!(PushState::parse("lost"), None);
        assert_eq!(DeviceKind::parse("webpush"), Some(DeviceKind::WebPush));
    }
}
