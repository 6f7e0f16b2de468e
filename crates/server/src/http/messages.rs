//! Routes of messages, read marks and reactions.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::NoContent;
use salala_core::limits;
use salala_core::wire::client_events::{MessageDraft, SendMessage};
use salala_core::wire::requests::{EditMessage, ReadTo};
use salala_core::wire::shapes::{HistoryPage, Message, MessageHit, Page, Reaction, ReadPosition};
use schemars::JsonSchema;

use super::Services;
use super::answers::CreatedOrFound;
use super::extract::{Caller, Segments};
use super::payload::Payload;
use super::problem::Answer;
use super::query::{FromQuery, PageQuery, Parameters, Query};
use crate::chat::HistoryQuery;

type Shared = State<Arc<Services>>;

/// Query of `GET /search/messages`.
#[derive(Clone, Debug, JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub struct SearchQuery {
    /// The words, of which a message must hold every one; `tom*` is any word that begins so.
    q: String,
    /// In this conversation alone.
    conversation_id: Option<String>,
    /// Where an earlier page ended.
    cursor: Option<String>,
    /// Rows on the page.
    limit: usize,
}

impl FromQuery for SearchQuery {
    fn read(parameters: &mut Parameters) -> Self {
        Self {
            q: parameters.required_text("q", limits::SEARCH_MAX_CHARS),
            conversation_id: parameters.text("conversationId"),
            cursor: parameters.text("cursor"),
            limit: parameters.limit(),
        }
    }
}

impl FromQuery for HistoryQuery {
    fn read(parameters: &mut Parameters) -> Self {
        Self {
            before: parameters.number("before"),
            after: parameters.number("after"),
            around: parameters.number("around"),
            cursor: parameters.text("cursor"),
            limit: parameters.limit(),
        }
    }
}

/// `GET /conversations/{id}/messages`
pub async fn history(
    State(services): Shared,
    Caller(caller): Caller,
    Segments(id): Segments<String>,
    Query(asked): Query<HistoryQuery>,
) -> Answer<Json<HistoryPage>> {
    Ok(Json(services.chat.history(caller.user_id, &id, asked).await?))
}

/// `POST /conversations/{id}/messages`
pub async fn send(
    State(services): Shared,
    Caller(caller): Caller,
    Segments(conversation_id): Segments<String>,
    Payload(draft): Payload<MessageDraft>,
) -> Answer<CreatedOrFound<Message>> {
    let command = SendMessage { conversation_id, draft };
    let (message, is_repeat) = services.chat.send_message(caller.user_id, command).await?;
    Ok(CreatedOrFound::new(message, !is_repeat))
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
    Query(page): Query<PageQuery>,
) -> Answer<Json<Page<Message>>> {
    Ok(Json(services.chat.media(caller.user_id, &id, page.cursor, page.limit).await?))
}

/// `GET /search/messages?q=&conversationId=`
pub async fn search(
    State(services): Shared,
    Caller(caller): Caller,
    Query(asked): Query<SearchQuery>,
) -> Answer<Json<Page<MessageHit>>> {
    let SearchQuery { q, conversation_id, cursor, limit } = asked;
    let chat = &services.chat;
    Ok(Json(chat.search_messages(caller.user_id, &q, conversation_id, cursor, limit).await?))
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
) -> Answer<NoContent> {
    services.chat.delete_message(caller.user_id, &id).await?;
    Ok(NoContent)
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
) -> Answer<NoContent> {
    services.chat.remove_reaction(caller.user_id, &id, emoji).await?;
    Ok(NoContent)
}
