//! Blocks: who wants nothing to do with whom.

use salala_core::ids::UserId;
use salala_core::wire::Error;
use salala_core::wire::shapes::{List, UserSummary};

use super::Chat;
use super::users::user_id_of;
use crate::refusal::refusal;

impl Chat {
    /// Whom the user has blocked.
    pub async fn blocks(&self, user_id: UserId) -> Result<List<UserSummary>, Error> {
        let blocked = self.store.blocks(user_id).await.map_err(refusal)?;
        self.view_users(user_id, blocked).await
    }

    /// Blocks somebody; a repeat changes nothing.
    pub async fn block_user(&self, user_id: UserId, other_id: &str) -> Result<(), Error> {
        let other_id = user_id_of(other_id)?;
        self.store.block_user(user_id, other_id, self.clock.now()).await.map_err(refusal)
    }

    /// Takes a block back, if there is one.
    pub async fn unblock_user(&self, user_id: UserId, other_id: &str) -> Result<(), Error> {
        let other_id = user_id_of(other_id)?;
        self.store.unblock_user(user_id, other_id, self.clock.now()).await.map_err(refusal)
    }
}
