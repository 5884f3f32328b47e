//! The small picture of a picture: drawn anew from its pixels and so without anything else that a file may hold, upright,
//! small enough for a slow line. Unpacking a stranger's picture is done in a process apart (`apart`), never in the house.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::{DynamicImage, ImageDecoder as _, ImageReader, Limits, Rgb, RgbImage};

/// The longest side in pixels.
const SIDE_MAX: u32 = 240;
/// The most bytes: about a second of a 2G line.
pub const BYTES_MAX: usize = 6 * 1024;
/// The longest side that is unpacked at all, and the most memory that this may take.
const UNPACKED_SIDE_MAX: u32 = 20_000;
const UNPACKED_BYTES_MAX: u64 = 384 * 1024 * 1024;
/// How well it is drawn, and how large: less of both until it is small enough.
const TRIES: [(u32, u8); 6] = [(240, 70), (240, 50), (240, 30), (160, 40), (120, 30), (96, 20)];

/// A small picture, as JPEG.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thumbnail {
    pub width: u16,
    pub height: u16,
    pub bytes: Vec<u8>,
}

/// Draws it; nothing where the picture cannot be read.
pub fn draw(picture: &[u8]) -> Option<Thumbnail> {
    let mut reader = ImageReader::new(Cursor::new(picture)).with_guessed_format().ok()?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(UNPACKED_SIDE_MAX);
    limits.max_image_height = Some(UNPACKED_SIDE_MAX);
    limits.max_alloc = Some(UNPACKED_BYTES_MAX);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().ok()?;
    if decoder.total_bytes() > UNPACKED_BYTES_MAX {
        return None;
    }
    let way = decoder.orientation().ok()?;
    let mut drawn = shrunk(DynamicImage::from_decoder(decoder).ok()?, SIDE_MAX);
    drawn.apply_orientation(way);
    let paper = on_paper(&drawn);
    TRIES.into_iter().find_map(|(side, quality)| {
        let small = shrunk(DynamicImage::ImageRgb8(paper.clone()), side).to_rgb8();
        let mut bytes = Vec::new();
        JpegEncoder::new_with_quality(&mut bytes, quality).encode_image(&small).ok()?;
        let (width, height) = (u16::try_from(small.width()).ok()?, u16::try_from(small.height()).ok()?);
        (bytes.len() <= BYTES_MAX).then_some(Thumbnail { width, height, bytes })
    })
}

fn shrunk(picture: DynamicImage, side: u32) -> DynamicImage {
    if picture.width() <= side && picture.height() <= side {
        return picture;
    }
    // From far away first in whole steps, which costs little, then well.
    picture.thumbnail(side.saturating_mul(2), side.saturating_mul(2)).resize(side, side, FilterType::Triangle)
}

/// What shows through is white, as paper is: a signature on a clear ground would be black on black.
fn on_paper(picture: &DynamicImage) -> RgbImage {
    let clear = picture.to_rgba8();
    let mut paper = RgbImage::new(clear.width(), clear.height());
    for (to, from) in paper.pixels_mut().zip(clear.pixels()) {
        let [red, green, blue, covers] = from.0;
        let over = |colour: u8| {
            let (colour, covers) = (u32::from(colour), u32::from(covers));
            u8::try_from((colour * covers + 255 * (255 - covers)) / 255).unwrap_or(u8::MAX)
        };
        *to = Rgb([over(red), over(green), over(blue)]);
    }
    paper
}

impl Thumbnail {
    /// As it leaves the process that drew it: width and height, then the picture.
    pub fn to_bytes(&self) -> Vec<u8> {
        [self.width.to_be_bytes().as_slice(), &self.height.to_be_bytes(), &self.bytes].concat()
    }

