//! Routes of friends: `/friends…` and `/friend-requests…`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::NoContent;
use salala_core::wire::requests::CreateFriendRequest;
use salala_core::wire::shapes::{
    Conversation, FriendRequest, FriendRequestWithSender, List, UserSummary,
};

use super::Services;
use super::answers::Created;
use super::extract::{Caller, Segments};
use super::payload::Payload;
use super::problem::Answer;

type Shared = State<Arc<Services>>;

/// `GET /friends`
pub async fn friends(
    State(services): Shared,
    Caller(caller): Caller,
) -> Answer<Json<List<UserSummary>>> {
    Ok(Json(services.chat.friends(caller.user_id).await?))
}

/// `DELETE /friends/{userId}`
pub async fn remove_friend(
    State(services): Shared,
    Caller(caller): Caller,
    Segments(user_id): Segments<String>,
) -> Answer<NoContent> {
    services.chat.remove_friend(caller.user_id, &user_id).await?;
    Ok(NoContent)
}

/// `GET /friend-requests`
pub async fn friend_requests(
    State(services): Shared,
    Caller(caller): Caller,
) -> Answer<Json<List<FriendRequestWithSender>>> {
    Ok(Json(services.chat.friend_requests(caller.user_id).await?))
}

/// `POST /friend-requests`
pub async fn create(
    State(services): Shared,
    Caller(caller): Caller,
    Payload(command): Payload<CreateFriendRequest>,
) -> Answer<Created<FriendRequest>> {
    let request = services.chat.create_friend_request(caller.user_id, command).await?;
    Ok(Created(request))
}

/// `POST /friend-requests/{id}/accept`
pub async fn accept(
    State(services): Shared,
    Caller(caller): Caller,
    Segments(id): Segments<String>,
) -> Answer<Json<Conversation>> {
    Ok(Json(services.chat.accept_friend_request(caller.user_id, &id).await?))
}

/// `POST /friend-requests/{id}/reject`
pub async fn reject(
    State(services): Shared,
    Caller(caller): Caller,
    Segments(id): Segments<String>,
) -> Answer<Json<FriendRequest>> {
    Ok(Json(services.chat.reject_friend_request(caller.user_id, &id).await?))
}

/// `DELETE /friend-requests/{id}`
pub async fn cancel(
    State(services): Shared,
    Caller(caller): Caller,
    Segments(id): Segments<String>,
) -> Answer<NoContent> {
    services.chat.cancel_friend_request(caller.user_id, &id).await?;
    Ok(NoContent)
}
