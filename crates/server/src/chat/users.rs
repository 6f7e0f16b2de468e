//! Finding and describing users.

use std::collections::HashSet;

use salala_core::ids::UserId;
use salala_core::records::UserBrief;
use salala_core::wire::requests::UpdateMe;
use salala_core::wire::shapes::{List, Me, User, UserSummary};
use salala_core::wire::view::Unblocked;
use salala_core::wire::{Error, view};
use salala_store::ports::users::ProfileChanges;

use super::Chat;
use crate::refusal::{refusal, unknown};

impl Chat {
    /// Users whose name begins with `query`, at most `limit`.
    pub async fn search_users(
        &self,
        user_id: UserId,
        query: String,
        limit: usize,
    ) -> Result<List<UserSummary>, Error> {
        let query = query.trim().to_owned();
        if query.is_empty() {
            return Err(Error::invalid_field("q", "must not be blank"));
        }
        let users = self.store.search_users(user_id, query, limit).await.map_err(refusal)?;
        self.view_users(user_id, users).await
    }

    /// A user as others see them.
    pub async fn user(&self, viewer: UserId, id: &str) -> Result<User, Error> {
        let user = self.store.user(user_id_of(id)?).await.map_err(refusal)?;
        let blocked = self.blocked(viewer).await?;
        let statuses = self.statuses([user.brief.id]).await;
        Ok(view::user(user, &Unblocked { statuses: &statuses, blocked: &blocked }))
    }

    /// The user as they see themselves.
    pub async fn me(&self, user_id: UserId) -> Result<Me, Error> {
        let user = self.store.user(user_id).await.map_err(refusal)?;
        Ok(view::me(user, &self.statuses([user_id]).await))
    }

    /// Changes what the user says about themselves.
    pub async fn update_me(&self, user_id: UserId, command: UpdateMe) -> Result<Me, Error> {
        let changes = ProfileChanges {
            display_name: command.display_name,
            avatar: command.avatar,
            bio: command.bio,
            phone_number: command.phone_number,
            date_of_birth: command.date_of_birth,
        };
        let user = self.store.update_profile(user_id, changes).await.map_err(refusal)?;
        Ok(view::me(user, &self.statuses([user_id]).await))
    }

    pub(super) async fn view_users(
        &self,
        viewer: UserId,
        users: Vec<UserBrief>,
    ) -> Result<List<UserSummary>, Error> {
        let blocked = self.blocked(viewer).await?;
        let statuses = self.statuses(users.iter().map(|user| user.id)).await;
        let statuses = Unblocked { statuses: &statuses, blocked: &blocked };
        let data = users.into_iter().map(|user| view::user_summary(user, &statuses)).collect();
        Ok(List { data })
    }

    /// Those whose comings and goings the viewer is not to see.
    pub(super) async fn blocked(&self, viewer: UserId) -> Result<HashSet<UserId>, Error> {
        let blocked = self.store.blocked_either_way(viewer).await.map_err(refusal)?;
        Ok(blocked.into_iter().collect())
    }
}

/// The user that a client names.
pub(super) fn user_id_of(id: &str) -> Result<UserId, Error> {
    UserId::parse(id).ok_or_else(|| unknown("the user"))
}