    /// What was said so; nothing where it is something else.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (width, rest) = bytes.split_first_chunk::<2>()?;
        let (height, bytes) = rest.split_first_chunk::<2>()?;
        let (width, height) = (u16::from_be_bytes(*width), u16::from_be_bytes(*height));
        let is_small = bytes.len() <= BYTES_MAX && u32::from(width.max(height)) <= SIDE_MAX;
        let is_drawn = width > 0 && height > 0 && bytes.starts_with(&[0xff, 0xd8]);
        (is_small && is_drawn).then(|| Self { width, height, bytes: bytes.to_vec() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::uploads::Kind;
    use image::{ImageFormat, Rgba, RgbaImage};

    /// A noisy picture, red at its upper left corner.
    fn a_picture(width: u32, height: u32) -> RgbImage {
        RgbImage::from_fn(width, height, |x, y| {
            let noise = u8::try_from((x * 31 + y * 57 + x * y * 7) % 251).expect("less");
            if x < width / 2 && y < height / 2 {
                Rgb([255, 0, 0])
            } else {
                Rgb([noise, noise / 2, 255 - noise])
            }
        })
    }

    fn packed(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, format).expect("a picture");
        bytes.into_inner()
    }

    fn unpacked(thumbnail: &Thumbnail) -> RgbImage {
        image::load_from_memory(&thumbnail.bytes).expect("a picture").to_rgb8()
    }

    #[test]
    fn a_picture_of_every_kind_becomes_small_and_keeps_its_shape() {
        let picture = DynamicImage::ImageRgb8(a_picture(1_600, 800));
        for (format, kind) in
            [(ImageFormat::Jpeg, Kind::Jpeg), (ImageFormat::Png, Kind::Png), (ImageFormat::WebP, Kind::WebP)]
        {
            let bytes = packed(&picture, format);
            assert_eq!(Kind::of(&bytes), Some(kind));
            let small = draw(&bytes).expect("a small picture");
            assert!(
                small.bytes.len() <= BYTES_MAX && small.width <= 240,
                "{format:?}: {}",
                small.bytes.len()
            );
            assert_eq!(small.width, small.height * 2, "{format:?}");
            assert_eq!(Thumbnail::from_bytes(&small.to_bytes()), Some(small));
        }
        let tiny =
            draw(&packed(&DynamicImage::ImageRgb8(a_picture(5, 3)), ImageFormat::Png)).expect("a picture");
        assert_eq!((tiny.width, tiny.height), (5, 3), "nothing is blown up");
    }

    #[test]
    fn a_photo_that_was_held_upright_stands_upright() {
        let flat = packed(&DynamicImage::ImageRgb8(a_picture(400, 200)), ImageFormat::Jpeg);
        let (start, rest) = flat.split_at(2);
        // Way 6: to be turned a quarter to the right, so that what was at the upper left is at the upper right.
        let told = b"\xff\xe1\0\x22Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
        let small = draw(&[start, told, rest].concat()).expect("a small picture");
        assert!(small.width < small.height, "{}x{}", small.width, small.height);
        let drawn = unpacked(&small);
        let (right, left) = (drawn.get_pixel(drawn.width() - 5, 5), drawn.get_pixel(5, 5));
        assert!(
            right.0[0] > 200 && right.0[1] < 80 && right.0[2] < 80,
            "red is at the upper right: {right:?}"
        );
        assert!(left.0[0] < 200 || left.0[2] > 80, "and not at the upper left: {left:?}");
    }

    #[test]
    fn what_is_clear_is_white() {
        let clear = RgbaImage::from_pixel(300, 300, Rgba([0, 0, 0, 0]));
        let small =
            draw(&packed(&DynamicImage::ImageRgba8(clear), ImageFormat::Png)).expect("a small picture");
        assert!(unpacked(&small).pixels().all(|pixel| pixel.0.iter().all(|colour| *colour > 250)));
    }

    #[test]
    fn what_is_no_picture_or_too_large_has_none() {
        for broken in [b"".as_slice(), b"\xff\xd8\xff\xd9", b"%PDF-1.7", b"RIFF\x04\0\0\0WEBP"] {
            assert_eq!(draw(broken), None, "{broken:?}");
        }
        let mut wide = packed(&DynamicImage::ImageRgb8(a_picture(9, 9)), ImageFormat::Png);
        wide.splice(16..20, 60_000_u32.to_be_bytes());
        assert_eq!(draw(&wide), None);
        for not in [b"".as_slice(), b"\0\x01\0\x01text", b"\xff\xff\0\x01\xff\xd8"] {
            assert_eq!(Thumbnail::from_bytes(not), None);
        }
    }
}
