//! Who somebody is: accounts, passwords, access tokens, and sessions with rotating refresh tokens.
//!
//! - [`passwords`]: hashing, off the runtime's threads and bounded
//! - [`tokens`]: access tokens (JWT) and refresh tokens
//! - `sign_in`: register, log in, refresh, log out, change the password, list and end sessions
//! - `accounts`: what an operator does to accounts

mod accounts;
pub mod passwords;
mod sign_in;
pub mod tokens;

use std::sync::Arc;
use std::time::Duration;

use salala_core::records::User;
use salala_core::wire::Error;
use salala_core::wire::error::ConnectRefusal;
use salala_core::{Clock, Random, SessionId, UserId};
use salala_store::{Access, Store, StoreError};

use crate::config::{Registration, Secret};
use crate::metrics;
use crate::rate_limits::{AuthLimits, Rate};
use crate::refusal::refusal;
use crate::tasks::Tasks;

use passwords::Passwords;
use tokens::Tokens;

pub use sign_in::{Device, SignIn};

/// How long a refresh token lives unless it is used; each use begins anew.
pub const REFRESH_TOKEN_TTL: Duration = Duration::from_hours(30 * 24);

/// Whom a valid token stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Who.
    pub user_id: UserId,
    /// In which session; `None` for a token that was made elsewhere with the same secret.
    pub session_id: Option<SessionId>,
}

/// Why a token opens nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuthError {
    /// It is no good, and will not become so.
    #[error(transparent)]
    Refused(#[from] ConnectRefusal),
    /// Nobody can say at the moment: the same token may be good later.
    #[error(transparent)]
    Unavailable(Error),
}

/// The live sockets of sessions. Auth tells it after a session was ended.
pub trait LiveSessions: Send + Sync + 'static {
    /// Ends every socket of this session at once.
    fn cut_session(&self, session_id: SessionId);
    /// Ends every socket of this user at once.
    fn cut_user(&self, user_id: UserId);
}

/// Accounts, tokens and sessions.
pub struct Auth {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    tokens: Tokens,
    passwords: Passwords,
    registration: Registration,
    limits: AuthLimits,
    live_sessions: Arc<dyn LiveSessions>,
}

/// What an operator may choose of sign-in.
#[derive(Clone, Debug)]
pub struct AuthSettings {
    /// Signs access tokens.
    pub jwt_secret: Secret,
    /// How long an access token opens the door.
    pub access_token_ttl: Duration,
    /// Who may make an account.
    pub registration: Registration,
    /// Failed sign-ins of one account from one address.
    pub rate: Option<Rate>,
}

impl Auth {
    /// Sign-in over this store.
    pub fn new(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
        tasks: Tasks,
        live_sessions: Arc<dyn LiveSessions>,
        settings: &AuthSettings,
    ) -> Self {
        Self {
            passwords: Passwords::new(tasks, Arc::clone(&random)),
            tokens: Tokens::new(&settings.jwt_secret, settings.access_token_ttl),
            registration: settings.registration,
            limits: AuthLimits::new(settings.rate),
            store,
            clock,
            random,
            live_sessions,
        }
    }

    /// Whom a token stands for, and that user: [`Self::read_token`], then [`Self::admit`].
    pub async fn authenticate(&self, token: Option<&str>) -> Result<Identity, AuthError> {
        let identity = self.read_token(token)?;
        self.admit(identity).await?;
        Ok(identity)
    }

    /// Whom a token stands for by its signature and claims alone. It opens nothing before
    /// [`Self::admit`] says so.
    pub fn read_token(&self, token: Option<&str>) -> Result<Identity, ConnectRefusal> {
        token
            .filter(|token| !token.is_empty())
            .ok_or(ConnectRefusal::TokenMissing)
            .and_then(|token| self.tokens.read_access(token, self.clock.now()))
            .inspect_err(|refusal| metrics::record_auth_failure(refusal.as_str()))
    }

    /// The same for one who comes back to a session: a token of a sign-in that is valid but for its end
    /// is taken if `vouches` says that whoever it stands for has shown to come back. It says as well
    /// whether the token has run out: then it is good for going on with that session, and for
    /// nothing else ([`Self::refuse_expired`]).
    pub fn read_token_of_returning(
        &self,
        token: Option<&str>,
        vouches: impl FnOnce(Identity) -> bool,
    ) -> Result<(Identity, bool), ConnectRefusal> {
        token
            .filter(|token| !token.is_empty())
            .ok_or(ConnectRefusal::TokenMissing)
            .and_then(|token| self.tokens.read_even_expired(token, self.clock.now()))
            .and_then(|(identity, is_expired)| {
                let is_vouched_for = vouches(identity) && identity.session_id.is_some();
                if is_expired && !is_vouched_for {
                    return Err(ConnectRefusal::TokenExpired);
                }
                Ok((identity, is_expired))
            })
            .inspect_err(|refusal| metrics::record_auth_failure(refusal.as_str()))
    }

    /// Refuses a token that has run out after all.
    pub fn refuse_expired(&self) -> AuthError {
        let refusal = ConnectRefusal::TokenExpired;
        metrics::record_auth_failure(refusal.as_str());
        refusal.into()
    }

    /// The user that an identity opens the door for: the store is asked that its session was not
    /// ended and its user is there.
    pub async fn admit(&self, identity: Identity) -> Result<Box<User>, AuthError> {
        let refusal = match self.access(identity).await? {
            Access::Granted(user) => return Ok(user),
            Access::Revoked => ConnectRefusal::TokenRevoked,
            Access::Unknown => self.unknown(identity).await?,
        };
        metrics::record_auth_failure(refusal.as_str());
        Err(refusal.into())
    }

    /// Deletes what is left of sessions that ended long ago; gives how many rows went.
    pub async fn forget_ended_sessions(&self, limit: usize) -> Result<u64, Error> {
        // An access token outlives its session by at most its own life; until then the store can
        // say of it that it was revoked.
        let kept_for_ms = i64::try_from(self.tokens.ttl().as_millis()).unwrap_or(i64::MAX);
        let now = self.clock.now().unix_ms();
        let before = salala_core::Timestamp::from_unix_ms(now.saturating_sub(kept_for_ms));
        self.store.forget_sessions(before, limit).await.map_err(refusal)
    }

    async fn access(&self, identity: Identity) -> Result<Access, AuthError> {
        let access = self.store.access(identity.user_id, identity.session_id);
        access.await.map_err(|error| AuthError::Unavailable(refusal(error)))
    }

    /// Which of the two is unknown: the user, or only the session.
    async fn unknown(&self, identity: Identity) -> Result<ConnectRefusal, AuthError> {
        match self.store.user(identity.user_id).await {
            Ok(_) => Ok(ConnectRefusal::TokenRevoked),
            Err(StoreError::NotFound(_)) => Ok(ConnectRefusal::UserNotFound),
            Err(error) => Err(AuthError::Unavailable(refusal(error))),
        }
    }
}
