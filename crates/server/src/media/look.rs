//! Looking at a file that has come: what it is and shows, and whether it is taken.

use salala_core::wire::{Error, ErrorCode};

use super::incoming::{Whole, Written};
use super::kinds::{self, Detected, Kind};
use super::{Media, pictures, sounds, written_badly};

/// A file that was looked at.
pub(super) struct Looked {
    pub(super) detected: Detected,
    pub(super) content: Written,
    pub(super) thumbnail: Option<Written>,
    pub(super) about: About,
}

/// What is shown of it.
#[derive(Default)]
pub(super) struct About {
    pub(super) width: Option<u32>,
    pub(super) height: Option<u32>,
    pub(super) duration_ms: Option<u64>,
    pub(super) blurhash: Option<String>,
}

impl Media {
    /// What a file's bytes are and show; pictures are made anew.
    pub(super) async fn look_at(&self, whole: Whole) -> Result<Looked, Error> {
        let detected = kinds::detect(whole.head());
        if detected.kind == Kind::Refused {
            return Err(Error::new(
                ErrorCode::UnsupportedMediaType,
                "pictures are taken as JPEG, PNG, GIF or WebP",
            ));
        }
        let detected = match detected.kind {
            Kind::Picture(_) | Kind::Other | Kind::Refused => detected,
            Kind::Sound(container) => {
                let path = whole.path().to_owned();
                let measured = self.run_job(move || sounds::measure(&path, container)).await?;
                let measured = measured.map_err(|_| {
                    Error::invalid_field("file", "is a sound or video that cannot be read")
                })?;
                self.check_type(&measured.mime_type)?;
                let content = whole.seal();
                let about = About {
                    width: measured.size.map(|(width, _)| width),
                    height: measured.size.map(|(_, height)| height),
                    duration_ms: Some(measured.duration_ms),
                    blurhash: None,
                };
                let detected = Detected { mime_type: measured.mime_type, kind: detected.kind };
                return Ok(Looked { detected, content, thumbnail: None, about });
            }
        };
        self.check_type(&detected.mime_type)?;
        let Kind::Picture(format) = detected.kind else {
            let content = whole.seal();
            return Ok(Looked { detected, content, thumbnail: None, about: About::default() });
        };
        let (path, max_pixels) = (whole.path().to_owned(), self.parts.settings.max_pixels);
        let outputs = [self.new_path(), self.new_path()];
        let made = self.run_job(move || pictures::make_anew(&path, format, max_pixels, outputs));
        let made = made.await?.map_err(|error| match error {
            pictures::PictureError::TooLarge => Error::new(
                ErrorCode::TooLarge,
                format!("a picture has at most {max_pixels} pixels"),
            ),
            pictures::PictureError::Unreadable => {
                Error::invalid_field("file", "is a picture that cannot be read")
            }
            pictures::PictureError::Unwritten(error) => written_badly(&error),
        })?;
        drop(whole);
        let about = About {
            width: Some(made.width),
            height: Some(made.height),
            duration_ms: None,
            blurhash: made.blurhash,
        };
        let (content, thumbnail) = (made.content, Some(made.thumbnail));
        Ok(Looked { detected, content, thumbnail, about })
    }

    fn check_type(&self, mime_type: &str) -> Result<(), Error> {
        let is_taken = self.parts.settings.types.as_ref().is_none_or(|types| {
            types.iter().any(|taken| match taken.strip_suffix('*') {
                Some(beginning) => mime_type.starts_with(beginning),
                None => mime_type == taken,
            })
        });
        if is_taken {
            return Ok(());
        }
        let message = format!("files of the type {mime_type} are not taken here");
        Err(Error::new(ErrorCode::UnsupportedMediaType, message))
    }

    /// Runs what computes long, few at a time.
    async fn run_job<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Error> {
        let _turn = self.jobs.acquire().await.map_err(|_| Error::from(ErrorCode::Busy))?;
        let outcome = self.parts.tasks.run_blocking(job).await;
        outcome.ok_or_else(|| Error::invalid_field("file", "cannot be read"))
    }
}
