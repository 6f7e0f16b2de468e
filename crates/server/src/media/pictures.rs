//! Pictures, made anew: nothing of the file that came is kept but what is seen.
//!
//! JPEG and PNG are decoded and encoded again. GIF and `WebP`, which may move, are decoded to see that they are
//! pictures, and copied without all that is not picture (see [`strip`]). All within bounds of pixels and memory.

mod strip;

use std::fs::File;
use std::io::{self, BufReader, Cursor};
use std::path::{Path, PathBuf};

use image::codecs::gif::GifDecoder;
use image::codecs::jpeg::{JpegDecoder, JpegEncoder};
use image::codecs::png::{PngDecoder, PngEncoder};
use image::codecs::webp::WebPDecoder;
use image::metadata::Orientation;
use image::{
    DynamicImage, ExtendedColorType, ImageDecoder, ImageEncoder, ImageResult, Limits, imageops,
};

use super::incoming::Written;
use super::kinds::PictureFormat;

/// Pixels of either side.
const SIDE_MAX: u32 = 32_768;

/// Bytes that decoding may hold for each pixel, and beside that.
const BYTES_PER_PIXEL: u64 = 8;
const BYTES_BESIDE: u64 = 16 << 20;

/// Bytes of a GIF or `WebP`, which are held in memory to be copied.
const STRIPPED_MAX_BYTES: u64 = 64 << 20;

/// Pixels of the longer side of a smaller picture.
const THUMBNAIL_SIDE: u32 = 512;

/// Pixels of the longer side of what a blurhash is made from.
const BLURHASH_SIDE: u32 = 32;

const JPEG_QUALITY: u8 = 90;
const THUMBNAIL_QUALITY: u8 = 80;

/// A colour profile that is longer is left out.
const PROFILE_MAX_BYTES: usize = 16 * 1024;

/// A picture that was made anew.
#[derive(Debug)]
pub(super) struct Picture {
    pub(super) content: Written,
    pub(super) thumbnail: Written,
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) blurhash: Option<String>,
}

/// Why there is none.
#[derive(Debug, thiserror::Error)]
pub(super) enum PictureError {
    #[error("it has too many pixels")]
    TooLarge,
    #[error("it cannot be read")]
    Unreadable,
    #[error(transparent)]
    Unwritten(io::Error),
}

/// What was decoded.
struct Decoded {
    image: DynamicImage,
    orientation: Orientation,
    profile: Option<Vec<u8>>,
}

/// Makes a picture anew, with a smaller one, at these two paths. Computes long.
pub(super) fn make_anew(
    from: &Path,
    format: PictureFormat,
    max_pixels: u64,
    [content, thumbnail]: [PathBuf; 2],
) -> Result<Picture, PictureError> {
    let Decoded { mut image, orientation, profile } = decode(from, format, max_pixels)?;
    image.apply_orientation(orientation);
    let bytes = match format {
        PictureFormat::Jpeg => encode_jpeg(&image, JPEG_QUALITY, profile),
        PictureFormat::Png => encode_png(&image, profile),
        PictureFormat::Gif => strip::gif(&read_bounded(from)?),
        // One that is turned, as cameras do, does not move.
        PictureFormat::WebP if orientation == Orientation::NoTransforms => {
            strip::webp(&read_bounded(from)?)
        }
        PictureFormat::WebP => encode_webp(&image),
    };
    let bytes = bytes.ok_or(PictureError::Unreadable)?;
    let content = Written::new(content, &bytes).map_err(PictureError::Unwritten)?;
    drop(bytes);
    let (width, height) = (image.width(), image.height());
    let small = shrink(&image, THUMBNAIL_SIDE);
    drop(image);
    let bytes = if small.color().has_alpha() {
        encode_png(&small, None)
    } else {
        encode_jpeg(&small, THUMBNAIL_QUALITY, None)
    };
    let bytes = bytes.ok_or(PictureError::Unreadable)?;
    let thumbnail = Written::new(thumbnail, &bytes).map_err(PictureError::Unwritten)?;
    let blurhash = blurhash_of(&small);
    Ok(Picture { content, thumbnail, width, height, blurhash })
}

fn decode(path: &Path, format: PictureFormat, max_pixels: u64) -> Result<Decoded, PictureError> {
    let file = || File::open(path).map(BufReader::new).map_err(PictureError::Unwritten);
    let unreadable = |_| PictureError::Unreadable;
    match format {
        PictureFormat::Jpeg => {
            decode_with(JpegDecoder::new(file()?).map_err(unreadable)?, max_pixels)
        }
        PictureFormat::Png => {
            decode_with(PngDecoder::new(file()?).map_err(unreadable)?, max_pixels)
        }
        PictureFormat::Gif => {
            decode_with(GifDecoder::new(file()?).map_err(unreadable)?, max_pixels)
        }
        PictureFormat::WebP => {
            decode_with(WebPDecoder::new(file()?).map_err(unreadable)?, max_pixels)
        }
    }
}

