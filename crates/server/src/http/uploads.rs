//! Routes of files: `/uploads`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::NoContent;
use salala_core::UploadId;
use salala_core::records::Upload;
use salala_core::wire::shapes::Uploaded;
use salala_core::wire::{Error, view};
use schemars::JsonSchema;

use super::Services;
use super::answers::Created;
use super::extract::{Caller, Segments};
use super::file_answer::FileAnswer;
use super::multipart::{Form, receive};
use super::problem::Answer;
use super::query::{FromQuery, Parameters, Query};
use crate::media::{Reader, Signature};
use crate::metrics;
use crate::refusal::unknown;

type Shared = State<Arc<Services>>;

/// Query of a file's URL: what this server put there.
#[derive(Clone, Debug, JsonSchema)]
pub struct FileQuery {
    /// Until when the URL opens the file, in seconds since the Unix epoch.
    until: Option<u64>,
    /// That this server says so.
    signature: Option<String>,
}

impl FromQuery for FileQuery {
    fn read(parameters: &mut Parameters) -> Self {
        Self { until: parameters.number("until"), signature: parameters.text("signature") }
    }
}

/// `POST /uploads`
pub async fn upload(
    State(services): Shared,
    Caller(caller): Caller,
    form: Form,
) -> Answer<Created<Uploaded>> {
    let taken = take(&services, caller.user_id, form).await;
    let outcome = match &taken {
        Ok(_) => "stored",
        Err(_) => "refused",
    };
    metrics::record_upload(outcome, taken.as_ref().map_or(0, |upload| upload.file.size));
    Ok(Created(view::uploaded(taken?, &**services.media.links())))
}

/// `GET /uploads/{id}`
pub async fn file(
    State(services): Shared,
    caller: Answer<Caller>,
    Segments(id): Segments<String>,
    Query(query): Query<FileQuery>,
    headers: HeaderMap,
) -> Answer<FileAnswer> {
    let upload = find(&services, caller, &id, query).await?;
    FileAnswer::of_file(&services.media, upload, &headers).await
}

/// `GET /uploads/{id}/thumbnail`
pub async fn thumbnail(
    State(services): Shared,
    caller: Answer<Caller>,
    Segments(id): Segments<String>,
    Query(query): Query<FileQuery>,
    headers: HeaderMap,
) -> Answer<FileAnswer> {
    let upload = find(&services, caller, &id, query).await?;
    FileAnswer::of_thumbnail(&services.media, upload, &headers).await
}

/// `GET /uploads/{id}/link`
pub async fn link(
    State(services): Shared,
    Caller(caller): Caller,
    Segments(id): Segments<String>,
) -> Answer<Json<Uploaded>> {
    let upload = services.media.find(Reader::User(caller.user_id), upload_id(&id)?).await?;
    Ok(Json(view::uploaded(upload, &**services.media.links())))
}

/// `DELETE /uploads/{id}`
pub async fn discard(
    State(services): Shared,
    Caller(caller): Caller,
    Segments(id): Segments<String>,
) -> Answer<NoContent> {
    services.media.discard(caller.user_id, upload_id(&id)?).await?;
    Ok(NoContent)
}

async fn take(services: &Services, user_id: salala_core::UserId, form: Form) -> Answer<Upload> {
    let filled = receive(&services.media, user_id, form).await?;
    Ok(services.media.keep(filled.file, filled.name.as_deref(), filled.peaks).await?)
}

/// A URL that opens the file needs no user; one that does not any more is as good as none.
async fn find(
    services: &Services,
    caller: Answer<Caller>,
    id: &str,
    query: FileQuery,
) -> Answer<Upload> {
    let known = UploadId::parse(id);
    let until = query.until.and_then(|until| i64::try_from(until).ok());
    let signature = until.zip(query.signature).map(|(until, mac)| Signature { until, mac });
    let links = services.media.links();
    let is_open = known.zip(signature).is_some_and(|(id, it)| links.allows(id, &it));
    let reader = if is_open { Reader::Link } else { Reader::User(caller?.0.user_id) };
    Ok(services.media.find(reader, upload_id(id)?).await?)
}

fn upload_id(id: &str) -> Result<UploadId, Error> {
    UploadId::parse(id).ok_or_else(|| unknown("this file"))
}
