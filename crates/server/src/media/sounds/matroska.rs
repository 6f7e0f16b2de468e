//! `WebM` and Matroska: what a browser records says nowhere how long it is, so its frames are gone through.
//!
//! The elements are read one after another, into those that matter and past all others: so it matters not
//! whether the outer ones say how long they are. What is held does not grow with the file.

use std::io::{BufReader, Read, Seek};

use super::Measured;

/// Elements that are looked at: more than a day of pictures and sound.
const ELEMENTS_MAX: u32 = 8_000_000;

/// A length that the head names is believed if it is so near to that of the frames, in milliseconds.
const BELIEVED_WITHIN_MS: f64 = 2_000.0;

/// What was found so far.
struct Found {
    is_webm: bool,
    has_video: bool,
    has_frames: bool,
    size: (u64, u64),
    /// Nanoseconds of a tick.
    scale: u64,
    /// As the head says, in ticks.
    said: Option<f64>,
    /// Ticks.
    cluster: u64,
    end: u64,
}

/// How a file is put together and how long it is; `None` if it is none.
pub(super) fn measure<R: Read + Seek>(reader: &mut BufReader<R>, length: u64) -> Option<Measured> {
    let mut elements = Elements { reader, at: 0, length };
    let mut found = Found {
        is_webm: false,
        has_video: false,
        has_frames: false,
        size: (0, 0),
        scale: 1_000_000,
        said: None,
        cluster: 0,
        end: 0,
    };
    for _ in 0..ELEMENTS_MAX {
        let Some((id, size)) = elements.next()? else { return found.measured() };
        match id {
            // EBML, Segment, Info, Tracks, TrackEntry, Video, Cluster, BlockGroup: into them.
            0x1a45_dfa3 | 0x1853_8067 | 0x1549_a966 | 0x1654_ae6b | 0xae | 0xe0 | 0x1f43_b675
            | 0xa0 => {}
            // DocType
            0x4282 => found.is_webm = elements.bytes::<32>(size?)?.starts_with(b"webm"),
            // TimestampScale, Duration
            0x2a_d7b1 => found.scale = elements.number(size?)?,
            0x4489 => found.said = Some(elements.float(size?)?),
            // TrackType, PixelWidth, PixelHeight
            0x83 => found.has_video |= elements.number(size?)? == 1,
            0xb0 => found.size.0 = elements.number(size?)?,
            0xba => found.size.1 = elements.number(size?)?,
            // Timestamp of a cluster; blocks; how long one is.
            0xe7 => found.cluster = elements.number(size?)?,
            0xa3 | 0xa1 => found.note_frame(elements.block_offset(size?)?),
            0x9b => {
                let lasts = elements.number(size?)?;
                found.end = found.end.max(found.cluster.saturating_add(lasts));
            }
            _ => elements.skip(size?)?,
        }
    }
    None
}

impl Found {
    fn note_frame(&mut self, offset: i16) {
        self.has_frames = true;
        self.end = self.end.max(self.cluster.saturating_add_signed(i64::from(offset)));
    }

    fn measured(self) -> Option<Measured> {
        if !self.has_frames {
            return None;
        }
        let milliseconds = |ticks: f64| ticks * as_float(self.scale) / 1e6;
        let counted = milliseconds(as_float(self.end));
        let said = self.said.map(milliseconds);
        let near = said.filter(|said| (said - counted).abs() <= BELIEVED_WITHIN_MS);
        let lasts = near.unwrap_or(counted);
        if !lasts.is_finite() || lasts < 0.0 {
            return None;
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "it is no less than zero, and what is too long is refused"
        )]
        let duration_ms = lasts.round() as u64;
        let mime_type = match (self.is_webm, self.has_video) {
            (true, true) => "video/webm",
            (true, false) => "audio/webm",
            (false, _) => "video/x-matroska",
        };
        let (width, height) = self.size;
        let size = u32::try_from(width).ok().zip(u32::try_from(height).ok());
        let size = size.filter(|(width, height)| *width > 0 && *height > 0);
        Some(Measured { mime_type: mime_type.into(), duration_ms, size })
    }
}

#[expect(clippy::cast_precision_loss, reason = "a length needs no more digits than a float has")]
fn as_float(value: u64) -> f64 {
    value as f64
}

/// What is left of the file.
struct Elements<'a, R> {
    reader: &'a mut BufReader<R>,
    at: u64,
    length: u64,
}

