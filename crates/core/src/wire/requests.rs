//! What a client asks over HTTP: each body.

mod push;

use schemars::JsonSchema;

use super::fields::forms::{DATE, EMAIL, HTTP_URL, USERNAME};
use super::fields::{Change, Decode, Fields};
use crate::clock::Timestamp;
use crate::limits;
use crate::permissions::Role;

pub use self::push::{QuietHours, RegisterDevice, Subscription, UpdateSettings};
pub use super::fields::forms::{is_email, is_emoji, is_username};

/// Body of `POST /auth/register`.
#[derive(Clone, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub struct Register {
    /// The unique name, by which others find the user.
    pub username: String,
    /// The e-mail address, which nobody else is given.
    pub email: String,
    /// The password.
    pub password: String,
    /// The name to show.
    pub display_name: Option<String>,
}

impl Decode for Register {
    fn decode(fields: &mut Fields) -> Option<Self> {
        let username = fields.formed_text("username", limits::USERNAME_CHARS, &USERNAME);
        let email = fields.formed_text("email", (3, limits::EMAIL_MAX_CHARS), &EMAIL);
        let password = new_password(fields, "password");
        let display_name = fields.optional_text("displayName", limits::DISPLAY_NAME_MAX_CHARS);
        let display_name = display_name.map(|name| name.trim().to_owned());
        Some(Self { username: username?, email: email?, password: password?, display_name })
    }
}

/// Body of `POST /auth/login`.
#[derive(Clone, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub struct Login {
    /// An e-mail address or a user name.
    pub email: String,
    /// The password.
    pub password: String,
}

impl Decode for Login {
    fn decode(fields: &mut Fields) -> Option<Self> {
        let email = fields.text("email", 1, limits::EMAIL_MAX_CHARS);
        let password = fields.text("password", 1, limits::PASSWORD_CHARS.1);
        Some(Self { email: email?, password: password? })
    }
}

/// Body of `POST /auth/refresh`; empty where the cookie is used.
#[derive(Clone, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub struct Refresh {
    /// The token, if it is not in the cookie.
    pub refresh_token: Option<String>,
}

impl Decode for Refresh {
    fn decode(fields: &mut Fields) -> Option<Self> {
        Some(Self { refresh_token: fields.optional_text("refreshToken", 512) })
    }
}

/// Body of `POST /auth/password`.
#[derive(Clone, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub struct ChangePassword {
    /// To show that it is the user.
    pub current_password: String,
    /// The one to come.
    pub new_password: String,
}

impl Decode for ChangePassword {
    fn decode(fields: &mut Fields) -> Option<Self> {
        let current_password = fields.text("currentPassword", 1, limits::PASSWORD_CHARS.1);
        let new_password = new_password(fields, "newPassword");
        Some(Self { current_password: current_password?, new_password: new_password? })
    }
}

/// Body of `PATCH /users/me`.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub struct UpdateMe {
    /// The name to show.
    pub display_name: Change<String>,
    /// URL of a picture.
    pub avatar: Change<String>,
    /// A text about themselves.
    pub bio: Change<String>,
    /// Free form.
    pub phone_number: Change<String>,
    /// `YYYY-MM-DD`.
    pub date_of_birth: Change<String>,
}

impl Decode for UpdateMe {
    fn decode(fields: &mut Fields) -> Option<Self> {
        let display_name = fields.text_change("displayName", limits::DISPLAY_NAME_MAX_CHARS);
        let avatar = fields.formed_change("avatar", limits::FILE_URL_MAX_CHARS, &HTTP_URL);
        let bio = fields.text_change("bio", limits::BIO_MAX_CHARS);
        let phone_number = fields.text_change("phoneNumber", limits::PHONE_NUMBER_MAX_CHARS);
        let date_of_birth = fields.formed_change("dateOfBirth", 10, &DATE);
        Some(Self { display_name, avatar, bio, phone_number, date_of_birth })
    }
}

/// Body of `POST /friend-requests`.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub struct CreateFriendRequest {
    /// Who is asked.
    pub receiver_id: String,
}

impl Decode for CreateFriendRequest {
    fn decode(fields: &mut Fields) -> Option<Self> {
        Some(Self { receiver_id: fields.id("receiverId")? })
    }
}

/// Body of `POST /conversations/direct`.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub struct OpenDirect {
    /// With whom.
    pub user_id: String,
}

impl Decode for OpenDirect {
    fn decode(fields: &mut Fields) -> Option<Self> {
        Some(Self { user_id: fields.id("userId")? })
    }
}

