//! What a file is, by its bytes and not by its name.

use std::borrow::Cow;

use infer::MatcherType;

/// What a file is, and how it is looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Detected {
    pub(super) mime_type: Cow<'static, str>,
    pub(super) kind: Kind,
}

/// How a file is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A picture that is made anew.
    Picture(PictureFormat),
    /// A sound or video whose length is measured.
    Sound(Container),
    /// A picture that may tell where it was taken and cannot be made anew here.
    Refused,
    /// Kept as it is.
    Other,
}

/// Pictures that are made anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PictureFormat {
    Jpeg,
    Png,
    Gif,
    WebP,
}

/// How sounds and videos are put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Container {
    /// MP4 and `QuickTime`.
    Mp4,
    /// `WebM` and Matroska.
    Matroska,
    /// What is read by its own rules: MP3, Ogg, WAV, FLAC, AAC.
    Plain,
}

/// Pictures that phones and cameras make with the place in them.
const REFUSED: [&str; 8] = [
    "image/avif",
    "image/heif",
    "image/jp2",
    "image/jxl",
    "image/tiff",
    "image/vnd.ms-photo",
    "image/x-canon-cr2",
    "image/heic",
];

/// What may be shown by a browser as it is: all else is handed over as a file.
const SHOWN: [&str; 16] = [
    "audio/aac",
    "audio/flac",
    "audio/mp4",
    "audio/mpeg",
    "audio/ogg",
    "audio/wav",
    "audio/webm",
    "image/gif",
    "image/jpeg",
    "image/png",
    "image/webp",
    "video/mp4",
    "video/ogg",
    "video/quicktime",
    "video/webm",
    "video/x-matroska",
];

/// May a browser show it, rather than keep it as a file?
pub fn is_shown(mime_type: &str) -> bool {
    SHOWN.contains(&mime_type)
}

/// What a file is that begins so.
pub(super) fn detect(head: &[u8]) -> Detected {
    let is = |mime_type: &'static str, kind| Detected { mime_type: mime_type.into(), kind };
    if let Some(brand) = iso_brand(head) {
        return match brand {
            b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" | b"mif1" | b"msf1"
            | b"avif" | b"avis" | b"crx " => is("image/heif", Kind::Refused),
            _ => is("video/mp4", Kind::Sound(Container::Mp4)),
        };
    }
    if head.starts_with(&[0x1a, 0x45, 0xdf, 0xa3]) {
        return is("video/webm", Kind::Sound(Container::Matroska));
    }
    // The names that browsers know, whatever the library calls them.
    let Some(found) = infer::get(head) else { return is(text_or_bytes(head), Kind::Other) };
    match found.mime_type() {
        "image/jpeg" => is("image/jpeg", Kind::Picture(PictureFormat::Jpeg)),
        "image/png" => is("image/png", Kind::Picture(PictureFormat::Png)),
        "image/gif" => is("image/gif", Kind::Picture(PictureFormat::Gif)),
        "image/webp" => is("image/webp", Kind::Picture(PictureFormat::WebP)),
        refused if REFUSED.contains(&refused) => is("image/heif", Kind::Refused),
        "audio/mpeg" => is("audio/mpeg", Kind::Sound(Container::Plain)),
        "audio/ogg" | "audio/opus" | "application/ogg" => {
            is("audio/ogg", Kind::Sound(Container::Plain))
        }
        "audio/x-wav" | "audio/wav" => is("audio/wav", Kind::Sound(Container::Plain)),
        "audio/x-flac" | "audio/flac" => is("audio/flac", Kind::Sound(Container::Plain)),
        "audio/aac" => is("audio/aac", Kind::Sound(Container::Plain)),
        "video/ogg" => is("video/ogg", Kind::Other),
        // Text that a browser might run is text.
        _ if found.matcher_type() == MatcherType::Text => is(text_or_bytes(head), Kind::Other),
        other => is(other, Kind::Other),
    }
}

/// The brand of a file of the ISO base media format, or that it is an old `QuickTime` film.
fn iso_brand(head: &[u8]) -> Option<&[u8; 4]> {
    match head.get(4..8)? {
        b"ftyp" => head.get(8..12)?.try_into().ok(),
        b"moov" | b"wide" => Some(b"qt  "),
        _ => None,
    }
}

fn text_or_bytes(head: &[u8]) -> &'static str {
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        // The head may end within a character.
        Err(error) if head.len() - error.valid_up_to() < 4 => {
            std::str::from_utf8(head.get(..error.valid_up_to()).unwrap_or_default())
                .unwrap_or_default()
        }
        Err(_) => return "application/octet-stream",
    };
    let is_text = |c: char| !c.is_control() || matches!(c, '\n' | '\r' | '\t' | '\u{c}');
    if !text.is_empty() && text.chars().all(is_text) {
        "text/plain"
    } else {
        "application/octet-stream"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_browser_might_run_is_text_and_never_shown() {
        for text in [
            "<!DOCTYPE html><script>alert(1)</script>",
            "<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>",
            "<?xml version=\"1.0\"?><svg/>",
            "#!/bin/sh\nrm -rf /",
            "just words",
        ] {
            let detected = detect(text.as_bytes());
            assert_eq!(detected.mime_type, "text/plain", "{text}");
            assert_eq!(detected.kind, Kind::Other);
            assert!(!is_shown(&detected.mime_type));
        }
        assert_eq!(detect(b"").mime_type, "application/octet-stream");
        assert_eq!(detect(&[0, 1, 2, 0xff]).mime_type, "application/octet-stream");
        assert_eq!(detect(b"%PDF-1.7\n").mime_type, "application/pdf");
        assert!(!is_shown("application/pdf"));
    }

    #[test]
    fn pictures_that_tell_where_they_were_taken_are_made_anew_or_refused() {
        let heic = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic";
        assert_eq!(detect(heic).kind, Kind::Refused);
        assert_eq!(detect(b"II*\0\x08\0\0\0\0\0\0\0").kind, Kind::Refused);
        let jpeg = detect(&[0xff, 0xd8, 0xff, 0xe1]);
        assert_eq!(jpeg.kind, Kind::Picture(PictureFormat::Jpeg));
        let video = detect(b"\0\0\0\x18ftypisom\0\0\0\0isomavc1");
        assert_eq!(video.kind, Kind::Sound(Container::Mp4));
    }
}
