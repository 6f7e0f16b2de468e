//! What clients are given of uploaded files.

use schemars::JsonSchema;
use serde::Serialize;

/// What is known of an uploaded file. What does not apply to its kind is left out.
#[derive(Clone, Debug, JsonSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct File {
    /// As its user called it, without a path.
    pub name: String,
    /// What its bytes are, whatever its name says.
    pub mime_type: String,
    /// Bytes.
    pub size: u64,
    /// Pixels, of a picture or video as it is to be shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// Pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
    /// Milliseconds, of a sound or video.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<u64>,
    /// A smaller picture, to be fetched as `fileUrl` is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thumbnail_url: Option<String>,
    /// Colours to show until the picture is there (<https://blurha.sh>).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blurhash: Option<String>,
    /// How loud a recording is from its beginning to its end, each from 0 to 1 in hundredths.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub peaks: Option<Vec<f64>>,
}

/// The answer to an upload.
#[derive(Clone, Debug, JsonSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Uploaded {
    /// To be sent as a message's `fileUrl`, within a day; it can be fetched by who may read it.
    pub file_url: String,
    /// What is known of it.
    pub file: File,
}
