//! What a client asks over HTTP: each body.

use super::fields::{Change, Decode, Fields, is_blank, is_http_url};
use crate::clock::Timestamp;
use crate::limits;
use crate::permissions::Role;

/// Body of `POST /auth/register`.
#[derive(Clone, PartialEq, Eq)]
pub struct Register {
    /// 2 to 40 of `A-Za-z0-9_.-`.
    pub username: String,
    /// Has an `@` with something on either side.
    pub email: String,
    /// 8 to 256 characters.
    pub password: String,
    /// The name to show.
    pub display_name: Option<String>,
}

impl Decode for Register {
    fn decode(fields: &mut Fields) -> Option<Self> {
        let (least, most) = limits::USERNAME_CHARS;
        let username = fields.text("username", least, most);
        if username.as_deref().is_some_and(|name| !is_username(name)) {
            fields.refuse("username", "may hold letters A to Z, digits and _ . - only");
        }
        let email = fields.email("email");
        let password = fields.password("password");
        let display_name = fields.display_name("displayName");
        Some(Self { username: username?, email: email?, password: password?, display_name })
    }
}

/// Body of `POST /auth/login`.
#[derive(Clone, PartialEq, Eq)]
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
#[derive(Clone, PartialEq, Eq)]
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
#[derive(Clone, PartialEq, Eq)]
pub struct ChangePassword {
    /// To show that it is the user.
    pub current_password: String,
    /// 8 to 256 characters.
    pub new_password: String,
}

impl Decode for ChangePassword {
    fn decode(fields: &mut Fields) -> Option<Self> {
        let current_password = fields.text("currentPassword", 1, limits::PASSWORD_CHARS.1);
        let new_password = fields.password("newPassword");
        Some(Self { current_password: current_password?, new_password: new_password? })
    }
}

/// Body of `PATCH /users/me`.
#[derive(Clone, Debug, PartialEq, Eq)]
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
        let avatar = fields.url_change("avatar");
        let bio = fields.text_change("bio", limits::BIO_MAX_CHARS);
        let phone_number = fields.text_change("phoneNumber", limits::PHONE_NUMBER_MAX_CHARS);
        let date_of_birth = fields.text_change("dateOfBirth", 10);
        if matches!(&date_of_birth, Change::Set(date) if !is_date(date)) {
            fields.refuse("dateOfBirth", "must be a date such as 1990-12-31");
        }
        Some(Self { display_name, avatar, bio, phone_number, date_of_birth })
    }
}

/// Body of `POST /friend-requests`.
#[derive(Clone, Debug, PartialEq, Eq)]
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
#[derive(Clone, Debug, PartialEq, Eq)]
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreateGroup {
    /// Not blank.
    pub name: String,
    /// The others; the maker is in it anyway.
    pub participant_ids: Vec<String>,
}

impl Decode for CreateGroup {
    fn decode(fields: &mut Fields) -> Option<Self> {
        let name = fields.name("name");
        let participant_ids = fields.ids("participantIds", 0, limits::PARTICIPANTS_MAX);
        Some(Self { name: name?, participant_ids: participant_ids? })
    }
}

/// Body of `PATCH /conversations/{id}`: `name` and `avatar` are the group's, the rest the member's
/// own.
#[derive(Clone, Debug, PartialEq, Eq)]
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
            name: if fields.has("name") { fields.name("name") } else { None },
            avatar: fields.url_change("avatar"),
            muted_until: fields.moment_change("mutedUntil"),
            pinned_at: fields.moment_change("pinnedAt"),
            archived_at: fields.moment_change("archivedAt"),
            marked_unread: fields.optional_bool("markedUnread"),
        })
    }
}

/// Body of `POST /conversations/{id}/participants`.
#[derive(Clone, Debug, PartialEq, Eq)]
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetRole {
    /// Who gets `owner` is handed the group.
    pub role: Role,
}