impl<R: Read + Seek> Elements<'_, R> {
    /// The next element's id, and its size unless it does not say; `None` inside at the end of the file.
    #[expect(clippy::option_option, reason = "an end is no defect")]
    fn next(&mut self) -> Option<Option<(u32, Option<u64>)>> {
        if self.at >= self.length {
            return Some(None);
        }
        let first = self.byte()?;
        let more = first.leading_zeros();
        if more > 3 {
            return None;
        }
        let mut id = u32::from(first);
        for _ in 0..more {
            id = id << 8 | u32::from(self.byte()?);
        }
        let first = self.byte()?;
        let more = first.leading_zeros();
        if more > 7 {
            return None;
        }
        let mut size = u64::from(first) & (0xff >> (more + 1));
        let mut is_unknown = size == 0xff >> (more + 1);
        for _ in 0..more {
            let byte = self.byte()?;
            is_unknown &= byte == 0xff;
            size = size << 8 | u64::from(byte);
        }
        Some(Some((id, (!is_unknown).then_some(size))))
    }

    fn byte(&mut self) -> Option<u8> {
        let mut byte = [0];
        self.reader.read_exact(&mut byte).ok()?;
        self.at += 1;
        Some(byte[0])
    }

    /// The first bytes of an element, and zeros after them; past the rest.
    fn bytes<const N: usize>(&mut self, size: u64) -> Option<[u8; N]> {
        let mut bytes = [0; N];
        let kept = usize::try_from(size).unwrap_or(N).min(N);
        self.reader.read_exact(bytes.get_mut(..kept)?).ok()?;
        self.at += kept as u64;
        self.skip(size - kept as u64)?;
        Some(bytes)
    }

    fn number(&mut self, size: u64) -> Option<u64> {
        if size > 8 {
            return None;
        }
        let bytes = self.bytes::<8>(size)?;
        Some(u64::from_be_bytes(bytes).checked_shr(u32::try_from(64 - size * 8).ok()?).unwrap_or(0))
    }

    fn float(&mut self, size: u64) -> Option<f64> {
        let bits = self.number(size)?;
        match size {
            4 => Some(f64::from(f32::from_bits(u32::try_from(bits).ok()?))),
            8 => Some(f64::from_bits(bits)),
            _ => None,
        }
    }

    /// When a block is shown, from its cluster on.
    fn block_offset(&mut self, size: u64) -> Option<i16> {
        let head = self.bytes::<10>(size)?;
        let track = usize::try_from(head[0].leading_zeros()).ok()? + 1;
        Some(i16::from_be_bytes(head.get(track..track + 2)?.try_into().ok()?))
    }

    fn skip(&mut self, size: u64) -> Option<()> {
        // What a browser was recording when it was closed ends within an element.
        let size = size.min(self.length.saturating_sub(self.at));
        self.reader.seek_relative(i64::try_from(size).ok()?).ok()?;
        self.at += size;
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn element(id: &[u8], data: &[u8]) -> Vec<u8> {
        let size = u64::try_from(data.len()).unwrap() | 1 << 56;
        [id, &size.to_be_bytes(), data].concat()
    }

    /// As a browser records: the outer elements do not say how long they are.
    fn recording(duration: Option<f64>) -> Vec<u8> {
        let unknown = [0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
        let said = duration.map(|ms| element(&[0x44, 0x89], &ms.to_be_bytes()));
        let cluster = |at: u16, offset: i16| {
            let block = [&[0x81], offset.to_be_bytes().as_slice(), &[0x80, 1, 2, 3]].concat();
            [
                [0x1f, 0x43, 0xb6, 0x75].as_slice(),
                &unknown,
                &element(&[0xe7], &at.to_be_bytes()),
                &element(&[0xa3], &block),
            ]
            .concat()
        };
        [
            element(&[0x1a, 0x45, 0xdf, 0xa3], &element(&[0x42, 0x82], b"webm")),
            [[0x18, 0x53, 0x80, 0x67].as_slice(), &unknown].concat(),
            element(&[0x15, 0x49, 0xa9, 0x66], &said.unwrap_or_default()),
            element(&[0x16, 0x54, 0xae, 0x6b], &element(&[0xae], &element(&[0x83], &[2]))),
            cluster(0, 0),
            cluster(5_000, 120),
        ]
        .concat()
    }

    fn of(bytes: &[u8]) -> Option<Measured> {
        let length = u64::try_from(bytes.len()).unwrap();
        measure(&mut BufReader::new(Cursor::new(bytes)), length)
    }

    #[test]
    fn a_recording_is_as_long_as_its_frames_whatever_it_says() {
        let lasts = |duration| of(&recording(duration)).unwrap().duration_ms;
        assert_eq!(lasts(None), 5_120);
        assert_eq!(lasts(Some(5_140.0)), 5_140);
        assert_eq!(lasts(Some(3_600_000.0)), 5_120);
        assert_eq!(lasts(Some(f64::NAN)), 5_120);
        assert_eq!(of(&recording(None)).unwrap().mime_type, "audio/webm");
    }

    #[test]
    fn a_head_without_frames_is_no_recording() {
        assert_eq!(of(&element(&[0x1a, 0x45, 0xdf, 0xa3], b"")), None);
        assert_eq!(of(b""), None);
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_panic_the_reader(
            at in 0_usize..400,
            byte: u8,
            cut in 0_usize..400,
            noise in proptest::collection::vec(0_u8.., 0..64),
        ) {
            let mut bytes = recording(Some(5_140.0));
            let place = at % bytes.len();
            bytes[place] = byte;
            bytes.truncate(bytes.len().saturating_sub(cut));
            drop((of(&bytes), of(&noise)));
        }
    }
}
