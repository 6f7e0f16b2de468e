//! Friends and friend requests.

use salala_core::ids::{ConversationId, FriendRequestId, UserId};
use salala_core::wire::requests::CreateFriendRequest;
use salala_core::wire::shapes::{
    Conversation, FriendRequest, FriendRequestWithSender, List, UserSummary,
};
use salala_core::wire::view::Unblocked;
use salala_core::wire::{Error, view};

use super::Chat;
use super::users::user_id_of;
use crate::refusal::{refusal, unknown};

impl Chat {
    /// The user's friends.
    pub async fn friends(&self, user_id: UserId) -> Result<List<UserSummary>, Error> {
        let friends = self.store.friends(user_id).await.map_err(refusal)?;
        self.view_users(user_id, friends).await
    }

    /// Ends a friendship.
    pub async fn remove_friend(&self, user_id: UserId, other_id: &str) -> Result<(), Error> {
        self.store.remove_friend(user_id, user_id_of(other_id)?).await.map_err(refusal)
    }

    /// Requests to the user that wait.
    pub async fn friend_requests(
        &self,
        user_id: UserId,
    ) -> Result<List<FriendRequestWithSender>, Error> {
        let requests = self.store.pending_friend_requests(user_id).await.map_err(refusal)?;
        let blocked = self.blocked(user_id).await?;
        let statuses = self.statuses(requests.iter().map(|request| request.sender.id)).await;
        let statuses = Unblocked { statuses: &statuses, blocked: &blocked };
        let data = requests
            .into_iter()
            .map(|request| view::friend_request_with_sender(request, &statuses))
            .collect();
        Ok(List { data })
    }

    /// Asks somebody to be a friend.
    pub async fn create_friend_request(
        &self,
        user_id: UserId,
        command: CreateFriendRequest,
    ) -> Result<FriendRequest, Error> {
        let receiver_id = user_id_of(&command.receiver_id)?;
        let now = self.clock.now();
        let id = FriendRequestId::generate(now, &*self.random);
        let asked = self.store.create_friend_request(id, user_id, receiver_id, now);
        Ok(view::friend_request(&asked.await.map_err(refusal)?))
    }

    /// Says yes; gives the conversation of the two.
    pub async fn accept_friend_request(
        &self,
        user_id: UserId,
        id: &str,
    ) -> Result<Conversation, Error> {
        let id = friend_request_id(id)?;
        let now = self.clock.now();
        let conversation_id = ConversationId::generate(now, &*self.random);
        let accepted = self.store.accept_friend_request(user_id, id, conversation_id, now);
        Ok(self.view_conversation(user_id, accepted.await.map_err(refusal)?).await)
    }

    /// Says no.
    pub async fn reject_friend_request(
        &self,
        user_id: UserId,
        id: &str,
    ) -> Result<FriendRequest, Error> {
        let id = friend_request_id(id)?;
        let rejected = self.store.reject_friend_request(user_id, id, self.clock.now());
        Ok(view::friend_request(&rejected.await.map_err(refusal)?))
    }

    /// Takes a request back.
    pub async fn cancel_friend_request(&self, user_id: UserId, id: &str) -> Result<(), Error> {
        let id = friend_request_id(id)?;
        self.store.cancel_friend_request(user_id, id, self.clock.now()).await.map_err(refusal)
    }
}

fn friend_request_id(id: &str) -> Result<FriendRequestId, Error> {
    FriendRequestId::parse(id).ok_or_else(|| unknown("the friend request"))
}