fn decode_with(mut decoder: impl ImageDecoder, max_pixels: u64) -> Result<Decoded, PictureError> {
    let (width, height) = decoder.dimensions();
    let pixels = u64::from(width) * u64::from(height);
    if width > SIDE_MAX || height > SIDE_MAX || pixels > max_pixels {
        return Err(PictureError::TooLarge);
    }
    let mut limits = Limits::default();
    limits.max_image_width = Some(SIDE_MAX);
    limits.max_image_height = Some(SIDE_MAX);
    limits.max_alloc = Some(pixels * BYTES_PER_PIXEL + BYTES_BESIDE);
    decoder.set_limits(limits).map_err(|_| PictureError::TooLarge)?;
    // What cannot be read of what is left out anyway does no harm.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let profile = decoder.icc_profile().ok().flatten();
    let profile = profile.filter(|profile| profile.len() <= PROFILE_MAX_BYTES);
    let image = DynamicImage::from_decoder(decoder).map_err(|_| PictureError::Unreadable)?;
    Ok(Decoded { image, orientation, profile })
}

fn encode_jpeg(image: &DynamicImage, quality: u8, profile: Option<Vec<u8>>) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut bytes, quality);
    if let Some(profile) = profile {
        encoder.set_icc_profile(profile).ok()?;
    }
    let (width, height) = (image.width(), image.height());
    let written = if let DynamicImage::ImageLuma8(gray) = image {
        encoder.write_image(gray.as_raw(), width, height, ExtendedColorType::L8)
    } else if let DynamicImage::ImageRgb8(rgb) = image {
        encoder.write_image(rgb.as_raw(), width, height, ExtendedColorType::Rgb8)
    } else {
        let rgb = image.to_rgb8();
        encoder.write_image(rgb.as_raw(), width, height, ExtendedColorType::Rgb8)
    };
    written.ok()?;
    Some(bytes)
}

fn encode_png(image: &DynamicImage, profile: Option<Vec<u8>>) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut encoder = PngEncoder::new(&mut bytes);
    if let Some(profile) = profile {
        encoder.set_icc_profile(profile).ok()?;
    }
    image.write_with_encoder(encoder).ok()?;
    Some(bytes)
}

fn encode_webp(image: &DynamicImage) -> Option<Vec<u8>> {
    let mut bytes = Cursor::new(Vec::new());
    let encoder = image::codecs::webp::WebPEncoder::new_lossless(&mut bytes);
    let written: ImageResult<()> = image.to_rgba8().write_with_encoder(encoder);
    written.ok()?;
    Some(bytes.into_inner())
}

/// No larger than this, in 8 bits a channel.
fn shrink(image: &DynamicImage, side: u32) -> DynamicImage {
    let small = if image.width().max(image.height()) > side {
        image.thumbnail(side, side)
    } else {
        image.clone()
    };
    if small.color().has_alpha() {
        DynamicImage::ImageRgba8(small.into_rgba8())
    } else {
        DynamicImage::ImageRgb8(small.into_rgb8())
    }
}

/// More parts along the longer side.
fn blurhash_of(image: &DynamicImage) -> Option<String> {
    let (width, height) = (image.width(), image.height());
    let longer = width.max(height).max(1);
    let scale = |side: u32| (side * BLURHASH_SIDE / longer).max(1);
    let tiny = imageops::thumbnail(&image.to_rgba8(), scale(width), scale(height));
    let (across, down) = if width >= height { (4, 3) } else { (3, 4) };
    blurhash::encode(across, down, tiny.width(), tiny.height(), tiny.as_raw()).ok()
}

/// The bytes of a file that is copied in memory.
fn read_bounded(path: &Path) -> Result<Vec<u8>, PictureError> {
    let length = std::fs::metadata(path).map_err(PictureError::Unwritten)?.len();
    if length > STRIPPED_MAX_BYTES {
        return Err(PictureError::TooLarge);
    }
    std::fs::read(path).map_err(PictureError::Unwritten)
}

#[cfg(test)]
mod tests {
    use image::{ImageFormat, RgbImage, RgbaImage};

    use super::*;

    /// Left half red, right half blue.
    fn halves(width: u32, height: u32) -> RgbImage {
        RgbImage::from_fn(width, height, |x, _| {
            if x < width / 2 { image::Rgb([220, 20, 20]) } else { image::Rgb([20, 20, 220]) }
        })
    }

