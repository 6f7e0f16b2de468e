//! The port for sessions and their refresh tokens.

use salala_core::Timestamp;
use salala_core::ids::{ConversationId, SessionId, UserId};
use salala_core::records::{Session, User};

use crate::Pending;

/// A session to be made.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// The id that it gets.
    pub id: SessionId,
    /// Whose.
    pub user_id: UserId,
    /// SHA-256 of the refresh token, which itself is never kept.
    pub refresh_hash: [u8; 32],
    /// The browser's or program's own name.
    pub user_agent: Option<String>,
    /// Network address.
    pub address: Option<String>,
    /// When.
    pub created_at: Timestamp,
    /// When the refresh token runs out.
    pub expires_at: Timestamp,
}

/// What came of a refresh token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RefreshOutcome {
    /// The new one is in force for this session, of this user.
    Rotated(Session, Box<User>),
    /// It was used before: somebody else holds a copy, so this session (of this user) was ended.
    Reused(UserId, SessionId),
    /// It was never given, its session was ended, its user is shut, or it has run out.
    Unknown,
}

/// What a valid token opens at this moment.
#[derive(Clone, Debug)]
pub enum Access {
    /// It opens everything of this user.
    Granted(Box<User>),
    /// Its session was ended, or the account is shut.
    Revoked,
    /// There is no such user, or no such session of this user.
    Unknown,
}

/// What a socket needs to know of its user when it connects, read in one transaction.
#[derive(Clone, Debug, Default)]
pub struct Acquaintances {
    /// The last position in the log at which this was read.
    pub position: u64,
    /// The user's present conversations with the `members_version` at which this was read.
    pub conversations: Vec<(ConversationId, u64)>,
    /// The user's friends.
    pub friends: Vec<UserId>,
    /// Those between whom and the user a block stands, whoever made it.
    pub blocked: Vec<UserId>,
    /// The user has a call under way.
    pub is_in_call: bool,
}

/// Sessions and their refresh tokens.
pub trait Sessions {
    /// Signs a user in by a password that fitted `verified_hash`, and gives the user.
    ///
    /// # Errors
    /// `Forbidden` if that hash is no longer the user's, or the account is shut: decided together
    /// with the writing, so that a sign-in under way outlives neither.
    fn create_session(&self, session: NewSession, verified_hash: String) -> Pending<User>;

    /// Trades a refresh token for a new one. The old one is remembered until it would have run out,
    /// but no longer than its session, so that its second use is noticed. A token that was never
    /// given costs a read and no write.
    fn rotate_refresh(
        &self,
        old_hash: [u8; 32],
        new_hash: [u8; 32],
        now: Timestamp,
        expires_at: Timestamp,
        address: Option<String>,
    ) -> Pending<RefreshOutcome>;

    /// The sessions of a user that are not ended, newest first, at most 100.
    fn sessions(&self, user_id: UserId, now: Timestamp) -> Pending<Vec<Session>>;

    /// Ends a session of this user; `NotFound` if it is none or was ended before.
    fn revoke_session(&self, user_id: UserId, session_id: SessionId, now: Timestamp)
    -> Pending<()>;

    /// What a token for this user, and this session if it names one, opens.
    fn access(&self, user_id: UserId, session_id: Option<SessionId>) -> Pending<Access>;

    /// The user's conversations and friends.
    fn acquaintances(&self, user_id: UserId) -> Pending<Acquaintances>;

    /// Forgets sessions and used refresh tokens that ended or ran out before `before`, at most
    /// `limit` of them; gives how many.
    fn forget_sessions(&self, before: Timestamp, limit: usize) -> Pending<u64>;
}
