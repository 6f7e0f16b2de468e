//! What an operator does to accounts, whatever the users themselves may.

use salala_core::UserId;
use salala_core::records::User;
use salala_core::wire::Error;
use salala_core::wire::requests::Register;

use super::Auth;
use crate::refusal::refusal;

/// Messages that are emptied at a time where no server runs.
const ERASED_AT_ONCE: usize = 500;

impl Auth {
    /// Makes an account, also where registration is closed.
    ///
    /// # Errors
    /// `conflict` for a name or address that is taken, `unavailable`.
    pub async fn add_account(&self, command: Register) -> Result<User, Error> {
        let new_user = self.new_user(command).await?;
        self.store.create_user(new_user, None).await.map_err(refusal)
    }

    /// Sets a user's password and ends all their sessions.
    ///
    /// # Errors
    /// `not_found` without a user of this name or e-mail address.
    pub async fn reset_password(&self, login: String, password: String) -> Result<(), Error> {
        let user_id = self.user_id_of(login).await?;
        self.replace_password(user_id, password, None, None).await?;
        self.live_sessions.cut_user(user_id);
        Ok(())
    }

    /// Shuts a user's account, which ends all their sessions and sockets, or opens it again.
    ///
    /// # Errors
    /// `not_found` without a user of this name or e-mail address.
    pub async fn set_disabled(&self, login: String, disabled: bool) -> Result<(), Error> {
        let user_id = self.user_id_of(login).await?;
        let ended = self.store.set_disabled(user_id, disabled, self.clock.now());
        ended.await.map_err(refusal)?;
        if disabled {
            self.live_sessions.cut_user(user_id);
        }
        Ok(())
    }

    /// Shuts a user's account and asks for it to be erased, which a running server then does; with
    /// `is_alone` there is none, and it is done here.
    ///
    /// # Errors
    /// `not_found` without a user of this name or e-mail address.
    pub async fn delete_account(&self, login: String, is_alone: bool) -> Result<(), Error> {
        let user_id = self.user_id_of(login).await?;
        self.store.request_erasure(user_id, self.clock.now()).await.map_err(refusal)?;
        self.live_sessions.cut_user(user_id);
        if is_alone {
            let step = || self.store.carry_on_erasure(ERASED_AT_ONCE, self.clock.now());
            while step().await.map_err(refusal)? {}
        }
        Ok(())
    }

    async fn user_id_of(&self, login: String) -> Result<UserId, Error> {
        Ok(self.store.credentials_by_login(login).await.map_err(refusal)?.user_id)
    }
}