impl Decode for SetRole {
    fn decode(fields: &mut Fields) -> Option<Self> {
        let role = Role::parse(&fields.text("role", 0, 16)?);
        if role.is_none() {
            fields.refuse("role", "must be owner, admin or member");
        }
        Some(Self { role: role? })
    }
}

/// Body of `PATCH /messages/{id}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EditMessage {
    /// The new text, not blank.
    pub content: String,
}

impl Decode for EditMessage {
    fn decode(fields: &mut Fields) -> Option<Self> {
        let content = fields.text("content", 1, usize::MAX)?;
        if is_blank(&content) {
            fields.refuse("content", "must not be blank");
        }
        Some(Self { content })
    }
}

/// Body of `POST /conversations/{id}/read`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadTo {
    /// Up to here, itself included.
    pub seq: u64,
}

impl Decode for ReadTo {
    fn decode(fields: &mut Fields) -> Option<Self> {
        Some(Self { seq: fields.count("seq")? })
    }
}

/// Whether a reaction is one emoji: short, and without letters, blanks or controls.
pub fn is_emoji(text: &str) -> bool {
    let chars = text.chars().count();
    // Keycaps are an ASCII digit, `#` or `*` followed by U+20E3; nothing else of ASCII is an emoji.
    let is_keycap = text.ends_with('\u{20e3}');
    (1..=limits::EMOJI_MAX_CHARS).contains(&chars)
        && !is_blank(text)
        && text.chars().all(|c| {
            !c.is_control()
                && !c.is_whitespace()
                && !c.is_alphabetic()
                && (!c.is_ascii() || (is_keycap && matches!(c, '0'..='9' | '#' | '*')))
        })
}

/// Whether a text may be a user name, its length apart.
pub fn is_username(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-'))
}

/// Whether a text may be an e-mail address: the form alone, since only a mail that arrives proves one.
pub fn is_email(text: &str) -> bool {
    match text.rsplit_once('@') {
        Some((local, domain)) => {
            !local.is_empty()
                && !domain.is_empty()
                && !text.contains(|c: char| c.is_whitespace() || c.is_control())
        }
        None => false,
    }
}

impl Fields {
    fn email(&mut self, name: &str) -> Option<String> {
        let email = self.text(name, 3, limits::EMAIL_MAX_CHARS)?;
        if is_email(&email) {
            return Some(email);
        }
        self.refuse(name, "must be an e-mail address");
        None
    }

    fn password(&mut self, name: &str) -> Option<String> {
        self.text(name, limits::PASSWORD_CHARS.0, limits::PASSWORD_CHARS.1)
    }

    fn display_name(&mut self, name: &str) -> Option<String> {
        let text = self.optional_text(name, limits::DISPLAY_NAME_MAX_CHARS)?;
        Some(text.trim().to_owned())
    }

    fn name(&mut self, name: &str) -> Option<String> {
        let text = self.text(name, 1, limits::NAME_MAX_CHARS)?;
        if is_blank(&text) {
            self.refuse(name, "must not be blank");
            return None;
        }
        Some(text.trim().to_owned())
    }

    fn url_change(&mut self, name: &str) -> Change<String> {
        let change = self.text_change(name, limits::FILE_URL_MAX_CHARS);
        if matches!(&change, Change::Set(url) if !is_http_url(url)) {
            self.refuse(name, "must be an http or https URL");
        }
        change
    }
}

fn is_date(text: &str) -> bool {
    text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok()
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
    fn an_emoji_is_an_emoji() {
        for good in ["👍", "❤️", "👩‍👩‍👧‍👦", "🇻🇳", "1️⃣", "☺"] {
            assert!(is_emoji(good), "{good}");
        }
        for bad in [
            "",
            "\u{200d}",
            "\u{fe0f}",
            "a",
            "lol",
            "1",
            " ",
            "👍👍👍👍👍👍👍👍👍👍👍👍👍👍👍👍👍",
            "<b>",
            "\u{7}",
        ] {
            assert!(!is_emoji(bad), "{bad}");
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
