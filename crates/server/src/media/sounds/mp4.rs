//! MP4 and `QuickTime`: how long they are, also in fragments, and how large their pictures.
//!
//! Boxes are read one after another, into those that matter and past all others. What is held does not grow
//! with the file.

use std::io::{BufReader, Read, Seek};

use super::Measured;

/// Boxes that are looked at.
const BOXES_MAX: u32 = 2_000_000;

/// Tracks that are looked at.
const TRACKS_MAX: usize = 64;

/// Boxes in boxes: a fragment's run is three deep.
const DEPTH_MAX: u32 = 6;

/// A track, as far as it is known.
#[derive(Default)]
struct Track {
    id: u32,
    is_video: bool,
    is_sound: bool,
    timescale: u32,
    size: Option<(u32, u32)>,
    /// What a sample of a fragment lasts that does not say.
    sample_lasts: u32,
    /// Where its fragments end.
    fragments_end: u64,
}

#[derive(Default)]
struct Found {
    is_quicktime: bool,
    has_head: bool,
    timescale: u32,
    duration: u64,
    tracks: Vec<Track>,
    /// Of the fragment that is read: its track, what its samples last, and where the next one begins.
    fragment: (u32, Option<u32>, u64),
}

/// How long a file is; `None` if it is none.
pub(super) fn measure<R: Read + Seek>(reader: &mut BufReader<R>, length: u64) -> Option<Measured> {
    let mut boxes = Boxes { reader, at: 0, left: BOXES_MAX };
    let mut found = Found::default();
    boxes.walk(length, 0, &mut found)?;
    found.measured()
}

impl Found {
    fn measured(self) -> Option<Measured> {
        if !self.has_head {
            return None;
        }
        let milliseconds = |ticks: u64, scale: u32| {
            let scale = u128::from(scale);
            u64::try_from((u128::from(ticks) * 1000).checked_div(scale)?).ok()
        };
        let said = milliseconds(self.duration, self.timescale).unwrap_or(0);
        let in_fragments = self
            .tracks
            .iter()
            .filter_map(|track| milliseconds(track.fragments_end, track.timescale));
        let duration_ms = in_fragments.chain([said]).max()?;
        let video = self.tracks.iter().find(|track| track.is_video);
        let has_sound = self.tracks.iter().any(|track| track.is_sound);
        let mime_type = match (video, self.is_quicktime) {
            (Some(_), false) => "video/mp4",
            (Some(_), true) => "video/quicktime",
            (None, _) if has_sound => "audio/mp4",
            (None, _) => return None,
        };
        let size = video.and_then(|track| track.size);
        Some(Measured { mime_type: mime_type.into(), duration_ms, size })
    }

    fn add_track(&mut self) -> Option<()> {
        let has_room = self.tracks.len() < TRACKS_MAX;
        has_room.then(|| self.tracks.push(Track::default()))
    }

    fn track(&mut self, id: u32) -> Option<&mut Track> {
        self.tracks.iter_mut().find(|track| track.id == id)
    }
}

struct Boxes<'a, R> {
    reader: &'a mut BufReader<R>,
    at: u64,
    left: u32,
}

