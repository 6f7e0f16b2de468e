//! Signing in and out: what a user does to their own sessions.

use std::time::Duration;

use salala_core::records::{Session, User};
use salala_core::wire::requests::{ChangePassword, Login, Register};
use salala_core::wire::{Error, ErrorCode};
use salala_core::{SessionId, UserId};
use salala_store::StoreError;
use salala_store::ports::sessions::{NewSession, RefreshOutcome};
use salala_store::ports::users::NewUser;

use super::tokens::RefreshToken;
use super::{Auth, Identity, REFRESH_TOKEN_TTL};
use crate::config::Registration;
use crate::metrics;
use crate::refusal::{refusal, unknown};

/// From where somebody signs in, as their list of sessions shows it.
#[derive(Clone, Debug, Default)]
pub struct Device {
    /// The browser's or program's own name; only its beginning is kept.
    pub user_agent: Option<String>,
    /// Network address.
    pub address: Option<String>,
}

/// A sign-in that succeeded.
pub struct SignIn {
    /// For `Authorization: Bearer` and the socket.
    pub access_token: String,
    /// To be traded for the next one, once.
    pub refresh_token: String,
    /// How long the access token lives.
    pub expires_in: Duration,
    /// Who.
    pub user: User,
}

/// Characters of a browser's name that are kept.
const USER_AGENT_MAX_CHARS: usize = 200;

/// The same for a user who is not there and a password that is wrong.
const WRONG_LOGIN: &str = "the name or the password is wrong";

impl Auth {
    /// Makes an account and signs in.
    ///
    /// # Errors
    /// `forbidden` where registration is closed, `conflict` for a name or address that is taken,
    /// `busy`, `unavailable`.
    pub async fn register(&self, command: Register, device: Device) -> Result<SignIn, Error> {
        if self.registration == Registration::Closed {
            return Err(Error::new(
                ErrorCode::Forbidden,
                "registration is closed: ask the operator for an account",
            ));
        }
        let new_user = self.new_user(command).await?;
        let (session, refresh) = self.new_session(new_user.id, device);
        let session_id = session.id;
        let user = self.store.create_user(new_user, Some(session)).await.map_err(refusal)?;
        tracing::info!(user_id = %user.brief.id, "an account was made");
        self.sign_in(user, session_id, refresh)
    }

    /// Signs in by name or e-mail address.
    ///
    /// # Errors
    /// `unauthorized` for a wrong name or password, `forbidden` for an account that is shut,
    /// `rate_limited` after too many of these, `busy`, `unavailable`.
    pub async fn login(&self, command: Login, device: Device) -> Result<SignIn, Error> {
        let (login, address) = (Some(command.email.as_str()), device.address.as_deref());
        // Before the password is hashed: a flood of guesses must not cost its price.
        let attempt = self.limits.begin(login, address, self.clock.now())?;
        let outcome = self.check_login(command, device).await;
        attempt.settle(&outcome);
        outcome
    }

    async fn check_login(&self, command: Login, device: Device) -> Result<SignIn, Error> {
        let credentials = match self.store.credentials_by_login(command.email).await {
            Ok(credentials) => Some(credentials),
            Err(StoreError::NotFound(_)) => None,
            Err(error) => return Err(refusal(error)),
        };
        let hash = credentials.as_ref().map(|credentials| credentials.password_hash.clone());
        let is_right = self.passwords.verify(command.password, hash).await?;
        let Some(credentials) = credentials.filter(|_| is_right) else {
            return Err(wrong_login());
        };
        if credentials.disabled {
            metrics::record_auth_failure("disabled");
            return Err(Error::new(ErrorCode::Forbidden, "this account is shut"));
        }
        let (session, refresh) = self.new_session(credentials.user_id, device);
        let session_id = session.id;
        match self.store.create_session(session, credentials.password_hash).await {
            Ok(user) => self.sign_in(user, session_id, refresh),
            // The password was changed, or the account shut, since it was read.
            Err(StoreError::Forbidden(_)) => Err(wrong_login()),
            Err(error) => Err(refusal(error)),
        }
    }

    /// Trades a refresh token for new tokens. A token that was traded before is in two hands: its
    /// session ends.
    ///
    /// # Errors
    /// `unauthorized` for a token that is not good (any more), `unavailable`.
    pub async fn refresh(&self, token: Option<&str>, device: Device) -> Result<SignIn, Error> {
        let Some(token) = token else {
            metrics::record_auth_failure("refresh_missing");
            return Err(Error::new(ErrorCode::Unauthorized, "a refresh token is missing"));
        };
        let attempt = self.limits.begin(None, device.address.as_deref(), self.clock.now())?;
        let outcome = self.trade_refresh(token, device).await;
        attempt.settle(&outcome);
        outcome
    }

    async fn trade_refresh(&self, token: &str, device: Device) -> Result<SignIn, Error> {
        let now = self.clock.now();
        let next = RefreshToken::generate(&*self.random);
        let outcome = self.store.rotate_refresh(
            RefreshToken::hash_of(token),
            next.hash,
            now,
            now.plus(REFRESH_TOKEN_TTL),
            device.address,
        );
        match outcome.await.map_err(refusal)? {
            RefreshOutcome::Rotated(session, user) => self.sign_in(*user, session.id, next),
            RefreshOutcome::Reused(user_id, session_id) => {
                self.live_sessions.cut_session(session_id);
                metrics::record_auth_failure("refresh_reused");
                tracing::warn!(
                    %user_id,
                    %session_id,
                    "a refresh token was used twice, so its session was ended"
                );
                Err(Error::new(
                    ErrorCode::Unauthorized,
                    "this refresh token was used before, so its session was ended: sign in again",
                ))
            }
            RefreshOutcome::Unknown => {
                metrics::record_auth_failure("refresh_unknown");
                Err(Error::new(
                    ErrorCode::Unauthorized,
                    "the refresh token is not valid any more: sign in again",
                ))
            }
        }
    }

