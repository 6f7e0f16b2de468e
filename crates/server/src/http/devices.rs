//! Routes of devices and pushes: `/devices…`, `/push/…` and `/users/me/settings`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::NoContent;
use salala_core::wire::ErrorCode;
use salala_core::wire::requests::{RegisterDevice, UpdateSettings};
use salala_core::wire::shapes::{Device, Page, PushLogEntry, Settings, VapidKey};

use super::Services;
use super::answers::Created;
use super::extract::{Caller, Segments};
use super::payload::Payload;
use super::problem::Answer;
use super::query::{PageQuery, Query};

type Shared = State<Arc<Services>>;

/// `POST /devices`
pub async fn register(
    State(services): Shared,
    Caller(caller): Caller,
    Payload(command): Payload<RegisterDevice>,
) -> Answer<Created<Device>> {
    Ok(Created(services.chat.register_device(caller, command).await?))
}

/// `DELETE /devices/{id}`
pub async fn remove(
    State(services): Shared,
    Caller(caller): Caller,
    Segments(id): Segments<String>,
) -> Answer<NoContent> {
    services.chat.remove_device(caller.user_id, &id).await?;
    Ok(NoContent)
}

/// `GET /push/vapid-key`
pub async fn vapid_key(State(services): Shared) -> Answer<Json<VapidKey>> {
    match services.push_keys.get().await {
        Ok(key) => Ok(Json(VapidKey { public_key: key.public_key().to_owned() })),
        Err(_) => Err(salala_core::wire::Error::from(ErrorCode::Unavailable).into()),
    }
}

/// `GET /push/log`
pub async fn push_log(
    State(services): Shared,
    Caller(caller): Caller,
    Query(page): Query<PageQuery>,
) -> Answer<Json<Page<PushLogEntry>>> {
    Ok(Json(services.chat.push_log(caller.user_id, page.cursor, page.limit).await?))
}

/// `GET /users/me/settings`
pub async fn settings(State(services): Shared, Caller(caller): Caller) -> Answer<Json<Settings>> {
    Ok(Json(services.chat.settings(caller.user_id).await?))
}

/// `PATCH /users/me/settings`
pub async fn update_settings(
    State(services): Shared,
    Caller(caller): Caller,
    Payload(command): Payload<UpdateSettings>,
) -> Answer<Json<Settings>> {
    Ok(Json(services.chat.update_settings(caller.user_id, command).await?))
}
