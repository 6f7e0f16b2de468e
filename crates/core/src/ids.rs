//! One type per kind of id, so that a user's id is never taken for a conversation's.
//!
//! Ids are version 7 UUIDs (RFC 9562): made before anything is stored, unique without asking, and
//! near in order of making so that indexes grow at their end. To clients they are opaque.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

use crate::clock::Timestamp;
use crate::random::Random;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// A new id that was never given before.
            pub fn generate(now: Timestamp, random: &dyn Random) -> Self {
                Self(generate_uuid(now, random))
            }

            /// Reads an id as it was given out; `None` for any other text, which therefore names
            /// nothing.
            pub fn parse(text: &str) -> Option<Self> {
                parse_uuid(text).map(Self)
            }

            /// The id's 16 bytes, as stores keep it.
            pub fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }

            /// The id that these 16 bytes are.
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(Uuid::from_bytes(bytes))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, formatter)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(formatter, concat!(stringify!($name), "({})"), self.0)
            }
        }

        /// Clients are promised less than there is: an id is opaque.
        impl JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", "pattern": "^[A-Za-z0-9_-]+$" })
            }
        }

        /// From its one spelling, as between nodes.
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = Cow::<str>::deserialize(deserializer)?;
                Self::parse(&text).ok_or_else(|| D::Error::custom("no id"))
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut buffer = Uuid::encode_buffer();
                serializer.serialize_str(self.0.hyphenated().encode_lower(&mut buffer))
            }
        }
    };
}

id!(
    /// A person with an account.
    UserId
);
id!(
    /// One sign-in of a user on one device.
    SessionId
);
id!(
    /// A conversation of two or a group.
    ConversationId
);
id!(
    /// A message in a conversation.
    MessageId
);
id!(
    /// One emoji of one user on one message.
    ReactionId
);
id!(
    /// One user's wish to be another's friend.
    FriendRequestId
);
id!(
    /// One call between two users.
    CallId
);
id!(
    /// One file as somebody uploaded it.
    UploadId
);
id!(
    /// Bytes that are stored once, however often they are uploaded.
    BlobId
);
id!(
    /// One device that is pushed to.
    DeviceId
);

fn generate_uuid(now: Timestamp, random: &dyn Random) -> Uuid {
    let mut bytes = [0; 10];
    random.fill(&mut bytes);
    let milliseconds = u64::try_from(now.unix_ms()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(milliseconds, &bytes).into_uuid()
}

/// Only the form that is given out is an id: one thing has one spelling.
fn parse_uuid(text: &str) -> Option<Uuid> {
    let uuid = Uuid::try_parse(text).ok()?;
    let mut buffer = Uuid::encode_buffer();
    (uuid.hyphenated().encode_lower(&mut buffer) == text).then_some(uuid)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SystemRandom;

    #[test]
    fn an_id_is_read_in_its_one_spelling_only() {
        let id = UserId::generate(Timestamp::from_unix_ms(1_795_376_634_491), &SystemRandom);
        let text = id.to_string();
        assert_eq!(UserId::parse(&text), Some(id));
        assert_eq!(UserId::parse(&text.to_uppercase()), None);
        assert_eq!(UserId::parse(&format!("{{{text}}}")), None);
        assert_eq!(UserId::parse(&text.replace('-', "")), None);
        assert_eq!(UserId::parse(""), None);
    }

    #[test]
    fn ids_made_later_sort_later() {
        let early = MessageId::generate(Timestamp::from_unix_ms(1000), &SystemRandom);
        let late = MessageId::generate(Timestamp::from_unix_ms(1001), &SystemRandom);
        assert!(early < late);
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics_the_reader(text in ".*") {
            if let Some(id) = UserId::parse(&text) {
                proptest::prop_assert_eq!(id.to_string(), text);
            }
        }
    }
}
