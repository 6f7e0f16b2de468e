//! Routes of conversations and their participants: `/conversations…`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::NoContent;
use salala_core::wire::requests::{
    AddParticipants, CreateGroup, OpenDirect, SetRole, UpdateConversation,
};
use salala_core::wire::shapes::{Conversation, Page};

use super::Services;
use super::answers::{Created, CreatedOrFound};
use super::extract::{Caller, Segments};
use super::payload::Payload;
use super::problem::Answer;
use super::query::{PageQuery, Query};

type Shared = State<Arc<Services>>;

/// `GET /conversations`
pub async fn conversations(
    State(services): Shared,
    Caller(caller): Caller,
    Query(page): Query<PageQuery>,
) -> Answer<Json<Page<Conversation>>> {
    Ok(Json(services.chat.conversations(caller.user_id, page.cursor, page.limit).await?))
}

/// `POST /conversations/direct`
pub async fn open_direct(
    State(services): Shared,
    Caller(caller): Caller,
    Payload(command): Payload<OpenDirect>,
) -> Answer<CreatedOrFound<Conversation>> {
    let (conversation, is_new) = services.chat.open_direct(caller.user_id, command).await?;
    Ok(CreatedOrFound::new(conversation, is_new))
}

/// `POST /conversations/groups`
pub async fn create_group(
    State(services): Shared,
    Caller(caller): Caller,
    Payload(command): Payload<CreateGroup>,
) -> Answer<Created<Conversation>> {
    let conversation = services.chat.create_group(caller.user_id, command).await?;
    Ok(Created(conversation))
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
) -> Answer<NoContent> {
    services.chat.add_participants(caller.user_id, &id, command).await?;
    Ok(NoContent)
}

/// `DELETE /conversations/{id}/participants/{userId}`
pub async fn remove_participant(
    State(services): Shared,
    Caller(caller): Caller,
    Segments((id, user_id)): Segments<(String, String)>,
) -> Answer<NoContent> {
    services.chat.remove_participant(caller.user_id, &id, &user_id).await?;
    Ok(NoContent)
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