impl<R: Read + Seek> Boxes<'_, R> {
    /// All boxes up to a place.
    fn walk(&mut self, end: u64, depth: u32, found: &mut Found) -> Option<()> {
        while end.saturating_sub(self.at) >= 8 {
            self.left = self.left.checked_sub(1)?;
            let begin = self.at;
            let size = self.u32()?;
            let kind = self.bytes::<4>()?;
            let size = match size {
                0 => end - begin,
                1 => self.u64()?,
                size => u64::from(size),
            };
            let box_end =
                begin.checked_add(size).filter(|box_end| *box_end <= end && *box_end >= self.at)?;
            match &kind {
                b"moov" | b"trak" | b"mdia" | b"mvex" | b"moof" | b"traf" if depth < DEPTH_MAX => {
                    if &kind == b"trak" {
                        found.add_track()?;
                    }
                    self.walk(box_end, depth + 1, found)?;
                }
                b"trun" => self.run(box_end, found)?,
                _ => self.read_leaf(kind, found)?,
            }
            // Past what was not read of it; what was read beyond it is none.
            let rest = box_end.checked_sub(self.at)?;
            self.reader.seek_relative(i64::try_from(rest).ok()?).ok()?;
            self.at = box_end;
        }
        Some(())
    }

    fn read_leaf(&mut self, kind: [u8; 4], found: &mut Found) -> Option<()> {
        match &kind {
            b"ftyp" => found.is_quicktime = &self.bytes::<4>()? == b"qt  ",
            b"mvhd" => {
                found.has_head = true;
                (found.timescale, found.duration) = self.times()?;
            }
            b"mdhd" => {
                let (timescale, _) = self.times()?;
                found.tracks.last_mut()?.timescale = timescale;
            }
            b"mehd" => {
                let is_long = self.version()?;
                let lasts = if is_long { self.u64()? } else { u64::from(self.u32()?) };
                found.duration = found.duration.max(lasts);
            }
            b"hdlr" => {
                self.bytes::<8>()?;
                let handler = self.bytes::<4>()?;
                if let Some(track) = found.tracks.last_mut() {
                    track.is_video |= &handler == b"vide";
                    track.is_sound |= &handler == b"soun";
                }
            }
            b"tkhd" => {
                let (id, size) = self.track_head()?;
                let track = found.tracks.last_mut()?;
                (track.id, track.size) = (id, size);
            }
            b"trex" => {
                self.bytes::<4>()?;
                let (id, _, lasts) = (self.u32()?, self.u32()?, self.u32()?);
                found.track(id)?.sample_lasts = lasts;
            }
            b"tfhd" => {
                let flags = self.u32()?;
                let id = self.u32()?;
                for (flag, size) in [(1, 8), (2, 4)] {
                    if flags & flag != 0 {
                        self.pass(size)?;
                    }
                }
                let lasts = if flags & 8 != 0 { Some(self.u32()?) } else { None };
                let begin = found.track(id)?.fragments_end;
                found.fragment = (id, lasts, begin);
            }
            b"tfdt" => {
                let is_long = self.version()?;
                found.fragment.2 = if is_long { self.u64()? } else { u64::from(self.u32()?) };
            }
            _ => {}
        }
        Some(())
    }

    /// The samples of a fragment.
    fn run(&mut self, box_end: u64, found: &mut Found) -> Option<()> {
        let flags = self.u32()?;
        let count = self.u32()?;
        for flag in [1, 4] {
            if flags & flag != 0 {
                self.pass(4)?;
            }
        }
        let (id, lasts, begin) = found.fragment;
        let track = found.track(id)?;
        let fields = [0x100, 0x200, 0x400, 0x800].map(|flag| u64::from(flags & flag != 0));
        let mut end = begin;
        if fields[0] == 0 {
            let each = u64::from(lasts.unwrap_or(track.sample_lasts));
            end = end.checked_add(u64::from(count).checked_mul(each)?)?;
        } else {
            let entry = fields.iter().sum::<u64>() * 4;
            let is_whole = u64::from(count) * entry <= box_end.checked_sub(self.at)?;
            for _ in 0..if is_whole { count } else { return None } {
                end = end.checked_add(u64::from(self.u32()?))?;
                self.pass(entry - 4)?;
            }
        }
        track.fragments_end = track.fragments_end.max(end);
        found.fragment.2 = end;
        Some(())
    }

    /// A track's id, and its pictures' size as they are to be shown.
    fn track_head(&mut self) -> Option<(u32, Option<(u32, u32)>)> {
        let is_long = self.version()?;
        self.pass(if is_long { 16 } else { 8 })?;
        let id = self.u32()?;
        self.pass(if is_long { 12 } else { 8 })?;
        self.pass(16)?;
        let (across, turned) = (self.u32()?, self.u32()?);
        self.pass(28)?;
        let (width, height) = (self.u32()? >> 16, self.u32()? >> 16);
        let size = if across == 0 && turned != 0 { (height, width) } else { (width, height) };
        Some((id, (width > 0 && height > 0).then_some(size)))
    }

    /// Ticks of a second, and a duration in them.
    fn times(&mut self) -> Option<(u32, u64)> {
        let is_long = self.version()?;
        self.pass(if is_long { 16 } else { 8 })?;
        let timescale = self.u32()?;
        let duration = if is_long { self.u64()? } else { u64::from(self.u32()?) };
        // All ones: it is not known.
        let is_known = duration != u64::MAX && (is_long || duration != u64::from(u32::MAX));
        Some((timescale, if is_known { duration } else { 0 }))
    }

    /// Does the box have long numbers?
    fn version(&mut self) -> Option<bool> {
        Some(self.u32()? >> 24 == 1)
    }

    fn u32(&mut self) -> Option<u32> {
        self.bytes().map(u32::from_be_bytes)
    }

    fn u64(&mut self) -> Option<u64> {
        self.bytes().map(u64::from_be_bytes)
    }

    fn bytes<const N: usize>(&mut self) -> Option<[u8; N]> {
        let mut bytes = [0; N];
        self.reader.read_exact(&mut bytes).ok()?;
        self.at += N as u64;
        Some(bytes)
    }

    fn pass(&mut self, count: u64) -> Option<()> {
        self.reader.seek_relative(i64::try_from(count).ok()?).ok()?;
        self.at += count;
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn boxed(kind: [u8; 4], data: &[u8]) -> Vec<u8> {
        let size = u32::try_from(data.len() + 8).unwrap().to_be_bytes();
        [size.as_slice(), &kind, data].concat()
    }

    fn words(words: &[u32]) -> Vec<u8> {
        words.iter().flat_map(|word| word.to_be_bytes()).collect()
    }

    fn head(duration: u32, handler: [u8; 4]) -> Vec<u8> {
        let turned = [0, 0x0001_0000, 0, 0xffff_0000, 0, 0, 0, 0, 0x4000_0000];
        let tkhd = [
            words(&[0, 0, 0, 1, 0, 0, 0, 0, 0, 0]),
            words(&turned),
            words(&[640 << 16, 480 << 16]),
        ];
        let hdlr = [words(&[0, 0]), handler.to_vec(), vec![0; 12]].concat();
        let mdia = [boxed(*b"mdhd", &words(&[0, 0, 0, 48_000, 0, 0])), boxed(*b"hdlr", &hdlr)];
        let trak = [boxed(*b"tkhd", &tkhd.concat()), boxed(*b"mdia", &mdia.concat())].concat();
        let mvex = boxed(*b"trex", &words(&[0, 1, 1, 1024, 0, 0]));
        [
            boxed(*b"ftyp", b"isom\0\0\0\0"),
            boxed(
                *b"moov",
                &[
                    boxed(*b"mvhd", &words(&[0, 0, 0, 1000, duration])),
                    boxed(*b"trak", &trak),
                    boxed(*b"mvex", &mvex),
                ]
                .concat(),
            ),
        ]
        .concat()
    }

    fn fragment(begin: u32, count: u32) -> Vec<u8> {
        let traf = [
            boxed(*b"tfhd", &words(&[0, 1])),
            boxed(*b"tfdt", &words(&[0, begin])),
            boxed(*b"trun", &words(&[0, count])),
        ];
        [boxed(*b"moof", &boxed(*b"traf", &traf.concat())), boxed(*b"mdat", &[0; 9])].concat()
    }

    fn of(bytes: &[u8]) -> Option<Measured> {
        let length = u64::try_from(bytes.len()).unwrap();
        measure(&mut BufReader::new(Cursor::new(bytes)), length)
    }

    #[test]
    fn a_video_is_as_long_as_its_head_says_and_turned() {
        let measured = of(&head(2_500, *b"vide")).unwrap();
        let size = Some((480, 640));
        let expected = Measured { mime_type: "video/mp4".into(), duration_ms: 2_500, size };
        assert_eq!(measured, expected);
        assert_eq!(of(&head(7, *b"soun")).unwrap().mime_type, "audio/mp4");
    }

    #[test]
    fn a_recording_is_as_long_as_its_fragments() {
        let bytes = [head(0, *b"soun"), fragment(0, 47), fragment(48_128, 47)].concat();
        assert_eq!(of(&bytes).unwrap().duration_ms, 2_005);
    }

    #[test]
    fn what_says_to_hold_more_than_there_is_is_none() {
        let bytes = head(2_500, *b"vide");
        assert_eq!(of(&bytes[..bytes.len() - 1]), None);
        assert_eq!(of(&boxed(*b"ftyp", b"isom")), None);
        assert_eq!(of(b""), None);
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_panic_the_reader(
            at in 0_usize..600,
            byte: u8,
            cut in 0_usize..600,
            noise in proptest::collection::vec(0_u8.., 0..64),
        ) {
            let mut bytes = [head(0, *b"vide"), fragment(0, 47)].concat();
            let place = at % bytes.len();
            bytes[place] = byte;
            bytes.truncate(bytes.len().saturating_sub(cut));
            drop((of(&bytes), of(&noise)));
        }
    }
}