    /// Ends the caller's session, its sockets included.
    pub async fn logout(&self, identity: Identity) -> Result<(), Error> {
        match identity.session_id {
            Some(session_id) => match self.end_session(identity.user_id, session_id).await {
                // Somebody ended it in between: that is what was asked for.
                Err(error) if error.code == ErrorCode::NotFound => Ok(()),
                ended => ended,
            },
            // A token that was made elsewhere has no session to end.
            None => Ok(()),
        }
    }

    /// Changes the caller's password and ends their other sessions.
    ///
    /// # Errors
    /// `forbidden` if the current password is another, `rate_limited` after too many of these.
    pub async fn change_password(
        &self,
        identity: Identity,
        command: ChangePassword,
    ) -> Result<(), Error> {
        let account = identity.user_id.to_string();
        let attempt = self.limits.begin(Some(&account), None, self.clock.now())?;
        let outcome = self.check_and_change(identity, command).await;
        attempt.settle(&outcome);
        outcome
    }

    async fn check_and_change(
        &self,
        identity: Identity,
        command: ChangePassword,
    ) -> Result<(), Error> {
        let credentials = self.store.credentials(identity.user_id).await.map_err(refusal)?;
        let hash = Some(credentials.password_hash);
        if !self.passwords.verify(command.current_password, hash.clone()).await? {
            return Err(wrong_current_password());
        }
        let Identity { user_id, session_id } = identity;
        self.replace_password(user_id, command.new_password, hash, session_id).await
    }

    /// The caller's sessions, newest first.
    pub async fn sessions(&self, identity: Identity) -> Result<Vec<Session>, Error> {
        self.store.sessions(identity.user_id, self.clock.now()).await.map_err(refusal)
    }

    /// Ends one of the caller's sessions, its sockets included.
    ///
    /// # Errors
    /// `not_found` unless it is one of theirs that was not ended.
    pub async fn revoke_session(&self, identity: Identity, id: &str) -> Result<(), Error> {
        let session_id = SessionId::parse(id).ok_or_else(|| unknown("the session"))?;
        self.end_session(identity.user_id, session_id).await
    }

    /// Sets a password and ends all sessions but `keep`; only where `verified_hash` is still in force,
    /// if it is given.
    ///
    /// # Errors
    /// `forbidden` if it is not.
    pub(super) async fn replace_password(
        &self,
        user_id: UserId,
        password: String,
        verified_hash: Option<String>,
        keep: Option<SessionId>,
    ) -> Result<(), Error> {
        let hash = self.passwords.hash(password).await?;
        let now = self.clock.now();
        let ended = self.store.set_password(user_id, hash, verified_hash, keep, now).await;
        let ended = match ended {
            Ok(ended) => ended,
            // The password was changed, or the account shut, since it was read.
            Err(StoreError::Forbidden(_)) => return Err(wrong_current_password()),
            Err(error) => return Err(refusal(error)),
        };
        for session_id in ended {
            self.live_sessions.cut_session(session_id);
        }
        tracing::info!(%user_id, "a password was changed");
        Ok(())
    }

    /// What the store is given of a new account.
    pub(super) async fn new_user(&self, command: Register) -> Result<NewUser, Error> {
        let password_hash = self.passwords.hash(command.password).await?;
        let now = self.clock.now();
        Ok(NewUser {
            id: UserId::generate(now, &*self.random),
            username: command.username,
            email: command.email,
            password_hash,
            display_name: command.display_name,
            created_at: now,
        })
    }

    async fn end_session(&self, user_id: UserId, session_id: SessionId) -> Result<(), Error> {
        let ended = self.store.revoke_session(user_id, session_id, self.clock.now());
        ended.await.map_err(refusal)?;
        self.live_sessions.cut_session(session_id);
        Ok(())
    }

    fn new_session(&self, user_id: UserId, device: Device) -> (NewSession, RefreshToken) {
        let now = self.clock.now();
        let refresh = RefreshToken::generate(&*self.random);
        let session = NewSession {
            id: SessionId::generate(now, &*self.random),
            user_id,
            refresh_hash: refresh.hash,
            user_agent: device.user_agent.map(shorten),
            address: device.address,
            created_at: now,
            expires_at: now.plus(REFRESH_TOKEN_TTL),
        };
        (session, refresh)
    }

    fn sign_in(
        &self,
        user: User,
        session_id: SessionId,
        refresh: RefreshToken,
    ) -> Result<SignIn, Error> {
        let access_token = self.tokens.make_access(user.brief.id, session_id, self.clock.now())?;
        let expires_in = self.tokens.ttl();
        Ok(SignIn { access_token, refresh_token: refresh.text, expires_in, user })
    }
}

fn wrong_login() -> Error {
    metrics::record_auth_failure("wrong_password");
    Error::new(ErrorCode::Unauthorized, WRONG_LOGIN)
}

fn wrong_current_password() -> Error {
    metrics::record_auth_failure("wrong_password");
    Error::new(ErrorCode::Forbidden, "the current password is wrong")
}

fn shorten(text: String) -> String {
    match text.char_indices().nth(USER_AGENT_MAX_CHARS) {
        Some((end, _)) => text.get(..end).unwrap_or_default().to_owned(),
        None => text,
    }
}
