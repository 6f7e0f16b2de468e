//! Copies pictures that may move without anything that is not picture: comments, places, what comes after.

/// Parts of a `WebP` that are seen, or say how.
const WEBP_PARTS: [&[u8; 4]; 6] = [b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF"];

/// Which of the features of a `VP8X` stay: that it is seen through, and that it moves.
const WEBP_FEATURES: u8 = 0b0001_0010;

/// A GIF with its frames, their times and how often it repeats; `None` for what is none.
pub(super) fn gif(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut reader = Reader { bytes };
    let mut made = Vec::with_capacity(bytes.len());
    let head = reader.take(13)?;
    if !head.starts_with(b"GIF87a") && !head.starts_with(b"GIF89a") {
        return None;
    }
    made.extend_from_slice(head);
    made.extend_from_slice(reader.take(colors_of(*head.get(10)?))?);
    let mut frames = 0_u32;
    loop {
        match reader.take(1)? {
            // A frame: its place, its colours, and its data.
            [0x2c] => {
                let place = reader.take(9)?;
                made.push(0x2c);
                made.extend_from_slice(place);
                made.extend_from_slice(reader.take(colors_of(*place.get(8)?))?);
                made.extend_from_slice(reader.take(1)?);
                made.extend_from_slice(reader.take_blocks()?);
                frames += 1;
            }
            // How a frame is shown, and how often all repeat; what else there may be is left out.
            [0x21] => {
                let label = *reader.take(1)?.first()?;
                let blocks = reader.take_blocks()?;
                let repeats = blocks.starts_with(b"\x0bNETSCAPE2.0\x03\x01") && blocks.len() == 17;
                let is_control = label == 0xf9 && blocks.len() == 6;
                if is_control || (label == 0xff && repeats) {
                    made.extend([0x21, label]);
                    made.extend_from_slice(blocks);
                }
            }
            [0x3b] => break,
            _ => return None,
        }
    }
    made.push(0x3b);
    (frames > 0).then_some(made)
}

/// A `WebP` with its pictures alone; `None` for what is none.
pub(super) fn webp(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut reader = Reader { bytes };
    let head = reader.take(12)?;
    if !head.starts_with(b"RIFF") || !head.ends_with(b"WEBP") {
        return None;
    }
    let length = usize::try_from(u32::from_le_bytes(head.get(4..8)?.try_into().ok()?)).ok()?;
    // What comes after is no part of it.
    let mut reader = Reader { bytes: reader.bytes.get(..length.checked_sub(4)?)? };
    let mut made = b"RIFF\0\0\0\0WEBP".to_vec();
    while !reader.bytes.is_empty() {
        let name: &[u8; 4] = reader.take(4)?.try_into().ok()?;
        let size = usize::try_from(u32::from_le_bytes(reader.take(4)?.try_into().ok()?)).ok()?;
        let data = reader.take(size)?;
        if size % 2 == 1 {
            // Some leave out the last one.
            reader.take(1.min(reader.bytes.len()))?;
        }
        if !WEBP_PARTS.contains(&name) {
            continue;
        }
        made.extend_from_slice(name);
        made.extend(u32::try_from(size).ok()?.to_le_bytes());
        let start = made.len();
        made.extend_from_slice(data);
        if name == b"VP8X" {
            *made.get_mut(start)? &= WEBP_FEATURES;
        }
        if size % 2 == 1 {
            made.push(0);
        }
    }
    let length = u32::try_from(made.len() - 8).ok()?.to_le_bytes();
    made.get_mut(4..8)?.copy_from_slice(&length);
    Some(made)
}

/// Bytes of the table of colours that such a byte announces.
fn colors_of(packed: u8) -> usize {
    if packed & 0x80 == 0 { 0 } else { 3 << ((packed & 7) + 1) }
}

/// What is left to be read.
struct Reader<'a> {
    bytes: &'a [u8],
}

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.bytes.split_at_checked(count)?;
        self.bytes = rest;
        Some(taken)
    }

    /// Blocks of a GIF up to the empty one, with it.
    fn take_blocks(&mut self) -> Option<&'a [u8]> {
        let all = self.bytes;
        let mut length = 0;
        loop {
            let size = usize::from(*self.take(1)?.first()?);
            self.take(size)?;
            length += 1 + size;
            if size == 0 {
                return all.get(..length);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two frames that repeat, with a comment, and something behind.
    fn moving() -> Vec<u8> {
        let frame = b"\x21\xf9\x04\0\x0a\0\0\0\x2c\0\0\0\0\x01\0\x01\0\0\x02\x02\x4c\x01\0";
        [
            b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff".as_slice(),
            b"\x21\xff\x0bNETSCAPE2.0\x03\x01\0\0\0",
            b"\x21\xfe\x0548.85\0",
            b"\x21\xff\x0bXMP DataXMP\x05place\0",
            frame,
            frame,
            b";PK\x03\x04",
        ]
        .concat()
    }

    #[test]
    fn a_gif_keeps_moving_and_nothing_else() {
        let made = gif(&moving()).unwrap();
        let holds = |part: &[u8]| made.windows(part.len()).any(|window| window == part);
        assert!(holds(b"NETSCAPE2.0"));
        assert!(!holds(b"48.85") && !holds(b"place") && !holds(b"PK"));
        assert_eq!(made.windows(2).filter(|pair| *pair == [0x2c, 0]).count(), 2);
        assert_eq!(gif(&made).as_ref(), Some(&made), "there is nothing more to leave out");
    }

    #[test]
    fn a_webp_keeps_its_pictures_alone() {
        let part = |name: &[u8; 4], data: &[u8]| {
            let size = u32::try_from(data.len()).unwrap().to_le_bytes();
            let pad: &[u8] = if data.len() % 2 == 1 { &[0] } else { &[] };
            [name.as_slice(), &size, data, pad].concat()
        };
        let parts = [
            part(b"VP8X", &[0b0011_1110, 0, 0, 0, 1, 0, 0, 1, 0, 0]),
            part(b"ANMF", b"frame"),
            part(b"EXIF", b"48.85 N"),
            part(b"XMP ", b"place"),
        ]
        .concat();
        let length = u32::try_from(parts.len() + 4).unwrap().to_le_bytes();
        let bytes = [b"RIFF".as_slice(), &length, b"WEBP", &parts, b"PK\x03\x04"].concat();
        let made = webp(&bytes).unwrap();
        let holds = |part: &[u8]| made.windows(part.len()).any(|window| window == part);
        assert!(holds(b"frame") && !holds(b"EXIF") && !holds(b"place") && !holds(b"PK"));
        assert_eq!(made[20], 0b0001_0010);
        assert_eq!(webp(&made).as_ref(), Some(&made));
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_panic_the_readers(
            at in 0_usize..200,
            byte: u8,
            cut in 0_usize..200,
            noise in proptest::collection::vec(0_u8.., 0..64),
        ) {
            let mut bytes = moving();
            let place = at % bytes.len();
            bytes[place] = byte;
            bytes.truncate(bytes.len().saturating_sub(cut));
            for input in [bytes, noise] {
                for strip in [gif, webp] {
                    if let Some(made) = strip(&input) {
                        proptest::prop_assert!(made.len() <= input.len() + 1);
                        proptest::prop_assert_eq!(strip(&made), Some(made));
                    }
                }
            }
        }
    }
}
