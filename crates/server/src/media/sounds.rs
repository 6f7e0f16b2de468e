//! How long sounds and videos are, and what their containers hold.

mod matroska;
mod mp4;

use std::borrow::Cow;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use lofty::config::ParseOptions;
use lofty::file::{AudioFile as _, FileType};
use lofty::probe::Probe;

use super::kinds::Container;

/// The longest that is believed.
const LONGEST_MS: u64 = 7 * 24 * 3600 * 1000;

/// What was measured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Measured {
    /// Whether it is a sound or a video is told by what is in it.
    pub(super) mime_type: Cow<'static, str>,
    pub(super) duration_ms: u64,
    /// Width and height of a video, as it is to be shown.
    pub(super) size: Option<(u32, u32)>,
}

/// It is not what it begins like.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("it cannot be read")]
pub(super) struct Unreadable;

/// Measures a file. Reads all of it at most once.
pub(super) fn measure(path: &Path, container: Container) -> Result<Measured, Unreadable> {
    let file = File::open(path).map_err(|_| Unreadable)?;
    let length = file.metadata().map_err(|_| Unreadable)?.len();
    let mut reader = BufReader::new(file);
    let measured = match container {
        Container::Mp4 => mp4::measure(&mut reader, length),
        Container::Matroska => matroska::measure(&mut reader, length),
        Container::Plain => measure_plain(reader),
    };
    let measured = measured.ok_or(Unreadable)?;
    if measured.duration_ms > LONGEST_MS { Err(Unreadable) } else { Ok(measured) }
}

fn measure_plain(reader: BufReader<File>) -> Option<Measured> {
    let options = ParseOptions::new().read_tags(false).read_cover_art(false);
    let probe = Probe::new(reader).guess_file_type().ok()?.options(options);
    let file_type = probe.file_type()?;
    let is_ogg = [FileType::Opus, FileType::Vorbis, FileType::Speex].contains(&file_type);
    let named = [
        (file_type == FileType::Mpeg, "audio/mpeg"),
        (is_ogg, "audio/ogg"),
        (file_type == FileType::Wav, "audio/wav"),
        (file_type == FileType::Flac, "audio/flac"),
        (file_type == FileType::Aac, "audio/aac"),
    ];
    let (_, mime_type) = named.into_iter().find(|(is_it, _)| *is_it)?;
    let duration = probe.read().ok()?.properties().duration();
    let duration_ms = u64::try_from(duration.as_millis()).ok()?;
    Some(Measured { mime_type: mime_type.into(), duration_ms, size: None })
}
