//! Routes of conversations and their participants: `/conversations…`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use salala_core::wire::requests::{
    AddParticipants, CreateGroup, OpenDirect, SetRole, UpdateConversation,
};
use salala_core::wire::shapes::{Conversation, Page};

use super::Services;
use super::extract::{Caller, Segments};
use super::payload::Payload;
use super::problem::Answer;
use super::query::Query;

type Shared = State<Arc<Services>>;

/// `GET /conversations`
pub async fn conversations(
    State(services): Shared,
    Caller(caller): Caller,
    mut query: Query,
) -> Answer<Json<Page<Conversation>>> {
    let (cursor, limit) = (query.text("cursor"), query.limit());
    query.check()?;
    Ok(Json(services.chat.conversations(caller.user_id, cursor, limit).await?))
}

/// `POST /conversations/direct`
pub async fn open_direct(
    State(services): Shared,
    Caller(caller): Caller,
    Payload(command): Payload<OpenDirect>,
) -> Answer<(StatusCode, Json<Conversation>)> {
    let (conversation, is_new) = services.chat.open_direct(caller.user_id, command).await?;
    let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(conversation)))
}

/// `POST /conversations/groups`
pub async fn create_group(
    State(services): Shared,
    Caller(caller): Caller,
    Payload(command): Payload<CreateGroup>,
) -> Answer<(StatusCode, Json<Conversation>)> {
    let conversation = services.chat.create_group(caller.user_id, command).await?;
    Ok((StatusCode::CREATED, Json(conversation)))
}

/// `GET /conversations/{id}`
pub async fn conversation(
    State(services): Shared,
    Caller(caller): Caller,
    Segments(id): Segments<String>,
) -> Answer<Json<Conversation>> {
    Ok(Json(services.chat.conversation(caller.user_id, &id).await?))
}

/// `PATCH /conversations/{id}`
pub async fn update(
    State(services): Shared,
    Caller(caller): Caller,
    Segments(id): Segments<String>,
    Payload(command): Payload<UpdateConversation>,
) -> Answer<Json<Conversation>> {
    Ok(Json(services.chat.update_conversation(caller.user_id, &id, command).await?))
}

/// `POST /conversations/{id}/participants`
pub async fn add_participants(
    State(services): Shared,
    Caller(caller): Caller,
    Segments(id): Segments<String>,
    Payload(command): Payload<AddParticipants>,
) -> Answer<StatusCode> {
    services.chat.add_participants(caller.user_id, &id, command).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `DELETE /conversations/{id}/participants/{userId}`
pub async fn remove_participant(
    State(services): Shared,
    Caller(caller): Caller,
    Segments((id, user_id)): Segments<(String, String)>,
) -> Answer<StatusCode> {
    services.chat.remove_participant(caller.user_id, &id, &user_id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `PATCH /conversations/{id}/participants/{userId}`
pub async fn set_role(
    State(services): Shared,
    Caller(caller): Caller,
    Segments((id, user_id)): Segments<(String, String)>,
    Payload(command): Payload<SetRole>,
) -> Answer<Json<Conversation>> {
    Ok(Json(services.chat.set_role(caller.user_id, &id, &user_id, command).await?))
}