    fn encoded(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        image.write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    fn made(bytes: &[u8], format: PictureFormat) -> Result<(Picture, Vec<u8>), PictureError> {
        let folder = tempfile::tempdir().unwrap();
        let at = |name| folder.path().join(name);
        std::fs::write(at("from"), bytes).unwrap();
        let picture = make_anew(&at("from"), format, 1_000_000, [at("a"), at("b")])?;
        let bytes = std::fs::read(at("a")).unwrap();
        Ok((picture, bytes))
    }

    /// An EXIF block that turns the picture by 90 degrees and names a place.
    fn with_exif(jpeg: &[u8]) -> Vec<u8> {
        let mut tiff = b"Exif\0\0MM\0\x2a\0\0\0\x08".to_vec();
        tiff.extend([0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0]);
        tiff.extend(b"GPSLatitude 48.85N");
        let length = u16::try_from(tiff.len() + 2).unwrap().to_be_bytes();
        [&jpeg[..2], &[0xff, 0xe1], &length, &tiff, &jpeg[2..]].concat()
    }

    fn holds(bytes: &[u8], part: &[u8]) -> bool {
        bytes.windows(part.len()).any(|window| window == part)
    }

    #[test]
    fn a_photo_is_turned_and_forgets_its_place() {
        let plain = encoded(&halves(80, 40).into(), ImageFormat::Jpeg);
        let photo = with_exif(&plain);
        let (picture, bytes) = made(&photo, PictureFormat::Jpeg).unwrap();
        assert_eq!((picture.width, picture.height), (40, 80));
        assert!(!holds(&bytes, b"Exif") && !holds(&bytes, b"GPS"), "its place is in it still");
        let shown = image::load_from_memory(&bytes).unwrap().to_rgb8();
        let (top, bottom) = (shown.get_pixel(20, 10), shown.get_pixel(20, 70));
        assert!(top[0] > 150 && top[2] < 100, "{top:?}");
        assert!(bottom[2] > 150 && bottom[0] < 100, "{bottom:?}");
        assert!(picture.blurhash.is_some_and(|hash| hash.len() == 28));
    }

    #[test]
    fn what_is_hidden_behind_or_between_a_picture_is_gone() {
        let script = b"<script>alert(1)</script>";
        for (format, ours) in [
            (ImageFormat::Jpeg, PictureFormat::Jpeg),
            (ImageFormat::Png, PictureFormat::Png),
            (ImageFormat::Gif, PictureFormat::Gif),
            (ImageFormat::WebP, PictureFormat::WebP),
        ] {
            let mut bytes = encoded(&halves(40, 20).into(), format);
            bytes.extend(script);
            let (picture, made) = made(&bytes, ours).unwrap();
            assert!(!holds(&made, script), "{format:?}");
            let shown = image::load_from_memory_with_format(&made, format).unwrap();
            assert_eq!((shown.width(), shown.height()), (picture.width, picture.height));
        }
    }

    #[test]
    fn a_small_picture_stays_within_its_side_and_keeps_what_is_seen_through() {
        let glass = RgbaImage::from_pixel(1000, 500, image::Rgba([9, 9, 9, 100]));
        let folder = tempfile::tempdir().unwrap();
        let at = |name| folder.path().join(name);
        std::fs::write(at("from"), encoded(&glass.into(), ImageFormat::Png)).unwrap();
        let picture =
            make_anew(&at("from"), PictureFormat::Png, 1_000_000, [at("a"), at("b")]).unwrap();
        let small = image::load_from_memory(&std::fs::read(picture.thumbnail.path()).unwrap());
        let small = small.unwrap();
        assert_eq!((small.width(), small.height()), (512, 256));
        assert!(small.color().has_alpha());
    }

    #[test]
    fn a_bomb_is_refused_before_it_is_unpacked() {
        // 30,000 by 30,000 pixels of one colour are a few kilobytes.
        let mut png = encoded(&halves(2, 2).into(), ImageFormat::Png);
        png[16..20].copy_from_slice(&30_000_u32.to_be_bytes());
        png[20..24].copy_from_slice(&30_000_u32.to_be_bytes());
        let crc = crc_of(&png[12..29]);
        png[29..33].copy_from_slice(&crc.to_be_bytes());
        assert!(matches!(made(&png, PictureFormat::Png), Err(PictureError::TooLarge)));
    }

    fn crc_of(bytes: &[u8]) -> u32 {
        let step = |crc: u32, byte: &u8| {
            (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
                if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 }
            })
        };
        !bytes.iter().fold(!0, step)
    }

    #[test]
    fn what_is_cut_short_is_no_picture() {
        for (format, ours) in [
            (ImageFormat::Jpeg, PictureFormat::Jpeg),
            (ImageFormat::Png, PictureFormat::Png),
            (ImageFormat::Gif, PictureFormat::Gif),
            (ImageFormat::WebP, PictureFormat::WebP),
        ] {
            let bytes = encoded(&halves(64, 64).into(), format);
            let cut = &bytes[..20.min(bytes.len())];
            assert!(matches!(made(cut, ours), Err(PictureError::Unreadable)), "{format:?}");
        }
    }
}
