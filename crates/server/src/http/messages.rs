//! Routes of messages, read marks and reactions.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use salala_core::limits;
use salala_core::wire::client_events::{MessageDraft, SendMessage};
use salala_core::wire::requests::{EditMessage, ReadTo};
use salala_core::wire::shapes::{HistoryPage, Message, MessageHit, Page, Reaction, ReadPosition};

use super::Services;
use super::extract::{Caller, Segments};
use super::payload::Payload;
use super::problem::Answer;
use super::query::Query;
use crate::chat::HistoryQuery;

type Shared = State<Arc<Services>>;

/// `GET /conversations/{id}/messages`
pub async fn history(
    State(services): Shared,
    Caller(caller): Caller,
    Segments(id): Segments<String>,
    mut query: Query,
) -> Answer<Json<HistoryPage>> {
    let asked = HistoryQuery {
        before: query.number("before"),
        after: query.number("after"),
        around: query.number("around"),
        cursor: query.text("cursor"),
        limit: query.limit(),
    };
    query.check()?;
    Ok(Json(services.chat.history(caller.user_id, &id, asked).await?))
}

/// `POST /conversations/{id}/messages`
pub async fn send(
    State(services): Shared,
    Caller(caller): Caller,
    Segments(conversation_id): Segments<String>,
    Payload(draft): Payload<MessageDraft>,
) -> Answer<(StatusCode, Json<Message>)> {
    let command = SendMessage { conversation_id, draft };
    let (message, is_repeat) = services.chat.send_message(caller.user_id, command).await?;
    let status = if is_repeat { StatusCode::OK } else { StatusCode::CREATED };
    Ok((status, Json(message)))
}

/// `POST /conversations/{id}/read`
pub async fn read_to(
    State(services): Shared,
    Caller(caller): Caller,
    Segments(id): Segments<String>,
    Payload(command): Payload<ReadTo>,
) -> Answer<Json<ReadPosition>> {
    Ok(Json(services.chat.read_to(caller.user_id, &id, command).await?))
}

/// `GET /conversations/{id}/media`
pub async fn media(
    State(services): Shared,
    Caller(caller): Caller,
    Segments(id): Segments<String>,
    mut query: Query,
) -> Answer<Json<Page<Message>>> {
    let (cursor, limit) = (query.text("cursor"), query.limit());
    query.check()?;
    Ok(Json(services.chat.media(caller.user_id, &id, cursor, limit).await?))
}

/// `GET /search/messages?q=&conversationId=`
pub async fn search(
    State(services): Shared,
    Caller(caller): Caller,
    mut query: Query,
) -> Answer<Json<Page<MessageHit>>> {
    let text = query.required_text("q", limits::SEARCH_MAX_CHARS);
    let (conversation_id, cursor) = (query.text("conversationId"), query.text("cursor"));
    let limit = query.limit();
    query.check()?;
    let chat = &services.chat;
    Ok(Json(chat.search_messages(caller.user_id, &text, conversation_id, cursor, limit).await?))
}

/// `GET /messages/{id}`
pub async fn message(
    State(services): Shared,
    Caller(caller): Caller,
    Segments(id): Segments<String>,
) -> Answer<Json<Message>> {
    Ok(Json(services.chat.message(caller.user_id, &id).await?))
}

/// `PATCH /messages/{id}`
pub async fn edit(
    State(services): Shared,
    Caller(caller): Caller,
    Segments(id): Segments<String>,
    Payload(command): Payload<EditMessage>,
) -> Answer<Json<Message>> {
    Ok(Json(services.chat.edit_message(caller.user_id, &id, command).await?))
}

/// `DELETE /messages/{id}`
pub async fn delete(
    State(services): Shared,
    Caller(caller): Caller,
    Segments(id): Segments<String>,
) -> Answer<StatusCode> {
    services.chat.delete_message(caller.user_id, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `PUT /messages/{id}/reactions/{emoji}`
pub async fn add_reaction(
    State(services): Shared,
    Caller(caller): Caller,
    Segments((id, emoji)): Segments<(String, String)>,
) -> Answer<Json<Reaction>> {
    Ok(Json(services.chat.add_reaction(caller.user_id, &id, emoji).await?))
}

/// `DELETE /messages/{id}/reactions/{emoji}`
pub async fn remove_reaction(
    State(services): Shared,
    Caller(caller): Caller,
    Segments((id, emoji)): Segments<(String, String)>,
) -> Answer<StatusCode> {
    services.chat.remove_reaction(caller.user_id, &id, emoji).await?;
    Ok(StatusCode::NO_CONTENT)
}
