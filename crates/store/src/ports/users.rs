//! The port for users.

use salala_core::Timestamp;
use salala_core::ids::{SessionId, UserId};
use salala_core::records::{Credentials, User, UserBrief};
use salala_core::wire::fields::Change;

use super::sessions::NewSession;
use crate::Pending;

/// A user to be made.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// The id that they get.
    pub id: UserId,
    /// Unique without regard to ASCII case.
    pub username: String,
    /// Unique without regard to ASCII case.
    pub email: String,
    /// In PHC string format.
    pub password_hash: String,
    /// The name to show.
    pub display_name: Option<String>,
    /// When.
    pub created_at: Timestamp,
}

/// Changes to what a user says about themselves.
#[derive(Clone, Debug, Default)]
pub struct ProfileChanges {
    /// The name to show.
    pub display_name: Change<String>,
    /// URL of a picture.
    pub avatar: Change<String>,
    /// A text.
    pub bio: Change<String>,
    /// Free form.
    pub phone_number: Change<String>,
    /// `YYYY-MM-DD`.
    pub date_of_birth: Change<String>,
}

/// Users and their passwords.
pub trait Users {
    /// Makes a user, and signs them in where a session is given.
    ///
    /// # Errors
    /// [`crate::Conflict::UsernameTaken`], [`crate::Conflict::EmailTaken`].
    fn create_user(&self, user: NewUser, session: Option<NewSession>) -> Pending<User>;

    /// A user, or `NotFound`.
    fn user(&self, user_id: UserId) -> Pending<User>;

    /// What sign-in needs: of the user with this id's credentials.
    fn credentials(&self, user_id: UserId) -> Pending<Credentials>;

    /// What sign-in needs: of the user with this e-mail address, else with this user name, in
    /// whatever case; or `NotFound`.
    fn credentials_by_login(&self, login: String) -> Pending<Credentials>;

    /// Changes a profile.
    fn update_profile(&self, user_id: UserId, changes: ProfileChanges) -> Pending<User>;

    /// Sets a password and ends all sessions but `keep`; gives the ended ones. With a
    /// `verified_hash` it is the user's own change, by a password that fitted this hash; without, an
    /// operator's.
    ///
    /// # Errors
    /// `Forbidden` if `verified_hash` is no longer the user's, or the account is shut: decided
    /// together with the writing, so that of two changes by one password the second is refused.
    fn set_password(
        &self,
        user_id: UserId,
        password_hash: String,
        verified_hash: Option<String>,
        keep: Option<SessionId>,
        now: Timestamp,
    ) -> Pending<Vec<SessionId>>;

    /// Shuts an account (ending its sessions) or opens it again; gives the ended sessions.
    fn set_disabled(
        &self,
        user_id: UserId,
        disabled: bool,
        now: Timestamp,
    ) -> Pending<Vec<SessionId>>;

    /// Remembers when a user's last device went. Never goes back.
    fn set_last_seen(&self, user_id: UserId, at: Timestamp) -> Pending<()>;

    /// At most `limit` open accounts, others than `searcher`, whose user name or display name begins
    /// with `query` or holds a word that does, without regard to case; or whose whole e-mail address
    /// is `query`. Exact user names first, then by user name.
    fn search_users(
        &self,
        searcher: UserId,
        query: String,
        limit: usize,
    ) -> Pending<Vec<UserBrief>>;

    /// How many accounts there are.
    fn count_users(&self) -> Pending<u64>;
}