/// Body of `POST /conversations/groups`.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub struct CreateGroup {
    /// Not blank.
    pub name: String,
    /// The others; the maker is in it anyway.
    pub participant_ids: Vec<String>,
}

impl Decode for CreateGroup {
    fn decode(fields: &mut Fields) -> Option<Self> {
        let name = fields.name("name", limits::NAME_MAX_CHARS);
        let participant_ids = fields.ids("participantIds", 0, limits::PARTICIPANTS_MAX);
        Some(Self { name: name?, participant_ids: participant_ids? })
    }
}

/// Body of `PATCH /conversations/{id}`: `name` and `avatar` are the group's, the rest the member's
/// own.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub struct UpdateConversation {
    /// A group's new name.
    pub name: Option<String>,
    /// A group's new picture.
    pub avatar: Change<String>,
    /// No push before this moment.
    pub muted_until: Change<Timestamp>,
    /// When pinned.
    pub pinned_at: Change<Timestamp>,
    /// When put away.
    pub archived_at: Change<Timestamp>,
    /// To be shown as unread.
    pub marked_unread: Option<bool>,
}

impl Decode for UpdateConversation {
    fn decode(fields: &mut Fields) -> Option<Self> {
        Some(Self {
            name: fields.optional_name("name", limits::NAME_MAX_CHARS),
            avatar: fields.formed_change("avatar", limits::FILE_URL_MAX_CHARS, &HTTP_URL),
            muted_until: fields.moment_change("mutedUntil"),
            pinned_at: fields.moment_change("pinnedAt"),
            archived_at: fields.moment_change("archivedAt"),
            marked_unread: fields.optional_bool("markedUnread"),
        })
    }
}

/// Body of `POST /conversations/{id}/participants`.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub struct AddParticipants {
    /// Who; those who are in it already are passed over.
    pub user_ids: Vec<String>,
}

impl Decode for AddParticipants {
    fn decode(fields: &mut Fields) -> Option<Self> {
        Some(Self { user_ids: fields.ids("userIds", 1, limits::PARTICIPANTS_MAX)? })
    }
}

/// Body of `PATCH /conversations/{id}/participants/{userId}`.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub struct SetRole {
    /// Who gets `owner` is handed the group.
    pub role: Role,
}

impl Decode for SetRole {
    fn decode(fields: &mut Fields) -> Option<Self> {
        Some(Self { role: fields.word("role", &Role::ALL.map(Role::as_str), Role::parse)? })
    }
}

/// Body of `PATCH /messages/{id}`.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub struct EditMessage {
    /// The new text, not blank.
    pub content: String,
}

impl Decode for EditMessage {
    fn decode(fields: &mut Fields) -> Option<Self> {
        Some(Self { content: fields.content("content")? })
    }
}

/// Body of `POST /conversations/{id}/read`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub struct ReadTo {
    /// Up to here, itself included.
    pub seq: u64,
}

impl Decode for ReadTo {
    fn decode(fields: &mut Fields) -> Option<Self> {
        Some(Self { seq: fields.count("seq")? })
    }
}

fn new_password(fields: &mut Fields, name: &str) -> Option<String> {
    fields.text(name, limits::PASSWORD_CHARS.0, limits::PASSWORD_CHARS.1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::fields::decode;

    #[test]
    fn an_account_needs_a_name_an_address_and_a_long_enough_password() {
        let good = r#"{"username":"ann.b-c_1","email":"ann@example.org","password":"12345678"}"#;
        assert!(decode::<Register>(good).is_ok());
        for bad in [
            good.replace("ann.b-c_1", "a"),
            good.replace("ann.b-c_1", "ann b"),
            good.replace("ann.b-c_1", "änn"),
            good.replace("ann@example.org", "example.org"),
            good.replace("12345678", "1234567"),
            good.replace("12345678", &"1".repeat(257)),
        ] {
            assert!(decode::<Register>(&bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn null_unsets_and_absence_keeps() {
        let Ok(patch) = decode::<UpdateMe>(r#"{"bio":null,"displayName":" Ann "}"#) else {
            panic!("the patch fits");
        };
        assert_eq!(patch.bio, Change::Clear);
        assert_eq!(patch.display_name, Change::Set("Ann".to_owned()));
        assert_eq!(patch.avatar, Change::Keep);
        assert!(decode::<UpdateMe>(r#"{"dateOfBirth":"2026-02-30"}"#).is_err());
        assert!(decode::<UpdateMe>(r#"{"avatar":"javascript:1"}"#).is_err());
    }
}
